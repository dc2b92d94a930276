//! `-jp`: the texts of LuaJIT's profiler, with its options.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write;
use std::fs;
use std::io;
use std::rc::Rc;

use perilune::vm::Vm;
use perilune::vm::profile::{Sample, builtin_name};

use crate::engine::Engine;
use crate::report;

/// How samples are split in two levels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Split {
    None,
    /// What ran, then the stack.
    StateFirst,
    /// The first function, then the rest.
    Stack,
    /// The function, then the line.
    Line,
}

/// How counts are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Numbers {
    Percent,
    Samples,
    /// For graphical tools.
    Raw,
}

/// LuaJIT's options, taken apart.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Mode {
    interval: u32,
    least: u64,
    depth: i32,
    /// The letter of what ran (`v`) or of zones (`z`).
    states: Option<char>,
    split: Split,
    numbers: Numbers,
    /// Lines of source around those that are shown; 0 for all.
    annotate: Option<usize>,
    /// The stack's format, if stacks are wanted.
    format: Option<String>,
}

impl Mode {
    fn parse(text: &str) -> Mode {
        let mut interval = 10;
        let mut least = 3;
        let mut depth = 1;
        let mut letters = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, behind) = rest.split_at(digits);
            match c {
                'i' | 'm' if digits > 0 => {
                    let value = number.parse().unwrap_or(u32::MAX);
                    match c {
                        'i' => interval = value.max(1),
                        _ => least = u64::from(value),
                    }
                    rest = behind;
                }
                '-' if digits > 0 => {
                    depth = -number.parse().unwrap_or(i32::MAX);
                    rest = behind;
                }
                c if c.is_ascii_digit() => {
                    let digits = format!("{c}{number}");
                    depth = digits.parse().unwrap_or(i32::MAX);
                    rest = behind;
                }
                'i' => {}
                c => letters.push(c),
            }
        }
        let has = |c| letters.contains(c);
        let states = ['z', 'v'].into_iter().find(|c| has(*c));
        let mut scope = match ['l', 'f', 'F'].into_iter().find(|c| has(*c)) {
            Some(c) => Some(c),
            None => states.is_none().then_some('f'),
        };
        let path = if has('p') { "p" } else { "" };
        let position = |of: &str| letters.find(|c| of.contains(c));
        let last = |of: &str| letters.rfind(|c| of.contains(c));
        let mut split = Split::None;
        if has('s') {
            split = Split::Stack;
            if depth == -1 || has('-') {
                depth = -2;
            } else if depth == 1 {
                depth = 2;
            }
        } else if position("fF").is_some_and(|f| last("l").is_some_and(|l| l > f)) {
            scope = Some('l');
            split = Split::Line;
        } else if scope.is_none()
            || position("zv").is_some_and(|z| last("lfF").is_some_and(|l| l > z))
        {
            split = Split::StateFirst;
        }
        let mut numbers = if has('r') {
            Numbers::Samples
        } else {
            Numbers::Percent
        };
        let annotate = match (has('A'), has('a')) {
            (true, _) => Some(0),
            (_, true) => Some(3),
            _ => None,
        };
        let format = if annotate.is_some() {
            split = Split::None;
            depth = 1;
            Some(String::from("pl"))
        } else if let Some(scope) = scope {
            if has('G') {
                depth = -100;
                numbers = Numbers::Raw;
                least = 0;
                Some(format!("{path}{scope}Z;"))
            } else {
                let scope = match (split, has('f'), has('F')) {
                    (Split::Line, true, _) => 'f',
                    (_, _, true) => 'F',
                    _ => scope,
                };
                let arrow = if depth >= 0 { "Z < " } else { "Z > " };
                Some(format!("{path}{scope}{arrow}"))
            }
        } else {
            None
        };
        Mode {
            interval,
            least,
            depth,
            states,
            split,
            numbers,
            annotate,
            format,
        }
    }
}

/// What was counted.
#[derive(Default)]
struct Counts {
    samples: u64,
    first: HashMap<String, u64>,
    second: HashMap<String, HashMap<String, u64>>,
}

