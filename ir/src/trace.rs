//! A trace: instructions, constants, snapshots, and the limits they keep.

use alloc::vec::Vec;

use crate::ins::{Const, Flags, Ins, Operand};
use crate::literal::Helper;
use crate::op::IrOp;
use crate::snap::{Snap, SnapEntry};
use crate::types::{IrRef, IrType};

macro_rules! errors {
    ($($name:ident = $text:literal;)*) => {
        /// Why a trace can't be built or optimised.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum TraceError { $(#[doc = $text] $name),* }
        impl TraceError {
            /// A sentence for dumps.
            pub const fn message(self) -> &'static str {
                match self { $(TraceError::$name => $text),* }
            }
        }
        impl core::fmt::Display for TraceError {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.message())
            }
        }
        impl core::error::Error for TraceError {}
    };
}

errors! {
    TraceTooLong = "trace too long";
    TooManyConstants = "too many IR constants";
    TooManySnapshots = "too many snapshots";
    SnapshotTooLarge = "snapshots too large";
    TooManyPhis = "too many PHIs";
    GuardFails = "guard would always fail";
    TypeInstability = "persistent type instability";
    NothingToLoop = "no loop: the trace has no snapshot at its end";
    OutOfMemory = "not enough memory";
}

/// How large a trace may get.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Instructions, LuaJIT's `maxrecord`.
    pub instructions: u16,
    /// Constants, LuaJIT's `maxirconst`.
    pub constants: u16,
    /// Snapshots, LuaJIT's `maxsnap`.
    pub snapshots: u16,
    /// Entries of all snapshots together.
    pub snapshot_entries: u32,
    /// PHIs of a loop.
    pub phis: u16,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            instructions: 4000,
            constants: 500,
            snapshots: 500,
            snapshot_entries: 20_000,
            phis: 64,
        }
    }
}

/// Where a trace goes at its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Link {
    /// Back to the interpreter, with the last snapshot.
    #[default]
    Interpreter,
    /// To its own beginning, or after [`crate::opt::peel()`] to its LOOP.
    Loop,
    /// To another trace.
    Trace(u32),
}

/// Moves a vector's items into one that has no room for more, where there is memory for it.
pub fn compact<T: Copy>(items: &mut Vec<T>) {
    let mut exact = Vec::new();
    if exact.try_reserve_exact(items.len()).is_ok() {
        exact.extend_from_slice(items);
        *items = exact;
    }
}

#[derive(Clone, Copy, Debug)]
struct ConstEntry {
    k: Const,
    prev: u16,
}

/// A mark in a trace, to go back to.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    ins: usize,
    snaps: usize,
    entries: usize,
}

/// A recorded trace.
#[derive(Clone, Debug)]
pub struct Trace {
    ins: Vec<Ins>,
    consts: Vec<ConstEntry>,
    snaps: Vec<Snap>,
    entries: Vec<SnapEntry>,
    chain: [Option<IrRef>; IrOp::COUNT],
    const_chain: [u16; CONST_KINDS],
    /// Where it goes at its end.
    pub link: Link,
    limits: Limits,
    /// Numbers that were computed in ints too, exactly: the number, and the int. The newest are kept.
    narrowed: [(IrRef, IrRef); NARROWED],
    narrowed_count: usize,
}

/// How many narrowed numbers a trace remembers.
const NARROWED: usize = 16;
const CONST_KINDS: usize = 10;
const fn const_kind(k: Const) -> usize {
    match k {
        Const::Pri(_) => 0,
        Const::Int(_) => 1,
        Const::Num(_) => 2,
        Const::I64(_) => 3,
        Const::U64(_) => 4,
        Const::Gc(..) => 5,
        Const::Light(_) => 6,
        Const::Ptr(_) => 7,
        Const::KPtr(_) => 8,
        Const::KSlot(..) => 9,
    }
}

