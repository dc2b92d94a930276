//! THE table of IR operations.
//!
//! Each line gives a mnemonic (LuaJIT's where it has one), what the operation does to the world, what its two
//! operands are and the rule for types. Enum, metadata, printer, parser, verifier and the passes expand from or ask
//! this table.

/// What an operand field holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Kind {
    /// Nothing.
    None,
    /// A reference to an instruction or constant.
    Ref,
    /// A reference or nothing.
    OptRef,
    /// A stack slot, `#2`.
    Slot,
    /// A number.
    Lit,
    SloadMode,
    Field,
    FpMath,
    Conv,
    Helper,
    XloadMode,
    BufMode,
    StrMode,
}

/// What executing an instruction does besides computing its result.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Effect {
    /// Nothing: equal operands give equal results.
    Pure,
    /// A new object; may run out of memory.
    Alloc,
    /// The result depends on memory.
    Load,
    /// Memory, or the course of the trace, changes.
    Store,
}

/// How the instruction's type and those of its operands hang together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rule {
    /// No result; the type is nil.
    Nil,
    /// Both operands have the instruction's type (a comparison compares at that type).
    Same,
    /// The first operand has the instruction's type.
    SameA,
    /// Operand a has the type, b is an integer of 32 bits (shift counts, exponents).
    Shift,
    /// int operands and result.
    Int,
    /// The result is a number, whatever the operands.
    Num,
    /// The result is an address.
    Ptr,
    /// The result is a string.
    Str,
    /// The result is a table.
    Tab,
    /// The result is a function.
    Func,
    /// The result is foreign data.
    Cdata,
    /// Any type: loads (the type is what is checked, if it is a guard), conversions, calls.
    Any,
}

macro_rules! ir_ops {
    ($($name:ident = $text:literal, $effect:ident $($flag:ident)*, $a:ident, $b:ident, $rule:ident, $doc:literal;)*) => {
        /// An IR operation.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u8)]
        pub enum IrOp { $(#[doc = $doc] $name),* }

        impl IrOp {
            /// All operations, in order.
            pub const ALL: &'static [IrOp] = &[$(IrOp::$name),*];
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();
            /// The table.
            pub const META: &'static [Meta; Self::COUNT] = &[$(Meta {
                name: $text, a: Kind::$a, b: Kind::$b, effect: Effect::$effect, rule: Rule::$rule, doc: $doc,
                commutative: false $(|| matches!(Flag::$flag, Flag::C))*,
                weak: false $(|| matches!(Flag::$flag, Flag::W))*,
                guard: false $(|| matches!(Flag::$flag, Flag::G))*,
            }),*];
        }
    };
}

#[allow(dead_code, reason = "a table need not use every flag")]
enum Flag {
    /// Commutative.
    C,
    /// A weak guard: it may go when its result isn't used.
    W,
    /// Always a guard.
    G,
}

/// A line of the table.
#[derive(Debug)]
pub struct Meta {
    /// The mnemonic.
    pub name: &'static str,
    /// What operand a holds.
    pub a: Kind,
    /// What operand b holds.
    pub b: Kind,
    /// What it does to the world.
    pub effect: Effect,
    /// Rule for types.
    pub rule: Rule,
    /// One line of explanation.
    pub doc: &'static str,
    /// May the operands be exchanged?
    pub commutative: bool,
    /// Being a guard is no reason to keep it.
    pub weak: bool,
    /// Is it a guard by itself?
    pub guard: bool,
}

