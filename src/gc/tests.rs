//! The collector against models of the heap's graph, and its promises one by one.

extern crate std;

use core::cell::RefCell;
use std::boxed::Box;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::vec::Vec;

use super::collector::Phase;
use super::testing::{CountingMemory, Random, heap};
use super::*;
use crate::value::thread::Status;
use crate::value::{Function, Gc, Table, Thread, Upvalue, Userdata, Value};
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult};

fn native(_: &mut Vm) -> NativeResult {
    Ok(Flow::Return(0))
}

/// Writes to a stack slot or an upvalue.
fn write_slot(slot: *mut Value, value: Value) {
    // SAFETY: the tests pass slots of live stacks and the values of live upvalues.
    unsafe { *slot = value }
}

/// A heap with a main thread, a root table and a record of dropped payloads.
struct World {
    root: Gc<Table>,
    main: Gc<Thread>,
    dropped: Rc<RefCell<BTreeSet<u32>>>,
    // Last, for the record is used while the heap is dropped.
    heap: Heap,
}

struct Payload(u32, Rc<RefCell<BTreeSet<u32>>>);

impl Drop for Payload {
    fn drop(&mut self) {
        assert!(self.1.borrow_mut().insert(self.0), "dropped twice");
    }
}

impl World {
    fn new() -> World {
        let mut heap = heap();
        let root = Table::new(&mut heap, 0, 0).unwrap();
        let main = heap.new_thread(root, 64).unwrap();
        main.header.a.set(Status::Running as u8);
        World {
            root,
            main,
            dropped: Rc::default(),
            heap,
        }
    }
    fn roots(&self) -> [Value; 1] {
        [self.root.into()]
    }
    fn step(&mut self) -> bool {
        let values = self.roots();
        let roots = Roots {
            values: &values,
            #[cfg(feature = "jit")]
            objects: &[],
            main: self.main,
            current: self.main,
        };
        self.heap.step(&roots)
    }
    fn collect(&mut self) {
        let values = self.roots();
        let roots = Roots {
            values: &values,
            #[cfg(feature = "jit")]
            objects: &[],
            main: self.main,
            current: self.main,
        };
        self.heap.full_collect(&roots);
    }
    fn table(&mut self) -> Gc<Table> {
        Table::new(&mut self.heap, 0, 0).unwrap()
    }
    fn userdata(&mut self, id: u32) -> Gc<Userdata> {
        let payload = Payload(id, self.dropped.clone());
        self.heap.new_userdata(Some(Box::new(payload))).unwrap()
    }
    fn set(&mut self, t: Gc<Table>, key: impl Into<Value>, value: impl Into<Value>) {
        self.heap.set(t, key.into(), value.into()).unwrap();
    }
    fn set_name(&mut self, t: Gc<Table>, name: &str, value: impl Into<Value>) {
        let key = self.heap.intern(name.as_bytes()).unwrap();
        self.set(t, key, value);
    }
    fn get_name(&mut self, t: Gc<Table>, name: &str) -> Value {
        let key = self.heap.intern(name.as_bytes()).unwrap();
        t.get_str(key)
    }
    fn weak_table(&mut self, mode: &str) -> Gc<Table> {
        let (t, mt) = (self.table(), self.table());
        let mode = self.heap.intern(mode.as_bytes()).unwrap();
        self.set_name(mt, "__mode", mode);
        self.heap.write(t).set_metatable(Some(mt));
        t
    }
    fn finalized_userdata(&mut self, id: u32) -> Gc<Userdata> {
        let (u, mt) = (self.userdata(id), self.table());
        self.set_name(mt, "__gc", true);
        self.heap.write(u);
        u.metatable.set(Some(mt));
        u
    }
    fn dropped(&self) -> Vec<u32> {
        self.dropped.borrow().iter().copied().collect()
    }
    fn push(&mut self, value: impl Into<Value>) {
        write_slot(self.main.top.get(), value.into());
        self.main.top.set(self.main.top.get().wrapping_add(1));
    }
    fn entries(t: Gc<Table>) -> Vec<(Value, Value)> {
        let (mut entries, mut position) = (Vec::new(), 0);
        while let Some((p, k, v)) = t.entry_from(position) {
            entries.push((k, v));
            position = p + 1;
        }
        entries
    }
}

