//! Growing and shrinking: how large the parts should be, and moving the entries.

use core::cell::Cell;
use core::ptr::{self, NonNull};

use super::{MAX_ARRAY, MAX_HASH_BITS, Node, Table, empty_node, hash_bits};
use crate::gc::{Heap, OutOfMemory, Write};
use crate::value::{Gc, Value};

/// Bins for counting integer keys: bin b holds those from 2^b + 1 to 2^(b+1), bin 0 also 0 and 1.
type Bins = [u32; 28];

fn array_bytes(slots: u32) -> usize {
    slots as usize * size_of::<Value>()
}

/// An uninitialised array part.
pub(super) fn new_array(heap: &mut Heap, slots: u32) -> Result<*mut Value, OutOfMemory> {
    if slots > MAX_ARRAY {
        return Err(OutOfMemory);
    }
    Ok(heap.alloc_block(array_bytes(slots))?.as_ptr().cast())
}

/// An uninitialised hash part.
pub(super) fn new_nodes(heap: &mut Heap, bits: u32) -> Result<*mut Node, OutOfMemory> {
    if bits > MAX_HASH_BITS {
        return Err(OutOfMemory);
    }
    Ok(heap.alloc_block(size_of::<Node>() << bits)?.as_ptr().cast())
}

/// Makes so many nodes free.
///
/// # Safety
/// They are nobody else's.
#[inline(always)]
pub(super) unsafe fn clear_nodes(nodes: *mut Node, count: usize) {
    for i in 0..count {
        // SAFETY: the caller's promise.
        unsafe {
            nodes.add(i).write(Node {
                value: Cell::new(Value::NIL),
                key: Cell::new(Value::NIL),
                next: Cell::new(ptr::null_mut()),
            });
        }
    }
}

/// Counts a key if it could be in an array part.
fn count_key(key: Value, bins: &mut Bins) -> u32 {
    match key.as_int() {
        Some(i) if (i as u32) < MAX_ARRAY => {
            let bin = if i > 2 { (i as u32 - 1).ilog2() } else { 0 };
            bins[bin as usize] += 1;
            1
        }
        _ => 0,
    }
}

/// The size of the array part for these integer keys, `count` of them, and how many will be in it: the largest power of two
/// (plus one) of which more than half is used.
fn best_array(bins: &Bins, count: u32) -> (u32, u32) {
    let (mut size, mut inside, mut sum) = (0, 0, 0);
    for (b, &n) in bins.iter().enumerate() {
        if 2 * count <= 1 << b || sum == count {
            break;
        }
        sum += n;
        if n > 0 && 2 * sum > 1 << b {
            size = (2 << b) + 1;
            inside = sum;
        }
    }
    (size, inside)
}

impl Table {
    /// Counts the used slots of the array part.
    fn count_array(&self, bins: &mut Bins) -> u32 {
        let mut total = 0;
        let mut i = 0;
        for (b, bin) in bins.iter_mut().enumerate() {
            if i >= self.asize.get() {
                break;
            }
            let top = (2 << b).min(self.asize.get() - 1);
            let mut used = 0;
            while i <= top {
                used += self.array_slot(i).is_some_and(|s| !s.get().is_nil()) as u32;
                i += 1;
            }
            *bin += used;
            total += used;
        }
        total
    }

    /// Frees both parts. The table is not to be used afterwards.
    #[inline]
    pub(crate) fn free_parts(&self, heap: &mut Heap) {
        if self.owns_array() {
            // SAFETY: `owns_array` says that the array is a block of this size.
            unsafe {
                heap.free_block(
                    NonNull::new_unchecked(self.array.get()).cast(),
                    array_bytes(self.asize.get()),
                );
            }
        }
        if self.owns_nodes() {
            free_nodes(heap, self.node.get(), self.hmask.get());
        }
    }

