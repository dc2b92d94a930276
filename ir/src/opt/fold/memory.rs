//! Fields of new and of constant objects, closures, barriers.

use super::{Fold, Folded, rules};
use crate::build::Capture;
use crate::eval::Val;
use crate::ins::{Const, Ins};
use crate::literal::{Clobbers, Field, Helper};
use crate::op::IrOp;
use crate::opt::mem;
use crate::trace::TraceError;
use crate::types::{IrRef, IrType};

type Result = core::result::Result<Folded, TraceError>;

/// A barrier is needed once in a trace, and not at all for what the trace made: the collector works only where a trace is left, unless
/// a call runs something.
fn barrier_once(f: &mut Fold<'_, '_>) -> Result {
    let t = &f.b.trace;
    let object = f.a();
    let limit = mem::newest_call(t, Clobbers::Everything);
    if mem::rebound(t, object) {
        return Ok(Folded::Next);
    }
    let made_here = match t.get(object).op() {
        IrOp::TNew | IrOp::TDup | IrOp::FNew => true,
        op => op == IrOp::CallA,
    };
    let fresh = made_here && limit.is_none_or(|l| l < object);
    let done = |op| {
        let mut earlier = t.chain(op, limit);
        earlier.any(|(_, i)| i.ref_a() == Some(object))
    };
    Ok(if fresh || done(IrOp::TBar) || done(IrOp::OBar) {
        Folded::Drop
    } else {
        Folded::Next
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
    fload_const: FLoad, K, _ => |f| match (f.val(f.a()), f.ins.field()) {
        // What never changes of a constant object.
        (Some(Val::Gc(_, id)), Some(field)) if id.0 != 0 && field.is_fixed() => match f.b.objects.fixed_field(id, field) {
            Some(k) => Ok(Folded::To(f.b.konst(k)?)),
            None => Ok(Folded::Next),
        },
        _ => Ok(Folded::Next),
    };
    urefc_closure: URefC, CallA, _ => upvalue_of_closure;
    urefc_fnew: URefC, FNew, _ => upvalue_of_closure;
    cnewi_value: FLoad, CNewI, _ => |f| Ok(match (f.ins.field(), f.ia().ref_b()) {
        (Some(Field::CdataInt64 | Field::CdataInt), Some(v)) if f.b.trace.ty(v) == f.ty() => Folded::To(v),
        _ => Folded::Next,
    });
    ctype_cnewi: FLoad, CNewI, _ => |f| Ok(match (f.ins.field(), f.ia().ref_a()) {
        (Some(Field::CdataType), Some(t)) => Folded::To(t),
        _ => Folded::Next,
    });
    ctype_cnew: FLoad, CNew, _ => |f| Ok(match (f.ins.field(), f.ia().ref_a()) {
        (Some(Field::CdataType), Some(t)) => Folded::To(t),
        _ => Folded::Next,
    });
    barrier_once: TBar | OBar, _, _ => barrier_once;
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
}
