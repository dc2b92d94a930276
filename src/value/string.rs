//! Interned strings: immutable bytes, a keyed hash, and a link to the next string of the same intern bucket.

use core::cell::Cell;

use crate::gc::Header;

/// A string object. The bytes follow the struct, then one NUL that isn't counted.
///
/// All strings are interned: two strings with the same bytes are the same object.
#[repr(C)]
pub struct Str {
    pub(crate) header: Header,
    pub(crate) hash: u32,
    pub(crate) len: u32,
    /// Free for the compiler: 0, or 1 + the number of the metamethod event that this string names (see `vm::meta`).
    pub(crate) event: Cell<u8>,
    pub(crate) next: Cell<*mut Str>,
}

impl Str {
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
