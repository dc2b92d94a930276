//! Profiles: `--profile` for flame graphs and folded stacks, `-jp` for LuaJIT's texts, `--perf-map` for Linux' perf.

mod text;

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::rc::Rc;

use perilune::vm::Vm;
use perilune::vm::debuginfo::{Activation, short_name};
use perilune::vm::profile::Sample;

use crate::engine::Engine;
use crate::report;

pub use text::start as start_text;

/// Milliseconds between two samples.
const INTERVAL: u32 = 1;

/// Samples by their stacks, outermost first, with semicolons between.
type Stacks = Rc<RefCell<HashMap<String, u64>>>;

/// Samples from now on, and writes the file when the state ends: a flame graph if its name ends in `.svg`, else folded stacks.
pub fn start(engine: &Engine, file: &str) {
    let stacks = Stacks::default();
    let noted = stacks.clone();
    let sampler = move |vm: &Vm, sample: Sample| {
        *noted.borrow_mut().entry(stack(vm, sample)).or_default() += u64::from(sample.count);
    };
    if !engine.vm().set_sampler(Some(Box::new(sampler)), INTERVAL) {
        report::message(b"no clock for a profile");
    }
    let file = file.to_owned();
    engine.at_end(Box::new(move |engine| {
        engine.vm().set_sampler(None, 0);
        if let Err(error) = write(&file, &stacks.borrow()) {
            let text = format!("cannot write {file}: {error}");
            report::message(text.as_bytes());
        }
    }));
}

/// A sample's stack. Behind the functions comes the line, and then what ran it: a trace, the interpreter, a function of the library, the
/// collector, or the recorder.
fn stack(vm: &Vm, sample: Sample) -> String {
    let mut frames = Vec::new();
    let mut line = None;
    for thread in vm.sampled_threads() {
        for activation in vm.activations(thread) {
            if line.is_none()
                && let Some(proto) = activation.function.proto()
            {
                let number = activation.line().unwrap_or_else(|| proto.first_line());
                line = Some(format!("{}:{number}", chunk(proto.chunk_name().as_bytes())));
            }
            frames.push(function(vm, &activation));
        }
    }
    // The command's own function.
    frames.pop();
    frames.reverse();
    frames.extend(line);
    frames.push(match (sample.state, sample.trace) {
        (_, Some(trace)) => format!("[trace {trace}]"),
        ('G', _) => String::from("[garbage collector]"),
        ('C', _) => String::from("[library]"),
        ('J', _) => String::from("[recorder]"),
        _ => String::from("[interpreter]"),
    });
    frames.join(";")
}

fn chunk(name: &[u8]) -> String {
    clean(&String::from_utf8_lossy(short_name(name).as_bytes()))
}

/// What separates functions in stacks can't be in their names.
fn clean(text: &str) -> String {
    text.replace(';', ",").replace(['\n', '\r'], " ")
}

fn function(vm: &Vm, activation: &Activation) -> String {
    let name = vm.function_name(activation).map(|(_, name)| name);
    let name = name.map(|name| clean(&String::from_utf8_lossy(name.as_bytes())));
    match (activation.function.proto(), name) {
        (Some(proto), name) => {
            let (file, line) = (chunk(proto.chunk_name().as_bytes()), proto.first_line());
            match (name, line) {
                (Some(name), _) => format!("{name} ({file}:{line})"),
                (None, 0) => format!("main chunk ({file})"),
                (None, _) => format!("function ({file}:{line})"),
            }
        }
        (None, Some(name)) => name,
        (None, None) => String::from("library function"),
    }
}

fn write(file: &str, stacks: &HashMap<String, u64>) -> io::Result<()> {
    let mut lines: Vec<String> = stacks
        .iter()
        .map(|(stack, count)| format!("{stack} {count}"))
        .collect();
    lines.sort();
    let mut out = BufWriter::new(File::create(file)?);
    if !file.ends_with(".svg") {
        for line in &lines {
            writeln!(out, "{line}")?;
        }
        return out.flush();
    }
    if lines.is_empty() {
        lines.push(String::from("no samples 1"));
    }
    let mut options = inferno::flamegraph::Options::default();
    options.title = String::from("Perilune");
    options.count_name = String::from("ms");
    let lines = lines.iter().map(String::as_str);
    inferno::flamegraph::from_lines(&mut options, lines, &mut out).map_err(io::Error::other)?;
    out.flush()
}

/// Writes each trace's place in memory and in the source to where perf looks for it.
#[cfg(feature = "jit")]
pub fn map_for_perf(engine: &Engine) {
    use perilune::jit::TraceEvent;
    let name = format!("/tmp/perf-{}.map", std::process::id());
    let mut file = match File::create(&name) {
        Ok(file) => file,
        Err(error) => {
            report::message(format!("cannot write {name}: {error}").as_bytes());
            return;
        }
    };
    let mut begun = String::new();
    let callback = move |event: TraceEvent<'_>| match event {
        TraceEvent::Started { at, .. } => begun = at.to_owned(),
        TraceEvent::Compiled {
            trace,
            code_address,
            code_size,
            ..
        } => {
            // What can't be written is missing.
            let _ = writeln!(
                file,
                "{code_address:x} {code_size:x} TRACE_{trace}::{begun}"
            );
        }
        _ => {}
    };
    engine.vm().set_trace_observer(Some(Box::new(callback)));
}

/// There is no machine code.
#[cfg(not(feature = "jit"))]
pub fn map_for_perf(_: &Engine) {}
