//! The layout of load and run calls, and how they are done: the request is fetched once, checked, carried out and answered.
//!
//! `kernel/perilune.h` has the same for C. All fields are in the machine's byte order; addresses are those of the process.

extern crate alloc;
use alloc::boxed::Box;
use alloc::vec::Vec;

use perilune::host::Memory;
use perilune::value::Value;

use crate::errno::Errno;
use crate::kernel::{Kernel, Result};
use crate::limits::Limits;
use crate::script::{Answer, LoadError, MAX_ARGUMENTS, Outcome, Script};

/// A record whose fields lie one after the other.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $ty,)*
        }

        impl $name {
            /// Its size in bytes.
            pub const SIZE: usize = 0 $(+ size_of::<$ty>())*;

            /// Reads one from its bytes.
            pub fn from_bytes(bytes: &[u8; Self::SIZE]) -> $name {
                let mut rest = bytes.as_slice();
                $(
                    let mut field = [0; size_of::<$ty>()];
                    let (head, tail) = rest.split_at(field.len());
                    field.copy_from_slice(head);
                    rest = tail;
                    let $field = <$ty>::from_ne_bytes(field);
                )*
                let _ = rest;
                $name { $($field,)* }
            }

            /// Its bytes.
            pub fn to_bytes(&self) -> [u8; Self::SIZE] {
                let mut bytes = [0; Self::SIZE];
                let mut at = 0;
                $(
                    let field = self.$field.to_ne_bytes();
                    bytes[at..at + field.len()].copy_from_slice(&field);
                    at += field.len();
                )*
                let _ = at;
                bytes
            }

            /// Fetches one from the process.
            pub fn fetch(kernel: &mut dyn Kernel, address: u64) -> Result<$name> {
                let mut bytes = [0; Self::SIZE];
                kernel.copy_in(address, &mut bytes)?;
                Ok($name::from_bytes(&bytes))
            }
        }
    };
}

record! {
    /// What to load.
    LoadRequest {
        /// Where the text is.
        source: u64,
        /// How long it is.
        source_len: u64,
        /// Where the script's name is, for error messages: `@file` or `=name`.
        name: u64,
        /// How long it is, at most 64 bytes.
        name_len: u32,
        /// None is known yet.
        flags: u32,
        /// The memory limit in bytes; 0 here and below is the default.
        memory: u64,
        /// The fuel of each run.
        fuel: u64,
        /// Slots of a stack.
        stack: u32,
        /// KiB of machine code; [`NO_CODE`] is an interpreter only.
        code: u32,
        /// Bytes of memory to be shared with the process, 0 for none.
        region: u64,
        /// Where an error's message goes.
        message: u64,
        /// How long it may be.
        message_size: u32,
        /// Answer: how long it is.
        message_len: u32,
    }
}

/// In [`LoadRequest::code`]: no machine code.
pub const NO_CODE: u32 = u32::MAX;

record! {
    /// What to run.
    RunRequest {
        /// Where the arguments are, an array of [`WireValue`].
        arguments: u64,
        /// How many, at most [`MAX_ARGUMENTS`].
        argument_count: u32,
        /// [`RESUME`], [`ANY_SIGNAL`].
        flags: u32,
        /// Where results go, an array of [`WireValue`].
        results: u64,
        /// How many fit.
        result_capacity: u32,
        /// Answer: how many there are. Those that don't fit are lost.
        result_count: u32,
        /// Where the bytes of results that are strings go.
        bytes: u64,
        /// How many fit.
        bytes_size: u64,
        /// Answer: how many there are. Strings that don't fit are cut.
        bytes_used: u64,
        /// Fuel for this run, 0 for what was said at loading.
        fuel: u64,
        /// Answer: one of [`RETURNED`], [`FAILED`], [`OUT_OF_FUEL`], [`INTERRUPTED`].
        outcome: u32,
        /// 0
        reserved: u32,
        /// Answer: how many system calls the script has made so far.
        calls: u64,
        /// Answer: how much fuel its runs have used so far.
        fuel_used: u64,
    }
}

/// In [`RunRequest::flags`]: go on with the run that stopped.
pub const RESUME: u32 = 1;
/// In [`RunRequest::flags`]: any signal stops the run, so that the process can handle it and resume.
pub const ANY_SIGNAL: u32 = 2;

/// [`RunRequest::outcome`]: the script returned.
pub const RETURNED: u32 = 0;
/// It failed; the first result is the error.
pub const FAILED: u32 = 1;
/// It ran out of fuel and can be resumed.
pub const OUT_OF_FUEL: u32 = 2;
/// It was interrupted by a signal and can be resumed.
pub const INTERRUPTED: u32 = 3;

record! {
    /// An argument or a result.
    WireValue {
        /// One of [`NIL`], [`BOOLEAN`], [`NUMBER`], [`STRING`], [`INTEGER`], [`OTHER`].
        kind: u32,
        /// A string's length.
        length: u32,
        /// The boolean, the number's bits, the integer, or where the string's bytes are.
        payload: u64,
    }
}

