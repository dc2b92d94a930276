//! `jit.bc`: listings of bytecode, in the formats of `-bl`.

use super::util::check_proto;
use crate::bytecode::list;
use crate::stdlib::message::{Message, Sunk};
use crate::stdlib::{LibFn, register};
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult};

const LIB: &[LibFn] = &[
    LibFn::new("line", line, 0),
    LibFn::new("dump", dump, 0),
    LibFn::new("targets", targets, 0),
];

/// The loader.
pub(super) fn load(vm: &mut Vm) -> NativeResult {
    let library = vm.new_table(0, LIB.len() as u32)?;
    register(vm, library, LIB)?;
    vm.ret(library.into())
}

/// `line(f, pc [, prefix])`: an instruction, with its line break; nothing behind the last one.
fn line(vm: &mut Vm) -> NativeResult {
    let proto = check_proto(vm, false)?;
    let pc = vm.check_int(1)? as u32 as usize;
    let prefix = vm.opt_str(2)?;
    let Some(proto) = proto.filter(|p| pc < p.code().len()) else {
        return Ok(Flow::Return(0));
    };
    let prefix = prefix.as_ref().map_or(&b"  "[..], |p| p.as_bytes());
    let text = Message::new(vm)
        .written(|sink| list::instruction(proto, pc, prefix, sink))
        .finish()?;
    vm.ret(text)
}

/// `targets(f)`: a table that is true at the positions that jumps lead to.
fn targets(vm: &mut Vm) -> NativeResult {
    let proto = check_proto(vm, false)?;
    let t = vm.new_table(0, 0)?;
    let code = proto.as_ref().map_or(&[][..], |p| p.code());
    for (pc, cell) in code.iter().enumerate() {
        let ins = cell.get();
        let jumps = |op: crate::bytecode::Bc| op.operands().cd == crate::bytecode::Mode::Jump;
        if ins.op().is_some_and(jumps) {
            let target = pc as isize + 1 + ins.jump();
            vm.raw_set_int(t, target as i32, Value::TRUE)?;
        }
    }
    vm.ret(t.into())
}

/// `dump(f [, out [, all]])`: a listing, with `all` of the functions inside, too. `out` is a file, or whatever has a method `write`.
fn dump(vm: &mut Vm) -> NativeResult {
    if vm.step() != 0 {
        return Ok(Flow::Return(0));
    }
    let proto = check_proto(vm, false)?;
    let all = !vm.arg(2).is_falsy();
    let list = |sink: &mut Sunk<'_>| match proto {
        Some(proto) if all => list::list_all(proto, sink),
        Some(proto) => list::list(proto, sink),
        None => Ok(()),
    };
    let text = Message::new(vm).written(list).finish()?;
    let out = vm.arg(1);
    if out.is_nil() {
        let bytes = text.as_str();
        let _ = vm.print_bytes(bytes.as_ref().map_or(b"", |s| s.as_bytes()));
        return Ok(Flow::Return(0));
    }
    let methods = match out.as_table() {
        Some(t) => Some(t),
        None => vm.metafield(out, "__index")?.as_table(),
    };
    let write = match methods {
        Some(t) => vm.raw_get_name(t, "write")?,
        None => Value::NIL,
    };
    vm.begin_call(write, 1)?;
    vm.push(out)?;
    vm.push(text)?;
    Ok(Flow::Call { nargs: 2 })
}
