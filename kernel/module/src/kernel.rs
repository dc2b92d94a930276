//! The kernel as a script sees it.

extern crate alloc;
use alloc::boxed::Box;
use core::ffi::c_void;
use core::ptr::{self, NonNull};

use perilune::host::ExecutableMemory;
use perilune_kernel::Errno;
use perilune_kernel::kernel::{
    Address, AddressLayout, Clock, Control, Direction, Identity, Kernel, MAX_ADDRESS, MAX_PIECES,
    Moment, PollEntry, Received, Result, Whence,
};
use perilune_kernel::memory::{Place, Source, Target};
use perilune_kernel::slots::{Slot, Slots};

use crate::code::CodeMemory;
use crate::shim::{self, BatchSlots, Piece, PollFd};
use crate::system::{checked, system};

/// No position: the descriptor's own.
const HERE: i64 = -1;

/// Memory that is shared with the process.
struct Region {
    start: NonNull<u8>,
    len: usize,
    /// What it was made of, for its release.
    pages: *mut c_void,
}

/// Memory that is reserved for a script, on the account of whoever loaded it. On Linux nothing is: blocks are charged as they are allocated.
pub struct Reservation {
    owner: *mut c_void,
    size: usize,
}

impl Reservation {
    /// For so many bytes at most; `owner` is the C side's, and lives as long as the script.
    pub fn new(owner: *mut c_void, size: usize) -> Result<Reservation> {
        // SAFETY: the owner came from the C side.
        if unsafe { shim::pl_reserve(owner, size) } {
            Ok(Reservation { owner, size })
        } else {
            Err(Errno::ENOMEM)
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        // SAFETY: `new` reserved it.
        unsafe { shim::pl_unreserve(self.owner, self.size) }
    }
}

/// The kernel for one script: its region, and how much machine code it may have.
pub struct Native {
    region: Option<Region>,
    code: usize,
    hardened: bool,
}

// SAFETY: the region is plain memory of the kernel, which no thread owns.
unsafe impl Send for Native {}

impl Native {
    /// For calls that copy from and to the process only.
    pub const PLAIN: Native = Native {
        region: None,
        code: 0,
        hardened: true,
    };

