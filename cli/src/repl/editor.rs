//! The line editor: history and completion around rustyline.

use std::borrow::Cow;
use std::cell::Cell;
use std::fs;
use std::path::PathBuf;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hinter, HistoryHinter};
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{Cmd, CompletionType, Config, Context, Helper, KeyCode, KeyEvent, Modifiers};

use super::highlight::{Colour, highlight, paint};
use super::{commands, complete};
use crate::diagnostics::colours;
use crate::engine::Engine;

/// What reading a line gave.
pub enum Line {
    /// A line without its end.
    Text(Vec<u8>),
    /// Ctrl-C.
    Interrupted,
    /// Ctrl-D, or the end of the input.
    End,
}

/// What the editor asks while a line is edited: for completions, of names in the state.
struct Names {
    engine: Engine,
    colours: bool,
    /// The line was sent off: there is no cursor any more.
    is_final: Cell<bool>,
}

impl Completer for Names {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let before = line.get(..position).unwrap_or_default();
        if before.starts_with(':') && !before.contains(' ') {
            let names = commands::NAMES.iter().filter(|n| n.starts_with(before));
            return Ok((0, names.map(|n| (*n).to_owned()).collect()));
        }
        Ok(complete::candidates(&mut self.engine.vm(), before))
    }
}
impl Hinter for Names {
    type Hint = String;

    /// What was typed last that begins like the line.
    fn hint(&self, line: &str, position: usize, context: &Context<'_>) -> Option<String> {
        if !self.colours || line.is_empty() {
            return None;
        }
        HistoryHinter::new().hint(line, position, context)
    }
}
impl Highlighter for Names {
    fn highlight<'l>(&self, line: &'l str, position: usize) -> Cow<'l, str> {
        if !self.colours {
            return Cow::Borrowed(line);
        }
        let cursor = (!self.is_final.get()).then_some(position);
        Cow::Owned(highlight(line, cursor))
    }
    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(paint(hint, Colour::Comment))
    }
    fn highlight_char(&self, _: &str, _: usize, kind: CmdKind) -> bool {
        self.is_final.set(kind == CmdKind::ForcedRefresh);
        self.colours
    }
}
impl Validator for Names {}
impl Helper for Names {}

/// A line editor with its history.
pub struct Editor {
    inner: rustyline::Editor<Names, FileHistory>,
    history: Option<PathBuf>,
}

impl Editor {
    /// An editor for this state, or nothing where the terminal doesn't allow one.
    pub fn new(engine: &Engine) -> Option<Editor> {
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .auto_add_history(false)
            .build();
        let mut inner = rustyline::Editor::with_config(config).ok()?;
        inner.set_helper(Some(Names {
            engine: engine.clone(),
            colours: colours(),
            is_final: Cell::new(false),
        }));
        // To what begins like the line.
        for (key, command) in [
            (KeyCode::PageUp, Cmd::HistorySearchBackward),
            (KeyCode::PageDown, Cmd::HistorySearchForward),
        ] {
            inner.bind_sequence(KeyEvent(key, Modifiers::NONE), command);
        }
        let history = history_file();
        if let Some(file) = &history {
            // There is none yet at the first start.
            let _ = inner.load_history(file);
        }
        Some(Editor { inner, history })
    }

    /// Reads a line.
    pub fn read(&mut self, prompt: &str) -> Line {
        match self.inner.readline(prompt) {
            Ok(line) => Line::Text(line.into_bytes()),
            Err(ReadlineError::Interrupted) => Line::Interrupted,
            Err(_) => Line::End,
        }
    }

    /// Adds an input to the history. Whoever can't write the history still has it in this session.
    pub fn remember(&mut self, input: &[u8]) {
        let added = self
            .inner
            .add_history_entry(String::from_utf8_lossy(input).into_owned());
        if let (Ok(true), Some(file)) = (added, &self.history) {
            if let Some(folder) = file.parent() {
                let _ = fs::create_dir_all(folder);
            }
            let _ = self.inner.append_history(file);
        }
    }
}

/// Where the history is kept: in the file that PERILUNE_HISTORY names (nowhere if it is empty), or in the folder for
/// the state of programs (<https://specifications.freedesktop.org/basedir-spec/>).
fn history_file() -> Option<PathBuf> {
    if let Some(file) = std::env::var_os("PERILUNE_HISTORY") {
        return Some(PathBuf::from(file)).filter(|file| !file.as_os_str().is_empty());
    }
    let state = match std::env::var_os("XDG_STATE_HOME").filter(|state| !state.is_empty()) {
        Some(state) => PathBuf::from(state),
        None => PathBuf::from(std::env::var_os("HOME")?).join(".local/state"),
    };
    Some(state.join("perilune/history"))
}
