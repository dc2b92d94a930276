//! The tokens that regular expressions don't describe well: strings with their escapes, long brackets, comments, numbers.
//!
//! The callbacks check a string completely, so that resolving its escapes later ([`unescape`]) can't fail.

use logos::{FilterResult, Lexer};

use super::token::{MAX_LINE, Raw};
use crate::number::{Literal, literal_len, scan_literal};

/// What is wrong with a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Fault {
    /// Nothing that the lexer knows a name for.
    #[default]
    Unknown,
    /// The source has more lines than fit.
    TooManyLines,
    /// The text isn't a number.
    Number,
    /// A quoted string reaches a line's end.
    StringLine,
    /// A quoted string reaches the source's end.
    StringEnd,
    /// A long string reaches the source's end.
    LongString,
    /// A long comment reaches the source's end.
    LongComment,
    /// An escape sequence isn't one; the string is good up to its backslash.
    Escape,
    /// `[=` without a second bracket.
    Delimiter,
    /// `~>` without a second `>`.
    HalfShift,
}

/// Which bytes continue a name.
static CONTINUES_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || byte == b'_' as usize || byte >= 0x80;
        byte += 1;
    }
    table
};

/// A name or a keyword, from behind its first byte. (A state machine that knows the keywords is slower.)
pub fn word(lexer: &mut Lexer<'_, Raw>) -> Raw {
    let rest = lexer.remainder();
    let len = rest
        .iter()
        .position(|&byte| !CONTINUES_NAME[byte as usize])
        .unwrap_or(rest.len());
    lexer.bump(len);
    match lexer.slice() {
        b"and" => Raw::And,
        b"break" => Raw::Break,
        b"const" => Raw::Const,
        b"continue" => Raw::Continue,
        b"do" => Raw::Do,
        b"else" => Raw::Else,
        b"elseif" => Raw::Elseif,
        b"end" => Raw::End,
        b"false" => Raw::False,
        b"for" => Raw::For,
        b"function" => Raw::Function,
        b"goto" => Raw::Goto,
        b"if" => Raw::If,
        b"in" => Raw::In,
        b"local" => Raw::Local,
        b"nil" => Raw::Nil,
        b"not" => Raw::Not,
        b"or" => Raw::Or,
        b"repeat" => Raw::Repeat,
        b"return" => Raw::Return,
        b"then" => Raw::Then,
        b"true" => Raw::True,
        b"until" => Raw::Until,
        b"while" => Raw::While,
        _ => Raw::Name,
    }
}

/// A number: takes all that resembles one, then reads it.
pub fn number(lexer: &mut Lexer<'_, Raw>) -> Result<(), Fault> {
    let start = lexer.span().start;
    let rest = &lexer.source()[start..];
    let len = literal_len(rest);
    lexer.bump(len - lexer.span().len());
    let text = &rest[..len];
    // Most numbers are short and whole, and need no scanner.
    if len <= 9 && text.iter().all(u8::is_ascii_digit) {
        let value = text.iter().fold(0u32, |n, d| n * 10 + u32::from(d - b'0'));
        lexer.extras.number = Literal::Number(f64::from(value));
        return Ok(());
    }
    lexer.extras.number = scan_literal(text).ok_or(Fault::Number)?;
    Ok(())
}

/// A quoted string, from behind its opening quote.
pub fn quoted(lexer: &mut Lexer<'_, Raw>) -> Result<(), Fault> {
    lexer.extras.string_line = lexer.extras.line;
    let quote = lexer.slice()[0];
    let rest = lexer.remainder();
    let mut at = 0;
    let end = loop {
        match rest.get(at) {
            Some(&c) if c == quote => break Ok(at + 1),
            None => break Err((at, Fault::StringEnd)),
            Some(b'\n' | b'\r') => break Err((at, Fault::StringLine)),
            Some(b'\\') => match escape(rest, at + 1, &mut lexer.extras.line) {
                Some(next) => at = next,
                None => break Err((at, Fault::Escape)),
            },
            Some(_) => at += 1,
        }
        if lexer.extras.line >= MAX_LINE {
            break Err((at, Fault::TooManyLines));
        }
    };
    match end {
        Ok(len) => {
            lexer.bump(len);
            Ok(())
        }
        Err((len, fault)) => {
            lexer.bump(len);
            Err(fault)
        }
    }
}

