//! `read` and the iterators of `lines`: formats, and what each of them takes from a stream.

use super::StreamId;
use super::handle::with_handle;
use super::scan::{self, Scanned};
use super::stream::{READ_AHEAD, Stream};
use crate::gc::{Heap, OutOfMemory};
use crate::host::{Host, HostError};
use crate::number;
use crate::value::{Buffer, Function, Gc, Str, Value};
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult, Raised};

/// The longest string that is read, as in LuaJIT.
const MAX_STRING: usize = 0x7FFF_FF00;
/// A scratch buffer that grew larger than this gives its room back.
const KEPT_ROOM: usize = 1 << 20;

/// Why a read ended without a value.
enum Stop {
    /// The host failed: the results are those of a failure.
    Failed(HostError),
    /// There is no memory for the result.
    OutOfMemory,
}

impl From<HostError> for Stop {
    fn from(error: HostError) -> Stop {
        match error {
            HostError::OutOfMemory => Stop::OutOfMemory,
            error => Stop::Failed(error),
        }
    }
}

impl From<OutOfMemory> for Stop {
    fn from(_: OutOfMemory) -> Stop {
        Stop::OutOfMemory
    }
}

/// The parts of the state that a read uses.
struct Source<'a> {
    stream: &'a mut Stream,
    host: &'a mut dyn Host,
    heap: &'a mut Heap,
    /// Where a text is put together that doesn't lie in the stream's buffer as a whole.
    scratch: Gc<Buffer>,
}

impl Source<'_> {
    fn intern(&mut self, bytes: &[u8]) -> Result<Gc<Str>, Stop> {
        self.heap.intern(bytes).map_err(|_| Stop::OutOfMemory)
    }

    /// What has been put together.
    fn finish(&mut self) -> Result<Gc<Str>, Stop> {
        let text = self.heap.intern_buffer(self.scratch);
        if self.scratch.len() > KEPT_ROOM {
            self.scratch.release(self.heap);
        }
        text.map_err(|OutOfMemory| Stop::OutOfMemory)
    }

    /// A line, with or without its end; nothing at the end of the input.
    fn line(&mut self, keep_end: bool) -> Result<Option<Gc<Str>>, Stop> {
        self.scratch.clear();
        loop {
            let mut available = self.stream.available();
            if available.is_empty() {
                available = self.stream.fill(self.host)?;
                if available.is_empty() {
                    return match self.scratch.is_empty() {
                        true => Ok(None),
                        false => self.finish().map(Some),
                    };
                }
            }
            let end = memchr::memchr(b'\n', available);
            let piece = match end {
                Some(end) => available.get(..end + usize::from(keep_end)),
                None => Some(available),
            }
            .unwrap_or_default();
            let taken = end.map_or(available.len(), |end| end + 1);
            if end.is_some() && self.scratch.is_empty() {
                let line = self.heap.intern(piece).map_err(|_| Stop::OutOfMemory)?;
                self.stream.consume(taken);
                return Ok(Some(line));
            }
            self.scratch.push_bytes(self.heap, piece)?;
            self.stream.consume(taken);
            if self.scratch.len() > MAX_STRING {
                return Err(Stop::OutOfMemory);
            }
            if end.is_some() {
                return self.finish().map(Some);
            }
        }
    }

    /// At most `limit` bytes.
    fn bytes(&mut self, limit: usize) -> Result<Gc<Str>, Stop> {
        if let Some(piece) = self.stream.available().get(..limit) {
            let text = self.heap.intern(piece).map_err(|_| Stop::OutOfMemory)?;
            self.stream.consume(limit);
            return Ok(text);
        }
        self.scratch.clear();
        if limit > READ_AHEAD {
            // The size is a hint only: the file may grow or shrink meanwhile.
            let remaining = self.stream.remaining().min(limit as u64);
            self.scratch.reserve(self.heap, remaining as usize)?;
        }
        while self.scratch.len() < limit {
            let mut available = self.stream.available();
            if available.is_empty() {
                available = self.stream.fill(self.host)?;
            }
            let n = available.len().min(limit - self.scratch.len());
            if n == 0 {
                break;
            }
            self.scratch
                .push_bytes(self.heap, available.get(..n).unwrap_or_default())?;
            self.stream.consume(n);
        }
        self.finish()
    }

    /// Is there at least one byte more?
    fn has_more(&mut self) -> Result<bool, Stop> {
        Ok(!self.stream.available().is_empty() || !self.stream.fill(self.host)?.is_empty())
    }

    fn number(&mut self) -> Result<Option<Value>, Stop> {
        Ok(match scan::number(self.stream, self.host)? {
            Scanned::Nothing => None,
            Scanned::Word(n) => Some(Value::number(n)),
            Scanned::Text(text) => Some(Value::number(number::parse(&text).unwrap_or(0.0))),
        })
    }
}

/// What one format asks for.
#[derive(Clone, Copy)]
enum Format {
    Number,
    Line { keep_end: bool },
    All,
    Bytes(usize),
}

