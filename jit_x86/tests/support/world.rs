//! The world: one block of memory with everything in it, so that it can be put back as it was.

use std::fmt::Write as _;

use perilune_ir::eval::{Machine, Trap, Val};
use perilune_ir::ins::ObjId;
use perilune_ir::literal::{BufMode, Field, Helper, Slot, StrMode};
use perilune_ir::model::{self, Model};
use perilune_ir::types::IrType;
use perilune_jit_x86::runtime::{
    Facts, FieldPlace, HeaderLayout, HelperEntry, Layout, NodeLayout, ObjectLayout, OpHelper,
    TraceContext, Trap as HelperTrap, VmLayout, Width, encoding,
};

use super::memory::{rd8, rd16, rd32, rd64, wr8, wr16, wr32, wr64};

/// What the world begins with.
#[repr(C)]
struct Vm {
    filler: [u64; 3],
    base: u64,
    stack_limit: u64,
    budget: i64,
    debt: i64,
    mask: u64,
    bump: u64,
    strings: u64,
    string_count: u64,
    log_len: u64,
    nil: u64,
    barriers: u64,
    failing: u64,
    scratch: [u64; 64],
    context: TraceContext,
    log: [u8; 65536],
    stack: [u64; 512],
}

macro_rules! at {
    ($w:expr, $f:ident) => {
        $w.0 + std::mem::offset_of!(Vm, $f) as u64
    };
}

const SIZE: usize = 4 << 20;
const STRING_LIST: usize = 4096;
const NODES: u64 = 16;
const HASH: u32 = 0x1234_567F;
const NODE_SIZE: u64 = 24;

/// The world, by the address of its state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct World(pub u64);

fn tagged(tag: u16, at: u64) -> u64 {
    u64::from(tag) << 48 | at & 0xffff_ffff_ffff
}
/// The bits of a value in memory.
pub fn bits_of(v: Val) -> u64 {
    match v {
        Val::Pri(t) => encoding::primitive(t).unwrap(),
        Val::Num(n) if n.is_nan() => 0xFFF8 << 48,
        Val::Num(n) => n.to_bits(),
        Val::Int(i) => f64::from(i).to_bits(),
        Val::Light(p) => tagged(encoding::LIGHT, p),
        Val::Gc(t, id) => tagged(encoding::tag(t).unwrap(), id.0),
        Val::Ptr(p) | Val::U64(p) => p,
        Val::I64(i) => i as u64,
        Val::Float(_) => unreachable!(),
    }
}
/// The value of bits in memory.
pub fn val_of(bits: u64) -> Val {
    let tag = (bits >> 48) as u16;
    let at = ((bits << 16) as i64 >> 16) as u64;
    let gc = |t| Val::Gc(t, ObjId(at));
    match tag {
        _ if tag < encoding::FIRST_TAG => Val::Num(f64::from_bits(bits)),
        encoding::STRING => gc(IrType::Str),
        encoding::TABLE => gc(IrType::Tab),
        encoding::FUNCTION => gc(IrType::Func),
        encoding::USERDATA => gc(IrType::Udata),
        encoding::LIGHT => Val::Light(bits & 0xffff_ffff_ffff),
        encoding::OTHER => gc(match rd8(at) {
            1 => IrType::Thread,
            2 => IrType::Cdata,
            _ => IrType::Proto,
        }),
        _ => Val::Pri(match bits {
            encoding::NIL => IrType::Nil,
            encoding::FALSE => IrType::False,
            _ => IrType::True,
        }),
    }
}

