//! Loops.

use super::Compiler;
use super::desc::Desc;
use super::emit::is;
use super::error::{Res, push};
use super::labels::Target;
use super::walk::{CONTINUE, Frame, Step};
use crate::bytecode::Bc;
use crate::syntax::ast::{Block, Expr, Name, Pos, Stmt, StmtKind};

/// The greatest number of variables of a loop over `next` that the specialised instruction serves.
const MAX_NEXT_VARS: usize = 2;

impl<'a> Compiler<'_, 'a, '_> {
    // While.

    pub(super) fn start_while(
        &mut self,
        stmt: &'a Stmt<'a>,
        condition: &'a Expr<'a>,
    ) -> Res<Step<'a>> {
        let start = self.pc();
        self.f.last_target = start;
        self.wait(Frame::WhileCondition { stmt, start })?;
        Ok(Step::Eval(condition))
    }

    pub(super) fn while_condition(
        &mut self,
        stmt: &'a Stmt<'a>,
        start: u32,
        e: Desc,
    ) -> Res<Step<'a>> {
        let StmtKind::While { condition, body } = &stmt.kind else {
            return CONTINUE;
        };
        let exit = self.branch_on(e)?;
        self.begin_scope(true)?;
        self.read_behind(condition.span.end);
        let head = self.core.emit_ad(Bc::Loop, self.core.f.active, 0)?;
        self.wait(Frame::WhileBody {
            stmt,
            start,
            head,
            exit,
        })?;
        self.push_scope(body)?;
        CONTINUE
    }

    pub(super) fn while_body(
        &mut self,
        stmt: &'a Stmt<'a>,
        start: u32,
        head: u32,
        exit: u32,
    ) -> Res<Step<'a>> {
        let back = self.emit_jump()?;
        self.patch(back, start)?;
        self.at = stmt.span.end;
        self.land_continue(start)?;
        self.end_scope()?;
        self.patch_here(exit)?;
        self.core.patch_jump(head, self.core.pc())?;
        CONTINUE
    }

    // Repeat.

    pub(super) fn start_repeat(
        &mut self,
        body: &'a Block<'a>,
        condition: &'a Expr<'a>,
    ) -> Res<Step<'a>> {
        let head = self.pc();
        self.f.last_target = head;
        self.begin_scope(true)?;
        self.begin_scope(false)?;
        self.level += 1;
        self.core.emit_ad(Bc::Loop, self.core.f.active, 0)?;
        self.wait(Frame::RepeatBody { condition, head })?;
        self.push_block(body, true)?;
        CONTINUE
    }

    pub(super) fn repeat_body(&mut self, condition: &'a Expr<'a>, head: u32) -> Res<Step<'a>> {
        self.level -= 1;
        self.read_behind(self.at);
        self.core.land_continue(self.core.pc())?;
        self.wait(Frame::RepeatCondition { head })?;
        Ok(Step::Eval(condition))
    }

    pub(super) fn repeat_condition(&mut self, head: u32, e: Desc) -> Res<Step<'a>> {
        let mut exit = self.branch_on(e)?;
        if self.scopes.last().is_some_and(|scope| scope.has_upvalue) {
            // Both ways out of the body's scope close its upvalues.
            self.emit_exit(Target::Break)?;
            self.patch_here(exit)?;
            self.end_scope()?;
            exit = self.emit_jump()?;
        } else {
            self.end_scope()?;
        }
        self.patch(exit, head)?;
        self.core.patch_jump(head, self.core.pc())?;
        self.end_scope()?;
        CONTINUE
    }

    // Numeric for.

    pub(super) fn start_numeric_for(
        &mut self,
        stmt: &'a Stmt<'a>,
        var: &'a Name<'a>,
        start: &'a Expr<'a>,
    ) -> Res<Step<'a>> {
        self.begin_scope(true)?;
        let base = self.f.free;
        let string = self.intern_name(var)?;
        self.core.declare_hidden(0, self.core.at)?;
        self.core.declare(3, string, self.core.at)?;
        self.read_between(self.at, start.span.start);
        self.wait(Frame::ForValue {
            stmt,
            next: 1,
            base,
        })?;
        Ok(Step::Eval(start))
    }

    pub(super) fn for_value(
        &mut self,
        stmt: &'a Stmt<'a>,
        next: u32,
        base: u32,
        mut e: Desc,
    ) -> Res<Step<'a>> {
        let StmtKind::NumericFor {
            start,
            stop,
            step,
            body,
            ..
        } = &stmt.kind
        else {
            return CONTINUE;
        };
        self.put_next(&mut e)?;
        let step = step.as_ref();
        let following = match next {
            1 => Some((start, *stop)),
            2 => step.map(|step| (stop, *step)),
            _ => None,
        };
        if let Some((before, value)) = following {
            self.read_between(before.span.end, value.span.start);
            let next = next + 1;
            self.wait(Frame::ForValue { stmt, next, base })?;
            return Ok(Step::Eval(value));
        }
        if step.is_none() {
            self.core.emit_ad(Bc::KShort, self.core.f.free, 1)?;
            self.reserve(1)?;
        }
        self.activate(3);
        self.read_behind(step.unwrap_or(stop).span.end);
        let head = self.emit_open(Bc::ForI, base)?;
        self.begin_scope(false)?;
        self.activate(1);
        self.reserve(1)?;
        self.wait(Frame::NumericForBody { stmt, head, base })?;
        self.push_scope(body)?;
        CONTINUE
    }

    pub(super) fn numeric_for_body(
        &mut self,
        stmt: &'a Stmt<'a>,
        head: u32,
        base: u32,
    ) -> Res<Step<'a>> {
        self.end_scope()?;
        self.core.land_continue(self.core.pc())?;
        let end = self.emit_open(Bc::ForL, base)?;
        self.set_line(end, stmt.span.start.line);
        self.patch_jump(end, head + 1)?;
        self.core.patch_jump(head, self.core.pc())?;
        self.at = stmt.span.end;
        self.end_scope()?;
        CONTINUE
    }

    // Generic for.

    pub(super) fn start_generic_for(
        &mut self,
        stmt: &'a Stmt<'a>,
        names: &'a [Name<'a>],
        values: &'a [Expr<'a>],
    ) -> Res<Step<'a>> {
        self.begin_scope(true)?;
        for (n, name) in names.iter().enumerate() {
            let string = self.intern_name(name)?;
            if n == 0 {
                self.core.declare_hidden(3, self.core.at)?;
            }
            self.core.declare(3 + n as u32, string, self.core.at)?;
        }
        if let StmtKind::GenericFor { in_pos, .. } = stmt.kind {
            self.at = Pos {
                offset: in_pos.offset + 2,
                ..in_pos
            };
        }
        let pc = self.pc();
        push(&mut self.expression_starts, pc)?;
        self.eval_values(stmt, values)
    }

    /// Is the iterator `next` or the result of `pairs`, to judge by the names in the first instruction of the values?
    fn predicts_next(&mut self, pc: u32) -> bool {
        let ins = self.ins(pc);
        let name = if is(ins, Bc::Mov) && (ins.d() as u32) < self.f.active {
            self.variable_in(ins.d() as u32).name
        } else if is(ins, Bc::UGet) {
            self.vars[self.f.upvalues[ins.d()] as usize].name
        } else if is(ins, Bc::GGet) {
            let constant = self.constants.objects(self.f.constants).get(ins.d());
            match constant.and_then(|value| value.as_str()) {
                Some(name) => name,
                None => return false,
            }
        } else {
            return false;
        };
        matches!(name.as_bytes(), b"pairs" | b"next")
    }

    pub(super) fn generic_for_values(
        &mut self,
        stmt: &'a Stmt<'a>,
        count: u32,
        mut e: Desc,
    ) -> Res<Step<'a>> {
        let StmtKind::GenericFor {
            names,
            values,
            body,
            ..
        } = &stmt.kind
        else {
            return CONTINUE;
        };
        let start = self.expression_starts.pop().unwrap_or(0);
        self.adjust(3, count, &mut e)?;
        // The iterator is called above its triplet, in a frame of its own.
        self.bump_frame(4)?;
        let base = self.f.active + 3;
        let is_next =
            names.len() <= MAX_NEXT_VARS && self.pc() > start && self.predicts_next(start);
        self.activate(3);
        self.read_behind(values[count as usize - 1].span.end);
        let head = self.emit_open(if is_next { Bc::IsNext } else { Bc::Jmp }, base)?;
        self.begin_scope(false)?;
        self.activate(names.len() as u32);
        self.reserve(names.len() as u32)?;
        self.wait(Frame::GenericForBody {
            stmt,
            head,
            base,
            is_next,
        })?;
        self.push_scope(body)?;
        CONTINUE
    }

    pub(super) fn generic_for_body(
        &mut self,
        stmt: &'a Stmt<'a>,
        head: u32,
        base: u32,
        is_next: bool,
    ) -> Res<Step<'a>> {
        let StmtKind::GenericFor { names, values, .. } = &stmt.kind else {
            return CONTINUE;
        };
        self.end_scope()?;
        self.core.patch_jump(head, self.core.pc())?;
        self.core.land_continue(self.core.pc())?;
        let op = if is_next { Bc::IterN } else { Bc::IterC };
        let call = self.emit_abc(op, base, names.len() as u32 + 1, 3)?;
        let end = self.emit_open(Bc::IterL, base)?;
        // LuaJIT takes the line of the first value's first token.
        let line = values[0].span.start.line;
        self.set_line(call, line);
        self.set_line(end, line);
        self.patch_jump(end, head + 1)?;
        self.at = stmt.span.end;
        self.end_scope()?;
        CONTINUE
    }
}
