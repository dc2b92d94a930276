//! Tables.

use core::marker::PhantomData;

use super::convert::{FromLua, FromLuaMulti, IntoLua, IntoLuaMulti};
use super::error::{Error, Result};
use super::function::Function;
use super::state::{Lua, Ref};
use super::value::Value;
use crate::gc::OutOfMemory;
use crate::value::table::TableError;
use crate::value::{Gc, Table as RawTable, Value as Raw};
use crate::vm::meta::{Event, READONLY_ERROR};

/// A handle of a Lua table.
///
/// ```
/// # fn main() -> Result<(), perilune::api::Error> {
/// use perilune::api::{Lua, Table};
///
/// let lua = Lua::builder().build()?;
/// let point = lua.create_table()?;
/// point.set("x", 3)?;
/// point.set("y", 4)?;
/// lua.globals().set("point", &point)?;
/// lua.load("point.length = math.sqrt(point.x ^ 2 + point.y ^ 2)").exec()?;
/// assert_eq!(point.get::<f64>("length")?, 5.0);
/// for entry in point.pairs::<String, f64>() {
///     let (key, value) = entry?;
///     println!("{key} = {value}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Table(pub(super) Ref);

/// `t[key]` without metamethods.
impl Table {
    fn raw_table(&self) -> Result<Gc<RawTable>> {
        self.0.raw()?.as_table().ok_or(Error::StateDropped)
    }

    /// Pushes the key, and works with it where it is rooted; the stack is as before afterwards.
    fn with_key<R>(
        &self,
        key: impl IntoLua,
        work: impl FnOnce(&Lua, Gc<RawTable>, Raw) -> Result<R>,
    ) -> Result<R> {
        let lua = self.0.lua()?;
        let height = lua.enter(|vm| vm.stack_height())?;
        let result = key.push_to_stack(&lua).and_then(|()| {
            let key = lua.enter(|vm| vm.stack_value(vm.stack_height() - 1))?;
            work(&lua, self.raw_table()?, key)
        });
        lua.enter(|vm| vm.lower_stack(height))?;
        result
    }

    /// The value at a key, without metamethods.
    ///
    /// # Errors
    /// Those of the conversions.
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let list = lua.create_sequence_from(["a", "b"])?;
    /// assert_eq!(list.raw_get::<String>(2)?, "b");
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn raw_get<V: FromLua>(&self, key: impl IntoLua) -> Result<V> {
        self.with_key(key, |lua, table, key| lua.convert_raw(table.get(key)))
    }

    /// Assigns without metamethods.
    ///
    /// # Errors
    /// [`Error::Runtime`] for a nil or NaN key or a read-only table, [`Error::Memory`], those of the conversions.
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let table = lua.create_table()?;
    /// table.raw_set("name", "value")?;
    /// assert!(table.raw_set(f64::NAN, 1).is_err());
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn raw_set(&self, key: impl IntoLua, value: impl IntoLua) -> Result<()> {
        let lua = self.0.lua()?;
        lua.safepoint()?;
        self.with_key(key, |lua, _, _| {
            value.push_to_stack(lua)?;
            let table = self.raw_table()?;
            lua.enter(|vm| {
                let top = vm.stack_height();
                let (key, value) = (vm.stack_value(top - 2), vm.stack_value(top - 1));
                if table.is_readonly() {
                    return Err(Error::runtime(READONLY_ERROR));
                }
                table.header.a.set(0);
                match vm.heap().set(table, key, value) {
                    Ok(()) => Ok(()),
                    Err(TableError::Memory(_)) => Err(Error::Memory),
                    Err(TableError::NilKey) => Err(Error::runtime("table index is nil")),
                    Err(TableError::NanKey) => Err(Error::runtime("table index is NaN")),
                }
            })?
        })
    }

