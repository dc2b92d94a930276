//! From raw tokens to the grammar's: the decisions that need the surroundings of a token.
//!
//! The adapter keeps what the last token was ([`Before`]) and a stack of what is open ([`Frame`]: brackets, blocks,
//! functions). From these it decides which `(` opens arguments, which `:` belongs to a conditional, whether `const`,
//! `continue` and `goto` are keywords, whether `|` opens parameters and whether `+=` is one operator. It also counts the
//! syntactic levels and knows the openings that error messages name.

use bumpalo::Bump;
use bumpalo::collections::Vec;
use logos::Logos;

use super::ast::{Pos, Span};
use super::context::{At, Before, Context, MAX_LEVEL, Stop};
use super::error::{Near, Problem, Text};
use super::frame::{Frame, Inside, Open};
use super::scan::Fault;
use super::token::{Raw, Tok};

/// Conditionals that may be open at a time. LuaJIT has no limit but its C stack.
const MAX_QUESTIONS: u16 = 5_000;

/// A raw token and where it stands.
#[derive(Clone, Copy, Debug)]
struct Lexed {
    raw: Result<Raw, Fault>,
    start: Pos,
    end: Pos,
}

/// The token iterator of the generated parser.
pub struct Adapter<'a> {
    lexer: logos::Lexer<'a, Raw>,
    context: &'a Context<'a>,
    compat52: bool,
    peeked: Option<Lexed>,
    before: Before,
    inside: Inside,
    frames: Vec<'a, Frame>,
    /// Frames that were open before the last token.
    frames_before: usize,
    /// What was inside then.
    inside_before: Inside,
    /// Open blocks and enclosing expressions.
    level: u32,
    /// The next `(` opens parameters; the line of a function statement, or 0.
    function: Option<u32>,
    /// Between the `|` of a short function's parameters?
    pipe: bool,
    /// The line of the last name or parameter bar, where a short function may have begun.
    short_line: u32,
    /// Is the short function whose `->` comes next variadic?
    pipe_vararg: bool,
    /// Behind the first `::`?
    label: bool,
    /// Labels in a row, each of which is a level.
    labels: u32,
    /// A statement of the main block that begins behind this offset ends the part.
    part_end: usize,
    /// The part ended before the source.
    interrupted: bool,
    /// The main block's last statement has begun.
    is_closed: bool,
    /// The line that ends the last token in the eyes of LuaJIT, whose lookahead moves it.
    last_line: u32,
    /// The same for the token that is being converted.
    token_line: u32,
}

type Spanned = (Pos, Tok, Pos);

impl<'a> Adapter<'a> {
    /// An adapter over a whole source of less than 4 GiB, which starts at `offset` on `line`.
    pub fn new(
        arena: &'a Bump,
        source: &'a [u8],
        (offset, line): (usize, u32),
        context: &'a Context<'a>,
        compat52: bool,
    ) -> Self {
        let mut lexer = Raw::lexer(source);
        lexer.bump(offset);
        lexer.extras.line = line;
        context.level.set(1);
        Adapter {
            lexer,
            context,
            compat52,
            peeked: None,
            before: Before::Statement,
            inside: Inside::default(),
            frames: Vec::new_in(arena),
            frames_before: 0,
            inside_before: Inside::default(),
            level: 1,
            function: None,
            pipe: false,
            pipe_vararg: false,
            short_line: line,
            label: false,
            labels: 0,
            part_end: usize::MAX,
            interrupted: false,
            is_closed: false,
            last_line: line,
            token_line: line,
        }
    }

    /// The frames that were open before the last token, outermost first.
    pub fn open_before(&self) -> &[Frame] {
        self.frames
            .get(..self.frames_before)
            .unwrap_or(&self.frames)
    }

