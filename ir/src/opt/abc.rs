//! Bounds checks: a check that others imply goes; one of a constant strengthens another of a smaller constant.
//!
//! A counting loop needs no check in its body: [`bounds_check`] checks the loop's bound, which is invariant, and marks the check of the
//! counter by the type u32. Before LOOP that one checks where the counter begins; behind LOOP it holds by itself as long as
//! the size is invariant.

use super::fold::{Fold, Folded, rules};
use crate::build::Builder;
use crate::ins::{Const, Flags};
use crate::op::IrOp;
use crate::trace::TraceError;
use crate::types::{IrRef, IrType};

type Result = core::result::Result<Folded, TraceError>;

/// What the recorder knows of the counter of a loop that counts upwards.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counter {
    /// The counter, an int, as it is at the beginning of the iteration. It only grows.
    pub index: IrRef,
    /// The invariant int that a guard keeps it from exceeding.
    pub stop: IrRef,
}

/// Checks that `index` is within an array of `size` slots. With a counter the loop's bound is checked instead, if the index is the
/// counter or near it; pass one only if the bound is within the array now, or the trace will always be left here.
pub fn bounds_check(
    b: &mut Builder<'_>,
    size: IrRef,
    index: IrRef,
    counter: Option<Counter>,
) -> core::result::Result<(), TraceError> {
    let ins = b.trace.get(index);
    let offset = match (ins.op(), ins.ref_b().and_then(|k| b.trace.constant(k))) {
        (IrOp::Add | IrOp::AddOv, Some(Const::Int(k))) => Some(k),
        _ => None,
    };
    let ty = match (counter, offset) {
        (Some(c), _) if b.options.abc && c.index == index => {
            b.ins(IrOp::Abc, IrType::Int, size, c.stop)?;
            IrType::U32
        }
        (Some(c), Some(k)) if b.options.abc && ins.ref_a() == Some(c.index) => {
            let k = b.trace.kint(k)?;
            let last = b.ins(IrOp::Add, IrType::Int, c.stop, k)?;
            b.ins(IrOp::Abc, IrType::Int, size, last)?;
            IrType::U32
        }
        _ => IrType::Int,
    };
    b.ins(IrOp::Abc, ty, size, index).map(drop)
}

/// The check of a counter behind LOOP.
fn counted(f: &mut Fold<'_, '_>) -> Result {
    let size = f.a();
    let ins = f.b.trace.get(size);
    let invariant =
        f.b.trace
            .loop_ref()
            .is_some_and(|l| size < l && !ins.has(Flags::PHI));
    // With threads exchanged it may be another loop's counter, which begins elsewhere.
    let is_own = f.b.trace.newest_switch().is_none();
    Ok(if f.ty() == IrType::U32 && invariant && is_own {
        Folded::Drop
    } else {
        Folded::Next
    })
}

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

rules! {
    abc_counted: Abc, _, _ => counted;
    abc_const: Abc, _, K => constant_index;
    abc_between: Abc, _, _ => between;
}
