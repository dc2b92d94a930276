//! The heap: its state, allocation, accounting and the write barrier's entry.

use core::alloc::Layout;
use core::mem::MaybeUninit;
use core::ops::Deref;
use core::ptr::{self, NonNull};

extern crate alloc;
use alloc::boxed::Box;

use super::arena::{ARENA_SIZE, Arena, CELL_SIZES, CLASS_COUNT, FreeCell, GRANULE, Use, class_of};
use super::collector::{Collector, FIRST_ALLOWANCE, Phase};
use super::header::{Header, Kind, Object, READONLY};
use super::intern::InternTable;
use super::large::LargeList;
use crate::bytecode::Ins;
use crate::host::Memory;
use crate::value::table::TableError;
use crate::value::{Gc, Str, Table, Value};

/// The host has no more memory, or the state's limit is reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutOfMemory;

/// Permission to store references into an object: the barrier has run.
///
/// It must not be kept over a safepoint.
pub struct Write<T>(Gc<T>);

impl<T> Deref for Write<T> {
    type Target = Gc<T>;
    #[inline(always)]
    fn deref(&self) -> &Gc<T> {
        &self.0
    }
}

/// The arenas of one size class and one use.
pub(super) struct ClassArenas {
    /// All of them, but for the unswept ones.
    pub all: *mut Arena,
    /// Those that the sweep under way has to visit yet.
    pub unswept: *mut Arena,
    /// Those with free cells, without the current one.
    pub available: *mut Arena,
    /// The one whose free cells are the class's allocation list (objects only).
    pub current: *mut Arena,
}

impl ClassArenas {
    const EMPTY: ClassArenas = ClassArenas {
        all: ptr::null_mut(),
        unswept: ptr::null_mut(),
        available: ptr::null_mut(),
        current: ptr::null_mut(),
    };
}

/// The collected heap of one state.
#[repr(C)]
pub struct Heap {
    /// The flag bit that says "traversed in this cycle", or 0 while no barrier is needed.
    pub(crate) barrier_mask: u8,
    /// The number of the latest sweep, modulo 256. Arenas and large objects that carry it need no visit.
    pub(super) sweep_number: u8,
    /// Bytes that may be allocated until the next safepoint has to do a step; negative when a step is due.
    pub(crate) debt: isize,
    /// The allocation list of each size class of objects. Machine code pops from it and lowers `debt`.
    pub(crate) free: [*mut FreeCell; CLASS_COUNT],
    /// Bytes in use are `base - debt`.
    pub(super) base: isize,
    pub(super) peak: usize,
    /// Bytes that the host has given, and those of [`Heap::count_outside`].
    pub(super) reserved: usize,
    pub(super) limit: usize,
    /// The instruction that native functions begin with (`FUNCC`); the state sets it.
    pub(crate) native_code: *const Ins,
    /// Coroutines that aren't freed yet.
    pub(super) threads: usize,
    /// The allocation that fails counts down to 0 here; 0 when no failure is wanted.
    fail_in: u64,
    pub(super) objects: [ClassArenas; CLASS_COUNT],
    pub(super) blocks: [ClassArenas; CLASS_COUNT],
    /// Chunks that have free arenas.
    chunks: *mut Arena,
    /// Bytes of chunks all of whose arenas are free.
    spare: usize,
    /// Bytes of all chunks.
    in_chunks: usize,
    arena_count: usize,
    pub(super) large: LargeList,
    pub(super) strings: InternTable,
    pub(super) gc: Collector,
    /// Traces whose prototypes died.
    #[cfg(feature = "jit")]
    pub(crate) orphans: crate::jit::anchor::Anchors,
    memory: Box<dyn Memory>,
}

const MEMORY_ALIGN: usize = 16;
/// What the growth of a large block is divided by before it brings the next cycle nearer. It leaves no garbage behind, and just
/// after it, while the block is being filled, a cycle would find the least.
pub(super) const GROWTH_DISCOUNT: isize = 4;

