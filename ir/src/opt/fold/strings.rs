//! Strings and buffers.

use super::{Fold, Folded, decided, rules};
use crate::eval::Val;
use crate::ins::{Const, Ins, ObjId, Operand};
use crate::literal::{BufMode, Field, Helper, StrMode, XloadMode};
use crate::op::IrOp;
use crate::trace::TraceError;
use crate::types::{IrRef, IrType};

type Result = core::result::Result<Folded, TraceError>;

/// The bytes of a constant string.
fn bytes<'f>(f: &'f Fold<'_, '_>, s: ObjId) -> Option<impl Iterator<Item = Option<u8>> + 'f> {
    let len = f.b.objects.str_len(s)?;
    Some((0..len).map(move |i| f.b.objects.str_byte(s, i)))
}

/// Two constant strings in order.
fn compare_constants(f: &Fold<'_, '_>, a: ObjId, b: ObjId) -> Option<i32> {
    let (mut x, mut y) = (bytes(f, a)?, bytes(f, b)?);
    loop {
        match (x.next(), y.next()) {
            (Some(a), Some(b)) => match a?.cmp(&b?) {
                core::cmp::Ordering::Equal => {}
                order => return Some(order as i32),
            },
            (a, b) => return Some(i32::from(a.is_some()) - i32::from(b.is_some())),
        }
    }
}

/// A piece of a string compared with a constant: of another length it differs; short ones compare as numbers.
fn piece_is(f: &mut Fold<'_, '_>) -> Result {
    let piece = f.ia();
    let (Some(at), Some(len)) = (piece.ref_a(), piece.ref_b().and_then(|n| f.int(n))) else {
        return Ok(Folded::Next);
    };
    let Some(Val::Gc(IrType::Str, s)) = f.val(f.b()) else {
        return Ok(Folded::Next);
    };
    match f.b.objects.str_len(s) {
        Some(n) if n == len => {}
        Some(_) => return Ok(decided(f.ins.op() == IrOp::Ne)),
        None => return Ok(Folded::Next),
    }
    let in_string = f.look(at).op() == IrOp::StrRef;
    match (len, f.b.objects.str_byte(s, 0)) {
        (0, _) => Ok(decided(f.ins.op() == IrOp::Eq)),
        (1, Some(c)) if in_string => {
            let byte = f.b.ins(IrOp::XLoad, IrType::U8, at, XloadMode::READONLY)?;
            let k = f.b.trace.kint(i32::from(c))?;
            Ok(Folded::Retry(Ins::new(f.ins.op(), IrType::Int, byte, k)))
        }
        _ => Ok(Folded::Next),
    }
}

/// The string of one byte compared with a constant.
fn char_is(f: &mut Fold<'_, '_>) -> Result {
    let (Some(c), Some(StrMode::Char)) = (f.ia().ref_a(), f.ia().str_mode()) else {
        return Ok(Folded::Next);
    };
    let Some(Val::Gc(IrType::Str, s)) = f.val(f.b()) else {
        return Ok(Folded::Next);
    };
    match (f.b.objects.str_len(s), f.b.objects.str_byte(s, 0)) {
        (Some(1), Some(byte)) => {
            let k = f.b.trace.kint(i32::from(byte))?;
            Ok(Folded::Retry(Ins::new(f.ins.op(), IrType::Int, c, k)))
        }
        (Some(n), _) if n != 1 => Ok(decided(f.ins.op() == IrOp::Ne)),
        _ => Ok(Folded::Next),
    }
}

/// Strings are the same if they compare as equal.
fn compared_is(f: &mut Fold<'_, '_>) -> Result {
    let call = f.ia();
    if call.helper() != Some(Helper::StrCmp) || f.int(f.b()) != Some(0) {
        return Ok(Folded::Next);
    }
    let mut args = f.b.trace.call_args(&call);
    match (args.next(), args.next()) {
        (Some(b), Some(a)) => {
            drop(args);
            Ok(Folded::Retry(Ins::new(f.ins.op(), IrType::Str, a, b)))
        }
        _ => Ok(Folded::Next),
    }
}

/// Do two strings come of equal puts into an empty buffer?
fn same_puts(f: &Fold<'_, '_>, mut x: IrRef, mut y: IrRef) -> bool {
    loop {
        let (a, b) = (f.look(x), f.look(y));
        if a.op() != b.op() || a.b() != b.b() {
            return false;
        }
        match (a.op(), a.ref_a(), b.ref_a()) {
            (IrOp::BufPut, Some(p), Some(q)) => (x, y) = (p, q),
            (IrOp::BufHdr, ..) => return a.b() == Operand::from(BufMode::Reset),
            _ => return false,
        }
    }
}

