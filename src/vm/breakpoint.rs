//! Breakpoints: the first instruction of a line has [`Ins::BREAKPOINT`] in the place of its opcode, whose handler asks here whether to stop.
//!
//! Its operands stay, so that whoever looks at a call's operands from above needs to know nothing. The plain opcode is in the copy of the
//! code that a prototype has while it has breakpoints. Functions without breakpoints pay nothing, and stay compiled. A function with some is
//! interpreted: the traces through it are freed, and the recorder gives up where it is entered.

use core::ptr::{self, NonNull};

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::bytecode::{Bc, Ins, Proto, list};
use crate::gc::{Heap, Kind, OutOfMemory};
use crate::value::{Function, Gc, Value};
use crate::vm::Vm;
use crate::vm::call::Next;
use crate::vm::debugger::DebugStop;
use crate::vm::debuginfo::{instruction_index, line_of};
use crate::vm::frame::Frame;

/// Says whether there is a breakpoint at a line of the chunk with this name.
pub type BreakpointLines = Box<dyn Fn(&[u8], u32) -> bool>;

/// The instruction before `pc` as it was before a breakpoint took its place.
///
/// # Safety
/// It is one of the function whose frame is at `base`, as far as that is written, and `ins` is what the interpreter found there.
#[inline(always)]
pub(crate) unsafe fn plain(base: *mut Value, pc: *const Ins, ins: Ins) -> Ins {
    if ins.is_breakpoint() {
        // SAFETY: the caller's promise.
        return unsafe { plain_slow(base, pc, ins) };
    }
    ins
}

#[cold]
#[inline(never)]
unsafe fn plain_slow(base: *mut Value, pc: *const Ins, ins: Ins) -> Ins {
    // SAFETY: only Lua functions have breakpoints.
    let proto = unsafe { Frame(base).function() }.proto();
    let plain = proto.and_then(|proto| proto.without_breakpoint(instruction_index(proto, pc)));
    plain.unwrap_or(ins)
}

/// May a debugger stop before this instruction? Open results lie beyond the frame, where other runs would begin.
pub(super) fn may_stop_before(op: Bc) -> bool {
    !matches!(op, Bc::CallM | Bc::CallMT | Bc::RetM | Bc::TSetM | Bc::UClo)
        && (op as u8) < Bc::FuncF as u8
}

/// May a breakpoint take the place of instruction `i`?
fn takes_breakpoint(proto: Gc<Proto>, i: usize) -> bool {
    let op = |i: usize| proto.instruction(i).and_then(Ins::op);
    let is_after_condition = op(i - 1).is_some_and(Bc::is_condition);
    op(i).is_some_and(|op| {
        may_stop_before(op)
            && !(op == Bc::Jmp && is_after_condition)
            // Those change themselves, or are read by the one before.
            && !matches!(op, Bc::IsNext | Bc::IterC | Bc::IterN | Bc::IterL | Bc::IIterL | Bc::ForL | Bc::IForL)
    })
}

/// The lines of a function at which breakpoints are possible, in order, each with the instruction that it begins with.
fn line_starts(proto: Gc<Proto>) -> Result<Vec<(u32, usize)>, OutOfMemory> {
    let mut starts = Vec::new();
    for (i, &line) in proto.lines().iter().enumerate().skip(1) {
        if takes_breakpoint(proto, i) {
            starts.try_reserve(1).map_err(|_| OutOfMemory)?;
            starts.push((line, i));
        }
    }
    starts.sort_unstable();
    starts.dedup_by_key(|(line, _)| *line);
    Ok(starts)
}

impl Heap {
    /// Copies a function's code, without what traces and breakpoints put there.
    fn copy_code(&mut self, proto: Gc<Proto>) -> Result<(), OutOfMemory> {
        let count = proto.code().len();
        let block = self.alloc_block(size_of_val(proto.code()))?.cast::<Ins>();
        for i in 0..count {
            let Some(ins) = proto.instruction(i) else {
                break;
            };
            // SAFETY: the block has room for as many instructions.
            unsafe { block.add(i).write(ins) };
        }
        proto.plain_code.set(block.as_ptr());
        Ok(())
    }

