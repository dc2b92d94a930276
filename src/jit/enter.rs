//! Running traces: entry, exits, and what follows an exit.
//!
//! A trace is entered with the state's `base` at the frame it begins in. When it is left, the snapshot's slots have been written, `base` still
//! is the trace's, and the exit's resume point says where the interpreter goes on. Before it does: another trace may begin right
//! there (a side trace, the trace that this one links to, the one behind a stitched call), the exit may be hot, a step of the collector or
//! a service may be due.

use perilune_ir::eval::{Reason, RestoreError, Run};
use perilune_ir::op::IrOp;

use crate::bytecode::ProtoFlags;
use crate::jit::evaluate::evaluate;
use crate::jit::plan::Plan;
use crate::jit::store::{ExitState, Installed, Writes};
use crate::jit::trace::{LinkKind, ResumePoint, Start, TraceNo};
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::call::{Action, Next};
use crate::vm::frame::{self, Frame};
use crate::vm::native::Flow;
use crate::vm::stack::MIN_NATIVE_SLOTS;

/// How a trace was left.
struct Left {
    /// Which one: those that others link to run on without coming back here.
    number: TraceNo,
    /// With which snapshot.
    snap: usize,
    /// Why.
    how: How,
    /// How many instructions precede the snapshot in its trace, about.
    length: i64,
}

/// What entering and leaving machine code costs, in instructions of the IR that it saves the interpreter.
const ENTRY: i64 = 60;
/// What a taken back-edge or call in machine code is worth.
const PER_UNIT: i64 = 30;
/// With a greater loss a trace is no longer entered.
const MOST_LOSS: i64 = 100_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// A guard failed.
    Guard,
    /// It came to its end.
    End,
    /// For a reason that has nothing to do with the snapshot: fuel, the collector, the stack, memory, an error.
    Aside,
}

/// What follows an exit.
enum After {
    /// Another trace, entered at this base.
    Enter(TraceNo),
    /// The interpreter.
    Interpret(Next),
}

impl Vm {
    /// Takes the unit of a back-edge or call, then enters a trace in the frame at the state's `base`.
    #[inline(never)]
    pub(crate) fn enter_trace_for_unit(&mut self, number: usize) -> Next {
        let number = TraceNo(number as u16);
        self.budget -= 1;
        if self.budget < 0 {
            if let Some(point) = self.jit.traces.get(number).and_then(start_of) {
                self.pc = point.pc;
            }
            if self.profiler.is_on() {
                self.profiler.trace = Some(number.0);
            }
            return self.service();
        }
        self.run_traces(number)
    }

    /// Enters a trace in the frame at the state's `base`.
    #[inline(never)]
    pub(crate) fn enter_trace(&mut self, number: usize) -> Next {
        self.run_traces(TraceNo(number as u16))
    }

    /// Runs this trace and those that follow it, until the interpreter has to go on.
    fn run_traces(&mut self, first: TraceNo) -> Next {
        let mut number = first;
        let mut loss = 0;
        loop {
            match self.run_trace(number, &mut loss) {
                After::Enter(next) => number = next,
                After::Interpret(next) => {
                    self.weigh(first, loss);
                    return next;
                }
            }
        }
    }

    /// Counts what entering a trace cost more than it was worth, and lets the interpreter execute its instruction for a while where
    /// that comes to too much.
    #[inline]
    fn weigh(&mut self, number: TraceNo, loss: i64) {
        let Some(trace) = self.jit.traces.get_mut(number) else {
            return;
        };
        trace.loss = (trace.loss + loss).max(0);
        if trace.loss > MOST_LOSS && trace.start == Start::Root {
            trace.loss = 0;
            self.leave_alone(number);
        }
    }

