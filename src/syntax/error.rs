//! Syntax errors: what they say and where.

use bumpalo::Bump;
use bumpalo::collections::Vec;
use core::fmt::Write;

use super::ast::Span;
use super::scan::{bracket_len, long_content, normalise_lines, unescape};
use super::token::Raw;

/// Why a source has no tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SyntaxError<'a> {
    /// What is wrong, in LuaJIT's words, without the chunk's name and the line that LuaJIT puts before it
    /// (`chunk:line: `). It lies in the arena of the parse or is static.
    pub message: &'a [u8],
    /// The line for that, from 1. With 0 the message is the whole text and stands alone.
    pub line: u32,
    /// The tokens at fault.
    pub span: Span,
    /// Ends the source where it could go on? (LuaJIT's message ends in "near `<eof>`" then.)
    pub incomplete_input: bool,
    /// Ran the arena out of memory? The message is "not enough memory" then.
    pub out_of_memory: bool,
}

impl SyntaxError<'_> {
    /// The memory for the tree has run out.
    pub const OUT_OF_MEMORY: SyntaxError<'static> = SyntaxError {
        message: b"not enough memory",
        line: 0,
        span: Span::ZERO,
        incomplete_input: false,
        out_of_memory: true,
    };
}

/// A problem as the parser meets it.
#[derive(Clone, Copy, Debug)]
pub struct Problem<'a> {
    /// What it is.
    pub text: Text,
    /// What stands at the place.
    pub near: Near<'a>,
    /// The line to name.
    pub line: u32,
    /// The place.
    pub span: Span,
}

/// The text of a problem.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Text {
    /// No memory.
    Memory,
    /// A fixed text that neither chunk name nor line precede.
    Bare(&'static str),
    /// A fixed text.
    Plain(&'static str),
    /// This token should be here.
    Expected(&'static str),
    /// A closing token should be here.
    Unclosed {
        /// The closing token.
        close: &'static str,
        /// What it closes.
        open: &'static str,
        /// The line of that.
        line: u32,
    },
    /// An assignment has too many targets.
    Targets {
        /// The line of the function, 0 for the main chunk.
        function: u32,
    },
}

/// What stands at the place of an error.
#[derive(Clone, Copy, Debug, Default)]
pub enum Near<'a> {
    /// Nothing worth telling.
    Nothing,
    /// The source's end.
    #[default]
    End,
    /// A token.
    Token(Raw, &'a [u8]),
    /// The beginning of a quoted string, its quote included.
    Partial(&'a [u8]),
    /// This text, where LuaJIT's message differs from the token.
    Text(&'static str),
}

impl<'a> Problem<'a> {
    /// The error for it, with its message in the arena.
    pub fn into_error(self, arena: &'a Bump) -> SyntaxError<'a> {
        let mut message = Message {
            bytes: Vec::new_in(arena),
            failed: false,
        };
        self.text.write(&mut message);
        self.near.write(&mut message);
        if message.failed || self.text == Text::Memory {
            return SyntaxError::OUT_OF_MEMORY;
        }
        SyntaxError {
            message: message.bytes.into_bump_slice(),
            line: if matches!(self.text, Text::Bare(_)) {
                0
            } else {
                self.line
            },
            span: self.span,
            incomplete_input: matches!(self.near, Near::End),
            out_of_memory: false,
        }
    }
}

/// A growing message.
struct Message<'a> {
    bytes: Vec<'a, u8>,
    failed: bool,
}

impl Message<'_> {
    fn push(&mut self, byte: u8) {
        if self.bytes.try_reserve(1).is_ok() {
            self.bytes.push(byte);
        } else {
            self.failed = true;
        }
    }
}

impl Write for Message<'_> {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        text.bytes().for_each(|byte| self.push(byte));
        Ok(())
    }
}

impl Text {
    fn write(self, message: &mut Message<'_>) {
        // Writing never fails: `Message` remembers a lack of memory.
        let _ = match self {
            Text::Memory => Ok(()),
            Text::Plain(text) | Text::Bare(text) => message.write_str(text),
            Text::Expected(token) => write!(message, "'{token}' expected"),
            Text::Unclosed { close, open, line } => {
                write!(
                    message,
                    "'{close}' expected (to close '{open}' at line {line})"
                )
            }
            Text::Targets { function: 0 } => {
                message.write_str("main function has more than 200 variable names")
            }
            Text::Targets { function } => {
                write!(
                    message,
                    "function at line {function} has more than 200 variable names"
                )
            }
        };
    }
}

impl Near<'_> {
    fn write(self, message: &mut Message<'_>) {
        // A zero byte is a token that LuaJIT takes for none.
        if matches!(self, Near::Nothing | Near::Token(Raw::Unknown, b"\0")) {
            return;
        }
        let _ = message.write_str(" near '");
        // LuaJIT's message is a C string: a zero byte ends the quoted text.
        let mut ended = false;
        let mut emit = |byte: u8| {
            ended |= byte == 0;
            if !ended {
                message.push(byte);
            }
        };
        match self {
            Near::Nothing => {}
            Near::End => b"<eof>".iter().for_each(|&c| emit(c)),
            Near::Text(text) => text.bytes().for_each(&mut emit),
            Near::Partial(text) => {
                if let Some((&quote, rest)) = text.split_first() {
                    emit(quote);
                    unescape(rest, emit);
                }
            }
            Near::Token(Raw::Str, text) => {
                let long = text.first() == Some(&b'[');
                let bracket = if long { bracket_len(text) } else { 1 };
                let (open, rest) = text.split_at(bracket.min(text.len()));
                let (content, close) = rest.split_at(rest.len().saturating_sub(bracket));
                open.iter().for_each(|&c| emit(c));
                if long {
                    normalise_lines(long_content(text), &mut emit);
                } else {
                    unescape(content, &mut emit);
                }
                close.iter().for_each(|&c| emit(c));
            }
            Near::Token(Raw::Number, text) => {
                text.iter().filter(|&&c| c != b'_').for_each(|&c| emit(c))
            }
            Near::Token(Raw::Unknown, &[byte]) if byte.is_ascii_control() => {
                let _ = write!(message, "char({byte})");
            }
            Near::Token(_, text) => text.iter().for_each(|&c| emit(c)),
        }
        message.push(b'\'');
    }
}
