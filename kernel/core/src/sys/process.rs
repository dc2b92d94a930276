//! Clocks, identity, and what a script knows of itself.

use perilune::value::Value;
use perilune::vm::Vm;
use perilune::vm::native::{Flow, NativeResult, Raised};

use super::result::{call, done, failed, pay};
use super::{Functions, HANDLER};
use crate::host::with_host;
use crate::kernel::{Clock, Identity};

pub(super) const FUNCTIONS: Functions = &[
    ("clock", clock),
    ("sleep", sleep),
    ("getpid", |vm| identity(vm, Identity::Process)),
    ("gettid", |vm| identity(vm, Identity::Thread)),
    ("getppid", |vm| identity(vm, Identity::Parent)),
    ("getuid", |vm| identity(vm, Identity::User)),
    ("geteuid", |vm| identity(vm, Identity::EffectiveUser)),
    ("getgid", |vm| identity(vm, Identity::Group)),
    ("getegid", |vm| identity(vm, Identity::EffectiveGroup)),
    ("handler", handler),
    ("usage", usage),
];

/// `clock(["monotonic" | "realtime" | "thread"])`: seconds and nanoseconds.
fn clock(vm: &mut Vm) -> NativeResult {
    let which = match vm.check_option(0, Some("monotonic"), &["monotonic", "realtime", "thread"])? {
        0 => Clock::Monotonic,
        1 => Clock::Realtime,
        _ => Clock::Thread,
    };
    pay(vm, 0)?;
    match call(vm, |kernel| kernel.clock(which))? {
        Ok(moment) => {
            vm.push(Value::number(moment.seconds as f64))?;
            vm.push(Value::number(f64::from(moment.nanoseconds)))?;
            Ok(Flow::Return(2))
        }
        Err(errno) => failed(vm, errno),
    }
}

/// `sleep(seconds)`
fn sleep(vm: &mut Vm) -> NativeResult {
    let seconds = vm.check_number(0)?;
    pay(vm, 0)?;
    // A number out of range becomes the nearest in range, and NaN 0.
    let nanoseconds = (seconds * 1e9) as u64;
    let result = call(vm, |kernel| kernel.sleep(nanoseconds))?;
    done(vm, result)
}

fn identity(vm: &mut Vm, which: Identity) -> NativeResult {
    pay(vm, 0)?;
    let number = call(vm, |kernel| Ok(kernel.identity(which)))?;
    super::result::number(vm, number.map(|n| n as f64))
}

/// `handler(f)`: runs call `f` from now on, and no longer the script; with nil the script again.
fn handler(vm: &mut Vm) -> NativeResult {
    let f = vm.check_any(0)?;
    if !f.is_nil() {
        vm.check_function(0)?;
    }
    let registry = vm.registry();
    vm.raw_set_name(registry, HANDLER, f)?;
    Ok(Flow::Return(0))
}

/// `usage()`: a table of what the script has used.
fn usage(vm: &mut Vm) -> NativeResult {
    let usage = with_host(vm, |host| host.usage)?;
    let memory = vm.heap().used();
    let left = vm.fuel();
    let t = vm.new_table(0, 8)?;
    let mut set = |name, n| -> Result<(), Raised> { vm.raw_set_name(t, name, Value::number(n)) };
    set("runs", usage.runs as f64)?;
    set("entries", usage.entries as f64)?;
    set("calls", usage.calls as f64)?;
    set("bytes", usage.bytes as f64)?;
    set("memory", memory as f64)?;
    if let Some(left) = left {
        set("fuel", left as f64)?;
    }
    vm.ret(t.into())
}
