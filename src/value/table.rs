//! Tables: an array part for the keys `0..asize` and a hash part of chained nodes.
//!
//! The policy is LuaJIT's, so that borders (`#t`) and the order of traversal agree with it: how both parts grow, where a
//! new key goes, how numbers are hashed. The hash part is a chained scatter table with Brent's variation (a
//! colliding key that isn't in its main position gives way); `last_free` walks down the nodes in search of a free one.
//!
//! Keys are normalised: minus zero is 0, and NaN and nil are no keys. A key is found by comparing bits. An
//! entry that is removed keeps its key with a nil value, so that a traversal can go on from it. Such a *dead* key, if
//! an object other than a string, is not kept alive and may dangle; it is never followed, and its hash
//! is a function of its bits alone.

use core::cell::Cell;
use core::ptr;

use crate::gc::{Header, Heap, Kind, OutOfMemory, READONLY, Write};
use crate::value::{Gc, Str, Value};

mod resize;
mod store;
#[cfg(test)]
mod tests;
mod traverse;

/// One entry of a hash part. A free node has a nil key; a dead entry keeps its key and has a nil value.
#[repr(C)]
pub struct Node {
    pub(crate) value: Cell<Value>,
    pub(crate) key: Cell<Value>,
    /// The next node of the same chain, or null.
    pub(crate) next: Cell<*mut Node>,
}

/// The node that stands for an empty hash part.
#[repr(transparent)]
struct EmptyNode(Node);
// SAFETY: it is never written: stores of new keys and traversals test `hmask` first, and its nil key matches none.
unsafe impl Sync for EmptyNode {}
static EMPTY_NODE: EmptyNode = EmptyNode(Node {
    value: Cell::new(Value::NIL),
    key: Cell::new(Value::NIL),
    next: Cell::new(ptr::null_mut()),
});

/// The node of tables without a hash part.
#[inline(always)]
pub(crate) fn empty_node() -> *mut Node {
    (&raw const EMPTY_NODE.0).cast_mut()
}

/// A table. `header.a` caches absent metamethods (bit n: event n of the fast ones is absent, see `vm::meta`);
/// it is zeroed by every store of a new string key.
///
/// `header.b` is 1 when numbers are hashed in a way of the table's own, because too many had the same hash.
///
/// A small array part that the table was created with lies directly behind the struct, and then a small hash part.
#[repr(C)]
pub struct Table {
    pub(crate) header: Header,
    /// Slots of the array part, key 0 included.
    pub(crate) asize: Cell<u32>,
    pub(crate) array: Cell<*mut Value>,
    /// Never null: a table without a hash part points to the one empty node.
    pub(crate) node: Cell<*mut Node>,
    /// Number of nodes minus 1; the number of nodes is a power of two. 0 says that there is no hash part.
    pub(crate) hmask: Cell<u32>,
    /// The nodes from this index on are not free; the search for a free one goes down from here.
    pub(crate) last_free: Cell<u32>,
    pub(crate) metatable: Cell<Option<Gc<Table>>>,
    pub(crate) grey_next: Cell<*mut Header>,
}

const _: () = assert!(size_of::<Table>() == 48 && size_of::<Node>() == 24);

/// The most slots of an array part.
pub const MAX_ARRAY: u32 = (1 << 27) + 1;
/// The most nodes, as a power of two.
pub const MAX_HASH_BITS: u32 = 26;
/// The largest array part that lies behind the struct.
pub(crate) const MAX_COLOCATED: u32 = 16;
/// The largest hash part that lies behind the struct and the array part, as a power of two.
const MAX_COLOCATED_BITS: u32 = 4;
/// Nodes at a lower distance from their table than this lie behind it. Those of other blocks lie in another arena, and are farther by an
/// arena's head at least.
const COLOCATED: usize = size_of::<Table>() + MAX_COLOCATED as usize * size_of::<Value>() + 1;

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

impl From<OutOfMemory> for TableError {
    fn from(error: OutOfMemory) -> TableError {
        TableError::Memory(error)
    }
}

