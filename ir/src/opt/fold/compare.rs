//! Comparisons.

use super::{Fold, Folded, decided, rules};
use crate::literal::Conv;
use crate::op::IrOp;
use crate::opt::mem;
use crate::trace::TraceError;
use crate::types::{IrRef, IrType};

type Result = core::result::Result<Folded, TraceError>;

/// The ordered, signed comparison.
fn ordered(op: IrOp) -> IrOp {
    match op {
        IrOp::Ult => IrOp::Lt,
        IrOp::Uge => IrOp::Ge,
        IrOp::Ule => IrOp::Le,
        IrOp::Ugt => IrOp::Gt,
        op => op,
    }
}

fn compare_self(f: &mut Fold<'_, '_>) -> Result {
    if f.a() != f.b() {
        return Ok(Folded::Next);
    }
    Ok(match (f.ins.op(), f.ty()) {
        // A NaN is unordered with itself.
        (IrOp::Lt | IrOp::Gt, IrType::Num) => Folded::Fail,
        (IrOp::Ule | IrOp::Uge, IrType::Num) => Folded::Drop,
        (_, IrType::Num) => Folded::Next,
        (IrOp::Eq | IrOp::Ge | IrOp::Le | IrOp::Uge | IrOp::Ule, _) => Folded::Drop,
        _ => Folded::Fail,
    })
}

/// The int that a number was converted from.
fn int_source(f: &Fold<'_, '_>, r: IrRef) -> Option<IrRef> {
    let ins = f.look(r);
    (ins.op() == IrOp::Conv && ins.conv() == Conv::NUM_INT)
        .then(|| ins.ref_a())
        .flatten()
}

/// Two numbers that were ints compare as ints.
fn compare_ints(f: &mut Fold<'_, '_>) -> Result {
    if f.ty() != IrType::Num {
        return Ok(Folded::Next);
    }
    match (int_source(f, f.a()), int_source(f, f.b())) {
        (Some(a), Some(b)) => Ok(Folded::Retry(crate::ins::Ins::new(
            ordered(f.ins.op()),
            IrType::Int,
            a,
            b,
        ))),
        _ => Ok(Folded::Next),
    }
}

/// A number that was an int, and a constant: the constant moves to the next int that compares alike.
fn compare_int_const(f: &mut Fold<'_, '_>) -> Result {
    let (Some(x), Some(k)) = (int_source(f, f.a()), f.num(f.b())) else {
        return Ok(Folded::Next);
    };
    let unordered = ordered(f.ins.op()) != f.ins.op();
    let op = ordered(f.ins.op());
    if k.is_nan() {
        return Ok(decided(unordered || op == IrOp::Ne));
    }
    let bound = match op {
        IrOp::Lt | IrOp::Ge => libm::ceil(k),
        IrOp::Le | IrOp::Gt => libm::floor(k),
        _ if libm::floor(k) != k => return Ok(decided(op == IrOp::Ne)),
        _ => k,
    };
    let too_large = bound > f64::from(i32::MAX);
    if too_large || bound < f64::from(i32::MIN) {
        return Ok(decided(match op {
            IrOp::Lt | IrOp::Le => too_large,
            IrOp::Gt | IrOp::Ge => !too_large,
            _ => op == IrOp::Ne,
        }));
    }
    let k = f.b.trace.kint(bound as i32)?;
    Ok(Folded::Retry(crate::ins::Ins::new(op, IrType::Int, x, k)))
}

/// Comparisons with the least and greatest integers.
fn compare_extremes(f: &mut Fold<'_, '_>) -> Result {
    let (Some(k), a) = (f.integer(f.b()), f.a()) else {
        return Ok(Folded::Next);
    };
    let op = f.ins.op();
    if k == 0 {
        match op {
            IrOp::Ult => return Ok(Folded::Fail),
            IrOp::Uge => return Ok(Folded::Drop),
            IrOp::Ugt => return f.retry(IrOp::Ne, a, f.b()),
            IrOp::Ule => return f.retry(IrOp::Eq, a, f.b()),
            _ => {}
        }
    }
    if f.ty() != IrType::Int {
        return Ok(Folded::Next);
    }
    Ok(match (op, k as i32) {
        (IrOp::Lt, i32::MIN) | (IrOp::Gt, i32::MAX) => Folded::Fail,
        (IrOp::Ge, i32::MIN) | (IrOp::Le, i32::MAX) => Folded::Drop,
        _ => Folded::Next,
    })
}

