//! Error messages: LuaJIT's texts, with the position and the names of variables.

use core::fmt::{self, Write};

use crate::bytecode::{Bc, Ins, Mode};
use crate::value::{Type, Value};
use crate::vm::Vm;
use crate::vm::debuginfo::{
    Activation, ScratchWriter, ShortText, TextWriter, instruction_index, slot_name,
};
use crate::vm::frame::Frame;
use crate::vm::native::Raised;

/// "stack overflow"
#[cold]
pub(crate) fn stack_overflow_message(vm: &mut Vm) -> Raised {
    // A function that could not be entered has no line yet: then the call's counts.
    let here = vm.here().filter(|at| at.line().is_some());
    let at = here.or_else(|| vm.caller());
    vm.raise_text(at, &mut |w| w.bytes(b"stack overflow"))
}

impl Vm {
    /// Raises what `write` writes, with the position of `at` in front.
    fn raise_text(
        &mut self,
        at: Option<Activation>,
        write: &mut dyn FnMut(&mut ScratchWriter<'_>),
    ) -> Raised {
        let scratch = self.scratch;
        scratch.clear();
        let mut w = ScratchWriter {
            vm: self,
            failed: false,
        };
        if let Some(at) = at {
            let mut prefix = crate::vm::debuginfo::ShortText::<96>::default();
            w.vm.write_position(&mut |bytes| prefix.push(bytes), &at);
            if !prefix.as_bytes().is_empty() {
                w.bytes(prefix.as_bytes());
                w.bytes(b" ");
            }
        }
        write(&mut w);
        if w.failed {
            return self.memory_error();
        }
        match self.heap.intern(scratch.as_bytes()) {
            Ok(message) => self.error_with(message.into()),
            Err(_) => self.memory_error(),
        }
    }

    /// The activation whose code runs, and the one that called it.
    fn here(&self) -> Option<Activation> {
        self.activations(self.thread).next()
    }
    fn caller(&self) -> Option<Activation> {
        self.activations(self.thread).nth(1)
    }

    /// An error with the position of the running function, if it is a Lua function.
    #[cold]
    pub(crate) fn error_here(&mut self, message: fmt::Arguments<'_>) -> Raised {
        let at = self.here();
        self.raise_text(at, &mut |w| {
            let _ = w.write_fmt(message);
        })
    }

    /// An error with the position of the running native function's caller.
    #[cold]
    pub(crate) fn error_from_caller(&mut self, message: fmt::Arguments<'_>) -> Raised {
        let at = self.caller();
        self.raise_text(at, &mut |w| {
            let _ = w.write_fmt(message);
        })
    }

    /// An error of a native function, as `luaL_error` raises it.
    #[cold]
    pub fn error(&mut self, message: fmt::Arguments<'_>) -> Raised {
        self.error_from_caller(message)
    }

    /// The same, from bytes.
    #[cold]
    pub fn error_message(&mut self, message: &[u8]) -> Raised {
        let at = self.caller();
        self.raise_text(at, &mut |w| w.bytes(message))
    }

    /// "chunk:line: " of the Lua function at `level` (1: the running native function's caller) into the scratch buffer; nothing for others.
    pub fn position_prefix(&mut self, level: usize) -> Result<Value, Raised> {
        let mut prefix = crate::vm::debuginfo::ShortText::<96>::default();
        if let Some(at) = self.activations(self.thread).nth(level) {
            self.write_position(&mut |bytes| prefix.push(bytes), &at);
            if !prefix.as_bytes().is_empty() {
                prefix.push(b" ");
            }
        }
        self.new_str(prefix.as_bytes())
    }

    /// "attempt to `action` a … value", with the name of the variable if the operand lies in a slot of the running function.
    #[cold]
    pub(crate) fn operand_error(
        &mut self,
        slot: *const Value,
        value: Value,
        action: &str,
    ) -> Raised {
        let at = self.here();
        let name = at.as_ref().and_then(|at| {
            let proto = at.function.proto()?;
            let offset = (slot as usize).wrapping_sub(at.frame.0 as usize) / size_of::<Value>();
            if (slot as usize) < at.frame.0 as usize || offset >= proto.frame_size() {
                return None;
            }
            slot_name(proto, at.instruction()?, offset)
        });
        let type_name = value.type_of().name();
        self.raise_text(at, &mut |w| {
            let _ = match name {
                Some((kind, name)) => {
                    let _ = write!(w, "attempt to {action} {kind} '");
                    w.bytes(name.as_bytes());
                    write!(w, "' (a {type_name} value)")
                }
                None => write!(w, "attempt to {action} a {type_name} value"),
            };
        })
    }

    /// The current instruction, if the running function is a Lua function.
    fn current_instruction(&self) -> Option<Ins> {
        // SAFETY: `base` is a complete frame.
        let proto = unsafe { Frame(self.base).function_value() }
            .as_function()?
            .proto()?;
        proto.instruction(instruction_index(proto, self.pc))
    }

    /// The slot of the current instruction's operand, if it is one.
    fn operand_slot(&self, mode: Mode, index: usize) -> *const Value {
        if matches!(mode, Mode::Var | Mode::Base | Mode::RBase) {
            self.base.wrapping_add(index)
        } else {
            core::ptr::null()
        }
    }

    /// An index operation on a value that has none.
    #[cold]
    pub(crate) fn index_error(&mut self, object: Value, key: Value) -> Raised {
        let slot: *const Value = match self.current_instruction() {
            Some(ins) => match ins.op() {
                Some(Bc::TGetV | Bc::TGetS | Bc::TGetB | Bc::TSetV | Bc::TSetS | Bc::TSetB) => {
                    let slot = self.base.wrapping_add(ins.b());
                    // SAFETY: B is a slot of the frame. The object may be another one, further on in a chain.
                    if unsafe { *slot } == object {
                        slot
                    } else {
                        core::ptr::null()
                    }
                }
                _ => core::ptr::null(),
            },
            None => core::ptr::null(),
        };
        if let Some(raised) = self.cdata_index_error(object, key) {
            return raised;
        }
        self.operand_error(slot, object, "index")
    }

    /// Arithmetic on something that is no number.
    #[cold]
    pub(crate) fn arith_error(&mut self, left: Value, right: Value) -> Raised {
        if let Some(raised) = self.cdata_error(left, right, "perform arithmetic on", "and") {
            return raised;
        }
        let left_is_culprit = Self::to_number(left).is_none();
        let culprit = if left_is_culprit { left } else { right };
        let slot = match self.current_instruction() {
            Some(ins) => match ins.op() {
                Some(Bc::Unm) => self.operand_slot(Mode::Var, ins.d()),
                Some(op) if op.has_b() => {
                    let reversed = op as u8 >= Bc::AddNV as u8 && op as u8 <= Bc::ModNV as u8;
                    if left_is_culprit != reversed {
                        self.operand_slot(op.operands().b, ins.b())
                    } else {
                        self.operand_slot(op.operands().cd, ins.c())
                    }
                }
                _ => core::ptr::null(),
            },
            None => core::ptr::null(),
        };
        self.operand_error(slot, culprit, "perform arithmetic on")
    }

    /// A bit operator on something that is no number.
    #[cold]
    pub(crate) fn bit_error(&mut self, left: Value, right: Value) -> Raised {
        let left_is_culprit = !left.is_number();
        let culprit = if left_is_culprit { left } else { right };
        let slot = match self.current_instruction() {
            Some(ins) if ins.op() == Some(Bc::BNot) => self.operand_slot(Mode::Var, ins.d()),
            Some(ins) if left_is_culprit => self.operand_slot(Mode::Var, ins.b()),
            Some(ins) => self.operand_slot(Mode::Var, ins.c()),
            None => core::ptr::null(),
        };
        self.operand_error(slot, culprit, "perform arithmetic on")
    }

    /// Concatenation of something that is neither string nor number.
    #[cold]
    pub(crate) fn concat_error(
        &mut self,
        left_slot: *const Value,
        left: Value,
        right_slot: *const Value,
        right: Value,
    ) -> Raised {
        if let Some(raised) = self.cdata_error(left, right, "concatenate", "and") {
            return raised;
        }
        let left_is_fine = matches!(left.type_of(), Type::String | Type::Number);
        if left_is_fine {
            self.operand_error(right_slot, right, "concatenate")
        } else {
            self.operand_error(left_slot, left, "concatenate")
        }
    }

    /// A comparison of values that have no order.
    #[cold]
    pub(crate) fn compare_error(&mut self, left: Value, right: Value) -> Raised {
        if let Some(raised) = self.cdata_error(left, right, "compare", "with") {
            return raised;
        }
        let (a, b) = (left.type_of().name(), right.type_of().name());
        if a == b {
            self.error_here(format_args!("attempt to compare two {a} values"))
        } else {
            self.error_here(format_args!("attempt to compare {a} with {b}"))
        }
    }

    /// A call, on behalf of the state, of the value in the function slot of the frame at `base`, which has `nargs` arguments.
    ///
    /// The error belongs to the Lua function below, or to nobody: then the frame stays, with the native function below in its function
    /// slot, so that whoever catches errors there finds its own frame.
    #[cold]
    pub(crate) fn call_error(&mut self, callee: Value, nargs: usize) -> Raised {
        let frame = Frame(self.base);
        // SAFETY: the frame's link has been written, and the frame below is complete.
        unsafe {
            if let Some((below, pc)) = frame.below() {
                let function = below.function();
                if function.is_lua() {
                    self.base = below.0;
                    self.pc = pc.unwrap_or(self.pc);
                } else {
                    *frame.0.sub(2) = function.into();
                    self.top = frame.0.add(nargs);
                }
            } else {
                self.top = frame.0.add(nargs);
            }
        }
        let name = callee.type_of().name();
        let mut text = ShortText::<64>::default();
        let _ = write!(TextWriter(&mut text), "attempt to call a {name} value");
        self.error_bytes(text.as_bytes())
    }

    /// "not enough memory"
    #[cold]
    pub fn memory_error(&mut self) -> Raised {
        self.was_exhausted = true;
        self.is_exhausted = true;
        self.error_with(self.memory_message.into())
    }

    /// An error with a message of bytes and no position.
    #[cold]
    pub fn error_bytes(&mut self, message: &[u8]) -> Raised {
        match self.heap.intern(message) {
            Ok(message) => self.error_with(message.into()),
            Err(_) => self.memory_error(),
        }
    }

    /// "bad argument #… to '…' (…)"
    #[cold]
    pub fn arg_error(&mut self, i: usize, message: fmt::Arguments<'_>) -> Raised {
        let here = self.here();
        let name = here.as_ref().and_then(|here| self.function_name(here));
        let at = self.caller();
        self.raise_text(at, &mut |w| {
            let mut number = i + 1;
            if let Some(("method", name)) = name {
                number -= 1;
                if number == 0 {
                    w.bytes(b"calling '");
                    w.bytes(name.as_bytes());
                    let _ = write!(w, "' on bad self ({message})");
                    return;
                }
            }
            let _ = write!(w, "bad argument #{number} to '");
            match name {
                Some((_, name)) => w.bytes(name.as_bytes()),
                None => w.bytes(b"?"),
            }
            let _ = write!(w, "' ({message})");
        })
    }

    /// "bad argument #… to '…' (… expected, got …)"
    #[cold]
    pub fn type_error(&mut self, i: usize, expected: &str) -> Raised {
        let got = if i >= self.nargs() {
            "no value"
        } else {
            self.arg(i).type_of().name()
        };
        self.arg_error(i, format_args!("{expected} expected, got {got}"))
    }

    /// The traceback that an uncaught error leaves for the host.
    pub(crate) fn traceback_of_error(&mut self) -> Option<crate::value::Gc<crate::value::Str>> {
        self.traceback_below(self.thread, None, 0, 1)
    }
}
