//! Memory for the engine's heap: small blocks from the program's allocator, large ones and arenas from the kernel.
//!
//! What has pages of its own goes back to the kernel when it is freed, grows without being copied, and wastes nothing
//! for its alignment. An allocator made for all purposes keeps such blocks, in between others, until it can't be told any
//! more what they were.

use std::alloc::{Layout, alloc, dealloc, realloc};
use std::ptr::{self, NonNull};

use perilune::host::Memory;

/// The program's allocator and the kernel's pages.
#[derive(Clone, Copy, Default)]
pub struct StdMemory;

/// From this size on, a block has pages of its own.
const OWN_PAGES: usize = 128 << 10;
/// No page is larger, or pages are mapped at least this well aligned anyway.
const PAGE: usize = 4096;

/// Has a block of this layout pages of its own?
fn has_pages(layout: Layout) -> bool {
    layout.size() >= OWN_PAGES || layout.align() > PAGE
}

/// Pages from the kernel, zeroed.
fn map(size: usize) -> Option<NonNull<u8>> {
    // SAFETY: a new mapping of the kernel's choice overlaps nothing.
    let pages = unsafe {
        libc::mmap(
            ptr::null_mut(),
            size,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    if pages == libc::MAP_FAILED {
        return None;
    }
    NonNull::new(pages.cast())
}

/// Gives pages back.
///
/// # Safety
/// They were mapped, and nobody uses them.
unsafe fn unmap(pages: NonNull<u8>, size: usize) {
    if size > 0 {
        // SAFETY: the caller's promise. It can't fail for pages that are mapped, and if it did they would just stay.
        unsafe { libc::munmap(pages.as_ptr().cast(), size) };
    }
}

/// Pages whose address is a multiple of `align`, and as many as are needed for `size` bytes.
fn map_aligned(size: usize, align: usize) -> Option<NonNull<u8>> {
    let pages = map(size)?;
    // The kernel puts mappings side by side, so once one is aligned, most of those that follow it are.
    if pages.addr().get().is_multiple_of(align) {
        return Some(pages);
    }
    // SAFETY: it was just mapped.
    unsafe { unmap(pages, size) };
    let size = size.checked_next_multiple_of(PAGE)?;
    let more = size.checked_add(align)?;
    let pages = map(more)?;
    let before = pages.addr().get().next_multiple_of(align) - pages.addr().get();
    // SAFETY: `size + align` bytes are mapped, of which an aligned piece of `size` is kept.
    unsafe {
        unmap(pages, before);
        let kept = pages.add(before);
        unmap(kept.add(size), more - before - size);
        Some(kept)
    }
}

// SAFETY: the global allocator's blocks and the kernel's mappings are valid for their layout until they are deallocated, and
// don't overlap.
unsafe impl Memory for StdMemory {
    fn allocate(&self, layout: Layout) -> Option<NonNull<u8>> {
        if layout.size() == 0 {
            return None;
        }
        if has_pages(layout) {
            return map_aligned(layout.size(), layout.align());
        }
        // SAFETY: the layout's size isn't zero.
        NonNull::new(unsafe { alloc(layout) })
    }
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller promises that `allocate` made the block with this layout.
        unsafe {
            if has_pages(layout) {
                unmap(block, layout.size());
            } else {
                dealloc(block.as_ptr(), layout);
            }
        }
    }
    unsafe fn reallocate(
        &self,
        block: NonNull<u8>,
        layout: Layout,
        new_size: usize,
    ) -> Option<NonNull<u8>> {
        let new_layout = Layout::from_size_align(new_size, layout.align()).ok()?;
        if has_pages(layout) != has_pages(new_layout) {
            return None;
        }
        if has_pages(layout) {
            // SAFETY: as below.
            return unsafe { remap(block, layout, new_size) };
        }
        // SAFETY: the caller promises that the block is one of this layout, and that the size is valid.
        NonNull::new(unsafe { realloc(block.as_ptr(), layout, new_size) })
    }
}

/// Moves pages to where there is room for another size.
///
/// # Safety
/// As for [`Memory::reallocate`].
#[cfg(target_os = "linux")]
unsafe fn remap(block: NonNull<u8>, layout: Layout, new_size: usize) -> Option<NonNull<u8>> {
    if layout.align() > PAGE {
        return None;
    }
    let flags = libc::MREMAP_MAYMOVE;
    // SAFETY: the block is a mapping of this size, and its old address is used no more if this succeeds.
    let pages = unsafe { libc::mremap(block.as_ptr().cast(), layout.size(), new_size, flags) };
    if pages == libc::MAP_FAILED {
        return None;
    }
    NonNull::new(pages.cast())
}

/// Elsewhere the engine copies.
///
/// # Safety
/// There is nothing to be careful about.
#[cfg(not(target_os = "linux"))]
unsafe fn remap(_block: NonNull<u8>, _layout: Layout, _new_size: usize) -> Option<NonNull<u8>> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_keep_their_bytes_and_alignment() {
        for (size, align, new_size) in [
            (100, 16, 5000),
            (OWN_PAGES - 16, 16, OWN_PAGES),
            (OWN_PAGES, 16, 40 * OWN_PAGES + 16),
            (40 * OWN_PAGES, 16, OWN_PAGES + 5),
            (32 << 10, 32 << 10, 64 << 10),
            (5 * (32 << 10), 32 << 10, 64 << 10),
        ] {
            let layout = Layout::from_size_align(size, align).unwrap();
            let block = StdMemory.allocate(layout).unwrap();
            assert!(block.addr().get().is_multiple_of(align));
            // SAFETY: the blocks are of these sizes, and given back once with the layout that they have then.
            unsafe {
                block.write_bytes(7, size);
                let (block, layout) = match StdMemory.reallocate(block, layout, new_size) {
                    Some(block) => {
                        assert_eq!(*block.add(size.min(new_size) - 1).as_ref(), 7);
                        block.write_bytes(8, new_size);
                        (block, Layout::from_size_align(new_size, align).unwrap())
                    }
                    None => (block, layout),
                };
                StdMemory.deallocate(block, layout);
            }
        }
    }
}
