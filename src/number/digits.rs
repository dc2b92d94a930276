//! Decimal digits of doubles, correctly rounded (nearest, ties to even).
//!
//! The fast way multiplies the significand by a 64-bit approximation of a power of ten and gives up where the error
//! could change the rounding, as fixed-precision Grisu does (F. Loitsch, "Printing floating-point numbers quickly and
//! accurately with integers", PLDI 2010). It settles all but about one in 10,000 of the numbers printed with 14 digits.
//! The exact way is `core`'s formatter.

use core::fmt::{self, Write};

/// Most significant digits the fast way takes.
pub const FAST_DIGITS: u32 = 17;

const MIN_POWER: i32 = -325;
const MAX_POWER: i32 = 342;
const POWERS: usize = (MAX_POWER - MIN_POWER + 1) as usize;

/// The upper 64 bits of the normalised powers of ten, rounded down. Up to 10^27 they are exact.
static POWERS_OF_TEN: [u64; POWERS] = powers_of_ten();
/// Powers of ten up to this are exact in the table.
const EXACT_POWER: i32 = 27;

const fn powers_of_ten() -> [u64; POWERS] {
    let mut table = [0; POWERS];
    // 128 bits are carried along. A step loses less than 8 of the last bit's units, all of them together less
    // than 2^12, which doesn't reach the 64 bits that are kept but for a chance in 2^52.
    let mut x: u128 = 1 << 127;
    let mut i = -MIN_POWER as usize;
    while i < POWERS {
        table[i] = (x >> 64) as u64;
        let (sum, carry) = x.overflowing_add(x >> 2);
        x = if carry { sum >> 1 | 1 << 127 } else { sum };
        i += 1;
    }
    let mut x: u128 = 1 << 127;
    let mut i = -MIN_POWER as usize;
    while i > 0 {
        i -= 1;
        x /= 5;
        x <<= x.leading_zeros();
        table[i] = (x >> 64) as u64;
    }
    table
}

/// Integer powers of ten.
pub const TEN_TO: [u64; 20] = {
    let mut table = [1; 20];
    let mut i = 1;
    while i < 20 {
        table[i] = table[i - 1] * 10;
        i += 1;
    }
    table
};

/// A positive finite number as `significand * 2^exponent`, the significand's highest bit set.
fn normalise(n: f64) -> (u64, i32) {
    let bits = n.to_bits();
    let biased = (bits >> 52) as i32 & 0x7ff;
    let fraction = bits & ((1 << 52) - 1);
    let (m, e) = if biased == 0 {
        (fraction, -1074)
    } else {
        (fraction | 1 << 52, biased - 1075)
    };
    let shift = m.leading_zeros();
    (m << shift, e - shift as i32)
}

/// `n * 10^power` rounded to an integer; `None` where that isn't certain or exceeds about 2^60.
#[inline]
fn scale(m: u64, e: i32, power: i32) -> Option<u64> {
    let p = *POWERS_OF_TEN.get(power.checked_sub(MIN_POWER)? as usize)?;
    // floor(power * log2(10)), right for |power| < 1000.
    let p_exponent = ((power * 1_741_647) >> 19) - 63;
    let product = u128::from(m) * u128::from(p);
    let fraction_bits = -(e + p_exponent);
    if fraction_bits < 68 {
        return None;
    }
    if fraction_bits > 128 {
        return Some(0);
    }
    let (integer, fraction) = if fraction_bits == 128 {
        (0, product)
    } else {
        (
            (product >> fraction_bits) as u64,
            product << (128 - fraction_bits),
        )
    };
    // What the table's rounding may lack, in the same fixed point as `fraction`.
    let error = if (0..=EXACT_POWER).contains(&power) {
        0
    } else {
        1u128 << (65 + 128 - fraction_bits)
    };
    const HALF: u128 = 1 << 127;
    if fraction > HALF {
        Some(integer + 1)
    } else if fraction + error < HALF {
        Some(integer)
    } else if error == 0 {
        Some(integer + (integer & 1))
    } else {
        None
    }
}

