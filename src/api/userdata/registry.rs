//! From a type's [`UserData`] to its metatable.
//!
//! The metatable's `__index` is the table of methods where that is enough, and else a native function that looks for a method, a field's
//! getter and the type's own `__index`, in this order.

use core::marker::PhantomData;

use super::call_back;
use super::{MetaMethod, UserData, UserDataFields, UserDataMethods, cell, metatable_of};
use crate::api::convert::{FromLua, FromLuaMulti, IntoLua, IntoLuaMulti, Slots};
use crate::api::error::{Error, Result};
use crate::api::function::Function;
use crate::api::state::{Lua, Ref};
use crate::api::table::Table;
use crate::value::Value as Raw;
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeFn, NativeResult};

/// The key of the methods in a metatable.
pub(super) const METHODS: &str = "methods";

/// Where a type's methods and fields gather.
struct Registry<'a, T> {
    lua: &'a Lua,
    methods: Table,
    getters: Table,
    setters: Table,
    metatable: Table,
    result: Result<()>,
    of: PhantomData<fn(T)>,
}

/// The metatable of a type's values, made for the first of them.
pub(in crate::api) fn metatable<T: UserData + 'static>(lua: &Lua) -> Result<Ref> {
    metatable_of::<T>(lua, |lua| {
        let mut registry = Registry::<T> {
            lua,
            methods: lua.create_table()?,
            getters: lua.create_table()?,
            setters: lua.create_table()?,
            metatable: lua.create_table()?,
            result: Ok(()),
            of: PhantomData,
        };
        T::add_fields(&mut registry);
        T::add_methods(&mut registry);
        registry.finish()
    })
}

/// The last part of a type's path.
pub(super) fn short_type_name<T>() -> &'static str {
    let name = core::any::type_name::<T>();
    let end = name.find('<').unwrap_or(name.len());
    match name[..end].rfind("::") {
        Some(at) => &name[at + 2..end],
        None => &name[..end],
    }
}

impl<T: 'static> Registry<'_, T> {
    fn finish(self) -> Result<Table> {
        self.result?;
        let metatable = self.metatable;
        metatable.raw_set("__name", short_type_name::<T>())?;
        metatable.raw_set("__metatable", false)?;
        metatable.raw_set(METHODS, &self.methods)?;
        let index: crate::api::Value = metatable.raw_get("__index")?;
        if self.getters.is_empty()? && index.is_nil() {
            metatable.raw_set("__index", &self.methods)?;
        } else {
            let upvalues = [
                self.methods.0.raw()?,
                self.getters.0.raw()?,
                index.to_raw(self.lua)?,
            ];
            metatable.raw_set("__index", closure(self.lua, read, &upvalues)?)?;
        }
        if !self.setters.is_empty()? {
            let new_index: crate::api::Value = metatable.raw_get("__newindex")?;
            let upvalues = [self.setters.0.raw()?, new_index.to_raw(self.lua)?];
            metatable.raw_set("__newindex", closure(self.lua, write, &upvalues)?)?;
        }
        Ok(metatable)
    }

    fn add(&mut self, make: impl FnOnce(&Self) -> Result<()>) {
        if self.result.is_ok() {
            self.result = make(self);
        }
    }
}

/// A native function with upvalues, which are rooted.
fn closure(lua: &Lua, code: NativeFn, upvalues: &[Raw]) -> Result<Function> {
    let reference = lua.enter(|vm| match vm.new_native(code, 0, upvalues) {
        Ok(function) => lua.new_ref_in(vm, function.into()),
        Err(_) => Err(Error::Memory),
    })??;
    Ok(Function(reference))
}

