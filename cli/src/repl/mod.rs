//! The prompt: reads input until it is complete, runs it, prints what it returns.
//!
//! An expression is printed without being asked for, and `=expr` works as it always has. At a terminal there is a line
//! editor with history, completion and colours, commands that begin with a colon, tables are shown with what is in them, and errors point into
//! the input; elsewhere the prompt is LuaJIT's plain one.

mod commands;
mod complete;
mod editor;
mod highlight;
mod keywords;
mod show;

use std::io::{self, IsTerminal, Write};

use perilune::value::Value;

use crate::engine::{Engine, Failure, text_of};
use crate::{diagnostics, report};
use editor::{Editor, Line};

/// The chunk name of what is typed.
const CHUNK: &[u8] = b"=stdin";

/// Runs the prompt until the input ends. An error is the status that a script asked to exit with.
pub fn run(engine: &Engine) -> Result<(), i32> {
    let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    let editor = terminal.then(|| Editor::new(engine)).flatten();
    let mut reader = match editor {
        Some(editor) => Reader::Terminal(Box::new(editor)),
        None => Reader::Plain,
    };
    while let Some(input) = read_input(engine, &mut reader) {
        match input {
            Input::Nothing => {}
            Input::Command(line) => {
                let result = commands::run(engine, &line);
                engine.flush();
                match result {
                    // Whoever doesn't read it misses nothing.
                    Ok(text) => _ = writeln!(io::stdout(), "{text}"),
                    Err(failure) => show_failure(&failure, b"")?,
                }
            }
            Input::Chunk { source, chunk } => {
                let result = engine
                    .call(chunk, &[])
                    .and_then(|results| print(engine, &reader, &results));
                if let Err(failure) = result {
                    show_failure(&failure, &source)?;
                }
            }
            Input::Faulty(failure) => show_failure(&failure, b"")?,
        }
    }
    engine.flush();
    if matches!(reader, Reader::Plain) {
        let _ = writeln!(io::stdout());
    }
    Ok(())
}

/// Where lines come from.
enum Reader {
    Terminal(Box<Editor>),
    Plain,
}

/// What was read.
enum Input {
    /// It was given up, or empty.
    Nothing,
    /// One of the prompt's own.
    Command(String),
    /// A function to call.
    Chunk { source: Vec<u8>, chunk: Value },
    /// It can't be compiled.
    Faulty(Failure),
}

/// Reads a line, and more lines as long as what was read could go on. Nothing at the end of the input.
fn read_input(engine: &Engine, reader: &mut Reader) -> Option<Input> {
    let mut text = match read_line(engine, reader, true) {
        Line::Text(text) => text,
        Line::Interrupted => return Some(Input::Nothing),
        Line::End => return None,
    };
    if matches!(reader, Reader::Terminal(_)) && commands::is_command(&text) {
        remember(reader, &text, false);
        return Some(Input::Command(String::from_utf8_lossy(&text).into_owned()));
    }
    // What is said at the beginning of a line that isn't Lua.
    let explicit = text.first() == Some(&b'=');
    if explicit {
        text.splice(..1, *b"return ");
    }
    loop {
        match compile(engine, &text, explicit) {
            Compiled::Chunk(chunk) => {
                remember(reader, &text, explicit);
                return Some(Input::Chunk {
                    source: text,
                    chunk,
                });
            }
            Compiled::Faulty(failure) => {
                remember(reader, &text, explicit);
                return Some(Input::Faulty(failure));
            }
            Compiled::Incomplete => match read_line(engine, reader, false) {
                Line::Text(more) => {
                    text.push(b'\n');
                    text.extend_from_slice(&more);
                }
                Line::Interrupted => return Some(Input::Nothing),
                Line::End => return None,
            },
        }
    }
}

fn remember(reader: &mut Reader, text: &[u8], explicit: bool) {
    if let Reader::Terminal(editor) = reader {
        match text.strip_prefix(b"return ").filter(|_| explicit) {
            Some(rest) => editor.remember(&[b"=", rest].concat()),
            None => editor.remember(text),
        }
    }
}

