//! Machine registers and sets of them.

use iced_x86::Register;

use crate::input::Location;

/// A general register (0–15) or a vector register (16–31), by the processor's numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Reg(u8);

impl Reg {
    /// Where an exit saves it.
    pub const fn location(self) -> Location {
        if self.is_xmm() {
            Location::Xmm(self.number())
        } else {
            Location::Gpr(self.number())
        }
    }
    pub const RAX: Reg = Reg(0);
    pub const RCX: Reg = Reg(1);
    pub const RDX: Reg = Reg(2);
    /// Slot 0 of the trace's frame.
    pub const BASE: Reg = Reg(3);
    pub const RSP: Reg = Reg(4);
    /// The state, with a bias.
    pub const VM: Reg = Reg(5);
    pub const RSI: Reg = Reg(6);
    pub const RDI: Reg = Reg(7);
    pub const R8: Reg = Reg(8);
    pub const R9: Reg = Reg(9);
    pub const R11: Reg = Reg(11);
    /// Units left.
    pub const BUDGET: Reg = Reg(14);
    pub const XMM0: Reg = Reg(16);

    pub const fn gpr(n: u8) -> Reg {
        Reg(n & 15)
    }
    pub const fn xmm(n: u8) -> Reg {
        Reg(16 | n & 15)
    }
    pub const fn is_xmm(self) -> bool {
        self.0 >= 16
    }
    /// The processor's number.
    pub const fn number(self) -> u8 {
        self.0 & 15
    }
    pub const fn index(self) -> usize {
        self.0 as usize & 31
    }
    /// The general register that this is, or is the low half of.
    pub fn of(register: Register) -> Option<Reg> {
        let mut all = (0..16).map(Reg::gpr);
        all.find(|r| r.full() == register || r.low32() == register)
    }
    /// The whole register.
    pub fn full(self) -> Register {
        let first = if self.is_xmm() {
            Register::XMM0
        } else {
            Register::RAX
        };
        first + u32::from(self.number())
    }
    /// Its low 32 bits.
    pub fn low32(self) -> Register {
        Register::EAX + u32::from(self.number())
    }
    /// Its low 16 bits.
    pub fn low16(self) -> Register {
        Register::AX + u32::from(self.number())
    }
    /// Its low 8 bits.
    pub fn low8(self) -> Register {
        match self.number() {
            n @ 0..4 => Register::AL + u32::from(n),
            n => Register::SPL + u32::from(n - 4),
        }
    }
    /// 64 or 32 bits.
    pub fn sized(self, wide: bool) -> Register {
        if wide { self.full() } else { self.low32() }
    }
}

/// A set of registers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct RegSet(u32);

impl RegSet {
    pub const NONE: RegSet = RegSet(0);
    /// General registers that may be allocated.
    pub const GPR: RegSet = RegSet(0xffff & !(1 << 3 | 1 << 4 | 1 << 5 | 1 << 14));
    pub const XMM: RegSet = RegSet(0xffff_0000);
    /// Registers that a call keeps.
    pub const CALLEE_SAVED: RegSet = RegSet(1 << 12 | 1 << 13 | 1 << 15);

    pub const fn one(r: Reg) -> RegSet {
        RegSet(1 << r.0)
    }
    pub const fn has(self, r: Reg) -> bool {
        self.0 & 1 << r.0 != 0
    }
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }
    #[must_use]
    pub const fn with(self, r: Reg) -> RegSet {
        RegSet(self.0 | 1 << r.0)
    }
    #[must_use]
    pub const fn without(self, r: Reg) -> RegSet {
        RegSet(self.0 & !(1 << r.0))
    }
    #[must_use]
    pub const fn and(self, other: RegSet) -> RegSet {
        RegSet(self.0 & other.0)
    }
    #[must_use]
    pub const fn or(self, other: RegSet) -> RegSet {
        RegSet(self.0 | other.0)
    }
    #[must_use]
    pub const fn minus(self, other: RegSet) -> RegSet {
        RegSet(self.0 & !other.0)
    }
    pub fn insert(&mut self, r: Reg) {
        *self = self.with(r);
    }
    pub fn remove(&mut self, r: Reg) {
        *self = self.without(r);
    }
    /// The one with the lowest number.
    pub const fn first(self) -> Option<Reg> {
        if self.0 == 0 {
            None
        } else {
            Some(Reg(self.0.trailing_zeros() as u8))
        }
    }
    pub fn iter(self) -> impl Iterator<Item = Reg> {
        let mut rest = self;
        core::iter::from_fn(move || {
            let r = rest.first()?;
            rest.remove(r);
            Some(r)
        })
    }
}
