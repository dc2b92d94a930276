//! Numeric `for` loops: an int counts if the loop's numbers allow it.
//!
//! What the loop's first iteration under the recorder shows decides ([`ForLoop::of`]); guards make sure that it holds for every run of
//! the trace. They check the bounds, which don't change in the loop, so that counting itself needs no overflow check.

use crate::build::Builder;
use crate::ins::{Const, Operand};
use crate::literal::Conv;
use crate::op::IrOp;
use crate::opt::Options;
use crate::trace::TraceError;
use crate::types::{IrRef, IrType};

/// How a loop counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ForLoop {
    /// Type of index, stop and step: int or num.
    pub ty: IrType,
    /// Upwards?
    pub up: bool,
}

impl ForLoop {
    /// How a loop with these numbers counts: in ints if all are ints and the index can't overflow. None if the step is zero or NaN,
    /// with which a loop doesn't count.
    pub fn of(options: Options, index: f64, stop: f64, step: f64) -> Option<ForLoop> {
        if step.is_nan() || step == 0.0 {
            return None;
        }
        let up = step > 0.0;
        let is_int = |n: f64| crate::eval::arith::exact_int(n).is_some();
        let last = stop + step;
        let fits = if up {
            last <= f64::from(i32::MAX)
        } else {
            last >= f64::from(i32::MIN)
        };
        let narrow = options.narrow && is_int(index) && is_int(stop) && is_int(step) && fits;
        Some(ForLoop {
            ty: if narrow { IrType::Int } else { IrType::Num },
            up,
        })
    }

    /// Index, stop or step as the loop's type, checked if need be.
    pub fn operand(self, b: &mut Builder<'_>, r: IrRef) -> Result<IrRef, TraceError> {
        match (self.ty, b.trace.ty(r)) {
            (IrType::Int, IrType::Num) => b.guard(IrOp::Conv, IrType::Int, r, Conv::INT_NUM_CHECK),
            (IrType::Num, IrType::Int) => b.ins(IrOp::Conv, IrType::Num, r, Conv::NUM_INT),
            _ => Ok(r),
        }
    }

