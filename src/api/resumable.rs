//! Callbacks in steps: they call scripts and yield without using the host's stack.

use super::callback::call_step;
use super::convert::{FromLuaMulti, IntoLuaMulti};
use super::error::{Error, Result};
use super::function::Function;
use super::multi::MultiValue;
use super::state::Lua;
use super::userdata::cell;
use super::value::Value;
use crate::value::Value as Raw;
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult};

/// How a [`Resumable`] goes on.
#[derive(Debug)]
pub enum Step {
    /// It returns these values.
    Return(MultiValue),
    /// It calls a value; the next step gets the results. An error ends the activation, unless what it calls is `pcall`.
    Call(Value, MultiValue),
    /// It yields; the next step gets what the coroutine is resumed with.
    Yield(MultiValue),
}

impl Step {
    /// Returns these values.
    ///
    /// # Errors
    /// Those of the conversion.
    pub fn ret(lua: &Lua, values: impl IntoLuaMulti) -> Result<Step> {
        Ok(Step::Return(values.into_lua_multi(lua)?))
    }

    /// Calls a function.
    ///
    /// # Errors
    /// Those of the conversion.
    pub fn call(lua: &Lua, function: &Function, args: impl IntoLuaMulti) -> Result<Step> {
        let function = Value::Function(function.clone());
        Ok(Step::Call(function, args.into_lua_multi(lua)?))
    }

    /// Yields these values.
    ///
    /// # Errors
    /// Those of the conversion.
    pub fn yield_(lua: &Lua, values: impl IntoLuaMulti) -> Result<Step> {
        Ok(Step::Yield(values.into_lua_multi(lua)?))
    }
}

/// One activation of a callback in steps. Any `FnMut(&Lua, MultiValue) -> Result<Step>` is one.
pub trait Resumable: 'static {
    /// Does the next step. The first one gets no values, each other one what the step before asked for.
    ///
    /// # Errors
    /// Any; it is raised in the script that called, and the activation is over.
    fn step(&mut self, lua: &Lua, values: MultiValue) -> Result<Step>;
}

impl<F: FnMut(&Lua, MultiValue) -> Result<Step> + 'static> Resumable for F {
    fn step(&mut self, lua: &Lua, values: MultiValue) -> Result<Step> {
        self(lua, values)
    }
}

impl Lua {
    /// A function in steps: `begin` makes an activation from the arguments, and the engine does its steps.
    ///
    /// Unlike a callback that uses [`Function::call`], it needs no host stack for the calls it makes, coroutines may yield across it, and a
    /// run that stops within can be resumed.
    ///
    /// # Errors
    /// [`Error::Memory`]
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// use perilune::api::{Function, Lua, MultiValue, Step};
    ///
    /// let lua = Lua::builder().build()?;
    /// // twice(f, x) = f(f(x))
    /// let twice = lua.create_resumable(|_, (f, x): (Function, i64)| {
    ///     let mut calls = 0;
    ///     Ok(move |lua: &Lua, values: MultiValue| {
    ///         calls += 1;
    ///         match calls {
    ///             1 => Step::call(lua, &f, x),
    ///             2 => Step::call(lua, &f, values),
    ///             _ => Ok(Step::Return(values)),
    ///         }
    ///     })
    /// })?;
    /// lua.globals().set("twice", twice)?;
    /// let y: i64 = lua
    ///     .load("return coroutine.wrap(function() return twice(function(x) coroutine.yield() return x * 3 end, 5) end)")
    ///     .eval::<Function>()
    ///     .and_then(|f| { f.call::<()>(())?; f.call::<()>(())?; f.call(()) })?;
    /// assert_eq!(y, 45);
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_resumable<F, A, S>(&self, begin: F) -> Result<Function>
    where
        F: Fn(&Lua, A) -> Result<S> + 'static,
        A: FromLuaMulti,
        S: Resumable,
    {
        self.create_native(activation::<F, A, S>, begin)
    }
}

/// Marks the cached native function that yields.
struct Yield;

/// `coroutine.yield`, whatever scripts have made of that name.
fn yield_(vm: &mut Vm) -> NativeResult {
    Ok(Flow::Yield(vm.nargs() as u32))
}

/// The native function of a callback in steps. Slot 0 holds the activation.
fn activation<F, A, S>(vm: &mut Vm) -> NativeResult
where
    F: Fn(&Lua, A) -> Result<S> + 'static,
    A: FromLuaMulti,
    S: Resumable,
{
    let (begin, step) = (vm.upvalue(0), vm.step());
    let results = vm.results() as usize;
    call_step(vm, |lua, slots| {
        let values = if step == 0 {
            let begin = cell::borrow::<F>(begin).map_err(|_| Error::CallbackDestructed)?;
            let state = begin(lua, A::from_slots(lua, slots)?)?;
            lua.try_enter(|vm| vm.set_nargs(1))?;
            lua.enter(|vm| {
                let state = cell::new(vm, state)?;
                vm.set_arg(0, state.into());
                Ok(())
            })??;
            MultiValue::new()
        } else {
            let slots = slots.from(slots.len - results);
            let values = MultiValue::from_slots(lua, slots)?;
            lua.enter(|vm| vm.truncate(1))?;
            values
        };
        let state = lua.enter(|vm| vm.arg(0))?;
        let next = cell::borrow_mut::<S>(state)?.step(lua, values)?;
        follow(lua, next)
    })
}

/// Tells the engine what a step asks for.
fn follow(lua: &Lua, step: Step) -> Result<Flow> {
    match step {
        Step::Return(values) => Ok(Flow::Return(values.push_multi(lua)? as u32)),
        Step::Call(function, values) => begin_call(lua, function.to_raw(lua)?, values),
        Step::Yield(values) => {
            let yields = lua.cached::<Yield>(|lua| {
                lua.enter(|vm| match vm.new_native(yield_, 0, &[]) {
                    Ok(function) => lua.new_ref_in(vm, function.into()),
                    Err(_) => Err(Error::Memory),
                })?
            })?;
            begin_call(lua, yields.raw()?, values)
        }
    }
}

fn begin_call(lua: &Lua, function: Raw, values: MultiValue) -> Result<Flow> {
    lua.try_enter(|vm| vm.begin_call(function, 1))?;
    let nargs = values.push_multi(lua)? as u32;
    Ok(Flow::Call { nargs })
}
