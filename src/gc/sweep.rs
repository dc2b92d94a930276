//! Sweeping: arena by arena, dead objects are freed and their cells put on the arena's free list.
//!
//! At the start of a sweep every class's arenas become unswept. Steps visit them one at a time; so does an allocation that
//! finds its class without a free cell. Allocation takes cells of swept and of new arenas only, therefore new objects need no mark.
//! Arenas that turn out empty are given up at once. The marks of a swept arena are clear for the next cycle.

use core::ptr::{self, NonNull};

use super::arena::CLASS_COUNT;
use super::collector::Phase;
use super::header::{Header, Kind};
use super::heap::Heap;
use crate::value::{Buffer, Gc, Str, Table, Thread, Userdata, Value};

/// What visiting a cell costs, in the units of marking.
const CELL_COST: usize = 8;
/// How many arenas an allocation sweeps in search of a free cell.
const SWEEP_FOR_ALLOCATION: usize = 4;

impl Heap {
    /// Makes all arenas and large objects unswept.
    pub(super) fn start_sweep(&mut self) {
        self.gc.phase = Phase::Sweep;
        self.sweep_number = self.sweep_number.wrapping_add(1);
        self.flush_allocation_lists();
        for arenas in &mut self.objects {
            arenas.unswept = core::mem::replace(&mut arenas.all, ptr::null_mut());
            arenas.available = ptr::null_mut();
            arenas.current = ptr::null_mut();
        }
        for arenas in &mut self.blocks {
            arenas.unswept = core::mem::replace(&mut arenas.all, ptr::null_mut());
        }
        self.large.unswept = core::mem::replace(&mut self.large.head, ptr::null_mut());
        self.gc.sweep_class = 0;
    }

    /// Sweeps until all is swept or the budget is used up.
    pub(super) fn sweep(&mut self, budget: &mut isize) -> bool {
        while *budget > 0 {
            let class = self.gc.sweep_class;
            let cost = if class < CLASS_COUNT {
                self.sweep_objects(class)
            } else if class < 2 * CLASS_COUNT {
                self.visit_blocks(class - CLASS_COUNT)
            } else if class == 2 * CLASS_COUNT {
                self.sweep_large()
            } else {
                return true;
            };
            match cost {
                Some(cost) => *budget -= cost as isize,
                None => self.gc.sweep_class += 1,
            }
        }
        false
    }

    /// Sweeps all that is left.
    pub(super) fn sweep_all(&mut self) {
        let mut budget = isize::MAX;
        while !self.sweep(&mut budget) {
            budget = isize::MAX;
        }
    }

    /// Sweeps the next unswept arena of a class of objects.
    fn sweep_objects(&mut self, class: usize) -> Option<usize> {
        let arenas = &mut self.objects[class];
        // SAFETY: the lists hold arenas of this heap.
        let arena = unsafe { arenas.unswept.as_ref()? };
        arenas.unswept = arena.next.get();
        let this = ptr::from_ref(arena).cast_mut();
        let debt = self.debt;
        self.note_peak();
        arena.free.set(ptr::null_mut());
        let mut live = 0;
        let mut freed = 0;
        let mut cells = 0;
        for cell in arena.cells() {
            cells += 1;
            if arena.is_marked(cell) {
                live += 1;
                continue;
            }
            // SAFETY: a cell of objects begins with a header, and this object can't be reached.
            unsafe {
                if (*cell.cast::<Header>()).kind() != Kind::Free {
                    freed += arena.cell_size.get() as usize;
                    self.destroy(cell);
                }
                arena.put_free(cell);
            }
        }
        arena.clear_marks();
        arena.swept.set(self.sweep_number);
        // What was freed does not put off the next step.
        freed += (self.debt - debt) as usize;
        self.debt = debt;
        self.base -= freed as isize;
        self.gc.swept_bytes += freed;
        if live == 0 {
            // SAFETY: it was taken out of the list, and nothing in it lives.
            unsafe { self.release_arena(this) }
        } else {
            let arenas = &mut self.objects[class];
            arena.next.set(arenas.all);
            arenas.all = this;
            if !arena.free.get().is_null() || arena.can_carve() {
                arena.next_available.set(arenas.available);
                arena.is_available.set(true);
                arenas.available = this;
            }
        }
        Some(cells * CELL_COST)
    }

    /// Sweeps a few arenas of a class; true if one of them has a free cell.
    pub(super) fn sweep_for_allocation(&mut self, class: usize) -> bool {
        for _ in 0..SWEEP_FOR_ALLOCATION {
            if self.sweep_objects(class).is_none() {
                return false;
            }
            if !self.objects[class].available.is_null() {
                return true;
            }
        }
        false
    }

    /// Gives up the next arena of a class of blocks if it is empty.
    fn visit_blocks(&mut self, class: usize) -> Option<usize> {
        let arenas = &mut self.blocks[class];
        // SAFETY: the lists hold arenas of this heap.
        let arena = unsafe { arenas.unswept.as_ref()? };
        arenas.unswept = arena.next.get();
        let this = ptr::from_ref(arena).cast_mut();
        if arena.live.get() == 0 {
            // SAFETY: it is in no other list than that of available ones, and has no block in use.
            unsafe {
                if arena.is_available.get() {
                    self.unlink_available_blocks(class, arena);
                }
                self.release_arena(this);
            }
        } else {
            arena.next.set(arenas.all);
            arenas.all = this;
        }
        Some(CELL_COST)
    }

