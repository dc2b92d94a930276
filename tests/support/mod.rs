//! What the tests of the whole engine share: a state whose memory is counted and whose output is kept.
#![allow(dead_code, reason = "no test uses everything")]

pub mod failing;
pub mod programs;

use std::alloc::{Layout, alloc, dealloc};
use std::cell::{Cell, RefCell};
use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use perilune::host::{Host, Memory};
use perilune::stdlib::{Libs, open_libs};
use perilune::value::Value;
use perilune::vm::Vm;
use perilune::vm::run::{Config, Outcome, StopReason};

/// The system's memory, with a count of the bytes that are out.
#[derive(Clone, Default)]
pub struct Counted(pub Rc<Cell<usize>>);

// SAFETY: it hands the requests to the system's allocator.
unsafe impl Memory for Counted {
    fn allocate(&self, layout: Layout) -> Option<NonNull<u8>> {
        // SAFETY: the heap asks for no empty blocks.
        let block = NonNull::new(unsafe { alloc(layout) })?;
        self.0.set(self.0.get() + layout.size());
        Some(block)
    }
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        self.0.set(self.0.get() - layout.size());
        // SAFETY: the caller's promise.
        unsafe { dealloc(block.as_ptr(), layout) }
    }
}

/// Keeps the output, and stops the run when told to.
#[derive(Default)]
struct TestHost {
    output: Rc<RefCell<Vec<u8>>>,
    interrupt: Arc<AtomicBool>,
    polls: Rc<Cell<u64>>,
}

impl Host for TestHost {
    fn write_output(&mut self, bytes: &[u8]) -> bool {
        failing::pause(|| self.output.borrow_mut().extend_from_slice(bytes));
        true
    }
    fn take_interrupt(&mut self) -> bool {
        let polls = self.polls.get();
        self.polls.set(polls.saturating_sub(1));
        polls == 1 || self.interrupt.swap(false, Ordering::Relaxed)
    }
    #[cfg(all(feature = "jit", feature = "std"))]
    fn executable_memory(&mut self) -> Option<Box<dyn perilune::host::ExecutableMemory>> {
        Some(failing::pause(|| {
            Box::new(perilune::host::CodePages) as Box<_>
        }))
    }
}

/// A state and what the test sees of its host.
pub struct World {
    pub vm: Box<Vm>,
    pub output: Rc<RefCell<Vec<u8>>>,
    pub interrupt: Arc<AtomicBool>,
    /// At which poll from now on the host asks for a stop; never if 0.
    pub polls: Rc<Cell<u64>>,
    pub memory: Rc<Cell<usize>>,
}

/// Everything but what needs an operating system.
pub const LIBS: Libs =
    Libs(Libs::SAFE.0 | Libs::DEBUG.0 | Libs::OS.0 | Libs::IO.0 | Libs::PACKAGE.0);

impl World {
    pub fn new() -> World {
        World::with(&Config {
            allow_binary: true,
            ..Config::default()
        })
    }

    pub fn limited(memory_limit: usize) -> World {
        World::with(&Config {
            memory_limit,
            allow_binary: true,
            ..Config::default()
        })
    }

    pub fn with(config: &Config) -> World {
        let mut world = World::make(config).expect("memory for a state");
        assert!(
            open_libs(&mut world.vm, LIBS).is_ok(),
            "memory for the libraries"
        );
        world
    }

    /// A state with the libraries, if there is memory for it.
    pub fn try_new() -> Option<World> {
        let mut world = World::make(&Config::default())?;
        open_libs(&mut world.vm, LIBS).ok()?;
        Some(world)
    }

    /// A state without libraries.
    pub fn bare() -> World {
        World::make(&Config::default()).expect("memory for a state")
    }

