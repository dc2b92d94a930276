//! Guards that compare, and other things that only leave or do nothing.

use perilune_ir::ins::{Const, Ins};
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use crate::asm::{self, Alu, Cond, Item, Mem, Rm};
use crate::compile::Compiler;
use crate::error::BackendError;
use crate::reg::{Reg, RegSet};

/// When `cmp a, b` says that the comparison does not hold.
fn fails(op: IrOp, unsigned: bool) -> Cond {
    match (op, unsigned) {
        (IrOp::Lt, false) => Cond::GreaterEqual,
        (IrOp::Ge, false) => Cond::Less,
        (IrOp::Le, false) => Cond::Greater,
        (IrOp::Gt, false) => Cond::LessEqual,
        (IrOp::Lt | IrOp::Ult, _) => Cond::AboveEqual,
        (IrOp::Ge | IrOp::Uge, _) => Cond::Below,
        (IrOp::Le | IrOp::Ule, _) => Cond::Above,
        (IrOp::Gt | IrOp::Ugt, _) => Cond::BelowEqual,
        (IrOp::Eq, _) => Cond::NotEqual,
        _ => Cond::Equal,
    }
}

impl Compiler<'_> {
    /// LT to NE.
    pub(super) fn lower_comparison(&mut self, ins: Ins) {
        self.prepare_exit();
        let (mut a, mut b) = (self.a(&ins), self.b(&ins));
        let mut op = ins.op();
        let ty = self.ty(a);
        if ty == IrType::Num {
            return self.compare_numbers(op, a, b);
        }
        if ty.is_pri() {
            if op == IrOp::Ne {
                self.exit(Cond::Always);
            } else {
                self.forced_exit();
            }
            return;
        }
        if a.is_const() {
            (a, b) = (b, a);
            op = op.swapped();
        }
        if self.merges_with_lookup(a, b) {
            self.merged = Some((a, op == IrOp::Eq));
            return;
        }
        let wide = !ty.is_int32();
        let compared = ins.ty();
        let unsigned = op.is_ordering()
            && (op as u8 >= IrOp::Ult as u8
                || matches!(compared, IrType::U32 | IrType::U64)
                || ty == IrType::U64);
        let mut cond = fails(op, unsigned);
        let test = if let Some(imm) = self.immediate(b).filter(|_| !a.is_const()) {
            match self.operand(a) {
                Rm::Reg(r) if imm == 0 => asm::test_rr(wide, r),
                rm => asm::alu_imm(Alu::Cmp, wide, rm, imm),
            }
        } else if self.can_fuse_load(a) && !self.can_fuse_load(b) {
            let right = self.alloc(b);
            match self.operand(a) {
                Rm::Mem(m) => asm::alu_mr(Alu::Cmp, wide, m, right),
                rm => {
                    cond = fails(op.swapped(), unsigned);
                    asm::alu_rm(Alu::Cmp, wide, right, rm)
                }
            }
        } else {
            let left = self.alloc(a);
            let right = self.operand(b);
            asm::alu_rm(Alu::Cmp, wide, left, right)
        };
        self.forward(|c| {
            c.ins(test);
            c.guard(cond);
        });
    }
    /// Does the comparison tell whether the lookup right before it found its key? Then the lookup leaves by itself.
    fn merges_with_lookup(&self, a: IrRef, b: IrRef) -> bool {
        let is_absent = self.constant(b) == Some(Const::NIL_SLOT);
        let lookup = self.trace.get(a);
        is_absent
            && lookup.op() == IrOp::HRef
            && self.is_inline_href(&lookup)
            && a.index() + 1 == self.at
            && self.trace.snap_of(a) == self.snap
            && self.loop_at != Some(a.index())
            && self.input.fuse
            && self.input.fail_guard.is_none_or(|g| g.index() != self.at)
    }
    fn compare_numbers(&mut self, op: IrOp, a: IrRef, b: IrRef) {
        // Which operand comes first, so that the unordered case falls out right, and when it fails.
        let (swap, cond) = match op {
            IrOp::Lt => (true, Cond::BelowEqual),
            IrOp::Ge => (false, Cond::Below),
            IrOp::Le => (true, Cond::Below),
            IrOp::Gt => (false, Cond::BelowEqual),
            IrOp::Ult => (false, Cond::AboveEqual),
            IrOp::Uge => (true, Cond::Above),
            IrOp::Ule => (false, Cond::Above),
            IrOp::Ugt => (true, Cond::AboveEqual),
            IrOp::Eq => (self.can_fuse_load(a) || a.is_const(), Cond::NotEqual),
            _ => (self.can_fuse_load(a) || a.is_const(), Cond::Equal),
        };
        let (first, second) = if swap { (b, a) } else { (a, b) };
        let first = self.alloc(first);
        let second = self.operand(second);
        let over = self.label();
        self.forward(|c| {
            c.compare_xmm(first, second);
            match op {
                IrOp::Eq => {
                    c.guard(Cond::NotEqual);
                    c.exit(Cond::Parity);
                }
                IrOp::Ne => {
                    c.forced_exit();
                    c.item(Item::Jump(Cond::Parity, over));
                    c.exit(cond);
                    c.item(Item::Bind(over));
                }
                _ => c.guard(cond),
            }
        });
    }

    /// ABC.
    pub(super) fn lower_abc(&mut self, ins: Ins) {
        self.prepare_exit();
        let (size, index) = (self.a(&ins), self.b(&ins));
        let (test, cond) = if let Some(i) = self.immediate(index) {
            if size.is_const() {
                let inside = self.immediate(size).is_some_and(|n| (i as u32) < n as u32);
                if inside {
                    self.forced_exit();
                } else {
                    self.exit(Cond::Always);
                }
                return;
            }
            let size = self.operand(size);
            (asm::alu_imm(Alu::Cmp, false, size, i), Cond::BelowEqual)
        } else if let Some(n) = self.immediate(size) {
            let index = self.operand(index);
            (asm::alu_imm(Alu::Cmp, false, index, n), Cond::AboveEqual)
        } else {
            let index = self.alloc(index);
            let size = self.operand(size);
            (asm::alu_rm(Alu::Cmp, false, index, size), Cond::AboveEqual)
        };
        self.forward(|c| {
            c.ins(test);
            c.guard(cond);
        });
    }

    /// RETF.
    pub(super) fn lower_retf(&mut self, ins: Ins) {
        self.prepare_exit();
        let pc = self.b(&ins);
        let bits = self.constant_bits(pc);
        let Some(delta) = self.input.facts.frame_delta(bits).filter(|_| pc.is_const()) else {
            return self.fail(BackendError::Unsupported);
        };
        let link = Mem::at(Reg::BASE, -8);
        let short = i32::try_from(bits as i64).ok();
        let t = match short {
            Some(_) => Reg::RAX,
            None => self.temp(RegSet::GPR),
        };
        self.forward(|c| {
            match short {
                Some(imm) => c.ins(asm::alu_imm(Alu::Cmp, true, Rm::Mem(link), imm)),
                None => {
                    c.load_key(t, pc, bits);
                    c.ins(asm::alu_mr(Alu::Cmp, true, link, t));
                }
            }
            c.guard(Cond::NotEqual);
            let by = i32::from(delta) * 8;
            c.ins(asm::alu_imm(Alu::Sub, true, Rm::Reg(Reg::BASE), by));
        });
    }

    /// FUEL.
    pub(super) fn lower_fuel(&mut self) {
        self.prepare_exit();
        let Some(leader) = self.leaders.iter().find(|l| l.at == self.at) else {
            // Another one charges for it.
            return self.forced_exit_aside();
        };
        let units = leader.units as i32;
        let debt = self.vm(self.layout.vm.heap_debt);
        self.forward(|c| {
            if !cfg!(perilune_unmetered) {
                c.ins(asm::alu_imm(Alu::Sub, true, Rm::Reg(Reg::BUDGET), units));
                let cond = c.forced(Cond::Sign);
                c.exit_aside(cond);
            }
            if c.allocates {
                c.ins(asm::alu_imm(Alu::Cmp, true, Rm::Mem(debt), 0));
                c.exit_aside(Cond::Less);
            }
        });
    }

    /// USE.
    pub(super) fn lower_use(&mut self, ins: Ins) {
        let a = self.a(&ins);
        if !a.is_const() && !self.ty(a).is_pri() && a != IrRef::BASE {
            self.alloc(a);
        }
    }
}
