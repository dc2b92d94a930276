//! What the command does, in LuaJIT's order: LUA_INIT, the options, the script, the prompt.

use std::io::{self, IsTerminal, Write};

use perilune::value::Value;

use crate::args::{Action, CommandLine};
use crate::engine::{Engine, Failure};
use crate::{bytecode, repl, report};

/// The line that `-v` prints.
pub const VERSION: &str = concat!(
    "Perilune ",
    env!("CARGO_PKG_VERSION"),
    " (LuaJIT 2.1 dialect) -- Copyright (C) 2026 The Perilune developers."
);

/// A failure that has been reported, or a request to exit.
pub enum Ended {
    /// Exit code 1.
    Failed,
    /// This exit code.
    Exit(i32),
}

/// Reports a failure of a script.
fn report(failure: Failure) -> Ended {
    match failure {
        Failure::Exit(status) => Ended::Exit(status),
        failure => {
            report::failure(&failure);
            Ended::Failed
        }
    }
}

/// Does everything that the command line asks for.
pub fn run(engine: &Engine, args: &[Vec<u8>], line: &CommandLine) -> Result<(), Ended> {
    engine.set_arguments(args, line.script).map_err(report)?;
    if !line.ignore_environment {
        run_init(engine).map_err(report)?;
    }
    if line.version {
        print_line(engine, VERSION);
    }
    for action in &line.actions {
        perform(engine, action)?;
    }
    let script = args.get(line.script);
    if let Some(name) = script.filter(|_| !has_bytecode(line)) {
        run_script(engine, name, line.literal_script).map_err(report)?;
    }
    if line.interactive {
        return prompt(engine);
    }
    if script.is_none() && !line.executes && !line.version {
        if io::stdin().is_terminal() {
            print_line(engine, VERSION);
            return prompt(engine);
        }
        // LuaJIT forgets a failure of this one, and so do we.
        match run_file(engine, None) {
            Err(Failure::Exit(status)) => return Err(Ended::Exit(status)),
            Err(failure) => report::failure(&failure),
            Ok(()) => {}
        }
    }
    Ok(())
}

fn has_bytecode(line: &CommandLine) -> bool {
    matches!(line.actions.last(), Some(Action::Bytecode(_)))
}

fn print_line(engine: &Engine, line: &str) {
    engine.flush();
    // A closed standard output is no reason to stop.
    let _ = writeln!(io::stdout(), "{line}");
}

fn prompt(engine: &Engine) -> Result<(), Ended> {
    let status = jit_status(engine);
    print_line(engine, &status);
    match repl::run(engine) {
        Ok(()) => Ok(()),
        Err(status) => Err(Ended::Exit(status)),
    }
}

/// The line that says whether the JIT compiler is on, and with which optimisations.
pub fn jit_status(engine: &Engine) -> String {
    let mut line = String::from("JIT: OFF");
    let Some(status) = engine.jit_function("status") else {
        return line;
    };
    if let Ok(results) = engine.call(status, &[]) {
        if results.first() == Some(&Value::TRUE) {
            line = String::from("JIT: ON");
        }
        for flag in results.iter().filter_map(|v| v.as_str()) {
            line.push(' ');
            line.push_str(&String::from_utf8_lossy(flag.as_bytes()));
        }
    }
    line
}

fn run_init(engine: &Engine) -> Result<(), Failure> {
    let Some(init) = std::env::var_os("LUA_INIT") else {
        return Ok(());
    };
    let init = std::os::unix::ffi::OsStringExt::into_vec(init);
    match init.strip_prefix(b"@") {
        Some(name) => run_file(engine, Some(name)),
        None => run_string(engine, &init, b"=LUA_INIT"),
    }
}

fn run_string(engine: &Engine, source: &[u8], name: &[u8]) -> Result<(), Failure> {
    let chunk = engine.load(source, name)?;
    engine.call(chunk, &[])?;
    Ok(())
}

fn run_file(engine: &Engine, name: Option<&[u8]>) -> Result<(), Failure> {
    let chunk = engine.load_file(name)?;
    engine.call(chunk, &[])?;
    Ok(())
}

fn run_script(engine: &Engine, name: &[u8], literal: bool) -> Result<(), Failure> {
    let name = (name != b"-" || literal).then_some(name);
    let chunk = engine.load_file(name)?;
    let args = engine.script_arguments();
    engine.call(chunk, &args)?;
    Ok(())
}

fn perform(engine: &Engine, action: &Action) -> Result<(), Ended> {
    match action {
        Action::Execute(chunk) => run_string(engine, chunk, b"=(command line)").map_err(report),
        Action::Require(name) => {
            let name = engine.string(name).map_err(report)?;
            let require = engine.global("require");
            engine.call(require, &[name]).map_err(report)?;
            Ok(())
        }
        Action::JitCommand(command) => jit_command(engine, command),
        Action::Optimise(flags) => match engine.jit_optimise_function() {
            Some(start) => call_with_options(engine, start, flags),
            None => Err(unknown_command()),
        },
        Action::Bytecode(args) => match bytecode::run(engine, args) {
            Ok(()) => Ok(()),
            Err(failure) => Err(report(failure)),
        },
    }
}

fn unknown_command() -> Ended {
    report::message(b"unknown luaJIT command or jit.* modules not installed");
    Ended::Failed
}

/// A function of the `jit` library, or else the `start` function of a module `jit.<name>`.
fn jit_command(engine: &Engine, command: &[u8]) -> Result<(), Ended> {
    let mut parts = command.splitn(2, |&b| b == b'=');
    let name = parts.next().unwrap_or_default();
    let options = parts.next().unwrap_or_default();
    if name == b"p" {
        crate::profile::start_text(engine, &String::from_utf8_lossy(options));
        return Ok(());
    }
    let name_text = String::from_utf8_lossy(name).into_owned();
    let function = match engine.jit_function(&name_text) {
        Some(function) => Some(function),
        None => jit_module(engine, name)?,
    };
    match function {
        Some(function) => call_with_options(engine, function, options),
        None => Err(unknown_command()),
    }
}

fn jit_module(engine: &Engine, name: &[u8]) -> Result<Option<Value>, Ended> {
    let name = engine.string(&[b"jit.", name].concat()).map_err(report)?;
    let require = engine.global("require");
    match engine.call_plain(require, &[name]) {
        Ok(results) => {
            let module = results.first().copied().unwrap_or(Value::NIL);
            Ok(Some(engine.field(module, "start")).filter(|start| !start.is_nil()))
        }
        Err(Failure::Error(Some(message))) if message.starts_with(b"module ") => Ok(None),
        Err(failure) => Err(report(failure)),
    }
}

/// Calls a function with options that commas separate; empty ones are nil.
fn call_with_options(engine: &Engine, function: Value, options: &[u8]) -> Result<(), Ended> {
    let mut args = Vec::new();
    if !options.is_empty() {
        for option in options.split(|&b| b == b',') {
            args.push(if option.is_empty() {
                Value::NIL
            } else {
                engine.string(option).map_err(report)?
            });
        }
    }
    engine.call_plain(function, &args).map_err(report)?;
    Ok(())
}