/// A node of the random graph: an object that refers to a userdata with the node's number and to other nodes.
#[derive(Clone)]
struct GraphNode {
    value: Value,
    edges: BTreeSet<u32>,
}

/// Gives `from` a reference to a node, by whatever way its kind has.
fn connect(world: &mut World, from: Value, key: u32, to: Option<Value>) {
    let value = to.unwrap_or(Value::NIL);
    if let Some(t) = from.as_table() {
        world.set(t, f64::from(key) + 0.5, value);
    } else if let Some(f) = from.as_function() {
        // Its environment and its upvalue's table hold the references.
        let holder = if key.is_multiple_of(2) {
            f.env.get()
        } else {
            f.native_upvalue(0).as_table().unwrap()
        };
        world.set(holder, f64::from(key) + 0.5, value);
    } else if let Some(t) = from.as_thread() {
        world.heap.write(t);
        write_slot(t.stack.get().wrapping_add(key as usize % 1000), value);
    } else if let Some(u) = from.as_userdata() {
        world.set(u.metatable.get().unwrap(), f64::from(key) + 0.5, value);
    }
}

fn random_graph(seed: u64, zeal: bool, steps: usize) {
    let mut random = Random(seed);
    let mut world = World::new();
    world.heap.set_zeal(zeal);
    let mut nodes: Vec<GraphNode> = Vec::new();
    let mut roots: BTreeSet<u32> = BTreeSet::new();
    for step in 0..steps {
        let pick = |random: &mut Random, roots: &BTreeSet<u32>| {
            let n = random.below(roots.len().max(1) as u64) as usize;
            roots.iter().nth(n).copied()
        };
        // Nodes are reached through the roots only, as a program would.
        let walk = |random: &mut Random, nodes: &[GraphNode], roots: &BTreeSet<u32>| {
            let mut at = pick(random, roots)?;
            for _ in 0..random.below(6) {
                let edges = &nodes[at as usize].edges;
                if edges.is_empty() {
                    break;
                }
                at = pick(random, edges).unwrap();
            }
            Some(at)
        };
        match random.below(12) {
            0..4 => {
                let id = nodes.len() as u32;
                let u = world.userdata(id);
                let value: Value = match random.below(4) {
                    0 | 1 => {
                        let t = world.table();
                        world.set_name(t, "self", u);
                        if random.below(20) == 0 {
                            for i in 0..3000 {
                                world.set(t, i, false);
                            }
                        }
                        t.into()
                    }
                    2 => {
                        let (env, held) = (world.table(), world.table());
                        world.set_name(env, "self", u);
                        world
                            .heap
                            .new_native(native, 0, env, &[held.into()])
                            .unwrap()
                            .into()
                    }
                    _ => {
                        let t = world.heap.new_thread(world.root, 1200).unwrap();
                        t.header.a.set(Status::Suspended as u8);
                        t.top.set(t.stack.get().wrapping_add(1001));
                        write_slot(t.stack.get().wrapping_add(1000), u.into());
                        // Stale slots above the top are no references.
                        t.into()
                    }
                };
                nodes.push(GraphNode {
                    value,
                    edges: BTreeSet::new(),
                });
                roots.insert(id);
                world.set(world.root, id as i32, value);
            }
            4..6 => {
                if let Some(id) = pick(&mut random, &roots) {
                    roots.remove(&id);
                    world.set(world.root, id as i32, Value::NIL);
                }
            }
            6..9 => {
                let from = walk(&mut random, &nodes, &roots);
                let to = walk(&mut random, &nodes, &roots);
                if let (Some(from), Some(to)) = (from, to) {
                    let from_value = nodes[from as usize].value;
                    if from_value.as_thread().is_some() {
                        // A slot holds one reference only.
                        let slot = to % 1000;
                        nodes[from as usize].edges.retain(|e| e % 1000 != slot);
                    }
                    connect(&mut world, from_value, to, Some(nodes[to as usize].value));
                    nodes[from as usize].edges.insert(to);
                }
            }
            9 => {
                if let Some(from) = walk(&mut random, &nodes, &roots)
                    && let Some(to) = pick(&mut random, &nodes[from as usize].edges)
                {
                    connect(&mut world, nodes[from as usize].value, to, None);
                    nodes[from as usize].edges.remove(&to);
                }
            }
            10 => {
                for i in 0..random.below(200) {
                    let text = (step as u64 * 1000 + i).to_le_bytes();
                    let s = world.heap.intern(&text[..6]).unwrap();
                    world.set_name(world.root, "string", s);
                }
            }
            _ => {
                world.step();
            }
        }
        if world.heap.step_due() && random.below(2) == 0 {
            world.step();
        }
        let full = step % 997 == 996;
        if full || step % 100 == 0 {
            let mut reached = BTreeSet::new();
            let mut grey: Vec<u32> = roots.iter().copied().collect();
            while let Some(id) = grey.pop() {
                if reached.insert(id) {
                    grey.extend(&nodes[id as usize].edges);
                }
            }
            if full {
                world.collect();
                let dead: Vec<u32> = (0..nodes.len() as u32)
                    .filter(|id| !reached.contains(id))
                    .collect();
                assert_eq!(world.dropped(), dead, "seed {seed} step {step}");
            } else {
                assert!(
                    reached.is_disjoint(&world.dropped.borrow()),
                    "seed {seed} step {step}"
                );
            }
        }
    }
}

