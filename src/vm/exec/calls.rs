//! Calls, returns, varargs and function headers.

use crate::bytecode::Ins;
use crate::value::Value;
use crate::vm::breakpoint;
use crate::vm::convert::truncate_i32;
use crate::vm::frame::{self, CONT_SLOTS, Cont, FRAME_SLOTS, Frame, Link};
use crate::vm::native::Flow;
use crate::vm::stack::MIN_NATIVE_SLOTS;

/// Calls the value at `$f` with `$nargs` arguments behind its frame slots.
macro_rules! call_at {
    ($vm:ident, $base:ident, $pc:ident, $ins:ident, $k:ident, $f:expr, $nargs:expr, $slow:ident) => {{
        let f: *mut Value = $f;
        if let Some(function) = (*f).as_function() {
            let callee = f.add(FRAME_SLOTS);
            Frame(callee).set_link(Link::lua($pc));
            enter!($vm, callee, function.pc.get(), $nargs)
        }
        return $slow($vm, $base, $pc, $ins, $k);
    }};
}

handler! { fn call(vm, base, pc, ins, k) {
    call_at!(vm, base, pc, ins, k, base.add(ins.a()), ins.c() - 1, call_slow)
}}
handler! { #[cold] #[inline(never)] fn call_slow(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    follow!(vm, (*vm).op_call_value(base.add(ins.a()), ins.c() - 1))
}}
handler! { fn call_m(vm, base, pc, ins, k) {
    let nargs = ins.c() + (*vm).open_results;
    call_at!(vm, base, pc, ins, k, base.add(ins.a()), nargs, call_m_slow)
}}
handler! { #[cold] #[inline(never)] fn call_m_slow(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    follow!(vm, (*vm).op_call_value(base.add(ins.a()), ins.c() + (*vm).open_results))
}}

/// Replaces the frame by a call of the value at `f` with `nargs` arguments.
macro_rules! tail_call {
    ($vm:ident, $base:ident, $pc:ident, $ins:ident, $k:ident, $f:expr, $nargs:expr, $slow:ident) => {{
        let f: *mut Value = $f;
        let nargs: usize = $nargs;
        if let Some(function) = (*f).as_function() {
            let link = Frame($base).link();
            if link.kind() == frame::VARG {
                $base = $base.sub(link.slots());
            }
            *$base.sub(2) = *f;
            let args = f.add(FRAME_SLOTS);
            for i in 0..nargs {
                *$base.add(i) = *args.add(i);
            }
            enter!($vm, $base, function.pc.get(), nargs)
        }
        return $slow($vm, $base, $pc, $ins, $k);
    }};
}

handler! { fn call_t(vm, base, pc, ins, k) {
    tail_call!(vm, base, pc, ins, k, base.add(ins.a()), ins.d() - 1, call_t_slow)
}}
handler! { #[cold] #[inline(never)] fn call_t_slow(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    follow!(vm, (*vm).op_tail_call_value(base.add(ins.a()), ins.d() - 1))
}}
handler! { fn call_mt(vm, base, pc, ins, k) {
    let nargs = ins.d() + (*vm).open_results;
    tail_call!(vm, base, pc, ins, k, base.add(ins.a()), nargs, call_mt_slow)
}}
handler! { #[cold] #[inline(never)] fn call_mt_slow(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    follow!(vm, (*vm).op_tail_call_value(base.add(ins.a()), ins.d() + (*vm).open_results))
}}

handler! { fn iter_c(vm, base, pc, ins, k) {
    let a = base.add(ins.a());
    // The iterator of `ipairs` needs no call.
    if *a.sub(3) == (*vm).ipairs_step
        && let Some(t) = (*a.sub(2)).as_table()
        && let Some(control) = (*a.sub(1)).as_number()
    {
        let i = truncate_i32(control).wrapping_add(1);
        let value = if (i as u32) < t.asize.get() {
            *t.array.get().add(i as u32 as usize)
        } else {
            t.get_int(i)
        };
        *a = if value.is_nil() { Value::NIL } else { Value::int(i) };
        *a.add(1) = value;
        for extra in 2..ins.b().saturating_sub(1) {
            *a.add(extra) = Value::NIL;
        }
        next!(vm, base, pc, k)
    }
    *a = *a.sub(3);
    *a.add(2) = *a.sub(2);
    *a.add(3) = *a.sub(1);
    call_at!(vm, base, pc, ins, k, a, 2, iter_c_slow)
}}
handler! { #[cold] #[inline(never)] fn iter_c_slow(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    follow!(vm, (*vm).op_call_value(base.add(ins.a()), 2))
}}

