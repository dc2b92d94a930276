//! Code memory: one region, reserved at start, never writable and executable at once.
//!
//! The region is executable. For the length of a closure [`Region::modify`] gives out the [`Writer`], the only thing that can write. It makes
//! writable only pieces of some pages around what it writes to, for a change costs in proportion to the pages, and makes them executable
//! again when it is done; no code runs meanwhile. Blocks are allocated first-fit from a list of free ranges and given back one by one.
#![allow(unsafe_code)]

use alloc::vec::Vec;
use core::ptr::NonNull;

use crate::compile::out_of_memory;
use crate::emit::{ASIDE, Shared};
use crate::error::BackendError;
use crate::random::Random;

/// The host's memory for code.
///
/// # Safety
/// `reserve` gives memory that nothing else uses and that stays where it is until `release`; after `make_executable` returned true it can
/// be executed, after `make_writable` returned true, written, at the address that `writable_at` tells. It need never be both.
pub unsafe trait ExecutableMemory {
    /// Reserves this many bytes, aligned to a page. They may be neither writable nor executable yet.
    fn reserve(&mut self, len: usize) -> Option<NonNull<u8>>;
    /// Makes a range writable, and no longer executable.
    fn make_writable(&mut self, from: NonNull<u8>, len: usize) -> bool;
    /// Makes a range executable, and no longer writable.
    fn make_executable(&mut self, from: NonNull<u8>, len: usize) -> bool;
    /// Where a byte of what was reserved is written: there, unless the host maps the memory twice, executable at one place and writable
    /// at another. Asked while its page is writable.
    fn writable_at(&self, address: NonNull<u8>) -> NonNull<u8> {
        address
    }
    /// Gives back what was reserved.
    fn release(&mut self, from: NonNull<u8>, len: usize);
}

/// A range of the region, by offsets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block {
    /// Where it begins.
    pub offset: usize,
    /// How long it is.
    pub len: usize,
}

/// Blocks are multiples of this, and so aligned.
const ALIGN: usize = 16;

/// The most bytes that are left free before a block at a random place.
const MOST_GAP: usize = 16 << 10;

/// The region.
pub struct Region<M: ExecutableMemory> {
    memory: M,
    start: NonNull<u8>,
    len: usize,
    /// Free ranges in order, no two adjacent.
    free: Vec<Block>,
    pub(crate) shared: Shared,
    /// Chooses where blocks lie, unless it is the first place.
    places: Option<Random>,
    /// The host refused to make it executable again.
    is_broken: bool,
}

/// Permission to write to the region.
pub struct Writer<'r> {
    memory: &'r mut dyn ExecutableMemory,
    start: NonNull<u8>,
    len: usize,
    free: &'r mut Vec<Block>,
    pub(crate) shared: &'r mut Shared,
    places: Option<&'r mut Random>,
    /// The ranges that are writable.
    open: [Block; OPEN_RANGES],
    opened: usize,
}

/// So many ranges are writable at a time, before they are made one.
const OPEN_RANGES: usize = 4;
/// Rights are changed for so many bytes at once, from a multiple of that on: a trace's exit and the code of its side trace often lie within
/// one such piece, and fewer pieces of other rights cost the system less.
const PIECE: usize = 1 << 16;

