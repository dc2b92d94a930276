//! The engine as the command uses it: load, call, and what came of it.
//!
//! Values that are held here between two runs need no roots: garbage is collected only while something runs.

use std::cell::{RefCell, RefMut};
use std::ops::Range;
use std::rc::Rc;

use perilune::host::{HostError, ReadFileError};
use perilune::stdlib::{self, Libs};
use perilune::value::Value;
use perilune::vm::Vm;
use perilune::vm::native::{Flow, NativeResult, Raised};
use perilune::vm::run::{Config, Outcome, StopReason};

use crate::host::{ExitRequest, Interruptible, StdHost, StdMemory};

/// Why a script didn't do what it should.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// An error, with its message and traceback; none if the error's value was nil.
    Error(Option<Vec<u8>>),
    /// The source is no Lua.
    Syntax(Box<SyntaxFailure>),
    /// The script called `os.exit` and the state is to be closed first.
    Exit(i32),
}

/// A syntax error and what tools want to know about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyntaxFailure {
    /// LuaJIT's message.
    pub text: Vec<u8>,
    /// What was to be compiled.
    pub source: Vec<u8>,
    /// The bytes at fault.
    pub span: Range<usize>,
    /// Could it go on where it ends?
    pub incomplete_input: bool,
}

impl Failure {
    fn message(text: impl Into<Vec<u8>>) -> Failure {
        Failure::Error(Some(text.into()))
    }
    /// What to tell the user.
    pub fn text(&self) -> Option<&[u8]> {
        match self {
            Failure::Error(text) => text.as_deref(),
            Failure::Syntax(failure) => Some(&failure.text),
            Failure::Exit(_) => None,
        }
    }
}

/// Applies the options in the environment variable PERILUNE_JIT, which are separated by commas, as those of `-O` are. So that test suites
/// can be run with any options; mistakes in it are nobody's business.
#[cfg(feature = "jit")]
fn apply_environment(vm: &mut Vm) {
    let Some(options) = std::env::var_os("PERILUNE_JIT") else {
        return;
    };
    for option in std::os::unix::ffi::OsStrExt::as_bytes(options.as_os_str()).split(|&c| c == b',')
    {
        vm.set_jit_option(option);
    }
}

/// Who is asked when a run stops: a debugger.
pub trait Supervisor {
    /// The run stopped, and can be looked at. Shall it go on?
    fn stopped(&mut self, vm: &mut Vm, reason: StopReason) -> bool;
}

/// A supervisor, if there is one.
type SharedSupervisor = Rc<RefCell<Option<Box<dyn Supervisor>>>>;

/// A state with all libraries, on the operating system. Clones are the same state.
#[derive(Clone)]
pub struct Engine {
    vm: Rc<RefCell<Box<Vm>>>,
    exit: ExitRequest,
    supervisor: SharedSupervisor,
    at_end: Rc<RefCell<Vec<AtEnd>>>,
}

/// What is done before a state ends.
type AtEnd = Box<dyn FnOnce(&Engine)>;

impl Engine {
    /// A new state, or nothing if there is no memory. Without the environment, LUA_PATH and its like count as unset.
    pub fn new(ignore_environment: bool, compat52: bool) -> Option<Engine> {
        let (host, exit) = StdHost::new();
        let config = Config {
            allow_binary: true,
            compat52,
            #[cfg(feature = "jit")]
            jit: perilune::jit::Config {
                mode: perilune::jit::JitMode::Compile,
                off: false,
            },
            ..Config::default()
        };
        let mut vm = Vm::new(&config, Box::new(StdMemory), Box::new(host)).ok()?;
        if ignore_environment {
            let registry = vm.registry();
            vm.raw_set_name(registry, "LUA_NOENV", Value::TRUE).ok()?;
        }
        stdlib::open_libs(&mut vm, Libs::ALL).ok()?;
        #[cfg(feature = "jit")]
        if !ignore_environment {
            apply_environment(&mut vm);
        }
        Some(Engine {
            vm: Rc::new(RefCell::new(vm)),
            exit,
            supervisor: SharedSupervisor::default(),
            at_end: Rc::default(),
        })
    }

    /// Does this before the state ends.
    pub fn at_end(&self, action: AtEnd) {
        self.at_end.borrow_mut().push(action);
        // Scripts that end the program don't skip it.
        crate::host::make_exits_requests();
    }

    /// Asks this one when runs stop.
    pub fn supervise(&self, supervisor: Box<dyn Supervisor>) {
        *self.supervisor.borrow_mut() = Some(supervisor);
    }

