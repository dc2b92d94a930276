//! The string library.
//!
//! - [`basic`]: `byte char dump len lower rep reverse sub upper`
//! - [`find`]: `find match gmatch`; [`gsub`]
//! - [`format`]
//! - [`pattern`], with [`class`], is the matcher that the searching functions share.
//!
//! Results are put together in the state's scratch buffer, or, where Lua code runs meanwhile, in a buffer of their own
//! that lies in a slot.

#![forbid(unsafe_code)]

pub(crate) mod basic;
pub(crate) mod build;
pub mod class;
pub(crate) mod find;
pub(crate) mod format;
pub(crate) mod gsub;
pub mod pattern;

use crate::stdlib::{LibFn, new_library, unnumbered};
use crate::value::Type;
use crate::vm::Vm;
use crate::vm::native::Raised;

/// The functions. `len` is a Lua function in LuaJIT and has no number there.
const LIB: &[LibFn] = &[
    LibFn::new("len", basic::len, unnumbered::LEN),
    LibFn::new("byte", basic::byte, 76),
    LibFn::new("char", basic::char, 77),
    LibFn::new("sub", basic::sub, 78),
    LibFn::new("rep", basic::rep, 79),
    LibFn::new("reverse", basic::reverse, 80),
    LibFn::new("lower", basic::lower, 81),
    LibFn::new("upper", basic::upper, 82),
    LibFn::new("dump", basic::dump, 83),
    LibFn::new("find", find::find, 84),
    LibFn::new("match", find::match_, 85),
    LibFn::new("gmatch", find::gmatch, 87),
    LibFn::new("gsub", gsub::gsub, 88),
    LibFn::new("format", format::format, 89),
];
/// LuaJIT's number for the iterator that `gmatch` returns.
const GMATCH_ITERATOR: u8 = 86;

/// Registers the library, and makes it what indexing a string looks into.
pub(crate) fn open(vm: &mut Vm) -> Result<(), Raised> {
    let library = new_library(vm, "string", LIB)?;
    let metatable = vm.new_table(0, 1)?;
    vm.raw_set_name(metatable, "__index", library.into())?;
    vm.base_metatables[Type::String as usize] = Some(metatable);
    Ok(())
}
