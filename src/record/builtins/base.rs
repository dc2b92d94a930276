//! The base library: checks, types, raw access, `select`, `unpack`.

use perilune_ir::ins::Operand;
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use super::{BuiltinRecorder, Call, Verdict};
use crate::record::at::At;
use crate::record::{Record, Recorder};
use crate::stdlib::unnumbered;
use crate::value::Value;

pub(super) const BUILTINS: &[(u8, BuiltinRecorder)] = &[
    (2, assert),
    (3, type_of),
    (12, raw_get),
    (13, raw_set),
    (14, raw_equal),
    (15, unpack),
    (16, select),
    (unnumbered::RAWLEN, raw_len),
];

/// The most values that `unpack` and `select` give on a trace.
const MAX_VALUES: usize = 64;

/// `assert(v, …)`: what it got, if it doesn't fail.
fn assert(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    if call.nargs == 0 || r.arg(at, call, 0)?.1.is_falsy() {
        return Ok(Verdict::Unknown);
    }
    for i in 0..call.nargs {
        let (v, _) = r.arg(at, call, i)?;
        r.push_result(v)?;
    }
    Ok(Verdict::Done)
}

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

fn is_key(k: Value) -> bool {
    !k.is_nil() && !k.as_number().is_some_and(f64::is_nan)
}

/// `rawget(t, key)`
fn raw_get(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let Some((tab, t)) = r.arg_of(at, call, 0, IrType::Tab)? else {
        return Ok(Verdict::Unknown);
    };
    let key = r.arg(at, call, 1)?;
    let (Some(t), true, true) = (t.as_table(), call.nargs >= 2, is_key(key.1)) else {
        return Ok(Verdict::Unknown);
    };
    let (value, _) = r.raw_get(t, tab, key)?;
    r.give(value)
}

/// `rawset(t, key, value)`
fn raw_set(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let (tab, t) = r.arg(at, call, 0)?;
    let key = r.arg(at, call, 1)?;
    let (value, _) = r.arg(at, call, 2)?;
    let (Some(t), true, true) = (t.as_table(), call.nargs >= 3, is_key(key.1)) else {
        return Ok(Verdict::Unknown);
    };
    r.raw_set(at, t, tab, key, value)?;
    r.give(tab)
}

/// `rawequal(a, b)`
fn raw_equal(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    if call.nargs < 2 {
        return Ok(Verdict::Unknown);
    }
    let ((a, x), (b, y)) = (r.arg(at, call, 0)?, r.arg(at, call, 1)?);
    let equal = x.raw_equals(y);
    let (ta, tb) = (r.ty(a), r.ty(b));
    let op = if equal { IrOp::Eq } else { IrOp::Ne };
    if r.is_numeric(a) && r.is_numeric(b) {
        if ta == IrType::Int && tb == IrType::Int {
            r.guard(op, IrType::Int, a, b)?;
        } else {
            let (a, b) = (r.as_num(a)?, r.as_num(b)?);
            r.guard(op, IrType::Num, a, b)?;
        }
    } else if ta == tb && !ta.is_pri() {
        r.guard(op, ta, a, b)?;
    }
    r.give(if equal { IrRef::TRUE } else { IrRef::FALSE })
}

/// `rawlen(v)`
fn raw_len(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let (v, _) = r.arg(at, call, 0)?;
    let n = match r.ty(v) {
        IrType::Str => r.str_len(v)?,
        IrType::Tab => r.b.ins(IrOp::Len, IrType::Int, v, Operand::NONE)?,
        _ => return Ok(Verdict::Unknown),
    };
    r.give(n)
}

/// `select(n, …)` and `select('#', …)`
fn select(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let (which, v) = r.arg(at, call, 0)?;
    let n = call.nargs as i32;
    if let Some(s) = v.as_str()
        && s.as_bytes().first() == Some(&b'#')
    {
        r.guard_str(which, s)?;
        return r.give_int(n - 1);
    }
    let Some((k, now)) = r.int_arg(at, call, 0)? else {
        return Ok(Verdict::Unknown);
    };
    let first = if now < 0 { now + n } else { now.min(n) };
    if first < 1 || (n - first) as usize > MAX_VALUES {
        return Ok(Verdict::Unknown);
    }
    if now >= n {
        let n = r.kint(n)?;
        r.guard(IrOp::Ge, IrType::Int, k, n)?;
    } else {
        r.guard_int(k, now)?;
    }
    for i in first..n {
        let (v, _) = r.arg(at, call, i as usize)?;
        r.push_result(v)?;
    }
    Ok(Verdict::Done)
}

/// `unpack(t [, first [, last]])`
fn unpack(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let (tab, t) = r.arg(at, call, 0)?;
    let Some(t) = t.as_table() else {
        return Ok(Verdict::Unknown);
    };
    let Some((first, from)) = r.opt_int_arg(at, call, 1, 1)? else {
        return Ok(Verdict::Unknown);
    };
    let (last, to) = if r.arg(at, call, 2)?.1.is_nil() {
        let n = r.b.ins(IrOp::Len, IrType::Int, tab, Operand::NONE)?;
        (n, t.len() as i32)
    } else {
        match r.int_arg(at, call, 2)? {
            Some(last) => last,
            None => return Ok(Verdict::Unknown),
        }
    };
    if from > to {
        r.guard(IrOp::Gt, IrType::Int, first, last)?;
        return r.give_none();
    }
    if i64::from(to) - i64::from(from) >= MAX_VALUES as i64 {
        return Ok(Verdict::Unknown);
    }
    // So many values, from this one on.
    r.guard_int(first, from)?;
    r.guard_int(last, to)?;
    for i in from..=to {
        let k = r.kint(i)?;
        let (v, _) = r.raw_get(t, tab, (k, Value::int(i)))?;
        r.push_result(v)?;
    }
    Ok(Verdict::Done)
}
