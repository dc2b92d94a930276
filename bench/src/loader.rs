//! Compares the speed of `load`, parsing and compiling, on generated source.
//!
//! A driver script reads the file and calls `load` on it a given number of times. The time of
//! one load is the difference between a run with loads and a run without, so that starting
//! up and reading the file cancel out and no interpreter's own clock is trusted.

mod generate;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use comfy_table::Table;

use crate::args::{Format, LoaderArgs};
use crate::measure::{Measured, measure};
use crate::peer::{self, Peer};
use crate::report::{Outcome, Report, Row, Sample, new_table};

const DRIVER: &str = include_str!("loader/driver.lua");

/// The generated source and the script that loads it.
struct Input {
    source: PathBuf,
    driver: PathBuf,
    bytes: u64,
    modules: u64,
}

impl Input {
    fn prepare(megabytes: u32) -> Result<Self> {
        let folder = peer::target_dir()?.join("bench");
        fs::create_dir_all(&folder)?;
        let source = folder.join("loader-source.lua");
        let driver = folder.join("loader-driver.lua");
        fs::write(&driver, DRIVER)?;
        let mut file = BufWriter::new(File::create(&source)?);
        let bytes = u64::from(megabytes) * 1_000_000;
        let (bytes, modules) = generate::write_source(&mut file, bytes)?;
        file.flush()?;
        Ok(Self {
            source,
            driver,
            bytes,
            modules,
        })
    }
}

/// The subcommand: measures and prints the report. `false` if a peer failed.
pub fn run(args: &LoaderArgs) -> Result<bool> {
    ensure!(
        args.loads > 0 && args.runs > 0,
        "--loads and --runs must be positive"
    );
    let input = Input::prepare(args.megabytes)?;
    let peers = peer::select(&args.peers)?;
    let mut outcomes: Vec<_> = peers
        .iter()
        .map(|_| Outcome::Measured(Vec::new()))
        .collect();
    for round in 0..args.runs {
        eprintln!("[{}/{}]", round + 1, args.runs);
        for (peer, outcome) in peers.iter().zip(&mut outcomes) {
            let Outcome::Measured(samples) = outcome else {
                continue;
            };
            match one_load(peer, args, &input)? {
                Ok(sample) => samples.push(sample),
                Err(why) => {
                    eprintln!("  {} failed: {why}", peer.name);
                    *outcome = Outcome::Failed(why);
                }
            }
        }
    }
    if args.format == Format::Table {
        println!("{}", table(&peers, &outcomes, input.bytes as f64 / 1e6));
    }
    let names = peers.into_iter().map(|p| p.name).collect();
    let report = Report::new(
        "load".into(),
        args.runs,
        names,
        vec![Row::new("load", outcomes)],
    );
    if args.format != Format::Table {
        report.print(args.format)?;
    }
    Ok(report.all_good())
}

/// The time of one load, the speed, its share of the baseline's speed, and the memory.
fn table(peers: &[Peer], outcomes: &[Outcome], megabytes: f64) -> Table {
    let title = format!("load of {megabytes:.1} MB");
    let mut table = new_table(&[title.as_str(), "s", "MB/s", "speed ratio", "peak MiB"]);
    let base = outcomes.first().and_then(Outcome::time);
    for (peer, outcome) in peers.iter().zip(outcomes) {
        let time = outcome.time().filter(|&t| t > 0.0);
        let share = time.zip(base).map(|(own, base)| base / own);
        let cell = |value: Option<f64>, decimals: usize| {
            value.map_or("–".to_owned(), |v| format!("{v:.decimals$}"))
        };
        table.add_row([
            peer.name.clone(),
            cell(time, 3),
            cell(time.map(|t| megabytes / t), 1),
            cell(share, 2),
            cell(outcome.memory().map(|m| m / f64::from(1 << 20)), 1),
        ]);
    }
    table
}

/// The time of one load, from a run with loads and one without; or why it failed.
fn one_load(peer: &Peer, args: &LoaderArgs, input: &Input) -> Result<Result<Sample, String>> {
    let start = |loads: u32| -> Result<Measured> {
        let mut command = peer.run(&input.driver);
        command.arg(&input.source).arg(loads.to_string());
        measure(&mut command, args.peers.timeout).with_context(|| format!("starting {}", peer.name))
    };
    let (without, with) = (start(0)?, start(args.loads)?);
    for (run, expected) in [(&without, 0), (&with, input.modules)] {
        if let Some(why) = run.failure() {
            return Ok(Err(why));
        }
        let output = String::from_utf8_lossy(&run.stdout);
        if output.trim() != expected.to_string() {
            return Ok(Err(format!(
                "expected {expected} modules, got {}",
                output.trim()
            )));
        }
    }
    let loads = f64::from(args.loads);
    Ok(Ok(Sample {
        user: (with.user - without.user).max(0.0) / loads,
        system: (with.system - without.system).max(0.0) / loads,
        peak_rss: with.peak_rss,
    }))
}
