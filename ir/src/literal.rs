//! What literal operands name: fields of objects, helpers, modes. All of them are enums; the engine supplies
//! offsets and addresses through exhaustive matches.

use crate::op::Effect;
use crate::types::IrType;

macro_rules! named {
    ($(#[$meta:meta])* $ty:ident { $($(#[$doc:meta])* $name:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u16)]
        pub enum $ty { $($(#[$doc])* $name),* }
        impl $ty {
            /// All of them, in order.
            pub const ALL: &'static [$ty] = &[$($ty::$name),*];
            /// The name in the text form.
            pub const fn name(self) -> &'static str {
                match self { $($ty::$name => $text),* }
            }
            /// The one of this name.
            pub fn parse(name: &str) -> Option<$ty> {
                Self::ALL.iter().copied().find(|x| x.name() == name)
            }
            /// The one of this number.
            pub fn from_raw(raw: u16) -> Option<$ty> {
                Self::ALL.get(raw as usize).copied()
            }
        }
    };
}

macro_rules! fields {
    ($($name:ident = $text:literal, $object:ident -> $ty:ident, $fixed:literal;)*) => {
        named! {
            /// A field of an object that FLOAD, FREF and FSTORE address.
            Field { $(#[doc = $text] $name = $text,)* }
        }
        impl Field {
            /// The type of the object.
            pub const fn object(self) -> IrType { match self { $(Field::$name => IrType::$object),* } }
            /// The type of the value. `Nil` means any.
            pub const fn ty(self) -> IrType { match self { $(Field::$name => IrType::$ty),* } }
            /// Never changes while the object lives.
            pub const fn is_fixed(self) -> bool { match self { $(Field::$name => $fixed),* } }
        }
    };
}

fields! {
    StrLen = "str.len", Str -> Int, true;
    FuncEnv = "func.env", Func -> Tab, false;
    FuncProto = "func.proto", Func -> Proto, true;
    FuncBuiltin = "func.builtin", Func -> Int, true;
    ThreadEnv = "thread.env", Thread -> Tab, false;
    ThreadStatus = "thread.status", Thread -> Int, false;
    TabMeta = "tab.meta", Tab -> Tab, false;
    TabArray = "tab.array", Tab -> Ptr, false;
    TabNode = "tab.node", Tab -> Ptr, false;
    TabASize = "tab.asize", Tab -> Int, false;
    TabHMask = "tab.hmask", Tab -> Int, false;
    TabNoMm = "tab.nomm", Tab -> Int, false;
    TabFlags = "tab.flags", Tab -> Int, false;
    UdataMeta = "udata.meta", Udata -> Tab, false;
    UdataType = "udata.type", Udata -> Int, true;
    UdataFile = "udata.file", Udata -> Ptr, false;
    CdataType = "cdata.ctypeid", Cdata -> Int, true;
    CdataPtr = "cdata.ptr", Cdata -> Ptr, false;
    CdataInt = "cdata.int", Cdata -> Int, false;
    CdataInt64 = "cdata.int64", Cdata -> I64, false;
}

impl Field {
    /// May a new key, and with it a resize of the table, change the field?
    pub const fn changes_with_size(self) -> bool {
        matches!(
            self,
            Field::TabArray | Field::TabNode | Field::TabASize | Field::TabHMask
        )
    }
}

named! {
    /// The function of FPMATH. All are correctly rounded, so that every implementation agrees.
    FpMath {
        /// Towards minus infinity.
        Floor = "floor",
        /// Towards plus infinity.
        Ceil = "ceil",
        /// Towards zero.
        Trunc = "trunc",
        /// Square root.
        Sqrt = "sqrt",
    }
}

named! {
    /// How BUFHDR begins.
    BufMode {
        /// The buffer is emptied.
        Reset = "reset",
        /// What is in it stays.
        Append = "append",
    }
}

named! {
    /// How TOSTR converts.
    StrMode {
        /// An int, in decimal.
        Int = "int",
        /// A number, as `tostring` does.
        Num = "num",
        /// The string of one byte with this code.
        Char = "char",
    }
}

macro_rules! helpers {
    ($($name:ident = $text:literal, $effect:ident, ($($arg:ident),*) -> $ret:ident;)*) => {
        named! {
            /// A runtime helper that CALLN, CALLA, CALLL and CALLS call.
            Helper { $(#[doc = $text] $name = $text,)* }
        }
        impl Helper {
            /// What it does to the world; tells which CALL it goes with.
            pub const fn effect(self) -> Effect { match self { $(Helper::$name => Effect::$effect),* } }
            /// Types of the arguments. `Nil` means any.
            pub const fn args(self) -> &'static [IrType] {
                match self { $(Helper::$name => &[$(IrType::$arg),*]),* }
            }
            /// May it run out of memory, or raise?
            pub const fn may_trap(self) -> bool {
                match self.effect() {
                    Effect::Pure | Effect::Load => self.ret().is_gc(),
                    Effect::Alloc => true,
                    Effect::Store => !matches!(
                        self,
                        Helper::Random | Helper::RandomSeed | Helper::GmatchStep | Helper::TabClear | Helper::SetMeta
                    ),
                }
            }
            /// Type of the result. `Nil` means any, or none.
            pub const fn ret(self) -> IrType { match self { $(Helper::$name => IrType::$ret),* } }
        }
    };
}

helpers! {
    StrCmp = "str_cmp", Pure, (Str, Str) -> Int;
    StrFind = "str_find", Pure, (Str, Str, Int) -> Int;
    StrRep = "str_rep", Pure, (Str, Int) -> Str;
    StrRepSep = "str_repsep", Pure, (Str, Int, Str) -> Str;
    StrReverse = "str_reverse", Pure, (Str) -> Str;
    StrLower = "str_lower", Pure, (Str) -> Str;
    StrUpper = "str_upper", Pure, (Str) -> Str;
    ToNumber = "tonumber", Pure, (Str, Int) -> Nil;
    ToString = "tostring", Pure, (Nil) -> Str;
    ToHex = "tohex", Pure, (Int, Int) -> Str;
    Format = "format", Pure, (Str, Int, Nil, Nil, Nil) -> Str;
    Sin = "sin", Pure, (Num) -> Num;
    Cos = "cos", Pure, (Num) -> Num;
    Tan = "tan", Pure, (Num) -> Num;
    Asin = "asin", Pure, (Num) -> Num;
    Acos = "acos", Pure, (Num) -> Num;
    Atan = "atan", Pure, (Num) -> Num;
    Atan2 = "atan2", Pure, (Num, Num) -> Num;
    Sinh = "sinh", Pure, (Num) -> Num;
    Cosh = "cosh", Pure, (Num) -> Num;
    Tanh = "tanh", Pure, (Num) -> Num;
    Exp = "exp", Pure, (Num) -> Num;
    Log = "log", Pure, (Num) -> Num;
    Log2 = "log2", Pure, (Num) -> Num;
    Log10 = "log10", Pure, (Num) -> Num;
    Fmod = "fmod", Pure, (Num, Num) -> Num;
    Scale = "scale", Pure, (Num, Num) -> Num;
    Mantissa = "mantissa", Pure, (Num) -> Num;
    Exponent = "exponent", Pure, (Num) -> Int;
    Whole = "whole", Pure, (Num) -> Num;
    Fraction = "fraction", Pure, (Num) -> Num;
    StrMatch = "str_match", Alloc, (Str, Str, Int, Int) -> Int;
    GmatchNew = "gmatch_new", Alloc, (Str, Str) -> Func;
    GmatchNext = "gmatch_next", Alloc, (Func, Int) -> Int;
    GmatchStep = "gmatch_step", Store, (Func, Int) -> Nil;
    Gsub = "gsub", Alloc, (Str, Str, Nil, Int, Int) -> Int;
    MatchResult = "match_result", Load, (Int, Int) -> Nil;
    MatchCost = "match_cost", Load, (Int) -> Int;
    FuncOpen = "func_open", Alloc, (Proto, Func, Ptr) -> Func;
    TabNext = "tab_next", Load, (Tab, Int) -> Int;
    TabKeyAt = "tab_keyat", Load, (Tab, Int) -> Nil;
    TabPlaceAt = "tab_placeat", Load, (Tab, Int) -> Ptr;
    TabKeyIndex = "tab_keyindex", Load, (Tab, Nil) -> Int;
    TabGetInt = "tab_getint", Load, (Tab, Int) -> Ptr;
    TabGet = "tab_get", Load, (Tab, Nil) -> Ptr;
    TabMaxN = "tab_maxn", Load, (Tab) -> Nil;
    UpvalueNew = "upvalue_new", Alloc, (Nil) -> Ptr;
    ClosureNew = "closure_new", Alloc, (Proto, Func, Ptr, Ptr, Ptr) -> Func;
    TabNew = "tab_new", Alloc, (Int, Int) -> Tab;
    TabConcat = "tab_concat", Alloc, (Tab, Str, Int, Int) -> Str;
    TabSet = "tab_set", Store, (Tab, Nil, Nil) -> Nil;
    TabReserve = "tab_reserve", Store, (Tab, Int) -> Nil;
    TabClear = "tab_clear", Store, (Tab) -> Nil;
    TabInsert = "tab_insert", Store, (Tab, Int, Nil) -> Nil;
    TabRemove = "tab_remove", Store, (Tab, Int) -> Nil;
    TabMove = "tab_move", Store, (Tab, Int, Int, Int, Tab) -> Nil;
    SetMeta = "setmeta", Store, (Tab, Tab) -> Nil;
    Random = "random", Store, () -> Num;
    RandomSeed = "randomseed", Store, (Num) -> Nil;
    Pay = "pay", Store, (Int, Int) -> Nil;
    CoNew = "co_new", Alloc, (Func) -> Thread;
    CoWrap = "co_wrap", Alloc, (Func) -> Func;
    CoStart = "co_start", Store, (Ptr, Nil, Proto, Int) -> Nil;
    CoResume = "co_resume", Store, (Ptr, Nil, Proto, Ptr, Int) -> Nil;
    CoYield = "co_yield", Store, (Ptr, Proto, Ptr, Int) -> Nil;
    CoReturn = "co_return", Store, (Proto, Ptr, Int) -> Nil;
}

/// What memory that a trace looks at a helper may change. In order of extent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Clobbers {
    /// None.
    Nothing,
    /// Tables and their fields.
    Tables,
    /// All: it may run anything.
    Everything,
}

/// Closures whose prototypes capture variables of the frame that makes them.
///
/// UPVALUE_NEW makes an upvalue that holds a value and is closed from the beginning; its result is the value's address, as that of
/// UREFC. CLOSURE_NEW makes a closure of a prototype and the function that runs; its first such upvalue is the first
/// variable captured from the frame, and so on, `kptr:0` where there are fewer. ULOAD and USTORE reach the variable from then
/// on. While its scope lasts, snapshots have an entry [`crate::snap::SnapKind::Open`] for its slot, and exits
/// open the upvalue there; a variable that never changes needs none.
///
/// CO_START, CO_RESUME, CO_YIELD and CO_RETURN exchange the running thread for another one: from then on the base is that of a frame on
/// another stack, and what was known of slots and of their addresses is not so any more. Before them the trace
/// writes what it knows of its slots to the stack.
impl Helper {
    /// Does it exchange the running thread, and with it the base?
    pub const fn is_switch(self) -> bool {
        matches!(
            self,
            Helper::CoStart | Helper::CoResume | Helper::CoYield | Helper::CoReturn
        )
    }
    /// What a helper with effects changes.
    pub const fn clobbers(self) -> Clobbers {
        match self {
            Helper::Random | Helper::RandomSeed | Helper::GmatchStep | Helper::Pay => {
                Clobbers::Nothing
            }
            h if h.is_switch() => Clobbers::Nothing,
            Helper::TabSet
            | Helper::TabReserve
            | Helper::TabClear
            | Helper::TabInsert
            | Helper::TabRemove
            | Helper::TabMove
            | Helper::SetMeta => Clobbers::Tables,
            h => match h.effect() {
                Effect::Store => Clobbers::Everything,
                _ => Clobbers::Nothing,
            },
        }
    }
}

macro_rules! letters {
    ($(#[$meta:meta])* $ty:ident { $($(#[$doc:meta])* $name:ident = $bit:literal $letter:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
        pub struct $ty(u16);
        impl $ty {
            /// Nothing set.
            pub const NONE: $ty = $ty(0);
            $($(#[$doc])* pub const $name: $ty = $ty($bit);)*
            /// The bits and their letters in the text form.
            pub const LETTERS: &'static [($ty, char)] = &[$(($ty::$name, $letter)),*];
            /// Are all bits of `other` set?
            pub const fn has(self, other: $ty) -> bool { self.0 & other.0 == other.0 }
            /// Both together.
            #[must_use]
            pub const fn with(self, other: $ty) -> $ty { $ty(self.0 | other.0) }
            /// Without the bits of `other`.
            #[must_use]
            pub const fn without(self, other: $ty) -> $ty { $ty(self.0 & !other.0) }
            pub(crate) const fn from_raw(raw: u16) -> $ty { $ty(raw) }
            pub(crate) const fn raw(self) -> u16 { self.0 }
        }
    };
}

letters! {
    /// How SLOAD loads.
    SloadMode {
        /// The parent trace may hand it over in a register.
        PARENT = 0x01 'P',
        /// A raw word: a frame's link, not a value.
        FRAME = 0x02 'F',
        /// The type has to be checked.
        TYPECHECK = 0x04 'T',
        /// A number that is checked to be an integer, and converted.
        CONVERT = 0x08 'C',
        /// The trace never stores to the slot.
        READONLY = 0x10 'R',
        /// Exits and side traces take the value from here.
        INHERIT = 0x20 'I',
        /// The hidden position of a table traversal.
        KEYINDEX = 0x40 'K',
    }
}

letters! {
    /// How XLOAD loads.
    XloadMode {
        /// The memory never changes.
        READONLY = 0x01 'R',
        /// The memory changes behind the trace's back.
        VOLATILE = 0x02 'V',
        /// The address needs no alignment.
        UNALIGNED = 0x04 'U',
    }
}

named! {
    /// How strictly CONV to an integer checks. The first three in order of strength.
    ConvMode {
        /// Truncates: the low bits of the 64-bit integer, which is -2^63 when out of range.
        Any = "any",
        /// Leaves the trace unless the number is an integer; it will index an array, which bounds it.
        Index = "index",
        /// Leaves the trace unless the number is an integer.
        Check = "check",
        /// The low bits of an integer from -2^33 to 2^33 - 1; leaves the trace unless the number is one.
        Bits = "bits",
    }
}

/// What CONV converts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Conv {
    /// Target.
    pub to: IrType,
    /// Source.
    pub from: IrType,
    /// From a number: how strictly.
    pub mode: ConvMode,
    /// From an integer: sign-extend.
    pub sext: bool,
}

impl Conv {
    /// int to number.
    pub const NUM_INT: Conv = Conv::new(IrType::Num, IrType::Int);
    /// Number to int, checked.
    pub const INT_NUM_CHECK: Conv = Conv {
        mode: ConvMode::Check,
        ..Conv::new(IrType::Int, IrType::Num)
    };
    /// Number to int, checked, for an array index.
    pub const INT_NUM_INDEX: Conv = Conv {
        mode: ConvMode::Index,
        ..Conv::new(IrType::Int, IrType::Num)
    };

    /// Number to the low bits of a small integer, checked.
    pub const INT_NUM_BITS: Conv = Conv {
        mode: ConvMode::Bits,
        ..Conv::new(IrType::Int, IrType::Num)
    };

    /// A conversion without check or sign extension.
    pub const fn new(to: IrType, from: IrType) -> Conv {
        Conv {
            to,
            from,
            mode: ConvMode::Any,
            sext: false,
        }
    }
    /// Can it leave the trace?
    pub const fn is_checked(self) -> bool {
        !matches!(self.mode, ConvMode::Any)
    }
    pub(crate) const fn raw(self) -> u16 {
        self.from as u16
            | (self.to as u16) << 5
            | (self.sext as u16) << 11
            | (self.mode as u16) << 12
    }
    pub(crate) fn from_raw(raw: u16) -> Conv {
        Conv {
            from: IrType::from_bits(raw as u8),
            to: IrType::from_bits((raw >> 5) as u8),
            mode: ConvMode::from_raw(raw >> 12).unwrap_or(ConvMode::Any),
            sext: raw & 0x800 != 0,
        }
    }
}

/// A stack slot, counted from the two words below the trace's base, which have slots too: 0 is the frame's function, 1 its link, 2 the
/// first slot proper. After RETF the base is that of the frame below.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Slot(pub u16);

impl Slot {
    /// The function of the frame in which the trace begins.
    pub const FUNCTION: Slot = Slot(0);
    /// The first slot of that frame.
    pub const FIRST: Slot = Slot(2);

    /// Where it lies, in values from the trace's base; negative for the two words below it.
    pub const fn offset(self) -> i32 {
        self.0 as i32 - Slot::FIRST.0 as i32
    }
}
