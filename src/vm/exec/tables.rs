//! Tables: creation, reads, writes, length.

use crate::value::{Gc, Str, Table, Value};
use crate::vm::convert::truncate_i32;
use crate::vm::frame::Frame;
use crate::vm::state::length_index;

handler! { fn tnew(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    follow!(vm, (*vm).op_tnew(ins.a(), ins.d()))
}}
handler! { fn tdup(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    let template = (*k.sub(1 + ins.d())).as_table().unwrap_unchecked();
    follow!(vm, (*vm).op_tdup(ins.a(), template))
}}

/// String constant `i`.
///
/// # Safety
/// The verifier found a string there.
#[inline(always)]
unsafe fn string_constant(k: *const Value, i: usize) -> Gc<Str> {
    // SAFETY: the caller's promise.
    unsafe { (*k.sub(1 + i)).as_str().unwrap_unchecked() }
}

/// The slot of array key `i`, if the array part has it.
///
/// # Safety
/// None but the module's contract: the table's `array` has `asize` slots.
#[inline(always)]
unsafe fn array_slot(t: Gc<Table>, i: u32) -> Option<*mut Value> {
    if i < t.asize.get() {
        // SAFETY: below `asize`.
        Some(unsafe { t.array.get().add(i as usize) })
    } else {
        None
    }
}

/// The integer that a key is, if it is one.
#[inline(always)]
fn integer_key(key: Value) -> Option<i32> {
    if key.is_number() {
        let n = key.as_number_unchecked();
        let i = truncate_i32(n);
        if f64::from(i) == n {
            return Some(i);
        }
    }
    None
}

/// Reads `$read` of a table; nil goes the slow way if there is a metatable.
macro_rules! get {
    ($t:ident, $read:expr, $slow:ident, $vm:ident, $base:ident, $pc:ident, $ins:ident, $k:ident) => {
        let value: Value = $read;
        if !value.is_nil() || $t.metatable.get().is_none() {
            *$base.add($ins.a()) = value;
            next!($vm, $base, $pc, $k)
        }
        return $slow($vm, $base, $pc, $ins, $k);
    };
}

handler! { fn gget(vm, base, pc, ins, k) {
    let env = Frame(base).function().env.get();
    get!(env, env.get_str(string_constant(k, ins.d())), gget_slow, vm, base, pc, ins, k);
}}
handler! { #[cold] #[inline(never)] fn gget_slow(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    let env = Frame(base).function().env.get();
    follow!(vm, (*vm).op_get(env.into(), *k.sub(1 + ins.d()), ins.a()))
}}
handler! { fn tget_s(vm, base, pc, ins, k) {
    if let Some(t) = (*base.add(ins.b())).as_table() {
        get!(t, t.get_str(string_constant(k, ins.c())), tget_s_slow, vm, base, pc, ins, k);
    }
    return tget_s_slow(vm, base, pc, ins, k);
}}
handler! { #[cold] #[inline(never)] fn tget_s_slow(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    follow!(vm, (*vm).op_get(*base.add(ins.b()), *k.sub(1 + ins.c()), ins.a()))
}}
handler! { fn tget_b(vm, base, pc, ins, k) {
    if let Some(t) = (*base.add(ins.b())).as_table()
        && let Some(slot) = array_slot(t, ins.c() as u32)
    {
        get!(t, *slot, tget_b_slow, vm, base, pc, ins, k);
    }
    return tget_b_slow(vm, base, pc, ins, k);
}}
handler! { #[inline(never)] fn tget_b_slow(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    follow!(vm, (*vm).op_get(*base.add(ins.b()), Value::int(ins.c() as i32), ins.a()))
}}
handler! { fn tget_v(vm, base, pc, ins, k) {
    let key = *base.add(ins.c());
    if let Some(t) = (*base.add(ins.b())).as_table() {
        if let Some(i) = integer_key(key) {
            if let Some(slot) = array_slot(t, i as u32) {
                get!(t, *slot, tget_v_slow, vm, base, pc, ins, k);
            }
            return tget_v_hashed(vm, base, pc, ins, k);
        } else if let Some(key) = key.as_str() {
            get!(t, t.get_str(key), tget_v_slow, vm, base, pc, ins, k);
        }
    }
    return tget_v_slow(vm, base, pc, ins, k);
}}
// An integer key that the array part does not have. B is a table.
handler! { #[inline(never)] fn tget_v_hashed(vm, base, pc, ins, k) {
    let t = (*base.add(ins.b())).as_table().unwrap_unchecked();
    let i = truncate_i32((*base.add(ins.c())).as_number_unchecked());
    get!(t, t.get_int_hashed(i), tget_v_slow, vm, base, pc, ins, k);
}}
handler! { #[inline(never)] fn tget_v_slow(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    follow!(vm, (*vm).op_get(*base.add(ins.b()), *base.add(ins.c()), ins.a()))
}}
handler! { fn tget_r(vm, base, pc, ins, k) {
    let t = (*base.add(ins.b())).as_table().unwrap_unchecked();
    let i = truncate_i32((*base.add(ins.c())).as_number_unchecked());
    if let Some(slot) = array_slot(t, i as u32) {
        *base.add(ins.a()) = *slot;
        next!(vm, base, pc, k)
    }
    return tget_r_hashed(vm, base, pc, ins, k);
}}
handler! { #[inline(never)] fn tget_r_hashed(vm, base, pc, ins, k) {
    let t = (*base.add(ins.b())).as_table().unwrap_unchecked();
    let i = truncate_i32((*base.add(ins.c())).as_number_unchecked());
    *base.add(ins.a()) = t.get_int_hashed(i);
    next!(vm, base, pc, k)
}}

