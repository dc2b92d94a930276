//! `gsub`
//!
//! With a string, or a table without `__index`, it is one loop. Where Lua code may run it is a step function: before a
//! call its state goes into slots (see [`slot`]), with the text so far in a buffer of its own, and only then; a step
//! that is interrupted can so begin anew.

use super::build::Builder;
#[cfg(feature = "jit")]
use super::find::seek;
use super::find::{anchor, capture_value, next_match, pattern_error, push_captures};
use super::pattern::{Captured, Matcher, PatternError, without_nul};
#[cfg(feature = "jit")]
use super::pattern::{Failure, Meter};
use crate::number::format::{Sink, to_i64};
use crate::number::{TextBuffer, to_text};
use crate::value::{Function, Gc, Str, Table, Value};
use crate::vm::Vm;
use crate::vm::meta::Event;
use crate::vm::native::{Flow, NativeResult, Raised};

/// What the slots hold while Lua code runs. The arguments come first.
mod slot {
    pub const SUBJECT: usize = 0;
    pub const PATTERN: usize = 1;
    pub const REPLACEMENT: usize = 2;
    /// The greatest number of substitutions, as a number.
    pub const LIMIT: usize = 3;
    /// The match that the callee gets.
    pub const START: usize = 4;
    pub const END: usize = 5;
    /// Which match it is.
    pub const COUNT: usize = 6;
    /// The length of the text so far.
    pub const LENGTH: usize = 7;
    /// The buffer with that text.
    pub const BUFFER: usize = 8;
    pub const ALL: usize = 9;
}

#[derive(Clone, Copy)]
enum Replacement {
    Text(Gc<Str>),
    Table(Gc<Table>),
    Function(Gc<Function>),
}

/// `string.gsub(s, pattern, replacement [, n])`
pub(super) fn gsub(vm: &mut Vm) -> NativeResult {
    let s = vm.check_str(slot::SUBJECT)?;
    let p = vm.check_str(slot::PATTERN)?;
    let limit = match vm.arg(slot::LIMIT) {
        v if v.is_nil() => s.len() as i32 + 1,
        // 64 bits of which 32 are taken, as in LuaJIT.
        _ => to_i64(vm.check_number(slot::LIMIT)?) as i32,
    };
    let replacement = vm.arg(slot::REPLACEMENT);
    let replacement = if let Some(f) = replacement.as_function() {
        Replacement::Function(f)
    } else if let Some(t) = replacement.as_table() {
        Replacement::Table(t)
    } else if replacement.is_str() || replacement.is_number() {
        Replacement::Text(vm.check_str(slot::REPLACEMENT)?)
    } else {
        return Err(vm.arg_error(
            slot::REPLACEMENT,
            format_args!("string/function/table expected"),
        ));
    };

    let mut work = Work::new(s.as_bytes(), p.as_bytes(), limit);
    match replacement {
        Replacement::Text(text) => {
            let text = Template::new(text.as_bytes());
            substitute(vm, &mut work, s, |out, work, range| {
                text.put(out, work, range)
            })
        }
        Replacement::Table(t) if vm.metamethod(t.into(), Event::Index).is_nil() => {
            substitute(vm, &mut work, s, |out, work, range| {
                let key = capture_value(out.vm, &work.matcher, work.subject, 0, range)?;
                put_value(out, work, t.get(key), range)
            })
        }
        _ => substitute_by_calls(vm, &mut work, s, replacement),
    }
}

/// The search for matches, and how far it has got.
pub(crate) struct Work<'a> {
    matcher: Matcher<'a>,
    subject: &'a [u8],
    anchored: bool,
    limit: u32,
    /// Substitutions so far.
    pub(crate) count: u32,
    /// Where to look for the next match, unless the last one was at the end.
    next: Option<usize>,
    /// How much of the subject is done.
    copied: usize,
}

