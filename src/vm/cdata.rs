//! Operators on boxed 64-bit integers (`1LL`, `1ULL`): two's complement, wrapping; a number operand is converted; unsigned wins.

use crate::value::cdata::CType;
use crate::value::{Type, Value};
use crate::vm::Vm;
use crate::vm::convert::to_bit;
use crate::vm::meta::{BitOp, Event};
use crate::vm::native::{Lossy, Raised};

/// An operand as a 64-bit integer, and whether it is unsigned. Numbers convert as C does, out-of-range ones modulo 2^64.
fn integer(v: Value) -> Option<(u64, bool)> {
    if let Some(n) = v.as_number() {
        let bits = if n < 0.0 || n < 9_223_372_036_854_775_808.0 {
            n as i64 as u64
        } else {
            n as u64
        };
        return Some((bits, false));
    }
    let c = v.as_cdata()?;
    match c.ctype {
        CType::Int64 => Some((c.bits, false)),
        CType::Uint64 => Some((c.bits, true)),
        CType::Complex => None,
    }
}

/// `base ^ exponent` modulo 2^64, the same bits for signed and unsigned bases.
fn power(mut base: u64, mut exponent: u64) -> u64 {
    let mut result = 1u64;
    while exponent != 0 {
        if exponent & 1 != 0 {
            result = result.wrapping_mul(base);
        }
        base = base.wrapping_mul(base);
        exponent >>= 1;
    }
    result
}

fn signed_power(base: i64, exponent: i64) -> i64 {
    if exponent >= 0 {
        return power(base as u64, exponent as u64) as i64;
    }
    match base {
        0 => i64::MAX,
        1 => 1,
        -1 if exponent & 1 != 0 => -1,
        -1 => 1,
        _ => 0,
    }
}

impl Vm {
    /// A boxed 64-bit integer.
    pub fn new_int64(&mut self, bits: u64, unsigned: bool) -> Result<Value, Raised> {
        let ctype = if unsigned {
            CType::Uint64
        } else {
            CType::Int64
        };
        match self.heap.new_cdata(ctype, bits, 0) {
            Ok(c) => Ok(c.into()),
            Err(_) => Err(self.memory_error()),
        }
    }

    fn integers(&self, left: Value, right: Value) -> Option<(u64, u64, bool)> {
        if left.as_cdata().is_none() && right.as_cdata().is_none() {
            return None;
        }
        let ((x, ux), (y, uy)) = (integer(left)?, integer(right)?);
        Some((x, y, ux || uy))
    }

    /// Arithmetic if one operand is a boxed integer and both are numeric.
    pub(crate) fn cdata_arith(
        &mut self,
        left: Value,
        right: Value,
        event: Event,
    ) -> Option<Result<Value, Raised>> {
        let (x, y, unsigned) = self.integers(left, right)?;
        let (a, b) = (x as i64, y as i64);
        let bits = match event {
            Event::Add => x.wrapping_add(y),
            Event::Sub => x.wrapping_sub(y),
            Event::Mul => x.wrapping_mul(y),
            Event::Div if unsigned => x.checked_div(y).unwrap_or(1 << 63),
            Event::Div if b == 0 => 1 << 63,
            Event::Div => a.wrapping_div(b) as u64,
            Event::Mod if unsigned => x.checked_rem(y).unwrap_or(1 << 63),
            Event::Mod if b == 0 => 1 << 63,
            Event::Mod => a.wrapping_rem(b) as u64,
            Event::Pow if unsigned => power(x, y),
            Event::Pow => signed_power(a, b) as u64,
            Event::Unm => x.wrapping_neg(),
            _ => return None,
        };
        Some(self.new_int64(bits, unsigned))
    }

