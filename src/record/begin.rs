//! Beginning a recording.

extern crate alloc;
use alloc::alloc::Layout;
use alloc::boxed::Box;
use alloc::vec::Vec;

use perilune_ir::build::Builder;

use super::at::{At, instruction};
use super::slots::MAX_SLOTS;
use super::thread::ThreadState;
use super::{FIRST, OBJECTS, Params, ParentTrace, Phase, Record, Recorder};
use crate::bytecode::{Bc, Ins, Proto};
use crate::jit::trace::{LinkKind, Start, TraceAbort, TraceNo};
use crate::value::{Gc, Value};
use crate::vm::Vm;
use crate::vm::frame::Frame;

impl Recorder {
    /// Begins a root trace at the loop instruction or function header at `pc`, which is executed next, in the frame at `base` (at a header,
    /// the frame with the arguments).
    pub(crate) fn try_new_root(
        vm: &mut Vm,
        pc: *const Ins,
        base: *mut Value,
        params: &Params,
    ) -> Result<Box<Recorder>, TraceAbort> {
        // SAFETY: the caller's instruction and frame.
        let (ins, proto) = unsafe { (instruction(pc), proto_of(base)) };
        let proto = proto.ok_or(TraceAbort::Raised)?;
        let mut r = Recorder::try_new(vm, proto, pc, ins, base, params, Start::Root)?;
        let next = pc.wrapping_add(1);
        r.own_loop = Some((pc, ins));
        match ins.op() {
            Some(Bc::ForL | Bc::IForL | Bc::IterL | Bc::IIterL) => {
                let body = next.wrapping_offset(ins.jump());
                r.range = Some((body, next));
                r.expected = body;
            }
            Some(Bc::Loop | Bc::ILoop) => {
                // The loop's end is the jump back, right before where its own jump leads.
                let behind = next.wrapping_offset(ins.jump());
                // SAFETY: the jump stays in the code, and something precedes its target: this instruction at least.
                let back = unsafe { instruction(behind.wrapping_sub(1)) };
                if back.op() == Some(Bc::Jmp) && back.jump() < 0 {
                    r.range = Some((behind.wrapping_offset(back.jump()), behind));
                }
                r.expected = next;
            }
            Some(Bc::IterN) => {
                // SAFETY: the verifier found an ITERL behind it.
                let iterl = unsafe { instruction(next) };
                let behind = next.wrapping_add(1);
                let body = behind.wrapping_offset(iterl.jump());
                r.range = Some((body, behind));
                r.expected = body;
            }
            Some(Bc::FuncF | Bc::IFuncF | Bc::FuncV | Bc::IFuncV) => {
                r.own_loop = None;
                r.expected = next;
            }
            Some(op) => return Err(TraceAbort::NyiBytecode(op)),
            None => return Err(TraceAbort::Raised),
        }
        Ok(r)
    }

    /// Begins a side trace at an exit of `parent`, whose snapshot was restored: the next instruction is the one at the resume
    /// point. `base` is the base of the frame running there.
    pub(crate) fn try_new_side(
        vm: &mut Vm,
        parent: &ParentTrace<'_>,
        base: *mut Value,
        params: &Params,
    ) -> Result<Box<Recorder>, TraceAbort> {
        let start = Start::Side {
            parent: parent.number,
            exit: parent.exit,
        };
        let snap = parent.ir.snaps().get(usize::from(parent.exit));
        let snap = snap.ok_or(TraceAbort::RetryRecording)?;
        let resume = parent.resume.get(snap.pc as usize);
        let resume = *resume.ok_or(TraceAbort::RetryRecording)?;
        // SAFETY: the caller's frame, which runs at the resume point.
        let (ins, proto) = unsafe { (instruction(resume.pc), proto_of(base)) };
        let proto = proto.ok_or(TraceAbort::RetryRecording)?;
        let mut r = Recorder::try_new(vm, proto, resume.pc, ins, base, params, start)?;
        r.expected = resume.pc;
        r.phase = Phase::Recording;
        r.here.base = FIRST + usize::from(resume.base_slot);
        r.max_slot = proto.frame_size();
        if resume.open_results.is_some() {
            // Open values may lie behind the frame.
            let entries = parent.ir.snap_entries(snap);
            let top = entries.last().map_or(0, |e| usize::from(e.slot.0) + 1);
            r.max_slot = r.max_slot.max(top.saturating_sub(r.here.base));
        }
        r.here.origin -= isize::from(resume.base_slot as i16);
        r.open_results = usize::from(resume.open_results.unwrap_or(0));
        r.replay(parent, resume.pc)?;
        // Open results may lie beyond the frame.
        let live = r
            .here
            .slots
            .iter()
            .rposition(Option::is_some)
            .map_or(0, |i| i + 1);
        r.max_slot = r.max_slot.max(live.saturating_sub(r.here.base));
        r.find_frames(base)?;
        r.here.began_inside = !r.here.frames.is_empty();
        let is_bare = resume.base_slot == 0 && resume.open_results.is_none() && live == 0;
        match parent.root_loop {
            // All is as where the loop's trace begins, but that has a guard that fails: another loop, perhaps.
            Some((pc, ins, body)) if is_bare && body == resume.pc => {
                r.own_loop = Some((pc, ins));
                r.at_body = true;
            }
            _ => r.snapshot(resume.pc)?,
        }
        Ok(r)
    }

