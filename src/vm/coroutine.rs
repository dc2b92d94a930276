//! Coroutines: the interpreter changes its stack, not its own place on the host's.

use crate::bytecode::Ins;
use crate::gc::OutOfMemory;
use crate::value::thread::Status;
use crate::value::{Gc, Thread, Value};
use crate::vm::Vm;
use crate::vm::call::{Action, Next};
use crate::vm::dispatch::Exit;
use crate::vm::frame::{FRAME_SLOTS, Frame, Link};
use crate::vm::native::Raised;
use crate::vm::stack::{INITIAL_SLOTS, MIN_NATIVE_SLOTS, RESERVE};

/// How many coroutines may wait for one another. They use no host stack: the limit is there so that endless recursion ends
/// before the memory does.
pub(crate) const MAX_RESUME_DEPTH: u32 = 200_000;

impl Thread {
    /// What the thread is doing.
    pub fn status(&self) -> Status {
        match self.header.a.get() {
            0 => Status::Fresh,
            1 => Status::Suspended,
            2 => Status::Running,
            3 => Status::Normal,
            4 => Status::Finished,
            _ => Status::Failed,
        }
    }
}

impl Status {
    /// What `coroutine.status` says, and its number among those names.
    fn name(self) -> (usize, &'static str) {
        match self {
            Status::Fresh | Status::Suspended => (0, "suspended"),
            Status::Running => (1, "running"),
            Status::Normal => (2, "normal"),
            Status::Finished | Status::Failed => (3, "dead"),
        }
    }
}

impl Thread {
    /// Did the run that began with it stop?
    pub(crate) fn is_parked(&self) -> bool {
        self.parked.get().is_some()
    }
}

impl Vm {
    /// A coroutine that will call `f`.
    ///
    /// `f` is rooted: where there are as many coroutines as there may be, garbage is collected.
    pub fn new_coroutine(&mut self, f: Value) -> Result<Gc<Thread>, Raised> {
        if !self.may_create_coroutine() {
            self.collect_for_coroutine()?;
        }
        match self.create_coroutine(f) {
            Ok(thread) => Ok(thread),
            Err(OutOfMemory) => Err(self.memory_error()),
        }
    }

    /// Are there fewer coroutines than there may be? The main thread isn't counted.
    pub(crate) fn may_create_coroutine(&self) -> bool {
        self.heap.thread_count() <= self.max_coroutines
    }

    /// A coroutine that will call `f`, whether there may be one or not.
    pub(crate) fn create_coroutine(&mut self, f: Value) -> Result<Gc<Thread>, OutOfMemory> {
        let env = self.thread.env.get();
        let thread = self
            .heap
            .new_thread(env, (INITIAL_SLOTS + RESERVE) as u32)?;
        thread.header.a.set(Status::Fresh as u8);
        let stack = thread.stack.get();
        thread.limit.set(stack.wrapping_add(INITIAL_SLOTS));
        let base = stack.wrapping_add(FRAME_SLOTS);
        // SAFETY: a new stack has `INITIAL_SLOTS` free slots.
        unsafe {
            *stack = f;
            Frame(base).set_link(Link::entry());
        }
        thread.base.set(base);
        thread.top.set(base);
        Ok(thread)
    }

    #[cold]
    fn collect_for_coroutine(&mut self) -> Result<(), Raised> {
        // Whoever makes as many as may be pays for the collections.
        self.charge_for_bytes(self.heap.used());
        self.collect_fully();
        if !self.may_create_coroutine() {
            return Err(self.error_from_caller(format_args!("too many coroutines")));
        }
        Ok(())
    }

    /// Saves the running thread's position.
    pub(crate) fn save_thread(&self) {
        let thread = self.thread;
        thread.base.set(self.base);
        thread.top.set(self.top);
        thread.pc.set(self.pc);
        thread.hook_pc.set(self.hook.last_pc);
    }

    /// Makes a thread the running one.
    pub(crate) fn load_thread(&mut self, thread: Gc<Thread>) {
        self.thread = thread;
        self.base = thread.base.get();
        self.top = thread.top.get();
        self.pc = thread.pc.get();
        self.hook.last_pc = thread.hook_pc.get();
        self.stack_limit = thread.limit.get();
    }

