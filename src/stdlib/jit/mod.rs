//! `jit`: switches, options, reflection. In builds without the feature `jit` switches and options are checked and accepted,
//! `jit.status()` is false, and no trace exists.

mod bc;
mod control;
#[cfg(feature = "jit")]
mod dump;
mod names;
mod options;
mod profile;
mod trace;
mod util;
mod vmdef;

use crate::stdlib::{LibFn, new_library, preload, register_closure, registry_table};
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult, Raised};

const LIB: &[LibFn] = &[
    LibFn::new("on", control::on, 143),
    LibFn::new("off", control::off, 144),
    LibFn::new("flush", control::flush, 145),
    LibFn::new("status", status, 146),
    LibFn::new("security", security, 147),
];

const ATTACH: LibFn = LibFn::new("attach", attach, 148);

const OPT: &[LibFn] = &[LibFn::new("start", options::start, 160)];

/// The LuaJIT whose dialect this is.
const VERSION: &[u8] = b"LuaJIT 2.1.1788856981";
const VERSION_NUMBER: i32 = 20199;

#[cfg(target_arch = "x86_64")]
const ARCH: &[u8] = b"x64";
#[cfg(not(target_arch = "x86_64"))]
const ARCH: &[u8] = b"other";

#[cfg(target_os = "linux")]
const OS: &[u8] = b"Linux";
#[cfg(target_os = "freebsd")]
const OS: &[u8] = b"BSD";
#[cfg(target_os = "macos")]
const OS: &[u8] = b"OSX";
#[cfg(target_os = "windows")]
const OS: &[u8] = b"Windows";
#[cfg(not(any(
    target_os = "linux",
    target_os = "freebsd",
    target_os = "macos",
    target_os = "windows"
)))]
const OS: &[u8] = b"Other";

#[cfg(feature = "jit")]
pub(crate) use names::library_name;

/// Registers the library.
pub fn open(vm: &mut Vm) -> Result<(), Raised> {
    let library = new_library(vm, "jit", LIB)?;
    for (name, text) in [("os", OS), ("arch", ARCH), ("version", VERSION)] {
        let text = vm.new_str(text)?;
        vm.raw_set_name(library, name, text)?;
    }
    vm.raw_set_name(library, "version_num", Value::int(VERSION_NUMBER))?;
    let events = registry_table(vm, "_VMEVENTS")?;
    register_closure(vm, library, &ATTACH, &[events.into()])?;
    let opt = vm.new_table(0, 1)?;
    super::register(vm, opt, OPT)?;
    vm.raw_set_name(library, "opt", opt.into())?;
    let loaded = registry_table(vm, "_LOADED")?;
    vm.raw_set_name(loaded, "jit.opt", opt.into())?;
    #[cfg(feature = "jit")]
    {
        preload(vm, "jit.v", dump::load_verbose, &[])?;
        preload(vm, "jit.dump", dump::load_dump, &[])?;
    }
    preload(vm, "jit.profile", profile::load, &[events.into()])?;
    preload(vm, "jit.util", util::load, &[])?;
    preload(vm, "jit.vmdef", vmdef::load, &[])?;
    preload(vm, "jit.bc", bc::load, &[])
}

/// `status()`: is the JIT on, and with what.
#[cfg(feature = "jit")]
fn status(vm: &mut Vm) -> NativeResult {
    let on = vm.is_jit_on();
    vm.push(Value::boolean(on))?;
    let mut count = 1;
    for flag in vm.jit_flags() {
        let flag = vm.new_str(flag.as_bytes())?;
        vm.push(flag)?;
        count += 1;
    }
    Ok(Flow::Return(count))
}

/// `status()`: nothing compiles, and no optimisation is on.
#[cfg(not(feature = "jit"))]
fn status(vm: &mut Vm) -> NativeResult {
    vm.ret(Value::FALSE)
}

/// `security(what)`: 1 where the state takes care. Strings are hashed with a random key and there is no machine code.
fn security(vm: &mut Vm) -> NativeResult {
    vm.check_option(0, None, &["prng", "strhash", "strid", "mcode"])?;
    vm.ret(Value::int(1))
}

/// `attach(callback, event)`: lets a callback be called at an event; `attach(callback)`: no longer. Upvalue 0 is the table of them.
fn attach(vm: &mut Vm) -> NativeResult {
    let callback = Value::from(vm.check_function(0)?);
    let event = vm.opt_str(1)?;
    let Some(events) = vm.upvalue(0).as_table() else {
        return Ok(Flow::Return(0));
    };
    if let Some(event) = event {
        vm.raw_set(events, event.into(), callback)?;
        vm.set_event_callbacks(events)?;
        return Ok(Flow::Return(0));
    }
    let mut position = 0;
    while let Some((at, key, value)) = events.entry_from(position) {
        if value == callback {
            vm.raw_set(events, key, Value::NIL)?;
        }
        position = at + 1;
    }
    vm.set_event_callbacks(events)?;
    Ok(Flow::Return(0))
}