/// `n` (positive, finite) rounded to `count` significant digits, 1 to 17: the digits as an integer, and the power of
/// ten of the first digit. `None` where the fast way isn't certain.
#[inline]
pub fn significant(n: f64, count: u32) -> Option<(u64, i32)> {
    debug_assert!((1..=FAST_DIGITS).contains(&count));
    let (m, e) = normalise(n);
    // log2 from below in 32.32 bits, the significand taken linearly, less what the factor's rounding may add to log10.
    let log2 = (i64::from(e + 63) << 32) + ((m << 1) >> 32) as i64 - (1 << 10);
    let mut exponent = ((i128::from(log2) * 1_292_913_986) >> 64) as i32;
    let limit = TEN_TO[count as usize];
    // The estimate is seldom 1 too low, and never off otherwise.
    for _ in 0..2 {
        let x = scale(m, e, count as i32 - 1 - exponent)?;
        if x > limit {
            exponent += 1;
        } else if x == limit {
            return Some((limit / 10, exponent + 1));
        } else {
            return Some((x, exponent));
        }
    }
    None
}

/// `n` (positive, finite) times 10^decimals, rounded to an integer. `None` where the fast way isn't certain.
#[inline]
pub fn decimals(n: f64, decimals: u32) -> Option<u64> {
    let (m, e) = normalise(n);
    scale(m, e, decimals as i32)
}

/// The two digits of the numbers below 100.
static PAIRS: [[u8; 2]; 100] = {
    let mut table = [[0; 2]; 100];
    let mut i = 0;
    while i < 100 {
        table[i] = [b'0' + (i / 10) as u8, b'0' + (i % 10) as u8];
        i += 1;
    }
    table
};

/// Room for the digits of an integer.
pub type IntegerBuffer = [u8; 20];

/// The decimal digits of an integer, at the end of `buffer`.
#[inline]
pub fn integer(x: u64, buffer: &mut IntegerBuffer) -> &[u8] {
    let mut at = buffer.len();
    let mut x = x;
    while x >= 1 << 32 {
        let pair = PAIRS[(x % 100) as usize];
        x /= 100;
        at -= 2;
        buffer[at..at + 2].copy_from_slice(&pair);
    }
    let mut x = x as u32;
    while x >= 100 {
        let pair = PAIRS[(x % 100) as usize];
        x /= 100;
        at -= 2;
        buffer[at..at + 2].copy_from_slice(&pair);
    }
    if x >= 10 {
        at -= 2;
        buffer[at..at + 2].copy_from_slice(&PAIRS[x as usize]);
    } else {
        at -= 1;
        buffer[at] = b'0' + x as u8;
    }
    &buffer[at..]
}

/// Digits of the exact way: up to 309 before the point and 99 after it.
pub struct ExactDigits {
    bytes: [u8; 416],
    len: usize,
}

impl ExactDigits {
    fn new() -> Self {
        ExactDigits {
            bytes: [0; 416],
            len: 0,
        }
    }

    /// The digits, without a point.
    pub fn digits(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// `n` (positive, finite) rounded to `count` significant digits, with the power of ten of the first one.
    #[cold]
    #[inline(never)]
    pub fn significant(n: f64, count: usize) -> (ExactDigits, i32) {
        let mut digits = ExactDigits::new();
        let mut exponent = 0;
        // Writing can't fail: there is room for the sign-free digits, and nothing else is kept.
        let _ = write!(
            SplitExponent {
                digits: &mut digits,
                exponent: &mut exponent,
                state: State::Digits,
            },
            "{n:.*e}",
            count.saturating_sub(1)
        );
        (digits, exponent)
    }

    /// `n` (positive, finite) rounded to `count` digits after the point, without leading zeros.
    #[cold]
    #[inline(never)]
    pub fn decimals(n: f64, count: usize) -> ExactDigits {
        let mut digits = ExactDigits::new();
        let _ = write!(
            SplitExponent {
                digits: &mut digits,
                exponent: &mut 0,
                state: State::Digits,
            },
            "{n:.count$}"
        );
        digits
    }
}

enum State {
    Digits,
    Exponent,
    NegativeExponent,
}

/// Takes what `core` writes apart.
struct SplitExponent<'a> {
    digits: &'a mut ExactDigits,
    exponent: &'a mut i32,
    state: State,
}

