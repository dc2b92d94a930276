//! Conversions.

use super::{Fold, Folded, rules};
use crate::ins::{Ins, Operand};
use crate::literal::{Conv, StrMode};
use crate::op::IrOp;
use crate::opt::narrow;
use crate::trace::TraceError;
use crate::types::IrType;

type Result = core::result::Result<Folded, TraceError>;

/// A conversion of a conversion.
fn conv_conv(f: &mut Fold<'_, '_>) -> Result {
    use IrType::{I64, Int, Num, U32, U64};
    let (outer, inner) = (f.ins.conv(), f.ia().conv());
    let Some(x) = f.ia().ref_a() else {
        return Ok(Folded::Next);
    };
    if outer.from != inner.to {
        return Ok(Folded::Next);
    }
    let conv = |to, from, sext| {
        let c = Conv {
            sext,
            ..Conv::new(to, from)
        };
        Ok(Folded::Retry(Ins::new(IrOp::Conv, to, x, c)))
    };
    match (outer.to, outer.from, inner.from) {
        // A double holds every integer of 32 bits.
        (Int, Num, Int) => Ok(Folded::To(x)),
        (Int | U32, Num, U32) | (U32, Num, Int) if !outer.is_checked() => Ok(Folded::To(x)),
        (I64 | U64, Num, Int) => conv(outer.to, Int, true),
        (I64 | U64, Num, U32) => conv(outer.to, U32, false),
        (Int | U32, I64 | U64, Int | U32) => Ok(Folded::To(x)),
        (Num, I64, Int) if inner.sext => conv(Num, Int, false),
        (Num, I64, U32) if !inner.sext => conv(Num, U32, false),
        // Extending twice.
        (Int, from, _) if outer == inner && from.is_int32() => Ok(Folded::To(f.a())),
        (I64 | U64, I64 | U64, Int) => conv(outer.to, Int, inner.sext),
        _ => Ok(Folded::Next),
    }
}

rules! {
    narrow_known: Conv | ToBit, _, _ => narrow::known;
    conv_none: Conv, _, _ => |f| {
        let c = f.ins.conv();
        let same = c.to == c.from && matches!(c.to, IrType::Int | IrType::I64 | IrType::U64 | IrType::Num);
        Ok(if same { Folded::To(f.a()) } else { Folded::Next })
    };
    conv_conv: Conv, Conv, _ => conv_conv;
    narrow_tobit_conv: ToBit, Conv, _ => narrow::fold_conv;
    tobit_conv: ToBit, Conv, _ => |f| Ok(match (f.ia().conv().from, f.ia().ref_a()) {
        (IrType::Int | IrType::U32, Some(x)) => Folded::To(x),
        _ => Folded::Next,
    });
    tostr_conv: ToStr, Conv, _ => |f| match (f.ia().conv(), f.ia().ref_a()) {
        (Conv::NUM_INT, Some(x)) if f.ins.b() == Operand::from(StrMode::Num) => f.retry(IrOp::ToStr, x, StrMode::Int),
        _ => Ok(Folded::Next),
    };
    strto_tostr: StrTo, ToStr, _ => |f| match f.ia().ref_a() {
        Some(x) if f.ia().b() == Operand::from(StrMode::Int) => {
            Ok(Folded::Retry(Ins::new(IrOp::Conv, IrType::Num, x, Conv::NUM_INT)))
        }
        _ => Ok(Folded::Next),
    };
    narrow_conv_add: Conv, Add, _ => narrow::fold_conv;
    narrow_conv_sub: Conv, Sub, _ => narrow::fold_conv;
    narrow_tobit_add: ToBit, Add, _ => narrow::fold_conv;
    narrow_conv_mul: Conv, Mul, _ => narrow::fold_conv;
    narrow_tobit_sub: ToBit, Sub, _ => narrow::fold_conv;
    narrow_tobit_mul: ToBit, Mul, _ => narrow::fold_conv;
}
