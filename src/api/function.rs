//! Functions, and how the program calls them.

use super::convert::{FromLuaMulti, IntoLuaMulti, Slots};
use super::error::{Error, Result, frames};
use super::state::{Lua, Ref};
use crate::value::{Gc, Thread, Value as Raw};
use crate::vm::entry::Aside;
use crate::vm::run::{Outcome, StopReason};

/// A handle of a Lua function.
///
/// ```
/// # fn main() -> Result<(), perilune::api::Error> {
/// use perilune::api::{Function, Lua};
///
/// let lua = Lua::builder().build()?;
/// let div: Function = lua.load("return function(a, b) return math.floor(a / b), a % b end").eval()?;
/// let (quotient, rest): (i64, i64) = div.call((17, 5))?;
/// assert_eq!((quotient, rest), (3, 2));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Function(pub(super) Ref);

impl Function {
    /// Calls the function and waits for its end.
    ///
    /// A callback that calls this uses the host's stack; [`Builder::max_nesting`](super::Builder::max_nesting) bounds how often one within the other.
    ///
    /// # Errors
    /// The script's ([`Error::Runtime`], [`Error::Callback`], [`Error::Memory`]), those of the conversions, [`Error::NestingTooDeep`], and
    /// [`Error::OutOfFuel`] or [`Error::Interrupted`] when the run was stopped: [`Lua::resume`] goes on.
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let max: perilune::api::Function = lua.load("return math.max").eval()?;
    /// assert_eq!(max.call::<i32>((1, 3, 2))?, 3);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn call<R: FromLuaMulti>(&self, args: impl IntoLuaMulti) -> Result<R> {
        let lua = self.0.lua()?;
        let raw = self.0.raw()?;
        lua.call_raw(raw, args)
    }

    /// Something that tells functions apart while they live.
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let f = lua.load("return 1").into_function()?;
    /// assert_eq!(f.to_pointer(), f.clone().to_pointer());
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn to_pointer(&self) -> usize {
        self.0
            .raw()
            .ok()
            .and_then(Raw::as_function)
            .map_or(0, |function| function.as_ptr().addr())
    }
}

impl Lua {
    /// Calls a value, which is rooted or was found since the last safepoint.
    #[inline]
    pub(super) fn call_raw<R: FromLuaMulti>(
        &self,
        function: Raw,
        args: impl IntoLuaMulti,
    ) -> Result<R> {
        self.call_pushed(function, |lua| args.push_multi(lua))
    }

    /// The same with arguments that `push` pushes and counts.
    #[inline]
    pub(super) fn call_pushed<R: FromLuaMulti>(
        &self,
        function: Raw,
        push: impl FnOnce(&Lua) -> Result<usize>,
    ) -> Result<R> {
        self.call_parking(function, None, push)
    }

    /// The same; if the run stops in the coroutine `parks`, which the function resumes, it is left there to be resumed.
    #[inline]
    pub(super) fn call_parking<R: FromLuaMulti>(
        &self,
        function: Raw,
        parks: Option<Gc<Thread>>,
        push: impl FnOnce(&Lua) -> Result<usize>,
    ) -> Result<R> {
        let inner = self.inner();
        let depth = inner.depth.get();
        if depth >= inner.max_depth.get() || inner.inner_stop.get().is_some() {
            self.may_begin()?;
        }
        let (aside, is_pushed) = self.enter(|vm| {
            let aside = vm.set_aside();
            (aside, vm.push_callee(function).is_ok())
        })?;
        if !is_pushed {
            return self.failed(aside);
        }
        let nargs = match push(self) {
            Ok(nargs) => nargs,
            Err(error) => return self.not_begun(error, aside),
        };
        inner.depth.set(depth + 1);
        let ended = self.enter(|vm| {
            let outcome = vm.run_above(nargs);
            let len = vm.open_results;
            // Meaningful where the run returned.
            let start = vm.stack_height().wrapping_sub(len);
            (outcome, Slots { start, len })
        });
        inner.depth.set(depth);
        let (outcome, slots) = ended?;
        match outcome {
            Outcome::Returned => self.returned(slots, aside),
            Outcome::Failed => self.failed(aside),
            Outcome::Stopped(reason) => self.stopped(reason, aside, parks),
        }
    }

    /// Refuses a call that would be too deep, or part of a run that has to end.
    #[cold]
    fn may_begin(&self) -> Result<()> {
        let inner = self.inner();
        if let Some(reason) = inner.inner_stop.get() {
            if inner.depth.get() > 0 {
                return Err(Error::stop(reason));
            }
            inner.inner_stop.set(None);
        }
        if inner.depth.get() >= inner.max_depth.get() {
            return Err(Error::NestingTooDeep);
        }
        Ok(())
    }

