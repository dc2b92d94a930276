//! Bit operators: 32-bit, wrapping, on numbers; 64-bit on cdata.

use crate::value::Value;
use crate::vm::convert::to_bit;
use crate::vm::meta::BitOp;

macro_rules! bit_binary {
    ($name:ident, $slow:ident, $x:ident, $y:ident, $result:expr, $op:expr) => {
        handler! { fn $name(vm, base, pc, ins, k) {
            if let Some(left) = Value::number_at(base.add(ins.b()))
                && let Some(right) = Value::number_at(base.add(ins.c()))
            {
                let ($x, $y) = (to_bit(left), to_bit(right));
                *base.add(ins.a()) = Value::int($result);
                next!(vm, base, pc, k)
            }
            return $slow(vm, base, pc, ins, k);
        }}
        handler! { #[cold] #[inline(never)] fn $slow(vm, base, pc, ins, k) {
            save!(vm, base, pc);
            let (left, right) = (*base.add(ins.b()), *base.add(ins.c()));
            follow!(vm, (*vm).bit_operator(left, right, $op))
        }}
    };
}

bit_binary!(band, band_slow, x, y, x & y, BitOp::And);
bit_binary!(bor, bor_slow, x, y, x | y, BitOp::Or);
bit_binary!(bxor, bxor_slow, x, y, x ^ y, BitOp::Xor);
bit_binary!(bshl, bshl_slow, x, y, x.wrapping_shl(y as u32), BitOp::Shl);
bit_binary!(
    bshr,
    bshr_slow,
    x,
    y,
    (x as u32).wrapping_shr(y as u32) as i32,
    BitOp::Shr
);
bit_binary!(bsar, bsar_slow, x, y, x.wrapping_shr(y as u32), BitOp::Sar);

handler! { fn bnot(vm, base, pc, ins, k) {
    let d = *base.add(ins.d());
    if d.is_number() {
        *base.add(ins.a()) = Value::int(!to_bit(d.as_number_unchecked()));
        next!(vm, base, pc, k)
    }
    return bnot_slow(vm, base, pc, ins, k);
}}
handler! { #[cold] #[inline(never)] fn bnot_slow(vm, base, pc, ins, k) {
    save!(vm, base, pc);
    let d = *base.add(ins.d());
    follow!(vm, (*vm).bit_operator(d, d, BitOp::Not))
}}
