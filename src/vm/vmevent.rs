//! The events that `jit.attach` is for: functions compiled, traces begun, ended and given up, instructions recorded, traces left.
//!
//! LuaJIT calls the callback while the event happens, on the host's stack. Here whatever happens only notes the event; the callback runs
//! before the interpreter's next instruction, in a continuation frame as debug hooks do. Its order among events is that of what happened.
//! While a callback runs, nothing is counted or recorded, and no event is noted.

use crate::bytecode::{Bc, Ins};
use crate::value::{Gc, Table, Thread, Value};
use crate::vm::Vm;
use crate::vm::call::Next;
use crate::vm::frame::Cont;
use crate::vm::native::Raised;

/// An event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum VmEvent {
    /// A function was compiled: its prototype.
    Bc,
    /// What becomes of a trace: a word, and what goes with it.
    Trace,
    /// An instruction is recorded: the trace's number, function, position, depth of frames.
    Record,
    /// A trace was left: its number, the exit's, how many registers of each kind, the registers.
    Texit,
    /// A finalizer failed: the error.
    ErrFin,
    /// Samples are due: the thread, how many, what ran. The callback is that of `jit.profile`.
    Profile,
}

impl VmEvent {
    const ALL: [VmEvent; 6] = [
        VmEvent::Bc,
        VmEvent::Trace,
        VmEvent::Record,
        VmEvent::Texit,
        VmEvent::ErrFin,
        VmEvent::Profile,
    ];

    /// The name that `jit.attach` takes.
    const fn name(self) -> &'static str {
        match self {
            VmEvent::Bc => "bc",
            VmEvent::Trace => "trace",
            VmEvent::Record => "record",
            VmEvent::Texit => "texit",
            VmEvent::ErrFin => "errfin",
            VmEvent::Profile => "profile",
        }
    }
    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The most arguments of an event: those of an exit.
const MAX_ARGS: usize = 4 + 32;

/// Events under way.
pub(crate) struct VmEvents {
    /// Callbacks by the events' names: a table, or nil before the first one is attached.
    pub(crate) callbacks: Value,
    /// What happened and was not told yet: a table with the number of arguments, the event and the arguments of each, one after
    /// the other; or nil.
    pub(crate) queue: Value,
    /// The first and the next free index in the queue.
    first: i32,
    free: i32,
    /// Which events have a callback.
    wanted: u8,
    /// The thread on which a callback runs.
    active: Option<Gc<Thread>>,
}

impl VmEvents {
    /// Nobody listens.
    pub(crate) const NONE: VmEvents = VmEvents {
        callbacks: Value::NIL,
        queue: Value::NIL,
        first: 1,
        free: 1,
        wanted: 0,
        active: None,
    };

    /// An error or the host ended the callback.
    pub(crate) fn abandon(&mut self) {
        self.active = None;
    }
    /// Does a callback run?
    pub(crate) fn is_active(&self) -> bool {
        self.active.is_some()
    }
    /// Does one run on this thread? It can't yield then.
    pub(crate) fn is_on(&self, thread: Gc<Thread>) -> bool {
        self.active == Some(thread)
    }
    /// Is there something to tell?
    pub(crate) fn is_due(&self) -> bool {
        self.first != self.free && self.active.is_none()
    }
    /// Would this event be told?
    #[inline]
    pub(crate) fn wants(&self, event: VmEvent) -> bool {
        self.wanted & event.bit() != 0 && self.active.is_none()
    }
}

impl Vm {
    /// The callbacks changed, which `table` has by the names of events.
    pub(crate) fn set_event_callbacks(&mut self, table: Gc<Table>) -> Result<(), Raised> {
        self.events.callbacks = table.into();
        self.events.wanted = 0;
        for event in VmEvent::ALL {
            if self.raw_get_name(table, event.name())?.is_function() {
                self.events.wanted |= event.bit();
            }
        }
        if self.events.wanted != 0 && self.events.queue.is_nil() {
            self.events.queue = self.new_table(0, 0)?.into();
        }
        Ok(())
    }

