//! `jit.vmdef`: the names behind the numbers that `jit.util` and events give.

use crate::bytecode::Bc;
use crate::stdlib::message::Message;
use crate::value::{Gc, Table, Value};
use crate::vm::Vm;
use crate::vm::native::{NativeResult, Raised};

/// The width of a name in `bcnames` and `irnames`.
const WIDTH: usize = 6;

/// The loader.
pub(super) fn load(vm: &mut Vm) -> NativeResult {
    let t = vm.new_table(0, 8)?;
    let names = columns(vm, Bc::ALL.iter().map(|op| op.name()))?;
    vm.raw_set_name(t, "bcnames", names)?;
    let functions = list(vm, super::names::NAMES.iter().copied())?;
    vm.raw_set_name(t, "ffnames", functions.into())?;
    #[cfg(feature = "jit")]
    add_traces(vm, t)?;
    vm.ret(t.into())
}

#[cfg(feature = "jit")]
fn add_traces(vm: &mut Vm, t: Gc<Table>) -> Result<(), Raised> {
    use perilune_ir::literal::{Field, FpMath, Helper};
    let names = columns(vm, super::trace::operation_names())?;
    vm.raw_set_name(t, "irnames", names)?;
    let lists = [
        ("irfpm", list(vm, FpMath::ALL.iter().map(|x| x.name()))?),
        ("irfield", list(vm, Field::ALL.iter().map(|x| x.name()))?),
        ("ircall", list(vm, Helper::ALL.iter().map(|x| x.name()))?),
        (
            "traceerr",
            list(vm, crate::jit::trace::TraceAbort::sentences())?,
        ),
    ];
    for (name, names) in lists {
        vm.raw_set_name(t, name, names.into())?;
    }
    Ok(())
}

/// Names one after the other, each as wide as the others.
fn columns(vm: &mut Vm, names: impl Iterator<Item = &'static str>) -> Result<Value, Raised> {
    let mut text = Message::new(vm);
    for name in names {
        let blanks = &"      "[..WIDTH.saturating_sub(name.len())];
        text = text.text(name.get(..WIDTH).unwrap_or(name)).text(blanks);
    }
    text.finish()
}

/// Names by number, from 0.
fn list(vm: &mut Vm, names: impl Iterator<Item = &'static str>) -> Result<Gc<Table>, Raised> {
    let t = vm.new_table(0, 0)?;
    for (i, name) in names.enumerate() {
        let name = vm.new_str(name.as_bytes())?;
        vm.raw_set_int(t, i as i32, name)?;
    }
    Ok(t)
}