    /// Where the parse stood before the last token: what was open, and what was inside. `None` if that token closed
    /// something, or names were being declared.
    pub fn place_before(&self) -> Option<(&[Frame], Inside)> {
        let plain = self.function.is_none() && !self.pipe && !self.label;
        (plain && self.frames_before <= self.frames.len())
            .then(|| (self.open_before(), self.inside_before))
    }

    /// Ends the tokens with the first statement of the main block that is at least `len` bytes away.
    pub fn begin_part(&mut self, len: usize) {
        let start = self
            .peeked
            .map_or(self.lexer.span().end, |lexed| lexed.start.offset as usize);
        self.part_end = start.saturating_add(len);
        self.interrupted = false;
    }

    /// Did the tokens end before the source?
    pub fn interrupted(&self) -> bool {
        self.interrupted
    }

    /// Can the main block be divided before this token?
    fn divides(&self, raw: Raw) -> bool {
        use Raw::*;
        // A label may have to be the last thing of the block, and behind a name a statement may have to go on.
        self.frames.is_empty()
            && !self.is_closed
            && matches!(self.before, Before::Done | Before::Call)
            && matches!(
                raw,
                Name | Local | Function | If | For | While | Repeat | Do | Return
            )
    }

    fn end(&self) -> Pos {
        Pos {
            line: self.lexer.extras.line,
            offset: self.lexer.source().len() as u32,
        }
    }