/// How many bits of hash are needed for `n` entries: none, or at least one.
const fn hash_bits(n: u32) -> u32 {
    match n {
        0 => 0,
        1 => 1,
        _ => u32::BITS - (n - 1).leading_zeros(),
    }
}

/// Scrambles two words, with LuaJIT's result.
#[inline(always)]
const fn scramble(low: u32, high: u32) -> u32 {
    let a = low ^ high;
    let b = high.rotate_left(14);
    let c = a.wrapping_sub(b);
    (b.rotate_left(5) ^ c).wrapping_sub(c.rotate_left(13))
}

/// The hash of a number's bits.
#[inline(always)]
const fn hash_number(bits: u64) -> u32 {
    scramble(bits as u32, ((bits >> 32) as u32) << 1)
}

/// The hash of any key that may be in a node.
#[inline]
fn hash_of(key: Value) -> u32 {
    if key.is_number() {
        hash_number(key.to_bits())
    } else if let Some(s) = key.as_str() {
        s.hash
    } else if let Some(b) = key.as_bool() {
        b as u32
    } else {
        scramble(key.to_bits() as u32, (key.to_bits() >> 32) as u32)
    }
}

impl Table {
    /// The header of a new table: it has no metamethod yet.
    #[inline(always)]
    pub(crate) const fn new_header() -> Header {
        Header::new(Kind::Table, 0xFF, 0)
    }

    /// Creates a table with room for `narray` array slots (keys `0..narray`) and `nhash` other keys.
    pub fn new(heap: &mut Heap, narray: u32, nhash: u32) -> Result<Gc<Table>, OutOfMemory> {
        let table = Table::create(heap, narray, hash_bits(nhash))?;
        for i in 0..narray as usize {
            // SAFETY: `create` made room for `narray` slots.
            unsafe { table.array.get().add(i).write(Value::NIL) }
        }
        Ok(table)
    }

    /// A table with nil nodes and uninitialised array slots, which the caller writes at once.
    fn create(heap: &mut Heap, narray: u32, hash_bits: u32) -> Result<Gc<Table>, OutOfMemory> {
        let table = Table::create_bare(heap, narray, hash_bits)?;
        if table.hmask.get() != 0 {
            // SAFETY: `create_bare` made room for them.
            unsafe { resize::clear_nodes(table.node.get(), table.hmask.get() as usize + 1) };
        }
        Ok(table)
    }

    /// A table with uninitialised nodes and array slots, which the caller writes at once.
    #[inline]
    fn create_bare(heap: &mut Heap, narray: u32, hash_bits: u32) -> Result<Gc<Table>, OutOfMemory> {
        let behind = if narray <= MAX_COLOCATED { narray } else { 0 };
        let nodes_behind = match hash_bits {
            1..=MAX_COLOCATED_BITS => 1usize << hash_bits,
            _ => 0,
        };
        let size = size_of::<Table>()
            + behind as usize * size_of::<Value>()
            + nodes_behind * size_of::<Node>();
        let cell = heap.allocate(size)?.cast::<Table>();
        // SAFETY: the cell is fresh and has room for the struct and what lies behind it.
        let table = unsafe {
            cell.write(Table {
                header: Table::new_header(),
                asize: Cell::new(0),
                array: Cell::new(ptr::null_mut()),
                node: Cell::new(empty_node()),
                hmask: Cell::new(0),
                last_free: Cell::new(0),
                metatable: Cell::new(None),
                grey_next: Cell::new(ptr::null_mut()),
            });
            Gc::from_non_null(cell)
        };
        // Where one of these fails, the table is valid and empty, and garbage.
        let nodes = if nodes_behind > 0 {
            table
                .array_behind()
                .wrapping_add(behind as usize)
                .cast::<Node>()
        } else if hash_bits > 0 {
            resize::new_nodes(heap, hash_bits)?
        } else {
            empty_node()
        };
        if behind > 0 {
            table.array.set(table.array_behind());
        } else if narray > 0 {
            match resize::new_array(heap, narray) {
                Ok(array) => table.array.set(array),
                Err(error) => {
                    if nodes_behind == 0 {
                        resize::free_nodes(heap, nodes, (1 << hash_bits) - 1);
                    }
                    return Err(error);
                }
            }
        }
        table.asize.set(narray);
        if hash_bits > 0 {
            table.node.set(nodes);
            table.hmask.set((1 << hash_bits) - 1);
            table.last_free.set(1 << hash_bits);
        }
        Ok(table)
    }