#[test]
fn random_graphs_survive_and_die() {
    for seed in 1..30 {
        random_graph(seed * 77, false, 4000);
    }
}

#[test]
fn random_graphs_under_zeal() {
    for seed in 1..5 {
        random_graph(seed * 1001, true, 600);
    }
}

#[test]
fn all_memory_is_given_back() {
    let memory = CountingMemory::default();
    let mut heap = Heap::new(Box::new(memory.clone()), usize::MAX, [3, 4]).unwrap();
    let root = Table::new(&mut heap, 4, 4).unwrap();
    heap.new_thread(root, 5000).unwrap();
    for i in 0..20_000u32 {
        let s = heap.intern(&i.to_le_bytes()).unwrap();
        heap.set(root, s.into(), Value::TRUE).unwrap();
        let long = std::vec![b'x'; i as usize % 9000];
        heap.intern(&long).unwrap();
        heap.new_buffer()
            .unwrap()
            .push_bytes(&mut heap, &long)
            .unwrap();
    }
    assert!(memory.bytes.get() >= heap.used() && heap.reserved() == memory.bytes.get());
    assert!(heap.peak() >= heap.used());
    drop(heap);
    assert_eq!(memory.bytes.get(), 0);
}

#[test]
fn the_intern_table_fits_what_a_cycle_makes() {
    let mut world = World::new();
    let mut sizes = [0; 3];
    for (cycle, size) in sizes.iter_mut().enumerate() {
        for i in 0..10_000 {
            let text = std::format!("{cycle} {i}");
            world.heap.intern(text.as_bytes()).unwrap();
        }
        *size = world.heap.used();
        world.collect();
        // All strings died, and yet the table stays: the next cycle needs it again.
        assert!(world.heap.used() > 10_000 * size_of::<u64>());
    }
    assert_eq!(sizes[1], sizes[2]);
    for _ in 0..12 {
        world.collect();
    }
    assert!(world.heap.used() < 10_000);
}

#[test]
fn memory_shrinks_with_the_heap() {
    let mut world = World::new();
    let empty = world.heap.used();
    for i in 0..100_000 {
        let t = world.table();
        world.set(t, 1, i);
        world.set(world.root, i, t);
    }
    let full = world.heap.reserved();
    world.heap.write(world.root).clear();
    world.root = world.table();
    world.main.env.set(world.root);
    world.collect();
    assert!(
        world.heap.used() < empty + 5000,
        "{} {}",
        world.heap.used(),
        empty
    );
    assert!(
        world.heap.reserved() * 10 < full,
        "{} of {full}",
        world.heap.reserved()
    );
}

