//! Arenas: aligned pieces of host memory that are cut into cells of one size, and the size classes.
//!
//! An arena is 32 KiB, aligned to its size, so that a cell's address leads to its arena by masking. Its head holds one mark bit
//! per 16 bytes. Arenas come from *chunks*, which hold 1 to 16 of them and are what the host is asked for; a
//! chunk goes back to the host when its last arena is given up.
//!
//! A cell that is free has a header of [`Kind::Free`] and a link to the next free cell of its arena. Cells of a fresh
//! arena are put on the free list a page at a time, so that memory which is never used is never touched.
//!
//! # Page offsets
//! A processor takes a load for dependent on an earlier store as long as only the lower 12 bits of their addresses are compared. If
//! the first cell of every arena were used first, then the stack, the bytecode and the constants of a small program would lie at the same
//! offset of their pages, and instructions and constants would wait for slots to be written. So the cells of an arena's first page are
//! handed out from [another place](Use) on, and round. The state's dispatch table has the place before the stack's, see [`Vm`](crate::vm::Vm).

use core::cell::Cell;
use core::ptr;

use super::header::{Header, Kind};

/// The size of an arena and its alignment.
pub(crate) const ARENA_SIZE: usize = 32 << 10;
/// What a mark bit stands for; sizes of cells are multiples of it.
pub(crate) const GRANULE: usize = 16;
/// The largest cell; whatever is larger comes from the host directly.
pub(crate) const MAX_CELL: usize = 2064;
const MARK_WORDS: usize = ARENA_SIZE / GRANULE / 64;
/// How many bytes of a fresh arena are cut into cells at a time.
const CARVE: usize = 4096;

/// The cell sizes. Those of the form 16·n + 16 hold table arrays of 2^k + 1 slots exactly.
pub(crate) const CELL_SIZES: [u32; CLASS_COUNT] = [
    16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 272, 320, 384, 448,
    528, 640, 768, 912, 1040, 1280, 1536, 1792, 2064,
];
/// How many size classes there are.
pub(crate) const CLASS_COUNT: usize = 29;

/// The class of each size, by granules.
static CLASS_OF: [u8; MAX_CELL / GRANULE + 1] = {
    let mut table = [0; MAX_CELL / GRANULE + 1];
    let mut granules = 0;
    let mut class = 0;
    while granules < table.len() {
        if granules * GRANULE > CELL_SIZES[class] as usize {
            class += 1;
        }
        table[granules] = class as u8;
        granules += 1;
    }
    table
};

/// The class of cells for `size` bytes, if it isn't a large size.
#[inline(always)]
pub(crate) fn class_of(size: usize) -> Option<usize> {
    if size <= MAX_CELL {
        Some(CLASS_OF[size.div_ceil(GRANULE)] as usize)
    } else {
        None
    }
}

/// What the cells of an arena are used for. The first page of cells is handed out from an offset on that depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Objects, prototypes with their bytecode and constants among them.
    Objects,
    /// Blocks that objects own, stacks among them.
    Blocks,
}

impl Use {
    /// The offset in a page for cells of a class: the second quarter for stacks, which programs store into most, the upper half for
    /// all else. Classes differ, so that objects used together don't compete for the same lines of the caches.
    const fn first_offset(self, class: usize) -> u32 {
        const SMALLEST_STACK: u32 = 640;
        match self {
            Use::Objects => 0x900 + class as u32 % 7 * 0x100,
            Use::Blocks if CELL_SIZES[class] >= SMALLEST_STACK => 0x440,
            Use::Blocks => 0x740 + class as u32 % 8 * 0x100,
        }
    }
}

/// A cell that is free.
#[repr(C)]
pub(crate) struct FreeCell {
    header: Header,
    pub next: *mut FreeCell,
}

/// The head of an arena.
#[repr(C)]
pub(crate) struct Arena {
    marks: [Cell<u64>; MARK_WORDS],
    /// The next arena of the same class and use.
    pub next: Cell<*mut Arena>,
    /// The next arena of the class that has free cells, and (for blocks only) the one before.
    pub next_available: Cell<*mut Arena>,
    pub prev_available: Cell<*mut Arena>,
    /// The first arena of the chunk, whose head also serves the chunk.
    pub chunk: Cell<*mut Arena>,
    /// Free cells, unless the heap has taken the list as the class's allocation list.
    pub free: Cell<*mut FreeCell>,
    pub cell_size: Cell<u32>,
    pub class: Cell<u8>,
    /// The number of the sweep that was the last to visit this arena, see `Heap::sweep_number`.
    pub swept: Cell<u8>,
    /// Is the arena in the list of those with free cells?
    pub is_available: Cell<bool>,
    /// Cells in use; kept for blocks only, the sweeper counts objects.
    pub live: Cell<u32>,
    /// The cell of the first page that is handed out first.
    pub first: Cell<u32>,
    /// Where the uncut rest begins.
    pub carved: Cell<u32>,
    /// The end of the last cell.
    pub end: Cell<u32>,
    /// Of a chunk: how many arenas it has.
    pub chunk_arenas: Cell<u32>,
    /// Of a chunk: which of them are free.
    pub chunk_free: Cell<u32>,
    /// Of a chunk: the next one that has a free arena, and the one before it.
    pub chunk_next: Cell<*mut Arena>,
    pub chunk_prev: Cell<*mut Arena>,
}

