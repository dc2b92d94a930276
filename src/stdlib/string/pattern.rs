//! The pattern matcher.
//!
//! It runs on the pattern's text and keeps its open choices in a stack of its own: a choice that fails resumes the one
//! before it. The choices open at the same time correspond to the nested calls of Lua's recursive matcher, and
//! their limit is LuaJIT's. A malformed part of a pattern is an error when matching gets there, not before.
//!
//! A NUL ends a pattern, as in LuaJIT; a caller cuts it off with [`without_nul`].
//!
//! Terms: an *item* is a single-character class (`a`, `.`, `%d`, `[…]`) with or without a repetition suffix; `p` and
//! `s` are positions in pattern and subject.

mod choices;

use choices::{Choice, Choices, Way};

use super::class::{self, ByteSet, Class};

#[cfg(test)]
mod tests;

/// Most captures of a pattern.
pub const MAX_CAPTURES: usize = 32;
/// So many steps cost one charge.
const STEPS_PER_CHARGE: u32 = 4096;
/// Steps per unit of fuel.
const STEPS_PER_UNIT: u32 = 16;
/// So few steps cost nothing: the call has paid for them.
const FREE_STEPS: u32 = 512;

/// Whom the matcher pays for its work.
pub trait Meter {
    /// Why the work has to stop.
    type Stop;
    /// Pays for that many units.
    fn charge(&mut self, units: u32) -> Result<(), Self::Stop>;
}

/// What is wrong with a pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PatternError {
    /// `%` at the end
    EndsWithPercent,
    /// `[` without `]`
    MissingBracket,
    /// `%b` without two characters
    Unbalanced,
    /// `%f` without a set
    MissingSet,
    /// `)` without `(`
    InvalidCapture,
    /// `%1` without such a capture
    InvalidCaptureIndex,
    /// `(` without `)`
    UnfinishedCapture,
    /// more than 32 captures
    TooManyCaptures,
    /// too many choices open
    TooComplex,
}

impl PatternError {
    /// LuaJIT's text.
    pub fn message(self) -> &'static str {
        match self {
            PatternError::EndsWithPercent => "malformed pattern (ends with '%')",
            PatternError::MissingBracket => "malformed pattern (missing ']')",
            PatternError::Unbalanced => "unbalanced pattern",
            PatternError::MissingSet => "missing '[' after '%f' in pattern",
            PatternError::InvalidCapture => "invalid pattern capture",
            PatternError::InvalidCaptureIndex => "invalid capture index",
            PatternError::UnfinishedCapture => "unfinished capture",
            PatternError::TooManyCaptures => "too many captures",
            PatternError::TooComplex => "pattern too complex",
        }
    }
}

/// Why matching failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure<Stop> {
    /// The pattern is wrong.
    Pattern(PatternError),
    /// No memory for open choices.
    Memory,
    /// The meter wants an end.
    Stopped(Stop),
}

/// A failure that isn't the meter's.
#[derive(Clone, Copy)]
enum Broken {
    Pattern(PatternError),
    Memory,
}

impl From<PatternError> for Broken {
    fn from(error: PatternError) -> Self {
        Broken::Pattern(error)
    }
}

impl<Stop> From<PatternError> for Failure<Stop> {
    fn from(error: PatternError) -> Self {
        Failure::Pattern(error)
    }
}

impl<Stop> From<Broken> for Failure<Stop> {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Pattern(error) => Failure::Pattern(error),
            Broken::Memory => Failure::Memory,
        }
    }
}

/// A capture's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Captured {
    /// From the one position to before the other.
    Range(usize, usize),
    /// `()`: a position, counted from 0.
    Position(usize),
}

/// The pattern up to its first NUL.
pub fn without_nul(pattern: &[u8]) -> &[u8] {
    match memchr::memchr(0, pattern) {
        Some(end) => &pattern[..end],
        None => pattern,
    }
}

/// Does a text have characters that mean something in a pattern? If not, `find` looks for it as it is.
pub fn has_specials(text: &[u8]) -> bool {
    text.iter().any(|c| SPECIALS.contains(*c))
}

static SPECIALS: ByteSet = {
    let mut set = ByteSet::EMPTY;
    let specials = b"^$*+?.([%-";
    let mut i = 0;
    while i < specials.len() {
        set.insert(specials[i]);
        i += 1;
    }
    set
};

/// An open or closed capture.
#[derive(Clone, Copy)]
struct Capture {
    start: u32,
    len: u32,
}

