//! Dispatch: how one instruction's handler leads to the next.
//!
//! # Two forms
//! A handler does one instruction and ends by passing control on, with all of the interpreter's registers as arguments:
//!
//! * **threaded** (optimised builds): it calls the next handler in tail position. The optimiser turns this into a jump, so
//!   each handler ends in an indirect jump of its own and the registers stay in the machine's.
//!   Handlers therefore keep no local whose address escapes; whatever needs one lives in a function that isn't inlined.
//! * **loop** (builds with debug assertions, and the feature `loop-dispatch`, which sanitizers want): it stores the registers in
//!   the state and returns to `run`'s loop.
//!
//! The state holds the table of handlers itself, so that a jump through it needs no register; a debug hook exchanges its contents.
//! The handlers are the same; only [`next`](crate::vm::exec) differs.

use crate::bytecode::Ins;
use crate::value::Value;
use crate::vm::Vm;

/// Why the handlers returned to the host's stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Exit {
    /// One instruction is done (loop dispatch only).
    Continue,
    /// The run's first function returned.
    Done,
    /// An error reached the run's first frame.
    Error,
    /// The run has to stop, and can be resumed.
    Stopped,
}

/// A handler. `pc` is the next instruction, `ins` the one to execute, `k` the constants of the function (the number of arguments when a
/// function header is entered).
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Handler(pub(crate) HandlerFn);

/// The code of a [`Handler`].
pub type HandlerFn = unsafe extern "C" fn(
    vm: *mut Vm,
    base: *mut Value,
    pc: *const Ins,
    ins: Ins,
    k: *const Value,
) -> Exit;

/// The interpreter's registers.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Registers {
    pub(crate) base: *mut Value,
    pub(crate) pc: *const Ins,
    pub(crate) k: *const Value,
}

impl Registers {
    /// Registers of a state that does not run.
    pub const IDLE: Registers = Registers {
        base: core::ptr::null_mut(),
        pc: core::ptr::null(),
        k: core::ptr::null(),
    };
}

/// Is dispatch a loop in this build?
pub const IS_LOOP: bool = cfg!(any(debug_assertions, feature = "loop-dispatch"));

/// Executes instructions from these registers on until something returns.
///
/// # Safety
/// `vm` is a state whose running thread has a complete frame at `registers.base`, `registers.pc` is an instruction of verified code that
/// belongs to it, and `k` its constants (or the number of arguments at a function header).
pub(crate) unsafe fn run(vm: *mut Vm, registers: Registers) -> Exit {
    let Registers { base, pc, k } = registers;
    // SAFETY: the caller's promise is the handlers' precondition, and each handler establishes it for the next.
    unsafe {
        let ins = *pc;
        let mut exit = ((&(*vm).handlers)[ins.op_index()].0)(vm, base, pc.add(1), ins, k);
        if IS_LOOP {
            while exit == Exit::Continue {
                let Registers { base, pc, k } = (*vm).registers;
                #[cfg(feature = "paranoid")]
                crate::vm::exec::check::check(&*vm, base, pc, k);
                let ins = *pc;
                exit = ((&(*vm).handlers)[ins.op_index()].0)(vm, base, pc.add(1), ins, k);
            }
        }
        exit
    }
}
