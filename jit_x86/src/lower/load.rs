//! Loads: of values with their type checks, of fields, of plain memory.

use iced_x86::Code;
use perilune_ir::ins::Ins;
use perilune_ir::literal::SloadMode;
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use crate::asm::{self, Alu, Arg, Cond, Fp, Mem, Rm, Shift};
use crate::compile::Compiler;
use crate::error::BackendError;
use crate::reg::{Reg, RegSet};
use crate::runtime::{Width, encoding};

impl Compiler<'_> {
    /// ALOAD, HLOAD, ULOAD, VLOAD, SLOAD.
    pub(super) fn lower_value_load(&mut self, r: IrRef, ins: Ins) {
        let is_sload = ins.op() == IrOp::SLoad;
        if is_sload {
            if self.is_inherited(&ins) {
                return;
            }
            let mode = ins.sload_mode();
            if mode.has(SloadMode::CONVERT) {
                return self.lower_converting_load(r, ins);
            }
            if mode.has(SloadMode::FRAME) || mode.has(SloadMode::KEYINDEX) {
                return self.lower_word_load(r, ins);
            }
        }
        if ins.is_guard() {
            self.prepare_exit();
        }
        let dst = self.is_needed(r).then(|| self.def(r));
        if dst.is_none() && !ins.is_guard() {
            return;
        }
        let m = self.place(&ins);
        let other = encoding::tag(ins.ty()) == Some(encoding::OTHER);
        let t = match dst {
            Some(dst) if !Self::reads(m, dst) => dst,
            _ if other && ins.is_guard() => self.temp(RegSet::GPR),
            _ => Reg::RAX,
        };
        self.forward(|c| {
            if ins.is_guard() {
                c.check_type(ins.ty(), m, t);
            }
            if let Some(dst) = dst {
                c.load_value(ins.ty(), dst, m);
            }
        });
    }
    /// Leaves unless the value in memory has this type. `t` is scratch, for types that objects' headers tell apart.
    fn check_type(&mut self, ty: IrType, m: Mem, t: Reg) {
        if ty == IrType::Num {
            let upper = (u32::from(encoding::FIRST_TAG) << 16) as i32;
            self.ins(asm::alu_imm(Alu::Cmp, false, Rm::Mem(m.plus(4)), upper));
            self.guard(Cond::AboveEqual);
            return;
        }
        if let Some(bits) = encoding::primitive(ty) {
            self.ins(asm::alu_imm(Alu::Cmp, true, Rm::Mem(m), bits as i32));
            self.guard(Cond::NotEqual);
            return;
        }
        let Some(tag) = encoding::tag(ty) else {
            self.fail(BackendError::Unsupported);
            return;
        };
        let tag_at = Arg::M(m.plus(6));
        self.ins(asm::ins(
            Code::Cmp_rm16_imm8,
            &[tag_at, Arg::I8To16(i32::from(tag as i16))],
        ));
        self.guard(Cond::NotEqual);
        if tag == encoding::OTHER {
            self.load_value(ty, t, m);
            self.check_kind(ty, t);
        }
    }
    /// Leaves unless the object's header says that it is of this type.
    fn check_kind(&mut self, ty: IrType, object: Reg) {
        let header = self.layout.header;
        let kind = match ty {
            IrType::Thread => header.thread,
            IrType::Cdata => header.cdata,
            _ => header.proto,
        };
        let at = Arg::M(Mem::at(object, header.kind));
        self.ins(asm::ins(
            Code::Cmp_rm8_imm8,
            &[at, Arg::I8(i32::from(kind))],
        ));
        self.guard(Cond::NotEqual);
    }
    /// Loads a value of known type.
    fn load_value(&mut self, ty: IrType, dst: Reg, m: Mem) {
        match ty {
            IrType::Num => self.load_xmm(dst, m),
            IrType::LightUd | IrType::Ptr | IrType::I64 | IrType::U64 => {
                self.ins(asm::mov_rm(true, dst, Rm::Mem(m)));
            }
            _ => match encoding::tag(ty) {
                Some(tag) => self.load_address(dst, m, tag),
                None => self.fail(BackendError::Unsupported),
            },
        }
    }
    /// Leaves unless the value in a register has this type; then moves it to `dst`, of the type's class.
    pub(super) fn unbox_checked(
        &mut self,
        ty: IrType,
        dst: Option<Reg>,
        bits: Reg,
        t: Reg,
        guard: bool,
    ) {
        if guard {
            if ty == IrType::Num {
                self.ins(asm::mov_rm(true, t, Rm::Reg(bits)));
                self.ins(asm::shift_imm(Shift::Shr, true, t, 48));
                let first = i32::from(encoding::FIRST_TAG);
                self.ins(asm::alu_imm(Alu::Cmp, false, Rm::Reg(t), first));
                self.guard(Cond::AboveEqual);
            } else if let Some(p) = encoding::primitive(ty) {
                self.ins(asm::alu_imm(Alu::Cmp, true, Rm::Reg(bits), p as i32));
                self.guard(Cond::NotEqual);
            } else if let Some(tag) = encoding::tag(ty) {
                self.ins(asm::mov_rm(true, t, Rm::Reg(bits)));
                self.ins(asm::shift_imm(Shift::Sar, true, t, 48));
                let tag_value = i32::from(tag as i16);
                self.ins(asm::alu_imm(Alu::Cmp, false, Rm::Reg(t), tag_value));
                self.guard(Cond::NotEqual);
                if tag == encoding::OTHER {
                    self.ins(asm::mov_rm(true, t, Rm::Reg(bits)));
                    self.unbox(t, tag);
                    self.check_kind(ty, t);
                }
            } else {
                self.fail(BackendError::Unsupported);
            }
        }
        let Some(dst) = dst else { return };
        match ty {
            IrType::Num => self.xmm_of_gpr(dst, bits),
            IrType::LightUd => self.copy(dst, bits),
            _ => {
                self.copy(dst, bits);
                match encoding::tag(ty) {
                    Some(tag) => self.unbox(dst, tag),
                    None => self.fail(BackendError::Unsupported),
                }
            }
        }
    }

    /// SLOAD of a number that has to be an integer.
    fn lower_converting_load(&mut self, r: IrRef, ins: Ins) {
        if ins.is_guard() {
            self.prepare_exit();
        }
        let needed = self.is_needed(r);
        if !needed && !ins.is_guard() {
            return;
        }
        let dst = if needed {
            self.def(r)
        } else {
            self.temp(RegSet::GPR)
        };
        let m = self.place(&ins);
        if !ins.is_guard() {
            self.truncate(false, dst, Rm::Mem(m));
            return;
        }
        let t = self.temp(RegSet::XMM);
        // Values that are no numbers are NaNs, which equal nothing.
        self.forward(|c| c.check_int(dst, Rm::Mem(m), t));
    }
    /// Truncates a double, and leaves unless it was an integer. `t` is scratch.
    pub(super) fn check_int(&mut self, dst: Reg, src: Rm, t: Reg) {
        self.truncate(false, dst, src);
        self.of_int(Fp::OfInt, t, Rm::Reg(dst));
        self.compare_xmm(t, src);
        self.guard(Cond::NotEqual);
        self.exit(Cond::Parity);
    }
    /// SLOAD of a raw word.
    fn lower_word_load(&mut self, r: IrRef, ins: Ins) {
        if !self.is_needed(r) {
            if ins.is_guard() {
                self.prepare_exit();
                self.forced_exit();
            }
            return;
        }
        let dst = self.def(r);
        let m = self.place(&ins);
        match ins.ty() {
            ty if ty.is_int32() => self.ins(asm::mov_rm(false, dst, Rm::Mem(m))),
            IrType::Num => self.load_xmm(dst, m),
            IrType::Ptr | IrType::I64 | IrType::U64 => {
                self.ins(asm::mov_rm(true, dst, Rm::Mem(m)));
            }
            ty => self.forward(|c| c.load_value(ty, dst, m)),
        }
    }
    /// Leaves always, if the instruction is the guard that has to fail.
    pub(super) fn forced_exit(&mut self) {
        if self.input.fail_guard.is_some_and(|g| g.index() == self.at) {
            self.exit(Cond::Always);
        }
    }

    /// The same for what is no guard of a side trace's.
    pub(super) fn forced_exit_aside(&mut self) {
        if self.input.fail_guard.is_some_and(|g| g.index() == self.at) {
            self.exit_aside(Cond::Always);
        }
    }

    /// FLOAD.
    pub(super) fn lower_field_load(&mut self, r: IrRef, ins: Ins) {
        if !self.is_needed(r) {
            return;
        }
        let dst = self.def(r);
        let place = self.field(ins.field());
        let m = self.place(&ins);
        let load = match place.width {
            Width::Byte => asm::ins(Code::Movzx_r32_rm8, &[Arg::R(dst.low32()), Arg::M(m)]),
            Width::Word => asm::mov_rm(false, dst, Rm::Mem(m)),
            Width::Quad => asm::mov_rm(true, dst, Rm::Mem(m)),
        };
        self.forward(|c| {
            c.ins(load);
            if place.addend != 0 {
                c.ins(asm::alu_imm(Alu::Add, true, Rm::Reg(dst), place.addend));
            }
        });
    }

    /// XLOAD.
    pub(super) fn lower_raw_load(&mut self, r: IrRef, ins: Ins) {
        if !self.is_needed(r) {
            return;
        }
        let dst = self.def(r);
        let m = self.place(&ins);
        let load = match ins.ty() {
            IrType::I8 => asm::ins(Code::Movsx_r32_rm8, &[Arg::R(dst.low32()), Arg::M(m)]),
            IrType::U8 => asm::ins(Code::Movzx_r32_rm8, &[Arg::R(dst.low32()), Arg::M(m)]),
            IrType::I16 => asm::ins(Code::Movsx_r32_rm16, &[Arg::R(dst.low32()), Arg::M(m)]),
            IrType::U16 => asm::ins(Code::Movzx_r32_rm16, &[Arg::R(dst.low32()), Arg::M(m)]),
            IrType::Int | IrType::U32 => asm::mov_rm(false, dst, Rm::Mem(m)),
            IrType::Num => return self.load_xmm(dst, m),
            IrType::Float => {
                let code = self.by_avx(Code::Movss_xmm_xmmm32, Code::VEX_Vmovss_xmm_m32);
                asm::ins(code, &[Arg::R(dst.full()), Arg::M(m)])
            }
            ty if ty.is_pri() => return self.fail(BackendError::Unsupported),
            _ => asm::mov_rm(true, dst, Rm::Mem(m)),
        };
        self.ins(load);
    }
}
