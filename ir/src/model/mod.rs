//! A small machine for tests and fuzzing, a generator of random traces that run on it, and the comparison of traces with what the
//! optimiser makes of them.
//!
//! The model is stricter than an engine need be: an address of a hash slot is good only until the table gets its next key, and
//! using it afterwards sets [`Model::violation`].

mod ladder;
mod random;
mod rng;

pub use ladder::check;
pub use random::random_trace;
pub use rng::Rng;

use std::format;
use std::string::String;
use std::vec::Vec;

use crate::build::{Capture, Objects};
use crate::eval::{Machine, Trap, Val};
use crate::ins::{Const, ObjId};
use crate::literal::{BufMode, Field, Helper, Slot, StrMode};
use crate::types::{IrRef, IrType};

/// A table.
#[derive(Clone, Debug, Default)]
struct Table {
    array: Vec<Val>,
    nodes: Vec<(Val, Val)>,
    hash_bits: u16,
    meta: u64,
    generation: u64,
}

/// The machine.
#[derive(Clone, Debug)]
pub struct Model {
    slots: Vec<Val>,
    tables: Vec<Table>,
    strings: Vec<String>,
    upvalues: Vec<Val>,
    /// The upvalues of each function.
    functions: Vec<Vec<u64>>,
    /// Upvalues that exits opened, and where.
    open: Vec<(Slot, u64)>,
    buffer: String,
    fuel: i64,
    log: Vec<String>,
    /// What the instructions of the parent trace gave.
    pub parent: Vec<Val>,
    /// Memory that is no object's.
    cell: i32,
    /// May random traces make closures?
    pub closures: bool,
    /// May they have operations that few loops have?
    pub rare: bool,
    /// An order of the trace that no machine could follow.
    pub violation: Option<&'static str>,
}

const ARRAY: u64 = 1 << 56;
const NODE: u64 = 2 << 56;
const UPVALUE: u64 = 3 << 56;
const BYTE: u64 = 4 << 56;
/// In the order of a dump, functions and upvalues are numbered from here.
const FUNCTIONS: u64 = 1 << 40;
const UPVALUES: u64 = 2 << 40;
const KIND: u64 = 0xff << 56;

/// What is known of the objects that traces on the model name.
#[derive(Debug)]
pub struct ModelObjects;

impl Objects for ModelObjects {
    fn str_len(&self, s: ObjId) -> Option<i32> {
        let text = STRINGS.get(s.0 as usize).filter(|_| s.0 > 0)?;
        Some(text.len() as i32)
    }
    fn str_byte(&self, s: ObjId, at: i32) -> Option<u8> {
        let text = STRINGS.get(s.0 as usize).filter(|_| s.0 > 0)?;
        text.as_bytes().get(at as usize).copied()
    }
    fn template_slot(&self, t: ObjId, index: i32) -> Option<Const> {
        (t == TEMPLATE && index == 1).then_some(Const::num(1.5))
    }
    fn template_field(&self, t: ObjId, key: Const) -> Option<Const> {
        let known = t == TEMPLATE && key == Const::Gc(IrType::Str, ObjId(1));
        known.then_some(Const::num(2.5))
    }
    fn template_lacks(&self, t: ObjId, key: Const) -> bool {
        t == TEMPLATE && key == Const::Gc(IrType::Str, ObjId(2))
    }
    fn template_node(&self, t: ObjId, key: Const) -> Option<u16> {
        (t == TEMPLATE && key == Const::Gc(IrType::Str, ObjId(1))).then_some(0)
    }
    fn template_size(&self, t: ObjId) -> Option<(i32, i32)> {
        (t == TEMPLATE).then_some((4, 1))
    }
    fn str_number(&self, s: ObjId) -> Option<f64> {
        STRINGS.get(s.0 as usize).filter(|_| s.0 > 0)?.parse().ok()
    }
    fn capture(&self, _: ObjId, upvalue: u16) -> Option<Capture> {
        Some(match upvalue {
            0..3 => Capture::Local(upvalue),
            n => Capture::Upvalue(n - 3),
        })
    }
}

