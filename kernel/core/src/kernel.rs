//! What the scripts' world needs of a kernel: the calling process's memory, descriptors, clocks and signals.
//!
//! Everything is done for the process that runs the script, with its rights and by the kernel's own checks.
//! Calls may sleep, and end with `EINTR` when the process has a signal to deal with.

extern crate alloc;
use core::ptr::NonNull;

use crate::errno::Errno;
use crate::memory::{Source, Target};
use crate::slots::Slots;

/// How a call ends.
pub type Result<T> = core::result::Result<T, Errno>;

/// The most pieces that a vectored call takes.
pub const MAX_PIECES: usize = 16;

/// The longest socket address in bytes.
pub const MAX_ADDRESS: usize = 128;

/// A socket address as the kernel lays it out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Address {
    bytes: [u8; MAX_ADDRESS],
    len: u8,
}

impl Default for Address {
    fn default() -> Address {
        Address::NONE
    }
}

impl Address {
    /// No address.
    pub const NONE: Address = Address {
        bytes: [0; MAX_ADDRESS],
        len: 0,
    };

    /// The address with these bytes, if they aren't too many.
    pub fn new(bytes: &[u8]) -> Option<Address> {
        let mut address = Address::NONE;
        address.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        address.len = bytes.len() as u8;
        Some(address)
    }
    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
    /// Room for any address, to be filled by the kernel; then [`Address::set_len`].
    pub fn room(&mut self) -> &mut [u8; MAX_ADDRESS] {
        &mut self.bytes
    }
    /// Says how long it is; what is too long is cut.
    pub fn set_len(&mut self, len: usize) {
        self.len = len.min(MAX_ADDRESS) as u8;
    }
}

/// How socket addresses are laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AddressLayout {
    /// Does an address begin with its length in a byte, and the family in another, rather than with the family in two?
    pub has_length: bool,
    /// The family of IPv4.
    pub inet: u8,
    /// The family of IPv6.
    pub inet6: u8,
}

/// What came of receiving.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Received {
    /// How many bytes there are; with some flags more than fit.
    pub len: usize,
    /// The message's flags.
    pub flags: i32,
}

impl Received {
    /// A message whose sender's address the kernel has put into `sender`, and how long that is.
    pub fn new(len: usize, flags: i32, sender: &mut Address, address_len: usize) -> Received {
        sender.set_len(address_len);
        Received { len, flags }
    }
}

/// A descriptor to wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PollEntry {
    /// The descriptor; negative ones are ignored.
    pub descriptor: i32,
    /// What to wait for.
    pub events: i16,
    /// What has happened.
    pub happened: i16,
}

/// Commands of `fcntl` that scripts may give.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Control {
    /// The status flags.
    GetStatus,
    /// Sets them.
    SetStatus(i32),
    /// The descriptor's flags.
    GetFlags,
    /// Sets them.
    SetFlags(i32),
    /// A copy of the descriptor, not below this number.
    Duplicate(i32),
}

/// Where seeking counts from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Whence {
    Start,
    Current,
    End,
}

/// Which directions of a connection to shut down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Direction {
    Receive,
    Send,
    Both,
}

/// Which clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Clock {
    /// Time since some moment in the past; never goes back.
    Monotonic,
    /// Time since the beginning of 1970, UTC.
    Realtime,
    /// Processor time that the calling thread has used.
    Thread,
}

/// A moment of a clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// Whole seconds.
    pub seconds: i64,
    /// The rest in nanoseconds.
    pub nanoseconds: u32,
}

/// Who the process is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Identity {
    Process,
    Thread,
    Parent,
    User,
    EffectiveUser,
    Group,
    EffectiveGroup,
}

/// A kernel, as the process that runs a script sees it.
///
/// All numbers (flags of calls and of messages, events) are the kernel's own; [`Kernel::constants`] tells scripts their names.
///
/// # Safety
/// [`Kernel::region`] is memory that can be read and written for as long as the kernel's value lives, and always the same.
pub unsafe trait Kernel: Send {
    // ---- the process's memory ----

    /// Copies bytes from the process, each of them once. `EFAULT` if there are none.
    fn copy_in(&mut self, address: u64, into: &mut [u8]) -> Result<()>;
    /// Copies bytes to the process.
    fn copy_out(&mut self, address: u64, bytes: &[u8]) -> Result<()>;
    /// The memory that is shared with the process, if there is any.
    fn region(&self) -> Option<(NonNull<u8>, usize)> {
        None
    }

    // ---- descriptors ----

