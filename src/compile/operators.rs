//! Operators: folding of constants, choice of the operand form, comparisons as conditions.

use super::Core;
use super::desc::{Desc, Kind};
use super::emit::is;
use super::error::Res;
use crate::bytecode::{Bc, Ins, MAX_B, MAX_C};
use crate::syntax::ast::{BinaryOp, UnaryOp};
use crate::value::cdata::CType;
use crate::vm::convert::to_bit;

/// `pow` is the one that `^` uses at run time.
fn fold_arithmetic(op: BinaryOp, left: f64, right: f64, pow: fn(f64, f64) -> f64) -> Option<f64> {
    let n = match op {
        BinaryOp::Add => left + right,
        BinaryOp::Sub => left - right,
        BinaryOp::Mul => left * right,
        BinaryOp::Div => left / right,
        BinaryOp::Mod => left - libm::floor(left / right) * right,
        // As at run time.
        _ if right == 2.0 => left * left,
        _ => pow(left, right),
    };
    // A NaN or a minus zero can't be told from other constants.
    let minus_zero = n == 0.0 && n.is_sign_negative();
    (!n.is_nan() && !minus_zero).then_some(n)
}

fn fold_bits(op: BinaryOp, left: f64, right: f64) -> f64 {
    let (left, right) = (to_bit(left), to_bit(right));
    let shift = right as u32 & 31;
    f64::from(match op {
        BinaryOp::BAnd => left & right,
        BinaryOp::BOr => left | right,
        BinaryOp::BXor => left ^ right,
        BinaryOp::Shl => left << shift,
        BinaryOp::Shr => (left as u32 >> shift) as i32,
        _ => left >> shift,
    })
}

/// The form of an operator that takes two slots.
fn slot_form(op: BinaryOp) -> Bc {
    match op {
        BinaryOp::Add => Bc::AddVV,
        BinaryOp::Sub => Bc::SubVV,
        BinaryOp::Mul => Bc::MulVV,
        BinaryOp::Div => Bc::DivVV,
        BinaryOp::Mod => Bc::ModVV,
        BinaryOp::BAnd => Bc::BAnd,
        BinaryOp::BOr => Bc::BOr,
        BinaryOp::BXor => Bc::BXor,
        BinaryOp::Shl => Bc::BShl,
        BinaryOp::Shr => Bc::BShr,
        BinaryOp::Sar => Bc::BSar,
        _ => Bc::Pow,
    }
}

/// The form of an arithmetic operator whose right operand is a number constant.
fn constant_form(op: BinaryOp) -> Option<Bc> {
    Some(match op {
        BinaryOp::Add => Bc::AddVN,
        BinaryOp::Sub => Bc::SubVN,
        BinaryOp::Mul => Bc::MulVN,
        BinaryOp::Div => Bc::DivVN,
        BinaryOp::Mod => Bc::ModVN,
        _ => return None,
    })
}

