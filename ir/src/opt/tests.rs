//! The ladder's rungs within this crate: evaluator(trace as recorded) = evaluator(trace as optimised), on random traces,
//! for each optimisation by itself, each left out, and all of them; and with every guard forced to fail.

use std::string::{String, ToString};
use std::{format, println};

use proptest::prelude::*;

use crate::build::Builder;
use crate::eval::{Exit, Reason, Run, run, run_keeping};
use crate::ins::Flags;
use crate::model::{Model, ModelObjects, Rng, random_trace};
use crate::op::IrOp;
use crate::opt::{Options, optimise};
use crate::side::inherit;
use crate::text::parse;
use crate::trace::{Trace, TraceError};
use crate::verify::verify;

fn evaluate(t: &Trace, model: &Model, how: Run) -> Result<(Exit, Model), String> {
    let mut m = model.clone();
    let exit = run(t, &mut m, how).map_err(|e| format!("evaluation: {e}"))?;
    if let Some(v) = m.violation {
        return Err(v.to_string());
    }
    Ok((exit, m))
}

/// The optimised trace was left with `exit`: does the trace as recorded pass through the same state there?
fn same_state(plain: &Trace, model: &Model, how: Run, exit: Exit, m: &Model) -> Result<(), String> {
    let stop_at = match exit.reason {
        Reason::Iterations => None,
        _ => Some((exit.iteration, exit.pc)),
    };
    let how = Run {
        stop_at,
        fail: None,
        ..how
    };
    let (plain_exit, plain_m) = evaluate(plain, model, how)?;
    if (plain_exit.pc, plain_exit.iteration) != (exit.pc, exit.iteration) {
        if let Reason::Guard(r) = plain_exit.reason
            && (plain.get(r).op().meta().weak || plain.get(r).op() == IrOp::Conv)
        {
            // Nobody used the result, so the optimiser dropped the check that an int can hold it: there is
            // nothing to compare.
            return Ok(());
        }
        return Err(format!(
            "left with {exit:?}, as recorded with {plain_exit:?}"
        ));
    }
    let (a, b) = (m.dump(), plain_m.dump());
    if a != b {
        return Err(format!(
            "left with {exit:?}: state\n{a}--- as recorded\n{b}"
        ));
    }
    Ok(())
}

fn compare(plain: &Trace, optimised: &Trace, model: &Model) -> Result<(), String> {
    verify(optimised).map_err(|e| format!("verifier: {e}"))?;
    for iterations in [1, 2, 3, 9] {
        let how = Run {
            iterations,
            ..Run::default()
        };
        let (exit, m) = evaluate(optimised, model, how)?;
        same_state(plain, model, how, exit, &m)?;
    }
    for r in optimised.refs().filter(|&r| optimised.get(r).may_leave()) {
        let how = Run {
            iterations: 3,
            fail: Some(r),
            ..Run::default()
        };
        let (exit, m) = evaluate(optimised, model, how)?;
        let failed = |e| format!("{r:?} forced to fail: {e}");
        same_state(plain, model, how, exit, &m).map_err(failed)?;
        side_trace(optimised, model, how, exit, &m).map_err(failed)?;
    }
    Ok(())
}

/// A side trace that only takes over what its parent has at the exit leaves in the exit's state.
fn side_trace(t: &Trace, model: &Model, how: Run, exit: Exit, m: &Model) -> Result<(), String> {
    let mut side = m.clone();
    run_keeping(t, &mut model.clone(), how, &mut side.parent).map_err(|e| e.to_string())?;
    let text = |e: TraceError| format!("side trace: {e}");
    let mut b = Builder::try_new(t.limits(), Options::ALL, &ModelObjects).map_err(text)?;
    let entries = inherit(&mut b, t, exit.snap, 7).map_err(text)?;
    b.snapshot(7, 0, &entries).map_err(text)?;
    let inherited = b.finish();
    let report = |e: String| format!("{e}\nside trace of {exit:?}\n{inherited}");
    verify(&inherited).map_err(|e| report(e.to_string()))?;
    let traps = inherited.refs().filter(|&r| {
        let ins = inherited.get(r);
        ins.may_leave() && !ins.has(Flags::SUNK)
    });
    for fail in traps.map(Some).chain([None]) {
        let how = Run { fail, ..how };
        let (side_exit, after) = evaluate(&inherited, &side, how).map_err(report)?;
        if side_exit.pc != 7 || after.dump() != m.dump() {
            let (a, b) = (after.dump(), m.dump());
            return Err(report(format!("{side_exit:?}\n{a}--- parent\n{b}")));
        }
    }
    Ok(())
}

