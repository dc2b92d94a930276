//! The traits through which the engine reaches its host. The engine names no operating system.
//!
//! [`Memory`] feeds the heap. [`Host`] is everything else: output, files, environment, processes, clocks, entropy.
//! All of its methods have defaults, most of which answer [`HostError::Unsupported`]; the library functions that would
//! need what a host lacks turn that into a Lua error. The smallest host that can say something:
//!
//! ```
//! struct Serial;
//! impl perilune::host::Host for Serial {
//!     fn write_output(&mut self, bytes: &[u8]) -> bool {
//!         // … to the serial line …
//!         !bytes.is_empty()
//!     }
//! }
//! ```
//! Names, commands and file contents are bytes without an encoding, as in Lua.

extern crate alloc;

#[cfg(all(feature = "std", feature = "jit", unix))]
#[allow(unsafe_code)]
mod code_pages;
pub mod math;
mod memory;
#[cfg(feature = "std")]
mod std_host;

#[cfg(all(feature = "std", feature = "jit", unix))]
pub use code_pages::CodePages;
pub use math::MathFunctions;
pub use memory::GlobalMemory;
#[cfg(feature = "jit")]
pub use perilune_jit_x86::region::ExecutableMemory;
#[cfg(feature = "std")]
pub use std_host::{PLATFORM_MATH, StdHost};

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::alloc::Layout;
use core::any::Any;
use core::fmt;
use core::ptr::NonNull;

/// Where the heap's memory comes from. Every request may fail.
///
/// # Safety
/// A block that `allocate` returned is valid for reads and writes of its layout until `deallocate` gets it, and
/// overlaps no other.
pub unsafe trait Memory {
    /// A block of this layout, or nothing.
    fn allocate(&self, layout: Layout) -> Option<NonNull<u8>>;
    /// Returns a block.
    ///
    /// # Safety
    /// `block` came from `allocate` with the same layout and is used no more.
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout);
    /// Changes the size of a block and keeps its first bytes; the block may move. `None` leaves the block as it was,
    /// and says that the host can't do that any better than by way of a new block.
    ///
    /// # Safety
    /// `block` came from `allocate` or `reallocate` with this layout; its old address is used no more when this succeeds.
    /// `new_size` isn't 0 and is no overflow when rounded up to the alignment.
    unsafe fn reallocate(
        &self,
        _block: NonNull<u8>,
        _layout: Layout,
        _new_size: usize,
    ) -> Option<NonNull<u8>> {
        None
    }
}

/// Why a host could not do what it was asked. [`Host::describe`] gives it a text and a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HostError {
    /// The host has no such thing at all.
    Unsupported,
    /// An argument made no sense, as an open mode that doesn't begin with `r`, `w` or `a`.
    InvalidArgument,
    /// The file isn't open for what was tried.
    WrongMode,
    /// The host has no memory left.
    OutOfMemory,
    /// A signal or an interrupt request cut the call short before anything happened.
    Interrupted,
    /// The host's own error number.
    Code(i32),
}

/// How a file is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OpenMode {
    /// For reading.
    pub read: bool,
    /// For writing.
    pub write: bool,
    /// Every write goes to the end.
    pub append: bool,
    /// An existing file is emptied.
    pub truncate: bool,
    /// A missing file is created.
    pub create: bool,
    /// An existing file is an error.
    pub exclusive: bool,
}

impl OpenMode {
    /// Mode `"r"`.
    pub const READ: OpenMode = OpenMode {
        read: true,
        write: false,
        append: false,
        truncate: false,
        create: false,
        exclusive: false,
    };

    /// The mode that a string like `"r"`, `"w+"` or `"ab"` means; unknown letters after the first are ignored, as C
    /// libraries do.
    pub fn parse(mode: &[u8]) -> Result<OpenMode, HostError> {
        let (first, rest) = mode.split_first().ok_or(HostError::InvalidArgument)?;
        let both = rest.contains(&b'+');
        let write = OpenMode {
            read: both,
            write: true,
            create: true,
            exclusive: rest.contains(&b'x'),
            ..OpenMode::default()
        };
        match first {
            b'r' => Ok(OpenMode {
                write: both,
                ..OpenMode::READ
            }),
            b'w' => Ok(OpenMode {
                truncate: true,
                ..write
            }),
            b'a' => Ok(OpenMode {
                append: true,
                ..write
            }),
            _ => Err(HostError::InvalidArgument),
        }
    }
}

/// One of the streams that exist from the start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum StandardStream {
    Input,
    Output,
    Error,
}

