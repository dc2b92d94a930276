//! Operations that few loops have.

use super::{Generator, NONE};
use crate::eval::{Machine, Val, values};
use crate::ins::{Const, ObjId};
use crate::literal::{Conv, Field, Helper, Slot, XloadMode};
use crate::model::{CELL, FUNCTION, OPEN, STRING, TABLES, TEMPLATE};
use crate::op::IrOp;
use crate::trace::TraceError;
use crate::types::{IrRef, IrType};

/// Where closures go.
const CLOSURE: u16 = 11;

impl Generator<'_> {
    /// One of them.
    pub(super) fn rare(&mut self) -> Result<(), TraceError> {
        match self.rng.below(13) {
            0 => self.bits(),
            1 => {
                let (x, n) = (self.num()?, self.int()?);
                let r = self.b.ins(IrOp::Ldexp, IrType::Num, x, n)?;
                self.nums.push(r);
                Ok(())
            }
            2 => {
                let t = self.table()?;
                let r = self.b.ins(IrOp::Len, IrType::Int, t, NONE)?;
                self.ints.push(r);
                Ok(())
            }
            3 => self.number_of_string(),
            4 => self.metatable(),
            5 => self.table_in_upvalue(),
            6 => {
                let (t, i) = (self.table()?, self.int()?);
                let args = self.b.ins(IrOp::CArg, IrType::Nil, t, i)?;
                let r = self
                    .b
                    .ins(IrOp::CallL, IrType::Int, args, Helper::TabNext)?;
                self.ints.push(r);
                Ok(())
            }
            7 => self.byte(),
            8 => {
                let slot = Slot(Slot::FIRST.0 + self.rng.below(4) as u16);
                self.b.ins(IrOp::UClo, IrType::Nil, slot, NONE)?;
                self.snapshot()
            }
            9 => {
                let proto = self.b.konst(Const::Gc(IrType::Proto, ObjId(1)))?;
                let parent = self.slot(FUNCTION)?;
                let f = self.b.ins(IrOp::FNew, IrType::Func, proto, parent)?;
                if self.rng.chance(2) {
                    self.set_slot(CLOSURE, f);
                }
                Ok(())
            }
            10 => {
                let template = self.b.konst(Const::Gc(IrType::Tab, TEMPLATE))?;
                let t = self.b.ins(IrOp::TDup, IrType::Tab, template, NONE)?;
                self.new_tables.push(t);
                if self.rng.chance(2) {
                    let s = TABLES.start + self.rng.below(TABLES.len()) as u16;
                    self.set_slot(s, t);
                }
                Ok(())
            }
            11 => self.open_upvalue(),
            _ => self.raw_memory(),
        }
    }

    fn bits(&mut self) -> Result<(), TraceError> {
        let x = self.int()?;
        let r = if self.rng.chance(2) {
            self.b.ins(IrOp::BSwap, IrType::Int, x, NONE)?
        } else {
            let n = self.int()?;
            self.b.ins(IrOp::BRor, IrType::Int, x, n)?
        };
        self.ints.push(r);
        Ok(())
    }

    /// What an instruction gives on the model.
    fn found(&mut self, r: IrRef) -> Val {
        let found = values(self.b.trace(), &mut self.model.clone());
        found.map_or(Val::NIL, |v| v[r.index()])
    }

    fn number_of_string(&mut self) -> Result<(), TraceError> {
        let s = self.slot(STRING)?;
        let mut m = self.model.clone();
        let Ok(Val::Gc(_, id)) = values(self.b.trace(), &mut m).map(|v| v[s.index()]) else {
            return Ok(());
        };
        if m.to_num(id).is_some() {
            let r = self.b.guard(IrOp::StrTo, IrType::Num, s, NONE)?;
            self.nums.push(r);
        }
        Ok(())
    }

    fn metatable(&mut self) -> Result<(), TraceError> {
        let t = self.table()?;
        let null = self.b.konst(Const::Gc(IrType::Tab, ObjId(0)))?;
        if self.rng.chance(2) {
            let mt = self.b.ins(IrOp::FLoad, IrType::Tab, t, Field::TabMeta)?;
            let op = match self.found(mt) {
                Val::Gc(_, ObjId(0)) => IrOp::Eq,
                _ => IrOp::Ne,
            };
            return self.b.ins(op, IrType::Tab, mt, null).map(drop);
        }
        let mt = if self.rng.chance(3) {
            null
        } else {
            self.table()?
        };
        let place = self.b.ins(IrOp::FRef, IrType::Ptr, t, Field::TabMeta)?;
        self.b.ins(IrOp::FStore, IrType::Nil, place, mt)?;
        if mt != null {
            self.b.ins(IrOp::TBar, IrType::Nil, t, NONE)?;
        }
        self.snapshot()
    }

    fn table_in_upvalue(&mut self) -> Result<(), TraceError> {
        let (f, t) = (self.slot(FUNCTION)?, self.table()?);
        let place = self.b.guard(IrOp::URefC, IrType::Ptr, f, 1 << 8 | 1)?;
        self.b.ins(IrOp::UStore, IrType::Nil, place, t)?;
        self.b.ins(IrOp::OBar, IrType::Nil, place, t)?;
        self.snapshot()
    }

    /// A byte of a string, or a new string of it.
    fn byte(&mut self) -> Result<(), TraceError> {
        let s = self.slot(STRING)?;
        let len = self.b.ins(IrOp::FLoad, IrType::Int, s, Field::StrLen)?;
        let first = self.b.konst(Const::Int(0))?;
        let is_empty = self.found(len) == Val::Int(0);
        if is_empty {
            return Ok(());
        }
        self.b.ins(IrOp::Ult, IrType::Int, first, len)?;
        let at = self.b.ins(IrOp::StrRef, IrType::Ptr, s, first)?;
        if self.rng.chance(3) {
            let one = self.b.konst(Const::Int(1))?;
            let r = self.b.ins(IrOp::XSNew, IrType::Str, at, one)?;
            self.set_slot(STRING, r);
            return Ok(());
        }
        let c = self
            .b
            .ins(IrOp::XLoad, IrType::U8, at, XloadMode::READONLY)?;
        self.widen(c)
    }

    /// A small integer becomes an int.
    fn widen(&mut self, r: IrRef) -> Result<(), TraceError> {
        let ty = self.b.trace().ty(r);
        let r = match ty {
            IrType::Int => r,
            ty => self
                .b
                .ins(IrOp::Conv, IrType::Int, r, Conv::new(IrType::Int, ty))?,
        };
        self.ints.push(r);
        Ok(())
    }

    fn open_upvalue(&mut self) -> Result<(), TraceError> {
        let f = self.slot(FUNCTION)?;
        let place = self
            .b
            .guard(IrOp::URefO, IrType::Ptr, f, OPEN << 8 | (OPEN + 1))?;
        if self.rng.chance(2) {
            return self.load(IrOp::ULoad, place);
        }
        let v = self.num()?;
        self.b.ins(IrOp::UStore, IrType::Nil, place, v)?;
        self.snapshot()
    }

    /// Memory that is no object's.
    fn raw_memory(&mut self) -> Result<(), TraceError> {
        let at = self.b.konst(Const::Ptr(CELL))?;
        match self.rng.below(5) {
            0 => {
                self.b.ins(IrOp::XBar, IrType::Nil, NONE, NONE)?;
                self.snapshot()
            }
            1 | 2 => {
                let v = self.int()?;
                self.b.ins(IrOp::XStore, IrType::Int, at, v)?;
                self.snapshot()
            }
            _ => {
                let mode = self
                    .rng
                    .pick(&[XloadMode::NONE, XloadMode::NONE, XloadMode::VOLATILE]);
                let r = self.b.ins(IrOp::XLoad, IrType::Int, at, mode)?;
                self.widen(r)
            }
        }
    }
}
