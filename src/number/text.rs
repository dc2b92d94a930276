//! Numbers as `tostring` and `..` show them: `%.14g`, with `nan`, `inf`, `-inf` and `-0`.

use super::digits::{self, ExactDigits, IntegerBuffer};

/// Room for any number's text.
pub type TextBuffer = [u8; 32];

const SIGNIFICANT: i32 = 14;
/// From here on numbers have an exponent.
const LARGE: f64 = 1e14;

/// The text of a number.
///
/// ```
/// use perilune::number::{TextBuffer, to_text};
/// let mut buffer = TextBuffer::default();
/// assert_eq!(to_text(0.1 + 0.2, &mut buffer), b"0.3");
/// assert_eq!(to_text(-1e15, &mut buffer), b"-1e+15");
/// ```
#[inline]
pub fn to_text(n: f64, buffer: &mut TextBuffer) -> &[u8] {
    let i = n as i32;
    // Minus zero isn't an integer here.
    if f64::from(i).to_bits() == n.to_bits() {
        return int_to_text(i, buffer);
    }
    float_to_text(n, buffer)
}

/// The text of an integer.
#[inline]
pub fn int_to_text(i: i32, buffer: &mut TextBuffer) -> &[u8] {
    // The digits go where the buffer ends, and a sign before them.
    let mut first = buffer.len();
    if let Some(end) = buffer.last_chunk_mut() {
        first -= digits::integer(i.unsigned_abs().into(), end).len();
    }
    if i < 0 {
        first -= 1;
        buffer[first] = b'-';
    }
    &buffer[first..]
}

fn float_to_text(n: f64, buffer: &mut TextBuffer) -> &[u8] {
    let mut out = Out { buffer, len: 0 };
    if n.is_nan() {
        out.extend(b"nan");
        return out.finish();
    }
    if n.is_sign_negative() {
        out.push(b'-');
    }
    let n = n.abs();
    if n == 0.0 || n == f64::INFINITY {
        out.extend(if n == 0.0 { b"0" } else { b"inf" });
        return out.finish();
    }
    let mut room = IntegerBuffer::default();
    if n < LARGE && (n as u64) as f64 == n {
        out.extend(digits::integer(n as u64, &mut room));
        return out.finish();
    }
    if let Some((x, exponent)) = digits::significant(n, SIGNIFICANT as u32) {
        out.number(digits::integer(strip_zeros(x), &mut room), exponent);
    } else {
        let (digits, exponent) = ExactDigits::significant(n, SIGNIFICANT as usize);
        let mut digits = digits.digits();
        while let [rest @ .., b'0'] = digits {
            digits = rest;
        }
        out.number(digits, exponent);
    }
    out.finish()
}

/// Drops the trailing zeros of a number of 14 digits.
#[inline]
fn strip_zeros(mut x: u64) -> u64 {
    for power in [100_000_000, 10_000, 100, 10] {
        if x.is_multiple_of(power) {
            x /= power;
        }
    }
    x
}

/// A text in the making.
struct Out<'a> {
    buffer: &'a mut TextBuffer,
    len: usize,
}

impl<'a> Out<'a> {
    #[inline(always)]
    fn push(&mut self, c: u8) {
        if let Some(place) = self.buffer.get_mut(self.len) {
            *place = c;
            self.len += 1;
        }
    }

    #[inline(always)]
    fn extend(&mut self, bytes: &[u8]) {
        if let Some(place) = self.buffer.get_mut(self.len..self.len + bytes.len()) {
            place.copy_from_slice(bytes);
            self.len += bytes.len();
        }
    }

    fn fill(&mut self, count: usize) {
        for _ in 0..count {
            self.push(b'0');
        }
    }

    /// Digits without trailing zeros, the first of them times 10^exponent.
    #[inline]
    fn number(&mut self, digits: &[u8], exponent: i32) {
        let mut room = IntegerBuffer::default();
        if !(-4..SIGNIFICANT).contains(&exponent) {
            let (first, rest) = digits.split_at(digits.len().min(1));
            self.extend(first);
            if !rest.is_empty() {
                self.push(b'.');
                self.extend(rest);
            }
            self.push(b'e');
            self.push(if exponent < 0 { b'-' } else { b'+' });
            let exponent = exponent.unsigned_abs();
            if exponent < 10 {
                self.push(b'0');
            }
            self.extend(digits::integer(exponent.into(), &mut room));
        } else if exponent < 0 {
            self.extend(b"0.");
            self.fill((-1 - exponent) as usize);
            self.extend(digits);
        } else {
            let before = exponent as usize + 1;
            let (integer, fraction) = digits.split_at(digits.len().min(before));
            self.extend(integer);
            self.fill(before - integer.len());
            if !fraction.is_empty() {
                self.push(b'.');
                self.extend(fraction);
            }
        }
    }

    fn finish(self) -> &'a [u8] {
        &self.buffer[..self.len]
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    fn text(n: f64) -> std::string::String {
        let mut buffer = TextBuffer::default();
        std::string::String::from_utf8(to_text(n, &mut buffer).to_vec()).unwrap()
    }

    #[test]
    fn numbers_print_as_in_luajit() {
        for line in include_str!("expected/tostring.txt").lines() {
            let (bits, expected) = line.split_once('\t').unwrap();
            let n = f64::from_bits(bits.parse().unwrap());
            assert_eq!(text(n), expected, "{n:e}");
        }
    }

    #[test]
    fn non_finite_numbers_have_names() {
        assert_eq!(text(f64::NAN), "nan");
        assert_eq!(text(-f64::NAN), "nan");
        assert_eq!(text(f64::INFINITY), "inf");
        assert_eq!(text(f64::NEG_INFINITY), "-inf");
        assert_eq!(text(-0.0), "-0");
    }

    #[test]
    fn every_int_fits() {
        for i in [0, 1, -1, 9, 10, 99, 100, i32::MAX, i32::MIN] {
            assert_eq!(text(i.into()), std::format!("{i}"));
        }
    }
}
