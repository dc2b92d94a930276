//! The cycle: its phases, the step that the interpreter calls at safepoints, and pacing.
//!
//! A cycle marks incrementally, ends marking in one *atomic* step, and sweeps incrementally. Before the atomic step, what was written
//! or ran since it was traversed is traversed again, in rounds, each incremental, until little is left.
//! The atomic step then looks at: the stacks of threads that ran, tables that were written of late, all open upvalues,
//! all weak tables, all userdata.

use core::ptr;
use core::time::Duration;

use super::finalize::UserdataLists;
use super::header::READONLY;
use super::heap::Heap;
use super::mark::{Cursor, GreyList, is_marked};
use crate::value::{Gc, Str, Thread, Upvalue, Value};

/// What the collector has done since the state was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct GcStatistics {
    /// Cycles that were finished.
    pub cycles: u64,
    /// Times that the program waited for the collector: steps, and full collections.
    pub pauses: u64,
    /// How long all pauses were that were measured.
    pub total_pause: Duration,
    /// How long the longest one was.
    pub longest_pause: Duration,
}

/// What the collector is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Phase {
    Pause,
    Mark,
    Atomic,
    Sweep,
}

/// From where the collector begins. Between safepoints it needs nothing.
pub struct Roots<'a> {
    /// Values that are to be kept: globals, registry, base metatables, the error under way, and so on.
    pub values: &'a [Value],
    /// What the JIT needs besides.
    #[cfg(feature = "jit")]
    pub objects: &'a [Gc<super::Header>],
    /// The main thread.
    pub main: Gc<Thread>,
    /// The running thread; its `top` is behind the last slot in use, that of the running frame.
    pub current: Gc<Thread>,
}

/// How many bytes are allocated between two steps.
const STEP: isize = 8 << 10;
/// How many bytes of allocation a single step makes up for. Larger allocations are followed by several steps.
const LARGEST_STEP: isize = 2 * STEP;
/// How many bytes a new heap may allocate before its first cycle.
pub(super) const FIRST_ALLOWANCE: isize = 256 << 10;
/// How many bytes at least a heap may allocate between two cycles, if its limit leaves room for them: less garbage than that fits into the
/// processor's cache and costs less than marking all that lives once more.
const LEAST_ALLOWANCE: usize = 512 << 10;
/// So little work in a round, in bytes, that the atomic step may follow.
const LAST_ROUND: usize = 16 << 10;
/// The most rounds before the atomic step.
const ROUNDS: u32 = 8;
/// How much faster a cycle goes than the step multiplier says, so that the heap grows less meanwhile: with 4 instead of 2, a fifth less on
/// programs that allocate much, in the same time.
const PACE: i128 = 4;
const NEVER: isize = isize::MAX / 4;

/// The state of the collector.
pub(super) struct Collector {
    pub phase: Phase,
    /// The flag of objects that were traversed in the cycle under way, or the latest: 1 and 2 in turn, so that flags
    /// from the cycle before need not be cleared.
    pub black: u8,
    pub grey: GreyList,
    /// Objects that were traversed, and have to be again.
    pub grey_again: GreyList,
    /// Tables with weak values.
    pub weak_values: GreyList,
    /// Tables with weak keys and strong values.
    pub ephemerons: GreyList,
    pub cursor: Option<Cursor>,
    /// Counts objects that were marked, for whoever wants to know whether any were.
    pub marked: usize,
    /// The work of this round of marking.
    pub round_work: usize,
    rounds: u32,
    pub sweep_class: usize,
    pub swept_bytes: usize,
    open_threads: *mut Thread,
    pub userdata: UserdataLists,
    pub mode_name: Option<Gc<Str>>,
    pub gc_name: Option<Gc<Str>>,
    statistics: GcStatistics,
    pause: u32,
    step_multiplier: u32,
    is_stopped: bool,
    is_zealous: bool,
    /// Bytes that survived the latest cycle.
    estimate: usize,
    /// Bytes in large blocks and objects when the latest cycle began, and the one before.
    large_before: [usize; 2],
    /// What `debt` was when it was last set.
    allowance: isize,
    /// Bytes that were allocated and not made up for by steps.
    owed: isize,
    /// The work of the latest step without atomic steps, and of all atomic steps so far.
    #[cfg(test)]
    pub step_work: isize,
    #[cfg(test)]
    pub atomic_work: isize,
}

