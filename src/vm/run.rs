//! Runs: how the host starts the interpreter, how a run ends or stops, and how a stopped one goes on.

extern crate alloc;
use alloc::boxed::Box;
use core::alloc::Layout;
use core::ptr::{self, NonNull};

use crate::bytecode::Proto;
use crate::gc::{Heap, OutOfMemory};
use crate::host::{Host, Memory};
use crate::stdlib::io::Io;
use crate::stdlib::math::Prng;
use crate::value::thread::Status;
use crate::value::{Function, Gc, Table, Thread, Type, Value};
use crate::vm::Vm;
use crate::vm::debuginfo::ShortText;
use crate::vm::dispatch::{self, Exit, Registers};
use crate::vm::frame::{FRAME_SLOTS, Frame, Link};
use crate::vm::hook::Hook;
use crate::vm::meta::Event;
use crate::vm::native::Raised;
use crate::vm::stack::{
    DEFAULT_MAX_SLOTS, INITIAL_SLOTS, LEAST_MAX_SLOTS, MIN_NATIVE_SLOTS, RESERVE,
};
use crate::vm::state::{LENGTHS, LIGHT_SEGMENTS};

/// Why a run stopped before its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StopReason {
    /// The fuel is used up.
    OutOfFuel,
    /// The host asked for it.
    Interrupted,
    /// A debugger did: [`Vm::debug_stop`] says at what.
    Debugger,
}

/// Where a run stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stop {
    /// Why.
    pub reason: StopReason,
    /// The step at which the native function at `base` is to be called; none in a Lua function.
    pub(crate) native_step: Option<u32>,
    /// What that function has paid for work that it is going to do again.
    pub(crate) paid: u32,
    /// What comes first when it goes on.
    pub(crate) then: Then,
}

/// What comes first when a stopped run goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Then {
    /// The next instruction, or the native function.
    GoOn,
    /// The instruction before the next one, which a debugger stopped at.
    Instruction,
    /// The error that a debugger stopped at.
    Error,
}

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The function returned; [`Vm::run_results`] are its results.
    Returned,
    /// An error: [`Vm::run_error`] is its value.
    Failed,
    /// It stopped and can be resumed with [`Vm::resume_run`].
    Stopped(StopReason),
}

/// What a state is made with.
pub struct Config {
    /// Bytes that the state may use.
    pub memory_limit: usize,
    /// Slots that a stack may have.
    pub max_stack: usize,
    /// 52COMPAT behaviour.
    pub compat52: bool,
    /// May `load` take bytecode?
    pub allow_binary: bool,
    /// How the state compiles.
    #[cfg(feature = "jit")]
    pub jit: crate::jit::Config,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            memory_limit: usize::MAX,
            max_stack: DEFAULT_MAX_SLOTS,
            compat52: false,
            allow_binary: false,
            #[cfg(feature = "jit")]
            jit: crate::jit::Config::default(),
        }
    }
}

/// Slots that a function's frame may have, with what lies below it.
const LARGEST_FRAME: usize = 256 + FRAME_SLOTS;

/// A state in the making. Its parts are written one after the other into the state's own memory, for the whole would take several
/// KiB of the host's stack.
struct Unfinished {
    place: NonNull<Vm>,
}

impl Unfinished {
    /// Memory with a heap in it, and nothing else yet.
    #[inline(never)]
    fn with_heap(
        memory: Box<dyn Memory>,
        limit: usize,
        key: [u64; 2],
    ) -> Result<Unfinished, OutOfMemory> {
        let layout = Layout::new::<Vm>();
        // SAFETY: the struct isn't of size 0.
        let place = unsafe { alloc::alloc::alloc(layout) }.cast::<Vm>();
        let place = NonNull::new(place).ok_or(OutOfMemory)?;
        // SAFETY: the block has room for a state.
        let heap = unsafe { Heap::init(&raw mut (*place.as_ptr()).heap, memory, limit, key) };
        if let Err(failure) = heap {
            // SAFETY: the block is the one allocated above, and holds nothing.
            unsafe { alloc::alloc::dealloc(place.as_ptr().cast(), layout) };
            return Err(failure);
        }
        Ok(Unfinished { place })
    }

    fn heap(&mut self) -> &mut Heap {
        // SAFETY: `with_heap` wrote it.
        unsafe { &mut (*self.place.as_ptr()).heap }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // SAFETY: the heap is there, and nothing else that would have to be dropped.
        unsafe {
            ptr::drop_in_place(&raw mut (*self.place.as_ptr()).heap);
            alloc::alloc::dealloc(self.place.as_ptr().cast(), Layout::new::<Vm>());
        }
    }
}

