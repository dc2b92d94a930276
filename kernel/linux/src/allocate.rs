//! The kernel's memory for Rust's allocator and the engine's heap, charged to the process.

use core::alloc::{GlobalAlloc, Layout};
use core::ptr::NonNull;

use perilune::host::Memory;

use crate::shim;

/// The kernel's memory.
#[derive(Clone, Copy)]
pub struct KernelMemory;

#[global_allocator]
static ALLOCATOR: KernelMemory = KernelMemory;

// SAFETY: the kernel's blocks are valid for their layout until they are released, and don't overlap.
unsafe impl GlobalAlloc for KernelMemory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: it takes numbers.
        unsafe { shim::pl_allocate(layout.size(), layout.align()) }.cast()
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller promises that the block is one of `alloc` with this layout.
        unsafe { shim::pl_release(block.cast(), layout.size(), layout.align()) }
    }
}

// SAFETY: as above.
unsafe impl Memory for KernelMemory {
    fn allocate(&self, layout: Layout) -> Option<NonNull<u8>> {
        // SAFETY: it takes numbers.
        NonNull::new(unsafe { shim::pl_allocate(layout.size(), layout.align()) }.cast())
    }
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { shim::pl_release(block.as_ptr().cast(), layout.size(), layout.align()) }
    }
}
