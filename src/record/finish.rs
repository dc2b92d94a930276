//! Ending a recording.

extern crate alloc;
use alloc::boxed::Box;

use perilune_ir::op::IrOp;
use perilune_ir::opt::{dce, peel};
use perilune_ir::snap::SnapKind;
use perilune_ir::trace::{Link as IrLink, TraceError};
use perilune_ir::types::IrRef;

use super::at::At;
use super::dispatch::Then;
use super::meta::link_bits;
use super::slots::{MAX_SLOTS, SlotRef};
use super::{OBJECTS, Phase, Record, Recorder};
use crate::bytecode::Ins;
use crate::jit::helpers::Switch;
use crate::jit::trace::{LinkKind, Recording, TraceAbort, TraceNo};
use crate::value::{Function, Gc};
use crate::vm::frame::{self, FRAME_SLOTS, Link};

/// The builtin numbers of the functions that switch threads.
const SWITCHES: core::ops::RangeInclusive<u8> = 34..=36;
/// How long a trace is that is worth entering for its instructions alone.
const LONG: usize = 100;

impl Recorder {
    /// Ends the trace where the interpreter would go on at `pc`.
    pub(super) fn stop(&mut self, link: LinkKind, to: TraceNo, pc: *const Ins) -> Record<Then> {
        self.settle(pc)?;
        let loops = matches!(link, LinkKind::Loop | LinkKind::TailRecursion);
        if loops && self.has_switched {
            // The next iteration exchanges threads, too, and writes only what it sees changed.
            self.write_slots(usize::MAX)?;
            self.is_closing = true;
        }
        // The state at the end, whatever precedes: the last snapshot is the one behind everything.
        self.snapshot(pc)?;
        self.is_closing = false;
        if loops && !self.close_loop()? {
            return self.go(pc);
        }
        self.link = link;
        self.link_to = to;
        let ir_link = match link {
            LinkKind::Loop | LinkKind::TailRecursion => IrLink::Loop,
            LinkKind::Root | LinkKind::UpRecursion | LinkKind::DownRecursion => {
                IrLink::Trace(u32::from(to.0))
            }
            LinkKind::Interpreter | LinkKind::Return | LinkKind::Stitch => IrLink::Interpreter,
        };
        self.b.trace_mut().link = ir_link;
        Ok(Then::Stop)
    }

