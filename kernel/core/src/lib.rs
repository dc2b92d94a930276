//! System call scripting: a process loads a Lua script into a kernel, and runs it there.
//!
//! One call loads the script, another runs it with arguments and brings back its results; in between the script makes the process's own
//! system calls without crossing into the kernel for each. Nothing here names an operating system: a kernel is whatever implements
//! [`Kernel`], be it a real one or a program that imitates one over ordinary system calls.
//!
//! ```text
//! process ── load, run ──► request  decodes what the process asks for, through checked copies
//!                            │
//!                          exclusive  one run at a time, EBUSY for others
//!                            │
//!                          script   a state, its limits and its account
//!                            │
//!                          sys      what scripts see ──► kernel::Kernel
//! ```
//!
//! | module | subject |
//! |---|---|
//! | [`kernel`], [`memory`], [`errno`] | what a kernel provides, and in which terms |
//! | [`slots`], [`entries`] | what batches and maps are made of, also in shared memory |
//! | [`limits`] | limits and accounts |
//! | [`script`] | loading, running, resuming |
//! | [`exclusive`] | one run at a time |
//! | [`request`] | the layout of load and run calls |
//! | [`sys`] | the library that scripts see |
//!
//! # Invariants
//! * A script reaches memory only through strings and views that are bounds-checked; addresses in the process are numbers, which the
//!   kernel checks with every copy. Each byte is fetched once and then used from the copy.
//! * Everything a script allocates counts against its limit; a failed allocation is a Lua error.
//! * A run stops at the next loop iteration, call or piece of a long library function when its process is being killed or its fuel
//!   is used up, and can be resumed.

#![no_std]
#![deny(unsafe_code)]

extern crate alloc;

#[allow(unsafe_code)]
mod allocate;
#[allow(unsafe_code)]
pub mod entries;
pub mod errno;
#[allow(unsafe_code)]
pub mod exclusive;
mod host;
#[allow(unsafe_code)]
pub mod kernel;
pub mod limits;
#[allow(unsafe_code)]
pub mod memory;
pub mod request;
pub mod script;
#[allow(unsafe_code)]
pub mod slots;
#[allow(unsafe_code)]
mod speculation;
pub mod sys;
mod world;

pub use errno::Errno;
pub use exclusive::Exclusive;
pub use kernel::Kernel;
pub use limits::{Limits, Usage};
pub use script::{Answer, Argument, LoadError, Message, Outcome, Script};
