//! Loop peeling by copy-substitution: the recorded iteration stays as it is, LOOP follows, then a second copy, each
//! instruction emitted anew with operands from the end of the first. What folds into an instruction of the first copy is invariant and has
//! left the loop; where the substitute differs from what it replaces, a PHI carries it.
//!
//! Source of the method: LuaJIT.

use alloc::vec::Vec;

use crate::build::{Builder, Objects, Subst};
use crate::ins::{Flags, Ins, Operand};
use crate::literal::Conv;
use crate::op::IrOp;
use crate::opt::Options;
use crate::opt::dce::Marks;
use crate::snap::{SnapEntry, SnapKind};
use crate::trace::{Trace, TraceError};
use crate::types::{IrRef, IrType};

/// Peels the loop of a trace that links to itself. After an error the trace is as before, but for bounds checks that a
/// stronger one took the place of.
pub fn peel(trace: &mut Trace, options: Options, objects: &dyn Objects) -> Result<(), TraceError> {
    let invar = trace.next_ref();
    let at_end = trace.snaps().last().is_some_and(|s| s.at == invar);
    if !at_end || trace.loop_ref().is_some() {
        return Err(TraceError::NothingToLoop);
    }
    let mark = trace.mark();
    let subst = Subst::try_new(trace.len())?;
    let empty = Trace::try_new(trace.limits())?;
    let taken = core::mem::replace(trace, empty);
    let switches = taken.newest_switch().is_some();
    let mut p = Peeler {
        b: Builder::from_trace(taken, options, objects),
        subst,
        invar,
        phis: Vec::new(),
        scratch: Vec::new(),
        switches,
        switched: false,
    };
    let result = p.run();
    *trace = p.b.finish();
    if result.is_err() {
        trace.rollback(mark);
    }
    result
}

struct Peeler<'o> {
    b: Builder<'o>,
    subst: Subst,
    /// Where the first copy ends.
    invar: IrRef,
    /// Left operands of PHIs.
    phis: Vec<IrRef>,
    /// The snapshot being copied.
    scratch: Vec<SnapEntry>,
    /// Does the loop exchange the running thread?
    switches: bool,
    /// Has the copy done so by now?
    switched: bool,
}

