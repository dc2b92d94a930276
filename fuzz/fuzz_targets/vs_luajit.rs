//! Random programs print the same here and in reference LuaJIT, compiled or not.
//!
//! `PERILUNE_ORACLE` names LuaJIT's executable; that which the conformance tests build is the default.
#![no_main]

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use perilune_fuzz_inputs::inputs::Either;
use perilune_fuzz_inputs::state::{run, way_to_run};

static ORACLE: OnceLock<String> = OnceLock::new();

fn oracle(script: &str) -> String {
    let program = ORACLE.get_or_init(|| {
        std::env::var("PERILUNE_ORACLE")
            .unwrap_or_else(|_| "target/oracle/2.1.1788856981/default/src/luajit".into())
    });
    let mut child = Command::new(program)
        .args(["-joff", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|e| panic!("{program}: {e}; PERILUNE_ORACLE names LuaJIT's executable"));
    let mut input = child.stdin.take().expect("its input");
    input
        .write_all(script.as_bytes())
        .expect("a script that it reads");
    drop(input);
    let output = child.wait_with_output().expect("its output");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fuzz_target!(|input: Either| {
    let script = input.script();
    let expected = oracle(&script);
    let options = way_to_run(input.mode());
    let found = run(&script, options, 30_000_000);
    let mut lines = found.0.lines().zip(expected.lines());
    let line = lines.find(|(a, b)| a != b);
    assert!(
        found.0 == expected,
        "{options}\n{script}\nfound, LuaJIT's: {line:?}"
    );
});
