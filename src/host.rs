//! The traits through which the engine reaches its host. The engine names no operating system.
//!
//! A host that lacks something leaves the default, and the library functions that would need it raise a clear error.

use core::alloc::Layout;
use core::ptr::NonNull;

/// Where the heap's memory comes from. Every request may fail.
///
/// # Safety
/// A block that `allocate` returned is valid for reads and writes of its layout until `deallocate` gets it, and
/// overlaps no other.
pub unsafe trait Memory {
    /// A block of this layout, or nothing.
    fn allocate(&self, layout: Layout) -> Option<NonNull<u8>>;
    /// Returns a block.
    ///
    /// # Safety
    /// `block` came from `allocate` with the same layout and is used no more.
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout);
}

/// Everything else a state wants of its host. All methods have defaults that say "not here".
pub trait Host {
    /// Writes to the standard output (`print`, `io.write`). Returns false on failure.
    fn write_output(&mut self, bytes: &[u8]) -> bool;
    /// 128 bits with which the state keys its string hash. Not repeated, if the host can.
    fn entropy(&mut self) -> [u64; 2] {
        [0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344]
    }
}