impl Peeler<'_> {
    fn add_phi(&mut self, r: IrRef) -> Result<(), TraceError> {
        if r.is_const() || r >= self.invar || self.b.trace.ty(r).is_pri() {
            return Ok(());
        }
        let Some(ins) = self.b.trace.get_mut(r) else {
            return Ok(());
        };
        if ins.has(Flags::PHI) {
            return Ok(());
        }
        ins.set(Flags::PHI);
        self.push_phi(r)
    }
    fn push_phi(&mut self, r: IrRef) -> Result<(), TraceError> {
        if self.phis.len() >= self.b.trace.limits().phis as usize {
            return Err(TraceError::TooManyPhis);
        }
        self.phis
            .try_reserve(1)
            .map_err(|_| TraceError::OutOfMemory)?;
        self.phis.push(r);
        Ok(())
    }

    fn run(&mut self) -> Result<(), TraceError> {
        let invar = self.invar;
        let snaps = self.b.trace.snaps().len();
        let loop_snap = snaps - 1;
        let first_copied = snaps;
        let nop = Operand::NONE;
        self.b.append(Ins::new(IrOp::Loop, IrType::Nil, nop, nop))?;
        self.b.guard_since_snap = true;
        let final_slots = self.slots_of(loop_snap)?;
        let mut next_snap = 1;
        for r in (1..invar.index()).map(IrRef::ins) {
            while next_snap < loop_snap && self.b.trace.snaps()[next_snap].at <= r {
                self.copy_snap(next_snap, &final_slots)?;
                next_snap += 1;
            }
            let new = self.copy_ins(r, &final_slots)?;
            self.subst.set(r, new);
            self.switched |= self.b.trace.get(r).is_switch();
        }
        // The snapshot at the end of the copy, for guards that stand before the first snapshot.
        if next_snap < loop_snap {
            for s in next_snap..loop_snap {
                self.copy_snap(s, &final_slots)?;
            }
        }
        if !self.b.guard_since_snap && self.b.trace.snaps().len() > first_copied {
            self.b.trace.pop_snap();
        }
        self.emit_phis(&final_slots, first_copied)
    }

    fn slots_of(&self, snap: usize) -> Result<Vec<SnapEntry>, TraceError> {
        let t = &self.b.trace;
        let from = t.snap_entries(&t.snaps()[snap]);
        let mut v = Vec::new();
        v.try_reserve_exact(from.len())
            .map_err(|_| TraceError::OutOfMemory)?;
        v.extend_from_slice(from);
        Ok(v)
    }

    /// A snapshot of the copy: what the original says, substituted, and what the first iteration has left in other slots.
    fn copy_snap(&mut self, snap: usize, final_slots: &[SnapEntry]) -> Result<(), TraceError> {
        let s = self.b.trace.snaps()[snap];
        let old = self.b.trace.snap_entries(&s);
        // The recorder has written them to the stack that the trace runs on no more.
        let final_slots = if self.switched { &[] } else { final_slots };
        let new = &mut self.scratch;
        new.clear();
        new.try_reserve(old.len() + final_slots.len())
            .map_err(|_| TraceError::OutOfMemory)?;
        let mut rest = final_slots.iter().peekable();
        // Where threads are exchanged, the stack has all that the trace knows of it at the loop's end.
        let switches = self.switches;
        let leaves = |f: &SnapEntry| !switches || f.kind != SnapKind::Unchanged;
        for e in old {
            while let Some(f) = rest.next_if(|f| f.slot < e.slot) {
                new.extend(Some(*f).filter(leaves));
            }
            let shadowed = rest.next_if(|f| f.slot == e.slot);
            let value = self.subst.of(e.value);
            // What was in the slot at the beginning is there now only if nothing was written.
            let kind = match (e.kind, shadowed) {
                (SnapKind::Unchanged, Some(f)) => f.kind,
                (kind, _) => kind,
            };
            new.push(SnapEntry {
                slot: e.slot,
                value,
                kind,
            });
        }
        new.extend(rest.copied().filter(leaves));
        self.b.snapshot(s.pc, s.depth, new)
    }

    /// Emits the copy of an instruction.
    fn copy_ins(&mut self, r: IrRef, final_slots: &[SnapEntry]) -> Result<IrRef, TraceError> {
        let mut ins = self.b.trace.get(r);
        if ins.op() == IrOp::Nop {
            return Ok(r);
        }
        ins.clear(Flags::PHI);
        if let Some(a) = ins.ref_a() {
            ins.a = self.subst.of(a).into();
        }
        if let Some(b) = ins.ref_b() {
            ins.b = self.subst.of(b).into();
        }
        let same = ins.a == self.b.trace.get(r).a && ins.b == self.b.trace.get(r).b;
        let is_initial = ins.op() == IrOp::SLoad && !self.switched;
        let slot = final_slots.iter().find(|e| e.slot == ins.slot());
        let new = if let Some(e) = slot.filter(|_| is_initial) {
            e.value
        } else if is_initial && !self.switches {
            r
        } else if ins.op().is_pure() && same {
            return Ok(r);
        } else {
            let new = self.b.emit(ins)?;
            while let Some(r) = self.b.found_before_loop.pop() {
                self.push_phi(r)?;
            }
            new
        };
        let no_result = ins.op().is_comparison()
            || ins.op() == IrOp::Abc
            || ins.op().meta().rule == crate::op::Rule::Nil;
        if new == r || new == IrRef::DROP || no_result {
            return Ok(new);
        }
        let (want, have) = (ins.ty(), self.b.trace.ty(new));
        self.add_phi(new)?;
        if want == have || (want.is_int32() && have.is_int32()) {
            return Ok(new);
        }
        let converted = match (want, have) {
            (IrType::Num, IrType::Int) => {
                self.b.ins(IrOp::Conv, IrType::Num, new, Conv::NUM_INT)?
            }
            (IrType::Int, IrType::Num) => {
                self.b
                    .guard(IrOp::Conv, IrType::Int, new, Conv::INT_NUM_CHECK)?
            }
            _ => return Err(TraceError::TypeInstability),
        };
        self.add_phi(converted)?;
        Ok(converted)
    }

    /// Everything of the first copy that the second uses and that has another substitute needs a PHI.
    fn add_used(&mut self, first_copied: usize) -> Result<(), TraceError> {
        for r in (self.invar.index()..self.b.trace.len()).map(IrRef::ins) {
            for o in self.b.trace.get(r).refs() {
                self.add_variant(o)?;
            }
        }
        for s in first_copied..self.b.trace.snaps().len() {
            let snap = self.b.trace.snaps()[s];
            for i in 0..snap.count as usize {
                let value = self.b.trace.snap_entries(&snap).get(i).map(|e| e.value);
                self.add_variant(value.unwrap_or(IrRef::NIL))?;
            }
        }
        let mut i = 0;
        while i < self.phis.len() {
            let right = self.subst.of(self.phis[i]);
            self.add_variant(right)?;
            i += 1;
        }
        Ok(())
    }
    fn add_variant(&mut self, mut r: IrRef) -> Result<(), TraceError> {
        // A list of arguments is no value: what it lists is.
        while r < self.invar && self.b.trace.get(r).op() == IrOp::CArg {
            let list = self.b.trace.get(r);
            if let Some(b) = list.ref_b()
                && self.subst.of(b) != b
            {
                self.add_phi(b)?;
            }
            r = list.ref_a().unwrap_or(IrRef::NIL);
        }
        if r < self.invar && self.subst.of(r) != r {
            self.add_phi(r)?;
        }
        Ok(())
    }

    /// Emits the PHIs that are needed: those whose left operand the loop or a snapshot uses, and those that such PHIs need.
    fn emit_phis(
        &mut self,
        final_slots: &[SnapEntry],
        first_copied: usize,
    ) -> Result<(), TraceError> {
        // A slot that is only written has no SLOAD, yet what it holds changes.
        let switches = self.switches;
        let changes = |e: &&SnapEntry| !switches || e.kind != SnapKind::Unchanged;
        for e in final_slots.iter().filter(changes) {
            let mut r = e.value;
            while !r.is_const() && r < self.invar && self.subst.of(r) != r {
                if self.b.trace.get(r).has(Flags::PHI) || self.b.trace.ty(r).is_pri() {
                    break;
                }
                self.add_phi(r)?;
                r = self.subst.of(r);
            }
        }
        self.add_used(first_copied)?;
        let t = &self.b.trace;
        let mut used = Marks::try_new(t)?;
        for r in (self.invar.index()..t.len()).map(IrRef::ins) {
            for o in t.get(r).refs() {
                used.mark(o);
            }
        }
        // Arguments of calls may be lists from before the loop.
        for r in (1..self.invar.index()).rev().map(IrRef::ins) {
            let ins = t.get(r);
            if ins.op() == IrOp::CArg && used.has(r) {
                for o in ins.refs() {
                    used.mark(o);
                }
            }
        }
        for s in t.snaps().iter().skip(first_copied) {
            for e in t.snap_entries(s) {
                used.mark(e.value);
            }
        }
        for e in final_slots.iter().filter(changes) {
            used.mark(e.value);
        }
        loop {
            let mut changed = false;
            for &left in &self.phis {
                if used.has(left) {
                    changed |= used.mark(self.subst.of(left));
                }
            }
            if !changed {
                break;
            }
        }
        for &left in &self.phis {
            let right = self.subst.of(left);
            let redundant = right == left || right == IrRef::DROP || !used.has(left);
            if redundant && let Some(i) = self.b.trace.get_mut(left) {
                i.clear(Flags::PHI);
            }
        }
        for i in 0..self.phis.len() {
            let left = self.phis[i];
            if !self.b.trace.get(left).has(Flags::PHI) {
                continue;
            }
            let right = self.subst.of(left);
            let ty = self.b.trace.ty(left);
            if self.b.trace.ty(right) != ty {
                return Err(TraceError::TypeInstability);
            }
            if right > self.invar
                && let Some(i) = self.b.trace.get_mut(right)
            {
                i.set(Flags::PHI);
            }
            self.b.append(Ins::new(IrOp::Phi, ty, left, right))?;
        }
        Ok(())
    }
}
