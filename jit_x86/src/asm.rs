//! Instructions as the lowering makes them: registers are known, addresses outside of the trace are not.

use iced_x86::{Code, Instruction, OpKind, Register};

use crate::reg::Reg;

/// A condition, by the processor's number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[allow(missing_docs)]
pub(crate) enum Cond {
    Overflow,
    NoOverflow,
    Below,
    AboveEqual,
    Equal,
    NotEqual,
    BelowEqual,
    Above,
    Sign,
    NoSign,
    Parity,
    NoParity,
    Less,
    GreaterEqual,
    LessEqual,
    Greater,
    Always,
}

const JCC: [(Code, Code); 17] = [
    (Code::Jo_rel32_64, Code::Jo_rel8_64),
    (Code::Jno_rel32_64, Code::Jno_rel8_64),
    (Code::Jb_rel32_64, Code::Jb_rel8_64),
    (Code::Jae_rel32_64, Code::Jae_rel8_64),
    (Code::Je_rel32_64, Code::Je_rel8_64),
    (Code::Jne_rel32_64, Code::Jne_rel8_64),
    (Code::Jbe_rel32_64, Code::Jbe_rel8_64),
    (Code::Ja_rel32_64, Code::Ja_rel8_64),
    (Code::Js_rel32_64, Code::Js_rel8_64),
    (Code::Jns_rel32_64, Code::Jns_rel8_64),
    (Code::Jp_rel32_64, Code::Jp_rel8_64),
    (Code::Jnp_rel32_64, Code::Jnp_rel8_64),
    (Code::Jl_rel32_64, Code::Jl_rel8_64),
    (Code::Jge_rel32_64, Code::Jge_rel8_64),
    (Code::Jle_rel32_64, Code::Jle_rel8_64),
    (Code::Jg_rel32_64, Code::Jg_rel8_64),
    (Code::Jmp_rel32_64, Code::Jmp_rel8_64),
];

const ALL: [Cond; 16] = {
    use Cond::*;
    [
        Overflow,
        NoOverflow,
        Below,
        AboveEqual,
        Equal,
        NotEqual,
        BelowEqual,
        Above,
        Sign,
        NoSign,
        Parity,
        NoParity,
        Less,
        GreaterEqual,
        LessEqual,
        Greater,
    ]
};

impl Cond {
    /// The opposite.
    pub fn inverted(self) -> Option<Cond> {
        ALL.get((self as u8 ^ 1) as usize).copied()
    }
    /// The jump instruction.
    pub fn jump(self, short: bool, target: u64) -> Instruction {
        let (near, rel8) = JCC[self as usize];
        let mut i = Instruction::default();
        i.set_code(if short { rel8 } else { near });
        i.set_op0_kind(OpKind::NearBranch64);
        i.set_near_branch64(target);
        i
    }
}

/// A place in the code of one instruction's lowering.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Label(pub u32);

/// What the code consists of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Item {
    Ins(Instruction),
    /// One with a constant that is the engine's own, and isn't blinded: an address.
    Own(Instruction),
    /// Loads a double into a vector register without a constant in memory, with or without AVX.
    Number(Reg, u64, bool),
    /// To the stub of this exit.
    Exit(Cond, u16),
    /// To a label near by.
    Jump(Cond, Label),
    Bind(Label),
    /// Where the loop begins.
    LoopStart,
    /// Calls a function.
    Call(usize),
    /// Jumps to the code of another trace, or to the beginning of this one.
    Goto(Option<usize>),
    /// If the object's flags, tested just now, want a barrier, runs it out of line.
    Barrier(Reg),
    /// If the table, tested just now, has a hash of its own, looks a key up out of line.
    LookUp(LookUp),
}

/// A lookup by the runtime, which changes no other register than that of the result.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LookUp {
    pub table: Reg,
    /// The bits of the key.
    pub key: Reg,
    pub dst: Reg,
    /// The exit that is taken if the key is there, or if it isn't.
    pub exit: Option<(bool, u16)>,
    /// Where the way goes on.
    pub next: Label,
}

/// A memory operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Mem {
    /// None: `disp` is an offset in the pool of constants.
    pub base: Option<Reg>,
    pub index: Option<Reg>,
    pub scale: u8,
    pub disp: i32,
}

