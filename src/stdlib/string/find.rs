//! `find match gmatch`

use super::build::charge_bytes;
use super::pattern::{Captured, Failure, Matcher, Meter, PatternError, has_specials, without_nul};
use crate::value::{Gc, Str, Value};
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeFn, NativeResult, Raised};

/// `string.find(s, pattern [, init [, plain]])`
pub(super) fn find(vm: &mut Vm) -> NativeResult {
    search(vm, true)
}

/// `string.match(s, pattern [, init])`
pub(super) fn match_(vm: &mut Vm) -> NativeResult {
    search(vm, false)
}

fn search(vm: &mut Vm, find: bool) -> NativeResult {
    let s = vm.check_str(0)?;
    let p = vm.check_str(1)?;
    let init = vm.opt_int(2, 1)?;
    let (subject, pattern) = (s.as_bytes(), p.as_bytes());
    let Some(from) = offset(vm.compat52, subject.len(), init) else {
        return vm.ret(Value::NIL);
    };

    if find && (!vm.arg(3).is_falsy() || !has_specials(pattern)) {
        return match find_plain(&subject[from..], pattern) {
            Some(offset) => {
                charge_bytes(vm, offset)?;
                let start = from + offset;
                push_position(vm, start)?;
                vm.push(Value::number((start + pattern.len()) as f64))?;
                Ok(Flow::Return(2))
            }
            None => {
                charge_bytes(vm, subject.len() - from)?;
                vm.ret(Value::NIL)
            }
        };
    }

    let (pattern, anchored) = anchor(without_nul(pattern));
    let mut matcher = Matcher::new(subject, pattern);
    let Some((start, end)) = next_match(vm, &mut matcher, from, anchored)? else {
        return vm.ret(Value::NIL);
    };
    if find {
        push_position(vm, start)?;
        vm.push(Value::number(end as f64))?;
        let captures = matcher.captures();
        for i in 0..captures {
            push_capture(vm, &matcher, subject, i, (start, end))?;
        }
        return Ok(Flow::Return(2 + captures as u32));
    }
    push_captures(vm, &matcher, subject, (start, end)).map(Flow::Return)
}

/// Where a search that begins at position `init` begins; nowhere if that is behind the end and 52COMPAT.
pub(crate) fn offset(compat52: bool, len: usize, init: i32) -> Option<usize> {
    let init = i64::from(init);
    let from = if init < 0 {
        init + len as i64
    } else {
        init - 1
    };
    let from = usize::try_from(from).unwrap_or(0);
    if from > len {
        return (!compat52).then_some(len);
    }
    Some(from)
}

/// Where the one text occurs in the other.
#[inline(never)]
pub(crate) fn find_plain(text: &[u8], wanted: &[u8]) -> Option<usize> {
    /// After so many false starts it pays to prepare for a search in linear time.
    const PATIENCE: usize = 16;
    let Some((&first, rest)) = wanted.split_first() else {
        return Some(0);
    };
    let last_start = text.len().checked_sub(rest.len())?;
    let mut at = 0;
    for _ in 0..PATIENCE {
        at += memchr::memchr(first, text.get(at..last_start)?)?;
        if text[at + 1..].starts_with(rest) {
            return Some(at);
        }
        at += 1;
    }
    find_prepared(&text[at..], wanted).map(|offset| at + offset)
}

#[cold]
#[inline(never)]
fn find_prepared(text: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, wanted)
}

/// Takes the anchor off a pattern: is it there?
pub(crate) fn anchor(pattern: &[u8]) -> (&[u8], bool) {
    match pattern {
        [b'^', rest @ ..] => (rest, true),
        _ => (pattern, false),
    }
}

/// The next match at `from`, or later if the pattern isn't anchored.
#[inline]
pub(super) fn next_match(
    vm: &mut Vm,
    matcher: &mut Matcher<'_>,
    from: usize,
    anchored: bool,
) -> Result<Option<(usize, usize)>, Raised> {
    seek(vm, matcher, from, anchored).map_err(|failure| raise(vm, failure))
}

/// The same for any who pays.
#[inline]
pub(crate) fn seek<M: Meter>(
    meter: &mut M,
    matcher: &mut Matcher<'_>,
    from: usize,
    anchored: bool,
) -> Result<Option<(usize, usize)>, Failure<M::Stop>> {
    if anchored {
        let end = matcher.match_once(meter, from)?;
        Ok(end.map(|end| (from, end)))
    } else {
        matcher.search(meter, from)
    }
}

#[cold]
fn raise(vm: &mut Vm, failure: Failure<Raised>) -> Raised {
    match failure {
        Failure::Pattern(error) => pattern_error(vm, error),
        Failure::Memory => vm.memory_error(),
        Failure::Stopped(raised) => raised,
    }
}

