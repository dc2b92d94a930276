//! Buffered streams over the host's unbuffered files, with the observable behaviour of C's `FILE`.
//!
//! One buffer serves reading and writing, never both at once: reading first writes out what is pending, writing first
//! gives back what was read ahead. Output leaves in whole blocks of [`BLOCK`] bytes, so that it interleaves with other
//! programs' output as that of a C program does.

extern crate alloc;

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::host::{ExitStatus, File, Host, HostError, SeekOrigin};

/// The unit of buffered output.
const BLOCK: usize = 4096;
/// How much is read at once.
pub(super) const READ_AHEAD: usize = 16 << 10;

/// What a stream is, for closing it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A file.
    File,
    /// A pipe to or from a command.
    Pipe,
    /// A standard stream; scripts can't close it.
    Standard,
}

/// When output leaves the buffer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Buffering {
    /// When the buffer is full.
    Full,
    /// At the end of each line.
    Line,
    /// At once.
    None,
}

/// Where the bytes come from and go to.
enum Backend {
    /// A file of the host.
    File(Box<dyn File>),
    /// [`Host::write_output`].
    Output,
    /// Nothing: the host has no such stream.
    Absent,
}

/// What the buffer holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    /// `buffer[position..]` was read and not yet consumed.
    Input,
    /// `buffer` was written by the script and not yet by the host.
    Output,
}

/// A buffered stream.
pub(super) struct Stream {
    backend: Backend,
    kind: Kind,
    readable: bool,
    writable: bool,
    buffering: Buffering,
    content: Content,
    position: usize,
    buffer: Vec<u8>,
}

impl Stream {
    /// A stream over a file of the host.
    pub fn new(file: Box<dyn File>, kind: Kind, readable: bool, writable: bool) -> Stream {
        let buffering = if file.is_terminal() {
            Buffering::Line
        } else {
            Buffering::Full
        };
        let mut stream = Stream::with_backend(Backend::File(file), kind, readable, writable);
        stream.buffering = buffering;
        stream
    }
    /// The standard output of a host that only has [`Host::write_output`].
    pub fn host_output() -> Stream {
        Stream::with_backend(Backend::Output, Kind::Standard, false, true)
    }
    /// A standard stream that the host doesn't have.
    pub fn absent() -> Stream {
        Stream::with_backend(Backend::Absent, Kind::Standard, true, true)
    }
    fn with_backend(backend: Backend, kind: Kind, readable: bool, writable: bool) -> Stream {
        Stream {
            backend,
            kind,
            readable,
            writable,
            buffering: Buffering::None,
            content: Content::Input,
            position: 0,
            buffer: Vec::new(),
        }
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }
    pub fn buffering(&self) -> Buffering {
        self.buffering
    }

    // ---- reading ----

    /// The bytes that are there without asking the host.
    pub fn available(&self) -> &[u8] {
        match self.content {
            Content::Input => self.buffer.get(self.position..).unwrap_or_default(),
            Content::Output => &[],
        }
    }
    /// Takes `n` of the available bytes.
    pub fn consume(&mut self, n: usize) {
        self.position = (self.position + n).min(self.buffer.len());
    }
    /// Asks the host for more once all available bytes are consumed. An empty answer is the end.
    pub fn fill(&mut self, host: &mut dyn Host) -> Result<&[u8], HostError> {
        if !self.readable {
            return Err(HostError::WrongMode);
        }
        if self.content == Content::Output {
            self.flush(host)?;
            self.content = Content::Input;
        }
        if self.position >= self.buffer.len() {
            self.position = 0;
            self.buffer.clear();
            self.buffer
                .try_reserve_exact(READ_AHEAD)
                .map_err(|_| HostError::OutOfMemory)?;
            self.buffer.resize(READ_AHEAD, 0);
            let result = self.backend_read();
            self.buffer.truncate(*result.as_ref().unwrap_or(&0));
            result?;
        }
        Ok(self.available())
    }
    fn backend_read(&mut self) -> Result<usize, HostError> {
        match &mut self.backend {
            Backend::File(file) => file.read(&mut self.buffer),
            Backend::Output => Err(HostError::WrongMode),
            Backend::Absent => Err(HostError::Unsupported),
        }
    }
    /// How many bytes are left until the end, as far as that can be told.
    pub fn remaining(&mut self) -> u64 {
        let ahead = self.available().len() as u64;
        match &mut self.backend {
            Backend::File(file) => ahead.saturating_add(file.remaining()),
            Backend::Output | Backend::Absent => 0,
        }
    }

    // ---- writing ----

