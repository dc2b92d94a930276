//! What pure operations compute. The evaluator and constant folding share these functions; machine code has to agree.

use crate::eval::Val;
use crate::literal::{Conv, ConvMode, FpMath};
use crate::op::IrOp;
use crate::types::IrType;

/// Does the comparison hold?
pub fn compare(op: IrOp, ty: IrType, a: Val, b: Val) -> Option<bool> {
    use core::cmp::Ordering::{Greater, Less};
    if matches!(op, IrOp::Eq | IrOp::Ne) {
        return Some((a == b) == (op == IrOp::Eq));
    }
    let unsigned = matches!(op, IrOp::Ult | IrOp::Uge | IrOp::Ule | IrOp::Ugt);
    let order = match (a, b) {
        (Val::Num(a), Val::Num(b)) => a.partial_cmp(&b),
        (Val::Int(a), Val::Int(b)) if unsigned || ty == IrType::U32 => {
            Some((a as u32).cmp(&(b as u32)))
        }
        (Val::Int(a), Val::Int(b)) => Some(a.cmp(&b)),
        (Val::I64(a), Val::I64(b)) if unsigned => Some((a as u64).cmp(&(b as u64))),
        (Val::I64(a), Val::I64(b)) => Some(a.cmp(&b)),
        (Val::U64(a), Val::U64(b)) | (Val::Ptr(a), Val::Ptr(b)) => Some(a.cmp(&b)),
        _ => return None,
    };
    let Some(order) = order else {
        return Some(unsigned);
    };
    Some(match op {
        IrOp::Lt | IrOp::Ult => order == Less,
        IrOp::Ge | IrOp::Uge => order != Less,
        IrOp::Le | IrOp::Ule => order != Greater,
        _ => order == Greater,
    })
}

/// Result of an operation of arithmetic, or none if the operands are of the wrong types or the operation overflowed.
pub fn arith(op: IrOp, a: Val, b: Val) -> Option<Val> {
    Some(match (a, b) {
        (Val::Num(a), Val::Int(b)) if op == IrOp::Ldexp => Val::Num(libm::scalbn(a, b)),
        (Val::Num(a), b) => Val::Num(num(op, a, if let Val::Num(b) = b { b } else { 0.0 })?),
        (Val::Int(a), b) => Val::Int(int(op, a, if let Val::Int(b) = b { b } else { 0 })?),
        (Val::I64(a), b) => Val::I64(int64(op, a, width64(b), true)?),
        (Val::U64(a), b) => Val::U64(int64(op, a as i64, width64(b), false)? as u64),
        _ => return None,
    })
}

fn width64(v: Val) -> i64 {
    match v {
        Val::I64(i) => i,
        Val::U64(u) => u as i64,
        Val::Int(i) => i64::from(i),
        _ => 0,
    }
}

fn num(op: IrOp, a: f64, b: f64) -> Option<f64> {
    Some(match op {
        IrOp::Add => a + b,
        IrOp::Sub => a - b,
        IrOp::Mul => a * b,
        IrOp::Div => a / b,
        IrOp::Mod => a - libm::floor(a / b) * b,
        IrOp::Neg => -a,
        IrOp::Abs => libm::fabs(a),
        IrOp::Min if a < b => a,
        IrOp::Max if a > b => a,
        IrOp::Min | IrOp::Max => b,
        _ => return None,
    })
}

fn int(op: IrOp, a: i32, b: i32) -> Option<i32> {
    let count = b as u32 & 31;
    Some(match op {
        IrOp::AddOv => a.checked_add(b)?,
        IrOp::SubOv => a.checked_sub(b)?,
        IrOp::MulOv => a.checked_mul(b)?,
        IrOp::Add => a.wrapping_add(b),
        IrOp::Sub => a.wrapping_sub(b),
        IrOp::Mul => a.wrapping_mul(b),
        // The result has the divisor's sign.
        IrOp::Mod if b == 0 => 0,
        IrOp::Mod => {
            let m = a.wrapping_rem(b);
            if m != 0 && (m ^ b) < 0 { m + b } else { m }
        }
        IrOp::Neg => a.wrapping_neg(),
        IrOp::Min => a.min(b),
        IrOp::Max => a.max(b),
        IrOp::BNot => !a,
        IrOp::BSwap => a.swap_bytes(),
        IrOp::BAnd => a & b,
        IrOp::BOr => a | b,
        IrOp::BXor => a ^ b,
        IrOp::BShl => a << count,
        IrOp::BShr => ((a as u32) >> count) as i32,
        IrOp::BSar => a >> count,
        IrOp::BRol => a.rotate_left(count),
        IrOp::BRor => a.rotate_right(count),
        _ => return None,
    })
}

