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
//!
//! Programs with hot loops (240 by default, `PERILUNE_HOT_PROGRAMS`) run under the JIT, each batch with other options, those of
//! `PERILUNE_JIT` if it is set. At least four of five must complete a trace.

use std::collections::BTreeSet;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use arbitrary::{Arbitrary, Unstructured};
use perilune_conformance::check::diff;
use perilune_conformance::oracle::{self, Mode};
use perilune_conformance::script::Directives;
use perilune_conformance::{Interpreter, engine};
use perilune_fuzz_inputs::damage::{self, Damages};
use perilune_fuzz_inputs::program::{HotProgram, Program};
use perilune_fuzz_inputs::render;
use perilune_ir::model::Rng;

const PER_BATCH: usize = 100;
const PER_HOT_BATCH: usize = 10;
/// What batches of hot programs run with in turn; `#` stands for the batch's number.
const HOT_MODES: [&str; 24] = [
    "mode=compile",
    "mode=raw",
    "mode=evaluate",
    "mode=compile,regseed=#",
    "mode=compile,failguard=#",
    "mode=compile,-fold",
    "mode=compile,maxmcode=8",
    "mode=compile,gczeal=1",
    "mode=compile,-loop",
    "mode=compile,-cse",
    "mode=evaluate,failguard=#",
    "mode=compile,-fwd",
    "mode=compile,regseed=#,hotexit=3",
    "mode=compile,-narrow",
    "mode=compile,failguard=#,regseed=#",
    "mode=compile,-sink",
    "mode=compile,hotloop=5,hotexit=2",
    "mode=compile,-dse",
    "mode=compile,-dce",
    "mode=raw,failguard=#",
    "mode=compile,-abc",
    "mode=compile,-fuse",
    "mode=compile,maxtrace=4",
    "mode=evaluate,gczeal=1",
];
const WORKERS: usize = 2;
const SHRINK_TIME: Duration = Duration::from_secs(40);
const TIME_LIMIT: Duration = Duration::from_secs(60);

#[derive(Clone)]
struct Pair {
    oracle: Interpreter,
    engine: Interpreter,
    /// The same, telling its traces.
    verbose: Interpreter,
    oracle_alone: bool,
    /// The options for the engine's JIT.
    mode: String,
}

#[derive(Default)]
struct Tally {
    programs: usize,
    ran: usize,
    /// Programs that completed a trace.
    traced: usize,
    failures: Vec<String>,
}

/// Bytes that make a program.
const BYTES: usize = 700;

/// What a batch consists of: how an item becomes source text.
#[derive(Clone, Copy)]
struct Kind {
    source: fn(&[u8]) -> String,
    /// The prelude's function that handles an item.
    handler: &'static str,
    /// Whether two outputs of an item with this source count as the same.
    same: fn(&str, &str, &str) -> bool,
    /// The part of the items that must be handled without error on the oracle.
    valid: f64,
    /// Are they to run under the JIT?
    hot: bool,
}

#[test]
fn random_programs_behave_the_same() {
    compare(Kind {
        source: |bytes| of::<Program>(bytes).source(),
        handler: "P",
        same: |_, reference, actual| reference == actual,
        valid: 0.95,
        hot: false,
    });
}

#[test]
fn hot_programs_behave_the_same() {
    compare(Kind {
        source: |bytes| of::<HotProgram>(bytes).source(),
        handler: "H",
        same: |_, reference, actual| reference == actual,
        valid: 0.95,
        hot: true,
    });
}

#[test]
fn damaged_programs_fail_alike() {
    compare(Kind {
        source: |bytes| {
            let (damages, program) = of::<(Damages, Program)>(bytes);
            damage::apply(&program.source(), &damages.0)
        },
        handler: "L",
        same: same_message,
        valid: 0.0,
        hot: false,
    });
}

/// Errors that LuaJIT finds while it parses, and the engine once a statement is parsed.
const OF_COMPILER: [&str; 5] = [
    "undefined label '",
    "duplicate label '",
    "jumps into the scope of",
    "const variable '",
    " has more than ",
];

