//! Source text to syntax tree: tokens (logos), the adapter that feeds them to the lalrpop grammar, the tree (in a bumpalo arena), errors.
//!
//! Nothing here knows values or the heap; strings are byte slices of the source or of the arena.
//!
//! Bytes become [raw tokens](token::Raw), the [adapter] makes terminals of the grammar of them, the generated parser
//! reduces, and its actions call the [builder]. All state lies in the arena, whose allocation limit is the parse's, or on
//! the parser's own stacks, which the limit of syntactic levels bounds. The host's stack is never used for nesting.
//!
//! ```
//! use perilune::syntax::{ParseOptions, parse};
//! let arena = bumpalo::Bump::new();
//! assert!(parse(&arena, b"local x <- 1", ParseOptions::default()).is_err());
//! let chunk = parse(&arena, b"return (x ?? 1) + 2", ParseOptions::default()).unwrap();
//! assert!(chunk.is_vararg);
//! ```

mod adapter;
pub mod ast;
mod builder;
mod chain;
mod context;
mod diagnose;
mod error;
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
    let Ok(context) = arena.try_alloc(Context::new()) else {
        return Err(SyntaxError::OUT_OF_MEMORY);
    };
    let context: &'a Context<'a> = context;
    if u32::try_from(source.len()).is_err() {
        return Err(SyntaxError::OUT_OF_MEMORY);
    }
    let start = match skip_header(source) {
        Ok(start) => start,
        Err(text) => {
            let problem = Problem {
                text: Text::Bare(text),
                near: Near::Nothing,
                line: 0,
                span: ast::Span::ZERO,
            };
            return Err(problem.into_error(arena));
        }
    };
    let mut builder = Builder::new(arena, source, context);
    let mut adapter = Adapter::new(arena, source, start, context, options.compat52);
    let result = grammar::ChunkParser::new().parse(&mut builder, &mut adapter);
    if let (Ok(()), false) = (&result, context.failed.get()) {
        let main = builder.finish();
        if !context.failed.get() {
            return Ok(main);
        }
    } else if let Err(error) = result {
        diagnose::diagnose(&adapter, context, &error);
    }
    Err(context
        .problem
        .get()
        .map_or(SyntaxError::OUT_OF_MEMORY, |problem| {
            problem.into_error(arena)
        }))
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
