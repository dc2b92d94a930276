//! Bytecode: the one opcode table, the instruction word, prototypes, the listing, the verifier, the dump format.

pub mod dump;
mod ins;
pub mod list;
mod op;
mod proto;
pub mod verify;

pub use ins::{BIAS_J, Ins, MAX_A, MAX_B, MAX_C, MAX_D, NO_JUMP};
pub use op::{Bc, Mode, Operands};
pub use proto::{CaptureInfo, LocalVar, MAX_UPVALUES, Proto, ProtoFlags, ProtoParts};
