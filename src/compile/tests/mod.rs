//! Golden tests: what we compile the snippets in `tests/bytecode` to, against recordings of what LuaJIT does.

extern crate std;

mod limits;

use std::format;
use std::string::String;
use std::vec::Vec;

use bumpalo::Bump;

use super::{CompileError, Options, compile};
use crate::bytecode::verify::verify_all;
use crate::bytecode::{CaptureInfo, Proto, list};
use crate::gc::{Heap, OutOfMemory, testing};
use crate::number::format::Sink;
use crate::syntax::{ParseOptions, parse};
use crate::value::Gc;

/// A sink that keeps what it takes.
pub(crate) struct Text(pub Vec<u8>);

impl Sink for Text {
    type Error = OutOfMemory;
    fn put(&mut self, bytes: &[u8]) -> Result<(), OutOfMemory> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

fn string(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The prototype of a chunk, or the error as LuaJIT words it.
pub(crate) fn compile_source(heap: &mut Heap, source: &[u8]) -> Result<Gc<Proto>, String> {
    let arena = Bump::new();
    let main = parse(&arena, source, ParseOptions::default())
        .map_err(|e| format!("t.lua:{}: {}", e.line, string(e.message)))?;
    let name = heap.intern(b"@t.lua").map_err(|_| "no memory")?;
    compile(heap, main, source, name, Options::default()).map_err(|e| match e {
        CompileError::Syntax(e) => format!("t.lua:{}: {}", e.line, string(&e.message)),
        CompileError::Memory => "not enough memory".into(),
    })
}

/// What the listing doesn't show.
fn details(proto: &Proto) -> String {
    let mut out = format!(
        "params {} frame {}\ncaptures",
        proto.param_count(),
        proto.frame_size()
    );
    for capture in proto.captures() {
        let CaptureInfo(bits) = *capture;
        out += if bits & CaptureInfo::LOCAL != 0 {
            " L"
        } else {
            " U"
        };
        out += &format!("{}", bits & 0xFF);
        if bits & CaptureInfo::IMMUTABLE != 0 {
            out += "i";
        }
    }
    out += "\nlines";
    for line in &proto.lines()[1..] {
        out += &format!(" {line}");
    }
    out += "\nlocals";
    for local in proto.locals() {
        out += &format!(
            " {} {}-{}",
            string(local.name.as_bytes()),
            local.start,
            local.end
        );
    }
    out + "\n\n"
}

fn describe(proto: Gc<Proto>, out: &mut String) {
    let mut index = 0;
    while let Some(constant) = proto.object(index) {
        if let Some(child) = constant.as_proto() {
            describe(child, out);
        }
        index += 1;
    }
    let mut text = Text(Vec::new());
    assert!(list::list(proto, &mut text).is_ok());
    text.0.pop();
    *out += &string(&text.0);
    *out += &details(&proto);
}

fn ours(source: &str) -> String {
    let mut heap = testing::heap();
    let mut out = String::new();
    match compile_source(&mut heap, source.as_bytes()) {
        Ok(proto) => {
            assert_eq!(verify_all(proto), Ok(()), "{source}");
            describe(proto, &mut out);
        }
        Err(message) => out = message + "\n",
    }
    out
}

/// The snippets of a file or of its recording, by name.
fn snippets(text: &str) -> Vec<(&str, &str)> {
    let parts = text.split("\n--- ").enumerate();
    parts
        .map(|(i, part)| {
            let part = if i == 0 {
                part.strip_prefix("--- ").unwrap_or(part)
            } else {
                part
            };
            part.split_once('\n').unwrap_or((part, ""))
        })
        .collect()
}

#[test]
fn same_bytecode_as_luajit() {
    let ours_to_test = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bytecode");
    // Another folder with snippets and their recordings, if the variable names one.
    let folder = std::env::var("BYTECODE_CORPUS").unwrap_or_else(|_| ours_to_test.into());
    let mut failures = String::new();
    let (mut count, mut failed) = (0, 0);
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.extension().is_none_or(|e| e != "lua")
            || path.file_name().is_some_and(|n| n == "record.lua")
        {
            continue;
        }
        let read = |path| string(&std::fs::read(path).expect("it can be read"));
        let (source, recording) = (read(path.clone()), read(path.with_extension("bl")));
        let recorded = snippets(&recording);
        let sources = snippets(&source);
        assert_eq!(
            sources.len(),
            recorded.len(),
            "{}: record again",
            path.display()
        );
        for ((name, source), (recorded_name, theirs)) in sources.into_iter().zip(recorded) {
            assert_eq!(name, recorded_name);
            count += 1;
            let ours = ours(&format!("{}\n", source.trim_end_matches('\n')));
            if ours.trim_end() != theirs.trim_end() {
                failed += 1;
                if failed < 12 {
                    failures += &format!(
                        "== {}: {name}\n{source}\n-- LuaJIT\n{theirs}\n-- ours\n{ours}\n",
                        path.display()
                    );
                }
            }
        }
    }
    assert!(
        failed == 0,
        "{failed} of {count} snippets differ\n{failures}"
    );
}
