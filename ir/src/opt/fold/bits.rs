//! Bit operations. All hold for 32 and 64 bits.

use super::{Fold, Folded, rules};
use crate::ins::Operand;
use crate::op::IrOp;
use crate::trace::TraceError;

type Result = core::result::Result<Folded, TraceError>;

fn width(f: &Fold<'_, '_>) -> i64 {
    if f.ty().is_int64() { 64 } else { 32 }
}

/// (x op k1) op k2 is x op (k1 op k2).
fn reassociate(f: &mut Fold<'_, '_>) -> Result {
    let inner = f.ia();
    let (Some(x), Some(k1)) = (inner.ref_a(), inner.ref_b().and_then(|k| f.integer(k))) else {
        return Ok(Folded::Next);
    };
    let Some(k2) = f.integer(f.b()) else {
        return Ok(Folded::Next);
    };
    let op = f.ins.op();
    let k = match op {
        IrOp::BAnd => k1 & k2,
        IrOp::BOr => k1 | k2,
        _ => k1 ^ k2,
    };
    let k = f.integer_const(k)?;
    f.retry(op, x, k)
}

/// x op x
fn idempotent(f: &mut Fold<'_, '_>) -> Result {
    Ok(if f.a() == f.b() {
        Folded::To(f.a())
    } else {
        Folded::Next
    })
}

/// Two shifts in the same direction.
fn shift_shift(f: &mut Fold<'_, '_>) -> Result {
    let inner = f.ia();
    let op = f.ins.op();
    let w = width(f);
    let (Some(x), Some(k1)) = (inner.ref_a(), inner.ref_b().and_then(|k| f.int(k))) else {
        return Ok(Folded::Next);
    };
    let Some(k2) = f.int(f.b()) else {
        return Ok(Folded::Next);
    };
    let mask = w - 1;
    let mut k = (i64::from(k1) & mask) + (i64::from(k2) & mask);
    match op {
        IrOp::BRol | IrOp::BRor => k &= mask,
        IrOp::BSar => k = k.min(mask),
        _ if k > mask => {
            let zero = f.integer_const(0)?;
            return Ok(Folded::To(zero));
        }
        _ => {}
    }
    let k = f.b.trace.kint(k as i32)?;
    f.retry(op, x, k)
}

/// A mask that leaves all bits of a shift count is superfluous.
fn masked_count(f: &mut Fold<'_, '_>) -> Result {
    let inner = f.ib();
    let w = width(f);
    match (inner.ref_a(), inner.ref_b().and_then(|k| f.integer(k))) {
        (Some(x), Some(k)) if k & (w - 1) == w - 1 => f.retry(f.ins.op(), f.a(), x),
        _ => Ok(Folded::Next),
    }
}

/// x << (0 - n): the other rotation.
fn negated_count(f: &mut Fold<'_, '_>) -> Result {
    let other = if f.ins.op() == IrOp::BRol {
        IrOp::BRor
    } else {
        IrOp::BRol
    };
    match f.ib().ref_a() {
        Some(x) => f.retry(other, f.a(), x),
        None => Ok(Folded::Next),
    }
}

/// not(x) op not(y), by De Morgan.
fn de_morgan(f: &mut Fold<'_, '_>) -> Result {
    let (Some(a), Some(b)) = (f.ia().ref_a(), f.ib().ref_a()) else {
        return Ok(Folded::Next);
    };
    let ty = f.ty();
    match f.ins.op() {
        IrOp::BXor => f.retry(IrOp::BXor, a, b),
        op => {
            let dual = if op == IrOp::BAnd {
                IrOp::BOr
            } else {
                IrOp::BAnd
            };
            let inner = f.b.ins(dual, ty, a, b)?;
            f.retry(IrOp::BNot, inner, Operand::NONE)
        }
    }
}

/// A mask that leaves all bits that a shift left.
fn mask_of_shift(f: &mut Fold<'_, '_>) -> Result {
    let inner = f.ia();
    let w = width(f);
    let (Some(k), Some(mask)) = (inner.ref_b().and_then(|k| f.int(k)), f.integer(f.b())) else {
        return Ok(Folded::Next);
    };
    let k = i64::from(k) & (w - 1);
    let left = match inner.op() {
        IrOp::BShl => -1i64 << k,
        _ if w == 64 => ((u64::MAX) >> k) as i64,
        _ => i64::from((u32::MAX >> k) as i32),
    };
    Ok(if left & !mask == 0 {
        Folded::To(f.a())
    } else {
        Folded::Next
    })
}

/// x << k and x >> (width - k), put together.
fn rotation(f: &mut Fold<'_, '_>) -> Result {
    let (a, b) = (f.ia(), f.ib());
    let w = width(f);
    let (left, right) = if a.op() == IrOp::BShl { (a, b) } else { (b, a) };
    let count = |i: &crate::ins::Ins| i.ref_b().and_then(|k| f.int(k)).map(i64::from);
    match (left.ref_a(), right.ref_a(), count(&left), count(&right)) {
        (Some(x), Some(y), Some(k), Some(j))
            if x == y && f.ty() != crate::types::IrType::Num && k > 0 && j > 0 && k + j == w =>
        {
            let k = f.b.trace.kint(k as i32)?;
            f.retry(IrOp::BRol, x, k)
        }
        _ => Ok(Folded::Next),
    }
}

