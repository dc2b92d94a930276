//! Entries by key in memory that the process writes while scripts look them up: what maps are made of.
//!
//! An entry is, in the machine's byte order:
//!
//! | at | | |
//! |---|---|---|
//! | 0 | u32 | the version, odd while the entry is being written |
//! | 4 | u32 | the key's hash |
//! | 8 | u32 | the key's length; 0 if there is no entry |
//! | 12 | u32 | the value's length |
//! | 16 | f64 | a number of the process's own |
//! | 24 | u32 | how often it was found |
//! | 32 | | room for the key, and behind it for the value |
//!
//! and begins at a multiple of 8. Entry `i` of the [`WAYS`] from the one that the hash names on may have the key, the last ones going on with the first.
//! Whoever reads copies key and value, and trusts the copy if the version is even and the same as before. There is one writer at a time.
//! `kernel/perilune_map.h` is the process's side.

use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ptr;
use core::slice;
use core::sync::atomic::{AtomicU32, Ordering, fence};

use crate::memory::Target;
use crate::speculation::at_most;

/// In how many entries a key may be.
pub const WAYS: usize = 4;
/// The longest key.
pub const MAX_KEY: usize = 256;

const HASH: usize = 4;
const KEY_LENGTH: usize = 8;
const VALUE_LENGTH: usize = 12;
const NUMBER: usize = 16;
const FOUND: usize = 24;
const KEY: usize = 32;

/// A key that has been fetched.
pub struct Key {
    bytes: [MaybeUninit<u8>; MAX_KEY],
    len: usize,
}

impl Key {
    /// An empty one.
    #[allow(clippy::new_without_default)]
    #[inline]
    pub fn new() -> Key {
        Key {
            bytes: [const { MaybeUninit::uninit() }; MAX_KEY],
            len: 0,
        }
    }
    /// Room for a key of this length, to be filled; no room, and an empty key, for one that is too long.
    #[inline]
    pub fn room(&mut self, len: usize) -> Target<'_> {
        self.len = if len > MAX_KEY { 0 } else { len };
        self.bytes[..self.len].fill(MaybeUninit::new(0));
        // SAFETY: so many bytes can be written; what is written is valid.
        unsafe { Target::shared(self.bytes.as_mut_ptr().cast(), self.len) }
    }
    /// Its bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        // SAFETY: `room` initialised the first `len` bytes.
        unsafe { slice::from_raw_parts(self.bytes.as_ptr().cast(), self.len) }
    }
}

/// The hash of a key.
pub fn hash(key: &[u8]) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut state = key.len() as u64;
    let mut mix = |word: [u8; 8]| {
        state = (state ^ u64::from_le_bytes(word)).wrapping_mul(FACTOR);
        state ^= state >> 32;
    };
    let (words, rest) = key.as_chunks::<8>();
    for word in words {
        mix(*word);
    }
    if !rest.is_empty() {
        let mut word = [0; 8];
        word[..rest.len()].copy_from_slice(rest);
        mix(word);
    }
    state as u32
}

/// What a lookup found.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Found {
    /// No such key, or its entry is being written.
    Nothing,
    /// A value that is longer than there is room for.
    Longer(usize),
    /// A value of this length, which was copied, and the process's number.
    Value(usize, f64),
}

/// Entries for keys and values of limited size.
#[derive(Clone, Copy, Debug)]
pub struct Entries<'a> {
    start: *mut u8,
    count: usize,
    key_size: usize,
    value_size: usize,
    lifetime: PhantomData<&'a [u8]>,
}

impl<'a> Entries<'a> {
    /// How many bytes an entry takes.
    pub const fn stride(key_size: usize, value_size: usize) -> usize {
        (KEY + key_size + value_size).next_multiple_of(8)
    }

