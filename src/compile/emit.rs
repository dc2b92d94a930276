//! Emitting instructions.

use super::error::{Res, grow};
use super::{Core, NO_SLOT};
use crate::bytecode::{Bc, Ins, NO_JUMP};
use crate::value::{Gc, Str};

/// The number of instructions that a chunk's unfinished functions may have.
const MAX_CODE: usize = 1 << 26;

/// Has the instruction this opcode?
#[inline(always)]
pub(super) fn is(ins: Ins, op: Bc) -> bool {
    ins.op_index() == op as usize
}

impl Core<'_> {
    /// The position of the next instruction.
    #[inline(always)]
    pub(super) fn pc(&self) -> u32 {
        (self.code.len() - self.f.code_base) as u32
    }
    /// The instruction at a position.
    #[inline(always)]
    pub(super) fn ins(&self, pc: u32) -> Ins {
        self.code[self.f.code_base + pc as usize]
    }
    /// The instruction at a position, to be changed.
    #[inline(always)]
    pub(super) fn ins_mut(&mut self, pc: u32) -> &mut Ins {
        &mut self.code[self.f.code_base + pc as usize]
    }
    /// The line of the instruction at a position.
    pub(super) fn line_of(&self, pc: u32) -> u32 {
        self.lines[self.f.code_base + pc as usize]
    }
    /// Sets the line of the instruction at a position.
    pub(super) fn set_line(&mut self, pc: u32, line: u32) {
        self.lines[self.f.code_base + pc as usize] = line;
    }

    /// Emits an instruction, to which the pending jumps lead.
    #[inline]
    pub(super) fn emit(&mut self, ins: Ins) -> Res<u32> {
        let pc = self.pc();
        if self.f.pending != NO_JUMP {
            let pending = core::mem::replace(&mut self.f.pending, NO_JUMP);
            self.patch_values(pending, pc, NO_SLOT, pc)?;
        }
        if self.code.len() == self.code.capacity() || self.lines.len() == self.lines.capacity() {
            self.grow_code()?;
        }
        self.code.push(ins);
        self.lines.push(self.at.line);
        Ok(pc)
    }

    #[cold]
    fn grow_code(&mut self) -> Res {
        let len = self.code.len();
        if len >= MAX_CODE {
            return self.error_limit(self.at, MAX_CODE as u32, "bytecode instructions");
        }
        let more = len.max(32) * (size_of::<Ins>() + size_of::<u32>());
        self.count(self.counted + more)?;
        grow(&mut self.code, len)?;
        grow(&mut self.lines, len)
    }

    /// Emits an instruction with operands A, B, C.
    #[inline(always)]
    pub(super) fn emit_abc(&mut self, op: Bc, a: u32, b: u32, c: u32) -> Res<u32> {
        self.emit(Ins::abc(op, a, b, c))
    }
    /// Emits an instruction with operands A, D.
    #[inline(always)]
    pub(super) fn emit_ad(&mut self, op: Bc, a: u32, d: u32) -> Res<u32> {
        self.emit(Ins::ad(op, a, d))
    }
    /// Emits a jump of unknown target, for a list of jumps.
    #[inline(always)]
    pub(super) fn emit_open(&mut self, op: Bc, a: u32) -> Res<u32> {
        self.emit(Ins::aj(op, a, -1))
    }

    /// Emits what sets `n` slots to nil, merged with the instruction before if that sets neighbours.
    pub(super) fn emit_nil(&mut self, from: u32, n: u32) -> Res {
        let pc = self.pc();
        let last = from + n - 1;
        if pc > self.f.last_target {
            let before = self.ins(pc - 1);
            let first = before.a() as u32;
            if is(before, Bc::KPri) && before.d() == 0 && (from == first || from == first + 1) {
                if last > first {
                    *self.ins_mut(pc - 1) = Ins::ad(Bc::KNil, first, last);
                }
                return Ok(());
            }
            if is(before, Bc::KNil) && first <= from && from <= before.d() as u32 + 1 {
                if last > before.d() as u32 {
                    *self.ins_mut(pc - 1) = before.with_d(last);
                }
                return Ok(());
            }
        }
        let ins = if n == 1 {
            Ins::ad(Bc::KPri, from, 0)
        } else {
            Ins::ad(Bc::KNil, from, last)
        };
        self.emit(ins)?;
        Ok(())
    }

    /// The index of a number constant.
    #[inline]
    pub(super) fn number_constant(&mut self, n: f64) -> Res<u32> {
        let level = self.outer.len() as u32;
        self.constants.number(n, self.f.constants, level)
    }
    /// The index of an object constant.
    #[inline]
    pub(super) fn object_constant(&mut self, value: crate::value::Value) -> Res<u32> {
        let level = self.outer.len() as u32;
        self.constants.object(value, self.f.constants, level)
    }
    /// The index of a string constant.
    #[inline]
    pub(super) fn string_constant(&mut self, s: Gc<Str>) -> Res<u32> {
        self.object_constant(s.into())
    }
}
