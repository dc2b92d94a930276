//! Telling what happens to traces, in the formats of LuaJIT's `-jv` and `-jdump`.

extern crate alloc;
use alloc::boxed::Box;
use core::convert::Infallible;
use core::fmt::{self, Write};

use crate::bytecode::{Bc, Ins, Proto, list};
use crate::host::File;
use crate::jit::trace::{LinkKind, Start, TraceAbort, TraceNo};
use crate::number::format::Sink;
use crate::value::{Gc, Value};
use crate::vm::Vm;
use crate::vm::debuginfo::{ShortText, instruction_index, line_of};
use crate::vm::frame::Frame;

/// Where a dump goes.
pub(crate) enum Output {
    /// The standard error.
    Error,
    /// The standard output.
    Standard,
    /// A file of its own.
    File(Box<dyn File>),
}

/// Which parts of a dump are wanted: LuaJIT's letters.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Parts(u32);

impl Parts {
    /// What `-jdump` shows without options: `tbim`.
    const DEFAULT: &'static [u8] = b"tbim";

    /// The parts that options like `is`, `+s` or `-b` ask for.
    pub fn parse(options: &[u8]) -> Parts {
        let mut parts = Parts(0);
        let (sign, letters) = match options {
            [sign @ (b'+' | b'-'), letters @ ..] => (*sign, letters),
            letters => (b'=', letters),
        };
        if sign != b'=' || letters.is_empty() {
            for &letter in Parts::DEFAULT {
                parts.set(letter, true);
            }
        }
        for &letter in letters {
            parts.set(letter, sign != b'-');
        }
        parts
    }

    fn set(&mut self, letter: u8, on: bool) {
        let bit = 1 << (letter & 31);
        match (letter.is_ascii_lowercase(), on) {
            (true, true) => self.0 |= bit,
            (true, false) => self.0 &= !bit,
            (false, _) => {}
        }
    }
    /// Is the part of this letter wanted?
    fn has(self, letter: u8) -> bool {
        self.0 & 1 << (letter & 31) != 0
    }
}

/// What is told, and where to.
#[derive(Default)]
pub(crate) struct Listener {
    /// `-jv`: one line per trace.
    pub verbose: Option<Output>,
    /// `-jdump`
    pub dump: Option<(Parts, Output)>,
    /// Where the trace under recording began, as text.
    start: ShortText<80>,
    /// The trace and exit it was begun at: "(1/4) " or nothing.
    origin: ShortText<32>,
}

impl Listener {
    /// Does anybody listen?
    pub fn is_idle(&self) -> bool {
        self.verbose.is_none() && self.dump.is_none()
    }
    fn parts(&self) -> Parts {
        self.dump.as_ref().map_or(Parts(0), |(parts, _)| *parts)
    }
}

/// Which of the two dumps is written.
#[derive(Clone, Copy)]
enum Channel {
    Verbose,
    Dump,
}

/// Text on its way to a dump.
struct Text<'a> {
    vm: &'a mut Vm,
    channel: Channel,
    buffer: ShortText<256>,
}

impl<'a> Text<'a> {
    fn new(vm: &'a mut Vm, channel: Channel) -> Text<'a> {
        Text {
            vm,
            channel,
            buffer: ShortText::default(),
        }
    }
    fn flush(&mut self) {
        let buffer = core::mem::take(&mut self.buffer);
        self.vm.write_dump(self.channel, buffer.as_bytes());
    }
}

impl Drop for Text<'_> {
    fn drop(&mut self) {
        self.flush();
    }
}

impl Sink for Text<'_> {
    type Error = Infallible;
    fn put(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks(128) {
            if self.buffer.as_bytes().len() > 128 {
                self.flush();
            }
            self.buffer.push(chunk);
        }
        Ok(())
    }
}

impl Write for Text<'_> {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        let Ok(()) = self.put(s.as_bytes());
        Ok(())
    }
}

/// A short text as a sink.
struct Short<const N: usize>(ShortText<N>);
impl<const N: usize> Sink for Short<N> {
    type Error = Infallible;
    fn put(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        self.0.push(bytes);
        Ok(())
    }
}
impl<const N: usize> Write for Short<N> {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.0.push(s.as_bytes());
        Ok(())
    }
}

/// "file:line" of an instruction.
fn place(proto: Gc<Proto>, at: *const Ins) -> ShortText<80> {
    let mut text = Short(ShortText::default());
    let Ok(()) = list::source(proto, &mut text);
    let line = line_of(proto, instruction_index(proto, at.wrapping_add(1))).unwrap_or(0);
    let _ = write!(text, ":{line}");
    text.0
}

fn shown(text: &[u8]) -> crate::vm::native::Lossy<'_> {
    crate::vm::native::Lossy(text)
}

