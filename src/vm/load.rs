//! Chunks: from source text or bytecode to a function.

extern crate alloc;

use bumpalo::Bump;

use crate::compile::{self, CompileError};
use crate::syntax::{self, ParseOptions};
use crate::value::{Function, Gc, Value};
use crate::vm::Vm;
use crate::vm::native::Raised;

/// What `load` accepts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mode {
    /// Source text.
    pub text: bool,
    /// Bytecode.
    pub binary: bool,
}

impl Mode {
    /// Anything that the state allows.
    pub const ANY: Mode = Mode { text: true, binary: true };

    /// The mode that a string like "bt" names.
    pub fn parse(mode: &[u8]) -> Mode {
        Mode { text: mode.contains(&b't'), binary: mode.contains(&b'b') }
    }
}

/// Where the last syntax error was, for tools.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SyntaxErrorPlace {
    /// The tokens at fault.
    pub span: syntax::ast::Span,
    /// Ends the source where it could go on?
    pub incomplete_input: bool,
}
