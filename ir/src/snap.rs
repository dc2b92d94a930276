//! Snapshots: what the interpreter's slots have to hold when a trace is left.

use crate::literal::Slot;
use crate::types::IrRef;

/// A snapshot. Guards from `at` up to the next snapshot leave with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Snap {
    /// The first instruction it is valid for.
    pub at: IrRef,
    pub(crate) first: u32,
    pub(crate) count: u16,
    /// How many frames were entered since the trace began.
    pub depth: u16,
    /// Where the interpreter goes on; the number's meaning is the recorder's.
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
    /// A raw word that belongs to a frame.
    Frame,
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