    /// Leaves the running thread in a native function's frame with slots up to `top`, and makes `next`, which waits in one, the running
    /// thread. That is all it takes where no hook is set; the caller sets the state's `base` and tells the collector.
    #[inline(always)]
    pub(crate) fn exchange_thread(
        &mut self,
        (base, top): (*mut Value, *mut Value),
        status: Status,
        next: Gc<Thread>,
    ) {
        let thread = self.thread;
        thread.base.set(base);
        thread.top.set(top);
        thread.header.a.set(status as u8);
        next.header.a.set(Status::Running as u8);
        self.thread = next;
        self.stack_limit = next.limit.get();
    }

    /// The thread to which the running one may yield.
    #[inline]
    pub(crate) fn yields_to(&self) -> Option<Gc<Thread>> {
        let co = self.thread;
        // A finalizer may not yield out of the code that it interrupted.
        let is_free =
            self.finalizing != Some(co) && self.run_thread != co && !self.events.is_on(co);
        co.resumer.get().filter(|_| is_free)
    }

    /// Goes from the running thread back to the one that resumed it.
    pub(crate) fn leave_thread(&mut self, resumer: Gc<Thread>) {
        self.save_thread();
        self.resume_depth -= 1;
        self.thread.resumer.set(None);
        let _barrier = self.heap.write(resumer);
        self.load_thread(resumer);
        resumer.header.a.set(Status::Running as u8);
    }

    /// `Flow::Resume`: the coroutine is in the native function's slot 0 (or its upvalue 0 for `wrap`), the values are on top.
    pub(crate) fn resume_coroutine(&mut self, nargs: usize, wrap: bool) -> Action {
        let target = if wrap { self.upvalue(0) } else { self.arg(0) };
        let Some(co) = target.as_thread() else {
            let raised = self.arg_error(0, format_args!("coroutine expected"));
            return Action::Raise(raised);
        };
        if let Some(parked) = co.parked.take() {
            return self.resume_parked(co, parked);
        }
        let refused = match co.status() {
            Status::Fresh | Status::Suspended => None,
            Status::Finished | Status::Failed => Some("cannot resume dead coroutine"),
            Status::Running | Status::Normal => Some("cannot resume running coroutine"),
        };
        if let Some(message) = refused {
            return self.resume_refused(message, wrap);
        }
        if self.resume_depth >= MAX_RESUME_DEPTH {
            return self.resume_refused("C stack overflow", wrap);
        }
        let source = self.top.wrapping_sub(nargs);
        let resumer = self.thread;
        self.save_thread();
        resumer.header.a.set(Status::Normal as u8);
        // Its stack is going to change: it has to be traversed again.
        let _barrier = self.heap.write(co);
        self.load_thread(co);
        let from = self.top;
        if let Err(raised) = self.ensure_stack(from, nargs + MIN_NATIVE_SLOTS) {
            self.save_thread();
            self.load_thread(resumer);
            resumer.header.a.set(Status::Running as u8);
            return Action::Raise(raised);
        }
        co.resumer.set(Some(resumer));
        self.resume_depth += 1;
        let fresh = co.status() == Status::Fresh;
        co.header.a.set(Status::Running as u8);
        let values = self.top;
        // SAFETY: there is room for `nargs` values, and they lie on another stack.
        unsafe { core::ptr::copy_nonoverlapping(source, values, nargs) };
        self.top = values.wrapping_add(nargs);
        if fresh {
            self.enter_at_base(nargs)
        } else {
            // The function that yielded returns the values.
            Action::Return {
                src: values,
                n: nargs,
            }
        }
    }

    fn resume_refused(&mut self, message: &str, wrap: bool) -> Action {
        if wrap {
            return Action::Raise(self.error_from_caller(format_args!("{message}")));
        }
        let text = match self.new_str(message.as_bytes()) {
            Ok(text) => text,
            Err(raised) => return Action::Raise(raised),
        };
        self.return_two(Value::FALSE, text)
    }

    /// The native function at `base` returns two values.
    fn return_two(&mut self, first: Value, second: Value) -> Action {
        // SAFETY: a native function's frame has free slots at its top.
        unsafe {
            let src = self.top;
            *src = first;
            *src.add(1) = second;
            self.top = src.add(2);
            Action::Return { src, n: 2 }
        }
    }

    /// Hands `n` values at `source` (on another stack) to the native function that resumed, which is at `base` now.
    unsafe fn deliver(&mut self, source: *mut Value, n: usize) -> Action {
        let from = self.top;
        if let Err(raised) = self.ensure_stack(from, n + MIN_NATIVE_SLOTS) {
            return Action::Raise(raised);
        }
        // SAFETY: there is room; `wrap` functions have the coroutine as an upvalue, `resume` has none.
        unsafe {
            let src = self.top;
            let wrap = self.resumes_by_wrap();
            let at = if wrap { src } else { src.add(1) };
            core::ptr::copy_nonoverlapping(source, at, n);
            if !wrap {
                *src = Value::TRUE;
            }
            let n = n + usize::from(!wrap);
            self.top = src.add(n);
            Action::Return { src, n }
        }
    }

