//! Library functions with quick paths of their own.
//!
//! A native function's `pc` normally points to `FUNCC`. The ones here have a header instruction each, with an opcode above
//! [`Bc`]'s, whose handler does the common case (plain arguments of the right types, a Lua caller) at once and
//! leaves everything else to `FUNCC`, which calls the function proper. The library's function is the
//! definition; a handler here must give the same results in the cases it takes.

use super::calls::{func_c, return_many};
use super::constants_of;
use crate::bytecode::{Bc, Ins};
use crate::value::thread::Status;
use crate::value::{Gc, Thread, Value};
use crate::vm::Vm;
use crate::vm::convert::{floor, to_bit, truncate_i32};
use crate::vm::dispatch::{Handler, HandlerFn};
use crate::vm::frame::{self, CONT_SLOTS, Cont, FRAME_SLOTS, Frame};

/// The opcode of the first of them.
const FIRST: usize = Ins::BREAKPOINT as usize + 1;

/// Opcodes of the state's dispatch table: the bytecode's, that of breakpoints, and these.
pub(in crate::vm) const HANDLER_COUNT: usize = FIRST + BUILTINS.len();

/// Builtin number and handler, in the order of their opcodes.
const BUILTINS: &[(u8, HandlerFn)] = &[
    (3, type_of),
    (12, raw_get),
    (20, pcall),
    (34, coroutine_yield),
    (35, coroutine_resume),
    (36, coroutine_wrapped),
    (38, abs),
    (39, floor_of),
    (40, ceil_of),
    (41, sqrt),
    (60, min),
    (61, max),
    (64, tobit),
    (65, bnot),
    (66, bswap),
    (67, lshift),
    (68, rshift),
    (69, arshift),
    (70, rol),
    (71, ror),
    (72, band),
    (73, bor),
    (74, bxor),
    (76, byte),
];

/// The header instruction of every builtin number, and of 0.
static HEADERS: [Ins; 256] = {
    let mut headers = [Ins::ad(Bc::FuncC, 0, 0); 256];
    let mut i = 0;
    while i < BUILTINS.len() {
        headers[BUILTINS[i].0 as usize] = Ins((FIRST + i) as u32);
        i += 1;
    }
    headers
};

/// Where the `pc` of a native function with this builtin number points.
pub(in crate::vm) fn header(builtin: u8) -> *const Ins {
    &raw const HEADERS[builtin as usize]
}

/// Appends the handlers to a dispatch table that has the bytecode's.
pub(super) const fn append(mut table: [Handler; HANDLER_COUNT]) -> [Handler; HANDLER_COUNT] {
    let mut i = 0;
    while i < BUILTINS.len() {
        table[FIRST + i] = Handler(BUILTINS[i].1);
        i += 1;
    }
    table
}

/// Returns one value to whoever called the builtin at `base`.
macro_rules! return_one {
    ($vm:ident, $base:ident, $pc:ident, $value:expr) => {{
        let value: Value = $value;
        let budget = (*$vm).budget - 1;
        let link = Frame($base).link();
        if link.kind() == frame::LUA {
            (*$vm).budget = budget;
            let return_pc = link.return_pc();
            let call = *return_pc.sub(1);
            if call.b() == 2 {
                let dst = $base.sub(FRAME_SLOTS);
                *dst = value;
                let caller = dst.sub(call.a());
                next!($vm, caller, return_pc, constants_of(caller))
            }
            *$base = value;
            return return_many($vm, $base, $pc, Ins(1), $base);
        }
    }};
}

/// A handler that needs `$n` arguments at least.
macro_rules! builtin {
    ($name:ident, $n:literal, |$vm:ident, $base:ident, $pc:ident| $body:block) => {
        handler! { fn $name($vm, $base, $pc, ins, k) {
            // Fuel is taken where the call is taken; when it is due, FUNCC does the service.
            if k.addr() >= $n && (*$vm).budget > 0 $body
            return func_c($vm, $base, $pc, ins, k);
        }}
    };
}

/// The same for exactly `$n` number arguments.
macro_rules! of_numbers {
    ($name:ident, |$x:ident| $result:expr) => {
        builtin!($name, 1, |vm, base, pc| {
            if let Some($x) = Value::number_at(base) {
                return_one!(vm, base, pc, $result)
            }
        });
    };
    ($name:ident, |$x:ident, $y:ident| $result:expr) => {
        handler! { fn $name(vm, base, pc, ins, k) {
            if k.addr() == 2
                && (*vm).budget > 0
                && let Some($x) = Value::number_at(base)
                && let Some($y) = Value::number_at(base.add(1))
            {
                return_one!(vm, base, pc, $result)
            }
            return func_c(vm, base, pc, ins, k);
        }}
    };
}

