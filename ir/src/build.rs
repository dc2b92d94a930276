//! The builder: emits instructions through the optimisations that work while a trace grows.
//!
//! An emitted instruction is folded, forwarded or found in the trace already, and only otherwise appended. Recording uses it
//! directly; [`replay()`] sends an existing trace through it.

use alloc::vec::Vec;

use crate::ins::{Const, Flags, Ins, ObjId, Operand};
use crate::literal::Field;
use crate::op::IrOp;
use crate::opt::{Options, fold, mem};
use crate::snap::SnapEntry;
use crate::trace::{Limits, Trace, TraceError};
use crate::types::{IrRef, IrType};

/// What the builder may know about constant objects.
pub trait Objects {
    /// The length of a constant string.
    fn str_len(&self, _s: ObjId) -> Option<i32> {
        None
    }
    /// Where the upvalue of a constant prototype comes from.
    fn capture(&self, _proto: ObjId, _upvalue: u16) -> Option<Capture> {
        None
    }
    /// A field of a constant object that never changes ([`Field::is_fixed`]), as a constant.
    fn fixed_field(&self, _object: ObjId, _f: Field) -> Option<Const> {
        None
    }
    /// The number that a constant string spells.
    fn str_number(&self, _s: ObjId) -> Option<f64> {
        None
    }
    /// What a constant template holds in an array slot. It may answer only with what is no object, or an object that lives as long as
    /// the template.
    fn template_slot(&self, _template: ObjId, _index: i32) -> Option<Const> {
        None
    }
    /// What a constant template holds under a key, nil if it lacks it; with the same limits.
    fn template_field(&self, _template: ObjId, _key: Const) -> Option<Const> {
        None
    }
    /// Has a constant template no place for a key in its hash part?
    fn template_lacks(&self, _template: ObjId, _key: Const) -> bool {
        false
    }
    /// The node of a key in a constant template and in all its copies.
    fn template_node(&self, _template: ObjId, _key: Const) -> Option<u16> {
        None
    }
    /// The sizes of a constant template: of the array, and the hash part's mask.
    fn template_size(&self, _template: ObjId) -> Option<(i32, i32)> {
        None
    }
    /// A byte of a constant string.
    fn str_byte(&self, _s: ObjId, _at: i32) -> Option<u8> {
        None
    }
}

/// Where a closure's upvalue comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Capture {
    /// A variable of the frame that makes the closure: the how many-th of those, from 0.
    Local(u16),
    /// An upvalue of the function that makes the closure.
    Upvalue(u16),
}

/// Knows nothing.
#[derive(Debug)]
pub struct NoObjects;
impl Objects for NoObjects {}

/// Builds a trace.
pub struct Builder<'o> {
    pub(crate) trace: Trace,
    pub(crate) options: Options,
    pub(crate) objects: &'o dyn Objects,
    /// Was anything emitted since the last snapshot that may leave with it?
    pub(crate) guard_since_snap: bool,
    /// How many emissions are under way: rules emit too.
    depth: u32,
    /// What rules found before LOOP while a loop is peeled. PHIs may rebind it.
    pub(crate) found_before_loop: Vec<IrRef>,
    /// May guards be added so that a number whose low bits are wanted can be computed in ints?
    pub(crate) guards_bits: bool,
    /// The fold rules that fired, for tests that look for rules never reached.
    #[cfg(test)]
    pub(crate) fired: Vec<&'static str>,
}

