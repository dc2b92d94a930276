//! Calls, function headers, extra arguments.

use perilune_ir::literal::{Field, SloadMode};
use perilune_ir::op::IrOp;
use perilune_ir::snap::SnapKind;
use perilune_ir::types::{IrRef, IrType};

use super::arith::Traced;
use super::at::At;
use super::builtins::{Call, Verdict};
use super::dispatch::Then;
use super::meta::link_bits;
use super::slots::{MAX_SLOTS, SlotRef};
use super::values::type_of;
use super::{FIRST, FrameEntered, Record, Recorder};
use crate::bytecode::{Bc, Ins, ProtoFlags};
use crate::jit::trace::{LinkKind, Start, TraceAbort, TraceNo};
use crate::value::{Function, Gc, Value};
use crate::vm::frame::{self, FRAME_SLOTS, Link};
use crate::vm::meta::Event;

impl Recorder {
    /// Guards that a function is the one called now, or at least has the same prototype. Gives what is known of it then.
    pub(super) fn specialise(&mut self, at: &At<'_>, r: IrRef, f: Gc<Function>) -> Record<IrRef> {
        if r.is_const() {
            return Ok(r);
        }
        // The parent's guard for its function failed here: there are several closures of one prototype, or several functions.
        let failed_here = matches!(self.start, Start::Side { .. }) && at.pc == self.start_pc;
        let is_new = matches!(self.b.trace().get(r).op(), IrOp::FNew | IrOp::CallA);
        match f.proto() {
            Some(proto) if failed_here || is_new || proto.is_polymorphic() => {
                let (p, k) = (self.field(r, Field::FuncProto)?, self.kproto(proto)?);
                self.b.ins(IrOp::Eq, IrType::Proto, p, k)?;
                Ok(r)
            }
            _ => {
                let k = self.kfunc(f)?;
                self.b.ins(IrOp::Eq, IrType::Func, r, k)?;
                Ok(k)
            }
        }
    }

    /// The frame of a callee begins at slot `callee` of the running frame; its two words are written.
    pub(super) fn push_frame(&mut self, callee: usize, nargs: usize) -> Record<()> {
        if self.here.base + callee + nargs >= MAX_SLOTS {
            return Err(TraceAbort::StackOverflow);
        }
        self.here
            .frames
            .try_reserve(1)
            .map_err(|_| TraceAbort::OutOfMemory)?;
        self.here.frames.push(FrameEntered {
            header: core::ptr::null(),
            below: self.here.proto,
        });
        self.here.base += callee;
        self.max_slot = nargs;
        self.shrink(nargs);
        Ok(())
    }

    /// CALL, CALLM
    pub(super) fn call(&mut self, at: &At<'_>, a: usize, nargs: usize) -> Record<Then> {
        let callee = (self.get(at, a)?, at.slot(a));
        self.call_value(at, a, callee, nargs)
    }

    /// Calls a value with arguments from slot `a + 2` on.
    pub(super) fn call_value(
        &mut self,
        at: &At<'_>,
        a: usize,
        (r, v): Traced,
        nargs: usize,
    ) -> Record<Then> {
        if self.here.base + a + FRAME_SLOTS + nargs + 1 >= MAX_SLOTS {
            return Err(TraceAbort::StackOverflow);
        }
        let Some(f) = v.as_function() else {
            return self.call_callable(at, a, (r, v), nargs);
        };
        if f.is_lua() {
            let r = self.specialise(at, r, f)?;
            return self.call_lua(at, a, (r, f), nargs);
        }
        if let Some(then) = self.switch_thread(at, a, (r, f), nargs)? {
            return Ok(then);
        }
        if let Some(then) = self.call_protected(at, a, (r, f), nargs)? {
            return Ok(then);
        }
        if self.call_protected_native(at, a, (r, f), nargs)? {
            self.take_results(at, a)?;
            return Ok(Then::Next);
        }
        self.call_native(at, a, (r, f), nargs)
    }