    /// With a region of so many bytes, or none for 0, and machine code of at most so many, which has measures against hostile scripts or not.
    pub fn new(
        owner: *mut c_void,
        region: usize,
        code: usize,
        hardened: bool,
    ) -> Result<Native> {
        let mut native = Native {
            region: None,
            code,
            hardened,
        };
        if region > 0 {
            let mut pages = ptr::null_mut();
            // SAFETY: the owner came from the C side; the pages' list is told at a place for it.
            let start = unsafe { shim::pl_region_allocate(owner, region, &raw mut pages) };
            let start = NonNull::new(start).ok_or(Errno::ENOMEM)?;
            native.region = Some(Region {
                start,
                len: region,
                pages,
            });
        }
        Ok(native)
    }
}

impl Native {
    /// The region, its size, and what it was made of; nulls if there is none.
    pub fn region_parts(&self) -> (*mut u8, usize, *mut c_void) {
        match &self.region {
            Some(region) => (region.start.as_ptr(), region.len, region.pages),
            None => (ptr::null_mut(), 0, ptr::null_mut()),
        }
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        if let Some(region) = &self.region {
            // SAFETY: `new` allocated it. What the process has mapped of it stays there for the process.
            unsafe {
                shim::pl_region_release(region.start.as_ptr(), region.len, region.pages);
            }
        }
    }
}

/// The pieces of a call, which are all of the kernel or all of the process.
struct Pieces {
    items: [Piece; MAX_PIECES],
    count: u32,
    user: bool,
}

impl Pieces {
    fn new(places: impl Iterator<Item = (Place, usize)>) -> Result<Pieces> {
        let mut pieces = Pieces {
            items: [Piece { address: 0, len: 0 }; MAX_PIECES],
            count: 0,
            user: false,
        };
        for (place, len) in places {
            let (address, user) = match place {
                Place::Kernel(start) => (start.addr() as u64, false),
                Place::User(address) => (address, true),
            };
            if pieces.count == 0 {
                pieces.user = user;
            } else if pieces.user != user {
                return Err(Errno::EINVAL);
            }
            let item = pieces
                .items
                .get_mut(pieces.count as usize)
                .ok_or(Errno::EINVAL)?;
            *item = Piece {
                address,
                len: len as u64,
            };
            pieces.count += 1;
        }
        Ok(pieces)
    }
    fn of_targets(targets: &[Target<'_>]) -> Result<Pieces> {
        Pieces::new(targets.iter().map(|t| (t.place(), t.len())))
    }
    fn of_sources(sources: &[Source<'_>]) -> Result<Pieces> {
        Pieces::new(sources.iter().map(|s| (s.place(), s.len())))
    }
}

/// Slots for the C side, which knows where in a slot what is.
fn batch_slots(slots: Slots<'_>) -> Result<BatchSlots> {
    const { assert!(Slot::MESSAGE == 8 + MAX_ADDRESS) };
    Ok(BatchSlots {
        start: slots.start().addr() as u64,
        count: u32::try_from(slots.len()).map_err(|_| Errno::EINVAL)?,
        size: u32::try_from(slots.size()).map_err(|_| Errno::EINVAL)?,
        stride: Slots::stride(slots.size()) as u64,
    })
}

fn size(result: i64) -> Result<usize> {
    checked(result).map(|n| n as usize)
}

fn int(result: i32) -> Result<i32> {
    checked(result.into()).map(|n| n as i32)
}

fn position(at: Option<u64>) -> Result<i64> {
    match at {
        None => Ok(HERE),
        Some(at) => i64::try_from(at).map_err(|_| Errno::EINVAL),
    }
}

// SAFETY: the region is allocated once, and released when the value is dropped.
unsafe impl Kernel for Native {
    fn copy_in(&mut self, address: u64, into: &mut [u8]) -> Result<()> {
        // SAFETY: `into` may be written; the address is checked there.
        int(unsafe { shim::pl_copy_in(into.as_mut_ptr(), address, into.len()) }).map(|_| ())
    }
    fn copy_out(&mut self, address: u64, bytes: &[u8]) -> Result<()> {
        // SAFETY: the bytes may be read; the address is checked there.
        int(unsafe { shim::pl_copy_out(address, bytes.as_ptr(), bytes.len()) }).map(|_| ())
    }
    fn region(&self) -> Option<(NonNull<u8>, usize)> {
        self.region.as_ref().map(|r| (r.start, r.len))
    }

    fn read(&mut self, fd: i32, into: &[Target<'_>], at: Option<u64>) -> Result<usize> {
        let p = Pieces::of_targets(into)?;
        let at = position(at)?;
        // SAFETY: the pieces are memory that may be written, or addresses that are checked there.
        size(unsafe { shim::pl_read(fd, p.items.as_ptr(), p.count, p.user, at) })
    }
    fn write(&mut self, fd: i32, from: &[Source<'_>], at: Option<u64>) -> Result<usize> {
        let p = Pieces::of_sources(from)?;
        let at = position(at)?;
        // SAFETY: the pieces are memory that may be read, or addresses that are checked there.
        size(unsafe { shim::pl_write(fd, p.items.as_ptr(), p.count, p.user, at) })
    }
    fn receive(
        &mut self,
        fd: i32,
        into: &[Target<'_>],
        flags: i32,
        sender: &mut Address,
    ) -> Result<Received> {
        let p = Pieces::of_targets(into)?;
        let (mut address_len, mut message_flags) = (0, 0);
        // SAFETY: as in `read`; there is room for any address.
        let len = size(unsafe {
            shim::pl_receive(
                fd,
                p.items.as_ptr(),
                p.count,
                p.user,
                flags,
                sender.room().as_mut_ptr(),
                &raw mut address_len,
                &raw mut message_flags,
            )
        })?;
        Ok(Received::new(
            len,
            message_flags,
            sender,
            address_len as usize,
        ))
    }
    fn send(
        &mut self,
        fd: i32,
        from: &[Source<'_>],
        flags: i32,
        receiver: &Address,
    ) -> Result<usize> {
        let p = Pieces::of_sources(from)?;
        let address = receiver.as_bytes();
        let start = if address.is_empty() {
            ptr::null()
        } else {
            address.as_ptr()
        };
        // SAFETY: as in `write`.
        size(unsafe {
            shim::pl_send(
                fd,
                p.items.as_ptr(),
                p.count,
                p.user,
                flags | system().no_signal,
                start,
                address.len() as u32,
            )
        })
    }
    fn receive_batch(&mut self, fd: i32, into: Slots<'_>, flags: i32) -> Result<(usize, usize)> {
        let slots = batch_slots(into)?;
        let mut bytes = 0;
        // SAFETY: the slots can be written, and the layout is theirs.
        let count =
            size(unsafe { shim::pl_receive_batch(fd, &raw const slots, flags, &raw mut bytes) })?;
        Ok((count, bytes as usize))
    }
    fn send_batch(&mut self, fd: i32, from: Slots<'_>, flags: i32) -> Result<(usize, usize)> {
        let slots = batch_slots(from)?;
        let flags = flags | system().no_signal;
        let mut bytes = 0;
        // SAFETY: the slots can be read, and the layout is theirs.
        let count =
            size(unsafe { shim::pl_send_batch(fd, &raw const slots, flags, &raw mut bytes) })?;
        Ok((count, bytes as usize))
    }
    fn poll(&mut self, entries: &mut [PollEntry], milliseconds: i32) -> Result<usize> {
        const MOST: usize = 64;
        let mut polled = [PollFd {
            fd: -1,
            events: 0,
            revents: 0,
        }; MOST];
        let polled = polled.get_mut(..entries.len()).ok_or(Errno::EINVAL)?;
        for (to, entry) in polled.iter_mut().zip(&*entries) {
            to.fd = entry.descriptor;
            to.events = entry.events;
        }
        // SAFETY: the entries are that many.
        let count =
            int(unsafe { shim::pl_poll(polled.as_mut_ptr(), polled.len() as u32, milliseconds) })?;
        for (entry, polled) in entries.iter_mut().zip(polled) {
            entry.happened = polled.revents;
        }
        Ok(count as usize)
    }
    fn accept(&mut self, fd: i32, flags: i32, peer: &mut Address) -> Result<i32> {
        let mut len = 0;
        // SAFETY: there is room for any address.
        let accepted =
            int(unsafe { shim::pl_accept(fd, flags, peer.room().as_mut_ptr(), &raw mut len) })?;
        peer.set_len((len as usize).min(MAX_ADDRESS));
        Ok(accepted)
    }
    fn close(&mut self, fd: i32) -> Result<()> {
        // SAFETY: it takes a number.
        int(unsafe { shim::pl_close(fd) }).map(|_| ())
    }
    fn control(&mut self, fd: i32, command: Control) -> Result<i32> {
        let (command, argument) = match command {
            Control::Duplicate(least) => (0, least),
            Control::GetFlags => (1, 0),
            Control::SetFlags(flags) => (2, flags),
            Control::GetStatus => (3, 0),
            Control::SetStatus(flags) => (4, flags),
        };
        // SAFETY: it takes numbers.
        int(unsafe { shim::pl_control(fd, command, argument) })
    }
    fn seek(&mut self, fd: i32, offset: i64, whence: Whence) -> Result<u64> {
        let whence = match whence {
            Whence::Start => 0,
            Whence::Current => 1,
            Whence::End => 2,
        };
        // SAFETY: it takes numbers.
        checked(unsafe { shim::pl_seek(fd, offset, whence) }).map(|n| n as u64)
    }
    fn shut_down(&mut self, fd: i32, direction: Direction) -> Result<()> {
        let how = match direction {
            Direction::Receive => 0,
            Direction::Send => 1,
            Direction::Both => 2,
        };
        // SAFETY: it takes numbers.
        int(unsafe { shim::pl_shut_down(fd, how) }).map(|_| ())
    }

    fn clock(&mut self, clock: Clock) -> Result<Moment> {
        let clock = match clock {
            Clock::Monotonic => 0,
            Clock::Realtime => 1,
            Clock::Thread => 2,
        };
        let mut moment = Moment {
            seconds: 0,
            nanoseconds: 0,
        };
        // SAFETY: there is room for a time.
        unsafe { shim::pl_clock(clock, &raw mut moment.seconds, &raw mut moment.nanoseconds) };
        Ok(moment)
    }
    fn sleep(&mut self, nanoseconds: u64) -> Result<()> {
        // SAFETY: it takes a number.
        int(unsafe { shim::pl_sleep(nanoseconds) }).map(|_| ())
    }
    fn identity(&mut self, which: Identity) -> i64 {
        // SAFETY: it takes a number.
        unsafe { shim::pl_identity(which as i32) }
    }

    fn has_to_stop(&mut self, any_signal: bool) -> bool {
        // SAFETY: it takes a boolean.
        unsafe { shim::pl_has_to_stop(any_signal) }
    }
    fn entropy(&mut self) -> [u64; 2] {
        let mut bits = [0; 2];
        // SAFETY: there is room for 16 bytes.
        unsafe { shim::pl_entropy(bits.as_mut_ptr(), size_of_val(&bits)) };
        bits
    }

    fn hardening(&self) -> &'static [&'static str] {
        // SAFETY: it takes nothing.
        match (self.hardened, unsafe { shim::pl_wants_endbr() }) {
            (true, true) => &["blind", "mask", "place", "endbr"],
            (true, false) => &["blind", "mask", "place"],
            (false, true) => &["endbr"],
            (false, false) => &[],
        }
    }
    fn executable_memory(&mut self) -> Option<Box<dyn ExecutableMemory>> {
        CodeMemory::reserve(self.code)
    }

    fn dont_wait(&self) -> i32 {
        system().dont_wait
    }
    fn constants(&self) -> &'static [(&'static str, i32)] {
        system().constants
    }
    fn address_layout(&self) -> AddressLayout {
        let layout = &system().address_layout;
        AddressLayout {
            has_length: layout.has_length,
            inet: layout.inet,
            inet6: layout.inet6,
        }
    }
}