impl Mem {
    pub const fn at(base: Reg, disp: i32) -> Mem {
        Mem {
            base: Some(base),
            index: None,
            scale: 1,
            disp,
        }
    }
    pub const fn pool(offset: i32) -> Mem {
        Mem {
            base: None,
            index: None,
            scale: 1,
            disp: offset,
        }
    }
    #[must_use]
    pub const fn plus(self, disp: i32) -> Mem {
        Mem {
            disp: self.disp.wrapping_add(disp),
            ..self
        }
    }
    /// Does it need one of these registers?
    pub fn registers(self) -> impl Iterator<Item = Reg> {
        self.base.into_iter().chain(self.index)
    }
}

/// A register or memory operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Rm {
    Reg(Reg),
    Mem(Mem),
}

/// Where the code, with its pool first, lies while it is encoded.
pub(crate) const VIRTUAL_BASE: u64 = 0x10_0000;

/// An operand as the encoder takes it.
#[derive(Clone, Copy)]
pub(crate) enum Arg {
    R(Register),
    M(Mem),
    I8(i32),
    I16(u16),
    I8To16(i32),
    I8To32(i32),
    I8To64(i32),
    I32(i32),
    I32To64(i32),
    I64(u64),
}

/// An instruction of any operands.
pub(crate) fn ins(code: Code, args: &[Arg]) -> Instruction {
    let mut i = Instruction::default();
    i.set_code(code);
    for (n, &a) in args.iter().enumerate() {
        let kind = match a {
            Arg::R(_) => OpKind::Register,
            Arg::M(_) => OpKind::Memory,
            Arg::I8(_) => OpKind::Immediate8,
            Arg::I16(_) => OpKind::Immediate16,
            Arg::I8To16(_) => OpKind::Immediate8to16,
            Arg::I8To32(_) => OpKind::Immediate8to32,
            Arg::I8To64(_) => OpKind::Immediate8to64,
            Arg::I32(_) => OpKind::Immediate32,
            Arg::I32To64(_) => OpKind::Immediate32to64,
            Arg::I64(_) => OpKind::Immediate64,
        };
        match n {
            0 => i.set_op0_kind(kind),
            1 => i.set_op1_kind(kind),
            2 => i.set_op2_kind(kind),
            _ => i.set_op3_kind(kind),
        }
        match a {
            Arg::R(r) => match n {
                0 => i.set_op0_register(r),
                1 => i.set_op1_register(r),
                2 => i.set_op2_register(r),
                _ => i.set_op3_register(r),
            },
            Arg::M(m) => set_memory(&mut i, m),
            Arg::I8(v) => i.set_immediate8(v as u8),
            Arg::I16(v) => i.set_immediate16(v),
            Arg::I8To16(v) => i.set_immediate8to16(v as i16),
            Arg::I8To32(v) => i.set_immediate8to32(v),
            Arg::I8To64(v) => i.set_immediate8to64(i64::from(v)),
            Arg::I32(v) => i.set_immediate32(v as u32),
            Arg::I32To64(v) => i.set_immediate32to64(i64::from(v)),
            Arg::I64(v) => i.set_immediate64(v),
        }
    }
    i
}

fn set_memory(i: &mut Instruction, m: Mem) {
    let Some(base) = m.base else {
        i.set_memory_base(Register::RIP);
        i.set_memory_displ_size(8);
        i.set_memory_displacement64(VIRTUAL_BASE.wrapping_add_signed(i64::from(m.disp)));
        return;
    };
    i.set_memory_base(base.full());
    if let Some(index) = m.index {
        i.set_memory_index(index.full());
        i.set_memory_index_scale(u32::from(m.scale));
    }
    i.set_memory_displacement64(i64::from(m.disp) as u64);
    i.set_memory_displ_size(u32::from(m.disp != 0));
}

impl Rm {
    /// As an operand, the register in full.
    pub fn arg(self) -> Arg {
        match self {
            Rm::Reg(r) => Arg::R(r.full()),
            Rm::Mem(m) => Arg::M(m),
        }
    }
    /// As an operand of 64 or 32 bits.
    pub fn sized(self, wide: bool) -> Arg {
        match self {
            Rm::Reg(r) => Arg::R(r.sized(wide)),
            Rm::Mem(m) => Arg::M(m),
        }
    }
}

