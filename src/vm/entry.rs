//! Runs that begin above what lies on the stack already: between runs, within a native function that a run called, or above a run that
//! stopped.
//!
//! The state is set aside with [`Vm::set_aside`], the function and its arguments are pushed, [`Vm::run_above`] runs them, and
//! [`Vm::take_up`] drops what is left and restores the state. The entry frame lies on the thread that runs already, which
//! becomes the run's thread: it can neither yield nor unwind across that frame.

use crate::bytecode::Ins;
use crate::value::thread::{Parked, Status};
use crate::value::{Gc, Thread, Value};
use crate::vm::Vm;
use crate::vm::call::{Action, Next};
use crate::vm::dispatch::Exit;
use crate::vm::frame::{Frame, Link};
use crate::vm::meta::Event;
use crate::vm::native::Raised;
use crate::vm::run::{Outcome, Stop};
use crate::vm::stack::MIN_NATIVE_SLOTS;

/// The state as it was when another run began above it. Addresses are kept as distances, for stacks move.
pub(crate) struct Aside {
    base: u32,
    top: u32,
    pc: *const Ins,
    run_thread: Gc<Thread>,
    stopped: Option<Stop>,
    finalizing: Option<Gc<Thread>>,
}

impl Vm {
    /// The distance of an address from the bottom of the running thread's stack, in slots.
    fn distance(&self, at: *mut Value) -> usize {
        (at as usize - self.thread.stack.get() as usize) / size_of::<Value>()
    }

    /// How many slots of the running thread's stack are in use.
    pub(crate) fn stack_height(&self) -> usize {
        self.distance(self.top)
    }

    /// The distance of the running native function's first slot.
    pub(crate) fn base_height(&self) -> usize {
        self.distance(self.base)
    }

    /// The value at a distance from the bottom of the running thread's stack, nil beyond the slots in use.
    #[inline]
    pub(crate) fn stack_value(&self, distance: usize) -> Value {
        if distance < self.stack_height() {
            // SAFETY: slots below `top` are initialised. A frame's link words look like numbers or primitives.
            unsafe { *self.thread.stack.get().add(distance) }
        } else {
            Value::NIL
        }
    }

    /// Drops slots until the stack is no higher than `height`, which lies in the current frame.
    pub(crate) fn lower_stack(&mut self, height: usize) {
        if height < self.stack_height() {
            self.top = self.thread.stack.get().wrapping_add(height);
        }
    }

    /// Begins a run above what is there. A native function that is running keeps none of what it has of the state but its slots:
    /// its step and results it has read, and it has paid nothing that it would do again.
    #[inline]
    pub(crate) fn set_aside(&mut self) -> Aside {
        let aside = Aside {
            base: self.distance(self.base) as u32,
            top: self.distance(self.top) as u32,
            pc: self.pc,
            run_thread: self.run_thread,
            stopped: self.stopped.take(),
            finalizing: self.finalizing,
        };
        self.run_thread = self.thread;
        aside
    }

    /// Pushes what [`Vm::run_above`] will call. The arguments are pushed next.
    #[inline]
    pub(crate) fn push_callee(&mut self, function: Value) -> Result<(), Raised> {
        self.push(function)?;
        self.push(Value::NIL)
    }

    /// Runs the callee with the topmost `nargs` values. When it returns, its results are the topmost `open_results` values, and lie
    /// where the callee was.
    pub(crate) fn run_above(&mut self, nargs: usize) -> Outcome {
        self.traceback = None;
        let callee = self.top.wrapping_sub(nargs);
        // SAFETY: `push_callee` put the callee below the arguments.
        let function = unsafe { Frame(callee).function_value() };
        let has_room = self.top.wrapping_add(MIN_NATIVE_SLOTS) <= self.stack_limit;
        let next = match function.as_function() {
            Some(function) if has_room => {
                self.base = callee;
                // SAFETY: as above; the entry's link is the slot behind the callee.
                unsafe { Frame(callee).set_link(Link::entry()) };
                Next::enter(function.pc.get(), nargs)
            }
            _ => match self.enter_other(function, nargs) {
                Some(next) => next,
                None => return Outcome::Failed,
            },
        };
        let outcome = self.go(next);
        self.came_back(outcome)
    }

