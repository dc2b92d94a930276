//! The intern table: every string once, found by a keyed hash over all of its bytes.
//!
//! The hash is a folded multiplication over 16 bytes at a time, in the manner of wyhash and foldhash, keyed with
//! 128 bits of the host's entropy. The table is an open-addressing one with Robin Hood probing: entries are sorted by their
//! distance from home, which is kept in the entry with eight bits of the hash, so that neither a miss nor a
//! removal has to look at other strings.

use core::cell::Cell;
use core::ptr::{self, NonNull};

use super::header::{Header, Kind};
use super::heap::{Heap, OutOfMemory};
use crate::value::{Gc, Str};

/// The longest string.
const MAX_LENGTH: usize = 0x7FFF_FF00;
const FIRST_SIZE: usize = 256;
/// The greatest distance of an entry from its home.
const MAX_DISTANCE: u64 = 254;

/// A place of the table: 0 when empty, else 8 bits of the hash, 8 bits of distance, 48 bits of the string's address.
#[derive(Clone, Copy)]
struct Entry(u64);

const ADDRESS: u64 = (1 << 48) - 1;
const ONE_AWAY: u64 = 1 << 48;

impl Entry {
    const EMPTY: Entry = Entry(0);

    #[inline(always)]
    fn new(s: NonNull<Str>, hash: u32) -> Entry {
        Entry(u64::from(hash >> 24) << 56 | s.as_ptr().expose_provenance() as u64 & ADDRESS)
    }
    #[inline(always)]
    fn is_empty(self) -> bool {
        self.0 == 0
    }
    #[inline(always)]
    fn distance(self) -> u64 {
        self.0 >> 48 & 0xFF
    }
    #[inline(always)]
    fn string(self) -> *mut Str {
        let address = ((self.0 << 16) as i64 >> 16) as usize;
        ptr::with_exposed_provenance_mut(address)
    }
}

/// The table and its key.
pub(super) struct InternTable {
    entries: *mut Entry,
    /// Number of places minus 1; the number is a power of two.
    mask: usize,
    /// Number of strings.
    count: usize,
    /// The number that the next string gets, which tables use as its hash.
    next_number: u32,
    key: [u64; 2],
}

impl InternTable {
    pub fn new(key: [u64; 2]) -> InternTable {
        InternTable {
            entries: ptr::null_mut(),
            mask: 0,
            count: 0,
            next_number: fold(key[0], key[1] | 1) as u32,
            key,
        }
    }
    /// A place; the index wraps around.
    #[inline(always)]
    fn place(&self, index: usize) -> &Cell<Entry> {
        // SAFETY: the table has `mask + 1` places from `Heap::new` on.
        unsafe { &*self.entries.add(index & self.mask).cast::<Cell<Entry>>() }
    }

    /// Enters a string that isn't there; false if its place would be too far away.
    fn insert(&mut self, s: NonNull<Str>, hash: u32) -> bool {
        let mut index = hash as usize;
        let mut entry = Entry::new(s, hash);
        while !self.place(index).get().is_empty()
            && self.place(index).get().distance() >= entry.distance()
        {
            if entry.distance() == MAX_DISTANCE {
                return false;
            }
            index += 1;
            entry.0 += ONE_AWAY;
        }
        // From here to the next empty place all entries move by one.
        let mut end = index;
        while !self.place(end).get().is_empty() {
            if self.place(end).get().distance() == MAX_DISTANCE {
                return false;
            }
            end += 1;
        }
        while end > index {
            let moved = self.place(end - 1).get().0 + ONE_AWAY;
            self.place(end).set(Entry(moved));
            end -= 1;
        }
        self.place(index).set(entry);
        self.count += 1;
        true
    }

    /// Removes a string that is there.
    fn remove(&mut self, s: &Str) {
        let mut index = s.intern_hash() as usize;
        while !ptr::eq(self.place(index).get().string(), s) {
            index += 1;
        }
        loop {
            let next = self.place(index + 1).get();
            if next.is_empty() || next.distance() == 0 {
                break;
            }
            self.place(index).set(Entry(next.0 - ONE_AWAY));
            index += 1;
        }
        self.place(index).set(Entry::EMPTY);
        self.count -= 1;
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
    (hash ^ hash >> 32) as u32
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
        let mut index = hash as usize;
        let mut wanted = u64::from(hash >> 24) << 8;
        loop {
            let entry = self.strings.place(index).get();
            if entry.0 >> 48 == wanted && !entry.is_empty() {
                // SAFETY: the table holds strings that aren't freed.
                let s = unsafe { Gc::from_ptr(entry.string()) };
                if s.len() == bytes.len() && equal(s.as_bytes(), bytes) {
                    return Ok(self.found_string(s));
                }
            } else if entry.is_empty() || entry.distance() < wanted & 0xFF {
                return self.new_string(hash, bytes);
            }
            if wanted & 0xFF == MAX_DISTANCE {
                return self.new_string(hash, bytes);
            }
            index += 1;
            wanted += 1;
        }
    }

