//! Interned strings: immutable bytes and their hashes.

use core::cell::Cell;

use crate::gc::Header;

/// A string object. The bytes follow the struct, then one NUL that isn't counted.
///
/// All strings are interned: two strings with the same bytes are the same object.
#[repr(C, align(8))]
pub struct Str {
    pub(crate) header: Header,
    /// What tables hash the string by: a running number. Strings that were made one after the other, as the field names of a
    /// constructor, never collide in a table that holds them all, and whoever wants n keys of the same hash
    /// has to make n times the table's size of strings.
    pub(crate) hash: u32,
    pub(crate) len: u32,
    /// Free for the compiler: 0, or 1 + the number of the metamethod event that this string names (see `vm::meta`).
    pub(crate) event: Cell<u8>,
    /// The upper three bytes of the keyed hash of the bytes; the lowest one is `header.b`.
    pub(crate) upper_hash: Cell<[u8; 3]>,
}

const _: () = assert!(size_of::<Str>() == 16);

impl Str {
    /// The keyed hash of the bytes, by which the intern table finds the string.
    #[inline(always)]
    pub(crate) fn intern_hash(&self) -> u32 {
        let [h1, h2, h3] = self.upper_hash.get();
        u32::from_le_bytes([self.header.b.get(), h1, h2, h3])
    }
    /// Sets the keyed hash, when the key changes.
    pub(crate) fn set_intern_hash(&self, hash: u32) {
        let [h0, h1, h2, h3] = hash.to_le_bytes();
        self.header.b.set(h0);
        self.upper_hash.set([h1, h2, h3]);
    }
    /// The length in bytes.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len as usize
    }
    /// Is it the empty string?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// The bytes.
    #[inline(always)]
    pub fn as_bytes(&self) -> &[u8] {
        // SAFETY: `Heap::intern` is the only maker of strings; it allocates `len + 1` bytes behind the struct and
        // never writes them again. Collection can't happen while a native function holds this borrow, except at a
        // safepoint, where borrows of unrooted strings are forbidden (see `gc`).
        unsafe {
            core::slice::from_raw_parts((self as *const Str).add(1).cast::<u8>(), self.len as usize)
        }
    }
}
