//! Looking up keys, and upvalues.

use iced_x86::Code;
use perilune_ir::ins::{Const, Ins};
use perilune_ir::literal::Field;
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use crate::asm::{self, Alu, Arg, Cond, Fp, Item, LookUp, Mem, Rm, Shift};
use crate::compile::Compiler;
use crate::error::BackendError;
use crate::reg::{Reg, RegSet};
use crate::runtime::{OpHelper, encoding};

use super::call::Argument;

impl Compiler<'_> {
    /// HREFK: is the constant key in the node that it was in?
    pub(super) fn lower_hrefk(&mut self, r: IrRef, ins: Ins) {
        if !ins.is_guard() && !self.is_needed(r) {
            return;
        }
        if ins.is_guard() {
            self.prepare_exit();
        }
        let Some(Const::KSlot(key, slot)) = ins.ref_b().and_then(|k| self.constant(k)) else {
            return self.fail(BackendError::Malformed);
        };
        let node = self.layout.node;
        let dst = self.is_needed(r).then(|| self.def(r));
        let a = self.a(&ins);
        let bits = self.value_bits(key);
        // The slot's node.
        let at = if self.hardening.mask {
            self.masked_node(a, slot)
        } else {
            let at = i32::from(slot).checked_mul(node.size);
            at.map(|at| Mem::at(self.alloc(a), at))
        };
        let Some(at) = at else {
            return self.fail(BackendError::Malformed);
        };
        let place = at.plus(node.key);
        let short = i32::try_from(bits as i64).ok();
        let t = match short {
            None if ins.is_guard() => self.temp(RegSet::GPR),
            _ => Reg::RAX,
        };
        self.forward(|c| {
            if ins.is_guard() {
                match short {
                    Some(imm) => c.ins(asm::alu_imm(Alu::Cmp, true, Rm::Mem(place), imm)),
                    None => {
                        c.load_key(t, key, bits);
                        c.ins(asm::alu_mr(Alu::Cmp, true, place, t));
                    }
                }
                c.guard(Cond::NotEqual);
            }
            if let Some(dst) = dst {
                match at.plus(node.value) {
                    Mem {
                        base: Some(nodes),
                        index: None,
                        disp: 0,
                        ..
                    } => c.copy_sized(true, dst, nodes),
                    value => c.ins(asm::lea(true, dst, value)),
                }
            }
        });
    }

    /// Is the chain walked by machine code? For all keys but nil, which has none.
    pub(crate) fn is_inline_href(&self, ins: &Ins) -> bool {
        ins.ref_b().is_some_and(|k| self.ty(k) != IrType::Nil)
    }
    /// HREF.
    pub(super) fn lower_href(&mut self, r: IrRef, ins: Ins) {
        let (table, key) = (self.a(&ins), self.b(&ins));
        if !self.is_inline_href(&ins) {
            let args = [Argument::Ref(table), Argument::Boxed(key)];
            return self.lower_pure_call(r, OpHelper::HashGet, &args);
        }
        let ty = self.ty(key);
        let node = self.layout.node;
        let (hmask, nodes) = (
            self.field(Some(Field::TabHMask)),
            self.field(Some(Field::TabNode)),
        );
        let merged = self.merged.take_if(|m| m.0 == r).map(|m| m.1);
        let is_needed = self.is_needed(r);
        let dst = if is_needed {
            self.def(r)
        } else {
            self.temp(RegSet::GPR)
        };
        self.locked.insert(dst);
        let t = self.alloc(table);
        let known = self.known_hash(key);
        let key_reg = known.is_none().then(|| self.alloc(key));
        let wanted = self.temp(RegSet::GPR);
        let scratch = match ty {
            _ if known.is_some() => None,
            IrType::Str => None,
            _ => Some(self.temp(RegSet::GPR)),
        };
        let positive = match ty {
            IrType::Num if known.is_none() && self.may_be_minus_zero(key) => {
                Some(self.temp(RegSet::XMM))
            }
            _ => None,
        };
        let bits = self.key_bits(key);
        let nil = self.layout.nil_slot as u64;
        let (next, found, done) = (self.label(), self.label(), self.label());
        let objects = self.layout.object;
        self.forward(|c| {
            match key_reg {
                None => c.load_key(wanted, key, bits),
                Some(key) if ty == IrType::Num => {
                    let mut key = key;
                    if let Some(x) = positive {
                        c.fp(Fp::Xor, x, x, Rm::Reg(x));
                        c.fp(Fp::Add, x, x, Rm::Reg(key));
                        key = x;
                    }
                    c.gpr_of_xmm(wanted, key);
                }
                Some(key) => match encoding::tag(ty) {
                    Some(encoding::LIGHT) => c.copy(wanted, key),
                    Some(tag) => c.box_object(wanted, key, tag),
                    None => c.fail(BackendError::Malformed),
                },
            }
            if ty == IrType::Num {
                let own = Arg::M(Mem::at(t, objects.tab_own_hash));
                c.ins(asm::ins(Code::Cmp_rm8_imm8, &[own, Arg::I8(0)]));
                let exit = merged.and_then(|found| Some((found, c.snap? as u16)));
                c.item(Item::LookUp(LookUp {
                    table: t,
                    key: wanted,
                    dst,
                    exit,
                    next: done,
                }));
            }
            let mask = Rm::Mem(Mem::at(t, hmask.offset));
            match (known, key_reg, scratch) {
                (Some(hash), ..) => {
                    c.ins(asm::mov_rm(false, dst, mask));
                    c.ins(asm::alu_imm(Alu::And, false, Rm::Reg(dst), hash as i32));
                }
                (None, Some(key), None) => {
                    c.ins(asm::mov_rm(false, dst, mask));
                    let hash = Rm::Mem(Mem::at(key, objects.str_hash));
                    c.ins(asm::alu_rm(Alu::And, false, dst, hash));
                }
                (None, _, Some(scratch)) => {
                    c.scramble(dst, wanted, scratch, ty == IrType::Num);
                    c.ins(asm::alu_rm(Alu::And, false, dst, mask));
                }
                (None, None, None) => c.fail(BackendError::Malformed),
            }
            c.times(dst, node.size);
            c.ins(asm::alu_rm(
                Alu::Add,
                true,
                dst,
                Rm::Mem(Mem::at(t, nodes.offset)),
            ));
            c.item(Item::Bind(next));
            c.ins(asm::alu_mr(Alu::Cmp, true, Mem::at(dst, node.key), wanted));
            match merged {
                Some(true) => c.exit(Cond::Equal),
                _ => c.item(Item::Jump(Cond::Equal, found)),
            }
            c.ins(asm::mov_rm(true, dst, Rm::Mem(Mem::at(dst, node.next))));
            c.ins(asm::test_rr(true, dst));
            c.item(Item::Jump(Cond::NotEqual, next));
            match merged {
                Some(false) => c.exit(Cond::Always),
                _ if is_needed => c.ins(asm::mov_imm(dst, nil)),
                _ => {}
            }
            if node.value != 0 {
                c.item(Item::Jump(Cond::Always, done));
            }
            c.item(Item::Bind(found));
            if node.value != 0 {
                c.ins(asm::alu_imm(Alu::Add, true, Rm::Reg(dst), node.value));
            }
            c.item(Item::Bind(done));
        });
    }
    /// What tables place a key by, if that is known now.
    fn known_hash(&self, key: IrRef) -> Option<u32> {
        match self.ty(key) {
            IrType::False => return Some(0),
            IrType::True => return Some(1),
            _ => {}
        }
        match self.constant(key)? {
            Const::Gc(IrType::Str, id) => Some(self.input.facts.str_hash(id)),
            _ => Some(encoding::hash(self.key_bits(key))),
        }
    }
    /// The bits of a constant as a key: minus zero is zero.
    fn key_bits(&self, key: IrRef) -> u64 {
        match self.value_bits(key) {
            bits if bits == (-0.0f64).to_bits() => 0,
            bits => bits,
        }
    }
    /// Can the number be minus zero? Not if an integer was made one.
    fn may_be_minus_zero(&self, key: IrRef) -> bool {
        let ins = self.trace.get(key);
        !(ins.op() == IrOp::Conv
            && ins
                .ref_a()
                .is_some_and(|a| Self::class(self.ty(a)) == RegSet::GPR))
    }
    /// `dst = encoding::hash(bits)`
    fn scramble(&mut self, dst: Reg, bits: Reg, t: Reg, is_number: bool) {
        self.ins(asm::mov_rm(true, dst, Rm::Reg(bits)));
        self.ins(asm::shift_imm(Shift::Shr, true, dst, 32));
        if is_number {
            self.ins(asm::alu_rm(Alu::Add, false, dst, Rm::Reg(dst)));
        }
        self.ins(asm::mov_rm(false, t, Rm::Reg(bits)));
        self.ins(asm::alu_rm(Alu::Xor, false, t, Rm::Reg(dst)));
        self.ins(asm::shift_imm(Shift::Rol, false, dst, 14));
        self.ins(asm::alu_rm(Alu::Sub, false, t, Rm::Reg(dst)));
        self.ins(asm::shift_imm(Shift::Rol, false, dst, 5));
        self.ins(asm::alu_rm(Alu::Xor, false, dst, Rm::Reg(t)));
        self.ins(asm::shift_imm(Shift::Rol, false, t, 13));
        self.ins(asm::alu_rm(Alu::Sub, false, dst, Rm::Reg(t)));
    }
    /// Multiplies by the size of nodes.
    fn times(&mut self, r: Reg, by: i32) {
        if by == 24 {
            let triple = Mem {
                index: Some(r),
                scale: 2,
                ..Mem::at(r, 0)
            };
            self.ins(asm::lea(true, r, triple));
            self.ins(asm::shift_imm(Shift::Shl, true, r, 3));
        } else {
            let args = [Arg::R(r.full()), Arg::R(r.full()), Arg::I32To64(by)];
            self.ins(asm::ins(Code::Imul_r64_rm64_imm32, &args));
        }
    }
    /// NEWREF.
    pub(super) fn lower_new_ref(&mut self, r: IrRef, ins: Ins) {
        let (table, key) = (self.a(&ins), self.b(&ins));
        let args = [Argument::Ref(table), Argument::Boxed(key)];
        self.lower_trapping_call(r, OpHelper::NewKey, &args);
    }

    /// UREFO, UREFC.
    pub(super) fn lower_uref(&mut self, r: IrRef, ins: Ins) {
        if !self.is_needed(r) && !ins.is_guard() {
            return;
        }
        if ins.is_guard() {
            self.prepare_exit();
        }
        let objects = self.layout.object;
        let dst = if self.is_needed(r) {
            self.def(r)
        } else {
            self.temp(RegSet::GPR)
        };
        let a = self.a(&ins);
        let f = self.alloc(a);
        let index = i32::from(ins.b().raw() >> 8);
        let is_open = ins.op() == IrOp::URefO;
        self.forward(|c| {
            let at = Mem::at(f, objects.func_upvalues + index * 8);
            c.ins(asm::mov_rm(true, dst, Rm::Mem(at)));
            if ins.is_guard() {
                let closed = Arg::M(Mem::at(dst, objects.upvalue_closed));
                c.ins(asm::ins(Code::Cmp_rm8_imm8, &[closed, Arg::I8(0)]));
                c.guard(if is_open { Cond::NotEqual } else { Cond::Equal });
            }
            if is_open {
                let place = Mem::at(dst, objects.upvalue_place);
                c.ins(asm::mov_rm(true, dst, Rm::Mem(place)));
            } else if objects.upvalue_value != 0 {
                c.ins(asm::alu_imm(
                    Alu::Add,
                    true,
                    Rm::Reg(dst),
                    objects.upvalue_value,
                ));
            }
        });
    }
}
