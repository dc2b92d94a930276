//! `jit.util`'s reflection on traces, in the form that LuaJIT's `jit/dump.lua` reads: numbers of operations, types and modes are those
//! of the same state's `jit.vmdef` and of LuaJIT's tables of types, references count from 0 upwards for instructions and from -1
//! downwards for constants.
//!
//! Machine code and addresses are for scripts that may load bytecode: others could learn from them where things lie.

use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult};

#[cfg(feature = "jit")]
pub(super) use present::*;

/// What the functions of a trace do in builds without traces.
#[cfg(not(feature = "jit"))]
macro_rules! absent {
    ($($name:ident),*) => {$(
        pub(super) fn $name(vm: &mut Vm) -> NativeResult {
            vm.check_int(0)?;
            Ok(Flow::Return(0))
        }
    )*};
}
#[cfg(not(feature = "jit"))]
absent!(
    traceinfo,
    traceir,
    tracek,
    tracesnap,
    tracemc,
    traceexitstub
);

/// `ircalladdr(number)`: where a helper lies. That is 0, which stands for unknown.
pub(super) fn ircalladdr(vm: &mut Vm) -> NativeResult {
    let number = vm.check_int(0)?;
    #[cfg(feature = "jit")]
    let count = perilune_ir::literal::Helper::ALL.len();
    #[cfg(not(feature = "jit"))]
    let count = 0;
    if number < 0 || number as usize >= count {
        return Ok(Flow::Return(0));
    }
    vm.ret(crate::value::Value::int(0))
}

#[cfg(feature = "jit")]
mod present {
    use perilune_ir::eval::Val;
    use perilune_ir::ins::{Const, Flags, Ins};
    use perilune_ir::op::{IrOp, Kind};
    use perilune_ir::snap::SnapKind;
    use perilune_ir::types::{IrRef, IrType};
    use perilune_jit_x86::input::Location;

    use super::super::util::set_int;
    use super::{Flow, NativeResult, Vm};
    use crate::jit::helpers::value_of;
    use crate::jit::store::Installed;
    use crate::jit::trace::TraceNo;
    use crate::value::Value;
    use crate::vm::native::Raised;

    /// LuaJIT's number for a type.
    fn type_number(ty: IrType) -> i32 {
        match ty {
            IrType::Nil => 0,
            IrType::False => 1,
            IrType::True => 2,
            IrType::LightUd => 3,
            IrType::Str => 4,
            IrType::Thread => 6,
            IrType::Proto => 7,
            IrType::Func => 8,
            IrType::Ptr => 9,
            IrType::Cdata => 10,
            IrType::Tab => 11,
            IrType::Udata => 12,
            IrType::Float => 13,
            IrType::Num => 14,
            IrType::I8 => 15,
            IrType::U8 => 16,
            IrType::I16 => 17,
            IrType::U16 => 18,
            IrType::Int => 19,
            IrType::U32 => 20,
            IrType::I64 => 21,
            IrType::U64 => 22,
        }
    }

    /// The kind of an operand: a reference, a literal, or none.
    fn operand_mode(kind: Kind) -> i32 {
        match kind {
            Kind::Ref | Kind::OptRef => 0,
            Kind::None => 3,
            _ => 1,
        }
    }

    /// In the field of an instruction's register: it isn't executed on the trace; it has none.
    const SUNK: i32 = 253;
    const NO_REGISTER: i32 = 255;

    /// The trace that argument 0 names.
    fn checked_trace(vm: &mut Vm) -> Result<Option<TraceNo>, Raised> {
        let number = vm.check_int(0)?;
        let number = u16::try_from(number).ok().map(TraceNo);
        Ok(number.filter(|n| vm.jit.traces.get(*n).is_some()))
    }

    /// Does something with the trace that argument 0 names; `f` may use the state, but not this trace.
    fn with_trace(
        vm: &mut Vm,
        f: impl FnOnce(&mut Vm, &Installed) -> NativeResult,
    ) -> NativeResult {
        let Some(number) = checked_trace(vm)? else {
            return Ok(Flow::Return(0));
        };
        let Some(trace) = vm.jit.traces.take(number) else {
            return Ok(Flow::Return(0));
        };
        let result = f(vm, &trace);
        vm.jit.traces.put_back(number, trace);
        result
    }

