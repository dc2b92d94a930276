//! Running the command in a folder and an environment of its own.

#![allow(dead_code)] // Each test file uses its part.

use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A folder for one test's files.
pub struct Folder(PathBuf);

/// A new, empty folder.
pub fn folder(name: &str) -> Folder {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    // It's there if the test has run before.
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("a folder for the test");
    Folder(path)
}

impl Folder {
    pub fn write(&self, name: &str, contents: &str) {
        fs::write(self.0.join(name), contents).expect("writing a file of the test");
    }
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).expect("reading a file of the test")
    }
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

/// What a run of the command gave.
pub struct Run {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

impl Run {
    /// The same with only the first word of the output.
    pub fn first_word(mut self) -> Run {
        self.stdout = self
            .stdout
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned();
        self
    }
}

/// The command about to be run.
pub struct Perilune {
    command: Command,
    stdin: String,
}

/// The command with these arguments, called `perilune` and without a user's environment.
pub fn perilune(args: &[&str]) -> Perilune {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perilune"));
    command
        .arg0("perilune")
        .args(args)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Perilune {
        command,
        stdin: String::new(),
    }
}

impl Perilune {
    pub fn dir(mut self, dir: &Folder) -> Perilune {
        self.command.current_dir(dir.path(""));
        self
    }
    pub fn env(mut self, name: &str, value: &str) -> Perilune {
        self.command.env(name, value);
        self
    }
    /// Calls the command by its path, so that it can call itself.
    pub fn program_path(mut self) -> Perilune {
        self.command.arg0(env!("CARGO_BIN_EXE_perilune"));
        self
    }
    pub fn stdin(mut self, text: &str) -> Perilune {
        self.stdin = text.to_owned();
        self
    }
    pub fn run(mut self) -> Run {
        let mut child = self.command.spawn().expect("the command");
        let mut stdin = child.stdin.take().expect("its input");
        // A command that doesn't read its input may be gone by now.
        let _ = stdin.write_all(self.stdin.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().expect("its output");
        Run {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code().unwrap_or(-1),
        }
    }
}
