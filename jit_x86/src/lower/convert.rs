//! Conversions of numbers.

use iced_x86::Code;
use perilune_ir::ins::Ins;
use perilune_ir::literal::ConvMode;
use perilune_ir::types::{IrRef, IrType};

use crate::asm::{self, Alu, Arg, Cond, Fp, Item, Mem, Rm, Shift};
use crate::compile::Compiler;
use crate::error::BackendError;
use crate::reg::{Reg, RegSet};

/// 2^52 + 2^51 moves the integer part of a double into its low bits.
const TOBIT_BIAS: u64 = 0x4338_0000_0000_0000;
/// 2^63
const TWO_TO_63: u64 = 0x43E0_0000_0000_0000;
/// 2^64
const TWO_TO_64: u64 = 0x43F0_0000_0000_0000;

impl Compiler<'_> {
    /// TOBIT.
    pub(super) fn lower_to_bit(&mut self, r: IrRef, ins: Ins) {
        let dst = self.def(r);
        let a = self.a(&ins);
        let bias = Rm::Mem(Mem::pool(self.pool(TOBIT_BIAS)));
        let a = self.alloc(a);
        let t = self.temp(RegSet::XMM);
        let code = self.by_avx(Code::Movd_rm32_xmm, Code::VEX_Vmovd_rm32_xmm);
        self.forward(|c| {
            c.fp(Fp::Add, t, a, bias);
            c.ins(asm::ins(code, &[Arg::R(dst.low32()), Arg::R(t.full())]));
        });
    }

    /// CONV.
    pub(super) fn lower_conv(&mut self, r: IrRef, ins: Ins) {
        let conv = ins.conv();
        let a = self.a(&ins);
        let (from, to) = (conv.from, conv.to);
        if ins.is_guard() {
            return match conv.mode {
                ConvMode::Bits => self.lower_bits_conv(r, a),
                _ => self.lower_checked_conv(r, a),
            };
        }
        let dst = self.def(r);
        match (from, to) {
            (IrType::Num, IrType::Num) | (IrType::Float, IrType::Float) => {
                let a = self.alloc_left(a, dst);
                self.move_xmm(dst, a);
            }
            (IrType::Num, IrType::Float) => self.fp_convert(Fp::ToFloat, dst, a),
            (IrType::Float, IrType::Num) => self.fp_convert(Fp::OfFloat, dst, a),
            (IrType::Num, IrType::I64) => {
                let a = self.operand(a);
                self.truncate(true, dst, a);
            }
            (IrType::Num, IrType::U64) => self.truncate_unsigned(dst, a),
            (IrType::Num, _) if to.is_int32() => {
                let a = self.operand(a);
                self.forward(|c| {
                    c.truncate(true, dst, a);
                    c.narrow(to, dst);
                });
            }
            (IrType::U64, IrType::Num | IrType::Float) => self.of_unsigned(dst, a, to),
            (_, IrType::Num) => {
                let op = match from {
                    IrType::U32 | IrType::I64 => Fp::OfInt64,
                    _ => Fp::OfInt,
                };
                self.int_to_fp(op, dst, a, from == IrType::U32);
            }
            (_, IrType::Float) => {
                let op = match from {
                    IrType::U32 | IrType::I64 => Fp::FloatOfInt64,
                    _ => Fp::FloatOfInt,
                };
                self.int_to_fp(op, dst, a, from == IrType::U32);
            }
            (_, IrType::I64 | IrType::U64) if from.is_int32() => {
                let a = self.alloc_left(a, dst);
                if conv.sext {
                    self.ins(asm::ins(
                        Code::Movsxd_r64_rm32,
                        &[Arg::R(dst.full()), Arg::R(a.low32())],
                    ));
                } else {
                    self.copy32(dst, a);
                }
            }
            (_, IrType::I64 | IrType::U64) if from.is_int64() => {
                let a = self.alloc_left(a, dst);
                self.forward(|c| c.copy_sized(true, dst, a));
            }
            _ if to.is_int32() && (from.is_int32() || from.is_int64()) => {
                let a = self.alloc_left(a, dst);
                self.forward(|c| {
                    c.copy32(dst, a);
                    c.narrow(to, dst);
                });
            }
            _ => self.fail(BackendError::Unsupported),
        }
    }
    /// Prepares the exit of a conversion that may leave, and gives the register for its result. The operand is read after that has
    /// been written.
    fn checked_result(&mut self, r: IrRef) -> Reg {
        self.prepare_exit();
        let dst = if self.is_needed(r) {
            self.def(r)
        } else {
            self.temp(RegSet::GPR)
        };
        self.locked.insert(dst);
        dst
    }
    /// A conversion that leaves unless the number is an integer.
    fn lower_checked_conv(&mut self, r: IrRef, a: IrRef) {
        let dst = self.checked_result(r);
        let src = self.operand(a);
        let t = self.temp(RegSet::XMM);
        self.forward(|c| c.check_int(dst, src, t));
    }
    /// A conversion that leaves unless the number is a small integer.
    fn lower_bits_conv(&mut self, r: IrRef, a: IrRef) {
        let dst = self.checked_result(r);
        let src = self.operand(a);
        let (t, upper) = (self.temp(RegSet::XMM), self.temp(RegSet::GPR));
        self.forward(|c| {
            c.truncate(true, dst, src);
            c.of_int(Fp::OfInt64, t, Rm::Reg(dst));
            c.compare_xmm(t, src);
            c.guard(Cond::NotEqual);
            c.exit(Cond::Parity);
            // What lies above is 0 or -1.
            c.copy_sized(true, upper, dst);
            c.ins(asm::shift_imm(Shift::Sar, true, upper, 33));
            c.ins(asm::alu_imm(Alu::Add, false, Rm::Reg(upper), 1));
            c.ins(asm::alu_imm(Alu::Cmp, false, Rm::Reg(upper), 1));
            c.exit(Cond::Above);
            c.copy32(dst, dst);
        });
    }
    fn fp_convert(&mut self, op: Fp, dst: Reg, a: IrRef) {
        let a = self.alloc_left(a, dst);
        if self.input.features.avx {
            self.ins(asm::fp_avx(op, dst, a, Rm::Reg(a)));
        } else {
            self.ins(asm::fp_sse(op, dst, Rm::Reg(a)));
        }
    }
    fn int_to_fp(&mut self, op: Fp, dst: Reg, a: IrRef, whole: bool) {
        // A u32 is converted as 64 bits, which only registers have.
        let a = if whole {
            Rm::Reg(self.alloc(a))
        } else {
            self.operand(a)
        };
        self.forward(|c| c.of_int(op, dst, a));
    }
    /// Extends the low bits of an int as the type says.
    fn narrow(&mut self, to: IrType, r: Reg) {
        let d = Arg::R(r.low32());
        let i = match to {
            IrType::I8 => asm::ins(Code::Movsx_r32_rm8, &[d, Arg::R(r.low8())]),
            IrType::U8 => asm::ins(Code::Movzx_r32_rm8, &[d, Arg::R(r.low8())]),
            IrType::I16 => asm::ins(Code::Movsx_r32_rm16, &[d, Arg::R(r.low16())]),
            IrType::U16 => asm::ins(Code::Movzx_r32_rm16, &[d, Arg::R(r.low16())]),
            _ => asm::mov_rm(false, r, Rm::Reg(r)),
        };
        self.ins(i);
    }
    /// Numbers from 2^63 up wrap round.
    fn truncate_unsigned(&mut self, dst: Reg, a: IrRef) {
        let limit = Rm::Mem(Mem::pool(self.pool(TWO_TO_63)));
        let wrap = Rm::Mem(Mem::pool(self.pool(TWO_TO_64)));
        let a = self.alloc(a);
        let t = self.temp(RegSet::XMM);
        let small = self.label();
        self.forward(|c| {
            c.move_xmm(t, a);
            c.compare_xmm(a, limit);
            // Unordered sets all three flags: a NaN is taken as it is.
            c.item(Item::Jump(Cond::Below, small));
            c.fp(Fp::Sub, t, t, wrap);
            c.item(Item::Bind(small));
            c.truncate(true, dst, Rm::Reg(t));
        });
    }
    /// From 2^63 up half of it is converted, rounded to odd, and doubled.
    fn of_unsigned(&mut self, dst: Reg, a: IrRef, to: IrType) {
        let float = to == IrType::Float;
        let op = if float { Fp::FloatOfInt64 } else { Fp::OfInt64 };
        let a = self.alloc(a);
        let (t, u) = (self.temp(RegSet::GPR), self.temp(RegSet::GPR));
        let (large, done) = (self.label(), self.label());
        let code = match (float, self.input.features.avx) {
            (false, false) => Code::Addsd_xmm_xmmm64,
            (false, true) => Code::VEX_Vaddsd_xmm_xmm_xmmm64,
            (true, false) => Code::Addss_xmm_xmmm32,
            (true, true) => Code::VEX_Vaddss_xmm_xmm_xmmm32,
        };
        let d = Arg::R(dst.full());
        let double = if self.input.features.avx {
            asm::ins(code, &[d, d, d])
        } else {
            asm::ins(code, &[d, d])
        };
        self.forward(|c| {
            c.ins(asm::test_rr(true, a));
            c.item(Item::Jump(Cond::Sign, large));
            c.of_int(op, dst, Rm::Reg(a));
            c.item(Item::Jump(Cond::Always, done));
            c.item(Item::Bind(large));
            c.ins(asm::mov_rm(true, t, Rm::Reg(a)));
            c.ins(asm::mov_rm(true, u, Rm::Reg(a)));
            c.ins(asm::shift_imm(Shift::Shr, true, t, 1));
            c.ins(asm::alu_imm(Alu::And, false, Rm::Reg(u), 1));
            c.ins(asm::alu_rm(Alu::Or, true, t, Rm::Reg(u)));
            c.of_int(op, dst, Rm::Reg(t));
            c.ins(double);
            c.item(Item::Bind(done));
        });
    }
}
