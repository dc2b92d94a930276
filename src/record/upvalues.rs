//! Upvalues and closures.
//!
//! An open upvalue may be a slot that the trace has in a register. Then the two are one variable: a guard checks that the upvalue is
//! at that place of the stack, and it is read and written as the slot is. What lies in the stack meanwhile is stale, so a slot
//! is written back before its upvalue is closed.
//!
//! A variable that is never assigned after its initialisation is as well in a closed upvalue from the beginning: closures of which that
//! is true of all variables that they capture are made so, and need no closing.

use perilune_ir::ins::{Const, Ins as IrIns, Operand};
use perilune_ir::literal::{Helper, SloadMode, Slot};
use perilune_ir::op::IrOp;
use perilune_ir::snap::SnapKind;
use perilune_ir::types::{IrRef, IrType};

use super::at::At;
use super::dispatch::Then;
use super::slots::{MAX_SLOTS, SlotRef};
use super::values::type_of;
use super::{Record, Recorder};
use crate::bytecode::{Proto, ProtoFlags};
use crate::jit::trace::{Start, TraceAbort};
use crate::value::{Gc, Upvalue, Value};
use crate::vm::frame::FRAME_SLOTS;

/// How many variables of a frame CLOSURE_NEW takes.
const MAX_NEW: usize = 3;

/// Where an upvalue is.
enum Place {
    /// In memory, at this address.
    Memory(IrRef),
    /// The slot of this number in the IR.
    Slot(usize),
}

impl Recorder {
    /// UGET
    pub(super) fn upvalue_get(&mut self, at: &At<'_>) -> Record<Then> {
        let upvalue = upvalue(at, at.ins.d())?;
        let value = upvalue.get();
        if upvalue.header.b.get() != 0 && self.specialise_current(at)? {
            let r = self.konst(value)?;
            return self.result(at, r);
        }
        let r = match self.upvalue_place(at, at.ins.d(), upvalue)? {
            Place::Memory(place) => {
                let ty = type_of(value);
                let r = self.b.guard(IrOp::ULoad, ty, place, Operand::NONE)?;
                self.canonical(r)
            }
            Place::Slot(slot) => self.get_absolute(slot, value)?,
        };
        self.result(at, r)
    }

    /// USETV, USETS, USETN, USETP
    pub(super) fn upvalue_set(&mut self, at: &At<'_>, value: IrRef) -> Record<Then> {
        let upvalue = upvalue(at, at.ins.a())?;
        match self.upvalue_place(at, at.ins.a(), upvalue)? {
            Place::Memory(place) => {
                let value = self.as_num(value)?;
                self.b.ins(IrOp::UStore, IrType::Nil, place, value)?;
                if upvalue.is_closed() && self.ty(value).is_gc() {
                    self.b
                        .emit(IrIns::new(IrOp::OBar, IrType::Nil, place, value))?;
                }
                if !upvalue.is_closed() {
                    // It may be a slot of a thread that waits.
                    self.forget_waiting();
                }
                self.needs_snapshot = true;
            }
            Place::Slot(slot) => {
                let place = self.here.slots.get_mut(slot);
                *place.ok_or(TraceAbort::StackOverflow)? =
                    Some(SlotRef::new(value, SnapKind::Value));
            }
        }
        Ok(Then::Next)
    }

    /// Makes the running function a constant, if it is one for this trace; tells whether it is.
    fn specialise_current(&mut self, at: &At<'_>) -> Record<bool> {
        let f = self.current_function()?;
        if f.is_const() {
            return Ok(true);
        }
        if !self.here.frames.is_empty() || self.here.proto.is_polymorphic() {
            return Ok(false);
        }
        let k = self.kfunc(at.function())?;
        self.settle_for_guard(at)?;
        self.b.ins(IrOp::Eq, IrType::Func, f, k)?;
        self.set_below(FRAME_SLOTS, k, SnapKind::Value);
        Ok(true)
    }

