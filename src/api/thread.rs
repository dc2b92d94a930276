//! Coroutines.

extern crate alloc;
use alloc::vec::Vec;

use super::convert::{FromLuaMulti, IntoLua, IntoLuaMulti, Slots};
use super::error::{Error, Result, frames_of};
use super::function::Function;
use super::multi::MultiValue;
use super::state::{Lua, Ref};
use crate::value::thread::Status;
use crate::value::{Gc, Thread as RawThread};
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult};

/// A handle of a coroutine.
///
/// A coroutine is also how a program keeps several runs that were stopped, as a game does that gives each script some fuel per frame: when
/// [`Thread::resume`] fails with [`Error::OutOfFuel`] or [`Error::Interrupted`], the coroutine stands where it was, and the next `resume` goes on there.
///
/// ```
/// # fn main() -> Result<(), perilune::api::Error> {
/// use perilune::api::{Lua, Thread, ThreadStatus};
///
/// let lua = Lua::builder().build()?;
/// let thread: Thread = lua
///     .load("return coroutine.create(function(a) local b = coroutine.yield(a + 1) return a * b end)")
///     .eval()?;
/// assert_eq!(thread.resume::<i64>(20)?, 21);
/// assert_eq!(thread.resume::<i64>(3)?, 60);
/// assert_eq!(thread.status()?, ThreadStatus::Finished);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Thread(pub(super) Ref);

/// What a coroutine is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ThreadStatus {
    /// Not begun, yielded, or stopped: it can be resumed.
    Resumable,
    /// It runs, or waits for a coroutine that it resumed.
    Running,
    /// Its function returned.
    Finished,
    /// An error ended it.
    Error,
}

/// Marks the cached native function that resumes.
struct Resume;

impl Lua {
    /// A coroutine that will call the function.
    ///
    /// # Errors
    /// [`Error::Memory`], [`Error::WrongState`], and [`Error::Runtime`] where there are as many as
    /// [`Builder::max_coroutines`](super::Builder::max_coroutines) says.
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let body = lua.load("local a = ... local b = coroutine.yield(a + 1) return a + b").into_function()?;
    /// let thread = lua.create_thread(&body)?;
    /// assert_eq!(thread.resume::<i32>(1)?, 2);
    /// assert_eq!(thread.resume::<i32>(10)?, 11);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn create_thread(&self, function: &Function) -> Result<Thread> {
        self.safepoint()?;
        let function = function.0.raw_for(self)?;
        let reference = self.enter(|vm| match vm.new_coroutine(function) {
            Ok(thread) => self.new_ref_in(vm, thread.into()),
            Err(_) => Err(self.make_error(vm, Vec::new())),
        })??;
        Ok(Thread(reference))
    }

    /// The coroutine that runs, or the main thread.
    ///
    /// # Errors
    /// [`Error::Memory`]
    pub fn current_thread(&self) -> Result<Thread> {
        let reference = self.enter(|vm| {
            let thread = vm.current_thread();
            self.new_ref_in(vm, thread.into())
        })??;
        Ok(Thread(reference))
    }
}

/// `coroutine.resume`, whatever scripts have made of that name.
fn resume(vm: &mut Vm) -> NativeResult {
    Ok(Flow::Resume {
        nargs: vm.nargs().saturating_sub(1) as u32,
        wrap: false,
    })
}

/// The results of `resume`.
struct Resumed<R>(core::result::Result<R, Error>);

impl<R: FromLuaMulti> FromLuaMulti for Resumed<R> {
    fn from_lua_multi(_: MultiValue, _: &Lua) -> Result<Self> {
        Err(Error::Busy)
    }
    fn from_slots(lua: &Lua, slots: Slots) -> Result<Self> {
        if !lua.slot_raw(slots.at(0))?.is_falsy() {
            return Ok(Resumed(R::from_slots(lua, slots.from(1))));
        }
        let value = lua.slot_raw(slots.at(1))?;
        let error = lua.enter(|vm| {
            vm.error_value = value;
            lua.make_error(vm, Vec::new())
        })?;
        Ok(Resumed(Err(error)))
    }
}

impl Thread {
    fn raw_thread(&self) -> Result<Gc<RawThread>> {
        self.0.raw()?.as_thread().ok_or(Error::StateDropped)
    }

    /// Runs the coroutine until it yields or ends, and gives what it yields or returns. A coroutine that was stopped takes no arguments.
    ///
    /// # Errors
    /// The script's, those of the conversions, [`Error::CoroutineUnresumable`], [`Error::NestingTooDeep`], [`Error::OutOfFuel`],
    /// [`Error::Interrupted`].
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let body = lua.load("coroutine.yield(1) return 2").into_function()?;
    /// let thread = lua.create_thread(&body)?;
    /// assert_eq!((thread.resume::<i32>(())?, thread.resume::<i32>(())?), (1, 2));
    /// assert!(thread.resume::<i32>(()).is_err());
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn resume<R: FromLuaMulti>(&self, args: impl IntoLuaMulti) -> Result<R> {
        let lua = self.0.lua()?;
        if self.status()? != ThreadStatus::Resumable {
            return Err(Error::CoroutineUnresumable);
        }
        let thread = self.raw_thread()?;
        let resume = lua.cached::<Resume>(|lua| {
            lua.enter(|vm| match vm.new_native(resume, 0, &[]) {
                Ok(function) => lua.new_ref_in(vm, function.into()),
                Err(_) => Err(Error::Memory),
            })?
        })?;
        let raw = resume.raw()?;
        let parks = Some(thread);
        let result = lua.call_parking(raw, parks, |lua| {
            self.push_to_stack(lua)?;
            Ok(1 + args.push_multi(lua)?)
        });
        match result {
            Ok(Resumed(Ok(values))) => Ok(values),
            Ok(Resumed(Err(error))) => Err(self.with_frames(&lua, error)),
            Err(error) => Err(error),
        }
    }

    /// Adds the functions that were active when the coroutine failed.
    fn with_frames(&self, lua: &Lua, mut error: Error) -> Error {
        if let Error::Runtime { frames, .. } | Error::Callback { frames, .. } = &mut error
            && let Ok(thread) = self.raw_thread()
            && let Ok(found) = lua.enter(|vm| frames_of(vm, thread))
        {
            *frames = found;
        }
        error
    }

    /// What it is doing.
    ///
    /// # Errors
    /// [`Error::StateDropped`]
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// use perilune::api::ThreadStatus;
    /// let body = lua.load("coroutine.yield()").into_function()?;
    /// let thread = lua.create_thread(&body)?;
    /// assert_eq!(thread.status()?, ThreadStatus::Resumable);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn status(&self) -> Result<ThreadStatus> {
        let thread = self.raw_thread()?;
        Ok(match thread.status() {
            _ if thread.is_parked() => ThreadStatus::Resumable,
            Status::Fresh | Status::Suspended => ThreadStatus::Resumable,
            Status::Running | Status::Normal => ThreadStatus::Running,
            Status::Finished => ThreadStatus::Finished,
            Status::Failed => ThreadStatus::Error,
        })
    }

    /// Was it stopped, by want of fuel or an interrupt, rather than that it yielded?
    pub fn is_stopped(&self) -> bool {
        self.raw_thread().is_ok_and(|thread| thread.is_parked())
    }
}
