//! Constants and copies.

use crate::value::Value;

handler! { fn mov(vm, base, pc, ins, k) {
    *base.add(ins.a()) = *base.add(ins.d());
    next!(vm, base, pc, k)
}}
handler! { fn not(vm, base, pc, ins, k) {
    *base.add(ins.a()) = Value::boolean((*base.add(ins.d())).is_falsy());
    next!(vm, base, pc, k)
}}
handler! { fn k_object(vm, base, pc, ins, k) {
    *base.add(ins.a()) = *k.sub(1 + ins.d());
    next!(vm, base, pc, k)
}}
handler! { fn k_short(vm, base, pc, ins, k) {
    *base.add(ins.a()) = Value::int(ins.d_signed());
    next!(vm, base, pc, k)
}}
handler! { fn k_num(vm, base, pc, ins, k) {
    *base.add(ins.a()) = *k.add(ins.d());
    next!(vm, base, pc, k)
}}
handler! { fn k_pri(vm, base, pc, ins, k) {
    *base.add(ins.a()) = Value::primitive(ins.d());
    next!(vm, base, pc, k)
}}
handler! { fn k_nil(vm, base, pc, ins, k) {
    let last = base.add(ins.d());
    let mut slot = base.add(ins.a());
    loop {
        *slot = Value::NIL;
        if slot >= last {
            break;
        }
        slot = slot.add(1);
    }
    next!(vm, base, pc, k)
}}