#[test]
fn weak_values_and_keys() {
    let mut world = World::new();
    let t = world.weak_table("v");
    world.set_name(world.root, "values", t);
    let kept = world.table();
    world.set_name(world.root, "kept", kept);
    let dying = world.table();
    let s = world.heap.intern(b"a string of its own").unwrap();
    for (i, value) in [kept.into(), dying.into(), Value::from(s), Value::int(4)]
        .into_iter()
        .enumerate()
    {
        world.set(t, i as i32, value);
        world.set(t, f64::from(i as i32) + 0.5, value);
    }
    world.collect();
    let s = world.heap.intern(b"a string of its own").unwrap();
    for offset in [0.0, 0.5] {
        let values = [0.0, 1.0, 2.0, 3.0].map(|i| t.get(Value::number(i + offset)));
        assert_eq!(values, [kept.into(), Value::NIL, s.into(), Value::int(4)]);
    }
    let t = world.weak_table("k");
    world.set_name(world.root, "keys", t);
    let dying = world.table();
    world.set(t, kept, 1);
    world.set(t, dying, 2);
    world.set_name(t, "name", 3);
    world.collect();
    assert_eq!(World::entries(t).len(), 2);
    assert_eq!(t.get(kept.into()), Value::int(1));
    assert_eq!(world.get_name(t, "name"), Value::int(3));
    let t = world.weak_table("kv");
    world.set_name(world.root, "both", t);
    let dying = world.table();
    world.set(t, kept, dying);
    let dying = world.table();
    world.set(t, dying, kept);
    world.set(t, kept, kept);
    world.collect();
    assert_eq!(World::entries(t), [(kept.into(), kept.into())]);
}

/// `chain[i]` is the key of an entry whose value is `chain[i + 1]`, in tables that take turns.
fn ephemeron_chain(tables: usize, length: usize, seed: u64) {
    let mut world = World::new();
    let tables: Vec<_> = (0..tables)
        .map(|i| {
            let t = world.weak_table("k");
            world.set(world.root, i as i32 + 10, t);
            t
        })
        .collect();
    let mut chain: Vec<_> = (0..length).map(|_| world.table()).collect();
    let mut random = Random(seed);
    for i in (1..length).rev() {
        chain.swap(i, random.below(i as u64 + 1) as usize);
    }
    for i in 1..length {
        world.set(tables[i % tables.len()], chain[i - 1], chain[i]);
        // Every key has an entry in the other tables too.
        if tables.len() > 1 {
            world.set(tables[(i + 1) % tables.len()], chain[i - 1], false);
        }
    }
    world.set(world.root, 1, chain[0]);
    let count = |tables: &[Gc<Table>]| {
        tables
            .iter()
            .map(|&t| World::entries(t).len())
            .sum::<usize>()
    };
    let full = count(&tables);
    world.collect();
    assert_eq!(count(&tables), full);
    world.set(world.root, 1, chain[length / 2]);
    world.collect();
    let halves = if tables.len() > 1 { 2 } else { 1 };
    assert_eq!(count(&tables), (length - 1 - length / 2) * halves);
    world.set(world.root, 1, Value::NIL);
    world.collect();
    assert_eq!(count(&tables), 0);
}

#[test]
fn ephemeron_chains() {
    ephemeron_chain(1, 3, 1);
    ephemeron_chain(2, 100, 2);
    ephemeron_chain(5, 1000, 3);
    // Quadratic time would be noticed.
    ephemeron_chain(1, 200_000, 4);
}

#[test]
fn ephemeron_cycles_die() {
    let mut world = World::new();
    let t = world.weak_table("k");
    world.set_name(world.root, "weak", t);
    let key = world.table();
    let u = world.userdata(1);
    world.set_name(key, "u", u);
    world.set(t, key, key);
    world.collect();
    assert!(World::entries(t).is_empty());
    assert_eq!(world.dropped(), [1]);
}

