//! Numbers in input streams, as C's `scanf("%lf")` reads them: the longest beginning of a number is consumed, and
//! nothing behind it.

extern crate alloc;

use alloc::vec::Vec;

use super::stream::Stream;
use crate::host::{Host, HostError};

/// A stream seen byte by byte, with the text of the number so far.
struct Scanner<'a> {
    stream: &'a mut Stream,
    host: &'a mut dyn Host,
    text: Vec<u8>,
}

impl Scanner<'_> {
    fn peek(&mut self) -> Result<Option<u8>, HostError> {
        if let Some(&byte) = self.stream.available().first() {
            return Ok(Some(byte));
        }
        Ok(self.stream.fill(self.host)?.first().copied())
    }
    /// Consumes the next byte if it fits.
    fn accept(&mut self, fits: impl Fn(u8) -> bool) -> Result<Option<u8>, HostError> {
        match self.peek()? {
            Some(byte) if fits(byte) => {
                self.stream.consume(1);
                self.text
                    .try_reserve(1)
                    .map_err(|_| HostError::OutOfMemory)?;
                self.text.push(byte);
                Ok(Some(byte))
            }
            _ => Ok(None),
        }
    }
    /// Consumes the rest of a word whose first letter has been consumed. A letter that doesn't fit is lost, as in C.
    fn word(&mut self, rest: &[u8]) -> Result<bool, HostError> {
        for letter in rest {
            match self.accept(|_| true)? {
                Some(byte) if byte.eq_ignore_ascii_case(letter) => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
    fn digits(&mut self, fits: impl Fn(u8) -> bool) -> Result<bool, HostError> {
        let mut any = false;
        while self.accept(&fits)?.is_some() {
            any = true;
        }
        Ok(any)
    }
}

/// What was scanned.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Scanned {
    /// No number.
    Nothing,
    /// A number's text: a sign or none, decimal or `0x`, always complete.
    Text(Vec<u8>),
    /// An infinity or a NaN that was written as a word.
    Word(f64),
}

/// Reads a number.
pub(super) fn number(stream: &mut Stream, host: &mut dyn Host) -> Result<Scanned, HostError> {
    let mut s = Scanner {
        stream,
        host,
        text: Vec::new(),
    };
    while let Some(b' ' | b'\t'..=b'\r') = s.peek()? {
        s.stream.consume(1);
    }
    let negative = s.accept(|b| b == b'-' || b == b'+')? == Some(b'-');
    let signed = |n: f64| Scanned::Word(if negative { -n } else { n });
    if s.accept(|b| b.eq_ignore_ascii_case(&b'n'))?.is_some() {
        return Ok(if s.word(b"an")? {
            signed(f64::NAN)
        } else {
            Scanned::Nothing
        });
    }
    if s.accept(|b| b.eq_ignore_ascii_case(&b'i'))?.is_some() {
        if !s.word(b"nf")? {
            return Ok(Scanned::Nothing);
        }
        if s.accept(|b| b.eq_ignore_ascii_case(&b'i'))?.is_some() && !s.word(b"nity")? {
            return Ok(Scanned::Nothing);
        }
        return Ok(signed(f64::INFINITY));
    }

    let zero = s.accept(|b| b == b'0')?.is_some();
    let hexadecimal = zero && s.accept(|b| b.eq_ignore_ascii_case(&b'x'))?.is_some();
    let fits = move |b: u8| {
        if hexadecimal {
            b.is_ascii_hexdigit()
        } else {
            b.is_ascii_digit()
        }
    };
    let mut any = s.digits(fits)? || (zero && !hexadecimal);
    let point = s.accept(|b| b == b'.')?.is_some();
    any |= point && s.digits(fits)?;
    if !any {
        // glibc takes "0x." for a zero, but not "0x".
        return Ok(if hexadecimal && point {
            signed(0.0)
        } else {
            Scanned::Nothing
        });
    }
    let end = s.text.len();
    let exponent = if hexadecimal { b'p' } else { b'e' };
    if s.accept(|b| b.eq_ignore_ascii_case(&exponent))?.is_some() {
        s.accept(|b| b == b'-' || b == b'+')?;
        if !s.digits(|b| b.is_ascii_digit())? {
            s.text.truncate(end);
        }
    }
    Ok(Scanned::Text(s.text))
}
