//! Any Lua value.

extern crate alloc;
use alloc::string::String;
use core::fmt;

use super::convert::{FromLua, IntoLua};
use super::error::{Error, Result, lossy, try_format};
use super::function::Function;
use super::state::{Lua, Ref};
use super::string::LuaString;
use super::table::Table;
use super::thread::Thread;
use super::userdata::AnyUserData;
use crate::number::{TextBuffer, to_text};
use crate::stdlib::base::object_text;
use crate::value::{Type, Value as Raw};
use crate::vm::meta::Event;

/// An address, or any other 64 bits, as a Lua value. It has no methods and owns nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LightUserData(pub u64);

/// A value that has no Rust counterpart: a boxed 64-bit integer (`42LL`).
#[derive(Clone)]
pub struct OtherValue(pub(super) Ref);

/// Any Lua value.
///
/// Numbers without a fraction come as [`Value::Integer`], although the dialect has one type of numbers; both convert to
/// the same Lua value.
#[derive(Clone)]
#[non_exhaustive]
pub enum Value {
    /// nil
    Nil,
    /// A boolean.
    Boolean(bool),
    /// A light userdata.
    LightUserData(LightUserData),
    /// A number without a fraction that an `i64` and a double both hold exactly.
    Integer(i64),
    /// Any other number.
    Number(f64),
    /// A string.
    String(LuaString),
    /// A table.
    Table(Table),
    /// A function.
    Function(Function),
    /// A coroutine.
    Thread(Thread),
    /// A userdata.
    UserData(AnyUserData),
    /// Something else.
    Other(OtherValue),
}

/// nil as an argument or result.
#[allow(non_upper_case_globals)]
pub const Nil: Value = Value::Nil;

/// The name of a value's type, as `type()` tells it.
pub(super) fn type_name(raw: Raw) -> &'static str {
    raw.type_of().name()
}

impl Value {
    /// A value of the engine. It is rooted, or was found since the last safepoint.
    pub(super) fn from_raw(raw: Raw, lua: &Lua) -> Result<Value> {
        Ok(match raw.type_of() {
            Type::Nil => Value::Nil,
            Type::Boolean => Value::Boolean(!raw.is_falsy()),
            Type::Number => number(raw.as_number_unchecked()),
            Type::LightUserdata => {
                let bits = lua.enter(|vm| vm.light_userdata_bits(raw))?;
                Value::LightUserData(LightUserData(bits.unwrap_or(0)))
            }
            Type::String => Value::String(LuaString(lua.new_ref(raw)?)),
            Type::Table => Value::Table(Table(lua.new_ref(raw)?)),
            Type::Function => Value::Function(Function(lua.new_ref(raw)?)),
            Type::Userdata => Value::UserData(AnyUserData(lua.new_ref(raw)?)),
            Type::Thread => Value::Thread(Thread(lua.new_ref(raw)?)),
            Type::Proto | Type::Cdata => Value::Other(OtherValue(lua.new_ref(raw)?)),
        })
    }

    /// The engine's value.
    pub(super) fn to_raw(&self, lua: &Lua) -> Result<Raw> {
        match self {
            Value::Nil => Ok(Raw::NIL),
            Value::Boolean(b) => Ok(Raw::boolean(*b)),
            Value::Integer(i) => Ok(Raw::number(*i as f64)),
            Value::Number(n) => Ok(Raw::number(*n)),
            Value::LightUserData(light) => lua.try_enter(|vm| vm.light_userdata(light.0)),
            Value::String(handle) => handle.0.raw_for(lua),
            Value::Table(handle) => handle.0.raw_for(lua),
            Value::Function(handle) => handle.0.raw_for(lua),
            Value::Thread(handle) => handle.0.raw_for(lua),
            Value::UserData(handle) => handle.0.raw_for(lua),
            Value::Other(handle) => handle.0.raw_for(lua),
        }
    }

    fn reference(&self) -> Option<&Ref> {
        match self {
            Value::String(handle) => Some(&handle.0),
            Value::Table(handle) => Some(&handle.0),
            Value::Function(handle) => Some(&handle.0),
            Value::Thread(handle) => Some(&handle.0),
            Value::UserData(handle) => Some(&handle.0),
            Value::Other(handle) => Some(&handle.0),
            _ => None,
        }
    }

