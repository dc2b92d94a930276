//! `getfenv` and `setfenv`.

use crate::value::{Function, Gc};
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult, Raised};

/// The function at a level, 0 being the running one.
fn function_at(vm: &mut Vm, level: i32) -> Result<Gc<Function>, Raised> {
    let thread = vm.thread;
    let found = usize::try_from(level)
        .ok()
        .and_then(|level| vm.activations(thread).nth(level));
    match found {
        Some(activation) => Ok(activation.function),
        None => Err(vm.arg_error(0, format_args!("invalid level"))),
    }
}

/// `getfenv([f])`: the environment of a function or of the function at a level. Native functions show the thread's.
pub(super) fn getfenv(vm: &mut Vm) -> NativeResult {
    let function = match vm.arg(0).as_function() {
        Some(f) => f,
        None => {
            let level = vm.opt_int(0, 1)?;
            function_at(vm, level)?
        }
    };
    let env = if function.is_lua() {
        function.env.get()
    } else {
        vm.thread.env.get()
    };
    vm.ret(env.into())
}

/// `setfenv(f, env)`; level 0 is the thread.
pub(super) fn setfenv(vm: &mut Vm) -> NativeResult {
    let env = vm.check_table(1)?;
    let function = match vm.arg(0).as_function() {
        Some(f) => f,
        None => {
            let level = vm.check_int(0)?;
            if level == 0 {
                let thread = vm.thread;
                vm.heap.write(thread).env.set(env);
                return Ok(Flow::Return(0));
            }
            function_at(vm, level)?
        }
    };
    if !function.is_lua() {
        return Err(vm.error(format_args!(
            "'setfenv' cannot change environment of given object"
        )));
    }
    vm.heap.write(function).env.set(env);
    vm.ret(function.into())
}
