//! What machine code has to know of the engine: offsets of fields, addresses of functions, facts about constants.
//!
//! The engine fills a [`Layout`] once, from `offset_of!` and function addresses, and implements [`Facts`]. The encoding of values is
//! fixed here ([`encoding`]); the engine asserts that it agrees.
//!
//! # Registers
//! While a trace runs, three registers are pinned: the state ([`TraceContext`] and all of the `Vm` are reached through it), the
//! address of slot 0 (the *base*) and the budget. Machine code keeps nothing on the host's stack across instructions; what does not
//! fit in registers lies in [`TraceContext::spill`].
//!
//! # Calling a helper
//! Helpers are `extern "sysv64" fn(vm, arguments…)`. An argument or result of type
//! *int* is an `i32`, *num* an `f64`, *Ptr* and objects an address, *any* (`Nil` in the IR's table) the 64 bits of a value. How a
//! helper says that it failed is its [`Trap`]. A helper that fails has changed nothing: the interpreter repeats the instruction.

use perilune_ir::ins::ObjId;
use perilune_ir::literal::{Field, Helper};

/// How values are encoded in 64 bits.
pub mod encoding {
    use perilune_ir::types::IrType;

    /// Bits below the tag.
    pub const TAG_SHIFT: u32 = 48;
    /// The smallest tag: every value whose upper 16 bits are below is a number.
    pub const FIRST_TAG: u16 = 0xFFF9;
    /// Threads, foreign data, prototypes, buffers: the object's header tells which.
    pub const OTHER: u16 = 0xFFF9;
    /// Light userdata.
    pub const LIGHT: u16 = 0xFFFA;
    /// Full userdata.
    pub const USERDATA: u16 = 0xFFFB;
    /// Tables.
    pub const TABLE: u16 = 0xFFFC;
    /// Functions.
    pub const FUNCTION: u16 = 0xFFFD;
    /// Strings.
    pub const STRING: u16 = 0xFFFE;
    /// nil, false and true.
    pub const PRIMITIVE: u16 = 0xFFFF;
    /// nil
    pub const NIL: u64 = !0;
    /// false
    pub const FALSE: u64 = !1;
    /// true
    pub const TRUE: u64 = !2;
    /// No value: what helpers of [`Trap::Marker`](super::Trap::Marker) return when they fail.
    pub const TRAPPED: u64 = !3;

    /// The tag of values of a type; none for numbers and what no variable can hold.
    pub const fn tag(ty: IrType) -> Option<u16> {
        Some(match ty {
            IrType::Nil | IrType::False | IrType::True => PRIMITIVE,
            IrType::LightUd => LIGHT,
            IrType::Str => STRING,
            IrType::Func => FUNCTION,
            IrType::Tab => TABLE,
            IrType::Udata => USERDATA,
            IrType::Thread | IrType::Proto | IrType::Cdata => OTHER,
            _ => return None,
        })
    }
    /// What tables place a key by that is neither a string nor a boolean. For numbers the sign of zero is not to be seen.
    pub const fn hash(bits: u64) -> u32 {
        let (low, mut high) = (bits as u32, (bits >> 32) as u32);
        if bits >> TAG_SHIFT < FIRST_TAG as u64 {
            high <<= 1;
        }
        let a = low ^ high;
        let b = high.rotate_left(14);
        let c = a.wrapping_sub(b);
        (b.rotate_left(5) ^ c).wrapping_sub(c.rotate_left(13))
    }
    /// The bits of nil, false or true.
    pub const fn primitive(ty: IrType) -> Option<u64> {
        Some(match ty {
            IrType::Nil => NIL,
            IrType::False => FALSE,
            IrType::True => TRUE,
            _ => return None,
        })
    }
}

/// How many spill slots there are.
pub const SPILL_SLOTS: usize = 256;

/// The part of the state that belongs to machine code. The engine embeds it in its `Vm`.
///
/// After an exit it holds all registers as they were where the trace was left, by the numbers that the processor gives them.
/// The base and the budget are written back to the `Vm`'s fields as well.
#[repr(C, align(16))]
#[derive(Clone, Debug)]
pub struct TraceContext {
    /// What did not fit in registers.
    pub spill: [u64; SPILL_SLOTS],
    /// General registers at the exit.
    pub gpr: [u64; 16],
    /// The low halves of the vector registers at the exit.
    pub xmm: [u64; 16],
}

impl TraceContext {
    /// All zeroes.
    pub const NEW: TraceContext = TraceContext {
        spill: [0; SPILL_SLOTS],
        gpr: [0; 16],
        xmm: [0; 16],
    };
}

