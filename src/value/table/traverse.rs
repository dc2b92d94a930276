//! Traversal and the length.

use super::Table;
use crate::value::Value;

impl Table {
    /// The position behind a key in traversal order: the array part, then the nodes.
    #[inline]
    pub(crate) fn position_after(&self, key: Value) -> Option<u32> {
        if key.is_nil() {
            return Some(0);
        }
        if let Some(i) = key.as_int()
            && (i as u32) < self.asize.get()
        {
            return Some(i as u32 + 1);
        }
        let key = match key.as_int() {
            Some(i) => Value::int(i),
            None => key,
        };
        let node = self.find(self.hash_in(key), key)?;
        let index = (core::ptr::from_ref(node).addr() - self.node.get().addr()) / size_of_val(node);
        Some(self.asize.get() + index as u32 + 1)
    }

    /// The entry after `key` in traversal order (array part, then nodes): `Ok(None)` at the end,
    /// `Err(())` where the key isn't in the table. Nil begins.
    #[allow(clippy::result_unit_err)]
    pub fn next(&self, key: Value) -> Result<Option<(Value, Value)>, ()> {
        let from = self.position_after(key).ok_or(())?;
        Ok(self.entry_from(from).map(|(_, key, value)| (key, value)))
    }

    /// How many positions there are.
    pub(crate) fn positions(&self) -> u32 {
        self.asize.get() + self.hmask.get() + 1
    }

    /// The traversal step by position, for `ITERN`: the first live entry at position `from` or later, with its position.
    /// Positions `0..asize` are the array part, then follow the nodes.
    #[inline]
    pub fn entry_from(&self, from: u32) -> Option<(u32, Value, Value)> {
        let mut position = from;
        while let Some(slot) = self.array_slot(position) {
            if !slot.get().is_nil() {
                return Some((position, Value::int(position as i32), slot.get()));
            }
            position += 1;
        }
        let nodes = self.nodes();
        let mut index = (position - self.asize.get()) as usize;
        while let Some(node) = nodes.get(index) {
            if !node.value.get().is_nil() {
                let position = self.asize.get() + index as u32;
                return Some((position, node.key.get(), node.value.get()));
            }
            index += 1;
        }
        None
    }

    /// A border, as `#t` finds it: LuaJIT's algorithm, the same border for the same history of array and hash parts.
    #[inline]
    pub fn len(&self) -> u32 {
        let mut high = self.asize.get().saturating_sub(1);
        if high > 0 && self.array_is_nil(high) {
            let mut low = 0;
            while high - low > 1 {
                let middle = (low + high) >> 1;
                if self.array_is_nil(middle) {
                    high = middle;
                } else {
                    low = middle;
                }
            }
            return low;
        }
        if self.hmask.get() == 0 {
            high
        } else {
            self.len_slow(high)
        }
    }

    /// [`Table::len`], if it is what a search guided by `guess` says.
    ///
    /// While an array grows, the processor mispredicts some step of each search. Here the steps are those that lead to the
    /// guess, or next to it, which have nothing to wait for; what they find decides only whether the guess was right. That is simple
    /// for arrays of 2^n + 1 slots, the sizes that growing arrays have.
    #[inline(always)]
    pub(crate) fn len_near(&self, guess: u32) -> Option<u32> {
        let last = self.asize.get().wrapping_sub(1);
        if !last.is_power_of_two() || guess >= last {
            return None;
        }
        // SAFETY: the arguments are at most `last`, and the array has `last + 1` slots.
        let is_nil = |i: u32| unsafe { (*self.array.get().add(i as usize)).is_nil() };
        if !is_nil(last) {
            return None;
        }
        let guess = if is_nil(guess) {
            guess.saturating_sub(1)
        } else {
            guess + u32::from(!is_nil(guess + 1))
        };
        // Below `last`, whose slot is nil.
        let mut wrong = false;
        let mut bit = last >> 1;
        while bit > 0 {
            // The middle of the interval that has the guess in it.
            let middle = guess & bit.wrapping_neg() | bit;
            wrong |= is_nil(middle) == (guess & bit != 0);
            bit >>= 1;
        }
        if wrong || guess == last {
            None
        } else {
            Some(guess)
        }
    }

    /// Is the length 0?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline(always)]
    fn array_is_nil(&self, i: u32) -> bool {
        self.array_slot(i).is_none_or(|slot| slot.get().is_nil())
    }

    /// The border above `low`, which is 0 or the last, used, array slot.
    #[inline(never)]
    fn len_slow(&self, low: u32) -> u32 {
        let is_nil = |i: u32| self.get_int(i as i32).is_nil();
        let mut low = low;
        let mut high = low + 1;
        while !is_nil(high) {
            low = high;
            high += high;
            if high > i32::MAX as u32 - 2 {
                let mut i = 1;
                while !is_nil(i) {
                    i += 1;
                }
                return i - 1;
            }
        }
        while high - low > 1 {
            let middle = (low + high) >> 1;
            if is_nil(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        low
    }
}
