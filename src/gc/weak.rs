//! Weak tables: how a metatable's `__mode` is read, what weak tables keep alive, and clearing.
//!
//! A table whose keys alone are weak is an *ephemeron* table: an entry keeps its value alive only as long as its key is
//! alive by other means. While marking goes on, entries whose keys are marked already are followed. What is left is
//! decided in the atomic phase: each white key notes, in its own grey link, the table that waits for it, so that
//! marking the key at once marks the value, and chains of any length through one table take linear time. Only keys that several tables wait for, and
//! keys without a link (cdata), need further rounds.
//!
//! Strings are values and are never removed from a weak table. Userdata that is about to be finalized is removed from
//! weak values, but stays as a weak key.

use core::ptr::NonNull;

use super::header::{Header, Kind};
use super::heap::Heap;
use super::mark::{GreyList, grey_link, is_marked};
use crate::value::userdata::FINALIZED;
use crate::value::{Function, Gc, Table, Thread, Userdata, Value};

/// What is weak in a table.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct WeakMode {
    pub keys: bool,
    pub values: bool,
}

impl WeakMode {
    pub fn is_weak(self) -> bool {
        self.keys || self.values
    }
}

/// Marks a grey link as one that names a waiting table instead of the next grey object.
const WAITING: usize = 1;
/// After so many rounds over the ephemeron tables their values are all kept for this cycle, lest a script that was written for
/// it makes the collector take quadratic time.
const MOST_ROUNDS: u32 = 100;

fn is_white(value: Value) -> bool {
    // SAFETY: entries with a value have live keys and values until they are swept.
    value
        .as_object()
        .is_some_and(|object| unsafe { !is_marked(object.as_ptr()) })
}

/// Will the entry of this (weak) key or value go? Strings never do.
fn is_dying(value: Value) -> bool {
    !value.is_str() && is_white(value)
}

fn as_table(object: NonNull<Header>) -> Gc<Table> {
    // SAFETY: the lists of weak tables hold tables only.
    unsafe { Gc::from_non_null(object.cast()) }
}

impl Heap {
    /// What a metatable's `__mode` says.
    #[inline]
    pub(super) fn weak_mode(&self, metatable: Gc<Table>) -> WeakMode {
        let none = WeakMode {
            keys: false,
            values: false,
        };
        let Some(name) = self.gc.mode_name else {
            return none;
        };
        match metatable.get_str(name).as_str() {
            Some(mode) => WeakMode {
                keys: mode.as_bytes().contains(&b'k'),
                values: mode.as_bytes().contains(&b'v'),
            },
            None => none,
        }
    }

    /// Traverses a slice of a weak table. It stays grey and goes into the list of its kind.
    pub(super) fn traverse_weak_table(&mut self, t: Gc<Table>, from: u32, mode: WeakMode) -> usize {
        t.header.set_gc_flags(0);
        let (next, cost) = match mode {
            WeakMode { values: false, .. } => self.traverse_slots(
                t,
                from,
                |heap, slot| heap.mark_value(slot),
                |heap, key, value| {
                    if key.is_str() {
                        heap.mark_value(key);
                    }
                    if !value.is_nil() && !is_white(key) {
                        heap.mark_value(value);
                    }
                },
            ),
            WeakMode { keys, .. } => self.traverse_slots(
                t,
                from,
                |heap, slot| {
                    if slot.is_str() {
                        heap.mark_value(slot);
                    }
                },
                |heap, key, value| {
                    if key.is_str() || (!keys && !value.is_nil()) {
                        heap.mark_value(key);
                    }
                    if value.is_str() {
                        heap.mark_value(value);
                    }
                },
            ),
        };
        if next.is_some() {
            self.gc.cursor = next;
        } else {
            // SAFETY: the table is live, and was just taken out of the grey list.
            let object = unsafe { NonNull::new_unchecked(t.erase().as_ptr()) };
            let list = if mode.values {
                &mut self.gc.weak_values
            } else {
                &mut self.gc.ephemerons
            };
            list.push(object, &t.grey_next);
        }
        size_of::<Table>() + cost
    }

