//! System call scripting in kernels: the part of the modules that is written in Rust, the same for all of them.
//!
//! A module's C side (`linux/module/`, `freebsd/module/`) has the calls, the descriptors and the functions into the kernel; it enters here through its
//! `enter.S`, with the FPU begun and the stack aligned. Whatever may sleep is a function of [`shim`], which leaves the FPU meanwhile where that has to be.
#![no_std]

extern crate alloc;

mod allocate;
mod code;
mod entry;
mod kernel;
mod shim;
mod system;

use core::fmt::{self, Write};

/// A line for the kernel's log, cut where it is too long.
struct Line {
    bytes: [u8; 160],
    len: usize,
}

impl Write for Line {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        let taken = s.len().min(self.bytes.len() - self.len);
        self.bytes[self.len..self.len + taken].copy_from_slice(&s.as_bytes()[..taken]);
        self.len += taken;
        Ok(())
    }
}

/// No input leads here. If it happens all the same, the thread ends with the kernel's own report.
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    let mut line = Line {
        bytes: [0; 160],
        len: 0,
    };
    let _ = write!(line, "{info}");
    // SAFETY: the bytes are that many.
    unsafe { shim::pl_bug(line.bytes.as_ptr(), line.len) }
}