    /// The name of its type, as `type()` tells it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Nil => "nil",
            Value::Boolean(_) => "boolean",
            Value::LightUserData(_) | Value::UserData(_) => "userdata",
            Value::Integer(_) | Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Table(_) => "table",
            Value::Function(_) => "function",
            Value::Thread(_) => "thread",
            Value::Other(_) => "cdata",
        }
    }

    /// Is it nil?
    pub fn is_nil(&self) -> bool {
        matches!(self, Value::Nil)
    }

    /// The boolean, if it is one.
    pub fn as_boolean(&self) -> Option<bool> {
        match self {
            Value::Boolean(b) => Some(*b),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Integer(i) => Some(*i as f64),
            Value::Number(n) => Some(*n),
            _ => None,
        }
    }

    /// The integer, if it is a number without a fraction.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Value::Integer(i) => Some(*i),
            _ => None,
        }
    }

    /// The string, if it is one.
    pub fn as_string(&self) -> Option<&LuaString> {
        match self {
            Value::String(s) => Some(s),
            _ => None,
        }
    }

    /// The table, if it is one.
    pub fn as_table(&self) -> Option<&Table> {
        match self {
            Value::Table(t) => Some(t),
            _ => None,
        }
    }

    /// The function, if it is one.
    pub fn as_function(&self) -> Option<&Function> {
        match self {
            Value::Function(f) => Some(f),
            _ => None,
        }
    }

    /// The userdata, if it is one.
    pub fn as_userdata(&self) -> Option<&AnyUserData> {
        match self {
            Value::UserData(u) => Some(u),
            _ => None,
        }
    }

    /// Equality as `==` has it, `__eq` included.
    ///
    /// # Errors
    /// Those of the metamethod.
    pub fn equals(&self, other: &Value) -> Result<bool> {
        if self == other {
            return Ok(true);
        }
        let (Some(reference), Some(_)) = (self.reference(), other.reference()) else {
            return Ok(false);
        };
        let lua = reference.lua()?;
        let (a, b) = (self.to_raw(&lua)?, other.to_raw(&lua)?);
        if !Raw::may_have_eq(a, b) {
            return Ok(false);
        }
        let handler = lua.enter(|vm| {
            let eq = |v| vm.metamethod(v, Event::Eq);
            let (first, second) = (eq(a), eq(b));
            if first == second { first } else { Raw::NIL }
        })?;
        if handler.is_nil() {
            return Ok(false);
        }
        lua.call_raw(handler, (self, other))
    }

    /// The value as `tostring` shows it, `__tostring` included.
    ///
    /// # Errors
    /// Those of the metamethod, [`Error::Memory`].
    pub fn to_text(&self) -> Result<String> {
        let Some(reference) = self.reference() else {
            return plain_text(self);
        };
        let lua = reference.lua()?;
        let raw = reference.raw()?;
        if let Some(text) = raw.as_str() {
            return lossy(text.as_bytes());
        }
        let handler = lua.enter(|vm| vm.metamethod(raw, Event::ToString))?;
        if handler.is_nil() {
            let text = lua.enter(|vm| object_text(vm, raw))?;
            return lossy(text.as_bytes());
        }
        lua.call_raw(handler, self)
    }
}

/// The text of a value that is no object.
fn plain_text(value: &Value) -> Result<String> {
    match value {
        Value::Boolean(b) => try_format(format_args!("{b}")),
        Value::LightUserData(light) => try_format(format_args!("userdata: {:#x}", light.0)),
        value => match value.as_number() {
            Some(n) => lossy(to_text(n, &mut TextBuffer::default())),
            None => lossy(b"nil"),
        },
    }
}

/// A number as a value.
fn number(n: f64) -> Value {
    let integer = n as i64;
    let is_exact = integer as f64 == n && integer.unsigned_abs() <= 1 << 53;
    if is_exact && !(integer == 0 && n.is_sign_negative()) {
        Value::Integer(integer)
    } else {
        Value::Number(n)
    }
}

/// Equality without metamethods.
impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Nil, Value::Nil) => true,
            (Value::Boolean(a), Value::Boolean(b)) => a == b,
            (Value::LightUserData(a), Value::LightUserData(b)) => a == b,
            _ => match (self.as_number(), other.as_number()) {
                (Some(a), Some(b)) => a == b,
                (None, None) => match (self.reference(), other.reference()) {
                    (Some(a), Some(b)) => a.is_same(b),
                    _ => false,
                },
                _ => false,
            },
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Nil => f.write_str("nil"),
            Value::Boolean(b) => write!(f, "{b}"),
            Value::LightUserData(light) => write!(f, "userdata({:#x})", light.0),
            Value::Integer(i) => write!(f, "{i}"),
            Value::Number(n) => write!(f, "{n}"),
            Value::String(s) => s.fmt(f),
            other => f.write_str(other.type_name()),
        }
    }
}

impl OtherValue {
    /// The 64-bit integer, if it is one: signed, or the bits of an unsigned one.
    pub fn as_i64(&self) -> Option<i64> {
        use crate::value::cdata::CType;
        let cdata = self.0.raw().ok()?.as_cdata()?;
        match cdata.ctype {
            CType::Int64 | CType::Uint64 => Some(cdata.bits as i64),
            _ => None,
        }
    }
}

macro_rules! from_handle {
    ($($handle:ident $variant:ident),*) => {$(
        impl From<$handle> for Value {
            fn from(handle: $handle) -> Value {
                Value::$variant(handle)
            }
        }
        impl fmt::Debug for $handle {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($handle))
            }
        }
        /// Identity.
        impl PartialEq for $handle {
            fn eq(&self, other: &$handle) -> bool {
                self.0.is_same(&other.0)
            }
        }
    )*};
}
from_handle!(Table Table, Function Function, Thread Thread, AnyUserData UserData, OtherValue Other);

impl From<LuaString> for Value {
    fn from(handle: LuaString) -> Value {
        Value::String(handle)
    }
}

impl Lua {
    /// Makes a value of a Rust one.
    ///
    /// # Errors
    /// Those of the conversion.
    pub fn pack(&self, value: impl IntoLua) -> Result<Value> {
        value.into_lua(self)
    }

    /// Makes a Rust value of a Lua one.
    ///
    /// # Errors
    /// Those of the conversion.
    pub fn unpack<T: FromLua>(&self, value: Value) -> Result<T> {
        match value.to_raw(self) {
            Ok(_) => T::from_lua(value, self),
            Err(Error::WrongState) => Err(Error::WrongState),
            Err(error) => Err(error),
        }
    }
}
