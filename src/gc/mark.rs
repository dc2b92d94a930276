//! Marking: the grey lists, the traversal of every kind of object, and the barrier's slow path.
//!
//! An object is *white* (its mark bit is clear), *grey* (marked, and in a grey list or with nothing to traverse) or *black* (marked and traversed; its
//! header carries the flag that `Heap::barrier_mask` names). Nothing here recurses or allocates: grey lists run through the objects.

use core::cell::Cell;
use core::ptr::{self, NonNull};

use super::arena::Arena;
use super::collector::Phase;
use super::header::{Header, Kind, READONLY};
use super::heap::Heap;
use super::large::{Large, is_large};
use crate::bytecode::Proto;
use crate::value::thread::Status;
use crate::value::{Function, Gc, Str, Table, Thread, Upvalue, Userdata, Value};

/// How many slots of a table or a stack are traversed at a time.
pub(super) const SLICE: u32 = 512;

/// From how many slots and nodes on a table counts as large for the barrier.
const LARGE: usize = 1024;
/// The flag of an object that the barrier put into the list of those to be traversed again.
const QUEUED: u8 = 4;

/// A list of objects, linked through their `grey_next`.
pub(super) struct GreyList(*mut Header);

impl GreyList {
    pub const EMPTY: GreyList = GreyList(ptr::null_mut());

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_null()
    }
    #[inline]
    pub fn push(&mut self, object: NonNull<Header>, link: &Cell<*mut Header>) {
        link.set(self.0);
        self.0 = object.as_ptr();
    }
    #[inline]
    pub fn pop(&mut self) -> Option<NonNull<Header>> {
        let object = NonNull::new(self.0)?;
        // SAFETY: lists hold live objects that have a link.
        self.0 = match unsafe { grey_link(object) } {
            Some(link) => link.replace(ptr::null_mut()),
            None => ptr::null_mut(),
        };
        Some(object)
    }
    /// The objects of the list, which stay in it.
    pub fn iter(&self) -> impl Iterator<Item = NonNull<Header>> + use<> {
        let mut next = self.0;
        core::iter::from_fn(move || {
            let object = NonNull::new(next)?;
            // SAFETY: as in `pop`.
            next = unsafe { grey_link(object) }.map_or(ptr::null_mut(), Cell::get);
            Some(object)
        })
    }
    pub fn take(&mut self) -> GreyList {
        core::mem::replace(self, GreyList::EMPTY)
    }
}

/// Where an object keeps its link of a grey list; `None` for objects that are never in one.
///
/// # Safety
/// `object` is live.
#[inline]
pub(super) unsafe fn grey_link<'a>(object: NonNull<Header>) -> Option<&'a Cell<*mut Header>> {
    // SAFETY: the header tells the type.
    unsafe {
        match object.as_ref().kind() {
            Kind::Table => Some(&object.cast::<Table>().as_ref().grey_next),
            Kind::Function => Some(&object.cast::<Function>().as_ref().grey_next),
            Kind::Userdata => Some(&object.cast::<Userdata>().as_ref().grey_next),
            Kind::Thread => Some(&object.cast::<Thread>().as_ref().grey_next),
            Kind::Proto => Some(&object.cast::<Proto>().as_ref().grey_next),
            // A closed upvalue has no other use for it. An open one is never put into a list.
            Kind::Upvalue => {
                let link = &raw const (*object.cast::<Upvalue>().as_ptr()).next_open;
                Some(&*link.cast::<Cell<*mut Header>>())
            }
            Kind::Str | Kind::Cdata | Kind::Buffer | Kind::Free => None,
        }
    }
}

/// A traversal that stopped in the middle of a large object.
#[derive(Clone, Copy)]
pub(super) struct Cursor {
    pub object: NonNull<Header>,
    pub position: u32,
}

/// Is the object marked?
///
/// # Safety
/// `object` is live.
#[inline(always)]
pub(super) unsafe fn is_marked<T>(object: *const T) -> bool {
    // SAFETY: an object is either large or in an arena.
    unsafe {
        if is_large(object) {
            Large::of(object).marked.get()
        } else {
            Arena::of(object).is_marked(object)
        }
    }
}

/// Marks an object; false if it was marked.
///
/// # Safety
/// `object` is live.
#[inline(always)]
pub(super) unsafe fn set_mark<T>(object: *const T) -> bool {
    // SAFETY: an object is either large or in an arena.
    unsafe {
        if is_large(object) {
            !Large::of(object).marked.replace(true)
        } else {
            Arena::of(object).mark(object)
        }
    }
}

impl Heap {
    // ---- marking ----

