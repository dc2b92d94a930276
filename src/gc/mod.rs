//! The garbage collector: incremental, non-moving, tri-colour mark and sweep over arenas of size classes.
//!
//! # Safepoints
//! Allocation never collects. It lowers `Heap::debt`, and the interpreter runs [`Heap::step`] at its safepoints
//! (after an allocating instruction, after a native function returned, and where a native function asks for it) when
//! [`Heap::step_due`] says so. Between safepoints any [`Gc`](crate::value::Gc) stays valid, rooted or not. At a safepoint
//! whatever is to survive must be reachable from the [`Roots`] or from objects that are, and `top` of the running thread
//! must be behind the last slot in use.
//!
//! # Memory
//! Objects up to 2,064 bytes are cells of 32 KiB arenas (`arena`); an arena's cells have one size, and its
//! head holds their mark bits. Larger objects (`large`) are blocks of the host. Arrays, hash parts, stacks and
//! buffers are *blocks*: cells of arenas of their own kind or blocks of the host, which belong to one
//! object and are freed by it. A cell is allocated by popping the class's free list in [`Heap`], which machine code does
//! inline: `free[class]`, then `debt -= size`. Nothing else depends on the phase of a cycle: new objects are white and unflagged.
//!
//! # A cycle
//! *Marking* (`mark`) takes grey objects from an intrusive list and marks what they refer to, slice by slice where they are
//! large. When nothing is grey, what changed meanwhile is gone over again, in rounds; when a round was short the *atomic*
//! step (`collector`) ends marking, decides on weak tables (`weak`) and finalizers (`finalize`). *Sweeping*
//! (`sweep`) visits arena by arena, also when an allocation wants a cell.
//!
//! # Barrier
//! A reference is stored into an object only through a [`Write`] token, which [`Heap::write`] hands out after it has
//! put an already traversed (*black*) object back among the grey ones. `header.flags & barrier_mask` is the whole test: the mask is 0
//! when no cycle is marking, else 1 or 2 in turn. [`Heap::set`] and its kin do better for large tables.
//! - Stacks have no barrier. A thread that runs must have the status `Running`, one that waits for a thread it resumed
//!   `Normal`; a thread that is about to run again, or whose stack is written from outside, is written with
//!   [`Heap::write`] first (its `resumer` is set then anyway).
//! - Open upvalues have none either: they are looked at again in the atomic step.
//!
//! # Failure
//! Every allocation may fail and leaves everything as it was. Marking and sweeping allocate nothing.

mod arena;
mod collector;
mod create;
mod finalize;
mod header;
mod heap;
mod intern;
mod large;
mod mark;
mod sweep;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod weak;

#[cfg(feature = "jit")]
pub(crate) use arena::{CELL_SIZES, FreeCell, class_of};
pub use collector::{GcStatistics, Roots};
pub(crate) use header::READONLY;
pub use header::{Header, Kind, Object};
pub use heap::{Heap, OutOfMemory, Write};