/// Deliberate differences: behind a short function LuaJIT names a wrong token; of two errors in one statement the engine may find the
/// syntax error first.
fn same_message(source: &str, reference: &str, actual: &str) -> bool {
    let stem = |text: &str| text.rsplit_once(" near ").map(|(stem, _)| stem.to_owned());
    let is_other_order =
        OF_COMPILER.iter().any(|text| reference.contains(text)) && actual.contains(" near ");
    reference == actual
        || source.contains("->") && stem(reference) == stem(actual)
        || is_other_order
}

/// What bytes make.
fn of<'a, T: Arbitrary<'a>>(bytes: &'a [u8]) -> T {
    let made = T::arbitrary(&mut Unstructured::new(bytes));
    made.expect("any bytes make one")
}

fn compare(kind: Kind) {
    let wanted = std::env::var("PERILUNE_CONFORMANCE").unwrap_or_default();
    let seed = number("PERILUNE_SEED").unwrap_or_else(|| {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |time| time.as_secs())
    });
    let hot = kind.hot;
    let (variable, programs, per_batch) = if hot {
        ("PERILUNE_HOT_PROGRAMS", 240, PER_HOT_BATCH)
    } else {
        ("PERILUNE_PROGRAMS", 2000, PER_BATCH)
    };
    let programs = number(variable).unwrap_or(programs) as usize;
    println!("PERILUNE_SEED={seed} {variable}={programs}");
    let pair = Pair::new(wanted == "oracle").expect("both interpreters are there");

    let next = AtomicUsize::new(0);
    let tally = Mutex::new(Tally::default());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let batch = next.fetch_add(1, Ordering::Relaxed);
                    if batch * per_batch >= programs {
                        break;
                    }
                    let count = per_batch.min(programs - batch * per_batch);
                    let pair = if hot { pair.hot(batch) } else { pair.clone() };
                    let found = run_batch(&pair, kind, seed, batch, count).expect("a batch runs");
                    let mut tally = tally.lock().expect("no worker panics");
                    tally.programs += found.programs;
                    tally.ran += found.ran;
                    tally.traced += found.traced;
                    for failure in &found.failures {
                        println!("{failure}");
                    }
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
    if hot && !pair.oracle_alone {
        let traced = tally.traced as f64 / tally.programs as f64;
        println!("{:.1} % completed a trace", traced * 100.0);
        assert!(
            traced >= 0.8,
            "too few programs complete a trace (seed {seed})"
        );
    }
    assert!(
        part >= kind.valid,
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
        let (engine, verbose) = if oracle_alone {
            let engine = Interpreter::new(&luajit, &[]).with_init("jit.off()");
            (engine.clone(), engine)
        } else {
            let engine = engine::executable()?;
            (
                Interpreter::new(&engine, &[]),
                Interpreter::new(&engine, &["-jv=-"]),
            )
        };
        Ok(Pair {
            oracle: Interpreter::new(&luajit, &[]),
            engine,
            verbose,
            oracle_alone,
            mode: String::new(),
        })
    }

    /// The pair for a batch of hot programs: the oracle doesn't compile.
    fn hot(&self, batch: usize) -> Pair {
        let mode = match std::env::var("PERILUNE_JIT") {
            Ok(mode) => mode,
            Err(_) => {
                let mode = HOT_MODES[batch % HOT_MODES.len()];
                let number = batch / HOT_MODES.len() + batch % HOT_MODES.len() + 1;
                format!(
                    "hotloop=1,hotexit=1,{}",
                    mode.replace('#', &number.to_string())
                )
            }
        };
        Pair {
            oracle: self.oracle.clone().with_init("jit.off()"),
            engine: self.engine.clone().with_jit(&mode),
            verbose: self.verbose.clone().with_jit(&mode),
            oracle_alone: self.oracle_alone,
            mode,
        }
    }

    /// How many of the programs complete a trace.
    fn traced(&self, handler: &str, programs: &[String]) -> io::Result<usize> {
        let text = self.verbose.run(
            "batch.lua",
            batch_of(handler, programs).as_bytes(),
            &Directives::default(),
            TIME_LIMIT,
        )?;
        let text = text.render();
        let lines = text
            .lines()
            .filter(|line| line.starts_with("[TRACE ") && !line.contains("---"));
        let words = lines.flat_map(|line| line.split([' ', ':']));
        let named: BTreeSet<&str> = words
            .filter(|word| {
                word.strip_prefix('p')
                    .is_some_and(|n| n.parse::<u32>().is_ok())
            })
            .collect();
        Ok(named.len())
    }

    /// Runs programs in one process on each side; the outputs, one per program.
    fn run(&self, handler: &str, programs: &[String]) -> io::Result<(Vec<String>, Vec<String>)> {
        let batch = batch_of(handler, programs);
        let run = |interpreter: &Interpreter| -> io::Result<Vec<String>> {
            let directives = Directives::default();
            let transcript =
                interpreter.run("batch.lua", batch.as_bytes(), &directives, TIME_LIMIT)?;
            Ok(sections(&transcript.render(), programs.len()))
        };
        Ok((run(&self.oracle)?, run(&self.engine)?))
    }
}

