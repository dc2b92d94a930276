//! Messages with their addresses, one after the other: what batches are made of.
//!
//! A slot is the message's length (u32), the address's length (u8), three bytes of nothing, [`MAX_ADDRESS`] bytes of address, and room for
//! the message; slots begin at multiples of 8 bytes. The process may change them at any time if they are in the shared region, so
//! nothing is read twice.

use core::marker::PhantomData;
use core::ops::Range;
use core::ptr;

use crate::kernel::{Address, MAX_ADDRESS};
use crate::memory::Target;
use crate::speculation::at_most;

const ADDRESS_LENGTH: usize = 4;
const ADDRESS: usize = 8;
const MESSAGE: usize = ADDRESS + MAX_ADDRESS;

/// Slots for messages of at most `size` bytes.
#[derive(Clone, Copy, Debug)]
pub struct Slots<'a> {
    start: *mut u8,
    count: usize,
    size: usize,
    lifetime: PhantomData<&'a [u8]>,
}

impl<'a> Slots<'a> {
    /// How many bytes a slot takes.
    pub const fn stride(size: usize) -> usize {
        (MESSAGE + size).next_multiple_of(8)
    }

    /// Slots from `start` on.
    ///
    /// # Safety
    /// `count * stride(size)` bytes can be read and written there for the lifetime `'a`, and nobody has a reference to them.
    pub unsafe fn new(start: *mut u8, count: usize, size: usize) -> Slots<'a> {
        Slots {
            start,
            count,
            size,
            lifetime: PhantomData,
        }
    }

    /// Where they begin.
    pub fn start(&self) -> *mut u8 {
        self.start
    }
    /// How many they are.
    pub fn len(&self) -> usize {
        self.count
    }
    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
    /// The longest message that fits.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Some of them; none where the range goes beyond.
    pub fn part(&self, range: Range<usize>) -> Slots<'a> {
        let count = if range.end <= self.count {
            range.len()
        } else {
            0
        };
        let start = self
            .start
            .wrapping_add(range.start * Slots::stride(self.size));
        Slots {
            start,
            count,
            ..*self
        }
    }

    /// One of them, counted from 0.
    pub fn get(&self, i: usize) -> Option<Slot<'a>> {
        let last = self.count.checked_sub(1)?;
        (i <= last).then(|| Slot {
            start: (self.start).wrapping_add(at_most(i, last) * Slots::stride(self.size)),
            size: self.size,
            lifetime: PhantomData,
        })
    }
}

/// A slot.
#[derive(Clone, Copy, Debug)]
pub struct Slot<'a> {
    start: *mut u8,
    size: usize,
    lifetime: PhantomData<&'a [u8]>,
}

impl<'a> Slot<'a> {
    /// Where in a slot its message begins.
    pub const MESSAGE: usize = MESSAGE;

    /// The message's length, no more than there is room for.
    pub fn len(&self) -> usize {
        let mut bytes = [0; 4];
        // SAFETY: a slot begins with its length (the contract of `Slots::new`).
        unsafe { ptr::copy_nonoverlapping(self.start, bytes.as_mut_ptr(), bytes.len()) };
        (u32::from_ne_bytes(bytes) as usize).min(self.size)
    }
    /// Is the message empty?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Sets the message's length, at most what there is room for.
    pub fn set_len(&self, len: usize) {
        let bytes = (len.min(self.size) as u32).to_ne_bytes();
        // SAFETY: as in `len`.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), self.start, bytes.len()) };
    }
    /// The address.
    pub fn address(&self) -> Address {
        // SAFETY: the address's length lies in the slot.
        let len = usize::from(unsafe { self.start.add(ADDRESS_LENGTH).read() }).min(MAX_ADDRESS);
        let mut address = Address::NONE;
        // SAFETY: there are `MAX_ADDRESS` bytes of address in the slot and in `address`.
        unsafe {
            let from = self.start.add(ADDRESS);
            ptr::copy_nonoverlapping(from, address.room().as_mut_ptr(), len);
        }
        address.set_len(len);
        address
    }
    /// Sets it.
    pub fn set_address(&self, address: &Address) {
        let bytes = address.as_bytes();
        // SAFETY: there is room for any address in the slot.
        unsafe {
            self.start.add(ADDRESS_LENGTH).write(bytes.len() as u8);
            ptr::copy_nonoverlapping(bytes.as_ptr(), self.start.add(ADDRESS), bytes.len());
        }
    }
    /// The first bytes of the room for a message.
    pub fn message(&self, len: usize) -> Target<'a> {
        // SAFETY: the room for a message is part of the slot, which can be read and written for the lifetime.
        unsafe { Target::shared(self.start.add(MESSAGE), len.min(self.size)) }
    }
}
