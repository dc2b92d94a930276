//! Lua stacks: room, growth, open upvalues.

use crate::gc::OutOfMemory;
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::errors::stack_overflow_message;
use crate::vm::native::Raised;

/// Slots behind a stack's limit: room for a continuation frame with its arguments on top of a full frame, and for the
/// free slots that a native function may count on.
pub const RESERVE: usize = 48;
/// Free slots that a native function finds.
pub const MIN_NATIVE_SLOTS: usize = 20;
/// Slots of a new coroutine's stack, the reserve not counted.
pub const INITIAL_SLOTS: usize = 40;
/// The least that the greatest number of slots may be: every stack has so many anyway.
pub const LEAST_MAX_SLOTS: usize = 4 * INITIAL_SLOTS;
/// The greatest number of slots of a stack unless the host says otherwise; LuaJIT's figure.
pub const DEFAULT_MAX_SLOTS: usize = 65_500;
/// What an overflowing stack gets on top of its limit, so that a message handler can run.
const OVERFLOW_EXTRA: usize = 1_000;

impl Vm {
    /// Makes sure that `slots` slots are free above `from`. Moves the stack: all addresses into it are stale afterwards but for
    /// the state's own.
    pub(crate) fn ensure_stack(&mut self, from: *mut Value, slots: usize) -> Result<(), Raised> {
        let used = (from as usize - self.thread.stack.get() as usize) / size_of::<Value>();
        let needed = used.saturating_add(slots);
        let limit =
            (self.stack_limit as usize - self.thread.stack.get() as usize) / size_of::<Value>();
        if needed <= limit {
            return Ok(());
        }
        if needed > self.max_stack {
            let overflowing_again = limit > self.max_stack;
            if !overflowing_again
                && self
                    .resize_stack(self.max_stack + OVERFLOW_EXTRA + RESERVE)
                    .is_err()
            {
                return Err(self.memory_error());
            }
            if overflowing_again {
                // A message handler's own overflow: no other handler is going to see it.
                let message = self.overflow_message;
                return Err(self.error_with(message.into()));
            }
            return Err(stack_overflow_message(self));
        }
        let size = (limit * 2).max(needed + INITIAL_SLOTS).min(self.max_stack);
        match self.resize_stack(size + RESERVE) {
            Ok(()) => Ok(()),
            Err(OutOfMemory) => Err(self.memory_error()),
        }
    }

    /// Gives back the extra room of a stack that overflowed, once the error has been caught.
    pub(crate) fn shrink_overflowed_stack(&mut self) {
        let limit =
            (self.stack_limit as usize - self.thread.stack.get() as usize) / size_of::<Value>();
        let used = (self.top as usize - self.thread.stack.get() as usize) / size_of::<Value>();
        if limit > self.max_stack && used + RESERVE < self.max_stack / 2 {
            // Failing to shrink costs memory, nothing else.
            let _ = self.resize_stack(self.max_stack / 2 + RESERVE);
        }
    }

    fn resize_stack(&mut self, slots: usize) -> Result<(), OutOfMemory> {
        let thread = self.thread;
        let slots = u32::try_from(slots).map_err(|_| OutOfMemory)?;
        thread.base.set(self.base);
        thread.top.set(self.top);
        self.heap.resize_stack(thread, slots)?;
        self.base = thread.base.get();
        self.top = thread.top.get();
        self.stack_limit = thread.limit.get();
        Ok(())
    }

    /// Are there open upvalues at or above `level`?
    #[inline(always)]
    pub(crate) fn has_open_upvalues(&self, level: *mut Value) -> bool {
        let open = self.thread.open_upvalues.get();
        // SAFETY: the chain holds live open upvalues.
        !open.is_null() && unsafe { (*open).v.get() } >= level
    }

    /// Closes the open upvalues at or above `level`.
    #[inline(never)]
    pub(crate) fn close_upvalues(&mut self, level: *mut Value) {
        self.heap.close_upvalues(self.thread, level);
    }
}
