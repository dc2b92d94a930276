//! Machine code: its memory, assembling, linking, entering, and where an exit left the values.
//!
//! Code memory is reserved at the first trace. Where the host has none nothing can be compiled, which `jit.status()` tells.

extern crate alloc;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ptr::NonNull;

use perilune_ir::eval::{self, Machine as _, RestoreError, Trap, Val};
use perilune_ir::ins::ObjId;
use perilune_ir::types::{IrRef, IrType};
use perilune_jit_x86::BackendError;
use perilune_jit_x86::code::{Assembler, Code};
use perilune_jit_x86::input::{
    Features, Head, Inherited, Input, Location, ParentValue, Policy, Resume,
};
use perilune_jit_x86::region::{ExecutableMemory, Exit, Region};
use perilune_jit_x86::runtime::{Layout, TraceContext};

use crate::jit::evaluate::LiveMachine;
use crate::jit::helpers::val_of;
use crate::jit::layout::{self, LiveConstants};
use crate::jit::parameters::JitMode;
use crate::jit::state::Jit;
use crate::jit::store::{Installed, try_box};
use crate::jit::trace::{Start, TraceAbort, TraceNo};
use crate::value::Value;
use crate::vm::Vm;

/// The host's code memory.
struct HostMemory(Box<dyn ExecutableMemory>);

// SAFETY: the host's implementation keeps the trait's promises.
unsafe impl ExecutableMemory for HostMemory {
    fn reserve(&mut self, len: usize) -> Option<NonNull<u8>> {
        self.0.reserve(len)
    }
    fn make_writable(&mut self, from: NonNull<u8>, len: usize) -> bool {
        self.0.make_writable(from, len)
    }
    fn make_executable(&mut self, from: NonNull<u8>, len: usize) -> bool {
        self.0.make_executable(from, len)
    }
    fn writable_at(&self, address: NonNull<u8>) -> NonNull<u8> {
        self.0.writable_at(address)
    }
    fn release(&mut self, from: NonNull<u8>, len: usize) {
        self.0.release(from, len);
    }
}

/// What it takes to make machine code.
pub(crate) struct Machine {
    region: Region<HostMemory>,
    assembler: Assembler,
    layout: Box<Layout>,
    features: Features,
}

impl Machine {
    /// Where code lies.
    pub fn region(&self) -> &Region<impl ExecutableMemory + use<>> {
        &self.region
    }
    /// What it knows of the engine.
    #[cfg(feature = "jit-dump")]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }
}

/// Do objects lie in the lower half of the address space?
fn is_low(address: usize) -> bool {
    address >> 47 == 0
}

/// The names of the processor's abilities that LuaJIT tells.
pub(crate) fn feature_names() -> impl Iterator<Item = &'static str> {
    let features = Features::detect();
    let all = [
        // Every processor has had it for long.
        ("SSE3", true),
        ("SSE4.1", features.sse41),
        ("BMI2", features.bmi2),
    ];
    all.into_iter()
        .filter_map(|(name, has)| has.then_some(name))
}

impl Vm {
    /// The machine, made when it is wanted first.
    fn machine(&mut self) -> Result<&mut Machine, BackendError> {
        if self.jit.machine.is_none() {
            self.make_machine()?;
        }
        self.jit.machine.as_mut().ok_or(BackendError::OutOfMemory)
    }

    #[cold]
    #[inline(never)]
    fn make_machine(&mut self) -> Result<(), BackendError> {
        let Some(memory) = self.host.executable_memory() else {
            // There will never be any: nothing is recorded any more.
            self.jit.settings.mode = JitMode::Off;
            return Err(BackendError::Protection);
        };
        let size = (self.jit.settings.parameters.max_mcode as usize) << 10;
        let mut region = Region::try_new(HostMemory(memory), size)?;
        let mut layout = layout::layout();
        let is_low = is_low(self.globals.as_ptr().addr());
        layout.low_addresses &= is_low;
        layout.high_addresses &= !is_low;
        let hardening = self.jit.settings.hardening;
        let bits = self.host.entropy();
        let assembler = Assembler::hardened(&mut region, &layout, hardening, bits)?;
        self.jit.machine = Some(Machine {
            region,
            assembler,
            layout: try_box(layout).map_err(|_| BackendError::OutOfMemory)?,
            features: Features::detect(),
        });
        Ok(())
    }

