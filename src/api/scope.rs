//! Lending: callbacks and values that scripts may use for a while, although they borrow.

extern crate alloc;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::marker::PhantomData;
use core::ptr::NonNull;

use super::callback::call_back;
use super::convert::{FromLuaMulti, IntoLuaMulti, Slots};
use super::error::{Error, Result};
use super::function::Function;
use super::state::{Lua, Ref, try_box};
use super::userdata::cell::{self, Loan, ScopedCall};
use super::userdata::{AnyUserData, UserData, metatable};
use crate::value::Value as Raw;
use crate::vm::Vm;
use crate::vm::native::NativeResult;

/// What [`Lua::scope`] gives to its function.
pub struct Scope<'scope, 'env: 'scope> {
    lua: Lua,
    loans: RefCell<Vec<Loan>>,
    scope: PhantomData<fn(&'scope ()) -> &'scope ()>,
    env: PhantomData<fn(&'env ()) -> &'env ()>,
}

impl Lua {
    /// Lends callbacks and values that borrow from the program to scripts until the given function returns. What scripts
    /// keep of them fails afterwards.
    ///
    /// # Errors
    /// The function's.
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// use perilune::api::{Function, Lua};
    ///
    /// let lua = Lua::builder().build()?;
    /// let mut lines = Vec::new();
    /// lua.scope(|scope| {
    ///     let push = scope.create_function_mut(|_, line: String| { lines.push(line); Ok(()) })?;
    ///     lua.globals().set("push", push)?;
    ///     lua.load("push 'one' push 'two'").exec()
    /// })?;
    /// assert_eq!(lines, ["one", "two"]);
    /// assert!(lua.load("push 'three'").exec().is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn scope<'env, R>(
        &self,
        work: impl for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> Result<R>,
    ) -> Result<R> {
        /// Ends the loans, also when a panic goes through.
        struct Ends<'a>(&'a RefCell<Vec<Loan>>);
        impl Drop for Ends<'_> {
            fn drop(&mut self) {
                // What is dropped may be the program's, and is dropped outside of the borrow.
                while let Some(loan) = { self.0.borrow_mut().pop() } {
                    loan.end();
                }
            }
        }
        let scope = Scope {
            lua: self.clone(),
            loans: RefCell::new(Vec::new()),
            scope: PhantomData,
            env: PhantomData,
        };
        let _ends = Ends(&scope.loans);
        work(&scope)
    }
}

/// A callback with its types.
struct Typed<F, A, R>(F, PhantomData<fn(A) -> R>);

impl<F, A, R> ScopedCall for Typed<F, A, R>
where
    F: Fn(&Lua, A) -> Result<R>,
    A: FromLuaMulti,
    R: IntoLuaMulti,
{
    fn call(&self, lua: &Lua, args: Slots) -> Result<usize> {
        let args = A::from_slots(lua, args)?;
        (self.0)(lua, args)?.push_multi(lua)
    }
}

/// The native function that calls what a scope lent.
fn trampoline(vm: &mut Vm) -> NativeResult {
    let callback = vm.upvalue(0);
    call_back(vm, |lua, args| cell::call_lent(callback, lua, args))
}

impl<'scope, 'env: 'scope> Scope<'scope, 'env> {
    /// As [`Lua::create_function`], with a function that may borrow.
    ///
    /// # Errors
    /// [`Error::Memory`]
    pub fn create_function<F, A, R>(&'scope self, function: F) -> Result<Function>
    where
        F: Fn(&Lua, A) -> Result<R> + 'scope,
        A: FromLuaMulti + 'scope,
        R: IntoLuaMulti + 'scope,
    {
        let callback: Box<dyn ScopedCall + 'scope> = try_box(Typed(function, PhantomData))?;
        self.reserve()?;
        let lua = &self.lua;
        let userdata = lua.enter(|vm| -> Result<Ref> {
            // SAFETY: the loan is noted below, or ended at once where that isn't possible. `Lua::scope` ends all loans before 'scope
            // does.
            let userdata = unsafe { cell::lend_callback(vm, callback)? };
            lua.new_ref_in(vm, userdata.into())
                .inspect_err(|_| cell::end_callback(userdata.into()))
        })??;
        let raw: Raw = userdata.raw()?;
        self.loans.borrow_mut().push(Loan::Callback(userdata));
        let function = lua.enter(|vm| match vm.new_native(trampoline, 0, &[raw]) {
            Ok(function) => lua.new_ref_in(vm, function.into()),
            Err(_) => Err(Error::Memory),
        })??;
        Ok(Function(function))
    }

    /// As [`Lua::create_function_mut`], with a function that may borrow.
    ///
    /// # Errors
    /// [`Error::Memory`]
    pub fn create_function_mut<F, A, R>(&'scope self, function: F) -> Result<Function>
    where
        F: FnMut(&Lua, A) -> Result<R> + 'scope,
        A: FromLuaMulti + 'scope,
        R: IntoLuaMulti + 'scope,
    {
        let function = RefCell::new(function);
        self.create_function(move |lua, args: A| {
            let mut function = function
                .try_borrow_mut()
                .map_err(|_| Error::RecursiveMutCallback)?;
            function(lua, args)
        })
    }

    /// Userdata of a value that the program lends. Methods that change it fail.
    ///
    /// # Errors
    /// [`Error::Memory`]
    pub fn create_userdata_ref<T: UserData + 'static>(
        &'scope self,
        value: &'scope T,
    ) -> Result<AnyUserData> {
        self.lend(NonNull::from(value), false)
    }

    /// Userdata of a value that the program lends for changes.
    ///
    /// # Errors
    /// [`Error::Memory`]
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// use perilune::api::{Lua, UserData, UserDataMethods};
    ///
    /// struct World { ticks: u32 }
    /// impl UserData for World {
    ///     fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
    ///         methods.add_method_mut("tick", |_, this, ()| { this.ticks += 1; Ok(this.ticks) });
    ///     }
    /// }
    ///
    /// let lua = Lua::builder().build()?;
    /// let mut world = World { ticks: 0 };
    /// lua.scope(|scope| {
    ///     let world = scope.create_userdata_ref_mut(&mut world)?;
    ///     lua.load("local world = ... world:tick() world:tick()").call::<()>(world)
    /// })?;
    /// assert_eq!(world.ticks, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_userdata_ref_mut<T: UserData + 'static>(
        &'scope self,
        value: &'scope mut T,
    ) -> Result<AnyUserData> {
        self.lend(NonNull::from(value), true)
    }

    fn lend<T: UserData + 'static>(
        &self,
        value: NonNull<T>,
        is_exclusive: bool,
    ) -> Result<AnyUserData> {
        let lua = &self.lua;
        let metatable = metatable::<T>(lua)?;
        self.reserve()?;
        let reference = lua.enter(|vm| {
            // SAFETY: as in `create_function`. If no handle can be made nobody sees the userdata, and a reference needs no end.
            let userdata: Raw = unsafe { cell::lend(vm, value, is_exclusive)? }.into();
            vm.set_metatable_of(userdata, metatable.raw_for(lua)?.as_table());
            lua.new_ref_in(vm, userdata)
        })??;
        let loan = Loan::Value(reference.clone(), cell::end_of_loan::<T>);
        self.loans.borrow_mut().push(loan);
        Ok(AnyUserData(reference))
    }

    /// Makes room for a loan.
    fn reserve(&self) -> Result<()> {
        let mut loans = self.loans.borrow_mut();
        loans.try_reserve(1).map_err(|_| Error::Memory)
    }
}
