//! What a native function sees of the state: its arguments, its results, errors, and calls back into Lua.
//!
//! # Protocol
//! A native function gets the state and finds its arguments in `arg(0) .. arg(nargs() - 1)`. It pushes results and
//! returns [`Flow::Return`] with their number. It never calls Lua on the host's stack; a function that wants a call
//! pushes it and returns [`Flow::Call`]; the state runs the callee and then calls the native function again, with
//! [`Vm::step`] telling where it was. Its slots (arguments and whatever it pushed before `begin_call`) are as it left
//! them, with the callee's results on top:
//!
//! ```ignore
//! // function twice(f, x) return f(f(x)) end
//! fn twice(vm: &mut Vm) -> NativeResult {
//!     vm.set_nargs(2)?;
//!     match vm.step() {
//!         0 => {
//!             vm.begin_call(vm.arg(0), 1)?;
//!             vm.push(vm.arg(1))?;
//!             Ok(Flow::Call { nargs: 1 })
//!         }
//!         1 => {
//!             let x = vm.result(0);
//!             vm.truncate(2);               // drops the results
//!             vm.begin_call(vm.arg(0), 2)?;
//!             vm.push(x)?;
//!             Ok(Flow::Call { nargs: 1 })
//!         }
//!         _ => Ok(Flow::Return(vm.results())),
//!     }
//! }
//! ```
//! Garbage is collected only between calls of a native function, never during one. State that must survive a
//! `Flow::Call` lies in slots, as Lua values.

use core::fmt;

use crate::gc::OutOfMemory;
use crate::value::{Function, Gc, Str, Table, Userdata, Value};
use crate::vm::Vm;

/// A native function.
pub type NativeFn = fn(&mut Vm) -> NativeResult;

/// How a native function ends.
pub type NativeResult = Result<Flow, Raised>;

/// What the state does after a native function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    /// Return the topmost values.
    Return(u32),
    /// Call the function of the last [`Vm::begin_call`] with the topmost values as arguments.
    Call {
        /// How many values were pushed as arguments.
        nargs: u32,
    },
    /// Check fuel, interrupts and the collector, then call this native function again at this step.
    /// Long loops (sorting, say) use it, with their state in slots.
    Again {
        /// The step to go on with.
        step: u32,
    },
    /// Resume the coroutine in this argument slot with the topmost values; re-enter at `step`. For `coroutine.resume` and `wrap`.
    Resume {
        /// How many values are passed.
        nargs: u32,
        /// The step to go on with.
        step: u32,
    },
    /// Yield the topmost values.
    Yield(u32),
}

/// An error is under way; its value is in the state. Whoever gets one returns it to the caller at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Raised {
    /// A Lua error with a value.
    Error,
    /// The run has to stop (out of fuel, interrupted). When it is resumed, the native function is called again from
    /// its start, so a function that has side effects uses [`Flow::Again`] instead.
    Interrupted,
}

