//! Full userdata: a block that a host type owns, with a metatable and an environment.

use core::any::Any;
use core::cell::Cell;

extern crate alloc;
use alloc::boxed::Box;

use crate::gc::Header;
use crate::value::{Gc, Table};

/// The bit of a userdata's `header.a` that says that its finalizer is due or has run.
pub(crate) const FINALIZED: u8 = 1;

/// A full userdata. See [`FINALIZED`] for `header.a`.
#[repr(C)]
pub struct Userdata {
    pub(crate) header: Header,
    pub(crate) metatable: Cell<Option<Gc<Table>>>,
    pub(crate) env: Cell<Option<Gc<Table>>>,
    pub(crate) grey_next: Cell<*mut Header>,
    /// The next userdata of the collector's list: of all, or of those that wait for their finalizer.
    pub(crate) next: Cell<*mut Userdata>,
    /// What the host keeps in it. Dropped when the userdata is freed.
    pub(crate) payload: core::cell::RefCell<Option<Box<dyn Any>>>,
}

impl Userdata {
    /// A copy of what the host keeps in it, if it is of that type.
    #[inline]
    pub fn copied<T: Copy + 'static>(&self) -> Option<T> {
        let payload = self.payload.try_borrow().ok()?;
        payload.as_ref()?.downcast_ref().copied()
    }
}