    /// A copy of a constructor's template: same parts, same contents, no metatable. Where the template holds a table as a
    /// value (the compiler puts the template itself there, for a field whose value it doesn't know), the copy has nil.
    pub fn duplicate(heap: &mut Heap, template: Gc<Table>) -> Result<Gc<Table>, OutOfMemory> {
        let mask = template.hmask.get();
        let bits = if mask == 0 { 0 } else { mask.trailing_ones() };
        let table = Table::create_bare(heap, template.asize.get(), bits)?;
        table.header.a.set(0);
        // SAFETY: both tables have parts of the same sizes, and the new ones are nobody else's.
        unsafe {
            ptr::copy_nonoverlapping(
                template.array.get(),
                table.array.get(),
                template.asize.get() as usize,
            );
        }
        if template.header.b.get() != 0 {
            // The nodes have other places in the copy.
            // SAFETY: `create_bare` made room for them.
            unsafe { clear_nodes(table.node.get(), template.nodes().len()) };
            for node in template.nodes() {
                if let Some(new) = table.new_node(node.key.get()) {
                    new.value.set(node.value.get());
                }
            }
            return Ok(table);
        }
        table.last_free.set(template.last_free.get());
        let distance = table
            .node
            .get()
            .addr()
            .wrapping_sub(template.node.get().addr());
        for (i, old) in template.nodes().iter().enumerate() {
            let value = match old.value.get() {
                value if value.is_table() => Value::NIL,
                value => value,
            };
            let next = match old.next.get() {
                next if next.is_null() => next,
                next => {
                    let next = next.addr().wrapping_add(distance);
                    table.node.get().with_addr(next)
                }
            };
            // SAFETY: both tables have as many nodes, and the new ones are nobody else's.
            unsafe {
                table.node.get().add(i).write(Node {
                    value: Cell::new(value),
                    key: Cell::new(old.key.get()),
                    next: Cell::new(next),
                });
            }
        }
        Ok(table)
    }
}

pub(super) fn free_nodes(heap: &mut Heap, nodes: *mut Node, mask: u32) {
    if mask != 0 {
        // SAFETY: a hash part with a mask is a block of this size.
        unsafe {
            heap.free_block(
                NonNull::new_unchecked(nodes).cast(),
                (mask as usize + 1) * size_of::<Node>(),
            );
        }
    }
}

impl Write<Table> {
    /// Makes room for the array keys up to `n` (exclusive).
    pub fn reserve_array(&self, heap: &mut Heap, n: u32) -> Result<(), OutOfMemory> {
        if n <= self.asize.get() {
            return Ok(());
        }
        let mask = self.hmask.get();
        let bits = if mask == 0 { 0 } else { mask.trailing_ones() };
        self.resize(heap, n, bits)
    }

    /// Makes room for the values that end a constructor, whose keys go up to `n` (exclusive). Where there is none yet, one slot more than
    /// they need, as in LuaJIT: the length of a list with holes depends on it.
    pub(crate) fn reserve_list(&self, heap: &mut Heap, n: u32) -> Result<(), OutOfMemory> {
        if n <= self.asize.get() {
            return Ok(());
        }
        self.reserve_array(heap, n.saturating_add(1))
    }

    /// Places numbers by a hash of the table's own from now on. Where there is no memory for that, all stays as it was.
    #[cold]
    pub(super) fn scramble_numbers(&self, heap: &mut Heap) {
        self.header.b.set(1);
        let bits = self.hmask.get().trailing_ones();
        if self.resize(heap, self.asize.get(), bits).is_err() {
            self.header.b.set(0);
        }
    }

    /// Chooses new sizes for the parts so that `key` has room too.
    pub(super) fn rehash(&self, heap: &mut Heap, key: Value) -> Result<(), OutOfMemory> {
        let mut bins = [0; 28];
        let mut integers = self.count_array(&mut bins);
        let mut total = 1 + integers;
        for node in self.nodes() {
            if !node.value.get().is_nil() {
                integers += count_key(node.key.get(), &mut bins);
                total += 1;
            }
        }
        integers += count_key(key, &mut bins);
        let (size, inside) = best_array(&bins, integers);
        self.resize(heap, size, hash_bits(total - inside))
    }

