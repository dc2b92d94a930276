//! Builds reference LuaJIT, once per target directory.
//!
//! The crate's own build function makes a library, so its source folder is copied below
//! `target/oracle/` and given to `make`. A lock file makes concurrent test processes wait for
//! the first one; a stamp file, written last, marks a finished build.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::engine::workspace_metadata;

/// The version string that the oracle must report.
pub const VERSION: &str = "2.1.1788856981";

/// Which of the two builds of LuaJIT is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// As LuaJIT is built by default.
    #[default]
    Default,
    /// With `LUAJIT_ENABLE_LUA52COMPAT`.
    Compat52,
}

impl Mode {
    fn folder(self) -> &'static str {
        match self {
            Mode::Default => "default",
            Mode::Compat52 => "compat52",
        }
    }

    /// The environment variable that names a ready-made executable for this mode.
    fn variable(self) -> &'static str {
        match self {
            Mode::Default => "PERILUNE_ORACLE",
            Mode::Compat52 => "PERILUNE_ORACLE_52COMPAT",
        }
    }
}

/// Returns the path of the oracle's executable, building it if need be.
///
/// `PERILUNE_ORACLE` and `PERILUNE_ORACLE_52COMPAT` may name executables to be used instead;
/// they must be of the same version.
pub fn executable(mode: Mode) -> io::Result<PathBuf> {
    let path = match std::env::var_os(mode.variable()) {
        Some(path) => PathBuf::from(path),
        None => build(mode)?,
    };
    let output = Command::new(&path).arg("-v").output()?;
    let banner = String::from_utf8_lossy(&output.stdout);
    if banner.contains(VERSION) {
        Ok(path)
    } else {
        Err(io::Error::other(format!(
            "{} is not LuaJIT {VERSION}: {banner}",
            path.display()
        )))
    }
}

fn build(mode: Mode) -> io::Result<PathBuf> {
    let metadata = workspace_metadata()?;
    let home = metadata
        .target_directory
        .join("oracle")
        .join(VERSION)
        .join(mode.folder());
    let executable = home.join("src/luajit");
    let stamp = home.join(".built");
    if stamp.exists() {
        return Ok(executable);
    }
    fs::create_dir_all(&home)?;
    let lock = File::create(home.join(".lock"))?;
    lock.lock()?;
    if !stamp.exists() {
        eprintln!("building the oracle in {}", home.display());
        copy_folder(&metadata.luajit_src.join("luajit2"), &home)?;
        fs::copy(
            metadata.luajit_src.join("luajit_relver.txt"),
            home.join(".relver"),
        )?;
        make(mode, &home)?;
        File::create(&stamp)?;
    }
    Ok(executable)
}

fn make(mode: Mode, home: &Path) -> io::Result<()> {
    let mut command = Command::new("make");
    command.arg("-C").arg(home).arg("-j2");
    if mode == Mode::Compat52 {
        command.arg("XCFLAGS=-DLUAJIT_ENABLE_LUA52COMPAT");
    }
    // A jobserver or flags inherited from an outer make would disturb this one.
    command.env_remove("MAKEFLAGS").env_remove("MFLAGS");
    let output = command.output()?;
    if output.status.success() {
        Ok(())
    } else {
        let text = String::from_utf8_lossy(&output.stderr);
        Err(io::Error::other(format!(
            "building LuaJIT failed (gcc and make are needed):\n{text}"
        )))
    }
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
