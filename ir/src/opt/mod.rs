//! The optimiser.
//!
//! fold, CSE, narrowing, forwarding and dead-store elimination work while a trace is built ([`crate::build`]); loop peeling,
//! dead-code elimination and sinking work on the whole trace. Every one can be switched off by LuaJIT's name.
//!
//! What an optimised trace may do differently: leave earlier, where a guard was strengthened or hoisted, in a state that the
//! trace as recorded passes through; and go on where a weak guard would have left whose result nobody uses.

mod abc;
mod dce;
pub mod fold;
mod for_loop;
pub(crate) mod mem;
mod narrow;
mod peel;
mod sink;
#[cfg(test)]
mod tests;

pub use abc::{Counter, bounds_check};
pub use dce::dce;
pub use for_loop::ForLoop;
pub use mem::stored_field;
pub use narrow::{
    narrow_arith, narrow_div, narrow_index, narrow_mod, narrow_pow, narrow_tobit, narrow_toint,
    narrow_unm, number,
};
pub use peel::peel;
pub use sink::sink;

use crate::build::{Objects, replay};
use crate::trace::{Link, Trace, TraceError};

macro_rules! options {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// Which optimisations work.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub struct Options { $($(#[$doc])* pub $name: bool,)* }
        impl Options {
            /// All of them.
            pub const ALL: Options = Options { $($name: true,)* };
            /// None of them.
            pub const NONE: Options = Options { $($name: false,)* };
            /// Their names.
            pub const NAMES: &'static [&'static str] = &[$($text),*];
            /// Switches one by its name, or says that there is none.
            pub fn set(&mut self, name: &str, on: bool) -> bool {
                match name {
                    $($text => self.$name = on,)*
                    _ => return false,
                }
                true
            }
        }
    };
}

options! {
    /// Constant folding, algebraic simplification.
    fold = "fold",
    /// Common subexpressions.
    cse = "cse",
    /// Dead code.
    dce = "dce",
    /// Numbers to integers.
    narrow = "narrow",
    /// Loop peeling.
    r#loop = "loop",
    /// Load and store forwarding.
    fwd = "fwd",
    /// Dead stores.
    dse = "dse",
    /// Array bounds checks.
    abc = "abc",
    /// Allocations and stores.
    sink = "sink",
    /// Memory operands; for the back end.
    fuse = "fuse",
}

impl Default for Options {
    fn default() -> Options {
        Options::ALL
    }
}

/// The passes over a recorded trace.
pub fn finish(
    trace: &mut Trace,
    options: Options,
    objects: &dyn Objects,
) -> Result<(), TraceError> {
    if options.dce {
        dce(trace)?;
    }
    if options.r#loop && trace.link == Link::Loop && trace.loop_ref().is_none() {
        peel(trace, options, objects)?;
        if options.dce {
            dce(trace)?;
        }
    }
    if options.sink && options.fwd && options.dce && options.cse && options.fold {
        sink(trace)?;
    }
    Ok(())
}

/// Replays and finishes: everything that `options` allow.
pub fn optimise(
    trace: &Trace,
    options: Options,
    objects: &dyn Objects,
) -> Result<Trace, TraceError> {
    let mut t = replay(trace, options, objects)?;
    finish(&mut t, options, objects)?;
    Ok(t)
}