/// Checks one seed; tells whether the optimiser had an answer.
fn check(seed: u64, size: usize, options: Options) -> Result<bool, String> {
    let mut rng = Rng::new(seed);
    let mut model = Model::new(&mut rng);
    model.closures = true;
    if rng.chance(4) {
        model.set_fuel(5);
    }
    let plain = random_trace(&mut rng, &model, size).map_err(|e| e.to_string())?;
    verify(&plain).map_err(|e| format!("generator: {e}\n{plain}"))?;
    let text = plain.to_string();
    let again = parse(&text).map_err(|e| e.to_string())?;
    if again.to_string() != text {
        return Err(format!("parsing changes\n{text}into\n{again}"));
    }
    match optimise(&plain, options, &ModelObjects) {
        Ok(t) => compare(&plain, &t, &model)
            .map(|()| true)
            .map_err(|e| format!("seed {seed} {options:?}\n{e}\n{plain}\n==>\n{t}")),
        // What narrowing converts it checks, which may fail where the recorded trace goes on.
        Err(TraceError::GuardFails) if options.narrow => Ok(false),
        Err(TraceError::GuardFails) => {
            let how = Run {
                iterations: 3,
                ..Run::default()
            };
            let (exit, _) = evaluate(&plain, &model, how)?;
            match exit.reason {
                Reason::Guard(_) => Ok(false),
                r => Err(format!("seed {seed}: no guard fails, but {r:?}\n{plain}")),
            }
        }
        Err(TraceError::TypeInstability) => Ok(false),
        Err(e) => Err(format!("seed {seed}: {e}\n{plain}")),
    }
}

fn only(names: &[&str]) -> Options {
    let mut o = Options::NONE;
    for n in names {
        assert!(o.set(n, true));
    }
    o
}

fn without(name: &str) -> Options {
    let mut o = Options::ALL;
    assert!(o.set(name, false));
    o
}

fn must(seed: u64, size: usize, o: Options) -> Result<bool, TestCaseError> {
    check(seed, size, o).map_err(TestCaseError::fail)
}

/// `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES");
    asked.ok().and_then(|n| n.parse().ok()).unwrap_or(300)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing(seed: u64, size in 1..40usize) { must(seed, size, Options::NONE)?; }
    #[test]
    fn fold_alone(seed: u64, size in 1..40usize) { must(seed, size, only(&["fold"]))?; }
    #[test]
    fn cse_alone(seed: u64, size in 1..40usize) { must(seed, size, only(&["cse"]))?; }
    #[test]
    fn dce_alone(seed: u64, size in 1..40usize) { must(seed, size, only(&["dce"]))?; }
    #[test]
    fn fwd_alone(seed: u64, size in 1..40usize) { must(seed, size, only(&["fwd"]))?; }
    #[test]
    fn dse_alone(seed: u64, size in 1..40usize) { must(seed, size, only(&["dse"]))?; }
    #[test]
    fn loop_alone(seed: u64, size in 1..40usize) { must(seed, size, only(&["loop"]))?; }
    #[test]
    fn narrowing(seed: u64, size in 1..40usize) { must(seed, size, only(&["fold", "narrow"]))?; }
    #[test]
    fn bounds_checks(seed: u64, size in 1..40usize) { must(seed, size, only(&["fold", "cse", "abc"]))?; }
    #[test]
    fn straight(seed: u64, size in 1..40usize) { must(seed, size, without("loop"))?; }
    #[test]
    fn all(seed: u64, size in 1..40usize) { must(seed, size, Options::ALL)?; }
    #[test]
    fn one_left_out(seed: u64, size in 1..40usize, n in 0..Options::NAMES.len()) { must(seed, size, without(Options::NAMES[n]))?; }
}

/// Most random traces have to get through the optimiser, or the tests above say little.
#[test]
fn most_traces_count() {
    let done = (0..300)
        .filter(|&s| check(s, 4 + s as usize % 30, Options::ALL) == Ok(true))
        .count();
    println!("{done} of 300");
    assert!(done > 200, "{done} of 300");
}
