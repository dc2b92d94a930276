//! Operations of the IR that machine code lowers to calls, wholly or in rare cases.

use super::nil_slot;
use crate::bytecode::Proto;
use crate::gc::Header;
use crate::number::{self, TextBuffer, int_to_text, to_text};
use crate::stdlib::math::ceil as round_up;
use crate::value::cdata::CType;
use crate::value::{Buffer, Cdata, Function, Gc, Str, Table, Value};
use crate::vm::Vm;
use crate::vm::call::closure;
use crate::vm::convert;
use crate::vm::state::length_index;

/// HREF: the slot of a key in the hash part.
pub(crate) unsafe extern "C" fn hash_get(_: *mut Vm, t: Gc<Table>, key: Value) -> *const Value {
    t.slot_in_nodes(key)
        .map_or(nil_slot(), |slot| slot.as_ptr())
}

/// HREF of a number, which may be minus zero or NaN.
pub(crate) unsafe extern "C" fn hash_get_number(
    _: *mut Vm,
    t: Gc<Table>,
    key: f64,
) -> *const Value {
    if key.is_nan() {
        return nil_slot();
    }
    // Minus zero plus zero is zero.
    t.slot_in_nodes(Value::number(key + 0.0))
        .map_or(nil_slot(), |slot| slot.as_ptr())
}

/// NEWREF: the slot of a key that was not there; null for one that can't be, and if there is no memory.
pub(crate) unsafe extern "C" fn new_key(vm: *mut Vm, t: Gc<Table>, key: Value) -> *const Value {
    // SAFETY: the running state.
    let heap = unsafe { &mut (*vm).heap };
    t.header.a.set(0);
    // The value comes later, behind a barrier of its own; it is new, so what `write_entry` marks now is the key.
    if heap.set(t, key, Value::NIL).is_err() {
        return core::ptr::null();
    }
    t.slot(key)
        .map_or(core::ptr::null(), |slot| slot.as_ptr().cast_const())
}

pub(crate) unsafe extern "C" fn length(vm: *mut Vm, t: Gc<Table>) -> i32 {
    // SAFETY: the running state.
    let last = unsafe { &mut (*vm).lengths[length_index(t)] };
    let length = t.len_near(*last).unwrap_or_else(|| t.len());
    *last = length;
    length as i32
}

/// TNEW: a table with nil in its array slots and 2^`hash_bits` nodes, or none for 0.
pub(crate) unsafe extern "C" fn new_table(
    vm: *mut Vm,
    slots: u32,
    hash_bits: u32,
) -> Option<Gc<Table>> {
    let keys = if hash_bits == 0 {
        0
    } else {
        1 << hash_bits.min(31)
    };
    // SAFETY: the running state.
    unsafe { Table::new(&mut (*vm).heap, slots, keys).ok() }
}

pub(crate) unsafe extern "C" fn duplicate(vm: *mut Vm, template: Gc<Table>) -> Option<Gc<Table>> {
    // SAFETY: the running state.
    unsafe { Table::duplicate(&mut (*vm).heap, template).ok() }
}

/// FNEW: `base` is the frame of the function that makes the closure; the variables that it captures lie there.
pub(crate) unsafe extern "C" fn new_function(
    vm: *mut Vm,
    proto: Gc<Proto>,
    parent: Gc<Function>,
    base: *mut Value,
) -> Option<Gc<Function>> {
    // SAFETY: the running state; the recorder saw the parent's FNEW of this prototype in such a frame.
    unsafe { closure(&mut (*vm).heap, (*vm).thread, proto, parent, base).ok() }
}

pub(crate) unsafe extern "C" fn close_upvalues(vm: *mut Vm, slot: *mut Value) {
    // SAFETY: the running state.
    unsafe { (*vm).close_upvalues(slot) }
}

pub(crate) unsafe extern "C" fn new_str(
    vm: *mut Vm,
    bytes: *const u8,
    len: i32,
) -> Option<Gc<Str>> {
    if len <= 0 {
        // SAFETY: the running state.
        return unsafe { (*vm).heap.intern(b"").ok() };
    }
    // SAFETY: the running state; so many bytes lie there, as guards of the trace saw to it.
    unsafe {
        let bytes = core::slice::from_raw_parts(bytes, len as usize);
        (*vm).heap.intern(bytes).ok()
    }
}

/// CNEW: of these sizes there are no types yet.
pub(crate) unsafe extern "C" fn new_cdata(_: *mut Vm, _: i32, _: i32) -> Option<Gc<Cdata>> {
    None
}

