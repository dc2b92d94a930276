//! What the recorder hands to whoever assembles, installs and runs traces.

extern crate alloc;
use alloc::vec::Vec;

use perilune_ir::trace::{Trace as IrTrace, TraceError};
use perilune_jit_x86::BackendError;

use crate::bytecode::{Bc, Ins, Proto};
use crate::value::Gc;
use crate::vm::debuginfo::position_in_function;

/// The number of a trace; 0 is none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(crate) struct TraceNo(pub(crate) u16);

/// Where the interpreter goes on after an exit. A snapshot's `pc` is an index into a trace's list of these.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ResumePoint {
    /// The instruction to execute next.
    pub pc: *const Ins,
    /// How many slots the running frame's base lies above the trace's base at that point: 0 in the frame where the trace began.
    pub base_slot: u16,
    /// How many slots from the trace's base on the frames need there: what the stack has to have room for.
    pub top_slot: u16,
    /// Is the instruction at `pc` a call of a native function whose frame is complete at `base_slot`, with this many arguments?
    pub native_args: Option<u16>,
    /// How many open results there are, if the instruction at `pc` takes them: what the state has to say of them.
    pub open_results: Option<u16>,
}

impl ResumePoint {
    /// The position in its function's code.
    pub(crate) fn position(&self) -> usize {
        // SAFETY: what the trace may return to lives as long as the trace.
        unsafe { position_in_function(self.pc) }
    }
}

/// How a trace begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Start {
    /// At a hot loop or function.
    Root,
    /// At an exit of another trace: its number and the snapshot's.
    Side { parent: TraceNo, exit: u16 },
    /// Behind an instruction that could not be recorded, or where a recursion returns again and again: the trace stitched to.
    Stitch { parent: TraceNo },
}

/// Where a trace goes at its end, in terms of `-jv`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LinkKind {
    /// Its own loop.
    Loop,
    /// Another root trace, or its own root from a side trace.
    Root,
    /// Itself, a frame further up.
    UpRecursion,
    /// Itself, a frame further down.
    DownRecursion,
    /// Itself, by tail calls.
    TailRecursion,
    /// The interpreter.
    Interpreter,
    /// The interpreter, by a return.
    Return,
    /// An instruction that the interpreter executes, or none, and then another trace.
    Stitch,
}

/// A finished recording, not yet optimised beyond what building does.
pub(crate) struct Recording {
    /// The IR.
    pub ir: IrTrace,
    /// Indexed by the `pc` of its snapshots.
    pub resume: Vec<ResumePoint>,
    /// How it begins.
    pub start: Start,
    /// The function in which it begins.
    pub proto: Gc<Proto>,
    /// The instruction at which it begins: the loop's, the function's header, an exit's pc.
    pub start_pc: *const Ins,
    /// What that instruction is, unpatched.
    pub start_ins: Ins,
    /// Where it goes.
    pub link: LinkKind,
    /// The trace it goes to, for [`LinkKind::Root`]. A trace that goes to itself does not know its number yet: it is 0 here and in the IR's
    /// link, and whoever numbers the trace writes it there.
    pub link_to: TraceNo,
    /// The most slots that any of its frames needs, counted from the trace's base.
    pub top_slot: u16,
}

macro_rules! aborts {
    ($($name:ident = $text:literal;)*) => {
        /// Why a trace was given up.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum TraceAbort {
            $(#[doc = $text] $name,)*
            /// An instruction that is not compiled.
            NyiBytecode(Bc),
            /// A library function that is not compiled, by its builtin number.
            NyiFunction(u8),
            /// The IR refused.
            Ir(TraceError),
            /// The back end did.
            Backend(BackendError),
        }
        impl TraceAbort {
            /// The sentences of those that stand alone, by number.
            const SENTENCES: &'static [&'static str] = &[$($text),*];
            /// The sentence that `-jv` prints, LuaJIT's where it has one. `%s` stands for the instruction or function.
            pub(crate) const fn message(self) -> &'static str {
                match self {
                    $(TraceAbort::$name => $text,)*
                    TraceAbort::NyiBytecode(_) => "NYI: bytecode %s",
                    TraceAbort::NyiFunction(_) => "NYI: unsupported variant of FastFunc %s",
                    TraceAbort::Ir(e) => e.message(),
                    TraceAbort::Backend(e) => e.message(),
                }
            }
        }
    };
}

aborts! {
    Raised = "error thrown or hook called during recording";
    StackOverflow = "trace too deep";
    RetryRecording = "retry recording";
    NyiReturn = "NYI: return to lower frame";
    LeavesLoop = "leaving loop in root trace";
    InnerLoop = "inner loop in root trace";
    LoopUnroll = "loop unroll limit reached";
    BadType = "bad argument type";
    JitOff = "JIT compilation disabled for function";
    CallUnroll = "call unroll limit reached";
    StoreNilKey = "store with nil or NaN key";
    ReadonlyTable = "store to a read-only table";
    NyiMetamethod = "missing metamethod";
    HookActive = "debug hook set";
    NyiCoroutine = "NYI: coroutine";
    OutOfMemory = "not enough memory";
    Breakpoint = "breakpoint set in function";
}

impl TraceAbort {
    /// The sentences with a number: `jit.vmdef.traceerr`.
    pub(crate) fn sentences() -> impl Iterator<Item = &'static str> {
        let with_names = [
            TraceAbort::NyiBytecode(Bc::FuncC),
            TraceAbort::NyiFunction(0),
        ];
        let with_names = with_names.into_iter().map(TraceAbort::message);
        Self::SENTENCES.iter().copied().chain(with_names)
    }
    /// The number of its sentence. Those of IR and back end have none.
    pub(crate) fn number(self) -> Option<u8> {
        match self {
            TraceAbort::Ir(_) | TraceAbort::Backend(_) => None,
            _ => Self::sentences()
                .position(|s| s == self.message())
                .map(|n| n as u8),
        }
    }
}

impl From<TraceError> for TraceAbort {
    fn from(error: TraceError) -> TraceAbort {
        TraceAbort::Ir(error)
    }
}