/// Checks the escape whose first byte behind the backslash is at `at`; where it ends, or `None` if it is none.
fn escape(text: &[u8], at: usize, line: &mut u32) -> Option<usize> {
    let hex = |at: usize| text.get(at).copied().filter(u8::is_ascii_hexdigit);
    match text.get(at).copied() {
        // The caller sees the source's end.
        None => Some(at),
        Some(b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'\\' | b'"' | b'\'') => Some(at + 1),
        Some(b'x') => hex(at + 1).and(hex(at + 2)).map(|_| at + 3),
        Some(b'u') => {
            let (_, next) = code_point(text, at)?;
            Some(next)
        }
        Some(b'z') => {
            let mut at = at + 1;
            while let Some(b' ' | b'\t'..=b'\r') = text.get(at) {
                if matches!(text[at], b'\n' | b'\r') {
                    at = line_end(text, at);
                    *line += 1;
                } else {
                    at += 1;
                }
            }
            Some(at)
        }
        Some(b'\n' | b'\r') => {
            *line += 1;
            Some(line_end(text, at))
        }
        Some(b'0'..=b'9') => {
            let digits = text[at..]
                .iter()
                .take(3)
                .take_while(|c| c.is_ascii_digit())
                .count();
            (decimal(&text[at..at + digits]) <= 255).then_some(at + digits)
        }
        Some(_) => None,
    }
}

fn decimal(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |n, d| n * 10 + u32::from(d - b'0'))
}

/// Behind the line end at `at`: `\n`, `\r`, `\r\n` or `\n\r`.
pub fn line_end(text: &[u8], at: usize) -> usize {
    match (text[at], text.get(at + 1)) {
        (b'\n', Some(b'\r')) | (b'\r', Some(b'\n')) => at + 2,
        _ => at + 1,
    }
}

/// The code point of `u{…}` at `at`, and where it ends.
fn code_point(text: &[u8], at: usize) -> Option<(u32, usize)> {
    if text.get(at + 1) != Some(&b'{') {
        return None;
    }
    let mut at = at + 2;
    let mut point = 0u32;
    loop {
        let digit = char::from(*text.get(at)?).to_digit(16)?;
        point = point << 4 | digit;
        if point >= 0x11_0000 {
            return None;
        }
        at += 1;
        if text.get(at) == Some(&b'}') {
            break;
        }
    }
    // Surrogates are no characters.
    (!(0xd800..0xe000).contains(&point)).then_some((point, at + 1))
}

