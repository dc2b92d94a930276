//! Printing.

use core::fmt;

use crate::ins::{Const, Flags, Ins, ObjId, Operand};
use crate::literal::{BufMode, ConvMode, Field, FpMath, Helper, SloadMode, StrMode, XloadMode};
use crate::op::{IrOp, Kind};
use crate::snap::{Snap, SnapKind};
use crate::trace::{Link, Trace};
use crate::types::{IrRef, IrType};

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut snaps = self.snaps().iter().peekable();
        for r in self.refs() {
            while let Some(s) = snaps.next_if(|s| s.at <= r) {
                self.print_snap(f, s)?;
            }
            self.print_ins(f, r)?;
        }
        for s in snaps {
            self.print_snap(f, s)?;
        }
        match self.link {
            Link::Interpreter => Ok(()),
            Link::Loop => f.write_str("---- LINK loop\n"),
            Link::Trace(n) => writeln!(f, "---- LINK trace {n}"),
        }
    }
}

impl Trace {
    /// Prints one snapshot, as in the text form.
    pub fn print_snap(&self, f: &mut dyn fmt::Write, s: &Snap) -> fmt::Result {
        write!(f, ".... SNAP pc={} depth={} [", s.pc, s.depth)?;
        for e in self.snap_entries(s) {
            let mark = match e.kind {
                SnapKind::Value => ':',
                SnapKind::Unchanged => '=',
                SnapKind::Frame => '|',
                SnapKind::KeyIndex => '@',
                SnapKind::Open => '^',
            };
            write!(f, " #{}{mark}", e.slot.0)?;
            self.print_ref(f, e.value)?;
        }
        f.write_str(" ]\n")
    }

    /// Prints one instruction, as in the text form.
    pub fn print_ins(&self, f: &mut dyn fmt::Write, r: IrRef) -> fmt::Result {
        let ins = self.get(r);
        if ins.op() == IrOp::Nop {
            return Ok(());
        }
        let flag = |flag, c| if ins.has(flag) { c } else { "" };
        let (guard, phi, sunk) = (
            flag(Flags::GUARD, ">"),
            flag(Flags::PHI, "+"),
            flag(Flags::SUNK, "}"),
        );
        let width = 3 - guard.len() - phi.len() - sunk.len();
        write!(
            f,
            "{:04} {guard}{phi}{sunk}{:width$} {} {}",
            r.index(),
            "",
            ins.ty().name(),
            ins.op().name()
        )?;
        let meta = ins.op().meta();
        if meta.a == Kind::None && meta.b == Kind::None {
            return f.write_char('\n');
        }
        write!(f, "{:1$}", "", 6usize.saturating_sub(meta.name.len()))?;
        self.print_operand(f, meta.a, ins.a(), &ins)?;
        self.print_operand(f, meta.b, ins.b(), &ins)?;
        f.write_char('\n')
    }

    fn print_operand(
        &self,
        f: &mut dyn fmt::Write,
        kind: Kind,
        o: Operand,
        ins: &Ins,
    ) -> fmt::Result {
        let raw = o.raw();
        let name = match kind {
            Kind::None => return Ok(()),
            Kind::Ref | Kind::OptRef => {
                f.write_char(' ')?;
                return match o.as_ref() {
                    Some(r) => self.print_ref(f, r),
                    None => f.write_char('-'),
                };
            }
            Kind::Slot => return write!(f, " #{raw}"),
            Kind::Lit => return write!(f, " {raw}"),
            Kind::SloadMode => {
                return print_letters(f, SloadMode::LETTERS, |m| SloadMode::from_raw(raw).has(m));
            }
            Kind::XloadMode => {
                return print_letters(f, XloadMode::LETTERS, |m| XloadMode::from_raw(raw).has(m));
            }
            Kind::Conv => {
                let c = ins.conv();
                write!(f, " {}.{}", c.to.name().trim(), c.from.name().trim())?;
                if c.sext {
                    f.write_str(" sext")?;
                }
                if c.mode != ConvMode::Any {
                    write!(f, " {}", c.mode.name())?;
                }
                return Ok(());
            }
            Kind::Field => Field::from_raw(raw).map(Field::name),
            Kind::FpMath => FpMath::from_raw(raw).map(FpMath::name),
            Kind::Helper => Helper::from_raw(raw).map(Helper::name),
            Kind::BufMode => BufMode::from_raw(raw).map(BufMode::name),
            Kind::StrMode => StrMode::from_raw(raw).map(StrMode::name),
        };
        write!(f, " {}", name.unwrap_or("?"))
    }

    /// Prints a reference: an instruction's number or a constant's text.
    pub fn print_ref(&self, f: &mut dyn fmt::Write, r: IrRef) -> fmt::Result {
        let Some(k) = self.constant(r) else {
            return write!(f, "{r:?}");
        };
        match k {
            Const::Pri(IrType::False) => f.write_str("false"),
            Const::Pri(IrType::True) => f.write_str("true"),
            Const::Pri(_) => f.write_str("nil"),
            Const::Int(i) => write!(f, "{i:+}"),
            Const::Num(bits) => match f64::from_bits(bits) {
                n if n.is_nan() => f.write_str("+nan"),
                n => write!(f, "{n:+?}"),
            },
            Const::I64(i) => write!(f, "{i:+}LL"),
            Const::U64(u) => write!(f, "{u:+}ULL"),
            Const::Gc(t, ObjId(0)) => write!(f, "null.{}", t.name()),
            Const::Gc(t, ObjId(id)) => write!(f, "{}:{id}", t.name()),
            Const::Light(p) => write!(f, "light:{p}"),
            Const::Ptr(p) => write!(f, "ptr:{p}"),
            Const::NIL_SLOT => f.write_str("nilslot"),
            Const::KPtr(p) => write!(f, "kptr:{p}"),
            Const::KSlot(key, slot) => {
                // The key is never a KSLOT itself, so this doesn't nest.
                match self.constant(key) {
                    Some(Const::KSlot(..)) => f.write_char('?')?,
                    _ => self.print_ref(f, key)?,
                }
                write!(f, "@{slot}")
            }
        }
    }
}

fn print_letters<M: Copy>(
    f: &mut dyn fmt::Write,
    letters: &[(M, char)],
    has: impl Fn(M) -> bool,
) -> fmt::Result {
    if letters.iter().any(|&(m, _)| has(m)) {
        f.write_char(' ')?;
    }
    for &(m, c) in letters {
        if has(m) {
            f.write_char(c)?;
        }
    }
    Ok(())
}
