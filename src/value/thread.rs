//! Coroutines: a growable stack of slots, a chain of open upvalues and a saved position.

use core::cell::Cell;

use crate::bytecode::Ins;
use crate::gc::Header;
use crate::value::{Gc, Table, Upvalue, Value};
use crate::vm::run::Stop;

/// A run that the host began with a coroutine, and that stopped: what is needed to go on.
#[derive(Clone, Copy)]
pub(crate) struct Parked {
    /// The coroutine that was running: this one, or one that it had resumed.
    pub(crate) innermost: Gc<Thread>,
    /// How many coroutines lie between the two, the outer one included.
    pub(crate) depth: u32,
    pub(crate) stop: Stop,
}

/// What a coroutine is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Status {
    /// Created, and not yet resumed: the function and its arguments lie on the stack.
    Fresh,
    /// Yielded; it can be resumed.
    Suspended,
    /// The thread whose code runs.
    Running,
    /// It resumed another thread and waits for it.
    Normal,
    /// Its function returned.
    Finished,
    /// An error ended it.
    Failed,
}

/// A coroutine, or the main thread of a state. `header.a` is its [`Status`].
///
/// `stack[..stack_size]` is one block of the heap. Frames lie on it as `vm::frame` documents. While the thread runs,
/// the state's copies of `base` and `top` count and these are stale.
#[repr(C)]
pub struct Thread {
    pub(crate) header: Header,
    /// Slots of the stack, the reserve at its end included.
    pub(crate) stack_size: Cell<u32>,
    pub(crate) stack: Cell<*mut Value>,
    /// The end of what frames may use; behind it lies `vm::stack::RESERVE`.
    pub(crate) limit: Cell<*mut Value>,
    pub(crate) base: Cell<*mut Value>,
    pub(crate) top: Cell<*mut Value>,
    /// Where it goes on: the instruction after the one that left it.
    pub(crate) pc: Cell<*const Ins>,
    /// Where the debug hook saw it last.
    pub(crate) hook_pc: Cell<*const Ins>,
    /// The open upvalue highest in the stack.
    pub(crate) open_upvalues: Cell<*mut Upvalue>,
    pub(crate) env: Cell<Gc<Table>>,
    /// Who resumed it, while it runs or is normal.
    pub(crate) resumer: Cell<Option<Gc<Thread>>>,
    pub(crate) grey_next: Cell<*mut Header>,
    /// The next thread of the collector's list of those that have open upvalues.
    pub(crate) next_open_thread: Cell<*mut Thread>,
    /// The stopped run that began with this coroutine.
    pub(crate) parked: Cell<Option<Parked>>,
    /// Is the thread in that list?
    pub(crate) is_open_thread: Cell<bool>,
}
