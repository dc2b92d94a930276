//! Registers: choosing, pushing out, spilling.
//!
//! Rules that lowerings keep: first [`Compiler::prepare_exit`] if the instruction may leave the trace, then [`Compiler::def`], then the
//! operands and temporaries, and only then is anything emitted. What is pushed out of a register meanwhile is loaded again
//! *behind* the instruction. A value that was ever pushed out lies in its spill slot from its definition on.

use perilune_ir::ins::Const;
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use crate::asm::{self, Arg, Fp, Item, Mem, Rm};
use crate::compile::{Compiler, SCRATCH_SLOT};
use crate::error::BackendError;
use crate::input::Policy;
use crate::reg::{Reg, RegSet};
use crate::runtime::encoding;

/// The state's register points so far into the spill slots that the first 32 are reached by a short displacement.
pub(crate) const BIAS: i32 = 128;

impl Compiler<'_> {
    /// A field of the state.
    pub fn vm(&self, offset: i32) -> Mem {
        Mem::at(Reg::VM, offset - self.layout.vm.context - BIAS)
    }
    /// A spill slot.
    pub fn spill_mem(&self, slot: u16) -> Mem {
        Mem::at(Reg::VM, i32::from(slot) * 8 - BIAS)
    }
    /// Registers for values of a type.
    pub fn class(ty: IrType) -> RegSet {
        if matches!(ty, IrType::Num | IrType::Float) {
            RegSet::XMM
        } else {
            RegSet::GPR
        }
    }
    /// Registers for a value.
    pub fn class_of(&self, r: IrRef) -> RegSet {
        Self::class(self.ty(r))
    }

    /// The next number of a generator that the seed began.
    pub fn roll(&mut self, n: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 20) % n.max(1)
    }
    fn is_random(&self) -> bool {
        matches!(self.input.policy, Policy::Random(_))
    }
    /// Pushes something out for no reason.
    pub fn disturb(&mut self) {
        if self.is_random() && self.roll(6) == 0 {
            let used = self.usable.minus(self.free);
            let n = self.roll(u64::from(used.len()));
            if let Some(r) = used.iter().nth(n as usize) {
                self.evict(r);
            }
        }
    }

    /// A register for a value or, without one, for the instruction itself; something is pushed out if all are in use.
    fn pick(&mut self, allow: RegSet, value: Option<IrRef>) -> Reg {
        let usable = allow.and(self.usable).minus(self.locked);
        let free = usable.and(self.free);
        if !free.is_empty() {
            return self.choose(free, value);
        }
        let victim = if self.is_random() {
            let n = self.roll(u64::from(usable.len()));
            usable.iter().nth(n as usize)
        } else {
            usable.iter().min_by_key(|&r| self.cost(r))
        };
        match victim {
            Some(r) => {
                self.evict(r);
                r
            }
            None => {
                self.fail(BackendError::NoRegister);
                allow.first().unwrap_or(Reg::RAX)
            }
        }
    }
    /// The best of some free registers.
    pub fn choose(&mut self, free: RegSet, value: Option<IrRef>) -> Reg {
        let best = |r: RegSet| r.first().unwrap_or(Reg::RAX);
        if self.is_random() {
            let n = self.roll(u64::from(free.len()));
            return free.iter().nth(n as usize).unwrap_or(best(free));
        }
        if let Some(h) = value.and_then(|r| self.hint(r))
            && free.has(h)
        {
            return h;
        }
        let mut c = free;
        let mut prefer = |set: RegSet| {
            if !c.and(set).is_empty() {
                c = c.and(set);
            }
        };
        let not = |set: RegSet| RegSet::GPR.or(RegSet::XMM).minus(set);
        prefer(not(self.claimed(value)));
        if value.is_some_and(|r| self.crosses_call(r)) {
            prefer(RegSet::CALLEE_SAVED);
        } else {
            prefer(not(RegSet::CALLEE_SAVED));
        }
        if self.in_loop {
            if value.is_some_and(|r| self.is_invariant(r)) {
                prefer(not(self.modified));
            } else {
                prefer(self.modified);
            }
        }
        best(c)
    }
    /// Where the value would best be.
    fn hint(&self, r: IrRef) -> Option<Reg> {
        if r.is_const() {
            return None;
        }
        if let Some(parent) = self.state(r).parent {
            return Some(parent);
        }
        if self.in_loop && self.state(r).phi {
            return self.phis.iter().find(|p| p.left == r)?.reg;
        }
        let ins = self.trace.get(r);
        if self.is_call(&ins) && !self.crosses_call(r) {
            let num = Self::class(ins.ty()) == RegSet::XMM;
            return Some(if num { Reg::XMM0 } else { Reg::RAX });
        }
        None
    }
    /// Is there a call between the definition of the value and here?
    pub fn crosses_call(&self, r: IrRef) -> bool {
        if self.in_loop && (self.is_invariant(r) || self.state(r).phi) {
            return self.loop_has_call;
        }
        if r.is_const() {
            return false;
        }
        self.calls.last().is_some_and(|&c| c as usize > r.index())
    }
    /// How bad is it to push this register out?
    fn cost(&self, reg: Reg) -> u32 {
        let Some(r) = self.owner[reg.index()] else {
            return 0;
        };
        if r.is_const() {
            return 1;
        }
        if self.weak.has(reg) {
            return 2;
        }
        let base = if self.in_loop && self.state(r).phi {
            1 << 17
        } else if self.state(r).spill.is_some() {
            3
        } else {
            1 << 16
        };
        base + r.index() as u32
    }

    /// Gives a free register to a value.
    pub fn assign(&mut self, r: IrRef, reg: Reg) {
        self.owner[reg.index()] = Some(r);
        self.free.remove(reg);
        self.state_mut(r).reg = Some(reg);
        if self.in_loop && !self.is_invariant(r) {
            self.modified.insert(reg);
        }
    }
    /// Takes its register from a value, without more.
    pub fn release(&mut self, reg: Reg) {
        if let Some(r) = self.owner[reg.index()].take() {
            self.state_mut(r).reg = None;
        }
        self.free.insert(reg);
        self.weak.remove(reg);
    }
    /// Pushes out what a register holds: it is loaded again here, for what comes behind.
    pub fn evict(&mut self, reg: Reg) {
        let Some(r) = self.owner[reg.index()] else {
            self.free.insert(reg);
            return;
        };
        let weak = self.weak.has(reg);
        self.release(reg);
        if self.in_loop {
            self.modified.insert(reg);
        }
        if r.is_const() {
            self.load_constant(reg, r);
            return;
        }
        let slot = self.spill(r);
        if !weak {
            let ty = self.ty(r);
            self.load_slot(ty, reg, slot);
        }
    }
    /// The spill slot of a value, now if it has none yet.
    pub fn spill(&mut self, r: IrRef) -> u16 {
        if let Some(slot) = self.state(r).spill {
            return slot;
        }
        for (i, word) in self.spilled.iter_mut().enumerate() {
            if *word != !0 {
                let bit = word.trailing_ones();
                *word |= 1 << bit;
                let slot = i as u16 * 64 + bit as u16;
                self.state_mut(r).spill = Some(slot);
                return slot;
            }
        }
        self.fail(BackendError::SpillOverflow);
        SCRATCH_SLOT
    }

    /// The register of an operand. It is the instruction's from now on.
    pub fn alloc(&mut self, r: IrRef) -> Reg {
        if r == IrRef::BASE {
            return Reg::BASE;
        }
        let reg = match self.state(r).reg {
            Some(reg) => reg,
            None => {
                if self.ty(r).is_pri() {
                    self.fail(BackendError::Malformed);
                }
                let class = self.class_of(r);
                let reg = self.pick(class, Some(r));
                self.assign(r, reg);
                reg
            }
        };
        self.weak.remove(reg);
        self.locked.insert(reg);
        reg
    }
    /// The same, in one register if the value has none yet and it is free.
    pub fn alloc_left(&mut self, r: IrRef, best: Reg) -> Reg {
        if self.state(r).reg.is_none()
            && r != IrRef::BASE
            && self.free.has(best)
            && !self.ty(r).is_pri()
            // A constant that others use stays in a register of its own.
            && !(self.in_loop && self.is_invariant(r) && self.state(r).uses > 1)
            && !(self.in_loop && self.is_invariant(r) && !r.is_const())
            && !self.prefers_elsewhere(r, best)
        {
            self.assign(r, best);
            self.locked.insert(best);
            return best;
        }
        self.alloc(r)
    }
    /// Is this no good register for the value, since it or another is a PHI's?
    fn prefers_elsewhere(&self, r: IrRef, best: Reg) -> bool {
        if !self.in_loop {
            return false;
        }
        if self.claimed(Some(r)).has(best) {
            return true;
        }
        self.state(r).phi
            && self
                .hint(r)
                .is_some_and(|h| h != best && self.free.has(h) && !self.locked.has(h))
    }
    /// Registers of PHIs that a value had better not take: those whose left operand lives where the value does, and for the left operand of
    /// a PHI all of other PHIs.
    fn claimed(&self, value: Option<IrRef>) -> RegSet {
        let Some(r) = value.filter(|r| self.in_loop && !r.is_const()) else {
            return RegSet::NONE;
        };
        let is_phi = self.state(r).phi;
        let mut claimed = RegSet::NONE;
        for p in &self.phis {
            let Some(home) = p.reg.filter(|_| p.left != r) else {
                continue;
            };
            let left = self.state(p.left);
            if is_phi || (left.reg.is_none() && left.last_use as usize > r.index()) {
                claimed.insert(home);
            }
        }
        claimed
    }
    /// The register of a result, free from here on. Something may be stored to its spill slot behind.
    pub fn def(&mut self, r: IrRef) -> Reg {
        let class = self.class_of(r);
        let reg = match self.state(r).reg {
            Some(reg) => {
                self.release(reg);
                reg
            }
            None => self.pick(class, None),
        };
        self.state_mut(r).home = Some(reg);
        if self.in_loop {
            self.modified.insert(reg);
        }
        if let Some(slot) = self.state(r).spill {
            let ty = self.ty(r);
            self.store_slot(ty, slot, reg);
        }
        reg
    }
    /// A register for the instruction only.
    pub fn temp(&mut self, allow: RegSet) -> Reg {
        let reg = self.pick(allow, None);
        if self.in_loop {
            self.modified.insert(reg);
        }
        self.locked.insert(reg);
        reg
    }
    /// Frees registers that an instruction writes.
    pub fn clobber(&mut self, regs: RegSet) {
        for r in regs.and(self.usable).minus(self.free).iter() {
            self.evict(r);
        }
        if self.in_loop {
            self.modified = self.modified.or(regs);
        }
    }

    /// Emits a load from a spill slot.
    pub fn load_slot(&mut self, ty: IrType, reg: Reg, slot: u16) {
        let m = self.spill_mem(slot);
        match ty {
            IrType::Num | IrType::Float => self.load_xmm(reg, m),
            _ => self.ins(asm::mov_rm(!ty.is_int32(), reg, Rm::Mem(m))),
        }
    }
    /// Emits a store to a spill slot.
    pub fn store_slot(&mut self, ty: IrType, slot: u16, reg: Reg) {
        let m = self.spill_mem(slot);
        match ty {
            IrType::Num | IrType::Float => self.store_xmm(m, reg),
            _ => self.ins(asm::mov_mr(!ty.is_int32(), m, reg)),
        }
    }
    /// The bits of a constant as a register holds it.
    pub fn constant_bits(&self, r: IrRef) -> u64 {
        if let Some(bits) = encoding::primitive(self.ty(r)) {
            return match self.constant(r) {
                Some(Const::KSlot(key, _)) if key != r => self.constant_bits(key),
                _ => bits,
            };
        }
        match self.constant(r) {
            Some(Const::Pri(t)) => encoding::primitive(t).unwrap_or(encoding::NIL),
            Some(Const::Int(i)) => u64::from(i as u32),
            Some(Const::Num(n)) => n,
            Some(Const::I64(i)) => i as u64,
            Some(Const::U64(u) | Const::Ptr(u)) => u,
            Some(Const::Gc(_, id)) => id.0,
            Some(Const::Light(p)) => {
                let payload = p & ((1 << encoding::TAG_SHIFT) - 1);
                u64::from(encoding::LIGHT) << encoding::TAG_SHIFT | payload
            }
            Some(Const::KPtr(0)) => self.layout.nil_slot as u64,
            Some(Const::KPtr(p)) => p,
            Some(Const::KSlot(key, _)) if key != r => self.constant_bits(key),
            Some(Const::KSlot(..)) | None => 0,
        }
    }
    /// Emits a load of a constant. The flags stay.
    pub fn load_constant(&mut self, reg: Reg, r: IrRef) {
        let bits = self.constant_bits(r);
        if reg.is_xmm() {
            self.load_bits(reg, bits);
        } else {
            self.load_key(reg, r, bits);
        }
    }
    /// Loads bits that are made of a constant's into a general register. The flags stay.
    pub fn load_key(&mut self, reg: Reg, r: IrRef, bits: u64) {
        let load = asm::mov_imm(reg, bits);
        self.item(if self.is_own(r) {
            Item::Own(load)
        } else {
            Item::Ins(load)
        });
    }
    /// Is it a constant that scripts neither choose nor know: an address of the engine's?
    fn is_own(&self, r: IrRef) -> bool {
        match self.constant(r) {
            Some(Const::Gc(..) | Const::Ptr(_) | Const::KPtr(_)) => true,
            Some(Const::KSlot(key, _)) if key != r => self.is_own(key),
            _ => false,
        }
    }
    /// The same for any bits.
    pub fn load_bits(&mut self, reg: Reg, bits: u64) {
        if !reg.is_xmm() {
            self.ins(asm::mov_imm(reg, bits));
        } else if bits == 0 {
            self.fp(Fp::Xor, reg, reg, Rm::Reg(reg));
        } else if self.hardening.blind {
            self.item(Item::Number(reg, bits, self.input.features.avx));
        } else {
            let m = Mem::pool(self.pool(bits));
            self.load_xmm(reg, m);
        }
    }

    // ---- vector registers, in the forms that the processor has ----

    /// `dst = op(a, b)`. Without three-operand forms `b` must not be in `dst`, unless the operation commutes.
    pub fn fp(&mut self, op: Fp, dst: Reg, a: Reg, b: Rm) {
        if self.input.features.avx {
            self.ins(asm::fp_avx(op, dst, a, b));
        } else if dst == a {
            self.ins(asm::fp_sse(op, dst, b));
        } else if b == Rm::Reg(dst) {
            self.ins(asm::fp_sse(op, dst, Rm::Reg(a)));
        } else {
            // Emitted in program order only.
            self.move_xmm(dst, a);
            self.ins(asm::fp_sse(op, dst, b));
        }
    }
    /// Copies a vector register.
    pub fn move_xmm(&mut self, dst: Reg, src: Reg) {
        use iced_x86::Code::{Movaps_xmm_xmmm128, VEX_Vmovaps_xmm_xmmm128};
        if dst != src {
            let code = self.by_avx(Movaps_xmm_xmmm128, VEX_Vmovaps_xmm_xmmm128);
            self.ins(asm::ins(code, &[Arg::R(dst.full()), Arg::R(src.full())]));
        }
    }
    /// Loads a double.
    pub fn load_xmm(&mut self, dst: Reg, m: Mem) {
        use iced_x86::Code::{Movsd_xmm_xmmm64, VEX_Vmovsd_xmm_m64};
        let code = self.by_avx(Movsd_xmm_xmmm64, VEX_Vmovsd_xmm_m64);
        self.ins(asm::ins(code, &[Arg::R(dst.full()), Arg::M(m)]));
    }
    /// Stores a double.
    pub fn store_xmm(&mut self, m: Mem, src: Reg) {
        use iced_x86::Code::{Movsd_xmmm64_xmm, VEX_Vmovsd_m64_xmm};
        let code = self.by_avx(Movsd_xmmm64_xmm, VEX_Vmovsd_m64_xmm);
        self.ins(asm::ins(code, &[Arg::M(m), Arg::R(src.full())]));
    }
    /// Moves 64 bits from a general to a vector register.
    pub fn xmm_of_gpr(&mut self, dst: Reg, src: Reg) {
        use iced_x86::Code::{Movq_xmm_rm64, VEX_Vmovq_xmm_rm64};
        let code = self.by_avx(Movq_xmm_rm64, VEX_Vmovq_xmm_rm64);
        self.ins(asm::ins(code, &[Arg::R(dst.full()), Arg::R(src.full())]));
    }
    /// Moves 64 bits from a vector to a general register.
    pub fn gpr_of_xmm(&mut self, dst: Reg, src: Reg) {
        use iced_x86::Code::{Movq_rm64_xmm, VEX_Vmovq_rm64_xmm};
        let code = self.by_avx(Movq_rm64_xmm, VEX_Vmovq_rm64_xmm);
        self.ins(asm::ins(code, &[Arg::R(dst.full()), Arg::R(src.full())]));
    }
    /// `ucomisd a, b`
    pub fn compare_xmm(&mut self, a: Reg, b: Rm) {
        use iced_x86::Code::{Ucomisd_xmm_xmmm64, VEX_Vucomisd_xmm_xmmm64};
        let code = self.by_avx(Ucomisd_xmm_xmmm64, VEX_Vucomisd_xmm_xmmm64);
        self.ins(asm::ins(code, &[Arg::R(a.full()), b.arg()]));
    }
    /// `cvttsd2si dst, src`
    pub fn truncate(&mut self, wide: bool, dst: Reg, src: Rm) {
        use iced_x86::Code::*;
        let code = if wide {
            self.by_avx(Cvttsd2si_r64_xmmm64, VEX_Vcvttsd2si_r64_xmmm64)
        } else {
            self.by_avx(Cvttsd2si_r32_xmmm64, VEX_Vcvttsd2si_r32_xmmm64)
        };
        self.ins(asm::ins(code, &[Arg::R(dst.sized(wide)), src.arg()]));
    }
    /// Conversion of an integer, without waiting for what the register held.
    pub fn of_int(&mut self, op: Fp, dst: Reg, src: Rm) {
        self.fp(Fp::Xor, dst, dst, Rm::Reg(dst));
        self.fp(op, dst, dst, src);
    }
    /// The code of one of two forms.
    pub fn by_avx(&self, sse: iced_x86::Code, avx: iced_x86::Code) -> iced_x86::Code {
        if self.input.features.avx { avx } else { sse }
    }

    /// Copies a register of any class.
    pub fn copy(&mut self, dst: Reg, src: Reg) {
        if dst.is_xmm() {
            self.move_xmm(dst, src);
        } else if dst != src {
            self.ins(asm::mov_rm(true, dst, Rm::Reg(src)));
        }
    }

    /// Is the instruction one that clobbers what calls clobber?
    pub fn is_call(&self, ins: &perilune_ir::ins::Ins) -> bool {
        match ins.op() {
            IrOp::Pow
            | IrOp::Ldexp
            | IrOp::NewRef
            | IrOp::Len
            | IrOp::SNew
            | IrOp::XSNew
            | IrOp::TNew
            | IrOp::TDup
            | IrOp::CNew
            | IrOp::CNewI
            | IrOp::FNew
            | IrOp::UClo
            | IrOp::BufPut
            | IrOp::BufStr
            | IrOp::ToStr
            | IrOp::StrTo
            | IrOp::CallN
            | IrOp::CallA
            | IrOp::CallL
            | IrOp::CallS
            | IrOp::CallXS => true,
            IrOp::HRef => !self.is_inline_href(ins),
            IrOp::FpMath | IrOp::Mod => {
                ins.ty() == IrType::Num
                    && !self.input.features.sse41
                    && ins.fp_math() != Some(perilune_ir::literal::FpMath::Sqrt)
            }
            _ => false,
        }
    }
}