impl World {
    /// An empty world, whose memory nobody gives back but [`World::free`].
    pub fn empty() -> World {
        let memory = vec![0u64; SIZE / 8].leak();
        let w = World(memory.as_ptr().expose_provenance() as u64);
        wr64(at!(w, bump), w.0 + size_of::<Vm>() as u64);
        let base = at!(w, stack) + 64;
        wr64(at!(w, base), base);
        wr64(at!(w, stack_limit), base + 400 * 8);
        wr64(at!(w, budget), 1000);
        wr64(at!(w, debt), 1000);
        wr64(at!(w, nil), encoding::NIL);
        wr64(at!(w, mask), 1);
        for i in 0..500 {
            wr64(at!(w, stack) + i * 8, encoding::NIL);
        }
        let list = w.alloc(STRING_LIST as u64 * 8);
        wr64(at!(w, strings), list);
        w
    }
    /// The world that a model describes, and addresses of its objects: strings, tables, the function.
    pub fn of_model(m: &Model) -> (World, Names) {
        let mut w = World::empty();
        let strings = ["", "a", "b", "c", "12"].map(|s| w.intern(s.as_bytes()).unwrap());
        let mut m = m.clone();
        let mut names = Names {
            strings: strings.map(|s| s.0).to_vec(),
            tables: Vec::new(),
            function: 0,
            buffer: w.alloc(4096),
            cell: w.scratch(),
        };
        for id in 1..=3 {
            let Val::Int(n) = m.field(ObjId(id), Field::TabASize) else {
                unreachable!()
            };
            let t = w.new_table(n as u16, 0).unwrap();
            names.tables.push(t.0);
        }
        let convert = |names: &Names, v: Val| match v {
            Val::Gc(t, id) => Val::Gc(t, ObjId(names.address(t, id.0))),
            v => v,
        };
        let function = w.alloc(48);
        wr8(function, 6);
        names.function = function;
        for i in 0..2 {
            let u = w.alloc(32);
            wr8(u + 2, 1);
            wr64(u + 8, u + 16);
            let at = m.upvalue(ObjId(1), i << 8, false).unwrap();
            wr64(u + 16, bits_of(m.load(at)));
            wr64(function + 16 + u64::from(i) * 8, u);
        }
        let (open, place) = (w.alloc(32), w.alloc(8));
        wr64(open + 8, place);
        let at = m.upvalue(ObjId(1), model::OPEN << 8, true).unwrap();
        wr64(place, bits_of(m.load(at)));
        wr64(function + 16 + u64::from(model::OPEN) * 8, open);
        for id in 1..=3u64 {
            let t = names.tables[id as usize - 1];
            let Val::Ptr(array) = m.field(ObjId(id), Field::TabArray) else {
                unreachable!()
            };
            for i in 0..rd32(t + 4) as i32 {
                let at = m.array_slot(array, i);
                let v = convert(&names, m.load(at));
                wr64(rd64(t + 8) + i as u64 * 8, bits_of(v));
            }
            let mut keys: Vec<_> = model::KEYS
                .filter_map(|k| Some((m.node_of(ObjId(id), Val::Gc(IrType::Str, ObjId(k)))?, k)))
                .collect();
            keys.sort_unstable();
            for (_, k) in keys {
                let key = Val::Gc(IrType::Str, ObjId(k));
                let from = m.find_key(ObjId(id), key);
                let v = convert(&names, m.load(from));
                let at = w.new_key(ObjId(t), convert(&names, key)).unwrap();
                wr64(at, bits_of(v));
            }
        }
        for s in 0..model::SLOTS {
            let v = convert(&names, m.slot(Slot(s)));
            w.set_slot(Slot(s), v);
        }
        (w, names)
    }
    /// All of its memory.
    pub fn save(self) -> Vec<u64> {
        (0..SIZE as u64 / 8).map(|i| rd64(self.0 + i * 8)).collect()
    }
    /// Puts it back.
    pub fn reset(self, saved: &[u64]) {
        for (i, &x) in saved.iter().enumerate() {
            wr64(self.0 + i as u64 * 8, x);
        }
    }
    /// What is used of the memory.
    pub fn save_used(self) -> Vec<u64> {
        let end = rd64(at!(self, bump)) - self.0;
        (0..end.div_ceil(8)).map(|i| rd64(self.0 + i * 8)).collect()
    }
    pub fn budget(self) -> i64 {
        rd64(at!(self, budget)) as i64
    }
    pub fn set_budget(self, n: i64) {
        wr64(at!(self, budget), n as u64);
    }
    pub fn set_debt(self, n: i64) {
        wr64(at!(self, debt), n as u64);
    }
    pub fn base_address(self) -> u64 {
        rd64(at!(self, base))
    }
    fn slot_address(self, slot: Slot) -> u64 {
        self.base_address()
            .wrapping_add_signed(i64::from(slot.offset()) * 8)
    }
    pub fn set_stack_limit(self, slots: u64) {
        wr64(at!(self, stack_limit), self.base_address() + slots * 8);
    }
    pub fn gpr(self, n: u8) -> u64 {
        rd64(at!(self, context) + std::mem::offset_of!(TraceContext, gpr) as u64 + u64::from(n) * 8)
    }
    pub fn xmm(self, n: u8) -> u64 {
        rd64(at!(self, context) + std::mem::offset_of!(TraceContext, xmm) as u64 + u64::from(n) * 8)
    }
    pub fn spill(self, n: u16) -> u64 {
        rd64(at!(self, context) + u64::from(n) * 8)
    }
    /// Memory for traces to use.
    pub fn scratch(self) -> u64 {
        at!(self, scratch)
    }
    /// Gives the memory back. Nothing may use the world any more, nor code that was assembled for it.
    pub fn free(self) {
        let memory = std::ptr::with_exposed_provenance_mut::<u64>(self.0 as usize);
        // SAFETY: `empty` leaked a vector of this length.
        drop(unsafe { Vec::from_raw_parts(memory, SIZE / 8, SIZE / 8) });
    }
    /// From now on nothing can be allocated.
    pub fn fail(self) {
        wr64(at!(self, failing), 1);
    }
    fn is_failing(self) -> bool {
        rd64(at!(self, failing)) != 0
    }
    /// Barriers that were run.
    pub fn barriers(self) -> u64 {
        rd64(at!(self, barriers))
    }

