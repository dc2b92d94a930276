//! The coroutine library, but for what exchanges threads (`record::switch`).

use perilune_ir::literal::{Field, Helper};
use perilune_ir::types::IrType;

use super::{BuiltinRecorder, Call, Verdict};
use crate::record::at::At;
use crate::record::{Record, Recorder};

pub(super) const BUILTINS: &[(u8, BuiltinRecorder)] = &[(30, status), (33, create), (37, wrap)];

/// `coroutine.status(co)`
fn status(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let Some((thread, v)) = r.arg_of(at, call, 0, IrType::Thread)? else {
        return Ok(Verdict::Unknown);
    };
    let Some(co) = v.as_thread() else {
        return Ok(Verdict::Unknown);
    };
    let name = at.vm.known_status_name(co.status());
    if name.is_nil() {
        return Ok(Verdict::Unknown);
    }
    let now = r.field(thread, Field::ThreadStatus)?;
    r.guard_int(now, co.status() as i32)?;
    let name = r.konst(name)?;
    r.give(name)
}

/// `coroutine.create(f)`
fn create(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    new(r, at, call, Helper::CoNew)
}

/// `coroutine.wrap(f)`
fn wrap(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    new(r, at, call, Helper::CoWrap)
}

fn new(r: &mut Recorder, at: &At<'_>, call: &Call, helper: Helper) -> Record<Verdict> {
    let Some((f, _)) = r.arg_of(at, call, 0, IrType::Func)? else {
        return Ok(Verdict::Unknown);
    };
    let made = r.helper(helper, &[f])?;
    r.give(made)
}