    fn resumes_by_wrap(&self) -> bool {
        self.callee().upvalue_count() > 0
    }

    /// The coroutine ended with an error, and its resumer runs again.
    pub(crate) unsafe fn resume_failed(&mut self, _co: Gc<Thread>) -> Action {
        let error = self.error_value;
        if self.resumes_by_wrap() {
            self.debugger.hand_on_error();
            let raised = match error.as_str() {
                // The message gets the position of the caller of the wrapped function, too.
                Some(message) => {
                    let bytes = message.as_bytes();
                    let end = bytes.iter().position(|c| *c == 0).unwrap_or(bytes.len());
                    self.error_message(&bytes[..end])
                }
                None => Raised::Error,
            };
            return Action::Raise(raised);
        }
        if self.is_exhausted {
            self.collect_after_exhaustion();
        }
        self.error_value = Value::NIL;
        self.return_two(Value::FALSE, error)
    }

    /// `Flow::Yield`.
    pub(crate) fn yield_coroutine(&mut self, n: usize) -> Action {
        let co = self.thread;
        let Some(resumer) = self.yields_to() else {
            return Action::Raise(
                self.error_from_caller(format_args!("attempt to yield across C-call boundary")),
            );
        };
        let source = self.top.wrapping_sub(n);
        self.top = source;
        co.header.a.set(Status::Suspended as u8);
        self.leave_thread(resumer);
        // SAFETY: the yielded values stay on the coroutine's stack until the next safepoint.
        unsafe { self.deliver(source, n) }
    }

    /// The first function of a coroutine or of the run returned.
    pub(crate) fn return_to_entry(&mut self, src: *mut Value, n: usize) -> Action {
        let co = self.thread;
        let resumer = co.resumer.get().filter(|_| self.run_thread != co);
        let Some(resumer) = resumer else {
            let dst = self.base.wrapping_sub(FRAME_SLOTS);
            // SAFETY: results move down on the same stack.
            unsafe { core::ptr::copy(src, dst, n) };
            self.top = dst.wrapping_add(n);
            self.open_results = n;
            return Action::Done(Next::exit(Exit::Done));
        };
        co.header.a.set(Status::Finished as u8);
        self.top = co.stack.get();
        self.base = co.stack.get().wrapping_add(FRAME_SLOTS);
        self.leave_thread(resumer);
        // SAFETY: the values stay on the finished coroutine's stack until the next safepoint.
        unsafe { self.deliver(src, n) }
    }

    /// A thread's innermost frame, the pc in it, and the end of its slots.
    pub(crate) fn thread_position(
        &self,
        thread: Gc<Thread>,
    ) -> (*mut Value, *const Ins, *mut Value) {
        if thread == self.thread {
            // Between two runs the frame has no function.
            // SAFETY: `base` has frame slots below it.
            let has_function = unsafe { Frame(self.base).function_value() }.is_function();
            let end = if has_function {
                self.frame_top()
            } else {
                self.top
            };
            (self.base, self.pc, end)
        } else {
            (thread.base.get(), thread.pc.get(), thread.top.get())
        }
    }
}

impl Vm {
    /// The name of a status, made when it is first asked for.
    pub(crate) fn status_name(&mut self, status: Status) -> Result<Value, Raised> {
        let name = self.known_status_name(status);
        if !name.is_nil() {
            return Ok(name);
        }
        let (index, name) = status.name();
        let name = self.new_str(name.as_bytes())?;
        self.status_names[index] = name;
        Ok(name)
    }
    /// The same, or nil if nobody has asked.
    pub(crate) fn known_status_name(&self, status: Status) -> Value {
        self.status_names[status.name().0]
    }
    /// The thread whose code runs.
    pub fn running_thread(&self) -> Gc<Thread> {
        self.thread
    }
    /// Is it the thread that the run began on?
    pub fn running_is_main(&self) -> bool {
        self.thread == self.main_thread
    }
    /// Did the host begin a run on it? It can't yield then.
    pub(crate) fn running_began_run(&self) -> bool {
        self.thread == self.run_thread
    }
    /// 52COMPAT behaviour?
    pub fn is_compat52(&self) -> bool {
        self.compat52
    }
}
