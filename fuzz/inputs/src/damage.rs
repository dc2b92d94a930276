//! Damages the source of a program at random: a token goes, comes twice, changes place or is
//! replaced. Most results do not compile, and the message must be the oracle's.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::choice::{below, select};

/// One damage, at a place given as a part of the source's length.
#[derive(Clone, Debug)]
pub enum Damage {
    /// A token goes.
    Delete(Place),
    /// It comes twice.
    Repeat(Place),
    /// It changes places with the next.
    Swap(Place),
    /// Another comes in its place.
    Replace(Place, &'static str),
    /// Another comes before it.
    Insert(Place, &'static str),
    /// The source ends there.
    Cut(Place),
}

/// Which of the tokens, in parts of 65,536.
#[derive(Clone, Copy, Debug)]
pub struct Place(u16);

impl Place {
    fn index(self, len: usize) -> usize {
        (usize::from(self.0) * len) >> 16
    }
}

/// Up to two damages.
#[derive(Clone, Debug)]
pub struct Damages(pub Vec<Damage>);

impl<'a> Arbitrary<'a> for Damages {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Damages> {
        let count = below(u, 3);
        Ok(Damages((0..count).map(|_| Damage::draw(u)).collect()))
    }
}

impl Damage {
    fn draw(u: &mut Unstructured<'_>) -> Damage {
        let kind = below(u, 6);
        let place = Place(below(u, 1 << 16) as u16);
        match kind {
            0 => Damage::Delete(place),
            1 => Damage::Repeat(place),
            2 => Damage::Swap(place),
            3 => Damage::Replace(place, select(u, TOKENS)),
            4 => Damage::Insert(place, select(u, TOKENS)),
            _ => Damage::Cut(place),
        }
    }
}

const TOKENS: &[&str] = &[
    "and",
    "break",
    "do",
    "else",
    "elseif",
    "end",
    "false",
    "for",
    "function",
    "goto",
    "if",
    "in",
    "local",
    "nil",
    "not",
    "or",
    "repeat",
    "return",
    "then",
    "true",
    "until",
    "while",
    "continue",
    "const",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ";",
    ":",
    ",",
    ".",
    "..",
    "...",
    "=",
    "==",
    "~=",
    "<",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "^",
    "%",
    "#",
    "&",
    "|",
    "~",
    "<<",
    "~>>",
    "!",
    "&&",
    "||",
    "?",
    "?.",
    "??",
    "->",
    "+=",
    "..=",
    "::",
    "::x::",
    "x",
    "1",
    "0x",
    "1e",
    "3LL",
    "'s'",
    "'",
    "\"",
    "[[",
    "[=[",
    "--[[",
    "--",
    "\\",
    "@",
    "$",
    "`",
    "\n",
    "goto x",
    "const y = 1",
    "|a|",
    "a ->",
];

/// Applies damages to a source.
pub fn apply(source: &str, damages: &[Damage]) -> String {
    let mut tokens = split(source);
    for damage in damages {
        if tokens.is_empty() {
            break;
        }
        let len = tokens.len();
        match damage {
            Damage::Delete(at) => drop(tokens.remove(at.index(len))),
            Damage::Repeat(at) => tokens.insert(at.index(len), tokens[at.index(len)].clone()),
            Damage::Swap(at) => tokens.swap(at.index(len), (at.index(len) + 1) % len),
            Damage::Replace(at, token) => tokens[at.index(len)] = (*token).to_owned(),
            Damage::Insert(at, token) => tokens.insert(at.index(len), (*token).to_owned()),
            Damage::Cut(at) => tokens.truncate(at.index(len)),
        }
    }
    // A space after each token keeps neighbours apart, except around line ends.
    tokens.join(" ").replace(" \n ", "\n")
}

/// Cuts a source into rough tokens: words, strings, line ends, single other characters.
fn split(source: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let operator = |c: char| "=~<>+-*/&|?:.".contains(c);
        let len = if first == '\'' {
            rest[1..].find('\'').map_or(rest.len(), |end| end + 2)
        } else if first.is_ascii_alphanumeric() || first == '_' {
            rest.find(|c| !word(c)).unwrap_or(rest.len())
        } else if operator(first) {
            rest.find(|c| !operator(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, tail) = rest.split_at(len);
        if token != " " {
            tokens.push(token.to_owned());
        }
        rest = tail;
    }
    tokens
}