/// `__index` of types with fields: upvalues are the methods, the getters, and what else to ask.
fn read(vm: &mut Vm) -> NativeResult {
    let key = vm.arg(1);
    if let Some(methods) = vm.upvalue(0).as_table() {
        let method = methods.get(key);
        if !method.is_nil() {
            return vm.ret(method);
        }
    }
    let object = vm.arg(0);
    if let Some(getters) = vm.upvalue(1).as_table() {
        let getter = getters.get(key);
        if !getter.is_nil() {
            vm.begin_call(getter, 0)?;
            vm.push(object)?;
            return Ok(Flow::TailCall { nargs: 1 });
        }
    }
    let other = vm.upvalue(2);
    if other.is_nil() {
        return vm.ret(Raw::NIL);
    }
    vm.begin_call(other, 0)?;
    vm.push(object)?;
    vm.push(key)?;
    Ok(Flow::TailCall { nargs: 2 })
}

/// `__newindex` of types with fields: upvalues are the setters, and what else to ask.
fn write(vm: &mut Vm) -> NativeResult {
    let (object, key, value) = (vm.arg(0), vm.arg(1), vm.arg(2));
    if let Some(setters) = vm.upvalue(0).as_table() {
        let setter = setters.get(key);
        if !setter.is_nil() {
            vm.begin_call(setter, 0)?;
            vm.push(object)?;
            vm.push(value)?;
            return Ok(Flow::TailCall { nargs: 2 });
        }
    }
    let other = vm.upvalue(1);
    if other.is_nil() {
        return Err(vm.error(format_args!(
            "attempt to set an unknown field of a userdata"
        )));
    }
    vm.begin_call(other, 0)?;
    vm.push(object)?;
    vm.push(key)?;
    vm.push(value)?;
    Ok(Flow::TailCall { nargs: 3 })
}

/// `object[key]`
pub(super) fn get(vm: &mut Vm) -> NativeResult {
    if vm.step() > 0 {
        return Ok(Flow::Return(vm.results().min(1)));
    }
    let (object, key) = (vm.arg(0), vm.arg(1));
    match vm.lookup(object, key)? {
        Ok(value) => vm.ret(value),
        Err((handler, object)) => {
            vm.begin_call(handler, 1)?;
            vm.push(object)?;
            vm.push(key)?;
            Ok(Flow::Call { nargs: 2 })
        }
    }
}

/// An error about the value of a method, which is the first argument.
fn about_self<T>(error: Error, got: Raw) -> Error {
    let error = match error {
        Error::UserDataTypeMismatch => Error::FromLua {
            from: crate::api::value::type_name(got),
            to: short_type_name::<T>(),
            reason: None,
        },
        other => other,
    };
    Error::bad_argument(1, error)
}

/// An error about an argument of a method, whose own count begins behind the value.
fn behind_self(error: Error) -> Error {
    match error {
        Error::BadArgument { position, cause } => Error::BadArgument {
            position: position + 1,
            cause,
        },
        other => other,
    }
}

/// The native function that calls a method which reads its value.
fn method<T, F, A, R>(vm: &mut Vm) -> NativeResult
where
    T: 'static,
    F: Fn(&Lua, &T, A) -> Result<R> + 'static,
    A: FromLuaMulti,
    R: IntoLuaMulti,
{
    let (function, object) = (vm.upvalue(0), vm.arg(0));
    call_back(vm, |lua, args: Slots| {
        let function = cell::borrow::<F>(function)?;
        let this = cell::borrow_this::<T>(object).map_err(|e| about_self::<T>(e, object))?;
        let args = A::from_slots(lua, args.from(1)).map_err(behind_self)?;
        function(lua, &this, args)?.push_multi(lua)
    })
}

/// The native function that calls a method which changes its value.
fn method_mut<T, F, A, R>(vm: &mut Vm) -> NativeResult
where
    T: 'static,
    F: Fn(&Lua, &mut T, A) -> Result<R> + 'static,
    A: FromLuaMulti,
    R: IntoLuaMulti,
{
    let (function, object) = (vm.upvalue(0), vm.arg(0));
    call_back(vm, |lua, args: Slots| {
        let function = cell::borrow::<F>(function)?;
        let mut this =
            cell::borrow_this_mut::<T>(object).map_err(|e| about_self::<T>(e, object))?;
        let args = A::from_slots(lua, args.from(1)).map_err(behind_self)?;
        function(lua, &mut this, args)?.push_multi(lua)
    })
}