/// Samples from now on, and writes a text when the state ends: to the standard output or the file behind the comma.
pub fn start(engine: &Engine, options: &str) {
    let (mode, file) = match options.split_once(',') {
        Some((mode, file)) => (mode, Some(file.to_owned())),
        None => (options, None),
    };
    let file = file.or_else(|| std::env::var("LUAJIT_PROFILEFILE").ok());
    let mode = Mode::parse(if mode.is_empty() { "f" } else { mode });
    let counts = Rc::new(RefCell::new(Counts::default()));
    let (noted, format) = (counts.clone(), mode.clone());
    let sampler = move |vm: &Vm, sample: Sample| noted.borrow_mut().note(vm, sample, &format);
    if !engine
        .vm()
        .set_sampler(Some(Box::new(sampler)), mode.interval)
    {
        report::message(b"no clock for a profile");
    }
    engine.at_end(Box::new(move |engine| {
        engine.vm().set_sampler(None, 0);
        let text = counts.borrow().text(&mode);
        let written = match file.as_deref() {
            None | Some("-") => {
                engine.flush();
                io::Write::write_all(&mut io::stdout(), text.as_bytes())
            }
            Some(file) => fs::write(file, text),
        };
        if let Err(error) = written {
            report::message(error.to_string().as_bytes());
        }
    }));
}

/// A stack in LuaJIT's format, with names for the library's functions.
fn stack(vm: &Vm, format: &str, depth: i32) -> String {
    let mut text = String::new();
    let _ = vm.write_stack(vm.current_thread(), format.as_bytes(), depth, &mut text);
    let mut named = String::new();
    let mut rest = text.as_str();
    while let Some((before, behind)) = rest.split_once("[builtin#") {
        let Some((number, behind)) = behind.split_once(']') else {
            break;
        };
        named.push_str(before);
        named.push_str(number.parse().map_or("?", builtin_name));
        rest = behind;
    }
    named.push_str(rest);
    named
}

impl Counts {
    fn note(&mut self, vm: &Vm, sample: Sample, mode: &Mode) {
        let count = u64::from(sample.count);
        self.samples += count;
        let state = mode.states.map(|kind| match (kind, sample.state) {
            ('z', _) => "(none)",
            (_, 'N') => "Compiled",
            (_, 'C') => "C code",
            (_, 'G') => "Garbage Collector",
            (_, 'J') => "JIT Compiler",
            _ => "Interpreted",
        });
        let state = state.map(str::to_owned);
        let mut functions = mode.format.as_ref().map(|f| stack(vm, f, mode.depth));
        let mut second = None;
        match mode.split {
            Split::Stack => {
                let both = functions.as_ref().and_then(|text| {
                    let arrow = if mode.depth < 0 { " > " } else { " < " };
                    text.split_once(arrow)
                });
                if let Some((a, b)) = both {
                    (functions, second) = (Some(a.to_owned()), Some(b.to_owned()));
                }
            }
            Split::Line => second = Some(stack(vm, "l", 1)),
            _ => {}
        }
        let (first, second) = match (mode.split, state, functions) {
            (Split::StateFirst, Some(state), functions) => (state, functions),
            (Split::StateFirst, None, _) | (_, _, None) => return,
            (_, state, Some(functions)) => (functions, second.or(state)),
        };
        *self.first.entry(first.clone()).or_default() += count;
        if let Some(second) = second {
            let inner = self.second.entry(first).or_default();
            *inner.entry(second).or_default() += count;
        }
    }

    fn text(&self, mode: &Mode) -> String {
        let mut text = String::new();
        if self.samples == 0 {
            if mode.numbers != Numbers::Raw {
                text.push_str("[No samples collected]\n");
            }
        } else if let Some(around) = mode.annotate {
            self.annotate(&mut text, mode, around);
        } else {
            self.top(&mut text, &self.first, self.samples, mode, "");
        }
        text
    }

    /// The most frequent first.
    fn top(
        &self,
        text: &mut String,
        counts: &HashMap<String, u64>,
        samples: u64,
        mode: &Mode,
        indent: &str,
    ) {
        let mut sorted: Vec<(&String, u64)> = counts.iter().map(|(k, n)| (k, *n)).collect();
        sorted.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        for (key, count) in sorted {
            let percent = percent(count, samples);
            if percent < mode.least {
                break;
            }
            let _ = match mode.numbers {
                Numbers::Percent => writeln!(text, "{indent}{percent:2}%  {key}"),
                Numbers::Samples => writeln!(text, "{indent}{count:5}  {key}"),
                Numbers::Raw => writeln!(text, "{key} {count}"),
            };
            if indent.is_empty()
                && let Some(inner) = self.second.get(key)
            {
                let indent = match mode.split {
                    Split::Line | Split::StateFirst => "  -- ",
                    _ if mode.depth < 0 => "  -> ",
                    _ => "  <- ",
                };
                self.top(text, inner, count, mode, indent);
            }
        }
    }

