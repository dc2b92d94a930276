//! Snapshots: what the interpreter's slots have to hold when a trace is left.

use crate::literal::Slot;
use crate::types::IrRef;

/// A snapshot. Guards from `at` up to the next snapshot leave with it, and instructions that trap.
///
/// Whoever goes on after an exit executes again what lies behind the snapshot. So no effect lies between a snapshot and what leaves
/// with it, with one exception: FUEL charges before it leaves, and its snapshot is for the instruction behind the charge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Snap {
    /// The first instruction it is valid for.
    pub at: IrRef,
    pub(crate) first: u32,
    pub(crate) count: u16,
    /// How many frames were entered since the trace began.
    pub depth: u16,
    /// Where the interpreter goes on: an index into the recording's list of such places. A loop ends with that of its first snapshot.
    pub pc: u32,
    /// How often the trace was left here; a counter for whoever runs traces.
    pub exits: u16,
}

/// One slot of a snapshot. Slots that don't occur keep what they held when the trace began.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SnapEntry {
    /// The slot.
    pub slot: Slot,
    /// What it holds.
    pub value: IrRef,
    /// What kind of slot it is.
    pub kind: SnapKind,
}

/// What a snapshot's slot holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SnapKind {
    /// A value, which the exit writes.
    Value,
    /// The value that the slot has anyway: side traces read it, exits needn't write it.
    Unchanged,
    /// A raw word that belongs to a frame: the bits of an address.
    Frame,
    /// The hidden position of a table traversal: an int, which the slot holds as a raw word.
    KeyIndex,
    /// The variable that an upvalue made on the trace stands for: the exit writes the upvalue's value, and opens it at the slot.
    Open,
}

impl SnapEntry {
    /// A value in a slot.
    pub const fn value(slot: Slot, value: IrRef) -> SnapEntry {
        SnapEntry {
            slot,
            value,
            kind: SnapKind::Value,
        }
    }
}