    /// Where an array part lies that was allocated together with the struct.
    #[inline(always)]
    fn array_behind(&self) -> *mut Value {
        (self as *const Table)
            .wrapping_add(1)
            .cast::<Value>()
            .cast_mut()
    }
    /// Is the array part a block of its own?
    #[inline(always)]
    fn owns_array(&self) -> bool {
        !self.array.get().is_null() && self.array.get() != self.array_behind()
    }

    /// Is there a hash part, and is it a block of its own?
    #[inline(always)]
    fn owns_nodes(&self) -> bool {
        let distance = self
            .node
            .get()
            .addr()
            .wrapping_sub(ptr::from_ref(self).addr());
        self.hmask.get() != 0 && distance >= COLOCATED
    }

    /// The array slot of a key.
    #[inline(always)]
    pub(crate) fn array_slot(&self, index: u32) -> Option<&Cell<Value>> {
        if index < self.asize.get() {
            // SAFETY: `asize` slots lie at `array`.
            Some(unsafe { &*self.array.get().add(index as usize).cast::<Cell<Value>>() })
        } else {
            None
        }
    }
    /// The node where the chain of a hash begins.
    #[inline(always)]
    fn main_node(&self, hash: u32) -> &Node {
        // SAFETY: there are `hmask + 1` nodes, and a node block isn't freed while the table is borrowed for reading.
        unsafe { &*self.node.get().add((hash & self.hmask.get()) as usize) }
    }
    /// All nodes; none where there is no hash part.
    #[inline(always)]
    pub(crate) fn nodes(&self) -> &[Node] {
        let count = match self.hmask.get() {
            0 => 0,
            mask => mask as usize + 1,
        };
        // SAFETY: there are as many nodes.
        unsafe { core::slice::from_raw_parts(self.node.get(), count) }
    }
    /// The node with these key bits in the chain of a hash.
    #[inline(always)]
    fn find(&self, hash: u32, key: Value) -> Option<&Node> {
        let mut node = self.main_node(hash);
        loop {
            if node.key.get() == key {
                return Some(node);
            }
            // SAFETY: chains link nodes of this table.
            node = unsafe { node.next.get().as_ref()? };
        }
    }