    /// The length, without metamethods.
    ///
    /// # Errors
    /// [`Error::StateDropped`]
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let list = lua.create_sequence_from([1, 2, 3])?;
    /// assert_eq!(list.raw_len()?, 3);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn raw_len(&self) -> Result<usize> {
        Ok(self.raw_table()?.len() as usize)
    }

    /// Has it no entries?
    ///
    /// # Errors
    /// [`Error::StateDropped`]
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let table = lua.create_table()?;
    /// assert!(table.is_empty()?);
    /// table.set("x", 1)?;
    /// assert!(!table.is_empty()?);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.raw_table()?.entry_from(0).is_none())
    }

    /// Appends a value to the array, without metamethods.
    ///
    /// # Errors
    /// As [`Table::raw_set`].
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let list = lua.create_table()?;
    /// list.push("first")?;
    /// list.push("second")?;
    /// assert_eq!(list.raw_len()?, 2);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn push(&self, value: impl IntoLua) -> Result<()> {
        self.raw_set(self.raw_len()? + 1, value)
    }

    /// Removes all entries.
    ///
    /// # Errors
    /// [`Error::Runtime`] for a read-only table, [`Error::StateDropped`].
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let list = lua.create_sequence_from([1, 2, 3])?;
    /// list.clear()?;
    /// assert!(list.is_empty()?);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn clear(&self) -> Result<()> {
        let lua = self.0.lua()?;
        let table = self.raw_table()?;
        self.check_writable()?;
        lua.enter(|vm| vm.heap().write(table).clear())
    }
}

