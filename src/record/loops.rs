//! Loops: numeric ones and their counters, the heads of the others, and when a loop closes or ends a trace.

use perilune_ir::ins::{Const, Operand};
use perilune_ir::literal::{Conv, SloadMode};
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use super::at::At;
use super::dispatch::Then;
use super::values::exact_int;
use super::{Record, Recorder};
use crate::bytecode::{Bc, Ins, Mode};
use crate::jit::hot::is_short_loop;
use crate::jit::trace::{LinkKind, Start, TraceAbort, TraceNo};
use crate::value::Value;

/// Slots of a numeric loop, from operand A on.
const INDEX: usize = 0;
const STOP: usize = 1;
const STEP: usize = 2;
const VISIBLE: usize = 3;

/// What is known of a numeric loop's counter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Induction {
    /// The FORL.
    pub pc: *const Ins,
    /// int or num.
    pub ty: IrType,
    /// The counter as the loop's current iteration has it.
    pub index: IrRef,
    pub stop: IrRef,
    pub step: IrRef,
    /// What the stop is now.
    pub stop_now: f64,
    /// Does it count upwards?
    pub up: bool,
}

/// How a loop instruction goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Event {
    /// Into the body.
    Enter,
    /// Into the body, for the last time or the one before.
    EnterLow,
    /// Behind the loop.
    Leave,
}

fn counts_up(step: Value) -> bool {
    step.to_bits() as i64 >= 0
}

/// Index, stop and step as numbers.
fn numbers(at: &At<'_>, a: usize) -> Record<[f64; 3]> {
    let n = |i| at.slot(a + i).as_number().ok_or(TraceAbort::BadType);
    Ok([n(INDEX)?, n(STOP)?, n(STEP)?])
}

/// What a loop's check does with these values, and the comparison that says so.
fn outcome([index, stop, step]: [f64; 3], up: bool) -> (Event, IrOp) {
    let goes_on = if up { index <= stop } else { index >= stop };
    let soon = index + 2.0 * step;
    let low = if up { soon > stop } else { soon < stop };
    let event = match (goes_on, low) {
        (true, false) => Event::Enter,
        (true, true) => Event::EnterLow,
        (false, _) => Event::Leave,
    };
    let op = match (up, goes_on) {
        (true, true) => IrOp::Le,
        (true, false) => IrOp::Ugt,
        (false, true) => IrOp::Ge,
        (false, false) => IrOp::Ult,
    };
    (event, op)
}

/// Can the counter be an int? It has to stay one when the loop ends.
fn counter_type(at: &At<'_>, a: usize) -> IrType {
    let int = |i: usize| exact_int(at.slot(a + i)).map(i64::from);
    match (int(INDEX), int(STOP), int(STEP)) {
        (Some(_), Some(stop), Some(step)) if i32::try_from(stop + step).is_ok() => IrType::Int,
        _ => IrType::Num,
    }
}

impl Recorder {
    /// The FORL at `pc` closes the trace's loop: loads the counter and checks what has to hold for all iterations.
    pub(super) fn begin_for(&mut self, at: &At<'_>, pc: *const Ins, a: usize) -> Record<()> {
        let induction = self.load_counter(at, pc, a, true)?;
        self.set(a + VISIBLE, induction.index)?;
        self.induction = Some(induction);
        Ok(())
    }

