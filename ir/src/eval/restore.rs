//! Leaving a trace: what an exit needs, restoring the interpreter's slots, making the objects that were sunk.
//!
//! [`restore`] serves the evaluator and machine code alike; they differ in where values come from. It makes the sunk objects first and
//! writes slots only when nothing can fail any more, so that it can be tried again after a collection.
//!
//! A sunk object may hold others, or itself: first all are made, empty, then the stores into them are repeated in the
//! trace's order. Shared ones are made once.

use alloc::vec::Vec;

use crate::eval::{Machine, Trap, Val};
use crate::ins::{Const, Flags, Ins, ObjId};
use crate::literal::{Field, Helper, Slot};
use crate::op::IrOp;
use crate::snap::{Snap, SnapKind};
use crate::trace::{Trace, TraceError};
use crate::types::IrRef;

/// Why a snapshot was not restored. No slot was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RestoreError {
    /// A sunk object could not be made; after a collection it may be.
    Trap(Trap),
    /// The exit lacks the value of this instruction, or it is of the wrong type.
    Missing(IrRef),
    /// There is no such snapshot.
    NoSnapshot,
}

impl core::fmt::Display for RestoreError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            RestoreError::Trap(Trap::OutOfMemory) => f.write_str("no memory for a sunk object"),
            RestoreError::Trap(Trap::Error) => f.write_str("a sunk object could not be made"),
            RestoreError::Missing(r) => write!(f, "no value of {r:?} at an exit"),
            RestoreError::NoSnapshot => f.write_str("no snapshot to leave with"),
        }
    }
}
impl core::error::Error for RestoreError {}

impl From<Trap> for RestoreError {
    fn from(t: Trap) -> RestoreError {
        RestoreError::Trap(t)
    }
}

const OUT_OF_MEMORY: RestoreError = RestoreError::Trap(Trap::OutOfMemory);

/// What an exit with a snapshot has to make.
#[derive(Debug, Default)]
pub struct SunkObjects {
    /// The allocations, in the trace's order.
    pub objects: Vec<IrRef>,
    /// The stores into them, in the trace's order, each with the index of its object.
    pub stores: Vec<(IrRef, usize)>,
}

impl SunkObjects {
    /// Finds what has to be made for a snapshot.
    pub fn of(t: &Trace, snap: &Snap) -> Result<SunkObjects, TraceError> {
        let mut found = SunkObjects::default();
        for e in t.snap_entries(snap) {
            found.add(t, e.value)?;
        }
        if found.objects.is_empty() {
            return Ok(found);
        }
        // The stores of other sunk objects are among these, too: which ones are needed is known at the end.
        let mut stores = Vec::new();
        for i in 1..snap.at.index() {
            let r = IrRef::ins(i);
            if let Some(object) = sunk_store(t, &t.get(r)) {
                stores.try_reserve(1).map_err(|_| TraceError::OutOfMemory)?;
                stores.push((r, object));
            }
        }
        let mut next = 0;
        while let Some(&object) = found.objects.get(next) {
            next += 1;
            let mut added = Ok(());
            t.ingredients(object, |r| {
                if added.is_ok() {
                    added = found.add(t, r);
                }
            });
            added?;
            for &(store, into) in &stores {
                if into == object
                    && let Some(v) = t.get(store).ref_b()
                {
                    found.add(t, v)?;
                }
            }
        }
        found.objects.sort_unstable();
        for (store, into) in stores {
            if let Ok(i) = found.objects.binary_search(&into) {
                found
                    .stores
                    .try_reserve(1)
                    .map_err(|_| TraceError::OutOfMemory)?;
                found.stores.push((store, i));
            }
        }
        Ok(found)
    }
    fn add(&mut self, t: &Trace, r: IrRef) -> Result<(), TraceError> {
        if !r.is_const() && t.get(r).has(Flags::SUNK) && !self.objects.contains(&r) {
            self.objects
                .try_reserve(1)
                .map_err(|_| TraceError::OutOfMemory)?;
            self.objects.push(r);
        }
        Ok(())
    }
}

