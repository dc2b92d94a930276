//! Tokens: every operator and keyword, numbers, strings, line ends.

use super::std;
use std::string::String;
use std::vec::Vec;

use bumpalo::Bump;
use logos::Logos;

use super::super::ast::{Body, ExprKind, StmtKind};
use super::super::token::Raw;
use super::super::{ParseOptions, parse};
use super::{latin1, message};

fn raw(source: &[u8]) -> Vec<Raw> {
    Raw::lexer(source).map(|raw| raw.unwrap()).collect()
}

#[test]
fn operators_take_the_longest() {
    use Raw::*;
    assert_eq!(
        raw(b"+-*/%^#&|~!<> =(){}[];:,.?..... ==>=<=~=!= ?.??<<>>~>>&&||->::"),
        [
            Plus,
            Minus,
            Star,
            Slash,
            Percent,
            Caret,
            Hash,
            Ampersand,
            Bar,
            Tilde,
            Bang,
            Less,
            Greater,
            Equals,
            OpenParen,
            CloseParen,
            OpenBrace,
            CloseBrace,
            OpenBracket,
            CloseBracket,
            Semicolon,
            Colon,
            Comma,
            Dot,
            QuestionDot,
            Dots,
            Dot,
            EqualEqual,
            GreaterEqual,
            LessEqual,
            TildeEqual,
            BangEqual,
            QuestionDot,
            QuestionQuestion,
            ShiftLeft,
            ShiftRight,
            ShiftArith,
            AmpAmp,
            BarBar,
            Arrow,
            ColonColon
        ]
    );
    assert_eq!(raw(b"a---b\n-c"), [Name, Minus, Name]);
    assert_eq!(raw(b"a<=>=b"), [Name, LessEqual, GreaterEqual, Name]);
    assert_eq!(raw(b"??.."), [QuestionQuestion, Concat]);
}

#[test]
fn keywords_are_whole_words() {
    use Raw::*;
    let words = b"and break const continue do else elseif end false for function goto if in local nil not or repeat \
        return then true until while";
    assert_eq!(
        raw(words),
        [
            And, Break, Const, Continue, Do, Else, Elseif, End, False, For, Function, Goto, If, In,
            Local, Nil, Not, Or, Repeat, Return, Then, True, Until, While
        ]
    );
    assert!(
        raw(b"ands _and And do1 end_ \xe4nd nilx xnil elseiff functio")
            .iter()
            .all(|&raw| raw == Name)
    );
}

#[test]
fn single_bytes() {
    use Raw::*;
    for byte in 0..=255u8 {
        let expected = match byte {
            b' ' | b'\t'..=b'\r' => None,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => Some(Ok(Name)),
            b'0'..=b'9' => Some(Ok(Number)),
            b'"' | b'\'' => Some(Err(())),
            0..=0x1f | 0x7f | b'@' | b'$' | b'`' | b'\\' => Some(Ok(Unknown)),
            _ => {
                assert!(
                    Raw::lexer(&[byte])
                        .next()
                        .is_some_and(|raw| raw.is_ok_and(|raw| raw != Unknown))
                );
                continue;
            }
        };
        assert_eq!(
            Raw::lexer(&[byte]).next().map(|raw| raw.map_err(drop)),
            expected,
            "{byte}"
        );
    }
}

/// The expressions of `return …`, shortly.
fn values(list: &[u8]) -> Vec<String> {
    let arena = Bump::new();
    let source = [b"return ", list].concat();
    let main = parse(&arena, &source, ParseOptions::default()).unwrap();
    let Body::Block(block) = main.body else {
        unreachable!()
    };
    let StmtKind::Return(values) = block.stmts[0].kind else {
        unreachable!()
    };
    values
        .iter()
        .map(|value| match value.kind {
            ExprKind::Number(n) => std::format!("{n:?}"),
            ExprKind::Int64(n) => std::format!("{n}LL"),
            ExprKind::Uint64(n) => std::format!("{n}ULL"),
            ExprKind::Imaginary(n) => std::format!("{n:?}i"),
            ExprKind::String(bytes) => latin1(bytes),
            _ => unreachable!(),
        })
        .collect()
}

#[test]
fn numbers() {
    assert_eq!(
        values(b"0, 7, 123456789, 1234567890, .5, 5., 1e3, 1E-3, 0x10, 0xA.8p1, 0X1P-2, 0b101, 0B1_1, 1_000_0, 0x_ff"),
        ["0.0", "7.0", "123456789.0", "1234567890.0", "0.5", "5.0", "1000.0", "0.001", "16.0", "21.0", "0.25", "5.0",
         "3.0", "10000.0", "255.0"]
    );
    assert_eq!(
        values(b"1LL, 1ull, 0xffffffffffffffffULL, 9223372036854775808LL, 1i, 1.5I, 0b11LL"),
        [
            "1LL",
            "1ULL",
            "18446744073709551615ULL",
            "-9223372036854775808LL",
            "1.0i",
            "1.5i",
            "3LL"
        ]
    );
    // More numbers than the adapter's ring holds.
    let many: Vec<String> = (0..100).map(|n| std::format!("{n}.5")).collect();
    assert_eq!(values(many.join(", ").as_bytes()), many);
}

#[test]
fn strings() {
    assert_eq!(
        values(br#"'a', "b'", 'c"', '\a\b\f\n\r\t\v\\\"\'', '\x41\x7f\xff', '\0\10\065\2555'"#),
        [
            "a",
            "b'",
            "c\"",
            "\x07\x08\x0c\n\r\t\x0b\\\"'",
            "A\x7f\u{ff}",
            "\0\nA\u{ff}5"
        ]
    );
    assert_eq!(
        values(b"'\\u{41}\\u{7ff}\\u{ffff}\\u{10ffff}'"),
        [latin1("A\u{7ff}\u{ffff}\u{10ffff}".as_bytes())]
    );
    assert_eq!(
        values(b"'a\\z \t\r\n\x0b\x0c b', 'a\\\nb\\\r\nc\\\rd\\\n\re'"),
        ["ab", "a\nb\nc\nd\ne"]
    );
    assert_eq!(
        values(b"[[]], [[\n]], [[\r\n\n]], [==[a]]b]=]c]==], [[\\n]]"),
        ["", "", "\n", "a]]b]=]c", "\\n"]
    );
    assert_eq!(
        values(b"[[a\nb\rc\r\nd\n\re\n\nf\r\rg]]"),
        ["a\nb\nc\nd\ne\n\nf\n\ng"]
    );
}

#[test]
fn lines_end_in_four_ways() {
    for (source, line) in [
        (&b"\n\n@"[..], 3),
        (b"\r\r@", 3),
        (b"\r\n\r\n@", 3),
        (b"\n\r\n\r@", 3),
        (b"\n\n\r\r\n@", 4),
        (b"--[[\n\r\n]]@", 3),
        (b"x='\\\n' @", 2),
        (b"x=[[\r\n\r]] @", 3),
        (b"--\r--\n@", 3),
        (b"#!\n@", 2),
    ] {
        assert_eq!(
            message(source, false),
            std::format!("x:{line}: unexpected symbol near '@'"),
            "{source:?}"
        );
    }
}

#[test]
fn headers() {
    for source in [
        &b""[..],
        b"#",
        b"#!x",
        b"#!x\n",
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf#x\r\nlocal x",
        b"\xef\xbb\xbfx()",
    ] {
        assert_eq!(message(source, false), "ok", "{source:?}");
    }
}