    /// Begins a trace behind an instruction that could not be recorded: at `pc`, which is executed next, in the Lua frame at `base`.
    pub(crate) fn try_new_stitch(
        vm: &mut Vm,
        parent: TraceNo,
        pc: *const Ins,
        base: *mut Value,
        params: &Params,
    ) -> Result<Box<Recorder>, TraceAbort> {
        // SAFETY: the caller's instruction and frame.
        let (ins, proto) = unsafe { (instruction(pc), proto_of(base)) };
        let proto = proto.ok_or(TraceAbort::RetryRecording)?;
        let start = Start::Stitch { parent };
        let mut r = Recorder::try_new(vm, proto, pc, ins, base, params, start)?;
        r.expected = pc;
        r.open_results = vm.open_results;
        r.max_slot = proto.frame_size();
        r.phase = Phase::Recording;
        r.snapshot(pc)?;
        Ok(r)
    }

    fn try_new(
        vm: &Vm,
        proto: Gc<Proto>,
        pc: *const Ins,
        ins: Ins,
        base: *mut Value,
        params: &Params,
        start: Start,
    ) -> Record<Box<Recorder>> {
        if FIRST + proto.frame_size() >= MAX_SLOTS {
            return Err(TraceAbort::StackOverflow);
        }
        let mut here = ThreadState::try_new(vm.thread, proto, slot_number(vm, base))?;
        here.is_home = true;
        here.fresh_slots = 0;
        let b = Builder::try_new(params.limits, params.options, &OBJECTS)?;
        let r = Recorder {
            b,
            params: *params,
            phase: Phase::Starting,
            here,
            waiting: Vec::new(),
            max_slot: 0,
            returned_to: (core::ptr::null(), 0),
            tail_calls: 0,
            open_results: 0,
            needs_snapshot: false,
            pending_fuel: 0,
            entries: Vec::new(),
            resume: Vec::new(),
            has_switched: false,
            is_closing: false,
            passed_loops: Vec::new(),
            expected: pc,
            last_pc: core::ptr::null(),
            start,
            start_proto: proto,
            start_pc: pc,
            start_ins: ins,
            own_loop: None,
            at_body: false,
            range: None,
            induction: None,
            loop_unroll: params.loop_unroll,
            inst_unroll: params.inst_unroll,
            loop_start: None,
            results: Vec::new(),
            native_args: None,
            passing: core::ptr::null(),
            passing_then: core::ptr::null(),
            link: LinkKind::Interpreter,
            link_to: TraceNo(0),
            top_slot: proto.frame_size() as u16,
            obstacle: None,
        };
        try_box(r).ok_or(TraceAbort::OutOfMemory)
    }

    /// What is known when the first instruction of a root trace comes: the loop's counter, snapshot 0.
    pub(super) fn begin_root(&mut self, at: &At<'_>) -> Record<()> {
        self.phase = Phase::Recording;
        if self.own_loop.is_some() {
            return self.begin_body(at);
        }
        // A vararg function runs in a copy of its frame by now.
        self.here.origin = slot_number(at.vm, at.base);
        self.max_slot = self.here.proto.param_count();
        self.snapshot(at.pc)
    }

    /// The same for a loop, and for a side trace at the beginning of its body.
    pub(super) fn begin_body(&mut self, at: &At<'_>) -> Record<()> {
        self.at_body = false;
        let Some((pc, ins)) = self.own_loop else {
            return Ok(());
        };
        let a = ins.a();
        match ins.op() {
            Some(Bc::ForL | Bc::IForL) => {
                self.max_slot = a + 4;
                self.here.fresh_slots = a + 3;
                self.snapshot(at.pc)?;
                return self.begin_for(at, pc, a);
            }
            Some(Bc::IterL | Bc::IIterL) => {
                // SAFETY: the verifier found a call instruction before ITERL.
                let call = unsafe { instruction(pc.wrapping_sub(1)) };
                self.max_slot = a + call.b().saturating_sub(1);
            }
            Some(Bc::IterN) => self.max_slot = a + ins.b().saturating_sub(1),
            _ => self.max_slot = a,
        }
        self.here.fresh_slots = a;
        self.snapshot(at.pc)
    }
}

/// A box, if there is memory for it.
fn try_box<T>(value: T) -> Option<Box<T>> {
    const { assert!(size_of::<T>() > 0) };
    // SAFETY: the size is not 0. What is allocated with a type's layout by the global allocator may become a box once it holds a value.
    unsafe {
        let place = alloc::alloc::alloc(Layout::new::<T>()).cast::<T>();
        if place.is_null() {
            return None;
        }
        place.write(value);
        Some(Box::from_raw(place))
    }
}

/// The place of an address on the running thread's stack.
pub(super) fn slot_number(vm: &Vm, base: *const Value) -> isize {
    (base.addr() as isize - vm.thread.stack.get().addr() as isize) / size_of::<Value>() as isize
}

/// The prototype of the function whose frame is at `base`.
///
/// # Safety
/// `base` is a complete frame.
unsafe fn proto_of(base: *mut Value) -> Option<Gc<Proto>> {
    // SAFETY: the caller's promise.
    unsafe { Frame(base).function() }.proto()
}
