//! Calls and returns that the handlers don't do themselves: continuation frames, native functions, `__call`.

use crate::bytecode::Ins;
use crate::bytecode::Proto;
use crate::gc::{Heap, OutOfMemory};
use crate::value::{Function, Gc, Thread, Value};
use crate::vm::Vm;
use crate::vm::dispatch::Exit;
use crate::vm::frame::{self, CONT_SLOTS, Cont, FRAME_SLOTS, Frame, Link};
use crate::vm::meta::Event;
use crate::vm::native::{Flow, NativeResult, Raised};
use crate::vm::stack::MIN_NATIVE_SLOTS;

/// How the interpreter goes on after one of the state's functions. Two words, so that they come back in registers.
#[derive(Clone, Copy)]
pub struct Next {
    /// The first instruction of a function to enter, or null.
    header: *const Ins,
    /// Its number of arguments; without a function 0 to resume, else 1 + the [`Exit`].
    number: usize,
}

/// What a [`Next`] says.
pub enum Step {
    /// Go on at the state's `pc`, in the Lua frame at its `base`.
    Resume,
    /// Enter the function whose header is at `pc`; its frame slots and arguments are at the state's `base`.
    Enter {
        /// The function's first instruction.
        pc: *const Ins,
        /// How many arguments it gets.
        nargs: usize,
    },
    /// Go back to the host's stack.
    Exit(Exit),
}

impl Next {
    /// See [`Step::Resume`].
    pub const RESUME: Next = Next {
        header: core::ptr::null(),
        number: 0,
    };

    /// Of a hook: no event is due.
    pub(crate) const NO_EVENT: Next = Next {
        header: core::ptr::null(),
        number: usize::MAX,
    };

    /// Is it [`Next::NO_EVENT`]?
    #[inline(always)]
    pub(crate) fn is_no_event(self) -> bool {
        self.header.is_null() && self.number == usize::MAX
    }

    /// See [`Step::Enter`].
    #[inline(always)]
    pub fn enter(pc: *const Ins, nargs: usize) -> Next {
        Next {
            header: pc,
            number: nargs,
        }
    }
    /// See [`Step::Exit`].
    pub fn exit(exit: Exit) -> Next {
        Next {
            header: core::ptr::null(),
            number: 1 + exit as usize,
        }
    }
    /// What it says.
    #[inline(always)]
    pub fn step(self) -> Step {
        if !self.header.is_null() {
            return Step::Enter {
                pc: self.header,
                nargs: self.number,
            };
        }
        match self.number {
            0 => Step::Resume,
            n if n == 1 + Exit::Done as usize => Step::Exit(Exit::Done),
            n if n == 1 + Exit::Error as usize => Step::Exit(Exit::Error),
            _ => Step::Exit(Exit::Stopped),
        }
    }
}

/// What [`Vm::drive`] does next. It is a loop, so that native functions, continuations and errors may follow one another
/// in any order without using the host's stack.
pub(crate) enum Action {
    /// A native function came back.
    Native(NativeResult),
    /// The frame at `base` returns `n` values from `src`.
    Return { src: *mut Value, n: usize },
    /// The native function at `base` is called again.
    Reenter,
    /// An error is on its way up from the frame at `base`.
    Raise(Raised),
    /// Nothing more to do here.
    Done(Next),
}

impl Vm {
    /// Turns a result into the way to go on.
    #[inline]
    pub(crate) fn finish(&mut self, result: Result<Next, Raised>) -> Next {
        match result {
            Ok(next) => next,
            Err(raised) => self.drive(Action::Raise(raised)),
        }
    }

    /// A native function returned, and the quick way was not possible.
    #[cold]
    #[inline(never)]
    pub(crate) fn after_native(&mut self, result: NativeResult) -> Next {
        self.drive(Action::Native(result))
    }

    /// The frame at `base`, which no call instruction entered, returns.
    #[cold]
    #[inline(never)]
    pub(crate) fn return_over(&mut self, src: *mut Value, n: usize) -> Next {
        self.drive(Action::Return { src, n })
    }

