//! Bytecode: the one opcode table, the instruction word, prototypes, and later the dump format and the verifier.

pub mod dump;
mod ins;
pub mod list;
mod op;
mod proto;
pub mod verify;

pub use ins::{BIAS_J, Ins, MAX_A, MAX_B, MAX_C, MAX_D, NO_JUMP};
pub use op::{Bc, Mode, Operands};
pub use proto::{CaptureInfo, LocalVar, Proto, ProtoFlags, ProtoParts};
