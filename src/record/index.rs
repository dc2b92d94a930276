//! Looking a key up in a table: where the slot of a key is, reading and writing it, and the chains of `__index` and `__newindex`.

use perilune_ir::ins::{Const, Ins as IrIns, Operand};
use perilune_ir::literal::Field;
use perilune_ir::op::IrOp;
use perilune_ir::opt::{Counter, bounds_check, narrow_index, stored_field};
use perilune_ir::types::{IrRef, IrType};

use super::at::At;
use super::dispatch::Then;
use super::values::type_of;
use super::{Record, Recorder};
use crate::gc::READONLY;
use crate::jit::trace::TraceAbort;
use crate::value::table::MAX_ARRAY;
use crate::value::{Gc, Table, Value};
use crate::vm::frame::Cont;
use crate::vm::meta::Event;

/// Steps of a chain that are recorded.
const MAX_CHAIN: usize = 20;
/// The greatest number of a node that HREFK can name.
const MAX_NODE: usize = 0xFFFF;

/// A lookup.
#[derive(Clone, Copy)]
pub(super) struct Lookup {
    pub object: (IrRef, Value),
    pub key: (IrRef, Value),
}

/// Where the slot of a key is.
struct Place {
    /// Its address on the trace.
    at: IrRef,
    /// What it holds now.
    value: Value,
    /// Is it in the array part?
    in_array: bool,
    /// Is the address one that may be the shared nil?
    may_miss: bool,
    /// Is the key absent?
    absent: bool,
}

impl Recorder {
    /// FLOAD
    pub(super) fn field(&mut self, object: IrRef, field: Field) -> Record<IrRef> {
        Ok(self.b.ins(IrOp::FLoad, field.ty(), object, field)?)
    }
    /// Guards that an int field has this value.
    fn guard_field(&mut self, object: IrRef, field: Field, value: i32) -> Record<()> {
        let (f, k) = (self.field(object, field)?, self.kint(value)?);
        self.b.ins(IrOp::Eq, IrType::Int, f, k)?;
        Ok(())
    }

    /// Finds the slot of a key in a table, with guards for everything that the way there depends on.
    fn place(&mut self, t: Gc<Table>, tab: IrRef, key: (IrRef, Value)) -> Record<Place> {
        let (mut key, k) = key;
        if k.is_number() {
            let index = k.as_int().filter(|&i| (i as u32) < MAX_ARRAY);
            if let Some(i) = index {
                let narrow = narrow_index(&mut self.b, key)?;
                let size = self.field(tab, Field::TabASize)?;
                if (i as u32) < t.asize.get() {
                    self.check_index(t, size, narrow)?;
                    let array = self.field(tab, Field::TabArray)?;
                    let at = self.b.ins(IrOp::ARef, IrType::Ptr, array, narrow)?;
                    return Ok(Place {
                        at,
                        value: t.get_int(i),
                        in_array: true,
                        may_miss: false,
                        absent: false,
                    });
                }
                self.b.ins(IrOp::Ule, IrType::Int, size, narrow)?;
            } else if !key.is_const() {
                self.guard_not_in_array(t, tab, key, k)?;
            }
            key = self.hash_key(key, k)?;
        }
        self.hash_place(t, tab, key, k)
    }

    /// A number as a key of a hash part: never an int, nor minus zero where it is known.
    fn hash_key(&mut self, key: IrRef, k: Value) -> Record<IrRef> {
        if key.is_const() {
            let n = k.as_number().unwrap_or(0.0);
            return self.knum(if n == 0.0 { 0.0 } else { n });
        }
        self.as_num(key)
    }

