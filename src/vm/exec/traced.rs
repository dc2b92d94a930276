//! What the JIT does to the interpreter: instructions that count, instructions that enter traces, and the recorder's turn.
//!
//! A loop or function is counted before it is executed, by the counters that its prototype has (`jit::anchor`); when one runs out, the
//! state decides whether to record. The J forms do what their plain forms do, and then enter a trace instead of going on at the loop's
//! body or behind the function's header.

use super::builtins::HANDLER_COUNT;
use super::calls::func_grow;
use super::loops::counts_down;
use super::{calls, loops};
use crate::bytecode::{Bc, Ins, Proto};
use crate::jit::trace::TraceNo;
use crate::record::Traces;
use crate::value::Value;
use crate::vm::dispatch::Handler;
use crate::vm::frame::{self, FRAME_SLOTS, Frame, Link};

/// What a loop takes from its counter; a call takes 1. As in LuaJIT.
const LOOP_UNITS: u16 = 2;
const CALL_UNITS: u16 = 1;

/// Takes from the counter of the instruction at `at`, and tells whether it ran out (or does not exist yet).
///
/// # Safety
/// `at` is an instruction of the function whose first one is at `code`.
#[inline(always)]
unsafe fn is_hot(code: *const Ins, at: *const Ins, units: u16) -> bool {
    // SAFETY: the caller's promise; there is a counter per instruction.
    unsafe {
        let sites = Proto::of_code(code).sites();
        if sites.is_null() {
            return true;
        }
        let count = &(*sites.offset(at.offset_from(code))).count;
        match count.get().checked_sub(units) {
            Some(left) => {
                count.set(left);
                false
            }
            None => true,
        }
    }
}

/// The plain handler, behind the counter of a loop.
macro_rules! counted_loop {
    ($name:ident, $plain:path) => {
        handler! { fn $name(vm, base, pc, ins, k) {
            let code = Frame(base).function().pc.get();
            if is_hot(code, pc.sub(1), LOOP_UNITS) {
                return hot(vm, base, pc, ins, k);
            }
            return $plain(vm, base, pc, ins, k);
        }}
    };
}
counted_loop!(counted_for_l, loops::for_l);
counted_loop!(counted_iter_l, loops::iter_l);
counted_loop!(counted_iter_n, loops::iter_n);
counted_loop!(counted_loop_head, loops::loop_head);

/// The plain handler, behind the counter of a function.
macro_rules! counted_function {
    ($name:ident, $plain:path) => {
        handler! { fn $name(vm, base, pc, ins, k) {
            // With too small a stack the header comes again.
            let room = base.wrapping_add(ins.a() + FRAME_SLOTS + k.addr());
            if room <= (*vm).stack_limit && is_hot(pc.sub(1), pc.sub(1), CALL_UNITS) {
                return hot(vm, base, pc, ins, k);
            }
            return $plain(vm, base, pc, ins, k);
        }}
    };
}
counted_function!(counted_func_f, calls::func_f);
counted_function!(counted_func_v, calls::func_v);

handler! { #[cold] #[inline(never)] fn hot(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    (*vm).hot_instruction(pc.sub(1), ins);
    return (super::HANDLERS[ins.op_index()].0)(vm, base, pc, ins, k);
}}

/// Exchanges the handlers of a table for those that count.
pub(super) const fn count(mut table: [Handler; HANDLER_COUNT]) -> [Handler; HANDLER_COUNT] {
    table[Bc::ForL as usize] = Handler(counted_for_l);
    table[Bc::IterL as usize] = Handler(counted_iter_l);
    table[Bc::IterN as usize] = Handler(counted_iter_n);
    table[Bc::Loop as usize] = Handler(counted_loop_head);
    table[Bc::FuncF as usize] = Handler(counted_func_f);
    table[Bc::FuncV as usize] = Handler(counted_func_v);
    table
}

// Every instruction while a trace is recorded.
handler! { fn recorded(vm, base, pc, ins, k) {
    let ins = (*vm).record_instruction(base, pc, ins, k);
    return (super::HANDLERS[ins.op_index()].0)(vm, base, pc, ins, k);
}}

/// The instruction before `pc` as it was before a trace took its place.
///
/// # Safety
/// It is one of the function whose frame is at `base`, and `ins` is what the interpreter found there.
#[inline(always)]
pub(super) unsafe fn without_trace(base: *mut Value, pc: *const Ins, ins: Ins) -> Ins {
    if ins.is_traced() {
        // SAFETY: the caller's promise.
        return unsafe { original(base, pc, ins) };
    }
    ins
}

