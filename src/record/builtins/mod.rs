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

use perilune_ir::types::{IrRef, IrType};

use super::arith::Traced;
use super::at::At;
use super::{Record, Recorder};
use crate::jit::trace::TraceAbort;
use crate::value::{Function, Gc, Value};

mod base;
mod math;

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
const BUILTINS: &[&[(u8, BuiltinRecorder)]] = &[base::BUILTINS, math::BUILTINS];

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
            Some((r, _)) => Ok(Some(self.to_num(r)?)),
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
}