/// nil
pub const NIL: u32 = 0;
/// A boolean, 0 or 1.
pub const BOOLEAN: u32 = 1;
/// A double.
pub const NUMBER: u32 = 2;
/// A string.
pub const STRING: u32 = 3;
/// A signed integer, which becomes a number. Only as an argument.
pub const INTEGER: u32 = 4;
/// A value that can't leave the script, its type's name as a string. Only as a result.
pub const OTHER: u32 = 5;

/// The longest name of a script.
const MAX_NAME: usize = 64;
/// Bytes of a result that are copied at a time.
const CHUNK: usize = 256;

impl LoadRequest {
    /// The limits that it asks for, nowhere above `most`.
    pub fn limits(&self, most: &Limits) -> Limits {
        let default = Limits::DEFAULT;
        let or = |asked: u64, default: usize| match asked {
            0 => default,
            asked => usize::try_from(asked).unwrap_or(usize::MAX),
        };
        let asked = Limits {
            memory: or(self.memory, default.memory),
            fuel: match self.fuel {
                0 => default.fuel,
                fuel => Some(fuel),
            },
            stack: or(u64::from(self.stack), default.stack),
            code: match self.code {
                0 => default.code,
                NO_CODE => 0,
                code => code,
            },
            ..default
        };
        asked.within(most)
    }
}

