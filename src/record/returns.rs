//! Returns: within the trace, to the frame below the one where it began, over continuation frames.

use perilune_ir::ins::Operand;
use perilune_ir::literal::SloadMode;
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use super::at::At;
use super::dispatch::Then;
use super::slots::MAX_SLOTS;
use super::{FIRST, FrameEntered, Record, Recorder};
use crate::bytecode::{Ins, Proto};
use crate::jit::trace::{LinkKind, Start, TraceAbort, TraceNo};
use crate::value::{Function, Gc};
use crate::vm::frame::{self, CONT_SLOTS, Cont, FRAME_SLOTS};

/// Is it the continuation of an instruction, with which recording goes on?
fn is_plain(cont: Cont) -> bool {
    matches!(
        cont,
        Cont::Store | Cont::Drop | Cont::JumpIfTrue | Cont::JumpIfFalse
    )
}

/// How many frames more than a recursion calls before it counts as one it returns from: many return from few only.
const DOWN_UNROLL: u32 = 6;

/// The fewest IR instructions of a function's trace that returns to the interpreter: shorter ones are interpreted faster.
const LEAST_FUNCTION: usize = 100;
/// The same for what follows another trace.
const LEAST_TAIL: usize = 8;

impl Recorder {
    /// RETM, RET, RET0, RET1: `n` results from slot `a` on.
    pub(super) fn return_values(&mut self, at: &At<'_>, a: usize, n: usize) -> Record<Then> {
        for i in a..a + n {
            self.get(at, i)?;
        }
        if let Some(then) = self.return_to_resumer(at, a, n)? {
            return Ok(then);
        }
        if self.is_out_of_lowest(at) {
            self.set_top(a + n);
            return self.return_to_interpreter(at);
        }
        let mut at = *at;
        let mut first = a;
        let is_vararg = at.link().kind() == frame::VARG;
        if is_vararg {
            let delta = at.link().slots();
            let below = at.below(delta);
            if self.here.frames.is_empty() {
                if self.is_lowest() || below.link().kind() != frame::LUA {
                    self.set_top(a + n);
                    return self.return_to_interpreter(&at);
                }
                self.go_below(&at, delta, self.here.proto, a, n)?;
            }
            if self.here.frames.len() == 1 {
                // The trace began in the frame below, which a tail call replaced.
                self.set_top(a + n);
                if below.link().kind() != frame::LUA || self.is_lowest() {
                    return self.return_to_interpreter(&at);
                }
                // Whoever leaves at the return is still in the upper frame.
                self.snapshot_of_return(&at)?;
            }
            self.here.frames.pop();
            self.here.base -= delta;
            first += delta;
            at = below;
        } else if at.link().kind() == frame::LUA && self.here.frames.is_empty() && !self.is_lowest()
        {
            self.set_top(a + n);
            self.snapshot_of_return(&at)?;
        }
        match at.link().kind() {
            frame::LUA if self.here.frames.is_empty() => self.return_lower(&at, first, n),
            frame::LUA => self.return_to_lua(&at, first, n),
            frame::CONT if !self.here.frames.is_empty() => self.return_to_cont(&at, first, n),
            frame::CONT if !self.is_lowest() && !is_vararg => {
                self.return_to_lower_cont(&at, first, n)
            }
            _ if self.here.frames.is_empty() => {
                self.set_top(first + n);
                self.return_to_interpreter(&at)
            }
            _ => Err(TraceAbort::NyiReturn),
        }
    }

    /// May the trace not return below the frame in which it began? Another thread's frames are left one after the other.
    pub(super) fn is_lowest(&self) -> bool {
        self.start == Start::Root && self.here.is_home
    }

    /// Does a return lead out of a protected call whose own frame is the lowest one of the trace, since a tail call put it there?
    fn is_out_of_lowest(&self, at: &At<'_>) -> bool {
        let is_vararg = at.link().kind() == frame::VARG;
        let lower = match is_vararg {
            true => at.below(at.link().slots()),
            false => *at,
        };
        self.here.frames.len() == 1 + usize::from(is_vararg)
            && lower.link().kind() == frame::CONT
            && matches!(lower.continuation().0, Cont::Pcall | Cont::Xpcall)
    }

    /// The value of a result.
    fn returned(&self, first: usize, n: usize, i: usize) -> IrRef {
        if i < n {
            self.known(first + i).unwrap_or(IrRef::NIL)
        } else {
            IrRef::NIL
        }
    }

    /// To the Lua frame below, which is part of the trace.
    fn return_to_lua(&mut self, at: &At<'_>, first: usize, n: usize) -> Record<Then> {
        let return_pc = at.link().return_pc();
        let call = at.code(return_pc.wrapping_sub(1));
        let wanted = match call.b() {
            0 => n,
            b => b - 1,
        };
        if call.b() == 0 {
            self.open_results = n;
        }
        let frame = self.here.frames.pop().ok_or(TraceAbort::NyiReturn)?;
        let callee = call.a() + FRAME_SLOTS;
        self.here.base -= callee;
        for i in 0..wanted {
            let r = self.returned(callee + first, n, i);
            self.set(call.a() + i, r)?;
        }
        self.set_top(call.a() + wanted);
        self.here.proto = frame.below;
        self.go(return_pc)
    }

