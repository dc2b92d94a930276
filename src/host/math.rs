//! The elementary functions of `math` and of `^`.
//!
//! Their last bit differs between libraries, and scripts can see it (`%.17g`). The engine brings the portable ones of
//! the crate `libm`; a host with a better or a more familiar library passes its own table, as the command does to
//! agree with programs that use the platform's C library.

macro_rules! functions {
    ($($name:ident($($x:ident),*) = $portable:path;)*) => {
        /// One implementation of the elementary functions.
        #[derive(Clone, Copy)]
        #[repr(C)]
        #[allow(missing_docs)]
        pub struct MathFunctions {
            $(pub $name: fn($(functions!(@type $x)),*) -> f64,)*
        }

        impl MathFunctions {
            /// The portable ones.
            pub const PORTABLE: MathFunctions = MathFunctions { $($name: $portable,)* };

            $(
                /// Calls the function of this name.
                #[inline(always)]
                pub fn $name(&self, $($x: f64),*) -> f64 {
                    functions!(@call self $name $($x),*)
                }
            )*
        }
    };
    (@type $x:ident) => { f64 };
    // Squares are exact everywhere, so that compiled code can multiply.
    (@call $this:ident pow $x:ident, $y:ident) => {
        if $y == 2.0 { $x * $x } else { ($this.pow)($x, $y) }
    };
    (@call $this:ident $name:ident $($x:ident),*) => { ($this.$name)($($x),*) };
}

functions! {
    sin(x) = libm::sin;
    cos(x) = libm::cos;
    tan(x) = libm::tan;
    asin(x) = libm::asin;
    acos(x) = libm::acos;
    atan(x) = libm::atan;
    sinh(x) = libm::sinh;
    cosh(x) = libm::cosh;
    tanh(x) = libm::tanh;
    exp(x) = libm::exp;
    log(x) = libm::log;
    log2(x) = libm::log2;
    log10(x) = libm::log10;
    atan2(y, x) = libm::atan2;
    pow(x, y) = libm::pow;
}