#[test]
fn finalizers_run_newest_first_and_once() {
    let mut world = World::new();
    let values = world.weak_table("v");
    let keys = world.weak_table("k");
    world.set_name(world.root, "values", values);
    world.set_name(world.root, "keys", keys);
    for id in 1..=3 {
        let u = world.finalized_userdata(id);
        let held = world.userdata(id + 10);
        let mt = u.metatable.get().unwrap();
        world.set_name(mt, "held", held);
        world.set(values, id as i32, u);
        world.set(keys, u, id as i32);
    }
    world.userdata(4);
    world.collect();
    // What they refer to lives; they are gone as weak values, but not as weak keys.
    assert_eq!(world.dropped(), [4]);
    assert!(World::entries(values).is_empty());
    assert_eq!(World::entries(keys).len(), 3);
    let mut order = Vec::new();
    while let Some(u) = world.heap.next_finalizable() {
        order.push(keys.get(u.into()));
        if order.len() == 2 {
            world.set_name(world.root, "resurrected", u);
        }
    }
    assert_eq!(order, [3, 2, 1].map(Value::int));
    world.collect();
    assert_eq!(world.dropped(), [1, 3, 4, 11, 13]);
    assert_eq!(World::entries(keys).len(), 1);
    assert!(!world.heap.has_finalizable());
    world.set_name(world.root, "resurrected", Value::NIL);
    world.collect();
    assert!(!world.heap.has_finalizable(), "finalized twice");
    assert_eq!(world.dropped(), [1, 2, 3, 4, 11, 12, 13]);
    let last = world.finalized_userdata(20);
    world.set_name(world.root, "last", last);
    world.heap.finalize_all();
    assert_eq!(world.heap.next_finalizable(), Some(last));
}

#[test]
fn pending_finalizers_survive_collections() {
    let mut world = World::new();
    let u = world.finalized_userdata(1);
    for _ in 0..3 {
        world.collect();
    }
    assert_eq!(world.heap.next_finalizable(), Some(u));
    assert!(world.dropped().is_empty());
    world.collect();
    assert_eq!(world.dropped(), [1]);
}

fn closure(world: &mut World, upvalue: Gc<Upvalue>) -> Gc<Function> {
    use crate::bytecode::{ProtoFlags, ProtoParts};
    let name = world.heap.intern(b"=test").unwrap();
    let proto = world
        .heap
        .new_proto(&ProtoParts {
            code: &[],
            numbers: &[Value::int(1), Value::int(2)],
            objects: &[name.into()],
            captures: &[],
            param_count: 0,
            frame_size: 1,
            flags: ProtoFlags(0),
            chunk_name: name,
            first_line: 0,
            line_count: 0,
            lines: &[],
            upvalue_names: &[name],
            locals: &[],
        })
        .unwrap();
    assert_eq!(
        (proto.numbers(), proto.object(0)),
        (&[Value::int(1), Value::int(2)][..], Some(name.into()))
    );
    let f = world.heap.new_lua_function(proto, world.root, 1).unwrap();
    // SAFETY: the function was made with room for one upvalue.
    unsafe { *f.lua_upvalue_ptr(0) = upvalue };
    f
}

#[test]
fn upvalues_outlive_their_thread() {
    let mut world = World::new();
    let thread = world.heap.new_thread(world.root, 64).unwrap();
    thread.header.a.set(Status::Suspended as u8);
    thread.top.set(thread.stack.get().wrapping_add(10));
    let slot = |i: usize| thread.stack.get().wrapping_add(i);
    let u = world.userdata(1);
    write_slot(slot(3), u.into());
    let kept = world.heap.find_upvalue(thread, slot(3), false).unwrap();
    let dead = world.heap.find_upvalue(thread, slot(5), false).unwrap();
    assert_eq!(
        world.heap.find_upvalue(thread, slot(3), false).unwrap(),
        kept
    );
    assert_ne!(kept, dead);
    let f = closure(&mut world, kept);
    world.set_name(world.root, "f", f);
    world.set_name(world.root, "thread", thread);
    world.collect();
    assert!(!kept.is_closed());
    assert!(ptr_eq(thread.open_upvalues.get(), kept) && kept.next_open.get().is_null());
    world.set_name(world.root, "thread", Value::NIL);
    world.collect();
    assert!(kept.is_closed());
    assert_eq!(kept.get(), u.into());
    assert!(world.dropped().is_empty());
    world.set_name(world.root, "f", Value::NIL);
    world.collect();
    assert_eq!(world.dropped(), [1]);
}