    fn alloc(self, size: u64) -> u64 {
        let p = rd64(at!(self, bump));
        let next = p + size.next_multiple_of(16);
        assert!(next < self.0 + SIZE as u64, "the world is full");
        wr64(at!(self, bump), next);
        p
    }
    fn log(self, text: &str) {
        let len = rd64(at!(self, log_len));
        for (i, b) in text.bytes().chain([b'\n']).enumerate() {
            let to = len + i as u64;
            if to < 65536 {
                wr8(at!(self, log) + to, b);
                wr64(at!(self, log_len), to + 1);
            }
        }
    }
    pub fn str_bytes(self, s: u64) -> Vec<u8> {
        (0..u64::from(rd32(s + 8)))
            .map(|i| rd8(s + 16 + i))
            .collect()
    }
    pub fn intern(self, bytes: &[u8]) -> Option<ObjId> {
        let list = rd64(at!(self, strings));
        let n = rd64(at!(self, string_count));
        for i in 0..n {
            let s = rd64(list + i * 8);
            if self.str_bytes(s) == bytes {
                return Some(ObjId(s));
            }
        }
        let s = self.alloc(17 + bytes.len() as u64);
        wr8(s, 5);
        wr32(s + 4, HASH);
        wr32(s + 8, bytes.len() as u32);
        for (i, &b) in bytes.iter().enumerate() {
            wr8(s + 16 + i as u64, b);
        }
        assert!(n < STRING_LIST as u64);
        wr64(list + n * 8, s);
        wr64(at!(self, string_count), n + 1);
        Some(ObjId(s))
    }

    /// Everything that can be seen, objects numbered in the order in which they are found.
    pub fn dump(mut self) -> String {
        let mut order = Vec::new();
        let mut out = String::new();
        for i in 0..64 {
            let v = self.slot(Slot(i));
            if v != Val::NIL {
                let _ = writeln!(out, "#{i} {}", self.show(v, &mut order));
            }
        }
        let Val::Gc(IrType::Func, f) = self.slot(Slot(model::FUNCTION)) else {
            return out;
        };
        for i in 0..3 {
            let at = self.upvalue(f, i << 8, i == model::OPEN).unwrap();
            let v = self.load(at);
            let _ = writeln!(out, "up {}", self.show(v, &mut order));
        }
        let _ = writeln!(out, "budget {}", self.budget());
        let _ = writeln!(out, "cell {}", rd32(self.scratch()));
        for i in 0..rd64(at!(self, log_len)) {
            out.push(char::from(rd8(at!(self, log) + i)));
        }
        let mut next = 0;
        while let Some(&t) = order.get(next) {
            next += 1;
            let _ = write!(out, "table {next} meta {}:", rd64(t + 32) != 0);
            for i in 0..u64::from(rd32(t + 4)) {
                let v = val_of(rd64(rd64(t + 8) + i * 8));
                let _ = write!(out, " {}", self.show(v, &mut order));
            }
            let mut nodes: Vec<_> = (0..u64::from(rd32(t + 28)))
                .map(|i| rd64(t + 16) + i * NODE_SIZE)
                .map(|n| (self.show(val_of(rd64(n + 8)), &mut Vec::new()), rd64(n)))
                .filter(|n| n.1 != encoding::NIL)
                .collect();
            nodes.sort();
            for (k, v) in nodes {
                let _ = write!(out, " {k}={}", self.show(val_of(v), &mut order));
            }
            out.push('\n');
        }
        out
    }
    fn show(self, v: Val, order: &mut Vec<u64>) -> String {
        match v {
            Val::Num(n) if n.is_nan() => "nan".into(),
            Val::Num(n) => format!("{n:?}"),
            Val::Gc(IrType::Tab, ObjId(id)) => {
                let n = order.iter().position(|&o| o == id).unwrap_or_else(|| {
                    order.push(id);
                    order.len() - 1
                });
                format!("table {}", n + 1)
            }
            Val::Gc(IrType::Str, ObjId(id)) => {
                format!("{:?}", String::from_utf8_lossy(&self.str_bytes(id)))
            }
            // Sunk ones are made elsewhere.
            Val::Gc(IrType::Func, _) => "function".into(),
            v => format!("{v:?}"),
        }
    }
}

