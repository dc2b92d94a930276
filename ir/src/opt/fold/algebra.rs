//! Algebra of numbers and integers. For numbers only what holds for every operand, NaN, infinities and both zeros included.

use super::{Fold, Folded, rules};
use crate::eval::Val;
use crate::ins::Ins;
use crate::op::IrOp;
use crate::trace::TraceError;
use crate::types::{IrRef, IrType};

type Result = core::result::Result<Folded, TraceError>;

fn is_num(f: &Fold<'_, '_>) -> bool {
    f.ty() == IrType::Num
}

fn minus_zero(n: f64) -> bool {
    n == 0.0 && n.is_sign_negative()
}

/// The power of two whose reciprocal is exact.
fn exact_reciprocal(n: f64) -> Option<f64> {
    let bits = n.to_bits();
    let exponent = (bits >> 52) & 0x7ff;
    // Neither the divisor nor its reciprocal may be subnormal.
    (bits << 12 == 0 && (1..=2044).contains(&exponent)).then(|| 1.0 / n)
}

/// For integers (x + k1) + k2 is x + (k1 + k2), wrapping.
fn reassociate_add(f: &mut Fold<'_, '_>) -> Result {
    let inner = f.ia();
    let (Some(x), Some(k1)) = (inner.ref_a(), inner.ref_b().and_then(|k| f.integer(k))) else {
        return Ok(Folded::Next);
    };
    let Some(k2) = f.integer(f.b()) else {
        return Ok(Folded::Next);
    };
    if is_num(f) || f.look(f.a()).ty() != f.ty() {
        return Ok(Folded::Next);
    }
    let k = f.integer_const(k1.wrapping_add(k2))?;
    f.retry(IrOp::Add, x, k)
}

/// (x + k1) + k2 with checks: both sums have to fit, which x + (k1 + k2) tells if the constants have the same sign.
fn reassociate_ov(f: &mut Fold<'_, '_>) -> Result {
    let inner = f.ia();
    let (Some(x), Some(k1)) = (inner.ref_a(), inner.ref_b().and_then(|k| f.int(k))) else {
        return Ok(Folded::Next);
    };
    match f.int(f.b()) {
        Some(k2) if (k1 ^ k2) >= 0 => match k1.checked_add(k2) {
            Some(k) => {
                let k = f.b.trace.kint(k)?;
                f.retry(IrOp::AddOv, x, k)
            }
            None => Ok(Folded::Next),
        },
        _ => Ok(Folded::Next),
    }
}

/// MIN and MAX of the same operation with constants.
fn reassociate_minmax(f: &mut Fold<'_, '_>) -> Result {
    let inner = f.ia();
    let (Some(x), Some(k1)) = (inner.ref_a(), inner.ref_b()) else {
        return Ok(Folded::Next);
    };
    if is_num(f) || inner.op() != f.ins.op() {
        return Ok(Folded::Next);
    }
    let (Some(a), Some(b)) = (f.val(k1), f.val(f.b())) else {
        return Ok(Folded::Next);
    };
    match crate::eval::arith::arith(f.ins.op(), a, b) {
        Some(Val::Int(k)) => {
            let k = f.b.trace.kint(k)?;
            f.retry(f.ins.op(), x, k)
        }
        _ => Ok(Folded::Next),
    }
}

fn to(r: Option<IrRef>) -> Result {
    Ok(r.map_or(Folded::Next, Folded::To))
}