fn ptr_eq(a: *mut Upvalue, b: Gc<Upvalue>) -> bool {
    a == b.as_ptr()
}

#[test]
fn upvalues_written_while_marking() {
    // A closed one is written after it was traversed; an open one through its slot; one is closed meanwhile.
    let mut world = World::new();
    let open = world
        .heap
        .find_upvalue(world.main, world.main.stack.get(), false)
        .unwrap();
    let closing = world
        .heap
        .find_upvalue(world.main, world.main.stack.get().wrapping_add(1), false)
        .unwrap();
    world.main.top.set(world.main.stack.get().wrapping_add(2));
    let closed = world.heap.new_upvalue_closed(Value::NIL, false).unwrap();
    // What is stored last is traversed first.
    let big = world.table();
    world.set(world.root, 1, big);
    for i in 0..50_000 {
        world.set(big, i, false);
    }
    for (i, upvalue) in [open, closing, closed].into_iter().enumerate() {
        let f = closure(&mut world, upvalue);
        world.set(world.root, i as i32 + 2, f);
    }
    while world.heap.gc.phase != Phase::Mark || !world.heap.needs_barrier(closed) {
        world.step();
    }
    let u = [world.userdata(1), world.userdata(2), world.userdata(3)];
    world.heap.write(closed);
    write_slot(closed.v.get(), u[0].into());
    write_slot(open.v.get(), u[1].into());
    write_slot(closing.v.get(), u[2].into());
    world
        .heap
        .close_upvalues(world.main, world.main.stack.get().wrapping_add(1));
    world.main.top.set(world.main.stack.get().wrapping_add(1));
    while !world.step() {}
    assert!(world.dropped().is_empty());
    assert!(closing.is_closed() && !open.is_closed());
}

#[test]
fn stacks_keep_what_they_hold() {
    let mut world = World::new();
    let u = world.userdata(1);
    world.push(u);
    world.userdata(2);
    world.collect();
    assert_eq!(world.dropped(), [2]);
    world.main.top.set(world.main.stack.get());
    world.collect();
    assert_eq!(world.dropped(), [1, 2]);
    // The slot was cleared, so it may become part of the stack again.
    world.main.top.set(world.main.stack.get().wrapping_add(5));
    world.collect();
    world.heap.resize_stack(world.main, 500).unwrap();
    assert_eq!(world.main.stack_size.get(), 500);
    world.collect();
}

#[test]
fn strings_found_while_sweeping_live() {
    let mut world = World::new();
    // Slowly, so that steps end within a sweep.
    world.heap.set_step_multiplier(50);
    for round in 0..20 {
        for i in 0..5000u32 {
            world.heap.intern(&i.to_le_bytes()).unwrap();
        }
        while world.heap.gc.phase != Phase::Sweep {
            world.step();
        }
        // All of them are dead, and some are swept.
        for i in (0..5000u32).step_by(7) {
            let s = world.heap.intern(&i.to_le_bytes()).unwrap();
            world.set(world.root, i as i32, s);
        }
        while !world.step() {}
        for i in (0..5000u32).step_by(7) {
            let s = world.heap.intern(&i.to_le_bytes()).unwrap();
            assert_eq!(world.root.get_int(i as i32), s.into(), "round {round}");
            assert_eq!(s.as_bytes(), i.to_le_bytes());
        }
        world.heap.write(world.root).clear();
    }
}

#[test]
fn dead_string_keys_stay_put() {
    let mut world = World::new();
    let root = world.root;
    for i in 0..64u32 {
        let s = world.heap.intern(&i.to_le_bytes()).unwrap();
        world.set(root, s, true);
        world.set(root, s, Value::NIL);
        world.collect();
    }
    for i in 0..64u32 {
        let s = world.heap.intern(&i.to_le_bytes()).unwrap();
        assert!(root.get_str(s).is_nil());
        world.set(root, s, i as i32);
        assert_eq!(root.get_str(s), Value::int(i as i32));
    }
}

