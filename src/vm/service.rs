//! What is done between instructions: fuel, interrupts, garbage collection steps, finalizers.

use core::time::Duration;

use crate::gc::{Heap, Roots};
use crate::stdlib::io::ROOTS as IO_ROOTS;
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::call::Next;
use crate::vm::dispatch::Exit;
use crate::vm::frame::Cont;
use crate::vm::meta::Event;
use crate::vm::native::{Flow, Raised};
use crate::vm::run::{Stop, StopReason, Then};

/// Back-edges and calls between two polls of the host's interrupt. Well below a millisecond of work.
pub(super) const SLICE: i64 = 20_000;
/// The same while the collector owes more work.
const SHORT_SLICE: i64 = 1000;

/// What work on `n` bytes at memory speed costs.
#[inline]
pub(crate) fn units_for_bytes(n: usize) -> u32 {
    const BYTES_PER_UNIT: usize = 64;
    const FREE: usize = 1024;
    if n <= FREE {
        return 0;
    }
    u32::try_from(n / BYTES_PER_UNIT).unwrap_or(u32::MAX)
}

impl Vm {
    /// A safepoint in a Lua function: `pc` is the next instruction.
    #[inline]
    pub(crate) fn safepoint(&mut self) -> Next {
        if self.heap.step_due() {
            self.collect_at_lua_frame();
        }
        Next::RESUME
    }

    #[cold]
    #[inline(never)]
    fn collect_at_lua_frame(&mut self) {
        self.top = self.frame_top();
        self.collect_step();
    }

    /// Runs a step of the collector. `top` is the end of the running thread's live slots.
    #[cold]
    #[inline(never)]
    pub(crate) fn collect_step(&mut self) {
        self.with_roots(|heap, roots| heap.step(roots));
    }

    /// Runs a full collection. Only between steps of native functions and at safepoints.
    pub fn collect_fully(&mut self) {
        self.with_roots(|heap, roots| {
            heap.full_collect(roots);
            true
        });
    }

    /// Makes room after "not enough memory" has been caught: what used the memory up may be garbage now.
    #[cold]
    pub(crate) fn collect_after_exhaustion(&mut self) {
        self.is_exhausted = false;
        let was_stopped = !self.heap.is_running();
        self.collect_fully();
        if was_stopped {
            self.heap.stop();
        }
    }

    /// Collects as much as the allocation of `bytes` would cause, and tells whether that ended a cycle. As [`Vm::collect_fully`].
    pub fn collect_by(&mut self, bytes: usize) -> bool {
        self.with_roots(|heap, roots| heap.step_by(roots, bytes))
    }

