//! The functions that move elements: `insert`, `remove`, `move`.
//!
//! Long moves are done in portions, so that a run can be stopped in between; the element at which the next portion
//! begins lies in a slot.

use super::{check_int, check_table, length};
use crate::gc::{Heap, OutOfMemory};
use crate::value::{Gc, Table, Value};
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult, Raised};

/// How many elements are moved before the state may check limits.
pub(super) const PORTION: i64 = 1 << 13;
/// So few cost nothing: the call has paid for them.
const FREE_ELEMENTS: i64 = 128;

/// What moving that many elements costs.
pub(super) fn units_for_elements(count: i64) -> u32 {
    if count <= FREE_ELEMENTS {
        0
    } else {
        (count / 16) as u32
    }
}

/// `t[to] = t[from]`, both in any part of the table.
#[inline(always)]
fn copy(vm: &mut Vm, to: Gc<Table>, to_index: i32, value: Value) -> Result<(), Raised> {
    match store(&mut vm.heap, to, to_index, value) {
        Ok(()) => Ok(()),
        Err(OutOfMemory) => Err(vm.memory_error()),
    }
}

/// `t[to] = t[from]`, after the barrier of `t` has run.
#[inline(always)]
fn copy_within(vm: &mut Vm, t: Gc<Table>, to: i32, from: i32) -> Result<(), Raised> {
    match (t.array_slot(to as u32), t.array_slot(from as u32)) {
        (Some(to), Some(from)) => {
            to.set(from.get());
            Ok(())
        }
        _ => copy(vm, t, to, t.get_int(from)),
    }
}

/// `insert(t, value)` or `insert(t, position, value)`
pub(super) fn insert(vm: &mut Vm) -> NativeResult {
    let t = vm.check_table(0)?;
    if vm.step() != 0 {
        let from = vm.arg(3).as_int().unwrap_or(0);
        return insert_from(vm, t, from);
    }
    vm.check_writable(t)?;
    let end = (t.len() as i32).wrapping_add(1);
    match vm.nargs() {
        2 => {
            let value = vm.arg(1);
            copy(vm, t, end, value)?;
            Ok(Flow::Return(0))
        }
        3 => {
            let position = vm.check_int(1)?;
            vm.set_arg(1, Value::int(position));
            if end <= position {
                let value = vm.arg(2);
                copy(vm, t, position, value)?;
                return Ok(Flow::Return(0));
            }
            insert_from(vm, t, end)
        }
        _ => Err(vm.error(format_args!("wrong number of arguments to 'insert'"))),
    }
}

/// Moves the elements below `from` up by one, down to the insert position.
fn insert_from(vm: &mut Vm, t: Gc<Table>, from: i32) -> NativeResult {
    let position = vm.arg(1).as_int().unwrap_or(from);
    let stop = i64::from(position).max(i64::from(from) - PORTION) as i32;
    vm.charge(units_for_elements(i64::from(from) - i64::from(stop)))?;
    let mut i = from;
    let barrier = vm.heap.write(t);
    if stop >= 0 && barrier.move_in_array(stop as u32, stop as u32 + 1, (from - stop) as u32) {
        i = stop;
    }
    while i > stop {
        copy_within(vm, t, i, i - 1)?;
        i -= 1;
    }
    if i > position {
        vm.truncate(3);
        vm.push(Value::int(i))?;
        vm.charge_units(PORTION as u32 / 16);
        return Ok(Flow::Again { step: 1 });
    }
    let value = vm.arg(2);
    copy(vm, t, position, value)?;
    Ok(Flow::Return(0))
}

/// `t[i] = value` without metamethods.
pub(super) fn store(
    heap: &mut Heap,
    t: Gc<Table>,
    i: i32,
    value: Value,
) -> Result<(), OutOfMemory> {
    match t.slot_int(i) {
        Some(slot) => {
            heap.write(t);
            slot.set(value);
            Ok(())
        }
        None => heap.set_int(t, i, value),
    }
}