    /// Writes all of the bytes, or into the buffer.
    pub fn write(&mut self, host: &mut dyn Host, bytes: &[u8]) -> Result<(), HostError> {
        if self.content == Content::Input || !self.writable {
            self.begin_output()?;
        }
        match self.buffering {
            Buffering::None => self.backend_write(host, bytes),
            Buffering::Full => self.write_blocks(host, bytes),
            Buffering::Line => {
                self.write_blocks(host, bytes)?;
                if memchr::memchr(b'\n', bytes).is_some() {
                    self.flush(host)?;
                }
                Ok(())
            }
        }
    }
    #[cold]
    fn begin_output(&mut self) -> Result<(), HostError> {
        if !self.writable {
            return Err(HostError::WrongMode);
        }
        self.drop_input();
        self.content = Content::Output;
        Ok(())
    }
    /// Forgets what was read ahead; the host's position goes back to where the script believes to be.
    fn drop_input(&mut self) {
        let ahead = self.available().len() as i64;
        self.buffer.clear();
        self.position = 0;
        if ahead > 0
            && let Backend::File(file) = &mut self.backend
        {
            // A stream that can't seek has no common position for reading and writing.
            let _ = file.seek(SeekOrigin::Current, -ahead);
        }
    }
    fn write_blocks(&mut self, host: &mut dyn Host, bytes: &[u8]) -> Result<(), HostError> {
        let room = BLOCK - self.buffer.len().min(BLOCK);
        if bytes.len() < room {
            return self.append(bytes);
        }
        let (head, tail) = bytes.split_at(room);
        if self.buffer.is_empty() {
            self.backend_write(host, head)?;
        } else {
            self.append(head)?;
            self.flush(host)?;
        }
        let (blocks, rest) = tail.split_at(tail.len() - tail.len() % BLOCK);
        self.backend_write(host, blocks)?;
        self.append(rest)
    }
    fn append(&mut self, bytes: &[u8]) -> Result<(), HostError> {
        if self.buffer.capacity() < BLOCK {
            self.buffer
                .try_reserve_exact(BLOCK - self.buffer.len())
                .map_err(|_| HostError::OutOfMemory)?;
        }
        // Callers never exceed a block, so this doesn't allocate.
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }
    fn backend_write(&mut self, host: &mut dyn Host, bytes: &[u8]) -> Result<(), HostError> {
        match &mut self.backend {
            Backend::File(file) => write_all(&mut **file, bytes),
            Backend::Output if bytes.is_empty() || host.write_output(bytes) => Ok(()),
            Backend::Output | Backend::Absent => Err(HostError::Unsupported),
        }
    }
    /// Writes out what is pending. What can't be written is lost, as in C.
    pub fn flush(&mut self, host: &mut dyn Host) -> Result<(), HostError> {
        if self.content == Content::Input || self.buffer.is_empty() {
            return Ok(());
        }
        let pending = core::mem::take(&mut self.buffer);
        let result = self.backend_write(host, &pending);
        self.buffer = pending;
        self.buffer.clear();
        result
    }
    /// Changes the buffering.
    pub fn set_buffering(
        &mut self,
        host: &mut dyn Host,
        buffering: Buffering,
    ) -> Result<(), HostError> {
        self.flush(host)?;
        // A host that is only asked to write has no use for a buffer of ours, and nobody to flush it in time.
        if !matches!(self.backend, Backend::Output) {
            self.buffering = buffering;
        }
        Ok(())
    }

    // ---- positions and the end ----

    /// Moves the position and returns it.
    pub fn seek(
        &mut self,
        host: &mut dyn Host,
        origin: SeekOrigin,
        offset: i64,
    ) -> Result<u64, HostError> {
        self.flush(host)?;
        let ahead = self.available().len() as u64;
        let Backend::File(file) = &mut self.backend else {
            return Err(HostError::Unsupported);
        };
        if origin == SeekOrigin::Current {
            if offset == 0 {
                let position = file.seek(SeekOrigin::Current, 0)?;
                return Ok(position.saturating_sub(ahead));
            }
            let offset = offset
                .checked_sub(ahead as i64)
                .ok_or(HostError::InvalidArgument)?;
            let position = file.seek(SeekOrigin::Current, offset)?;
            self.buffer.clear();
            self.position = 0;
            return Ok(position);
        }
        let position = file.seek(origin, offset)?;
        self.buffer.clear();
        self.position = 0;
        Ok(position)
    }
    /// Writes out what is pending and closes. The first failure is the one that counts.
    pub fn close(mut self, host: &mut dyn Host) -> Result<Option<ExitStatus>, HostError> {
        let flushed = self.flush(host);
        let backend = core::mem::replace(&mut self.backend, Backend::Absent);
        let closed = match backend {
            Backend::File(file) => file.close(),
            Backend::Output | Backend::Absent => Ok(None),
        };
        flushed.and(closed)
    }
}

/// A stream that nobody closed still gets its bytes out, if it has a file of its own.
impl Drop for Stream {
    fn drop(&mut self) {
        if self.content == Content::Output
            && let Backend::File(file) = &mut self.backend
        {
            let _ = write_all(&mut **file, &self.buffer);
        }
    }
}

fn write_all(file: &mut dyn File, bytes: &[u8]) -> Result<(), HostError> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let n = file.write(rest)?;
        if n == 0 {
            return Err(HostError::Unsupported);
        }
        rest = rest.get(n..).unwrap_or_default();
    }
    Ok(())
}
