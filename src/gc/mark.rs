//! Marking.

use super::header::Header;
use super::heap::Heap;
use crate::value::{Gc, Table, Thread, Upvalue, Userdata, Value};

impl Heap {
    #[cold]
    #[inline(never)]
    pub(super) fn barrier(&mut self, _object: Gc<Header>) {}
    pub(crate) fn note_filled(&mut self, _table: Gc<Table>) {}
    pub(super) fn note_open_thread(&mut self, _thread: Gc<Thread>) {}
    pub(super) fn note_userdata(&mut self, _userdata: Gc<Userdata>) {}
    pub(super) fn closed_upvalue(&mut self, _upvalue: &Upvalue, _value: Value) {}
}
