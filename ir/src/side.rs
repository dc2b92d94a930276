//! How a side trace begins: with what the parent trace had at the exit.
//!
//! Values come as SLOADs with mode PARENT, which the back end takes from where the parent left them. Objects that the
//! parent sank are made; what is stored into them comes as PVAL.
//!
//! Making them may fail, and then the trace is left as if it had not begun. So its first snapshot refers to sunk twins of the
//! objects, which only an exit makes.

use alloc::vec::Vec;

use crate::build::Builder;
use crate::eval::SunkObjects;
use crate::ins::{Const, Flags, Ins, Operand};
use crate::literal::SloadMode;
use crate::op::IrOp;
use crate::snap::{SnapEntry, SnapKind};
use crate::trace::{Trace, TraceError};
use crate::types::{IrRef, IrType};

fn reserve<T>(v: &mut Vec<T>) -> Result<(), TraceError> {
    v.try_reserve(1).map_err(|_| TraceError::OutOfMemory)
}

/// Emits the beginning of a side trace at a parent's exit, and gives what the slots hold then. All entries but
/// [`SnapKind::Unchanged`] have to be in the side trace's snapshots, since the exit itself wrote nothing.
///
/// If the parent sank objects, the first snapshot is taken here, with `pc`; the caller's own, for the same place, comes next.
pub fn inherit(
    b: &mut Builder<'_>,
    parent: &Trace,
    snap: usize,
    pc: u32,
) -> Result<Vec<SnapEntry>, TraceError> {
    let mut i = Inherit {
        b,
        parent,
        known: Vec::new(),
    };
    let Some(s) = parent.snaps().get(snap) else {
        return Ok(Vec::new());
    };
    let sunk = SunkObjects::of(parent, s)?;
    let mut entries = Vec::new();
    for e in parent.snap_entries(s) {
        let value = i.slot(e)?;
        reserve(&mut entries)?;
        entries.push(SnapEntry { value, ..*e });
    }
    if !sunk.objects.is_empty() {
        // Values first: afterwards come effects.
        for &r in &sunk.objects {
            let mut failed = Ok(());
            parent.ingredients(r, |o| {
                if failed.is_ok() {
                    failed = i.value(o).map(drop);
                }
            });
            failed?;
        }
        for &(r, _) in &sunk.stores {
            if let Some(v) = parent.get(r).ref_b() {
                i.value(v)?;
            }
        }
        let objects = i.known.len();
        i.make(&sunk, None)?;
        let twins = i.substituted(&entries, parent.snap_entries(s))?;
        let unmade = Unmade {
            pc,
            depth: s.depth,
            twins: &twins,
        };
        i.leave_with(&unmade)?;
        i.known.truncate(objects);
        i.make(&sunk, Some(&unmade))?;
        entries = i.substituted(&entries, parent.snap_entries(s))?;
    }
    Ok(entries)
}

/// What to leave with while the objects are being made.
struct Unmade<'a> {
    pc: u32,
    depth: u16,
    twins: &'a [SnapEntry],
}

struct Inherit<'a, 'o> {
    b: &'a mut Builder<'o>,
    parent: &'a Trace,
    /// What stands here for the parent's instructions.
    known: Vec<(IrRef, IrRef)>,
}

impl Inherit<'_, '_> {
    fn find(&self, r: IrRef) -> Option<IrRef> {
        self.known.iter().find(|k| k.0 == r).map(|k| k.1)
    }
    fn learn(&mut self, old: IrRef, new: IrRef) -> Result<IrRef, TraceError> {
        reserve(&mut self.known)?;
        self.known.push((old, new));
        Ok(new)
    }
    fn is_sunk(&self, r: IrRef) -> bool {
        !r.is_const() && self.parent.get(r).has(Flags::SUNK)
    }
    fn constant(&mut self, k: Const) -> Result<IrRef, TraceError> {
        match k {
            Const::KSlot(key, slot) => {
                let key = self.parent.constant(key).unwrap_or(Const::Pri(IrType::Nil));
                let key = self.b.konst(key)?;
                self.b.konst(Const::KSlot(key, slot))
            }
            k => self.b.konst(k),
        }
    }

