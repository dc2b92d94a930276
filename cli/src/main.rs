//! The `perilune` command: runs Lua scripts with LuaJIT's options, and reads, evaluates and prints at a prompt.

#![deny(unsafe_code)]

mod args;
mod bytecode;
mod diagnostics;
mod engine;
mod host;
mod repl;
mod report;
mod run;

use std::io::Write;
use std::os::unix::ffi::OsStringExt;
use std::process::ExitCode;

use engine::Engine;
use run::Ended;

fn main() -> ExitCode {
    host::restore_broken_pipe();
    let mut args: Vec<Vec<u8>> = std::env::args_os().map(OsStringExt::into_vec).collect();
    if let Some(name) = args.first().filter(|name| !name.is_empty()) {
        report::set_program(name);
    }
    let compat52 = args::take_compat52(&mut args);
    let Ok(line) = args::parse(&args) else {
        let usage = args::usage(&String::from_utf8_lossy(report::program()));
        let _ = std::io::stderr().write_all(usage.as_bytes());
        return ExitCode::FAILURE;
    };
    let Some(engine) = Engine::new(line.ignore_environment, compat52) else {
        report::message(b"cannot create state: not enough memory");
        return ExitCode::FAILURE;
    };
    let result = run::run(&engine, &args, &line);
    engine.close();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Ended::Failed) => ExitCode::FAILURE,
        // The status goes to the operating system as it is, which keeps its low eight bits.
        Err(Ended::Exit(status)) => std::process::exit(status),
    }
}
