//! Fuel charged in one go.
//!
//! A trace that calls much charges often, and each charge is a test. Where charges follow each other and nothing in between looks at the
//! budget, the first one, the *leader*, takes the units of all. Whoever leaves before the others are due gets theirs back:
//! exits know how much to *refund*. If there isn't enough for all of them the trace is left behind the first charge, with what is
//! left; the interpreter goes on to the instruction at which the run ends.
//!
//! Built with `--cfg perilune_unmetered`, machine code takes no fuel and can't be interrupted: for measuring what that costs.

use alloc::vec::Vec;

use perilune_ir::ins::Ins;
use perilune_ir::op::IrOp;

use crate::compile::{Compiler, out_of_memory};
use crate::error::BackendError;

/// A FUEL that charges for others, too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leader {
    /// The instruction's index.
    pub at: usize,
    /// All units.
    pub units: u32,
}

/// The most units of a group.
const MOST: u32 = 1 << 20;

impl Compiler<'_> {
    /// Groups the trace's charges.
    pub fn group_fuel(&mut self) -> Result<(), BackendError> {
        let trace = self.trace;
        let snaps = trace.snaps();
        let mut refunds: Vec<u32> = Vec::new();
        refunds
            .try_reserve_exact(snaps.len())
            .map_err(out_of_memory)?;
        refunds.resize(snaps.len(), 0);
        // The snapshot of the group's leader, while others may join; the snapshot of the last FUEL.
        let mut open: Option<usize> = None;
        let mut last: Option<usize> = None;
        let mut snap = 0;
        for r in trace.refs() {
            let ins = trace.get(r);
            while snaps.get(snap + 1).is_some_and(|s| s.at <= r) {
                snap += 1;
            }
            if self.ends_group(&ins) {
                open = None;
            }
            if ins.op() != IrOp::Fuel {
                continue;
            }
            let units = u32::from(ins.a().raw());
            let is_second = last == Some(snap);
            last = Some(snap);
            if let (Some(first), Some(leader)) = (open, self.leaders.last_mut())
                && !is_second
                && leader.units + units < MOST
            {
                leader.units += units;
                for refund in refunds.get_mut(first..snap).unwrap_or(&mut []) {
                    *refund += units;
                }
                continue;
            }
            self.leaders.try_reserve(1).map_err(out_of_memory)?;
            self.leaders.push(Leader {
                at: r.index(),
                units,
            });
            // The head leaves with the first snapshot before anything is charged, and so does a FUEL before its twin.
            open = Some(snap).filter(|&s| s > 0 && !is_second);
        }
        if cfg!(perilune_unmetered) {
            refunds.fill(0);
        }
        self.refunds = refunds;
        Ok(())
    }
    /// Does it look at the budget, or does what follows run another number of times?
    fn ends_group(&self, ins: &Ins) -> bool {
        match ins.op() {
            IrOp::Loop | IrOp::CallXS => true,
            IrOp::CallN | IrOp::CallA | IrOp::CallL | IrOp::CallS => {
                let entry = ins.helper().and_then(|h| self.layout.helper(h));
                entry.is_none_or(|e| e.sync)
            }
            _ => false,
        }
    }
}