    /// Bytes of code memory in use, and how many there may be.
    pub fn code_memory(&self) -> (usize, usize) {
        match &self.jit.machine {
            Some(machine) => {
                let region = &machine.region;
                (region.len() - region.free(), region.len())
            }
            None => (0, (self.jit.settings.parameters.max_mcode as usize) << 10),
        }
    }

    /// Assembles a trace, to which the exit where it begins leads from then on. Where code memory is full, the trees that were entered least
    /// recently make room.
    pub(crate) fn assemble(
        &mut self,
        number: TraceNo,
        trace: &Installed,
    ) -> Result<Code, TraceAbort> {
        loop {
            match self.try_assemble(number, trace) {
                Err(BackendError::CodeMemoryFull) if self.evict(self.trees_to_keep(trace)) => {}
                Err(error) => return Err(TraceAbort::Backend(error)),
                Ok(code) => return Ok(code),
            }
        }
    }

    /// The trees that a trace in the making needs.
    fn trees_to_keep(&self, trace: &Installed) -> [Option<TraceNo>; 2] {
        let needed = [trace.parent().unwrap_or_default(), trace.link_to];
        needed.map(|number| self.jit.traces.get(number).map(|t| t.root))
    }

    fn try_assemble(&mut self, number: TraceNo, trace: &Installed) -> Result<Code, BackendError> {
        let mut resume = Vec::new();
        resume
            .try_reserve_exact(trace.resume.len())
            .map_err(|_| BackendError::OutOfMemory)?;
        resume.extend(trace.resume.iter().map(|point| Resume {
            base_slot: point.base_slot as i16,
        }));
        let machine = self.machine()?;
        let needs_bits = machine.assembler.hardening().blind;
        let bits = needs_bits.then(|| self.host.entropy());
        let note_homes = self.wants_registers();
        let Jit {
            traces,
            machine,
            settings,
            ..
        } = &mut self.jit;
        let machine = machine.as_mut().ok_or(BackendError::OutOfMemory)?;
        let inherited;
        let mut head = Head::Root;
        let mut exit_to_link = None;
        if let Start::Side { parent, exit } = trace.start {
            let parent = traces.get(parent).ok_or(BackendError::UnknownParent)?;
            inherited = parent_values(parent, exit)?;
            head = Head::Side {
                values: &inherited,
                top_slot: parent.top_slot,
            };
            exit_to_link = parent.code.as_ref().map(|code| (code, exit));
        }
        let link = traces.get(trace.link_to);
        let link = link.and_then(|t| t.code.as_ref()).map(Code::entry);
        let seed = settings.parameters.reg_seed;
        let Machine {
            region,
            assembler,
            layout,
            features,
        } = machine;
        if let Some(bits) = bits {
            assembler.stir(bits);
        }
        let input = Input {
            trace: &trace.ir,
            number: number.0,
            head,
            top_slot: trace.top_slot,
            resume: &resume,
            link,
            layout,
            facts: &LiveConstants,
            features: *features,
            policy: match seed {
                0 => Policy::Best,
                seed => Policy::Random(u64::from(seed) << 16 | u64::from(number.0)),
            },
            fuse: settings.options.fuse,
            fail_guard: trace.fail,
            note_homes,
        };
        assembler.assemble_and(region, &input, |w, code| match exit_to_link {
            Some((parent, exit)) => parent.link_exit(w, exit, code.entry()),
            None => Ok(()),
        })
    }

    /// Lets an exit lead to the interpreter again.
    pub(crate) fn unlink_exit(&mut self, parent: TraceNo, exit: u16) {
        let parent = self.jit.traces.get(parent);
        if let (Some(code), Some(machine)) =
            (parent.and_then(|t| t.code.as_ref()), &mut self.jit.machine)
        {
            let _ = machine.region.modify(|w| code.unlink_exit(w, exit));
        }
    }

    /// Frees a trace's code.
    pub(crate) fn free_code(&mut self, code: Code) {
        if let Some(machine) = &mut self.jit.machine {
            let _ = machine.region.modify(|w| code.free(w));
        }
    }

