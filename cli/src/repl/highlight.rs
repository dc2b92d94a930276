//! Colours of what is typed.

use super::keywords::KEYWORDS;

/// What a piece of source is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Colour {
    Plain,
    Keyword,
    String,
    Number,
    Comment,
    /// The brackets around the cursor.
    Match,
}

/// Text in its colour.
pub fn paint(text: &str, colour: Colour) -> String {
    let code = match colour {
        Colour::Plain => return text.to_owned(),
        Colour::Keyword => "35",
        Colour::String => "32",
        Colour::Number => "36",
        Colour::Comment => "90",
        Colour::Match => "1;34",
    };
    format!("\x1b[{code}m{text}\x1b[0m")
}

/// The pieces of a line.
fn pieces(line: &str) -> Vec<(&str, Colour)> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let (length, colour) = if let Some(comment) = rest.strip_prefix("--") {
            let length = long_bracket(comment).map_or(rest.len(), |n| n + 2);
            (length, Colour::Comment)
        } else if let Some(length) = long_bracket(rest) {
            (length, Colour::String)
        } else if first == '"' || first == '\'' {
            (quoted(rest, first), Colour::String)
        } else if first.is_ascii_digit() {
            let end = rest.find(|c: char| !is_name(c) && c != '.');
            (end.unwrap_or(rest.len()), Colour::Number)
        } else if is_name(first) {
            let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            let is_keyword = KEYWORDS.contains(&&rest[..length]);
            let colour = if is_keyword {
                Colour::Keyword
            } else {
                Colour::Plain
            };
            (length, colour)
        } else {
            (first.len_utf8(), Colour::Plain)
        };
        let (piece, behind) = rest.split_at(length);
        found.push((piece, colour));
        rest = behind;
    }
    found
}

/// The length of the long bracket that `text` begins with; one that isn't closed goes to the end.
fn long_bracket(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('[')?;
    let level = inner.len() - inner.trim_start_matches('=').len();
    inner[level..].strip_prefix('[')?;
    let close = format!("]{}]", "=".repeat(level));
    Some(text.find(&close).map_or(text.len(), |at| at + close.len()))
}

/// The length of the string that `text` begins with.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return i + 1,
            _ => {}
        }
    }
    text.len()
}

/// The bracket under or before the cursor and its partner, as positions in the line. Those in strings and comments don't count.
pub fn brackets(line: &str, cursor: usize) -> Option<(usize, usize)> {
    let mut at = 0;
    let mut marks = Vec::new();
    for (piece, colour) in pieces(line) {
        if colour == Colour::Plain && piece.len() == 1 && "()[]{}".contains(piece) {
            marks.push((at, piece.as_bytes()[0]));
        }
        at += piece.len();
    }
    let under = |position| marks.iter().position(|(at, _)| *at == position);
    let start = under(cursor).or_else(|| under(cursor.checked_sub(1)?))?;
    let opens = |b: u8| b"([{".contains(&b);
    let partner = |b: u8| match b {
        b'(' => b')',
        b')' => b'(',
        b'[' => b']',
        b']' => b'[',
        b'{' => b'}',
        _ => b'{',
    };
    let (from, bracket) = marks[start];
    let mut open = Vec::new();
    let mut match_of = |marks: &mut dyn Iterator<Item = &(usize, u8)>| {
        for (at, b) in marks {
            if opens(*b) == opens(bracket) {
                open.push(*b);
            } else if open.pop() != Some(partner(*b)) {
                return None;
            } else if open.is_empty() {
                return Some(*at);
            }
        }
        None
    };
    let to = if opens(bracket) {
        match_of(&mut marks[start..].iter())
    } else {
        match_of(&mut marks[..=start].iter().rev())
    };
    Some((from, to?))
}

/// A line with colours, and the brackets around the cursor marked.
pub fn highlight(line: &str, cursor: Option<usize>) -> String {
    let marked = cursor.and_then(|cursor| brackets(line, cursor));
    let mut text = String::with_capacity(line.len() * 2);
    let mut at = 0;
    for (piece, colour) in pieces(line) {
        let is_marked = marked.is_some_and(|(a, b)| at == a || at == b);
        let colour = if is_marked { Colour::Match } else { colour };
        text.push_str(&paint(piece, colour));
        at += piece.len();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        let of = |line| -> Vec<(String, Colour)> {
            let all = pieces(line).into_iter();
            let all = all.filter(|(_, colour)| *colour != Colour::Plain);
            all.map(|(text, colour)| (text.to_owned(), colour))
                .collect()
        };
        assert_eq!(
            of("local x = 'a\\'b' .. 0x1F -- end"),
            [
                ("local".to_owned(), Colour::Keyword),
                ("'a\\'b'".to_owned(), Colour::String),
                ("0x1F".to_owned(), Colour::Number),
                ("-- end".to_owned(), Colour::Comment),
            ]
        );
        assert_eq!(of("[==[ ] ]==] y")[0].0, "[==[ ] ]==]");
        assert_eq!(of("--[[ a ]] if")[1].0, "if");
        assert_eq!(of("\"open")[0].0, "\"open");
        assert_eq!(of("größe1"), []);
    }

    #[test]
    fn partners() {
        assert_eq!(brackets("f(a[1], '(')", 1), Some((1, 11)));
        assert_eq!(brackets("f(a[1], '(')", 12), Some((11, 1)));
        assert_eq!(brackets("f(a[1])", 5), Some((5, 3)));
        assert_eq!(brackets("f(a", 1), None);
        assert_eq!(brackets("f(a]", 4), None);
    }
}
