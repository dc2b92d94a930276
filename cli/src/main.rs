//! The `perilune` command: runs Lua scripts with LuaJIT's options, and reads, evaluates and prints at a prompt.

#![deny(unsafe_code)]
#![cfg_attr(not(test), no_main)]

mod args;
mod bytecode;
mod debugger;
mod diagnostics;
mod engine;
#[cfg(not(test))]
#[allow(unsafe_code)]
mod entry;
mod host;
mod profile;
mod repl;
mod report;
mod run;
mod simulate;
mod text;

use std::io::Write;

use engine::Engine;
use run::Ended;

/// The exit status after an error.
const FAILURE: i32 = 1;

/// Does what the command line says, and gives the status for the operating system, which keeps its low eight bits.
#[cfg_attr(test, allow(dead_code))]
fn command(mut args: Vec<Vec<u8>>) -> i32 {
    if let Some(name) = args.first().filter(|name| !name.is_empty()) {
        report::set_program(name);
    }
    if let Some(arguments) = args::simulates_kernel(&args) {
        return simulate::command(arguments);
    }
    let own = match args::take_own(&mut args) {
        Ok(own) => own,
        Err(args::BadUsage) => return show_usage(),
    };
    if let Some(port) = own.debugger {
        return debugger::serve(&debugger::Options {
            port,
            script: args.split_off(1),
            compat52: own.compat52,
        });
    }
    let Ok(line) = args::parse(&args) else {
        return show_usage();
    };
    let Some(engine) = Engine::new(line.ignore_environment, own.compat52) else {
        report::message(b"cannot create state: not enough memory");
        return FAILURE;
    };
    if let Some(file) = &own.profile {
        profile::start(&engine, file);
    }
    if own.perf_map {
        profile::map_for_perf(&engine);
    }
    let result = run::run(&engine, &args, &line);
    engine.close();
    match result {
        Ok(()) => 0,
        Err(Ended::Failed) => FAILURE,
        Err(Ended::Exit(status)) => status,
    }
}

/// The arguments make no sense.
fn show_usage() -> i32 {
    let usage = args::usage(&String::from_utf8_lossy(report::program()));
    let _ = std::io::stderr().write_all(usage.as_bytes());
    FAILURE
}