    fn run_trace(&mut self, number: TraceNo, loss: &mut i64) -> After {
        self.jit.entries += 1;
        let now = self.jit.entries;
        let Some(trace) = self.jit.traces.get_mut(number) else {
            let raised = self.error(format_args!("trace {} is lost", number.0));
            return After::Interpret(self.finish(Err(raised)));
        };
        trace.last_entry = now;
        let is_compiled = trace.code.is_some();
        let (start, top_slot) = (start_of(trace), usize::from(trace.top_slot));
        if !self.has_room(top_slot) {
            // Without room for all of its frames the interpreter goes on: it may need fewer.
            if let Some(point) = start {
                self.go_to(point);
            }
            return After::Interpret(Next::RESUME);
        }
        let result = if is_compiled {
            let budget = self.budget;
            let result = self.execute_code(number);
            if let Ok(left) = &result {
                let units = budget.saturating_sub(self.budget);
                *loss += ENTRY - left.length - units.saturating_mul(PER_UNIT);
            }
            result
        } else {
            self.evaluate(number)
        };
        match result {
            Ok(left) => self.leave(left),
            Err(next) => After::Interpret(next),
        }
    }

    /// A trace was left.
    fn leave(&mut self, left: Left) -> After {
        let Left {
            number, snap, how, ..
        } = left;
        let Some(trace) = self.jit.traces.get(number) else {
            return After::Interpret(Next::RESUME);
        };
        let point = trace.ir.snaps().get(snap);
        let point = point.and_then(|s| trace.resume.get(s.pc as usize)).copied();
        let (link, link_to) = (trace.link, trace.link_to);
        let top_slot = usize::from(trace.top_slot);
        let side = trace.exits.get(snap).map_or(TraceNo(0), |e| e.side);
        let is_compiled = trace.code.is_some();
        let Some(point) = point else {
            return After::Interpret(Next::RESUME);
        };
        self.announce_exit(number, snap);
        if how == How::Aside && snap == 0 {
            // Perhaps it needs more of the stack than there is. Where others jump to it nobody has made room.
            self.has_room(top_slot);
        }
        // A trace that ends with a return goes on like one whose guard failed.
        let is_exit = how == How::Guard || (how == How::End && link == LinkKind::Return);
        if is_exit && side != TraceNo(0) && !is_compiled {
            // A side trace counts its slots from where its parent does.
            return After::Enter(side);
        }
        if how == How::Aside && self.budget < 0 && self.profiler.is_on() {
            self.profiler.trace = Some(number.0);
        }
        self.go_to(point);
        if let Some(open) = point.open_results {
            self.open_results = usize::from(open);
        }
        // Exits are told one by one.
        if how == How::End && !self.events.is_due() {
            if link_to != TraceNo(0) {
                return After::Enter(link_to);
            }
            if link == LinkKind::Stitch {
                return self.stitch(number, point);
            }
        }
        if is_exit {
            self.count_exit(number, snap);
        }
        After::Interpret(self.resume_at(point))
    }

    /// Runs a trace's machine code.
    fn execute_code(&mut self, number: TraceNo) -> Result<Left, Next> {
        // SAFETY: the trace fits the frame at the base, and its caller made room.
        let exit = unsafe { Vm::run_code(self, number) };
        let Some(exit) = exit.filter(|exit| exit.trace != 0) else {
            return Ok(Left {
                number,
                snap: 0,
                how: How::Aside,
                length: 0,
            });
        };
        let entered = number;
        let number = TraceNo(exit.trace);
        let snap = usize::from(exit.snap);
        let Some(trace) = self.jit.traces.get_mut(number) else {
            let raised = self.error(format_args!("trace {} is lost", number.0));
            return Err(self.finish(Err(raised)));
        };
        let ends = snap + 1 == trace.exits.len() && trace.ends_outside();
        let how = match (exit.aside, ends) {
            (true, _) => How::Aside,
            (false, true) => How::End,
            (false, false) => How::Guard,
        };
        // Of the traces before it only the last one counts.
        let before = if number == entered { 0 } else { ENTRY / 2 };
        let length = trace
            .ir
            .snaps()
            .get(snap)
            .map_or(0, |s| s.at.index() as i64)
            + before;
        match trace.exits.get(snap).map(|exit| &exit.writes) {
            // SAFETY: the trace was just left with this snapshot.
            Some(Writes::Planned(plan)) => unsafe { plan.apply(&self.trace_context, self.base) },
            _ => self.restore_unplanned(number, exit.snap)?,
        }
        Ok(Left {
            number,
            snap,
            how,
            length,
        })
    }

