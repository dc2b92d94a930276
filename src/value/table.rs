//! Tables: an array part for the keys `0..asize` and a hash part of chained nodes.

use core::cell::Cell;

use crate::gc::{Header, Heap, OutOfMemory, Write};
use crate::value::{Gc, Str, Value};

/// One entry of a hash part. A free node has a nil key; a dead entry keeps its key and has a nil value.
#[repr(C)]
pub struct Node {
    pub(crate) value: Cell<Value>,
    pub(crate) key: Cell<Value>,
    /// The next node of the same chain, or null.
    pub(crate) next: Cell<*mut Node>,
}

/// A table. `header.a` caches absent metamethods (bit n: event n of the fast ones is absent, see `vm::meta`);
/// it is zeroed by every store of a new string key.
#[repr(C)]
pub struct Table {
    pub(crate) header: Header,
    /// Slots of the array part, key 0 included.
    pub(crate) asize: Cell<u32>,
    pub(crate) array: Cell<*mut Value>,
    /// Never null: a table without a hash part points to the heap's one empty node.
    pub(crate) node: Cell<*mut Node>,
    /// Number of nodes minus 1; the number of nodes is a power of two.
    pub(crate) hmask: Cell<u32>,
    /// Index of the lowest node that may be free, counted from the end, as the insertion scan keeps it.
    pub(crate) last_free: Cell<u32>,
    pub(crate) metatable: Cell<Option<Gc<Table>>>,
    pub(crate) grey_next: Cell<*mut Header>,
}

/// Why a store failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TableError {
    /// The key was nil.
    NilKey,
    /// The key was NaN.
    NanKey,
    /// No memory, or the table would exceed its greatest size.
    Memory(OutOfMemory),
}

impl Table {
    /// Creates a table with room for `narray` array slots (keys `0..narray`) and `nhash` other keys.
    pub fn new(heap: &mut Heap, narray: u32, nhash: u32) -> Result<Gc<Table>, OutOfMemory> {
        unimplemented!()
    }
    /// A copy of a constructor's template: same parts, same contents, no metatable.
    pub fn duplicate(heap: &mut Heap, template: Gc<Table>) -> Result<Gc<Table>, OutOfMemory> {
        unimplemented!()
    }
    /// The value at a string key, nil where absent.
    #[inline(always)]
    pub fn get_str(&self, key: Gc<Str>) -> Value {
        unimplemented!()
    }
    /// The value at an integer key, nil where absent.
    #[inline(always)]
    pub fn get_int(&self, key: i32) -> Value {
        unimplemented!()
    }
    /// The value at any key (nil and NaN keys included), nil where absent.
    pub fn get(&self, key: Value) -> Value {
        unimplemented!()
    }
    /// The slot of an existing string key whose value may be nil; `None` where the key has no node.
    /// The interpreter reads through it, and overwrites non-nil values through it after the barrier.
    #[inline(always)]
    pub(crate) fn slot_str(&self, key: Gc<Str>) -> Option<&Cell<Value>> {
        unimplemented!()
    }
    /// The same for an integer key.
    #[inline(always)]
    pub(crate) fn slot_int(&self, key: i32) -> Option<&Cell<Value>> {
        unimplemented!()
    }
    /// The same for any key.
    pub(crate) fn slot(&self, key: Value) -> Option<&Cell<Value>> {
        unimplemented!()
    }
    /// A border, as `#t` finds it: LuaJIT's algorithm, the same border for the same history of array and hash parts.
    #[inline]
    pub fn len(&self) -> u32 {
        unimplemented!()
    }
    /// The entry after `key` in traversal order (array part, then nodes): `Ok(None)` at the end,
    /// `Err(())` where the key isn't in the table. Nil begins.
    pub fn next(&self, key: Value) -> Result<Option<(Value, Value)>, ()> {
        unimplemented!()
    }
    /// The traversal step by position, for `ITERN`: the first live entry at position `from` or later, with its position.
    /// Positions `0..asize` are the array part, then follow the nodes.
    #[inline]
    pub fn entry_from(&self, from: u32) -> Option<(u32, Value, Value)> {
        unimplemented!()
    }
    /// The metatable.
    #[inline(always)]
    pub fn metatable(&self) -> Option<Gc<Table>> {
        self.metatable.get()
    }
}

/// Stores. All of them may grow the table; a store that fails leaves the table as it was.
impl Write<Table> {
    /// Stores at a string key.
    pub fn set_str(&self, heap: &mut Heap, key: Gc<Str>, value: Value) -> Result<(), OutOfMemory> {
        unimplemented!()
    }
    /// Stores at an integer key.
    pub fn set_int(&self, heap: &mut Heap, key: i32, value: Value) -> Result<(), OutOfMemory> {
        unimplemented!()
    }
    /// Stores at any key.
    pub fn set(&self, heap: &mut Heap, key: Value, value: Value) -> Result<(), TableError> {
        unimplemented!()
    }
    /// Makes room for the array keys up to `n` (exclusive).
    pub fn reserve_array(&self, heap: &mut Heap, n: u32) -> Result<(), OutOfMemory> {
        unimplemented!()
    }
    /// Sets or removes the metatable. A metatable with a string `__mode` makes the table weak from the next cycle on.
    pub fn set_metatable(&self, metatable: Option<Gc<Table>>) {
        unimplemented!()
    }
    /// Removes all entries and keeps the parts.
    pub fn clear(&self) {
        unimplemented!()
    }
}