    /// Where upvalue `i` of the running function is.
    fn upvalue_place(&mut self, at: &At<'_>, i: usize, upvalue: Gc<Upvalue>) -> Record<Place> {
        let f = self.current_function()?;
        // Which variable it is, as far as eight bits can tell: upvalues with different ones are different. 0 says nothing: there may be
        // several closures.
        let hash = match f.is_const() {
            true => (upvalue.as_ptr().addr() >> 5) as u16 % 0xFF + 1,
            false => 0,
        };
        let literal = (i as u16) << 8 | hash;
        if upvalue.is_closed() {
            let place = self.b.guard(IrOp::URefC, IrType::Ptr, f, literal)?;
            return Ok(Place::Memory(place));
        }
        let place = self.b.guard(IrOp::URefO, IrType::Ptr, f, literal)?;
        let first = at.base.wrapping_sub(self.here.base);
        let distance = upvalue.v.get().addr() as isize - first.addr() as isize;
        let slot = distance / size_of::<Value>() as isize;
        if (0..(self.here.base + self.max_slot) as isize).contains(&slot) {
            let slot = slot as usize;
            let same = self.slot_address(slot)?;
            self.b.ins(IrOp::Eq, IrType::Ptr, place, same)?;
            return Ok(Place::Slot(slot));
        }
        // Below all frames of the trace, or in another stack.
        if slot < 0 {
            let lowest = self.slot_address(0)?;
            self.b.ins(IrOp::Ult, IrType::Ptr, place, lowest)?;
        } else if slot >= MAX_SLOTS as isize {
            let behind = self.slot_address(MAX_SLOTS)?;
            self.b.ins(IrOp::Uge, IrType::Ptr, place, behind)?;
        } else {
            return Err(self.nyi(at));
        }
        Ok(Place::Memory(place))
    }

    /// The address of a slot by its number in the IR.
    pub(super) fn slot_address(&mut self, slot: usize) -> Record<IrRef> {
        let slot = Slot(slot as u16);
        Ok(self.b.ins(IrOp::SRef, IrType::Ptr, slot, Operand::NONE)?)
    }

    /// UCLO
    pub(super) fn close_upvalues(&mut self, at: &At<'_>) -> Record<Then> {
        let a = at.ins.a();
        if self.may_be_open(a) {
            for i in a..self.max_slot {
                if is_captured(self.here.proto, i, |_| true) {
                    self.write_back(at, i)?;
                }
            }
            let slot = Slot((self.here.base + a) as u16);
            self.b.ins(IrOp::UClo, IrType::Nil, slot, Operand::NONE)?;
            self.needs_snapshot = true;
        }
        self.go(at.target())
    }

    /// Can there be open upvalues of slot `a` of the running frame and those above it?
    fn may_be_open(&self, a: usize) -> bool {
        if !self.here.proto.flags().has(ProtoFlags::CHILD) {
            return false;
        }
        let any = |only_mutable: bool| {
            (a..self.here.proto.frame_size())
                .any(|i| is_captured(self.here.proto, i, |immutable| !(only_mutable && immutable)))
        };
        if !any(false) {
            return false;
        }
        // Slots whose life began in the trace have been captured by it alone.
        let is_own = !self.here.frames.is_empty() && !self.here.began_inside
            || self.here.frames.is_empty() && self.may_loop() && a >= self.here.fresh_slots;
        !is_own || self.here.has_open || any(true)
    }

    /// May the trace become a loop? Then it has seen from the start what its first frame's slots hold.
    fn may_loop(&self) -> bool {
        self.start == Start::Root || self.own_loop.is_some()
    }