ir_ops! {
    Lt = "LT", Pure G, Ref, Ref, Same, "a < b";
    Ge = "GE", Pure G, Ref, Ref, Same, "a >= b";
    Le = "LE", Pure G, Ref, Ref, Same, "a <= b";
    Gt = "GT", Pure G, Ref, Ref, Same, "a > b";
    Ult = "ULT", Pure G, Ref, Ref, Same, "a < b: unsigned for integers; for numbers also if unordered";
    Uge = "UGE", Pure G, Ref, Ref, Same, "a >= b, unsigned or unordered";
    Ule = "ULE", Pure G, Ref, Ref, Same, "a <= b, unsigned or unordered";
    Ugt = "UGT", Pure G, Ref, Ref, Same, "a > b, unsigned or unordered";
    Eq = "EQ", Pure C G, Ref, Ref, Same, "a == b; objects and addresses by identity";
    Ne = "NE", Pure C G, Ref, Ref, Same, "a ~= b";
    Abc = "ABC", Pure G, Ref, Ref, Any, "bounds check: index b is below size a, unsigned; of type u32 if a check of the loop's bound makes it hold in the loop";
    Retf = "RETF", Store G, Ref, Ref, Nil, "the frame below belongs to prototype a and the link to it is word b, often a return address; moves the base down to it";

    Nop = "NOP", Pure, None, None, Nil, "what a removed instruction leaves";
    Base = "BASE", Pure, None, None, Nil, "instruction 0";
    Loop = "LOOP", Store, None, None, Nil, "the loop begins; what precedes is executed once";
    Use = "USE", Store, Ref, None, Nil, "keeps a alive";
    Phi = "PHI", Store, Ref, Ref, SameA, "at the loop's end, a takes the value of b";
    Fuel = "FUEL", Store G, Lit, None, Nil, "takes a units from the run's budget; leaves if that makes it negative, or if the collector is due. Its snapshot is for what comes after the charge";

    BNot = "BNOT", Pure, Ref, None, SameA, "~a";
    BSwap = "BSWAP", Pure, Ref, None, SameA, "bytes reversed";
    BAnd = "BAND", Pure C, Ref, Ref, Same, "a & b";
    BOr = "BOR", Pure C, Ref, Ref, Same, "a | b";
    BXor = "BXOR", Pure C, Ref, Ref, Same, "a ^ b";
    BShl = "BSHL", Pure, Ref, Ref, Shift, "a << b; counts are taken modulo the width";
    BShr = "BSHR", Pure, Ref, Ref, Shift, "a >> b, logical";
    BSar = "BSAR", Pure, Ref, Ref, Shift, "a >> b, arithmetic";
    BRol = "BROL", Pure, Ref, Ref, Shift, "a rotated left";
    BRor = "BROR", Pure, Ref, Ref, Shift, "a rotated right";

    Add = "ADD", Pure C, Ref, Ref, Same, "a + b; integers wrap";
    Sub = "SUB", Pure, Ref, Ref, Same, "a - b; integers wrap";
    Mul = "MUL", Pure C, Ref, Ref, Same, "a * b; integers wrap";
    Div = "DIV", Pure, Ref, Ref, Same, "a / b, numbers";
    Mod = "MOD", Pure, Ref, Ref, Same, "Lua's a % b, numbers and int; int by 0 gives 0";
    Pow = "POW", Pure, Ref, Ref, Same, "a ^ b, numbers, as the engine's pow; squares are exact";
    Neg = "NEG", Pure, Ref, None, SameA, "-a; integers wrap";
    Abs = "ABS", Pure, Ref, None, SameA, "|a|, numbers";
    Ldexp = "LDEXP", Pure, Ref, Ref, Shift, "a * 2^b";
    Min = "MIN", Pure, Ref, Ref, Same, "a if a < b, else b";
    Max = "MAX", Pure, Ref, Ref, Same, "a if a > b, else b";
    FpMath = "FPMATH", Pure, Ref, FpMath, SameA, "correctly rounded function of a number";
    AddOv = "ADDOV", Pure C W G, Ref, Ref, Int, "a + b without overflow";
    SubOv = "SUBOV", Pure W G, Ref, Ref, Int, "a - b without overflow";
    MulOv = "MULOV", Pure C W G, Ref, Ref, Int, "a * b without overflow";

    ARef = "AREF", Pure, Ref, Ref, Ptr, "slot b of the array at a (a FLOAD of tab.array)";
    HRefK = "HREFK", Load G, Ref, Ref, Ptr, "the value in the node of key slot b, checked to hold that key unless that is known; a is a FLOAD of tab.node";
    HRef = "HREF", Load, Ref, Ref, Ptr, "the value of key b in the hash part of a, or the address of a nil";
    NewRef = "NEWREF", Store, Ref, Ref, Ptr, "adds key b, not present, to a";
    URefO = "UREFO", Load W, Ref, Lit, Ptr, "open upvalue of function a; b is index << 8 | identity hash, 0 if it is not known";
    URefC = "UREFC", Load W, Ref, Lit, Ptr, "closed upvalue of function a";
    SRef = "SREF", Load, Slot, None, Ptr, "address of stack slot a";
    FRef = "FREF", Pure, Ref, Field, Ptr, "field b of object a";
    StrRef = "STRREF", Pure, Ref, Ref, Ptr, "byte b of string a";

    ALoad = "ALOAD", Load, Ref, None, Any, "value in an array slot";
    HLoad = "HLOAD", Load, Ref, None, Any, "value in a hash slot";
    ULoad = "ULOAD", Load, Ref, None, Any, "value of an upvalue";
    FLoad = "FLOAD", Load, Ref, Field, Any, "field of an object";
    XLoad = "XLOAD", Load, Ref, XloadMode, Any, "memory at an address";
    SLoad = "SLOAD", Load, Slot, SloadMode, Any, "stack slot as it was when the trace began";
    PVal = "PVAL", Pure, Lit, None, Any, "what instruction a of the parent trace gave, at the exit where this trace begins";
    VLoad = "VLOAD", Load, Ref, Lit, Any, "extra argument of a vararg function: the value b slots above address a, b being signed";
    Len = "LEN", Load, Ref, None, Int, "a border of table a, without metamethods";

    AStore = "ASTORE", Store, Ref, Ref, Nil, "stores b into an array slot";
    HStore = "HSTORE", Store, Ref, Ref, Nil, "stores b into a hash slot";
    UStore = "USTORE", Store, Ref, Ref, Nil, "stores b into an upvalue";
    FStore = "FSTORE", Store, Ref, Ref, Nil, "stores b into the field at a FREF";
    XStore = "XSTORE", Store, Ref, Ref, Any, "stores b, cut to the type, into memory";

    SNew = "SNEW", Pure, Ref, Ref, Str, "string of b bytes at address a";
    XSNew = "XSNEW", Alloc, Ref, Ref, Str, "the same, of memory that may change";
    TNew = "TNEW", Alloc, Lit, Lit, Tab, "table with a array slots and 2^b nodes (b = 0: none)";
    TDup = "TDUP", Alloc, Ref, None, Tab, "copy of the template a";
    CNew = "CNEW", Alloc, Ref, OptRef, Cdata, "foreign data of type a and size b";
    CNewI = "CNEWI", Alloc, Ref, Ref, Cdata, "foreign data of type a holding b";
    FNew = "FNEW", Alloc, Ref, Ref, Func, "closure of prototype a, made by function b in the current frame";
    UClo = "UCLO", Store, Slot, None, Nil, "closes upvalues from slot a up";

    BufHdr = "BUFHDR", Load, Ref, BufMode, Ptr, "buffer a, reset or not";
    BufPut = "BUFPUT", Load, Ref, Ref, Ptr, "appends b to buffer a: a string, or an int or number as its string";
    BufStr = "BUFSTR", Alloc, Ref, Ref, Str, "string of what was put, a the last put, b the header";

    TBar = "TBAR", Store, Ref, None, Nil, "barrier: table a was stored to";
    OBar = "OBAR", Store, Ref, Ref, Nil, "barrier: object a got a reference to b";
    XBar = "XBAR", Store, None, None, Nil, "foreign memory may have changed";

    Conv = "CONV", Pure, Ref, Conv, Any, "a converted to another type";
    ToBit = "TOBIT", Pure, Ref, None, Int, "a as the bit library takes it: modulo 2^32, rounded to nearest even";
    ToStr = "TOSTR", Pure, Ref, StrMode, Str, "a as a string";
    StrTo = "STRTO", Pure G, Ref, None, Num, "the number that string a spells";

    CallN = "CALLN", Pure, OptRef, Helper, Any, "helper without effects";
    CallA = "CALLA", Alloc, OptRef, Helper, Any, "helper that returns a new object";
    CallL = "CALLL", Load, OptRef, Helper, Any, "helper that reads memory";
    CallS = "CALLS", Store, OptRef, Helper, Any, "helper that changes memory or runs anything";
    CallXS = "CALLXS", Store, OptRef, Ref, Any, "foreign function at address b";
    CArg = "CARG", Pure, Ref, Ref, Nil, "list of arguments: those of a, then b";
}

