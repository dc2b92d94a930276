//! What the assembler takes, and where values are when a trace is left.

use perilune_ir::literal::Slot;
use perilune_ir::trace::Trace;
use perilune_ir::types::{IrRef, IrType};

use crate::runtime::{Facts, Layout};

/// What the processor can do beyond SSE2.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Features {
    /// `roundsd`
    pub sse41: bool,
    /// Three-operand forms of vector instructions. The system has to save the upper halves.
    pub avx: bool,
    /// `shlx`, `rorx` and so on.
    pub bmi2: bool,
}

impl Features {
    /// Every x86-64 processor has these.
    pub const BASELINE: Features = Features {
        sse41: false,
        avx: false,
        bmi2: false,
    };
}

/// How registers are chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Policy {
    /// As well as is known.
    #[default]
    Best,
    /// At random, with values pushed out of registers for no reason. The code must be right all the same.
    Random(u64),
}

/// Measures against scripts that attack the host they run in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Hardening {
    /// Constants that a script chooses are not in the code as they are.
    pub blind: bool,
    /// Nothing beyond an array or string is read, nor a value taken for an object of another type, while the processor runs ahead of a
    /// check; code is entered without an indirect jump that could be predicted.
    pub mask: bool,
    /// Code lies at random places of the region.
    pub place: bool,
    /// What is reached by indirect calls and jumps begins with `endbr64`.
    pub endbr: bool,
}

/// Where the value of an instruction is when a trace is left, or entered from its parent.
///
/// An `int` or `u32` is in the low 32 bits, an object's or other address in all 64, light userdata as the 64 bits of the value, a
/// number as a double.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Location {
    /// [`TraceContext::gpr`](crate::runtime::TraceContext::gpr)
    Gpr(u8),
    /// [`TraceContext::xmm`](crate::runtime::TraceContext::xmm)
    Xmm(u8),
    /// [`TraceContext::spill`](crate::runtime::TraceContext::spill)
    Spill(u16),
}

/// The name of a general register.
pub fn gpr_name(n: u8) -> &'static str {
    const NAMES: [&str; 16] = [
        "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12",
        "r13", "r14", "r15",
    ];
    NAMES[usize::from(n & 15)]
}

/// What of its parent an instruction of a side trace stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inherited {
    /// The value of a slot: SLOAD with mode PARENT.
    Slot(Slot),
    /// The value of one of the parent's instructions: PVAL.
    Value(IrRef),
}

/// A value that a side trace takes over from its parent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ParentValue {
    /// What it is.
    pub of: Inherited,
    /// Where the parent has it at the exit.
    pub location: Location,
    /// The type that it has in the parent, which has to be the instruction's.
    pub ty: IrType,
}

/// How a trace is entered.
#[derive(Clone, Copy, Debug)]
pub enum Head<'a> {
    /// From the interpreter, and from traces that link to it.
    Root,
    /// From an exit of another trace.
    Side {
        /// What it takes over.
        values: &'a [ParentValue],
        /// How many slots from the base up the parent has made sure of.
        top_slot: u16,
    },
}

/// A resume point, of which a snapshot's `pc` is the index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Resume {
    /// How many slots the running frame's base lies above the trace's.
    pub base_slot: i16,
}

/// A trace and what has to be known to assemble it.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The trace, verified.
    pub trace: &'a Trace,
    /// Its number, which exits report.
    pub number: u16,
    /// How it is entered.
    pub head: Head<'a>,
    /// How many slots from the base up it needs.
    pub top_slot: u16,
    /// Resume points, by snapshots' `pc`. Where one is missing the base stays.
    pub resume: &'a [Resume],
    /// The code of the trace that it links to.
    pub link: Option<Entry>,
    /// Offsets and addresses.
    pub layout: &'a Layout,
    /// Facts about constants.
    pub facts: &'a dyn Facts,
    /// The processor.
    pub features: Features,
    /// How to choose registers.
    pub policy: Policy,
    /// May loads become memory operands?
    pub fuse: bool,
    /// A guard that always fails, for tests.
    pub fail_guard: Option<IrRef>,
    /// Is [`Code::home`](crate::code::Code::home) going to be asked, for dumps?
    pub note_homes: bool,
}

/// The address of a trace's code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry(pub(crate) usize);

impl Entry {
    /// The address.
    pub const fn address(self) -> usize {
        self.0
    }
}