impl<T: 'static> UserDataMethods<T> for Registry<'_, T> {
    fn add_method<F, A, R>(&mut self, name: &str, function: F)
    where
        F: Fn(&Lua, &T, A) -> Result<R> + 'static,
        A: FromLuaMulti,
        R: IntoLuaMulti,
    {
        self.add(|this| {
            let function = this.lua.create_native(method::<T, F, A, R>, function)?;
            this.methods.raw_set(name, function)
        });
    }
    fn add_method_mut<F, A, R>(&mut self, name: &str, function: F)
    where
        F: Fn(&Lua, &mut T, A) -> Result<R> + 'static,
        A: FromLuaMulti,
        R: IntoLuaMulti,
    {
        self.add(|this| {
            let function = this.lua.create_native(method_mut::<T, F, A, R>, function)?;
            this.methods.raw_set(name, function)
        });
    }
    fn add_function<F, A, R>(&mut self, name: &str, function: F)
    where
        F: Fn(&Lua, A) -> Result<R> + 'static,
        A: FromLuaMulti,
        R: IntoLuaMulti,
    {
        self.add(|this| {
            this.methods
                .raw_set(name, this.lua.create_function(function)?)
        });
    }
    fn add_meta_method<F, A, R>(&mut self, event: MetaMethod, function: F)
    where
        F: Fn(&Lua, &T, A) -> Result<R> + 'static,
        A: FromLuaMulti,
        R: IntoLuaMulti,
    {
        self.add(|this| {
            let function = this.lua.create_native(method::<T, F, A, R>, function)?;
            this.metatable.raw_set(event.name(), function)
        });
    }
    fn add_meta_method_mut<F, A, R>(&mut self, event: MetaMethod, function: F)
    where
        F: Fn(&Lua, &mut T, A) -> Result<R> + 'static,
        A: FromLuaMulti,
        R: IntoLuaMulti,
    {
        self.add(|this| {
            let function = this.lua.create_native(method_mut::<T, F, A, R>, function)?;
            this.metatable.raw_set(event.name(), function)
        });
    }
    fn add_meta_function<F, A, R>(&mut self, event: MetaMethod, function: F)
    where
        F: Fn(&Lua, A) -> Result<R> + 'static,
        A: FromLuaMulti,
        R: IntoLuaMulti,
    {
        self.add(|this| {
            let function = this.lua.create_function(function)?;
            this.metatable.raw_set(event.name(), function)
        });
    }
}

impl<T: 'static> UserDataFields<T> for Registry<'_, T> {
    fn add_field<V: IntoLua>(&mut self, name: &str, value: V) {
        self.add(|this| this.methods.raw_set(name, value));
    }
    fn add_field_method_get<F, R>(&mut self, name: &str, function: F)
    where
        F: Fn(&Lua, &T) -> Result<R> + 'static,
        R: IntoLua,
    {
        let getter = move |lua: &Lua, this: &T, (): ()| function(lua, this);
        self.add(|this| {
            let getter = this.lua.create_native(native_of(&getter), getter)?;
            this.getters.raw_set(name, getter)
        });
        fn native_of<T, F, R>(_: &F) -> NativeFn
        where
            T: 'static,
            F: Fn(&Lua, &T, ()) -> Result<R> + 'static,
            R: IntoLua,
        {
            method::<T, F, (), R>
        }
    }
    fn add_field_method_set<F, A>(&mut self, name: &str, function: F)
    where
        F: Fn(&Lua, &mut T, A) -> Result<()> + 'static,
        A: FromLua,
    {
        self.add(|this| {
            let setter = this
                .lua
                .create_native(method_mut::<T, F, A, ()>, function)?;
            this.setters.raw_set(name, setter)
        });
    }
}
