//! Coroutines: the trace follows the exchange of threads.
//!
//! A call that resumes a coroutine or yields writes what the trace knows of the running thread's slots to its stack, and calls a helper
//! that exchanges the threads as the interpreter does it, provided that the other one goes on at the place where it went
//! on when the trace was recorded. Which thread that is doesn't matter. From there on the trace's base is that of the frame in which it
//! goes on. An exit there finds all other threads in memory as they have to be, and restores the running one's frames.
//!
//! Of a thread that was left by resuming another one, and is gone back to, the trace still knows the slots: nothing else has run meanwhile,
//! and the trace sees what writes to them, which are stores to open upvalues. Of others it knows nothing, and loads their
//! slots.

use perilune_ir::literal::{Conv, Field, Helper, SloadMode};
use perilune_ir::op::IrOp;
use perilune_ir::snap::SnapKind;
use perilune_ir::types::{IrRef, IrType};

use super::at::{At, Landing, Place};
use super::dispatch::Then;
use super::meta::link_bits;
use super::slots::MAX_SLOTS;
use super::thread::ThreadState;
use super::{FIRST, Record, Recorder};
use crate::bytecode::{Proto, ProtoFlags};
use crate::jit::helpers::Switch;
use crate::jit::trace::TraceAbort;
use crate::value::{Function, Gc, Thread};
use crate::vm::frame::{self, FRAME_SLOTS, Link};

/// The builtin numbers of the functions that exchange threads.
const YIELD: u8 = 34;
const RESUME: u8 = 35;
const WRAPPED: u8 = 36;

/// How many threads may wait for one another on a trace.
const MAX_WAITING: usize = 8;

impl Recorder {
    /// Records the call of a library function that exchanges threads, whose own frame begins behind slot `a`; nothing if it is no such call,
    /// or none that is compiled.
    pub(super) fn switch_thread(
        &mut self,
        at: &At<'_>,
        a: usize,
        (r, f): (IrRef, Gc<Function>),
        nargs: usize,
    ) -> Record<Option<Then>> {
        match f.library_number() {
            YIELD => self.yield_thread(at, a, (r, f), nargs),
            RESUME | WRAPPED => self.resume_thread(at, a, (r, f), nargs),
            _ => Ok(None),
        }
    }

    fn resume_thread(
        &mut self,
        at: &At<'_>,
        a: usize,
        (r, f): (IrRef, Gc<Function>),
        nargs: usize,
    ) -> Record<Option<Then>> {
        let first = a + FRAME_SLOTS;
        let is_wrapped = f.library_number() == WRAPPED;
        let own = usize::from(!is_wrapped);
        let co = match is_wrapped {
            true => f.native_upvalue(0).as_thread(),
            false if nargs > 0 => at.slot(first).as_thread(),
            false => None,
        };
        let place = co
            .filter(|co| may_resume(*co))
            .and_then(|co| at.place_of(co));
        let (Some(co), Some(place), true) = (co, place, self.waiting.len() < MAX_WAITING) else {
            return Ok(None);
        };
        let (Place::Function { proto, .. } | Place::Call(Landing { proto, .. })) = place;
        if !may_follow(proto) {
            return Ok(None);
        }
        let mut values = [IrRef::NIL; MAX_SLOTS];
        for (i, value) in values.iter_mut().enumerate().take(nargs) {
            *value = self.get(at, first + i)?;
        }
        let resumed = if is_wrapped {
            let (number, k) = (
                self.field(r, Field::FuncBuiltin)?,
                self.kint(WRAPPED.into())?,
            );
            self.b.ins(IrOp::Eq, IrType::Int, number, k)?;
            self.set(a, r)?;
            r
        } else {
            let k = self.specialise(at, r, f)?;
            self.set(a, k)?;
            values[0]
        };
        self.prepare_switch(at, a, nargs, nargs)?;
        let base = self.slot_address(self.here.base + first)?;
        let proto = self.kproto(proto)?;
        let args = values.get(own..nargs).unwrap_or(&[]);
        let nargs = u8::try_from(nargs).map_err(|_| TraceAbort::StackOverflow)?;
        match place {
            Place::Function {
                proto: body,
                origin,
            } => {
                let switch = self.switch_operand(nargs, 0, false)?;
                self.helper(Helper::CoStart, &[base, resumed, proto, switch])?;
                self.wait(a, ThreadState::try_new(co, body, origin)?)?;
                for (i, value) in args.iter().enumerate() {
                    self.set(i, *value)?;
                }
                self.set_top(args.len());
                self.passed(f);
                self.go(body.code_ptr())
            }
            Place::Call(landing) => {
                let switch = self.switch_operand(nargs, landing.distance, false)?;
                let link = self.kword(landing.link.to_bits())?;
                self.helper(Helper::CoResume, &[base, resumed, proto, link, switch])?;
                let next = ThreadState::try_new(co, landing.proto, landing.origin)?;
                self.wait(a, next)?;
                self.passed(f);
                self.deliver(&landing, args)
            }
        }
        .map(Some)
    }