    /// Marks what a value refers to.
    #[inline(always)]
    pub(super) fn mark_value(&mut self, value: Value) {
        if value.is_number() {
            return;
        }
        if let Some(s) = value.as_str() {
            self.mark_string(s);
        } else if let Some(object) = value.as_object() {
            self.mark_object(object);
        }
    }
    #[inline(always)]
    pub(super) fn mark_string(&mut self, s: Gc<Str>) {
        // SAFETY: a string that is reachable is live.
        unsafe { set_mark(s.as_ptr()) };
    }
    /// Marks an object and makes it grey if it may refer to others.
    #[inline(always)]
    pub(super) fn mark_object(&mut self, object: Gc<Header>) {
        // SAFETY: an object that is reachable is live.
        if unsafe { set_mark(object.as_ptr()) } {
            self.make_grey(object);
        }
    }

    /// Marks an object of any kind.
    #[cfg(feature = "jit")]
    pub(crate) fn mark_any(&mut self, object: Gc<Header>) {
        if object.kind() == Kind::Str {
            // SAFETY: the header tells the type, and a string that is reachable is live.
            unsafe { set_mark(object.as_ptr().cast::<Str>()) };
        } else {
            self.mark_object(object);
        }
    }

    /// Puts an object that was just marked where it belongs.
    fn make_grey(&mut self, object: Gc<Header>) {
        let mut object = object;
        // An object that ephemeron entries wait for leads to a value, which may lead to another, and so on.
        loop {
            self.gc.marked += 1;
            if object.kind() == Kind::Upvalue {
                let value = self.mark_upvalue(object);
                let Some(next) = self.mark_only(value) else {
                    return;
                };
                object = next;
                continue;
            }
            // SAFETY: the object is live.
            let (pointer, link) = unsafe {
                let pointer = NonNull::new_unchecked(object.as_ptr());
                (pointer, grey_link(pointer))
            };
            let Some(link) = link else { return };
            let waiting = link.get();
            self.gc.grey.push(pointer, link);
            if waiting.is_null() {
                return;
            }
            let value = Heap::awaited_value(waiting, object);
            let Some(next) = self.mark_only(value) else {
                return;
            };
            object = next;
        }
    }

    /// Marks what a value refers to and tells the object if it is to be made grey.
    #[inline]
    fn mark_only(&mut self, value: Value) -> Option<Gc<Header>> {
        let object = value.as_object()?;
        // SAFETY: a reachable object is live.
        unsafe { set_mark(object.as_ptr()) }.then_some(object)
    }

    /// Makes a marked upvalue black, if closed, and gives its value, which is to be marked.
    fn mark_upvalue(&mut self, object: Gc<Header>) -> Value {
        // SAFETY: the caller looked at the kind.
        let upvalue = unsafe { Gc::from_ptr(object.as_ptr().cast::<Upvalue>()) };
        // The values of open upvalues are looked at again in the end, so that they need no barrier.
        let flag = if upvalue.is_closed() {
            self.gc.black
        } else {
            0
        };
        upvalue.header.flags.set(flag);
        upvalue.get()
    }

    // ---- barriers ----

    /// A black object is going to be written: it becomes grey again.
    #[cold]
    #[inline(never)]
    pub(super) fn barrier(&mut self, object: Gc<Header>) {
        if object.flags.get() & self.barrier_mask & !READONLY == 0 {
            return;
        }
        object.set_gc_flags(QUEUED);
        // SAFETY: the object is live, and black, so in no list.
        unsafe {
            let pointer = NonNull::new_unchecked(object.as_ptr());
            if let Some(link) = grey_link(pointer) {
                self.gc.grey_again.push(pointer, link);
            }
        }
    }
    /// An entry of a black table is going to be written. A large table stays black, and the entry is marked.
    #[cold]
    #[inline(never)]
    pub(super) fn entry_barrier(&mut self, t: Gc<Table>, key: Value, value: Value) {
        if t.header.flags.get() & self.barrier_mask & !READONLY == 0 {
            return;
        }
        if t.asize.get() as usize + t.nodes().len() < LARGE {
            self.barrier(t.erase());
            return;
        }
        self.mark_value(key);
        self.mark_value(value);
        // A new key may make this entry give way, to where a traversal that is under way has been already.
        if let Some((key, value)) = t.entry_in_place_of(key) {
            self.mark_value(key);
            self.mark_value(value);
        }
    }
    /// The entries of a table have moved. A traversal of it that is under way begins anew.
    #[inline]
    pub(crate) fn moved_entries(&mut self, t: Gc<Table>) {
        if let Some(cursor) = &mut self.gc.cursor
            && ptr::eq(cursor.object.as_ptr(), t.erase().as_ptr())
        {
            cursor.position = 0;
        }
    }
    /// An upvalue was closed over `value`. Open ones have no barrier, so if it's marked it makes up for it now.
    pub(super) fn closed_upvalue(&mut self, upvalue: &Upvalue, value: Value) {
        // SAFETY: the upvalue is live.
        if self.gc.phase == Phase::Mark && unsafe { is_marked(upvalue) } {
            upvalue.header.flags.set(self.gc.black);
            self.mark_value(value);
        } else {
            upvalue.header.flags.set(0);
        }
    }
    /// `intern` found a string. While sweeping it may be one that is going to be freed: it lives on.
    #[inline(always)]
    pub(super) fn found_string(&mut self, s: Gc<Str>) -> Gc<Str> {
        if self.gc.phase == Phase::Sweep {
            self.resurrect_string(s);
        }
        s
    }
    #[cold]
    fn resurrect_string(&mut self, s: Gc<Str>) {
        // SAFETY: strings in the intern table are not freed yet.
        unsafe {
            let swept = if is_large(s.as_ptr()) {
                Large::of(s.as_ptr()).swept.get()
            } else {
                Arena::of(s.as_ptr()).swept.get()
            };
            if swept != self.sweep_number {
                set_mark(s.as_ptr());
            }
        }
    }

