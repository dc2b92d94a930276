//! The four bytes with which every collected object begins.

use core::cell::Cell;

/// What kind of object a cell holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Kind {
    /// The cell is free. Only the sweeper and the paranoid checks see it.
    Free = 0,
    Str,
    Upvalue,
    Thread,
    Proto,
    Function,
    Cdata,
    Table,
    Userdata,
    Buffer,
}

/// An object's header: its kind, the collector's flags, and two bytes that belong to the kind of object.
///
/// Mark bits are not here but beside the arena's cells. The flags say whether the object has been traversed in the
/// cycle that `Heap::barrier_mask` stands for; see [`crate::gc`].
#[repr(C)]
pub struct Header {
    kind: Kind,
    pub(crate) flags: Cell<u8>,
    /// Owned by the kind of object.
    pub(crate) a: Cell<u8>,
    /// Owned by the kind of object.
    pub(crate) b: Cell<u8>,
}

const _: () = assert!(size_of::<Header>() == 4);

/// The flag of tables that may not be modified. It is in every barrier mask, so that stores into such tables take the slow way.
pub(crate) const READONLY: u8 = 8;

impl Header {
    /// Where the kind is.
    #[cfg(feature = "jit")]
    pub(crate) const KIND_OFFSET: usize = core::mem::offset_of!(Header, kind);
    /// A header for a new, untraversed object.
    #[inline(always)]
    pub const fn new(kind: Kind, a: u8, b: u8) -> Header {
        Header {
            kind,
            flags: Cell::new(0),
            a: Cell::new(a),
            b: Cell::new(b),
        }
    }

    /// The four bytes as they lie in memory.
    #[cfg(feature = "jit")]
    pub(crate) fn to_bits(&self) -> u32 {
        u32::from_ne_bytes([
            self.kind as u8,
            self.flags.get(),
            self.a.get(),
            self.b.get(),
        ])
    }

    /// Sets the collector's flags.
    #[inline(always)]
    pub(crate) fn set_gc_flags(&self, flags: u8) {
        self.flags.set(self.flags.get() & READONLY | flags);
    }

    /// The kind of object.
    #[inline(always)]
    pub const fn kind(&self) -> Kind {
        self.kind
    }
}

/// A type of objects of the collected heap.
///
/// # Safety
/// The type is `repr(C)` and begins with a [`Header`], whose kind is [`Object::KIND`] in every live object.
pub unsafe trait Object {
    /// The kind in the header, or `None` for the header seen alone.
    const KIND: Option<Kind>;
}

// SAFETY: it is the header itself.
unsafe impl Object for Header {
    const KIND: Option<Kind> = None;
}

macro_rules! objects {
    ($($ty:ty => $kind:ident),* $(,)?) => {$(
        // SAFETY: these structs are `repr(C)`, their first field is the header, and only the constructors in `gc`
        // make them, with this kind.
        unsafe impl Object for $ty {
            const KIND: Option<Kind> = Some(Kind::$kind);
        }
        const _: () = assert!(core::mem::offset_of!($ty, header) == 0 && align_of::<$ty>() == 8);
    )*};
}
objects! {
    crate::value::Str => Str,
    crate::value::Upvalue => Upvalue,
    crate::value::Thread => Thread,
    crate::bytecode::Proto => Proto,
    crate::value::Function => Function,
    crate::value::Cdata => Cdata,
    crate::value::Table => Table,
    crate::value::Userdata => Userdata,
    crate::value::Buffer => Buffer,
}
