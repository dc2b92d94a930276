//! What an exit from machine code has to write, worked out once per snapshot: slots, and where their values are.
//!
//! Snapshots that have to make objects, or to open upvalues, have no plan; `ir::eval::restore` does them.

extern crate alloc;
use alloc::vec::Vec;

use perilune_ir::ins::{Const, Flags};
use perilune_ir::snap::SnapKind;
use perilune_ir::types::{IrRef, IrType};
use perilune_jit_x86::code::Code;
use perilune_jit_x86::input::Location;
use perilune_jit_x86::runtime::{TraceContext, encoding};

use crate::jit::helpers::value_of;
use crate::jit::store::Installed;
use crate::value::Value;

/// How the bits at a location become a slot's.
#[derive(Clone, Copy, Debug)]
enum Encoding {
    /// They are the slot's.
    Word,
    /// An `int` in the low half becomes a number.
    Int,
    /// An `int` in the low half is the word.
    Position,
    /// A double.
    Num,
    /// An address gets this tag.
    Tagged(u16),
}

/// Where a slot's bits come from.
#[derive(Clone, Copy, Debug)]
enum Source {
    Constant(u64),
    At(Location, Encoding),
}

/// A slot to be written.
#[derive(Clone, Copy, Debug)]
struct Write {
    /// Counted from the trace's base.
    slot: i32,
    source: Source,
}

/// What an exit writes.
#[derive(Clone, Debug)]
pub(crate) struct Plan(Vec<Write>);

impl Plan {
    /// The plan of a snapshot, if it is of those that have one and there is memory for it.
    pub fn of(trace: &Installed, code: &Code, snap: u16) -> Option<Plan> {
        let ir = &trace.ir;
        let entries = ir.snap_entries(ir.snaps().get(usize::from(snap))?);
        let mut writes = Vec::new();
        writes.try_reserve_exact(entries.len()).ok()?;
        for e in entries.iter().filter(|e| e.kind != SnapKind::Unchanged) {
            if !e.value.is_const() && ir.get(e.value).has(Flags::SUNK) {
                return None;
            }
            let source = match e.kind {
                SnapKind::Value => Plan::value(trace, code, snap, e.value)?,
                SnapKind::Frame | SnapKind::KeyIndex => Plan::word(trace, code, snap, e.value)?,
                SnapKind::Unchanged | SnapKind::Open => return None,
            };
            writes.push(Write {
                slot: e.slot.offset(),
                source,
            });
        }
        Some(Plan(writes))
    }

    /// Bytes that it takes.
    pub fn size(&self) -> usize {
        self.0.capacity() * size_of::<Write>()
    }

    fn location(code: &Code, snap: u16, r: IrRef) -> Option<Location> {
        Some(code.locations(snap).find(|(value, _)| *value == r)?.1)
    }

    fn value(trace: &Installed, code: &Code, snap: u16, r: IrRef) -> Option<Source> {
        if let Some(constant) = trace.ir.constant_value(r) {
            return Some(Source::Constant(value_of(constant)?.to_bits()));
        }
        let ty = trace.ir.ty(r);
        if let Some(bits) = encoding::primitive(ty) {
            return Some(Source::Constant(bits));
        }
        let encoding = match ty {
            IrType::Int => Encoding::Int,
            IrType::Num => Encoding::Num,
            IrType::LightUd => Encoding::Word,
            ty => Encoding::Tagged(encoding::tag(ty)?),
        };
        Some(Source::At(Plan::location(code, snap, r)?, encoding))
    }

    fn word(trace: &Installed, code: &Code, snap: u16, r: IrRef) -> Option<Source> {
        match trace.ir.constant(r) {
            Some(Const::Ptr(word) | Const::KPtr(word)) => return Some(Source::Constant(word)),
            Some(Const::Int(i)) => return Some(Source::Constant(u64::from(i as u32))),
            Some(_) => return None,
            None => {}
        }
        let encoding = match trace.ir.ty(r) {
            IrType::Ptr => Encoding::Word,
            IrType::Int => Encoding::Position,
            _ => return None,
        };
        Some(Source::At(Plan::location(code, snap, r)?, encoding))
    }

    /// Writes the slots of the trace whose base this is.
    ///
    /// # Safety
    /// The trace was just left with this plan's snapshot, which filled the context.
    #[inline]
    pub unsafe fn apply(&self, context: &TraceContext, base: *mut Value) {
        for write in &self.0 {
            let bits = match write.source {
                Source::Constant(bits) => bits,
                Source::At(location, encoding) => {
                    let bits = match location {
                        Location::Gpr(n) => context.gpr[usize::from(n) % context.gpr.len()],
                        Location::Xmm(n) => context.xmm[usize::from(n) % context.xmm.len()],
                        Location::Spill(n) => context.spill[usize::from(n) % context.spill.len()],
                    };
                    match encoding {
                        Encoding::Word => bits,
                        Encoding::Int => Value::int(bits as i32).to_bits(),
                        Encoding::Position => u64::from(bits as u32),
                        Encoding::Num => Value::number(f64::from_bits(bits)).to_bits(),
                        Encoding::Tagged(tag) => {
                            let payload = bits & ((1 << encoding::TAG_SHIFT) - 1);
                            u64::from(tag) << encoding::TAG_SHIFT | payload
                        }
                    }
                }
            };
            // SAFETY: the caller's promise: slots of a trace lie in its frames, and the bits are those of live values or words of frames.
            unsafe { *base.offset(write.slot as isize) = Value::from_bits(bits) }
        }
    }
}