fn found_concatenation(f: &mut Fold<'_, '_>) -> Result {
    if !f.b.options.cse {
        return Ok(Folded::Next);
    }
    let mut older = f.b.trace.chain(IrOp::BufStr, None);
    let found = older.find(|(_, i)| i.ref_a().is_some_and(|put| same_puts(f, put, f.a())));
    Ok(found.map_or(Folded::Next, |(r, _)| Folded::To(r)))
}

rules! {
    strlen_snew: FLoad, SNew, _ => |f| Ok(match (f.ins.field(), f.ia().ref_b()) {
        (Some(Field::StrLen), Some(n)) => Folded::To(n),
        _ => Folded::Next,
    });
    strlen_tostr: FLoad, ToStr, _ => |f| match f.ins.field() {
        Some(Field::StrLen) if f.ia().b() == Operand::from(StrMode::Char) => f.constant(Val::Int(1)),
        _ => Ok(Folded::Next),
    };
    snew_whole: SNew, StrRef, _ => |f| {
        // All of a string is the string.
        let at = f.ia();
        let (Some(s), Some(i)) = (at.ref_a(), at.ref_b()) else { return Ok(Folded::Next) };
        let len = f.look(f.b());
        let whole = match f.val(s) {
            Some(Val::Gc(IrType::Str, id)) => f.b.objects.str_len(id).is_some_and(|n| f.int(f.b()) == Some(n)),
            _ => len.op() == IrOp::FLoad && len.field() == Some(Field::StrLen) && len.ref_a() == Some(s),
        };
        Ok(if whole && f.int(i) == Some(0) { Folded::To(s) } else { Folded::Next })
    };
    strref_snew: StrRef, SNew, _ => |f| {
        // A byte of a piece is a byte of the whole.
        let at = f.ia().ref_a().map(|at| f.look(at)).filter(|at| at.op() == IrOp::StrRef);
        let Some((Some(s), Some(i))) = at.map(|at| (at.ref_a(), at.ref_b())) else { return Ok(Folded::Next) };
        let i = f.b.ins(IrOp::Add, IrType::Int, i, f.ins.b())?;
        f.retry(IrOp::StrRef, s, i)
    };
    bufstr_single: BufStr, BufPut, _ => |f| {
        let put = f.ia();
        let header = f.ib();
        let fresh = header.op() == IrOp::BufHdr && header.b() == Operand::from(BufMode::Reset);
        Ok(match put.ref_b() {
            Some(s) if fresh && put.ref_a() == Some(f.b()) && f.b.trace.ty(s) == IrType::Str => Folded::To(s),
            _ => Folded::Next,
        })
    };
    bufput_empty: BufPut, _, K => |f| Ok(match f.b.trace.constant(f.b()) {
        Some(Const::Gc(_, id)) if f.b.objects.str_len(id) == Some(0) => Folded::To(f.a()),
        _ => Folded::Next,
    });
    eq_piece: Eq | Ne, SNew, K => piece_is;
    eq_char: Eq | Ne, ToStr, K => char_is;
    eq_compared: Eq | Ne, CallN, K => compared_is;
    kfold_compared: CallN, CArg, _ => |f| {
        if f.ins.helper() != Some(Helper::StrCmp) {
            return Ok(Folded::Next);
        }
        let list = f.ia();
        let (Some(a), Some(b)) = (list.ref_a(), list.ref_b()) else { return Ok(Folded::Next) };
        if a == b {
            return f.constant(Val::Int(0));
        }
        match (f.val(a), f.val(b)) {
            (Some(Val::Gc(_, a)), Some(Val::Gc(_, b))) => match compare_constants(f, a, b) {
                Some(order) => f.constant(Val::Int(order)),
                None => Ok(Folded::Next),
            },
            _ => Ok(Folded::Next),
        }
    };
    kfold_strto: StrTo, K, _ => |f| {
        let Some(Val::Gc(IrType::Str, s)) = f.val(f.a()) else { return Ok(Folded::Next) };
        match f.b.objects.str_number(s) {
            Some(n) => f.constant(Val::Num(n)),
            None => Ok(Folded::Next),
        }
    };
    bufstr_found: BufStr, BufPut, _ => found_concatenation;
}
