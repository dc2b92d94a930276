//! Tables: creation, reads and writes.

use perilune_ir::ins::Operand;
use perilune_ir::literal::{Field, Helper};
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use super::arith::Traced;
use super::at::At;
use super::dispatch::Then;
use super::index::Lookup;
use super::{Record, Recorder};
use crate::bytecode::Bc;
use crate::jit::trace::TraceAbort;
use crate::value::{Gc, Table, Value};

/// The most values that one TSETM of a trace stores.
const MAX_OPEN: usize = 64;

impl Recorder {
    /// TNEW
    pub(super) fn new_table(&mut self, at: &At<'_>) -> Record<Then> {
        let slots = match at.ins.d() & 0x7FF {
            0x7FF => 0x801,
            n => n,
        };
        let bits = at.ins.d() >> 11;
        let r = self
            .b
            .ins(IrOp::TNew, IrType::Tab, slots as u16, bits as u16)?;
        self.result(at, r)
    }
    /// TDUP
    pub(super) fn duplicate_table(&mut self, at: &At<'_>) -> Record<Then> {
        let template = self.konst(at.object(at.ins.d()))?;
        let r = self
            .b
            .ins(IrOp::TDup, IrType::Tab, template, Operand::NONE)?;
        self.result(at, r)
    }

    /// The table and the key of an instruction that reads or writes one.
    fn lookup(&mut self, at: &At<'_>, op: Bc) -> Record<Lookup> {
        let ins = at.ins;
        if matches!(op, Bc::GGet | Bc::GSet) {
            let f = self.current_function()?;
            let env = self.field(f, Field::FuncEnv)?;
            let key = at.object(ins.d());
            return Ok(Lookup {
                object: (env, at.function().env.get().into()),
                key: (self.konst(key)?, key),
            });
        }
        let object = (self.get(at, ins.b())?, at.slot(ins.b()));
        let key = self.key(at, op)?;
        Ok(Lookup { object, key })
    }
    fn key(&mut self, at: &At<'_>, op: Bc) -> Record<Traced> {
        let c = at.ins.c();
        Ok(match op {
            Bc::TGetV | Bc::TSetV | Bc::TGetR | Bc::TSetR => (self.get(at, c)?, at.slot(c)),
            Bc::TGetS | Bc::TSetS => (self.konst(at.object(c))?, at.object(c)),
            _ => (self.kint(c as i32)?, Value::int(c as i32)),
        })
    }

    /// GGET, TGETV, TGETS, TGETB
    pub(super) fn table_get(&mut self, at: &At<'_>, op: Bc) -> Record<Then> {
        let lookup = self.lookup(at, op)?;
        self.index_get(at, lookup)
    }

    /// GSET, TSETV, TSETS, TSETB
    pub(super) fn table_set(&mut self, at: &At<'_>, op: Bc) -> Record<Then> {
        let lookup = self.lookup(at, op)?;
        let value = self.get(at, at.ins.a())?;
        self.index_set(at, lookup, value)
    }

    /// TGETR
    pub(super) fn table_get_raw(&mut self, at: &At<'_>) -> Record<Then> {
        let (t, Lookup { object, key }) = self.raw_lookup(at, Bc::TGetR)?;
        let (r, _) = self.raw_get(t, object.0, key)?;
        self.result(at, r)
    }

    /// TSETR
    pub(super) fn table_set_raw(&mut self, at: &At<'_>) -> Record<Then> {
        let (t, Lookup { object, key }) = self.raw_lookup(at, Bc::TSetR)?;
        let value = self.get(at, at.ins.a())?;
        self.raw_set(at, t, object.0, key, value)?;
        Ok(Then::Next)
    }

    fn raw_lookup(&mut self, at: &At<'_>, op: Bc) -> Record<(Gc<Table>, Lookup)> {
        let lookup = self.lookup(at, op)?;
        let t = lookup.object.1.as_table().ok_or(TraceAbort::BadType)?;
        Ok((t, lookup))
    }

    /// TSETM: the open results go into the array part, in which room is made first.
    pub(super) fn table_set_many(&mut self, at: &At<'_>) -> Record<Then> {
        let (a, n) = (at.ins.a(), self.open_results);
        let first = at.number(at.ins.d()).to_bits() as u32;
        let tab = self.get(at, a - 1)?;
        if self.ty(tab) != IrType::Tab || n > MAX_OPEN || first > 0xFFFF {
            return Err(TraceAbort::BadType);
        }
        if n == 0 {
            self.shrink(a);
            return Ok(Then::Next);
        }
        let mut values = [IrRef::NIL; MAX_OPEN];
        for (i, value) in values.iter_mut().enumerate().take(n) {
            *value = self.get(at, a + i)?;
            *value = self.as_num(*value)?;
        }
        let slots = self.kint((first as usize + n) as i32)?;
        let args = self.b.ins(IrOp::CArg, IrType::Nil, tab, slots)?;
        self.b
            .ins(IrOp::CallS, IrType::Nil, args, Helper::TabReserve)?;
        let array = self.field(tab, Field::TabArray)?;
        for (i, value) in values.iter().enumerate().take(n) {
            let index = self.kint((first as usize + i) as i32)?;
            let place = self.b.ins(IrOp::ARef, IrType::Ptr, array, index)?;
            self.store_at(place, true, tab, *value)?;
        }
        self.needs_snapshot = true;
        self.shrink(a);
        Ok(Then::Next)
    }
}
