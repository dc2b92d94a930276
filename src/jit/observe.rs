//! Telling the host's program what becomes of traces.

extern crate alloc;
use alloc::boxed::Box;
use core::fmt;

use crate::jit::events::{Short, write_reason};
use crate::jit::trace::{Start, TraceAbort, TraceNo};
use crate::vm::Vm;
use crate::vm::debuginfo::ShortText;

/// What became of a trace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum TraceEvent<'a> {
    /// A hot loop, function or exit is being recorded.
    Started {
        /// The number that the trace is going to have.
        trace: u16,
        /// The trace, and the number of its exit, where this one begins; `None` for a loop's or function's own.
        parent: Option<(u16, Option<u16>)>,
        /// Where that is: "chunk:line".
        at: &'a str,
    },
    /// A recording became a trace.
    Compiled {
        /// Its number.
        trace: u16,
        /// How it ends, in LuaJIT's words: "loop", "root", "up-recursion", "down-recursion", "tail-recursion", "interpreter", "return", "stitch".
        link: &'static str,
        /// The trace that follows it, if one does.
        next: Option<u16>,
        /// Where its machine code is; 0 where there is none.
        code_address: usize,
        /// Bytes of machine code; 0 where traces are evaluated.
        code_size: usize,
    },
    /// A recording was given up.
    Aborted {
        /// The number that the trace would have had.
        trace: u16,
        /// Why, in LuaJIT's words.
        reason: &'a str,
        /// Where the recorder was: "chunk:line".
        at: &'a str,
    },
    /// All traces were dropped.
    Flushed,
}

/// Who is told what becomes of traces.
pub type TraceCallback = Box<dyn FnMut(TraceEvent<'_>)>;

/// Who is told, if anybody.
#[derive(Default)]
pub(crate) struct Observer(Option<TraceCallback>);

impl Observer {
    /// Calls this from now on.
    pub fn new(callback: Option<TraceCallback>) -> Observer {
        Observer(callback)
    }
    /// Is anybody told?
    pub fn is_set(&self) -> bool {
        self.0.is_some()
    }
}

/// A text of the engine as one of the host's program: cut off where it is no UTF-8.
fn text(bytes: &[u8]) -> &str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => core::str::from_utf8(&bytes[..e.valid_up_to()]).unwrap_or_default(),
    }
}

impl Vm {
    /// Calls back when something becomes of traces; `None` ends that.
    pub fn set_trace_observer(&mut self, callback: Option<TraceCallback>) {
        self.jit.observer = Observer::new(callback);
    }

    fn observe(&mut self, event: TraceEvent<'_>) {
        if let Some(callback) = &mut self.jit.observer.0 {
            callback(event);
        }
    }

    /// A recording begins at `at`.
    pub(crate) fn observe_start(&mut self, number: TraceNo, start: Start, at: &ShortText<80>) {
        let parent = match start {
            Start::Root => None,
            Start::Side { parent, exit } => Some((parent.0, Some(exit))),
            Start::Stitch { parent } => Some((parent.0, None)),
        };
        self.observe(TraceEvent::Started {
            trace: number.0,
            parent,
            at: text(at.as_bytes()),
        });
    }

    /// A trace was installed.
    pub(crate) fn observe_stop(&mut self, number: TraceNo) {
        let Some(trace) = self.jit.traces.get(number) else {
            return;
        };
        let (link, next) = (trace.link, trace.link_to);
        let code_size = trace.code.as_ref().map_or(0, |code| code.block().len);
        let block = trace.code.as_ref().map(|code| code.block());
        let code_address = match (block, &self.jit.machine) {
            (Some(block), Some(machine)) => machine.region().start() + block.offset,
            _ => 0,
        };
        self.observe(TraceEvent::Compiled {
            code_address,
            trace: number.0,
            link: link.name(),
            next: (next != TraceNo(0)).then_some(next.0),
            code_size,
        });
    }

    /// A recording was given up at `at`.
    pub(crate) fn observe_abort(
        &mut self,
        number: TraceNo,
        reason: TraceAbort,
        at: &ShortText<80>,
    ) {
        let mut why = Short(ShortText::<120>::default());
        let _: fmt::Result = write_reason(&mut why, reason);
        self.observe(TraceEvent::Aborted {
            trace: number.0,
            reason: text(why.0.as_bytes()),
            at: text(at.as_bytes()),
        });
    }

    /// All traces are gone.
    pub(crate) fn observe_flush(&mut self) {
        self.observe(TraceEvent::Flushed);
    }
}
