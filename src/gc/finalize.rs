//! Finalizers: userdata that died and has a `__gc` metamethod lives on until the state has called it.

use core::ptr::{self, NonNull};

use super::heap::Heap;
use super::mark::is_marked;
use crate::value::userdata::FINALIZED;
use crate::value::{Gc, Userdata, Value};

/// All userdata, the newest first, and those whose finalizers are due, in the order in which they are to run.
pub(super) struct UserdataLists {
    all: *mut Userdata,
    pending: *mut Userdata,
    last_pending: *mut Userdata,
}

impl UserdataLists {
    pub const EMPTY: UserdataLists = UserdataLists {
        all: ptr::null_mut(),
        pending: ptr::null_mut(),
        last_pending: ptr::null_mut(),
    };
}

impl Heap {
    /// Enters a new userdata into the list of all.
    pub(super) fn note_userdata(&mut self, userdata: Gc<Userdata>) {
        userdata.next.set(self.gc.userdata.all);
        self.gc.userdata.all = userdata.as_ptr();
    }

    fn finalizer(&self, userdata: &Userdata) -> Value {
        match (userdata.metatable.get(), self.gc.gc_name) {
            (Some(metatable), Some(name)) => metatable.get_str(name),
            _ => Value::NIL,
        }
    }

    /// Moves the userdata whose finalizers are due to the pending list: those that are white, or all. White ones
    /// without a finalizer leave the list, for they are going to be freed.
    pub(super) fn separate_userdata(&mut self, all: bool) {
        let mut next = self.gc.userdata.all;
        let mut kept: *mut Userdata = ptr::null_mut();
        self.gc.userdata.all = ptr::null_mut();
        // SAFETY: the list holds userdata that isn't freed yet.
        while let Some(u) = unsafe { next.as_ref() } {
            let this = next;
            next = u.next.replace(ptr::null_mut());
            // SAFETY: as above.
            let is_white = unsafe { !is_marked(this) };
            let is_due = (is_white || all)
                && u.header.a.get() & FINALIZED == 0
                && !self.finalizer(u).is_nil();
            let list_end = if is_due {
                u.header.a.set(u.header.a.get() | FINALIZED);
                &mut self.gc.userdata.last_pending
            } else if is_white && !all {
                continue;
            } else {
                &mut kept
            };
            // SAFETY: as above.
            match unsafe { list_end.as_ref() } {
                Some(last) => last.next.set(this),
                None if is_due => self.gc.userdata.pending = this,
                None => self.gc.userdata.all = this,
            }
            if is_due {
                self.gc.userdata.last_pending = this;
            } else {
                kept = this;
            }
        }
    }

    /// Marks the userdata whose finalizers are due.
    pub(super) fn mark_pending(&mut self) {
        let mut next = self.gc.userdata.pending;
        while let Some(u) = NonNull::new(next) {
            // SAFETY: pending userdata is kept alive.
            unsafe {
                next = u.as_ref().next.get();
                self.mark_object(Gc::from_non_null(u).erase());
            }
        }
    }

    /// Is there userdata whose finalizer is to be called?
    #[inline(always)]
    pub fn has_finalizable(&self) -> bool {
        !self.gc.userdata.pending.is_null()
    }

    /// The next userdata whose finalizer is to be called: the newest of those that died first. It is an ordinary object again, and
    /// will not be finalized a second time. Look its `__gc` up now; it may have gone.
    pub fn next_finalizable(&mut self) -> Option<Gc<Userdata>> {
        let first = NonNull::new(self.gc.userdata.pending)?;
        // SAFETY: pending userdata is kept alive.
        let userdata = unsafe { Gc::from_non_null(first) };
        self.gc.userdata.pending = userdata.next.get();
        if self.gc.userdata.pending.is_null() {
            self.gc.userdata.last_pending = ptr::null_mut();
        }
        self.note_userdata(userdata);
        Some(userdata)
    }

    /// Makes the finalizers of all userdata due, as closing a state does.
    pub fn finalize_all(&mut self) {
        self.separate_userdata(true);
    }
}
