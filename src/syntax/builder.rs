//! Builds the tree: the grammar's actions call these methods, in the order in which the parser reduces.
//!
//! Finished nodes wait on stacks (one a kind) until the node that holds them is complete; nonterminals carry only the
//! stack height at which their list begins. A stack's memory lies in the arena like the nodes. When it runs out, the
//! problem is recorded, the adapter stops the parser at the next token, and until then actions work on what there is.

use bumpalo::Bump;
use bumpalo::collections::Vec;

use super::ast::{
    BinaryOp, Block, Body, Expr, ExprKind, Field, Function, Method, Name, Pos, Span, Stmt,
    StmtKind, UnaryOp,
};
use super::chain::Operator;
use super::context::{Before, Context, MAX_LEVEL};
use super::error::{Near, Text};
use super::scan::{long_content, normalise_lines, unescape};
use super::token::Raw;
use crate::number::Literal;

/// Where a list begins on its stack.
pub type Base = u32;

/// A function whose body is being parsed.
#[derive(Clone, Copy, Debug)]
struct Open<'a> {
    params: &'a [Name<'a>],
    is_vararg: bool,
    start: Pos,
    defined: Pos,
}

/// How a call navigates.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Safe {
    /// `?.` before the colon of a method.
    pub object: bool,
    /// `?.` before the arguments.
    pub function: bool,
}

/// The state of the tree under construction.
pub struct Builder<'a, 's> {
    arena: &'a Bump,
    source: &'s [u8],
    pub(super) context: &'s Context<'s>,
    exprs: Vec<'a, Expr<'a>>,
    pub(super) operators: Vec<'a, Operator>,
    names: Vec<'a, Name<'a>>,
    fields: Vec<'a, Field<'a>>,
    stmts: Vec<'a, Stmt<'a>>,
    blocks: Vec<'a, Block<'a>>,
    arms: Vec<'a, (Expr<'a>, Block<'a>)>,
    functions: Vec<'a, Open<'a>>,
    /// The main block's complete statements.
    main_stmts: usize,
    /// The expression that stands for one that is missing after a failure.
    none: &'a Expr<'a>,
}

/// What a failed parse works on until it is stopped.
const NONE: Expr<'static> = Expr {
    kind: ExprKind::Nil,
    span: Span::ZERO,
};
const NO_BLOCK: Block<'static> = Block {
    stmts: &[],
    span: Span::ZERO,
};

