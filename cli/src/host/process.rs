//! Running commands: `system`, and pipes to and from commands.

use std::ffi::{CString, OsStr};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};

use perilune::host::{ExitStatus, File, HostError};

use super::host_error;

/// The shell that commands are given to.
pub const SHELL: &str = "/bin/sh";

fn exit_status(status: std::process::ExitStatus) -> ExitStatus {
    ExitStatus {
        raw: status.into_raw(),
        signaled: status.signal().is_some(),
        code: status.signal().or(status.code()).unwrap_or(0),
    }
}

/// Runs a command in the shell. C's own function is used for what it does to signals: Ctrl-C is for the command alone
/// while it runs.
pub fn system(command: &[u8]) -> io::Result<ExitStatus> {
    let command = CString::new(command)?;
    // SAFETY: the argument is a NUL-terminated string.
    let raw = unsafe { libc::system(command.as_ptr()) };
    if raw == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(exit_status(std::process::ExitStatus::from_raw(raw)))
}

/// Starts a command with a pipe.
pub fn open_pipe(command: &[u8], write: bool) -> io::Result<Box<dyn File>> {
    let mut shell = Command::new(SHELL);
    shell.arg("-c").arg(OsStr::from_bytes(command));
    if write {
        shell.stdin(Stdio::piped());
    } else {
        shell.stdout(Stdio::piped());
    }
    Ok(Box::new(Pipe(shell.spawn()?)))
}

/// One end of a pipe, and the command at the other.
struct Pipe(Child);

impl File for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, HostError> {
        let Some(pipe) = &mut self.0.stdout else {
            return Err(HostError::WrongMode);
        };
        super::file::retrying(|| pipe.read(buffer)).map_err(|e| host_error(&e))
    }
    fn write(&mut self, bytes: &[u8]) -> Result<usize, HostError> {
        let Some(pipe) = &mut self.0.stdin else {
            return Err(HostError::WrongMode);
        };
        super::file::retrying(|| pipe.write(bytes)).map_err(|e| host_error(&e))
    }
    fn seek(&mut self, _: perilune::host::SeekOrigin, _: i64) -> Result<u64, HostError> {
        Err(HostError::Code(libc::ESPIPE))
    }
    fn close(mut self: Box<Self>) -> Result<Option<ExitStatus>, HostError> {
        drop(self.0.stdout.take());
        match self.0.wait() {
            Ok(status) => Ok(Some(exit_status(status))),
            Err(error) => Err(host_error(&error)),
        }
    }
}
