//! From items to bytes.
//!
//! ```text
//! constants │ code, the loop aligned, its jump back │ barriers' rare parts │ a stub for each exit
//! ```
//! The bytes don't depend on where they will lie, but for jumps and calls to the outside, which are listed.

use alloc::vec::Vec;

use iced_x86::{Code, Encoder, Instruction, OpKind, Register};

use crate::asm::{Arg, Cond, Item, LookUp, VIRTUAL_BASE, ins};
use crate::blind::{self, Few, Known};
use crate::compile::{Compiled, out_of_memory};
use crate::error::BackendError;
use crate::input::Hardening;
use crate::random::Random;
use crate::reg::Reg;

/// A 32-bit displacement to a place outside of the block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct External {
    /// Where it is.
    pub at: u32,
    pub target: usize,
}

/// In the number of an exit's snapshot: it is left for a reason that has nothing to do with the snapshot, so that no side trace can go on.
pub(crate) const ASIDE: u16 = 1 << 15;

/// A jump to an exit's stub.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ExitJump {
    /// Where its displacement is.
    pub at: u32,
    /// Perhaps with [`ASIDE`].
    pub snap: u16,
}

/// A stub.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stub {
    /// Perhaps with [`ASIDE`].
    pub snap: u16,
    pub at: u32,
    /// If it has to give fuel back before anything else: the displacement of the jump behind that, which a link changes.
    pub link: Option<u32>,
}

/// The bytes of a trace.
pub(crate) struct Encoded {
    pub bytes: Vec<u8>,
    /// Where the code begins, behind the constants.
    pub entry: u32,
    /// Where the loop begins.
    pub loop_start: Option<u32>,
    /// Where the stubs begin.
    pub stubs_at: u32,
    pub externals: Vec<External>,
    pub jumps: Vec<ExitJump>,
    pub stubs: Vec<Stub>,
}

/// Places that all traces share.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shared {
    /// Where the host enters.
    pub enter: usize,
    /// Where stubs go.
    pub exit: usize,
    /// Saves registers and runs a barrier.
    pub barrier: usize,
    /// Saves registers and looks a key up.
    pub look_up: usize,
    /// Is everything within reach of a 32-bit displacement from the region?
    pub region: (usize, usize),
    /// What exits' numbers are blinded with.
    pub exit_key: u32,
}

impl Shared {
    fn reaches(&self, target: usize) -> bool {
        let far = |from: usize| i32::try_from(target.wrapping_sub(from) as isize).is_err();
        !far(self.region.0) && !far(self.region.1)
    }
}

/// Encodes one trace.
struct Emitter<'e> {
    encoder: &'e mut Encoder,
    at: usize,
    out: Encoded,
    labels: Vec<Option<u32>>,
    /// Jumps to labels that were not bound yet, short ones unless constants are blinded.
    pending: Vec<(u32, u32)>,
    barriers: Vec<(u32, Reg)>,
    /// Where the displacements lie that lead to lookups out of line.
    lookups: Vec<(u32, LookUp)>,
    /// Where the first jump to an exit on each condition is: the others are copies.
    first_jump: [Option<(u32, u8)>; 17],
    shared: Shared,
    blinding: Option<Blinding<'e>>,
    error: Option<BackendError>,
}

/// What it takes to blind constants.
pub(crate) struct Blinding<'e> {
    pub known: Known,
    pub random: &'e mut Random,
}

/// The longest instruction.
const LONGEST: usize = 15;
/// Every item is at most two instructions.
const ITEM_BYTES: usize = 2 * LONGEST;

/// How a trace is encoded.
pub(crate) struct Style<'e> {
    pub shared: Shared,
    /// Exits report this with the snapshot.
    pub id: u32,
    pub blinding: Option<Blinding<'e>>,
    /// Does it begin with `endbr64`?
    pub endbr: bool,
}