of_numbers!(abs, |x| Value::number_unchecked(x.abs()));
of_numbers!(floor_of, |x| Value::number_unchecked(floor(x)));
of_numbers!(ceil_of, |x| Value::number_unchecked(-floor(-x)));
of_numbers!(sqrt, |x| Value::number_unchecked(square_root(x)));
of_numbers!(min, |x, y| Value::number_unchecked(if x < y {
    x
} else {
    y
}));
of_numbers!(max, |x, y| Value::number_unchecked(if x > y {
    x
} else {
    y
}));
of_numbers!(tobit, |x| Value::int(to_bit(x)));
of_numbers!(bnot, |x| Value::int(!to_bit(x)));
of_numbers!(bswap, |x| Value::int(to_bit(x).swap_bytes()));
of_numbers!(lshift, |x, y| Value::int(
    to_bit(x).wrapping_shl(to_bit(y) as u32)
));
of_numbers!(rshift, |x, y| {
    Value::int((to_bit(x) as u32).wrapping_shr(to_bit(y) as u32) as i32)
});
of_numbers!(arshift, |x, y| Value::int(
    to_bit(x).wrapping_shr(to_bit(y) as u32)
));
of_numbers!(rol, |x, y| Value::int(
    to_bit(x).rotate_left(to_bit(y) as u32 & 31)
));
of_numbers!(ror, |x, y| Value::int(
    to_bit(x).rotate_right(to_bit(y) as u32 & 31)
));
of_numbers!(band, |x, y| Value::int(to_bit(x) & to_bit(y)));
of_numbers!(bor, |x, y| Value::int(to_bit(x) | to_bit(y)));
of_numbers!(bxor, |x, y| Value::int(to_bit(x) ^ to_bit(y)));

