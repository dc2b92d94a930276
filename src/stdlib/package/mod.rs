//! `package`, `require` and `module`. Files are reached through the host; native modules are searched and refused.

mod module;
mod require;
mod search;
mod searchers;

use crate::stdlib::message::c_string;
use crate::stdlib::{LibFn, new_library, preload, register, register_closure, registry_table};
use crate::value::{Gc, Table, Value};
use crate::vm::Vm;
use crate::vm::native::{NativeResult, Raised};

const LIB: &[LibFn] = &[
    LibFn::new("loadlib", searchers::loadlib, 0),
    LibFn::new("searchpath", search::searchpath, 0),
    LibFn::new("seeall", module::seeall, 0),
];

const REQUIRE: LibFn = LibFn::new("require", require::require, 0);
const MODULE: LibFn = LibFn::new("module", module::module, 0);

const DEFAULT_PATH: &[u8] = b"./?.lua;/usr/local/share/luajit-2.1/?.lua;\
/usr/local/share/lua/5.1/?.lua;/usr/local/share/lua/5.1/?/init.lua";
const DEFAULT_CPATH: &[u8] =
    b"./?.so;/usr/local/lib/lua/5.1/?.so;/usr/local/lib/lua/5.1/loadall.so";

/// Directory separator, path separator, mark of a name, mark of the executable's directory, mark to ignore.
const CONFIG: &[u8] = b"/\n;\n?\n!\n-\n";

/// Registers the library.
pub fn open(vm: &mut Vm) -> Result<(), Raised> {
    let package = new_library(vm, "package", LIB)?;
    let loaders = vm.new_table(5, 0)?;
    for (i, &searcher) in (1..).zip(searchers::ALL) {
        let searcher = vm.new_native(searcher, 0, &[package.into()])?;
        vm.raw_set_int(loaders, i, searcher.into())?;
    }
    if vm.compat52 {
        vm.raw_set_name(package, "searchers", loaders.into())?;
    }
    vm.raw_set_name(package, "loaders", loaders.into())?;
    set_path(vm, package, "path", b"LUA_PATH", DEFAULT_PATH)?;
    set_path(vm, package, "cpath", b"LUA_CPATH", DEFAULT_CPATH)?;
    let config = vm.new_str(CONFIG)?;
    vm.raw_set_name(package, "config", config)?;
    let loaded = registry_table(vm, "_LOADED")?;
    vm.raw_set_name(package, "loaded", loaded.into())?;
    let preloaded = registry_table(vm, "_PRELOAD")?;
    vm.raw_set_name(package, "preload", preloaded.into())?;
    let globals = vm.globals;
    register_closure(vm, globals, &REQUIRE, &[package.into()])?;
    register(vm, globals, &[MODULE])?;
    for name in ["ffi", "string.buffer"] {
        preload(vm, name, not_available, &[])?;
    }
    Ok(())
}

/// The loader of the modules that will come later.
fn not_available(vm: &mut Vm) -> NativeResult {
    let name = vm.check_str(0)?;
    let name = core::str::from_utf8(name.as_bytes()).unwrap_or("?");
    Err(vm.error(format_args!("module '{name}' is not available yet")))
}

/// Sets `package[field]` from the environment, in which `;;` stands for the default, unless the command was told to
/// ignore the environment.
fn set_path(
    vm: &mut Vm,
    package: Gc<Table>,
    field: &str,
    variable: &[u8],
    default: &[u8],
) -> Result<(), Raised> {
    let registry = vm.registry;
    let ignored = !vm.raw_get_name(registry, "LUA_NOENV")?.is_falsy();
    let path = if ignored {
        None
    } else {
        vm.host.environment(variable)
    };
    let path = match path {
        None => vm.new_str(default)?,
        Some(path) => {
            let mut text = search::Text::default();
            let mut rest = c_string(&path);
            let mut complete = true;
            while let Some((&c, tail)) = rest.split_first() {
                if rest.starts_with(b";;") {
                    complete &= text.push(b";") && text.push(default) && text.push(b";");
                    rest = &rest[2..];
                } else {
                    complete &= text.push(&[c]);
                    rest = tail;
                }
            }
            if !complete {
                return Err(vm.memory_error());
            }
            vm.new_str(text.as_bytes())?
        }
    };
    vm.raw_set_name(package, field, path)
}

/// Begins to read `object[key]` with metamethods: the value, or nothing after a call was begun whose result will be
/// there at `step`. The caller then returns [`Flow::Call`](crate::vm::native::Flow::Call) with two arguments.
fn read(vm: &mut Vm, object: Value, key: Value, step: u32) -> Result<Option<Value>, Raised> {
    match vm.lookup(object, key)? {
        Ok(value) => Ok(Some(value)),
        Err((handler, object)) => {
            vm.begin_call(handler, step)?;
            vm.push(object)?;
            vm.push(key)?;
            Ok(None)
        }
    }
}

/// Begins to read a named field; otherwise as [`read`].
fn read_field(vm: &mut Vm, object: Value, name: &str, step: u32) -> Result<Option<Value>, Raised> {
    let key = vm.new_str(name.as_bytes())?;
    read(vm, object, key, step)
}

/// Begins to write `object[key]` with metamethods: whether it is done. If not, the caller returns `Flow::Call` with
/// three arguments.
fn write(vm: &mut Vm, object: Value, key: Value, value: Value, step: u32) -> Result<bool, Raised> {
    match vm.assign(object, key, value)? {
        None => Ok(true),
        Some((handler, object)) => {
            vm.begin_call(handler, step)?;
            vm.push(object)?;
            vm.push(key)?;
            vm.push(value)?;
            Ok(false)
        }
    }
}

/// Drops the results of a call, of which the first is returned.
fn take_result(vm: &mut Vm) -> Value {
    let result = vm.result(0);
    vm.truncate(vm.nargs() - vm.results() as usize);
    result
}
