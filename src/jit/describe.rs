//! What tools show: the traces that there are, and why others were given up.

extern crate alloc;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use crate::bytecode::{Bc, Ins, Proto};
use crate::jit::trace::{Start, TraceAbort, TraceNo};
use crate::value::{Gc, Str};
use crate::vm::Vm;
use crate::vm::debuginfo::{instruction_index, line_of, position_in_function};
use crate::vm::frame::Frame;

/// How many failures are remembered; the oldest are forgotten.
const MOST_FAILURES: usize = 64;

/// A recording that was given up, or several for the same reason at the same place.
#[derive(Clone, Copy)]
pub struct RecordingFailure {
    /// The function in which it began; only its address means something, and only as long as the rest fits, too.
    proto: *const Proto,
    chunk: Gc<Str>,
    first_line: u32,
    /// The line where it began.
    pub line: u32,
    /// The line where it was given up, which may be another function's.
    pub at: u32,
    /// Why.
    pub reason: TraceAbort,
    /// How often.
    pub count: u32,
}

/// The failures that are remembered.
pub(crate) type Failures = Vec<RecordingFailure>;

/// What becomes of a loop or function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SiteState {
    /// It has this trace.
    Compiled(u16),
    /// Recording failed too often: it is left alone for a while.
    LeftAlone,
    /// It is counted.
    Counted,
}

/// A trace.
#[derive(Clone, Copy)]
pub struct TraceSummary {
    /// Its number.
    pub number: u16,
    /// The trace, and the number of its exit, where it begins; `None` for a loop's or function's own.
    pub parent: Option<(u16, Option<u16>)>,
    /// The function in which it begins, and the instruction there.
    pub function: Gc<Proto>,
    /// The index of that instruction.
    pub instruction: usize,
    /// How it ends, in LuaJIT's words.
    pub link: &'static str,
    /// The trace that follows it, if one does.
    pub next: Option<u16>,
    /// Bytes of machine code.
    pub code_size: usize,
    /// How many exits it has.
    pub exits: usize,
}

impl TraceSummary {
    /// The line where it begins.
    pub fn line(&self) -> Option<u32> {
        line_of(self.function, self.instruction)
    }
}

/// The function whose code has the instruction at `pc`, and its position there.
///
/// # Safety
/// It is one of a Lua function that lives.
unsafe fn place_of(pc: *const Ins) -> (Gc<Proto>, usize) {
    // SAFETY: the caller's promise; the code begins that far before.
    unsafe {
        let position = position_in_function(pc);
        (Proto::of_code(pc.sub(position)), position)
    }
}

/// Writes about an instruction of a function.
pub type WritePlace<'a> = dyn FnMut(&mut dyn Write, Gc<Proto>, usize) -> fmt::Result + 'a;

/// The IR's printer wants something whose size it knows.
struct Out<'a>(&'a mut dyn Write);

impl Write for Out<'_> {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.0.write_str(s)
    }
}

impl Vm {
    /// The traces that there are.
    pub fn traces(&self) -> impl Iterator<Item = TraceSummary> {
        self.jit
            .traces
            .iter()
            .filter_map(|(number, _)| self.trace_summary(number.0))
    }

    /// A trace by its number.
    pub fn trace_summary(&self, number: u16) -> Option<TraceSummary> {
        let trace = self.jit.traces.get(TraceNo(number))?;
        let parent = match trace.start {
            Start::Root => None,
            Start::Side { parent, exit } => Some((parent.0, Some(exit))),
            Start::Stitch { parent } => Some((parent.0, None)),
        };
        Some(TraceSummary {
            number,
            parent,
            function: trace.proto,
            instruction: instruction_index(trace.proto, trace.start_pc.wrapping_add(1)),
            link: trace.link.name(),
            next: (trace.link_to != TraceNo(0)).then_some(trace.link_to.0),
            code_size: trace.code.as_ref().map_or(0, |code| code.block().len),
            exits: trace.exits.len(),
        })
    }

