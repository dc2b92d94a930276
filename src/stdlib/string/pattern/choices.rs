//! The matcher's open choices: what else it can try when it fails.

extern crate alloc;
use alloc::vec::Vec;

use super::{Broken, PatternError};

/// Most choices that may be open at the same time.
const MAX_CHOICES: usize = 199;

/// What to do when matching fails after a choice was made.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Way {
    /// Go on at `p` with one repetition less, unless `s` is at `other` already.
    Greedy,
    /// Take one more repetition of the item from `p` to `other`, then go on after it.
    Lazy,
    /// Go on at `p` without the optional item.
    Optional,
    /// Undo the opening of the last capture.
    Opened,
    /// Undo the closing of the capture `other`.
    Closed,
}

/// An open choice: its way, two positions and another number, packed so that a choice is stored and loaded as two words.
#[derive(Clone, Copy)]
pub(super) struct Choice(u64, u64);

impl Choice {
    #[inline(always)]
    pub(super) fn new(way: Way, p: usize, s: usize, other: usize) -> Choice {
        Choice(
            way as u64 | (p as u64) << 32,
            s as u64 | (other as u64) << 32,
        )
    }
    #[inline(always)]
    pub(super) fn way(self) -> Way {
        match self.0 as u32 {
            0 => Way::Greedy,
            1 => Way::Lazy,
            2 => Way::Optional,
            3 => Way::Opened,
            _ => Way::Closed,
        }
    }
    #[inline(always)]
    pub(super) fn p(self) -> usize {
        (self.0 >> 32) as usize
    }
    #[inline(always)]
    pub(super) fn s(self) -> usize {
        self.1 as u32 as usize
    }
    #[inline(always)]
    pub(super) fn other(self) -> usize {
        (self.1 >> 32) as usize
    }
}

const INLINE_CHOICES: usize = 12;

/// The open choices: some here, the rest in memory.
pub(super) struct Choices {
    inline: [Choice; INLINE_CHOICES],
    spilled: Vec<Choice>,
    len: usize,
}

impl Choices {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Choices {
            inline: [Choice(0, 0); INLINE_CHOICES],
            spilled: Vec::new(),
            len: 0,
        }
    }

    #[inline(always)]
    pub(super) fn push(&mut self, choice: Choice) -> Result<(), Broken> {
        if let Some(place) = self.inline.get_mut(self.len) {
            *place = choice;
        } else {
            self.spill(choice)?;
        }
        self.len += 1;
        Ok(())
    }

    #[cold]
    fn spill(&mut self, choice: Choice) -> Result<(), Broken> {
        if self.len >= MAX_CHOICES {
            return Err(PatternError::TooComplex.into());
        }
        if self.spilled.try_reserve(1).is_err() {
            return Err(Broken::Memory);
        }
        self.spilled.push(choice);
        Ok(())
    }

    #[inline(always)]
    pub(super) fn pop(&mut self) -> Option<Choice> {
        self.len = self.len.checked_sub(1)?;
        match self.inline.get(self.len) {
            Some(choice) => Some(*choice),
            None => self.spilled.pop(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.spilled.clear();
    }
}