#[test]
fn steps_are_bounded() {
    let mut world = World::new();
    // A huge table, a huge stack, many small objects, all of which change while the collector works.
    let big = world.table();
    world.set_name(world.root, "big", big);
    for i in 0..300_000 {
        let t = world.table();
        world.set(big, i, t);
    }
    let thread = world.heap.new_thread(world.root, 60_000).unwrap();
    thread.header.a.set(Status::Suspended as u8);
    thread.top.set(thread.stack.get().wrapping_add(59_000));
    world.set_name(world.root, "thread", thread);
    let mut random = Random(5);
    let mut most = 0;
    for _ in 0..3 {
        let mut finished = false;
        while !finished {
            while !world.heap.step_due() {
                let t = world.table();
                world.set(big, random.below(300_000) as i32, t);
                world.set(t, 1, true);
            }
            let started = world.heap.gc.atomic_work;
            finished = world.step();
            most = most.max(world.heap.gc.step_work + world.heap.gc.atomic_work - started);
        }
    }
    // Twice the greatest payment, a slice or an arena on top, and a small atomic step.
    assert!(most < 150_000, "{most} units of work in one step");
}

#[test]
fn the_limit_holds() {
    let memory = CountingMemory::default();
    let mut heap = Heap::new(Box::new(memory.clone()), 1 << 20, [3, 4]).unwrap();
    let root = Table::new(&mut heap, 0, 0).unwrap();
    let main = heap.new_thread(root, 64).unwrap();
    let mut count = 0;
    let error = loop {
        match Table::new(&mut heap, 4, 0).and_then(|t| heap.set_int(root, count, t.into())) {
            Ok(()) => count += 1,
            Err(error) => break error,
        }
        assert!(memory.bytes.get() <= 1 << 20);
    };
    assert_eq!(error, OutOfMemory);
    assert!(count > 5000, "{count}");
    let values = [root.into()];
    let roots = Roots {
        values: &values,
        #[cfg(feature = "jit")]
        objects: &[],
        main,
        current: main,
    };
    heap.full_collect(&roots);
    heap.write(root).clear();
    heap.full_collect(&roots);
    // Garbage within the limit is collected in time.
    for _ in 0..100_000 {
        Table::new(&mut heap, 4, 0).unwrap();
        if heap.step_due() {
            heap.step(&roots);
        }
    }
}

#[test]
fn every_allocation_may_fail() {
    for n in 1..400 {
        let mut world = World::new();
        world.heap.fail_allocation(n);
        let run = |world: &mut World| -> Result<(), OutOfMemory> {
            for i in 0..40 {
                let t = Table::new(&mut world.heap, i % 20, i % 5)?;
                world.heap.set_int(world.root, i as i32 * 3, t.into())?;
                let s = world.heap.intern(&i.to_le_bytes())?;
                world.heap.set_str(world.root, s, t.into())?;
                let thread = world.heap.new_thread(t, 40)?;
                world.heap.find_upvalue(thread, thread.stack.get(), false)?;
                world.heap.resize_stack(thread, 100)?;
                world
                    .heap
                    .new_buffer()?
                    .push_bytes(&mut world.heap, &[1; 100])?;
                Table::duplicate(&mut world.heap, t)?;
                world.heap.new_userdata(None)?;
            }
            Ok(())
        };
        let _ = run(&mut world);
        world.heap.fail_allocation(0);
        world.collect();
        assert_eq!(run(&mut world), Ok(()));
        world.collect();
    }
}

#[test]
fn stopping_and_stepping() {
    let mut world = World::new();
    world.heap.stop();
    assert!(!world.heap.is_running());
    for _ in 0..100_000 {
        world.table();
    }
    assert!(!world.heap.step_due());
    assert_eq!(world.heap.set_pause(300), 200);
    assert_eq!(world.heap.set_step_multiplier(0), 200);
    let values = world.roots();
    let roots = Roots {
        values: &values,
        #[cfg(feature = "jit")]
        objects: &[],
        main: world.main,
        current: world.main,
    };
    let before = world.heap.used();
    assert!(world.heap.step_by(&roots, 0));
    assert!(world.heap.is_running() && world.heap.used() < before / 2);
}
