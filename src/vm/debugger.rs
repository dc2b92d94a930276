//! What a debugger wants of a state: stops at breakpoints, after steps and at errors, and a look at a stopped run.
//!
//! Whatever stops a run for a debugger ends it with [`StopReason::Debugger`], so that the host has control, and nothing of the run is on its
//! stack. It looks at the threads ([`Vm::coroutines`], [`Vm::stopped_activations`]), at variables ([`Vm::find_variable`]), calls functions
//! above the stopped run ([`Vm::call_stopped`]), and goes on with [`Vm::resume_run`], or with [`Vm::set_step`] before that.
//! Steps see every instruction as debug hooks do; while there is none nothing is paid.

use alloc::vec::Vec;
use core::ptr;

use crate::bytecode::Ins;
use crate::gc::Kind;
use crate::value::thread::Status;
use crate::value::{Function, Gc, Thread, Value};
use crate::vm::Vm;
use crate::vm::breakpoint::{BreakpointLines, may_stop_before};
use crate::vm::call::Next;
use crate::vm::debuginfo::{Activation, Activations, Local, instruction_index, line_of};
use crate::vm::dispatch::Exit;
use crate::vm::frame::{self, Cont, Frame};
use crate::vm::native::Raised;
use crate::vm::run::{Outcome, Stop, StopReason, Then};

/// At what a run stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DebugStop {
    /// At a breakpoint in this line.
    Breakpoint(u32),
    /// A step is done.
    Step,
    /// At an error, with the stack as it was; [`Vm::stopped_error`] is its value.
    Error,
}

/// How far a step goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// To the next line, in called functions too.
    In,
    /// To the next line of this function, or to where it returns to.
    Over,
    /// To where the function returns to.
    Out,
}

/// At which errors to stop.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ErrorStops {
    /// At none.
    #[default]
    Never,
    /// At those that no protected call is going to catch.
    Uncaught,
    /// At all.
    All,
}

/// A place in running code.
#[derive(Clone, Copy)]
struct Place {
    thread: Gc<Thread>,
    /// The frame's distance from the bottom of the stack.
    height: usize,
    /// The function's first instruction.
    code: *const Ins,
    line: u32,
    pc: *const Ins,
}

impl Place {
    fn is_same_frame(&self, other: &Place) -> bool {
        self.thread == other.thread && self.height == other.height && self.code == other.code
    }
    /// Does another line, or the same one again, begin here after `last`?
    fn is_new_line(&self, last: &Place) -> bool {
        self.line != last.line || self.pc <= last.pc
    }
}

/// A step under way.
struct Stepping {
    step: Step,
    /// Where it began; nowhere if nothing ran yet.
    origin: Option<Place>,
    /// The last place that counts: in the frame where it began, for steps over.
    last: Option<Place>,
}

/// Where a run stopped that another one runs above. Distances, for stacks move.
#[derive(Clone, Copy)]
struct Position {
    thread: Gc<Thread>,
    base: usize,
    top: usize,
    pc: *const Ins,
}

/// What a debugger wants of a state.
pub(crate) struct Debugger {
    /// Which lines have breakpoints.
    pub(crate) lines: Option<BreakpointLines>,
    /// The address behind the instruction that is executed next without stopping again, or null.
    pub(crate) pass: *const Ins,
    /// The error that the run stopped at.
    pub(crate) error: Value,
    errors: ErrorStops,
    passes_error: bool,
    is_muted: bool,
    stepping: Option<Stepping>,
    stop: Option<DebugStop>,
    position: Option<Position>,
}

impl Default for Debugger {
    fn default() -> Debugger {
        Debugger {
            lines: None,
            pass: ptr::null(),
            error: Value::NIL,
            errors: ErrorStops::Never,
            passes_error: false,
            is_muted: false,
            stepping: None,
            stop: None,
            position: None,
        }
    }
}