/// Fields of the state, as offsets from its beginning.
#[derive(Clone, Copy, Debug)]
pub struct VmLayout {
    /// The [`TraceContext`].
    pub context: i32,
    /// `*mut Value`: the running frame's base. Exits write it.
    pub base: i32,
    /// `*mut Value`: the end of the stack.
    pub stack_limit: i32,
    /// `i64`: units until the next service. Loaded on entry, written at exits.
    pub budget: i32,
    /// `isize`: a step of the collector is due when it is negative.
    pub heap_debt: i32,
    /// `u8`: an object needs a barrier when its flags have one of these bits.
    pub barrier_mask: i32,
}

/// The header of objects. All offsets are of bytes.
#[derive(Clone, Copy, Debug)]
pub struct HeaderLayout {
    /// `u8`: the kind, for values tagged [`encoding::OTHER`].
    pub kind: i32,
    /// `u8`: the collector's flags.
    pub flags: i32,
    /// The kind of threads.
    pub thread: u8,
    /// The kind of foreign data.
    pub cdata: u8,
    /// The kind of prototypes.
    pub proto: u8,
}

/// A node of a table's hash part.
#[derive(Clone, Copy, Debug)]
pub struct NodeLayout {
    /// Its size in bytes.
    pub size: i32,
    /// The value.
    pub value: i32,
    /// The key, a value.
    pub key: i32,
    /// `*mut Node`: the next node of the chain, or null.
    pub next: i32,
}

/// Strings, functions, upvalues, buffers.
#[derive(Clone, Copy, Debug)]
pub struct ObjectLayout {
    /// `u32` in a string: what tables hash it by.
    pub str_hash: i32,
    /// `u8` in a table: not 0 if it places numbers by another hash than [`encoding::hash`].
    pub tab_own_hash: i32,
    /// The first byte of a string.
    pub str_bytes: i32,
    /// `*mut Upvalue` in a Lua function: the first of its upvalues.
    pub func_upvalues: i32,
    /// `u8` in an upvalue: is it closed? 0 or 1.
    pub upvalue_closed: i32,
    /// `*mut Value` in an upvalue: where its value is.
    pub upvalue_place: i32,
    /// The value of a closed upvalue.
    pub upvalue_value: i32,
    /// `usize` in a buffer: how many bytes are in use.
    pub buffer_len: i32,
}

/// How wide a field is in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Width {
    /// One byte, zero-extended.
    Byte,
    /// Four bytes.
    Word,
    /// Eight bytes. An address may be null.
    Quad,
}

/// Where a field is.
#[derive(Clone, Copy, Debug)]
pub struct FieldPlace {
    /// Its offset in the object.
    pub offset: i32,
    /// Its width.
    pub width: Width,
    /// What has to be added to what is read: a function knows its code, which is at a fixed distance from its prototype. Fields with
    /// an addend are never written.
    pub addend: i32,
}

/// How a helper says that it failed, so that the trace is left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trap {
    /// It can't fail.
    Never,
    /// It returns 0. For objects, addresses, and helpers without a result (which return something else otherwise).
    Zero,
    /// It returns a negative `i64`; an int comes zero-extended.
    Negative,
    /// It returns [`encoding::TRAPPED`]. For helpers that return values.
    Marker,
}

/// A helper's address and what to observe when calling it.
#[derive(Clone, Copy, Debug)]
pub struct HelperEntry {
    /// Its address.
    pub address: usize,
    /// How it fails.
    pub trap: Trap,
    /// Does it look at the state's base or budget, or change the budget? Then they are written before the call, and
    /// loaded after it.
    pub sync: bool,
}

macro_rules! op_helpers {
    ($($name:ident = $text:literal, $doc:literal;)*) => {
        /// An operation of the IR, or the rare part of one, that is lowered to a call. The state comes first; addresses of objects
        /// and of values are `u64`.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum OpHelper { $(#[doc = $doc] $name),* }
        impl OpHelper {
            /// All of them, in order.
            pub const ALL: &'static [OpHelper] = &[$(OpHelper::$name),*];
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();
            /// The name in dumps.
            pub const fn name(self) -> &'static str {
                match self { $(OpHelper::$name => $text),* }
            }
        }
    };
}

