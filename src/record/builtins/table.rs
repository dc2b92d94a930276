//! The table library.

use perilune_ir::ins::{Const, ObjId, Operand};
use perilune_ir::literal::Helper;
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use super::{BuiltinRecorder, Call, Verdict};
use crate::jit::helpers::PayKind;
use crate::record::at::At;
use crate::record::{Record, Recorder};
use crate::stdlib::string::build::FREE_BYTES;
use crate::stdlib::table::sizes;
use crate::stdlib::unnumbered;
use crate::value::{Gc, Table, Value};
use crate::vm::service::units_for_bytes;

pub(super) const BUILTINS: &[(u8, BuiltinRecorder)] = &[
    (90, max_n),
    (91, insert),
    (92, concat),
    (94, new),
    (95, clear),
    (unnumbered::REMOVE, remove),
    (unnumbered::MOVE, move_range),
    (unnumbered::GETN, get_n),
];

/// The table that is the first argument.
fn table_arg(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Option<(IrRef, Gc<Table>)>> {
    let (tab, t) = r.arg(at, call, 0)?;
    Ok(t.as_table().map(|t| (tab, t)))
}

fn length(r: &mut Recorder, tab: IrRef) -> Record<IrRef> {
    Ok(r.b.ins(IrOp::Len, IrType::Int, tab, Operand::NONE)?)
}

/// `table.getn(t)`
fn get_n(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    match table_arg(r, at, call)? {
        Some((tab, _)) if !at.vm.compat52 => {
            let n = length(r, tab)?;
            r.give(n)
        }
        _ => Ok(Verdict::Unknown),
    }
}

/// `table.maxn(t)`
fn max_n(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let Some((tab, _)) = table_arg(r, at, call)? else {
        return Ok(Verdict::Unknown);
    };
    let n = r.helper_of_type(Helper::TabMaxN, IrType::Num, &[tab])?;
    r.give(n)
}

/// `table.insert(t, [position,] value)`
fn insert(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let Some((tab, t)) = table_arg(r, at, call)? else {
        return Ok(Verdict::Unknown);
    };
    if call.nargs == 2 {
        let (value, _) = r.arg(at, call, 1)?;
        let (n, one) = (length(r, tab)?, r.kint(1)?);
        let end = r.b.ins(IrOp::Add, IrType::Int, n, one)?;
        let now = (t.len() as i32).wrapping_add(1);
        r.raw_set(at, t, tab, (end, Value::int(now)), value)?;
        return r.give_none();
    }
    if call.nargs != 3 {
        return Ok(Verdict::Unknown);
    }
    let Some((position, _)) = r.int_arg(at, call, 1)? else {
        return Ok(Verdict::Unknown);
    };
    let (value, _) = r.arg(at, call, 2)?;
    r.guard_writable(at, t, tab)?;
    r.helper(Helper::TabInsert, &[tab, position, value])?;
    r.give_none()
}

/// `table.remove(t [, position])`
fn remove(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let Some((tab, t)) = table_arg(r, at, call)? else {
        return Ok(Verdict::Unknown);
    };
    if at.vm.compat52 {
        return Ok(Verdict::Unknown);
    }
    let (len, now) = (length(r, tab)?, t.len() as i32);
    if r.arg(at, call, 1)?.1.is_nil() {
        let zero = r.kint(0)?;
        if now == 0 {
            r.guard(IrOp::Eq, IrType::Int, len, zero)?;
            return r.give_none();
        }
        r.guard(IrOp::Ne, IrType::Int, len, zero)?;
        let key = (len, Value::int(now));
        let (removed, _) = r.raw_get(t, tab, key)?;
        r.raw_set(at, t, tab, key, IrRef::NIL)?;
        return r.give(removed);
    }
    let Some((position, p)) = r.int_arg(at, call, 1)? else {
        return Ok(Verdict::Unknown);
    };
    // One comparison for both ends.
    let one = r.kint(1)?;
    let offset = r.b.ins(IrOp::Sub, IrType::Int, position, one)?;
    if p < 1 || p > now {
        r.guard(IrOp::Uge, IrType::Int, offset, len)?;
        return r.give_none();
    }
    r.guard(IrOp::Ult, IrType::Int, offset, len)?;
    let (removed, _) = r.raw_get(t, tab, (position, Value::int(p)))?;
    r.guard_writable(at, t, tab)?;
    r.helper(Helper::TabRemove, &[tab, position])?;
    r.give(removed)
}

/// `table.move(from, first, last, start [, to])`
fn move_range(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let Some((from, t)) = table_arg(r, at, call)? else {
        return Ok(Verdict::Unknown);
    };
    let (Some((first, _)), Some((last, _)), Some((start, _))) = (
        r.int_arg(at, call, 1)?,
        r.int_arg(at, call, 2)?,
        r.int_arg(at, call, 3)?,
    ) else {
        return Ok(Verdict::Unknown);
    };
    let to = match r.arg(at, call, 4)? {
        (_, v) if v.is_nil() => (from, Some(t)),
        (to, v) => (to, v.as_table()),
    };
    let (to, Some(target)) = to else {
        return Ok(Verdict::Unknown);
    };
    r.guard_writable(at, target, to)?;
    r.helper(Helper::TabMove, &[from, first, last, start, to])?;
    r.give(to)
}

/// `table.concat(t [, separator [, first [, last]]])`
fn concat(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let Some((tab, t)) = table_arg(r, at, call)? else {
        return Ok(Verdict::Unknown);
    };
    let (separator, s) = if r.arg(at, call, 1)?.1.is_nil() {
        (r.b.konst(Const::Gc(IrType::Str, ObjId(0)))?, 0)
    } else {
        match r.text_arg(at, call, 1)? {
            Some((separator, s)) => (separator, s.len()),
            None => return Ok(Verdict::Unknown),
        }
    };
    let Some((first, from)) = r.opt_int_arg(at, call, 2, 1)? else {
        return Ok(Verdict::Unknown);
    };
    let (last, to) = if r.arg(at, call, 3)?.1.is_nil() {
        (length(r, tab)?, t.len() as i32)
    } else {
        match r.int_arg(at, call, 3)? {
            Some(last) => last,
            None => return Ok(Verdict::Unknown),
        }
    };
    let Some(now) = joined_length(t, s, from, to) else {
        return Ok(Verdict::Unknown);
    };
    let result = r.helper(Helper::TabConcat, &[tab, separator, first, last])?;
    let len = r.str_len(result)?;
    if now > FREE_BYTES {
        // A single string is given as it is, at no cost.
        if from == to {
            return Ok(Verdict::Unknown);
        }
        r.guard(IrOp::Ne, IrType::Int, first, last)?;
    }
    r.pay_for(PayKind::Text, len, now)?;
    r.give(result)
}

/// About how long the joined text is, if it can be made at once.
fn joined_length(t: Gc<Table>, separator: usize, first: i32, last: i32) -> Option<usize> {
    const MOST: i64 = 4000;
    if i64::from(last) - i64::from(first) > MOST {
        return None;
    }
    let mut len = 0;
    for i in first..=last {
        let v = t.get_int(i);
        len += match v.as_str() {
            Some(s) => s.len(),
            None => {
                v.as_number()?;
                crate::number::to_text(v.as_number_unchecked(), &mut Default::default()).len()
            }
        };
        if i < last {
            len += separator;
        }
    }
    Some(len)
}

/// `table.new(slots, keys)`, with constant sizes
fn new(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let (Some((slots, a)), Some((keys, b))) = (r.int_arg(at, call, 0)?, r.int_arg(at, call, 1)?)
    else {
        return Ok(Verdict::Unknown);
    };
    let Some((room, nodes)) = sizes(a, b) else {
        return Ok(Verdict::Unknown);
    };
    r.guard_int(slots, a)?;
    r.guard_int(keys, b)?;
    let bytes = (room as usize + nodes as usize) * size_of::<Value>();
    let hash_bits = match nodes {
        0 => 0,
        1 => 1,
        n => (n - 1).ilog2() + 1,
    };
    let tab = match (u16::try_from(room), u16::try_from(hash_bits)) {
        (Ok(room), Ok(bits)) => r.b.ins(IrOp::TNew, IrType::Tab, room, bits)?,
        _ => {
            let (slots, keys) = (r.kint(a)?, r.kint(b)?);
            r.helper(Helper::TabNew, &[slots, keys])?
        }
    };
    let units = units_for_bytes(bytes);
    if units > 0 {
        let units = r.kint(units as i32)?;
        r.pay(PayKind::Units, units)?;
    }
    r.give(tab)
}

/// `table.clear(t)`
fn clear(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let Some((tab, t)) = table_arg(r, at, call)? else {
        return Ok(Verdict::Unknown);
    };
    r.guard_writable(at, t, tab)?;
    r.helper(Helper::TabClear, &[tab])?;
    r.give_none()
}
