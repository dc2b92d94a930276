//! Assembling traces into a region, linking their exits, and what is kept of each.

use alloc::vec::Vec;

use iced_x86::Encoder;
use perilune_ir::trace::compact;
use perilune_ir::types::IrRef;

use crate::blind::Known;
use crate::compile::{Compiled, Compiler, Record};
use crate::emit::{self, Blinding, ExitJump, Stub, Style};
use crate::error::BackendError;
use crate::input::{Entry, Hardening, Head, Input, Location};
use crate::random::Random;
use crate::region::{Block, ExecutableMemory, Region, Writer};
use crate::runtime::Layout;

/// Assembles traces. The first one of a process costs about a millisecond and half a megabyte, for the encoder's tables.
pub struct Assembler {
    encoder: Encoder,
    hardening: Hardening,
    random: Random,
}

/// A trace's machine code.
#[derive(Debug)]
pub struct Code {
    block: Block,
    entry: Entry,
    /// Offsets in the block.
    code_at: u32,
    loop_start: Option<u32>,
    stubs_at: u32,
    end: u32,
    jumps: Vec<ExitJump>,
    stubs: Vec<Stub>,
    records: Vec<Record>,
    homes: Vec<Option<Location>>,
}

/// Makes the tables that the encoder makes when it is used first and keeps for ever, for a host that wants to say when and where
/// they are allocated.
pub fn prepare() -> Result<(), BackendError> {
    match Encoder::try_new(64) {
        Ok(_) => Ok(()),
        Err(_) => Err(BackendError::Encoding),
    }
}

impl Assembler {
    /// An assembler for a region, whose common code it writes.
    pub fn try_new<M: ExecutableMemory>(
        region: &mut Region<M>,
        layout: &Layout,
    ) -> Result<Assembler, BackendError> {
        Assembler::hardened(region, layout, Hardening::default(), [0; 2])
    }
    /// The same with measures against hostile scripts, for which it needs bits that they can't know. They hold for all traces.
    pub fn hardened<M: ExecutableMemory>(
        region: &mut Region<M>,
        layout: &Layout,
        hardening: Hardening,
        bits: [u64; 2],
    ) -> Result<Assembler, BackendError> {
        let mut random = Random::new(bits);
        if hardening.place {
            let mut places = random;
            places.stir([random.next(), random.next()]);
            region.scatter(places);
        }
        let key = if hardening.blind {
            random.next() as u32
        } else {
            0
        };
        let mut encoder = Encoder::try_new(64).map_err(|_| BackendError::Encoding)?;
        let shared = region.shared;
        let (bytes, offsets) = emit::shared_code(&mut encoder, layout, shared, hardening, key)?;
        region.modify(|w| {
            let block = w.allocate(bytes.len())?;
            w.write(block.offset, &bytes)?;
            let start = w.start() + block.offset;
            for call in offsets.calls.iter().flatten() {
                w.point(block.offset + call.at as usize, call.target)?;
            }
            w.shared.enter = start;
            w.shared.exit = start + offsets.exit;
            w.shared.barrier = start + offsets.barrier;
            w.shared.look_up = start + offsets.look_up;
            w.shared.exit_key = key;
            Ok(())
        })??;
        Ok(Assembler {
            encoder,
            hardening,
            random,
        })
    }
    /// Takes more bits that scripts can't know.
    pub fn stir(&mut self, bits: [u64; 2]) {
        self.random.stir(bits);
    }
    /// The measures that were asked for.
    pub fn hardening(&self) -> Hardening {
        self.hardening
    }

    /// Compiles a trace and writes its code.
    pub fn assemble<M: ExecutableMemory>(
        &mut self,
        region: &mut Region<M>,
        input: &Input<'_>,
    ) -> Result<Code, BackendError> {
        self.assemble_and(region, input, |_, _| Ok(()))
    }

