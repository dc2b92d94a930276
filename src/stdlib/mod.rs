//! The standard library, one file or folder per library.
//!
//! Each library has a table of its functions (`LIB: &[LibFn]`) and an `open` function that registers them and sets up
//! what else it needs.

#![forbid(unsafe_code)]

pub mod base;
pub mod bit;
pub mod coroutine;
pub mod debug;
pub mod io;
pub mod jit;
pub mod math;
pub(crate) mod message;
pub mod os;
pub mod package;
pub mod string;
pub mod table;

use crate::value::{Function, Gc, Table, Value};
use crate::vm::Vm;
use crate::vm::native::{NativeFn, Raised};

/// A library function as it is registered.
pub struct LibFn {
    /// Its name in the library's table.
    pub name: &'static str,
    /// Its code.
    pub function: NativeFn,
    /// LuaJIT's number for it, as `tostring(print)` shows it ("function: builtin#29"); 0 for the functions that LuaJIT
    /// has written in Lua or registers as ordinary C functions, which print their address. See [`unnumbered`], too.
    pub builtin: u8,
}

impl LibFn {
    /// An entry of a library's table.
    pub const fn new(name: &'static str, function: NativeFn, builtin: u8) -> LibFn {
        LibFn {
            name,
            function,
            builtin,
        }
    }
}

/// Numbers by which the JIT knows functions to which LuaJIT gives none. They aren't shown.
pub(crate) mod unnumbered {
    pub(crate) const LEN: u8 = crate::value::function::FIRST_UNSHOWN;
    pub(crate) const REMOVE: u8 = LEN + 1;
    pub(crate) const MOVE: u8 = LEN + 2;
    pub(crate) const GETN: u8 = LEN + 3;
    pub(crate) const DEG: u8 = LEN + 4;
    pub(crate) const RAD: u8 = LEN + 5;
    pub(crate) const RAWLEN: u8 = LEN + 6;
    pub(crate) const PACK: u8 = LEN + 7;
}

/// A set of libraries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Libs(pub u16);

impl Libs {
    /// The globals and `coroutine`.
    pub const BASE: Libs = Libs(1);
    /// `package`, `require` and `module`.
    pub const PACKAGE: Libs = Libs(1 << 1);
    /// `table`
    pub const TABLE: Libs = Libs(1 << 2);
    /// `io`
    pub const IO: Libs = Libs(1 << 3);
    /// `os`
    pub const OS: Libs = Libs(1 << 4);
    /// `string`
    pub const STRING: Libs = Libs(1 << 5);
    /// `math`
    pub const MATH: Libs = Libs(1 << 6);
    /// `debug`
    pub const DEBUG: Libs = Libs(1 << 7);
    /// `bit`
    pub const BIT: Libs = Libs(1 << 8);
    /// `jit`
    pub const JIT: Libs = Libs(1 << 9);
    /// All of them.
    pub const ALL: Libs = Libs(0x3FF);
    /// What touches nothing outside the state.
    pub const SAFE: Libs =
        Libs(Libs::ALL.0 & !(Libs::IO.0 | Libs::OS.0 | Libs::PACKAGE.0 | Libs::DEBUG.0));

    /// Are all of `libs` in the set?
    pub const fn contains(self, libs: Libs) -> bool {
        self.0 & libs.0 == libs.0
    }
    /// Both sets' libraries.
    pub const fn union(self, libs: Libs) -> Libs {
        Libs(self.0 | libs.0)
    }
}

/// How one library is opened.
type Open = fn(&mut Vm) -> Result<(), Raised>;

