//! Scripts as machine code, in memory that is mapped twice: executable at one place and writable at another, as the Linux module has it.

mod support;

use std::ptr::{self, NonNull};

use perilune::host::ExecutableMemory;
use perilune_kernel::Limits;
use perilune_kernel_simulated::{Loaded, Outcome, SimulatedKernel};
use support::{number, process, returned, text};

/// Pages with two mappings.
struct Twice {
    execute: *mut u8,
    write: *mut u8,
    len: usize,
}

// SAFETY: the two mappings are of the same new file, and stay until `release`.
unsafe impl ExecutableMemory for Twice {
    fn reserve(&mut self, len: usize) -> Option<NonNull<u8>> {
        // SAFETY: a new file, and new mappings of it at addresses of the system's choice.
        unsafe {
            let file = libc::memfd_create(c"code".as_ptr(), 0);
            assert!(file >= 0 && libc::ftruncate(file, len as libc::off_t) == 0);
            let map = |protection| {
                let at = libc::mmap(ptr::null_mut(), len, protection, libc::MAP_SHARED, file, 0);
                assert_ne!(at, libc::MAP_FAILED);
                at.cast::<u8>()
            };
            self.execute = map(libc::PROT_READ | libc::PROT_EXEC);
            self.write = map(libc::PROT_READ | libc::PROT_WRITE);
            self.len = len;
            libc::close(file);
        }
        NonNull::new(self.execute)
    }
    fn make_writable(&mut self, _: NonNull<u8>, _: usize) -> bool {
        true
    }
    fn make_executable(&mut self, _: NonNull<u8>, _: usize) -> bool {
        true
    }
    fn writable_at(&self, address: NonNull<u8>) -> NonNull<u8> {
        let offset = address.as_ptr().addr() - self.execute.addr();
        assert!(offset < self.len);
        NonNull::new(self.write.wrapping_add(offset)).unwrap()
    }
    fn release(&mut self, _: NonNull<u8>, _: usize) {
        // SAFETY: both mappings are `reserve`'s.
        unsafe {
            libc::munmap(self.execute.cast(), self.len);
            libc::munmap(self.write.cast(), self.len);
        }
    }
}

fn memory() -> Option<Box<dyn ExecutableMemory>> {
    Some(Box::new(Twice {
        execute: ptr::null_mut(),
        write: ptr::null_mut(),
        len: 0,
    }))
}

fn load(source: &str, limits: Limits) -> Loaded {
    let process = process();
    let kernel = SimulatedKernel::new(&process).compiling(memory);
    Loaded::load_into(kernel, &process, source.as_bytes(), "=script", limits, 4096)
        .unwrap_or_else(|e| panic!("{e:?}"))
}

#[test]
fn machine_code_makes_the_same_of_it() {
    for (source, expected) in [
        (
            "local a, t = 0, {1, 2, 3} for i = 1, 1e5 do a = a + i % 7 + t[i % 3 + 1] end return a",
            number(500_000),
        ),
        (
            "local s = {} for i = 1, 20000 do s[i % 100 + 1] = ('x'):rep(i % 50) .. i end return #table.concat(s)",
            number(2950),
        ),
        (
            "local function f(x) if x % 100 == 99 then error('e') end return {x} end local n = 0
            for i = 1, 20000 do local ok, t = pcall(f, i) n = n + (ok and #t or 2) end return n",
            number(20_200),
        ),
        (
            "local r, n = sys.region(), 0 r:u32(0, 0) for i = 1, 20000 do r:u32(i % 1000 * 4, i) n = n + r:u32(0) end return n",
            number(190_020_000),
        ),
    ] {
        let compiled = load(source, Limits::DEFAULT);
        let limits = Limits {
            code: 0,
            ..Limits::DEFAULT
        };
        let interpreted = load(source, limits);
        for _ in 0..3 {
            let results = returned(&compiled, &[]);
            assert_eq!(results, returned(&interpreted, &[]), "{source}");
            assert_eq!(results[..], *std::slice::from_ref(&expected), "{source}");
        }
        let fuel = |script: &Loaded| script.usage().unwrap().fuel;
        assert_eq!(fuel(&compiled), fuel(&interpreted), "{source}");
    }
}

#[test]
fn machine_code_stops_and_goes_on() {
    let limits = Limits {
        fuel: Some(100_000),
        ..Limits::DEFAULT
    };
    let script = load(
        "local n = 0 for i = 1, 950000 do n = n + i % 2 end return n, 'done'",
        limits,
    );
    let mut run = script.run(&[]).unwrap();
    let mut stops = 0;
    while run.outcome == Outcome::OutOfFuel {
        stops += 1;
        run = script.resume().unwrap();
    }
    assert_eq!(run.results, [number(475_000), text("done")]);
    assert_eq!(stops, 9);
}
