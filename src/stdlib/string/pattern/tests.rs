//! Comparison with what reference LuaJIT answered (`expected/`), and the matcher's cost.

extern crate std;
use std::string::{String, ToString};
use std::vec::Vec;

use super::*;

struct Free;
impl Meter for Free {
    type Stop = core::convert::Infallible;
    fn charge(&mut self, _units: u32) -> Result<(), Self::Stop> {
        Ok(())
    }
}

struct Fuel(u32);
impl Meter for Fuel {
    type Stop = ();
    fn charge(&mut self, units: u32) -> Result<(), ()> {
        self.0 = self.0.checked_sub(units).ok_or(())?;
        Ok(())
    }
}

/// Undoes `\xNN`.
fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&c, tail)) = rest.split_first() {
        rest = tail;
        if c == b'\\' {
            let hex = std::str::from_utf8(&rest[1..3]).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
            rest = &rest[3..];
        } else {
            bytes.push(c);
        }
    }
    bytes
}

/// `start end capture…` of the first match, as the recording script writes them.
fn find(subject: &[u8], pattern: &[u8]) -> String {
    let pattern = without_nul(pattern);
    let anchored = pattern.first() == Some(&b'^');
    let mut matcher = Matcher::new(subject, &pattern[usize::from(anchored)..]);
    let found = if anchored {
        matcher
            .match_once(&mut Free, 0)
            .map(|end| end.map(|end| (0, end)))
    } else {
        matcher.search(&mut Free, 0)
    };
    let (start, end) = match found {
        Err(Failure::Pattern(error)) => return error.message().into(),
        Err(_) => return "stopped".into(),
        Ok(None) => return "nil".into(),
        Ok(Some(found)) => found,
    };
    let mut out = std::format!("{} {end}", start + 1);
    for i in 0..matcher.captures() {
        match matcher.capture(i, start, end) {
            Err(error) => return error.message().into(),
            Ok(Captured::Position(p)) => out += &std::format!(" @{}", p + 1),
            Ok(Captured::Range(from, to)) => out += &std::format!(" {from}:{to}"),
        }
    }
    out
}

#[test]
fn patterns_match_as_in_luajit() {
    for line in include_str!("expected/find.txt").lines() {
        let mut parts = line.split('\t');
        let mut next = || parts.next().unwrap();
        let (subject, pattern, expected) = (next(), next(), next());
        let (s, p) = (unescape(subject), unescape(pattern));
        if !has_specials(&p) {
            continue;
        }
        // LuaJIT's `find` doesn't tell where captures lie, so their texts were recorded.
        let found = find(&s, &p);
        let mut words = found.split(' ');
        let mut shown = String::new();
        if found.starts_with(|c: char| c.is_ascii_digit()) {
            shown = std::format!("{} {}", words.next().unwrap(), words.next().unwrap());
            for capture in words {
                shown += " ";
                match capture.split_once(':') {
                    None => shown += capture,
                    Some((from, to)) => {
                        let text = &s[from.parse().unwrap()..to.parse().unwrap()];
                        shown += "<";
                        for c in text {
                            shown += &std::format!("{c:02x}");
                        }
                        shown += ">";
                    }
                }
            }
        } else {
            shown += &found;
        }
        assert_eq!(shown, expected, "{subject:?} by {pattern:?}");
    }
}

#[test]
fn exponential_patterns_can_be_stopped() {
    let subject = [b'a'; 64];
    let pattern = ".-.-.-.-.-.-.-.-b";
    let mut matcher = Matcher::new(&subject, pattern.as_bytes());
    assert_eq!(
        matcher.search(&mut Fuel(10_000), 0),
        Err(Failure::Stopped(()))
    );
}

#[test]
fn the_limit_of_open_choices_is_luajits() {
    let subject = [b'a'; 300];
    for (count, expected) in [(199, true), (200, false)] {
        let pattern = "a?".repeat(count);
        assert_eq!(
            find(&subject, pattern.as_bytes()).starts_with("1 "),
            expected,
            "{count}"
        );
    }
    assert_eq!(
        find(&subject, "a-".repeat(200).as_bytes()),
        "pattern too complex"
    );
}

proptest::proptest! {
    #[test]
    fn anything_is_survived(subject: Vec<u8>, pattern: Vec<u8>) {
        let pattern = without_nul(&pattern);
        let mut matcher = Matcher::new(&subject, pattern);
        let _ = matcher.search(&mut Fuel(100_000), 0);
    }

    #[test]
    fn pattern_like_text_is_survived(subject in "[a-c1 ()]{0,30}", pattern in "[\\^a-c1().%\\[\\]*+?$bfdw-]{0,14}") {
        let mut matcher = Matcher::new(subject.as_bytes(), pattern.as_bytes());
        let _ = matcher.search(&mut Fuel(100_000), 0).map_err(|f| match f {
            Failure::Pattern(error) => error.message().to_string(),
            _ => String::new(),
        });
    }
}
