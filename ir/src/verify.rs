//! The verifier: what every pass may rely on, and has to leave behind.
//!
//! * Operands are what the table says, exist, and come before their use; only PHI looks at what comes after LOOP.
//! * Types follow the table's rules; guards that are always guards are flagged so.
//! * Snapshots refer to what comes before them; a guard has a snapshot to leave with, and so has an instruction that may trap.
//! * Between an effect and a later guard or trap lies a snapshot, for the interpreter must not repeat the effect.
//! * FUEL's snapshot is for what comes after the charge, so nothing else leaves with it before FUEL.
//! * PHIs come last, their left operand from before LOOP, the right one of the same type.

use core::fmt;

use crate::ins::{Const, Flags, Ins};
use crate::literal::Helper;
use crate::op::{IrOp, Kind, Rule};
use crate::snap::SnapKind;
use crate::trace::Trace;
use crate::types::{IrRef, IrType};

/// A broken rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VerifyError {
    /// The instruction, or the one before which a snapshot lies.
    pub at: IrRef,
    /// The rule.
    pub what: &'static str,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.at, self.what)
    }
}
impl core::error::Error for VerifyError {}

/// Checks a trace.
pub fn verify(t: &Trace) -> Result<(), VerifyError> {
    let loop_ref = t.loop_ref();
    let mut last_effect: Option<IrRef> = None;
    let mut last_exit: Option<IrRef> = None;
    let mut phis = false;
    for r in t.refs() {
        let ins = t.get(r);
        let check = |ok: bool, what| {
            if ok {
                Ok(())
            } else {
                Err(VerifyError { at: r, what })
            }
        };
        if ins.op() == IrOp::Phi {
            phis = true;
            check_phi(t, r, loop_ref)?;
            continue;
        }
        check(!phis || ins.op() == IrOp::Nop, "PHIs have to come last")?;
        for (kind, o) in [(ins.op().meta().a, ins.a()), (ins.op().meta().b, ins.b())] {
            match (kind, o.as_ref()) {
                (Kind::Ref, None) => check(false, "operand missing")?,
                (Kind::Ref | Kind::OptRef, Some(o)) => {
                    check(t.contains(o), "no such operand")?;
                    check(o < r, "operand comes later")?;
                    let operand = t.get(o);
                    let gone = operand.op() == IrOp::Nop
                        || operand.has(Flags::SUNK) && !ins.has(Flags::SUNK);
                    check(o.is_const() || !gone, "operand was removed")?;
                }
                _ => {}
            }
        }
        check(types_fit(t, &ins), "types don't fit")?;
        // A key can be known to be in its node.
        let free = ins.has(Flags::SUNK) || ins.op() == IrOp::HRefK;
        check(
            !ins.op().meta().guard || ins.is_guard() || free,
            "has to be a guard",
        )?;
        if ins.may_leave() && !ins.has(Flags::SUNK) {
            let Some(s) = t.snap_of(r) else {
                return Err(VerifyError {
                    at: r,
                    what: "guard without a snapshot",
                });
            };
            let at = t.snaps()[s].at;
            check(
                last_effect.is_none_or(|e| e < at),
                "leaves after an effect, without a snapshot in between",
            )?;
            check(
                ins.op() != IrOp::Fuel || last_exit.is_none_or(|e| e < at),
                "FUEL's snapshot is left with before the charge",
            )?;
            if ins.op() != IrOp::Fuel {
                last_exit = Some(r);
            }
        }
        // An exit knows nothing of objects that are younger than its snapshot.
        let into_new = match ins.op() {
            IrOp::NewRef => t.allocation_of(r),
            _ => ins.ref_a().and_then(|at| t.allocation_of(at)),
        };
        let unseen = into_new.is_some_and(|o| t.snap_of(o) == t.snap_of(r));
        if is_visible_effect(&ins) && !unseen {
            last_effect = Some(r);
        }
    }
    for s in t.snaps() {
        for e in t.snap_entries(s) {
            let known = t.contains(e.value) && e.value < s.at;
            if !known || (!e.value.is_const() && t.get(e.value).op() == IrOp::Nop) {
                return Err(VerifyError {
                    at: s.at,
                    what: "snapshot holds what does not exist there",
                });
            }
            let fits = match e.kind {
                SnapKind::Value | SnapKind::Unchanged => t.ty(e.value) != IrType::Ptr,
                SnapKind::Frame | SnapKind::Open => t.ty(e.value) == IrType::Ptr,
                SnapKind::KeyIndex => t.ty(e.value) == IrType::Int,
            };
            if !fits {
                return Err(VerifyError {
                    at: s.at,
                    what: "snapshot holds what no slot can",
                });
            }
        }
        let slots = t.snap_entries(s);
        if slots.windows(2).any(|w| w[0].slot >= w[1].slot) {
            return Err(VerifyError {
                at: s.at,
                what: "snapshot's slots are not in order",
            });
        }
    }
    Ok(())
}