impl Vm {
    fn read_format(&mut self, i: usize) -> Result<Format, Raised> {
        let value = self.arg(i);
        if let Some(text) = value.as_str() {
            let name = text.as_bytes();
            return match name.strip_prefix(b"*").unwrap_or(name).first() {
                Some(b'n') => Ok(Format::Number),
                Some(b'l') => Ok(Format::Line { keep_end: false }),
                Some(b'L') => Ok(Format::Line { keep_end: true }),
                Some(b'a') => Ok(Format::All),
                _ => Err(self.arg_error(i, format_args!("invalid format"))),
            };
        }
        if value.is_number() {
            let n = self.check_int(i)? as u32 as usize;
            return if n > MAX_STRING {
                Err(self.memory_error())
            } else {
                Ok(Format::Bytes(n))
            };
        }
        Err(self.arg_error(i, format_args!("invalid option")))
    }

    /// One value, or nil at the end of the input.
    fn read_one(
        &mut self,
        id: StreamId,
        format: Format,
    ) -> Result<Result<Value, HostError>, Raised> {
        let Some(stream) = self.io.stream(id) else {
            return Ok(Err(HostError::WrongMode));
        };
        let mut source = Source {
            stream,
            host: &mut *self.host,
            heap: &mut self.heap,
            scratch: self.scratch,
        };
        let result = match format {
            Format::Number => match source.number() {
                // C's `scanf` doesn't call it an error that a stream isn't for reading.
                Err(Stop::Failed(HostError::WrongMode)) => Ok(Value::NIL),
                number => number.map(|n| n.unwrap_or(Value::NIL)),
            },
            Format::Line { keep_end } => source
                .line(keep_end)
                .map(|line| line.map_or(Value::NIL, Value::from)),
            Format::All => source.bytes(MAX_STRING).map(Value::from),
            Format::Bytes(0) => match source.has_more() {
                Ok(true) => source.intern(b"").map(Value::from),
                Ok(false) => Ok(Value::NIL),
                Err(stop) => Err(stop),
            },
            Format::Bytes(n) => match source.bytes(n) {
                Ok(text) if text.is_empty() => Ok(Value::NIL),
                Ok(text) => Ok(text.into()),
                Err(stop) => Err(stop),
            },
        };
        match result {
            Ok(value) => Ok(Ok(value)),
            Err(Stop::Failed(HostError::Interrupted)) => {
                // The request that cut the waiting short is for the state, unless it was something else.
                self.request_service();
                self.charge(1)?;
                Ok(Err(HostError::Interrupted))
            }
            Err(Stop::Failed(error)) => Ok(Err(error)),
            Err(Stop::OutOfMemory) => Err(self.memory_error()),
        }
    }

    /// Reads by the formats in the slots from `first` on, pushes the values and says how many they are.
    fn read_formats(
        &mut self,
        id: StreamId,
        first: usize,
    ) -> Result<Result<u32, HostError>, Raised> {
        self.flush_before_waiting(id);
        let end = self.nargs();
        if first >= end {
            let line = match self.read_one(id, Format::Line { keep_end: false })? {
                Ok(line) => line,
                Err(error) => return Ok(Err(error)),
            };
            self.push(line)?;
            return Ok(Ok(1));
        }
        self.reserve_stack(end - first)?;
        for i in first..end {
            let format = self.read_format(i)?;
            let value = match self.read_one(id, format)? {
                Ok(value) => value,
                Err(error) => return Ok(Err(error)),
            };
            self.push(value)?;
            if value.is_nil() {
                return Ok(Ok((i - first + 1) as u32));
            }
        }
        Ok(Ok((end - first) as u32))
    }

    /// `read`, with the formats in the slots from `first` on.
    pub(super) fn read_results(&mut self, id: StreamId, first: usize) -> NativeResult {
        match self.read_formats(id, first)? {
            Ok(count) => Ok(Flow::Return(count)),
            Err(error) => self.host_result(Err(error), None),
        }
    }

    /// A `lines` iterator over the file in slot 0, with the formats in the slots behind it.
    pub(super) fn new_lines(&mut self) -> Result<Gc<Function>, Raised> {
        const MAX_UPVALUES: usize = 60;
        let count = self.nargs();
        if count > MAX_UPVALUES {
            return Err(self.error(format_args!("too many results to unpack")));
        }
        let mut upvalues = [Value::NIL; MAX_UPVALUES];
        for (i, upvalue) in upvalues.iter_mut().enumerate().take(count) {
            *upvalue = self.arg(i);
        }
        self.new_native(next_line, 0, upvalues.get(..count).unwrap_or_default())
    }
}

/// The iterator of `lines`: upvalue 0 is the file, the others are formats.
fn next_line(vm: &mut Vm) -> NativeResult {
    let file = vm.upvalue(0);
    let Some((Some(id), close_at_end)) =
        with_handle(file, |handle| (handle.stream.get(), handle.close_at_end))
    else {
        return Err(vm.error(format_args!("attempt to use a closed file")));
    };
    vm.truncate(0);
    for i in 1..vm.callee().upvalue_count() {
        let format = vm.upvalue(i);
        vm.push(format)?;
    }
    let formats = vm.nargs();
    let count = match vm.read_formats(id, 0)? {
        Ok(count) => count,
        Err(error) => {
            let (text, _) = vm.describe(error, None)?;
            return Err(vm.error_message(&text.0));
        }
    };
    if close_at_end && vm.arg(formats).is_nil() {
        vm.close_file(file, id)?;
        return Ok(Flow::Return(0));
    }
    Ok(Flow::Return(count))
}
