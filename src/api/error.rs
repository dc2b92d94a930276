//! Errors: what can go wrong between a program and its scripts.

extern crate alloc;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use super::state::{Lua, try_box};
use super::userdata::cell;
use crate::syntax::ast::Span;
use crate::value::{Gc, Thread};
use crate::vm::Vm;
use crate::vm::debuginfo::short_name;
use crate::vm::run::StopReason;

/// The result of most of the API.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// A function that was active when an error happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StackFrame {
    /// The chunk, as messages show it; `[C]` for native functions.
    pub source: String,
    /// The line that was executed, where known.
    pub line: Option<u32>,
    /// What the caller calls the function, where that is known.
    pub name: Option<String>,
}

impl fmt::Display for StackFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        match &self.name {
            Some(name) => write!(f, ": in function '{name}'"),
            None => Ok(()),
        }
    }
}

/// What went wrong.
///
/// An error of a callback reaches the script that called it: as a string, if it is of a kind that Lua has itself, else as an object
/// whose `tostring` is the message. If no `pcall` catches it, the caller of the script gets it back as [`Error::Callback`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The source text is no Lua.
    Syntax {
        /// With chunk name and line in front.
        message: String,
        /// Does the text end where it could go on? A prompt asks for more then.
        incomplete_input: bool,
        /// The bytes at fault.
        span: Option<Span>,
    },
    /// An error of the script, or of a callback in terms of the script.
    Runtime {
        /// The error value as a text. The value itself is [`Lua::take_error_value`].
        message: String,
        /// The active functions, innermost first.
        frames: Vec<StackFrame>,
    },
    /// The memory limit is reached, or the host has no more memory.
    Memory,
    /// The fuel is used up. `pcall` doesn't catch this. See [`Lua::resume`].
    OutOfFuel,
    /// An [`InterruptHandle`](super::InterruptHandle) or the host stopped the run. `pcall` doesn't catch this. See [`Lua::resume`].
    Interrupted,
    /// A callback failed, and no `pcall` caught that.
    Callback {
        /// What the callback returned.
        cause: Box<Error>,
        /// The active functions, innermost first.
        frames: Vec<StackFrame>,
    },
    /// A value is not what it was to be converted to.
    FromLua {
        /// The type of the value.
        from: &'static str,
        /// What was wanted.
        to: &'static str,
        /// Why, beyond the types.
        reason: Option<&'static str>,
    },
    /// A value of the program has no counterpart.
    IntoLua {
        /// The Rust type.
        from: &'static str,
        /// What it was to become.
        to: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// An argument of a callback can't be converted.
    BadArgument {
        /// Which, from 1 on.
        position: usize,
        /// Why.
        cause: Box<Error>,
    },
    /// Callbacks and scripts call one another too deeply; see [`Builder::max_nesting`](super::Builder::max_nesting).
    NestingTooDeep,
    /// The coroutine can't be resumed: it has ended, or runs.
    CoroutineUnresumable,
    /// There is no stopped run to resume.
    NothingToResume,
    /// The userdata is of another type.
    UserDataTypeMismatch,
    /// The userdata's value was taken, or its scope has ended.
    UserDataDestructed,
    /// The value is borrowed mutably.
    UserDataBorrow,
    /// The value is borrowed, so that it can't be borrowed mutably.
    UserDataBorrowMut,
    /// A function of [`Lua::create_function_mut`] called itself.
    RecursiveMutCallback,
    /// The callback's scope has ended.
    CallbackDestructed,
    /// An option of the compiler that there is not.
    InvalidOption {
        /// What was given.
        option: String,
    },
    /// There is no app data of the type.
    NoAppData,
    /// A handle was used with another state than its own.
    WrongState,
    /// The state of the handle was dropped.
    StateDropped,
    /// The engine is in the middle of its work, as when it calls a method of the host or drops userdata.
    Busy,
    /// An error of the program's own.
    External(Box<dyn core::error::Error + Send + Sync>),
    /// An error and what was being done.
    WithContext {
        /// What was being done.
        context: String,
        /// The error.
        cause: Box<Error>,
    },
}

