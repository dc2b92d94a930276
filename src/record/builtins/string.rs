//! Strings taken apart: `byte char len sub`.

use perilune_ir::ins::Const;
use perilune_ir::literal::{BufMode, Conv, StrMode, XloadMode};
use perilune_ir::op::IrOp;
use perilune_ir::types::{IrRef, IrType};

use super::{BuiltinRecorder, Call, Verdict};
use crate::jit::helpers::PayKind;
use crate::record::at::At;
use crate::record::{Record, Recorder};
use crate::stdlib::string::build::FREE_BYTES;
use crate::stdlib::unnumbered;

pub(super) const BUILTINS: &[(u8, BuiltinRecorder)] =
    &[(unnumbered::LEN, len), (76, byte), (77, char), (78, sub)];

/// The most results of `byte` that are recorded.
const MAX_BYTES: i64 = 32;

/// A position or a count: what the trace has, and what it is now.
type Counted = (IrRef, i64);

/// `string.len(s)`
fn len(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let Some((s, _)) = r.text_arg(at, call, 0)? else {
        return Ok(Verdict::Unknown);
    };
    let n = r.str_len(s)?;
    r.give(n)
}

impl Recorder {
    fn int_add(&mut self, a: IrRef, b: IrRef) -> Record<IrRef> {
        Ok(self.b.ins(IrOp::Add, IrType::Int, a, b)?)
    }
    fn compare_int(&mut self, op: IrOp, a: IrRef, k: i32) -> Record<()> {
        let k = self.kint(k)?;
        self.guard(op, IrType::Int, a, k)
    }

    /// The offset that a first position means in a text of this length.
    pub(super) fn start_of(&mut self, (i, now): Counted, len: Counted) -> Record<Counted> {
        if now < 0 {
            self.compare_int(IrOp::Lt, i, 0)?;
            let start = (self.int_add(i, len.0)?, now + len.1);
            if start.1 >= 0 {
                self.compare_int(IrOp::Ge, start.0, 0)?;
                return Ok(start);
            }
            self.compare_int(IrOp::Lt, start.0, 0)?;
        } else if now > 0 {
            self.compare_int(IrOp::Gt, i, 0)?;
            let minus = self.kint(-1)?;
            return Ok((self.int_add(i, minus)?, now - 1));
        } else {
            self.compare_int(IrOp::Eq, i, 0)?;
        }
        Ok((self.kint(0)?, 0))
    }
    /// The offset behind the last position, which may lie before the first.
    fn end_of(&mut self, (j, now): Counted, len: Counted) -> Record<Counted> {
        if now < 0 {
            self.compare_int(IrOp::Lt, j, 0)?;
            let one = self.kint(1)?;
            let end = self.int_add(j, len.0)?;
            return Ok((self.int_add(end, one)?, now + len.1 + 1));
        }
        if now <= len.1 {
            self.guard(IrOp::Ule, IrType::Int, j, len.0)?;
            return Ok((j, now));
        }
        self.guard(IrOp::Gt, IrType::Int, j, len.0)?;
        Ok(len)
    }

    /// The part of a text between two positions: its first offset and its length, or nothing if it is empty.
    fn part(
        &mut self,
        i: (IrRef, i32),
        j: (IrRef, i32),
        len: Counted,
    ) -> Record<Option<(Counted, Counted)>> {
        let end = self.end_of((j.0, j.1.into()), len)?;
        let start = self.start_of((i.0, i.1.into()), len)?;
        if start.1 >= end.1 {
            self.guard(IrOp::Ge, IrType::Int, start.0, end.0)?;
            return Ok(None);
        }
        self.guard(IrOp::Lt, IrType::Int, start.0, end.0)?;
        let n = self.b.ins(IrOp::Sub, IrType::Int, end.0, start.0)?;
        Ok(Some((start, (n, end.1 - start.1))))
    }
}

/// `string.byte(s [, i [, j]])`
fn byte(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let Some((s, now)) = r.text_arg(at, call, 0)? else {
        return Ok(Verdict::Unknown);
    };
    let Some(i) = r.opt_int_arg(at, call, 1, 1)? else {
        return Ok(Verdict::Unknown);
    };
    let len = (r.str_len(s)?, now.len() as i64);
    if r.arg(at, call, 2)?.1.is_nil() && i.1 != 0 {
        return one_byte(r, s, (i.0, i.1.into()), len);
    }
    let j = match r.arg(at, call, 2)?.1.is_nil() {
        true => Some(i),
        false => r.int_arg(at, call, 2)?,
    };
    let Some(j) = j else {
        return Ok(Verdict::Unknown);
    };
    let Some((start, n)) = r.part(i, j, len)? else {
        return r.give_none();
    };
    if n.1 > MAX_BYTES {
        return Ok(Verdict::Unknown);
    }
    r.guard_int(n.0, n.1 as i32)?;
    for k in 0..n.1 as i32 {
        let k = r.kint(k)?;
        let offset = r.int_add(start.0, k)?;
        let c = load_byte(r, s, offset)?;
        r.push_result(c)?;
    }
    Ok(Verdict::Done)
}

