//! Memory for machine code.

use std::ptr::NonNull;

use perilune::host::ExecutableMemory;

/// The operating system's pages.
pub struct Pages;

fn protect(from: NonNull<u8>, len: usize, protection: libc::c_int) -> bool {
    // SAFETY: the range is one that `reserve` mapped.
    unsafe { libc::mprotect(from.as_ptr().cast(), len, protection) == 0 }
}

// SAFETY: an anonymous mapping is nobody else's; mprotect gives what it is asked for.
unsafe impl ExecutableMemory for Pages {
    fn reserve(&mut self, len: usize) -> Option<NonNull<u8>> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: a new mapping at an address of the system's choice.
        let start = unsafe { libc::mmap(std::ptr::null_mut(), len, libc::PROT_NONE, flags, -1, 0) };
        if start == libc::MAP_FAILED {
            return None;
        }
        NonNull::new(start.cast())
    }
    fn make_writable(&mut self, from: NonNull<u8>, len: usize) -> bool {
        protect(from, len, libc::PROT_READ | libc::PROT_WRITE)
    }
    fn make_executable(&mut self, from: NonNull<u8>, len: usize) -> bool {
        protect(from, len, libc::PROT_READ | libc::PROT_EXEC)
    }
    fn release(&mut self, from: NonNull<u8>, len: usize) {
        // SAFETY: the range was mapped by `reserve`, and is used no more.
        unsafe { libc::munmap(from.as_ptr().cast(), len) };
    }
}
