//! The compiler: switches and what it has done.

use super::callback::bounded;
use super::error::{Error, Result};
use super::state::{Lua, try_box};
use crate::jit::Observer;
pub use crate::jit::{JitMode, TraceCallback, TraceEvent};

/// What the compiler has done so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct JitStatus {
    /// Are hot loops looked for?
    pub is_on: bool,
    /// What becomes of them. [`JitMode::Off`] where the host has no memory for machine code, once it was asked for.
    pub mode: JitMode,
    /// Traces that there are.
    pub traces: usize,
    /// Traces that were made since the state was, those that were given up again included.
    pub traces_made: u64,
    /// Bytes of machine code.
    pub code_size: usize,
    /// How many there may be.
    pub code_limit: usize,
}

impl Lua {
    /// What the compiler has done so far.
    ///
    /// # Errors
    /// [`Error::Busy`]
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// let lua = perilune::api::Lua::builder().code_memory_limit(256 << 10).build()?;
    /// lua.load("local t = {} for i = 1, 1000 do t[i] = i end").exec()?;
    /// let status = lua.jit_status()?;
    /// assert!(status.is_on && status.traces > 0);
    /// assert!((1..=256 << 10).contains(&status.code_size));
    /// # Ok(())
    /// # }
    /// ```
    pub fn jit_status(&self) -> Result<JitStatus> {
        self.enter(|vm| {
            let (code_size, code_limit) = vm.code_memory();
            JitStatus {
                is_on: vm.is_jit_on(),
                mode: vm.jit.settings.mode,
                traces: vm.jit.traces.len(),
                traces_made: vm.jit.installed,
                code_size,
                code_limit,
            }
        })
    }

    /// Switches the compiler on or off. Code that there is stays, and runs.
    ///
    /// # Errors
    /// [`Error::Busy`]
    pub fn set_jit(&self, on: bool) -> Result<()> {
        self.enter(|vm| vm.switch_jit(on))
    }

    /// Sets an option of the compiler as LuaJIT's `-O` takes it.
    ///
    /// # Errors
    /// [`Error::InvalidOption`], [`Error::Busy`]
    pub fn set_jit_option(&self, option: &str) -> Result<()> {
        match self.enter(|vm| vm.set_jit_option(option.as_bytes()))? {
            true => Ok(()),
            false => Err(Error::invalid_option(option)),
        }
    }

    /// Calls back when a recording begins or is given up, when a trace was made, and when all are dropped; `None` ends that. The
    /// callback can't use the state: what it is told happens in the midst of a run.
    ///
    /// # Errors
    /// [`Error::Busy`]
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// use std::{cell::Cell, rc::Rc};
    /// use perilune::api::{Lua, TraceEvent};
    ///
    /// let lua = Lua::builder().build()?;
    /// let loops = Rc::new(Cell::new(0));
    /// let counter = loops.clone();
    /// lua.on_trace(Some(Box::new(move |event| {
    ///     if let TraceEvent::Compiled { link: "loop", .. } = event {
    ///         counter.set(counter.get() + 1);
    ///     }
    /// })))?;
    /// lua.load("for i = 1, 1000 do end").exec()?;
    /// assert_eq!(loops.get(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_trace(&self, callback: Option<TraceCallback>) -> Result<()> {
        let state = self.weak();
        let callback = match callback {
            Some(mut callback) => {
                // A panic ends the run, as that of any other callback.
                let call = move |event: TraceEvent<'_>| {
                    if let Ok(lua) = state.upgrade()
                        && bounded(&lua, || {
                            callback(event);
                            Ok(())
                        })
                        .is_err()
                    {
                        lua.inner().interrupt.interrupt();
                    }
                };
                Some(try_box(call)? as TraceCallback)
            }
            None => None,
        };
        self.enter(|vm| vm.jit.observer = Observer::new(callback))
    }

    /// Drops all traces: what is hot is compiled anew.
    ///
    /// # Errors
    /// [`Error::Busy`]
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// let lua = perilune::api::Lua::builder().build()?;
    /// lua.load("for i = 1, 1000 do end").exec()?;
    /// lua.flush_traces()?;
    /// assert_eq!(lua.jit_status()?.traces, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn flush_traces(&self) -> Result<()> {
        self.enter(|vm| vm.flush_traces())
    }
}
