//! The benchmark programs: where they lie, the sizes they take, and the check of their output.
//!
//! A program is `programs/<name>.lua`. Its leading comment says what it does, then in a line
//! `Measures: …` what it measures, then `small: <arg>`, the argument of the smoke test, and maybe
//! `long: <arg>`, where a compiler makes the default size too short. Without an argument it runs at
//! its default size. The outputs are `expected/<name>.<size>.txt`. A program that an interpreter
//! can't run prints one line `SKIP <reason>` instead.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

/// Problem size.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Size {
    /// A few milliseconds: checks the output only
    Small,
    /// Half a second to a second under LuaJIT's interpreter
    Default,
    /// A third of a second or more under LuaJIT's compiler: for comparing compilers
    Long,
}

impl Size {
    /// All sizes.
    pub const ALL: [Self; 3] = [Self::Small, Self::Default, Self::Long];

    /// The size's name in file names and reports.
    pub fn name(self) -> &'static str {
        match self {
            Size::Small => "small",
            Size::Default => "default",
            Size::Long => "long",
        }
    }
}

/// One benchmark program.
#[derive(Debug, PartialEq, Eq)]
pub struct Program {
    /// File name without its extension.
    pub name: String,
    /// The script.
    pub path: PathBuf,
    /// What it measures, from its header.
    pub measures: String,
    small: String,
    long: Option<String>,
}

/// What a run's output says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The output is the expected one.
    Good,
    /// The program declined to run, for this reason.
    Skipped(String),
    /// The output differs; the text tells where.
    Wrong(String),
}

/// The folder `bench/`.
pub fn bench_dir() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Program {
    fn read(path: PathBuf) -> Result<Self> {
        let text =
            fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let name = path
            .file_stem()
            .map(|s| s.to_string_lossy().into_owned())
            .unwrap_or_default();
        let Some(small) = header_field(&text, "small:") else {
            bail!("{} has no line '-- small: <arg>'", path.display());
        };
        let measures = header_field(&text, "Measures:").unwrap_or_default();
        Ok(Self {
            name,
            path,
            measures,
            small,
            long: header_field(&text, "long:"),
        })
    }

    /// The script's argument at a size.
    pub fn argument(&self, size: Size) -> Option<&str> {
        match size {
            Size::Small => Some(&self.small),
            Size::Default => None,
            Size::Long => self.long.as_deref(),
        }
    }

    /// The file that holds the expected output.
    pub fn expected_path(&self, size: Size) -> PathBuf {
        let size = match size {
            Size::Long if self.long.is_none() => Size::Default,
            size => size,
        };
        let file = format!("{}.{}.txt", self.name, size.name());
        bench_dir().join("expected").join(file)
    }

    /// The expected output.
    pub fn expected(&self, size: Size) -> Result<Vec<u8>> {
        let path = self.expected_path(size);
        fs::read(&path).with_context(|| format!("reading {}", path.display()))
    }
}

/// All programs whose names contain one of `filters` (all if there is none), by name.
pub fn find(filters: &[String]) -> Result<Vec<Program>> {
    let mut programs = Vec::new();
    for entry in fs::read_dir(bench_dir().join("programs"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "lua") {
            programs.push(Program::read(path)?);
        }
    }
    programs.sort_by(|a, b| a.name.cmp(&b.name));
    if !filters.is_empty() {
        programs.retain(|p| filters.iter().any(|f| p.name.contains(f.as_str())));
        if programs.is_empty() {
            bail!("no program's name contains {}", filters.join(" or "));
        }
    }
    Ok(programs)
}

/// The text after `field` in the comment lines that open the script.
fn header_field(text: &str, field: &str) -> Option<String> {
    text.lines()
        .map_while(|line| line.strip_prefix("--"))
        .find_map(|line| line.trim_start().strip_prefix(field))
        .map(|value| value.trim().to_owned())
}

/// Compares a run's output with the expected one.
pub fn check(expected: &[u8], actual: &[u8]) -> Verdict {
    if expected == actual {
        return Verdict::Good;
    }
    if let Some(reason) = actual.strip_prefix(b"SKIP ") {
        return Verdict::Skipped(String::from_utf8_lossy(reason).trim().to_owned());
    }
    let mut wanted = expected.split(|&b| b == b'\n');
    let mut got = actual.split(|&b| b == b'\n');
    let mut line = 1;
    loop {
        let (w, g) = (wanted.next(), got.next());
        if w != g || w.is_none() {
            let show = |l: Option<&[u8]>| match l {
                Some(l) => format!("'{}'", String::from_utf8_lossy(l)),
                None => "the end".to_owned(),
            };
            return Verdict::Wrong(format!(
                "line {line}: expected {}, got {}",
                show(w),
                show(g)
            ));
        }
        line += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_output_is_good() {
        assert_eq!(check(b"1\n2\n", b"1\n2\n"), Verdict::Good);
        assert_eq!(check(b"", b""), Verdict::Good);
    }

    #[test]
    fn the_first_differing_line_is_told() {
        let wrong = |text: &str| Verdict::Wrong(text.to_owned());
        assert_eq!(
            check(b"1\n2\n", b"1\n3\n"),
            wrong("line 2: expected '2', got '3'")
        );
        assert_eq!(
            check(b"1\n2\n", b"1\n2\n3\n"),
            wrong("line 3: expected '', got '3'")
        );
        assert_eq!(
            check(b"1\n", b"1"),
            wrong("line 2: expected '', got the end")
        );
        assert_eq!(check(b"1\n", b""), wrong("line 1: expected '1', got ''"));
    }

    #[test]
    fn a_program_may_decline() {
        assert_eq!(
            check(b"1\n", b"SKIP no bit library\n"),
            Verdict::Skipped("no bit library".to_owned())
        );
    }

    #[test]
    fn header_fields_stand_in_the_leading_comment() {
        let text = "-- Does it.\n-- Measures: calls.\n-- small: 7\nlocal n\n-- late: 1\n";
        assert_eq!(header_field(text, "small:").as_deref(), Some("7"));
        assert_eq!(header_field(text, "Measures:").as_deref(), Some("calls."));
        assert_eq!(header_field(text, "late:"), None);
    }

    #[test]
    fn every_program_has_a_header_and_expected_outputs() {
        let programs = find(&[]).unwrap();
        assert!(programs.len() >= 36);
        for program in programs {
            assert!(!program.measures.is_empty(), "{}", program.name);
            for size in Size::ALL {
                assert!(
                    !program.expected(size).unwrap().is_empty(),
                    "{}",
                    program.name
                );
            }
        }
    }
}
