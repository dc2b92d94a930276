//! Making a state.

extern crate alloc;
use alloc::boxed::Box;
use alloc::vec::Vec;
#[cfg(feature = "std")]
use core::alloc::Layout;
use core::any::Any;
use core::fmt;

use super::error::{Error, Result};
use super::state::{InterruptHandle, Lua, try_box};
#[cfg(feature = "jit")]
use crate::host::ExecutableMemory;
use crate::host::{
    ExitStatus, File, GlobalMemory, Host, HostError, MathFunctions, Memory, OpenMode,
    ReadFileError, StandardStream, WallTime, ZoneOffset,
};
#[cfg(feature = "jit")]
use crate::jit::{JitMode, Settings};
use crate::stdlib::{Libs, open_libs};
use crate::vm::Vm;
use crate::vm::run::Config;

/// How deeply runs may lie within one another unless the builder is told otherwise.
const DEFAULT_NESTING: u32 = 100;

/// A trace of fewer instructions isn't worth leaving and entering for the call of a callback: with 60, a loop that does nothing else
/// takes 21 ns per call instead of 40.
#[cfg(feature = "jit")]
const MIN_STITCH: u32 = 60;

#[cfg(feature = "jit")]
fn embedded_settings() -> Settings {
    let mut settings = Settings::new(JitMode::Compile);
    settings.parameters.min_stitch = MIN_STITCH;
    settings
}

/// What a state is to be like.
///
/// ```
/// # fn main() -> Result<(), perilune::api::Error> {
/// use perilune::api::{Libs, Lua};
///
/// let lua = Lua::builder()
///     .libraries(Libs::BASE.union(Libs::STRING))
///     .memory_limit(8 << 20)
///     .fuel(1_000_000)
///     .build()?;
/// assert!(lua.load("return table == nil and string ~= nil").eval::<bool>()?);
/// # Ok(())
/// # }
/// ```
#[must_use = "a builder makes no state until it is told to build"]
pub struct Builder {
    libraries: Libs,
    config: Config,
    fuel: Option<u64>,
    max_nesting: u32,
    max_coroutines: usize,
    host: Option<Box<dyn Host>>,
    memory: Option<Box<dyn Memory>>,
    #[cfg(feature = "jit")]
    jit: Settings,
    #[cfg(feature = "jit")]
    invalid_option: Option<Error>,
}

impl Lua {
    /// A builder, which begins with the safe libraries (none that reach outside of the state), no limits, and, with the feature `std`,
    /// the operating system as the host. With the feature `jit` hot loops are compiled, if the host has memory for machine code.
    pub fn builder() -> Builder {
        Builder {
            libraries: Libs::SAFE,
            config: Config::default(),
            fuel: None,
            max_nesting: DEFAULT_NESTING,
            max_coroutines: usize::MAX,
            host: None,
            memory: None,
            #[cfg(feature = "jit")]
            jit: embedded_settings(),
            #[cfg(feature = "jit")]
            invalid_option: None,
        }
    }

    /// A state with the safe libraries and no limits. Where there is no memory for it, the program ends as it does when any
    /// other allocation fails.
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// let lua = perilune::api::Lua::new();
    /// lua.load("print 'hello'").exec()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "std")]
    #[allow(
        clippy::new_without_default,
        reason = "a default would hide that it allocates"
    )]
    pub fn new() -> Lua {
        match Lua::builder().build() {
            Ok(lua) => lua,
            Err(_) => alloc::alloc::handle_alloc_error(Layout::new::<Vm>()),
        }
    }
}

impl Builder {
    /// The libraries that scripts find.
    pub fn libraries(mut self, libraries: Libs) -> Self {
        self.libraries = libraries;
        self
    }

    /// What the state reaches the outside through: output, files, clocks.
    pub fn host(mut self, host: impl Host + 'static) -> Self {
        self.host = try_box(host).ok().map(|host| host as Box<dyn Host>);
        self
    }

    /// Where its memory comes from; without this, from the program's allocator.
    pub fn memory(mut self, memory: Box<dyn Memory>) -> Self {
        self.memory = Some(memory);
        self
    }

    /// Bytes that the state may use: objects, stacks, source being compiled. What userdata and callbacks own themselves isn't counted.
    pub fn memory_limit(mut self, bytes: usize) -> Self {
        self.config.memory_limit = bytes;
        self
    }

    /// Slots that the stack of a coroutine may have. A call takes about ten.
    pub fn max_stack(mut self, slots: usize) -> Self {
        self.config.max_stack = slots;
        self
    }

    /// How many coroutines there may be at a time; making one more is an error.
    pub fn max_coroutines(mut self, count: usize) -> Self {
        self.max_coroutines = count;
        self
    }

    /// How deeply scripts and callbacks that call scripts may lie within one another. Each level takes some of the host's stack.
    pub fn max_nesting(mut self, depth: u32) -> Self {
        self.max_nesting = depth;
        self
    }

    /// The fuel: how many loop iterations and calls scripts may execute.
    pub fn fuel(mut self, fuel: u64) -> Self {
        self.fuel = Some(fuel);
        self
    }

    /// The behaviour that LuaJIT has when it is built for compatibility with Lua 5.2.
    pub fn compat52(mut self, on: bool) -> Self {
        self.config.compat52 = on;
        self
    }

    /// May chunks be bytecode, if they are loaded as such? Bytecode is verified, but its debug information can't be trusted.
    pub fn allow_bytecode(mut self, on: bool) -> Self {
        self.config.allow_binary = on;
        self
    }

    /// What becomes of hot loops; without this, machine code.
    #[cfg(feature = "jit")]
    pub fn jit(mut self, mode: JitMode) -> Self {
        self.jit.mode = mode;
        self
    }

