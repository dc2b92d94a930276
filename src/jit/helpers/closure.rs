//! Closures over variables of the frame that makes them. Traces keep such variables in upvalues that are closed from the beginning.

use core::mem::offset_of;
use core::ptr;

use crate::bytecode::Proto;
use crate::value::{Function, Gc, Upvalue, Value};
use crate::vm::Vm;

/// The upvalue whose own value is at this address.
///
/// # Safety
/// It is the address of a live upvalue's `closed`.
unsafe fn upvalue_at(value: *mut Value) -> Gc<Upvalue> {
    // SAFETY: the caller's promise.
    unsafe { Gc::from_ptr(value.byte_sub(offset_of!(Upvalue, closed)).cast()) }
}

/// A closed upvalue that holds `v`: the address of its value, or null.
pub(crate) unsafe extern "C" fn new_upvalue(vm: *mut Vm, v: Value) -> *mut Value {
    // SAFETY: the running state.
    match unsafe { (*vm).heap.new_upvalue_closed(v, false) } {
        Ok(upvalue) => upvalue.closed.as_ptr(),
        Err(_) => ptr::null_mut(),
    }
}

/// A closure of a prototype that captures at most three variables of the frame, and else upvalues of `parent`.
pub(crate) unsafe extern "C" fn new_closure(
    vm: *mut Vm,
    proto: Gc<Proto>,
    parent: Gc<Function>,
    first: *mut Value,
    second: *mut Value,
    third: *mut Value,
) -> Option<Gc<Function>> {
    let mut locals = [first, second, third].into_iter();
    let captures = proto.captures();
    let wanted = captures.iter().filter(|c| c.is_local()).count();
    if locals.clone().take(wanted).filter(|l| !l.is_null()).count() < wanted {
        return None;
    }
    // SAFETY: the running state.
    let heap = unsafe { &mut (*vm).heap };
    let closure = heap
        .new_lua_function(proto, parent.env.get(), captures.len() as u8)
        .ok()?;
    for (i, capture) in captures.iter().enumerate() {
        let upvalue = if capture.is_local() {
            let local = locals.next()?;
            // SAFETY: NEW_UPVALUE gave the address.
            let upvalue = unsafe { upvalue_at(local) };
            upvalue.header.b.set(capture.is_immutable() as u8);
            upvalue
        } else {
            // SAFETY: the recorder saw the parent make a closure of this prototype.
            unsafe { *parent.lua_upvalue_ptr(capture.index()) }
        };
        // SAFETY: the closure is new, no barrier is needed, and has room for `captures.len()` upvalues.
        unsafe { *closure.lua_upvalue_ptr(i) = upvalue };
    }
    Some(closure)
}

/// Opens an upvalue that a trace made at the slot of its variable.
///
/// # Safety
/// `value` is what [`new_upvalue`] gave since the last collection, and the slot is live and has no open upvalue.
pub(crate) unsafe fn open_upvalue(vm: *mut Vm, slot: *mut Value, value: *mut Value) {
    // SAFETY: the caller's promise.
    unsafe {
        let thread = (*vm).thread;
        (*vm).heap.open_upvalue(thread, upvalue_at(value), slot);
    }
}