    /// Source files with the samples of their lines; `around` lines are shown with each, or all if it is 0.
    fn annotate(&self, text: &mut String, mode: &Mode, around: usize) {
        let mut files: std::collections::BTreeMap<&str, HashMap<usize, u64>> = Default::default();
        for (key, count) in &self.first {
            if percent(*count, self.samples) < mode.least {
                continue;
            }
            let (file, line) = match key.rsplit_once(':') {
                Some((file, line)) => (file, line.parse().unwrap_or(0)),
                None => (key.as_str(), 0),
            };
            let shown = match mode.numbers {
                Numbers::Percent => percent(*count, self.samples),
                _ => *count,
            };
            files.entry(file).or_default().insert(line, shown);
        }
        for (file, lines) in files {
            if file.starts_with(['(', '[']) {
                let _ = writeln!(text, "\n====== {file} ======\n[Cannot annotate non-file]");
                continue;
            }
            let source = match fs::read(file) {
                Ok(source) => String::from_utf8_lossy(&source).into_owned(),
                Err(error) => {
                    let _ = writeln!(text, "====== ERROR: {file}: {error}");
                    continue;
                }
            };
            let _ = writeln!(text, "\n====== {file} ======");
            let near = |n: usize| {
                around == 0
                    || (n.saturating_sub(around)..=n + around).any(|n| lines.contains_key(&n))
            };
            let mut showing = around == 0;
            for (n, line) in source.lines().enumerate().map(|(i, line)| (i + 1, line)) {
                if !near(n) {
                    showing = false;
                    continue;
                }
                if !showing {
                    showing = true;
                    let _ = writeln!(text, "@@ {n} @@");
                }
                let _ = match (lines.get(&n), mode.numbers) {
                    (Some(value), Numbers::Percent) => writeln!(text, " {value:3}% | {line}"),
                    (Some(value), _) => writeln!(text, "{value:5} | {line}"),
                    (None, _) => writeln!(text, "      | {line}"),
                };
            }
        }
    }
}

/// Rounded to the nearest.
fn percent(count: u64, samples: u64) -> u64 {
    (count * 200 + samples) / (samples * 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options() {
        let of = |text| {
            let mode = Mode::parse(text);
            (mode.format.unwrap_or_default(), mode.depth, mode.split)
        };
        assert_eq!(of("f"), ("fZ < ".to_owned(), 1, Split::None));
        assert_eq!(of("-3F"), ("FZ > ".to_owned(), -3, Split::None));
        assert_eq!(of("s"), ("fZ < ".to_owned(), 2, Split::Stack));
        assert_eq!(of("fl"), ("fZ < ".to_owned(), 1, Split::Line));
        assert_eq!(of("v"), (String::new(), 1, Split::StateFirst));
        assert_eq!(of("vl"), ("lZ < ".to_owned(), 1, Split::StateFirst));
        assert_eq!(of("lv"), ("lZ < ".to_owned(), 1, Split::None));
        assert_eq!(of("G"), ("fZ;".to_owned(), -100, Split::None));
        assert_eq!(of("a"), ("pl".to_owned(), 1, Split::None));
        assert_eq!(Mode::parse("i2m7r").interval, 2);
        assert_eq!(Mode::parse("i2m7r").least, 7);
    }

    #[test]
    fn tops() {
        let mut counts = Counts {
            samples: 40,
            ..Counts::default()
        };
        counts.first.extend([
            ("f".to_owned(), 30),
            ("g".to_owned(), 9),
            ("h".to_owned(), 1),
        ]);
        counts
            .second
            .entry("f".to_owned())
            .or_default()
            .insert("x.lua:3".to_owned(), 30);
        let mode = Mode::parse("fl");
        assert_eq!(
            counts.text(&mode),
            "75%  f\n  -- 100%  x.lua:3\n23%  g\n 3%  h\n"
        );
    }
}
