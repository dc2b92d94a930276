//! Large objects: those beyond the greatest cell, each in a block of its own from the host.
//!
//! A large object's address is 8 modulo 16, while cells lie at multiples of 16; that tells the two apart.

use core::alloc::Layout;
use core::cell::Cell;
use core::ptr::{self, NonNull};

use super::collector::Phase;
use super::heap::{GROWTH_DISCOUNT, Heap, OutOfMemory};
use crate::value::{Buffer, Gc};

/// What lies in front of a large object.
#[repr(C)]
pub(super) struct Large {
    pub next: Cell<*mut Large>,
    /// The size of the whole block.
    pub size: usize,
    pub marked: Cell<bool>,
    /// See `Heap::sweep_number`.
    pub swept: Cell<u8>,
    /// Makes the head a multiple of 16 plus 8 bytes long.
    _pad: [u64; 2],
}

const HEAD: usize = size_of::<Large>();
const ALIGN: usize = 16;
const _: () = assert!(HEAD % ALIGN == 8);

/// The size of the block for an object of `size` bytes.
fn block_size(size: usize) -> Option<usize> {
    size.checked_add(HEAD)?.checked_next_multiple_of(ALIGN)
}

/// All large objects.
pub(super) struct LargeList {
    /// The newest first, without the unswept ones.
    pub head: *mut Large,
    /// Those that the sweep under way has to visit yet.
    pub unswept: *mut Large,
}

impl LargeList {
    pub const EMPTY: LargeList = LargeList {
        head: ptr::null_mut(),
        unswept: ptr::null_mut(),
    };
}

/// Is the object at this address a large one?
#[inline(always)]
pub(super) fn is_large<T>(object: *const T) -> bool {
    object.addr() & 8 != 0
}

impl Large {
    /// The head of a large object.
    ///
    /// # Safety
    /// `object` is a live object for which [`is_large`] holds.
    #[inline(always)]
    pub unsafe fn of<'a, T>(object: *const T) -> &'a Large {
        // SAFETY: `allocate_large` put it there.
        unsafe { &*object.byte_sub(HEAD).cast::<Large>() }
    }
    /// The object behind this head.
    #[inline(always)]
    pub fn object(&self) -> *mut u8 {
        (self as *const Large)
            .cast::<u8>()
            .cast_mut()
            .wrapping_add(HEAD)
    }
}

impl Heap {
    /// Memory for an object of `size` bytes from the host.
    #[cold]
    #[inline(never)]
    pub(super) fn allocate_large(&mut self, size: usize) -> Result<NonNull<u8>, OutOfMemory> {
        let size = block_size(size).ok_or(OutOfMemory)?;
        let layout = Layout::from_size_align(size, ALIGN).map_err(|_| OutOfMemory)?;
        let block = self.take(layout)?;
        self.debt -= size as isize;
        // SAFETY: the block is fresh, aligned, and longer than the head.
        Ok(unsafe { self.link_large(block, size) })
    }

    /// Makes the block in which a buffer's bytes lie a large object of `front` bytes, those bytes, and one more. The buffer is empty then, and without room.
    /// On failure it stays as it was.
    ///
    /// # Safety
    /// The buffer's bytes lie in a block from the host, that is, they are too many for a cell.
    pub(super) unsafe fn take_over(
        &mut self,
        text: Gc<Buffer>,
        front: usize,
    ) -> Result<NonNull<u8>, OutOfMemory> {
        let len = text.len();
        let size = len
            .checked_add(front + 1)
            .and_then(block_size)
            .ok_or(OutOfMemory)?;
        let block = NonNull::new(text.bytes.get()).ok_or(OutOfMemory)?;
        // SAFETY: the buffer owns the block, and gives it up.
        unsafe {
            let block = self.realloc_block(block, text.capacity.get(), size)?;
            text.bytes.set(ptr::null_mut());
            text.capacity.set(0);
            text.len.set(0);
            if self.gc.phase == Phase::Pause {
                // Growth was counted as that of a buffer, but this is to stay.
                let uncounted = (size - size / GROWTH_DISCOUNT as usize) as isize;
                self.base -= uncounted;
                self.debt -= uncounted;
            }
            ptr::copy(block.as_ptr(), block.add(HEAD + front).as_ptr(), len);
            Ok(self.link_large(block, size))
        }
    }

    /// Enters a block of `size` bytes into the list of large objects, and gives the object.
    ///
    /// # Safety
    /// The block came from [`Heap::take`], is nobody's, and is longer than the head.
    unsafe fn link_large(&mut self, block: NonNull<u8>, size: usize) -> NonNull<u8> {
        let large = block.cast::<Large>();
        // SAFETY: the caller's promise.
        unsafe {
            large.write(Large {
                next: Cell::new(self.large.head),
                size,
                marked: Cell::new(false),
                swept: Cell::new(self.sweep_number),
                _pad: [0; 2],
            });
            self.large.head = large.as_ptr();
            block.add(HEAD)
        }
    }

    /// Gives a large object's block back to the host.
    ///
    /// # Safety
    /// The object is dead, and its head is in no list any more.
    pub(super) unsafe fn free_large(&mut self, large: NonNull<Large>) {
        // SAFETY: the block was taken with this layout.
        unsafe {
            let layout = Layout::from_size_align_unchecked(large.as_ref().size, ALIGN);
            self.give_back(large.cast(), layout);
        }
    }
}
