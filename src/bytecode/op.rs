//! THE opcode table. Enum, names, operand kinds and metamethod events expand from it; so do the listing, the
//! verifier and the dispatch tables elsewhere (through `bytecode_table!`).
//!
//! Mnemonics and operand order are LuaJIT's, so that its users can read our listings.

/// What an operand means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Unused.
    None,
    /// A slot that is written.
    Dst,
    /// The first of a run of slots that are read or written.
    Base,
    /// A slot that is read.
    Var,
    /// The first of a run of slots that are only read; for jumps, the lowest slot that is dead after it.
    RBase,
    /// An upvalue's index.
    Uv,
    /// An unsigned literal.
    Lit,
    /// A signed 16-bit literal.
    Lits,
    /// 0 nil, 1 false, 2 true.
    Pri,
    /// Index of a number constant.
    Num,
    /// Index of a string constant.
    Str,
    /// Index of a template table constant.
    Tab,
    /// Index of a prototype constant.
    Func,
    /// Index of a cdata constant.
    Cdata,
    /// A jump distance.
    Jump,
}

/// An opcode's operands. `b` is `None` for the instructions with D, whose mode is in `cd`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Operands {
    /// Mode of A.
    pub a: Mode,
    /// Mode of B.
    pub b: Mode,
    /// Mode of C, or of D where the opcode has no B.
    pub cd: Mode,
}