    /// Acts until the interpreter can go on.
    pub(crate) fn drive(&mut self, mut action: Action) -> Next {
        loop {
            action = match action {
                Action::Native(result) => self.native_returned(result),
                Action::Return { src, n } => self.return_one_frame(src, n),
                Action::Reenter => self.invoke_native(),
                Action::Raise(raised) => self.unwind(raised),
                Action::Done(next) => return next,
            }
        }
    }

    /// Calls the native function whose frame is at `base`, at step `native_step`.
    fn invoke_native(&mut self) -> Action {
        self.native_paid = 0;
        // SAFETY: `base` is a complete frame of a native function.
        let native = unsafe { Frame(self.base).function().native.unwrap_unchecked() };
        Action::Native(native(self))
    }

    fn native_returned(&mut self, result: NativeResult) -> Action {
        let flow = match result {
            Ok(flow) => flow,
            Err(raised) => return Action::Raise(raised),
        };
        if self.heap.step_due() {
            // A hook may look at them yet.
            if let Flow::Return(n) = flow
                && self.hook.mask == 0
            {
                self.forget_arguments(n as usize);
            }
            self.collect_step();
        }
        match flow {
            Flow::Return(n) => {
                let n = n as usize;
                Action::Return {
                    src: self.top.wrapping_sub(n),
                    n,
                }
            }
            Flow::Call { nargs } => {
                let nargs = nargs as usize;
                self.base = self.top.wrapping_sub(nargs);
                self.enter_at_base(nargs)
            }
            Flow::TailCall { nargs } => {
                let nargs = nargs as usize;
                let args = self.top.wrapping_sub(nargs);
                // SAFETY: `begin_call` made a frame for the arguments; they move down into this function's own.
                unsafe {
                    *self.base.sub(2) = Frame(args).function_value();
                    core::ptr::copy(args, self.base, nargs);
                }
                self.top = self.base.wrapping_add(nargs);
                self.enter_at_base(nargs)
            }
            Flow::Again { step } => {
                self.native_step = step;
                self.charge_units(1);
                if self.budget < 0
                    && let Some(exit) = self.service_native()
                {
                    return Action::Done(exit);
                }
                Action::Reenter
            }
            Flow::Resume { nargs, wrap } => self.resume_coroutine(nargs as usize, wrap),
            Flow::Yield(n) => self.yield_coroutine(n as usize),
        }
    }

    /// A native function returns the top `n` slots: what lies below them is dead, and need not survive the cycle that begins now.
    #[cold]
    fn forget_arguments(&mut self, n: usize) {
        let results = self.top.wrapping_sub(n);
        let mut slot = self.base;
        while slot < results {
            // SAFETY: the function's own slots.
            unsafe { *slot = Value::NIL };
            slot = slot.wrapping_add(1);
        }
    }

    /// Enters the function at `base - 2`, which may be any value, with `nargs` arguments at `base`.
    pub(crate) fn enter_at_base(&mut self, nargs: usize) -> Action {
        match self.resolve_callee(nargs) {
            Ok((pc, nargs)) => Action::Done(Next::enter(pc, nargs)),
            Err(raised) => Action::Raise(raised),
        }
    }

    /// Makes sure that the value at `base - 2` is a function, through `__call` if need be. The link is written already.
    fn resolve_callee(&mut self, nargs: usize) -> Result<(*const Ins, usize), Raised> {
        // SAFETY: `base` has frame slots below it and `nargs` arguments above.
        unsafe {
            let callee = Frame(self.base).function_value();
            if let Some(f) = callee.as_function() {
                return Ok((f.pc.get(), nargs));
            }
            let handler = self.metamethod(callee, Event::Call);
            let Some(f) = handler.as_function() else {
                return Err(self.call_error(callee, nargs));
            };
            self.top = self.base.add(nargs);
            // An error for want of room looks at the frame, which has to be that of a function then.
            *self.base.sub(2) = handler;
            self.ensure_stack(self.top, 1)?;
            let base = self.base;
            core::ptr::copy(base, base.add(1), nargs);
            *base = callee;
            Ok((f.pc.get(), nargs + 1))
        }
    }

