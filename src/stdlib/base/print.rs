//! `print`.

use crate::number::{TextBuffer, to_text};
use crate::value::{Type, Value};
use crate::vm::Vm;
use crate::vm::meta::Event;
use crate::vm::native::{Flow, NativeResult, Raised};

use super::convert::{self, object_text};

/// Steps: the lookup of `tostring` returned; a call for the argument with the number beyond it returned.
const LOOKED_UP: u32 = 1;
const FIRST_CALL: u32 = 2;

/// Texts from this length on go to the output without being copied to the line.
const LONG: usize = 1024;

/// `print(...)`: what the global `tostring` makes of each argument, with tabs between. Upvalue 0 is its name.
pub(super) fn print(vm: &mut Vm) -> NativeResult {
    match vm.step() {
        0 => {
            let name = vm.upvalue(0);
            let env: Value = vm.thread.env.get().into();
            match vm.lookup(env, name)? {
                Ok(tostring) => vm.push(tostring)?,
                Err((handler, object)) => {
                    vm.begin_call(handler, LOOKED_UP)?;
                    vm.push(object)?;
                    vm.push(name)?;
                    return Ok(Flow::Call { nargs: 2 });
                }
            }
            vm.scratch.clear();
            print_from(vm, 0)
        }
        LOOKED_UP => {
            let tostring = vm.result(0);
            vm.truncate(vm.nargs() - vm.results() as usize);
            vm.push(tostring)?;
            vm.scratch.clear();
            print_from(vm, 0)
        }
        step => {
            let text = vm.result(0);
            vm.truncate(vm.nargs() - vm.results() as usize);
            let done = (step - FIRST_CALL) as usize;
            vm.scratch.clear();
            if !(text.is_str() || text.is_number()) {
                return Err(vm.error(format_args!("'tostring' must return a string to 'print'")));
            }
            print_value(vm, done, text)?;
            print_from(vm, done + 1)
        }
    }
}

/// Prints the arguments from `first` on; the topmost slot holds `tostring`.
fn print_from(vm: &mut Vm, first: usize) -> NativeResult {
    let count = vm.nargs() - 1;
    let tostring = vm.arg(count);
    let plain = is_builtin(tostring) && vm.base_metatables[Type::Number as usize].is_none();
    for i in first..count {
        let v = vm.arg(i);
        if !(plain && (v.is_str() || v.is_number() || vm.metamethod(v, Event::ToString).is_nil())) {
            flush(vm);
            vm.begin_call(tostring, FIRST_CALL + i as u32)?;
            vm.push(v)?;
            return Ok(Flow::Call { nargs: 1 });
        }
        print_value(vm, i, v)?;
    }
    append(vm, b"\n")?;
    flush(vm);
    Ok(Flow::Return(0))
}

/// Is it the library's `tostring`?
fn is_builtin(tostring: Value) -> bool {
    tostring
        .as_function()
        .and_then(|f| f.native)
        .is_some_and(|f| core::ptr::fn_addr_eq(f, convert::tostring as crate::vm::native::NativeFn))
}

/// Appends a value to the line, behind a tab unless it is the first.
fn print_value(vm: &mut Vm, i: usize, v: Value) -> Result<(), Raised> {
    if i > 0 {
        append(vm, b"\t")?;
    }
    if let Some(s) = v.as_str() {
        append(vm, s.as_bytes())
    } else if let Some(n) = v.as_number() {
        let mut buffer = TextBuffer::default();
        append(vm, to_text(n, &mut buffer))
    } else {
        let text = object_text(vm, v);
        append(vm, text.as_bytes())
    }
}

fn append(vm: &mut Vm, bytes: &[u8]) -> Result<(), Raised> {
    if bytes.len() >= LONG {
        flush(vm);
        write(vm, bytes);
        return Ok(());
    }
    let scratch = vm.scratch;
    match scratch.push_bytes(&mut vm.heap, bytes) {
        Ok(()) => Ok(()),
        Err(_) => Err(vm.memory_error()),
    }
}

/// Writes the line so far.
fn flush(vm: &mut Vm) {
    let scratch = vm.scratch;
    write(vm, scratch.as_bytes());
    scratch.clear();
}

/// Writes to the standard output. That it failed is not told, as in C's `fwrite` that nobody checks.
fn write(vm: &mut Vm, bytes: &[u8]) {
    let _ = vm.print_bytes(bytes);
}