fn read_line(engine: &Engine, reader: &mut Reader, first: bool) -> Line {
    let (variable, default) = if first {
        ("_PROMPT", "> ")
    } else {
        ("_PROMPT2", ">> ")
    };
    let prompt = match text_of(engine.global(variable)) {
        Some(prompt) => String::from_utf8_lossy(&prompt).into_owned(),
        None => default.to_owned(),
    };
    engine.flush();
    match reader {
        Reader::Terminal(editor) => editor.read(&prompt),
        Reader::Plain => {
            let mut out = io::stdout();
            let _ = out.write_all(prompt.as_bytes()).and_then(|()| out.flush());
            engine.read_line().map_or(Line::End, Line::Text)
        }
    }
}

enum Compiled {
    Chunk(Value),
    Faulty(Failure),
    Incomplete,
}

/// Compiles input as an expression if it is one, and else as it stands.
fn compile(engine: &Engine, text: &[u8], explicit: bool) -> Compiled {
    let mut may_become_expression = false;
    if !explicit && !text.is_empty() {
        match engine.load(&[b"return ", text].concat(), CHUNK) {
            Ok(chunk) => return Compiled::Chunk(outer_call(engine, text).unwrap_or(chunk)),
            Err(failure) => may_become_expression = is_incomplete(&failure),
        }
    }
    match engine.load(text, CHUNK) {
        Ok(chunk) => Compiled::Chunk(chunk),
        Err(failure) if may_become_expression || is_incomplete(&failure) => Compiled::Incomplete,
        Err(failure) => Compiled::Faulty(failure),
    }
}

/// The expressions as arguments of a call: behind a plain `return`, a call would be a tail call, and errors would not
/// know where it came from.
fn outer_call(engine: &Engine, expressions: &[u8]) -> Option<Value> {
    let call: [&[u8]; 3] = [
        b"return (function(...) return ... end)(",
        expressions,
        b"\n)",
    ];
    engine.load(&call.concat(), CHUNK).ok()
}

/// Does the input end where it could go on?
fn is_incomplete(failure: &Failure) -> bool {
    matches!(failure, Failure::Syntax(failure) if failure.incomplete_input)
}

/// Prints results with the script's `print`. At a terminal, tables are shown with what is in them, unless the script has a `print` of its own.
fn print(engine: &Engine, reader: &Reader, results: &[Value]) -> Result<(), Failure> {
    if results.is_empty() {
        return Ok(());
    }
    let print = engine.global("print");
    let is_own = print.as_function().is_some_and(|f| f.is_lua());
    let has_tables = results.iter().any(|value| value.is_table());
    if matches!(reader, Reader::Terminal(_)) && has_tables && !is_own {
        let text = show::results(engine, results, diagnostics::colours());
        engine.flush();
        let _ = writeln!(io::stdout(), "{text}");
        return Ok(());
    }
    match engine.call_plain(print, results) {
        Err(Failure::Error(text)) => {
            let text = text.unwrap_or_default();
            let text = [b"error calling 'print' (", text.as_slice(), b")"].concat();
            Err(Failure::Error(Some(text)))
        }
        result => result.map(|_| ()),
    }
}

/// Tells what went wrong. An error is the status that the script asked to exit with.
fn show_failure(failure: &Failure, source: &[u8]) -> Result<(), i32> {
    match failure {
        Failure::Exit(status) => return Err(*status),
        Failure::Error(Some(text)) if io::stderr().is_terminal() => {
            let place = diagnostics::place_of_error(text, source);
            diagnostics::show(text, source, place);
        }
        Failure::Syntax(failure) if io::stderr().is_terminal() => {
            diagnostics::show(&failure.text, &failure.source, Some(failure.span.clone()));
        }
        failure => {
            if let Some(text) = failure.text() {
                report::plain(text);
            }
        }
    }
    Ok(())
}
