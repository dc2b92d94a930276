//! The conversions of `string.format` for numbers: `%d %u %o %x`, `%e %f %g %a`, with C's flags, width and precision.
//!
//! ```
//! use perilune::number::format::{Sink, Spec, FloatStyle, float};
//! struct Text(Vec<u8>);
//! impl Sink for Text {
//!     type Error = std::convert::Infallible;
//!     fn put(&mut self, bytes: &[u8]) -> Result<(), Self::Error> {
//!         self.0.extend_from_slice(bytes);
//!         Ok(())
//!     }
//! }
//! let mut out = Text(Vec::new());
//! let spec = Spec { width: 8, precision: Some(2), ..Spec::default() };
//! float(&mut out, FloatStyle::Fixed, &spec, 2.675)?;
//! assert_eq!(out.0, b"    2.67");
//! # Ok::<(), std::convert::Infallible>(())
//! ```

use super::digits::{self, ExactDigits, FAST_DIGITS, IntegerBuffer};

/// Where formatted text goes.
pub trait Sink {
    /// Why bytes couldn't be taken.
    type Error;
    /// Takes bytes.
    fn put(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;
    /// Takes a byte `count` times.
    fn fill(&mut self, byte: u8, count: usize) -> Result<(), Self::Error> {
        let chunk = [byte; 32];
        let mut left = count;
        while left > 0 {
            let n = left.min(chunk.len());
            self.put(&chunk[..n])?;
            left -= n;
        }
        Ok(())
    }
}

/// Flags, width and precision of a conversion.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Spec {
    /// `-`
    pub left: bool,
    /// `+`
    pub plus: bool,
    /// `0`
    pub zero: bool,
    /// a blank
    pub space: bool,
    /// `#`
    pub alternate: bool,
    /// The conversion's letter was upper case.
    pub upper: bool,
    /// The least width.
    pub width: u8,
    /// The precision, up to 99.
    pub precision: Option<u8>,
}

impl Spec {
    /// The sign of a number.
    fn sign(&self, negative: bool) -> &'static [u8] {
        if negative {
            b"-"
        } else if self.plus {
            b"+"
        } else if self.space {
            b" "
        } else {
            b""
        }
    }

    /// How much is to be added to a text of this length.
    fn padding(&self, len: usize) -> usize {
        usize::from(self.width).saturating_sub(len)
    }
}

/// Text of a known length, padded to the width.
fn padded<S: Sink>(
    sink: &mut S,
    spec: &Spec,
    len: usize,
    put: impl FnOnce(&mut S) -> Result<(), S::Error>,
) -> Result<(), S::Error> {
    let padding = spec.padding(len);
    if !spec.left && padding > 0 {
        sink.fill(b' ', padding)?;
    }
    put(sink)?;
    if spec.left && padding > 0 {
        sink.fill(b' ', padding)?;
    }
    Ok(())
}

/// `%s`: the precision cuts.
#[inline]
pub fn string<S: Sink>(sink: &mut S, spec: &Spec, text: &[u8]) -> Result<(), S::Error> {
    let text = match spec.precision {
        Some(p) => &text[..text.len().min(p.into())],
        None => text,
    };
    padded(sink, spec, text.len(), |sink| sink.put(text))
}

/// How an integer is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IntegerStyle {
    /// `%d`
    Signed,
    /// `%u`
    Unsigned,
    /// `%o`
    Octal,
    /// `%x`
    Hexadecimal,
}

