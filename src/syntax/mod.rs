//! Source text to syntax tree: tokens (logos), the adapter that feeds them to the lalrpop grammar, the tree (in a bumpalo arena), errors.
//!
//! Nothing here knows values or the heap; strings are byte slices of the source or of the arena.
//!
//! Bytes become raw tokens (`token`), the `adapter` makes terminals of the grammar of them, the generated parser
//! reduces, and its actions call the `builder`. All state lies in the arena, whose allocation limit is the parse's, or on
//! the parser's own stacks, which the limit of syntactic levels bounds. The host's stack is never used for nesting.
//!
//! ```
//! use perilune::syntax::{ParseOptions, parse};
//! let arena = bumpalo::Bump::new();
//! assert!(parse(&arena, b"local x <- 1", ParseOptions::default()).is_err());
//! let chunk = parse(&arena, b"return (x ?? 1) + 2", ParseOptions::default()).unwrap();
//! assert!(chunk.is_vararg);
//! ```

#![forbid(unsafe_code)]

mod adapter;
pub mod ast;
mod builder;
mod chain;
mod completion;
mod context;
mod diagnose;
mod error;
mod frame;
mod scan;
#[cfg(test)]
mod tests;
mod token;

pub use error::SyntaxError;

use bumpalo::Bump;

use adapter::Adapter;
use builder::Builder;
use context::Context;
use error::{Near, Problem, Text};

/// The parser that lalrpop generates from `grammar/lua.lalrpop`.
#[allow(clippy::all, clippy::pedantic, missing_docs, unused, unreachable_pub)]
mod grammar {
    include!(concat!(env!("OUT_DIR"), "/lua.rs"));
}

/// What a parse can be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ParseOptions {
    /// The differences of LUAJIT_ENABLE_LUA52COMPAT: `goto` is a keyword, `break` may stand anywhere in a block, `;` is a
    /// statement, a call's `(` may stand on a new line.
    pub compat52: bool,
}

/// Parses a chunk to its main function. Tree and error message lie in `arena`; the limit of that arena is the limit of the
/// parse.
pub fn parse<'a>(
    arena: &'a Bump,
    source: &'a [u8],
    options: ParseOptions,
) -> Result<&'a ast::Function<'a>, SyntaxError<'a>> {
    let mut parser = Parser::new(arena, source, options)?;
    let part = parser.part(arena, usize::MAX)?;
    match parser.failure {
        None => Ok(part.main),
        Some(error) => Err(error),
    }
}

/// A parser that gives a long chunk in parts, so that only a part's tree is in memory at a time. A part holds whole
/// statements of the main block, and never ends in a label.
///
/// ```
/// use perilune::syntax::{ParseOptions, Parser};
/// let (state, mut arena) = (bumpalo::Bump::new(), bumpalo::Bump::new());
/// let mut parser = Parser::new(&state, b"local x = 1 local y = 2 return x + y", ParseOptions::default()).unwrap();
/// let mut parts = 1;
/// while !parser.part(&arena, 1).unwrap().is_last {
///     parts += 1;
///     arena.reset();
/// }
/// assert_eq!(parts, 3);
/// ```
pub struct Parser<'s> {
    arena: &'s Bump,
    source: &'s [u8],
    context: &'s Context<'s>,
    adapter: Adapter<'s>,
    failure: Option<SyntaxError<'s>>,
}

/// Statements of a chunk that follow each other.
#[derive(Clone, Copy, Debug)]
pub struct Part<'b> {
    /// The main function with these statements for its body.
    pub main: &'b ast::Function<'b>,
    /// Ends the chunk here?
    pub is_last: bool,
}