    /// Peels the loop, or says that the next iteration has to be recorded, too, since what slots hold is not of one type yet.
    fn close_loop(&mut self) -> Record<bool> {
        let options = self.params.options;
        if !options.r#loop {
            return Ok(true);
        }
        let trace = self.b.trace_mut();
        if options.dce {
            dce(trace)?;
        }
        match peel(trace, options, &OBJECTS) {
            Ok(()) => Ok(true),
            Err(TraceError::TypeInstability | TraceError::GuardFails) if self.inst_unroll > 0 => {
                self.inst_unroll -= 1;
                self.needs_snapshot = true;
                self.induction = None;
                self.forget_removed();
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Forgets slots whose values were dead code: these are loads that nothing used.
    fn forget_removed(&mut self) {
        let trace = self.b.trace();
        let waiting = self.waiting.iter_mut().flat_map(|w| &mut w.slots);
        for slot in self.here.slots.iter_mut().chain(waiting) {
            let is_removed =
                |s: &SlotRef| !s.value.is_const() && trace.get(s.value).op() == IrOp::Nop;
            if slot.as_ref().is_some_and(is_removed) {
                *slot = None;
            }
        }
    }

    /// Ends a side trace by a loop of its own, if what slots hold is of one type when it closes.
    pub(super) fn close_own_loop(&mut self, pc: *const Ins) -> Record<Option<Then>> {
        self.inst_unroll = 0;
        match self.stop(LinkKind::Loop, TraceNo(0), pc) {
            Err(TraceAbort::Ir(error)) if error != TraceError::OutOfMemory => {
                self.needs_snapshot = true;
                self.induction = None;
                self.forget_removed();
                Ok(None)
            }
            stopped => stopped.map(Some),
        }
    }

    /// Ends the trace at the beginning of a root trace, whose first instruction is at `pc`.
    pub(super) fn link_to_root(&mut self, to: TraceNo, pc: *const Ins) -> Record<Then> {
        self.stop(LinkKind::Root, to, pc)
    }

    /// Ends the trace at a call of a native function that isn't compiled, if the trace is worth something. What it leaves is the frame of
    /// the native function, complete with so many arguments behind slot `a`; whoever left it calls the function, and goes on with
    /// another trace.
    pub(super) fn stop_before(
        &mut self,
        at: &At<'_>,
        a: usize,
        nargs: usize,
        reason: TraceAbort,
    ) -> Record<Then> {
        // Behind a switch to another thread the interpreter goes on, so what precedes has to be worth entering a trace.
        let is_switch = matches!(reason, TraceAbort::NyiFunction(n) if SWITCHES.contains(&n));
        let least = if is_switch { LONG } else { 0 };
        // A trace can't begin with an instruction that takes open results.
        let is_long = self.b.trace().len() > least.max(self.params.min_stitch as usize) + 1;
        if at.ins.b() == 0 || !is_long {
            return Err(reason);
        }
        self.settle(at.pc)?;
        let first = a + FRAME_SLOTS;
        let link = self.kword(link_bits(Link::lua(at.next())))?;
        self.set_top(first + nargs);
        self.set_as(a + 1, link, SnapKind::Frame)?;
        self.push_frame(first, nargs)?;
        self.stop_in_native(at, nargs)
    }

    /// The same at a tail call, in a frame that was entered on the trace: what it returns to is always the same.
    pub(super) fn stop_before_tail(
        &mut self,
        at: &At<'_>,
        a: usize,
        nargs: usize,
        f: Gc<Function>,
    ) -> Record<Then> {
        let reason = TraceAbort::NyiFunction(f.builtin());
        let link = at.link();
        if link.kind() != frame::LUA || self.here.frames.is_empty() {
            return Err(reason);
        }
        let call = at.code(link.return_pc().wrapping_sub(1));
        if call.b() == 0 || matches!(f.builtin(), n if SWITCHES.contains(&n)) {
            return Err(reason);
        }
        self.settle(at.pc)?;
        let first = a + FRAME_SLOTS;
        let mut args = [IrRef::NIL; MAX_SLOTS];
        for (i, arg) in args.iter_mut().enumerate().take(nargs) {
            *arg = self.get(at, first + i)?;
        }
        let function = self.get(at, a)?;
        self.set_below(FRAME_SLOTS, function, SnapKind::Value);
        self.set_top(nargs);
        for (i, arg) in args.iter().enumerate().take(nargs) {
            self.set(i, *arg)?;
        }
        self.stop_in_native(at, nargs)
    }

    /// Ends the trace in the frame of a native function.
    fn stop_in_native(&mut self, at: &At<'_>, nargs: usize) -> Record<Then> {
        self.native_args = Some(nargs as u16);
        self.snapshot(at.pc)?;
        self.link = LinkKind::Stitch;
        self.b.trace_mut().link = IrLink::Interpreter;
        Ok(Then::Stop)
    }

    /// The finished trace. Its parts are moved out of the box one by one: as a whole the recorder is too large for a kernel's stack.
    pub(crate) fn finish(mut self: Box<Self>) -> Result<Recording, TraceAbort> {
        if self.phase != Phase::Finished {
            return Err(TraceAbort::LeavesLoop);
        }
        let top_slot = self.top_slot;
        let ir = self.b.trace_mut();
        ir.change_switches(|packed| Switch::with_slots(packed, top_slot))?;
        Ok(Recording {
            start: self.start,
            proto: self.start_proto,
            start_pc: self.start_pc,
            start_ins: self.start_ins,
            link: self.link,
            link_to: self.link_to,
            top_slot: self.top_slot,
            ir: self.b.finish(),
            resume: self.resume,
        })
    }
}