/// Encodes a compiled trace.
pub(crate) fn encode<'e>(
    encoder: &'e mut Encoder,
    style: Style<'e>,
    compiled: &Compiled,
) -> Result<Encoded, BackendError> {
    let Style { shared, id, .. } = style;
    let items = compiled.items.len() + compiled.tail.len();
    let stubs = items;
    let blinded = style.blinding.as_ref().map_or(0, |b| {
        let all = compiled.items.iter().chain(&compiled.tail);
        let open = all.filter(|item| match item {
            Item::Ins(i) => blind::is_open(i, &b.known),
            Item::Number(..) => true,
            _ => false,
        });
        open.count() + compiled.refunds.len()
    });
    let mut buffer = Vec::new();
    // Addresses of far callees join the constants.
    let mut pool = Vec::new();
    pool.try_reserve_exact(compiled.pool.len())
        .map_err(out_of_memory)?;
    pool.extend_from_slice(&compiled.pool);
    for item in compiled.items.iter().chain(&compiled.tail) {
        if let Item::Call(target) = *item
            && !shared.reaches(target)
            && !pool.contains(&(target as u64))
        {
            pool.try_reserve(1).map_err(out_of_memory)?;
            pool.push(target as u64);
        }
    }
    buffer
        .try_reserve_exact(
            pool.len() * 8 + items * ITEM_BYTES + blinded * blind::BYTES + stubs * 24 + 64,
        )
        .map_err(out_of_memory)?;
    for word in &pool {
        buffer.extend_from_slice(&word.to_le_bytes());
    }
    let mut labels = Vec::new();
    labels
        .try_reserve_exact(compiled.labels as usize)
        .map_err(out_of_memory)?;
    labels.resize(compiled.labels as usize, None);
    let at = buffer.len();
    encoder.set_buffer(buffer);
    let mut e = Emitter {
        encoder,
        at,
        out: Encoded {
            bytes: Vec::new(),
            entry: at as u32,
            loop_start: None,
            stubs_at: 0,
            externals: Vec::new(),
            jumps: Vec::new(),
            stubs: Vec::new(),
        },
        labels,
        pending: Vec::new(),
        barriers: Vec::new(),
        lookups: Vec::new(),
        first_jump: [None; 17],
        shared,
        blinding: style.blinding,
        error: None,
    };
    if style.endbr {
        e.ins(&ins(Code::Endbr64, &[]));
    }
    e.code(compiled, &pool);
    e.rare_parts();
    e.stubs(id, &compiled.refunds);
    e.out.bytes = e.encoder.take_buffer();
    match e.error {
        Some(error) => Err(error),
        None => Ok(e.out),
    }
}

