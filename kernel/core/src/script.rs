//! Scripts: loading, running, resuming.
//!
//! Loading compiles the text; a run calls it as a function, with the run's arguments as `...`, or calls what the script gave to
//! `sys.handler`. Globals and everything else of the state stay from one run to the next.

extern crate alloc;
use alloc::boxed::Box;
use core::fmt;

use perilune::host::Memory;
use perilune::value::Value;
use perilune::vm::Vm;
use perilune::vm::run::{Config, Outcome as Ended, StopReason};

use crate::allocate::{bytes_of, try_box};
use crate::host::{ScriptHost, with_host};
use crate::kernel::Kernel;
use crate::limits::{Limits, Usage};
use crate::{sys, world};

/// The most arguments of a run.
pub const MAX_ARGUMENTS: usize = 16;

/// Where the registry has the main function.
const MAIN: &str = "main";

/// The bytes of an error message that are kept.
const MESSAGE: usize = 120;

/// The text of an error, cut where it is too long.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Message {
    bytes: [u8; MESSAGE],
    len: u8,
}

impl Message {
    /// The first bytes of a text.
    pub fn new(text: &[u8]) -> Message {
        let len = text.len().min(MESSAGE);
        let mut bytes = [0; MESSAGE];
        bytes[..len].copy_from_slice(&text[..len]);
        Message {
            bytes,
            len: len as u8,
        }
    }
    /// The text.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl fmt::Write for Message {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        let len = usize::from(self.len);
        let taken = s.len().min(MESSAGE - len);
        self.bytes[len..len + taken].copy_from_slice(&s.as_bytes()[..taken]);
        self.len += taken as u8;
        Ok(())
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.as_bytes().escape_ascii())
    }
}

/// Why a script was not loaded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LoadError {
    /// It is no Lua, or too large for its own memory limit.
    Invalid(Message),
    /// It is longer than the limit.
    TooLong,
    /// The kernel has no memory, or the limit is too small for any state.
    OutOfMemory,
}

/// An argument of a run.
#[derive(Clone, Copy, PartialEq, Debug)]
#[allow(missing_docs)]
pub enum Argument<'a> {
    Nil,
    Boolean(bool),
    Number(f64),
    String(&'a [u8]),
}

/// A result of a run.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Answer<'a> {
    /// nil
    Nil,
    /// A boolean.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A string.
    String(&'a [u8]),
    /// Something that can't leave the state: the name of its type.
    Other(&'static str),
}

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It returned: [`Script::answer`] are its results.
    Returned(usize),
    /// It failed: [`Script::answer`] is the error's value.
    Failed,
    /// The fuel is used up. It can be resumed.
    OutOfFuel,
    /// The process has a signal. It can be resumed.
    Interrupted,
}

/// A loaded script.
pub struct Script {
    vm: Box<Vm>,
    limits: Limits,
    /// Did the last run stop, so that it can be resumed?
    is_stopped: bool,
    outcome: Outcome,
}

/// What a value is to the process.
fn answer(vm: &Vm, value: Value) -> Answer<'_> {
    match value {
        Value::NIL => Answer::Nil,
        Value::TRUE => Answer::Boolean(true),
        Value::FALSE => Answer::Boolean(false),
        _ => match (value.as_number(), bytes_of(vm, value)) {
            (Some(n), _) => Answer::Number(n),
            (None, Some(bytes)) => Answer::String(bytes),
            (None, None) => Answer::Other(value.type_of().name()),
        },
    }
}

/// Limits machine code, and says what it has against hostile scripts.
#[cfg(feature = "jit")]
fn set_up_code(vm: &mut Vm, kibibytes: u32, hardening: &[&str]) {
    for measure in hardening {
        vm.set_jit_option(measure.as_bytes());
    }
    // Calls of the library leave machine code; a few instructions between two of them aren't worth entering it again.
    vm.set_jit_option(b"minstitch=64");
    let mut option = Message::new(b"maxmcode=");
    let _ = fmt::Write::write_fmt(&mut option, format_args!("{kibibytes}"));
    vm.set_jit_option(option.as_bytes());
}

impl Script {
    /// Compiles a script. `name` stands in its error messages.
    ///
    /// # Errors
    /// Whatever is wrong with the text, and "not enough memory".
    #[inline(never)]
    pub fn load(
        kernel: Box<dyn Kernel>,
        memory: Box<dyn Memory>,
        source: &[u8],
        name: &[u8],
        limits: Limits,
    ) -> Result<Script, LoadError> {
        if source.len() > limits.source {
            return Err(LoadError::TooLong);
        }
        #[cfg(feature = "jit")]
        let hardening = kernel.hardening();
        let host = try_box(ScriptHost::new(kernel, limits)).ok_or(LoadError::OutOfMemory)?;
        let config = Config {
            memory_limit: limits.memory,
            max_stack: limits.stack,
            #[cfg(feature = "jit")]
            jit: perilune::jit::Config {
                mode: if limits.code > 0 {
                    perilune::jit::JitMode::Compile
                } else {
                    perilune::jit::JitMode::default()
                },
                off: limits.code == 0,
            },
            ..Config::default()
        };
        let mut vm = Vm::new(&config, memory, host).map_err(|_| LoadError::OutOfMemory)?;
        #[cfg(feature = "jit")]
        set_up_code(&mut vm, limits.code, hardening);
        vm.set_fuel(limits.fuel);
        vm.set_max_coroutines(limits.coroutines);
        if world::open(&mut vm).is_err() {
            return Err(LoadError::OutOfMemory);
        }
        let globals = vm.globals();
        let main = vm.load(source, name, Some(b"t"), globals).and_then(|main| {
            let registry = vm.registry();
            vm.raw_set_name(registry, MAIN, main.into())
        });
        if main.is_err() {
            let message = bytes_of(&vm, vm.run_error()).unwrap_or(b"not enough memory");
            return Err(LoadError::Invalid(Message::new(message)));
        }
        Ok(Script {
            vm,
            limits,
            is_stopped: false,
            outcome: Outcome::Returned(0),
        })
    }