/// Codes of an instruction of the first group of integer arithmetic; index 0 for 32 bits, 1 for 64.
pub(crate) struct AluCodes {
    r_rm: [Code; 2],
    rm_r: [Code; 2],
    rm_i8: [Code; 2],
    rm_i32: [Code; 2],
}

macro_rules! alu {
    ($($name:ident: $r32:ident $r64:ident, $m32:ident $m64:ident, $b32:ident $b64:ident, $i32:ident $i64:ident;)*) => {
        /// Integer arithmetic.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Alu { $($name),* }
        impl Alu {
            const ALL: &'static [Alu] = &[$(Alu::$name),*];
            fn codes(self) -> &'static AluCodes {
                match self {
                    $(Alu::$name => const { &AluCodes {
                        r_rm: [Code::$r32, Code::$r64],
                        rm_r: [Code::$m32, Code::$m64],
                        rm_i8: [Code::$b32, Code::$b64],
                        rm_i32: [Code::$i32, Code::$i64],
                    } }),*
                }
            }
        }
    };
}
alu! {
    Add: Add_r32_rm32 Add_r64_rm64, Add_rm32_r32 Add_rm64_r64, Add_rm32_imm8 Add_rm64_imm8, Add_rm32_imm32 Add_rm64_imm32;
    Sub: Sub_r32_rm32 Sub_r64_rm64, Sub_rm32_r32 Sub_rm64_r64, Sub_rm32_imm8 Sub_rm64_imm8, Sub_rm32_imm32 Sub_rm64_imm32;
    And: And_r32_rm32 And_r64_rm64, And_rm32_r32 And_rm64_r64, And_rm32_imm8 And_rm64_imm8, And_rm32_imm32 And_rm64_imm32;
    Or: Or_r32_rm32 Or_r64_rm64, Or_rm32_r32 Or_rm64_r64, Or_rm32_imm8 Or_rm64_imm8, Or_rm32_imm32 Or_rm64_imm32;
    Xor: Xor_r32_rm32 Xor_r64_rm64, Xor_rm32_r32 Xor_rm64_r64, Xor_rm32_imm8 Xor_rm64_imm8, Xor_rm32_imm32 Xor_rm64_imm32;
    Cmp: Cmp_r32_rm32 Cmp_r64_rm64, Cmp_rm32_r32 Cmp_rm64_r64, Cmp_rm32_imm8 Cmp_rm64_imm8, Cmp_rm32_imm32 Cmp_rm64_imm32;
}

impl Alu {
    /// The operation that an instruction with an immediate of 32 bits does, and whether it does it to 64 bits.
    pub fn of_immediate(code: Code) -> Option<(Alu, bool)> {
        let mut all = Alu::ALL.iter();
        all.find_map(|&op| {
            let wide = op.codes().rm_i32.iter().position(|&c| c == code)?;
            Some((op, wide == 1))
        })
    }
    /// `op reg/mem, reg`
    pub fn of_register(self, wide: bool) -> Code {
        self.codes().rm_r[wide as usize]
    }
}

/// `op reg, reg/mem`
pub(crate) fn alu_rm(op: Alu, wide: bool, dst: Reg, src: Rm) -> Instruction {
    let code = op.codes().r_rm[wide as usize];
    ins(code, &[Arg::R(dst.sized(wide)), src.sized(wide)])
}
/// `op mem, reg`
pub(crate) fn alu_mr(op: Alu, wide: bool, m: Mem, src: Reg) -> Instruction {
    let code = op.codes().rm_r[wide as usize];
    ins(code, &[Arg::M(m), Arg::R(src.sized(wide))])
}
/// `op reg/mem, immediate`
pub(crate) fn alu_imm(op: Alu, wide: bool, dst: Rm, imm: i32) -> Instruction {
    let codes = op.codes();
    let (code, imm) = match (i8::try_from(imm).is_ok(), wide) {
        (true, true) => (codes.rm_i8[1], Arg::I8To64(imm)),
        (true, false) => (codes.rm_i8[0], Arg::I8To32(imm)),
        (false, true) => (codes.rm_i32[1], Arg::I32To64(imm)),
        (false, false) => (codes.rm_i32[0], Arg::I32(imm)),
    };
    ins(code, &[dst.sized(wide), imm])
}

