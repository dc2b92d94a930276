//! The intern table: every string once, found by a keyed hash over all of its bytes.
//!
//! The hash is a folded multiplication over 16 bytes at a time, in the manner of wyhash and foldhash, keyed with
//! 128 bits of the host's entropy; long texts are four such hashes side by side, so that multiplications overlap. The table is an open-addressing one with Robin Hood probing: entries are sorted by their
//! distance from home, which is kept in the entry with eight bits of the hash, so that neither a miss nor a
//! removal has to look at other strings. No entry is more than 254 places from home: where one would be in spite
//! of a load below one half, somebody knows the key, and the table is built anew with another.

use core::cell::Cell;
use core::ptr::{self, NonNull};

use super::header::{Header, Kind};
use super::heap::{Heap, OutOfMemory};
use crate::value::bytes::{copy, equal};
use crate::value::{Buffer, Gc, Str};

/// A text of so many bytes or more becomes a string where it lies.
const TAKEN_OVER: usize = 1 << 20;
/// The longest string.
const MAX_LENGTH: usize = 0x7FFF_FF00;
const FIRST_SIZE: usize = 256;
/// How many parts of a long text are hashed side by side.
const LANES: usize = 4;
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
#[derive(Clone, Copy)]
pub(super) struct InternTable {
    entries: *mut Entry,
    /// Number of places minus 1; the number is a power of two.
    mask: usize,
    /// Number of strings.
    count: usize,
    /// That number when the last sweep began.
    count_to_sweep: usize,
    /// The number that the next string gets, which tables use as its hash.
    next_number: u32,
    key: [u64; 2],
}

fn pointer(s: Gc<Str>) -> NonNull<Str> {
    // SAFETY: a `Gc` isn't null.
    unsafe { NonNull::new_unchecked(s.as_ptr()) }
}

/// Why a table could not be built.
enum Unbuilt {
    Memory(OutOfMemory),
    /// An entry would be too far from home.
    Crowded,
}

impl InternTable {
    pub fn new(key: [u64; 2]) -> InternTable {
        let key = next_key(key);
        InternTable {
            entries: ptr::null_mut(),
            mask: 0,
            count: 0,
            count_to_sweep: 0,
            next_number: fold(key[0], key[1] | 1) as u32,
            key,
        }
    }
    fn size(&self) -> usize {
        self.mask + 1
    }
    /// A place; the index wraps around.
    #[inline(always)]
    fn place(&self, index: usize) -> &Cell<Entry> {
        // SAFETY: the table has `mask + 1` places from `Heap::new` on.
        unsafe { &*self.entries.add(index & self.mask).cast::<Cell<Entry>>() }
    }

