//! Operations on constants.

use super::{Fold, Folded, decided, rules};
use crate::eval::{Val, arith};
use crate::op::IrOp;
use crate::trace::TraceError;
use crate::types::IrType;

fn arithmetic(f: &mut Fold<'_, '_>) -> Result<Folded, TraceError> {
    let (Some(a), b) = (f.val(f.a()), f.val(f.b())) else {
        return Ok(Folded::Next);
    };
    match arith::arith(f.ins.op(), a, b.unwrap_or(Val::NIL)) {
        Some(v) => f.constant(v),
        None if f.ins.is_guard() => Ok(Folded::Fail),
        None => Ok(Folded::Next),
    }
}

fn comparison(f: &mut Fold<'_, '_>) -> Result<Folded, TraceError> {
    Ok(match (f.val(f.a()), f.val(f.b())) {
        (Some(a), Some(b)) => {
            arith::compare(f.ins.op(), f.ty(), a, b).map_or(Folded::Next, decided)
        }
        _ => Folded::Next,
    })
}

rules! {
    kfold_arith: Add | Sub | Mul | Div | Mod | Min | Max | Ldexp | AddOv | SubOv | MulOv, K, K => arithmetic;
    kfold_bits: BAnd | BOr | BXor | BShl | BShr | BSar | BRol | BRor, K, K => arithmetic;
    kfold_unary: Neg | Abs | BNot | BSwap, K, _ => arithmetic;
    kfold_compare: Lt | Ge | Le | Gt | Ult | Uge | Ule | Ugt | Eq | Ne, K, K => comparison;
    kfold_abc: Abc, K, K => |f| Ok(match (f.int(f.a()), f.int(f.b())) {
        (Some(size), Some(i)) => decided((i as u32) < size as u32),
        _ => Folded::Next,
    });
    kfold_fpmath: FpMath, K, _ => |f| match (f.num(f.a()), f.ins.fp_math()) {
        (Some(n), Some(m)) => f.constant(Val::Num(arith::fp_math(m, n))),
        _ => Ok(Folded::Next),
    };
    kfold_conv: Conv, K, _ => |f| {
        let Some(v) = f.val(f.a()) else { return Ok(Folded::Next) };
        match arith::conv(f.ins.conv(), v) {
            Some(v) => f.constant(v),
            None if f.ins.conv().is_checked() => Ok(Folded::Fail),
            None => Ok(Folded::Next),
        }
    };
    kfold_tobit: ToBit, K, _ => |f| match f.num(f.a()) {
        Some(n) => f.constant(Val::Int(arith::to_bit(n))),
        None => Ok(Folded::Next),
    };
    kfold_pow: Pow, _, K => |f| match f.num(f.b()) {
        // Every implementation of pow agrees on these.
        Some(1.0) => Ok(Folded::To(f.a())),
        Some(0.0) => f.constant(Val::Num(1.0)),
        // The engine's pow is exact here.
        Some(2.0) => { let x = f.a(); f.retry(IrOp::Mul, x, x) }
        _ => Ok(Folded::Next),
    };
    kfold_strlen: FLoad, K, _ => |f| {
        let Some(Val::Gc(IrType::Str, id)) = f.val(f.a()) else { return Ok(Folded::Next) };
        match f.b.objects.str_len(id) {
            Some(n) if f.ins.field() == Some(crate::literal::Field::StrLen) => f.constant(Val::Int(n)),
            _ => Ok(Folded::Next),
        }
    };
    kfold_strbyte: XLoad, StrRef, _ => |f| {
        let at = f.ia();
        let (Some(s), Some(i)) = (at.ref_a(), at.ref_b()) else { return Ok(Folded::Next) };
        let (Some(Val::Gc(_, s)), Some(i)) = (f.val(s), f.int(i)) else { return Ok(Folded::Next) };
        match f.b.objects.str_byte(s, i) {
            Some(c) if f.ty() == IrType::U8 => f.constant(Val::Int(i32::from(c))),
            _ => Ok(Folded::Next),
        }
    };
    // Constants stand right, and among instructions the newer one left, so that equal ones are found equal.
    commute: Add | Mul | BAnd | BOr | BXor | AddOv | MulOv | Eq | Ne, _, _ => |f| {
        if f.a() < f.b() {
            let mut ins = f.ins;
            (ins.a, ins.b) = (ins.b, ins.a);
            Ok(Folded::Retry(ins))
        } else {
            Ok(Folded::Next)
        }
    };
    commute_compare: Lt | Ge | Le | Gt | Ult | Uge | Ule | Ugt, _, _ => |f| {
        if f.a() < f.b() {
            let op: IrOp = f.ins.op().swapped();
            let (a, b) = (f.a(), f.b());
            f.retry(op, b, a)
        } else {
            Ok(Folded::Next)
        }
    };
}
