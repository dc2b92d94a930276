//! `math`: elementary functions through the host's table, rounding, and the random generator.

mod random;
mod round;

pub use random::Prng;
pub use round::{ceil, exponent, scale, split};

use crate::stdlib::{LibFn, new_library, unnumbered};
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::convert::floor;
use crate::vm::meta::Event;
use crate::vm::native::{Flow, NativeResult, Raised};

const LIB: &[LibFn] = &[
    LibFn::new("abs", abs, 38),
    LibFn::new("floor", floor_function, 39),
    LibFn::new("ceil", ceil_function, 40),
    LibFn::new("sqrt", sqrt, 41),
    LibFn::new("log10", log10, 42),
    LibFn::new("exp", exp, 43),
    LibFn::new("sin", sin, 44),
    LibFn::new("cos", cos, 45),
    LibFn::new("tan", tan, 46),
    LibFn::new("asin", asin, 47),
    LibFn::new("acos", acos, 48),
    LibFn::new("atan", atan, 49),
    LibFn::new("sinh", sinh, 50),
    LibFn::new("cosh", cosh, 51),
    LibFn::new("tanh", tanh, 52),
    LibFn::new("frexp", frexp, 53),
    LibFn::new("modf", modf, 54),
    LibFn::new("log", log, 55),
    LibFn::new("atan2", atan2, 56),
    LibFn::new("pow", pow, 57),
    LibFn::new("fmod", fmod, 58),
    LibFn::new("ldexp", ldexp, 59),
    LibFn::new("min", min, 60),
    LibFn::new("max", max, 61),
    LibFn::new("random", random::random, 62),
    LibFn::new("randomseed", random::randomseed, 63),
    LibFn::new("deg", deg, unnumbered::DEG),
    LibFn::new("rad", rad, unnumbered::RAD),
];

/// Registers the library.
pub fn open(vm: &mut Vm) -> Result<(), Raised> {
    let library = new_library(vm, "math", LIB)?;
    vm.raw_set_name(library, "pi", Value::number(core::f64::consts::PI))?;
    vm.raw_set_name(library, "huge", Value::number(f64::INFINITY))
}

/// Functions of one number.
macro_rules! unary {
    ($($name:ident: |$vm:ident, $x:ident| $result:expr;)*) => {$(
        fn $name($vm: &mut Vm) -> NativeResult {
            let $x = $vm.check_number(0)?;
            $vm.ret(Value::number($result))
        }
    )*};
}

unary! {
    abs: |vm, x| f64::from_bits(x.to_bits() & !(1 << 63));
    floor_function: |vm, x| floor(x);
    ceil_function: |vm, x| ceil(x);
    sqrt: |vm, x| libm::sqrt(x);
    log10: |vm, x| vm.host.math().log10(x);
    exp: |vm, x| vm.host.math().exp(x);
    sin: |vm, x| vm.host.math().sin(x);
    cos: |vm, x| vm.host.math().cos(x);
    tan: |vm, x| vm.host.math().tan(x);
    asin: |vm, x| vm.host.math().asin(x);
    acos: |vm, x| vm.host.math().acos(x);
    atan: |vm, x| vm.host.math().atan(x);
    sinh: |vm, x| vm.host.math().sinh(x);
    cosh: |vm, x| vm.host.math().cosh(x);
    tanh: |vm, x| vm.host.math().tanh(x);
}

/// Functions of two numbers.
macro_rules! binary {
    ($($name:ident: |$vm:ident, $x:ident, $y:ident| $result:expr;)*) => {$(
        fn $name($vm: &mut Vm) -> NativeResult {
            let $x = $vm.check_number(0)?;
            let $y = $vm.check_number(1)?;
            $vm.ret(Value::number($result))
        }
    )*};
}

binary! {
    atan2: |vm, x, y| vm.host.math().atan2(x, y);
    pow: |vm, x, y| vm.host.math().pow(x, y);
    fmod: |vm, x, y| x % y;
    ldexp: |vm, x, y| scale(x, y);
}

/// `log(x)`, or `log(x, base)` as a quotient of binary logarithms.
fn log(vm: &mut Vm) -> NativeResult {
    let x = vm.check_number(0)?;
    let result = if vm.nargs() < 2 {
        vm.host.math().log(x)
    } else {
        let base = vm.check_number(1)?;
        // A product with the reciprocal and not a quotient: the last bit is LuaJIT's.
        vm.host.math().log2(x) * (1.0 / vm.host.math().log2(base))
    };
    vm.ret(Value::number(result))
}

fn frexp(vm: &mut Vm) -> NativeResult {
    let x = vm.check_number(0)?;
    vm.push(Value::number(libm::frexp(x).0))?;
    vm.push(Value::int(exponent(x)))?;
    Ok(Flow::Return(2))
}

fn modf(vm: &mut Vm) -> NativeResult {
    let x = vm.check_number(0)?;
    let (whole, fraction) = split(x);
    vm.push(Value::number(whole))?;
    vm.push(Value::number(fraction))?;
    Ok(Flow::Return(2))
}

/// The smallest argument. A NaN loses against what follows it and wins against what precedes it, as in `minsd`.
fn min(vm: &mut Vm) -> NativeResult {
    extreme(vm, |a, b| a < b)
}

/// The greatest argument, with the same rule for NaN.
fn max(vm: &mut Vm) -> NativeResult {
    extreme(vm, |a, b| a > b)
}

#[inline(always)]
fn extreme(vm: &mut Vm, keeps: fn(f64, f64) -> bool) -> NativeResult {
    let mut best = vm.check_number(0)?;
    for i in 1..vm.nargs() {
        let x = vm.check_number(i)?;
        if !keeps(best, x) {
            best = x;
        }
    }
    vm.ret(Value::number(best))
}

fn deg(vm: &mut Vm) -> NativeResult {
    multiply(vm, "deg", 57.295_779_513_082_32)
}

fn rad(vm: &mut Vm) -> NativeResult {
    multiply(vm, "rad", 0.017_453_292_519_943_295)
}

/// `x * factor` with what `*` does to strings and to values with `__mul`: in LuaJIT these two are Lua functions.
fn multiply(vm: &mut Vm, name: &str, factor: f64) -> NativeResult {
    if vm.step() != 0 {
        let product = vm.result(0);
        return vm.ret(product);
    }
    let x = vm.arg(0);
    if let Some(n) = x.as_number() {
        return vm.ret(Value::number(n * factor));
    }
    if let Some(n) = Vm::to_number(x) {
        return vm.ret(Value::number(n * factor));
    }
    let metamethod = vm.metamethod(x, Event::Mul);
    if metamethod.is_nil() {
        return Err(vm.error_here(format_args!(
            "[builtin:{name}]:0: attempt to perform arithmetic on a {} value",
            x.type_of().name()
        )));
    }
    vm.begin_call(metamethod, 1)?;
    vm.push(x)?;
    vm.push(Value::number(factor))?;
    Ok(Flow::Call { nargs: 2 })
}
