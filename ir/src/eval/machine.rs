//! What a trace needs of the world: [`Machine`].

use crate::ins::ObjId;
use crate::literal::{BufMode, Field, Helper, Slot, StrMode};
use crate::types::{IrRef, IrType};

/// A value at run time.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum Val {
    /// nil, false, true.
    Pri(IrType),
    Num(f64),
    Int(i32),
    I64(i64),
    U64(u64),
    Float(f32),
    Gc(IrType, ObjId),
    Light(u64),
    Ptr(u64),
}

impl Val {
    /// nil
    pub const NIL: Val = Val::Pri(IrType::Nil);
    /// The type.
    pub const fn ty(self) -> IrType {
        match self {
            Val::Pri(t) | Val::Gc(t, _) => t,
            Val::Num(_) => IrType::Num,
            Val::Int(_) => IrType::Int,
            Val::I64(_) => IrType::I64,
            Val::U64(_) => IrType::U64,
            Val::Float(_) => IrType::Float,
            Val::Light(_) => IrType::LightUd,
            Val::Ptr(_) => IrType::Ptr,
        }
    }
    /// Are both the same to every observer? Unlike `==`, a NaN equals itself, and zeros of different sign differ.
    pub fn identical(self, other: Val) -> bool {
        match (self, other) {
            (Val::Num(a), Val::Num(b)) => (a.is_nan() && b.is_nan()) || a.to_bits() == b.to_bits(),
            (Val::Float(a), Val::Float(b)) => {
                (a.is_nan() && b.is_nan()) || a.to_bits() == b.to_bits()
            }
            _ => self == other,
        }
    }
}

/// As EQ compares: numbers by value, objects by identity.
impl PartialEq for Val {
    fn eq(&self, other: &Val) -> bool {
        match (*self, *other) {
            (Val::Pri(a), Val::Pri(b)) => a == b,
            (Val::Num(a), Val::Num(b)) => a == b,
            (Val::Int(a), Val::Int(b)) => a == b,
            (Val::I64(a), Val::I64(b)) => a == b,
            (Val::U64(a), Val::U64(b)) => a == b,
            (Val::Float(a), Val::Float(b)) => a == b,
            (Val::Gc(t, a), Val::Gc(u, b)) => t == u && a == b,
            (Val::Light(a), Val::Light(b)) | (Val::Ptr(a), Val::Ptr(b)) => a == b,
            _ => false,
        }
    }
}

/// Why the machine stopped a trace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trap {
    /// No memory for a new object.
    OutOfMemory,
    /// A helper raised an error, which lies in the machine.
    Error,
}

/// The world in which a trace is evaluated. The engine implements it over its state, tests over a small model.
///
/// Addresses are opaque numbers; address 0 is the nil that failed lookups give.
#[allow(unused_variables)]
pub trait Machine {
    /// Reads a stack slot.
    fn slot(&mut self, slot: Slot) -> Val;
    /// Writes a stack slot.
    fn set_slot(&mut self, slot: Slot, v: Val);
    /// What an instruction of the parent trace gave, at the exit where a side trace begins.
    fn parent_value(&mut self, r: IrRef) -> Val {
        Val::NIL
    }
    /// Reads a slot as a raw word: a frame's link, the position of a traversal.
    fn slot_word(&mut self, slot: Slot) -> u64;
    /// Writes a raw word into a slot.
    fn set_slot_word(&mut self, slot: Slot, word: u64);
    /// The address of the frame's base.
    fn base(&mut self) -> u64;
    /// RETF: does the frame below belong to `proto` and return to `pc`? If so the base moves down.
    fn return_to(&mut self, proto: ObjId, pc: u64) -> bool;
    /// Takes fuel whether there is enough or not, and tells whether to go on: if there was, and no collection is due.
    fn take_fuel(&mut self, units: u16) -> bool;
    /// There was no memory to restore a snapshot: collects garbage, but not what `live` holds, and tells whether to try again.
    fn make_room(&mut self, live: &[Val]) -> bool {
        false
    }