    /// A bit operator if one operand is a boxed integer and both are numeric.
    pub(crate) fn cdata_bits(
        &mut self,
        left: Value,
        right: Value,
        op: BitOp,
    ) -> Option<Result<Value, Raised>> {
        if matches!(op, BitOp::Shl | BitOp::Shr | BitOp::Sar) {
            let (x, unsigned) = match left.as_number() {
                Some(n) => return self.shift_of_number(to_bit(n), right, op),
                None => integer(left)?,
            };
            let count = match right.as_number() {
                Some(n) => to_bit(n) as u32,
                None => integer(right)?.0 as u32,
            } & 63;
            let bits = match op {
                BitOp::Shl => x << count,
                BitOp::Shr => x >> count,
                _ => (x as i64 >> count) as u64,
            };
            return Some(self.new_int64(bits, unsigned));
        }
        let (x, y, unsigned) = self.integers(left, right)?;
        let bits = match op {
            BitOp::And => x & y,
            BitOp::Or => x | y,
            BitOp::Xor => x ^ y,
            _ => !x,
        };
        Some(self.new_int64(bits, unsigned))
    }

    fn shift_of_number(
        &mut self,
        x: i32,
        right: Value,
        op: BitOp,
    ) -> Option<Result<Value, Raised>> {
        let count = integer(right)?.0 as u32;
        let v = match op {
            BitOp::Shl => x.wrapping_shl(count),
            BitOp::Shr => (x as u32).wrapping_shr(count) as i32,
            _ => x.wrapping_shr(count),
        };
        Some(Ok(Value::int(v)))
    }

    /// An order if one operand is a boxed integer and both are numeric.
    pub(crate) fn cdata_compare(&self, left: Value, right: Value, event: Event) -> Option<bool> {
        let (x, y, unsigned) = self.integers(left, right)?;
        let order = if unsigned {
            x.cmp(&y)
        } else {
            (x as i64).cmp(&(y as i64))
        };
        Some(if event == Event::Lt {
            order.is_lt()
        } else {
            order.is_le()
        })
    }

    /// Equality if one operand is cdata.
    pub(crate) fn cdata_equal(&mut self, left: Value, right: Value) -> Option<bool> {
        if left.type_of() != Type::Cdata && right.type_of() != Type::Cdata {
            return None;
        }
        match (left.as_cdata(), right.as_cdata()) {
            (Some(a), Some(b)) if a.ctype == CType::Complex || b.ctype == CType::Complex => {
                let parts = |bits: u64| f64::from_bits(bits);
                Some(
                    a.ctype == b.ctype
                        && parts(a.bits) == parts(b.bits)
                        && parts(a.imaginary) == parts(b.imaginary),
                )
            }
            _ => Some(self.integers(left, right).is_some_and(|(x, y, _)| x == y)),
        }
    }

    /// The error of an operation that has no meaning for one of its operands, if one is cdata: it names C types rather than variables.
    pub(crate) fn cdata_error(
        &mut self,
        left: Value,
        right: Value,
        action: &str,
        link: &str,
    ) -> Option<Raised> {
        if left.type_of() != Type::Cdata && right.type_of() != Type::Cdata {
            return None;
        }
        let name = |v: Value| v.as_cdata().map_or(v.type_of().name(), |c| c.ctype.name());
        let (a, b) = (name(left), name(right));
        Some(self.error_here(format_args!("attempt to {action} '{a}' {link} '{b}'")))
    }

    /// The error of an index operation on cdata: boxed numbers have no members.
    pub(crate) fn cdata_index_error(&mut self, object: Value, key: Value) -> Option<Raised> {
        let name = object.as_cdata()?.ctype.name();
        Some(match key.as_str() {
            Some(key) => {
                let key = Lossy(key.as_bytes());
                self.error_here(format_args!("'{name}' has no member named '{key}'"))
            }
            None => self.error_here(format_args!("'{name}' cannot be indexed")),
        })
    }
}

impl CType {
    /// The C type's name, as messages show it.
    pub fn name(self) -> &'static str {
        match self {
            CType::Int64 => "int64_t",
            CType::Uint64 => "uint64_t",
            CType::Complex => "complex",
        }
    }
}
