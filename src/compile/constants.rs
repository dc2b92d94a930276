//! The constants of the functions being compiled: each is stored once a function, in the order of its first use.
//!
//! One open-addressing table serves all functions. Functions end in the reverse order of their beginning, and only the
//! innermost gains constants, so that taking out a finished function's entries leaves the table as it was before them:
//! plain emptying keeps linear probing intact.

extern crate alloc;
use alloc::vec::Vec;

use super::error::{Fail, Res, push};
use crate::value::Value;

#[derive(Clone, Copy)]
struct Entry {
    bits: u64,
    /// The nesting level of the function.
    level: u32,
    /// The constant's index + 1; 0 where the entry is empty.
    slot: u32,
}

const EMPTY: Entry = Entry {
    bits: 0,
    level: 0,
    slot: 0,
};

/// Where a function's constants begin.
#[derive(Clone, Copy, Default)]
pub(super) struct ConstantBase {
    numbers: usize,
    objects: usize,
}

/// See the module's documentation.
pub(super) struct Constants {
    entries: Vec<Entry>,
    numbers: Vec<Value>,
    objects: Vec<Value>,
    used: usize,
    seed: u64,
}

impl Constants {
    /// No constants. `seed` keeps a source from choosing colliding ones.
    pub fn new(seed: u32) -> Constants {
        Constants {
            entries: Vec::new(),
            numbers: Vec::new(),
            objects: Vec::new(),
            used: 0,
            seed: u64::from(seed) | 1 << 40,
        }
    }

    /// Bytes of memory.
    pub fn bytes(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>()
            + (self.numbers.capacity() + self.objects.capacity()) * size_of::<Value>()
    }

    /// Where the constants of a function that begins now will start.
    pub fn base(&self) -> ConstantBase {
        ConstantBase {
            numbers: self.numbers.len(),
            objects: self.objects.len(),
        }
    }

    /// The number constants of the innermost function.
    pub fn numbers(&self, base: ConstantBase) -> &[Value] {
        &self.numbers[base.numbers..]
    }
    /// The object constants of the innermost function.
    pub fn objects(&self, base: ConstantBase) -> &[Value] {
        &self.objects[base.objects..]
    }

    fn home(&self, bits: u64, level: u32) -> usize {
        let factor = 0x9E37_79B9_7F4A_7C15 ^ u64::from(level) << 20 ^ self.seed << 24;
        let x = u128::from(bits ^ self.seed) * u128::from(factor);
        ((x >> 64) as u64 ^ x as u64) as usize & (self.entries.len() - 1)
    }

    /// The entry of a constant, or the empty one where it belongs.
    fn find(&self, bits: u64, level: u32) -> usize {
        let mut at = self.home(bits, level);
        loop {
            let entry = &self.entries[at];
            if entry.slot == 0 || entry.bits == bits && entry.level == level {
                return at;
            }
            at = (at + 1) & (self.entries.len() - 1);
        }
    }

    #[cold]
    fn grow(&mut self) -> Res {
        let size = (self.entries.len() * 2).max(64);
        let mut entries = Vec::new();
        entries.try_reserve_exact(size).map_err(|_| Fail::Memory)?;
        entries.resize(size, EMPTY);
        let old = core::mem::replace(&mut self.entries, entries);
        // Outer functions first: an entry must never depend on one that goes before it.
        let deepest = old.iter().map(|entry| entry.level).max().unwrap_or(0);
        for level in 0..=deepest {
            for entry in old
                .iter()
                .filter(|entry| entry.slot != 0 && entry.level == level)
            {
                let at = self.find(entry.bits, level);
                self.entries[at] = *entry;
            }
        }
        Ok(())
    }

    #[inline]
    fn add(&mut self, value: Value, base: ConstantBase, level: u32) -> Res<u32> {
        if (self.used + 1) * 2 > self.entries.len() {
            self.grow()?;
        }
        let bits = value.to_bits();
        let at = self.find(bits, level);
        if self.entries[at].slot != 0 {
            return Ok(self.entries[at].slot - 1);
        }
        let (list, first) = if value.is_number() {
            (&mut self.numbers, base.numbers)
        } else {
            (&mut self.objects, base.objects)
        };
        let index = (list.len() - first) as u32;
        push(list, value)?;
        self.entries[at] = Entry {
            bits,
            level,
            slot: index + 1,
        };
        self.used += 1;
        Ok(index)
    }

    /// The index of a number constant of the innermost function, which lies `level` functions deep.
    pub fn number(&mut self, n: f64, base: ConstantBase, level: u32) -> Res<u32> {
        self.add(Value::number(n), base, level)
    }
    /// The index of an object constant of the innermost function.
    pub fn object(&mut self, value: Value, base: ConstantBase, level: u32) -> Res<u32> {
        debug_assert!(!value.is_number());
        self.add(value, base, level)
    }
    /// Drops the constants of the innermost function.
    pub fn end(&mut self, base: ConstantBase, level: u32) {
        while self.numbers.len() > base.numbers || self.objects.len() > base.objects {
            let value = if self.numbers.len() > base.numbers {
                self.numbers.pop()
            } else {
                self.objects.pop()
            };
            let Some(value) = value else { return };
            self.forget(value.to_bits(), level);
        }
    }

    /// Empties an entry. Entries of the same function may become unreachable by that, but not one of an outer function.
    fn forget(&mut self, bits: u64, level: u32) {
        let mask = self.entries.len() - 1;
        let mut at = self.home(bits, level);
        for _ in 0..self.entries.len() {
            let entry = &mut self.entries[at];
            if entry.slot != 0 && entry.bits == bits && entry.level == level {
                *entry = EMPTY;
                self.used -= 1;
                return;
            }
            at = (at + 1) & mask;
        }
    }
}