/// The length of a capture that isn't closed yet.
const UNFINISHED: u32 = u32::MAX;
/// The length of a position capture.
const POSITION: u32 = u32::MAX - 1;

/// The single characters that an item matches.
#[derive(Clone, Copy)]
enum Single {
    Any,
    Byte(u8),
    Class(Class),
    /// The set between these positions, brackets excluded.
    Set(usize, usize),
}

/// One subject and one pattern.
pub struct Matcher<'a> {
    subject: &'a [u8],
    pattern: &'a [u8],
    level: usize,
    captures: [Capture; MAX_CAPTURES],
    choices: Choices,
    steps: u32,
    /// The set that was parsed last, by its position; position 0 is none, for a set begins after a bracket.
    parsed_at: usize,
    parsed: ByteSet,
}

impl<'a> Matcher<'a> {
    /// A matcher for a pattern without NULs. An anchor is the caller's business.
    #[inline]
    pub fn new(subject: &'a [u8], pattern: &'a [u8]) -> Self {
        Matcher {
            subject,
            pattern,
            level: 0,
            captures: [Capture { start: 0, len: 0 }; MAX_CAPTURES],
            choices: Choices::new(),
            steps: 0,
            parsed_at: 0,
            parsed: ByteSet::EMPTY,
        }
    }

    /// How many captures the last match has.
    pub fn captures(&self) -> usize {
        self.level
    }

    /// Capture `i` of the last match, which was from `start` to `end`; that match itself where the pattern has no captures.
    pub fn capture(&self, i: usize, start: usize, end: usize) -> Result<Captured, PatternError> {
        if i >= self.level {
            return if i == 0 {
                Ok(Captured::Range(start, end))
            } else {
                Err(PatternError::InvalidCaptureIndex)
            };
        }
        let Capture { start, len } = self.captures[i];
        match len {
            UNFINISHED => Err(PatternError::UnfinishedCapture),
            POSITION => Ok(Captured::Position(start as usize)),
            _ => Ok(Captured::Range(
                start as usize,
                start as usize + len as usize,
            )),
        }
    }

    /// The first match that begins at `from` or later: its start and end.
    pub fn search<M: Meter>(
        &mut self,
        meter: &mut M,
        from: usize,
    ) -> Result<Option<(usize, usize)>, Failure<M::Stop>> {
        let first = self.first_item()?;
        let mut s = from;
        loop {
            if let Some(first) = first {
                let next = self.skip_to(first, s);
                self.count_steps((next.unwrap_or(self.subject.len()) - s) / 4);
                s = match next {
                    Some(next) => next,
                    None => return self.pay(meter).map(|()| None),
                };
            }
            if let Some(end) = self.match_at(meter, s)? {
                // Many short matches are work, too.
                self.count_steps(1);
                self.pay(meter)?;
                return Ok(Some((s, end)));
            }
            if s >= self.subject.len() {
                return self.pay(meter).map(|()| None);
            }
            s += 1;
            self.count_steps(1);
            if self.steps >= STEPS_PER_CHARGE {
                self.pay(meter)?;
            }
        }
    }

    /// The match that begins at `s`: its end.
    pub fn match_once<M: Meter>(
        &mut self,
        meter: &mut M,
        s: usize,
    ) -> Result<Option<usize>, Failure<M::Stop>> {
        let end = self.match_at(meter, s)?;
        self.pay(meter)?;
        Ok(end)
    }

    /// Pays for the steps so far.
    fn pay<M: Meter>(&mut self, meter: &mut M) -> Result<(), Failure<M::Stop>> {
        if self.steps <= FREE_STEPS {
            return Ok(());
        }
        let units = self.steps / STEPS_PER_UNIT;
        self.steps %= STEPS_PER_UNIT;
        meter.charge(units).map_err(Failure::Stopped)
    }

    /// The byte of the pattern at `p`, 0 at its end.
    #[inline(always)]
    fn at(&self, p: usize) -> u8 {
        match self.pattern.get(p) {
            Some(&c) => c,
            None => 0,
        }
    }

    /// The item that every match begins with, if there is one.
    fn first_item(&self) -> Result<Option<Single>, PatternError> {
        let p = usize::from(self.at(0) == b'(');
        match self.at(p) {
            0 | b'(' | b')' => return Ok(None),
            b'$' if p + 1 == self.pattern.len() => return Ok(None),
            b'%' if matches!(self.at(p + 1), b'b' | b'f' | b'0'..=b'9') => return Ok(None),
            _ => {}
        }
        let (item, end) = self.item(p)?;
        Ok(match self.at(end) {
            b'?' | b'*' | b'-' => None,
            _ => Some(item),
        })
    }