    fn with_roots(&mut self, collect: impl FnOnce(&mut Heap, &Roots<'_>) -> bool) -> bool {
        self.save_thread();
        #[cfg(feature = "jit")]
        let objects = self.take_jit_roots();
        let mut values = [Value::NIL; Self::ROOT_COUNT];
        self.write_roots(&mut values);
        let roots = Roots {
            values: &values,
            #[cfg(feature = "jit")]
            objects: &objects,
            main: self.main_thread,
            current: self.thread,
        };
        let begun = self.pause_clock();
        let finished = collect(&mut self.heap, &roots);
        let length = begun.zip(self.pause_clock());
        let length = length.map(|(begun, end)| end.saturating_sub(begun));
        self.heap.note_pause(length.map(Duration::from_nanos));
        #[cfg(feature = "jit")]
        self.after_jit_collection(objects);
        self.after_collection();
        finished
    }

    /// The host's clock in nanoseconds, if pauses are to be measured and it has one.
    #[inline]
    fn pause_clock(&mut self) -> Option<u64> {
        self.measures_pauses.then(|| self.host.cpu_time().ok())?
    }

    fn after_collection(&mut self) {
        if self.heap.has_finalizable() {
            self.request_service();
        }
    }

    /// Makes the next back-edge or call do a service.
    pub(crate) fn request_service(&mut self) {
        if self.budget > 0 {
            self.return_budget();
        }
    }

    const SINGLE_ROOTS: usize = 21;
    const ROOT_COUNT: usize =
        Self::SINGLE_ROOTS + IO_ROOTS + crate::value::Type::COUNT + Event::COUNT;

    fn write_roots(&self, roots: &mut [Value; Self::ROOT_COUNT]) {
        let single: [Value; Self::SINGLE_ROOTS] = [
            self.globals.into(),
            self.registry.into(),
            self.memory_message.into(),
            self.error_error_message.into(),
            self.overflow_message.into(),
            self.scratch.into(),
            self.error_value,
            self.hook.function,
            self.debugger.error,
            self.events.callbacks,
            self.events.queue,
            self.next_function,
            self.inner.table,
            self.ipairs_step,
            self.status_names[0],
            self.status_names[1],
            self.status_names[2],
            self.status_names[3],
            self.traceback.map_or(Value::NIL, Value::from),
            self.host_refs,
            self.run_thread.into(),
        ];
        let io: [Value; IO_ROOTS] = self.io.roots();
        let metatables = self
            .base_metatables
            .iter()
            .map(|mt| mt.map_or(Value::NIL, Value::from));
        let names = self.event_names.iter().map(|name| Value::from(*name));
        let all = single.into_iter().chain(io).chain(metatables).chain(names);
        for (slot, root) in roots.iter_mut().zip(all) {
            *slot = root;
        }
    }

    /// A finalizer ended, one way or another.
    pub(crate) fn finalizer_ended(&mut self) {
        self.finalizing = None;
        if self.heap.has_finalizable() {
            self.request_service();
        }
    }

    /// Takes `n` units from the budget. Whoever checks next stops the run if they weren't there.
    #[inline]
    pub(crate) fn charge_units(&mut self, n: u32) {
        self.native_paid = self.native_paid.saturating_add(n);
        self.budget -= i64::from(n);
    }

    /// The same for work on `n` bytes that is done at memory speed; few of them are free.
    #[inline]
    pub(crate) fn charge_for_bytes(&mut self, n: usize) {
        match units_for_bytes(n) {
            0 => {}
            units => self.charge_units(units),
        }
    }

    /// The budget ran out in a Lua function; `pc` is the next instruction.
    #[inline(never)]
    pub(crate) fn service(&mut self) -> Next {
        if let Some(stop) = self.refill() {
            self.stopped = Some(Stop {
                reason: stop,
                native_step: None,
                paid: 0,
                then: Then::GoOn,
            });
            return Next::exit(Exit::Stopped);
        }
        // Compiled loops that allocate nothing themselves look nowhere else.
        if self.heap.step_due() {
            self.collect_at_lua_frame();
            if self.heap.step_due() {
                self.shorten_slice();
            }
        }
        if self.heap.has_finalizable() && self.finalizing.is_none() {
            return self.run_finalizer();
        }
        Next::RESUME
    }

    /// The budget ran out at a native function, whose frame is at `base`.
    pub(crate) fn service_native(&mut self) -> Option<Next> {
        let stop = self.refill()?;
        self.stopped = Some(Stop {
            reason: stop,
            native_step: Some(self.native_step),
            paid: 0,
            then: Then::GoOn,
        });
        Some(Next::exit(Exit::Stopped))
    }

    /// Gets the next slice of fuel, or tells why there is none.
    pub(crate) fn refill(&mut self) -> Option<StopReason> {
        if self.profiler.is_on() {
            self.take_samples();
        }
        #[cfg(feature = "jit")]
        if self.profiler.is_whole_slice() {
            self.count_slice();
        }
        let slice = self.slice();
        let mut stop = None;
        let taken = i64::from(self.credit_left).min(slice - self.budget);
        self.credit_left -= taken as u32;
        self.budget += taken;
        if self.budget < 0 || taken == 0 {
            self.credit = 0;
            stop = self.refill_from_fuel();
        }
        if self.host.take_interrupt() {
            stop = Some(StopReason::Interrupted);
        }
        if let Some(reason) = stop {
            self.interruption = reason;
        }
        stop
    }

    /// Back-edges and calls between two polls.
    fn slice(&self) -> i64 {
        if self.profiler.is_on() {
            super::profile::SAMPLING_SLICE
        } else {
            SLICE
        }
    }

    fn refill_from_fuel(&mut self) -> Option<StopReason> {
        let slice = self.slice();
        let Some(fuel) = &mut self.fuel else {
            self.budget = slice;
            return None;
        };
        let wanted = (slice - self.budget).max(0) as u64;
        let taken = wanted.min(*fuel);
        *fuel -= taken;
        self.budget += taken as i64;
        (self.budget < 0).then_some(StopReason::OutOfFuel)
    }

    /// Lets the native function that is entered next do work for `paid` units again.
    pub(crate) fn begin_credit(&mut self, paid: u32) {
        if paid > 0 && self.budget > 0 {
            self.return_budget();
        }
        self.credit = paid;
        self.credit_left = paid;
    }

    /// What the running native function has paid, when it has to stop.
    pub(crate) fn end_credit(&mut self) -> u32 {
        let credit = core::mem::take(&mut self.credit);
        self.credit_left = 0;
        if credit == 0 {
            return self.native_paid;
        }
        // All of the budget is credit.
        self.budget = 0;
        credit
    }

    /// Makes the next service come soon.
    fn shorten_slice(&mut self) {
        let rest = self.budget - SHORT_SLICE;
        if self.credit == 0 && rest > 0 {
            if let Some(fuel) = &mut self.fuel {
                *fuel += rest as u64;
            }
            self.budget = SHORT_SLICE;
        }
    }

    /// Puts what is left of the budget back into the tank.
    fn return_budget(&mut self) {
        if let Some(fuel) = &mut self.fuel {
            *fuel += self.budget as u64;
        }
        self.budget = 0;
    }

    /// Calls the finalizer of one object; the interpreter goes on at `pc` afterwards.
    fn run_finalizer(&mut self) -> Next {
        #[cfg(feature = "jit")]
        self.interrupt_recording(crate::jit::trace::TraceAbort::Raised);
        while let Some(object) = self.heap.next_finalizable() {
            let finalizer = self.metatable_event(object.metatable.get(), Event::Gc);
            if finalizer.is_nil() {
                continue;
            }
            match self.call_meta(Cont::Finalizer, finalizer, &[object.into()]) {
                Ok(next) => {
                    self.finalizing = Some(self.thread);
                    return next;
                }
                Err(_) => self.report_finalizer_error(),
            }
        }
        Next::RESUME
    }

    /// For native functions: begins the call of the next finalizer that is due, with re-entry at `step` however it ends.
    pub fn call_next_finalizer(&mut self, step: u32) -> Result<Option<Flow>, Raised> {
        while let Some(object) = self.heap.next_finalizable() {
            let finalizer = self.metatable_event(object.metatable.get(), Event::Gc);
            if !finalizer.is_nil() {
                self.begin_call_as(Cont::NativeQuiet, finalizer, step)?;
                self.push(object.into())?;
                self.finalizing = Some(self.thread);
                return Ok(Some(Flow::Call { nargs: 1 }));
            }
        }
        Ok(None)
    }
}