    /// Writes a slot of the running frame to the stack, where its upvalue takes the value from.
    fn write_back(&mut self, at: &At<'_>, i: usize) -> Record<()> {
        let slot = self.here.base + i;
        // What lies in the stack in the first iteration need not be there in the next.
        let may_loop = self.may_loop();
        if may_loop && self.here.frames.is_empty() && self.here.ret_depth == 0 {
            // A tail call may have brought another function's frame, all of whose slots the trace knows.
            let live = self.here.fresh_slots.max(self.start_proto.param_count());
            if i < live {
                self.get(at, i)?;
            }
        }
        let Some(s) = self.here.slots.get(slot).copied().flatten() else {
            return Ok(());
        };
        let is_there = !may_loop && self.is_unwritten(slot, s.value) && {
            // What the parent had in a register is not in the stack.
            let load = self.b.trace().get(s.value);
            !load.sload_mode().has(SloadMode::PARENT)
        };
        if s.kind != SnapKind::Value || is_there {
            return Ok(());
        }
        let (place, value) = (self.slot_address(slot)?, self.as_num(s.value)?);
        self.b.ins(IrOp::UStore, IrType::Nil, place, value)?;
        // A later tail call may bring the value back that was in the slot before.
        if let Some(written) = self.here.written.get_mut(slot) {
            *written = true;
        }
        Ok(())
    }

    /// FNEW
    pub(super) fn new_function(&mut self, at: &At<'_>) -> Record<Then> {
        let proto = at.object(at.ins.d()).as_proto();
        let proto = proto.ok_or(TraceAbort::BadType)?;
        let parent = self.current_function()?;
        let k = self.kproto(proto)?;
        let captures = proto.captures();
        if captures.iter().all(|c| !c.is_local()) {
            let r = self.b.ins(IrOp::FNew, IrType::Func, k, parent)?;
            return self.result(at, r);
        }
        let locals = captures.iter().filter(|c| c.is_local());
        let is_fixed = locals.clone().all(|c| c.is_immutable());
        let mut args = self.b.ins(IrOp::CArg, IrType::Nil, k, parent)?;
        if !is_fixed || locals.clone().count() > MAX_NEW {
            let base = self.slot_address(self.here.base)?;
            args = self.b.ins(IrOp::CArg, IrType::Nil, args, base)?;
            let f = self
                .b
                .ins(IrOp::CallA, IrType::Func, args, Helper::FuncOpen)?;
            self.here.has_open = true;
            self.needs_snapshot = true;
            return self.result(at, f);
        }
        let mut itself = None;
        let mut made = [self.b.konst(Const::KPtr(0))?; MAX_NEW];
        for (place, capture) in made.iter_mut().zip(locals) {
            // A local function captures itself.
            let value = if capture.index() == at.ins.a() {
                IrRef::NIL
            } else {
                self.get(at, capture.index())?
            };
            let value = self.as_num(value)?;
            *place = self
                .b
                .ins(IrOp::CallA, IrType::Ptr, value, Helper::UpvalueNew)?;
            if capture.index() == at.ins.a() {
                itself = Some(*place);
            }
        }
        for place in made {
            args = self.b.ins(IrOp::CArg, IrType::Nil, args, place)?;
        }
        let f = self
            .b
            .ins(IrOp::CallA, IrType::Func, args, Helper::ClosureNew)?;
        if let Some(place) = itself {
            self.b.ins(IrOp::UStore, IrType::Nil, place, f)?;
            self.needs_snapshot = true;
        }
        self.result(at, f)
    }
}

/// Does a function made in this one capture slot `i`, as a variable of that (im)mutability?
fn is_captured(proto: Gc<Proto>, i: usize, counts: impl Fn(bool) -> bool) -> bool {
    let mut objects = (0..).map_while(|n| proto.object(n));
    objects.any(|object| {
        object.as_proto().is_some_and(|child| {
            let mut captures = child.captures().iter();
            captures.any(|c| c.is_local() && c.index() == i && counts(c.is_immutable()))
        })
    })
}

fn upvalue(at: &At<'_>, i: usize) -> Record<Gc<Upvalue>> {
    at.function().lua_upvalue(i).ok_or(TraceAbort::BadType)
}