#[cfg(feature = "jit")]
impl Error {
    /// Without memory for the option's text, it is left out.
    #[cold]
    pub(super) fn invalid_option(option: &str) -> Error {
        let mut text = String::new();
        if text.try_reserve_exact(option.len()).is_ok() {
            text.push_str(option);
        }
        Error::InvalidOption { option: text }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Syntax { message, .. } => write!(f, "syntax error: {message}"),
            Error::Runtime { message, frames } => {
                f.write_str(message)?;
                write_frames(f, frames)
            }
            Error::Callback { cause, frames } => {
                write!(f, "{cause}")?;
                write_frames(f, frames)
            }
            Error::FromLua { from, to, reason } => {
                write!(f, "{to} expected, got {from}")?;
                match reason {
                    Some(reason) => write!(f, " ({reason})"),
                    None => Ok(()),
                }
            }
            Error::IntoLua { from, to, reason } => {
                write!(f, "cannot make a Lua {to} of {from}: {reason}")
            }
            Error::BadArgument { position, cause } => {
                write!(f, "bad argument #{position} ({cause})")
            }
            Error::InvalidOption { option } => write!(f, "unknown or malformed option '{option}'"),
            Error::External(error) => write!(f, "{error}"),
            Error::WithContext { context, cause } => write!(f, "{context}: {cause}"),
            other => f.write_str(other.fixed_text()),
        }
    }
}

fn write_frames(f: &mut fmt::Formatter<'_>, frames: &[StackFrame]) -> fmt::Result {
    if !f.alternate() {
        return Ok(());
    }
    for frame in frames {
        write!(f, "\n\t{frame}")?;
    }
    Ok(())
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Error::Callback { cause, .. }
            | Error::BadArgument { cause, .. }
            | Error::WithContext { cause, .. } => Some(&**cause),
            Error::External(error) => Some(&**error),
            _ => None,
        }
    }
}

/// A text whose growth may fail.
#[derive(Default)]
pub(super) struct Text(pub String);

impl Write for Text {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.0.try_reserve(s.len()).map_err(|_| fmt::Error)?;
        self.0.push_str(s);
        Ok(())
    }
}

/// A formatted text, or no memory.
pub(super) fn try_format(text: fmt::Arguments<'_>) -> Result<String> {
    let mut out = Text::default();
    out.write_fmt(text).map_err(|_| Error::Memory)?;
    Ok(out.0)
}

/// Bytes as text; what is no UTF-8 becomes the replacement character.
pub(super) fn lossy(bytes: &[u8]) -> Result<String> {
    let mut out = Text::default();
    for chunk in bytes.utf8_chunks() {
        let written = out
            .write_str(chunk.valid())
            .and_then(|()| match chunk.invalid() {
                [] => Ok(()),
                _ => out.write_char(char::REPLACEMENT_CHARACTER),
            });
        written.map_err(|_| Error::Memory)?;
    }
    Ok(out.0)
}

impl Error {
    /// An error with a message of the program's, as Lua's `error` makes it, without a position.
    pub fn runtime(message: impl fmt::Display) -> Error {
        match try_format(format_args!("{message}")) {
            Ok(message) => Error::Runtime {
                message,
                frames: Vec::new(),
            },
            Err(error) => error,
        }
    }

    /// An error of the program's own. Whoever runs the script can look at it again: [`Error::downcast_ref`].
    pub fn external(error: impl Into<Box<dyn core::error::Error + Send + Sync>>) -> Error {
        Error::External(error.into())
    }

    /// The program's own error of type `E` somewhere in the chain of causes.
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// use perilune::api::{Error, Lua};
    ///
    /// let lua = Lua::builder().build()?;
    /// let parse = lua.create_function(|_, text: String| {
    ///     text.parse::<i32>().map_err(Error::external)
    /// })?;
    /// lua.globals().set("parse", parse)?;
    /// let error = lua.load("return parse 'x'").exec().unwrap_err();
    /// assert!(error.downcast_ref::<std::num::ParseIntError>().is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub fn downcast_ref<E: core::error::Error + 'static>(&self) -> Option<&E> {
        let mut error: &(dyn core::error::Error + 'static) = self;
        loop {
            if let Some(found) = error.downcast_ref::<E>() {
                return Some(found);
            }
            error = error.source()?;
        }
    }

    /// The error below callbacks and contexts.
    pub fn root(&self) -> &Error {
        let mut error = self;
        while let Error::Callback { cause, .. }
        | Error::BadArgument { cause, .. }
        | Error::WithContext { cause, .. } = error
        {
            error = cause;
        }
        error
    }

    /// Adds what was being done.
    pub fn context(self, context: impl fmt::Display) -> Error {
        match try_format(format_args!("{context}")) {
            Ok(context) => match try_box(self) {
                Ok(cause) => Error::WithContext { context, cause },
                Err(error) => error,
            },
            Err(_) => self,
        }
    }

