//! The standard library, one file per library.
//!
//! Each library file has a table of its functions (`LIB: &[LibFn]`) and, where more than functions is to be set up, an
//! `open` function.

pub mod string;

use crate::vm::native::NativeFn;

/// A library function as it is registered.
pub struct LibFn {
    /// Its name in the library's table.
    pub name: &'static str,
    /// Its code.
    pub function: NativeFn,
    /// LuaJIT's number for it, as `tostring(print)` shows it ("function: builtin#29").
    pub builtin: u8,
}

pub mod coroutine;
pub mod debug;
pub mod io;
pub mod os;
