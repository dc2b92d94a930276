//! The operating system as a host, by means of `std` alone, so that it is the same everywhere.
//!
//! What `std` doesn't know is missing: the processor time is the time since the host was made, local time is UTC.

extern crate std;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt;
use std::fs::{self, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, IsTerminal, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::string::String;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::{File, Host, HostError, MathFunctions, OpenMode, SeekOrigin, StandardStream, WallTime};

/// The operating system, through `std`: output, files, environment, clocks. It runs no commands and doesn't end the program.
pub struct StdHost {
    begun: Instant,
}

impl Default for StdHost {
    fn default() -> StdHost {
        StdHost {
            begun: Instant::now(),
        }
    }
}

/// The elementary functions of the platform's C library, which `std` calls, so that the last digits agree with other programs'.
pub static PLATFORM_MATH: MathFunctions = MathFunctions {
    sin: f64::sin,
    cos: f64::cos,
    tan: f64::tan,
    asin: f64::asin,
    acos: f64::acos,
    atan: f64::atan,
    sinh: f64::sinh,
    cosh: f64::cosh,
    tanh: f64::tanh,
    exp: f64::exp,
    log: f64::ln,
    log2: f64::log2,
    log10: f64::log10,
    atan2: f64::atan2,
    pow: f64::powf,
};

/// What the engine calls an error of `std`.
fn host_error(error: io::Error) -> HostError {
    match (error.kind(), error.raw_os_error()) {
        (io::ErrorKind::Interrupted, _) => HostError::Interrupted,
        (_, Some(code)) => HostError::Code(code),
        (io::ErrorKind::OutOfMemory, _) => HostError::OutOfMemory,
        (io::ErrorKind::Unsupported, _) => HostError::Unsupported,
        _ => HostError::InvalidArgument,
    }
}

/// A name, where the platform's names aren't bytes: as UTF-8.
fn path(name: &[u8]) -> Result<PathBuf, HostError> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        Ok(PathBuf::from(std::ffi::OsStr::from_bytes(name)))
    }
    #[cfg(not(unix))]
    match core::str::from_utf8(name) {
        Ok(name) => Ok(PathBuf::from(name)),
        Err(_) => Err(HostError::InvalidArgument),
    }
}

/// Calls again what a signal cut short.
fn retrying(mut call: impl FnMut() -> io::Result<usize>) -> Result<usize, HostError> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result.map_err(host_error),
        }
    }
}

struct StdFile(fs::File);

impl File for StdFile {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, HostError> {
        retrying(|| self.0.read(buffer))
    }
    fn write(&mut self, bytes: &[u8]) -> Result<usize, HostError> {
        retrying(|| self.0.write(bytes))
    }
    fn seek(&mut self, origin: SeekOrigin, offset: i64) -> Result<u64, HostError> {
        let position = match origin {
            SeekOrigin::Start => match u64::try_from(offset) {
                Ok(offset) => SeekFrom::Start(offset),
                Err(_) => return Err(HostError::InvalidArgument),
            },
            SeekOrigin::Current => SeekFrom::Current(offset),
            SeekOrigin::End => SeekFrom::End(offset),
        };
        self.0.seek(position).map_err(host_error)
    }
    fn remaining(&mut self) -> u64 {
        let length = match self.0.metadata() {
            Ok(metadata) if metadata.is_file() => metadata.len(),
            _ => return 0,
        };
        length.saturating_sub(self.0.stream_position().unwrap_or(length))
    }
}

/// The program's own streams, which Rust code may write to as well.
struct Standard(StandardStream);

impl File for Standard {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, HostError> {
        match self.0 {
            StandardStream::Input => retrying(|| io::stdin().read(buffer)),
            _ => Err(HostError::WrongMode),
        }
    }
    fn write(&mut self, bytes: &[u8]) -> Result<usize, HostError> {
        match self.0 {
            StandardStream::Input => Err(HostError::WrongMode),
            StandardStream::Output => {
                let written = retrying(|| io::stdout().write(bytes))?;
                io::stdout().flush().map_err(host_error)?;
                Ok(written)
            }
            StandardStream::Error => retrying(|| io::stderr().write(bytes)),
        }
    }
    fn is_terminal(&self) -> bool {
        match self.0 {
            StandardStream::Input => io::stdin().is_terminal(),
            StandardStream::Output => io::stdout().is_terminal(),
            StandardStream::Error => io::stderr().is_terminal(),
        }
    }
}

