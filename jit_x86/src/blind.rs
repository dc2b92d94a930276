//! Constants of the script's choosing don't come to lie in executable memory as they are: whoever gets the processor to run at an address of
//! his choosing is not to find his own instructions there.
//!
//! An immediate or displacement that a script could choose is computed from two random numbers, in a register that nothing else uses
//! ([`SCRATCH`]). It is done with `lea` and `bswap`, which leave the flags alone:
//!
//! ```text
//! 32 bits   mov r, x; lea r, [r + k]                                x = constant - k
//! 64 bits   mov r, x; lea r, [r + k]; bswap r; lea r, [r + m]       x = bswap(constant - m) - k
//! memory    lea r, [base + x]; … [r + index * scale + k]            x = displacement - k
//! ```
//! What the engine itself chose is left as it is: tags, which are known by their value, and addresses, which scripts neither choose nor know
//! ([`Item::Own`](crate::asm::Item)). So is what fits in a byte, which a displacement of 16 bits is taken for, too.

use iced_x86::{Code, Instruction, OpKind, Register};

use crate::asm::{self, Alu, Arg, Mem, Rm};
use crate::error::BackendError;
use crate::random::Random;
use crate::reg::Reg;
use crate::runtime::{Layout, encoding};

/// What blinded operands are computed in.
pub(crate) const SCRATCH: Reg = Reg::R11;

/// The most instructions that one becomes.
const MOST: usize = 8;
/// The most bytes of them.
pub(crate) const BYTES: usize = 64;

/// Some instructions.
#[derive(Default)]
pub(crate) struct Few {
    list: [Instruction; MOST],
    len: usize,
}

impl Few {
    pub fn push(&mut self, i: Instruction) {
        if let Some(place) = self.list.get_mut(self.len) {
            *place = i;
            self.len += 1;
        }
    }
    pub fn as_slice(&self) -> &[Instruction] {
        self.list.get(..self.len).unwrap_or(&[])
    }
}

/// Constants of the engine's own that are met often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known([u64; 3]);

impl Known {
    pub fn new(layout: &Layout) -> Known {
        let tables = layout.tables.as_ref();
        Known([
            tables.map_or(0, |t| t.header.into()),
            tables.map_or(0, |t| t.no_nodes as u64),
            layout.nil_slot as u64,
        ])
    }
    /// Tags, alone and where values have them; the rest by value.
    fn has(&self, bits: u64) -> bool {
        const TAG: u64 = encoding::FIRST_TAG as u64;
        let is_tag = |n: u64| (TAG..=0xFFFF).contains(&n);
        let low = bits as u32;
        let is_short = u64::from(low) == bits || i64::from(low as i32) == bits as i64;
        is_tag(bits)
            || bits & ((1 << encoding::TAG_SHIFT) - 1) == 0 && is_tag(bits >> encoding::TAG_SHIFT)
            || is_short && u64::from(low) == TAG << 16
            || self.0.contains(&bits)
    }
}

/// The immediate operand of more than a byte.
fn immediate(i: &Instruction) -> Option<u64> {
    let n = i.op_count().checked_sub(1)?;
    match i.op_kind(n) {
        OpKind::Immediate32 => Some(i.immediate32().into()),
        OpKind::Immediate32to64 => Some(i.immediate32to64() as u64),
        OpKind::Immediate64 => Some(i.immediate64()),
        _ => None,
    }
}

/// Is it so small that it may stay?
fn is_small(bits: u64) -> bool {
    let is_word = u32::try_from(bits).is_ok();
    (-128..256).contains(&(bits as i64)) || is_word && (-128..0).contains(&(bits as u32 as i32))
}

/// Has it a large displacement to something that isn't the state's or the engine's?
fn displacement(i: &Instruction) -> Option<i64> {
    let has_memory = (0..i.op_count()).any(|n| i.op_kind(n) == OpKind::Memory);
    let base = i.memory_base();
    if !has_memory || base == Register::RIP || base == Reg::VM.full() || base == Register::RSP {
        return None;
    }
    let d = i.memory_displacement64() as i64;
    (i16::try_from(d).is_err()).then_some(d)
}

/// Does the instruction have to become others?
pub(crate) fn is_open(i: &Instruction, known: &Known) -> bool {
    let plain = immediate(i).is_some_and(|bits| !is_small(bits) && !known.has(bits));
    plain || displacement(i).is_some()
}

