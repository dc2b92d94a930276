//! Memory for the engine's heap, from the program's allocator.

use std::alloc::{Layout, alloc, dealloc, realloc};
use std::ptr::NonNull;

use perilune::host::Memory;

/// The program's allocator.
#[derive(Clone, Copy, Default)]
pub struct StdMemory;

// SAFETY: the global allocator's blocks are valid for their layout until they are deallocated, and don't overlap.
unsafe impl Memory for StdMemory {
    fn allocate(&self, layout: Layout) -> Option<NonNull<u8>> {
        if layout.size() == 0 {
            return None;
        }
        // SAFETY: the layout's size isn't zero.
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