/// `%d %u %o %x` of 64 bits.
pub fn integer<S: Sink>(
    sink: &mut S,
    style: IntegerStyle,
    spec: &Spec,
    value: u64,
) -> Result<(), S::Error> {
    let mut magnitude = value;
    let mut prefix: &[u8] = b"";
    if style == IntegerStyle::Signed {
        let negative = (value as i64) < 0;
        if negative {
            magnitude = value.wrapping_neg();
        }
        prefix = spec.sign(negative);
    }
    let mut decimal = IntegerBuffer::default();
    let mut other = [0; 23];
    let digits: &[u8] = match style {
        _ if magnitude == 0 => {
            let octal_zero = style == IntegerStyle::Octal && spec.alternate;
            if spec.precision == Some(0) && !octal_zero {
                b""
            } else {
                b"0"
            }
        }
        IntegerStyle::Signed | IntegerStyle::Unsigned => digits::integer(magnitude, &mut decimal),
        IntegerStyle::Hexadecimal => {
            if spec.alternate {
                prefix = if spec.upper { b"0X" } else { b"0x" };
            }
            radix(magnitude, 4, spec.upper, false, &mut other)
        }
        IntegerStyle::Octal => radix(magnitude, 3, false, spec.alternate, &mut other),
    };
    let zeros = usize::from(spec.precision.unwrap_or(0)).saturating_sub(digits.len());
    let len = prefix.len() + zeros + digits.len();
    if spec.zero && !spec.left && spec.precision.is_none() {
        sink.put(prefix)?;
        sink.fill(b'0', spec.padding(len))?;
        return sink.put(digits);
    }
    padded(sink, spec, len, |sink| {
        sink.put(prefix)?;
        sink.fill(b'0', zeros)?;
        sink.put(digits)
    })
}

/// The digits of an integer in base 2^bits, at the end of `buffer`, with a zero before them if asked for.
fn radix(mut x: u64, bits: u32, upper: bool, zero: bool, buffer: &mut [u8; 23]) -> &[u8] {
    let alphabet = if upper {
        b"0123456789ABCDEF"
    } else {
        b"0123456789abcdef"
    };
    let mut at = buffer.len();
    while x != 0 {
        at -= 1;
        buffer[at] = alphabet[(x & ((1 << bits) - 1)) as usize];
        x >>= bits;
    }
    if zero {
        at -= 1;
        buffer[at] = b'0';
    }
    &buffer[at..]
}

/// `%d`'s argument: truncated to 64 bits, as the processor does it.
pub fn to_i64(n: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&n) {
        n as i64
    } else {
        i64::MIN
    }
}

/// `%x`'s argument: negative numbers wrap, from 2^63 on the numbers up to 2^64 + 2^63 do.
pub fn to_u64(n: f64) -> u64 {
    const WRAP: f64 = 18_446_744_073_709_551_616.0;
    let i = to_i64(n);
    if i != i64::MIN {
        return i as u64;
    }
    to_i64(n - WRAP) as u64
}

/// How a float is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FloatStyle {
    /// `%e`
    Exponent,
    /// `%f`
    Fixed,
    /// `%g`
    General,
    /// `%a`
    Hexadecimal,
}

const DEFAULT_PRECISION: usize = 6;

/// `%e %f %g %a`.
pub fn float<S: Sink>(
    sink: &mut S,
    style: FloatStyle,
    spec: &Spec,
    n: f64,
) -> Result<(), S::Error> {
    let sign = spec.sign(n.is_sign_negative());
    let magnitude = n.abs();
    if !magnitude.is_finite() {
        return not_finite(sink, spec, n);
    }
    if style == FloatStyle::Hexadecimal {
        return hexadecimal(sink, spec, sign, magnitude);
    }
    let precision = spec.precision.map_or(DEFAULT_PRECISION, usize::from);
    let out = &mut Decimal { sink, spec, sign };
    match style {
        FloatStyle::Fixed => fixed(out, magnitude, precision),
        FloatStyle::General => general(out, magnitude, precision.max(1)),
        _ => with_significant(magnitude, precision + 1, |digits, exponent| {
            out.exponent(digits, exponent, precision)
        }),
    }
}

/// `inf` and `nan`; zeros don't pad them, and nan has no sign.
fn not_finite<S: Sink>(sink: &mut S, spec: &Spec, n: f64) -> Result<(), S::Error> {
    let (sign, name): (&[u8], _) = match (n.is_nan(), spec.upper) {
        (true, upper) => (
            if spec.space { b" " } else { b"" },
            if upper { b"NAN" } else { b"nan" },
        ),
        (false, upper) => (spec.sign(n < 0.0), if upper { b"INF" } else { b"inf" }),
    };
    padded(sink, spec, sign.len() + name.len(), |sink| {
        sink.put(sign)?;
        sink.put(name)
    })
}

