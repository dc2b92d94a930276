//! `jit.profile`: samples for a callback of the script's.

extern crate alloc;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use crate::value::Value;
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeFn, NativeResult, Raised};

/// Milliseconds between two samples.
const INTERVAL: u32 = 10;

/// The event under which the callback is attached.
const EVENT: &str = "profile";

/// Upvalue 0 is the table of callbacks.
const LIB: &[(&str, NativeFn)] = &[("start", start), ("stop", stop), ("dumpstack", dumpstack)];

/// What `require "jit.profile"` gives. Upvalue 0 is the table of `jit.attach`'s callbacks.
pub(super) fn load(vm: &mut Vm) -> NativeResult {
    let callbacks = vm.upvalue(0);
    let library = vm.new_table(0, 3)?;
    for (name, function) in LIB {
        let function = vm.new_native(*function, 0, &[callbacks])?;
        vm.raw_set_name(library, name, function.into())?;
    }
    vm.ret(library.into())
}

fn set_callback(vm: &mut Vm, callback: Value) -> Result<(), Raised> {
    if let Some(callbacks) = vm.upvalue(0).as_table() {
        vm.raw_set_name(callbacks, EVENT, callback)?;
        vm.set_event_callbacks(callbacks)?;
    }
    Ok(())
}

/// `start(mode, callback)`: of the mode, `i` and a number are the interval; what the others tell is told always.
fn start(vm: &mut Vm) -> NativeResult {
    let mode = vm.opt_str(0)?;
    let callback = vm.check_function(1)?;
    let interval = mode.and_then(|mode| interval(mode.as_bytes()));
    set_callback(vm, callback.into())?;
    vm.sample_for_script(Some(interval.unwrap_or(INTERVAL)));
    Ok(Flow::Return(0))
}

/// The number behind `i`.
fn interval(mode: &[u8]) -> Option<u32> {
    let at = mode.iter().position(|c| *c == b'i')?;
    let digits = mode[at + 1..].iter().take_while(|c| c.is_ascii_digit());
    let number = digits.fold(0u32, |n, c| {
        n.saturating_mul(10).saturating_add(u32::from(c - b'0'))
    });
    Some(number).filter(|n| *n > 0)
}

fn stop(vm: &mut Vm) -> NativeResult {
    vm.sample_for_script(None);
    set_callback(vm, Value::NIL)?;
    Ok(Flow::Return(0))
}

/// `dumpstack([thread,] format, depth)`
fn dumpstack(vm: &mut Vm) -> NativeResult {
    let (thread, first) = match vm.arg(0).as_thread() {
        Some(thread) => (thread, 1),
        None => (vm.running_thread(), 0),
    };
    let format = vm.check_str(first)?;
    let depth = vm.check_int(first + 1)?;
    let mut text = Text(Vec::new());
    if vm
        .write_stack(thread, format.as_bytes(), depth, &mut text)
        .is_err()
    {
        return Err(vm.memory_error());
    }
    let result = vm.new_str(&text.0)?;
    vm.ret(result)
}

/// Text whose growth may fail.
struct Text(Vec<u8>);

impl Write for Text {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.0.try_reserve(s.len()).map_err(|_| fmt::Error)?;
        self.0.extend_from_slice(s.as_bytes());
        Ok(())
    }
}