    /// Notes an event. Without memory for it, it goes unnoticed.
    #[cold]
    pub(crate) fn send_event(&mut self, event: VmEvent, args: &[Value]) {
        let Some(queue) = self.events.queue.as_table() else {
            return;
        };
        if !self.events.wants(event) {
            return;
        }
        let head = [
            Value::int(args.len() as i32),
            Value::int(i32::from(event as u8)),
        ];
        let mut at = self.events.free;
        for &value in head.iter().chain(args) {
            if self.heap.set_int(queue, at, value).is_err() {
                return;
            }
            at += 1;
        }
        self.events.free = at;
        self.update_dispatch();
    }

    /// Notes an event whose first argument is a word.
    #[cfg(feature = "jit")]
    pub(crate) fn send_event_named(&mut self, event: VmEvent, word: &str, args: &[Value]) {
        if !self.events.wants(event) {
            return;
        }
        let Ok(word) = self.heap.intern(word.as_bytes()) else {
            return;
        };
        let mut all = [Value::NIL; MAX_ARGS];
        all[0] = word.into();
        let n = args.len().min(MAX_ARGS - 1);
        all[1..=n].copy_from_slice(&args[..n]);
        self.send_event(event, &all[..=n]);
    }

    /// Asks whether a callback is due before `ins` is executed; if so, calls it, and the instruction comes again.
    #[inline(never)]
    pub(crate) fn run_event(
        &mut self,
        base: *mut Value,
        pc: *const Ins,
        ins: Ins,
        k: *const Value,
    ) -> Next {
        let next = self.event_due(base, pc, ins, k);
        if !self.events.is_due() {
            self.update_dispatch();
        }
        next.unwrap_or(Next::NO_EVENT)
    }

    fn event_due(
        &mut self,
        base: *mut Value,
        pc: *const Ins,
        ins: Ins,
        k: *const Value,
    ) -> Option<Next> {
        let top = match ins.op().unwrap_or(Bc::FuncC) {
            // The frame is not complete, or results lie beyond it: a little later.
            Bc::FuncF | Bc::IFuncF | Bc::JFuncF | Bc::FuncV | Bc::IFuncV | Bc::JFuncV => {
                return None;
            }
            Bc::CallM | Bc::CallMT | Bc::RetM | Bc::TSetM | Bc::UClo => return None,
            Bc::FuncC => {
                self.base = base;
                self.top = base.wrapping_add(k.addr());
                self.top
            }
            _ => {
                self.base = base;
                self.frame_top()
            }
        };
        self.pc = pc;
        while let Some((event, args, n)) = self.next_event() {
            let callbacks = self.events.callbacks.as_table()?;
            let Ok(name) = self.heap.intern(event.name().as_bytes()) else {
                continue;
            };
            let callback = callbacks.get(name.into());
            if !callback.is_function() {
                continue;
            }
            self.events.active = Some(self.thread);
            match self.call_meta_at(top, Cont::Event, callback, &args[..n]) {
                Ok(next) => {
                    self.update_dispatch();
                    return Some(next);
                }
                Err(_) => self.event_failed(),
            }
        }
        None
    }

    /// Takes the first event from the queue.
    fn next_event(&mut self) -> Option<(VmEvent, [Value; MAX_ARGS], usize)> {
        let queue = self.events.queue.as_table()?;
        if !self.events.is_due() {
            return None;
        }
        let mut take = || {
            let value = queue.get_int(self.events.first);
            // An integer key that is there takes no memory.
            let _ = self.heap.set_int(queue, self.events.first, Value::NIL);
            self.events.first += 1;
            value
        };
        let n = take().as_int().unwrap_or(0).clamp(0, MAX_ARGS as i32) as usize;
        let event = take().as_int().unwrap_or(0) as usize;
        let mut args = [Value::NIL; MAX_ARGS];
        for arg in &mut args[..n] {
            *arg = take();
        }
        if self.events.first == self.events.free {
            self.events.first = 1;
            self.events.free = 1;
        }
        Some((*VmEvent::ALL.get(event)?, args, n))
    }

    /// The callback returned to the frame at `base`: the instruction before `pc` comes again.
    pub(crate) fn event_returned(&mut self, pc: *const Ins) -> Next {
        self.events.active = None;
        self.update_dispatch();
        self.repeat_instruction(pc)
    }

    /// The callback failed with the state's error. No script can catch that.
    pub(crate) fn event_failed(&mut self) {
        self.events.active = None;
        self.report_error("VM handler failed: ");
    }
}
