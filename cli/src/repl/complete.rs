//! Completion of globals, fields, methods and keywords. It only ever looks into tables: no metamethod runs, whatever
//! stands to the left of the dot.

use perilune::value::{Gc, Table, Value};
use perilune::vm::Vm;

use super::keywords::KEYWORDS;

/// Metatables whose `__index` is a table are followed this far.
const MAX_CHAIN: usize = 16;

/// The candidates for the word that ends at `line`'s end, and where that word begins.
pub fn candidates(vm: &mut Vm, line: &str) -> (usize, Vec<String>) {
    let start = word_start(line);
    let word = &line[start..];
    let mut names = Vec::new();
    match owner(line, start) {
        Some((path, methods)) => {
            if let Some(value) = resolve(vm, &path) {
                collect(vm, value, word, methods, &mut names);
            }
        }
        None => {
            let globals = vm.globals();
            collect(vm, globals.into(), word, false, &mut names);
            if !word.is_empty() {
                names.extend(
                    KEYWORDS
                        .iter()
                        .filter(|keyword| keyword.starts_with(word))
                        .map(|keyword| (*keyword).to_owned()),
                );
            }
        }
    }
    names.sort();
    names.dedup();
    (start, names)
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii()
}

/// Where the name that ends at the end of `text` begins.
fn word_start(text: &str) -> usize {
    text.char_indices()
        .rev()
        .take_while(|&(_, c)| is_name(c))
        .last()
        .map_or(text.len(), |(i, _)| i)
}

/// The names before the dot or colon in front of `start`, outermost first, and whether it is a colon.
/// `None` where there is none; an empty path where it isn't a plain path of names.
fn owner(line: &str, start: usize) -> Option<(Vec<&str>, bool)> {
    let mut rest = line.get(..start)?;
    let methods = rest.ends_with(':');
    let mut path = Vec::new();
    while let Some(shorter) = rest.strip_suffix(['.', ':']) {
        let begin = word_start(shorter);
        let name = &shorter[begin..];
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            // A call, an index, a number or `..`: what it gives can't be known without running it.
            return Some((Vec::new(), methods));
        }
        path.push(name);
        rest = &shorter[..begin];
    }
    if path.is_empty() {
        return None;
    }
    path.reverse();
    Some((path, methods))
}

fn resolve(vm: &mut Vm, path: &[&str]) -> Option<Value> {
    let mut names = path.iter();
    let globals = vm.globals();
    let mut value = get(vm, globals.into(), names.next()?)?;
    for name in names {
        value = get(vm, value, name)?;
    }
    Some(value)
}

/// A field, along metatables, without calls.
fn get(vm: &mut Vm, value: Value, name: &str) -> Option<Value> {
    for table in tables(vm, value) {
        let found = vm.raw_get_name(table, name).ok()?;
        if !found.is_nil() {
            return Some(found);
        }
    }
    None
}

/// The tables that indexing a value looks into, as far as no function decides.
fn tables(vm: &mut Vm, value: Value) -> Vec<Gc<Table>> {
    let mut found = Vec::new();
    let mut value = value;
    while found.len() < MAX_CHAIN {
        if let Some(table) = value.as_table() {
            found.push(table);
        }
        match vm.metafield(value, "__index") {
            Ok(next) if next.is_table() => value = next,
            _ => break,
        }
    }
    found
}

fn collect(vm: &mut Vm, owner: Value, prefix: &str, functions_only: bool, names: &mut Vec<String>) {
    for table in tables(vm, owner) {
        let mut position = 0;
        while let Some((at, key, value)) = table.entry_from(position) {
            position = at + 1;
            let Some(name) = key.as_str() else { continue };
            let Ok(name) = std::str::from_utf8(name.as_bytes()) else {
                continue;
            };
            let identifier = name.chars().all(is_name)
                && !name.starts_with(|c: char| c.is_ascii_digit())
                && !KEYWORDS.contains(&name);
            if identifier && name.starts_with(prefix) && (value.is_function() || !functions_only) {
                names.push(name.to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        assert_eq!(owner("x = str", 4), None);
        assert_eq!(owner("x = a.b:c", 8), Some((vec!["a", "b"], true)));
        assert_eq!(owner("f().x", 4), Some((vec![], false)));
        assert_eq!(owner("a..b", 3), Some((vec![], false)));
        assert_eq!(word_start("print(str"), 6);
        assert_eq!(word_start("print("), 6);
    }
}
