//! Comparisons and tests, and the jump behind each.
//!
//! What decides a jump becomes a guard whose exit goes on at the other branch. Where the types decide, their guards are enough, and the
//! exit repeats the comparison.

use perilune_ir::ins::Operand;
use perilune_ir::literal::Helper;
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use super::at::At;
use super::dispatch::Then;
use super::{Record, Recorder};
use crate::bytecode::Ins;
use crate::jit::helpers::PayKind;
use crate::jit::trace::TraceAbort;
use crate::stdlib::string::build::FREE_BYTES;
use crate::value::Value;
use crate::vm::frame::Cont;
use crate::vm::meta::Event;

/// Where the JMP behind a condition leads: if it is taken, and if not.
fn branches(at: &At<'_>) -> (*const Ins, *const Ins) {
    let jump = at.near(1);
    let behind = at.pc.wrapping_add(2);
    (behind.wrapping_offset(jump.jump()), behind)
}

impl Recorder {
    /// Goes on along the branch.
    pub(super) fn branch(&mut self, at: &At<'_>, taken: bool) -> Record<Then> {
        self.shrink(at.near(1).a());
        let (target, behind) = branches(at);
        self.go(if taken { target } else { behind })
    }

    /// Emits the guard that decides a jump: `op` holds if the jump is taken. The exit goes on at the other branch.
    fn decide(
        &mut self,
        at: &At<'_>,
        op: IrOp,
        ty: IrType,
        (x, y): (IrRef, IrRef),
        taken: bool,
    ) -> Record<Then> {
        self.shrink(at.near(1).a());
        let (target, behind) = branches(at);
        let (here, other) = if taken {
            (target, behind)
        } else {
            (behind, target)
        };
        let op = if taken {
            op
        } else {
            op.inverted(ty == IrType::Num)
        };
        self.snapshot(other)?;
        self.b.ins(op, ty, x, y)?;
        self.needs_snapshot = true;
        self.go(here)
    }

    /// The order of two texts costs what the shorter one does.
    fn pay_for_comparison(&mut self, (x, m): (IrRef, usize), (y, n): (IrRef, usize)) -> Record<()> {
        let (shorter, least) = if m <= n { (x, m) } else { (y, n) };
        let mut len = self.str_len(shorter)?;
        if least > FREE_BYTES {
            let longer = self.str_len(if shorter == x { y } else { x })?;
            len = self.b.ins(IrOp::Min, IrType::Int, len, longer)?;
        }
        self.pay_for(PayKind::Text, len, least)
    }

    /// ISLT, ISGE, ISLE, ISGT
    pub(super) fn order(&mut self, at: &At<'_>, event: Event, negate: bool) -> Record<Then> {
        let (a, d) = (at.ins.a(), at.ins.d());
        let (mut x, mut y) = (self.get(at, a)?, self.get(at, d)?);
        let (left, right) = (at.slot(a), at.slot(d));
        let op = match event {
            Event::Lt => IrOp::Lt,
            _ => IrOp::Le,
        };
        if let (Some(m), Some(n)) = (left.as_number(), right.as_number()) {
            let holds = match event {
                Event::Lt => m < n,
                _ => m <= n,
            };
            if x.is_const() && y.is_const() {
                return self.branch(at, holds != negate);
            }
            let mut ty = IrType::Int;
            if self.ty(x) != IrType::Int || self.ty(y) != IrType::Int {
                (x, y) = (self.as_num(x)?, self.as_num(y)?);
                ty = IrType::Num;
            }
            let op = if negate {
                op.inverted(ty == IrType::Num)
            } else {
                op
            };
            return self.decide(at, op, ty, (x, y), holds != negate);
        }
        if let (Some(s), Some(t)) = (left.as_str(), right.as_str()) {
            let order = s.as_bytes().cmp(t.as_bytes());
            let holds = match event {
                Event::Lt => order.is_lt(),
                _ => order.is_le(),
            };
            if x.is_const() && y.is_const() {
                return self.branch(at, holds != negate);
            }
            let args = self.b.ins(IrOp::CArg, IrType::Nil, x, y)?;
            let sign = self.b.ins(IrOp::CallN, IrType::Int, args, Helper::StrCmp)?;
            self.pay_for_comparison((x, s.len()), (y, t.len()))?;
            let zero = self.kint(0)?;
            let op = if negate { op.inverted(false) } else { op };
            return self.decide(at, op, IrType::Int, (sign, zero), holds != negate);
        }
        self.order_by_metamethod(at, event, negate, (x, left), (y, right))
    }

    /// ISEQV, ISNEV
    pub(super) fn equality(
        &mut self,
        at: &At<'_>,
        y: IrRef,
        right: Value,
        negate: bool,
    ) -> Record<Then> {
        let a = at.ins.a();
        let (x, left) = (self.get(at, a)?, at.slot(a));
        self.equal(at, (x, left), (y, right), negate)
    }

    /// ISEQS, ISEQN, ISEQP and their opposites.
    pub(super) fn equality_k(&mut self, at: &At<'_>, k: Value, negate: bool) -> Record<Then> {
        let y = self.konst(k)?;
        self.equality(at, y, k, negate)
    }

