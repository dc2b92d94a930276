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
    sort(&mut elements, &|a, b| order(a, b).is_lt());
    vm.heap.write(t);
    for (i, e) in (low..).zip(elements) {
        if let Some(slot) = t.slot_int(i) {
            slot.set(e.into());
        }
    }
    true
}

/// Elements below which a range is sorted by insertion.
const FEW: usize = 16;
/// Ranges that wait at most: the larger part of each split waits, so a range is less than half of the one before.
const MAX_WAITING: usize = MAX_LEN.ilog2() as usize + 1;

/// Sorts by quicksort, with heapsort for what splits badly. The standard library's sorts recurse, and take more of the host's stack
/// than the engine may.
fn sort<T: Copy>(elements: &mut [T], less: &impl Fn(&T, &T) -> bool) {
    let mut waiting = [(0, 0, 0); MAX_WAITING];
    let mut count = 0;
    let (mut from, mut to) = (0, elements.len());
    let mut splits_left = 2 * elements.len().max(1).ilog2();
    loop {
        let Some(range) = elements.get_mut(from..to) else {
            return;
        };
        if range.len() <= FEW || splits_left == 0 || count == MAX_WAITING {
            if range.len() <= FEW {
                insertion_sort(range, less);
            } else {
                heap_sort(range, less);
            }
            if count == 0 {
                return;
            }
            count -= 1;
            (from, to, splits_left) = waiting[count];
            continue;
        }
        splits_left -= 1;
        let middle = from + split(range, less);
        let (low, high) = ((from, middle), (middle + 1, to));
        let (smaller, larger) = if low.1 - low.0 < high.1 - high.0 {
            (low, high)
        } else {
            (high, low)
        };
        waiting[count] = (larger.0, larger.1, splits_left);
        count += 1;
        (from, to) = smaller;
    }
}

/// Puts the median of three in its place, what is less before and what isn't behind; where that is.
fn split<T: Copy>(range: &mut [T], less: &impl Fn(&T, &T) -> bool) -> usize {
    let last = range.len() - 1;
    let middle = last / 2;
    for (a, b) in [(0, middle), (middle, last), (0, middle)] {
        if less(&range[b], &range[a]) {
            range.swap(a, b);
        }
    }
    range.swap(middle, last - 1);
    let pivot = range[last - 1];
    let (mut i, mut j) = (0, last - 1);
    loop {
        i += 1;
        while less(&range[i], &pivot) {
            i += 1;
        }
        j -= 1;
        while less(&pivot, &range[j]) {
            j -= 1;
        }
        if i >= j {
            range.swap(i, last - 1);
            return i;
        }
        range.swap(i, j);
    }
}

fn insertion_sort<T: Copy>(range: &mut [T], less: &impl Fn(&T, &T) -> bool) {
    for i in 1..range.len() {
        let x = range[i];
        let mut j = i;
        while j > 0 && less(&x, &range[j - 1]) {
            range[j] = range[j - 1];
            j -= 1;
        }
        range[j] = x;
    }
}

fn heap_sort<T: Copy>(range: &mut [T], less: &impl Fn(&T, &T) -> bool) {
    let sift = |range: &mut [T], mut root: usize| {
        loop {
            let mut child = 2 * root + 1;
            if child >= range.len() {
                return;
            }
            if child + 1 < range.len() && less(&range[child], &range[child + 1]) {
                child += 1;
            }
            if !less(&range[root], &range[child]) {
                return;
            }
            range.swap(root, child);
            root = child;
        }
    };
    for root in (0..range.len() / 2).rev() {
        sift(range, root);
    }
    for end in (1..range.len()).rev() {
        range.swap(0, end);
        sift(&mut range[..end], 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_order_is_sorted() {
        let mut state = 1u32;
        let mut random = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 8
        };
        for len in (0..70).chain([500, MAX_LEN as usize]) {
            for shape in 0..6 {
                let mut elements: Vec<u32> = (0..len as u32)
                    .map(|i| match shape {
                        0 => random(),
                        1 => random() % 4,
                        2 => i,
                        3 => len as u32 - i,
                        4 => i % 17,
                        _ => i.min(len as u32 - i),
                    })
                    .collect();
                let mut expected = elements.clone();
                expected.sort_unstable();
                let mut by_heap = elements.clone();
                sort(&mut elements, &|a, b| a < b);
                heap_sort(&mut by_heap, &|a, b| a < b);
                assert_eq!(elements, expected);
                assert_eq!(by_heap, expected);
            }
        }
    }
}
