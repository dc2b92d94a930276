//! Errors on their way up: to a protected call, out of a coroutine, or to the host.

use crate::value::Value;
use crate::value::thread::Status;
use crate::vm::Vm;
use crate::vm::call::{Action, Next};
use crate::vm::dispatch::Exit;
use crate::vm::frame::{self, CONT_SLOTS, Cont, Frame};
use crate::vm::native::Raised;
use crate::vm::run::{Stop, Then};
use crate::vm::stack::RESERVE;

impl Vm {
    /// Finds who catches the error and goes on there.
    pub(crate) fn unwind(&mut self, raised: Raised) -> Action {
        #[cfg(feature = "jit")]
        if !self.events.is_active() {
            self.interrupt_recording(crate::jit::trace::TraceAbort::Raised);
        }
        if raised == Raised::Interrupted {
            // The native function at `base` is called again when the run is resumed.
            self.stopped = Some(Stop {
                reason: self.interruption,
                native_step: Some(self.native_step),
                paid: self.end_credit(),
                then: Then::GoOn,
            });
            return Action::Done(Next::exit(Exit::Stopped));
        }
        if self.debugger.stops_at_errors() && self.stop_at_error() {
            return Action::Done(Next::exit(Exit::Stopped));
        }
        // SAFETY: frames are well formed.
        unsafe {
            let mut frame = Frame(self.base);
            let mut in_handler = false;
            loop {
                let link = frame.link();
                match link.kind() {
                    frame::CONT => {
                        let below = frame.0.sub(link.slots());
                        match frame.cont() {
                            Cont::Pcall => return self.caught(below),
                            Cont::Xpcall => {
                                // An error in the handler is not handled again, nor is the lack of memory or of all stack.
                                let handler = *below.add(1);
                                let is_final = self.error_value == self.memory_message.into()
                                    || self.error_value == self.overflow_message.into();
                                if in_handler || is_final {
                                    return self.caught(below);
                                }
                                return self.call_handler(handler, below);
                            }
                            Cont::Handler if !in_handler => {
                                in_handler = true;
                                if self.error_value != self.overflow_message.into() {
                                    self.error_value = self.error_error_message.into();
                                }
                            }
                            Cont::Finalizer => {
                                self.finalizer_ended();
                                self.report_finalizer_error();
                                self.close_upvalues(frame.0);
                                self.pc = core::ptr::with_exposed_provenance(
                                    frame.cont_operand() as usize
                                );
                                self.base = below;
                                return Action::Done(Next::RESUME);
                            }
                            Cont::NativeQuiet => {
                                self.finalizing = None;
                                self.report_finalizer_error();
                                self.close_upvalues(frame.0);
                                self.base = below;
                                self.top = frame.0.sub(CONT_SLOTS);
                                self.native_step = frame.cont_operand() as u32;
                                self.native_results = 0;
                                return Action::Reenter;
                            }
                            Cont::Hook => self.hook.abandon(),
                            Cont::Event => {
                                self.event_failed();
                                self.close_upvalues(frame.0);
                                self.base = below;
                                self.top = frame.0.sub(CONT_SLOTS);
                                let pc = core::ptr::with_exposed_provenance(
                                    frame.cont_operand() as usize
                                );
                                return Action::Done(self.event_returned(pc));
                            }
                            _ => {}
                        }
                        frame = Frame(below);
                    }
                    frame::ENTRY => return self.uncaught(frame),
                    _ => match frame.below() {
                        Some((below, _)) => frame = below,
                        None => return self.uncaught(frame),
                    },
                }
            }
        }
    }

    /// The protected call whose native frame is at `base` returns false and the error.
    unsafe fn caught(&mut self, base: *mut Value) -> Action {
        self.close_upvalues(base);
        self.base = base;
        // SAFETY: a protected call has at least its function's slot and the continuation's slots above its base.
        unsafe {
            *base = Value::FALSE;
            *base.add(1) = self.error_value;
        }
        self.error_value = Value::NIL;
        self.top = base.wrapping_add(2);
        self.shrink_overflowed_stack();
        if self.is_exhausted {
            self.collect_after_exhaustion();
        }
        Action::Return {
            src: self.base,
            n: 2,
        }
    }

    /// Calls an `xpcall`'s message handler on top of the stack of the error.
    unsafe fn call_handler(&mut self, handler: Value, xpcall: *mut Value) -> Action {
        let top = self.frame_top();
        let delta = (top as usize - self.base as usize) / size_of::<Value>() + CONT_SLOTS;
        let callee = top.wrapping_add(CONT_SLOTS);
        if handler.as_function().is_none() {
            self.error_value = self.error_error_message.into();
            // SAFETY: the caller found the protected call's frame there.
            return unsafe { self.caught(xpcall) };
        }
        // SAFETY: behind a frame lies the reserve.
        unsafe {
            // The pc tells the handler's traceback where the frame below stands, if it is a Lua function's.
            Frame(callee).make_cont(Cont::Handler, self.pc as u64, handler, delta);
            *callee = self.error_value;
        }
        self.base = callee;
        self.enter_at_base(1)
    }

    /// The message handler returned: its result takes the error's place.
    pub(crate) fn handler_returned(&mut self, value: Value) -> Action {
        self.error_value = value;
        // SAFETY: frames are well formed; the handler was called from somewhere above its `xpcall`.
        unsafe {
            let mut frame = Frame(self.base);
            loop {
                let link = frame.link();
                if link.kind() == frame::CONT && frame.cont() == Cont::Xpcall {
                    return self.caught(frame.0.sub(link.slots()));
                }
                match frame.below() {
                    Some((below, _)) => frame = below,
                    None => return self.uncaught(frame),
                }
            }
        }
    }

    /// The error reached the first frame of the run or of a coroutine.
    fn uncaught(&mut self, entry: Frame) -> Action {
        let thread = self.thread;
        let resumer = thread.resumer.get().filter(|_| self.run_thread != thread);
        let Some(resumer) = resumer else {
            if self.error_value != self.memory_message.into() {
                self.traceback = self.traceback_of_error();
            }
            self.close_upvalues(entry.0);
            return Action::Done(Next::exit(Exit::Error));
        };
        // The stack stays as it is, so that the dead coroutine can be looked at. A frame that was not entered for want of
        // room may reach behind it.
        let end = self.stack_limit.wrapping_add(RESERVE);
        self.top = self.frame_top().min(end);
        // As in LuaJIT, the line of the error itself isn't known any more.
        self.pc = core::ptr::null();
        let bottom = thread.stack.get();
        self.close_upvalues(bottom);
        thread.header.a.set(Status::Failed as u8);
        self.leave_thread(resumer);
        // SAFETY: the resumer waits in the native frame that resumed.
        unsafe { self.resume_failed(thread) }
    }
}
