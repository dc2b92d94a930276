//! The elementary functions of the platform's C library, so that the last digits agree with other programs'.

use perilune::host::MathFunctions;

/// What `std` calls for them.
pub static PLATFORM: MathFunctions = MathFunctions {
    sin: f64::sin,
    cos: f64::cos,
    tan: f64::tan,
    asin: f64::asin,
    acos: f64::acos,
    atan: f64::atan,
    sinh: f64::sinh,
    cosh: f64::cosh,
    tanh: f64::tanh,
    exp: f64::exp,
    log: f64::ln,
    log2: f64::log2,
    log10: f64::log10,
    atan2: f64::atan2,
    pow: f64::powf,
};
