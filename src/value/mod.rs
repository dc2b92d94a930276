//! Lua values: the NaN-boxed [`Value`], the pointer type [`Gc`] and one file per kind of object.
//!
//! # Encoding
//! A value is 64 bits. Every bit pattern below `0xFFF9 << 48` is an IEEE double; the processor's default NaN
//! (`0xFFF8 << 48`) is among them. Above, the upper 16 bits are a [`Tag`] and the lower 48 bits a payload. Object
//! payloads are addresses, sign-extended from bit 47, so that both halves of a 48-bit address space work.
//!
//! | upper 16 bits | meaning | payload |
//! |---|---|---|
//! | `FFFF` | nil, false, true | all ones, minus 1, minus 2 |
//! | `FFFE` | string | address |
//! | `FFFD` | function | address |
//! | `FFFC` | table | address |
//! | `FFFB` | userdata | address |
//! | `FFFA` | light userdata | segment number and low bits, see [`Value::light`] |
//! | `FFF9` | thread, cdata, prototype, buffer | address, told apart by the object's header |
//!
//! Consequences the interpreter and the machine code rely on: "is a number" is one unsigned comparison of the upper
//! half; "is falsy" is one comparison with `false`, for nil and false are the two largest patterns.

use core::fmt;
use core::ptr::NonNull;

pub mod buffer;
pub(crate) mod bytes;
pub mod cdata;
pub mod function;
pub mod string;
pub mod table;
pub mod thread;
pub mod userdata;

pub use buffer::Buffer;
pub use cdata::Cdata;
pub use function::{Function, Upvalue};
pub use string::Str;
pub use table::Table;
pub use thread::Thread;
pub use userdata::Userdata;

use crate::bytecode::Proto;
use crate::gc::{Header, Kind, Object};

/// A pointer to a live object of the collected heap.
///
/// Copying it is free and roots nothing: collection happens only at the safepoints that `gc` documents, and whatever
/// must survive one has to be reachable from a root there.
#[repr(transparent)]
pub struct Gc<T>(NonNull<T>);

impl<T> Clone for Gc<T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Gc<T> {}
impl<T> PartialEq for Gc<T> {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Gc<T> {}

impl<T> fmt::Debug for Gc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gc({:p})", self.0)
    }
}

impl<T> Gc<T> {
    /// Wraps the address of an object.
    ///
    /// # Safety
    /// `ptr` is an object of type `T` of the heap of the state it will be used with, and stays live while used.
    #[inline(always)]
    pub const unsafe fn from_non_null(ptr: NonNull<T>) -> Self {
        Gc(ptr)
    }

    /// Wraps a raw address.
    ///
    /// # Safety
    /// As for [`Gc::from_non_null`]; `ptr` is not null.
    #[inline(always)]
    pub const unsafe fn from_ptr(ptr: *mut T) -> Self {
        // SAFETY: the caller promises a non-null address.
        Gc(unsafe { NonNull::new_unchecked(ptr) })
    }

    /// The object's address.
    #[inline(always)]
    pub const fn as_ptr(self) -> *mut T {
        self.0.as_ptr()
    }

    /// The object seen through its header only.
    #[inline(always)]
    pub fn erase(self) -> Gc<Header> {
        Gc(self.0.cast())
    }
}

impl<T: Object> core::ops::Deref for Gc<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        if cfg!(feature = "paranoid") {
            // SAFETY: even a freed cell begins with a header.
            let kind = unsafe { self.0.cast::<Header>().as_ref() }.kind();
            match T::KIND {
                Some(wanted) => assert_eq!(kind, wanted, "object of another kind"),
                None => assert_ne!(kind, Kind::Free, "freed object"),
            }
        }
        // SAFETY: a `Gc` points to a live object (its constructors' contract). Objects are mutated through cells
        // only, so a shared reference is always allowed.
        unsafe { self.0.as_ref() }
    }
}

