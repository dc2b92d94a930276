//! `perilune-hostile SEED SECONDS [DEVICE]`: attacks a real kernel as an unprivileged process, with two threads.
#![allow(unsafe_code)]

use std::ffi::CString;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, io, ptr, thread};

use perilune_hostile::choices::Choices;
use perilune_hostile::{Counts, LOAD_SIZE, RUN_SIZE, System, attack, descriptors};

const ARENA: usize = 1 << 20;
const READ_WRITE: libc::c_int = libc::PROT_READ | libc::PROT_WRITE;

/// The numbers of the two calls, as `_IOWR` makes them.
const fn call(number: u64, size: usize) -> u64 {
    3 << 30 | (size as u64) << 16 | (b'P' as u64) << 8 | number
}

/// The module's device.
struct Device {
    descriptor: i32,
    arena: *mut u8,
}

fn errno() -> i32 {
    io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

impl System for Device {
    fn arena(&self) -> (u64, usize) {
        (self.arena.addr() as u64, ARENA)
    }
    fn write(&mut self, address: u64, bytes: &[u8]) {
        let offset = address as usize - self.arena.addr();
        assert!(offset + bytes.len() <= ARENA);
        // SAFETY: the range is in the arena.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), self.arena.add(offset), bytes.len()) }
    }
    fn read(&self, address: u64, into: &mut [u8]) {
        let offset = address as usize - self.arena.addr();
        assert!(offset + into.len() <= ARENA);
        // SAFETY: the range is in the arena.
        unsafe { ptr::copy_nonoverlapping(self.arena.add(offset), into.as_mut_ptr(), into.len()) }
    }
    fn load(&mut self, address: u64) -> Result<usize, i32> {
        // SAFETY: whatever the address, the kernel has to bear it.
        let fd = unsafe { libc::ioctl(self.descriptor, call(0x51, LOAD_SIZE) as _, address) };
        usize::try_from(fd).map_err(|_| errno())
    }
    fn run(&mut self, script: usize, address: u64) -> Result<(), i32> {
        // SAFETY: as above.
        match unsafe { libc::ioctl(script as i32, call(0x52, RUN_SIZE) as _, address) } {
            0 => Ok(()),
            _ => Err(errno()),
        }
    }
    fn log(&mut self, script: usize, address: u64, len: usize) {
        // SAFETY: the kernel checks the address; what lies there is the arena's or refused, for nothing else of ours is mapped there.
        let (start, arena) = self.arena();
        if (start..start + arena as u64).contains(&address) {
            let room = (start + arena as u64 - address) as usize;
            // SAFETY: the range is in the arena.
            unsafe { libc::read(script as i32, address as *mut _, len.min(room)) };
        } else if address >> 47 != 0 {
            // SAFETY: no address of a process.
            unsafe { libc::read(script as i32, address as *mut _, len) };
        }
    }
    fn map(&mut self, script: usize, offset: u64, len: usize, byte: u8) {
        let len = len.clamp(1, 1 << 24);
        let offset = (offset & !4095) as libc::off_t;
        // SAFETY: a new mapping, written and given back. A page beyond the region isn't touched: mapping it failed.
        unsafe {
            let at = libc::mmap(
                ptr::null_mut(),
                len,
                READ_WRITE,
                libc::MAP_SHARED,
                script as i32,
                offset,
            );
            if at != libc::MAP_FAILED {
                at.cast::<u8>().write_bytes(byte, len);
                libc::munmap(at, len);
            }
        }
    }
    fn close(&mut self, script: usize) {
        // SAFETY: the descriptor is ours.
        unsafe { libc::close(script as i32) };
    }
}

/// Handles the timer's signal by doing nothing: calls that wait end with `EINTR`.
extern "C" fn nothing(_: libc::c_int) {}

fn interrupt_often() {
    // SAFETY: a handler that does nothing, and a timer.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = nothing as *const () as usize;
        libc::sigaction(libc::SIGALRM, &raw const action, ptr::null_mut());
        libc::signal(libc::SIGPIPE, libc::SIG_IGN);
        let time = libc::timeval {
            tv_sec: 0,
            tv_usec: 50_000,
        };
        let timer = libc::itimerval {
            it_interval: time,
            it_value: time,
        };
        libc::setitimer(libc::ITIMER_REAL, &raw const timer, ptr::null_mut());
    }
}

fn run(seed: u64, time: Duration, device: &str) -> io::Result<Counts> {
    let name = CString::new(device)?;
    // SAFETY: a name, and a new mapping.
    let mut system = unsafe {
        let descriptor = libc::open(name.as_ptr(), libc::O_RDWR | libc::O_CLOEXEC);
        if descriptor < 0 {
            return Err(io::Error::last_os_error());
        }
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let arena = libc::mmap(ptr::null_mut(), ARENA, READ_WRITE, flags, -1, 0);
        if arena == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Device {
            descriptor,
            arena: arena.cast(),
        }
    };
    let begun = Instant::now();
    let mut counts = Counts::default();
    let mut round = 0;
    while begun.elapsed() < time {
        descriptors::renew();
        let mut choices = Choices::of_seed(seed.wrapping_add(round));
        counts.add(attack(&mut system, &mut choices, 60));
        round += 1;
    }
    Ok(counts)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    let number = |i: usize| arguments.get(i).and_then(|a| a.parse().ok());
    let (Some(seed), Some(seconds)) = (number(1), number(2)) else {
        eprintln!("perilune-hostile SEED SECONDS [DEVICE]");
        return ExitCode::FAILURE;
    };
    // SAFETY: they take numbers; nobody else runs yet.
    let is_nobody =
        unsafe { libc::geteuid() != 0 || libc::setgid(1000) == 0 && libc::setuid(1000) == 0 };
    assert!(is_nobody, "still privileged");
    let device = arguments.get(3).map_or("/dev/perilune", String::as_str);
    interrupt_often();
    let time = Duration::from_secs(seconds);
    // A second thread whose scripts are the process's, too: descriptors are closed and run under one another's hands.
    let other = {
        let device = device.to_owned();
        thread::spawn(move || run(seed ^ 0x5555_5555, time, &device))
    };
    let first = run(seed, time, device);
    let Ok(second) = other.join() else {
        return ExitCode::FAILURE;
    };
    let both = [first, second];
    for counts in both {
        match counts {
            Ok(counts) => println!("hostile: seed {seed}: {counts:?}"),
            Err(error) => {
                eprintln!("hostile: {device}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