    /// Gives the parts new sizes, which hold all entries, and moves the entries.
    fn resize(&self, heap: &mut Heap, slots: u32, bits: u32) -> Result<(), OutOfMemory> {
        let old_slots = self.asize.get();
        let old_nodes = self.node.get();
        let old_mask = self.hmask.get();
        // All that can fail comes first.
        let nodes = if bits > 0 {
            let nodes = new_nodes(heap, bits)?;
            // SAFETY: the block has room for so many.
            unsafe { clear_nodes(nodes, 1 << bits) };
            nodes
        } else {
            empty_node()
        };
        let mask = (1u32 << bits) - 1;
        let owned_nodes = self.owns_nodes();
        let shrunk = if slots > old_slots {
            self.grow_array(heap, slots).map(|()| ptr::null_mut())
        } else if slots > 0 && slots < old_slots && self.owns_array() {
            new_array(heap, slots)
        } else {
            Ok(ptr::null_mut())
        };
        let shrunk = match shrunk {
            Ok(array) => array,
            Err(error) => {
                free_nodes(heap, nodes, mask);
                return Err(error);
            }
        };
        heap.moved_entries(**self);
        self.node.set(nodes);
        self.hmask.set(mask);
        self.last_free.set(if bits > 0 { mask + 1 } else { 0 });
        if slots < old_slots {
            self.asize.set(slots);
            for i in slots..old_slots {
                // SAFETY: the array part still has its old slots.
                let value = unsafe { *self.array.get().add(i as usize) };
                if !value.is_nil() {
                    self.put_back(Value::int(i as i32), value);
                }
            }
            self.shrink_array(heap, old_slots, shrunk);
        }
        if old_mask != 0 {
            // SAFETY: the old nodes are still there.
            let old = unsafe { core::slice::from_raw_parts(old_nodes, old_mask as usize + 1) };
            for node in old {
                if !node.value.get().is_nil() {
                    self.put_back(node.key.get(), node.value.get());
                }
            }
            if owned_nodes {
                free_nodes(heap, old_nodes, old_mask);
            }
        }
        Ok(())
    }

    /// Stores an entry for which there is room.
    fn put_back(&self, key: Value, value: Value) {
        let slot = key.as_int().and_then(|i| self.array_slot(i as u32));
        match slot.or_else(|| self.new_node(key).map(|n| &n.value)) {
            Some(slot) => slot.set(value),
            None => debug_assert!(false, "the new parts are too small"),
        }
    }

    fn grow_array(&self, heap: &mut Heap, slots: u32) -> Result<(), OutOfMemory> {
        let old_slots = self.asize.get();
        let old = self.array.get();
        let array = if self.owns_array() {
            if slots > MAX_ARRAY {
                return Err(OutOfMemory);
            }
            // SAFETY: the array is a block of `old_slots` slots.
            unsafe {
                heap.realloc_block(
                    NonNull::new_unchecked(old).cast(),
                    array_bytes(old_slots),
                    array_bytes(slots),
                )?
            }
            .as_ptr()
            .cast()
        } else {
            let array = new_array(heap, slots)?;
            // SAFETY: the new block is larger than the slots behind the struct.
            unsafe { ptr::copy_nonoverlapping(old, array, old_slots as usize) };
            array
        };
        for i in old_slots..slots {
            // SAFETY: the array has room for `slots` slots.
            unsafe { array.add(i as usize).write(Value::NIL) }
        }
        self.array.set(array);
        self.asize.set(slots);
        Ok(())
    }

    /// Gives back the array slots from `asize` on; `shrunk` is a block of `asize` slots, or null where that is 0.
    fn shrink_array(&self, heap: &mut Heap, old_slots: u32, shrunk: *mut Value) {
        if !self.owns_array() {
            return;
        }
        let old = self.array.replace(shrunk);
        // SAFETY: the array is a block of `old_slots` slots, and `shrunk` one of `asize`, which is less.
        unsafe {
            if !shrunk.is_null() {
                ptr::copy_nonoverlapping(old, shrunk, self.asize.get() as usize);
            }
            heap.free_block(NonNull::new_unchecked(old).cast(), array_bytes(old_slots));
        }
    }
}