    /// All strings.
    fn strings(self) -> impl Iterator<Item = Gc<Str>> {
        let size = if self.entries.is_null() {
            0
        } else {
            self.size()
        };
        (0..size).filter_map(move |i| {
            let s = NonNull::new(self.place(i).get().string())?;
            // SAFETY: strings that are in the table aren't freed yet.
            Some(unsafe { Gc::from_non_null(s) })
        })
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

/// A key made of another by the finalizer of splitmix64, so that weak ones become strong.
fn next_key(key: [u64; 2]) -> [u64; 2] {
    let mix = |x: u64| {
        let x = (x ^ x >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let x = (x ^ x >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ x >> 31
    };
    let sum = key[0].wrapping_add(0x9E37_79B9_7F4A_7C15);
    [mix(sum), mix(key[1].wrapping_add(mix(sum)))]
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

/// The state behind all whole groups of lanes but the last bytes, and how many bytes those groups have.
#[inline(never)]
fn hash_lanes(key: &[u64; 2], state: u64, bytes: &[u8]) -> (u64, usize) {
    let mut lanes = [0, 16, 32, 48].map(|turn| state.rotate_left(turn));
    let mut at = 0;
    while at + LANES * 16 < bytes.len() {
        for (i, lane) in lanes.iter_mut().enumerate() {
            let at = at + i * 16;
            *lane = fold(word(bytes, at) ^ *lane, word(bytes, at + 8) ^ key[1]);
        }
        at += LANES * 16;
    }
    (lanes.into_iter().fold(0, |all, lane| all ^ lane), at)
}

/// The keyed hash of some bytes.
#[inline(always)]
fn hash(key: &[u64; 2], bytes: &[u8]) -> u32 {
    let len = bytes.len();
    let mut state = key[0] ^ len as u64;
    let (a, b) = if len > 16 {
        let mut at = 0;
        if len > LANES * 16 {
            (state, at) = hash_lanes(key, state, bytes);
        }
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

impl Heap {
    /// The string with these bytes.
    pub fn intern(&mut self, bytes: &[u8]) -> Result<Gc<Str>, OutOfMemory> {
        let hash = hash(&self.strings.key, bytes);
        match self.find_string(hash, bytes) {
            Some(s) => Ok(s),
            None => self.new_string(hash, bytes),
        }
    }

    /// The string with a buffer's bytes. Where they are many it takes them over instead of copying them, and the buffer
    /// has no room any more.
    #[inline]
    pub(crate) fn intern_buffer(&mut self, text: Gc<Buffer>) -> Result<Gc<Str>, OutOfMemory> {
        if text.len() < TAKEN_OVER {
            self.intern(text.as_bytes())
        } else {
            self.intern_long(text)
        }
    }

    #[cold]
    #[inline(never)]
    fn intern_long(&mut self, text: Gc<Buffer>) -> Result<Gc<Str>, OutOfMemory> {
        let hash = hash(&self.strings.key, text.as_bytes());
        if let Some(s) = self.find_string(hash, text.as_bytes()) {
            text.release(self);
            return Ok(s);
        }
        let len = text.len();
        self.make_room_for_string(len)?;
        // SAFETY: so many bytes don't fit into a cell. The object has room for the struct, the bytes and a NUL.
        unsafe {
            let object = self.take_over(text, size_of::<Str>())?.cast();
            self.enter_string(object, hash, len)
        }
    }

    /// The string with a buffer's bytes from `start` on, in front of which others may wait.
    #[cfg(feature = "jit")]
    pub(crate) fn intern_rest(
        &mut self,
        text: Gc<Buffer>,
        start: usize,
    ) -> Result<Gc<Str>, OutOfMemory> {
        match start {
            0 => self.intern_buffer(text),
            _ => self.intern(&text.as_bytes()[start..]),
        }
    }

    /// The string with these bytes and this hash, if there is one.
    #[inline(always)]
    fn find_string(&mut self, hash: u32, bytes: &[u8]) -> Option<Gc<Str>> {
        let mut index = hash as usize;
        let mut wanted = u64::from(hash >> 24) << 8;
        loop {
            let entry = self.strings.place(index).get();
            if entry.0 >> 48 == wanted && !entry.is_empty() {
                // SAFETY: the table holds strings that aren't freed.
                let s = unsafe { Gc::from_ptr(entry.string()) };
                if equal(s.as_bytes(), bytes) {
                    return Some(self.found_string(s));
                }
            } else if entry.is_empty() || entry.distance() < wanted & 0xFF {
                return None;
            }
            if wanted & 0xFF == MAX_DISTANCE {
                return None;
            }
            index += 1;
            wanted += 1;
        }
    }

    #[inline(never)]
    fn new_string(&mut self, hash: u32, bytes: &[u8]) -> Result<Gc<Str>, OutOfMemory> {
        self.make_room_for_string(bytes.len())?;
        let object = self
            .allocate(size_of::<Str>() + bytes.len() + 1)?
            .cast::<Str>();
        // SAFETY: the object is fresh and has room for the struct, the bytes and a NUL.
        unsafe {
            copy(bytes.as_ptr(), object.add(1).cast().as_ptr(), bytes.len());
            self.enter_string(object, hash, bytes.len())
        }
    }

    /// Makes sure that the table takes one more string, of `len` bytes.
    #[inline(always)]
    fn make_room_for_string(&mut self, len: usize) -> Result<(), OutOfMemory> {
        if len > MAX_LENGTH {
            return Err(OutOfMemory);
        }
        let size = self.strings.size();
        if self.strings.count >= size / 8 * 7 {
            let grown = self.rebuild_intern_table(size * 2, self.strings.key);
            if self.strings.count >= size / 16 * 15
                && let Err(Unbuilt::Memory(error)) = grown
            {
                return Err(error);
            }
        }
        Ok(())
    }

    /// Makes an object a string whose bytes lie in place already, and enters it into the table.
    ///
    /// # Safety
    /// The object is fresh, and `len` bytes are written behind the struct, with room for a NUL.
    #[inline(always)]
    unsafe fn enter_string(
        &mut self,
        object: NonNull<Str>,
        hash: u32,
        len: usize,
    ) -> Result<Gc<Str>, OutOfMemory> {
        // SAFETY: the caller's promise.
        let s = unsafe {
            object.write(Str {
                header: Header::new(Kind::Str, 0, 0),
                hash: self.strings.next_number,
                len: len as u32,
                event: Cell::new(0),
                upper_hash: Cell::new([0; 3]),
            });
            object.add(1).cast::<u8>().add(len).write(0);
            Gc::from_non_null(object)
        };
        s.set_intern_hash(hash);
        if !self.strings.insert(object, hash)
            && let Err(error) = self.insert_in_crowd(s)
        {
            // SAFETY: nobody has seen the string.
            unsafe { self.discard(object.cast()) };
            return Err(error);
        }
        self.strings.next_number = self.strings.next_number.wrapping_add(1);
        Ok(s)
    }

    /// Enters a string into a table where it would be too far from home.
    #[cold]
    fn insert_in_crowd(&mut self, s: Gc<Str>) -> Result<(), OutOfMemory> {
        let mut key = self.strings.key;
        for _ in 0..8 {
            let mut size = self.strings.size();
            if self.strings.count < size / 2 {
                key = next_key(key);
            } else {
                size *= 2;
            }
            match self.rebuild_intern_table(size, key) {
                Err(Unbuilt::Memory(error)) => return Err(error),
                Err(Unbuilt::Crowded) => continue,
                Ok(()) => {}
            }
            let hash = hash(&self.strings.key, s.as_bytes());
            s.set_intern_hash(hash);
            if self.strings.insert(pointer(s), hash) {
                return Ok(());
            }
        }
        Err(OutOfMemory)
    }

    /// Makes the first table.
    pub(super) fn make_intern_table(&mut self) -> Result<(), OutOfMemory> {
        match self.rebuild_intern_table(FIRST_SIZE, self.strings.key) {
            Err(Unbuilt::Memory(error)) => Err(error),
            _ => Ok(()),
        }
    }

    /// Notes how many strings there are before a sweep, dead ones included.
    pub(super) fn count_strings_to_sweep(&mut self) {
        self.strings.count_to_sweep = self.strings.count;
    }

    /// Halves the table where it was mostly empty even before the sweep: who makes many short-lived strings would
    /// build it anew in every cycle if only those left counted.
    pub(super) fn shrink_intern_table(&mut self) {
        let size = self.strings.size();
        if size > FIRST_SIZE && self.strings.count.max(self.strings.count_to_sweep) < size / 4 {
            // A table that is too large is the only harm if that fails.
            let _ = self.rebuild_intern_table(size / 2, self.strings.key);
        }
    }

    /// Replaces the table by one with another size or another key. On failure it stays as it was.
    #[cold]
    fn rebuild_intern_table(&mut self, size: usize, key: [u64; 2]) -> Result<(), Unbuilt> {
        let bytes = size * size_of::<Entry>();
        let entries = self.alloc_block(bytes).map_err(Unbuilt::Memory)?;
        let old = self.strings;
        let mut new = InternTable {
            entries: entries.as_ptr().cast(),
            mask: size - 1,
            count: 0,
            key,
            ..old
        };
        // SAFETY: the block holds `size` entries.
        unsafe { new.entries.write_bytes(0, size) };
        for s in old.strings() {
            if key != old.key {
                s.set_intern_hash(hash(&key, s.as_bytes()));
            }
            if !new.insert(pointer(s), s.intern_hash()) {
                if key != old.key {
                    for s in old.strings() {
                        s.set_intern_hash(hash(&old.key, s.as_bytes()));
                    }
                }
                // SAFETY: the block was just allocated.
                unsafe { self.free_block(entries, bytes) };
                return Err(Unbuilt::Crowded);
            }
        }
        self.free_intern_table();
        self.strings = new;
        Ok(())
    }

    /// Frees the table, when there are no strings any more or they are in another one.
    pub(super) fn free_intern_table(&mut self) {
        if let Some(entries) = NonNull::new(self.strings.entries) {
            let bytes = self.strings.size() * size_of::<Entry>();
            // SAFETY: `rebuild_intern_table` allocated it with this size.
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
    fn whoever_knows_the_key_gains_nothing() {
        let mut heap = heap();
        let key = heap.strings.key;
        // Words whose multiplication with the key gives zero.
        let mut text = [0; 16];
        text[8..].copy_from_slice(&key[1].to_le_bytes());
        let mut texts = Vec::new();
        for i in 0..2000u64 {
            text[..8].copy_from_slice(&i.to_le_bytes());
            assert_eq!(hash(&key, &text), 0);
            texts.push(text);
        }
        let strings: Vec<_> = texts.iter().map(|t| heap.intern(t).unwrap()).collect();
        assert_ne!(heap.strings.key, key);
        assert!(heap.strings.size() <= 4096);
        for (text, s) in texts.iter().zip(&strings) {
            assert_eq!(heap.intern(text), Ok(*s));
            assert_eq!(s.as_bytes(), text);
        }
    }

    #[test]
    fn long_texts_become_strings_where_they_lie() {
        let mut heap = heap();
        let text = heap.new_buffer().unwrap();
        let long: Vec<u8> = (0..TAKEN_OVER + 5).map(|i| (i % 251) as u8).collect();
        text.push_bytes(&mut heap, &long).unwrap();
        let block = text.bytes.get();
        let s = heap.intern_buffer(text).unwrap();
        assert_eq!(s.as_bytes(), long);
        assert!(text.is_empty() && text.capacity.get() == 0 && !block.is_null());
        // The same text again is the same string, and the buffer's room goes.
        text.push_bytes(&mut heap, &long).unwrap();
        let used = heap.used();
        assert_eq!(heap.intern_buffer(text), Ok(s));
        assert!(heap.used() < used - TAKEN_OVER);
        // Short ones are copied.
        text.push_bytes(&mut heap, b"short").unwrap();
        assert_eq!(heap.intern_buffer(text).unwrap().as_bytes(), b"short");
        assert_eq!(text.as_bytes(), b"short");
        // Without memory the buffer keeps what it has.
        text.push_bytes(&mut heap, &long).unwrap();
        heap.set_limit(0);
        assert_eq!(heap.intern_buffer(text), Err(OutOfMemory));
        assert_eq!(text.len(), long.len() + 5);
    }

    #[test]
    fn hash_reads_every_byte() {
        for len in (0..70).chain([127, 128, 129, 300]) {
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
