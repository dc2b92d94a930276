//! Library functions, by their builtin numbers.
//!
//! A function's recorder runs when the call instruction is recorded, before any frame is pushed: its arguments are slots of the calling
//! frame. It emits guards for whatever its result depends on, pushes the results, and says [`Verdict::Done`]; or it says
//! [`Verdict::Unknown`] before it has emitted anything with an effect, and the interpreter makes the call. Guards leave at the call
//! instruction, so an effect has to come last, and behind it nothing that may leave.
//!
//! ```ignore
//! fn abs(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
//!     let Some(x) = r.number_arg(at, call, 0)? else { return Ok(Verdict::Unknown) };
//!     let x = r.unary(IrOp::Abs, IrType::Num, x)?;
//!     r.give(x)
//! }
//! ```

use perilune_ir::ins::{Ins as IrIns, Operand};
use perilune_ir::literal::{Helper, StrMode};
use perilune_ir::op::{Effect, IrOp};
use perilune_ir::opt::narrow_toint;
use perilune_ir::types::{IrRef, IrType};

use super::arith::Traced;
use super::at::At;
use super::{Record, Recorder};
use crate::jit::helpers::PayKind;
use crate::jit::trace::TraceAbort;
use crate::number::{TextBuffer, to_text};
use crate::stdlib::string::build::FREE_BYTES;
use crate::value::{Function, Gc, Str, Value};

mod base;
mod bit;
mod coroutine;
mod format;
mod iterate;
mod math;
mod metatable;
mod pattern;
mod string;
mod table;
mod text;

/// A call of a library function.
#[derive(Clone, Copy)]
pub(super) struct Call {
    /// The function.
    pub function: Gc<Function>,
    /// The slot of the first argument, in the calling frame.
    pub first: usize,
    /// How many arguments there are.
    pub nargs: usize,
}

/// What became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// Recorded; the results are in the recorder's list.
    Done,
    /// The interpreter has to make the call.
    Unknown,
}