impl Collector {
    pub fn new() -> Collector {
        Collector {
            phase: Phase::Pause,
            black: 1,
            grey: GreyList::EMPTY,
            grey_again: GreyList::EMPTY,
            weak_values: GreyList::EMPTY,
            ephemerons: GreyList::EMPTY,
            cursor: None,
            marked: 0,
            round_work: 0,
            rounds: 0,
            sweep_class: 0,
            swept_bytes: 0,
            open_threads: ptr::null_mut(),
            userdata: UserdataLists::EMPTY,
            mode_name: None,
            gc_name: None,
            statistics: GcStatistics::default(),
            pause: 200,
            step_multiplier: 200,
            is_stopped: false,
            is_zealous: false,
            estimate: 0,
            large_before: [0; 2],
            allowance: 0,
            owed: 0,
            #[cfg(test)]
            step_work: 0,
            #[cfg(test)]
            atomic_work: 0,
        }
    }
}

impl Heap {
    // ---- pacing ----

    /// Sets how many bytes may be allocated until a step is due.
    pub(super) fn set_allowance(&mut self, allowance: isize) {
        let allowance = if self.gc.is_stopped {
            NEVER
        } else if self.gc.is_zealous {
            0
        } else {
            allowance
        };
        self.base = self.base - self.debt + allowance;
        self.debt = allowance;
        self.gc.allowance = allowance;
    }

    /// Bytes until the next cycle: the heap may grow to `pause` percent of what survived, but takes only half of what the limit leaves.
    /// Large blocks and objects count a quarter, since a cycle costs less where much lies in few of them. By how much these have
    /// grown since the cycle before began doesn't count at all: whether that is to stay has not been seen.
    /// A small heap may grow by [`LEAST_ALLOWANCE`].
    fn next_allowance(&self) -> isize {
        let large = self.large_bytes();
        let young = large.saturating_sub(self.gc.large_before[1]);
        let cheap = (young + (large - young) / 4 * 3).min(self.gc.estimate);
        let dear = (self.gc.estimate - cheap) / 100;
        let goal = cheap.saturating_add(dear.saturating_mul(self.gc.pause as usize));
        let room = self.limit.saturating_sub(self.used()) / 2;
        let allowance = goal
            .saturating_sub(self.used())
            .max(LEAST_ALLOWANCE)
            .min(room);
        (allowance as isize).clamp(STEP, NEVER)
    }

    /// Is so little left of the limit that a cycle should not take its time?
    fn is_tight(&self) -> bool {
        self.limit.saturating_sub(self.used()) < self.limit / 16
    }

    /// Does a step, and tells whether it ended a cycle. Only at a safepoint.
    pub fn step(&mut self, roots: &Roots<'_>) -> bool {
        self.step_of(roots, STEP)
    }

    /// A step that makes up for at least so many bytes of allocation.
    fn step_of(&mut self, roots: &Roots<'_>, least: isize) -> bool {
        if self.gc.is_zealous {
            self.full_collect(roots);
            return true;
        }
        let allocated = if self.gc.phase == Phase::Pause {
            least - self.debt.min(0)
        } else {
            self.gc.allowance - self.debt
        };
        self.gc.owed += allocated;
        let paid = if self.is_tight() {
            self.gc.owed.max(self.used() as isize * 4)
        } else {
            self.gc.owed.clamp(least, LARGEST_STEP)
        };
        let finished = self.advance(roots, paid);
        self.gc.is_stopped = false;
        if finished {
            self.gc.owed = 0;
            let allowance = self.next_allowance();
            self.set_allowance(allowance);
        } else {
            self.gc.owed = (self.gc.owed - paid).max(0);
            // What is owed is paid even while nothing is allocated.
            self.set_allowance(if self.gc.owed > 0 { -1 } else { STEP });
        }
        finished
    }

    /// Does the work that makes up for `bytes` of allocation, and tells whether it ended a cycle.
    fn advance(&mut self, roots: &Roots<'_>, bytes: isize) -> bool {
        self.note_peak();
        let mut budget = match self.gc.step_multiplier {
            0 => isize::MAX,
            multiplier => {
                (bytes as i128 * multiplier as i128 * PACE / 100).min(isize::MAX as i128) as isize
            }
        };
        #[cfg(test)]
        let whole = budget;
        let mut finished = false;
        while budget > 0 && !finished {
            match self.gc.phase {
                Phase::Pause => self.start_cycle(roots),
                Phase::Mark => {
                    if self.propagate(&mut budget) {
                        self.end_round(roots);
                    }
                }
                Phase::Atomic | Phase::Sweep => finished = self.sweep_step(&mut budget),
            }
        }
        #[cfg(test)]
        {
            self.gc.step_work = whole.saturating_sub(budget);
        }
        finished
    }

