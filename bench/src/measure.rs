//! Runs one process and takes what the kernel accounts to it.

use std::io::{self, Read};
use std::mem::MaybeUninit;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

/// One finished process.
pub struct Measured {
    /// User time in seconds.
    pub user: f64,
    /// System time in seconds.
    pub system: f64,
    /// Largest resident set in bytes. The kernel counts the child before its `exec` too, so
    /// this is never less than the runner's own resident set of a few megabytes.
    pub peak_rss: u64,
    /// How it ended.
    pub status: ExitStatus,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
}

impl Measured {
    /// Why the process counts as failed, if it does: a signal or an exit code, and the first
    /// line of standard error.
    pub fn failure(&self) -> Option<String> {
        if self.status.success() {
            return None;
        }
        let stderr = String::from_utf8_lossy(&self.stderr);
        let first = stderr.lines().next().unwrap_or("no message");
        Some(match self.status.signal() {
            Some(libc::SIGXCPU | libc::SIGKILL) => "killed, out of time or memory".to_owned(),
            Some(signal) => format!("signal {signal}: {first}"),
            None => format!("exit code {}: {first}", self.status.code().unwrap_or(-1)),
        })
    }
}

/// Runs the command to its end, at most `cpu_seconds` of CPU time.
pub fn measure(command: &mut Command, cpu_seconds: u64) -> io::Result<Measured> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    limit_cpu_time(command, cpu_seconds);
    let mut child = command.spawn()?;
    let (mut out, mut err) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = thread::scope(|scope| {
        let reader = scope.spawn(move || read_all(err.as_mut()));
        let stdout = read_all(out.as_mut());
        let stderr = reader.join().unwrap_or_else(|_| Ok(Vec::new()));
        (stdout, stderr)
    });
    let (status, usage) = wait_with_usage(child.id())?;
    Ok(Measured {
        user: seconds(usage.ru_utime),
        system: seconds(usage.ru_stime),
        peak_rss: u64::try_from(usage.ru_maxrss).unwrap_or(0) * 1024,
        status,
        stdout: stdout?,
        stderr: stderr?,
    })
}

fn read_all(pipe: Option<&mut impl Read>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        pipe.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

fn seconds(time: libc::timeval) -> f64 {
    time.tv_sec as f64 + time.tv_usec as f64 / 1e6
}

fn limit_cpu_time(command: &mut Command, cpu_seconds: u64) {
    let set_limit = move || {
        let limit = libc::rlimit {
            rlim_cur: cpu_seconds,
            rlim_max: cpu_seconds + 1,
        };
        // SAFETY: `limit` is a valid rlimit that outlives the call.
        match unsafe { libc::setrlimit(libc::RLIMIT_CPU, &limit) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    };
    // SAFETY: the closure runs between fork and exec; it makes one async-signal-safe system
    // call and allocates nothing.
    unsafe { command.pre_exec(set_limit) };
}

/// Reaps the child and gets its resource usage, which `std` has no call for.
fn wait_with_usage(pid: u32) -> io::Result<(ExitStatus, libc::rusage)> {
    let pid = libc::pid_t::try_from(pid).map_err(io::Error::other)?;
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    loop {
        // SAFETY: both pointers are valid for writes, and `pid` is a child that nobody has
        // waited for: the caller owns it and calls this once.
        let reaped = unsafe { libc::wait4(pid, &mut status, 0, usage.as_mut_ptr()) };
        if reaped == pid {
            // SAFETY: wait4 filled the structure; all-zero bytes are valid for it anyway.
            let usage = unsafe { usage.assume_init() };
            return Ok((ExitStatus::from_raw(status), usage));
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, cpu_seconds: u64) -> Measured {
        measure(Command::new("sh").args(["-c", script]), cpu_seconds).unwrap()
    }

    #[test]
    fn output_and_usage_are_taken() {
        let run = shell("echo out; echo err >&2", 10);
        assert_eq!(run.stdout, b"out\n");
        assert_eq!(run.stderr, b"err\n");
        assert_eq!(run.failure(), None);
        assert!(run.peak_rss > 100 << 10);
    }

    #[test]
    fn failures_are_told() {
        let run = shell("echo 'no luck' >&2; exit 3", 10);
        assert_eq!(run.failure().as_deref(), Some("exit code 3: no luck"));
    }

    #[test]
    fn endless_loops_are_ended() {
        let run = shell("while :; do :; done", 1);
        assert!(run.failure().is_some_and(|f| f.contains("out of time")));
        assert!(run.user + run.system > 0.5);
    }
}
