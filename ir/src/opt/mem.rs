//! Memory: alias analysis, forwarding of loads, dead stores.
//!
//! Two references *must* alias if they certainly name the same place, *don't* if they certainly name different ones. All
//! reasons are facts about how references were computed, so they hold again for the copy that loop peeling makes, with
//! substituted operands.
//!
//! A load looks backwards for a store that must alias, whose value it takes; one that may alias, or a call, ends the search, and then
//! an equal load that is younger will do.

use crate::build::Builder;
use crate::ins::{Const, Flags, Ins, ObjId};
use crate::literal::{Clobbers, Field, Helper, XloadMode};
use crate::op::IrOp;
use crate::trace::{Trace, TraceError};
use crate::types::{IrRef, IrType};

/// What is known about two references.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Alias {
    /// Different places.
    No,
    /// Nothing is known.
    May,
    /// The same place.
    Must,
}

fn is_new_table(ins: &Ins) -> bool {
    matches!(ins.op(), IrOp::TNew | IrOp::TDup)
}

pub(crate) fn rebound(t: &Trace, r: IrRef) -> bool {
    t.get(r).has(Flags::PHI) && t.loop_ref().is_some_and(|l| r < l)
}

/// Was the object stored anywhere, or passed to a call?
fn escapes(t: &Trace, object: IrRef) -> bool {
    let stores = [
        IrOp::AStore,
        IrOp::HStore,
        IrOp::UStore,
        IrOp::FStore,
        IrOp::XStore,
        IrOp::CArg,
        IrOp::OBar,
    ];
    let calls = [
        IrOp::CallA,
        IrOp::CallL,
        IrOp::CallS,
        IrOp::CallXS,
        IrOp::CArg,
        IrOp::FNew,
    ];
    let mut b = stores.into_iter().flat_map(|op| t.chain(op, Some(object)));
    let mut a = calls.into_iter().flat_map(|op| t.chain(op, Some(object)));
    b.any(|(_, i)| i.ref_b() == Some(object)) || a.any(|(_, i)| i.ref_a() == Some(object))
}

/// Are two tables the same?
pub(crate) fn alias_tables(b: &Builder<'_>, x: IrRef, y: IrRef) -> Alias {
    let t = &b.trace;
    if x == y {
        return Alias::Must;
    }
    let (nx, ny) = (is_new_table(&t.get(x)), is_new_table(&t.get(y)));
    let (new, other) = match (nx, ny) {
        (true, true) => return Alias::No,
        (true, false) => (x, y),
        (false, true) => (y, x),
        (false, false) if x.is_const() && y.is_const() => return Alias::No,
        (false, false) => return Alias::May,
    };
    let older = other.is_const() || (other < new && !rebound(t, other));
    if older || !escapes(t, new) {
        Alias::No
    } else {
        Alias::May
    }
}

/// The table that a reference to a slot leads into.
fn table_of(t: &Trace, at: IrRef) -> Option<IrRef> {
    let ins = t.get(at);
    let a = ins.ref_a()?;
    match ins.op() {
        IrOp::HRef | IrOp::NewRef => Some(a),
        IrOp::ARef | IrOp::HRefK => {
            let base = t.get(a);
            base.ref_a().filter(|_| base.op() == IrOp::FLoad)
        }
        _ => None,
    }
}

/// An int as x + k, modulo 2^32.
///
/// It looks through operands of PHIs: what holds between values of the iteration before holds between those of every iteration, for a
/// copy of the loop's body computes the same.
fn split_int(t: &Trace, r: IrRef) -> (IrRef, i32) {
    let (mut r, mut sum) = (r, 0i32);
    for _ in 0..MAX_SUMS {
        let ins = t.get(r);
        let (IrOp::Add | IrOp::AddOv, Some(x), Some(k)) = (ins.op(), ins.ref_a(), ins.ref_b())
        else {
            break;
        };
        let Some(Const::Int(k)) = t.constant(k) else {
            break;
        };
        (r, sum) = (x, sum.wrapping_add(k));
    }
    (r, sum)
}
/// How many additions of constants are looked through.
const MAX_SUMS: usize = 4;