impl<M: ExecutableMemory> Region<M> {
    /// Reserves a region.
    pub fn try_new(mut memory: M, len: usize) -> Result<Region<M>, BackendError> {
        let mut free = Vec::new();
        free.try_reserve(16).map_err(out_of_memory)?;
        free.push(Block { offset: 0, len });
        let start = memory.reserve(len).ok_or(BackendError::CodeMemoryFull)?;
        let first = start.as_ptr().addr();
        Ok(Region {
            memory,
            start,
            len,
            free,
            shared: Shared {
                region: (first, first + len),
                ..Shared::default()
            },
            places: None,
            is_broken: false,
        })
    }
    /// From now on blocks lie at random places.
    pub(crate) fn scatter(&mut self, places: Random) {
        self.places = Some(places);
    }
    /// Its first address.
    pub fn start(&self) -> usize {
        self.start.as_ptr().addr()
    }
    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.len
    }
    /// Has it no bytes?
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// How many bytes are free.
    pub fn free(&self) -> usize {
        self.free.iter().map(|b| b.len).sum()
    }
    /// Does an address lie in it?
    pub fn contains(&self, address: usize) -> bool {
        (self.start()..self.start() + self.len).contains(&address)
    }
    /// The bytes of a block, for dumps.
    pub fn bytes(&self, block: Block) -> &[u8] {
        if self.is_broken || block.offset.saturating_add(block.len) > self.len {
            return &[];
        }
        // SAFETY: the range lies in the region, which is readable while it is executable, and is written only by a writer, which
        // borrows the region mutably.
        unsafe { core::slice::from_raw_parts(self.start.as_ptr().add(block.offset), block.len) }
    }

    /// Lets a closure change the region.
    pub fn modify<R>(
        &mut self,
        change: impl FnOnce(&mut Writer<'_>) -> R,
    ) -> Result<R, BackendError> {
        if self.is_broken {
            return Err(BackendError::Protection);
        }
        let mut writer = Writer {
            memory: &mut self.memory,
            start: self.start,
            len: self.len,
            free: &mut self.free,
            shared: &mut self.shared,
            places: self.places.as_mut(),
            open: [Block { offset: 0, len: 0 }; OPEN_RANGES],
            opened: 0,
        };
        let result = change(&mut writer);
        if !writer.close() {
            self.is_broken = true;
            return Err(BackendError::Protection);
        }
        Ok(result)
    }

    /// Enters machine code, and returns where it was left.
    ///
    /// # Safety
    /// `vm` is the state that the layout of the region's code describes, `base` the base of its running frame, and `entry` the
    /// entry of a trace that lies in this region, was assembled with that layout, and fits the code that the frame runs.
    pub unsafe fn enter(&self, vm: *mut u8, base: *mut u64, entry: crate::input::Entry) -> Exit {
        if self.is_broken {
            return Exit {
                trace: 0,
                snap: 0,
                aside: true,
            };
        }
        type Enter = unsafe extern "sysv64" fn(*mut u8, *mut u64, usize) -> u64;
        let at = self.shared.enter.wrapping_sub(self.start());
        let at = self.start.as_ptr().wrapping_add(at);
        // SAFETY: there is the code that `Assembler::try_new` wrote, without which there is no entry, and which has this signature; the
        // region is executable unless it is broken.
        let enter = unsafe { core::mem::transmute::<*mut u8, Enter>(at) };
        // SAFETY: the caller's promises.
        let left = unsafe { enter(vm, base, entry.address()) };
        Exit {
            trace: (left >> 16) as u16,
            snap: left as u16 & !ASIDE,
            aside: left as u16 & ASIDE != 0,
        }
    }
}

impl<M: ExecutableMemory> Drop for Region<M> {
    fn drop(&mut self) {
        self.memory.release(self.start, self.len);
    }
}

/// Where machine code was left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Exit {
    /// The trace's number.
    pub trace: u16,
    /// The snapshot's.
    pub snap: u16,
    /// Was it left for a reason that has nothing to do with the snapshot: fuel, the collector, the stack? No side trace can go on then.
    pub aside: bool,
}

