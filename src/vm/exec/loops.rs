//! Loops and jumps.

use crate::bytecode::{Bc, Ins};
use crate::value::Value;
use crate::vm::Vm;

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
pub(super) fn counts_down(step: Value) -> bool {
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
    return is_not_next(vm, base, pc, ins, k);
}}
// Some other iterator: both instructions become the general ones.
handler! { #[cold] #[inline(never)] fn is_not_next(vm, base, pc, ins, k) {
    let target = pc.offset(ins.jump());
    *pc.cast_mut().sub(1) = ins.with_op(Bc::Jmp);
    generalise(vm, target);
    next!(vm, base, target, k)
}}
// A debugger exchanged the hidden variable of an ITERN: as any other iterator.
handler! { #[cold] #[inline(never)] fn iter_n_despecialised(vm, base, pc, ins, k) {
    generalise(vm, pc.sub(1));
    next!(vm, base, pc.sub(1), k)
}}

/// Turns an ITERN into ITERC.
///
/// # Safety
/// `at` is such an instruction of a live function, or one that a trace put in its place.
#[inline(never)]
unsafe fn generalise(_vm: *mut Vm, at: *const Ins) {
    // SAFETY: the caller's promise.
    unsafe {
        #[cfg(feature = "jit")]
        (*_vm).flush_trace_at(at);
        *at.cast_mut() = (*at).with_op(Bc::IterC);
    }
}

/// ITERN passes over so many holes per unit of the budget.
pub(super) const HOLES_PER_UNIT: u32 = 64;

/// A handler of ITERN, which goes to the loop's body by way of `$edge!`.
macro_rules! iter_n {
    ($name:ident, $edge:ident) => {
        handler! { fn $name(vm, base, pc, ins, k) {
            let a = base.add(ins.a());
            let Some(t) = (*a.sub(2)).as_table() else {
                return crate::vm::exec::loops::iter_n_despecialised(vm, base, pc, ins, k);
            };
            let mut position = (*a.sub(1)).to_bits() as u32;
            let asize = t.asize.get();
            while position < asize {
                let value = *t.array.get().add(position as usize);
                if !value.is_nil() {
                    *a = Value::int(position as i32);
                    *a.add(1) = value;
                    *a.sub(1) = Value::from_bits(u64::from(position + 1));
                    $edge!(vm, base, pc, ins, k)
                }
                position += 1;
                if position.is_multiple_of(crate::vm::exec::loops::HOLES_PER_UNIT) {
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
                    $edge!(vm, base, pc, ins, k)
                }
                index += 1;
                if index.is_multiple_of(crate::vm::exec::loops::HOLES_PER_UNIT) {
                    (*vm).budget -= 1;
                }
            }
            // The end: behind the ITERL. The copied key stays nil for debuggers.
            *a = Value::NIL;
            next!(vm, base, pc.add(1), k)
        }}
    };
}

/// The back-edge of an ITERN: where the ITERL behind it leads.
macro_rules! iter_n_edge {
    ($vm:ident, $base:ident, $pc:ident, $ins:ident, $k:ident) => {
        back_edge!($vm, $base, $pc.offset((*$pc).jump() + 1), $ins, $k)
    };
}
iter_n!(iter_n, iter_n_edge);