    /// Was the run stopped (out of fuel, interrupted), rather than ended by an error?
    pub fn is_stop(&self) -> bool {
        matches!(self.root(), Error::OutOfFuel | Error::Interrupted)
    }

    pub(super) fn stop(reason: StopReason) -> Error {
        match reason {
            StopReason::OutOfFuel => Error::OutOfFuel,
            StopReason::Interrupted | StopReason::Debugger => Error::Interrupted,
        }
    }

    pub(super) fn bad_argument(position: usize, cause: Error) -> Error {
        match try_box(cause) {
            Ok(cause) => Error::BadArgument { position, cause },
            Err(error) => error,
        }
    }

    fn fixed_text(&self) -> &'static str {
        match self {
            Error::Memory => "not enough memory",
            Error::OutOfFuel => "out of fuel",
            Error::Interrupted => "interrupted",
            Error::NestingTooDeep => "callbacks and scripts call one another too deeply",
            Error::CoroutineUnresumable => "the coroutine can't be resumed",
            Error::NothingToResume => "no run was stopped",
            Error::UserDataTypeMismatch => "userdata of another type",
            Error::UserDataDestructed => "the userdata's value is gone",
            Error::UserDataBorrow => "the value is borrowed mutably",
            Error::UserDataBorrowMut => "the value is borrowed",
            Error::RecursiveMutCallback => "a function that changes its state called itself",
            Error::CallbackDestructed => "the callback's scope has ended",
            Error::NoAppData => "no app data of this type",
            Error::WrongState => "a value of another Lua state",
            Error::StateDropped => "the Lua state was dropped",
            Error::Busy => "the Lua state is busy",
            _ => "",
        }
    }
}

/// How errors that Rust makes look to scripts, and the other way round.
impl Lua {
    /// The error that the engine has raised. Its frames are those of the run at hand.
    #[cold]
    pub(super) fn take_error(&self) -> Error {
        match self.enter(|vm| self.make_error(vm, Vec::new())) {
            Ok(error) | Err(error) => error,
        }
    }

    /// The value of the error that ended the last run or call, which an [`Error`] has as a text only. It can be had once.
    pub fn take_error_value(&self) -> Result<super::Value> {
        let raw = self.enter(|vm| {
            let value = vm.error_value;
            vm.error_value = crate::value::Value::NIL;
            value
        })?;
        super::Value::from_raw(raw, self)
    }

    /// Makes an error of the one that is under way.
    pub(super) fn make_error(&self, vm: &mut Vm, frames: Vec<StackFrame>) -> Error {
        let value = vm.run_error();
        if value == vm.memory_message.into() {
            return Error::Memory;
        }
        if let Some(cause) = cell::take_error(value) {
            return match try_box(cause) {
                Ok(cause) => Error::Callback { cause, frames },
                Err(error) => error,
            };
        }
        match error_text(vm, value) {
            Ok(message) => Error::Runtime { message, frames },
            Err(error) => error,
        }
    }
}

/// An error value as a text, without calling anything.
fn error_text(vm: &mut Vm, value: crate::value::Value) -> Result<String> {
    if value.is_number() {
        return match vm.to_str(value) {
            Ok(Some(text)) => lossy(text.as_bytes()),
            _ => Err(Error::Memory),
        };
    }
    match value.as_str() {
        Some(text) => lossy(text.as_bytes()),
        None => try_format(format_args!(
            "(error object is a {} value)",
            value.type_of().name()
        )),
    }
}

/// How many functions of a stack an error tells.
const MAX_FRAMES: usize = 64;

/// The functions that are active on the running thread, down to where the run began. Where there is no memory for all of them, the inner ones.
pub(super) fn frames(vm: &Vm) -> Vec<StackFrame> {
    frames_of(vm, vm.current_thread())
}

/// The functions that are active on a thread.
pub(super) fn frames_of(vm: &Vm, thread: Gc<Thread>) -> Vec<StackFrame> {
    let mut frames = Vec::new();
    for at in vm.activations(thread).take(MAX_FRAMES) {
        let frame = || -> Result<StackFrame> {
            Ok(StackFrame {
                source: match at.function.proto() {
                    Some(proto) => lossy(short_name(proto.chunk_name().as_bytes()).as_bytes())?,
                    None => lossy(b"[C]")?,
                },
                line: at.line(),
                name: match vm.function_name(&at) {
                    Some((_, name)) => Some(lossy(name.as_bytes())?),
                    None => None,
                },
            })
        };
        if frames.try_reserve(1).is_err() {
            break;
        }
        match frame() {
            Ok(frame) => frames.push(frame),
            Err(_) => break,
        }
    }
    frames
}
