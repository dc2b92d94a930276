//! `collectgarbage` and `gcinfo`.

use crate::value::Value;
use crate::vm::Vm;
use crate::vm::native::NativeResult;

const OPTIONS: &[&str] = &[
    "stop",
    "restart",
    "collect",
    "count",
    "step",
    "setpause",
    "setstepmul",
    "isrunning",
];
const COLLECT: usize = 2;

/// `collectgarbage([option [, argument]])`
pub(super) fn collectgarbage(vm: &mut Vm) -> NativeResult {
    let option = vm.check_option(0, Some("collect"), OPTIONS)?;
    vm.opt_int(1, 0)?;
    let result = match OPTIONS.get(option).copied().unwrap_or(OPTIONS[COLLECT]) {
        "count" => Value::number(vm.heap.used() as f64 / 1024.0),
        "step" | "isrunning" => Value::TRUE,
        _ => Value::int(0),
    };
    vm.ret(result)
}

/// `gcinfo()`: kilobytes in use.
pub(super) fn gcinfo(vm: &mut Vm) -> NativeResult {
    let kilobytes = vm.heap.used() >> 10;
    vm.ret(Value::number(kilobytes as f64))
}
