//! Errors at a terminal: coloured, and pointing into the source that they come from.

use std::io::{self, Write};
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// Lines longer than this aren't shown: they are no source that somebody typed.
const LONGEST_LINE: usize = 1000;

/// Shows an error's text, which may have a traceback, and the place in `source` if it is known.
pub fn show(text: &[u8], source: &[u8], place: Option<Range<usize>>) {
    let text = String::from_utf8_lossy(text);
    let (message, traceback) = split_traceback(&text);
    let excerpt = place.and_then(|place| Excerpt::new(source, place));
    let title = Level::ERROR.primary_title(message);
    let group = match &excerpt {
        Some(excerpt) => title.element(excerpt.snippet()),
        None => Group::with_title(title),
    };
    let mut shown = render(group);
    if let Some(traceback) = traceback {
        shown.push_str("stack traceback:\n");
        shown.push_str(traceback);
        shown.push('\n');
    }
    let _ = io::stderr().write_all(shown.as_bytes());
}

/// Shows a place in a source under a message that has been written already.
pub fn point(source: &[u8], place: Range<usize>) {
    if let Some(excerpt) = Excerpt::new(source, place) {
        let group = Group::with_level(Level::ERROR).element(excerpt.snippet());
        let _ = io::stderr().write_all(render(group).as_bytes());
    }
}

fn render(group: Group<'_>) -> String {
    let renderer = if colours() {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut shown = renderer.render(&[group]).to_string();
    shown.push('\n');
    shown
}

/// Colours are wanted unless NO_COLOR says otherwise (<https://no-color.org>) or the terminal has none.
pub fn colours() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

fn split_traceback(text: &str) -> (&str, Option<&str>) {
    match text.split_once("\nstack traceback:\n") {
        Some((message, traceback)) => (message, Some(traceback)),
        None => (text, None),
    }
}

/// The lines of a source around a place.
struct Excerpt {
    text: String,
    first_line: usize,
    span: Range<usize>,
}

impl Excerpt {
    fn new(source: &[u8], place: Range<usize>) -> Option<Excerpt> {
        let start = place.start.min(source.len());
        let end = place.end.clamp(start, source.len());
        let line_start = source[..start]
            .iter()
            .rposition(|&b| b == b'\n')
            .map_or(0, |i| i + 1);
        let line_end = source[start..]
            .iter()
            .position(|&b| b == b'\n')
            .map_or(source.len(), |i| start + i);
        if line_end - line_start > LONGEST_LINE {
            return None;
        }
        // Only the first line of a place of several is shown.
        let parts = [
            &source[line_start..start],
            &source[start..end.min(line_end)],
            &source[end.min(line_end)..line_end],
        ]
        .map(String::from_utf8_lossy);
        let span = parts[0].len()..parts[0].len() + parts[1].len();
        let first_line = source[..line_start].iter().filter(|&&b| b == b'\n').count() + 1;
        Some(Excerpt {
            text: parts.concat(),
            first_line,
            span,
        })
    }

    fn snippet(&self) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
        Snippet::source(self.text.as_str())
            .line_start(self.first_line)
            .annotation(AnnotationKind::Primary.span(self.span.clone()))
    }
}

/// Shows an error of a script, with the place in its source if that is a file, and its traceback.
pub fn show_error(program: &[u8], text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    let (message, traceback) = split_traceback(&text);
    let line = format!("{}: {message}\n", String::from_utf8_lossy(program));
    let _ = io::stderr().write_all(line.as_bytes());
    if let Some((source, place)) = place_in_file(message) {
        point(source.as_bytes(), place);
    }
    if let Some(traceback) = traceback {
        let traceback = format!("stack traceback:\n{traceback}\n");
        let _ = io::stderr().write_all(traceback.as_bytes());
    }
}