    /// The item at `p`, which isn't the pattern's end, and where it ends.
    #[inline(always)]
    fn item(&self, p: usize) -> Result<(Single, usize), PatternError> {
        match self.at(p) {
            b'%' => match self.at(p + 1) {
                0 => Err(PatternError::EndsWithPercent),
                letter => Ok((
                    match Class::of_letter(letter) {
                        Some(class) => Single::Class(class),
                        None => Single::Byte(letter),
                    },
                    p + 2,
                )),
            },
            b'[' => {
                let end = self.set_end(p)?;
                Ok((Single::Set(p + 1, end), end + 1))
            }
            b'.' => Ok((Single::Any, p + 1)),
            c => Ok((Single::Byte(c), p + 1)),
        }
    }

    /// The position of the bracket that closes the set which opens at `p`.
    fn set_end(&self, p: usize) -> Result<usize, PatternError> {
        let mut p = p + 1;
        if self.at(p) == b'^' {
            p += 1;
        }
        loop {
            // The first character can't close the set.
            match self.at(p) {
                0 => return Err(PatternError::MissingBracket),
                b'%' if self.at(p + 1) != 0 => p += 2,
                _ => p += 1,
            }
            if self.at(p) == b']' {
                return Ok(p);
            }
        }
    }

    /// The first offset in `bytes` that is of the set, or isn't. A set that is asked much is parsed.
    fn position_in_set(
        &mut self,
        bytes: &[u8],
        (start, end): (usize, usize),
        wanted: bool,
    ) -> Option<usize> {
        /// So many tests on the text cost less than parsing it.
        const FEW: usize = 12;
        let mut tested = 0;
        if self.parsed_at != start {
            let text = &self.pattern[start..end];
            tested = bytes.len().min(FEW);
            if let Some(at) = bytes[..tested]
                .iter()
                .position(|&c| class::matches_set(c, text) == wanted)
            {
                return Some(at);
            }
            if tested == bytes.len() {
                return None;
            }
            self.parsed = class::parse_set(text);
            self.parsed_at = start;
        }
        let set = self.parsed;
        bytes[tested..]
            .iter()
            .position(|&c| set.contains(c) == wanted)
            .map(|at| tested + at)
    }

    /// The first position from `s` on whose byte is of an item.
    #[inline(always)]
    fn skip_to(&mut self, item: Single, s: usize) -> Option<usize> {
        let rest = self.subject.get(s..)?;
        let offset = match item {
            Single::Any => (!rest.is_empty()).then_some(0),
            Single::Byte(b) => memchr::memchr(b, rest),
            Single::Class(class) => rest.iter().position(|&c| class.contains(c)),
            Single::Set(start, end) => self.position_in_set(rest, (start, end), true),
        };
        Some(s + offset?)
    }

    /// Where the run of an item's bytes that begins at `s` ends.
    #[inline(always)]
    fn run_end(&mut self, s: usize, item: Single) -> usize {
        let rest = self.subject.get(s..).unwrap_or_default();
        let len = match item {
            Single::Any => None,
            Single::Byte(b) => rest.iter().position(|&c| c != b),
            Single::Class(class) => rest.iter().position(|&c| !class.contains(c)),
            Single::Set(start, end) => self.position_in_set(rest, (start, end), false),
        };
        s + len.unwrap_or(rest.len())
    }

    /// Is the byte of a set?
    #[inline]
    fn in_set(&self, c: u8, start: usize, end: usize) -> bool {
        if start == self.parsed_at {
            self.parsed.contains(c)
        } else {
            class::matches_set(c, &self.pattern[start..end])
        }
    }

    /// Is the byte at `s` of an item? None is at the subject's end.
    #[inline(always)]
    fn matches_at(&self, s: usize, item: Single) -> bool {
        let Some(&c) = self.subject.get(s) else {
            return false;
        };
        match item {
            Single::Any => true,
            Single::Byte(b) => b == c,
            Single::Class(class) => class.contains(c),
            Single::Set(start, end) => self.in_set(c, start, end),
        }
    }