    /// Entries from `start` on, which is a multiple of 8.
    ///
    /// # Safety
    /// `count * stride(key_size, value_size)` bytes can be read and written there for the lifetime `'a`, and nobody has a reference to them.
    pub unsafe fn new(
        start: *mut u8,
        count: usize,
        key_size: usize,
        value_size: usize,
    ) -> Option<Entries<'a>> {
        start.addr().is_multiple_of(8).then_some(Entries {
            start,
            count,
            key_size,
            value_size,
            lifetime: PhantomData,
        })
    }

    /// The entries that may have a key with this hash.
    fn ways(&self, hash: u32) -> impl Iterator<Item = Entry> {
        let (start, count) = (self.start, self.count);
        let stride = Entries::stride(self.key_size, self.value_size);
        let first = ((u64::from(hash) * count as u64) >> 32) as usize;
        (0..WAYS.min(count)).map(move |i| {
            let at = match first + i {
                at if at < count => at,
                at => at - count,
            };
            Entry(start.wrapping_add(at * stride))
        })
    }

    /// Stores a value, in place of the one that the key has, or of nothing, or of the one that was found least often. False if it doesn't fit,
    /// or somebody is writing.
    pub fn store(&self, key: &[u8], value: &[u8], number: f64) -> bool {
        let fits = (1..=self.key_size.min(MAX_KEY)).contains(&key.len());
        if !fits || value.len() > self.value_size {
            return false;
        }
        let hash = hash(key);
        // A key is in one entry only.
        self.remove(key);
        let entry = self.ways(hash).min_by_key(|entry| {
            match entry.word(KEY_LENGTH).load(Ordering::Relaxed) {
                0 => 0,
                _ => u64::from(entry.word(FOUND).load(Ordering::Relaxed)) + 1,
            }
        });
        let Some(entry) = entry else {
            return false;
        };
        entry.write(|| {
            entry.word(HASH).store(hash, Ordering::Relaxed);
            let len = entry.word(KEY_LENGTH);
            len.store(key.len() as u32, Ordering::Relaxed);
            let len = entry.word(VALUE_LENGTH);
            len.store(value.len() as u32, Ordering::Relaxed);
            entry.word(FOUND).store(0, Ordering::Relaxed);
            let number = number.to_ne_bytes();
            // SAFETY: there is room for a number, a key of `key_size` and a value of `value_size` bytes.
            unsafe {
                ptr::copy_nonoverlapping(number.as_ptr(), entry.0.add(NUMBER), number.len());
                ptr::copy_nonoverlapping(key.as_ptr(), entry.0.add(KEY), key.len());
                let to = entry.0.add(KEY + self.key_size);
                ptr::copy_nonoverlapping(value.as_ptr(), to, value.len());
            }
        })
    }

    /// Removes a key; was it there?
    pub fn remove(&self, key: &[u8]) -> bool {
        if key.is_empty() || key.len() > self.key_size || key.len() > MAX_KEY {
            return false;
        }
        let hash = hash(key);
        self.ways(hash).any(|entry| {
            let is_it = entry.word(HASH).load(Ordering::Relaxed) == hash
                && self.copy_entry(entry, key, &mut []) != Found::Nothing;
            is_it && entry.write(|| entry.word(KEY_LENGTH).store(0, Ordering::Relaxed))
        })
    }

    /// Copies the value of a key.
    pub fn copy(&self, key: &[u8], into: &mut [u8]) -> Found {
        if key.is_empty() || key.len() > self.key_size || key.len() > MAX_KEY {
            return Found::Nothing;
        }
        let hash = hash(key);
        for entry in self.ways(hash) {
            if entry.word(HASH).load(Ordering::Relaxed) == hash {
                let found = self.copy_entry(entry, key, into);
                if found != Found::Nothing {
                    return found;
                }
            }
        }
        Found::Nothing
    }

    fn copy_entry(&self, entry: Entry, key: &[u8], into: &mut [u8]) -> Found {
        let version = entry.word(0).load(Ordering::Acquire);
        if version & 1 != 0 || entry.word(KEY_LENGTH).load(Ordering::Relaxed) as usize != key.len()
        {
            return Found::Nothing;
        }
        let len = entry.word(VALUE_LENGTH).load(Ordering::Relaxed) as usize;
        if len > self.value_size {
            return Found::Nothing;
        }
        let len = at_most(len, self.value_size);
        // What is compared here is the key, if the version hasn't changed afterwards.
        if !entry.has_key(key) {
            return Found::Nothing;
        }
        let mut number = [0; 8];
        // SAFETY: behind the key there is room for values of `value_size` bytes, and this one isn't longer.
        unsafe {
            ptr::copy_nonoverlapping(entry.0.add(NUMBER), number.as_mut_ptr(), number.len());
            if let Some(into) = into.get_mut(..len) {
                let value = entry.0.add(KEY + self.key_size);
                ptr::copy_nonoverlapping(value, into.as_mut_ptr(), len);
            }
        }
        fence(Ordering::Acquire);
        if entry.word(0).load(Ordering::Relaxed) != version {
            return Found::Nothing;
        }
        if len > into.len() {
            return Found::Longer(len);
        }
        entry.word(FOUND).fetch_add(1, Ordering::Relaxed);
        Found::Value(len, f64::from_ne_bytes(number))
    }
}

/// An entry, which somebody may be writing.
#[derive(Clone, Copy)]
struct Entry(*mut u8);

impl Entry {
    /// Is its key this one? It has room for one of this length.
    fn has_key(&self, key: &[u8]) -> bool {
        let (words, rest) = key.as_chunks::<8>();
        let mut at = KEY;
        let mut same = true;
        for word in words {
            let mut there = [0; 8];
            // SAFETY: there is room for a key of this length, which the words are part of.
            unsafe { ptr::copy_nonoverlapping(self.0.add(at), there.as_mut_ptr(), there.len()) };
            same &= there == *word;
            at += there.len();
        }
        for byte in rest {
            // SAFETY: as above.
            same &= unsafe { self.0.add(at).read_volatile() } == *byte;
            at += 1;
        }
        same
    }

    /// A word of it.
    fn word(&self, at: usize) -> &AtomicU32 {
        // SAFETY: entries begin at multiples of 8 and their words lie within; who else writes them does it as a whole.
        unsafe { AtomicU32::from_ptr(self.0.add(at).cast()) }
    }

    /// Changes it, while nobody trusts what he reads. False if somebody else is doing that.
    fn write(&self, change: impl FnOnce()) -> bool {
        let version = self.word(0).load(Ordering::Relaxed);
        if version & 1 != 0 {
            return false;
        }
        self.word(0)
            .store(version.wrapping_add(1), Ordering::Relaxed);
        fence(Ordering::Release);
        change();
        self.word(0)
            .store(version.wrapping_add(2), Ordering::Release);
        true
    }
}
