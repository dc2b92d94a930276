//! The base library.

use perilune_ir::types::IrType;

use super::{BuiltinRecorder, Call, Verdict};
use crate::record::at::At;
use crate::record::{Record, Recorder};

pub(super) const BUILTINS: &[(u8, BuiltinRecorder)] = &[(3, type_of), (12, raw_get)];

/// `type(v)`: the guard of the type is all it takes.
fn type_of(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    if call.nargs == 0 {
        return Ok(Verdict::Unknown);
    }
    let (_, v) = r.arg(at, call, 0)?;
    // The names are the function's upvalues.
    let name = call.function.native_upvalue(v.type_of() as usize);
    let name = r.konst(name)?;
    r.give(name)
}

/// `rawget(t, key)`
fn raw_get(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let Some((tab, t)) = r.arg_of(at, call, 0, IrType::Tab)? else {
        return Ok(Verdict::Unknown);
    };
    let key = r.arg(at, call, 1)?;
    let is_key = !key.1.is_nil() && !key.1.as_number().is_some_and(f64::is_nan);
    let (Some(t), true, true) = (t.as_table(), call.nargs >= 2, is_key) else {
        return Ok(Verdict::Unknown);
    };
    let (value, _) = r.raw_get(t, tab, key)?;
    r.give(value)
}