    /// Loads what the trace doesn't have of a loop's hidden slots.
    fn load_counter(
        &mut self,
        at: &At<'_>,
        pc: *const Ins,
        a: usize,
        first: bool,
    ) -> Record<Induction> {
        let [_, stop_now, _] = numbers(at, a)?;
        let ty = match self.known(a + INDEX) {
            Some(index) => self.ty(index),
            None if first && self.params.options.narrow => counter_type(at, a),
            None => IrType::Num,
        };
        // FORL jumps to behind FORI.
        let plain = self.unpatched_at(at, pc)?;
        let fori = pc.wrapping_offset(plain.jump());
        let fixed = SloadMode::READONLY;
        let stop = self.load_hidden(at, fori, (a + STOP, ty), fixed)?;
        let step = self.load_hidden(at, fori, (a + STEP, ty), fixed)?;
        let mut mode = SloadMode::TYPECHECK;
        let starts_as_int = self
            .initial(at, fori, a + INDEX)
            .and_then(exact_int)
            .is_some();
        if starts_as_int && step.is_const() && ty == IrType::Int {
            // What begins as an integer and grows by integers, up to one, is one.
            mode = SloadMode::NONE;
        }
        let index = match self.known(a + INDEX) {
            Some(index) => index,
            None => self.load_counter_slot(a + INDEX, ty, mode)?,
        };
        let up = counts_up(at.slot(a + STEP));
        self.check_bounds(ty, up, stop, step, first)?;
        Ok(Induction {
            pc,
            ty,
            index,
            stop,
            step,
            stop_now,
            up,
        })
    }

    /// The FORL at `pc` as it was before it got a trace.
    fn unpatched_at(&self, at: &At<'_>, pc: *const Ins) -> Record<Ins> {
        let ins = at.code(pc);
        if ins.op() != Some(Bc::JForL) {
            return Ok(ins);
        }
        let number = TraceNo(ins.d() as u16);
        at.traces
            .start_ins(number)
            .ok_or(TraceAbort::RetryRecording)
    }

    /// A number constant that a slot certainly got before the FORI at `fori`.
    fn initial(&self, at: &At<'_>, fori: *const Ins, slot: usize) -> Option<Value> {
        let first = self.here.proto.code_ptr();
        let mut pc = fori;
        // The last instruction that writes the slot.
        let (written, value) = loop {
            pc = pc.wrapping_sub(1);
            if pc <= first {
                return None;
            }
            let ins = at.code(pc);
            match ins.op()?.operands().a {
                // Several slots, of which this may be one.
                Mode::Base if ins.a() <= slot => return None,
                Mode::Dst if ins.a() == slot => {}
                _ => continue,
            }
            match ins.op() {
                Some(Bc::KShort) => break (pc, Value::int(ins.d_signed())),
                Some(Bc::KNum) => break (pc, at.number(ins.d())),
                _ => return None,
            }
        };
        // No jump leads past it.
        while pc > first {
            let ins = at.code(pc);
            if ins.op() == Some(Bc::Jmp) {
                let target = pc.wrapping_add(1).wrapping_offset(ins.jump());
                if target > written && target <= fori {
                    return None;
                }
            }
            pc = pc.wrapping_sub(1);
        }
        Some(value)
    }

    /// The stop or step of a loop, as an int or number. FORI has seen to it that it is a number.
    fn load_hidden(
        &mut self,
        at: &At<'_>,
        fori: *const Ins,
        (i, ty): (usize, IrType),
        mode: SloadMode,
    ) -> Record<IrRef> {
        if let Some(r) = self.known(i) {
            return self.as_type(r, ty);
        }
        if let Some(k) = self.initial(at, fori, i) {
            match (ty, exact_int(k), k.as_number()) {
                (IrType::Int, Some(k), _) => return self.kint(k),
                (IrType::Num, _, Some(n)) => return self.knum(n),
                _ => {}
            }
        }
        self.load_counter_slot(i, ty, mode.with(SloadMode::TYPECHECK))
    }

    /// Loads one of the hidden slots. As a number it needs no check.
    fn load_counter_slot(&mut self, i: usize, ty: IrType, mode: SloadMode) -> Record<IrRef> {
        let mut mode = mode.with(SloadMode::INHERIT);
        mode = match ty {
            IrType::Int => mode.with(SloadMode::CONVERT),
            _ => mode.without(SloadMode::TYPECHECK),
        };
        let r = self.load_slot(self.here.base + i, ty, mode)?;
        self.set(i, r)?;
        Ok(r)
    }

