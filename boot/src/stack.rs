//! Measures the host's stack by painting it: what lies below the current frame gets a pattern, and whatever lost it was used.

use core::arch::asm;

unsafe extern "C" {
    static stack_bottom: u8;
}

const PATTERN: u64 = 0x5AFE_57AC_C0DE_D00D;
/// Bytes below the stack pointer that `paint` itself may need.
const MARGIN: usize = 256;

fn bottom() -> *mut u64 {
    (&raw const stack_bottom).cast::<u64>().cast_mut()
}

fn pointer() -> usize {
    let rsp: usize;
    // SAFETY: reads a register.
    unsafe { asm!("mov {}, rsp", out(reg) rsp, options(nomem, nostack)) };
    rsp
}

/// Paints the free part of the stack.
#[inline(never)]
pub fn paint() {
    let end = pointer() - MARGIN;
    let mut at = bottom();
    while (at as usize) < end {
        // SAFETY: the addresses lie in the stack's block, below everything in use.
        unsafe {
            at.write_volatile(PATTERN);
            at = at.add(1);
        }
    }
}

/// Bytes below the caller's frame that were used since the stack was painted.
#[inline(never)]
pub fn used() -> usize {
    let mut at = bottom();
    // SAFETY: as in `paint`; the pattern ends below the current frame at the latest.
    while unsafe { at.read_volatile() } == PATTERN {
        // SAFETY: as above.
        at = unsafe { at.add(1) };
    }
    pointer().saturating_sub(at as usize)
}
