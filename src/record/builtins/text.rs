//! Strings made of others: `rep reverse lower upper`.

use perilune_ir::literal::Helper;
use perilune_ir::op::IrOp;
use perilune_ir::types::IrType;

use super::{BuiltinRecorder, Call, Verdict};
use crate::jit::helpers::PayKind;
use crate::record::at::At;
use crate::record::{Record, Recorder};
use crate::stdlib::string::basic::repeated_length;

pub(super) const BUILTINS: &[(u8, BuiltinRecorder)] = &[
    (79, rep),
    (80, |r, at, call| mapped(r, at, call, Helper::StrReverse)),
    (81, |r, at, call| mapped(r, at, call, Helper::StrLower)),
    (82, |r, at, call| mapped(r, at, call, Helper::StrUpper)),
];

/// `string.rep(s, n [, separator])`
fn rep(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let Some((s, text)) = r.text_arg(at, call, 0)? else {
        return Ok(Verdict::Unknown);
    };
    let Some((n, now)) = r.int_arg(at, call, 1)? else {
        return Ok(Verdict::Unknown);
    };
    let has_separator = !r.arg(at, call, 2)?.1.is_nil();
    let one = r.kint(1)?;
    if now == 1 {
        r.guard(IrOp::Eq, IrType::Int, n, one)?;
        return r.give(s);
    }
    let (result, separator) = if has_separator {
        let Some((separator, now)) = r.text_arg(at, call, 2)? else {
            return Ok(Verdict::Unknown);
        };
        (r.helper(Helper::StrRepSep, &[s, n, separator])?, now.len())
    } else {
        (r.helper(Helper::StrRep, &[s, n])?, 0)
    };
    let Some(length) = repeated_length(text.len(), separator, now.max(0) as u64) else {
        return Ok(Verdict::Unknown);
    };
    // Once costs nothing.
    r.guard(IrOp::Ne, IrType::Int, n, one)?;
    let len = r.str_len(result)?;
    r.pay_for(PayKind::Conversion, len, length)?;
    r.give(result)
}

fn mapped(r: &mut Recorder, at: &At<'_>, call: &Call, helper: Helper) -> Record<Verdict> {
    let Some((s, now)) = r.text_arg(at, call, 0)? else {
        return Ok(Verdict::Unknown);
    };
    let result = r.helper(helper, &[s])?;
    let len = r.str_len(s)?;
    r.pay_for(PayKind::Conversion, len, now.len())?;
    r.give(result)
}
