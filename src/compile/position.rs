//! Finding tokens that the tree doesn't keep: the `then` behind a condition, the comma between two arguments.
//!
//! LuaJIT attributes an instruction to the line of the last token it had read when it emitted the instruction, and an
//! error to the token behind that one. Nearly always both stand on the line of a node; when they don't, the source
//! between two nodes is looked at again.

use crate::syntax::ast::Pos;

fn is_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The length of a line break at `at`, or 0. `\r\n` and `\n\r` are one break.
fn line_break(source: &[u8], at: usize) -> usize {
    match (source.get(at), source.get(at + 1)) {
        (Some(b'\n'), Some(b'\r')) | (Some(b'\r'), Some(b'\n')) => 2,
        (Some(b'\n' | b'\r'), _) => 1,
        _ => 0,
    }
}

/// The level of a long bracket that opens at `at`: the number of its equal signs.
fn long_bracket(source: &[u8], at: usize) -> Option<usize> {
    if source.get(at) != Some(&b'[') {
        return None;
    }
    let mut end = at + 1;
    while source.get(end) == Some(&b'=') {
        end += 1;
    }
    (source.get(end) == Some(&b'[')).then_some(end - at - 1)
}

/// Is there a closing long bracket of this level at `at`?
fn closes(source: &[u8], at: usize, level: usize) -> bool {
    source.get(at) == Some(&b']')
        && source.get(at + 1 + level) == Some(&b']')
        && source
            .get(at + 1..at + 1 + level)
            .is_some_and(|s| s.iter().all(|&b| b == b'='))
}

/// Moves behind a long bracket's body, from its opening at `pos`.
fn skip_long_bracket(source: &[u8], pos: &mut Pos, level: usize) {
    let mut at = pos.offset as usize + level + 2;
    while at < source.len() {
        if closes(source, at, level) {
            at += level + 2;
            break;
        }
        let newline = line_break(source, at);
        pos.line += (newline != 0) as u32;
        at += newline.max(1);
    }
    pos.offset = at as u32;
}

/// The beginning of the first token at or behind `pos`, which lies outside of tokens and comments; the end of the
/// source where there is none.
pub(super) fn next_token(source: &[u8], mut pos: Pos) -> Pos {
    loop {
        let at = pos.offset as usize;
        match source.get(at) {
            Some(b' ' | b'\t' | b'\x0b' | b'\x0c') => pos.offset += 1,
            Some(b'\n' | b'\r') => {
                pos.offset += line_break(source, at) as u32;
                pos.line += 1;
            }
            Some(b'-') if source.get(at + 1) == Some(&b'-') => {
                pos.offset += 2;
                match long_bracket(source, at + 2) {
                    Some(level) => skip_long_bracket(source, &mut pos, level),
                    None => {
                        let rest = source.get(at + 2..).unwrap_or(&[]);
                        let len = rest.iter().position(|&b| b == b'\n' || b == b'\r');
                        pos.offset += len.unwrap_or(rest.len()) as u32;
                    }
                }
            }
            _ => return pos,
        }
    }
}

/// The end of the token that begins at `pos`.
pub(super) fn token_end(source: &[u8], pos: Pos) -> Pos {
    const OPERATORS: [&[u8]; 15] = [
        b"...", b"~>>", b"..", b"==", b">=", b"<=", b"~=", b"?.", b"??", b"<<", b">>", b"&&",
        b"||", b"!=", b"->",
    ];
    let at = pos.offset as usize;
    let rest = source.get(at..).unwrap_or(&[]);
    let mut end = pos;
    match *rest {
        [] => {}
        [b'[', ..] if long_bracket(source, at).is_some() => {
            let level = long_bracket(source, at).unwrap_or(0);
            skip_long_bracket(source, &mut end, level);
        }
        [quote @ (b'"' | b'\''), ..] => {
            let mut len = 1;
            while len < rest.len() && rest[len] != quote {
                len += if rest[len] == b'\\' { 2 } else { 1 };
            }
            end.offset += (len + 1).min(rest.len()) as u32;
        }
        [first, ..] if is_identifier(first) => {
            let number = first.is_ascii_digit();
            let mut len = 1;
            while let Some(&byte) = rest.get(len) {
                let sign = number && matches!(byte, b'+' | b'-') && rest[len - 1] | 0x20 == b'e';
                if !(is_identifier(byte) || number && byte == b'.' || sign) {
                    break;
                }
                len += 1;
            }
            end.offset += len as u32;
        }
        [b':', b':', ..] => end.offset += 2,
        [_, second, ..] if !b".=>?<&|".contains(&second) => end.offset += 1,
        _ => {
            let len = OPERATORS
                .iter()
                .find(|op| rest.starts_with(op))
                .map_or(1, |op| op.len());
            end.offset += len as u32;
        }
    }
    end
}

/// The text of the token at `pos` as error messages quote it.
pub(super) fn token_text(source: &[u8], pos: Pos) -> &[u8] {
    let end = token_end(source, pos).offset as usize;
    match source.get(pos.offset as usize..end.min(source.len())) {
        Some(text) if !text.is_empty() => text,
        _ => b"<eof>",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(source: &str, offset: u32) -> (u32, u32) {
        let pos = next_token(source.as_bytes(), Pos { line: 1, offset });
        (pos.line, pos.offset)
    }

    #[test]
    fn skips_spaces_comments_and_lines() {
        assert_eq!(at("a  then", 1), (1, 3));
        assert_eq!(at("a\r\n\n\r then", 1), (3, 6));
        assert_eq!(at("a --x\n--[==[ ]]\n]=]]==] do", 1), (3, 24));
        assert_eq!(at("a -- end", 1), (1, 8));
        assert_eq!(at("a --[[ open", 1), (1, 11));
    }

    #[test]
    fn quotes_tokens() {
        for (source, text) in [
            ("name+1", "name"),
            ("1e+5+x", "1e+5"),
            ("'a\\'b' c", "'a\\'b'"),
            ("[[x]] y", "[[x]]"),
            ("[x]", "["),
            ("~>>x", "~>>"),
            ("", "<eof>"),
        ] {
            assert_eq!(
                token_text(source.as_bytes(), Pos { line: 1, offset: 0 }),
                text.as_bytes()
            );
        }
    }
}
