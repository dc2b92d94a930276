//! The `debug` library.

use crate::bytecode::ProtoFlags;
use crate::stdlib::{LibFn, name_in_lua};
use crate::value::{Function, Gc, Table, Thread, Value};
use crate::vm::Vm;
use crate::vm::debuginfo::{Activation, Local, MAX_CHUNK_NAME, ShortText, short_name};
use crate::vm::hook::Hook;
use crate::vm::native::{Flow, NativeResult, Raised};

/// `debug.*`
pub const LIB: &[LibFn] = &[
    LibFn {
        name: "getregistry",
        function: getregistry,
        builtin: 127,
    },
    LibFn {
        name: "getmetatable",
        function: getmetatable,
        builtin: 128,
    },
    LibFn {
        name: "setmetatable",
        function: setmetatable,
        builtin: 129,
    },
    LibFn {
        name: "getfenv",
        function: getfenv,
        builtin: 130,
    },
    LibFn {
        name: "setfenv",
        function: setfenv,
        builtin: 131,
    },
    LibFn {
        name: "getinfo",
        function: getinfo,
        builtin: 132,
    },
    LibFn {
        name: "getlocal",
        function: getlocal,
        builtin: 133,
    },
    LibFn {
        name: "setlocal",
        function: setlocal,
        builtin: 134,
    },
    LibFn {
        name: "getupvalue",
        function: getupvalue,
        builtin: 135,
    },
    LibFn {
        name: "setupvalue",
        function: setupvalue,
        builtin: 136,
    },
    LibFn {
        name: "upvalueid",
        function: upvalueid,
        builtin: 137,
    },
    LibFn {
        name: "upvaluejoin",
        function: upvaluejoin,
        builtin: 138,
    },
    LibFn {
        name: "sethook",
        function: sethook,
        builtin: 139,
    },
    LibFn {
        name: "gethook",
        function: gethook,
        builtin: 140,
    },
    LibFn {
        name: "debug",
        function: debug,
        builtin: 144,
    },
    LibFn {
        name: "traceback",
        function: traceback,
        builtin: 142,
    },
];

/// What 52COMPAT adds.
pub const LIB_52: &[LibFn] = &[
    LibFn::new("getuservalue", getuservalue, 141),
    LibFn::new("setuservalue", setuservalue, 142),
];

fn getregistry(vm: &mut Vm) -> NativeResult {
    let registry = vm.registry();
    vm.ret(registry.into())
}

fn getmetatable(vm: &mut Vm) -> NativeResult {
    let v = vm.check_any(0)?;
    let metatable = vm.metatable_of(v);
    vm.ret(metatable.map_or(Value::NIL, Value::from))
}

fn setmetatable(vm: &mut Vm) -> NativeResult {
    let metatable = match vm.arg(1) {
        Value::NIL if vm.nargs() > 1 => None,
        v => match v.as_table() {
            Some(t) => Some(t),
            None => return Err(vm.arg_error(1, format_args!("nil or table expected"))),
        },
    };
    let v = vm.arg(0);
    if let Some(t) = v.as_table() {
        vm.check_writable(t)?;
    }
    vm.set_metatable_of(v, metatable);
    let result = if vm.is_compat52() { v } else { Value::TRUE };
    vm.ret(result)
}

fn getfenv(vm: &mut Vm) -> NativeResult {
    let v = vm.check_any(0)?;
    let env = vm.environment_of(v);
    vm.ret(env.map_or(Value::NIL, Value::from))
}

fn setfenv(vm: &mut Vm) -> NativeResult {
    let env = vm.check_table(1)?;
    let v = vm.arg(0);
    if !vm.set_environment_of(v, env) {
        return Err(vm.error(format_args!(
            "'setfenv' cannot change environment of given object"
        )));
    }
    vm.ret(v)
}

/// The thread that an optional first argument names, and how many arguments it takes.
fn thread_argument(vm: &Vm) -> (Gc<Thread>, usize) {
    match vm.arg(0).as_thread() {
        Some(thread) => (thread, 1),
        None => (vm.running_thread(), 0),
    }
}

fn activation(vm: &Vm, thread: Gc<Thread>, level: i32) -> Option<Activation> {
    let level = usize::try_from(level).ok()?;
    vm.activations(thread).nth(level)
}

