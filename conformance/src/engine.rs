//! Finds the `perilune` command, building it if need be, and asks cargo where things lie.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What `cargo metadata` knows and the harness needs.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// The workspace's target directory.
    pub target_directory: PathBuf,
    /// The folder of the crate `luajit-src`.
    pub luajit_src: PathBuf,
}

/// The folder of this package in the source tree.
pub fn package_dir() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(package_dir());
    command
}

/// Asks cargo for the target directory and the place of the oracle's sources.
pub fn workspace_metadata() -> io::Result<Metadata> {
    static CACHE: OnceLock<Metadata> = OnceLock::new();
    if let Some(metadata) = CACHE.get() {
        return Ok(metadata.clone());
    }
    let output = cargo()
        .args(["metadata", "--format-version=1", "--locked"])
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ));
    }
    let json: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let target = json["target_directory"].as_str();
    let manifest = json["packages"]
        .as_array()
        .and_then(|packages| packages.iter().find(|p| p["name"] == "luajit-src"))
        .and_then(|package| package["manifest_path"].as_str())
        .and_then(|path| Path::new(path).parent());
    match (target, manifest) {
        (Some(target), Some(folder)) => {
            let metadata = Metadata {
                target_directory: target.into(),
                luajit_src: folder.to_owned(),
            };
            Ok(CACHE.get_or_init(|| metadata).clone())
        }
        _ => Err(io::Error::other("cargo metadata names no luajit-src")),
    }
}

/// Returns the path of the `perilune` command.
///
/// The environment variable `PERILUNE` names it; without that variable it is built with the
/// profile that this crate was built with.
pub fn executable() -> io::Result<PathBuf> {
    if let Some(path) = std::env::var_os("PERILUNE") {
        return std::path::absolute(path);
    }
    let metadata = workspace_metadata()?;
    let mut command = cargo();
    command.args([
        "build",
        "--quiet",
        "-p",
        "perilune-cli",
        "--bin",
        "perilune",
    ]);
    let profile = if cfg!(debug_assertions) {
        "debug"
    } else {
        command.arg("--release");
        "release"
    };
    if !command.status()?.success() {
        return Err(io::Error::other("`cargo build -p perilune-cli` failed"));
    }
    Ok(metadata.target_directory.join(profile).join("perilune"))
}
