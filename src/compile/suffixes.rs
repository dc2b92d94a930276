//! Chains of suffixes: fields, indices, calls, methods, and safe navigation between them.
//!
//! Each `?.` adds a jump to the chain's list. At the chain's end they meet an instruction that loads nil.

use super::Compiler;
use super::desc::{Desc, Kind};
use super::error::Res;
use super::walk::{Frame, Place, Step};
use crate::bytecode::{Bc, NO_JUMP};
use crate::syntax::ast::{Expr, ExprKind, Method, Pos};

impl<'a> Compiler<'_, 'a, '_> {
    /// Waits for all suffixes of a chain and evaluates what they follow.
    pub(super) fn chain(&mut self, mut node: &'a Expr<'a>, mut place: Place) -> Res<Step<'a>> {
        loop {
            let object = match node.kind {
                ExprKind::Field { object, .. }
                | ExprKind::Index { object, .. }
                | ExprKind::Method { object, .. } => object,
                ExprKind::Call { function, .. } => function,
                _ => return Ok(Step::Eval(node)),
            };
            self.wait(Frame::Suffix { node, place })?;
            place.is_last = false;
            node = object;
        }
    }

    /// Emits the jump of a `?.` behind `end`, taken if the value is nil.
    fn safe_jump(&mut self, e: &mut Desc, end: Pos) -> Res {
        self.read_behind(end);
        let slot = self.put_anywhere(e)?;
        self.emit_ad(Bc::IsEqP, slot, 0)?;
        let jump = self.emit_jump()?;
        e.nav = self.join(e.nav, jump)?;
        Ok(())
    }

    /// The object of a suffix is known.
    pub(super) fn suffix(
        &mut self,
        node: &'a Expr<'a>,
        place: Place,
        mut e: Desc,
    ) -> Res<Step<'a>> {
        match node.kind {
            ExprKind::Field { object, name, safe } => {
                let end = object.span.end;
                if safe {
                    self.safe_jump(&mut e, end)?;
                } else {
                    self.read_between(end, name.pos);
                    self.put_anywhere(&mut e)?;
                }
                let string = self.intern_name(&name)?;
                self.index(&mut e, &mut Kind::Str(string).into())?;
                self.end_suffix(e, safe, place)
            }
            ExprKind::Index { object, key, safe } => {
                if safe {
                    self.safe_jump(&mut e, object.span.end)?;
                }
                self.put_anywhere(&mut e)?;
                self.read_between(object.span.end, key.span.start);
                self.wait(Frame::Key {
                    node,
                    place,
                    object: e,
                })?;
                Ok(Step::Eval(key))
            }
            ExprKind::Call {
                function,
                args,
                args_pos,
                safe,
            } => {
                if safe {
                    self.safe_jump(&mut e, function.span.end)?;
                }
                self.put_next(&mut e)?;
                self.reserve(1)?;
                self.arguments(node, args, args_pos, place, e)
            }
            ExprKind::Method {
                object,
                args,
                method,
            } => {
                let Method {
                    name,
                    args_pos,
                    safe_object,
                    safe_method,
                } = *method;
                if safe_object {
                    self.safe_jump(&mut e, object.span.end)?;
                }
                let string = self.intern_name(&name)?;
                self.emit_method(&mut e, string)?;
                if safe_method {
                    self.safe_jump(&mut e, self.at)?;
                }
                self.arguments(node, args, args_pos, place, e)
            }
            _ => Ok(Step::Done(e)),
        }
    }

    /// The key of an index is known.
    pub(super) fn key(
        &mut self,
        node: &'a Expr<'a>,
        place: Place,
        mut object: Desc,
        mut key: Desc,
    ) -> Res<Step<'a>> {
        self.resolve_value(&mut key)?;
        self.at = node.span.end;
        self.index(&mut object, &mut key)?;
        let safe = matches!(node.kind, ExprKind::Index { safe: true, .. });
        self.end_suffix(object, safe, place)
    }

    /// The function lies in its slot: the arguments follow.
    fn arguments(
        &mut self,
        node: &'a Expr<'a>,
        args: &'a [Expr<'a>],
        args_pos: Pos,
        place: Place,
        function: Desc,
    ) -> Res<Step<'a>> {
        let Kind::Fixed(base) = function.kind else {
            return Ok(Step::Done(function));
        };
        let base = u32::from(base);
        let has_paren = self.source.get(args_pos.offset as usize) == Some(&b'(');
        let Some(first) = args.first() else {
            self.at = node.span.end;
            let call = self
                .core
                .emit_abc(Bc::Call, base, 2, self.core.f.free - base - 1)?;
            return self.end_call(node, call, base, function.nav, place);
        };
        if has_paren {
            self.read_character(args_pos);
        }
        self.wait(Frame::Argument {
            node,
            place,
            next: 1,
            base,
            nav: function.nav,
        })?;
        Ok(Step::Eval(first))
    }

    /// An argument is known.
    pub(super) fn argument(
        &mut self,
        node: &'a Expr<'a>,
        place: Place,
        next: u32,
        base: u32,
        nav: u32,
        mut e: Desc,
    ) -> Res<Step<'a>> {
        let (ExprKind::Call { args, .. } | ExprKind::Method { args, .. }) = node.kind else {
            return Ok(Step::Done(e));
        };
        if let Some(arg) = args.get(next as usize) {
            self.read_between(args[next as usize - 1].span.end, arg.span.start);
            self.put_next(&mut e)?;
            let next = next + 1;
            self.wait(Frame::Argument {
                node,
                place,
                next,
                base,
                nav,
            })?;
            return Ok(Step::Eval(arg));
        }
        self.at = node.span.end;
        let call = if let Kind::Call { pc, base: open } = e.kind {
            let ins = self.ins_mut(pc);
            *ins = ins.with_b(0);
            self.emit_abc(Bc::CallM, base, 2, u32::from(open) - base - 2)?
        } else {
            self.put_next(&mut e)?;
            self.core
                .emit_abc(Bc::Call, base, 2, self.core.f.free - base - 1)?
        };
        self.end_call(node, call, base, nav, place)
    }

    /// A call is emitted.
    fn end_call(
        &mut self,
        node: &'a Expr<'a>,
        pc: u32,
        base: u32,
        nav: u32,
        place: Place,
    ) -> Res<Step<'a>> {
        let (args_pos, safe) = match node.kind {
            ExprKind::Call { args_pos, safe, .. } => (args_pos, safe),
            ExprKind::Method { method, .. } => (method.args_pos, method.safe_method),
            _ => (node.span.end, false),
        };
        // LuaJIT takes the line on which the first token of the arguments ends.
        let line = match self.source.get(args_pos.offset as usize) {
            Some(b'(' | b'{') => args_pos.line,
            _ => node.span.end.line,
        };
        self.set_line(pc, line);
        // One result, unless the context wants another number.
        self.f.free = base + 1;
        let mut e = Desc::from(Kind::Call {
            pc,
            base: base as u8,
        });
        e.nav = nav;
        self.end_suffix(e, safe && !place.is_last, place)
    }

    /// A suffix is complete. After a `?.`, its value has to lie in the slot that the way around loads nil into.
    fn end_suffix(&mut self, mut e: Desc, safe: bool, place: Place) -> Res<Step<'a>> {
        if !place.in_statement {
            if safe {
                self.put_next(&mut e)?;
            }
            if place.is_last && e.nav != NO_JUMP {
                self.end_navigation(&mut e)?;
            }
        }
        Ok(Step::Done(e))
    }

    /// The jumps of a chain's safe navigations meet here, where nil is loaded.
    fn end_navigation(&mut self, e: &mut Desc) -> Res {
        let nav = core::mem::replace(&mut e.nav, NO_JUMP);
        let around = self.emit_jump()?;
        self.patch_here(nav)?;
        let slot = match e.kind {
            Kind::Call { pc, base } => {
                e.kind = Kind::SafeCall { pc, base };
                base
            }
            Kind::Fixed(slot) | Kind::Indexed { table: slot, .. } => slot,
            _ => return Ok(()),
        };
        self.emit_ad(Bc::KPri, u32::from(slot), 0)?;
        self.patch_here(around)
    }
}