    fn call_lua(
        &mut self,
        at: &At<'_>,
        a: usize,
        (r, f): (IrRef, Gc<Function>),
        nargs: usize,
    ) -> Record<Then> {
        self.set_top(a + FRAME_SLOTS + nargs);
        self.set(a, r)?;
        let link = self.kword(link_bits(Link::lua(at.next())))?;
        self.set_as(a + 1, link, SnapKind::Frame)?;
        self.push_frame(a + FRAME_SLOTS, nargs)?;
        self.go(f.pc.get())
    }

    /// Calls what has a `__call`: it becomes the first argument.
    fn call_callable(
        &mut self,
        at: &At<'_>,
        a: usize,
        (r, v): Traced,
        nargs: usize,
    ) -> Record<Then> {
        let handler = self.metamethod(at, (r, v), Event::Call)?;
        let (handler, h) = handler.ok_or(TraceAbort::NyiMetamethod)?;
        let f = h.as_function().filter(|f| f.is_lua());
        let f = f.ok_or(TraceAbort::NyiMetamethod)?;
        let handler = self.specialise(at, handler, f)?;
        let first = a + FRAME_SLOTS;
        self.load_args(at, first, nargs)?;
        for i in (0..nargs).rev() {
            self.copy_slot(first + i, first + i + 1)?;
        }
        self.set(first, r)?;
        self.call_lua(at, a, (handler, f), nargs + 1)
    }

    /// Sees to it that the trace has all arguments.
    fn load_args(&mut self, at: &At<'_>, first: usize, nargs: usize) -> Record<()> {
        for i in first..first + nargs {
            self.get(at, i)?;
        }
        Ok(())
    }
    fn copy_slot(&mut self, from: usize, to: usize) -> Record<()> {
        let r = self.known(from).ok_or(TraceAbort::BadType)?;
        self.set(to, r)
    }

    /// Calls a library function that the recorder knows: its results take their places at once.
    fn call_native(
        &mut self,
        at: &At<'_>,
        a: usize,
        (r, f): (IrRef, Gc<Function>),
        nargs: usize,
    ) -> Record<Then> {
        let reason = TraceAbort::NyiFunction(f.builtin());
        let call = Call {
            function: f,
            first: a + FRAME_SLOTS,
            nargs,
        };
        if self.builtin(at, r, &call)? == Verdict::Unknown {
            return self.stop_before(at, a, nargs, reason);
        }
        self.take_results(at, a)?;
        self.passing = f.pc.get();
        self.pending_fuel += 1;
        Ok(Then::Next)
    }

    /// Lets the results of a library function take the places that the call instruction says.
    fn take_results(&mut self, at: &At<'_>, a: usize) -> Record<()> {
        let n = self.results.len();
        let wanted = match at.ins.b() {
            0 => n,
            b => b - 1,
        };
        if at.ins.b() == 0 {
            self.open_results = n;
        }
        self.set_top(a + wanted);
        for i in 0..wanted {
            let r = self.results.get(i).copied().unwrap_or(IrRef::NIL);
            self.set(a + i, r)?;
        }
        Ok(())
    }

    /// Records a library function, if it is known: guards that it is the one called, leaves its results in `results`.
    pub(super) fn builtin(&mut self, at: &At<'_>, r: IrRef, call: &Call) -> Record<Verdict> {
        let Some(record) = super::builtins::recorder_of(call.function.library_number()) else {
            return Ok(Verdict::Unknown);
        };
        self.results.clear();
        let k = self.specialise(at, r, call.function)?;
        self.set(call.first - FRAME_SLOTS, k)?;
        record(self, at, call)
    }

