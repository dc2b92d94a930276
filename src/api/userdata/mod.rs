//! Values of the program's types in scripts: methods, fields, metamethods.

pub(super) mod cell;
mod registry;

use core::any::TypeId;

use super::callback::call_back;
use super::convert::{FromLua, FromLuaMulti, IntoLua, IntoLuaMulti};
use super::error::{Error, Result};
use super::function::Function;
use super::state::{Lua, NO_SLOT, Ref};
use super::table::Table;
use super::value::Value;

pub use cell::{UserDataRef, UserDataRefMut};
pub(super) use registry::metatable;

/// A type whose values scripts can have.
///
/// ```
/// # fn main() -> Result<(), perilune::api::Error> {
/// use perilune::api::{Lua, MetaMethod, UserData, UserDataFields, UserDataMethods, UserDataRef};
///
/// struct Vec2 { x: f64, y: f64 }
///
/// impl UserData for Vec2 {
///     fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
///         fields.add_field_method_get("x", |_, this| Ok(this.x));
///         fields.add_field_method_set("x", |_, this, x| { this.x = x; Ok(()) });
///     }
///     fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
///         methods.add_method("length", |_, this, ()| Ok(this.x.hypot(this.y)));
///         methods.add_method_mut("scale", |_, this, by: f64| { this.x *= by; this.y *= by; Ok(()) });
///         methods.add_meta_function(MetaMethod::Add, |_, (a, b): (UserDataRef<Vec2>, UserDataRef<Vec2>)| {
///             Ok(Vec2 { x: a.x + b.x, y: a.y + b.y })
///         });
///     }
/// }
///
/// let lua = Lua::builder().build()?;
/// lua.globals().set("v", Vec2 { x: 3.0, y: 4.0 })?;
/// let length: f64 = lua.load("v:scale(2) v.x = v.x * 1 return (v + v):length()").eval()?;
/// assert_eq!(length, 20.0);
/// # Ok(())
/// # }
/// ```
pub trait UserData: Sized {
    /// Adds the fields.
    fn add_fields<F: UserDataFields<Self>>(_fields: &mut F) {}
    /// Adds the methods and metamethods.
    fn add_methods<M: UserDataMethods<Self>>(_methods: &mut M) {}
}

/// A metamethod, by its name in Lua.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum MetaMethod {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    Unm,
    Concat,
    Len,
    Eq,
    Lt,
    Le,
    /// Asked for keys that are neither methods nor fields.
    Index,
    /// Asked for keys that are no fields.
    NewIndex,
    Call,
    ToString,
    /// With 52COMPAT only.
    Pairs,
    /// With 52COMPAT only.
    IPairs,
}

impl MetaMethod {
    /// The key in metatables.
    pub const fn name(self) -> &'static str {
        match self {
            MetaMethod::Add => "__add",
            MetaMethod::Sub => "__sub",
            MetaMethod::Mul => "__mul",
            MetaMethod::Div => "__div",
            MetaMethod::Mod => "__mod",
            MetaMethod::Pow => "__pow",
            MetaMethod::Unm => "__unm",
            MetaMethod::Concat => "__concat",
            MetaMethod::Len => "__len",
            MetaMethod::Eq => "__eq",
            MetaMethod::Lt => "__lt",
            MetaMethod::Le => "__le",
            MetaMethod::Index => "__index",
            MetaMethod::NewIndex => "__newindex",
            MetaMethod::Call => "__call",
            MetaMethod::ToString => "__tostring",
            MetaMethod::Pairs => "__pairs",
            MetaMethod::IPairs => "__ipairs",
        }
    }
}