    /// A call instruction on a value that is no function.
    #[inline(never)]
    pub(crate) fn op_call_value(&mut self, f: *mut Value, nargs: usize) -> Next {
        // SAFETY: the instruction's operands lie in the frame; the two slots behind the function are the frame's.
        unsafe {
            let callee = *f;
            let handler = self.metamethod(callee, Event::Call);
            if handler.as_function().is_none() {
                let raised = self.operand_error(f, callee, "call");
                return self.finish(Err(raised));
            }
            self.base = f.add(FRAME_SLOTS);
            Frame(self.base).set_link(Link::lua(self.pc));
        }
        match self.resolve_callee(nargs) {
            Ok((pc, nargs)) => Next::enter(pc, nargs),
            Err(raised) => {
                self.frame_not_entered();
                self.finish(Err(raised))
            }
        }
    }

    /// A tail call of a value that is no function.
    #[inline(never)]
    pub(crate) fn op_tail_call_value(&mut self, f: *mut Value, nargs: usize) -> Next {
        // SAFETY: as above; the arguments are moved down, as the handler does it.
        unsafe {
            let callee = *f;
            if self.metamethod(callee, Event::Call).as_function().is_none() {
                let raised = self.operand_error(f, callee, "call");
                return self.finish(Err(raised));
            }
            let link = Frame(self.base).link();
            if link.kind() == frame::VARG {
                self.base = self.base.sub(link.slots());
            }
            *self.base.sub(2) = callee;
            core::ptr::copy(f.add(FRAME_SLOTS), self.base, nargs);
        }
        match self.resolve_callee(nargs) {
            Ok((pc, nargs)) => Next::enter(pc, nargs),
            Err(raised) => self.finish(Err(raised)),
        }
    }

    /// Grows the stack for a function whose frame didn't fit.
    #[inline(never)]
    pub(crate) fn op_grow_for_call(
        &mut self,
        header: *const Ins,
        nargs: usize,
        frame_size: usize,
    ) -> Next {
        let from = self.base;
        // A message that the stack overflowed has the line of the function's first instruction.
        self.pc = header.wrapping_add(2);
        match self.ensure_stack(from, nargs + FRAME_SLOTS + frame_size + 1) {
            Ok(()) => Next::enter(header, nargs),
            Err(raised) => {
                self.frame_not_entered();
                self.finish(Err(raised))
            }
        }
    }

    /// The function at `base` could not be entered: the error belongs to its caller.
    fn frame_not_entered(&mut self) {
        // SAFETY: links are well formed; a header's frame has one.
        unsafe {
            let frame = Frame(self.base);
            let link = frame.link();
            if link.kind() == frame::LUA {
                self.pc = link.return_pc();
                if let Some((below, _)) = frame.below() {
                    self.base = below.0;
                }
            }
        }
    }

    /// Grows the stack and executes the instruction before `pc` again.
    #[inline(never)]
    pub(crate) fn op_grow_and_repeat(&mut self, slots: usize) -> Next {
        let from = self.base;
        match self.ensure_stack(from, slots) {
            Ok(()) => {
                self.pc = self.pc.wrapping_sub(1);
                Next::RESUME
            }
            Err(raised) => self.finish(Err(raised)),
        }
    }

    /// A native function whose stack has no room, or which is called when a service is due.
    #[inline(never)]
    pub(crate) fn native_call_slow(&mut self) -> Next {
        let from = self.top;
        if let Err(raised) = self.ensure_stack(from, MIN_NATIVE_SLOTS) {
            self.frame_not_entered();
            return self.finish(Err(raised));
        }
        self.native_step = 0;
        self.charge_units(1);
        if self.budget < 0
            && let Some(next) = self.service_native()
        {
            return next;
        }
        self.drive(Action::Reenter)
    }

