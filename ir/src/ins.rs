//! Instructions, operands, constants.

use crate::literal::{BufMode, Conv, Field, FpMath, Helper, SloadMode, Slot, StrMode, XloadMode};
use crate::op::IrOp;
use crate::types::{IrRef, IrType, TYPE_MASK};

/// One operand field of an instruction: a reference, a literal or nothing, as the operation's table line says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(transparent)]
pub struct Operand(u16);

impl Operand {
    /// No operand.
    pub const NONE: Operand = Operand(0);
    /// The field as a reference.
    pub const fn as_ref(self) -> Option<IrRef> {
        IrRef::from_raw(self.0)
    }
    /// The field as it is: a literal's number.
    pub const fn raw(self) -> u16 {
        self.0
    }
}

impl From<IrRef> for Operand {
    fn from(r: IrRef) -> Operand {
        Operand(r.raw())
    }
}
impl From<Option<IrRef>> for Operand {
    fn from(r: Option<IrRef>) -> Operand {
        r.map_or(Operand::NONE, Operand::from)
    }
}
impl From<u16> for Operand {
    fn from(literal: u16) -> Operand {
        Operand(literal)
    }
}
impl From<Slot> for Operand {
    fn from(s: Slot) -> Operand {
        Operand(s.0)
    }
}
macro_rules! operand_of_enum {
    ($($ty:ident),*) => {$(
        impl From<$ty> for Operand { fn from(x: $ty) -> Operand { Operand(x as u16) } }
    )*};
}
operand_of_enum!(Field, FpMath, Helper, BufMode, StrMode);
macro_rules! operand_of_bits {
    ($($ty:ident),*) => {$(
        impl From<$ty> for Operand { fn from(x: $ty) -> Operand { Operand(x.raw()) } }
    )*};
}
operand_of_bits!(SloadMode, XloadMode, Conv);

/// Flags of an instruction, above its type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Flags(u8);

impl Flags {
    /// No flag.
    pub const NONE: Flags = Flags(0);
    /// It may leave the trace.
    pub const GUARD: Flags = Flags(0x80);
    /// Operand of a PHI.
    pub const PHI: Flags = Flags(0x40);
    /// Not executed on the trace; exits make up for it.
    pub const SUNK: Flags = Flags(0x20);
}
const _: () = assert!((0x80u8 | 0x40 | 0x20) & TYPE_MASK == 0);

/// An instruction: 64 bits. During recording, `prev` links instructions of the same operation, newest first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub struct Ins {
    pub(crate) a: Operand,
    pub(crate) b: Operand,
    ty: u8,
    op: IrOp,
    pub(crate) prev: Option<IrRef>,
}
const _: () = assert!(size_of::<Ins>() == 8);

