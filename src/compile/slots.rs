//! Slots, and bringing values into them.
//!
//! Active local variables lie in the first slots of a frame; above them, slots are taken and freed like a stack.

use super::desc::{Desc, Key, Kind};
use super::error::Res;
use super::{Core, MAX_SLOTS};
use crate::bytecode::{Bc, Ins, NO_JUMP};
use crate::value::{Gc, Str, Value};

/// The number as an integer, if it has the value of an `i32` (minus zero has not).
#[inline]
pub(super) fn exact_int(n: f64) -> Option<i32> {
    let i = n as i32;
    (f64::from(i).to_bits() == n.to_bits()).then_some(i)
}

impl Core<'_> {
    /// Makes the frame large enough for `n` slots above the free one.
    #[inline]
    pub(super) fn bump_frame(&mut self, n: u32) -> Res {
        let size = self.f.free + n;
        if size > self.f.frame_size {
            if size >= MAX_SLOTS {
                return self.error_near("function or expression too complex");
            }
            self.f.frame_size = size;
        }
        Ok(())
    }
    /// Takes `n` slots.
    #[inline]
    pub(super) fn reserve(&mut self, n: u32) -> Res {
        self.bump_frame(n)?;
        self.f.free += n;
        Ok(())
    }
    /// Frees a slot, unless it is a variable's.
    #[inline]
    pub(super) fn free_slot(&mut self, slot: u32) {
        if slot >= self.f.active {
            self.f.free -= 1;
        }
    }
    /// Frees the slot of a value that lies in one.
    #[inline]
    pub(super) fn free_desc(&mut self, e: &Desc) {
        if let Kind::Fixed(slot) = e.kind {
            self.free_slot(u32::from(slot));
        }
    }

    /// Turns variables, indexed tables and calls into instructions or slots; constants and the rest stay.
    #[inline]
    pub(super) fn discharge(&mut self, e: &mut Desc) -> Res {
        let ins = match e.kind {
            Kind::Local { slot, .. } => {
                e.kind = Kind::Fixed(slot);
                return Ok(());
            }
            Kind::Call { base, .. } | Kind::SafeCall { base, .. } => {
                e.kind = Kind::Fixed(base);
                return Ok(());
            }
            Kind::Upvalue { index, .. } => Ins::ad(Bc::UGet, 0, u32::from(index)),
            Kind::Global(name) => Ins::ad(Bc::GGet, 0, self.string_constant(name)?),
            Kind::Indexed { table, key } => {
                let table = u32::from(table);
                let ins = match key {
                    Key::Str(key) => Ins::abc(Bc::TGetS, 0, table, u32::from(key)),
                    Key::Byte(key) => Ins::abc(Bc::TGetB, 0, table, u32::from(key)),
                    Key::Slot(key) => {
                        self.free_slot(u32::from(key));
                        Ins::abc(Bc::TGetV, 0, table, u32::from(key))
                    }
                };
                self.free_slot(table);
                ins
            }
            _ => return Ok(()),
        };
        e.kind = Kind::Relocatable(self.emit(ins)?);
        Ok(())
    }

    /// Brings a value into a slot, but not the values of its jumps.
    pub(super) fn put_ignoring_jumps(&mut self, e: &mut Desc, slot: u32) -> Res {
        self.discharge(e)?;
        let ins = match e.kind {
            Kind::Str(s) => Ins::ad(Bc::KStr, slot, self.string_constant(s)?),
            Kind::Num(n) => match exact_int(n).and_then(|i| i16::try_from(i).ok()) {
                Some(short) => Ins::ad(Bc::KShort, slot, u32::from(short as u16)),
                None => Ins::ad(Bc::KNum, slot, self.number_constant(n)?),
            },
            Kind::Cdata(ctype, bits) => {
                let cdata = self.new_cdata(ctype, bits)?;
                Ins::ad(Bc::KCdata, slot, self.object_constant(cdata)?)
            }
            Kind::False | Kind::True => Ins::ad(Bc::KPri, slot, e.as_primitive().unwrap_or(0)),
            Kind::Fixed(from) if u32::from(from) != slot => Ins::ad(Bc::Mov, slot, u32::from(from)),
            Kind::Fixed(_) => return Ok(()),
            Kind::Nil => {
                self.emit_nil(slot, 1)?;
                e.kind = Kind::Fixed(slot as u8);
                return Ok(());
            }
            Kind::Relocatable(pc) => {
                let ins = self.ins_mut(pc);
                *ins = ins.with_a(slot);
                e.kind = Kind::Fixed(slot as u8);
                return Ok(());
            }
            _ => return Ok(()),
        };
        self.emit(ins)?;
        e.kind = Kind::Fixed(slot as u8);
        Ok(())
    }

    /// Brings a value into a slot.
    pub(super) fn put_in(&mut self, e: &mut Desc, slot: u32) -> Res {
        self.put_ignoring_jumps(e, slot)?;
        let is_jump = matches!(e.kind, Kind::Jump(_));
        if let Kind::Jump(jump) = e.kind {
            e.on_true = self.join(e.on_true, jump)?;
        }
        if e.has_jumps() {
            let (mut load_false, mut load_true) = (NO_JUMP, NO_JUMP);
            if self.lacks_value(e.on_true) || self.lacks_value(e.on_false) {
                let over = if is_jump { NO_JUMP } else { self.emit_jump()? };
                load_false = self.emit_ad(Bc::KPri, slot, 1)?;
                self.emit(Ins::aj(Bc::Jmp, self.f.free, 1))?;
                load_true = self.emit_ad(Bc::KPri, slot, 2)?;
                self.patch_here(over)?;
            }
            let end = self.pc();
            self.f.last_target = end;
            self.patch_values(e.on_false, end, slot, load_false)?;
            self.patch_values(e.on_true, end, slot, load_true)?;
        }
        e.kind = Kind::Fixed(slot as u8);
        (e.on_true, e.on_false) = (NO_JUMP, NO_JUMP);
        Ok(())
    }

    /// Brings a value into the next free slot.
    pub(super) fn put_next(&mut self, e: &mut Desc) -> Res {
        self.discharge(e)?;
        self.free_desc(e);
        self.reserve(1)?;
        self.put_in(e, self.f.free - 1)
    }

    /// Brings a value into some slot.
    #[inline]
    pub(super) fn put_anywhere(&mut self, e: &mut Desc) -> Res<u32> {
        self.discharge(e)?;
        if let Kind::Fixed(slot) = e.kind {
            let slot = u32::from(slot);
            if !e.has_jumps() {
                return Ok(slot);
            }
            if slot >= self.f.active {
                self.put_in(e, slot)?;
                return Ok(slot);
            }
        }
        self.put_next(e)?;
        Ok(self.f.free - 1)
    }

    /// Resolves jumps and variables; constants stay constants.
    #[inline]
    pub(super) fn resolve_value(&mut self, e: &mut Desc) -> Res {
        if e.has_jumps() {
            self.put_anywhere(e)?;
            Ok(())
        } else {
            self.discharge(e)
        }
    }

    /// Makes `table`, which lies in a slot, the descriptor of its field with this key, on which `resolve_value` was called.
    pub(super) fn index(&mut self, table: &mut Desc, key: &mut Desc) -> Res {
        let slot = match table.kind {
            Kind::Fixed(slot) => slot,
            Kind::Local { slot, .. } => slot,
            Kind::Indexed { table, .. } => table,
            _ => self.f.free as u8,
        };
        let key = match key.kind {
            Kind::Num(n) if exact_int(n).is_some_and(|i| u8::try_from(i).is_ok()) => {
                Key::Byte(n as u8)
            }
            Kind::Str(s) => match u8::try_from(self.string_constant(s)?) {
                Ok(constant) => Key::Str(constant),
                Err(_) => Key::Slot(self.put_anywhere(key)? as u8),
            },
            _ => Key::Slot(self.put_anywhere(key)? as u8),
        };
        table.kind = Kind::Indexed { table: slot, key };
        Ok(())
    }

    /// Emits the store of a value into a variable or a table's field.
    pub(super) fn store(&mut self, target: &Desc, e: &mut Desc) -> Res {
        let ins = match target.kind {
            Kind::Local { slot, var } => {
                self.mark_assigned(var);
                self.free_desc(e);
                return self.put_in(e, u32::from(slot));
            }
            Kind::Upvalue { index, var } => {
                self.mark_assigned(var);
                self.resolve_value(e)?;
                let index = u32::from(index);
                match e.kind {
                    Kind::Str(s) => Ins::ad(Bc::USetS, index, self.string_constant(s)?),
                    Kind::Num(n) => Ins::ad(Bc::USetN, index, self.number_constant(n)?),
                    _ => match e.as_primitive() {
                        Some(primitive) => Ins::ad(Bc::USetP, index, primitive),
                        None => Ins::ad(Bc::USetV, index, self.put_anywhere(e)?),
                    },
                }
            }
            Kind::Global(name) => {
                let slot = self.put_anywhere(e)?;
                Ins::ad(Bc::GSet, slot, self.string_constant(name)?)
            }
            Kind::Indexed { table, key } => {
                let slot = self.put_anywhere(e)?;
                let table = u32::from(table);
                match key {
                    Key::Str(key) => Ins::abc(Bc::TSetS, slot, table, u32::from(key)),
                    Key::Byte(key) => Ins::abc(Bc::TSetB, slot, table, u32::from(key)),
                    Key::Slot(key) => Ins::abc(Bc::TSetV, slot, table, u32::from(key)),
                }
            }
            _ => return Ok(()),
        };
        self.emit(ins)?;
        self.free_desc(e);
        Ok(())
    }

    /// Emits the lookup of a method: the function in the next slot, the object two above it.
    pub(super) fn emit_method(&mut self, e: &mut Desc, name: Gc<Str>) -> Res {
        let object = self.put_anywhere(e)?;
        self.free_desc(e);
        let function = self.f.free;
        self.emit_ad(Bc::Mov, function + 2, object)?;
        let key = self.string_constant(name)?;
        if key <= crate::bytecode::MAX_C {
            self.reserve(3)?;
            self.emit_abc(Bc::TGetS, function, object, key)?;
        } else {
            self.reserve(4)?;
            self.emit_ad(Bc::KStr, function + 3, key)?;
            self.emit_abc(Bc::TGetV, function, object, function + 3)?;
            self.f.free -= 1;
        }
        e.kind = Kind::Fixed(function as u8);
        Ok(())
    }

    fn new_cdata(&mut self, ctype: crate::value::cdata::CType, bits: u64) -> Res<Value> {
        use crate::value::cdata::CType;
        let cdata = match ctype {
            CType::Complex => self.heap.new_cdata(ctype, 0, bits)?,
            _ => self.heap.new_cdata(ctype, bits, 0)?,
        };
        Ok(cdata.into())
    }
}
