//! Measures Lua interpreters side by side on the programs in `bench/programs`.
//!
//! Each program runs under every *peer* in turn (A B A B …), so that a drift of the
//! machine's speed meets all of them alike. The figure is the median of the user time the
//! kernel accounts to the process; a run counts only if its output is the expected one.
//! `bench/README.md` tells how to use the command and what its columns mean.

#![deny(unsafe_code)]

mod args;
mod loader;
#[allow(unsafe_code)]
mod measure;
mod peer;
mod program;
mod reference;
mod report;
mod run;
mod stats;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match &cli.command {
        None => run::run(&cli.run),
        Some(Command::Loader(args)) => loader::run(args),
        Some(Command::Bless(args)) => run::bless(args),
        Some(Command::List) => run::list(),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("perilune-bench: {error:#}");
            ExitCode::from(2)
        }
    }
}
