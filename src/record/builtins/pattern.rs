//! `find match gmatch gsub`, by helpers.

use perilune_ir::literal::Helper;
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use super::{BuiltinRecorder, Call, Text, Verdict};
use crate::jit::helpers::{Found, PayKind, match_flags, preview};
use crate::record::at::At;
use crate::record::{Record, Recorder};
use crate::stdlib::string::build::FREE_BYTES;
use crate::stdlib::string::find;
use crate::stdlib::string::pattern::has_specials;
use crate::value::{Function, Gc, Str};

pub(super) const BUILTINS: &[(u8, BuiltinRecorder)] = &[
    (84, find_),
    (85, |r, at, call| search(r, at, call, 0)),
    (87, gmatch),
    (88, gsub),
];

/// LuaJIT's number of the iterator that `gmatch` returns.
pub(super) const GMATCH_ITERATOR: u8 = 86;

/// `string.find(s, pattern [, init [, plain]])`
fn find_(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let (Some((s, subject)), Some((p, pattern))) =
        (r.text_arg(at, call, 0)?, r.str_arg(at, call, 1)?)
    else {
        return Ok(Verdict::Unknown);
    };
    let is_plain = !r.arg(at, call, 3)?.1.is_falsy();
    if !is_plain && has_specials(pattern.as_bytes()) {
        // A pattern stays one, or becomes plain, as long as it is the same.
        r.guard_str(p, pattern)?;
        return search(r, at, call, match_flags::FIND);
    }
    if !is_plain {
        r.guard_str(p, pattern)?;
    }
    let Some(init) = r.opt_int_arg(at, call, 2, 1)? else {
        return Ok(Verdict::Unknown);
    };
    plain(r, (s, subject), (p, pattern), init)
}

/// A text is looked for as it is.
fn plain(
    r: &mut Recorder,
    (s, subject): (IrRef, Text),
    (p, pattern): (IrRef, Gc<Str>),
    init: (IrRef, i32),
) -> Record<Verdict> {
    let len = (r.str_len(s)?, subject.len() as i64);
    let from = r.start_of((init.0, init.1.into()), len)?;
    if from.1 > len.1 {
        return Ok(Verdict::Unknown);
    }
    r.guard(IrOp::Ule, IrType::Int, from.0, len.0)?;
    let now = find::find_plain(&subject.as_bytes()[from.1 as usize..], pattern.as_bytes());
    let found = r.helper(Helper::StrFind, &[s, p, init.0])?;
    let Some(seen) = now else {
        r.guard_int(found, -1)?;
        let seen = r.b.ins(IrOp::Sub, IrType::Int, len.0, from.0)?;
        r.pay_for(PayKind::Search, seen, (len.1 - from.1) as usize)?;
        return r.give(IrRef::NIL);
    };
    let (zero, one) = (r.kint(0)?, r.kint(1)?);
    r.guard(IrOp::Ge, IrType::Int, found, zero)?;
    let n = r.str_len(p)?;
    let start = r.b.ins(IrOp::Add, IrType::Int, found, one)?;
    let end = r.b.ins(IrOp::Add, IrType::Int, found, n)?;
    r.push_result(start)?;
    r.push_result(end)?;
    if len.1 <= FREE_BYTES as i64 {
        r.pay_for(PayKind::Search, len.0, len.1 as usize)?;
    } else {
        let passed = r.b.ins(IrOp::Sub, IrType::Int, found, from.0)?;
        r.pay_for(PayKind::Search, passed, seen)?;
    }
    Ok(Verdict::Done)
}

/// A search for a pattern: of `match`, or of `find`.
fn search(r: &mut Recorder, at: &At<'_>, call: &Call, flags: i32) -> Record<Verdict> {
    let (Some((s, subject)), Some((p, pattern))) =
        (r.text_arg(at, call, 0)?, r.str_arg(at, call, 1)?)
    else {
        return Ok(Verdict::Unknown);
    };
    let Some(init) = r.opt_int_arg(at, call, 2, 1)? else {
        return Ok(Verdict::Unknown);
    };
    let Some(from) = find::offset(at.vm.compat52, subject.len(), init.1) else {
        return Ok(Verdict::Unknown);
    };
    let Some(found) = preview(subject.as_bytes(), pattern, from, flags) else {
        return Ok(Verdict::Unknown);
    };
    let k = r.kint(flags | paid(&found))?;
    let results = r.helper(Helper::StrMatch, &[s, p, init.0, k])?;
    take(r, results, &found)?;
    if found.count == 0 {
        r.push_result(IrRef::NIL)?;
    }
    settle_cost(r, results, &found)?;
    Ok(Verdict::Done)
}