/// Bytes of the process, no more than `most`.
fn fetch_bytes(kernel: &mut dyn Kernel, address: u64, len: u64, most: usize) -> Result<Vec<u8>> {
    let len = usize::try_from(len).unwrap_or(usize::MAX);
    if len > most {
        return Err(Errno::E2BIG);
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(len).map_err(|_| Errno::ENOMEM)?;
    bytes.resize(len, 0);
    if len > 0 {
        kernel.copy_in(address, &mut bytes)?;
    }
    Ok(bytes)
}

/// Loads what a request that was fetched from `address` asks for. `kernel` is the script's, with the region that the request asks
/// for; `process` is any that copies to and from the process.
///
/// # Errors
/// `ENOEXEC` if the text is no Lua; then the message is in the request's buffer.
#[inline(never)]
pub fn load(
    process: &mut dyn Kernel,
    kernel: Box<dyn Kernel>,
    memory: Box<dyn Memory>,
    request: &LoadRequest,
    address: u64,
    most: &Limits,
) -> Result<Script> {
    let limits = request.limits(most);
    let (source, name) = fetch_text(process, request, &limits)?;
    match Script::load(kernel, memory, &source, &name, limits) {
        Ok(script) => Ok(script),
        Err(LoadError::TooLong) => Err(Errno::E2BIG),
        Err(LoadError::OutOfMemory) => Err(Errno::ENOMEM),
        Err(LoadError::Invalid(message)) => {
            answer_message(process, request, address, message.as_bytes())?;
            Err(Errno::ENOEXEC)
        }
    }
}

fn fetch_text(
    kernel: &mut dyn Kernel,
    request: &LoadRequest,
    limits: &Limits,
) -> Result<(Vec<u8>, Vec<u8>)> {
    if request.flags != 0 {
        return Err(Errno::EINVAL);
    }
    let name = fetch_bytes(kernel, request.name, u64::from(request.name_len), MAX_NAME)?;
    let source = fetch_bytes(kernel, request.source, request.source_len, limits.source)?;
    Ok((
        source,
        if name.is_empty() {
            name_of_nothing()?
        } else {
            name
        },
    ))
}

fn name_of_nothing() -> Result<Vec<u8>> {
    let name = b"=script";
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(name.len())
        .map_err(|_| Errno::ENOMEM)?;
    bytes.extend_from_slice(name);
    Ok(bytes)
}

fn answer_message(
    kernel: &mut dyn Kernel,
    request: &LoadRequest,
    address: u64,
    message: &[u8],
) -> Result<()> {
    let len = message.len().min(request.message_size as usize);
    kernel.copy_out(request.message, &message[..len])?;
    let answered = LoadRequest {
        message_len: len as u32,
        ..*request
    };
    kernel.copy_out(address, &answered.to_bytes())
}

/// Carries out the request to run that lies at `address`.
///
/// # Errors
/// `EFAULT` for addresses that aren't the process's, `EINVAL` for requests that make no sense, among them resuming what isn't stopped.
#[inline(never)]
pub fn run(script: &mut Script, address: u64) -> Result<()> {
    let mut request = with_kernel(script, |kernel| RunRequest::fetch(kernel, address))?;
    if request.flags & !(RESUME | ANY_SIGNAL) != 0 || request.reserved != 0 {
        return Err(Errno::EINVAL);
    }
    script.stop_at_any_signal(request.flags & ANY_SIGNAL != 0);
    script.set_fuel(request.fuel);
    let outcome = if request.flags & RESUME != 0 {
        script.resume().ok_or(Errno::EINVAL)?
    } else {
        begin(script, &request)?
    };
    let count = match outcome {
        Outcome::Returned(count) => count,
        Outcome::Failed => 1,
        Outcome::OutOfFuel | Outcome::Interrupted => 0,
    };
    request.outcome = match outcome {
        Outcome::Returned(_) => RETURNED,
        Outcome::Failed => FAILED,
        Outcome::OutOfFuel => OUT_OF_FUEL,
        Outcome::Interrupted => INTERRUPTED,
    };
    request.result_count = u32::try_from(count).unwrap_or(u32::MAX);
    request.bytes_used = 0;
    for i in 0..count.min(request.result_capacity as usize) {
        answer(script, &mut request, i)?;
    }
    let usage = script.usage();
    request.calls = usage.calls;
    request.fuel_used = usage.fuel;
    with_kernel(script, |kernel| {
        kernel.copy_out(address, &request.to_bytes())
    })
}

fn with_kernel<R>(script: &mut Script, f: impl FnOnce(&mut dyn Kernel) -> Result<R>) -> Result<R> {
    script.with_kernel(f).unwrap_or(Err(Errno::EINVAL))
}

fn begin(script: &mut Script, request: &RunRequest) -> Result<Outcome> {
    let count = request.argument_count as usize;
    if count > MAX_ARGUMENTS {
        return Err(Errno::E2BIG);
    }
    let mut wire = [0; MAX_ARGUMENTS * WireValue::SIZE];
    let wire = &mut wire[..count * WireValue::SIZE];
    if count > 0 {
        with_kernel(script, |kernel| kernel.copy_in(request.arguments, wire))?;
    }
    let mut values = [Value::NIL; MAX_ARGUMENTS];
    let (wire, _) = wire.as_chunks::<{ WireValue::SIZE }>();
    for (value, wire) in values.iter_mut().zip(wire) {
        let wire = WireValue::from_bytes(wire);
        *value = match wire.kind {
            NIL => Value::NIL,
            BOOLEAN => Value::boolean(wire.payload != 0),
            NUMBER => Value::number(f64::from_bits(wire.payload)),
            INTEGER => Value::number(wire.payload as i64 as f64),
            STRING => {
                let most = script.transfer_limit();
                let bytes = with_kernel(script, |kernel| {
                    fetch_bytes(kernel, wire.payload, u64::from(wire.length), most)
                })?;
                script.string(&bytes).ok_or(Errno::ENOMEM)?
            }
            _ => return Err(Errno::EINVAL),
        };
    }
    Ok(script.begin(&values[..count]))
}

/// Writes result `i` where the request wants it.
fn answer(script: &mut Script, request: &mut RunRequest, i: usize) -> Result<()> {
    let (kind, length, payload) = match script.answer(i) {
        Answer::Nil => (NIL, 0, 0),
        Answer::Boolean(b) => (BOOLEAN, 0, u64::from(b)),
        Answer::Number(n) => (NUMBER, 0, n.to_bits()),
        Answer::String(bytes) => (STRING, bytes.len(), 0),
        Answer::Other(name) => (OTHER, name.len(), 0),
    };
    let mut value = WireValue {
        kind,
        length: 0,
        payload,
    };
    if kind == STRING || kind == OTHER {
        let used = request.bytes_used.min(request.bytes_size);
        let room = usize::try_from(request.bytes_size - used).unwrap_or(usize::MAX);
        let taken = length.min(room);
        value.payload = request.bytes.wrapping_add(used);
        value.length = u32::try_from(taken).unwrap_or(u32::MAX);
        copy_answer(script, i, value.payload, taken)?;
        request.bytes_used = request.bytes_used.saturating_add(length as u64);
    }
    let place = (i * WireValue::SIZE) as u64;
    with_kernel(script, |kernel| {
        kernel.copy_out(request.results.wrapping_add(place), &value.to_bytes())
    })
}

/// Copies the first bytes of a result out, piece by piece, for the state and its kernel can't be borrowed at once.
fn copy_answer(script: &mut Script, i: usize, to: u64, len: usize) -> Result<()> {
    let mut chunk = [0; CHUNK];
    let mut at = 0;
    while at < len {
        let bytes = match script.answer(i) {
            Answer::String(bytes) => bytes,
            Answer::Other(name) => name.as_bytes(),
            _ => return Ok(()),
        };
        let piece = &bytes[at..len.min(at + CHUNK)];
        let taken = piece.len();
        chunk[..taken].copy_from_slice(piece);
        with_kernel(script, |kernel| {
            kernel.copy_out(to.wrapping_add(at as u64), &chunk[..taken])
        })?;
        at += taken;
    }
    Ok(())
}
