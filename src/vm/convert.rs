//! Conversions between doubles and integers, as cheap as the machine has them.

/// Truncates towards zero. Outside of `i32`'s range, and for NaN, some `i32` that does not convert back to `n`.
#[inline(always)]
pub fn truncate_i32(n: f64) -> i32 {
    #[cfg(target_arch = "x86_64")]
    {
        use core::arch::x86_64::{_mm_cvttsd_si32, _mm_set_sd};
        // SAFETY: SSE2 is part of x86-64.
        unsafe { _mm_cvttsd_si32(_mm_set_sd(n)) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        n as i32
    }
}

/// The greatest integer not above `n`; the sign of zero, infinities and NaN are kept.
#[inline(always)]
pub fn floor(n: f64) -> f64 {
    /// From here on doubles are integers, and adding it rounds smaller ones to integers.
    const LIMIT: f64 = 4_503_599_627_370_496.0;
    // NaN fails the comparison.
    if n.abs() < LIMIT {
        let rounded = (n.abs() + LIMIT - LIMIT).copysign(n);
        let floor = rounded - if rounded > n { 1.0 } else { 0.0 };
        floor.copysign(n)
    } else {
        n
    }
}

/// A number as the bit operators take it: rounded to the nearest integer, modulo 2^32. Source: the addition of 2^52 + 2^51 that
/// moves the integer into a double's low bits.
#[inline(always)]
pub fn to_bit(n: f64) -> i32 {
    (n + 6_755_399_441_055_744.0).to_bits() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors() {
        for (n, f) in [
            (1.5, 1.0),
            (-1.5, -2.0),
            (-0.5, -1.0),
            (0.5, 0.0),
            (1e300, 1e300),
            (-3.0, -3.0),
        ] {
            assert_eq!(floor(n), f);
        }
        assert!(floor(-0.0).is_sign_negative() && floor(f64::NAN).is_nan());
    }

    #[test]
    fn bits_wrap() {
        assert_eq!(to_bit(4_294_967_295.0), -1);
        assert_eq!(to_bit(1_099_511_627_777.0), 1);
        assert_eq!(to_bit(-1.0), -1);
        assert_eq!(to_bit(1.5), 2);
    }
}