impl Heap {
    /// A heap that takes at most `limit` bytes from `memory` and keys its string hash with `hash_key`.
    pub fn new(
        memory: Box<dyn Memory>,
        limit: usize,
        hash_key: [u64; 2],
    ) -> Result<Heap, OutOfMemory> {
        let mut place = MaybeUninit::uninit();
        // SAFETY: the place is writable, and holds a heap where `init` succeeds.
        unsafe {
            Heap::init(place.as_mut_ptr(), memory, limit, hash_key)?;
            Ok(place.assume_init())
        }
    }

    /// The same in a place of the caller's choice: a heap is too large to be handed around on the host's stack. Where it fails
    /// nothing is left in the place.
    ///
    /// # Safety
    /// `place` is valid for writes and properly aligned.
    #[inline(never)]
    pub(crate) unsafe fn init(
        place: *mut Heap,
        memory: Box<dyn Memory>,
        limit: usize,
        hash_key: [u64; 2],
    ) -> Result<(), OutOfMemory> {
        let empty = Heap {
            barrier_mask: READONLY,
            sweep_number: 0,
            debt: isize::MAX / 2,
            free: [ptr::null_mut(); CLASS_COUNT],
            base: isize::MAX / 2,
            peak: 0,
            reserved: 0,
            limit,
            native_code: ptr::null(),
            threads: 0,
            fail_in: 0,
            objects: [const { ClassArenas::EMPTY }; CLASS_COUNT],
            blocks: [const { ClassArenas::EMPTY }; CLASS_COUNT],
            chunks: ptr::null_mut(),
            spare: 0,
            in_chunks: 0,
            arena_count: 0,
            large: LargeList::EMPTY,
            strings: InternTable::new(hash_key),
            gc: Collector::new(),
            #[cfg(feature = "jit")]
            orphans: crate::jit::anchor::Anchors::new(),
            memory,
        };
        // SAFETY: the caller's promise.
        let heap = unsafe {
            place.write(empty);
            &mut *place
        };
        let filled = heap.fill();
        if filled.is_err() {
            // SAFETY: it was just written.
            unsafe { ptr::drop_in_place(place) };
        }
        filled
    }

    /// Makes what a new heap has from the beginning.
    fn fill(&mut self) -> Result<(), OutOfMemory> {
        self.make_intern_table()?;
        self.gc.mode_name = Some(self.intern(b"__mode")?);
        self.gc.gc_name = Some(self.intern(b"__gc")?);
        self.set_allowance(FIRST_ALLOWANCE);
        Ok(())
    }

    // ---- accounting ----

    /// Bytes in use by objects and what they own.
    #[inline]
    pub fn used(&self) -> usize {
        (self.base - self.debt) as usize
    }
    /// The most bytes that were ever in use at once.
    pub fn peak(&self) -> usize {
        self.peak.max(self.used())
    }
    /// Bytes taken from the host.
    pub fn reserved(&self) -> usize {
        self.reserved
    }
    /// Bytes of blocks and objects that are too large for arenas.
    pub(super) fn large_bytes(&self) -> usize {
        self.reserved - self.in_chunks
    }
    /// The most bytes that may be taken from the host.
    pub fn limit(&self) -> usize {
        self.limit
    }
    /// How many coroutines there are, the main thread and dead ones that aren't collected yet included.
    pub fn thread_count(&self) -> usize {
        self.threads
    }
    /// Changes the limit. What is taken already stays.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }
    /// Makes the `n`-th allocation from now on fail; 0 makes none fail. For tests.
    pub fn fail_allocation(&mut self, n: u64) {
        self.fail_in = n;
        self.flush_allocation_lists();
    }
    /// Has the failure that [`Heap::fail_allocation`] ordered not come yet?
    pub fn awaits_failure(&self) -> bool {
        self.fail_in != 0
    }
    /// Bytes that the host may still be asked for, or that wait to be given back to it.
    pub(crate) fn room(&self) -> usize {
        self.limit
            .saturating_sub(self.reserved)
            .saturating_add(self.spare)
    }
    /// Counts memory that comes from elsewhere but is the state's: `new` bytes in place of the `old` that were counted before.
    pub(crate) fn count_outside(&mut self, old: usize, new: usize) -> Result<(), OutOfMemory> {
        let more = new.saturating_sub(old);
        if more > self.limit.saturating_sub(self.reserved) {
            self.release_spare_chunks();
            if more > self.limit.saturating_sub(self.reserved) {
                return Err(OutOfMemory);
            }
        }
        self.reserved = self.reserved - old + new;
        Ok(())
    }
    /// Notes the peak before memory is given back.
    #[inline]
    pub(super) fn note_peak(&mut self) {
        self.peak = self.peak();
    }

