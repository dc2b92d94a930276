//! The bit library, for numbers.

use perilune_ir::ins::Operand;
use perilune_ir::literal::Helper;
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use super::{BuiltinRecorder, Call, Verdict};
use crate::record::at::At;
use crate::record::{Record, Recorder};

pub(super) const BUILTINS: &[(u8, BuiltinRecorder)] = &[
    (64, to_bit),
    (65, |r, at, call| unary(r, at, call, IrOp::BNot)),
    (66, |r, at, call| unary(r, at, call, IrOp::BSwap)),
    (67, |r, at, call| shift(r, at, call, IrOp::BShl)),
    (68, |r, at, call| shift(r, at, call, IrOp::BShr)),
    (69, |r, at, call| shift(r, at, call, IrOp::BSar)),
    (70, |r, at, call| shift(r, at, call, IrOp::BRol)),
    (71, |r, at, call| shift(r, at, call, IrOp::BRor)),
    (72, |r, at, call| fold(r, at, call, IrOp::BAnd)),
    (73, |r, at, call| fold(r, at, call, IrOp::BOr)),
    (74, |r, at, call| fold(r, at, call, IrOp::BXor)),
    (75, to_hex),
];

/// An operand of 32 bits.
fn operand(r: &mut Recorder, at: &At<'_>, call: &Call, i: usize) -> Record<Option<IrRef>> {
    let arg = r.arg(at, call, i)?;
    match r.numeric(arg)? {
        Some((x, n)) => Ok(Some(r.as_bits(x, n)?)),
        None => Ok(None),
    }
}

/// `bit.tobit(x)`
fn to_bit(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    match operand(r, at, call, 0)? {
        Some(x) => r.give(x),
        None => Ok(Verdict::Unknown),
    }
}

fn unary(r: &mut Recorder, at: &At<'_>, call: &Call, op: IrOp) -> Record<Verdict> {
    let Some(x) = operand(r, at, call, 0)? else {
        return Ok(Verdict::Unknown);
    };
    let x = r.b.ins(op, IrType::Int, x, Operand::NONE)?;
    r.give(x)
}

fn shift(r: &mut Recorder, at: &At<'_>, call: &Call, op: IrOp) -> Record<Verdict> {
    let (Some(x), Some(n)) = (operand(r, at, call, 0)?, operand(r, at, call, 1)?) else {
        return Ok(Verdict::Unknown);
    };
    let x = r.b.ins(op, IrType::Int, x, n)?;
    r.give(x)
}

/// The operations on any number of operands.
fn fold(r: &mut Recorder, at: &At<'_>, call: &Call, op: IrOp) -> Record<Verdict> {
    let Some(mut result) = operand(r, at, call, 0)? else {
        return Ok(Verdict::Unknown);
    };
    for i in 1..call.nargs {
        let Some(x) = operand(r, at, call, i)? else {
            return Ok(Verdict::Unknown);
        };
        result = r.b.ins(op, IrType::Int, result, x)?;
    }
    r.give(result)
}

/// `bit.tohex(x [, digits])`
fn to_hex(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let Some(x) = operand(r, at, call, 0)? else {
        return Ok(Verdict::Unknown);
    };
    let digits = if call.nargs < 2 {
        r.kint(8)?
    } else {
        match operand(r, at, call, 1)? {
            Some(digits) => digits,
            None => return Ok(Verdict::Unknown),
        }
    };
    let s = r.helper(Helper::ToHex, &[x, digits])?;
    r.give(s)
}
