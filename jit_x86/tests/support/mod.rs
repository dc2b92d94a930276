//! A model runtime in real memory: the engine's encoding of values, tables, strings and functions at fixed addresses, and the helpers
//! that machine code calls. The evaluator works on the same memory through [`World`]'s `Machine`.
#![allow(dead_code, reason = "each test uses a part")]

pub mod ladder;
pub mod memory;
pub mod restore;
pub mod world;

pub use memory::Pages;
pub use world::World;