/// Calls the macro `$with` with the whole table: `(Mnemonic, "NAME", A, B, C/D, "what it does"), …`.
#[macro_export]
#[doc(hidden)]
macro_rules! bytecode_table {
    ($with:ident) => {
        $with! {
            // Comparisons. A jump follows each; it is taken if the condition holds.
            (IsLt,   "ISLT",   Var,   None, Var,   "jump if A < D")
            (IsGe,   "ISGE",   Var,   None, Var,   "jump if not (A < D)")
            (IsLe,   "ISLE",   Var,   None, Var,   "jump if A <= D")
            (IsGt,   "ISGT",   Var,   None, Var,   "jump if not (A <= D)")
            (IsEqV,  "ISEQV",  Var,   None, Var,   "jump if A == D")
            (IsNeV,  "ISNEV",  Var,   None, Var,   "jump if A ~= D")
            (IsEqS,  "ISEQS",  Var,   None, Str,   "jump if A == string D")
            (IsNeS,  "ISNES",  Var,   None, Str,   "jump if A ~= string D")
            (IsEqN,  "ISEQN",  Var,   None, Num,   "jump if A == number D")
            (IsNeN,  "ISNEN",  Var,   None, Num,   "jump if A ~= number D")
            (IsEqP,  "ISEQP",  Var,   None, Pri,   "jump if A == primitive D")
            (IsNeP,  "ISNEP",  Var,   None, Pri,   "jump if A ~= primitive D")
            // Tests. A jump follows each.
            (IsTc,   "ISTC",   Dst,   None, Var,   "if D is true, copy it to A and jump")
            (IsFc,   "ISFC",   Dst,   None, Var,   "if D is false, copy it to A and jump")
            (IsT,    "IST",    None,  None, Var,   "jump if D is true")
            (IsF,    "ISF",    None,  None, Var,   "jump if D is false")
            // Unary operators.
            (Mov,    "MOV",    Dst,   None, Var,   "A = D")
            (Not,    "NOT",    Dst,   None, Var,   "A = not D")
            (Unm,    "UNM",    Dst,   None, Var,   "A = -D")
            (Len,    "LEN",    Dst,   None, Var,   "A = #D")
            // Arithmetic: V slot, N number constant.
            (AddVN,  "ADDVN",  Dst,   Var,  Num,   "A = B + C")
            (SubVN,  "SUBVN",  Dst,   Var,  Num,   "A = B - C")
            (MulVN,  "MULVN",  Dst,   Var,  Num,   "A = B * C")
            (DivVN,  "DIVVN",  Dst,   Var,  Num,   "A = B / C")
            (ModVN,  "MODVN",  Dst,   Var,  Num,   "A = B % C")
            (AddNV,  "ADDNV",  Dst,   Var,  Num,   "A = C + B")
            (SubNV,  "SUBNV",  Dst,   Var,  Num,   "A = C - B")
            (MulNV,  "MULNV",  Dst,   Var,  Num,   "A = C * B")
            (DivNV,  "DIVNV",  Dst,   Var,  Num,   "A = C / B")
            (ModNV,  "MODNV",  Dst,   Var,  Num,   "A = C % B")
            (AddVV,  "ADDVV",  Dst,   Var,  Var,   "A = B + C")
            (SubVV,  "SUBVV",  Dst,   Var,  Var,   "A = B - C")
            (MulVV,  "MULVV",  Dst,   Var,  Var,   "A = B * C")
            (DivVV,  "DIVVV",  Dst,   Var,  Var,   "A = B / C")
            (ModVV,  "MODVV",  Dst,   Var,  Var,   "A = B % C")
            (Pow,    "POW",    Dst,   Var,  Var,   "A = B ^ C")
            (Cat,    "CAT",    Dst,   RBase,RBase, "A = B .. ... .. C")
            // Bit operators on numbers, 32 bits, and on 64-bit cdata.
            (BNot,   "BNOT",   Dst,   None, Var,   "A = ~D")
            (BAnd,   "BAND",   Dst,   Var,  Var,   "A = B & C")
            (BOr,    "BOR",    Dst,   Var,  Var,   "A = B | C")
            (BXor,   "BXOR",   Dst,   Var,  Var,   "A = B ~ C")
            (BShl,   "BSHL",   Dst,   Var,  Var,   "A = B << C")
            (BShr,   "BSHR",   Dst,   Var,  Var,   "A = B >> C, unsigned")
            (BSar,   "BSAR",   Dst,   Var,  Var,   "A = B ~>> C, signed")
            // Constants.
            (KStr,   "KSTR",   Dst,   None, Str,   "A = string D")
            (KCdata, "KCDATA", Dst,   None, Cdata, "A = cdata D")
            (KShort, "KSHORT", Dst,   None, Lits,  "A = literal D")
            (KNum,   "KNUM",   Dst,   None, Num,   "A = number D")
            (KPri,   "KPRI",   Dst,   None, Pri,   "A = primitive D")
            (KNil,   "KNIL",   Base,  None, Base,  "A ... D = nil")
            // Upvalues and closures.
            (UGet,   "UGET",   Dst,   None, Uv,    "A = upvalue D")
            (USetV,  "USETV",  Uv,    None, Var,   "upvalue A = D")
            (USetS,  "USETS",  Uv,    None, Str,   "upvalue A = string D")
            (USetN,  "USETN",  Uv,    None, Num,   "upvalue A = number D")
            (USetP,  "USETP",  Uv,    None, Pri,   "upvalue A = primitive D")
            (UClo,   "UCLO",   RBase, None, Jump,  "close the upvalues of slots >= A, then jump")
            (FNew,   "FNEW",   Dst,   None, Func,  "A = closure of prototype D")
            // Tables.
            (TNew,   "TNEW",   Dst,   None, Lit,   "A = {}: D's low 11 bits are the array slots (2047: 2049), its high 5 the log2 of the hash part (0: none)")
            (TDup,   "TDUP",   Dst,   None, Tab,   "A = copy of template D")
            (GGet,   "GGET",   Dst,   None, Str,   "A = _G[string D]")
            (GSet,   "GSET",   Var,   None, Str,   "_G[string D] = A")
            (TGetV,  "TGETV",  Dst,   Var,  Var,   "A = B[C]")
            (TGetS,  "TGETS",  Dst,   Var,  Str,   "A = B[string C]")
            (TGetB,  "TGETB",  Dst,   Var,  Lit,   "A = B[C]")
            (TGetR,  "TGETR",  Dst,   Var,  Var,   "A = B[C], B a table and C a number, without metamethods; only in functions of the library")
            (TSetV,  "TSETV",  Var,   Var,  Var,   "B[C] = A")
            (TSetS,  "TSETS",  Var,   Var,  Str,   "B[string C] = A")
            (TSetB,  "TSETB",  Var,   Var,  Lit,   "B[C] = A")
            (TSetM,  "TSETM",  Base,  None, Num,   "(A-1)[k], (A-1)[k+1], ... = A, A+1, ... up to the open end; k is in the low 32 bits of number D")
            (TSetR,  "TSETR",  Var,   Var,  Var,   "B[C] = A, likewise")
            // Calls. B is the number of results + 1 (0: all), C the number of arguments + 1. The function is in A,
            // the frame's link in A+1, the arguments from A+2 on. In the M forms C counts the fixed arguments before the open ones.
            (CallM,  "CALLM",  Base,  Lit,  Lit,   "A, ..., A+B-2 = A(A+2, ..., A+C+1, ...open)")
            (Call,   "CALL",   Base,  Lit,  Lit,   "A, ..., A+B-2 = A(A+2, ..., A+C)")
            (CallMT, "CALLMT", Base,  None, Lit,   "return A(A+2, ..., A+D+1, ...open)")
            (CallT,  "CALLT",  Base,  None, Lit,   "return A(A+2, ..., A+D)")
            (IterC,  "ITERC",  Base,  Lit,  Lit,   "A, A+1, A+3, A+4 = A-3, link, A-2, A-1; A, ..., A+B-2 = A(A+3, A+4)")
            (IterN,  "ITERN",  Base,  Lit,  Lit,   "ITERC specialised to next")
            (VArg,   "VARG",   Base,  Lit,  Lit,   "A, ..., A+B-2 = ...; C is the number of fixed parameters")
            (IsNext, "ISNEXT", Base,  None, Jump,  "check that A-3 is next, A-2 a table, A-1 nil; jump to ITERN, or despecialise it")
            // Returns. D is the number of results + 1; the M form adds the open ones.
            (RetM,   "RETM",   Base,  None, Lit,   "return A, ..., A+D-1, ...open")
            (Ret,    "RET",    RBase, None, Lit,   "return A, ..., A+D-2")
            (Ret0,   "RET0",   RBase, None, Lit,   "return")
            (Ret1,   "RET1",   RBase, None, Lit,   "return A")
            // Loops. A, A+1, A+2, A+3 are index, stop, step and the visible copy. The I forms are not hot-counted,
            // the J forms enter a trace.
            (ForI,   "FORI",   Base,  None, Jump,  "prepare a numeric loop, or jump behind it")
            (JForI,  "JFORI",  Base,  None, Jump,  "FORI that enters trace D of its FORL")
            (ForL,   "FORL",   Base,  None, Jump,  "step a numeric loop and jump back")
            (IForL,  "IFORL",  Base,  None, Jump,  "FORL, interpreted")
            (JForL,  "JFORL",  Base,  None, Lit,   "FORL, trace D")
            (IterL,  "ITERL",  Base,  None, Jump,  "if A isn't nil, A-1 = A and jump back")
            (IIterL, "IITERL", Base,  None, Jump,  "ITERL, interpreted")
            (JIterL, "JITERL", Base,  None, Lit,   "ITERL, trace D")
            (Loop,   "LOOP",   RBase, None, Jump,  "head of a while, repeat or goto loop; its jump is the loop's exit")
            (ILoop,  "ILOOP",  RBase, None, Jump,  "LOOP, interpreted")
            (JLoop,  "JLOOP",  RBase, None, Lit,   "LOOP, trace D")
            (Jmp,    "JMP",    RBase, None, Jump,  "jump")
            // Function headers. A is the frame size.
            (FuncF,  "FUNCF",  RBase, None, None,  "enter a function with fixed parameters")
            (IFuncF, "IFUNCF", RBase, None, None,  "FUNCF, interpreted")
            (JFuncF, "JFUNCF", RBase, None, Lit,   "FUNCF, trace D")
            (FuncV,  "FUNCV",  RBase, None, None,  "enter a vararg function")
            (IFuncV, "IFUNCV", RBase, None, None,  "FUNCV, interpreted")
            (JFuncV, "JFUNCV", RBase, None, Lit,   "FUNCV, trace D")
            (FuncC,  "FUNCC",  RBase, None, None,  "call a native function")
        }
    };
}