/// Writes the fields that an [`Unfinished`] state lacks, and finishes it. Forgetting one does not compile.
macro_rules! finish {
    ($unfinished:ident, { $($(#[$attr:meta])* $field:ident: $value:expr,)* }) => {{
        const _: fn(Vm) = |all| {
            let Vm { heap: _, $($(#[$attr])* $field: _,)* } = &all;
        };
        let place = $unfinished.place.as_ptr();
        // SAFETY: the block has a state's layout; after all fields are written it holds a whole one, and a box owns blocks of
        // this allocator.
        unsafe {
            $($(#[$attr])* (&raw mut (*place).$field).write($value);)*
            core::mem::forget($unfinished);
            Box::from_raw(place)
        }
    }};
}

impl Vm {
    /// A state without libraries.
    ///
    /// Not inlined: making a state takes more of the host's stack than running it.
    #[inline(never)]
    pub fn new(
        config: &Config,
        memory: Box<dyn Memory>,
        mut host: Box<dyn Host>,
    ) -> Result<Box<Vm>, OutOfMemory> {
        let key = host.entropy();
        let mut unfinished = Unfinished::with_heap(memory, config.memory_limit, key)?;
        let heap = unfinished.heap();
        heap.native_code = crate::vm::state::NATIVE_HEADER.as_ptr();
        let globals = Table::new(heap, 0, 64)?;
        let registry = Table::new(heap, 0, 8)?;
        let thread = heap.new_thread(globals, (INITIAL_SLOTS + RESERVE) as u32)?;
        let memory_message = heap.intern(b"not enough memory")?;
        let error_error_message = heap.intern(b"error in error handling")?;
        let overflow_message = heap.intern(b"stack overflow")?;
        let mut event_names = [memory_message; Event::COUNT];
        for (slot, name) in event_names.iter_mut().zip(Event::NAMES) {
            *slot = heap.intern(name.as_bytes())?;
        }
        let scratch = heap.new_buffer()?;
        // Scripts see no metatable of cdata, only this.
        let cdata_metatable = Table::new(heap, 0, 1)?;
        let (key, locked) = (heap.intern(b"__metatable")?, heap.intern(b"ffi")?);
        let cdata = heap.write(cdata_metatable);
        cdata.set_str(heap, key, locked.into())?;
        let mut base_metatables = [None; Type::COUNT];
        base_metatables[Type::Cdata as usize] = Some(cdata_metatable);
        let stack = thread.stack.get();
        thread.limit.set(stack.wrapping_add(INITIAL_SLOTS));
        thread.header.a.set(Status::Running as u8);
        let base = stack.wrapping_add(FRAME_SLOTS);
        thread.base.set(base);
        thread.top.set(base);
        #[allow(unused_mut)]
        let mut vm: Box<Vm> = finish!(unfinished, {
            base: base,
            top: base,
            stack_limit: thread.limit.get(),
            pc: core::ptr::null(),
            budget: 0,
            open_results: 0,
            thread: thread,
            handlers: crate::vm::exec::HANDLERS,
            registers: Registers::IDLE,
            globals: globals,
            registry: registry,
            main_thread: thread,
            run_thread: thread,
            host_refs: Value::NIL,
            owner: core::ptr::null(),
            base_metatables: base_metatables,
            event_names: event_names,
            memory_message: memory_message,
            error_error_message: error_error_message,
            overflow_message: overflow_message,
            scratch: scratch,
            error_value: Value::NIL,
            native_step: 0,
            native_paid: 0,
            native_results: 0,
            fuel: None,
            credit: 0,
            was_exhausted: false,
            is_exhausted: false,
            measures_pauses: false,
            credit_left: 0,
            stopped: None,
            interruption: StopReason::Interrupted,
            finalizing: None,
            resume_depth: 0,
            hook: Hook::NONE,
            debugger: crate::vm::debugger::Debugger::default(),
            profiler: crate::vm::profile::Profiler::default(),
            events: crate::vm::vmevent::VmEvents::NONE,
            compat52: config.compat52,
            has_readonly: false,
            allow_binary: config.allow_binary,
            max_stack: config.max_stack.max(LEAST_MAX_SLOTS),
            max_coroutines: usize::MAX,
            syntax_error: None,
            traceback: None,
            next_function: Value::NIL,
            inner: crate::vm::inner::InnerFunctions::NONE,
            ipairs_step: Value::NIL,
            status_names: [Value::NIL; 4],
            light_segments: [0; LIGHT_SEGMENTS],
            lengths: [0; LENGTHS],
            light_segment_count: 0,
            random: Prng::FIXED,
            #[cfg(feature = "jit")]
            match_results: crate::jit::helpers::MatchResults::NONE,
            #[cfg(feature = "jit")]
            trace_context: perilune_jit_x86::runtime::TraceContext::NEW,
            io: Io::default(),
            host: host,
            #[cfg(feature = "jit")]
            jit: crate::jit::Jit::new(config.jit.mode, !config.jit.off),
        });
        #[cfg(feature = "jit")]
        vm.update_dispatch();
        Ok(vm)
    }

    /// `_G`
    pub fn globals(&self) -> Gc<Table> {
        self.globals
    }
    /// The registry, which no script sees but through `debug.getregistry`.
    pub fn registry(&self) -> Gc<Table> {
        self.registry
    }
    /// The heap: its accounting, its limit, and what tests want of it.
    pub fn heap(&mut self) -> &mut Heap {
        &mut self.heap
    }
    /// The host.
    pub fn host(&mut self) -> &mut dyn Host {
        &mut *self.host
    }

    /// The thread that runs, or that ran when the run stopped.
    pub fn current_thread(&self) -> Gc<Thread> {
        self.thread
    }

    /// Runs the finalizers of everything that has one, as at the end of a program. Errors in them are told on the
    /// standard error.
    pub fn close(&mut self) {
        /// Finalizers may make objects that have finalizers, but not for ever.
        const ROUNDS: usize = 10;
        self.abandon_run();
        for _ in 0..ROUNDS {
            self.heap.finalize_all();
            if !self.heap.has_finalizable() {
                return;
            }
            while let Some(object) = self.heap.next_finalizable() {
                let finalizer = self.metatable_event(object.metatable.get(), Event::Gc);
                if finalizer.is_nil() {
                    continue;
                }
                self.abandon_run();
                // One after another: none begins within another.
                self.finalizing = Some(self.main_thread);
                if self.begin_run(finalizer, &[object.into()]) == Outcome::Failed {
                    self.report_finalizer_error();
                }
            }
        }
    }

    /// Begins a run of `function` on the main thread and executes it until it ends or stops.
    ///
    /// A run that stopped earlier is given up.
    pub fn run(&mut self, function: Value, args: &[Value]) -> Outcome {
        self.abandon_run();
        self.begin_run(function, args)
    }

    /// The same, where no run is under way.
    fn begin_run(&mut self, function: Value, args: &[Value]) -> Outcome {
        let outcome = self.execute(function, args);
        self.end_run(outcome)
    }

    fn execute(&mut self, function: Value, args: &[Value]) -> Outcome {
        self.traceback = None;
        // A frame needs something that can be entered.
        if !function.is_function() && self.metafield(function, "__call").is_ok_and(Value::is_nil) {
            let mut message = ShortText::<64>::default();
            message.push(b"attempt to call a ");
            message.push(function.type_of().name().as_bytes());
            message.push(b" value");
            self.error_bytes(message.as_bytes());
            return Outcome::Failed;
        }
        let stack = self.thread.stack.get();
        self.base = stack.wrapping_add(FRAME_SLOTS);
        self.top = self.base;
        let from = self.base;
        // What an earlier run left where the function's frame will be would count as alive.
        let room = (self.stack_limit as usize - stack as usize) / size_of::<Value>();
        for i in 0..room.min(LARGEST_FRAME) {
            // SAFETY: the slot lies below the limit.
            unsafe { *stack.add(i) = Value::NIL };
        }
        // SAFETY: a thread's stack begins with free slots; the frame has to be well formed before anything can fail.
        unsafe {
            *stack = function;
            Frame(self.base).set_link(Link::entry());
        }
        if self
            .ensure_stack(from, args.len() + MIN_NATIVE_SLOTS)
            .is_err()
        {
            return Outcome::Failed;
        }
        for (i, arg) in args.iter().enumerate() {
            // SAFETY: there is room.
            unsafe { *self.base.add(i) = *arg };
        }
        self.top = self.base.wrapping_add(args.len());
        let next = self.drive_entry(args.len());
        self.go(next)
    }

    fn drive_entry(&mut self, nargs: usize) -> crate::vm::call::Next {
        let action = self.enter_at_base(nargs);
        self.drive(action)
    }

    /// Goes on with a run that stopped. Without one, the outcome is an error.
    pub fn resume_run(&mut self) -> Outcome {
        let outcome = self.go_on();
        self.end_run(outcome)
    }

    /// The same without what is done at a run's end.
    pub(crate) fn go_on(&mut self) -> Outcome {
        match self.next_of_stop() {
            Ok(action) => {
                let next = self.drive(action);
                self.go(next)
            }
            Err(outcome) => outcome,
        }
    }

    /// How the run that stopped goes on, if it may.
    pub(crate) fn next_of_stop(&mut self) -> Result<crate::vm::call::Action, Outcome> {
        use crate::vm::call::{Action, Next};
        let stop = self.stopped.ok_or(Outcome::Failed)?;
        // What stopped the run is paid for first, so that stops don't change the count.
        if self.budget < 0
            && let Some(reason) = self.refill()
        {
            self.stopped = Some(Stop { reason, ..stop });
            return Err(Outcome::Stopped(reason));
        }
        self.stopped = None;
        match (stop.then, stop.native_step) {
            (Then::Instruction, _) => {
                self.pass_instruction();
                Ok(Action::Done(Next::RESUME))
            }
            (Then::Error, _) => Ok(Action::Raise(self.pass_error())),
            (Then::GoOn, None) => Ok(Action::Done(Next::RESUME)),
            (Then::GoOn, Some(step)) => {
                self.native_step = step;
                self.begin_credit(stop.paid);
                Ok(Action::Reenter)
            }
        }
    }

    /// After a run that had too little memory, the garbage goes: between two runs nothing is collected, and the host may need some.
    fn end_run(&mut self, outcome: Outcome) -> Outcome {
        if matches!(outcome, Outcome::Stopped(_)) || !core::mem::take(&mut self.was_exhausted) {
            return outcome;
        }
        if outcome == Outcome::Failed {
            self.base = self.thread.stack.get().wrapping_add(FRAME_SLOTS);
            self.top = self.base;
        }
        self.collect_after_exhaustion();
        outcome
    }

    /// Forgets a run that stopped: its coroutines stay suspended for ever, open upvalues are closed.
    pub fn abandon_run(&mut self) {
        self.stopped = None;
        self.budget = self.budget.max(0);
        self.begin_credit(0);
        while let Some(resumer) = self.thread.resumer.get() {
            let thread = self.thread;
            self.close_upvalues(thread.stack.get());
            self.leave_thread(resumer);
            thread.header.a.set(Status::Failed as u8);
        }
        let bottom = self.thread.stack.get();
        self.close_upvalues(bottom);
        self.hook.abandon();
        self.events.abandon();
        self.debugger.abandon();
        self.finalizing = None;
    }

    pub(crate) fn go(&mut self, next: crate::vm::call::Next) -> Outcome {
        use crate::vm::call::Step;
        let registers = match next.step() {
            Step::Exit(exit) => return self.outcome(exit),
            Step::Resume => Registers {
                base: self.base,
                pc: self.pc,
                // SAFETY: the interpreter left a complete Lua frame.
                k: unsafe { crate::vm::exec::constants_of(self.base) },
            },
            Step::Enter { pc, nargs } => Registers {
                base: self.base,
                pc,
                k: core::ptr::without_provenance(nargs),
            },
        };
        // SAFETY: the registers are those of a complete frame or of a function about to be entered.
        let exit = unsafe { dispatch::run(self, registers) };
        self.outcome(exit)
    }

    fn outcome(&mut self, exit: Exit) -> Outcome {
        // Whatever the host does next is no part of a trace.
        #[cfg(feature = "jit")]
        self.abandon_recording();
        match exit {
            Exit::Done => Outcome::Returned,
            Exit::Stopped => Outcome::Stopped(
                self.stopped
                    .map_or(StopReason::Interrupted, |stop| stop.reason),
            ),
            Exit::Error | Exit::Continue => Outcome::Failed,
        }
    }

    /// The results of the last run that returned.
    pub fn run_results(&self) -> &[Value] {
        // SAFETY: a run leaves its results at the bottom of the main thread's stack.
        unsafe { core::slice::from_raw_parts(self.thread.stack.get(), self.open_results) }
    }

    /// The value of the error that ended the last run.
    pub fn run_error(&self) -> Value {
        self.error_value
    }

    /// The traceback of the error that ended the last run, if there was memory for it.
    pub fn run_traceback(&self) -> Option<Gc<crate::value::Str>> {
        self.traceback
    }

    /// Sets the fuel: how many back-edges and calls may be executed; `None` is unlimited. What a stopped run owes is taken from it
    /// when the run is resumed, so that a program needs the same amount in one piece or in many.
    pub fn set_fuel(&mut self, fuel: Option<u64>) {
        self.fuel = fuel;
        self.budget = self.budget.min(0);
    }

    /// Sets how many coroutines there may be at a time; those that are there stay.
    pub fn set_max_coroutines(&mut self, count: usize) {
        self.max_coroutines = count;
    }

    /// The fuel that is left.
    pub fn fuel(&self) -> Option<u64> {
        self.fuel
            .map(|fuel| fuel.saturating_add_signed(self.budget))
    }

    /// A Lua function of a main chunk's prototype, with the globals as its environment.
    pub fn new_main_function(&mut self, proto: Gc<Proto>) -> Result<Gc<Function>, Raised> {
        match self.heap.new_lua_function(proto, self.globals, 0) {
            Ok(f) => Ok(f),
            Err(_) => Err(self.memory_error()),
        }
    }
}

impl Vm {
    /// Tells which function is `next`, for loops over `pairs`.
    pub fn set_next_function(&mut self, next: Value) {
        self.next_function = next;
    }
}