/// The file that a message names in front, and the place that it means there.
fn place_in_file(message: &str) -> Option<(String, Range<usize>)> {
    let (position, rest) = message.split_once(": ")?;
    let (file, number) = position.rsplit_once(':')?;
    let number = number.parse().ok()?;
    if !std::path::Path::new(file).is_file() {
        return None;
    }
    let source = std::fs::read(file).ok()?;
    // Bytecode has no lines.
    let source = String::from_utf8(source).ok()?;
    let place = place_in_line(&source, number, &format!(" {rest}"))?;
    Some((source, place))
}

/// The place in what was typed that a run-time error means, if it comes from there: the innermost Lua function has to
/// be the main chunk, for others may come from earlier input.
pub fn place_of_error(text: &[u8], source: &[u8]) -> Option<Range<usize>> {
    let text = String::from_utf8_lossy(text);
    let source = std::str::from_utf8(source).ok()?;
    let (message, traceback) = split_traceback(&text);
    let (line, rest) = message.strip_prefix("stdin:")?.split_once(':')?;
    let number: usize = line.parse().ok()?;
    let innermost = traceback?
        .lines()
        .map(str::trim_start)
        .find(|line| !line.starts_with("[C]"))?;
    if innermost != format!("stdin:{number}: in main chunk") {
        return None;
    }
    place_in_line(source, number, rest)
}

/// The place in a line of a source that a message means: the variable that it names, or else all of the line.
fn place_in_line(source: &str, number: usize, message: &str) -> Option<Range<usize>> {
    let line = source.split('\n').nth(number.checked_sub(1)?)?;
    let start = line.as_ptr() as usize - source.as_ptr() as usize;
    let whole = line.len() - line.trim_start().len()..line.trim_end().len();
    let inner = named(message)
        .and_then(|name| find_use(line, name, message))
        .unwrap_or(whole);
    Some(start + inner.start..start + inner.end)
}

/// The variable in "attempt to call global 'name' (a nil value)".
fn named(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once(" '")?;
    rest.split_once("' (").map(|(name, _)| name)
}

/// Where a line uses a variable as the message says; where no use looks like it, the variable's first place.
fn find_use(line: &str, name: &str, message: &str) -> Option<Range<usize>> {
    let follows: &[char] = if message.contains("attempt to index") {
        &['.', '[', ':', '?']
    } else if message.contains("attempt to call") {
        &['(', '{', '"', '\'']
    } else {
        &[]
    };
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let places = || {
        line.match_indices(name)
            .map(|(at, _)| at..at + name.len())
            .filter(|place| {
                !line[..place.start].ends_with(is_name) && !line[place.end..].starts_with(is_name)
            })
    };
    places()
        .find(|place| line[place.end..].trim_start().starts_with(follows))
        .or_else(|| places().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_time_errors_point_at_the_variable() {
        let source = b"local a = 1\nreturn foo.bar";
        let text = b"stdin:2: attempt to index global 'foo' (a nil value)\nstack traceback:\n\tstdin:2: in main chunk\n\t[C]: at 0x01";
        assert_eq!(place_of_error(text, source), Some(19..22));
        let declared = b"local y = nil; y.z = y";
        let text_of_y = b"stdin:1: attempt to index local 'y' (a nil value)\nstack traceback:\n\tstdin:1: in main chunk\n\t[C]: at 0x01";
        assert_eq!(place_of_error(text_of_y, declared), Some(15..16));
        let elsewhere = b"stdin:2: attempt to index global 'foo' (a nil value)\nstack traceback:\n\tstdin:2: in function 'f'\n\tstdin:1: in main chunk";
        assert_eq!(place_of_error(elsewhere, source), None);
        assert_eq!(place_of_error(b"other", source), None);
    }

    #[test]
    fn excerpts_are_one_line() {
        let excerpt = Excerpt::new(b"a\nbb = = c\nd", 7..8).unwrap();
        assert_eq!((excerpt.text.as_str(), excerpt.first_line), ("bb = = c", 2));
        assert_eq!(excerpt.span, 5..6);
        let end = Excerpt::new(b"f(", 2..2).unwrap();
        assert_eq!(end.span, 2..2);
        assert!(Excerpt::new(&[b'x'; 5000], 7..8).is_none());
    }
}
