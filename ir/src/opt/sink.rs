//! Sinking: an object that doesn't leave the trace is not made on it. Exits make it, from the snapshot.
//!
//! A table can sink if nothing uses it but stores into constant slots of it, stores of it into sunk objects, and snapshots. What is
//! stored must be there when the trace is left, or be a sunk object itself. A PHI of two tables sinks if both sides do and
//! what is stored into them, store by store, is invariant or is itself carried by PHIs.
//!
//! Strings made of pieces and of numbers, and boxed integers, sink if only snapshots and sunk objects hold them. So do closures; the
//! variables they capture sink with them.
//!
//! Source of the method: LuaJIT.

use crate::ins::{Flags, Ins};
use crate::literal::{Field, Helper};
use crate::op::IrOp;
use crate::opt::dce::Marks;
use crate::trace::{Trace, TraceError};
use crate::types::IrRef;

/// Flags allocations, and all that serves only them, as [`Flags::SUNK`].
pub fn sink(t: &mut Trace) -> Result<(), TraceError> {
    if SINKING.iter().all(|&op| t.newest(op).is_none()) {
        return Ok(());
    }
    let mut kept = Marks::try_new(t)?;
    let last = t.snaps().len().wrapping_sub(1);
    for (i, s) in t.snaps().iter().enumerate() {
        // At the trace's end everything has to be there.
        let all = i == last && t.loop_ref().is_none();
        for e in t.snap_entries(s) {
            if all || !may_sink(t, e.value) {
                kept.mark(e.value);
            }
        }
    }
    loop {
        let changed = mark(t, &mut kept);
        if !changed {
            break;
        }
    }
    sweep(t, &kept)
}

/// Operations whose result may be made at an exit instead.
const SINKING: &[IrOp] = &[
    IrOp::TNew,
    IrOp::TDup,
    IrOp::SNew,
    IrOp::ToStr,
    IrOp::CNewI,
    IrOp::CallA,
];

fn may_sink(t: &Trace, r: IrRef) -> bool {
    let ins = t.get(r);
    SINKING.contains(&ins.op()) && (ins.op() != IrOp::CallA || is_closure(&ins))
}
/// A closure, or an upvalue.
fn is_closure(ins: &Ins) -> bool {
    let h = ins.helper();
    ins.op() == IrOp::CallA && (h == Some(Helper::UpvalueNew) || h == Some(Helper::ClosureNew))
}
fn is_table(op: IrOp) -> bool {
    matches!(op, IrOp::TNew | IrOp::TDup)
}
/// The allocation that a store goes to, if the place is one that can be found again at an exit.
fn sinkable_store(t: &Trace, at: IrRef) -> Option<IrRef> {
    let alloc = t.allocation_of(at)?;
    let ins = t.get(at);
    let ok = match ins.op() {
        IrOp::ARef | IrOp::HRefK | IrOp::HRef | IrOp::NewRef => {
            t.key_of(at).is_some_and(IrRef::is_const)
        }
        IrOp::CallA => true,
        _ => ins.field() == Some(Field::TabMeta),
    };
    ok.then_some(alloc)
}

/// The stores into an allocation, in order.
fn stores_into(t: &Trace, alloc: IrRef) -> impl Iterator<Item = Ins> + '_ {
    let stores = t.refs().map(|r| t.get(r));
    stores.filter(move |i| {
        matches!(i.op(), IrOp::AStore | IrOp::HStore | IrOp::FStore)
            && i.ref_a().and_then(|at| t.allocation_of(at)) == Some(alloc)
    })
}

/// Two allocations that a PHI joins: does what the second holds become what the first holds, store by store?
fn carried(t: &Trace, x: IrRef, y: IrRef) -> bool {
    let same_place = |p: &Ins, q: &Ins| match (p.ref_a(), q.ref_a()) {
        (Some(p), Some(q)) => t.get(p).op() == t.get(q).op() && t.get(p).b() == t.get(q).b(),
        _ => false,
    };
    let carries = |v: Option<IrRef>, w: Option<IrRef>| {
        let (Some(v), Some(w)) = (v, w) else {
            return false;
        };
        if v == w {
            return v.is_const() || !t.get(v).has(Flags::PHI);
        }
        t.chain(IrOp::Phi, None)
            .any(|(_, i)| i.ref_a() == Some(v) && i.ref_b() == Some(w))
    };
    let same_kind = t.get(x).a() == t.get(y).a() && t.get(x).b() == t.get(y).b();
    let mut q = stores_into(t, y);
    let all = stores_into(t, x).all(|p| {
        q.next()
            .is_some_and(|q| same_place(&p, &q) && carries(p.ref_b(), q.ref_b()))
    });
    same_kind && all && q.next().is_none()
}

