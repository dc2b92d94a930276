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

use perilune_ir::opt::Options;
use perilune_ir::trace::{Limits, Trace as IrTrace};

use crate::bytecode::Ins;
use crate::gc::Header;
use crate::jit::trace::{LinkKind, Recording, ResumePoint, TraceAbort, TraceNo};
use crate::value::{Gc, Value};
use crate::vm::Vm;

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
    /// The root of its tree: itself, if it is one.
    pub root: TraceNo,
    /// Its IR, as assembled: with marks of what was sunk.
    pub ir: &'a IrTrace,
    /// What its snapshots' `pc` index.
    pub resume: &'a [ResumePoint],
    /// The number of the snapshot it was left with.
    pub exit: u16,
}

/// How recording goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Progress {
    /// The next instruction is wanted.
    Continue,
    /// The trace is complete: see [`Recorder::finish`].
    Finished,
}

/// A trace under recording.
pub(crate) struct Recorder {
    never: core::convert::Infallible,
}

impl Recorder {
    /// Begins a root trace at the loop instruction or function header at `pc`, which is executed next, in the frame at `base` (at a header,
    /// the frame with the arguments).
    pub(crate) fn try_new_root(
        _vm: &mut Vm,
        pc: *const Ins,
        _base: *mut Value,
        _params: &Params,
    ) -> Result<alloc::boxed::Box<Recorder>, TraceAbort> {
        // SAFETY: the caller's instruction.
        let ins = unsafe { *pc };
        Err(ins.op().map_or(TraceAbort::Raised, TraceAbort::NyiBytecode))
    }

    /// Begins a side trace at an exit of `parent`, whose snapshot was restored: the next instruction is the one at the resume
    /// point. `base` is the base of the frame running there.
    pub(crate) fn try_new_side(
        _vm: &mut Vm,
        _parent: &ParentTrace<'_>,
        _base: *mut Value,
        _params: &Params,
    ) -> Result<alloc::boxed::Box<Recorder>, TraceAbort> {
        Err(TraceAbort::RetryRecording)
    }

    /// Begins a trace behind an instruction that could not be recorded: at `pc`, which is executed next, in the Lua frame at `base`.
    pub(crate) fn try_new_stitch(
        _vm: &mut Vm,
        _parent: TraceNo,
        _pc: *const Ins,
        _base: *mut Value,
        _params: &Params,
    ) -> Result<alloc::boxed::Box<Recorder>, TraceAbort> {
        Err(TraceAbort::RetryRecording)
    }

    /// Records the instruction `ins` at `pc`, which the interpreter is about to execute in the frame at `base`. `k` is the interpreter's
    /// register: the function's constants, or at a function header the number of arguments.
    pub(crate) fn record(
        &mut self,
        _vm: &mut Vm,
        _base: *mut Value,
        _pc: *const Ins,
        _ins: Ins,
        _k: *const Value,
        _traces: &dyn Traces,
    ) -> Result<Progress, TraceAbort> {
        match self.never {}
    }

    /// The finished trace.
    pub(crate) fn finish(self: alloc::boxed::Box<Self>) -> Result<Recording, TraceAbort> {
        match self.never {}
    }

    /// The objects that the trace refers to, for the collector: they have to live as long as the recorder.
    pub(crate) fn for_each_object(&self, _mark: &mut dyn FnMut(Gc<Header>)) {
        match self.never {}
    }
}
