//! The library `sys`: the process's own system calls, made inside the kernel.
//!
//! A call that fails returns nil and the error's name ("EAGAIN"); wrong arguments raise errors as everywhere in Lua. The reference with an
//! example for each function is `kernel/README.md`.

mod address;
mod argument;
mod batch;
mod descriptor;
mod file;
mod map;
mod process;
mod result;
mod socket;
#[allow(unsafe_code)]
mod view;

use perilune::gc::OutOfMemory;
use perilune::value::{Gc, Str, Table, Value};
use perilune::vm::Vm;
use perilune::vm::native::{NativeFn, Raised};

use crate::host::{Fixtures, PollNames, with_host};

/// Where the registry has the function that runs call instead of the script.
pub(crate) const HANDLER: &str = "handler";

/// What a system call costs in fuel, beyond what it pays for its bytes.
const CALL_COST: u32 = 32;

/// Functions by name.
type Functions = &'static [(&'static str, NativeFn)];

/// Opens the library in a new state.
pub(crate) fn open(vm: &mut Vm) -> Result<(), Raised> {
    let library = vm.new_table(0, 128)?;
    for functions in [
        file::FUNCTIONS,
        socket::FUNCTIONS,
        descriptor::FUNCTIONS,
        process::FUNCTIONS,
        address::FUNCTIONS,
        view::FUNCTIONS,
        batch::FUNCTIONS,
        map::FUNCTIONS,
    ] {
        register(vm, library, functions)?;
    }
    for (name, number) in with_host(vm, |host| host.kernel.constants())? {
        vm.raw_set_name(library, name, Value::int(*number))?;
    }
    let globals = vm.globals();
    vm.raw_set_name(globals, "sys", library.into())?;
    make_fixtures(vm)
}

fn register(vm: &mut Vm, table: Gc<Table>, functions: Functions) -> Result<(), Raised> {
    for (name, function) in functions {
        let function = vm.new_native(*function, 0, &[])?;
        vm.raw_set_name(table, name, function.into())?;
    }
    Ok(())
}

fn make_fixtures(vm: &mut Vm) -> Result<(), Raised> {
    let registry = vm.registry();
    let transfer = match vm.heap().new_buffer() {
        Ok(buffer) => buffer,
        Err(OutOfMemory) => return Err(vm.memory_error()),
    };
    vm.raw_set_name(registry, "transfer", transfer.into())?;
    let view = metatable(vm, "view", view::METHODS, view::EVENTS)?;
    let batch = metatable(vm, "batch", batch::METHODS, batch::EVENTS)?;
    let map = metatable(vm, "map", map::METHODS, map::EVENTS)?;
    let poll = PollNames {
        fd: name(vm, "fd")?,
        events: name(vm, "events")?,
        revents: name(vm, "revents")?,
    };
    with_host(vm, |host| {
        host.fixtures = Some(Fixtures {
            transfer,
            view,
            batch,
            map,
            poll,
        });
    })
}

/// A string that is kept in the registry.
fn name(vm: &mut Vm, name: &str) -> Result<Gc<Str>, Raised> {
    let registry = vm.registry();
    let string = vm.new_str(name.as_bytes())?;
    vm.raw_set_name(registry, name, string)?;
    match string.as_str() {
        Some(string) => Ok(string),
        None => Err(vm.memory_error()),
    }
}

/// A metatable that scripts don't see, kept in the registry.
fn metatable(
    vm: &mut Vm,
    name: &str,
    methods: Functions,
    events: Functions,
) -> Result<Gc<Table>, Raised> {
    let registry = vm.registry();
    let metatable = vm.new_table(0, 8)?;
    vm.raw_set_name(registry, name, metatable.into())?;
    let index = vm.new_table(0, 32)?;
    vm.raw_set_name(metatable, "__index", index.into())?;
    register(vm, index, methods)?;
    register(vm, metatable, events)?;
    vm.raw_set_name(metatable, "__metatable", Value::FALSE)?;
    Ok(metatable)
}
