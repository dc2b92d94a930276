//! What exits need: every value of a snapshot has a place where the trace is left.
//!
//! Values that nothing else needs at the point get a register only if one is free, and keep it only as long as nobody else wants it
//! (it is *weak*); otherwise they are spilled. A value with a spill slot lies there from its definition on, so a place is
//! final when the walk can't push the value out any more: at the loop's beginning and at the trace's.

use perilune_ir::eval::exit_values;
use perilune_ir::ins::Flags;
use perilune_ir::types::IrRef;

use crate::compile::{Compiler, Record, out_of_memory};
use crate::error::BackendError;
use crate::input::{Location, Policy};

impl Compiler<'_> {
    /// Gives the values of the snapshot in force a place. Comes first where an instruction may leave the trace.
    pub fn prepare_exit(&mut self) {
        let Some(snap) = self.snap else {
            self.fail(BackendError::MissingSnapshot);
            return;
        };
        if self.prepared.get(snap).copied().unwrap_or(true) {
            return;
        }
        self.prepared[snap] = true;
        let first = self.records.len();
        let trace = self.trace;
        let mut out_of_memory = false;
        let mut values = core::mem::take(&mut self.scratch);
        values.clear();
        let found = exit_values(trace, &trace.snaps()[snap], |r| {
            match values.try_reserve(1) {
                Ok(()) => values.push(r),
                Err(_) => out_of_memory = true,
            }
        });
        if found.is_err() || out_of_memory {
            self.fail(BackendError::OutOfMemory);
        }
        for &r in &values {
            self.record(snap, first, r);
        }
        self.scratch = values;
    }

    /// A value of the snapshot, unless it is a constant, its own type, or made at the exit.
    fn record(&mut self, snap: usize, first: usize, r: IrRef) {
        if r.is_const()
            || self.ty(r).is_pri()
            || r == IrRef::BASE
            || self.trace.get(r).has(Flags::SUNK)
        {
            return;
        }
        let known = self.records.get(first..).unwrap_or(&[]);
        if known.iter().any(|x| x.value == r) {
            return;
        }
        if !self.is_needed(r) {
            let free = self.free.and(self.class_of(r)).minus(self.locked);
            let random = matches!(self.input.policy, Policy::Random(_));
            let spills = free.is_empty() || (random && self.roll(3) == 0);
            if spills {
                self.spill(r);
            } else {
                let reg = self.choose(free, Some(r));
                self.assign(r, reg);
                self.weak.insert(reg);
            }
        }
        if let Err(e) = self.records.try_reserve(1).map_err(out_of_memory) {
            self.fail(e);
            return;
        }
        let reg = self.state(r).reg;
        self.records.push(Record {
            snap: snap as u16,
            value: r,
            reg,
            location: None,
        });
    }

    /// Makes the places so far final.
    pub fn settle(&mut self) {
        for i in self.settled..self.records.len() {
            let r = self.records[i];
            let location = match (self.state(r.value).spill, r.reg) {
                (Some(slot), _) => Location::Spill(slot),
                (None, Some(reg)) => reg.location(),
                (None, None) => {
                    self.fail(BackendError::Malformed);
                    continue;
                }
            };
            self.records[i].location = Some(location);
        }
        self.settled = self.records.len();
    }
}