/// The upper 16 bits of a value that is not a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u16)]
#[allow(missing_docs)]
pub enum Tag {
    Other = 0xFFF9,
    Light = 0xFFFA,
    Userdata = 0xFFFB,
    Table = 0xFFFC,
    Function = 0xFFFD,
    Str = 0xFFFE,
    Primitive = 0xFFFF,
}

const SHIFT: u32 = 48;
const PAYLOAD: u64 = (1 << SHIFT) - 1;
/// The first bit pattern that is not a number.
pub const FIRST_TAGGED: u64 = (Tag::Other as u64) << SHIFT;

/// What `type()` tells of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Type {
    Nil,
    Boolean,
    LightUserdata,
    Number,
    String,
    Table,
    Function,
    Userdata,
    Thread,
    Proto,
    Cdata,
}

impl Type {
    /// How many types there are; base metatables are indexed by type.
    pub const COUNT: usize = Type::Cdata as usize + 1;

    /// The name that `type()` returns.
    pub const fn name(self) -> &'static str {
        match self {
            Type::Nil => "nil",
            Type::Boolean => "boolean",
            Type::LightUserdata | Type::Userdata => "userdata",
            Type::Number => "number",
            Type::String => "string",
            Type::Table => "table",
            Type::Function => "function",
            Type::Thread => "thread",
            Type::Proto => "proto",
            Type::Cdata => "cdata",
        }
    }
}

/// A Lua value. Equality is identity of bits; numbers compare as numbers through [`Value::raw_equals`].
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Value(u64);

const _: () = assert!(size_of::<Value>() == 8);

impl Value {
    /// `nil`
    pub const NIL: Value = Value(!0);
    /// `false`
    pub const FALSE: Value = Value(!1);
    /// `true`
    pub const TRUE: Value = Value(!2);

    /// The value's 64 bits.
    #[inline(always)]
    pub const fn to_bits(self) -> u64 {
        self.0
    }

    /// A value from its bits.
    ///
    /// # Safety
    /// `bits` came from [`Value::to_bits`], or are no object tag's, or address a live object of that tag.
    #[inline(always)]
    pub const unsafe fn from_bits(bits: u64) -> Value {
        Value(bits)
    }

    /// A number from anywhere: foreign NaN patterns become the canonical one.
    #[inline(always)]
    pub fn number(n: f64) -> Value {
        let bits = n.to_bits();
        if bits >= FIRST_TAGGED || n.is_nan() {
            Value(0xFFF8 << SHIFT)
        } else {
            Value(bits)
        }
    }

    /// A number that arithmetic on numbers of this encoding produced.
    ///
    /// # Safety
    /// `n` isn't a NaN, or it has a NaN pattern that the processor made out of numbers of this encoding; these stay
    /// below [`FIRST_TAGGED`].
    #[inline(always)]
    pub unsafe fn number_unchecked(n: f64) -> Value {
        if cfg!(feature = "paranoid") {
            Value::number(n)
        } else {
            Value(n.to_bits())
        }
    }

    /// A number from a 32-bit integer.
    #[inline(always)]
    pub fn int(i: i32) -> Value {
        Value(f64::from(i).to_bits())
    }

    /// `true` or `false`.
    #[inline(always)]
    pub const fn boolean(b: bool) -> Value {
        Value(!1 - b as u64)
    }

    #[inline(always)]
    fn object<T>(tag: Tag, p: Gc<T>) -> Value {
        Value((tag as u64) << SHIFT | (p.as_ptr() as u64 & PAYLOAD))
    }

    #[inline(always)]
    fn address<T>(self) -> Gc<T> {
        let sign_extended = ((self.0 << 16) as i64 >> 16) as usize;
        // SAFETY: private; callers checked the tag, and tagged payloads are addresses of live objects.
        unsafe { Gc::from_ptr(core::ptr::with_exposed_provenance_mut(sign_extended)) }
    }

