//! Sorting of plain numbers and plain strings, where nobody can see how it is done.
//!
//! Equal strings are one object, and equal numbers have the same bits once minus zero is excluded, so every correct
//! sort gives the same table. NaN has no order, which shows in the result: tables with one are left to the machine.

extern crate alloc;
use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::value::{Gc, Str, Table, Value};
use crate::vm::Vm;
use crate::vm::native::Raised;

/// Elements that are sorted at a stretch; longer tables are merged from such runs, with checks in between.
const RUN: usize = 4096;

/// Sorts `t[1..=len]` if all elements are strings or all are plain numbers; says whether it did.
pub(super) fn sort_plain(vm: &mut Vm, t: Gc<Table>, len: i32) -> Result<bool, Raised> {
    if len < 2 {
        return Ok(true);
    }
    if t.get_int(1).is_str() {
        sort_as(vm, t, len, Value::as_str, |a: &Gc<Str>, b: &Gc<Str>| {
            a.as_bytes().cmp(b.as_bytes())
        })
    } else {
        sort_as(vm, t, len, plain_number, f64::total_cmp)
    }
}

/// A number that has its place in the order, and its place alone.
fn plain_number(v: Value) -> Option<f64> {
    v.as_number()
        .filter(|n| !n.is_nan() && n.to_bits() != (-0.0f64).to_bits())
}

fn sort_as<T: Copy + Into<Value>>(
    vm: &mut Vm,
    t: Gc<Table>,
    len: i32,
    element: impl Fn(Value) -> Option<T>,
    order: impl Fn(&T, &T) -> Ordering,
) -> Result<bool, Raised> {
    let mut elements = Vec::new();
    if elements.try_reserve_exact(len as usize).is_err() {
        return Err(vm.memory_error());
    }
    for i in 1..=len {
        match element(t.get_int(i)) {
            Some(e) => elements.push(e),
            None => return Ok(false),
        }
    }
    for run in elements.chunks_mut(RUN) {
        vm.charge(run.len() as u32 / 2)?;
        run.sort_unstable_by(&order);
    }
    if elements.len() > RUN {
        elements = merge_runs(vm, elements, &order)?;
    }
    vm.heap.write(t);
    for (i, &e) in (1..).zip(&elements) {
        match t.slot_int(i) {
            Some(slot) => slot.set(e.into()),
            None => vm.raw_set_int(t, i, e.into())?,
        }
    }
    Ok(true)
}

/// Merges sorted runs of [`RUN`] elements, twice as long ones in each pass.
fn merge_runs<T: Copy>(
    vm: &mut Vm,
    elements: Vec<T>,
    order: &impl Fn(&T, &T) -> Ordering,
) -> Result<Vec<T>, Raised> {
    let mut from = elements;
    let mut to = Vec::new();
    if to.try_reserve_exact(from.len()).is_err() {
        return Err(vm.memory_error());
    }
    let mut width = RUN;
    while width < from.len() {
        to.clear();
        for pair in from.chunks(2 * width) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            let mut unpaid = 0;
            while let (Some(l), Some(r)) = (left.first(), right.first()) {
                if order(r, l) == Ordering::Less {
                    to.push(*r);
                    right = &right[1..];
                } else {
                    to.push(*l);
                    left = &left[1..];
                }
                unpaid += 1;
                if unpaid == RUN {
                    vm.charge(RUN as u32 / 16)?;
                    unpaid = 0;
                }
            }
            to.extend_from_slice(left);
            to.extend_from_slice(right);
        }
        core::mem::swap(&mut from, &mut to);
        width *= 2;
    }
    Ok(from)
}