/// What passes ask of every instruction, a byte per operation.
static TRAITS: [u8; IrOp::COUNT] = {
    let mut all = [0; IrOp::COUNT];
    let mut i = 0;
    while i < IrOp::COUNT {
        let m = &IrOp::META[i];
        all[i] = (matches!(m.a, Kind::Ref | Kind::OptRef) as u8 * REF_A)
            | (matches!(m.b, Kind::Ref | Kind::OptRef) as u8 * REF_B)
            | (matches!(m.effect, Effect::Store) as u8 * STORE)
            | (matches!(m.effect, Effect::Pure) as u8 * PURE)
            | (m.weak as u8 * WEAK);
        i += 1;
    }
    all
};
const REF_A: u8 = 1;
const REF_B: u8 = 2;
const STORE: u8 = 4;
const PURE: u8 = 8;
const WEAK: u8 = 16;

const _: () = {
    assert!(IrOp::Eq as u8 ^ 1 == IrOp::Ne as u8);
    assert!(IrOp::Lt as u8 ^ 1 == IrOp::Ge as u8 && IrOp::Le as u8 ^ 1 == IrOp::Gt as u8);
    assert!(IrOp::Lt as u8 ^ 3 == IrOp::Gt as u8 && IrOp::Ult as u8 ^ 3 == IrOp::Ugt as u8);
    assert!(IrOp::Lt as u8 ^ 4 == IrOp::Ult as u8);
};

