//! How a trace begins, and how one ends that does not close a loop of its own.

use perilune_ir::ins::Flags;
use perilune_ir::snap::SnapKind;
use perilune_ir::types::IrRef;

use crate::asm::{self, Alu, Cond, Item, Mem, Rm};
use crate::compile::{Compiler, parent_value};
use crate::error::BackendError;
use crate::input::{Head, Location};
use crate::moves::{Moves, Place};
use crate::reg::{Reg, RegSet};

impl Compiler<'_> {
    /// Is there room for the trace's frames? Leaves with the first snapshot.
    pub fn stack_check(&mut self) {
        let top = self.input.top_slot;
        if let Head::Side { top_slot, .. } = self.input.head
            && top <= top_slot
        {
            return;
        }
        self.snap = Some(0);
        self.locked = RegSet::NONE;
        self.prepare_exit();
        let t = self.temp(RegSet::GPR);
        let limit = self.vm(self.layout.vm.stack_limit);
        self.forward(|c| {
            c.ins(asm::lea(true, t, Mem::at(Reg::BASE, i32::from(top) * 8)));
            c.ins(asm::alu_rm(Alu::Cmp, true, t, Rm::Mem(limit)));
            c.exit_aside(Cond::Above);
        });
    }

    /// What precedes the first instruction: values of the parent come to their places, constants to their registers.
    pub fn head(&mut self) {
        let trace = self.trace;
        let mut moves = Moves::default();
        if let Head::Side { values, .. } = self.input.head {
            for r in trace.refs() {
                let ins = trace.get(r);
                if !self.is_inherited(&ins) || ins.ty().is_pri() {
                    continue;
                }
                let Some(v) = parent_value(values, &ins) else {
                    continue;
                };
                let from = match v.location {
                    Location::Gpr(n) => Place::Reg(Reg::gpr(n)),
                    Location::Xmm(n) => Place::Reg(Reg::xmm(n)),
                    Location::Spill(slot) => Place::Slot(slot),
                };
                let s = self.state(r);
                if let Some(reg) = s.reg {
                    self.release(reg);
                    moves.add(self, Place::Reg(reg), from, ins.ty());
                }
                if let Some(slot) = s.spill
                    && !s.stored
                {
                    moves.add(self, Place::Slot(slot), from, ins.ty());
                }
            }
        }
        let mut constants = [None; 32];
        for reg in self.usable.minus(self.free).iter() {
            match self.owner[reg.index()] {
                Some(r) if r.is_const() => constants[reg.index()] = Some(r),
                _ => self.fail(BackendError::Malformed),
            }
        }
        self.forward(|c| {
            moves.emit(c);
            for reg in RegSet::GPR.or(RegSet::XMM).iter() {
                if let Some(r) = constants[reg.index()] {
                    c.load_constant(reg, r);
                }
            }
        });
    }

    /// Writes the last snapshot's values to the stack and goes to other code, or to this trace's beginning.
    pub fn flush_and_jump(&mut self, to: Option<usize>) {
        let trace = self.trace;
        let Some(snap) = self.last_snap() else {
            self.fail(BackendError::MissingSnapshot);
            return;
        };
        self.item(Item::Goto(to));
        let base_slot = self
            .input
            .resume
            .get(snap.pc as usize)
            .map_or(0, |r| r.base_slot);
        if base_slot != 0 {
            let by = i32::from(base_slot) * 8;
            self.ins(asm::alu_imm(Alu::Add, true, Rm::Reg(Reg::BASE), by));
        }
        for e in trace.snap_entries(snap).iter().rev() {
            if e.kind == SnapKind::Unchanged {
                continue;
            }
            if !e.value.is_const() && trace.get(e.value).has(Flags::SUNK) {
                self.fail(BackendError::Malformed);
                return;
            }
            let m = Mem::at(Reg::BASE, e.slot.offset() * 8);
            self.locked = RegSet::NONE;
            match e.kind {
                SnapKind::Frame | SnapKind::KeyIndex => self.store_word(m, e.value),
                _ => self.store_value(m, e.value),
            }
            self.precede();
        }
    }
    /// A raw word: an address, the position of a traversal.
    fn store_word(&mut self, m: Mem, r: IrRef) {
        if r.is_const() {
            let bits = self.constant_bits(r);
            return self.store_constant(m, r, bits);
        }
        // An int's register has a clear upper half.
        let reg = self.alloc(r);
        self.ins(asm::mov_mr(true, m, reg));
    }
}