fn keys_agree(t: &Trace, x: IrRef, y: IrRef) -> bool {
    let are_ints = t.ty(x) == IrType::Int && t.ty(y) == IrType::Int;
    x == y || are_ints && split_int(t, x) == split_int(t, y)
}

fn keys_differ(t: &Trace, x: IrRef, y: IrRef) -> bool {
    match (t.constant(x), t.constant(y)) {
        (Some(Const::Num(a)), Some(Const::Num(b))) => f64::from_bits(a) != f64::from_bits(b),
        (Some(a), Some(b)) => a != b,
        _ if t.ty(x) != t.ty(y) => true,
        _ if t.ty(x) == IrType::Int => {
            let ((a, i), (b, j)) = (split_int(t, x), split_int(t, y));
            a == b && i != j
        }
        _ => false,
    }
}

/// Are two slots of tables, both in array parts or both in hash parts, the same?
fn alias_slots(b: &Builder<'_>, x: IrRef, y: IrRef) -> Alias {
    let t = &b.trace;
    if x == y {
        return Alias::Must;
    }
    let (Some(kx), Some(ky)) = (t.key_of(x), t.key_of(y)) else {
        return Alias::May;
    };
    if keys_differ(t, kx, ky) {
        return Alias::No;
    }
    let (Some(tx), Some(ty)) = (table_of(t, x), table_of(t, y)) else {
        return Alias::May;
    };
    match alias_tables(b, tx, ty) {
        Alias::Must if keys_agree(t, kx, ky) => Alias::Must,
        Alias::Must => Alias::May,
        other => other,
    }
}

fn alias_upvalues(t: &Trace, x: IrRef, y: IrRef) -> Alias {
    let (a, b) = (t.get(x), t.get(y));
    let (h, k) = (a.b().raw() & 0xff, b.b().raw() & 0xff);
    let new = |r| t.is_call_of(r, Helper::UpvalueNew);
    if x == y {
        Alias::Must
    } else if new(x) || new(y) {
        // Another new one, or one of a function that was there before.
        let (new_one, other) = if new(x) { (x, y) } else { (y, x) };
        let older = |f: IrRef| f.is_const() || (f < new_one && !rebound(t, f));
        if new(other) || t.get(other).ref_a().is_some_and(older) {
            Alias::No
        } else {
            Alias::May
        }
    } else if a.op() != b.op() || h != k && h != 0 && k != 0 {
        Alias::No
    } else {
        Alias::May
    }
}

fn alias_fields(b: &Builder<'_>, object: IrRef, f: Option<Field>, fref: IrRef) -> Alias {
    let other = b.trace.get(fref);
    let Some(o) = other.ref_a().filter(|_| other.field() == f) else {
        return Alias::No;
    };
    if f.is_some_and(|f| f.object() == IrType::Tab) {
        alias_tables(b, object, o)
    } else if object == o {
        Alias::Must
    } else if object.is_const() && o.is_const() {
        Alias::No
    } else {
        Alias::May
    }
}

/// Memory as XLOAD and XSTORE see it.
fn alias_raw(t: &Trace, ins: &Ins, store: &Ins) -> Alias {
    if ins.a() == store.a() && ins.ty() == store.ty() {
        return Alias::Must;
    }
    match (ins.ref_a(), store.ref_a()) {
        // Strings and foreign memory don't overlap.
        (Some(a), _) if t.get(a).op() == IrOp::StrRef => Alias::No,
        _ => Alias::May,
    }
}

/// What the place that `ins` loads or stores has to do with the one that `store` stores to.
fn alias(b: &Builder<'_>, ins: &Ins, store: &Ins) -> Alias {
    let (Some(x), Some(y)) = (ins.ref_a(), store.ref_a()) else {
        return Alias::May;
    };
    match store.op() {
        IrOp::AStore | IrOp::HStore | IrOp::ALoad | IrOp::HLoad => alias_slots(b, x, y),
        IrOp::UStore | IrOp::ULoad => alias_upvalues(&b.trace, x, y),
        IrOp::FStore if ins.op() == IrOp::FLoad => alias_fields(b, x, ins.field(), y),
        IrOp::FStore => {
            let fref = b.trace.get(x);
            fref.ref_a()
                .map_or(Alias::May, |o| alias_fields(b, o, fref.field(), y))
        }
        IrOp::XStore => alias_raw(&b.trace, ins, store),
        _ => Alias::May,
    }
}

