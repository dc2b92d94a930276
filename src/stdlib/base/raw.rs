//! Access without metamethods, and to metatables.

use crate::value::Value;
use crate::vm::Vm;
use crate::vm::meta::Event;
use crate::vm::native::NativeResult;

/// `rawget(t, key)`
pub(super) fn rawget(vm: &mut Vm) -> NativeResult {
    let t = vm.check_table(0)?;
    let key = vm.check_any(1)?;
    vm.ret(t.get(key))
}

/// `rawset(t, key, value)`
pub(super) fn rawset(vm: &mut Vm) -> NativeResult {
    let t = vm.check_table(0)?;
    let key = vm.check_any(1)?;
    let value = vm.check_any(2)?;
    vm.raw_set(t, key, value)?;
    vm.ret(t.into())
}

/// `rawequal(a, b)`
pub(super) fn rawequal(vm: &mut Vm) -> NativeResult {
    let a = vm.check_any(0)?;
    let b = vm.check_any(1)?;
    vm.ret(Value::boolean(a.raw_equals(b)))
}

/// `rawlen(v)` of 5.2
pub(super) fn rawlen(vm: &mut Vm) -> NativeResult {
    let len = match vm.arg(0).as_str() {
        Some(s) => s.len() as f64,
        None => f64::from(vm.check_table(0)?.len()),
    };
    vm.ret(Value::number(len))
}

/// `getmetatable(v)`: the metatable, or its field `__metatable`.
pub(super) fn getmetatable(vm: &mut Vm) -> NativeResult {
    let object = vm.check_any(0)?;
    let result = match vm.metatable_of(object) {
        None => Value::NIL,
        Some(metatable) => match vm.metatable_event(Some(metatable), Event::Metatable) {
            Value::NIL => metatable.into(),
            shown => shown,
        },
    };
    vm.ret(result)
}

/// `setmetatable(t, metatable)`
pub(super) fn setmetatable(vm: &mut Vm) -> NativeResult {
    let t = vm.check_table(0)?;
    let given = vm.arg(1);
    let metatable = given.as_table();
    if metatable.is_none() && (vm.nargs() < 2 || !given.is_nil()) {
        return Err(vm.arg_error(1, format_args!("nil or table expected")));
    }
    if t.metatable().is_some() && !vm.metamethod(t.into(), Event::Metatable).is_nil() {
        return Err(vm.error(format_args!("cannot change a protected metatable")));
    }
    vm.check_writable(t)?;
    vm.heap.write(t).set_metatable(metatable);
    vm.ret(t.into())
}
