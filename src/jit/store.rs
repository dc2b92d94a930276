//! The traces that there are, by number.

extern crate alloc;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::alloc::Layout;

use perilune_ir::trace::Trace as IrTrace;
use perilune_ir::types::IrRef;
use perilune_jit_x86::code::Code;

use crate::bytecode::{Ins, Proto};
use crate::jit::plan::Plan;
use crate::jit::trace::{LinkKind, ResumePoint, Start, TraceNo};
use crate::record::Traces;
use crate::value::Gc;

/// What is known of what an exit has to write.
#[derive(Debug, Default)]
pub(crate) enum Writes {
    /// Nothing yet.
    #[default]
    Unknown,
    /// It makes objects, or there was no memory for a plan.
    Unplanned,
    /// This.
    Planned(Plan),
}

/// How often a trace was left with a snapshot, and where that leads.
#[derive(Debug, Default)]
pub(crate) struct ExitState {
    /// Exits so far; [`ExitState::DONE`] when nothing more is tried.
    pub count: u16,
    /// The side trace that begins here.
    pub side: TraceNo,
    /// What it writes.
    pub writes: Writes,
}

impl ExitState {
    /// No side trace is recorded any more.
    pub const DONE: u16 = u16::MAX;

    /// Forgets exits so far and the side trace.
    pub fn reset(&mut self) {
        self.count = 0;
        self.side = TraceNo(0);
    }
}

/// A trace that can be entered.
pub(crate) struct Installed {
    /// Its IR, optimised.
    pub ir: IrTrace,
    /// Indexed by the `pc` of its snapshots.
    pub resume: Vec<ResumePoint>,
    /// How it begins.
    pub start: Start,
    /// The root of its tree: itself, if it is one.
    pub root: TraceNo,
    /// The function that the root begins in, in which the trace is anchored.
    pub anchor: Gc<Proto>,
    /// The function that this trace begins in.
    pub proto: Gc<Proto>,
    /// The instruction at which it begins: the loop's, the function's header, an exit's.
    pub start_pc: *const Ins,
    /// What that instruction is, unpatched.
    pub start_ins: Ins,
    /// Where it goes.
    pub link: LinkKind,
    /// The trace it goes to, itself for the kinds that say so.
    pub link_to: TraceNo,
    /// The most slots that any of its frames needs, counted from the trace's base.
    pub top_slot: u16,
    /// Per snapshot.
    pub exits: Vec<ExitState>,
    /// The trace that goes on behind the instruction at which this one is stitched.
    pub stitch: ExitState,
    /// How many side traces its tree has, for a root.
    pub sides: u32,
    /// What entering it from bytecode cost more than it was worth, lately; see [`crate::jit::enter`].
    pub loss: i64,
    /// When it was entered last, for a root.
    pub last_entry: u64,
    /// Its machine code, where there is any.
    pub code: Option<Code>,
    /// A guard that always fails, for tests.
    pub fail: Option<IrRef>,
    /// Bytes that the heap was charged for it.
    pub charged: usize,
}

impl Installed {
    /// Does it end by going to the interpreter?
    pub fn ends_outside(&self) -> bool {
        self.link_to == TraceNo(0)
    }
    /// The trace it is a side trace of or stitched to.
    pub fn parent(&self) -> Option<TraceNo> {
        match self.start {
            Start::Root => None,
            Start::Side { parent, .. } | Start::Stitch { parent } => Some(parent),
        }
    }
}

/// A box, or the value again where there is no memory for one.
pub(crate) fn try_box<T>(value: T) -> Result<Box<T>, T> {
    const { assert!(size_of::<T>() > 0) };
    // SAFETY: the size is not 0; what the global allocator gave with a type's layout may become a box once it holds a value.
    unsafe {
        let place = alloc::alloc::alloc(Layout::new::<T>()).cast::<T>();
        if place.is_null() {
            return Err(value);
        }
        place.write(value);
        Ok(Box::from_raw(place))
    }
}

/// All traces.
#[derive(Default)]
pub(crate) struct TraceStore {
    /// Index 0 is never used.
    slots: Vec<Option<Box<Installed>>>,
    count: usize,
}

impl TraceStore {
    /// No traces.
    pub const EMPTY: TraceStore = TraceStore {
        slots: Vec::new(),
        count: 0,
    };

    /// How many traces there are.
    pub fn len(&self) -> usize {
        self.count
    }
    /// The trace of this number.
    #[inline]
    pub fn get(&self, number: TraceNo) -> Option<&Installed> {
        self.slots.get(usize::from(number.0))?.as_deref()
    }
    /// The trace of this number.
    #[inline]
    pub fn get_mut(&mut self, number: TraceNo) -> Option<&mut Installed> {
        self.slots.get_mut(usize::from(number.0))?.as_deref_mut()
    }
    /// The number of some trace, if there is any.
    pub fn first(&self) -> Option<TraceNo> {
        self.iter().next().map(|(number, _)| number)
    }
    /// All traces, by number.
    pub fn iter(&self) -> impl Iterator<Item = (TraceNo, &Installed)> {
        let used = self.slots.iter().enumerate();
        used.filter_map(|(i, t)| Some((TraceNo(i as u16), t.as_deref()?)))
    }

    /// The smallest number that is free.
    pub fn free_number(&self) -> Option<TraceNo> {
        let free = (1..self.slots.len()).find(|&i| self.slots[i].is_none());
        let number = free.unwrap_or(self.slots.len().max(1));
        u16::try_from(number)
            .ok()
            .filter(|&n| n < u16::MAX)
            .map(TraceNo)
    }

    /// Stores a trace under a free number, or gives it back where there is no memory.
    pub fn insert(&mut self, number: TraceNo, trace: Box<Installed>) -> Result<(), Box<Installed>> {
        let index = usize::from(number.0);
        while self.slots.len() <= index {
            if self.slots.try_reserve(1).is_err() {
                return Err(trace);
            }
            self.slots.push(None);
        }
        self.slots[index] = Some(trace);
        self.count += 1;
        Ok(())
    }

    /// Takes a trace out, for good or for the time that it runs.
    pub fn take(&mut self, number: TraceNo) -> Option<Box<Installed>> {
        let trace = self.slots.get_mut(usize::from(number.0))?.take()?;
        self.count -= 1;
        Some(trace)
    }
    /// Puts a trace back that [`TraceStore::take`] gave.
    pub fn put_back(&mut self, number: TraceNo, trace: Box<Installed>) {
        if let Some(slot) = self.slots.get_mut(usize::from(number.0)) {
            *slot = Some(trace);
            self.count += 1;
        }
    }
}

impl Traces for TraceStore {
    fn start_ins(&self, number: TraceNo) -> Option<Ins> {
        Some(self.get(number)?.start_ins)
    }
    fn link_kind(&self, number: TraceNo) -> Option<LinkKind> {
        Some(self.get(number)?.link)
    }
}
