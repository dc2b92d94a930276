//! Shifts and rotations.

use iced_x86::Code;
use perilune_ir::ins::{Const, Ins};
use perilune_ir::op::IrOp;
use perilune_ir::types::IrRef;

use crate::asm::{self, Arg, Shift};
use crate::compile::Compiler;
use crate::reg::{Reg, RegSet};

impl Compiler<'_> {
    /// BSHL, BSHR, BSAR, BROL, BROR.
    pub(super) fn lower_shift(&mut self, r: IrRef, ins: Ins) {
        let op = match ins.op() {
            IrOp::BShl => Shift::Shl,
            IrOp::BShr => Shift::Shr,
            IrOp::BSar => Shift::Sar,
            IrOp::BRol => Shift::Rol,
            _ => Shift::Ror,
        };
        let wide = !ins.ty().is_int32();
        let (a, b) = (self.a(&ins), self.b(&ins));
        let dst = self.def(r);
        if let Some(Const::Int(k)) = self.constant(b) {
            let width = if wide { 64 } else { 32 };
            let count = k as u32 & (width - 1);
            return self.shift_by(op, wide, dst, a, count as u8);
        }
        if self.input.features.bmi2 && !matches!(op, Shift::Rol | Shift::Ror) {
            let src = self.operand(a);
            let count = self.alloc(b);
            if let Some(i) = asm::shift_x(op, wide, dst, src, count) {
                self.ins(i);
            }
            return;
        }
        self.shift_by_cl(op, wide, dst, a, b);
    }
    fn shift_by(&mut self, op: Shift, wide: bool, dst: Reg, a: IrRef, count: u8) {
        let src = self.alloc_left(a, dst);
        let rotate = match op {
            Shift::Ror => Some(count),
            Shift::Rol => Some((if wide { 64 } else { 32 } - count) & if wide { 63 } else { 31 }),
            _ => None,
        };
        self.forward(|c| match rotate {
            Some(count) if c.input.features.bmi2 && src != dst => {
                let code = if wide {
                    Code::VEX_Rorx_r64_rm64_imm8
                } else {
                    Code::VEX_Rorx_r32_rm32_imm8
                };
                let (d, s) = (dst.sized(wide), src.sized(wide));
                c.ins(asm::ins(
                    code,
                    &[Arg::R(d), Arg::R(s), Arg::I8(i32::from(count))],
                ));
            }
            _ => {
                c.copy_sized(wide, dst, src);
                c.ins(asm::shift_imm(op, wide, dst, count));
            }
        });
    }
    /// The count has to be in cl.
    fn shift_by_cl(&mut self, op: Shift, wide: bool, dst: Reg, a: IrRef, b: IrRef) {
        let rcx = Reg::RCX;
        if self.state(b).reg != Some(rcx) {
            self.clobber(RegSet::one(rcx));
            if self.state(b).reg.is_none() {
                self.assign(b, rcx);
            }
        }
        self.locked.insert(rcx);
        let count = self.alloc(b);
        let work = if dst == rcx {
            self.temp(RegSet::GPR)
        } else {
            dst
        };
        // Unless the value is its own count it must not be in the register that the count comes to.
        self.locked.remove(work);
        let src = self.alloc_left(a, work);
        if self.in_loop {
            self.modified = self.modified.with(rcx).with(work);
        }
        self.forward(|c| {
            c.copy_sized(wide, work, src);
            c.copy_sized(false, rcx, count);
            c.ins(asm::shift_cl(op, wide, work));
            c.copy_sized(wide, dst, work);
        });
    }
}