handler! { fn varg(vm, base, pc, ins, k) {
    let a = base.add(ins.a());
    let fixed = ins.c();
    // The verifier allows VARG only in vararg functions, whose frames are the upper copies.
    let delta = Frame(base).link().slots();
    let extra = (delta - FRAME_SLOTS).saturating_sub(fixed);
    let source = base.sub(delta).add(fixed);
    if ins.b() != 0 {
        let wanted = ins.b() - 1;
        for i in 0..wanted {
            *a.add(i) = if i < extra { *source.add(i) } else { Value::NIL };
        }
        next!(vm, base, pc, k)
    }
    if a.wrapping_add(extra) > (*vm).stack_limit {
        return varg_slow(vm, base, pc, ins, k);
    }
    for i in 0..extra {
        *a.add(i) = *source.add(i);
    }
    (*vm).open_results = extra;
    next!(vm, base, pc, k)
}}
handler! { #[cold] #[inline(never)] fn varg_slow(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    let extra = Frame(base).link().slots() - FRAME_SLOTS;
    // Goes back to the instruction once there is room.
    follow!(vm, (*vm).op_grow_and_repeat(ins.a() + extra))
}}

/// Hands `$n` results at `$src` to the frame below, in the common case that a call instruction wants a fixed number of them.
macro_rules! return_values {
    ($vm:ident, $base:ident, $pc:ident, $src:expr, $n:expr) => {{
        let (src, n): (*mut Value, usize) = ($src, $n);
        let link = Frame($base).link();
        if link.kind() == frame::LUA {
            let return_pc = link.return_pc();
            let call = *return_pc.sub(1);
            let dst = $base.sub(FRAME_SLOTS);
            let wanted = call.b();
            if wanted != 0 {
                for i in 0..wanted - 1 {
                    *dst.add(i) = if i < n { *src.add(i) } else { Value::NIL };
                }
            } else {
                for i in 0..n {
                    *dst.add(i) = *src.add(i);
                }
                (*$vm).open_results = n;
            }
            let caller = dst.sub(call.a());
            next!($vm, caller, return_pc, super::constants_of(caller))
        }
        return return_special($vm, $base, $pc, Ins(n as u32), src);
    }};
}

// Returns over any other kind of frame. `ins` carries the number of results, `k` their address.
handler! { #[inline(never)] fn return_special(vm, base, pc, ins, k) {
    let link = Frame(base).link();
    if link.kind() == frame::VARG {
        base = base.sub(link.slots());
        return_values!(vm, base, pc, k.cast_mut(), ins.0 as usize)
    }
    if link.kind() == frame::CONT {
        let below = base.sub(link.slots());
        let cont = (*base.sub(4)).to_bits();
        if cont == Cont::Store as u64 {
            // A metamethod's result.
            let return_pc = frame::pc_of(*base.sub(3));
            *below.add((*return_pc.sub(1)).a()) = if ins.0 != 0 { *k } else { Value::NIL };
            next!(vm, below, return_pc, super::constants_of(below))
        }
        if cont == Cont::Native as u64 {
            return return_to_native(vm, base, pc, ins, k);
        }
        if cont == Cont::Pcall as u64 && Frame(below).link().kind() == frame::LUA {
            // The word below the results is a link or dead, so `true` may take its place.
            let source = k.cast_mut().sub(1);
            *source = Value::TRUE;
            return return_many(vm, below, pc, Ins(ins.0 + 1), source);
        }
    }
    (*vm).base = base;
    follow!(vm, (*vm).return_over(k.cast_mut(), ins.0 as usize))
}}