impl Trace {
    /// An empty trace.
    pub fn try_new(limits: Limits) -> Result<Trace, TraceError> {
        let mut t = Trace {
            ins: Vec::new(),
            consts: Vec::new(),
            snaps: Vec::new(),
            entries: Vec::new(),
            chain: [None; IrOp::COUNT],
            const_chain: [u16::MAX; CONST_KINDS],
            link: Link::default(),
            limits,
            narrowed: [(IrRef::NIL, IrRef::NIL); NARROWED],
            narrowed_count: 0,
        };
        for ty in [IrType::Nil, IrType::False, IrType::True] {
            t.konst(Const::Pri(ty))?;
        }
        t.push(Ins::new(
            IrOp::Base,
            IrType::Ptr,
            Operand::NONE,
            Operand::NONE,
        ))?;
        Ok(t)
    }
    /// Gives back the room that was made for more, for a trace that is kept.
    pub fn compact(&mut self) {
        compact(&mut self.ins);
        compact(&mut self.consts);
        compact(&mut self.snaps);
        compact(&mut self.entries);
    }
    /// Bytes of memory that it takes besides the struct.
    pub fn heap_size(&self) -> usize {
        self.ins.capacity() * size_of::<Ins>()
            + self.consts.capacity() * size_of::<ConstEntry>()
            + self.snaps.capacity() * size_of::<Snap>()
            + self.entries.capacity() * size_of::<SnapEntry>()
    }
    /// The limits it was made with.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Sets other limits for what is added from now on.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// The constant, interned.
    pub fn konst(&mut self, k: Const) -> Result<IrRef, TraceError> {
        let kind = const_kind(k);
        let mut i = self.const_chain[kind];
        while let Some(e) = self.consts.get(i as usize) {
            if e.k == k {
                return Ok(IrRef::konst(i as usize));
            }
            i = e.prev;
        }
        let n = self.consts.len();
        if n >= self.limits.constants as usize + 3 {
            return Err(TraceError::TooManyConstants);
        }
        self.consts
            .try_reserve(1)
            .map_err(|_| TraceError::OutOfMemory)?;
        self.consts.push(ConstEntry {
            k,
            prev: self.const_chain[kind],
        });
        self.const_chain[kind] = n as u16;
        Ok(IrRef::konst(n))
    }
    /// The int constant.
    pub fn kint(&mut self, i: i32) -> Result<IrRef, TraceError> {
        self.konst(Const::Int(i))
    }
    /// The number constant.
    pub fn knum(&mut self, n: f64) -> Result<IrRef, TraceError> {
        self.konst(Const::num(n))
    }

