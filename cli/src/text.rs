//! Values as text that a person can read: strings quoted, tables with what is in them.

use std::fmt::Write;

use perilune::value::{Gc, Str, Table, Value};
use perilune::vm::debuginfo::short_name;

use crate::engine::text_of;

/// Words that can't be a field's name in source text.
const RESERVED: &[&str] = &[
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in",
    "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
];

/// Entries that a preview of a table shows.
const PREVIEW_ENTRIES: usize = 8;
/// Bytes of a string that a preview shows.
const PREVIEW_BYTES: usize = 80;

/// A string literal that reads back as these bytes, cut off after `limit` of them.
pub fn quoted(bytes: &[u8], limit: usize) -> String {
    let shown = &bytes[..bytes.len().min(limit)];
    let mut text = String::from("\"");
    for chunk in shown.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' => text.push_str("\\\""),
                '\\' => text.push_str("\\\\"),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                c if c.is_control() && (c as u32) < 0x80 => {
                    let _ = write!(text, "\\{:03}", c as u32);
                }
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\{byte:03}");
        }
    }
    text.push_str(if shown.len() < bytes.len() {
        "\"…"
    } else {
        "\""
    });
    text
}

/// Is it a name that may follow a dot?
pub fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !RESERVED.contains(&text)
}

/// A string as text.
pub fn lossy(s: Gc<Str>) -> String {
    String::from_utf8_lossy(s.as_bytes()).into_owned()
}

/// A key as it stands in a table constructor, without the `=`.
pub fn key(key: Value) -> String {
    match key.as_str() {
        Some(name) if std::str::from_utf8(name.as_bytes()).is_ok_and(is_name) => lossy(name),
        _ => format!("[{}]", plain(key, PREVIEW_BYTES)),
    }
}

/// A value without what is in it.
pub fn plain(value: Value, limit: usize) -> String {
    if let Some(s) = value.as_str() {
        return quoted(s.as_bytes(), limit);
    }
    if let Some(text) = text_of(value) {
        return String::from_utf8_lossy(&text).into_owned();
    }
    if value.is_nil() {
        return String::from("nil");
    }
    if let Some(truth) = value.as_bool() {
        return truth.to_string();
    }
    let kind = value.type_of().name();
    if let Some(function) = value.as_function() {
        return match function.proto() {
            Some(proto) => {
                let chunk = short_name(proto.chunk_name().as_bytes());
                let chunk = String::from_utf8_lossy(chunk.as_bytes()).into_owned();
                format!(
                    "function: {:p} {chunk}:{}",
                    function.as_ptr(),
                    proto.first_line()
                )
            }
            None => format!("function: builtin {:p}", function.as_ptr()),
        };
    }
    match value.as_object() {
        Some(object) => format!("{kind}: {:p}", object.as_ptr()),
        None => kind.to_owned(),
    }
}

/// The entries of a table in its own order; the keys from 1 on come first.
pub fn entries(table: Gc<Table>) -> impl Iterator<Item = (Value, Value)> {
    let length = (1..).take_while(|i| !table.get_int(*i).is_nil()).count() as i32;
    let array = (1..=length).map(move |i| (Value::int(i), table.get_int(i)));
    let mut position = 0;
    let rest = std::iter::from_fn(move || {
        let (at, key, value) = table.entry_from(position)?;
        position = at + 1;
        Some((key, value))
    });
    array.chain(rest.filter(move |(key, _)| !key.as_int().is_some_and(|i| i >= 1 && i <= length)))
}

/// A value in a line, with a few of the entries of a table.
pub fn preview(value: Value) -> String {
    let Some(table) = value.as_table() else {
        return plain(value, 10 * PREVIEW_BYTES);
    };
    let mut text = String::from("{");
    let mut expected = 1;
    for (n, (k, v)) in entries(table).enumerate() {
        if n > 0 {
            text.push_str(", ");
        }
        if n == PREVIEW_ENTRIES {
            text.push('…');
            break;
        }
        if k.as_int() == Some(expected) {
            expected += 1;
        } else {
            let _ = write!(text, "{} = ", key(k));
        }
        text.push_str(&match v.as_table() {
            Some(inner) if entries(inner).next().is_none() => String::from("{}"),
            Some(_) => String::from("{…}"),
            None => plain(v, PREVIEW_BYTES),
        });
    }
    text.push('}');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_read_back() {
        assert_eq!(
            quoted(b"a\"\n\0\xFF\xC3\xA4", 99),
            "\"a\\\"\\n\\000\\255\u{e4}\""
        );
        assert_eq!(quoted(b"abcdef", 3), "\"abc\"…");
    }

    #[test]
    fn names() {
        assert!(is_name("a_1") && !is_name("1a") && !is_name("end") && !is_name(""));
    }
}