/// Addresses of the objects that traces name.
#[derive(Clone, Debug)]
pub struct Names {
    pub strings: Vec<u64>,
    pub tables: Vec<u64>,
    pub function: u64,
    pub buffer: u64,
    pub cell: u64,
}
impl Names {
    fn address(&self, t: IrType, id: u64) -> u64 {
        match t {
            _ if id == 0 && t != IrType::Str => 0,
            IrType::Str => self.strings[id as usize],
            IrType::Tab => self.tables[id as usize - 1],
            IrType::Func => self.function,
            _ => 0,
        }
    }
    /// The text of a trace with addresses for the model's numbers.
    pub fn resolve(&self, text: &str) -> String {
        let mut out = String::new();
        for word in text.split_inclusive(char::is_whitespace) {
            // The one buffer, and the memory that is no object's.
            let bare = word.trim_end();
            if bare == "ptr:1" || bare == format!("ptr:{}", model::CELL) {
                let to = if bare == "ptr:1" {
                    self.buffer
                } else {
                    self.cell
                };
                let _ = write!(out, "ptr:{to}{}", &word[bare.len()..]);
                continue;
            }
            let object = [("str:", IrType::Str), ("tab:", IrType::Tab)];
            let found = object
                .iter()
                .find_map(|&(name, ty)| Some((word.find(name)?, ty)));
            match found {
                Some((at, ty)) => {
                    let digits: String = word[at + 4..]
                        .chars()
                        .take_while(char::is_ascii_digit)
                        .collect();
                    let id: u64 = digits.parse().unwrap();
                    let rest = &word[at + 4 + digits.len()..];
                    let _ = write!(out, "{}{}{rest}", &word[..at + 4], self.address(ty, id));
                }
                None => out += word,
            }
        }
        out
    }
}

impl Facts for World {
    fn str_hash(&self, s: ObjId) -> u32 {
        if s.0 > 1 << 44 {
            rd32(s.0 + 4)
        } else {
            s.0 as u32
        }
    }
    fn frame_delta(&self, _: u64) -> Option<u16> {
        Some(3)
    }
}

