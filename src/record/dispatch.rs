//! One instruction: what holds before and after each, and who records it.

use super::at::At;
use super::begin::slot_number;
use super::{FIRST, Phase, Progress, Record, Recorder, Traces};
use crate::bytecode::{Bc, Ins};
use crate::jit::trace::TraceAbort;
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::meta::{BitOp, Event};

/// What is left to do after an instruction was recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Then {
    /// Go on with the instruction behind it.
    Next,
    /// Go on elsewhere: the recorder has said where.
    Elsewhere,
    /// The trace is complete.
    Stop,
}

impl Recorder {
    /// Records the instruction `ins` at `pc`, which the interpreter is about to execute in the frame at `base`. `k` is the interpreter's
    /// register: the function's constants, or at a function header the number of arguments.
    pub(crate) fn record(
        &mut self,
        vm: &mut Vm,
        base: *mut Value,
        pc: *const Ins,
        ins: Ins,
        k: *const Value,
        traces: &dyn Traces,
    ) -> Result<Progress, TraceAbort> {
        if self.phase == Phase::Finished {
            return Ok(Progress::Finished);
        }
        // SAFETY: these are the interpreter's registers.
        let at = unsafe { At::new(vm, base, pc, ins, k, traces) };
        // A loop without a body is nothing but its instruction.
        let is_second = self.last_pc == pc && self.expected == pc;
        if self.phase == Phase::Starting && pc == self.start_pc && !is_second {
            // The loop's instruction or the header itself, which is not part of the trace.
            self.last_pc = pc;
            return Ok(Progress::Continue);
        }
        if !self.passing.is_null() && pc == self.passing {
            // The native function of a call that is recorded already.
            self.passing = core::mem::replace(&mut self.passing_then, core::ptr::null());
            return Ok(Progress::Continue);
        }
        let is_vararg = matches!(self.start_ins.op(), Some(Bc::FuncV | Bc::IFuncV));
        let moved = self.phase == Phase::Starting && is_vararg;
        if pc != self.expected || !(moved || self.is_in_place(&at)) {
            // What could not be done for want of room on the stack comes again.
            return if pc == self.last_pc && is_repeatable(ins) {
                Ok(Progress::Continue)
            } else if self.phase == Phase::Starting {
                Err(TraceAbort::LeavesLoop)
            } else if at.vm.thread != self.here.thread {
                Err(TraceAbort::NyiCoroutine)
            } else {
                Err(TraceAbort::Raised)
            };
        }
        if self.phase == Phase::Starting {
            self.begin_root(&at)?;
        } else if self.at_body {
            self.begin_body(&at)?;
        }
        if self.here.frames.is_empty()
            && self.here.is_home
            && let Some((first, behind)) = self.range
            && (pc < first || pc >= behind)
        {
            return Err(TraceAbort::LeavesLoop);
        }
        let is_header = ins.op().is_none_or(|op| op as u8 >= Bc::FuncF as u8);
        if !is_header {
            self.settle(pc)?;
        }
        self.last_pc = pc;
        self.expected = at.next();
        match self.step(&at)? {
            Then::Stop => {
                self.phase = Phase::Finished;
                Ok(Progress::Finished)
            }
            Then::Next | Then::Elsewhere => Ok(Progress::Continue),
        }
    }

    /// Is the running frame where the trace believes it to be?
    fn is_in_place(&self, at: &At<'_>) -> bool {
        let distance = (self.here.base - FIRST) as isize;
        at.vm.thread == self.here.thread
            && slot_number(at.vm, at.base) == self.here.origin + distance
    }