fn newest_of(t: &Trace, ops: &[IrOp]) -> Option<IrRef> {
    ops.iter().filter_map(|&op| t.newest(op)).max()
}

/// The newest instruction that adds a key to a table that may be this one.
fn newest_resize(b: &Builder<'_>, table: IrRef) -> Option<IrRef> {
    let mut new = b.trace.chain(IrOp::NewRef, None);
    new.find(|(_, i)| {
        i.ref_a()
            .is_none_or(|t| alias_tables(b, t, table) != Alias::No)
    })
    .map(|(r, _)| r)
}

/// Is a table made on the trace, without this key, and did it not get the key since?
fn lacks_key(b: &Builder<'_>, table: IrRef, key: Option<IrRef>, call: Option<IrRef>) -> bool {
    let t = &b.trace;
    let new = t.get(table);
    let Some(key) = key else { return false };
    let began_without = match new.op() {
        IrOp::TNew => true,
        IrOp::TDup => match (new.ref_a().and_then(|k| t.constant(k)), t.constant(key)) {
            (Some(Const::Gc(_, template)), Some(key)) => b.objects.template_lacks(template, key),
            _ => false,
        },
        _ => false,
    };
    // What lies before the table can't have added to it, but for a copy of the loop's body.
    began_without
        && call.is_none_or(|c| c < table)
        && t.chain(IrOp::NewRef, None).all(|(_, i)| {
            let other = i.ref_b().is_some_and(|k| keys_differ(t, k, key));
            other
                || i.ref_a()
                    .is_some_and(|o| alias_tables(b, o, table) == Alias::No)
        })
}

/// The newest store that may change where a table ends: into an array slot, or under a numeric key.
fn newest_length(b: &Builder<'_>, table: IrRef) -> Option<IrRef> {
    let t = &b.trace;
    let newest = |op| {
        let mut stores = t.chain(op, None);
        let store = stores.find(|(_, i)| {
            let Some(at) = i.ref_a() else { return true };
            let key = t.key_of(at).map_or(IrType::Nil, |k| t.ty(k));
            let numeric = matches!(key, IrType::Num | IrType::Int | IrType::Nil);
            numeric && table_of(t, at).is_none_or(|o| alias_tables(b, o, table) != Alias::No)
        });
        store.map(|s| s.0)
    };
    newest(IrOp::AStore).max(newest(IrOp::HStore))
}

/// Does the address come from a helper? Then it may lie in either part of any table.
fn is_wild(t: &Trace, at: Option<IrRef>) -> bool {
    at.is_some_and(|at| t.get(at).op() == IrOp::CallL)
}

/// The newest store to the other part of a table that this one may see nevertheless.
fn other_part(t: &Trace, ins: &Ins) -> Option<IrRef> {
    t.newest(IrOp::CallL)?;
    let other = match ins.op() {
        IrOp::ALoad | IrOp::AStore => IrOp::HStore,
        IrOp::HLoad | IrOp::HStore => IrOp::AStore,
        _ => return None,
    };
    let wild = is_wild(t, ins.ref_a());
    let mut stores = t.chain(other, None);
    stores
        .find(|(_, i)| wild || is_wild(t, i.ref_a()))
        .map(|s| s.0)
}

/// The newest call that may change tables, or only one that may change everything.
pub(crate) fn newest_call(t: &Trace, least: Clobbers) -> Option<IrRef> {
    let mut calls = t.chain(IrOp::CallS, None);
    let call = calls.find(|(_, i)| i.helper().is_none_or(|h| h.clobbers() >= least));
    call.map(|c| c.0).max(t.newest(IrOp::CallXS))
}

