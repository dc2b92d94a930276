//! What calls return: their values, or nil and the error's name.

use core::fmt::Write;

use perilune::value::Value;
use perilune::vm::Vm;
use perilune::vm::native::{Flow, NativeResult, Raised};

use crate::errno::Errno;
use crate::host::with_host;
use crate::kernel::{self, Kernel};
use crate::script::Message;
use crate::sys::CALL_COST;

/// Bytes that are transferred for one unit of fuel.
const BYTES_PER_UNIT: usize = 64;

/// Pays for a call before it is made, for afterwards it couldn't be repeated.
pub(super) fn pay(vm: &mut Vm, bytes: usize) -> Result<(), Raised> {
    let units = u32::try_from(bytes / BYTES_PER_UNIT).unwrap_or(u32::MAX);
    vm.charge(CALL_COST.saturating_add(units))
}

/// Makes a call, which has been paid for.
pub(super) fn call<T>(
    vm: &mut Vm,
    f: impl FnOnce(&mut dyn Kernel) -> kernel::Result<T>,
) -> Result<kernel::Result<T>, Raised> {
    with_host(vm, |host| host.call(f))
}

/// Notes how many bytes were transferred.
pub(super) fn count_bytes(vm: &mut Vm, bytes: usize) -> Result<(), Raised> {
    with_host(vm, |host| host.usage.bytes += bytes as u64)
}

/// Returns nil and the error's name.
pub(super) fn failed(vm: &mut Vm, errno: Errno) -> NativeResult {
    vm.push(Value::NIL)?;
    let mut text = Message::new(b"");
    let name = match errno.name() {
        Some(name) => name.as_bytes(),
        None => {
            let _ = write!(text, "{errno}");
            text.as_bytes()
        }
    };
    let name = vm.new_str(name)?;
    vm.push(name)?;
    Ok(Flow::Return(2))
}

/// Returns a number, or the error.
pub(super) fn number(vm: &mut Vm, result: kernel::Result<f64>) -> NativeResult {
    match result {
        Ok(n) => vm.ret(Value::number(n)),
        Err(errno) => failed(vm, errno),
    }
}

/// Returns true, or the error.
pub(super) fn done(vm: &mut Vm, result: kernel::Result<()>) -> NativeResult {
    match result {
        Ok(()) => vm.ret(Value::TRUE),
        Err(errno) => failed(vm, errno),
    }
}
