//! Sampling: now and then, between instructions, what runs is noted for a profiler of the host's or of a script.
//!
//! The host counts samples that are due by its clock ([`Host::take_samples`](crate::host::Host::take_samples)). The state asks when its budget
//! is refilled, which happens often while somebody samples, in machine code too: it leaves as for any service, and
//! the interpreter's frames are there to be looked at.

extern crate alloc;
use alloc::boxed::Box;
use core::fmt::{self, Write};

use crate::stdlib;
use crate::value::{Gc, Thread, Value};
use crate::vm::Vm;
use crate::vm::debuginfo::short_name;
use crate::vm::frame::{self, Cont, Frame};
use crate::vm::vmevent::VmEvent;

/// The name of a library function by its builtin number.
#[cfg(feature = "jit")]
pub fn builtin_name(number: u8) -> &'static str {
    crate::stdlib::jit::library_name(number)
}
/// The name of a library function by its builtin number.
#[cfg(not(feature = "jit"))]
pub fn builtin_name(_: u8) -> &'static str {
    "?"
}

/// Back-edges and calls between two looks at the clock while somebody samples.
pub(super) const SAMPLING_SLICE: i64 = 300;

/// What ran when a sample was due.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// How many were due.
    pub count: u32,
    /// LuaJIT's letter: `N` machine code, `I` the interpreter, `C` a native function, `G` the collector, `J` the recorder.
    pub state: char,
    /// The trace, in machine code.
    pub trace: Option<u16>,
}

/// Who is given samples. It looks at [`Vm::sampled_threads`].
pub type Sampler = Box<dyn FnMut(&Vm, Sample)>;

/// Who samples.
#[derive(Default)]
pub(crate) struct Profiler {
    sampler: Option<Sampler>,
    /// Does a script's callback want samples?
    by_script: bool,
    /// Milliseconds between two samples.
    interval: u32,
    /// The trace that was left for a service just now.
    pub(crate) trace: Option<u16>,
    /// Time of the collector's that samples were given to, in nanoseconds.
    collected: u128,
    /// Looks at the clock since the last slice of the usual length.
    #[cfg(feature = "jit")]
    looks: i64,
}

impl Profiler {
    /// Does anybody sample?
    #[inline]
    pub(crate) fn is_on(&self) -> bool {
        self.interval != 0
    }
    /// Is this one of the slices that the compiler counts?
    #[cfg(feature = "jit")]
    pub(crate) fn is_whole_slice(&mut self) -> bool {
        self.looks += SAMPLING_SLICE;
        let whole = !self.is_on() || self.looks >= super::service::SLICE;
        if whole {
            self.looks = 0;
        }
        whole
    }
}

impl Vm {
    /// Gives samples to the host's program from now on, one in so many milliseconds of the processor's time; or to nobody. False where the
    /// host has no clock for that.
    pub fn set_sampler(&mut self, sampler: Option<Sampler>, interval: u32) -> bool {
        let is_some = sampler.is_some();
        self.profiler.sampler = sampler;
        self.update_sampling(is_some.then_some(interval))
    }

    /// The same for a script's callback, which `jit.attach` has as that of `profile`.
    pub(crate) fn sample_for_script(&mut self, interval: Option<u32>) {
        self.profiler.by_script = interval.is_some();
        self.update_sampling(interval);
    }

    fn update_sampling(&mut self, interval: Option<u32>) -> bool {
        if let Some(interval) = interval {
            let interval = interval.max(1);
            self.profiler.interval = interval;
            self.profiler.collected = self.heap.statistics().total_pause.as_nanos();
            self.measures_pauses = true;
            self.request_service();
            return self.host.start_samples(interval);
        }
        if self.profiler.sampler.is_none() && !self.profiler.by_script {
            self.host.stop_samples();
            self.profiler.interval = 0;
        }
        true
    }

    /// Takes the samples that are due; the running frame is at the state's `base`.
    #[cold]
    #[inline(never)]
    pub(crate) fn take_samples(&mut self) {
        let count = self.host.take_samples();
        let trace = self.profiler.trace.take();
        if count == 0 {
            return;
        }
        let interval = u128::from(self.profiler.interval) * 1_000_000 * u128::from(count);
        let collected = self.heap.statistics().total_pause.as_nanos();
        // SAFETY: every frame has its function below it.
        let function = unsafe { Frame(self.base).function_value() }.as_function();
        let state = if collected >= self.profiler.collected + interval {
            self.profiler.collected += interval;
            'G'
        } else if trace.is_some() {
            'N'
        } else if function.is_some_and(|f| !f.is_lua() || f.is_inner()) {
            'C'
        } else if self.is_recording_now() {
            'J'
        } else {
            'I'
        };
        let sample = Sample {
            count,
            state,
            trace,
        };
        if let Some(mut sampler) = self.profiler.sampler.take() {
            sampler(self, sample);
            self.profiler.sampler.get_or_insert(sampler);
        }
        if self.profiler.by_script {
            let mut letter = [0; 4];
            if let Ok(state) = self.heap.intern(state.encode_utf8(&mut letter).as_bytes()) {
                let count = i32::try_from(count).unwrap_or(i32::MAX);
                let args = [self.thread.into(), Value::int(count), state.into()];
                self.send_event(VmEvent::Profile, &args);
            }
        }
    }

