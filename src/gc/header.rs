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
}

/// An object's header: its kind, the collector's flags, and two bytes that belong to the kind of object.
///
/// Mark bits are not here but beside the arena's cells. The flags say whether the object has been traversed in the
/// cycle that `Heap::barrier_mask` stands for; see `gc::barrier`.
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

impl Header {
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

    /// The kind of object.
    #[inline(always)]
    pub const fn kind(&self) -> Kind {
        self.kind
    }
}
