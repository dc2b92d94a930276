//! Debug hooks. While one is set, dispatch goes through a table whose every entry asks here first.

use crate::bytecode::{Bc, Ins};
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::call::Next;
use crate::vm::debuginfo::{instruction_index, line_of};
use crate::vm::frame::{Cont, Frame};

/// A debug hook. It is the state's, not a thread's.
#[derive(Clone, Copy)]
pub struct Hook {
    /// The function, or nil.
    pub(crate) function: Value,
    /// Which events it wants.
    pub(crate) mask: u8,
    /// Every how many instructions a count event comes.
    pub(crate) count: u32,
    /// Instructions until the next one.
    left: u32,
    /// A hook runs, and none is called meanwhile.
    pub(crate) active: bool,
    /// A function was just entered.
    entered: bool,
    /// Events that the current instruction has had.
    done: u8,
    /// The instruction after the one that was looked at last.
    pub(crate) last_pc: *const Ins,
}

impl Hook {
    /// Call events.
    pub const CALL: u8 = 1;
    /// Return events.
    pub const RETURN: u8 = 2;
    /// Line events.
    pub const LINE: u8 = 4;
    /// Count events.
    pub const COUNT: u8 = 8;

    /// No hook.
    pub const NONE: Hook = Hook {
        function: Value::NIL,
        mask: 0,
        count: 0,
        left: 0,
        active: false,
        entered: false,
        done: 0,
        last_pc: core::ptr::null(),
    };

    /// An error or the host ended the hook's call.
    pub(crate) fn abandon(&mut self) {
        self.active = false;
        self.done = 0;
    }
}

