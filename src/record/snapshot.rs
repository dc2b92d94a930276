//! Snapshots, and the places where the interpreter goes on after an exit.

use perilune_ir::ins::Operand;
use perilune_ir::literal::{SloadMode, Slot};
use perilune_ir::op::IrOp;
use perilune_ir::snap::{SnapEntry, SnapKind};
use perilune_ir::types::IrType;

use super::at::instruction;
use super::slots::SlotRef;
use super::{FIRST, Record, Recorder};
use crate::bytecode::{Bc, Ins};
use crate::jit::trace::{ResumePoint, TraceAbort};

impl Recorder {
    /// Takes a snapshot: exits that use it go on at `pc`, which is in the running function.
    pub(super) fn snapshot(&mut self, pc: *const Ins) -> Record<()> {
        self.entries.clear();
        let live = (self.here.base + self.max_slot).min(self.here.slots.len());
        for i in 0..live {
            let Some(slot) = self.here.slots[i] else {
                continue;
            };
            let Some(kind) = self.kind_in_snapshot(i, slot) else {
                continue;
            };
            let entry = SnapEntry {
                slot: Slot(i as u16),
                value: slot.value,
                kind,
            };
            self.entries
                .try_reserve(1)
                .map_err(|_| TraceAbort::OutOfMemory)?;
            self.entries.push(entry);
        }
        let resume = self.resume_index(pc)?;
        let depth = self.here.frames.len() as u16;
        self.b.snapshot(resume, depth, &self.entries)?;
        self.needs_snapshot = false;
        Ok(())
    }

    /// How a slot is written down, if it has to be.
    pub(super) fn kind_in_snapshot(&self, i: usize, slot: SlotRef) -> Option<SnapKind> {
        if slot.stored {
            // The loop's next iteration may take it from here.
            let is_of_use = self.is_closing && slot.kind == SnapKind::Value;
            return is_of_use.then_some(SnapKind::Unchanged);
        }
        if !self.is_unwritten(i, slot.value) {
            return Some(slot.kind);
        }
        let mode = self.b.trace().get(slot.value).sload_mode();
        if !mode.has(SloadMode::INHERIT) {
            return None;
        }
        if mode.has(SloadMode::PARENT) && !mode.has(SloadMode::READONLY) {
            return Some(slot.kind);
        }
        Some(SnapKind::Unchanged)
    }

    /// The number of the place where the interpreter goes on.
    pub(super) fn resume_index(&mut self, pc: *const Ins) -> Record<u32> {
        let base_slot = (self.here.base - FIRST) as u16;
        // Open values may lie behind the frame.
        let top_slot = base_slot + self.here.proto.frame_size().max(self.max_slot) as u16;
        let native_args = self.native_args.take();
        let takes_open = native_args.is_none() && takes_open_results(pc);
        let point = ResumePoint {
            pc,
            base_slot,
            top_slot,
            native_args,
            open_results: takes_open.then_some(self.open_results as u16),
        };
        self.top_slot = self
            .top_slot
            .max(top_slot)
            .max(base_slot + self.max_slot as u16);
        if let Some(i) = self.resume.iter().position(|p| *p == point) {
            return Ok(i as u32);
        }
        self.resume
            .try_reserve(1)
            .map_err(|_| TraceAbort::OutOfMemory)?;
        self.resume.push(point);
        Ok(self.resume.len() as u32 - 1)
    }

    /// The snapshot and the fuel that the last instruction left to the one at `pc`.
    pub(super) fn settle(&mut self, pc: *const Ins) -> Record<()> {
        if self.pending_fuel > 0 {
            self.snapshot(pc)?;
            let units = core::mem::take(&mut self.pending_fuel);
            self.b.ins(IrOp::Fuel, IrType::Nil, units, Operand::NONE)?;
        } else if self.needs_snapshot {
            self.snapshot(pc)?;
        }
        Ok(())
    }
}

/// Does an instruction of a running function find open results?
fn takes_open_results(pc: *const Ins) -> bool {
    // SAFETY: the caller's instruction.
    let ins = unsafe { instruction(pc) };
    match ins.op() {
        Some(Bc::CallM | Bc::CallMT | Bc::RetM | Bc::TSetM) => true,
        // Upvalues are closed between the results and the return or tail call that takes them.
        Some(Bc::UClo) => {
            let target = pc.wrapping_add(1).wrapping_offset(ins.jump());
            // SAFETY: jumps stay in the code.
            let ins = unsafe { instruction(target) };
            matches!(ins.op(), Some(Bc::CallMT | Bc::RetM))
        }
        _ => false,
    }
}
