//! The virtual machine: the state, frames, dispatch, calls, metamethods, coroutines, errors.
//!
//! One run is one activation of `dispatch::run` on the host's stack, whatever Lua code does: Lua frames, metamethods,
//! protected calls, coroutines and calls from native functions all live on the Lua stacks (`frame` has the layout).

mod access;
pub mod breakpoint;
pub mod call;
mod cdata;
pub mod convert;
pub mod coroutine;
pub mod debugger;
pub mod debuginfo;
pub mod dispatch;
pub(crate) mod entry;
pub mod errors;
pub(crate) mod exec;
pub mod frame;
pub mod hook;
pub(crate) mod inner;
pub mod load;
pub mod meta;
pub mod native;
pub mod profile;
pub mod run;
pub(crate) mod service;
pub mod stack;
pub mod state;
mod unwind;
pub(crate) mod vmevent;

pub use state::Vm;
