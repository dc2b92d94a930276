//! The kernel's memory for Rust's allocator and the engine's heap, charged to the process.

extern crate alloc;
use alloc::boxed::Box;
use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use perilune::host::Memory;
use perilune_kernel::Errno;

use crate::shim;

/// The kernel's memory.
#[derive(Clone, Copy)]
pub struct KernelMemory;

#[global_allocator]
static ALLOCATOR: KernelMemory = KernelMemory;

/// Memory for what is never freed: it goes with the module.
#[repr(align(16))]
struct Pool(UnsafeCell<[u8; POOL]>);

const POOL: usize = 2 << 20;

// SAFETY: blocks of the pool are given out once each, while the module is inserted.
unsafe impl Sync for Pool {}

static PERMANENT: Pool = Pool(UnsafeCell::new([0; POOL]));
/// How much of the pool is given out, while that goes on.
static USED: AtomicUsize = AtomicUsize::new(0);
static PREPARING: AtomicBool = AtomicBool::new(false);

/// Does something whose allocations stay for as long as the module. While the module is inserted: nothing else allocates.
pub fn permanently<R>(f: impl FnOnce() -> R) -> R {
    PREPARING.store(true, Ordering::Relaxed);
    let result = f();
    PREPARING.store(false, Ordering::Relaxed);
    result
}

/// A block of the pool.
fn permanent(layout: Layout) -> *mut u8 {
    let start = USED
        .load(Ordering::Relaxed)
        .next_multiple_of(layout.align().min(16));
    let end = start.saturating_add(layout.size());
    if layout.align() > 16 || end > POOL {
        return ptr::null_mut();
    }
    USED.store(end, Ordering::Relaxed);
    PERMANENT.0.get().cast::<u8>().wrapping_add(start)
}

fn is_permanent(block: *mut u8) -> bool {
    let start = PERMANENT.0.get().addr();
    (start..start + POOL).contains(&block.addr())
}

// SAFETY: the kernel's blocks are valid for their layout until they are released, and don't overlap; nor do the pool's.
unsafe impl GlobalAlloc for KernelMemory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if PREPARING.load(Ordering::Relaxed) {
            return permanent(layout);
        }
        // SAFETY: it takes numbers.
        unsafe { shim::pl_allocate(layout.size(), layout.align()) }.cast()
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if is_permanent(block) {
            return;
        }
        // SAFETY: the caller promises that the block is one of `alloc` with this layout.
        unsafe { shim::pl_release(block.cast(), layout.size(), layout.align()) }
    }
}

// SAFETY: as above.
unsafe impl Memory for KernelMemory {
    fn allocate(&self, layout: Layout) -> Option<NonNull<u8>> {
        // SAFETY: it takes numbers.
        NonNull::new(unsafe { shim::pl_allocate(layout.size(), layout.align()) }.cast())
    }
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { shim::pl_release(block.as_ptr().cast(), layout.size(), layout.align()) }
    }
}

/// A box, or nothing if there is no memory for it.
pub fn try_box<T>(value: T) -> Result<Box<T>, Errno> {
    let layout = Layout::new::<T>();
    // SAFETY: the types here aren't of size 0.
    let place = unsafe { alloc::alloc::alloc(layout) }.cast::<T>();
    if place.is_null() {
        return Err(Errno::ENOMEM);
    }
    // SAFETY: the block has the layout of a `T`, from the allocator of boxes.
    unsafe {
        place.write(value);
        Ok(Box::from_raw(place))
    }
}
