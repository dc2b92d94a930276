//! The evaluator: executes a trace instruction by instruction over a [`Machine`].
//!
//! It is the oracle of everything below it, so it is plain rather than fast. A trace is left by a guard that fails,
//! by its end, or by an order of the caller's ([`Run`]); then the snapshot's values are written into the machine's slots,
//! and objects that were sunk are made.
//!
//! A trace that ends by `LINK loop` but was not peeled starts again with the slots that its last snapshot says. The *iteration*
//! counts these rounds; in a peeled loop what precedes LOOP is iteration 0.

pub mod arith;
mod exec;
mod machine;
mod restore;

pub use machine::{Machine, Trap, Val};
pub use restore::{RestoreError, SunkObjects, exit_values, restore};

use alloc::vec::Vec;

use crate::ins::Flags;
use crate::op::IrOp;
use crate::trace::{Link, Trace};
use crate::types::IrRef;

/// How to run a trace.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Leave at the end of this many iterations.
    pub iterations: u32,
    /// Leave in this iteration where the snapshot of this pc is, before the instructions it is for, but behind FUEL if that is
    /// what it is taken for.
    pub stop_at: Option<(u32, u32)>,
    /// Let this guard fail, or this instruction trap, whenever it is reached.
    pub fail: Option<IrRef>,
}

impl Default for Run {
    fn default() -> Run {
        Run {
            iterations: 1_000,
            stop_at: None,
            fail: None,
        }
    }
}

/// Why a trace was left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// The guard failed.
    Guard(IrRef),
    /// The trace came to its end, which links elsewhere.
    End,
    /// As often as allowed.
    Iterations,
    /// Where the caller wanted.
    Stopped,
    /// An instruction raised.
    Trap(IrRef, Trap),
}

/// How a trace was left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Exit {
    /// Why.
    pub reason: Reason,
    /// The snapshot's number.
    pub snap: usize,
    /// The snapshot's pc.
    pub pc: u32,
    /// In which iteration.
    pub iteration: u32,
}

/// The trace is malformed, or doesn't fit the machine it is run on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EvalError {
    /// The instruction.
    pub at: IrRef,
    /// What is wrong.
    pub what: &'static str,
}

impl core::fmt::Display for EvalError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:?}: {}", self.at, self.what)
    }
}
impl core::error::Error for EvalError {}

/// Executes a trace until it is left.
pub fn run<M: Machine>(trace: &Trace, machine: &mut M, how: Run) -> Result<Exit, EvalError> {
    run_keeping(trace, machine, how, &mut Vec::new())
}

/// The same, and leaves in `values` what the instructions gave, which a side trace's PVAL asks for.
pub fn run_keeping<M: Machine>(
    trace: &Trace,
    machine: &mut M,
    how: Run,
    values: &mut Vec<Val>,
) -> Result<Exit, EvalError> {
    values.clear();
    values
        .try_reserve_exact(trace.len())
        .map_err(|_| EvalError {
            at: IrRef::BASE,
            what: "not enough memory",
        })?;
    values.resize(trace.len(), Val::NIL);
    let mut e = Evaluator {
        trace,
        machine,
        values: core::mem::take(values),
    };
    let exit = e.run(how);
    *values = e.values;
    exit
}

/// The values of all instructions after one iteration without a loop.
#[cfg(any(test, feature = "model"))]
pub(crate) fn values<M: Machine>(trace: &Trace, machine: &mut M) -> Result<Vec<Val>, EvalError> {
    let mut e = Evaluator {
        trace,
        machine,
        values: alloc::vec![Val::NIL; trace.len()],
    };
    e.values[0] = Val::Ptr(e.machine.base());
    for r in trace.refs() {
        if let Step::Value(v) = e.step(r, trace.get(r))? {
            e.values[r.index()] = v;
        }
    }
    Ok(e.values)
}

/// What executing one instruction came to.
enum Step {
    Value(Val),
    Fail,
    Trap(Trap),
}

struct Evaluator<'a, M> {
    trace: &'a Trace,
    machine: &'a mut M,
    values: Vec<Val>,
}