    /// Frees the copy of a function's code.
    pub(crate) fn release_plain_code(&mut self, proto: &Proto) {
        let copy = proto.plain_code.replace(ptr::null_mut());
        if let Some(copy) = NonNull::new(copy) {
            // SAFETY: `copy_code` allocated this size.
            unsafe { self.free_block(copy.cast(), size_of_val(proto.code())) };
        }
    }
}

impl Vm {
    /// Sets which lines have breakpoints, in chunks that are loaded and in those that will be. [`Vm::refresh_breakpoints`] asks again.
    ///
    /// While a run is under way this may only be done where it stopped.
    pub fn set_breakpoints(&mut self, lines: Option<BreakpointLines>) {
        self.debugger.lines = lines;
        self.refresh_breakpoints();
    }

    /// Asks which lines have breakpoints, for all functions that there are.
    pub fn refresh_breakpoints(&mut self) {
        let mut protos: Vec<Gc<Proto>> = Vec::new();
        self.heap.for_each_object(&mut |object| {
            if object.kind() == Kind::Proto && protos.try_reserve(1).is_ok() {
                // SAFETY: the header says so, and nothing is freed meanwhile.
                protos.push(unsafe { Gc::from_ptr(object.as_ptr().cast()) });
            }
        });
        for proto in protos {
            self.break_in(proto);
        }
    }

    /// The same for the functions of a chunk that was loaded just now.
    pub(crate) fn break_in_chunk(&mut self, main: Gc<Proto>) {
        if self.debugger.lines.is_some() {
            // Without memory it has no breakpoints.
            let _ = list::for_each(main, |proto| {
                self.break_in(proto);
                Ok::<(), OutOfMemory>(())
            });
        }
    }

    /// Gives a function the breakpoints that it should have.
    fn break_in(&mut self, proto: Gc<Proto>) {
        let lines = self.debugger.lines.take();
        let name = proto.chunk_name();
        let wanted = |line| {
            lines
                .as_ref()
                .is_some_and(|lines| lines(name.as_bytes(), line))
        };
        let any = proto.lines().iter().any(|line| wanted(*line));
        if proto.has_breakpoints() {
            for i in 0..proto.code().len() {
                if let Some(plain) = proto.without_breakpoint(i) {
                    proto.code()[i].set(plain);
                }
            }
        }
        if !any {
            self.heap.release_plain_code(&proto);
        } else {
            if !proto.has_breakpoints() {
                #[cfg(feature = "jit")]
                self.flush_traces_through(proto);
                // Without memory it has no breakpoints.
                let _ = self.heap.copy_code(proto);
            }
            if proto.has_breakpoints() {
                for (line, i) in line_starts(proto).unwrap_or_default() {
                    if wanted(line) {
                        let cell = &proto.code()[i];
                        cell.set(cell.get().with_breakpoint());
                    }
                }
            }
        }
        self.debugger.lines = lines;
    }

    /// The lines of a chunk, given by its main function, at which breakpoints are possible; in order.
    pub fn lines_with_code(&self, main: Gc<Function>) -> Vec<u32> {
        let mut lines = Vec::new();
        if let Some(proto) = main.proto() {
            // Without memory there are fewer.
            let _ = list::for_each(proto, |proto| {
                for (line, _) in line_starts(proto)? {
                    lines.try_reserve(1).map_err(|_| OutOfMemory)?;
                    lines.push(line);
                }
                Ok::<(), OutOfMemory>(())
            });
        }
        lines.sort_unstable();
        lines.dedup();
        lines
    }

    /// Asks whether to stop at the breakpoint before `pc`.
    #[inline(never)]
    pub(crate) fn run_breakpoint(&mut self, base: *mut Value, pc: *const Ins) -> Next {
        if self.debugger.passes(pc) {
            self.debugger.pass = ptr::null();
            return Next::NO_EVENT;
        }
        if self.debugger.is_muted() {
            return Next::NO_EVENT;
        }
        // SAFETY: a breakpoint is an instruction of a Lua function's complete frame.
        let proto = unsafe { Frame(base).function() }.proto();
        let line = proto.and_then(|proto| line_of(proto, instruction_index(proto, pc)));
        self.stop_before(DebugStop::Breakpoint(line.unwrap_or(0)), base, pc)
    }
}