    /// A continuation frame: what it does with the results.
    fn return_to_cont(&mut self, at: &At<'_>, first: usize, n: usize) -> Record<Then> {
        let (cont, pc) = at.continuation();
        if matches!(cont, Cont::Pcall | Cont::Xpcall) {
            return self.return_protected(at, first, n);
        }
        for (i, word) in [(0, cont as u64), (1, pc as u64)] {
            let slot = self.here.base - CONT_SLOTS + i;
            if self.here.slots.get(slot).is_some_and(Option::is_some) {
                continue;
            }
            // Neither the trace nor its parents wrote the frame's words: it was there before, and there may be another next time.
            let there = self.load_slot(slot, IrType::Ptr, SloadMode::FRAME)?;
            let word = self.kword(word)?;
            self.b.ins(IrOp::Eq, IrType::Ptr, there, word)?;
        }
        let delta = at.link().slots();
        let result = self.returned(first, n, 0);
        let frame = self.here.frames.pop().ok_or(TraceAbort::NyiReturn)?;
        self.here.base -= delta;
        self.here.proto = frame.below;
        self.set_top(delta - CONT_SLOTS);
        match cont {
            Cont::Store => {
                let call = at.code(pc.wrapping_sub(1));
                self.set(call.a(), result)?;
                self.go(pc)
            }
            Cont::Drop => self.go(pc),
            Cont::JumpIfTrue | Cont::JumpIfFalse => {
                let below = at.below(delta);
                self.branch_on(&below, pc, result, cont == Cont::JumpIfTrue)
            }
            _ => Err(TraceAbort::NyiReturn),
        }
    }

    /// From the frame in which the trace began to the one below, of a function of this prototype, where the link says how far below that is. The
    /// upper frame, in which the `n` results lie from slot `a` on, is part of the trace from then on.
    fn go_below(
        &mut self,
        at: &At<'_>,
        delta: usize,
        below: Gc<Proto>,
        a: usize,
        n: usize,
    ) -> Record<()> {
        let mut results = [IrRef::NIL; 16];
        let reach = FIRST + (delta + a + n).max(below.frame_size());
        if n > results.len() || reach >= MAX_SLOTS {
            return Err(TraceAbort::StackOverflow);
        }
        self.set_top(a + n);
        self.snapshot_of_return(at)?;
        for (i, r) in results.iter_mut().enumerate().take(n) {
            *r = self.returned(a, n, i);
        }
        let (p, link) = (self.kproto(below)?, self.kword(at.link().to_bits())?);
        self.b.ins(IrOp::Retf, IrType::Nil, p, link)?;
        self.here.ret_depth += 1;
        self.induction = None;
        self.here.origin -= delta as isize;
        self.here.slots.fill(None);
        self.here
            .frames
            .try_reserve(1)
            .map_err(|_| TraceAbort::OutOfMemory)?;
        self.here.frames.push(FrameEntered {
            header: core::ptr::null(),
            below,
        });
        self.here.base = FIRST + delta;
        self.max_slot = 0;
        self.set_top(a + n);
        for (i, r) in results.iter().enumerate().take(n) {
            self.set(a + i, *r)?;
        }
        // Whoever leaves now is still in the upper frame, too.
        self.snapshot(at.pc)
    }

    /// From the frame in which the trace began to the one below, which called a metamethod.
    fn return_to_lower_cont(&mut self, at: &At<'_>, first: usize, n: usize) -> Record<Then> {
        let (cont, _) = at.continuation();
        let delta = at.link().slots();
        let below = at.below(delta).function().proto();
        let Some(below) = below.filter(|_| is_plain(cont)) else {
            self.set_top(first + n);
            return self.return_to_interpreter(at);
        };
        self.go_below(at, delta, below, first, n)?;
        let then = self.return_to_cont(at, first, n)?;
        self.needs_snapshot = true;
        Ok(then)
    }

    /// The same before a tail call of a library function, which may have an effect that a return behind it must not repeat. False if the
    /// interpreter has to make the call.
    pub(super) fn go_below_for_call(
        &mut self,
        at: &At<'_>,
        a: usize,
        (f, nargs): (Gc<Function>, usize),
    ) -> Record<bool> {
        let link = at.link();
        let delta = match link.kind() {
            frame::LUA => at.code(link.return_pc().wrapping_sub(1)).a() + FRAME_SLOTS,
            frame::CONT if is_plain(at.continuation().0) => link.slots(),
            _ => return Ok(false),
        };
        let is_known = super::builtins::recorder_of(f.library_number()).is_some();
        let below = at.below(delta).function().proto();
        let Some(below) = below.filter(|_| is_known && !self.is_lowest()) else {
            return Ok(false);
        };
        let n = FRAME_SLOTS + nargs;
        for i in (a + FRAME_SLOTS)..(a + n) {
            self.get(at, i)?;
        }
        self.go_below(at, delta, below, a, n)?;
        Ok(true)
    }