impl Machine for World {
    fn slot(&mut self, slot: Slot) -> Val {
        val_of(self.slot_word(slot))
    }
    fn set_slot(&mut self, slot: Slot, v: Val) {
        self.set_slot_word(slot, bits_of(v));
    }
    fn slot_word(&mut self, slot: Slot) -> u64 {
        rd64(self.slot_address(slot))
    }
    fn set_slot_word(&mut self, slot: Slot, word: u64) {
        wr64(self.slot_address(slot), word);
    }
    fn base(&mut self) -> u64 {
        self.base_address()
    }
    fn return_to(&mut self, _: ObjId, pc: u64) -> bool {
        let base = self.base_address();
        if rd64(base - 8) != pc {
            return false;
        }
        wr64(at!(self, base), base - 24);
        true
    }
    fn take_fuel(&mut self, units: u16) -> bool {
        let left = self.budget() - i64::from(units);
        self.set_budget(left);
        left >= 0
    }
    fn field(&mut self, object: ObjId, f: Field) -> Val {
        let o = object.0;
        match f {
            Field::StrLen => Val::Int(rd32(o + 8) as i32),
            Field::TabMeta => Val::Gc(IrType::Tab, ObjId(rd64(o + 32))),
            Field::TabArray => Val::Ptr(rd64(o + 8)),
            Field::TabNode => Val::Ptr(rd64(o + 16)),
            Field::TabASize => Val::Int(rd32(o + 4) as i32),
            Field::TabHMask => Val::Int(rd32(o + 24) as i32),
            Field::TabNoMm => Val::Int(i32::from(rd8(o + 2))),
            _ => Val::NIL,
        }
    }
    fn set_field(&mut self, object: ObjId, f: Field, v: Val) {
        match (f, v) {
            (Field::TabMeta, Val::Gc(_, m)) => wr64(object.0 + 32, m.0),
            (Field::TabNoMm, Val::Int(i)) => wr8(object.0 + 2, i as u8),
            _ => unreachable!(),
        }
    }
    fn array_slot(&mut self, array: u64, index: i32) -> u64 {
        array.wrapping_add_signed(i64::from(index) * 8)
    }
    fn node_slot(&mut self, nodes: u64, key: Val, node: u16) -> Option<u64> {
        let n = nodes + u64::from(node) * NODE_SIZE;
        (rd64(n + 8) == bits_of(key)).then_some(n)
    }
    fn find_key(&mut self, table: ObjId, key: Val) -> u64 {
        let mut n = rd64(table.0 + 16);
        while n != 0 {
            if rd64(n + 8) == bits_of(key) {
                return n;
            }
            n = rd64(n + 16);
        }
        0
    }
    fn new_key(&mut self, table: ObjId, key: Val) -> Result<u64, Trap> {
        if self.is_failing() {
            return Err(Trap::OutOfMemory);
        }
        assert_eq!(self.find_key(table, key), 0);
        let count = u64::from(rd32(table.0 + 28));
        assert!(count < NODES);
        let nodes = rd64(table.0 + 16);
        let n = nodes + count * NODE_SIZE;
        wr64(n, encoding::NIL);
        wr64(n + 8, bits_of(key));
        wr64(n + 16, 0);
        if count > 0 {
            wr64(n - NODE_SIZE + 16, n);
        }
        wr32(table.0 + 28, count as u32 + 1);
        Ok(n)
    }
    fn upvalue(&mut self, function: ObjId, n: u16, open: bool) -> Option<u64> {
        let u = rd64(function.0 + 16 + u64::from(n >> 8) * 8);
        ((rd8(u + 2) == 0) == open).then(|| if open { rd64(u + 8) } else { u + 16 })
    }
    fn load(&mut self, at: u64) -> Val {
        val_of(rd64(at))
    }
    fn store(&mut self, at: u64, v: Val) {
        wr64(at, bits_of(v));
    }
    fn vararg(&mut self, base: u64, n: u16) -> Val {
        val_of(rd64(base.wrapping_add_signed(i64::from(n as i16) * 8)))
    }
    fn len(&mut self, table: ObjId) -> i32 {
        let n = rd32(table.0 + 4);
        let array = rd64(table.0 + 8);
        (1..n)
            .find(|&i| rd64(array + u64::from(i) * 8) == encoding::NIL)
            .map_or(n.saturating_sub(1), |i| i - 1) as i32
    }
    fn str_byte(&mut self, s: ObjId, offset: i32) -> u64 {
        (s.0 + 16).wrapping_add_signed(i64::from(offset))
    }
    fn load_raw(&mut self, at: u64, ty: IrType) -> Val {
        match ty {
            IrType::I8 => Val::Int(i32::from(rd8(at) as i8)),
            IrType::U8 => Val::Int(i32::from(rd8(at))),
            IrType::I16 => Val::Int(i32::from(rd16(at) as i16)),
            IrType::U16 => Val::Int(i32::from(rd16(at))),
            IrType::Int | IrType::U32 => Val::Int(rd32(at) as i32),
            IrType::I64 => Val::I64(rd64(at) as i64),
            IrType::U64 => Val::U64(rd64(at)),
            IrType::Num => Val::Num(f64::from_bits(rd64(at))),
            IrType::Float => Val::Float(f32::from_bits(rd32(at))),
            _ => Val::Ptr(rd64(at)),
        }
    }
    fn store_raw(&mut self, at: u64, ty: IrType, v: Val) {
        match (ty.size(), v) {
            (1, Val::Int(i)) => wr8(at, i as u8),
            (2, Val::Int(i)) => wr16(at, i as u16),
            (4, Val::Int(i)) => wr32(at, i as u32),
            (_, Val::Float(f)) => wr32(at, f.to_bits()),
            (_, Val::Num(n)) => wr64(at, n.to_bits()),
            (_, v) => wr64(at, bits_of(v)),
        }
    }
    fn new_str(&mut self, at: u64, len: i32) -> Result<ObjId, Trap> {
        if self.is_failing() {
            return Err(Trap::OutOfMemory);
        }
        let bytes: Vec<u8> = (0..len.max(0) as u64).map(|i| rd8(at + i)).collect();
        self.intern(&bytes).ok_or(Trap::OutOfMemory)
    }
    fn new_table(&mut self, array: u16, _: u16) -> Result<ObjId, Trap> {
        if self.is_failing() {
            return Err(Trap::OutOfMemory);
        }
        let t = self.alloc(48);
        wr64(t, 0);
        wr8(t, 7);
        // The flags say that it needs a barrier, now and then.
        wr8(t + 1, (t >> 5 & 1) as u8);
        // And that it has a hash of its own.
        wr8(t + 3, (t >> 6 & 1) as u8);
        wr32(t + 4, u32::from(array));
        let a = self.alloc(u64::from(array) * 8 + 8);
        for i in 0..u64::from(array) {
            wr64(a + i * 8, encoding::NIL);
        }
        wr64(t + 8, a);
        let nodes = self.alloc(NODES * NODE_SIZE);
        for i in 0..NODES {
            wr64(nodes + i * NODE_SIZE, encoding::NIL);
            wr64(nodes + i * NODE_SIZE + 8, encoding::NIL);
            wr64(nodes + i * NODE_SIZE + 16, 0);
        }
        wr64(t + 16, nodes);
        // All keys are in one chain.
        wr32(t + 24, 0);
        wr32(t + 28, 0);
        wr64(t + 32, 0);
        Ok(ObjId(t))
    }
    fn dup_table(&mut self, template: ObjId) -> Result<ObjId, Trap> {
        let n = rd32(template.0 + 4);
        let t = self.new_table(n as u16, 0)?;
        for i in 0..u64::from(n) {
            wr64(rd64(t.0 + 8) + i * 8, rd64(rd64(template.0 + 8) + i * 8));
        }
        for i in 0..u64::from(rd32(template.0 + 28)) {
            let n = rd64(template.0 + 16) + i * NODE_SIZE;
            let at = self.new_key(t, val_of(rd64(n + 8)))?;
            wr64(at, rd64(n));
        }
        Ok(t)
    }
    fn new_cdata(&mut self, ctype: i32, init: Option<Val>) -> Result<ObjId, Trap> {
        if self.is_failing() {
            return Err(Trap::OutOfMemory);
        }
        let c = self.alloc(32);
        wr8(c, 2);
        wr32(c + 4, ctype as u32);
        wr64(c + 8, init.map_or(0, bits_of));
        Ok(ObjId(c))
    }
    fn new_function(&mut self, _: ObjId, parent: ObjId, _: u32) -> Result<ObjId, Trap> {
        if self.is_failing() {
            return Err(Trap::OutOfMemory);
        }
        let f = self.alloc(48);
        for i in 0..6 {
            wr64(f + i * 8, rd64(parent.0 + i * 8));
        }
        Ok(ObjId(f))
    }
    fn close_upvalues(&mut self, from: Slot) {
        self.log(&format!("close {}", from.0));
    }
    fn buffer_begin(&mut self, buffer: u64, mode: BufMode) {
        if mode == BufMode::Reset {
            wr64(buffer + 8, 0);
        }
    }
    fn buffer_put_number(&mut self, buffer: u64, v: Val) -> Result<(), Trap> {
        let s = self.to_str(v, StrMode::Num)?;
        self.buffer_put(buffer, s)
    }
    fn buffer_put(&mut self, buffer: u64, s: ObjId) -> Result<(), Trap> {
        if self.is_failing() {
            return Err(Trap::OutOfMemory);
        }
        let len = rd64(buffer + 8);
        let bytes = self.str_bytes(s.0);
        for (i, &b) in bytes.iter().enumerate() {
            wr8(buffer + 16 + len + i as u64, b);
        }
        wr64(buffer + 8, len + bytes.len() as u64);
        Ok(())
    }
    fn buffer_str(&mut self, buffer: u64) -> Result<ObjId, Trap> {
        self.new_str(buffer + 16, rd64(buffer + 8) as i32)
    }
    fn to_str(&mut self, v: Val, mode: StrMode) -> Result<ObjId, Trap> {
        if self.is_failing() {
            return Err(Trap::OutOfMemory);
        }
        let s = match (v, mode) {
            (Val::Int(i), StrMode::Char) => String::from(char::from(i as u8 & 0x7f)),
            (Val::Int(i), _) => format!("{i}"),
            (Val::Num(n), _) if n.is_nan() => "nan".into(),
            (Val::Num(n), _) => format!("{n}"),
            _ => String::new(),
        };
        self.intern(s.as_bytes()).ok_or(Trap::OutOfMemory)
    }
    fn to_num(&mut self, s: ObjId) -> Option<f64> {
        String::from_utf8(self.str_bytes(s.0)).ok()?.parse().ok()
    }
    fn pow(&mut self, a: f64, b: f64) -> f64 {
        if b == 2.0 { a * a } else { libm::pow(a, b) }
    }
    fn call(&mut self, h: Helper, args: &[Val]) -> Result<Val, Trap> {
        Ok(match (h, args) {
            (Helper::Sin, &[Val::Num(x)]) => Val::Num(libm::sin(x)),
            (Helper::Fmod, &[Val::Num(x), Val::Num(y)]) => Val::Num(libm::fmod(x, y)),
            (Helper::TabClear, &[Val::Gc(_, t)]) => {
                for i in 0..u64::from(rd32(t.0 + 4)) {
                    wr64(rd64(t.0 + 8) + i * 8, 0);
                }
                Val::NIL
            }
            (
                Helper::TabMove,
                &[
                    Val::Gc(_, a),
                    Val::Int(i),
                    Val::Int(j),
                    Val::Int(k),
                    Val::Gc(_, b),
                ],
            ) => {
                if self.is_failing() {
                    return Err(Trap::Error);
                }
                self.log(&format!("move {i} {j} {k} {}", a == b));
                Val::NIL
            }
            (Helper::TabKeyAt, &[_, Val::Int(i)]) => {
                val_of(rd64(at!(self, scratch) + i as u64 * 8))
            }
            (Helper::TabNext, &[Val::Gc(_, _), Val::Int(i)]) => Val::Int(i.wrapping_add(1)),
            (Helper::RandomSeed, &[v]) => {
                let text = self.show(val_of(bits_of(v)), &mut Vec::new());
                self.log(&format!("print {text}"));
                Val::NIL
            }
            (h, args) => panic!("{h:?} {args:?}"),
        })
    }
    fn call_foreign(&mut self, _: u64, _: &[Val], _: IrType) -> Result<Val, Trap> {
        Err(Trap::Error)
    }
    fn barrier(&mut self, object: Val, _: Option<Val>) {
        // Flags are not compared; the bit is cleared as the helper does.
        match object {
            Val::Gc(_, id) => wr8(id.0 + 1, 0),
            // The address of the value of a closed upvalue.
            Val::Ptr(at) => wr8(at - 16 + 1, 0),
            _ => {}
        }
    }
}

