//! Compares the two runs of a script and words the outcome.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use similar::{ChangeTag, TextDiff};

use crate::guards;
use crate::oracle::{self, Mode};
use crate::sandbox::Interpreter;
use crate::script::Script;

/// How long a script may take, on either side.
pub const TIME_LIMIT: Duration = Duration::from_secs(60);

/// A diff longer than this is cut.
const MAX_DIFF_LINES: usize = 60;

/// The oracle's two builds beside the engine.
pub struct Pair {
    oracle: Interpreter,
    oracle_compat: Interpreter,
    engine: Interpreter,
    engine_compat: Interpreter,
    /// Whether the "engine" is the oracle, which has no deliberate differences.
    oracle_alone: bool,
    /// What the oracle said, by script.
    known: Mutex<HashMap<String, String>>,
    limit: Duration,
}

/// The outcome of one script.
pub struct Outcome {
    /// Lines of output that were compared.
    pub lines: usize,
    /// What is wrong, ready to be printed; `None` if the script passed.
    pub failure: Option<String>,
}

impl Pair {
    /// Builds whatever is missing: the oracle twice, and nothing else.
    ///
    /// `engine` is the command to be tested. For scripts in 52COMPAT mode it is given the flag
    /// `--52compat` first, unless it is itself an oracle.
    pub fn new(engine: &Path) -> io::Result<Pair> {
        let plain = oracle::executable(Mode::Default)?;
        let compat = oracle::executable(Mode::Compat52)?;
        let engine_compat = if engine == plain {
            Interpreter::new(&compat, &[])
        } else {
            Interpreter::new(engine, &["--52compat"])
        };
        Ok(Pair {
            oracle: Interpreter::new(&plain, &[]),
            oracle_compat: Interpreter::new(&compat, &[]),
            engine: Interpreter::new(engine, &[]),
            engine_compat,
            oracle_alone: engine == plain,
            known: Mutex::default(),
            limit: TIME_LIMIT,
        })
    }

    /// Checks the oracle against itself with its compiler off: is each script deterministic?
    pub fn oracle_alone() -> io::Result<Pair> {
        let plain = oracle::executable(Mode::Default)?;
        let compat = oracle::executable(Mode::Compat52)?;
        Ok(Pair {
            oracle: Interpreter::new(&plain, &[]),
            oracle_compat: Interpreter::new(&compat, &[]),
            engine: Interpreter::new(&plain, &[]).with_init("jit.off()"),
            engine_compat: Interpreter::new(&compat, &[]).with_init("jit.off()"),
            oracle_alone: true,
            known: Mutex::default(),
            limit: TIME_LIMIT,
        })
    }

    /// How long a script may take from now on.
    pub fn set_time_limit(&mut self, limit: Duration) {
        self.limit = limit;
    }

    /// From now on the engine runs with these options for its JIT.
    pub fn set_jit(&mut self, options: &str) {
        for engine in [&mut self.engine, &mut self.engine_compat] {
            *engine = engine.clone().with_jit(options);
        }
    }

    /// What the oracle says, which runs each script once.
    fn reference(
        &self,
        script: &Script,
        run: impl FnOnce() -> io::Result<String>,
    ) -> io::Result<String> {
        let name = script.name();
        let known = self.known.lock().ok().and_then(|k| k.get(&name).cloned());
        if let Some(known) = known {
            return Ok(known);
        }
        let reference = run()?;
        if let Ok(mut known) = self.known.lock() {
            known.insert(name, reference.clone());
        }
        Ok(reference)
    }

    /// The oracle and the engine for the script.
    fn sides(&self, script: &Script) -> (&Interpreter, &Interpreter) {
        match script.directives.mode {
            Mode::Default => (&self.oracle, &self.engine),
            Mode::Compat52 => (&self.oracle_compat, &self.engine_compat),
        }
    }

    /// How many guards the script's greatest trace has.
    pub fn guards(&self, script: &Script) -> io::Result<usize> {
        guards::count(self.sides(script).1, script, self.limit)
    }

    /// Runs the script on both sides and compares.
    pub fn check(&self, script: &Script) -> io::Result<Outcome> {
        self.compare(script, self.sides(script).1)
    }

    /// The same with these options for the engine's JIT.
    pub fn check_with(&self, script: &Script, options: &str) -> io::Result<Outcome> {
        let engine = self.sides(script).1.clone().with_jit(options);
        self.compare(script, &engine)
    }

    fn compare(&self, script: &Script, engine: &Interpreter) -> io::Result<Outcome> {
        let oracle = self.sides(script).0;
        let run = |interpreter: &Interpreter| -> io::Result<String> {
            let directives = &script.directives;
            let transcript =
                interpreter.run(&script.file, &script.source, directives, self.limit)?;
            Ok(transcript.render())
        };
        let (reference, actual) = (self.reference(script, || run(oracle))?, run(engine)?);
        let lines = reference.lines().count();
        let key = script.directives.expect_different.as_ref();
        let Some(key) = key.filter(|_| !self.oracle_alone) else {
            return Ok(Outcome {
                lines,
                failure: diff(&reference, &actual),
            });
        };
        let expected = fs::read_to_string(script.expected_path())?;
        let failure = if !is_documented(key)? {
            Some(format!("'{key}' is not a heading of DIFFERENCES.md\n"))
        } else if reference == expected {
            Some("the oracle behaves as the .out file says: no difference left\n".to_owned())
        } else {
            diff(&expected, &actual)
        };
        Ok(Outcome { lines, failure })
    }
}

fn is_documented(key: &str) -> io::Result<bool> {
    let text = fs::read_to_string(crate::engine::package_dir().join("DIFFERENCES.md"))?;
    Ok(text
        .lines()
        .any(|line| line.strip_prefix("## ") == Some(key)))
}

/// Returns what differs, with a little context; `-` is expected, `+` is found.
pub fn diff(expected: &str, actual: &str) -> Option<String> {
    if expected == actual {
        return None;
    }
    let mut text = String::new();
    let mut shown = 0;
    let diff = TextDiff::from_lines(expected, actual);
    for group in diff.grouped_ops(2) {
        let line = group.first().map_or(0, |op| op.old_range().start + 1);
        text.push_str(&format!("@@ line {line} of the expected output @@\n"));
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            if shown == MAX_DIFF_LINES {
                text.push_str("… (cut)\n");
                return Some(text);
            }
            shown += 1;
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            let line: String = change
                .value()
                .trim_end_matches('\n')
                .chars()
                .take(400)
                .collect();
            text.push_str(&format!("{sign}{line}\n"));
        }
    }
    if text.is_empty() {
        text.push_str("(they differ in the final newline only)\n");
    }
    Some(text)
}