    // ---- the host's memory ----

    fn injected_failure(&mut self) -> Result<(), OutOfMemory> {
        if self.fail_in != 0 {
            self.fail_in -= 1;
            if self.fail_in == 0 {
                return Err(OutOfMemory);
            }
        }
        Ok(())
    }

    pub(super) fn take(&mut self, layout: Layout) -> Result<NonNull<u8>, OutOfMemory> {
        if layout.size() > self.limit.saturating_sub(self.reserved) {
            self.release_spare_chunks();
            if layout.size() > self.limit.saturating_sub(self.reserved) {
                return Err(OutOfMemory);
            }
        }
        let block = match self.memory.allocate(layout) {
            Some(block) => block,
            None => {
                self.release_spare_chunks();
                self.memory.allocate(layout).ok_or(OutOfMemory)?
            }
        };
        self.reserved += layout.size();
        Ok(block)
    }

    /// Gives memory back to the host.
    ///
    /// # Safety
    /// `block` came from [`Heap::take`] with this layout and is used no more.
    pub(super) unsafe fn give_back(&mut self, block: NonNull<u8>, layout: Layout) {
        self.reserved -= layout.size();
        // SAFETY: the caller's promise.
        unsafe { self.memory.deallocate(block, layout) }
    }

    /// Counts memory outside of the heap as the state's.
    #[cfg(feature = "jit")]
    pub(crate) fn charge(&mut self, bytes: usize) -> Result<(), OutOfMemory> {
        self.injected_failure()?;
        if bytes > self.limit.saturating_sub(self.reserved) {
            self.release_spare_chunks();
            if bytes > self.limit.saturating_sub(self.reserved) {
                return Err(OutOfMemory);
            }
        }
        self.reserved += bytes;
        self.debt -= bytes as isize;
        Ok(())
    }
    /// The memory was given back.
    #[cfg(feature = "jit")]
    pub(crate) fn uncharge(&mut self, bytes: usize) {
        self.note_peak();
        self.reserved -= bytes;
        self.debt += bytes as isize;
    }

    // ---- arenas ----

    fn chunk_layout(arenas: u32) -> Layout {
        // SAFETY: the alignment is a power of two, and at most 32 arenas can't overflow.
        unsafe { Layout::from_size_align_unchecked(arenas as usize * ARENA_SIZE, ARENA_SIZE) }
    }

    fn new_chunk(&mut self) -> Result<(), OutOfMemory> {
        let wanted = (self.arena_count / 4).clamp(4, 16) as u32;
        let (block, arenas) = match self.take(Self::chunk_layout(wanted)) {
            Ok(block) => (block, wanted),
            Err(OutOfMemory) => (self.take(Self::chunk_layout(1))?, 1),
        };
        let chunk = block.as_ptr().cast::<Arena>();
        // SAFETY: the chunk is fresh and large enough; zeroes are a valid arena head, all cells of integers and
        // pointers.
        unsafe {
            for i in 0..arenas as usize {
                let arena = chunk.byte_add(i * ARENA_SIZE);
                arena.write_bytes(0, 1);
                (*arena).chunk.set(chunk);
            }
            (*chunk).chunk_arenas.set(arenas);
            (*chunk).chunk_free.set(u32::MAX >> (32 - arenas));
            self.link_chunk(&*chunk);
            self.spare += arenas as usize * ARENA_SIZE;
            self.in_chunks += arenas as usize * ARENA_SIZE;
        }
        Ok(())
    }

