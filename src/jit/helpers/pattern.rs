//! Pattern matching: `find`, `match`, `gmatch`, `gsub`.
//!
//! A helper leaves its results in the state and returns how many there are (of `gsub`: how many substitutions it made).
//! [`result`] and [`cost`] take that number, so that the trace asks them after that call and before the next. Nothing is collected in between,
//! so the results need no root.
//!
//! Matching has no effect but for them, and may be repeated: what it costs is paid by the trace, behind its guards.

use crate::gc::OutOfMemory;
use crate::number::format::Sink;
use crate::number::{TextBuffer, to_text};
use crate::stdlib::string::build::units_for_bytes as units_for_search;
use crate::stdlib::string::find::{self, anchor, next_of_gmatch_from};
use crate::stdlib::string::gsub::{Output, Template, Work, replace_all};
use crate::stdlib::string::pattern::{
    Captured, Failure, MAX_CAPTURES, Matcher, Meter, PatternError, without_nul,
};
use crate::value::{Buffer, Function, Gc, Str, Value};
use crate::vm::Vm;
use crate::vm::service::units_for_bytes;

/// Bits of the flags that the helpers take.
pub(crate) mod match_flags {
    /// `find` rather than `match`: the positions come first.
    pub(crate) const FIND: i32 = 1;
    /// The text is looked for as it is.
    pub(crate) const PLAIN: i32 = 2;
    /// The trace pays what it costs; else the helper fails where it isn't free.
    pub(crate) const PAID: i32 = 4;
    /// For [`preview`](super::preview): a `^` is nothing special.
    pub(crate) const ITERATE: i32 = 8;
}

/// What the helper that was called last found.
pub(crate) struct MatchResults {
    values: [Value; MAX_CAPTURES + 2],
    count: usize,
    units: u32,
    /// Where the iterator of `gmatch` goes on.
    next: Value,
}

impl MatchResults {
    /// Nothing.
    pub(crate) const NONE: MatchResults = MatchResults {
        values: [Value::NIL; MAX_CAPTURES + 2],
        count: 0,
        units: 0,
        next: Value::NIL,
    };
    fn push(&mut self, v: Value) {
        if let Some(place) = self.values.get_mut(self.count) {
            *place = v;
            self.count += 1;
        }
    }
}

/// Why a helper gives up. The interpreter finds out what exactly is the matter.
struct GivenUp;

impl From<OutOfMemory> for GivenUp {
    fn from(_: OutOfMemory) -> GivenUp {
        GivenUp
    }
}
impl From<PatternError> for GivenUp {
    fn from(_: PatternError) -> GivenUp {
        GivenUp
    }
}
impl<S> From<Failure<S>> for GivenUp {
    fn from(_: Failure<S>) -> GivenUp {
        GivenUp
    }
}

/// Counts what is to be paid.
struct Account {
    units: u32,
    most: i64,
}

impl Account {
    fn new(vm: &Vm, flags: i32) -> Account {
        Account {
            units: 0,
            most: if flags & match_flags::PAID != 0 {
                vm.budget
            } else {
                0
            },
        }
    }
}

impl Meter for Account {
    type Stop = GivenUp;
    fn charge(&mut self, units: u32) -> Result<(), GivenUp> {
        self.units = self.units.saturating_add(units);
        if i64::from(self.units) > self.most {
            return Err(GivenUp);
        }
        Ok(())
    }
}

/// A new string, and what it costs.
fn new_str(vm: &mut Vm, account: &mut Account, bytes: &[u8]) -> Result<Value, GivenUp> {
    account.charge(units_for_bytes(bytes.len()))?;
    Ok(vm.heap.intern(bytes)?.into())
}

fn push_offset(vm: &mut Vm, offset: usize) {
    vm.match_results.push(Value::number(offset as f64));
}