    fn equal(
        &mut self,
        at: &At<'_>,
        (mut x, left): (IrRef, Value),
        (mut y, right): (IrRef, Value),
        negate: bool,
    ) -> Record<Then> {
        let equal = left.raw_equals(right);
        let (mut ty, other) = (self.ty(x), self.ty(y));
        if ty == IrType::Cdata || other == IrType::Cdata {
            return Err(self.nyi(at));
        }
        if self.is_numeric(x) && self.is_numeric(y) && ty != other {
            (x, y) = (self.as_num(x)?, self.as_num(y)?);
            ty = IrType::Num;
        } else if ty != other || ty.is_pri() {
            // The guards of the types decide.
            return self.branch(at, equal != negate);
        }
        if matches!(ty, IrType::Tab | IrType::Udata) {
            // Whether they are the same is not all that matters if they turn out not to be.
            self.settle_for_guard(at)?;
            let op = if equal { IrOp::Eq } else { IrOp::Ne };
            if x != y {
                self.b.ins(op, ty, x, y)?;
            }
            if equal {
                return self.branch(at, !negate);
            }
            return self.equal_by_metamethod(at, (x, left), (y, right), negate);
        }
        if x == y && ty != IrType::Num || x.is_const() && y.is_const() {
            return self.branch(at, equal != negate);
        }
        let op = if negate { IrOp::Ne } else { IrOp::Eq };
        self.decide(at, op, ty, (x, y), equal != negate)
    }

    /// IST, ISF, ISTC, ISFC: `wanted` is what the jump is taken for.
    pub(super) fn test(&mut self, at: &At<'_>, wanted: bool, copies: bool) -> Record<Then> {
        let r = self.get(at, at.ins.d())?;
        let taken = self.is_true(r) == wanted;
        if taken && copies {
            self.set(at.ins.a(), r)?;
        }
        // A copy may lie where the jump's other slots are dead.
        let keep = if taken && copies { at.ins.a() + 1 } else { 0 };
        self.shrink(at.near(1).a().max(keep));
        let (target, behind) = branches(at);
        self.go(if taken { target } else { behind })
    }

    /// The comparison's result is the truth of `r`: of a metamethod's first result.
    pub(super) fn branch_on(
        &mut self,
        at: &At<'_>,
        pc: *const Ins,
        r: IrRef,
        wanted: bool,
    ) -> Record<Then> {
        let jump = at.code(pc);
        self.shrink(jump.a());
        let behind = pc.wrapping_add(1);
        let taken = self.is_true(r) == wanted;
        self.go(if taken {
            behind.wrapping_offset(jump.jump())
        } else {
            behind
        })
    }

    /// `<` and `<=` of what are neither two numbers nor two strings.
    fn order_by_metamethod(
        &mut self,
        at: &At<'_>,
        event: Event,
        negate: bool,
        (x, left): (IrRef, Value),
        (y, right): (IrRef, Value),
    ) -> Record<Then> {
        if at.vm.compat52 || self.ty(x) == IrType::Cdata || self.ty(y) == IrType::Cdata {
            return Err(self.nyi(at));
        }
        let mut events = [(event, false), (Event::Lt, true)].into_iter();
        let tries = if event == Event::Le { 2 } else { 1 };
        for (event, inverted) in events.by_ref().take(tries) {
            let Some((handler, f)) = self.metamethod(at, (x, left), event)? else {
                continue;
            };
            if left.type_of() != right.type_of() {
                continue;
            }
            let Some((other, g)) = self.metamethod(at, (y, right), event)? else {
                continue;
            };
            let same = f.raw_equals(g);
            self.settle_for_guard(at)?;
            if handler != other {
                let (s, t) = (self.ty(handler), self.ty(other));
                if s == t && !s.is_pri() {
                    let op = if same { IrOp::Eq } else { IrOp::Ne };
                    self.b.ins(op, s, handler, other)?;
                }
            }
            if !same {
                continue;
            }
            let cont = if negate != inverted {
                Cont::JumpIfFalse
            } else {
                Cont::JumpIfTrue
            };
            let args = if inverted { [y, x] } else { [x, y] };
            return self.call_metamethod(at, cont, (handler, f), &args);
        }
        Err(TraceAbort::NyiMetamethod)
    }

    /// Equality of two tables or userdata that are not the same.
    fn equal_by_metamethod(
        &mut self,
        at: &At<'_>,
        (x, left): (IrRef, Value),
        (y, right): (IrRef, Value),
        negate: bool,
    ) -> Record<Then> {
        let Some((handler, f)) = self.metamethod(at, (x, left), Event::Eq)? else {
            return self.branch(at, negate);
        };
        let other = self.metamethod(at, (y, right), Event::Eq)?;
        let same = other.is_some_and(|(_, g)| f.raw_equals(g));
        if let Some((other, _)) = other
            && handler != other
            && self.ty(handler) == self.ty(other)
        {
            let op = if same { IrOp::Eq } else { IrOp::Ne };
            let ty = self.ty(handler);
            self.b.ins(op, ty, handler, other)?;
        }
        if !same {
            return self.branch(at, negate);
        }
        let cont = if negate {
            Cont::JumpIfFalse
        } else {
            Cont::JumpIfTrue
        };
        self.call_metamethod(at, cont, (handler, f), &[x, y])
    }

    /// A snapshot of the running instruction, if an effect precedes it.
    pub(super) fn settle_for_guard(&mut self, at: &At<'_>) -> Record<()> {
        if self.needs_snapshot {
            self.snapshot(at.pc)?;
        }
        Ok(())
    }

    /// An operation without a second operand.
    pub(super) fn unary(&mut self, op: IrOp, ty: IrType, r: IrRef) -> Record<IrRef> {
        Ok(self.b.ins(op, ty, r, Operand::NONE)?)
    }
}
