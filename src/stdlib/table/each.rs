//! `foreach` and `foreachi`. Their loops are inner functions.

use super::{check_table, length, pad};
use crate::value::{Gc, Table, Value};
use crate::vm::Vm;
use crate::vm::inner::Inner;
use crate::vm::native::{Flow, NativeResult, Raised};

/// The inner function is called, and returns.
const INNER: u32 = 1;

/// The arguments: a table and a function.
fn arguments(vm: &mut Vm) -> Result<(Gc<Table>, Value), Raised> {
    let t = check_table(vm, 0)?;
    pad(vm, 1)?;
    vm.check_function(1)?;
    Ok((t, vm.arg(1)))
}

/// `foreach(t, f)`: calls `f(key, value)` until it returns something.
pub(in crate::stdlib) fn foreach(vm: &mut Vm) -> NativeResult {
    if vm.step() == INNER {
        return Ok(Flow::Return(vm.results()));
    }
    let (t, f) = arguments(vm)?;
    let next = vm.next_function;
    vm.call_inner(Inner::Foreach, INNER, f, &[t.into(), f, next])
}

/// `foreachi(t, f)`: calls `f(i, t[i])` up to the length that `t` had at the beginning.
pub(in crate::stdlib) fn foreachi(vm: &mut Vm) -> NativeResult {
    if vm.step() == INNER {
        return Ok(Flow::Return(vm.results()));
    }
    let (t, f) = arguments(vm)?;
    let Some(last) = length(vm, t)? else {
        return Ok(Flow::Call { nargs: 2 });
    };
    vm.call_inner(Inner::Foreachi, INNER, f, &[t.into(), f, Value::int(last)])
}
