//! Random traces of loops, as a recorder would make them: guards hold in the first iteration, a snapshot follows each
//! effect, the slots have the same types at the end as at the beginning.

mod rare;

use std::vec::Vec;

use super::{ARRAY_SIZE, FUNCTION, INTEGRAL, KEYS, Model, NUMBERS, Rng, SLOTS, STRING, TABLES};
use crate::build::{Builder, NoObjects};
use crate::eval::{Machine, Val, arith, values};
use crate::ins::{Const, Ins, ObjId, Operand};
use crate::literal::{BufMode, Conv, ConvMode, Field, FpMath, Helper, SloadMode, Slot, StrMode};
use crate::op::IrOp;
use crate::opt::{Counter, Options, bounds_check};
use crate::snap::SnapEntry;
use crate::trace::{Limits, Link, Trace, TraceError};
use crate::types::{IrRef, IrType};

/// A trace of about `size` steps that runs on `model`.
pub fn random_trace(rng: &mut Rng, model: &Model, size: usize) -> Result<Trace, TraceError> {
    let b = Builder::try_new(
        Limits::default(),
        Options {
            abc: true,
            ..Options::NONE
        },
        &NoObjects,
    )?;
    let mut g = Generator {
        rng,
        model,
        b,
        slots: [None; SLOTS as usize],
        written: [false; SLOTS as usize],
        nums: Vec::new(),
        ints: Vec::new(),
        new_tables: Vec::new(),
        pc: 0,
        counter: None,
    };
    g.snapshot()?;
    g.begin_counting()?;
    for _ in 0..size {
        g.step()?;
    }
    g.use_results()?;
    g.count()?;
    g.snapshot()?;
    g.b.ins(IrOp::Fuel, IrType::Nil, 1, Operand::NONE)?;
    g.pc = u32::MAX;
    g.snapshot()?;
    g.b.trace_mut().link = Link::Loop;
    Ok(g.b.finish())
}

struct Generator<'a> {
    rng: &'a mut Rng,
    model: &'a Model,
    b: Builder<'static>,
    slots: [Option<IrRef>; SLOTS as usize],
    written: [bool; SLOTS as usize],
    nums: Vec<IrRef>,
    ints: Vec<IrRef>,
    new_tables: Vec<IrRef>,
    pc: u32,
    /// Some loops count slot 2 upwards, below the size of the arrays.
    counter: Option<Counter>,
}

/// Where closures go.
const CLOSURE: u16 = 10;
/// The slot that a loop may count.
const COUNTER: u16 = 2;
const NONE: Operand = Operand::NONE;

