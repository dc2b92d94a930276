//! Sorting of plain numbers and plain strings, where nobody can see how it is done.
//!
//! Equal strings are one object, and equal numbers have the same bits once minus zero is excluded, so every correct
//! sort gives the same table. NaN has no order, which shows in the result: ranges with one are left to the machine.

extern crate alloc;
use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::value::{Gc, Str, Table, Value};
use crate::vm::Vm;

/// The longest range that is sorted here.
pub(super) const MAX_LEN: i32 = 4096;

/// Sorts `t[low..=high]` if that is a short range of strings only or of plain numbers only; says whether it did.
pub(super) fn sort_plain(vm: &mut Vm, t: Gc<Table>, low: i32, high: i32) -> bool {
    if high - low >= MAX_LEN {
        false
    } else if t.get_int(low).is_str() {
        sort_as(
            vm,
            t,
            low,
            high,
            Value::as_str,
            |a: &Gc<Str>, b: &Gc<Str>| a.as_bytes().cmp(b.as_bytes()),
        )
    } else {
        sort_as(vm, t, low, high, plain_number, f64::total_cmp)
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
    low: i32,
    high: i32,
    element: impl Fn(Value) -> Option<T>,
    order: impl Fn(&T, &T) -> Ordering,
) -> bool {
    let mut elements = Vec::new();
    if elements
        .try_reserve_exact((high - low + 1) as usize)
        .is_err()
    {
        return false;
    }
    for i in low..=high {
        // An element without a slot in the table would be nil.
        match element(t.get_int(i)) {
            Some(e) => elements.push(e),
            None => return false,
        }
    }
    elements.sort_unstable_by(order);
    vm.heap.write(t);
    for (i, e) in (low..).zip(elements) {
        if let Some(slot) = t.slot_int(i) {
            slot.set(e.into());
        }
    }
    true
}