    fn text(&self, start: Pos, end: Pos) -> &'a [u8] {
        self.lexer
            .source()
            .get(start.offset as usize..end.offset as usize)
            .unwrap_or(&[])
    }

    fn lex(&mut self) -> Option<Lexed> {
        let raw = self.lexer.next()?;
        let span = self.lexer.span();
        let line = self.lexer.extras.line;
        if let Ok(Raw::Number) = raw {
            self.context
                .keep_number(span.start as u32, self.lexer.extras.number);
        }
        let start_line = if matches!(raw, Ok(Raw::Str)) {
            self.lexer.extras.string_line
        } else {
            line
        };
        Some(Lexed {
            raw,
            start: Pos {
                line: start_line,
                offset: span.start as u32,
            },
            end: Pos {
                line,
                offset: span.end as u32,
            },
        })
    }

    fn peek(&mut self) -> Option<Lexed> {
        if self.peeked.is_none() {
            self.peeked = self.lex();
        }
        self.peeked
    }

    fn peek_raw(&mut self) -> Option<Raw> {
        self.peek().and_then(|lexed| lexed.raw.ok())
    }

    /// Records what is wrong with a token.
    #[cold]
    fn fault(&self, Lexed { raw, start, end }: Lexed) -> Stop {
        let (before, span) = (self.before, Span { start, end });
        self.context.at.set(At {
            near: Near::Nothing,
            span,
            before,
        });
        let text = self.text(start, end);
        let (message, near) = match raw.err().unwrap_or_default() {
            Fault::Unknown | Fault::HalfShift => ("unexpected symbol", Near::Text("~")),
            Fault::TooManyLines => ("chunk has too many lines", Near::Nothing),
            Fault::Number => ("malformed number", Near::Token(Raw::Number, text)),
            Fault::StringLine => ("unfinished string", Near::Partial(text)),
            Fault::StringEnd => ("unfinished string", Near::End),
            Fault::LongString => ("unfinished long string", Near::End),
            Fault::LongComment => ("unfinished long comment", Near::End),
            Fault::Escape => ("invalid escape sequence", Near::Partial(text)),
            Fault::Delimiter => (
                "invalid long string delimiter",
                Near::Token(Raw::Unknown, text),
            ),
        };
        self.context.fail_with(Problem {
            text: Text::Plain(message),
            near,
            line: end.line,
            span,
        });
        Stop
    }

    fn levels_exceeded(&self) -> Stop {
        self.context.fail_level();
        Stop
    }

    fn top(&self) -> Option<Open> {
        self.frames.last().map(|frame| frame.kind)
    }

    /// Do statements stand at this place?
    fn in_block(&self) -> bool {
        self.frames.last().is_none_or(|frame| frame.kind.is_block())
    }

    /// Opens a bracket or a block, whose first level, if it has one, the caller counts.
    fn push(&mut self, kind: Open, line: u32, flag: bool) -> Result<(), Stop> {
        let levels = u8::from(self.inside.expression);
        if self.frames.try_reserve(1).is_err() {
            self.context.fail(Text::Memory);
            return Err(Stop);
        }
        self.frames.push(Frame {
            kind,
            line,
            levels,
            flag,
            outer: self.inside,
        });
        self.level += u32::from(levels);
        self.inside = Inside {
            expression: !kind.is_block(),
            questions: self.inside.questions,
            ..Inside::default()
        };
        Ok(())
    }

    /// Adds the level of a block to the innermost frame.
    fn begin_block(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.flag = true;
            frame.levels += 1;
            self.level += 1;
        }
        self.before = Before::Statement;
        self.begin_statement();
    }

    fn pop(&mut self) -> Option<Frame> {
        let frame = self.frames.pop()?;
        self.level -= u32::from(frame.levels);
        self.inside = frame.outer;
        Some(frame)
    }

    /// Leaves the last statement's expression behind.
    fn begin_statement(&mut self) {
        let questions = self.frames.last().map_or(0, |frame| frame.outer.questions);
        self.inside = Inside {
            questions,
            ..Inside::default()
        };
    }

    /// A statement's keyword, unless an expression stands open.
    fn statement(&mut self) {
        if self.in_block() {
            self.begin_statement();
        }
    }

    /// The expression of a statement begins.
    fn start_expression(&mut self) {
        self.inside.expression = true;
        self.inside.targets = false;
        self.before = Before::Start;
    }

    /// A name, or a soft keyword that is one here.
    fn name(&mut self, end: Pos) {
        self.before = match self.before {
            Before::Bind => Before::Bound,
            before => {
                if before == Before::Start && self.top() == Some(Open::Brace) {
                    // LuaJIT looks behind the name for `=`.
                    self.look_ahead(end);
                } else if before.ends_statement() && self.in_block() {
                    self.begin_statement();
                }
                self.short_line = self.token_line;
                Before::Variable
            }
        };
    }

    /// LuaJIT reads one token more here, and counts its lines.
    fn look_ahead(&mut self, end: Pos) {
        self.token_line = self
            .peek()
            .map_or(self.lexer.extras.line, |lexed| lexed.end.line)
            .max(end.line);
    }

    /// May a statement begin with the token that comes?
    fn at_statement(&self) -> bool {
        self.before.ends_statement() && self.in_block()
    }

    /// Can an operator be that of a compound assignment here?
    fn compounds(&self) -> bool {
        self.before == Before::Variable
            && !self.inside.expression
            && !self.inside.targets
            && self.in_block()
    }

    fn binary(&mut self) -> Tok {
        self.before = Before::Operator;
        Tok::Binary
    }

    /// A binary operator that makes a compound assignment with a `=` right behind it.
    fn arithmetic(&mut self, end: Pos) -> Tok {
        if self.compounds() && self.lexer.source().get(end.offset as usize) == Some(&b'=') {
            // Whatever begins with `=` goes: LuaJIT takes `+==` for `+=`.
            self.peek();
            if let Some(lexed) = self.peeked.take() {
                self.token_line = lexed.end.line;
            }
            self.start_expression();
            return Tok::Compound;
        }
        self.binary()
    }

    fn unary(&mut self) -> Tok {
        self.before = Before::Operator;
        Tok::Unary
    }

    fn constant(&mut self) -> Tok {
        self.before = Before::Done;
        Tok::Constant
    }

    fn open_paren(&mut self, line: u32) -> Result<Tok, Stop> {
        if let Some(function) = self.function.take() {
            self.push(
                Open::Function,
                if function == 0 { line } else { function },
                false,
            )?;
            self.push(Open::Params, line, false)?;
            self.before = Before::Bind;
            return Ok(Tok::Paren);
        }
        if self.before.is_prefix() {
            if !self.compat52 && line != self.last_line {
                self.context.fail(Text::Plain(
                    "ambiguous syntax (function call x new statement)",
                ));
                return Err(Stop);
            }
            self.push(Open::Paren, line, true)?;
            self.before = Before::Start;
            return Ok(Tok::CallParen);
        }
        if self.at_statement() {
            self.begin_statement();
        }
        self.push(Open::Paren, line, false)?;
        self.before = Before::Start;
        Ok(Tok::Paren)
    }

    fn close_paren(&mut self) -> Tok {
        match self.frames.last() {
            Some(&Frame {
                kind: Open::Paren,
                flag,
                ..
            }) => {
                self.pop();
                self.before = if flag { Before::Call } else { Before::Group };
            }
            Some(Frame {
                kind: Open::Params, ..
            }) => {
                self.pop();
                self.begin_block();
            }
            _ => self.before = Before::Done,
        }
        Tok::CloseParen
    }

    fn open_bracket(&mut self, line: u32) -> Result<Tok, Stop> {
        let index = self.before.is_prefix();
        // The key of a constructor's field stands in no expression but its own.
        let outer = self.inside.expression;
        self.inside.expression &= index;
        self.push(Open::Bracket, line, index)?;
        if let Some(frame) = self.frames.last_mut() {
            frame.outer.expression = outer;
        }
        self.before = Before::Start;
        Ok(Tok::Bracket)
    }

    fn close_bracket(&mut self) -> Tok {
        self.before = Before::Done;
        if let Some(&Frame {
            kind: Open::Bracket,
            flag,
            ..
        }) = self.frames.last()
        {
            self.pop();
            if flag {
                self.before = Before::Variable;
            }
        }
        Tok::CloseBracket
    }

    fn close_brace(&mut self) -> Tok {
        self.before = Before::Done;
        if let Some(&Frame {
            kind: Open::Brace,
            flag,
            ..
        }) = self.frames.last()
        {
            self.pop();
            if flag {
                self.before = Before::Call;
            }
        }
        Tok::CloseBrace
    }

    fn colon(&mut self) -> Tok {
        let divides =
            self.inside.no_colon || (self.inside.conditionals > 0 && !self.before.is_prefix());
        if divides {
            self.inside.no_colon = false;
            self.inside.conditionals -= u16::from(self.inside.conditionals > 0);
            self.before = Before::Start;
            return Tok::Otherwise;
        }
        self.before = if self.before == Before::Bound {
            Before::Bind
        } else {
            Before::Dot
        };
        Tok::Colon
    }

    fn question(&mut self) -> Result<Tok, Stop> {
        self.inside.conditionals += 1;
        self.inside.questions += 1;
        self.inside.no_colon = true;
        self.before = Before::Start;
        if self.inside.questions >= MAX_QUESTIONS {
            return Err(self.levels_exceeded());
        }
        Ok(Tok::Question)
    }

    fn comma(&mut self) -> Tok {
        self.before = match self.before {
            Before::Bound => Before::Bind,
            before if self.in_block() && !self.inside.expression && before.is_prefix() => {
                self.inside.targets = true;
                Before::Operator
            }
            _ => Before::Start,
        };
        let outer = self.frames.last().map_or(0, |frame| frame.outer.questions);
        self.inside.questions = outer;
        Tok::Comma
    }

    fn bar(&mut self, end: Pos) -> Tok {
        if self.before.wants_operand() {
            self.pipe = true;
            self.pipe_vararg = false;
            self.short_line = end.line;
            self.before = Before::Bind;
            Tok::Pipe
        } else if self.pipe && matches!(self.before, Before::Bind | Before::Bound) {
            self.pipe = false;
            self.before = Before::Done;
            Tok::Pipe
        } else {
            self.arithmetic(end)
        }
    }

    fn label(&mut self) -> Result<Tok, Stop> {
        if self.label && self.before == Before::Bound {
            self.label = false;
            self.before = Before::Statement;
        } else {
            if self.labels > 0 && self.level + self.context.pending.get() + self.labels >= MAX_LEVEL
            {
                return Err(self.levels_exceeded());
            }
            self.labels += 1;
            self.label = true;
            self.statement();
            self.before = Before::Bind;
        }
        Ok(Tok::Label)
    }

    fn do_(&mut self, line: u32) -> Result<Tok, Stop> {
        match self.frames.last() {
            // LuaJIT names the line of the function for its block.
            _ if self.before == Before::Arrow => self.push(Open::Do, self.short_line, true)?,
            Some(Frame {
                kind: Open::While | Open::For,
                flag: false,
                ..
            }) => {}
            _ => {
                self.statement();
                self.push(Open::Do, line, true)?;
            }
        }
        self.begin_block();
        Ok(Tok::Do)
    }

    /// `then`, `elseif` and `else` of an `if`.
    fn branch(&mut self, tok: Tok) -> Tok {
        let Some(frame) = self
            .frames
            .last_mut()
            .filter(|frame| frame.kind == Open::If)
        else {
            self.before = Before::Done;
            return tok;
        };
        match (tok, frame.flag) {
            (Tok::Then, false) => self.begin_block(),
            (Tok::Elseif, true) => {
                frame.flag = false;
                frame.levels -= 1;
                self.level -= 1;
                self.start_expression();
            }
            (Tok::Else, true) => {
                self.begin_statement();
                self.before = Before::Statement;
            }
            _ => self.before = Before::Start,
        }
        tok
    }

    fn end_(&mut self) -> Tok {
        self.before = Before::Done;
        match self.frames.last() {
            Some(Frame {
                kind: Open::Repeat, ..
            }) => {}
            Some(&Frame {
                kind, flag: true, ..
            }) if kind.is_block() => {
                self.pop();
            }
            _ => {}
        }
        Tok::End
    }

    fn open_header(&mut self, kind: Open, line: u32) -> Result<(), Stop> {
        self.statement();
        self.push(kind, line, false)?;
        self.start_expression();
        Ok(())
    }

    fn function(&mut self, line: u32) -> Tok {
        let statement = self.at_statement();
        if statement {
            self.begin_statement();
        }
        self.function = Some(if statement { line } else { 0 });
        self.before = Before::Bind;
        Tok::Function
    }

    fn nav(&mut self) -> Result<Tok, Stop> {
        if self.inside.targets && self.before.is_prefix() {
            // Only a single target may navigate.
            let variable = self.before == Before::Variable;
            self.context.fail(if variable {
                Text::Expected("=")
            } else {
                Text::Plain("syntax error")
            });
            return Err(Stop);
        }
        self.before = Before::Nav;
        Ok(Tok::Nav)
    }

    fn dots(&mut self) -> Result<Tok, Stop> {
        if self.before == Before::Bind {
            self.pipe_vararg = self.pipe;
            self.before = Before::Bound;
            return Ok(Tok::Dots);
        }
        if self.before.wants_operand() {
            let vararg = if self.before == Before::Arrow {
                self.pipe_vararg
            } else {
                self.context.vararg.get()
            };
            if !vararg {
                self.context
                    .fail(Text::Plain("cannot use '...' outside a vararg function"));
                return Err(Stop);
            }
        }
        self.before = Before::Done;
        Ok(Tok::Dots)
    }

    fn semicolon(&mut self) -> Tok {
        if self.top() == Some(Open::Brace) {
            self.before = Before::Start;
            return Tok::Semicolon;
        }
        let empty = self.compat52 && self.before == Before::Statement;
        self.before = Before::Statement;
        self.statement();
        if empty { Tok::Empty } else { Tok::Semicolon }
    }

    /// Takes a soft keyword for a name.
    fn soft(&mut self, end: Pos) -> Tok {
        if self.at_statement() {
            self.look_ahead(end);
        }
        self.name(end);
        Tok::Name
    }

    fn const_(&mut self, end: Pos) -> Tok {
        use Raw::*;
        let declares = self.at_statement()
            && matches!(self.peek_raw(), Some(Name | Const | Continue | Function))
            || self.at_statement() && self.peek_raw() == Some(Goto) && !self.compat52;
        if !declares {
            return self.soft(end);
        }
        self.statement();
        self.before = Before::Bind;
        Tok::Const
    }

    fn continue_(&mut self, end: Pos) -> Tok {
        use Raw::*;
        let ends = self.at_statement()
            && match self.peek() {
                None => true,
                Some(lexed) => matches!(lexed.raw, Ok(Else | Elseif | End | Until)),
            };
        if !ends {
            return self.soft(end);
        }
        self.statement();
        self.before = Before::Done;
        Tok::Continue
    }

    fn goto_(&mut self, end: Pos) -> Tok {
        use Raw::*;
        if !self.compat52 {
            let jumps = self.at_statement()
                && matches!(self.peek_raw(), Some(Name | Const | Continue | Goto));
            if !jumps {
                return self.soft(end);
            }
        }
        self.statement();
        self.before = Before::Bind;
        Tok::Goto
    }

    fn convert(&mut self, raw: Raw, end: Pos) -> Result<Tok, Stop> {
        let line = end.line;
        Ok(match raw {
            Raw::Name => {
                self.name(end);
                Tok::Name
            }
            Raw::Const => self.const_(end),
            Raw::Continue => self.continue_(end),
            Raw::Goto => self.goto_(end),
            Raw::Number | Raw::Nil | Raw::False | Raw::True => self.constant(),
            Raw::Str => {
                self.before = if self.before.is_prefix() {
                    Before::Call
                } else {
                    Before::Done
                };
                Tok::Str
            }
            Raw::Dot => {
                self.before = if self.before == Before::Bound {
                    Before::Bind
                } else {
                    Before::Dot
                };
                Tok::Dot
            }
            Raw::Comma => self.comma(),
            Raw::OpenParen => self.open_paren(line)?,
            Raw::CloseParen => self.close_paren(),
            Raw::Equals => {
                self.start_expression();
                Tok::Equals
            }
            Raw::OpenBracket => self.open_bracket(line)?,
            Raw::CloseBracket => self.close_bracket(),
            Raw::OpenBrace => {
                let call = self.before.is_prefix();
                self.push(Open::Brace, line, call)?;
                self.before = Before::Start;
                Tok::Brace
            }
            Raw::CloseBrace => self.close_brace(),
            Raw::Colon => self.colon(),
            Raw::Semicolon => self.semicolon(),
            Raw::End => self.end_(),
            Raw::Local => {
                self.statement();
                self.before = Before::Bind;
                Tok::Local
            }
            Raw::If => {
                self.open_header(Open::If, line)?;
                Tok::If
            }
            Raw::Then => self.branch(Tok::Then),
            Raw::Elseif => self.branch(Tok::Elseif),
            Raw::Else => self.branch(Tok::Else),
            Raw::Function => self.function(line),
            Raw::Return => {
                self.statement();
                self.start_expression();
                self.is_closed |= self.frames.is_empty();
                Tok::Return
            }
            Raw::For => {
                self.open_header(Open::For, line)?;
                self.inside.expression = false;
                self.before = Before::Bind;
                Tok::For
            }
            Raw::In => {
                self.start_expression();
                Tok::In
            }
            Raw::Do => self.do_(line)?,
            Raw::While => {
                self.open_header(Open::While, line)?;
                Tok::While
            }
            Raw::Repeat => {
                self.open_header(Open::Repeat, line)?;
                self.begin_block();
                Tok::Repeat
            }
            Raw::Until => {
                if self.top() == Some(Open::Repeat) {
                    self.pop();
                }
                self.start_expression();
                Tok::Until
            }
            Raw::Break => {
                self.statement();
                self.before = Before::Done;
                self.is_closed |= self.frames.is_empty() && !self.compat52;
                if self.compat52 {
                    Tok::BreakMid
                } else {
                    Tok::Break
                }
            }
            Raw::Not | Raw::Bang | Raw::Hash => self.unary(),
            Raw::Minus | Raw::Tilde if self.before.wants_operand() => self.unary(),
            Raw::Plus
            | Raw::Minus
            | Raw::Star
            | Raw::Slash
            | Raw::Percent
            | Raw::Ampersand
            | Raw::Tilde
            | Raw::ShiftLeft
            | Raw::ShiftRight
            | Raw::ShiftArith
            | Raw::Concat => self.arithmetic(end),
            Raw::Caret
            | Raw::Less
            | Raw::Greater
            | Raw::LessEqual
            | Raw::GreaterEqual
            | Raw::EqualEqual
            | Raw::BangEqual
            | Raw::And
            | Raw::AmpAmp
            | Raw::Or
            | Raw::QuestionQuestion => self.binary(),
            Raw::Bar => self.bar(end),
            Raw::TildeEqual if self.compounds() => {
                self.start_expression();
                Tok::Compound
            }
            Raw::TildeEqual => self.binary(),
            Raw::Question => self.question()?,
            Raw::QuestionDot => self.nav()?,
            Raw::BarBar if self.before.wants_operand() => {
                self.pipe_vararg = false;
                self.short_line = line;
                self.before = Before::Done;
                Tok::Pipes
            }
            Raw::BarBar => self.binary(),
            Raw::Arrow => {
                if self.before == Before::Variable {
                    self.pipe_vararg = false;
                }
                self.before = Before::Arrow;
                Tok::Arrow
            }
            Raw::ColonColon => self.label()?,
            Raw::Dots => self.dots()?,
            Raw::Unknown | Raw::Blank => {
                self.before = Before::Done;
                Tok::Unknown
            }
        })
    }

    /// Does an expression begin with this token, where one may? Otherwise it closes what might hold one.
    fn starts_expression(raw: Raw) -> bool {
        use Raw::*;
        !matches!(
            raw,
            CloseParen | CloseBrace | End | Else | Elseif | Until | Semicolon
        )
    }
}

