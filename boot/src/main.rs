//! Perilune on bare metal: runs the embedded programs, prints their output on the serial line, and tells how much of the
//! host's stack each of them used.
//!
//! Every program's output stands between `=== path` and `--- outcome, stack bytes` lines. The last line is
//! `stack high-water mark: N bytes`. QEMU's debug-exit device ends the machine, with status 1 (0 written) when every
//! program returned, else 3.
#![no_std]
#![no_main]

extern crate alloc;

mod machine;
mod memory;
mod stack;

use alloc::boxed::Box;
use core::fmt::Write;

use perilune::host::{Host, Memory};
use perilune::stdlib::{Libs, open_libs};
use perilune::vm::Vm;
use perilune::vm::run::{Config, Outcome};

use machine::Serial;

include!(concat!(env!("OUT_DIR"), "/programs.rs"));

/// Bytes that a program may use.
const MEMORY_LIMIT: usize = 48 << 20;

struct Kernel;

impl Host for Kernel {
    fn write_output(&mut self, bytes: &[u8]) -> bool {
        Serial.bytes(bytes);
        true
    }
}

/// What `start.s` calls, on the stack that `stack` measures.
#[unsafe(no_mangle)]
extern "C" fn main() -> ! {
    memory::init();
    let mut failures = 0;
    let mut high_water = 0;
    for (path, source) in PROGRAMS {
        let _ = writeln!(Serial, "=== {path}");
        stack::paint();
        let outcome = run(path, source);
        let used = stack::used();
        high_water = used.max(high_water);
        let _ = writeln!(Serial, "--- {outcome}, {used} stack bytes");
        failures += u32::from(outcome != "returned");
    }
    let _ = writeln!(Serial, "programs: {}, failed: {failures}", PROGRAMS.len());
    let _ = writeln!(Serial, "stack high-water mark: {high_water} bytes");
    machine::exit(u32::from(failures != 0))
}

/// A state with all libraries. Not inlined: a new state passes over the stack, and that room is free again afterwards.
#[inline(never)]
fn new_state() -> Result<Box<Vm>, &'static str> {
    let config = Config {
        memory_limit: MEMORY_LIMIT,
        ..Config::default()
    };
    let memory: Box<dyn Memory> = Box::new(memory::Heap);
    let mut vm = Vm::new(&config, memory, Box::new(Kernel)).map_err(|_| "no memory for a state")?;
    open_libs(&mut vm, Libs::ALL).map_err(|_| "no memory for the libraries")?;
    Ok(vm)
}

/// Runs one program in a state of its own.
#[inline(never)]
fn run(path: &str, source: &[u8]) -> &'static str {
    let mut vm = match new_state() {
        Ok(vm) => vm,
        Err(problem) => return problem,
    };
    let globals = vm.globals();
    let name = chunk_name(path);
    let Ok(function) = vm.load(source, name.as_bytes(), Some(b"t"), globals) else {
        report(&vm);
        return "did not load";
    };
    let outcome = vm.run(function.into(), &[]);
    let result = match outcome {
        Outcome::Returned => "returned",
        Outcome::Failed => {
            report(&vm);
            "failed"
        }
        Outcome::Stopped(_) => "stopped",
    };
    vm.close();
    result
}

fn chunk_name(path: &str) -> alloc::string::String {
    let mut name = alloc::string::String::from("@");
    name.push_str(path);
    name
}

/// Prints the error that ended a run.
fn report(vm: &Vm) {
    if let Some(message) = vm.run_error().as_str() {
        Serial.bytes(message.as_bytes());
        Serial.bytes(b"\n");
    }
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    let _ = writeln!(Serial, "panic: {info}");
    machine::exit(2)
}
