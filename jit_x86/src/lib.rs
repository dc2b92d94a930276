//! The x86-64 back end of Perilune: trace IR becomes machine code.
//!
//! ```text
//! Input ─► compile (backwards: registers, lowering) ─► items ─► emit ─► bytes ─► region ─► Code
//! ```
//!
//! | module | subject |
//! |---|---|
//! | [`runtime`] | what machine code knows of the engine |
//! | [`input`] | what the assembler takes; where values are at exits |
//! | `compile`, `registers`, `snapshot`, `loops`, `head`, `moves`, `fuel` | the walk over a trace and the allocation of registers |
//! | `lower` | each operation of the IR |
//! | `asm`, `emit`, `reg` | instructions, bytes, registers |
//! | `blind`, `lower::mask`, `random` | measures against hostile scripts |
//! | [`region`], [`code`] | code memory; assembling, linking exits |
//! | `disassemble` | dumps, with the feature of this name |
//!
//! Code is entered by [`region::Region::enter`] and left through exit stubs, which store all registers in
//! [`runtime::TraceContext`]. [`code::Code::locations`] tells where the values of a snapshot are then.
#![no_std]
#![deny(unsafe_code)]

extern crate alloc;

mod asm;
mod blind;
pub mod code;
mod compile;
mod cpu;
#[cfg(feature = "disassemble")]
pub mod disassemble;
mod emit;
mod error;
mod fuel;
mod head;
pub mod input;
mod loops;
mod lower;
mod moves;
mod random;
mod reg;
pub mod region;
mod registers;
pub mod runtime;
mod snapshot;

pub use error::BackendError;