    /// Is it a number?
    #[inline(always)]
    pub const fn is_number(self) -> bool {
        ((self.0 >> 32) as u32) < (FIRST_TAGGED >> 32) as u32
    }
    /// Is it a number, nil, false or true?
    #[inline(always)]
    pub(crate) const fn is_number_or_primitive(self) -> bool {
        const PRIMITIVES: u64 = ((Tag::Primitive as u64) << SHIFT) - FIRST_TAGGED;
        self.0.wrapping_sub(FIRST_TAGGED) >= PRIMITIVES
    }
    /// Is it nil?
    #[inline(always)]
    pub const fn is_nil(self) -> bool {
        self.0 == Value::NIL.0
    }
    /// Is it nil or false?
    #[inline(always)]
    pub const fn is_falsy(self) -> bool {
        self.0 >= Value::FALSE.0
    }
    /// Has it this tag?
    #[inline(always)]
    pub const fn has_tag(self, tag: Tag) -> bool {
        (self.0 >> SHIFT) as u16 == tag as u16
    }
    /// Is it a string?
    #[inline(always)]
    pub const fn is_str(self) -> bool {
        self.has_tag(Tag::Str)
    }
    /// Is it a table?
    #[inline(always)]
    pub const fn is_table(self) -> bool {
        self.has_tag(Tag::Table)
    }
    /// Is it a function?
    #[inline(always)]
    pub const fn is_function(self) -> bool {
        self.has_tag(Tag::Function)
    }

    /// The number, if it is one. Strings are not converted.
    #[inline(always)]
    pub fn as_number(self) -> Option<f64> {
        if self.is_number() {
            Some(f64::from_bits(self.0))
        } else {
            None
        }
    }

    /// The number in a slot, if it holds one. Tests the upper half in memory, and loads the double only then.
    ///
    /// # Safety
    /// `slot` is valid for reads.
    #[inline(always)]
    pub unsafe fn number_at(slot: *const Value) -> Option<f64> {
        // SAFETY: the caller's promise; a value is eight bytes, little or big endian.
        unsafe {
            let upper = *slot
                .cast::<u32>()
                .add(cfg!(target_endian = "little") as usize);
            if upper < (FIRST_TAGGED >> 32) as u32 {
                Some(*slot.cast::<f64>())
            } else {
                None
            }
        }
    }

    /// The bits as a double, whatever they are.
    #[inline(always)]
    pub fn as_number_unchecked(self) -> f64 {
        f64::from_bits(self.0)
    }

    /// The integer, if it is a number with the value of an `i32`. Minus zero counts as 0.
    #[inline(always)]
    pub fn as_int(self) -> Option<i32> {
        if !self.is_number() {
            return None;
        }
        let n = f64::from_bits(self.0);
        let i = n as i32;
        if f64::from(i) == n { Some(i) } else { None }
    }

    /// The boolean, if it is one.
    #[inline(always)]
    pub const fn as_bool(self) -> Option<bool> {
        match self {
            Value::TRUE => Some(true),
            Value::FALSE => Some(false),
            _ => None,
        }
    }

    /// The string, if it is one. Numbers are not converted.
    #[inline(always)]
    pub fn as_str(self) -> Option<Gc<Str>> {
        if self.is_str() {
            Some(self.address())
        } else {
            None
        }
    }
    /// The table, if it is one.
    #[inline(always)]
    pub fn as_table(self) -> Option<Gc<Table>> {
        if self.is_table() {
            Some(self.address())
        } else {
            None
        }
    }
    /// The function, if it is one.
    #[inline(always)]
    pub fn as_function(self) -> Option<Gc<Function>> {
        if self.is_function() {
            Some(self.address())
        } else {
            None
        }
    }
    /// The full userdata, if it is one.
    #[inline(always)]
    pub fn as_userdata(self) -> Option<Gc<Userdata>> {
        if self.has_tag(Tag::Userdata) {
            Some(self.address())
        } else {
            None
        }
    }
    /// The object behind [`Tag::Other`], if its header is of `kind`.
    #[inline]
    fn as_other<T: Object>(self) -> Option<Gc<T>> {
        if self.has_tag(Tag::Other) && Some(self.address::<Header>().kind()) == T::KIND {
            Some(self.address())
        } else {
            None
        }
    }
    /// The coroutine, if it is one.
    #[inline]
    pub fn as_thread(self) -> Option<Gc<Thread>> {
        self.as_other()
    }
    /// The cdata, if it is one.
    #[inline]
    pub fn as_cdata(self) -> Option<Gc<Cdata>> {
        self.as_other()
    }
    /// The prototype, if it is one. Prototypes are constants of other prototypes; no script sees them as values.
    #[inline]
    pub fn as_proto(self) -> Option<Gc<Proto>> {
        self.as_other()
    }