    fn yield_thread(
        &mut self,
        at: &At<'_>,
        a: usize,
        (r, f): (IrRef, Gc<Function>),
        nargs: usize,
    ) -> Record<Option<Then>> {
        let Some((resumer, landing)) = self.resumer(at) else {
            return Ok(None);
        };
        let first = a + FRAME_SLOTS;
        let mut values = [IrRef::TRUE; MAX_SLOTS + 1];
        for i in 0..nargs {
            values[1 + i] = self.get(at, first + i)?;
        }
        let k = self.specialise(at, r, f)?;
        self.set(a, k)?;
        // The values are of no use to the coroutine any more.
        self.prepare_switch(at, a, nargs, 0)?;
        let base = self.slot_address(self.here.base + first)?;
        let (proto, link) = self.way_back(&landing)?;
        let switch = self.way_back_operand(&landing)?;
        self.helper(Helper::CoYield, &[base, proto, link, switch])?;
        self.go_back(resumer, &landing)?;
        self.passed(f);
        let values = values.get(..=nargs).unwrap_or(&[]);
        self.deliver_to_resumer(&landing, values).map(Some)
    }

    /// Records a return out of a coroutine's first function, with `n` results from slot `a` on, to what resumed it; nothing if it is no
    /// such return.
    pub(super) fn return_to_resumer(
        &mut self,
        at: &At<'_>,
        a: usize,
        n: usize,
    ) -> Record<Option<Then>> {
        let is_vararg = at.link().kind() == frame::VARG;
        let (lowest, base) = match is_vararg {
            true => (
                at.below(at.link().slots()),
                self.here.base.wrapping_sub(at.link().slots()),
            ),
            false => (*at, self.here.base),
        };
        // A vararg function that the trace has not seen begin has a frame below that it does not know.
        let is_lowest = self.here.frames.len() == usize::from(is_vararg) && base == FIRST;
        if lowest.link().kind() != frame::ENTRY || !is_lowest {
            return Ok(None);
        }
        let Some((resumer, landing)) = self.resumer(at) else {
            return Ok(None);
        };
        if self.pending_fuel > 0 || self.needs_snapshot {
            return Ok(None);
        }
        let mut values = [IrRef::TRUE; MAX_SLOTS + 1];
        for i in 0..n {
            values[1 + i] = self.get(at, a + i)?;
        }
        self.set_top(a + n);
        self.snapshot(at.pc)?;
        let there = self.load_slot(FIRST - 1, IrType::Ptr, SloadMode::FRAME)?;
        let entry = self.kword(link_bits(Link::entry()))?;
        self.b.ins(IrOp::Eq, IrType::Ptr, there, entry)?;
        let (proto, link) = self.way_back(&landing)?;
        let switch = self.way_back_operand(&landing)?;
        self.helper(Helper::CoReturn, &[proto, link, switch])?;
        self.go_back(resumer, &landing)?;
        let values = values.get(..=n).unwrap_or(&[]);
        self.deliver_to_resumer(&landing, values).map(Some)
    }

    /// The thread to which the running one goes back, and where that goes on, if the trace can follow.
    fn resumer(&self, at: &At<'_>) -> Option<(Gc<Thread>, Landing)> {
        let resumer = at.vm.yields_to()?;
        let Some(Place::Call(landing)) = at.place_of(resumer) else {
            return None;
        };
        let is_known = self.waiting.last().is_none_or(|w| w.thread == resumer);
        let resumes = matches!(landing.function.library_number(), RESUME | WRAPPED);
        (is_known && resumes && may_follow(landing.proto)).then_some((resumer, landing))
    }

    /// Prototype and link of the place where the resumer goes on; of one that the trace left itself they need no check.
    fn way_back(&mut self, landing: &Landing) -> Record<(IrRef, IrRef)> {
        let link = match self.waiting.is_empty() {
            true => landing.link.to_bits(),
            false => 0,
        };
        Ok((self.kproto(landing.proto)?, self.kword(link)?))
    }

    /// What the helper has to know that goes back to the resumer.
    fn way_back_operand(&mut self, landing: &Landing) -> Record<IrRef> {
        // The frames that a thread had entered on the trace before it waited are still the trace's.
        let upper = self.waiting.last().map_or(0, |w| w.base - FIRST);
        let is_wrapped = landing.function.upvalue_count() > 0;
        self.switch_operand(0, landing.distance + upper as u16, is_wrapped)
    }

    /// What a helper has to know. How many slots the trace needs is put in when it is complete.
    fn switch_operand(&mut self, nargs: u8, distance: u16, wrapped: bool) -> Record<IrRef> {
        let switch = Switch {
            nargs,
            distance,
            wrapped,
        };
        self.kint(switch.pack())
    }

    /// Completes the frame of the native function behind slot `a`, writes all slots of which the trace knows more than the stack, but of the
    /// arguments only so many, and takes the snapshot with which the call itself is left to the interpreter.
    fn prepare_switch(&mut self, at: &At<'_>, a: usize, nargs: usize, kept: usize) -> Record<()> {
        let first = a + FRAME_SLOTS;
        let link = self.kword(link_bits(Link::lua(at.next())))?;
        self.set_as(a + 1, link, SnapKind::Frame)?;
        self.set_top(first + nargs);
        self.write_slots(self.here.base + first + kept)?;
        self.snapshot(at.pc)?;
        self.has_switched = true;
        Ok(())
    }

