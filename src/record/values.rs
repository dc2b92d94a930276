//! Values of the interpreter as types and constants of the IR.

use perilune_ir::build::{Capture, Objects};
use perilune_ir::ins::{Const, ObjId};
use perilune_ir::literal::Field;
use perilune_ir::types::{IrRef, IrType};

use super::{Record, Recorder};
use crate::bytecode::Proto;
use crate::gc::Header;
use crate::value::{Function, Gc, Str, Table, Value};

pub(super) use crate::jit::helpers::type_of;

/// The int that a number is. Minus zero is none.
pub(super) fn exact_int(v: Value) -> Option<i32> {
    v.as_int()
        .filter(|&i| i != 0 || v.to_bits() == Value::int(0).to_bits())
}

/// An object as the IR knows it.
pub(super) fn object_id<T>(o: Gc<T>) -> ObjId {
    ObjId(o.as_ptr() as u64)
}

/// What the builder may know of constant objects: strings, prototypes.
pub(crate) struct HeapObjects;

/// The string behind a constant.
fn string<'a>(s: ObjId) -> Option<&'a Str> {
    let at: *const Str = core::ptr::with_exposed_provenance(s.0 as usize);
    // SAFETY: string constants of a trace are the addresses of strings, and the collector keeps them alive as long as the trace.
    unsafe { at.as_ref() }
}

impl Objects for HeapObjects {
    fn fixed_field(&self, object: ObjId, f: Field) -> Option<Const> {
        match f {
            Field::StrLen => self.str_len(object).map(Const::Int),
            Field::FuncProto => {
                let at: *const Function = core::ptr::with_exposed_provenance(object.0 as usize);
                // SAFETY: as for strings.
                let proto = unsafe { at.as_ref()? }.proto()?;
                Some(Const::Gc(IrType::Proto, object_id(proto)))
            }
            _ => None,
        }
    }
    fn str_number(&self, s: ObjId) -> Option<f64> {
        crate::number::parse(string(s)?.as_bytes())
    }
    fn template_slot(&self, template: ObjId, index: i32) -> Option<Const> {
        let t = table(template)?;
        let index = u32::try_from(index).ok().filter(|i| *i < t.asize.get())?;
        constant(t.get_int(index as i32))
    }
    fn template_field(&self, template: ObjId, key: Const) -> Option<Const> {
        constant(table(template)?.get_str(key_string(key)?))
    }
    fn template_lacks(&self, template: ObjId, key: Const) -> bool {
        match (table(template), key_string(key)) {
            (Some(t), Some(key)) => t.slot_str(key).is_none(),
            _ => false,
        }
    }
    fn template_node(&self, template: ObjId, key: Const) -> Option<u16> {
        let (t, key) = (table(template)?, key_string(key)?);
        // Strings are placed alike in a copy that places numbers by its own address, but not in the same nodes.
        if t.header.b.get() != 0 {
            return None;
        }
        let slot = t.slot_str(key)?;
        let node = t
            .nodes()
            .iter()
            .position(|n| core::ptr::eq(n.value.as_ptr(), slot.as_ptr()));
        node.and_then(|n| u16::try_from(n).ok())
    }
    fn template_size(&self, template: ObjId) -> Option<(i32, i32)> {
        let t = table(template)?;
        Some((t.asize.get() as i32, t.hmask.get() as i32))
    }
    fn capture(&self, proto: ObjId, upvalue: u16) -> Option<Capture> {
        let at: *const Proto = core::ptr::with_exposed_provenance(proto.0 as usize);
        // SAFETY: as for strings.
        let captures = unsafe { at.as_ref()? }.captures();
        let capture = captures.get(upvalue as usize)?;
        Some(if capture.is_local() {
            let before = captures[..upvalue as usize].iter();
            Capture::Local(before.filter(|c| c.is_local()).count() as u16)
        } else {
            Capture::Upvalue(capture.index() as u16)
        })
    }
    fn str_len(&self, s: ObjId) -> Option<i32> {
        string(s).and_then(|s| i32::try_from(s.len()).ok())
    }
    fn str_byte(&self, s: ObjId, at: i32) -> Option<u8> {
        let at = usize::try_from(at).ok()?;
        string(s)?.as_bytes().get(at).copied()
    }
}