fn int64(op: IrOp, a: i64, b: i64, signed: bool) -> Option<i64> {
    let count = b as u32 & 63;
    Some(match op {
        IrOp::Add => a.wrapping_add(b),
        IrOp::Sub => a.wrapping_sub(b),
        IrOp::Mul => a.wrapping_mul(b),
        IrOp::Neg => a.wrapping_neg(),
        IrOp::Min if signed => a.min(b),
        IrOp::Max if signed => a.max(b),
        IrOp::Min => (a as u64).min(b as u64) as i64,
        IrOp::Max => (a as u64).max(b as u64) as i64,
        IrOp::BNot => !a,
        IrOp::BSwap => a.swap_bytes(),
        IrOp::BAnd => a & b,
        IrOp::BOr => a | b,
        IrOp::BXor => a ^ b,
        IrOp::BShl => a << count,
        IrOp::BShr => ((a as u64) >> count) as i64,
        IrOp::BSar => a >> count,
        IrOp::BRol => a.rotate_left(count),
        IrOp::BRor => a.rotate_right(count),
        _ => return None,
    })
}

/// Result of FPMATH.
pub fn fp_math(f: FpMath, x: f64) -> f64 {
    match f {
        FpMath::Floor => libm::floor(x),
        FpMath::Ceil => libm::ceil(x),
        FpMath::Trunc => libm::trunc(x),
        FpMath::Sqrt => libm::sqrt(x),
    }
}

/// Result of TOBIT.
pub fn to_bit(n: f64) -> i32 {
    // 2^52 + 2^51 moves the integer into the low bits.
    (n + 6_755_399_441_055_744.0).to_bits() as i32
}

/// Truncates towards zero; -2^63 for what doesn't fit, as the machine's conversion does.
pub fn truncate_i64(n: f64) -> i64 {
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&n) {
        n as i64
    } else {
        i64::MIN
    }
}

/// The number as an int, if it is one. Minus zero counts as 0.
pub fn exact_int(n: f64) -> Option<i32> {
    let i = n as i32;
    (f64::from(i) == n).then_some(i)
}

/// The low bits of an integer of up to 34 bits, its sign included.
pub fn exact_bits(n: f64) -> Option<i32> {
    let i = truncate_i64(n);
    let fits = i as f64 == n && (i >> 33 == 0 || i >> 33 == -1);
    fits.then_some(i as i32)
}

/// Result of CONV, or none if the check failed or the operand is of the wrong type.
pub fn conv(c: Conv, v: Val) -> Option<Val> {
    if let (Val::Num(n), true) = (v, c.is_checked()) {
        return match (c.to, c.mode) {
            (IrType::Int, ConvMode::Bits) => exact_bits(n).map(Val::Int),
            (IrType::Int, _) => exact_int(n).map(Val::Int),
            _ => None,
        };
    }
    Some(match v {
        Val::Num(n) => match c.to {
            IrType::Num => v,
            IrType::Float => Val::Float(n as f32),
            IrType::I64 => Val::I64(truncate_i64(n)),
            IrType::U64 if n >= 9_223_372_036_854_775_808.0 => {
                Val::U64(truncate_i64(n - 18_446_744_073_709_551_616.0) as u64)
            }
            IrType::U64 => Val::U64(truncate_i64(n) as u64),
            t => narrow(t, truncate_i64(n) as i32)?,
        },
        Val::Float(f) => match c.to {
            IrType::Num => Val::Num(f64::from(f)),
            _ => return None,
        },
        Val::Int(i) => {
            let unsigned = c.from == IrType::U32;
            match c.to {
                IrType::Num if unsigned => Val::Num(f64::from(i as u32)),
                IrType::Num => Val::Num(f64::from(i)),
                IrType::Float if unsigned => Val::Float(i as u32 as f32),
                IrType::Float => Val::Float(i as f32),
                IrType::I64 if c.sext => Val::I64(i64::from(i)),
                IrType::U64 if c.sext => Val::U64(i64::from(i) as u64),
                IrType::I64 => Val::I64(i64::from(i as u32)),
                IrType::U64 => Val::U64(u64::from(i as u32)),
                t => narrow(t, i)?,
            }
        }
        Val::I64(i) => match c.to {
            IrType::Num => Val::Num(i as f64),
            IrType::Float => Val::Float(i as f32),
            IrType::I64 => v,
            IrType::U64 => Val::U64(i as u64),
            t => narrow(t, i as i32)?,
        },
        Val::U64(u) => match c.to {
            IrType::Num => Val::Num(u as f64),
            IrType::Float => Val::Float(u as f32),
            IrType::I64 => Val::I64(u as i64),
            IrType::U64 => v,
            t => narrow(t, u as i32)?,
        },
        _ => return None,
    })
}

/// An integer of at most 32 bits, extended to 32 as its type says.
pub fn narrow(t: IrType, i: i32) -> Option<Val> {
    Some(Val::Int(match t {
        IrType::I8 => i32::from(i as i8),
        IrType::U8 => i32::from(i as u8),
        IrType::I16 => i32::from(i as i16),
        IrType::U16 => i32::from(i as u16),
        IrType::Int | IrType::U32 => i,
        _ => return None,
    }))
}