fn getinfo(vm: &mut Vm) -> NativeResult {
    let (thread, first) = thread_argument(vm);
    let what = match vm.opt_str(first + 1)? {
        Some(s) => Value::from(s),
        None => vm.new_str(b"flnSu")?,
    };
    let subject = vm.arg(first);
    let (function, at) = if let Some(f) = subject.as_function() {
        (f, None)
    } else if Vm::to_number(subject).is_some() {
        let level = vm.check_int(first)?;
        match activation(vm, thread, level) {
            Some(at) => (at.function, Some(at)),
            None => return vm.ret(Value::NIL),
        }
    } else {
        return Err(vm.arg_error(first, format_args!("function or level expected")));
    };
    let Some(options) = what.as_str() else {
        return Err(vm.type_error(first + 1, "string"));
    };
    let options = options.as_bytes();
    if options.iter().any(|c| !b"SlnufL".contains(c)) {
        return Err(vm.arg_error(first + 1, format_args!("invalid option")));
    }
    let info = vm.new_table(0, 16)?;
    vm.push(info.into())?;
    let has = |c: u8| options.contains(&c);
    if has(b'S') {
        source_info(vm, info, function)?;
    }
    if has(b'l') {
        let without = match name_in_lua(function) {
            Some(_) if at.is_some() => 0,
            _ => -1,
        };
        let line = at
            .as_ref()
            .and_then(Activation::line)
            .map_or(without, |line| line as i32);
        vm.raw_set_name(info, "currentline", line.into())?;
    }
    if has(b'u') {
        vm.raw_set_name(info, "nups", (function.upvalue_count() as i32).into())?;
        let (nparams, vararg) = match function.proto() {
            Some(proto) => (
                proto.param_count() as i32,
                proto.flags().has(ProtoFlags::VARARG),
            ),
            None if name_in_lua(function).is_some() => (2, false),
            None => (0, true),
        };
        vm.raw_set_name(info, "nparams", nparams.into())?;
        vm.raw_set_name(info, "isvararg", vararg.into())?;
    }
    if has(b'n') {
        let name = at.as_ref().and_then(|at| vm.function_name(at));
        let namewhat = vm.new_str(name.map_or("", |(kind, _)| kind).as_bytes())?;
        vm.raw_set_name(info, "namewhat", namewhat)?;
        if let Some((_, name)) = name {
            vm.raw_set_name(info, "name", name.into())?;
        }
    }
    if has(b'L')
        && let Some(proto) = function.proto()
    {
        let lines = vm.new_table(0, 0)?;
        vm.raw_set_name(info, "activelines", lines.into())?;
        // The header instruction's line is the definition's.
        for i in 1..proto.lines().len() {
            let line = proto.lines()[i];
            vm.raw_set_int(lines, line as i32, Value::TRUE)?;
        }
    }
    if has(b'f') {
        vm.raw_set_name(info, "func", function.into())?;
    }
    vm.ret(info.into())
}

fn source_info(vm: &mut Vm, info: Gc<Table>, function: Gc<Function>) -> Result<(), Raised> {
    let Some(proto) = function.proto() else {
        let name = name_in_lua(function);
        let source = vm.new_str(name.unwrap_or("=[C]").as_bytes())?;
        vm.raw_set_name(info, "source", source)?;
        let mut short = ShortText::<MAX_CHUNK_NAME>::default();
        match name {
            Some(name) => [b"[builtin:", name.as_bytes(), b"]"]
                .into_iter()
                .for_each(|part| short.push(part)),
            None => short.push(b"[C]"),
        }
        let short = vm.new_str(short.as_bytes())?;
        vm.raw_set_name(info, "short_src", short)?;
        vm.raw_set_name(info, "linedefined", (-1).into())?;
        vm.raw_set_name(info, "lastlinedefined", (-1).into())?;
        let what = vm.new_str(if name.is_some() { b"Lua" } else { b"C" })?;
        return vm.raw_set_name(info, "what", what);
    };
    let name = proto.chunk_name();
    vm.raw_set_name(info, "source", name.into())?;
    let short = vm.new_str(short_name(name.as_bytes()).as_bytes())?;
    vm.raw_set_name(info, "short_src", short)?;
    vm.raw_set_name(info, "linedefined", (proto.first_line() as i32).into())?;
    vm.raw_set_name(info, "lastlinedefined", (proto.last_line() as i32).into())?;
    let is_main = proto.first_line() == 0;
    let what = vm.new_str(if is_main { b"main" } else { b"Lua" })?;
    vm.raw_set_name(info, "what", what)
}