    // ---- traversal ----

    /// Traverses grey objects until there are none or the budget is used up. The units are bytes of small objects looked at.
    pub(super) fn propagate(&mut self, budget: &mut isize) -> bool {
        while *budget > 0 {
            let Some(cursor) = self.gc.cursor.take().or_else(|| {
                let object = self.gc.grey.pop()?;
                // SAFETY: grey objects are live.
                unsafe { object.as_ref() }.set_gc_flags(self.gc.black);
                Some(Cursor {
                    object,
                    position: 0,
                })
            }) else {
                return true;
            };
            let cost = self.traverse(cursor);
            *budget -= cost as isize;
            self.gc.round_work += cost;
        }
        self.gc.cursor.is_none() && self.gc.grey.is_empty()
    }
    /// Traverses all grey objects.
    pub(super) fn propagate_all(&mut self) {
        let mut budget = isize::MAX;
        while !self.propagate(&mut budget) {
            budget = isize::MAX;
        }
    }

    /// Traverses one object, or a slice of a large one, and tells the cost.
    fn traverse(&mut self, cursor: Cursor) -> usize {
        let object = cursor.object;
        // SAFETY: grey objects are live, and the header tells their type.
        unsafe {
            match object.as_ref().kind() {
                Kind::Table => {
                    self.traverse_table(Gc::from_non_null(object.cast()), cursor.position)
                }
                Kind::Function => self.traverse_function(Gc::from_non_null(object.cast())),
                Kind::Proto => self.traverse_proto(Gc::from_non_null(object.cast())),
                Kind::Thread => {
                    self.traverse_thread(Gc::from_non_null(object.cast()), cursor.position)
                }
                Kind::Userdata => self.traverse_userdata(Gc::from_non_null(object.cast())),
                Kind::Upvalue => {
                    let value = self.mark_upvalue(Gc::from_non_null(object));
                    self.mark_value(value);
                    size_of::<Upvalue>()
                }
                Kind::Str | Kind::Cdata | Kind::Buffer | Kind::Free => 0,
            }
        }
    }

    fn traverse_table(&mut self, t: Gc<Table>, from: u32) -> usize {
        if let Some(mt) = t.metatable() {
            self.mark_object(mt.erase());
            let mode = self.weak_mode(mt);
            if mode.is_weak() {
                return self.traverse_weak_table(t, from, mode);
            }
        }
        let (next, cost) = self.traverse_slots(
            t,
            from,
            |heap, slot| {
                heap.mark_value(slot);
            },
            |heap, key, value| {
                // A removed string key is kept, so that no other string can take its address while it has a place here.
                if !value.is_nil() || key.is_str() {
                    heap.mark_value(key);
                    heap.mark_value(value);
                }
            },
        );
        self.gc.cursor = next;
        size_of::<Table>() + cost
    }

