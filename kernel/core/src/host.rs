//! The engine's host: what a script's state reaches the kernel through.

extern crate alloc;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::any::Any;
use core::hash::Hasher;

use perilune::host::Host;
use perilune::value::{Buffer, Gc, Str, Table};
use perilune::vm::Vm;
use perilune::vm::native::Raised;

use crate::kernel::{self, Kernel};
use crate::limits::{Limits, Usage};

/// Fields of what is polled.
#[derive(Clone, Copy)]
pub(crate) struct PollNames {
    pub fd: Gc<Str>,
    pub events: Gc<Str>,
    pub revents: Gc<Str>,
}

/// Objects that library functions use. They are kept alive by the state's registry.
#[derive(Clone, Copy)]
pub(crate) struct Fixtures {
    /// Where calls that make strings put their bytes.
    pub transfer: Gc<Buffer>,
    /// The metatable of views.
    pub view: Gc<Table>,
    /// The metatable of batches.
    pub batch: Gc<Table>,
    /// The metatable of maps.
    pub map: Gc<Table>,
    /// Names of fields.
    pub poll: PollNames,
}

/// A state's host.
pub(crate) struct ScriptHost {
    pub kernel: Box<dyn Kernel>,
    pub limits: Limits,
    pub usage: Usage,
    pub fixtures: Option<Fixtures>,
    /// Does any signal stop the run, or only a fatal one?
    pub any_signal: bool,
    log: Vec<u8>,
    /// What addresses are hashed with before scripts see them.
    address_key: [u64; 2],
}

impl ScriptHost {
    pub fn new(mut kernel: Box<dyn Kernel>, limits: Limits) -> ScriptHost {
        let address_key = kernel.entropy();
        ScriptHost {
            kernel,
            address_key,
            limits,
            usage: Usage::default(),
            fixtures: None,
            any_signal: false,
            log: Vec::new(),
        }
    }

    /// Makes a system call, which counts as one.
    pub fn call<T>(
        &mut self,
        call: impl FnOnce(&mut dyn Kernel) -> kernel::Result<T>,
    ) -> kernel::Result<T> {
        self.usage.calls += 1;
        call(&mut *self.kernel)
    }

    /// Takes what was printed, as much as fits.
    pub fn take_log(&mut self, into: &mut [u8]) -> usize {
        let taken = self.log.len().min(into.len());
        for (to, byte) in into.iter_mut().zip(self.log.drain(..taken)) {
            *to = byte;
        }
        taken
    }
}

impl Host for ScriptHost {
    fn as_any(&mut self) -> Option<&mut dyn Any> {
        Some(self)
    }
    fn write_output(&mut self, bytes: &[u8]) -> bool {
        if self.kernel.print(bytes) {
            return true;
        }
        let room = self.limits.log.saturating_sub(self.log.len());
        let kept = &bytes[..bytes.len().min(room)];
        if self.log.try_reserve(kept.len()).is_ok() {
            self.log.extend_from_slice(kept);
        }
        true
    }
    #[cfg(feature = "jit")]
    fn executable_memory(&mut self) -> Option<Box<dyn perilune::host::ExecutableMemory>> {
        self.kernel.executable_memory()
    }
    fn entropy(&mut self) -> [u64; 2] {
        self.kernel.entropy()
    }
    /// No script learns where the kernel's memory is.
    #[expect(deprecated, reason = "SipHash without the standard library")]
    fn told_address(&self, address: usize) -> u64 {
        let [a, b] = self.address_key;
        let mut hasher = core::hash::SipHasher::new_with_keys(a, b);
        hasher.write_usize(address);
        hasher.finish()
    }
    fn take_interrupt(&mut self) -> bool {
        self.kernel.has_to_stop(self.any_signal)
    }
}

/// Lends the state's host. Every state of this crate has it; another's would get an error.
pub(crate) fn with_host<R>(vm: &mut Vm, f: impl FnOnce(&mut ScriptHost) -> R) -> Result<R, Raised> {
    let host = vm.host().as_any();
    let result = host
        .and_then(|host| host.downcast_mut::<ScriptHost>())
        .map(f);
    result.ok_or_else(|| vm.error_bytes(b"this state runs in no kernel"))
}

/// The state's fixtures.
pub(crate) fn fixtures(vm: &mut Vm) -> Result<Fixtures, Raised> {
    match with_host(vm, |host| host.fixtures)? {
        Some(fixtures) => Ok(fixtures),
        None => Err(vm.error_bytes(b"this state has no library sys")),
    }
}
