//! Telling what happens to traces, in the formats of LuaJIT's `-jv` and `-jdump`.

extern crate alloc;
use alloc::boxed::Box;
use core::convert::Infallible;
use core::fmt::{self, Write};

use perilune_ir::op::IrOp;
use perilune_jit_x86::input::{Location, gpr_name};

use crate::bytecode::{Bc, Ins, Proto, list};
use crate::host::File;
use crate::jit::trace::{LinkKind, Start, TraceAbort, TraceNo};
use crate::number::format::{FloatStyle, Sink, Spec, float};
use crate::stdlib::jit::library_name;
use crate::value::{Gc, Value};
use crate::vm::Vm;
use crate::vm::debuginfo::{ShortText, instruction_index, line_of};
use crate::vm::frame::Frame;
use crate::vm::vmevent::VmEvent;

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
pub(crate) struct Parts(u64);

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

    /// Each letter's bit. Capitals have others: `x` shows exits, `X` their registers, too.
    fn bit(letter: u8) -> u64 {
        1 << (letter & 63)
    }
    fn set(&mut self, letter: u8, on: bool) {
        match (letter, on) {
            // How a dump is coloured is nothing to us.
            (b'T' | b'A' | b'H', _) => {}
            (_, true) => self.0 |= Parts::bit(letter),
            (_, false) => self.0 &= !Parts::bit(letter),
        }
    }
    /// Is the part of this letter wanted?
    fn has(self, letter: u8) -> bool {
        self.0 & Parts::bit(letter) != 0
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
pub(super) struct Short<const N: usize>(pub ShortText<N>);
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

/// A function as callbacks get it: of a hidden one only the prototype.
fn shown_function(function: Value) -> Value {
    match function.as_function() {
        Some(f) if f.is_inner() => f.proto().map_or(Value::NIL, Value::from),
        _ => function,
    }
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
            LinkKind::DownRecursion => "down-recursion",
            LinkKind::TailRecursion => "tail-recursion",
            LinkKind::Interpreter => "interpreter",
            LinkKind::Return => "return",
            LinkKind::Stitch => "stitch",
        }
    }
}