macro_rules! define {
    ($(($op:ident, $name:literal, $a:ident, $b:ident, $cd:ident, $doc:literal))*) => {
        /// A bytecode operation.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
        #[repr(u8)]
        pub enum Bc {
            $(#[doc = concat!("`", $doc, "`")] $op,)*
        }

        impl Bc {
            /// All operations, in the order of their numbers.
            pub const ALL: &'static [Bc] = &[$(Bc::$op),*];

            /// The mnemonic, as listings show it.
            pub const fn name(self) -> &'static str {
                const NAMES: &[&str] = &[$($name),*];
                NAMES[self as usize]
            }
            /// What the operands mean.
            pub const fn operands(self) -> Operands {
                const OPERANDS: &[Operands] =
                    &[$(Operands { a: Mode::$a, b: Mode::$b, cd: Mode::$cd }),*];
                OPERANDS[self as usize]
            }
            /// The operation with this number.
            pub const fn from_index(i: u8) -> Option<Bc> {
                if (i as usize) < Bc::ALL.len() { Some(Bc::ALL[i as usize]) } else { None }
            }
        }
    };
}
bytecode_table!(define);

impl Bc {
    /// Has the operation operands B and C rather than D?
    pub const fn has_b(self) -> bool {
        !matches!(self.operands().b, Mode::None)
    }
    /// Does a JMP have to follow it?
    pub const fn is_condition(self) -> bool {
        (self as u8) <= Bc::IsF as u8
    }
    /// The opposite condition of a comparison or test.
    pub const fn inverted(self) -> Bc {
        assert!(self.is_condition());
        Bc::ALL[(self as u8 ^ 1) as usize]
    }
    /// From the VN form of an arithmetic operation to the form `steps` groups on (NV, VV).
    pub const fn arith_form(self, steps: u8) -> Bc {
        assert!(self as u8 >= Bc::AddVN as u8 && self as u8 <= Bc::ModVN as u8 && steps <= 2);
        Bc::ALL[(self as u8 + 5 * steps) as usize]
    }
}