    /// Collects all garbage. Only at a safepoint. Restarts a stopped collector, as LuaJIT does.
    pub fn full_collect(&mut self, roots: &Roots<'_>) {
        self.note_peak();
        self.gc.is_stopped = false;
        match self.gc.phase {
            Phase::Mark | Phase::Atomic => self.abandon_marking(),
            Phase::Sweep => {
                let mut budget = isize::MAX;
                while !self.sweep_step(&mut budget) {
                    budget = isize::MAX;
                }
            }
            Phase::Pause => {}
        }
        self.start_cycle(roots);
        self.propagate_all();
        self.atomic(roots);
        let mut budget = isize::MAX;
        while !self.sweep_step(&mut budget) {
            budget = isize::MAX;
        }
        self.release_spare_chunks();
        self.gc.owed = 0;
        let allowance = self.next_allowance();
        self.set_allowance(allowance);
    }

    /// `collectgarbage("step", kilobytes)`: does at least one step, and as many as `bytes` of allocation would cause, and tells
    /// whether a cycle ended.
    pub fn step_by(&mut self, roots: &Roots<'_>, bytes: usize) -> bool {
        let mut left = bytes;
        loop {
            if self.step_of(roots, STEP / PACE as isize) {
                return true;
            }
            if left < STEP as usize {
                return false;
            }
            left -= STEP as usize;
        }
    }

    /// Stops the collector until [`Heap::restart`], a step or a full collection.
    pub fn stop(&mut self) {
        self.gc.is_stopped = true;
        self.set_allowance(NEVER);
    }
    /// Lets the collector run again.
    pub fn restart(&mut self) {
        self.gc.is_stopped = false;
        self.gc.estimate = self.used();
        self.gc.large_before = [self.large_bytes(); 2];
        let allowance = self.next_allowance();
        self.set_allowance(allowance);
    }
    /// Does the collector run?
    pub fn is_running(&self) -> bool {
        !self.gc.is_stopped
    }
    /// Sets the pause in percent and gives the old one: 200 waits until the heap has doubled.
    pub fn set_pause(&mut self, percent: u32) -> u32 {
        core::mem::replace(&mut self.gc.pause, percent)
    }
    /// Sets how fast a cycle goes relative to allocation, in percent, and gives the old value; 0 makes one step do it all.
    pub fn set_step_multiplier(&mut self, percent: u32) -> u32 {
        core::mem::replace(&mut self.gc.step_multiplier, percent)
    }
    /// Makes every step that follows an allocation a full collection. For tests.
    pub fn set_zeal(&mut self, on: bool) {
        self.gc.is_zealous = on;
        self.set_allowance(STEP);
    }

    /// Notes that the program waited for the collector, and how long, if somebody measured it.
    pub(crate) fn note_pause(&mut self, length: Option<Duration>) {
        let statistics = &mut self.gc.statistics;
        statistics.pauses += 1;
        let length = length.unwrap_or_default();
        statistics.total_pause = statistics.total_pause.saturating_add(length);
        statistics.longest_pause = statistics.longest_pause.max(length);
    }
    /// What the collector has done so far.
    pub fn statistics(&self) -> GcStatistics {
        self.gc.statistics
    }

    // ---- the cycle ----

    fn start_cycle(&mut self, roots: &Roots<'_>) {
        self.gc.phase = Phase::Mark;
        self.gc.black = 3 - self.gc.black;
        self.barrier_mask = self.gc.black | READONLY;
        self.gc.rounds = 0;
        self.gc.round_work = 0;
        self.gc.large_before = [self.large_bytes(), self.gc.large_before[0]];
        self.mark_roots(roots);
    }

    fn mark_roots(&mut self, roots: &Roots<'_>) {
        for &value in roots.values {
            self.mark_value(value);
        }
        #[cfg(feature = "jit")]
        for &object in roots.objects {
            self.mark_any(object);
        }
        for name in [self.gc.mode_name, self.gc.gc_name].into_iter().flatten() {
            self.mark_string(name);
        }
        for thread in [roots.main, roots.current] {
            self.mark_object(thread.erase());
            if self.needs_barrier(thread) {
                self.barrier(thread.erase());
            }
        }
        self.mark_pending();
    }

