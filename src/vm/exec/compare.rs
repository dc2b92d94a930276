//! Comparisons and tests. Each is followed by a JMP, which the handler executes with it.

// NaN is neither less nor not less: the negated forms are what they say.
#![allow(clippy::neg_cmp_op_on_partial_ord)]

use crate::value::Value;
use crate::vm::meta::Event;

/// Goes to the JMP's target, `pc` being the JMP.
macro_rules! jump {
    ($vm:ident, $base:ident, $pc:ident, $k:ident) => {
        next!($vm, $base, $pc.offset((*$pc).jump() + 1), $k)
    };
}

macro_rules! branch {
    ($cond:expr, $vm:ident, $base:ident, $pc:ident, $k:ident) => {
        if $cond {
            jump!($vm, $base, $pc, $k)
        } else {
            next!($vm, $base, $pc.add(1), $k)
        }
    };
}

macro_rules! order {
    ($name:ident, $slow:ident, $x:ident, $y:ident, $cond:expr, $event:expr, $negate:expr) => {
        handler! { fn $name(vm, base, pc, ins, k) {
            if let Some($x) = Value::number_at(base.add(ins.a()))
                && let Some($y) = Value::number_at(base.add(ins.d()))
            {
                branch!($cond, vm, base, pc, k)
            }
            return $slow(vm, base, pc, ins, k);
        }}
        handler! { #[cold] #[inline(never)] fn $slow(vm, base, pc, ins, k) {
            save!(vm, base, pc);
            let (a, d) = (*base.add(ins.a()), *base.add(ins.d()));
            follow!(vm, (*vm).compare(a, d, $event, $negate))
        }}
    };
}

order!(is_lt, is_lt_slow, x, y, x < y, Event::Lt, false);
order!(is_ge, is_ge_slow, x, y, !(x < y), Event::Lt, true);
order!(is_le, is_le_slow, x, y, x <= y, Event::Le, false);
order!(is_gt, is_gt_slow, x, y, !(x <= y), Event::Le, true);

macro_rules! equality {
    ($name:ident, $slow:ident, $wanted:literal) => {
        handler! { fn $name(vm, base, pc, ins, k) {
            let (a, d) = (*base.add(ins.a()), *base.add(ins.d()));
            if a.is_number() && d.is_number() {
                branch!((a.as_number_unchecked() == d.as_number_unchecked()) == $wanted, vm, base, pc, k)
            }
            if a == d {
                branch!($wanted, vm, base, pc, k)
            }
            // Only two tables, two userdata or cdata can be equal without being identical.
            if Value::may_have_eq(a, d) {
                return $slow(vm, base, pc, ins, k);
            }
            branch!(!$wanted, vm, base, pc, k)
        }}
        handler! { #[cold] #[inline(never)] fn $slow(vm, base, pc, ins, k) {
            save!(vm, base, pc);
            let (a, d) = (*base.add(ins.a()), *base.add(ins.d()));
            follow!(vm, (*vm).equal_objects(a, d, !$wanted))
        }}
    };
}

equality!(is_eq_v, is_eq_v_slow, true);
equality!(is_ne_v, is_ne_v_slow, false);

/// Equality with a constant that is no object but a string: identity decides, except for cdata.
macro_rules! equality_k {
    ($name:ident, $slow:ident, $ins:ident, $k:ident, $constant:expr, $equal:expr, $wanted:literal) => {
        handler! { fn $name(vm, base, pc, $ins, $k) {
            let a = *base.add($ins.a());
            let constant: Value = $constant;
            let equal: fn(Value, Value) -> bool = $equal;
            if equal(a, constant) {
                branch!($wanted, vm, base, pc, $k)
            }
            if a.has_tag(crate::value::Tag::Other) {
                return $slow(vm, base, pc, $ins, $k);
            }
            branch!(!$wanted, vm, base, pc, $k)
        }}
        handler! { #[cold] #[inline(never)] fn $slow(vm, base, pc, $ins, $k) {
            save!(vm, base, pc);
            let a = *base.add($ins.a());
            let constant: Value = $constant;
            follow!(vm, (*vm).equal_objects(a, constant, !$wanted))
        }}
    };
}

equality_k!(
    is_eq_s,
    is_eq_s_slow,
    ins,
    k,
    *k.sub(1 + ins.d()),
    |a, b| a == b,
    true
);
equality_k!(
    is_ne_s,
    is_ne_s_slow,
    ins,
    k,
    *k.sub(1 + ins.d()),
    |a, b| a == b,
    false
);
equality_k!(
    is_eq_n,
    is_eq_n_slow,
    ins,
    k,
    *k.add(ins.d()),
    |a, b| a.is_number() && a.as_number_unchecked() == b.as_number_unchecked(),
    true
);
equality_k!(
    is_ne_n,
    is_ne_n_slow,
    ins,
    k,
    *k.add(ins.d()),
    |a, b| a.is_number() && a.as_number_unchecked() == b.as_number_unchecked(),
    false
);
equality_k!(
    is_eq_p,
    is_eq_p_slow,
    ins,
    k,
    Value::primitive(ins.d()),
    |a, b| a == b,
    true
);
equality_k!(
    is_ne_p,
    is_ne_p_slow,
    ins,
    k,
    Value::primitive(ins.d()),
    |a, b| a == b,
    false
);

handler! { fn is_tc(vm, base, pc, ins, k) {
    let d = *base.add(ins.d());
    if !d.is_falsy() {
        *base.add(ins.a()) = d;
        jump!(vm, base, pc, k)
    }
    next!(vm, base, pc.add(1), k)
}}
handler! { fn is_fc(vm, base, pc, ins, k) {
    let d = *base.add(ins.d());
    if d.is_falsy() {
        *base.add(ins.a()) = d;
        jump!(vm, base, pc, k)
    }
    next!(vm, base, pc.add(1), k)
}}
handler! { fn is_t(vm, base, pc, ins, k) {
    branch!(!(*base.add(ins.d())).is_falsy(), vm, base, pc, k)
}}
handler! { fn is_f(vm, base, pc, ins, k) {
    branch!((*base.add(ins.d())).is_falsy(), vm, base, pc, k)
}}