    /// The same, and does something more while the region is writable: links the exit that leads to a side trace. If that
    /// fails there is no trace.
    pub fn assemble_and<M: ExecutableMemory>(
        &mut self,
        region: &mut Region<M>,
        input: &Input<'_>,
        then: impl FnOnce(&mut Writer<'_>, &Code) -> Result<(), BackendError>,
    ) -> Result<Code, BackendError> {
        let compiled = compile(input, self.hardening)?;
        let style = Style {
            shared: region.shared,
            id: u32::from(input.number) << 16,
            blinding: self.hardening.blind.then(|| Blinding {
                known: Known::new(input.layout),
                random: &mut self.random,
            }),
            endbr: self.hardening.endbr && matches!(input.head, Head::Root),
        };
        let encoded = emit::encode(&mut self.encoder, style, &compiled)?;
        region.modify(|w| {
            let block = w.allocate(encoded.bytes.len())?;
            let written = w.write(block.offset, &encoded.bytes).and_then(|()| {
                encoded
                    .externals
                    .iter()
                    .try_for_each(|e| w.point(block.offset + e.at as usize, e.target))
            });
            if let Err(e) = written {
                w.release(block);
                return Err(e);
            }
            let (mut encoded, mut compiled) = (encoded, compiled);
            compact(&mut encoded.jumps);
            compact(&mut encoded.stubs);
            compact(&mut compiled.records);
            compact(&mut compiled.homes);
            let code = Code {
                block,
                entry: Entry(w.start() + block.offset + encoded.entry as usize),
                code_at: encoded.entry,
                loop_start: encoded.loop_start,
                stubs_at: encoded.stubs_at,
                end: encoded.bytes.len() as u32,
                jumps: encoded.jumps,
                stubs: encoded.stubs,
                records: compiled.records,
                homes: compiled.homes,
            };
            match then(w, &code) {
                Ok(()) => Ok(code),
                Err(e) => {
                    code.free(w);
                    Err(e)
                }
            }
        })?
    }
}

/// The instructions of a trace. A function of its own, for a compiler is large and kernels' stacks are small.
#[inline(never)]
fn compile(input: &Input<'_>, hardening: Hardening) -> Result<Compiled, BackendError> {
    Compiler::try_new(input, hardening)?.run()
}

impl Code {
    /// Where it is entered.
    pub fn entry(&self) -> Entry {
        self.entry
    }
    /// What it takes of the region.
    pub fn block(&self) -> Block {
        self.block
    }
    /// Where in the block the code begins, behind its constants, where its loop begins, and where the stubs of exits begin.
    pub fn layout(&self) -> (u32, Option<u32>, u32) {
        (self.code_at, self.loop_start, self.stubs_at)
    }
    /// Where in the block its last byte is followed by none.
    pub fn end(&self) -> u32 {
        self.end
    }
    /// Bytes of memory that it takes besides the region's.
    pub fn heap_size(&self) -> usize {
        self.jumps.capacity() * size_of::<ExitJump>()
            + self.stubs.capacity() * size_of::<Stub>()
            + self.records.capacity() * size_of::<Record>()
            + self.homes.capacity() * size_of::<Option<Location>>()
    }
    /// Where the values are that a snapshot needs: its entries, and what its sunk objects are made of. Constants, nil, false and true are
    /// not among them.
    pub fn locations(&self, snap: u16) -> impl Iterator<Item = (IrRef, Location)> + '_ {
        // The walk met the snapshots from the last to the first.
        let from = self.records.partition_point(|r| r.snap > snap);
        let records = self.records.get(from..).unwrap_or(&[]);
        records
            .iter()
            .take_while(move |r| r.snap == snap)
            .filter_map(|r| Some((r.value, r.location?)))
    }
    /// Where an instruction puts its result, if [`Input::note_homes`] asked for that: a register, or the spill slot of one that has none.
    pub fn home(&self, r: IrRef) -> Option<Location> {
        self.homes.get(r.index()).copied().flatten()
    }
    /// The address of an exit's stub, which is where its guards go unless the exit is linked. Exits for fuel and the like have others.
    pub fn stub(&self, snap: u16) -> Option<Entry> {
        let stub = self.stubs.iter().find(|s| s.snap == snap)?;
        Some(Entry(
            self.entry.0 - self.code_at as usize + stub.at as usize,
        ))
    }
    /// Offsets in the block and snapshots of all stubs, in order.
    pub fn stubs(&self) -> impl Iterator<Item = (u32, u16)> + '_ {
        self.stubs.iter().map(|s| (s.at, s.snap))
    }

    /// Lets the guards of an exit go to a side trace.
    pub fn link_exit(&self, w: &mut Writer<'_>, snap: u16, to: Entry) -> Result<(), BackendError> {
        let stub = self.stubs.iter().find(|s| s.snap == snap);
        if let Some(link) = stub.and_then(|s| s.link) {
            return w.point(self.block.offset + link as usize, to.0);
        }
        for j in self.jumps.iter().filter(|j| j.snap == snap) {
            w.point(self.block.offset + j.at as usize, to.0)?;
        }
        Ok(())
    }
    /// Lets them go to the exit's stub again.
    pub fn unlink_exit(&self, w: &mut Writer<'_>, snap: u16) -> Result<(), BackendError> {
        let Some(stub) = self.stubs.iter().find(|s| s.snap == snap) else {
            return Ok(());
        };
        let rest = stub.link.map_or(stub.at, |link| link + 4);
        let start = self.entry.0 - self.code_at as usize;
        self.link_exit(w, snap, Entry(start + rest as usize))
    }
    /// Gives its memory back. Nothing may run it or jump to it any more.
    pub fn free(self, w: &mut Writer<'_>) {
        w.release(self.block);
    }
}
