//! The host that the command gives to the engine: the operating system, through `std`, and through `libc` where `std`
//! has no such thing.

#[allow(unsafe_code)]
mod clock;
mod file;
#[allow(unsafe_code)]
mod interrupt;
#[allow(unsafe_code)]
mod memory;
#[allow(unsafe_code)]
mod process;
#[allow(unsafe_code)]
pub mod redirect;
mod sampling;

use std::cell::Cell;
use std::collections::hash_map::RandomState;
use std::ffi::OsStr;
use std::fmt;
use std::hash::BuildHasher;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use perilune::host::{
    ExitStatus, File, Host, HostError, MathFunctions, OpenMode, StandardStream, WallTime,
    ZoneOffset,
};

pub use interrupt::{
    Held, Interruptible, is_requested as interrupt_requested, request_attention, take_attention,
};
pub use memory::StdMemory;

/// The operating system as the engine sees it.
#[derive(Default)]
pub struct StdHost {
    exit: ExitRequest,
}

/// Ends of the program by scripts, which somebody wants to know of first: `os.exit` then always ends the run before the program.
static EXITS_ARE_REQUESTS: AtomicBool = AtomicBool::new(false);

/// From now on no script ends the program by itself.
pub fn make_exits_requests() {
    EXITS_ARE_REQUESTS.store(true, Ordering::Relaxed);
}

/// An exit status that a script asked for with `os.exit(status, true)`: the state is closed before the program ends.
#[derive(Clone, Default)]
pub struct ExitRequest(Rc<Cell<Option<i32>>>);

impl ExitRequest {
    /// The status, if there was a request.
    pub fn status(&self) -> Option<i32> {
        self.0.get()
    }
}

impl StdHost {
    /// A host, and where it leaves requests to exit.
    pub fn new() -> (StdHost, ExitRequest) {
        let host = StdHost::default();
        let exit = host.exit.clone();
        (host, exit)
    }
}

/// What the engine calls an error of `std`.
fn host_error(error: &io::Error) -> HostError {
    match (error.kind(), error.raw_os_error()) {
        (io::ErrorKind::Interrupted, _) => HostError::Interrupted,
        (_, Some(code)) => HostError::Code(code),
        (io::ErrorKind::InvalidInput, _) => HostError::InvalidArgument,
        (io::ErrorKind::OutOfMemory, _) => HostError::OutOfMemory,
        (io::ErrorKind::Unsupported, _) => HostError::Unsupported,
        _ => HostError::Code(libc::EIO),
    }
}

fn path(name: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(name))
}

impl Host for StdHost {
    fn write_output(&mut self, bytes: &[u8]) -> bool {
        io::Write::write_all(&mut io::stdout(), bytes).is_ok()
    }
    fn standard_stream(&mut self, which: StandardStream) -> Result<Box<dyn File>, HostError> {
        file::standard(which).map_err(|e| host_error(&e))
    }

    fn open(&mut self, name: &[u8], mode: OpenMode) -> Result<Box<dyn File>, HostError> {
        file::open(path(name), mode).map_err(|e| host_error(&e))
    }
    fn temporary_file(&mut self) -> Result<Box<dyn File>, HostError> {
        file::temporary().map_err(|e| host_error(&e))
    }
    fn temporary_name(&mut self) -> Result<Vec<u8>, HostError> {
        match file::create_temporary() {
            Ok((_, name)) => Ok(name.into_os_string().into_vec()),
            Err(error) => Err(host_error(&error)),
        }
    }
    fn remove(&mut self, name: &[u8]) -> Result<(), HostError> {
        file::remove(path(name)).map_err(|e| host_error(&e))
    }
    fn rename(&mut self, from: &[u8], to: &[u8]) -> Result<(), HostError> {
        std::fs::rename(path(from), path(to)).map_err(|e| host_error(&e))
    }

    fn math(&self) -> &'static MathFunctions {
        &perilune::host::PLATFORM_MATH
    }

    fn environment(&mut self, name: &[u8]) -> Option<Vec<u8>> {
        std::env::var_os(OsStr::from_bytes(name)).map(OsStringExt::into_vec)
    }
    fn execute(&mut self, command: &[u8]) -> Result<ExitStatus, HostError> {
        process::system(command).map_err(|e| host_error(&e))
    }
    fn has_shell(&mut self) -> bool {
        Path::new(process::SHELL).exists()
    }
    fn open_pipe(&mut self, command: &[u8], write: bool) -> Result<Box<dyn File>, HostError> {
        process::open_pipe(command, write).map_err(|e| host_error(&e))
    }
    fn exit(&mut self, status: i32, close: bool) -> Result<(), HostError> {
        if !close && !EXITS_ARE_REQUESTS.load(Ordering::Relaxed) {
            std::process::exit(status);
        }
        self.exit.0.set(Some(status));
        Ok(())
    }

    fn wall_time(&mut self) -> Result<WallTime, HostError> {
        Ok(clock::wall_time())
    }
    fn cpu_time(&mut self) -> Result<u64, HostError> {
        clock::cpu_time().map_err(|e| host_error(&e))
    }
    fn zone_offset(&mut self, seconds: i64) -> Result<ZoneOffset, HostError> {
        clock::zone_offset(seconds).ok_or(HostError::InvalidArgument)
    }

    #[cfg(feature = "jit")]
    fn executable_memory(&mut self) -> Option<Box<dyn perilune::host::ExecutableMemory>> {
        Some(Box::new(perilune::host::CodePages))
    }
    fn entropy(&mut self) -> [u64; 2] {
        // `RandomState` is keyed by the operating system.
        let keyed = RandomState::new();
        [keyed.hash_one(0), keyed.hash_one(1)]
    }
    fn take_interrupt(&mut self) -> bool {
        interrupt::take()
    }
    fn start_samples(&mut self, interval: u32) -> bool {
        sampling::start(interval)
    }
    fn stop_samples(&mut self) {
        sampling::stop();
    }
    fn take_samples(&mut self) -> u32 {
        sampling::take()
    }
    fn describe(&self, error: HostError, text: &mut dyn fmt::Write) -> i32 {
        let code = match error {
            HostError::Unsupported => libc::ENOSYS,
            HostError::InvalidArgument => libc::EINVAL,
            HostError::WrongMode => libc::EBADF,
            HostError::OutOfMemory => libc::ENOMEM,
            HostError::Interrupted => libc::EINTR,
            HostError::Code(code) => code,
        };
        let described = io::Error::from_raw_os_error(code).to_string();
        // `std` appends the number, which scripts get apart.
        let suffix = format!(" (os error {code})");
        let _ = text.write_str(described.strip_suffix(&suffix).unwrap_or(&described));
        code
    }
}