#[cold]
pub(super) fn pattern_error(vm: &mut Vm, error: PatternError) -> Raised {
    vm.error(format_args!("{}", error.message()))
}

/// Pushes an offset as a position, which counts from 1.
fn push_position(vm: &mut Vm, offset: usize) -> Result<(), Raised> {
    vm.push(Value::number((offset + 1) as f64))
}

/// The value of capture `i`.
#[inline]
pub(super) fn capture_value(
    vm: &mut Vm,
    matcher: &Matcher<'_>,
    subject: &[u8],
    i: usize,
    (start, end): (usize, usize),
) -> Result<Value, Raised> {
    match matcher.capture(i, start, end) {
        Ok(Captured::Range(start, end)) => vm.new_str(&subject[start..end]),
        Ok(Captured::Position(offset)) => Ok(Value::number((offset + 1) as f64)),
        Err(error) => Err(pattern_error(vm, error)),
    }
}

#[inline]
fn push_capture(
    vm: &mut Vm,
    matcher: &Matcher<'_>,
    subject: &[u8],
    i: usize,
    range: (usize, usize),
) -> Result<(), Raised> {
    let value = capture_value(vm, matcher, subject, i, range)?;
    vm.push(value)
}

/// Pushes all captures, or the whole match where there are none, and tells how many that are.
#[inline]
pub(super) fn push_captures(
    vm: &mut Vm,
    matcher: &Matcher<'_>,
    subject: &[u8],
    range: (usize, usize),
) -> Result<u32, Raised> {
    let captures = matcher.captures().max(1);
    for i in 0..captures {
        push_capture(vm, matcher, subject, i, range)?;
    }
    Ok(captures as u32)
}

/// `string.gmatch(s, pattern)`
pub(super) fn gmatch(vm: &mut Vm) -> NativeResult {
    let s = vm.check_str(0)?;
    let pattern = vm.check_str(1)?;
    let (iterator, builtin, upvalues) = gmatch_iterator(s, pattern);
    let iterator = vm.new_native(iterator, builtin, &upvalues)?;
    vm.ret(iterator.into())
}

/// What the iterator of `gmatch` is made of: its code, its number, its upvalues (subject, pattern and where to go on).
pub(crate) fn gmatch_iterator(s: Gc<Str>, pattern: Gc<Str>) -> (NativeFn, u8, [Value; 3]) {
    let upvalues = [s.into(), pattern.into(), Value::int(0)];
    (next_of_gmatch, super::GMATCH_ITERATOR, upvalues)
}

/// Where the iterator goes on behind a match. An empty one must not come again.
pub(crate) fn next_of_gmatch_from((start, end): (usize, usize)) -> Value {
    Value::number((end + usize::from(end == start)) as f64)
}

/// The iterator of `gmatch`.
fn next_of_gmatch(vm: &mut Vm) -> NativeResult {
    let (Some(s), Some(p), Some(from)) = (
        vm.upvalue(0).as_str(),
        vm.upvalue(1).as_str(),
        vm.upvalue(2).as_number(),
    ) else {
        return Ok(Flow::Return(0));
    };
    let subject = s.as_bytes();
    let from = from as usize;
    if from > subject.len() {
        return Ok(Flow::Return(0));
    }
    let mut matcher = Matcher::new(subject, without_nul(p.as_bytes()));
    let Some((start, end)) = next_match(vm, &mut matcher, from, false)? else {
        return Ok(Flow::Return(0));
    };
    vm.set_upvalue(2, next_of_gmatch_from((start, end)));
    push_captures(vm, &matcher, subject, (start, end)).map(Flow::Return)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::find_plain;

    #[test]
    fn plain_text_is_found() {
        assert_eq!(find_plain(b"", b""), Some(0));
        assert_eq!(find_plain(b"abc", b""), Some(0));
        assert_eq!(find_plain(b"abc", b"c"), Some(2));
        assert_eq!(find_plain(b"abc", b"abcd"), None);
        assert_eq!(find_plain(b"aabaabaaab", b"aaab"), Some(6));
        let text = "a".repeat(100) + "b";
        assert_eq!(find_plain(text.as_bytes(), b"aab"), Some(98));
    }

    proptest::proptest! {
        #[test]
        fn plain_text_is_found_where_std_finds_it(text in "[ab]{0,60}", wanted in "[ab]{0,6}") {
            proptest::prop_assert_eq!(find_plain(text.as_bytes(), wanted.as_bytes()), text.find(&wanted));
        }
    }
}
