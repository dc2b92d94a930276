//! The globals: checks, iteration, raw access, environments, conversions, loading, and control of the collector.

mod collect;
mod convert;
mod environment;
mod iterate;
mod load;
mod print;
mod proxy;
mod raw;

pub(crate) use convert::{address, object_text};
pub(crate) use load::load_file;

use crate::stdlib::{LibFn, coroutine, new_library, register, register_closure, unnumbered};
use crate::value::{Type, Value};
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult, Raised};

use super::message::Message;

const LIB: &[LibFn] = &[
    LibFn::new("assert", assert, 2),
    LibFn::new("getmetatable", raw::getmetatable, 8),
    LibFn::new("setmetatable", raw::setmetatable, 9),
    LibFn::new("getfenv", environment::getfenv, 10),
    LibFn::new("setfenv", environment::setfenv, 11),
    LibFn::new("rawget", raw::rawget, 12),
    LibFn::new("rawset", raw::rawset, 13),
    LibFn::new("rawequal", raw::rawequal, 14),
    LibFn::new("unpack", iterate::unpack, 15),
    LibFn::new("select", iterate::select, 16),
    LibFn::new("tonumber", convert::tonumber, 17),
    LibFn::new("tostring", convert::tostring, 18),
    LibFn::new("error", error, 19),
    LibFn::new("loadfile", load::loadfile, 22),
    LibFn::new("dofile", load::dofile, 25),
    LibFn::new("gcinfo", collect::gcinfo, 26),
    LibFn::new("collectgarbage", collect::collectgarbage, 27),
];

const LIB_52: &[LibFn] = &[LibFn::new("rawlen", raw::rawlen, unnumbered::RAWLEN)];

const TYPE: LibFn = LibFn::new("type", type_name, 3);
const NEXT: LibFn = LibFn::new("next", iterate::next, 4);
const PAIRS: LibFn = LibFn::new("pairs", iterate::pairs, 5);
const IPAIRS: LibFn = LibFn::new("ipairs", iterate::ipairs, 7);
const IPAIRS_STEP: u8 = 6;
const LOAD: LibFn = LibFn::new("load", load::load, 23);
const LOADSTRING: LibFn = LibFn::new("loadstring", load::load, 24);
const PRINT: LibFn = LibFn::new("print", print::print, 29);
const NEWPROXY: LibFn = LibFn::new("newproxy", proxy::newproxy, 28);

const CALL_CDATA: u8 = 171;

/// Types in the order of their numbers.
const TYPES: [Type; Type::COUNT] = [
    Type::Nil,
    Type::Boolean,
    Type::LightUserdata,
    Type::Number,
    Type::String,
    Type::Table,
    Type::Function,
    Type::Userdata,
    Type::Thread,
    Type::Proto,
    Type::Cdata,
];

/// Registers the library.
pub fn open(vm: &mut Vm) -> Result<(), Raised> {
    let globals = vm.globals;
    vm.raw_set_name(globals, "_G", globals.into())?;
    let version = vm.new_str(b"Lua 5.1")?;
    vm.raw_set_name(globals, "_VERSION", version)?;
    let loaded = super::registry_table(vm, "_LOADED")?;
    vm.raw_set_name(loaded, "_G", globals.into())?;
    new_library(vm, "_G", LIB)?;
    if vm.compat52 {
        register(vm, globals, LIB_52)?;
    }
    let mut names = [Value::NIL; Type::COUNT];
    for t in TYPES {
        names[t as usize] = vm.new_str(t.name().as_bytes())?;
    }
    register_closure(vm, globals, &TYPE, &names)?;
    let next = register_closure(vm, globals, &NEXT, &[])?;
    vm.next_function = next;
    register_closure(vm, globals, &PAIRS, &[next])?;
    let step = vm
        .new_builtin(iterate::ipairs_step, IPAIRS_STEP, &[])?
        .into();
    vm.ipairs_step = step;
    register_closure(vm, globals, &IPAIRS, &[step])?;
    register(vm, globals, coroutine::PROTECTED)?;
    let protected = vm.raw_get_name(globals, "pcall")?;
    register_closure(vm, globals, &LOAD, &[protected])?;
    register_closure(vm, globals, &LOADSTRING, &[protected])?;
    let tostring = vm.new_str(b"tostring")?;
    register_closure(vm, globals, &PRINT, &[tostring])?;
    if let Some(cdata) = vm.base_metatables[Type::Cdata as usize] {
        let call = vm.new_builtin(call_cdata, CALL_CDATA, &[])?;
        vm.raw_set_name(cdata, "__call", call.into())?;
    }
    let proxies = proxy::weak_table(vm)?;
    register_closure(vm, globals, &NEWPROXY, &[proxies.into()])?;
    new_library(vm, "coroutine", coroutine::LIB).map(|_| ())
}

/// `type(v)`; the names are the function's upvalues.
fn type_name(vm: &mut Vm) -> NativeResult {
    let v = vm.check_any(0)?;
    let name = vm.upvalue(v.type_of() as usize);
    vm.ret(name)
}

/// `__call` of cdata: boxed numbers can't be called.
fn call_cdata(vm: &mut Vm) -> NativeResult {
    let name = vm.arg(0).as_cdata().map_or("cdata", |c| c.ctype.name());
    Err(vm.error(format_args!("'{name}' is not callable")))
}

/// `assert(v, ...)`: its arguments, or an error.
fn assert(vm: &mut Vm) -> NativeResult {
    if !vm.check_any(0)?.is_falsy() {
        return Ok(Flow::Return(vm.nargs() as u32));
    }
    if vm.nargs() == 1 {
        return Err(vm.error(format_args!("assertion failed!")));
    }
    let message = vm.arg(1);
    if message.is_str() || message.is_number() {
        // A NUL ends the message, as it ends a string of C.
        let text = vm.to_str(message)?;
        let bytes = text.as_ref().map_or(b"".as_slice(), |s| s.as_bytes());
        let end = bytes.iter().position(|c| *c == 0).unwrap_or(bytes.len());
        return Err(Message::at_level(vm, 1).bytes(&bytes[..end]).raise());
    }
    // LuaJIT raises the last argument here, whatever stands second.
    let last = vm.arg(vm.nargs() - 1);
    Err(vm.error_with(last))
}

/// `error(message [, level])`
fn error(vm: &mut Vm) -> NativeResult {
    let level = vm.opt_int(1, 1)?;
    let message = vm.arg(0);
    if level > 0 && (message.is_str() || message.is_number()) {
        return Err(Message::at_level(vm, level as usize).value(message).raise());
    }
    Err(vm.error_with(message))
}
