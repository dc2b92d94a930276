//! Traces run by the evaluator on the live state: the oracle of machine code, and a way to run traces where there is none.
//!
//! [`LiveMachine`] is the state as `ir::eval` sees it: objects and slots by their addresses. What an operation means is in the
//! helpers, which machine code calls too.

extern crate alloc;
use alloc::vec::Vec;
use core::ptr;

use perilune_ir::eval::{self, EvalError, Exit, Machine, Run, Trap, Val};
use perilune_ir::ins::ObjId;
use perilune_ir::literal::{BufMode, Field, Helper, Slot, StrMode};
use perilune_ir::trace::Trace as IrTrace;
use perilune_ir::types::{IrRef, IrType};
use perilune_jit_x86::runtime::Width;

use crate::bytecode::Proto;
use crate::gc::{Header, Object};
use crate::jit::helpers::{self, id_of, object, open_upvalue, ops, place, val_of, value_of};
use crate::jit::layout;
use crate::jit::trace::ResumePoint;
use crate::value::table::Node;
use crate::value::{Buffer, Function, Gc, Str, Table, Upvalue, Value};
use crate::vm::Vm;
use crate::vm::frame::{self, FRAME_SLOTS, Frame};

/// The state, for a trace whose frame is at its base.
pub(crate) struct LiveMachine<'a> {
    vm: *mut Vm,
    /// Slot 2: the base of the frame where the trace began, or of the one below after a RETF.
    base: *mut Value,
    resume: &'a [ResumePoint],
    /// What the parent's instructions gave.
    parent: &'a [Val],
    /// Was room made already?
    made_room: bool,
}

impl<'a> LiveMachine<'a> {
    /// The machine for a trace that begins, or began, in the Lua frame at the state's base. `resume` is what its snapshots' pc
    /// index, `parent` the values of its parent's instructions.
    ///
    /// # Safety
    /// `vm` is the running state and is used by nobody else while the machine is. The trace that it serves was recorded in this
    /// state, and its objects are live.
    pub(crate) unsafe fn new(
        vm: *mut Vm,
        resume: &'a [ResumePoint],
        parent: &'a [Val],
    ) -> LiveMachine<'a> {
        // SAFETY: the caller's promise.
        let base = unsafe { (*vm).base };
        LiveMachine {
            vm,
            base,
            resume,
            parent,
            made_room: false,
        }
    }

    fn vm(&mut self) -> &mut Vm {
        // SAFETY: the promise made to `new`.
        unsafe { &mut *self.vm }
    }
    fn slot_address(&self, slot: Slot) -> *mut Value {
        self.base.wrapping_offset(slot.offset() as isize)
    }
}

/// Runs a trace whose frame is at the state's base until it is left. The slots are then as the interpreter has to find them at the
/// exit's resume point, and the state's base is still the trace's (that of the frame below after a RETF). `values` holds what the
/// instructions gave, which a side trace wants as its `parent`.
///
/// # Safety
/// As for [`LiveMachine::new`]; the stack has room for the trace's frames.
pub(crate) unsafe fn evaluate(
    vm: *mut Vm,
    trace: &IrTrace,
    resume: &[ResumePoint],
    parent: &[Val],
    how: Run,
    values: &mut Vec<Val>,
) -> Result<Exit, EvalError> {
    // SAFETY: the caller's promise.
    let mut machine = unsafe { LiveMachine::new(vm, resume, parent) };
    let exit = eval::run_keeping(trace, &mut machine, how, values);
    // SAFETY: the caller's promise.
    unsafe { (*vm).base = machine.base };
    exit
}

/// The pointer that an address of the evaluator is.
fn pointer<T>(address: u64) -> *mut T {
    ptr::with_exposed_provenance_mut(address as usize)
}

/// An object operand. The evaluator checks no types; the verifier and the recorder do.
fn known<T: Object>(id: ObjId) -> Option<Gc<T>> {
    object(Val::Ptr(id.0))
}

fn made<T>(object: Option<Gc<T>>) -> Result<ObjId, Trap> {
    object.map(id_of).ok_or(Trap::OutOfMemory)
}