    /// A number as an int, checked, or the other way round.
    fn as_type(&mut self, r: IrRef, ty: IrType) -> Record<IrRef> {
        Ok(match (self.ty(r), ty) {
            (IrType::Num, IrType::Int) => {
                self.b
                    .guard(IrOp::Conv, IrType::Int, r, Conv::INT_NUM_CHECK)?
            }
            (IrType::Int, IrType::Num) => self.as_num(r)?,
            _ => r,
        })
    }

    /// Guards the direction of a step that isn't constant, and that an int counter does not overflow.
    fn check_bounds(
        &mut self,
        ty: IrType,
        up: bool,
        stop: IrRef,
        step: IrRef,
        first: bool,
    ) -> Record<()> {
        let k = |r: IrRef, this: &Recorder| match this.b.trace().constant(r) {
            Some(Const::Int(k)) => Some(i64::from(k)),
            _ => None,
        };
        let (k_stop, k_step) = (k(stop, self), k(step, self));
        if !step.is_const() {
            if ty == IrType::Int {
                let zero = self.kint(0)?;
                // Minus zero, which counts down, converts to 0 as well.
                let op = if up { IrOp::Gt } else { IrOp::Lt };
                self.b.ins(op, ty, step, zero)?;
            } else {
                self.guard_sign(step, up)?;
            }
        }
        if ty != IrType::Int || !first {
            return Ok(());
        }
        let limit = if up {
            i64::from(i32::MAX)
        } else {
            i64::from(i32::MIN)
        };
        let op = if up { IrOp::Le } else { IrOp::Ge };
        let (checked, bound) = match (k_stop, k_step) {
            (Some(_), Some(_)) => return Ok(()),
            (Some(stop), None) => (step, limit - stop),
            (None, Some(step)) => (stop, limit - step),
            (None, None) => {
                let sum = self.b.ins(IrOp::AddOv, IrType::Int, step, stop)?;
                // The check counts, not the sum.
                self.b.ins(IrOp::Use, IrType::Nil, sum, Operand::NONE)?;
                return Ok(());
            }
        };
        if let Ok(bound) = i32::try_from(bound) {
            let bound = self.kint(bound)?;
            self.b.ins(op, IrType::Int, checked, bound)?;
        }
        Ok(())
    }

    /// Guards the sign of a number that is a step.
    fn guard_sign(&mut self, step: IrRef, up: bool) -> Record<()> {
        let zero = self.knum(0.0)?;
        let op = if up { IrOp::Gt } else { IrOp::Lt };
        self.b.ins(op, IrType::Num, step, zero)?;
        Ok(())
    }

    /// FORI, JFORI
    pub(super) fn for_prepare(&mut self, at: &At<'_>) -> Record<Then> {
        let a = at.ins.a();
        let values = numbers(at, a)?;
        let ty = match self.get(at, a + INDEX)? {
            index if self.ty(index) == IrType::Int => counter_type(at, a),
            _ => IrType::Num,
        };
        for i in [INDEX, STOP, STEP] {
            let r = self.get(at, a + i)?;
            let r = self.as_type(r, ty)?;
            self.set(a + i, r)?;
        }
        let at_slot = |this: &Recorder, i: usize| this.known(a + i).unwrap_or(IrRef::NIL);
        let (index, stop, step) = (
            at_slot(self, INDEX),
            at_slot(self, STOP),
            at_slot(self, STEP),
        );
        let up = counts_up(at.slot(a + STEP));
        if values[STEP] == 0.0 {
            return Err(self.nyi(at));
        }
        self.check_bounds(ty, up, stop, step, true)?;
        let (event, op) = outcome(values, up);
        let op = if ty == IrType::Int { signed(op) } else { op };
        let (body, behind) = (at.next(), at.target());
        // The exit repeats nothing: the visible copy is made before it.
        self.set(a + VISIBLE, index)?;
        if event == Event::Leave {
            self.snapshot(body)?;
        } else {
            self.shrink(a);
            // The slots are dead behind the loop, but not in its body.
            self.snapshot(behind)?;
            for (i, r) in [(INDEX, index), (STOP, stop), (STEP, step), (VISIBLE, index)] {
                self.set(a + i, r)?;
            }
        }
        self.b.ins(op, ty, index, stop)?;
        self.needs_snapshot = true;
        if event == Event::Leave {
            self.shrink(a);
            return self.go(behind);
        }
        let follows = self.here.is_home || self.start != Start::Root;
        if at.ins.op() == Some(Bc::JForI) && follows {
            // The trace number lies in the FORL at the end of the loop.
            let back = at.code(behind.wrapping_sub(1));
            if back.op() == Some(Bc::JForL) {
                return self.link_to_root(TraceNo(back.d() as u16), body);
            }
        }
        self.go(body)
    }

