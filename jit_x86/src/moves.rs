//! Moves that happen all at once: at the head of a side trace, and where a loop closes.
//!
//! A move whose destination is nobody's source is done first. What remains are cycles, which are broken by putting one value
//! aside.

use alloc::vec::Vec;

use iced_x86::Code;
use perilune_ir::types::IrType;

use crate::asm::{self, Arg, Mem, Rm};
use crate::compile::{Compiler, SCRATCH_SLOT, out_of_memory};
use crate::reg::{Reg, RegSet};

/// A register or a spill slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    Reg(Reg),
    Slot(u16),
}

/// One of the moves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move {
    pub to: Place,
    pub from: Place,
    pub ty: IrType,
}

/// Moves, all at once.
#[derive(Default)]
pub(crate) struct Moves {
    list: Vec<Move>,
    /// Registers of all of them, also of those that move nothing.
    busy: RegSet,
}

impl Moves {
    /// Adds one. Destinations are distinct.
    pub fn add(&mut self, c: &mut Compiler<'_>, to: Place, from: Place, ty: IrType) {
        for place in [to, from] {
            if let Place::Reg(r) = place {
                self.busy.insert(r);
            }
        }
        if to == from {
            return;
        }
        match self.list.try_reserve(1) {
            Ok(()) => self.list.push(Move { to, from, ty }),
            Err(e) => c.fail(out_of_memory(e)),
        }
    }

    /// Emits them in program order.
    pub fn emit(mut self, c: &mut Compiler<'_>) {
        // Registers that nothing needs here, to put values aside.
        let spare = c.free.minus(self.busy);
        while let Some(last) = self.list.last().copied() {
            let free = self
                .list
                .iter()
                .position(|m| self.list.iter().all(|n| n.from != m.to));
            if let Some(i) = free {
                let m = self.list.swap_remove(i);
                c.emit_move(m.to, m.from, m.ty);
                continue;
            }
            // Only cycles are left: the destination of one is put aside, and read from there.
            let (ty, class) = match last.to {
                Place::Reg(r) if r.is_xmm() => (IrType::Num, RegSet::XMM),
                _ => (IrType::I64, RegSet::GPR),
            };
            let register = spare.and(class).first();
            let aside = register.map_or(Place::Slot(SCRATCH_SLOT), Place::Reg);
            c.emit_move(aside, last.to, ty);
            for m in &mut self.list {
                if m.from == last.to {
                    m.from = aside;
                }
            }
        }
    }
}

impl Compiler<'_> {
    /// Emits one move. Between spill slots it goes over the host's stack.
    pub fn emit_move(&mut self, to: Place, from: Place, ty: IrType) {
        match (to, from) {
            (Place::Reg(to), Place::Reg(from)) => match (to.is_xmm(), from.is_xmm()) {
                (true, false) => self.xmm_of_gpr(to, from),
                (false, true) => self.gpr_of_xmm(to, from),
                _ => self.copy(to, from),
            },
            (Place::Reg(to), Place::Slot(slot)) => self.load_slot(ty, to, slot),
            (Place::Slot(slot), Place::Reg(from)) => {
                let m = self.spill_mem(slot);
                // In full: the other end may be a cycle's.
                if from.is_xmm() {
                    self.store_xmm(m, from);
                } else {
                    self.ins(asm::mov_mr(true, m, from));
                }
            }
            (Place::Slot(to), Place::Slot(from)) => {
                let (to, from): (Mem, Mem) = (self.spill_mem(to), self.spill_mem(from));
                self.ins(asm::ins(Code::Push_rm64, &[Arg::M(from)]));
                self.ins(asm::ins(Code::Pop_rm64, &[Arg::M(to)]));
            }
        }
    }

    /// `dst = src` of general registers of 32 bits, which clears the upper half.
    pub fn copy32(&mut self, dst: Reg, src: Reg) {
        self.ins(asm::mov_rm(false, dst, Rm::Reg(src)));
    }
}
