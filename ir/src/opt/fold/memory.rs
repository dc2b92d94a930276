//! Strings, buffers, fields of new objects, barriers.

use super::{Fold, Folded, rules};
use crate::build::Capture;
use crate::eval::Val;
use crate::ins::{Const, Ins, Operand};
use crate::literal::{BufMode, Field, Helper, StrMode};
use crate::op::IrOp;
use crate::trace::TraceError;
use crate::types::{IrRef, IrType};

type Result = core::result::Result<Folded, TraceError>;

/// A barrier is needed once between two points where the collector may have run.
fn barrier_once(f: &mut Fold<'_, '_>) -> Result {
    let t = &f.b.trace;
    let limit = [
        IrOp::Loop,
        IrOp::CallS,
        IrOp::CallXS,
        IrOp::CallA,
        IrOp::SNew,
        IrOp::XSNew,
        IrOp::TNew,
        IrOp::TDup,
        IrOp::CNew,
        IrOp::CNewI,
        IrOp::FNew,
        IrOp::BufStr,
        IrOp::ToStr,
        IrOp::Fuel,
    ]
    .into_iter()
    .filter_map(|op| t.newest(op))
    .max();
    Ok(match f.b.find_after(&f.ins, limit) {
        Some(_) => Folded::Drop,
        None => Folded::Next,
    })
}

/// An argument of the CLOSURE_NEW that made operand a.
fn closure_arg(f: &Fold<'_, '_>, n: usize) -> Option<IrRef> {
    let closure = f.ia();
    let count = Helper::ClosureNew.args().len();
    f.b.trace.call_args(&closure).nth(count - 1 - n)
}

/// The upvalue of a closure that the trace made, seen through its prototype.
fn upvalue_of_closure(f: &mut Fold<'_, '_>) -> Result {
    let closure = f.ia();
    let literal = f.ins.b().raw();
    let made_here = closure.op() == IrOp::CallA;
    if made_here && closure.helper() != Some(Helper::ClosureNew) {
        return Ok(Folded::Next);
    }
    let (proto, parent) = match made_here {
        true => (closure_arg(f, 0), closure_arg(f, 1)),
        false => (closure.ref_a(), closure.ref_b()),
    };
    let Some(Val::Gc(_, id)) = proto.and_then(|p| f.val(p)) else {
        return Ok(Folded::Next);
    };
    match (f.b.objects.capture(id, literal >> 8), parent) {
        (Some(Capture::Local(n)), _) if made_here => {
            let upvalue = closure_arg(f, 2 + n as usize);
            Ok(upvalue.map_or(Folded::Next, Folded::To))
        }
        (Some(Capture::Upvalue(n)), Some(parent)) => Ok(Folded::Retry(
            Ins::new(IrOp::URefC, IrType::Ptr, parent, n << 8 | literal & 0xff).guarded(),
        )),
        _ => Ok(Folded::Next),
    }
}

