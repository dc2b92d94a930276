//! Runs many scripts on both interpreters, and counts.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{io, thread};

use crate::check::{Outcome, Pair};
use crate::{Script, engine, script};

/// Scripts that run at a time.
const WORKERS: usize = 2;

#[derive(Default)]
struct Count {
    passed: usize,
    failed: usize,
    lines: usize,
}

/// The scripts whose area/name contains one of the words, or all without words.
pub fn select(filters: &[String]) -> io::Result<Vec<Script>> {
    let mut scripts = script::discover(&engine::package_dir().join("lua"))?;
    scripts.retain(|script| {
        filters.is_empty()
            || filters
                .iter()
                .any(|filter| script.name().contains(filter.as_str()))
    });
    Ok(scripts)
}

/// Runs the scripts, prints what differs and how many passed in each area (or only in all, if brief), and tells whether all did.
pub fn run(pair: &Pair, scripts: &[Script], brief: bool) -> bool {
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
        if !brief {
            println!("{area:<12} {passed:>4} passed, {failed:>3} failed, {lines:>6} lines");
        }
        total.passed += passed;
        total.failed += failed;
        total.lines += lines;
    }
    println!(
        "{} passed, {} failed, {} lines compared",
        total.passed, total.failed, total.lines
    );
    total.failed == 0
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