/// What the hash part of a table that was made on the trace holds under a constant key, if that was stored on the trace. The table need
/// not be looked at then: neither where the key lies now nor how many nodes there are.
pub fn stored_field(b: &Builder<'_>, table: IrRef, key: IrRef) -> Option<IrRef> {
    let t = &b.trace;
    if !b.options.fwd || !is_new_table(&t.get(table)) || !key.is_const() {
        return None;
    }
    let limit = newest_call(t, Clobbers::Tables).max(Some(table));
    if (t.chain(IrOp::AStore, limit)).any(|(_, i)| is_wild(t, i.ref_a())) {
        return None;
    }
    for (_, store) in t.chain(IrOp::HStore, limit) {
        let at = store.ref_a()?;
        let other = t.key_of(at)?;
        if keys_differ(t, other, key) {
            continue;
        }
        match alias_tables(b, table_of(t, at)?, table) {
            Alias::No => {}
            Alias::Must if other == key => return store.ref_b(),
            _ => return None,
        }
    }
    None
}

/// The newest instruction that may change what upvalues hold without a store to them. Open ones are slots, which a trace writes when
/// it exchanges threads.
fn newest_closing(t: &Trace, upvalue: IrRef) -> Option<IrRef> {
    let closing = t.newest(IrOp::UClo);
    match t.get(upvalue).op() {
        IrOp::URefC | IrOp::CallA => closing,
        _ => closing.max(t.newest_switch()),
    }
}

/// The result of a load, or of a store that isn't needed, if it is known.
pub(crate) fn forward(b: &mut Builder<'_>, ins: &Ins) -> Result<Option<IrRef>, TraceError> {
    match ins.op() {
        IrOp::AStore | IrOp::HStore | IrOp::UStore | IrOp::FStore | IrOp::XStore => {
            return Ok(if b.options.dse {
                dead_store(b, ins)
            } else {
                None
            });
        }
        _ if !b.options.fwd => return Ok(None),
        _ => {}
    }
    let t = &b.trace;
    let least = match ins.op() {
        IrOp::ULoad | IrOp::URefO | IrOp::URefC | IrOp::XLoad => Clobbers::Everything,
        _ => Clobbers::Tables,
    };
    let call = newest_call(t, least);
    let a = ins.ref_a().unwrap_or(IrRef::NIL);
    Ok(match ins.op() {
        IrOp::ALoad | IrOp::HLoad => {
            let key = t.key_of(a).map_or(IrType::Nil, |k| t.ty(k));
            let numeric = matches!(key, IrType::Num | IrType::Int);
            let table = table_of(t, a);
            // A new key may move numeric keys between the parts of a table.
            let resize = match table {
                Some(table) if numeric => newest_resize(b, table),
                None => t.newest(IrOp::NewRef),
                _ => None,
            };
            let limit = call.max(resize).max(other_part(t, ins));
            let limit = match search(b, ins, limit) {
                Search::Value(v) => return Ok(Some(v)),
                Search::Limit(l) => l,
            };
            if let Some(new) = table.filter(|&new| limit.is_none_or(|l| l < new))
                && let Some(k) = initial_value(b, new, ins)
                && k.ty() == ins.ty()
            {
                return b.konst(k).map(Some);
            }
            b.find_after(ins, limit)
                .or_else(|| equal_element(b, ins, limit))
        }
        IrOp::ULoad => match search(b, ins, call.max(newest_closing(t, a))) {
            Search::Value(v) => Some(v),
            // What a new upvalue was made with.
            Search::Limit(l) if t.is_call_of(a, Helper::UpvalueNew) && l.is_none_or(|l| l < a) => {
                let call = t.get(a);
                call.ref_a().filter(|&v| t.ty(v) == ins.ty())
            }
            Search::Limit(l) => b.find_after(ins, l),
        },
        IrOp::FLoad => return field(b, ins, a, call),
        IrOp::XLoad if ins.xload_mode().has(XloadMode::VOLATILE) => None,
        IrOp::XLoad if ins.xload_mode().has(XloadMode::READONLY) => b.find_after(ins, None),
        IrOp::XLoad => match search(b, ins, call.max(t.newest(IrOp::XBar))) {
            Search::Value(v) if ins.ty().size() >= 4 => Some(v),
            Search::Value(_) => None,
            Search::Limit(l) => b.find_after(ins, l),
        },
        IrOp::HRef => {
            if lacks_key(b, a, ins.ref_b(), call) {
                return Ok(Some(b.konst(Const::NIL_SLOT)?));
            }
            b.find_after(ins, newest_resize(b, a).max(call))
        }
        IrOp::HRefK => {
            let base = t.get(a);
            let table = base.ref_a().filter(|_| base.op() == IrOp::FLoad);
            let resize = match table {
                Some(table) => newest_resize(b, table),
                None => t.newest(IrOp::NewRef),
            };
            let limit = resize.max(call);
            let mut ins = *ins;
            if ins.is_guard()
                && let Some(table) = table.filter(|&table| limit.is_none_or(|l| l < table))
                && is_template_node(b, table, &ins)
            {
                ins.clear(Flags::GUARD);
                return match b.find_after(&ins, limit) {
                    Some(r) => Ok(Some(r)),
                    None => b.append(ins).map(Some),
                };
            }
            b.find_after(&ins, limit)
        }
        IrOp::URefO => {
            let moved = t.newest(IrOp::UClo).max(t.newest_switch());
            b.find_after(ins, call.max(moved))
        }
        IrOp::URefC => b.find_after(ins, call),
        IrOp::Len => b.find_after(ins, call.max(newest_length(b, a)).max(newest_resize(b, a))),
        IrOp::CallL => {
            let stores = [
                IrOp::AStore,
                IrOp::HStore,
                IrOp::FStore,
                IrOp::UStore,
                IrOp::XStore,
                IrOp::NewRef,
            ];
            b.find_after(ins, call.max(newest_of(t, &stores)).max(ins.ref_a()))
        }
        IrOp::VLoad => b.find_after(ins, t.newest_base()),
        _ => None,
    })
}