impl fmt::Write for SplitExponent<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.bytes() {
            match (c, &self.state) {
                (b'.', _) => {}
                (b'e', _) => self.state = State::Exponent,
                (b'-', _) => self.state = State::NegativeExponent,
                (c, State::Exponent) => *self.exponent = *self.exponent * 10 + i32::from(c & 15),
                (c, State::NegativeExponent) => {
                    *self.exponent = *self.exponent * 10 - i32::from(c & 15)
                }
                (b'0', State::Digits) if self.digits.len == 0 => {}
                (c, State::Digits) => {
                    let len = self.digits.len;
                    if let Some(place) = self.digits.bytes.get_mut(len) {
                        *place = c;
                        self.digits.len = len + 1;
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The exact way is the reference.
    fn agrees(n: f64, count: u32) -> bool {
        let (digits, exponent) = ExactDigits::significant(n, count as usize);
        let fast = significant(n, count);
        if let Some((x, e)) = fast {
            let mut buffer = IntegerBuffer::default();
            assert_eq!(integer(x, &mut buffer), digits.digits(), "{n:e} to {count}");
            assert_eq!(e, exponent, "{n:e} to {count}");
        }
        fast.is_some()
    }

    #[test]
    fn powers_of_ten_and_their_neighbours() {
        for power in -323..309 {
            let n: f64 = std::format!("1e{power}").parse().unwrap();
            for n in [n.next_down(), n, n.next_up()] {
                for count in 1..=17 {
                    agrees(n, count);
                }
            }
        }
    }

    #[test]
    fn powers_of_two_and_their_neighbours() {
        for power in 1..2046u64 {
            let n = f64::from_bits(power << 52);
            for n in [n.next_down(), n, n.next_up()] {
                for count in [1, 2, 6, 14, 17] {
                    agrees(n, count);
                }
            }
        }
    }

    #[test]
    fn ties_go_to_even_and_are_fast() {
        for (n, expected) in [
            (0.5, 0),
            (1.5, 2),
            (2.5, 2),
            (0.4999999999999999, 0),
            (1e15 + 0.5, 1_000_000_000_000_000),
        ] {
            assert_eq!(decimals(n, 0), Some(expected), "{n}");
        }
        assert_eq!(decimals(5e-324, 99), Some(0));
        assert!(agrees(0.5, 14) && agrees(0.1, 14) && agrees(123.456, 14) && agrees(2.5, 1));
    }

    #[test]
    fn most_numbers_go_the_fast_way() {
        let mut x: u64 = 88172645463325252;
        let mut slow = 0;
        for _ in 0..20_000 {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            let n = f64::from_bits(x & !(1 << 63));
            if n.is_finite() && n > 0.0 && !agrees(n, 14) {
                slow += 1;
            }
        }
        assert!(slow < 10, "{slow} of 20,000 are slow");
    }

    proptest::proptest! {
        #[test]
        fn significant_digits_agree(bits in 1..0x7ff0_0000_0000_0000u64, count in 1..=17u32) {
            agrees(f64::from_bits(bits), count);
        }

        #[test]
        fn short_decimals_agree(x in 1..1u64 << 40, power in -20..20i32, count in 1..=17u32) {
            agrees(std::format!("{x}e{power}").parse().unwrap(), count);
        }

        #[test]
        fn decimals_agree(x in 1..1u64 << 53, shift in 0..80i32, count in 0..20u32) {
            let n = x as f64 / 2f64.powi(shift);
            if let Some(fast) = decimals(n, count) {
                let exact = ExactDigits::decimals(n, count as usize);
                let mut buffer = IntegerBuffer::default();
                let digits = if fast == 0 { &[] } else { integer(fast, &mut buffer) };
                proptest::prop_assert_eq!(digits, exact.digits());
            }
        }

        #[test]
        fn integers_agree(x: u64) {
            let mut buffer = IntegerBuffer::default();
            let expected = std::format!("{x}");
            proptest::prop_assert_eq!(integer(x, &mut buffer), expected.as_bytes());
        }
    }

    extern crate std;
}