    /// An option of the compiler as LuaJIT's `-O` takes it: `"hotloop=10"`, `"-sink"`, `"2"`.
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// use perilune::api::{Error, Lua};
    ///
    /// let lua = Lua::builder().jit_option("hotloop=10").build()?;
    /// lua.load("local n = 0 for i = 1, 1000 do n = n + i end").exec()?;
    /// assert_eq!(lua.jit_status()?.traces, 1);
    /// let bad = Lua::builder().jit_option("hotlop=10").build();
    /// assert!(matches!(bad, Err(Error::InvalidOption { .. })));
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "jit")]
    pub fn jit_option(mut self, option: &str) -> Self {
        if !self.jit.apply(option.as_bytes()) {
            self.invalid_option = Some(Error::invalid_option(option));
        }
        self
    }

    /// Bytes of machine code that there may be, rounded up to KiB. Where more is wanted, code that was not used lately makes room.
    #[cfg(feature = "jit")]
    pub fn code_memory_limit(mut self, bytes: usize) -> Self {
        self.jit.parameters.max_mcode = bytes.div_ceil(1 << 10).min(i32::MAX as usize) as u32;
        self
    }

    /// Makes the state.
    ///
    /// # Errors
    /// [`Error::Memory`], [`Error::InvalidOption`]
    pub fn build(self) -> Result<Lua> {
        #[cfg(feature = "jit")]
        if let Some(error) = self.invalid_option {
            return Err(error);
        }
        let interrupt = InterruptHandle::new()?;
        let host = match self.host {
            Some(host) => host,
            None => default_host()?,
        };
        let host = try_box(Guarded {
            host,
            interrupt: interrupt.clone(),
        })?;
        let memory = match self.memory {
            Some(memory) => memory,
            None => try_box(GlobalMemory)?,
        };
        let mut vm = Vm::new(&self.config, memory, host).map_err(|_| Error::Memory)?;
        if open_libs(&mut vm, self.libraries).is_err() {
            return Err(Error::Memory);
        }
        #[cfg(feature = "jit")]
        vm.set_jit_settings(self.jit);
        vm.set_fuel(self.fuel);
        vm.set_max_coroutines(self.max_coroutines);
        Lua::adopt(vm, interrupt, self.max_nesting)
    }
}

#[cfg(feature = "std")]
fn default_host() -> Result<Box<dyn Host>> {
    Ok(try_box(crate::host::StdHost::default())?)
}

#[cfg(not(feature = "std"))]
fn default_host() -> Result<Box<dyn Host>> {
    struct Nothing;
    impl Host for Nothing {}
    Ok(try_box(Nothing)?)
}

/// A host with the interrupt handle's requests.
struct Guarded {
    host: Box<dyn Host>,
    interrupt: InterruptHandle,
}

impl Host for Guarded {
    fn as_any(&mut self) -> Option<&mut dyn Any> {
        self.host.as_any()
    }
    fn take_interrupt(&mut self) -> bool {
        self.interrupt.take() || self.host.take_interrupt()
    }
    fn write_output(&mut self, bytes: &[u8]) -> bool {
        self.host.write_output(bytes)
    }
    fn standard_stream(&mut self, which: StandardStream) -> Result<Box<dyn File>, HostError> {
        self.host.standard_stream(which)
    }
    fn open(&mut self, name: &[u8], mode: OpenMode) -> Result<Box<dyn File>, HostError> {
        self.host.open(name, mode)
    }
    fn temporary_file(&mut self) -> Result<Box<dyn File>, HostError> {
        self.host.temporary_file()
    }
    fn temporary_name(&mut self) -> Result<Vec<u8>, HostError> {
        self.host.temporary_name()
    }
    fn remove(&mut self, name: &[u8]) -> Result<(), HostError> {
        self.host.remove(name)
    }
    fn rename(&mut self, from: &[u8], to: &[u8]) -> Result<(), HostError> {
        self.host.rename(from, to)
    }
    fn read_file(&mut self, name: &[u8]) -> Result<Vec<u8>, ReadFileError> {
        self.host.read_file(name)
    }
    fn is_readable(&mut self, name: &[u8]) -> bool {
        self.host.is_readable(name)
    }
    fn environment(&mut self, name: &[u8]) -> Option<Vec<u8>> {
        self.host.environment(name)
    }
    fn execute(&mut self, command: &[u8]) -> Result<ExitStatus, HostError> {
        self.host.execute(command)
    }
    fn has_shell(&mut self) -> bool {
        self.host.has_shell()
    }
    fn open_pipe(&mut self, command: &[u8], write: bool) -> Result<Box<dyn File>, HostError> {
        self.host.open_pipe(command, write)
    }
    fn exit(&mut self, status: i32, close: bool) -> Result<(), HostError> {
        self.host.exit(status, close)
    }
    fn wall_time(&mut self) -> Result<WallTime, HostError> {
        self.host.wall_time()
    }
    fn cpu_time(&mut self) -> Result<u64, HostError> {
        self.host.cpu_time()
    }
    fn zone_offset(&mut self, seconds: i64) -> Result<ZoneOffset, HostError> {
        self.host.zone_offset(seconds)
    }
    #[cfg(feature = "jit")]
    fn executable_memory(&mut self) -> Option<Box<dyn ExecutableMemory>> {
        self.host.executable_memory()
    }
    fn math(&self) -> &'static MathFunctions {
        self.host.math()
    }
    fn told_address(&self, address: usize) -> u64 {
        self.host.told_address(address)
    }
    fn entropy(&mut self) -> [u64; 2] {
        self.host.entropy()
    }
    fn describe(&self, error: HostError, text: &mut dyn fmt::Write) -> i32 {
        self.host.describe(error, text)
    }
}
