//! Damages the source of a program at random: a token goes, comes twice, changes place or is
//! replaced. Most results do not compile, and the message must be the oracle's.

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// One damage, at a place given as a part of the source's length.
#[derive(Clone, Debug)]
pub enum Damage {
    Delete(Index),
    Repeat(Index),
    Swap(Index),
    Replace(Index, &'static str),
    Insert(Index, &'static str),
    Cut(Index),
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

/// One or two damages.
pub fn damages() -> BoxedStrategy<Vec<Damage>> {
    let one = prop_oneof![
        any::<Index>().prop_map(Damage::Delete),
        any::<Index>().prop_map(Damage::Repeat),
        any::<Index>().prop_map(Damage::Swap),
        (any::<Index>(), select(TOKENS)).prop_map(|(at, token)| Damage::Replace(at, token)),
        (any::<Index>(), select(TOKENS)).prop_map(|(at, token)| Damage::Insert(at, token)),
        any::<Index>().prop_map(Damage::Cut),
    ];
    proptest::collection::vec(one, 1..3).boxed()
}

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
