//! The kernel's services, by the system calls of the process that simulates it.

use std::hash::{BuildHasher, RandomState};
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use perilune_kernel::Errno;
use perilune_kernel::kernel::{
    Address, AddressLayout, Clock, Control, Direction, Identity, Kernel, MAX_ADDRESS, MAX_PIECES,
    Moment, PollEntry, Received, Result, Whence,
};
use perilune_kernel::memory::{Place, Source, Target};

use crate::constants::CONSTANTS;
use crate::errno::last;
use crate::process::{Pages, Process};

/// Gives a script memory for machine code.
#[cfg(feature = "jit")]
pub type CodeMemory = fn() -> Option<Box<dyn perilune::host::ExecutableMemory>>;

/// A kernel as one script sees it.
pub struct SimulatedKernel {
    process: Process,
    region: Option<Arc<Pages>>,
    print: bool,
    interrupt: Option<fn() -> bool>,
    #[cfg(feature = "jit")]
    code: Option<CodeMemory>,
}

impl SimulatedKernel {
    /// A kernel that runs scripts of a process.
    pub fn new(process: &Process) -> SimulatedKernel {
        SimulatedKernel {
            process: process.clone(),
            region: None,
            print: false,
            interrupt: None,
            #[cfg(feature = "jit")]
            code: None,
        }
    }
    /// What scripts print goes to the standard output.
    pub fn printing(mut self) -> SimulatedKernel {
        self.print = true;
        self
    }
    /// Runs stop when this says so, and calls don't wait then.
    pub fn interrupted_by(mut self, interrupt: fn() -> bool) -> SimulatedKernel {
        self.interrupt = Some(interrupt);
        self
    }
    /// Machine code goes into memory of this.
    #[cfg(feature = "jit")]
    pub fn compiling(mut self, code: CodeMemory) -> SimulatedKernel {
        self.code = Some(code);
        self
    }
    pub(crate) fn with_region(mut self, region: Option<Arc<Pages>>) -> SimulatedKernel {
        self.region = region;
        self
    }

    /// Is the process being killed? Calls that may wait fail then, as they would again and again in a kernel.
    fn check_killed(&self) -> Result<()> {
        if self.process.has_to_stop(false) || self.interrupt.is_some_and(|interrupt| interrupt()) {
            return Err(Errno::EINTR);
        }
        Ok(())
    }

    /// Vectors for a call that takes them.
    fn vectors(&self, pieces: impl Iterator<Item = (Place, usize)>) -> Result<Vectors> {
        self.check_killed()?;
        let none = libc::iovec {
            iov_base: ptr::null_mut(),
            iov_len: 0,
        };
        let mut vectors = Vectors {
            items: [none; MAX_PIECES],
            len: 0,
        };
        for (place, len) in pieces {
            let start = match place {
                Place::Kernel(start) => start,
                Place::User(address) => self.process.check(address, len)?,
            };
            let item = vectors.items.get_mut(vectors.len).ok_or(Errno::EINVAL)?;
            *item = libc::iovec {
                iov_base: start.cast(),
                iov_len: len,
            };
            vectors.len += 1;
        }
        Ok(vectors)
    }
}

struct Vectors {
    items: [libc::iovec; MAX_PIECES],
    len: usize,
}

impl Vectors {
    fn count(&self) -> libc::c_int {
        self.len as libc::c_int
    }
}

/// A call's result, -1 being a failure.
fn checked(result: isize) -> Result<usize> {
    usize::try_from(result).map_err(|_| last())
}

fn checked_int(result: libc::c_int) -> Result<i32> {
    if result < 0 { Err(last()) } else { Ok(result) }
}

fn position(position: u64) -> Result<libc::off_t> {
    libc::off_t::try_from(position).map_err(|_| Errno::EINVAL)
}

// SAFETY: the region is one mapping for as long as the value has its share of it.
unsafe impl Kernel for SimulatedKernel {
    fn copy_in(&mut self, address: u64, into: &mut [u8]) -> Result<()> {
        self.process.read(address, into)
    }
    fn copy_out(&mut self, address: u64, bytes: &[u8]) -> Result<()> {
        self.process.write(address, bytes)
    }
    fn region(&self) -> Option<(NonNull<u8>, usize)> {
        let region = self.region.as_ref()?;
        Some((region.start(), region.size()))
    }

