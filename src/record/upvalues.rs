//! Upvalues and closures.

use perilune_ir::ins::{Ins as IrIns, Operand};
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use super::at::At;
use super::dispatch::Then;
use super::values::type_of;
use super::{Record, Recorder};
use crate::jit::trace::TraceAbort;
use crate::value::{Gc, Upvalue};

impl Recorder {
    /// UGET
    pub(super) fn upvalue_get(&mut self, at: &At<'_>) -> Record<Then> {
        let upvalue = upvalue(at, at.ins.d())?;
        let value = upvalue.get();
        if upvalue.is_closed() && upvalue.header.b.get() != 0 && self.specialise_current(at)? {
            let r = self.konst(value)?;
            return self.result(at, r);
        }
        let place = self.upvalue_place(at, at.ins.d(), upvalue)?;
        let ty = type_of(value);
        let r = self.b.guard(IrOp::ULoad, ty, place, Operand::NONE)?;
        let r = self.canonical(r);
        self.result(at, r)
    }

    /// USETV, USETS, USETN, USETP
    pub(super) fn upvalue_set(&mut self, at: &At<'_>, value: IrRef) -> Record<Then> {
        let upvalue = upvalue(at, at.ins.a())?;
        let place = self.upvalue_place(at, at.ins.a(), upvalue)?;
        let value = self.to_num(value)?;
        self.b.ins(IrOp::UStore, IrType::Nil, place, value)?;
        if self.ty(value).is_gc() {
            self.b
                .emit(IrIns::new(IrOp::OBar, IrType::Nil, place, value))?;
        }
        self.needs_snapshot = true;
        Ok(Then::Next)
    }

    /// Makes the running function a constant, if it is one for this trace; tells whether it is.
    fn specialise_current(&mut self, at: &At<'_>) -> Record<bool> {
        let f = self.current_function()?;
        if f.is_const() {
            return Ok(true);
        }
        if !self.frames.is_empty() || self.is_polymorphic {
            return Ok(false);
        }
        let k = self.kfunc(at.function())?;
        self.settle_for_guard(at)?;
        self.b.ins(IrOp::Eq, IrType::Func, f, k)?;
        self.set_below(
            crate::vm::frame::FRAME_SLOTS,
            k,
            perilune_ir::snap::SnapKind::Value,
        );
        Ok(true)
    }

    /// The address of an upvalue's value.
    fn upvalue_place(&mut self, at: &At<'_>, i: usize, upvalue: Gc<Upvalue>) -> Record<IrRef> {
        let f = self.current_function()?;
        // Which variable it is, as far as eight bits can tell: upvalues with different ones are different.
        let hash = (upvalue.as_ptr().addr() >> 4) as u16 & 0xFF;
        let literal = (i as u16) << 8 | hash;
        if !upvalue.is_closed() {
            return Err(self.nyi(at));
        }
        Ok(self.b.guard(IrOp::URefC, IrType::Ptr, f, literal)?)
    }

    /// UCLO
    pub(super) fn close_upvalues(&mut self, at: &At<'_>) -> Record<Then> {
        let has_children = self.proto.flags().has(crate::bytecode::ProtoFlags::CHILD);
        if has_children {
            return Err(self.nyi(at));
        }
        self.go(at.target())
    }

    /// FNEW
    pub(super) fn new_function(&mut self, at: &At<'_>) -> Record<Then> {
        let proto = at
            .object(at.ins.d())
            .as_proto()
            .ok_or(TraceAbort::BadType)?;
        if proto.captures().iter().any(|c| c.is_local()) {
            return Err(self.nyi(at));
        }
        let parent = self.current_function()?;
        let proto = self.kproto(proto)?;
        let r = self.b.ins(IrOp::FNew, IrType::Func, proto, parent)?;
        self.result(at, r)
    }
}

fn upvalue(at: &At<'_>, i: usize) -> Record<Gc<Upvalue>> {
    at.function().lua_upvalue(i).ok_or(TraceAbort::BadType)
}