    /// The end of the slots that the frame at `base` uses: a Lua function's whole frame, a native function's `top`.
    pub(crate) fn frame_top(&self) -> *mut Value {
        // SAFETY: `base` is a complete frame of the running thread.
        let function = unsafe { Frame(self.base).function() };
        match function.proto() {
            Some(proto) => self.base.wrapping_add(proto.frame_size()),
            None => self.top,
        }
    }

    /// Calls `f` on behalf of the current Lua frame; `cont` says what happens with the results.
    pub(crate) fn call_meta(
        &mut self,
        cont: Cont,
        f: Value,
        args: &[Value],
    ) -> Result<Next, Raised> {
        let top = self.frame_top();
        self.call_meta_at(top, cont, f, args)
    }

    /// The same with the continuation frame at `top`, which lies in the frame or right behind it.
    pub(crate) fn call_meta_at(
        &mut self,
        top: *mut Value,
        cont: Cont,
        f: Value,
        args: &[Value],
    ) -> Result<Next, Raised> {
        let delta = (top as usize - self.base as usize) / size_of::<Value>() + CONT_SLOTS;
        let callee = top.wrapping_add(CONT_SLOTS);
        // SAFETY: behind a frame lies the reserve, which has room for a continuation frame and a few arguments.
        unsafe {
            Frame(callee).make_cont(cont, self.pc as u64, f, delta);
            for (i, arg) in args.iter().enumerate() {
                *callee.add(i) = *arg;
            }
        }
        let frame = self.base;
        self.base = callee;
        match self.resolve_callee(args.len()) {
            Ok((pc, nargs)) => Ok(Next::enter(pc, nargs)),
            Err(raised) => {
                self.base = frame;
                Err(raised)
            }
        }
    }

    /// The frame at `base` returns `n` values from `src` to whatever is below.
    fn return_one_frame(&mut self, src: *mut Value, n: usize) -> Action {
        // SAFETY: frames and links are well formed (see `frame`), results lie on the same stack.
        unsafe {
            let frame = Frame(self.base);
            let link = frame.link();
            match link.kind() {
                frame::LUA => {
                    let return_pc = link.return_pc();
                    let call = *return_pc.sub(1);
                    let dst = self.base.sub(FRAME_SLOTS);
                    let wanted = if call.b() == 0 { n } else { call.b() - 1 };
                    core::ptr::copy(src, dst, n.min(wanted));
                    for i in n..wanted {
                        *dst.add(i) = Value::NIL;
                    }
                    if call.b() == 0 {
                        self.open_results = n;
                    }
                    self.base = dst.sub(call.a());
                    self.pc = return_pc;
                    Action::Done(Next::RESUME)
                }
                frame::VARG => {
                    self.base = self.base.sub(link.slots());
                    Action::Return { src, n }
                }
                frame::CONT => self.return_to_cont(frame, link, src, n),
                _ => self.return_to_entry(src, n),
            }
        }
    }