impl Vm {
    /// The table that is in force apart from events that are to be told.
    #[cfg(not(feature = "jit"))]
    pub(crate) fn table_beneath_events(&self) -> &'static crate::vm::exec::Table {
        if self.is_hooked() {
            &crate::vm::exec::HOOKED
        } else {
            &crate::vm::exec::HANDLERS
        }
    }

    /// Sets the hook function, the events it wants and the count. With a mask of 0 nothing happens, but [`hook`](Self::hook) tells what was set.
    pub fn set_hook(&mut self, function: Value, mask: u8, count: u32) {
        self.hook = Hook {
            function,
            mask: if function.is_nil() { 0 } else { mask },
            count,
            left: count,
            active: self.hook.active,
            ..Hook::NONE
        };
        #[cfg(feature = "jit")]
        if self.hook.mask != 0 {
            self.interrupt_recording(crate::jit::trace::TraceAbort::HookActive);
        }
        self.update_dispatch();
    }

    /// Puts the dispatch table in force that the hook wants.
    #[cfg(not(feature = "jit"))]
    pub(crate) fn update_dispatch(&mut self) {
        self.handlers = if self.events.is_due() {
            crate::vm::exec::TOLD
        } else if self.is_hooked() && !self.events.is_active() {
            crate::vm::exec::HOOKED
        } else {
            crate::vm::exec::HANDLERS
        };
    }

    /// Does every instruction ask here first?
    pub(crate) fn is_hooked(&self) -> bool {
        self.hook.mask != 0 || self.debugger.is_stepping()
    }

    /// The hook function, its events and its count.
    pub fn hook(&self) -> (Value, u8, u32) {
        (self.hook.function, self.hook.mask, self.hook.count)
    }

    /// Asks whether an event is due before `ins` is executed; if so, calls the hook, and the instruction comes again. The answer comes
    /// in registers: one in memory would keep the handler from ending in a jump.
    #[inline(never)]
    pub(crate) fn run_hook(
        &mut self,
        base: *mut Value,
        pc: *const Ins,
        ins: Ins,
        k: *const Value,
    ) -> Next {
        // SAFETY: every frame has its function below it.
        let function = unsafe { Frame(base).function_value() }.as_function();
        if function.is_some_and(|f| f.is_inner()) {
            return Next::NO_EVENT;
        }
        if self.debugger.is_stepping()
            && let Some(next) = self.step_due(base, pc, ins)
        {
            return next;
        }
        self.hook_due(base, pc, ins, k).unwrap_or(Next::NO_EVENT)
    }

    fn hook_due(
        &mut self,
        base: *mut Value,
        pc: *const Ins,
        ins: Ins,
        k: *const Value,
    ) -> Option<Next> {
        if self.hook.active || self.hook.mask == 0 {
            return None;
        }
        match ins.op().unwrap_or(Bc::FuncC) {
            Bc::FuncF | Bc::IFuncF | Bc::JFuncF | Bc::FuncV | Bc::IFuncV | Bc::JFuncV => {
                // The event comes with the first instruction, when the frame is complete.
                self.hook.entered = true;
                None
            }
            Bc::FuncC => {
                if self.hook.mask & Hook::CALL == 0 || self.take(Hook::CALL) {
                    self.hook.done = 0;
                    return None;
                }
                self.base = base;
                self.top = base.wrapping_add(k.addr());
                self.call_hook("call", Value::NIL, self.top, pc)
            }
            op => {
                self.base = base;
                self.pc = pc;
                let event = self.event_before(op, pc);
                match event {
                    Some((name, line)) => {
                        let top = self.frame_top();
                        self.call_hook(name, line, top, pc)
                    }
                    None => {
                        self.hook.done = 0;
                        self.hook.entered = false;
                        self.hook.last_pc = pc;
                        None
                    }
                }
            }
        }
    }

    /// Marks an event of this instruction as had; was it already?
    fn take(&mut self, event: u8) -> bool {
        let had = self.hook.done & event != 0;
        self.hook.done |= event;
        had
    }

    fn event_before(&mut self, op: Bc, pc: *const Ins) -> Option<(&'static str, Value)> {
        let mask = self.hook.mask;
        if self.hook.entered && mask & Hook::CALL != 0 && !self.take(Hook::CALL) {
            return Some(("call", Value::NIL));
        }
        if mask & Hook::COUNT != 0 && !self.take(Hook::COUNT) {
            self.hook.left = self.hook.left.saturating_sub(1);
            if self.hook.left == 0 {
                self.hook.left = self.hook.count;
                return Some(("count", Value::NIL));
            }
        }
        if mask & Hook::LINE != 0 && !self.take(Hook::LINE) {
            // SAFETY: `base` is the complete frame of a Lua function.
            let proto = unsafe { Frame(self.base).function() }.proto()?;
            let line = line_of(proto, instruction_index(proto, pc));
            let last = self.hook.last_pc;
            let elsewhere =
                last < proto.code_ptr() || last > proto.code_ptr().wrapping_add(proto.code().len());
            if let Some(line) = line
                && (elsewhere
                    || pc <= last
                    || line_of(proto, instruction_index(proto, last)) != Some(line))
            {
                return Some(("line", Value::int(line as i32)));
            }
        }
        let returns = matches!(op, Bc::RetM | Bc::Ret | Bc::Ret0 | Bc::Ret1);
        if returns && mask & Hook::RETURN != 0 && !self.take(Hook::RETURN) {
            return Some(("return", Value::NIL));
        }
        None
    }

    fn call_hook(
        &mut self,
        event: &str,
        line: Value,
        top: *mut Value,
        pc: *const Ins,
    ) -> Option<Next> {
        self.pc = pc;
        let name = match self.new_str(event.as_bytes()) {
            Ok(name) => name,
            Err(raised) => return Some(self.finish(Err(raised))),
        };
        self.hook.active = true;
        let function = self.hook.function;
        let args = [name, line];
        let next = self.call_meta_at(top, Cont::Hook, function, &args);
        Some(self.finish(next))
    }

    /// The hook returned to the frame at `base`: the instruction before `pc` comes again.
    pub(crate) fn hook_returned(&mut self, pc: *const Ins) -> Next {
        self.hook.active = false;
        self.repeat_instruction(pc)
    }

    /// What was called before an instruction of the frame at `base`, on top of it, returned: the instruction, before `pc`, comes again.
    pub(crate) fn repeat_instruction(&mut self, pc: *const Ins) -> Next {
        // SAFETY: the callee's frame was on top of a complete frame.
        let function = unsafe { Frame(self.base).function() };
        if function.is_lua() {
            self.pc = pc.wrapping_sub(1);
            return Next::RESUME;
        }
        let nargs = (self.top as usize - self.base as usize) / size_of::<Value>();
        Next::enter(function.pc.get(), nargs)
    }
}
