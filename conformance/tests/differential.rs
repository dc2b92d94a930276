//! Runs the whole suite, or the part that the arguments name, on both interpreters.
//!
//! ```text
//! cargo test -p perilune-conformance --test differential -- [part of area/name]…
//! ```
//!
//! With `PERILUNE_CONFORMANCE=oracle` the oracle is compared with itself, its compiler off: that
//! checks the scripts. `PERILUNE_JIT` has options for the engine's JIT.

use std::io;
use std::process::ExitCode;

use perilune_conformance::check::Pair;
use perilune_conformance::{engine, suite};

fn main() -> ExitCode {
    // libtest's own flags may arrive here; only the words count.
    let filters: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with('-'))
        .collect();
    let selected = std::env::var("PERILUNE_CONFORMANCE").unwrap_or_default();
    if std::env::args().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    match run(&filters, selected == "oracle") {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("differential: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(filters: &[String], oracle_alone: bool) -> io::Result<bool> {
    let mut pair = if oracle_alone {
        Pair::oracle_alone()?
    } else {
        Pair::new(&engine::executable()?)?
    };
    if let Ok(options) = std::env::var("PERILUNE_JIT") {
        pair.set_jit(&options);
    }
    Ok(suite::run(&pair, &suite::select(filters)?, false))
}
