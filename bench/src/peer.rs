//! The interpreters that take part.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::args::PeerArgs;
use crate::reference;

/// One interpreter: a name for the reports and the command to which a script is appended.
#[derive(Debug)]
pub struct Peer {
    /// Name in reports.
    pub name: String,
    command: Vec<OsString>,
}

/// The built-in peers and what they are. The first five are the default.
pub const BUILT_IN: [(&str, &str); 6] = [
    ("perilune", "this project's command, release build"),
    (
        "luajit-joff",
        "LuaJIT 2.1 with its compiler off: the interpreter",
    ),
    ("luajit", "LuaJIT 2.1 as it is"),
    ("lua5.1", "PUC Lua 5.1, if it is in PATH"),
    ("lua5.4", "PUC Lua 5.4, if it is in PATH"),
    (
        "perilune-joff",
        "this project's command with its compiler off",
    ),
];
const DEFAULTS: usize = 5;
/// The name that stands for no built-in peer at all.
const NONE: &str = "none";
const USUAL_BASELINE: &str = "luajit-joff";

impl Peer {
    /// A command that runs `script` under this interpreter.
    pub fn run(&self, script: &Path) -> Command {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).arg(script);
        // A user's start-up script or module path must not change what is measured.
        for variable in ["LUA_INIT", "LUA_INIT_5_4", "LUA_PATH", "LUA_CPATH"] {
            command.env_remove(variable);
        }
        command
    }
}

/// The peers that the options name, the baseline first.
pub fn select(args: &PeerArgs) -> Result<Vec<Peer>> {
    let mut peers = Vec::new();
    let given = !args.peers.is_empty();
    let defaults = BUILT_IN[..DEFAULTS]
        .iter()
        .map(|(name, _)| (*name).to_owned());
    let names = if given {
        args.peers.clone()
    } else {
        defaults.collect()
    };
    for name in names.iter().filter(|name| *name != NONE) {
        match built_in(name, args.no_build)? {
            Some(peer) => peers.push(peer),
            None if given => bail!("{name} is not in PATH"),
            None => eprintln!("{name} is not in PATH: left out"),
        }
    }
    for spec in &args.extra {
        peers.push(parse(spec)?);
    }
    for (i, peer) in peers.iter().enumerate() {
        let twice = peers[..i].iter().any(|p| p.name == peer.name);
        ensure!(!twice, "two peers have the name {}", peer.name);
    }
    baseline_first(peers, args.baseline.as_deref())
}

/// Moves the baseline to the front: the named one, else the usual one if it takes part.
fn baseline_first(mut peers: Vec<Peer>, name: Option<&str>) -> Result<Vec<Peer>> {
    ensure!(!peers.is_empty(), "no peers");
    let wanted = name.unwrap_or(USUAL_BASELINE);
    match peers.iter().position(|p| p.name == wanted) {
        Some(at) => peers[..=at].rotate_right(1),
        None if name.is_some() => bail!("the baseline {wanted} is not among the peers"),
        None => {}
    }
    Ok(peers)
}

/// The built-in peer of that name, or `None` if it is not installed.
pub fn built_in(name: &str, no_build: bool) -> Result<Option<Peer>> {
    let (program, argument) = match name {
        "perilune" => (perilune(no_build)?, None),
        "perilune-joff" => (perilune(no_build)?, Some("-joff")),
        "luajit" => (reference::build_luajit(&target_dir()?)?, None),
        "luajit-joff" => (reference::build_luajit(&target_dir()?)?, Some("-joff")),
        "lua5.1" | "lua5.4" => match in_path(name) {
            Some(path) => (path, None),
            None => return Ok(None),
        },
        _ => {
            let names: Vec<_> = BUILT_IN.iter().map(|(name, _)| *name).collect();
            bail!("no peer is called {name}; there are {}", names.join(", "));
        }
    };
    let mut command = vec![program.into_os_string()];
    command.extend(argument.map(OsString::from));
    Ok(Some(Peer {
        name: name.to_owned(),
        command,
    }))
}

/// A peer from `NAME=COMMAND`.
fn parse(spec: &str) -> Result<Peer> {
    let (name, command) = spec
        .split_once('=')
        .with_context(|| format!("'{spec}' is not of the form NAME=COMMAND"))?;
    let command: Vec<_> = command.split_whitespace().map(OsString::from).collect();
    ensure!(
        !name.is_empty() && !command.is_empty(),
        "'{spec}' lacks a name or a command"
    );
    Ok(Peer {
        name: name.to_owned(),
        command,
    })
}

fn in_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|file| file.is_file())
}

/// The release build of the command, brought up to date unless `no_build`.
fn perilune(no_build: bool) -> Result<PathBuf> {
    let target = target_dir()?;
    if !no_build {
        let cargo = env::var_os("CARGO");
        let status = Command::new(cargo.as_deref().unwrap_or(OsStr::new("cargo")))
            .args(["build", "--release", "--quiet", "-p", "perilune-cli"])
            .arg("--manifest-path")
            .arg(crate::program::bench_dir().join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&target)
            .status()
            .context("running cargo build")?;
        ensure!(status.success(), "building perilune failed");
    }
    let executable = target.join("release").join("perilune");
    ensure!(executable.is_file(), "there is no {}", executable.display());
    Ok(executable)
}

/// Cargo's target folder: this executable lies in `<target>/<profile>/`.
pub fn target_dir() -> Result<PathBuf> {
    let executable = env::current_exe()?;
    let target = executable.ancestors().nth(2);
    Ok(target
        .context("the executable has no target folder")?
        .to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_are_parsed_and_split_at_blanks() {
        let peer = parse("a=/x/lua -joff -O3").unwrap();
        assert_eq!(peer.name, "a");
        assert_eq!(peer.command, ["/x/lua", "-joff", "-O3"]);
        assert!(parse("a").is_err());
        assert!(parse("a= ").is_err());
        assert!(parse("=lua").is_err());
    }

    #[test]
    fn the_baseline_comes_first_and_must_exist() {
        let order = |specs: &[&str], name: Option<&str>| -> Result<Vec<String>> {
            let peers = specs.iter().map(|s| parse(s)).collect::<Result<_>>()?;
            let peers = baseline_first(peers, name)?;
            Ok(peers.into_iter().map(|p| p.name).collect())
        };
        let specs = ["a=x", "b=y", "c=z"];
        assert_eq!(order(&specs, Some("c")).unwrap(), ["c", "a", "b"]);
        assert_eq!(order(&specs, None).unwrap(), ["a", "b", "c"]);
        assert_eq!(
            order(&["a=x", "luajit-joff=y"], None).unwrap(),
            ["luajit-joff", "a"]
        );
        assert!(order(&specs, Some("d")).is_err());
        assert!(order(&[], None).is_err());
    }
}