/// Libraries in the order in which they are opened.
const LIBRARIES: &[(Libs, Open)] = &[
    (Libs::BASE, base::open),
    (Libs::PACKAGE, package::open),
    (Libs::TABLE, table::open),
    (Libs::IO, |vm| add_library(vm, "io", io::open)),
    (Libs::OS, |vm| add_library(vm, "os", os::open)),
    (Libs::STRING, string::open),
    (Libs::MATH, math::open),
    (Libs::DEBUG, |vm| {
        let library = new_library(vm, "debug", debug::LIB)?;
        if vm.compat52 {
            register(vm, library, debug::LIB_52)?;
        }
        Ok(())
    }),
    (Libs::BIT, bit::open),
    (Libs::JIT, jit::open),
];

/// Opens the libraries of a set in the state's globals.
pub fn open_libs(vm: &mut Vm, which: Libs) -> Result<(), Raised> {
    for &(lib, open) in LIBRARIES {
        if which.contains(lib) {
            open(vm)?;
        }
    }
    Ok(())
}

/// The name of a library function that LuaJIT has written in Lua and that calls others. Positions and tracebacks
/// show these as "[builtin:foreach]".
pub(crate) fn name_in_lua(function: Gc<Function>) -> Option<&'static str> {
    table::CALLING
        .iter()
        .find(|(_, native)| {
            function
                .native
                .is_some_and(|f| core::ptr::fn_addr_eq(f, *native))
        })
        .map(|&(name, _)| name)
}

/// The table `registry[name]`, made where it is missing.
pub(crate) fn registry_table(vm: &mut Vm, name: &str) -> Result<Gc<Table>, Raised> {
    let registry = vm.registry;
    if let Some(t) = vm.raw_get_name(registry, name)?.as_table() {
        return Ok(t);
    }
    let t = vm.new_table(0, 8)?;
    vm.raw_set_name(registry, name, t.into())?;
    Ok(t)
}

/// Makes the table of a library: `_G[name]` and `package.loaded[name]`. One that exists is used again.
pub(crate) fn new_library(
    vm: &mut Vm,
    name: &str,
    functions: &[LibFn],
) -> Result<Gc<Table>, Raised> {
    let loaded = registry_table(vm, "_LOADED")?;
    let library = match vm.raw_get_name(loaded, name)?.as_table() {
        Some(t) => t,
        None => {
            let t = vm.new_table(0, functions.len() as u32 + 4)?;
            let globals = vm.globals;
            vm.raw_set_name(globals, name, t.into())?;
            vm.raw_set_name(loaded, name, t.into())?;
            t
        }
    };
    register(vm, library, functions)?;
    Ok(library)
}

/// Registers the table that a library's function makes.
fn add_library(
    vm: &mut Vm,
    name: &str,
    open: fn(&mut Vm) -> Result<Gc<Table>, Raised>,
) -> Result<(), Raised> {
    let library = open(vm)?;
    let loaded = registry_table(vm, "_LOADED")?;
    let globals = vm.globals;
    vm.raw_set_name(globals, name, library.into())?;
    vm.raw_set_name(loaded, name, library.into())
}

/// Puts functions into a table.
pub(crate) fn register(vm: &mut Vm, library: Gc<Table>, functions: &[LibFn]) -> Result<(), Raised> {
    for f in functions {
        register_closure(vm, library, f, &[])?;
    }
    Ok(())
}

/// Puts a function with upvalues into a table.
pub(crate) fn register_closure(
    vm: &mut Vm,
    library: Gc<Table>,
    f: &LibFn,
    upvalues: &[Value],
) -> Result<Value, Raised> {
    let function = vm.new_builtin(f.function, f.builtin, upvalues)?.into();
    vm.raw_set_name(library, f.name, function)?;
    Ok(function)
}

/// A function that `require` finds in `package.preload`.
pub(crate) fn preload(
    vm: &mut Vm,
    name: &str,
    loader: NativeFn,
    upvalues: &[Value],
) -> Result<(), Raised> {
    let preload = registry_table(vm, "_PRELOAD")?;
    let loader = vm.new_native(loader, 0, upvalues)?;
    vm.raw_set_name(preload, name, loader.into())
}