fn activation_at(vm: &mut Vm, thread: Gc<Thread>, first: usize) -> Result<Activation, Raised> {
    let level = vm.check_int(first)?;
    match activation(vm, thread, level) {
        Some(at) => Ok(at),
        None => Err(vm.arg_error(first, format_args!("level out of range"))),
    }
}

fn local_title(vm: &mut Vm, local: &Local) -> Result<Value, Raised> {
    match local.name {
        Some(name) => Ok(name.into()),
        None if local.is_vararg => vm.new_str(b"(*vararg)"),
        None => vm.new_str(b"(*temporary)"),
    }
}

fn getlocal(vm: &mut Vm) -> NativeResult {
    let (thread, first) = thread_argument(vm);
    let n = vm.check_int(first + 1)?;
    if let Some(f) = vm.arg(first).as_function() {
        let name = f.proto().and_then(|proto| {
            let index = usize::try_from(n).ok()?.checked_sub(1)?;
            if index >= proto.param_count() {
                None
            } else {
                crate::vm::debuginfo::local_name(proto, 1, index)
            }
        });
        return vm.ret(name.map_or(Value::NIL, Value::from));
    }
    let at = activation_at(vm, thread, first)?;
    match vm.local(&at, n) {
        Some(local) => {
            let name = local_title(vm, &local)?;
            let value = local.get();
            vm.push(name)?;
            vm.push(value)?;
            Ok(Flow::Return(2))
        }
        None => vm.ret(Value::NIL),
    }
}

fn setlocal(vm: &mut Vm) -> NativeResult {
    let (thread, first) = thread_argument(vm);
    let at = activation_at(vm, thread, first)?;
    let value = vm.check_any(first + 2)?;
    let n = vm.check_int(first + 1)?;
    match vm.local(&at, n) {
        Some(local) => {
            let name = local_title(vm, &local)?;
            vm.assign_local(thread, &local, value);
            vm.ret(name)
        }
        None => vm.ret(Value::NIL),
    }
}

/// Upvalue `n` (from 1) of a function: its name.
fn upvalue_name(vm: &mut Vm, f: Gc<Function>, n: i32) -> Result<Option<(usize, Value)>, Raised> {
    let Some(index) = usize::try_from(n).ok().and_then(|n| n.checked_sub(1)) else {
        return Ok(None);
    };
    if index >= f.upvalue_count() {
        return Ok(None);
    }
    let name = match f.proto() {
        Some(proto) => match proto.upvalue_names().get(index) {
            Some(name) => Value::from(*name),
            None => vm.new_str(b"")?,
        },
        None => vm.new_str(b"")?,
    };
    Ok(Some((index, name)))
}

fn getupvalue(vm: &mut Vm) -> NativeResult {
    let n = vm.check_int(1)?;
    let f = vm.check_function(0)?;
    match upvalue_name(vm, f, n)? {
        Some((index, name)) => {
            let value = match f.lua_upvalue(index) {
                Some(upvalue) => upvalue.get(),
                None => f.native_upvalue(index),
            };
            vm.push(name)?;
            vm.push(value)?;
            Ok(Flow::Return(2))
        }
        None => Ok(Flow::Return(0)),
    }
}

fn setupvalue(vm: &mut Vm) -> NativeResult {
    let value = vm.check_any(2)?;
    let n = vm.check_int(1)?;
    let f = vm.check_function(0)?;
    match upvalue_name(vm, f, n)? {
        Some((index, name)) => {
            vm.set_upvalue_of(f, index, value);
            vm.ret(name)
        }
        None => Ok(Flow::Return(0)),
    }
}

/// A Lua function's upvalue by its arguments `at` and `at + 1`.
fn check_upvalue(
    vm: &mut Vm,
    at: usize,
    must_be_lua: bool,
) -> Result<(Gc<Function>, usize), Raised> {
    let f = vm.check_function(at)?;
    if must_be_lua && !f.is_lua() {
        return Err(vm.arg_error(at, format_args!("Lua function expected")));
    }
    let n = vm.check_int(at + 1)?;
    match usize::try_from(n).ok().and_then(|n| n.checked_sub(1)) {
        Some(index) if index < f.upvalue_count() => Ok((f, index)),
        _ => Err(vm.arg_error(at + 1, format_args!("index out of range"))),
    }
}

fn upvalueid(vm: &mut Vm) -> NativeResult {
    let (f, index) = check_upvalue(vm, 0, false)?;
    let address = vm.upvalue_identity(f, index);
    let id = vm.light_userdata(address)?;
    vm.ret(id)
}

