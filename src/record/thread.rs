//! What a trace knows of a thread: of the one that runs, and of those that it left by resuming others.

extern crate alloc;
use alloc::vec::Vec;

use super::slots::{MAX_SLOTS, SlotRef};
use super::{FIRST, FrameEntered, Record};
use crate::bytecode::Proto;
use crate::gc::Header;
use crate::jit::trace::TraceAbort;
use crate::value::{Gc, Thread};

/// Slots are counted from the frame in which the trace entered the thread.
pub(super) struct ThreadState {
    /// What the trace knows of the stack.
    pub slots: Vec<Option<SlotRef>>,
    /// The slots whose place in the stack the trace has written.
    pub written: [bool; MAX_SLOTS],
    /// The running frame's first slot.
    pub base: usize,
    /// The prototype of the running Lua function.
    pub proto: Gc<Proto>,
    /// The frames above the one in which the trace entered the thread.
    pub frames: Vec<FrameEntered>,
    /// How many frames were left by RETF.
    pub ret_depth: u32,
    /// The thread, and the running frame's place on its stack, counted in slots from the trace's base.
    pub thread: Gc<Thread>,
    pub origin: isize,
    /// Is it the one on which the trace began, and was all the time?
    pub is_home: bool,
    /// Did the trace begin within calls, so that it has not seen all of their frames?
    pub began_inside: bool,
    /// Has the trace made open upvalues?
    pub has_open: bool,
    /// The slots of the first frame from here on are unused when a root trace begins.
    pub fresh_slots: usize,
}

impl ThreadState {
    /// A thread of which nothing is known, in the frame of a function of this prototype, so many slots above the stack's beginning.
    pub fn try_new(thread: Gc<Thread>, proto: Gc<Proto>, origin: isize) -> Record<ThreadState> {
        let mut slots = Vec::new();
        slots
            .try_reserve_exact(MAX_SLOTS)
            .map_err(|_| TraceAbort::OutOfMemory)?;
        slots.resize(MAX_SLOTS, None);
        Ok(ThreadState {
            slots,
            written: [false; MAX_SLOTS],
            base: FIRST,
            proto,
            frames: Vec::new(),
            ret_depth: 0,
            thread,
            origin,
            is_home: false,
            began_inside: false,
            has_open: false,
            fresh_slots: MAX_SLOTS,
        })
    }

    /// The objects that it refers to.
    pub fn for_each_object(&self, mark: &mut dyn FnMut(Gc<Header>)) {
        mark(self.proto.erase());
        for frame in &self.frames {
            mark(frame.below.erase());
        }
    }
}
