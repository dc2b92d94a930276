//! What the bounds of ints tell: overflow that can't happen, comparisons that are decided, masks that change nothing.

use super::{Fold, Folded, decided, rules};
use crate::op::IrOp;
use crate::trace::TraceError;
use crate::types::{IrRef, IrType};

type Result = core::result::Result<Folded, TraceError>;

/// How many operations to look through.
const DEPTH: u32 = 4;

/// The least and the greatest value that an int can have.
fn range(f: &Fold<'_, '_>, r: IrRef, depth: u32) -> Option<(i64, i64)> {
    if let Some(i) = f.int(r) {
        return Some((i64::from(i), i64::from(i)));
    }
    let ins = f.look(r);
    let k = ins.ref_b().and_then(|k| f.int(k)).map(i64::from);
    match (ins.op(), k) {
        (IrOp::XLoad, _) => match ins.ty() {
            IrType::U8 => return Some((0, 0xff)),
            IrType::I8 => return Some((-0x80, 0x7f)),
            IrType::U16 => return Some((0, 0xffff)),
            IrType::I16 => return Some((-0x8000, 0x7fff)),
            _ => return None,
        },
        (IrOp::FLoad, _) if ins.field() == Some(crate::literal::Field::StrLen) => {
            return Some((0, i64::from(i32::MAX)));
        }
        _ if ins.ty() != IrType::Int => return None,
        (IrOp::BAnd, Some(k @ 0..)) => return Some((0, k)),
        (IrOp::BShr, Some(k)) if k & 31 != 0 => return Some((0, i64::from(u32::MAX >> (k & 31)))),
        (IrOp::Mod, Some(k @ 1..)) => return Some((0, k - 1)),
        (IrOp::Mod, Some(k @ ..=-1)) => return Some((k + 1, 0)),
        _ => {}
    }
    if depth == 0 {
        return None;
    }
    let x = ins.ref_a().and_then(|x| range(f, x, depth - 1));
    if let (IrOp::Min | IrOp::Max | IrOp::BSar, Some(k)) = (ins.op(), k) {
        let (low, high) = x.unwrap_or((i64::from(i32::MIN), i64::from(i32::MAX)));
        return Some(match ins.op() {
            IrOp::Min => (low.min(k), high.min(k)),
            IrOp::Max => (low.max(k), high.max(k)),
            _ => (low >> (k & 31), high >> (k & 31)),
        });
    }
    let y = ins.ref_b().and_then(|y| range(f, y, depth - 1));
    let (low, high) = combined(ins.op(), x?, y?)?;
    (low >= i64::from(i32::MIN) && high <= i64::from(i32::MAX)).then_some((low, high))
}

/// The range of a sum, difference or product.
fn combined(op: IrOp, (a, b): (i64, i64), (c, d): (i64, i64)) -> Option<(i64, i64)> {
    Some(match op.unchecked() {
        IrOp::Add => (a + c, b + d),
        IrOp::Sub => (a - d, b - c),
        IrOp::Mul => {
            let all = [a * c, a * d, b * c, b * d];
            (all.iter().copied().min()?, all.iter().copied().max()?)
        }
        _ => return None,
    })
}

/// A sum that can't overflow needs no check.
fn fits(f: &mut Fold<'_, '_>) -> Result {
    let (Some(x), Some(y)) = (range(f, f.a(), DEPTH), range(f, f.b(), DEPTH)) else {
        return Ok(Folded::Next);
    };
    match combined(f.ins.op(), x, y) {
        Some((low, high)) if low >= i64::from(i32::MIN) && high <= i64::from(i32::MAX) => {
            f.retry(f.ins.op().unchecked(), f.a(), f.b())
        }
        _ => Ok(Folded::Next),
    }
}

/// A comparison with a constant that lies outside the range.
fn outside(f: &mut Fold<'_, '_>) -> Result {
    let (Some(k), true) = (f.int(f.b()), f.ty() == IrType::Int) else {
        return Ok(Folded::Next);
    };
    let Some((low, high)) = range(f, f.a(), DEPTH).filter(|_| !f.a().is_const()) else {
        return Ok(Folded::Next);
    };
    let k = i64::from(k);
    // Unsigned comparisons are the signed ones as long as nothing is negative.
    let unsigned = matches!(f.ins.op(), IrOp::Ult | IrOp::Ule | IrOp::Ugt | IrOp::Uge);
    if unsigned && (low < 0 || k < 0) {
        return Ok(Folded::Next);
    }
    let always = match f.ins.op() {
        IrOp::Lt | IrOp::Ult => (high < k, low >= k),
        IrOp::Le | IrOp::Ule => (high <= k, low > k),
        IrOp::Gt | IrOp::Ugt => (low > k, high <= k),
        IrOp::Ge | IrOp::Uge => (low >= k, high < k),
        IrOp::Eq => (false, k < low || k > high),
        IrOp::Ne => (k < low || k > high, false),
        _ => (false, false),
    };
    Ok(match always {
        (true, _) => decided(true),
        (_, true) => decided(false),
        _ => Folded::Next,
    })
}

/// A mask of low bits that covers the range, and a bounds check of a constant size that does.
fn covered(f: &mut Fold<'_, '_>) -> Result {
    let Some(mask) = f
        .int(f.b())
        .filter(|m| f.ty() == IrType::Int && *m > 0 && m & m.wrapping_add(1) == 0)
    else {
        return Ok(Folded::Next);
    };
    Ok(match range(f, f.a(), DEPTH) {
        Some((0.., high)) if high <= i64::from(mask) => Folded::To(f.a()),
        _ => Folded::Next,
    })
}

fn within(f: &mut Fold<'_, '_>) -> Result {
    let size = f.int(f.a()).filter(|_| f.b.options.abc);
    Ok(match (size, range(f, f.b(), DEPTH)) {
        (Some(size), Some((0.., high))) if high < i64::from(size) => Folded::Drop,
        _ => Folded::Next,
    })
}

rules! {
    ov_fits: AddOv | SubOv | MulOv, _, _ => fits;
    compare_outside: Lt | Ge | Le | Gt | Ult | Uge | Ule | Ugt | Eq | Ne, _, K => outside;
    band_covered: BAnd, _, K => covered;
    abc_within: Abc, K, _ => within;
    bshr_all: BShr | BSar, BAnd, K => |f| {
        // All bits that the mask left are shifted out.
        let inner = f.ia();
        match (inner.ref_b().and_then(|k| f.int(k)), f.int(f.b())) {
            (Some(mask @ 0..), Some(k)) if f.ty() == IrType::Int && mask >> (k & 31) == 0 => f.constant(crate::eval::Val::Int(0)),
            _ => Ok(Folded::Next),
        }
    };
    abs_int: Abs, Conv, _ => |f| {
        // Of what is never negative.
        let from = f.ia();
        let source = from.ref_a().filter(|_| from.conv() == crate::literal::Conv::NUM_INT);
        Ok(match source.and_then(|x| range(f, x, DEPTH)) {
            Some((0.., _)) => Folded::To(f.a()),
            _ => Folded::Next,
        })
    };
    mod_within: Mod, _, K => |f| {
        let (Some(k), true) = (f.int(f.b()), f.ty() == IrType::Int) else { return Ok(Folded::Next) };
        Ok(match range(f, f.a(), DEPTH) {
            Some((0.., high)) if high < i64::from(k) => Folded::To(f.a()),
            _ => Folded::Next,
        })
    };
}