    /// What RETF leaves with: the return is executed by the interpreter then.
    pub(super) fn snapshot_of_return(&mut self, at: &At<'_>) -> Record<()> {
        if self.pending_fuel > 0 || self.needs_snapshot {
            return Err(TraceAbort::NyiReturn);
        }
        self.snapshot(at.pc)
    }

    /// Out of a protected call, to the Lua frame that made it: `true`, and the results.
    fn return_protected(&mut self, at: &At<'_>, first: usize, n: usize) -> Record<Then> {
        let delta = at.link().slots();
        let native = at.below(delta);
        if self.here.frames.len() < 2 || native.link().kind() != frame::LUA {
            return Err(TraceAbort::NyiReturn);
        }
        self.here.frames.pop();
        let frame = self.here.frames.pop().ok_or(TraceAbort::NyiReturn)?;
        let return_pc = native.link().return_pc();
        let call = at.code(return_pc.wrapping_sub(1));
        let distance = call.a() + FRAME_SLOTS;
        self.here.base -= delta + distance;
        let wanted = match call.b() {
            0 => n + 1,
            b => b - 1,
        };
        if call.b() == 0 {
            self.open_results = n + 1;
        }
        for i in 0..wanted {
            let r = match i {
                0 => IrRef::TRUE,
                i => self.returned(distance + delta + first, n, i - 1),
            };
            self.set(call.a() + i, r)?;
        }
        self.set_top(call.a() + wanted);
        self.here.proto = frame.below;
        self.go(return_pc)
    }

    /// From the frame in which the trace began to the Lua frame below.
    pub(super) fn return_lower(&mut self, at: &At<'_>, first: usize, n: usize) -> Record<Then> {
        if self.is_lowest() {
            self.set_top(first + n);
            return self.return_to_interpreter(at);
        }
        let return_pc = at.link().return_pc();
        let call = at.code(return_pc.wrapping_sub(1));
        let wanted = match call.b() {
            0 => n,
            b => b - 1,
        };
        let below = at.below(call.a() + FRAME_SLOTS);
        let proto: Gc<Proto> = below.function().proto().ok_or(TraceAbort::NyiReturn)?;
        if FIRST + proto.frame_size().max(call.a() + wanted) >= MAX_SLOTS {
            return Err(TraceAbort::StackOverflow);
        }
        let mut results = [IrRef::NIL; 16];
        if wanted > results.len() {
            return Err(TraceAbort::NyiReturn);
        }
        for (i, r) in results.iter_mut().enumerate().take(wanted) {
            *r = self.returned(first, n, i);
        }
        let (p, pc) = (self.kproto(proto)?, self.kword(return_pc as u64)?);
        self.b.ins(IrOp::Retf, IrType::Nil, p, pc)?;
        self.here.ret_depth += 1;
        self.needs_snapshot = true;
        self.induction = None;
        self.here.origin -= (call.a() + FRAME_SLOTS) as isize;
        self.here.slots.fill(None);
        self.here.proto = proto;
        self.max_slot = 0;
        for (i, r) in results.iter().enumerate().take(wanted) {
            self.set(call.a() + i, *r)?;
        }
        self.set_top(call.a() + wanted);
        if call.b() == 0 {
            self.open_results = n;
            return self.go(return_pc);
        }
        self.check_down_recursion(return_pc)
    }

    /// A recursion that returns has a trace of its own, which begins where it goes on and closes after a few frames.
    fn check_down_recursion(&mut self, return_pc: *const Ins) -> Record<Then> {
        let is_own = matches!(self.start, Start::Stitch { .. }) && return_pc == self.start_pc;
        if self.returned_to.0 != return_pc {
            self.returned_to = (return_pc, 0);
        }
        self.returned_to.1 += 1;
        let unroll = self.params.rec_unroll + if is_own { 1 } else { DOWN_UNROLL };
        if self.returned_to.1 <= unroll {
            return self.go(return_pc);
        }
        if !is_own {
            return self.stop(LinkKind::Stitch, TraceNo(0), return_pc);
        }
        // It costs nothing, but may be time for the collector.
        self.snapshot(return_pc)?;
        self.b.ins(IrOp::Fuel, IrType::Nil, 0u16, Operand::NONE)?;
        self.stop(LinkKind::DownRecursion, TraceNo(0), return_pc)
    }

    /// The interpreter executes the return.
    pub(super) fn return_to_interpreter(&mut self, at: &At<'_>) -> Record<Then> {
        if self.range.is_some() && self.here.is_home {
            // A loop that is left this way is none.
            return Err(TraceAbort::LeavesLoop);
        }
        // To enter and to leave a trace has to be worth it.
        let least = match self.start {
            Start::Root => LEAST_FUNCTION,
            Start::Side { .. } | Start::Stitch { .. } => LEAST_TAIL,
        };
        if self.b.trace().len() < least {
            return Err(TraceAbort::NyiReturn);
        }
        self.stop(LinkKind::Return, TraceNo(0), at.pc)
    }
}