/// With metamethods, as scripts see it.
impl Table {
    /// The value at a key.
    ///
    /// # Errors
    /// Those of the conversions and of `__index`.
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let table: perilune::api::Table = lua.load("return setmetatable({}, { __index = { x = 1 } })").eval()?;
    /// assert_eq!(table.get::<i32>("x")?, 1);
    /// assert_eq!(table.get::<Option<i32>>("y")?, None);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn get<V: FromLua>(&self, key: impl IntoLua) -> Result<V> {
        self.with_key(key, |lua, table, key| {
            let value = table.get(key);
            if !value.is_nil() || table.metatable().is_none() {
                return lua.convert_raw(value);
            }
            lua.get_with_metamethods(table.into(), key)
        })
    }

    /// Assigns.
    ///
    /// # Errors
    /// Those of the conversions and of `__newindex`, and as [`Table::raw_set`].
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// lua.globals().set("answer", 42)?;
    /// lua.load("assert(answer == 42)").exec()?;
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn set(&self, key: impl IntoLua, value: impl IntoLua) -> Result<()> {
        if self.raw_table()?.metatable().is_none() {
            return self.raw_set(key, value);
        }
        let lua = self.0.lua()?;
        lua.safepoint()?;
        self.with_key(key, |lua, _, _| {
            value.push_to_stack(lua)?;
            let table = self.0.raw()?;
            let handler = lua.try_enter(|vm| {
                let top = vm.stack_height();
                let (key, value) = (vm.stack_value(top - 2), vm.stack_value(top - 1));
                vm.assign(table, key, value)
            })?;
            let Some((handler, object)) = handler else {
                return Ok(());
            };
            lua.call_pushed(handler, |lua| {
                lua.try_enter(|vm| {
                    // Below what is called lie its function's two slots.
                    let top = vm.stack_height();
                    let (key, value) = (vm.stack_value(top - 4), vm.stack_value(top - 3));
                    vm.push(object)?;
                    vm.push(key)?;
                    vm.push(value)?;
                    Ok(3)
                })
            })
        })
    }

    /// Is there a value at the key?
    ///
    /// # Errors
    /// As [`Table::get`].
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// assert!(lua.globals().contains_key("print")?);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn contains_key(&self, key: impl IntoLua) -> Result<bool> {
        Ok(!self.get::<Value>(key)?.is_nil())
    }

    /// The length, as `#` tells it under the rules of 52COMPAT: `__len` counts.
    ///
    /// # Errors
    /// Those of `__len`.
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let table: perilune::api::Table = lua.load("return { 1, 2 }").eval()?;
    /// assert_eq!(table.len()?, 2);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn len(&self) -> Result<usize> {
        let lua = self.0.lua()?;
        let raw = self.0.raw()?;
        let handler = lua.enter(|vm| vm.metamethod(raw, Event::Len))?;
        if handler.is_nil() {
            return self.raw_len();
        }
        lua.call_raw(handler, self)
    }

    /// Calls the function at a key, without the table as an argument.
    ///
    /// # Errors
    /// As [`Function::call`].
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let string: perilune::api::Table = lua.globals().get("string")?;
    /// assert_eq!(string.call_function::<String>("rep", ("ab", 2))?, "abab");
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn call_function<R: FromLuaMulti>(
        &self,
        key: impl IntoLua,
        args: impl IntoLuaMulti,
    ) -> Result<R> {
        let function: Value = self.get(key)?;
        self.0.lua()?.call_value(&function, args)
    }

    /// Calls the function at a key with the table as its first argument.
    ///
    /// # Errors
    /// As [`Function::call`].
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let account: perilune::api::Table = lua.load("return { sum = 1, add = function(self, n) self.sum = self.sum + n return self.sum end }").eval()?;
    /// assert_eq!(account.call_method::<i32>("add", 2)?, 3);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn call_method<R: FromLuaMulti>(
        &self,
        key: impl IntoLua,
        args: impl IntoLuaMulti,
    ) -> Result<R> {
        let function: Value = self.get(key)?;
        self.0.lua()?.call_value(&function, (self, Rest(args)))
    }

    /// The metatable.
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let table: perilune::api::Table = lua.load("return setmetatable({}, { name = 1 })").eval()?;
    /// assert!(table.metatable()?.is_some());
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn metatable(&self) -> Result<Option<Table>> {
        let lua = self.0.lua()?;
        match self.raw_table()?.metatable() {
            Some(metatable) => Ok(Some(Table(lua.new_ref(metatable.into())?))),
            None => Ok(None),
        }
    }

    /// Sets or removes the metatable.
    ///
    /// # Errors
    /// [`Error::Runtime`] for a read-only table, [`Error::WrongState`], [`Error::StateDropped`].
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let (table, metatable) = (lua.create_table()?, lua.create_table()?);
    /// metatable.set("__index", lua.globals())?;
    /// table.set_metatable(Some(&metatable))?;
    /// assert!(table.contains_key("print")?);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn set_metatable(&self, metatable: Option<&Table>) -> Result<()> {
        let lua = self.0.lua()?;
        self.check_writable()?;
        let metatable = match metatable {
            Some(metatable) => metatable.0.raw_for(&lua)?.as_table(),
            None => None,
        };
        let table = self.0.raw()?;
        lua.enter(|vm| vm.set_metatable_of(table, metatable))
    }

    /// Makes the table read-only, or writable again. A read-only table can't be changed by scripts nor by the host, its metatable
    /// included: whoever tries gets an error. What it refers to is another matter.
    ///
    /// # Errors
    /// [`Error::StateDropped`]
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// use perilune::api::Lua;
    ///
    /// let lua = Lua::builder().build()?;
    /// let table = lua.create_sequence_from([1, 2, 3])?;
    /// table.set_readonly(true)?;
    /// let error: String = lua.load("return select(2, pcall(rawset, ..., 1, 0))").call(&table)?;
    /// assert_eq!(error, "attempt to modify a readonly table");
    /// table.set_readonly(false)?;
    /// table.set(1, 0)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_readonly(&self, readonly: bool) -> Result<()> {
        let table = self.raw_table()?;
        self.0.lua()?.enter(|vm| vm.set_readonly(table, readonly))
    }

    /// Is it read-only?
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let table = lua.create_table()?;
    /// assert!(!table.is_readonly());
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn is_readonly(&self) -> bool {
        self.raw_table().is_ok_and(|table| table.is_readonly())
    }

    fn check_writable(&self) -> Result<()> {
        match self.is_readonly() {
            true => Err(Error::runtime(READONLY_ERROR)),
            false => Ok(()),
        }
    }

    /// The entries, in the order of `next`, without metamethods. An entry that is removed while they are gone through ends it early.
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let table = lua.create_table_from([("a", 1), ("b", 2)])?;
    /// let mut sum = 0;
    /// for entry in table.pairs::<String, i32>() {
    ///     let (_key, value) = entry?;
    ///     sum += value;
    /// }
    /// assert_eq!(sum, 3);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn pairs<K: FromLua, V: FromLua>(&self) -> Pairs<'_, K, V> {
        Pairs {
            table: self,
            position: Some(0),
            types: PhantomData,
        }
    }

    /// The values at 1, 2, … up to the first nil, without metamethods.
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let list = lua.create_sequence_from([1, 2, 3])?;
    /// let values: Result<Vec<i32>, _> = list.sequence_values().collect();
    /// assert_eq!(values?, [1, 2, 3]);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn sequence_values<V: FromLua>(&self) -> SequenceValues<'_, V> {
        SequenceValues {
            table: self,
            index: Some(1),
            types: PhantomData,
        }
    }

    /// Something that tells tables apart while they live.
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let table = lua.create_table()?;
    /// assert_eq!(table.to_pointer(), table.clone().to_pointer());
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn to_pointer(&self) -> usize {
        self.raw_table().map_or(0, |table| table.as_ptr().addr())
    }
}

