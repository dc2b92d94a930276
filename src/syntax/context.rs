//! What the lexer adapter and the tree builder tell each other while the parser, which owns neither, runs between them.

use core::cell::Cell;

use super::ast::Span;
use super::error::{Near, Problem, Text};
use crate::number::Literal;

/// The parser's stop signal; what happened lies in the [`Context`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stop;

/// The shared state of one parse.
pub struct Context<'a> {
    /// Has something gone wrong?
    pub failed: Cell<bool>,
    /// The first thing that went wrong.
    pub problem: Cell<Option<Problem<'a>>>,
    /// Operators of all open expressions that wait for their right operand.
    pub pending: Cell<u32>,
    /// Open blocks and enclosing expressions, as they were before the token that the parser looks at.
    pub level: Cell<u32>,
    /// The numbers last read, with their offsets. A number is used before the third token behind it is read.
    numbers: [Cell<(u32, Literal)>; NUMBERS],
    /// Where the next number goes.
    next_number: Cell<usize>,
    /// Was nothing open before the token that the parser looks at?
    pub in_main: Cell<bool>,
    /// Does the function that is being parsed take `...`?
    pub vararg: Cell<bool>,
    /// The token that the parser looks at.
    pub at: Cell<At<'a>>,
}

/// A token in the eyes of messages.
#[derive(Clone, Copy, Debug, Default)]
pub struct At<'a> {
    /// What to quote.
    pub near: Near<'a>,
    /// Where it stands.
    pub span: Span,
    /// The kind of what it follows.
    pub before: Before,
}

/// The syntactic levels of LuaJIT: a chunk that opens this many is refused.
pub const MAX_LEVEL: u32 = 200;

/// How many numbers the context keeps.
const NUMBERS: usize = 4;

impl<'a> Context<'a> {
    /// A context before the first token.
    pub fn new() -> Self {
        Context {
            failed: Cell::default(),
            problem: Cell::default(),
            pending: Cell::default(),
            level: Cell::default(),
            numbers: core::array::from_fn(|_| Cell::new((u32::MAX, Literal::Number(0.0)))),
            next_number: Cell::default(),
            in_main: Cell::new(true),
            vararg: Cell::default(),
            at: Cell::default(),
        }
    }

    /// Keeps a number until the parser uses it.
    pub fn keep_number(&self, offset: u32, number: Literal) {
        let next = self.next_number.get();
        self.numbers[next % NUMBERS].set((offset, number));
        self.next_number.set(next.wrapping_add(1));
    }

    /// The number that stands at an offset.
    pub fn number(&self, offset: u32) -> Literal {
        let kept = self
            .numbers
            .iter()
            .map(Cell::get)
            .find(|&(at, _)| at == offset);
        debug_assert!(kept.is_some());
        kept.map_or(Literal::Number(f64::NAN), |(_, number)| number)
    }

    /// Records a problem at the token that the parser looks at, unless there is one already.
    pub fn fail(&self, text: Text) {
        let At { near, span, .. } = self.at.get();
        let near = if matches!(text, Text::Targets { .. }) {
            Near::Nothing
        } else {
            near
        };
        self.fail_with(Problem {
            text,
            near,
            line: span.end.line,
            span,
        });
    }

    /// Records that the source nests too deep.
    #[cold]
    pub fn fail_level(&self) {
        let span = self.at.get().span;
        let text = Text::Plain("chunk has too many syntax levels");
        self.fail_with(Problem {
            text,
            near: Near::Nothing,
            line: span.end.line,
            span,
        });
    }

    /// Records a problem unless there is one already.
    pub fn fail_with(&self, problem: Problem<'a>) {
        if !self.failed.replace(true) {
            self.problem.set(Some(problem));
        }
    }
}

/// What the tokens so far end in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Before {
    /// An expression has to begin.
    Start,
    /// An operand has to follow an operator, or a target its comma.
    Operator,
    /// `->`: an expression or `do` has to follow.
    Arrow,
    /// A statement may begin, and nothing stands before it that it could continue.
    #[default]
    Statement,
    /// A name has to follow that is declared or otherwise no expression.
    Bind,
    /// Such a name.
    Bound,
    /// `.` or `:`; a name has to follow.
    Dot,
    /// `?.`
    Nav,
    /// An expression that can be assigned, called or indexed.
    Variable,
    /// A call.
    Call,
    /// A parenthesised expression.
    Group,
    /// An expression that can't be called, or a finished statement.
    Done,
}

impl Before {
    /// Would `(`, `{` or a string be arguments?
    pub fn is_prefix(self) -> bool {
        matches!(
            self,
            Before::Variable | Before::Call | Before::Group | Before::Nav
        )
    }

    /// May a statement begin here, if the surroundings allow statements?
    pub fn ends_statement(self) -> bool {
        use Before::*;
        matches!(self, Statement | Bound | Variable | Call | Group | Done)
    }

    /// Has an operand to follow?
    pub fn wants_operand(self) -> bool {
        matches!(self, Before::Start | Before::Operator | Before::Arrow)
    }
}