/// Overwrites a slot of a table in place, unless a metamethod or the barrier asks for more.
macro_rules! set {
    ($t:ident, $slot:expr, $value:expr, $vm:ident, $base:ident, $pc:ident, $k:ident) => {
        let slot: *mut Value = $slot;
        let value: Value = $value;
        // The collector need not know of numbers, nil, false and true.
        if (!(*slot).is_nil() || $t.metatable.get().is_none())
            && (!(*$vm).heap.needs_barrier($t)
                || (value.is_number_or_primitive() && !$t.is_readonly()))
        {
            *slot = value;
            next!($vm, $base, $pc, $k)
        }
    };
}

handler! { fn gset(vm, base, pc, ins, k) {
    let env = Frame(base).function().env.get();
    if let Some(slot) = env.slot_str(string_constant(k, ins.d())) {
        env.header.a.set(0);
        set!(env, slot.as_ptr(), *base.add(ins.a()), vm, base, pc, k);
    }
    return gset_slow(vm, base, pc, ins, k);
}}
handler! { #[cold] #[inline(never)] fn gset_slow(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    let env = Frame(base).function().env.get();
    follow!(vm, (*vm).op_set(env.into(), *k.sub(1 + ins.d()), *base.add(ins.a())))
}}
handler! { fn tset_s(vm, base, pc, ins, k) {
    if let Some(t) = (*base.add(ins.b())).as_table()
        && let Some(slot) = t.slot_str(string_constant(k, ins.c()))
    {
        // The key may be a metamethod's name whose absence is cached.
        t.header.a.set(0);
        set!(t, slot.as_ptr(), *base.add(ins.a()), vm, base, pc, k);
    }
    return tset_s_slow(vm, base, pc, ins, k);
}}
handler! { #[inline(never)] fn tset_s_slow(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    follow!(vm, (*vm).op_set(*base.add(ins.b()), *k.sub(1 + ins.c()), *base.add(ins.a())))
}}
handler! { fn tset_b(vm, base, pc, ins, k) {
    if let Some(t) = (*base.add(ins.b())).as_table()
        && let Some(slot) = array_slot(t, ins.c() as u32)
    {
        set!(t, slot, *base.add(ins.a()), vm, base, pc, k);
    }
    return tset_b_slow(vm, base, pc, ins, k);
}}
handler! { #[inline(never)] fn tset_b_slow(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    follow!(vm, (*vm).op_set(*base.add(ins.b()), Value::int(ins.c() as i32), *base.add(ins.a())))
}}
handler! { fn tset_v(vm, base, pc, ins, k) {
    let key = *base.add(ins.c());
    if let Some(t) = (*base.add(ins.b())).as_table() {
        if let Some(i) = integer_key(key) {
            if let Some(slot) = array_slot(t, i as u32) {
                set!(t, slot, *base.add(ins.a()), vm, base, pc, k);
                return tset_v_slow(vm, base, pc, ins, k);
            }
            return tset_v_hashed(vm, base, pc, ins, k);
        } else if let Some(key) = key.as_str()
            && let Some(slot) = t.slot_str(key)
        {
            t.header.a.set(0);
            set!(t, slot.as_ptr(), *base.add(ins.a()), vm, base, pc, k);
        }
    }
    return tset_v_slow(vm, base, pc, ins, k);
}}
// As for reading.
handler! { #[inline(never)] fn tset_v_hashed(vm, base, pc, ins, k) {
    let t = (*base.add(ins.b())).as_table().unwrap_unchecked();
    let i = truncate_i32((*base.add(ins.c())).as_number_unchecked());
    if let Some(slot) = t.slot_int_hashed(i) {
        set!(t, slot.as_ptr(), *base.add(ins.a()), vm, base, pc, k);
    }
    return tset_v_slow(vm, base, pc, ins, k);
}}
handler! { #[inline(never)] fn tset_v_slow(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    follow!(vm, (*vm).op_set(*base.add(ins.b()), *base.add(ins.c()), *base.add(ins.a())))
}}
handler! { fn tset_r(vm, base, pc, ins, k) {
    let t = (*base.add(ins.b())).as_table().unwrap_unchecked();
    let i = truncate_i32((*base.add(ins.c())).as_number_unchecked());
    let value = *base.add(ins.a());
    if let Some(slot) = array_slot(t, i as u32)
        && (!(*vm).heap.needs_barrier(t) || (value.is_number_or_primitive() && !t.is_readonly()))
    {
        *slot = value;
        next!(vm, base, pc, k)
    }
    return tset_r_slow(vm, base, pc, ins, k);
}}
handler! { #[inline(never)] fn tset_r_slow(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    let t = (*base.add(ins.b())).as_table().unwrap_unchecked();
    let i = truncate_i32((*base.add(ins.c())).as_number_unchecked());
    follow!(vm, (*vm).op_set_raw(t, i, *base.add(ins.a())))
}}
handler! { fn tset_m(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    follow!(vm, (*vm).op_tset_m(base.add(ins.a()), (*k.add(ins.d())).as_number_unchecked()))
}}

