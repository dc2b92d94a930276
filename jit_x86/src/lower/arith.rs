//! Arithmetic.

use iced_x86::Code;
use perilune_ir::ins::{Const, Ins};
use perilune_ir::literal::FpMath;
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use crate::asm::{self, Alu, Arg, Cond, Fp, Mem, Rm, Shift};
use crate::compile::Compiler;
use crate::error::BackendError;
use crate::reg::{Reg, RegSet};
use crate::runtime::OpHelper;

use super::call::Argument;

const SIGN: u64 = 1 << 63;

impl Compiler<'_> {
    /// Operands in the order that suits the machine: the right one may be a constant or memory, the left one dies in
    /// the result's register.
    fn ordered(&mut self, ins: &Ins) -> (IrRef, IrRef) {
        let (a, b) = (self.a(ins), self.b(ins));
        if !ins.op().meta().commutative || b.is_const() {
            return (a, b);
        }
        let swap = a.is_const()
            || (self.can_fuse_load(a) && !self.can_fuse_load(b))
            || (self.state(a).reg.is_some()
                && self.state(b).reg.is_none()
                && !self.can_fuse_load(b)
                && !(self.in_loop && self.is_invariant(b)))
            || (self.in_loop && self.is_invariant(a) && !self.is_invariant(b));
        if swap { (b, a) } else { (a, b) }
    }
    /// The constant as an immediate operand.
    pub(super) fn immediate(&self, r: IrRef) -> Option<i32> {
        match self.constant(r)? {
            Const::Int(i) => Some(i),
            Const::Num(_) => None,
            _ => i32::try_from(self.constant_bits(r) as i64).ok(),
        }
    }
    /// ADD, SUB, MUL, DIV, MIN, MAX, bit operations of two operands, ADDOV, SUBOV, MULOV.
    pub(super) fn lower_binary(&mut self, r: IrRef, ins: Ins) {
        if ins.ty() == IrType::Num {
            return self.lower_fp_binary(r, ins);
        }
        let wide = !ins.ty().is_int32();
        let overflow = ins.is_guard();
        if overflow {
            self.prepare_exit();
        }
        let dst = self.def(r);
        let (left, right) = self.ordered(&ins);
        let op = match ins.op() {
            IrOp::Add | IrOp::AddOv => Alu::Add,
            IrOp::Sub | IrOp::SubOv => Alu::Sub,
            IrOp::BAnd => Alu::And,
            IrOp::BOr => Alu::Or,
            IrOp::BXor => Alu::Xor,
            IrOp::Mul | IrOp::MulOv => return self.lower_mul(dst, left, right, wide, overflow),
            IrOp::Min | IrOp::Max => return self.lower_min_max(&ins, dst, left, right, wide),
            _ => return self.fail(BackendError::Unsupported),
        };
        if let Some(imm) = self.immediate(right) {
            let a = self.alloc_left(left, dst);
            let sum = match op {
                Alu::Add => Some(imm),
                Alu::Sub => imm.checked_neg(),
                _ => None,
            };
            self.forward(|c| {
                match sum {
                    Some(by) if a != dst && !overflow => {
                        c.ins(asm::lea(wide, dst, Mem::at(a, by)));
                    }
                    _ => {
                        c.copy_sized(wide, dst, a);
                        c.ins(asm::alu_imm(op, wide, Rm::Reg(dst), imm));
                    }
                }
                if overflow {
                    c.guard(Cond::Overflow);
                }
            });
            return;
        }
        self.locked.insert(dst);
        let b = self.operand(right);
        self.locked.remove(dst);
        let a = self.alloc_left(left, dst);
        self.forward(|c| {
            match (op, b) {
                (Alu::Add, Rm::Reg(b)) if a != dst && !overflow => {
                    let m = Mem {
                        index: Some(b),
                        ..Mem::at(a, 0)
                    };
                    c.ins(asm::lea(wide, dst, m));
                }
                _ => {
                    c.copy_sized(wide, dst, a);
                    c.ins(asm::alu_rm(op, wide, dst, b));
                }
            }
            if overflow {
                c.guard(Cond::Overflow);
            }
        });
    }
    /// Copies a general register of 64 or 32 bits.
    pub(super) fn copy_sized(&mut self, wide: bool, dst: Reg, src: Reg) {
        if dst != src {
            self.ins(asm::mov_rm(wide, dst, Rm::Reg(src)));
        }
    }
    fn lower_mul(&mut self, dst: Reg, left: IrRef, right: IrRef, wide: bool, overflow: bool) {
        if let Some(imm) = self.immediate(right) {
            if imm > 0 && (imm as u32).is_power_of_two() && !overflow {
                let a = self.alloc_left(left, dst);
                let count = imm.trailing_zeros() as u8;
                self.forward(|c| {
                    c.copy_sized(wide, dst, a);
                    c.ins(asm::shift_imm(Shift::Shl, wide, dst, count));
                });
                return;
            }
            let a = self.operand(left);
            let short = i8::try_from(imm).is_ok();
            let (code, arg) = match (wide, short) {
                (false, true) => (Code::Imul_r32_rm32_imm8, Arg::I8To32(imm)),
                (false, false) => (Code::Imul_r32_rm32_imm32, Arg::I32(imm)),
                (true, true) => (Code::Imul_r64_rm64_imm8, Arg::I8To64(imm)),
                (true, false) => (Code::Imul_r64_rm64_imm32, Arg::I32To64(imm)),
            };
            self.forward(|c| {
                c.ins(asm::ins(
                    code,
                    &[Arg::R(dst.sized(wide)), a.sized(wide), arg],
                ));
                if overflow {
                    c.guard(Cond::Overflow);
                }
            });
            return;
        }
        self.locked.insert(dst);
        let b = self.operand(right);
        self.locked.remove(dst);
        let a = self.alloc_left(left, dst);
        let code = if wide {
            Code::Imul_r64_rm64
        } else {
            Code::Imul_r32_rm32
        };
        self.forward(|c| {
            c.copy_sized(wide, dst, a);
            c.ins(asm::ins(code, &[Arg::R(dst.sized(wide)), b.sized(wide)]));
            if overflow {
                c.guard(Cond::Overflow);
            }
        });
    }
    fn lower_min_max(&mut self, ins: &Ins, dst: Reg, left: IrRef, right: IrRef, wide: bool) {
        self.locked.insert(dst);
        let b = self.operand(right);
        self.locked.remove(dst);
        let a = self.alloc_left(left, dst);
        let unsigned = ins.ty() == IrType::U64;
        let code = match (ins.op() == IrOp::Min, unsigned, wide) {
            (true, false, false) => Code::Cmovg_r32_rm32,
            (true, false, true) => Code::Cmovg_r64_rm64,
            (true, true, _) => Code::Cmova_r64_rm64,
            (false, false, false) => Code::Cmovl_r32_rm32,
            (false, false, true) => Code::Cmovl_r64_rm64,
            (false, true, _) => Code::Cmovb_r64_rm64,
        };
        self.forward(|c| {
            c.copy_sized(wide, dst, a);
            c.ins(asm::alu_rm(Alu::Cmp, wide, dst, b));
            c.ins(asm::ins(code, &[Arg::R(dst.sized(wide)), b.sized(wide)]));
        });
    }

    fn lower_fp_binary(&mut self, r: IrRef, ins: Ins) {
        let op = match ins.op() {
            IrOp::Add => Fp::Add,
            IrOp::Sub => Fp::Sub,
            IrOp::Mul => Fp::Mul,
            IrOp::Div => Fp::Div,
            IrOp::Min => Fp::Min,
            IrOp::Max => Fp::Max,
            _ => return self.fail(BackendError::Unsupported),
        };
        let dst = self.def(r);
        let (left, right) = self.ordered(&ins);
        let avx = self.input.features.avx;
        if !avx {
            self.locked.insert(dst);
        }
        let b = self.operand(right);
        if !avx {
            self.locked.remove(dst);
        }
        let a = self.alloc_left(left, dst);
        self.forward(|c| c.fp(op, dst, a, b));
    }

    /// BNOT, BSWAP, NEG, ABS.
    pub(super) fn lower_unary(&mut self, r: IrRef, ins: Ins) {
        let dst = self.def(r);
        let a = self.a(&ins);
        let wide = !ins.ty().is_int32();
        if ins.ty() == IrType::Num {
            let (op, mask) = match ins.op() {
                IrOp::Neg => (Fp::Xor, SIGN),
                _ => (Fp::And, !SIGN),
            };
            let mask = Rm::Mem(Mem::pool(self.pool_pair(mask)));
            let a = self.alloc_left(a, dst);
            self.forward(|c| c.fp(op, dst, a, mask));
            return;
        }
        let a = self.alloc_left(a, dst);
        let code = match (ins.op(), wide) {
            (IrOp::BNot, false) => Code::Not_rm32,
            (IrOp::BNot, true) => Code::Not_rm64,
            (IrOp::BSwap, false) => Code::Bswap_r32,
            (IrOp::BSwap, true) => Code::Bswap_r64,
            (IrOp::Neg, false) => Code::Neg_rm32,
            (IrOp::Neg, true) => Code::Neg_rm64,
            _ => return self.fail(BackendError::Unsupported),
        };
        self.forward(|c| {
            c.copy_sized(wide, dst, a);
            c.ins(asm::ins(code, &[Arg::R(dst.sized(wide))]));
        });
    }

    /// MOD.
    pub(super) fn lower_mod(&mut self, r: IrRef, ins: Ins) {
        if ins.ty() != IrType::Num {
            return self.lower_int_mod(r, ins);
        }
        let (a, b) = (self.a(&ins), self.b(&ins));
        if !self.input.features.sse41 {
            let args = [Argument::Ref(a), Argument::Ref(b)];
            return self.lower_pure_call(r, OpHelper::Mod, &args);
        }
        // Multiplying by the inverse of a power of two is dividing by it.
        let inverse = match self.constant(b) {
            Some(Const::Num(bits)) if !self.hardening.blind => {
                inverse_of_power(f64::from_bits(bits))
            }
            _ => None,
        };
        let dst = self.def(r);
        self.locked.insert(dst);
        let right = self.operand(b);
        let left = self.alloc(a);
        let (quotient, by) = match inverse {
            Some(y) => (Fp::Mul, Rm::Mem(Mem::pool(self.pool(y.to_bits())))),
            None => (Fp::Div, right),
        };
        // x - floor(x / y) * y
        if self.input.features.avx {
            self.forward(|c| {
                c.fp(quotient, dst, left, by);
                c.round(FpMath::Floor, dst, dst);
                c.fp(Fp::Mul, dst, dst, right);
                c.fp(Fp::Sub, dst, left, Rm::Reg(dst));
            });
        } else {
            let t = self.temp(RegSet::XMM);
            self.forward(|c| {
                c.fp(quotient, t, left, by);
                c.round(FpMath::Floor, t, t);
                c.fp(Fp::Mul, t, t, right);
                c.fp(Fp::Sub, dst, left, Rm::Reg(t));
            });
        }
    }
    /// `roundsd`
    fn round(&mut self, f: FpMath, dst: Reg, src: Reg) {
        let mode = Arg::I8(match f {
            FpMath::Floor => 9,
            FpMath::Ceil => 10,
            _ => 11,
        });
        let (d, s) = (Arg::R(dst.full()), Arg::R(src.full()));
        let i = if self.input.features.avx {
            asm::ins(Code::VEX_Vroundsd_xmm_xmm_xmmm64_imm8, &[d, s, s, mode])
        } else {
            asm::ins(Code::Roundsd_xmm_xmmm64_imm8, &[d, s, mode])
        };
        self.ins(i);
    }

    fn lower_int_mod(&mut self, r: IrRef, ins: Ins) {
        let dst = self.def(r);
        let (left, right) = (self.a(&ins), self.b(&ins));
        let k = match self.constant(right) {
            Some(Const::Int(k)) => Some(k),
            _ => None,
        };
        match k {
            Some(-1..=1) => return self.ins(asm::mov_imm(dst, 0)),
            Some(k) if k > 0 && (k as u32).is_power_of_two() => {
                let a = self.alloc_left(left, dst);
                self.forward(|c| {
                    c.copy_sized(false, dst, a);
                    c.ins(asm::alu_imm(Alu::And, false, Rm::Reg(dst), k - 1));
                });
                return;
            }
            _ => {}
        }
        let (rax, rdx) = (Reg::RAX, Reg::RDX);
        self.clobber(RegSet::one(rax).with(rdx));
        self.locked = self.locked.with(rax).with(rdx);
        let b = self.alloc(right);
        if self.state(left).reg.is_none() && !left.is_const() {
            self.assign(left, rax);
        }
        let a = self.alloc(left);
        let (zero, done) = (self.label(), self.label());
        let eax = Arg::R(rax.low32());
        self.forward(|c| {
            c.copy_sized(false, rax, a);
            if k.is_none() {
                // 0 and -1 leave nothing, and -1 would trap for the least integer.
                c.ins(asm::lea(false, rdx, Mem::at(b, 1)));
                c.ins(asm::alu_imm(Alu::Cmp, false, Rm::Reg(rdx), 1));
                c.item(crate::asm::Item::Jump(Cond::BelowEqual, zero));
            }
            c.ins(asm::ins(Code::Cdq, &[]));
            c.ins(asm::ins(Code::Idiv_rm32, &[Arg::R(b.low32())]));
            // The remainder gets the divisor's sign.
            if k.is_some_and(|k| k > 0) {
                c.ins(asm::mov_rm(false, rax, Rm::Reg(rdx)));
                c.ins(asm::ins(Code::Sar_rm32_imm8, &[eax, Arg::I8(31)]));
                c.ins(asm::alu_rm(Alu::And, false, rax, Rm::Reg(b)));
                c.ins(asm::alu_rm(Alu::Add, false, rdx, Rm::Reg(rax)));
            } else {
                c.ins(asm::test_rr(false, rdx));
                c.item(crate::asm::Item::Jump(Cond::Equal, done));
                c.ins(asm::mov_rm(false, rax, Rm::Reg(rdx)));
                c.ins(asm::alu_rm(Alu::Xor, false, rax, Rm::Reg(b)));
                c.item(crate::asm::Item::Jump(Cond::NoSign, done));
                c.ins(asm::alu_rm(Alu::Add, false, rdx, Rm::Reg(b)));
                c.item(crate::asm::Item::Jump(Cond::Always, done));
                c.item(crate::asm::Item::Bind(zero));
                c.ins(asm::mov_imm(rdx, 0));
            }
            c.item(crate::asm::Item::Bind(done));
            c.copy_sized(false, dst, rdx);
        });
    }

    /// FPMATH.
    pub(super) fn lower_fp_math(&mut self, r: IrRef, ins: Ins) {
        let Some(f) = ins.fp_math() else {
            return self.fail(BackendError::Malformed);
        };
        let a = self.a(&ins);
        if f == FpMath::Sqrt {
            let dst = self.def(r);
            if self.input.features.avx {
                let a = self.alloc_left(a, dst);
                return self.ins(asm::fp_avx(Fp::Sqrt, dst, a, Rm::Reg(a)));
            }
            let a = self.operand(a);
            return self.ins(asm::fp_sse(Fp::Sqrt, dst, a));
        }
        if self.input.features.sse41 {
            let dst = self.def(r);
            let a = self.alloc_left(a, dst);
            return self.round(f, dst, a);
        }
        let helper = match f {
            FpMath::Floor => OpHelper::Floor,
            FpMath::Ceil => OpHelper::Ceil,
            _ => OpHelper::Trunc,
        };
        self.lower_pure_call(r, helper, &[Argument::Ref(a)]);
    }
    /// POW.
    pub(super) fn lower_pow(&mut self, r: IrRef, ins: Ins) {
        let args = [Argument::Ref(self.a(&ins)), Argument::Ref(self.b(&ins))];
        self.lower_pure_call(r, OpHelper::Pow, &args);
    }
    /// LDEXP.
    pub(super) fn lower_ldexp(&mut self, r: IrRef, ins: Ins) {
        let args = [Argument::Ref(self.a(&ins)), Argument::Ref(self.b(&ins))];
        self.lower_pure_call(r, OpHelper::Ldexp, &args);
    }
}

/// 1/y, if it is exact: for powers of two that are normal numbers like it.
fn inverse_of_power(y: f64) -> Option<f64> {
    const FRACTION: u64 = (1 << 52) - 1;
    let inverse = 1.0 / y;
    let exact = y.is_normal() && inverse.is_normal() && y.to_bits() & FRACTION == 0;
    exact.then_some(inverse)
}
