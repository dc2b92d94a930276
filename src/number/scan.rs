//! Text to number, correctly rounded, with the syntax of LuaJIT's `lj_strscan`.
//!
//! Accepted are decimal and hexadecimal numbers with fraction and exponent, binary integers, `inf`, `infinity` and
//! `nan`, each with blanks around it and a sign before it. Literals have the suffixes `LL`, `ULL` and `i` besides, and
//! underscores anywhere.
//!
//! ```
//! use perilune::number::{Literal, parse, scan_literal};
//! assert_eq!(parse(b" -0x1.8p1 "), Some(-3.0));
//! assert_eq!(scan_literal(b"1_000ULL"), Some(Literal::Uint64(1000)));
//! ```

use super::digits::{self, IntegerBuffer};

/// The value of a number literal.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Literal {
    /// A plain number.
    Number(f64),
    /// `1LL`: a boxed 64-bit integer.
    Int64(i64),
    /// `1ULL`: a boxed unsigned 64-bit integer.
    Uint64(u64),
    /// `1i`: the imaginary part of a complex number.
    Imaginary(f64),
}

/// Exponents and fractions of this length or more are malformed.
const MAX_EXPONENT: i64 = 1 << 20;
/// That many digits of a decimal number can matter; of the others it matters whether one isn't zero.
const MAX_DIGITS: usize = 800;
/// Decimal digits that always fit in 64 bits.
const SAFE_DIGITS: usize = 19;

/// The length of the number literal at the start of `source`, which begins with a digit or with a dot and a digit.
/// Like LuaJIT's lexer it takes whatever resembles a number, so that "3x" is one malformed literal.
pub fn literal_len(source: &[u8]) -> usize {
    let mut exponent = b'e';
    let mut last = 0;
    let mut len = 0;
    if source.first() == Some(&b'0') {
        len = 1;
        last = b'0';
        while source.get(len) == Some(&b'_') {
            len += 1;
        }
        if source.get(len).is_some_and(|c| c | 0x20 == b'x') {
            exponent = b'p';
        }
    }
    while let Some(&c) = source.get(len) {
        let part = c.is_ascii_alphanumeric()
            || c >= 0x80
            || matches!(c, b'_' | b'.')
            || (matches!(c, b'+' | b'-') && last | 0x20 == exponent);
        if !part {
            break;
        }
        if c != b'_' {
            last = c;
        }
        len += 1;
    }
    len
}

/// The value of a literal (of [`literal_len`] bytes), or `None` where it is malformed.
pub fn scan_literal(text: &[u8]) -> Option<Literal> {
    if text.contains(&b'_') {
        scan::<true>(text, true)
    } else {
        scan::<false>(text, true)
    }
}

/// The number that a string stands for, as arithmetic and `tonumber` take it.
pub fn parse(text: &[u8]) -> Option<f64> {
    match scan::<false>(text, false) {
        Some(Literal::Number(n)) => Some(n),
        _ => None,
    }
}

/// The integer that a string stands for in a base from 2 to 36, as `tonumber(text, base)` takes it: too large
/// numbers saturate at 2^64 - 1, and a NUL ends the text.
pub fn parse_base(text: &[u8], base: u32) -> Option<f64> {
    let mut c = Cursor::<false>::new(text);
    c.skip_blanks();
    let negative = c.sign();
    if !c.peek().is_ascii_alphanumeric() {
        return None;
    }
    let prefix = match base {
        16 => b'x',
        _ => 0,
    };
    if prefix != 0 && c.peek() == b'0' {
        let mut after = c;
        after.bump();
        if after.peek() | 0x20 == prefix {
            after.bump();
            if digit(after.peek(), base).is_some() {
                c = after;
            }
        }
    }
    let mut value = u64::from(digit(c.peek(), base)?);
    c.bump();
    let mut overflow = false;
    while let Some(d) = digit(c.peek(), base) {
        match value
            .checked_mul(u64::from(base))
            .and_then(|v| v.checked_add(u64::from(d)))
        {
            Some(v) => value = v,
            None => overflow = true,
        }
        c.bump();
    }
    c.skip_blanks();
    if c.peek() != 0 {
        return None;
    }
    let n = if overflow { u64::MAX } else { value } as f64;
    Some(if negative { -n } else { n })
}