    fn read(&mut self, fd: i32, into: &[Target<'_>], at: Option<u64>) -> Result<usize> {
        let vectors = self.vectors(into.iter().map(|t| (t.place(), t.len())))?;
        let (items, count) = (vectors.items.as_ptr(), vectors.count());
        // SAFETY: every vector is memory that may be written (the targets' contract, or checked to be the process's).
        checked(unsafe {
            match at {
                None => libc::readv(fd, items, count),
                Some(at) => libc::preadv(fd, items, count, position(at)?),
            }
        })
    }
    fn write(&mut self, fd: i32, from: &[Source<'_>], at: Option<u64>) -> Result<usize> {
        let vectors = self.vectors(from.iter().map(|s| (s.place(), s.len())))?;
        let (items, count) = (vectors.items.as_ptr(), vectors.count());
        // SAFETY: every vector is memory that may be read.
        checked(unsafe {
            match at {
                None => libc::writev(fd, items, count),
                Some(at) => libc::pwritev(fd, items, count, position(at)?),
            }
        })
    }
    fn receive(
        &mut self,
        fd: i32,
        into: &[Target<'_>],
        flags: i32,
        sender: &mut Address,
    ) -> Result<Received> {
        let mut vectors = self.vectors(into.iter().map(|t| (t.place(), t.len())))?;
        // SAFETY: a zeroed message header has no address, no vectors and no control data.
        let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
        header.msg_name = sender.room().as_mut_ptr().cast();
        header.msg_namelen = MAX_ADDRESS as libc::socklen_t;
        header.msg_iov = vectors.items.as_mut_ptr();
        header.msg_iovlen = vectors.len as _;
        // SAFETY: the header's pointers are to memory of those sizes, which may be written.
        let len = checked(unsafe { libc::recvmsg(fd, &raw mut header, flags) })?;
        Ok(Received::new(
            len,
            header.msg_flags,
            sender,
            header.msg_namelen as usize,
        ))
    }
    fn send(
        &mut self,
        fd: i32,
        from: &[Source<'_>],
        flags: i32,
        receiver: &Address,
    ) -> Result<usize> {
        let mut vectors = self.vectors(from.iter().map(|s| (s.place(), s.len())))?;
        // SAFETY: as in `receive`.
        let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
        let address = receiver.as_bytes();
        if !address.is_empty() {
            header.msg_name = address.as_ptr().cast_mut().cast();
            header.msg_namelen = address.len() as libc::socklen_t;
        }
        header.msg_iov = vectors.items.as_mut_ptr();
        header.msg_iovlen = vectors.len as _;
        // A broken pipe is an error here, and no signal.
        let flags = flags | libc::MSG_NOSIGNAL;
        // SAFETY: the header's pointers are to memory of those sizes, which is only read.
        checked(unsafe { libc::sendmsg(fd, &raw const header, flags) })
    }
    fn poll(&mut self, entries: &mut [PollEntry], milliseconds: i32) -> Result<usize> {
        self.check_killed()?;
        let mut polled: Vec<libc::pollfd> = entries
            .iter()
            .map(|entry| libc::pollfd {
                fd: entry.descriptor,
                events: entry.events,
                revents: 0,
            })
            .collect();
        let (start, len) = (polled.as_mut_ptr(), polled.len() as libc::nfds_t);
        // SAFETY: the entries are that many.
        let count = checked_int(unsafe { libc::poll(start, len, milliseconds) })?;
        for (entry, polled) in entries.iter_mut().zip(&polled) {
            entry.happened = polled.revents;
        }
        Ok(count as usize)
    }
    fn accept(&mut self, fd: i32, flags: i32, peer: &mut Address) -> Result<i32> {
        self.check_killed()?;
        let mut len = MAX_ADDRESS as libc::socklen_t;
        let room = peer.room().as_mut_ptr().cast();
        // SAFETY: there is that much room for the address.
        let accepted = checked_int(unsafe { libc::accept4(fd, room, &raw mut len, flags) })?;
        peer.set_len(len as usize);
        Ok(accepted)
    }
    fn close(&mut self, fd: i32) -> Result<()> {
        // SAFETY: the descriptor is the script's to close, as it is the process's.
        checked_int(unsafe { libc::close(fd) }).map(|_| ())
    }
    fn control(&mut self, fd: i32, command: Control) -> Result<i32> {
        let (command, argument) = match command {
            Control::GetStatus => (libc::F_GETFL, 0),
            Control::SetStatus(flags) => (libc::F_SETFL, flags),
            Control::GetFlags => (libc::F_GETFD, 0),
            Control::SetFlags(flags) => (libc::F_SETFD, flags),
            Control::Duplicate(least) => (libc::F_DUPFD, least),
        };
        // SAFETY: these commands take an integer.
        checked_int(unsafe { libc::fcntl(fd, command, argument) })
    }
    fn seek(&mut self, fd: i32, offset: i64, whence: Whence) -> Result<u64> {
        let whence = match whence {
            Whence::Start => libc::SEEK_SET,
            Whence::Current => libc::SEEK_CUR,
            Whence::End => libc::SEEK_END,
        };
        // SAFETY: it takes and gives numbers.
        let position = unsafe { libc::lseek(fd, offset, whence) };
        u64::try_from(position).map_err(|_| last())
    }
    fn shut_down(&mut self, fd: i32, direction: Direction) -> Result<()> {
        let how = match direction {
            Direction::Receive => libc::SHUT_RD,
            Direction::Send => libc::SHUT_WR,
            Direction::Both => libc::SHUT_RDWR,
        };
        // SAFETY: it takes and gives numbers.
        checked_int(unsafe { libc::shutdown(fd, how) }).map(|_| ())
    }

    fn clock(&mut self, clock: Clock) -> Result<Moment> {
        let clock = match clock {
            Clock::Monotonic => libc::CLOCK_MONOTONIC,
            Clock::Realtime => libc::CLOCK_REALTIME,
            Clock::Thread => libc::CLOCK_THREAD_CPUTIME_ID,
        };
        let mut time = MaybeUninit::<libc::timespec>::uninit();
        // SAFETY: there is room for a time, which a successful call fills.
        let time = unsafe {
            checked_int(libc::clock_gettime(clock, time.as_mut_ptr()))?;
            time.assume_init()
        };
        Ok(Moment {
            seconds: time.tv_sec,
            nanoseconds: time.tv_nsec as u32,
        })
    }
    fn sleep(&mut self, nanoseconds: u64) -> Result<()> {
        self.check_killed()?;
        let time = libc::timespec {
            tv_sec: (nanoseconds / 1_000_000_000) as libc::time_t,
            tv_nsec: (nanoseconds % 1_000_000_000) as _,
        };
        // SAFETY: the time is valid, and nobody wants to know what is left of it.
        checked_int(unsafe { libc::nanosleep(&raw const time, ptr::null_mut()) }).map(|_| ())
    }
    fn identity(&mut self, which: Identity) -> i64 {
        // SAFETY: these take nothing and can't fail.
        unsafe {
            match which {
                Identity::Process => libc::getpid().into(),
                #[cfg(target_os = "linux")]
                Identity::Thread => libc::gettid().into(),
                #[cfg(not(target_os = "linux"))]
                Identity::Thread => libc::getpid().into(),
                Identity::Parent => libc::getppid().into(),
                Identity::User => libc::getuid().into(),
                Identity::EffectiveUser => libc::geteuid().into(),
                Identity::Group => libc::getgid().into(),
                Identity::EffectiveGroup => libc::getegid().into(),
            }
        }
    }

    fn has_to_stop(&mut self, any_signal: bool) -> bool {
        self.process.has_to_stop(any_signal) || self.check_killed().is_err()
    }
    fn print(&mut self, bytes: &[u8]) -> bool {
        use std::io::Write;
        if self.print {
            // A closed standard output is no reason to stop.
            let _ = std::io::stdout().write_all(bytes);
        }
        self.print
    }
    fn entropy(&mut self) -> [u64; 2] {
        // `RandomState` is keyed by the operating system.
        let keyed = RandomState::new();
        [keyed.hash_one(0), keyed.hash_one(1)]
    }
    #[cfg(feature = "jit")]
    fn executable_memory(&mut self) -> Option<Box<dyn perilune::host::ExecutableMemory>> {
        self.code?()
    }

    fn dont_wait(&self) -> i32 {
        libc::MSG_DONTWAIT
    }
    fn constants(&self) -> &'static [(&'static str, i32)] {
        CONSTANTS
    }
    fn address_layout(&self) -> AddressLayout {
        AddressLayout {
            has_length: cfg!(any(target_os = "freebsd", target_vendor = "apple")),
            inet: libc::AF_INET as u8,
            inet6: libc::AF_INET6 as u8,
        }
    }
}