    /// Puts a chunk into the list of those with free arenas.
    ///
    /// # Safety
    /// It is none of them yet.
    unsafe fn link_chunk(&mut self, chunk: &Arena) {
        let this = (chunk as *const Arena).cast_mut();
        chunk.chunk_prev.set(ptr::null_mut());
        chunk.chunk_next.set(self.chunks);
        // SAFETY: the list holds chunks of this heap.
        if let Some(next) = unsafe { self.chunks.as_ref() } {
            next.chunk_prev.set(this);
        }
        self.chunks = this;
    }

    /// Takes a chunk out of the list of those with free arenas.
    ///
    /// # Safety
    /// It is one of them.
    unsafe fn unlink_chunk(&mut self, chunk: &Arena) {
        // SAFETY: the list holds chunks of this heap.
        unsafe {
            match chunk.chunk_prev.get().as_ref() {
                Some(prev) => prev.chunk_next.set(chunk.chunk_next.get()),
                None => self.chunks = chunk.chunk_next.get(),
            }
            if let Some(next) = chunk.chunk_next.get().as_ref() {
                next.chunk_prev.set(chunk.chunk_prev.get());
            }
        }
    }

    pub(super) fn new_arena(
        &mut self,
        class: usize,
        usage: Use,
    ) -> Result<*mut Arena, OutOfMemory> {
        if self.chunks.is_null() {
            self.new_chunk()?;
        }
        // SAFETY: a chunk in the list has a free arena.
        unsafe {
            let chunk = &*self.chunks;
            if chunk.is_unused() {
                self.spare -= chunk.chunk_arenas.get() as usize * ARENA_SIZE;
            }
            let index = chunk.chunk_free.get().trailing_zeros();
            chunk.chunk_free.set(chunk.chunk_free.get() & !(1 << index));
            if chunk.chunk_free.get() == 0 {
                self.unlink_chunk(chunk);
            }
            let arena = (chunk as *const Arena)
                .cast_mut()
                .byte_add(index as usize * ARENA_SIZE);
            (*arena).set_class(class, usage, self.sweep_number);
            self.arena_count += 1;
            Ok(arena)
        }
    }

    /// Gives up an arena. A chunk without an arena in use goes back to the host, but for a few that are
    /// kept for the next allocations.
    ///
    /// # Safety
    /// The arena is in no list and none of its cells is in use.
    pub(super) unsafe fn release_arena(&mut self, arena: *mut Arena) {
        self.arena_count -= 1;
        // SAFETY: every arena knows its chunk.
        unsafe {
            let chunk = &*(*arena).chunk.get();
            let index = (arena.addr() - ptr::from_ref(chunk).addr()) / ARENA_SIZE;
            if chunk.chunk_free.get() == 0 {
                self.link_chunk(chunk);
            }
            chunk.chunk_free.set(chunk.chunk_free.get() | 1 << index);
            if chunk.is_unused() {
                let size = chunk.chunk_arenas.get() as usize * ARENA_SIZE;
                self.spare += size;
                if self.spare > self.reserved / 4 {
                    self.release_chunk(chunk);
                }
            }
        }
    }

    /// Gives an unused chunk back to the host.
    ///
    /// # Safety
    /// None of its arenas is in use; the chunk isn't used afterwards.
    unsafe fn release_chunk(&mut self, chunk: &Arena) {
        let arenas = chunk.chunk_arenas.get();
        self.spare -= arenas as usize * ARENA_SIZE;
        self.in_chunks -= arenas as usize * ARENA_SIZE;
        // SAFETY: a chunk with free arenas is in the list; `new_chunk` took it with this layout.
        unsafe {
            self.unlink_chunk(chunk);
            self.give_back(NonNull::from(chunk).cast(), Self::chunk_layout(arenas));
        }
    }

    /// Gives all unused chunks back to the host.
    pub(super) fn release_spare_chunks(&mut self) {
        let mut next = self.chunks;
        // SAFETY: the list holds chunks of this heap.
        while let Some(chunk) = unsafe { next.as_ref() } {
            next = chunk.chunk_next.get();
            if chunk.is_unused() {
                // SAFETY: it is unused.
                unsafe { self.release_chunk(chunk) }
            }
        }
    }

    // ---- objects ----

