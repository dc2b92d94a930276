//! Taking the standard streams from scripts, when a debugger talks over them: what scripts write goes through pipes.

use std::fs::File;
use std::io::{self, PipeReader};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

/// The program's own streams, and what scripts write.
pub struct Streams {
    /// The input.
    pub input: File,
    /// The output.
    pub output: File,
    /// What is written to the standard output from now on.
    pub written: PipeReader,
    /// What is written to the standard error.
    pub errors: PipeReader,
}

/// Puts pipes in the place of the standard output and error, and nothing in that of the input if `input` says so.
pub fn redirect(input: bool) -> io::Result<Streams> {
    let streams = io::stdin().as_fd().try_clone_to_owned()?;
    let output = io::stdout().as_fd().try_clone_to_owned()?;
    let (written, writer) = io::pipe()?;
    replace(libc::STDOUT_FILENO, writer.as_fd())?;
    let (errors, writer) = io::pipe()?;
    replace(libc::STDERR_FILENO, writer.as_fd())?;
    if input {
        let nothing = OwnedFd::from(File::open("/dev/null")?);
        replace(libc::STDIN_FILENO, nothing.as_fd())?;
    }
    Ok(Streams {
        input: File::from(streams),
        output: File::from(output),
        written,
        errors,
    })
}

fn replace(standard: RawFd, by: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: both are descriptors; what `standard` was is closed, and whoever uses it uses it by its number.
    if unsafe { libc::dup2(by.as_raw_fd(), standard) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// How many bytes wait in a pipe.
pub fn waiting(pipe: BorrowedFd<'_>) -> usize {
    let mut count: libc::c_int = 0;
    // SAFETY: the request writes one integer.
    let result = unsafe { libc::ioctl(pipe.as_raw_fd(), libc::FIONREAD, &raw mut count) };
    if result < 0 {
        return 0;
    }
    usize::try_from(count).unwrap_or(0)
}
