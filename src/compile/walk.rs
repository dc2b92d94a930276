//! The walk over the tree: what waits for what.

use super::Compiler;
use super::desc::Desc;
use super::error::{Res, push};
use super::position::{next_token, token_end};
use crate::syntax::ast::{BinaryOp, Block, Expr, Function, Pos, Stmt, StmtKind, UnaryOp};

/// Where a suffix stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// It is the last of its chain.
    pub is_last: bool,
    /// The chain is a call statement or the target of an assignment.
    pub in_statement: bool,
}

impl Place {
    /// The end of a chain that gives a value.
    pub const VALUE: Place = Place {
        is_last: true,
        in_statement: false,
    };
    /// The end of a chain that is a call statement or a target.
    pub const STATEMENT: Place = Place {
        is_last: true,
        in_statement: true,
    };
}

/// What waits for the value of a subtree, or for the end of a statement.
#[derive(Clone, Copy)]
pub(super) enum Frame<'a> {
    // Expressions.
    Unary(UnaryOp),
    Left {
        op: BinaryOp,
        left: &'a Expr<'a>,
        right: &'a Expr<'a>,
    },
    Right {
        op: BinaryOp,
        left: Desc,
    },
    Paren(Pos),
    /// The node's object.
    Suffix {
        node: &'a Expr<'a>,
        place: Place,
    },
    /// The node's key.
    Key {
        node: &'a Expr<'a>,
        place: Place,
        object: Desc,
    },
    /// An argument of the call node.
    Argument {
        node: &'a Expr<'a>,
        place: Place,
        next: u32,
        base: u32,
        nav: u32,
    },
    Condition {
        then: &'a Expr<'a>,
        otherwise: &'a Expr<'a>,
        end: Pos,
    },
    Then {
        otherwise: &'a Expr<'a>,
        end: Pos,
        on_false: u32,
    },
    Otherwise {
        escape: u32,
    },
    TableKey,
    TableValue {
        key: Desc,
    },
    /// The body of the function.
    Body {
        function: &'a Function<'a>,
        is_short: bool,
    },
    /// The expression of a short function.
    ShortBody,
    // Statements.
    /// The statements from `next` on; from `trailing` on there are only labels.
    Block {
        stmts: &'a [Stmt<'a>],
        next: u32,
        trailing: u32,
    },
    EndScope,
    /// A value of the statement's list of values.
    Values {
        stmt: &'a Stmt<'a>,
        values: &'a [Expr<'a>],
        next: u32,
    },
    Target {
        stmt: &'a Stmt<'a>,
        next: u32,
    },
    CompoundTarget {
        op: BinaryOp,
        target: &'a Expr<'a>,
        value: &'a Expr<'a>,
    },
    CompoundValue {
        op: BinaryOp,
        left: Desc,
    },
    CallStatement,
    FunctionTarget {
        target: &'a Expr<'a>,
        function: &'a Function<'a>,
        line: u32,
    },
    FunctionStore {
        line: u32,
    },
    LocalFunction,
    IfCondition {
        stmt: &'a Stmt<'a>,
        arm: u32,
        escape: u32,
    },
    IfBlock {
        stmt: &'a Stmt<'a>,
        arm: u32,
        escape: u32,
        on_false: u32,
    },
    Else {
        escape: u32,
    },
    WhileCondition {
        stmt: &'a Stmt<'a>,
        start: u32,
    },
    WhileBody {
        stmt: &'a Stmt<'a>,
        start: u32,
        head: u32,
        exit: u32,
    },
    RepeatBody {
        condition: &'a Expr<'a>,
        head: u32,
    },
    RepeatCondition {
        head: u32,
    },
    /// The start, stop or step of a numeric loop.
    ForValue {
        stmt: &'a Stmt<'a>,
        next: u32,
        base: u32,
    },
    NumericForBody {
        stmt: &'a Stmt<'a>,
        head: u32,
        base: u32,
    },
    GenericForBody {
        stmt: &'a Stmt<'a>,
        head: u32,
        base: u32,
        is_next: bool,
    },
}

/// What to do next.
pub(super) enum Step<'a> {
    /// Compile the expression.
    Eval(&'a Expr<'a>),
    /// Hand the value to the topmost frame.
    Done(Desc),
}

/// The end of a statement, or the beginning of a block.
pub(super) const CONTINUE: Res<Step<'static>> = Ok(Step::Done(Desc::VOID));

impl<'a> Compiler<'_, 'a, '_> {
    /// Adds a frame.
    #[inline(always)]
    pub(super) fn wait(&mut self, frame: Frame<'a>) -> Res {
        push(&mut self.frames, frame)
    }

    /// Works until no frame waits any more.
    pub(super) fn run(&mut self) -> Res {
        let mut step = Step::Done(Desc::VOID);
        loop {
            step = match step {
                Step::Eval(e) => self.eval(e)?,
                Step::Done(value) => match self.frames.pop() {
                    Some(frame) => self.resume(frame, value)?,
                    None => return Ok(()),
                },
            }
        }
    }