    fn new_string(&mut self, hash: u32, bytes: &[u8]) -> Result<Gc<Str>, OutOfMemory> {
        if bytes.len() > MAX_LENGTH {
            return Err(OutOfMemory);
        }
        let size = self.strings.mask + 1;
        if self.strings.count >= size / 8 * 7 {
            let grown = self.resize_intern_table(size * 2);
            if self.strings.count >= size / 16 * 15 {
                grown?;
            }
        }
        let cell = self
            .allocate(size_of::<Str>() + bytes.len() + 1)?
            .cast::<Str>();
        let [h0, h1, h2, h3] = hash.to_le_bytes();
        // SAFETY: the cell is fresh and has room for the struct, the bytes and a NUL.
        unsafe {
            cell.write(Str {
                header: Header::new(Kind::Str, 0, h0),
                hash: self.strings.next_number,
                len: bytes.len() as u32,
                event: Cell::new(0),
                upper_hash: [h1, h2, h3],
            });
            let text = cell.add(1).cast::<u8>();
            ptr::copy_nonoverlapping(bytes.as_ptr(), text.as_ptr(), bytes.len());
            text.add(bytes.len()).write(0);
        }
        while !self.strings.insert(cell, hash) {
            if let Err(error) = self.resize_intern_table((self.strings.mask + 1) * 2) {
                // SAFETY: nobody has seen the string.
                unsafe { self.discard(cell.cast()) };
                return Err(error);
            }
        }
        self.strings.next_number = self.strings.next_number.wrapping_add(1);
        // SAFETY: it is a string now.
        Ok(unsafe { Gc::from_non_null(cell) })
    }

    /// Makes the first table.
    pub(super) fn make_intern_table(&mut self) -> Result<(), OutOfMemory> {
        self.resize_intern_table(FIRST_SIZE)
    }

    /// Halves the table where it is mostly empty.
    pub(super) fn shrink_intern_table(&mut self) {
        let size = self.strings.mask + 1;
        if size > FIRST_SIZE && self.strings.count < size / 4 {
            // A table that is too large is the only harm if that fails.
            let _ = self.resize_intern_table(size / 2);
        }
    }

    #[cold]
    fn resize_intern_table(&mut self, size: usize) -> Result<(), OutOfMemory> {
        let bytes = size * size_of::<Entry>();
        let entries = self.alloc_block(bytes)?.cast::<Entry>();
        let mut new = InternTable {
            entries: entries.as_ptr(),
            mask: size - 1,
            count: 0,
            ..self.strings
        };
        // SAFETY: the new block holds `size` entries; the old one has `mask + 1`, if there is one, of strings that
        // aren't freed.
        unsafe {
            entries.write_bytes(0, size);
            if !self.strings.entries.is_null() {
                for i in 0..=self.strings.mask {
                    let entry = self.strings.place(i).get();
                    if let Some(s) = NonNull::new(entry.string())
                        && !new.insert(s, s.as_ref().intern_hash())
                    {
                        self.free_block(entries.cast(), bytes);
                        return Err(OutOfMemory);
                    }
                }
                self.free_intern_table();
            }
        }
        self.strings = new;
        Ok(())
    }

    /// Frees the table, when there are no strings any more or they are in another one.
    pub(super) fn free_intern_table(&mut self) {
        if let Some(entries) = NonNull::new(self.strings.entries) {
            let bytes = (self.strings.mask + 1) * size_of::<Entry>();
            // SAFETY: `resize_intern_table` allocated it with this size.
            unsafe { self.free_block(entries.cast(), bytes) };
            self.strings.entries = ptr::null_mut();
        }
    }

    /// Takes a dead string out of the table.
    #[inline]
    pub(super) fn forget_string(&mut self, s: &Str) {
        self.strings.remove(s);
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::super::testing::{Random, heap};
    use super::*;
    use std::vec::Vec;

    #[test]
    fn every_string_is_found_once() {
        let mut heap = heap();
        let mut random = Random(9);
        let texts: Vec<Vec<u8>> = (0..20_000)
            .map(|i| {
                let mut text = std::vec![0; random.below(40) as usize];
                text.iter_mut().for_each(|b| *b = random.below(3) as u8);
                text.extend_from_slice(&u32::to_le_bytes(i)[..3]);
                text
            })
            .collect();
        let strings: Vec<_> = texts.iter().map(|t| heap.intern(t).unwrap()).collect();
        for (text, s) in texts.iter().zip(&strings) {
            assert_eq!(s.as_bytes(), text);
            assert_eq!(heap.intern(text), Ok(*s));
        }
        let most = (0..=heap.strings.mask)
            .map(|i| heap.strings.place(i).get().distance())
            .max();
        assert!(most < Some(60), "{most:?}");
    }

    #[test]
    fn hash_reads_every_byte() {
        for len in 0..70 {
            let mut bytes = std::vec![7u8; len];
            let mut seen = std::collections::BTreeSet::from([hash(&[1, 2], &bytes)]);
            for i in 0..len {
                bytes[i] ^= 1;
                assert!(seen.insert(hash(&[1, 2], &bytes)), "length {len} byte {i}");
                bytes[i] ^= 1;
            }
            assert_ne!(hash(&[1, 2], &bytes), hash(&[3, 2], &bytes));
        }
    }
}
