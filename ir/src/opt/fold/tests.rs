//! Every rule, on random expressions against the evaluator. A rule that nothing reaches fails the test.

use std::collections::BTreeSet;
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, vec};

use super::CLASSES;
use crate::build::{Builder, Capture, NoObjects, Objects, replay_into};
use crate::eval::{Reason, Run, run};
use crate::ins::{Const, Ins, ObjId, Operand};
use crate::literal::{Conv, Field, FpMath, SloadMode, Slot, StrMode};
use crate::model::{Model, ModelObjects, Rng, random_trace};
use crate::op::{IrOp, Rule};
use crate::opt::Options;
use crate::snap::SnapEntry;
use crate::trace::{Limits, Trace, TraceError};
use crate::types::{IrRef, IrType};

const TYPES: [IrType; 4] = [IrType::Num, IrType::Int, IrType::I64, IrType::U64];
const NONE: Operand = Operand::NONE;

struct Expressions<'a> {
    rng: &'a mut Rng,
    b: Builder<'static>,
    values: Vec<IrRef>,
    /// A shift count used before.
    count: Option<IrRef>,
}

impl Expressions<'_> {
    fn constant(&mut self, ty: IrType) -> Result<IrRef, TraceError> {
        let i = i64::from(self.rng.int());
        let k = match ty {
            IrType::Num => Const::num(self.rng.number()),
            IrType::Int => Const::Int(i as i32),
            IrType::I64 => Const::I64(i),
            _ => Const::U64(i as u64),
        };
        self.b.konst(k)
    }
    fn value(&mut self, ty: IrType) -> Result<IrRef, TraceError> {
        let t = self.b.trace();
        let fit: Vec<_> = self
            .values
            .iter()
            .copied()
            .filter(|&r| t.ty(r) == ty)
            .collect();
        match self.rng.below(8) {
            0..2 => self.constant(ty),
            // The newest are the likeliest to match a pattern.
            2..6 if !fit.is_empty() => Ok(fit[fit.len() - 1 - self.rng.below(fit.len().min(3))]),
            _ if !fit.is_empty() => Ok(self.rng.pick(&fit)),
            _ => self.constant(ty),
        }
    }
    fn small(&mut self) -> Result<IrRef, TraceError> {
        if let Some(k) = self.count.filter(|_| self.rng.chance(2)) {
            return Ok(k);
        }
        let i = self.rng.pick(&[0, 1, 3, 8, 31, 33, 63, -1, i32::MAX]);
        let k = self.b.konst(Const::Int(i))?;
        self.count = Some(k);
        Ok(k)
    }
    fn step(&mut self) -> Result<(), TraceError> {
        let newest = self.values.last().map(|&r| self.b.trace().ty(r));
        let ty = match newest {
            Some(ty) if TYPES.contains(&ty) && !self.rng.chance(3) => ty,
            _ => self.rng.pick(&TYPES),
        };
        let pure = &IrOp::ALL[IrOp::BNot as usize..=IrOp::MulOv as usize];
        let op = self.rng.pick(pure);
        let bits = (IrOp::BNot as usize..=IrOp::BRor as usize).contains(&(op as usize));
        let r = match (op, ty) {
            _ if self.rng.chance(6) => self.conversion()?,
            _ if self.rng.chance(6) => return self.guard(),
            (IrOp::Pow, _) => {
                let x = self.value(IrType::Num)?;
                let y = self.value(IrType::Num)?;
                self.b.ins(op, IrType::Num, x, y)?
            }
            (IrOp::Div | IrOp::Abs | IrOp::FpMath | IrOp::Ldexp, t) if t != IrType::Num => {
                return Ok(());
            }
            (IrOp::Mod, t) if t.is_int64() => return Ok(()),
            (IrOp::FpMath, _) => {
                let x = self.value(ty)?;
                let f = self.rng.pick(FpMath::ALL);
                self.b.ins(op, ty, x, f)?
            }
            (IrOp::Ldexp, _) => {
                let x = self.value(ty)?;
                let y = self.small()?;
                self.b.ins(op, ty, x, y)?
            }
            _ if bits && ty == IrType::Num => return Ok(()),
            _ if op.unchecked() != op => {
                let x = self.value(IrType::Int)?;
                let y = self.value(IrType::Int)?;
                self.b.ins(op, IrType::Int, x, y)?
            }
            _ => {
                let x = self.value(ty)?;
                match (op.meta().rule, op.meta().b) {
                    (_, crate::op::Kind::None) => self.b.ins(op, ty, x, NONE)?,
                    (Rule::Shift, _) => {
                        let y = match self.rng.below(3) {
                            0 => self.value(IrType::Int)?,
                            _ => self.small()?,
                        };
                        self.b.ins(op, ty, x, y)?
                    }
                    _ => {
                        let y = self.value(ty)?;
                        self.b.ins(op, ty, x, y)?
                    }
                }
            }
        };
        self.values.push(r);
        Ok(())
    }
    fn conversion(&mut self) -> Result<IrRef, TraceError> {
        let from = self.rng.pick(&TYPES);
        let to = self.rng.pick(&TYPES);
        let x = self.value(from)?;
        let mut c = Conv::new(to, from);
        match (from, self.rng.below(4)) {
            (IrType::Num, 0) => return self.b.ins(IrOp::ToBit, IrType::Int, x, NONE),
            (IrType::Num, 1) => {
                c = self.rng.pick(&[Conv::INT_NUM_CHECK, Conv::INT_NUM_BITS]);
                return self.b.guard(IrOp::Conv, IrType::Int, x, c);
            }
            (IrType::Num, 2) => {
                let s = self.b.ins(IrOp::ToStr, IrType::Str, x, StrMode::Num)?;
                return self.b.ins(IrOp::StrTo, IrType::Num, s, NONE);
            }
            (IrType::Int, 0) => {
                let s = self.b.ins(IrOp::ToStr, IrType::Str, x, StrMode::Int)?;
                return self.b.ins(IrOp::StrTo, IrType::Num, s, NONE);
            }
            _ => c.sext = from == IrType::Int && self.rng.chance(2),
        }
        self.b.emit(Ins::new(IrOp::Conv, to, x, c))
    }
    fn guard(&mut self) -> Result<(), TraceError> {
        if self.rng.chance(4) {
            let size = self.b.konst(Const::Int(8))?;
            let i = self.value(IrType::Int)?;
            return self.b.ins(IrOp::Abc, IrType::Int, size, i).map(drop);
        }
        let op = self.rng.pick(&IrOp::ALL[..IrOp::Abc as usize]);
        let newest = self.values.last().map(|&r| self.b.trace().ty(r));
        let ty = newest.filter(|t| TYPES.contains(t)).unwrap_or(IrType::Num);
        let x = self.value(ty)?;
        let y = self.value(ty)?;
        self.b.ins(op, ty, x, y).map(drop)
    }
}