    /// Writes what a snapshot holds without a plan, and makes a plan if it can have one.
    #[cold]
    #[inline(never)]
    fn restore_unplanned(&mut self, number: TraceNo, snap: u16) -> Result<(), Next> {
        let Some(mut trace) = self.jit.traces.take(number) else {
            return Err(Next::RESUME);
        };
        // SAFETY: the trace was just left.
        let restored = unsafe { Vm::restore(self, &trace, snap) };
        let exit = usize::from(snap);
        if matches!(
            trace.exits.get(exit).map(|e| &e.writes),
            Some(Writes::Unknown)
        ) {
            let plan = trace.code.as_ref();
            let plan = plan.and_then(|code| Plan::of(&trace, code, snap));
            let plan = plan.filter(|plan| self.heap.charge(plan.size()).is_ok());
            if let Some(plan) = &plan {
                trace.charged += plan.size();
            }
            if let Some(exit) = trace.exits.get_mut(exit) {
                exit.writes = plan.map_or(Writes::Unplanned, Writes::Planned);
            }
        }
        self.jit.traces.put_back(number, trace);
        let Err(error) = restored else {
            return Ok(());
        };
        let raised = match error {
            RestoreError::Trap(_) => self.memory_error(),
            error => self.error(format_args!("trace {}: {error}", number.0)),
        };
        Err(self.finish(Err(raised)))
    }

    /// Evaluates a trace's IR. The values that the trace left before gave are for it, if it is its side trace.
    fn evaluate(&mut self, number: TraceNo) -> Result<Left, Next> {
        let Some(trace) = self.jit.traces.take(number) else {
            return Err(Next::RESUME);
        };
        let parent = core::mem::take(&mut self.jit.values);
        let mut values = core::mem::take(&mut self.jit.spare_values);
        let how = Run {
            iterations: u32::MAX,
            stop_at: None,
            fail: trace.fail,
        };
        // SAFETY: the trace was recorded in this state, its anchor keeps its objects, and its caller made room.
        let result = unsafe { evaluate(self, &trace.ir, &trace.resume, &parent, how, &mut values) };
        self.jit.values = values;
        self.jit.spare_values = parent;
        let exit = match result {
            Ok(exit) => exit,
            Err(error) => {
                self.jit.traces.put_back(number, trace);
                let raised = self.error(format_args!("trace: {error}"));
                return Err(self.finish(Err(raised)));
            }
        };
        let how = match exit.reason {
            Reason::Guard(r) if trace.ir.get(r).op() == IrOp::Fuel => How::Aside,
            Reason::Guard(_) => How::Guard,
            Reason::End => How::End,
            Reason::Iterations | Reason::Stopped | Reason::Trap(..) => How::Aside,
        };
        self.jit.traces.put_back(number, trace);
        Ok(Left {
            number,
            snap: exit.snap,
            how,
            length: 0,
        })
    }

    /// Sets the state's registers to a resume point, `base` being the trace's.
    fn go_to(&mut self, point: ResumePoint) {
        self.base = self
            .base
            .wrapping_offset(isize::from(point.base_slot as i16));
        self.pc = point.pc;
    }

    /// How the interpreter goes on at a resume point, where the registers are set already.
    fn resume_at(&mut self, point: ResumePoint) -> Next {
        if let Some(nargs) = point.native_args {
            // SAFETY: the snapshot wrote the native function's frame.
            let function = unsafe { Frame(self.base).function() };
            return Next::enter(function.pc.get(), usize::from(nargs));
        }
        if point.open_results.is_some() {
            // They lie where neither the collector looks nor a finalizer's frame leaves them alone. What is due is done soon.
            return Next::RESUME;
        }
        if self.heap.step_due() {
            self.safepoint();
        }
        if self.budget < 0 {
            return self.service();
        }
        Next::RESUME
    }

