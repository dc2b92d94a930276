//! Differential tests of the `perilune` command against reference LuaJIT.
//!
//! The *oracle* is LuaJIT 2.1.1788856981, built from the sources in the crate `luajit-src`
//! ([`oracle`]). Every script below `conformance/lua/<area>/` runs on the oracle and on the
//! engine ([`engine`]) in a directory of its own ([`sandbox`]); what both wrote and how they
//! ended is a [`Transcript`], and the two transcripts must be equal ([`check`]).
//!
//! ```text
//! cargo test -p perilune-conformance --test differential -- string/ closures
//! cargo run -p perilune-conformance --example compare -- some.lua
//! ```

pub mod check;
pub mod engine;
pub mod guards;
pub mod oracle;
pub mod sandbox;
pub mod script;
pub mod suite;
pub mod transcript;

pub use sandbox::Interpreter;
pub use script::Script;
pub use transcript::Transcript;
