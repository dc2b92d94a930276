//! The ladder's rungs within this crate: a trace as recorded and as optimised, evaluated on the same machine, leave alike; each guard is forced
//! to fail and each allocation too, and a side trace takes over from each exit.

use std::format;
use std::string::{String, ToString};

use super::{Model, ModelObjects};
use crate::build::Builder;
use crate::eval::{Exit, Reason, Run, run, run_keeping};
use crate::ins::Flags;
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

/// Optimises a trace and compares it with what it was. Tells whether the optimiser had an answer; an error describes the difference.
pub fn check(plain: &Trace, model: &Model, options: Options) -> Result<bool, String> {
    verify(plain).map_err(|e| format!("generator: {e}\n{plain}"))?;
    let text = plain.to_string();
    let again = parse(&text).map_err(|e| e.to_string())?;
    if again.to_string() != text {
        return Err(format!("parsing changes\n{text}into\n{again}"));
    }
    match optimise(plain, options, &ModelObjects) {
        Ok(t) => compare(plain, &t, model)
            .map(|()| true)
            .map_err(|e| format!("{options:?}\n{e}\n{plain}\n==>\n{t}")),
        // What narrowing converts it checks, which may fail where the recorded trace goes on.
        Err(TraceError::GuardFails) if options.narrow => Ok(false),
        Err(TraceError::GuardFails) => {
            let how = Run {
                iterations: 3,
                ..Run::default()
            };
            let (exit, _) = evaluate(plain, model, how)?;
            match exit.reason {
                Reason::Guard(_) => Ok(false),
                r => Err(format!("no guard fails, but {r:?}\n{plain}")),
            }
        }
        Err(TraceError::TypeInstability | TraceError::TooManyPhis) => Ok(false),
        Err(e) => Err(format!("{e}\n{plain}")),
    }
}