op_helpers! {
    HashGet = "hash_get", "The rare part of HREF. `(table, key: value bits) -> address` of the value in the hash part or of the shared nil. The key may be NaN, and is not minus zero.";
    NewKey = "new_key", "NEWREF. `(table, key: value bits) -> address` of the new slot, 0 if it fails.";
    TabLen = "tab_len", "LEN. `(table) -> i32`.";
    TabNew = "tab_new", "TNEW. `(array slots: u32, hash bits: u32) -> table`, 0 if it fails. The array is filled with nil.";
    TabDup = "tab_dup", "TDUP. `(template) -> table`, 0 if it fails.";
    FuncNew = "func_new", "FNEW. `(prototype, parent function, base: *mut Value) -> function`, 0 if it fails.";
    UpvalueClose = "upvalue_close", "UCLO. `(slot: *mut Value)`: closes open upvalues from this slot up.";
    StrNew = "str_new", "SNEW and XSNEW. `(bytes: *const u8, length: i32) -> string`, 0 if it fails.";
    CdataNew = "cdata_new", "CNEW. `(type: i32, size: i32) -> cdata`, 0 if it fails; the size is 0 if the operand is absent.";
    CdataNewInit = "cdata_new_init", "CNEWI. `(type: i32, bits: u64) -> cdata`, 0 if it fails.";
    BufPut = "buf_put", "BUFPUT. `(buffer, string) -> buffer`, 0 if it fails.";
    BufPutInt = "buf_put_int", "BUFPUT of an int. `(buffer, i32) -> buffer`, 0 if it fails.";
    BufPutNum = "buf_put_num", "BUFPUT of a number. `(buffer, f64) -> buffer`, 0 if it fails.";
    BufStr = "buf_str", "BUFSTR. `(buffer) -> string`, 0 if it fails.";
    StrOfInt = "str_of_int", "TOSTR int. `(i32) -> string`, 0 if it fails.";
    StrOfNum = "str_of_num", "TOSTR num. `(f64) -> string`, 0 if it fails.";
    StrOfChar = "str_of_char", "TOSTR char. `(i32) -> string`, 0 if it fails.";
    NumOfStr = "num_of_str", "STRTO. `(string) -> value bits` of a number, or nil if it spells none.";
    Pow = "pow", "POW. `(f64, f64) -> f64`.";
    Mod = "mod", "MOD of numbers on processors without SSE4.1. `(f64, f64) -> f64`.";
    Ldexp = "ldexp", "LDEXP. `(f64, i32) -> f64`.";
    Floor = "floor", "FPMATH floor on processors without SSE4.1. `(f64) -> f64`.";
    Ceil = "ceil", "FPMATH ceil on processors without SSE4.1. `(f64) -> f64`.";
    Trunc = "trunc", "FPMATH trunc on processors without SSE4.1. `(f64) -> f64`.";
    Barrier = "barrier", "The rare part of TBAR and OBAR. `(object)`: the object, already traversed, got a reference.";
}

/// The most array slots of a table that machine code makes by itself.
pub const MAX_MADE_SLOTS: usize = 10;

/// How machine code makes a small table without a hash part by itself: it takes the first cell of a list of free ones. Where the list is empty,
/// it calls [`OpHelper::TabNew`].
#[derive(Clone, Copy, Debug)]
pub struct TableMaker {
    /// Per number of array slots: where in the state the list of cells is, and how large these are.
    pub cells: [(i32, i32); MAX_MADE_SLOTS + 1],
    /// Where in a free cell the address of the next one is.
    pub next: i32,
    /// The header.
    pub header: u32,
    /// `u32`: the number of array slots.
    pub asize: i32,
    /// The address of the first array slot, or null if there is none.
    pub array: i32,
    /// The address of the nodes, and what it is where there are none.
    pub node: i32,
    /// See `node`.
    pub no_nodes: usize,
    /// Words of 64 bits that are 0.
    pub zeroes: [i32; 3],
    /// The first array slot.
    pub slots: i32,
}

/// Offsets and addresses. Plain data that the engine fills once.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The state.
    pub vm: VmLayout,
    /// Object headers.
    pub header: HeaderLayout,
    /// Nodes.
    pub node: NodeLayout,
    /// Other objects.
    pub object: ObjectLayout,
    /// Indexed by [`Field`]. Traces that use a field without a place aren't assembled.
    pub fields: [Option<FieldPlace>; Field::ALL.len()],
    /// Indexed by [`Helper`]. Traces that call an absent helper aren't assembled.
    pub helpers: [Option<HelperEntry>; Helper::ALL.len()],
    /// Addresses, indexed by [`OpHelper`]. 0: traces that need it aren't assembled.
    pub ops: [usize; OpHelper::COUNT],
    /// How to make tables, if machine code may.
    pub tables: Option<TableMaker>,
    /// The address of the nil that failed lookups give; `Const::KPtr(0)` stands for it.
    pub nil_slot: usize,
    /// Are all addresses of objects in the lower half of the address space? Then their upper 16 bits are known to be zero, which makes
    /// values of them cheaper.
    pub low_addresses: bool,
    /// Are all in the upper half?
    pub high_addresses: bool,
}

impl Layout {
    /// Where a field is.
    pub const fn field(&self, f: Field) -> Option<FieldPlace> {
        self.fields[f as usize]
    }
    /// How to call a helper.
    pub const fn helper(&self, h: Helper) -> Option<HelperEntry> {
        self.helpers[h as usize]
    }
}

/// What the engine knows about constants of a trace.
pub trait Facts {
    /// What tables hash a constant string by.
    fn str_hash(&self, s: ObjId) -> u32;
    /// RETF: how many slots below a frame's base lies that of the frame below, by the link between them: the address at which that one goes
    /// on, or what else the engine writes there.
    fn frame_delta(&self, link: u64) -> Option<u16>;
}
