//! From a recording to a trace that is entered, and back: numbers, patching of bytecode, links, flushing, eviction.

extern crate alloc;
use alloc::boxed::Box;
use alloc::vec::Vec;

use perilune_ir::ins::{Const, ObjId};
use perilune_ir::literal::Field;
use perilune_ir::op::IrOp;
use perilune_ir::opt;
use perilune_ir::trace::{Link, Trace as IrTrace, compact};
use perilune_ir::types::{IrRef, IrType};

use crate::bytecode::{Bc, Ins, Proto};
use crate::gc::{Header, Kind};
use crate::jit::hot::write_instruction;
use crate::jit::parameters::JitMode;
use crate::jit::store::{ExitState, Installed, try_box};
use crate::jit::trace::{LinkKind, Recording, ResumePoint, Start, TraceAbort, TraceNo};
use crate::record::Recorder;
use crate::value::{Function, Gc};
use crate::vm::Vm;

/// The J form of an instruction, for a trace.
fn j_form(ins: Ins, number: TraceNo) -> Option<Ins> {
    let op = match ins.op()? {
        Bc::ForL => Bc::JForL,
        Bc::IterL => Bc::JIterL,
        Bc::Loop | Bc::IterN => Bc::JLoop,
        Bc::FuncF => Bc::JFuncF,
        Bc::FuncV => Bc::JFuncV,
        _ => return None,
    };
    Some(Ins::ad(op, ins.a() as u32, u32::from(number.0)))
}

/// The FORI that belongs to the FORL `ins` at `at`.
fn for_prepare(at: *const Ins, ins: Ins) -> Option<*const Ins> {
    (ins.op() == Some(Bc::ForL)).then(|| at.wrapping_offset(ins.jump()))
}

/// Is it a comparison that may decide on a branch? Its exit is the other way then, and it can't be made to fail.
fn may_decide(ir: &IrTrace, r: IrRef) -> bool {
    use IrOp::{Eq, Ge, Gt, Le, Lt, Ne, Uge, Ugt, Ule, Ult};
    let ins = ir.get(r);
    if !matches!(
        ins.op(),
        Lt | Ge | Le | Gt | Ult | Uge | Ule | Ugt | Eq | Ne
    ) {
        return false;
    }
    // Programs compare no prototypes, addresses, sizes of tables, and no metatable with what stands for none.
    let load = ins.ref_a().filter(|a| !a.is_const()).map(|a| ir.get(a));
    let field = load
        .filter(|load| load.op() == IrOp::FLoad)
        .and_then(|load| load.field());
    match (ins.ty(), field) {
        (IrType::Proto | IrType::Ptr, _) => false,
        (_, Some(Field::TabASize | Field::TabHMask)) => false,
        (_, Some(Field::TabMeta | Field::UdataMeta)) => {
            let b = ins.ref_b().and_then(|b| ir.constant(b));
            !matches!(b, Some(Const::Gc(_, ObjId(0))))
        }
        _ => true,
    }
}

impl Vm {
    /// A number for a new trace. Where there are too many traces, those of another tree than `keep` make room.
    pub(crate) fn number_for_trace(&mut self, keep: Option<TraceNo>) -> Option<TraceNo> {
        let limit = u64::from(self.jit.settings.parameters.trace_limit);
        if limit != 0 && self.jit.installed >= limit {
            return None;
        }
        let most = self.jit.settings.parameters.max_trace as usize;
        while self.jit.traces.len() >= most {
            if !self.evict([keep, None]) {
                return None;
            }
        }
        self.jit.traces.free_number()
    }

    /// Optimises a recording and makes it a trace that is entered. `objects` are those that it refers to.
    ///
    /// The steps are functions of their own, and the trace is in a box, for the sake of kernels' stacks: this is the deepest that the compiler gets.
    pub(crate) fn install(
        &mut self,
        number: TraceNo,
        anchor: Gc<Proto>,
        recorder: Box<Recorder>,
        objects: &[Gc<Header>],
    ) -> Result<(), TraceAbort> {
        let mut trace = self.optimised(number, anchor, recorder)?;
        if self.jit.settings.mode == JitMode::Compile {
            let code = self.assemble(number, &trace)?;
            trace.charged += code.block().len + code.heap_size();
            trace.code = Some(code);
        }
        let (start, root) = (trace.start, trace.root);
        let (proto, start_pc, start_ins) = (trace.proto, trace.start_pc, trace.start_ins);
        if let Err(reason) = self.keep(number, trace, objects) {
            if let Start::Side { parent, exit } = start {
                self.unlink_exit(parent, exit);
            }
            return Err(reason);
        }
        self.jit.installed += 1;
        match start {
            Start::Root => self.patch(proto, start_pc, start_ins, number),
            Start::Side { parent, exit } => {
                if let Some(parent) = self.jit.traces.get_mut(parent)
                    && let Some(exit) = parent.exits.get_mut(usize::from(exit))
                {
                    exit.side = number;
                }
                if let Some(root) = self.jit.traces.get_mut(root) {
                    root.sides += 1;
                }
            }
            Start::Stitch { parent } => {
                if let Some(parent) = self.jit.traces.get_mut(parent) {
                    parent.stitch.side = number;
                }
            }
        }
        Ok(())
    }

