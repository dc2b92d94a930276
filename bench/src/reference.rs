//! Builds the peer LuaJIT from the sources in the crate `luajit-src`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The LuaJIT executable, built under `target` unless it lies there already. Takes `make`
/// and a C compiler, and half a minute the first time.
pub fn build_luajit(target: &Path) -> Result<PathBuf> {
    let sources = crate_dir("luajit-src")?;
    let version = fs::read_to_string(sources.join("luajit_relver.txt"))?;
    let built = target
        .join("bench")
        .join(format!("luajit-2.1.{}", version.trim()));
    let executable = built.join("src/luajit");
    if executable.is_file() {
        return Ok(executable);
    }
    eprintln!("building LuaJIT 2.1.{} …", version.trim());
    // Built aside and renamed, so that an interrupted build is never taken for a whole one.
    let aside = built.with_extension("building");
    if aside.exists() {
        fs::remove_dir_all(&aside)?;
    }
    copy_dir(&sources.join("luajit2"), &aside)?;
    fs::write(aside.join(".relver"), version)?;
    let output = Command::new("make")
        .args(["-j2", "amalg"])
        .current_dir(&aside)
        .env_remove("MAKEFLAGS")
        .output()
        .context("running make")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "building LuaJIT failed:\n{errors}");
    fs::rename(&aside, &built)?;
    Ok(executable)
}

/// The folder of a dependency's sources, by `cargo metadata`.
fn crate_dir(name: &str) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO");
    let output = Command::new(cargo.as_deref().unwrap_or(OsStr::new("cargo")))
        .args(["metadata", "--format-version", "1", "--manifest-path"])
        .arg(crate::program::bench_dir().join("Cargo.toml"))
        .output()
        .context("running cargo metadata")?;
    ensure!(output.status.success(), "cargo metadata failed");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|package| package["name"] == name)
        .and_then(|package| Path::new(package["manifest_path"].as_str()?).parent())
        .map(Path::to_path_buf)
        .with_context(|| format!("no package {name} among the dependencies"))
}

fn copy_dir(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_dir(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
