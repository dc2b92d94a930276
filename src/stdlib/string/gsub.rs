//! `gsub`
//!
//! With a string, or a table without `__index`, it is one loop. Where Lua code may run it is a step function: before a
//! call its state goes into slots (see [`slot`]), with the text so far in a buffer of its own, and only then; a step
//! that is interrupted can so begin anew.

use super::build::Builder;
use super::find::{anchor, capture_value, next_match, pattern_error, push_captures};
use super::pattern::{Captured, Matcher, without_nul};
use crate::number::format::{Sink, to_i64};
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

    let (pattern, anchored) = anchor(without_nul(p.as_bytes()));
    let subject = s.as_bytes();
    let mut work = Work {
        matcher: Matcher::new(subject, pattern),
        subject,
        anchored,
        limit: u32::try_from(limit).unwrap_or(0),
        count: 0,
        next: Some(0),
        copied: 0,
    };
    match replacement {
        Replacement::Text(text) => {
            let text = text.as_bytes();
            let plain = !text.contains(&b'%');
            substitute(vm, &mut work, s, |out, work, range| {
                if plain {
                    return out.put(text);
                }
                put_template(out, work, text, range)
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
struct Work<'a> {
    matcher: Matcher<'a>,
    subject: &'a [u8],
    anchored: bool,
    limit: u32,
    count: u32,
    /// Where to look for the next match, unless the last one was at the end.
    next: Option<usize>,
    /// How much of the subject is done.
    copied: usize,
}

impl Work<'_> {
    /// The next match that is to be replaced.
    #[inline]
    fn next_match(&mut self, vm: &mut Vm) -> Result<Option<(usize, usize)>, Raised> {
        if self.count >= self.limit || (self.anchored && self.count > 0) {
            return Ok(None);
        }
        let Some(from) = self.next else {
            return Ok(None);
        };
        let found = next_match(vm, &mut self.matcher, from, self.anchored)?;
        if found.is_some() {
            self.count += 1;
        }
        Ok(found)
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

/// The loop for replacements without calls.
#[inline]
fn substitute<'a>(
    vm: &mut Vm,
    work: &mut Work<'a>,
    s: Gc<Str>,
    mut put: impl FnMut(&mut Builder<'_>, &Work<'a>, (usize, usize)) -> Result<(), Raised>,
) -> NativeResult {
    let Some(mut range) = work.next_match(vm)? else {
        return finish(vm, s.into(), 0);
    };
    let mut out = Builder::scratch(vm);
    loop {
        out.put(&work.subject[work.copied..range.0])?;
        put(&mut out, work, range)?;
        work.skip(range);
        match work.next_match(out.vm)? {
            Some(next) => range = next,
            None => break,
        }
    }
    out.put(&work.subject[work.copied..])?;
    let text = out.finish()?;
    finish(vm, text, work.count)
}

fn finish(vm: &mut Vm, text: Value, count: u32) -> NativeResult {
    vm.push(text)?;
    vm.push(Value::number(count.into()))?;
    Ok(Flow::Return(2))
}

/// Appends a replacement text with `%0` to `%9` in it. A `%` at its end stands for a NUL.
fn put_template(
    out: &mut Builder<'_>,
    work: &Work<'_>,
    template: &[u8],
    (start, end): (usize, usize),
) -> Result<(), Raised> {
    let mut rest = template;
    while let Some(at) = memchr::memchr(b'%', rest) {
        out.put(&rest[..at])?;
        let c = rest.get(at + 1).copied().unwrap_or(0);
        rest = rest.get(at + 2..).unwrap_or_default();
        match c {
            b'0' => out.put(&work.subject[start..end])?,
            b'1'..=b'9' => {
                let i = usize::from(c - b'1');
                match work.matcher.capture(i, start, end) {
                    Ok(Captured::Range(start, end)) => out.put(&work.subject[start..end])?,
                    Ok(Captured::Position(offset)) => out.number((offset + 1) as f64)?,
                    Err(error) => return Err(pattern_error(out.vm, error)),
                }
            }
            c => out.put(&[c])?,
        }
    }
    out.put(rest)
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
    let text = vm.new_str(buffer.as_bytes())?;
    buffer.release(&mut vm.heap);
    finish(vm, text, work.count)
}
