//! The JIT's part of a state.

extern crate alloc;
use alloc::boxed::Box;
use alloc::vec::Vec;

use perilune_ir::eval::Val;

use crate::bytecode::{Ins, Proto};
use crate::gc::Header;
use crate::jit::Observer;
use crate::jit::describe::Failures;
use crate::jit::events::Listener;
use crate::jit::helpers::value_of;
use crate::jit::hot::QuietList;
use crate::jit::machine::{Machine, feature_names};
use crate::jit::parameters::{JitMode, Settings};
use crate::jit::store::TraceStore;
use crate::jit::trace::{Start, TraceNo};
use crate::record::Recorder;
use crate::value::{Gc, Thread};
use crate::vm::Vm;
use crate::vm::exec;

/// A recording under way.
pub(crate) struct Active {
    pub recorder: Box<Recorder>,
    pub start: Start,
    /// The number that the trace is going to have.
    pub number: TraceNo,
    /// The function in which it begins, and the one in which its tree does.
    pub proto: Gc<Proto>,
    pub anchor: Gc<Proto>,
    /// The instruction at which it begins.
    pub at: *const Ins,
    /// The first instruction that is to be recorded, until it was.
    pub first: Option<*const Ins>,
    /// Where on the thread's stack it began, in slots.
    pub base: usize,
    /// The thread whose code is recorded.
    pub thread: Gc<Thread>,
}

/// The JIT's part of a state.
pub(crate) struct Jit {
    /// What users have set.
    pub settings: Settings,
    /// `jit.on()` and `jit.off()`
    switched_on: bool,
    /// The traces.
    pub traces: TraceStore,
    /// The recording under way.
    pub active: Option<Box<Active>>,
    /// What the collector keeps for it; a buffer.
    pub roots: Vec<Gc<Header>>,
    /// What a trace that is being left holds, for the collector.
    pub exit_roots: Vec<Gc<Header>>,
    /// Instructions that are left alone for a while.
    pub quiet: QuietList,
    /// Slices of the budget so far.
    pub slices: u64,
    /// Counts entries of traces, as a clock for what was entered last.
    pub entries: u64,
    /// What the instructions of the trace gave that was evaluated last, and a buffer.
    pub values: Vec<Val>,
    pub spare_values: Vec<Val>,
    /// What makes and holds machine code, once there is some.
    pub machine: Option<Machine>,
    /// How many traces were installed so far.
    pub installed: u64,
    /// Who wants to know what happens.
    pub listener: Listener,
    /// The host's program, if it wants to.
    pub observer: Observer,
    /// Recordings that were given up lately.
    pub failures: Failures,
    random: u32,
}

impl Jit {
    /// With nothing compiled.
    pub fn new(mode: JitMode, on: bool) -> Jit {
        Jit {
            settings: Settings::new(mode),
            switched_on: on,
            traces: TraceStore::EMPTY,
            active: None,
            roots: Vec::new(),
            exit_roots: Vec::new(),
            quiet: QuietList::new(),
            slices: 0,
            entries: 0,
            values: Vec::new(),
            spare_values: Vec::new(),
            machine: None,
            installed: 0,
            listener: Listener::default(),
            observer: Observer::default(),
            failures: Failures::new(),
            random: 1,
        }
    }

    /// Are hot loops looked for?
    pub fn is_on(&self) -> bool {
        self.switched_on && self.settings.mode != JitMode::Off
    }
    /// Is a trace recorded?
    pub fn is_recording(&self) -> bool {
        self.active.is_some()
    }

    /// A random number. The generator is a fixed one, so that runs can be repeated.
    pub fn random(&mut self) -> u32 {
        // The sequence of Park and Miller.
        self.random = (u64::from(self.random) * 48_271 % 0x7FFF_FFFF) as u32;
        self.random
    }
}

impl Vm {
    /// Puts the dispatch table in force that the hook and the JIT want.
    pub(crate) fn update_dispatch(&mut self) {
        self.handlers = if self.events.is_due() {
            exec::TOLD
        } else if self.events.is_active() {
            exec::HANDLERS
        } else {
            *self.table_beneath_events()
        };
    }