impl<M: Machine> Evaluator<'_, M> {
    fn error(&self, at: IrRef, what: &'static str) -> EvalError {
        EvalError { at, what }
    }

    /// The value of an operand.
    fn val(&self, r: IrRef) -> Val {
        let known = match self.trace.constant_value(r) {
            None if !r.is_const() => self.values.get(r.index()).copied(),
            v => v,
        };
        known.unwrap_or(Val::NIL)
    }

    fn run(&mut self, how: Run) -> Result<Exit, EvalError> {
        let t = self.trace;
        let last = t.next_ref();
        let first = IrRef::ins(1);
        let mut iteration = 0;
        let mut r = first;
        self.values[0] = Val::Ptr(self.machine.base());
        loop {
            // Snapshots at `r` are for what comes now.
            if let Some((n, pc)) = how.stop_at
                && n == iteration
                && let Some(s) = t.snaps().iter().rposition(|s| s.at == r && s.pc == pc)
            {
                self.charge(s)?;
                return self.leave(Reason::Stopped, s, iteration);
            }
            if r == last || t.get(r).op() == IrOp::Phi {
                iteration += 1;
                let s = t.snaps().len().wrapping_sub(1);
                match (t.loop_ref(), t.link) {
                    (Some(l), _) => {
                        self.phis();
                        if iteration >= how.iterations {
                            return self.leave_loop(iteration);
                        }
                        r = IrRef::ins(l.index() + 1);
                    }
                    (None, Link::Loop) => {
                        self.restore(s)?;
                        if iteration >= how.iterations {
                            return Ok(self.exit(Reason::Iterations, s, iteration));
                        }
                        self.values[0] = Val::Ptr(self.machine.base());
                        r = first;
                    }
                    (None, _) => return self.leave(Reason::End, s, iteration),
                }
                continue;
            }
            let ins = t.get(r);
            if ins.op() == IrOp::Loop {
                iteration += 1;
                if iteration >= how.iterations {
                    return self.leave_loop(iteration);
                }
            }
            if !ins.has(Flags::SUNK) {
                let step = if how.fail == Some(r) && ins.op() == IrOp::Fuel {
                    // It charges all the same.
                    self.step(r, ins)?;
                    Step::Fail
                } else if how.fail == Some(r) && ins.is_guard() {
                    Step::Fail
                } else if how.fail == Some(r) && ins.may_trap() {
                    Step::Trap(Trap::OutOfMemory)
                } else {
                    self.step(r, ins)?
                };
                let reason = match step {
                    Step::Value(v) => {
                        self.values[r.index()] = v;
                        None
                    }
                    Step::Fail if !ins.is_guard() => {
                        return Err(self.error(r, "what isn't a guard failed"));
                    }
                    Step::Fail => Some(Reason::Guard(r)),
                    Step::Trap(t) => Some(Reason::Trap(r, t)),
                };
                if let Some(reason) = reason {
                    let Some(s) = t.snap_of(r) else {
                        return Err(self.error(r, "left without a snapshot"));
                    };
                    return self.leave(reason, s, iteration);
                }
            }
            r = IrRef::ins(r.index() + 1);
        }
    }

    /// Executes the FUEL that a snapshot stands before, if one does.
    fn charge(&mut self, snap: usize) -> Result<(), EvalError> {
        let t = self.trace;
        let mut here = t.refs_of_snap(snap);
        match here.find(|&r| t.get(r).op() == IrOp::Fuel) {
            Some(r) => self.step(r, t.get(r)).map(drop),
            None => Ok(()),
        }
    }

    /// Left operands of PHIs take the values of the right ones, all at once.
    fn phis(&mut self) {
        let t = self.trace;
        let phis = t.chain(IrOp::Phi, None);
        let news: Vec<_> = phis
            .filter(|(_, i)| !i.has(Flags::SUNK))
            .filter_map(|(_, i)| Some((i.a().as_ref()?, self.val(i.b().as_ref()?))))
            .collect();
        for (left, v) in news {
            if let Some(slot) = self.values.get_mut(left.index()) {
                *slot = v;
            }
        }
    }

    /// Leaves between two iterations of a peeled loop: with the snapshot that stands before LOOP, the PHIs being done.
    fn leave_loop(&mut self, iteration: u32) -> Result<Exit, EvalError> {
        let l = self.trace.loop_ref().unwrap_or(IrRef::BASE);
        match self.trace.snaps().iter().rposition(|s| s.at <= l) {
            Some(s) => self.leave(Reason::Iterations, s, iteration),
            None => Err(self.error(l, "loop without a snapshot")),
        }
    }

    /// Writes what the snapshot holds into the machine's slots.
    fn restore(&mut self, snap: usize) -> Result<(), EvalError> {
        let (t, values) = (self.trace, &self.values);
        let source = |r: IrRef| values.get(r.index()).copied();
        loop {
            let what = match restore(t, snap, source, self.machine) {
                Ok(()) => return Ok(()),
                Err(RestoreError::Trap(_)) if self.machine.make_room(values) => continue,
                Err(RestoreError::Trap(_)) => "no memory for a sunk object",
                Err(RestoreError::Missing(_)) => "a value that an exit needs is missing",
                Err(RestoreError::NoSnapshot) => "no snapshot to leave with",
            };
            let at = t.snaps().get(snap).map_or(IrRef::BASE, |s| s.at);
            return Err(self.error(at, what));
        }
    }

    fn exit(&self, reason: Reason, snap: usize, iteration: u32) -> Exit {
        let pc = self.trace.snaps().get(snap).map_or(0, |s| s.pc);
        Exit {
            reason,
            snap,
            pc,
            iteration,
        }
    }
    fn leave(&mut self, reason: Reason, snap: usize, iteration: u32) -> Result<Exit, EvalError> {
        self.restore(snap)?;
        Ok(self.exit(reason, snap, iteration))
    }
}