fn paid(found: &Found) -> i32 {
    if found.units > 0 {
        match_flags::PAID
    } else {
        0
    }
}

/// The results that a helper left, guarded to be as many and of the types that they are now.
fn take(r: &mut Recorder, results: IrRef, found: &Found) -> Record<()> {
    r.guard_int(results, found.count as i32)?;
    for i in 0..found.count {
        let ty = if found.is_text[i] {
            IrType::Str
        } else {
            IrType::Num
        };
        let k = r.kint(i as i32)?;
        let v = r.helper_of_type(Helper::MatchResult, ty, &[results, k])?;
        r.push_result(v)?;
    }
    Ok(())
}

/// Pays for it.
fn settle_cost(r: &mut Recorder, results: IrRef, found: &Found) -> Record<()> {
    if found.units == 0 {
        return Ok(());
    }
    let units = r.helper(Helper::MatchCost, &[results])?;
    r.pay(PayKind::Units, units)
}

/// `string.gmatch(s, pattern)`
fn gmatch(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let (Some((s, _)), Some((p, _))) = (r.text_arg(at, call, 0)?, r.str_arg(at, call, 1)?) else {
        return Ok(Verdict::Unknown);
    };
    let iterator = r.helper(Helper::GmatchNew, &[s, p])?;
    r.give(iterator)
}

/// The iterator of `gmatch`.
pub(super) fn gmatch_step(r: &mut Recorder, f: IrRef, function: Gc<Function>) -> Record<Verdict> {
    let at = |i| function.native_upvalue(i);
    let (Some(s), Some(p), Some(from)) = (at(0).as_str(), at(1).as_str(), at(2).as_number()) else {
        return Ok(Verdict::Unknown);
    };
    let Some(found) = preview(s.as_bytes(), p, from as usize, match_flags::ITERATE) else {
        return Ok(Verdict::Unknown);
    };
    let k = r.kint(paid(&found))?;
    let results = r.helper(Helper::GmatchNext, &[f, k])?;
    take(r, results, &found)?;
    settle_cost(r, results, &found)?;
    if found.count > 0 {
        r.helper(Helper::GmatchStep, &[f, results])?;
    }
    Ok(Verdict::Done)
}

/// `string.gsub(s, pattern, replacement [, n])`, for replacements that call nothing
fn gsub(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let (Some((s, subject)), Some((p, _))) = (r.text_arg(at, call, 0)?, r.str_arg(at, call, 1)?)
    else {
        return Ok(Verdict::Unknown);
    };
    let (replacement, v) = r.arg(at, call, 2)?;
    if let Some(t) = v.as_table() {
        if t.metatable().is_some() {
            return Ok(Verdict::Unknown);
        }
        r.guard_no_metatable(replacement)?;
    } else if !v.is_str() {
        return Ok(Verdict::Unknown);
    }
    let limit = if r.arg(at, call, 3)?.1.is_nil() {
        let (len, one) = (r.str_len(s)?, r.kint(1)?);
        r.b.ins(IrOp::Add, IrType::Int, len, one)?
    } else {
        match r.int_arg(at, call, 3)? {
            Some((limit, _)) => limit,
            None => return Ok(Verdict::Unknown),
        }
    };
    // What it costs is known afterwards only; a short text is cheap in all likelihood.
    let is_long = subject.len() > FREE_BYTES / 4;
    let flags = r.kint(if is_long { match_flags::PAID } else { 0 })?;
    let count = r.helper(Helper::Gsub, &[s, p, replacement, limit, flags])?;
    let zero = r.kint(0)?;
    let text = r.helper_of_type(Helper::MatchResult, IrType::Str, &[count, zero])?;
    r.push_result(text)?;
    r.push_result(count)?;
    if is_long {
        let units = r.helper(Helper::MatchCost, &[count])?;
        r.pay(PayKind::Units, units)?;
    }
    Ok(Verdict::Done)
}
