//! The globals of a script: what a kernel can have of the standard library, and `sys`.

use perilune::stdlib::{Libs, open_libs};
use perilune::value::Value;
use perilune::vm::Vm;
use perilune::vm::native::Raised;

use crate::sys;

/// The libraries; `coroutine` comes with the globals.
const LIBRARIES: Libs = Libs::BASE
    .union(Libs::TABLE)
    .union(Libs::STRING)
    .union(Libs::MATH)
    .union(Libs::BIT);

/// What of them makes no sense here: files, bytecode, finalizers of the script's own.
const WITHOUT: &[(&str, &[&str])] = &[
    ("_G", &["loadfile", "dofile", "newproxy"]),
    ("string", &["dump"]),
];

/// Opens the libraries in a new state.
pub(crate) fn open(vm: &mut Vm) -> Result<(), Raised> {
    open_libs(vm, LIBRARIES)?;
    let globals = vm.globals();
    for (library, names) in WITHOUT {
        if let Some(library) = vm.raw_get_name(globals, library)?.as_table() {
            for name in *names {
                vm.raw_set_name(library, name, Value::NIL)?;
            }
        }
    }
    sys::open(vm)
}
