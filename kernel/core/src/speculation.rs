//! Bounds that hold also where the processor has guessed the branch of a check wrong, and goes on with a number that the check refuses.

/// The number, which was found not to be above `most`. Where it is above, which happens only in speculation, it is 0: that takes no branch.
#[inline(always)]
pub fn at_most(n: usize, most: usize) -> usize {
    #[cfg(target_arch = "x86_64")]
    {
        let above: usize;
        // SAFETY: it computes with registers: all ones if `most` is less than `n`.
        unsafe {
            core::arch::asm!(
                "cmp {most}, {n}",
                "sbb {above}, {above}",
                most = in(reg) most,
                n = in(reg) n,
                above = out(reg) above,
                options(pure, nomem, nostack),
            );
        }
        n & !above
    }
    #[cfg(not(target_arch = "x86_64"))]
    n
}

#[cfg(test)]
mod tests {
    use super::at_most;

    #[test]
    fn what_is_within_stays_and_the_rest_becomes_nothing() {
        for (n, most, becomes) in [
            (0, 0, 0),
            (5, 5, 5),
            (4, 5, 4),
            (6, 5, 0),
            (usize::MAX, 5, 0),
            (usize::MAX, usize::MAX, usize::MAX),
            (1 << 63, (1 << 63) - 1, 0),
        ] {
            assert_eq!(at_most(n, most), becomes);
        }
    }
}
