//! serde: Rust data to Lua values and back.
//!
//! | serde | Lua |
//! |---|---|
//! | unit, none | nil |
//! | numbers, booleans, strings, bytes | the same |
//! | sequences, tuples | arrays |
//! | maps, structs | tables |
//! | a variant without data | its name |
//! | a variant with data | a table whose one key is the name |

extern crate alloc;
use alloc::vec::Vec;
use core::fmt::Display;

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde::ser::{self, Serialize};

use super::convert::IntoLua;
use super::error::{Error, Result};
use super::state::Lua;
use super::table::Table;
use super::value::Value;

/// How deeply tables may lie in tables. A table may contain itself.
const MAX_DEPTH: u32 = 128;

impl ser::Error for Error {
    fn custom<T: Display>(message: T) -> Error {
        Error::runtime(message)
    }
}

impl de::Error for Error {
    fn custom<T: Display>(message: T) -> Error {
        Error::runtime(message)
    }
}

impl Lua {
    /// Makes a Lua value of data.
    ///
    /// # Errors
    /// [`Error::Memory`], and the data's own.
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// use perilune::api::Lua;
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Serialize, Deserialize, PartialEq, Debug)]
    /// enum Shape { Point, Circle { radius: f64 }, Polygon(Vec<(i32, i32)>) }
    ///
    /// let lua = Lua::builder().build()?;
    /// let shapes = vec![Shape::Point, Shape::Circle { radius: 2.0 }, Shape::Polygon(vec![(0, 0), (1, 2)])];
    /// lua.globals().set("shapes", lua.to_value(&shapes)?)?;
    /// lua.load("assert(shapes[1] == 'Point') shapes[2].Circle.radius = 3").exec()?;
    /// let back: Vec<Shape> = lua.from_value(lua.globals().get("shapes")?)?;
    /// assert_eq!(back[1], Shape::Circle { radius: 3.0 });
    /// assert_eq!(back[2], shapes[2]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn to_value<T: Serialize + ?Sized>(&self, data: &T) -> Result<Value> {
        data.serialize(Serializer(self))
    }

    /// Makes data of a Lua value.
    ///
    /// # Errors
    /// What doesn't fit, as [`Error::Runtime`].
    pub fn from_value<T: DeserializeOwned>(&self, value: Value) -> Result<T> {
        T::deserialize(Deserializer { value, depth: 0 })
    }
}

struct Serializer<'a>(&'a Lua);

/// A table in the making.
struct Compound<'a> {
    lua: &'a Lua,
    table: Table,
    next: usize,
    key: Value,
    /// The name of the variant that the table is the data of.
    variant: Option<&'static str>,
}

impl<'a> Serializer<'a> {
    fn compound(self, variant: Option<&'static str>) -> Result<Compound<'a>> {
        Ok(Compound {
            lua: self.0,
            table: self.0.create_table()?,
            next: 1,
            key: Value::Nil,
            variant,
        })
    }
}

impl Compound<'_> {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.table.raw_set(self.next, self.lua.to_value(value)?)?;
        self.next += 1;
        Ok(())
    }
    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<()> {
        self.table.raw_set(name, self.lua.to_value(value)?)
    }
    fn finish(self) -> Result<Value> {
        let Some(variant) = self.variant else {
            return Ok(Value::Table(self.table));
        };
        let outer = self.lua.create_table()?;
        outer.raw_set(variant, self.table)?;
        Ok(Value::Table(outer))
    }
}

macro_rules! plain {
    ($($name:ident: $ty:ty),*) => {$(
        fn $name(self, value: $ty) -> Result<Value> {
            value.into_lua(self.0)
        }
    )*};
}

impl<'a> ser::Serializer for Serializer<'a> {
    type Ok = Value;
    type Error = Error;
    type SerializeSeq = Compound<'a>;
    type SerializeTuple = Compound<'a>;
    type SerializeTupleStruct = Compound<'a>;
    type SerializeTupleVariant = Compound<'a>;
    type SerializeMap = Compound<'a>;
    type SerializeStruct = Compound<'a>;
    type SerializeStructVariant = Compound<'a>;

    plain!(serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_f32: f32,
        serialize_f64: f64, serialize_char: char, serialize_str: &str, serialize_bytes: &[u8]);

    fn serialize_none(self) -> Result<Value> {
        Ok(Value::Nil)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<Value> {
        Ok(Value::Nil)
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<Value> {
        Ok(Value::Nil)
    }
    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Value> {
        variant.into_lua(self.0)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Value> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value> {
        let mut outer = self.compound(None)?;
        outer.field(variant, value)?;
        outer.finish()
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Compound<'a>> {
        self.compound(None)
    }
    fn serialize_tuple(self, _: usize) -> Result<Compound<'a>> {
        self.compound(None)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Compound<'a>> {
        self.compound(None)
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Compound<'a>> {
        self.compound(Some(variant))
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Compound<'a>> {
        self.compound(None)
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Compound<'a>> {
        self.compound(None)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Compound<'a>> {
        self.compound(Some(variant))
    }
}

macro_rules! sequences {
    ($($name:ident $method:ident),*) => {$(
        impl ser::$name for Compound<'_> {
            type Ok = Value;
            type Error = Error;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                self.push(value)
            }
            fn end(self) -> Result<Value> {
                self.finish()
            }
        }
    )*};
}
sequences!(SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field);