/// `mov reg, reg/mem` of general registers
pub(crate) fn mov_rm(wide: bool, dst: Reg, src: Rm) -> Instruction {
    let code = if wide {
        Code::Mov_r64_rm64
    } else {
        Code::Mov_r32_rm32
    };
    ins(code, &[Arg::R(dst.sized(wide)), src.sized(wide)])
}
/// `mov mem, reg` of general registers
pub(crate) fn mov_mr(wide: bool, m: Mem, src: Reg) -> Instruction {
    let code = if wide {
        Code::Mov_rm64_r64
    } else {
        Code::Mov_rm32_r32
    };
    ins(code, &[Arg::M(m), Arg::R(src.sized(wide))])
}
/// `mov reg, constant`. Leaves the flags alone.
pub(crate) fn mov_imm(dst: Reg, bits: u64) -> Instruction {
    if let Ok(low) = u32::try_from(bits) {
        ins(
            Code::Mov_r32_imm32,
            &[Arg::R(dst.low32()), Arg::I32(low as i32)],
        )
    } else if let Ok(low) = i32::try_from(bits as i64) {
        ins(
            Code::Mov_rm64_imm32,
            &[Arg::R(dst.full()), Arg::I32To64(low)],
        )
    } else {
        ins(Code::Mov_r64_imm64, &[Arg::R(dst.full()), Arg::I64(bits)])
    }
}
/// `mov mem, immediate`
pub(crate) fn mov_mi(wide: bool, m: Mem, imm: i32) -> Instruction {
    if wide {
        ins(Code::Mov_rm64_imm32, &[Arg::M(m), Arg::I32To64(imm)])
    } else {
        ins(Code::Mov_rm32_imm32, &[Arg::M(m), Arg::I32(imm)])
    }
}
/// `lea reg, mem`
pub(crate) fn lea(wide: bool, dst: Reg, m: Mem) -> Instruction {
    let code = if wide {
        Code::Lea_r64_m
    } else {
        Code::Lea_r32_m
    };
    ins(code, &[Arg::R(dst.sized(wide)), Arg::M(m)])
}
/// `test reg, reg`
pub(crate) fn test_rr(wide: bool, r: Reg) -> Instruction {
    let code = if wide {
        Code::Test_rm64_r64
    } else {
        Code::Test_rm32_r32
    };
    ins(code, &[Arg::R(r.sized(wide)), Arg::R(r.sized(wide))])
}

/// Shifts and rotations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub(crate) enum Shift {
    Shl,
    Shr,
    Sar,
    Rol,
    Ror,
}

/// `shift reg, immediate`
pub(crate) fn shift_imm(op: Shift, wide: bool, dst: Reg, count: u8) -> Instruction {
    let code = match (op, wide) {
        (Shift::Shl, false) => Code::Shl_rm32_imm8,
        (Shift::Shl, true) => Code::Shl_rm64_imm8,
        (Shift::Shr, false) => Code::Shr_rm32_imm8,
        (Shift::Shr, true) => Code::Shr_rm64_imm8,
        (Shift::Sar, false) => Code::Sar_rm32_imm8,
        (Shift::Sar, true) => Code::Sar_rm64_imm8,
        (Shift::Rol, false) => Code::Rol_rm32_imm8,
        (Shift::Rol, true) => Code::Rol_rm64_imm8,
        (Shift::Ror, false) => Code::Ror_rm32_imm8,
        (Shift::Ror, true) => Code::Ror_rm64_imm8,
    };
    ins(code, &[Arg::R(dst.sized(wide)), Arg::I8(i32::from(count))])
}
/// `shift reg, cl`
pub(crate) fn shift_cl(op: Shift, wide: bool, dst: Reg) -> Instruction {
    let code = match (op, wide) {
        (Shift::Shl, false) => Code::Shl_rm32_CL,
        (Shift::Shl, true) => Code::Shl_rm64_CL,
        (Shift::Shr, false) => Code::Shr_rm32_CL,
        (Shift::Shr, true) => Code::Shr_rm64_CL,
        (Shift::Sar, false) => Code::Sar_rm32_CL,
        (Shift::Sar, true) => Code::Sar_rm64_CL,
        (Shift::Rol, false) => Code::Rol_rm32_CL,
        (Shift::Rol, true) => Code::Rol_rm64_CL,
        (Shift::Ror, false) => Code::Ror_rm32_CL,
        (Shift::Ror, true) => Code::Ror_rm64_CL,
    };
    ins(code, &[Arg::R(dst.sized(wide)), Arg::R(Register::CL)])
}
/// `shlx, shrx, sarx dst, src, count` (BMI2)
pub(crate) fn shift_x(op: Shift, wide: bool, dst: Reg, src: Rm, count: Reg) -> Option<Instruction> {
    let code = match (op, wide) {
        (Shift::Shl, false) => Code::VEX_Shlx_r32_rm32_r32,
        (Shift::Shl, true) => Code::VEX_Shlx_r64_rm64_r64,
        (Shift::Shr, false) => Code::VEX_Shrx_r32_rm32_r32,
        (Shift::Shr, true) => Code::VEX_Shrx_r64_rm64_r64,
        (Shift::Sar, false) => Code::VEX_Sarx_r32_rm32_r32,
        (Shift::Sar, true) => Code::VEX_Sarx_r64_rm64_r64,
        _ => return None,
    };
    Some(ins(
        code,
        &[
            Arg::R(dst.sized(wide)),
            src.sized(wide),
            Arg::R(count.sized(wide)),
        ],
    ))
}