    #[inline]
    fn resume(&mut self, frame: Frame<'a>, value: Desc) -> Res<Step<'a>> {
        match frame {
            Frame::Block {
                stmts,
                next,
                trailing,
            } => self.block(stmts, next, trailing),
            Frame::Unary(op) => self.unary(op, value),
            Frame::Left { op, left, right } => self.left(op, left, right, value),
            Frame::Right { op, left } => self.right(op, left, value),
            Frame::Paren(end) => self.paren(end, value),
            Frame::Suffix { node, place } => self.suffix(node, place, value),
            Frame::Key {
                node,
                place,
                object,
            } => self.key(node, place, object, value),
            Frame::Argument {
                node,
                place,
                next,
                base,
                nav,
            } => self.argument(node, place, next, base, nav, value),
            Frame::Condition {
                then,
                otherwise,
                end,
            } => self.condition(then, otherwise, end, value),
            Frame::Then {
                otherwise,
                end,
                on_false,
            } => self.then(otherwise, end, on_false, value),
            Frame::Otherwise { escape } => self.otherwise(escape, value),
            Frame::TableKey => self.table_key(value),
            Frame::TableValue { key } => self.table_value(key, value),
            Frame::Body { function, is_short } => self.end_function(function, is_short),
            Frame::ShortBody => self.short_body(value),
            Frame::EndScope => {
                self.level -= 1;
                self.end_scope()?;
                CONTINUE
            }
            Frame::Values { stmt, values, next } => self.values(stmt, values, next, value),
            Frame::Target { stmt, next } => self.target(stmt, next, value),
            Frame::CompoundTarget {
                op,
                target,
                value: e,
            } => self.compound_target(op, target, e, value),
            Frame::CompoundValue { op, left } => self.compound_value(op, left, value),
            Frame::CallStatement => self.call_statement(value),
            Frame::FunctionTarget {
                target,
                function,
                line,
            } => self.function_target(target, function, line, value),
            Frame::FunctionStore { line } => self.function_store(line, value),
            Frame::LocalFunction => self.local_function_value(value),
            Frame::IfCondition { stmt, arm, escape } => self.if_condition(stmt, arm, escape, value),
            Frame::IfBlock {
                stmt,
                arm,
                escape,
                on_false,
            } => self.if_block(stmt, arm, escape, on_false),
            Frame::Else { escape } => {
                self.patch_here(escape)?;
                CONTINUE
            }
            Frame::WhileCondition { stmt, start } => self.while_condition(stmt, start, value),
            Frame::WhileBody {
                stmt,
                start,
                head,
                exit,
            } => self.while_body(stmt, start, head, exit),
            Frame::RepeatBody { condition, head } => self.repeat_body(condition, head),
            Frame::RepeatCondition { head } => self.repeat_condition(head, value),
            Frame::ForValue { stmt, next, base } => self.for_value(stmt, next, base, value),
            Frame::NumericForBody { stmt, head, base } => self.numeric_for_body(stmt, head, base),
            Frame::GenericForBody {
                stmt,
                head,
                base,
                is_next,
            } => self.generic_for_body(stmt, head, base, is_next),
        }
    }

    /// Waits for a block's statements. The condition of `repeat` sees the block's variables, so that a label before it
    /// isn't at their scope's end.
    pub(super) fn push_block(&mut self, block: &Block<'a>, in_repeat: bool) -> Res {
        let stmts = block.stmts;
        let mut trailing = stmts.len();
        if !in_repeat {
            while trailing > 0
                && matches!(
                    stmts[trailing - 1].kind,
                    StmtKind::Label(_) | StmtKind::Empty
                )
            {
                trailing -= 1;
            }
            if trailing < stmts.len() && !self.options.compat52 {
                // A semicolon is a statement of its own behind a label.
                let end = next_token(self.source, stmts[stmts.len() - 1].span.end);
                if self.source.get(end.offset as usize) == Some(&b';') {
                    trailing = stmts.len();
                }
            }
        }
        self.wait(Frame::Block {
            stmts,
            next: 0,
            trailing: trailing as u32,
        })
    }

    /// Waits for a block that is a scope of its own.
    pub(super) fn push_scope(&mut self, block: &Block<'a>) -> Res {
        self.begin_scope(false)?;
        self.level += 1;
        self.wait(Frame::EndScope)?;
        self.push_block(block, false)
    }

    /// Ends the statement before `next` and starts that one.
    fn block(&mut self, stmts: &'a [Stmt<'a>], next: u32, trailing: u32) -> Res<Step<'a>> {
        if next > 0 {
            let end = stmts[next as usize - 1].span.end;
            // Behind a short function, the next token is read already.
            if self.at.offset < end.offset {
                self.at = end;
            }
            self.f.free = self.f.active;
        }
        let Some(stmt) = stmts.get(next as usize) else {
            if next > 0 {
                self.read_semicolon(self.at);
            }
            return CONTINUE;
        };
        self.wait(Frame::Block {
            stmts,
            next: next + 1,
            trailing,
        })?;
        self.at = stmt.span.start;
        self.statement(stmt, next >= trailing)
    }

    /// Lets the token behind `end` count as read, which stands before `next`.
    #[inline(always)]
    pub(super) fn read_between(&mut self, end: Pos, next: Pos) {
        if end.line == next.line {
            self.at = next;
        } else {
            self.read_behind(end);
        }
    }

    /// Lets the token behind `end` count as read.
    pub(super) fn read_behind(&mut self, end: Pos) {
        let token = next_token(self.source, end);
        self.at = token_end(self.source, token);
    }

    /// Lets the token behind `end` be known but not read: LuaJIT then names its line for what precedes it.
    pub(super) fn look_behind(&mut self, end: Pos) {
        self.at = next_token(self.source, end);
    }

    /// Lets the token of one character at `pos` count as read.
    pub(super) fn read_character(&mut self, pos: Pos) {
        self.at = Pos {
            offset: pos.offset + 1,
            ..pos
        };
    }

    /// Lets a semicolon behind `end` count as read, if there is one.
    pub(super) fn read_semicolon(&mut self, end: Pos) {
        let token = next_token(self.source, end);
        if self.source.get(token.offset as usize) == Some(&b';') {
            self.read_character(token);
        }
    }
}
