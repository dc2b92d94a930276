//! Expression descriptors: what is known about a value before, and where it lies after, code for it exists.

use crate::bytecode::NO_JUMP;
use crate::value::cdata::CType;
use crate::value::{Gc, Str};

/// How a table is indexed. Constant keys are those that fit an operand of eight bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Key {
    /// The key lies in a slot.
    Slot(u8),
    /// The key is the integer itself.
    Byte(u8),
    /// The key is a string constant.
    Str(u8),
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// No value: the empty list.
    Void,
    Nil,
    False,
    True,
    Str(Gc<Str>),
    Num(f64),
    /// A boxed number: the integer's bits or the imaginary part's. It becomes a constant when it is used.
    Cdata(CType, u64),
    /// A local variable: its slot, and its index among the compiler's variables.
    Local {
        slot: u8,
        var: u16,
    },
    /// An upvalue: its index, and the variable it stands for.
    Upvalue {
        index: u8,
        var: u16,
    },
    Global(Gc<Str>),
    /// A table in a slot, indexed.
    Indexed {
        table: u8,
        key: Key,
    },
    /// The jump of a comparison, which is taken when the value is true.
    Jump(u32),
    /// The result of the instruction at this position, whose A is still free to choose.
    Relocatable(u32),
    /// In a slot.
    Fixed(u8),
    /// The results of the call or vararg instruction at `pc`, from the slot `base` on.
    Call {
        pc: u32,
        base: u8,
    },
    /// The same, of a chain with safe navigation: the jump and the nil of the other way follow the call.
    SafeCall {
        pc: u32,
        base: u8,
    },
}

/// A value, and the pending jumps that leave its evaluation early.
#[derive(Clone, Copy, Debug)]
pub(super) struct Desc {
    pub kind: Kind,
    /// The jumps taken when the value is true.
    pub on_true: u32,
    /// The jumps taken when the value is false.
    pub on_false: u32,
    /// The jumps of the safe navigations in a chain of suffixes; for `??`, the jump over the right operand.
    pub nav: u32,
}

impl From<Kind> for Desc {
    #[inline(always)]
    fn from(kind: Kind) -> Desc {
        Desc {
            kind,
            on_true: NO_JUMP,
            on_false: NO_JUMP,
            nav: NO_JUMP,
        }
    }
}

impl Desc {
    /// The descriptor of no value.
    pub const VOID: Desc = Desc {
        kind: Kind::Void,
        on_true: NO_JUMP,
        on_false: NO_JUMP,
        nav: NO_JUMP,
    };

    /// Do jumps leave its evaluation?
    #[inline(always)]
    pub fn has_jumps(&self) -> bool {
        self.on_true != self.on_false
    }
    /// Is it nil, a boolean, a string or a number?
    #[inline(always)]
    pub fn is_constant(&self) -> bool {
        matches!(
            self.kind,
            Kind::Nil | Kind::False | Kind::True | Kind::Str(_) | Kind::Num(_)
        )
    }
    /// Is it a constant, whichever way it is reached?
    #[inline(always)]
    pub fn is_plain_constant(&self) -> bool {
        self.is_constant() && !self.has_jumps()
    }
    /// The number, if it is a number constant.
    #[inline(always)]
    pub fn as_number(&self) -> Option<f64> {
        match self.kind {
            Kind::Num(n) => Some(n),
            _ => None,
        }
    }
    /// The number, if it is a number constant whichever way it is reached.
    #[inline(always)]
    pub fn as_plain_number(&self) -> Option<f64> {
        if self.has_jumps() {
            None
        } else {
            self.as_number()
        }
    }
    /// The operand of nil, false or true.
    #[inline(always)]
    pub fn as_primitive(&self) -> Option<u32> {
        match self.kind {
            Kind::Nil => Some(0),
            Kind::False => Some(1),
            Kind::True => Some(2),
            _ => None,
        }
    }
}

const _: () = assert!(size_of::<Desc>() <= 32);