// ---- the helpers of machine code ----

type V = u64;
fn object(made: Result<ObjId, Trap>) -> u64 {
    made.map_or(0, |o| o.0)
}
extern "sysv64" fn hash_get(vm: V, t: V, key: V) -> u64 {
    match World(vm).find_key(ObjId(t), val_of(key)) {
        0 => at!(World(vm), nil),
        at => at,
    }
}
extern "sysv64" fn new_key(vm: V, t: V, key: V) -> u64 {
    World(vm).new_key(ObjId(t), val_of(key)).unwrap_or(0)
}
extern "sysv64" fn tab_len(vm: V, t: V) -> i32 {
    World(vm).len(ObjId(t))
}
extern "sysv64" fn tab_new(vm: V, a: u32, b: u32) -> u64 {
    object(World(vm).new_table(a as u16, b as u16))
}
extern "sysv64" fn tab_dup(vm: V, t: V) -> u64 {
    object(World(vm).dup_table(ObjId(t)))
}
extern "sysv64" fn func_new(vm: V, p: V, f: V, base: V) -> u64 {
    assert_eq!(base, World(vm).base_address());
    object(World(vm).new_function(ObjId(p), ObjId(f), 0))
}
extern "sysv64" fn upvalue_close(vm: V, slot: V) {
    let n = (slot - World(vm).base_address()) / 8;
    World(vm).close_upvalues(Slot(n as u16 + 2));
}
extern "sysv64" fn str_new(vm: V, at: V, n: i32) -> u64 {
    object(World(vm).new_str(at, n))
}
extern "sysv64" fn cdata_new(vm: V, t: i32, size: i32) -> u64 {
    object(World(vm).new_cdata(t, (size != 0).then_some(Val::Int(size))))
}
extern "sysv64" fn cdata_new_init(vm: V, t: i32, bits: u64) -> u64 {
    object(World(vm).new_cdata(t, Some(Val::U64(bits))))
}
extern "sysv64" fn buf_put(vm: V, b: V, s: V) -> u64 {
    World(vm).buffer_put(b, ObjId(s)).map_or(0, |()| b)
}
extern "sysv64" fn buf_put_int(vm: V, b: V, i: i32) -> u64 {
    World(vm)
        .buffer_put_number(b, Val::Int(i))
        .map_or(0, |()| b)
}
extern "sysv64" fn buf_put_num(vm: V, b: V, n: f64) -> u64 {
    World(vm)
        .buffer_put_number(b, Val::Num(n))
        .map_or(0, |()| b)
}
extern "sysv64" fn buf_str(vm: V, b: V) -> u64 {
    object(World(vm).buffer_str(b))
}
extern "sysv64" fn str_of_int(vm: V, i: i32) -> u64 {
    object(World(vm).to_str(Val::Int(i), StrMode::Int))
}
extern "sysv64" fn str_of_num(vm: V, n: f64) -> u64 {
    object(World(vm).to_str(Val::Num(n), StrMode::Num))
}
extern "sysv64" fn str_of_char(vm: V, i: i32) -> u64 {
    object(World(vm).to_str(Val::Int(i), StrMode::Char))
}
extern "sysv64" fn num_of_str(vm: V, s: V) -> u64 {
    World(vm)
        .to_num(ObjId(s))
        .map_or(encoding::NIL, |n| bits_of(Val::Num(n)))
}
extern "sysv64" fn pow(_: V, a: f64, b: f64) -> f64 {
    if b == 2.0 { a * a } else { libm::pow(a, b) }
}
extern "sysv64" fn modulo(_: V, a: f64, b: f64) -> f64 {
    a - libm::floor(a / b) * b
}
extern "sysv64" fn ldexp(_: V, a: f64, b: i32) -> f64 {
    libm::scalbn(a, b)
}
extern "sysv64" fn floor(_: V, a: f64) -> f64 {
    libm::floor(a)
}
extern "sysv64" fn ceil(_: V, a: f64) -> f64 {
    libm::ceil(a)
}
extern "sysv64" fn trunc(_: V, a: f64) -> f64 {
    libm::trunc(a)
}
extern "sysv64" fn barrier(vm: V, o: V) {
    let w = World(vm);
    assert!(rd8(o) == 7 || rd8(o) == 0, "no object");
    wr8(o + 1, 0);
    wr64(at!(w, barriers), w.barriers() + 1);
}
extern "sysv64" fn sin(_: V, x: f64) -> f64 {
    libm::sin(x)
}
extern "sysv64" fn fmod(_: V, x: f64, y: f64) -> f64 {
    libm::fmod(x, y)
}
extern "sysv64" fn tab_clear(vm: V, t: V) -> u64 {
    let _ = World(vm).call(Helper::TabClear, &[Val::Gc(IrType::Tab, ObjId(t))]);
    1
}
extern "sysv64" fn tab_move(vm: V, a: V, i: i32, j: i32, k: i32, b: V) -> u64 {
    let tab = |t| Val::Gc(IrType::Tab, ObjId(t));
    let args = [tab(a), Val::Int(i), Val::Int(j), Val::Int(k), tab(b)];
    World(vm).call(Helper::TabMove, &args).is_ok().into()
}
extern "sysv64" fn tab_key_at(vm: V, _: V, i: i32) -> u64 {
    rd64(World(vm).scratch() + i as u64 * 8)
}
extern "sysv64" fn tab_next(_: V, _: V, i: i32) -> i32 {
    i.wrapping_add(1)
}
extern "sysv64" fn print(vm: V, v: f64) {
    let _ = World(vm).call(Helper::RandomSeed, &[Val::Num(v)]);
}

