//! Assignments to several targets, compound assignments, and fitting values to targets.

use super::desc::{Desc, Key, Kind};
use super::emit::is;
use super::error::{Res, push};
use super::walk::{CONTINUE, Frame, Step};
use super::{Compiler, MAX_LEVEL};
use crate::bytecode::{Bc, Ins, NO_JUMP};
use crate::syntax::ast::{BinaryOp, Expr, Stmt, StmtKind};

impl<'a> Compiler<'_, 'a, '_> {
    /// A target is known.
    pub(super) fn target(&mut self, stmt: &'a Stmt<'a>, next: u32, e: Desc) -> Res<Step<'a>> {
        let StmtKind::Assign { targets, values } = &stmt.kind else {
            return CONTINUE;
        };
        let node = &targets[next as usize - 1];
        if next > 1 {
            if let Kind::Local { slot, .. } = e.kind {
                self.avoid_hazard(slot, next as usize - 1)?;
            }
            if self.level + next > MAX_LEVEL {
                return self.error_limit(node.span.end, MAX_LEVEL, "variable names");
            }
        }
        self.check_assignable(&e, node.span.end)?;
        push(&mut self.targets, e)?;
        if let Some(target) = targets.get(next as usize) {
            self.read_between(node.span.end, target.span.start);
            let next = next + 1;
            self.wait(Frame::Target { stmt, next })?;
            return Ok(Step::Eval(target));
        }
        self.read_between(node.span.end, values[0].span.start);
        self.eval_values(stmt, values)
    }

    /// A variable that is assigned must keep its value until the earlier of the newest `count` targets, which index it
    /// or with it, are stored: they get a copy.
    fn avoid_hazard(&mut self, slot: u8, count: usize) -> Res {
        let copy = self.f.free as u8;
        let first = self.targets.len() - count;
        let mut is_hazard = false;
        for target in &mut self.targets[first..] {
            if let Kind::Indexed { table, key } = &mut target.kind {
                if *table == slot {
                    *table = copy;
                    is_hazard = true;
                }
                if *key == Key::Slot(slot) {
                    *key = Key::Slot(copy);
                    is_hazard = true;
                }
            }
        }
        if is_hazard {
            self.emit_ad(Bc::Mov, u32::from(copy), u32::from(slot))?;
            self.reserve(1)?;
        }
        Ok(())
    }

    /// All values are known, the last one as `e`.
    pub(super) fn assign_values(
        &mut self,
        targets: u32,
        values: u32,
        mut e: Desc,
    ) -> Res<Step<'a>> {
        let mut left = targets;
        let mut nav = NO_JUMP;
        if targets == values {
            if let Kind::Call { pc, base } = e.kind {
                e.kind = if is(self.ins(pc), Bc::VArg) {
                    self.f.free -= 1;
                    Kind::Relocatable(pc)
                } else {
                    Kind::Fixed(base)
                };
            }
            left -= 1;
            if let Some(target) = self.targets.pop() {
                nav = target.nav;
                self.store(&target, &mut e)?;
            }
        } else {
            self.adjust(targets, values, &mut e)?;
        }
        while left > 0 {
            left -= 1;
            let mut value = Desc::from(Kind::Fixed((self.f.free - 1) as u8));
            if let Some(target) = self.targets.pop() {
                nav = target.nav;
                self.store(&target, &mut value)?;
            }
        }
        if nav != NO_JUMP {
            self.patch_here(nav)?;
        }
        CONTINUE
    }

    /// Fits `values` values, the last one still open as `e`, to `targets` targets.
    pub(super) fn adjust(&mut self, targets: u32, values: u32, e: &mut Desc) -> Res {
        let missing = targets as i32 - values as i32;
        match e.kind {
            Kind::Call { pc, base } | Kind::SafeCall { pc, base } => {
                let results = (missing + 1).max(0) as u32;
                let ins = self.ins_mut(pc);
                *ins = ins.with_b(results + 1);
                if results > 1 {
                    self.reserve(results - 1)?;
                }
                if matches!(e.kind, Kind::SafeCall { .. }) {
                    let base = u32::from(base);
                    let jump = self.ins_mut(pc + 1);
                    *jump = jump.with_a(base + results);
                    if results > 1 {
                        *self.ins_mut(pc + 2) = Ins::ad(Bc::KNil, base, base + results - 1);
                    }
                }
            }
            kind => {
                if !matches!(kind, Kind::Void) {
                    self.put_next(e)?;
                }
                if missing > 0 {
                    let first = self.f.free;
                    self.reserve(missing as u32)?;
                    self.emit_nil(first, missing as u32)?;
                }
            }
        }
        if missing < 0 {
            self.f.free -= missing.unsigned_abs();
        }
        Ok(())
    }

    /// The target of a compound assignment is known: its value is the left operand.
    pub(super) fn compound_target(
        &mut self,
        op: BinaryOp,
        target: &'a Expr<'a>,
        value: &'a Expr<'a>,
        mut e: Desc,
    ) -> Res<Step<'a>> {
        self.check_assignable(&e, target.span.end)?;
        push(&mut self.targets, e)?;
        self.read_between(target.span.end, value.span.start);
        if matches!(e.kind, Kind::Indexed { .. }) {
            // The store needs table and key again.
            let free = self.f.free;
            self.discharge(&mut e)?;
            self.f.free = free;
        }
        if op == BinaryOp::Concat {
            self.put_next(&mut e)?;
        } else {
            self.put_anywhere(&mut e)?;
        }
        self.wait(Frame::CompoundValue { op, left: e })?;
        Ok(Step::Eval(value))
    }

    pub(super) fn compound_value(
        &mut self,
        op: BinaryOp,
        mut left: Desc,
        mut right: Desc,
    ) -> Res<Step<'a>> {
        self.emit_binary(op, &mut left, &mut right)?;
        if let Some(target) = self.targets.pop() {
            self.store(&target, &mut left)?;
            if target.nav != NO_JUMP {
                self.patch_here(target.nav)?;
            }
        }
        CONTINUE
    }
}