/// One walk backwards over the trace; tells whether it found more allocations that have to stay.
fn mark(t: &Trace, kept: &mut Marks) -> bool {
    let mut changed = false;
    let mut keep = |kept: &mut Marks, r: Option<IrRef>| {
        if let Some(r) = r {
            changed |= kept.mark(r);
        }
    };
    for r in t.refs().rev() {
        let ins = t.get(r);
        let (a, b) = (ins.ref_a(), ins.ref_b());
        let is_kept = kept.has(r);
        match ins.op() {
            IrOp::AStore | IrOp::HStore | IrOp::FStore | IrOp::UStore => {
                let into = a.and_then(|at| sinkable_store(t, at));
                if into.is_none() {
                    keep(kept, a);
                }
                // What a sunk object holds may sink with it.
                let with_it = into.is_some_and(|o| !kept.has(o));
                if !with_it || !b.is_some_and(|b| may_sink(t, b)) {
                    keep(kept, b);
                }
            }
            IrOp::Phi => {
                let (Some(x), Some(y)) = (a, b) else { continue };
                let op = t.get(x).op();
                let both = op == t.get(y).op() && is_table(op);
                if !both || kept.has(x) || kept.has(y) || !carried(t, x, y) {
                    keep(kept, a);
                    keep(kept, b);
                }
            }
            IrOp::NewRef => {
                keep(kept, b);
                if is_kept || b.is_none_or(|k| !k.is_const()) {
                    keep(kept, a);
                }
            }
            // Exits make it of what its address is made of.
            IrOp::SNew if !is_kept => match a.map(|a| t.get(a)) {
                Some(at) if at.op() == IrOp::StrRef => {
                    keep(kept, at.ref_a());
                    keep(kept, at.ref_b());
                    keep(kept, b);
                }
                _ => {
                    keep(kept, Some(r));
                    keep(kept, a);
                    keep(kept, b);
                }
            },
            IrOp::CallA if !is_kept && is_closure(&ins) => {
                // Upvalues sink with the closure, and what they hold with them.
                for arg in t.call_args(&ins) {
                    if !may_sink(t, arg) {
                        keep(kept, Some(arg));
                    }
                }
            }
            IrOp::ToStr | IrOp::CNewI if !is_kept => {
                keep(kept, a);
                keep(kept, b);
            }
            _ if is_kept || ins.has_side_effect() && !holds_by_itself(t, r) => {
                keep(kept, a);
                keep(kept, b);
            }
            _ => {}
        }
    }
    changed
}

/// HREFK into a copied template that got no further key: the key is where the recorder saw it.
fn holds_by_itself(t: &Trace, r: IrRef) -> bool {
    let Some(alloc) = t.allocation_of(r).filter(|_| t.get(r).op() == IrOp::HRefK) else {
        return false;
    };
    t.get(alloc).op() == IrOp::TDup
        && !t
            .chain(IrOp::NewRef, None)
            .any(|(_, i)| i.ref_a() == Some(alloc))
}

fn sweep(t: &mut Trace, kept: &Marks) -> Result<(), TraceError> {
    let mut sunk = Marks::try_new(t)?;
    for r in t.refs() {
        let ins = t.get(r);
        let into = |at: Option<IrRef>| at.and_then(|at| t.allocation_of(at));
        let gone = match ins.op() {
            _ if may_sink(t, r) => !kept.has(r),
            IrOp::CArg => !kept.has(r),
            IrOp::AStore | IrOp::HStore | IrOp::FStore | IrOp::UStore => {
                into(ins.ref_a()).is_some_and(|o| sunk.has(o))
            }
            IrOp::ARef | IrOp::HRefK | IrOp::HRef | IrOp::NewRef | IrOp::FRef => {
                t.allocation_of(r).is_some_and(|o| sunk.has(o))
            }
            IrOp::FLoad => ins.ref_a().is_some_and(|o| sunk.has(o)),
            // The address that only sunk strings need.
            IrOp::StrRef => !kept.has(r),
            IrOp::Phi => ins.ref_b().is_some_and(|o| sunk.has(o)),
            _ => false,
        };
        if gone {
            sunk.mark(r);
        }
    }
    for r in t.refs() {
        if sunk.has(r)
            && let Some(i) = t.get_mut(r)
        {
            i.set(Flags::SUNK);
        }
    }
    Ok(())
}
