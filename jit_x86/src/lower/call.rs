//! Calls: of helpers, of the runtime for operations that have no machine code, of foreign functions.

use perilune_ir::ins::{Const, Ins};
use perilune_ir::literal::{BufMode, StrMode};
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use crate::asm::{self, Alu, Cond, Fp, Item, Mem, Rm};
use crate::compile::Compiler;
use crate::error::BackendError;
use crate::reg::{Reg, RegSet};
use crate::runtime::{OpHelper, Trap, encoding};

/// The most arguments, the state included.
const MAX_ARGUMENTS: usize = 14;
const INT_ARGS: [Reg; 6] = [Reg::RDI, Reg::RSI, Reg::RDX, Reg::RCX, Reg::R8, Reg::R9];

/// An argument of a call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Argument {
    /// The state.
    Vm,
    /// A value as a register holds it.
    Ref(IrRef),
    /// A value as memory holds it.
    Boxed(IrRef),
    /// Known bits.
    Bits(u64),
    /// The address that lies so many slots above the base.
    Slot(i32),
}

/// A callee.
#[derive(Clone, Copy)]
struct Callee {
    address: usize,
    trap: Trap,
    sync: bool,
    /// Is its failure a guard's?
    guards: bool,
    /// The result's type as the callee returns it; nil for the bits of any value, or for none.
    returns: IrType,
}

/// Registers that a call does not keep.
fn clobbered() -> RegSet {
    RegSet::GPR.minus(RegSet::CALLEE_SAVED).or(RegSet::XMM)
}

