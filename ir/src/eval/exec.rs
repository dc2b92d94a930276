//! One instruction.

use alloc::vec::Vec;

use super::arith;
use crate::eval::{EvalError, Evaluator, Machine, Step, Trap, Val};
use crate::ins::{Const, Ins, ObjId};
use crate::literal::{BufMode, SloadMode, StrMode};
use crate::op::IrOp;
use crate::types::{IrRef, IrType};

fn object(ty: IrType, made: Result<ObjId, Trap>) -> Step {
    match made {
        Ok(id) => Step::Value(Val::Gc(ty, id)),
        Err(t) => Step::Trap(t),
    }
}

fn guard(holds: bool) -> Step {
    if holds {
        Step::Value(Val::NIL)
    } else {
        Step::Fail
    }
}

/// The value, if it has the type that the instruction loads.
fn typed(ins: &Ins, v: Val) -> Step {
    if v.ty() == ins.ty() {
        Step::Value(v)
    } else {
        Step::Fail
    }
}

impl<M: Machine> Evaluator<'_, M> {
    pub(super) fn step(&mut self, r: IrRef, ins: Ins) -> Result<Step, EvalError> {
        let a = ins.ref_a().map_or(Val::NIL, |r| self.val(r));
        let b = ins.ref_b().map_or(Val::NIL, |r| self.val(r));
        let (lit_a, lit_b) = (ins.a().raw(), ins.b().raw());
        let wrong = self.error(r, "operand of a type the operation can't take");
        let none = Ok(Step::Value(Val::NIL));
        let op = ins.op();
        let m = &mut *self.machine;
        Ok(match (op, a, b) {
            (op, ..) if op.is_comparison() => {
                guard(arith::compare(op, ins.ty(), a, b).ok_or(wrong)?)
            }
            (IrOp::Abc, Val::Int(size), Val::Int(i)) => guard((i as u32) < size as u32),
            (IrOp::Retf, Val::Gc(_, proto), Val::Ptr(pc)) => {
                let holds = m.return_to(proto, pc);
                self.values[0] = Val::Ptr(m.base());
                guard(holds)
            }
            (IrOp::Nop | IrOp::Base | IrOp::Loop | IrOp::Use | IrOp::XBar | IrOp::CArg, ..) => {
                return none;
            }
            (IrOp::Fuel, ..) => guard(m.take_fuel(lit_a)),
            (IrOp::Pow, Val::Num(x), Val::Num(y)) => Step::Value(Val::Num(m.pow(x, y))),
            (IrOp::AddOv | IrOp::SubOv | IrOp::MulOv, Val::Int(_), Val::Int(_)) => {
                match arith::arith(op, a, b) {
                    Some(v) => Step::Value(v),
                    None => Step::Fail,
                }
            }
            (IrOp::FpMath, Val::Num(x), _) => {
                Step::Value(Val::Num(arith::fp_math(ins.fp_math().ok_or(wrong)?, x)))
            }

            (IrOp::ARef, Val::Ptr(array), Val::Int(i)) => {
                Step::Value(Val::Ptr(m.array_slot(array, i)))
            }
            (IrOp::HRefK, Val::Ptr(nodes), key) => {
                let slot = match ins.ref_b().and_then(|k| self.trace.constant(k)) {
                    Some(Const::KSlot(_, slot)) => slot,
                    _ => return Err(wrong),
                };
                match m.node_slot(nodes, key, slot) {
                    Some(at) => Step::Value(Val::Ptr(at)),
                    None => Step::Fail,
                }
            }
            (IrOp::HRef, Val::Gc(_, t), key) => Step::Value(Val::Ptr(m.find_key(t, key))),
            (IrOp::NewRef, Val::Gc(_, t), key) => match m.new_key(t, key) {
                Ok(at) => Step::Value(Val::Ptr(at)),
                Err(t) => Step::Trap(t),
            },
            (IrOp::SRef, ..) => {
                let distance = i64::from(ins.slot().offset()) * 8;
                Step::Value(Val::Ptr(m.base().wrapping_add_signed(distance)))
            }
            (IrOp::URefO | IrOp::URefC, Val::Gc(_, f), _) => {
                match m.upvalue(f, lit_b, op == IrOp::URefO) {
                    Some(at) => Step::Value(Val::Ptr(at)),
                    None => Step::Fail,
                }
            }
            // FSTORE and XLOAD look at the FREF themselves.
            (IrOp::FRef, ..) => Step::Value(Val::Ptr(0)),
            (IrOp::StrRef, Val::Gc(_, s), Val::Int(i)) => Step::Value(Val::Ptr(m.str_byte(s, i))),

            (IrOp::ALoad | IrOp::HLoad | IrOp::ULoad, Val::Ptr(at), _) => {
                let v = if at == 0 { Val::NIL } else { m.load(at) };
                typed(&ins, v)
            }
            (IrOp::FLoad, Val::Gc(_, o), _) => Step::Value(m.field(o, ins.field().ok_or(wrong)?)),
            (IrOp::XLoad, Val::Ptr(at), _) => Step::Value(m.load_raw(at, ins.ty())),
            (IrOp::SLoad, ..) if ins.sload_mode().has(SloadMode::KEYINDEX) => {
                Step::Value(Val::Int(m.slot_word(ins.slot()) as i32))
            }
            (IrOp::SLoad, ..) if ins.sload_mode().has(SloadMode::FRAME) => {
                Step::Value(Val::Ptr(m.slot_word(ins.slot())))
            }
            (IrOp::SLoad, ..) => {
                let v = m.slot(ins.slot());
                // Exits store ints as numbers.
                let inherited = ins.sload_mode().has(SloadMode::PARENT) && ins.ty() == IrType::Int;
                match (inherited || ins.sload_mode().has(SloadMode::CONVERT), v) {
                    (true, Val::Num(n)) => match arith::exact_int(n) {
                        Some(i) => Step::Value(Val::Int(i)),
                        None => Step::Fail,
                    },
                    (true, _) => Step::Fail,
                    (false, v) => typed(&ins, v),
                }
            }
            (IrOp::PVal, ..) => Step::Value(m.parent_value(ins.parent_ref())),
            (IrOp::VLoad, Val::Ptr(base), _) => typed(&ins, m.vararg(base, lit_b)),
            (IrOp::Len, Val::Gc(_, t), _) => Step::Value(Val::Int(m.len(t))),

            (IrOp::AStore | IrOp::HStore | IrOp::UStore, Val::Ptr(at), v) if at != 0 => {
                m.store(at, v);
                return none;
            }
            (IrOp::FStore, _, v) => {
                let fref = self.trace.get(ins.ref_a().ok_or(wrong)?);
                let o = fref.ref_a().map(|o| self.val(o));
                match (o, fref.field()) {
                    (Some(Val::Gc(_, o)), Some(f)) => self.machine.set_field(o, f, v),
                    _ => return Err(wrong),
                }
                return none;
            }
            (IrOp::XStore, Val::Ptr(at), v) => {
                m.store_raw(at, ins.ty(), v);
                return none;
            }

            (IrOp::SNew | IrOp::XSNew, Val::Ptr(at), Val::Int(n)) => {
                object(IrType::Str, m.new_str(at, n))
            }
            (IrOp::TNew, ..) => object(IrType::Tab, m.new_table(lit_a, lit_b)),
            (IrOp::TDup, Val::Gc(_, t), _) => object(IrType::Tab, m.dup_table(t)),
            (IrOp::CNew | IrOp::CNewI, Val::Int(ty), _) => {
                let size = ins.ref_b().map(|_| b);
                object(IrType::Cdata, m.new_cdata(ty, size))
            }
            (IrOp::FNew, Val::Gc(_, p), Val::Gc(_, f)) => {
                let snap = self
                    .trace
                    .snap_of(r)
                    .and_then(|s| self.trace.snaps().get(s));
                let pc = snap.ok_or(wrong)?.pc;
                object(IrType::Func, m.new_function(p, f, pc))
            }
            (IrOp::UClo, ..) => {
                m.close_upvalues(ins.slot());
                return none;
            }

            (IrOp::BufHdr, Val::Ptr(buf), _) => {
                m.buffer_begin(buf, BufMode::from_raw(lit_b).ok_or(wrong)?);
                Step::Value(a)
            }
            (IrOp::BufPut, Val::Ptr(buf), Val::Int(_) | Val::Num(_)) => {
                match m.buffer_put_number(buf, b) {
                    Ok(()) => Step::Value(a),
                    Err(t) => Step::Trap(t),
                }
            }
            (IrOp::BufPut, Val::Ptr(buf), Val::Gc(_, s)) => match m.buffer_put(buf, s) {
                Ok(()) => Step::Value(a),
                Err(t) => Step::Trap(t),
            },
            (IrOp::BufStr, Val::Ptr(buf), _) => object(IrType::Str, m.buffer_str(buf)),
            (IrOp::TBar, ..) => {
                m.barrier(a, None);
                return none;
            }
            (IrOp::OBar, ..) => {
                // An open upvalue has none.
                let upvalue = ins.ref_a().map(|a| self.trace.get(a).op());
                if upvalue != Some(IrOp::URefO) {
                    m.barrier(a, Some(b));
                }
                return none;
            }

            (IrOp::Conv, ..) => match arith::conv(ins.conv(), a) {
                Some(v) => Step::Value(v),
                None if ins.conv().is_checked() => Step::Fail,
                None => return Err(wrong),
            },
            (IrOp::ToBit, Val::Num(n), _) => Step::Value(Val::Int(arith::to_bit(n))),
            (IrOp::ToStr, ..) => {
                let mode = StrMode::from_raw(lit_b).ok_or(wrong)?;
                object(IrType::Str, m.to_str(a, mode))
            }
            (IrOp::StrTo, Val::Gc(_, s), _) => match m.to_num(s) {
                Some(n) => Step::Value(Val::Num(n)),
                None => Step::Fail,
            },

            (IrOp::CallN | IrOp::CallA | IrOp::CallL | IrOp::CallS, ..) => {
                let h = ins.helper().ok_or(wrong)?;
                let args = self.args(ins.ref_a(), h.args().len());
                let result = self.machine.call(h, &args);
                if h.is_switch() {
                    self.values[0] = Val::Ptr(self.machine.base());
                }
                match result {
                    Ok(v) if ins.is_guard() => typed(&ins, v),
                    Ok(v) => Step::Value(v),
                    Err(_) if h.is_switch() => Step::Fail,
                    Err(t) => Step::Trap(t),
                }
            }
            (IrOp::CallXS, _, Val::Ptr(at)) => {
                let args = self.args(ins.ref_a(), usize::MAX);
                match self.machine.call_foreign(at, &args, ins.ty()) {
                    Ok(v) => Step::Value(v),
                    Err(t) => Step::Trap(t),
                }
            }
            _ => Step::Value(arith::arith(op, a, b).ok_or(wrong)?),
        })
    }

    /// The arguments of a call, at most `count`.
    fn args(&self, list: Option<IrRef>, count: usize) -> Vec<Val> {
        let mut args = Vec::new();
        let mut at = list;
        while let Some(r) = at {
            let i = self.trace.get(r);
            if i.op() == IrOp::CArg && args.len() + 1 < count {
                args.extend(i.ref_b().map(|b| self.val(b)));
                at = i.ref_a();
            } else {
                args.push(self.val(r));
                at = None;
            }
        }
        args.reverse();
        args
    }
}