/// Runs `put` on the digits of `n` (not negative, finite) rounded to `count` digits. Trailing zeros may be missing.
fn with_significant<R>(n: f64, count: usize, put: impl FnOnce(&[u8], i32) -> R) -> R {
    if n == 0.0 {
        return put(b"0", 0);
    }
    if count <= FAST_DIGITS as usize
        && let Some((x, exponent)) = digits::significant(n, count as u32)
    {
        return put(digits::integer(x, &mut IntegerBuffer::default()), exponent);
    }
    let (digits, exponent) = ExactDigits::significant(n, count);
    put(digits.digits(), exponent)
}

fn fixed<S: Sink>(out: &mut Decimal<'_, S>, n: f64, precision: usize) -> Result<(), S::Error> {
    if n == 0.0 {
        return out.fixed(b"", 0, precision);
    }
    let room = &mut IntegerBuffer::default();
    let exact;
    let digits: &[u8] = match digits::decimals(n, precision as u32) {
        Some(0) => b"",
        Some(x) => digits::integer(x, room),
        None => {
            exact = ExactDigits::decimals(n, precision);
            exact.digits()
        }
    };
    out.fixed(
        digits,
        digits.len() as i32 - 1 - precision as i32,
        precision,
    )
}

fn general<S: Sink>(out: &mut Decimal<'_, S>, n: f64, precision: usize) -> Result<(), S::Error> {
    with_significant(n, precision, |digits, exponent| {
        let mut digits = digits;
        let mut significant = precision as i32;
        if !out.spec.alternate {
            while let [rest @ .., b'0'] = digits {
                digits = rest;
            }
            significant = digits.len().max(1) as i32;
        }
        if exponent < -4 || exponent >= precision as i32 {
            out.exponent(digits, exponent, (significant - 1) as usize)
        } else {
            out.fixed(
                digits,
                exponent,
                (significant - 1 - exponent).max(0) as usize,
            )
        }
    })
}

/// The writer of decimal digits, which come without a point and may lack trailing zeros.
struct Decimal<'a, S> {
    sink: &'a mut S,
    spec: &'a Spec,
    sign: &'static [u8],
}

impl<S: Sink> Decimal<'_, S> {
    fn point(&self, precision: usize) -> &'static [u8] {
        if precision > 0 || self.spec.alternate {
            b"."
        } else {
            b""
        }
    }

    /// The first digit, `precision` digits after a point, and the exponent.
    fn exponent(&mut self, digits: &[u8], exponent: i32, precision: usize) -> Result<(), S::Error> {
        let (first, rest) = digits.split_at(digits.len().min(1));
        let rest = &rest[..rest.len().min(precision)];
        let point = self.point(precision);
        let mut tail = [b'e', b'+', b'0', 0, 0];
        if self.spec.upper {
            tail[0] = b'E';
        }
        if exponent < 0 {
            tail[1] = b'-';
        }
        let room = &mut IntegerBuffer::default();
        let power = digits::integer(exponent.unsigned_abs().into(), room);
        let start = if power.len() == 1 { 3 } else { 2 };
        let end = start + power.len().min(3);
        tail[start..end].copy_from_slice(&power[..end - start]);
        let len = self.sign.len() + 1 + point.len() + precision + end;
        self.signed(len, |sink| {
            sink.put(if first.is_empty() { b"0" } else { first })?;
            sink.put(point)?;
            sink.put(rest)?;
            sink.fill(b'0', precision - rest.len())?;
            sink.put(&tail[..end])
        })
    }

    /// The digits before the point and `precision` ones after it.
    fn fixed(&mut self, digits: &[u8], exponent: i32, precision: usize) -> Result<(), S::Error> {
        let point = self.point(precision);
        let before = usize::try_from(exponent + 1).unwrap_or(0);
        let (integer, fraction) = digits.split_at(digits.len().min(before));
        let leading = usize::try_from(-1 - exponent).unwrap_or(0).min(precision);
        let fraction = &fraction[..fraction.len().min(precision - leading)];
        let len = self.sign.len() + before.max(1) + point.len() + precision;
        self.signed(len, |sink| {
            if before == 0 {
                sink.put(b"0")?;
            } else {
                sink.put(integer)?;
                sink.fill(b'0', before - integer.len())?;
            }
            sink.put(point)?;
            sink.fill(b'0', leading)?;
            sink.put(fraction)?;
            sink.fill(b'0', precision - leading - fraction.len())
        })
    }

    /// The sign and the rest, `len` bytes together, padded with blanks or zeros.
    fn signed(
        &mut self,
        len: usize,
        put: impl FnOnce(&mut S) -> Result<(), S::Error>,
    ) -> Result<(), S::Error> {
        signed(self.sink, self.spec, self.sign, len, put)
    }
}

