//! `require`.

use super::{read, read_field, take_result, write};
use crate::stdlib::message::Message;
use crate::stdlib::registry_table;
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult};

/// In `package.loaded` while a module is being loaded: the same tiny number as in LuaJIT.
const LOADING: f64 = f64::from_bits(0x8100_0000_0000_0073);

/// Slots: the name, the searchers, where they looked so far, the number of the searcher.
const SEARCHERS: usize = 1;
const LOOKED: usize = 2;
const NUMBER: usize = 3;

/// Steps, by what they have got.
const START: u32 = 0;
const GOT_LOADED: u32 = 1;
const GOT_SEARCHERS: u32 = 2;
const GOT_LOADER: u32 = 3;
const MARKED: u32 = 4;
const RAN: u32 = 5;
const STORED: u32 = 6;
const GOT_MODULE: u32 = 7;
const FINISHED: u32 = 8;

const READS: NativeResult = Ok(Flow::Call { nargs: 2 });
const WRITES: NativeResult = Ok(Flow::Call { nargs: 3 });

/// `require(name)`. Upvalue 0 is `package`.
pub(super) fn require(vm: &mut Vm) -> NativeResult {
    let name = vm.check_str(0)?;
    let key: Value = name.into();
    let loaded: Value = registry_table(vm, "_LOADED")?.into();
    let mut step = vm.step();
    let mut value = if step == START {
        vm.set_nargs(1)?;
        Value::NIL
    } else {
        take_result(vm)
    };
    loop {
        (step, value) = match step {
            START => match read(vm, loaded, key, GOT_LOADED)? {
                Some(module) => (GOT_LOADED, module),
                None => return READS,
            },
            GOT_LOADED => {
                if value.as_number() == Some(LOADING) {
                    return Err(Message::at_level(vm, 1)
                        .text("loop or previous error loading module '")
                        .string(name)
                        .text("'")
                        .raise());
                }
                if !value.is_falsy() {
                    return vm.ret(value);
                }
                let package = vm.upvalue(0);
                match read_field(vm, package, "loaders", GOT_SEARCHERS)? {
                    Some(searchers) => (GOT_SEARCHERS, searchers),
                    None => return READS,
                }
            }
            GOT_SEARCHERS => {
                if !value.is_table() {
                    return Err(vm.error(format_args!("'package.loaders' must be a table")));
                }
                vm.push(value)?;
                let nowhere = vm.new_str(b"")?;
                vm.push(nowhere)?;
                vm.push(Value::int(0))?;
                return call_searcher(vm);
            }
            GOT_LOADER => {
                if value.is_function() {
                    vm.truncate(1);
                    vm.push(value)?;
                    if !write(vm, loaded, key, Value::number(LOADING), MARKED)? {
                        return WRITES;
                    }
                    (MARKED, Value::NIL)
                } else {
                    if value.is_str() || value.is_number() {
                        let looked = vm.arg(LOOKED);
                        let looked = Message::new(vm).value(looked).value(value).finish()?;
                        vm.set_arg(LOOKED, looked);
                    }
                    return call_searcher(vm);
                }
            }
            MARKED => {
                vm.begin_call(vm.arg(1), RAN)?;
                vm.push(key)?;
                return Ok(Flow::Call { nargs: 1 });
            }
            RAN => {
                if !value.is_nil() && !write(vm, loaded, key, value, STORED)? {
                    return WRITES;
                }
                (STORED, Value::NIL)
            }
            STORED => match read(vm, loaded, key, GOT_MODULE)? {
                Some(module) => (GOT_MODULE, module),
                None => return READS,
            },
            GOT_MODULE => {
                if value.as_number() != Some(LOADING) {
                    return vm.ret(value);
                }
                if !write(vm, loaded, key, Value::TRUE, FINISHED)? {
                    return WRITES;
                }
                (FINISHED, Value::NIL)
            }
            _ => return vm.ret(Value::TRUE),
        };
    }
}

/// Calls the next searcher, or gives up after the last.
fn call_searcher(vm: &mut Vm) -> NativeResult {
    let number = vm.arg(NUMBER).as_int().unwrap_or(0) + 1;
    vm.set_arg(NUMBER, Value::int(number));
    let searcher = match vm.arg(SEARCHERS).as_table() {
        Some(searchers) => searchers.get_int(number),
        None => Value::NIL,
    };
    let name = vm.arg(0);
    if searcher.is_nil() {
        let looked = vm.arg(LOOKED);
        return Err(Message::at_level(vm, 1)
            .text("module '")
            .value(name)
            .text("' not found:")
            .value(looked)
            .raise());
    }
    vm.begin_call(searcher, GOT_LOADER)?;
    vm.push(name)?;
    Ok(Flow::Call { nargs: 1 })
}