    /// A cell of a class of objects. The caller writes an object into it before anything else happens.
    #[inline(always)]
    fn allocate_cell(&mut self, class: usize) -> Result<NonNull<u8>, OutOfMemory> {
        let mut cell = self.free[class];
        if cell.is_null() {
            cell = self.refill(class)?;
        } else {
            // SAFETY: cells on an allocation list are free and linked to free ones.
            self.free[class] = unsafe { (*cell).next };
        }
        self.debt -= CELL_SIZES[class] as isize;
        // SAFETY: it isn't null.
        Ok(unsafe { NonNull::new_unchecked(cell.cast()) })
    }

    /// Takes a cell where the allocation list is empty, and makes a new list.
    #[cold]
    #[inline(never)]
    fn refill(&mut self, class: usize) -> Result<*mut FreeCell, OutOfMemory> {
        self.injected_failure()?;
        loop {
            // SAFETY: arenas in the lists are this heap's and live.
            unsafe {
                if let Some(arena) = self.objects[class].current.as_ref() {
                    if arena.free.get().is_null() && arena.can_carve() {
                        arena.carve();
                    }
                    let cell = arena.free.get();
                    if !cell.is_null() {
                        arena.free.set((*cell).next);
                        if self.fail_in == 0 {
                            self.free[class] = arena.free.replace(ptr::null_mut());
                        }
                        return Ok(cell);
                    }
                }
                let arenas = &mut self.objects[class];
                if let Some(arena) = arenas.available.as_ref() {
                    arenas.current = arenas.available;
                    arenas.available = arena.next_available.get();
                    arena.is_available.set(false);
                    continue;
                }
            }
            if self.sweep_for_allocation(class) {
                continue;
            }
            match self.new_arena(class, Use::Objects) {
                Ok(arena) => {
                    let arenas = &mut self.objects[class];
                    // SAFETY: it is new.
                    unsafe { (*arena).next.set(arenas.all) };
                    arenas.all = arena;
                    arenas.current = arena;
                }
                Err(OutOfMemory) => return self.borrow_cell(class),
            }
        }
    }

    /// Takes a free cell of a larger class, when there is no memory for another arena.
    fn borrow_cell(&mut self, class: usize) -> Result<*mut FreeCell, OutOfMemory> {
        self.flush_allocation_lists();
        let paid = CELL_SIZES[class];
        for (arenas, size) in self.objects.iter().zip(CELL_SIZES).skip(class + 1) {
            for arena in [arenas.current, arenas.available] {
                // SAFETY: the arenas are this heap's.
                let Some(arena) = (unsafe { arena.as_ref() }) else {
                    continue;
                };
                if arena.free.get().is_null() && arena.can_carve() {
                    // SAFETY: as above.
                    unsafe { arena.carve() }
                }
                let cell = arena.free.get();
                if !cell.is_null() {
                    // SAFETY: cells on free lists are free.
                    arena.free.set(unsafe { (*cell).next });
                    // The caller pays for its own class.
                    self.debt -= (size - paid) as isize;
                    return Ok(cell);
                }
            }
        }
        Err(OutOfMemory)
    }

    /// Takes an object back that was just allocated and that nobody has seen.
    ///
    /// # Safety
    /// That is so.
    pub(super) unsafe fn discard(&mut self, cell: NonNull<u8>) {
        // The next sweep frees it, as an object that owns nothing.
        // SAFETY: the cell is the caller's.
        unsafe { cell.cast().write(Header::new(Kind::Cdata, 0, 0)) }
    }

    /// Gives the allocation lists back to their arenas.
    pub(super) fn flush_allocation_lists(&mut self) {
        for class in 0..CLASS_COUNT {
            let list = core::mem::replace(&mut self.free[class], ptr::null_mut());
            // SAFETY: a list belongs to the class's current arena.
            if let Some(arena) = unsafe { self.objects[class].current.as_ref() }
                && !list.is_null()
            {
                arena.free.set(list);
            }
        }
    }

    /// Memory for an object of `size` bytes. The caller writes the object before anything else happens.
    #[inline(always)]
    pub(crate) fn allocate(&mut self, size: usize) -> Result<NonNull<u8>, OutOfMemory> {
        match class_of(size) {
            Some(class) => self.allocate_cell(class),
            None => {
                self.injected_failure()?;
                self.allocate_large(size)
            }
        }
    }

