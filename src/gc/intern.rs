//! The intern table: every string once, found by a keyed hash over all of its bytes.
//!
//! The hash is a folded multiplication over 16 bytes at a time, in the manner of wyhash and foldhash, keyed with
//! 128 bits of the host's entropy.

use core::cell::Cell;
use core::ptr::{self, NonNull};

use super::header::{Header, Kind};
use super::heap::{Heap, OutOfMemory};
use crate::value::{Gc, Str};

/// The longest string.
const MAX_LENGTH: usize = 0x7FFF_FF00;
const FIRST_SIZE: u32 = 256;
/// Strings keep this much of their hash, so this many buckets are the most that make sense.
const HASH_BITS: u32 = 24;

/// The buckets, each a chain of strings.
pub(super) struct InternTable {
    pub buckets: *mut *mut Str,
    /// Number of buckets minus 1; the number is a power of two.
    pub mask: u32,
    /// Number of strings.
    pub count: u32,
    /// The number that the next string gets, which tables use as its hash.
    next_number: u32,
    key: [u64; 2],
}

impl InternTable {
    pub fn new(key: [u64; 2]) -> InternTable {
        InternTable {
            buckets: ptr::null_mut(),
            mask: 0,
            count: 0,
            next_number: fold(key[0], key[1] | 1) as u32,
            key,
        }
    }
    #[inline(always)]
    fn bucket(&self, hash: u32) -> *mut *mut Str {
        self.buckets.wrapping_add((hash & self.mask) as usize)
    }
}

#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[inline(always)]
fn word(bytes: &[u8], at: usize) -> u64 {
    debug_assert!(at + 8 <= bytes.len());
    // SAFETY: every caller made sure that 8 bytes lie at `at`.
    u64::from_le(unsafe { bytes.as_ptr().add(at).cast::<u64>().read_unaligned() })
}

#[inline(always)]
fn half(bytes: &[u8], at: usize) -> u64 {
    debug_assert!(at + 4 <= bytes.len());
    // SAFETY: every caller made sure that 4 bytes lie at `at`.
    u64::from(u32::from_le(unsafe {
        bytes.as_ptr().add(at).cast::<u32>().read_unaligned()
    }))
}

/// The keyed hash of some bytes.
#[inline]
fn hash(key: &[u64; 2], bytes: &[u8]) -> u32 {
    let len = bytes.len();
    let mut state = key[0] ^ len as u64;
    let (a, b) = if len > 16 {
        let mut at = 0;
        while at + 16 < len {
            state = fold(word(bytes, at) ^ state, word(bytes, at + 8) ^ key[1]);
            at += 16;
        }
        (word(bytes, len - 16), word(bytes, len - 8))
    } else if len >= 8 {
        (word(bytes, 0), word(bytes, len - 8))
    } else if len >= 4 {
        (half(bytes, 0), half(bytes, len - 4))
    } else if len > 0 {
        (
            u64::from(bytes[0]) << 8 | u64::from(bytes[len / 2]),
            u64::from(bytes[len - 1]),
        )
    } else {
        (0, 0)
    };
    let hash = fold(a ^ state, b ^ key[1]);
    (hash ^ hash >> 32) as u32 & ((1 << HASH_BITS) - 1)
}

/// Are two slices of the same length equal? Short ones without a call.
#[inline(always)]
fn equal(a: &[u8], b: &[u8]) -> bool {
    let len = a.len();
    match len {
        8..=16 => word(a, 0) == word(b, 0) && word(a, len - 8) == word(b, len - 8),
        4..8 => half(a, 0) == half(b, 0) && half(a, len - 4) == half(b, len - 4),
        _ => a == b,
    }
}

impl Heap {
    /// The string with these bytes.
    pub fn intern(&mut self, bytes: &[u8]) -> Result<Gc<Str>, OutOfMemory> {
        let hash = hash(&self.strings.key, bytes);
        // SAFETY: the table was made in `Heap::new`; its chains hold live strings.
        unsafe {
            let mut string = *self.strings.bucket(hash);
            while let Some(s) = string.as_ref() {
                if s.intern_hash() == hash && s.len() == bytes.len() && equal(s.as_bytes(), bytes) {
                    return Ok(self.found_string(Gc::from_ptr(string)));
                }
                string = s.next.get();
            }
        }
        self.new_string(hash, bytes)
    }

