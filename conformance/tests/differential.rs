//! Runs the whole suite, or the part that the arguments name, on both interpreters.
//!
//! ```text
//! cargo test -p perilune-conformance --test differential -- [part of area/name]…
//! ```
//!
//! With `PERILUNE_CONFORMANCE=oracle` the oracle is compared with itself, its compiler off: that
//! checks the scripts.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{io, thread};

use perilune_conformance::check::{Outcome, Pair};
use perilune_conformance::{Script, engine, script};

/// Scripts that run at a time.
const WORKERS: usize = 2;

#[derive(Default)]
struct Count {
    passed: usize,
    failed: usize,
    lines: usize,
}

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
    let pair = if oracle_alone {
        Pair::oracle_alone()?
    } else {
        Pair::new(&engine::executable()?)?
    };
    let mut scripts = script::discover(&engine::package_dir().join("lua"))?;
    scripts.retain(|script| {
        filters.is_empty()
            || filters
                .iter()
                .any(|filter| script.name().contains(filter.as_str()))
    });

    let next = AtomicUsize::new(0);
    let counts = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(script) = scripts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    note(script, pair.check(script), &counts);
                }
            });
        }
    });

    let counts = counts.into_inner().unwrap_or_default();
    let mut total = Count::default();
    for (area, count) in counts {
        let Count {
            passed,
            failed,
            lines,
        } = count;
        println!("{area:<12} {passed:>4} passed, {failed:>3} failed, {lines:>6} lines");
        total.passed += passed;
        total.failed += failed;
        total.lines += lines;
    }
    println!(
        "{} passed, {} failed, {} lines compared",
        total.passed, total.failed, total.lines
    );
    Ok(total.failed == 0)
}

fn note(script: &Script, result: io::Result<Outcome>, counts: &Mutex<BTreeMap<String, Count>>) {
    let Ok(mut counts) = counts.lock() else {
        return;
    };
    let count: &mut Count = counts.entry(script.area.clone()).or_default();
    let failure = match result {
        Ok(outcome) => {
            count.lines += outcome.lines;
            outcome.failure
        }
        Err(error) => Some(format!("{error}\n")),
    };
    match failure {
        None => count.passed += 1,
        Some(text) => {
            count.failed += 1;
            println!("FAILED {}\n{text}", script.name());
        }
    }
}
