//! Values that the program keeps in a state by name.

use super::convert::{FromLua, IntoLua};
use super::error::Result;
use super::state::Lua;
use super::table::Table;

/// Marks the cached table.
struct Named;

impl Lua {
    fn named_values(&self) -> Result<Table> {
        self.cached::<Named>(|lua| Ok(lua.create_table()?.0))
            .map(Table)
    }

    /// Keeps a value by a name, out of reach of scripts. nil forgets it.
    ///
    /// # Errors
    /// [`Error::Memory`](super::Error::Memory), those of the conversion.
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// use perilune::api::{Function, Lua};
    ///
    /// let lua = Lua::builder().build()?;
    /// let on_exit: Function = lua.load("return function() return 'bye' end").eval()?;
    /// lua.set_named_registry_value("on_exit", on_exit)?;
    /// let on_exit: Function = lua.named_registry_value("on_exit")?;
    /// assert_eq!(on_exit.call::<String>(())?, "bye");
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_named_registry_value(&self, name: &str, value: impl IntoLua) -> Result<()> {
        self.named_values()?.raw_set(name, value)
    }

    /// The value kept by a name.
    ///
    /// # Errors
    /// Those of the conversion; nil is what was never set.
    pub fn named_registry_value<V: FromLua>(&self, name: &str) -> Result<V> {
        self.named_values()?.raw_get(name)
    }
}