    /// The value that is to be marked because `key`, for which a table waits, was marked.
    pub(super) fn awaited_value(waiting: *mut Header, key: Gc<Header>) -> Value {
        debug_assert!(waiting.addr() & WAITING != 0);
        // SAFETY: a white object's link is null or names a live table, see `wait_for_key`.
        let table = unsafe { Gc::from_ptr(waiting.map_addr(|a| a & !WAITING).cast::<Table>()) };
        // SAFETY: the header tells the type.
        let key: Value = unsafe {
            match key.kind() {
                Kind::Table => Gc::from_ptr(key.as_ptr().cast::<Table>()).into(),
                Kind::Function => Gc::from_ptr(key.as_ptr().cast::<Function>()).into(),
                Kind::Thread => Gc::from_ptr(key.as_ptr().cast::<Thread>()).into(),
                Kind::Userdata => Gc::from_ptr(key.as_ptr().cast::<Userdata>()).into(),
                _ => return Value::NIL,
            }
        };
        table.get(key)
    }

    /// Notes that marking this white key has to mark its value in `t`; false where there is no place for the note.
    fn wait_for_key(t: Gc<Table>, key: Value) -> bool {
        let Some(object) = key.as_object() else {
            return true;
        };
        // SAFETY: a key with a value is live; white objects are in no grey list.
        let Some(link) = (unsafe { grey_link(NonNull::new_unchecked(object.as_ptr())) }) else {
            return false;
        };
        let note = t.erase().as_ptr().map_addr(|a| a | WAITING);
        if link.get().is_null() {
            link.set(note);
        }
        link.get() == note
    }

    /// Follows the entries of ephemeron tables until nothing more gets marked.
    pub(super) fn converge_ephemerons(&mut self) {
        for round in 1.. {
            let before = self.gc.marked;
            let mut again = false;
            for object in self.gc.ephemerons.iter() {
                let t = as_table(object);
                for node in t.nodes() {
                    let (key, value) = (node.key.get(), node.value.get());
                    if value.is_nil() || !is_white(value) {
                        continue;
                    }
                    if value.is_str() || !is_white(key) || round > MOST_ROUNDS {
                        self.mark_value(value);
                    } else {
                        again |= !Heap::wait_for_key(t, key);
                    }
                }
            }
            // This may find further ephemeron tables, which the next round looks at.
            let tables = self.gc.ephemerons.iter().count();
            self.propagate_all();
            let found_tables = self.gc.ephemerons.iter().count() != tables;
            if !found_tables && (!again || self.gc.marked == before) {
                return;
            }
        }
    }

    /// Removes the entries of weak tables whose weak key or value is dying.
    pub(super) fn clear_weak_tables(&mut self) {
        let mut list = self.gc.weak_values.take();
        while let Some(object) = list.pop() {
            self.clear_weak_values(as_table(object));
        }
        let mut list = self.gc.ephemerons.take();
        while let Some(object) = list.pop() {
            for node in as_table(object).nodes() {
                if !node.value.get().is_nil() && is_dying(node.key.get()) {
                    node.value.set(Value::NIL);
                }
            }
        }
    }

    fn clear_weak_values(&mut self, t: Gc<Table>) {
        let is_gone = |value: Value| {
            is_dying(value)
                || value
                    .as_userdata()
                    .is_some_and(|u| u.header.a.get() & FINALIZED != 0)
        };
        for i in 0..t.asize.get() {
            if let Some(slot) = t.array_slot(i)
                && is_gone(slot.get())
            {
                slot.set(Value::NIL);
            }
        }
        for node in t.nodes() {
            if !node.value.get().is_nil() && (is_gone(node.value.get()) || is_dying(node.key.get()))
            {
                node.value.set(Value::NIL);
            }
        }
    }
}

impl GreyList {
    /// Moves all objects of another list to this one.
    pub fn append(&mut self, mut other: GreyList) {
        while let Some(object) = other.pop() {
            // SAFETY: objects in lists are live and have a link.
            if let Some(link) = unsafe { grey_link(object) } {
                self.push(object, link);
            }
        }
    }
}
