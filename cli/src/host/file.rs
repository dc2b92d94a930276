//! Files of the file system, and the standard streams.

use std::fs::{self, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, IsTerminal, Read, Seek, SeekFrom, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use perilune::host::{File, HostError, OpenMode, SeekOrigin, StandardStream};

use super::{host_error, interrupt};

struct StdFile(fs::File);

/// Calls again what a signal cut short, unless that signal asks the script to stop.
pub fn retrying<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error)
                if error.kind() == io::ErrorKind::Interrupted && !interrupt::is_requested() => {}
            result => return result,
        }
    }
}

impl File for StdFile {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, HostError> {
        retrying(|| self.0.read(buffer)).map_err(|e| host_error(&e))
    }
    fn write(&mut self, bytes: &[u8]) -> Result<usize, HostError> {
        retrying(|| self.0.write(bytes)).map_err(|e| host_error(&e))
    }
    fn seek(&mut self, origin: SeekOrigin, offset: i64) -> Result<u64, HostError> {
        let position = match origin {
            SeekOrigin::Start => {
                SeekFrom::Start(u64::try_from(offset).map_err(|_| HostError::InvalidArgument)?)
            }
            SeekOrigin::Current => SeekFrom::Current(offset),
            SeekOrigin::End => SeekFrom::End(offset),
        };
        self.0.seek(position).map_err(|e| host_error(&e))
    }
    fn remaining(&mut self) -> u64 {
        let length = match self.0.metadata() {
            Ok(metadata) if metadata.is_file() => metadata.len(),
            _ => return 0,
        };
        length.saturating_sub(self.0.stream_position().unwrap_or(length))
    }
    fn is_terminal(&self) -> bool {
        self.0.is_terminal()
    }
}

/// A standard stream, by a descriptor of our own: closing it leaves the program's open.
pub fn standard(which: StandardStream) -> io::Result<Box<dyn File>> {
    let descriptor = match which {
        StandardStream::Input => io::stdin().as_fd().try_clone_to_owned(),
        StandardStream::Output => io::stdout().as_fd().try_clone_to_owned(),
        StandardStream::Error => io::stderr().as_fd().try_clone_to_owned(),
    }?;
    Ok(Box::new(StdFile(fs::File::from(descriptor))))
}

/// Opens a file.
pub fn open(name: &Path, mode: OpenMode) -> io::Result<Box<dyn File>> {
    let mut file = OpenOptions::new()
        .read(mode.read)
        .write(mode.write && !mode.append)
        .append(mode.append)
        .truncate(mode.truncate)
        .create(mode.create)
        .create_new(mode.exclusive)
        .open(name)?;
    if mode.append && !mode.read {
        // As in C, the position is at the end from the start, unless it is of use for reading. A pipe has none.
        let _ = file.seek(SeekFrom::End(0));
    }
    Ok(Box::new(StdFile(file)))
}

/// Creates a file with a new name that only this user may read.
pub fn create_temporary() -> io::Result<(fs::File, PathBuf)> {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const TRIES: u32 = 1000;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true).mode(0o600);
    let mut failure = io::Error::from(io::ErrorKind::AlreadyExists);
    for attempt in 0..TRIES {
        let mut random = RandomState::new().hash_one(attempt);
        let mut name = String::from("/tmp/lua_");
        for _ in 0..6 {
            name.push(char::from(LETTERS[(random % 62) as usize]));
            random /= 62;
        }
        match options.open(&name) {
            Ok(file) => return Ok((file, PathBuf::from(name))),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => failure = error,
            Err(error) => return Err(error),
        }
    }
    Err(failure)
}

/// A file without a name.
pub fn temporary() -> io::Result<Box<dyn File>> {
    let (file, name) = create_temporary()?;
    fs::remove_file(name)?;
    Ok(Box::new(StdFile(file)))
}

/// Removes a file or an empty directory.
pub fn remove(name: &Path) -> io::Result<()> {
    match fs::remove_file(name) {
        Err(error) if error.kind() == io::ErrorKind::IsADirectory => fs::remove_dir(name),
        result => result,
    }
}
