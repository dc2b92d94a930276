//! The life of traces: hot counters, recording, installation, entry and exit.
//!
//! ```text
//! counter of a loop or function runs out ─► record ─► optimise ─► assemble ─► install: FORL becomes JFORL …
//!        JFORL … enters the trace ─► machine code ─► exit ─► restore the snapshot ─► interpreter
//!                                                     └─ hot exit: record a side trace
//! ```
//!
//! | module | subject |
//! |---|---|
//! | [`state`] | the JIT's part of a state, switches |
//! | [`parameters`] | LuaJIT's parameters and flags |
//! | [`anchor`] | what prototypes hold: counters, constants of traces, instructions that traces replaced |
//! | [`hot`] | hot instructions, penalties, instructions left alone for a while |
//! | [`recording`] | the recorder's turn |
//! | [`trace`], [`store`], [`install`] | recordings; installed traces; patching, links, flushing, eviction |
//! | [`enter`] | running traces, what follows an exit |
//! | [`evaluate`] | traces run by the IR's evaluator |
//! | [`machine`] | machine code: memory, assembling, linking, entering |
//! | [`plan`] | what exits from machine code write |
//! | [`helpers`], [`layout`] | functions that traces call; where machine code finds things |
//! | [`observe`] | events for the host's program |
//! | [`events`] | dumps |
//! | [`describe`] | what tools show of traces and of why there are none |

pub(crate) mod anchor;
mod describe;
pub(crate) mod enter;
pub(crate) mod evaluate;
pub(crate) mod events;
pub(crate) mod helpers;
pub(crate) mod hot;
pub(crate) mod install;
pub(crate) mod layout;
pub(crate) mod machine;
mod observe;
mod parameters;
pub(crate) mod plan;
pub(crate) mod recording;
pub(crate) mod state;
pub(crate) mod store;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub(crate) mod trace;

pub use describe::{RecordingFailure, SiteState, TraceSummary, WritePlace};
pub(crate) use observe::Observer;
pub use observe::{TraceCallback, TraceEvent};
pub use parameters::JitMode;
pub(crate) use parameters::Settings;
pub(crate) use state::Jit;
pub use trace::TraceAbort;

/// How a state compiles.
#[derive(Clone, Copy, Debug, Default)]
pub struct Config {
    /// What becomes of recorded traces.
    pub mode: JitMode,
    /// Is the JIT on from the start? Scripts can switch it with `jit.on()` and `jit.off()`.
    pub off: bool,
}

/// Makes the tables that all states' compilers share, which are never freed: for a host that wants to say when and where they are
/// allocated. False if there is no memory.
pub fn prepare() -> bool {
    perilune_jit_x86::code::prepare().is_ok()
}
