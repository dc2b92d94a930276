//! Lists of values: what functions take and return.

extern crate alloc;
use alloc::vec::{self, Vec};
use core::ops::{Deref, DerefMut};

use super::convert::{FromLua, IntoLua, Slots};
use super::error::{Error, Result};
use super::state::Lua;
use super::value::Value;

/// Any number of values.
#[derive(Clone, Debug, Default)]
pub struct MultiValue(Vec<Value>);

/// Any number of values that convert to the same type: the last of a callback's arguments, or all of them.
///
/// ```
/// # fn main() -> Result<(), perilune::api::Error> {
/// use perilune::api::{Lua, Variadic};
///
/// let lua = Lua::builder().build()?;
/// let all: Variadic<i64> = lua.load("return 1, 2, 3").eval()?;
/// assert_eq!(*all, [1, 2, 3]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Variadic<T>(Vec<T>);

macro_rules! list {
    ($name:ident<$($t:ident)?> of $item:ty) => {
        impl<$($t)?> $name<$($t)?> {
            /// None.
            pub fn new() -> Self {
                $name(Vec::new())
            }
            /// The values.
            pub fn into_vec(self) -> Vec<$item> {
                self.0
            }
        }
        impl<$($t)?> From<Vec<$item>> for $name<$($t)?> {
            fn from(values: Vec<$item>) -> Self {
                $name(values)
            }
        }
        impl<$($t)?> FromIterator<$item> for $name<$($t)?> {
            fn from_iter<I: IntoIterator<Item = $item>>(values: I) -> Self {
                $name(values.into_iter().collect())
            }
        }
        impl<$($t)?> IntoIterator for $name<$($t)?> {
            type Item = $item;
            type IntoIter = vec::IntoIter<$item>;
            fn into_iter(self) -> Self::IntoIter {
                self.0.into_iter()
            }
        }
        impl<$($t)?> Deref for $name<$($t)?> {
            type Target = Vec<$item>;
            fn deref(&self) -> &Vec<$item> {
                &self.0
            }
        }
        impl<$($t)?> DerefMut for $name<$($t)?> {
            fn deref_mut(&mut self) -> &mut Vec<$item> {
                &mut self.0
            }
        }
    };
}
list!(MultiValue<> of Value);
list!(Variadic<T> of T);

/// Rust values that stand for a list of Lua values: one value, a tuple, [`Variadic`], [`MultiValue`].
pub trait IntoLuaMulti: Sized {
    /// Makes the values.
    fn into_lua_multi(self, lua: &Lua) -> Result<MultiValue>;

    /// Pushes them onto the engine's stack and tells how many they are.
    #[doc(hidden)]
    fn push_multi(self, lua: &Lua) -> Result<usize> {
        let values = self.into_lua_multi(lua)?;
        let count = values.len();
        for value in &*values {
            lua.push_value(value)?;
        }
        Ok(count)
    }
}

/// Rust values that can be made of a list of Lua values. Values that are missing are nil, those too many are dropped.
pub trait FromLuaMulti: Sized {
    /// Makes the Rust value.
    fn from_lua_multi(values: MultiValue, lua: &Lua) -> Result<Self>;

    /// Makes it of values on the engine's stack. An error names the argument.
    #[doc(hidden)]
    fn from_slots(lua: &Lua, slots: Slots) -> Result<Self> {
        Self::from_lua_multi(MultiValue::from_slots(lua, slots)?, lua)
    }
}

impl<T: IntoLua> IntoLuaMulti for T {
    fn into_lua_multi(self, lua: &Lua) -> Result<MultiValue> {
        let mut values = Vec::new();
        values.try_reserve_exact(1).map_err(|_| Error::Memory)?;
        values.push(self.into_lua(lua)?);
        Ok(MultiValue(values))
    }
    #[inline]
    fn push_multi(self, lua: &Lua) -> Result<usize> {
        self.push_to_stack(lua)?;
        Ok(1)
    }
}
impl<T: FromLua> FromLuaMulti for T {
    fn from_lua_multi(values: MultiValue, lua: &Lua) -> Result<T> {
        T::from_lua(values.into_iter().next().unwrap_or(Value::Nil), lua)
    }
    #[inline]
    fn from_slots(lua: &Lua, slots: Slots) -> Result<T> {
        T::from_slot(lua, slots.at(0)).map_err(|cause| Error::bad_argument(1, cause))
    }
}

impl IntoLuaMulti for MultiValue {
    fn into_lua_multi(self, _: &Lua) -> Result<MultiValue> {
        Ok(self)
    }
}
impl FromLuaMulti for MultiValue {
    fn from_lua_multi(values: MultiValue, _: &Lua) -> Result<MultiValue> {
        Ok(values)
    }
    fn from_slots(lua: &Lua, slots: Slots) -> Result<MultiValue> {
        let mut values = Vec::new();
        values.try_reserve(slots.len).map_err(|_| Error::Memory)?;
        for i in 0..slots.len {
            values.push(lua.slot_value(slots.at(i))?);
        }
        Ok(MultiValue(values))
    }
}

