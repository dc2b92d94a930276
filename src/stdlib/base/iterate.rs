//! `next`, `pairs`, `ipairs`, `select`, `unpack`.

use crate::value::Value;
use crate::vm::Vm;
use crate::vm::meta::Event;
use crate::vm::native::{Flow, NativeResult};

/// More slots than this, arguments included, `unpack` refuses to fill.
const MAX_UNPACK: u32 = 8000;

/// `next(t [, key])`
pub(super) fn next(vm: &mut Vm) -> NativeResult {
    let t = vm.check_table(0)?;
    let Some(from) = t.position_after(vm.arg(1)) else {
        return Err(vm.error_here(format_args!("invalid key to 'next'")));
    };
    match t.entry_from(from) {
        Some((at, key, value)) => {
            vm.charge_for_bytes((at - from) as usize * size_of::<Value>());
            vm.push(key)?;
            vm.push(value)?;
            Ok(Flow::Return(2))
        }
        None => {
            vm.charge_for_bytes(t.positions().saturating_sub(from) as usize * size_of::<Value>());
            vm.ret(Value::NIL)
        }
    }
}

/// `pairs(t)`: upvalue 0 (`next`), `t`, nil.
pub(super) fn pairs(vm: &mut Vm) -> NativeResult {
    begin(vm, Event::Pairs, Value::NIL)
}

/// `ipairs(t)`: upvalue 0 ([`ipairs_step`]), `t`, 0.
pub(super) fn ipairs(vm: &mut Vm) -> NativeResult {
    begin(vm, Event::IPairs, Value::int(0))
}

#[inline(always)]
fn begin(vm: &mut Vm, event: Event, control: Value) -> NativeResult {
    let object = vm.arg(0);
    if object.is_table() && !vm.compat52 {
        let iterator = vm.upvalue(0);
        vm.push(iterator)?;
        vm.push(object)?;
        vm.push(control)?;
        return Ok(Flow::Return(3));
    }
    begin_slow(vm, event, control)
}

#[cold]
fn begin_slow(vm: &mut Vm, event: Event, control: Value) -> NativeResult {
    if vm.step() != 0 {
        return Ok(Flow::Return(vm.results()));
    }
    let object = vm.check_any(0)?;
    if vm.compat52 || object.as_cdata().is_some() {
        let handler = vm.metamethod(object, event);
        if !handler.is_nil() {
            vm.begin_call(handler, 1)?;
            vm.push(object)?;
            return Ok(Flow::Call { nargs: 1 });
        }
        if let Some(number) = object.as_cdata() {
            return Err(vm.error(format_args!(
                "'{}' has no '{}' metamethod",
                number.ctype.name(),
                Event::NAMES[event as usize]
            )));
        }
    }
    vm.check_table(0)?;
    let iterator = vm.upvalue(0);
    vm.push(iterator)?;
    vm.push(object)?;
    vm.push(control)?;
    Ok(Flow::Return(3))
}

/// The iterator of `ipairs`.
pub(super) fn ipairs_step(vm: &mut Vm) -> NativeResult {
    let t = vm.check_table(0)?;
    let i = vm.check_int(1)?.wrapping_add(1);
    let value = t.get_int(i);
    if value.is_nil() {
        return Ok(Flow::Return(0));
    }
    vm.push(Value::int(i))?;
    vm.push(value)?;
    Ok(Flow::Return(2))
}

/// `select(n, ...)` and `select('#', ...)`
pub(super) fn select(vm: &mut Vm) -> NativeResult {
    let nargs = vm.nargs();
    let which = vm.arg(0);
    if let Some(s) = which.as_str()
        && s.as_bytes().first() == Some(&b'#')
    {
        return vm.ret(Value::int(nargs as i32 - 1));
    }
    let n = nargs as i32;
    let mut i = vm.check_int(0)?;
    if i < 0 {
        i = i.wrapping_add(n);
    } else if i > n {
        i = n;
    }
    if i < 1 {
        return Err(vm.arg_error(0, format_args!("index out of range")));
    }
    Ok(Flow::Return((n - i) as u32))
}

/// `unpack(t [, first [, last]])`
pub(super) fn unpack(vm: &mut Vm) -> NativeResult {
    let t = vm.check_table(0)?;
    let first = vm.opt_int(1, 1)?;
    let last = if vm.arg(2).is_nil() {
        t.len() as i32
    } else {
        vm.check_int(2)?
    };
    if first > last {
        return Ok(Flow::Return(0));
    }
    let more = last.wrapping_sub(first) as u32;
    let room = MAX_UNPACK.saturating_sub(vm.nargs() as u32);
    if more >= room || vm.reserve_stack(more as usize + 1).is_err() {
        return Err(vm.error(format_args!("too many results to unpack")));
    }
    vm.charge_for_bytes(more as usize * size_of::<Value>());
    for i in first..=last {
        vm.push(t.get_int(i))?;
    }
    Ok(Flow::Return(more + 1))
}
