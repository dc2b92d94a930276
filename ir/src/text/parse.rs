//! Parsing.

use alloc::vec::Vec;
use core::fmt;

use crate::ins::{Const, Flags, Ins, ObjId, Operand};
use crate::literal::{
    BufMode, Conv, ConvMode, Field, FpMath, Helper, SloadMode, Slot, StrMode, XloadMode,
};
use crate::op::{IrOp, Kind};
use crate::snap::{SnapEntry, SnapKind};
use crate::trace::{Limits, Link, Trace, TraceError};
use crate::types::{IrRef, IrType};

/// What is wrong with a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ParseError {
    /// The line, counted from 1.
    pub line: usize,
    /// What was expected, or what a trace can't be.
    pub what: &'static str,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}
impl core::error::Error for ParseError {}

type Res<T> = Result<T, &'static str>;

/// Parses a trace. `;` begins a comment.
pub fn parse(text: &str) -> Result<Trace, ParseError> {
    let fail = |line: usize, what| ParseError {
        line: line + 1,
        what,
    };
    let mut trace = Trace::try_new(Limits::default()).map_err(|e| fail(0, e.message()))?;
    for (n, line) in text.lines().enumerate() {
        let line = line.split(';').next().unwrap_or("");
        let mut words = line.split_whitespace().peekable();
        let result = match words.next() {
            None => Ok(()),
            Some("....") => snap(&mut trace, words),
            Some("----") => link(&mut trace, words),
            Some(number) => ins(&mut trace, number, words),
        };
        result.map_err(|what| fail(n, what))?;
    }
    Ok(trace)
}

fn from_trace(e: TraceError) -> &'static str {
    e.message()
}

fn link<'a>(t: &mut Trace, mut words: impl Iterator<Item = &'a str>) -> Res<()> {
    if words.next() != Some("LINK") {
        return Err("LINK expected");
    }
    t.link = match words.next() {
        Some("loop") => Link::Loop,
        Some("interpreter") => Link::Interpreter,
        Some("trace") => Link::Trace(number(words.next().unwrap_or(""))?),
        _ => return Err("where to?"),
    };
    Ok(())
}

fn snap<'a>(t: &mut Trace, words: impl Iterator<Item = &'a str>) -> Res<()> {
    let (mut pc, mut depth) = (0, 0);
    let mut entries = Vec::new();
    for w in words {
        if let Some(n) = w.strip_prefix("pc=") {
            pc = number(n)?;
        } else if let Some(n) = w.strip_prefix("depth=") {
            depth = number(n)?;
        } else if let Some(e) = w.strip_prefix('#') {
            let at = e
                .find([':', '=', '|', '@', '^'])
                .ok_or("#slot:value expected")?;
            let kind = match e.as_bytes().get(at) {
                Some(b'=') => SnapKind::Unchanged,
                Some(b'|') => SnapKind::Frame,
                Some(b'@') => SnapKind::KeyIndex,
                Some(b'^') => SnapKind::Open,
                _ => SnapKind::Value,
            };
            entries.push(SnapEntry {
                slot: Slot(number(&e[..at])?),
                value: reference(t, &e[at + 1..])?,
                kind,
            });
        } else if !matches!(w, "SNAP" | "[" | "]") {
            return Err("part of a snapshot expected");
        }
    }
    t.push_snap(pc, depth, &entries).map_err(from_trace)
}

fn ins<'a>(
    t: &mut Trace,
    num: &str,
    mut words: core::iter::Peekable<impl Iterator<Item = &'a str>>,
) -> Res<()> {
    let index: usize = number(num)?;
    if index < t.len() {
        return Err("instructions out of order");
    }
    while t.len() < index {
        t.push(Ins::NOP).map_err(from_trace)?;
    }
    let flags = words
        .next_if(|w| w.starts_with(['>', '+', '}']))
        .unwrap_or("");
    let ty = IrType::parse(words.next().unwrap_or("")).ok_or("type expected")?;
    let op = IrOp::parse(words.next().unwrap_or("")).ok_or("operation expected")?;
    let meta = op.meta();
    let a = operand(t, meta.a, &mut words)?;
    let b = operand(t, meta.b, &mut words)?;
    if words.next().is_some() {
        return Err("too many operands");
    }
    let mut ins = Ins::new(op, ty, a, b);
    ins.clear(Flags::GUARD);
    for c in flags.chars() {
        ins.set(match c {
            '>' => Flags::GUARD,
            '+' => Flags::PHI,
            '}' => Flags::SUNK,
            _ => return Err("unknown flag"),
        });
    }
    t.push(ins).map(drop).map_err(from_trace)
}

