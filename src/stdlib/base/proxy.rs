//! `newproxy`: userdata without contents.

use crate::value::{Gc, Table, Value};
use crate::vm::Vm;
use crate::vm::native::{NativeResult, Raised};

/// The table in which `newproxy` remembers its metatables: weak, and its own metatable.
pub(super) fn weak_table(vm: &mut Vm) -> Result<Gc<Table>, Raised> {
    let t = vm.new_table(0, 2)?;
    let mode = vm.new_str(b"kv")?;
    vm.raw_set_name(t, "__mode", mode)?;
    vm.heap.write(t).set_metatable(Some(t));
    Ok(t)
}

/// `newproxy()` without, `newproxy(true)` with a new metatable, `newproxy(proxy)` with that of another proxy.
pub(super) fn newproxy(vm: &mut Vm) -> NativeResult {
    let model = vm.arg(0);
    let metatable = if model.is_falsy() {
        None
    } else if model == Value::TRUE {
        let metatable = vm.new_table(0, 0)?;
        if let Some(known) = vm.upvalue(0).as_table() {
            vm.raw_set(known, metatable.into(), Value::TRUE)?;
        }
        Some(metatable)
    } else {
        let metatable = vm.metatable_of(model);
        let known = match (metatable, vm.upvalue(0).as_table()) {
            (Some(metatable), Some(known)) => !known.get(metatable.into()).is_falsy(),
            _ => false,
        };
        if !known {
            return Err(vm.arg_error(0, format_args!("boolean or proxy expected")));
        }
        metatable
    };
    let proxy = match vm.heap.new_userdata(None) {
        Ok(u) => u,
        Err(_) => return Err(vm.memory_error()),
    };
    vm.heap.write(proxy).metatable.set(metatable);
    vm.ret(proxy.into())
}