/// The allocation that a sunk store goes to.
fn sunk_store(t: &Trace, ins: &Ins) -> Option<IrRef> {
    let store = matches!(
        ins.op(),
        IrOp::AStore | IrOp::HStore | IrOp::FStore | IrOp::UStore
    );
    if !store || !ins.has(Flags::SUNK) {
        return None;
    }
    t.allocation_of(ins.ref_a()?)
}

/// Calls `f` for each instruction whose value an exit with this snapshot needs, perhaps more than once: the snapshot's own values, what the
/// allocation of sunk objects takes and what is stored into them. Constants and sunk objects are not among them.
pub fn exit_values(
    t: &Trace,
    snap: &Snap,
    mut f: impl FnMut(IrRef),
) -> core::result::Result<(), TraceError> {
    let mut value = |r: Option<IrRef>| {
        if let Some(r) = r.filter(|r| !r.is_const() && !t.get(*r).has(Flags::SUNK)) {
            f(r);
        }
    };
    for e in t.snap_entries(snap) {
        if e.kind != SnapKind::Unchanged {
            value(Some(e.value));
        }
    }
    let sunk = SunkObjects::of(t, snap)?;
    for &r in &sunk.objects {
        t.ingredients(r, |r| value(Some(r)));
    }
    for &(store, _) in &sunk.stores {
        value(t.get(store).ref_b());
    }
    Ok(())
}

/// Writes what a snapshot holds into the machine's slots. `source` gives the values of instructions, as [`exit_values`] lists them.
/// After an error the machine is as before, but for objects that nobody refers to.
pub fn restore<M: Machine>(
    t: &Trace,
    snap: usize,
    source: impl Fn(IrRef) -> Option<Val>,
    machine: &mut M,
) -> Result<(), RestoreError> {
    let s = t.snaps().get(snap).ok_or(RestoreError::NoSnapshot)?;
    let sunk = SunkObjects::of(t, s).map_err(|_| OUT_OF_MEMORY)?;
    let mut x = Exit {
        t,
        source,
        machine,
        made: Vec::new(),
        sunk,
    };
    x.make()?;
    let entries = t.snap_entries(s);
    let mut values = Vec::new();
    values
        .try_reserve_exact(entries.len())
        .map_err(|_| OUT_OF_MEMORY)?;
    for e in entries.iter().filter(|e| e.kind != SnapKind::Unchanged) {
        let v = x.value(e.value)?;
        values.push(match (e.kind, v) {
            (SnapKind::Frame, Val::Ptr(word)) => Restored::Word(e.slot, word),
            (SnapKind::KeyIndex, Val::Int(i)) => Restored::Word(e.slot, u64::from(i as u32)),
            (SnapKind::Open, Val::Ptr(at)) => Restored::Open(e.slot, at),
            (SnapKind::Frame | SnapKind::KeyIndex | SnapKind::Open, _) => {
                return Err(RestoreError::Missing(e.value));
            }
            // Slots hold what Lua values are: integers become numbers.
            (_, Val::Int(i)) => Restored::Value(e.slot, Val::Num(f64::from(i))),
            (_, v) => Restored::Value(e.slot, v),
        });
    }
    for v in values {
        match v {
            Restored::Value(slot, v) => x.machine.set_slot(slot, v),
            Restored::Word(slot, word) => x.machine.set_slot_word(slot, word),
            Restored::Open(slot, at) => x.machine.open_upvalue(slot, at),
        }
    }
    Ok(())
}

enum Restored {
    Value(Slot, Val),
    Word(Slot, u64),
    Open(Slot, u64),
}

struct Exit<'a, M, S> {
    t: &'a Trace,
    source: S,
    machine: &'a mut M,
    sunk: SunkObjects,
    /// The objects made so far, as `sunk` lists them.
    made: Vec<Val>,
}

