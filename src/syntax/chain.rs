//! Operators: the grammar reads an expression as a flat chain of operands and operators, which precedence climbing on an
//! explicit stack turns into a tree. `x ->` is a prefix operator here, whose operand reaches to the expression's end.

use super::ast::{BinaryOp, Pos, UnaryOp};
use super::builder::{Base, Builder};
use super::context::MAX_LEVEL;
use super::error::Text;

/// An operator that waits for its right operand.
#[derive(Clone, Copy, Debug)]
pub struct Operator {
    kind: Kind,
    /// Operators that bind tighter than this belong to its right operand.
    limit: u8,
    /// Where it stands.
    pos: Pos,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Unary(UnaryOp),
    Binary(BinaryOp),
    Arrow,
}

/// The priority of unary operators.
const UNARY: u8 = 12;

/// How tight a binary operator binds to the left and to the right, by LuaJIT's table.
fn priority(op: BinaryOp) -> (u8, u8) {
    use BinaryOp::*;
    match op {
        Pow => (14, 13),
        Mul | Div | Mod => (11, 11),
        Add | Sub => (10, 10),
        Concat => (9, 8),
        Shl | Shr | Sar => (7, 7),
        BAnd => (6, 6),
        BXor => (5, 5),
        BOr => (4, 4),
        Eq | Ne | Lt | Ge | Gt | Le => (3, 3),
        And => (2, 2),
        Or | Coalesce => (1, 1),
    }
}

impl<'a, 's: 'a> Builder<'a, 's> {
    fn unary_op(&self, pos: Pos) -> UnaryOp {
        match self.byte(pos.offset) {
            b'-' => UnaryOp::Neg,
            b'#' => UnaryOp::Len,
            b'~' => UnaryOp::BNot,
            _ => UnaryOp::Not,
        }
    }

    /// The binary operator that stands there.
    pub(super) fn binary_op(&self, (start, end): (Pos, Pos)) -> BinaryOp {
        use BinaryOp::*;
        let long = end.offset - start.offset > 1;
        match (self.byte(start.offset), long) {
            (b'+', _) => Add,
            (b'-', _) => Sub,
            (b'*', _) => Mul,
            (b'/', _) => Div,
            (b'%', _) => Mod,
            (b'^', _) => Pow,
            (b'.', _) => Concat,
            (b'=', _) => Eq,
            (b'!', _) => Ne,
            (b'a', _) => And,
            (b'o', _) => Or,
            (b'?', _) => Coalesce,
            (b'&', false) => BAnd,
            (b'&', true) => And,
            (b'|', false) => BOr,
            (b'|', true) => Or,
            (b'<', false) => Lt,
            (b'>', false) => Gt,
            (b'~', false) => BXor,
            (first, _) => match (first, self.byte(start.offset + 1)) {
                (b'<', b'=') => Le,
                (b'<', _) => Shl,
                (b'>', b'=') => Ge,
                (b'>', _) => Shr,
                (_, b'=') => Ne,
                _ => Sar,
            },
        }
    }

    /// Where a chain's operators begin on the stack.
    pub fn chain(&self) -> Base {
        self.operators.len() as Base
    }

    fn push_operator(&mut self, operator: Operator) {
        if self.operators.len() == self.operators.capacity()
            && self.operators.try_reserve(1).is_err()
        {
            return self.context.fail(Text::Memory);
        }
        self.operators.push(operator);
        let pending = self.operators.len() as u32;
        self.context.pending.set(pending);
        // LuaJIT recurses for each pending operator, and for the expression itself.
        if self.context.level.get() + 1 + pending >= MAX_LEVEL {
            self.context.fail_level();
        }
    }

    /// A unary operator; its operand follows.
    pub fn push_unary(&mut self, (pos, _): (Pos, Pos)) {
        let op = self.unary_op(pos);
        self.push_operator(Operator {
            kind: Kind::Unary(op),
            limit: UNARY,
            pos,
        });
    }

    /// A short function's head; its expression follows.
    pub fn push_arrow(&mut self, pos: Pos) {
        self.push_operator(Operator {
            kind: Kind::Arrow,
            limit: 0,
            pos,
        });
    }

    /// A binary operator, whose left operand is complete but for the operators before it that bind tighter.
    pub fn push_binary(&mut self, base: Base, operator: (Pos, Pos)) {
        let op = self.binary_op(operator);
        let (left, right) = priority(op);
        self.apply_while(base, |operator| left <= operator.limit);
        self.push_operator(Operator {
            kind: Kind::Binary(op),
            limit: right,
            pos: operator.0,
        });
    }

    /// The chain's last operand is complete.
    pub fn end_chain(&mut self, base: Base) {
        self.apply_while(base, |_| true);
    }

    /// A conditional's condition is complete: the chain back to its last `->`.
    pub fn end_condition(&mut self, base: Base) {
        self.apply_while(base, |operator| !matches!(operator.kind, Kind::Arrow));
    }

    fn apply_while(&mut self, base: Base, mut applies: impl FnMut(&Operator) -> bool) {
        while self.operators.len() > base as usize {
            let Some(&operator) = self.operators.last().filter(|&operator| applies(operator))
            else {
                break;
            };
            self.operators.pop();
            match operator.kind {
                Kind::Unary(op) => self.unary(op, operator.pos),
                Kind::Binary(op) => self.binary(op),
                Kind::Arrow => self.short_function(),
            }
        }
        self.context.pending.set(self.operators.len() as u32);
    }
}
