//! Functions of the program that scripts call.
//!
//! # Panics
//! The engine doesn't unwind. With the feature `std` a panic in a callback is caught where the script called it, ends the run like an
//! interrupt (no `pcall` sees it), and goes on in whoever began the run; the state stays usable. Without `std` it ends the program.

use core::cell::RefCell;

use super::convert::{FromLuaMulti, IntoLuaMulti, Slots};
use super::error::{Error, Result, try_format};
use super::function::Function;
use super::state::{Lua, with_lua};
use super::userdata::{self, cell};
use crate::value::Value as Raw;
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeFn, NativeResult, Raised};
use crate::vm::run::StopReason;

impl Lua {
    /// A Lua function that calls a Rust one. Arguments and results are converted; a conversion that fails is a Lua error that names
    /// the argument.
    ///
    /// # Errors
    /// [`Error::Memory`]
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// use perilune::api::{Lua, Variadic};
    ///
    /// let lua = Lua::builder().build()?;
    /// let sum = lua.create_function(|_, numbers: Variadic<f64>| Ok(numbers.iter().sum::<f64>()))?;
    /// lua.globals().set("sum", sum)?;
    /// assert_eq!(lua.load("return sum(1, 2, 3.5)").eval::<f64>()?, 6.5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_function<F, A, R>(&self, function: F) -> Result<Function>
    where
        F: Fn(&Lua, A) -> Result<R> + 'static,
        A: FromLuaMulti,
        R: IntoLuaMulti,
    {
        self.create_native(trampoline::<F, A, R>, function)
    }

    /// The same with a function that changes what it owns. It must not be called while it runs ([`Error::RecursiveMutCallback`]).
    pub fn create_function_mut<F, A, R>(&self, function: F) -> Result<Function>
    where
        F: FnMut(&Lua, A) -> Result<R> + 'static,
        A: FromLuaMulti,
        R: IntoLuaMulti,
    {
        let function = RefCell::new(function);
        self.create_function(move |lua, args: A| {
            let mut function = function
                .try_borrow_mut()
                .map_err(|_| Error::RecursiveMutCallback)?;
            function(lua, args)
        })
    }

    /// A native function whose upvalue is userdata with `state`.
    pub(super) fn create_native<T: 'static>(&self, code: NativeFn, state: T) -> Result<Function> {
        self.safepoint()?;
        let reference = self.enter(|vm| {
            let userdata = cell::new(vm, state)?;
            match vm.new_native(code, 0, &[userdata.into()]) {
                Ok(function) => self.new_ref_in(vm, function.into()),
                Err(_) => Err(Error::Memory),
            }
        })??;
        Ok(Function(reference))
    }
}

/// The native function that calls an `F`.
fn trampoline<F, A, R>(vm: &mut Vm) -> NativeResult
where
    F: Fn(&Lua, A) -> Result<R> + 'static,
    A: FromLuaMulti,
    R: IntoLuaMulti,
{
    let function = vm.upvalue(0);
    call_back(vm, |lua, args| {
        let function = cell::borrow::<F>(function).map_err(|_| Error::CallbackDestructed)?;
        let args = A::from_slots(lua, args)?;
        function(lua, args)?.push_multi(lua)
    })
}

/// Calls a callback that pushes its results and says how many.
#[inline]
pub(super) fn call_back(
    vm: &mut Vm,
    callback: impl FnOnce(&Lua, Slots) -> Result<usize>,
) -> NativeResult {
    call_step(vm, |lua, args| {
        Ok(Flow::Return(callback(lua, args)? as u32))
    })
}

/// Calls a callback that says how the native function goes on.
#[inline]
pub(super) fn call_step(
    vm: &mut Vm,
    callback: impl FnOnce(&Lua, Slots) -> Result<Flow>,
) -> NativeResult {
    let args = Slots {
        start: vm.base_height(),
        len: vm.nargs(),
    };
    let (result, stop) = with_lua(vm, |lua| {
        let result = bounded(lua, || callback(lua, args));
        (result, lua.inner().inner_stop.get())
    });
    match (result, stop) {
        (Ok(flow), None) => Ok(flow),
        (Err(error), None) => Err(raise(vm, error)),
        (_, Some(reason)) => Err(stop_run(vm, reason)),
    }
}

