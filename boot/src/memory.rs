//! The machine's memory: one block for Rust's allocator and the engine's heap alike.

use core::alloc::Layout;
use core::cell::UnsafeCell;
use core::ptr::NonNull;

use linked_list_allocator::LockedHeap;

use perilune::host::Memory;

const SIZE: usize = 96 << 20;

#[repr(align(4096))]
struct Block(UnsafeCell<[u8; SIZE]>);

// SAFETY: only the allocator touches the block, behind its lock.
unsafe impl Sync for Block {}

static BLOCK: Block = Block(UnsafeCell::new([0; SIZE]));

#[global_allocator]
static ALLOCATOR: LockedHeap = LockedHeap::empty();

/// Gives the block to the allocator. Once, before anything allocates.
pub fn init() {
    // SAFETY: called once; nothing else uses the block.
    unsafe { ALLOCATOR.lock().init(BLOCK.0.get().cast(), SIZE) };
}

/// The engine's view of the allocator.
pub struct Heap;

// SAFETY: the allocator's blocks are valid and distinct.
unsafe impl Memory for Heap {
    fn allocate(&self, layout: Layout) -> Option<NonNull<u8>> {
        ALLOCATOR.lock().allocate_first_fit(layout).ok()
    }
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { ALLOCATOR.lock().deallocate(block, layout) }
    }
}
