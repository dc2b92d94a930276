//! Dead code: what no snapshot, effect or guard needs becomes a NOP.

use alloc::vec::Vec;

use crate::ins::Flags;
use crate::trace::{Trace, TraceError};
use crate::types::IrRef;

/// A set of instructions.
pub(crate) struct Marks(Vec<bool>);

impl Marks {
    pub(crate) fn try_new(t: &Trace) -> Result<Marks, TraceError> {
        let mut v = Vec::new();
        v.try_reserve_exact(t.len())
            .map_err(|_| TraceError::OutOfMemory)?;
        v.resize(t.len(), false);
        Ok(Marks(v))
    }
    /// Adds an instruction, and tells whether it is new. Constants are never in the set.
    pub(crate) fn mark(&mut self, r: IrRef) -> bool {
        match self.0.get_mut(r.index()).filter(|_| !r.is_const()) {
            Some(m) => !core::mem::replace(m, true),
            None => false,
        }
    }
    pub(crate) fn has(&self, r: IrRef) -> bool {
        !r.is_const() && self.0.get(r.index()).copied().unwrap_or(false)
    }
}

/// Removes dead code.
pub fn dce(t: &mut Trace) -> Result<(), TraceError> {
    let mut live = Marks::try_new(t)?;
    for s in t.snaps() {
        for e in t.snap_entries(s) {
            live.mark(e.value);
        }
    }
    // Operands come before their uses, so that one walk backwards sees every use first; PHIs are visited first of all.
    for r in t.refs().rev() {
        let ins = t.get(r);
        if live.has(r) || ins.has_side_effect() {
            live.mark(r);
            for o in ins.refs() {
                live.mark(o);
            }
        }
    }
    t.retain(|r, ins| {
        debug_assert!(live.has(r) || !ins.has(Flags::PHI));
        live.has(r)
    });
    Ok(())
}