    /// FORL, IFORL, JFORL
    pub(super) fn for_step(&mut self, at: &At<'_>, op: Bc) -> Record<Then> {
        let a = at.ins.a();
        let [index, stop, step] = numbers(at, a)?;
        if step == 0.0 {
            return Err(self.nyi(at));
        }
        let plain = self.unpatched(at, op == Bc::JForL)?;
        let (body, behind) = (at.next().wrapping_offset(plain.jump()), at.next());
        let known = self
            .induction
            .filter(|i| i.pc == at.pc && self.known(a + INDEX) == Some(i.index));
        let induction = match known {
            Some(i) => i,
            None => self.load_counter(at, at.pc, a, false)?,
        };
        let (event, compare) = outcome([index + step, stop, step], induction.up);
        let compare = if induction.ty == IrType::Int {
            signed(compare)
        } else {
            compare
        };
        if event == Event::Leave {
            // The exit goes on in the body along the back-edge, which takes fuel: it is FORL that has to do it.
            self.settle_for_guard(at)?;
            self.snapshot(at.pc)?;
        }
        let next = self
            .b
            .ins(IrOp::Add, induction.ty, induction.index, induction.step)?;
        // Stop and step stay what they are, in the stack or not.
        let hidden = [STOP, STEP].map(|i| {
            self.here
                .slots
                .get(self.here.base + a + i)
                .copied()
                .flatten()
        });
        if event != Event::Leave {
            self.shrink(a);
            self.snapshot(behind)?;
        }
        self.b.ins(compare, induction.ty, next, induction.stop)?;
        self.needs_snapshot = true;
        if event == Event::Leave {
            self.shrink(a);
            self.expected = behind;
            return self.loop_event(at, op == Bc::JForL, Event::Leave, behind);
        }
        for (i, slot) in [STOP, STEP].into_iter().zip(hidden) {
            if let Some(place) = self.here.slots.get_mut(self.here.base + a + i) {
                *place = slot;
            }
        }
        self.set(a + INDEX, next)?;
        self.set(a + VISIBLE, next)?;
        if known.is_some() {
            self.induction = Some(Induction {
                index: next,
                ..induction
            });
        }
        self.pending_fuel += 1;
        self.loop_event(at, op == Bc::JForL, event, body)
    }

    /// ITERL, IITERL, JITERL
    pub(super) fn iterator_step(&mut self, at: &At<'_>, op: Bc) -> Record<Then> {
        let a = at.ins.a();
        let control = self.get(at, a)?;
        let plain = self.unpatched(at, op == Bc::JIterL)?;
        if self.ty(control) == IrType::Nil {
            self.shrink(a.saturating_sub(3));
            return self.loop_event(at, op == Bc::JIterL, Event::Leave, at.next());
        }
        self.set(a - 1, control)?;
        self.set_top(a + at.near(-1).b().saturating_sub(1));
        self.pending_fuel += 1;
        let body = at.next().wrapping_offset(plain.jump());
        self.loop_event(at, op == Bc::JIterL, Event::Enter, body)
    }

