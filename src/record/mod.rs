//! The recorder: bytecode, while the interpreter executes it, becomes IR.
//!
//! ```text
//! try_new_root / try_new_side / try_new_stitch
//!    └─ record, before each instruction ─► Progress::Continue …
//!                                       └─► Progress::Finished ─► finish ─► Recording
//! ```
//! # Where a trace begins
//! A root trace begins behind its loop instruction or function header: that instruction is executed by the interpreter (it advances the
//! index, takes the unit of fuel, fills up missing arguments), and the first instruction that [`Recorder::record`] sees is the one
//! behind it. So does the machine code: JFORL, JITERL, JLOOP, JFUNCF do what their plain forms do, then enter the trace. Snapshot 0 is
//! the state at that point.
//!
//! # Where it ends
//! [`Progress::Finished`] says that the instruction just shown is not part of the trace any more, or is its last: it is executed
//! as usual. While recording, the J forms of instructions behave as the plain ones.

extern crate alloc;

mod arith;
mod at;
mod begin;
mod builtins;
mod calls;
mod compare;
mod concat;
mod constants;
mod dispatch;
mod finish;
mod index;
mod iterate;
mod loops;
mod meta;
mod protected;
mod returns;
mod side;
mod slots;
mod snapshot;
mod switch;
mod tables;
#[cfg(test)]
mod tests;
mod thread;
mod upvalues;
mod values;

use alloc::vec::Vec;
pub(crate) use values::HeapObjects;

use perilune_ir::build::Builder;
use perilune_ir::opt::Options;
use perilune_ir::snap::SnapEntry;
use perilune_ir::trace::{Limits, Trace as IrTrace};
use perilune_ir::types::IrRef;

use crate::bytecode::{Ins, Proto};
use crate::gc::Header;
use crate::jit::trace::{LinkKind, ResumePoint, Start, TraceAbort, TraceNo};
use crate::value::Gc;
use loops::Induction;
use thread::ThreadState;

/// What a user can set about recording.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Params {
    /// How large a trace may get.
    pub limits: Limits,
    /// Which optimisations work while recording.
    pub options: Options,
    /// LuaJIT's `loopunroll`: how often an inner loop is unrolled in a side trace.
    pub loop_unroll: u32,
    /// LuaJIT's `instunroll`: how often an unstable loop is unrolled.
    pub inst_unroll: u32,
    /// LuaJIT's `callunroll`: how often a function is entered within itself before it counts as recursion.
    pub call_unroll: u32,
    /// LuaJIT's `recunroll`: how often a recursive function is unrolled.
    pub rec_unroll: u32,
    /// LuaJIT's `minstitch`: how many instructions a trace has to have for a stitch.
    pub min_stitch: u32,
}

impl Default for Params {
    fn default() -> Params {
        Params {
            limits: Limits::default(),
            options: Options::ALL,
            loop_unroll: 15,
            inst_unroll: 4,
            call_unroll: 3,
            rec_unroll: 2,
            min_stitch: 0,
        }
    }
}

/// What the recorder asks about the traces that there are.
pub(crate) trait Traces {
    /// The instruction that a J form stands in for, by the number of its trace.
    fn start_ins(&self, number: TraceNo) -> Option<Ins>;
    /// How that trace ends.
    fn link_kind(&self, number: TraceNo) -> Option<LinkKind>;
}

/// The trace to which a side trace is recorded.
#[derive(Clone, Copy)]
pub(crate) struct ParentTrace<'a> {
    /// Its number.
    pub number: TraceNo,
    /// Its IR, as assembled: with marks of what was sunk.
    pub ir: &'a IrTrace,
    /// What its snapshots' `pc` index.
    pub resume: &'a [ResumePoint],
    /// The number of the snapshot it was left with.
    pub exit: u16,
    /// The loop instruction at which the tree's root begins, unpatched, and where its body begins.
    pub root_loop: Option<(*const Ins, Ins, *const Ins)>,
}

/// How recording goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Progress {
    /// The next instruction is wanted.
    Continue,
    /// The trace is complete: see [`Recorder::finish`].
    Finished,
}