/// Of x & y or x | y together with x: what is left.
fn absorb(f: &mut Fold<'_, '_>) -> Result {
    let (inner, x) = (f.ia(), f.b());
    if inner.ref_a() != Some(x) && inner.ref_b() != Some(x) {
        return Ok(Folded::Next);
    }
    Ok(Folded::To(if f.ins.op() == inner.op() { f.a() } else { x }))
}

/// (x ^ y) ^ x is y.
fn other_operand(
    a: Option<crate::types::IrRef>,
    b: Option<crate::types::IrRef>,
    x: crate::types::IrRef,
) -> Folded {
    match (a, b) {
        (Some(a), Some(b)) if a == x => Folded::To(b),
        (Some(a), Some(b)) if b == x => Folded::To(a),
        _ => Folded::Next,
    }
}

/// x with its complement.
fn complement(f: &mut Fold<'_, '_>, of_it: bool) -> Result {
    if !of_it {
        return Ok(Folded::Next);
    }
    let k = if f.ins.op() == IrOp::BAnd { 0 } else { -1 };
    let k = f.integer_const(k)?;
    Ok(Folded::To(k))
}

/// The bytes of x op k, reversed: those of x, and the constant's.
fn swap_inside(f: &mut Fold<'_, '_>) -> Result {
    let inner = f.ia();
    let (Some(x), Some(k)) = (inner.ref_a(), inner.ref_b().and_then(|k| f.integer(k))) else {
        return Ok(Folded::Next);
    };
    // It pays if the value was swapped before, as when bytes of memory are masked.
    let source = f.look(x);
    let (Some(x), true) = (source.ref_a(), source.op() == IrOp::BSwap) else {
        return Ok(Folded::Next);
    };
    let k = if width(f) == 64 {
        k.swap_bytes()
    } else {
        i64::from((k as i32).swap_bytes())
    };
    let k = f.integer_const(k)?;
    f.retry(inner.op(), x, k)
}