    /// The state itself.
    pub fn vm(&self) -> RefMut<'_, Box<Vm>> {
        self.vm.borrow_mut()
    }

    /// Runs what is to run when a state ends, and writes out what is pending.
    pub fn close(&self) {
        let last = std::mem::take(&mut *self.at_end.borrow_mut());
        for action in last {
            action(self);
        }
        let vm = &mut *self.vm();
        vm.close();
        // Nobody is left to hear of a failure.
        let _ = vm.flush_streams();
    }

    /// Writes out what is pending.
    pub fn flush(&self) {
        let _ = self.vm().flush_streams();
    }

    /// A string.
    pub fn string(&self, bytes: &[u8]) -> Result<Value, Failure> {
        let vm = &mut *self.vm();
        vm.new_str(bytes).map_err(|raised| failure_of(vm, raised))
    }

    /// A global variable, without metamethods.
    pub fn global(&self, name: &str) -> Value {
        let globals = self.vm().globals();
        self.field(globals.into(), name)
    }

    /// A field of a table, without metamethods; nil for anything else.
    pub fn field(&self, table: Value, name: &str) -> Value {
        match table.as_table() {
            Some(table) => self.vm().raw_get_name(table, name).unwrap_or(Value::NIL),
            None => Value::NIL,
        }
    }

    fn loaded(&self, library: &str) -> Value {
        let registry = self.vm().registry();
        let loaded = self.field(registry.into(), "_LOADED");
        self.field(loaded, library)
    }

    /// A function of the `jit` library.
    pub fn jit_function(&self, name: &str) -> Option<Value> {
        Some(self.field(self.loaded("jit"), name)).filter(|f| f.is_function())
    }

    /// The function that takes `-O`'s flags.
    pub fn jit_optimise_function(&self) -> Option<Value> {
        Some(self.field(self.loaded("jit.opt"), "start")).filter(|f| f.is_function())
    }

    /// Sets the global `arg`: the script's name is at 0, its arguments follow, and what precedes it has negative
    /// indices.
    pub fn set_arguments(&self, args: &[Vec<u8>], script: usize) -> Result<(), Failure> {
        let vm = &mut *self.vm();
        let mut set = || {
            let table = vm.new_table(args.len() as u32, 4)?;
            for (i, arg) in args.iter().enumerate() {
                let arg = vm.new_str(arg)?;
                vm.raw_set_int(table, i as i32 - script as i32, arg)?;
            }
            let globals = vm.globals();
            vm.raw_set_name(globals, "arg", table.into())
        };
        set().map_err(|raised| failure_of(vm, raised))
    }

    /// The script's arguments, from what the global `arg` is by now.
    pub fn script_arguments(&self) -> Vec<Value> {
        let Some(table) = self.global("arg").as_table() else {
            return Vec::new();
        };
        (1..)
            .map(|i| table.get_int(i))
            .take_while(|arg| !arg.is_nil())
            .collect()
    }

    /// Compiles a chunk of source text or bytecode.
    pub fn load(&self, source: &[u8], name: &[u8]) -> Result<Value, Failure> {
        let vm = &mut *self.vm();
        let globals = vm.globals();
        match vm.load(source, name, None, globals) {
            Ok(function) => Ok(function.into()),
            Err(raised) => Err(load_failure(vm, raised, source)),
        }
    }

    /// Compiles a file, or the standard input. A first line that begins with `#` is skipped.
    pub fn load_file(&self, name: Option<&[u8]>) -> Result<Value, Failure> {
        let (source, chunk) = self.read_source(name)?;
        self.load(&source, &chunk)
    }

    /// Reads a file or the standard input, and says what its chunk is called.
    pub fn read_source(&self, name: Option<&[u8]>) -> Result<(Vec<u8>, Vec<u8>), Failure> {
        let result = match name {
            Some(name) => self.vm().host().read_file(name),
            None => self.vm().read_standard_input().map_err(ReadFileError::Read),
        };
        let shown = name.unwrap_or(b"stdin");
        match result {
            Ok(source) => {
                let mark: &[u8] = if name.is_some() { b"@" } else { b"=" };
                Ok((source, [mark, shown].concat()))
            }
            Err(ReadFileError::Open(error)) => Err(self.file_failure("open", shown, error)),
            Err(ReadFileError::Read(error)) => Err(self.file_failure("read", shown, error)),
        }
    }

    fn file_failure(&self, action: &str, name: &[u8], error: HostError) -> Failure {
        let mut text = String::new();
        self.vm().host().describe(error, &mut text);
        Failure::message(
            [
                b"cannot ",
                action.as_bytes(),
                b" ",
                name,
                b": ",
                text.as_bytes(),
            ]
            .concat(),
        )
    }

    /// A line of the standard input without its end, or nothing at the end.
    pub fn read_line(&self) -> Option<Vec<u8>> {
        self.vm().read_standard_line().ok().flatten()
    }

    /// Calls a function. Errors have a traceback; Ctrl-C interrupts it.
    pub fn call(&self, function: Value, args: &[Value]) -> Result<Vec<Value>, Failure> {
        self.execute(function, args, true)
    }

    /// The same without traceback, for what the command calls on its own account.
    pub fn call_plain(&self, function: Value, args: &[Value]) -> Result<Vec<Value>, Failure> {
        self.execute(function, args, false)
    }

    fn execute(
        &self,
        function: Value,
        args: &[Value],
        traceback: bool,
    ) -> Result<Vec<Value>, Failure> {
        let vm = &mut *self.vm();
        let outcome = {
            let _interruptible = Interruptible::begin();
            let mut outcome = match vm.new_native(call_from_command, 0, &[]) {
                Ok(command) => vm.run(command.into(), &[&[function], args].concat()),
                Err(_) => Outcome::Failed,
            };
            while let Outcome::Stopped(reason) = outcome
                && self.exit.status().is_none()
                && let Some(supervisor) = &mut *self.supervisor.borrow_mut()
                && supervisor.stopped(vm, reason)
            {
                outcome = vm.resume_run();
            }
            outcome
        };
        match outcome {
            Outcome::Returned => Ok(vm.run_results().to_vec()),
            Outcome::Failed => Err(run_failure(vm, traceback)),
            Outcome::Stopped(_) => {
                let failure = match self.exit.status() {
                    Some(status) => Failure::Exit(status),
                    None => interrupted(vm),
                };
                vm.abandon_run();
                Err(failure)
            }
        }
    }
}

