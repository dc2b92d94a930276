//! The compiler of one trace: its state, and the walk over the instructions.
//!
//! The walk goes backwards. A value gets a register at its last use, which is seen first, and loses it at its definition.
//! Instructions that nobody uses are not seen at all. What is emitted is therefore in reverse; a lowering first allocates
//! all of its operands and then emits its piece in program order ([`Compiler::forward`]).
//!
//! Source of the method: LuaJIT's assembler.

use alloc::vec::Vec;

use iced_x86::Instruction;
use perilune_ir::ins::{Const, Flags, Ins};
use perilune_ir::literal::SloadMode;
use perilune_ir::op::{Effect, IrOp};
use perilune_ir::snap::{Snap, SnapKind};
use perilune_ir::trace::{Link, Trace};
use perilune_ir::types::{IrRef, IrType};

use crate::asm::{Cond, Item, Label};
use crate::blind::SCRATCH;
use crate::emit::ASIDE;
use crate::error::BackendError;
use crate::fuel::Leader;
use crate::input::{Hardening, Head, Inherited, Input, Location, ParentValue, Policy};
use crate::reg::{Reg, RegSet};
use crate::runtime::{Layout, SPILL_SLOTS};

/// The last spill slot belongs to moves.
pub(crate) const SCRATCH_SLOT: u16 = SPILL_SLOTS as u16 - 1;

/// What is known of an instruction's or constant's value at the point the walk has come to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RefState {
    /// The register it is in.
    pub reg: Option<Reg>,
    /// Where its definition puts it.
    pub home: Option<Reg>,
    /// The spill slot it is stored to where it is defined.
    pub spill: Option<u16>,
    /// How many operands of instructions it is, up to 255.
    pub uses: u8,
    /// Does a snapshot need it?
    pub in_snap: bool,
    /// Is it the left operand of a PHI?
    pub phi: bool,
    /// The register that the parent trace has it in.
    pub parent: Option<Reg>,
    /// The parent trace has stored it to its slot.
    pub stored: bool,
    /// The last instruction of which it is an operand, or that may leave with a snapshot of it.
    pub last_use: u16,
}

/// A value in a snapshot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record {
    pub snap: u16,
    pub value: IrRef,
    pub reg: Option<Reg>,
    pub location: Option<Location>,
}

/// A PHI that is carried in a register, or in memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Phi {
    pub left: IrRef,
    pub right: IrRef,
    /// The register that holds the value where the loop closes.
    pub reg: Option<Reg>,
}

/// The state.
pub(crate) struct Compiler<'a> {
    pub input: &'a Input<'a>,
    pub trace: &'a Trace,
    pub layout: &'a Layout,
    /// The code, in reverse.
    pub items: Vec<Item>,
    /// What is executed right before the instruction in hand, in program order.
    pub before: Vec<Item>,
    pub hardening: Hardening,
    /// Registers that may be allocated.
    pub usable: RegSet,
    /// What is executed before the loop closes, in program order.
    pub tail: Vec<Item>,
    pub instructions: Vec<RefState>,
    pub constants: Vec<RefState>,
    pub owner: [Option<IrRef>; 32],
    pub free: RegSet,
    /// Registers of the instruction in hand.
    pub locked: RegSet,
    /// Registers that only snapshots want.
    pub weak: RegSet,
    /// Registers that are written in the loop behind the point in hand.
    pub modified: RegSet,
    pub phis: Vec<Phi>,
    /// Where the loop begins.
    pub loop_at: Option<usize>,
    /// Is the walk in the loop?
    pub in_loop: bool,
    pub loop_has_call: bool,
    /// Instructions that are calls, up to the point in hand.
    pub calls: Vec<u16>,
    /// Does FUEL look after the collector?
    pub allocates: bool,
    /// The index of the instruction in hand.
    pub at: usize,
    /// The snapshot that guards leave with now.
    pub snap: Option<usize>,
    pub records: Vec<Record>,
    /// Charges of fuel.
    pub leaders: Vec<Leader>,
    /// What exits give back, by snapshot.
    pub refunds: Vec<u32>,
    /// A lookup that leaves by itself, and whether it leaves when it finds the key.
    pub merged: Option<(IrRef, bool)>,
    /// Values of the snapshot in hand.
    pub scratch: Vec<IrRef>,
    /// How many records are final.
    pub settled: usize,
    pub prepared: Vec<bool>,
    /// Constants in memory.
    pub pool: Vec<u64>,
    pub spilled: [u64; SPILL_SLOTS / 64],
    pub labels: u32,
    pub error: Option<BackendError>,
    pub random: u64,
}

