//! Hot instructions: what happens when a counter runs out, penalties for recordings that failed, and instructions that are left
//! alone for a while.
//!
//! The figures are LuaJIT's: a failure doubles the count until the next attempt, with some randomness so that attempts don't come in step,
//! and what is still no good after about ten of them gets an I form that isn't counted. Other than LuaJIT's it gets back its counting
//! form after some time, for what made recordings fail may be over.

extern crate alloc;
use alloc::vec::Vec;

use crate::bytecode::{Bc, Ins, Proto, ProtoFlags};
use crate::jit::anchor::Site;
use crate::jit::trace::{TraceAbort, TraceNo};
use crate::value::Gc;
use crate::vm::Vm;
use crate::vm::frame::Frame;

/// The first penalty.
const FIRST_PENALTY: u32 = 72;
/// With a greater one the instruction is left alone.
const LAST_PENALTY: u32 = 60_000;
/// How often a function is tried that returned before it was worth a trace: each failure raises the penalty by a quarter only, for other
/// calls of it may lead elsewhere.
const RETURN_GROWTH: u32 = 4;
/// A function that is recursive is tried again after at most so many calls.
const SOON: u32 = 63;
/// Up to so much is added to a penalty at random.
const RANDOM: u32 = 15;
/// How many slices of the budget (20,000 back-edges and calls each) an instruction is left alone.
const QUIET_SLICES: u64 = 4_000;

/// An instruction that has its I form.
pub(crate) struct Quiet {
    proto: Gc<Proto>,
    at: *const Ins,
    until: u64,
}

/// The form of an instruction that isn't counted.
fn i_form(ins: Ins) -> Option<Ins> {
    let op = match ins.op()? {
        Bc::ForL => Bc::IForL,
        Bc::IterL => Bc::IIterL,
        Bc::Loop => Bc::ILoop,
        Bc::FuncF => Bc::IFuncF,
        Bc::FuncV => Bc::IFuncV,
        _ => return None,
    };
    Some(ins.with_op(op))
}

/// The form that is counted of one that isn't.
fn counted_form(ins: Ins) -> Option<Ins> {
    let op = match ins.op()? {
        Bc::IForL => Bc::ForL,
        Bc::IIterL => Bc::IterL,
        Bc::ILoop => Bc::Loop,
        Bc::IFuncF => Bc::FuncF,
        Bc::IFuncV => Bc::FuncV,
        _ => return None,
    };
    Some(ins.with_op(op))
}

/// The counter of an instruction.
fn site_of(proto: Gc<Proto>, at: *const Ins) -> Option<&'static Site> {
    let sites = proto.sites();
    let index = (at.addr().wrapping_sub(proto.code_ptr().addr())) / size_of::<Ins>();
    if sites.is_null() || index >= proto.code().len() {
        return None;
    }
    // SAFETY: there is a counter per instruction, and the prototype outlives the caller's look at it.
    Some(unsafe { &*sites.add(index) })
}

/// Did recordings of the loop whose instruction is at `at` fail, more than once, because it did not loop back or has a loop within? Then it
/// is short, and worth unrolling.
pub(crate) fn is_short_loop(proto: Gc<Proto>, at: *const Ins) -> bool {
    site_of(proto, at).is_some_and(|s| s.is_short() && s.penalty() >= 2 * FIRST_PENALTY)
}

/// Writes an instruction of a function.
pub(crate) fn write_instruction(proto: Gc<Proto>, at: *const Ins, ins: Ins) {
    let index = (at.addr().wrapping_sub(proto.code_ptr().addr())) / size_of::<Ins>();
    if let Some(cell) = proto.code().get(index) {
        cell.set(ins);
    }
}

impl Vm {
    /// The count from which an instruction's counter starts.
    fn full_count(&self) -> u16 {
        let hot = self.jit.settings.parameters.hot_loop;
        u16::try_from((hot * 2).saturating_sub(1)).unwrap_or(u16::MAX)
    }

    /// The counter of the instruction `ins` at `at` ran out, in the frame at the state's `base`, or there are no counters yet.
    #[cold]
    #[inline(never)]
    pub(crate) fn hot_instruction(&mut self, at: *const Ins, ins: Ins) {
        // SAFETY: the interpreter is in a Lua function, which has its function below the base already.
        let Some(proto) = unsafe { Frame(self.base).function() }.proto() else {
            return;
        };
        if proto.sites().is_null() {
            let full = self.full_count();
            // Without memory for counters it stays cold.
            let _ = self.heap.new_sites(proto, full);
            let units = if matches!(ins.op(), Some(Bc::FuncF | Bc::FuncV)) {
                1
            } else {
                2
            };
            if let Some(site) = site_of(proto, at)
                && let Some(left) = site.count.get().checked_sub(units)
            {
                site.count.set(left);
                return;
            }
        }
        let Some(site) = site_of(proto, at) else {
            return;
        };
        site.count.set(self.full_count().saturating_add(1));
        if proto.has_breakpoints() {
            return;
        }
        if self.is_hooked() || self.hook.active || self.jit.is_recording() || !self.jit.is_on() {
            return;
        }
        if proto.flags().has(ProtoFlags::NO_JIT) {
            if let Some(quiet) = i_form(ins) {
                write_instruction(proto, at, quiet);
                proto.add_flag(ProtoFlags::HAS_I_FORMS);
            }
            return;
        }
        self.record_root(proto, at, ins);
    }

