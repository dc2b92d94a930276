//! Limits and accounts: fuel, memory, interrupts, garbage collection.

use super::error::Result;
use super::state::{InterruptHandle, Lua};
pub use crate::gc::GcStatistics;
use crate::vm::Vm;

impl Lua {
    /// A step of the collector if one is due: where the program allocates, no script may come by to do it.
    #[inline]
    pub(super) fn safepoint(&self) -> Result<()> {
        self.enter(|vm| {
            if vm.heap().step_due() {
                vm.collect_step();
            }
        })
    }

    /// Sets the fuel: how many loop iterations and calls scripts may execute from now on; `None` is unlimited. A stopped run's debt is
    /// paid from it first, so that a script needs the same amount in one piece or in many.
    ///
    /// # Errors
    /// [`Error::Busy`](super::Error::Busy)
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// lua.set_fuel(Some(1000))?;
    /// let error = lua.load("while true do end").exec().unwrap_err();
    /// assert!(matches!(error, perilune::api::Error::OutOfFuel));
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn set_fuel(&self, fuel: Option<u64>) -> Result<()> {
        self.enter(|vm| vm.set_fuel(fuel))
    }

    /// The fuel that is left; `None` is unlimited.
    ///
    /// # Errors
    /// [`Error::Busy`](super::Error::Busy)
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// use perilune::api::Lua;
    ///
    /// let lua = Lua::builder().fuel(10_000).build()?;
    /// lua.load("for i = 1, 100 do end").exec()?;
    /// let used = 10_000 - lua.fuel()?.unwrap_or(0);
    /// assert!((100..200).contains(&used)); // compiling costs something, too
    /// # Ok(())
    /// # }
    /// ```
    pub fn fuel(&self) -> Result<Option<u64>> {
        self.enter(|vm| vm.fuel())
    }

    /// Sets how many bytes the state may take from the host. What it has already stays.
    ///
    /// # Errors
    /// [`Error::Busy`](super::Error::Busy)
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// lua.set_memory_limit(1 << 20)?;
    /// assert!(lua.load("return ('x'):rep(1e7)").exec().is_err());
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn set_memory_limit(&self, bytes: usize) -> Result<()> {
        self.enter(|vm| vm.heap().set_limit(bytes))
    }