/// Where [`UserData::add_methods`] adds methods. Failures (of memory) show where the first value of the type is made.
///
/// While a method runs, its value is borrowed: [`Error::UserDataBorrow`] and [`Error::UserDataBorrowMut`] are what a script
/// gets that calls a changing method of the same value meanwhile.
pub trait UserDataMethods<T> {
    /// A method that reads its value.
    fn add_method<F, A, R>(&mut self, name: &str, method: F)
    where
        F: Fn(&Lua, &T, A) -> Result<R> + 'static,
        A: FromLuaMulti,
        R: IntoLuaMulti;
    /// A method that changes its value.
    fn add_method_mut<F, A, R>(&mut self, name: &str, method: F)
    where
        F: Fn(&Lua, &mut T, A) -> Result<R> + 'static,
        A: FromLuaMulti,
        R: IntoLuaMulti;
    /// A function among the methods, which gets all of its arguments.
    fn add_function<F, A, R>(&mut self, name: &str, function: F)
    where
        F: Fn(&Lua, A) -> Result<R> + 'static,
        A: FromLuaMulti,
        R: IntoLuaMulti;
    /// A metamethod that reads the value, which is its first argument.
    fn add_meta_method<F, A, R>(&mut self, event: MetaMethod, method: F)
    where
        F: Fn(&Lua, &T, A) -> Result<R> + 'static,
        A: FromLuaMulti,
        R: IntoLuaMulti;
    /// A metamethod that changes the value, which is its first argument.
    fn add_meta_method_mut<F, A, R>(&mut self, event: MetaMethod, method: F)
    where
        F: Fn(&Lua, &mut T, A) -> Result<R> + 'static,
        A: FromLuaMulti,
        R: IntoLuaMulti;
    /// A metamethod that gets all of its arguments: the value may be the second one.
    fn add_meta_function<F, A, R>(&mut self, event: MetaMethod, function: F)
    where
        F: Fn(&Lua, A) -> Result<R> + 'static,
        A: FromLuaMulti,
        R: IntoLuaMulti;
}

/// Where [`UserData::add_fields`] adds fields.
pub trait UserDataFields<T> {
    /// A field that is the same for all values.
    fn add_field<V: IntoLua>(&mut self, name: &str, value: V);
    /// How a field is read.
    fn add_field_method_get<F, R>(&mut self, name: &str, method: F)
    where
        F: Fn(&Lua, &T) -> Result<R> + 'static,
        R: IntoLua;
    /// How a field is assigned.
    fn add_field_method_set<F, A>(&mut self, name: &str, method: F)
    where
        F: Fn(&Lua, &mut T, A) -> Result<()> + 'static,
        A: FromLua;
}

/// A handle of a userdata.
///
/// ```
/// # fn main() -> Result<(), perilune::api::Error> {
/// use perilune::api::{AnyUserData, Lua, UserData};
///
/// struct Counter(u32);
/// impl UserData for Counter {}
///
/// let lua = Lua::builder().build()?;
/// let counter: AnyUserData = lua.create_userdata(Counter(1))?;
/// counter.borrow_mut::<Counter>()?.0 += 1;
/// assert_eq!(counter.borrow::<Counter>()?.0, 2);
/// assert_eq!(counter.take::<Counter>()?.0, 2);
/// assert!(counter.borrow::<Counter>().is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AnyUserData(pub(super) Ref);

