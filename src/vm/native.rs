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
use crate::value::{Buffer, Function, Gc, Str, Table, Value};
use crate::vm::Vm;
use crate::vm::convert::truncate_i32;
use crate::vm::debuginfo::ShortText;
use crate::vm::exec::builtins::header;
use crate::vm::frame::{CONT_SLOTS, Cont, Frame};

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
    /// Call as with `Call`, but in the place of this native function, which is not entered again.
    TailCall {
        /// How many values were pushed as arguments.
        nargs: u32,
    },
    /// Check fuel, interrupts and the collector, then call this native function again at this step.
    /// Long loops (sorting, say) use it, with their state in slots.
    Again {
        /// The step to go on with.
        step: u32,
    },
    /// Resume the coroutine in slot 0 (in upvalue 0 for the functions that `coroutine.wrap` makes) with the topmost values, and return
    /// what it yields or returns.
    Resume {
        /// How many values are passed.
        nargs: u32,
        /// For a function made by `coroutine.wrap`.
        wrap: bool,
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
        if i < self.nargs() {
            // SAFETY: slots between `base` and `top` are initialised values of the running thread's stack.
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
        let have = self.nargs();
        if n > have {
            self.reserve_stack(n - have)?;
            for i in have..n {
                // SAFETY: room was just made.
                unsafe { *self.base.add(i) = Value::NIL };
            }
        }
        self.top = self.base.wrapping_add(n);
        Ok(())
    }
    /// Drops the slots from `n` on.
    pub fn truncate(&mut self, n: usize) {
        if n < self.nargs() {
            self.top = self.base.wrapping_add(n);
        }
    }
    /// Pushes a value, growing the stack as needed.
    #[inline(always)]
    pub fn push(&mut self, v: Value) -> Result<(), Raised> {
        if self.top >= self.stack_limit {
            self.reserve_stack(1)?;
        }
        // SAFETY: below the limit, or room was just made.
        unsafe {
            *self.top = v;
            self.top = self.top.add(1);
        }
        Ok(())
    }
    /// Makes room for `n` pushes, so that a huge number fails at once ("stack overflow" error).
    pub fn reserve_stack(&mut self, n: usize) -> Result<(), Raised> {
        let from = self.top;
        self.ensure_stack(from, n)
    }
    /// Returns one value.
    #[inline(always)]
    pub fn ret(&mut self, v: Value) -> NativeResult {
        if self.top >= self.stack_limit {
            return self.ret_on_new_stack(v);
        }
        // SAFETY: below the limit.
        unsafe {
            *self.top = v;
            self.top = self.top.add(1);
        }
        Ok(Flow::Return(1))
    }
    // Apart, so that the callers have nothing to save for it.
    #[cold]
    #[inline(never)]
    fn ret_on_new_stack(&mut self, v: Value) -> NativeResult {
        self.push(v)?;
        Ok(Flow::Return(1))
    }
    /// The function that is running.
    pub fn callee(&self) -> Gc<Function> {
        // SAFETY: natives run in complete frames.
        unsafe { Frame(self.base).function() }
    }
    /// Upvalue `i` of the running function (0-based), nil where there is none.
    pub fn upvalue(&self, i: usize) -> Value {
        self.callee().native_upvalue(i)
    }
    /// Sets upvalue `i` of the running function.
    pub fn set_upvalue(&mut self, i: usize, v: Value) {
        self.set_upvalue_of(self.callee(), i, v);
    }

    // ---- argument checks; `i` counts from 0, messages from 1 ----
    /// Fails unless there is an argument `i` ("value expected").
    pub fn check_any(&mut self, i: usize) -> Result<Value, Raised> {
        if i >= self.nargs() {
            return Err(self.arg_error(i, format_args!("value expected")));
        }
        Ok(self.arg(i))
    }
    /// A number; numeric strings are converted.
    #[inline(always)]
    pub fn check_number(&mut self, i: usize) -> Result<f64, Raised> {
        match self.arg(i).as_number() {
            Some(n) => Ok(n),
            None => self.number_of_string(i).as_number().ok_or(Raised::Error),
        }
    }
    /// A number as LuaJIT's `lj_lib_checkint` takes it: truncated to 32 bits as `cvttsd2si` does.
    #[inline(always)]
    pub fn check_int(&mut self, i: usize) -> Result<i32, Raised> {
        Ok(truncate_i32(self.check_number(i)?))
    }
    /// The same, or `default` where the argument is nil or absent.
    pub fn opt_int(&mut self, i: usize, default: i32) -> Result<i32, Raised> {
        if self.arg(i).is_nil() {
            Ok(default)
        } else {
            self.check_int(i)
        }
    }
    /// A number, or `default` where the argument is nil or absent.
    pub fn opt_number(&mut self, i: usize, default: f64) -> Result<f64, Raised> {
        if self.arg(i).is_nil() {
            Ok(default)
        } else {
            self.check_number(i)
        }
    }
    /// A string; a number is converted, and the slot holds the string afterwards.
    #[inline(always)]
    pub fn check_str(&mut self, i: usize) -> Result<Gc<Str>, Raised> {
        match self.arg(i).as_str() {
            Some(s) => Ok(s),
            None => self.string_of_number(i),
        }
    }
    /// The same, or `None` where the argument is nil or absent.
    pub fn opt_str(&mut self, i: usize) -> Result<Option<Gc<Str>>, Raised> {
        if self.arg(i).is_nil() {
            Ok(None)
        } else {
            self.check_str(i).map(Some)
        }
    }
    /// A table.
    #[inline(always)]
    pub fn check_table(&mut self, i: usize) -> Result<Gc<Table>, Raised> {
        match self.arg(i).as_table() {
            Some(t) => Ok(t),
            None => Err(self.type_error(i, "table")),
        }
    }
    /// A table or `None` where the argument is nil or absent.
    pub fn opt_table(&mut self, i: usize) -> Result<Option<Gc<Table>>, Raised> {
        if self.arg(i).is_nil() {
            Ok(None)
        } else {
            self.check_table(i).map(Some)
        }
    }
    /// A function.
    pub fn check_function(&mut self, i: usize) -> Result<Gc<Function>, Raised> {
        match self.arg(i).as_function() {
            Some(f) => Ok(f),
            None => Err(self.type_error(i, "function")),
        }
    }
    /// One of the options, by index ("invalid option '…'"); nil or absent gives `default`, if there is one.
    pub fn check_option(
        &mut self,
        i: usize,
        default: Option<&str>,
        options: &[&str],
    ) -> Result<usize, Raised> {
        let given = match (self.arg(i).is_nil(), default) {
            (true, Some(default)) => {
                return Ok(options.iter().position(|o| *o == default).unwrap_or(0));
            }
            _ => self.check_str(i)?,
        };
        match options
            .iter()
            .position(|o| o.as_bytes() == given.as_bytes())
        {
            Some(index) => Ok(index),
            None => {
                let mut shown = ShortText::<80>::default();
                shown.push(given.as_bytes());
                let shown = Lossy(shown.as_bytes());
                Err(self.arg_error(i, format_args!("invalid option '{shown}'")))
            }
        }
    }

    /// An error with any value. The other kinds of errors are in `vm::errors`.
    #[cold]
    pub fn error_with(&mut self, value: Value) -> Raised {
        self.error_value = value;
        Raised::Error
    }

    /// The number that a string stands for, or nil after an error was raised: a result for one register, for one in memory
    /// makes the caller's fast path go through memory too.
    #[cold]
    fn number_of_string(&mut self, i: usize) -> Value {
        match Self::to_number(self.arg(i)) {
            Some(n) => Value::number(n),
            None => {
                let _raised = self.type_error(i, "number");
                Value::NIL
            }
        }
    }

    #[cold]
    fn string_of_number(&mut self, i: usize) -> Result<Gc<Str>, Raised> {
        match self.to_str(self.arg(i))? {
            Some(s) => {
                self.set_arg(i, s.into());
                Ok(s)
            }
            None => Err(self.type_error(i, "string")),
        }
    }

    // ---- objects ----
    /// A string of these bytes.
    #[inline]
    pub fn new_str(&mut self, bytes: &[u8]) -> Result<Value, Raised> {
        self.charge_for_bytes(bytes.len());
        match self.heap.intern(bytes) {
            Ok(s) => Ok(s.into()),
            Err(OutOfMemory) => Err(self.memory_error()),
        }
    }
    /// A string of the buffer's bytes, which are gone from it if they are many.
    #[inline]
    pub(crate) fn new_str_from(&mut self, text: Gc<Buffer>) -> Result<Value, Raised> {
        self.charge_for_bytes(text.len());
        match self.heap.intern_buffer(text) {
            Ok(s) => Ok(s.into()),
            Err(OutOfMemory) => Err(self.memory_error()),
        }
    }
    /// A table.
    pub fn new_table(&mut self, narray: u32, nhash: u32) -> Result<Gc<Table>, Raised> {
        self.charge_for_bytes((narray as usize + nhash as usize) * size_of::<Value>());
        match Table::new(&mut self.heap, narray, nhash) {
            Ok(t) => Ok(t),
            Err(OutOfMemory) => Err(self.memory_error()),
        }
    }
    /// `t[i] = value` without metamethods.
    pub fn raw_set_int(&mut self, t: Gc<Table>, i: i32, value: Value) -> Result<(), Raised> {
        self.check_writable(t)?;
        match self.heap.set_int(t, i, value) {
            Ok(()) => Ok(()),
            Err(OutOfMemory) => Err(self.memory_error()),
        }
    }
    /// `t.name = value` without metamethods.
    pub fn raw_set_name(&mut self, t: Gc<Table>, name: &str, value: Value) -> Result<(), Raised> {
        let key = self.new_str(name.as_bytes())?;
        self.raw_set(t, key, value)
    }
    /// `t.name` without metamethods.
    pub fn raw_get_name(&mut self, t: Gc<Table>, name: &str) -> Result<Value, Raised> {
        let key = self.new_str(name.as_bytes())?;
        Ok(t.get(key))
    }
    /// A library function, which may have a quick path of its own by its builtin number.
    pub(crate) fn new_builtin(
        &mut self,
        f: NativeFn,
        builtin: u8,
        upvalues: &[Value],
    ) -> Result<Gc<Function>, Raised> {
        match self.create_builtin(f, builtin, upvalues) {
            Ok(function) => Ok(function),
            Err(OutOfMemory) => Err(self.memory_error()),
        }
    }
    /// The same where no error is to be raised.
    pub(crate) fn create_builtin(
        &mut self,
        f: NativeFn,
        builtin: u8,
        upvalues: &[Value],
    ) -> Result<Gc<Function>, OutOfMemory> {
        let env = self.globals;
        let function = self.heap.new_native(f, builtin, env, upvalues)?;
        function.pc.set(header(builtin));
        Ok(function)
    }
    /// A native function with upvalues, in the environment of the globals.
    pub fn new_native(
        &mut self,
        f: NativeFn,
        builtin: u8,
        upvalues: &[Value],
    ) -> Result<Gc<Function>, Raised> {
        let env = self.globals;
        match self.heap.new_native(f, builtin, env, upvalues) {
            Ok(f) => Ok(f),
            Err(OutOfMemory) => Err(self.memory_error()),
        }
    }
    /// The field `name` ("__tostring", say) of a value's metatable, nil where there is none.
    pub fn metafield(&mut self, v: Value, name: &str) -> Result<Value, Raised> {
        let Some(mt) = self.metatable_of(v) else {
            return Ok(Value::NIL);
        };
        self.raw_get_name(mt, name)
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
        self.begin_call_as(Cont::Native, function, step)
    }
    /// Begins a call whose results `cont` says what to do with.
    pub(crate) fn begin_call_as(
        &mut self,
        cont: Cont,
        function: Value,
        operand: u32,
    ) -> Result<(), Raised> {
        self.reserve_stack(CONT_SLOTS)?;
        let callee = self.top.wrapping_add(CONT_SLOTS);
        let delta = (callee as usize - self.base as usize) / size_of::<Value>();
        // SAFETY: room was just made.
        unsafe { Frame(callee).make_cont(cont, u64::from(operand), function, delta) };
        self.top = callee;
        Ok(())
    }

    /// How many results the callee returned; they are the topmost slots.
    #[inline(always)]
    pub fn results(&self) -> u32 {
        self.native_results
    }
    /// Result `i`, nil beyond the last.
    pub fn result(&self, i: usize) -> Value {
        let n = self.native_results as usize;
        if i < n {
            self.arg(self.nargs() - n + i)
        } else {
            Value::NIL
        }
    }

    // ---- long loops ----
    /// Pays for `n` units of work (about one per byte or element handled, divided by 16) in a loop without side
    /// effects. Fails when the run has to stop: return the failure, and the function is called again from its start later.
    #[inline(always)]
    pub fn charge(&mut self, n: u32) -> Result<(), Raised> {
        self.charge_units(n);
        if self.budget < 0 && self.refill().is_some() {
            Err(Raised::Interrupted)
        } else {
            Ok(())
        }
    }
}

/// Bytes shown as text, one character per byte where they are no UTF-8.
pub struct Lossy<'a>(pub &'a [u8]);

impl fmt::Display for Lossy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            f.write_str(chunk.valid())?;
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}