impl Writer<'_> {
    /// The region's first address.
    pub(crate) fn start(&self) -> usize {
        self.start.as_ptr().addr()
    }
    /// Takes a block.
    pub(crate) fn allocate(&mut self, len: usize) -> Result<Block, BackendError> {
        let len = len.next_multiple_of(ALIGN).max(ALIGN);
        let mut fits = self.free.iter().position(|b| b.len >= len);
        let mut gap = 0;
        if let Some(random) = &mut self.places {
            // Any range that fits, and a place in it.
            let count = self.free.iter().filter(|b| b.len >= len).count();
            let which = random.below(count);
            let mut all = (0..self.free.len()).filter(|&i| self.free[i].len >= len);
            fits = all.nth(which);
            let room = fits.map_or(0, |i| self.free[i].len - len);
            gap = random.below(room.min(MOST_GAP) / ALIGN + 1) * ALIGN;
        }
        let i = fits.ok_or(BackendError::CodeMemoryFull)?;
        // Room for the range that a release may add, and for the gap.
        self.free.try_reserve(2).map_err(out_of_memory)?;
        let range = &mut self.free[i];
        let block = Block {
            offset: range.offset + gap,
            len,
        };
        let rest = Block {
            offset: block.offset + len,
            len: range.len - gap - len,
        };
        match (gap, rest.len) {
            (0, 0) => {
                self.free.remove(i);
            }
            (0, _) => *range = rest,
            (_, 0) => range.len = gap,
            (_, _) => {
                range.len = gap;
                self.free.insert(i + 1, rest);
            }
        }
        Ok(block)
    }
    /// Gives a block back. Nothing may run it or jump to it any more.
    pub(crate) fn release(&mut self, block: Block) {
        let i = self.free.partition_point(|b| b.offset < block.offset);
        let before = i.checked_sub(1).map(|i| self.free[i]);
        let joins_before = before.is_some_and(|b| b.offset + b.len == block.offset);
        let joins_after = self
            .free
            .get(i)
            .is_some_and(|b| block.offset + block.len == b.offset);
        match (joins_before, joins_after) {
            (true, true) => {
                let after = self.free.remove(i);
                self.free[i - 1].len += block.len + after.len;
            }
            (true, false) => self.free[i - 1].len += block.len,
            (false, true) => {
                self.free[i].offset = block.offset;
                self.free[i].len += block.len;
            }
            // Where there is no memory to note it the block is lost, no more.
            (false, false) => {
                if self.free.try_reserve(1).is_ok() {
                    self.free.insert(i, block);
                }
            }
        }
    }
    /// The address of a page.
    fn page(&self, offset: usize) -> NonNull<u8> {
        // SAFETY: the offset is within the region.
        unsafe { self.start.add(offset) }
    }
    /// Makes the pieces that a range of the region touches writable.
    fn open(&mut self, from: usize, to: usize) -> Result<(), BackendError> {
        let mut from = from / PIECE * PIECE;
        let mut to = to.next_multiple_of(PIECE).min(self.len);
        let open = self.open.get(..self.opened).unwrap_or(&[]);
        let is_open = |b: &Block| b.offset <= from && to <= b.offset + b.len;
        if open.iter().any(is_open) {
            return Ok(());
        }
        if self.opened == OPEN_RANGES {
            for b in open {
                from = from.min(b.offset);
                to = to.max(b.offset + b.len);
            }
        }
        if !self.memory.make_writable(self.page(from), to - from) {
            return Err(BackendError::Protection);
        }
        if self.opened == OPEN_RANGES {
            self.opened = 0;
        }
        self.open[self.opened] = Block {
            offset: from,
            len: to - from,
        };
        self.opened += 1;
        Ok(())
    }
    /// Makes executable what is writable. False if the host refuses.
    fn close(&mut self) -> bool {
        let mut done = true;
        for i in 0..self.opened {
            let b = self.open[i];
            done &= self.memory.make_executable(self.page(b.offset), b.len);
        }
        self.opened = 0;
        done
    }
    /// Writes bytes.
    pub(crate) fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), BackendError> {
        let end = offset.checked_add(bytes.len());
        let Some(end) = end.filter(|&end| end <= self.len) else {
            return Err(BackendError::Encoding);
        };
        self.open(offset, end)?;
        let to = self.memory.writable_at(self.page(offset));
        // SAFETY: the range lies in the region, and its pages are writable, all of them in a row.
        unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), to.as_ptr(), bytes.len()) };
        Ok(())
    }
    /// Lets a displacement lead to an address.
    pub(crate) fn point(&mut self, offset: usize, target: usize) -> Result<(), BackendError> {
        let next = self.start() + offset + 4;
        let d = i32::try_from(target.wrapping_sub(next) as isize);
        let d = d.map_err(|_| BackendError::Encoding)?;
        self.write(offset, &d.to_le_bytes())
    }
}