rules! {
    add_neutral: Add, _, K => |f| Ok(match (f.num(f.b()), f.integer(f.b())) {
        (Some(n), _) if minus_zero(n) => Folded::To(f.a()),
        (_, Some(0)) => Folded::To(f.a()),
        _ => Folded::Next,
    });
    sub_neutral: Sub, _, K => |f| match (f.num(f.b()), f.integer(f.b())) {
        (Some(n), _) if n == 0.0 && n.is_sign_positive() => Ok(Folded::To(f.a())),
        // x - k and x + (-k) round alike.
        (Some(n), _) if !n.is_nan() => {
            let k = f.b.trace.knum(-n)?;
            f.retry(IrOp::Add, f.a(), k)
        }
        (_, Some(k)) => {
            let k = f.integer_const(k.wrapping_neg())?;
            f.retry(IrOp::Add, f.a(), k)
        }
        _ => Ok(Folded::Next),
    };
    mul_const: Mul, _, K => |f| {
        let a = f.a();
        match (f.num(f.b()), f.integer(f.b())) {
            (Some(1.0), _) | (_, Some(1)) => Ok(Folded::To(a)),
            (Some(-1.0), _) | (_, Some(-1)) => f.retry(IrOp::Neg, a, crate::ins::Operand::NONE),
            (Some(2.0), _) => f.retry(IrOp::Add, a, a),
            (_, Some(0)) => Ok(Folded::To(f.b())),
            (_, Some(k)) if k > 0 && k & (k - 1) == 0 => {
                let count = f.b.trace.kint(k.trailing_zeros() as i32)?;
                f.retry(IrOp::BShl, a, count)
            }
            _ => Ok(Folded::Next),
        }
    };
    div_const: Div, _, K => |f| {
        let Some(n) = f.num(f.b()) else { return Ok(Folded::Next) };
        let a = f.a();
        if n == 1.0 {
            return Ok(Folded::To(a));
        }
        match exact_reciprocal(n) {
            Some(k) => {
                let k = f.b.trace.knum(k)?;
                f.retry(IrOp::Mul, a, k)
            }
            None => Ok(Folded::Next),
        }
    };
    neg_neg: Neg, Neg, _ => |f| to(f.ia().ref_a());
    neg_sub: Neg, Sub, _ => |f| {
        // -(a - b) is b - a, but for the sign of a zero.
        let inner = f.ia();
        match (inner.ref_a(), inner.ref_b()) {
            (Some(a), Some(b)) if !is_num(f) => f.retry(IrOp::Sub, b, a),
            _ => Ok(Folded::Next),
        }
    };
    abs_abs: Abs, Abs, _ => |f| Ok(Folded::To(f.a()));
    abs_neg: Abs, Neg, _ => |f| match f.ia().ref_a() {
        Some(x) => f.retry(IrOp::Abs, x, crate::ins::Operand::NONE),
        None => Ok(Folded::Next),
    };
    add_neg: Add, _, Neg => |f| match f.ib().ref_a() {
        Some(x) => f.retry(IrOp::Sub, f.a(), x),
        None => Ok(Folded::Next),
    };
    neg_add: Add, Neg, _ => |f| match f.ia().ref_a() {
        Some(x) => f.retry(IrOp::Sub, f.b(), x),
        None => Ok(Folded::Next),
    };
    sub_neg: Sub, _, Neg => |f| match f.ib().ref_a() {
        Some(x) => f.retry(IrOp::Add, f.a(), x),
        None => Ok(Folded::Next),
    };
    mul_neg_neg: Mul | Div, Neg, Neg => |f| match (f.ia().ref_a(), f.ib().ref_a()) {
        (Some(a), Some(b)) => f.retry(f.ins.op(), a, b),
        _ => Ok(Folded::Next),
    };
    mul_neg_const: Mul, Neg, K => |f| match (f.ia().ref_a(), f.num(f.b())) {
        (Some(a), Some(n)) if !n.is_nan() => {
            let k = f.b.trace.knum(-n)?;
            f.retry(IrOp::Mul, a, k)
        }
        _ => Ok(Folded::Next),
    };
    sub_self: Sub, _, _ => |f| {
        if f.a() == f.b() && !is_num(f) {
            let zero = f.integer_const(0)?;
            return Ok(Folded::To(zero));
        }
        Ok(Folded::Next)
    };
    subov_self: SubOv, _, _ => |f| if f.a() == f.b() { f.constant(Val::Int(0)) } else { Ok(Folded::Next) };
    add_reassociate: Add, Add, K => reassociate_add;
    addov_reassociate: AddOv, AddOv, K => reassociate_ov;
    sub_cancel: Sub, Add, _ => |f| {
        // (a + b) - a, (a + b) - b
        let inner = f.ia();
        match (inner.ref_a(), inner.ref_b()) {
            _ if is_num(f) => Ok(Folded::Next),
            (Some(a), b) if a == f.b() => to(b),
            (a, Some(b)) if b == f.b() => to(a),
            _ => Ok(Folded::Next),
        }
    };
    sub_cancel_left: Sub, Sub, _ => |f| {
        // (a - b) - a
        let inner = f.ia();
        match (inner.ref_a(), inner.ref_b()) {
            (Some(a), Some(b)) if a == f.b() && !is_num(f) => f.retry(IrOp::Neg, b, crate::ins::Operand::NONE),
            _ => Ok(Folded::Next),
        }
    };
    sub_cancel_right: Sub, _, Sub => |f| {
        // a - (a - b)
        let inner = f.ib();
        match inner.ref_a() {
            Some(a) if a == f.a() && !is_num(f) => to(inner.ref_b()),
            _ => Ok(Folded::Next),
        }
    };
    add_cancel: Add, Sub, _ => |f| {
        // (a - b) + b
        let inner = f.ia();
        if !is_num(f) && inner.ref_b() == Some(f.b()) { to(inner.ref_a()) } else { Ok(Folded::Next) }
    };
    ov_neutral: AddOv | SubOv, _, K => |f| {
        let a = f.a();
        match (f.int(f.b()), f.ins.op()) {
            (Some(0), _) => Ok(Folded::To(a)),
            (Some(k), IrOp::SubOv) if k != i32::MIN => {
                let k = f.b.trace.kint(-k)?;
                f.retry(IrOp::AddOv, a, k)
            }
            _ => Ok(Folded::Next),
        }
    };
    mulov_const: MulOv, _, K => |f| {
        let a = f.a();
        match f.int(f.b()) {
            Some(1) => Ok(Folded::To(a)),
            Some(0) => f.constant(Val::Int(0)),
            Some(2) => f.retry(IrOp::AddOv, a, a),
            _ => Ok(Folded::Next),
        }
    };
    mod_const: Mod, _, K => |f| {
        let a = f.a();
        match f.int(f.b()) {
            Some(1) => f.constant(Val::Int(0)),
            Some(k) if k > 1 && k & (k - 1) == 0 => {
                let mask = f.b.trace.kint(k - 1)?;
                f.retry(IrOp::BAnd, a, mask)
            }
            _ => Ok(Folded::Next),
        }
    };
    minmax_self: Min | Max, _, _ => |f| Ok(if f.a() == f.b() { Folded::To(f.a()) } else { Folded::Next });
    minmax_reassociate: Min, Min, K => reassociate_minmax;
    maxmax_reassociate: Max, Max, K => reassociate_minmax;
    minmax_commute: Min | Max, K, _ => |f| {
        if is_num(f) { return Ok(Folded::Next); }
        let (a, b) = (f.a(), f.b());
        f.retry(f.ins.op(), b, a)
    };
    ldexp_zero: Ldexp, _, K => |f| Ok(if f.int(f.b()) == Some(0) { Folded::To(f.a()) } else { Folded::Next });
    fpmath_integral: FpMath, FpMath, _ => |f| {
        use crate::literal::FpMath::Sqrt;
        Ok(match (f.ins.fp_math(), f.ia().fp_math()) {
            (Some(outer), Some(inner)) if outer != Sqrt && inner != Sqrt => Folded::To(f.a()),
            _ => Folded::Next,
        })
    };
    fpmath_int: FpMath, Conv, _ => |f| {
        let from_int: Ins = f.ia();
        Ok(match f.ins.fp_math() {
            Some(m) if m != crate::literal::FpMath::Sqrt && from_int.conv().from.is_int32() => Folded::To(f.a()),
            _ => Folded::Next,
        })
    };
}