const _: () = {
    assert!(Bc::IsLt as u8 ^ 1 == Bc::IsGe as u8 && Bc::IsLe as u8 ^ 1 == Bc::IsGt as u8);
    assert!(Bc::IsEqV as u8 ^ 1 == Bc::IsNeV as u8 && Bc::IsEqS as u8 ^ 1 == Bc::IsNeS as u8);
    assert!(Bc::IsEqN as u8 ^ 1 == Bc::IsNeN as u8 && Bc::IsEqP as u8 ^ 1 == Bc::IsNeP as u8);
    assert!(Bc::IsTc as u8 ^ 1 == Bc::IsFc as u8 && Bc::IsT as u8 ^ 1 == Bc::IsF as u8);
    assert!(Bc::AddVN as u8 + 5 == Bc::AddNV as u8 && Bc::AddVN as u8 + 10 == Bc::AddVV as u8);
    assert!(Bc::ModVN as u8 + 5 == Bc::ModNV as u8 && Bc::ModVN as u8 + 10 == Bc::ModVV as u8);
    assert!(Bc::CallM as u8 + 2 == Bc::CallMT as u8 && Bc::Call as u8 + 2 == Bc::CallT as u8);
    assert!(Bc::ForL as u8 + 1 == Bc::IForL as u8 && Bc::ForL as u8 + 2 == Bc::JForL as u8);
    assert!(Bc::IterL as u8 + 1 == Bc::IIterL as u8 && Bc::IterL as u8 + 2 == Bc::JIterL as u8);
    assert!(Bc::Loop as u8 + 1 == Bc::ILoop as u8 && Bc::Loop as u8 + 2 == Bc::JLoop as u8);
    assert!(Bc::FuncF as u8 + 1 == Bc::IFuncF as u8 && Bc::FuncF as u8 + 2 == Bc::JFuncF as u8);
    assert!(Bc::FuncV as u8 + 1 == Bc::IFuncV as u8 && Bc::FuncV as u8 + 2 == Bc::JFuncV as u8);
};
