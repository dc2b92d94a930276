//! A test script: its place, its text, and the directives in its leading comment lines.
//!
//! A directive is a line `-- key: value` at the top of the file (a first line that starts with
//! `#` may precede); the first line that is no directive ends them. The keys:
//!
//! | key | value |
//! |---|---|
//! | `flags` | words for the command line before the script's name |
//! | `args` | words after the script's name |
//! | `stdin` | text for standard input, with the escapes `\n`, `\t` and `\\` |
//! | `env` | `NAME=value`, may be repeated |
//! | `with` | a file of `conformance/support/` to put beside the script |
//! | `mode` | `52compat`: compare with the oracle's second build |
//! | `expect-different` | key of an entry in `DIFFERENCES.md`; the engine's transcript lies beside the script, ending `.out` |

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::oracle::Mode;

/// One script of the suite.
#[derive(Clone, Debug)]
pub struct Script {
    /// Folder below `lua/`, such as `string`.
    pub area: String,
    /// File name with its ending.
    pub file: String,
    /// Where the file lies.
    pub path: PathBuf,
    /// The file's bytes.
    pub source: Vec<u8>,
    /// What the file asks for.
    pub directives: Directives,
}

/// What the leading comment lines of a script ask for.
#[derive(Clone, Debug, Default)]
pub struct Directives {
    /// Words before the script's name.
    pub flags: Vec<String>,
    /// Words after the script's name.
    pub args: Vec<String>,
    /// Bytes for standard input.
    pub stdin: Vec<u8>,
    /// Environment variables to set.
    pub env: Vec<(String, String)>,
    /// Files of `support/` that the script reads.
    pub with: Vec<String>,
    /// Which build of the oracle to compare with.
    pub mode: Mode,
    /// Key of a deliberate difference.
    pub expect_different: Option<String>,
}

impl Script {
    /// Reads one file; its area is the name of its folder.
    pub fn read(path: &Path) -> io::Result<Script> {
        let source = fs::read(path)?;
        let directives = Directives::parse(&source)
            .map_err(|message| io::Error::other(format!("{}: {message}", path.display())))?;
        let name = |part: Option<&std::ffi::OsStr>| {
            part.map(|text| text.to_string_lossy().into_owned())
                .unwrap_or_default()
        };
        Ok(Script {
            area: name(path.parent().and_then(Path::file_name)),
            file: name(path.file_name()),
            path: path.to_owned(),
            source,
            directives,
        })
    }

    /// The name that filters and reports use: `area/file`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.area, self.file)
    }

    /// Where the engine's own transcript lies, for a deliberate difference.
    pub fn expected_path(&self) -> PathBuf {
        self.path.with_extension("out")
    }
}

/// Reads every `*.lua` file in the folders of `root`, sorted by name.
pub fn discover(root: &Path) -> io::Result<Vec<Script>> {
    let mut paths = Vec::new();
    for area in fs::read_dir(root)? {
        let area = area?.path();
        if area.is_dir() {
            for file in fs::read_dir(area)? {
                let file = file?.path();
                if file.extension().is_some_and(|ending| ending == "lua") {
                    paths.push(file);
                }
            }
        }
    }
    paths.sort();
    paths.iter().map(|path| Script::read(path)).collect()
}

impl Directives {
    fn parse(source: &[u8]) -> Result<Directives, String> {
        let mut found = Directives::default();
        let lines = source
            .split(|&byte| byte == b'\n')
            .map(String::from_utf8_lossy);
        for line in lines.skip_while(|line| line.starts_with('#')) {
            let Some((key, value)) = line
                .strip_prefix("-- ")
                .and_then(|comment| comment.split_once(": "))
            else {
                break;
            };
            let words = || value.split_whitespace().map(str::to_owned).collect();
            match key {
                "flags" => found.flags = words(),
                "args" => found.args = words(),
                "stdin" => found.stdin = unescape(value),
                "env" => {
                    let (name, value) = value.split_once('=').ok_or("env wants NAME=value")?;
                    found.env.push((name.to_owned(), value.to_owned()));
                }
                "with" => found.with = words(),
                "mode" if value == "52compat" => found.mode = Mode::Compat52,
                "mode" => return Err(format!("unknown mode '{value}'")),
                "expect-different" => found.expect_different = Some(value.to_owned()),
                _ => break,
            }
        }
        Ok(found)
    }
}

fn unescape(text: &str) -> Vec<u8> {
    text.replace(r"\\", "\0")
        .replace(r"\n", "\n")
        .replace(r"\t", "\t")
        .replace('\0', r"\")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_leading_directives_only() {
        let source =
            b"-- args: a b\n-- stdin: x\\ny\\\\n\n-- env: A=b=c\n-- mode: 52compat\n\n-- args: c\n";
        let found = Directives::parse(source).unwrap();
        assert_eq!(found.args, ["a", "b"]);
        assert_eq!(found.stdin, b"x\ny\\n");
        assert_eq!(found.env, [("A".to_owned(), "b=c".to_owned())]);
        assert_eq!(found.mode, Mode::Compat52);
    }
}