/// The template of tables.
pub const TEMPLATE: ObjId = ObjId(3);
/// The address of memory that is no object's.
pub const CELL: u64 = 2;
/// The upvalue that is open.
pub const OPEN: u16 = 2;
/// The strings that are there from the beginning, by their id. That of the empty one stands for no object in constants.
const STRINGS: [&str; 5] = ["", "a", "b", "c", "12"];
/// How many slots there are.
pub const SLOTS: u16 = 12;
/// Slots that hold integral numbers.
pub const INTEGRAL: core::ops::Range<u16> = 0..3;
/// Slots that hold any numbers.
pub const NUMBERS: core::ops::Range<u16> = 0..5;
/// Slots that hold tables.
pub const TABLES: core::ops::Range<u16> = 5..8;
/// The slot of a function with two upvalues.
pub const FUNCTION: u16 = 8;
/// The slot of a string.
pub const STRING: u16 = 9;
/// Keys that tables may have, by their string's id.
pub const KEYS: core::ops::Range<u64> = 1..5;
/// Array slots of the tables that are there from the beginning.
pub const ARRAY_SIZE: i32 = 8;

impl Model {
    /// A machine whose numbers are drawn from a generator.
    pub fn new(rng: &mut Rng) -> Model {
        let mut m = Model {
            slots: std::vec![Val::NIL; SLOTS as usize],
            tables: Vec::new(),
            strings: STRINGS.map(String::from).to_vec(),
            upvalues: std::vec![Val::Num(1.0), Val::Num(-2.5), Val::Num(7.0)],
            functions: std::vec![std::vec![0, 1, u64::from(OPEN)]],
            open: Vec::new(),
            buffer: String::new(),
            fuel: 1_000_000,
            log: Vec::new(),
            parent: Vec::new(),
            cell: 0,
            closures: false,
            rare: false,
            violation: None,
        };
        for s in NUMBERS {
            m.slots[s as usize] = Val::Num(if INTEGRAL.contains(&s) {
                f64::from(rng.small_int())
            } else {
                rng.number()
            });
        }
        for (i, s) in TABLES.enumerate() {
            // The last two slots hold the same table.
            if i < 2 {
                let array = (0..ARRAY_SIZE).map(|i| Val::Num(f64::from(i) / 2.0));
                let keys = KEYS.filter(|_| rng.chance(2));
                let table = Table {
                    array: array.collect(),
                    nodes: keys
                        .map(|k| (Val::Gc(IrType::Str, ObjId(k)), Val::Num(k as f64)))
                        .collect(),
                    ..Table::default()
                };
                m.tables.push(table);
            }
            m.slots[s as usize] = Val::Gc(IrType::Tab, ObjId(m.tables.len() as u64));
        }
        m.tables.push(Table {
            array: std::vec![Val::NIL, Val::Num(1.5), Val::NIL, Val::NIL],
            nodes: std::vec![(Val::Gc(IrType::Str, ObjId(1)), Val::Num(2.5))],
            hash_bits: 1,
            ..Table::default()
        });
        m.slots[FUNCTION as usize] = Val::Gc(IrType::Func, ObjId(1));
        m.slots[STRING as usize] = Val::Gc(IrType::Str, ObjId(4));
        m
    }
    /// Gives it little fuel.
    pub fn set_fuel(&mut self, fuel: i64) {
        self.fuel = fuel;
    }
    /// Where a key's node is.
    pub fn node_of(&self, table: ObjId, key: Val) -> Option<u16> {
        let t = self.tables.get(table.0 as usize - 1)?;
        t.nodes.iter().position(|n| n.0 == key).map(|n| n as u16)
    }