/// The machine's square root, which is exact.
#[inline(always)]
fn square_root(x: f64) -> f64 {
    #[cfg(target_arch = "x86_64")]
    {
        use core::arch::x86_64::{_mm_cvtsd_f64, _mm_set_sd, _mm_sqrt_sd};
        // SAFETY: SSE2 is part of x86-64.
        unsafe {
            let x = _mm_set_sd(x);
            _mm_cvtsd_f64(_mm_sqrt_sd(x, x))
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        libm::sqrt(x)
    }
}

builtin!(type_of, 1, |vm, base, pc| {
    let v = *base;
    // The names are the function's upvalues.
    let name = *Frame(base)
        .function()
        .native_upvalue_ptr(v.type_of() as usize);
    return_one!(vm, base, pc, name)
});

builtin!(raw_get, 2, |vm, base, pc| {
    if let Some(t) = (*base).as_table()
        && let Some(key) = (*base.add(1)).as_str()
    {
        return_one!(vm, base, pc, t.get_str(key))
    }
});

// `string.byte(s, i)` and `string.byte(s)` for one byte that exists.
handler! { fn byte(vm, base, pc, ins, k) {
    let nargs = k.addr();
    if (nargs == 2 || nargs == 1)
        && (*vm).budget > 0
        && let Some(s) = (*base).as_str()
    {
        let i = if nargs == 1 { Some(1.0) } else { Value::number_at(base.add(1)) };
        if let Some(n) = i {
            let index = truncate_i32(n).wrapping_sub(1);
            if (index as u32) < s.len {
                let byte = *s.as_bytes().as_ptr().add(index as usize);
                return_one!(vm, base, pc, Value::int(i32::from(byte)))
            }
        }
    }
    return func_c(vm, base, pc, ins, k);
}}

// `pcall(f, …)`: the arguments move up to make room for a continuation frame.
handler! { fn pcall(vm, base, pc, ins, k) {
    let nargs = k.addr();
    if nargs >= 1
        && (*vm).budget > 0
        && base.wrapping_add(nargs + CONT_SLOTS) < (*vm).stack_limit
        && let Some(f) = (*base).as_function()
    {
        (*vm).budget -= 1;
        let callee = base.add(1 + CONT_SLOTS);
        let mut i = nargs - 1;
        while i > 0 {
            i -= 1;
            *callee.add(i) = *base.add(1 + i);
        }
        Frame(callee).make_cont(Cont::Pcall, 0, *base, 1 + CONT_SLOTS);
        enter!(vm, callee, f.pc.get(), nargs - 1)
    }
    return func_c(vm, base, pc, ins, k);
}}

/// The most values that the quick paths between coroutines pass. A stack has that much room behind any frame.
const FEW_VALUES: usize = 16;

/// Hands `n` values at `source` to the caller of the native function whose frame is at `base`, behind `true` where `flag` says so,
/// and goes on there. The caller is a Lua function.
macro_rules! deliver {
    ($vm:ident, $base:expr, $source:expr, $n:expr, $flag:expr) => {{
        let base: *mut Value = $base;
        let (source, n, flag): (*const Value, usize, bool) = ($source, $n, $flag);
        let return_pc = Frame(base).link().return_pc();
        let call = *return_pc.sub(1);
        let dst = base.sub(FRAME_SLOTS);
        let offset = flag as usize;
        *dst = Value::TRUE;
        let total = n + offset;
        let wanted = if call.b() == 0 {
            (*$vm).open_results = total;
            total
        } else {
            call.b() - 1
        };
        let mut i = offset;
        while i < wanted {
            *dst.add(i) = if i < total {
                *source.add(i - offset)
            } else {
                Value::NIL
            };
            i += 1;
        }
        let caller = dst.sub(call.a());
        next!($vm, caller, return_pc, constants_of(caller))
    }};
}

/// May the running thread be exchanged for `next` without ado?
///
/// # Safety
/// `vm` is the running state.
#[inline(always)]
unsafe fn can_switch(vm: *const Vm, next: Gc<Thread>) -> bool {
    // SAFETY: the caller's promise. `next` waits in a native function.
    unsafe {
        (*vm).budget > 0
            && (*vm).hook.mask == 0
            && !(*vm).heap.needs_barrier(next)
            && Frame(next.base.get()).link().kind() == frame::LUA
    }
}

/// Leaves the running thread, whose native frame is at `base`, and makes `next` the running one.
///
/// # Safety
/// As for [`can_switch`], which said yes; `status` is what the thread left is to be.
#[inline(always)]
unsafe fn switch(vm: *mut Vm, base: *mut Value, top: *mut Value, status: Status, next: Gc<Thread>) {
    // SAFETY: the caller's promise.
    unsafe {
        (*vm).budget -= 1;
        (*vm).exchange_thread((base, top), status, next);
    }
}

// Resumes a suspended coroutine: the values are the results of its `yield`.
macro_rules! resume {
    ($vm:ident, $base:ident, $co:ident, $first:ident, $nargs:ident) => {
        if $nargs <= FEW_VALUES && $co.status() == Status::Suspended && can_switch($vm, $co) {
            $co.resumer.set(Some((*$vm).thread));
            (*$vm).resume_depth += 1;
            switch($vm, $base, $base.add($nargs), Status::Normal, $co);
            deliver!(
                $vm,
                $co.base.get(),
                $base.add($first),
                $nargs - $first,
                false
            )
        }
    };
}

handler! { fn coroutine_resume(vm, base, pc, ins, k) {
    let nargs = k.addr();
    if nargs >= 1
        && let Some(co) = (*base).as_thread()
    {
        let first = 1;
        resume!(vm, base, co, first, nargs);
    }
    return func_c(vm, base, pc, ins, k);
}}

handler! { fn coroutine_wrapped(vm, base, pc, ins, k) {
    let nargs = k.addr();
    if let Some(co) = (*Frame(base).function().native_upvalue_ptr(0)).as_thread() {
        let first = 0;
        resume!(vm, base, co, first, nargs);
    }
    return func_c(vm, base, pc, ins, k);
}}

// Yields to the thread that resumed: the values are the results of its `resume`, behind true, or of the wrapped function.
handler! { fn coroutine_yield(vm, base, pc, ins, k) {
    let nargs = k.addr();
    let thread = (*vm).thread;
    if nargs <= FEW_VALUES
        && let Some(resumer) = thread.resumer.get()
        && (*vm).finalizing.is_none()
        && !(*vm).events.is_active()
        && (*vm).run_thread != thread
        && can_switch(vm, resumer)
    {
        thread.resumer.set(None);
        (*vm).resume_depth -= 1;
        switch(vm, base, base, Status::Suspended, resumer);
        let waiting = resumer.base.get();
        let is_wrapped = Frame(waiting).function().upvalue_count() != 0;
        deliver!(vm, waiting, base, nargs, !is_wrapped)
    }
    return func_c(vm, base, pc, ins, k);
}}