    /// Runs a trace's code in the frame at the state's base.
    ///
    /// # Safety
    /// The trace is one of this state's that fits the frame's code, and the stack has room for its frames.
    pub(crate) unsafe fn run_code(vm: *mut Vm, number: TraceNo) -> Option<Exit> {
        // SAFETY: the caller's promise; code changes nothing of what is borrowed here.
        unsafe {
            let entry = (*vm).jit.traces.get(number)?.code.as_ref()?.entry();
            let region = &raw const (*vm).jit.machine.as_ref()?.region;
            Some((*region).enter(vm.cast(), (*vm).base.cast(), entry))
        }
    }

    /// Writes what a snapshot holds into the slots, the values being where the exit left them; `base` is the trace's.
    ///
    /// # Safety
    /// The trace was just left with this snapshot.
    pub(crate) unsafe fn restore(
        vm: *mut Vm,
        trace: &Installed,
        snap: u16,
    ) -> Result<(), RestoreError> {
        let Some(code) = &trace.code else {
            return Err(RestoreError::NoSnapshot);
        };
        // SAFETY: the context isn't written while slots are.
        let context = unsafe { &(*vm).trace_context };
        let source = |r: IrRef| {
            let location = code.locations(snap).find(|(value, _)| *value == r)?.1;
            value_at(context, location, trace.ir.ty(r))
        };
        // SAFETY: the caller's promise.
        let mut machine = unsafe { LiveMachine::new(vm, &trace.resume, &[]) };
        let snap = usize::from(snap);
        match eval::restore(&trace.ir, snap, source, &mut machine) {
            Err(RestoreError::Trap(_)) => {
                // What the exit needs has to outlive the collection, and so has the trace.
                let mut live = Vec::new();
                let count = code.locations(snap as u16).count();
                if live.try_reserve_exact(count + 1).is_err() {
                    return Err(RestoreError::Trap(Trap::OutOfMemory));
                }
                live.extend(code.locations(snap as u16).filter_map(|(r, _)| source(r)));
                live.push(val_of(trace.anchor.into()));
                machine.make_room(&live);
                eval::restore(&trace.ir, snap, source, &mut machine)
            }
            result => result,
        }
    }
}

/// Where a side trace at this exit finds its parent's values.
fn parent_values(parent: &Installed, exit: u16) -> Result<Vec<ParentValue>, BackendError> {
    let unknown = BackendError::UnknownParent;
    let code = parent.code.as_ref().ok_or(unknown)?;
    let snap = parent.ir.snaps().get(usize::from(exit)).ok_or(unknown)?;
    let mut values = Vec::new();
    for (r, location) in code.locations(exit) {
        let ty = parent.ir.ty(r);
        let slots = parent.ir.snap_entries(snap).iter();
        let slots = slots
            .filter(|e| e.value == r)
            .map(|e| Inherited::Slot(e.slot));
        for of in slots.chain([Inherited::Value(r)]) {
            values
                .try_reserve(1)
                .map_err(|_| BackendError::OutOfMemory)?;
            values.push(ParentValue { of, location, ty });
        }
    }
    Ok(values)
}

/// The value of this type that an exit left at a location.
fn value_at(context: &TraceContext, location: Location, ty: IrType) -> Option<Val> {
    let bits = match location {
        Location::Gpr(n) => *context.gpr.get(usize::from(n))?,
        Location::Xmm(n) => *context.xmm.get(usize::from(n))?,
        Location::Spill(n) => *context.spill.get(usize::from(n))?,
    };
    Some(match ty {
        IrType::Nil | IrType::False | IrType::True => Val::Pri(ty),
        IrType::Num => Val::Num(f64::from_bits(bits)),
        IrType::Float => Val::Float(f32::from_bits(bits as u32)),
        IrType::I8 | IrType::U8 | IrType::I16 | IrType::U16 | IrType::Int | IrType::U32 => {
            Val::Int(bits as i32)
        }
        IrType::I64 => Val::I64(bits as i64),
        IrType::U64 => Val::U64(bits),
        // SAFETY: the bits are those of a value, which is light userdata.
        IrType::LightUd => Val::Light(unsafe { Value::from_bits(bits) }.as_light()?),
        IrType::Ptr => Val::Ptr(bits),
        _ => Val::Gc(ty, ObjId(bits)),
    })
}
