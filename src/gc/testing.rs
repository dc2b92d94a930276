//! What tests of the heap need: memory that counts, and a small random number generator.

extern crate std;

use core::alloc::Layout;
use core::cell::Cell;
use core::ptr::NonNull;
use std::alloc::{alloc, dealloc, realloc};
use std::boxed::Box;
use std::rc::Rc;

use super::Heap;
use crate::host::Memory;

/// The system's memory, with a count of the bytes that are out.
#[derive(Clone, Default)]
pub(crate) struct CountingMemory {
    pub bytes: Rc<Cell<usize>>,
}

// SAFETY: it hands the requests to the system's allocator.
unsafe impl Memory for CountingMemory {
    fn allocate(&self, layout: Layout) -> Option<NonNull<u8>> {
        // SAFETY: the heap asks for no empty blocks.
        let block = NonNull::new(unsafe { alloc(layout) })?;
        self.bytes.set(self.bytes.get() + layout.size());
        Some(block)
    }
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        self.bytes.set(self.bytes.get() - layout.size());
        // SAFETY: the caller's promise.
        unsafe { dealloc(block.as_ptr(), layout) }
    }
    unsafe fn reallocate(
        &self,
        block: NonNull<u8>,
        layout: Layout,
        new_size: usize,
    ) -> Option<NonNull<u8>> {
        // Now and then the host won't.
        if new_size.is_multiple_of(64) {
            return None;
        }
        self.bytes.set(self.bytes.get() - layout.size() + new_size);
        // SAFETY: the caller's promise.
        NonNull::new(unsafe { realloc(block.as_ptr(), layout, new_size) })
    }
}

/// A heap of the system's memory without a limit.
pub(crate) fn heap() -> Heap {
    match Heap::new(Box::new(CountingMemory::default()), usize::MAX, [1, 2]) {
        Ok(heap) => heap,
        Err(error) => panic!("{error:?}"),
    }
}

/// Marsaglia's xorshift.
pub(crate) struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        (self.next() >> 11) % n
    }
}
