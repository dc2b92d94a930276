//! How good the generated inputs are: those that mostly fail test little. Each measure is printed (`--nocapture`) and has a least value.

use std::collections::BTreeSet;

use arbitrary::{Arbitrary, Unstructured};
use perilune::vm::run::Outcome;
use perilune_fuzz_inputs::api::Sequence;
use perilune_fuzz_inputs::inputs::{Hot, Text};
use perilune_fuzz_inputs::program::Program;
use perilune_fuzz_inputs::state::{compiling, run, state, text};
use perilune_fuzz_inputs::strings::Calls;
use perilune_ir::model::{Model, ModelObjects, Rng, random_trace};
use perilune_ir::op::IrOp;
use perilune_ir::opt::{Options, optimise};
use perilune_ir::trace::Trace;
use perilune_ir::types::IrRef;

/// Fuel that no program needs.
const PLENTY: u64 = 30_000_000;
/// The JIT as the targets use it.
const MODE: &str = "mode=compile,hotloop=1,hotexit=1";

/// `n` inputs of so many random bytes.
fn inputs<T: for<'a> Arbitrary<'a>>(n: u64, bytes: usize) -> impl Iterator<Item = T> {
    (0..n).map(move |seed| {
        let mut rng = Rng::new(seed);
        let bytes: Vec<u8> = (0..bytes).map(|_| rng.bits() as u8).collect();
        T::arbitrary(&mut Unstructured::new(&bytes)).expect("any bytes make one")
    })
}

/// Prints a measure, and fails if it is too small.
fn require(what: &str, found: usize, of: usize, least: usize) {
    println!(
        "{what}: {:.1} % of {of}, at least {least} %",
        found as f64 / of as f64 * 100.0
    );
    assert!(found * 100 >= of * least, "{what}");
}

/// How a script ends under the JIT, what it prints, and how many traces it leaves.
fn compiled(script: &str) -> (Outcome, String, usize) {
    let (mut vm, printed) = compiling(MODE, PLENTY);
    let globals = vm.globals();
    let function = vm.load(script.as_bytes(), b"=fuzz", Some(b"t"), globals);
    let function = function.unwrap_or_else(|_| panic!("{script} doesn't load"));
    let outcome = vm.run(function.into(), &[]);
    (outcome, text(&printed), vm.traces().count())
}

#[test]
fn texts_load() {
    let mut valid = 0;
    let mut loaded = 0;
    for input in inputs::<Text>(300, 400) {
        let mut vm = state(PLENTY);
        let globals = vm.globals();
        let loads = vm.load(&input.bytes, b"=fuzz", Some(b"t"), globals).is_ok();
        valid += usize::from(input.is_valid);
        loaded += usize::from(loads && input.is_valid);
    }
    require("undamaged texts that load", loaded, valid, 95);
}

#[test]
fn programs_run() {
    let mut ok = 0;
    for input in inputs::<Program>(300, 700) {
        let (printed, ..) = run(&input.script(), "mode=off", PLENTY);
        ok += usize::from(printed.contains("-- ok"));
    }
    require("programs that run without error", ok, 300, 95);
}

#[test]
fn hot_programs_run_and_complete_traces() {
    let (mut ok, mut traced) = (0, 0);
    for input in inputs::<Hot>(200, 700) {
        let (_, printed, traces) = compiled(&input.program.script());
        ok += usize::from(!printed.contains("-- error"));
        traced += usize::from(traces > 0);
    }
    require("hot programs that run without error", ok, 200, 95);
    require("hot programs that complete a trace", traced, 200, 80);
}

#[test]
fn calls_of_the_string_library_complete_traces() {
    let (mut ok, mut traced) = (0, 0);
    for input in inputs::<Calls>(200, 200) {
        let (outcome, _, traces) = compiled(&input.script());
        ok += usize::from(outcome == Outcome::Returned);
        traced += usize::from(traces > 0);
    }
    require("calls of the string library that run", ok, 200, 95);
    require("… that complete a trace", traced, 200, 80);
}

#[test]
fn sequences_make_all_calls() {
    let (mut calls, mut done) = (0, 0);
    let mut kinds = BTreeSet::new();
    for sequence in inputs::<Sequence>(200, 400) {
        calls += sequence.kinds().count();
        kinds.extend(sequence.kinds());
        done += sequence.run();
    }
    require("calls of the embedding API that succeed", done, calls, 95);
    assert_eq!(kinds.len(), 20, "{kinds:?}");
}

#[test]
fn random_traces_reach_the_operations() {
    let mut reached = BTreeSet::new();
    let mut add = |trace: &Trace| {
        let with_first = [IrRef::BASE].into_iter().chain(trace.refs());
        reached.extend(with_first.map(|r| trace.get(r).op() as usize));
    };
    for seed in 0..1000 {
        let mut rng = Rng::new(seed);
        let mut model = Model::new(&mut rng);
        (model.closures, model.rare) = (true, true);
        if let Ok(trace) = random_trace(&mut rng, &model, 24) {
            add(&trace);
            let _ = optimise(&trace, Options::ALL, &ModelObjects).map(|trace| add(&trace));
        }
    }
    let missing = IrOp::ALL
        .iter()
        .filter(|op| !reached.contains(&(**op as usize)));
    println!("not reached: {:?}", missing.collect::<Vec<_>>());
    require("IR operations", reached.len(), IrOp::COUNT, 90);
}