    /// Writes the slots below the one of this number to the stack, as far as the trace knows more of them.
    pub(super) fn write_slots(&mut self, end: usize) -> Record<()> {
        let live = (self.here.base + self.max_slot).min(self.here.slots.len());
        for i in 0..live.min(end) {
            let Some(slot) = self.here.slots.get(i).copied().flatten() else {
                continue;
            };
            match self.kind_in_snapshot(i, slot) {
                None | Some(SnapKind::Unchanged) => {}
                Some(kind) => self.write_slot(i, slot.value, kind)?,
            }
            if let Some(Some(slot)) = self.here.slots.get_mut(i) {
                slot.stored = true;
            }
        }
        Ok(())
    }

    fn write_slot(&mut self, i: usize, value: IrRef, kind: SnapKind) -> Record<()> {
        let place = self.slot_address(i)?;
        match kind {
            SnapKind::Value => {
                let value = self.as_num(value)?;
                self.b.ins(IrOp::UStore, IrType::Nil, place, value)?;
            }
            SnapKind::Frame => {
                self.b.ins(IrOp::XStore, IrType::Ptr, place, value)?;
            }
            SnapKind::KeyIndex => {
                let conversion = Conv::new(IrType::I64, IrType::Int);
                let word = self.b.ins(IrOp::Conv, IrType::I64, value, conversion)?;
                self.b.ins(IrOp::XStore, IrType::I64, place, word)?;
            }
            SnapKind::Open | SnapKind::Unchanged => return Err(TraceAbort::NyiCoroutine),
        }
        self.needs_snapshot = true;
        Ok(())
    }

    /// The running thread waits in the native function behind slot `a`, and another one goes on, of which nothing is known.
    fn wait(&mut self, a: usize, next: ThreadState) -> Record<()> {
        self.set_top(a);
        self.waiting
            .try_reserve(1)
            .map_err(|_| TraceAbort::OutOfMemory)?;
        let left = core::mem::replace(&mut self.here, next);
        self.waiting.push(left);
        self.max_slot = 0;
        self.induction = None;
        Ok(())
    }

    /// Goes back to the resumer.
    fn go_back(&mut self, resumer: Gc<Thread>, landing: &Landing) -> Record<()> {
        // Of a thread that the trace did not leave itself nothing is known.
        (self.here, self.max_slot) = match self.waiting.pop() {
            // Its stack may have moved.
            Some(left) => (left, landing.call.a()),
            None => (
                ThreadState::try_new(resumer, landing.proto, landing.origin)?,
                0,
            ),
        };
        self.induction = None;
        Ok(())
    }

    /// The native function whose frame was left or begun has been called.
    fn passed(&mut self, f: Gc<Function>) {
        self.passing = f.pc.get();
        self.pending_fuel += 1;
    }

    /// What resumed the coroutine returns these values, whose first is `true`; functions of `coroutine.wrap` return the others.
    fn deliver_to_resumer(&mut self, landing: &Landing, values: &[IrRef]) -> Record<Then> {
        let is_wrapped = landing.function.upvalue_count() > 0;
        let values = values.get(usize::from(is_wrapped)..).unwrap_or(&[]);
        self.deliver(landing, values)
    }

    /// The native function in which the thread waited returns these values.
    fn deliver(&mut self, landing: &Landing, values: &[IrRef]) -> Record<Then> {
        let (a, n) = (landing.call.a(), values.len());
        let wanted = match landing.call.b() {
            0 => n,
            b => b - 1,
        };
        if landing.call.b() == 0 {
            self.open_results = n;
        }
        if self.here.base + a + wanted >= MAX_SLOTS {
            return Err(TraceAbort::StackOverflow);
        }
        for i in 0..wanted {
            self.set(a + i, values.get(i).copied().unwrap_or(IrRef::NIL))?;
        }
        self.set_top(a + wanted);
        self.needs_snapshot = true;
        self.go(landing.link.return_pc())
    }

    /// Forgets what the slots of threads hold that wait. The stacks have it.
    pub(super) fn forget_waiting(&mut self) {
        for slot in self.waiting.iter_mut().flat_map(|w| &mut w.slots) {
            slot.take_if(|s| s.kind == SnapKind::Value);
        }
    }
}

/// Can a coroutine be resumed, as far as it goes?
fn may_resume(co: Gc<Thread>) -> bool {
    use crate::value::thread::Status;
    matches!(co.status(), Status::Fresh | Status::Suspended) && !co.is_parked()
}

/// May a trace go on in a function of this prototype?
fn may_follow(proto: Gc<Proto>) -> bool {
    !proto.flags().has(ProtoFlags::NO_JIT)
        && !proto.has_breakpoints()
        && FIRST + proto.frame_size() < MAX_SLOTS
}