    /// Everything that can be seen of the machine, with objects numbered in the order in which they are found.
    pub fn dump(&self) -> String {
        let mut order: Vec<u64> = Vec::new();
        let mut out = String::new();
        for (i, &v) in self.slots.iter().enumerate() {
            out += &format!("#{i} {}\n", self.show(v, &mut order));
        }
        for &v in &self.upvalues[..3] {
            out += &format!("up {}\n", self.show(v, &mut order));
        }
        out += &format!("cell {}\n", self.cell);
        out += &format!("fuel {}\n", self.fuel);
        for l in &self.log {
            out += &format!("log {l}\n");
        }
        for &(slot, upvalue) in &self.open {
            let upvalue = self.show_upvalue(upvalue, &mut order);
            out += &format!("#{} is {upvalue}\n", slot.0);
        }
        let mut next = 0;
        while let Some(&id) = order.get(next) {
            next += 1;
            if let Some(id) = id.checked_sub(UPVALUES) {
                let v = self.upvalues[id as usize];
                out += &format!("upvalue {next}: {}\n", self.show(v, &mut order));
                continue;
            }
            if let Some(id) = id.checked_sub(FUNCTIONS) {
                out += &format!("function {next}:");
                for &u in &self.functions[id as usize] {
                    out += &format!(" {}", self.show_upvalue(u, &mut order));
                }
                out += "\n";
                continue;
            }
            let t = &self.tables[id as usize - 1];
            let meta = self.show(Val::Gc(IrType::Tab, ObjId(t.meta)), &mut order);
            out += &format!("table {next} meta {meta}:");
            // Trailing nils can't be seen.
            let filled = t
                .array
                .iter()
                .rposition(|v| *v != Val::NIL)
                .map_or(0, |n| n + 1);
            for &v in &t.array[..filled] {
                out += &format!(" {}", self.show(v, &mut order));
            }
            let mut nodes: Vec<_> = t
                .nodes
                .iter()
                .filter(|n| n.1 != Val::NIL)
                .map(|&(k, v)| (self.show(k, &mut Vec::new()), v))
                .collect();
            nodes.sort_by(|a, b| a.0.cmp(&b.0));
            for (k, v) in nodes {
                out += &format!(" {k}={}", self.show(v, &mut order));
            }
            out += "\n";
        }
        out
    }
    fn number(id: u64, order: &mut Vec<u64>) -> usize {
        let n = order.iter().position(|&o| o == id).unwrap_or_else(|| {
            order.push(id);
            order.len() - 1
        });
        n + 1
    }
    fn show_upvalue(&self, index: u64, order: &mut Vec<u64>) -> String {
        format!("upvalue {}", Model::number(UPVALUES + index, order))
    }
    fn show(&self, v: Val, order: &mut Vec<u64>) -> String {
        match v {
            Val::Gc(IrType::Func, ObjId(id)) => {
                format!("function {}", Model::number(FUNCTIONS + id - 1, order))
            }
            Val::Num(n) if n.is_nan() => "nan".into(),
            Val::Num(n) => format!("{n:?}"),
            Val::Gc(IrType::Tab, ObjId(id)) if id > 0 => {
                format!("table {}", Model::number(id, order))
            }
            Val::Gc(IrType::Str, ObjId(id)) => format!("{:?}", self.strings[id as usize]),
            v => format!("{v:?}"),
        }
    }
    fn intern(&mut self, s: String) -> ObjId {
        let found = self.strings.iter().position(|t| *t == s);
        ObjId(found.unwrap_or_else(|| {
            self.strings.push(s);
            self.strings.len() - 1
        }) as u64)
    }
    fn table(&mut self, id: u64) -> &mut Table {
        &mut self.tables[id as usize - 1]
    }
    fn place(&mut self, at: u64) -> Option<&mut Val> {
        let (id, generation, index) =
            (at >> 32 & 0xffff, at >> 16 & 0xffff, (at & 0xffff) as usize);
        match at & KIND {
            ARRAY => self.table(id).array.get_mut(index),
            NODE => {
                if self.table(id).generation != generation {
                    self.violation = Some("hash slot used after the table grew");
                }
                self.table(id).nodes.get_mut(index).map(|n| &mut n.1)
            }
            UPVALUE => self.upvalues.get_mut(index),
            _ => None,
        }
    }
    fn node_address(&self, id: u64, index: usize) -> u64 {
        NODE | id << 32 | self.tables[id as usize - 1].generation << 16 | index as u64
    }
}