    /// The buffer, if it is one. No script sees them as values.
    #[inline]
    pub fn as_buffer(self) -> Option<Gc<Buffer>> {
        self.as_other()
    }

    /// The object a value refers to, if it refers to one.
    #[inline(always)]
    pub fn as_object(self) -> Option<Gc<Header>> {
        let tag = (self.0 >> SHIFT) as u16;
        if tag >= Tag::Other as u16 && tag != Tag::Light as u16 && tag != Tag::Primitive as u16 {
            Some(self.address())
        } else {
            None
        }
    }

    /// A light userdata with this 48-bit payload. The state maps 64-bit addresses to payloads and back
    /// (`Vm::light_userdata`), so that any 64-bit pattern survives.
    #[inline]
    pub const fn light(payload: u64) -> Value {
        Value((Tag::Light as u64) << SHIFT | (payload & PAYLOAD))
    }
    /// The 48-bit payload of a light userdata.
    #[inline]
    pub const fn as_light(self) -> Option<u64> {
        if self.has_tag(Tag::Light) {
            Some(self.0 & PAYLOAD)
        } else {
            None
        }
    }

    /// The value's type.
    pub fn type_of(self) -> Type {
        if self.is_number() {
            return Type::Number;
        }
        match (self.0 >> SHIFT) as u16 {
            t if t == Tag::Str as u16 => Type::String,
            t if t == Tag::Table as u16 => Type::Table,
            t if t == Tag::Function as u16 => Type::Function,
            t if t == Tag::Userdata as u16 => Type::Userdata,
            t if t == Tag::Light as u16 => Type::LightUserdata,
            t if t == Tag::Primitive as u16 => {
                if self.is_nil() {
                    Type::Nil
                } else {
                    Type::Boolean
                }
            }
            _ => match self.address::<Header>().kind() {
                Kind::Thread => Type::Thread,
                Kind::Proto => Type::Proto,
                _ => Type::Cdata,
            },
        }
    }

    /// Equality without metamethods: numbers by value, all else by identity.
    #[inline(always)]
    pub fn raw_equals(self, other: Value) -> bool {
        if self.is_number() && other.is_number() {
            self.as_number_unchecked() == other.as_number_unchecked()
        } else {
            self.0 == other.0
        }
    }
}

macro_rules! from_object {
    ($($ty:ty => $tag:ident),*) => {$(
        impl From<Gc<$ty>> for Value {
            #[inline(always)]
            fn from(p: Gc<$ty>) -> Value {
                Value::object(Tag::$tag, p)
            }
        }
    )*};
}
from_object!(Str => Str, Table => Table, Function => Function, Userdata => Userdata, Thread => Other, Cdata => Other, Proto => Other, Buffer => Other);

impl From<bool> for Value {
    #[inline(always)]
    fn from(b: bool) -> Value {
        Value::boolean(b)
    }
}
impl From<f64> for Value {
    #[inline(always)]
    fn from(n: f64) -> Value {
        Value::number(n)
    }
}
impl From<i32> for Value {
    #[inline(always)]
    fn from(i: i32) -> Value {
        Value::int(i)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Value::NIL => f.write_str("nil"),
            Value::TRUE => f.write_str("true"),
            Value::FALSE => f.write_str("false"),
            v if v.is_number() => write!(f, "{}", v.as_number_unchecked()),
            v => write!(f, "{:04x}:{:012x}", v.0 >> SHIFT, v.0 & PAYLOAD),
        }
    }
}