/// Ends the run; no `pcall` catches it.
#[cold]
pub(super) fn stop_run(vm: &mut Vm, reason: StopReason) -> Raised {
    with_lua(vm, |lua| lua.inner().inner_stop.set(Some(reason)));
    vm.interruption = reason;
    Raised::Interrupted
}

/// Keeps panics from unwinding into the engine.
#[cfg(feature = "std")]
#[inline]
pub(super) fn bounded<R>(lua: &Lua, callback: impl FnOnce() -> Result<R>) -> Result<R> {
    extern crate std;
    let callback = std::panic::AssertUnwindSafe(callback);
    match std::panic::catch_unwind(callback) {
        Ok(result) => result,
        Err(payload) => {
            // Whoever sees the panic sees the callback's half-done work, as with any other panic.
            lua.inner().panic.replace(Some(payload));
            lua.inner().inner_stop.set(Some(StopReason::Interrupted));
            Err(Error::Interrupted)
        }
    }
}

/// Keeps panics from unwinding into the engine.
#[cfg(not(feature = "std"))]
#[inline]
pub(super) fn bounded<R>(_: &Lua, callback: impl FnOnce() -> Result<R>) -> Result<R> {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            // A panic while panicking ends the program.
            panic!("a panic in a callback can't unwind through the engine");
        }
    }
    let bomb = Bomb;
    let result = callback();
    core::mem::forget(bomb);
    result
}

/// Raises the error of a callback in the script that called it.
#[cold]
pub(super) fn raise(vm: &mut Vm, error: Error) -> Raised {
    match error {
        Error::Memory => vm.memory_error(),
        Error::OutOfFuel => stop_run(vm, StopReason::OutOfFuel),
        Error::Interrupted => stop_run(vm, StopReason::Interrupted),
        Error::BadArgument { position, cause } => {
            vm.arg_error(position.saturating_sub(1), format_args!("{cause}"))
        }
        // With frames, it has a position already.
        Error::Runtime { message, frames } if !frames.is_empty() => {
            vm.error_bytes(message.as_bytes())
        }
        Error::Runtime { message, .. } => vm.error_message(message.as_bytes()),
        error @ (Error::FromLua { .. } | Error::IntoLua { .. }) => {
            vm.error(format_args!("{error}"))
        }
        Error::Callback { cause, .. } => raise_object(vm, *cause),
        error => raise_object(vm, error),
    }
}

/// Raises an object that holds the error.
fn raise_object(vm: &mut Vm, error: Error) -> Raised {
    let object = with_lua(vm, |lua| -> Result<Raw> {
        let metatable = userdata::metatable_of::<Error>(lua, |lua| {
            let metatable = lua.create_table()?;
            metatable.raw_set("__name", "error")?;
            metatable.raw_set("__metatable", false)?;
            metatable.raw_set("__tostring", lua.create_native(error_text, ())?)?;
            Ok(metatable)
        })?;
        lua.enter(|vm| {
            let object = cell::new(vm, error)?;
            let metatable = metatable.raw_for(lua)?;
            vm.set_metatable_of(object.into(), metatable.as_table());
            Ok(object.into())
        })?
    });
    match object {
        Ok(object) => vm.error_with(object),
        Err(_) => vm.memory_error(),
    }
}

/// `tostring` of an error object.
fn error_text(vm: &mut Vm) -> NativeResult {
    let object = vm.arg(0);
    let text = match cell::borrow::<Error>(object) {
        Ok(error) => try_format(format_args!("{}", *error)),
        Err(_) => try_format(format_args!("error")),
    };
    match text {
        Ok(text) => {
            let text = vm.new_str(text.as_bytes())?;
            vm.ret(text)
        }
        Err(_) => Err(vm.memory_error()),
    }
}