    /// The byte that has to come next for the pattern to match from `p` on, where that is plain to see.
    #[inline(always)]
    fn required_byte(&self, mut p: usize) -> Option<u8> {
        while self.at(p) == b')' {
            p += 1;
        }
        let c = self.at(p);
        let plain = c != 0 && c != b']' && !SPECIALS.contains(c);
        (plain && !matches!(self.at(p + 1), b'*' | b'?' | b'-')).then_some(c)
    }

    /// The match that begins at `s`: its end.
    fn match_at<M: Meter>(
        &mut self,
        meter: &mut M,
        s: usize,
    ) -> Result<Option<usize>, Failure<M::Stop>> {
        self.level = 0;
        self.choices.clear();
        let (mut s, mut p) = (s, 0);
        loop {
            match self.go_on(s, p)? {
                Some(end) => return Ok(Some(end)),
                None => match self.go_back()? {
                    Some(next) => (s, p) = next,
                    None => return Ok(None),
                },
            }
            if self.steps >= STEPS_PER_CHARGE {
                self.pay(meter)?;
            }
        }
    }

    /// Matches the pattern from `p` on at `s` as far as it goes without another choice: where the match ends, if it does.
    #[inline(always)]
    fn go_on(&mut self, s: usize, p: usize) -> Result<Option<usize>, Broken> {
        let (mut s, mut p) = (s, p);
        while let Some(&c) = self.pattern.get(p) {
            let (item, end) = match c {
                b'(' => {
                    p = self.open_capture(s, p)?;
                    continue;
                }
                b')' => {
                    self.close_capture(s)?;
                    p += 1;
                    continue;
                }
                b'$' if p + 1 == self.pattern.len() => {
                    return Ok((s == self.subject.len()).then_some(s));
                }
                b'%' => {
                    let special = match self.at(p + 1) {
                        b'b' => Some(self.balance(s, p + 2)?),
                        b'f' => Some(self.frontier(s, p + 2)?),
                        digit @ b'0'..=b'9' => Some(self.back_reference(s, p + 2, digit)?),
                        _ => None,
                    };
                    match special {
                        Some(Some(next)) => {
                            (s, p) = next;
                            continue;
                        }
                        Some(None) => return Ok(None),
                        None => self.item(p)?,
                    }
                }
                _ => self.item(p)?,
            };
            match self.at(end) {
                suffix @ (b'*' | b'+') => {
                    let least = if suffix == b'+' {
                        if !self.matches_at(s, item) {
                            return Ok(None);
                        }
                        s + 1
                    } else {
                        s
                    };
                    s = self.run_end(least, item);
                    p = end + 1;
                    self.count_steps(s - least);
                    self.choices.push(Choice::new(Way::Greedy, p, s, least))?;
                }
                b'-' => {
                    self.choices.push(Choice::new(Way::Lazy, p, s, end))?;
                    p = end + 1;
                }
                b'?' => {
                    p = end + 1;
                    if self.matches_at(s, item) {
                        self.choices.push(Choice::new(Way::Optional, p, s, 0))?;
                        s += 1;
                    }
                }
                _ => {
                    if !self.matches_at(s, item) {
                        return Ok(None);
                    }
                    s += 1;
                    p = end;
                }
            }
        }
        Ok(Some(s))
    }

    #[inline(always)]
    fn count_steps(&mut self, n: usize) {
        self.steps = self.steps.saturating_add(n as u32);
    }

    /// Goes back to the last choice that has another way: where to go on.
    #[inline(always)]
    fn go_back(&mut self) -> Result<Option<(usize, usize)>, Broken> {
        while let Some(choice) = self.choices.pop() {
            self.steps += 1;
            match choice.way() {
                Way::Greedy => {
                    let (p, mut s, least) = (choice.p(), choice.s(), choice.other());
                    if s == least {
                        continue;
                    }
                    // The way was tried at `s`, so that what is wrong with the pattern from `p` up to the byte that
                    // has to come has been found.
                    if let Some(byte) = self.required_byte(p) {
                        let possible = self.subject.get(least..s).unwrap_or_default();
                        let found = possible.iter().rposition(|&c| c == byte);
                        let Some(at) = found else {
                            self.count_steps(possible.len() / 4);
                            continue;
                        };
                        self.count_steps((possible.len() - at) / 4);
                        s = least + at;
                    } else {
                        s -= 1;
                    }
                    self.choices.push(Choice::new(Way::Greedy, p, s, least))?;
                    return Ok(Some((s, p)));
                }
                Way::Lazy => {
                    let (p, mut s, end) = (choice.p(), choice.s(), choice.other());
                    let (item, _) = self.item(p)?;
                    let next = end + 1;
                    if !self.matches_at(s, item) {
                        continue;
                    }
                    s += 1;
                    if let Some(byte) = self.required_byte(next) {
                        let from = s;
                        while self.subject.get(s).is_some_and(|&c| c != byte)
                            && self.matches_at(s, item)
                        {
                            s += 1;
                        }
                        self.count_steps(s - from);
                    }
                    self.choices.push(Choice::new(Way::Lazy, p, s, end))?;
                    return Ok(Some((s, next)));
                }
                Way::Optional => return Ok(Some((choice.s(), choice.p()))),
                Way::Opened => self.level -= 1,
                Way::Closed => {
                    self.captures[choice.other() % MAX_CAPTURES].len = UNFINISHED;
                }
            }
        }
        Ok(None)
    }