/// A tuple's last element, which gives the rest of the values.
struct Rest<A>(A);

impl<A: IntoLuaMulti> IntoLuaMulti for Rest<A> {
    fn into_lua_multi(self, lua: &Lua) -> Result<super::multi::MultiValue> {
        self.0.into_lua_multi(lua)
    }
    fn push_multi(self, lua: &Lua) -> Result<usize> {
        self.0.push_multi(lua)
    }
}

/// See [`Table::pairs`].
pub struct Pairs<'a, K, V> {
    table: &'a Table,
    /// The next position in the table's order.
    position: Option<u32>,
    types: PhantomData<fn() -> (K, V)>,
}

impl<K: FromLua, V: FromLua> Pairs<'_, K, V> {
    fn entry(&mut self, from: u32) -> Result<Option<(K, V)>> {
        let lua = self.table.0.lua()?;
        let Some((position, key, value)) = self.table.raw_table()?.entry_from(from) else {
            return Ok(None);
        };
        self.position = Some(position + 1);
        // Both get roots before any conversion may collect.
        let (key, value) = (Value::from_raw(key, &lua)?, Value::from_raw(value, &lua)?);
        Ok(Some((K::from_lua(key, &lua)?, V::from_lua(value, &lua)?)))
    }
}

impl<K: FromLua, V: FromLua> Iterator for Pairs<'_, K, V> {
    type Item = Result<(K, V)>;
    fn next(&mut self) -> Option<Result<(K, V)>> {
        let from = self.position.take()?;
        self.entry(from).transpose()
    }
}

/// See [`Table::sequence_values`].
pub struct SequenceValues<'a, V> {
    table: &'a Table,
    index: Option<usize>,
    types: PhantomData<fn() -> V>,
}

impl<V: FromLua> Iterator for SequenceValues<'_, V> {
    type Item = Result<V>;
    fn next(&mut self) -> Option<Result<V>> {
        let index = self.index.take()?;
        match self.table.raw_get::<Value>(index) {
            Ok(Value::Nil) => None,
            Ok(value) => {
                self.index = Some(index + 1);
                Some(self.table.0.lua().and_then(|lua| V::from_lua(value, &lua)))
            }
            Err(error) => Some(Err(error)),
        }
    }
}

impl Lua {
    /// Converts a value that was found since the last safepoint.
    #[inline]
    pub(super) fn convert_raw<V: FromLua>(&self, value: Raw) -> Result<V> {
        let height = self.enter(|vm| vm.stack_height())?;
        self.push_raw(value)?;
        let result = V::from_slot(self, super::convert::Slot(Some(height)));
        self.enter(|vm| vm.lower_stack(height))?;
        result
    }

