//! Types of IR values and references to them.

use core::fmt;
use core::num::NonZeroU16;

macro_rules! ir_types {
    ($($(#[$doc:meta])* $name:ident = $text:literal, size $size:literal;)*) => {
        /// The type of the result of an instruction.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum IrType { $($(#[$doc])* $name),* }

        impl IrType {
            /// All types, in order.
            pub const ALL: &'static [IrType] = &[$(IrType::$name),*];
            /// The three letters of the text form.
            pub const fn name(self) -> &'static str {
                match self { $(IrType::$name => $text),* }
            }
            /// How many bytes a value of the type takes in memory that XLOAD and XSTORE see.
            pub const fn size(self) -> u8 {
                match self { $(IrType::$name => $size),* }
            }
        }
    };
}

ir_types! {
    /// `nil`; also the type of instructions without a result.
    Nil = "nil", size 8;
    /// `false`
    False = "fal", size 8;
    /// `true`
    True = "tru", size 8;
    /// Light userdata.
    LightUd = "lud", size 8;
    /// String.
    Str = "str", size 8;
    /// Coroutine.
    Thread = "thr", size 8;
    /// Prototype.
    Proto = "pro", size 8;
    /// Function.
    Func = "fun", size 8;
    /// Machine address: of a slot of a table, an upvalue, a byte of a string.
    Ptr = "p64", size 8;
    /// Foreign data.
    Cdata = "cdt", size 8;
    /// Table.
    Tab = "tab", size 8;
    /// Full userdata.
    Udata = "udt", size 8;
    /// Single precision; only in memory and as source or target of CONV.
    Float = "flt", size 4;
    /// Double.
    Num = "num", size 8;
    /// Memory only: loads extend it to `int`.
    I8 = "i8 ", size 1;
    /// Memory only: loads extend it to `int`.
    U8 = "u8 ", size 1;
    /// Memory only: loads extend it to `int`.
    I16 = "i16", size 2;
    /// Memory only: loads extend it to `int`.
    U16 = "u16", size 2;
    /// Signed, 32 bits.
    Int = "int", size 4;
    /// Unsigned, 32 bits.
    U32 = "u32", size 4;
    /// Signed, 64 bits.
    I64 = "i64", size 8;
    /// Unsigned, 64 bits.
    U64 = "u64", size 8;
}

const _: () = assert!(IrType::ALL.len() <= TYPE_MASK as usize + 1);
/// Bits of [`IrType`] in an instruction; the flags lie above.
pub(crate) const TYPE_MASK: u8 = 0x1f;

static OF_BITS: [IrType; TYPE_MASK as usize + 1] = {
    let mut all = [IrType::Nil; TYPE_MASK as usize + 1];
    let mut i = 0;
    while i < IrType::ALL.len() {
        all[i] = IrType::ALL[i];
        i += 1;
    }
    all
};

impl IrType {
    /// The type with this number.
    pub(crate) const fn from_bits(bits: u8) -> IrType {
        OF_BITS[(bits & TYPE_MASK) as usize]
    }
    /// The type of this name, blanks aside.
    pub fn parse(name: &str) -> Option<IrType> {
        Self::ALL.iter().copied().find(|t| t.name().trim() == name)
    }
    /// nil, false or true: the type is the value.
    pub const fn is_pri(self) -> bool {
        self as u8 <= IrType::True as u8
    }
    /// A reference to a collected object.
    pub const fn is_gc(self) -> bool {
        matches!(
            self,
            IrType::Str
                | IrType::Thread
                | IrType::Proto
                | IrType::Func
                | IrType::Cdata
                | IrType::Tab
                | IrType::Udata
        )
    }
    /// An integer of at most 32 bits.
    pub const fn is_int32(self) -> bool {
        matches!(
            self,
            IrType::I8 | IrType::U8 | IrType::I16 | IrType::U16 | IrType::Int | IrType::U32
        )
    }
    /// An integer of 64 bits.
    pub const fn is_int64(self) -> bool {
        matches!(self, IrType::I64 | IrType::U64)
    }
    /// Can a Lua variable hold it? Integers exist in the IR only.
    pub const fn is_lua(self) -> bool {
        self.is_pri() || self.is_gc() || matches!(self, IrType::LightUd | IrType::Num)
    }
    /// The type of a register that holds a value loaded as this type.
    pub const fn widened(self) -> IrType {
        if self.is_int32() && !matches!(self, IrType::U32) {
            IrType::Int
        } else {
            self
        }
    }
}

/// A reference to an instruction or constant of a trace.
///
/// Instructions count upwards from [`IrRef::BASE`], constants downwards from [`IrRef::NIL`], as in LuaJIT: an operand
/// tells by its number alone what it is, and comparing references orders instructions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct IrRef(NonZeroU16);

const BIAS: u16 = 0x8000;

impl IrRef {
    /// Instruction 0, the frame's base.
    pub const BASE: IrRef = IrRef::new(BIAS);
    /// Constant nil.
    pub const NIL: IrRef = IrRef::new(BIAS - 1);
    /// Constant false.
    pub const FALSE: IrRef = IrRef::new(BIAS - 2);
    /// Constant true.
    pub const TRUE: IrRef = IrRef::new(BIAS - 3);
    /// What emitting a guard that always holds gives. No operand.
    pub const DROP: IrRef = IrRef::new(u16::MAX);
    /// Instructions that a trace can number.
    pub const MAX_INS: usize = (u16::MAX - BIAS) as usize;

    const fn new(raw: u16) -> IrRef {
        match NonZeroU16::new(raw) {
            Some(r) => IrRef(r),
            None => IrRef(NonZeroU16::MAX),
        }
    }
    /// The reference to instruction `index`.
    pub(crate) const fn ins(index: usize) -> IrRef {
        IrRef::new(BIAS + index as u16)
    }
    /// The reference to constant `index`.
    pub(crate) const fn konst(index: usize) -> IrRef {
        IrRef::new(BIAS - 1 - index as u16)
    }
    /// Is it a constant?
    pub const fn is_const(self) -> bool {
        self.0.get() < BIAS
    }
    /// The index among instructions, or among constants.
    pub const fn index(self) -> usize {
        if self.is_const() {
            (BIAS - 1 - self.0.get()) as usize
        } else {
            (self.0.get() - BIAS) as usize
        }
    }
    pub(crate) const fn raw(self) -> u16 {
        self.0.get()
    }
    pub(crate) const fn from_raw(raw: u16) -> Option<IrRef> {
        match NonZeroU16::new(raw) {
            Some(r) => Some(IrRef(r)),
            None => None,
        }
    }
}

impl fmt::Debug for IrRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.is_const(), *self == IrRef::DROP) {
            (true, _) => write!(f, "K{:03}", self.index()),
            (_, true) => f.write_str("DROP"),
            _ => write!(f, "{:04}", self.index()),
        }
    }
}
