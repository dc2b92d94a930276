//! Runs scripts with the n-th guard of all traces failing whenever it is reached, for every n.
//!
//! A script has as many guards as that of its traces which has the most; the engine's own dump of its IR tells. Comparisons don't count
//! unless they are the engine's own, as where one decides on a branch its exit is the other way.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use crate::check::Pair;
use crate::{Interpreter, Script};

/// Scripts that run at a time.
const WORKERS: usize = 2;

const COMPARISONS: [&str; 10] = [
    "LT", "GE", "LE", "GT", "ULT", "UGE", "ULE", "UGT", "EQ", "NE",
];

/// The options under which guards are counted and fail.
const OPTIONS: &str = "mode=compile,hotloop=1,hotexit=1";

#[derive(Default)]
struct Tally {
    scripts: usize,
    /// Scripts of which every guard failed.
    whole: usize,
    guards: usize,
    runs: usize,
    failures: usize,
}

/// How many guards the greatest trace of a script has.
pub fn count(engine: &Interpreter, script: &Script, limit: Duration) -> io::Result<usize> {
    let dump = tempfile::NamedTempFile::new()?;
    let flag = format!("-jdump=i,{}", dump.path().display());
    let engine = engine.clone().with_flag(&flag).with_jit(OPTIONS);
    engine.run(&script.file, &script.source, &script.directives, limit)?;
    let text = fs::read(dump.path())?;
    Ok(most(&String::from_utf8_lossy(&text)))
}

/// The most guards of a trace in a dump.
fn most(dump: &str) -> usize {
    let (mut most, mut guards) = (0, 0);
    for line in dump.lines() {
        if line.starts_with("---- TRACE") {
            guards = 0;
        }
        // 0004 >   int ABC    0003 0001
        let mut words = line.split_whitespace();
        let number = words.next().unwrap_or_default();
        let flags = words.next().unwrap_or_default();
        if number.len() < 4 || number.parse::<u32>().is_err() || !flags.starts_with('>') {
            continue;
        }
        let (ty, op) = (words.next().unwrap_or_default(), words.next());
        // Programs compare neither prototypes nor addresses. Some of the others that are counted here may be the program's.
        let may_be_own = ["pro", "p64", "int", "tab"].contains(&ty);
        if op.is_some_and(|op| may_be_own || !COMPARISONS.contains(&op)) {
            guards += 1;
            most = most.max(guards);
        }
    }
    most
}

/// Which guards of so many fail in turn, if there is time for so many of them.
fn choose(guards: usize, affordable: usize) -> Vec<usize> {
    if guards <= affordable {
        return (1..=guards).collect();
    }
    let affordable = affordable.max(1);
    (0..affordable)
        .map(|i| 1 + i * guards / affordable)
        .collect()
}

/// Runs each script once for each of its guards, or as many as fit into the time that a script may take. Prints what differs and how much
/// was run, and tells whether nothing differs.
pub fn run(pair: &Pair, scripts: &[Script], each: Duration) -> bool {
    let next = AtomicUsize::new(0);
    let tally = Mutex::new(Tally::default());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(script) = scripts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = fail_in_turn(pair, script, each, &tally);
                    if let (Err(error), Ok(mut tally)) = (result, tally.lock()) {
                        println!("FAILED {}\n{error}", script.name());
                        tally.failures += 1;
                    }
                }
            });
        }
    });
    let t = tally.into_inner().unwrap_or_default();
    println!(
        "{} scripts with up to {} guards, every guard of {} of them; {} runs, {} failed",
        t.scripts, t.guards, t.whole, t.runs, t.failures
    );
    t.failures == 0
}

fn fail_in_turn(
    pair: &Pair,
    script: &Script,
    each: Duration,
    tally: &Mutex<Tally>,
) -> io::Result<()> {
    let begin = Instant::now();
    let guards = pair.guards(script)?;
    let affordable = each.as_nanos() / begin.elapsed().as_nanos().max(1);
    let chosen = choose(guards, usize::try_from(affordable).unwrap_or(usize::MAX));
    let mut failed = Vec::new();
    for &n in &chosen {
        let outcome = pair.check_with(script, &format!("{OPTIONS},failguard={n}"))?;
        if let Some(difference) = outcome.failure {
            failed.push(n);
            // One difference tells enough.
            if failed.len() == 1 {
                println!("FAILED {}, failguard={n}\n{difference}", script.name());
            }
        }
    }
    if failed.len() > 1 {
        println!("FAILED {}, failguard one of {failed:?}", script.name());
    }
    if let Ok(mut tally) = tally.lock() {
        tally.scripts += usize::from(guards > 0);
        tally.whole += usize::from(guards > 0 && chosen.len() == guards);
        tally.guards = tally.guards.max(guards);
        tally.runs += chosen.len();
        tally.failures += failed.len();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_in_a_dump() {
        let dump = "\
---- TRACE 1 IR
0001     int SLOAD  #4 CI
0002 >   tab SLOAD  #3 T
0008 >   tab EQ     0007 null.tab
0013 >+  int ADDOV  0001 +1
0014 >   num LT     0013 +1
0015 >   nil FUEL   1
---- TRACE 2 IR
0001 >   num SLOAD  #4 T
";
        assert_eq!(most(dump), 4);
        assert_eq!(choose(3, 5), [1, 2, 3]);
        assert_eq!(choose(10, 3), [1, 4, 7]);
    }
}