/// The digit that a character is in a base up to 36.
fn digit(c: u8, base: u32) -> Option<u32> {
    char::from(c).to_digit(base)
}

/// Is it a blank of the C locale?
fn is_blank(c: u8) -> bool {
    matches!(c, b' ' | b'\t'..=b'\r')
}

/// A position in the text. With `SKIP` it sees no underscores.
#[derive(Clone, Copy)]
struct Cursor<'a, const SKIP: bool> {
    rest: &'a [u8],
}

impl<'a, const SKIP: bool> Cursor<'a, SKIP> {
    fn new(rest: &'a [u8]) -> Self {
        let mut cursor = Cursor { rest };
        cursor.skip_underscores();
        cursor
    }

    #[inline(always)]
    fn skip_underscores(&mut self) {
        if SKIP {
            while let [b'_', rest @ ..] = self.rest {
                self.rest = rest;
            }
        }
    }

    /// The byte here, 0 at the end.
    #[inline(always)]
    fn peek(&self) -> u8 {
        match self.rest {
            [c, ..] => *c,
            [] => 0,
        }
    }

    #[inline(always)]
    fn bump(&mut self) {
        if let [_, rest @ ..] = self.rest {
            self.rest = rest;
            self.skip_underscores();
        }
    }

    fn skip_blanks(&mut self) {
        while is_blank(self.peek()) {
            self.bump();
        }
    }

    /// Skips a sign; is it minus?
    fn sign(&mut self) -> bool {
        let c = self.peek();
        if matches!(c, b'+' | b'-') {
            self.bump();
        }
        c == b'-'
    }

    /// Skips a letter given in lower case, in either case.
    fn letter(&mut self, lower: u8) -> bool {
        let found = self.peek() | 0x20 == lower;
        if found {
            self.bump();
        }
        found
    }

    /// Skips a word of either case, or nothing of it.
    fn word(&mut self, word: &[u8]) -> bool {
        let mut after = *self;
        if word.iter().all(|&w| after.letter(w)) {
            *self = after;
            return true;
        }
        false
    }

    /// Skips the next digit of a run of digits with at most one point among them.
    fn next_digit(&mut self) -> u8 {
        if self.peek() == b'.' {
            self.bump();
        }
        let c = self.peek();
        self.bump();
        c
    }