    /// A number that is no index now has to stay one.
    fn guard_not_in_array(&mut self, t: Gc<Table>, tab: IrRef, key: IrRef, k: Value) -> Record<()> {
        if t.asize.get() == 0 {
            return self.guard_field(tab, Field::TabASize, 0);
        }
        if k.as_int().is_some() || self.ty(key) != IrType::Num {
            // An integer beyond all array parts, or negative.
            let narrow = narrow_index(&mut self.b, key)?;
            let size = self.field(tab, Field::TabASize)?;
            self.b.ins(IrOp::Ule, IrType::Int, size, narrow)?;
            return Ok(());
        }
        // No integer: it isn't its own floor. NaN is none either.
        let floor = self.b.ins(
            IrOp::FpMath,
            IrType::Num,
            key,
            perilune_ir::literal::FpMath::Floor,
        )?;
        let n = k.as_number().unwrap_or(f64::NAN);
        if crate::vm::convert::floor(n) == n {
            return Err(TraceAbort::BadType);
        }
        self.b.ins(IrOp::Ne, IrType::Num, floor, key)?;
        Ok(())
    }

    /// The bounds check of an index that is within bounds now.
    fn check_index(&mut self, t: Gc<Table>, size: IrRef, index: IrRef) -> Record<()> {
        let counter = self.induction.filter(|i| i.up && i.ty == IrType::Int);
        let counter = counter.and_then(|i| {
            // A bound that is out of bounds now would fail on and on.
            let last = i.stop_now + f64::from(self.index_offset(index, i.index)?);
            (last < f64::from(t.asize.get())).then_some(Counter {
                index: i.index,
                stop: i.stop,
            })
        });
        bounds_check(&mut self.b, size, index, counter)?;
        Ok(())
    }
    /// How far an index is above the counter.
    fn index_offset(&self, index: IrRef, counter: IrRef) -> Option<i32> {
        if index == counter {
            return Some(0);
        }
        let t = self.b.trace();
        let ins = t.get(index);
        match (
            ins.op(),
            ins.ref_a(),
            ins.ref_b().and_then(|k| t.constant(k)),
        ) {
            (IrOp::Add | IrOp::AddOv, Some(a), Some(Const::Int(k))) if a == counter => Some(k),
            _ => None,
        }
    }

    /// The slot of a key in the hash part.
    fn hash_place(&mut self, t: Gc<Table>, tab: IrRef, key: IrRef, k: Value) -> Record<Place> {
        let slot = t.slot(k);
        let value = slot.map_or(Value::NIL, |s| s.get());
        let absent = slot.is_none();
        if t.hmask.get() == 0 {
            self.guard_field(tab, Field::TabHMask, 0)?;
            let at = self.b.konst(Const::NIL_SLOT)?;
            return Ok(Place {
                at,
                value: Value::NIL,
                in_array: false,
                may_miss: true,
                absent: true,
            });
        }
        if key.is_const()
            && let Some(slot) = slot
            && let Some(node) = t
                .nodes()
                .iter()
                .position(|n| n.value.as_ptr() == slot.as_ptr())
            && node <= MAX_NODE
        {
            self.guard_field(tab, Field::TabHMask, t.hmask.get() as i32)?;
            let nodes = self.field(tab, Field::TabNode)?;
            let kslot = self.b.konst(Const::KSlot(key, node as u16))?;
            let at = self.b.ins(IrOp::HRefK, IrType::Ptr, nodes, kslot)?;
            return Ok(Place {
                at,
                value,
                in_array: false,
                may_miss: false,
                absent: false,
            });
        }
        let at = self.b.ins(IrOp::HRef, IrType::Ptr, tab, key)?;
        Ok(Place {
            at,
            value,
            in_array: false,
            may_miss: true,
            absent,
        })
    }

    /// Guards that a key has a node, or that it has none.
    fn guard_presence(&mut self, place: &Place) -> Record<()> {
        if !place.may_miss {
            return Ok(());
        }
        let nil = self.b.konst(Const::NIL_SLOT)?;
        if place.at == nil {
            return Ok(());
        }
        let op = if place.absent { IrOp::Eq } else { IrOp::Ne };
        self.b.ins(op, IrType::Ptr, place.at, nil)?;
        Ok(())
    }

    /// The value in a slot, guarded to be of its present type.
    fn load(&mut self, place: &Place) -> Record<IrRef> {
        if place.absent {
            self.guard_presence(place)?;
            return Ok(IrRef::NIL);
        }
        let op = if place.in_array {
            IrOp::ALoad
        } else {
            IrOp::HLoad
        };
        let ty = type_of(place.value);
        let r = self.b.guard(op, ty, place.at, Operand::NONE)?;
        Ok(self.canonical(r))
    }