handler! { fn len(vm, base, pc, ins, k) {
    let d = *base.add(ins.d());
    if let Some(s) = d.as_str() {
        *base.add(ins.a()) = Value::number_unchecked(f64::from(s.len));
        next!(vm, base, pc, k)
    }
    if let Some(t) = d.as_table()
        && !((*vm).compat52 && t.metatable.get().is_some())
    {
        return len_of_table(vm, base, pc, ins, k);
    }
    return len_slow(vm, base, pc, ins, k);
}}
handler! { #[inline(never)] fn len_of_table(vm, base, pc, ins, k) {
    let t = (*base.add(ins.d())).as_table().unwrap_unchecked();
    if let Some(length) = t.len_near((*vm).lengths[length_index(t)]) {
        (*vm).lengths[length_index(t)] = length;
        *base.add(ins.a()) = Value::number_unchecked(f64::from(length));
        next!(vm, base, pc, k)
    }
    return len_searched(vm, base, pc, ins, k);
}}
handler! { #[inline(never)] fn len_searched(vm, base, pc, ins, k) {
    let t = (*base.add(ins.d())).as_table().unwrap_unchecked();
    let length = t.len();
    (*vm).lengths[length_index(t)] = length;
    *base.add(ins.a()) = Value::number_unchecked(f64::from(length));
    next!(vm, base, pc, k)
}}
handler! { #[cold] #[inline(never)] fn len_slow(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    follow!(vm, (*vm).op_len(*base.add(ins.d())))
}}
