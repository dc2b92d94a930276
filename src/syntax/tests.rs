//! The parser as a whole.

extern crate std;

use std::string::{String, ToString};
use std::vec::Vec;

use bumpalo::Bump;

use super::{ParseOptions, SyntaxError, parse};

/// The message with its line, or "ok".
fn message(source: &[u8]) -> String {
    let arena = Bump::new();
    match parse(&arena, source, ParseOptions::default()) {
        Ok(_) => "ok".to_string(),
        Err(SyntaxError { message, line, .. }) => {
            std::format!("{line}: {}", String::from_utf8_lossy(message))
        }
    }
}

#[test]
fn unclosed_blocks_name_their_opening() {
    assert_eq!(
        message(b"if x then\ny()"),
        "2: 'end' expected (to close 'if' at line 1) near '<eof>'"
    );
    assert_eq!(message(b"if x then y()"), "1: 'end' expected near '<eof>'");
}

#[test]
fn deep_nesting_is_an_error() {
    let source: Vec<u8> = b"x="
        .iter()
        .copied()
        .chain(std::iter::repeat_n(b'(', 100_000))
        .collect();
    assert_eq!(message(&source), "1: chunk has too many syntax levels");
}
