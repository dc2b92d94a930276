//! The instruction word.
//!
//! ```text
//!  31      24 23      16 15       8 7        0
//! +----------+----------+----------+----------+
//! |    B     |    C     |    A     |    OP    |   three operands
//! |          D          |    A     |    OP    |   two operands
//! +----------+----------+----------+----------+
//! ```
//! A jump's D is the distance from the next instruction plus [`BIAS_J`].

use super::op::Bc;

/// The greatest A.
pub const MAX_A: u32 = 0xFF;
/// The greatest B.
pub const MAX_B: u32 = 0xFF;
/// The greatest C.
pub const MAX_C: u32 = 0xFF;
/// The greatest D.
pub const MAX_D: u32 = 0xFFFF;
/// What is added to a jump distance.
pub const BIAS_J: u32 = 0x8000;
/// The end of a jump list while compiling: a D that no finished jump has.
pub const NO_JUMP: u32 = !0;

/// One instruction.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Ins(pub(crate) u32);

impl Ins {
    /// An instruction with operands A, B, C.
    #[inline]
    pub const fn abc(op: Bc, a: u32, b: u32, c: u32) -> Ins {
        Ins(op as u32 | a << 8 | b << 24 | c << 16)
    }
    /// An instruction with operands A, D.
    #[inline]
    pub const fn ad(op: Bc, a: u32, d: u32) -> Ins {
        Ins(op as u32 | a << 8 | d << 16)
    }
    /// A jump over `distance` instructions, counted from the next one.
    #[inline]
    pub const fn aj(op: Bc, a: u32, distance: i32) -> Ins {
        Ins::ad(op, a, (distance + BIAS_J as i32) as u32 & MAX_D)
    }
    /// The word.
    #[inline(always)]
    pub const fn to_bits(self) -> u32 {
        self.0
    }
    /// The opcode's number.
    #[inline(always)]
    pub const fn op_index(self) -> usize {
        (self.0 & 0xFF) as usize
    }
    /// The opcode, if the number is one.
    #[inline]
    pub const fn op(self) -> Option<Bc> {
        Bc::from_index(self.0 as u8)
    }
    /// What a breakpoint has in the place of an opcode: a number of its own, which no listing, dump or recorder takes for an opcode.
    pub(crate) const BREAKPOINT: u8 = Bc::ALL.len() as u8;

    /// The same instruction under a breakpoint.
    #[inline]
    pub(crate) const fn with_breakpoint(self) -> Ins {
        Ins(self.0 & !0xFF | Ins::BREAKPOINT as u32)
    }
    /// Is it one under a breakpoint?
    #[inline(always)]
    pub(crate) const fn is_breakpoint(self) -> bool {
        self.0 as u8 == Ins::BREAKPOINT
    }
    /// Is it one that enters a trace?
    #[cfg(feature = "jit")]
    #[inline(always)]
    pub(crate) const fn is_traced(self) -> bool {
        let op = self.op_index() as u8;
        op == Bc::JForI as u8
            || op == Bc::JForL as u8
            || op == Bc::JIterL as u8
            || op == Bc::JLoop as u8
            || op == Bc::JFuncF as u8
            || op == Bc::JFuncV as u8
    }
    /// Operand A.
    #[inline(always)]
    pub const fn a(self) -> usize {
        (self.0 >> 8 & 0xFF) as usize
    }
    /// Operand B.
    #[inline(always)]
    pub const fn b(self) -> usize {
        (self.0 >> 24) as usize
    }
    /// Operand C.
    #[inline(always)]
    pub const fn c(self) -> usize {
        (self.0 >> 16 & 0xFF) as usize
    }
    /// Operand D.
    #[inline(always)]
    pub const fn d(self) -> usize {
        (self.0 >> 16) as usize
    }
    /// Operand D as a signed 16-bit literal.
    #[inline(always)]
    pub const fn d_signed(self) -> i32 {
        self.0 as i32 >> 16
    }
    /// The distance of a jump, counted from the next instruction.
    #[inline(always)]
    pub const fn jump(self) -> isize {
        (self.0 >> 16) as isize - BIAS_J as isize
    }
    /// The same instruction with another opcode.
    #[inline]
    pub const fn with_op(self, op: Bc) -> Ins {
        Ins(self.0 & !0xFF | op as u32)
    }
    /// The same instruction with another A.
    #[inline]
    pub const fn with_a(self, a: u32) -> Ins {
        Ins(self.0 & !0xFF00 | a << 8)
    }
    /// The same instruction with another B.
    #[inline]
    pub const fn with_b(self, b: u32) -> Ins {
        Ins(self.0 & 0x00FF_FFFF | b << 24)
    }
    /// The same instruction with another C.
    #[inline]
    pub const fn with_c(self, c: u32) -> Ins {
        Ins(self.0 & 0xFF00_FFFF | c << 16)
    }
    /// The same instruction with another D.
    #[inline]
    pub const fn with_d(self, d: u32) -> Ins {
        Ins(self.0 & 0xFFFF | d << 16)
    }
}
