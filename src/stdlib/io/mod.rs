//! The `io` library: files, pipes and the standard streams, through the host's unbuffered files.
//!
//! A file is a userdata whose payload is the number of an open stream. The streams themselves lie in the state's [`Io`],
//! so that all of them can be flushed when the program ends. The metatable of files is the environment of this
//! library's functions, as in LuaJIT.

#![forbid(unsafe_code)]

extern crate alloc;

use alloc::vec::Vec;

mod functions;
mod handle;
mod methods;
mod read;
mod scan;
mod stream;
#[cfg(test)]
mod tests;

use crate::host::{Host, HostError, StandardStream};
use crate::number::{TextBuffer, to_text};
use crate::value::{Gc, Userdata, Value};
use crate::vm::Vm;
use crate::vm::vmevent::VmEvent;
use stream::{Buffering, Kind, Stream};

pub(super) use functions::c_string;
pub use functions::open;

/// The number of an open stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct StreamId(u32);

/// What the library keeps per state: the open streams, and the default files of `io.read` and `io.write`.
#[derive(Default)]
pub struct Io {
    streams: Vec<Option<Stream>>,
    /// Input, output, error, once they have been asked for.
    standard: [Option<StreamId>; 3],
    input: Option<Gc<Userdata>>,
    output: Option<Gc<Userdata>>,
}

/// How many objects the library keeps alive.
pub(crate) const ROOTS: usize = 2;

impl Io {
    /// The objects that the library keeps alive.
    pub(crate) fn roots(&self) -> [Value; ROOTS] {
        [self.input, self.output].map(|file| file.map_or(Value::NIL, Value::from))
    }

    fn default_file(&self, which: StandardStream) -> Value {
        let file = if which == StandardStream::Input {
            self.input
        } else {
            self.output
        };
        file.map_or(Value::NIL, Value::from)
    }

    fn insert(&mut self, stream: Stream) -> Result<StreamId, HostError> {
        let free = self.streams.iter().position(Option::is_none);
        let index = match free {
            Some(index) => index,
            None => {
                self.streams
                    .try_reserve(1)
                    .map_err(|_| HostError::OutOfMemory)?;
                self.streams.push(None);
                self.streams.len() - 1
            }
        };
        self.streams[index] = Some(stream);
        Ok(StreamId(index as u32))
    }
    fn remove(&mut self, id: StreamId) -> Option<Stream> {
        self.streams.get_mut(id.0 as usize)?.take()
    }
    fn stream(&mut self, id: StreamId) -> Option<&mut Stream> {
        self.streams.get_mut(id.0 as usize)?.as_mut()
    }
}

impl Vm {
    /// Writes to the standard output as `print` does, whatever `io.output` is.
    pub(crate) fn print_bytes(&mut self, bytes: &[u8]) -> Result<(), HostError> {
        let id = self.standard_stream(StandardStream::Output)?;
        self.with_stream(id, |stream, host| stream.write(host, bytes))
    }

    /// Tells of an error in a finalizer, which no script can catch: the callback for it, or else the standard error.
    pub(crate) fn report_finalizer_error(&mut self) {
        if self.events.wants(VmEvent::ErrFin) {
            let error = core::mem::replace(&mut self.error_value, Value::NIL);
            self.send_event(VmEvent::ErrFin, &[error]);
        } else {
            self.report_error("ERROR in finalizer: ");
        }
    }

    /// Writes the error to the standard error, and forgets it.
    pub(crate) fn report_error(&mut self, prefix: &str) {
        let mut buffer = TextBuffer::default();
        let error = self.error_value;
        let string = error.as_str();
        let message = match (&string, error.as_number()) {
            (Some(text), _) => text.as_bytes(),
            (None, Some(n)) => to_text(n, &mut buffer),
            (None, None) => b"?",
        };
        for part in [prefix.as_bytes(), message, b"\n"] {
            self.write_error(part);
        }
        self.error_value = Value::NIL;
    }