/// Where the cells begin.
const HEAD: usize = size_of::<Arena>().next_multiple_of(GRANULE);
const _: () = assert!(HEAD <= 384);

impl Arena {
    /// The arena of a cell.
    ///
    /// # Safety
    /// `cell` lies in an arena (it is no large object).
    #[inline(always)]
    pub unsafe fn of<'a, T>(cell: *const T) -> &'a Arena {
        // SAFETY: arenas are aligned to their size and live while they have a cell in use.
        unsafe { &*cell.map_addr(|a| a & !(ARENA_SIZE - 1)).cast::<Arena>() }
    }

    /// The mark bit of a cell: word and bit.
    #[inline(always)]
    fn mark_position<T>(cell: *const T) -> (usize, u64) {
        let granule = (cell.addr() & (ARENA_SIZE - 1)) / GRANULE;
        (granule / 64, 1 << (granule % 64))
    }
    /// Is the cell marked?
    #[inline(always)]
    pub fn is_marked<T>(&self, cell: *const T) -> bool {
        let (word, bit) = Self::mark_position(cell);
        self.marks[word].get() & bit != 0
    }
    /// Marks the cell; false if it was marked.
    #[inline(always)]
    pub fn mark<T>(&self, cell: *const T) -> bool {
        let (word, bit) = Self::mark_position(cell);
        let bits = self.marks[word].get();
        self.marks[word].set(bits | bit);
        bits & bit == 0
    }
    /// Clears all marks.
    pub fn clear_marks(&self) {
        for word in &self.marks {
            word.set(0);
        }
    }

    /// The start of the arena, as the address of its cells' offsets.
    #[inline(always)]
    fn start(&self) -> *mut u8 {
        (self as *const Arena).cast::<u8>().cast_mut()
    }

    /// Prepares the arena for cells of a class.
    pub fn set_class(&self, class: usize, usage: Use, swept: u8) {
        let size = CELL_SIZES[class];
        self.clear_marks();
        self.next.set(ptr::null_mut());
        self.next_available.set(ptr::null_mut());
        self.prev_available.set(ptr::null_mut());
        self.free.set(ptr::null_mut());
        self.cell_size.set(size);
        self.class.set(class as u8);
        self.swept.set(swept);
        self.is_available.set(false);
        self.live.set(0);
        let offset = usage.first_offset(class) - HEAD as u32;
        let last = (CARVE as u32 / size).max(1) - 1;
        self.first.set(offset.div_ceil(size).min(last));
        self.carved.set(HEAD as u32);
        self.end
            .set(HEAD as u32 + (ARENA_SIZE - HEAD) as u32 / size * size);
    }

    /// Are all arenas of this chunk free?
    pub fn is_unused(&self) -> bool {
        self.chunk_free.get() == u32::MAX >> (32 - self.chunk_arenas.get())
    }

    /// Has the arena a cell that was never used?
    #[inline]
    pub fn can_carve(&self) -> bool {
        self.carved.get() < self.end.get()
    }

    /// Puts the next page of never used cells on the free list.
    ///
    /// # Safety
    /// The arena belongs to the caller's heap.
    pub unsafe fn carve(&self) {
        let size = self.cell_size.get();
        let from = self.carved.get();
        let cells = ((self.end.get() - from) / size).min((CARVE as u32 / size).max(1));
        self.carved.set(from + cells * size);
        let is_first_page = from == HEAD as u32;
        let first = if is_first_page { self.first.get() } else { 0 };
        for i in (0..cells).rev() {
            let cell = from + (first + i) % cells * size;
            // SAFETY: `carved..end` holds whole cells that nobody uses.
            unsafe { self.put_free(self.start().add(cell as usize)) }
        }
    }

    /// Makes a cell free and puts it on the arena's free list.
    ///
    /// # Safety
    /// `cell` is a cell of this arena that nobody uses.
    #[inline]
    pub unsafe fn put_free(&self, cell: *mut u8) {
        // SAFETY: cells are at least 16 bytes, and this one is the caller's.
        unsafe {
            if cfg!(feature = "paranoid") {
                ptr::write_bytes(cell, POISON, self.cell_size.get() as usize);
            }
            let cell = cell.cast::<FreeCell>();
            cell.write(FreeCell {
                header: Header::new(Kind::Free, 0, 0),
                next: self.free.get(),
            });
            self.free.set(cell);
        }
    }

    /// The cells that have been in use, by address.
    pub fn cells(&self) -> impl Iterator<Item = *mut u8> + use<> {
        let start = self.start();
        (HEAD..self.carved.get() as usize)
            .step_by(self.cell_size.get() as usize)
            .map(move |offset| start.wrapping_add(offset))
    }
}

/// What free cells are filled with under `paranoid`.
pub(crate) const POISON: u8 = 0xDB;