/// Slots of `remove` between portions: the table, the next index, the length, the removed value.
const REMOVE_NEXT: usize = 1;
const REMOVE_LEN: usize = 2;
const REMOVED: usize = 3;
/// The step at which the next portion is moved.
const REMOVING: u32 = 1;

/// `remove(t)` or `remove(t, position)`
pub(super) fn remove(vm: &mut Vm) -> NativeResult {
    let t = check_table(vm, 0)?;
    if vm.step() == REMOVING {
        return remove_rest(vm, t);
    }
    vm.check_writable(t)?;
    let Some(len) = length(vm, t)? else {
        return Ok(Flow::Call { nargs: 2 });
    };
    let position = if vm.arg(1).is_nil() {
        len
    } else {
        vm.check_int(1)?
    };
    if position < 1 || position > len {
        return Ok(Flow::Return(0));
    }
    let removed = t.get_int(position);
    if position == len {
        copy(vm, t, len, Value::NIL)?;
        return vm.ret(removed);
    }
    vm.set_nargs(2)?;
    vm.set_arg(REMOVE_NEXT, Value::int(position));
    vm.push(Value::int(len))?;
    vm.push(removed)?;
    remove_rest(vm, t)
}

/// Moves the elements above the next index down by one.
fn remove_rest(vm: &mut Vm, t: Gc<Table>) -> NativeResult {
    let len = vm.arg(REMOVE_LEN).as_int().unwrap_or(0);
    let mut i = vm.arg(REMOVE_NEXT).as_int().unwrap_or(len);
    let stop = i64::from(len).min(i64::from(i) + PORTION) as i32;
    vm.charge(units_for_elements(i64::from(stop) - i64::from(i)))?;
    let barrier = vm.heap.write(t);
    if barrier.move_in_array(i as u32 + 1, i as u32, (stop - i) as u32) {
        i = stop;
    }
    while i < stop {
        copy_within(vm, t, i, i + 1)?;
        i += 1;
    }
    if i < len {
        vm.set_arg(REMOVE_NEXT, Value::int(i));
        vm.charge_units(PORTION as u32 / 16);
        return Ok(Flow::Again { step: REMOVING });
    }
    copy(vm, t, len, Value::NIL)?;
    let removed = vm.arg(REMOVED);
    vm.ret(removed)
}

/// An index that left the range of 32 bits, as a conversion instruction gives it.
fn index(i: i64) -> i32 {
    i32::try_from(i).unwrap_or(i32::MIN)
}

/// Slot of `move` between portions: how many elements have been moved.
const MOVED: usize = 5;

/// `move(from, first, last, start [, to])`
pub(super) fn move_range(vm: &mut Vm) -> NativeResult {
    let from = check_table(vm, 0)?;
    let first = i64::from(check_int(vm, 1)?);
    let last = i64::from(check_int(vm, 2)?);
    let start = i64::from(check_int(vm, 3)?);
    let to = if vm.arg(4).is_nil() {
        from
    } else {
        vm.check_table(4)?
    };
    vm.check_writable(to)?;
    let result = if to == from { vm.arg(0) } else { vm.arg(4) };
    let count = last - first + 1;
    if count <= 0 {
        return vm.ret(result);
    }
    let done = if vm.step() == 0 {
        0
    } else {
        vm.arg(MOVED).as_number().unwrap_or(0.0) as i64
    };
    let ascending = start > last || start <= first || to != from;
    let stop = count.min(done + PORTION);
    vm.charge(units_for_elements(stop - done))?;
    for k in done..stop {
        let k = if ascending { k } else { count - 1 - k };
        let value = from.get_int(index(first + k));
        copy(vm, to, index(start + k), value)?;
    }
    if stop < count {
        vm.set_nargs(MOVED + 1)?;
        vm.set_arg(MOVED, Value::number(stop as f64));
        vm.charge_units(PORTION as u32 / 16);
        return Ok(Flow::Again { step: 1 });
    }
    vm.ret(result)
}
