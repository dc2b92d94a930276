//! What the parser says to wrong sources, against what reference LuaJIT said (`record.lua` asks it again).

use super::std;
use std::string::String;
use std::vec::Vec;

use bumpalo::Bump;

use super::super::{ParseOptions, Parser, parse};
use super::{latin1, message, unescape};

fn check(list: &str, compat52: bool, at_least: usize) {
    let mut failures = Vec::new();
    let mut count = 0;
    for line in list
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("# "))
    {
        let (source, expected) = line.split_once('\t').unwrap();
        let (expected, actual) = (
            latin1(&unescape(expected)),
            message(&unescape(source), compat52),
        );
        count += 1;
        if expected != actual {
            failures.push(std::format!(
                "{source}\n  LuaJIT: {expected}\n  we:     {actual}"
            ));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {count} differ:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(count >= at_least);
}

#[test]
fn messages_are_luajits() {
    check(include_str!("errors.txt"), false, 1_200);
}

#[test]
fn messages_are_luajits_with_52compat() {
    check(include_str!("errors52.txt"), true, 100);
}

/// Is it an error that more input could mend?
fn incomplete(source: &str) -> bool {
    let arena = Bump::new();
    parse(&arena, source.as_bytes(), ParseOptions::default())
        .is_err_and(|error| error.incomplete_input)
}

#[test]
fn incomplete_input_is_told_apart() {
    for source in [
        "x =",
        "if x then",
        "f(",
        "x = {",
        "x = [[a",
        "--[[",
        "x = 'a",
        "function f()",
        "return 1 +",
        "x",
    ] {
        assert!(incomplete(source), "{source}");
    }
    for source in [
        "x = )",
        "if x else",
        "f(]",
        "x = 'a\n",
        "end",
        "x = 1",
        "3x",
    ] {
        assert!(!incomplete(source), "{source}");
    }
}

#[test]
fn errors_have_spans() {
    let arena = Bump::new();
    let source = b"local a\nlocal b = = 2";
    let error = parse(&arena, source, ParseOptions::default()).unwrap_err();
    assert_eq!((error.line, error.span.start.line), (2, 2));
    assert_eq!(
        &source[error.span.start.offset as usize..error.span.end.offset as usize],
        b"="
    );
    assert_eq!(error.span.start.offset, 18);
}

#[test]
fn bytecode_behind_a_header_is_refused() {
    let arena = Bump::new();
    for source in [&b"#!lua\n\x1bLJ"[..], b"\xef\xbb\xbf\x1bLJ"] {
        let error = parse(&arena, source, ParseOptions::default()).unwrap_err();
        assert_eq!(
            (error.line, error.message),
            (0, &b"cannot load malformed bytecode"[..])
        );
    }
}

#[test]
fn quoted_tokens_may_be_long() {
    let text: String = std::iter::repeat_n('a', 100_000).collect();
    let expected = std::format!("x:1: '=' expected near '{text}'");
    assert_eq!(
        message(std::format!("x {text}").as_bytes(), false),
        expected
    );
}

/// The source before an error with what completes it.
fn completed(source: &[u8]) -> Option<Vec<u8>> {
    let (state, arena) = (Bump::new(), Bump::new());
    let mut parser = Parser::new(&state, source, ParseOptions::default()).ok()?;
    let error = loop {
        match parser.part(&arena, 1) {
            Ok(part) if part.is_last => return None,
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    let before = &source[..error.span.start.offset as usize];
    Some([before, parser.completion()?].concat())
}

#[test]
fn sources_are_completed() {
    for (source, expected) in [
        ("x = )", "x =  nil"),
        ("x 5", "x  = nil"),
        ("f(g(", "f(g( ) )"),
        ("if a then x = {1, ]", "if a then x = {1,  nil } end"),
        ("x = function() y(]", "x = function() y( ) end"),
        ("while a 5", "while a  do end"),
        ("x = a ? b.c )", "x = a ? b.c  : nil"),
        ("a[b c", "a[b  ] = nil"),
        ("repeat x:]", "repeat x: x() until nil"),
    ] {
        let text = completed(source.as_bytes()).map(|text| latin1(&text));
        assert_eq!(text.as_deref(), Some(expected));
    }
}

#[test]
fn completions_parse() {
    let (mut good, mut bad) = (0, 0);
    for line in include_str!("errors.txt")
        .lines()
        .filter(|line| !line.ends_with("\tok"))
    {
        let source = unescape(line.split('\t').next().unwrap_or(""));
        if let Some(text) = completed(&source) {
            *if message(&text, false) == "ok" {
                &mut good
            } else {
                &mut bad
            } += 1;
        }
    }
    assert!(good > 800 && bad * 5 < good, "{good} good, {bad} bad");
}