    /// Recording at an instruction failed.
    pub(crate) fn penalise(&mut self, proto: Gc<Proto>, at: *const Ins, reason: TraceAbort) {
        let Some(site) = site_of(proto, at) else {
            return;
        };
        if reason == TraceAbort::RetryRecording {
            site.count.set(1);
            return;
        }
        let random = self.jit.random() % (RANDOM + 1);
        let penalty = match (site.penalty(), reason) {
            (0, _) => FIRST_PENALTY,
            (before, TraceAbort::NyiReturn) => before + before / RETURN_GROWTH + random,
            (before, _) => before * 2 + random,
        };
        if penalty > LAST_PENALTY && self.quieten(proto, at) {
            return;
        }
        let penalty = penalty.min(LAST_PENALTY);
        let is_short = matches!(reason, TraceAbort::LeavesLoop | TraceAbort::InnerLoop);
        site.set_penalty(penalty, is_short);
        site.count.set(penalty as u16);
    }

    /// Frees a trace of a function that only returns, and records the function again soon.
    pub(crate) fn retry_function(&mut self, number: TraceNo) {
        let Some(trace) = self.jit.traces.get(number) else {
            return;
        };
        let (proto, at) = (trace.proto, trace.start_pc);
        self.free_tree(number);
        if let Some(site) = site_of(proto, at) {
            site.count.set((self.jit.random() % (SOON + 1)) as u16);
        }
    }

    /// Entering a root trace costs more than it is worth: its instruction is executed by the interpreter for a while. Other traces may
    /// still lead to it.
    #[cold]
    #[inline(never)]
    pub(crate) fn leave_alone(&mut self, number: TraceNo) {
        let Some(trace) = self.jit.traces.get(number) else {
            return;
        };
        let (proto, at) = (trace.proto, trace.start_pc);
        self.unpatch(number, trace);
        if !self.quieten(proto, at)
            && let Some(site) = site_of(proto, at)
        {
            site.count.set(u16::MAX);
        }
    }

    /// Gives an instruction its I form for a while. An ITERN has none.
    fn quieten(&mut self, proto: Gc<Proto>, at: *const Ins) -> bool {
        // SAFETY: an instruction of a live function.
        let Some(quiet) = i_form(unsafe { *at }) else {
            return false;
        };
        let is_known = self.jit.quiet.iter().any(|q| q.proto == proto);
        // An anchor without a trace tells when the function dies.
        if self.jit.quiet.try_reserve(1).is_err()
            || (!is_known && self.heap.add_anchor(proto, TraceNo(0), None, &[]).is_err())
        {
            return false;
        }
        let until = self.jit.slices + QUIET_SLICES;
        self.jit.quiet.push(Quiet { proto, at, until });
        write_instruction(proto, at, quiet);
        proto.add_flag(ProtoFlags::HAS_I_FORMS);
        true
    }

    /// A slice of the budget went by: instructions that were quiet for long enough count again. One failure makes them quiet anew.
    pub(crate) fn count_slice(&mut self) {
        self.jit.slices += 1;
        let now = self.jit.slices;
        let mut i = 0;
        while let Some(quiet) = self.jit.quiet.get(i) {
            if quiet.until > now {
                i += 1;
                continue;
            }
            let Quiet { proto, at, .. } = self.jit.quiet.swap_remove(i);
            if !self.jit.quiet.iter().any(|q| q.proto == proto) {
                self.heap.remove_anchor(proto, TraceNo(0));
            }
            // SAFETY: the function lives, or else its entry would be gone.
            if let Some(counted) = counted_form(unsafe { *at })
                && !proto.flags().has(ProtoFlags::NO_JIT)
            {
                write_instruction(proto, at, counted);
            }
        }
    }

    /// Lets all instructions of a function count again.
    pub(crate) fn reenable(&mut self, proto: Gc<Proto>) {
        if !proto.flags().has(ProtoFlags::HAS_I_FORMS) {
            return;
        }
        proto.remove_flag(ProtoFlags::HAS_I_FORMS);
        for cell in proto.code() {
            if let Some(counted) = counted_form(cell.get()) {
                cell.set(counted);
            }
        }
        self.forget_quiet(|q| q == proto);
        self.heap.remove_anchor(proto, TraceNo(0));
    }

    /// Forgets the quiet instructions of functions that died, or whatever else `is_gone` says.
    pub(crate) fn forget_quiet(&mut self, is_gone: impl Fn(Gc<Proto>) -> bool) {
        self.jit.quiet.retain(|q| !is_gone(q.proto));
    }
}

/// The list of quiet instructions.
pub(crate) type QuietList = Vec<Quiet>;