impl Machine for Model {
    fn slot(&mut self, slot: Slot) -> Val {
        self.slots[slot.0 as usize]
    }
    fn set_slot(&mut self, slot: Slot, v: Val) {
        self.slots[slot.0 as usize] = v;
    }
    fn parent_value(&mut self, r: IrRef) -> Val {
        self.parent.get(r.index()).copied().unwrap_or(Val::NIL)
    }
    fn slot_word(&mut self, slot: Slot) -> u64 {
        match self.slots[slot.0 as usize] {
            Val::Ptr(word) => word,
            _ => 0,
        }
    }
    fn set_slot_word(&mut self, slot: Slot, word: u64) {
        self.slots[slot.0 as usize] = Val::Ptr(word);
    }
    fn base(&mut self) -> u64 {
        1
    }
    fn return_to(&mut self, _: ObjId, _: u64) -> bool {
        false
    }
    fn take_fuel(&mut self, units: u16) -> bool {
        self.fuel -= i64::from(units);
        self.fuel >= 0
    }
    fn field(&mut self, object: ObjId, f: Field) -> Val {
        if f == Field::StrLen {
            return Val::Int(self.strings[object.0 as usize].len() as i32);
        }
        let id = object.0;
        let t = self.table(id);
        match f {
            Field::TabMeta => Val::Gc(IrType::Tab, ObjId(t.meta)),
            Field::TabArray => Val::Ptr(ARRAY | id << 32),
            Field::TabNode => Val::Ptr(NODE | id << 32),
            Field::TabASize => Val::Int(t.array.len() as i32),
            Field::TabHMask => Val::Int((1 << t.hash_bits) - 1),
            _ => Val::Int(0),
        }
    }
    fn set_field(&mut self, object: ObjId, f: Field, v: Val) {
        if let (Field::TabMeta, Val::Gc(_, meta)) = (f, v) {
            self.table(object.0).meta = meta.0;
        }
    }
    fn array_slot(&mut self, array: u64, index: i32) -> u64 {
        array | u64::from(index as u32 & 0xffff)
    }
    fn node_slot(&mut self, nodes: u64, key: Val, node: u16) -> Option<u64> {
        let id = nodes >> 32 & 0xffff;
        let has = self.table(id).nodes.get(node as usize)?.0 == key;
        has.then(|| self.node_address(id, node as usize))
    }
    fn find_key(&mut self, table: ObjId, key: Val) -> u64 {
        let found = self.table(table.0).nodes.iter().position(|n| n.0 == key);
        found.map_or(0, |n| self.node_address(table.0, n))
    }
    fn new_key(&mut self, table: ObjId, key: Val) -> Result<u64, Trap> {
        if self.find_key(table, key) != 0 {
            self.violation = Some("key was there already");
        }
        let t = self.table(table.0);
        t.nodes.push((key, Val::NIL));
        t.generation += 1;
        let n = t.nodes.len() - 1;
        Ok(self.node_address(table.0, n))
    }
    fn upvalue(&mut self, f: ObjId, n: u16, open: bool) -> Option<u64> {
        let &upvalue = self.functions.get(f.0 as usize - 1)?.get(n as usize >> 8)?;
        (open == (upvalue == u64::from(OPEN))).then_some(UPVALUE | upvalue)
    }
    fn load(&mut self, at: u64) -> Val {
        match self.place(at) {
            Some(v) => *v,
            None => {
                self.violation = Some("load from nowhere");
                Val::NIL
            }
        }
    }
    fn store(&mut self, at: u64, v: Val) {
        match self.place(at) {
            Some(p) => *p = v,
            None => self.violation = Some("store to nowhere"),
        }
    }
    fn vararg(&mut self, _: u64, _: u16) -> Val {
        Val::NIL
    }
    fn len(&mut self, table: ObjId) -> i32 {
        let t = self.table(table.0);
        let nil = t.array.iter().skip(1).position(|v| *v == Val::NIL);
        nil.unwrap_or(t.array.len().saturating_sub(1)) as i32
    }
    fn str_byte(&mut self, s: ObjId, offset: i32) -> u64 {
        BYTE | s.0 << 32 | u64::from(offset as u32 & 0xffff)
    }
    fn load_raw(&mut self, at: u64, _: IrType) -> Val {
        if at == CELL {
            return Val::Int(self.cell);
        }
        let s = &self.strings[(at >> 32 & 0xffff) as usize];
        let byte = s.as_bytes().get((at & 0xffff) as usize);
        Val::Int(i32::from(byte.copied().unwrap_or(0)))
    }
    fn store_raw(&mut self, at: u64, _: IrType, v: Val) {
        match v {
            Val::Int(i) if at == CELL => self.cell = i,
            _ => self.violation = Some("raw store to nowhere"),
        }
    }
    fn new_str(&mut self, at: u64, len: i32) -> Result<ObjId, Trap> {
        let from = (at & 0xffff) as usize;
        let s = &self.strings[(at >> 32 & 0xffff) as usize];
        let piece = s.get(from..from + len.max(0) as usize).unwrap_or("").into();
        Ok(self.intern(piece))
    }
    fn new_table(&mut self, array: u16, hash_bits: u16) -> Result<ObjId, Trap> {
        self.tables.push(Table {
            array: std::vec![Val::NIL; array as usize],
            hash_bits,
            ..Table::default()
        });
        Ok(ObjId(self.tables.len() as u64))
    }
    fn dup_table(&mut self, template: ObjId) -> Result<ObjId, Trap> {
        let copy = self.table(template.0).clone();
        self.tables.push(copy);
        Ok(ObjId(self.tables.len() as u64))
    }
    fn new_cdata(&mut self, _: i32, _: Option<Val>) -> Result<ObjId, Trap> {
        Err(Trap::OutOfMemory)
    }
    fn new_function(&mut self, _: ObjId, parent: ObjId, _: u32) -> Result<ObjId, Trap> {
        let upvalues = self.functions[parent.0 as usize - 1].clone();
        self.functions.push(upvalues);
        Ok(ObjId(self.functions.len() as u64))
    }
    fn open_upvalue(&mut self, slot: Slot, at: u64) {
        self.slots[slot.0 as usize] = self.load(at);
        self.open.push((slot, at & 0xffff));
    }
    fn close_upvalues(&mut self, from: Slot) {
        self.log.push(format!("close {}", from.0));
    }
    fn buffer_begin(&mut self, _: u64, mode: BufMode) {
        if mode == BufMode::Reset {
            self.buffer.clear();
        }
    }
    fn buffer_put(&mut self, _: u64, s: ObjId) -> Result<(), Trap> {
        let s = self.strings[s.0 as usize].clone();
        self.buffer.push_str(&s);
        Ok(())
    }
    fn buffer_put_number(&mut self, buffer: u64, v: Val) -> Result<(), Trap> {
        let s = self.to_str(v, StrMode::Num)?;
        self.buffer_put(buffer, s)
    }
    fn buffer_str(&mut self, _: u64) -> Result<ObjId, Trap> {
        let s = self.buffer.clone();
        Ok(self.intern(s))
    }
    fn to_str(&mut self, v: Val, mode: StrMode) -> Result<ObjId, Trap> {
        let s = match (v, mode) {
            (Val::Int(i), StrMode::Char) => String::from(char::from(i as u8 & 0x7f)),
            (Val::Int(i), _) => format!("{i}"),
            (Val::Num(n), _) => format!("{n}"),
            _ => String::new(),
        };
        Ok(self.intern(s))
    }
    fn to_num(&mut self, s: ObjId) -> Option<f64> {
        self.strings[s.0 as usize].parse().ok()
    }
    fn pow(&mut self, a: f64, b: f64) -> f64 {
        if b == 2.0 { a * a } else { libm::pow(a, b) }
    }
    fn call(&mut self, h: Helper, args: &[Val]) -> Result<Val, Trap> {
        Ok(match (h, args) {
            (Helper::Sin, &[Val::Num(x)]) => Val::Num(libm::sin(x)),
            (Helper::UpvalueNew, &[v]) => {
                self.upvalues.push(v);
                Val::Ptr(UPVALUE | (self.upvalues.len() as u64 - 1))
            }
            (Helper::ClosureNew, &[_, Val::Gc(_, parent), a, b, c]) => {
                let own = [a, b, c].map(|u| match u {
                    Val::Ptr(at) => at & 0xffff,
                    _ => 0,
                });
                let inherited = self.functions[parent.0 as usize - 1].clone();
                self.functions.push([&own[..], &inherited].concat());
                Val::Gc(IrType::Func, ObjId(self.functions.len() as u64))
            }
            (Helper::TabNext, &[_, Val::Int(i)]) => Val::Int(i.wrapping_add(1)),
            (Helper::Fmod, &[Val::Num(x), Val::Num(y)]) => Val::Num(libm::fmod(x, y)),
            (Helper::TabClear, &[Val::Gc(_, t)]) => {
                for v in &mut self.table(t.0).array {
                    *v = Val::Num(0.0);
                }
                Val::NIL
            }
            _ => {
                let mut order = Vec::new();
                let args: Vec<_> = args.iter().map(|&a| self.show(a, &mut order)).collect();
                self.log.push(format!("{} {args:?}", h.name()));
                Val::NIL
            }
        })
    }
    fn call_foreign(&mut self, _: u64, _: &[Val], _: IrType) -> Result<Val, Trap> {
        Err(Trap::Error)
    }
}
