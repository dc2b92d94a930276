//! The life of traces: hot counters, recording, installation, entry and exit.
//!
//! ```text
//! counter of a loop or function runs out ─► record ─► optimise ─► assemble ─► install: FORL becomes JFORL …
//!        JFORL … enters the trace ─► machine code ─► exit ─► restore the snapshot ─► interpreter
//!                                                     └─ hot exit: record a side trace
//! ```

pub(crate) mod helpers;
pub(crate) mod layout;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod trace;