impl Emitter<'_> {
    fn fail(&mut self, e: BackendError) {
        self.error.get_or_insert(e);
    }
    fn ins(&mut self, i: &Instruction) {
        match self.encoder.encode(i, VIRTUAL_BASE + self.at as u64) {
            Ok(len) => self.at += len,
            Err(_) => self.fail(BackendError::Encoding),
        }
    }
    /// An instruction with constants that the script may have chosen.
    fn open(&mut self, i: &Instruction) {
        let Some(b) = self.blinding.as_mut() else {
            return self.ins(i);
        };
        if !blind::is_open(i, &b.known) {
            return self.ins(i);
        }
        match blind::blind(i, &b.known, b.random) {
            Ok(few) => self.all(&few),
            Err(e) => self.fail(e),
        }
    }
    fn all(&mut self, few: &Few) {
        for i in few.as_slice() {
            self.ins(i);
        }
    }
    /// Remembers something, or fails.
    fn keep<T>(list: &mut Vec<T>, x: T, error: &mut Option<BackendError>) {
        match list.try_reserve(1) {
            Ok(()) => list.push(x),
            Err(_) => {
                error.get_or_insert(BackendError::OutOfMemory);
            }
        }
    }
    /// Repeats bytes that were encoded before. Encoding anew costs much more.
    fn repeat(&mut self, from: u32, len: usize) {
        let mut bytes = self.encoder.take_buffer();
        let from = from as usize;
        if bytes.try_reserve(len).is_ok() && from + len <= bytes.len() {
            bytes.extend_from_within(from..from + len);
            self.at += len;
        } else {
            self.fail(BackendError::OutOfMemory);
        }
        self.encoder.set_buffer(bytes);
    }
    fn jump_to_exit(&mut self, cond: Cond, snap: u16) {
        match self.first_jump[cond as usize] {
            // Displacements to exits are written later.
            Some((at, len)) => self.repeat(at, len.into()),
            None => {
                let (begin, next) = (self.at, VIRTUAL_BASE + self.at as u64);
                self.ins(&cond.jump(false, next));
                self.first_jump[cond as usize] = Some((begin as u32, (self.at - begin) as u8));
            }
        }
        let jump = ExitJump {
            at: (self.at - 4) as u32,
            snap,
        };
        Self::keep(&mut self.out.jumps, jump, &mut self.error);
    }
    fn external(&mut self, i: &Instruction, target: usize) {
        self.ins(i);
        let external = External {
            at: (self.at - 4) as u32,
            target,
        };
        Self::keep(&mut self.out.externals, external, &mut self.error);
    }

    fn code(&mut self, compiled: &Compiled, pool: &[u64]) {
        // The last guard may jump back by itself.
        let (mut items, mut turn) = (&compiled.items[..], None);
        let has_loop = items.iter().any(|i| matches!(i, Item::LoopStart));
        if has_loop
            && compiled.tail.is_empty()
            && let [Item::Exit(cond, snap), rest @ ..] = items
            && let Some(inverted) = cond.inverted()
        {
            items = rest;
            turn = Some((inverted, *snap));
        }
        for item in items.iter().rev().chain(&compiled.tail) {
            self.one(item, pool);
        }
        if let Some(start) = self.out.loop_start {
            let (cond, snap) = turn.map_or((Cond::Always, None), |(c, s)| (c, Some(s)));
            let target = VIRTUAL_BASE + u64::from(start);
            let short = self.at - start as usize <= 126;
            self.ins(&cond.jump(short, target));
            if let Some(snap) = snap {
                self.jump_to_exit(Cond::Always, snap);
            }
        }
        if !self.pending.is_empty() {
            self.fail(BackendError::Encoding);
        }
    }
    fn one(&mut self, item: &Item, pool: &[u64]) {
        match *item {
            Item::Ins(ref i) => self.open(i),
            Item::Own(ref i) => self.ins(i),
            Item::Number(dst, bits, avx) => match self.blinding.as_mut() {
                Some(b) => {
                    let few = blind::load_number(b.random, dst, bits, avx);
                    self.all(&few);
                }
                None => self.fail(BackendError::Encoding),
            },
            Item::Exit(cond, snap) => self.jump_to_exit(cond, snap),
            Item::Jump(cond, label) => match self.labels.get(label.0 as usize).copied().flatten() {
                Some(target) => {
                    // Blinding may have put them far apart.
                    let short = self.at - target as usize <= 120;
                    self.ins(&cond.jump(short, VIRTUAL_BASE + u64::from(target)));
                }
                None => {
                    let short = self.blinding.is_none();
                    let next = VIRTUAL_BASE + self.at as u64 + if short { 2 } else { 0 };
                    self.ins(&cond.jump(short, next));
                    let size = if short { 1 } else { 4 };
                    let place = ((self.at - size) as u32, label.0);
                    Self::keep(&mut self.pending, place, &mut self.error);
                }
            },
            Item::Bind(label) => self.bind(label.0),
            Item::LoopStart => {
                while !self.at.is_multiple_of(16) {
                    self.nop(16 - self.at % 16);
                }
                self.out.loop_start = Some(self.at as u32);
            }
            Item::Call(target) => self.call(target, pool),
            Item::Goto(None) => {
                let entry = VIRTUAL_BASE + u64::from(self.out.entry);
                self.ins(&Cond::Always.jump(false, entry));
            }
            Item::Goto(Some(target)) => {
                let next = VIRTUAL_BASE + self.at as u64;
                self.external(&Cond::Always.jump(false, next), target);
            }
            Item::Barrier(object) => {
                let next = VIRTUAL_BASE + self.at as u64;
                self.ins(&Cond::NotEqual.jump(false, next));
                let place = (self.at as u32, object);
                Self::keep(&mut self.barriers, place, &mut self.error);
            }
            Item::LookUp(look_up) => {
                let next = VIRTUAL_BASE + self.at as u64;
                self.ins(&Cond::NotEqual.jump(false, next));
                let place = (self.at as u32, look_up);
                Self::keep(&mut self.lookups, place, &mut self.error);
            }
        }
    }
    /// One instruction that does nothing, of at most this many bytes.
    fn nop(&mut self, len: usize) {
        let m = match len {
            1 => return self.ins(&ins(Code::Nopd, &[])),
            2 => return self.ins(&ins(Code::Nopw, &[])),
            3 => crate::asm::Mem::at(Reg::RAX, 0),
            4..7 => crate::asm::Mem::at(Reg::RAX, 1),
            _ => crate::asm::Mem::at(Reg::RAX, 1 << 16),
        };
        self.ins(&ins(Code::Nop_rm32, &[Arg::M(m)]));
    }
    fn bind(&mut self, label: u32) {
        if let Some(l) = self.labels.get_mut(label as usize) {
            *l = Some(self.at as u32);
        }
        if self.pending.is_empty() {
            return;
        }
        let mut bytes = self.encoder.take_buffer();
        let at = self.at as u32;
        let is_short = self.blinding.is_none();
        let mut fits = true;
        self.pending.retain(|&(place, l)| {
            if l != label {
                return true;
            }
            if !is_short {
                write_displacement(&mut bytes, place, at);
                return false;
            }
            match (i8::try_from(at - place - 1), bytes.get_mut(place as usize)) {
                (Ok(d), Some(b)) => *b = d as u8,
                _ => fits = false,
            }
            false
        });
        self.encoder.set_buffer(bytes);
        if !fits {
            self.fail(BackendError::Encoding);
        }
    }
    fn call(&mut self, target: usize, pool: &[u64]) {
        if self.shared.reaches(target) {
            let mut i = Instruction::default();
            i.set_code(Code::Call_rel32_64);
            i.set_op0_kind(OpKind::NearBranch64);
            i.set_near_branch64(VIRTUAL_BASE + self.at as u64);
            self.external(&i, target);
            return;
        }
        match pool.iter().position(|&w| w == target as u64) {
            Some(index) => {
                let m = crate::asm::Mem::pool(index as i32 * 8);
                self.ins(&ins(Code::Call_rm64, &[Arg::M(m)]));
            }
            None => self.fail(BackendError::Encoding),
        }
    }

    /// A call of code that all traces share.
    fn call_shared(&mut self, target: usize) {
        let mut i = Instruction::default();
        i.set_code(Code::Call_rel32_64);
        i.set_op0_kind(OpKind::NearBranch64);
        i.set_near_branch64(VIRTUAL_BASE + self.at as u64);
        self.external(&i, target);
    }
    /// The rare parts of barriers and lookups.
    fn rare_parts(&mut self) {
        let barriers = core::mem::take(&mut self.barriers);
        for (back, object) in barriers {
            self.set_displacement(back - 4, self.at as u32);
            self.ins(&ins(Code::Push_r64, &[Arg::R(object.full())]));
            self.call_shared(self.shared.barrier);
            let target = VIRTUAL_BASE + u64::from(back);
            self.ins(&Cond::Always.jump(false, target));
        }
        for (back, l) in core::mem::take(&mut self.lookups) {
            self.set_displacement(back - 4, self.at as u32);
            for r in [l.table, l.key] {
                self.ins(&ins(Code::Push_r64, &[Arg::R(r.full())]));
            }
            self.call_shared(self.shared.look_up);
            self.ins(&ins(Code::Pop_r64, &[Arg::R(l.dst.full())]));
            if let Some((found, snap)) = l.exit {
                let cond = if found { Cond::NotEqual } else { Cond::Equal };
                self.jump_to_exit(cond, snap);
            }
            match self.labels.get(l.next.0 as usize).copied().flatten() {
                Some(next) => {
                    let target = VIRTUAL_BASE + u64::from(next);
                    self.ins(&Cond::Always.jump(false, target));
                }
                None => self.fail(BackendError::Encoding),
            }
        }
    }
    fn set_displacement(&mut self, at: u32, target: u32) {
        let mut bytes = self.encoder.take_buffer();
        write_displacement(&mut bytes, at, target);
        self.encoder.set_buffer(bytes);
    }

    /// A stub for each snapshot that something leaves with.
    fn stubs(&mut self, id: u32, refunds: &[u32]) {
        self.out.stubs_at = self.at as u32;
        let mut jumps = core::mem::take(&mut self.out.jumps);
        jumps.sort_unstable_by_key(|j| j.snap);
        // What all stubs have in common is encoded once.
        let mut model: Option<(u32, usize)> = None;
        for group in jumps.chunk_by(|a, b| a.snap == b.snap) {
            let Some(snap) = group.first().map(|j| j.snap) else {
                continue;
            };
            let mut stub = Stub {
                snap,
                at: self.at as u32,
                link: None,
            };
            let refund = refunds.get(usize::from(snap & !ASIDE)).copied();
            if let Some(refund @ 1..) = refund {
                let budget = crate::asm::Rm::Reg(Reg::BUDGET);
                let give = crate::asm::alu_imm(crate::asm::Alu::Add, true, budget, refund as i32);
                self.open(&give);
                if snap & ASIDE == 0 {
                    let next = VIRTUAL_BASE + self.at as u64 + 5;
                    self.ins(&Cond::Always.jump(false, next));
                    stub.link = Some(self.at as u32 - 4);
                }
            }
            Self::keep(&mut self.out.stubs, stub, &mut self.error);
            let value = (id | u32::from(snap)) ^ self.shared.exit_key;
            let begin = self.at;
            match model {
                None => {
                    let push = ins(Code::Pushq_imm32, &[Arg::I32To64(value as i32)]);
                    self.ins(&push);
                    let next = VIRTUAL_BASE + self.at as u64;
                    self.external(&Cond::Always.jump(false, next), self.shared.exit);
                    model = Some((begin as u32, self.at - begin));
                }
                Some((from, len)) => {
                    self.repeat(from, len);
                    let external = External {
                        at: (self.at - 4) as u32,
                        target: self.shared.exit,
                    };
                    Self::keep(&mut self.out.externals, external, &mut self.error);
                    // The operand is the end of the first of the two instructions, the other being as long.
                    let operand = begin + len / 2 - 4;
                    let mut bytes = self.encoder.take_buffer();
                    if let Some(place) = bytes.get_mut(operand..operand + 4) {
                        place.copy_from_slice(&value.to_le_bytes());
                    }
                    self.encoder.set_buffer(bytes);
                }
            }
        }
        let mut bytes = self.encoder.take_buffer();
        for j in &jumps {
            if let Some(stub) = self.out.stubs.iter().find(|s| s.snap == j.snap) {
                write_displacement(&mut bytes, j.at, stub.at);
            }
        }
        self.encoder.set_buffer(bytes);
        self.out.jumps = jumps;
    }
}

