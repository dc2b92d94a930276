//! Beginning a side trace: the slots and the frames that its parent leaves to it.

use perilune_ir::snap::SnapKind;

use super::slots::SlotRef;
use super::{FIRST, FrameEntered, ParentTrace, Record, Recorder};
use crate::bytecode::{Ins, Proto};
use crate::jit::trace::TraceAbort;
use crate::value::{Gc, Value};
use crate::vm::frame::{self, Frame};

impl Recorder {
    /// Fills the slots with what the parent's snapshot says.
    pub(super) fn replay(&mut self, parent: &ParentTrace<'_>, pc: *const Ins) -> Record<()> {
        let index = self.resume_index(pc)?;
        let exit = usize::from(parent.exit);
        let entries = perilune_ir::side::inherit(&mut self.b, parent.ir, exit, index)?;
        for entry in entries {
            let Some(place) = self.here.slots.get_mut(usize::from(entry.slot.0)) else {
                return Err(TraceAbort::StackOverflow);
            };
            let kind = match entry.kind {
                SnapKind::Unchanged => SnapKind::Value,
                kind => kind,
            };
            *place = Some(SlotRef::new(entry.value, kind));
        }
        Ok(())
    }

    /// The frames that the parent had entered.
    pub(super) fn find_frames(&mut self, base: *mut Value) -> Record<()> {
        let mut slot = self.here.base;
        let mut at = Frame(base);
        while slot > FIRST {
            // SAFETY: the snapshot was restored: down to the parent's first frame all are complete.
            let (function, link, below) = unsafe { (at.function(), at.link(), at.below()) };
            let (below, _) = below.ok_or(TraceAbort::RetryRecording)?;
            let distance = (at.0 as usize - below.0 as usize) / size_of::<Value>();
            let proto = lua_proto(below);
            let header = if link.kind() == frame::VARG {
                function.pc.get()
            } else {
                function.proto().map_or(core::ptr::null(), |p| p.code_ptr())
            };
            self.here
                .frames
                .try_reserve(1)
                .map_err(|_| TraceAbort::OutOfMemory)?;
            self.here.frames.push(FrameEntered {
                header,
                below: proto.ok_or(TraceAbort::RetryRecording)?,
            });
            slot = slot
                .checked_sub(distance)
                .ok_or(TraceAbort::RetryRecording)?;
            at = below;
        }
        self.here.frames.reverse();
        if slot != FIRST {
            return Err(TraceAbort::RetryRecording);
        }
        Ok(())
    }
}

/// The prototype of a complete frame's function, or where that is a native one, of the Lua function that called it.
fn lua_proto(frame: Frame) -> Option<Gc<Proto>> {
    // SAFETY: the caller's frame is complete, and so is one below a native function that was called by a call instruction.
    unsafe {
        match frame.function().proto() {
            Some(proto) => Some(proto),
            None if frame.link().kind() == frame::LUA => frame.below()?.0.function().proto(),
            None => None,
        }
    }
}
