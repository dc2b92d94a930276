//! The x86-64 back end of Perilune: trace IR becomes machine code.
//!
//! | module | subject |
//! |---|---|
//! | [`runtime`] | what machine code knows of the engine |
#![no_std]
#![deny(unsafe_code)]

pub mod runtime;