impl<'a> Iterator for Adapter<'a> {
    type Item = Result<Spanned, Stop>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.context.failed.get() {
            return Some(Err(Stop));
        }
        self.frames_before = self.frames.len();
        self.inside_before = self.inside;
        self.context.level.set(self.level);
        self.context.in_main.set(self.frames_before == 0);
        let Some(lexed) = self.peeked.take().or_else(|| self.lex()) else {
            let end = self.end();
            let span = Span { start: end, end };
            self.context.at.set(At {
                near: Near::End,
                span,
                before: self.before,
            });
            return None;
        };
        let Lexed {
            raw: Ok(raw),
            start,
            end,
        } = lexed
        else {
            return Some(Err(self.fault(lexed)));
        };
        let span = Span { start, end };
        self.context.at.set(At {
            near: Near::Token(raw, self.text(start, end)),
            span,
            before: self.before,
        });
        if start.offset as usize >= self.part_end && self.divides(raw) {
            self.peeked = Some(lexed);
            self.interrupted = true;
            return None;
        }
        let level = self.level + self.context.pending.get();
        if level >= MAX_LEVEL - 1 {
            let expression = self.before == Before::Start && Self::starts_expression(raw);
            if expression || (level >= MAX_LEVEL && self.before == Before::Statement) {
                return Some(Err(self.levels_exceeded()));
            }
        }
        if raw != Raw::ColonColon && self.before == Before::Statement {
            self.labels = 0;
        }
        self.token_line = end.line;
        let tok = self.convert(raw, end);
        self.last_line = self.token_line;
        Some(tok.map(|tok| (start, tok, end)))
    }
}