    /// Reads, from the descriptor's own position or from that.
    fn read(
        &mut self,
        descriptor: i32,
        into: &[Target<'_>],
        position: Option<u64>,
    ) -> Result<usize>;
    /// Writes likewise.
    fn write(
        &mut self,
        descriptor: i32,
        from: &[Source<'_>],
        position: Option<u64>,
    ) -> Result<usize>;
    /// Receives a message, and tells who sent it.
    fn receive(
        &mut self,
        descriptor: i32,
        into: &[Target<'_>],
        flags: i32,
        sender: &mut Address,
    ) -> Result<Received>;
    /// Sends a message, to an address or to whom the socket is connected.
    fn send(
        &mut self,
        descriptor: i32,
        from: &[Source<'_>],
        flags: i32,
        receiver: &Address,
    ) -> Result<usize>;
    /// Receives messages into slots, and says how many and how many bytes they are. It waits for the first, unless the flags say otherwise, and
    /// takes what else is there; it fails only if the first one does.
    fn receive_batch(
        &mut self,
        descriptor: i32,
        into: Slots<'_>,
        flags: i32,
    ) -> Result<(usize, usize)> {
        let (mut count, mut bytes) = (0, 0);
        let mut flags = flags;
        while let Some(slot) = into.get(count) {
            let mut sender = Address::NONE;
            let room = [slot.message(into.size())];
            match self.receive(descriptor, &room, flags, &mut sender) {
                Ok(received) => {
                    let len = received.len.min(into.size());
                    slot.set_len(len);
                    slot.set_address(&sender);
                    count += 1;
                    bytes += len;
                }
                Err(errno) if count == 0 => return Err(errno),
                Err(_) => break,
            }
            flags |= self.dont_wait();
        }
        Ok((count, bytes))
    }
    /// Sends the messages of slots, each to its address, until one fails, likewise.
    fn send_batch(
        &mut self,
        descriptor: i32,
        from: Slots<'_>,
        flags: i32,
    ) -> Result<(usize, usize)> {
        let (mut count, mut bytes) = (0, 0);
        while let Some(slot) = from.get(count) {
            let message = [slot.message(slot.len()).as_source()];
            match self.send(descriptor, &message, flags, &slot.address()) {
                Ok(len) => {
                    count += 1;
                    bytes += len;
                }
                Err(errno) if count == 0 => return Err(errno),
                Err(_) => break,
            }
        }
        Ok((count, bytes))
    }
    /// Waits until something happens to one of the descriptors, at most so many milliseconds (negative: for ever), and says to how many.
    fn poll(&mut self, entries: &mut [PollEntry], milliseconds: i32) -> Result<usize>;
    /// Accepts a connection: its descriptor.
    fn accept(&mut self, descriptor: i32, flags: i32, peer: &mut Address) -> Result<i32>;
    /// Closes a descriptor.
    fn close(&mut self, descriptor: i32) -> Result<()>;
    /// Asks for flags or sets them.
    fn control(&mut self, descriptor: i32, command: Control) -> Result<i32>;
    /// Moves the descriptor's position.
    fn seek(&mut self, descriptor: i32, offset: i64, whence: Whence) -> Result<u64>;
    /// Ends one direction of a connection, or both.
    fn shut_down(&mut self, descriptor: i32, direction: Direction) -> Result<()>;

    // ---- time, identity ----

    /// What a clock says.
    fn clock(&mut self, clock: Clock) -> Result<Moment>;
    /// Sleeps so many nanoseconds.
    fn sleep(&mut self, nanoseconds: u64) -> Result<()>;
    /// A number of the process's identity.
    fn identity(&mut self, which: Identity) -> i64;

    // ---- running ----

    /// Lets others run if their turn has come, and says whether the run has to stop: because the process is being killed, or, if
    /// `any_signal`, because any signal waits for it. Asked about every millisecond.
    fn has_to_stop(&mut self, any_signal: bool) -> bool;
    /// What a script prints; false if it is to be kept for the process.
    fn print(&mut self, _bytes: &[u8]) -> bool {
        false
    }
    /// 128 unpredictable bits.
    fn entropy(&mut self) -> [u64; 2];
    /// Measures that machine code has against the scripts that it is made of, by the names that `jit.opt` has for them.
    fn hardening(&self) -> &'static [&'static str] {
        &["blind", "mask", "place"]
    }
    /// Memory for machine code; none if scripts are only to be interpreted.
    #[cfg(feature = "jit")]
    fn executable_memory(
        &mut self,
    ) -> Option<alloc::boxed::Box<dyn perilune::host::ExecutableMemory>> {
        None
    }

    // ---- what the numbers mean ----

    /// The flag with which receiving doesn't wait.
    fn dont_wait(&self) -> i32;
    /// Names of flags and events.
    fn constants(&self) -> &'static [(&'static str, i32)];
    /// How addresses look.
    fn address_layout(&self) -> AddressLayout;
}