rules! {
    strlen_snew: FLoad, SNew, _ => |f| Ok(match (f.ins.field(), f.ia().ref_b()) {
        (Some(Field::StrLen), Some(n)) => Folded::To(n),
        _ => Folded::Next,
    });
    strlen_tostr: FLoad, ToStr, _ => |f| match f.ins.field() {
        Some(Field::StrLen) if f.ia().b() == Operand::from(StrMode::Char) => f.constant(Val::Int(1)),
        _ => Ok(Folded::Next),
    };
    proto_fnew: FLoad, FNew, _ => |f| Ok(match (f.ins.field(), f.ia().ref_a()) {
        (Some(Field::FuncProto), Some(p)) => Folded::To(p),
        _ => Folded::Next,
    });
    proto_closure: FLoad, CallA, _ => |f| {
        let closure = f.ia().helper() == Some(Helper::ClosureNew);
        Ok(match f.ins.field() {
            Some(Field::FuncProto) if closure => closure_arg(f, 0).map_or(Folded::Next, Folded::To),
            _ => Folded::Next,
        })
    };
    urefc_closure: URefC, CallA, _ => upvalue_of_closure;
    urefc_fnew: URefC, FNew, _ => upvalue_of_closure;
    ctype_cnew: FLoad, CNew, _ => |f| Ok(match (f.ins.field(), f.ia().ref_a()) {
        (Some(Field::CdataType), Some(t)) => Folded::To(t),
        _ => Folded::Next,
    });
    snew_whole: SNew, StrRef, _ => |f| {
        // All of a string is the string.
        let at = f.ia();
        let (Some(s), Some(i)) = (at.ref_a(), at.ref_b()) else { return Ok(Folded::Next) };
        let len = f.look(f.b());
        let whole = match f.val(s) {
            Some(Val::Gc(IrType::Str, id)) => f.b.objects.str_len(id).is_some_and(|n| f.int(f.b()) == Some(n)),
            _ => len.op() == IrOp::FLoad && len.field() == Some(Field::StrLen) && len.ref_a() == Some(s),
        };
        Ok(if whole && f.int(i) == Some(0) { Folded::To(s) } else { Folded::Next })
    };
    strref_snew: StrRef, SNew, _ => |f| {
        // A byte of a piece is a byte of the whole.
        let at = f.ia().ref_a().map(|at| f.look(at)).filter(|at| at.op() == IrOp::StrRef);
        let Some((Some(s), Some(i))) = at.map(|at| (at.ref_a(), at.ref_b())) else { return Ok(Folded::Next) };
        let i = f.b.ins(IrOp::Add, IrType::Int, i, f.ins.b())?;
        f.retry(IrOp::StrRef, s, i)
    };
    bufstr_single: BufStr, BufPut, _ => |f| {
        let put = f.ia();
        let header = f.ib();
        let fresh = header.op() == IrOp::BufHdr && header.b() == Operand::from(BufMode::Reset);
        Ok(match put.ref_b() {
            Some(s) if fresh && put.ref_a() == Some(f.b()) => Folded::To(s),
            _ => Folded::Next,
        })
    };
    bufput_empty: BufPut, _, K => |f| Ok(match f.b.trace.constant(f.b()) {
        Some(Const::Gc(_, id)) if f.b.objects.str_len(id) == Some(0) => Folded::To(f.a()),
        _ => Folded::Next,
    });
    tbar_tnew: TBar, _, _ => |f| {
        // A new table needs no barrier until the collector runs.
        let new = f.a();
        let t = &f.b.trace;
        let fresh = matches!(f.ia().op(), IrOp::TNew | IrOp::TDup)
            && [IrOp::Loop, IrOp::CallS, IrOp::CallXS, IrOp::Fuel].into_iter().filter_map(|op| t.newest(op)).all(|r| r < new);
        if fresh { Ok(Folded::Drop) } else { barrier_once(f) }
    };
    hload_nilslot: HLoad, K, _ => |f| Ok(match f.b.trace.constant(f.a()) {
        Some(Const::NIL_SLOT) if f.ty() == IrType::Nil => Folded::To(IrRef::NIL),
        Some(Const::NIL_SLOT) if f.ins.is_guard() => Folded::Fail,
        _ => Folded::Next,
    });
    fuel_fuel: Fuel, _, _ => |f| {
        // Charges side by side are one, unless a snapshot lies between.
        let t = &mut f.b.trace;
        let next = t.next_ref();
        let Some(last) = t.newest(IrOp::Fuel).filter(|r| r.index() + 1 == next.index()) else { return Ok(Folded::Next) };
        let sum = t.get(last).a().raw().checked_add(f.ins.a().raw());
        let together = t.snaps().last().is_none_or(|s| s.at <= last);
        match (sum, t.get_mut(last)) {
            (Some(sum), Some(ins)) if together => {
                ins.a = sum.into();
                Ok(Folded::Drop)
            }
            _ => Ok(Folded::Next),
        }
    };
    obar_once: OBar, _, _ => barrier_once;
}
