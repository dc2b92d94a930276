//! Tables: traversal, access to any key, the functions of the `table` library.

use super::{Done, nil_slot};
use crate::gc::OutOfMemory;
use crate::stdlib::table::{at_once, greatest_key, sizes};
use crate::value::{Gc, Str, Table, Value};
use crate::vm::Vm;

/// The interpreter's ITERN pays for so many holes.
const PAID_HOLES: u32 = 64;

/// The position of the first entry at this position or behind, counted as ITERN does; -1 at the end, -2 if the interpreter would take fuel
/// for holes.
pub(super) unsafe extern "C" fn next(_: *mut Vm, t: Gc<Table>, from: i32) -> i32 {
    let from = from as u32;
    let asize = t.asize.get();
    let (at, is_end) = match t.entry_from(from) {
        Some((at, ..)) => (at, false),
        None => (t.positions(), true),
    };
    // Holes are counted from 0 in either part.
    let paid = |from: u32, to: u32| to / PAID_HOLES > from / PAID_HOLES;
    let in_array = paid(from.min(asize), at.min(asize));
    let in_nodes = paid(from.max(asize) - asize, at.max(asize) - asize);
    if in_array || in_nodes {
        -2
    } else if is_end {
        -1
    } else {
        at as i32
    }
}

/// The key at a position.
pub(super) unsafe extern "C" fn key_at(_: *mut Vm, t: Gc<Table>, position: i32) -> Value {
    let position = position as u32;
    match position.checked_sub(t.asize.get()) {
        None => Value::int(position as i32),
        Some(i) => t
            .nodes()
            .get(i as usize)
            .map_or(Value::NIL, |node| node.key.get()),
    }
}

/// The slot of the value at a position.
pub(super) unsafe extern "C" fn place_at(_: *mut Vm, t: Gc<Table>, position: i32) -> *const Value {
    let position = position as u32;
    let slot = match position.checked_sub(t.asize.get()) {
        None => t.array_slot(position),
        Some(i) => t.nodes().get(i as usize).map(|node| &node.value),
    };
    slot.map_or(nil_slot(), |slot| slot.as_ptr())
}

/// The position behind a key; -1 if there is no such key.
pub(super) unsafe extern "C" fn position_after(_: *mut Vm, t: Gc<Table>, key: Value) -> i32 {
    t.position_after(key).map_or(-1, |at| at as i32)
}

/// The slot of an integer key, in whatever part.
pub(super) unsafe extern "C" fn get_int(_: *mut Vm, t: Gc<Table>, key: i32) -> *const Value {
    t.slot_int(key).map_or(nil_slot(), |slot| slot.as_ptr())
}

/// The slot of any key, in whatever part.
pub(super) unsafe extern "C" fn get(_: *mut Vm, t: Gc<Table>, key: Value) -> *const Value {
    t.slot(key).map_or(nil_slot(), |slot| slot.as_ptr())
}

/// The greatest number among the keys; nil for a table too large to be looked through at once.
pub(super) unsafe extern "C" fn max_n(_: *mut Vm, t: Gc<Table>) -> Value {
    let (mut position, mut greatest) = (0, 0.0);
    if greatest_key(t, &mut position, &mut greatest) {
        Value::number(greatest)
    } else {
        Value::NIL
    }
}

/// A table with room, as `table.new` gives.
pub(super) unsafe extern "C" fn new(vm: *mut Vm, slots: i32, keys: i32) -> Option<Gc<Table>> {
    let (slots, keys) = sizes(slots, keys)?;
    // SAFETY: the running state.
    unsafe { Table::new(&mut (*vm).heap, slots, keys).ok() }
}

/// Strings and numbers joined; fails for other elements.
pub(super) unsafe extern "C" fn concat(
    vm: *mut Vm,
    t: Gc<Table>,
    separator: Option<Gc<Str>>,
    first: i32,
    last: i32,
) -> Option<Gc<Str>> {
    // SAFETY: the running state.
    let vm = unsafe { &mut *vm };
    let buffer = vm.scratch;
    let start = buffer.len();
    let separator = separator.as_ref().map_or(&b""[..], |s| s.as_bytes());
    let made = if at_once::push_at_once(&mut vm.heap, buffer, t, separator, (first, last)) {
        vm.heap.intern_rest(buffer, start).ok()
    } else {
        None
    };
    buffer.truncate(start);
    made
}

/// `rawset`; fails for the keys that are none.
pub(super) unsafe extern "C" fn set(vm: *mut Vm, t: Gc<Table>, key: Value, value: Value) -> Done {
    t.header.a.set(0);
    // SAFETY: the running state.
    unsafe { (*vm).heap.set(t, key, value).is_ok() }.into()
}

/// Makes room for array keys below `slots`.
pub(super) unsafe extern "C" fn reserve(vm: *mut Vm, t: Gc<Table>, slots: i32) -> Done {
    // SAFETY: the running state.
    let heap = unsafe { &mut (*vm).heap };
    let barrier = heap.write(t);
    (barrier.reserve_list(heap, slots as u32) != Err(OutOfMemory)).into()
}

/// `table.clear`, and what it costs.
pub(super) unsafe extern "C" fn clear(vm: *mut Vm, t: Gc<Table>) {
    // SAFETY: the running state.
    let vm = unsafe { &mut *vm };
    vm.charge_for_bytes(t.positions() as usize * size_of::<Value>());
    vm.heap.write(t).clear();
}

pub(super) unsafe extern "C" fn insert(
    vm: *mut Vm,
    t: Gc<Table>,
    position: i32,
    value: Value,
) -> Done {
    // SAFETY: the running state.
    at_once::insert_at_once(unsafe { &mut *vm }, t, position, value).into()
}

pub(super) unsafe extern "C" fn remove(vm: *mut Vm, t: Gc<Table>, position: i32) -> Done {
    // SAFETY: the running state.
    at_once::remove_at_once(unsafe { &mut *vm }, t, position).into()
}

pub(super) unsafe extern "C" fn move_range(
    vm: *mut Vm,
    from: Gc<Table>,
    first: i32,
    last: i32,
    start: i32,
    to: Gc<Table>,
) -> Done {
    // SAFETY: the running state.
    at_once::move_at_once(unsafe { &mut *vm }, from, (first, last), start, to).into()
}

/// Sets or removes the metatable, which isn't protected.
pub(super) unsafe extern "C" fn set_metatable(
    vm: *mut Vm,
    t: Gc<Table>,
    metatable: Option<Gc<Table>>,
) {
    // SAFETY: the running state.
    unsafe { (*vm).heap.write(t).set_metatable(metatable) }
}