    /// Hands a slice of a table's slots and entries to functions, and tells where to go on and the cost.
    #[inline(always)]
    pub(super) fn traverse_slots(
        &mut self,
        t: Gc<Table>,
        from: u32,
        mut slot: impl FnMut(&mut Heap, Value),
        mut entry: impl FnMut(&mut Heap, Value, Value),
    ) -> (Option<Cursor>, usize) {
        let slots = t.asize.get();
        let nodes = t.nodes();
        let total = slots as usize + nodes.len();
        let end = total.min(from as usize + SLICE as usize) as u32;
        for i in from..end.min(slots) {
            if let Some(s) = t.array_slot(i) {
                slot(self, s.get());
            }
        }
        let first_node = from.max(slots).min(end.max(slots)) - slots;
        let end_node = end.max(slots) - slots;
        for node in nodes
            .get(first_node as usize..end_node as usize)
            .unwrap_or(&[])
        {
            entry(self, node.key.get(), node.value.get());
        }
        let in_nodes = (end_node - first_node) as usize;
        let in_array = (end.saturating_sub(from) as usize).saturating_sub(in_nodes);
        // Slots are looked at one after the other: that costs half as much as bytes of small objects.
        let cost =
            in_array * size_of::<Value>() / 2 + in_nodes * size_of::<crate::value::table::Node>();
        let next = ((end as usize) < total).then(|| Cursor {
            // SAFETY: it isn't null.
            object: unsafe { NonNull::new_unchecked(t.erase().as_ptr()) },
            position: end,
        });
        (next, cost)
    }

    fn traverse_function(&mut self, f: Gc<Function>) -> usize {
        self.mark_object(f.env.get().erase());
        let count = f.upvalue_count();
        if let Some(proto) = f.proto() {
            self.mark_object(proto.erase());
            for i in 0..count {
                if let Some(upvalue) = f.lua_upvalue(i) {
                    self.mark_object(upvalue.erase());
                }
            }
        } else {
            for i in 0..count {
                self.mark_value(f.native_upvalue(i));
            }
        }
        size_of::<Function>() + count * size_of::<Value>()
    }

    fn traverse_proto(&mut self, p: Gc<Proto>) -> usize {
        self.mark_string(p.chunk_name());
        let objects = p.object_count as usize;
        for i in 0..objects {
            if let Some(object) = p.object(i) {
                self.mark_value(object);
            }
        }
        for &name in p.upvalue_names() {
            self.mark_string(name);
        }
        for local in p.locals() {
            self.mark_string(local.name);
        }
        let names = p.upvalue_names().len() + p.locals().len();
        #[cfg(feature = "jit")]
        let objects = objects + self.mark_anchors(p);
        size_of::<Proto>() + (objects + names) * size_of::<Value>()
    }

    fn traverse_userdata(&mut self, u: Gc<Userdata>) -> usize {
        if let Some(metatable) = u.metatable.get() {
            self.mark_object(metatable.erase());
        }
        if let Some(env) = u.env.get() {
            self.mark_object(env.erase());
        }
        size_of::<Userdata>()
    }

    /// Traverses a slice of a thread's stack. A thread that may run without being resumed first doesn't become black: it comes
    /// again in the end.
    fn traverse_thread(&mut self, t: Gc<Thread>, from: u32) -> usize {
        let status = t.header.a.get();
        let runs = status == Status::Running as u8 || status == Status::Normal as u8;
        if from == 0 {
            self.mark_object(t.env.get().erase());
            if let Some(resumer) = t.resumer.get() {
                self.mark_object(resumer.erase());
            }
            if let Some(parked) = t.parked.get() {
                self.mark_object(parked.innermost.erase());
            }
        }
        let size = t.stack_size.get();
        let used = t.top.get().addr().wrapping_sub(t.stack.get().addr()) / size_of::<Value>();
        let used = used.min(size as usize) as u32;
        let end = used.min(from.saturating_add(SLICE));
        for i in from..end {
            // SAFETY: the stack has `stack_size` slots. A frame's link words look like numbers or primitives.
            self.mark_value(unsafe { *t.stack.get().add(i as usize) });
        }
        // SAFETY: it isn't null.
        let object = unsafe { NonNull::new_unchecked(t.erase().as_ptr()) };
        let cost = size_of::<Thread>() + end.saturating_sub(from) as usize * size_of::<Value>();
        if end < used {
            self.gc.cursor = Some(Cursor {
                object,
                position: end,
            });
            return cost;
        }
        if !runs || self.gc.phase == Phase::Atomic {
            // What lies above the used slots is stale, and must not be found there later when it has been freed.
            for i in used..size {
                // SAFETY: as above.
                unsafe { *t.stack.get().add(i as usize) = Value::NIL }
            }
        }
        let flags = t.header.flags.get();
        if self.gc.phase == Phase::Mark && flags & QUEUED == 0 && (runs || flags != self.gc.black) {
            t.header.flags.set(QUEUED);
            self.gc.grey_again.push(object, &t.grey_next);
        }
        cost
    }
}
