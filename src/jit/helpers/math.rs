//! Elementary functions, the host's as for the interpreter, and the random generator.

use crate::stdlib::math::{self as library, Prng};
use crate::vm::Vm;

macro_rules! of_host {
    ($($name:ident($($x:ident),*);)*) => {$(
        pub(super) unsafe extern "C" fn $name(vm: *mut Vm, $($x: f64),*) -> f64 {
            // SAFETY: the running state.
            let math = unsafe { (*vm).host.math() };
            math.$name($($x),*)
        }
    )*};
}

of_host! {
    sin(x);
    cos(x);
    tan(x);
    asin(x);
    acos(x);
    atan(x);
    atan2(y, x);
    sinh(x);
    cosh(x);
    tanh(x);
    exp(x);
    log(x);
    log2(x);
    log10(x);
}

macro_rules! of_library {
    ($($name:ident($($x:ident),*) -> $ret:ty: $result:expr;)*) => {$(
        pub(super) unsafe extern "C" fn $name(_: *mut Vm, $($x: f64),*) -> $ret {
            $result
        }
    )*};
}

of_library! {
    fmod(x, y) -> f64: x % y;
    scale(x, exponent) -> f64: library::scale(x, exponent);
    mantissa(x) -> f64: libm::frexp(x).0;
    exponent(x) -> i32: library::exponent(x);
    whole(x) -> f64: library::split(x).0;
    fraction(x) -> f64: library::split(x).1;
}

pub(super) unsafe extern "C" fn random(vm: *mut Vm) -> f64 {
    // SAFETY: the running state.
    unsafe { (*vm).random.next_unit() }
}

pub(super) unsafe extern "C" fn random_seed(vm: *mut Vm, seed: f64) {
    // SAFETY: the running state.
    unsafe { (*vm).random = Prng::seeded(seed) }
}