impl AnyUserData {
    /// Is its value a `T`?
    pub fn is<T: 'static>(&self) -> bool {
        self.0.raw().is_ok_and(cell::is::<T>)
    }

    /// Borrows its value.
    ///
    /// # Errors
    /// [`Error::UserDataTypeMismatch`], [`Error::UserDataBorrow`], [`Error::UserDataDestructed`], [`Error::StateDropped`].
    pub fn borrow<T: 'static>(&self) -> Result<UserDataRef<T>> {
        cell::borrow(self.0.raw()?)
    }

    /// Borrows its value to change it.
    ///
    /// # Errors
    /// [`Error::UserDataTypeMismatch`], [`Error::UserDataBorrowMut`], [`Error::UserDataDestructed`], [`Error::StateDropped`].
    pub fn borrow_mut<T: 'static>(&self) -> Result<UserDataRefMut<T>> {
        cell::borrow_mut(self.0.raw()?)
    }

    /// Takes its value out; what scripts have of it is of no use then.
    ///
    /// # Errors
    /// As [`AnyUserData::borrow_mut`].
    pub fn take<T: 'static>(&self) -> Result<T> {
        cell::take(self.0.raw()?)
    }

    /// A field or method, as scripts see it.
    ///
    /// # Errors
    /// The getter's, and those of the conversions.
    pub fn get<V: FromLua>(&self, key: impl IntoLua) -> Result<V> {
        let lua = self.0.lua()?;
        let get = lua.create_native(registry::get, ())?;
        get.call((self, key.into_lua(&lua)?))
    }

    /// Calls a method.
    ///
    /// # Errors
    /// As [`Function::call`].
    pub fn call_method<R: FromLuaMulti>(&self, name: &str, args: impl IntoLuaMulti) -> Result<R> {
        let method: Function = self.get(name)?;
        let lua = self.0.lua()?;
        let args = args.into_lua_multi(&lua)?;
        method.call((self, args))
    }
}

impl Lua {
    /// Userdata with a value.
    ///
    /// # Errors
    /// [`Error::Memory`], and what [`UserData`] ran into.
    pub fn create_userdata<T: UserData + 'static>(&self, value: T) -> Result<AnyUserData> {
        self.safepoint()?;
        let metatable = metatable::<T>(self)?;
        let reference = self.enter(|vm| {
            let userdata = cell::new(vm, value)?;
            let metatable = metatable.raw_for(self)?.as_table();
            vm.set_metatable_of(userdata.into(), metatable);
            self.new_ref_in(vm, userdata.into())
        })??;
        Ok(AnyUserData(reference))
    }

    /// A table with the functions of a type that need no value: what [`UserDataMethods::add_function`] added, as constructors.
    ///
    /// # Errors
    /// [`Error::Memory`], and what [`UserData`] ran into.
    pub fn create_proxy<T: UserData + 'static>(&self) -> Result<Table> {
        let metatable = Table(metatable::<T>(self)?);
        metatable.raw_get::<Table>(registry::METHODS)
    }

    /// Something that is made once per state and type.
    pub(super) fn cached<T: 'static>(&self, make: impl FnOnce(&Lua) -> Result<Ref>) -> Result<Ref> {
        let types = &self.inner().types;
        let id = TypeId::of::<T>();
        let known = types
            .borrow()
            .iter()
            .find(|(known, _)| *known == id)
            .map(|(_, slot)| *slot);
        match known {
            // It is being made: the type's own `UserData` wants one.
            Some(NO_SLOT) => {
                return Err(Error::runtime(
                    "a value of a type is needed to register the type's methods",
                ));
            }
            Some(slot) => return Ok(self.ref_to(slot)),
            None => {
                let mut types = types.borrow_mut();
                types.try_reserve(1).map_err(|_| Error::Memory)?;
                types.push((id, NO_SLOT));
            }
        }
        let made = make(self);
        let mut types = types.borrow_mut();
        let at = types.iter().position(|(known, _)| *known == id);
        match (&made, at) {
            (Ok(reference), Some(at)) => types[at].1 = reference.clone().into_slot(),
            (Err(_), Some(at)) => {
                types.swap_remove(at);
            }
            (_, None) => {}
        }
        made
    }
}

/// A metatable that is made once per state and type.
pub(super) fn metatable_of<T: 'static>(
    lua: &Lua,
    make: impl FnOnce(&Lua) -> Result<Table>,
) -> Result<Ref> {
    lua.cached::<T>(|lua| Ok(make(lua)?.0))
}

impl Value {
    /// Borrows the value of a userdata, if it is one of this type.
    ///
    /// # Errors
    /// As [`AnyUserData::borrow`].
    pub fn borrow<T: 'static>(&self) -> Result<UserDataRef<T>> {
        match self {
            Value::UserData(userdata) => userdata.borrow(),
            _ => Err(Error::UserDataTypeMismatch),
        }
    }
}