/// Would the interpreter notice that the instruction was executed twice?
pub(crate) fn is_visible_effect(ins: &Ins) -> bool {
    ins.op().is_store()
        && !ins.has(Flags::SUNK)
        && !matches!(
            ins.op(),
            IrOp::Loop | IrOp::Use | IrOp::Phi | IrOp::Fuel | IrOp::TBar | IrOp::OBar | IrOp::XBar
        )
}

fn check_phi(t: &Trace, r: IrRef, loop_ref: Option<IrRef>) -> Result<(), VerifyError> {
    let ins = t.get(r);
    let fail = |what| Err(VerifyError { at: r, what });
    let (Some(loop_ref), Some(left), Some(right)) = (loop_ref, ins.a().as_ref(), ins.b().as_ref())
    else {
        return fail("PHI without a loop or an operand");
    };
    if !t.contains(left) || !t.contains(right) || left.is_const() || right >= r {
        return fail("PHI of what does not exist");
    }
    if left >= loop_ref {
        return fail("PHI's left operand has to come before LOOP");
    }
    if [left, right]
        .iter()
        .any(|&o| !o.is_const() && t.get(o).op() == IrOp::Nop)
    {
        return fail("PHI of what was removed");
    }
    if t.ty(left) != t.ty(right) || t.ty(left) != ins.ty() {
        return fail("PHI of different types");
    }
    Ok(())
}

