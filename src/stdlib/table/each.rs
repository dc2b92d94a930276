//! `foreach` and `foreachi`.

use super::{GOT_LENGTH, check_table, length, pad};
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult};

/// Slots: the table, the function, where the traversal is.
const POSITION: usize = 2;
/// For `foreachi`: where it ends.
const LAST: usize = 3;

/// `foreach(t, f)`: calls `f(key, value)` until it returns something.
pub(in crate::stdlib) fn foreach(vm: &mut Vm) -> NativeResult {
    let position = if vm.step() == 0 {
        check_table(vm, 0)?;
        pad(vm, 1)?;
        vm.check_function(1)?;
        vm.truncate(2);
        vm.push(Value::int(0))?;
        0
    } else {
        let result = vm.result(0);
        if !result.is_nil() {
            return vm.ret(result);
        }
        vm.truncate(POSITION + 1);
        vm.arg(POSITION).as_number().unwrap_or(0.0) as u32
    };
    let t = vm.check_table(0)?;
    let Some((at, key, value)) = t.entry_from(position) else {
        return Ok(Flow::Return(0));
    };
    vm.set_arg(POSITION, Value::number(f64::from(at) + 1.0));
    vm.begin_call(vm.arg(1), 1)?;
    vm.push(key)?;
    vm.push(value)?;
    Ok(Flow::Call { nargs: 2 })
}

/// `foreachi(t, f)`: calls `f(i, t[i])` up to the length that `t` had at the beginning.
pub(in crate::stdlib) fn foreachi(vm: &mut Vm) -> NativeResult {
    if vm.step() == 0 || vm.step() == GOT_LENGTH {
        let t = check_table(vm, 0)?;
        pad(vm, 1)?;
        vm.check_function(1)?;
        let Some(last) = length(vm, t)? else {
            return Ok(Flow::Call { nargs: 2 });
        };
        vm.truncate(2);
        vm.push(Value::int(0))?;
        vm.push(Value::int(last))?;
    } else {
        let result = vm.result(0);
        if !result.is_nil() {
            return vm.ret(result);
        }
        vm.truncate(LAST + 1);
    }
    let t = vm.check_table(0)?;
    let i = vm.arg(POSITION).as_int().unwrap_or(0) + 1;
    if i > vm.arg(LAST).as_int().unwrap_or(0) {
        return Ok(Flow::Return(0));
    }
    vm.set_arg(POSITION, Value::int(i));
    vm.begin_call(vm.arg(1), 1)?;
    vm.push(Value::int(i))?;
    vm.push(t.get_int(i))?;
    Ok(Flow::Call { nargs: 2 })
}