    /// `traceinfo(trace)`: how large it is, and where it goes.
    pub(in super::super) fn traceinfo(vm: &mut Vm) -> NativeResult {
        with_trace(vm, |vm, trace| {
            let counts = [
                ("nins", trace.ir.len() - 1),
                ("nk", trace.ir.const_count()),
                ("link", usize::from(trace.link_to.0)),
                ("nexit", trace.exits.len()),
            ];
            let t = vm.new_table(0, 8)?;
            for (name, count) in counts {
                set_int(vm, t, name, count)?;
            }
            let link = vm.new_str(trace.link.name().as_bytes())?;
            vm.raw_set_name(t, "linktype", link)?;
            vm.ret(t.into())
        })
    }

    /// The number of a reference: instructions from 0 upwards, constants from -1 downwards.
    fn reference(r: IrRef) -> i32 {
        let index = r.index() as i32;
        if r.is_const() { !index } else { index }
    }

    /// An operand as a number.
    fn operand(ins: &Ins, kind: Kind, raw: u16, r: Option<IrRef>) -> i32 {
        match kind {
            Kind::Ref => r.map_or(0, reference),
            // Nil stands for nothing.
            Kind::OptRef => r.map_or(-1, reference),
            Kind::Conv => {
                let conv = ins.conv();
                let mode = match conv.mode {
                    perilune_ir::literal::ConvMode::Any => 0,
                    perilune_ir::literal::ConvMode::Index => 2,
                    perilune_ir::literal::ConvMode::Check => 3,
                    // LuaJIT has none.
                    perilune_ir::literal::ConvMode::Bits => 1,
                };
                let types = type_number(conv.from) | type_number(conv.to) << 5;
                types | i32::from(conv.sext) << 11 | mode << 12
            }
            _ => i32::from(raw),
        }
    }

    /// `traceir(trace, i)`: an instruction's kinds of operands, operation and type, operands, register.
    pub(in super::super) fn traceir(vm: &mut Vm) -> NativeResult {
        let index = vm.check_int(1)?;
        with_trace(vm, |vm, trace| {
            // Instruction 0 is the frame's base, which none is shown for.
            let index = usize::try_from(index).ok().and_then(|i| i.checked_sub(1));
            let r = index.and_then(|i| trace.ir.refs().nth(i));
            let Some(ins) = r.map(|r| trace.ir.get(r)) else {
                return Ok(Flow::Return(0));
            };
            let meta = ins.op().meta();
            let flag = |flag, bit| if ins.has(flag) { bit } else { 0 };
            let kind = i32::from(ins.op() as u8) << 8
                | flag(Flags::GUARD, 0x80)
                | flag(Flags::PHI, 0x40)
                | type_number(ins.ty());
            let values = [
                operand_mode(meta.a) | operand_mode(meta.b) << 2,
                kind,
                operand(&ins, meta.a, ins.a().raw(), ins.ref_a()),
                operand(&ins, meta.b, ins.b().raw(), ins.ref_b()),
                match r.and_then(|r| trace.code.as_ref()?.home(r)) {
                    _ if ins.has(Flags::SUNK) => SUNK,
                    Some(Location::Gpr(n)) => i32::from(n),
                    Some(Location::Xmm(n)) => 16 + i32::from(n),
                    Some(Location::Spill(n)) => i32::from(n) << 8 | NO_REGISTER,
                    None => NO_REGISTER,
                },
            ];
            for value in values {
                vm.push(Value::int(value))?;
            }
            Ok(Flow::Return(values.len() as u32))
        })
    }

    /// `tracek(trace, i)`: a constant, its type and, for the key of a node, the node's number.
    pub(in super::super) fn tracek(vm: &mut Vm) -> NativeResult {
        let index = vm.check_int(1)?;
        with_trace(vm, |vm, trace| {
            let constant = |i: usize| trace.ir.constants().nth(i);
            let index = usize::try_from(!index).ok();
            let Some(mut constant_found) = index.and_then(constant) else {
                return Ok(Flow::Return(0));
            };
            let mut slot = None;
            if let Const::KSlot(key, node) = constant_found {
                slot = Some(node);
                constant_found = constant(key.index()).unwrap_or(constant_found);
            }
            let value = match constant_found {
                Const::Pri(IrType::True) => Value::TRUE,
                Const::Pri(IrType::False) => Value::FALSE,
                Const::Pri(_) | Const::KSlot(..) => Value::NIL,
                Const::Int(i) => Value::int(i),
                Const::Num(bits) => Value::number(f64::from_bits(bits)),
                Const::I64(i) => Value::number(i as f64),
                Const::U64(i) => Value::number(i as f64),
                Const::Gc(ty, object) => value_of(Val::Gc(ty, object)).unwrap_or(Value::NIL),
                Const::Light(_) | Const::Ptr(_) | Const::KPtr(_) if !vm.allow_binary => {
                    Value::int(0)
                }
                Const::Light(bits) | Const::Ptr(bits) | Const::KPtr(bits) => {
                    Value::number(bits as f64)
                }
            };
            vm.push(value)?;
            vm.push(Value::int(type_number(constant_found.ty())))?;
            match slot {
                Some(slot) => {
                    vm.push(Value::int(i32::from(slot)))?;
                    Ok(Flow::Return(3))
                }
                None => Ok(Flow::Return(2)),
            }
        })
    }