    /// The value of a slot; a sunk object stands for itself until it is made.
    fn slot(&mut self, e: &SnapEntry) -> Result<IrRef, TraceError> {
        if let Some(k) = self.parent.constant(e.value) {
            return self.constant(k);
        }
        if self.is_sunk(e.value) {
            return Ok(IrRef::NIL);
        }
        if let Some(r) = self.find(e.value) {
            return Ok(r);
        }
        if e.kind == SnapKind::Open {
            return self.value(e.value);
        }
        let old = self.parent.get(e.value);
        let mut mode = SloadMode::INHERIT;
        if old.op() == IrOp::SLoad && old.sload_mode().has(SloadMode::READONLY) {
            mode = mode.with(SloadMode::READONLY);
        }
        mode = match e.kind {
            SnapKind::Frame => mode.with(SloadMode::FRAME),
            SnapKind::KeyIndex => mode.with(SloadMode::KEYINDEX),
            _ => mode,
        };
        let ty = old.ty().widened();
        mode = match e.kind {
            // The stack has it, as a number if it is an int.
            SnapKind::Unchanged if ty == IrType::Int => mode.with(SloadMode::CONVERT),
            SnapKind::Unchanged => mode,
            _ => mode.with(SloadMode::PARENT),
        };
        let r = self.b.ins(IrOp::SLoad, ty, e.slot, mode)?;
        self.learn(e.value, r)
    }

    /// A value that no slot has.
    fn value(&mut self, r: IrRef) -> Result<IrRef, TraceError> {
        if let Some(k) = self.parent.constant(r) {
            return self.constant(k);
        }
        if let Some(known) = self.find(r) {
            return Ok(known);
        }
        if self.is_sunk(r) {
            return Ok(IrRef::NIL);
        }
        let ty = self.parent.get(r).ty().widened();
        let index = Operand::from(r.index() as u16);
        let new = self.b.ins(IrOp::PVal, ty, index, Operand::NONE)?;
        self.learn(r, new)
    }

    /// Entries with the objects made last in place of the parent's sunk ones.
    fn substituted(
        &self,
        entries: &[SnapEntry],
        old: &[SnapEntry],
    ) -> Result<Vec<SnapEntry>, TraceError> {
        let mut v = Vec::new();
        v.try_reserve_exact(entries.len())
            .map_err(|_| TraceError::OutOfMemory)?;
        v.extend(entries.iter().zip(old).map(|(e, old)| {
            let sunk = self.is_sunk(old.value);
            let made = self.find(old.value).filter(|_| sunk);
            SnapEntry {
                value: made.unwrap_or(e.value),
                ..*e
            }
        }));
        Ok(v)
    }

    fn leave_with(&mut self, unmade: &Unmade<'_>) -> Result<(), TraceError> {
        self.b.snapshot(unmade.pc, unmade.depth, unmade.twins)
    }

    /// Emits the objects, then the stores in the parent's order: a new key may move the places of others. Without a snapshot to leave with
    /// these are twins.
    fn make(&mut self, sunk: &SunkObjects, unmade: Option<&Unmade<'_>>) -> Result<(), TraceError> {
        let twin = unmade.is_none();
        for &r in &sunk.objects {
            // Addresses of pieces, lists of arguments: innermost first.
            let mut chain = Vec::new();
            let mut at = self.parent.get(r).ref_a();
            while let Some(o) = at.filter(|&o| {
                let op = self.parent.get(o).op();
                matches!(op, IrOp::StrRef | IrOp::CArg)
            }) {
                reserve(&mut chain)?;
                chain.push(o);
                at = self.parent.get(o).ref_a();
            }
            for &o in chain.iter().rev() {
                self.copy(o, twin)?;
            }
            self.copy(r, twin)?;
        }
        let mut stored = false;
        for &(store, _) in &sunk.stores {
            let Some(at) = self.parent.get(store).ref_a() else {
                continue;
            };
            if let Some(base) = self.parent.get(at).ref_a()
                && self.parent.get(base).op() == IrOp::FLoad
            {
                self.copy(base, twin)?;
            }
            // Adding a key may fail, behind stores into objects that nobody has seen then.
            if let Some(unmade) = unmade.filter(|_| stored)
                && self.parent.get(at).op() == IrOp::NewRef
                && self.find(at).is_none()
            {
                self.leave_with(unmade)?;
            }
            self.copy(at, twin)?;
            self.emit_copy(self.parent.get(store), twin)?;
            stored = true;
        }
        Ok(())
    }
    /// The copy of an instruction, made once.
    fn copy(&mut self, r: IrRef, twin: bool) -> Result<(), TraceError> {
        if self.find(r).is_some() {
            return Ok(());
        }
        let new = self.emit_copy(self.parent.get(r), twin)?;
        self.learn(r, new).map(drop)
    }
    fn emit_copy(&mut self, mut ins: Ins, twin: bool) -> Result<IrRef, TraceError> {
        if let Some(a) = ins.ref_a() {
            ins.a = self.value(a)?.into();
        }
        if let Some(b) = ins.ref_b() {
            ins.b = self.value(b)?.into();
        }
        ins.clear(Flags::PHI);
        ins.clear(Flags::SUNK);
        if twin {
            ins.set(Flags::SUNK);
            return self.b.append(ins);
        }
        self.b.emit(ins)
    }
}