    /// CALLT, CALLMT
    pub(super) fn tail_call(&mut self, at: &At<'_>, a: usize, nargs: usize) -> Record<Then> {
        let (r, v) = (self.get(at, a)?, at.slot(a));
        let f = v.as_function().ok_or(TraceAbort::NyiMetamethod)?;
        let first = a + FRAME_SLOTS;
        if self.here.base + first + nargs >= MAX_SLOTS {
            return Err(TraceAbort::StackOverflow);
        }
        if !f.is_lua() {
            if let Some(then) = self.tail_call_protected(at, a, (r, f), nargs)? {
                return Ok(then);
            }
            let is_vararg = at.link().kind() == frame::VARG;
            if self.here.frames.len() <= usize::from(is_vararg)
                && !self.go_below_for_call(at, a, (f, nargs))?
            {
                return self.return_to_interpreter(at);
            }
            let call = Call {
                function: f,
                first,
                nargs,
            };
            if self.builtin(at, r, &call)? == Verdict::Unknown {
                return self.stop_before_tail(at, a, nargs, f);
            }
            let n = self.results.len();
            self.set_top(a + n);
            for i in 0..n {
                let r = self.results[i];
                self.set(a + i, r)?;
            }
            self.passing = f.pc.get();
            self.pending_fuel += 1;
            return self.return_values(at, a, n);
        }
        let r = self.specialise(at, r, f)?;
        self.load_args(at, first, nargs)?;
        let mut from = self.here.base + first;
        if at.link().kind() == frame::VARG {
            if self.here.frames.pop().is_none() {
                return Err(self.nyi(at));
            }
            let delta = at.link().slots();
            self.here.base -= delta;
            from = self.here.base + delta + first;
        }
        for i in 0..nargs {
            let value = self.here.slots.get(from + i).copied().flatten();
            let value = value.ok_or(TraceAbort::BadType)?.value;
            self.set(i, value)?;
        }
        self.set_below(FRAME_SLOTS, r, SnapKind::Value);
        self.set_top(nargs);
        if let Some(frame) = self.here.frames.last_mut() {
            frame.header = core::ptr::null();
        }
        self.tail_calls += 1;
        self.go(f.pc.get())
    }

    /// FUNCF, IFUNCF, JFUNCF
    pub(super) fn enter_function(&mut self, at: &At<'_>, op: Bc) -> Record<Then> {
        let proto = at.header_proto();
        if proto.flags().has(ProtoFlags::NO_JIT) {
            return Err(TraceAbort::JitOff);
        }
        if self.here.base + proto.frame_size() >= MAX_SLOTS {
            return Err(TraceAbort::StackOverflow);
        }
        let params = proto.param_count();
        for i in at.nargs()..params {
            self.set(i, IrRef::NIL)?;
        }
        self.set_top(params);
        self.here.proto = proto;
        self.pending_fuel += 1;
        self.note_header(at.pc);
        self.check_recursion(at, op == Bc::JFuncF)
    }

    fn note_header(&mut self, header: *const Ins) {
        if let Some(frame) = self.here.frames.last_mut() {
            frame.header = header;
        }
    }

    /// How often the function whose header this is runs already, and what follows from that.
    fn check_recursion(&mut self, at: &At<'_>, patched: bool) -> Record<Then> {
        let header = at.pc;
        let below = self
            .here
            .frames
            .iter()
            .filter(|f| f.header == header)
            .count();
        let is_start = header == self.start_pc;
        // The frame just entered is among them, the one in which the trace began is not.
        let count = below.saturating_sub(1) as u32 + u32::from(is_start && below > 0);
        let number = TraceNo(at.ins.d() as u16);
        // A coroutine's body is recorded along with what resumed it.
        let is_body = self.here.frames.is_empty() && !self.here.is_home;
        if patched && !is_body && at.traces.link_kind(number) != Some(LinkKind::Return) {
            return self.link_to_root(number, at.next());
        }
        if is_start && self.start == Start::Root {
            if count + self.tail_calls > self.params.rec_unroll {
                let same_level =
                    self.here.frames.is_empty() && self.here.ret_depth == 0 && !self.has_switched;
                let link = if same_level {
                    LinkKind::TailRecursion
                } else {
                    LinkKind::UpRecursion
                };
                return self.stop(link, TraceNo(0), at.next());
            }
        } else if count > self.params.call_unroll {
            self.obstacle = patched.then_some(number);
            return Err(TraceAbort::CallUnroll);
        }
        Ok(Then::Next)
    }