macro_rules! fp {
    ($($name:ident: $sse:ident $avx:ident;)*) => {
        /// Arithmetic of doubles with two sources.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[allow(missing_docs)]
        pub(crate) enum Fp { $($name),* }
        impl Fp {
            fn codes(self) -> (Code, Code) {
                match self { $(Fp::$name => (Code::$sse, Code::$avx)),* }
            }
        }
    };
}
fp! {
    Add: Addsd_xmm_xmmm64 VEX_Vaddsd_xmm_xmm_xmmm64;
    Sub: Subsd_xmm_xmmm64 VEX_Vsubsd_xmm_xmm_xmmm64;
    Mul: Mulsd_xmm_xmmm64 VEX_Vmulsd_xmm_xmm_xmmm64;
    Div: Divsd_xmm_xmmm64 VEX_Vdivsd_xmm_xmm_xmmm64;
    Min: Minsd_xmm_xmmm64 VEX_Vminsd_xmm_xmm_xmmm64;
    Max: Maxsd_xmm_xmmm64 VEX_Vmaxsd_xmm_xmm_xmmm64;
    Sqrt: Sqrtsd_xmm_xmmm64 VEX_Vsqrtsd_xmm_xmm_xmmm64;
    Xor: Xorps_xmm_xmmm128 VEX_Vxorps_xmm_xmm_xmmm128;
    And: Andps_xmm_xmmm128 VEX_Vandps_xmm_xmm_xmmm128;
    ToFloat: Cvtsd2ss_xmm_xmmm64 VEX_Vcvtsd2ss_xmm_xmm_xmmm64;
    OfFloat: Cvtss2sd_xmm_xmmm32 VEX_Vcvtss2sd_xmm_xmm_xmmm32;
    OfInt: Cvtsi2sd_xmm_rm32 VEX_Vcvtsi2sd_xmm_xmm_rm32;
    OfInt64: Cvtsi2sd_xmm_rm64 VEX_Vcvtsi2sd_xmm_xmm_rm64;
    FloatOfInt: Cvtsi2ss_xmm_rm32 VEX_Vcvtsi2ss_xmm_xmm_rm32;
    FloatOfInt64: Cvtsi2ss_xmm_rm64 VEX_Vcvtsi2ss_xmm_xmm_rm64;
}

impl Fp {
    /// The width of a general register as the source.
    fn source(self, src: Rm) -> Arg {
        match self {
            Fp::OfInt | Fp::FloatOfInt => src.sized(false),
            _ => src.arg(),
        }
    }
}

/// `op dst, src`, dst being the first source.
pub(crate) fn fp_sse(op: Fp, dst: Reg, src: Rm) -> Instruction {
    ins(op.codes().0, &[Arg::R(dst.full()), op.source(src)])
}
/// `vop dst, a, b`
pub(crate) fn fp_avx(op: Fp, dst: Reg, a: Reg, b: Rm) -> Instruction {
    ins(
        op.codes().1,
        &[Arg::R(dst.full()), Arg::R(a.full()), op.source(b)],
    )
}