impl LinkKind {
    /// The name in dumps and in `jit.util.traceinfo`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            LinkKind::Loop => "loop",
            LinkKind::Root => "root",
            LinkKind::UpRecursion => "up-recursion",
            LinkKind::TailRecursion => "tail-recursion",
            LinkKind::Interpreter => "interpreter",
            LinkKind::Return => "return",
            LinkKind::Stitch => "stitch",
        }
    }
}

/// Writes an abort's sentence.
fn write_reason(text: &mut Text<'_>, reason: TraceAbort) -> fmt::Result {
    let (front, back) = reason
        .message()
        .split_once("%s")
        .unwrap_or((reason.message(), ""));
    text.write_str(front)?;
    match reason {
        TraceAbort::NyiBytecode(op) => write!(text, "{:<6}", op.name())?,
        TraceAbort::NyiFunction(n) => write!(text, "{n}")?,
        _ => {}
    }
    text.write_str(back)
}

impl Vm {
    /// Writes to a dump. Failures are nobody's business.
    fn write_dump(&mut self, channel: Channel, bytes: &[u8]) {
        let listener = &mut self.jit.listener;
        let output = match channel {
            Channel::Verbose => listener.verbose.as_mut(),
            Channel::Dump => listener.dump.as_mut().map(|(_, output)| output),
        };
        match output {
            Some(Output::Error) => self.write_error(bytes),
            Some(Output::Standard) => {
                let _ = self.print_bytes(bytes);
            }
            Some(Output::File(file)) => {
                let mut rest = bytes;
                while let Ok(n @ 1..) = file.write(rest) {
                    rest = rest.get(n..).unwrap_or_default();
                    if rest.is_empty() {
                        break;
                    }
                }
            }
            None => {}
        }
    }

    /// A recording begins.
    pub(crate) fn announce_start(
        &mut self,
        number: TraceNo,
        start: Start,
        proto: Gc<Proto>,
        at: *const Ins,
    ) {
        if self.jit.listener.is_idle() {
            return;
        }
        let where_ = place(proto, at);
        let mut origin = Short(ShortText::<32>::default());
        let _ = match start {
            Start::Root => Ok(()),
            Start::Side { parent, exit } => write!(origin, "{}/{exit}", parent.0),
            Start::Stitch { parent } => write!(origin, "{}/stitch", parent.0),
        };
        self.jit.listener.start = place(proto, at);
        self.jit.listener.origin = ShortText::default();
        self.jit.listener.origin.push(origin.0.as_bytes());
        if self.jit.listener.parts().has(b't') {
            let mut text = Text::new(self, Channel::Dump);
            let space = if origin.0.as_bytes().is_empty() {
                ""
            } else {
                " "
            };
            let _ = writeln!(
                text,
                "---- TRACE {} start{space}{} {}",
                number.0,
                shown(origin.0.as_bytes()),
                shown(where_.as_bytes())
            );
        }
    }

    /// "(1/4) t.lua:3", of the recording that began last.
    fn write_origin(text: &mut Text<'_>) -> fmt::Result {
        let listener = &text.vm.jit.listener;
        let mut begun = ShortText::<120>::default();
        if !listener.origin.as_bytes().is_empty() {
            for part in [b"(", listener.origin.as_bytes(), b") "] {
                begun.push(part);
            }
        }
        begun.push(listener.start.as_bytes());
        write!(text, "{}", shown(begun.as_bytes()))
    }

    /// A trace was installed.
    pub(crate) fn announce_stop(&mut self, number: TraceNo) {
        let Some(trace) = self.jit.traces.get(number) else {
            return;
        };
        let (link, link_to) = (trace.link, trace.link_to);
        if self.jit.listener.verbose.is_some() {
            let mut text = Text::new(self, Channel::Verbose);
            let _ = write!(text, "[TRACE {:3} ", number.0);
            let _ = Vm::write_origin(&mut text);
            let _ = match link {
                LinkKind::Interpreter => text.write_str(" -- fallback to interpreter"),
                LinkKind::Root if link_to != number => write!(text, " -> {}", link_to.0),
                LinkKind::Root => text.write_str(" root"),
                _ => write!(text, " {}", link.name()),
            };
            let _ = text.write_str("]\n");
        }
        let parts = self.jit.listener.parts();
        if parts.has(b'i') {
            self.dump_ir(number, parts.has(b's'));
        }
        #[cfg(feature = "jit-dump")]
        if parts.has(b'm') {
            self.dump_code(number);
        }
        if parts.has(b't') {
            let mut text = Text::new(self, Channel::Dump);
            let _ = match link {
                LinkKind::Root if link_to != number => {
                    writeln!(text, "---- TRACE {} stop -> {}\n", number.0, link_to.0)
                }
                _ => writeln!(text, "---- TRACE {} stop -> {}\n", number.0, link.name()),
            };
        }
    }