    /// `object[key]`, both rooted.
    pub(super) fn get_with_metamethods<V: FromLua>(&self, object: Raw, key: Raw) -> Result<V> {
        match self.try_enter(|vm| vm.lookup(object, key))? {
            Ok(value) => self.convert_raw(value),
            Err((handler, object)) => self.call_pushed(handler, |lua| {
                lua.try_enter(|vm| {
                    vm.push(object)?;
                    vm.push(key)?;
                    Ok(2)
                })
            }),
        }
    }

    /// An empty table.
    ///
    /// # Errors
    /// [`Error::Memory`]
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let table = lua.create_table()?;
    /// assert!(table.is_empty()?);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn create_table(&self) -> Result<Table> {
        self.create_table_with_capacity(0, 0)
    }

    /// An empty table with room for so many array and other entries.
    ///
    /// # Errors
    /// [`Error::Memory`]
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let table = lua.create_table_with_capacity(100, 0)?;
    /// assert!(table.is_empty()?);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn create_table_with_capacity(&self, array: usize, hash: usize) -> Result<Table> {
        self.safepoint()?;
        let size = |n: usize| u32::try_from(n).map_err(|_| Error::Memory);
        // Slot 0 of the array is the one of key 0.
        let array = match size(array)? {
            0 => 0,
            n => n.saturating_add(1),
        };
        let hash = size(hash)?;
        let reference = self.enter(|vm| match RawTable::new(vm.heap(), array, hash) {
            Ok(table) => self.new_ref_in(vm, table.into()),
            Err(OutOfMemory) => Err(Error::Memory),
        })??;
        Ok(Table(reference))
    }

    /// A table of entries.
    ///
    /// # Errors
    /// As [`Table::raw_set`].
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let table = lua.create_table_from([("width", 3), ("height", 4)])?;
    /// assert_eq!(table.get::<i32>("height")?, 4);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn create_table_from<K: IntoLua, V: IntoLua>(
        &self,
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Table> {
        let entries = entries.into_iter();
        let table = self.create_table_with_capacity(0, entries.size_hint().0.min(1 << 20))?;
        for (key, value) in entries {
            table.raw_set(key, value)?;
        }
        Ok(table)
    }

    /// An array.
    ///
    /// # Errors
    /// As [`Table::raw_set`].
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let list = lua.create_sequence_from(["a", "b"])?;
    /// assert_eq!(list.raw_len()?, 2);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn create_sequence_from<V: IntoLua>(
        &self,
        values: impl IntoIterator<Item = V>,
    ) -> Result<Table> {
        let values = values.into_iter();
        let table = self.create_table_with_capacity(values.size_hint().0.min(1 << 20), 0)?;
        for (i, value) in values.enumerate() {
            table.raw_set(i + 1, value)?;
        }
        Ok(table)
    }

    /// The globals.
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// lua.globals().set("x", 1)?;
    /// assert_eq!(lua.load("return x").eval::<i32>()?, 1);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn globals(&self) -> Table {
        Table(self.ref_to(super::state::GLOBALS))
    }

    /// Calls any value.
    pub(super) fn call_value<R: FromLuaMulti>(
        &self,
        function: &Value,
        args: impl IntoLuaMulti,
    ) -> Result<R> {
        let raw = function.to_raw(self)?;
        self.call_raw(raw, args)
    }
}

impl Function {
    /// The function's environment: what its free names are.
    ///
    /// # Errors
    /// [`Error::StateDropped`]
    pub fn environment(&self) -> Result<Table> {
        let lua = self.0.lua()?;
        let raw = self.0.raw()?;
        let env = lua.enter(|vm| vm.environment_of(raw))?;
        let env = env.ok_or(Error::StateDropped)?;
        Ok(Table(lua.new_ref(env.into())?))
    }

    /// Sets the function's environment.
    ///
    /// # Errors
    /// [`Error::WrongState`], [`Error::StateDropped`].
    pub fn set_environment(&self, env: &Table) -> Result<()> {
        let lua = self.0.lua()?;
        let raw = self.0.raw()?;
        let env = env.0.raw_for(&lua)?.as_table().ok_or(Error::StateDropped)?;
        lua.enter(|vm| {
            vm.set_environment_of(raw, env);
        })
    }
}
