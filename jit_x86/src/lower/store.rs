//! Stores and barriers.

use iced_x86::Code;
use perilune_ir::ins::Ins;
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use crate::asm::{self, Alu, Arg, Fp, Item, Mem, Rm, Shift};
use crate::compile::Compiler;
use crate::error::BackendError;
use crate::reg::{Reg, RegSet};
use crate::runtime::{Width, encoding};

impl Compiler<'_> {
    /// Stores 64 known bits, without a register.
    pub fn store_bits(&mut self, m: Mem, bits: u64) {
        match i32::try_from(bits as i64) {
            Ok(low) => self.ins(asm::mov_mi(true, m, low)),
            Err(_) => {
                self.ins(asm::mov_mi(false, m, bits as i32));
                self.ins(asm::mov_mi(false, m.plus(4), (bits >> 32) as i32));
            }
        }
    }
    /// Stores 64 bits at once that are made of a constant's.
    pub(crate) fn store_constant(&mut self, m: Mem, r: IrRef, bits: u64) {
        match i32::try_from(bits as i64) {
            Ok(low) => self.ins(asm::mov_mi(true, m, low)),
            Err(_) => {
                let t = self.temp(RegSet::GPR);
                self.forward(|c| {
                    c.load_key(t, r, bits);
                    c.ins(asm::mov_mr(true, m, t));
                });
            }
        }
    }
    /// The bits of a constant as a value in memory, an int as a double.
    pub(super) fn value_bits(&self, r: IrRef) -> u64 {
        let bits = self.constant_bits(r);
        let ty = self.ty(r);
        match ty {
            IrType::Int => f64::from(bits as i32).to_bits(),
            IrType::U32 => f64::from(bits as u32).to_bits(),
            _ if ty.is_pri() || ty == IrType::LightUd => bits,
            _ => match encoding::tag(ty) {
                Some(tag) => {
                    u64::from(tag) << encoding::TAG_SHIFT | bits & ((1 << encoding::TAG_SHIFT) - 1)
                }
                None => bits,
            },
        }
    }
    /// Stores a value. The registers of `m` are the instruction's already.
    pub(crate) fn store_value(&mut self, m: Mem, r: IrRef) {
        let ty = self.ty(r);
        if ty.is_pri() {
            let bits = encoding::primitive(ty).unwrap_or(encoding::NIL);
            return self.store_bits(m, bits);
        }
        let in_register = self.state(r).reg.is_some();
        if r.is_const() && !(ty == IrType::Num && in_register) {
            let bits = self.value_bits(r);
            return self.store_constant(m, r, bits);
        }
        match ty {
            IrType::Num => {
                let reg = self.alloc(r);
                self.store_xmm(m, reg);
            }
            IrType::Int | IrType::U32 => {
                let src = if ty == IrType::Int {
                    self.operand(r)
                } else {
                    Rm::Reg(self.alloc(r))
                };
                let t = self.temp(RegSet::XMM);
                let op = if ty == IrType::Int {
                    Fp::OfInt
                } else {
                    Fp::OfInt64
                };
                self.forward(|c| {
                    c.of_int(op, t, src);
                    c.store_xmm(m, t);
                });
            }
            IrType::LightUd => {
                let reg = self.alloc(r);
                self.ins(asm::mov_mr(true, m, reg));
            }
            _ => {
                let Some(tag) = encoding::tag(ty) else {
                    self.fail(BackendError::Unsupported);
                    return;
                };
                let reg = self.alloc(r);
                let t = self.temp(RegSet::GPR);
                self.forward(|c| {
                    c.box_object(t, reg, tag);
                    c.ins(asm::mov_mr(true, m, t));
                });
            }
        }
    }
    /// Makes the value of an object. `dst` is not `src`.
    pub(super) fn box_object(&mut self, dst: Reg, src: Reg, tag: u16) {
        if self.layout.low_addresses {
            let bits = u64::from(tag) << encoding::TAG_SHIFT;
            self.ins(asm::mov_imm(dst, bits));
            self.ins(asm::alu_rm(Alu::Or, true, dst, Rm::Reg(src)));
        } else {
            self.ins(asm::mov_rm(true, dst, Rm::Reg(src)));
            self.ins(asm::shift_imm(Shift::Shl, true, dst, 16));
            self.ins(asm::alu_imm(Alu::Or, true, Rm::Reg(dst), i32::from(tag)));
            self.ins(asm::shift_imm(Shift::Ror, true, dst, 16));
        }
    }

    /// ASTORE, HSTORE, USTORE.
    pub(super) fn lower_value_store(&mut self, ins: Ins) {
        let (a, b) = (self.a(&ins), self.b(&ins));
        let m = self.address(a);
        self.store_value(m, b);
    }
    /// FSTORE.
    pub(super) fn lower_field_store(&mut self, ins: Ins) {
        let (a, b) = (self.a(&ins), self.b(&ins));
        let place = self.field(self.trace.get(a).field());
        let m = self.address(a);
        if place.addend != 0 {
            return self.fail(BackendError::Unsupported);
        }
        if b.is_const() || self.ty(b).is_pri() {
            let bits = self.constant_bits(b);
            return match place.width {
                Width::Byte => self.ins(asm::ins(
                    Code::Mov_rm8_imm8,
                    &[Arg::M(m), Arg::I8(bits as i32)],
                )),
                Width::Word => self.ins(asm::mov_mi(false, m, bits as i32)),
                Width::Quad => self.store_constant(m, b, bits),
            };
        }
        let reg = self.alloc(b);
        match place.width {
            Width::Byte => self.ins(asm::ins(Code::Mov_rm8_r8, &[Arg::M(m), Arg::R(reg.low8())])),
            Width::Word => self.ins(asm::mov_mr(false, m, reg)),
            Width::Quad => self.ins(asm::mov_mr(true, m, reg)),
        }
    }
    /// XSTORE.
    pub(super) fn lower_raw_store(&mut self, ins: Ins) {
        let (a, b) = (self.a(&ins), self.b(&ins));
        let m = self.address(a);
        let reg = self.alloc(b);
        let store = match ins.ty() {
            IrType::I8 | IrType::U8 => asm::ins(Code::Mov_rm8_r8, &[Arg::M(m), Arg::R(reg.low8())]),
            IrType::I16 | IrType::U16 => {
                asm::ins(Code::Mov_rm16_r16, &[Arg::M(m), Arg::R(reg.low16())])
            }
            IrType::Int | IrType::U32 => asm::mov_mr(false, m, reg),
            IrType::Num => return self.store_xmm(m, reg),
            IrType::Float => {
                let code = self.by_avx(Code::Movss_xmmm32_xmm, Code::VEX_Vmovss_m32_xmm);
                asm::ins(code, &[Arg::M(m), Arg::R(reg.full())])
            }
            _ => asm::mov_mr(true, m, reg),
        };
        self.ins(store);
    }

    /// TBAR, OBAR: tests the object's flags, and calls the runtime out of line.
    pub(super) fn lower_barrier(&mut self, ins: Ins) {
        let a = self.a(&ins);
        // An upvalue is known by the address of its value.
        let back = match self.trace.get(a).op() {
            IrOp::URefC => self.layout.object.upvalue_value,
            // What is open has no barrier.
            IrOp::URefO => return,
            _ => 0,
        };
        let object = self.alloc(a);
        let header = if back == 0 {
            object
        } else {
            self.temp(RegSet::GPR)
        };
        let t = self.temp(RegSet::GPR);
        let mask = self.vm(self.layout.vm.barrier_mask);
        let flags = Mem::at(object, self.layout.header.flags - back);
        self.forward(|c| {
            c.ins(asm::ins(
                Code::Movzx_r32_rm8,
                &[Arg::R(t.low32()), Arg::M(mask)],
            ));
            if back != 0 {
                c.ins(asm::lea(true, header, Mem::at(object, -back)));
            }
            c.ins(asm::ins(
                Code::Test_rm8_r8,
                &[Arg::M(flags), Arg::R(t.low8())],
            ));
            c.item(Item::Barrier(header));
        });
    }
}