    fn dump_ir(&mut self, number: TraceNo, with_snapshots: bool) {
        let Some(trace) = self.jit.traces.take(number) else {
            return;
        };
        let mut text = Text::new(self, Channel::Dump);
        let _ = writeln!(text, "---- TRACE {} IR", number.0);
        let mut snaps = trace.ir.snaps().iter().peekable();
        for r in trace.ir.refs() {
            while let Some(snap) = snaps.next_if(|s| s.at <= r) {
                if with_snapshots {
                    let _ = trace.ir.print_snap(&mut text, snap);
                }
            }
            let _ = trace.ir.print_ins(&mut text, r);
        }
        for snap in snaps {
            if with_snapshots {
                let _ = trace.ir.print_snap(&mut text, snap);
            }
        }
        drop(text);
        self.jit.traces.put_back(number, trace);
    }

    #[cfg(feature = "jit-dump")]
    fn dump_code(&mut self, number: TraceNo) {
        use perilune_jit_x86::disassemble::{Show, disassemble};
        let machine = self.jit.machine.take();
        if let Some(trace) = self.jit.traces.take(number) {
            if let (Some(code), Some(machine)) = (&trace.code, &machine) {
                let mut text = Text::new(self, Channel::Dump);
                let size = code.block().len;
                let _ = writeln!(text, "---- TRACE {} mcode {size}", number.0);
                let _ = disassemble(
                    &mut text,
                    machine.region(),
                    code,
                    machine.layout(),
                    Show::All,
                );
            }
            self.jit.traces.put_back(number, trace);
        }
        self.jit.machine = machine;
    }

    /// A recording was given up.
    pub(crate) fn announce_abort(&mut self, proto: Gc<Proto>, reason: TraceAbort) {
        if self.jit.listener.is_idle() {
            return;
        }
        // Where the recorder was: the interpreter is at the next instruction.
        // SAFETY: the interpreter is in a complete frame.
        let now = unsafe { Frame(self.base).function_value() }.as_function();
        let proto = now.and_then(|f| f.proto()).unwrap_or(proto);
        let here = place(proto, self.pc.wrapping_sub(1));
        if self.jit.listener.verbose.is_some() {
            let mut text = Text::new(self, Channel::Verbose);
            let _ = text.write_str("[TRACE --- ");
            let _ = Vm::write_origin(&mut text);
            let _ = text.write_str(" -- ");
            let _ = write_reason(&mut text, reason);
            if here.as_bytes() != text.vm.jit.listener.start.as_bytes() {
                let _ = write!(text, " at {}", shown(here.as_bytes()));
            }
            let _ = text.write_str("]\n");
        }
        if self.jit.listener.parts().has(b't') {
            let mut text = Text::new(self, Channel::Dump);
            let _ = write!(text, "---- TRACE abort {} -- ", shown(here.as_bytes()));
            let _ = write_reason(&mut text, reason);
            let _ = text.write_str("\n\n");
        }
    }

    /// All traces are gone.
    pub(crate) fn announce_flush(&mut self) {
        if self.jit.listener.verbose.is_some() {
            let _ = Text::new(self, Channel::Verbose).write_str("[TRACE flush]\n");
        }
        if self.jit.listener.parts().has(b't') {
            let _ = Text::new(self, Channel::Dump).write_str("---- TRACE flush\n\n");
        }
    }

    /// An instruction is recorded; `start` is where on the stack the trace's first frame begins.
    pub(crate) fn announce_instruction(
        &mut self,
        base: *mut Value,
        at: *const Ins,
        start: *mut Value,
    ) {
        if !self.jit.listener.parts().has(b'b') {
            return;
        }
        let mut depth = 0;
        let mut frame = Frame(base);
        while frame.0 > start {
            // SAFETY: down to the trace's first frame all are well formed.
            let Some((below, _)) = (unsafe { frame.below() }) else {
                break;
            };
            frame = below;
            depth += 1;
        }
        const PREFIX: &[u8] = b" . . . . . . . . . . . . . . . . . . . .";
        let prefix = &PREFIX[..PREFIX.len().min(2 * depth)];
        // SAFETY: every frame has its function below it.
        let function = unsafe { Frame(base).function_value() }.as_function();
        let proto = function.and_then(|f| f.proto());
        let mut text = Text::new(self, Channel::Dump);
        let Some(proto) = proto else {
            let _ = writeln!(text, "0000 {} FUNCC", shown(prefix));
            return;
        };
        let index = instruction_index(proto, at.wrapping_add(1));
        let Ok(()) = list::instruction(proto, index, prefix, &mut text);
        let is_condition = proto
            .instruction(index)
            .and_then(Ins::op)
            .is_some_and(Bc::is_condition);
        if is_condition {
            let Ok(()) = list::instruction(proto, index + 1, prefix, &mut text);
        }
    }

    /// A trace is left.
    pub(crate) fn announce_exit(&mut self, number: TraceNo, snap: usize) {
        if self.jit.listener.parts().has(b'x') {
            let mut text = Text::new(self, Channel::Dump);
            let _ = writeln!(text, "---- TRACE {} exit {snap}", number.0);
        }
    }
}
