//! The heap: allocation, accounting, the intern table, and the write barrier's entry.

use core::ops::Deref;

use crate::value::{Gc, Str};

/// The host has no more memory, or the state's limit is reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutOfMemory;

/// Permission to store references into an object: the barrier has run.
///
/// It must not be kept over a safepoint.
pub struct Write<T>(Gc<T>);

impl<T> Deref for Write<T> {
    type Target = Gc<T>;
    #[inline(always)]
    fn deref(&self) -> &Gc<T> {
        &self.0
    }
}

/// The collected heap of one state.
#[repr(C)]
pub struct Heap {
    /// The flag bit that says "traversed in this cycle", or 0 while no barrier is needed.
    pub(crate) barrier_mask: u8,
    /// Bytes that may be allocated until the next safepoint has to do a step; negative when a step is due.
    pub(crate) debt: isize,
}

impl Heap {
    /// Runs the barrier for `object` and gives the permission to store references into it.
    #[inline(always)]
    pub fn write<T>(&mut self, object: Gc<T>) -> Write<T> {
        unimplemented!()
    }
    /// The string with these bytes.
    pub fn intern(&mut self, bytes: &[u8]) -> Result<Gc<Str>, OutOfMemory> {
        unimplemented!()
    }
    /// Is a step due? The interpreter asks at its safepoints.
    #[inline(always)]
    pub fn step_due(&self) -> bool {
        self.debt < 0
    }
    /// Bytes in use.
    pub fn used(&self) -> usize {
        unimplemented!()
    }
}