/// f(x) == k, where f can be undone.
fn solve(f: &mut Fold<'_, '_>) -> Result {
    let inner = f.ia();
    let (Some(x), Some(k)) = (inner.ref_a(), f.integer(f.b())) else {
        return Ok(Folded::Next);
    };
    let k1 = inner.ref_b().and_then(|k| f.integer(k));
    let k = match (inner.op(), k1) {
        (IrOp::Add, Some(k1)) => k.wrapping_sub(k1),
        (IrOp::BXor, Some(k1)) => k ^ k1,
        (IrOp::Neg, _) => k.wrapping_neg(),
        (IrOp::BNot, _) => !k,
        (IrOp::BAnd, Some(k1)) if k & !k1 != 0 => return Ok(decided(f.ins.op() == IrOp::Ne)),
        _ => return Ok(Folded::Next),
    };
    let k = f.integer_const(k)?;
    f.retry(f.ins.op(), x, k)
}

/// a - b == 0, a xor b == 0
fn difference(f: &mut Fold<'_, '_>) -> Result {
    let inner = f.ia();
    match (inner.ref_a(), inner.ref_b(), f.integer(f.b())) {
        (Some(a), Some(b), Some(0)) => f.retry(f.ins.op(), a, b),
        _ => Ok(Folded::Next),
    }
}

/// An earlier guard against a constant may imply this one.
fn implied(f: &mut Fold<'_, '_>) -> Result {
    use IrOp::{Ge, Gt, Le, Lt};
    let (op, x, ty) = (f.ins.op(), f.a(), f.ty());
    let below = matches!(op, Lt | Le);
    let Some(k) = f.number(f.b()) else {
        return Ok(Folded::Next);
    };
    for earlier in if below { [Lt, Le] } else { [Gt, Ge] } {
        // Strictly earlier: x < j gives x < k for j <= k, but x <= j only for j < k.
        let strict = !matches!((earlier, op), (Le, Lt) | (Ge, Gt));
        for (_, g) in f.b.trace.chain(earlier, Some(x)) {
            if g.ref_a() != Some(x) || g.ty() != ty {
                continue;
            }
            let Some(j) = g.ref_b().and_then(|j| f.number(j)) else {
                continue;
            };
            let holds = if below { j < k } else { j > k };
            if holds || (strict && j == k) {
                return Ok(Folded::Drop);
            }
        }
    }
    Ok(Folded::Next)
}

/// An earlier guard tells that the operand equals a constant, so the outcome is known.
fn implied_by_equality(f: &mut Fold<'_, '_>) -> Result {
    let (x, ty) = (f.a(), f.ty());
    let Some(k) = f.val(f.b()) else {
        return Ok(Folded::Next);
    };
    for (_, g) in f.b.trace.chain(IrOp::Eq, Some(x)) {
        if g.ref_a() == Some(x)
            && g.ty() == ty
            && let Some(j) = g.ref_b().and_then(|j| f.val(j))
        {
            let outcome = crate::eval::arith::compare(f.ins.op(), ty, j, k);
            return Ok(outcome.map_or(Folded::Next, decided));
        }
    }
    Ok(Folded::Next)
}

