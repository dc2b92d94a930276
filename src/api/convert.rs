//! Conversions between Rust values and Lua values.
//!
//! | Rust | Lua |
//! |---|---|
//! | `()` , `Option::None` | nil (as a list of values: none) |
//! | `bool` | boolean; any value converts to a `bool` by its truth |
//! | `i8` … `u64`, `isize`, `usize` | number without fraction; numeric strings convert |
//! | `f32`, `f64` | number; numeric strings convert |
//! | `&str`, `String`, `&[u8]`, `Vec<u8>` as [`LuaString`] | string |
//! | `Vec<T>`, `[T; N]` | array |
//! | `BTreeMap<K, V>` | table |
//! | handles ([`Table`], [`Function`], …) | the value they refer to |
//! | types with [`UserData`](super::UserData) | userdata |

extern crate alloc;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::error::{Error, Result, lossy};
use super::function::Function;
use super::state::Lua;
use super::string::LuaString;
use super::table::Table;
use super::thread::Thread;
use super::userdata::{AnyUserData, UserData, UserDataRef, UserDataRefMut, cell};
use super::value::{LightUserData, Value, type_name};
use crate::value::Value as Raw;
use crate::vm::Vm;

/// The place of a value on the engine's stack.
#[derive(Clone, Copy)]
pub struct Slot(pub(super) Option<usize>);

/// Places of consecutive values on the engine's stack.
#[derive(Clone, Copy)]
pub struct Slots {
    pub(super) start: usize,
    pub(super) len: usize,
}

impl Slots {
    /// Place `i`; beyond the last, the place of a nil.
    #[inline]
    pub(super) fn at(self, i: usize) -> Slot {
        Slot((i < self.len).then_some(self.start + i))
    }
    /// The places from `i` on.
    #[inline]
    pub(super) fn from(self, i: usize) -> Slots {
        let skipped = i.min(self.len);
        Slots {
            start: self.start + skipped,
            len: self.len - skipped,
        }
    }
}

/// Rust values that have a Lua counterpart.
pub trait IntoLua: Sized {
    /// Makes the Lua value.
    ///
    /// # Errors
    /// [`Error::Memory`], [`Error::IntoLua`], [`Error::WrongState`], or the type's own.
    fn into_lua(self, lua: &Lua) -> Result<Value>;

    /// Pushes the value onto the engine's stack.
    #[doc(hidden)]
    #[inline]
    fn push_to_stack(self, lua: &Lua) -> Result<()> {
        let value = self.into_lua(lua)?;
        lua.push_value(&value)
    }
}

/// Rust values that can be made of Lua values.
pub trait FromLua: Sized {
    /// Makes the Rust value.
    ///
    /// # Errors
    /// [`Error::FromLua`], [`Error::Memory`], or the type's own.
    fn from_lua(value: Value, lua: &Lua) -> Result<Self>;

    /// Makes it of a value on the engine's stack.
    #[doc(hidden)]
    #[inline]
    fn from_slot(lua: &Lua, slot: Slot) -> Result<Self> {
        Self::from_lua(lua.slot_value(slot)?, lua)
    }
}

impl Lua {
    /// Pushes a value of this state.
    #[inline]
    pub(super) fn push_raw(&self, value: Raw) -> Result<()> {
        self.try_enter(|vm| vm.push(value))
    }

    pub(super) fn push_value(&self, value: &Value) -> Result<()> {
        let raw = value.to_raw(self)?;
        self.push_raw(raw)
    }

    #[inline]
    pub(super) fn slot_raw(&self, slot: Slot) -> Result<Raw> {
        match slot.0 {
            Some(at) => self.enter(|vm| vm.stack_value(at)),
            None => Ok(Raw::NIL),
        }
    }

    pub(super) fn slot_value(&self, slot: Slot) -> Result<Value> {
        Value::from_raw(self.slot_raw(slot)?, self)
    }
}

