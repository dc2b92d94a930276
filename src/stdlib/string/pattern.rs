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

extern crate alloc;
use alloc::vec::Vec;

use super::class::{self, ByteSet};

#[cfg(test)]
mod tests;

/// Most captures of a pattern.
pub const MAX_CAPTURES: usize = 32;
/// Most choices that may be open at the same time.
const MAX_CHOICES: usize = 199;
/// So many steps cost one charge.
const STEPS_PER_CHARGE: u32 = 4096;
/// Steps per unit of fuel.
const STEPS_PER_UNIT: u32 = 16;

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

impl<Stop> From<PatternError> for Failure<Stop> {
    fn from(error: PatternError) -> Self {
        Failure::Pattern(error)
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

/// What to do when matching fails after a choice was made.
#[derive(Clone, Copy)]
enum Choice {
    /// Go on at `p` with one repetition less, unless `s` is at `least` already.
    Greedy { p: u32, s: u32, least: u32 },
    /// Take one more repetition of the item from `p` to `end`, then go on after it.
    Lazy { p: u32, end: u32, s: u32 },
    /// Go on at `p` without the optional item.
    Optional { p: u32, s: u32 },
    /// Undo the opening of the last capture.
    Opened,
    /// Undo the closing of a capture.
    Closed { capture: u32 },
}

const INLINE_CHOICES: usize = 12;

/// The open choices: some here, the rest in memory.
struct Choices {
    inline: [Choice; INLINE_CHOICES],
    spilled: Vec<Choice>,
    len: usize,
}

impl Choices {
    #[inline(always)]
    fn push<Stop>(&mut self, choice: Choice) -> Result<(), Failure<Stop>> {
        if let Some(place) = self.inline.get_mut(self.len) {
            *place = choice;
        } else {
            self.spill(choice)?;
        }
        self.len += 1;
        Ok(())
    }

    #[cold]
    fn spill<Stop>(&mut self, choice: Choice) -> Result<(), Failure<Stop>> {
        if self.len >= MAX_CHOICES {
            return Err(PatternError::TooComplex.into());
        }
        if self.spilled.try_reserve(1).is_err() {
            return Err(Failure::Memory);
        }
        self.spilled.push(choice);
        Ok(())
    }

    #[inline(always)]
    fn pop(&mut self) -> Option<Choice> {
        self.len = self.len.checked_sub(1)?;
        match self.inline.get(self.len) {
            Some(choice) => Some(*choice),
            None => self.spilled.pop(),
        }
    }

    fn clear(&mut self) {
        self.len = 0;
        self.spilled.clear();
    }
}

/// A single-character class of a pattern.
#[derive(Clone, Copy)]
enum Single {
    Any,
    Byte(u8),
    Class(&'static ByteSet),
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
    pub fn new(subject: &'a [u8], pattern: &'a [u8]) -> Self {
        Matcher {
            subject,
            pattern,
            level: 0,
            captures: [Capture { start: 0, len: 0 }; MAX_CAPTURES],
            choices: Choices {
                inline: [Choice::Opened; INLINE_CHOICES],
                spilled: Vec::new(),
                len: 0,
            },
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
                match self.skip_to(first, s) {
                    Some(next) => {
                        self.steps += ((next - s) / 8) as u32;
                        s = next;
                    }
                    None => {
                        self.steps += ((self.subject.len() - s) / 8) as u32;
                        return self.pay(meter).map(|()| None);
                    }
                }
            }
            if let Some(end) = self.match_at(meter, s)? {
                self.pay(meter)?;
                return Ok(Some((s, end)));
            }
            if s >= self.subject.len() {
                return self.pay(meter).map(|()| None);
            }
            s += 1;
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
        let units = self.steps / STEPS_PER_UNIT;
        self.steps %= STEPS_PER_UNIT;
        if units == 0 {
            return Ok(());
        }
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
        let mut p = 0;
        if self.at(p) == b'(' {
            p += 1;
        }
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

    /// The first position from `s` on whose byte is of an item.
    fn skip_to(&mut self, item: Single, s: usize) -> Option<usize> {
        let rest = self.subject.get(s..)?;
        let offset = match item {
            Single::Any => (!rest.is_empty()).then_some(0),
            Single::Byte(c) => memchr::memchr(c, rest),
            Single::Class(set) => rest.iter().position(|&c| set.contains(c)),
            Single::Set(start, end) => {
                let set = self.parsed_set(start, end);
                rest.iter().position(|&c| set.contains(c))
            }
        };
        Some(s + offset?)
    }

    /// The item at `p` and where it ends. `p` isn't at the pattern's end.
    #[inline(always)]
    fn item(&self, p: usize) -> Result<(Single, usize), PatternError> {
        match self.at(p) {
            b'%' => match self.at(p + 1) {
                0 => Err(PatternError::EndsWithPercent),
                letter => Ok((
                    match class::class(letter) {
                        Some(set) => Single::Class(set),
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

    /// The bytes of a set.
    fn parsed_set(&mut self, start: usize, end: usize) -> ByteSet {
        if self.parsed_at != start {
            self.parsed = class::parse_set(&self.pattern[start..end]);
            self.parsed_at = start;
        }
        self.parsed
    }

    /// Is the byte of an item?
    #[inline(always)]
    fn matches(&self, c: u8, item: Single) -> bool {
        match item {
            Single::Any => true,
            Single::Byte(b) => b == c,
            Single::Class(set) => set.contains(c),
            Single::Set(start, _) if start == self.parsed_at => self.parsed.contains(c),
            Single::Set(start, end) => class::matches_set(c, &self.pattern[start..end]),
        }
    }

    /// Is the byte at `s` of an item? None is at the subject's end.
    #[inline(always)]
    fn matches_at(&self, s: usize, item: Single) -> bool {
        match self.subject.get(s) {
            Some(&c) => self.matches(c, item),
            None => false,
        }
    }

    /// Where the run of an item's bytes that begins at `s` ends.
    #[inline(always)]
    fn run_end(&mut self, s: usize, item: Single) -> usize {
        let rest = self.subject.get(s..).unwrap_or_default();
        let len = match item {
            Single::Any => None,
            Single::Byte(b) => rest.iter().position(|&c| c != b),
            Single::Class(set) => rest.iter().position(|&c| !set.contains(c)),
            Single::Set(start, end) => {
                let set = self.parsed_set(start, end);
                rest.iter().position(|&c| !set.contains(c))
            }
        };
        s + len.unwrap_or(rest.len())
    }

    /// The match that begins at `s`: its end.
    fn match_at<M: Meter>(
        &mut self,
        meter: &mut M,
        s: usize,
    ) -> Result<Option<usize>, Failure<M::Stop>> {
        self.level = 0;
        self.choices.clear();
        let mut next = Some((s, 0));
        loop {
            let Some((s, p)) = next else {
                match self.choices.pop() {
                    Some(choice) => {
                        next = self.resume(choice)?;
                        self.step(meter, 1)?;
                        continue;
                    }
                    None => return Ok(None),
                }
            };
            if p >= self.pattern.len() {
                return Ok(Some(s));
            }
            next = match self.at(p) {
                b'(' => self.open_capture(s, p)?,
                b')' => self.close_capture(s, p)?,
                b'$' if p + 1 == self.pattern.len() => {
                    (s == self.subject.len()).then_some((s, p + 1))
                }
                b'%' => match self.at(p + 1) {
                    b'b' => self.balance(meter, s, p + 2)?,
                    b'f' => self.frontier(s, p + 2)?,
                    digit @ b'0'..=b'9' => self.back_reference(meter, s, p + 2, digit)?,
                    _ => self.single(meter, s, p)?,
                },
                _ => self.single(meter, s, p)?,
            };
        }
    }

    /// Counts steps and pays now and then.
    #[inline(always)]
    fn step<M: Meter>(&mut self, meter: &mut M, n: usize) -> Result<(), Failure<M::Stop>> {
        self.steps = self.steps.saturating_add(n as u32);
        if self.steps >= STEPS_PER_CHARGE {
            return self.pay(meter);
        }
        Ok(())
    }

    /// Matches an item at `s`, and says where to go on.
    #[inline(always)]
    fn single<M: Meter>(
        &mut self,
        meter: &mut M,
        s: usize,
        p: usize,
    ) -> Result<Option<(usize, usize)>, Failure<M::Stop>> {
        let (item, end) = self.item(p)?;
        let suffix = self.at(end);
        Ok(match suffix {
            b'*' | b'+' => {
                let least = if suffix == b'+' {
                    if !self.matches_at(s, item) {
                        return Ok(None);
                    }
                    s + 1
                } else {
                    s
                };
                let most = self.run_end(least, item);
                self.step(meter, most - s)?;
                self.choices.push(Choice::Greedy {
                    p: end as u32 + 1,
                    s: most as u32,
                    least: least as u32,
                })?;
                Some((most, end + 1))
            }
            b'-' => {
                self.choices.push(Choice::Lazy {
                    p: p as u32,
                    end: end as u32,
                    s: s as u32,
                })?;
                Some((s, end + 1))
            }
            b'?' => {
                if self.matches_at(s, item) {
                    self.choices.push(Choice::Optional {
                        p: end as u32 + 1,
                        s: s as u32,
                    })?;
                    Some((s + 1, end + 1))
                } else {
                    Some((s, end + 1))
                }
            }
            _ => self.matches_at(s, item).then_some((s + 1, end)),
        })
    }

    /// Goes back to a choice: where to go on, if there is another way.
    #[inline(always)]
    fn resume<Stop>(&mut self, choice: Choice) -> Result<Option<(usize, usize)>, Failure<Stop>> {
        match choice {
            Choice::Greedy { p, s, least } => {
                if s == least {
                    return Ok(None);
                }
                let s = s - 1;
                self.choices.push(Choice::Greedy { p, s, least })?;
                Ok(Some((s as usize, p as usize)))
            }
            Choice::Lazy { p, end, s } => {
                let (item, _) = self.item(p as usize)?;
                if !self.matches_at(s as usize, item) {
                    return Ok(None);
                }
                let s = s + 1;
                self.choices.push(Choice::Lazy { p, end, s })?;
                Ok(Some((s as usize, end as usize + 1)))
            }
            Choice::Optional { p, s } => Ok(Some((s as usize, p as usize))),
            Choice::Opened => {
                self.level -= 1;
                Ok(None)
            }
            Choice::Closed { capture } => {
                self.captures[capture as usize].len = UNFINISHED;
                Ok(None)
            }
        }
    }

    /// `(` or `()` at `p`
    fn open_capture<Stop>(
        &mut self,
        s: usize,
        p: usize,
    ) -> Result<Option<(usize, usize)>, Failure<Stop>> {
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
        self.choices.push(Choice::Opened)?;
        Ok(Some((s, next)))
    }

    /// `)` at `p`
    fn close_capture<Stop>(
        &mut self,
        s: usize,
        p: usize,
    ) -> Result<Option<(usize, usize)>, Failure<Stop>> {
        let open = self.captures[..self.level]
            .iter()
            .rposition(|c| c.len == UNFINISHED)
            .ok_or(PatternError::InvalidCapture)?;
        let capture = &mut self.captures[open];
        capture.len = s as u32 - capture.start;
        self.choices.push(Choice::Closed {
            capture: open as u32,
        })?;
        Ok(Some((s, p + 1)))
    }

    /// `%b` with its two characters at `p`
    fn balance<M: Meter>(
        &mut self,
        meter: &mut M,
        s: usize,
        p: usize,
    ) -> Result<Option<(usize, usize)>, Failure<M::Stop>> {
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
                    self.step(meter, i)?;
                    return Ok(Some((s + i + 2, p + 2)));
                }
            } else if c == open {
                depth += 1;
            }
        }
        self.step(meter, rest.len())?;
        Ok(None)
    }

    /// `%f` with its set at `p`: a border between a byte outside and one inside the set; beyond the ends are NULs.
    fn frontier<Stop>(
        &mut self,
        s: usize,
        p: usize,
    ) -> Result<Option<(usize, usize)>, Failure<Stop>> {
        if self.at(p) != b'[' {
            return Err(PatternError::MissingSet.into());
        }
        let end = self.set_end(p)?;
        let set = Single::Set(p + 1, end);
        let before = match s.checked_sub(1) {
            Some(before) => self.subject[before],
            None => 0,
        };
        let after = self.subject.get(s).copied().unwrap_or(0);
        let border = !self.matches(before, set) && self.matches(after, set);
        Ok(border.then_some((s, end + 1)))
    }

    /// `%1` to `%9` before `p`
    fn back_reference<M: Meter>(
        &mut self,
        meter: &mut M,
        s: usize,
        p: usize,
        digit: u8,
    ) -> Result<Option<(usize, usize)>, Failure<M::Stop>> {
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
        self.step(meter, len)?;
        Ok(self.subject[s..].starts_with(text).then_some((s + len, p)))
    }
}
