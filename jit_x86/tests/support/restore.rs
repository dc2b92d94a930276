//! What the engine does at an exit: slots and sunk objects from the places that the back end names.

use perilune_ir::eval::{Machine, Val};
use perilune_ir::ins::{Const, Flags, ObjId};
use perilune_ir::literal::Field;
use perilune_ir::op::IrOp;
use perilune_ir::snap::SnapKind;
use perilune_ir::trace::Trace;
use perilune_ir::types::{IrRef, IrType};
use perilune_jit_x86::code::Code;
use perilune_jit_x86::input::Location;

use super::world::{World, val_of};

/// The value that machine code left behind for an instruction, or a constant.
pub fn value(t: &Trace, code: &Code, w: World, snap: u16, r: IrRef) -> Val {
    match t.constant(r) {
        Some(Const::Pri(t)) => return Val::Pri(t),
        Some(Const::Int(i)) => return Val::Int(i),
        Some(Const::Num(n)) => return Val::Num(f64::from_bits(n)),
        Some(Const::Gc(t, id)) => return Val::Gc(t, id),
        Some(Const::Ptr(p) | Const::KPtr(p)) => return Val::Ptr(p),
        Some(Const::KSlot(k, _)) => return value(t, code, w, snap, k),
        Some(k) => panic!("{k:?}"),
        None => {}
    }
    let ty = t.ty(r);
    if ty.is_pri() {
        return Val::Pri(ty);
    }
    let found = code.locations(snap).find(|l| l.0 == r);
    let Some((_, location)) = found else {
        panic!("no place for {r:?} at exit {snap}");
    };
    let bits = match location {
        Location::Gpr(n) => w.gpr(n),
        Location::Xmm(n) => w.xmm(n),
        Location::Spill(n) => w.spill(n),
    };
    match ty {
        IrType::Num => Val::Num(f64::from_bits(bits)),
        IrType::Int | IrType::U32 => Val::Int(bits as i32),
        IrType::I64 => Val::I64(bits as i64),
        IrType::U64 => Val::U64(bits),
        IrType::Ptr => Val::Ptr(bits),
        IrType::LightUd => val_of(bits),
        ty => Val::Gc(ty, ObjId(bits)),
    }
}

/// Restores the slots.
pub fn restore(t: &Trace, code: &Code, mut w: World, snap: u16) {
    let s = &t.snaps()[snap as usize];
    let mut made: Vec<(IrRef, Val)> = Vec::new();
    let mut slots = Vec::new();
    for e in t.snap_entries(s) {
        if e.kind == SnapKind::Unchanged {
            continue;
        }
        let r = e.value;
        let v = if r.is_const() || !t.get(r).has(Flags::SUNK) {
            value(t, code, w, snap, r)
        } else if let Some(&(_, v)) = made.iter().find(|m| m.0 == r) {
            v
        } else {
            let v = unsink(t, code, w, snap, r, s.at);
            made.push((r, v));
            v
        };
        slots.push((e.slot, v));
    }
    for (slot, v) in slots {
        w.set_slot(slot, v);
    }
}

fn unsink(t: &Trace, code: &Code, mut w: World, snap: u16, r: IrRef, end: IrRef) -> Val {
    let ins = t.get(r);
    let id = match ins.op() {
        IrOp::TNew => w.new_table(ins.a().raw(), ins.b().raw()),
        IrOp::TDup => match value(t, code, w, snap, ins.ref_a().unwrap()) {
            Val::Gc(_, id) => w.dup_table(id),
            v => panic!("{v:?}"),
        },
        op => panic!("{op:?} was sunk"),
    };
    let id = id.unwrap();
    for i in t.refs().skip(r.index()).take_while(|&i| i < end) {
        let store = t.get(i);
        let is_store = matches!(store.op(), IrOp::AStore | IrOp::HStore | IrOp::FStore);
        if !store.has(Flags::SUNK) || !is_store {
            continue;
        }
        let at = store.ref_a().unwrap();
        if t.allocation_of(at) != Some(r) {
            continue;
        }
        let v = value(t, code, w, snap, store.ref_b().unwrap());
        let place = t.get(at);
        let key = place.ref_b().map(|k| value(t, code, w, snap, k));
        match (place.op(), key) {
            (IrOp::FRef, _) => w.set_field(id, place.field().unwrap(), v),
            (IrOp::ARef, Some(Val::Int(i))) => {
                let Val::Ptr(array) = w.field(id, Field::TabArray) else {
                    unreachable!()
                };
                let at = w.array_slot(array, i);
                w.store(at, v);
            }
            (_, Some(key)) => {
                let mut at = w.find_key(id, key);
                if at == 0 {
                    at = w.new_key(id, key).unwrap();
                }
                w.store(at, v);
            }
            _ => panic!("store into nothing"),
        }
    }
    Val::Gc(IrType::Tab, id)
}