    #[inline]
    fn returned<R: FromLuaMulti>(&self, slots: Slots, aside: Aside) -> Result<R> {
        let result = R::from_slots(self, slots);
        self.enter(|vm| vm.take_up(aside))?;
        result.map_err(unplaced)
    }

    #[cold]
    fn failed<R>(&self, aside: Aside) -> Result<R> {
        Err(self.enter(|vm| {
            let error = self.make_error(vm, frames(vm));
            vm.take_up_failed(aside);
            error
        })?)
    }

    #[cold]
    fn not_begun<R>(&self, error: Error, aside: Aside) -> Result<R> {
        self.enter(|vm| vm.take_up(aside))?;
        Err(error)
    }

    #[cold]
    fn stopped<R>(&self, reason: StopReason, aside: Aside, parks: Option<Gc<Thread>>) -> Result<R> {
        let inner = self.inner();
        if let Some(co) = parks
            && inner.inner_stop.get().is_none()
            && self.enter(|vm| vm.park(co))?
        {
            self.enter(|vm| vm.take_up(aside))?;
            inner
                .inner_stop
                .set((inner.depth.get() > 0).then_some(reason));
            return Err(Error::stop(reason));
        }
        let is_outermost = inner.depth.get() == 0 && inner.stopped.borrow().is_none();
        if is_outermost && inner.inner_stop.get().is_none() {
            inner.stopped.replace(Some(aside));
            return Err(Error::stop(reason));
        }
        self.enter(|vm| vm.take_up(aside))?;
        inner
            .inner_stop
            .set((inner.depth.get() > 0).then_some(reason));
        #[cfg(feature = "std")]
        if let Some(payload) = inner.panic.take() {
            extern crate std;
            inner.inner_stop.set(None);
            std::panic::resume_unwind(payload);
        }
        Err(Error::stop(reason))
    }

    /// Goes on with the run that stopped ([`Error::OutOfFuel`], [`Error::Interrupted`]), and gives its results.
    ///
    /// Only the outermost run can be resumed, and only if no callback was waiting for a call of its own within it: such a callback
    /// got the stop as an error, and its run is over. While a run is stopped, other calls are possible; if they are stopped too, they are over.
    ///
    /// # Errors
    /// [`Error::NothingToResume`], and as [`Function::call`].
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// use perilune::api::{Error, Lua};
    ///
    /// let lua = Lua::builder().fuel(1_000).build()?;
    /// let chunk = lua.load("local n = 0; for i = 1, 5000 do n = n + i end; return n");
    /// let mut result = chunk.eval::<i64>();
    /// let mut frames = 1;
    /// while let Err(Error::OutOfFuel) = result {
    ///     lua.set_fuel(Some(1_000))?;
    ///     result = lua.resume();
    ///     frames += 1;
    /// }
    /// assert_eq!(result?, 12_502_500);
    /// assert_eq!(frames, 6);
    /// # Ok(())
    /// # }
    /// ```
    pub fn resume<R: FromLuaMulti>(&self) -> Result<R> {
        let inner = self.inner();
        if inner.depth.get() > 0 {
            return Err(Error::NothingToResume);
        }
        let aside = inner.stopped.take().ok_or(Error::NothingToResume)?;
        inner.depth.set(1);
        let ended = self.enter(|vm| {
            let outcome = vm.resume_above();
            let len = vm.open_results;
            let start = vm.stack_height().wrapping_sub(len);
            (outcome, Slots { start, len })
        });
        inner.depth.set(0);
        match ended {
            Ok((Outcome::Returned, slots)) => self.returned(slots, aside),
            Ok((Outcome::Failed, _)) => self.failed(aside),
            Ok((Outcome::Stopped(reason), _)) => self.stopped(reason, aside, None),
            Err(error) => {
                inner.stopped.replace(Some(aside));
                Err(error)
            }
        }
    }

    /// Is there a run that [`Lua::resume`] would go on with?
    pub fn is_stopped(&self) -> bool {
        self.inner().stopped.borrow().is_some()
    }

    /// Gives the stopped run up: its coroutines stay suspended for ever, and its memory can be reclaimed.
    ///
    /// # Errors
    /// [`Error::Busy`] within a run.
    pub fn abandon(&self) -> Result<()> {
        let inner = self.inner();
        if inner.depth.get() > 0 {
            return Err(Error::Busy);
        }
        match inner.stopped.take() {
            Some(aside) => self.enter(|vm| vm.take_up(aside)),
            None => Ok(()),
        }
    }
}

/// A result is no argument.
fn unplaced(error: Error) -> Error {
    match error {
        Error::BadArgument { cause, .. } => *cause,
        other => other,
    }
}