/// Pushes the captures; without any, the whole match if it is wanted.
fn push_captures(
    vm: &mut Vm,
    account: &mut Account,
    (matcher, subject): (&Matcher<'_>, &[u8]),
    least: usize,
    (start, end): (usize, usize),
) -> Result<(), GivenUp> {
    for i in 0..matcher.captures().max(least) {
        let v = match matcher.capture(i, start, end)? {
            Captured::Range(start, end) => new_str(vm, account, &subject[start..end])?,
            Captured::Position(offset) => Value::number((offset + 1) as f64),
        };
        vm.match_results.push(v);
    }
    Ok(())
}

/// Runs a helper and tells how many results it left, or -1.
fn answer(
    vm: &mut Vm,
    flags: i32,
    work: impl FnOnce(&mut Vm, &mut Account) -> Result<(), GivenUp>,
) -> i64 {
    vm.match_results.count = 0;
    let mut account = Account::new(vm, flags);
    if work(vm, &mut account).is_err() {
        return -1;
    }
    vm.match_results.units = account.units;
    vm.match_results.count as i64
}

/// `string.find` and `string.match`; no results where nothing is found.
pub(super) unsafe extern "C" fn find_or_match(
    vm: *mut Vm,
    s: Gc<Str>,
    p: Gc<Str>,
    init: i32,
    flags: i32,
) -> i64 {
    // SAFETY: the running state.
    let vm = unsafe { &mut *vm };
    answer(vm, flags, |vm, account| {
        let (subject, pattern) = (s.as_bytes(), p.as_bytes());
        let Some(from) = find::offset(vm.compat52, subject.len(), init) else {
            return Ok(());
        };
        if flags & match_flags::PLAIN != 0 {
            let found = find::find_plain(&subject[from..], pattern);
            let seen = found.unwrap_or(subject.len() - from);
            account.charge(units_for_search(seen))?;
            if let Some(offset) = found {
                push_offset(vm, from + offset + 1);
                push_offset(vm, from + offset + pattern.len());
            }
            return Ok(());
        }
        let (pattern, anchored) = anchor(without_nul(pattern));
        let mut matcher = Matcher::new(subject, pattern);
        let Some((start, end)) = find::seek(account, &mut matcher, from, anchored)? else {
            return Ok(());
        };
        let is_find = flags & match_flags::FIND != 0;
        if is_find {
            push_offset(vm, start + 1);
            push_offset(vm, end);
        }
        let least = usize::from(!is_find);
        push_captures(vm, account, (&matcher, subject), least, (start, end))
    })
}

/// `string.gmatch`
pub(super) unsafe extern "C" fn gmatch(
    vm: *mut Vm,
    s: Gc<Str>,
    p: Gc<Str>,
) -> Option<Gc<Function>> {
    let (code, builtin, upvalues) = find::gmatch_iterator(s, p);
    // SAFETY: the running state.
    let vm = unsafe { &mut *vm };
    let env = vm.globals;
    vm.heap.new_native(code, builtin, env, &upvalues).ok()
}

/// The iterator of `gmatch`, but for the step to the next match; no results at the end.
pub(super) unsafe extern "C" fn gmatch_next(
    vm: *mut Vm,
    iterator: Gc<Function>,
    flags: i32,
) -> i64 {
    // SAFETY: the running state.
    let vm = unsafe { &mut *vm };
    let at = |i| iterator.native_upvalue(i);
    let (Some(s), Some(p), Some(from)) = (at(0).as_str(), at(1).as_str(), at(2).as_number()) else {
        return -1;
    };
    answer(vm, flags, |vm, account| {
        let subject = s.as_bytes();
        let from = from as usize;
        if from > subject.len() {
            return Ok(());
        }
        let mut matcher = Matcher::new(subject, without_nul(p.as_bytes()));
        let Some(range) = find::seek(account, &mut matcher, from, false)? else {
            return Ok(());
        };
        vm.match_results.next = next_of_gmatch_from(range);
        push_captures(vm, account, (&matcher, subject), 1, range)
    })
}

/// The step to the next match, behind the guards of the results.
pub(super) unsafe extern "C" fn gmatch_step(vm: *mut Vm, iterator: Gc<Function>, _: i32) {
    // SAFETY: the running state.
    unsafe {
        let next = (*vm).match_results.next;
        (*vm).set_upvalue_of(iterator, 2, next);
    }
}

/// Text behind what the scratch buffer holds, paid by an account.
struct Text<'a> {
    vm: &'a mut Vm,
    account: &'a mut Account,
    buffer: Gc<Buffer>,
}

impl Sink for Text<'_> {
    type Error = GivenUp;
    fn put(&mut self, bytes: &[u8]) -> Result<(), GivenUp> {
        Ok(self.buffer.push_bytes(&mut self.vm.heap, bytes)?)
    }
}

impl Output for Text<'_> {
    fn seek(&mut self, work: &mut Work<'_>) -> Result<Option<(usize, usize)>, GivenUp> {
        Ok(work.seek(self.account)?)
    }
    fn fail(&mut self, _: PatternError) -> GivenUp {
        GivenUp
    }
}