/// The byte at one position other than 0, if there is one.
fn one_byte(r: &mut Recorder, s: IrRef, (i, now): Counted, len: Counted) -> Record<Verdict> {
    let (offset, now) = if now < 0 {
        r.compare_int(IrOp::Lt, i, 0)?;
        (r.int_add(i, len.0)?, now + len.1)
    } else {
        let minus = r.kint(-1)?;
        (r.int_add(i, minus)?, now - 1)
    };
    // One comparison for both ends.
    if !(0..len.1).contains(&now) {
        if now >= 0 {
            // A negative position would count from the end.
            r.compare_int(IrOp::Gt, i, 0)?;
        }
        r.guard(IrOp::Uge, IrType::Int, offset, len.0)?;
        return r.give_none();
    }
    r.guard(IrOp::Ult, IrType::Int, offset, len.0)?;
    let c = load_byte(r, s, offset)?;
    r.give(c)
}

fn load_byte(r: &mut Recorder, s: IrRef, offset: IrRef) -> Record<IrRef> {
    let at = r.b.ins(IrOp::StrRef, IrType::Ptr, s, offset)?;
    let c = r.b.ins(IrOp::XLoad, IrType::U8, at, XloadMode::READONLY)?;
    // Small integers are loaded as ints; the type says how.
    Ok(match r.ty(c) {
        IrType::U8 => r.b.ins(
            IrOp::Conv,
            IrType::Int,
            c,
            Conv::new(IrType::Int, IrType::U8),
        )?,
        _ => c,
    })
}

/// `string.char(…)`
fn char(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    if call.nargs == 0 {
        return Ok(Verdict::Unknown);
    }
    let mut codes = [IrRef::NIL; 16];
    let Some(codes) = codes.get_mut(..call.nargs) else {
        return Ok(Verdict::Unknown);
    };
    for (i, code) in codes.iter_mut().enumerate() {
        let Some((c, now)) = r.int_arg(at, call, i)? else {
            return Ok(Verdict::Unknown);
        };
        if !(0..256).contains(&now) {
            return Ok(Verdict::Unknown);
        }
        r.compare_int(IrOp::Ule, c, 255)?;
        *code = r.b.ins(IrOp::ToStr, IrType::Str, c, StrMode::Char)?;
    }
    if let [only] = codes {
        return r.give(*only);
    }
    let s = r.join(at, codes)?;
    r.give(s)
}

impl Recorder {
    /// The strings one after the other, in one.
    pub(in crate::record) fn join(&mut self, at: &At<'_>, parts: &[IrRef]) -> Record<IrRef> {
        let scratch = at.vm.scratch.as_ptr() as u64;
        let buffer = self.b.konst(Const::KPtr(scratch))?;
        let header = self
            .b
            .ins(IrOp::BufHdr, IrType::Ptr, buffer, BufMode::Reset)?;
        let mut put = header;
        for &s in parts {
            put = self.b.ins(IrOp::BufPut, IrType::Ptr, put, s)?;
        }
        Ok(self.b.ins(IrOp::BufStr, IrType::Str, put, header)?)
    }
}

/// `string.sub(s, i [, j])`
fn sub(r: &mut Recorder, at: &At<'_>, call: &Call) -> Record<Verdict> {
    let Some((s, now)) = r.text_arg(at, call, 0)? else {
        return Ok(Verdict::Unknown);
    };
    let (Some(i), Some(j)) = (r.int_arg(at, call, 1)?, r.opt_int_arg(at, call, 2, -1)?) else {
        return Ok(Verdict::Unknown);
    };
    let len = (r.str_len(s)?, now.len() as i64);
    let Some((start, n)) = r.part(i, j, len)? else {
        let zero = r.kint(0)?;
        let empty = piece(r, s, zero, zero)?;
        return r.give(empty);
    };
    if n.1 == len.1 && n.1 > FREE_BYTES as i64 {
        // The string itself, which costs nothing.
        r.guard(IrOp::Eq, IrType::Int, n.0, len.0)?;
        return r.give(s);
    }
    let part = piece(r, s, start.0, n.0)?;
    if n.1 > FREE_BYTES as i64 {
        r.guard(IrOp::Ne, IrType::Int, n.0, len.0)?;
    }
    r.pay_for(PayKind::Text, n.0, n.1 as usize)?;
    r.give(part)
}

/// A piece of a string.
fn piece(r: &mut Recorder, s: IrRef, offset: IrRef, n: IrRef) -> Record<IrRef> {
    let at = r.b.ins(IrOp::StrRef, IrType::Ptr, s, offset)?;
    Ok(r.b.ins(IrOp::SNew, IrType::Str, at, n)?)
}