impl IrOp {
    /// The line of the table.
    pub const fn meta(self) -> &'static Meta {
        &Self::META[self as usize]
    }
    const fn is(self, what: u8) -> bool {
        TRAITS[self as usize] & what != 0
    }
    pub(crate) const fn a_is_ref(self) -> bool {
        self.is(REF_A)
    }
    pub(crate) const fn b_is_ref(self) -> bool {
        self.is(REF_B)
    }
    /// Does it change memory or the course of the trace?
    pub const fn is_store(self) -> bool {
        self.is(STORE)
    }
    /// Do equal operands give equal results?
    pub const fn is_pure(self) -> bool {
        self.is(PURE)
    }
    /// May it go when its result isn't used, though it is a guard?
    pub const fn is_weak(self) -> bool {
        self.is(WEAK)
    }
    /// The mnemonic.
    pub const fn name(self) -> &'static str {
        self.meta().name
    }
    /// The operation of this mnemonic.
    pub fn parse(name: &str) -> Option<IrOp> {
        Self::ALL.iter().copied().find(|op| op.name() == name)
    }
    const fn flip(self, bits: u8) -> IrOp {
        Self::ALL[(self as u8 ^ bits) as usize]
    }
    /// Compares two values?
    pub const fn is_comparison(self) -> bool {
        self as u8 <= IrOp::Ne as u8
    }
    /// Compares the order of two values?
    pub const fn is_ordering(self) -> bool {
        self as u8 <= IrOp::Ugt as u8
    }
    /// The comparison with exchanged operands.
    #[must_use]
    pub const fn swapped(self) -> IrOp {
        if self.is_ordering() {
            self.flip(3)
        } else {
            self
        }
    }
    /// The comparison that holds when this one doesn't. For numbers the unordered case moves along.
    #[must_use]
    pub const fn inverted(self, of_numbers: bool) -> IrOp {
        if !self.is_comparison() {
            self
        } else if of_numbers && self.is_ordering() {
            self.flip(5)
        } else {
            self.flip(1)
        }
    }
    /// ALOAD, HLOAD, ULOAD.
    pub const fn is_value_load(self) -> bool {
        matches!(self, IrOp::ALoad | IrOp::HLoad | IrOp::ULoad)
    }
    /// An overflow-checked operation's unchecked twin.
    pub const fn unchecked(self) -> IrOp {
        match self {
            IrOp::AddOv => IrOp::Add,
            IrOp::SubOv => IrOp::Sub,
            IrOp::MulOv => IrOp::Mul,
            op => op,
        }
    }
    /// The store that writes what this load reads.
    pub const fn store_of_load(self) -> Option<IrOp> {
        match self {
            IrOp::ALoad => Some(IrOp::AStore),
            IrOp::HLoad => Some(IrOp::HStore),
            IrOp::ULoad => Some(IrOp::UStore),
            IrOp::FLoad => Some(IrOp::FStore),
            IrOp::XLoad => Some(IrOp::XStore),
            _ => None,
        }
    }
}