/// A prefix and the rest, `len` bytes together, padded with blanks before or after, or with zeros between them.
fn signed<S: Sink>(
    sink: &mut S,
    spec: &Spec,
    prefix: &[u8],
    len: usize,
    put: impl FnOnce(&mut S) -> Result<(), S::Error>,
) -> Result<(), S::Error> {
    if spec.zero && !spec.left {
        sink.put(prefix)?;
        sink.fill(b'0', spec.padding(len))?;
        return put(sink);
    }
    padded(sink, spec, len, |sink| {
        sink.put(prefix)?;
        put(sink)
    })
}

/// `%a`. A shortened significand rounds half up, as in LuaJIT, and may begin with 2.
fn hexadecimal<S: Sink>(sink: &mut S, spec: &Spec, sign: &[u8], n: f64) -> Result<(), S::Error> {
    const FRACTION_DIGITS: usize = 13;
    let bits = n.to_bits();
    let biased = (bits >> 52) as i32;
    let mut significand = bits & ((1 << 52) - 1);
    let mut exponent = 0;
    if biased != 0 {
        significand |= 1 << 52;
        exponent = biased - 1023;
    } else if significand != 0 {
        let shift = significand.leading_zeros() - 11;
        significand <<= shift;
        exponent = -1022 - shift as i32;
    }
    let precision = match spec.precision {
        None => FRACTION_DIGITS - (significand | 1 << 52).trailing_zeros() as usize / 4,
        Some(p) => usize::from(p),
    };
    if precision < FRACTION_DIGITS {
        significand += 1 << (51 - 4 * precision);
    }

    let alphabet = if spec.upper {
        b"0123456789ABCDEF"
    } else {
        b"0123456789abcdef"
    };
    let mut text = [0; 2 + FRACTION_DIGITS];
    text[0] = b'0' + (significand >> 52) as u8;
    let mut at = 1;
    if precision > 0 || spec.alternate {
        text[at] = b'.';
        at += 1;
    }
    let shown = precision.min(FRACTION_DIGITS);
    for i in 0..shown {
        text[at] = alphabet[(significand >> (48 - 4 * i) & 15) as usize];
        at += 1;
    }
    let zeros = precision - shown;
    let room = &mut IntegerBuffer::default();
    let power = digits::integer(exponent.unsigned_abs().into(), room);
    let mut prefix = [0; 3];
    prefix[..sign.len()].copy_from_slice(sign);
    let prefix_len = sign.len() + 2;
    prefix[sign.len()..prefix_len].copy_from_slice(if spec.upper { b"0X" } else { b"0x" });
    let marker: &[u8] = match (spec.upper, exponent < 0) {
        (false, false) => b"p+",
        (false, true) => b"p-",
        (true, false) => b"P+",
        (true, true) => b"P-",
    };
    let len = prefix_len + at + zeros + marker.len() + power.len();
    signed(sink, spec, &prefix[..prefix_len], len, |sink| {
        sink.put(&text[..at])?;
        sink.fill(b'0', zeros)?;
        sink.put(marker)?;
        sink.put(power)
    })
}

#[cfg(test)]
mod tests;