/// Is the key of a HREFK in the node in question in every copy of the template that `table` is one of?
fn is_template_node(b: &Builder<'_>, table: IrRef, at: &Ins) -> bool {
    let t = &b.trace;
    let new = t.get(table);
    match (
        new.op(),
        new.ref_a().and_then(|k| t.constant(k)),
        at.ref_b().and_then(|k| t.constant(k)),
    ) {
        (IrOp::TDup, Some(Const::Gc(_, template)), Some(Const::KSlot(key, slot))) => {
            let key = t.constant(key);
            key.is_some_and(|key| b.objects.template_node(template, key) == Some(slot))
        }
        _ => false,
    }
}

/// What a slot of a new table holds before anything is stored there.
fn initial_value(b: &Builder<'_>, new: IrRef, load: &Ins) -> Option<Const> {
    let t = &b.trace;
    let at = load.ref_a()?;
    match t.get(new).op() {
        IrOp::TNew => Some(Const::Pri(IrType::Nil)),
        IrOp::TDup => {
            let template = t.get(new).ref_a().and_then(|k| t.constant(k))?;
            let key = t.key_of(at).and_then(|k| t.constant(k))?;
            match (template, key, t.get(at).op()) {
                (Const::Gc(_, id), Const::Int(i), IrOp::ARef) => b.objects.template_slot(id, i),
                (Const::Gc(_, id), key, IrOp::HRefK | IrOp::HRef) => {
                    b.objects.template_field(id, key)
                }
                _ => None,
            }
        }
        _ => None,
    }
}

enum Search {
    /// What was stored last.
    Value(IrRef),
    /// Loads younger than this are still good.
    Limit(Option<IrRef>),
}

/// Looks for the store that a load reads.
fn search(b: &Builder<'_>, ins: &Ins, limit: Option<IrRef>) -> Search {
    let Some(op) = ins.op().store_of_load() else {
        return Search::Limit(limit);
    };
    for (r, store) in b.trace.chain(op, limit) {
        match alias(b, ins, &store) {
            Alias::No => {}
            Alias::Must => {
                return match store.ref_b() {
                    Some(v) if b.trace.ty(v) == ins.ty() => Search::Value(v),
                    _ => Search::Limit(Some(r)),
                };
            }
            Alias::May => return Search::Limit(Some(r)),
        }
    }
    Search::Limit(limit)
}