impl<'s> Parser<'s> {
    /// A parser at the start of a source. Its own state and the message of an error lie in `arena`.
    pub fn new(
        arena: &'s Bump,
        source: &'s [u8],
        options: ParseOptions,
    ) -> Result<Self, SyntaxError<'s>> {
        let Ok(context) = arena.try_alloc(Context::new()) else {
            return Err(SyntaxError::OUT_OF_MEMORY);
        };
        let context: &'s Context<'s> = context;
        if u32::try_from(source.len()).is_err() {
            return Err(SyntaxError::OUT_OF_MEMORY);
        }
        let start = skip_header(source).map_err(|text| {
            let (near, span) = (Near::Nothing, ast::Span::ZERO);
            let text = Text::Bare(text);
            Problem {
                text,
                near,
                line: 0,
                span,
            }
            .into_error(arena)
        })?;
        let adapter = Adapter::new(arena, source, start, context, options.compat52);
        Ok(Parser {
            arena,
            source,
            context,
            adapter,
            failure: None,
        })
    }

    /// Parses on until a statement ends at least `len` bytes further, or the source. The tree lies in `arena`. There is
    /// nothing to parse behind the last part.
    ///
    /// Statements that are complete before an error make a part of their own, and the error comes next: what is wrong with
    /// them in other respects is to be reported first.
    pub fn part<'b>(&mut self, arena: &'b Bump, len: usize) -> Result<Part<'b>, SyntaxError<'s>>
    where
        's: 'b,
    {
        if let Some(error) = self.failure {
            return Err(error);
        }
        self.adapter.begin_part(len);
        if !has_room_for_stacks(self.source.len()) {
            return Err(SyntaxError::OUT_OF_MEMORY);
        }
        let mut builder = Builder::new(arena, self.source, self.context);
        let result = grammar::ChunkParser::new().parse(&mut builder, &mut self.adapter);
        if let (Ok(()), false) = (&result, self.context.failed.get()) {
            let main = builder.finish();
            if !self.context.failed.get() {
                let is_last = !self.adapter.interrupted();
                return Ok(Part { main, is_last });
            }
            return Err(self.fail());
        }
        if let Err(error) = result {
            diagnose::diagnose(&self.adapter, self.context, &error);
        }
        let error = self.fail();
        match builder.salvage() {
            Some(main) if !error.out_of_memory => Ok(Part {
                main,
                is_last: false,
            }),
            _ => Err(error),
        }
    }

    /// After an error: text that completes the source before the error to a chunk without one, where that is simple.
    /// LuaJIT compiles as it parses, so that what is wrong with the text before the error in other respects comes first.
    pub fn completion(&self) -> Option<&'s [u8]> {
        let text = completion::completion(&self.adapter, self.context, self.source, self.arena)?;
        Some(text.into_bump_slice())
    }

    fn fail(&mut self) -> SyntaxError<'s> {
        let problem = self.context.problem.get();
        let error = problem.map_or(SyntaxError::OUT_OF_MEMORY, |problem| {
            problem.into_error(self.arena)
        });
        self.failure = Some(error);
        error
    }
}

/// Is there room for the parser's stacks? They grow without asking whether they may, but not by much: a token adds at most one
/// entry, and the nesting is limited. So as much as they can need is taken and given back just before.
fn has_room_for_stacks(source_len: usize) -> bool {
    const BYTES_PER_ENTRY: usize = 128;
    const MOST_ENTRIES: usize = 1024;
    const ALWAYS: usize = 1024;
    let entries = source_len.min(MOST_ENTRIES);
    let mut reserve = alloc::vec::Vec::<u8>::new();
    reserve
        .try_reserve_exact(entries * BYTES_PER_ENTRY + ALWAYS)
        .is_ok()
}

/// Behind a byte order mark and a first line that begins with `#`: the offset and the line. What looks like bytecode behind
/// these is refused.
fn skip_header(source: &[u8]) -> Result<(usize, u32), &'static str> {
    let mut at = if source.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    let mut line = 1;
    if source.get(at) == Some(&b'#') {
        at += source[at..]
            .iter()
            .position(|c| matches!(c, b'\n' | b'\r'))
            .unwrap_or(source.len() - at);
        if at < source.len() {
            at = scan::line_end(source, at);
            line = 2;
        }
    }
    if source.get(at) == Some(&0x1b) {
        Err("cannot load malformed bytecode")
    } else {
        Ok((at, line))
    }
}
