//! Functions (Lua closures and native functions) and upvalues.

use core::cell::Cell;

use crate::bytecode::{Ins, Proto, ProtoFlags};
use crate::gc::Header;
use crate::value::{Gc, Table, Value};
use crate::vm::native::NativeFn;

/// From here on builtin numbers are the engine's own.
pub(crate) const FIRST_UNSHOWN: u8 = 200;

/// A function. `header.a` is the number of upvalues, `header.b` the builtin number ([`LibFn`](crate::stdlib::LibFn)) of a
/// native function that the recorder knows, or 0.
///
/// A call loads `pc` and dispatches on the instruction there, which is the header instruction of a prototype
/// (`FUNCF`, `FUNCV`) or the state's `FUNCC`; a Lua closure's upvalues (`Gc<Upvalue>`) and a native function's
/// (`Value`) follow the struct.
#[repr(C)]
pub struct Function {
    pub(crate) header: Header,
    pub(crate) pc: Cell<*const Ins>,
    pub(crate) env: Cell<Gc<Table>>,
    pub(crate) grey_next: Cell<*mut Header>,
    /// The code of a native function; absent in a Lua closure.
    pub(crate) native: Option<NativeFn>,
}

impl Function {
    /// Is it a Lua closure?
    #[inline(always)]
    pub fn is_lua(&self) -> bool {
        self.native.is_none()
    }
    /// Is it a hidden part of a library function? See [`ProtoFlags::INNER`].
    pub fn is_inner(&self) -> bool {
        self.proto()
            .is_some_and(|proto| proto.flags().has(ProtoFlags::INNER))
    }
    /// LuaJIT's number of a library function, 0 for others.
    #[inline(always)]
    pub fn builtin(&self) -> u8 {
        match self.library_number() {
            n if n < FIRST_UNSHOWN => n,
            _ => 0,
        }
    }
    /// The number of a library function that the recorder knows, 0 for others.
    #[inline(always)]
    pub(crate) fn library_number(&self) -> u8 {
        if self.is_lua() {
            0
        } else {
            self.header.b.get()
        }
    }
    /// How many upvalues it has.
    #[inline(always)]
    pub fn upvalue_count(&self) -> usize {
        self.header.a.get() as usize
    }
    /// The prototype of a Lua closure.
    #[inline(always)]
    pub fn proto(&self) -> Option<Gc<Proto>> {
        if self.is_lua() {
            // SAFETY: the pc of a Lua closure is the first instruction of a live prototype, which it keeps alive.
            Some(unsafe { Proto::of_code(self.pc.get()) })
        } else {
            None
        }
    }
    /// The address of upvalue `i` of a Lua closure.
    #[inline(always)]
    pub(crate) fn lua_upvalue_ptr(&self, i: usize) -> *mut Gc<Upvalue> {
        debug_assert!(self.is_lua() && i < self.upvalue_count());
        (self as *const Function)
            .wrapping_add(1)
            .cast::<Gc<Upvalue>>()
            .cast_mut()
            .wrapping_add(i)
    }
    /// Upvalue `i` of a Lua closure.
    #[inline(always)]
    pub fn lua_upvalue(&self, i: usize) -> Option<Gc<Upvalue>> {
        if !self.is_lua() || i >= self.upvalue_count() {
            return None;
        }
        // SAFETY: `upvalue_count` pointers follow a Lua closure from its creation on.
        Some(unsafe { *self.lua_upvalue_ptr(i) })
    }
    /// The address of upvalue `i` of a native function.
    #[inline(always)]
    pub(crate) fn native_upvalue_ptr(&self, i: usize) -> *mut Value {
        debug_assert!(!self.is_lua() && i < self.upvalue_count());
        (self as *const Function)
            .wrapping_add(1)
            .cast::<Value>()
            .cast_mut()
            .wrapping_add(i)
    }
    /// Upvalue `i` of a native function, nil where there is none.
    #[inline]
    pub fn native_upvalue(&self, i: usize) -> Value {
        if self.is_lua() || i >= self.upvalue_count() {
            return Value::NIL;
        }
        // SAFETY: `upvalue_count` values follow a native function from its creation on.
        unsafe { *self.native_upvalue_ptr(i) }
    }
}

/// A variable shared between closures: open while it lies on a stack, closed when it owns its value.
/// `header.a` is 1 when closed, `header.b` is 1 when the variable is never assigned after its initialisation.
#[repr(C)]
pub struct Upvalue {
    pub(crate) header: Header,
    /// Where the value is: a stack slot while open, `closed` afterwards.
    pub(crate) v: Cell<*mut Value>,
    /// The value once closed.
    pub(crate) closed: Cell<Value>,
    /// While open: the next open upvalue of the same thread, lower in the stack. Once closed: the collector's grey list.
    pub(crate) next_open: Cell<*mut Upvalue>,
}

impl Upvalue {
    /// Does the upvalue own its value?
    #[inline(always)]
    pub fn is_closed(&self) -> bool {
        self.header.a.get() != 0
    }
    /// The variable's current value.
    #[inline(always)]
    pub fn get(&self) -> Value {
        // SAFETY: `v` points to a live stack slot while open (closing happens before a slot dies), else to `closed`.
        unsafe { *self.v.get() }
    }
}