/// A straight trace that computes something out of slots.
fn expression(rng: &mut Rng) -> Result<Trace, TraceError> {
    let b = Builder::try_new(Limits::default(), Options::NONE, &NoObjects)?;
    let mut e = Expressions {
        rng,
        b,
        values: vec![],
        count: None,
    };
    e.b.snapshot(0, 0, &[])?;
    for s in 0..5 {
        let (ty, mode) = match s {
            0..3 if e.rng.chance(2) => (IrType::Int, SloadMode::TYPECHECK.with(SloadMode::CONVERT)),
            _ => (IrType::Num, SloadMode::TYPECHECK),
        };
        let r = e.b.guard(IrOp::SLoad, ty, Slot(s), mode)?;
        e.values.push(r);
    }
    for _ in 0..1 + e.rng.below(6) {
        e.step()?;
    }
    let newest: Vec<_> = e.values.iter().rev().take(3).enumerate().collect();
    let entries: Vec<_> = newest
        .iter()
        .map(|&(i, &r)| SnapEntry::value(Slot(i as u16), r))
        .collect();
    e.b.snapshot(1, 0, &entries)?;
    Ok(e.b.finish())
}

fn fold_with(
    t: &Trace,
    options: Options,
    fired: &mut BTreeSet<&'static str>,
    o: &dyn Objects,
) -> Result<Trace, TraceError> {
    let mut b = Builder::try_new(t.limits(), options, o)?;
    let result = replay_into(t, &mut b);
    fired.extend(b.fired.iter().copied());
    result.map(|()| b.finish())
}

