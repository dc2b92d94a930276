//! Arithmetic and bit operators.

use perilune_ir::ins::Operand;
use perilune_ir::literal::Field;
use perilune_ir::op::IrOp;
use perilune_ir::opt::{
    narrow_arith, narrow_div, narrow_mod, narrow_pow, narrow_tobit, narrow_unm, number,
};
use perilune_ir::types::{IrRef, IrType};

use super::at::At;
use super::dispatch::Then;
use super::values::exact_int;
use super::{Record, Recorder};
use crate::jit::trace::TraceAbort;
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::frame::Cont;
use crate::vm::meta::{BitOp, Event};

/// A value: what the trace has, and what the interpreter has.
pub(super) type Traced = (IrRef, Value);

impl Recorder {
    /// A number or numeric string as a number or int of the trace.
    pub(super) fn numeric(&mut self, (r, v): Traced) -> Record<Option<(IrRef, f64)>> {
        let Some(n) = Vm::to_number(v) else {
            return Ok(None);
        };
        let r = match self.ty(r) {
            IrType::Str => self.b.guard(IrOp::StrTo, IrType::Num, r, Operand::NONE)?,
            _ => r,
        };
        Ok(Some((r, n)))
    }
    /// An int as a number.
    pub(super) fn as_num(&mut self, r: IrRef) -> Record<IrRef> {
        Ok(number(&mut self.b, r)?)
    }

    /// ADD, SUB, MUL, DIV, MOD, POW
    pub(super) fn arith(
        &mut self,
        at: &At<'_>,
        event: Event,
        left: Traced,
        right: Traced,
    ) -> Record<Then> {
        if Vm::to_number(left.1).is_none() || Vm::to_number(right.1).is_none() {
            return self.arith_metamethod(at, event, left, right);
        }
        let (Some((x, a)), Some((y, b))) = (self.numeric(left)?, self.numeric(right)?) else {
            return Err(self.nyi(at));
        };
        let r = match event {
            Event::Add => self.narrowed(IrOp::Add, x, y, a + b)?,
            Event::Sub => self.narrowed(IrOp::Sub, x, y, a - b)?,
            Event::Mul => self.narrowed(IrOp::Mul, x, y, a * b)?,
            Event::Mod => narrow_mod(&mut self.b, x, y, b)?,
            Event::Div => narrow_div(&mut self.b, x, y)?,
            _ => narrow_pow(&mut self.b, x, y)?,
        };
        self.result(at, r)
    }

    fn narrowed(&mut self, op: IrOp, x: IrRef, y: IrRef, result: f64) -> Record<IrRef> {
        let is_int = exact_int(Value::number(result)).is_some();
        Ok(narrow_arith(&mut self.b, op, x, y, is_int)?)
    }

    /// UNM
    pub(super) fn unm(&mut self, at: &At<'_>) -> Record<Then> {
        let (r, v) = (self.get(at, at.ins.d())?, at.slot(at.ins.d()));
        let Some((r, n)) = self.numeric((r, v))? else {
            return self.arith_metamethod(at, Event::Unm, (r, v), (r, v));
        };
        let r = narrow_unm(&mut self.b, r, n)?;
        self.result(at, r)
    }

    /// A number as the bit operators take it.
    pub(super) fn as_bits(&mut self, r: IrRef, value: f64) -> Record<IrRef> {
        Ok(narrow_tobit(&mut self.b, r, value)?)
    }

    /// BNOT
    pub(super) fn bit_not(&mut self, at: &At<'_>) -> Record<Then> {
        let r = self.get(at, at.ins.d())?;
        if !self.is_numeric(r) {
            return Err(self.nyi(at));
        }
        let r = self.as_bits(r, number_in(at, at.ins.d()))?;
        let r = self.b.ins(IrOp::BNot, IrType::Int, r, Operand::NONE)?;
        self.result(at, r)
    }

    /// BAND, BOR, BXOR, BSHL, BSHR, BSAR
    pub(super) fn bits(&mut self, at: &At<'_>, op: BitOp) -> Record<Then> {
        let x = self.get(at, at.ins.b())?;
        let y = self.get(at, at.ins.c())?;
        if !self.is_numeric(x) || !self.is_numeric(y) {
            return Err(self.nyi(at));
        }
        let x = self.as_bits(x, number_in(at, at.ins.b()))?;
        let y = self.as_bits(y, number_in(at, at.ins.c()))?;
        let op = match op {
            BitOp::And => IrOp::BAnd,
            BitOp::Or => IrOp::BOr,
            BitOp::Xor => IrOp::BXor,
            BitOp::Shl => IrOp::BShl,
            BitOp::Shr => IrOp::BShr,
            BitOp::Sar | BitOp::Not => IrOp::BSar,
        };
        let r = self.b.ins(op, IrType::Int, x, y)?;
        self.result(at, r)
    }

    /// LEN
    pub(super) fn len(&mut self, at: &At<'_>) -> Record<Then> {
        let (r, v) = (self.get(at, at.ins.d())?, at.slot(at.ins.d()));
        if self.ty(r) == IrType::Str {
            let n = self.b.ins(IrOp::FLoad, IrType::Int, r, Field::StrLen)?;
            return self.result(at, n);
        }
        let is_plain = self.ty(r) == IrType::Tab
            && (!at.vm.compat52 || v.as_table().is_some_and(|t| t.metatable().is_none()));
        if !is_plain {
            let (handler, f) = self
                .metamethod(at, (r, v), Event::Len)?
                .ok_or(TraceAbort::NyiMetamethod)?;
            return self.call_metamethod(at, Cont::Store, (handler, f), &[r, r]);
        }
        if at.vm.compat52 {
            self.guard_no_metatable(r)?;
        }
        let n = self.b.ins(IrOp::Len, IrType::Int, r, Operand::NONE)?;
        self.result(at, n)
    }
}

/// The number in a slot, if there is one.
fn number_in(at: &At<'_>, slot: usize) -> f64 {
    at.slot(slot).as_number().unwrap_or(f64::NAN)
}