/// The error of a value that can't be converted.
#[cold]
pub(super) fn mismatch(value: Raw, to: &'static str) -> Error {
    Error::FromLua {
        from: type_name(value),
        to,
        reason: None,
    }
}

// ---- the values themselves ----

impl IntoLua for Value {
    fn into_lua(self, _: &Lua) -> Result<Value> {
        Ok(self)
    }
}
impl IntoLua for &Value {
    fn into_lua(self, _: &Lua) -> Result<Value> {
        Ok(self.clone())
    }
    fn push_to_stack(self, lua: &Lua) -> Result<()> {
        lua.push_value(self)
    }
}
impl FromLua for Value {
    fn from_lua(value: Value, _: &Lua) -> Result<Value> {
        Ok(value)
    }
}

macro_rules! handles {
    ($($handle:ident $wanted:literal $test:ident),*) => {$(
        impl IntoLua for $handle {
            fn into_lua(self, _: &Lua) -> Result<Value> {
                Ok(self.into())
            }
            #[inline]
            fn push_to_stack(self, lua: &Lua) -> Result<()> {
                lua.push_raw(self.0.raw_for(lua)?)
            }
        }
        impl IntoLua for &$handle {
            fn into_lua(self, _: &Lua) -> Result<Value> {
                Ok(self.clone().into())
            }
            #[inline]
            fn push_to_stack(self, lua: &Lua) -> Result<()> {
                lua.push_raw(self.0.raw_for(lua)?)
            }
        }
        impl FromLua for $handle {
            fn from_lua(value: Value, lua: &Lua) -> Result<$handle> {
                match value {
                    Value::$test(handle) => Ok(handle),
                    other => Err(mismatch(other.to_raw(lua)?, $wanted)),
                }
            }
            fn from_slot(lua: &Lua, slot: Slot) -> Result<$handle> {
                let raw = lua.slot_raw(slot)?;
                if !<$handle>::accepts(raw) {
                    return Err(mismatch(raw, $wanted));
                }
                Ok($handle(lua.new_ref(raw)?))
            }
        }
    )*};
}
handles!(Table "table" Table, Function "function" Function, Thread "thread" Thread, AnyUserData "userdata" UserData);

impl Table {
    fn accepts(raw: Raw) -> bool {
        raw.is_table()
    }
}
impl Function {
    fn accepts(raw: Raw) -> bool {
        raw.is_function()
    }
}
impl Thread {
    fn accepts(raw: Raw) -> bool {
        raw.as_thread().is_some()
    }
}
impl AnyUserData {
    fn accepts(raw: Raw) -> bool {
        raw.as_userdata().is_some()
    }
}

impl IntoLua for LuaString {
    fn into_lua(self, _: &Lua) -> Result<Value> {
        Ok(Value::String(self))
    }
}
impl IntoLua for &LuaString {
    fn into_lua(self, _: &Lua) -> Result<Value> {
        Ok(Value::String(self.clone()))
    }
    fn push_to_stack(self, lua: &Lua) -> Result<()> {
        lua.push_raw(self.0.raw_for(lua)?)
    }
}
impl FromLua for LuaString {
    fn from_lua(value: Value, lua: &Lua) -> Result<LuaString> {
        if let Value::String(s) = value {
            return Ok(s);
        }
        let raw = value.to_raw(lua)?;
        LuaString::of_raw(lua, raw)
    }
    fn from_slot(lua: &Lua, slot: Slot) -> Result<LuaString> {
        LuaString::of_raw(lua, lua.slot_raw(slot)?)
    }
}
impl LuaString {
    fn of_raw(lua: &Lua, raw: Raw) -> Result<LuaString> {
        if raw.is_str() {
            return Ok(LuaString(lua.new_ref(raw)?));
        }
        let text = lua.try_enter(|vm| vm.to_str(raw))?;
        match text {
            Some(text) => Ok(LuaString(lua.new_ref(text.into())?)),
            None => Err(mismatch(raw, "string")),
        }
    }
}

