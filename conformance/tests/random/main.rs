//! Random valid programs, and damaged ones, on both interpreters.
//!
//! ```text
//! cargo test -p perilune-conformance --test random -- --nocapture
//! ```
//!
//! `PERILUNE_SEED` repeats a run, `PERILUNE_PROGRAMS` sets how many programs (2,000 by default).
//! Programs run in batches, one process per batch and interpreter; a program whose output differs
//! is then shrunk on its own. With `PERILUNE_CONFORMANCE=oracle` the oracle is compared with
//! itself, its compiler off.

mod mutate;
mod program;
mod render;

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use perilune_conformance::check::diff;
use perilune_conformance::oracle::{self, Mode};
use perilune_conformance::script::Directives;
use perilune_conformance::{Interpreter, engine};
use proptest::strategy::{BoxedStrategy, Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const PER_BATCH: usize = 100;
const WORKERS: usize = 2;
const SHRINK_STEPS: usize = 600;
const TIME_LIMIT: Duration = Duration::from_secs(60);

struct Pair {
    oracle: Interpreter,
    engine: Interpreter,
}

#[derive(Default)]
struct Tally {
    programs: usize,
    ran: usize,
    failures: Vec<String>,
}

/// What a batch consists of: how an item is made and how it becomes source text.
struct Kind<T> {
    strategy: BoxedStrategy<T>,
    source: fn(&T) -> String,
    /// The prelude's function that handles an item.
    handler: &'static str,
    /// Whether two outputs of an item with this source count as the same.
    same: fn(&str, &str, &str) -> bool,
    /// The part of the items that must be handled without error on the oracle.
    valid: f64,
}

#[test]
fn random_programs_behave_the_same() {
    compare(&|| Kind {
        strategy: program::program(),
        source: |program| render::source(program),
        handler: "P",
        same: |_, reference, actual| reference == actual,
        valid: 0.95,
    });
}

#[test]
fn damaged_programs_fail_alike() {
    compare(&|| Kind {
        strategy: (program::program(), mutate::damages()).boxed(),
        source: |(program, damages)| mutate::apply(&render::source(program), damages),
        handler: "L",
        same: same_message,
        valid: 0.0,
    });
}

/// A deliberate difference: behind a short function LuaJIT names a wrong token.
fn same_message(source: &str, reference: &str, actual: &str) -> bool {
    let stem = |text: &str| text.rsplit_once(" near ").map(|(stem, _)| stem.to_owned());
    reference == actual || source.contains("->") && stem(reference) == stem(actual)
}

fn compare<T: std::fmt::Debug>(kind: &(dyn Fn() -> Kind<T> + Sync)) {
    let wanted = std::env::var("PERILUNE_CONFORMANCE").unwrap_or_default();
    let seed = number("PERILUNE_SEED").unwrap_or_else(|| {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |time| time.as_secs())
    });
    let programs = number("PERILUNE_PROGRAMS").unwrap_or(2000) as usize;
    println!("PERILUNE_SEED={seed} PERILUNE_PROGRAMS={programs}");
    let pair = Pair::new(wanted == "oracle").expect("both interpreters are there");

    let next = AtomicUsize::new(0);
    let tally = Mutex::new(Tally::default());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let batch = next.fetch_add(1, Ordering::Relaxed);
                    if batch * PER_BATCH >= programs {
                        break;
                    }
                    let count = PER_BATCH.min(programs - batch * PER_BATCH);
                    let found =
                        run_batch(&pair, &kind(), seed, batch, count).expect("a batch runs");
                    let mut tally = tally.lock().expect("no worker panics");
                    tally.programs += found.programs;
                    tally.ran += found.ran;
                    tally.failures.extend(found.failures);
                }
            });
        }
    });

    let tally = tally.into_inner().expect("no worker panics");
    let part = tally.ran as f64 / tally.programs as f64;
    println!(
        "{} programs, {:.1} % ran without error",
        tally.programs,
        part * 100.0
    );
    for failure in tally.failures.iter().take(5) {
        println!("{failure}");
    }
    assert!(
        part >= kind().valid,
        "too few programs are valid (seed {seed})"
    );
    assert!(
        tally.failures.is_empty(),
        "{} programs differ (seed {seed})",
        tally.failures.len()
    );
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

