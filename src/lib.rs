//! Perilune: a complete engine for the LuaJIT 2.1 dialect of Lua, `no_std`, memory-bounded and interruptible.
#![no_std]
// The documentation serves those who work on the engine, too.
#![allow(rustdoc::private_intra_doc_links)]

extern crate alloc;

pub mod api;
pub mod bytecode;
pub mod compile;
pub mod gc;
pub mod host;
#[cfg(feature = "jit")]
pub mod jit;
pub mod number;
#[cfg(feature = "jit")]
mod record;
pub mod stdlib;
pub mod syntax;
pub mod value;
pub mod vm;

/// The examples of the book and of the README, as tests.
#[cfg(all(doctest, feature = "std"))]
mod book {
    #[doc = include_str!("../docs/src/embedding.md")]
    mod embedding {}
    #[doc = include_str!("../docs/src/limits.md")]
    mod limits {}
}