    /// Reads a field of an object.
    fn field(&mut self, object: ObjId, f: Field) -> Val;
    /// Writes a field.
    fn set_field(&mut self, object: ObjId, f: Field, v: Val);
    /// The address of a slot of an array.
    fn array_slot(&mut self, array: u64, index: i32) -> u64;
    /// The address of the value in a node, if the node has this key.
    fn node_slot(&mut self, nodes: u64, key: Val, node: u16) -> Option<u64>;
    /// The address of the value of a key in the hash part, or 0.
    fn find_key(&mut self, table: ObjId, key: Val) -> u64;
    /// Adds a key, not present, and gives the address of its value.
    fn new_key(&mut self, table: ObjId, key: Val) -> Result<u64, Trap>;
    /// The address of an upvalue's value, if it is open or closed as demanded. `n` is URef's literal.
    fn upvalue(&mut self, function: ObjId, n: u16, open: bool) -> Option<u64>;
    /// Loads a value from the address of a slot of a table or an upvalue.
    fn load(&mut self, at: u64) -> Val;
    /// Stores a value there.
    fn store(&mut self, at: u64, v: Val);
    /// The value `n` slots, which are signed, above an address: an extra argument.
    fn vararg(&mut self, base: u64, n: u16) -> Val;
    /// A border of a table.
    fn len(&mut self, table: ObjId) -> i32;

    /// The address of a byte of a string.
    fn str_byte(&mut self, s: ObjId, offset: i32) -> u64;
    /// Loads plain memory; integers below 32 bits come extended.
    fn load_raw(&mut self, at: u64, ty: IrType) -> Val;
    /// Stores plain memory.
    fn store_raw(&mut self, at: u64, ty: IrType, v: Val);

    /// The string of some bytes in memory.
    fn new_str(&mut self, at: u64, len: i32) -> Result<ObjId, Trap>;
    /// A new table.
    fn new_table(&mut self, array: u16, hash_bits: u16) -> Result<ObjId, Trap>;
    /// A copy of a template.
    fn dup_table(&mut self, template: ObjId) -> Result<ObjId, Trap>;
    /// Foreign data of a type, with a size or an initial value.
    fn new_cdata(&mut self, ctype: i32, size_or_value: Option<Val>) -> Result<ObjId, Trap>;
    /// A closure made in the frame that runs at the snapshot with this pc.
    fn new_function(&mut self, proto: ObjId, parent: ObjId, pc: u32) -> Result<ObjId, Trap>;
    /// Gives a slot the value of a closed upvalue, and opens that there. `at` is the address of its value. A machine whose functions
    /// nobody calls need not open it.
    fn open_upvalue(&mut self, slot: Slot, at: u64) {
        let v = self.load(at);
        self.set_slot(slot, v);
    }
    /// Closes upvalues from a slot up.
    fn close_upvalues(&mut self, from: Slot);

    /// Begins with a buffer.
    fn buffer_begin(&mut self, buffer: u64, mode: BufMode);
    /// Appends a string to it.
    fn buffer_put(&mut self, buffer: u64, s: ObjId) -> Result<(), Trap>;
    /// Appends an int or number, as its string.
    fn buffer_put_number(&mut self, buffer: u64, v: Val) -> Result<(), Trap>;
    /// The string of what it holds.
    fn buffer_str(&mut self, buffer: u64) -> Result<ObjId, Trap>;
    /// A number or int as a string.
    fn to_str(&mut self, v: Val, mode: StrMode) -> Result<ObjId, Trap>;
    /// The number a string spells.
    fn to_num(&mut self, s: ObjId) -> Option<f64>;
    /// `a ^ b`
    fn pow(&mut self, a: f64, b: f64) -> f64;

    /// Calls a helper.
    fn call(&mut self, h: Helper, args: &[Val]) -> Result<Val, Trap>;
    /// Calls a foreign function.
    fn call_foreign(&mut self, at: u64, args: &[Val], ty: IrType) -> Result<Val, Trap>;
    /// A barrier: `object` got a reference to `value`, or to anything.
    fn barrier(&mut self, object: Val, value: Option<Val>) {}
}