impl Debugger {
    /// Is a step under way?
    #[inline]
    pub(crate) fn is_stepping(&self) -> bool {
        self.stepping.is_some()
    }
    /// Is the instruction before `pc` the one that the run stopped at?
    pub(crate) fn passes(&self, pc: *const Ins) -> bool {
        self.pass == pc
    }
    /// Does a function run on the debugger's own account?
    pub(crate) fn is_muted(&self) -> bool {
        self.is_muted
    }
    /// Has it to look at errors?
    #[inline]
    pub(crate) fn stops_at_errors(&self) -> bool {
        self.errors != ErrorStops::Never
    }
    /// An error comes out of a coroutine: whoever wants to stop at it has had the chance to.
    pub(crate) fn hand_on_error(&mut self) {
        self.passes_error = self.stops_at_errors();
    }
    /// The run that stopped is given up.
    pub(crate) fn abandon(&mut self) {
        self.pass = ptr::null();
        self.error = Value::NIL;
        self.passes_error = false;
        self.stop = None;
    }
}

/// A variable of an activation.
#[derive(Clone, Copy)]
pub enum Variable {
    /// A local one.
    Local(Local),
    /// An upvalue: the function and its index.
    Upvalue(Gc<Function>, usize),
}

impl Variable {
    /// The value.
    pub fn get(&self) -> Value {
        match self {
            Variable::Local(local) => local.get(),
            Variable::Upvalue(function, index) => match function.lua_upvalue(*index) {
                Some(upvalue) => upvalue.get(),
                None => function.native_upvalue(*index),
            },
        }
    }
}

/// The distance of an address from the bottom of a thread's stack.
fn height(thread: Gc<Thread>, at: *mut Value) -> usize {
    (at.addr() - thread.stack.get().addr()) / size_of::<Value>()
}

/// Stops.
impl Vm {
    /// At what the run stopped, if it stopped for a debugger.
    pub fn debug_stop(&self) -> Option<DebugStop> {
        self.debugger.stop
    }

    /// The value of the error that the run stopped at.
    pub fn stopped_error(&self) -> Value {
        self.debugger.error
    }

    /// Puts back what [`Vm::run_error`] was before something else failed.
    pub fn set_run_error(&mut self, error: Value) {
        self.error_value = error;
    }

    /// Sets at which errors to stop.
    pub fn set_error_stops(&mut self, errors: ErrorStops) {
        self.debugger.errors = errors;
    }

    /// Begins a step from where the run stopped, or from the beginning of the next run; or gives up the one under way.
    pub fn set_step(&mut self, step: Option<Step>) {
        let origin = self.stopped.and_then(|_| self.stopped_place());
        self.debugger.stepping = step.map(|step| Stepping {
            step,
            origin,
            last: origin,
        });
        #[cfg(feature = "jit")]
        if step.is_some() {
            self.interrupt_recording(crate::jit::trace::TraceAbort::HookActive);
        }
        self.update_dispatch();
    }

    /// The place of the innermost activation.
    fn stopped_place(&self) -> Option<Place> {
        let activation = self.activations(self.thread).next()?;
        let base = activation.frame.0;
        let proto = activation.function.proto();
        Some(Place {
            thread: self.thread,
            height: height(self.thread, base),
            code: proto.map_or(ptr::null(), |proto| proto.code_ptr()),
            line: activation.line().unwrap_or(0),
            pc: activation.pc,
        })
    }

    /// Stops the run before the instruction that precedes `pc`, which is executed when it goes on.
    pub(crate) fn stop_before(&mut self, why: DebugStop, base: *mut Value, pc: *const Ins) -> Next {
        self.base = base;
        self.pc = pc;
        self.debugger.stop = Some(why);
        self.debugger.stepping = None;
        self.update_dispatch();
        self.stopped = Some(Stop {
            reason: StopReason::Debugger,
            native_step: None,
            paid: 0,
            then: Then::Instruction,
        });
        Next::exit(Exit::Stopped)
    }

    /// The run goes on with the instruction that it stopped before.
    pub(crate) fn pass_instruction(&mut self) {
        self.debugger.stop = None;
        self.debugger.pass = self.pc;
        self.pc = self.pc.wrapping_sub(1);
    }

    /// The run goes on with the error that it stopped at.
    pub(crate) fn pass_error(&mut self) -> Raised {
        self.debugger.stop = None;
        self.debugger.passes_error = true;
        self.error_value = core::mem::replace(&mut self.debugger.error, Value::NIL);
        Raised::Error
    }

