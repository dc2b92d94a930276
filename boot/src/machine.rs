//! The machine's few devices: the serial line, and the one that ends the emulator.

use core::arch::{asm, global_asm};
use core::fmt;

global_asm!(include_str!("start.s"), options(att_syntax));

const SERIAL: u16 = 0x3F8;
const DEBUG_EXIT: u16 = 0xF4;

/// The first serial line.
pub struct Serial;

impl Serial {
    /// Writes bytes, waiting for room.
    pub fn bytes(&self, bytes: &[u8]) {
        for &byte in bytes {
            loop {
                let status: u8;
                // SAFETY: reads the line status register; no memory is involved.
                unsafe { asm!("in al, dx", in("dx") SERIAL + 5, out("al") status, options(nomem, nostack)) };
                if status & 0x20 != 0 {
                    break;
                }
            }
            // SAFETY: writes the transmit register; no memory is involved.
            unsafe { asm!("out dx, al", in("dx") SERIAL, in("al") byte, options(nomem, nostack)) };
        }
    }
}

impl fmt::Write for Serial {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.bytes(s.as_bytes());
        Ok(())
    }
}

/// Ends the emulator with status `2 * code + 1`.
pub fn exit(code: u32) -> ! {
    // SAFETY: writes the debug-exit device's register; no memory is involved.
    unsafe { asm!("out dx, eax", in("dx") DEBUG_EXIT, in("eax") code, options(nomem, nostack)) };
    loop {
        // SAFETY: waits for an interrupt that will not come.
        unsafe { asm!("hlt", options(nomem, nostack)) };
    }
}