impl<'a> Work<'a> {
    /// The work of replacing at most `limit` matches.
    pub(crate) fn new(subject: &'a [u8], pattern: &'a [u8], limit: i32) -> Work<'a> {
        let (pattern, anchored) = anchor(without_nul(pattern));
        Work {
            matcher: Matcher::new(subject, pattern),
            subject,
            anchored,
            limit: u32::try_from(limit).unwrap_or(0),
            count: 0,
            next: Some(0),
            copied: 0,
        }
    }

    /// The next match that is to be replaced.
    #[inline]
    fn next_match(&mut self, vm: &mut Vm) -> Result<Option<(usize, usize)>, Raised> {
        self.next_match_by(|work, from| next_match(vm, &mut work.matcher, from, work.anchored))
    }

    /// The same for any who pays.
    #[cfg(feature = "jit")]
    pub(crate) fn seek<M: Meter>(
        &mut self,
        meter: &mut M,
    ) -> Result<Option<(usize, usize)>, Failure<M::Stop>> {
        self.next_match_by(|work, from| seek(meter, &mut work.matcher, from, work.anchored))
    }

    #[inline]
    fn next_match_by<E>(
        &mut self,
        seek: impl FnOnce(&mut Self, usize) -> Result<Option<(usize, usize)>, E>,
    ) -> Result<Option<(usize, usize)>, E> {
        if self.count >= self.limit || (self.anchored && self.count > 0) {
            return Ok(None);
        }
        let Some(from) = self.next else {
            return Ok(None);
        };
        let found = seek(self, from)?;
        if found.is_some() {
            self.count += 1;
        }
        Ok(found)
    }

    /// What a capture is: 0 for the first, or for the whole match where there are none.
    pub(crate) fn capture(
        &self,
        i: usize,
        (start, end): (usize, usize),
    ) -> Result<Captured, PatternError> {
        self.matcher.capture(i, start, end)
    }
    /// The bytes between two offsets.
    pub(crate) fn part(&self, (start, end): (usize, usize)) -> &'a [u8] {
        self.subject.get(start..end).unwrap_or_default()
    }

    /// Goes on behind a match. An empty one must not come again.
    #[inline]
    fn skip(&mut self, (start, end): (usize, usize)) {
        self.copied = end;
        self.next = if end > start {
            Some(end)
        } else if start < self.subject.len() {
            Some(start + 1)
        } else {
            None
        };
    }
}

/// Where a substitution puts its text, and whom it pays.
pub(crate) trait Output: Sink {
    /// The next match.
    fn seek(&mut self, work: &mut Work<'_>) -> Result<Option<(usize, usize)>, Self::Error>;
    /// The pattern or the replacement is wrong.
    fn fail(&mut self, error: PatternError) -> Self::Error;
}

impl Output for Builder<'_> {
    fn seek(&mut self, work: &mut Work<'_>) -> Result<Option<(usize, usize)>, Raised> {
        work.next_match(self.vm)
    }
    fn fail(&mut self, error: PatternError) -> Raised {
        pattern_error(self.vm, error)
    }
}

/// The loop for replacements without calls, from the first match on.
#[inline]
pub(crate) fn replace_all<'a, O: Output>(
    out: &mut O,
    work: &mut Work<'a>,
    first: (usize, usize),
    mut put: impl FnMut(&mut O, &Work<'a>, (usize, usize)) -> Result<(), O::Error>,
) -> Result<(), O::Error> {
    let mut range = first;
    loop {
        out.put(&work.subject[work.copied..range.0])?;
        put(out, work, range)?;
        work.skip(range);
        match out.seek(work)? {
            Some(next) => range = next,
            None => return out.put(&work.subject[work.copied..]),
        }
    }
}

#[inline]
fn substitute<'a>(
    vm: &mut Vm,
    work: &mut Work<'a>,
    s: Gc<Str>,
    put: impl FnMut(&mut Builder<'_>, &Work<'a>, (usize, usize)) -> Result<(), Raised>,
) -> NativeResult {
    let Some(range) = work.next_match(vm)? else {
        return finish(vm, s.into(), 0);
    };
    let mut out = Builder::scratch(vm);
    replace_all(&mut out, work, range, put)?;
    let text = out.finish()?;
    finish(vm, text, work.count)
}

fn finish(vm: &mut Vm, text: Value, count: u32) -> NativeResult {
    vm.push(text)?;
    vm.push(Value::number(count.into()))?;
    Ok(Flow::Return(2))
}

/// A replacement text.
#[derive(Clone, Copy)]
pub(crate) struct Template<'a> {
    text: &'a [u8],
    is_plain: bool,
}

