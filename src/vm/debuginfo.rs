//! What the running code can be told about in words: lines, names of variables and functions, tracebacks.

use core::fmt::{self, Write};

use crate::bytecode::{Bc, Ins, Mode, Proto, ProtoFlags};
use crate::stdlib;
use crate::value::thread::Status;
use crate::value::{Function, Gc, Str, Thread, Value};
use crate::vm::Vm;
use crate::vm::frame::{self, CONT_SLOTS, Cont, FRAME_SLOTS, Frame};
use crate::vm::meta::Event;

/// The longest chunk name that messages show, and the NUL that C counted.
pub const MAX_CHUNK_NAME: usize = 60;

/// A text of bounded length without allocation; what doesn't fit is cut.
pub struct ShortText<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Default for ShortText<N> {
    fn default() -> Self {
        ShortText {
            bytes: [0; N],
            len: 0,
        }
    }
}

impl<const N: usize> ShortText<N> {
    /// The text.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
    /// Appends bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        let n = bytes.len().min(N - self.len);
        self.bytes[self.len..self.len + n].copy_from_slice(&bytes[..n]);
        self.len += n;
    }
}

/// The short form of a chunk's name: `=name` as it is, `@file` cut at the front, source text as `[string "first line..."]`.
pub fn short_name(name: &[u8]) -> ShortText<MAX_CHUNK_NAME> {
    let mut text = ShortText::default();
    // A NUL ends the name as it ends a string of C.
    let name = &name[..name.iter().position(|c| *c == 0).unwrap_or(name.len())];
    match name.split_first() {
        Some((b'=', rest)) => text.push(&rest[..rest.len().min(MAX_CHUNK_NAME - 1)]),
        Some((b'@', rest)) => {
            if rest.len() < MAX_CHUNK_NAME {
                text.push(rest);
            } else {
                text.push(b"...");
                text.push(&rest[rest.len() - (MAX_CHUNK_NAME - 4)..]);
            }
        }
        _ => {
            // Up to the first control character.
            const ROOM: usize = MAX_CHUNK_NAME - 15;
            const WHOLE: usize = MAX_CHUNK_NAME - 12;
            let line = name.iter().take(WHOLE).take_while(|c| **c >= b' ').count();
            text.push(b"[string \"");
            if line < name.len() {
                text.push(&name[..line.min(ROOM)]);
                text.push(b"...\"]");
            } else {
                text.push(name);
                text.push(b"\"]");
            }
        }
    }
    text
}

/// The index of the instruction that is being executed when `next_pc` is the one after it.
pub fn instruction_index(proto: Gc<Proto>, next_pc: *const Ins) -> usize {
    let offset = (next_pc as usize).wrapping_sub(proto.code_ptr() as usize) / size_of::<Ins>();
    offset.saturating_sub(1)
}

/// The position of an instruction in the code of the function that it belongs to.
///
/// # Safety
/// It is one of a function that lives.
#[cfg(feature = "jit")]
pub(crate) unsafe fn position_in_function(pc: *const Ins) -> usize {
    let mut at = pc;
    // SAFETY: every function's code begins with its header, and no other instruction is one.
    while unsafe { *at }
        .op()
        .is_none_or(|op| (op as u8) < Bc::FuncF as u8)
    {
        at = at.wrapping_sub(1);
    }
    (pc.addr() - at.addr()) / size_of::<Ins>()
}

/// The line of an instruction; `None` in stripped code.
pub fn line_of(proto: Gc<Proto>, index: usize) -> Option<u32> {
    proto.lines().get(index).copied()
}

/// The local variable that lives in a slot at an instruction.
pub fn local_name(proto: Gc<Proto>, index: usize, slot: usize) -> Option<Gc<Str>> {
    let index = index as u32;
    let mut left = slot;
    for var in proto.locals() {
        if var.start > index {
            break;
        }
        if index < var.end {
            if left == 0 {
                return Some(var.name);
            }
            left -= 1;
        }
    }
    None
}

