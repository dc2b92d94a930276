//! Errors of compilation and how their texts come about.

extern crate alloc;
use alloc::vec::Vec;

use super::Core;
use super::position::{next_token, token_end, token_text};
use crate::gc::OutOfMemory;
use crate::syntax::ast::{Pos, Span};

/// Why a chunk could not be compiled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CompileError {
    /// The source breaks a rule that only shows when it is compiled.
    Syntax(Diagnostic),
    /// No memory.
    Memory,
}

/// An error in the source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// LuaJIT's text without the `chunk:line:` in front, with the `near …` where LuaJIT has one.
    pub message: Vec<u8>,
    /// The line for the message's front.
    pub line: u32,
    /// What the error is about.
    pub span: Span,
}

impl From<OutOfMemory> for CompileError {
    fn from(_: OutOfMemory) -> CompileError {
        CompileError::Memory
    }
}

/// The short form that travels through the compiler: the diagnostic itself waits in [`Compiler::diagnostic`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Fail {
    Syntax,
    Memory,
}

impl From<OutOfMemory> for Fail {
    fn from(_: OutOfMemory) -> Fail {
        Fail::Memory
    }
}

pub(super) type Res<T = ()> = Result<T, Fail>;

/// Appends to a vector that grows with the source.
#[inline(always)]
pub(super) fn push<T>(vec: &mut Vec<T>, item: T) -> Res {
    if vec.len() == vec.capacity() {
        grow(vec, 1)?;
    }
    vec.push(item);
    Ok(())
}

/// Makes room for `n` more elements.
#[cold]
pub(super) fn grow<T>(vec: &mut Vec<T>, n: usize) -> Res {
    vec.try_reserve(n.max(32)).map_err(|_| Fail::Memory)
}

fn concat(parts: &[&[u8]]) -> Res<Vec<u8>> {
    let mut text = Vec::new();
    text.try_reserve_exact(parts.iter().map(|part| part.len()).sum())
        .map_err(|_| Fail::Memory)?;
    for part in parts {
        text.extend_from_slice(part);
    }
    Ok(text)
}

/// A number in decimal, written from the end of `buffer`.
pub(super) fn decimal(mut n: u32, buffer: &mut [u8; 10]) -> &[u8] {
    let mut start = buffer.len();
    loop {
        start -= 1;
        buffer[start] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            return &buffer[start..];
        }
    }
}

impl Core<'_> {
    /// Fails with a message at a line.
    #[cold]
    pub(super) fn error_on_line<T>(&mut self, line: u32, pos: Pos, parts: &[&[u8]]) -> Res<T> {
        let message = concat(parts)?;
        let span = Span {
            start: pos,
            end: token_end(self.source, pos),
        };
        self.diagnostic = Some(Diagnostic {
            message,
            line,
            span,
        });
        Err(Fail::Syntax)
    }

    /// Fails with a message at the line of the token that follows `pos`, and blames what precedes it.
    #[cold]
    pub(super) fn error_behind<T>(&mut self, pos: Pos, parts: &[&[u8]]) -> Res<T> {
        let token = next_token(self.source, pos);
        let line = token_end(self.source, token).line;
        self.error_on_line(line, pos, parts)
    }

    /// Fails with a message that names the next token.
    #[cold]
    pub(super) fn error_near<T>(&mut self, message: &str) -> Res<T> {
        let token = next_token(self.source, self.at);
        let line = token_end(self.source, token).line;
        let source = self.source;
        let text = token_text(source, token);
        self.error_on_line(line, token, &[message.as_bytes(), b" near '", text, b"'"])
    }

    /// Fails because the innermost function has more than `limit` of something.
    #[cold]
    pub(super) fn error_limit<T>(&mut self, pos: Pos, limit: u32, what: &str) -> Res<T> {
        self.error_limit_of(self.f.line_defined, pos, limit, what)
    }

    /// Fails because the function defined at a line has more than `limit` of something.
    #[cold]
    pub(super) fn error_limit_of<T>(
        &mut self,
        line_defined: u32,
        pos: Pos,
        limit: u32,
        what: &str,
    ) -> Res<T> {
        let (mut line_buffer, mut limit_buffer) = ([0; 10], [0; 10]);
        let limit = decimal(limit, &mut limit_buffer);
        match line_defined {
            0 => self.error_behind(
                pos,
                &[
                    b"main function has more than ",
                    limit,
                    b" ",
                    what.as_bytes(),
                ],
            ),
            line => {
                let line = decimal(line, &mut line_buffer);
                self.error_behind(
                    pos,
                    &[
                        b"function at line ",
                        line,
                        b" has more than ",
                        limit,
                        b" ",
                        what.as_bytes(),
                    ],
                )
            }
        }
    }
}
