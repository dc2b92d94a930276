//! States to run inputs in: small limits and a host that lacks everything.

use std::alloc::Layout;
use std::cell::RefCell;
use std::ptr::NonNull;
use std::rc::Rc;

use perilune::bytecode::{Proto, dump};
use perilune::gc::OutOfMemory;
use perilune::host::{CodePages, ExecutableMemory, Host, Memory};
use perilune::number::format::Sink;
use perilune::stdlib::{Libs, open_libs};
use perilune::value::Gc;
use perilune::vm::Vm;
use perilune::vm::run::{Config, Outcome};

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

/// A state with the libraries that touch nothing outside, `debug` among them, 16 MiB and `fuel` units.
pub fn state(fuel: u64) -> Box<Vm> {
    let config = Config {
        memory_limit: 16 << 20,
        allow_binary: true,
        ..Config::default()
    };
    let mut vm =
        Vm::new(&config, Box::new(System), Box::new(Nothing)).expect("16 MiB hold a state");
    let libs = Libs(Libs::SAFE.0 | Libs::DEBUG.0);
    assert!(
        open_libs(&mut vm, libs).is_ok(),
        "16 MiB hold the libraries"
    );
    vm.set_fuel(Some(fuel));
    vm
}

/// Keeps what is printed, and has memory for machine code.
#[derive(Default)]
struct Listener(Rc<RefCell<Vec<u8>>>);

impl Host for Listener {
    fn write_output(&mut self, bytes: &[u8]) -> bool {
        self.0.borrow_mut().extend_from_slice(bytes);
        true
    }
    fn executable_memory(&mut self) -> Option<Box<dyn ExecutableMemory>> {
        Some(Box::new(CodePages))
    }
}

/// A state with 64 MiB, `fuel` units and these options of the JIT, and what will be printed.
pub fn compiling(options: &str, fuel: u64) -> (Box<Vm>, Rc<RefCell<Vec<u8>>>) {
    compiling_with(options, fuel, false)
}

/// The same for a state that loads bytecode.
pub fn compiling_bytecode(options: &str, fuel: u64) -> Box<Vm> {
    compiling_with(options, fuel, true).0
}

fn compiling_with(options: &str, fuel: u64, allow_binary: bool) -> (Box<Vm>, Rc<RefCell<Vec<u8>>>) {
    let config = Config {
        memory_limit: 64 << 20,
        allow_binary,
        ..Config::default()
    };
    let host = Listener::default();
    let printed = host.0.clone();
    let mut vm = Vm::new(&config, Box::new(System), Box::new(host)).expect("64 MiB hold a state");
    assert!(
        open_libs(&mut vm, Libs::SAFE).is_ok(),
        "64 MiB hold the libraries"
    );
    for option in options.split(',') {
        assert!(vm.set_jit_option(option.as_bytes()), "{option}");
    }
    vm.set_fuel(Some(fuel));
    (vm, printed)
}

/// What a script prints, how it ends, and the fuel it leaves.
pub type Run = (String, Outcome, Option<u64>);

/// Runs a script with these options of the JIT and so much fuel.
pub fn run(script: &str, options: &str, fuel: u64) -> Run {
    let (mut vm, printed) = compiling(options, fuel);
    let globals = vm.globals();
    let Ok(function) = vm.load(script.as_bytes(), b"=fuzz", Some(b"t"), globals) else {
        return (String::new(), Outcome::Failed, None);
    };
    let outcome = vm.run(function.into(), &[]);
    let left = vm.fuel();
    (text(&printed), outcome, left)
}

/// What was printed.
pub fn text(printed: &RefCell<Vec<u8>>) -> String {
    String::from_utf8_lossy(&printed.borrow()).into_owned()
}

/// Says where two runs differ.
pub fn compare(script: &str, how: &str, found: &Run, expected: &Run) {
    if found == expected {
        return;
    }
    let lines = found.0.lines().zip(expected.0.lines()).enumerate();
    let line = lines.into_iter().find(|(_, (a, b))| a != b);
    panic!(
        "{script}\n{how}\nends {:?} {:?}, expected {:?} {:?}\nline, found, expected: {line:?}",
        found.1, found.2, expected.1, expected.2
    );
}

/// The bytecode of a function, stripped or not.
pub fn dumped(proto: Gc<Proto>, strip: bool) -> Option<Vec<u8>> {
    let mut bytes = Bytes(Vec::new());
    dump::dump(proto, strip, &mut bytes).ok()?;
    Some(bytes.0)
}

struct Bytes(Vec<u8>);

impl Sink for Bytes {
    type Error = OutOfMemory;
    fn put(&mut self, bytes: &[u8]) -> Result<(), OutOfMemory> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

/// The options for one of three ways to run: interpreted, traces by the evaluator, traces as machine code.
pub fn way_to_run(choice: u8) -> &'static str {
    match choice % 3 {
        0 => "mode=off",
        1 => "mode=evaluate,hotloop=1,hotexit=1",
        _ => "mode=compile,hotloop=1,hotexit=1",
    }
}