// Returns to a native function, which is entered again at the step it named; often it goes on with another call. Operands as in
// `return_special`.
handler! { #[inline(never)] fn return_to_native(vm, base, pc, ins, k) {
    let n = ins.0 as usize;
    let below = base.sub(Frame(base).link().slots());
    let dst = base.sub(CONT_SLOTS);
    let top = dst.add(n);
    if (*vm).budget <= 0 || top.wrapping_add(MIN_NATIVE_SLOTS) > (*vm).stack_limit {
        (*vm).base = base;
        follow!(vm, (*vm).return_over(k.cast_mut(), n))
    }
    let step = (*base.sub(3)).to_bits() as u32;
    for i in 0..n {
        *dst.add(i) = *k.add(i);
    }
    (*vm).base = below;
    (*vm).top = top;
    (*vm).native_results = n as u32;
    (*vm).native_step = step;
    let native = Frame(below).function().native.unwrap_unchecked();
    let result = native(&mut *vm);
    if let Ok(Flow::Call { nargs }) = result
        && !(*vm).heap.step_due()
    {
        let callee = (*vm).top.sub(nargs as usize);
        if let Some(f) = Frame(callee).function_value().as_function() {
            enter!(vm, callee, f.pc.get(), nargs as usize)
        }
    }
    follow!(vm, (*vm).after_native(result))
}}

// Returns a number of results other than what the quick paths handle. `ins` and `k` as in `return_special`.
handler! { #[inline(never)] fn return_many(vm, base, pc, ins, k) {
    return_values!(vm, base, pc, k.cast_mut(), ins.0 as usize)
}}

handler! { fn ret_m(vm, base, pc, ins, k) {
    let n = ins.d() + (*vm).open_results;
    return return_many(vm, base, pc, Ins(n as u32), base.add(ins.a()));
}}
handler! { fn ret(vm, base, pc, ins, k) {
    return return_many(vm, base, pc, Ins(ins.d() as u32 - 1), base.add(ins.a()));
}}
handler! { fn ret0(vm, base, pc, ins, k) {
    let link = Frame(base).link();
    if link.kind() == frame::LUA {
        let return_pc = link.return_pc();
        let call = *return_pc.sub(1);
        let dst = base.sub(FRAME_SLOTS);
        if call.b() == 1 || call.b() == 2 {
            // One result or none wanted: writing nil is right for both, the slot is dead in the latter case.
            *dst = Value::NIL;
            let caller = dst.sub(call.a());
            next!(vm, caller, return_pc, super::constants_of(caller))
        }
    }
    return return_many(vm, base, pc, Ins(0), base);
}}
handler! { fn ret1(vm, base, pc, ins, k) {
    let link = Frame(base).link();
    if link.kind() == frame::LUA {
        let return_pc = link.return_pc();
        let call = *return_pc.sub(1);
        let dst = base.sub(FRAME_SLOTS);
        if call.b() == 2 || call.b() == 1 {
            *dst = *base.add(ins.a());
            let caller = dst.sub(call.a());
            next!(vm, caller, return_pc, super::constants_of(caller))
        }
    }
    return return_many(vm, base, pc, Ins(1), base.add(ins.a()));
}}

/// The constants of the function whose header instruction is before `pc`, and its number of parameters.
macro_rules! header_of {
    ($pc:ident) => {{
        let proto = crate::bytecode::Proto::of_code($pc.sub(1));
        (proto.constants, proto.param_count())
    }};
}

