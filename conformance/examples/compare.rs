//! Runs scripts on the oracle and on the engine and shows where they differ.
//!
//! ```text
//! cargo run -p perilune-conformance --example compare -- [--show] file.lua…
//! ```
//!
//! `--show` prints the oracle's transcript and runs nothing else.

use std::path::Path;
use std::process::ExitCode;
use std::{env, io};

use perilune_conformance::check::{Pair, TIME_LIMIT};
use perilune_conformance::{Interpreter, Script, engine, oracle};

fn main() -> io::Result<ExitCode> {
    let (flags, files): (Vec<String>, Vec<String>) = env::args()
        .skip(1)
        .partition(|argument| argument.starts_with("--"));
    if files.is_empty() {
        eprintln!("usage: compare [--show] file.lua…");
        return Ok(ExitCode::FAILURE);
    }
    let mut code = ExitCode::SUCCESS;
    for file in &files {
        let script = Script::read(Path::new(file))?;
        if flags.iter().any(|flag| flag == "--show") {
            let luajit = Interpreter::new(&oracle::executable(script.directives.mode)?, &[]);
            let transcript =
                luajit.run(&script.file, &script.source, &script.directives, TIME_LIMIT)?;
            print!("{}", transcript.render());
            continue;
        }
        let outcome = Pair::new(&engine::executable()?)?.check(&script)?;
        match outcome.failure {
            None => println!("{file}: same, {} lines", outcome.lines),
            Some(text) => {
                println!("{file}: - LuaJIT, + Perilune\n{text}");
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}