// ---- primitives ----

impl IntoLua for bool {
    fn into_lua(self, _: &Lua) -> Result<Value> {
        Ok(Value::Boolean(self))
    }
    #[inline]
    fn push_to_stack(self, lua: &Lua) -> Result<()> {
        lua.push_raw(self.into())
    }
}
impl FromLua for bool {
    fn from_lua(value: Value, _: &Lua) -> Result<bool> {
        Ok(!matches!(value, Value::Nil | Value::Boolean(false)))
    }
    #[inline]
    fn from_slot(lua: &Lua, slot: Slot) -> Result<bool> {
        Ok(!lua.slot_raw(slot)?.is_falsy())
    }
}

/// The largest integer up to which doubles tell all integers apart.
const EXACT: u64 = 1 << 53;

macro_rules! integers {
    ($($ty:ident)*) => {$(
        impl IntoLua for $ty {
            #[inline]
            fn into_lua(self, _: &Lua) -> Result<Value> {
                let number = self as f64;
                if self as i128 > EXACT as i128 || (self as i128) < -(EXACT as i128) {
                    return Ok(Value::Number(number));
                }
                Ok(Value::Integer(self as i64))
            }
            #[inline]
            fn push_to_stack(self, lua: &Lua) -> Result<()> {
                lua.push_raw(Raw::number(self as f64))
            }
        }
        impl FromLua for $ty {
            fn from_lua(value: Value, lua: &Lua) -> Result<$ty> {
                integer(value.to_raw(lua)?, stringify!($ty))
            }
            #[inline]
            fn from_slot(lua: &Lua, slot: Slot) -> Result<$ty> {
                integer(lua.slot_raw(slot)?, stringify!($ty))
            }
        }
        impl Integer for $ty {
            #[inline]
            fn of_number(number: f64) -> Option<$ty> {
                let integer = number as $ty;
                // The bounds of 64-bit types round to a double beyond them, which saturates.
                (integer as f64 == number && (integer != $ty::MAX || (size_of::<$ty>() < 8 && number == $ty::MAX as f64)))
                    .then_some(integer)
            }
        }
    )*};
}

trait Integer: Sized {
    fn of_number(number: f64) -> Option<Self>;
}

#[inline]
fn integer<T: Integer>(raw: Raw, to: &'static str) -> Result<T> {
    if let Some(number) = raw.as_number() {
        return match T::of_number(number) {
            Some(integer) => Ok(integer),
            None => Err(Error::FromLua {
                from: "number",
                to,
                reason: Some("out of range or with a fraction"),
            }),
        };
    }
    match Vm::to_number(raw).and_then(T::of_number) {
        Some(integer) => Ok(integer),
        None => Err(mismatch(raw, "number")),
    }
}

integers!(i8 u8 i16 u16 i32 u32 i64 u64 isize usize);

impl IntoLua for f64 {
    fn into_lua(self, _: &Lua) -> Result<Value> {
        Ok(Value::Number(self))
    }
    #[inline]
    fn push_to_stack(self, lua: &Lua) -> Result<()> {
        lua.push_raw(Raw::number(self))
    }
}
impl FromLua for f64 {
    fn from_lua(value: Value, lua: &Lua) -> Result<f64> {
        number(value.to_raw(lua)?)
    }
    #[inline]
    fn from_slot(lua: &Lua, slot: Slot) -> Result<f64> {
        number(lua.slot_raw(slot)?)
    }
}
#[inline]
fn number(raw: Raw) -> Result<f64> {
    match raw.as_number().or_else(|| Vm::to_number(raw)) {
        Some(number) => Ok(number),
        None => Err(mismatch(raw, "number")),
    }
}
impl IntoLua for f32 {
    fn into_lua(self, lua: &Lua) -> Result<Value> {
        f64::from(self).into_lua(lua)
    }
    fn push_to_stack(self, lua: &Lua) -> Result<()> {
        f64::from(self).push_to_stack(lua)
    }
}
impl FromLua for f32 {
    fn from_lua(value: Value, lua: &Lua) -> Result<f32> {
        Ok(f64::from_lua(value, lua)? as f32)
    }
    fn from_slot(lua: &Lua, slot: Slot) -> Result<f32> {
        Ok(f64::from_slot(lua, slot)? as f32)
    }
}

