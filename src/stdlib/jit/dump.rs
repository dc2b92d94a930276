//! `jit.v` and `jit.dump`: the modules behind `-jv` and `-jdump`. What they write is in `jit::events`.

use crate::host::OpenMode;
use crate::jit::events::{Output, Parts};
use crate::stdlib::message::Message;
use crate::stdlib::{LibFn, register};
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult, Raised};

const VERBOSE: &[LibFn] = &[
    LibFn::new("on", verbose, 0),
    LibFn::new("off", quiet, 0),
    LibFn::new("start", verbose, 0),
];

const DUMP: &[LibFn] = &[
    LibFn::new("on", dump, 0),
    LibFn::new("off", undumped, 0),
    LibFn::new("start", dump, 0),
];

/// The loader of `jit.v`.
pub(super) fn load_verbose(vm: &mut Vm) -> NativeResult {
    let library = vm.new_table(0, VERBOSE.len() as u32)?;
    register(vm, library, VERBOSE)?;
    vm.ret(library.into())
}

/// The loader of `jit.dump`.
pub(super) fn load_dump(vm: &mut Vm) -> NativeResult {
    let library = vm.new_table(0, DUMP.len() as u32)?;
    register(vm, library, DUMP)?;
    vm.ret(library.into())
}

/// The file that argument `i` names; "-" is the standard output.
fn output(vm: &mut Vm, i: usize, default: Output) -> Result<Output, Raised> {
    let Some(name) = vm.opt_str(i)? else {
        return Ok(default);
    };
    if name.as_bytes() == b"-" {
        return Ok(Output::Standard);
    }
    let mode = OpenMode::parse(b"w").unwrap_or_default();
    match vm.host().open(name.as_bytes(), mode) {
        Ok(file) => Ok(Output::File(file)),
        Err(error) => Err(Message::new(vm)
            .string(name)
            .text(": ")
            .host_error(error)
            .raise()),
    }
}

/// `start([file])`
fn verbose(vm: &mut Vm) -> NativeResult {
    let output = output(vm, 0, Output::Error)?;
    vm.jit.listener.verbose = Some(output);
    Ok(Flow::Return(0))
}

fn quiet(vm: &mut Vm) -> NativeResult {
    vm.jit.listener.verbose = None;
    Ok(Flow::Return(0))
}

/// `start([options [, file]])`
fn dump(vm: &mut Vm) -> NativeResult {
    let options = vm.opt_str(0)?;
    let parts = Parts::parse(options.as_ref().map_or(b"", |s| s.as_bytes()));
    let output = output(vm, 1, Output::Standard)?;
    vm.jit.listener.dump = Some((parts, output));
    Ok(Flow::Return(0))
}

fn undumped(vm: &mut Vm) -> NativeResult {
    vm.jit.listener.dump = None;
    Ok(Flow::Return(0))
}
