//! A simulated kernel: scripts of [`perilune_kernel`] run in user space, over the process's ordinary system calls, with the same limits and
//! the same library `sys`.
//!
//! What is simulated is the boundary. The process's memory is an arena ([`Process`]), and an address outside of it is a bad one, as in a kernel;
//! load and run requests go through it in the layout that the real calls have ([`Loaded`]). Descriptors, sockets and clocks are real.
//!
//! ```
//! use perilune_kernel::Limits;
//! use perilune_kernel_simulated::{Loaded, Outcome, Process, Value};
//!
//! let process = Process::new(1 << 20).unwrap();
//! let script = Loaded::load(&process, b"return 'pid', sys.getpid()", Limits::DEFAULT).unwrap();
//! let run = script.run(&[]).unwrap();
//! assert_eq!(run.outcome, Outcome::Returned);
//! assert_eq!(run.results, [Value::String(b"pid".to_vec()), Value::Number(std::process::id().into())]);
//! ```

mod constants;
mod errno;
mod kernel;
mod load;
mod process;

#[cfg(feature = "jit")]
pub use kernel::CodeMemory;
pub use kernel::SimulatedKernel;
pub use load::{LoadFailure, Loaded, Outcome, Run, Value};
pub use process::Process;