fn operand<'a>(
    t: &mut Trace,
    kind: Kind,
    words: &mut core::iter::Peekable<impl Iterator<Item = &'a str>>,
) -> Res<Operand> {
    /// The word as a member of an enum.
    fn named<T: Into<Operand>>(x: Option<T>) -> Res<Operand> {
        x.map(Into::into).ok_or("unknown name")
    }
    Ok(match kind {
        Kind::None => Operand::NONE,
        Kind::SloadMode => {
            let mut m = SloadMode::NONE;
            for c in words.next().unwrap_or("").chars() {
                m = m.with(letter(SloadMode::LETTERS, c)?);
            }
            m.into()
        }
        Kind::XloadMode => {
            let mut m = XloadMode::NONE;
            for c in words.next().unwrap_or("").chars() {
                m = m.with(letter(XloadMode::LETTERS, c)?);
            }
            m.into()
        }
        _ => {
            let w = words.next().ok_or("operand expected")?;
            match kind {
                Kind::Ref => reference(t, w)?.into(),
                Kind::OptRef if w == "-" => Operand::NONE,
                Kind::OptRef => reference(t, w)?.into(),
                Kind::Slot => Slot(number(w.strip_prefix('#').ok_or("slot expected")?)?).into(),
                Kind::Lit => Operand::from(number::<u16>(w)?),
                Kind::Field => named(Field::parse(w))?,
                Kind::FpMath => named(FpMath::parse(w))?,
                Kind::Helper => named(Helper::parse(w))?,
                Kind::BufMode => named(BufMode::parse(w))?,
                Kind::StrMode => named(StrMode::parse(w))?,
                _ => {
                    let (to, from) = w.split_once('.').ok_or("conversion expected")?;
                    let ty = |s| IrType::parse(s).ok_or("type expected");
                    let mut conv = Conv::new(ty(to)?, ty(from)?);
                    conv.sext = words.next_if_eq(&"sext").is_some();
                    if let Some(mode) = words.next() {
                        conv.mode = ConvMode::parse(mode).ok_or("mode expected")?;
                    }
                    conv.into()
                }
            }
        }
    })
}

fn letter<M: Copy>(letters: &[(M, char)], c: char) -> Res<M> {
    let found = letters.iter().find(|&&(_, l)| l == c);
    found.map(|&(m, _)| m).ok_or("unknown mode")
}

fn number<T: core::str::FromStr>(s: &str) -> Res<T> {
    s.parse().map_err(|_| "number expected")
}

fn reference(t: &mut Trace, w: &str) -> Res<IrRef> {
    if w.bytes().all(|c| c.is_ascii_digit()) && !w.is_empty() {
        let n: usize = number(w)?;
        return if n < IrRef::MAX_INS {
            Ok(IrRef::ins(n))
        } else {
            Err("reference too large")
        };
    }
    if let Some((key, slot)) = w.split_once('@') {
        let k = constant(key)?;
        let key = t.konst(k).map_err(from_trace)?;
        return t
            .konst(Const::KSlot(key, number(slot)?))
            .map_err(from_trace);
    }
    let k = constant(w)?;
    t.konst(k).map_err(from_trace)
}

fn constant(w: &str) -> Res<Const> {
    if let Some(n) = w.strip_suffix("ULL") {
        return Ok(Const::U64(number(n)?));
    }
    if let Some(n) = w.strip_suffix("LL") {
        return Ok(Const::I64(number(n)?));
    }
    match w {
        "nil" => return Ok(Const::Pri(IrType::Nil)),
        "false" => return Ok(Const::Pri(IrType::False)),
        "true" => return Ok(Const::Pri(IrType::True)),
        "nilslot" => return Ok(Const::NIL_SLOT),
        _ => {}
    }
    if let Some(t) = w.strip_prefix("null.") {
        let t = IrType::parse(t).filter(|t| t.is_gc());
        return Ok(Const::Gc(t.ok_or("type of object expected")?, ObjId(0)));
    }
    if let Some((kind, id)) = w.split_once(':') {
        let id: u64 = number(id)?;
        return Ok(match kind {
            "light" => Const::Light(id),
            "ptr" => Const::Ptr(id),
            "kptr" => Const::KPtr(id),
            t => {
                let t = IrType::parse(t).filter(|t| t.is_gc());
                Const::Gc(t.ok_or("type of object expected")?, ObjId(id))
            }
        });
    }
    if w.starts_with(['+', '-']) {
        return if w.contains(['.', 'e', 'n']) {
            Ok(Const::num(number(w)?))
        } else {
            Ok(Const::Int(number(w)?))
        };
    }
    Err("reference or constant expected")
}