/// A load of the same array element by another reference, as an iteration's t\[i\] is t\[i-1\] in the next.
fn equal_element(b: &Builder<'_>, ins: &Ins, limit: Option<IrRef>) -> Option<IrRef> {
    let t = &b.trace;
    let key = t.key_of(ins.ref_a()?)?;
    if ins.op() != IrOp::ALoad || key.is_const() {
        return None;
    }
    let mut loads = t.chain(IrOp::ALoad, limit).take(MAX_ELEMENTS);
    loads
        .find(|(_, i)| {
            i.ty() == ins.ty()
                && (i.is_guard() || !ins.is_guard())
                && !i.has(Flags::SUNK)
                && alias(b, ins, i) == Alias::Must
        })
        .map(|l| l.0)
}
/// How many loads are looked at.
const MAX_ELEMENTS: usize = 16;

/// FLOAD
fn field(
    b: &mut Builder<'_>,
    ins: &Ins,
    object: IrRef,
    call: Option<IrRef>,
) -> Result<Option<IrRef>, TraceError> {
    let Some(f) = ins.field() else {
        return Ok(None);
    };
    if f.is_fixed() {
        return Ok(b.find_after(ins, None));
    }
    let resize = if f.changes_with_size() {
        newest_resize(b, object)
    } else if f == Field::ThreadStatus {
        b.trace.newest_switch()
    } else {
        None
    };
    let limit = match search(b, ins, call.max(resize)) {
        Search::Value(v) => return Ok(Some(v)),
        Search::Limit(l) => l,
    };
    let new = b.trace.get(object);
    if is_new_table(&new) && limit.is_none_or(|l| l < object) {
        let size = match (new.op(), new.ref_a().and_then(|k| b.trace.constant(k))) {
            (IrOp::TNew, _) => Some((
                i32::from(new.a().raw()),
                (1i32 << (new.b().raw() & 31)).wrapping_sub(1),
            )),
            (_, Some(Const::Gc(_, template))) => b.objects.template_size(template),
            _ => None,
        };
        let v = match f {
            Field::TabMeta => Some(Const::Gc(IrType::Tab, ObjId(0))),
            Field::TabASize => size.map(|s| Const::Int(s.0)),
            Field::TabHMask => size.map(|s| Const::Int(s.1)),
            _ => None,
        };
        if let Some(k) = v {
            return b.konst(k).map(Some);
        }
    }
    Ok(b.find_after(ins, limit))
}

/// Drops a store of what is there already, and an older store that nobody can have seen.
fn dead_store(b: &mut Builder<'_>, ins: &Ins) -> Option<IrRef> {
    let t = &b.trace;
    let least = match ins.op() {
        IrOp::UStore | IrOp::XStore => Clobbers::Everything,
        _ => Clobbers::Tables,
    };
    let limit = newest_call(t, least)
        .max(t.newest(IrOp::UClo))
        .max(t.newest(IrOp::XBar))
        .max(other_part(t, ins))
        .max(t.newest_switch().filter(|_| ins.op() == IrOp::UStore));
    let mut victim = None;
    for (r, store) in t.chain(ins.op(), limit) {
        match alias(b, ins, &store) {
            Alias::No => {}
            Alias::May => break,
            Alias::Must => {
                if store.b() == ins.b() {
                    let numeric = t
                        .key_of(ins.ref_a()?)
                        .is_some_and(|k| matches!(t.ty(k), IrType::Int | IrType::Num));
                    let moved = t.newest(IrOp::NewRef).is_some_and(|n| n > r);
                    if !(numeric && moved) {
                        return Some(IrRef::DROP);
                    }
                    break;
                }
                victim = Some(r);
                break;
            }
        }
    }
    let victim = victim.filter(|&r| t.loop_ref().is_none_or(|l| r > l))?;
    let seen = (victim.index() + 1..t.len()).any(|i| {
        let other = t.get(IrRef::ins(i));
        let reads = match other.op() {
            IrOp::ALoad | IrOp::HLoad if is_wild(t, other.ref_a()) => true,
            op if op.store_of_load() == Some(ins.op()) => match ins.op() {
                IrOp::FStore => {
                    let fref = ins.ref_a().map(|r| t.get(r));
                    other.field() == fref.and_then(|f| f.field())
                }
                _ => alias(b, ins, &other) != Alias::No,
            },
            IrOp::Len | IrOp::CallL | IrOp::VLoad => true,
            _ => false,
        };
        other.may_leave() || reads
    });
    if !seen {
        b.trace.kill(victim);
    }
    None
}