    /// `t[key]` without metamethods.
    pub(super) fn raw_get(
        &mut self,
        t: Gc<Table>,
        tab: IrRef,
        key: (IrRef, Value),
    ) -> Record<(IrRef, Value)> {
        if is_no_key(key.1) {
            return Err(TraceAbort::StoreNilKey);
        }
        if key.1.is_str()
            && let Some(stored) = stored_field(&self.b, tab, key.0)
        {
            let value = t.get(key.1);
            if !value.is_nil() && type_of(value) == self.ty(stored) {
                return Ok((self.canonical(stored), value));
            }
        }
        let place = self.place(t, tab, key)?;
        Ok((self.load(&place)?, place.value))
    }

    /// `t[key] = value` without metamethods.
    pub(super) fn raw_set(
        &mut self,
        at: &At<'_>,
        t: Gc<Table>,
        tab: IrRef,
        key: (IrRef, Value),
        value: IrRef,
    ) -> Record<()> {
        self.guard_writable(at, t, tab)?;
        let mut place = self.place(t, tab, key)?;
        self.guard_presence(&place)?;
        if place.absent {
            let key = match key.1.is_number() {
                true => self.hash_key(key.0, key.1)?,
                false => key.0,
            };
            place.at = self.b.ins(IrOp::NewRef, IrType::Ptr, tab, key)?;
        }
        self.store_at(place.at, place.in_array, tab, value)?;
        self.forget_absence(at, tab, key)
    }

    /// Guards that a table isn't read-only, in a state that has such tables.
    pub(super) fn guard_writable(&mut self, at: &At<'_>, t: Gc<Table>, tab: IrRef) -> Record<()> {
        if t.is_readonly() {
            return Err(TraceAbort::ReadonlyTable);
        }
        let is_new = matches!(self.b.trace().get(tab).op(), IrOp::TNew | IrOp::TDup);
        if !at.vm.has_readonly || is_new {
            return Ok(());
        }
        let flags = self.field(tab, Field::TabFlags)?;
        let (bit, zero) = (self.kint(READONLY.into())?, self.kint(0)?);
        let flag = self.b.ins(IrOp::BAnd, IrType::Int, flags, bit)?;
        self.b.ins(IrOp::Eq, IrType::Int, flag, zero)?;
        Ok(())
    }

    /// `object[key]`: the value, or what calls the function that says it.
    pub(super) fn index_get(&mut self, at: &At<'_>, lookup: Lookup) -> Record<Then> {
        let Lookup { mut object, key } = lookup;
        for _ in 0..MAX_CHAIN {
            if let Some(t) = object.1.as_table() {
                let (r, v) = if is_no_key(key.1) {
                    if !key.1.is_nil() {
                        return Err(TraceAbort::BadType);
                    }
                    (IrRef::NIL, Value::NIL)
                } else {
                    self.raw_get(t, object.0, key)?
                };
                if !v.is_nil() {
                    return self.result(at, r);
                }
                let Some(handler) = self.metamethod(at, object, Event::Index)? else {
                    return self.result(at, IrRef::NIL);
                };
                if handler.1.is_function() {
                    let args = [object.0, key.0];
                    return self.call_metamethod(at, Cont::Store, handler, &args);
                }
                object = handler;
                continue;
            }
            let Some(handler) = self.metamethod(at, object, Event::Index)? else {
                return Err(TraceAbort::NyiMetamethod);
            };
            if handler.1.is_function() {
                let args = [object.0, key.0];
                return self.call_metamethod(at, Cont::Store, handler, &args);
            }
            object = handler;
        }
        Err(TraceAbort::NyiMetamethod)
    }

