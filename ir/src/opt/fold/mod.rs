//! Folding: rewriting an instruction by the shape of its operands, before it is emitted.
//!
//! A [`Rule`] names an operation, a pattern for each operand, and what to do. Rules lie in classes, one file each; of the rules for an
//! operation the first that doesn't answer [`Folded::Next`] decides. The table of where an operation's rules
//! are is computed at compile time.
//!
//! **Invariant: rules don't look through a PHI.** Within a loop, an instruction before LOOP that a PHI rebinds stands for another
//! value than its operands give. Patterns and `Fold::look` see such an instruction as a NOP.

//! # Adding a rule
//! Add a line to the class it belongs to:
//!
//! ```text
//! abs_neg: Abs, Neg, _ => |f| match f.ia().ref_a() {
//!     Some(x) => f.retry(IrOp::Abs, x, Operand::NONE),
//!     None => Ok(Folded::Next),
//! };
//! ```
//! `every_rule` in `tests.rs` compares it with the evaluator on random expressions, and fails if none of them reaches it; then add an
//! expression that does to `filetests/fold.ir`.

mod algebra;
mod bits;
mod compare;
mod constants;
mod convert;
mod memory;
mod ranges;
mod strings;
#[cfg(test)]
mod tests;

use crate::build::Builder;
use crate::eval::Val;
use crate::ins::{Const, Flags, Ins, Operand};
use crate::op::IrOp;
use crate::trace::TraceError;
use crate::types::{IrRef, IrType};

/// What an operand has to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pat {
    /// Anything.
    Any,
    /// A constant.
    K,
    /// The result of an instruction of this operation.
    Op(IrOp),
}

/// What a rule says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Folded {
    /// The rule doesn't apply after all.
    Next,
    /// The result is here already.
    To(IrRef),
    /// Emit this instead; it is folded again.
    Retry(Ins),
    /// A guard that always holds.
    Drop,
    /// A guard that never holds.
    Fail,
}

pub(crate) type Apply = fn(&mut Fold<'_, '_>) -> Result<Folded, TraceError>;

/// A fold rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// The operation it is for.
    pub op: IrOp,
    /// What operand a has to be.
    pub a: Pat,
    /// What operand b has to be.
    pub b: Pat,
    pub(crate) apply: Apply,
}

/// `rules! { name: Op Pattern Pattern ... => |fold| ...; }` makes the table of a class. The alternatives of operations share
/// patterns and action.
macro_rules! rules {
    ($($name:ident: $($op:ident)|+, $a:tt, $b:tt => $apply:expr;)*) => {
        pub(super) const RULES: &[$crate::opt::fold::Rule] = &[$($($crate::opt::fold::Rule {
            name: stringify!($name),
            op: $crate::op::IrOp::$op,
            a: $crate::opt::fold::rules!(@pat $a),
            b: $crate::opt::fold::rules!(@pat $b),
            apply: $apply,
        }),+),*];
    };
    (@pat _) => { $crate::opt::fold::Pat::Any };
    (@pat K) => { $crate::opt::fold::Pat::K };
    (@pat $op:ident) => { $crate::opt::fold::Pat::Op($crate::op::IrOp::$op) };
}
pub(crate) use rules;

/// The classes, in order of precedence.
pub const CLASSES: &[&[Rule]] = &[
    constants::RULES,
    convert::RULES,
    algebra::RULES,
    bits::RULES,
    compare::RULES,
    ranges::RULES,
    strings::RULES,
    memory::RULES,
    crate::opt::abc::RULES,
];

const COUNT: usize = {
    let (mut n, mut i) = (0, 0);
    while i < CLASSES.len() {
        n += CLASSES[i].len();
        i += 1;
    }
    n
};

/// A rule's patterns, as [`Pat::code`] gives them, its class and its place there.
#[derive(Clone, Copy)]
struct Entry {
    a: u8,
    b: u8,
    class: u8,
    rule: u8,
}

const ANY: u8 = u8::MAX;
const CONSTANT: u8 = ANY - 1;
const NOTHING: u8 = ANY - 2;
const _: () = assert!(IrOp::COUNT < NOTHING as usize);

impl Pat {
    const fn code(self) -> u8 {
        match self {
            Pat::Any => ANY,
            Pat::K => CONSTANT,
            Pat::Op(op) => op as u8,
        }
    }
}

/// The rules, ordered by operation, and where each operation's begin.
static INDEX: ([Entry; COUNT], [u16; IrOp::COUNT + 1]) = {
    let mut order = [Entry {
        a: ANY,
        b: ANY,
        class: 0,
        rule: 0,
    }; COUNT];
    let mut begin = [0; IrOp::COUNT + 1];
    let (mut n, mut op) = (0, 0);
    while op < IrOp::COUNT {
        begin[op] = n as u16;
        let mut class = 0;
        while class < CLASSES.len() {
            let mut rule = 0;
            while rule < CLASSES[class].len() {
                if CLASSES[class][rule].op as usize == op {
                    order[n] = Entry {
                        a: CLASSES[class][rule].a.code(),
                        b: CLASSES[class][rule].b.code(),
                        class: class as u8,
                        rule: rule as u8,
                    };
                    n += 1;
                }
                rule += 1;
            }
            class += 1;
        }
        op += 1;
    }
    begin[op] = n as u16;
    (order, begin)
};

/// What became of an instruction.
pub(crate) enum Outcome {
    /// It needs no emission.
    Done(IrRef),
    /// Emit this.
    Emit(Ins),
}

/// More rewritings of one instruction than this are a circle in the rules.
const MAX_ROUNDS: u32 = 64;

