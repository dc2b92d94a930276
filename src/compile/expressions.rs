//! Expressions: leaves and operators.

use super::Compiler;
use super::desc::{Desc, Kind};
use super::error::Res;
use super::walk::{Frame, Place, Step};
use crate::bytecode::Bc;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Name, Pos, UnaryOp};
use crate::value::cdata::CType;

impl<'a> Compiler<'_, 'a, '_> {
    /// Compiles an expression as far as its first subexpression.
    #[inline]
    pub(super) fn eval(&mut self, e: &'a Expr<'a>) -> Res<Step<'a>> {
        let kind = match &e.kind {
            ExprKind::Name(name) => return self.name(name),
            ExprKind::Nil => Kind::Nil,
            ExprKind::True => Kind::True,
            ExprKind::False => Kind::False,
            ExprKind::Number(n) => Kind::Num(*n),
            ExprKind::String(s) => Kind::Str(self.heap.intern(s)?),
            ExprKind::Int64(n) => Kind::Cdata(CType::Int64, *n as u64),
            ExprKind::Uint64(n) => Kind::Cdata(CType::Uint64, *n),
            ExprKind::Imaginary(n) => Kind::Cdata(CType::Complex, n.to_bits()),
            ExprKind::Vararg => self.vararg(e)?,
            ExprKind::Paren(inner) => {
                self.read_character(e.span.start);
                self.wait(Frame::Paren(e.span.end))?;
                return Ok(Step::Eval(inner));
            }
            ExprKind::Field { .. }
            | ExprKind::Index { .. }
            | ExprKind::Call { .. }
            | ExprKind::Method { .. } => {
                return self.chain(e, Place::VALUE);
            }
            ExprKind::Function(function) => return self.function(e, function),
            ExprKind::Table(fields) => return self.table(e, fields),
            ExprKind::Unary { op, operand } => {
                self.at = e.span.start;
                self.wait(Frame::Unary(*op))?;
                return Ok(Step::Eval(operand));
            }
            ExprKind::Binary { op, left, right } => {
                let (op, left, right) = (*op, *left, *right);
                self.wait(Frame::Left { op, left, right })?;
                return Ok(Step::Eval(left));
            }
            ExprKind::Conditional {
                condition,
                then,
                otherwise,
            } => {
                let end = condition.span.end;
                self.wait(Frame::Condition {
                    then,
                    otherwise,
                    end,
                })?;
                return Ok(Step::Eval(condition));
            }
        };
        self.at = e.span.end;
        Ok(Step::Done(kind.into()))
    }

    fn name(&mut self, name: &Name<'_>) -> Res<Step<'a>> {
        let string = self.intern_name(name)?;
        if name.pos.offset == self.read_ahead {
            self.look_behind(self.at);
        }
        Ok(Step::Done(self.core.lookup(string, self.core.at)?))
    }

    fn vararg(&mut self, e: &Expr<'_>) -> Res<Kind> {
        if !self.f.is_vararg {
            self.at = e.span.start;
            return self.error_near("cannot use '...' outside a vararg function");
        }
        self.reserve(1)?;
        let base = self.f.free - 1;
        let pc = self
            .core
            .emit_abc(Bc::VArg, base, 2, u32::from(self.core.f.params))?;
        Ok(Kind::Call {
            pc,
            base: base as u8,
        })
    }

    pub(super) fn paren(&mut self, end: Pos, mut e: Desc) -> Res<Step<'a>> {
        self.at = end;
        self.discharge(&mut e)?;
        Ok(Step::Done(e))
    }

    pub(super) fn unary(&mut self, op: UnaryOp, mut e: Desc) -> Res<Step<'a>> {
        self.emit_unary(op, &mut e)?;
        Ok(Step::Done(e))
    }

    /// The left operand is known.
    pub(super) fn left(
        &mut self,
        op: BinaryOp,
        left: &'a Expr<'a>,
        right: &'a Expr<'a>,
        mut e: Desc,
    ) -> Res<Step<'a>> {
        self.read_between(left.span.end, right.span.start);
        self.prepare_left(op, &mut e)?;
        self.wait(Frame::Right { op, left: e })?;
        Ok(Step::Eval(right))
    }

    /// Both operands are known.
    pub(super) fn right(&mut self, op: BinaryOp, mut left: Desc, mut right: Desc) -> Res<Step<'a>> {
        self.emit_binary(op, &mut left, &mut right)?;
        Ok(Step::Done(left))
    }

    /// The condition of `c ? a : b` is known.
    pub(super) fn condition(
        &mut self,
        then: &'a Expr<'a>,
        otherwise: &'a Expr<'a>,
        end: Pos,
        mut e: Desc,
    ) -> Res<Step<'a>> {
        self.read_between(end, then.span.start);
        self.go_if_true(&mut e)?;
        self.wait(Frame::Then {
            otherwise,
            end: then.span.end,
            on_false: e.on_false,
        })?;
        Ok(Step::Eval(then))
    }

    pub(super) fn then(
        &mut self,
        otherwise: &'a Expr<'a>,
        end: Pos,
        on_false: u32,
        mut e: Desc,
    ) -> Res<Step<'a>> {
        self.put_next(&mut e)?;
        let escape = self.emit_jump()?;
        self.patch_here(on_false)?;
        self.read_between(end, otherwise.span.start);
        self.free_desc(&e);
        self.wait(Frame::Otherwise { escape })?;
        Ok(Step::Eval(otherwise))
    }

    pub(super) fn otherwise(&mut self, escape: u32, mut e: Desc) -> Res<Step<'a>> {
        self.put_next(&mut e)?;
        self.patch_here(escape)?;
        Ok(Step::Done(e))
    }
}