    /// Asks whether a step ends before the instruction `ins`, which precedes `pc`.
    pub(crate) fn step_due(&mut self, base: *mut Value, pc: *const Ins, ins: Ins) -> Option<Next> {
        if self.debugger.is_muted {
            return None;
        }
        if !ins.op().is_some_and(may_stop_before) {
            return None;
        }
        // SAFETY: such an instruction has a complete frame.
        let proto = unsafe { Frame(base).function() }.proto()?;
        let place = Place {
            thread: self.thread,
            height: height(self.thread, base),
            code: proto.code_ptr(),
            line: line_of(proto, instruction_index(proto, pc))?,
            pc,
        };
        let passed = self.debugger.passes(pc);
        let stepping = self.debugger.stepping.as_mut()?;
        if passed {
            stepping.last = Some(place);
            // A breakpoint asks, too.
            // SAFETY: `pc` is behind an instruction of a live function.
            if !unsafe { *pc.sub(1) }.is_breakpoint() {
                self.debugger.pass = ptr::null();
            }
            return None;
        }
        if stepping.ends_at(&place) {
            return Some(self.stop_before(DebugStop::Step, base, pc));
        }
        None
    }

    /// Stops at the error under way, if the debugger wants to.
    pub(crate) fn stop_at_error(&mut self) -> bool {
        if core::mem::take(&mut self.debugger.passes_error) || self.debugger.is_muted {
            return false;
        }
        let standing = [
            self.memory_message,
            self.overflow_message,
            self.error_error_message,
        ];
        if standing.iter().any(|m| self.error_value == (*m).into())
            || (self.debugger.errors == ErrorStops::Uncaught && self.error_is_caught())
        {
            return false;
        }
        self.debugger.error = self.error_value;
        self.debugger.stop = Some(DebugStop::Error);
        self.debugger.stepping = None;
        self.update_dispatch();
        self.stopped = Some(Stop {
            reason: StopReason::Debugger,
            native_step: None,
            paid: 0,
            then: Then::Error,
        });
        true
    }

    /// Will a protected call, or who resumed the coroutine, catch an error of the frame at `base`?
    fn error_is_caught(&self) -> bool {
        let (mut thread, mut frame) = (self.thread, Frame(self.base));
        loop {
            // SAFETY: frames and links on stacks are well formed; a thread that resumed another has a native function's frame.
            unsafe {
                let link = frame.link();
                match link.kind() {
                    frame::CONT => match frame.cont() {
                        Cont::Pcall
                        | Cont::Xpcall
                        | Cont::Handler
                        | Cont::Finalizer
                        | Cont::NativeQuiet
                        | Cont::Event => return true,
                        _ => frame = Frame(frame.0.sub(link.slots())),
                    },
                    frame::ENTRY => {
                        let resumer = thread.resumer.get().filter(|_| self.run_thread != thread);
                        let Some(resumer) = resumer else {
                            return false;
                        };
                        thread = resumer;
                        frame = Frame(thread.base.get());
                        // A wrapped function hands the error on.
                        if frame.function().upvalue_count() == 0 {
                            return true;
                        }
                    }
                    _ => match frame.below() {
                        Some((below, _)) => frame = below,
                        None => return false,
                    },
                }
            }
        }
    }
}

impl Stepping {
    /// Does it end here? If not, the place is noted.
    fn ends_at(&mut self, place: &Place) -> bool {
        let (Some(origin), Some(last)) = (self.origin, self.last) else {
            return true;
        };
        if self.step == Step::In {
            if !place.is_same_frame(&last) || place.is_new_line(&last) {
                return true;
            }
            self.last = Some(*place);
            return false;
        }
        if place.thread != origin.thread {
            // Where it waits, this is a coroutine that it resumed; where it doesn't, it yielded or ended.
            return origin.thread.status() != Status::Normal;
        }
        if place.height != origin.height {
            return place.height < origin.height;
        }
        if self.step == Step::Out {
            return false;
        }
        if !place.is_same_frame(&last) || place.is_new_line(&last) {
            return true;
        }
        self.last = Some(*place);
        false
    }
}