/// Both traces, run on the same machine, leave it alike; the folded one may know beforehand that a guard fails.
fn check(seed: u64, fired: &mut BTreeSet<&'static str>) -> Result<(), String> {
    let mut rng = Rng::new(seed);
    let model = Model::new(&mut rng);
    let plain = expression(&mut rng).map_err(|e| e.to_string())?;
    check_trace(&plain, &model, fired).map_err(|e| format!("seed {seed}: {e}"))
}

fn check_trace(
    plain: &Trace,
    model: &Model,
    fired: &mut BTreeSet<&'static str>,
) -> Result<(), String> {
    let report = |what: &str| format!("{what}\n{plain}");
    crate::verify::verify(plain).map_err(|e| report(&e.to_string()))?;
    let only_fold = Options {
        fold: true,
        abc: true,
        ..Options::NONE
    };
    let mut m = model.clone();
    let exit = run(plain, &mut m, Run::default()).map_err(|e| report(&e.to_string()))?;
    let folded = match fold_with(plain, only_fold, fired, &NoObjects) {
        Err(TraceError::GuardFails) if matches!(exit.reason, Reason::Guard(_)) => return Ok(()),
        Err(e) => return Err(report(e.message())),
        Ok(t) => t,
    };
    let report = |what: &str| report(&format!("{what}\n{folded}==> from"));
    crate::verify::verify(&folded).map_err(|e| report(&e.to_string()))?;
    let mut n = model.clone();
    let folded_exit = run(&folded, &mut n, Run::default()).map_err(|e| report(&e.to_string()))?;
    if exit.pc != folded_exit.pc {
        let weak = matches!(exit.reason, Reason::Guard(r) if plain.get(r).op().meta().weak);
        return if weak {
            Ok(())
        } else {
            Err(report(&format!("{exit:?}, folded {folded_exit:?}")))
        };
    }
    if m.dump() != n.dump() {
        return Err(report(&format!("{}folded\n{}", m.dump(), n.dump())));
    }
    Ok(())
}

/// String 1 is empty, the others hold a byte.
struct Strings;
impl Objects for Strings {
    fn fixed_field(&self, _: ObjId, f: Field) -> Option<Const> {
        (f == Field::FuncProto).then_some(Const::Gc(IrType::Proto, ObjId(1)))
    }
    fn str_number(&self, s: ObjId) -> Option<f64> {
        (s.0 == 4).then_some(12.0)
    }
    fn capture(&self, p: ObjId, upvalue: u16) -> Option<Capture> {
        ModelObjects.capture(p, upvalue)
    }
    fn str_len(&self, s: ObjId) -> Option<i32> {
        Some(i32::from(s.0 != 1))
    }
    fn str_byte(&self, s: ObjId, at: i32) -> Option<u8> {
        (s.0 != 1 && at == 0).then_some(b'x')
    }
}

#[test]
fn every_rule() {
    let mut fired = BTreeSet::new();
    for seed in 0..60_000 {
        if let Err(e) = check(seed, &mut fired) {
            panic!("{e}");
        }
    }
    // Rules of memory need traces with memory, which the tests of the optimiser compare; here they only count.
    for seed in 0..2_000 {
        let mut rng = Rng::new(seed);
        let mut model = Model::new(&mut rng);
        model.closures = true;
        model.rare = seed % 2 == 1;
        if let Ok(t) = random_trace(&mut rng, &model, 30) {
            let _ = fold_with(&t, Options::ALL, &mut fired, &ModelObjects);
        }
    }
    for (passes, text) in crate::filetests::inputs() {
        if passes.contains("fold")
            && let Ok(t) = crate::text::parse(&text)
        {
            let _ = fold_with(&t, Options::ALL, &mut fired, &Strings);
            for seed in 0..if passes.trim() == "fold" { 100 } else { 0 } {
                let model = Model::new(&mut Rng::new(seed));
                if let Err(e) = check_trace(&t, &model, &mut fired) {
                    panic!("{e}");
                }
            }
        }
    }
    let all = CLASSES.iter().flat_map(|c| c.iter()).map(|r| r.name);
    // Fires while a loop is peeled only: `filetests/abc.ir` and the random traces see to it.
    fired.insert("abc_counted");
    let missing: Vec<_> = all.filter(|n| !fired.contains(n)).collect();
    assert!(missing.is_empty(), "rules that never fired: {missing:?}");
}
