//! `next pairs ipairs`, and the iterator of `gmatch`.

use perilune_ir::ins::Operand;
use perilune_ir::literal::{Field, Helper};
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use super::{BuiltinRecorder, Call, Verdict};
use crate::record::at::At;
use crate::record::values::type_of;
use crate::record::{Record, Recorder};
use crate::value::Value;

pub(super) const BUILTINS: &[(u8, BuiltinRecorder)] = &[(4, next), (5, pairs), (7, ipairs)];

/// `next(t [, key])`
fn next(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let (tab, t) = r.arg(at, call, 0)?;
    let (key, k) = r.arg(at, call, 1)?;
    let Some(t) = t.as_table() else {
        return Ok(Verdict::Unknown);
    };
    let Some(from) = t.position_after(k) else {
        return Ok(Verdict::Unknown);
    };
    let position = if k.is_nil() {
        r.kint(0)?
    } else {
        let position = r.helper(Helper::TabKeyIndex, &[tab, key])?;
        let zero = r.kint(0)?;
        r.guard(IrOp::Ge, IrType::Int, position, zero)?;
        position
    };
    let entry = r.helper(Helper::TabNext, &[tab, position])?;
    let Some((_, key, value)) = t.entry_from(from) else {
        r.guard_int(entry, -1)?;
        return r.give(IrRef::NIL);
    };
    let zero = r.kint(0)?;
    r.guard(IrOp::Ge, IrType::Int, entry, zero)?;
    let key = r.helper_of_type(Helper::TabKeyAt, type_of(key), &[tab, entry])?;
    let place = r.helper(Helper::TabPlaceAt, &[tab, entry])?;
    let value =
        r.b.guard(IrOp::HLoad, type_of(value), place, Operand::NONE)?;
    let value = r.canonical(value);
    r.push_result(key)?;
    r.give(value)
}

/// `pairs(t)`
fn pairs(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    begin(r, at, call, IrRef::NIL)
}

/// `ipairs(t)`
fn ipairs(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let zero = r.kint(0)?;
    begin(r, at, call, zero)
}

fn begin(r: &mut Recorder, at: &At<'_>, call: &Call, control: IrRef) -> Record<Verdict> {
    let (tab, t) = r.arg(at, call, 0)?;
    let Some(t) = t.as_table() else {
        return Ok(Verdict::Unknown);
    };
    if at.vm.compat52 {
        if t.metatable().is_some() {
            return Ok(Verdict::Unknown);
        }
        r.guard_no_metatable(tab)?;
    }
    // The iterator is the function's upvalue.
    let iterator = r.konst(call.function.native_upvalue(0))?;
    r.push_result(iterator)?;
    r.push_result(tab)?;
    r.give(control)
}

impl Recorder {
    /// The native iterators that ITERC calls: with the results, if it is known. Their functions are new ones in each loop, so that it
    /// is their number that is guarded.
    pub(in crate::record) fn native_iterator(
        &mut self,
        at: &At<'_>,
        (f, v): (IrRef, Value),
        first: usize,
    ) -> Record<bool> {
        let Some(function) = v.as_function() else {
            return Ok(false);
        };
        let number = function.library_number();
        self.results.clear();
        let call = Call {
            function,
            first,
            nargs: 2,
        };
        let verdict = match number {
            4 => {
                self.specialise(at, f, function)?;
                next(self, at, &call)?
            }
            super::pattern::GMATCH_ITERATOR => {
                let k = self.field(f, Field::FuncBuiltin)?;
                self.guard_int(k, number.into())?;
                super::pattern::gmatch_step(self, f, function)?
            }
            _ => Verdict::Unknown,
        };
        Ok(verdict == Verdict::Done)
    }
}
