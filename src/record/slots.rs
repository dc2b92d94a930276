//! What the recorder knows of the stack: which instruction's value each slot holds.
//!
//! Slots are numbered as in the IR, from the function word of the frame in which the trace began. A slot without a value holds what it
//! held when the trace began, or nothing that anybody reads.

use perilune_ir::ins::Ins as IrIns;
use perilune_ir::literal::{SloadMode, Slot};
use perilune_ir::op::IrOp;
use perilune_ir::snap::SnapKind;
use perilune_ir::types::{IrRef, IrType};

use super::at::At;
use super::values::type_of;
use super::{Record, Recorder};
use crate::jit::trace::TraceAbort;
use crate::vm::frame::FRAME_SLOTS;

/// The most slots of all frames of a trace, LuaJIT's figure.
pub(super) const MAX_SLOTS: usize = 250;

/// A slot's content.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct SlotRef {
    pub value: IrRef,
    pub kind: SnapKind,
    /// Does the stack hold it, because the trace has written it there?
    pub stored: bool,
}

impl SlotRef {
    /// What a slot gets now.
    pub fn new(value: IrRef, kind: SnapKind) -> SlotRef {
        SlotRef {
            value,
            kind,
            stored: false,
        }
    }
}

impl Recorder {
    /// The type of a value on the trace.
    pub(super) fn ty(&self, r: IrRef) -> IrType {
        self.b.trace().ty(r)
    }
    /// Is it an int or a number?
    pub(super) fn is_numeric(&self, r: IrRef) -> bool {
        matches!(self.ty(r), IrType::Int | IrType::Num)
    }
    /// Is it true, to a test?
    pub(super) fn is_true(&self, r: IrRef) -> bool {
        !matches!(self.ty(r), IrType::Nil | IrType::False)
    }

    /// What slot `i` of the running frame holds, if the trace has it.
    pub(super) fn known(&self, i: usize) -> Option<IrRef> {
        self.here
            .slots
            .get(self.here.base + i)
            .copied()
            .flatten()
            .map(|s| s.value)
    }
    /// The value of slot `i` of the running frame, loaded with the type that it has now.
    pub(super) fn get(&mut self, at: &At<'_>, i: usize) -> Record<IrRef> {
        if let Some(r) = self.known(i) {
            return Ok(r);
        }
        let ty = type_of(at.slot(i));
        let r = self.load_slot(self.here.base + i, ty, SloadMode::TYPECHECK)?;
        self.set(i, r)?;
        Ok(r)
    }
    /// Emits the load of a slot by its number in the IR.
    pub(super) fn load_slot(&mut self, slot: usize, ty: IrType, mode: SloadMode) -> Record<IrRef> {
        let mut ins = IrIns::new(IrOp::SLoad, ty, Slot(slot as u16), mode);
        if mode.has(SloadMode::TYPECHECK) {
            ins = ins.guarded();
        }
        let r = self.b.emit(ins)?;
        Ok(self.canonical(r))
    }
    /// The constant, if the value's type says what it is.
    pub(super) fn canonical(&self, r: IrRef) -> IrRef {
        match self.ty(r) {
            IrType::Nil => IrRef::NIL,
            IrType::False => IrRef::FALSE,
            IrType::True => IrRef::TRUE,
            _ => r,
        }
    }

    /// Is the value what the slot of this number in the IR held when the trace began, and nothing else was written there since?
    pub(super) fn is_unwritten(&self, slot: usize, value: IrRef) -> bool {
        let t = self.b.trace();
        let ins = t.get(value);
        // A load from before the base moved counted slots from another one.
        ins.op() == IrOp::SLoad
            && usize::from(ins.slot().0) == slot
            && t.newest_base().is_none_or(|moved| moved < value)
            && !self.here.written.get(slot).copied().unwrap_or(false)
    }
    /// Sets slot `i` of the running frame.
    pub(super) fn set(&mut self, i: usize, value: IrRef) -> Record<()> {
        self.set_as(i, value, SnapKind::Value)
    }
    /// The same, for words that are no values.
    pub(super) fn set_as(&mut self, i: usize, value: IrRef, kind: SnapKind) -> Record<()> {
        let place = self.here.slots.get_mut(self.here.base + i);
        *place.ok_or(TraceAbort::StackOverflow)? = Some(SlotRef::new(value, kind));
        self.max_slot = self.max_slot.max(i + 1);
        Ok(())
    }
    /// Writes one of the two words below the running frame's base.
    pub(super) fn set_below(&mut self, distance: usize, value: IrRef, kind: SnapKind) {
        if let Some(place) = self.here.slots.get_mut(self.here.base - distance) {
            *place = Some(SlotRef::new(value, kind));
        }
    }
    /// Declares the slots of the running frame from `i` on dead.
    pub(super) fn shrink(&mut self, i: usize) {
        for slot in self.here.slots.iter_mut().skip(self.here.base + i) {
            *slot = None;
        }
        self.max_slot = self.max_slot.min(i);
    }
    /// Makes the slots of the running frame below `i` the live ones, whatever was live before.
    pub(super) fn set_top(&mut self, i: usize) {
        self.shrink(i);
        self.max_slot = i;
    }

    /// The function that runs.
    pub(super) fn current_function(&mut self) -> Record<IrRef> {
        let slot = self.here.base - FRAME_SLOTS;
        if let Some(s) = self.here.slots.get(slot).copied().flatten() {
            return Ok(s.value);
        }
        // The trace began in code of this function's prototype.
        let r = self.load_slot(slot, IrType::Func, SloadMode::NONE)?;
        self.set_below(FRAME_SLOTS, r, SnapKind::Value);
        Ok(r)
    }
}