    fn new_string(&mut self, hash: u32, bytes: &[u8]) -> Result<Gc<Str>, OutOfMemory> {
        if bytes.len() > MAX_LENGTH {
            return Err(OutOfMemory);
        }
        if self.strings.count > self.strings.mask {
            // Longer chains are the only harm if that fails.
            let _ = self.grow_intern_table();
        }
        let cell = self
            .allocate(size_of::<Str>() + bytes.len() + 1)?
            .cast::<Str>();
        let [h0, h1, h2, _] = hash.to_le_bytes();
        // SAFETY: the cell is fresh and has room for the struct, the bytes and a NUL.
        unsafe {
            let bucket = self.strings.bucket(hash);
            cell.write(Str {
                header: Header::new(Kind::Str, 0, 0),
                hash: self.strings.next_number,
                len: bytes.len() as u32,
                event: Cell::new(0),
                intern_hash: [h0, h1, h2],
                next: Cell::new(*bucket),
            });
            let text = cell.add(1).cast::<u8>();
            ptr::copy_nonoverlapping(bytes.as_ptr(), text.as_ptr(), bytes.len());
            text.add(bytes.len()).write(0);
            *bucket = cell.as_ptr();
        }
        self.strings.count += 1;
        self.strings.next_number = self.strings.next_number.wrapping_add(1);
        // SAFETY: it is a string now.
        Ok(unsafe { Gc::from_non_null(cell) })
    }

    /// Doubles the number of buckets.
    pub(super) fn grow_intern_table(&mut self) -> Result<(), OutOfMemory> {
        if self.strings.buckets.is_null() {
            self.resize_intern_table(FIRST_SIZE)
        } else if self.strings.mask >> (HASH_BITS - 1) == 0 {
            self.resize_intern_table((self.strings.mask + 1) * 2)
        } else {
            Ok(())
        }
    }

    /// Halves the number of buckets where most are empty.
    pub(super) fn shrink_intern_table(&mut self) {
        let size = self.strings.mask + 1;
        if size > FIRST_SIZE && self.strings.count < size / 4 {
            // A table that is too large is the only harm if that fails.
            let _ = self.resize_intern_table(size / 2);
        }
    }

    fn resize_intern_table(&mut self, size: u32) -> Result<(), OutOfMemory> {
        let bytes = size as usize * size_of::<*mut Str>();
        let buckets = self.alloc_block(bytes)?.cast::<*mut Str>();
        // SAFETY: the new block holds `size` pointers; the old one `mask + 1`, if there is one.
        unsafe {
            buckets.write_bytes(0, size as usize);
            if let Some(old) = NonNull::new(self.strings.buckets) {
                for i in 0..=self.strings.mask as usize {
                    let mut string = old.add(i).read();
                    while let Some(s) = string.as_ref() {
                        let bucket = buckets.add((s.intern_hash() & (size - 1)) as usize);
                        let next = s.next.replace(bucket.read());
                        bucket.write(string);
                        string = next;
                    }
                }
                self.free_intern_table();
            }
        }
        self.strings.buckets = buckets.as_ptr();
        self.strings.mask = size - 1;
        Ok(())
    }

    pub(super) fn free_intern_table(&mut self) {
        if let Some(buckets) = NonNull::new(self.strings.buckets) {
            let bytes = (self.strings.mask as usize + 1) * size_of::<*mut Str>();
            // SAFETY: `resize_intern_table` allocated it with this size.
            unsafe { self.free_block(buckets.cast(), bytes) };
            self.strings.buckets = ptr::null_mut();
        }
    }

    /// Takes a dead string out of the table.
    pub(super) fn forget_string(&mut self, string: &Str) {
        // SAFETY: every string is in the chain of its hash's bucket until it is freed.
        unsafe {
            let mut link = self.strings.bucket(string.intern_hash());
            while !ptr::eq(*link, string) {
                link = (**link).next.as_ptr();
            }
            *link = string.next.get();
        }
        self.strings.count -= 1;
    }
}
