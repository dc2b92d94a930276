//! Runs of scripts with little fuel at a time, in 64 MiB.

use std::alloc::Layout;
use std::ptr::NonNull;

use perilune::host::{Host, Memory};
use perilune::stdlib::{Libs, open_libs};
use perilune::vm::Vm;
use perilune::vm::run::{Config, Outcome, StopReason};

struct System;

// SAFETY: Rust's allocator hands out valid, distinct blocks.
unsafe impl Memory for System {
    fn allocate(&self, layout: Layout) -> Option<NonNull<u8>> {
        // SAFETY: the engine asks for no empty blocks.
        NonNull::new(unsafe { std::alloc::alloc(layout) })
    }
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { std::alloc::dealloc(block.as_ptr(), layout) }
    }
}

struct Nothing;

impl Host for Nothing {
    fn write_output(&mut self, _bytes: &[u8]) -> bool {
        true
    }
}

fn state() -> Box<Vm> {
    let config = Config {
        memory_limit: 64 << 20,
        ..Config::default()
    };
    let mut vm =
        Vm::new(&config, Box::new(System), Box::new(Nothing)).expect("64 MiB hold a state");
    assert!(open_libs(&mut vm, Libs::SAFE).is_ok());
    vm
}

/// Runs a script with so much fuel at a time: its result, and how often it stopped.
pub fn run(script: &str, fuel: Option<u64>, most_stops: u32) -> (String, u32) {
    let mut vm = state();
    let globals = vm.globals();
    let main = vm
        .load(script.as_bytes(), b"=script", None, globals)
        .expect("it compiles");
    vm.set_fuel(fuel);
    let mut outcome = vm.run(main.into(), &[]);
    let mut stops = 0;
    while let Outcome::Stopped(reason) = outcome {
        assert!(matches!(reason, StopReason::OutOfFuel));
        stops += 1;
        if stops > most_stops {
            return ("stopped".into(), stops);
        }
        vm.set_fuel(fuel);
        outcome = vm.resume_run();
    }
    let value = match outcome {
        Outcome::Returned => vm.run_results().first().copied(),
        _ => Some(vm.run_error()),
    };
    let text = value.and_then(|v| v.as_str()).expect("a string");
    (String::from_utf8_lossy(text.as_bytes()).into_owned(), stops)
}
