//! `getmetatable`, `setmetatable`

use perilune_ir::ins::Operand;
use perilune_ir::literal::Field;
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use super::{BuiltinRecorder, Call, Verdict};
use crate::record::at::At;
use crate::record::{Record, Recorder};
use crate::vm::meta::Event;

pub(super) const BUILTINS: &[(u8, BuiltinRecorder)] = &[(8, get_metatable), (9, set_metatable)];

/// `getmetatable(v)`
fn get_metatable(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    if call.nargs == 0 {
        return Ok(Verdict::Unknown);
    }
    let object = r.arg(at, call, 0)?;
    let Some((metatable, mt)) = r.metatable(at, object)? else {
        return r.give(IrRef::NIL);
    };
    let name = at.vm.event_names[Event::Metatable as usize];
    let key = r.kstr(name)?;
    let (shown, v) = r.raw_get(mt, metatable, (key, name.into()))?;
    r.give(if v.is_nil() { metatable } else { shown })
}

/// `setmetatable(t, metatable)`
fn set_metatable(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let (tab, t) = r.arg(at, call, 0)?;
    let (metatable, mt) = r.arg(at, call, 1)?;
    if !t.is_table() || call.nargs < 2 || !(mt.is_table() || mt.is_nil()) {
        return Ok(Verdict::Unknown);
    }
    // A protected one is an error.
    if r.metamethod(at, (tab, t), Event::Metatable)?.is_some() {
        return Ok(Verdict::Unknown);
    }
    if let Some(t) = t.as_table() {
        r.guard_writable(at, t, tab)?;
    }
    let place = r.b.ins(IrOp::FRef, IrType::Ptr, tab, Field::TabMeta)?;
    let value = if mt.is_nil() { r.knull()? } else { metatable };
    r.b.ins(IrOp::FStore, IrType::Nil, place, value)?;
    if mt.is_table() {
        r.b.ins(IrOp::TBar, IrType::Nil, tab, Operand::NONE)?;
    }
    r.needs_snapshot = true;
    r.give(tab)
}
