//! `module` and `package.seeall`.

use super::{read, read_field, take_result};
use crate::stdlib::message::{Message, c_string};
use crate::stdlib::registry_table;
use crate::value::{Gc, Table};
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult, Raised};

/// Steps, by what they have got; behind them one per option that returned.
const GOT_LOADED: u32 = 1;
const GOT_NAME: u32 = 2;
const OPTION: u32 = 3;

/// `module(name, ...)`: makes the module's table the environment of the caller, after calling each option with it.
/// The arguments stay in their slots; the module lies above.
pub(super) fn module(vm: &mut Vm) -> NativeResult {
    let name = vm.check_str(0)?;
    let (mut step, mut value);
    if vm.step() == 0 {
        let loaded = registry_table(vm, "_LOADED")?;
        match read(vm, loaded.into(), name.into(), GOT_LOADED)? {
            Some(module) => (step, value) = (GOT_LOADED, module),
            None => return Ok(Flow::Call { nargs: 2 }),
        }
    } else {
        (step, value) = (vm.step(), take_result(vm));
    }
    if step == GOT_LOADED {
        let module = match value.as_table() {
            Some(module) => module,
            None => new_module(vm, name.as_bytes())?,
        };
        vm.push(module.into())?;
        match read_field(vm, module.into(), "_NAME", GOT_NAME)? {
            Some(known) => (step, value) = (GOT_NAME, known),
            None => return Ok(Flow::Call { nargs: 2 }),
        }
    }
    let last = vm.nargs() - 1;
    let Some(module) = vm.arg(last).as_table() else {
        return Ok(Flow::Return(0));
    };
    if step == GOT_NAME {
        if value.is_nil() {
            init_module(vm, module, name.as_bytes())?;
        }
        set_environment(vm, module)?;
        step = OPTION;
    }
    let option = (step - OPTION) as usize + 1;
    if option < last {
        vm.begin_call(vm.arg(option), step + 1)?;
        vm.push(module.into())?;
        return Ok(Flow::Call { nargs: 1 });
    }
    Ok(Flow::Return(u32::from(vm.compat52)))
}

/// Finds or makes the table of a dotted name in the globals, and notes it as loaded.
fn new_module(vm: &mut Vm, name: &[u8]) -> Result<Gc<Table>, Raised> {
    let name = c_string(name);
    let mut table = vm.thread.env.get();
    for part in name.split(|&c| c == b'.') {
        let key = vm.new_str(part)?;
        let value = table.get(key);
        table = if value.is_nil() {
            let inner = vm.new_table(0, 1)?;
            vm.raw_set(table, key, inner.into())?;
            inner
        } else {
            match value.as_table() {
                Some(inner) => inner,
                None => {
                    return Err(Message::at_level(vm, 1)
                        .text("name conflict for module '")
                        .bytes(name)
                        .text("'")
                        .raise());
                }
            }
        };
    }
    let loaded = registry_table(vm, "_LOADED")?;
    let key = vm.new_str(name)?;
    vm.raw_set(loaded, key, table.into())?;
    Ok(table)
}

/// Sets a module's fields about itself.
fn init_module(vm: &mut Vm, module: Gc<Table>, name: &[u8]) -> Result<(), Raised> {
    let name = c_string(name);
    vm.raw_set_name(module, "_M", module.into())?;
    let full = vm.new_str(name)?;
    vm.raw_set_name(module, "_NAME", full)?;
    let parent = match name.iter().rposition(|&c| c == b'.') {
        Some(dot) => &name[..=dot],
        None => &[],
    };
    let parent = vm.new_str(parent)?;
    vm.raw_set_name(module, "_PACKAGE", parent)
}

/// Makes `module` the environment of the Lua function that called.
fn set_environment(vm: &mut Vm, module: Gc<Table>) -> Result<(), Raised> {
    let thread = vm.thread;
    match vm.activations(thread).nth(1) {
        Some(caller) if caller.function.is_lua() => {
            vm.heap.write(caller.function).env.set(module);
            Ok(())
        }
        _ => Err(vm.error(format_args!("'module' not called from a Lua function"))),
    }
}

/// `seeall(module)`: lets a module see the globals.
pub(super) fn seeall(vm: &mut Vm) -> NativeResult {
    let module = vm.check_table(0)?;
    let metatable = match module.metatable() {
        Some(metatable) => metatable,
        None => {
            let metatable = vm.new_table(0, 1)?;
            vm.heap.write(module).set_metatable(Some(metatable));
            metatable
        }
    };
    let globals = vm.thread.env.get();
    vm.raw_set_name(metatable, "__index", globals.into())?;
    Ok(Flow::Return(0))
}
