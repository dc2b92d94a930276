//! Loading and running scripts in tests.

#![allow(dead_code)] // Each test file uses its part.

use std::fs::File;

use perilune_kernel::Limits;
use perilune_kernel_simulated::{Loaded, Outcome, Process, Run, Value};

/// A process with enough memory for any test.
pub fn process() -> Process {
    Process::new(8 << 20).expect("memory for a process")
}

/// A loaded script.
pub fn load(source: &str) -> Loaded {
    load_with(source, Limits::DEFAULT)
}

/// The same with other limits.
pub fn load_with(source: &str, limits: Limits) -> Loaded {
    Loaded::load(&process(), source.as_bytes(), limits).unwrap_or_else(|e| panic!("{e:?}"))
}

/// Runs a script whose run is to return.
pub fn returned(script: &Loaded, arguments: &[Value]) -> Vec<Value> {
    let run = script.run(arguments).expect("nobody else runs it");
    assert_eq!(run.outcome, Outcome::Returned, "{:?}", run.results);
    run.results
}

/// Loads and runs a script that is to return.
pub fn eval(source: &str) -> Vec<Value> {
    returned(&load(source), &[])
}

/// The message of a run that is to fail.
pub fn failure(run: &Run) -> String {
    assert_eq!(run.outcome, Outcome::Failed, "{:?}", run.results);
    match &run.results[..] {
        [Value::String(text)] => String::from_utf8_lossy(text).into_owned(),
        other => panic!("{other:?}"),
    }
}

/// A string.
pub fn text(s: &str) -> Value {
    Value::String(s.as_bytes().to_vec())
}

/// A number.
pub fn number(n: impl Into<f64>) -> Value {
    Value::Number(n.into())
}

/// An empty file that only its descriptor leads to. `name` tells the tests of a process apart.
pub fn temporary_file(name: &str) -> File {
    let path = std::env::temp_dir().join(format!("perilune-{name}-{}", std::process::id()));
    let file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(&path)
        .unwrap();
    std::fs::remove_file(&path).unwrap();
    file
}