    /// Records one instruction.
    fn step(&mut self, at: &At<'_>) -> Record<Then> {
        let ins = at.ins;
        let Some(op) = ins.op() else {
            return Err(TraceAbort::NyiFunction(0));
        };
        match op {
            Bc::IsLt => self.order(at, Event::Lt, false),
            Bc::IsGe => self.order(at, Event::Lt, true),
            Bc::IsLe => self.order(at, Event::Le, false),
            Bc::IsGt => self.order(at, Event::Le, true),
            Bc::IsEqV | Bc::IsNeV => {
                let (other, value) = (self.get(at, ins.d())?, at.slot(ins.d()));
                self.equality(at, other, value, op == Bc::IsNeV)
            }
            Bc::IsEqS | Bc::IsNeS => self.equality_k(at, at.object(ins.d()), op == Bc::IsNeS),
            Bc::IsEqN | Bc::IsNeN => self.equality_k(at, at.number(ins.d()), op == Bc::IsNeN),
            Bc::IsEqP | Bc::IsNeP => {
                self.equality_k(at, Value::primitive(ins.d()), op == Bc::IsNeP)
            }
            Bc::IsTc | Bc::IsFc => self.test(at, op == Bc::IsTc, true),
            Bc::IsT | Bc::IsF => self.test(at, op == Bc::IsT, false),

            Bc::Mov => {
                let r = self.get(at, ins.d())?;
                self.result(at, r)
            }
            Bc::Not => self.not(at),
            Bc::Unm => self.unm(at),
            Bc::Len => self.len(at),
            Bc::AddVN | Bc::SubVN | Bc::MulVN | Bc::DivVN | Bc::ModVN => {
                let (left, right) = (at.slot(ins.b()), at.number(ins.c()));
                let x = self.get(at, ins.b())?;
                let y = self.konst(right)?;
                self.arith(
                    at,
                    arith_event(op as u8 - Bc::AddVN as u8),
                    (x, left),
                    (y, right),
                )
            }
            Bc::AddNV | Bc::SubNV | Bc::MulNV | Bc::DivNV | Bc::ModNV => {
                let (left, right) = (at.number(ins.c()), at.slot(ins.b()));
                let y = self.get(at, ins.b())?;
                let x = self.konst(left)?;
                self.arith(
                    at,
                    arith_event(op as u8 - Bc::AddNV as u8),
                    (x, left),
                    (y, right),
                )
            }
            Bc::AddVV | Bc::SubVV | Bc::MulVV | Bc::DivVV | Bc::ModVV | Bc::Pow => {
                let (left, right) = (at.slot(ins.b()), at.slot(ins.c()));
                let x = self.get(at, ins.b())?;
                let y = self.get(at, ins.c())?;
                let event = if op == Bc::Pow {
                    Event::Pow
                } else {
                    arith_event(op as u8 - Bc::AddVV as u8)
                };
                self.arith(at, event, (x, left), (y, right))
            }
            Bc::Cat => self.concat(at),
            Bc::BNot => self.bit_not(at),
            Bc::BAnd => self.bits(at, BitOp::And),
            Bc::BOr => self.bits(at, BitOp::Or),
            Bc::BXor => self.bits(at, BitOp::Xor),
            Bc::BShl => self.bits(at, BitOp::Shl),
            Bc::BShr => self.bits(at, BitOp::Shr),
            Bc::BSar => self.bits(at, BitOp::Sar),

            Bc::KStr | Bc::KCdata => {
                let r = self.konst(at.object(ins.d()))?;
                self.result(at, r)
            }
            Bc::KShort => {
                let r = self.kint(ins.d_signed())?;
                self.result(at, r)
            }
            Bc::KNum => {
                let r = self.konst(at.number(ins.d()))?;
                self.result(at, r)
            }
            Bc::KPri => {
                let r = self.konst(Value::primitive(ins.d()))?;
                self.result(at, r)
            }
            Bc::KNil => self.fill_nil(ins.a(), ins.d()),

            Bc::UGet => self.upvalue_get(at),
            Bc::USetV => {
                let r = self.get(at, ins.d())?;
                self.upvalue_set(at, r)
            }
            Bc::USetS => {
                let r = self.konst(at.object(ins.d()))?;
                self.upvalue_set(at, r)
            }
            Bc::USetN => {
                let r = self.konst(at.number(ins.d()))?;
                self.upvalue_set(at, r)
            }
            Bc::USetP => {
                let r = self.konst(Value::primitive(ins.d()))?;
                self.upvalue_set(at, r)
            }
            Bc::UClo => self.close_upvalues(at),
            Bc::FNew => self.new_function(at),

            Bc::TNew => self.new_table(at),
            Bc::TDup => self.duplicate_table(at),
            Bc::GGet | Bc::TGetV | Bc::TGetS | Bc::TGetB => self.table_get(at, op),
            Bc::GSet | Bc::TSetV | Bc::TSetS | Bc::TSetB => self.table_set(at, op),
            Bc::TGetR => self.table_get_raw(at),
            Bc::TSetR => self.table_set_raw(at),
            Bc::TSetM => self.table_set_many(at),

            Bc::Call => self.call(at, ins.a(), ins.c() - 1),
            Bc::CallM => self.call(at, ins.a(), ins.c() + self.open_results),
            Bc::CallT => self.tail_call(at, ins.a(), ins.d() - 1),
            Bc::CallMT => self.tail_call(at, ins.a(), ins.d() + self.open_results),
            Bc::IterC => self.iterator_call(at),
            Bc::IterN => self.iterate_next(at),
            Bc::IsNext => self.is_next(at),
            Bc::VArg => self.varargs(at),

            Bc::RetM => self.return_values(at, ins.a(), ins.d() + self.open_results),
            Bc::Ret => self.return_values(at, ins.a(), ins.d() - 1),
            Bc::Ret0 => self.return_values(at, ins.a(), 0),
            Bc::Ret1 => self.return_values(at, ins.a(), 1),

            Bc::ForI | Bc::JForI => self.for_prepare(at),
            Bc::ForL | Bc::IForL | Bc::JForL => self.for_step(at, op),
            Bc::IterL | Bc::IIterL | Bc::JIterL => self.iterator_step(at, op),
            Bc::JLoop if self.unpatched(at, true)?.op() == Some(Bc::IterN) => self.iterate_next(at),
            Bc::Loop | Bc::ILoop | Bc::JLoop => self.loop_head(at, op),
            Bc::Jmp => {
                self.shrink(ins.a());
                self.go(at.target())
            }

            Bc::FuncF | Bc::IFuncF | Bc::JFuncF => self.enter_function(at, op),
            Bc::FuncV | Bc::IFuncV | Bc::JFuncV => self.enter_vararg(at, op),
            Bc::FuncC => Err(TraceAbort::NyiFunction(0)),
        }
    }

    /// Goes on at `pc`.
    pub(super) fn go(&mut self, pc: *const Ins) -> Record<Then> {
        self.expected = pc;
        Ok(Then::Elsewhere)
    }
    /// Stores the instruction's result in slot A.
    pub(super) fn result(&mut self, at: &At<'_>, r: perilune_ir::types::IrRef) -> Record<Then> {
        self.set(at.ins.a(), r)?;
        Ok(Then::Next)
    }
    /// What isn't compiled.
    pub(super) fn nyi(&self, at: &At<'_>) -> TraceAbort {
        at.ins
            .op()
            .map_or(TraceAbort::Raised, TraceAbort::NyiBytecode)
    }
}

/// Instructions that come again after the stack has grown, having done nothing.
fn is_repeatable(ins: Ins) -> bool {
    ins.op()
        .is_none_or(|op| op as u8 >= Bc::FuncF as u8 || matches!(op, Bc::VArg | Bc::ForI))
}

/// The arithmetic operations in the order of their opcodes.
fn arith_event(i: u8) -> Event {
    match i {
        0 => Event::Add,
        1 => Event::Sub,
        2 => Event::Mul,
        3 => Event::Div,
        _ => Event::Mod,
    }
}