/// What became of a trace.
pub(crate) struct Compiled {
    pub items: Vec<Item>,
    pub tail: Vec<Item>,
    pub pool: Vec<u64>,
    pub records: Vec<Record>,
    pub labels: u32,
    pub refunds: Vec<u32>,
    /// Where instructions put their results, if that is wanted.
    pub homes: Vec<Option<Location>>,
}

pub(crate) fn out_of_memory<E>(_: E) -> BackendError {
    BackendError::OutOfMemory
}

impl<'a> Compiler<'a> {
    pub fn try_new(
        input: &'a Input<'a>,
        hardening: Hardening,
    ) -> Result<Compiler<'a>, BackendError> {
        let trace = input.trace;
        let mut instructions = Vec::new();
        instructions
            .try_reserve_exact(trace.len())
            .map_err(out_of_memory)?;
        instructions.resize(trace.len(), RefState::default());
        let mut constants = Vec::new();
        constants
            .try_reserve_exact(trace.const_count())
            .map_err(out_of_memory)?;
        constants.resize(trace.const_count(), RefState::default());
        let mut prepared = Vec::new();
        prepared
            .try_reserve_exact(trace.snaps().len())
            .map_err(out_of_memory)?;
        prepared.resize(trace.snaps().len(), false);
        let random = match input.policy {
            Policy::Best => 0,
            Policy::Random(seed) => seed | 1,
        };
        let mut items = Vec::new();
        items.try_reserve(trace.len() * 3).map_err(out_of_memory)?;
        let mut spilled = [0; SPILL_SLOTS / 64];
        spilled[SCRATCH_SLOT as usize / 64] |= 1 << (SCRATCH_SLOT % 64);
        let mut usable = RegSet::GPR.or(RegSet::XMM);
        if hardening.blind {
            usable.remove(SCRATCH);
        }
        Ok(Compiler {
            input,
            trace,
            layout: input.layout,
            items,
            before: Vec::new(),
            hardening,
            usable,
            tail: Vec::new(),
            instructions,
            constants,
            owner: [None; 32],
            free: usable,
            locked: RegSet::NONE,
            weak: RegSet::NONE,
            modified: RegSet::NONE,
            phis: Vec::new(),
            loop_at: trace.loop_ref().map(IrRef::index),
            in_loop: false,
            loop_has_call: false,
            calls: Vec::new(),
            allocates: false,
            at: trace.len(),
            snap: trace.snaps().len().checked_sub(1),
            records: Vec::new(),
            leaders: Vec::new(),
            refunds: Vec::new(),
            merged: None,
            scratch: Vec::new(),
            settled: 0,
            prepared,
            pool: Vec::new(),
            spilled,
            labels: 0,
            error: None,
            random,
        })
    }

    /// Compiles the trace.
    /// Where instructions put their results.
    fn homes(&self) -> Result<Vec<Option<Location>>, BackendError> {
        let mut homes = Vec::new();
        if self.input.note_homes {
            let states = &self.instructions;
            homes
                .try_reserve_exact(states.len())
                .map_err(out_of_memory)?;
            homes.extend(states.iter().map(|state| match state.home {
                Some(reg) => Some(reg.location()),
                None => state.spill.map(Location::Spill),
            }));
        }
        Ok(homes)
    }

    pub fn run(mut self) -> Result<Compiled, BackendError> {
        self.scan();
        self.group_fuel()?;
        self.inherit_slots();
        if self.loop_at.is_some() {
            self.in_loop = true;
            self.loop_tail();
        } else {
            self.link_tail();
        }
        let check_at = self.trace.snaps().first().map(|s| s.at);
        if check_at == Some(self.trace.next_ref()) {
            self.stack_check();
        }
        let mut snap = self.snap;
        for r in self.trace.refs().rev() {
            self.at = r.index();
            self.locked = RegSet::NONE;
            while self.calls.last().is_some_and(|&c| c as usize >= self.at) {
                self.calls.pop();
            }
            while snap.is_some_and(|s| self.trace.snaps().get(s).is_none_or(|s| s.at > r)) {
                snap = snap.and_then(|s| s.checked_sub(1));
            }
            self.snap = snap;
            let ins = self.trace.get(r);
            if Some(self.at) == self.loop_at {
                self.loop_head();
            } else if !ins.has(Flags::SUNK) {
                self.disturb();
                self.lower(r, ins);
                self.precede();
            }
            if check_at == Some(r) {
                self.stack_check();
            }
            if let Some(e) = self.error {
                return Err(e);
            }
        }
        self.head();
        self.settle();
        let homes = self.homes()?;
        match self.error {
            Some(e) => Err(e),
            None => Ok(Compiled {
                homes,
                items: self.items,
                tail: self.tail,
                pool: self.pool,
                records: self.records,
                labels: self.labels,
                refunds: self.refunds,
            }),
        }
    }

    /// Counts uses, finds calls.
    fn scan(&mut self) {
        let mut calls = core::mem::take(&mut self.calls);
        for r in self.trace.refs() {
            let ins = self.trace.get(r);
            if ins.op() == IrOp::Phi {
                continue;
            }
            if ins.has(Flags::SUNK) {
                for o in ins.refs() {
                    self.state_mut(o).in_snap = true;
                }
                continue;
            }
            for o in ins.refs() {
                let s = self.state_mut(o);
                s.uses = s.uses.saturating_add(1);
                s.last_use = r.index() as u16;
            }
            if self.is_call(&ins) {
                if calls.try_reserve(1).is_err() {
                    self.fail(BackendError::OutOfMemory);
                    break;
                }
                calls.push(r.index() as u16);
                if self.loop_at.is_some_and(|l| r.index() > l) {
                    self.loop_has_call = true;
                }
            }
            let effect = ins.op().meta().effect;
            self.allocates |= effect == Effect::Alloc
                || matches!(
                    ins.op(),
                    IrOp::SNew | IrOp::NewRef | IrOp::ToStr | IrOp::CallS | IrOp::CallN
                ) && ins.op() != IrOp::Loop;
        }
        self.calls = calls;
        let trace = self.trace;
        for (i, s) in trace.snaps().iter().enumerate() {
            let next = trace
                .snaps()
                .get(i + 1)
                .map_or(trace.len(), |s| s.at.index());
            for e in trace.snap_entries(s) {
                if e.kind != SnapKind::Unchanged {
                    let state = self.state_mut(e.value);
                    state.in_snap = true;
                    state.last_use = state.last_use.max(next as u16 - 1);
                }
            }
        }
    }

    /// Gives up with this error, unless there is one already.
    pub fn fail(&mut self, e: BackendError) {
        self.error.get_or_insert(e);
    }
    /// What is known of a value.
    pub fn state(&self, r: IrRef) -> RefState {
        let list = if r.is_const() {
            &self.constants
        } else {
            &self.instructions
        };
        list.get(r.index()).copied().unwrap_or_default()
    }
    pub fn state_mut(&mut self, r: IrRef) -> &mut RefState {
        let list = if r.is_const() {
            &mut self.constants
        } else {
            &mut self.instructions
        };
        let last = list.len().saturating_sub(1);
        // BASE and nil are always there.
        &mut list[r.index().min(last)]
    }
    /// The constant, if it is one.
    pub fn constant(&self, r: IrRef) -> Option<Const> {
        self.trace.constant(r)
    }
    pub fn ty(&self, r: IrRef) -> IrType {
        self.trace.ty(r)
    }
    /// Was it computed before the loop, for the loop?
    pub fn is_invariant(&self, r: IrRef) -> bool {
        r.is_const() || (self.loop_at.is_some_and(|l| r.index() < l) && !self.state(r).phi)
    }
    /// Does anything behind need the value?
    pub fn is_needed(&self, r: IrRef) -> bool {
        let s = self.state(r);
        s.reg.is_some() || s.spill.is_some()
    }

    /// Emits one item.
    pub fn item(&mut self, item: Item) {
        if self.items.len() == self.items.capacity() && self.items.try_reserve(64).is_err() {
            self.fail(BackendError::OutOfMemory);
            return;
        }
        self.items.push(item);
    }
    /// Emits one instruction.
    pub fn ins(&mut self, i: Instruction) {
        self.item(Item::Ins(i));
    }
    /// Emits a piece in program order. No register may be allocated meanwhile.
    pub fn forward(&mut self, emit: impl FnOnce(&mut Self)) {
        let from = self.items.len();
        emit(self);
        if let Some(piece) = self.items.get_mut(from..) {
            piece.reverse();
        }
    }
    /// Lets something be executed before the instruction in hand. Its registers are the instruction's.
    pub fn first(&mut self, i: Instruction) {
        if self.before.try_reserve(1).is_err() {
            return self.fail(BackendError::OutOfMemory);
        }
        self.before.push(Item::Ins(i));
    }
    /// Emits what is executed before the instruction in hand.
    pub fn precede(&mut self) {
        while let Some(item) = self.before.pop() {
            self.item(item);
        }
    }
    /// A label for use in one piece.
    pub fn label(&mut self) -> Label {
        self.labels += 1;
        Label(self.labels - 1)
    }
    /// Leaves the trace on this condition, with the snapshot in force.
    pub fn exit(&mut self, cond: Cond) {
        match self.snap {
            Some(s) => self.item(Item::Exit(cond, s as u16)),
            None => self.fail(BackendError::MissingSnapshot),
        }
    }
    /// The same for a reason other than a guard's: side traces don't begin there.
    pub fn exit_aside(&mut self, cond: Cond) {
        match self.snap {
            Some(s) => self.item(Item::Exit(cond, s as u16 | ASIDE)),
            None => self.fail(BackendError::MissingSnapshot),
        }
    }
    /// The same for the check of a guard, or always if it is the one to fail.
    pub fn guard(&mut self, cond: Cond) {
        let cond = self.forced(cond);
        self.exit(cond);
    }
    /// A condition, or always if the guard in hand is the one to fail.
    pub fn forced(&self, cond: Cond) -> Cond {
        let fails = self.input.fail_guard.is_some_and(|g| g.index() == self.at);
        if fails { Cond::Always } else { cond }
    }
    /// An address in the pool of constants that holds these bits.
    pub fn pool(&mut self, bits: u64) -> i32 {
        let at = self.pool.iter().position(|&b| b == bits);
        self.pool_index(at, &[bits])
    }
    /// The same, aligned to 16 bytes, for an operand of 128 bits.
    pub fn pool_pair(&mut self, bits: u64) -> i32 {
        let at = (0..self.pool.len())
            .step_by(2)
            .find(|&i| self.pool[i] == bits && self.pool.get(i + 1) == Some(&0));
        if at.is_none() && self.pool.len() % 2 == 1 {
            self.pool_index(None, &[0]);
        }
        self.pool_index(at, &[bits, 0])
    }
    fn pool_index(&mut self, at: Option<usize>, words: &[u64]) -> i32 {
        let at = at.unwrap_or_else(|| {
            if self.pool.try_reserve(words.len()).is_err() {
                self.fail(BackendError::OutOfMemory);
                return 0;
            }
            self.pool.extend_from_slice(words);
            self.pool.len() - words.len()
        });
        at as i32 * 8
    }

    /// The last snapshot, which the trace ends with.
    pub fn last_snap(&self) -> Option<&'a Snap> {
        self.trace.snaps().last()
    }
    /// Does the trace end by writing its state to the stack and jumping?
    fn link_tail(&mut self) {
        match self.trace.link {
            Link::Interpreter => {
                self.prepare_exit();
                self.exit(Cond::Always);
            }
            Link::Loop => self.flush_and_jump(None),
            Link::Trace(n) if n == u32::from(self.input.number) => self.flush_and_jump(None),
            Link::Trace(_) => match self.input.link {
                Some(e) => self.flush_and_jump(Some(e.0)),
                None => self.fail(BackendError::UnknownLink),
            },
        }
    }

    /// Values that the parent left in memory stay where they are.
    fn inherit_slots(&mut self) {
        let Head::Side { values, .. } = self.input.head else {
            return;
        };
        for r in self.trace.refs() {
            let ins = self.trace.get(r);
            if !self.is_inherited(&ins) {
                continue;
            }
            if ins.ty().is_pri() {
                continue;
            }
            let Some(v) = parent_value(values, &ins) else {
                self.fail(BackendError::UnknownParent);
                continue;
            };
            let parent = match v.location {
                Location::Gpr(n) => Some(Reg::gpr(n)),
                Location::Xmm(n) => Some(Reg::xmm(n)),
                Location::Spill(_) => None,
            };
            self.state_mut(r).parent = parent;
            if let Location::Spill(slot) = v.location
                && slot < SCRATCH_SLOT
            {
                let bit = 1 << (slot % 64);
                let word = &mut self.spilled[slot as usize / 64];
                // Two SLOADs may share a place; the second gets its own.
                if *word & bit == 0 {
                    *word |= bit;
                    let s = self.state_mut(r);
                    s.spill = Some(slot);
                    s.stored = true;
                }
            }
        }
    }
    /// Does the parent hand its value over?
    pub fn is_inherited(&self, ins: &Ins) -> bool {
        match ins.op() {
            IrOp::PVal => true,
            IrOp::SLoad => {
                matches!(self.input.head, Head::Side { .. })
                    && ins.sload_mode().has(SloadMode::PARENT)
            }
            _ => false,
        }
    }
}

/// What the parent hands over for an instruction.
pub(crate) fn parent_value<'v>(values: &'v [ParentValue], ins: &Ins) -> Option<&'v ParentValue> {
    let of = match ins.op() {
        IrOp::PVal => Inherited::Value(ins.parent_ref()),
        _ => Inherited::Slot(ins.slot()),
    };
    values.iter().find(|v| v.of == of && v.ty == ins.ty())
}