    /// In a snapshot's entry: a word of a frame; a slot that need not be written.
    const FRAME: i32 = 0x1_0000;
    const NO_RESTORE: i32 = 0x4_0000;

    /// `tracesnap(trace, i)`: a snapshot. At 0 the instruction where it begins, at 1 the number of slots, then the entries.
    pub(in super::super) fn tracesnap(vm: &mut Vm) -> NativeResult {
        let index = vm.check_int(1)?;
        let with_position = !vm.arg(2).is_falsy();
        with_trace(vm, |vm, trace| {
            let snap = usize::try_from(index).ok();
            let Some(snap) = snap.and_then(|i| trace.ir.snaps().get(i)) else {
                return Ok(Flow::Return(0));
            };
            let entries = trace.ir.snap_entries(snap);
            let slots = entries.last().map_or(2, |e| i32::from(e.slot.0) + 1);
            let t = vm.new_table(entries.len() as u32 + 3, 0)?;
            vm.raw_set_int(t, 0, Value::int(snap.at.index() as i32))?;
            vm.raw_set_int(t, 1, Value::int(slots.max(2)))?;
            let mut at = 2;
            for entry in entries {
                let flags = match entry.kind {
                    SnapKind::Frame => FRAME,
                    SnapKind::Unchanged => NO_RESTORE,
                    SnapKind::Value | SnapKind::KeyIndex | SnapKind::Open => 0,
                };
                let value = 0x8000 + reference(entry.value);
                let bits = i32::from(entry.slot.0) << 24 | flags | value;
                vm.raw_set_int(t, at, Value::int(bits))?;
                at += 1;
            }
            vm.raw_set_int(t, at, Value::int(0xFF << 24))?;
            vm.push(t.into())?;
            if !with_position {
                return Ok(Flow::Return(1));
            }
            let position = trace
                .resume
                .get(snap.pc as usize)
                .map_or(0, |p| p.position());
            vm.push(Value::int(position as i32))?;
            Ok(Flow::Return(2))
        })
    }

    /// `tracemc(trace)`: the machine code, its address, where in it the loop begins (0: there is none).
    pub(in super::super) fn tracemc(vm: &mut Vm) -> NativeResult {
        with_trace(vm, |vm, trace| {
            let Some(code) = trace.code.as_ref().filter(|_| vm.allow_binary) else {
                return Ok(Flow::Return(0));
            };
            let Some(machine) = vm.jit.machine.take() else {
                return Ok(Flow::Return(0));
            };
            // Constants precede the code, the stubs of exits follow it.
            let (begins, loop_start, ends) = code.layout();
            let region = machine.region();
            let bytes = region.bytes(code.block());
            let bytes = bytes.get(begins as usize..ends as usize);
            let text = vm.new_str(bytes.unwrap_or_default());
            vm.jit.machine = Some(machine);
            vm.push(text?)?;
            vm.push(Value::number(code.entry().address() as f64))?;
            let loop_start = loop_start.map_or(0, |at| at - begins);
            vm.push(Value::int(loop_start as i32))?;
            Ok(Flow::Return(3))
        })
    }

    /// `traceexitstub(trace, exit)`: where an exit's stub lies. Nothing for `traceexitstub(exit)`: traces share none.
    pub(in super::super) fn traceexitstub(vm: &mut Vm) -> NativeResult {
        vm.check_int(0)?;
        if vm.nargs() < 2 {
            return Ok(Flow::Return(0));
        }
        let exit = vm.check_int(1)?;
        with_trace(vm, |vm, trace| {
            let code = trace.code.as_ref().filter(|_| vm.allow_binary);
            if code.is_none() || exit < 0 || exit as usize >= trace.exits.len() {
                return Ok(Flow::Return(0));
            }
            // An exit that nothing leaves with has no stub.
            let stub = code.and_then(|code| code.stub(exit as u16));
            vm.ret(Value::number(stub.map_or(0.0, |s| s.address() as f64)))
        })
    }

    /// The names of operations, for `jit.vmdef`.
    pub(in super::super) fn operation_names() -> impl Iterator<Item = &'static str> {
        IrOp::ALL.iter().map(|op| op.name())
    }
}
