//! Beginning a side trace: what its parent's exit has in registers and in the stack, and the objects that the parent sank.

use perilune_ir::ins::{Flags, Ins as IrIns, Operand};
use perilune_ir::literal::SloadMode;
use perilune_ir::op::IrOp;
use perilune_ir::snap::{Snap, SnapEntry, SnapKind};
use perilune_ir::types::IrRef;

use super::slots::SlotRef;
use super::{FIRST, FrameEntered, ParentTrace, Record, Recorder};
use crate::jit::trace::TraceAbort;
use crate::value::Value;
use crate::vm::frame::{self, Frame};

impl Recorder {
    /// Fills the slots with what the parent's snapshot says.
    pub(super) fn replay(&mut self, parent: &ParentTrace<'_>, snap: &Snap) -> Record<()> {
        for entry in parent.ir.snap_entries(snap) {
            let value = self.inherited(parent, entry)?;
            if let Some(place) = self.slots.get_mut(usize::from(entry.slot.0)) {
                let kind = match entry.kind {
                    SnapKind::Unchanged => SnapKind::Value,
                    kind => kind,
                };
                *place = Some(SlotRef { value, kind });
            }
        }
        Ok(())
    }

    /// The value of an entry.
    fn inherited(&mut self, parent: &ParentTrace<'_>, entry: &SnapEntry) -> Record<IrRef> {
        let t = parent.ir;
        if let Some(k) = t.constant(entry.value) {
            return Ok(self.b.konst(k)?);
        }
        let ins = t.get(entry.value);
        if ins.has(Flags::SUNK) {
            return Err(TraceAbort::RetryRecording);
        }
        let mut mode = SloadMode::INHERIT;
        if entry.kind == SnapKind::KeyIndex {
            mode = mode.with(SloadMode::KEYINDEX);
        }
        if entry.kind == SnapKind::Unchanged && ins.op() == IrOp::SLoad {
            // It lies in the stack.
            mode = ins
                .sload_mode()
                .without(SloadMode::TYPECHECK)
                .without(SloadMode::PARENT)
                .with(mode);
        } else {
            mode = mode.with(SloadMode::PARENT);
        }
        let _ = Operand::NONE;
        let load = IrIns::new(IrOp::SLoad, ins.ty(), entry.slot, mode);
        Ok(self.b.append(load)?)
    }

    /// The frames that the parent had entered.
    pub(super) fn find_frames(&mut self, base: *mut Value) -> Record<()> {
        let mut slot = self.base;
        let mut at = Frame(base);
        while slot > FIRST {
            // SAFETY: the snapshot was restored: down to the parent's first frame all are complete.
            let (function, link, below) = unsafe { (at.function(), at.link(), at.below()) };
            let (below, _) = below.ok_or(TraceAbort::RetryRecording)?;
            let distance = (at.0 as usize - below.0 as usize) / size_of::<Value>();
            // SAFETY: as above.
            let proto = unsafe { below.function() }.proto();
            let header = if link.kind() == frame::VARG {
                function.pc.get()
            } else {
                function.proto().map_or(core::ptr::null(), |p| p.code_ptr())
            };
            self.frames
                .try_reserve(1)
                .map_err(|_| TraceAbort::OutOfMemory)?;
            self.frames.push(FrameEntered {
                header,
                below: proto.ok_or(TraceAbort::RetryRecording)?,
            });
            slot = slot
                .checked_sub(distance)
                .ok_or(TraceAbort::RetryRecording)?;
            at = below;
        }
        self.frames.reverse();
        if slot != FIRST {
            return Err(TraceAbort::RetryRecording);
        }
        Ok(())
    }
}