#[inline(never)]
unsafe fn original(base: *mut Value, _pc: *const Ins, ins: Ins) -> Ins {
    // SAFETY: traced instructions are those of Lua functions, whose frames are complete as far as the function goes.
    let proto = unsafe { Frame(base).function() }.proto();
    proto.map_or(ins, |proto| proto.unpatched(ins))
}

/// Takes the unit of a back-edge or call and enters trace `$number` in the frame at `$base`.
macro_rules! enter_trace {
    ($vm:ident, $base:expr, $number:expr) => {{
        (*$vm).base = $base;
        follow!($vm, (*$vm).enter_trace_for_unit($number))
    }};
}

handler! { fn for_i(vm, base, pc, ins, k) {
    let a = base.add(ins.a());
    let (index, stop, step) = (*a, *a.add(1), *a.add(2));
    if index.is_number() && stop.is_number() && step.is_number() {
        *a.add(3) = index;
        let (i, s) = (index.as_number_unchecked(), stop.as_number_unchecked());
        let goes_on = if counts_down(step) { i >= s } else { i <= s };
        let target = pc.offset(ins.jump());
        if goes_on {
            (*vm).base = base;
            follow!(vm, (*vm).enter_trace((*target.sub(1)).d()))
        }
        next!(vm, base, target, k)
    }
    return loops::for_i(vm, base, pc, ins, k);
}}
handler! { fn for_l(vm, base, pc, ins, k) {
    let a = base.add(ins.a());
    let step = *a.add(2);
    let i = (*a).as_number_unchecked() + step.as_number_unchecked();
    let stop = (*a.add(1)).as_number_unchecked();
    let goes_on = if counts_down(step) { i >= stop } else { i <= stop };
    *a = Value::number_unchecked(i);
    if goes_on {
        *a.add(3) = Value::number_unchecked(i);
        enter_trace!(vm, base, ins.d())
    }
    next!(vm, base, pc, k)
}}
handler! { fn iter_l(vm, base, pc, ins, k) {
    let a = base.add(ins.a());
    let control = *a;
    if !control.is_nil() {
        *a.sub(1) = control;
        enter_trace!(vm, base, ins.d())
    }
    next!(vm, base, pc, k)
}}
// A LOOP, or an ITERN: that has no J form of its own.
handler! { fn loop_head(vm, base, pc, ins, k) {
    let plain = (*vm).jit.traces.start_ins(TraceNo(ins.d() as u16)).unwrap_or(ins);
    if plain.op_index() == Bc::IterN as usize {
        return iter_n(vm, base, pc, plain, k);
    }
    enter_trace!(vm, base, ins.d())
}}
/// The edge of an ITERN whose place a trace took.
macro_rules! iter_n_entry {
    ($vm:ident, $base:ident, $pc:ident, $ins:ident, $k:ident) => {
        enter_trace!($vm, $base, (*$pc.sub(1)).d())
    };
}
iter_n!(iter_n, iter_n_entry);
handler! { fn func_f(vm, base, pc, ins, k) {
    let nargs = k.addr();
    if base.wrapping_add(ins.a()) > (*vm).stack_limit {
        return func_grow(vm, base, pc, ins, k);
    }
    let params = Proto::of_code(pc.sub(1)).param_count();
    let mut i = nargs;
    while i < params {
        *base.add(i) = Value::NIL;
        i += 1;
    }
    enter_trace!(vm, base, ins.d())
}}
handler! { fn func_v(vm, base, pc, ins, k) {
    let nargs = k.addr();
    let upper = base.add(nargs + FRAME_SLOTS);
    if upper.wrapping_add(ins.a()) > (*vm).stack_limit {
        return func_grow(vm, base, pc, ins, k);
    }
    *upper.sub(2) = *base.sub(2);
    Frame(upper).set_link(Link::delta(frame::VARG, nargs + FRAME_SLOTS));
    let params = Proto::of_code(pc.sub(1)).param_count();
    let mut i = 0;
    while i < params {
        *upper.add(i) = if i < nargs { core::mem::replace(&mut *base.add(i), Value::NIL) } else { Value::NIL };
        i += 1;
    }
    enter_trace!(vm, upper, ins.d())
}}
