//! The virtual machine: the state, frames, dispatch, calls, metamethods, coroutines, errors.

pub mod native;
pub mod state;

pub use state::Vm;
