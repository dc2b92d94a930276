//! What compiled code calls of the library: functions that do the whole work at once or nothing, and leave errors, portions and everything
//! out of the ordinary to the library's functions proper.

use super::concat;
use super::shift::{PORTION, store, units_for_elements};
use crate::gc::Heap;
use crate::value::{Buffer, Gc, Table, Value};
use crate::vm::Vm;

/// `insert(t, position, value)` at once: false, with nothing done, if it needs more than the array part, memory, portions, or costs more
/// than there is in the budget.
pub(crate) fn insert_at_once(vm: &mut Vm, t: Gc<Table>, position: i32, value: Value) -> bool {
    let end = i64::from(t.len()) + 1;
    let at = i64::from(position);
    if at >= end {
        return store(&mut vm.heap, t, position, value).is_ok();
    }
    let count = end - at;
    if at < 1 || count > PORTION || !can_pay(vm, count) {
        return false;
    }
    // The last one may need a new slot.
    let last = end as i32 - 1;
    if last as u32 >= t.asize.get() || store(&mut vm.heap, t, last + 1, t.get_int(last)).is_err() {
        return false;
    }
    let barrier = vm.heap.write(t);
    if !barrier.move_in_array(at as u32, at as u32 + 1, count as u32 - 1) {
        // The new slot made the array part smaller.
        if let Some(slot) = t.slot_int(last + 1) {
            slot.set(Value::NIL);
        }
        return false;
    }
    vm.charge_units(units_for_elements(count));
    store(&mut vm.heap, t, position, value).is_ok()
}

/// `remove(t, position)` at once, as [`insert_at_once`]; the position exists.
pub(crate) fn remove_at_once(vm: &mut Vm, t: Gc<Table>, position: i32) -> bool {
    let len = t.len() as i32;
    if position < 1 || position > len {
        return false;
    }
    let count = i64::from(len - position);
    let fits = count <= PORTION && can_pay(vm, count);
    let (from, count) = (position as u32, count as u32);
    if !fits
        || (count > 0 && !vm.heap.write(t).move_in_array(from + 1, from, count))
        || store(&mut vm.heap, t, len, Value::NIL).is_err()
    {
        return false;
    }
    vm.charge_units(units_for_elements(count.into()));
    true
}

/// `move(from, first, last, start, to)` at once, as [`insert_at_once`]; if memory runs out, some elements may have been moved to the
/// other table.
pub(crate) fn move_at_once(
    vm: &mut Vm,
    from: Gc<Table>,
    range: (i32, i32),
    start: i32,
    to: Gc<Table>,
) -> bool {
    let (first, last, start) = (i64::from(range.0), i64::from(range.1), i64::from(start));
    let count = last - first + 1;
    if count <= 0 {
        return true;
    }
    let end = start + count - 1;
    if first < 0 || start < 0 || end > i64::from(i32::MAX) || count > PORTION || !can_pay(vm, count)
    {
        return false;
    }
    // Within one table a failure halfway could not be made good by moving again.
    let asize = i64::from(to.asize.get());
    if to == from && (last >= asize || end >= asize) {
        return false;
    }
    let ascending = start > last || start <= first || to != from;
    for k in 0..count {
        let k = if ascending { k } else { count - 1 - k };
        let value = from.get_int((first + k) as i32);
        if store(&mut vm.heap, to, (start + k) as i32, value).is_err() {
            return false;
        }
    }
    vm.charge_units(units_for_elements(count));
    true
}

fn can_pay(vm: &Vm, count: i64) -> bool {
    i64::from(units_for_elements(count)) <= vm.budget
}

/// Appends the elements `first..=last` at once, and tells whether that went well. It does not if there are too many, if one is neither string
/// nor number, and if memory runs out.
pub(crate) fn push_at_once(
    heap: &mut Heap,
    text: Gc<Buffer>,
    t: Gc<Table>,
    separator: &[u8],
    (first, last): (i32, i32),
) -> bool {
    if i64::from(last) - i64::from(first) >= concat::PORTION {
        return false;
    }
    let most = text.len().saturating_add(concat::PORTION_BYTES);
    for i in first..=last {
        let pushed = concat::try_push(heap, text, t.get_int(i));
        if pushed != Some(Ok(()))
            || (i < last && text.push_bytes(heap, separator).is_err())
            || text.len() >= most
        {
            return false;
        }
    }
    true
}
