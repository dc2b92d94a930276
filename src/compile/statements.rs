//! Statements, but for assignments and loops.

use super::Compiler;
use super::desc::{Desc, Kind};
use super::emit::is;
use super::error::{Res, push};
use super::labels::Target;
use super::walk::{CONTINUE, Frame, Place, Step};
use crate::bytecode::{Bc, Ins, NO_JUMP};
use crate::syntax::ast::{Block, Expr, Function, Name, Stmt, StmtKind};

impl<'a> Compiler<'_, 'a, '_> {
    /// Starts a statement, whose first token counts as read.
    #[inline]
    pub(super) fn statement(&mut self, stmt: &'a Stmt<'a>, is_trailing: bool) -> Res<Step<'a>> {
        match &stmt.kind {
            StmtKind::Empty => CONTINUE,
            StmtKind::Local {
                is_const,
                names,
                values,
            } => self.local(stmt, *is_const, names, values),
            StmtKind::LocalFunction {
                is_const,
                name,
                function,
            } => self.local_function(*is_const, name, function),
            StmtKind::Function { target, function } => {
                let line = stmt.span.start.line;
                self.wait(Frame::FunctionTarget {
                    target,
                    function,
                    line,
                })?;
                Ok(Step::Eval(target))
            }
            StmtKind::Assign { targets, .. } => {
                self.wait(Frame::Target { stmt, next: 1 })?;
                self.chain(&targets[0], Place::STATEMENT)
            }
            StmtKind::Compound { op, target, value } => {
                let op = *op;
                self.wait(Frame::CompoundTarget { op, target, value })?;
                self.chain(target, Place::STATEMENT)
            }
            StmtKind::Call(call) => {
                self.wait(Frame::CallStatement)?;
                self.chain(call, Place::STATEMENT)
            }
            StmtKind::Do(block) => {
                self.push_scope(block)?;
                CONTINUE
            }
            StmtKind::While { condition, .. } => self.start_while(stmt, condition),
            StmtKind::Repeat { body, condition } => self.start_repeat(body, condition),
            StmtKind::If { arms, .. } => {
                let (arm, escape) = (0, NO_JUMP);
                self.wait(Frame::IfCondition { stmt, arm, escape })?;
                Ok(Step::Eval(&arms[0].0))
            }
            StmtKind::NumericFor { var, start, .. } => self.start_numeric_for(stmt, var, start),
            StmtKind::GenericFor { names, values, .. } => {
                self.start_generic_for(stmt, names, values)
            }
            StmtKind::Return(values) => self.start_return(stmt, values),
            StmtKind::Break => {
                self.emit_exit(Target::Break)?;
                CONTINUE
            }
            StmtKind::Continue => {
                // LuaJIT has read the token behind it, to tell it from a variable.
                self.look_behind(stmt.span.end);
                self.emit_exit(Target::Continue)?;
                CONTINUE
            }
            StmtKind::Goto(name) => {
                self.goto(*name)?;
                CONTINUE
            }
            StmtKind::Label(name) => {
                self.label(*name, is_trailing)?;
                CONTINUE
            }
        }
    }

    /// A value of a statement's list is known.
    pub(super) fn values(
        &mut self,
        stmt: &'a Stmt<'a>,
        values: &'a [Expr<'a>],
        next: u32,
        mut e: Desc,
    ) -> Res<Step<'a>> {
        if let Some(value) = values.get(next as usize) {
            self.read_between(values[next as usize - 1].span.end, value.span.start);
            self.put_next(&mut e)?;
            let next = next + 1;
            self.wait(Frame::Values { stmt, values, next })?;
            return Ok(Step::Eval(value));
        }
        match &stmt.kind {
            StmtKind::Local { names, .. } => self.local_values(names.len() as u32, next, e),
            StmtKind::Assign { targets, .. } => self.assign_values(targets.len() as u32, next, e),
            StmtKind::Return(_) => self.return_values(next, e),
            StmtKind::GenericFor { .. } => self.generic_for_values(stmt, next, e),
            _ => CONTINUE,
        }
    }

    /// Evaluates a list of values for a statement.
    pub(super) fn eval_values(
        &mut self,
        stmt: &'a Stmt<'a>,
        values: &'a [Expr<'a>],
    ) -> Res<Step<'a>> {
        self.wait(Frame::Values {
            stmt,
            values,
            next: 1,
        })?;
        Ok(Step::Eval(&values[0]))
    }

    fn local(
        &mut self,
        stmt: &'a Stmt<'a>,
        is_const: bool,
        names: &'a [Name<'a>],
        values: &'a [Expr<'a>],
    ) -> Res<Step<'a>> {
        for (n, name) in names.iter().enumerate() {
            let string = self.intern_name(name)?;
            if is_const {
                let declared = self.vars.len() - n;
                if self.vars[declared..].iter().any(|var| var.name == string) {
                    return self.core.redeclared(string, self.core.at);
                }
            }
            let var = self.core.declare(n as u32, string, self.core.at)?;
            self.vars[var as usize].is_const = is_const;
        }
        match values.first() {
            Some(first) => {
                self.read_between(self.at, first.span.start);
                self.eval_values(stmt, values)
            }
            None => self.local_values(names.len() as u32, 0, Desc::VOID),
        }
    }

    fn local_values(&mut self, names: u32, values: u32, mut e: Desc) -> Res<Step<'a>> {
        self.adjust(names, values, &mut e)?;
        self.activate(names);
        CONTINUE
    }

    fn local_function(
        &mut self,
        is_const: bool,
        name: &'a Name<'a>,
        function: &'a Function<'a>,
    ) -> Res<Step<'a>> {
        let string = self.intern_name(name)?;
        let var = self.core.declare(0, string, self.core.at)?;
        self.vars[var as usize].is_const = is_const;
        self.reserve(1)?;
        self.activate(1);
        self.wait(Frame::LocalFunction)?;
        self.body(function, function.defined.line, false)
    }

    /// The closure of a local function is made; it is no assignment.
    pub(super) fn local_function_value(&mut self, mut e: Desc) -> Res<Step<'a>> {
        let slot = self.f.active - 1;
        self.free_desc(&e);
        self.put_in(&mut e, slot)?;
        // Its own body sees the variable, but it only has a value from here on.
        let pc = self.pc();
        self.variable_in(slot).start = pc;
        CONTINUE
    }

    pub(super) fn function_target(
        &mut self,
        target: &'a Expr<'a>,
        function: &'a Function<'a>,
        line: u32,
        e: Desc,
    ) -> Res<Step<'a>> {
        self.check_assignable(&e, target.span.end)?;
        push(&mut self.targets, e)?;
        self.wait(Frame::FunctionStore { line })?;
        self.body(function, line, false)
    }

    pub(super) fn function_store(&mut self, line: u32, mut e: Desc) -> Res<Step<'a>> {
        if let Some(target) = self.targets.pop() {
            self.store(&target, &mut e)?;
        }
        self.core.set_line(self.core.pc() - 1, line);
        CONTINUE
    }

    pub(super) fn call_statement(&mut self, e: Desc) -> Res<Step<'a>> {
        if let Kind::Call { pc, .. } = e.kind {
            let ins = self.ins_mut(pc);
            *ins = ins.with_b(1);
        }
        if e.nav != NO_JUMP {
            self.patch_here(e.nav)?;
        }
        CONTINUE
    }

    // If.

    fn arms(stmt: &'a Stmt<'a>) -> (&'a [(Expr<'a>, Block<'a>)], Option<&'a Block<'a>>) {
        match &stmt.kind {
            StmtKind::If { arms, otherwise } => (arms, otherwise.as_ref()),
            _ => (&[], None),
        }
    }

    pub(super) fn if_condition(
        &mut self,
        stmt: &'a Stmt<'a>,
        arm: u32,
        escape: u32,
        e: Desc,
    ) -> Res<Step<'a>> {
        let on_false = self.branch_on(e)?;
        let Some((condition, block)) = Self::arms(stmt).0.get(arm as usize) else {
            return CONTINUE;
        };
        self.read_behind(condition.span.end);
        self.wait(Frame::IfBlock {
            stmt,
            arm,
            escape,
            on_false,
        })?;
        self.push_scope(block)?;
        CONTINUE
    }

    pub(super) fn if_block(
        &mut self,
        stmt: &'a Stmt<'a>,
        arm: u32,
        mut escape: u32,
        on_false: u32,
    ) -> Res<Step<'a>> {
        let (arms, otherwise) = Self::arms(stmt);
        let next = arms.get(arm as usize + 1);
        if next.is_none() && otherwise.is_none() {
            let escape = self.join(escape, on_false)?;
            self.patch_here(escape)?;
            return CONTINUE;
        }
        let jump = self.emit_jump()?;
        escape = self.join(escape, jump)?;
        self.patch_here(on_false)?;
        if let Some((condition, _)) = next {
            self.read_behind(self.at);
            let arm = arm + 1;
            self.wait(Frame::IfCondition { stmt, arm, escape })?;
            return Ok(Step::Eval(condition));
        }
        self.wait(Frame::Else { escape })?;
        if let Some(block) = otherwise {
            self.push_scope(block)?;
        }
        CONTINUE
    }

    /// Branches on a condition; gives the jumps taken if it is false.
    pub(super) fn branch_on(&mut self, mut e: Desc) -> Res<u32> {
        if matches!(e.kind, Kind::Nil) {
            e.kind = Kind::False;
        }
        self.go_if_true(&mut e)?;
        Ok(e.on_false)
    }

    // Return.

    fn start_return(&mut self, stmt: &'a Stmt<'a>, values: &'a [Expr<'a>]) -> Res<Step<'a>> {
        self.f.has_return = true;
        if values.is_empty() {
            return self.emit_return(Ins::ad(Bc::Ret0, 0, 1));
        }
        self.eval_values(stmt, values)
    }

    /// All values to return are known, the last one as `e`.
    pub(super) fn return_values(&mut self, count: u32, mut e: Desc) -> Res<Step<'a>> {
        let active = self.f.active;
        let ins = match e.kind {
            Kind::Call { pc, .. } if count == 1 && !is(self.ins(pc), Bc::VArg) => {
                // A tail call replaces the call, which is the last instruction.
                let call = self.ins(pc);
                self.code.pop();
                self.lines.pop();
                let op = if is(call, Bc::CallM) {
                    Bc::CallMT
                } else {
                    Bc::CallT
                };
                Ins::ad(op, call.a() as u32, call.c() as u32)
            }
            Kind::Call { pc, base } => {
                let ins = self.ins_mut(pc);
                *ins = ins.with_b(0);
                Ins::ad(Bc::RetM, active, u32::from(base) - active)
            }
            _ if count == 1 => Ins::ad(Bc::Ret1, self.put_anywhere(&mut e)?, 2),
            _ => {
                self.put_next(&mut e)?;
                Ins::ad(Bc::Ret, active, count + 1)
            }
        };
        self.emit_return(ins)
    }

    fn emit_return(&mut self, ins: Ins) -> Res<Step<'a>> {
        if self.f.has_child {
            self.emit(Ins::aj(Bc::UClo, 0, 0))?;
        }
        self.emit(ins)?;
        CONTINUE
    }
}