/// Where a seek counts from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum SeekOrigin {
    Start,
    Current,
    End,
}

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExitStatus {
    /// The status word as the host's own `system` call gives it; `os.execute` returns it.
    pub raw: i32,
    /// Did a signal end it?
    pub signaled: bool,
    /// The exit code or the signal's number.
    pub code: i32,
}

/// An open file or pipe of the host. It does no buffering: the engine's `io` library does. Dropping it closes it.
pub trait File {
    /// Reads at most `buffer.len()` bytes; 0 means the end.
    fn read(&mut self, _buffer: &mut [u8]) -> Result<usize, HostError> {
        Err(HostError::WrongMode)
    }
    /// Writes some of the bytes, at least one, and says how many.
    fn write(&mut self, _bytes: &[u8]) -> Result<usize, HostError> {
        Err(HostError::WrongMode)
    }
    /// Moves the position and returns it, counted from the start.
    fn seek(&mut self, _origin: SeekOrigin, _offset: i64) -> Result<u64, HostError> {
        Err(HostError::Unsupported)
    }
    /// Closes it. A pipe to a command waits for the command's end and says how it ended.
    fn close(self: Box<Self>) -> Result<Option<ExitStatus>, HostError> {
        Ok(None)
    }
    /// How many bytes are left until the end, as far as that can be told. Room is reserved by it.
    fn remaining(&mut self) -> u64 {
        0
    }
    /// Is there a person at the other end, who wants to see each line at once?
    fn is_terminal(&self) -> bool {
        false
    }
}

/// A moment: seconds and nanoseconds since the beginning of 1970, UTC, without leap seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WallTime {
    /// Whole seconds.
    pub seconds: i64,
    /// The rest, below 1,000,000,000.
    pub nanoseconds: u32,
}

/// What the host's time zone says about a moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ZoneOffset {
    /// Local time minus UTC, in seconds.
    pub seconds: i32,
    /// Is it daylight saving time?
    pub daylight: bool,
    /// The abbreviation ("CET"), filled up with NULs.
    pub abbreviation: [u8; 16],
}

impl ZoneOffset {
    /// UTC itself.
    pub const UTC: ZoneOffset = ZoneOffset {
        seconds: 0,
        daylight: false,
        abbreviation: *b"UTC\0\0\0\0\0\0\0\0\0\0\0\0\0",
    };
}

/// Why a file could not be read as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReadFileError {
    /// It could not be opened.
    Open(HostError),
    /// It could be opened, but not read.
    Read(HostError),
}

/// Everything else a state wants of its host. All methods have defaults that say "not here".
pub trait Host {
    // ---- output and other streams ----

    /// Writes to the standard output. Returns false on failure. Called only where
    /// [`standard_stream`](Host::standard_stream) gives no output stream; nothing is buffered then.
    fn write_output(&mut self, _bytes: &[u8]) -> bool {
        false
    }
    /// A standard stream. Asked once per stream and state.
    fn standard_stream(&mut self, _which: StandardStream) -> Result<Box<dyn File>, HostError> {
        Err(HostError::Unsupported)
    }

    // ---- files ----

    /// Opens a file.
    fn open(&mut self, _name: &[u8], _mode: OpenMode) -> Result<Box<dyn File>, HostError> {
        Err(HostError::Unsupported)
    }
    /// A new file that vanishes when it is closed, open for reading and writing.
    fn temporary_file(&mut self) -> Result<Box<dyn File>, HostError> {
        Err(HostError::Unsupported)
    }
    /// A name for a temporary file that no other file has.
    fn temporary_name(&mut self) -> Result<Vec<u8>, HostError> {
        Err(HostError::Unsupported)
    }
    /// Removes a file or an empty directory.
    fn remove(&mut self, _name: &[u8]) -> Result<(), HostError> {
        Err(HostError::Unsupported)
    }
    /// Renames a file.
    fn rename(&mut self, _from: &[u8], _to: &[u8]) -> Result<(), HostError> {
        Err(HostError::Unsupported)
    }
    /// The whole contents of a file, for `loadfile` and `require`. The default opens and reads it.
    fn read_file(&mut self, name: &[u8]) -> Result<Vec<u8>, ReadFileError> {
        let mut file = self
            .open(name, OpenMode::READ)
            .map_err(ReadFileError::Open)?;
        read_to_end(&mut *file).map_err(ReadFileError::Read)
    }
    /// Can the file be opened for reading? For `package.searchpath`.
    fn is_readable(&mut self, name: &[u8]) -> bool {
        self.open(name, OpenMode::READ).is_ok()
    }