/// Folds an instruction.
pub(crate) fn fold(b: &mut Builder<'_>, ins: Ins) -> Result<Outcome, TraceError> {
    let mut f = Fold { b, ins };
    'again: for _ in 0..MAX_ROUNDS {
        let op = f.ins.op() as usize;
        let rules = &INDEX.0[INDEX.1[op] as usize..INDEX.1[op + 1] as usize];
        if rules.is_empty() {
            break;
        }
        let (a, b) = (f.code(f.ins.ref_a()), f.code(f.ins.ref_b()));
        for e in rules {
            if (e.a != ANY && e.a != a) || (e.b != ANY && e.b != b) {
                continue;
            }
            let rule = &CLASSES[e.class as usize][e.rule as usize];
            let folded = (rule.apply)(&mut f)?;
            #[cfg(test)]
            if folded != Folded::Next {
                f.b.fired.push(rule.name);
            }
            match folded {
                Folded::Next => {}
                Folded::To(r) => return Ok(Outcome::Done(r)),
                Folded::Drop => return Ok(Outcome::Done(IrRef::DROP)),
                Folded::Fail => return Err(TraceError::GuardFails),
                Folded::Retry(ins) => {
                    f.ins = ins;
                    continue 'again;
                }
            }
        }
        break;
    }
    Ok(Outcome::Emit(f.ins))
}

/// The instruction being folded.
pub struct Fold<'b, 'o> {
    pub(crate) b: &'b mut Builder<'o>,
    pub(crate) ins: Ins,
}

impl Fold<'_, '_> {
    /// What patterns see of an operand.
    fn code(&self, r: Option<IrRef>) -> u8 {
        match r {
            None => NOTHING,
            Some(r) if r.is_const() => CONSTANT,
            Some(r) => self.look(r).op() as u8,
        }
    }
    /// The instruction behind a reference, unless a PHI rebinds it.
    pub(crate) fn look(&self, r: IrRef) -> Ins {
        let ins = self.b.trace.get(r);
        let rebound = ins.has(Flags::PHI) && self.b.trace.loop_ref().is_some_and(|l| r < l);
        if rebound { Ins::NOP } else { ins }
    }
    /// Operand a.
    pub(crate) fn a(&self) -> IrRef {
        self.ins.ref_a().unwrap_or(IrRef::NIL)
    }
    /// Operand b.
    pub(crate) fn b(&self) -> IrRef {
        self.ins.ref_b().unwrap_or(IrRef::NIL)
    }
    /// The instruction behind operand a.
    pub(crate) fn ia(&self) -> Ins {
        self.look(self.a())
    }
    /// The instruction behind operand b.
    pub(crate) fn ib(&self) -> Ins {
        self.look(self.b())
    }
    /// The type folded at.
    pub(crate) fn ty(&self) -> IrType {
        self.ins.ty()
    }
    /// A constant's value.
    pub(crate) fn val(&self, r: IrRef) -> Option<Val> {
        Some(match self.b.trace.constant(r)? {
            Const::Pri(t) => Val::Pri(t),
            Const::Int(i) => Val::Int(i),
            Const::Num(bits) => Val::Num(f64::from_bits(bits)),
            Const::I64(i) => Val::I64(i),
            Const::U64(u) => Val::U64(u),
            Const::Gc(t, id) => Val::Gc(t, id),
            Const::Light(p) => Val::Light(p),
            Const::Ptr(p) | Const::KPtr(p) => Val::Ptr(p),
            Const::KSlot(..) => return None,
        })
    }
    /// A number constant.
    pub(crate) fn num(&self, r: IrRef) -> Option<f64> {
        match self.val(r)? {
            Val::Num(n) => Some(n),
            _ => None,
        }
    }
    /// An int constant.
    pub(crate) fn int(&self, r: IrRef) -> Option<i32> {
        match self.val(r)? {
            Val::Int(i) => Some(i),
            _ => None,
        }
    }
    /// An int or number constant as a number.
    pub(crate) fn number(&self, r: IrRef) -> Option<f64> {
        self.int(r).map(f64::from).or_else(|| self.num(r))
    }
    /// An integer constant of any width.
    pub(crate) fn integer(&self, r: IrRef) -> Option<i64> {
        match self.val(r)? {
            Val::Int(i) => Some(i64::from(i)),
            Val::I64(i) => Some(i),
            Val::U64(u) => Some(u as i64),
            _ => None,
        }
    }
    /// The result is a constant.
    pub(crate) fn constant(&mut self, v: Val) -> Result<Folded, TraceError> {
        let k = match v {
            Val::Pri(t) => Const::Pri(t),
            Val::Num(n) => Const::num(n),
            Val::Int(i) => Const::Int(i),
            Val::I64(i) => Const::I64(i),
            Val::U64(u) => Const::U64(u),
            Val::Gc(t, id) => Const::Gc(t, id),
            Val::Light(p) => Const::Light(p),
            Val::Ptr(_) | Val::Float(_) => return Ok(Folded::Next),
        };
        Ok(Folded::To(self.b.konst(k)?))
    }
    /// An integer constant of the type folded at.
    pub(crate) fn integer_const(&mut self, i: i64) -> Result<IrRef, TraceError> {
        self.b.konst(match self.ty() {
            IrType::I64 => Const::I64(i),
            IrType::U64 => Const::U64(i as u64),
            _ => Const::Int(i as i32),
        })
    }
    /// The instruction with another operation and operands, of the same type.
    pub(crate) fn retry(
        &self,
        op: IrOp,
        a: impl Into<Operand>,
        b: impl Into<Operand>,
    ) -> Result<Folded, TraceError> {
        Ok(Folded::Retry(Ins::new(op, self.ty(), a, b)))
    }
}

/// Says whether a guard holds.
pub(crate) const fn decided(holds: bool) -> Folded {
    if holds { Folded::Drop } else { Folded::Fail }
}