    /// Begins a run; one that stopped earlier is given up. At most [`MAX_ARGUMENTS`] arguments are taken.
    pub fn run(&mut self, arguments: &[Argument<'_>]) -> Outcome {
        let mut values = [Value::NIL; MAX_ARGUMENTS];
        let arguments = &arguments[..arguments.len().min(MAX_ARGUMENTS)];
        for (value, argument) in values.iter_mut().zip(arguments) {
            *value = match *argument {
                Argument::Nil => Value::NIL,
                Argument::Boolean(b) => b.into(),
                Argument::Number(n) => Value::number(n),
                Argument::String(bytes) => match self.string(bytes) {
                    Some(string) => string,
                    None => return self.outcome,
                },
            };
        }
        self.begin(&values[..arguments.len()])
    }

    /// A string for an argument. Nothing is collected until the run begins. Without memory for it the run has failed.
    pub(crate) fn string(&mut self, bytes: &[u8]) -> Option<Value> {
        match self.vm.new_str(bytes) {
            Ok(string) => Some(string),
            Err(_) => {
                self.is_stopped = false;
                self.outcome = Outcome::Failed;
                None
            }
        }
    }

    pub(crate) fn begin(&mut self, arguments: &[Value]) -> Outcome {
        self.vm.set_fuel(self.limits.fuel);
        let registry = self.vm.registry();
        let handler = match self.vm.raw_get_name(registry, sys::HANDLER) {
            Ok(Value::NIL) => self.vm.raw_get_name(registry, MAIN),
            handler => handler,
        };
        let Ok(function) = handler else {
            self.outcome = Outcome::Failed;
            return self.outcome;
        };
        self.count(|usage| usage.runs += 1);
        self.account(|vm| vm.run(function, arguments))
    }

    /// Goes on with a run that stopped, with fresh fuel. Nothing if there is none.
    pub fn resume(&mut self) -> Option<Outcome> {
        if !self.is_stopped {
            return None;
        }
        self.vm.set_fuel(self.limits.fuel);
        Some(self.account(Vm::resume_run))
    }

    fn account(&mut self, run: impl FnOnce(&mut Vm) -> Ended) -> Outcome {
        let before = self.vm.fuel();
        let ended = run(&mut self.vm);
        let used = match (before, self.vm.fuel()) {
            (Some(before), Some(after)) => before.saturating_sub(after),
            _ => 0,
        };
        self.count(|usage| {
            usage.entries += 1;
            usage.fuel += used;
        });
        self.is_stopped = matches!(ended, Ended::Stopped(_));
        self.outcome = match ended {
            Ended::Returned => Outcome::Returned(self.vm.run_results().len()),
            Ended::Failed => Outcome::Failed,
            Ended::Stopped(StopReason::OutOfFuel) => Outcome::OutOfFuel,
            Ended::Stopped(StopReason::Interrupted | StopReason::Debugger) => Outcome::Interrupted,
        };
        self.outcome
    }

    fn count(&mut self, add: impl FnOnce(&mut Usage)) {
        // Every script's host is one of ours.
        let _ = with_host(&mut self.vm, |host| add(&mut host.usage));
    }

    /// How the last run ended.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Result `i` of the last run, or the error that ended it as result 0.
    pub fn answer(&self, i: usize) -> Answer<'_> {
        match self.outcome {
            Outcome::Returned(_) => match self.vm.run_results().get(i) {
                Some(value) => answer(&self.vm, *value),
                None => Answer::Nil,
            },
            Outcome::Failed if i == 0 => answer(&self.vm, self.vm.run_error()),
            _ => Answer::Nil,
        }
    }

    /// Does any signal stop the runs of this script, rather than only fatal ones?
    pub fn stop_at_any_signal(&mut self, on: bool) {
        let _ = with_host(&mut self.vm, |host| host.any_signal = on);
    }

    /// Sets the fuel of the runs and resumptions to come, within the limit it was loaded with; 0 is that limit.
    pub fn set_fuel(&mut self, fuel: u64) {
        let most = with_host(&mut self.vm, |host| host.limits.fuel).unwrap_or(Some(0));
        self.limits.fuel = match (fuel, most) {
            (0, most) => most,
            (fuel, most) => Some(most.map_or(fuel, |most| fuel.min(most))),
        };
    }

    /// Bytes that one call may transfer.
    pub(crate) fn transfer_limit(&self) -> usize {
        self.limits.transfer
    }

    /// What the script has used so far.
    pub fn usage(&mut self) -> Usage {
        with_host(&mut self.vm, |host| host.usage).unwrap_or_default()
    }

    /// Bytes that its state has used at most.
    pub fn peak_memory(&mut self) -> usize {
        self.vm.heap().peak()
    }

    /// Takes what it printed, as much as fits, and says how much that is.
    pub fn take_log(&mut self, into: &mut [u8]) -> usize {
        with_host(&mut self.vm, |host| host.take_log(into)).unwrap_or(0)
    }

    /// Lends the kernel.
    pub(crate) fn with_kernel<R>(&mut self, f: impl FnOnce(&mut dyn Kernel) -> R) -> Option<R> {
        with_host(&mut self.vm, |host| f(&mut *host.kernel)).ok()
    }
}