/// Loads a constant.
pub(crate) fn load(few: &mut Few, random: &mut Random, dst: Reg, bits: u64) {
    let k = random.next() as i32;
    let low = bits as u32;
    let is_unsigned = u64::from(low) == bits;
    if is_unsigned || i64::from(low as i32) == bits as i64 {
        let x = low.wrapping_sub(k as u32);
        let code = Code::Mov_r32_imm32;
        few.push(asm::ins(code, &[Arg::R(dst.low32()), Arg::I32(x as i32)]));
        few.push(asm::lea(false, dst, Mem::at(dst, k)));
        if !is_unsigned {
            let args = [Arg::R(dst.full()), Arg::R(dst.low32())];
            few.push(asm::ins(Code::Movsxd_r64_rm32, &args));
        }
        return;
    }
    let m = random.next() as i32;
    let x = bits.wrapping_sub(i64::from(m) as u64).swap_bytes();
    let x = x.wrapping_sub(i64::from(k) as u64);
    few.push(asm::ins(
        Code::Mov_r64_imm64,
        &[Arg::R(dst.full()), Arg::I64(x)],
    ));
    few.push(asm::lea(true, dst, Mem::at(dst, k)));
    few.push(asm::ins(Code::Bswap_r64, &[Arg::R(dst.full())]));
    few.push(asm::lea(true, dst, Mem::at(dst, m)));
}

/// The instruction with the scratch register in the immediate's place, and what comes behind it.
fn with_register(i: &Instruction) -> Option<(Instruction, Option<Instruction>)> {
    let mut with = *i;
    if let Some((op, wide)) = Alu::of_immediate(i.code()) {
        with.set_code(op.of_register(wide));
        with.set_op1_kind(OpKind::Register);
        with.set_op1_register(SCRATCH.sized(wide));
        return Some((with, None));
    }
    let (code, wide) = match i.code() {
        Code::Mov_rm32_imm32 => (Code::Mov_rm32_r32, false),
        Code::Mov_rm64_imm32 => (Code::Mov_rm64_r64, true),
        Code::Imul_r32_rm32_imm32 => (Code::Imul_r32_rm32, false),
        Code::Imul_r64_rm64_imm32 => (Code::Imul_r64_rm64, true),
        _ => return None,
    };
    with.set_code(code);
    if i.op_count() == 2 {
        with.set_op1_kind(OpKind::Register);
        with.set_op1_register(SCRATCH.sized(wide));
        return Some((with, None));
    }
    // A product is made in the scratch register, and copied, which keeps the flags.
    with.set_op0_register(SCRATCH.sized(wide));
    with.set_op2_kind(OpKind::Register);
    let dst = Reg::of(i.op0_register())?;
    Some((with, Some(asm::mov_rm(wide, dst, Rm::Reg(SCRATCH)))))
}

/// Instructions that do the same, none of which has a constant of the script's in it.
pub(crate) fn blind(
    i: &Instruction,
    known: &Known,
    random: &mut Random,
) -> Result<Few, BackendError> {
    let bad = BackendError::Encoding;
    let mut few = Few::default();
    let bits = immediate(i).filter(|&bits| !is_small(bits) && !known.has(bits));
    let far = displacement(i);
    // A constant's own register will do.
    if let (Some(bits), Code::Mov_r32_imm32 | Code::Mov_rm64_imm32 | Code::Mov_r64_imm64) =
        (bits, i.code())
        && i.op0_kind() == OpKind::Register
    {
        let dst = Reg::of(i.op0_register()).ok_or(bad)?;
        load(&mut few, random, dst, bits);
        return Ok(few);
    }
    let mut last = *i;
    let mut restore = None;
    if let Some(d) = far {
        let base = Reg::of(i.memory_base()).ok_or(bad)?;
        // Half of the range: one of the two signs leaves a rest that fits.
        let k = i64::from(random.next() as i32 >> 1);
        let rest = i32::try_from(d - k).map(|rest| (k, rest));
        let (k, rest) = rest
            .or_else(|_| i32::try_from(d + k).map(|rest| (-k, rest)))
            .map_err(|_| bad)?;
        // Where the scratch register is the immediate's, the base itself moves there and back.
        let at = if bits.is_some() { base } else { SCRATCH };
        few.push(asm::lea(true, at, Mem::at(base, rest)));
        last.set_memory_base(at.full());
        last.set_memory_displacement64(k as u64);
        last.set_memory_displ_size(1);
        if at == base {
            let back = rest.checked_neg().ok_or(bad)?;
            if last.memory_index() == base.full() {
                return Err(bad);
            }
            restore = Some(asm::lea(true, base, Mem::at(base, back)));
        }
    }
    let mut then = None;
    if let Some(bits) = bits {
        load(&mut few, random, SCRATCH, bits);
        (last, then) = with_register(&last).ok_or(bad)?;
    }
    few.push(last);
    for i in restore.into_iter().chain(then) {
        few.push(i);
    }
    Ok(few)
}

/// Loads a number into a vector register.
pub(crate) fn load_number(random: &mut Random, dst: Reg, bits: u64, avx: bool) -> Few {
    let mut few = Few::default();
    load(&mut few, random, SCRATCH, bits);
    let code = if avx {
        Code::VEX_Vmovq_xmm_rm64
    } else {
        Code::Movq_xmm_rm64
    };
    few.push(asm::ins(
        code,
        &[Arg::R(dst.full()), Arg::R(SCRATCH.full())],
    ));
    few
}