impl IntoLua for LightUserData {
    fn into_lua(self, _: &Lua) -> Result<Value> {
        Ok(Value::LightUserData(self))
    }
}
impl FromLua for LightUserData {
    fn from_lua(value: Value, lua: &Lua) -> Result<LightUserData> {
        match value {
            Value::LightUserData(light) => Ok(light),
            other => Err(mismatch(other.to_raw(lua)?, "light userdata")),
        }
    }
}

// ---- text ----

impl IntoLua for &str {
    fn into_lua(self, lua: &Lua) -> Result<Value> {
        Ok(Value::String(lua.create_string(self)?))
    }
    #[inline]
    fn push_to_stack(self, lua: &Lua) -> Result<()> {
        self.as_bytes().push_to_stack(lua)
    }
}
impl IntoLua for String {
    fn into_lua(self, lua: &Lua) -> Result<Value> {
        self.as_str().into_lua(lua)
    }
    fn push_to_stack(self, lua: &Lua) -> Result<()> {
        self.as_str().push_to_stack(lua)
    }
}
impl IntoLua for &String {
    fn into_lua(self, lua: &Lua) -> Result<Value> {
        self.as_str().into_lua(lua)
    }
    fn push_to_stack(self, lua: &Lua) -> Result<()> {
        self.as_str().push_to_stack(lua)
    }
}
impl IntoLua for char {
    fn into_lua(self, lua: &Lua) -> Result<Value> {
        let mut bytes = [0; 4];
        (&*self.encode_utf8(&mut bytes)).into_lua(lua)
    }
}
impl IntoLua for &[u8] {
    fn into_lua(self, lua: &Lua) -> Result<Value> {
        Ok(Value::String(lua.create_string(self)?))
    }
    fn push_to_stack(self, lua: &Lua) -> Result<()> {
        lua.try_enter(|vm| {
            let text = vm.new_str(self)?;
            vm.push(text)
        })
    }
}
impl FromLua for String {
    fn from_lua(value: Value, lua: &Lua) -> Result<String> {
        let raw = value.to_raw(lua)?;
        text(lua, raw)
    }
    fn from_slot(lua: &Lua, slot: Slot) -> Result<String> {
        text(lua, lua.slot_raw(slot)?)
    }
}
fn text(lua: &Lua, raw: Raw) -> Result<String> {
    let text = match raw.as_str() {
        Some(text) => Some(text),
        None => lua.try_enter(|vm| vm.to_str(raw))?,
    };
    let Some(text) = text else {
        return Err(mismatch(raw, "string"));
    };
    match core::str::from_utf8(text.as_bytes()) {
        Ok(_) => lossy(text.as_bytes()),
        Err(_) => Err(Error::FromLua {
            from: "string",
            to: "String",
            reason: Some("no UTF-8"),
        }),
    }
}

// ---- containers ----

impl<T: IntoLua> IntoLua for Option<T> {
    fn into_lua(self, lua: &Lua) -> Result<Value> {
        match self {
            Some(value) => value.into_lua(lua),
            None => Ok(Value::Nil),
        }
    }
    fn push_to_stack(self, lua: &Lua) -> Result<()> {
        match self {
            Some(value) => value.push_to_stack(lua),
            None => lua.push_raw(Raw::NIL),
        }
    }
}
impl<T: FromLua> FromLua for Option<T> {
    fn from_lua(value: Value, lua: &Lua) -> Result<Option<T>> {
        match value {
            Value::Nil => Ok(None),
            value => T::from_lua(value, lua).map(Some),
        }
    }
    fn from_slot(lua: &Lua, slot: Slot) -> Result<Option<T>> {
        if lua.slot_raw(slot)?.is_nil() {
            Ok(None)
        } else {
            T::from_slot(lua, slot).map(Some)
        }
    }
}

