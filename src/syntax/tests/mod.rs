//! The parser as a whole: messages against LuaJIT's, trees against golden ones, hostile input.

extern crate std;

mod dump;
mod messages;
mod properties;
mod robustness;
mod tokens;
mod trees;

use std::string::{String, ToString};
use std::vec::Vec;

use bumpalo::Bump;

use super::{ParseOptions, parse};

/// "ok" or the message as LuaJIT writes it for a chunk named `=x`.
fn message(source: &[u8], compat52: bool) -> String {
    let arena = Bump::new();
    match parse(&arena, source, ParseOptions { compat52 }) {
        Ok(_) => "ok".to_string(),
        Err(error) if error.line == 0 => latin1(error.message),
        Err(error) => std::format!("x:{}: {}", error.line, latin1(error.message)),
    }
}

/// Bytes as characters of the same numbers.
fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// Resolves the escapes of the recorded lists (`record.lua` says which).
fn unescape(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut repeat = None;
    let mut at = 0;
    while let Some(&c) = bytes.get(at) {
        at += 1;
        if c != b'\\' {
            out.push(c);
            continue;
        }
        at += 1;
        match bytes[at - 1] {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'x' => {
                out.push(u8::from_str_radix(&text[at..at + 2], 16).unwrap());
                at += 2;
            }
            b'(' => repeat = Some(out.len()),
            b')' => {
                let part = out.split_off(repeat.take().unwrap());
                let len = text[at..].find(';').unwrap();
                let times: usize = text[at..at + len].parse().unwrap();
                out.extend(part.repeat(times));
                at += len + 1;
            }
            c => out.push(c),
        }
    }
    out
}
