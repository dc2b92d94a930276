//! The string library.

#![forbid(unsafe_code)]

pub mod class;
pub mod pattern;