impl Generator<'_> {
    fn snapshot(&mut self) -> Result<(), TraceError> {
        let mut entries = Vec::new();
        for (i, s) in self.slots.iter().enumerate() {
            if let Some(r) = s.filter(|_| self.written[i]) {
                entries.push(SnapEntry::value(Slot(i as u16), r));
            }
        }
        // The first and the last snapshot are for the same pc: the head of the loop.
        let pc = if self.pc == u32::MAX { 0 } else { self.pc };
        self.pc = self.pc.wrapping_add(1);
        self.b.snapshot(pc, 0, &entries)
    }
    fn value(&self, r: IrRef) -> Val {
        let t = self.b.trace();
        match t.constant(r) {
            Some(Const::Int(i)) => Val::Int(i),
            Some(Const::Num(n)) => Val::Num(f64::from_bits(n)),
            Some(Const::Gc(t, id)) => Val::Gc(t, id),
            _ => match values(t, &mut self.model.clone()) {
                Ok(v) => v[r.index()],
                Err(_) => Val::NIL,
            },
        }
    }
    fn slot(&mut self, s: u16) -> Result<IrRef, TraceError> {
        if let Some(r) = self.slots[s as usize] {
            return Ok(r);
        }
        let v = self.model.slots[s as usize];
        let mut mode = SloadMode::TYPECHECK;
        let mut ty = v.ty();
        if INTEGRAL.contains(&s) && self.rng.chance(2) {
            (mode, ty) = (mode.with(SloadMode::CONVERT), IrType::Int);
        }
        let r = self.b.guard(IrOp::SLoad, ty, Slot(s), mode)?;
        self.slots[s as usize] = Some(r);
        Ok(r)
    }
    fn set_slot(&mut self, s: u16, r: IrRef) {
        self.slots[s as usize] = Some(r);
        self.written[s as usize] = true;
    }
    fn num(&mut self) -> Result<IrRef, TraceError> {
        let r = match self.rng.below(8) {
            0 => {
                let n = self.rng.number();
                return self.b.konst(Const::num(n));
            }
            1..4 if !self.nums.is_empty() => return Ok(self.rng.pick(&self.nums)),
            4 if !self.ints.is_empty() => self.rng.pick(&self.ints),
            _ => {
                let s = self.rng.below(NUMBERS.end as usize) as u16;
                self.slot(s)?
            }
        };
        match self.b.trace().ty(r) {
            IrType::Int => self.b.ins(IrOp::Conv, IrType::Num, r, Conv::NUM_INT),
            _ => Ok(r),
        }
    }
    fn int(&mut self) -> Result<IrRef, TraceError> {
        let r = match self.rng.below(8) {
            0 => {
                let i = self.rng.int();
                return self.b.konst(Const::Int(i));
            }
            1..5 if !self.ints.is_empty() => return Ok(self.rng.pick(&self.ints)),
            5 if !self.nums.is_empty() => self.rng.pick(&self.nums),
            _ => {
                let s = self.rng.below(INTEGRAL.end as usize) as u16;
                self.slot(s)?
            }
        };
        if self.b.trace().ty(r) == IrType::Int {
            return Ok(r);
        }
        let exact = matches!(self.value(r), Val::Num(n) if arith::exact_int(n).is_some());
        if exact && self.rng.chance(4) {
            // What narrowing while recording leaves behind.
            let bits = self.b.ins(IrOp::ToBit, IrType::Int, r, NONE)?;
            self.b
                .guard(IrOp::Conv, IrType::Int, r, Conv::INT_NUM_BITS)?;
            Ok(bits)
        } else if exact && !self.rng.chance(4) {
            self.b
                .guard(IrOp::Conv, IrType::Int, r, Conv::INT_NUM_CHECK)
        } else {
            self.b.ins(IrOp::ToBit, IrType::Int, r, NONE)
        }
    }
    fn table(&mut self) -> Result<IrRef, TraceError> {
        if self.rng.chance(3) && !self.new_tables.is_empty() {
            return Ok(self.rng.pick(&self.new_tables));
        }
        let s = TABLES.start + self.rng.below(TABLES.len()) as u16;
        self.slot(s)
    }
    fn key(&mut self) -> Result<(Val, IrRef), TraceError> {
        let id = ObjId(KEYS.start + self.rng.below((KEYS.end - KEYS.start) as usize) as u64);
        let v = Val::Gc(IrType::Str, id);
        Ok((v, self.b.konst(Const::Gc(IrType::Str, id))?))
    }

    /// What was computed last has to be seen.
    fn use_results(&mut self) -> Result<(), TraceError> {
        for s in NUMBERS {
            if self.rng.chance(2) || (s == COUNTER && self.counter.is_some()) {
                continue;
            }
            let pool = if INTEGRAL.contains(&s) {
                &self.ints
            } else {
                &self.nums
            };
            let newest = pool.len().saturating_sub(1 + self.rng.below(4));
            if let Some(&r) = pool.get(newest) {
                self.set_slot(s, r);
            }
        }
        Ok(())
    }
    /// A slot that moves by a constant, and what is computed from its old value by another constant.
    fn induction(&mut self) -> Result<(), TraceError> {
        let s = self.rng.below(INTEGRAL.end as usize) as u16;
        let old = self.slot(s)?;
        if s == COUNTER && self.counter.is_some() || self.b.trace().ty(old) != IrType::Int {
            return Ok(());
        }
        for step in 0..2 {
            let k = self.rng.below(7) as i32 - 3;
            let k = self.b.trace_mut().kint(k)?;
            let op = self
                .rng
                .pick(&[IrOp::Add, IrOp::Add, IrOp::Sub, IrOp::BXor, IrOp::Mul]);
            let r = self.b.ins(op, IrType::Int, old, k)?;
            self.ints.push(r);
            if step == 0 {
                self.set_slot(s, r);
            }
        }
        Ok(())
    }
    fn begin_counting(&mut self) -> Result<(), TraceError> {
        let Val::Num(n) = self.model.slots[COUNTER as usize] else {
            return Ok(());
        };
        if self.rng.chance(2) || !(1.0..5.0).contains(&n) {
            return Ok(());
        }
        let mode = SloadMode::TYPECHECK.with(SloadMode::CONVERT);
        let index = self
            .b
            .guard(IrOp::SLoad, IrType::Int, Slot(COUNTER), mode)?;
        self.slots[COUNTER as usize] = Some(index);
        let stop = self.b.trace_mut().kint(ARRAY_SIZE - 2)?;
        self.counter = Some(Counter { index, stop });
        Ok(())
    }
    fn count(&mut self) -> Result<(), TraceError> {
        if let Some(c) = self.counter {
            let one = self.b.trace_mut().kint(1)?;
            let next = self.b.ins(IrOp::AddOv, IrType::Int, c.index, one)?;
            self.b.ins(IrOp::Le, IrType::Int, next, c.stop)?;
            self.set_slot(COUNTER, next);
        }
        Ok(())
    }

    fn step(&mut self) -> Result<(), TraceError> {
        if self.model.rare && self.rng.chance(4) {
            return self.rare();
        }
        match self.rng.below(20) {
            0..3 => self.num_op(),
            3 => self.induction(),
            4..7 => self.int_op(),
            7 => self.share_table(),
            8 | 9 => self.guard(),
            10 | 11 => self.array(),
            12 | 13 => self.hash(),
            14 => self.upvalue(),
            15 | 16 => {
                let s = self.rng.below(NUMBERS.end as usize) as u16;
                let r = if INTEGRAL.contains(&s) {
                    self.int()?
                } else {
                    self.num()?
                };
                // Counters count, so that loops take some time to leave.
                let r = if self.rng.chance(2) && INTEGRAL.contains(&s) {
                    let (old, one) = (self.slot(s)?, self.b.trace_mut().kint(1)?);
                    match self.b.trace().ty(old) {
                        IrType::Int => self.b.ins(IrOp::AddOv, IrType::Int, old, one)?,
                        _ => r,
                    }
                } else {
                    r
                };
                if s != COUNTER || self.counter.is_none() {
                    self.set_slot(s, r);
                }
                Ok(())
            }
            17 => self.new_table(),
            18 => self.string(),
            19 if self.model.closures && self.rng.chance(2) => self.closure(),
            _ => self.effect(),
        }
    }
    fn num_op(&mut self) -> Result<(), TraceError> {
        let ops = [
            IrOp::Add,
            IrOp::Add,
            IrOp::Sub,
            IrOp::Mul,
            IrOp::Div,
            IrOp::Mod,
            IrOp::Min,
            IrOp::Max,
            IrOp::Neg,
            IrOp::Abs,
            IrOp::FpMath,
            IrOp::Pow,
        ];
        let op = self.rng.pick(&ops);
        let x = self.num()?;
        let r = match op {
            IrOp::Neg | IrOp::Abs => self.b.ins(op, IrType::Num, x, NONE)?,
            IrOp::FpMath => {
                let f = self.rng.pick(FpMath::ALL);
                self.b.ins(op, IrType::Num, x, f)?
            }
            _ => {
                let y = self.num()?;
                self.b.ins(op, IrType::Num, x, y)?
            }
        };
        self.nums.push(r);
        Ok(())
    }
    fn int_op(&mut self) -> Result<(), TraceError> {
        let ops = [
            IrOp::Add,
            IrOp::Sub,
            IrOp::Mul,
            IrOp::AddOv,
            IrOp::SubOv,
            IrOp::MulOv,
            IrOp::BAnd,
            IrOp::BOr,
            IrOp::BXor,
            IrOp::BShl,
            IrOp::BShr,
            IrOp::BSar,
            IrOp::BRol,
            IrOp::BNot,
            IrOp::Neg,
            IrOp::Min,
            IrOp::Max,
            IrOp::Mod,
        ];
        let mut op = self.rng.pick(&ops);
        let x = self.int()?;
        let y = self.int()?;
        if op.unchecked() != op && arith::arith(op, self.value(x), self.value(y)).is_none() {
            op = op.unchecked();
        }
        let r = match op {
            IrOp::BNot | IrOp::Neg => self.b.ins(op, IrType::Int, x, NONE)?,
            _ => self.b.ins(op, IrType::Int, x, y)?,
        };
        self.ints.push(r);
        Ok(())
    }
    fn guard(&mut self) -> Result<(), TraceError> {
        let ops = &IrOp::ALL[..IrOp::Abc as usize];
        let op = self.rng.pick(ops);
        let (ty, x, y) = match self.rng.below(5) {
            0 => (IrType::Tab, self.table()?, self.table()?),
            1 | 2 => (IrType::Int, self.int()?, self.int()?),
            _ => (IrType::Num, self.num()?, self.num()?),
        };
        let op = if ty == IrType::Tab { IrOp::Eq } else { op };
        let holds = arith::compare(op, ty, self.value(x), self.value(y)).unwrap_or(true);
        let op = if holds {
            op
        } else {
            op.inverted(ty == IrType::Num)
        };
        self.b.ins(op, ty, x, y).map(drop)
    }
    fn index(&mut self, size: i32) -> Result<IrRef, TraceError> {
        let in_range = |v: Val| matches!(v, Val::Int(i) if (0..size).contains(&i));
        if self.rng.chance(2) {
            // As the recorder does: a number, converted for indexing.
            let x = self.num()?;
            let k = f64::from(self.rng.below(3) as i32 - 1);
            let k = self.b.konst(Const::num(k))?;
            let x = self.b.ins(IrOp::Add, IrType::Num, x, k)?;
            if let Val::Num(n) = self.value(x)
                && arith::exact_int(n).is_some_and(|i| in_range(Val::Int(i)))
            {
                return self
                    .b
                    .guard(IrOp::Conv, IrType::Int, x, Conv::INT_NUM_INDEX);
            }
        }
        let i = self.int()?;
        if in_range(self.value(i)) {
            return Ok(i);
        }
        let k = self.rng.below(size as usize) as i32;
        self.b.konst(Const::Int(k))
    }
    fn array(&mut self) -> Result<(), TraceError> {
        let t = self.table()?;
        let is_new = !matches!(self.value(t), Val::Gc(_, id) if id.0 <= 2);
        let i = self.index(if is_new { 2 } else { ARRAY_SIZE })?;
        let size = self.b.ins(IrOp::FLoad, IrType::Int, t, Field::TabASize)?;
        let i = match self.counter.filter(|_| !is_new && self.rng.chance(2)) {
            Some(c) => {
                let k = self.rng.below(3) as i32 - 1;
                let k = self.b.trace_mut().kint(k)?;
                let i = self.b.ins(IrOp::Add, IrType::Int, c.index, k)?;
                bounds_check(&mut self.b, size, i, Some(c))?;
                i
            }
            None => {
                self.b.ins(IrOp::Abc, IrType::Int, size, i)?;
                i
            }
        };
        let array = self.b.ins(IrOp::FLoad, IrType::Ptr, t, Field::TabArray)?;
        let at = self.b.ins(IrOp::ARef, IrType::Ptr, array, i)?;
        if self.rng.chance(2) {
            let v = self.num()?;
            self.b.ins(IrOp::AStore, IrType::Nil, at, v)?;
            return self.snapshot();
        }
        self.load(IrOp::ALoad, at)
    }
    /// A load of the type that is there.
    fn load(&mut self, op: IrOp, at: IrRef) -> Result<(), TraceError> {
        let mut m = self.model.clone();
        let v = match values(self.b.trace(), &mut m).map(|v| v[at.index()]) {
            Ok(Val::Ptr(0)) => Val::NIL,
            Ok(Val::Ptr(at)) => Machine::load(&mut m, at),
            _ => Val::NIL,
        };
        let r = self.b.guard(op, v.ty(), at, NONE)?;
        match v.ty() {
            IrType::Num => self.nums.push(r),
            IrType::Tab if self.rng.chance(2) => self.new_tables.push(r),
            IrType::Tab => {
                let s = TABLES.start + self.rng.below(TABLES.len()) as u16;
                self.set_slot(s, r);
            }
            _ => {}
        }
        Ok(())
    }
    fn hash(&mut self) -> Result<(), TraceError> {
        let t = self.table()?;
        let (key_value, key) = self.key()?;
        let mut m = self.model.clone();
        let now = values(self.b.trace(), &mut m)
            .map(|v| if t.is_const() { Val::NIL } else { v[t.index()] });
        let Ok(Val::Gc(_, id)) = now else {
            return Ok(());
        };
        let node = m.node_of(id, key_value);
        // Chosen before a key is added: choosing may emit guards.
        let v = if self.rng.chance(5) {
            self.table()?
        } else {
            self.num()?
        };
        if let Some(node) = node.filter(|_| self.rng.chance(2)) {
            let nodes = self.b.ins(IrOp::FLoad, IrType::Ptr, t, Field::TabNode)?;
            let key = self.b.konst(Const::KSlot(key, node))?;
            let at = self.b.ins(IrOp::HRefK, IrType::Ptr, nodes, key)?;
            if self.rng.chance(2) {
                return self.store_hash(t, at, v);
            }
            return self.load(IrOp::HLoad, at);
        }
        let at = self.b.ins(IrOp::HRef, IrType::Ptr, t, key)?;
        if self.rng.chance(2) {
            return self.load(IrOp::HLoad, at);
        }
        let nil = self.b.konst(Const::NIL_SLOT)?;
        if node.is_some() {
            self.b.ins(IrOp::Ne, IrType::Ptr, at, nil)?;
            return self.store_hash(t, at, v);
        }
        self.b.ins(IrOp::Eq, IrType::Ptr, at, nil)?;
        let at = self.b.ins(IrOp::NewRef, IrType::Ptr, t, key)?;
        self.store_hash(t, at, v)
    }
    fn store_hash(&mut self, t: IrRef, at: IrRef, v: IrRef) -> Result<(), TraceError> {
        self.b.ins(IrOp::HStore, IrType::Nil, at, v)?;
        self.b.ins(IrOp::TBar, IrType::Nil, t, NONE)?;
        self.snapshot()
    }
    fn upvalue(&mut self) -> Result<(), TraceError> {
        let f = self.slot(FUNCTION)?;
        let n = self.rng.below(2) as u16;
        let at = self.b.guard(IrOp::URefC, IrType::Ptr, f, n << 8 | n)?;
        if self.rng.chance(2) {
            let v = self.num()?;
            self.b.ins(IrOp::UStore, IrType::Nil, at, v)?;
            return self.snapshot();
        }
        self.load(IrOp::ULoad, at)
    }
    /// A table becomes a field of another, or is taken out of one.
    fn share_table(&mut self) -> Result<(), TraceError> {
        let t = self.table()?;
        let (key_value, key) = self.key()?;
        let v = self.table()?;
        let mut m = self.model.clone();
        let Ok(Val::Gc(_, id)) = values(self.b.trace(), &mut m).map(|v| v[t.index()]) else {
            return Ok(());
        };
        let at = self.b.ins(IrOp::HRef, IrType::Ptr, t, key)?;
        if m.node_of(id, key_value).is_none() {
            let nil = self.b.konst(Const::NIL_SLOT)?;
            self.b.ins(IrOp::Eq, IrType::Ptr, at, nil)?;
            let at = self.b.ins(IrOp::NewRef, IrType::Ptr, t, key)?;
            return self.store_hash(t, at, v);
        }
        if self.rng.chance(3) {
            let nil = self.b.konst(Const::NIL_SLOT)?;
            self.b.ins(IrOp::Ne, IrType::Ptr, at, nil)?;
            return self.store_hash(t, at, v);
        }
        self.load(IrOp::HLoad, at)
    }
    fn new_table(&mut self) -> Result<(), TraceError> {
        let t = self.b.ins(IrOp::TNew, IrType::Tab, 2, 1)?;
        self.new_tables.push(t);
        for _ in 0..self.rng.below(3) {
            let i = self.rng.below(2) as i32;
            let i = self.b.konst(Const::Int(i))?;
            let array = self.b.ins(IrOp::FLoad, IrType::Ptr, t, Field::TabArray)?;
            let at = self.b.ins(IrOp::ARef, IrType::Ptr, array, i)?;
            let v = if self.rng.chance(3) {
                self.table()?
            } else {
                self.num()?
            };
            self.b.ins(IrOp::AStore, IrType::Nil, at, v)?;
            self.snapshot()?;
        }
        if self.rng.chance(2) {
            let s = TABLES.start + self.rng.below(TABLES.len()) as u16;
            self.set_slot(s, t);
        }
        Ok(())
    }
    /// A closure over up to three new variables, and perhaps something done to one of them.
    fn closure(&mut self) -> Result<(), TraceError> {
        let proto = self.b.konst(Const::Gc(IrType::Proto, ObjId(1)))?;
        let parent = self.slot(FUNCTION)?;
        let mut args = self.b.ins(IrOp::CArg, IrType::Nil, proto, parent)?;
        let mut upvalues = Vec::new();
        for i in 0..3 {
            let up = if i > 0 && self.rng.chance(2) {
                self.b.konst(Const::KPtr(0))?
            } else {
                let v = match self.rng.below(3) {
                    0 => self.table()?,
                    _ => self.num()?,
                };
                let up = self
                    .b
                    .ins(IrOp::CallA, IrType::Ptr, v, Helper::UpvalueNew)?;
                upvalues.push((i, up));
                up
            };
            args = self.b.ins(IrOp::CArg, IrType::Nil, args, up)?;
        }
        let f = self
            .b
            .ins(IrOp::CallA, IrType::Func, args, Helper::ClosureNew)?;
        let (i, mut up) = self.rng.pick(&upvalues);
        let snapshots = self.rng.below(3);
        if snapshots > 0 {
            self.set_slot(CLOSURE, f);
            self.snapshot()?;
        }
        if self.rng.chance(2) {
            up = self.b.guard(IrOp::URefC, IrType::Ptr, f, i << 8 | 5)?;
        }
        if self.rng.chance(2) {
            let v = match self.rng.below(3) {
                0 => f,
                _ => self.num()?,
            };
            self.b.ins(IrOp::UStore, IrType::Nil, up, v)?;
            self.snapshot()?;
            if v == f {
                return Ok(());
            }
        }
        if self.rng.chance(2) {
            return self.load(IrOp::ULoad, up);
        }
        if self.rng.chance(3) {
            let t = self.table()?;
            let (key_value, key) = self.key()?;
            let at = self.b.ins(IrOp::HRef, IrType::Ptr, t, key)?;
            let mut m = self.model.clone();
            let Ok(Val::Gc(_, id)) = values(self.b.trace(), &mut m).map(|v| v[t.index()]) else {
                return Ok(());
            };
            if m.node_of(id, key_value).is_some() {
                let nil = self.b.konst(Const::NIL_SLOT)?;
                self.b.ins(IrOp::Ne, IrType::Ptr, at, nil)?;
                return self.store_hash(t, at, f);
            }
        }
        Ok(())
    }
    fn string(&mut self) -> Result<(), TraceError> {
        let r = match self.rng.below(4) {
            3 => {
                let s = self.slot(STRING)?;
                let n = self.b.ins(IrOp::FLoad, IrType::Int, s, Field::StrLen)?;
                let mut at = self.int()?;
                let (Val::Int(i), Val::Int(size)) = (self.value(at), self.value(n)) else {
                    return Ok(());
                };
                if size == 0 {
                    return Ok(());
                }
                if i < 0 || i >= size {
                    at = self.b.konst(Const::Int(0))?;
                }
                self.b.ins(IrOp::Ult, IrType::Int, at, n)?;
                let one = self.b.konst(Const::Int(1))?;
                let at = self.b.ins(IrOp::StrRef, IrType::Ptr, s, at)?;
                self.b.ins(IrOp::SNew, IrType::Str, at, one)?
            }
            0 => {
                let x = self.int()?;
                self.b.ins(IrOp::ToStr, IrType::Str, x, StrMode::Int)?
            }
            1 => {
                let x = self.num()?;
                self.b.ins(IrOp::ToStr, IrType::Str, x, StrMode::Num)?
            }
            _ => {
                let s = self.slot(STRING)?;
                let n = self.b.ins(IrOp::FLoad, IrType::Int, s, Field::StrLen)?;
                self.ints.push(n);
                return Ok(());
            }
        };
        self.set_slot(STRING, r);
        if self.rng.chance(2) {
            let (key_value, key) = self.key()?;
            let v = values(self.b.trace(), &mut self.model.clone()).map(|v| v[r.index()]);
            let op = if v == Ok(key_value) {
                IrOp::Eq
            } else {
                IrOp::Ne
            };
            if v.is_ok() {
                self.b.ins(op, IrType::Str, r, key)?;
            }
        }
        if self.rng.chance(3) {
            return self.concatenation(r);
        }
        Ok(())
    }
    fn concatenation(&mut self, s: IrRef) -> Result<(), TraceError> {
        let buffer = self.b.konst(Const::Ptr(1))?;
        let (_, key) = self.key()?;
        let header = self
            .b
            .ins(IrOp::BufHdr, IrType::Ptr, buffer, BufMode::Reset)?;
        let mut put = header;
        for piece in [s, key] {
            put = self.b.ins(IrOp::BufPut, IrType::Ptr, put, piece)?;
        }
        let r = self.b.ins(IrOp::BufStr, IrType::Str, put, header)?;
        self.set_slot(STRING, r);
        Ok(())
    }
    fn effect(&mut self) -> Result<(), TraceError> {
        match self.rng.below(4) {
            0 => {
                let t = self.table()?;
                self.b.ins(IrOp::CallS, IrType::Nil, t, Helper::TabClear)?;
                self.snapshot()
            }
            1 => {
                let x = self.num()?;
                self.b
                    .ins(IrOp::CallS, IrType::Nil, x, Helper::RandomSeed)?;
                self.snapshot()
            }
            2 => {
                let x = self.num()?;
                let r = self.b.ins(IrOp::CallN, IrType::Num, x, Helper::Sin)?;
                self.nums.push(r);
                Ok(())
            }
            _ => {
                let x = self.num()?;
                let mode = ConvMode::Any;
                let c = Conv {
                    mode,
                    ..Conv::new(IrType::Int, IrType::Num)
                };
                let r = self.b.emit(Ins::new(IrOp::Conv, IrType::Int, x, c))?;
                self.ints.push(r);
                Ok(())
            }
        }
    }
}
