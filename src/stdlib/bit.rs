//! `bit`: operations on 32-bit integers, and on boxed 64-bit ones, which make the whole operation 64 bits wide.

use crate::stdlib::{LibFn, new_library};
use crate::value::cdata::CType;
use crate::value::{Cdata, Gc, Value};
use crate::vm::Vm;
use crate::vm::convert::to_bit;
use crate::vm::native::{NativeResult, Raised};

const LIB: &[LibFn] = &[
    LibFn::new("tobit", tobit, 64),
    LibFn::new("bnot", bnot, 65),
    LibFn::new("bswap", bswap, 66),
    LibFn::new("lshift", lshift, 67),
    LibFn::new("rshift", rshift, 68),
    LibFn::new("arshift", arshift, 69),
    LibFn::new("rol", rol, 70),
    LibFn::new("ror", ror, 71),
    LibFn::new("band", band, 72),
    LibFn::new("bor", bor, 73),
    LibFn::new("bxor", bxor, 74),
    LibFn::new("tohex", tohex, 75),
];

/// Registers the library.
pub fn open(vm: &mut Vm) -> Result<(), Raised> {
    new_library(vm, "bit", LIB).map(|_| ())
}

/// An operand: 32 bits of a number, or 64 bits with the type that the result has.
enum Operand {
    Narrow(i32),
    Wide(Wide),
}

/// A 64-bit operand. Unsigned wins over signed where both occur.
#[derive(Clone, Copy)]
struct Wide {
    bits: u64,
    unsigned: bool,
}

impl Operand {
    /// The bits, a number's with zeros above.
    fn bits(&self) -> u64 {
        match *self {
            Operand::Narrow(i) => u64::from(i as u32),
            Operand::Wide(w) => w.bits,
        }
    }
}

fn wide(c: Gc<Cdata>) -> Wide {
    match c.ctype {
        CType::Int64 => Wide {
            bits: c.bits,
            unsigned: false,
        },
        CType::Uint64 => Wide {
            bits: c.bits,
            unsigned: true,
        },
        CType::Complex => Wide {
            bits: f64::from_bits(c.bits) as i64 as u64,
            unsigned: false,
        },
    }
}

/// Argument `i`; a numeric string is converted.
#[inline(always)]
fn operand(vm: &mut Vm, i: usize) -> Result<Operand, Raised> {
    if let Some(n) = vm.arg(i).as_number() {
        return Ok(Operand::Narrow(to_bit(n)));
    }
    slow_operand(vm, i)
}

#[cold]
fn slow_operand(vm: &mut Vm, i: usize) -> Result<Operand, Raised> {
    match vm.arg(i).as_cdata() {
        Some(c) => Ok(Operand::Wide(wide(c))),
        None => Ok(Operand::Narrow(to_bit(vm.check_number(i)?))),
    }
}

#[cold]
fn wide_result(vm: &mut Vm, bits: u64, unsigned: bool) -> NativeResult {
    let ctype = if unsigned {
        CType::Uint64
    } else {
        CType::Int64
    };
    match vm.heap.new_cdata(ctype, bits, 0) {
        Ok(c) => vm.ret(c.into()),
        Err(_) => Err(vm.memory_error()),
    }
}

fn tobit(vm: &mut Vm) -> NativeResult {
    let x = operand(vm, 0)?;
    vm.ret(Value::int(x.bits() as i32))
}

fn bnot(vm: &mut Vm) -> NativeResult {
    match operand(vm, 0)? {
        Operand::Narrow(x) => vm.ret(Value::int(!x)),
        Operand::Wide(x) => wide_result(vm, !x.bits, x.unsigned),
    }
}

fn bswap(vm: &mut Vm) -> NativeResult {
    match operand(vm, 0)? {
        Operand::Narrow(x) => vm.ret(Value::int(x.swap_bytes())),
        Operand::Wide(x) => wide_result(vm, x.bits.swap_bytes(), x.unsigned),
    }
}

