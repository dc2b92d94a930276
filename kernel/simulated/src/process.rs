//! The process that runs scripts: its memory and its signals.

use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use perilune_kernel::Errno;

/// Pages of the operating system, readable and writable.
pub(crate) struct Pages {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: the pages belong to the value, and are only ever reached by copying, as memory is that a process shares with a kernel.
unsafe impl Send for Pages {}
// SAFETY: as above.
unsafe impl Sync for Pages {}

impl Pages {
    pub fn new(len: usize) -> Option<Pages> {
        if len == 0 {
            return None;
        }
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new mapping at an address of the system's choice overlaps nothing.
        let start = unsafe { libc::mmap(ptr::null_mut(), len, protection, flags, -1, 0) };
        if start == libc::MAP_FAILED {
            return None;
        }
        Some(Pages {
            start: NonNull::new(start.cast())?,
            len,
        })
    }
    pub fn start(&self) -> NonNull<u8> {
        self.start
    }
    pub fn size(&self) -> usize {
        self.len
    }
    /// Where bytes at this address are, if all of them are.
    pub fn check(&self, address: u64, len: usize) -> Option<*mut u8> {
        let offset = usize::try_from(address)
            .ok()?
            .checked_sub(self.start.as_ptr().addr())?;
        let end = offset.checked_add(len)?;
        (end <= self.len).then(|| self.start.as_ptr().wrapping_add(offset))
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: the mapping is the value's own.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.len) };
    }
}

struct Inner {
    memory: Pages,
    used: AtomicUsize,
    killed: AtomicBool,
    signalled: AtomicBool,
}

/// A process. Clones are the same one.
#[derive(Clone)]
pub struct Process(Arc<Inner>);

impl Process {
    /// A process with so much memory; nothing if there is none.
    pub fn new(memory: usize) -> Option<Process> {
        Some(Process(Arc::new(Inner {
            memory: Pages::new(memory)?,
            used: AtomicUsize::new(0),
            killed: AtomicBool::new(false),
            signalled: AtomicBool::new(false),
        })))
    }

    /// The address of `len` bytes of its memory that nobody else gets until [`Process::release`].
    ///
    /// # Panics
    /// If it has no memory left.
    pub fn allocate(&self, len: usize) -> u64 {
        let len = len.next_multiple_of(16);
        let offset = self.0.used.fetch_add(len, Ordering::Relaxed);
        assert!(
            offset + len <= self.0.memory.size(),
            "the process has no memory left"
        );
        (self.0.memory.start().as_ptr().addr() + offset) as u64
    }

    /// How much is allocated, for [`Process::release`].
    pub fn mark(&self) -> usize {
        self.0.used.load(Ordering::Relaxed)
    }

    /// Releases what was allocated since a mark. Where several threads allocate, what they have is lost to them, too.
    pub fn release(&self, mark: usize) {
        self.0.used.store(mark, Ordering::Relaxed);
    }

    /// Puts bytes into its memory, and says where.
    pub fn place(&self, bytes: &[u8]) -> u64 {
        let address = self.allocate(bytes.len());
        let written = self.write(address, bytes);
        debug_assert!(written.is_ok());
        address
    }

    /// Copies bytes out of its memory; `EFAULT` if they aren't all in there.
    pub fn read(&self, address: u64, into: &mut [u8]) -> Result<(), Errno> {
        let from = self.check(address, into.len())?;
        // SAFETY: the bytes are mapped, and `into` is as long. Another thread may write them meanwhile, as another of a process may; they are
        // plain bytes.
        unsafe { ptr::copy_nonoverlapping(from, into.as_mut_ptr(), into.len()) };
        Ok(())
    }

    /// Copies bytes into its memory.
    pub fn write(&self, address: u64, bytes: &[u8]) -> Result<(), Errno> {
        let to = self.check(address, bytes.len())?;
        // SAFETY: as in `read`.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) };
        Ok(())
    }

    /// Where bytes at this address are, if they are all in its memory.
    pub(crate) fn check(&self, address: u64, len: usize) -> Result<*mut u8, Errno> {
        self.0.memory.check(address, len).ok_or(Errno::EFAULT)
    }

    /// Sends it a fatal signal, or takes it back.
    pub fn set_killed(&self, on: bool) {
        self.0.killed.store(on, Ordering::Relaxed);
    }

    /// Sends it a signal that it handles, or takes it back.
    pub fn set_signalled(&self, on: bool) {
        self.0.signalled.store(on, Ordering::Relaxed);
    }

    pub(crate) fn has_to_stop(&self, any_signal: bool) -> bool {
        self.0.killed.load(Ordering::Relaxed)
            || (any_signal && self.0.signalled.load(Ordering::Relaxed))
    }
}
