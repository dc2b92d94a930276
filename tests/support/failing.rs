//! The program's allocator, which a test can make run dry: the engine's own `Vec`s and boxes come from it, too.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Bytes that this thread may still get, or all of them if negative.
    static LEFT: Cell<isize> = const { Cell::new(UNLIMITED) };
    /// Was something refused?
    static REFUSED: Cell<bool> = const { Cell::new(false) };
}

const UNLIMITED: isize = isize::MIN;

/// Lets this thread have only so many bytes more than it has now.
pub fn arm(bytes: usize) {
    REFUSED.set(false);
    LEFT.set(isize::try_from(bytes).unwrap_or(isize::MAX));
}

/// No more failures. Was something refused?
pub fn disarm() -> bool {
    LEFT.set(UNLIMITED);
    REFUSED.get()
}

/// Does something of the test's own, which doesn't count.
pub fn pause<T>(f: impl FnOnce() -> T) -> T {
    let left = LEFT.replace(UNLIMITED);
    let result = f();
    LEFT.set(left);
    result
}

struct Failing;

#[global_allocator]
static ALLOCATOR: Failing = Failing;

// SAFETY: requests that don't fail go to the system.
unsafe impl GlobalAlloc for Failing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let left = LEFT.get();
        if left != UNLIMITED {
            let size = layout.size() as isize;
            if size > left {
                REFUSED.set(true);
                return std::ptr::null_mut();
            }
            LEFT.set(left - size);
        }
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let left = LEFT.get();
        if left != UNLIMITED {
            LEFT.set(left.saturating_add(layout.size() as isize));
        }
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(block, layout) }
    }
}
