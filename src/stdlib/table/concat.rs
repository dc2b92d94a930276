//! `concat`.

use crate::number::{TextBuffer, to_text};
use crate::value::{Gc, Table, Value};
use crate::vm::Vm;
use crate::vm::native::{NativeResult, Raised};

/// Elements between two checks of the limits.
const PORTION: u32 = 1024;

/// `concat(t [, separator [, first [, last]]])`
pub(super) fn concat(vm: &mut Vm) -> NativeResult {
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
    let scratch = vm.scratch;
    scratch.clear();
    let mut i = i64::from(first);
    let mut left = PORTION;
    while i <= i64::from(last) {
        push_element(vm, t, i as i32)?;
        if let Some(s) = separator
            && i < i64::from(last)
            && scratch.push_bytes(&mut vm.heap, s.as_bytes()).is_err()
        {
            return Err(vm.memory_error());
        }
        i += 1;
        left -= 1;
        if left == 0 {
            vm.charge(PORTION / 16)?;
            left = PORTION;
        }
    }
    let s = vm.new_str(scratch.as_bytes())?;
    vm.ret(s)
}

/// Appends element `i` to the scratch buffer.
#[inline(always)]
fn push_element(vm: &mut Vm, t: Gc<Table>, i: i32) -> Result<(), Raised> {
    let element = t.get_int(i);
    let scratch = vm.scratch;
    let pushed = if let Some(s) = element.as_str() {
        scratch.push_bytes(&mut vm.heap, s.as_bytes())
    } else if let Some(n) = element.as_number() {
        let mut buffer = TextBuffer::default();
        scratch.push_bytes(&mut vm.heap, to_text(n, &mut buffer))
    } else {
        return Err(element_error(vm, element, i));
    };
    match pushed {
        Ok(()) => Ok(()),
        Err(_) => Err(vm.memory_error()),
    }
}

#[cold]
fn element_error(vm: &mut Vm, element: Value, i: i32) -> Raised {
    vm.error(format_args!(
        "invalid value ({}) at index {i} in table for 'concat'",
        element.type_of().name()
    ))
}
