//! What the fuzz targets and the random tests of the conformance suite run: programs and calls made out of bytes, and states to run them in.
//!
//! Everything is made by [`arbitrary::Arbitrary`], so that a fuzzer changes one decision by changing one byte. `tests/quality.rs` holds the generators to
//! their quality.

pub mod api;
mod choice;
pub mod damage;
pub mod inputs;
pub mod program;
pub mod render;
pub mod state;
pub mod strings;
