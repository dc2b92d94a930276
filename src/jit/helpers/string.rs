//! Strings: comparison, search, conversion, and functions that make new ones.
//!
//! New strings are put together in the state's scratch buffer, behind what lies there: a trace may be filling it.

use perilune_ir::op::Effect;

use super::Done;
use crate::gc::OutOfMemory;
use crate::number::{self, TextBuffer, to_text};
use crate::stdlib::base::object_text;
use crate::stdlib::bit::{MAX_DIGITS, hex_text};
use crate::stdlib::message::c_string;
use crate::stdlib::string::basic::{put_mapped, put_periodically, repeated_length};
use crate::stdlib::string::build::{BufferSink, units_for_bytes as units_for_search};
use crate::stdlib::string::find;
use crate::stdlib::string::format::put_plainly;
use crate::value::{Gc, Str, Value};
use crate::vm::Vm;
use crate::vm::service::units_for_bytes;

/// The string that `put` writes.
///
/// # Safety
/// `vm` is the running state.
unsafe fn build(
    vm: *mut Vm,
    put: impl FnOnce(&mut BufferSink<'_>) -> Result<(), OutOfMemory>,
) -> Option<Gc<Str>> {
    // SAFETY: the caller's promise.
    let vm = unsafe { &mut *vm };
    let buffer = vm.scratch;
    let start = buffer.len();
    let mut sink = BufferSink {
        heap: &mut vm.heap,
        buffer,
    };
    let made = match put(&mut sink) {
        Ok(()) => vm.heap.intern_rest(buffer, start).ok(),
        Err(OutOfMemory) => None,
    };
    buffer.truncate(start);
    made
}

/// Below 0, 0 or above, as the first is less, equal or greater.
pub(super) unsafe extern "C" fn compare(_: *mut Vm, a: Gc<Str>, b: Gc<Str>) -> i32 {
    a.as_bytes().cmp(b.as_bytes()) as i32
}

/// Where the text occurs, searched from position `init`: the offset from 0, or -1.
pub(super) unsafe extern "C" fn find(vm: *mut Vm, s: Gc<Str>, wanted: Gc<Str>, init: i32) -> i32 {
    // SAFETY: the running state.
    let compat52 = unsafe { (*vm).compat52 };
    let Some(from) = find::offset(compat52, s.len(), init) else {
        return -1;
    };
    match find::find_plain(&s.as_bytes()[from..], wanted.as_bytes()) {
        Some(offset) => (from + offset) as i32,
        None => -1,
    }
}

pub(super) unsafe extern "C" fn rep(vm: *mut Vm, s: Gc<Str>, n: i32) -> Option<Gc<Str>> {
    // SAFETY: the running state.
    unsafe { repeat(vm, s, n, b"") }
}

pub(super) unsafe extern "C" fn rep_separated(
    vm: *mut Vm,
    s: Gc<Str>,
    n: i32,
    separator: Gc<Str>,
) -> Option<Gc<Str>> {
    // SAFETY: the running state.
    unsafe { repeat(vm, s, n, separator.as_bytes()) }
}

unsafe fn repeat(vm: *mut Vm, s: Gc<Str>, n: i32, separator: &[u8]) -> Option<Gc<Str>> {
    let text = s.as_bytes();
    let length = repeated_length(text.len(), separator.len(), n.max(0) as u64)?;
    // SAFETY: the running state.
    unsafe { build(vm, |out| put_periodically(out, text, separator, length)) }
}

pub(super) unsafe extern "C" fn reverse(vm: *mut Vm, s: Gc<Str>) -> Option<Gc<Str>> {
    // SAFETY: the running state.
    unsafe { build(vm, |out| put_mapped(out, s.as_bytes(), true, |c| c)) }
}

pub(super) unsafe extern "C" fn lower(vm: *mut Vm, s: Gc<Str>) -> Option<Gc<Str>> {
    let map = |c: u8| c.to_ascii_lowercase();
    // SAFETY: the running state.
    unsafe { build(vm, |out| put_mapped(out, s.as_bytes(), false, map)) }
}

pub(super) unsafe extern "C" fn upper(vm: *mut Vm, s: Gc<Str>) -> Option<Gc<Str>> {
    let map = |c: u8| c.to_ascii_uppercase();
    // SAFETY: the running state.
    unsafe { build(vm, |out| put_mapped(out, s.as_bytes(), false, map)) }
}

/// The number that the string spells to this base, or nil. The base is one that `tonumber` takes.
pub(super) unsafe extern "C" fn to_number(_: *mut Vm, s: Gc<Str>, base: i32) -> Value {
    let n = if base == 10 {
        number::parse(s.as_bytes())
    } else {
        number::parse_base(c_string(s.as_bytes()), base.clamp(2, 36) as u32)
    };
    n.map_or(Value::NIL, Value::number)
}

/// The text of a value, without metamethods.
pub(super) unsafe extern "C" fn to_string(vm: *mut Vm, v: Value) -> Option<Gc<Str>> {
    if let Some(s) = v.as_str() {
        return Some(s);
    }
    // SAFETY: the running state.
    let vm = unsafe { &mut *vm };
    let made = match v.as_number() {
        Some(n) => vm.heap.intern(to_text(n, &mut TextBuffer::default())),
        None => {
            let text = object_text(vm, v);
            vm.heap.intern(text.as_bytes())
        }
    };
    made.ok()
}

pub(super) unsafe extern "C" fn to_hex(vm: *mut Vm, x: i32, digits: i32) -> Option<Gc<Str>> {
    let mut room = [0; MAX_DIGITS];
    let text = hex_text(u64::from(x as u32), digits, &mut room);
    // SAFETY: the running state.
    unsafe { (*vm).heap.intern(text).ok() }
}

/// A stretch of a format, as [`Helper::Format`](perilune_ir::literal::Helper::Format) takes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stretch {
    /// The first byte.
    pub(crate) from: u16,
    /// The one behind the last.
    pub(crate) to: u16,
}

