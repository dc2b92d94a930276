//! Buffers: growable byte vectors that natives keep across calls, and the state's scratch space for building strings.

use core::cell::Cell;
use core::ptr::{self, NonNull};

use super::bytes;
use crate::gc::{Header, Heap, OutOfMemory};

/// A growable vector of bytes. No script sees one as a value.
#[repr(C)]
pub struct Buffer {
    pub(crate) header: Header,
    pub(crate) len: Cell<usize>,
    /// A heap block of `capacity` bytes, or null while that is 0.
    pub(crate) bytes: Cell<*mut u8>,
    pub(crate) capacity: Cell<usize>,
}

const FIRST_CAPACITY: usize = 64;

impl Buffer {
    /// The length in bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.len.get()
    }
    /// Is it empty?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len.get() == 0
    }
    /// The bytes. They must not be held while the buffer changes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        if self.is_empty() {
            return &[];
        }
        // SAFETY: the first `len` bytes of the block are initialised.
        unsafe { core::slice::from_raw_parts(self.bytes.get(), self.len.get()) }
    }
    /// The bytes, to be changed. Pushing or resizing while they are held is as wrong as with [`Buffer::as_bytes`].
    #[inline]
    pub fn cells(&self) -> &[Cell<u8>] {
        if self.is_empty() {
            return &[];
        }
        // SAFETY: the first `len` bytes of the block are initialised, and a cell is laid out as what it holds.
        unsafe { core::slice::from_raw_parts(self.bytes.get().cast(), self.len.get()) }
    }
    /// Makes it `len` bytes long; new ones are 0.
    pub fn resize(&self, heap: &mut Heap, len: usize) -> Result<(), OutOfMemory> {
        let old = self.len.get();
        if let Some(more) = len.checked_sub(old) {
            self.reserve(heap, more)?;
            // SAFETY: `reserve` made room for `more` bytes behind the first `old`.
            unsafe { ptr::write_bytes(self.bytes.get().wrapping_add(old), 0, more) }
        }
        self.len.set(len);
        Ok(())
    }
    /// Drops the bytes from `len` on.
    #[inline]
    pub fn truncate(&self, len: usize) {
        self.len.set(self.len.get().min(len));
    }
    /// Drops all bytes and keeps the room.
    #[inline]
    pub fn clear(&self) {
        self.len.set(0);
    }
    /// Appends bytes, which aren't the buffer's own.
    #[inline]
    pub fn push_bytes(&self, heap: &mut Heap, text: &[u8]) -> Result<(), OutOfMemory> {
        self.reserve(heap, text.len())?;
        let len = self.len.get();
        // SAFETY: `reserve` made room behind the first `len` bytes, and no slice of the buffer is borrowed mutably.
        unsafe { bytes::copy(text.as_ptr(), self.bytes.get().add(len), text.len()) }
        self.len.set(len + text.len());
        Ok(())
    }
    /// Appends one byte.
    #[inline]
    pub fn push(&self, heap: &mut Heap, byte: u8) -> Result<(), OutOfMemory> {
        self.push_bytes(heap, &[byte])
    }
    /// Makes room for `n` more bytes.
    #[inline]
    pub fn reserve(&self, heap: &mut Heap, n: usize) -> Result<(), OutOfMemory> {
        if n > self.capacity.get() - self.len.get() {
            self.grow(heap, n)
        } else {
            Ok(())
        }
    }

    #[cold]
    fn grow(&self, heap: &mut Heap, n: usize) -> Result<(), OutOfMemory> {
        let old = self.capacity.get();
        let needed = self.len.get().checked_add(n).ok_or(OutOfMemory)?;
        let capacity = needed.max(old.saturating_mul(2)).max(FIRST_CAPACITY);
        let block = match NonNull::new(self.bytes.get()) {
            // SAFETY: the block is this buffer's own, of `old` bytes.
            Some(block) => unsafe { heap.realloc_block(block, old, capacity)? },
            None => heap.alloc_block(capacity)?,
        };
        self.bytes.set(block.as_ptr());
        self.capacity.set(capacity);
        Ok(())
    }

    /// Gives the room back, for a buffer that grew large once.
    pub fn release(&self, heap: &mut Heap) {
        self.len.set(0);
        let capacity = self.capacity.replace(0);
        if let Some(block) = NonNull::new(self.bytes.replace(ptr::null_mut())) {
            // SAFETY: the block was this buffer's own and is forgotten.
            unsafe { heap.free_block(block, capacity) }
        }
    }
}
