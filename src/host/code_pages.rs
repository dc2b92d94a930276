//! Memory for machine code: pages of the operating system, never writable and executable at once.

use core::ptr::NonNull;

use super::ExecutableMemory;

/// The operating system's pages.
#[derive(Clone, Copy, Debug, Default)]
pub struct CodePages;

fn protect(from: NonNull<u8>, len: usize, protection: libc::c_int) -> bool {
    // SAFETY: the range is one that `reserve` mapped, and whoever runs or writes it knows of the change.
    unsafe { libc::mprotect(from.as_ptr().cast(), len, protection) == 0 }
}

// SAFETY: `mmap` gives a range of its own, which stays until `munmap`; `mprotect` takes one right when it gives the other.
unsafe impl ExecutableMemory for CodePages {
    fn reserve(&mut self, len: usize) -> Option<NonNull<u8>> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: a new mapping at an address of the system's choice.
        let start =
            unsafe { libc::mmap(core::ptr::null_mut(), len, libc::PROT_NONE, flags, -1, 0) };
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
        // SAFETY: the range is one that `reserve` mapped, and is used no more.
        unsafe { libc::munmap(from.as_ptr().cast(), len) };
    }
}