impl Stretch {
    /// The longest format that stretches can name.
    pub(crate) const MAX: usize = i16::MAX as usize;

    /// As the helper's operand.
    pub(crate) const fn packed(self) -> i32 {
        (self.from as i32) << 16 | self.to as i32
    }
}

/// A stretch of a format with up to three arguments, strings and numbers. Fails for texts that would have to be paid for.
pub(super) unsafe extern "C" fn format(
    vm: *mut Vm,
    template: Gc<Str>,
    stretch: i32,
    a: Value,
    b: Value,
    c: Value,
) -> Option<Gc<Str>> {
    let (from, to) = (stretch as usize >> 16, stretch as usize & 0xFFFF);
    let part = template.as_bytes().get(from..to)?;
    let args = [a, b, c];
    if args
        .iter()
        .any(|v| v.as_str().is_some_and(|s| units_for_search(s.len()) > 0))
    {
        return None;
    }
    let mut plain = false;
    // SAFETY: the running state.
    let made = unsafe {
        build(vm, |out| {
            plain = put_plainly(out, part, &args)?;
            Ok(())
        })
    };
    made.filter(|s| plain && units_for_bytes(s.len()) == 0)
}

/// What [`Helper::Pay`](perilune_ir::literal::Helper::Pay) pays for, its second operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(i32)]
pub(crate) enum PayKind {
    /// Making or comparing a text of so many bytes.
    Text,
    /// Searching or converting so many bytes.
    Search,
    /// So many units.
    Units,
    /// Making a text of so many bytes out of another.
    Conversion,
}

/// Pays for work, unless there is too little in the budget.
pub(super) unsafe extern "C" fn pay(vm: *mut Vm, n: i32, kind: i32) -> Done {
    let n = n.max(0);
    let units = if kind == PayKind::Text as i32 {
        units_for_bytes(n as usize)
    } else if kind == PayKind::Search as i32 {
        units_for_search(n as usize)
    } else if kind == PayKind::Conversion as i32 {
        units_for_bytes(n as usize).saturating_add(units_for_search(n as usize))
    } else {
        n as u32
    };
    // SAFETY: the running state.
    let vm = unsafe { &mut *vm };
    if i64::from(units) > vm.budget {
        return Done::from(false);
    }
    vm.charge_units(units);
    Done::from(true)
}

const _: () = {
    use perilune_ir::literal::Helper;
    // What is merged or dropped must not pay.
    assert!(matches!(Helper::Pay.effect(), Effect::Store));
};
