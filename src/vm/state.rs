//! The one `repr(C)` state that the interpreter and machine code work on.

extern crate alloc;
use alloc::boxed::Box;

use crate::bytecode::{Bc, Ins};
use crate::gc::Heap;
use crate::host::Host;
use crate::stdlib::io::Io;
use crate::stdlib::math::Prng;
use crate::value::{Buffer, Gc, Str, Table, Thread, Type, Value};
use crate::vm::dispatch::{Handler, Registers};
use crate::vm::exec::builtins::HANDLER_COUNT;
use crate::vm::meta::Event;

/// How many light-userdata segments a state can tell apart; see [`Vm::light_userdata`].
pub(crate) const LIGHT_SEGMENTS: usize = 256;

/// How many tables' lengths a state remembers.
pub(crate) const LENGTHS: usize = 16;

/// Where a table's length is remembered.
#[inline(always)]
pub(crate) fn length_index(t: Gc<Table>) -> usize {
    let address = t.as_ptr().addr() >> 4;
    (address ^ address >> 5) % LENGTHS
}

/// A Lua state.
///
/// It begins a page, so that the dispatch table in its first quarter doesn't share page offsets with the first stack
/// (see `gc::arena`).
#[repr(C, align(4096))]
pub struct Vm {
    /// The running thread's frame: its first slot.
    pub(crate) base: *mut Value,
    /// The end of the running thread's used slots; meaningful while native code runs and at safepoints.
    pub(crate) top: *mut Value,
    /// The end of the running thread's stack for frames.
    pub(crate) stack_limit: *mut Value,
    /// The instruction after the one that is executed; saved before anything that may raise.
    pub(crate) pc: *const Ins,
    /// Back-edges and calls until the next [`service`](super::service); negative when it is due.
    pub(crate) budget: i64,
    /// How many values an open call or `...` left.
    pub(crate) open_results: usize,
    /// The running thread.
    pub(crate) thread: Gc<Thread>,
    /// The dispatch table in force.
    pub(crate) handlers: [Handler; HANDLER_COUNT],
    /// The interpreter's registers between two instructions, where dispatch is a loop.
    pub(crate) registers: Registers,
    /// The heap.
    pub(crate) heap: Heap,
    /// `_G` of new functions.
    pub(crate) globals: Gc<Table>,
    /// The registry.
    pub(crate) registry: Gc<Table>,
    /// The state's first thread.
    pub(crate) main_thread: Gc<Thread>,
    /// The thread on which the run under way began: its entry frame is where the run ends.
    pub(crate) run_thread: Gc<Thread>,
    /// What the embedding API keeps alive: a table that no script sees, or nil.
    pub(crate) host_refs: Value,
    /// The embedding API's part of the state; null where there is none.
    pub(crate) owner: *const (),
    /// Metatables of the types that have one for all values.
    pub(crate) base_metatables: [Option<Gc<Table>>; Type::COUNT],
    /// The names of the metamethod events.
    pub(crate) event_names: [Gc<Str>; Event::COUNT],
    /// "not enough memory", "error in error handling", "stack overflow": made beforehand, since they are needed when nothing can be made.
    pub(crate) memory_message: Gc<Str>,
    pub(crate) error_error_message: Gc<Str>,
    pub(crate) overflow_message: Gc<Str>,
    /// Where native functions and concatenation build strings.
    pub(crate) scratch: Gc<Buffer>,
    /// The value of the error that is under way.
    pub(crate) error_value: Value,
    /// At which step a native function is re-entered; 0 at its call.
    pub(crate) native_step: u32,
    /// Units that the native function has paid since it was entered.
    pub(crate) native_paid: u32,
    /// How many results the callee of a re-entered native function returned.
    pub(crate) native_results: u32,
    /// Fuel left behind the current budget, unless unlimited.
    pub(crate) fuel: Option<u64>,
    /// Units that a native function had paid when it was stopped: it does that work again, and needn't pay again. 0 once it pays
    /// from the fuel.
    pub(crate) credit: u32,
    /// What is left of the credit behind the current budget.
    pub(crate) credit_left: u32,
    /// Did memory run out in this run?
    pub(crate) was_exhausted: bool,
    /// Did it since an error was caught?
    pub(crate) is_exhausted: bool,
    /// Does the host want to know how long the collector takes?
    pub(crate) measures_pauses: bool,
    /// How the last run stopped, when it did not end.
    pub(crate) stopped: Option<super::run::Stop>,
    /// Why the last refill of the budget failed.
    pub(crate) interruption: super::run::StopReason,
    /// The thread on which a finalizer runs: it may not yield, and no other finalizer begins meanwhile.
    pub(crate) finalizing: Option<Gc<Thread>>,
    /// How many threads wait for one that they resumed.
    pub(crate) resume_depth: u32,
    /// The debug hook.
    pub(crate) hook: super::hook::Hook,
    /// What a debugger wants.
    pub(crate) debugger: super::debugger::Debugger,
    /// Who samples.
    pub(crate) profiler: super::profile::Profiler,
    /// Events for `jit.attach`.
    pub(crate) events: super::vmevent::VmEvents,
    /// 52COMPAT behaviour.
    pub(crate) compat52: bool,
    /// Was there ever a read-only table?
    pub(crate) has_readonly: bool,
    /// May `load` take bytecode?
    pub(crate) allow_binary: bool,
    /// The greatest number of slots of a stack.
    pub(crate) max_stack: usize,
    /// How many coroutines there may be.
    pub(crate) max_coroutines: usize,
    /// Where the last load found a syntax error.
    pub(crate) syntax_error: Option<super::load::SyntaxErrorPlace>,
    /// The traceback of the last error that no protected call caught.
    pub(crate) traceback: Option<Gc<Str>>,
    /// `next`, for the check of ISNEXT.
    pub(crate) next_function: Value,
    /// Parts of library functions that are written in Lua.
    pub(crate) inner: super::inner::InnerFunctions,
    /// The iterator of `ipairs`, which ITERC does itself.
    pub(crate) ipairs_step: Value,
    /// What coroutines do, as `coroutine.status` has said it by now: suspended, running, normal, dead.
    pub(crate) status_names: [Value; 4],
    /// Upper bits of the light userdata in use.
    pub(crate) light_segments: [u32; LIGHT_SEGMENTS],
    /// How many of them.
    pub(crate) light_segment_count: usize,
    /// Open streams and default files; its `roots` are roots of the collector.
    pub(crate) io: Io,
    /// What the last lengths of some tables were, by [`length_index`].
    pub(crate) lengths: [u32; LENGTHS],
    /// The generator of `math.random`.
    pub(crate) random: Prng,
    /// Results of the helper that a trace called last.
    #[cfg(feature = "jit")]
    pub(crate) match_results: crate::jit::helpers::MatchResults,
    /// What machine code has for itself.
    #[cfg(feature = "jit")]
    pub(crate) trace_context: perilune_jit_x86::runtime::TraceContext,
    /// The host.
    pub(crate) host: Box<dyn Host>,
    /// The JIT.
    #[cfg(feature = "jit")]
    pub(crate) jit: crate::jit::Jit,
}

const _: () = assert!(core::mem::offset_of!(Vm, registers) <= 0x440);

/// What every native function's `pc` points to.
pub(crate) static NATIVE_HEADER: [Ins; 1] = [Ins::ad(Bc::FuncC, 0, 0)];