    /// # Safety
    /// `frame` is the continuation frame at `base`, `link` its link.
    unsafe fn return_to_cont(
        &mut self,
        frame: Frame,
        link: Link,
        src: *mut Value,
        n: usize,
    ) -> Action {
        // SAFETY: the caller's promise.
        unsafe {
            let cont = frame.cont();
            let operand = frame.cont_operand();
            let first = if n > 0 { *src } else { Value::NIL };
            self.base = frame.0.sub(link.slots());
            let pc: *const Ins = core::ptr::with_exposed_provenance(operand as usize);
            match cont {
                Cont::Store => {
                    self.pc = pc;
                    let a = (*pc.sub(1)).a();
                    *self.base.add(a) = first;
                    Action::Done(Next::RESUME)
                }
                Cont::Finalizer => {
                    self.finalizer_ended();
                    self.pc = pc;
                    Action::Done(Next::RESUME)
                }
                Cont::Drop => {
                    self.pc = pc;
                    Action::Done(Next::RESUME)
                }
                Cont::JumpIfTrue | Cont::JumpIfFalse => {
                    let taken = first.is_falsy() == (cont == Cont::JumpIfFalse);
                    self.pc = if taken {
                        pc.offset((*pc).jump() + 1)
                    } else {
                        pc.add(1)
                    };
                    Action::Done(Next::RESUME)
                }
                Cont::Concat => {
                    self.pc = pc;
                    let last = frame.0.sub(CONT_SLOTS + 1);
                    Action::Done(self.concat_go_on(last, first))
                }
                Cont::Native | Cont::NativeQuiet => {
                    if cont == Cont::NativeQuiet {
                        self.finalizing = None;
                    }
                    let dst = frame.0.sub(CONT_SLOTS);
                    core::ptr::copy(src, dst, n);
                    self.top = dst.add(n);
                    self.native_results = n as u32;
                    self.native_step = operand as u32;
                    let from = self.top;
                    if let Err(raised) = self.ensure_stack(from, MIN_NATIVE_SLOTS) {
                        return Action::Raise(raised);
                    }
                    Action::Reenter
                }
                Cont::Pcall | Cont::Xpcall => {
                    // The link below the results is read, so `true` may take its place.
                    let src = src.sub(1);
                    *src = Value::TRUE;
                    Action::Return { src, n: n + 1 }
                }
                Cont::Handler => self.handler_returned(first),
                Cont::Hook => {
                    self.top = frame.0.sub(CONT_SLOTS);
                    Action::Done(self.hook_returned(pc))
                }
                Cont::Event => {
                    self.top = frame.0.sub(CONT_SLOTS);
                    Action::Done(self.event_returned(pc))
                }
            }
        }
    }

    /// A new closure of `proto` in slot `a`.
    #[inline(never)]
    pub(crate) fn new_closure(&mut self, proto: Gc<Proto>, a: usize) -> Next {
        let result = self.try_new_closure(proto);
        match result {
            Ok(f) => {
                // SAFETY: `a` is an operand of the instruction.
                unsafe { *self.base.add(a) = f };
                self.safepoint()
            }
            Err(raised) => self.finish(Err(raised)),
        }
    }

    fn try_new_closure(&mut self, proto: Gc<Proto>) -> Result<Value, Raised> {
        // SAFETY: `base` is the frame of the Lua function that creates the closure; the verifier checked captures against its slots and
        // upvalues.
        let closure = unsafe {
            let parent = Frame(self.base).function();
            closure(&mut self.heap, self.thread, proto, parent, self.base)
        };
        match closure {
            Ok(f) => Ok(f.into()),
            Err(OutOfMemory) => Err(self.memory_error()),
        }
    }
}

/// A closure of `proto`, made by `parent` in the frame at `base` of `thread`, which runs.
///
/// # Safety
/// The frame has the slots, and the parent the upvalues, that the prototype captures.
pub(crate) unsafe fn closure(
    heap: &mut Heap,
    thread: Gc<Thread>,
    proto: Gc<Proto>,
    parent: Gc<Function>,
    base: *mut Value,
) -> Result<Gc<Function>, OutOfMemory> {
    let captures = proto.captures();
    let closure = heap.new_lua_function(proto, parent.env.get(), captures.len() as u8)?;
    for (i, capture) in captures.iter().enumerate() {
        let upvalue = if capture.is_local() {
            let slot = base.wrapping_add(capture.index());
            heap.find_upvalue(thread, slot, capture.is_immutable())?
        } else {
            // SAFETY: the caller's promise.
            unsafe { *parent.lua_upvalue_ptr(capture.index()) }
        };
        // SAFETY: the closure is new, no barrier is needed, and has room for `captures.len()` upvalues.
        unsafe { *closure.lua_upvalue_ptr(i) = upvalue };
    }
    Ok(closure)
}
