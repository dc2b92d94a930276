//! Bounds checks: a check that others imply goes; one of a constant strengthens another of a smaller constant.

use super::fold::{Fold, Folded, rules};
use crate::eval::Val;
use crate::op::IrOp;
use crate::trace::TraceError;
use crate::types::IrRef;

type Result = core::result::Result<Folded, TraceError>;

/// An index as x + k.
fn split(f: &Fold<'_, '_>, index: IrRef) -> (IrRef, i32) {
    let ins = f.look(index);
    match (ins.op(), ins.ref_a(), ins.ref_b().and_then(|k| f.int(k))) {
        (IrOp::Add | IrOp::AddOv, Some(x), Some(k)) => (x, k),
        _ => (index, 0),
    }
}

/// A constant index: one check, of the greatest, is enough.
fn constant_index(f: &mut Fold<'_, '_>) -> Result {
    let Some(k) = f.int(f.b()).filter(|&k| f.b.options.abc && k >= 0) else {
        return Ok(Folded::Next);
    };
    let size = f.a();
    let found = f.b.trace.chain(IrOp::Abc, Some(size));
    let found = found
        .filter(|(_, i)| i.ref_a() == Some(size))
        .find_map(|(r, i)| Some((r, f.int(i.ref_b()?)?)));
    let Some((r, other)) = found else {
        return Ok(Folded::Next);
    };
    if other < 0 {
        return Ok(Folded::Next);
    }
    if k > other {
        let k = f.ins.b();
        if let Some(i) = f.b.trace.get_mut(r) {
            i.b = k;
        }
    }
    Ok(Folded::Drop)
}

/// x + k between two checked indices of the same x. Sizes are no greater than 2^31, so nothing wraps in between.
fn between(f: &mut Fold<'_, '_>) -> Result {
    if !f.b.options.abc {
        return Ok(Folded::Next);
    }
    let (x, k) = split(f, f.b());
    let (mut below, mut above) = (false, false);
    for (_, other) in f.b.trace.chain(IrOp::Abc, Some(f.a())) {
        let Some(index) = other.ref_b().filter(|_| other.ref_a() == Some(f.a())) else {
            continue;
        };
        let (y, j) = split(f, index);
        below |= x == y && j <= k;
        above |= x == y && j >= k;
    }
    Ok(if below && above {
        Folded::Drop
    } else {
        Folded::Next
    })
}

/// A masked index, below a constant size.
fn masked(f: &mut Fold<'_, '_>) -> Result {
    let mask = f.ib().ref_b().and_then(|k| f.int(k));
    Ok(match (f.val(f.a()), mask) {
        (Some(Val::Int(size)), Some(mask)) if f.b.options.abc && (0..size).contains(&mask) => {
            Folded::Drop
        }
        _ => Folded::Next,
    })
}

rules! {
    abc_const: Abc, _, K => constant_index;
    abc_masked: Abc, K, BAnd => masked;
    abc_between: Abc, _, _ => between;
}
