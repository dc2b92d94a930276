//! Messages on the standard error, with the program's name in front as LuaJIT writes them.

use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;

use crate::diagnostics;
use crate::engine::Failure;

static PROGRAM: OnceLock<Vec<u8>> = OnceLock::new();

/// Sets the name that stands in front of messages.
pub fn set_program(name: &[u8]) {
    // The name is set once, at the start.
    let _ = PROGRAM.set(name.to_vec());
}

/// The name that stands in front of messages.
pub fn program() -> &'static [u8] {
    PROGRAM.get().map_or(b"perilune", Vec::as_slice)
}

/// Writes a message.
pub fn message(text: &[u8]) {
    let line = [program(), b": ", text, b"\n"].concat();
    let _ = io::stderr().write_all(&line);
}

/// Writes a message without the program's name, as the prompt does.
pub fn plain(text: &[u8]) {
    let _ = io::stderr().write_all(&[text, b"\n"].concat());
}

/// Writes what went wrong in a script; an error with the value nil says nothing.
/// A person at a terminal is shown where the source is wrong.
pub fn failure(failure: &Failure) {
    match failure {
        Failure::Error(Some(text)) if io::stderr().is_terminal() => {
            diagnostics::show_error(program(), text);
        }
        failure => {
            if let Some(text) = failure.text() {
                message(text);
            }
        }
    }
    if let Failure::Syntax(failure) = failure
        && io::stderr().is_terminal()
    {
        diagnostics::point(&failure.source, failure.span.clone());
    }
}