/// Where the value in a slot comes from, as error messages name it: "local", "global", "field", "method", "upvalue", and the name.
pub fn slot_name(proto: Gc<Proto>, index: usize, slot: usize) -> Option<(&'static str, Gc<Str>)> {
    let (mut index, mut slot) = (index, slot);
    'variable: loop {
        if let Some(name) = local_name(proto, index, slot) {
            return Some(("local", name));
        }
        let string = |i: usize| proto.object(i).and_then(Value::as_str);
        while index > 1 {
            index -= 1;
            let ins = proto.instruction(index)?;
            let op = ins.op()?;
            match op.operands().a {
                Mode::Base if slot >= ins.a() && (op != Bc::KNil || slot <= ins.d()) => {
                    return None;
                }
                Mode::Dst if ins.a() == slot => match op {
                    Bc::Mov => {
                        slot = ins.d();
                        continue 'variable;
                    }
                    Bc::GGet => return string(ins.d()).map(|name| ("global", name)),
                    Bc::TGetS => {
                        let before = proto.instruction(index - 1)?;
                        let is_method = before.op() == Some(Bc::Mov)
                            && before.a() == slot + 2
                            && before.d() == ins.b();
                        return string(ins.c())
                            .map(|name| (if is_method { "method" } else { "field" }, name));
                    }
                    Bc::UGet => {
                        return proto
                            .upvalue_names()
                            .get(ins.d())
                            .map(|name| ("upvalue", *name));
                    }
                    _ => return None,
                },
                _ => {}
            }
        }
        return None;
    }
}

/// The metamethod event that an instruction may call.
fn event_of(op: Bc) -> Option<Event> {
    Some(match op {
        Bc::IsLt | Bc::IsGe => Event::Lt,
        Bc::IsLe | Bc::IsGt => Event::Le,
        Bc::IsEqV
        | Bc::IsNeV
        | Bc::IsEqS
        | Bc::IsNeS
        | Bc::IsEqN
        | Bc::IsNeN
        | Bc::IsEqP
        | Bc::IsNeP => Event::Eq,
        Bc::Unm => Event::Unm,
        Bc::Len => Event::Len,
        Bc::AddVN | Bc::AddNV | Bc::AddVV => Event::Add,
        Bc::SubVN | Bc::SubNV | Bc::SubVV => Event::Sub,
        Bc::MulVN | Bc::MulNV | Bc::MulVV => Event::Mul,
        Bc::DivVN | Bc::DivNV | Bc::DivVV => Event::Div,
        Bc::ModVN | Bc::ModNV | Bc::ModVV => Event::Mod,
        Bc::Pow => Event::Pow,
        Bc::Cat => Event::Concat,
        Bc::GGet | Bc::TGetV | Bc::TGetS | Bc::TGetB => Event::Index,
        Bc::GSet | Bc::TSetV | Bc::TSetS | Bc::TSetB | Bc::TSetM => Event::NewIndex,
        _ => return None,
    })
}

/// A function on a stack, with the position it is at.
#[derive(Clone, Copy)]
pub struct Activation {
    /// Its frame. For a vararg function the upper one.
    pub(crate) frame: Frame,
    /// The function.
    pub function: Gc<Function>,
    /// The instruction after the current one; null in native functions.
    pub(crate) pc: *const Ins,
    /// The end of its slots.
    pub(crate) end: *mut Value,
}

impl Activation {
    /// The index of the current instruction, in a Lua function.
    pub fn instruction(&self) -> Option<usize> {
        let proto = self.function.proto()?;
        if self.pc.is_null() {
            None
        } else {
            Some(instruction_index(proto, self.pc))
        }
    }
    /// The current line, where known.
    pub fn line(&self) -> Option<u32> {
        line_of(self.function.proto()?, self.instruction()?)
    }
}

/// Walks a thread's functions from the innermost one out.
pub struct Activations {
    next: Option<(Frame, *const Ins, *mut Value)>,
}

impl Activations {
    /// From the frame at `base` out.
    pub(super) fn from(base: *mut Value, pc: *const Ins, end: *mut Value) -> Activations {
        Activations {
            next: Some((Frame(base), pc, end)),
        }
    }
}

impl Iterator for Activations {
    type Item = Activation;

    fn next(&mut self) -> Option<Activation> {
        loop {
            let activation = self.next_frame()?;
            if !activation.function.is_inner() {
                return Some(activation);
            }
        }
    }
}

impl Activations {
    fn next_frame(&mut self) -> Option<Activation> {
        let (frame, pc, end) = self.next?;
        // SAFETY: frames and links on a thread's stack are well formed, and `below` follows them down to the entry.
        unsafe {
            let function = frame.function_value().as_function()?;
            let mut at = frame;
            if at.link().kind() == frame::VARG {
                at = Frame(at.0.sub(at.link().slots()));
            }
            let words = match at.link().kind() {
                frame::CONT => CONT_SLOTS,
                _ => FRAME_SLOTS,
            };
            self.next = at.below().map(|(below, pc)| {
                // A vararg function goes on in its upper frame, which is what a caller's address leads to.
                (below, pc.unwrap_or(core::ptr::null()), at.0.sub(words))
            });
            let pc = if function.is_lua() {
                pc
            } else {
                core::ptr::null()
            };
            Some(Activation {
                frame,
                function,
                pc,
                end,
            })
        }
    }
}