impl Machine for LiveMachine<'_> {
    fn slot(&mut self, slot: Slot) -> Val {
        // SAFETY: slots of a trace lie in its frames.
        val_of(unsafe { *self.slot_address(slot) })
    }
    fn set_slot(&mut self, slot: Slot, v: Val) {
        if let Some(v) = value_of(v) {
            // SAFETY: as above.
            unsafe { *self.slot_address(slot) = v }
        }
    }
    fn make_room(&mut self, live: &[Val]) -> bool {
        let again = core::mem::replace(&mut self.made_room, true);
        !again && self.vm().collect_at_exit(live)
    }
    fn parent_value(&mut self, r: IrRef) -> Val {
        self.parent.get(r.index()).copied().unwrap_or(Val::NIL)
    }
    fn slot_word(&mut self, slot: Slot) -> u64 {
        // SAFETY: as above.
        unsafe { (*self.slot_address(slot)).to_bits() }
    }
    fn set_slot_word(&mut self, slot: Slot, word: u64) {
        // SAFETY: as above; words of frames are no object tags.
        unsafe { *self.slot_address(slot) = Value::from_bits(word) }
    }
    fn base(&mut self) -> u64 {
        self.base.expose_provenance() as u64
    }
    fn return_to(&mut self, proto: ObjId, pc: u64) -> bool {
        // SAFETY: the base is that of a complete frame, and what a call instruction entered has a Lua function below.
        unsafe {
            let link = Frame(self.base).link();
            if link.to_bits() != pc {
                return false;
            }
            let delta = match link.kind() {
                frame::LUA => FRAME_SLOTS + (*link.return_pc().sub(1)).a(),
                _ => link.slots(),
            };
            let below = self.base.sub(delta);
            if Frame(below).function().proto().map(id_of) != Some(proto) {
                return false;
            }
            self.base = below;
        }
        true
    }
    fn take_fuel(&mut self, units: u16) -> bool {
        let vm = self.vm();
        vm.budget -= i64::from(units);
        vm.budget >= 0 && !vm.heap.step_due()
    }

    fn field(&mut self, object: ObjId, f: Field) -> Val {
        let Some(at) = layout::field(f) else {
            return Val::NIL;
        };
        let address = pointer::<u8>(object.0).wrapping_offset(at.offset as isize);
        // SAFETY: the object is live and of the field's kind.
        let bits = unsafe {
            match at.width {
                Width::Byte => u64::from(*address),
                Width::Word => u64::from(*address.cast::<u32>()),
                Width::Quad => *address.cast::<u64>(),
            }
        };
        let bits = bits.wrapping_add_signed(at.addend.into());
        match f.ty() {
            IrType::Int => Val::Int(bits as i32),
            IrType::I64 => Val::I64(bits as i64),
            IrType::Ptr => Val::Ptr(bits),
            ty => Val::Gc(ty, ObjId(bits)),
        }
    }
    fn set_field(&mut self, object: ObjId, f: Field, v: Val) {
        let bits = match v {
            Val::Int(i) => u64::from(i as u32),
            Val::I64(i) => i as u64,
            Val::Ptr(at) | Val::Gc(_, ObjId(at)) => at,
            _ => 0,
        };
        let Some(at) = layout::field(f) else {
            return;
        };
        let address = pointer::<u8>(object.0).wrapping_offset(at.offset as isize);
        // SAFETY: as above.
        unsafe {
            match at.width {
                Width::Byte => *address = bits as u8,
                Width::Word => *address.cast::<u32>() = bits as u32,
                Width::Quad => *address.cast::<u64>() = bits,
            }
        }
    }
    fn array_slot(&mut self, array: u64, index: i32) -> u64 {
        array.wrapping_add_signed(i64::from(index) * size_of::<Value>() as i64)
    }
    fn node_slot(&mut self, nodes: u64, key: Val, node: u16) -> Option<u64> {
        let node = pointer::<Node>(nodes).wrapping_add(node.into());
        // SAFETY: the recorder guarded the number of nodes.
        let node = unsafe { &*node };
        (Some(node.key.get()) == value_of(key)).then(|| place(node.value.as_ptr()))
    }
    fn find_key(&mut self, table: ObjId, key: Val) -> u64 {
        let Some(t) = known::<Table>(table) else {
            return 0;
        };
        // SAFETY: the state is live.
        let slot = unsafe {
            match key {
                Val::Num(n) => ops::hash_get_number(self.vm, t, n),
                key => match value_of(key) {
                    Some(key) => ops::hash_get(self.vm, t, key),
                    None => helpers::nil_slot(),
                },
            }
        };
        place(slot)
    }
    fn new_key(&mut self, table: ObjId, key: Val) -> Result<u64, Trap> {
        let (Some(t), Some(key)) = (known::<Table>(table), value_of(key)) else {
            return Err(Trap::Error);
        };
        // SAFETY: the state is live.
        let slot = unsafe { ops::new_key(self.vm, t, key) };
        if slot.is_null() {
            Err(Trap::OutOfMemory)
        } else {
            Ok(place(slot))
        }
    }
    fn upvalue(&mut self, function: ObjId, n: u16, open: bool) -> Option<u64> {
        let upvalue = known::<Function>(function)?.lua_upvalue(usize::from(n >> 8))?;
        (upvalue.is_closed() != open).then(|| place(upvalue.v.get()))
    }
    fn load(&mut self, at: u64) -> Val {
        // SAFETY: the address is that of a slot, as guards of the trace saw to it.
        val_of(unsafe { *pointer::<Value>(at) })
    }
    fn store(&mut self, at: u64, v: Val) {
        if let Some(v) = value_of(v) {
            // SAFETY: as above.
            unsafe { *pointer::<Value>(at) = v }
        }
    }
    fn vararg(&mut self, base: u64, n: u16) -> Val {
        // SAFETY: the recorder guarded the number of arguments.
        val_of(unsafe { *pointer::<Value>(base).offset(isize::from(n as i16)) })
    }
    fn len(&mut self, table: ObjId) -> i32 {
        // SAFETY: the state is live.
        known(table).map_or(0, |t| unsafe { ops::length(self.vm, t) })
    }

    fn str_byte(&mut self, s: ObjId, offset: i32) -> u64 {
        s.0.wrapping_add_signed(i64::from(layout::OBJECT.str_bytes) + i64::from(offset))
    }
    fn load_raw(&mut self, at: u64, ty: IrType) -> Val {
        let at = pointer::<u8>(at);
        // SAFETY: the recorder loads only memory that is there.
        unsafe {
            match ty {
                IrType::I8 => Val::Int(i32::from(*at.cast::<i8>())),
                IrType::U8 => Val::Int(i32::from(*at)),
                IrType::I16 => Val::Int(i32::from(at.cast::<i16>().read_unaligned())),
                IrType::U16 => Val::Int(i32::from(at.cast::<u16>().read_unaligned())),
                IrType::Int | IrType::U32 => Val::Int(at.cast::<i32>().read_unaligned()),
                IrType::I64 => Val::I64(at.cast::<i64>().read_unaligned()),
                IrType::U64 => Val::U64(at.cast::<u64>().read_unaligned()),
                IrType::Float => Val::Float(at.cast::<f32>().read_unaligned()),
                IrType::Num => Val::Num(at.cast::<f64>().read_unaligned()),
                IrType::Ptr => Val::Ptr(at.cast::<u64>().read_unaligned()),
                _ => val_of(at.cast::<Value>().read_unaligned()),
            }
        }
    }
    fn store_raw(&mut self, at: u64, ty: IrType, v: Val) {
        let at = pointer::<u8>(at);
        let bits = match v {
            Val::Int(i) => i as u64,
            Val::I64(i) => i as u64,
            Val::U64(u) | Val::Ptr(u) => u,
            Val::Num(n) => n.to_bits(),
            Val::Float(f) => f.to_bits().into(),
            v => value_of(v).unwrap_or(Value::NIL).to_bits(),
        };
        // SAFETY: the recorder stores only to memory that is there.
        unsafe { at.copy_from_nonoverlapping(bits.to_le_bytes().as_ptr(), ty.size().into()) }
    }

    fn new_str(&mut self, at: u64, len: i32) -> Result<ObjId, Trap> {
        // SAFETY: guards of the trace saw to it that the bytes are there.
        made(unsafe { ops::new_str(self.vm, pointer(at), len) })
    }
    fn new_table(&mut self, array: u16, hash_bits: u16) -> Result<ObjId, Trap> {
        // SAFETY: the state is live.
        made(unsafe { ops::new_table(self.vm, array.into(), hash_bits.into()) })
    }
    fn dup_table(&mut self, template: ObjId) -> Result<ObjId, Trap> {
        let template = known(template).ok_or(Trap::Error)?;
        // SAFETY: the state is live.
        made(unsafe { ops::duplicate(self.vm, template) })
    }
    fn new_cdata(&mut self, ctype: i32, size_or_value: Option<Val>) -> Result<ObjId, Trap> {
        // SAFETY: the state is live.
        made(unsafe {
            match size_or_value {
                Some(Val::I64(i)) => ops::new_cdata_of(self.vm, ctype, i as u64),
                Some(Val::U64(u)) => ops::new_cdata_of(self.vm, ctype, u),
                Some(Val::Int(size)) => ops::new_cdata(self.vm, ctype, size),
                _ => ops::new_cdata(self.vm, ctype, 0),
            }
        })
    }
    fn new_function(&mut self, proto: ObjId, parent: ObjId, pc: u32) -> Result<ObjId, Trap> {
        let proto = known::<Proto>(proto).ok_or(Trap::Error)?;
        let parent = known::<Function>(parent).ok_or(Trap::Error)?;
        let point = self.resume.get(pc as usize).ok_or(Trap::Error)?;
        let base = self.base.wrapping_offset((point.base_slot as i16).into());
        // SAFETY: the state is live, and the frame the one where the closure was made when it was recorded.
        made(unsafe { ops::new_function(self.vm, proto, parent, base) })
    }
    fn open_upvalue(&mut self, slot: Slot, at: u64) {
        let slot = self.slot_address(slot);
        // SAFETY: the address is that of an upvalue's value that this trace made, and the slot lies in one of its frames.
        unsafe { open_upvalue(self.vm, slot, pointer::<Value>(at)) }
    }
    fn close_upvalues(&mut self, from: Slot) {
        let slot = self.slot_address(from);
        // SAFETY: the state is live.
        unsafe { ops::close_upvalues(self.vm, slot) }
    }

    fn buffer_begin(&mut self, buffer: u64, mode: BufMode) {
        if let (Some(buffer), BufMode::Reset) = (known::<Buffer>(ObjId(buffer)), mode) {
            buffer.clear();
        }
    }
    fn buffer_put(&mut self, buffer: u64, s: ObjId) -> Result<(), Trap> {
        let buffer = known::<Buffer>(ObjId(buffer)).ok_or(Trap::Error)?;
        let s = known::<Str>(s).ok_or(Trap::Error)?;
        // SAFETY: the state is live.
        made(unsafe { ops::put(self.vm, buffer, s) }).map(drop)
    }
    fn buffer_put_number(&mut self, buffer: u64, v: Val) -> Result<(), Trap> {
        let buffer = known::<Buffer>(ObjId(buffer)).ok_or(Trap::Error)?;
        // SAFETY: the state is live.
        made(unsafe {
            match v {
                Val::Int(i) => ops::put_int(self.vm, buffer, i),
                Val::Num(n) => ops::put_number(self.vm, buffer, n),
                _ => None,
            }
        })
        .map(drop)
    }
    fn buffer_str(&mut self, buffer: u64) -> Result<ObjId, Trap> {
        let buffer = known::<Buffer>(ObjId(buffer)).ok_or(Trap::Error)?;
        // SAFETY: the state is live.
        made(unsafe { ops::str_of_buffer(self.vm, buffer) })
    }
    fn to_str(&mut self, v: Val, mode: StrMode) -> Result<ObjId, Trap> {
        // SAFETY: the state is live.
        made(unsafe {
            match (v, mode) {
                (Val::Int(i), StrMode::Char) => ops::str_of_char(self.vm, i),
                (Val::Int(i), _) => ops::str_of_int(self.vm, i),
                (Val::Num(n), _) => ops::str_of_number(self.vm, n),
                _ => return Err(Trap::Error),
            }
        })
    }
    fn to_num(&mut self, s: ObjId) -> Option<f64> {
        let s = known::<Str>(s)?;
        // SAFETY: the state is live.
        unsafe { ops::number_of_str(self.vm, s) }.as_number()
    }
    fn pow(&mut self, a: f64, b: f64) -> f64 {
        // SAFETY: the state is live.
        unsafe { ops::pow(self.vm, a, b) }
    }

    fn call(&mut self, h: Helper, args: &[Val]) -> Result<Val, Trap> {
        self.vm().base = self.base;
        // SAFETY: the state is live, and so are the objects that the trace passes.
        let result = unsafe { helpers::call(self.vm, h, args) };
        self.base = self.vm().base;
        result.unwrap_or(Err(Trap::Error))
    }
    fn call_foreign(&mut self, _: u64, _: &[Val], _: IrType) -> Result<Val, Trap> {
        Err(Trap::Error)
    }
    fn barrier(&mut self, object: Val, _: Option<Val>) {
        let header = match object {
            Val::Gc(_, id) => known::<Header>(id),
            // The address of the value of a closed upvalue; an open one, on a stack, has no barrier.
            Val::Ptr(at) => upvalue_at(pointer(at)).map(Gc::erase),
            _ => None,
        };
        if let Some(header) = header
            && self.vm().heap.needs_barrier(header)
        {
            // SAFETY: the state is live.
            unsafe { ops::barrier(self.vm, header) }
        }
    }
}

/// The closed upvalue whose value is at this address.
fn upvalue_at(value: *mut Value) -> Option<Gc<Upvalue>> {
    let back = layout::OBJECT.upvalue_value as usize;
    let upvalue: Gc<Upvalue> = object(Val::Ptr(
        value.wrapping_byte_sub(back).expose_provenance() as u64
    ))?;
    Some(upvalue)
}

#[cfg(test)]
mod tests;
