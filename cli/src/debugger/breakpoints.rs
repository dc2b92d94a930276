//! Breakpoints as the user sets them: by file and line, with conditions, counts, and messages instead of stops.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// A breakpoint.
#[derive(Clone, Default)]
pub struct Breakpoint {
    /// What the client knows it by.
    pub id: i64,
    /// The line where it is, which has code.
    pub line: u32,
    /// An expression that has to be true.
    pub condition: Option<String>,
    /// How often it has to be reached: "5", ">= 5", "% 5".
    pub hit_condition: Option<String>,
    /// What is written instead of stopping, with expressions in braces.
    pub message: Option<String>,
    /// How often it was reached with its condition true.
    pub hits: u64,
}

/// All breakpoints by file. Clones are the same.
#[derive(Clone, Default)]
pub struct Breakpoints(Rc<RefCell<Files>>);

#[derive(Default)]
struct Files {
    by_path: HashMap<PathBuf, Vec<Breakpoint>>,
    /// What files chunk names mean.
    paths: HashMap<Vec<u8>, Option<PathBuf>>,
}

/// The file that a chunk's name means, if it means one.
pub fn path_of_chunk(name: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    let file = Path::new(std::ffi::OsStr::from_bytes(name.strip_prefix(b"@")?));
    Some(canonical(file))
}

/// A file's one name.
pub fn canonical(file: &Path) -> PathBuf {
    file.canonicalize()
        .or_else(|_| std::path::absolute(file))
        .unwrap_or_else(|_| file.to_owned())
}

impl Files {
    fn of_chunk(&mut self, name: &[u8]) -> Option<&mut Vec<Breakpoint>> {
        if !self.paths.contains_key(name) {
            self.paths.insert(name.to_vec(), path_of_chunk(name));
        }
        let path = self.paths.get(name)?.as_ref()?;
        self.by_path.get_mut(path)
    }
}

impl Breakpoints {
    /// Sets those of a file.
    pub fn set(&self, file: &Path, breakpoints: Vec<Breakpoint>) {
        self.0
            .borrow_mut()
            .by_path
            .insert(canonical(file), breakpoints);
    }

    /// Is there one at this line of a chunk?
    pub fn has(&self, chunk: &[u8], line: u32) -> bool {
        let mut files = self.0.borrow_mut();
        files
            .of_chunk(chunk)
            .is_some_and(|all| all.iter().any(|b| b.line == line))
    }

    /// Those at a line of a chunk.
    pub fn at(&self, chunk: &[u8], line: u32) -> Vec<Breakpoint> {
        let mut files = self.0.borrow_mut();
        let all = files.of_chunk(chunk).map_or(&[][..], |all| all.as_slice());
        all.iter().filter(|b| b.line == line).cloned().collect()
    }

    /// Counts that one was reached; gives how often that makes.
    pub fn count(&self, chunk: &[u8], id: i64) -> u64 {
        let mut files = self.0.borrow_mut();
        let found = files
            .of_chunk(chunk)
            .and_then(|all| all.iter_mut().find(|b| b.id == id));
        found.map_or(0, |b| {
            b.hits += 1;
            b.hits
        })
    }
}

/// Does a count meet its condition? One that makes no sense is met.
pub fn meets(condition: &str, hits: u64) -> bool {
    let condition = condition.trim();
    let (operator, number) = match condition.find(|c: char| c.is_ascii_digit()) {
        Some(at) => condition.split_at(at),
        None => return true,
    };
    let Ok(number) = number.trim().parse::<u64>() else {
        return true;
    };
    match operator.trim() {
        "" | "=" | "==" => hits == number,
        ">" => hits > number,
        ">=" => hits >= number,
        "<" => hits < number,
        "<=" => hits <= number,
        "%" => number != 0 && hits.is_multiple_of(number),
        _ => true,
    }
}

/// A piece of a log point's message.
#[derive(PartialEq, Eq, Debug)]
pub enum Piece<'a> {
    Text(&'a str),
    Expression(&'a str),
}

/// Cuts a message into text and the expressions in braces; braces within an expression count.
pub fn pieces(message: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = message;
    while let Some(open) = rest.find('{') {
        let mut depth = 0;
        let end = rest[open..].char_indices().find_map(|(i, c)| {
            depth += match c {
                '{' => 1,
                '}' => -1,
                _ => 0,
            };
            (depth == 0).then_some(open + i)
        });
        let Some(end) = end else {
            break;
        };
        if open > 0 {
            found.push(Piece::Text(&rest[..open]));
        }
        found.push(Piece::Expression(&rest[open + 1..end]));
        rest = &rest[end + 1..];
    }
    if !rest.is_empty() {
        found.push(Piece::Text(rest));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        assert!(meets("3", 3) && !meets("3", 4) && meets(">= 3", 4) && !meets(">3", 3));
        assert!(meets("%2", 4) && !meets("% 2", 5) && meets("nonsense", 1));
    }

    #[test]
    fn messages() {
        use Piece::{Expression, Text};
        assert_eq!(
            pieces("a {x} b {#{1, 2}}"),
            [
                Text("a "),
                Expression("x"),
                Text(" b "),
                Expression("#{1, 2}")
            ]
        );
        assert_eq!(pieces("{open"), [Text("{open")]);
    }
}
