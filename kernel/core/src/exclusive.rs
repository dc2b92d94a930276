//! One run at a time: whoever comes while another is inside is told that it is busy.

use core::cell::UnsafeCell;
use core::ops::{Deref, DerefMut};
use core::sync::atomic::{AtomicBool, Ordering};

use crate::errno::Errno;
use crate::script::Script;

/// A script that many threads may ask to run.
///
/// Nobody waits: a script that sleeps in a system call would keep others waiting for as long as its peer likes.
pub struct Exclusive {
    busy: AtomicBool,
    script: UnsafeCell<Script>,
}

// SAFETY: a `Guard` is the only way to the script, and there is one at a time. A state may be used by one thread after another: it and
// everything in it (the kernel's value, which is `Send`, the heap's memory, and payloads that only this crate makes) refers to no thread.
unsafe impl Send for Exclusive {}
// SAFETY: as above.
unsafe impl Sync for Exclusive {}

impl Exclusive {
    /// Takes a script in.
    pub fn new(script: Script) -> Exclusive {
        Exclusive {
            busy: AtomicBool::new(false),
            script: UnsafeCell::new(script),
        }
    }

    /// The way in, or `EBUSY`.
    pub fn enter(&self) -> Result<Guard<'_>, Errno> {
        match self
            .busy
            .compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed)
        {
            Ok(_) => Ok(Guard(self)),
            Err(_) => Err(Errno::EBUSY),
        }
    }
}

/// The right to use the script, until it is dropped.
pub struct Guard<'a>(&'a Exclusive);

impl Deref for Guard<'_> {
    type Target = Script;
    fn deref(&self) -> &Script {
        // SAFETY: there is one guard at a time, and this is it.
        unsafe { &*self.0.script.get() }
    }
}

impl DerefMut for Guard<'_> {
    fn deref_mut(&mut self) -> &mut Script {
        // SAFETY: there is one guard at a time, and it is borrowed mutably.
        unsafe { &mut *self.0.script.get() }
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.0.busy.store(false, Ordering::Release);
    }
}