    /// Checks what the loop's shape depends on: the step's sign, and at the loop's beginning (`init`) that the index of an int loop can't overflow.
    pub fn check(
        self,
        b: &mut Builder<'_>,
        stop: IrRef,
        step: IrRef,
        init: bool,
    ) -> Result<(), TraceError> {
        let check_range = init && self.ty == IrType::Int;
        let int = |b: &Builder<'_>, r| match b.trace.constant(r) {
            Some(Const::Int(i)) => Some(i),
            _ => None,
        };
        let (k_stop, k_step) = (int(b, stop), int(b, step));
        if !step.is_const() {
            let zero = if self.ty == IrType::Int {
                b.trace.kint(0)?
            } else {
                b.trace.knum(0.0)?
            };
            let op = if self.up { IrOp::Gt } else { IrOp::Lt };
            b.ins(op, self.ty, step, zero)?;
        }
        if !check_range {
            return Ok(());
        }
        let (op, limit) = if self.up {
            (IrOp::Le, i32::MAX)
        } else {
            (IrOp::Ge, i32::MIN)
        };
        match (k_stop, k_step) {
            (Some(_), Some(_)) => {}
            (_, Some(step)) => {
                let k = b.trace.kint(limit.wrapping_sub(step))?;
                b.ins(op, IrType::Int, stop, k)?;
            }
            // A stop on the near side of zero: no step reaches the limit.
            (Some(stop), _) if (stop <= 0) == self.up => {}
            (Some(stop), _) => {
                let k = b.trace.kint(limit.wrapping_sub(stop))?;
                b.ins(op, IrType::Int, step, k)?;
            }
            (None, None) => {
                let last = b.guard(IrOp::AddOv, IrType::Int, step, stop)?;
                // The guard is weak; the check is all it is for.
                b.ins(IrOp::Use, IrType::Nil, last, Operand::NONE)?;
            }
        }
        Ok(())
    }

    /// The next index.
    pub fn advance(
        self,
        b: &mut Builder<'_>,
        index: IrRef,
        step: IrRef,
    ) -> Result<IrRef, TraceError> {
        b.ins(IrOp::Add, self.ty, index, step)
    }

    /// Guards that the loop goes on with this index, or that it ends.
    pub fn test(
        self,
        b: &mut Builder<'_>,
        index: IrRef,
        stop: IrRef,
        goes_on: bool,
    ) -> Result<(), TraceError> {
        let op = if self.up { IrOp::Le } else { IrOp::Ge };
        let op = if goes_on {
            op
        } else {
            op.inverted(self.ty == IrType::Num)
        };
        b.ins(op, self.ty, index, stop).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::NoObjects;
    use crate::literal::{SloadMode, Slot};
    use crate::trace::{Limits, Trace};
    use std::string::{String, ToString};

    /// The loop's guards, for operands that are constants or slots.
    fn trace(l: ForLoop, stop: Option<f64>, step: Option<f64>) -> Result<Trace, TraceError> {
        let mut b = Builder::try_new(Limits::default(), Options::ALL, &NoObjects)?;
        b.snapshot(0, 0, &[])?;
        let mut refs = [IrRef::NIL; 3];
        for (i, k) in [None, stop, step].into_iter().enumerate() {
            let r = match k {
                Some(k) => b.konst(Const::num(k))?,
                None => {
                    let slot = Slot(i as u16);
                    b.guard(IrOp::SLoad, IrType::Num, slot, SloadMode::TYPECHECK)?
                }
            };
            refs[i] = l.operand(&mut b, r)?;
        }
        let [index, stop, step] = refs;
        l.check(&mut b, stop, step, true)?;
        let next = l.advance(&mut b, index, step)?;
        l.test(&mut b, next, stop, true)?;
        Ok(b.finish())
    }
    fn guards(l: ForLoop, stop: Option<f64>, step: Option<f64>) -> String {
        let t = trace(l, stop, step).expect("trace");
        crate::verify::verify(&t).expect("verify");
        let text = t.to_string();
        text.lines()
            .filter(|l| !l.contains("SLOAD") && !l.contains("CONV") && !l.contains("SNAP"))
            .map(|l| l[9..].to_string() + "\n")
            .collect()
    }

    #[test]
    fn ints_count_if_they_cannot_overflow() {
        let of = |a, b, c| ForLoop::of(Options::ALL, a, b, c).map(|l| (l.ty == IrType::Int, l.up));
        assert_eq!(of(1.0, 10.0, 1.0), Some((true, true)));
        assert_eq!(of(10.0, 1.0, -1.0), Some((true, false)));
        assert_eq!(of(1.5, 10.0, 1.0), Some((false, true)));
        assert_eq!(of(1.0, 2147483647.0, 1.0), Some((false, true)));
        assert_eq!(of(1.0, 2147483646.0, 1.0), Some((true, true)));
        assert_eq!(of(1.0, -2147483648.0, -1.0), Some((false, false)));
        assert_eq!(of(1.0, f64::INFINITY, 1.0), Some((false, true)));
        assert_eq!(of(1.0, 10.0, -0.0), None);
        assert_eq!(of(1.0, 10.0, f64::NAN), None);
        let no = Options {
            narrow: false,
            ..Options::ALL
        };
        assert_eq!(
            ForLoop::of(no, 1.0, 2.0, 1.0).map(|l| l.ty),
            Some(IrType::Num)
        );
    }

    #[test]
    fn checks_are_as_few_as_the_constants_allow() {
        let up = ForLoop {
            ty: IrType::Int,
            up: true,
        };
        let down = ForLoop { up: false, ..up };
        assert_eq!(
            guards(up, Some(10.0), Some(1.0)),
            "int ADD    0002 +1\nint LE     0003 +10\n"
        );
        assert_eq!(
            guards(up, None, Some(2.0)),
            "int LE     0004 +2147483645\nint ADD    0002 +2\nint LE     0006 0004\n"
        );
        assert!(
            guards(up, Some(10.0), None).contains("GT     0004 +0\nint LE     0004 +2147483637")
        );
        assert!(!guards(up, Some(-10.0), None).contains("LE     0004 +"));
        assert!(guards(down, Some(-10.0), None).contains("GE     0004 -2147483638"));
        assert!(guards(down, None, Some(-1.0)).contains("GE     0004 -2147483647"));
        assert!(guards(up, None, None).contains("ADDOV  0006 0004\nnil USE    0008"));
    }
}
