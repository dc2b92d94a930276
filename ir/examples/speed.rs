//! How long recording and optimising take: microseconds per 100 instructions of the recorded trace.
//!
//! ```sh
//! cargo run --release -p perilune-ir --features model --example speed
//! ```
//! With an argument it optimises that many rounds of everything and prints nothing, for a profiler.

use std::time::Instant;

use perilune_ir::build::NoObjects;
use perilune_ir::model::{Model, Rng, random_trace};
use perilune_ir::opt::{Options, optimise};
use perilune_ir::text::parse;
use perilune_ir::trace::{Limits, Trace};

/// The loops of `filetests/real.ir`.
fn real() -> Vec<Trace> {
    let text = include_str!("../filetests/real.ir");
    let cases = text.split(";; ").skip(1);
    let inputs = cases.filter_map(|c| c.split_once('\n')?.1.split("==>").next());
    inputs.filter_map(|t| parse(t).ok()).collect()
}

/// Random loops of about this many steps.
fn random(size: usize) -> Vec<Trace> {
    let loops = (0..40).filter_map(|seed| {
        let mut rng = Rng::new(seed);
        let model = Model::new(&mut rng);
        let mut trace = random_trace(&mut rng, &model, size).ok()?;
        trace.set_limits(Limits {
            instructions: 8000,
            phis: 400,
            ..Limits::default()
        });
        Some(trace)
    });
    loops.take(20).collect()
}

#[inline(never)]
fn optimise_all(traces: &[Trace]) -> usize {
    traces
        .iter()
        .filter_map(|t| optimise(t, Options::ALL, &NoObjects).ok())
        .map(|t| t.len())
        .sum()
}

fn main() {
    let sets = [
        ("real loops", real()),
        ("random, 20 steps", random(20)),
        ("random, 80 steps", random(80)),
        ("random, 300 steps", random(300)),
    ];
    if let Some(rounds) = std::env::args().nth(1).and_then(|n| n.parse().ok()) {
        for _ in 0..rounds {
            for (_, traces) in &sets {
                std::hint::black_box(optimise_all(traces));
            }
        }
        return;
    }
    for (name, traces) in &sets {
        let recorded: usize = traces.iter().map(Trace::len).sum();
        let mut best = f64::INFINITY;
        for _ in 0..30 {
            let begin = Instant::now();
            std::hint::black_box(optimise_all(traces));
            best = best.min(begin.elapsed().as_secs_f64());
        }
        let optimised = optimise_all(traces);
        println!(
            "{name:20} {:5} instructions, {:5} optimised: {:6.2} µs per 100",
            recorded,
            optimised,
            best * 1e8 / recorded as f64
        );
    }
}
