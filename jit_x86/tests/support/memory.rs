//! Code memory from mmap, and plain memory by address.

use std::ptr::NonNull;

use perilune_jit_x86::region::ExecutableMemory;

/// Code memory of the test.
#[derive(Clone, Copy, Default)]
pub struct Pages {
    /// Writable and executable at once, to measure without the cost of protection.
    pub open: bool,
}

// SAFETY: an anonymous mapping is nobody else's; mprotect gives what it is asked for.
unsafe impl ExecutableMemory for Pages {
    fn reserve(&mut self, len: usize) -> Option<NonNull<u8>> {
        // SAFETY: a new anonymous mapping touches no other memory.
        let p = unsafe {
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            let all = libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC;
            let how = if self.open { all } else { libc::PROT_READ };
            libc::mmap(std::ptr::null_mut(), len, how, flags, -1, 0)
        };
        if p == libc::MAP_FAILED {
            None
        } else {
            NonNull::new(p.cast())
        }
    }
    fn make_writable(&mut self, from: NonNull<u8>, len: usize) -> bool {
        self.open || protect(from, len, libc::PROT_READ | libc::PROT_WRITE)
    }
    fn make_executable(&mut self, from: NonNull<u8>, len: usize) -> bool {
        self.open || protect(from, len, libc::PROT_READ | libc::PROT_EXEC)
    }
    fn release(&mut self, from: NonNull<u8>, len: usize) {
        // SAFETY: the range was mapped by `reserve`, and the region is gone.
        unsafe { libc::munmap(from.as_ptr().cast(), len) };
    }
}

fn protect(from: NonNull<u8>, len: usize, how: i32) -> bool {
    // SAFETY: the range was mapped by `reserve`.
    unsafe { libc::mprotect(from.as_ptr().cast(), len, how) == 0 }
}

macro_rules! access {
    ($($read:ident $write:ident $ty:ty;)*) => {$(
        /// Reads memory of the test's.
        pub fn $read(at: u64) -> $ty {
            // SAFETY: addresses are those of the world's memory, which lives as long as the process.
            unsafe { (at as *const $ty).read_unaligned() }
        }
        /// Writes memory of the test's.
        pub fn $write(at: u64, x: $ty) {
            // SAFETY: as for reading.
            unsafe { (at as *mut $ty).write_unaligned(x) }
        }
    )*};
}
access! { rd8 wr8 u8; rd16 wr16 u16; rd32 wr32 u32; rd64 wr64 u64; }