    /// FUNCV, IFUNCV, JFUNCV: a copy of the frame above its extra arguments.
    pub(super) fn enter_vararg(&mut self, at: &At<'_>, op: Bc) -> Record<Then> {
        let proto = at.header_proto();
        if proto.flags().has(ProtoFlags::NO_JIT) {
            return Err(TraceAbort::JitOff);
        }
        let nargs = at.nargs();
        let upper = nargs + FRAME_SLOTS;
        if self.here.base + upper + proto.frame_size() >= MAX_SLOTS {
            return Err(TraceAbort::StackOverflow);
        }
        let params = proto.param_count();
        self.load_args(at, 0, nargs)?;
        let f = self.current_function()?;
        self.set(upper - 2, f)?;
        let link = self.kword(link_bits(Link::delta(frame::VARG, upper)))?;
        self.set_as(upper - 1, link, SnapKind::Frame)?;
        for i in 0..params {
            if i < nargs {
                self.copy_slot(i, upper + i)?;
                self.set(i, IrRef::NIL)?;
            } else {
                self.set(upper + i, IrRef::NIL)?;
            }
        }
        self.push_frame(upper, params)?;
        self.here.proto = proto;
        self.pending_fuel += 1;
        self.note_header(at.pc);
        self.check_recursion(at, op == Bc::JFuncV)
    }

    /// VARG
    pub(super) fn varargs(&mut self, at: &At<'_>) -> Record<Then> {
        let (a, fixed) = (at.ins.a(), at.ins.c());
        let delta = at.link().slots();
        let extra = (delta - FRAME_SLOTS).saturating_sub(fixed);
        let wanted = match at.ins.b() {
            0 => extra,
            b => b - 1,
        };
        if self.here.base + a + wanted >= MAX_SLOTS {
            return Err(TraceAbort::StackOverflow);
        }
        let is_outer = self.here.frames.is_empty();
        if is_outer {
            // How many there are is what the frame's link says.
            let link = self.load_slot(FIRST - 1, IrType::Ptr, SloadMode::FRAME)?;
            let k = self.kword(link_bits(at.link()))?;
            self.b.ins(IrOp::Eq, IrType::Ptr, link, k)?;
        }
        let below = at.below(delta);
        for i in 0..wanted {
            let r = if i >= extra {
                IrRef::NIL
            } else if is_outer {
                let ty = type_of(below.slot(fixed + i));
                let base = self.slot_address(FIRST)?;
                let distance = (fixed + i) as i16 - delta as i16;
                let r = self.b.guard(IrOp::VLoad, ty, base, distance as u16)?;
                self.canonical(r)
            } else {
                self.get_absolute(self.here.base - delta + fixed + i, below.slot(fixed + i))?
            };
            self.set(a + i, r)?;
        }
        if at.ins.b() == 0 {
            self.open_results = extra;
            self.set_top(a + extra);
        }
        Ok(Then::Next)
    }

    /// The value of a slot by its number in the IR.
    pub(super) fn get_absolute(&mut self, slot: usize, now: Value) -> Record<IrRef> {
        if let Some(s) = self.here.slots.get(slot).copied().flatten() {
            return Ok(s.value);
        }
        let value = self.load_slot(slot, type_of(now), SloadMode::TYPECHECK)?;
        if let Some(place) = self.here.slots.get_mut(slot) {
            *place = Some(SlotRef::new(value, SnapKind::Value));
        }
        Ok(value)
    }
}