fn upvaluejoin(vm: &mut Vm) -> NativeResult {
    let (to, i) = check_upvalue(vm, 0, true)?;
    let (from, j) = check_upvalue(vm, 2, true)?;
    vm.join_upvalues(to, i, from, j);
    Ok(Flow::Return(0))
}

const EVENTS: [(u8, u8); 3] = [(b'c', Hook::CALL), (b'r', Hook::RETURN), (b'l', Hook::LINE)];

fn sethook(vm: &mut Vm) -> NativeResult {
    let (_, first) = thread_argument(vm);
    if vm.arg(first).is_nil() {
        vm.set_hook(Value::NIL, 0, 0);
        return Ok(Flow::Return(0));
    }
    let letters = vm.check_str(first + 1)?;
    let function = vm.check_function(first)?;
    let count = vm.opt_int(first + 2, 0)?;
    let mut mask = 0;
    for (letter, event) in EVENTS {
        if letters.as_bytes().contains(&letter) {
            mask |= event;
        }
    }
    if count > 0 {
        mask |= Hook::COUNT;
    }
    vm.set_hook(function.into(), mask, count as u32);
    Ok(Flow::Return(0))
}

fn gethook(vm: &mut Vm) -> NativeResult {
    let (function, mask, count) = vm.hook();
    let mut letters = [0; 3];
    let mut n = 0;
    for (letter, event) in EVENTS {
        if mask & event != 0 {
            letters[n] = letter;
            n += 1;
        }
    }
    vm.push(function)?;
    let letters = vm.new_str(&letters[..n])?;
    vm.push(letters)?;
    vm.push((count as i32).into())?;
    Ok(Flow::Return(3))
}

fn traceback(vm: &mut Vm) -> NativeResult {
    let (thread, first) = thread_argument(vm);
    let message = vm.arg(first);
    let text = vm.to_str(message)?;
    if text.is_none() && vm.nargs() > first {
        return vm.ret(message);
    }
    let own = thread == vm.running_thread();
    let level = vm.opt_int(first + 1, i32::from(own))?;
    let level = usize::try_from(level).unwrap_or(usize::MAX);
    match vm.traceback(thread, text.as_ref().map(|s| s.as_bytes()), level) {
        Some(text) => vm.ret(text.into()),
        None => Err(vm.memory_error()),
    }
}

/// `debug.debug()`: reads lines from the standard input and runs them, until one is `cont`. Errors are told and forgotten.
fn debug(vm: &mut Vm) -> NativeResult {
    if vm.step() != 0 && vm.result(0) == Value::FALSE {
        let error = vm.result(1);
        let text = vm.to_str(error)?;
        vm.write_error(
            text.as_ref()
                .map_or(b"(error object is not a string)", |s| s.as_bytes()),
        );
        vm.write_error(b"\n");
    }
    vm.set_nargs(0)?;
    loop {
        vm.write_error(b"lua_debug> ");
        let mut line = match vm.read_standard_line() {
            Ok(Some(line)) if line != b"cont" => line,
            _ => return Ok(Flow::Return(0)),
        };
        if line.try_reserve(1).is_ok() {
            line.push(b'\n');
        }
        let env = vm.globals();
        match vm.load(&line, b"=(debug command)", None, env) {
            Ok(chunk) => {
                let pcall = vm.new_native(super::coroutine::pcall, 0, &[])?;
                vm.begin_call(pcall.into(), 1)?;
                vm.push(chunk.into())?;
                return Ok(Flow::Call { nargs: 1 });
            }
            Err(Raised::Error) => {
                let error = vm.run_error();
                let text = vm.to_str(error)?;
                vm.write_error(text.as_ref().map_or(b"", |s| s.as_bytes()));
                vm.write_error(b"\n");
            }
            Err(stop) => return Err(stop),
        }
    }
}

/// `debug.getuservalue(u)`: the environment of a userdata.
fn getuservalue(vm: &mut Vm) -> NativeResult {
    let object = vm.arg(0);
    let env = object.as_userdata().and_then(|_| vm.environment_of(object));
    vm.ret(env.map_or(Value::NIL, Value::from))
}

/// `debug.setuservalue(u, t)`: sets it.
fn setuservalue(vm: &mut Vm) -> NativeResult {
    let object = vm.arg(0);
    if object.as_userdata().is_none() {
        return Err(vm.type_error(0, "userdata"));
    }
    let env = vm.check_table(1)?;
    vm.set_environment_of(object, env);
    vm.ret(object)
}