impl Vm {
    // ---- arguments ----
    /// How many slots the frame has: at step 0 the number of arguments.
    #[inline(always)]
    pub fn nargs(&self) -> usize {
        (self.top as usize - self.base as usize) / size_of::<Value>()
    }
    /// Slot `i`, nil beyond the last.
    #[inline(always)]
    pub fn arg(&self, i: usize) -> Value {
        // SAFETY: slots between `base` and `top` are initialised values of the running thread's stack.
        if i < self.nargs() {
            unsafe { *self.base.add(i) }
        } else {
            Value::NIL
        }
    }
    /// Overwrites slot `i`; slots beyond the last are left alone.
    #[inline(always)]
    pub fn set_arg(&mut self, i: usize, v: Value) {
        if i < self.nargs() {
            // SAFETY: as in `arg`.
            unsafe { *self.base.add(i) = v }
        }
    }
    /// Makes the frame exactly `n` slots: drops extra ones or adds nils.
    pub fn set_nargs(&mut self, n: usize) -> Result<(), Raised> {
        unimplemented!()
    }
    /// Drops the slots from `n` on.
    pub fn truncate(&mut self, n: usize) {
        unimplemented!()
    }
    /// Pushes a value, growing the stack as needed.
    #[inline(always)]
    pub fn push(&mut self, v: Value) -> Result<(), Raised> {
        unimplemented!()
    }
    /// Makes room for `n` pushes, so that a huge number fails at once ("stack overflow" error).
    pub fn reserve_stack(&mut self, n: usize) -> Result<(), Raised> {
        unimplemented!()
    }
    /// Returns one value.
    #[inline(always)]
    pub fn ret(&mut self, v: Value) -> NativeResult {
        self.push(v)?;
        Ok(Flow::Return(1))
    }
    /// The function that is running.
    pub fn callee(&self) -> Gc<Function> {
        unimplemented!()
    }
    /// Upvalue `i` of the running function (0-based), nil where there is none.
    pub fn upvalue(&self, i: usize) -> Value {
        self.callee().native_upvalue(i)
    }
    /// Sets upvalue `i` of the running function.
    pub fn set_upvalue(&mut self, i: usize, v: Value) {
        unimplemented!()
    }

    // ---- argument checks; `i` counts from 0, messages from 1 ----
    /// Fails unless there is an argument `i` ("value expected").
    pub fn check_any(&mut self, i: usize) -> Result<Value, Raised> {
        unimplemented!()
    }
    /// A number; numeric strings are converted.
    #[inline(always)]
    pub fn check_number(&mut self, i: usize) -> Result<f64, Raised> {
        unimplemented!()
    }
    /// A number as LuaJIT's `lj_lib_checkint` takes it: truncated to 32 bits as `cvttsd2si` does.
    #[inline(always)]
    pub fn check_int(&mut self, i: usize) -> Result<i32, Raised> {
        unimplemented!()
    }
    /// The same, or `default` where the argument is nil or absent.
    pub fn opt_int(&mut self, i: usize, default: i32) -> Result<i32, Raised> {
        unimplemented!()
    }
    /// A number, or `default` where the argument is nil or absent.
    pub fn opt_number(&mut self, i: usize, default: f64) -> Result<f64, Raised> {
        unimplemented!()
    }
    /// A string; a number is converted, and the slot holds the string afterwards.
    #[inline(always)]
    pub fn check_str(&mut self, i: usize) -> Result<Gc<Str>, Raised> {
        unimplemented!()
    }
    /// The same, or `None` where the argument is nil or absent.
    pub fn opt_str(&mut self, i: usize) -> Result<Option<Gc<Str>>, Raised> {
        unimplemented!()
    }
    /// A table.
    #[inline(always)]
    pub fn check_table(&mut self, i: usize) -> Result<Gc<Table>, Raised> {
        unimplemented!()
    }
    /// A table or `None` where the argument is nil or absent.
    pub fn opt_table(&mut self, i: usize) -> Result<Option<Gc<Table>>, Raised> {
        unimplemented!()
    }
    /// A function.
    pub fn check_function(&mut self, i: usize) -> Result<Gc<Function>, Raised> {
        unimplemented!()
    }
    /// One of the options, by index ("invalid option '…'"); nil or absent gives `default`, if there is one.
    pub fn check_option(
        &mut self,
        i: usize,
        default: Option<&str>,
        options: &[&str],
    ) -> Result<usize, Raised> {
        unimplemented!()
    }

