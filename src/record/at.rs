//! What the recorder reads of the interpreter: its registers, the frame, code and constants. All unsafe reads of the recorder are here.

use crate::bytecode::{Ins, Proto};
use crate::record::Traces;
use crate::value::thread::Status;
use crate::value::{Function, Gc, Thread, Value};
use crate::vm::Vm;
use crate::vm::frame::{self, Cont, FRAME_SLOTS, Frame, Link};

/// The instruction that is recorded, and the interpreter's registers before it.
///
/// # Safety
/// Whoever makes one promises what the interpreter's handlers rely on: `base` is a complete frame (at a function header: the frame slots
/// are written), `ins` the instruction at `pc` in verified code of that frame's function, and `k` its constants (at a header: the
/// number of arguments). The methods are safe by that promise, as long as their arguments are operands of the instruction.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub vm: &'a Vm,
    pub base: *mut Value,
    pub pc: *const Ins,
    pub ins: Ins,
    k: *const Value,
    pub traces: &'a dyn Traces,
}

impl<'a> At<'a> {
    /// # Safety
    /// See the type.
    pub(super) unsafe fn new(
        vm: &'a Vm,
        base: *mut Value,
        pc: *const Ins,
        ins: Ins,
        k: *const Value,
        traces: &'a dyn Traces,
    ) -> At<'a> {
        At {
            vm,
            base,
            pc,
            ins,
            k,
            traces,
        }
    }

    /// The slot `i` of the frame.
    pub(super) fn slot(&self, i: usize) -> Value {
        // SAFETY: slots of the frame, and those of a call's arguments behind it, lie on the stack.
        unsafe { *self.base.add(i) }
    }
    /// The bits of slot `i`, which may hold a raw word.
    pub(super) fn word(&self, i: usize) -> u64 {
        self.slot(i).to_bits()
    }
    /// Number constant `i`.
    pub(super) fn number(&self, i: usize) -> Value {
        // SAFETY: the verifier found a number constant there.
        unsafe { *self.k.add(i) }
    }
    /// Object constant `i`.
    pub(super) fn object(&self, i: usize) -> Value {
        // SAFETY: the verifier found an object constant there.
        unsafe { *self.k.sub(1 + i) }
    }
    /// How many arguments a function header gets.
    pub(super) fn nargs(&self) -> usize {
        self.k.addr()
    }
    /// The instruction `distance` from this one.
    pub(super) fn near(&self, distance: isize) -> Ins {
        // SAFETY: the verifier found that the instruction has such a neighbour.
        unsafe { *self.pc.offset(distance) }
    }
    /// The instruction at an address in the running function's code.
    pub(super) fn code(&self, pc: *const Ins) -> Ins {
        // SAFETY: jumps stay in the code.
        unsafe { *pc }
    }
    /// The address behind the instruction.
    pub(super) fn next(&self) -> *const Ins {
        self.pc.wrapping_add(1)
    }
    /// Where the instruction jumps to.
    pub(super) fn target(&self) -> *const Ins {
        self.next().wrapping_offset(self.ins.jump())
    }
    /// The frame's function.
    pub(super) fn function(&self) -> Gc<Function> {
        // SAFETY: the frame is complete.
        unsafe { Frame(self.base).function() }
    }
    /// The frame's link.
    pub(super) fn link(&self) -> Link {
        // SAFETY: a frame has one.
        unsafe { Frame(self.base).link() }
    }
    /// The continuation of the frame, and its operand as a code address.
    pub(super) fn continuation(&self) -> (Cont, *const Ins) {
        // SAFETY: the caller looked at the link.
        unsafe {
            let frame = Frame(self.base);
            let pc = core::ptr::with_exposed_provenance(frame.cont_operand() as usize);
            (frame.cont(), pc)
        }
    }
    /// The same registers for the frame `slots` further down.
    pub(super) fn below(&self, slots: usize) -> At<'a> {
        At {
            base: self.base.wrapping_sub(slots),
            ..*self
        }
    }
    /// Where a thread goes on that doesn't run, if that is in a Lua function.
    pub(super) fn place_of(&self, thread: Gc<Thread>) -> Option<Place> {
        let base = thread.base.get();
        let slots_below = |at: *mut Value| {
            (at.addr() as isize - thread.stack.get().addr() as isize) / size_of::<Value>() as isize
        };
        // SAFETY: a coroutine that has not begun has its function and an entry's link; another that waits is in the complete frame
        // of a native function. A link of this kind is of a call instruction in a function whose frame is complete, too.
        unsafe {
            let frame = Frame(base);
            if thread.status() == Status::Fresh {
                let proto = frame.function_value().as_function()?.proto()?;
                let origin = slots_below(base);
                return Some(Place::Function { proto, origin });
            }
            let link = frame.link();
            if link.kind() != frame::LUA {
                return None;
            }
            let call = *link.return_pc().sub(1);
            let distance = call.a() + FRAME_SLOTS;
            let below = base.sub(distance);
            Some(Place::Call(Landing {
                function: frame.function(),
                link,
                call,
                proto: Frame(below).function().proto()?,
                distance: distance as u16,
                origin: slots_below(below),
            }))
        }
    }
    /// The prototype whose header is the instruction.
    pub(super) fn header_proto(&self) -> Gc<Proto> {
        // SAFETY: the instruction is a function's header.
        unsafe { Proto::of_code(self.pc) }
    }
}

/// Where a thread goes on.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// At the beginning of a function of this prototype, whose frame is so many slots above the bottom of the stack.
    Function { proto: Gc<Proto>, origin: isize },
    /// Behind a call instruction.
    Call(Landing),
}

/// The call instruction that called the native function in which a thread waits.
#[derive(Clone, Copy)]
pub(super) struct Landing {
    /// That function.
    pub function: Gc<Function>,
    /// The link of its frame.
    pub link: Link,
    pub call: Ins,
    /// The prototype of the caller.
    pub proto: Gc<Proto>,
    /// How far below the native function's frame the caller's is.
    pub distance: u16,
    /// How many slots the stack has below the caller's frame.
    pub origin: isize,
}

/// The instruction at `pc`.
///
/// # Safety
/// `pc` is an instruction of live code.
pub(super) unsafe fn instruction(pc: *const Ins) -> Ins {
    // SAFETY: the caller's promise.
    unsafe { *pc }
}