/// Writes an abort's sentence.
pub(super) fn write_reason(text: &mut impl Write, reason: TraceAbort) -> fmt::Result {
    let (front, back) = reason
        .message()
        .split_once("%s")
        .unwrap_or((reason.message(), ""));
    text.write_str(front)?;
    match reason {
        TraceAbort::NyiBytecode(op) => write!(text, "{:<6}", op.name())?,
        TraceAbort::NyiFunction(n) => text.write_str(library_name(n))?,
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
        if self.events.wants(VmEvent::Trace) {
            let (origin, n) = match start {
                Start::Root => ([Value::NIL; 2], 3),
                Start::Side { parent, exit } => ([small(parent.0), small(exit)], 5),
                Start::Stitch { parent } => ([small(parent.0), Value::int(-1)], 5),
            };
            let [function, position] = self.event_place(proto, at);
            let args = [small(number.0), function, position, origin[0], origin[1]];
            self.send_event_named(VmEvent::Trace, "start", &args[..n]);
        }
        if self.jit.observer.is_set() {
            self.observe_start(number, start, &place(proto, at));
        }
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
        self.observe_stop(number);
        if self.events.wants(VmEvent::Trace) {
            // SAFETY: every frame has its function below it.
            let function = unsafe { Frame(self.base).function_value() };
            let args = [small(number.0), shown_function(function)];
            self.send_event_named(VmEvent::Trace, "stop", &args);
        }
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
            self.dump_ir(number, parts.has(b's'), parts.has(b'r'));
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

    /// Will somebody ask in which registers instructions put their results?
    pub(crate) fn wants_registers(&self) -> bool {
        self.jit.listener.parts().has(b'r') || self.events.wants(VmEvent::Trace)
    }

    fn dump_ir(&mut self, number: TraceNo, with_snapshots: bool, with_registers: bool) {
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
            if with_registers && trace.ir.get(r).op() != IrOp::Nop {
                // In front of the instruction's number, so that its line stays one of the IR's text form.
                let home = trace.code.as_ref().and_then(|code| code.home(r));
                let _ = match home {
                    Some(Location::Gpr(n)) => write!(text, "{:<6}", gpr_name(n)),
                    Some(Location::Xmm(n)) => write!(text, "xmm{n:<3}"),
                    Some(Location::Spill(n)) => write!(text, "[{n:<3}] "),
                    None => text.write_str("      "),
                };
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
    pub(crate) fn announce_abort(&mut self, number: TraceNo, proto: Gc<Proto>, reason: TraceAbort) {
        let is_observed = self.jit.observer.is_set();
        if self.jit.listener.is_idle() && !self.events.wants(VmEvent::Trace) && !is_observed {
            return;
        }
        // Where the recorder was: the interpreter is at the next instruction.
        // SAFETY: the interpreter is in a complete frame.
        let now = unsafe { Frame(self.base).function_value() }.as_function();
        let proto = now.and_then(|f| f.proto()).unwrap_or(proto);
        if self.events.wants(VmEvent::Trace) {
            let [function, position] = self.event_place(proto, self.pc.wrapping_sub(1));
            let [error, info] = self.abort_values(reason);
            let args = [small(number.0), function, position, error, info];
            self.send_event_named(VmEvent::Trace, "abort", &args);
        }
        let here = place(proto, self.pc.wrapping_sub(1));
        if is_observed {
            self.observe_abort(number, reason, &here);
        }
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
        self.send_event_named(VmEvent::Trace, "flush", &[]);
        self.observe_flush();
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
        number: TraceNo,
        base: *mut Value,
        at: *const Ins,
        start: *mut Value,
    ) {
        let is_told = self.events.wants(VmEvent::Record);
        if !is_told && !self.jit.listener.parts().has(b'b') {
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
        let value = unsafe { Frame(base).function_value() };
        let function = value.as_function();
        let proto = function.and_then(|f| f.proto());
        if is_told {
            let position = proto.map_or(Value::int(-1), |p| {
                Value::int(instruction_index(p, at.wrapping_add(1)) as i32)
            });
            let value = shown_function(value);
            let args = [small(number.0), value, position, Value::int(depth as i32)];
            self.send_event(VmEvent::Record, &args);
        }
        if !self.jit.listener.parts().has(b'b') {
            return;
        }
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
        if self.events.wants(VmEvent::Texit) {
            self.send_exit(number, snap);
        }
        let parts = self.jit.listener.parts();
        if parts.has(b'x') || parts.has(b'X') {
            let registers = parts.has(b'X').then(|| self.exit_registers(number));
            let mut text = Text::new(self, Channel::Dump);
            let _ = writeln!(text, "---- TRACE {} exit {snap}", number.0);
            if let Some(Some((gpr, xmm))) = registers {
                let _ = write_registers(&mut text, &gpr, &xmm);
            }
        }
    }

    /// The registers as a trace's machine code left them.
    fn exit_registers(&self, number: TraceNo) -> Option<([u64; 16], [u64; 16])> {
        let compiled = self.jit.traces.get(number)?.code.is_some();
        compiled.then_some((self.trace_context.gpr, self.trace_context.xmm))
    }

    /// Notes an exit. Its registers hold addresses, which are for scripts that may load bytecode.
    fn send_exit(&mut self, number: TraceNo, snap: usize) {
        let mut args = [Value::int(0); 36];
        args[0] = small(number.0);
        args[1] = Value::int(snap as i32);
        let mut n = 4;
        let registers = self.exit_registers(number);
        if let Some((gpr, xmm)) = registers.filter(|_| self.allow_binary) {
            args[2] = Value::int(16);
            args[3] = Value::int(16);
            for (arg, bits) in args[4..20].iter_mut().zip(gpr) {
                *arg = Value::number(bits as i64 as f64);
            }
            for (arg, bits) in args[20..].iter_mut().zip(xmm) {
                *arg = Value::number(f64::from_bits(bits));
            }
            n = args.len();
        }
        self.send_event(VmEvent::Texit, &args[..n]);
    }

    /// A function and a position in it, for an event.
    fn event_place(&self, proto: Gc<Proto>, at: *const Ins) -> [Value; 2] {
        // SAFETY: every frame has its function below it.
        let function = unsafe { Frame(self.base).function_value() };
        let is_there = function
            .as_function()
            .is_some_and(|f| f.proto() == Some(proto) && !f.is_inner());
        // Reflection takes prototypes as well.
        let function = if is_there { function } else { proto.into() };
        let position = instruction_index(proto, at.wrapping_add(1));
        [function, Value::int(position as i32)]
    }

    /// What an event says of an abort: a number or a sentence, and what goes into the sentence of that number.
    fn abort_values(&mut self, reason: TraceAbort) -> [Value; 2] {
        let mut text = |text: &str| {
            let text = self.heap.intern(text.as_bytes());
            text.map_or(Value::NIL, Value::from)
        };
        let info = match reason {
            TraceAbort::NyiBytecode(op) => Value::int(i32::from(op as u8)),
            TraceAbort::NyiFunction(n) => text(library_name(n)),
            _ => Value::NIL,
        };
        match reason.number() {
            Some(number) => [Value::int(i32::from(number)), info],
            None => [text(reason.message()), info],
        }
    }
}

/// A number of a trace or exit.
fn small(n: u16) -> Value {
    Value::int(i32::from(n))
}

/// The registers at an exit: `-jdump=X`.
fn write_registers(text: &mut Text<'_>, gpr: &[u64; 16], xmm: &[u64; 16]) -> fmt::Result {
    for row in gpr.chunks(4) {
        for bits in row {
            write!(text, " {bits:016x}")?;
        }
        text.write_str("\n")?;
    }
    let spec = Spec {
        plus: true,
        width: 17,
        precision: Some(14),
        ..Spec::default()
    };
    for row in xmm.chunks(4) {
        for bits in row {
            text.write_str(" ")?;
            let Ok(()) = float(text, FloatStyle::General, &spec, f64::from_bits(*bits));
        }
        text.write_str("\n")?;
    }
    Ok(())
}