    // ---- blocks ----

    fn block_layout(size: usize) -> Result<Layout, OutOfMemory> {
        let size = size.checked_next_multiple_of(GRANULE).ok_or(OutOfMemory)?;
        Layout::from_size_align(size, MEMORY_ALIGN).map_err(|_| OutOfMemory)
    }

    /// A block that one object owns and frees, 16-byte aligned, with unspecified contents. `size` isn't 0.
    pub(crate) fn alloc_block(&mut self, size: usize) -> Result<NonNull<u8>, OutOfMemory> {
        self.injected_failure()?;
        let Some(class) = class_of(size) else {
            let layout = Self::block_layout(size)?;
            let block = self.take(layout)?;
            self.debt -= layout.size() as isize;
            return Ok(block);
        };
        if self.blocks[class].available.is_null() {
            let arena = self.new_arena(class, Use::Blocks)?;
            let arenas = &mut self.blocks[class];
            // SAFETY: it is new.
            unsafe {
                (*arena).next.set(arenas.all);
                arenas.all = arena;
                self.link_available_blocks(class, &*arena);
            }
        }
        let arenas = &self.blocks[class];
        // SAFETY: available arenas have a free cell or room to cut some, and `alloc_block` takes them out of the list
        // with their last cell.
        unsafe {
            let arena = &*arenas.available;
            if arena.free.get().is_null() {
                arena.carve();
            }
            let cell = arena.free.get();
            arena.free.set((*cell).next);
            arena.live.set(arena.live.get() + 1);
            if arena.free.get().is_null() && !arena.can_carve() {
                self.unlink_available_blocks(class, arena);
            }
            self.debt -= CELL_SIZES[class] as isize;
            Ok(NonNull::new_unchecked(cell.cast()))
        }
    }

    /// Frees a block.
    ///
    /// # Safety
    /// `block` came from [`Heap::alloc_block`] with this size and is used no more.
    pub(crate) unsafe fn free_block(&mut self, block: NonNull<u8>, size: usize) {
        self.note_peak();
        let Some(class) = class_of(size) else {
            if let Ok(layout) = Self::block_layout(size) {
                self.debt += layout.size() as isize;
                // SAFETY: the caller's promise; the layout is a function of the size.
                unsafe { self.give_back(block, layout) }
            }
            return;
        };
        self.debt += CELL_SIZES[class] as isize;
        // SAFETY: a block of this size lies in an arena, and is no longer used.
        unsafe {
            let arena = Arena::of(block.as_ptr());
            arena.put_free(block.as_ptr());
            arena.live.set(arena.live.get() - 1);
            if !arena.is_available.get() {
                self.link_available_blocks(class, arena);
            }
        }
    }

    /// Lets the host resize a block of its own; `None` where it can't.
    ///
    /// # Safety
    /// As for [`Heap::realloc_block`].
    unsafe fn realloc_large_block(
        &mut self,
        block: NonNull<u8>,
        old_size: usize,
        new_size: usize,
    ) -> Result<Option<NonNull<u8>>, OutOfMemory> {
        let (old, new) = (Self::block_layout(old_size)?, Self::block_layout(new_size)?);
        if new.size() > old.size()
            && new.size() - old.size() > self.limit.saturating_sub(self.reserved)
        {
            return Ok(None);
        }
        // SAFETY: the caller's promise; a layout of the new size was just made.
        let Some(block) = (unsafe { self.memory.reallocate(block, old, new.size()) }) else {
            return Ok(None);
        };
        self.note_peak();
        self.reserved = self.reserved - old.size() + new.size();
        let growth = new.size() as isize - old.size() as isize;
        let counted = if self.gc.phase == Phase::Pause {
            growth / GROWTH_DISCOUNT
        } else {
            growth
        };
        self.base += growth - counted;
        self.debt -= counted;
        Ok(Some(block))
    }