    /// Appends an instruction as it is, and links it into its chain.
    pub fn push(&mut self, mut ins: Ins) -> Result<IrRef, TraceError> {
        let n = self.ins.len();
        if n > self.limits.instructions as usize || n >= IrRef::MAX_INS {
            return Err(TraceError::TraceTooLong);
        }
        self.ins
            .try_reserve(1)
            .map_err(|_| TraceError::OutOfMemory)?;
        let r = IrRef::ins(n);
        ins.prev = self.chain[ins.op() as usize];
        self.chain[ins.op() as usize] = Some(r);
        self.ins.push(ins);
        Ok(r)
    }
    /// The instruction behind a reference, or a NOP if the reference is none of an instruction.
    pub fn get(&self, r: IrRef) -> Ins {
        if r.is_const() {
            Ins::NOP
        } else {
            self.ins.get(r.index()).copied().unwrap_or(Ins::NOP)
        }
    }
    pub(crate) fn get_mut(&mut self, r: IrRef) -> Option<&mut Ins> {
        if r.is_const() {
            None
        } else {
            self.ins.get_mut(r.index())
        }
    }
    /// The constant behind a reference.
    pub fn constant(&self, r: IrRef) -> Option<Const> {
        if r.is_const() {
            self.consts.get(r.index()).map(|e| e.k)
        } else {
            None
        }
    }
    /// Is there such an instruction or constant?
    pub fn contains(&self, r: IrRef) -> bool {
        if r.is_const() {
            r.index() < self.consts.len()
        } else {
            r.index() < self.ins.len()
        }
    }
    /// The type of what a reference stands for.
    pub fn ty(&self, r: IrRef) -> IrType {
        match self.constant(r) {
            Some(k) => k.ty(),
            None => self.get(r).ty(),
        }
    }
    /// How many instructions there are, BASE included.
    pub fn len(&self) -> usize {
        self.ins.len()
    }
    /// Has it no instruction but BASE?
    pub fn is_empty(&self) -> bool {
        self.ins.len() <= 1
    }
    /// All constants, in order.
    pub fn constants(&self) -> impl Iterator<Item = Const> + '_ {
        self.consts.iter().map(|e| e.k)
    }
    /// How many constants there are.
    pub fn const_count(&self) -> usize {
        self.consts.len()
    }
    /// The reference the next instruction will get.
    pub fn next_ref(&self) -> IrRef {
        IrRef::ins(self.ins.len())
    }
    /// All instructions in order, without BASE.
    pub fn refs(&self) -> impl DoubleEndedIterator<Item = IrRef> + use<> {
        (1..self.ins.len()).map(IrRef::ins)
    }
    /// The instructions that belong to a snapshot: those that may leave with it are among them.
    pub(crate) fn refs_of_snap(&self, snap: usize) -> impl Iterator<Item = IrRef> + use<> {
        let at = |s: usize| self.snaps.get(s).map_or(self.ins.len(), |s| s.at.index());
        (at(snap)..at(snap + 1)).map(IrRef::ins)
    }
    /// Remembers that a number was computed as an int, too.
    pub(crate) fn note_narrowed(&mut self, number: IrRef, int: IrRef) {
        self.narrowed[self.narrowed_count % NARROWED] = (number, int);
        self.narrowed_count += 1;
    }
    /// The int that a number was computed as, if it is still there.
    pub(crate) fn narrowed(&self, number: IrRef) -> Option<IrRef> {
        let known = &self.narrowed[..self.narrowed_count.min(NARROWED)];
        let int = known.iter().find(|k| k.0 == number)?.1;
        let lives = |r: IrRef| r.is_const() || self.get(r).op() != IrOp::Nop;
        (lives(number) && lives(int)).then_some(int)
    }
    /// The arguments of a call, last first.
    pub fn call_args(&self, call: &Ins) -> impl Iterator<Item = IrRef> + '_ {
        let mut list = call.ref_a();
        core::iter::from_fn(move || {
            let r = list?;
            let ins = self.get(r);
            if ins.op() == IrOp::CArg {
                list = ins.ref_a();
                return ins.ref_b();
            }
            list = None;
            Some(r)
        })
    }
    /// Is it a call of this helper?
    pub fn is_call_of(&self, r: IrRef, h: Helper) -> bool {
        let ins = self.get(r);
        ins.op() == IrOp::CallA && ins.helper() == Some(h)
    }
    /// The newest instruction of an operation.
    pub fn newest(&self, op: IrOp) -> Option<IrRef> {
        self.chain[op as usize]
    }
    /// The instructions of an operation, newest first, down to but without `limit`.
    pub fn chain(&self, op: IrOp, limit: Option<IrRef>) -> impl Iterator<Item = (IrRef, Ins)> + '_ {
        let mut next = self.chain[op as usize];
        core::iter::from_fn(move || {
            let r = next.filter(|&r| limit.is_none_or(|l| r > l))?;
            let ins = self.get(r);
            next = ins.prev;
            Some((r, ins))
        })
    }
    /// The newest instruction that exchanges the running thread.
    pub fn newest_switch(&self) -> Option<IrRef> {
        let mut calls = self.chain(IrOp::CallS, None);
        calls.find(|(_, i)| i.is_switch()).map(|c| c.0)
    }
    /// The newest instruction behind which the base may be another one. In a loop that exchanges threads it is another one in each
    /// iteration.
    pub fn newest_base(&self) -> Option<IrRef> {
        let switch = self.newest_switch();
        let iteration = switch.and(self.loop_ref());
        self.newest(IrOp::Retf).max(switch).max(iteration)
    }
    /// Changes the last argument of all calls that exchange the running thread, a constant int.
    pub fn change_switches(&mut self, change: impl Fn(i32) -> i32) -> Result<(), TraceError> {
        let mut next = self.newest_switch();
        while let Some(call) = next {
            let list = self.get(call).ref_a();
            let last = list.and_then(|list| self.get(list).ref_b());
            if let (Some(list), Some(Const::Int(k))) = (list, last.and_then(|k| self.constant(k))) {
                let k = self.kint(change(k))?;
                if let Some(list) = self.get_mut(list) {
                    list.b = k.into();
                }
            }
            next = self.get(call).prev;
            while let Some(r) = next.filter(|&r| !self.get(r).is_switch()) {
                next = self.get(r).prev;
            }
        }
        Ok(())
    }
    /// Where the loop begins.
    pub fn loop_ref(&self) -> Option<IrRef> {
        self.newest(IrOp::Loop)
    }

    /// The snapshots in order.
    pub fn snaps(&self) -> &[Snap] {
        &self.snaps
    }
    /// What a snapshot holds, in order of slots.
    pub fn snap_entries(&self, snap: &Snap) -> &[SnapEntry] {
        let from = snap.first as usize;
        self.entries
            .get(from..from + snap.count as usize)
            .unwrap_or(&[])
    }
    /// Adds a snapshot of what comes before the next instruction. A previous one at the same place is replaced, but for the
    /// first, with which a trace may be left before it begins.
    pub fn push_snap(
        &mut self,
        pc: u32,
        depth: u16,
        entries: &[SnapEntry],
    ) -> Result<(), TraceError> {
        let at = self.next_ref();
        if let [_, .., last] = self.snaps[..]
            && last.at == at
        {
            self.entries.truncate(last.first as usize);
            self.snaps.pop();
        }
        if self.snaps.len() >= self.limits.snapshots as usize {
            return Err(TraceError::TooManySnapshots);
        }
        if self.entries.len() + entries.len() > self.limits.snapshot_entries as usize {
            return Err(TraceError::SnapshotTooLarge);
        }
        let reserved = self.entries.try_reserve(entries.len());
        reserved
            .and_then(|()| self.snaps.try_reserve(1))
            .map_err(|_| TraceError::OutOfMemory)?;
        let first = self.entries.len() as u32;
        self.entries.extend_from_slice(entries);
        self.snaps.push(Snap {
            at,
            first,
            count: entries.len() as u16,
            depth,
            pc,
            exits: 0,
        });
        Ok(())
    }
    pub(crate) fn pop_snap(&mut self) {
        if let Some(s) = self.snaps.pop() {
            self.entries.truncate(s.first as usize);
        }
    }
    /// The number of the snapshot that a guard at `r` leaves with.
    pub fn snap_of(&self, r: IrRef) -> Option<usize> {
        self.snaps.partition_point(|s| s.at <= r).checked_sub(1)
    }

    /// Where the trace ends now.
    pub fn mark(&self) -> Mark {
        Mark {
            ins: self.ins.len(),
            snaps: self.snaps.len(),
            entries: self.entries.len(),
        }
    }
    /// Cuts off what was added since the mark, and drops the flags that passes set.
    pub fn rollback(&mut self, mark: Mark) {
        while self.ins.len() > mark.ins.max(1) {
            if let Some(i) = self.ins.pop() {
                self.chain[i.op() as usize] = i.prev;
            }
        }
        self.narrowed_count = 0;
        self.snaps.truncate(mark.snaps);
        self.entries.truncate(mark.entries);
        for i in &mut self.ins {
            i.clear(Flags::PHI);
            i.clear(Flags::SUNK);
        }
    }
    /// Turns all instructions but those that `keep` wants into NOPs. Chains stay whole.
    pub(crate) fn retain(&mut self, keep: impl Fn(IrRef, &Ins) -> bool) {
        self.chain = [None; IrOp::COUNT];
        for (i, ins) in self.ins.iter_mut().enumerate() {
            let r = IrRef::ins(i);
            if ins.op() == IrOp::Nop || (i > 0 && !keep(r, ins)) {
                *ins = Ins::NOP;
                continue;
            }
            let head = &mut self.chain[ins.op() as usize];
            ins.prev = head.replace(r);
        }
    }
    /// Turns an instruction into a NOP. Chains stay whole.
    pub(crate) fn kill(&mut self, r: IrRef) {
        let ins = self.get(r);
        let head = &mut self.chain[ins.op() as usize];
        if *head == Some(r) {
            *head = ins.prev;
        } else {
            let mut at = *head;
            while let Some(i) = at {
                let prev = self.get(i).prev;
                if prev == Some(r) {
                    if let Some(i) = self.get_mut(i) {
                        i.prev = ins.prev;
                    }
                    break;
                }
                at = prev;
            }
        }
        if let Some(i) = self.get_mut(r) {
            *i = Ins::NOP;
        }
    }
}
