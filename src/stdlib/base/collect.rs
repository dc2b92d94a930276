//! `collectgarbage` and `gcinfo`.

use crate::value::Value;
use crate::vm::Vm;
use crate::vm::native::{NativeResult, Raised};

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

/// Slot of the result while finalizers run.
const RESULT: usize = 0;

/// `collectgarbage([option [, argument]])`
pub(super) fn collectgarbage(vm: &mut Vm) -> NativeResult {
    if vm.step() == 0 {
        let result = perform(vm)?;
        vm.set_nargs(RESULT + 1)?;
        vm.set_arg(RESULT, result);
    }
    // What died is finalized before the call returns.
    vm.truncate(RESULT + 1);
    if let Some(call) = vm.call_next_finalizer(1)? {
        return Ok(call);
    }
    vm.ret(vm.arg(RESULT))
}

fn perform(vm: &mut Vm) -> Result<Value, Raised> {
    let option = vm.check_option(0, Some("collect"), OPTIONS)?;
    let argument = vm.opt_int(1, 0)?;
    let percent = u32::try_from(argument).unwrap_or(0);
    Ok(match OPTIONS.get(option).copied().unwrap_or_default() {
        "collect" => {
            vm.charge_for_bytes(vm.heap.used());
            vm.collect_fully();
            Value::int(0)
        }
        "count" => Value::number(vm.heap.used() as f64 / 1024.0),
        "step" => {
            let bytes = usize::try_from(argument).unwrap_or(0) << 10;
            Value::boolean(vm.collect_by(bytes))
        }
        "stop" => {
            vm.heap.stop();
            Value::int(0)
        }
        "restart" => {
            vm.heap.restart();
            Value::int(0)
        }
        "setpause" => Value::int(vm.heap.set_pause(percent) as i32),
        "setstepmul" => Value::int(vm.heap.set_step_multiplier(percent) as i32),
        _ => Value::boolean(vm.heap.is_running()),
    })
}

/// `gcinfo()`: kilobytes in use.
pub(super) fn gcinfo(vm: &mut Vm) -> NativeResult {
    let kilobytes = vm.heap.used() >> 10;
    vm.ret(Value::number(kilobytes as f64))
}
