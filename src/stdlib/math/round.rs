//! Rounding, splitting and scaling of doubles. All of it is exact, so any correct implementation gives the same bits.

use crate::vm::convert::floor;

/// From here on every double is an integer.
const ALL_INTEGERS: f64 = 4503599627370496.0;

/// The smallest integer not below `x`; `-0.5` gives minus zero.
#[inline(always)]
pub fn ceil(x: f64) -> f64 {
    -floor(-x)
}

/// The whole and the fractional part, both with the sign of `x`.
pub fn split(x: f64) -> (f64, f64) {
    if x.is_infinite() {
        return (x, 0.0f64.copysign(x));
    }
    let whole = if x.abs() < ALL_INTEGERS {
        (x as i64 as f64).copysign(x)
    } else {
        x
    };
    (whole, (x - whole).copysign(x))
}

/// The exponent that `frexp` gives.
pub fn exponent(x: f64) -> i32 {
    if x.is_finite() { libm::frexp(x).1 } else { 0 }
}

/// `x` times two to the power of the whole part of `exponent`, rounded once. Infinite exponents follow the limit:
/// nothing times infinity is NaN.
pub fn scale(x: f64, exponent: f64) -> f64 {
    if exponent.is_nan() {
        return f64::NAN;
    }
    if exponent.is_infinite() {
        return if exponent > 0.0 {
            x * exponent
        } else {
            x * 0.0
        };
    }
    libm::scalbn(x, exponent as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_keeps_the_sign_of_zero() {
        assert_eq!(ceil(-0.5).to_bits(), (-0.0f64).to_bits());
        assert_eq!(ceil(0.0).to_bits(), 0);
        assert_eq!(ceil(2.5), 3.0);
        assert_eq!(ceil(1e300), 1e300);
    }

    #[test]
    fn splitting() {
        assert_eq!(split(-3.75), (-3.0, -0.75));
        assert_eq!(split(f64::NEG_INFINITY).1.to_bits(), (-0.0f64).to_bits());
        assert_eq!(split(-0.5).0.to_bits(), (-0.0f64).to_bits());
    }

    #[test]
    fn scaling() {
        assert_eq!(scale(1.0, 2.9), 4.0);
        assert_eq!(scale(1.0, -1074.0), 5e-324);
        assert_eq!(scale(3.0, -1075.0), 1e-323);
        assert_eq!(scale(1.0, 1e10), f64::INFINITY);
        assert!(scale(0.0, f64::INFINITY).is_nan());
        assert!(scale(f64::INFINITY, f64::NEG_INFINITY).is_nan());
    }
}