/// Calls its first argument with the others: the frame of the command itself, which tracebacks end in.
fn call_from_command(vm: &mut Vm) -> NativeResult {
    if vm.step() == 1 {
        return Ok(Flow::Return(vm.results()));
    }
    let nargs = vm.nargs();
    vm.begin_call(vm.arg(0), 1)?;
    for i in 1..nargs {
        let arg = vm.arg(i);
        vm.push(arg)?;
    }
    Ok(Flow::Call {
        nargs: nargs as u32 - 1,
    })
}

/// The failure of a call into the engine outside of a run.
fn failure_of(vm: &mut Vm, _raised: Raised) -> Failure {
    Failure::Error(text_of(vm.run_error()))
}

/// The failure of a load.
fn load_failure(vm: &mut Vm, raised: Raised, source: &[u8]) -> Failure {
    let failure = failure_of(vm, raised);
    match (vm.syntax_error(), failure) {
        (Some(place), Failure::Error(Some(text))) => Failure::Syntax(Box::new(SyntaxFailure {
            text,
            source: source.to_vec(),
            span: place.span.start.offset as usize..place.span.end.offset as usize,
            incomplete_input: place.incomplete_input,
        })),
        (_, failure) => failure,
    }
}

/// A string or a number as text.
pub fn text_of(value: Value) -> Option<Vec<u8>> {
    if let Some(n) = value.as_number() {
        let mut buffer = perilune::number::TextBuffer::default();
        return Some(perilune::number::to_text(n, &mut buffer).to_vec());
    }
    value.as_str().map(|s| s.as_bytes().to_vec())
}

fn with_traceback(message: &[u8], traceback: Option<Vec<u8>>) -> Vec<u8> {
    // A NUL ends the message, as it ends a string of C.
    let end = message
        .iter()
        .position(|c| *c == 0)
        .unwrap_or(message.len());
    let message = &message[..end];
    match traceback {
        Some(traceback) => [message, b"\n", &traceback].concat(),
        None => message.to_vec(),
    }
}

/// What the error that ended a run says. Other values than strings are asked for their `__tostring`.
fn run_failure(vm: &mut Vm, traceback: bool) -> Failure {
    const NO_STRING: &str = "(error object is not a string)";
    let error = vm.run_error();
    let trace = vm
        .run_traceback()
        .filter(|_| traceback)
        .map(|trace| trace.as_bytes().to_vec());
    if error.is_nil() {
        return Failure::Error(None);
    }
    if let Some(text) = text_of(error) {
        return Failure::message(with_traceback(&text, trace));
    }
    if !traceback {
        return Failure::message(NO_STRING);
    }
    let to_string = vm.metafield(error, "__tostring").unwrap_or(Value::NIL);
    if to_string.is_nil() {
        return Failure::message(NO_STRING);
    }
    if vm.run(to_string, &[error]) != Outcome::Returned {
        vm.abandon_run();
        return Failure::message("error in error handling");
    }
    match vm.run_results().first().copied().and_then(text_of) {
        Some(text) => Failure::message(with_traceback(&text, trace)),
        None => Failure::message(NO_STRING),
    }
}

/// How far the message after Ctrl-C looks for a Lua function.
const DEEPEST_POSITION: usize = 100;

/// The message after Ctrl-C, with the place where the script was.
fn interrupted(vm: &mut Vm) -> Failure {
    // The innermost Lua function tells where it was, even if a native one was running.
    let position = (0..DEEPEST_POSITION)
        .map_while(|level| vm.position_prefix(level).ok().and_then(text_of))
        .find(|position| !position.is_empty())
        .unwrap_or_default();
    let message = [position.as_slice(), b"interrupted!"].concat();
    let thread = vm.current_thread();
    let trace = vm.traceback(thread, None, 0);
    Failure::message(with_traceback(
        &message,
        trace.map(|trace| trace.as_bytes().to_vec()),
    ))
}