impl<'a> Template<'a> {
    /// A replacement text, perhaps with `%0` to `%9` in it. A `%` at its end stands for a NUL.
    pub(crate) fn new(text: &'a [u8]) -> Template<'a> {
        Template {
            text,
            is_plain: !text.contains(&b'%'),
        }
    }

    /// Appends it for a match.
    #[inline]
    pub(crate) fn put<O: Output>(
        self,
        out: &mut O,
        work: &Work<'_>,
        range: (usize, usize),
    ) -> Result<(), O::Error> {
        if self.is_plain {
            return out.put(self.text);
        }
        self.put_captures(out, work, range)
    }

    fn put_captures<O: Output>(
        self,
        out: &mut O,
        work: &Work<'_>,
        range: (usize, usize),
    ) -> Result<(), O::Error> {
        let mut rest = self.text;
        while let Some(at) = memchr::memchr(b'%', rest) {
            out.put(&rest[..at])?;
            let c = rest.get(at + 1).copied().unwrap_or(0);
            rest = rest.get(at + 2..).unwrap_or_default();
            match c {
                b'0' => out.put(work.part(range))?,
                b'1'..=b'9' => match work.capture(usize::from(c - b'1'), range) {
                    Ok(Captured::Range(start, end)) => out.put(work.part((start, end)))?,
                    Ok(Captured::Position(offset)) => {
                        out.put(to_text((offset + 1) as f64, &mut TextBuffer::default()))?;
                    }
                    Err(error) => return Err(out.fail(error)),
                },
                c => out.put(&[c])?,
            }
        }
        out.put(rest)
    }
}

/// Appends what a table or function gave: a string, a number, or, for nil and false, the match itself.
fn put_value(
    out: &mut Builder<'_>,
    work: &Work<'_>,
    value: Value,
    (start, end): (usize, usize),
) -> Result<(), Raised> {
    if let Some(s) = value.as_str() {
        out.put(s.as_bytes())
    } else if value.is_falsy() {
        out.put(&work.subject[start..end])
    } else if let Some(n) = value.as_number() {
        out.number(n)
    } else {
        let name = value.type_of().name();
        Err(out
            .vm
            .error(format_args!("invalid replacement value (a {name})")))
    }
}

/// The loop for replacements that may call Lua code.
fn substitute_by_calls(
    vm: &mut Vm,
    work: &mut Work<'_>,
    s: Gc<Str>,
    replacement: Replacement,
) -> NativeResult {
    let mut range;
    let mut out;
    if vm.step() == 0 {
        range = match work.next_match(vm)? {
            Some(range) => range,
            None => return finish(vm, s.into(), 0),
        };
        let buffer = match vm.heap.new_buffer() {
            Ok(buffer) => buffer,
            Err(_) => return Err(vm.memory_error()),
        };
        out = Builder { vm, buffer };
    } else {
        let at = |i: usize| vm.arg(i).as_number().unwrap_or(0.0) as usize;
        // A debugger may have changed the slots.
        let end = at(slot::END).min(work.subject.len());
        range = (at(slot::START).min(end), end);
        work.count = at(slot::COUNT) as u32;
        let length = at(slot::LENGTH);
        let Some(buffer) = vm.arg(slot::BUFFER).as_buffer() else {
            return finish(vm, s.into(), 0);
        };
        buffer.truncate(length);
        let value = vm.result(0);
        out = Builder { vm, buffer };
        put_value(&mut out, work, value, range)?;
        work.skip(range);
        match work.next_match(out.vm)? {
            Some(next) => range = next,
            None => return finish_buffer(out, work),
        }
    }
    loop {
        out.put(&work.subject[work.copied..range.0])?;
        let (callee, table) = match replacement {
            Replacement::Function(f) => (f.into(), None),
            Replacement::Table(t) => {
                let key = capture_value(out.vm, &work.matcher, work.subject, 0, range)?;
                match out.vm.lookup(t.into(), key)? {
                    Err((handler, object)) => (handler, Some([object, key])),
                    Ok(value) => {
                        put_value(&mut out, work, value, range)?;
                        work.skip(range);
                        match work.next_match(out.vm)? {
                            Some(next) => range = next,
                            None => return finish_buffer(out, work),
                        }
                        continue;
                    }
                }
            }
            Replacement::Text(_) => return finish_buffer(out, work),
        };
        let Builder { vm, buffer } = out;
        vm.set_nargs(slot::ALL)?;
        vm.set_arg(slot::LIMIT, Value::number(work.limit.into()));
        vm.set_arg(slot::START, Value::number(range.0 as f64));
        vm.set_arg(slot::END, Value::number(range.1 as f64));
        vm.set_arg(slot::COUNT, Value::number(work.count.into()));
        vm.set_arg(slot::LENGTH, Value::number(buffer.len() as f64));
        vm.set_arg(slot::BUFFER, buffer.into());
        vm.begin_call(callee, 1)?;
        let nargs = match table {
            None => push_captures(vm, &work.matcher, work.subject, range)?,
            Some(args) => {
                for arg in args {
                    vm.push(arg)?;
                }
                2
            }
        };
        return Ok(Flow::Call { nargs });
    }
}

fn finish_buffer(mut out: Builder<'_>, work: &Work<'_>) -> NativeResult {
    out.put(&work.subject[work.copied..])?;
    let Builder { vm, buffer } = out;
    let text = vm.new_str_from(buffer)?;
    buffer.release(&mut vm.heap);
    finish(vm, text, work.count)
}