    /// The value at a string key, nil where absent.
    #[inline(always)]
    pub fn get_str(&self, key: Gc<Str>) -> Value {
        match self.slot_str(key) {
            Some(slot) => slot.get(),
            None => Value::NIL,
        }
    }
    /// The value at an integer key, nil where absent.
    #[inline(always)]
    pub fn get_int(&self, key: i32) -> Value {
        match self.slot_int(key) {
            Some(slot) => slot.get(),
            None => Value::NIL,
        }
    }
    /// The value at any key (nil and NaN keys included), nil where absent.
    pub fn get(&self, key: Value) -> Value {
        match self.slot(key) {
            Some(slot) => slot.get(),
            None => Value::NIL,
        }
    }
    /// The slot of an existing string key whose value may be nil; `None` where the key has no node.
    /// The interpreter reads through it, and overwrites non-nil values through it after the barrier.
    #[inline(always)]
    pub(crate) fn slot_str(&self, key: Gc<Str>) -> Option<&Cell<Value>> {
        Some(&self.find(key.hash, key.into())?.value)
    }
    /// The same for an integer key.
    #[inline(always)]
    pub(crate) fn slot_int(&self, key: i32) -> Option<&Cell<Value>> {
        match self.array_slot(key as u32) {
            Some(slot) => Some(slot),
            None => self.slot_int_hashed(key),
        }
    }
    /// The value at an integer key beyond the array part, nil where absent.
    #[inline(always)]
    pub(crate) fn get_int_hashed(&self, key: i32) -> Value {
        match self.slot_int_hashed(key) {
            Some(slot) => slot.get(),
            None => Value::NIL,
        }
    }
    /// The slot of such a key.
    #[inline]
    pub(crate) fn slot_int_hashed(&self, key: i32) -> Option<&Cell<Value>> {
        if self.hmask.get() == 0 {
            return None;
        }
        self.slot_number(Value::int(key))
    }
    #[inline]
    fn slot_number(&self, key: Value) -> Option<&Cell<Value>> {
        Some(&self.find(self.hash_in(key), key)?.value)
    }
    /// The same for any key.
    pub(crate) fn slot(&self, key: Value) -> Option<&Cell<Value>> {
        if let Some(s) = key.as_str() {
            self.slot_str(s)
        } else if let Some(i) = key.as_int() {
            self.slot_int(i)
        } else if key.is_nil() {
            None
        } else {
            Some(&self.find(self.hash_in(key), key)?.value)
        }
    }
    /// The slot of an existing, normalised key in the hash part; nil is none.
    #[cfg(feature = "jit")]
    pub(crate) fn slot_in_nodes(&self, key: Value) -> Option<&Cell<Value>> {
        if key.is_nil() || self.hmask.get() == 0 {
            return None;
        }
        Some(&self.find(self.hash_in(key), key)?.value)
    }
    /// The hash by which this table places a key.
    #[inline(always)]
    fn hash_in(&self, key: Value) -> u32 {
        if key.is_number() && self.header.b.get() != 0 {
            self.own_hash(key)
        } else {
            hash_of(key)
        }
    }
    /// The hash of a number in a table that was fed numbers of the same hash. Nobody who only sends data knows the
    /// table's address.
    #[cold]
    fn own_hash(&self, key: Value) -> u32 {
        let secret = ptr::from_ref(self).addr() as u64 | 1;
        let product = u128::from(key.to_bits() ^ secret.wrapping_mul(0x9E37_79B9_7F4A_7C15))
            * u128::from(secret.wrapping_mul(0xD1B5_4A32_D192_ED03));
        (product as u64 ^ (product >> 64) as u64) as u32
    }

    /// The entry in the main position of a key.
    pub(crate) fn entry_in_place_of(&self, key: Value) -> Option<(Value, Value)> {
        let node = self.main_node(self.hash_in(key));
        (!node.value.get().is_nil()).then(|| (node.key.get(), node.value.get()))
    }

    /// May it not be modified?
    #[inline(always)]
    pub fn is_readonly(&self) -> bool {
        self.header.flags.get() & READONLY != 0
    }
    /// Says whether it may be modified.
    pub(crate) fn set_readonly(&self, readonly: bool) {
        let flags = self.header.flags.get() & !READONLY;
        self.header
            .flags
            .set(if readonly { flags | READONLY } else { flags });
    }
    /// The metatable.
    #[inline(always)]
    pub fn metatable(&self) -> Option<Gc<Table>> {
        self.metatable.get()
    }
}

/// Stores that need no memory.
impl Write<Table> {
    /// Sets or removes the metatable. A metatable with a string `__mode` makes the table weak from the next cycle on.
    pub fn set_metatable(&self, metatable: Option<Gc<Table>>) {
        self.metatable.set(metatable);
    }
    /// Moves `count` elements from array slot `from` on to slot `to` on, if the array part has them all.
    pub fn move_in_array(&self, from: u32, to: u32, count: u32) -> bool {
        let end = u64::from(from.max(to)) + u64::from(count);
        if end > u64::from(self.asize.get()) {
            return false;
        }
        let array = self.array.get();
        // SAFETY: both ranges lie in the array part.
        unsafe {
            ptr::copy(
                array.add(from as usize),
                array.add(to as usize),
                count as usize,
            )
        }
        true
    }
    /// Removes all entries and keeps the parts.
    pub fn clear(&self) {
        for i in 0..self.asize.get() {
            if let Some(slot) = self.array_slot(i) {
                slot.set(Value::NIL);
            }
        }
        for node in self.nodes() {
            node.value.set(Value::NIL);
            node.key.set(Value::NIL);
            node.next.set(ptr::null_mut());
        }
        if self.hmask.get() != 0 {
            self.last_free.set(self.hmask.get() + 1);
        }
    }
}
