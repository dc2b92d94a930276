//! Iterators: the generic call, traversals with `next`, and those of `ipairs`.

use perilune_ir::ins::Operand;
use perilune_ir::literal::{Helper, SloadMode};
use perilune_ir::op::IrOp;
use perilune_ir::snap::SnapKind;
use perilune_ir::types::{IrRef, IrType};

use super::at::At;
use super::dispatch::Then;
use super::loops::Event;
use super::values::type_of;
use super::{Record, Recorder};
use crate::bytecode::Bc;
use crate::jit::trace::TraceAbort;
use crate::value::Value;

impl Recorder {
    /// ITERC
    pub(super) fn iterator_call(&mut self, at: &At<'_>) -> Record<Then> {
        let a = at.ins.a();
        let callee = (self.get(at, a - 3)?, at.slot(a - 3));
        if callee.1 == at.vm.ipairs_step && at.slot(a - 2).is_table() && at.slot(a - 1).is_number()
        {
            return self.ipairs_step(at, callee.0);
        }
        if let Some(f) = callee.1.as_function().filter(|f| !f.is_lua()) {
            if !self.native_iterator(at, callee, a - 2)? {
                let (state, control) = (self.get(at, a - 2)?, self.get(at, a - 1)?);
                let reason = TraceAbort::NyiFunction(f.builtin());
                self.settle(at.pc)?;
                self.set(a, callee.0)?;
                self.set(a + 2, state)?;
                self.set(a + 3, control)?;
                if let Some(then) = self.switch_thread(at, a, (callee.0, f), 2)? {
                    return Ok(then);
                }
                return self.stop_before(at, a, 2, reason);
            }
            let n = self.results.len();
            let wanted = at.ins.b().saturating_sub(1);
            self.set_top(a + wanted);
            for i in 0..wanted {
                let r = self.results.get(i).copied().filter(|_| i < n);
                self.set(a + i, r.unwrap_or(IrRef::NIL))?;
            }
            self.passing = f.pc.get();
            self.pending_fuel += 1;
            return Ok(Then::Next);
        }
        let (state, control) = (self.get(at, a - 2)?, self.get(at, a - 1)?);
        self.set(a + 2, state)?;
        self.set(a + 3, control)?;
        self.call_value(at, a, callee, 2)
    }

    /// What ITERC does for `ipairs` without a call.
    fn ipairs_step(&mut self, at: &At<'_>, step: IrRef) -> Record<Then> {
        let a = at.ins.a();
        if !step.is_const() {
            let k = self.konst(at.slot(a - 3))?;
            self.b.ins(IrOp::Eq, IrType::Func, step, k)?;
            self.set(a - 3, k)?;
        }
        let (tab, t) = (self.get(at, a - 2)?, at.slot(a - 2).as_table());
        let t = t.ok_or(TraceAbort::BadType)?;
        let control = self.get(at, a - 1)?;
        let now = at.slot(a - 1).as_int().ok_or(TraceAbort::BadType)?;
        let control = perilune_ir::opt::narrow_toint(&mut self.b, control)?;
        let one = self.kint(1)?;
        let index = self.b.ins(IrOp::Add, IrType::Int, control, one)?;
        let next = now.wrapping_add(1);
        let (value, v) = self.raw_get(t, tab, (index, Value::int(next)))?;
        let control = if v.is_nil() { IrRef::NIL } else { index };
        self.set_top(a);
        self.set(a, control)?;
        self.set(a + 1, value)?;
        for extra in 2..at.ins.b().saturating_sub(1) {
            self.set(a + extra, IrRef::NIL)?;
        }
        Ok(Then::Next)
    }

    /// ISNEXT
    pub(super) fn is_next(&mut self, at: &At<'_>) -> Record<Then> {
        let a = at.ins.a();
        let (f, t, control) = (at.slot(a - 3), at.slot(a - 2), at.slot(a - 1));
        if f != at.vm.next_function || !t.is_table() || !control.is_nil() {
            // It is about to turn into something else.
            return Err(TraceAbort::RetryRecording);
        }
        let (f, k) = (self.get(at, a - 3)?, self.konst(f)?);
        if f != k {
            self.b.ins(IrOp::Eq, IrType::Func, f, k)?;
        }
        self.get(at, a - 2)?;
        self.get(at, a - 1)?;
        let zero = self.kint(0)?;
        self.set_as(a - 1, zero, SnapKind::KeyIndex)?;
        self.go(at.target())
    }

    /// ITERN
    pub(super) fn iterate_next(&mut self, at: &At<'_>) -> Record<Then> {
        let patched = at.ins.op() == Some(Bc::JLoop);
        let ins = self.unpatched(at, patched)?;
        let a = ins.a();
        let tab = self.get(at, a - 2)?;
        let t = at.slot(a - 2).as_table().ok_or(TraceAbort::BadType)?;
        let position = match self.known(a - 1) {
            Some(r) => r,
            None => {
                let mode = SloadMode::KEYINDEX;
                let r = self.load_slot(self.here.base + a - 1, IrType::Int, mode)?;
                self.set_as(a - 1, r, SnapKind::KeyIndex)?;
                r
            }
        };
        if self.ty(position) != IrType::Int {
            return Err(TraceAbort::BadType);
        }
        self.set_top(a);
        self.snapshot(at.pc)?;
        let found = t.entry_from(at.word(a - 1) as u32);
        let args = self.b.ins(IrOp::CArg, IrType::Nil, tab, position)?;
        let entry = self
            .b
            .ins(IrOp::CallL, IrType::Int, args, Helper::TabNext)?;
        let iterl = at.near(1);
        let Some((_, key, value)) = found else {
            let end = self.kint(-1)?;
            self.b.ins(IrOp::Eq, IrType::Int, entry, end)?;
            self.set_top(a - 3);
            let behind = at.pc.wrapping_add(2);
            return self.loop_event(at, patched, Event::Leave, behind);
        };
        let zero = self.kint(0)?;
        self.b.ins(IrOp::Ge, IrType::Int, entry, zero)?;
        let args = self.b.ins(IrOp::CArg, IrType::Nil, tab, entry)?;
        let key = self
            .b
            .guard(IrOp::CallL, type_of(key), args, Helper::TabKeyAt)?;
        let key = self.canonical(key);
        let place = self
            .b
            .ins(IrOp::CallL, IrType::Ptr, args, Helper::TabPlaceAt)?;
        // The value may be of no interest; its type is then nobody's either.
        let wants_value = ins.b() >= 3;
        let one = self.kint(1)?;
        let next = self.b.ins(IrOp::Add, IrType::Int, entry, one)?;
        self.set_as(a - 1, next, SnapKind::KeyIndex)?;
        self.set(a, key)?;
        if wants_value {
            let r = self
                .b
                .guard(IrOp::HLoad, type_of(value), place, Operand::NONE)?;
            let r = self.canonical(r);
            self.set(a + 1, r)?;
        }
        self.pending_fuel += 1;
        let body = at.pc.wrapping_add(2).wrapping_offset(iterl.jump());
        self.loop_event(at, patched, Event::Enter, body)
    }
}
