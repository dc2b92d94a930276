//! Runs the whole suite with the JIT set to what it is least used to, on every rung of the ladder: traces evaluated as recorded,
//! evaluated when optimised, compiled.
//!
//! ```text
//! cargo test -p perilune-conformance --test jit -- [part of area/name]…
//! PERILUNE_LONG=1 cargo test --release -p perilune-conformance --test jit
//! ```
//!
//! At the end guards are made to fail: the first of all traces, the second, up to the last, for some small scripts.
//!
//! With `PERILUNE_LONG` each optimisation is switched off in turn, registers are allocated at random with several seeds, the collector does a
//! whole cycle at every step, and guards fail in all scripts: all of them where that takes less than `PERILUNE_GUARD_SECONDS` (20), else as
//! many, evenly spread. With `PERILUNE_MODE` nothing but that mode is run, with `PERILUNE_MODE=guards` nothing but failing guards.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use perilune_conformance::check::Pair;
use perilune_conformance::{Script, engine, guards, suite};

/// Everything is hot at once.
const EAGER: &str = "hotloop=1,hotexit=1";

const SHORT: [&str; 4] = [
    "mode=raw",
    "mode=evaluate",
    "mode=compile",
    "mode=compile,regseed=1,maxmcode=16,blind,mask,place,endbr",
];

const OPTIMISATIONS: [&str; 10] = [
    "fold", "cse", "dce", "fwd", "dse", "narrow", "loop", "abc", "sink", "fuse",
];

/// What the collector does at every step says nothing about these, or takes too long.
const NOT_ZEALOUS: [&str; 2] = ["gc", "limits"];

/// Tells memory, of which traces that fail all the time take much.
const MEASURES_MEMORY: &str = "gc";

/// How long a script may take with `PERILUNE_LONG`. Whole cycles of the collector take their time.
const LONG_LIMIT: Duration = Duration::from_secs(600);

/// What stands for failing guards among the modes.
const GUARDS: &str = "guards";

/// Without `PERILUNE_LONG`, of so many scripts the guards of one fail.
const ONE_IN: usize = 12;

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    let filters: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with('-'))
        .collect();
    match run(&filters, std::env::var_os("PERILUNE_LONG").is_some()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("jit: {error}");
            ExitCode::FAILURE
        }
    }
}

fn modes(long: bool) -> Vec<String> {
    if let Ok(mode) = std::env::var("PERILUNE_MODE") {
        return if mode == GUARDS {
            Vec::new()
        } else {
            vec![mode]
        };
    }
    let mut modes: Vec<String> = SHORT.map(|mode| format!("{mode},{EAGER}")).into();
    if !long {
        return modes;
    }
    modes.push(String::from("mode=compile"));
    modes.push(format!("mode=compile,maxmcode=8,{EAGER}"));
    modes.push(format!("mode=compile,maxtrace=3,{EAGER}"));
    for level in 0..3 {
        modes.push(format!("mode=compile,{level},{EAGER}"));
    }
    for name in OPTIMISATIONS {
        modes.push(format!("mode=evaluate,-{name},{EAGER}"));
        modes.push(format!("mode=compile,-{name},{EAGER}"));
    }
    for seed in 2..6 {
        modes.push(format!("mode=compile,regseed={seed},{EAGER}"));
    }
    for mode in ["raw", "evaluate", "compile"] {
        modes.push(format!("mode={mode},gczeal=1,{EAGER}"));
    }
    modes
}

fn run(filters: &[String], long: bool) -> io::Result<bool> {
    let mut pair = Pair::new(&engine::executable()?)?;
    if long {
        pair.set_time_limit(LONG_LIMIT);
    }
    let scripts = suite::select(filters)?;
    let tame: Vec<Script> = suite::select(filters)?
        .into_iter()
        .filter(|script| !NOT_ZEALOUS.contains(&script.area.as_str()))
        .collect();
    let mut all_passed = true;
    for mode in modes(long) {
        println!("{mode}");
        pair.set_jit(&mode);
        let scripts = if mode.contains("gczeal") {
            &tame
        } else {
            &scripts
        };
        all_passed &= suite::run(&pair, scripts, true);
    }
    if std::env::var("PERILUNE_MODE").is_ok_and(|mode| mode != GUARDS) {
        return Ok(all_passed);
    }
    println!("{GUARDS}");
    let seconds = std::env::var("PERILUNE_GUARD_SECONDS");
    let seconds = seconds.ok().and_then(|text| text.parse().ok());
    let scripts = scripts
        .into_iter()
        .filter(|script| script.area != MEASURES_MEMORY);
    let step = if long || !filters.is_empty() {
        1
    } else {
        ONE_IN
    };
    let scripts: Vec<Script> = scripts.step_by(step).collect();
    let seconds = seconds.unwrap_or(if long { 20 } else { 1 });
    Ok(all_passed & guards::run(&pair, &scripts, Duration::from_secs(seconds)))
}