impl Pair {
    fn new(oracle_alone: bool) -> io::Result<Pair> {
        let luajit = oracle::executable(Mode::Default)?;
        let engine = if oracle_alone {
            Interpreter::new(&luajit, &[]).with_init("jit.off()")
        } else {
            Interpreter::new(&engine::executable()?, &[])
        };
        Ok(Pair {
            oracle: Interpreter::new(&luajit, &[]),
            engine,
        })
    }

    /// Runs programs in one process on each side; the outputs, one per program.
    fn run(&self, handler: &str, programs: &[String]) -> io::Result<(Vec<String>, Vec<String>)> {
        let mut batch = render::PRELUDE.to_owned();
        for (index, source) in programs.iter().enumerate() {
            batch.push_str(&format!("{handler}(\"p{index}\", [==[\n{source}]==])\n"));
        }
        let run = |interpreter: &Interpreter| -> io::Result<Vec<String>> {
            let directives = Directives::default();
            let transcript =
                interpreter.run("batch.lua", batch.as_bytes(), &directives, TIME_LIMIT)?;
            Ok(sections(&transcript.render(), programs.len()))
        };
        Ok((run(&self.oracle)?, run(&self.engine)?))
    }
}

/// Cuts the output of a batch into that of its programs.
fn sections(text: &str, count: usize) -> Vec<String> {
    (0..count)
        .map(|index| {
            let head = format!("== p{index}\n");
            let section = text.split_once(&head).map_or("", |(_, rest)| rest);
            section.split("== p").next().unwrap_or_default().to_owned()
        })
        .collect()
}

fn run_batch<T: std::fmt::Debug>(
    pair: &Pair,
    kind: &Kind<T>,
    seed: u64,
    batch: usize,
    count: usize,
) -> io::Result<Tally> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&(batch as u64).to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut trees = Vec::new();
    for _ in 0..count {
        trees.push(
            kind.strategy
                .new_tree(&mut runner)
                .expect("nothing is filtered out"),
        );
    }

    let sources: Vec<String> = trees
        .iter()
        .map(|tree| (kind.source)(&tree.current()))
        .collect();
    let (reference, actual) = pair.run(kind.handler, &sources)?;
    let mut tally = Tally {
        programs: count,
        ..Tally::default()
    };
    for (index, tree) in trees.iter_mut().enumerate() {
        tally.ran += usize::from(reference[index].contains("-- ok\n"));
        let same = (kind.same)(&sources[index], &reference[index], &actual[index]);
        if !same && tally.failures.is_empty() {
            tally
                .failures
                .push(shrink(pair, kind, tree, batch * PER_BATCH + index)?);
        }
    }
    Ok(tally)
}

/// The first failing program of a batch, made as small as the steps allow.
fn shrink<T: std::fmt::Debug>(
    pair: &Pair,
    kind: &Kind<T>,
    tree: &mut impl ValueTree<Value = T>,
    number: usize,
) -> io::Result<String> {
    let differs = |item: &T| -> io::Result<Option<String>> {
        let source = (kind.source)(item);
        let (reference, actual) = pair.run(kind.handler, std::slice::from_ref(&source))?;
        if (kind.same)(&source, &reference[0], &actual[0]) {
            return Ok(None);
        }
        Ok(diff(&reference[0], &actual[0]))
    };
    let mut program = tree.current();
    let Some(mut shown) = differs(&program)? else {
        return Ok(format!("program {number} differs within its batch only"));
    };
    for _ in 0..SHRINK_STEPS {
        if !tree.simplify() {
            break;
        }
        loop {
            let candidate = tree.current();
            if let Some(text) = differs(&candidate)? {
                (program, shown) = (candidate, text);
                break;
            }
            if !tree.complicate() {
                break;
            }
        }
    }
    Ok(format!(
        "program {number}\n{}\n{shown}",
        (kind.source)(&program)
    ))
}
