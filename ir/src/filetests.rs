//! Runs `filetests/*.ir`: text in, expected text out after named passes. `UPDATE=1 cargo test -p perilune-ir` rewrites the expectations.
//!
//! A file holds cases. A case begins with a line `;; name: passes`, then comes the trace, then after `==>` what it becomes.
//! Passes are the names of [`Options`], and `replay` for none of them; those that work on the whole trace run in the order given.

use std::format;
use std::path::{Path, PathBuf};
use std::string::{String, ToString};
use std::vec::Vec;
use std::{env, fs};

use crate::build::replay;
use crate::model::ModelObjects;
use crate::opt::{self, Options};
use crate::text::parse;
use crate::trace::{Trace, TraceError};
use crate::verify::verify;

fn run(passes: &str, t: &Trace) -> Result<Trace, TraceError> {
    let mut options = Options::NONE;
    for p in passes.split_whitespace() {
        assert!(
            options.set(p, true) || p == "replay",
            "no pass is called {p}"
        );
    }
    let mut t = if t.loop_ref().is_none() {
        replay(t, options, &ModelObjects)?
    } else {
        t.clone()
    };
    for p in passes.split_whitespace() {
        match p {
            "dce" => opt::dce(&mut t)?,
            "loop" => opt::peel(&mut t, options, &ModelObjects)?,
            "sink" => opt::sink(&mut t)?,
            _ => {}
        }
    }
    Ok(t)
}

fn case(passes: &str, input: &str) -> String {
    let t = match parse(input) {
        Ok(t) => t,
        Err(e) => return format!("{e}\n"),
    };
    if let Err(e) = verify(&t) {
        return format!("verifier: {e}\n");
    }
    assert_eq!(
        parse(&t.to_string()).map(|t| t.to_string()),
        Ok(t.to_string())
    );
    match run(passes, &t) {
        Ok(t) => {
            let text = t.to_string();
            match verify(&t) {
                Ok(()) => text,
                Err(e) => format!("{text}verifier: {e}\n"),
            }
        }
        Err(e) => format!("{e}\n"),
    }
}

fn files() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("filetests");
    let mut files: Vec<_> = fs::read_dir(&dir)
        .expect("filetests")
        .map(|f| f.expect("file").path())
        .filter(|p| p.extension().is_some_and(|e| e == "ir"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Passes and trace of every case.
pub(crate) fn inputs() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for path in files() {
        let text = fs::read_to_string(&path).expect("text");
        for part in text.split(";; ").skip(1) {
            let (head, rest) = part.split_once('\n').expect("a case");
            let (_, passes) = head.split_once(':').expect("name: passes");
            let (input, _) = rest.split_once("==>").unwrap_or((rest, ""));
            all.push((passes.to_string(), input.to_string()));
        }
    }
    all
}

#[test]
fn filetests() {
    let update = env::var_os("UPDATE").is_some();
    let mut failures = String::new();
    for path in files() {
        let text = fs::read_to_string(&path).expect("text");
        let mut new = String::new();
        for (i, part) in text.split(";; ").enumerate() {
            if i == 0 {
                new += part;
                continue;
            }
            let (head, rest) = part.split_once('\n').expect("a case");
            let (_, passes) = head.split_once(':').expect("name: passes");
            let (input, expected) = rest.split_once("==>").unwrap_or((rest, ""));
            let got = case(passes, input);
            if got.trim() != expected.trim() {
                failures += &format!(
                    "{}: {head}\n--- got\n{got}--- expected\n{}\n",
                    path.display(),
                    expected.trim()
                );
            }
            new += &format!(";; {head}\n{}\n==>\n{got}\n", input.trim_end());
        }
        if update {
            let new = format!("{}\n", new.trim_end());
            fs::write(&path, new).expect("write");
        }
    }
    assert!(failures.is_empty() || update, "{failures}");
}
