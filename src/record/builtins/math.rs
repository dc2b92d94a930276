//! The mathematical library.

use perilune_ir::literal::FpMath;
use perilune_ir::op::IrOp;
use perilune_ir::types::IrType;

use super::{BuiltinRecorder, Call, Verdict};
use crate::record::at::At;
use crate::record::{Record, Recorder};

pub(super) const BUILTINS: &[(u8, BuiltinRecorder)] =
    &[(38, abs), (39, floor), (40, ceil), (41, sqrt)];

/// `math.abs(x)`
fn abs(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let Some(x) = r.number_arg(at, call, 0)? else {
        return Ok(Verdict::Unknown);
    };
    let x = r.unary(IrOp::Abs, IrType::Num, x)?;
    r.give(x)
}
fn floor(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    fp_math(r, at, call, FpMath::Floor)
}
fn ceil(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    fp_math(r, at, call, FpMath::Ceil)
}
fn sqrt(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    fp_math(r, at, call, FpMath::Sqrt)
}

/// A function that the machine computes exactly. Of an int, rounding is nothing to do.
fn fp_math(r: &mut Recorder, at: &At<'_>, call: &Call, f: FpMath) -> Record<Verdict> {
    let arg = r.arg(at, call, 0)?;
    if f != FpMath::Sqrt && r.ty(arg.0) == IrType::Int {
        return r.give(arg.0);
    }
    let Some((x, _)) = r.numeric(arg)? else {
        return Ok(Verdict::Unknown);
    };
    let x = r.to_num(x)?;
    let x = r.b.ins(IrOp::FpMath, IrType::Num, x, f)?;
    r.give(x)
}
