//! The trace IR of Perilune: SSA instructions in the manner of LuaJIT, their text form, verifier, evaluator and optimiser.
//!
//! The crate knows no value layout, no heap and no machine. Objects are opaque numbers, fields and runtime helpers enums; whoever
//! executes a trace supplies what they mean, be it machine code or an [`eval::Machine`].
//!
//! | module | subject |
//! |---|---|
//! | [`op`] | THE table of operations |
//! | [`types`], [`ins`], [`literal`] | types and references, instructions and constants, what literal operands name |
//! | [`trace`], [`snap`] | traces, their limits and errors, snapshots |
//! | [`build`] | emitting instructions through the optimiser |
//! | [`side`] | how a side trace begins |
//! | [`text`] | printing and parsing |
//! | [`verify`] | the rules a trace keeps |
//! | [`eval`] | executing a trace: the oracle |
//! | [`opt`] | the optimiser |
//!
//! ```
//! use perilune_ir::{build::{Builder, NoObjects}, ins::Const, literal::{SloadMode, Slot}, op::IrOp, opt::Options, trace::Limits, types::IrType};
//! # fn main() -> Result<(), Box<dyn core::error::Error>> {
//! let mut b = Builder::try_new(Limits::default(), Options::ALL, &NoObjects)?;
//! b.snapshot(0, 0, &[])?;
//! let x = b.guard(IrOp::SLoad, IrType::Num, Slot(2), SloadMode::TYPECHECK)?;
//! let one = b.konst(Const::num(1.0))?;
//! assert_eq!(b.ins(IrOp::Mul, IrType::Num, x, one)?, x);
//! # Ok(()) }
//! ```
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(any(test, feature = "model"))]
extern crate std;

pub mod build;
pub mod eval;
#[cfg(test)]
mod filetests;
pub mod ins;
pub mod literal;
#[cfg(any(test, feature = "model"))]
pub mod model;
pub mod op;
pub mod opt;
pub mod side;
pub mod snap;
pub mod text;
pub mod trace;
pub mod types;
pub mod verify;
