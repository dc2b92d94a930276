//! Restoring the interpreter's slots from a snapshot, and making the objects that were sunk.

use alloc::vec::Vec;

use crate::eval::{EvalError, Evaluator, Machine, Trap, Val};
use crate::ins::{Const, Flags, ObjId};
use crate::literal::Field;
use crate::op::IrOp;
use crate::snap::SnapKind;
use crate::types::{IrRef, IrType};

impl<M: Machine> Evaluator<'_, M> {
    /// Writes what the snapshot holds into the machine's slots.
    pub(super) fn restore(&mut self, snap: usize) -> Result<(), EvalError> {
        let t = self.trace;
        let Some(s) = t.snaps().get(snap) else {
            return Err(self.error(IrRef::BASE, "no snapshot to leave with"));
        };
        let mut made: Vec<(IrRef, Val)> = Vec::new();
        for e in t.snap_entries(s) {
            if e.kind == SnapKind::Unchanged {
                continue;
            }
            let r = e.value;
            let v = if r.is_const() || !t.get(r).has(Flags::SUNK) {
                self.val(r)
            } else if let Some(&(_, v)) = made.iter().find(|m| m.0 == r) {
                v
            } else {
                let v = self
                    .unsink(r, s.at)
                    .map_err(|_| self.error(r, "no memory for a sunk object"))?;
                let v = v.ok_or(self.error(r, "sunk value can't be made"))?;
                made.push((r, v));
                v
            };
            // Slots hold what Lua values are: integers become numbers.
            let v = match v {
                Val::Int(i) => Val::Num(f64::from(i)),
                v => v,
            };
            self.machine.set_slot(e.slot, v);
        }
        Ok(())
    }

    /// Makes the sunk object `r`, and repeats the stores into it that come before `end`.
    fn unsink(&mut self, r: IrRef, end: IrRef) -> Result<Option<Val>, Trap> {
        let t = self.trace;
        let ins = t.get(r);
        let arg = |o: crate::ins::Operand| o.as_ref().unwrap_or(IrRef::NIL);
        let id = match ins.op() {
            IrOp::TNew => self.machine.new_table(ins.a().raw(), ins.b().raw())?,
            IrOp::TDup => match self.val(arg(ins.a())) {
                Val::Gc(_, id) => self.machine.dup_table(id)?,
                _ => return Ok(None),
            },
            _ => return Ok(None),
        };
        for i in r.index() + 1..end.index() {
            let store = t.get(IrRef::ins(i));
            if store.has(Flags::SUNK)
                && matches!(store.op(), IrOp::AStore | IrOp::HStore | IrOp::FStore)
                && let Some(at) = store.ref_a()
                && t.allocation_of(at) == Some(r)
            {
                let v = self.val(arg(store.b()));
                self.store_into(id, at, v)?;
            }
        }
        Ok(Some(Val::Gc(IrType::Tab, id)))
    }

    /// Repeats a store through the reference `at` into the object that was made.
    fn store_into(&mut self, id: ObjId, at: IrRef, v: Val) -> Result<(), Trap> {
        let ins = self.trace.get(at);
        let key = ins.ref_b().map_or(Val::NIL, |k| self.val(k));
        match ins.op() {
            IrOp::FRef => {
                if let Some(f) = ins.field() {
                    self.machine.set_field(id, f, v);
                }
            }
            IrOp::ARef => {
                if let (Val::Ptr(array), Val::Int(i)) =
                    (self.machine.field(id, Field::TabArray), key)
                {
                    let at = self.machine.array_slot(array, i);
                    self.machine.store(at, v);
                }
            }
            _ => {
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

impl crate::trace::Trace {
    /// The table allocation on this trace that a memory reference leads into.
    pub fn allocation_of(&self, at: IrRef) -> Option<IrRef> {
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