impl Ins {
    /// An instruction. It is a guard if its operation always is one.
    pub fn new(op: IrOp, ty: IrType, a: impl Into<Operand>, b: impl Into<Operand>) -> Ins {
        let guard = op.meta().guard;
        Ins {
            a: a.into(),
            b: b.into(),
            ty: ty as u8 | if guard { Flags::GUARD.0 } else { 0 },
            op,
            prev: None,
        }
    }
    /// The same as a guard.
    #[must_use]
    pub fn guarded(mut self) -> Ins {
        self.set(Flags::GUARD);
        self
    }
    pub(crate) const NOP: Ins = Ins {
        a: Operand::NONE,
        b: Operand::NONE,
        ty: IrType::Nil as u8,
        op: IrOp::Nop,
        prev: None,
    };
    /// The operation.
    pub const fn op(&self) -> IrOp {
        self.op
    }
    /// The type.
    pub const fn ty(&self) -> IrType {
        IrType::from_bits(self.ty)
    }
    /// Does it exchange the running thread?
    pub fn is_switch(&self) -> bool {
        self.op == IrOp::CallS && self.helper().is_some_and(Helper::is_switch)
    }
    /// Operand a.
    pub const fn a(&self) -> Operand {
        self.a
    }
    /// Operand b.
    pub const fn b(&self) -> Operand {
        self.b
    }
    /// Is a flag set?
    pub const fn has(&self, f: Flags) -> bool {
        self.ty & f.0 != 0
    }
    /// May it leave the trace?
    pub const fn is_guard(&self) -> bool {
        self.has(Flags::GUARD)
    }
    pub(crate) fn set(&mut self, f: Flags) {
        self.ty |= f.0;
    }
    pub(crate) fn clear(&mut self, f: Flags) {
        self.ty &= !f.0;
    }
    /// Operand a, if it is a reference.
    pub fn ref_a(&self) -> Option<IrRef> {
        if self.op.a_is_ref() {
            self.a.as_ref()
        } else {
            None
        }
    }
    /// Operand b, if it is a reference.
    pub fn ref_b(&self) -> Option<IrRef> {
        if self.op.b_is_ref() {
            self.b.as_ref()
        } else {
            None
        }
    }
    /// The operands that are references.
    pub fn refs(&self) -> impl Iterator<Item = IrRef> + use<> {
        self.ref_a().into_iter().chain(self.ref_b())
    }
    /// Must it stay although nothing uses its result?
    pub fn has_side_effect(&self) -> bool {
        self.op.is_store() || (self.is_guard() && !self.op.is_weak())
    }
    /// May it run out of memory, or raise? The trace is left then with the instruction's snapshot, as if it had not begun.
    pub fn may_trap(&self) -> bool {
        match self.op {
            IrOp::TNew
            | IrOp::TDup
            | IrOp::FNew
            | IrOp::SNew
            | IrOp::XSNew
            | IrOp::CNew
            | IrOp::CNewI
            | IrOp::NewRef
            | IrOp::BufPut
            | IrOp::BufStr
            | IrOp::ToStr
            | IrOp::CallXS => true,
            IrOp::CallN | IrOp::CallA | IrOp::CallL | IrOp::CallS => {
                self.helper().is_none_or(Helper::may_trap)
            }
            _ => false,
        }
    }
    /// Can the trace be left here?
    pub fn may_leave(&self) -> bool {
        self.is_guard() || self.may_trap()
    }
    /// SLOAD's slot.
    pub fn slot(&self) -> Slot {
        Slot(self.a.raw())
    }
    /// SLOAD's mode.
    pub fn sload_mode(&self) -> SloadMode {
        SloadMode::from_raw(self.b.raw())
    }
    /// The parent trace's instruction that PVAL stands for.
    pub fn parent_ref(&self) -> IrRef {
        IrRef::ins(self.a.raw() as usize)
    }
    /// CONV's kind.
    pub fn conv(&self) -> Conv {
        Conv::from_raw(self.b.raw())
    }
    /// The field of FLOAD and FREF.
    pub fn field(&self) -> Option<Field> {
        Field::from_raw(self.b.raw())
    }
    /// The function of FPMATH.
    pub fn fp_math(&self) -> Option<FpMath> {
        FpMath::from_raw(self.b.raw())
    }
    /// How TOSTR converts.
    pub fn str_mode(&self) -> Option<StrMode> {
        StrMode::from_raw(self.b.raw())
    }
    /// The helper of a CALL.
    pub fn helper(&self) -> Option<Helper> {
        Helper::from_raw(self.b.raw())
    }
    /// Mode of XLOAD.
    pub fn xload_mode(&self) -> XloadMode {
        XloadMode::from_raw(self.b.raw())
    }
}

/// An object of the collected heap, by a number whose meaning is the engine's (its address). 0 is the null pointer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ObjId(pub u64);

/// A constant. Constants of a trace lie in their own list; equal ones are stored once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Const {
    /// nil, false, true.
    Pri(IrType),
    /// int
    Int(i32),
    /// A double, by its bits.
    Num(u64),
    /// i64
    I64(i64),
    /// u64
    U64(u64),
    /// Object of this type; id 0 is the null pointer.
    Gc(IrType, ObjId),
    /// Light userdata.
    Light(u64),
    /// Address of memory that may change.
    Ptr(u64),
    /// Address of memory that never changes; address 0 is the shared nil that failed lookups give.
    KPtr(u64),
    /// A constant key and the number of its node, for HREFK.
    KSlot(IrRef, u16),
}

impl Const {
    /// The address of the nil that a failed lookup in a table gives.
    pub const NIL_SLOT: Const = Const::KPtr(0);
    /// A double. NaNs are all the same.
    pub fn num(n: f64) -> Const {
        Const::Num(if n.is_nan() {
            f64::NAN.to_bits()
        } else {
            n.to_bits()
        })
    }
    /// The type of a reference to it.
    pub const fn ty(self) -> IrType {
        match self {
            Const::Pri(t) | Const::Gc(t, _) => t,
            Const::Int(_) => IrType::Int,
            Const::Num(_) => IrType::Num,
            Const::I64(_) => IrType::I64,
            Const::U64(_) => IrType::U64,
            Const::Light(_) => IrType::LightUd,
            Const::Ptr(_) | Const::KPtr(_) => IrType::Ptr,
            Const::KSlot(..) => IrType::Nil,
        }
    }
}