/// The shifts and rotations. Only the low bits of the distance count.
macro_rules! shift {
    ($($name:ident: |$x:ident, $n:ident| $narrow:expr, $wide:expr;)*) => {$(
        fn $name(vm: &mut Vm) -> NativeResult {
            if let (Some(x), Some(n)) = (vm.arg(0).as_number(), vm.arg(1).as_number()) {
                let ($x, $n) = (to_bit(x), to_bit(n) as u32 & 31);
                return vm.ret(Value::int($narrow));
            }
            let x = operand(vm, 0)?;
            let distance = operand(vm, 1)?.bits() as u32;
            match x {
                Operand::Narrow($x) => {
                    let $n = distance & 31;
                    vm.ret(Value::int($narrow))
                }
                Operand::Wide(Wide { bits: $x, unsigned }) => {
                    let $n = distance & 63;
                    wide_result(vm, $wide, unsigned)
                }
            }
        }
    )*};
}

shift! {
    lshift: |x, n| x << n, x << n;
    rshift: |x, n| (x as u32 >> n) as i32, x >> n;
    arshift: |x, n| x >> n, (x as i64 >> n) as u64;
    rol: |x, n| x.rotate_left(n), x.rotate_left(n);
    ror: |x, n| x.rotate_right(n), x.rotate_right(n);
}

/// The operations on any number of operands.
macro_rules! fold {
    ($($name:ident: $op:tt, $assign:tt, $neutral:expr;)*) => {$(
        fn $name(vm: &mut Vm) -> NativeResult {
            if let (Some(a), Some(b)) = (vm.arg(0).as_number(), vm.arg(1).as_number())
                && vm.nargs() == 2
            {
                return vm.ret(Value::int(to_bit(a) $op to_bit(b)));
            }
            let Operand::Narrow(mut result) = operand(vm, 0)? else {
                return fold_wide(vm, $neutral, |a, b| a $op b);
            };
            for i in 1..vm.nargs() {
                match operand(vm, i)? {
                    Operand::Narrow(x) => result $assign x,
                    Operand::Wide(_) => return fold_wide(vm, $neutral, |a, b| a $op b),
                }
            }
            vm.ret(Value::int(result))
        }
    )*};
}

fold! {
    band: &, &=, u64::MAX;
    bor: |, |=, 0;
    bxor: ^, ^=, 0;
}

/// The fold with 64 bits: numbers are converted as C does it, by truncation.
#[cold]
fn fold_wide(vm: &mut Vm, neutral: u64, op: fn(u64, u64) -> u64) -> NativeResult {
    let n = vm.nargs();
    let mut unsigned = false;
    for i in 0..n {
        if let Operand::Wide(w) = operand(vm, i)? {
            unsigned |= w.unsigned;
        }
    }
    let mut result = neutral;
    for i in 0..n {
        let bits = match vm.arg(i).as_cdata() {
            Some(c) => wide(c).bits,
            None => truncated(vm.check_number(i)?, unsigned),
        };
        result = op(result, bits);
    }
    wide_result(vm, result, unsigned)
}

/// A double as 64-bit integer; beyond the range, `i64::MIN`'s bits. An unsigned result takes both ranges.
fn truncated(n: f64, unsigned: bool) -> u64 {
    const TWO_63: f64 = 9223372036854775808.0;
    if (-TWO_63..TWO_63).contains(&n) {
        n as i64 as u64
    } else if unsigned && (TWO_63..2.0 * TWO_63).contains(&n) {
        n as u64
    } else {
        1 << 63
    }
}

/// `tohex(x)` or `tohex(x, digits)`; a negative number of digits gives upper case.
fn tohex(vm: &mut Vm) -> NativeResult {
    let x = operand(vm, 0)?;
    let digits = if vm.nargs() < 2 {
        if matches!(x, Operand::Wide(_)) { 16 } else { 8 }
    } else {
        operand(vm, 1)?.bits() as i32
    };
    let mut room = [0; MAX_DIGITS];
    let s = vm.new_str(hex_text(x.bits(), digits, &mut room))?;
    vm.ret(s)
}

/// The most digits that `tohex` gives.
pub(crate) const MAX_DIGITS: usize = 254;

/// The lowest hexadecimal digits, in upper case where their number is negative.
pub(crate) fn hex_text(bits: u64, digits: i32, room: &mut [u8; MAX_DIGITS]) -> &[u8] {
    let alphabet: &[u8; 16] = if digits < 0 {
        b"0123456789ABCDEF"
    } else {
        b"0123456789abcdef"
    };
    let count = (digits.unsigned_abs() as usize).min(MAX_DIGITS);
    room.fill(b'0');
    for (i, c) in room[..count].iter_mut().rev().enumerate().take(16) {
        *c = alphabet[(bits >> (4 * i) & 15) as usize];
    }
    &room[..count]
}