    fn make(config: &Config) -> Option<World> {
        // What the test itself allocates does not fail.
        let host = failing::pause(TestHost::default);
        let world = failing::pause(|| {
            (
                host.output.clone(),
                host.interrupt.clone(),
                host.polls.clone(),
                Counted::default(),
            )
        });
        let (output, interrupt, polls, memory) = world;
        let bytes = memory.0.clone();
        let (memory, host) = failing::pause(|| (Box::new(memory), Box::new(host)));
        Some(World {
            vm: Vm::new(config, memory, host).ok()?,
            output,
            interrupt,
            polls,
            memory: bytes,
        })
    }

    /// A state with the libraries and these options of the JIT, separated by commas.
    #[cfg(feature = "jit")]
    pub fn compiling(options: &str, memory_limit: usize) -> World {
        let mut world = World::limited(memory_limit);
        for option in options.split(',') {
            assert!(world.vm.set_jit_option(option.as_bytes()), "{option}");
        }
        world
    }

    /// Loads a chunk; an error's text if that fails.
    pub fn load(&mut self, source: &[u8]) -> Result<Value, String> {
        let globals = self.vm.globals();
        match self.vm.load(source, b"=test", None, globals) {
            Ok(f) => Ok(f.into()),
            Err(_) => Err(failing::pause(|| self.error_text())),
        }
    }

    /// Runs a chunk from its start.
    pub fn run(&mut self, source: &str) -> Outcome {
        match self.load(source.as_bytes()) {
            Ok(f) => self.vm.run(f, &[]),
            Err(_) => Outcome::Failed,
        }
    }

    /// Runs a chunk that has to return, and gives its output.
    pub fn output_of(&mut self, source: &str) -> String {
        self.output.borrow_mut().clear();
        let outcome = self.run(source);
        let output = self.take_output();
        assert_eq!(
            outcome,
            Outcome::Returned,
            "{output}{}\n{source}",
            self.error_text()
        );
        output
    }

    pub fn take_output(&mut self) -> String {
        let output = std::mem::take(&mut *self.output.borrow_mut());
        String::from_utf8_lossy(&output).into_owned()
    }

    /// The error value of the last run as a text.
    pub fn error_text(&self) -> String {
        let error = self.vm.run_error();
        match error.as_str() {
            Some(s) => String::from_utf8_lossy(s.as_bytes()).into_owned(),
            None => format!("({} value)", error.type_of().name()),
        }
    }

    /// Runs something that touches every part of the state.
    pub fn check_usable(&mut self) {
        self.vm.set_fuel(None);
        self.vm.set_hook(Value::NIL, 0, 0);
        let output = self.output_of(CHECK);
        assert_eq!(output, CHECK_OUTPUT);
    }
}

/// The outcome of a run that used up its fuel.
pub const OUT_OF_FUEL: Outcome = Outcome::Stopped(StopReason::OutOfFuel);
/// The outcome of a run that was interrupted.
pub const INTERRUPTED: Outcome = Outcome::Stopped(StopReason::Interrupted);

const CHECK: &str = r##"
local t = {}
for i = 1, 100 do t[i] = (i * 37) % 101 end
table.sort(t)
local co = coroutine.wrap(function(a) for i = 1, 3 do a = coroutine.yield(a + i) end return "end" end)
print(t[1], t[100], co(1), co(2), co(3), co(4))
print((("hello world"):gsub("o", { o = "0" })), ("x"):rep(300):len(), (pcall(error, { 1 })))
local object = setmetatable({}, { __index = function(_, k) return k .. "!" end, __call = function(_, x) return x end })
print(object.field, object(7), select("#", unpack(t)))
print(pcall(function() local x = nil; return x.y end))
collectgarbage()
print(loadstring("local a, b = ... return a + b")(1, 2), tostring(1e15), string.format("%5.2f|%q", 1 / 3, "a\nb"))
"##;

const CHECK_OUTPUT: &str = r#"1	100	2	4	6	end
hell0 w0rld	300	false
field!	7	100
false	test:10: attempt to index local 'x' (a nil value)
3	1e+15	 0.33|"a\
b"
"#;