impl Text<'_> {
    /// What a table gives for a match.
    fn put_value(
        &mut self,
        work: &Work<'_>,
        v: Value,
        range: (usize, usize),
    ) -> Result<(), GivenUp> {
        if let Some(s) = v.as_str() {
            self.put(s.as_bytes())
        } else if v.is_falsy() {
            self.put(work.part(range))
        } else if let Some(n) = v.as_number() {
            self.put(to_text(n, &mut TextBuffer::default()))
        } else {
            Err(GivenUp)
        }
    }
}

/// `string.gsub` with a string, or a table without `__index`. The text is result 0; the number of substitutions is returned.
pub(super) unsafe extern "C" fn gsub(
    vm: *mut Vm,
    s: Gc<Str>,
    p: Gc<Str>,
    replacement: Value,
    limit: i32,
    flags: i32,
) -> i64 {
    // SAFETY: the running state.
    let vm = unsafe { &mut *vm };
    let mut count = 0;
    let done = answer(vm, flags, |vm, account| {
        let mut work = Work::new(s.as_bytes(), p.as_bytes(), limit);
        let Some(first) = work.seek(account)? else {
            vm.match_results.push(s.into());
            return Ok(());
        };
        let buffer = vm.scratch;
        let start = buffer.len();
        let mut text = Text {
            vm,
            account,
            buffer,
        };
        let replaced = replace_by(&mut text, &mut work, first, replacement);
        let made = replaced.and_then(|()| new_str(vm, account, &buffer.as_bytes()[start..]));
        buffer.truncate(start);
        vm.match_results.push(made?);
        count = work.count;
        Ok(())
    });
    if done < 0 { done } else { i64::from(count) }
}

fn replace_by(
    text: &mut Text<'_>,
    work: &mut Work<'_>,
    first: (usize, usize),
    replacement: Value,
) -> Result<(), GivenUp> {
    if let Some(s) = replacement.as_str() {
        let template = Template::new(s.as_bytes());
        return replace_all(text, work, first, |text, work, range| {
            template.put(text, work, range)
        });
    }
    let t = replacement.as_table().ok_or(GivenUp)?;
    replace_all(text, work, first, |text, work, range| {
        let key = match work.capture(0, range)? {
            Captured::Range(start, end) => new_str(text.vm, text.account, work.part((start, end)))?,
            Captured::Position(offset) => Value::number((offset + 1) as f64),
        };
        text.put_value(work, t.get(key), range)
    })
}

/// Result `i` of the helper that returned `results`, which is the one called last.
pub(super) unsafe extern "C" fn result(vm: *mut Vm, _results: i32, i: i32) -> Value {
    // SAFETY: the running state.
    let found = unsafe { &(*vm).match_results };
    let live = found.values.get(..found.count).unwrap_or_default();
    live.get(i as usize).copied().unwrap_or(Value::NIL)
}

/// The units that the trace has to pay for it.
pub(super) unsafe extern "C" fn cost(vm: *mut Vm, _results: i32) -> i32 {
    // SAFETY: the running state.
    let units = unsafe { (*vm).match_results.units };
    i32::try_from(units).unwrap_or(i32::MAX)
}

/// What matching gives now: what the recorder has to know.
pub(crate) struct Found {
    /// How many results there are.
    pub(crate) count: usize,
    /// Which of them are texts; the others are positions.
    pub(crate) is_text: [bool; MAX_CAPTURES + 2],
    /// What it costs.
    pub(crate) units: u32,
}

/// Matches from an offset on, and tells of what kind the results are. Nothing where there would be an error.
pub(crate) fn preview(subject: &[u8], p: Gc<Str>, from: usize, flags: i32) -> Option<Found> {
    let mut found = Found {
        count: 0,
        is_text: [false; MAX_CAPTURES + 2],
        units: 0,
    };
    if from > subject.len() {
        return Some(found);
    }
    let pattern = without_nul(p.as_bytes());
    let (pattern, anchored) = if flags & match_flags::ITERATE != 0 {
        (pattern, false)
    } else {
        anchor(pattern)
    };
    let mut matcher = Matcher::new(subject, pattern);
    let mut account = Account {
        units: 0,
        most: i64::from(u32::MAX),
    };
    let range = find::seek(&mut account, &mut matcher, from, anchored).ok()?;
    if let Some((start, end)) = range {
        let is_find = flags & match_flags::FIND != 0;
        found.count = if is_find { 2 } else { 0 };
        for i in 0..matcher.captures().max(usize::from(!is_find)) {
            if let Captured::Range(start, end) = matcher.capture(i, start, end).ok()? {
                *found.is_text.get_mut(found.count)? = true;
                account.charge(units_for_bytes(end - start)).ok()?;
            }
            found.count += 1;
        }
    }
    found.units = account.units;
    Some(found)
}