impl<M: Machine, S: Fn(IrRef) -> Option<Val>> Exit<'_, M, S> {
    fn value(&self, r: IrRef) -> Result<Val, RestoreError> {
        if let Some(k) = self.t.constant_value(r) {
            return Ok(k);
        }
        if self.t.get(r).has(Flags::SUNK) {
            let i = self.sunk.objects.binary_search(&r).ok();
            return i
                .and_then(|i| self.made.get(i).copied())
                .ok_or(RestoreError::Missing(r));
        }
        (self.source)(r).ok_or(RestoreError::Missing(r))
    }

    /// Makes the sunk objects.
    fn make(&mut self) -> Result<(), RestoreError> {
        let count = self.sunk.objects.len();
        self.made
            .try_reserve_exact(count)
            .map_err(|_| OUT_OF_MEMORY)?;
        for i in 0..count {
            let v = self.allocate(self.sunk.objects[i])?;
            self.made.push(v);
        }
        for i in 0..self.sunk.stores.len() {
            let (r, object) = self.sunk.stores[i];
            let store = self.t.get(r);
            let (Some(at), Some(v)) = (store.ref_a(), store.ref_b()) else {
                return Err(RestoreError::Missing(r));
            };
            let v = self.value(v)?;
            match self.made.get(object) {
                Some(&Val::Gc(_, id)) => self.store_into(id, at, v)?,
                Some(&Val::Ptr(upvalue)) => self.machine.store(upvalue, v),
                _ => return Err(RestoreError::Missing(r)),
            }
        }
        Ok(())
    }

    /// The string and the offset of a piece of it.
    fn string_piece(&self, ins: &Ins) -> Option<(IrRef, IrRef)> {
        let at = self.t.get(ins.ref_a()?);
        Some((at.ref_a()?, at.ref_b()?))
    }

    fn allocate(&mut self, r: IrRef) -> Result<Val, RestoreError> {
        let ins = self.t.get(r);
        let id = match ins.op() {
            IrOp::TNew => self.machine.new_table(ins.a().raw(), ins.b().raw())?,
            IrOp::TDup => match ins.ref_a().map(|a| self.value(a)).transpose()? {
                Some(Val::Gc(_, id)) => self.machine.dup_table(id)?,
                _ => return Err(RestoreError::Missing(r)),
            },
            IrOp::SNew => {
                let (s, i) = self.string_piece(&ins).ok_or(RestoreError::Missing(r))?;
                let len = ins.ref_b().ok_or(RestoreError::Missing(r))?;
                match (self.value(s)?, self.value(i)?, self.value(len)?) {
                    (Val::Gc(_, s), Val::Int(i), Val::Int(len)) => {
                        let at = self.machine.str_byte(s, i);
                        self.machine.new_str(at, len)?
                    }
                    _ => return Err(RestoreError::Missing(r)),
                }
            }
            IrOp::ToStr => {
                let x = ins.ref_a().ok_or(RestoreError::Missing(r))?;
                let mode = ins.str_mode().ok_or(RestoreError::Missing(r))?;
                let x = self.value(x)?;
                self.machine.to_str(x, mode)?
            }
            IrOp::CNewI => {
                let (Some(ty), Some(v)) = (ins.ref_a(), ins.ref_b()) else {
                    return Err(RestoreError::Missing(r));
                };
                match (self.value(ty)?, self.value(v)?) {
                    (Val::Int(ty), v) => self.machine.new_cdata(ty, Some(v))?,
                    _ => return Err(RestoreError::Missing(r)),
                }
            }
            IrOp::CallA => {
                let h = ins.helper().ok_or(RestoreError::Missing(r))?;
                let mut args = Vec::new();
                for arg in self.t.call_args(&ins) {
                    let v = self.value(arg)?;
                    args.try_reserve(1).map_err(|_| OUT_OF_MEMORY)?;
                    args.push(v);
                }
                args.reverse();
                return Ok(self.machine.call(h, &args)?);
            }
            _ => return Err(RestoreError::Missing(r)),
        };
        Ok(Val::Gc(ins.ty(), id))
    }

    /// Repeats a store through the reference `at` into the object that was made.
    fn store_into(&mut self, id: ObjId, at: IrRef, v: Val) -> Result<(), RestoreError> {
        let ins = self.t.get(at);
        match ins.op() {
            IrOp::FRef => {
                if let Some(f) = ins.field() {
                    self.machine.set_field(id, f, v);
                }
            }
            IrOp::ARef => {
                let key = ins.ref_b().ok_or(RestoreError::Missing(at))?;
                if let (Val::Ptr(array), Val::Int(i)) =
                    (self.machine.field(id, Field::TabArray), self.value(key)?)
                {
                    let at = self.machine.array_slot(array, i);
                    self.machine.store(at, v);
                }
            }
            _ => {
                let key = self.t.key_of(at).ok_or(RestoreError::Missing(at))?;
                let key = self.value(key)?;
                let mut at = self.machine.find_key(id, key);
                if at == 0 {
                    at = self.machine.new_key(id, key)?;
                }
                self.machine.store(at, v);
            }
        }
        Ok(())
    }
}

