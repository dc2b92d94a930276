//! The `coroutine` library, and the protected calls of the base library.

use crate::stdlib::LibFn;
use crate::value::Value;
#[cfg(feature = "jit")]
use crate::value::{Function, Gc};
use crate::vm::Vm;
use crate::vm::frame::Cont;
use crate::vm::native::{Flow, NativeResult};

/// `coroutine.*`
pub const LIB: &[LibFn] = &[
    LibFn {
        name: "status",
        function: status,
        builtin: 30,
    },
    LibFn {
        name: "running",
        function: running,
        builtin: 31,
    },
    LibFn {
        name: "isyieldable",
        function: isyieldable,
        builtin: 32,
    },
    LibFn {
        name: "create",
        function: create,
        builtin: 33,
    },
    LibFn {
        name: "yield",
        function: yield_,
        builtin: 34,
    },
    LibFn {
        name: "resume",
        function: resume,
        builtin: 35,
    },
    LibFn {
        name: "wrap",
        function: wrap,
        builtin: 37,
    },
];

/// Protected calls, which belong to the base library's table.
pub const PROTECTED: &[LibFn] = &[
    LibFn {
        name: "pcall",
        function: pcall,
        builtin: 20,
    },
    LibFn {
        name: "xpcall",
        function: xpcall,
        builtin: 21,
    },
];

fn check_thread(
    vm: &mut Vm,
    i: usize,
) -> Result<crate::value::Gc<crate::value::Thread>, crate::vm::native::Raised> {
    match vm.arg(i).as_thread() {
        Some(co) => Ok(co),
        None => Err(vm.arg_error(i, format_args!("coroutine expected"))),
    }
}

fn status(vm: &mut Vm) -> NativeResult {
    let co = check_thread(vm, 0)?;
    let name = vm.status_name(co.status())?;
    vm.ret(name)
}

fn running(vm: &mut Vm) -> NativeResult {
    let is_main = vm.running_is_main();
    let thread: Value = vm.running_thread().into();
    if vm.is_compat52() {
        vm.push(thread)?;
        vm.push(is_main.into())?;
        return Ok(Flow::Return(2));
    }
    vm.ret(if is_main { Value::NIL } else { thread })
}

fn isyieldable(vm: &mut Vm) -> NativeResult {
    let yieldable = !vm.running_is_main() && !vm.running_began_run();
    vm.ret(yieldable.into())
}

fn create(vm: &mut Vm) -> NativeResult {
    let f = vm.check_function(0)?;
    let co = vm.new_coroutine(f.into())?;
    vm.ret(co.into())
}

fn yield_(vm: &mut Vm) -> NativeResult {
    Ok(Flow::Yield(vm.nargs() as u32))
}

fn resume(vm: &mut Vm) -> NativeResult {
    check_thread(vm, 0)?;
    Ok(Flow::Resume {
        nargs: vm.nargs() as u32 - 1,
        wrap: false,
    })
}

fn wrap(vm: &mut Vm) -> NativeResult {
    let f = vm.check_function(0)?;
    let co = vm.new_coroutine(f.into())?;
    let function = vm.new_builtin(resume_wrapped, 36, &[co.into()])?;
    vm.ret(function.into())
}

/// The coroutine of a Lua function as a function that resumes it; nothing if there is no memory, or no coroutine may be made.
#[cfg(feature = "jit")]
pub(crate) fn create_wrapped(vm: &mut Vm, f: Value) -> Option<Gc<Function>> {
    if !vm.may_create_coroutine() {
        return None;
    }
    let co = vm.create_coroutine(f).ok()?;
    vm.create_builtin(resume_wrapped, 36, &[co.into()]).ok()
}

fn resume_wrapped(vm: &mut Vm) -> NativeResult {
    Ok(Flow::Resume {
        nargs: vm.nargs() as u32,
        wrap: true,
    })
}

pub(super) fn pcall(vm: &mut Vm) -> NativeResult {
    let f = vm.check_any(0)?;
    protected(vm, Cont::Pcall, f, 1)
}

fn xpcall(vm: &mut Vm) -> NativeResult {
    let f = vm.check_any(0)?;
    vm.check_function(1)?;
    protected(vm, Cont::Xpcall, f, 2)
}

/// Calls `f` with the arguments from `first` on.
fn protected(vm: &mut Vm, cont: Cont, f: Value, first: usize) -> NativeResult {
    let nargs = vm.nargs();
    vm.begin_call_as(cont, f, 0)?;
    for i in first..nargs {
        let v = vm.arg(i);
        vm.push(v)?;
    }
    Ok(Flow::Call {
        nargs: (nargs - first) as u32,
    })
}