/// A key that is a string.
fn key_string(key: Const) -> Option<Gc<Str>> {
    let Const::Gc(IrType::Str, id) = key else {
        return None;
    };
    let at: *mut Str = core::ptr::with_exposed_provenance_mut(id.0 as usize);
    // SAFETY: as for strings.
    Some(unsafe { Gc::from_ptr(at) })
}

/// The template behind a constant.
fn table<'a>(t: ObjId) -> Option<&'a Table> {
    let at: *const Table = core::ptr::with_exposed_provenance(t.0 as usize);
    // SAFETY: as for strings.
    unsafe { at.as_ref() }
}

/// What a template holds, if it is no object that something could be stored into.
fn constant(v: Value) -> Option<Const> {
    match type_of(v) {
        ty @ (IrType::Nil | IrType::False | IrType::True) => Some(Const::Pri(ty)),
        IrType::Num => v.as_number().map(Const::num),
        IrType::Str => v.as_object().map(|o| Const::Gc(IrType::Str, object_id(o))),
        _ => None,
    }
}

impl Recorder {
    /// The constant for a value. Numbers that are integers become ints.
    pub(super) fn konst(&mut self, v: Value) -> Record<IrRef> {
        let k = match (exact_int(v), v.as_number(), v.as_object()) {
            (Some(i), ..) => Const::Int(i),
            (_, Some(n), _) => Const::num(n),
            (_, _, Some(o)) => Const::Gc(type_of(v), object_id(o)),
            _ => match v.as_light() {
                Some(light) => Const::Light(light),
                None => Const::Pri(type_of(v)),
            },
        };
        Ok(self.b.konst(k)?)
    }
    /// The number constant for a value that is one.
    pub(super) fn knum(&mut self, n: f64) -> Record<IrRef> {
        Ok(self.b.konst(Const::num(n))?)
    }
    /// The int constant.
    pub(super) fn kint(&mut self, i: i32) -> Record<IrRef> {
        Ok(self.b.konst(Const::Int(i))?)
    }
    /// The constant for a string.
    pub(super) fn kstr(&mut self, s: Gc<Str>) -> Record<IrRef> {
        Ok(self.b.konst(Const::Gc(IrType::Str, object_id(s)))?)
    }
    /// The constant for a function.
    pub(super) fn kfunc(&mut self, f: Gc<Function>) -> Record<IrRef> {
        Ok(self.b.konst(Const::Gc(IrType::Func, object_id(f)))?)
    }
    /// The constant for a table.
    pub(super) fn ktab(&mut self, t: Gc<Table>) -> Record<IrRef> {
        Ok(self.b.konst(Const::Gc(IrType::Tab, object_id(t)))?)
    }
    /// The constant for a prototype.
    pub(super) fn kproto(&mut self, p: Gc<Proto>) -> Record<IrRef> {
        Ok(self.b.konst(Const::Gc(IrType::Proto, object_id(p)))?)
    }
    /// No table.
    pub(super) fn knull(&mut self) -> Record<IrRef> {
        Ok(self.b.konst(Const::Gc(IrType::Tab, ObjId(0)))?)
    }
    /// A raw word of a frame.
    pub(super) fn kword(&mut self, bits: u64) -> Record<IrRef> {
        Ok(self.b.konst(Const::Ptr(bits))?)
    }
    /// Calls `mark` for every object that the trace's constants are.
    pub(super) fn objects(&self, mark: &mut dyn FnMut(Gc<Header>)) {
        for k in self.b.trace().constants() {
            if let Const::Gc(_, ObjId(id)) = k
                && id != 0
            {
                let header: *mut Header = core::ptr::with_exposed_provenance_mut(id as usize);
                // SAFETY: the ids of constants are the addresses of objects that were live when the constant was made, and have
                // been marked since.
                mark(unsafe { Gc::from_ptr(header) });
            }
        }
    }
}