/// A text sink over the scratch buffer; running out of memory ends the text.
pub(crate) struct ScratchWriter<'a> {
    pub(crate) vm: &'a mut Vm,
    pub(crate) failed: bool,
}

impl ScratchWriter<'_> {
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        let scratch = self.vm.scratch;
        if scratch.push_bytes(&mut self.vm.heap, bytes).is_err() {
            self.failed = true;
        }
    }
}

impl Write for ScratchWriter<'_> {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.bytes(s.as_bytes());
        Ok(())
    }
}

/// Functions that a traceback shows before it skips, and after.
const TRACEBACK_HEAD: usize = 12;
const TRACEBACK_TAIL: usize = 10;

impl Vm {
    /// The functions of a thread, innermost first.
    pub fn activations(&self, thread: Gc<Thread>) -> Activations {
        let (base, pc, top) = self.thread_position(thread);
        let has_frames =
            thread == self.thread || !matches!(thread.status(), Status::Fresh | Status::Finished);
        let start = (Frame(base), pc, top);
        Activations {
            next: has_frames.then_some(start),
        }
    }

    /// How the function of an activation is called by the one below it: the kind of name and the name.
    pub fn function_name(&self, activation: &Activation) -> Option<(&'static str, Gc<Str>)> {
        // SAFETY: frames are well formed.
        unsafe {
            let mut frame = activation.frame;
            if frame.link().kind() == frame::VARG {
                frame = Frame(frame.0.sub(frame.link().slots()));
            }
            let link = frame.link();
            let (below, pc) = frame.below()?;
            let pc = pc?;
            if link.kind() == frame::CONT
                && matches!(
                    frame.cont(),
                    Cont::Handler | Cont::Finalizer | Cont::Hook | Cont::Event
                )
            {
                return None;
            }
            let proto = below.function_value().as_function()?.proto()?;
            if proto.flags().has(ProtoFlags::INNER) {
                return None;
            }
            let index = instruction_index(proto, pc);
            let ins = proto.instruction(index)?;
            let op = ins.op()?;
            match op {
                Bc::Call | Bc::CallM | Bc::CallT | Bc::CallMT => slot_name(proto, index, ins.a()),
                Bc::IterC | Bc::IterN => slot_name(proto, index, ins.a().saturating_sub(3)),
                // The comparison is before the jump.
                Bc::Jmp if index > 0 => {
                    let event = event_of(proto.instruction(index - 1)?.op()?)?;
                    Some(("metamethod", self.event_names[event as usize]))
                }
                op => Some(("metamethod", self.event_names[event_of(op)? as usize])),
            }
        }
    }

    /// "chunk:line:" of an activation, if it is a Lua function's.
    pub(crate) fn write_position(&self, out: &mut dyn FnMut(&[u8]), activation: &Activation) {
        let Some(proto) = activation.function.proto() else {
            if let Some(name) = stdlib::name_in_lua(activation.function) {
                out(b"[builtin:");
                out(name.as_bytes());
                out(b"]:0:");
            }
            return;
        };
        out(short_name(proto.chunk_name().as_bytes()).as_bytes());
        out(b":");
        let mut digits: ShortText<16> = ShortText::default();
        match activation.line() {
            Some(line) => {
                let _ = write!(TextWriter(&mut digits), "{line}");
                out(digits.as_bytes());
            }
            // Stripped.
            None => out(b"0"),
        }
        out(b":");
    }

    /// The traceback of a thread, with a message in front, from the activation `level` on.
    pub fn traceback(
        &mut self,
        thread: Gc<Thread>,
        message: Option<&[u8]>,
        level: usize,
    ) -> Option<Gc<Str>> {
        self.traceback_below(thread, message, level, 0)
    }

    /// The same as a function `hidden` levels above the innermost one would print it: the length at which the middle is left out counts
    /// those levels too.
    pub(crate) fn traceback_below(
        &mut self,
        thread: Gc<Thread>,
        message: Option<&[u8]>,
        level: usize,
        hidden: usize,
    ) -> Option<Gc<Str>> {
        let scratch = self.scratch;
        scratch.clear();
        let total = self.activations(thread).count();
        let mut w = ScratchWriter {
            vm: self,
            failed: false,
        };
        if let Some(message) = message {
            w.bytes(message);
            w.bytes(b"\n");
        }
        w.bytes(b"stack traceback:");
        let mut at = level;
        let mut is_whole = true;
        while at < total {
            if is_whole && at + hidden >= TRACEBACK_HEAD {
                is_whole = false;
                if total - at > TRACEBACK_TAIL + 1 {
                    w.bytes(b"\n\t...");
                    at = total - TRACEBACK_TAIL;
                }
            }
            let Some(activation) = w.vm.activations(thread).nth(at) else {
                break;
            };
            w.traceback_line(&activation);
            at += 1;
        }
        if w.failed {
            return None;
        }
        self.heap.intern(scratch.as_bytes()).ok()
    }
}