/// An earlier guard of the same operands that is stronger.
fn implied_by_stronger(f: &mut Fold<'_, '_>) -> Result {
    let stronger: &[IrOp] = match f.ins.op() {
        IrOp::Le => &[IrOp::Lt, IrOp::Eq],
        IrOp::Ge => &[IrOp::Gt, IrOp::Eq],
        IrOp::Ule => &[IrOp::Ult, IrOp::Eq, IrOp::Le, IrOp::Lt],
        IrOp::Uge => &[IrOp::Ugt, IrOp::Eq, IrOp::Ge, IrOp::Gt],
        IrOp::Ult => &[IrOp::Lt],
        IrOp::Ugt => &[IrOp::Gt],
        IrOp::Ne => &[IrOp::Lt, IrOp::Gt, IrOp::Ult, IrOp::Ugt],
        _ => &[],
    };
    // For integers the order without a sign is another one; for numbers ULT and its kin hold of NaN too, which equals nothing.
    let of_numbers = f.ty() == IrType::Num;
    let limit = f.a().max(f.b());
    for &op in stronger {
        let unsigned = ordered(op) != op;
        let signed_in_unsigned = ordered(f.ins.op()) != f.ins.op() && !unsigned && op != IrOp::Eq;
        if signed_in_unsigned && !of_numbers {
            continue;
        }
        let same = |a: Option<IrRef>, b: Option<IrRef>| (a, b) == (Some(f.a()), Some(f.b()));
        let mut earlier = f.b.trace.chain(op, Some(limit));
        if earlier.any(|(_, g)| same(g.ref_a(), g.ref_b()) && g.ty() == f.ty()) {
            return Ok(Folded::Drop);
        }
    }
    Ok(Folded::Next)
}

/// x ~= k where an earlier guard bounds x on this side of k.
fn unequal_by_bound(f: &mut Fold<'_, '_>) -> Result {
    use IrOp::{Ge, Gt, Le, Lt};
    let (x, ty) = (f.a(), f.ty());
    let Some(k) = f.number(f.b()) else {
        return Ok(Folded::Next);
    };
    for op in [Lt, Le, Gt, Ge] {
        for (_, g) in f.b.trace.chain(op, Some(x)) {
            let bound = g.ref_b().filter(|_| g.ref_a() == Some(x) && g.ty() == ty);
            let Some(j) = bound.and_then(|j| f.number(j)) else {
                continue;
            };
            let apart = match op {
                Lt => j <= k,
                Le => j < k,
                Gt => j >= k,
                _ => j > k,
            };
            if apart {
                return Ok(Folded::Drop);
            }
        }
    }
    Ok(Folded::Next)
}

rules! {
    compare_self: Lt | Ge | Le | Gt | Ult | Uge | Ule | Ugt | Eq | Ne, _, _ => compare_self;
    compare_ints: Lt | Ge | Le | Gt | Ult | Uge | Ule | Ugt | Eq | Ne, Conv, Conv => compare_ints;
    compare_int_const: Lt | Ge | Le | Gt | Ult | Uge | Ule | Ugt | Eq | Ne, Conv, K => compare_int_const;
    compare_extremes: Lt | Ge | Le | Gt | Ult | Uge | Ule | Ugt, _, K => compare_extremes;
    compare_implied: Lt | Ge | Le | Gt, _, K => implied;
    compare_equal: Lt | Ge | Le | Gt | Ult | Uge | Ule | Ugt | Eq | Ne, _, K => implied_by_equality;
    compare_stronger: Ge | Le | Ult | Uge | Ule | Ugt | Ne, _, _ => implied_by_stronger;
    ne_bounded: Ne, _, K => unequal_by_bound;
    eq_difference: Eq | Ne, Sub, K => difference;
    eq_add: Eq | Ne, Add, K => solve;
    eq_bxor: Eq | Ne, BXor, K => solve;
    eq_neg: Eq | Ne, Neg, K => solve;
    eq_bnot: Eq | Ne, BNot, K => solve;
    eq_band: Eq | Ne, BAnd, K => solve;
    eq_allocation: Eq | Ne, _, _ => |f| {
        // A new table is no other.
        let closure = |r| f.look(r).op() == IrOp::FNew || f.b.trace.is_call_of(r, crate::literal::Helper::ClosureNew);
        let (a, b) = (f.a(), f.b());
        // Nor is a new closure one that was there before it.
        if f.ty() == IrType::Func && closure(a) && b.is_const() {
            return Ok(decided(f.ins.op() == IrOp::Ne));
        }
        if f.ty() == IrType::Tab && mem::alias_tables(f.b, f.a(), f.b()) == mem::Alias::No {
            return Ok(decided(f.ins.op() == IrOp::Ne));
        }
        Ok(Folded::Next)
    };
}