/// The script that runs programs.
fn batch_of(handler: &str, programs: &[String]) -> String {
    let mut batch = render::PRELUDE.to_owned();
    for (index, source) in programs.iter().enumerate() {
        batch.push_str(&format!("{handler}(\"p{index}\", [==[\n{source}]==])\n"));
    }
    batch
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

fn run_batch(pair: &Pair, kind: Kind, seed: u64, batch: usize, count: usize) -> io::Result<Tally> {
    let mut rng = Rng::new(seed.wrapping_add((batch as u64) << 40));
    let mut bytes = || (0..BYTES).map(|_| rng.bits() as u8).collect::<Vec<u8>>();
    let programs: Vec<Vec<u8>> = (0..count).map(|_| bytes()).collect();
    let sources: Vec<String> = programs.iter().map(|bytes| (kind.source)(bytes)).collect();
    let (reference, actual) = pair.run(kind.handler, &sources)?;
    let mut tally = Tally {
        programs: count,
        ..Tally::default()
    };
    if kind.hot {
        tally.traced = pair.traced(kind.handler, &sources)?;
    }
    for (index, bytes) in programs.iter().enumerate() {
        tally.ran += usize::from(reference[index].contains("-- ok\n"));
        let same = (kind.same)(&sources[index], &reference[index], &actual[index]);
        if !same && tally.failures.is_empty() {
            tally.failures.push(format!(
                "{}: batch {batch}, {}",
                pair.mode,
                shrink(pair, kind, bytes, &sources, index)?
            ));
        }
    }
    Ok(tally)
}

/// The first failing program of a batch, made as small as the time allows: by taking out ever shorter pieces of its bytes, then making bytes 0.
fn shrink(
    pair: &Pair,
    kind: Kind,
    bytes: &[u8],
    batch: &[String],
    index: usize,
) -> io::Result<String> {
    let differs = |bytes: &[u8]| -> io::Result<Option<String>> {
        let source = (kind.source)(bytes);
        let (reference, actual) = pair.run(kind.handler, std::slice::from_ref(&source))?;
        if (kind.same)(&source, &reference[0], &actual[0]) {
            return Ok(None);
        }
        Ok(diff(&reference[0], &actual[0]))
    };
    let Some(mut shown) = differs(bytes)? else {
        let place = std::env::temp_dir().join(format!("perilune-batch-{}.lua", std::process::id()));
        std::fs::write(&place, batch_of(kind.handler, batch))?;
        return Ok(format!("p{index} differs only within {}", place.display()));
    };
    let mut bytes = bytes.to_vec();
    let begin = Instant::now();
    let mut piece = bytes.len() / 2;
    while piece > 0 && begin.elapsed() < SHRINK_TIME {
        let mut at = 0;
        while at < bytes.len() && begin.elapsed() < SHRINK_TIME {
            let end = bytes.len().min(at + piece);
            let shorter = [&bytes[..at], &bytes[end..]].concat();
            let mut simpler = bytes.clone();
            simpler[at..end].fill(0);
            if let Some(text) = differs(&shorter)? {
                (bytes, shown) = (shorter, text);
            } else if simpler != bytes
                && let Some(text) = differs(&simpler)?
            {
                (bytes, shown) = (simpler, text);
                at = end;
            } else {
                at = end;
            }
        }
        piece /= 2;
    }
    Ok(format!("p{index}\n{}\n{shown}", (kind.source)(&bytes)))
}