    /// `object[key] = value`
    pub(super) fn index_set(&mut self, at: &At<'_>, lookup: Lookup, value: IrRef) -> Record<Then> {
        let Lookup { mut object, key } = lookup;
        for _ in 0..MAX_CHAIN {
            let handler;
            if let Some(t) = object.1.as_table() {
                if is_no_key(key.1) {
                    return Err(TraceAbort::StoreNilKey);
                }
                let has_handler = !at
                    .vm
                    .metatable_event(t.metatable(), Event::NewIndex)
                    .is_nil();
                let place = self.place(t, object.0, key)?;
                if !place.value.is_nil() || !has_handler {
                    self.store(at, t, object.0, key, place, value)?;
                    return Ok(Then::Next);
                }
                // Nil, so that the metamethod is asked.
                self.load(&place)?;
                let found = self.metamethod(at, object, Event::NewIndex)?;
                handler = found.ok_or(TraceAbort::NyiMetamethod)?;
            } else {
                let found = self.metamethod(at, object, Event::NewIndex)?;
                handler = found.ok_or(TraceAbort::NyiMetamethod)?;
            }
            if handler.1.is_function() {
                let args = [object.0, key.0, value];
                return self.call_metamethod(at, Cont::Drop, handler, &args);
            }
            object = handler;
        }
        Err(TraceAbort::NyiMetamethod)
    }

    /// Stores into a slot of a table whose metatable has no say in it: guards that, too.
    fn store(
        &mut self,
        at: &At<'_>,
        t: Gc<Table>,
        tab: IrRef,
        key: (IrRef, Value),
        mut place: Place,
        value: IrRef,
    ) -> Record<()> {
        self.guard_writable(at, t, tab)?;
        if place.value.is_nil() {
            // A slot whose value is nil asks the metatable, which has nothing to say now. One that gets another value wouldn't
            // ask, with the same result.
            self.guard_presence(&place)?;
            if self
                .metamethod(at, (tab, t.into()), Event::NewIndex)?
                .is_some()
            {
                return Err(TraceAbort::NyiMetamethod);
            }
            if place.absent {
                let key = match key.1.is_number() {
                    true => self.hash_key(key.0, key.1)?,
                    false => key.0,
                };
                place.at = self.b.ins(IrOp::NewRef, IrType::Ptr, tab, key)?;
            }
        } else {
            self.guard_presence(&place)?;
            if t.metatable().is_none() {
                self.guard_no_metatable(tab)?;
            } else {
                self.load(&place)?;
            }
        }
        self.store_at(place.at, place.in_array, tab, value)?;
        self.forget_absence(at, tab, key)
    }

    /// A store at a string key may make an end to what is cached about absent metamethods.
    fn forget_absence(&mut self, at: &At<'_>, tab: IrRef, key: (IrRef, Value)) -> Record<()> {
        if self.ty(key.0) == IrType::Str && !self.is_harmless_key(at, key.0, key.1) {
            let nomm = self.b.ins(IrOp::FRef, IrType::Ptr, tab, Field::TabNoMm)?;
            let zero = self.kint(0)?;
            self.b.ins(IrOp::FStore, IrType::Nil, nomm, zero)?;
        }
        Ok(())
    }

    /// Stores a value at the address of a slot of a table.
    pub(super) fn store_at(
        &mut self,
        at: IrRef,
        in_array: bool,
        tab: IrRef,
        value: IrRef,
    ) -> Record<()> {
        let value = self.as_num(value)?;
        let op = if in_array { IrOp::AStore } else { IrOp::HStore };
        self.b.ins(op, IrType::Nil, at, value)?;
        if self.ty(value).is_gc() {
            self.b
                .emit(IrIns::new(IrOp::TBar, IrType::Nil, tab, Operand::NONE))?;
        }
        self.needs_snapshot = true;
        Ok(())
    }

    /// Can a store at this string key not concern the cache of absent metamethods?
    fn is_harmless_key(&self, at: &At<'_>, key: IrRef, k: Value) -> bool {
        let is_event = at.vm.event_names.iter().any(|name| k == Value::from(*name));
        key.is_const() && !is_event
    }
}

/// nil and NaN are no keys.
fn is_no_key(k: Value) -> bool {
    k.is_nil() || k.as_number().is_some_and(f64::is_nan)
}
