//! What the processor can do.
#![allow(unsafe_code)]

use core::arch::x86_64::{__cpuid, __cpuid_count, _xgetbv};

use crate::input::Features;

const SSE41: u32 = 1 << 19;
const OSXSAVE: u32 = 1 << 27;
const AVX: u32 = 1 << 28;
const BMI2: u32 = 1 << 8;
/// Bits of XCR0: the system saves the vector registers, and their upper halves.
const SAVED: u64 = 0b110;

impl Features {
    /// What this processor can do, and the system supports. A kernel that does not save the upper halves of vector registers
    /// for itself has to switch `avx` off.
    pub fn detect() -> Features {
        let most = __cpuid(0).eax;
        let basic = __cpuid(1).ecx;
        let extended = if most >= 7 {
            __cpuid_count(7, 0).ebx
        } else {
            0
        };
        let has_avx = basic & (AVX | OSXSAVE) == AVX | OSXSAVE && {
            // SAFETY: the processor has the instruction, and the system enabled it: OSXSAVE.
            let state = unsafe { xcr0() };
            state & SAVED == SAVED
        };
        Features {
            sse41: basic & SSE41 != 0,
            avx: has_avx,
            bmi2: extended & BMI2 != 0,
        }
    }
}

/// The processor's extended state that the system saves.
///
/// # Safety
/// The system enabled XSAVE.
#[target_feature(enable = "xsave")]
unsafe fn xcr0() -> u64 {
    // SAFETY: the caller's promise.
    unsafe { _xgetbv(0) }
}