    // ---- errors; each returns the token to return ----
    /// "bad argument #i+1 to 'f' (message)"
    #[cold]
    pub fn arg_error(&mut self, i: usize, message: fmt::Arguments<'_>) -> Raised {
        unimplemented!()
    }
    /// "bad argument #i+1 to 'f' (expected expected, got type)"
    #[cold]
    pub fn type_error(&mut self, i: usize, expected: &str) -> Raised {
        unimplemented!()
    }
    /// An error with the position of the running function's caller in front, as `luaL_error` gives it.
    #[cold]
    pub fn error(&mut self, message: fmt::Arguments<'_>) -> Raised {
        unimplemented!()
    }
    /// An error with a message of bytes and no position.
    #[cold]
    pub fn error_bytes(&mut self, message: &[u8]) -> Raised {
        unimplemented!()
    }
    /// An error with any value.
    #[cold]
    pub fn error_with(&mut self, value: Value) -> Raised {
        self.error_value = value;
        Raised::Error
    }
    /// "not enough memory"
    #[cold]
    pub fn memory_error(&mut self) -> Raised {
        unimplemented!()
    }

    // ---- objects ----
    /// A string of these bytes.
    #[inline]
    pub fn new_str(&mut self, bytes: &[u8]) -> Result<Value, Raised> {
        match self.heap.intern(bytes) {
            Ok(s) => Ok(s.into()),
            Err(OutOfMemory) => Err(self.memory_error()),
        }
    }
    /// A table.
    pub fn new_table(&mut self, narray: u32, nhash: u32) -> Result<Gc<Table>, Raised> {
        match Table::new(&mut self.heap, narray, nhash) {
            Ok(t) => Ok(t),
            Err(OutOfMemory) => Err(self.memory_error()),
        }
    }
    /// `rawset(t, key, value)` with its errors.
    pub fn raw_set(&mut self, t: Gc<Table>, key: Value, value: Value) -> Result<(), Raised> {
        unimplemented!()
    }
    /// `t[i] = value` without metamethods.
    pub fn raw_set_int(&mut self, t: Gc<Table>, i: i32, value: Value) -> Result<(), Raised> {
        unimplemented!()
    }
    /// `t.name = value` without metamethods.
    pub fn raw_set_name(&mut self, t: Gc<Table>, name: &str, value: Value) -> Result<(), Raised> {
        unimplemented!()
    }
    /// `t.name` without metamethods.
    pub fn raw_get_name(&mut self, t: Gc<Table>, name: &str) -> Result<Value, Raised> {
        unimplemented!()
    }
    /// A native function with upvalues, in the environment of the globals.
    pub fn new_native(
        &mut self,
        f: NativeFn,
        builtin: u8,
        upvalues: &[Value],
    ) -> Result<Gc<Function>, Raised> {
        unimplemented!()
    }
    /// The metatable of any value.
    pub fn metatable_of(&self, v: Value) -> Option<Gc<Table>> {
        unimplemented!()
    }
    /// The field `name` ("__tostring", say) of a value's metatable, nil where there is none.
    pub fn metafield(&mut self, v: Value, name: &str) -> Result<Value, Raised> {
        unimplemented!()
    }

    // ---- calls ----
    /// At which step the function is: 0 when called, later what `begin_call` or [`Flow::Again`] said.
    #[inline(always)]
    pub fn step(&self) -> u32 {
        self.native_step
    }
    /// Begins a call: pushes the frame's slots and the function (any value; `__call` is honoured). Push the arguments
    /// next, and return [`Flow::Call`].
    pub fn begin_call(&mut self, function: Value, step: u32) -> Result<(), Raised> {
        unimplemented!()
    }
    /// How many results the callee returned; they are the topmost slots.
    #[inline(always)]
    pub fn results(&self) -> u32 {
        self.native_results
    }
    /// Result `i`, nil beyond the last.
    pub fn result(&self, i: usize) -> Value {
        unimplemented!()
    }

    // ---- long loops ----
    /// Pays for `n` units of work (about one per byte or element handled, divided by 16) in a loop without side
    /// effects. Fails when the run has to stop: return the failure, and the function is called again from its start later.
    #[inline(always)]
    pub fn charge(&mut self, n: u32) -> Result<(), Raised> {
        unimplemented!()
    }
}