impl<T: IntoLua> IntoLuaMulti for Variadic<T> {
    fn into_lua_multi(self, lua: &Lua) -> Result<MultiValue> {
        let mut values = Vec::new();
        values
            .try_reserve(self.0.len())
            .map_err(|_| Error::Memory)?;
        for value in self.0 {
            values.push(value.into_lua(lua)?);
        }
        Ok(MultiValue(values))
    }
    fn push_multi(self, lua: &Lua) -> Result<usize> {
        let count = self.0.len();
        for value in self.0 {
            value.push_to_stack(lua)?;
        }
        Ok(count)
    }
}
impl<T: FromLua> FromLuaMulti for Variadic<T> {
    fn from_lua_multi(values: MultiValue, lua: &Lua) -> Result<Variadic<T>> {
        values
            .into_iter()
            .map(|value| T::from_lua(value, lua))
            .collect()
    }
    fn from_slots(lua: &Lua, slots: Slots) -> Result<Variadic<T>> {
        let mut values = Vec::new();
        values.try_reserve(slots.len).map_err(|_| Error::Memory)?;
        for i in 0..slots.len {
            let value = T::from_slot(lua, slots.at(i));
            values.push(value.map_err(|cause| Error::bad_argument(i + 1, cause))?);
        }
        Ok(Variadic(values))
    }
}
impl IntoLuaMulti for () {
    fn into_lua_multi(self, _: &Lua) -> Result<MultiValue> {
        Ok(MultiValue::new())
    }
    fn push_multi(self, _: &Lua) -> Result<usize> {
        Ok(0)
    }
}
impl FromLuaMulti for () {
    fn from_lua_multi(_: MultiValue, _: &Lua) -> Result<()> {
        Ok(())
    }
    fn from_slots(_: &Lua, _: Slots) -> Result<()> {
        Ok(())
    }
}

/// The places count in errors from the beginning of the list, although the rest of a tuple sees only its own.
fn shifted(error: Error, by: usize) -> Error {
    match error {
        Error::BadArgument { position, cause } => Error::BadArgument {
            position: position + by,
            cause,
        },
        other => other,
    }
}

macro_rules! tuple {
    ($count:literal $($name:ident $index:literal)* ; $last:ident) => {
        impl<$($name: IntoLua,)* $last: IntoLuaMulti> IntoLuaMulti for ($($name,)* $last,) {
            #[allow(non_snake_case)]
            fn into_lua_multi(self, lua: &Lua) -> Result<MultiValue> {
                let ($($name,)* $last,) = self;
                let mut values = Vec::new();
                values.try_reserve($count + 1).map_err(|_| Error::Memory)?;
                $(values.push($name.into_lua(lua)?);)*
                let rest = $last.into_lua_multi(lua)?;
                values.try_reserve(rest.len()).map_err(|_| Error::Memory)?;
                values.extend(rest);
                Ok(MultiValue(values))
            }
            #[allow(non_snake_case)]
            #[inline]
            fn push_multi(self, lua: &Lua) -> Result<usize> {
                let ($($name,)* $last,) = self;
                $($name.push_to_stack(lua)?;)*
                Ok($count + $last.push_multi(lua)?)
            }
        }
        impl<$($name: FromLua,)* $last: FromLuaMulti> FromLuaMulti for ($($name,)* $last,) {
            #[allow(non_snake_case, unused_mut)]
            fn from_lua_multi(values: MultiValue, lua: &Lua) -> Result<Self> {
                let mut values = values.into_iter();
                $(let $name = $name::from_lua(values.next().unwrap_or(Value::Nil), lua)?;)*
                let $last = $last::from_lua_multi(values.collect(), lua)?;
                Ok(($($name,)* $last,))
            }
            #[allow(non_snake_case)]
            #[inline]
            fn from_slots(lua: &Lua, slots: Slots) -> Result<Self> {
                $(let $name = $name::from_slot(lua, slots.at($index))
                    .map_err(|cause| Error::bad_argument($index + 1, cause))?;)*
                let $last = $last::from_slots(lua, slots.from($count))
                    .map_err(|error| shifted(error, $count))?;
                Ok(($($name,)* $last,))
            }
        }
    };
}
tuple!(0 ; A);
tuple!(1 A 0 ; B);
tuple!(2 A 0 B 1 ; C);
tuple!(3 A 0 B 1 C 2 ; D);
tuple!(4 A 0 B 1 C 2 D 3 ; E);
tuple!(5 A 0 B 1 C 2 D 3 E 4 ; F);
tuple!(6 A 0 B 1 C 2 D 3 E 4 F 5 ; G);
tuple!(7 A 0 B 1 C 2 D 3 E 4 F 5 G 6 ; H);
tuple!(8 A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 ; I);
