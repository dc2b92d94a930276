//! Where a loop closes and where it begins.
//!
//! A PHI's value is in the PHI's register wherever the loop closes. The walk meets that point first, and the loop's beginning
//! last, when it knows where the body wants the left operand: most often in the same register. What else lives through the
//! loop was given registers that the loop doesn't write, or is loaded again at its beginning.
//!
//! ```text
//!            … before the loop: left in the PHI's register
//! LoopStart: moves from PHIs' registers to where the body has them; invariants loaded again
//!            … the body
//!            right operands moved to PHIs' registers, where they are not there; stores of PHIs that have spill slots (`tail`)
//!            jump to LoopStart
//! ```

use perilune_ir::ins::Flags;
use perilune_ir::op::IrOp;
use perilune_ir::types::IrRef;

use crate::asm::Item;
use crate::compile::{Compiler, Phi};
use crate::error::BackendError;
use crate::moves::{Moves, Place};
use crate::reg::RegSet;

/// So many registers of each class are not given to PHIs.
const KEPT_FREE: u32 = 4;

impl Compiler<'_> {
    /// Where the loop closes: decides where PHIs live.
    pub fn loop_tail(&mut self) {
        let trace = self.trace;
        for (_, ins) in trace.chain(IrOp::Phi, None) {
            if ins.has(Flags::SUNK) {
                continue;
            }
            let (Some(left), Some(right)) = (ins.ref_a(), ins.ref_b()) else {
                self.fail(BackendError::Malformed);
                return;
            };
            if self.ty(left).is_pri() {
                continue;
            }
            if self.phis.try_reserve(1).is_err() {
                self.fail(BackendError::OutOfMemory);
                return;
            }
            self.phis.push(Phi {
                left,
                right,
                reg: None,
            });
            self.state_mut(left).phi = true;
        }
        self.phis.sort_unstable_by_key(|p| p.left);
        // Registers for as many as there is room for. The first right operand to come is defined in its PHI's register.
        for i in 0..self.phis.len() {
            let p = self.phis[i];
            let class = self.class_of(p.right);
            let room = self.free.and(class);
            if room.len() > KEPT_FREE {
                let callee = room.and(RegSet::CALLEE_SAVED);
                let reg = if self.loop_has_call && !callee.is_empty() {
                    callee.first()
                } else {
                    let other = room.minus(RegSet::CALLEE_SAVED);
                    other.first().or(room.first())
                };
                if let Some(reg) = reg {
                    self.phis[i].reg = Some(reg);
                    self.modified.insert(reg);
                    if p.right.is_const() || self.state(p.right).reg.is_some() {
                        // Filled by a move; free for others before that.
                        self.free.remove(reg);
                    } else {
                        self.assign(p.right, reg);
                    }
                }
            }
        }
        let mut moves = Moves::default();
        for i in 0..self.phis.len() {
            let p = self.phis[i];
            let ty = self.ty(p.right);
            let to = match p.reg {
                Some(reg) => Place::Reg(reg),
                None => Place::Slot(self.spill(p.left)),
            };
            if p.right.is_const() {
                continue;
            }
            let from = match self.state(p.right).reg {
                Some(reg) => Place::Reg(reg),
                None => Place::Slot(self.spill(p.right)),
            };
            moves.add(self, to, from, ty);
        }
        let phis = core::mem::take(&mut self.phis);
        self.forward(|c| {
            moves.emit(c);
            for p in phis.iter().filter(|p| p.right.is_const()) {
                match p.reg {
                    Some(reg) => c.load_constant(reg, p.right),
                    None => {
                        let slot = c.spill(p.left);
                        let bits = c.constant_bits(p.right);
                        c.store_bits(c.spill_mem(slot), bits);
                    }
                }
            }
        });
        self.phis = phis;
        for i in 0..self.phis.len() {
            if let Some(reg) = self.phis[i].reg
                && self.owner[reg.index()].is_none()
            {
                self.free.insert(reg);
            }
        }
    }

    /// Where the loop begins.
    pub fn loop_head(&mut self) {
        // Invariants in registers that the body writes, and PHIs that lie in memory where the loop closes.
        for reg in RegSet::GPR.or(RegSet::XMM).minus(self.free).iter() {
            let Some(r) = self.owner[reg.index()] else {
                continue;
            };
            if !self.is_invariant(r) && !self.is_phi_left(r) {
                self.fail(BackendError::Malformed);
                return;
            }
            let is_loaded = match self.phis.iter().find(|p| p.left == r) {
                Some(p) => p.reg.is_none(),
                None => self.modified.has(reg),
            };
            if is_loaded {
                self.evict(reg);
            }
        }
        self.settle();
        // What is settled in a register has to stay there.
        self.weak = RegSet::NONE;
        // PHIs that have a spill slot keep it up to date.
        let from = self.items.len();
        for i in 0..self.phis.len() {
            let p = self.phis[i];
            if let (Some(reg), Some(slot)) = (p.reg, self.state(p.left).spill) {
                let ty = self.ty(p.left);
                self.store_slot(ty, slot, reg);
            }
        }
        let stores = self.items.len() - from;
        if self.tail.try_reserve_exact(stores).is_err() {
            self.fail(BackendError::OutOfMemory);
            return;
        }
        self.tail.extend(self.items.drain(from..));

        let mut moves = Moves::default();
        for i in 0..self.phis.len() {
            let p = self.phis[i];
            if let (Some(home), Some(reg)) = (p.reg, self.state(p.left).reg) {
                let ty = self.ty(p.left);
                moves.add(self, Place::Reg(reg), Place::Reg(home), ty);
            }
        }
        self.forward(|c| moves.emit(c));
        let mut at_home = [None; 32];
        for i in 0..self.phis.len() {
            let p = self.phis[i];
            if let Some(reg) = self.state(p.left).reg {
                self.release(reg);
                if let Some(home) = p.reg {
                    at_home[home.index()] = Some(p.left);
                }
            }
        }
        self.item(Item::LoopStart);
        self.in_loop = false;
        for reg in RegSet::GPR.or(RegSet::XMM).iter() {
            if let Some(r) = at_home[reg.index()] {
                if self.owner[reg.index()].is_some() {
                    self.fail(BackendError::Malformed);
                }
                self.assign(r, reg);
            }
        }
    }
    /// Is it the left operand of a PHI of this loop?
    fn is_phi_left(&self, r: IrRef) -> bool {
        !r.is_const() && self.state(r).phi
    }
}
