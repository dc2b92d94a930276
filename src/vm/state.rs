//! The one `repr(C)` state that the interpreter and machine code work on.

extern crate alloc;
use alloc::boxed::Box;

use crate::bytecode::Ins;
use crate::gc::Heap;
use crate::host::Host;
use crate::stdlib::io::Io;
use crate::value::{Gc, Table, Thread, Type, Value};

/// A Lua state.
#[repr(C)]
pub struct Vm {
    /// The running thread's frame: its first slot.
    pub(crate) base: *mut Value,
    /// The end of the running thread's used slots; meaningful while native code runs.
    pub(crate) top: *mut Value,
    /// The end of the running thread's stack for frames.
    pub(crate) stack_limit: *mut Value,
    /// The instruction after the one that is executed; saved before anything that may raise.
    pub(crate) pc: *const Ins,
    /// The running thread.
    pub(crate) thread: Gc<Thread>,
    /// The heap.
    pub(crate) heap: Heap,
    /// `_G`
    pub(crate) globals: Gc<Table>,
    /// The registry.
    pub(crate) registry: Gc<Table>,
    /// Metatables of the types that have one for all values.
    pub(crate) base_metatables: [Option<Gc<Table>>; Type::COUNT],
    /// The value of the error that is under way.
    pub(crate) error_value: Value,
    /// At which step a native function is re-entered; 0 at its call.
    pub(crate) native_step: u32,
    /// How many results the callee of a re-entered native function returned.
    pub(crate) native_results: u32,
    /// 52COMPAT behaviour.
    pub(crate) compat52: bool,
    /// Open streams and default files; its `roots` are roots of the collector.
    pub(crate) io: Io,
    /// The host.
    pub(crate) host: Box<dyn Host>,
}