/// Records a library function.
pub(super) type BuiltinRecorder = fn(&mut Recorder, &At<'_>, &Call) -> Record<Verdict>;

/// The functions that are compiled, by builtin number.
const BUILTINS: &[&[(u8, BuiltinRecorder)]] = &[
    base::BUILTINS,
    bit::BUILTINS,
    coroutine::BUILTINS,
    format::BUILTINS,
    iterate::BUILTINS,
    math::BUILTINS,
    metatable::BUILTINS,
    pattern::BUILTINS,
    string::BUILTINS,
    table::BUILTINS,
    text::BUILTINS,
];

static TABLE: [Option<BuiltinRecorder>; 256] = {
    let mut table: [Option<BuiltinRecorder>; 256] = [None; 256];
    let mut i = 0;
    while i < BUILTINS.len() {
        let mut j = 0;
        while j < BUILTINS[i].len() {
            let (number, record) = BUILTINS[i][j];
            table[number as usize] = Some(record);
            j += 1;
        }
        i += 1;
    }
    table
};

/// Who records the function of this number.
pub(super) fn recorder_of(builtin: u8) -> Option<BuiltinRecorder> {
    TABLE[usize::from(builtin)]
}

/// What an argument is as a string, now.
enum Text {
    /// A string.
    Str(Gc<Str>),
    /// A number: its text and the length.
    Number(TextBuffer, usize),
}

impl Text {
    fn as_bytes(&self) -> &[u8] {
        match self {
            Text::Str(s) => s.as_bytes(),
            Text::Number(text, len) => &text[..*len],
        }
    }
    fn len(&self) -> usize {
        self.as_bytes().len()
    }
}

impl Recorder {
    /// Argument `i`, nil if there is none.
    pub(super) fn arg(&mut self, at: &At<'_>, call: &Call, i: usize) -> Record<Traced> {
        if i >= call.nargs {
            return Ok((IrRef::NIL, Value::NIL));
        }
        let slot = call.first + i;
        Ok((self.get(at, slot)?, at.slot(slot)))
    }
    /// Argument `i` as a number of type `num`, if it is a number or a numeric string.
    pub(super) fn number_arg(
        &mut self,
        at: &At<'_>,
        call: &Call,
        i: usize,
    ) -> Record<Option<IrRef>> {
        let arg = self.arg(at, call, i)?;
        match self.numeric(arg)? {
            Some((r, _)) => Ok(Some(self.as_num(r)?)),
            None => Ok(None),
        }
    }
    /// Argument `i`, if it is of this type.
    pub(super) fn arg_of(
        &mut self,
        at: &At<'_>,
        call: &Call,
        i: usize,
        ty: IrType,
    ) -> Record<Option<Traced>> {
        let arg = self.arg(at, call, i)?;
        Ok((self.ty(arg.0) == ty).then_some(arg))
    }
    /// Adds a result.
    pub(super) fn push_result(&mut self, r: IrRef) -> Record<()> {
        self.results
            .try_reserve(1)
            .map_err(|_| TraceAbort::OutOfMemory)?;
        self.results.push(r);
        Ok(())
    }
    /// The function has one result.
    pub(super) fn give(&mut self, r: IrRef) -> Record<Verdict> {
        self.push_result(r)?;
        Ok(Verdict::Done)
    }

    /// Argument `i` as an int, if it is a number or numeric string that is one exactly.
    fn int_arg(&mut self, at: &At<'_>, call: &Call, i: usize) -> Record<Option<(IrRef, i32)>> {
        let arg = self.arg(at, call, i)?;
        let Some((r, n)) = self.numeric(arg)? else {
            return Ok(None);
        };
        match Value::number(n).as_int() {
            Some(n) => Ok(Some((narrow_toint(&mut self.b, r)?, n))),
            None => Ok(None),
        }
    }
    /// The same, or a default where the argument is nil or absent.
    fn opt_int_arg(
        &mut self,
        at: &At<'_>,
        call: &Call,
        i: usize,
        default: i32,
    ) -> Record<Option<(IrRef, i32)>> {
        if self.arg(at, call, i)?.1.is_nil() {
            return Ok(Some((self.kint(default)?, default)));
        }
        self.int_arg(at, call, i)
    }
    /// Argument `i`, if it is a string.
    fn str_arg(&mut self, at: &At<'_>, call: &Call, i: usize) -> Record<Option<(IrRef, Gc<Str>)>> {
        let (r, v) = self.arg(at, call, i)?;
        Ok(v.as_str().map(|s| (r, s)))
    }
    /// Argument `i`, if it is a string, or a number, which the trace makes one.
    fn text_arg(&mut self, at: &At<'_>, call: &Call, i: usize) -> Record<Option<(IrRef, Text)>> {
        let (r, v) = self.arg(at, call, i)?;
        if let Some(s) = v.as_str() {
            return Ok(Some((r, Text::Str(s))));
        }
        let Some(n) = v.as_number() else {
            return Ok(None);
        };
        let mode = match self.ty(r) {
            IrType::Int => StrMode::Int,
            _ => StrMode::Num,
        };
        let r = self.b.ins(IrOp::ToStr, IrType::Str, r, mode)?;
        let mut buffer = TextBuffer::default();
        let len = to_text(n, &mut buffer).len();
        Ok(Some((r, Text::Number(buffer, len))))
    }
    /// The function has no results.
    fn give_none(&mut self) -> Record<Verdict> {
        Ok(Verdict::Done)
    }
    /// The function has one result, an int constant.
    fn give_int(&mut self, i: i32) -> Record<Verdict> {
        let k = self.kint(i)?;
        self.give(k)
    }

    /// Guards that a comparison holds.
    fn guard(&mut self, op: IrOp, ty: IrType, a: IrRef, b: IrRef) -> Record<()> {
        self.b.ins(op, ty, a, b)?;
        Ok(())
    }
    /// Guards that an int equals a constant.
    fn guard_int(&mut self, r: IrRef, k: i32) -> Record<()> {
        let k = self.kint(k)?;
        self.guard(IrOp::Eq, IrType::Int, r, k)
    }
    /// Guards that a string is the one it is now.
    fn guard_str(&mut self, r: IrRef, s: Gc<Str>) -> Record<()> {
        if r.is_const() {
            return Ok(());
        }
        let k = self.kstr(s)?;
        self.guard(IrOp::Eq, IrType::Str, r, k)
    }

    /// A call of a helper.
    pub(super) fn helper(&mut self, helper: Helper, args: &[IrRef]) -> Record<IrRef> {
        let mut ins = self.helper_ins(helper, helper.ret(), args)?;
        if helper.is_switch() {
            ins = ins.guarded();
        }
        Ok(self.b.emit(ins)?)
    }
    /// A call of a helper whose result may be of any type, guarded to be of this one.
    fn helper_of_type(&mut self, helper: Helper, ty: IrType, args: &[IrRef]) -> Record<IrRef> {
        let ins = self.helper_ins(helper, ty, args)?.guarded();
        let r = self.b.emit(ins)?;
        Ok(self.canonical(r))
    }
    fn helper_ins(&mut self, helper: Helper, ty: IrType, args: &[IrRef]) -> Record<IrIns> {
        let op = match helper.effect() {
            Effect::Pure => IrOp::CallN,
            Effect::Alloc => IrOp::CallA,
            Effect::Load => IrOp::CallL,
            Effect::Store => {
                self.needs_snapshot = true;
                IrOp::CallS
            }
        };
        let mut list: Option<IrRef> = None;
        for &arg in args {
            list = Some(match list {
                Some(list) => self.b.ins(IrOp::CArg, IrType::Nil, list, arg)?,
                None => arg,
            });
        }
        Ok(IrIns::new(op, ty, list, Operand::from(helper)))
    }

    /// Sees to it that work on a text of `n` bytes, `now` of them at present, costs what the interpreter takes: it stays short
    /// enough to be free, or the trace pays. Nothing that may leave the trace may follow.
    pub(super) fn pay_for(&mut self, kind: PayKind, n: IrRef, now: usize) -> Record<()> {
        if now <= FREE_BYTES {
            let most = self.kint(FREE_BYTES as i32)?;
            return self.guard(IrOp::Ule, IrType::Int, n, most);
        }
        self.pay(kind, n)
    }
    /// Pays.
    fn pay(&mut self, kind: PayKind, n: IrRef) -> Record<()> {
        let kind = self.kint(kind as i32)?;
        self.helper(Helper::Pay, &[n, kind])?;
        Ok(())
    }
    /// The length of a string.
    pub(super) fn str_len(&mut self, s: IrRef) -> Record<IrRef> {
        self.field(s, perilune_ir::literal::Field::StrLen)
    }
}
