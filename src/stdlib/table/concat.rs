//! `concat`.

use crate::gc::{Heap, OutOfMemory};
use crate::number::{TextBuffer, to_text};
use crate::value::{Buffer, Gc, Str, Table, Value};
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult, Raised};

/// Elements, and bytes of text, that are put together before the state may check limits.
pub(super) const PORTION: i64 = 4096;
pub(super) const PORTION_BYTES: usize = 1 << 20;

/// Slots between portions: the table, the separator, the next index, the last index, the text so far.
const NEXT: usize = 2;
const LAST: usize = 3;
const TEXT: usize = 4;

/// `concat(t [, separator [, first [, last]]])`
pub(super) fn concat(vm: &mut Vm) -> NativeResult {
    if vm.step() != 0 {
        return go_on(vm);
    }
    let t = vm.check_table(0)?;
    let separator = vm.opt_str(1)?;
    let first = vm.opt_int(2, 1)?;
    let last = if vm.arg(3).is_nil() {
        t.len() as i32
    } else {
        vm.check_int(3)?
    };
    if first == last {
        let only = t.get_int(first);
        if only.is_str() {
            return vm.ret(only);
        }
    }
    let (first, last) = (i64::from(first), i64::from(last));
    let scratch = vm.scratch;
    scratch.clear();
    if last - first < PORTION {
        let next = push_elements(vm, scratch, t, separator, first, last)?;
        if next > last {
            let text = vm.new_str_from(scratch)?;
            return vm.ret(text);
        }
        scratch.clear();
    }
    let text = match vm.heap.new_buffer() {
        Ok(text) => text,
        Err(_) => return Err(vm.memory_error()),
    };
    vm.set_nargs(TEXT)?;
    vm.set_arg(NEXT, Value::number(first as f64));
    vm.set_arg(LAST, Value::number(last as f64));
    vm.push(text.into())?;
    Ok(Flow::Again { step: 1 })
}

/// The next portion of a long text.
fn go_on(vm: &mut Vm) -> NativeResult {
    vm.charge(PORTION as u32 / 16)?;
    let t = vm.check_table(0)?;
    let separator = vm.opt_str(1)?;
    let index = |i| vm.arg(i).as_number().unwrap_or(0.0) as i64;
    let (next, last) = (index(NEXT), index(LAST));
    let Some(text) = vm.arg(TEXT).as_buffer() else {
        return Ok(Flow::Return(0));
    };
    let before = text.len();
    let next = push_elements(vm, text, t, separator, next, last)?;
    vm.charge_for_bytes(text.len() - before);
    if next <= last {
        vm.set_arg(NEXT, Value::number(next as f64));
        return Ok(Flow::Again { step: 1 });
    }
    let result = vm.new_str_from(text)?;
    text.release(&mut vm.heap);
    vm.ret(result)
}

/// Appends a portion of the elements `next..=last`, each but the last with the separator, and returns where to go on.
fn push_elements(
    vm: &mut Vm,
    text: Gc<Buffer>,
    t: Gc<Table>,
    separator: Option<Gc<Str>>,
    next: i64,
    last: i64,
) -> Result<i64, Raised> {
    let most = text.len().saturating_add(PORTION_BYTES);
    let mut i = next;
    let end = last.min(next + PORTION - 1);
    while i <= end && text.len() < most {
        push_element(vm, text, t, i as i32)?;
        if let Some(s) = separator
            && i < last
            && text.push_bytes(&mut vm.heap, s.as_bytes()).is_err()
        {
            return Err(vm.memory_error());
        }
        i += 1;
    }
    Ok(i)
}

/// Appends element `i`.
#[inline(always)]
fn push_element(vm: &mut Vm, text: Gc<Buffer>, t: Gc<Table>, i: i32) -> Result<(), Raised> {
    let element = t.get_int(i);
    match try_push(&mut vm.heap, text, element) {
        Some(Ok(())) => Ok(()),
        Some(Err(OutOfMemory)) => Err(vm.memory_error()),
        None => Err(element_error(vm, element, i)),
    }
}

/// Appends a string or number.
#[inline(always)]
pub(super) fn try_push(
    heap: &mut Heap,
    text: Gc<Buffer>,
    element: Value,
) -> Option<Result<(), OutOfMemory>> {
    Some(if let Some(s) = element.as_str() {
        text.push_bytes(heap, s.as_bytes())
    } else {
        let mut buffer = TextBuffer::default();
        text.push_bytes(heap, to_text(element.as_number()?, &mut buffer))
    })
}

#[cold]
fn element_error(vm: &mut Vm, element: Value, i: i32) -> Raised {
    vm.error(format_args!(
        "invalid value ({}) at index {i} in table for 'concat'",
        element.type_of().name()
    ))
}
