//! Runs a script on one interpreter, in a fresh directory, with a bare environment and limits.
//!
//! The directory is the working directory and holds the script, so that messages say
//! `script.lua:1:`. The interpreter is called by the name `luajit` through a link in a folder
//! at the head of `PATH`, so that `arg[-1]` agrees and scripts can start the interpreter under
//! test from a shell command. Environment: `PATH`, `HOME` and `TMPDIR` (the directory),
//! `LC_ALL=C`, `TZ=UTC`, `PERILUNE_JIT` where options for the JIT are wanted, and what the script's directives set.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::symlink;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::engine::package_dir;
use crate::script::Directives;
use crate::transcript::{End, Transcript};

/// An executable under test, with the words that always precede the script's own flags.
#[derive(Clone, Debug)]
pub struct Interpreter {
    executable: PathBuf,
    flags: Vec<String>,
    init: Option<String>,
    jit: Option<String>,
}

impl Interpreter {
    /// Names an executable, which may come with flags.
    pub fn new(executable: &Path, flags: &[&str]) -> Interpreter {
        Interpreter {
            executable: executable.to_owned(),
            flags: flags.iter().map(|&flag| flag.to_owned()).collect(),
            init: None,
            jit: None,
        }
    }

    /// Runs each script with these options for the JIT: the value of `PERILUNE_JIT`.
    pub fn with_jit(mut self, options: &str) -> Interpreter {
        self.jit = Some(options.to_owned());
        self
    }

    /// Puts one more word before the script's own flags.
    pub fn with_flag(mut self, flag: &str) -> Interpreter {
        self.flags.push(flag.to_owned());
        self
    }

    /// Runs `code` before each script, unless the script sets `LUA_INIT` itself.
    pub fn with_init(mut self, code: &str) -> Interpreter {
        self.init = Some(code.to_owned());
        self
    }

    /// Runs `source` under the name `file` and waits for its end, at most `limit`.
    pub fn run(
        &self,
        file: &str,
        source: &[u8],
        directives: &Directives,
        limit: Duration,
    ) -> io::Result<Transcript> {
        let home = tempfile::Builder::new().prefix("perilune-").tempdir()?;
        let (bin, work) = (home.path().join("bin"), home.path().join("work"));
        fs::create_dir(&bin)?;
        fs::create_dir(&work)?;
        symlink(&self.executable, bin.join("luajit"))?;
        fs::write(work.join(file), source)?;
        for support in &directives.with {
            fs::copy(
                package_dir().join("support").join(support),
                work.join(support),
            )?;
        }

        let mut path = bin.into_os_string();
        path.push(":/usr/local/bin:/usr/bin:/bin");
        // The shell sets the limits; 4 GiB of address space unless the environment says otherwise.
        let memory = std::env::var("PERILUNE_CONFORMANCE_VMEM");
        let memory = memory.as_deref().unwrap_or("4194304");
        let mut command = Command::new("/bin/sh");
        command
            .args([
                "-c",
                "ulimit -c 0; ulimit -v \"$0\"; exec luajit \"$@\"",
                memory,
            ])
            .args(&self.flags)
            .args(&directives.flags)
            .arg(file)
            .args(&directives.args)
            .current_dir(&work)
            .env_clear()
            .env("PATH", path)
            .env("HOME", &work)
            .env("TMPDIR", &work)
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .envs(self.jit.iter().map(|options| ("PERILUNE_JIT", options)))
            .envs(self.init.iter().map(|code| ("LUA_INIT", code)))
            .envs(directives.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        collect(command.spawn()?, &directives.stdin, limit)
    }
}

fn collect(mut child: Child, stdin: &[u8], limit: Duration) -> io::Result<Transcript> {
    let (input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        let stdout = scope.spawn(|| drain(output));
        let stderr = scope.spawn(|| drain(errors));
        scope.spawn(|| {
            if let Some(mut input) = input {
                // The script may end without reading its input.
                let _ = input.write_all(stdin);
            }
        });
        let end = match wait(&mut child, limit)? {
            None => End::Timeout,
            Some(status) => match (status.code(), status.signal()) {
                (Some(code), _) => End::Code(code),
                (None, signal) => End::Signal(signal.unwrap_or(0)),
            },
        };
        let bytes =
            |reader: thread::ScopedJoinHandle<'_, Vec<u8>>| reader.join().unwrap_or_default();
        Ok(Transcript {
            stdout: bytes(stdout),
            stderr: bytes(stderr),
            end,
        })
    })
}

/// Reads to the end, but keeps no more than 16 MiB.
fn drain(stream: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        let _ = stream.by_ref().take(16 << 20).read_to_end(&mut bytes);
        let _ = io::copy(&mut stream, &mut io::sink());
    }
    bytes
}

/// Waits for the end; `None` if the time was over and the whole process group was killed.
fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + limit;
    let mut pause = Duration::from_micros(500);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            let group = format!("-{}", child.id());
            Command::new("kill")
                .args(["-KILL", "--", &group])
                .status()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}
