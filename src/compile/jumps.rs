//! Jump lists. The jumps of a list that wait for their target are linked through their distances; a distance of -1, a
//! jump to itself, ends a list.
//!
//! Jumps that leave a test carry the tested value along where the other way needs a value too: the test before such a
//! jump copies it into the slot that is wanted, and the jumps without a value go to an instruction that loads one.

use super::desc::{Desc, Kind};
use super::emit::is;
use super::error::Res;
use super::{Core, NO_SLOT};
use crate::bytecode::{BIAS_J, Bc, Ins, MAX_D, NO_JUMP};

impl Core<'_> {
    /// The jump that follows in a list.
    fn next_jump(&self, pc: u32) -> u32 {
        match self.ins(pc).jump() {
            -1 => NO_JUMP,
            distance => (pc as isize + 1 + distance) as u32,
        }
    }

    /// Sets a jump's target.
    pub(super) fn patch_jump(&mut self, pc: u32, target: u32) -> Res {
        let distance = target.wrapping_sub(pc + 1).wrapping_add(BIAS_J);
        if distance > MAX_D {
            return self.error_near("control structure too long");
        }
        let ins = self.ins_mut(pc);
        *ins = ins.with_d(distance);
        Ok(())
    }

    /// The last jump of a list.
    fn last_jump(&self, mut list: u32) -> u32 {
        loop {
            match self.next_jump(list) {
                NO_JUMP => return list,
                next => list = next,
            }
        }
    }

    /// One list of two. Walks `short`, so that adding to a long list costs no more than what is added.
    pub(super) fn join(&mut self, long: u32, short: u32) -> Res<u32> {
        if short == NO_JUMP {
            return Ok(long);
        }
        if long != NO_JUMP {
            let last = self.last_jump(short);
            self.patch_jump(last, long)?;
        }
        Ok(short)
    }

    /// The test that a jump belongs to is the instruction before it.
    fn test_of(jump: u32) -> u32 {
        jump.saturating_sub(1)
    }

    /// Does any jump of the list bring no value?
    pub(super) fn lacks_value(&self, mut list: u32) -> bool {
        while list != NO_JUMP {
            let test = self.ins(Self::test_of(list));
            if !(is(test, Bc::IsTc) || is(test, Bc::IsFc) || test.a() as u32 == NO_SLOT) {
                return true;
            }
            list = self.next_jump(list);
        }
        false
    }

    /// Makes the test before a jump leave its value in `slot`, or nowhere. Can it?
    fn patch_test(&mut self, jump: u32, slot: u32) -> bool {
        let at = Self::test_of(jump);
        let test = self.ins(at);
        if is(test, Bc::IsTc) || is(test, Bc::IsFc) {
            *self.ins_mut(at) = if slot != NO_SLOT && slot != test.d() as u32 {
                test.with_a(slot)
            } else {
                let plain = if is(test, Bc::IsTc) { Bc::IsT } else { Bc::IsF };
                test.with_op(plain).with_a(0)
            };
        } else if test.a() as u32 == NO_SLOT {
            let jump_a = self.ins(jump).a() as u32;
            if slot == NO_SLOT {
                *self.ins_mut(at) = Ins::aj(Bc::Jmp, jump_a, 0);
            } else {
                *self.ins_mut(at) = test.with_a(slot);
                if slot >= jump_a {
                    let ins = self.ins_mut(at + 1);
                    *ins = ins.with_a(slot + 1);
                }
            }
        } else {
            return false;
        }
        true
    }

    /// Drops the values that the jumps of a list would bring.
    pub(super) fn drop_values(&mut self, mut list: u32) {
        while list != NO_JUMP {
            self.patch_test(list, NO_SLOT);
            list = self.next_jump(list);
        }
    }

    /// Patches a list: jumps that bring a value into `slot` go to `with_value`, the others to `without`.
    pub(super) fn patch_values(
        &mut self,
        mut list: u32,
        with_value: u32,
        slot: u32,
        without: u32,
    ) -> Res {
        while list != NO_JUMP {
            let next = self.next_jump(list);
            let target = if self.patch_test(list, slot) {
                with_value
            } else {
                without
            };
            self.patch_jump(list, target)?;
            list = next;
        }
        Ok(())
    }

    /// Makes a list's target the next instruction.
    pub(super) fn patch_here(&mut self, list: u32) -> Res {
        self.f.last_target = self.pc();
        self.f.pending = self.join(self.f.pending, list)?;
        Ok(())
    }

    /// Makes `target` the target of a list.
    pub(super) fn patch(&mut self, list: u32, target: u32) -> Res {
        if target == self.pc() {
            self.patch_here(list)
        } else {
            self.patch_values(list, target, NO_SLOT, target)
        }
    }

    /// Emits a jump, or opens the jump of a UCLO right before. The pending jumps join it.
    pub(super) fn emit_jump(&mut self) -> Res<u32> {
        let pending = core::mem::replace(&mut self.f.pending, NO_JUMP);
        let before = self.pc() - 1;
        let jump = if before >= self.f.last_target && is(self.ins(before), Bc::UClo) {
            let ins = self.ins(before);
            *self.ins_mut(before) = Ins::aj(Bc::UClo, ins.a() as u32, -1);
            self.f.last_target = before + 1;
            before
        } else {
            self.emit_open(Bc::Jmp, self.f.free)?
        };
        self.join(pending, jump)
    }

    /// Inverts the condition before the jump at `jump`.
    pub(super) fn invert(&mut self, jump: u32) {
        let ins = self.ins_mut(jump - 1);
        if let Some(op) = ins.op()
            && op.is_condition()
        {
            *ins = ins.with_op(op.inverted());
        }
    }

    /// Emits a test and its jump, taken if the value is `condition`.
    fn emit_test(&mut self, e: &mut Desc, condition: bool) -> Res<u32> {
        if let Kind::Relocatable(pc) = e.kind {
            let ins = self.ins(pc);
            if is(ins, Bc::Not) {
                let op = if condition { Bc::IsF } else { Bc::IsT };
                *self.ins_mut(pc) = Ins::ad(op, 0, ins.d() as u32);
                return self.emit_jump();
            }
        }
        if !matches!(e.kind, Kind::Fixed(_)) {
            self.reserve(1)?;
            self.put_ignoring_jumps(e, self.f.free - 1)?;
        }
        let slot = match e.kind {
            Kind::Fixed(slot) => u32::from(slot),
            _ => self.f.free - 1,
        };
        let op = if condition { Bc::IsTc } else { Bc::IsFc };
        self.emit_ad(op, NO_SLOT, slot)?;
        let jump = self.emit_jump()?;
        self.free_desc(e);
        Ok(jump)
    }

    /// Emits a jump that is taken if the value isn't true; it joins the value's jumps on false.
    pub(super) fn go_if_true(&mut self, e: &mut Desc) -> Res {
        self.discharge(e)?;
        let jump = match e.kind {
            Kind::Str(_) | Kind::Num(_) | Kind::True => NO_JUMP,
            Kind::Jump(jump) => {
                self.invert(jump);
                jump
            }
            Kind::False | Kind::Nil => {
                self.put_ignoring_jumps(e, NO_SLOT)?;
                self.emit_jump()?
            }
            _ => self.emit_test(e, false)?,
        };
        e.on_false = self.join(e.on_false, jump)?;
        self.patch_here(e.on_true)?;
        e.on_true = NO_JUMP;
        Ok(())
    }

    /// Emits a jump that is taken if the value is true; it joins the value's jumps on true.
    pub(super) fn go_if_false(&mut self, e: &mut Desc) -> Res {
        self.discharge(e)?;
        let jump = match e.kind {
            Kind::Nil | Kind::False => NO_JUMP,
            Kind::Jump(jump) => jump,
            Kind::Str(_) | Kind::Num(_) | Kind::True => {
                self.put_ignoring_jumps(e, NO_SLOT)?;
                self.emit_jump()?
            }
            _ => self.emit_test(e, true)?,
        };
        e.on_true = self.join(e.on_true, jump)?;
        self.patch_here(e.on_false)?;
        e.on_false = NO_JUMP;
        Ok(())
    }
}
