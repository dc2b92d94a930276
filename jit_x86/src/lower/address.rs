//! Fusion: addresses and loads become memory operands.

use perilune_ir::ins::{Const, Ins};
use perilune_ir::literal::{Field, SloadMode};
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use crate::asm::{self, Mem, Rm};
use crate::compile::Compiler;
use crate::error::BackendError;
use crate::reg::{Reg, RegSet};
use crate::runtime::{FieldPlace, Width};

/// How far back a load is looked for conflicts with stores.
const SEARCH_LIMIT: usize = 40;

impl Compiler<'_> {
    /// Where a field is.
    pub(super) fn field(&mut self, f: Option<Field>) -> FieldPlace {
        match f.and_then(|f| self.layout.field(f)) {
            Some(p) => p,
            None => {
                self.fail(BackendError::UnknownField);
                FieldPlace {
                    offset: 0,
                    width: Width::Quad,
                    addend: 0,
                }
            }
        }
    }
    /// May the instruction be computed where it is used, rather than here?
    fn is_near(&self, r: IrRef) -> bool {
        let is_from_before = self.in_loop && self.loop_at.is_some_and(|l| r.index() < l);
        self.input.fuse && !r.is_const() && !self.is_needed(r) && !is_from_before
    }

    /// The memory at an address. What it is made of gets registers.
    pub(super) fn address(&mut self, at: IrRef) -> Mem {
        if self.is_near(at)
            && !self.is_masked(at)
            && let Some(m) = self.fused_address(at)
        {
            return m;
        }
        Mem::at(self.alloc(at), 0)
    }
    /// The memory that an instruction's operands address, if a memory operand can express it.
    fn fused_address(&mut self, at: IrRef) -> Option<Mem> {
        let ins = self.trace.get(at);
        match ins.op() {
            IrOp::ARef => {
                let (array, index) = (ins.ref_a()?, ins.ref_b()?);
                if self.hardening.mask {
                    return Some(self.masked_slot(array, index));
                }
                if let Some(Const::Int(i)) = self.constant(index) {
                    // Where this overflows, the bounds check before it never holds.
                    return Some(Mem::at(self.alloc(array), i.wrapping_mul(8)));
                }
                let base = self.alloc(array);
                let (index, disp) = self.index(index);
                Some(Mem {
                    base: Some(base),
                    index: Some(index),
                    scale: 8,
                    disp: disp * 8,
                })
            }
            IrOp::HRefK => {
                let Some(Const::KSlot(_, slot)) = ins.ref_b().and_then(|k| self.constant(k)) else {
                    return None;
                };
                let node = self.layout.node;
                if self.hardening.mask {
                    let m = self.masked_node(ins.ref_a()?, slot)?;
                    return Some(m.plus(node.value));
                }
                let disp = i32::from(slot).checked_mul(node.size)?;
                Some(Mem::at(self.alloc(ins.ref_a()?), disp + node.value))
            }
            IrOp::SRef => Some(Mem::at(Reg::BASE, ins.slot().offset() * 8)),
            IrOp::FRef => {
                let place = self.field(ins.field());
                Some(Mem::at(self.alloc(ins.ref_a()?), place.offset))
            }
            IrOp::StrRef => {
                let (s, index) = (ins.ref_a()?, ins.ref_b()?);
                let first = self.layout.object.str_bytes;
                if self.hardening.mask {
                    return Some(self.masked_byte(s, index, first));
                }
                if let Some(Const::Int(i)) = self.constant(index) {
                    return Some(Mem::at(self.alloc(s), i.wrapping_add(first)));
                }
                let base = self.alloc(s);
                let index = self.alloc(index);
                Some(Mem {
                    base: Some(base),
                    index: Some(index),
                    scale: 1,
                    disp: first,
                })
            }
            _ => None,
        }
    }
    /// The register of an index and what to add to it. `i - k` needs no addition: the index was checked to be in the array, so
    /// it is not negative, and i is not either.
    fn index(&mut self, index: IrRef) -> (Reg, i32) {
        let ins = self.trace.get(index);
        if self.is_near(index)
            && ins.op() == IrOp::Add
            && self.state(index).uses == 1
            && let (Some(i), Some(k)) = (ins.ref_a(), ins.ref_b())
            && !i.is_const()
            && let Some(Const::Int(k)) = self.constant(k)
            && (-(1 << 20)..0).contains(&k)
        {
            return (self.alloc(i), k);
        }
        (self.alloc(index), 0)
    }

    /// ARef, SRef, FRef, StrRef whose address is wanted in a register.
    pub(super) fn lower_address(&mut self, r: IrRef) {
        let dst = self.def(r);
        match self.fused_address(r) {
            Some(m) => self.ins(asm::lea(true, dst, m)),
            None => self.fail(BackendError::Unsupported),
        }
    }

    /// An operand as a register or as memory that holds it: a load that nothing else uses, a constant, a spill slot.
    pub(super) fn operand(&mut self, r: IrRef) -> Rm {
        if let Some(reg) = self.state(r).reg {
            self.weak.remove(reg);
            self.locked.insert(reg);
            return Rm::Reg(reg);
        }
        let class = self.class_of(r);
        if self.ty(r) == IrType::Num && r.is_const() {
            let bits = self.constant_bits(r);
            let free = self.free.minus(self.locked).and(class);
            let room = free.minus(self.modified).len();
            // In a loop a register saves a load in each iteration.
            let stays = self.in_loop && room > 2 && !self.loop_has_call;
            if bits != 0 && !stays && !self.hardening.blind {
                return Rm::Mem(Mem::pool(self.pool(bits)));
            }
        } else if let Some(m) = self.fused_load(r) {
            return Rm::Mem(m);
        }
        if self.is_lost_to_call(r) {
            let slot = self.spill(r);
            return Rm::Mem(self.spill_mem(slot));
        }
        if let Some(slot) = self.state(r).spill
            && self.free.minus(self.locked).and(class).is_empty()
            && self.input.fuse
        {
            return Rm::Mem(self.spill_mem(slot));
        }
        Rm::Reg(self.alloc(r))
    }

    /// Can a load be made part of the instruction in hand?
    pub(super) fn can_fuse_load(&self, r: IrRef) -> bool {
        let s = self.state(r);
        if !self.is_near(r) || s.uses != 1 || s.in_snap || s.phi {
            return false;
        }
        let ins = self.trace.get(r);
        let fits = match ins.op() {
            IrOp::ALoad | IrOp::HLoad | IrOp::ULoad | IrOp::VLoad => ins.ty() == IrType::Num,
            IrOp::SLoad => {
                ins.ty() == IrType::Num
                    && !ins.sload_mode().has(SloadMode::CONVERT)
                    && !self.is_inherited(&ins)
            }
            IrOp::FLoad => {
                let place = ins.field().and_then(|f| self.layout.field(f));
                place.is_some_and(|p| {
                    p.addend == 0
                        && match p.width {
                            Width::Byte => false,
                            Width::Word => ins.ty().is_int32(),
                            Width::Quad => !ins.ty().is_int32(),
                        }
                })
            }
            IrOp::XLoad => matches!(
                ins.ty(),
                IrType::Num | IrType::Int | IrType::U32 | IrType::I64 | IrType::U64 | IrType::Ptr
            ),
            _ => false,
        };
        fits && !self.may_change(r, &ins)
    }
    /// Does the value have to lie in memory anyway, because a call between its definition and here keeps no register of its class?
    fn is_lost_to_call(&self, r: IrRef) -> bool {
        if !self.input.fuse || r.is_const() || self.class_of(r) != RegSet::XMM {
            return false;
        }
        let from = match self.loop_at {
            Some(l) if self.in_loop && self.state(r).phi => l,
            _ => r.index(),
        };
        let is_invariant = self.in_loop && self.is_invariant(r);
        self.calls.last().is_some_and(|&c| c as usize > from)
            || (is_invariant && self.loop_has_call)
    }
    /// The memory that a load reads, if the load can be made part of the instruction in hand.
    fn fused_load(&mut self, r: IrRef) -> Option<Mem> {
        if !self.can_fuse_load(r) {
            return None;
        }
        let ins = self.trace.get(r);
        Some(self.place(&ins))
    }
    /// May what a load reads change between it and the instruction in hand?
    fn may_change(&self, r: IrRef, load: &Ins) -> bool {
        if self.at - r.index() > SEARCH_LIMIT {
            return true;
        }
        let between = self
            .trace
            .refs()
            .skip(r.index())
            .take(self.at - r.index() - 1);
        for i in between {
            let ins = self.trace.get(i);
            let conflict = match ins.op() {
                IrOp::CallS | IrOp::CallXS | IrOp::UClo | IrOp::Retf => true,
                IrOp::NewRef => !matches!(load.op(), IrOp::SLoad | IrOp::ULoad | IrOp::XLoad),
                IrOp::FStore => load.op() == IrOp::FLoad,
                op => load.op().store_of_load() == Some(op),
            };
            if conflict {
                return true;
            }
        }
        false
    }
    /// The memory that a load reads.
    pub(super) fn place(&mut self, ins: &Ins) -> Mem {
        match ins.op() {
            IrOp::SLoad => Mem::at(Reg::BASE, ins.slot().offset() * 8),
            IrOp::VLoad => {
                let a = self.a(ins);
                Mem::at(self.alloc(a), i32::from(ins.b().raw() as i16) * 8)
            }
            IrOp::FLoad => {
                let place = self.field(ins.field());
                let a = self.a(ins);
                Mem::at(self.alloc(a), place.offset)
            }
            _ => {
                let a = self.a(ins);
                self.address(a)
            }
        }
    }

    /// Does a memory operand read this register?
    pub(super) fn reads(m: Mem, reg: Reg) -> bool {
        m.registers().any(|r| r == reg)
    }
}