    /// `(` or `()` at `p`: where the pattern goes on.
    #[inline(always)]
    fn open_capture(&mut self, s: usize, p: usize) -> Result<usize, Broken> {
        let (len, next) = if self.at(p + 1) == b')' {
            (POSITION, p + 2)
        } else {
            (UNFINISHED, p + 1)
        };
        match self.captures.get_mut(self.level) {
            None => return Err(PatternError::TooManyCaptures.into()),
            Some(capture) => {
                *capture = Capture {
                    start: s as u32,
                    len,
                }
            }
        }
        self.level += 1;
        self.choices.push(Choice::new(Way::Opened, 0, 0, 0))?;
        Ok(next)
    }

    /// `)`
    #[inline(always)]
    fn close_capture(&mut self, s: usize) -> Result<(), Broken> {
        let open = self
            .captures
            .iter_mut()
            .take(self.level)
            .enumerate()
            .rev()
            .find(|(_, c)| c.len == UNFINISHED);
        let Some((open, capture)) = open else {
            return Err(PatternError::InvalidCapture.into());
        };
        capture.len = s as u32 - capture.start;
        self.choices.push(Choice::new(Way::Closed, 0, 0, open))
    }

    /// `%b` with its two characters at `p`: where to go on.
    fn balance(&mut self, s: usize, p: usize) -> Result<Option<(usize, usize)>, Broken> {
        let (open, close) = (self.at(p), self.at(p + 1));
        if open == 0 || close == 0 {
            return Err(PatternError::Unbalanced.into());
        }
        let Some((&first, rest)) = self.subject.get(s..).and_then(<[u8]>::split_first) else {
            return Ok(None);
        };
        if first != open {
            return Ok(None);
        }
        let mut depth: usize = 1;
        for (i, &c) in rest.iter().enumerate() {
            // A character that opens and closes closes.
            if c == close {
                depth -= 1;
                if depth == 0 {
                    self.count_steps(i);
                    return Ok(Some((s + i + 2, p + 2)));
                }
            } else if c == open {
                depth += 1;
            }
        }
        self.count_steps(rest.len());
        Ok(None)
    }

    /// `%f` with its set at `p`: a border between a byte outside and one inside the set; beyond the ends are NULs.
    fn frontier(&mut self, s: usize, p: usize) -> Result<Option<(usize, usize)>, Broken> {
        if self.at(p) != b'[' {
            return Err(PatternError::MissingSet.into());
        }
        let end = self.set_end(p)?;
        let before = match s.checked_sub(1) {
            Some(before) => self.subject[before],
            None => 0,
        };
        let after = self.subject.get(s).copied().unwrap_or(0);
        let border = !self.in_set(before, p + 1, end) && self.in_set(after, p + 1, end);
        Ok(border.then_some((s, end + 1)))
    }

    /// `%1` to `%9` before `p`
    fn back_reference(
        &mut self,
        s: usize,
        p: usize,
        digit: u8,
    ) -> Result<Option<(usize, usize)>, Broken> {
        let index = usize::from(digit).wrapping_sub(usize::from(b'1'));
        let capture = match self.captures[..self.level].get(index) {
            Some(c) if c.len != UNFINISHED => *c,
            _ => return Err(PatternError::InvalidCaptureIndex.into()),
        };
        if capture.len == POSITION {
            return Ok(None);
        }
        let (start, len) = (capture.start as usize, capture.len as usize);
        let text = &self.subject[start..start + len];
        self.count_steps(len);
        Ok(self.subject[s..].starts_with(text).then_some((s + len, p)))
    }
}