    fn sweep_large(&mut self) -> Option<usize> {
        // SAFETY: the list holds large objects of this heap.
        let large = unsafe { self.large.unswept.as_ref()? };
        self.large.unswept = large.next.get();
        large.swept.set(self.sweep_number);
        if large.marked.replace(false) {
            large.next.set(self.large.head);
            self.large.head = ptr::from_ref(large).cast_mut();
        } else {
            let debt = self.debt;
            self.note_peak();
            let size = large.size;
            // SAFETY: the object can't be reached and was taken out of the list.
            unsafe {
                self.destroy(large.object());
                self.free_large(NonNull::from(large));
            }
            let freed = size as isize + (self.debt - debt);
            self.debt = debt;
            self.base -= freed;
            self.gc.swept_bytes += freed as usize;
        }
        Some(CELL_COST)
    }

    /// Frees what a dead object owns.
    ///
    /// # Safety
    /// `cell` holds an object that can't be reached and is destroyed once.
    unsafe fn destroy(&mut self, cell: *mut u8) {
        // SAFETY: the header tells the type; what the object owns is nobody else's.
        unsafe {
            match (*cell.cast::<Header>()).kind() {
                Kind::Str => self.forget_string(&*cell.cast::<Str>()),
                Kind::Table => (*cell.cast::<Table>()).free_parts(self),
                Kind::Thread => {
                    let thread = &*cell.cast::<Thread>();
                    let size = thread.stack_size.get() as usize * size_of::<Value>();
                    self.threads -= 1;
                    self.free_block(NonNull::new_unchecked(thread.stack.get()).cast(), size);
                }
                Kind::Userdata => ptr::drop_in_place(&raw mut (*cell.cast::<Userdata>()).payload),
                Kind::Buffer => (*cell.cast::<Buffer>()).release(self),
                Kind::Proto => {
                    let proto = &*cell.cast::<crate::bytecode::Proto>();
                    self.release_plain_code(proto);
                    #[cfg(feature = "jit")]
                    self.release_proto(proto);
                }
                Kind::Upvalue | Kind::Function | Kind::Cdata | Kind::Free => {}
            }
        }
    }

    /// Clears all marks, to give a cycle up before its end.
    pub(super) fn clear_all_marks(&mut self) {
        for arenas in &self.objects {
            let mut arena = arenas.all;
            // SAFETY: the lists hold arenas of this heap.
            while let Some(a) = unsafe { arena.as_ref() } {
                a.clear_marks();
                arena = a.next.get();
            }
        }
        let mut large = self.large.head;
        // SAFETY: the list holds large objects of this heap.
        while let Some(l) = unsafe { large.as_ref() } {
            l.marked.set(false);
            large = l.next.get();
        }
    }
}

impl Heap {
    /// Calls a function for each object that is not freed yet, reachable or not.
    pub(crate) fn for_each_object(&mut self, f: &mut dyn FnMut(Gc<Header>)) {
        if self.gc.phase == Phase::Sweep {
            // What is still to be swept may refer to what is gone.
            self.sweep_all();
        }
        for arenas in &self.objects {
            let mut arena = arenas.all;
            // SAFETY: the lists hold arenas of this heap, whose cells begin with a header, free ones too.
            unsafe {
                while let Some(a) = arena.as_ref() {
                    for cell in a.cells() {
                        let header = cell.cast::<Header>();
                        if (*header).kind() != Kind::Free {
                            f(Gc::from_ptr(header));
                        }
                    }
                    arena = a.next.get();
                }
            }
        }
        let mut large = self.large.head;
        // SAFETY: the list holds large objects of this heap.
        unsafe {
            while let Some(l) = large.as_ref() {
                f(Gc::from_ptr(l.object().cast::<Header>()));
                large = l.next.get();
            }
        }
    }

    /// Clears the flags of all objects. A cycle that is given up leaves the flags of the one before on what it didn't traverse,
    /// and these mean "traversed" again in the next.
    pub(super) fn clear_all_flags(&mut self) {
        for arenas in &self.objects {
            let mut arena = arenas.all;
            // SAFETY: the lists hold arenas of this heap, whose cells begin with a header, free ones too.
            unsafe {
                while let Some(a) = arena.as_ref() {
                    for cell in a.cells() {
                        (*cell.cast::<Header>()).set_gc_flags(0);
                    }
                    arena = a.next.get();
                }
            }
        }
        let mut large = self.large.head;
        // SAFETY: the list holds large objects of this heap.
        unsafe {
            while let Some(l) = large.as_ref() {
                (*l.object().cast::<Header>()).set_gc_flags(0);
                large = l.next.get();
            }
        }
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        if self.gc.phase == Phase::Sweep {
            self.sweep_all();
        }
        self.clear_all_marks();
        self.start_sweep();
        self.sweep_all();
        #[cfg(feature = "jit")]
        while self.next_orphan().is_some() {}
        self.free_intern_table();
        // The last block went with the intern table.
        self.start_sweep();
        self.sweep_all();
        self.release_spare_chunks();
    }
}