    /// Bytes that objects and stacks use, garbage included.
    ///
    /// # Errors
    /// [`Error::Busy`](super::Error::Busy)
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let before = lua.used_memory()?;
    /// lua.load("list = {} for i = 1, 1000 do list[i] = {} end").exec()?;
    /// assert!(lua.used_memory()? > before);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn used_memory(&self) -> Result<usize> {
        self.enter(|vm| vm.heap().used())
    }

    /// The most bytes that were in use at once.
    ///
    /// # Errors
    /// [`Error::Busy`](super::Error::Busy)
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// assert!(lua.peak_memory()? >= lua.used_memory()?);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn peak_memory(&self) -> Result<usize> {
        self.enter(|vm| vm.heap().peak())
    }

    /// A handle with which any thread may stop what runs.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        self.inner().interrupt.clone()
    }

    /// Collects all garbage.
    ///
    /// # Errors
    /// [`Error::Busy`](super::Error::Busy)
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// lua.load("list = {} for i = 1, 1000 do list[i] = {} end").exec()?;
    /// let before = lua.used_memory()?;
    /// lua.load("list = nil").exec()?;
    /// lua.gc_collect()?;
    /// assert!(lua.used_memory()? < before);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn gc_collect(&self) -> Result<()> {
        self.enter(Vm::collect_fully)
    }

    /// Stops the collector until [`Lua::gc_restart`].
    ///
    /// # Errors
    /// [`Error::Busy`](super::Error::Busy)
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// lua.gc_stop()?;
    /// lua.load("for i = 1, 100 do local t = {} end").exec()?;
    /// lua.gc_restart()?;
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn gc_stop(&self) -> Result<()> {
        self.enter(|vm| vm.heap().stop())
    }

    /// Lets the collector work again.
    ///
    /// # Errors
    /// [`Error::Busy`](super::Error::Busy)
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// lua.gc_stop()?;
    /// lua.gc_restart()?;
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn gc_restart(&self) -> Result<()> {
        self.enter(|vm| vm.heap().restart())
    }

    /// Collects as much as the allocation of `bytes` would cause, and tells whether that ended a cycle.
    ///
    /// # Errors
    /// [`Error::Busy`](super::Error::Busy)
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// // In the pause between two frames of a game.
    /// while !lua.gc_step(16 << 10)? {}
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn gc_step(&self, bytes: usize) -> Result<bool> {
        self.enter(|vm| vm.collect_by(bytes))
    }

    /// Sets how much the heap grows between two cycles, in per cent of what was alive (200: twice as large), and gives the setting before.
    ///
    /// # Errors
    /// [`Error::Busy`](super::Error::Busy)
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let before = lua.gc_set_pause(150)?;
    /// assert_eq!(lua.gc_set_pause(before)?, 150);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn gc_set_pause(&self, percent: u32) -> Result<u32> {
        self.enter(|vm| vm.heap().set_pause(percent))
    }

    /// Sets how fast a cycle goes relative to allocation, in per cent, and gives the setting before.
    ///
    /// # Errors
    /// [`Error::Busy`](super::Error::Busy)
    ///
    /// ```
    /// # let lua = perilune::api::Lua::builder().build()?;
    /// let before = lua.gc_set_step_multiplier(400)?;
    /// assert_eq!(lua.gc_set_step_multiplier(before)?, 400);
    /// # Ok::<(), perilune::api::Error>(())
    /// ```
    pub fn gc_set_step_multiplier(&self, percent: u32) -> Result<u32> {
        self.enter(|vm| vm.heap().set_step_multiplier(percent))
    }

    /// What the collector has done since the state was made. How long it made the program wait is measured from the first call with
    /// `true` of [`Lua::gc_measure_pauses`] on.
    ///
    /// # Errors
    /// [`Error::Busy`](super::Error::Busy)
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// let lua = perilune::api::Lua::builder().build()?;
    /// lua.gc_measure_pauses(true)?;
    /// lua.load("for i = 1, 20000 do local t = {i, {}} end").exec()?;
    /// lua.gc_collect()?;
    /// let statistics = lua.gc_statistics()?;
    /// assert!(statistics.cycles >= 1 && statistics.pauses >= statistics.cycles);
    /// assert!(statistics.longest_pause <= statistics.total_pause);
    /// # Ok(())
    /// # }
    /// ```
    pub fn gc_statistics(&self) -> Result<GcStatistics> {
        self.enter(|vm| vm.heap().statistics())
    }

    /// Measures the collector's pauses, or no longer. It takes the host's [`cpu_time`](super::Host::cpu_time) twice per pause.
    ///
    /// # Errors
    /// [`Error::Busy`](super::Error::Busy)
    pub fn gc_measure_pauses(&self, on: bool) -> Result<()> {
        self.enter(|vm| vm.measures_pauses = on)
    }

    /// Lets a full collection happen at every opportunity. For tests, which find with it what isn't rooted.
    #[doc(hidden)]
    pub fn gc_set_zeal(&self, on: bool) -> Result<()> {
        self.enter(|vm| vm.heap().set_zeal(on))
    }

    /// Makes the `n`-th allocation of the engine from now on fail. For tests.
    #[doc(hidden)]
    pub fn fail_allocation(&self, n: u64) -> Result<()> {
        self.enter(|vm| vm.heap().fail_allocation(n))
    }

    /// Is the failure of [`Lua::fail_allocation`] still to come?
    #[doc(hidden)]
    pub fn awaits_failure(&self) -> Result<bool> {
        self.enter(|vm| vm.heap().awaits_failure())
    }
}