impl<'o> Builder<'o> {
    /// A builder of an empty trace.
    pub fn try_new(
        limits: Limits,
        options: Options,
        objects: &'o dyn Objects,
    ) -> Result<Builder<'o>, TraceError> {
        Ok(Builder::from_trace(
            Trace::try_new(limits)?,
            options,
            objects,
        ))
    }
    /// A builder that goes on with a trace.
    pub fn from_trace(trace: Trace, options: Options, objects: &'o dyn Objects) -> Builder<'o> {
        Builder {
            trace,
            options,
            objects,
            guard_since_snap: true,
            depth: 0,
            found_before_loop: Vec::new(),
            guards_bits: false,
            #[cfg(test)]
            fired: Vec::new(),
        }
    }
    /// The trace so far.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }
    /// The trace, to set its link.
    pub fn trace_mut(&mut self) -> &mut Trace {
        &mut self.trace
    }
    /// Ends building.
    pub fn finish(self) -> Trace {
        self.trace
    }

    /// Emits an instruction. Guards that always hold give [`IrRef::DROP`].
    pub fn emit(&mut self, ins: Ins) -> Result<IrRef, TraceError> {
        self.depth += 1;
        let r = self.emit_inner(ins);
        self.depth -= 1;
        let r = r?;
        if self.depth > 0 {
            self.found(r)?;
        }
        Ok(r)
    }
    /// A rule uses an instruction that was there. It must not look through what a PHI may rebind, though the peeler has not seen it yet.
    pub(crate) fn found(&mut self, r: IrRef) -> Result<(), TraceError> {
        if self.trace.loop_ref().is_some_and(|l| r < l)
            && let Some(i) = self.trace.get_mut(r)
            && !i.has(Flags::PHI)
        {
            i.set(Flags::PHI);
            self.found_before_loop
                .try_reserve(1)
                .map_err(|_| TraceError::OutOfMemory)?;
            self.found_before_loop.push(r);
        }
        Ok(())
    }
    fn emit_inner(&mut self, ins: Ins) -> Result<IrRef, TraceError> {
        let ins = if self.options.fold {
            match fold::fold(self, ins)? {
                fold::Outcome::Done(r) => return Ok(r),
                fold::Outcome::Emit(ins) => ins,
            }
        } else {
            ins
        };
        if !ins.op().is_pure()
            && let Some(r) = mem::forward(self, &ins)?
        {
            return Ok(r);
        }
        if self.options.cse
            && let Some(r) = self.find(&ins)
        {
            return Ok(r);
        }
        self.append(ins)
    }
    /// Emits an instruction, given its parts.
    pub fn ins(
        &mut self,
        op: IrOp,
        ty: IrType,
        a: impl Into<Operand>,
        b: impl Into<Operand>,
    ) -> Result<IrRef, TraceError> {
        self.emit(Ins::new(op, ty, a, b))
    }
    /// Emits an instruction as a guard.
    pub fn guard(
        &mut self,
        op: IrOp,
        ty: IrType,
        a: impl Into<Operand>,
        b: impl Into<Operand>,
    ) -> Result<IrRef, TraceError> {
        self.emit(Ins::new(op, ty, a, b).guarded())
    }
    /// Appends an instruction as it is.
    pub fn append(&mut self, ins: Ins) -> Result<IrRef, TraceError> {
        self.guard_since_snap |= ins.may_leave();
        self.trace.push(ins)
    }
    /// A constant.
    pub fn konst(&mut self, k: Const) -> Result<IrRef, TraceError> {
        self.trace.konst(k)
    }

    /// Adds a snapshot for what comes next. One that no guard leaves with is replaced, but for the first.
    pub fn snapshot(
        &mut self,
        pc: u32,
        depth: u16,
        entries: &[SnapEntry],
    ) -> Result<(), TraceError> {
        if !self.guard_since_snap && self.trace.snaps().len() > 1 {
            self.trace.pop_snap();
        }
        self.guard_since_snap = false;
        self.trace.push_snap(pc, depth, entries)
    }

    /// An equal instruction whose result is still valid.
    fn find(&self, ins: &Ins) -> Option<IrRef> {
        let limit = match ins.op() {
            IrOp::SLoad | IrOp::SRef => self.trace.newest_base(),
            op if op.is_pure() => ins.refs().max(),
            _ => return None,
        };
        let limit = if ins.op() == IrOp::Nop {
            return None;
        } else {
            limit
        };
        self.find_after(ins, limit)
    }
    /// An equal instruction after `limit`.
    pub(crate) fn find_after(&self, ins: &Ins, limit: Option<IrRef>) -> Option<IrRef> {
        let mut found = self.trace.chain(ins.op(), limit);
        found
            .find(|(_, i)| {
                i.a() == ins.a()
                    && i.b() == ins.b()
                    && i.ty() == ins.ty()
                    && (i.is_guard() || !ins.is_guard())
                    && !i.has(Flags::SUNK)
            })
            .map(|(r, _)| r)
    }
}

/// Sends a trace without LOOP through a builder: its instructions, and its snapshots.
pub fn replay(trace: &Trace, options: Options, objects: &dyn Objects) -> Result<Trace, TraceError> {
    let mut b = Builder::try_new(trace.limits(), options, objects)?;
    replay_into(trace, &mut b)?;
    Ok(b.finish())
}

pub(crate) fn replay_into(trace: &Trace, b: &mut Builder<'_>) -> Result<(), TraceError> {
    let mut subst = Subst::try_new(trace.len())?;
    b.trace.link = trace.link;
    let mut snaps = trace.snaps().iter().peekable();
    let mut entries = Vec::new();
    let end = trace.next_ref();
    for r in trace.refs().chain([end]) {
        while let Some(s) = snaps.next_if(|s| s.at <= r) {
            entries.clear();
            for e in trace.snap_entries(s) {
                let value = subst.get(trace, b, e.value)?;
                entries
                    .try_reserve(1)
                    .map_err(|_| TraceError::OutOfMemory)?;
                entries.push(SnapEntry { value, ..*e });
            }
            b.snapshot(s.pc, s.depth, &entries)?;
        }
        let mut ins = trace.get(r);
        if r == end || ins.op() == IrOp::Nop {
            continue;
        }
        for (old, field) in [(ins.ref_a(), 0), (ins.ref_b(), 1)] {
            if let Some(old) = old {
                let new = subst.get(trace, b, old)?.into();
                if field == 0 {
                    ins.a = new;
                } else {
                    ins.b = new;
                }
            }
        }
        let new = b.emit(ins)?;
        subst.set(r, new);
    }
    Ok(())
}

/// Which new reference stands for an old one.
pub(crate) struct Subst(Vec<IrRef>);

impl Subst {
    pub(crate) fn try_new(len: usize) -> Result<Subst, TraceError> {
        let mut v = Vec::new();
        v.try_reserve_exact(len)
            .map_err(|_| TraceError::OutOfMemory)?;
        v.extend((0..len).map(IrRef::ins));
        Ok(Subst(v))
    }
    pub(crate) fn set(&mut self, old: IrRef, new: IrRef) {
        if let Some(slot) = self.0.get_mut(old.index()) {
            *slot = new;
        }
    }
    /// The substitute within the same trace.
    pub(crate) fn of(&self, old: IrRef) -> IrRef {
        if old.is_const() {
            old
        } else {
            self.0.get(old.index()).copied().unwrap_or(old)
        }
    }
    /// The substitute in another trace, which gets the constants it lacks.
    fn get(&self, from: &Trace, to: &mut Builder<'_>, old: IrRef) -> Result<IrRef, TraceError> {
        match from.constant(old) {
            None => Ok(self.of(old)),
            Some(Const::KSlot(key, slot)) => {
                let key = from.constant(key).unwrap_or(Const::Pri(IrType::Nil));
                let key = to.konst(key)?;
                to.konst(Const::KSlot(key, slot))
            }
            Some(k) => to.konst(k),
        }
    }
}
