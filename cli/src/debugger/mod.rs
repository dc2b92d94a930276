//! The debugger: breakpoints, steps, a look at a stopped script, spoken in the Debug Adapter Protocol
//! (<https://microsoft.github.io/debug-adapter-protocol/>).

mod breakpoints;
mod dap;
mod evaluate;
mod inspect;
mod transport;

pub use dap::{Options, serve};