    /// The trace of a recording, optimised, without machine code.
    #[inline(never)]
    fn optimised(
        &mut self,
        number: TraceNo,
        anchor: Gc<Proto>,
        recorder: Box<Recorder>,
    ) -> Result<Box<Installed>, TraceAbort> {
        let Recording {
            mut ir,
            mut resume,
            start,
            proto,
            start_pc,
            start_ins,
            link,
            link_to,
            top_slot,
        } = recorder.finish()?;
        opt::finish(
            &mut ir,
            self.jit.settings.optimisations(),
            &crate::record::HeapObjects,
        )?;
        ir.compact();
        compact(&mut resume);
        let mut exits = Vec::new();
        let snaps = ir.snaps().len();
        if exits.try_reserve_exact(snaps).is_err() {
            return Err(TraceAbort::OutOfMemory);
        }
        exits.resize_with(snaps, ExitState::default);
        let root = match start {
            Start::Side { parent, .. } => self.jit.traces.get(parent).map(|t| t.root),
            Start::Root | Start::Stitch { .. } => Some(number),
        };
        let root = root.ok_or(TraceAbort::RetryRecording)?;
        let link_to = match link {
            LinkKind::Root => link_to,
            LinkKind::Interpreter | LinkKind::Return | LinkKind::Stitch => TraceNo(0),
            _ => {
                if let Link::Trace(to) = &mut ir.link {
                    *to = u32::from(number.0);
                }
                number
            }
        };
        let charged = size_of::<Installed>()
            + ir.heap_size()
            + exits.capacity() * size_of::<ExitState>()
            + resume.capacity() * size_of::<ResumePoint>();
        let fail = self.guard_to_fail(&ir);
        let trace = Installed {
            fail,
            ir,
            resume,
            start,
            root,
            anchor,
            proto,
            start_pc,
            start_ins,
            link,
            link_to,
            top_slot,
            exits,
            stitch: ExitState::default(),
            sides: 0,
            loss: 0,
            last_entry: self.jit.entries,
            code: None,
            charged,
        };
        try_box(trace).map_err(|_| TraceAbort::OutOfMemory)
    }

    /// Stores a trace, counts its memory, and keeps alive what it refers to.
    fn keep(
        &mut self,
        number: TraceNo,
        mut trace: Box<Installed>,
        objects: &[Gc<Header>],
    ) -> Result<(), TraceAbort> {
        let (anchor, charged) = (trace.anchor, trace.charged);
        let replaced = (trace.start == Start::Root).then_some(trace.start_ins);
        let result = self.heap.charge(charged).and_then(|()| {
            let anchored = self.heap.add_anchor(anchor, number, replaced, objects);
            if anchored.is_err() {
                self.heap.uncharge(charged);
            }
            anchored
        });
        if result.is_err() {
            if let Some(code) = trace.code.take() {
                self.free_code(code);
            }
            return Err(TraceAbort::OutOfMemory);
        }
        match self.jit.traces.insert(number, trace) {
            Ok(()) => Ok(()),
            Err(mut trace) => {
                if let Some(code) = trace.code.take() {
                    self.free_code(code);
                }
                self.heap.remove_anchor(anchor, number);
                self.heap.uncharge(charged);
                Err(TraceAbort::OutOfMemory)
            }
        }
    }

    /// The guard that a test wants to fail.
    fn guard_to_fail(&self, ir: &IrTrace) -> Option<IrRef> {
        let n = (self.jit.settings.parameters.fail_guard as usize).checked_sub(1)?;
        let mut guards = ir
            .refs()
            .filter(|r| ir.get(*r).is_guard() && !may_decide(ir, *r));
        guards.nth(n)
    }

    /// Puts a trace's number where it begins.
    fn patch(&self, proto: Gc<Proto>, at: *const Ins, ins: Ins, number: TraceNo) {
        let Some(patched) = j_form(ins, number) else {
            return;
        };
        write_instruction(proto, at, patched);
        if let Some(prepare) = for_prepare(at, ins) {
            // SAFETY: a FORL has its FORI, as the verifier checked.
            let fori = unsafe { *prepare };
            write_instruction(proto, prepare, fori.with_op(Bc::JForI));
        }
    }

    /// Puts the instruction back that a trace replaced.
    pub(crate) fn unpatch(&self, number: TraceNo, trace: &Installed) {
        if trace.start != Start::Root {
            return;
        }
        let (proto, at, ins) = (trace.proto, trace.start_pc, trace.start_ins);
        // SAFETY: the function lives.
        let present = unsafe { *at };
        if !present.is_traced() || present.d() != usize::from(number.0) {
            return;
        }
        write_instruction(proto, at, ins);
        if let Some(prepare) = for_prepare(at, ins) {
            // SAFETY: as in `patch`.
            let fori = unsafe { *prepare };
            write_instruction(proto, prepare, fori.with_op(Bc::ForI));
        }
    }