rules! {
    band_const: BAnd, _, K => |f| Ok(match f.integer(f.b()) {
        Some(0) => Folded::To(f.b()),
        Some(-1) => Folded::To(f.a()),
        _ => Folded::Next,
    });
    bor_const: BOr, _, K => |f| Ok(match f.integer(f.b()) {
        Some(0) => Folded::To(f.a()),
        Some(-1) => Folded::To(f.b()),
        _ => Folded::Next,
    });
    bxor_const: BXor, _, K => |f| match f.integer(f.b()) {
        Some(0) => Ok(Folded::To(f.a())),
        Some(-1) => f.retry(IrOp::BNot, f.a(), Operand::NONE),
        _ => Ok(Folded::Next),
    };
    bitop_self: BAnd | BOr, _, _ => idempotent;
    bxor_self: BXor, _, _ => |f| {
        if f.a() != f.b() { return Ok(Folded::Next); }
        let zero = f.integer_const(0)?;
        Ok(Folded::To(zero))
    };
    band_reassociate: BAnd, BAnd, K => reassociate;
    bor_reassociate: BOr, BOr, K => reassociate;
    bxor_reassociate: BXor, BXor, K => reassociate;
    bnot_bnot: BNot, BNot, _ => |f| Ok(f.ia().ref_a().map_or(Folded::Next, Folded::To));
    bswap_bswap: BSwap, BSwap, _ => |f| Ok(f.ia().ref_a().map_or(Folded::Next, Folded::To));
    bnot_neg: BNot, Neg, _ => |f| match f.ia().ref_a() {
        // ~-x is x - 1.
        Some(x) => {
            let k = f.integer_const(-1)?;
            f.retry(IrOp::Add, x, k)
        }
        None => Ok(Folded::Next),
    };
    neg_bnot: Neg, BNot, _ => |f| match f.ia().ref_a() {
        Some(x) => {
            let k = f.integer_const(1)?;
            f.retry(IrOp::Add, x, k)
        }
        None => Ok(Folded::Next),
    };
    shift_zero: BShl | BShr | BSar | BRol | BRor, _, K => |f| match f.int(f.b()) {
        Some(k) if i64::from(k) & (width(f) - 1) == 0 => Ok(Folded::To(f.a())),
        Some(k) if i64::from(k) & !(width(f) - 1) != 0 => {
            let k = f.b.trace.kint((i64::from(k) & (width(f) - 1)) as i32)?;
            f.retry(f.ins.op(), f.a(), k)
        }
        Some(k) if f.ins.op() == IrOp::BRor => {
            let k = f.b.trace.kint((width(f) - i64::from(k)) as i32)?;
            f.retry(IrOp::BRol, f.a(), k)
        }
        _ => Ok(Folded::Next),
    };
    shift_of_const: BShl | BShr | BSar | BRol | BRor, K, _ => |f| Ok(match f.integer(f.a()) {
        Some(0) => Folded::To(f.a()),
        Some(-1) if matches!(f.ins.op(), IrOp::BSar | IrOp::BRol | IrOp::BRor) => Folded::To(f.a()),
        _ => Folded::Next,
    });
    bshl_bshl: BShl, BShl, K => shift_shift;
    bshr_bshr: BShr, BShr, K => shift_shift;
    bsar_bsar: BSar, BSar, K => shift_shift;
    brol_brol: BRol, BRol, K => shift_shift;
    shift_masked: BShl | BShr | BSar | BRol | BRor, _, BAnd => masked_count;
    rotate_neg: BRol | BRor, _, Neg => negated_count;
    shr_shl: BShr, BShl, K => |f| {
        // (x << k) >> k keeps the low bits.
        let inner = f.ia();
        match (inner.ref_a(), f.int(f.b())) {
            (Some(x), Some(k)) if inner.ref_b() == Some(f.b()) && (1..width(f)).contains(&i64::from(k)) => {
                let mask = if width(f) == 64 { (u64::MAX >> k) as i64 } else { i64::from((u32::MAX >> k) as i32) };
                let k = f.integer_const(mask)?;
                f.retry(IrOp::BAnd, x, k)
            }
            _ => Ok(Folded::Next),
        }
    };
    shl_shr: BShl, BShr, K => |f| {
        let inner = f.ia();
        match (inner.ref_a(), f.int(f.b())) {
            (Some(x), Some(k)) if inner.ref_b() == Some(f.b()) && (1..width(f)).contains(&i64::from(k)) => {
                let mask = if width(f) == 64 { (u64::MAX << k) as i64 } else { i64::from((u32::MAX << k) as i32) };
                let k = f.integer_const(mask)?;
                f.retry(IrOp::BAnd, x, k)
            }
            _ => Ok(Folded::Next),
        }
    };
    band_bor: BAnd, BOr, K => |f| {
        // (x | k1) & k2 with k1 outside of k2.
        let inner = f.ia();
        match (inner.ref_a(), inner.ref_b().and_then(|k| f.integer(k)), f.integer(f.b())) {
            (Some(x), Some(k1), Some(k2)) if k1 & k2 == 0 => f.retry(IrOp::BAnd, x, f.b()),
            _ => Ok(Folded::Next),
        }
    };
    band_covers: BAnd, BOr, K => |f| {
        // (x | k1) & k2 with k2 within k1.
        let inner = f.ia();
        Ok(match (inner.ref_b().and_then(|k| f.integer(k)), f.integer(f.b())) {
            (Some(k1), Some(k2)) if k2 & !k1 == 0 => Folded::To(f.b()),
            _ => Folded::Next,
        })
    };
    bor_band: BOr, BAnd, K => |f| {
        // (x & k1) | k2 where k2 sets what k1 cleared.
        let inner = f.ia();
        let k2 = f.b();
        match (inner.ref_a(), inner.ref_b().and_then(|k| f.integer(k)), f.integer(k2)) {
            (Some(x), Some(k1), Some(k)) if k1 | k == -1 => f.retry(IrOp::BOr, x, k2),
            _ => Ok(Folded::Next),
        }
    };
    band_shifted: BAnd, BShl, K => mask_of_shift;
    band_shifted_right: BAnd, BShr, K => mask_of_shift;
    rotation: BOr | BXor | Add, BShl, BShr => rotation;
    rotation_swapped: BOr | BXor | Add, BShr, BShl => rotation;
    // What an operation has as operand is older, so the operation stands left.
    absorb_band: BAnd | BOr, BAnd, _ => absorb;
    absorb_bor: BAnd | BOr, BOr, _ => absorb;
    bxor_cancel: BXor, BXor, _ => |f| {
        let (inner, b) = (f.ia(), f.b());
        Ok(other_operand(inner.ref_a(), inner.ref_b(), b))
    };
    complement: BAnd | BOr | BXor, BNot, _ => |f| {
        let (inner, b) = (f.ia().ref_a(), f.b());
        complement(f, inner == Some(b))
    };
    bnot_decrement: BNot, Add, _ => |f| {
        // ~(x - 1) is -x.
        let inner = f.ia();
        match (inner.ref_a(), inner.ref_b().and_then(|k| f.integer(k))) {
            (Some(x), Some(-1)) => f.retry(IrOp::Neg, x, Operand::NONE),
            _ => Ok(Folded::Next),
        }
    };
    shift_by_sum: BShl | BShr | BSar | BRol | BRor, _, Add => |f| {
        // A multiple of the width in a count changes nothing.
        let inner = f.ib();
        match (inner.ref_a(), inner.ref_b().and_then(|k| f.integer(k))) {
            (Some(x), Some(k)) if k & (width(f) - 1) == 0 => f.retry(f.ins.op(), f.a(), x),
            _ => Ok(Folded::Next),
        }
    };
    bswap_band: BSwap, BAnd, _ => |f| swap_inside(f);
    bswap_bor: BSwap, BOr, _ => |f| swap_inside(f);
    bswap_bxor: BSwap, BXor, _ => |f| swap_inside(f);
    bitop_bnot: BAnd | BOr | BXor, BNot, BNot => de_morgan;
}