/// CNEWI: a boxed integer.
pub(crate) unsafe extern "C" fn new_cdata_of(
    vm: *mut Vm,
    ctype: i32,
    bits: u64,
) -> Option<Gc<Cdata>> {
    let ctype = if ctype == CType::Int64 as i32 {
        CType::Int64
    } else if ctype == CType::Uint64 as i32 {
        CType::Uint64
    } else {
        return None;
    };
    // SAFETY: the running state.
    unsafe { (*vm).heap.new_cdata(ctype, bits, 0).ok() }
}

pub(crate) unsafe extern "C" fn put(
    vm: *mut Vm,
    buffer: Gc<Buffer>,
    s: Gc<Str>,
) -> Option<Gc<Buffer>> {
    // SAFETY: the running state.
    let pushed = unsafe { buffer.push_bytes(&mut (*vm).heap, s.as_bytes()) };
    pushed.ok().map(|()| buffer)
}

pub(crate) unsafe extern "C" fn put_int(
    vm: *mut Vm,
    buffer: Gc<Buffer>,
    i: i32,
) -> Option<Gc<Buffer>> {
    let mut text = TextBuffer::default();
    // SAFETY: the running state.
    let pushed = unsafe { buffer.push_bytes(&mut (*vm).heap, int_to_text(i, &mut text)) };
    pushed.ok().map(|()| buffer)
}

pub(crate) unsafe extern "C" fn put_number(
    vm: *mut Vm,
    buffer: Gc<Buffer>,
    n: f64,
) -> Option<Gc<Buffer>> {
    let mut text = TextBuffer::default();
    // SAFETY: the running state.
    let pushed = unsafe { buffer.push_bytes(&mut (*vm).heap, to_text(n, &mut text)) };
    pushed.ok().map(|()| buffer)
}

pub(crate) unsafe extern "C" fn str_of_buffer(vm: *mut Vm, buffer: Gc<Buffer>) -> Option<Gc<Str>> {
    // SAFETY: the running state.
    unsafe { (*vm).heap.intern_buffer(buffer).ok() }
}

pub(crate) unsafe extern "C" fn str_of_int(vm: *mut Vm, i: i32) -> Option<Gc<Str>> {
    let mut buffer = TextBuffer::default();
    // SAFETY: the running state.
    unsafe { (*vm).heap.intern(int_to_text(i, &mut buffer)).ok() }
}

pub(crate) unsafe extern "C" fn str_of_number(vm: *mut Vm, n: f64) -> Option<Gc<Str>> {
    let mut buffer = TextBuffer::default();
    // SAFETY: the running state.
    unsafe { (*vm).heap.intern(to_text(n, &mut buffer)).ok() }
}

pub(crate) unsafe extern "C" fn str_of_char(vm: *mut Vm, code: i32) -> Option<Gc<Str>> {
    // SAFETY: the running state.
    unsafe { (*vm).heap.intern(&[code as u8]).ok() }
}

/// STRTO: the number that a string spells, or nil.
pub(crate) unsafe extern "C" fn number_of_str(_: *mut Vm, s: Gc<Str>) -> Value {
    number::parse(s.as_bytes()).map_or(Value::NIL, Value::number)
}

pub(crate) unsafe extern "C" fn pow(vm: *mut Vm, x: f64, y: f64) -> f64 {
    // SAFETY: the running state.
    unsafe { (*vm).host.math().pow(x, y) }
}

pub(crate) unsafe extern "C" fn modulo(_: *mut Vm, x: f64, y: f64) -> f64 {
    x - convert::floor(x / y) * y
}

pub(crate) unsafe extern "C" fn ldexp(_: *mut Vm, x: f64, exponent: i32) -> f64 {
    libm::scalbn(x, exponent)
}

pub(crate) unsafe extern "C" fn floor(_: *mut Vm, x: f64) -> f64 {
    convert::floor(x)
}

pub(crate) unsafe extern "C" fn ceil(_: *mut Vm, x: f64) -> f64 {
    round_up(x)
}

pub(crate) unsafe extern "C" fn trunc(_: *mut Vm, x: f64) -> f64 {
    libm::trunc(x)
}

/// An object that was traversed got a reference.
pub(crate) unsafe extern "C" fn barrier(vm: *mut Vm, object: Gc<Header>) {
    // SAFETY: the running state.
    unsafe {
        (*vm).heap.write(object);
    }
}
