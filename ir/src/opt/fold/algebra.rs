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

/// MIN(MAX(x, k1), k2) is k2 if k2 is no greater than k1, and the other way around.
fn clamp(f: &mut Fold<'_, '_>, op: IrOp) -> Result {
    let k1 = f.ia().ref_b().and_then(|k| f.number(k));
    Ok(match (k1, f.number(f.b())) {
        (Some(k1), Some(k2)) if (op == IrOp::Min && k2 <= k1) || (op == IrOp::Max && k2 >= k1) => {
            Folded::To(f.b())
        }
        _ => Folded::Next,
    })
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
    addk_sub: Add, Sub, K => |f| {
        // (k1 - x) + k2
        let inner = f.ia();
        match (inner.ref_a().and_then(|k| f.integer(k)), inner.ref_b(), f.integer(f.b())) {
            (Some(k1), Some(x), Some(k2)) if !is_num(f) => {
                let k = f.integer_const(k1.wrapping_add(k2))?;
                f.retry(IrOp::Sub, k, x)
            }
            _ => Ok(Folded::Next),
        }
    };
    subk_add: Sub, K, Add => |f| {
        // k1 - (x + k2)
        let inner = f.ib();
        match (f.integer(f.a()), inner.ref_a(), inner.ref_b().and_then(|k| f.integer(k))) {
            (Some(k1), Some(x), Some(k2)) if !is_num(f) => {
                let k = f.integer_const(k1.wrapping_sub(k2))?;
                f.retry(IrOp::Sub, k, x)
            }
            _ => Ok(Folded::Next),
        }
    };
    subk_sub: Sub, K, Sub => |f| {
        // k1 - (k2 - x)
        let inner = f.ib();
        match (f.integer(f.a()), inner.ref_a().and_then(|k| f.integer(k)), inner.ref_b()) {
            (Some(k1), Some(k2), Some(x)) if !is_num(f) => {
                let k = f.integer_const(k1.wrapping_sub(k2))?;
                f.retry(IrOp::Add, x, k)
            }
            _ => Ok(Folded::Next),
        }
    };
    sub_zero: Sub, K, _ => |f| {
        // 0 - x; for numbers it would differ in the sign of a zero.
        if f.integer(f.a()) == Some(0) && f.ty() != IrType::Num {
            let x = f.b();
            return f.retry(IrOp::Neg, x, crate::ins::Operand::NONE);
        }
        Ok(Folded::Next)
    };
    sub_add_add: Sub, Add, Add => |f| {
        // (a + b) - (a + c)
        let (x, y) = (f.ia(), f.ib());
        if is_num(f) { return Ok(Folded::Next); }
        let (Some(a), Some(b), Some(c), Some(d)) = (x.ref_a(), x.ref_b(), y.ref_a(), y.ref_b()) else { return Ok(Folded::Next) };
        match () {
            () if a == c => f.retry(IrOp::Sub, b, d),
            () if a == d => f.retry(IrOp::Sub, b, c),
            () if b == c => f.retry(IrOp::Sub, a, d),
            () if b == d => f.retry(IrOp::Sub, a, c),
            () => Ok(Folded::Next),
        }
    };
    sub_of_sum: Sub, _, Add => |f| {
        // a - (a + b)
        let inner = f.ib();
        match (inner.ref_a(), inner.ref_b()) {
            _ if is_num(f) => Ok(Folded::Next),
            (Some(a), Some(b)) if a == f.a() => f.retry(IrOp::Neg, b, crate::ins::Operand::NONE),
            (Some(b), Some(a)) if a == f.a() => f.retry(IrOp::Neg, b, crate::ins::Operand::NONE),
            _ => Ok(Folded::Next),
        }
    };
    neg_of_sum: Neg, Add, _ => |f| {
        // -(x + k)
        let inner = f.ia();
        match (inner.ref_a(), inner.ref_b().and_then(|k| f.integer(k))) {
            (Some(x), Some(k)) if !is_num(f) => {
                let k = f.integer_const(k.wrapping_neg())?;
                f.retry(IrOp::Sub, k, x)
            }
            _ => Ok(Folded::Next),
        }
    };
    mul_reassociate: Mul, Mul, K => |f| {
        let inner = f.ia();
        match (inner.ref_a(), inner.ref_b().and_then(|k| f.integer(k)), f.integer(f.b())) {
            (Some(x), Some(k1), Some(k2)) if !is_num(f) => {
                let k = f.integer_const(k1.wrapping_mul(k2))?;
                f.retry(IrOp::Mul, x, k)
            }
            _ => Ok(Folded::Next),
        }
    };
    mul_shifted: Mul, BShl, K => |f| {
        // (x << k1) * k2
        let inner = f.ia();
        let width = if f.ty().is_int64() { 63 } else { 31 };
        match (inner.ref_a(), inner.ref_b().and_then(|k| f.int(k)), f.integer(f.b())) {
            (Some(x), Some(k1), Some(k2)) => {
                let k = f.integer_const(k2.wrapping_shl((k1 & width) as u32))?;
                f.retry(IrOp::Mul, x, k)
            }
            _ => Ok(Folded::Next),
        }
    };
    min_of_max: Min, Max, K => |f| clamp(f, IrOp::Min);
    max_of_min: Max, Min, K => |f| clamp(f, IrOp::Max);
    minmax_absorb: Min | Max, Min, _ => |f| {
        let inner = f.ia();
        let same = inner.ref_a() == Some(f.b()) || inner.ref_b() == Some(f.b());
        Ok(if !is_num(f) && same && f.ins.op() == IrOp::Min { Folded::To(f.a()) } else { Folded::Next })
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
            Some(-1) => {
                let zero = f.b.trace.kint(0)?;
                f.retry(IrOp::SubOv, zero, a)
            }
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
