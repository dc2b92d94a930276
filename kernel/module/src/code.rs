//! Memory for machine code: a part of the module's own executable section.
//!
//! The section is never writable. It is written through another mapping of the same pages, which is never executable.

extern crate alloc;
use alloc::boxed::Box;
use core::ptr::NonNull;

use perilune::host::ExecutableMemory;

use crate::allocate::try_box;
use crate::shim;

/// A part of the section, and where it is written.
pub struct CodeMemory {
    start: NonNull<u8>,
    alias: NonNull<u8>,
    len: usize,
}

impl CodeMemory {
    /// Reserves so many bytes, if they are to be had.
    pub fn reserve(len: usize) -> Option<Box<dyn ExecutableMemory>> {
        // SAFETY: it takes a number.
        let start = NonNull::new(unsafe { shim::pl_code_reserve(len) })?;
        // SAFETY: the range has just been reserved.
        let alias = NonNull::new(unsafe { shim::pl_code_alias(start.as_ptr()) })?;
        let memory = CodeMemory { start, alias, len };
        match try_box(memory) {
            Ok(memory) => Some(memory),
            Err(_) => None,
        }
    }
}

impl Drop for CodeMemory {
    fn drop(&mut self) {
        // SAFETY: `reserve` reserved it, and whoever had it runs it no more.
        unsafe { shim::pl_code_release(self.start.as_ptr(), self.len) }
    }
}

// SAFETY: the range is the value's own until it is dropped; its pages can be executed at one address and written at the other, always.
unsafe impl ExecutableMemory for CodeMemory {
    fn reserve(&mut self, len: usize) -> Option<NonNull<u8>> {
        (len <= self.len).then_some(self.start)
    }
    fn make_writable(&mut self, _from: NonNull<u8>, _len: usize) -> bool {
        true
    }
    fn make_executable(&mut self, _from: NonNull<u8>, _len: usize) -> bool {
        // Code that was written at another address than it is executed at wants a serialising instruction in between.
        core::arch::x86_64::__cpuid(0);
        true
    }
    fn writable_at(&self, address: NonNull<u8>) -> NonNull<u8> {
        let offset = address.addr().get() - self.start.addr().get();
        // SAFETY: the engine writes within what was reserved, and the alias is as long.
        unsafe { self.alias.add(offset) }
    }
    fn release(&mut self, _from: NonNull<u8>, _len: usize) {}
}