macro_rules! structs {
    ($($name:ident),*) => {$(
        impl ser::$name for Compound<'_> {
            type Ok = Value;
            type Error = Error;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
                self.field(name, value)
            }
            fn end(self) -> Result<Value> {
                self.finish()
            }
        }
    )*};
}
structs!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Compound<'_> {
    type Ok = Value;
    type Error = Error;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.key = self.lua.to_value(key)?;
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.table.raw_set(&self.key, self.lua.to_value(value)?)
    }
    fn end(self) -> Result<Value> {
        self.finish()
    }
}

struct Deserializer {
    value: Value,
    depth: u32,
}

impl Deserializer {
    fn within(&self, value: Value) -> Result<Deserializer> {
        if self.depth >= MAX_DEPTH {
            return Err(Error::runtime("tables lie in one another too deeply"));
        }
        Ok(Deserializer {
            value,
            depth: self.depth + 1,
        })
    }

    fn table(&self, wanted: &'static str) -> Result<&Table> {
        match &self.value {
            Value::Table(table) => Ok(table),
            other => Err(Error::FromLua {
                from: other.type_name(),
                to: wanted,
                reason: None,
            }),
        }
    }

    fn elements(&self) -> Result<Elements> {
        let table = self.table("sequence")?;
        let mut rest = Vec::new();
        let length = table.raw_len()?;
        rest.try_reserve(length).map_err(|_| Error::Memory)?;
        for i in (1..=length).rev() {
            rest.push(self.within(table.raw_get(i)?)?);
        }
        Ok(Elements(rest))
    }

    fn entries(&self) -> Result<Entries> {
        let mut rest = Vec::new();
        for entry in self.table("map")?.pairs::<Value, Value>() {
            let (key, value) = entry?;
            rest.try_reserve(1).map_err(|_| Error::Memory)?;
            rest.push((self.within(key)?, self.within(value)?));
        }
        Ok(Entries { rest, value: None })
    }

    /// Is the table an array and nothing else?
    fn is_array(table: &Table) -> Result<bool> {
        let length = table.raw_len()?;
        Ok(length > 0 && table.pairs::<Value, Value>().count() == length)
    }
}

impl<'de> de::Deserializer<'de> for Deserializer {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match &self.value {
            Value::Nil => visitor.visit_unit(),
            Value::Boolean(b) => visitor.visit_bool(*b),
            Value::Integer(i) => visitor.visit_i64(*i),
            Value::Number(n) => visitor.visit_f64(*n),
            Value::String(s) => match s.to_str() {
                Ok(text) => visitor.visit_string(text),
                Err(_) => visitor.visit_byte_buf(s.to_vec()?),
            },
            Value::Table(table) if Deserializer::is_array(table)? => {
                visitor.visit_seq(self.elements()?)
            }
            Value::Table(_) => visitor.visit_map(self.entries()?),
            other => Err(Error::FromLua {
                from: other.type_name(),
                to: "data",
                reason: None,
            }),
        }
    }
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.value {
            Value::Nil => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_seq(self.elements()?)
    }
    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }
    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_map(self.entries()?)
    }
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_map(visitor)
    }
    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_byte_buf(visitor)
    }
    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match &self.value {
            Value::String(s) => visitor.visit_byte_buf(s.to_vec()?),
            _ => self.deserialize_any(visitor),
        }
    }
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        if let Value::String(name) = &self.value {
            return visitor.visit_enum(name.to_str()?.into_deserializer());
        }
        let mut entries = self.entries()?.rest;
        match (entries.pop(), entries.is_empty()) {
            (Some((name, data)), true) => visitor.visit_enum(Variant { name, data }),
            _ => Err(Error::runtime(
                "a variant is a string or a table with one key",
            )),
        }
    }
    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string unit unit_struct identifier ignored_any
    }
}

/// What is left of a sequence, the last element first.
struct Elements(Vec<Deserializer>);

impl<'de> SeqAccess<'de> for Elements {
    type Error = Error;
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        match self.0.pop() {
            Some(element) => seed.deserialize(element).map(Some),
            None => Ok(None),
        }
    }
    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

/// What is left of a map.
struct Entries {
    rest: Vec<(Deserializer, Deserializer)>,
    value: Option<Deserializer>,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Error;
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some((key, value)) = self.rest.pop() else {
            return Ok(None);
        };
        self.value = Some(value);
        seed.deserialize(key).map(Some)
    }
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        match self.value.take() {
            Some(value) => seed.deserialize(value),
            None => Err(Error::runtime("a value was asked for before its key")),
        }
    }
}

/// A variant with data.
struct Variant {
    name: Deserializer,
    data: Deserializer,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Error;
    type Variant = Deserializer;
    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Deserializer)> {
        Ok((seed.deserialize(self.name)?, self.data))
    }
}

impl<'de> VariantAccess<'de> for Deserializer {
    type Error = Error;
    fn unit_variant(self) -> Result<()> {
        Ok(())
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        seed.deserialize(self)
    }
    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        visitor.visit_seq(self.elements()?)
    }
    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_map(self.entries()?)
    }
}
