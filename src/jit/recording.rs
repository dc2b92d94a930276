//! Recording: how it begins, its turn before each instruction, and how it ends.

use crate::bytecode::{Bc, Ins, Proto};
use crate::jit::state::Active;
use crate::jit::store::{ExitState, Installed, try_box};
use crate::jit::trace::{Start, TraceAbort, TraceNo};
use crate::record::{ParentTrace, Progress, Recorder};
use crate::value::{Gc, Value};
use crate::vm::Vm;
use crate::vm::frame::Frame;

/// A side trace so many steps from its root makes no loop of its own: where so many ways were not the one to be taken, each is taken seldom.
const LOOPS_IN_A_ROW: usize = 4;

/// Where the interpreter is behind the loop instruction or header `ins` at `at`, if the loop goes on.
///
/// # Safety
/// `at` is an instruction of a live function.
unsafe fn first_recorded(at: *const Ins, ins: Ins) -> *const Ins {
    let next = at.wrapping_add(1);
    match ins.op() {
        Some(Bc::ForL | Bc::IterL) => next.wrapping_offset(ins.jump()),
        // SAFETY: an ITERL follows.
        Some(Bc::IterN) => next.wrapping_offset(unsafe { (*next).jump() } + 1),
        _ => next,
    }
}

/// The loop instruction at which a root trace begins, and where the body begins.
fn loop_of(trace: &Installed) -> Option<(*const Ins, Ins, *const Ins)> {
    let (at, ins) = (trace.start_pc, trace.start_ins);
    let is_loop = matches!(ins.op(), Some(Bc::ForL | Bc::IterL | Bc::IterN | Bc::Loop));
    // SAFETY: a root's first instruction lives as long as the trace.
    (trace.start == Start::Root && is_loop).then(|| (at, ins, unsafe { first_recorded(at, ins) }))
}

impl Vm {
    /// Begins to record at the hot instruction `ins` at `at`, which is executed next, in the frame at the state's `base`.
    pub(crate) fn record_root(&mut self, proto: Gc<Proto>, at: *const Ins, ins: Ins) {
        let Some(number) = self.number_for_trace(None) else {
            return;
        };
        let params = self.jit.settings.for_recorder();
        let base = self.base;
        self.announce_start(number, Start::Root, proto, at);
        match Recorder::try_new_root(self, at, base, &params) {
            // SAFETY: the interpreter is at this instruction.
            Ok(recorder) => self.begin(Active {
                recorder,
                start: Start::Root,
                number,
                proto,
                anchor: proto,
                at,
                // SAFETY: `at` is an instruction of `proto`.
                first: Some(unsafe { first_recorded(at, ins) }),
                base: self.slots_below(base),
                thread: self.thread,
            }),
            Err(reason) => self.recording_failed(number, Start::Root, proto, at, reason),
        }
    }

    /// Begins to record at an exit, whose snapshot was restored: the next instruction is at `pc`.
    pub(crate) fn record_side(&mut self, parent: TraceNo, exit: u16) {
        let start = Start::Side { parent, exit };
        // SAFETY: the interpreter is in a complete frame.
        let function = unsafe { Frame(self.base).function() };
        let Some(trace) = self.jit.traces.get(parent) else {
            return;
        };
        let (root, anchor) = (trace.root, trace.anchor);
        let is_near = self.is_near_root(parent);
        let root_loop = self.jit.traces.get(root).and_then(loop_of);
        let root_loop = root_loop.filter(|_| is_near);
        let Some(number) = self.number_for_trace(Some(root)) else {
            return;
        };
        let at = self.pc;
        let proto = function.proto().unwrap_or(anchor);
        let params = self.jit.settings.for_recorder();
        let base = self.base;
        self.announce_start(number, start, proto, at);
        // The recorder reads the parent while it looks at the state.
        let Some(trace) = self.jit.traces.take(parent) else {
            return;
        };
        let of = ParentTrace {
            number: parent,
            ir: &trace.ir,
            resume: &trace.resume,
            exit,
            root_loop,
        };
        let recorder = Recorder::try_new_side(self, &of, base, &params);
        self.jit.traces.put_back(parent, trace);
        match recorder {
            Ok(recorder) => self.begin(Active {
                recorder,
                start,
                number,
                proto,
                anchor,
                at,
                first: None,
                base: self.slots_below(base),
                thread: self.thread,
            }),
            Err(reason) => self.recording_failed(number, start, proto, at, reason),
        }
    }

    /// Begins to record behind an instruction at which `parent` was left for good; the next one is at the state's `pc`.
    pub(crate) fn record_stitch(&mut self, parent: TraceNo) {
        let start = Start::Stitch { parent };
        // SAFETY: the interpreter is in a complete frame.
        let Some(proto) = unsafe { Frame(self.base).function() }.proto() else {
            return;
        };
        let root = self.jit.traces.get(parent).map(|t| t.root);
        let Some(number) = self.number_for_trace(root) else {
            return;
        };
        let (at, base) = (self.pc, self.base);
        let params = self.jit.settings.for_recorder();
        self.announce_start(number, start, proto, at);
        match Recorder::try_new_stitch(self, parent, at, base, &params) {
            Ok(recorder) => self.begin(Active {
                recorder,
                start,
                number,
                proto,
                anchor: proto,
                at,
                first: None,
                base: self.slots_below(base),
                thread: self.thread,
            }),
            Err(reason) => self.recording_failed(number, start, proto, at, reason),
        }
    }

