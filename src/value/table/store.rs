//! Stores, which may grow the table.

use core::ptr;

use super::{Node, Table, TableError};
use crate::gc::{Heap, OutOfMemory, Write};
use crate::value::{Gc, Str, Value};

/// A chain of so many nodes makes a table hash numbers in its own way.
const LONGEST_CHAIN: u32 = 64;

/// All of them may grow the table; a store that fails leaves the table as it was.
impl Write<Table> {
    /// Stores at a string key.
    #[inline]
    pub fn set_str(&self, heap: &mut Heap, key: Gc<Str>, value: Value) -> Result<(), OutOfMemory> {
        self.header.a.set(0);
        match self.slot_str(key) {
            Some(slot) => slot.set(value),
            None => self.insert(heap, key.into(), value)?,
        }
        Ok(())
    }
    /// Stores at an integer key.
    #[inline]
    pub fn set_int(&self, heap: &mut Heap, key: i32, value: Value) -> Result<(), OutOfMemory> {
        match self.slot_int(key) {
            Some(slot) => slot.set(value),
            None => self.insert(heap, Value::int(key), value)?,
        }
        Ok(())
    }
    /// Stores at any key.
    pub fn set(&self, heap: &mut Heap, key: Value, value: Value) -> Result<(), TableError> {
        if let Some(s) = key.as_str() {
            return Ok(self.set_str(heap, s, value)?);
        }
        if let Some(i) = key.as_int() {
            return Ok(self.set_int(heap, i, value)?);
        }
        match self.slot(key) {
            Some(slot) => slot.set(value),
            None if key.is_nil() => return Err(TableError::NilKey),
            None if key.as_number().is_some_and(f64::is_nan) => return Err(TableError::NanKey),
            None => self.insert(heap, key, value)?,
        }
        Ok(())
    }

    /// Stores at a normalised key that has no slot.
    #[cold]
    #[inline(never)]
    fn insert(&self, heap: &mut Heap, key: Value, value: Value) -> Result<(), OutOfMemory> {
        if key.is_number() && self.header.b.get() == 0 && self.is_crowded(key) {
            self.scramble_numbers(heap);
        }
        if let Some(node) = self.new_node(key) {
            node.value.set(value);
            return Ok(());
        }
        self.rehash(heap, key)?;
        // The key may belong to the array part now, and there is room for it.
        if let Some(slot) = self.slot(key) {
            slot.set(value);
        } else if let Some(node) = self.new_node(key) {
            node.value.set(value);
        } else {
            debug_assert!(false, "rehashing made no room");
            return Err(OutOfMemory);
        }
        Ok(())
    }
}

impl Table {
    /// Is the chain of a key longer than any that chance makes?
    fn is_crowded(&self, key: Value) -> bool {
        let mut node = self.main_node(self.hash_in(key));
        for _ in 0..LONGEST_CHAIN {
            // SAFETY: chains link nodes of this table.
            match unsafe { node.next.get().as_ref() } {
                Some(next) => node = next,
                None => return false,
            }
        }
        true
    }

    /// Gives a normalised key, which is in no node, a node with a nil value; `None` where none is free.
    pub(super) fn new_node(&self, key: Value) -> Option<&Node> {
        let mut node = self.main_node(self.hash_in(key));
        if self.hmask.get() == 0 {
            return None;
        }
        if !node.value.get().is_nil() {
            let free = self.free_node()?;
            let mut before = self.main_node(self.hash_in(node.key.get()));
            if ptr::eq(before, node) {
                free.next.set(node.next.get());
                node.next.set(ptr::from_ref(free).cast_mut());
                node = free;
            } else {
                // The node's key isn't in its main position and gives way.
                while !ptr::eq(before.next.get(), node) {
                    // SAFETY: a live key is in the chain of its main position.
                    before = unsafe { &*before.next.get() };
                }
                before.next.set(ptr::from_ref(free).cast_mut());
                free.value.set(node.value.get());
                free.key.set(node.key.get());
                free.next.set(node.next.get());
                node.next.set(ptr::null_mut());
                node.value.set(Value::NIL);
            }
        }
        node.key.set(key);
        Some(node)
    }

    /// The next node that never had a key.
    fn free_node(&self) -> Option<&Node> {
        let nodes = self.nodes();
        let mut index = self.last_free.get() as usize;
        while index > 0 {
            index -= 1;
            if nodes[index].key.get().is_nil() {
                self.last_free.set(index as u32);
                return Some(&nodes[index]);
            }
        }
        None
    }
}