/// A look at a stopped run.
impl Vm {
    /// The threads that have functions under way: the main one, and all coroutines that aren't dead.
    pub fn coroutines(&mut self) -> Vec<Gc<Thread>> {
        let mut threads: Vec<Gc<Thread>> = Vec::new();
        let main = self.main_thread;
        if threads.try_reserve(1).is_ok() {
            threads.push(main);
        }
        self.heap.for_each_object(&mut |object| {
            if object.kind() == Kind::Thread && object != main.erase() {
                // SAFETY: the header says so, and nothing is freed meanwhile.
                let thread: Gc<Thread> = unsafe { Gc::from_ptr(object.as_ptr().cast()) };
                let is_alive = matches!(
                    thread.status(),
                    Status::Suspended | Status::Running | Status::Normal
                );
                if is_alive && threads.try_reserve(1).is_ok() {
                    threads.push(thread);
                }
            }
        });
        threads
    }

    /// The functions of a thread, innermost first, without those that run above the stopped run.
    pub fn stopped_activations(&self, thread: Gc<Thread>) -> Activations {
        match self.debugger.position {
            Some(position) if position.thread == thread => {
                let at = |height| thread.stack.get().wrapping_add(height);
                Activations::from(at(position.base), position.pc, at(position.top))
            }
            _ => self.activations(thread),
        }
    }

    /// The innermost variable with this name: of the locals that are active, then of the upvalues.
    pub fn find_variable(&self, activation: &Activation, name: &[u8]) -> Option<Variable> {
        let local = (1..)
            .map_while(|n| self.local(activation, n))
            .filter(|local| local.name.is_some_and(|n| n.as_bytes() == name))
            .last();
        if let Some(local) = local {
            return Some(Variable::Local(local));
        }
        let proto = activation.function.proto()?;
        let names = proto.upvalue_names();
        let index = names.iter().position(|n| n.as_bytes() == name)?;
        Some(Variable::Upvalue(activation.function, index))
    }

    /// Assigns a variable of an activation of this thread.
    pub fn assign_variable(&mut self, thread: Gc<Thread>, variable: Variable, value: Value) {
        match variable {
            Variable::Local(local) => self.assign_local(thread, &local, value),
            Variable::Upvalue(function, index) => self.set_upvalue_of(function, index, value),
        }
    }

    /// Calls a function above the run that stopped, without any stop of the debugger's. An error is its value.
    pub fn call_stopped(&mut self, function: Value, args: &[Value]) -> Result<Vec<Value>, Value> {
        // SAFETY: a stopped run has a complete frame at the base; between runs there is no function.
        let is_lua = unsafe { Frame(self.base).function_value() }
            .as_function()
            .is_some_and(|f| f.is_lua());
        if is_lua {
            self.top = self.frame_top();
        }
        let thread = self.thread;
        let position = self.debugger.position.replace(Position {
            thread,
            base: height(thread, self.base),
            top: height(thread, self.top),
            pc: self.pc,
        });
        let was_muted = core::mem::replace(&mut self.debugger.is_muted, true);
        let kept = (
            self.error_value,
            self.open_results,
            self.native_results,
            self.native_paid,
            self.native_step,
        );
        let result = self.call_above(function, args);
        (
            self.error_value,
            self.open_results,
            self.native_results,
            self.native_paid,
            self.native_step,
        ) = kept;
        self.debugger.is_muted = was_muted;
        self.debugger.position = position;
        self.update_dispatch();
        result
    }

    fn call_above(&mut self, function: Value, args: &[Value]) -> Result<Vec<Value>, Value> {
        let memory = Value::from(self.memory_message);
        let aside = self.set_aside();
        let pushed = self.push_callee(function).and_then(|()| {
            for arg in args {
                self.push(*arg)?;
            }
            Ok(())
        });
        if pushed.is_err() {
            self.take_up_failed(aside);
            return Err(memory);
        }
        match self.run_above(args.len()) {
            Outcome::Returned => {
                let n = self.open_results;
                let mut results = Vec::new();
                let has_room = results.try_reserve_exact(n).is_ok();
                if has_room {
                    for i in 0..n {
                        // SAFETY: the results are the topmost values.
                        results.push(unsafe { *self.top.sub(n - i) });
                    }
                }
                self.take_up(aside);
                if has_room { Ok(results) } else { Err(memory) }
            }
            Outcome::Failed => {
                let error = self.error_value;
                self.take_up_failed(aside);
                Err(error)
            }
            Outcome::Stopped(_) => {
                self.take_up_failed(aside);
                Err(self.new_str(b"interrupted!").unwrap_or(memory))
            }
        }
    }
}