    /// Are there few traces from the root to this one?
    fn is_near_root(&self, number: TraceNo) -> bool {
        let mut next = number;
        for _ in 0..LOOPS_IN_A_ROW {
            match self.jit.traces.get(next).and_then(Installed::parent) {
                Some(parent) => next = parent,
                None => return true,
            }
        }
        false
    }

    /// How many slots of the stack lie below an address.
    fn slots_below(&self, base: *mut Value) -> usize {
        (base.addr() - self.thread.stack.get().addr()) / size_of::<Value>()
    }

    fn begin(&mut self, active: Active) {
        match try_box(active) {
            Ok(active) => {
                self.jit.active = Some(active);
                self.update_dispatch();
            }
            Err(active) => self.abort(active, TraceAbort::OutOfMemory),
        }
    }

    /// The recorder's turn before the instruction `ins`, and the one to execute: what was there before a trace took its place.
    #[inline(never)]
    pub(crate) fn record_instruction(
        &mut self,
        base: *mut Value,
        pc: *const Ins,
        ins: Ins,
        k: *const Value,
    ) -> Ins {
        let at = pc.wrapping_sub(1);
        // SAFETY: every frame has its function below it; its other words are written by now, too.
        let function = unsafe { Frame(base).function_value() }.as_function();
        let proto = function.and_then(|f| f.proto());
        let plain = proto.map_or(ins, |proto| proto.unpatched(ins));
        let Some(mut active) = self.jit.active.take() else {
            self.update_dispatch();
            return plain;
        };
        self.base = base;
        self.pc = pc;
        if proto.is_some_and(|proto| proto.has_breakpoints()) {
            self.abort(*active, TraceAbort::Breakpoint);
            return plain;
        }
        if active.first.take().is_some_and(|first| first != at) {
            // The loop ended just now.
            self.update_dispatch();
            return plain;
        }
        let depth_from = if active.thread == self.thread {
            active.base
        } else {
            0
        };
        let start = self.thread.stack.get().wrapping_add(depth_from);
        self.announce_instruction(active.number, base, at, start);
        let traces = core::mem::take(&mut self.jit.traces);
        let progress = active.recorder.record(self, base, at, ins, k, &traces);
        self.jit.traces = traces;
        match progress {
            Ok(Progress::Continue) => self.jit.active = Some(active),
            Ok(Progress::Finished) => self.complete(*active),
            Err(reason) => self.abort(*active, reason),
        }
        plain
    }

    /// A recording is complete.
    fn complete(&mut self, active: Active) {
        let Active {
            recorder,
            start,
            number,
            proto,
            anchor,
            at,
            ..
        } = active;
        let mut objects = core::mem::take(&mut self.jit.roots);
        objects.clear();
        let mut is_complete = true;
        recorder.for_each_object(&mut |object| match objects.try_reserve(1) {
            Ok(()) => objects.push(object),
            Err(_) => is_complete = false,
        });
        let result = if is_complete {
            self.install(number, anchor, recorder, &objects)
        } else {
            Err(TraceAbort::OutOfMemory)
        };
        self.jit.roots = objects;
        self.update_dispatch();
        match result {
            Ok(()) => self.announce_stop(number),
            Err(reason) => self.recording_failed(number, start, proto, at, reason),
        }
    }

    /// Gives a recording up.
    fn abort(&mut self, active: Active, reason: TraceAbort) {
        self.update_dispatch();
        self.recording_failed(active.number, active.start, active.proto, active.at, reason);
        if let Some(number) = active.recorder.obstacle() {
            // The function had better be recorded in the midst of its recursion.
            self.retry_function(number);
        }
    }

    /// Something happened that no trace may contain: an error, a hook, a finalizer, the end of the run.
    #[inline]
    pub(crate) fn interrupt_recording(&mut self, reason: TraceAbort) {
        if let Some(active) = self.jit.active.take() {
            self.abort(*active, reason);
        }
    }

    /// Gives a recording up without a reason of its own.
    pub(crate) fn abandon_recording(&mut self) {
        if self.jit.active.take().is_some() {
            self.update_dispatch();
        }
    }

    fn recording_failed(
        &mut self,
        number: TraceNo,
        start: Start,
        proto: Gc<Proto>,
        at: *const Ins,
        reason: TraceAbort,
    ) {
        self.announce_abort(number, proto, reason);
        self.note_failure(proto, at, reason);
        match start {
            Start::Root => self.penalise(proto, at, reason),
            // The exit is counted on, up to the number of attempts.
            Start::Side { .. } => {}
            Start::Stitch { parent } => {
                if let Some(parent) = self.jit.traces.get_mut(parent) {
                    parent.stitch.count = ExitState::DONE;
                }
            }
        }
    }
}
