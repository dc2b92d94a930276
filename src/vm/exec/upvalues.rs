//! Upvalues and closures.

use crate::value::Value;
use crate::vm::frame::Frame;

handler! { fn uget(vm, base, pc, ins, k) {
    let upvalue = *Frame(base).function().lua_upvalue_ptr(ins.d());
    *base.add(ins.a()) = *upvalue.v.get();
    next!(vm, base, pc, k)
}}

/// Stores a value that may be an object.
macro_rules! uset_object {
    ($name:ident, $slow:ident, $ins:ident, $base:ident, $k:ident, $value:expr) => {
        handler! { fn $name(vm, $base, pc, $ins, $k) {
            let upvalue = *Frame($base).function().lua_upvalue_ptr($ins.a());
            if (*vm).heap.needs_barrier(upvalue) {
                return $slow(vm, $base, pc, $ins, $k);
            }
            *upvalue.v.get() = $value;
            next!(vm, $base, pc, $k)
        }}
        handler! { #[cold] #[inline(never)] fn $slow(vm, $base, pc, $ins, $k) {
            let upvalue = *Frame($base).function().lua_upvalue_ptr($ins.a());
            let _barrier = (*vm).heap.write(upvalue);
            *upvalue.v.get() = $value;
            next!(vm, $base, pc, $k)
        }}
    };
}

uset_object!(uset_v, uset_v_slow, ins, base, k, *base.add(ins.d()));
uset_object!(uset_s, uset_s_slow, ins, base, k, *k.sub(1 + ins.d()));

handler! { fn uset_n(vm, base, pc, ins, k) {
    let upvalue = *Frame(base).function().lua_upvalue_ptr(ins.a());
    *upvalue.v.get() = *k.add(ins.d());
    next!(vm, base, pc, k)
}}
handler! { fn uset_p(vm, base, pc, ins, k) {
    let upvalue = *Frame(base).function().lua_upvalue_ptr(ins.a());
    *upvalue.v.get() = Value::primitive(ins.d());
    next!(vm, base, pc, k)
}}

handler! { fn uclo(vm, base, pc, ins, k) {
    let level = base.add(ins.a());
    let pc = pc.offset(ins.jump());
    if (*vm).has_open_upvalues(level) {
        return uclo_slow(vm, base, pc, ins, k);
    }
    next!(vm, base, pc, k)
}}
handler! { #[inline(never)] fn uclo_slow(vm, base, pc, ins, k) {
    (*vm).close_upvalues(base.add(ins.a()));
    next!(vm, base, pc, k)
}}

handler! { fn fnew(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    let proto = (*k.sub(1 + ins.d())).as_proto().unwrap_unchecked();
    follow!(vm, (*vm).new_closure(proto, ins.a()))
}}