    /// Writes to the standard error. Where that fails there is nobody else to tell.
    pub(crate) fn write_error(&mut self, bytes: &[u8]) {
        if let Ok(id) = self.standard_stream(StandardStream::Error) {
            let _ = self.with_stream(id, |stream, host| stream.write(host, bytes));
        }
    }

    /// Does something with a stream.
    fn with_stream<R>(
        &mut self,
        id: StreamId,
        f: impl FnOnce(&mut Stream, &mut dyn Host) -> Result<R, HostError>,
    ) -> Result<R, HostError> {
        match self.io.stream(id) {
            Some(stream) => f(stream, &mut *self.host),
            None => Err(HostError::WrongMode),
        }
    }

    /// Writes out what all streams have pending. The first failure is reported.
    pub fn flush_streams(&mut self) -> Result<(), HostError> {
        let mut result = Ok(());
        for stream in self.io.streams.iter_mut().flatten() {
            result = result.and(stream.flush(&mut *self.host));
        }
        result
    }

    /// Reads the standard input to its end, for `loadfile()` and the like.
    pub fn read_standard_input(&mut self) -> Result<Vec<u8>, HostError> {
        let id = self.standard_stream(StandardStream::Input)?;
        let mut bytes = Vec::new();
        loop {
            let stream = self.io.stream(id).ok_or(HostError::Unsupported)?;
            let available = stream.fill(&mut *self.host)?;
            let n = available.len();
            if n == 0 {
                return Ok(bytes);
            }
            bytes.try_reserve(n).map_err(|_| HostError::OutOfMemory)?;
            bytes.extend_from_slice(available);
            stream.consume(n);
        }
    }

    /// Reads a line of the standard input, without its end; nothing at the end of the input.
    pub fn read_standard_line(&mut self) -> Result<Option<Vec<u8>>, HostError> {
        let id = self.standard_stream(StandardStream::Input)?;
        let mut line = Vec::new();
        loop {
            let stream = self.io.stream(id).ok_or(HostError::Unsupported)?;
            let mut available = stream.available();
            if available.is_empty() {
                available = stream.fill(&mut *self.host)?;
            }
            if available.is_empty() {
                return Ok(Some(line).filter(|line| !line.is_empty()));
            }
            let end = memchr::memchr(b'\n', available);
            let piece = &available[..end.unwrap_or(available.len())];
            line.try_reserve(piece.len())
                .map_err(|_| HostError::OutOfMemory)?;
            line.extend_from_slice(piece);
            let taken = piece.len() + usize::from(end.is_some());
            stream.consume(taken);
            if end.is_some() {
                return Ok(Some(line));
            }
        }
    }

    /// The standard stream, opened when first asked for.
    fn standard_stream(&mut self, which: StandardStream) -> Result<StreamId, HostError> {
        if let Some(id) = self.io.standard[which as usize] {
            return Ok(id);
        }
        let stream = match self.host.standard_stream(which) {
            Ok(file) => {
                let input = which == StandardStream::Input;
                let mut stream = Stream::new(file, Kind::Standard, input, !input);
                if which == StandardStream::Error {
                    stream.set_buffering(&mut *self.host, Buffering::None)?;
                }
                stream
            }
            Err(_) if which == StandardStream::Output => Stream::host_output(),
            Err(_) => Stream::absent(),
        };
        let id = self.io.insert(stream)?;
        self.io.standard[which as usize] = Some(id);
        Ok(id)
    }

    /// Before the script waits for a person's input, the person sees what has been written so far.
    fn flush_before_waiting(&mut self, id: StreamId) {
        if self.io.standard[StandardStream::Input as usize] != Some(id) {
            return;
        }
        if let Some(out) = self.io.standard[StandardStream::Output as usize]
            && let Some(stream) = self.io.stream(out)
            && stream.buffering() == Buffering::Line
        {
            let _ = stream.flush(&mut *self.host);
        }
    }
}
