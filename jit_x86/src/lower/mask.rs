//! What holds while the processor runs ahead of a check that will fail.
//!
//! A bounds check is a branch, and a processor that guesses it wrong reads beyond the array for a while, which other code can tell from the
//! cache afterwards. So with [`Hardening::mask`](crate::input::Hardening) an index is compared once more where an address is made of it, and
//! becomes 0 without a branch if it is too large. Values are made addresses by exclusive or with what their tag has to be, so that any other
//! value becomes an address that no memory has.

use iced_x86::Code;
use perilune_ir::ins::Const;
use perilune_ir::literal::Field;
use perilune_ir::op::IrOp;
use perilune_ir::types::IrRef;

use crate::asm::{self, Alu, Arg, Mem, Rm, Shift};
use crate::compile::Compiler;
use crate::reg::{Reg, RegSet};
use crate::runtime::encoding;

/// What an index has to be for the thing in memory that bounds it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// Less.
    Below,
    /// Less or equal: a string's end, the last node.
    AtMost,
}

impl Compiler<'_> {
    /// Is the address made with a mask? It is made once then, and kept in a register.
    pub(super) fn is_masked(&self, at: IrRef) -> bool {
        let ins = self.trace.get(at);
        let index = ins.ref_b().and_then(|index| self.constant(index));
        self.hardening.mask
            && match ins.op() {
                IrOp::ARef | IrOp::StrRef => index != Some(Const::Int(0)),
                IrOp::HRefK => !matches!(index, Some(Const::KSlot(_, 0))),
                _ => false,
            }
    }
    /// The table of which this is the field, if it is still known where an address is made of it.
    fn owner_of(&self, part: IrRef, field: Field) -> Option<IrRef> {
        let owner = |r: IrRef| {
            let ins = (!r.is_const()).then(|| self.trace.get(r))?;
            let is_part = ins.op() == IrOp::FLoad && ins.field() == Some(field);
            ins.ref_a().filter(|_| is_part)
        };
        let table = owner(part)?;
        if table.is_const() || !self.in_loop {
            return Some(table);
        }
        let changes = |r: IrRef| self.state(r).phi;
        if changes(part) {
            // The next iteration's has to be the same table's.
            let next = self.phis.iter().find(|p| p.left == part)?.right;
            return (owner(next) == Some(table) && !changes(table)).then_some(table);
        }
        let is_from_before = self.loop_at.is_some_and(|l| part.index() < l);
        (!is_from_before || !changes(table)).then_some(table)
    }
    /// Where the memory is that bounds an index into a part of a table.
    fn bound_of(&mut self, part: IrRef, field: Field, bound: Field) -> Option<Mem> {
        let table = self.owner_of(part, field)?;
        let place = self.field(Some(bound));
        Some(Mem::at(self.alloc(table), place.offset))
    }
    /// Waits until it is known what is true, where nothing else is to be had.
    fn wait(&mut self) {
        self.first(asm::ins(Code::Lfence, &[]));
    }

    /// The index if it is in bounds, else 0, in a register of the instruction's.
    pub(super) fn masked(&mut self, index: Reg, limit: Mem, bound: Bound) -> Reg {
        let t = self.temp(RegSet::GPR);
        self.first(asm::alu_rm(Alu::Xor, false, t, Rm::Reg(t)));
        let code = match bound {
            Bound::Below => Code::Cmovb_r32_rm32,
            Bound::AtMost => Code::Cmovbe_r32_rm32,
        };
        self.first(asm::alu_rm(Alu::Cmp, false, index, Rm::Mem(limit)));
        let args = [Arg::R(t.low32()), Arg::R(index.low32())];
        self.first(asm::ins(code, &args));
        t
    }
    /// The same for a constant other than 0, which is multiplied by a number.
    fn masked_constant(&mut self, index: i32, limit: Mem, bound: Bound, by: i32) -> Reg {
        let t = self.temp(RegSet::GPR);
        self.first(asm::alu_rm(Alu::Xor, false, t, Rm::Reg(t)));
        self.first(asm::alu_imm(Alu::Cmp, false, Rm::Mem(limit), index));
        let code = match bound {
            Bound::Below => Code::Seta_rm8,
            Bound::AtMost => Code::Setae_rm8,
        };
        self.first(asm::ins(code, &[Arg::R(t.low8())]));
        let (d, factor) = (Arg::R(t.full()), index.checked_mul(by));
        match factor {
            Some(1) => {}
            Some(n) => match i8::try_from(n) {
                Ok(_) => self.first(asm::ins(Code::Imul_r64_rm64_imm8, &[d, d, Arg::I8To64(n)])),
                Err(_) => {
                    self.first(asm::ins(
                        Code::Imul_r64_rm64_imm32,
                        &[d, d, Arg::I32To64(n)],
                    ));
                }
            },
            // So far away that no memory is there: it doesn't pass the check.
            None => self.first(asm::alu_rm(Alu::Xor, false, t, Rm::Reg(t))),
        }
        t
    }

    /// The memory of an array's slot.
    pub(super) fn masked_slot(&mut self, array: IrRef, index: IrRef) -> Mem {
        let base = self.alloc(array);
        let constant = match self.constant(index) {
            Some(Const::Int(i)) => Some(i),
            _ => None,
        };
        if constant == Some(0) {
            return Mem::at(base, 0);
        }
        let index = match constant {
            Some(_) => base,
            None => self.alloc(index),
        };
        let limit = self.bound_of(array, Field::TabArray, Field::TabASize);
        let (index, scale, disp) = match (constant, limit) {
            (Some(i), Some(limit)) => {
                let t = self.masked_constant(i, limit, Bound::Below, 8);
                (Some(t), 1, 0)
            }
            (None, Some(limit)) => (Some(self.masked(index, limit, Bound::Below)), 8, 0),
            (Some(i), None) => {
                self.wait();
                (None, 1, i.wrapping_mul(8))
            }
            (None, None) => {
                self.wait();
                (Some(index), 8, 0)
            }
        };
        Mem {
            base: Some(base),
            index,
            scale,
            disp,
        }
    }
    /// The memory of a string's byte, or of its end.
    pub(super) fn masked_byte(&mut self, s: IrRef, index: IrRef, first: i32) -> Mem {
        let base = self.alloc(s);
        let limit = self.field(Some(Field::StrLen));
        let limit = Mem::at(base, limit.offset);
        let index = match self.constant(index) {
            Some(Const::Int(0)) => return Mem::at(base, first),
            Some(Const::Int(i)) => self.masked_constant(i, limit, Bound::AtMost, 1),
            _ => {
                let index = self.alloc(index);
                self.masked(index, limit, Bound::AtMost)
            }
        };
        Mem {
            base: Some(base),
            index: Some(index),
            scale: 1,
            disp: first,
        }
    }
    /// The node of a hash part, or its first one if it has so few.
    pub(super) fn masked_node(&mut self, nodes: IrRef, slot: u16) -> Option<Mem> {
        let base = self.alloc(nodes);
        if slot == 0 {
            return Some(Mem::at(base, 0));
        }
        let size = self.layout.node.size;
        let (index, disp) = match self.bound_of(nodes, Field::TabNode, Field::TabHMask) {
            Some(limit) => {
                let t = self.masked_constant(i32::from(slot), limit, Bound::AtMost, size);
                (Some(t), 0)
            }
            None => {
                self.wait();
                (None, i32::from(slot).checked_mul(size)?)
            }
        };
        Some(Mem {
            base: Some(base),
            index,
            scale: 1,
            disp,
        })
    }

    /// Bits that exclusive or makes an address of a value with this tag, and of any other value no address; none if addresses lie in both
    /// halves of the address space.
    pub(super) fn poison(&self, tag: u16) -> Option<u16> {
        match (self.layout.low_addresses, self.layout.high_addresses) {
            (true, _) => Some(tag),
            (false, true) => Some(!tag),
            (false, false) => None,
        }
    }
    /// Makes the address of a value that has this tag.
    pub(super) fn unbox(&mut self, reg: Reg, tag: u16) {
        if self.hardening.mask
            && let Some(bits) = self.poison(tag)
        {
            self.ins(asm::shift_imm(Shift::Rol, true, reg, 16));
            self.ins(asm::alu_imm(Alu::Xor, true, Rm::Reg(reg), bits.into()));
            self.ins(asm::shift_imm(Shift::Ror, true, reg, 16));
            return;
        }
        let right = if self.layout.low_addresses {
            Shift::Shr
        } else {
            Shift::Sar
        };
        self.ins(asm::shift_imm(Shift::Shl, true, reg, 16));
        self.ins(asm::shift_imm(right, true, reg, 16));
    }
    /// Loads the address of a value in memory that has this tag.
    pub(super) fn load_address(&mut self, dst: Reg, m: Mem, tag: u16) {
        let wants_poison = self.layout.low_addresses || self.hardening.mask;
        match self.poison(tag) {
            Some(bits) if wants_poison && !Self::reads(m, dst) => {
                let bits = u64::from(bits) << encoding::TAG_SHIFT;
                self.ins(asm::mov_imm(dst, bits));
                self.ins(asm::alu_rm(Alu::Xor, true, dst, Rm::Mem(m)));
            }
            _ => {
                self.ins(asm::mov_rm(true, dst, Rm::Mem(m)));
                self.unbox(dst, tag);
            }
        }
    }
}
