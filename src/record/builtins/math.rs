//! The mathematical library.

use perilune_ir::literal::{FpMath, Helper};
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use super::{BuiltinRecorder, Call, Verdict};
use crate::record::at::At;
use crate::record::{Record, Recorder};
use crate::stdlib::unnumbered;

pub(super) const BUILTINS: &[(u8, BuiltinRecorder)] = &[
    (38, abs),
    (39, |r, at, call| fp_math(r, at, call, FpMath::Floor)),
    (40, |r, at, call| fp_math(r, at, call, FpMath::Ceil)),
    (41, |r, at, call| fp_math(r, at, call, FpMath::Sqrt)),
    (42, |r, at, call| unary(r, at, call, Helper::Log10)),
    (43, |r, at, call| unary(r, at, call, Helper::Exp)),
    (44, |r, at, call| unary(r, at, call, Helper::Sin)),
    (45, |r, at, call| unary(r, at, call, Helper::Cos)),
    (46, |r, at, call| unary(r, at, call, Helper::Tan)),
    (47, |r, at, call| unary(r, at, call, Helper::Asin)),
    (48, |r, at, call| unary(r, at, call, Helper::Acos)),
    (49, |r, at, call| unary(r, at, call, Helper::Atan)),
    (50, |r, at, call| unary(r, at, call, Helper::Sinh)),
    (51, |r, at, call| unary(r, at, call, Helper::Cosh)),
    (52, |r, at, call| unary(r, at, call, Helper::Tanh)),
    (53, |r, at, call| {
        split(r, at, call, Helper::Mantissa, Helper::Exponent)
    }),
    (54, |r, at, call| {
        split(r, at, call, Helper::Whole, Helper::Fraction)
    }),
    (55, log),
    (56, |r, at, call| binary(r, at, call, Helper::Atan2)),
    (57, pow),
    (58, |r, at, call| binary(r, at, call, Helper::Fmod)),
    (59, |r, at, call| binary(r, at, call, Helper::Scale)),
    (60, |r, at, call| extreme(r, at, call, IrOp::Min)),
    (61, |r, at, call| extreme(r, at, call, IrOp::Max)),
    (62, random),
    (63, random_seed),
    (unnumbered::DEG, |r, at, call| {
        multiply(r, at, call, 57.295_779_513_082_32)
    }),
    (unnumbered::RAD, |r, at, call| {
        multiply(r, at, call, 0.017_453_292_519_943_295)
    }),
];

/// `math.abs(x)`
fn abs(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let Some(x) = r.number_arg(at, call, 0)? else {
        return Ok(Verdict::Unknown);
    };
    let x = r.unary(IrOp::Abs, IrType::Num, x)?;
    r.give(x)
}

/// A function that the machine computes exactly. Of an int, rounding is nothing to do.
fn fp_math(r: &mut Recorder, at: &At<'_>, call: &Call, f: FpMath) -> Record<Verdict> {
    let arg = r.arg(at, call, 0)?;
    if f != FpMath::Sqrt && r.ty(arg.0) == IrType::Int {
        return r.give(arg.0);
    }
    let Some((x, _)) = r.numeric(arg)? else {
        return Ok(Verdict::Unknown);
    };
    let x = r.as_num(x)?;
    let x = r.b.ins(IrOp::FpMath, IrType::Num, x, f)?;
    r.give(x)
}

/// A function of the host's.
fn unary(r: &mut Recorder, at: &At<'_>, call: &Call, helper: Helper) -> Record<Verdict> {
    let Some(x) = r.number_arg(at, call, 0)? else {
        return Ok(Verdict::Unknown);
    };
    let x = r.helper(helper, &[x])?;
    r.give(x)
}

fn binary(r: &mut Recorder, at: &At<'_>, call: &Call, helper: Helper) -> Record<Verdict> {
    let (Some(x), Some(y)) = (r.number_arg(at, call, 0)?, r.number_arg(at, call, 1)?) else {
        return Ok(Verdict::Unknown);
    };
    let x = r.helper(helper, &[x, y])?;
    r.give(x)
}