impl Core<'_> {
    /// Frees the slots of two operands at once, whichever lies higher.
    fn free_operands(&mut self, a: &Desc, b: &Desc) {
        self.free_desc(a);
        self.free_desc(b);
    }

    fn emit_arithmetic(&mut self, op: BinaryOp, left: &mut Desc, right: &mut Desc) -> Res {
        let ins = match constant_form(op) {
            None => {
                let c = self.put_anywhere(right)?;
                let b = self.put_anywhere(left)?;
                Ins::abc(slot_form(op), 0, b, c)
            }
            Some(form) => {
                // The right operand first: an indexed one frees slots.
                self.resolve_value(right)?;
                let constant = match right.as_number() {
                    Some(n) => Some(self.number_constant(n)?).filter(|&k| k <= MAX_C),
                    None => None,
                };
                let c = match constant {
                    Some(k) => k,
                    None => self.put_anywhere(right)?,
                };
                self.resolve_value(left)?;
                let left_constant = match left.as_number() {
                    Some(n) if right.as_number().is_none() => {
                        Some(self.number_constant(n)?).filter(|&k| k <= MAX_B)
                    }
                    _ => None,
                };
                match (left_constant, constant) {
                    (Some(k), _) => Ins::abc(form.arith_form(1), 0, c, k),
                    (None, Some(k)) => Ins::abc(form, 0, self.put_anywhere(left)?, k),
                    (None, None) => Ins::abc(form.arith_form(2), 0, self.put_anywhere(left)?, c),
                }
            }
        };
        self.free_operands(left, right);
        left.kind = Kind::Relocatable(self.emit(ins)?);
        Ok(())
    }

    /// `==` and `~=`: a constant becomes the second operand.
    fn emit_equality(&mut self, equal: bool, left: &mut Desc, right: &mut Desc) -> Res {
        self.resolve_value(left)?;
        let (a, b) = if left.is_constant() {
            (right, left)
        } else {
            (left, right)
        };
        let slot = self.put_anywhere(a)?;
        self.resolve_value(b)?;
        let pick = |yes, no| if equal { yes } else { no };
        let ins = match b.kind {
            Kind::Str(s) => Ins::ad(pick(Bc::IsEqS, Bc::IsNeS), slot, self.string_constant(s)?),
            Kind::Num(n) => Ins::ad(pick(Bc::IsEqN, Bc::IsNeN), slot, self.number_constant(n)?),
            _ => match b.as_primitive() {
                Some(primitive) => Ins::ad(pick(Bc::IsEqP, Bc::IsNeP), slot, primitive),
                None => Ins::ad(pick(Bc::IsEqV, Bc::IsNeV), slot, self.put_anywhere(b)?),
            },
        };
        self.free_operands(a, b);
        self.emit(ins)?;
        Ok(())
    }

    /// `<` and its kin: the greater-than forms swap their operands.
    fn emit_order(&mut self, op: BinaryOp, left: &mut Desc, right: &mut Desc) -> Res {
        self.resolve_value(left)?;
        let form = match op {
            BinaryOp::Lt | BinaryOp::Gt => Bc::IsLt,
            _ => Bc::IsLe,
        };
        let ins = if matches!(op, BinaryOp::Gt | BinaryOp::Ge) {
            self.resolve_value(right)?;
            let a = self.put_anywhere(right)?;
            let d = self.put_anywhere(left)?;
            Ins::ad(form, a, d)
        } else {
            let d = self.put_anywhere(right)?;
            let a = self.put_anywhere(left)?;
            Ins::ad(form, a, d)
        };
        self.free_operands(left, right);
        self.emit(ins)?;
        Ok(())
    }

    /// Prepares the left operand before the right one is compiled.
    pub(super) fn prepare_left(&mut self, op: BinaryOp, e: &mut Desc) -> Res {
        match op {
            BinaryOp::And => self.go_if_true(e)?,
            BinaryOp::Or => self.go_if_false(e)?,
            BinaryOp::Coalesce => {
                self.put_next(e)?;
                let slot = self.f.free - 1;
                self.emit_ad(Bc::IsNeP, slot, 0)?;
                e.nav = self.emit_jump()?;
                self.free_slot(slot);
            }
            BinaryOp::Concat => self.put_next(e)?,
            BinaryOp::Eq | BinaryOp::Ne => {
                if !e.is_plain_constant() {
                    self.put_anywhere(e)?;
                }
            }
            _ => {
                if e.as_plain_number().is_none() {
                    self.put_anywhere(e)?;
                }
            }
        }
        Ok(())
    }

    /// Emits a binary operator; its value is described by `left` afterwards.
    pub(super) fn emit_binary(&mut self, op: BinaryOp, left: &mut Desc, right: &mut Desc) -> Res {
        match op {
            BinaryOp::Add
            | BinaryOp::Sub
            | BinaryOp::Mul
            | BinaryOp::Div
            | BinaryOp::Mod
            | BinaryOp::Pow => {
                if let (Some(a), Some(b)) = (left.as_plain_number(), right.as_plain_number())
                    && let Some(n) = fold_arithmetic(op, a, b, self.options.pow)
                {
                    left.kind = Kind::Num(n);
                    return Ok(());
                }
                self.emit_arithmetic(op, left, right)
            }
            BinaryOp::BAnd
            | BinaryOp::BOr
            | BinaryOp::BXor
            | BinaryOp::Shl
            | BinaryOp::Shr
            | BinaryOp::Sar => {
                if let (Some(a), Some(b)) = (left.as_plain_number(), right.as_plain_number()) {
                    left.kind = Kind::Num(fold_bits(op, a, b));
                    return Ok(());
                }
                self.emit_arithmetic(op, left, right)
            }
            BinaryOp::And => {
                self.discharge(right)?;
                right.on_false = self.join(left.on_false, right.on_false)?;
                *left = *right;
                Ok(())
            }
            BinaryOp::Or => {
                self.discharge(right)?;
                right.on_true = self.join(left.on_true, right.on_true)?;
                *left = *right;
                Ok(())
            }
            BinaryOp::Coalesce => {
                self.put_next(right)?;
                let over = core::mem::replace(&mut left.nav, crate::bytecode::NO_JUMP);
                self.patch_here(over)
            }
            BinaryOp::Concat => self.emit_concat(left, right),
            BinaryOp::Eq | BinaryOp::Ne => {
                self.emit_equality(op == BinaryOp::Eq, left, right)?;
                left.kind = Kind::Jump(self.emit_jump()?);
                Ok(())
            }
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
                self.emit_order(op, left, right)?;
                left.kind = Kind::Jump(self.emit_jump()?);
                Ok(())
            }
        }
    }

    /// `..` groups to the right: a concatenation on the right takes the left operand in.
    fn emit_concat(&mut self, left: &mut Desc, right: &mut Desc) -> Res {
        self.resolve_value(right)?;
        let Kind::Fixed(first) = left.kind else {
            return Ok(());
        };
        let first = u32::from(first);
        if let Kind::Relocatable(pc) = right.kind
            && is(self.ins(pc), Bc::Cat)
        {
            self.free_slot(first);
            let ins = self.ins_mut(pc);
            *ins = ins.with_b(first);
            left.kind = Kind::Relocatable(pc);
            return Ok(());
        }
        self.put_next(right)?;
        let last = self.f.free - 1;
        self.free_slot(last);
        self.free_slot(first);
        left.kind = Kind::Relocatable(self.emit_abc(Bc::Cat, 0, first, last)?);
        Ok(())
    }

    /// Emits a unary operator.
    pub(super) fn emit_unary(&mut self, op: UnaryOp, e: &mut Desc) -> Res {
        let op = match op {
            UnaryOp::Not => return self.emit_not(e),
            UnaryOp::Neg => Bc::Unm,
            UnaryOp::Len => Bc::Len,
            UnaryOp::BNot => Bc::BNot,
        };
        if !e.has_jumps() {
            match (op, e.kind) {
                // Zero isn't folded, since minus zero is no constant.
                (Bc::Unm, Kind::Num(n)) if n != 0.0 => {
                    e.kind = Kind::Num(-n);
                    return Ok(());
                }
                (Bc::Unm, Kind::Cdata(ctype, bits)) => {
                    let negated = match ctype {
                        CType::Complex => bits ^ 1 << 63,
                        _ => bits.wrapping_neg(),
                    };
                    e.kind = Kind::Cdata(ctype, negated);
                    return Ok(());
                }
                (Bc::BNot, Kind::Num(n)) => {
                    e.kind = Kind::Num(f64::from(!to_bit(n)));
                    return Ok(());
                }
                _ => {}
            }
        }
        self.put_anywhere(e)?;
        self.emit_unary_ins(op, e)
    }

    fn emit_unary_ins(&mut self, op: Bc, e: &mut Desc) -> Res {
        self.free_desc(e);
        if let Kind::Fixed(slot) = e.kind {
            e.kind = Kind::Relocatable(self.emit_ad(op, 0, u32::from(slot))?);
        }
        Ok(())
    }

    fn emit_not(&mut self, e: &mut Desc) -> Res {
        core::mem::swap(&mut e.on_true, &mut e.on_false);
        self.drop_values(e.on_false);
        self.drop_values(e.on_true);
        self.discharge(e)?;
        match e.kind {
            Kind::Nil | Kind::False => e.kind = Kind::True,
            Kind::True | Kind::Str(_) | Kind::Num(_) | Kind::Cdata(..) => e.kind = Kind::False,
            Kind::Jump(jump) => self.invert(jump),
            Kind::Relocatable(pc) => {
                self.reserve(1)?;
                let slot = self.f.free - 1;
                let ins = self.ins_mut(pc);
                *ins = ins.with_a(slot);
                e.kind = Kind::Fixed(slot as u8);
                self.emit_unary_ins(Bc::Not, e)?;
            }
            _ => self.emit_unary_ins(Bc::Not, e)?,
        }
        Ok(())
    }
}