/// A new file in the directory for temporary ones.
fn create_temporary() -> Result<(fs::File, PathBuf), HostError> {
    const TRIES: u32 = 100;
    let mut failure = HostError::Unsupported;
    for attempt in 0..TRIES {
        let name = format!("lua_{:016x}", RandomState::new().hash_one(attempt));
        let name = std::env::temp_dir().join(name);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&name) {
            Ok(file) => return Ok((file, name)),
            Err(error) => failure = host_error(error),
        }
    }
    Err(failure)
}

impl Host for StdHost {
    fn write_output(&mut self, bytes: &[u8]) -> bool {
        io::stdout().write_all(bytes).is_ok()
    }
    fn standard_stream(&mut self, which: StandardStream) -> Result<Box<dyn File>, HostError> {
        // Output goes through `write_output`, so that it is where the program's own `print!` writes, and tests see it.
        match which {
            StandardStream::Output => Err(HostError::Unsupported),
            which => Ok(Box::new(Standard(which))),
        }
    }
    fn open(&mut self, name: &[u8], mode: OpenMode) -> Result<Box<dyn File>, HostError> {
        let file = OpenOptions::new()
            .read(mode.read)
            .write(mode.write && !mode.append)
            .append(mode.append)
            .truncate(mode.truncate)
            .create(mode.create)
            .create_new(mode.exclusive)
            .open(path(name)?);
        Ok(Box::new(StdFile(file.map_err(host_error)?)))
    }
    fn temporary_file(&mut self) -> Result<Box<dyn File>, HostError> {
        let (file, name) = create_temporary()?;
        // Where a file that is open can't be removed, it stays.
        let _ = fs::remove_file(name);
        Ok(Box::new(StdFile(file)))
    }
    fn temporary_name(&mut self) -> Result<Vec<u8>, HostError> {
        let (_, name) = create_temporary()?;
        Ok(name.to_string_lossy().into_owned().into_bytes())
    }
    fn remove(&mut self, name: &[u8]) -> Result<(), HostError> {
        let name = path(name)?;
        let removed = match fs::metadata(&name) {
            Ok(metadata) if metadata.is_dir() => fs::remove_dir(&name),
            _ => fs::remove_file(&name),
        };
        removed.map_err(host_error)
    }
    fn rename(&mut self, from: &[u8], to: &[u8]) -> Result<(), HostError> {
        fs::rename(path(from)?, path(to)?).map_err(host_error)
    }
    fn environment(&mut self, name: &[u8]) -> Option<Vec<u8>> {
        let value = std::env::var_os(core::str::from_utf8(name).ok()?)?;
        Some(value.to_string_lossy().into_owned().into_bytes())
    }
    fn wall_time(&mut self) -> Result<WallTime, HostError> {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => Ok(WallTime {
                seconds: since.as_secs() as i64,
                nanoseconds: since.subsec_nanos(),
            }),
            Err(_) => Err(HostError::Unsupported),
        }
    }
    fn cpu_time(&mut self) -> Result<u64, HostError> {
        Ok(self.begun.elapsed().as_nanos() as u64)
    }
    #[cfg(all(feature = "jit", unix))]
    fn executable_memory(&mut self) -> Option<Box<dyn super::ExecutableMemory>> {
        Some(Box::new(super::CodePages))
    }
    fn math(&self) -> &'static MathFunctions {
        &PLATFORM_MATH
    }
    fn entropy(&mut self) -> [u64; 2] {
        // `RandomState` is keyed by the operating system.
        let keyed = RandomState::new();
        [keyed.hash_one(0), keyed.hash_one(1)]
    }
    fn describe(&self, error: HostError, text: &mut dyn fmt::Write) -> i32 {
        let HostError::Code(code) = error else {
            // The defaults of the trait.
            struct Plain;
            impl Host for Plain {}
            return Plain.describe(error, text);
        };
        let described: String = io::Error::from_raw_os_error(code).to_string();
        // `std` appends the number, which scripts get apart.
        let suffix = format!(" (os error {code})");
        let _ = text.write_str(described.strip_suffix(&suffix).unwrap_or(&described));
        code
    }
}