/// `math.frexp(x)`, `math.modf(x)`
fn split(
    r: &mut Recorder,
    at: &At<'_>,
    call: &Call,
    first: Helper,
    second: Helper,
) -> Record<Verdict> {
    let Some(x) = r.number_arg(at, call, 0)? else {
        return Ok(Verdict::Unknown);
    };
    for helper in [first, second] {
        let part = r.helper(helper, &[x])?;
        r.push_result(part)?;
    }
    Ok(Verdict::Done)
}

/// `math.log(x [, base])`
fn log(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    if call.nargs < 2 {
        return unary(r, at, call, Helper::Log);
    }
    let (Some(x), Some(base)) = (r.number_arg(at, call, 0)?, r.number_arg(at, call, 1)?) else {
        return Ok(Verdict::Unknown);
    };
    let (x, base) = (
        r.helper(Helper::Log2, &[x])?,
        r.helper(Helper::Log2, &[base])?,
    );
    let one = r.knum(1.0)?;
    let scale = r.b.ins(IrOp::Div, IrType::Num, one, base)?;
    let x = r.b.ins(IrOp::Mul, IrType::Num, x, scale)?;
    r.give(x)
}

/// `math.pow(x, y)`
fn pow(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let (Some(x), Some(y)) = (r.number_arg(at, call, 0)?, r.number_arg(at, call, 1)?) else {
        return Ok(Verdict::Unknown);
    };
    let x = r.b.ins(IrOp::Pow, IrType::Num, x, y)?;
    r.give(x)
}

/// `math.min(x, …)`, `math.max(x, …)`: in ints as long as all are.
fn extreme(r: &mut Recorder, at: &At<'_>, call: &Call, op: IrOp) -> Record<Verdict> {
    let mut best: Option<IrRef> = None;
    for i in 0..call.nargs {
        let arg = r.arg(at, call, i)?;
        let Some((x, _)) = r.numeric(arg)? else {
            return Ok(Verdict::Unknown);
        };
        best = Some(match best {
            None => x,
            Some(b) if r.ty(b) == IrType::Int && r.ty(x) == IrType::Int => {
                r.b.ins(op, IrType::Int, b, x)?
            }
            Some(b) => {
                let (b, x) = (r.as_num(b)?, r.as_num(x)?);
                r.b.ins(op, IrType::Num, b, x)?
            }
        });
    }
    match best {
        Some(best) => r.give(best),
        None => Ok(Verdict::Unknown),
    }
}

/// `math.random([[first,] last])`
fn random(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    if call.nargs == 0 {
        let x = r.helper(Helper::Random, &[])?;
        return r.give(x);
    }
    let Some(mut last) = r.number_arg(at, call, 0)? else {
        return Ok(Verdict::Unknown);
    };
    let mut first = r.knum(1.0)?;
    let one = first;
    if call.nargs > 1 {
        first = last;
        let Some(second) = r.number_arg(at, call, 1)? else {
            return Ok(Verdict::Unknown);
        };
        let width = r.b.ins(IrOp::Sub, IrType::Num, second, first)?;
        last = r.b.ins(IrOp::Add, IrType::Num, width, one)?;
    }
    let unit = r.helper(Helper::Random, &[])?;
    let x = r.b.ins(IrOp::Mul, IrType::Num, unit, last)?;
    let x = r.b.ins(IrOp::FpMath, IrType::Num, x, FpMath::Floor)?;
    let x = r.b.ins(IrOp::Add, IrType::Num, x, first)?;
    r.give(x)
}

/// `math.randomseed(seed)`
fn random_seed(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let Some(seed) = r.number_arg(at, call, 0)? else {
        return Ok(Verdict::Unknown);
    };
    r.helper(Helper::RandomSeed, &[seed])?;
    r.give_none()
}

/// `math.deg(x)`, `math.rad(x)`
fn multiply(r: &mut Recorder, at: &At<'_>, call: &Call, factor: f64) -> Record<Verdict> {
    let Some(x) = r.number_arg(at, call, 0)? else {
        return Ok(Verdict::Unknown);
    };
    let factor = r.knum(factor)?;
    let x = r.b.ins(IrOp::Mul, IrType::Num, x, factor)?;
    r.give(x)
}