    // ---- environment and processes ----

    /// The value of an environment variable.
    fn environment(&mut self, _name: &[u8]) -> Option<Vec<u8>> {
        None
    }
    /// Runs a command in the host's shell and waits for its end.
    fn execute(&mut self, _command: &[u8]) -> Result<ExitStatus, HostError> {
        Err(HostError::Unsupported)
    }
    /// Is there a shell that [`execute`](Host::execute) could use?
    fn has_shell(&mut self) -> bool {
        false
    }
    /// Starts a command with a pipe from its output, or to its input if `write`.
    fn open_pipe(&mut self, _command: &[u8], _write: bool) -> Result<Box<dyn File>, HostError> {
        Err(HostError::Unsupported)
    }
    /// The script wants the program to end (`os.exit`); `close` says that the state is to be closed before.
    /// A host that can end at once doesn't return. One that returns `Ok` gets the run back as interrupted.
    fn exit(&mut self, _status: i32, _close: bool) -> Result<(), HostError> {
        Err(HostError::Unsupported)
    }

    // ---- clocks ----

    /// The time of day.
    fn wall_time(&mut self) -> Result<WallTime, HostError> {
        Err(HostError::Unsupported)
    }
    /// Processor time that the program has used, in nanoseconds.
    fn cpu_time(&mut self) -> Result<u64, HostError> {
        Err(HostError::Unsupported)
    }
    /// What the local time zone says about this moment (seconds since the beginning of 1970, UTC).
    fn zone_offset(&mut self, _seconds: i64) -> Result<ZoneOffset, HostError> {
        Ok(ZoneOffset::UTC)
    }

    // ---- the rest ----

    /// The host itself, where native functions of its own want to find it through [`Vm::host`](crate::vm::Vm::host).
    fn as_any(&mut self) -> Option<&mut dyn Any> {
        None
    }

    /// Memory for machine code. Asked once per state; without it nothing is compiled.
    #[cfg(feature = "jit")]
    fn executable_memory(&mut self) -> Option<Box<dyn ExecutableMemory>> {
        None
    }
    /// The elementary functions.
    fn math(&self) -> &'static MathFunctions {
        &MathFunctions::PORTABLE
    }
    /// 128 bits with which the state keys its string hash. Not repeated, if the host can.
    fn entropy(&mut self) -> [u64; 2] {
        [0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344]
    }
    /// What a script is told that asks where an object lies (`tostring`, `%p`): the address itself, or something else that no other object
    /// has, if scripts are not to know addresses.
    fn told_address(&self, address: usize) -> u64 {
        address as u64
    }
    /// Has somebody asked the running script to stop? Asked at the state's checks, about every millisecond at most;
    /// answering `true` takes the request.
    fn take_interrupt(&mut self) -> bool {
        false
    }
    /// Begins to count samples that are due, one in so many milliseconds of the processor's time. False where there is no such clock.
    fn start_samples(&mut self, interval: u32) -> bool {
        let _ = interval;
        false
    }
    /// Ends that.
    fn stop_samples(&mut self) {}
    /// How many samples have become due; they are taken. Asked very often while somebody samples.
    fn take_samples(&mut self) -> u32 {
        0
    }
    /// Writes an error's text and returns its number, as scripts see them after a failure.
    fn describe(&self, error: HostError, text: &mut dyn fmt::Write) -> i32 {
        let (plain, number) = match error {
            HostError::Unsupported => ("Function not implemented", 38),
            HostError::InvalidArgument => ("Invalid argument", 22),
            HostError::WrongMode => ("Bad file descriptor", 9),
            HostError::OutOfMemory => ("Cannot allocate memory", 12),
            HostError::Interrupted => ("Interrupted system call", 4),
            HostError::Code(n) => {
                let _ = write!(text, "Unknown error {n}");
                return n;
            }
        };
        let _ = text.write_str(plain);
        number
    }
}

/// Reads from a file until its end.
pub fn read_to_end(file: &mut dyn File) -> Result<Vec<u8>, HostError> {
    let mut bytes = Vec::new();
    let mut filled = 0;
    loop {
        if filled == bytes.len() {
            let more = bytes.len().max(16 << 10);
            bytes
                .try_reserve(more)
                .map_err(|_| HostError::OutOfMemory)?;
            bytes.resize(filled + more, 0);
        }
        match file.read(&mut bytes[filled..])? {
            0 => {
                bytes.truncate(filled);
                return Ok(bytes);
            }
            n => filled = (filled + n).min(bytes.len()),
        }
    }
}