impl World {
    /// What machine code has to know of it.
    pub fn layout(self, low_addresses: bool) -> Layout {
        let vm = |at: u64| (at - self.0) as i32;
        let mut fields = [None; Field::ALL.len()];
        let mut field = |f: Field, offset, width| {
            fields[f as usize] = Some(FieldPlace {
                offset,
                width,
                addend: 0,
            });
        };
        field(Field::StrLen, 8, Width::Word);
        field(Field::TabMeta, 32, Width::Quad);
        field(Field::TabArray, 8, Width::Quad);
        field(Field::TabNode, 16, Width::Quad);
        field(Field::TabASize, 4, Width::Word);
        field(Field::TabHMask, 24, Width::Word);
        field(Field::TabNoMm, 2, Width::Byte);
        let mut helpers = [None; Helper::ALL.len()];
        let mut helper = |h: Helper, address: usize, trap, sync| {
            helpers[h as usize] = Some(HelperEntry {
                address,
                trap,
                sync,
            });
        };
        helper(
            Helper::Sin,
            sin as *const () as usize,
            HelperTrap::Never,
            false,
        );
        helper(
            Helper::Fmod,
            fmod as *const () as usize,
            HelperTrap::Never,
            false,
        );
        helper(
            Helper::TabClear,
            tab_clear as *const () as usize,
            HelperTrap::Zero,
            true,
        );
        helper(
            Helper::TabMove,
            tab_move as *const () as usize,
            HelperTrap::Zero,
            true,
        );
        helper(
            Helper::TabKeyAt,
            tab_key_at as *const () as usize,
            HelperTrap::Marker,
            false,
        );
        helper(
            Helper::TabNext,
            tab_next as *const () as usize,
            HelperTrap::Never,
            false,
        );
        helper(
            Helper::RandomSeed,
            print as *const () as usize,
            HelperTrap::Never,
            true,
        );
        let ops = core::array::from_fn(|i| match OpHelper::ALL[i] {
            OpHelper::HashGet => hash_get as *const () as usize,
            OpHelper::NewKey => new_key as *const () as usize,
            OpHelper::TabLen => tab_len as *const () as usize,
            OpHelper::TabNew => tab_new as *const () as usize,
            OpHelper::TabDup => tab_dup as *const () as usize,
            OpHelper::FuncNew => func_new as *const () as usize,
            OpHelper::UpvalueClose => upvalue_close as *const () as usize,
            OpHelper::StrNew => str_new as *const () as usize,
            OpHelper::CdataNew => cdata_new as *const () as usize,
            OpHelper::CdataNewInit => cdata_new_init as *const () as usize,
            OpHelper::BufPut => buf_put as *const () as usize,
            OpHelper::BufPutInt => buf_put_int as *const () as usize,
            OpHelper::BufPutNum => buf_put_num as *const () as usize,
            OpHelper::BufStr => buf_str as *const () as usize,
            OpHelper::StrOfInt => str_of_int as *const () as usize,
            OpHelper::StrOfNum => str_of_num as *const () as usize,
            OpHelper::StrOfChar => str_of_char as *const () as usize,
            OpHelper::NumOfStr => num_of_str as *const () as usize,
            OpHelper::Pow => pow as *const () as usize,
            OpHelper::Mod => modulo as *const () as usize,
            OpHelper::Ldexp => ldexp as *const () as usize,
            OpHelper::Floor => floor as *const () as usize,
            OpHelper::Ceil => ceil as *const () as usize,
            OpHelper::Trunc => trunc as *const () as usize,
            OpHelper::Barrier => barrier as *const () as usize,
        });
        Layout {
            vm: VmLayout {
                context: vm(at!(self, context)),
                base: vm(at!(self, base)),
                stack_limit: vm(at!(self, stack_limit)),
                budget: vm(at!(self, budget)),
                heap_debt: vm(at!(self, debt)),
                barrier_mask: vm(at!(self, mask)),
            },
            header: HeaderLayout {
                kind: 0,
                flags: 1,
                thread: 1,
                cdata: 2,
                proto: 3,
            },
            node: NodeLayout {
                size: NODE_SIZE as i32,
                value: 0,
                key: 8,
                next: 16,
            },
            object: ObjectLayout {
                str_hash: 4,
                tab_own_hash: 3,
                str_bytes: 16,
                func_upvalues: 16,
                upvalue_closed: 2,
                upvalue_place: 8,
                upvalue_value: 16,
                buffer_len: 8,
            },
            fields,
            helpers,
            ops,
            tables: None,
            nil_slot: at!(self, nil) as usize,
            low_addresses,
            high_addresses: false,
        }
    }
}
