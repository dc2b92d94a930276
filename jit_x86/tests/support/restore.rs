//! What the engine does at an exit: slots and sunk objects from the places that the back end names.

use perilune_ir::eval::{self, Val};
use perilune_ir::ins::ObjId;
use perilune_ir::trace::Trace;
use perilune_ir::types::{IrRef, IrType};
use perilune_jit_x86::code::Code;
use perilune_jit_x86::input::Location;

use super::world::{World, val_of};

/// The value that machine code left behind for an instruction.
pub fn value(t: &Trace, code: &Code, w: World, snap: u16, r: IrRef) -> Option<Val> {
    let ty = t.ty(r);
    if ty.is_pri() {
        return Some(Val::Pri(ty));
    }
    let (_, location) = code.locations(snap).find(|l| l.0 == r)?;
    let bits = match location {
        Location::Gpr(n) => w.gpr(n),
        Location::Xmm(n) => w.xmm(n),
        Location::Spill(n) => w.spill(n),
    };
    Some(match ty {
        IrType::Num => Val::Num(f64::from_bits(bits)),
        ty if ty.is_int32() => Val::Int(bits as i32),
        IrType::I64 => Val::I64(bits as i64),
        IrType::U64 => Val::U64(bits),
        IrType::Ptr => Val::Ptr(bits),
        IrType::LightUd => val_of(bits),
        ty => Val::Gc(ty, ObjId(bits)),
    })
}

/// Restores the slots.
pub fn restore(t: &Trace, code: &Code, mut w: World, snap: u16) -> Result<(), String> {
    let source = move |r| value(t, code, w, snap, r);
    eval::restore(t, snap.into(), source, &mut w).map_err(|e| e.to_string())
}