/// Lets the displacement at `at` lead to `target`, both being offsets.
pub(crate) fn write_displacement(bytes: &mut [u8], at: u32, target: u32) {
    if let Some(d) = bytes.get_mut(at as usize..at as usize + 4) {
        d.copy_from_slice(&target.wrapping_sub(at + 4).to_le_bytes());
    }
}

/// Where the parts of the shared code begin, behind the entry.
pub(crate) struct Offsets {
    pub exit: usize,
    pub barrier: usize,
    pub look_up: usize,
    /// Calls whose displacements have to be written.
    pub calls: [Option<External>; 2],
}

/// A jump or call to an offset.
fn near(code: Code, target: usize) -> Instruction {
    let mut i = Instruction::default();
    i.set_code(code);
    i.set_op0_kind(OpKind::NearBranch64);
    i.set_near_branch64(VIRTUAL_BASE + target as u64);
    i
}

/// The code that all traces share, in one piece: entry, exit, barrier, lookup. `key` is what exits' numbers are blinded with.
pub(crate) fn shared_code(
    encoder: &mut Encoder,
    layout: &crate::runtime::Layout,
    shared: Shared,
    hardening: Hardening,
    key: u32,
) -> Result<(Vec<u8>, Offsets), BackendError> {
    use crate::asm::{Alu, Mem, Rm, alu_imm, lea, mov_mr, mov_rm};
    use crate::registers::BIAS;
    use crate::runtime::{OpHelper, TraceContext};
    use core::mem::offset_of;

    let mut buffer = Vec::new();
    buffer.try_reserve_exact(2048).map_err(out_of_memory)?;
    encoder.set_buffer(buffer);
    let mut at = 0;
    let mut put = |encoder: &mut Encoder, i: Instruction| {
        let len = encoder.encode(&i, VIRTUAL_BASE + at as u64);
        at += len.map_err(|_| BackendError::Encoding)?;
        Ok(at)
    };
    let reg = Reg::gpr;
    let context = layout.vm.context;
    let vm = |offset: i32| Mem::at(Reg::VM, offset - context - BIAS);
    let in_context = |offset: usize| Mem::at(Reg::VM, offset as i32 - BIAS);
    let saved = [5, 3, 12, 13, 14, 15].map(reg);
    let rsp = Rm::Reg(Reg::RSP);

    if hardening.endbr {
        put(encoder, ins(Code::Endbr64, &[]))?;
    }
    for r in saved {
        put(encoder, ins(Code::Push_r64, &[Arg::R(r.full())]))?;
    }
    put(encoder, alu_imm(Alu::Sub, true, rsp, 8))?;
    put(
        encoder,
        lea(true, Reg::VM, Mem::at(Reg::RDI, context + BIAS)),
    )?;
    put(encoder, mov_rm(true, Reg::BASE, Rm::Reg(Reg::RSI)))?;
    put(
        encoder,
        mov_rm(true, Reg::BUDGET, Rm::Mem(vm(layout.vm.budget))),
    )?;
    let exit = if hardening.mask {
        // To where rdx points, by a return that is predicted to lead to an endless loop.
        let call = put(encoder, near(Code::Call_rel32_64, 0))?;
        put(encoder, ins(Code::Pause, &[]))?;
        put(encoder, ins(Code::Lfence, &[]))?;
        let behind = put(encoder, near(Code::Jmp_rel8_64, call))?;
        let target = Mem::at(Reg::RSP, 0);
        put(encoder, mov_mr(true, target, Reg::RDX))?;
        put(encoder, ins(Code::Retnq, &[]))?;
        let end = put(encoder, ins(Code::Int3, &[]))?;
        let mut bytes = encoder.take_buffer();
        write_displacement(&mut bytes, call as u32 - 4, behind as u32);
        encoder.set_buffer(bytes);
        end
    } else {
        put(encoder, ins(Code::Jmp_rm64, &[Arg::R(Register::RDX)]))?
    };

    for n in (0..16).filter(|&n| reg(n) != Reg::RSP) {
        let to = in_context(offset_of!(TraceContext, gpr) + n as usize * 8);
        put(encoder, mov_mr(true, to, reg(n)))?;
    }
    for n in 0..16 {
        let to = in_context(offset_of!(TraceContext, xmm) + n as usize * 8);
        let args = [Arg::M(to), Arg::R(Reg::xmm(n).full())];
        put(encoder, ins(Code::Movsd_xmmm64_xmm, &args))?;
    }
    put(encoder, mov_mr(true, vm(layout.vm.base), Reg::BASE))?;
    put(encoder, mov_mr(true, vm(layout.vm.budget), Reg::BUDGET))?;
    put(encoder, ins(Code::Pop_r64, &[Arg::R(Register::RAX)]))?;
    put(encoder, mov_rm(false, Reg::RAX, Rm::Reg(Reg::RAX)))?;
    if key != 0 {
        let unblind = [Arg::R(Register::EAX), Arg::I32(key as i32)];
        put(encoder, ins(Code::Xor_rm32_imm32, &unblind))?;
    }
    put(encoder, alu_imm(Alu::Add, true, rsp, 8))?;
    for r in saved.iter().rev() {
        put(encoder, ins(Code::Pop_r64, &[Arg::R(r.full())]))?;
    }
    let barrier = put(encoder, ins(Code::Retnq, &[]))?;

    // Calls that keep all registers. The arguments were pushed; so many bytes keep the stack aligned.
    let kept = [0, 1, 2, 6, 7, 8, 9, 10, 11].map(reg);
    let mut look_up = barrier;
    let mut calls = [None; 2];
    let helpers = [(OpHelper::Barrier, 136), (OpHelper::HashGet, 128)];
    for ((helper, room), call) in helpers.into_iter().zip(&mut calls) {
        for r in kept {
            put(encoder, ins(Code::Push_r64, &[Arg::R(r.full())]))?;
        }
        put(encoder, alu_imm(Alu::Sub, true, rsp, room))?;
        for n in 0..16 {
            let to = Mem::at(Reg::RSP, i32::from(n) * 8);
            let args = [Arg::M(to), Arg::R(Reg::xmm(n).full())];
            put(encoder, ins(Code::Movsd_xmmm64_xmm, &args))?;
        }
        put(
            encoder,
            lea(true, Reg::RDI, Mem::at(Reg::VM, -(context + BIAS))),
        )?;
        let last = Mem::at(Reg::RSP, room + 9 * 8 + 8);
        if helper == OpHelper::HashGet {
            put(encoder, mov_rm(true, Reg::RSI, Rm::Mem(last.plus(8))))?;
            put(encoder, mov_rm(true, Reg::RDX, Rm::Mem(last)))?;
        } else {
            put(encoder, mov_rm(true, Reg::RSI, Rm::Mem(last)))?;
        }
        let target = layout.ops[helper as usize];
        if hardening.mask && shared.reaches(target) {
            // No indirect call that could be predicted.
            let end = put(encoder, near(Code::Call_rel32_64, 0))?;
            *call = Some(External {
                at: end as u32 - 4,
                target,
            });
        } else {
            put(encoder, crate::asm::mov_imm(Reg::RAX, target as u64))?;
            put(encoder, ins(Code::Call_rm64, &[Arg::R(Register::RAX)]))?;
        }
        if helper == OpHelper::HashGet {
            // The result takes the place of the first argument; the flags say whether it is the shared nil's.
            put(encoder, mov_mr(true, last.plus(8), Reg::RAX))?;
            let nil = layout.nil_slot as u64;
            put(encoder, crate::asm::mov_imm(Reg::RCX, nil))?;
            let compare = crate::asm::alu_rm(Alu::Cmp, true, Reg::RAX, Rm::Reg(Reg::RCX));
            put(encoder, compare)?;
        }
        for n in 0..16 {
            let from = Mem::at(Reg::RSP, i32::from(n) * 8);
            let args = [Arg::R(Reg::xmm(n).full()), Arg::M(from)];
            put(encoder, ins(Code::Movsd_xmm_xmmm64, &args))?;
        }
        put(encoder, lea(true, Reg::RSP, Mem::at(Reg::RSP, room)))?;
        for r in kept.iter().rev() {
            put(encoder, ins(Code::Pop_r64, &[Arg::R(r.full())]))?;
        }
        let end = put(encoder, ins(Code::Retnq_imm16, &[Arg::I16(8)]))?;
        if helper == OpHelper::Barrier {
            look_up = end;
        }
    }
    let offsets = Offsets {
        exit,
        barrier,
        look_up,
        calls,
    };
    Ok((encoder.take_buffer(), offsets))
}