    /// Nothing is grey: either goes over everything again that changed, or ends marking.
    fn end_round(&mut self, roots: &Roots<'_>) {
        if self.gc.rounds < ROUNDS && self.gc.round_work > LAST_ROUND {
            self.gc.rounds += 1;
            self.gc.round_work = 0;
            self.mark_roots(roots);
            let again = self.gc.grey_again.take();
            self.gc.grey.append(again);
        } else {
            self.atomic(roots);
        }
    }

    /// Ends marking: from here to the sweep nothing changes.
    fn atomic(&mut self, roots: &Roots<'_>) {
        self.gc.phase = Phase::Atomic;
        self.gc.round_work = 0;
        self.mark_roots(roots);
        self.remark_open_upvalues();
        let again = [
            self.gc.grey_again.take(),
            self.gc.weak_values.take(),
            self.gc.ephemerons.take(),
        ];
        for list in again {
            self.gc.grey.append(list);
        }
        self.propagate_all();
        self.converge_ephemerons();
        self.separate_userdata(false);
        self.mark_pending();
        self.propagate_all();
        self.converge_ephemerons();
        self.clear_weak_tables();
        self.forget_dead_upvalues();
        #[cfg(test)]
        {
            self.gc.atomic_work += self.gc.round_work as isize;
        }
        self.barrier_mask = READONLY;
        self.gc.estimate = self.used();
        self.gc.swept_bytes = 0;
        self.count_strings_to_sweep();
        self.start_sweep();
    }

    /// Sweeps, and ends the cycle when all is swept.
    fn sweep_step(&mut self, budget: &mut isize) -> bool {
        let finished = self.sweep(budget);
        if finished {
            self.gc.statistics.cycles += 1;
            self.gc.phase = Phase::Pause;
            self.shrink_intern_table();
            self.gc.estimate = self.gc.estimate.saturating_sub(self.gc.swept_bytes);
        }
        finished
    }

    /// Gives marking up; the next cycle begins anew.
    fn abandon_marking(&mut self) {
        self.clear_all_marks();
        self.clear_all_flags();
        for mut list in [
            self.gc.grey.take(),
            self.gc.grey_again.take(),
            self.gc.weak_values.take(),
            self.gc.ephemerons.take(),
        ] {
            while list.pop().is_some() {}
        }
        self.gc.cursor = None;
        self.gc.phase = Phase::Pause;
    }

    // ---- open upvalues ----

    /// Enters a thread that has an open upvalue into the list of those.
    pub(super) fn note_open_thread(&mut self, thread: Gc<Thread>) {
        if !thread.is_open_thread.replace(true) {
            thread.next_open_thread.set(self.gc.open_threads);
            self.gc.open_threads = thread.as_ptr();
        }
    }

    /// Marks the values of open upvalues anew: their slots are written without a barrier, even while their thread is dead.
    fn remark_open_upvalues(&mut self) {
        let mut thread = self.gc.open_threads;
        // SAFETY: the list holds threads that aren't freed, and these link open upvalues that aren't.
        while let Some(t) = unsafe { thread.as_ref() } {
            let mut upvalue = t.open_upvalues.get();
            // SAFETY: as above.
            while let Some(u) = unsafe { upvalue.as_ref() } {
                // SAFETY: as above.
                if unsafe { is_marked(upvalue) } {
                    self.mark_value(u.get());
                }
                upvalue = u.next_open.get();
            }
            thread = t.next_open_thread.get();
        }
    }

    /// Takes dead upvalues out of their threads' chains, and closes those that outlive their thread.
    fn forget_dead_upvalues(&mut self) {
        let mut thread = core::mem::replace(&mut self.gc.open_threads, ptr::null_mut());
        // SAFETY: as in `remark_open_upvalues`; nothing was freed since.
        while let Some(t) = unsafe { thread.as_ref() } {
            // SAFETY: as above.
            let t = unsafe { Gc::from_ptr(ptr::from_ref(t).cast_mut()) };
            thread = t.next_open_thread.replace(ptr::null_mut());
            t.is_open_thread.set(false);
            // SAFETY: as above.
            unsafe {
                let lives = is_marked(t.as_ptr());
                let mut link: *const core::cell::Cell<*mut Upvalue> =
                    &raw const (*t.as_ptr()).open_upvalues;
                while let Some(u) = (*link).get().as_ref() {
                    if lives && is_marked(u) {
                        link = &raw const u.next_open;
                        continue;
                    }
                    (*link).set(u.next_open.get());
                    if is_marked(u) {
                        self.close_upvalue(u);
                    }
                }
                if !t.open_upvalues.get().is_null() {
                    self.note_open_thread(t);
                }
            }
        }
    }
}
