//! `jit.util`: reflection on functions and their bytecode. Traces: [`super::trace`].

use super::trace;
use crate::bytecode::{Bc, Mode, Proto, list};
use crate::stdlib::message::Message;
use crate::stdlib::{LibFn, register};
use crate::value::{Gc, Table, Value};
use crate::vm::Vm;
use crate::vm::debuginfo::line_of;
use crate::vm::native::{Flow, NativeResult, Raised};

const LIB: &[LibFn] = &[
    LibFn::new("funcinfo", funcinfo, 149),
    LibFn::new("funcbc", funcbc, 150),
    LibFn::new("funck", funck, 151),
    LibFn::new("funcuvname", funcuvname, 152),
    LibFn::new("traceinfo", trace::traceinfo, 153),
    LibFn::new("traceir", trace::traceir, 154),
    LibFn::new("tracek", trace::tracek, 155),
    LibFn::new("tracesnap", trace::tracesnap, 156),
    LibFn::new("tracemc", trace::tracemc, 157),
    LibFn::new("traceexitstub", trace::traceexitstub, 158),
    LibFn::new("ircalladdr", trace::ircalladdr, 159),
];

/// The loader.
pub(super) fn load(vm: &mut Vm) -> NativeResult {
    let library = vm.new_table(0, LIB.len() as u32)?;
    register(vm, library, LIB)?;
    vm.ret(library.into())
}

/// The prototype that argument 0 is or has; none of a native function, if that is allowed.
pub(super) fn check_proto(vm: &mut Vm, native_allowed: bool) -> Result<Option<Gc<Proto>>, Raised> {
    let v = vm.arg(0);
    let proto = match v.as_function() {
        Some(f) if f.is_lua() => f.proto(),
        Some(_) if native_allowed => return Ok(None),
        _ => v.as_proto(),
    };
    match proto {
        Some(proto) => Ok(Some(proto)),
        None => Err(vm.type_error(0, "function")),
    }
}

pub(super) fn set_int(vm: &mut Vm, t: Gc<Table>, name: &str, n: usize) -> Result<(), Raised> {
    vm.raw_set_name(t, name, Value::number(n as f64))
}

/// `funcinfo(f [, pc])`
fn funcinfo(vm: &mut Vm) -> NativeResult {
    let t = match check_proto(vm, true)? {
        Some(proto) => {
            let pc = vm.opt_int(1, 0)?;
            proto_info(vm, proto, pc as u32 as usize)?
        }
        None => native_info(vm)?,
    };
    vm.ret(t.into())
}

fn proto_info(vm: &mut Vm, proto: Gc<Proto>, pc: usize) -> Result<Gc<Table>, Raised> {
    let t = vm.new_table(0, 16)?;
    set_int(vm, t, "linedefined", proto.first_line() as usize)?;
    set_int(vm, t, "lastlinedefined", proto.last_line() as usize)?;
    set_int(vm, t, "stackslots", proto.frame_size())?;
    set_int(vm, t, "params", proto.param_count())?;
    set_int(vm, t, "bytecodes", proto.code().len())?;
    set_int(vm, t, "gcconsts", proto.object_count as usize)?;
    set_int(vm, t, "nconsts", proto.numbers().len())?;
    set_int(vm, t, "upvalues", proto.captures().len())?;
    let line = if pc < proto.code().len() {
        let line = line_of(proto, pc).unwrap_or(0);
        set_int(vm, t, "currentline", line as usize)?;
        line
    } else {
        0
    };
    let flags = proto.flags();
    let vararg = Value::boolean(flags.has(crate::bytecode::ProtoFlags::VARARG));
    vm.raw_set_name(t, "isvararg", vararg)?;
    let children = Value::boolean(flags.has(crate::bytecode::ProtoFlags::CHILD));
    vm.raw_set_name(t, "children", children)?;
    let name = proto.chunk_name();
    vm.raw_set_name(t, "source", name.into())?;
    let place = Message::new(vm)
        .written(|sink| list::source(proto, sink))
        .text(":")
        .value(Value::number(f64::from(line)))
        .finish()?;
    vm.raw_set_name(t, "loc", place)?;
    vm.raw_set_name(t, "proto", proto.into())?;
    Ok(t)
}

/// The description of a native function. Its address stays untold: scripts can't use it, and attackers could.
fn native_info(vm: &mut Vm) -> Result<Gc<Table>, Raised> {
    let t = vm.new_table(0, 4)?;
    if let Some(f) = vm.arg(0).as_function() {
        if f.builtin() != 0 {
            set_int(vm, t, "ffid", usize::from(f.builtin()))?;
        }
        set_int(vm, t, "addr", 0)?;
        set_int(vm, t, "upvalues", f.upvalue_count())?;
    }
    Ok(t)
}

/// An operand's kind in the number that [`funcbc`] returns.
fn mode_number(mode: Mode) -> i32 {
    match mode {
        Mode::None => 0,
        Mode::Dst => 1,
        Mode::Base => 2,
        Mode::Var => 3,
        Mode::RBase => 4,
        Mode::Uv => 5,
        Mode::Lit => 6,
        Mode::Lits => 7,
        Mode::Pri => 8,
        Mode::Num => 9,
        Mode::Str => 10,
        Mode::Tab => 11,
        Mode::Func => 12,
        Mode::Jump => 13,
        Mode::Cdata => 14,
    }
}

/// The kinds of an operation's operands: A in the low 3 bits, then 4 bits each for B and for C or D.
fn modes(op: Bc) -> i32 {
    let operands = op.operands();
    mode_number(operands.a) | mode_number(operands.b) << 3 | mode_number(operands.cd) << 7
}

/// `funcbc(f, pc)`: the instruction and its operands' kinds.
fn funcbc(vm: &mut Vm) -> NativeResult {
    let proto = check_proto(vm, false)?;
    let pc = vm.check_int(1)? as u32 as usize;
    let ins = proto.and_then(|p| p.code().get(pc).map(|ins| ins.get()));
    let Some((ins, op)) = ins.and_then(|ins| Some((ins, ins.op()?))) else {
        return Ok(Flow::Return(0));
    };
    vm.push(Value::int(ins.to_bits() as i32))?;
    vm.push(Value::int(modes(op)))?;
    Ok(Flow::Return(2))
}

/// `funck(f, i)`: number constant `i`, or object constant `-1 - i`.
fn funck(vm: &mut Vm) -> NativeResult {
    let proto = check_proto(vm, false)?;
    let i = vm.check_int(1)?;
    let constant = proto.and_then(|p| {
        if i >= 0 {
            p.numbers().get(i as usize).copied()
        } else {
            p.object(!i as usize)
        }
    });
    match constant {
        Some(constant) => vm.ret(constant),
        None => Ok(Flow::Return(0)),
    }
}

/// `funcuvname(f, i)`: the name of upvalue `i`, counted from 0; "" where it is unknown.
fn funcuvname(vm: &mut Vm) -> NativeResult {
    let proto = check_proto(vm, false)?;
    let i = vm.check_int(1)? as u32 as usize;
    let Some(proto) = proto.filter(|p| i < p.captures().len()) else {
        return Ok(Flow::Return(0));
    };
    let name = match proto.upvalue_names().get(i) {
        Some(&name) => name.into(),
        None => vm.new_str(b"")?,
    };
    vm.ret(name)
}