/// Finds the end of a long bracket of `level` behind its opening; `None` if there is none. Counts lines.
fn long_bracket(text: &[u8], level: usize, line: &mut u32) -> Option<usize> {
    let mut at = 0;
    while let Some(&c) = text.get(at) {
        match c {
            b']' => {
                let closing = &text[at + 1..];
                if closing.get(level) == Some(&b']') && closing[..level].iter().all(|&c| c == b'=')
                {
                    return Some(at + level + 2);
                }
                at += 1;
            }
            b'\n' | b'\r' => {
                let end = line_end(text, at);
                *line += 1;
                if *line >= MAX_LINE {
                    return None;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    None
}

/// A long string, from behind its opening bracket.
pub fn long(lexer: &mut Lexer<'_, Raw>) -> Result<(), Fault> {
    lexer.extras.string_line = lexer.extras.line;
    let level = lexer.slice().len() - 2;
    let rest = lexer.remainder();
    match long_bracket(rest, level, &mut lexer.extras.line) {
        Some(len) => {
            lexer.bump(len);
            Ok(())
        }
        None => {
            lexer.bump(rest.len());
            Err(if lexer.extras.line >= MAX_LINE {
                Fault::TooManyLines
            } else {
                Fault::LongString
            })
        }
    }
}

/// A comment, from behind its dashes.
pub fn comment(lexer: &mut Lexer<'_, Raw>) -> FilterResult<(), Fault> {
    let rest = lexer.remainder();
    if rest.first() == Some(&b'[') {
        let level = rest[1..].iter().take_while(|&&c| c == b'=').count();
        if rest.get(level + 1) == Some(&b'[') {
            let body = &rest[level + 2..];
            return match long_bracket(body, level, &mut lexer.extras.line) {
                Some(len) => {
                    lexer.bump(level + 2 + len);
                    FilterResult::Skip
                }
                None => {
                    lexer.bump(rest.len());
                    FilterResult::Error(if lexer.extras.line >= MAX_LINE {
                        Fault::TooManyLines
                    } else {
                        Fault::LongComment
                    })
                }
            };
        }
    }
    let len = rest
        .iter()
        .position(|c| matches!(c, b'\n' | b'\r'))
        .unwrap_or(rest.len());
    lexer.bump(len);
    FilterResult::Skip
}

/// `~>` without its second `>`.
pub fn half_shift(_: &mut Lexer<'_, Raw>) -> Result<(), Fault> {
    Err(Fault::HalfShift)
}

/// `[=` without its second bracket.
pub fn half_bracket(_: &mut Lexer<'_, Raw>) -> Result<(), Fault> {
    Err(Fault::Delimiter)
}

/// The length of a long string token's brackets.
pub fn bracket_len(token: &[u8]) -> usize {
    token.iter().skip(1).take_while(|&&c| c == b'=').count() + 2
}

/// The raw content of a long string token: without its brackets and its first line end.
pub fn long_content(token: &[u8]) -> &[u8] {
    let bracket = bracket_len(token);
    let content = token
        .get(bracket..token.len().saturating_sub(bracket))
        .unwrap_or(&[]);
    match content.first() {
        Some(b'\n' | b'\r') => &content[line_end(content, 0)..],
        _ => content,
    }
}

/// Writes the content of a long string with every line end as `\n`.
pub fn normalise_lines(content: &[u8], mut emit: impl FnMut(u8)) {
    let mut at = 0;
    while let Some(&c) = content.get(at) {
        if matches!(c, b'\n' | b'\r') {
            emit(b'\n');
            at = line_end(content, at);
        } else {
            emit(c);
            at += 1;
        }
    }
}

/// Writes the content of a quoted string with its escapes resolved; it has been checked when it was read. The result is
/// never longer than the text.
pub fn unescape(content: &[u8], mut emit: impl FnMut(u8)) {
    let mut at = 0;
    while let Some(&c) = content.get(at) {
        at += 1;
        if c != b'\\' {
            emit(c);
            continue;
        }
        let Some(&c) = content.get(at) else { return };
        let end = escape(content, at, &mut 0).unwrap_or(at + 1);
        match c {
            b'a' => emit(7),
            b'b' => emit(8),
            b'f' => emit(12),
            b'n' | b'\n' | b'\r' => emit(b'\n'),
            b'r' => emit(b'\r'),
            b't' => emit(b'\t'),
            b'v' => emit(11),
            b'x' => {
                let digit = |at: usize| {
                    content
                        .get(at)
                        .and_then(|&c| char::from(c).to_digit(16))
                        .unwrap_or(0)
                };
                emit((digit(at + 1) << 4 | digit(at + 2)) as u8);
            }
            b'u' => {
                let point = code_point(content, at).and_then(|(point, _)| char::from_u32(point));
                point
                    .unwrap_or_default()
                    .encode_utf8(&mut [0; 4])
                    .bytes()
                    .for_each(&mut emit);
            }
            b'z' => {}
            b'0'..=b'9' => emit(decimal(&content[at..end]) as u8),
            _ => emit(c),
        }
        at = end;
    }
}