    /// Writes a trace's IR with its snapshots. Before the first snapshot at another instruction, `place` is asked to write about it.
    pub fn write_trace_ir(
        &self,
        number: u16,
        out: &mut dyn Write,
        place: &mut WritePlace<'_>,
    ) -> fmt::Result {
        let Some(trace) = self.jit.traces.get(TraceNo(number)) else {
            return Ok(());
        };
        let mut out = Out(out);
        let mut last = core::ptr::null();
        let mut snaps = trace.ir.snaps().iter().peekable();
        for r in trace.ir.refs() {
            while let Some(snap) = snaps.next_if(|s| s.at <= r) {
                let point = trace.resume.get(snap.pc as usize);
                if let Some(point) = point.filter(|p| p.native_args.is_none())
                    && point.pc != last
                {
                    last = point.pc;
                    // SAFETY: what the trace may return to lives as long as the trace.
                    let (proto, position) = unsafe { place_of(point.pc) };
                    place(out.0, proto, position)?;
                }
                trace.ir.print_snap(&mut out, snap)?;
            }
            trace.ir.print_ins(&mut out, r)?;
        }
        for snap in snaps {
            trace.ir.print_snap(&mut out, snap)?;
        }
        Ok(())
    }

    /// Writes a trace's machine code.
    #[cfg(feature = "jit-dump")]
    pub fn write_trace_code(&self, number: u16, out: &mut dyn Write) -> fmt::Result {
        use perilune_jit_x86::disassemble::{Show, disassemble};
        let code = self.jit.traces.get(TraceNo(number));
        let code = code.and_then(|trace| trace.code.as_ref());
        if let (Some(code), Some(machine)) = (code, &self.jit.machine) {
            disassemble(
                &mut Out(out),
                machine.region(),
                code,
                machine.layout(),
                Show::All,
            )?;
        }
        Ok(())
    }

    /// What becomes of a function and of its loops: each instruction at which traces may begin, with what it is.
    pub fn hot_sites(&self, proto: Gc<Proto>) -> impl Iterator<Item = (usize, Bc, SiteState)> {
        (0..proto.code().len()).filter_map(move |i| {
            let ins = proto.code().get(i)?.get();
            let plain = proto.instruction(i)?.op()?;
            let state = match ins.op()? {
                Bc::ForL | Bc::IterL | Bc::IterN | Bc::Loop | Bc::FuncF | Bc::FuncV => {
                    SiteState::Counted
                }
                Bc::IForL | Bc::IIterL | Bc::ILoop | Bc::IFuncF | Bc::IFuncV => {
                    SiteState::LeftAlone
                }
                Bc::JForL | Bc::JIterL | Bc::JLoop | Bc::JFuncF | Bc::JFuncV => {
                    SiteState::Compiled(ins.d() as u16)
                }
                _ => return None,
            };
            Some((i, plain, state))
        })
    }

    /// Which recordings that began in a function were given up lately.
    pub fn recording_failures(&self, proto: Gc<Proto>) -> impl Iterator<Item = &RecordingFailure> {
        self.jit.failures.iter().filter(move |failure| {
            core::ptr::eq(failure.proto, proto.as_ptr())
                && failure.chunk == proto.chunk_name()
                && failure.first_line == proto.first_line()
        })
    }

    /// The traces that execute instructions of a function, called by others.
    pub fn traces_through(&self, proto: Gc<Proto>) -> impl Iterator<Item = u16> {
        let code = proto.code_ptr().addr();
        let code = code..code + size_of_val(proto.code());
        let traces = self.jit.traces.iter().filter(move |(_, trace)| {
            trace.proto != proto && trace.resume.iter().any(|p| code.contains(&p.pc.addr()))
        });
        traces.map(|(number, _)| number.0)
    }

    /// Remembers that a recording was given up.
    pub(crate) fn note_failure(&mut self, proto: Gc<Proto>, start: *const Ins, reason: TraceAbort) {
        let line = |proto, pc| line_of(proto, instruction_index(proto, pc)).unwrap_or(0);
        // SAFETY: the interpreter is in a complete frame, whose next instruction is at the state's pc.
        let now = unsafe { Frame(self.base).function_value() }.as_function();
        let at = match now.and_then(|f| f.proto()) {
            Some(now) => line(now, self.pc),
            None => 0,
        };
        let failure = RecordingFailure {
            proto: proto.as_ptr(),
            chunk: proto.chunk_name(),
            first_line: proto.first_line(),
            line: line(proto, start.wrapping_add(1)),
            at,
            reason,
            count: 1,
        };
        let failures = &mut self.jit.failures;
        let known = failures.iter_mut().find(|f| {
            (f.proto, f.chunk, f.line, f.at, f.reason)
                == (failure.proto, failure.chunk, failure.line, at, reason)
        });
        if let Some(known) = known {
            known.count += 1;
            return;
        }
        if failures.len() == MOST_FAILURES {
            failures.remove(0);
        }
        if failures.try_reserve(1).is_ok() {
            failures.push(failure);
        }
    }
}

impl fmt::Display for TraceAbort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::jit::events::write_reason(f, *self)
    }
}