/// What recording a step gives.
type Record<T> = Result<T, TraceAbort>;

/// The number in the IR of the first slot of the frame in which a trace begins.
const FIRST: usize = perilune_ir::literal::Slot::FIRST.0 as usize;

/// A frame that was entered on the trace.
#[derive(Clone, Copy, PartialEq, Eq)]
struct FrameEntered {
    /// The header of the function, or null for a native one.
    header: *const Ins,
    /// The prototype of the Lua function below.
    below: Gc<Proto>,
}

/// How the loop of a root trace, or a function, began.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// The loop's instruction or the function's header is executed now; the next instruction is the first of the trace.
    Starting,
    /// In the trace.
    Recording,
    /// Complete.
    Finished,
}

/// What the builder knows of constant objects.
static OBJECTS: values::HeapObjects = values::HeapObjects;

/// A trace under recording.
pub(crate) struct Recorder {
    b: Builder<'static>,
    params: Params,
    phase: Phase,
    /// The running thread.
    here: ThreadState,
    /// The threads that were left on the trace by resuming others, and are gone back to when those yield.
    waiting: Vec<ThreadState>,
    /// How many of the running frame's slots are live.
    max_slot: usize,
    /// Where the trace returned to below, and how often.
    returned_to: (*const Ins, u32),
    /// How many tail calls of the function in which the trace began.
    tail_calls: u32,
    /// How many values the last open call or `...` left.
    open_results: usize,
    /// Does an effect precede, so that the next exit needs a new snapshot?
    needs_snapshot: bool,
    /// Units of fuel that the instruction before took.
    pending_fuel: u16,
    /// Reused for snapshots.
    entries: Vec<SnapEntry>,
    resume: Vec<ResumePoint>,

    /// Has the trace exchanged threads?
    has_switched: bool,
    /// Is this the snapshot with which a loop closes?
    is_closing: bool,
    /// The loops of other threads that the trace has gone through.
    passed_loops: Vec<*const Ins>,
    /// Where the next instruction has to be.
    expected: *const Ins,
    /// The instruction before.
    last_pc: *const Ins,

    start: Start,
    start_proto: Gc<Proto>,
    start_pc: *const Ins,
    start_ins: Ins,
    /// The loop instruction at which the trace can close a loop of its own, unpatched: a root's, or that of the root whose side trace
    /// begins with nothing but what is in the stack.
    own_loop: Option<(*const Ins, Ins)>,
    /// Does the body of that loop begin with the next instruction of a side trace?
    at_body: bool,
    /// The code that a root loop may not leave.
    range: Option<(*const Ins, *const Ins)>,
    /// The counter of the loop.
    induction: Option<Induction>,
    /// Inner loops that may still be unrolled.
    loop_unroll: u32,
    /// Unstable iterations that may still be unrolled.
    inst_unroll: u32,
    /// Where the last unrolled iteration began.
    loop_start: Option<IrRef>,
    /// The results of the library function that was recorded last.
    results: Vec<IrRef>,
    /// The next snapshot is of the frame of a native function with so many arguments, which is called there.
    native_args: Option<u16>,
    /// The header of a native function whose call is recorded already, or null.
    passing: *const Ins,
    /// The header of the one that it calls in turn.
    passing_then: *const Ins,
    link: LinkKind,
    link_to: TraceNo,
    top_slot: u16,
    /// A function's trace that keeps its recursion from being compiled.
    obstacle: Option<TraceNo>,
}

impl Recorder {
    /// The objects that the trace refers to, for the collector: they have to live as long as the recorder.
    pub(crate) fn for_each_object(&self, mark: &mut dyn FnMut(Gc<Header>)) {
        mark(self.start_proto.erase());
        for thread in self.waiting.iter().chain([&self.here]) {
            thread.for_each_object(mark);
        }
        self.objects(mark);
    }
    /// The trace of a function that only returns, if the recording failed because it calls itself.
    pub(crate) fn obstacle(&self) -> Option<TraceNo> {
        self.obstacle
    }
}