impl<T: IntoLua> IntoLua for Vec<T> {
    fn into_lua(self, lua: &Lua) -> Result<Value> {
        Ok(Value::Table(lua.create_sequence_from(self)?))
    }
}
impl<T: IntoLua, const N: usize> IntoLua for [T; N] {
    fn into_lua(self, lua: &Lua) -> Result<Value> {
        Ok(Value::Table(lua.create_sequence_from(self)?))
    }
}
impl<T: FromLua> FromLua for Vec<T> {
    fn from_lua(value: Value, lua: &Lua) -> Result<Vec<T>> {
        let table = Table::from_lua(value, lua)?;
        let length = table.raw_len()?;
        let mut all = Vec::new();
        all.try_reserve(length).map_err(|_| Error::Memory)?;
        for i in 1..=length {
            all.push(table.raw_get(i)?);
        }
        Ok(all)
    }
}
impl<T: FromLua, const N: usize> FromLua for [T; N] {
    fn from_lua(value: Value, lua: &Lua) -> Result<[T; N]> {
        let all = Vec::<T>::from_lua(value, lua)?;
        all.try_into().map_err(|_| Error::FromLua {
            from: "table",
            to: "array",
            reason: Some("another number of elements"),
        })
    }
}
impl<K: IntoLua + Ord, V: IntoLua> IntoLua for BTreeMap<K, V> {
    fn into_lua(self, lua: &Lua) -> Result<Value> {
        Ok(Value::Table(lua.create_table_from(self)?))
    }
}
impl<K: FromLua + Ord, V: FromLua> FromLua for BTreeMap<K, V> {
    fn from_lua(value: Value, lua: &Lua) -> Result<BTreeMap<K, V>> {
        Table::from_lua(value, lua)?.pairs().collect()
    }
}
#[cfg(feature = "std")]
mod maps {
    extern crate std;
    use super::{FromLua, IntoLua, Lua, Result, Table, Value};
    use std::collections::HashMap;
    use std::hash::{BuildHasher, Hash};

    impl<K: IntoLua + Eq + Hash, V: IntoLua, S: BuildHasher> IntoLua for HashMap<K, V, S> {
        fn into_lua(self, lua: &Lua) -> Result<Value> {
            Ok(Value::Table(lua.create_table_from(self)?))
        }
    }
    impl<K: FromLua + Eq + Hash, V: FromLua, S: BuildHasher + Default> FromLua for HashMap<K, V, S> {
        fn from_lua(value: Value, lua: &Lua) -> Result<HashMap<K, V, S>> {
            Table::from_lua(value, lua)?.pairs().collect()
        }
    }
}

// ---- userdata ----

impl<T: UserData + 'static> IntoLua for T {
    fn into_lua(self, lua: &Lua) -> Result<Value> {
        Ok(Value::UserData(lua.create_userdata(self)?))
    }
}
impl<T: 'static> FromLua for UserDataRef<T> {
    fn from_lua(value: Value, lua: &Lua) -> Result<UserDataRef<T>> {
        cell::borrow(value.to_raw(lua)?)
    }
    fn from_slot(lua: &Lua, slot: Slot) -> Result<UserDataRef<T>> {
        cell::borrow(lua.slot_raw(slot)?)
    }
}
impl<T: 'static> FromLua for UserDataRefMut<T> {
    fn from_lua(value: Value, lua: &Lua) -> Result<UserDataRefMut<T>> {
        cell::borrow_mut(value.to_raw(lua)?)
    }
    fn from_slot(lua: &Lua, slot: Slot) -> Result<UserDataRefMut<T>> {
        cell::borrow_mut(lua.slot_raw(slot)?)
    }
}

pub use super::multi::{FromLuaMulti, IntoLuaMulti};
