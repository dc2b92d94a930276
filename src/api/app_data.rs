//! Values of the program's own types that belong to a state.

extern crate alloc;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::any::{Any, TypeId};
use core::cell::{Ref, RefCell, RefMut};

use super::error::{Error, Result};
use super::state::{Lua, try_box};

/// One value per type.
#[derive(Default)]
pub(super) struct AppData {
    entries: RefCell<Vec<(TypeId, Box<dyn Any>)>>,
}

impl AppData {
    /// Drops everything.
    pub(super) fn clear(&self) {
        // What is still borrowed stays until the end of the state's last handle.
        if let Ok(mut entries) = self.entries.try_borrow_mut() {
            let dropped = core::mem::take(&mut *entries);
            drop(entries);
            drop(dropped);
        }
    }
}

impl Lua {
    /// Keeps a value with the state, and gives back the one of this type that was there before.
    ///
    /// # Errors
    /// [`Error::UserDataBorrow`] while app data is borrowed, [`Error::Memory`].
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// use perilune::api::Lua;
    ///
    /// struct Score(u32);
    /// let lua = Lua::builder().build()?;
    /// lua.set_app_data(Score(0))?;
    /// let win = lua.create_function(|lua, ()| {
    ///     lua.app_data_mut::<Score>()?.0 += 1;
    ///     Ok(())
    /// })?;
    /// win.call::<()>(())?;
    /// assert_eq!(lua.app_data::<Score>()?.0, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_app_data<T: 'static>(&self, value: T) -> Result<Option<T>> {
        let value = try_box(value)?;
        let before = self.remove_app_data::<T>()?;
        let entries = &self.inner().app_data.entries;
        let mut entries = entries
            .try_borrow_mut()
            .map_err(|_| Error::UserDataBorrow)?;
        entries.try_reserve(1).map_err(|_| Error::Memory)?;
        entries.push((TypeId::of::<T>(), value));
        Ok(before)
    }

    /// Takes the value of a type out.
    ///
    /// # Errors
    /// [`Error::UserDataBorrow`] while app data is borrowed.
    pub fn remove_app_data<T: 'static>(&self) -> Result<Option<T>> {
        let entries = &self.inner().app_data.entries;
        let mut entries = entries
            .try_borrow_mut()
            .map_err(|_| Error::UserDataBorrow)?;
        let found = entries.iter().position(|(id, _)| *id == TypeId::of::<T>());
        let taken = found.map(|at| entries.swap_remove(at).1);
        Ok(taken
            .and_then(|value| value.downcast().ok())
            .map(|value| *value))
    }

    /// The value of a type.
    ///
    /// # Errors
    /// [`Error::NoAppData`] where there is none, [`Error::UserDataBorrow`] while it is borrowed mutably.
    pub fn app_data<T: 'static>(&self) -> Result<Ref<'_, T>> {
        let entries = &self.inner().app_data.entries;
        let entries = entries.try_borrow().map_err(|_| Error::UserDataBorrow)?;
        Ref::filter_map(entries, |entries| {
            let entry = entries.iter().find(|(id, _)| *id == TypeId::of::<T>())?;
            entry.1.downcast_ref()
        })
        .map_err(|_| Error::NoAppData)
    }

    /// The value of a type, to change it. No other app data is to be had meanwhile.
    ///
    /// # Errors
    /// [`Error::NoAppData`] where there is none, [`Error::UserDataBorrow`] while app data is borrowed.
    pub fn app_data_mut<T: 'static>(&self) -> Result<RefMut<'_, T>> {
        let entries = &self.inner().app_data.entries;
        let entries = entries
            .try_borrow_mut()
            .map_err(|_| Error::UserDataBorrow)?;
        RefMut::filter_map(entries, |entries| {
            let entry = entries
                .iter_mut()
                .find(|(id, _)| *id == TypeId::of::<T>())?;
            entry.1.downcast_mut()
        })
        .map_err(|_| Error::NoAppData)
    }
}