    /// LOOP, ILOOP, JLOOP
    pub(super) fn loop_head(&mut self, at: &At<'_>, op: Bc) -> Record<Then> {
        self.shrink(at.ins.a());
        self.pending_fuel += 1;
        self.loop_event(at, op == Bc::JLoop, Event::Enter, at.next())
    }

    /// The instruction as it was before it got a trace.
    pub(super) fn unpatched(&self, at: &At<'_>, patched: bool) -> Record<Ins> {
        if !patched {
            return Ok(at.ins);
        }
        let number = TraceNo(at.ins.d() as u16);
        at.traces
            .start_ins(number)
            .ok_or(TraceAbort::RetryRecording)
    }

    /// A loop instruction was recorded; `pc` is where it goes on.
    pub(super) fn loop_event(
        &mut self,
        at: &At<'_>,
        patched: bool,
        event: Event,
        pc: *const Ins,
    ) -> Record<Then> {
        let is_root = self.start == Start::Root;
        let is_own = self.own_loop.is_some_and(|(own, _)| own == at.pc);
        let at_start = is_own && self.here.frames.is_empty() && self.here.ret_depth == 0;
        if !self.here.is_home && (!at_start || event == Event::Leave) {
            return self.other_loop_event(at, patched, event, pc);
        }
        if patched {
            if is_root {
                // The inner loop had better spawn a side trace back here.
                return Err(TraceAbort::InnerLoop);
            }
            if event == Event::Leave {
                return self.go(pc);
            }
            if at_start && let Some(then) = self.close_own_loop(pc)? {
                return Ok(then);
            }
            return self.link_to_root(TraceNo(at.ins.d() as u16), pc);
        }
        if is_root && at_start {
            if event == Event::Leave {
                return Err(TraceAbort::LeavesLoop);
            }
            return self.stop(LinkKind::Loop, TraceNo(0), pc);
        }
        if event == Event::Leave {
            return self.go(pc);
        }
        let here = self.b.trace().next_ref();
        if is_root {
            if !is_short_loop(self.here.proto, at.pc) && at.ins.jump() != -1 {
                return Err(TraceAbort::InnerLoop);
            }
            let long = self
                .loop_start
                .is_some_and(|from| here.index() - from.index() > 24);
            if event != Event::EnterLow && long {
                return Err(TraceAbort::LoopUnroll);
            }
        }
        self.loop_unroll = self
            .loop_unroll
            .checked_sub(1)
            .ok_or(TraceAbort::LoopUnroll)?;
        self.loop_start = Some(here);
        self.go(pc)
    }

    /// A loop of another thread: what that does until it comes back is part of the iteration.
    fn other_loop_event(
        &mut self,
        at: &At<'_>,
        patched: bool,
        event: Event,
        pc: *const Ins,
    ) -> Record<Then> {
        if event == Event::Leave {
            return self.go(pc);
        }
        let is_root = self.start == Start::Root;
        let is_new = !self.passed_loops.contains(&at.pc);
        if patched && !(is_root && is_new) {
            return self.link_to_root(TraceNo(at.ins.d() as u16), pc);
        }
        if !is_new {
            // It had better have a trace.
            self.loop_unroll = match is_root {
                true => return Err(TraceAbort::LoopUnroll),
                false => self
                    .loop_unroll
                    .checked_sub(1)
                    .ok_or(TraceAbort::LoopUnroll)?,
            };
            return self.go(pc);
        }
        self.passed_loops
            .try_reserve(1)
            .map_err(|_| TraceAbort::OutOfMemory)?;
        self.passed_loops.push(at.pc);
        self.go(pc)
    }
}

/// The comparison of ints that an unordered one of numbers stands for.
fn signed(op: IrOp) -> IrOp {
    match op {
        IrOp::Ugt => IrOp::Gt,
        IrOp::Ult => IrOp::Lt,
        op => op,
    }
}
