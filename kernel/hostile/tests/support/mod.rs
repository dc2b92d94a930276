//! The simulated kernel as a system to attack. The fuzz target uses it, too.
#![allow(unsafe_code)]

use std::ptr;

use perilune::host::{CodePages, ExecutableMemory};
use perilune_hostile::choices::Choices;
use perilune_hostile::{Counts, System};
use perilune_kernel::{Errno, Limits};
use perilune_kernel_simulated::{Loaded, Process, SimulatedKernel};

const ARENA: usize = 1 << 20;

struct Simulated {
    process: Process,
    start: u64,
    scripts: Vec<Option<Loaded>>,
}

fn memory() -> Option<Box<dyn ExecutableMemory>> {
    Some(Box::new(CodePages))
}

/// A number; which one doesn't matter.
fn number_of(errno: Errno) -> i32 {
    let place = Errno::ALL.iter().position(|&e| e == errno);
    place.map_or(4095, |i| i as i32 + 1)
}

impl System for Simulated {
    fn arena(&self) -> (u64, usize) {
        (self.start, ARENA)
    }
    fn write(&mut self, address: u64, bytes: &[u8]) {
        self.process.write(address, bytes).expect("in the arena");
    }
    fn read(&self, address: u64, into: &mut [u8]) {
        self.process.read(address, into).expect("in the arena");
    }
    fn load(&mut self, address: u64) -> Result<usize, i32> {
        let kernel = SimulatedKernel::new(&self.process).compiling(memory);
        let loaded = Loaded::request_into(kernel, &self.process, address, &Limits::GREATEST);
        self.scripts.push(Some(loaded.map_err(number_of)?));
        Ok(self.scripts.len() - 1)
    }
    fn run(&mut self, script: usize, address: u64) -> Result<(), i32> {
        let script = self.scripts[script].as_ref().expect("a loaded script");
        script.run_request(address).map_err(number_of)
    }
    fn log(&mut self, script: usize, address: u64, len: usize) {
        let script = self.scripts[script].as_ref().expect("a loaded script");
        let log = script.log().expect("nobody else runs it");
        let _ = self.process.write(address, &log[..log.len().min(len)]);
    }
    fn map(&mut self, script: usize, offset: u64, len: usize, byte: u8) {
        let script = self.scripts[script].as_ref().expect("a loaded script");
        let bytes = vec![byte; len.min(1 << 20)];
        let _ = script.write_region(offset as usize, &bytes);
    }
    fn close(&mut self, script: usize) {
        self.scripts[script] = None;
    }
}

/// Attacks a new process's kernel.
pub fn attack(choices: &mut Choices<'_>, steps: usize) -> Counts {
    let process = Process::new(ARENA).expect("memory for a process");
    let start = process.allocate(ARENA);
    let mut system = Simulated {
        process,
        start,
        scripts: Vec::new(),
    };
    perilune_hostile::attack(&mut system, choices, steps)
}

extern "C" fn nothing(_: libc::c_int) {}

/// Lets a signal come every 50 ms, so that nothing waits for ever.
pub fn interrupt_often() {
    // SAFETY: a handler that does nothing, and a timer.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = nothing as *const () as usize;
        libc::sigaction(libc::SIGALRM, &raw const action, ptr::null_mut());
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
