//! The garbage collector: incremental, non-moving, tri-colour mark and sweep over arenas of size classes.
//!
//! # Safepoints
//! Allocation never collects. It adds to the heap's debt, and the interpreter runs [`Heap`] steps at its safepoints
//! (after an allocating instruction, after a native function returned, and where a native function asks for it).
//! Between safepoints any [`Gc`](crate::value::Gc) stays valid, rooted or not.
//!
//! # Barrier
//! A reference is stored into an object only through a [`Write`] token, which [`Heap::write`] hands out after it has
//! put an already traversed object back among the grey ones.

mod arena;
mod create;
mod header;
mod heap;
mod intern;
mod large;
mod mark;
#[cfg(test)]
pub(crate) mod testing;

pub use header::{Header, Kind, Object};
pub use heap::{Heap, OutOfMemory, Write};