    /// Is there room for so many slots from `base` on, or can room be made without more ado?
    fn has_room(&mut self, slots: usize) -> bool {
        let base = self.base;
        if base.wrapping_add(slots) <= self.stack_limit {
            return true;
        }
        let used = (base.addr() - self.thread.stack.get().addr()) / size_of::<Value>();
        if used + slots > self.max_stack {
            return false;
        }
        let error = self.error_value;
        self.top = self.frame_top();
        let grown = self.ensure_stack(base, slots).is_ok();
        if !grown {
            self.error_value = error;
        }
        grown
    }

    /// A guard failed. Begins to record a side trace when that happened often enough.
    fn count_exit(&mut self, number: TraceNo, snap: usize) {
        if self.is_hooked() || self.jit.is_recording() || !self.jit.is_on() {
            return;
        }
        let parameters = self.jit.settings.parameters;
        let root = self.jit.traces.get(number).map(|t| t.root);
        let sides = root
            .and_then(|root| self.jit.traces.get(root))
            .map_or(0, |r| r.sides);
        let trace = self.jit.traces.get_mut(number);
        let Some(exit) = trace.and_then(|t| t.exits.get_mut(snap)) else {
            return;
        };
        if exit.count == ExitState::DONE {
            return;
        }
        exit.count += 1;
        let count = u32::from(exit.count);
        if count < parameters.hot_exit {
            return;
        }
        if sides >= parameters.max_side || count >= parameters.hot_exit + parameters.try_side {
            exit.count = ExitState::DONE;
            return;
        }
        if !self.is_excluded() {
            self.record_side(number, snap as u16);
        }
    }

    /// Is the running function one that is not to be compiled? Callbacks of `jit.attach` are none.
    fn is_excluded(&self) -> bool {
        if self.events.is_active() {
            return true;
        }
        // SAFETY: the interpreter is in a complete frame.
        let proto = unsafe { Frame(self.base).function() }.proto();
        proto.is_some_and(|p| p.flags().has(ProtoFlags::NO_JIT))
    }

    /// Executes the native call at which a trace is stitched, if there is one, and goes on with the trace behind it.
    fn stitch(&mut self, number: TraceNo, point: ResumePoint) -> After {
        let Some(nargs) = point.native_args else {
            // The next trace begins where this one ends.
            return match self.behind_stitch(number) {
                Some(next) => After::Enter(next),
                None => After::Interpret(self.resume_at(point)),
            };
        };
        let nargs = usize::from(nargs);
        // SAFETY: the snapshot wrote the native function's frame.
        let (function, link) = unsafe { (Frame(self.base).function(), Frame(self.base).link()) };
        self.top = self.base.wrapping_add(nargs);
        let room = self.top.wrapping_add(MIN_NATIVE_SLOTS) <= self.stack_limit;
        let native = match function.native {
            Some(native) if room && self.budget > 0 && link.kind() == frame::LUA => native,
            _ => return After::Interpret(Next::enter(function.pc.get(), nargs)),
        };
        self.budget -= 1;
        self.native_step = 0;
        self.native_paid = 0;
        let result = native(self);
        let n = match result {
            Ok(Flow::Return(n)) => n as usize,
            _ => return After::Interpret(self.after_native(result)),
        };
        let src = self.top.wrapping_sub(n);
        let next = self.drive(Action::Return { src, n });
        if self.heap.step_due() {
            self.safepoint();
        }
        self.behind_stitch(number)
            .map_or(After::Interpret(next), After::Enter)
    }

    /// The trace to enter behind the call at which a trace is stitched; if there is none yet, it may be recorded now.
    fn behind_stitch(&mut self, number: TraceNo) -> Option<TraceNo> {
        if self.is_hooked() {
            // The call set a hook, for which everything is interpreted.
            return None;
        }
        let trace = self.jit.traces.get_mut(number)?;
        if trace.stitch.side != TraceNo(0) {
            return Some(trace.stitch.side);
        }
        if trace.stitch.count != ExitState::DONE
            && self.jit.is_on()
            && !self.jit.is_recording()
            && !self.is_excluded()
        {
            self.record_stitch(number);
        }
        None
    }
}

/// Where a trace begins.
fn start_of(trace: &Installed) -> Option<ResumePoint> {
    let snap = trace.ir.snaps().first()?;
    trace.resume.get(snap.pc as usize).copied()
}