    /// Frees a trace, the rest of its tree, and all traces that lead to one of those.
    pub(crate) fn free_tree(&mut self, number: TraceNo) {
        let Some(root) = self.jit.traces.get(number).map(|t| t.root) else {
            return;
        };
        let mut next = Some(root);
        while let Some(number) = next {
            self.free_trace(number);
            // Whatever depended on what is gone now goes too.
            let traces = &self.jit.traces;
            let gone = |n: TraceNo| n != TraceNo(0) && traces.get(n).is_none();
            let dangling = traces
                .iter()
                .find(|(_, t)| gone(t.root) || gone(t.link_to) || t.parent().is_some_and(gone));
            next = dangling.map(|(number, _)| number);
        }
    }

    /// Frees one trace.
    fn free_trace(&mut self, number: TraceNo) {
        let Some(trace) = self.jit.traces.take(number) else {
            return;
        };
        self.unpatch(number, &trace);
        self.heap.remove_anchor(trace.anchor, number);
        self.release(number, *trace);
    }

    /// A trace's function died, and with it the instruction where it began.
    pub(crate) fn drop_orphan(&mut self, number: TraceNo) {
        if let Some(active) = &self.jit.active
            && matches!(active.start, Start::Side { parent, .. } | Start::Stitch { parent } if parent == number)
        {
            self.abandon_recording();
        }
        if let Some(trace) = self.jit.traces.take(number) {
            self.release(number, *trace);
        }
    }

    /// Gives back what a trace had, and forgets it where it was known.
    fn release(&mut self, number: TraceNo, trace: Installed) {
        self.heap.uncharge(trace.charged);
        if let Start::Side { parent, exit } = trace.start {
            self.unlink_exit(parent, exit);
        }
        if let Some(code) = trace.code {
            self.free_code(code);
        }
        match trace.start {
            Start::Side { parent, exit } => {
                if let Some(parent) = self.jit.traces.get_mut(parent)
                    && let Some(exit) = parent.exits.get_mut(usize::from(exit))
                    && exit.side == number
                {
                    exit.reset();
                }
                if let Some(root) = self.jit.traces.get_mut(trace.root) {
                    root.sides -= 1;
                }
            }
            Start::Stitch { parent } => {
                if let Some(parent) = self.jit.traces.get_mut(parent)
                    && parent.stitch.side == number
                {
                    parent.stitch.reset();
                }
            }
            Start::Root => {}
        }
    }

    /// Makes room by freeing the tree that was entered least recently.
    pub(crate) fn evict(&mut self, keep: [Option<TraceNo>; 2]) -> bool {
        let roots = self.jit.traces.iter();
        let oldest = roots
            .filter(|(number, t)| t.root == *number && !keep.contains(&Some(*number)))
            .min_by_key(|(_, t)| t.last_entry);
        let Some((number, _)) = oldest else {
            return false;
        };
        self.free_tree(number);
        true
    }

    /// Frees all traces.
    pub fn flush_traces(&mut self) {
        self.abandon_recording();
        while let Some(number) = self.jit.traces.first() {
            self.free_trace(number);
        }
        self.announce_flush();
    }

    /// Frees the traces that begin in a function.
    pub(crate) fn flush_function(&mut self, proto: Gc<Proto>) {
        self.abandon_recording();
        while let Some(number) = proto.anchors.first_trace() {
            self.free_tree(number);
        }
    }

    /// Frees the trees of all traces that execute instructions of a function, called ones included.
    pub(crate) fn flush_traces_through(&mut self, proto: Gc<Proto>) {
        self.abandon_recording();
        let code = proto.code_ptr().addr();
        let code = code..code + size_of_val(proto.code());
        let is_of = |object: Gc<Header>| match object.kind() {
            Kind::Proto => object == proto.erase(),
            Kind::Function => {
                // SAFETY: the header says so.
                let function: Gc<Function> = unsafe { Gc::from_ptr(object.as_ptr().cast()) };
                function.proto() == Some(proto)
            }
            _ => false,
        };
        let through = |number: TraceNo, trace: &Installed| {
            trace.proto == proto
                || trace.anchor == proto
                || trace.resume.iter().any(|p| code.contains(&p.pc.addr()))
                // A call is guarded by the function's identity.
                || trace.anchor.anchors.objects_of(number).any(is_of)
        };
        let next = |vm: &Vm| {
            let mut traces = vm.jit.traces.iter();
            traces.find(|(n, t)| through(*n, t)).map(|(n, _)| n)
        };
        while let Some(number) = next(self) {
            self.free_tree(number);
        }
        self.reenable(proto);
    }

    /// Frees a root trace and its tree, by its number.
    pub(crate) fn flush_trace(&mut self, number: TraceNo) {
        self.abandon_recording();
        if self
            .jit
            .traces
            .get(number)
            .is_some_and(|t| t.root == number)
        {
            self.free_tree(number);
        }
    }

    /// Frees the trace that begins at this instruction, which is going to be changed.
    pub(crate) fn flush_trace_at(&mut self, at: *const Ins) {
        // SAFETY: the caller's instruction is one of a live function.
        let ins = unsafe { *at };
        self.abandon_recording();
        if ins.is_traced() {
            self.free_tree(TraceNo(ins.d() as u16));
        }
    }
}