    /// The same where there is too little room, or for what is no function.
    #[cold]
    #[inline(never)]
    fn enter_other(&mut self, function: Value, nargs: usize) -> Option<Next> {
        if !function.is_function() && self.metamethod(function, Event::Call).is_nil() {
            let name = function.type_of().name();
            self.error_here(format_args!("attempt to call a {name} value"));
            return None;
        }
        let from = self.top;
        self.ensure_stack(from, MIN_NATIVE_SLOTS).ok()?;
        self.base = self.top.wrapping_sub(nargs);
        // SAFETY: `push_callee` left a slot for the link.
        unsafe { Frame(self.base).set_link(Link::entry()) };
        let action = self.enter_at_base(nargs);
        Some(self.drive(action))
    }

    /// Goes on with a run of [`Vm::run_above`] that stopped.
    pub(crate) fn resume_above(&mut self) -> Outcome {
        let outcome = self.go_on();
        self.came_back(outcome)
    }

    /// Takes the coroutines of a stopped run off the thread that began with them, so that another run can begin. `co` was resumed by the
    /// run's own function. False where the run stopped elsewhere.
    pub(crate) fn park(&mut self, co: Gc<Thread>) -> bool {
        let Some(stop) = self.stopped else {
            return false;
        };
        let (innermost, beginner) = (self.thread, self.run_thread);
        let (mut outer, mut depth) = (innermost, 1);
        loop {
            match outer.resumer.get() {
                Some(resumer) if resumer == beginner => break,
                Some(resumer) => outer = resumer,
                None => return false,
            }
            depth += 1;
        }
        if outer != co {
            return false;
        }
        self.save_thread();
        innermost.header.a.set(Status::Normal as u8);
        let _barrier = self.heap.write(co);
        co.resumer.set(None);
        co.parked.set(Some(Parked {
            innermost,
            depth,
            stop,
        }));
        self.resume_depth -= depth;
        self.stopped = None;
        self.load_thread(beginner);
        beginner.header.a.set(Status::Running as u8);
        true
    }

    /// Goes on with a run that [`Vm::park`] took off, for the native function at `base`.
    pub(crate) fn resume_parked(&mut self, co: Gc<Thread>, parked: Parked) -> Action {
        let resumer = self.thread;
        self.save_thread();
        resumer.header.a.set(Status::Normal as u8);
        let _barrier = self.heap.write(co);
        co.resumer.set(Some(resumer));
        self.resume_depth += parked.depth;
        self.load_thread(parked.innermost);
        parked.innermost.header.a.set(Status::Running as u8);
        self.stopped = Some(parked.stop);
        match self.next_of_stop() {
            Ok(action) => action,
            Err(_) => Action::Done(Next::exit(Exit::Stopped)),
        }
    }

    #[inline(always)]
    fn came_back(&mut self, outcome: Outcome) -> Outcome {
        if let Outcome::Stopped(_) = outcome
            && self.stopped.is_some_and(|stop| stop.native_step.is_none())
        {
            // Other runs may begin above it.
            self.top = self.frame_top();
        }
        outcome
    }

    /// Ends a run: what is left of it is dropped, and the state is as it was when it began.
    #[inline]
    pub(crate) fn take_up(&mut self, aside: Aside) {
        if self.thread != self.run_thread || self.stopped.is_some() {
            self.give_up();
        }
        let bottom = self.thread.stack.get();
        let top = bottom.wrapping_add(aside.top as usize);
        if self.has_open_upvalues(top) {
            self.close_upvalues(top);
        }
        self.base = bottom.wrapping_add(aside.base as usize);
        self.top = top;
        self.pc = aside.pc;
        self.run_thread = aside.run_thread;
        self.stopped = aside.stopped;
        if self.finalizing != aside.finalizing {
            self.hook.abandon();
            self.events.abandon();
            self.finalizing = aside.finalizing;
        }
        if self.was_exhausted {
            self.was_exhausted = false;
            self.collect_after_exhaustion();
        }
    }

    /// Leaves the coroutines of a run that is given up: they stay suspended for ever.
    #[cold]
    #[inline(never)]
    fn give_up(&mut self) {
        self.stopped = None;
        while self.thread != self.run_thread
            && let Some(resumer) = self.thread.resumer.get()
        {
            let thread = self.thread;
            self.close_upvalues(thread.stack.get());
            self.leave_thread(resumer);
            thread.header.a.set(Status::Failed as u8);
        }
    }

    /// [`Vm::take_up`] after an error, which may have been the stack's overflow.
    #[cold]
    pub(crate) fn take_up_failed(&mut self, aside: Aside) {
        self.take_up(aside);
        self.shrink_overflowed_stack();
    }
}
