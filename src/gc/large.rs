//! Large objects: those beyond the greatest cell, each in a block of its own from the host.
//!
//! A large object's address is 8 modulo 16, while cells lie at multiples of 16; that tells the two apart.

use core::alloc::Layout;
use core::cell::Cell;
use core::ptr::{self, NonNull};

use super::heap::{Heap, OutOfMemory};

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
        let size = size
            .checked_add(HEAD)
            .and_then(|n| n.checked_next_multiple_of(ALIGN))
            .ok_or(OutOfMemory)?;
        let layout = Layout::from_size_align(size, ALIGN).map_err(|_| OutOfMemory)?;
        let block = self.take(layout)?;
        self.debt -= size as isize;
        let large = block.cast::<Large>();
        // SAFETY: the block is fresh, aligned, and longer than the head.
        unsafe {
            large.write(Large {
                next: Cell::new(self.large.head),
                size,
                marked: Cell::new(false),
                swept: Cell::new(self.sweep_number),
                _pad: [0; 2],
            });
            self.large.head = large.as_ptr();
            Ok(block.add(HEAD))
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
