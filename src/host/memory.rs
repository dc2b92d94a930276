//! Memory from the program's global allocator.

use alloc::alloc::{alloc, dealloc, realloc};
use core::alloc::Layout;
use core::ptr::NonNull;

use super::Memory;

/// The program's allocator.
#[derive(Clone, Copy, Default, Debug)]
pub struct GlobalMemory;

// SAFETY: the global allocator's blocks are valid for their layout until they are deallocated, and don't overlap.
unsafe impl Memory for GlobalMemory {
    fn allocate(&self, layout: Layout) -> Option<NonNull<u8>> {
        if layout.size() == 0 {
            return None;
        }
        // SAFETY: the layout's size isn't 0.
        NonNull::new(unsafe { alloc(layout) })
    }
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller promises that `allocate` made the block with this layout.
        unsafe { dealloc(block.as_ptr(), layout) }
    }
    unsafe fn reallocate(
        &self,
        block: NonNull<u8>,
        layout: Layout,
        new_size: usize,
    ) -> Option<NonNull<u8>> {
        // SAFETY: the caller promises that the block is one of this layout, and that the size is valid.
        NonNull::new(unsafe { realloc(block.as_ptr(), layout, new_size) })
    }
}