    /// The table that is in force apart from events that are to be told.
    pub(crate) fn table_beneath_events(&self) -> &'static exec::Table {
        if self.is_hooked() {
            &exec::HOOKED
        } else if self.jit.is_recording() {
            &exec::RECORDING
        } else if self.jit.is_on() {
            &exec::COUNTING
        } else {
            &exec::HANDLERS
        }
    }

    /// Switches the JIT on or off. Traces that there are stay.
    pub fn switch_jit(&mut self, on: bool) {
        if !on {
            self.abandon_recording();
        }
        self.jit.switched_on = on;
        self.update_dispatch();
    }
    /// Is the JIT on?
    pub fn is_jit_on(&self) -> bool {
        self.jit.is_on()
    }
    /// The optimisations that are on, as `jit.status()` tells them.
    pub(crate) fn jit_flags(&self) -> impl Iterator<Item = &'static str> + use<> {
        let settings = self.jit.settings;
        let processor = (settings.mode == JitMode::Compile).then(feature_names);
        let flags = (settings.mode != JitMode::Off).then(|| settings.flags());
        processor
            .into_iter()
            .flatten()
            .chain(flags.into_iter().flatten())
    }

    /// Sets all that users can.
    pub(crate) fn set_jit_settings(&mut self, settings: Settings) {
        self.jit.settings = settings;
        self.update_dispatch();
    }

    /// Applies an option as `-O` and `jit.opt.start` take it. False if it is malformed.
    pub fn set_jit_option(&mut self, option: &[u8]) -> bool {
        let mode = self.jit.settings.mode;
        if !self.jit.settings.apply(option) {
            return false;
        }
        let settings = self.jit.settings;
        if settings.mode != mode {
            self.flush_traces();
        }
        self.heap.set_zeal(settings.parameters.gc_zeal != 0);
        self.update_dispatch();
        true
    }

    /// What the recording under way refers to, for the collector.
    pub(crate) fn take_jit_roots(&mut self) -> Vec<Gc<Header>> {
        let mut roots = core::mem::take(&mut self.jit.roots);
        roots.clear();
        let mut complete = roots.try_reserve(self.jit.exit_roots.len()).is_ok();
        if complete {
            roots.extend_from_slice(&self.jit.exit_roots);
        }
        if let Some(active) = &self.jit.active {
            let mut add = |object| match roots.try_reserve(1) {
                Ok(()) => roots.push(object),
                Err(_) => complete = false,
            };
            add(active.proto.erase());
            add(active.anchor.erase());
            add(active.thread.erase());
            active.recorder.for_each_object(&mut add);
        }
        if !complete {
            self.abandon_recording();
            roots.clear();
        }
        roots
    }

    /// Collects all garbage while a trace is left, which holds these values. False if that can't be done.
    pub(crate) fn collect_at_exit(&mut self, live: &[Val]) -> bool {
        let mut roots = core::mem::take(&mut self.jit.exit_roots);
        let objects = live.iter().filter_map(|v| value_of(*v)?.as_object());
        let mut complete = true;
        for object in objects {
            complete &= roots.try_reserve(1).is_ok();
            if complete {
                roots.push(object);
            }
        }
        self.jit.exit_roots = roots;
        if complete {
            // Frames that were entered on the trace are not on the stack yet.
            self.top = self.frame_top();
            self.collect_fully();
        }
        self.jit.exit_roots.clear();
        complete
    }

    /// Behind a step of the collector: gives the roots' buffer back, frees traces whose functions died.
    pub(crate) fn after_jit_collection(&mut self, roots: Vec<Gc<Header>>) {
        self.jit.roots = roots;
        while let Some((number, proto)) = self.heap.next_orphan() {
            if number == TraceNo(0) {
                self.forget_quiet(|p| core::ptr::eq(p.as_ptr(), proto));
            } else {
                self.drop_orphan(number);
            }
        }
    }
}