    /// Is there nothing but blanks left?
    fn at_end(mut self) -> bool {
        self.skip_blanks();
        self.rest.is_empty()
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Radix {
    Binary,
    Decimal,
    Hexadecimal,
}

#[derive(Clone, Copy, PartialEq)]
enum Format {
    Integer,
    Number,
    Imaginary,
    Int64,
    Uint64,
}

fn scan<const SKIP: bool>(text: &[u8], suffixes: bool) -> Option<Literal> {
    let mut c = Cursor::<SKIP>::new(text);
    let mut negative = false;
    if !c.peek().is_ascii_digit() {
        c.skip_blanks();
        negative = c.sign();
        if c.peek() >= b'A' {
            return scan_word(c, negative);
        }
    }

    let mut radix = Radix::Decimal;
    if c.peek() == b'0' {
        let mut after = c;
        after.bump();
        if after.letter(b'x') {
            radix = Radix::Hexadecimal;
            c = after;
        } else if after.letter(b'b') {
            radix = Radix::Binary;
            c = after;
        }
    }

    // Zeros before the first significant digit; a point may be among them.
    let mut any = false;
    let mut point = false;
    let mut fraction: i64 = 0;
    loop {
        match c.peek() {
            b'0' => {
                any = true;
                fraction += i64::from(point);
            }
            b'.' if point => return None,
            b'.' => point = true,
            _ => break,
        }
        c.bump();
    }

    let digits = c;
    let mut count: usize = 0;
    let mut mantissa: u64 = 0;
    let mut trailing: i64 = 0;
    loop {
        let b = c.peek();
        let is_digit = match radix {
            Radix::Hexadecimal => b.is_ascii_hexdigit(),
            _ => b.is_ascii_digit(),
        };
        if is_digit {
            count += 1;
            if count <= SAFE_DIGITS {
                mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(b & 15));
            }
            if point {
                fraction += 1;
                trailing = if b == b'0' { trailing + 1 } else { 0 };
            }
        } else if b == b'.' {
            if point {
                return None;
            }
            point = true;
        } else {
            break;
        }
        c.bump();
    }
    if !any && count == 0 {
        return None;
    }

    let mut format = Format::Integer;
    if point {
        if radix == Radix::Binary || (count > 0 && fraction - trailing >= MAX_EXPONENT) {
            return None;
        }
        format = Format::Number;
    }
    let mut exponent = 0;
    let marker = match radix {
        Radix::Hexadecimal => b'p',
        Radix::Decimal => b'e',
        Radix::Binary => 0,
    };
    if marker != 0 && c.letter(marker) {
        format = Format::Number;
        exponent = scan_exponent(&mut c)?;
    }
    if !c.rest.is_empty() {
        if suffixes {
            format = scan_suffix(&mut c, format)?;
        }
        if !c.at_end() {
            return None;
        }
    }

    if matches!(format, Format::Int64 | Format::Uint64) {
        let x = match radix {
            Radix::Binary => integer(digits, count, 2)?,
            Radix::Decimal => integer(digits, count, 10)?,
            Radix::Hexadecimal => integer(digits, count, 16)?,
        };
        let x = if negative { x.wrapping_neg() } else { x };
        return Some(match format {
            Format::Int64 => Literal::Int64(x as i64),
            _ => Literal::Uint64(x),
        });
    }
    let n = match radix {
        Radix::Binary if count > 64 => return None,
        Radix::Binary => integer(digits, count, 2)? as f64,
        Radix::Hexadecimal => hexadecimal(digits, count, exponent - 4 * fraction),
        Radix::Decimal if count <= SAFE_DIGITS => decimal(mantissa, exponent - fraction),
        Radix::Decimal => long_decimal(digits, count, exponent - fraction),
    };
    let n = if negative { -n } else { n };
    Some(match format {
        Format::Imaginary => Literal::Imaginary(n),
        _ => Literal::Number(n),
    })
}

/// "inf", "infinity" or "nan".
fn scan_word<const SKIP: bool>(mut c: Cursor<'_, SKIP>, negative: bool) -> Option<Literal> {
    let n = if c.word(b"inf") {
        c.word(b"inity");
        if negative {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        }
    } else if c.word(b"nan") {
        f64::NAN
    } else {
        return None;
    };
    c.at_end().then_some(Literal::Number(n))
}

/// The number after an exponent's marker.
fn scan_exponent<const SKIP: bool>(c: &mut Cursor<'_, SKIP>) -> Option<i64> {
    let negative = c.sign();
    if !c.peek().is_ascii_digit() {
        return None;
    }
    let mut x = i64::from(c.peek() & 15);
    c.bump();
    while c.peek().is_ascii_digit() {
        x = x * 10 + i64::from(c.peek() & 15);
        if x >= MAX_EXPONENT {
            return None;
        }
        c.bump();
    }
    Some(if negative { -x } else { x })
}

/// `i`, or for integers `LL`, `ULL`, `LLU`, in either case.
fn scan_suffix<const SKIP: bool>(c: &mut Cursor<'_, SKIP>, format: Format) -> Option<Format> {
    if c.letter(b'i') {
        return Some(Format::Imaginary);
    }
    if format != Format::Integer {
        return Some(format);
    }
    let mut unsigned = c.letter(b'u');
    if !c.word(b"ll") {
        // Single letters are for C.
        return (!unsigned && c.peek() | 0x20 != b'l').then_some(format);
    }
    if !unsigned {
        unsigned = c.letter(b'u');
    }
    Some(if unsigned {
        Format::Uint64
    } else {
        Format::Int64
    })
}

/// `count` digits as an integer, unless it needs more than 64 bits.
fn integer<const SKIP: bool>(mut c: Cursor<'_, SKIP>, count: usize, base: u32) -> Option<u64> {
    let mut x: u64 = 0;
    for _ in 0..count {
        let d = digit(c.next_digit(), base)?;
        x = x.checked_mul(u64::from(base))?.checked_add(u64::from(d))?;
    }
    Some(x)
}

/// `count` hexadecimal digits times 2^exponent.
fn hexadecimal<const SKIP: bool>(mut c: Cursor<'_, SKIP>, count: usize, mut exponent: i64) -> f64 {
    let mut x: u64 = 0;
    for i in 0..count {
        let d = u64::from(digit(c.next_digit(), 16).unwrap_or(0));
        if i < 16 {
            x = x << 4 | d;
        } else {
            x |= u64::from(d != 0);
            exponent += 4;
        }
    }
    scale_binary(x, exponent)
}

/// `x * 2^exponent`, rounded to nearest, ties to even. The lowest bit of an `x` of 55 bits or more may stand for
/// what was dropped below it.
fn scale_binary(x: u64, exponent: i64) -> f64 {
    if x == 0 {
        return 0.0;
    }
    let shift = x.leading_zeros();
    let x = x << shift;
    let top = exponent + 63 - i64::from(shift);
    if top > 1023 {
        return f64::INFINITY;
    }
    if top < -1075 {
        return 0.0;
    }
    let normal = top >= -1022;
    let dropped = if normal {
        11
    } else {
        11 + (-1022 - top) as u32
    };
    let (kept, rest) = if dropped < 64 {
        (x >> dropped, x << (64 - dropped))
    } else {
        (0, x)
    };
    const HALF: u64 = 1 << 63;
    let up = rest > HALF || (rest == HALF && kept & 1 == 1);
    let biased = if normal { (top + 1022) as u64 } else { 0 };
    f64::from_bits((biased << 52) + kept + u64::from(up))
}

/// `mantissa * 10^exponent`.
#[inline]
fn decimal(mantissa: u64, exponent: i64) -> f64 {
    const POWERS: [f64; 23] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];
    if exponent == 0 {
        return mantissa as f64;
    }
    // Both factors are exact, so that the one rounding is the right one (W. D. Clinger, 1990).
    if mantissa < 1 << 53
        && let Some(power) = POWERS.get(exponent.unsigned_abs() as usize)
    {
        let n = mantissa as f64;
        return if exponent < 0 { n / power } else { n * power };
    }
    short_decimal(mantissa, exponent)
}

