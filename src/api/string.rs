//! Lua strings: bytes without an encoding.

extern crate alloc;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;

use super::error::{Error, Result, lossy};
use super::state::{Lua, Ref};
use crate::value::{Gc, Str};

/// A handle of a Lua string.
///
/// ```
/// # fn main() -> Result<(), perilune::api::Error> {
/// use perilune::api::{Lua, LuaString};
///
/// let lua = Lua::builder().build()?;
/// let s: LuaString = lua.load(r"return 'caf\195\169'").eval()?;
/// assert_eq!(s.to_str()?, "café");
/// assert_eq!(s.as_bytes()?.len(), 5);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct LuaString(pub(super) Ref);

/// The bytes of a Lua string. They keep the state.
pub struct BorrowedBytes<'a> {
    text: Gc<Str>,
    _string: &'a LuaString,
    _lua: Lua,
}

impl Deref for BorrowedBytes<'_> {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        // The handle keeps the string, and the owner its heap. Strings don't change.
        self.text.as_bytes()
    }
}

impl AsRef<[u8]> for BorrowedBytes<'_> {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl LuaString {
    /// Its bytes.
    ///
    /// # Errors
    /// [`Error::StateDropped`]
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let text = lua.create_string([0xff, 0])?;
    /// assert_eq!(&*text.as_bytes()?, [0xff, 0]);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn as_bytes(&self) -> Result<BorrowedBytes<'_>> {
        let lua = self.0.lua()?;
        let text = self.0.raw()?.as_str().ok_or(Error::StateDropped)?;
        Ok(BorrowedBytes {
            text,
            _string: self,
            _lua: lua,
        })
    }

    /// A copy of its bytes.
    ///
    /// # Errors
    /// [`Error::StateDropped`], [`Error::Memory`].
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// assert_eq!(lua.create_string("ab")?.to_vec()?, b"ab");
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn to_vec(&self) -> Result<Vec<u8>> {
        let bytes = self.as_bytes()?;
        let mut copy = Vec::new();
        copy.try_reserve_exact(bytes.len())
            .map_err(|_| Error::Memory)?;
        copy.extend_from_slice(&bytes);
        Ok(copy)
    }

    /// A copy as UTF-8 text.
    ///
    /// # Errors
    /// [`Error::FromLua`] where it is no UTF-8, [`Error::StateDropped`], [`Error::Memory`].
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// assert_eq!(lua.create_string("ab")?.to_str()?, "ab");
    /// assert!(lua.create_string([0xff])?.to_str().is_err());
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn to_str(&self) -> Result<String> {
        let bytes = self.as_bytes()?;
        match core::str::from_utf8(&bytes) {
            Ok(_) => lossy(&bytes),
            Err(_) => Err(Error::FromLua {
                from: "string",
                to: "String",
                reason: Some("no UTF-8"),
            }),
        }
    }

    /// A copy as text; what is no UTF-8 becomes the replacement character.
    ///
    /// # Errors
    /// [`Error::StateDropped`], [`Error::Memory`].
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// assert_eq!(lua.create_string([b'a', 0xff])?.to_string_lossy()?, "a\u{fffd}");
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn to_string_lossy(&self) -> Result<String> {
        lossy(&self.as_bytes()?)
    }
}

impl fmt::Debug for LuaString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_bytes() {
            Ok(bytes) => write!(f, "\"{}\"", bytes.escape_ascii()),
            Err(_) => f.write_str("LuaString"),
        }
    }
}

impl PartialEq for LuaString {
    fn eq(&self, other: &LuaString) -> bool {
        match (self.as_bytes(), other.as_bytes()) {
            (Ok(a), Ok(b)) => *a == *b,
            _ => self.0.is_same(&other.0),
        }
    }
}

impl PartialEq<str> for LuaString {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes()
            .is_ok_and(|bytes| *bytes == *other.as_bytes())
    }
}

impl PartialEq<&str> for LuaString {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl Lua {
    /// A string of these bytes.
    ///
    /// # Errors
    /// [`Error::Memory`]
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let text = lua.create_string("text")?;
    /// lua.globals().set("text", text)?;
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn create_string(&self, bytes: impl AsRef<[u8]>) -> Result<LuaString> {
        self.safepoint()?;
        let reference = self.enter(|vm| match vm.new_str(bytes.as_ref()) {
            Ok(text) => self.new_ref_in(vm, text),
            Err(_) => Err(Error::Memory),
        })??;
        Ok(LuaString(reference))
    }
}