    /// Enters an arena of blocks into the list of those with free cells.
    ///
    /// # Safety
    /// It isn't in the list.
    unsafe fn link_available_blocks(&mut self, class: usize, arena: &Arena) {
        let this = ptr::from_ref(arena).cast_mut();
        let first = &mut self.blocks[class].available;
        // SAFETY: the list holds arenas of this heap.
        if let Some(next) = unsafe { first.as_ref() } {
            next.prev_available.set(this);
        }
        arena.next_available.set(*first);
        arena.prev_available.set(ptr::null_mut());
        arena.is_available.set(true);
        *first = this;
    }

    /// Takes an arena of blocks out of the list of those with free cells.
    ///
    /// # Safety
    /// It is in the list.
    pub(super) unsafe fn unlink_available_blocks(&mut self, class: usize, arena: &Arena) {
        let next = arena.next_available.get();
        // SAFETY: the list holds arenas of this heap.
        unsafe {
            match arena.prev_available.get().as_ref() {
                Some(prev) => prev.next_available.set(next),
                None => self.blocks[class].available = next,
            }
            if let Some(next) = next.as_ref() {
                next.prev_available.set(arena.prev_available.get());
            }
        }
        arena.is_available.set(false);
    }

    /// Resizes a block, keeping its first bytes. On failure the block stays as it was.
    ///
    /// # Safety
    /// As for [`Heap::free_block`], unless it fails.
    pub(crate) unsafe fn realloc_block(
        &mut self,
        block: NonNull<u8>,
        old_size: usize,
        new_size: usize,
    ) -> Result<NonNull<u8>, OutOfMemory> {
        if class_of(old_size).is_some() && class_of(old_size) == class_of(new_size) {
            return Ok(block);
        }
        if class_of(old_size).is_none()
            && class_of(new_size).is_none()
            // SAFETY: the caller's promise.
            && let Some(new) = unsafe { self.realloc_large_block(block, old_size, new_size)? }
        {
            return Ok(new);
        }
        let new = self.alloc_block(new_size)?;
        // SAFETY: both blocks are at least as long as the shorter size and don't overlap.
        unsafe {
            ptr::copy_nonoverlapping(block.as_ptr(), new.as_ptr(), old_size.min(new_size));
            self.free_block(block, old_size);
        }
        Ok(new)
    }

    // ---- barrier ----

    /// Must [`Heap::write`] be called before a reference is stored into `object`?
    #[inline(always)]
    pub fn needs_barrier<T: Object>(&self, object: Gc<T>) -> bool {
        object.erase().flags.get() & self.barrier_mask != 0
    }
    /// Runs the barrier for `object` and gives the permission to store references into it.
    #[inline(always)]
    pub fn write<T: Object>(&mut self, object: Gc<T>) -> Write<T> {
        if self.needs_barrier(object) {
            self.barrier(object.erase());
        }
        Write(object)
    }
    /// [`Heap::write`] for storing `value` at `key` of a table and nothing else. A large table then doesn't have
    /// to be traversed again.
    #[inline(always)]
    pub fn write_entry(&mut self, t: Gc<Table>, key: Value, value: Value) -> Write<Table> {
        if self.needs_barrier(t) {
            self.entry_barrier(t, key, value);
        }
        Write(t)
    }
    /// Stores at any key of a table.
    #[inline]
    pub fn set(&mut self, t: Gc<Table>, key: Value, value: Value) -> Result<(), TableError> {
        self.write_entry(t, key, value).set(self, key, value)
    }
    /// Stores at an integer key of a table.
    #[inline]
    pub fn set_int(&mut self, t: Gc<Table>, key: i32, value: Value) -> Result<(), OutOfMemory> {
        self.write_entry(t, Value::int(key), value)
            .set_int(self, key, value)
    }
    /// Stores at a string key of a table.
    #[inline]
    pub fn set_str(&mut self, t: Gc<Table>, key: Gc<Str>, value: Value) -> Result<(), OutOfMemory> {
        self.write_entry(t, key.into(), value)
            .set_str(self, key, value)
    }
    /// Is a step due? The interpreter asks at its safepoints.
    #[inline(always)]
    pub fn step_due(&self) -> bool {
        self.debt < 0
    }
}
