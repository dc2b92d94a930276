//! Boxes whose allocation may fail, and bytes of values that are alive.

extern crate alloc;
use alloc::boxed::Box;
use core::alloc::Layout;
use core::ptr::NonNull;

use perilune::value::Value;
use perilune::vm::Vm;

/// A box, if there is memory for it.
pub(crate) fn try_box<T>(value: T) -> Option<Box<T>> {
    let layout = Layout::new::<T>();
    if layout.size() == 0 {
        return Some(Box::new(value));
    }
    // SAFETY: the layout isn't of size 0.
    let place = NonNull::new(unsafe { alloc::alloc::alloc(layout) }.cast::<T>())?;
    // SAFETY: the block has the layout of a `T` and comes from the allocator that boxes use.
    unsafe {
        place.write(value);
        Some(Box::from_raw(place.as_ptr()))
    }
}

/// The bytes of a string that is among the last run's results or its error. While the state is borrowed nothing is collected.
pub(crate) fn bytes_of(_vm: &Vm, value: Value) -> Option<&[u8]> {
    let string = value.as_str()?;
    // SAFETY: results and errors are roots, and objects don't move; the state can't be changed while it is borrowed.
    Some(unsafe { &*string.as_ptr() }.as_bytes())
}