impl ScratchWriter<'_> {
    fn traceback_line(&mut self, activation: &Activation) {
        self.bytes(b"\n\t");
        let name = self.vm.function_name(activation);
        match activation.function.proto() {
            Some(proto) => {
                self.bytes(short_name(proto.chunk_name().as_bytes()).as_bytes());
                self.bytes(b":");
                if let Some(line) = activation.line() {
                    let _ = write!(self, "{line}:");
                }
                match name {
                    Some((_, name)) => {
                        self.bytes(b" in function '");
                        self.bytes(name.as_bytes());
                        self.bytes(b"'");
                    }
                    None if proto.first_line() == 0 => self.bytes(b" in main chunk"),
                    None => {
                        self.bytes(b" in function <");
                        self.bytes(short_name(proto.chunk_name().as_bytes()).as_bytes());
                        let _ = write!(self, ":{}>", proto.first_line());
                    }
                }
            }
            None => match name {
                Some((_, name)) => {
                    match stdlib::name_in_lua(activation.function) {
                        Some(builtin) => {
                            let _ = write!(self, "[builtin:{builtin}]");
                        }
                        None => self.bytes(b"[C]"),
                    }
                    self.bytes(b": in function '");
                    self.bytes(name.as_bytes());
                    self.bytes(b"'");
                }
                None => {
                    let (f, n) = (activation.function, activation.function.header.b.get());
                    let _ = match (stdlib::name_in_lua(f), n) {
                        (Some(name), _) => {
                            write!(self, "[builtin:{name}]: in function <[builtin:{name}]:-1>")
                        }
                        (None, 0) => write!(self, "[C]: at {:p}", f.as_ptr()),
                        (None, n) => write!(self, "[builtin#{n}]: at {:p}", f.as_ptr()),
                    };
                }
            },
        }
    }
}

/// `fmt::Write` for a bounded text.
pub(crate) struct TextWriter<'a, const N: usize>(pub(crate) &'a mut ShortText<N>);

impl<const N: usize> Write for TextWriter<'_, N> {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.0.push(s.as_bytes());
        Ok(())
    }
}

/// A local variable of an activation.
#[derive(Clone, Copy)]
pub struct Local {
    /// Its name; absent for temporaries and extra arguments.
    pub name: Option<Gc<Str>>,
    /// An extra argument of a vararg function?
    pub is_vararg: bool,
    slot: *mut Value,
}

impl Local {
    /// The value.
    pub fn get(&self) -> Value {
        // SAFETY: `Vm::local` found the slot in a live frame, and no safepoint lies between.
        unsafe { *self.slot }
    }
    /// Where it lies.
    pub(super) fn slot(&self) -> *mut Value {
        self.slot
    }
}

impl Vm {
    /// Variable `n` of an activation: from 1 on the active locals in the order of their slots, then temporaries; from -1 down the extra
    /// arguments.
    pub fn local(&self, activation: &Activation, n: i32) -> Option<Local> {
        let base = activation.frame.0;
        if n < 0 {
            let proto = activation.function.proto()?;
            // SAFETY: an activation's frame is well formed.
            let link = unsafe { activation.frame.link() };
            if link.kind() != frame::VARG {
                return None;
            }
            let extra = link.slots() - FRAME_SLOTS;
            let index = proto.param_count() + n.unsigned_abs() as usize - 1;
            if index >= extra {
                return None;
            }
            let slot = base.wrapping_sub(link.slots()).wrapping_add(index);
            return Some(Local {
                name: None,
                is_vararg: true,
                slot,
            });
        }
        let index = usize::try_from(n).ok()?.checked_sub(1)?;
        let slot = base.wrapping_add(index);
        if slot >= activation.end {
            return None;
        }
        let name = match (activation.function.proto(), activation.instruction()) {
            (Some(proto), Some(at)) => local_name(proto, at, index),
            _ => None,
        };
        Some(Local {
            name,
            is_vararg: false,
            slot,
        })
    }
}
