//! Loops and jumps.

use crate::bytecode::Bc;
use crate::value::Value;

/// Goes to `$pc` along a back-edge, which costs one unit of the budget.
macro_rules! back_edge {
    ($vm:ident, $base:ident, $pc:expr, $ins:ident, $k:ident) => {{
        let target = $pc;
        let budget = (*$vm).budget - 1;
        (*$vm).budget = budget;
        if budget < 0 {
            return service($vm, $base, target, $ins, $k);
        }
        next!($vm, $base, target, $k)
    }};
}

handler! { #[cold] #[inline(never)] fn service(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    follow!(vm, (*vm).service())
}}

handler! { fn jmp(vm, base, pc, ins, k) {
    next!(vm, base, pc.offset(ins.jump()), k)
}}
handler! { fn loop_head(vm, base, pc, ins, k) {
    back_edge!(vm, base, pc, ins, k)
}}

/// Is a loop with this step counting down? As in LuaJIT the sign bit decides.
#[inline(always)]
fn counts_down(step: Value) -> bool {
    (step.to_bits() as i64) < 0
}

handler! { fn for_i(vm, base, pc, ins, k) {
    let a = base.add(ins.a());
    let (index, stop, step) = (*a, *a.add(1), *a.add(2));
    if index.is_number() && stop.is_number() && step.is_number() {
        *a.add(3) = index;
        let (i, s) = (index.as_number_unchecked(), stop.as_number_unchecked());
        let goes_on = if counts_down(step) { i >= s } else { i <= s };
        if goes_on {
            next!(vm, base, pc, k)
        }
        next!(vm, base, pc.offset(ins.jump()), k)
    }
    return for_i_slow(vm, base, pc, ins, k);
}}
handler! { #[cold] #[inline(never)] fn for_i_slow(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    follow!(vm, (*vm).op_for_prepare(base.add(ins.a())))
}}
handler! { fn for_l(vm, base, pc, ins, k) {
    let a = base.add(ins.a());
    let step = *a.add(2);
    if counts_down(step) {
        return for_l_down(vm, base, pc, ins, k);
    }
    let i = (*a).as_number_unchecked() + step.as_number_unchecked();
    let goes_on = i <= (*a.add(1)).as_number_unchecked();
    *a = Value::number_unchecked(i);
    if goes_on {
        *a.add(3) = Value::number_unchecked(i);
        back_edge!(vm, base, pc.offset(ins.jump()), ins, k)
    }
    next!(vm, base, pc, k)
}}
handler! { #[inline(never)] fn for_l_down(vm, base, pc, ins, k) {
    let a = base.add(ins.a());
    let i = (*a).as_number_unchecked() + (*a.add(2)).as_number_unchecked();
    let goes_on = i >= (*a.add(1)).as_number_unchecked();
    *a = Value::number_unchecked(i);
    if goes_on {
        *a.add(3) = Value::number_unchecked(i);
        back_edge!(vm, base, pc.offset(ins.jump()), ins, k)
    }
    next!(vm, base, pc, k)
}}
handler! { fn iter_l(vm, base, pc, ins, k) {
    let a = base.add(ins.a());
    let control = *a;
    if !control.is_nil() {
        *a.sub(1) = control;
        back_edge!(vm, base, pc.offset(ins.jump()), ins, k)
    }
    next!(vm, base, pc, k)
}}

handler! { fn is_next(vm, base, pc, ins, k) {
    let a = base.add(ins.a());
    let target = pc.offset(ins.jump());
    if *a.sub(3) == (*vm).next_function && (*a.sub(2)).is_table() && (*a.sub(1)).is_nil() {
        // ITERN keeps its position in the control slot.
        *a.sub(1) = Value::from_bits(0);
        next!(vm, base, target, k)
    }
    // Some other iterator: both instructions become the general ones.
    *pc.cast_mut().sub(1) = ins.with_op(Bc::Jmp);
    *target.cast_mut() = (*target).with_op(Bc::IterC);
    next!(vm, base, target, k)
}}

/// ITERN passes over so many holes per unit of the budget.
const HOLES_PER_UNIT: u32 = 64;

handler! { fn iter_n(vm, base, pc, ins, k) {
    let a = base.add(ins.a());
    let Some(t) = (*a.sub(2)).as_table() else {
        // A debugger exchanged the hidden variable: as any other iterator.
        *pc.cast_mut().sub(1) = ins.with_op(Bc::IterC);
        next!(vm, base, pc.sub(1), k)
    };
    let mut position = (*a.sub(1)).to_bits() as u32;
    let asize = t.asize.get();
    while position < asize {
        let value = *t.array.get().add(position as usize);
        if !value.is_nil() {
            *a = Value::int(position as i32);
            *a.add(1) = value;
            *a.sub(1) = Value::from_bits(u64::from(position + 1));
            back_edge!(vm, base, pc.offset((*pc).jump() + 1), ins, k)
        }
        position += 1;
        if position.is_multiple_of(HOLES_PER_UNIT) {
            (*vm).budget -= 1;
        }
    }
    let hmask = t.hmask.get();
    let mut index = position - asize;
    while index <= hmask {
        let node = &*t.node.get().add(index as usize);
        let value = node.value.get();
        if !value.is_nil() {
            *a = node.key.get();
            *a.add(1) = value;
            *a.sub(1) = Value::from_bits(u64::from(asize + index + 1));
            back_edge!(vm, base, pc.offset((*pc).jump() + 1), ins, k)
        }
        index += 1;
        if index.is_multiple_of(HOLES_PER_UNIT) {
            (*vm).budget -= 1;
        }
    }
    // The end: behind the ITERL. The copied key stays nil for debuggers.
    *a = Value::NIL;
    next!(vm, base, pc.add(1), k)
}}