    #[cfg(feature = "jit")]
    fn is_recording_now(&self) -> bool {
        self.jit.is_recording()
    }
    #[cfg(not(feature = "jit"))]
    fn is_recording_now(&self) -> bool {
        false
    }

    /// The threads whose functions run or wait for one another: the running one, the one that resumed it, and so on.
    pub fn sampled_threads(&self) -> impl Iterator<Item = Gc<Thread>> {
        core::iter::successors(Some(self.thread), |thread| thread.resumer.get())
    }

    /// Writes a thread's functions, as LuaJIT's `jit.profile.dumpstack` does: `f` a function's name or else module and line, `F` with the module
    /// always, `l` module and current line, `p` modules with their paths, `Z` nothing that follows behind the last one; all else
    /// as it is. `depth` functions from the innermost on, or as many below 0 up to the innermost.
    pub fn write_stack(
        &self,
        thread: Gc<Thread>,
        format: &[u8],
        depth: i32,
        out: &mut dyn Write,
    ) -> fmt::Result {
        let most = depth.unsigned_abs() as usize;
        let total = self.profiled(thread).count().min(most);
        let mut with_path = false;
        for i in 0..total {
            let level = if depth < 0 { total - 1 - i } else { i };
            let Some(activation) = self.profiled(thread).nth(level) else {
                break;
            };
            for &c in format {
                match c {
                    b'p' => with_path = true,
                    b'F' | b'f' => {
                        let proto = activation.function.proto();
                        match (self.function_name(&activation), proto) {
                            (Some((_, name)), proto) => {
                                if let Some(proto) = proto.filter(|_| c == b'F') {
                                    write_module(out, proto.chunk_name().as_bytes(), with_path)?;
                                    out.write_str(":")?;
                                }
                                write!(out, "{}", crate::vm::native::Lossy(name.as_bytes()))?;
                            }
                            (None, Some(proto)) => {
                                write_module(out, proto.chunk_name().as_bytes(), with_path)?;
                                write!(out, ":{}", proto.first_line())?;
                            }
                            (None, None) => write_native(out, activation.function)?,
                        }
                    }
                    b'l' => match activation.function.proto() {
                        Some(proto) => {
                            write_module(out, proto.chunk_name().as_bytes(), with_path)?;
                            let line = activation.line().unwrap_or_else(|| proto.first_line());
                            write!(out, ":{line}")?;
                        }
                        None => write_native(out, activation.function)?,
                    },
                    b'Z' if i + 1 == total => break,
                    b'Z' => {}
                    c => out.write_char(char::from(c))?,
                }
            }
        }
        Ok(())
    }

    /// A thread's functions without those of a profiler's callback.
    fn profiled(
        &self,
        thread: Gc<Thread>,
    ) -> impl Iterator<Item = crate::vm::debuginfo::Activation> {
        let is_callback = |activation: &crate::vm::debuginfo::Activation| {
            // SAFETY: an activation's frame is well formed.
            unsafe {
                let frame = activation.frame;
                frame.link().kind() == frame::CONT && frame.cont() == Cont::Event
            }
        };
        let mut above = self.activations(thread);
        let in_callback = above.position(|a| is_callback(&a));
        self.activations(thread)
            .skip(in_callback.map_or(0, |n| n + 1))
    }
}

/// A chunk's name, without its folder unless it is wanted.
fn write_module(out: &mut dyn Write, name: &[u8], with_path: bool) -> fmt::Result {
    let text = short_name(name);
    let shown = match name {
        [b'@', path @ ..] if with_path => path,
        [b'@', path @ ..] => {
            let folder = path.iter().rposition(|&b| b == b'/' || b == b'\\');
            &path[folder.map_or(0, |i| i + 1)..]
        }
        _ => text.as_bytes(),
    };
    write!(out, "{}", crate::vm::native::Lossy(shown))
}

fn write_native(out: &mut dyn Write, function: Gc<crate::value::Function>) -> fmt::Result {
    match (stdlib::name_in_lua(function), function.header.b.get()) {
        (Some(name), _) => write!(out, "[builtin:{name}]"),
        (None, 0) => write!(out, "@{:p}", function.as_ptr()),
        (None, n) => write!(out, "[builtin#{n}]"),
    }
}