fn types_fit(t: &Trace, ins: &Ins) -> bool {
    let ty = ins.ty();
    let a = ins.ref_a().map(|r| t.ty(r));
    let b = ins.ref_b().map(|r| t.ty(r));
    let is = |x: Option<IrType>, want| x == Some(want);
    // u32 lives in the same registers as int.
    let same =
        |x: Option<IrType>| x == Some(ty) || (ty.is_int32() && x.is_some_and(IrType::is_int32));
    let rule = match ins.op().meta().rule {
        Rule::Nil => ty == IrType::Nil,
        Rule::Same => same(a) && same(b),
        Rule::SameA => same(a),
        Rule::Shift => same(a) && is(b, IrType::Int),
        Rule::Int => ty == IrType::Int,
        Rule::Num => ty == IrType::Num,
        Rule::Ptr => ty == IrType::Ptr,
        Rule::Str => ty == IrType::Str,
        Rule::Tab => ty == IrType::Tab,
        Rule::Func => ty == IrType::Func,
        Rule::Cdata => ty == IrType::Cdata,
        Rule::Any => true,
    };
    let arithmetic = ty.is_int32() || ty.is_int64() || ty == IrType::Num;
    rule && match ins.op() {
        op if op.is_ordering() => arithmetic || ty == IrType::Ptr && op as u8 >= IrOp::Ult as u8,
        IrOp::Add | IrOp::Sub | IrOp::Mul | IrOp::Neg | IrOp::Min | IrOp::Max => arithmetic,
        IrOp::Div | IrOp::Pow | IrOp::Abs | IrOp::FpMath | IrOp::Ldexp => ty == IrType::Num,
        IrOp::Mod => ty == IrType::Num || ty == IrType::Int,
        IrOp::BNot
        | IrOp::BSwap
        | IrOp::BAnd
        | IrOp::BOr
        | IrOp::BXor
        | IrOp::BShl
        | IrOp::BShr
        | IrOp::BSar
        | IrOp::BRol
        | IrOp::BRor => ty == IrType::Int || ty == IrType::U32 || ty.is_int64(),
        IrOp::Abc if ty != IrType::Int && ty != IrType::U32 => false,
        IrOp::Abc | IrOp::AddOv | IrOp::SubOv | IrOp::MulOv => {
            is(a, IrType::Int) && is(b, IrType::Int)
        }
        IrOp::ARef => is(a, IrType::Ptr) && is(b, IrType::Int),
        IrOp::HRefK => {
            is(a, IrType::Ptr)
                && matches!(
                    ins.ref_b().and_then(|r| t.constant(r)),
                    Some(Const::KSlot(..))
                )
        }
        IrOp::HRef | IrOp::NewRef => {
            is(a, IrType::Tab) && b.is_some_and(|b| b.is_lua() && b != IrType::Nil)
        }
        IrOp::URefO | IrOp::URefC => is(a, IrType::Func),
        IrOp::FRef | IrOp::FLoad => ins.field().is_some_and(|f| is(a, f.object())),
        IrOp::StrRef => is(a, IrType::Str) && is(b, IrType::Int),
        IrOp::ALoad | IrOp::HLoad | IrOp::ULoad => is(a, IrType::Ptr) && ty.is_lua(),
        IrOp::XLoad => is(a, IrType::Ptr),
        IrOp::SLoad => ty.is_lua() || ty == IrType::Int || ty.is_int64() || ty == IrType::Ptr,
        IrOp::VLoad => ty.is_lua() && is(a, IrType::Ptr),
        IrOp::Len => is(a, IrType::Tab),
        IrOp::AStore | IrOp::HStore | IrOp::UStore => {
            is(a, IrType::Ptr) && b.is_some_and(IrType::is_lua)
        }
        IrOp::FStore => {
            is(a, IrType::Ptr)
                && ins.ref_a().is_some_and(|r| {
                    t.get(r).op() == IrOp::FRef
                        && t.get(r)
                            .field()
                            .is_some_and(|f| f.ty() == IrType::Nil || is(b, f.ty()))
                })
        }
        IrOp::XStore => is(a, IrType::Ptr) && is(b, ty.widened()),
        IrOp::SNew | IrOp::XSNew => is(a, IrType::Ptr) && is(b, IrType::Int),
        IrOp::TDup | IrOp::TBar => is(a, IrType::Tab),
        IrOp::FNew => is(a, IrType::Proto) && is(b, IrType::Func),
        IrOp::BufPut => {
            let text = [IrType::Str, IrType::Int, IrType::Num];
            is(a, IrType::Ptr) && text.into_iter().any(|ty| is(b, ty))
        }
        IrOp::Conv => {
            let c = ins.conv();
            a.is_some_and(|a| a.widened() == c.from.widened())
                && c.to.widened() == ty.widened()
                && c.is_checked() == ins.is_guard()
        }
        IrOp::ToBit => is(a, IrType::Num),
        IrOp::ToStr => is(a, IrType::Num) || a.is_some_and(IrType::is_int32),
        IrOp::StrTo => is(a, IrType::Str),
        IrOp::CallN | IrOp::CallA | IrOp::CallL | IrOp::CallS => {
            ins.helper().is_some_and(|h| call_fits(t, ins, h))
        }
        _ => true,
    }
}

fn call_fits(t: &Trace, ins: &Ins, h: Helper) -> bool {
    if h.effect() != ins.op().meta().effect {
        return false;
    }
    if h.ret() != IrType::Nil && h.ret() != ins.ty() {
        return false;
    }
    let mut at = ins.ref_a();
    for (i, &want) in h.args().iter().enumerate().rev() {
        let Some(r) = at else { return false };
        let arg = match (i, t.get(r).op()) {
            (1.., IrOp::CArg) => {
                at = t.get(r).ref_a();
                t.get(r).ref_b()
            }
            (1.., _) => return false,
            (0, _) => {
                at = None;
                Some(r)
            }
        };
        let Some(arg) = arg else { return false };
        if want != IrType::Nil && t.ty(arg) != want {
            return false;
        }
    }
    at.is_none()
}
