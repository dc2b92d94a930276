//! Runs the programs under the peers, interleaved, and checks what they print.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::args::{BlessArgs, Format, RunArgs};
use crate::measure::{Measured, measure};
use crate::peer::{self, BUILT_IN, Peer};
use crate::program::{self, Program, Size, Verdict, check};
use crate::report::{Outcome, Report, Row, Sample};

/// CPU seconds after which a run for an expected output is given up.
const BLESS_TIMEOUT: u64 = 120;

/// The default action: measures and prints the report. `false` if any run failed.
pub fn run(args: &RunArgs) -> Result<bool> {
    let programs = program::find(&args.programs)?;
    let peers = peer::select(&args.peers)?;
    let runs = args
        .runs
        .unwrap_or(if args.size == Size::Small { 1 } else { 5 });
    ensure!(runs > 0, "--runs must be positive");
    let mut rows = Vec::new();
    for (i, program) in programs.iter().enumerate() {
        eprintln!("[{}/{}] {}", i + 1, programs.len(), program.name);
        let outcomes = compare(program, args.size, runs, &peers, args.peers.timeout)?;
        for (peer, outcome) in peers.iter().zip(&outcomes) {
            if let Outcome::Failed(why) = outcome {
                eprintln!("  {} failed: {why}", peer.name);
            }
        }
        rows.push(Row::new(&program.name, outcomes));
    }
    let names = peers.into_iter().map(|p| p.name).collect();
    let report = Report::new(
        format!("programs, {} size", args.size.name()),
        runs,
        names,
        rows,
    );
    if args.size == Size::Small && args.format == Format::Table {
        report.print_check();
    } else {
        report.print(args.format)?;
    }
    Ok(report.all_good())
}

/// One program under each peer, `runs` times in turn. A peer that failed or declined is not
/// asked again.
fn compare(
    program: &Program,
    size: Size,
    runs: u32,
    peers: &[Peer],
    timeout: u64,
) -> Result<Vec<Outcome>> {
    let expected = program.expected(size)?;
    let mut outcomes: Vec<_> = peers
        .iter()
        .map(|_| Outcome::Measured(Vec::new()))
        .collect();
    for _ in 0..runs {
        for (peer, outcome) in peers.iter().zip(&mut outcomes) {
            let Outcome::Measured(samples) = outcome else {
                continue;
            };
            let run = start(peer, program, size, timeout)?;
            if let Some(why) = run.failure() {
                *outcome = Outcome::Failed(why);
                continue;
            }
            match check(&expected, &run.stdout) {
                Verdict::Good => samples.push(Sample::from(&run)),
                Verdict::Skipped(why) => *outcome = Outcome::Skipped(why),
                Verdict::Wrong(why) => *outcome = Outcome::Failed(format!("wrong output, {why}")),
            }
        }
    }
    Ok(outcomes)
}

fn start(peer: &Peer, program: &Program, size: Size, timeout: u64) -> Result<Measured> {
    let mut command = peer.run(&program.path);
    command.args(program.argument(size));
    measure(&mut command, timeout).with_context(|| format!("starting {}", peer.name))
}

/// Writes the expected outputs from one peer's runs.
pub fn bless(args: &BlessArgs) -> Result<bool> {
    let peer = peer::built_in(&args.from, false)?;
    let peer = peer.with_context(|| format!("{} is not in PATH", args.from))?;
    for program in program::find(&args.programs)? {
        for size in Size::ALL {
            let run = start(&peer, &program, size, BLESS_TIMEOUT)?;
            if let Some(why) = run.failure() {
                anyhow::bail!("{}: {why}", program.name);
            }
            fs::write(program.expected_path(size), &run.stdout)?;
        }
        eprintln!("{}", program.name);
    }
    Ok(true)
}

/// Prints the programs and the built-in peers.
pub fn list() -> Result<bool> {
    println!("Programs:");
    for program in program::find(&[])? {
        println!("  {:17} {}", program.name, program.measures);
    }
    println!("Peers:");
    for (name, what) in BUILT_IN {
        println!("  {name:17} {what}");
    }
    Ok(true)
}