handler! { fn func_f(vm, base, pc, ins, k) {
    let nargs = k.addr();
    if base.wrapping_add(ins.a()) > (*vm).stack_limit {
        return func_grow(vm, base, pc, ins, k);
    }
    let (constants, params) = header_of!(pc);
    if nargs < params {
        return func_f_missing(vm, base, pc, ins, k);
    }
    let budget = (*vm).budget - 1;
    (*vm).budget = budget;
    if budget < 0 {
        return func_service(vm, base, pc, ins, k);
    }
    next!(vm, base, pc, constants)
}}
// Arguments are missing: they are nil.
handler! { #[inline(never)] fn func_f_missing(vm, base, pc, ins, k) {
    let (_, params) = header_of!(pc);
    for i in k.addr()..params {
        *base.add(i) = Value::NIL;
    }
    return func_f(vm, base, pc, ins, core::ptr::without_provenance(params));
}}
handler! { fn func_v(vm, base, pc, ins, k) {
    let nargs = k.addr();
    let upper = base.add(nargs + FRAME_SLOTS);
    if upper.wrapping_add(ins.a()) > (*vm).stack_limit {
        return func_grow(vm, base, pc, ins, k);
    }
    *upper.sub(2) = *base.sub(2);
    Frame(upper).set_link(Link::delta(frame::VARG, nargs + FRAME_SLOTS));
    let (constants, params) = header_of!(pc);
    for i in 0..params {
        // The original is cleared, so that it isn't kept alive.
        *upper.add(i) = if i < nargs { core::mem::replace(&mut *base.add(i), Value::NIL) } else { Value::NIL };
    }
    let budget = (*vm).budget - 1;
    (*vm).budget = budget;
    if budget < 0 {
        return func_service(vm, upper, pc, ins, k);
    }
    next!(vm, upper, pc, constants)
}}
handler! { #[cold] #[inline(never)] fn func_service(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    follow!(vm, (*vm).service())
}}
// Grows the stack and enters the function again.
handler! { #[cold] #[inline(never)] fn func_grow(vm, base, pc, ins, k) {
    (*vm).base = base;
    let nargs = k.addr();
    (*vm).top = base.add(nargs);
    follow!(vm, (*vm).op_grow_for_call(pc.sub(1), nargs, ins.a()))
}}

handler! { fn func_c(vm, base, pc, ins, k) {
    let nargs = k.addr();
    let top = base.add(nargs);
    (*vm).base = base;
    (*vm).top = top;
    let budget = (*vm).budget - 1;
    if budget < 0 || top.wrapping_add(MIN_NATIVE_SLOTS) > (*vm).stack_limit {
        return func_c_slow(vm, base, pc, ins, k);
    }
    (*vm).budget = budget;
    (*vm).native_step = 0;
    (*vm).native_paid = 0;
    let native = Frame(base).function().native.unwrap_unchecked();
    let result = native(&mut *vm);
    if let Ok(Flow::Return(n)) = result
        && !(*vm).heap.step_due()
    {
        // The stack may have moved.
        base = (*vm).base;
        let src = (*vm).top.sub(n as usize);
        let link = Frame(base).link();
        if link.kind() == frame::LUA {
            let return_pc = link.return_pc();
            let call = *return_pc.sub(1);
            let dst = base.sub(FRAME_SLOTS);
            if call.b() == 1 || (call.b() == 2 && n == 1) {
                // One result, or none wanted and a dead slot.
                *dst = if n == 0 { Value::NIL } else { *src };
                let caller = dst.sub(call.a());
                next!(vm, caller, return_pc, super::constants_of(caller))
            }
        }
        return return_many(vm, base, pc, Ins(n), src);
    }
    follow!(vm, (*vm).after_native(result))
}}
handler! { #[cold] #[inline(never)] fn func_c_slow(vm, base, pc, ins, k) {
    follow!(vm, (*vm).native_call_slow())
}}

// Every instruction, while a debug hook is set.
handler! { fn hooked(vm, base, pc, ins, k) {
    let next = (*vm).run_hook(base, pc, breakpoint::plain(base, pc, ins), k);
    if next.is_no_event() {
        // While a hook is set no trace is entered: it would have no events.
        #[cfg(feature = "jit")]
        let ins = super::traced::without_trace(base, pc, ins);
        return (super::HANDLERS[ins.op_index()].0)(vm, base, pc, ins, k);
    }
    follow!(vm, next)
}}

// Every instruction, while there are events to be told.
handler! { fn told(vm, base, pc, ins, k) {
    let next = (*vm).run_event(base, pc, breakpoint::plain(base, pc, ins), k);
    if next.is_no_event() {
        return ((*vm).table_beneath_events()[ins.op_index()].0)(vm, base, pc, ins, k);
    }
    follow!(vm, next)
}}

// An instruction under a breakpoint.
handler! { #[cold] fn breakpoint(vm, base, pc, ins, k) {
    let next = (*vm).run_breakpoint(base, pc);
    if next.is_no_event() {
        // Loops with a breakpoint at their instruction aren't counted.
        let ins = breakpoint::plain(base, pc, ins);
        return (super::HANDLERS[ins.op_index()].0)(vm, base, pc, ins, k);
    }
    follow!(vm, next)
}}