impl Trace {
    /// The value of a constant; a KSLOT's is its key.
    pub fn constant_value(&self, r: IrRef) -> Option<Val> {
        Some(match self.constant(r)? {
            Const::Pri(t) => Val::Pri(t),
            Const::Int(i) => Val::Int(i),
            Const::Num(bits) => Val::Num(f64::from_bits(bits)),
            Const::I64(i) => Val::I64(i),
            Const::U64(u) => Val::U64(u),
            Const::Gc(t, id) => Val::Gc(t, id),
            Const::Light(p) => Val::Light(p),
            Const::Ptr(p) | Const::KPtr(p) => Val::Ptr(p),
            Const::KSlot(key, _) => match self.constant(key)? {
                Const::KSlot(..) => return None,
                Const::Pri(t) => Val::Pri(t),
                Const::Num(bits) => Val::Num(f64::from_bits(bits)),
                Const::Gc(t, id) => Val::Gc(t, id),
                Const::Int(i) => Val::Int(i),
                _ => return None,
            },
        })
    }
    /// Calls `f` for each value that making a sunk object takes.
    pub(crate) fn ingredients(&self, object: IrRef, mut f: impl FnMut(IrRef)) {
        let ins = self.get(object);
        if ins.op() == IrOp::CallA {
            self.call_args(&ins).for_each(f);
            return;
        }
        for r in ins.refs() {
            // A piece of a string: its address is sunk too, unless something else needs it.
            let at = self.get(r);
            if at.op() == IrOp::StrRef {
                at.refs().for_each(&mut f);
            } else {
                f(r);
            }
        }
    }
    /// The table or upvalue made on this trace that a memory reference leads into.
    pub fn allocation_of(&self, at: IrRef) -> Option<IrRef> {
        if self.is_call_of(at, Helper::UpvalueNew) {
            return Some(at);
        }
        let ins = self.get(at);
        let mut object = match ins.op() {
            IrOp::ARef | IrOp::HRefK | IrOp::HRef | IrOp::NewRef | IrOp::FRef => ins.ref_a()?,
            _ => return None,
        };
        if matches!(ins.op(), IrOp::ARef | IrOp::HRefK) {
            let base = self.get(object);
            object = base.ref_a().filter(|_| base.op() == IrOp::FLoad)?;
        }
        matches!(self.get(object).op(), IrOp::TNew | IrOp::TDup).then_some(object)
    }
    /// The constant key of a memory reference, KSLOT looked through.
    pub(crate) fn key_of(&self, at: IrRef) -> Option<IrRef> {
        let key = self.get(at).ref_b()?;
        match self.constant(key) {
            Some(Const::KSlot(k, _)) => Some(k),
            _ => Some(key),
        }
    }
}
