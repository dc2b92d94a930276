//! `string.format`, `tostring`, `tonumber`.

use perilune_ir::literal::{Helper, StrMode};
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use super::{BuiltinRecorder, Call, Verdict};
use crate::jit::helpers::{PayKind, Stretch};
use crate::record::arith::Traced;
use crate::record::at::At;
use crate::record::{Record, Recorder};
use crate::stdlib::string::build::FREE_BYTES;
use crate::stdlib::string::format::{Conversion, parse_spec};
use crate::vm::Vm;
use crate::vm::meta::Event;

pub(super) const BUILTINS: &[(u8, BuiltinRecorder)] =
    &[(17, to_number), (18, to_string), (89, format)];

/// Arguments of one call of the helper.
const AT_ONCE: usize = 3;
/// Calls of the helper for one format.
const MAX_STRETCHES: usize = 8;

impl Recorder {
    /// The text of a value, as `tostring` gives it, unless a metamethod has a say.
    fn text_of(&mut self, at: &At<'_>, (r, v): Traced) -> Record<Option<IrRef>> {
        let mode = match self.ty(r) {
            IrType::Str => return Ok(Some(r)),
            IrType::Int => StrMode::Int,
            IrType::Num => StrMode::Num,
            _ => {
                if self.metamethod(at, (r, v), Event::ToString)?.is_some() {
                    return Ok(None);
                }
                return Ok(Some(self.helper(Helper::ToString, &[r])?));
            }
        };
        Ok(Some(self.b.ins(IrOp::ToStr, IrType::Str, r, mode)?))
    }
}

/// `tostring(v)`
fn to_string(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    if call.nargs == 0 {
        return Ok(Verdict::Unknown);
    }
    let v = r.arg(at, call, 0)?;
    match r.text_of(at, v)? {
        Some(s) => r.give(s),
        None => Ok(Verdict::Unknown),
    }
}

/// `tonumber(v [, base])`
fn to_number(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    if call.nargs == 0 {
        return Ok(Verdict::Unknown);
    }
    let (value, v) = r.arg(at, call, 0)?;
    let Some((base, b)) = r.opt_int_arg(at, call, 1, 10)? else {
        return Ok(Verdict::Unknown);
    };
    r.guard_int(base, b)?;
    if b == 10 {
        if r.ty(value) == IrType::Cdata {
            return Ok(Verdict::Unknown);
        }
        if let Some((n, _)) = r.numeric((value, v))? {
            return r.give(n);
        }
        if !v.is_str() {
            return r.give(IrRef::NIL);
        }
    }
    let Some(s) = v.as_str().filter(|_| (2..=36).contains(&b)) else {
        return Ok(Verdict::Unknown);
    };
    let ty = match b {
        10 => None,
        b => crate::number::parse_base(crate::stdlib::message::c_string(s.as_bytes()), b as u32),
    };
    let ty = ty.map_or(IrType::Nil, |_| IrType::Num);
    let n = r.helper_of_type(Helper::ToNumber, ty, &[value, base])?;
    r.give(n)
}

/// `string.format(format, …)`, the format being always the same
fn format(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let Some((template, text)) = r.str_arg(at, call, 0)? else {
        return Ok(Verdict::Unknown);
    };
    let bytes = text.as_bytes();
    if bytes.len() > Stretch::MAX {
        return Ok(Verdict::Unknown);
    }
    r.guard_str(template, text)?;
    let template = r.kstr(text)?;
    let mut parts = [IrRef::NIL; MAX_STRETCHES];
    let mut count = 0;
    let mut args = [IrRef::NIL; AT_ONCE];
    let mut taken = 0;
    let mut from = 0;
    let mut next_arg = 1;
    let mut pos = 0;
    loop {
        let percent = bytes[pos..].iter().position(|&c| c == b'%');
        let end = percent.is_none();
        if end || taken == AT_ONCE {
            let to = if end { bytes.len() } else { pos };
            let stretch = Stretch {
                from: from as u16,
                to: to as u16,
            };
            let packed = r.kint(stretch.packed())?;
            let s = r.helper(
                Helper::Format,
                &[template, packed, args[0], args[1], args[2]],
            )?;
            let Some(part) = parts.get_mut(count) else {
                return Ok(Verdict::Unknown);
            };
            *part = s;
            count += 1;
            (args, taken, from) = ([IrRef::NIL; AT_ONCE], 0, to);
            if end {
                break;
            }
        }
        pos += percent.unwrap_or(0) + 1;
        if bytes.get(pos) == Some(&b'%') {
            pos += 1;
            continue;
        }
        let (_, len) = parse_spec(&bytes[pos..]);
        let letter = bytes.get(pos + len).copied().unwrap_or(0);
        pos += len + 1;
        let Some(conversion) = Conversion::of_letter(letter) else {
            return Ok(Verdict::Unknown);
        };
        if next_arg >= call.nargs {
            return Ok(Verdict::Unknown);
        }
        let arg = r.arg(at, call, next_arg)?;
        next_arg += 1;
        let Some(arg) = argument(r, at, conversion, arg)? else {
            return Ok(Verdict::Unknown);
        };
        args[taken] = arg;
        taken += 1;
    }
    if count == 1 {
        // The helper itself fails for what would have to be paid for.
        return r.give(parts[0]);
    }
    let s = r.join(at, &parts[..count])?;
    let len = r.str_len(s)?;
    r.pay_for(PayKind::Text, len, 0)?;
    r.give(s)
}

/// An argument as the helper takes it.
fn argument(
    r: &mut Recorder,
    at: &At<'_>,
    conversion: Conversion,
    arg: Traced,
) -> Record<Option<IrRef>> {
    match conversion {
        Conversion::Pointer => Ok(None),
        Conversion::Text | Conversion::Quoted => {
            if arg.1.as_str().is_some_and(|s| s.len() > FREE_BYTES) {
                return Ok(None);
            }
            // Numbers become texts in the helper.
            if r.is_numeric(arg.0) {
                return Ok(Some(arg.0));
            }
            r.text_of(at, arg)
        }
        Conversion::Integer(_) | Conversion::Float(_) | Conversion::Char => {
            if Vm::to_number(arg.1).is_none() {
                return Ok(None);
            }
            Ok(r.numeric(arg)?.map(|(n, _)| n))
        }
    }
}