impl<'a, 's: 'a> Builder<'a, 's> {
    /// A builder whose tree lies in `arena`.
    pub fn new(arena: &'a Bump, source: &'s [u8], context: &'s Context<'s>) -> Self {
        let mut builder = Builder {
            arena,
            source,
            context,
            exprs: Vec::new_in(arena),
            operators: Vec::new_in(arena),
            names: Vec::new_in(arena),
            fields: Vec::new_in(arena),
            stmts: Vec::new_in(arena),
            blocks: Vec::new_in(arena),
            arms: Vec::new_in(arena),
            functions: Vec::new_in(arena),
            main_stmts: 0,
            none: &NONE,
        };
        let start = Pos { line: 1, offset: 0 };
        builder.begin_function(start, start, &[], true);
        builder
    }

    #[cold]
    fn out_of_memory(context: &Context<'_>) {
        context.fail(Text::Memory);
    }

    fn push_to<T>(context: &Context<'_>, stack: &mut Vec<'a, T>, item: T) {
        if stack.len() == stack.capacity() && stack.try_reserve(1).is_err() {
            return Self::out_of_memory(context);
        }
        stack.push(item);
    }

    fn keep(&mut self, expr: Expr<'a>) -> &'a Expr<'a> {
        match self.arena.try_alloc(expr) {
            Ok(expr) => expr,
            Err(_) => {
                Self::out_of_memory(self.context);
                self.none
            }
        }
    }

    /// Moves the end of a stack, from `base`, to the arena.
    fn take<T: Copy>(
        arena: &'a Bump,
        context: &Context<'_>,
        stack: &mut Vec<'a, T>,
        base: Base,
    ) -> &'a [T] {
        let items = stack.get(base as usize..).unwrap_or(&[]);
        let kept: &'a [T] = if items.is_empty() {
            &[]
        } else {
            arena.try_alloc_slice_copy(items).map_or_else(
                |_| {
                    Self::out_of_memory(context);
                    &[][..]
                },
                |kept| &*kept,
            )
        };
        stack.truncate(base as usize);
        kept
    }

    pub(super) fn push(&mut self, kind: ExprKind<'a>, start: Pos, end: Pos) {
        Self::push_to(
            self.context,
            &mut self.exprs,
            Expr {
                kind,
                span: Span { start, end },
            },
        );
    }

    pub(super) fn pop(&mut self) -> Expr<'a> {
        self.exprs.pop().unwrap_or(NONE)
    }

    pub(super) fn pop_kept(&mut self) -> &'a Expr<'a> {
        let expr = self.pop();
        self.keep(expr)
    }

    fn take_exprs(&mut self, base: Base) -> &'a [Expr<'a>] {
        Self::take(self.arena, self.context, &mut self.exprs, base)
    }

    fn take_names(&mut self, base: Base) -> &'a [Name<'a>] {
        Self::take(self.arena, self.context, &mut self.names, base)
    }

    fn text(&self, start: Pos, end: Pos) -> &'a [u8] {
        self.source
            .get(start.offset as usize..end.offset as usize)
            .unwrap_or(&[])
    }

    pub(super) fn byte(&self, offset: u32) -> u8 {
        self.source.get(offset as usize).copied().unwrap_or(0)
    }

    fn name_at(&self, start: Pos, end: Pos) -> Name<'a> {
        Name {
            bytes: self.text(start, end),
            pos: start,
        }
    }

    // Lists.

    /// The base of a list of expressions whose first is complete.
    pub fn first(&self) -> Base {
        (self.exprs.len() as Base).saturating_sub(1)
    }

    /// The base of an empty list of expressions.
    pub fn no_exprs(&self) -> Base {
        self.exprs.len() as Base
    }

    /// The base of an empty list of names.
    pub fn no_names(&self) -> Base {
        self.names.len() as Base
    }

    /// A name of a list.
    pub fn name(&mut self, start: Pos, end: Pos) {
        let name = self.name_at(start, end);
        Self::push_to(self.context, &mut self.names, name);
    }

    /// The first name of a list.
    pub fn first_name(&mut self, start: Pos, end: Pos) -> Base {
        let base = self.no_names();
        self.name(start, end);
        base
    }

    // Expressions.

    /// `nil`, `true`, `false`, a number.
    pub fn constant(&mut self, start: Pos, end: Pos) {
        let kind = match self.source.get(start.offset as usize) {
            Some(b'n') => ExprKind::Nil,
            Some(b'f') => ExprKind::False,
            Some(b't') => ExprKind::True,
            _ => match self.context.number(start.offset) {
                Literal::Number(n) => ExprKind::Number(n),
                Literal::Int64(n) => ExprKind::Int64(n),
                Literal::Uint64(n) => ExprKind::Uint64(n),
                Literal::Imaginary(n) => ExprKind::Imaginary(n),
            },
        };
        self.push(kind, start, end);
    }

    /// A string. Its bytes are those of the source if they are written as they are.
    pub fn string(&mut self, start: Pos, end: Pos) {
        let text = self.text(start, end);
        let bytes = if text.first() == Some(&b'[') {
            let content = long_content(text);
            if start.line != end.line && content.contains(&b'\r') {
                self.convert(content, |text, emit| normalise_lines(text, emit))
            } else {
                content
            }
        } else {
            let content = text.get(1..text.len().saturating_sub(1)).unwrap_or(&[]);
            if content.contains(&b'\\') {
                self.convert(content, |text, emit| unescape(text, emit))
            } else {
                content
            }
        };
        self.push(ExprKind::String(bytes), start, end);
    }

    /// Bytes that are written differently in the source, never shorter.
    fn convert(&mut self, text: &'a [u8], convert: fn(&[u8], &mut dyn FnMut(u8))) -> &'a [u8] {
        let Ok(buffer) = self.arena.try_alloc_slice_fill_copy(text.len(), 0u8) else {
            Self::out_of_memory(self.context);
            return &[];
        };
        let mut len = 0;
        convert(text, &mut |byte| {
            if let Some(place) = buffer.get_mut(len) {
                *place = byte;
                len += 1;
            }
        });
        buffer.get(..len).unwrap_or(&[])
    }

    /// `...`
    pub fn vararg(&mut self, start: Pos, end: Pos) {
        self.push(ExprKind::Vararg, start, end);
    }

    /// A variable.
    pub fn variable(&mut self, start: Pos, end: Pos) {
        let name = self.name_at(start, end);
        self.push(ExprKind::Name(name), start, end);
    }

    /// `(e)`
    pub fn paren(&mut self, start: Pos, end: Pos) {
        let inner = self.pop_kept();
        self.push(ExprKind::Paren(inner), start, end);
    }

    /// `e.name`
    pub fn field(&mut self, safe: bool, name: Pos, end: Pos) {
        let object = self.pop_kept();
        let name = self.name_at(name, end);
        self.push(
            ExprKind::Field { object, name, safe },
            object.span.start,
            end,
        );
    }

    /// `e[k]`
    pub fn index(&mut self, safe: bool, end: Pos) {
        let key = self.pop_kept();
        let object = self.pop_kept();
        self.push(
            ExprKind::Index { object, key, safe },
            object.span.start,
            end,
        );
    }

    /// `f(…)`; the arguments begin at `args_pos`, and at `base` on the stack.
    pub fn call(&mut self, safe: bool, args_pos: Pos, base: Base, end: Pos) {
        let args = self.take_exprs(base);
        let function = self.pop_kept();
        self.push(
            ExprKind::Call {
                function,
                args,
                args_pos,
                safe,
            },
            function.span.start,
            end,
        );
    }

    /// `e:name(…)`
    pub fn method(&mut self, safe: Safe, name: (Pos, Pos), args_pos: Pos, base: Base, end: Pos) {
        let args = self.take_exprs(base);
        let object = self.pop_kept();
        let name = self.name_at(name.0, name.1);
        let method = Method {
            name,
            args_pos,
            safe_object: safe.object,
            safe_method: safe.function,
        };
        let Ok(method) = self.arena.try_alloc(method) else {
            return Self::out_of_memory(self.context);
        };
        let kind = ExprKind::Method {
            object,
            args,
            method,
        };
        self.push(kind, object.span.start, end);
    }

    /// The base of an empty list of fields.
    pub fn no_fields(&self) -> Base {
        self.fields.len() as Base
    }

    /// The base of a list of fields whose first is complete.
    pub fn first_field(&self) -> Base {
        self.no_fields().saturating_sub(1)
    }

    /// A field without a key.
    pub fn item(&mut self) {
        let value = self.pop();
        Self::push_to(self.context, &mut self.fields, Field::Item(value));
    }

    /// `name = e`
    pub fn named(&mut self, start: Pos, end: Pos) {
        let value = self.pop();
        let name = self.name_at(start, end);
        Self::push_to(self.context, &mut self.fields, Field::Named(name, value));
    }

    /// `[k] = e`
    pub fn keyed(&mut self) {
        let value = self.pop();
        let key = self.pop_kept();
        Self::push_to(self.context, &mut self.fields, Field::Keyed(key, value));
    }

    /// `{…}`
    pub fn table(&mut self, start: Pos, base: Base, end: Pos) {
        let fields = Self::take(self.arena, self.context, &mut self.fields, base);
        self.push(ExprKind::Table(fields), start, end);
    }

    pub(super) fn unary(&mut self, op: UnaryOp, start: Pos) {
        let operand = self.pop_kept();
        self.push(ExprKind::Unary { op, operand }, start, operand.span.end);
    }

    pub(super) fn binary(&mut self, op: BinaryOp) {
        let right = self.pop_kept();
        let left = self.pop_kept();
        self.push(
            ExprKind::Binary { op, left, right },
            left.span.start,
            right.span.end,
        );
    }

    /// `c ? a : b`, all three complete.
    pub fn conditional(&mut self) {
        let otherwise = self.pop_kept();
        let then = self.pop_kept();
        let condition = self.pop_kept();
        let (start, end) = (condition.span.start, otherwise.span.end);
        self.push(
            ExprKind::Conditional {
                condition,
                then,
                otherwise,
            },
            start,
            end,
        );
    }

    // Functions.

    fn begin_function(
        &mut self,
        start: Pos,
        defined: Pos,
        params: &'a [Name<'a>],
        is_vararg: bool,
    ) {
        self.context.vararg.set(is_vararg);
        Self::push_to(
            self.context,
            &mut self.functions,
            Open {
                params,
                is_vararg,
                start,
                defined,
            },
        );
    }

    /// A method's parameters are complete; `self` lies before `base`.
    pub fn method_params(&mut self, defined: Pos, base: Base, is_vararg: bool) {
        self.params(defined, base.saturating_sub(1), is_vararg);
    }

    /// A function's parameters are complete.
    pub fn params(&mut self, defined: Pos, base: Base, is_vararg: bool) {
        let params = self.take_names(base);
        self.begin_function(defined, defined, params, is_vararg);
    }

    /// A short function's head is complete; it starts there.
    pub fn short(&mut self, start: Pos, base: Base, is_vararg: bool) -> Pos {
        self.params(start, base, is_vararg);
        start
    }

    /// The function whose body is complete.
    fn end_function(&mut self, start: Option<Pos>, body: Body<'a>, end: Pos) -> &'a Function<'a> {
        let open = self.functions.pop().unwrap_or(Open {
            params: &[],
            is_vararg: true,
            start: Pos::default(),
            defined: Pos::default(),
        });
        self.context.vararg.set(
            self.functions
                .last()
                .is_none_or(|function| function.is_vararg),
        );
        let span = Span {
            start: start.unwrap_or(open.start),
            end,
        };
        let function = Function {
            params: open.params,
            is_vararg: open.is_vararg,
            body,
            span,
            defined: open.defined,
        };
        match self.arena.try_alloc(function) {
            Ok(function) => function,
            Err(_) => {
                Self::out_of_memory(self.context);
                &NO_FUNCTION
            }
        }
    }

    fn end_block_function(&mut self, start: Option<Pos>, end: Pos) -> &'a Function<'a> {
        let body = Body::Block(self.pop_block());
        self.end_function(start, body, end)
    }

    /// A function expression, `function` or `->` before its body.
    pub fn function(&mut self, start: Option<Pos>, end: Pos) {
        let function = self.end_block_function(start, end);
        self.push(ExprKind::Function(function), function.span.start, end);
    }

    /// A short function whose expression is complete.
    pub(super) fn short_function(&mut self) {
        let value = self.pop_kept();
        let function = self.end_function(None, Body::Expr(value), value.span.end);
        self.push(
            ExprKind::Function(function),
            function.span.start,
            value.span.end,
        );
    }

    /// The main chunk.
    pub fn finish(mut self) -> &'a Function<'a> {
        let block = self.pop_block();
        self.end_function(None, Body::Block(block), block.span.end)
    }

    /// The main chunk as far as its statements were complete before an error, if there are any.
    pub fn salvage(mut self) -> Option<&'a Function<'a>> {
        self.stmts.truncate(self.main_stmts);
        self.functions.truncate(1);
        if self.stmts.is_empty() {
            return None;
        }
        self.block(Pos::default(), 0);
        Some(self.finish())
    }

    // Statements.

    /// The base of a block's statements.
    pub fn no_stmts(&self) -> Base {
        self.stmts.len() as Base
    }

    /// A block is complete; an empty one stands at `at`.
    pub fn block(&mut self, at: Pos, base: Base) {
        let stmts = Self::take(self.arena, self.context, &mut self.stmts, base);
        let span = match (stmts.first(), stmts.last()) {
            (Some(first), Some(last)) => Span {
                start: first.span.start,
                end: last.span.end,
            },
            _ => Span { start: at, end: at },
        };
        Self::push_to(self.context, &mut self.blocks, Block { stmts, span });
    }

    fn pop_block(&mut self) -> Block<'a> {
        self.blocks.pop().unwrap_or(NO_BLOCK)
    }

    fn stmt(&mut self, kind: StmtKind<'a>, start: Pos, end: Pos) {
        Self::push_to(
            self.context,
            &mut self.stmts,
            Stmt {
                kind,
                span: Span { start, end },
            },
        );
        self.note_main();
    }

    /// Remembers how far the main block is complete, if the last statement was of it.
    fn note_main(&mut self) {
        if self.context.in_main.get() {
            self.main_stmts = self.stmts.len();
        }
    }

    /// A statement without parts.
    pub fn simple(&mut self, kind: StmtKind<'a>, start: Pos, end: Pos) {
        self.stmt(kind, start, end);
    }

    /// `local` and `const`
    pub fn local(&mut self, start: Pos, is_const: bool, names: Base, values: Base, end: Pos) {
        let values = self.take_exprs(values);
        let names = self.take_names(names);
        self.stmt(
            StmtKind::Local {
                is_const,
                names,
                values,
            },
            start,
            end,
        );
    }

    /// `local function` and `const function`
    pub fn local_function(
        &mut self,
        start: Pos,
        is_const: bool,
        function: Pos,
        name: (Pos, Pos),
        end: Pos,
    ) {
        let name = self.name_at(name.0, name.1);
        let function = self.end_block_function(Some(function), end);
        self.stmt(
            StmtKind::LocalFunction {
                is_const,
                name,
                function,
            },
            start,
            end,
        );
    }

    /// The name of a method that is being defined; its first parameter is `self`.
    pub fn method_name(&mut self, name: Pos, end: Pos) {
        self.field(false, name, end);
        Self::push_to(
            self.context,
            &mut self.names,
            Name {
                bytes: b"self",
                pos: name,
            },
        );
    }

    /// `function a.b.c`, whose parameters are complete.
    pub fn function_stmt(&mut self, start: Pos, end: Pos) {
        let function = self.end_block_function(Some(start), end);
        let target = self.pop_kept();
        self.stmt(StmtKind::Function { target, function }, start, end);
    }

    /// An assignment's first target is complete.
    pub fn first_target(&mut self) -> Base {
        let at = self.context.at.get();
        match at.before {
            // A call is a statement, which nothing may follow that continues an assignment.
            Before::Call => self.context.fail(Text::Plain("unexpected symbol")),
            Before::Variable => {
                let several = matches!(at.near, Near::Token(Raw::Comma, _));
                if several && self.exprs.last().is_some_and(navigates) {
                    self.context.fail(Text::Plain("syntax error"));
                }
            }
            _ => self.context.fail(Text::Plain("syntax error")),
        }
        self.first()
    }

    /// Another target is complete.
    pub fn next_target(&mut self, base: Base) -> Base {
        if self.context.at.get().before != Before::Variable {
            self.context.fail(Text::Plain("syntax error"));
        }
        let others = self.first().saturating_sub(base);
        if self.context.level.get() + others >= MAX_LEVEL {
            let function = self
                .functions
                .len()
                .checked_sub(2)
                .and(self.functions.last());
            self.context.fail(Text::Targets {
                function: function.map_or(0, |open| open.defined.line),
            });
        }
        base
    }

    /// `a, b = x, y`
    pub fn assign(&mut self, start: Pos, targets: Base, values: Base, end: Pos) {
        let values = self.take_exprs(values);
        let targets = self.take_exprs(targets);
        self.stmt(StmtKind::Assign { targets, values }, start, end);
    }

    /// `a += x`
    pub fn compound(&mut self, start: Pos, operator: (Pos, Pos), end: Pos) {
        let op = match self.binary_op(operator) {
            BinaryOp::Ne => BinaryOp::BXor,
            op => op,
        };
        let value = self.pop_kept();
        let target = self.pop_kept();
        self.stmt(StmtKind::Compound { op, target, value }, start, end);
    }

    /// An expression stands as a statement: a call, or a mistake.
    pub fn call_stmt(&mut self, start: Pos, end: Pos) {
        let call = self.pop_kept();
        match call.kind {
            ExprKind::Call { .. } | ExprKind::Method { .. } => {
                self.stmt(StmtKind::Call(call), start, end)
            }
            ExprKind::Paren(_) => self.context.fail(Text::Plain("syntax error")),
            _ => self.context.fail(Text::Expected("=")),
        }
    }

    /// `do`
    pub fn do_block(&mut self, start: Pos, end: Pos) {
        let block = self.pop_block();
        self.stmt(StmtKind::Do(block), start, end);
    }

    /// `while`
    pub fn while_loop(&mut self, start: Pos, end: Pos) {
        let body = self.pop_block();
        let condition = self.pop_kept();
        self.stmt(StmtKind::While { condition, body }, start, end);
    }

    /// `repeat`
    pub fn repeat_loop(&mut self, start: Pos, end: Pos) {
        let condition = self.pop_kept();
        let body = self.pop_block();
        self.stmt(StmtKind::Repeat { body, condition }, start, end);
    }

    /// A condition and its block; the base of the arms before the first.
    pub fn arm(&mut self) -> Base {
        let base = self.arms.len() as Base;
        let arm = (self.pop(), self.pop_block());
        Self::push_to(self.context, &mut self.arms, arm);
        base
    }

    /// `if`
    pub fn if_stmt(&mut self, start: Pos, arms: Base, has_else: bool, end: Pos) {
        let otherwise = has_else.then(|| self.pop_block());
        let arms = Self::take(self.arena, self.context, &mut self.arms, arms);
        self.stmt(StmtKind::If { arms, otherwise }, start, end);
    }

    /// `for i = a, b, c`
    pub fn numeric_for(&mut self, start: Pos, var: (Pos, Pos), has_step: bool, end: Pos) {
        let body = self.pop_block();
        let step = has_step.then(|| self.pop_kept());
        let stop = self.pop_kept();
        let first = self.pop_kept();
        let var = self.name_at(var.0, var.1);
        self.stmt(
            StmtKind::NumericFor {
                var,
                start: first,
                stop,
                step,
                body,
            },
            start,
            end,
        );
    }

    /// `for a, b in`
    pub fn generic_for(&mut self, start: Pos, names: Base, in_pos: Pos, values: Base, end: Pos) {
        let body = self.pop_block();
        let values = self.take_exprs(values);
        let names = self.take_names(names);
        self.stmt(
            StmtKind::GenericFor {
                names,
                values,
                in_pos,
                body,
            },
            start,
            end,
        );
    }

    /// `return`
    pub fn return_stmt(&mut self, start: Pos, values: Base, end: Pos) {
        let values = self.take_exprs(values);
        self.stmt(StmtKind::Return(values), start, end);
    }

    /// `goto name`
    pub fn goto_stmt(&mut self, start: Pos, name: Pos, end: Pos) {
        let name = self.name_at(name, end);
        self.stmt(StmtKind::Goto(name), start, end);
    }

    /// `::name::`
    pub fn label(&mut self, start: Pos, name: (Pos, Pos), end: Pos) {
        let name = self.name_at(name.0, name.1);
        self.stmt(StmtKind::Label(name), start, end);
    }
}

const NO_FUNCTION: Function<'static> = Function {
    params: &[],
    is_vararg: true,
    body: Body::Block(NO_BLOCK),
    span: Span::ZERO,
    defined: Pos { line: 0, offset: 0 },
};

/// Does a prefix expression use safe navigation?
fn navigates(expr: &Expr<'_>) -> bool {
    let mut expr = expr;
    loop {
        let (inner, safe) = match expr.kind {
            ExprKind::Field { object, safe, .. } | ExprKind::Index { object, safe, .. } => {
                (object, safe)
            }
            ExprKind::Call { function, safe, .. } => (function, safe),
            ExprKind::Method { object, method, .. } => {
                (object, method.safe_object || method.safe_method)
            }
            _ => return false,
        };
        if safe {
            return true;
        }
        expr = inner;
    }
}
