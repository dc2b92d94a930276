//! Comparison with what reference LuaJIT answered (`expected/`), and properties against `core`'s own conversion.

extern crate std;
use std::string::{String, ToString};
use std::vec::Vec;

use super::*;

/// Undoes `\xNN`.
fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&c, tail)) = rest.split_first() {
        rest = tail;
        if c == b'\\' {
            let hex = std::str::from_utf8(&rest[1..3]).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
            rest = &rest[3..];
        } else {
            bytes.push(c);
        }
    }
    bytes
}

fn show(n: Option<f64>) -> String {
    match n {
        None => "-".into(),
        Some(n) if n.is_nan() => "nan".into(),
        Some(n) => n.to_bits().to_string(),
    }
}

#[test]
fn strings_convert_as_in_luajit() {
    for line in include_str!("expected/parse.txt").lines() {
        let (text, expected) = line.rsplit_once('\t').unwrap();
        assert_eq!(show(parse(&unescape(text))), expected, "{text:?}");
    }
}

#[test]
fn bases_convert_as_in_luajit() {
    for line in include_str!("expected/base.txt").lines() {
        let (base, rest) = line.split_once('\t').unwrap();
        let (text, expected) = rest.rsplit_once('\t').unwrap();
        let n = parse_base(&unescape(text), base.parse().unwrap());
        assert_eq!(show(n), expected, "{text:?} in base {base}");
    }
}

#[test]
fn literals_scan_as_in_luajit() {
    for line in include_str!("expected/literals.txt").lines() {
        let (text, expected) = line.split_once('\t').unwrap();
        if literal_len(text.as_bytes()) != text.len() {
            assert_eq!(text, "0xe+1");
            continue;
        }
        let literal = match scan_literal(text.as_bytes()) {
            None => "-".into(),
            Some(Literal::Number(n)) => std::format!("n {}", n.to_bits()),
            Some(Literal::Int64(i)) => std::format!("l {i}"),
            Some(Literal::Uint64(u)) => std::format!("u {u}"),
            Some(Literal::Imaginary(n)) => std::format!("i {}", n.to_bits()),
        };
        assert_eq!(literal, expected, "{text:?}");
    }
}

#[test]
fn literals_end_where_luajit_ends_them() {
    for (source, len) in [
        ("1+2", 1),
        ("1e+2", 4),
        ("1e_+2", 5),
        ("0xe+2", 3),
        ("0xp+2", 5),
        ("0__x1p-1)", 8),
        ("3..2", 4),
        ("3x y", 2),
        ("1LL;", 3),
    ] {
        assert_eq!(literal_len(source.as_bytes()), len, "{source}");
    }
}

#[test]
fn every_binary_exponent_is_rounded_like_division() {
    for exponent in -1130..1030 {
        for x in [
            1u64,
            3,
            0x1f_ffff_ffff_ffff,
            0x3f_ffff_ffff_ffff,
            0x7f_ffff_ffff_fffd,
        ] {
            let text = std::format!("0x{x:x}p{exponent}");
            // Scaling by parts, such that only the last step rounds: 64-bit integers over powers of two.
            let expected = exact_scale(x, exponent);
            assert_eq!(parse(text.as_bytes()), Some(expected), "{text}");
        }
    }
}

/// The reference for `every_binary_exponent_is_rounded_like_division`: the neighbouring doubles are compared exactly.
fn exact_scale(x: u64, exponent: i64) -> f64 {
    let text = std::format!("{}", Exact(x, exponent));
    text.parse().unwrap()
}

/// `x * 2^exponent` in decimal digits, all of them.
struct Exact(u64, i64);

impl std::fmt::Display for Exact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut digits: Vec<u32> = self
            .0
            .to_string()
            .bytes()
            .rev()
            .map(|d| (d - b'0').into())
            .collect();
        let factor = if self.1 < 0 { 5 } else { 2 };
        for _ in 0..self.1.abs() {
            let mut carry = 0;
            for d in &mut digits {
                let v = *d * factor + carry;
                *d = v % 10;
                carry = v / 10;
            }
            if carry > 0 {
                digits.push(carry);
            }
        }
        for d in digits.iter().rev() {
            write!(f, "{d}")?;
        }
        write!(f, "e{}", self.1.min(0))
    }
}

proptest::proptest! {
    #[test]
    fn shortest_text_comes_back(bits: u64) {
        let n = f64::from_bits(bits);
        proptest::prop_assume!(n.is_finite());
        for text in [n.to_string(), std::format!("{n:e}"), std::format!("{n:.30e}")] {
            proptest::prop_assert_eq!(parse(text.as_bytes()).map(f64::to_bits), Some(bits));
        }
    }

    #[test]
    fn any_bytes_are_survived(text: Vec<u8>) {
        let _ = (parse(&text), scan_literal(&text), parse_base(&text, 16));
        proptest::prop_assert!(literal_len(&text) <= text.len());
    }

    #[test]
    fn number_like_text_is_survived(text in "[ +-]{0,2}(0[xXbB])?[0-9a-fA-F_.]{0,40}([eEpP][+-]?[0-9]{0,8})?[uUlLiI ]{0,3}") {
        let _ = (parse(text.as_bytes()), scan_literal(text.as_bytes()), parse_base(text.as_bytes(), 36));
    }
}