#[inline(never)]
fn short_decimal(mantissa: u64, exponent: i64) -> f64 {
    let mut text = DecimalText::<32>::new();
    text.push_integer(mantissa);
    text.value(exponent)
}

/// `count` decimal digits, the first of them not zero, times 10^exponent.
#[cold]
#[inline(never)]
fn long_decimal<const SKIP: bool>(mut c: Cursor<'_, SKIP>, count: usize, mut exponent: i64) -> f64 {
    let mut text = DecimalText::<{ MAX_DIGITS + 32 }>::new();
    let mut sticky = false;
    for i in 0..count {
        let d = c.next_digit();
        if i < MAX_DIGITS {
            text.push(d);
        } else {
            sticky |= d != b'0';
        }
    }
    if count > MAX_DIGITS {
        exponent += (count - MAX_DIGITS) as i64;
        if sticky {
            text.push(b'1');
            exponent -= 1;
        }
    }
    text.value(exponent)
}

/// Room for digits and an exponent in the form that `core` reads.
struct DecimalText<const ROOM: usize> {
    bytes: [u8; ROOM],
    len: usize,
}

impl<const ROOM: usize> DecimalText<ROOM> {
    fn new() -> Self {
        DecimalText {
            bytes: [0; ROOM],
            len: 0,
        }
    }

    fn push(&mut self, c: u8) {
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = c;
            self.len += 1;
        }
    }

    fn push_integer(&mut self, x: u64) {
        for &d in digits::integer(x, &mut IntegerBuffer::default()) {
            self.push(d);
        }
    }

    /// The digits so far times 10^exponent.
    fn value(mut self, exponent: i64) -> f64 {
        let magnitude = self.len as i64 + exponent;
        if magnitude > 400 {
            return if self.bytes[0] == b'0' {
                0.0
            } else {
                f64::INFINITY
            };
        }
        if magnitude < -400 {
            return 0.0;
        }
        self.push(b'e');
        if exponent < 0 {
            self.push(b'-');
        }
        self.push_integer(exponent.unsigned_abs());
        core::str::from_utf8(&self.bytes[..self.len])
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests;
