//! The functions in `package.loaders`: each gets a module's name and returns a loader, a text that says where it
//! looked, or nothing. Upvalue 0 is `package`.

use super::search::{Search, Text, search};
use super::{read, read_field, take_result};
use crate::stdlib::base::load_file;
use crate::stdlib::message::{Message, c_string};
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeFn, NativeResult, Raised};

/// All of them, in order.
pub(super) const ALL: &[NativeFn] = &[preload, lua, native, native_root];

/// What is said to who wants a native module.
const NO_NATIVE: &str = ": native modules are not supported";
/// What is said if it isn't even there, as the C library does.
const NO_FILE: &str = ": cannot open shared object file: No such file or directory";

/// `package.preload[name]`
fn preload(vm: &mut Vm) -> NativeResult {
    let name = vm.check_str(0)?;
    let (step, mut value);
    if vm.step() > 0 {
        (step, value) = (vm.step(), take_result(vm));
    } else {
        vm.set_nargs(1)?;
        let package = vm.upvalue(0);
        match read_field(vm, package, "preload", 1)? {
            Some(preload) => (step, value) = (1, preload),
            None => return Ok(Flow::Call { nargs: 2 }),
        }
    }
    if step == 1 {
        if !value.is_table() {
            return Err(vm.error(format_args!("'package.preload' must be a table")));
        }
        match read(vm, value, name.into(), 2)? {
            Some(loader) => value = loader,
            None => return Ok(Flow::Call { nargs: 2 }),
        }
    }
    if value.is_nil() {
        value = Message::new(vm)
            .text("\n\tno field package.preload['")
            .bytes(c_string(name.as_bytes()))
            .text("']")
            .finish()?;
    }
    vm.ret(value)
}

/// Searches `package[field]` for a module's file, after the field has been read: nothing while that needs a call.
fn find(vm: &mut Vm, name: &[u8], field: &str) -> Result<Option<Search>, Raised> {
    let path = if vm.step() > 0 {
        take_result(vm)
    } else {
        vm.set_nargs(1)?;
        let package = vm.upvalue(0);
        match read_field(vm, package, field, 1)? {
            Some(path) => path,
            None => return Ok(None),
        }
    };
    let Some(path) = vm.to_str(path)? else {
        return Err(vm.error(format_args!("'package.{field}' must be a string")));
    };
    search(vm, name, path.as_bytes(), b".", b"/").map(Some)
}

/// A Lua file along `package.path`.
fn lua(vm: &mut Vm) -> NativeResult {
    let name = vm.check_str(0)?;
    let file = match find(vm, name.as_bytes(), "path")? {
        None => return Ok(Flow::Call { nargs: 2 }),
        Some(Search::Missing(message)) => return missing(vm, &message),
        Some(Search::Found(file)) => file,
    };
    let env = vm.thread.env.get();
    let file_name = vm.heap.intern(file.as_bytes());
    let Ok(file_name) = file_name else {
        return Err(vm.memory_error());
    };
    match load_file(vm, Some(file_name), None, env)? {
        Ok(f) => vm.ret(f.into()),
        Err(message) => Err(load_error(vm, &file).value(message).raise()),
    }
}

/// A native module along `package.cpath`, which can't be loaded.
fn native(vm: &mut Vm) -> NativeResult {
    let name = vm.check_str(0)?;
    refuse(vm, name.as_bytes())
}

/// The same for the first part of a name with dots.
fn native_root(vm: &mut Vm) -> NativeResult {
    let name = vm.check_str(0)?;
    let name = c_string(name.as_bytes());
    match name.iter().position(|&c| c == b'.') {
        None => Ok(Flow::Return(0)),
        Some(dot) => refuse(vm, &name[..dot]),
    }
}

fn refuse(vm: &mut Vm, name: &[u8]) -> NativeResult {
    match find(vm, name, "cpath")? {
        None => Ok(Flow::Call { nargs: 2 }),
        Some(Search::Missing(message)) => missing(vm, &message),
        Some(Search::Found(file)) => Err(load_error(vm, &file)
            .bytes(file.as_bytes())
            .text(NO_NATIVE)
            .raise()),
    }
}

fn missing(vm: &mut Vm, message: &Text) -> NativeResult {
    let message = vm.new_str(message.as_bytes())?;
    vm.ret(message)
}

/// The beginning of the error about a file that was found, but can't be loaded.
fn load_error<'a>(vm: &'a mut Vm, file: &Text) -> Message<'a> {
    let name = vm.arg(0);
    Message::at_level(vm, 1)
        .text("error loading module '")
        .value(name)
        .text("' from file '")
        .bytes(file.as_bytes())
        .text("':\n\t")
}

/// `loadlib(path, name)`: nothing, and why.
pub(super) fn loadlib(vm: &mut Vm) -> NativeResult {
    let path = vm.check_str(0)?;
    vm.check_str(1)?;
    let path = c_string(path.as_bytes());
    let reason = if vm.host.is_readable(path) {
        NO_NATIVE
    } else {
        NO_FILE
    };
    let message = Message::new(vm).bytes(path).text(reason).finish()?;
    let place = vm.new_str(b"open")?;
    vm.push(Value::NIL)?;
    vm.push(message)?;
    vm.push(place)?;
    Ok(Flow::Return(3))
}