impl Compiler<'_> {
    fn op_callee(&mut self, helper: OpHelper, trap: Trap, returns: IrType) -> Callee {
        let address = self.layout.ops[helper as usize];
        if address == 0 {
            self.fail(BackendError::UnknownHelper);
        }
        Callee {
            address,
            trap,
            sync: false,
            guards: false,
            returns,
        }
    }
    /// Calls the runtime for an operation that can't fail.
    pub(super) fn lower_pure_call(&mut self, r: IrRef, helper: OpHelper, args: &[Argument]) {
        let ty = self.ty(r);
        let callee = self.op_callee(helper, Trap::Never, ty);
        self.call(r, ty, false, callee, true, args);
    }
    /// Calls the runtime for an operation whose result is 0 if it fails.
    pub(super) fn lower_trapping_call(&mut self, r: IrRef, helper: OpHelper, args: &[Argument]) {
        let ty = self.ty(r);
        let callee = self.op_callee(helper, Trap::Zero, ty);
        self.call(r, ty, false, callee, true, args);
    }

    /// Operations that are calls by nature.
    pub(super) fn lower_runtime(&mut self, r: IrRef, ins: Ins) {
        use Argument::{Bits, Boxed, Ref, Slot};
        let (a, b) = (ins.ref_a(), ins.ref_b());
        let a_ref = Ref(a.unwrap_or(IrRef::NIL));
        let b_ref = Ref(b.unwrap_or(IrRef::NIL));
        let lit = |o: perilune_ir::ins::Operand| Bits(u64::from(o.raw()));
        match ins.op() {
            IrOp::Len => self.lower_pure_call(r, OpHelper::TabLen, &[a_ref]),
            IrOp::SNew | IrOp::XSNew => {
                self.lower_trapping_call(r, OpHelper::StrNew, &[a_ref, b_ref]);
            }
            IrOp::TNew => {
                let cells = self.layout.tables.as_ref();
                let cells = cells.and_then(|t| t.cells.get(usize::from(ins.a().raw())));
                match cells {
                    Some(&(list, size)) if ins.b().raw() == 0 => {
                        self.lower_new_table(r, i32::from(ins.a().raw()), list, size);
                    }
                    _ => {
                        let args = [lit(ins.a()), lit(ins.b())];
                        self.lower_trapping_call(r, OpHelper::TabNew, &args);
                    }
                }
            }
            IrOp::TDup => self.lower_trapping_call(r, OpHelper::TabDup, &[a_ref]),
            IrOp::CNew => {
                let size = if b.is_some() { b_ref } else { Bits(0) };
                self.lower_trapping_call(r, OpHelper::CdataNew, &[a_ref, size]);
            }
            IrOp::CNewI => {
                let init = match b.map(|b| self.ty(b)) {
                    Some(IrType::Num) => Boxed(b.unwrap_or(IrRef::NIL)),
                    _ => b_ref,
                };
                self.lower_trapping_call(r, OpHelper::CdataNewInit, &[a_ref, init]);
            }
            IrOp::FNew => {
                let base = self.frame_slot();
                let args = [a_ref, b_ref, Slot(base)];
                self.lower_trapping_call(r, OpHelper::FuncNew, &args);
            }
            IrOp::UClo => {
                let args = [Slot(ins.slot().offset())];
                self.lower_pure_call(r, OpHelper::UpvalueClose, &args);
            }
            IrOp::BufPut => {
                let helper = match b.map(|b| self.ty(b)) {
                    Some(IrType::Int) => OpHelper::BufPutInt,
                    Some(IrType::Num) => OpHelper::BufPutNum,
                    _ => OpHelper::BufPut,
                };
                self.lower_trapping_call(r, helper, &[a_ref, b_ref]);
            }
            IrOp::BufStr => self.lower_trapping_call(r, OpHelper::BufStr, &[a_ref]),
            IrOp::ToStr => {
                let helper = match StrMode::from_raw(ins.b().raw()) {
                    Some(StrMode::Int) => OpHelper::StrOfInt,
                    Some(StrMode::Num) => OpHelper::StrOfNum,
                    Some(StrMode::Char) => OpHelper::StrOfChar,
                    None => return self.fail(BackendError::Malformed),
                };
                self.lower_trapping_call(r, helper, &[a_ref]);
            }
            IrOp::StrTo => {
                let callee = self.op_callee(OpHelper::NumOfStr, Trap::Never, IrType::Nil);
                self.call(r, IrType::Num, true, callee, true, &[a_ref]);
            }
            _ => self.fail(BackendError::Unsupported),
        }
    }
    /// TNEW of a small table: takes a cell of `size` bytes from the list in the state, or calls the runtime.
    fn lower_new_table(&mut self, r: IrRef, slots: i32, list: i32, size: i32) {
        let Some(maker) = self.layout.tables else {
            return self.fail(BackendError::Malformed);
        };
        let callee = self.op_callee(OpHelper::TabNew, Trap::Zero, IrType::Tab);
        self.prepare_exit();
        let dst = self.is_needed(r).then(|| self.def(r));
        self.clobber(clobbered());
        let (rax, rcx) = (Reg::RAX, Reg::RCX);
        self.forward(|c| {
            let (slow, done) = (c.label(), c.label());
            let (list, debt) = (c.vm(list), c.vm(c.layout.vm.heap_debt));
            c.ins(asm::mov_rm(true, rax, Rm::Mem(list)));
            c.ins(asm::test_rr(true, rax));
            c.item(Item::Jump(Cond::Equal, slow));
            c.ins(asm::mov_rm(true, rcx, Rm::Mem(Mem::at(rax, maker.next))));
            c.ins(asm::mov_mr(true, list, rcx));
            c.ins(asm::alu_imm(Alu::Sub, true, Rm::Mem(debt), size));
            c.ins(asm::mov_mi(false, Mem::at(rax, 0), maker.header as i32));
            c.ins(asm::mov_mi(false, Mem::at(rax, maker.asize), slots));
            c.load_bits(rcx, maker.no_nodes as u64);
            c.ins(asm::mov_mr(true, Mem::at(rax, maker.node), rcx));
            c.load_bits(rcx, 0);
            for offset in maker.zeroes {
                c.ins(asm::mov_mr(true, Mem::at(rax, offset), rcx));
            }
            if slots > 0 {
                c.ins(asm::lea(true, rcx, Mem::at(rax, maker.slots)));
            }
            c.ins(asm::mov_mr(true, Mem::at(rax, maker.array), rcx));
            if slots > 0 {
                c.load_bits(rcx, encoding::NIL);
                for slot in 0..slots {
                    let m = Mem::at(rax, maker.slots + 8 * slot);
                    c.ins(asm::mov_mr(true, m, rcx));
                }
            }
            c.item(Item::Jump(Cond::Always, done));
            c.item(Item::Bind(slow));
            let back = -(c.layout.vm.context + crate::registers::BIAS);
            c.ins(asm::lea(true, Reg::RDI, Mem::at(Reg::VM, back)));
            c.load_bits(Reg::RSI, slots as u64);
            c.load_bits(Reg::RDX, 0);
            c.item(Item::Call(callee.address));
            c.ins(asm::test_rr(true, rax));
            c.exit_aside(Cond::Equal);
            c.item(Item::Bind(done));
            if let Some(dst) = dst {
                c.copy_sized(true, dst, rax);
            }
        });
    }

    /// The slot of the base of the frame that runs at the instruction in hand.
    fn frame_slot(&self) -> i32 {
        let snap = self.snap.and_then(|s| self.trace.snaps().get(s));
        snap.and_then(|s| self.input.resume.get(s.pc as usize))
            .map_or(0, |r| i32::from(r.base_slot))
    }
    /// BUFHDR.
    pub(super) fn lower_buf_hdr(&mut self, r: IrRef, ins: Ins) {
        let dst = self.def(r);
        let a = self.a(&ins);
        let a = self.alloc_left(a, dst);
        let reset = BufMode::from_raw(ins.b().raw()) == Some(BufMode::Reset);
        let len = self.layout.object.buffer_len;
        self.forward(|c| {
            c.copy_sized(true, dst, a);
            if reset {
                c.ins(asm::mov_mi(true, Mem::at(dst, len), 0));
            }
        });
    }

    /// CALLN, CALLA, CALLL, CALLS.
    pub(super) fn lower_call(&mut self, r: IrRef, ins: Ins) {
        let Some(helper) = ins.helper() else {
            return self.fail(BackendError::Malformed);
        };
        let Some(entry) = self.layout.helper(helper) else {
            return self.fail(BackendError::UnknownHelper);
        };
        let mut args = [Argument::Vm; MAX_ARGUMENTS];
        let types = helper.args();
        let Some(count) = self.arguments(ins.ref_a(), types.len(), &mut args) else {
            return;
        };
        if count != types.len() {
            return self.fail(BackendError::Malformed);
        }
        for (arg, &ty) in args.iter_mut().zip(types) {
            if let (Argument::Ref(a), IrType::Nil) = (*arg, ty) {
                *arg = Argument::Boxed(a);
            }
        }
        let callee = Callee {
            address: entry.address,
            trap: entry.trap,
            sync: entry.sync,
            guards: helper.is_switch(),
            returns: helper.ret(),
        };
        let Some(args) = args.get(..count) else {
            return;
        };
        let checks = ins.is_guard() && !callee.guards;
        self.call(r, ins.ty(), checks, callee, true, args);
    }
    /// CALLXS.
    pub(super) fn lower_foreign_call(&mut self, r: IrRef, ins: Ins) {
        let mut args = [Argument::Vm; MAX_ARGUMENTS];
        let Some(count) = self.arguments(ins.ref_a(), usize::MAX, &mut args) else {
            return;
        };
        let b = self.b(&ins);
        let Some(Const::Ptr(address) | Const::KPtr(address)) = self.constant(b) else {
            return self.fail(BackendError::Unsupported);
        };
        let callee = Callee {
            address: address as usize,
            trap: Trap::Never,
            sync: false,
            guards: false,
            returns: ins.ty(),
        };
        let Some(args) = args.get(..count) else {
            return;
        };
        self.call(r, ins.ty(), false, callee, false, args);
    }
    /// Collects a list of arguments.
    fn arguments(
        &mut self,
        list: Option<IrRef>,
        most: usize,
        args: &mut [Argument; MAX_ARGUMENTS],
    ) -> Option<usize> {
        let mut n = 0;
        let mut at = list;
        while let Some(r) = at {
            let ins = self.trace.get(r);
            let (value, next) = if ins.op() == IrOp::CArg && n + 1 < most {
                (ins.ref_b(), ins.ref_a())
            } else {
                (Some(r), None)
            };
            let (Some(place), Some(value)) = (args.get_mut(n), value) else {
                self.fail(BackendError::TooManyArguments);
                return None;
            };
            *place = Argument::Ref(value);
            n += 1;
            at = next;
        }
        if let Some(args) = args.get_mut(..n) {
            args.reverse();
        }
        Some(n)
    }

    /// Calls. The result, if it is needed, goes to where it is wanted; `ty` is its type, checked if this is a guard and the
    /// callee returns any value.
    fn call(
        &mut self,
        r: IrRef,
        ty: IrType,
        guard: bool,
        callee: Callee,
        with_vm: bool,
        args: &[Argument],
    ) {
        let traps = callee.trap != Trap::Never;
        if guard || traps {
            self.prepare_exit();
        }
        let needed = self.is_needed(r) && !ty.is_pri();
        let dst = needed.then(|| self.def(r));
        self.clobber(clobbered());
        let (rax, rcx) = (Reg::RAX, Reg::RCX);
        self.forward(|c| {
            if callee.guards {
                // What it does can't be undone.
                c.forced_exit();
            }
            c.item(Item::Call(callee.address));
            if callee.sync {
                let (budget, base) = (c.vm(c.layout.vm.budget), c.vm(c.layout.vm.base));
                c.ins(asm::mov_rm(true, Reg::BUDGET, Rm::Mem(budget)));
                c.ins(asm::mov_rm(true, Reg::BASE, Rm::Mem(base)));
            }
            match callee.trap {
                Trap::Never => {}
                Trap::Zero if callee.guards => {
                    c.ins(asm::test_rr(true, rax));
                    c.exit(Cond::Equal);
                }
                Trap::Zero => {
                    c.ins(asm::test_rr(true, rax));
                    c.exit_aside(Cond::Equal);
                }
                Trap::Negative => {
                    c.ins(asm::test_rr(true, rax));
                    c.exit_aside(Cond::Sign);
                }
                Trap::Marker => {
                    let bits = encoding::TRAPPED as i32;
                    c.ins(asm::alu_imm(Alu::Cmp, true, Rm::Reg(rax), bits));
                    c.exit_aside(Cond::Equal);
                }
            }
            if callee.returns == IrType::Nil {
                if !ty.is_pri() || guard {
                    c.unbox_checked(ty, dst, rax, rcx, guard);
                }
            } else {
                if guard {
                    c.forced_exit();
                }
                match dst {
                    Some(dst) if dst.is_xmm() => c.move_xmm(dst, Reg::XMM0),
                    Some(dst) if ty.is_int32() => c.copy32(dst, rax),
                    Some(dst) => c.copy_sized(true, dst, rax),
                    None => {}
                }
            }
        });
        self.set_up(with_vm, args);
        if callee.sync {
            let (budget, base) = (self.vm(self.layout.vm.budget), self.vm(self.layout.vm.base));
            self.ins(asm::mov_mr(true, budget, Reg::BUDGET));
            self.ins(asm::mov_mr(true, base, Reg::BASE));
        }
    }

    /// Brings arguments to their registers, all of which are free now.
    fn set_up(&mut self, with_vm: bool, args: &[Argument]) {
        let mut places: [Option<(Argument, Reg)>; MAX_ARGUMENTS] = [None; MAX_ARGUMENTS];
        let (mut ints, mut floats) = (0, 0);
        let vm = with_vm.then_some(Argument::Vm);
        for (i, arg) in vm.into_iter().chain(args.iter().copied()).enumerate() {
            let is_float =
                matches!(arg, Argument::Ref(r) if Self::class(self.ty(r)) == RegSet::XMM);
            let reg = if is_float {
                floats += 1;
                (floats <= 8).then(|| Reg::xmm(floats - 1))
            } else {
                ints += 1;
                INT_ARGS.get(ints - 1).copied()
            };
            let (Some(place), Some(reg)) = (places.get_mut(i), reg) else {
                return self.fail(BackendError::TooManyArguments);
            };
            *place = Some((arg, reg));
            self.locked.insert(reg);
        }
        // Values that die here are computed in place; what lives over another call is not.
        for (arg, reg) in places.iter().flatten() {
            if let Argument::Ref(r) = *arg
                && !r.is_const()
                && r != IrRef::BASE
                && self.state(r).reg.is_none()
                && !self.crosses_call(r)
                && !(self.in_loop && self.is_invariant(r))
                && self.free.has(*reg)
            {
                self.assign(r, *reg);
            }
        }
        let mut sources: [Option<Rm>; MAX_ARGUMENTS] = [None; MAX_ARGUMENTS];
        for (source, place) in sources.iter_mut().zip(places) {
            let Some((Argument::Ref(r) | Argument::Boxed(r), _)) = place else {
                continue;
            };
            let s = self.state(r);
            let in_place = matches!(place, Some((Argument::Ref(_), _)));
            if r.is_const() && s.reg.is_none() || self.ty(r).is_pri() {
                continue;
            }
            *source = Some(match (s.reg, s.spill) {
                (None, Some(slot)) if in_place && r != IrRef::BASE => Rm::Mem(self.spill_mem(slot)),
                _ => Rm::Reg(self.alloc(r)),
            });
        }
        let t = places
            .iter()
            .flatten()
            .any(|(a, _)| matches!(a, Argument::Boxed(r) if self.ty(*r).is_int32()))
            .then(|| self.temp(RegSet::XMM));
        self.forward(|c| {
            for (place, source) in places.iter().zip(sources) {
                let Some((arg, reg)) = *place else { continue };
                match arg {
                    Argument::Vm => {
                        let back = -(c.layout.vm.context + crate::registers::BIAS);
                        c.ins(asm::lea(true, reg, Mem::at(Reg::VM, back)));
                    }
                    Argument::Bits(bits) => c.load_bits(reg, bits),
                    Argument::Slot(slot) => {
                        let m = Mem::at(Reg::BASE, slot * 8);
                        c.ins(asm::lea(true, reg, m));
                    }
                    Argument::Ref(r) => match source {
                        Some(Rm::Reg(from)) => c.copy(reg, from),
                        Some(Rm::Mem(m)) if reg.is_xmm() => c.load_xmm(reg, m),
                        Some(Rm::Mem(m)) => {
                            let wide = !c.ty(r).is_int32();
                            c.ins(asm::mov_rm(wide, reg, Rm::Mem(m)));
                        }
                        None => c.load_constant(reg, r),
                    },
                    Argument::Boxed(r) => match source {
                        Some(Rm::Reg(from)) => c.box_value(r, reg, from, t),
                        _ => {
                            let bits = c.value_bits(r);
                            c.load_bits(reg, bits);
                        }
                    },
                }
            }
        });
    }
    /// Makes the bits of a value in a general register.
    fn box_value(&mut self, r: IrRef, dst: Reg, src: Reg, t: Option<Reg>) {
        match (self.ty(r), t) {
            (IrType::Num, _) => self.gpr_of_xmm(dst, src),
            (IrType::LightUd, _) => self.copy(dst, src),
            (ty, Some(t)) if ty.is_int32() => {
                let op = if ty == IrType::U32 {
                    Fp::OfInt64
                } else {
                    Fp::OfInt
                };
                self.of_int(op, t, Rm::Reg(src));
                self.gpr_of_xmm(dst, t);
            }
            (ty, _) => match encoding::tag(ty) {
                Some(tag) => self.box_object(dst, src, tag),
                None => self.fail(BackendError::Unsupported),
            },
        }
    }
}
