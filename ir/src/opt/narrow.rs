//! Narrowing: arithmetic on numbers whose result is wanted as an int becomes arithmetic on ints.
//!
//! It is driven by demand: `CONV int.num` or TOBIT of a sum or product asks whether its leaves can be had as ints with at most one new
//! conversion. If so it is done again in ints, and the numbers' is left to dead-code elimination. For CONV leaves are checked to be
//! integers and operations not to overflow, so the trace may be left earlier than the conversion would have left it.
//!
//! What the bit library wants wraps, so nothing need be checked, and checks of inner sums are dropped, too ([`narrow_tobit`]). But
//! doubles round beyond 2^53, which wrapping doesn't: each node carries a bound of its magnitude. Where the recorder saw that the sum is an
//! integer, guards say that its parts are, if there are no more of these than ints.
//!
//! The walk over an expression keeps its own stack; those deeper than [`MAX_NODES`] are left alone.

use super::fold::{Fold, Folded};
use crate::build::Builder;
use crate::ins::{Const, Ins, Operand};
use crate::literal::{Conv, ConvMode};
use crate::op::IrOp;
use crate::trace::TraceError;
use crate::types::{IrRef, IrType};

/// Leaves and sums of one expression.
const MAX_NODES: usize = 32;
/// New conversions that pay.
const MAX_CONVERSIONS: usize = 1;

/// TOBIT takes numbers below 2^51 exactly.
const MAX_BITS: u32 = 51;
/// Bits of an int's magnitude.
const INT_BITS: u32 = 31;
/// The same of what `CONV int.num bits` accepts.
const INTEGER_BITS: u32 = 33;

/// A step of the narrowed expression, in postfix order.
#[derive(Clone, Copy)]
enum Node {
    /// An int that is there.
    Ready(IrRef),
    /// An int constant.
    Int(i32),
    /// A number to convert.
    Convert(IrRef),
    /// A number to guard to be a small integer, and its TOBIT.
    Integer(IrRef, IrRef),
    /// A number to convert, with such a guard.
    Bits(IrRef),
    /// An operation on the two nodes before.
    Op(IrOp),
}

/// What the result is wanted for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Want {
    /// A checked int.
    Checked(ConvMode),
    /// The low bits.
    Bits,
}

/// The rules for CONV and TOBIT of arithmetic.
pub(super) fn fold_conv(f: &mut Fold<'_, '_>) -> Result<Folded, TraceError> {
    let c = f.ins.conv();
    let want = match f.ins.op() {
        IrOp::ToBit => Want::Bits,
        // The parts of such a number need not be ints.
        _ if c.mode == ConvMode::Bits => return Ok(Folded::Next),
        _ if c.to == IrType::Int && c.from == IrType::Num && c.is_checked() => {
            Want::Checked(c.mode)
        }
        _ => return Ok(Folded::Next),
    };
    if !f.b.options.narrow || f.look(f.a()).op() == IrOp::Nop {
        return Ok(Folded::Next);
    }
    let root = f.a();
    Ok(match narrowed(f, want, root)? {
        Some(r) => Folded::To(r),
        None => Folded::Next,
    })
}

/// The rule for numbers that were computed in ints before. In a loop the int is carried along with the number then.
pub(super) fn known(f: &mut Fold<'_, '_>) -> Result<Folded, TraceError> {
    let c = f.ins.conv();
    let wanted = f.ins.op() == IrOp::ToBit
        || (c.to == IrType::Int && c.from == IrType::Num && c.is_checked());
    // A PHI may rebind a number that was an int before LOOP: the int is carried along, too, then.
    let ins = f.b.trace.get(f.a());
    let is_rebound = f.look(f.a()).op() == IrOp::Nop;
    let was_int = is_rebound && ins.op() == IrOp::Conv && ins.conv() == Conv::NUM_INT;
    let int = f.b.trace.narrowed(f.a());
    let int = int.or_else(|| ins.ref_a().filter(|_| was_int));
    Ok(match int {
        Some(i) if wanted && f.b.options.narrow => Folded::To(i),
        _ => Folded::Next,
    })
}

/// The expression in ints, if that pays.
fn narrowed(f: &mut Fold<'_, '_>, want: Want, root: IrRef) -> Result<Option<IrRef>, TraceError> {
    let mut nodes = [Node::Int(0); MAX_NODES];
    let Some(count) = plan(f, want, root, &mut nodes) else {
        return Ok(None);
    };
    let converts = nodes[..count].iter().any(|n| matches!(n, Node::Convert(_)));
    let mut stack = [IrRef::NIL; MAX_NODES];
    let mut top = 0;
    for node in &nodes[..count] {
        let r = match *node {
            Node::Ready(r) => {
                f.b.found(r)?;
                r
            }
            Node::Int(i) => f.b.trace.kint(i)?,
            // A part of an index may lie anywhere.
            Node::Convert(x) => f.b.guard(IrOp::Conv, IrType::Int, x, Conv::INT_NUM_CHECK)?,
            Node::Integer(x, bits) => {
                if !is_guarded(f, x) {
                    f.b.guard(IrOp::Conv, IrType::Int, x, Conv::INT_NUM_BITS)?;
                }
                f.b.found(bits)?;
                bits
            }
            Node::Bits(x) => f.b.guard(IrOp::Conv, IrType::Int, x, Conv::INT_NUM_BITS)?,
            Node::Op(op) => {
                top -= 2;
                let (x, y) = (stack[top], stack[top + 1]);
                let op = checked(f.b, op, want, y, converts);
                f.b.ins(op, IrType::Int, x, y)?
            }
        };
        stack[top] = r;
        top += 1;
    }
    if converts {
        // All parts were checked, and in a loop the number may have to be converted again.
        f.b.trace.note_narrowed(root, stack[0]);
    }
    Ok(Some(stack[0]))
}

/// Is an index plus this in bounds only if the sum didn't wrap?
fn is_small(b: &Builder<'_>, r: IrRef) -> bool {
    matches!(
        b.trace.constant(r),
        Some(Const::Int(-0x4000_0000..0x4000_0000))
    )
}

/// The operation to use: what the bit library wants wraps, and so does an index plus something small, since its bounds
/// are checked. But if a number had to be converted, an exact result saves converting the next one.
fn checked(b: &Builder<'_>, op: IrOp, want: Want, y: IrRef, exact: bool) -> IrOp {
    match (op, want) {
        (op, Want::Bits) => op,
        (IrOp::Mul, _) => IrOp::MulOv,
        (op, Want::Checked(ConvMode::Index)) if !exact && is_small(b, y) => op,
        (IrOp::Sub, _) => IrOp::SubOv,
        _ => IrOp::AddOv,
    }
}

/// Finds out how to compute the operand of the conversion in ints.
fn plan(f: &Fold<'_, '_>, want: Want, root: IrRef, nodes: &mut [Node; MAX_NODES]) -> Option<usize> {
    #[derive(Clone, Copy)]
    enum Work {
        Visit(IrRef),
        Emit(IrOp),
    }
    let mut work = [Work::Visit(root); MAX_NODES];
    // Bounds of the magnitudes of nodes that no operation has taken yet, as powers of two.
    let mut bits = [0; MAX_NODES];
    let (mut pending, mut count, mut conversions, mut open) = (1, 0, 0, 0);
    // Guards of bits: how many, and how many more of them than of ints.
    let (mut guards, mut balance) = (0, 0);
    while pending > 0 {
        pending -= 1;
        let node = match work[pending] {
            Work::Emit(op) => Node::Op(op),
            Work::Visit(r) => match operands(f, want, r) {
                Some((op, x, y)) => {
                    if pending + 3 > MAX_NODES {
                        return None;
                    }
                    work[pending] = Work::Emit(op);
                    work[pending + 1] = Work::Visit(y);
                    work[pending + 2] = Work::Visit(x);
                    pending += 3;
                    continue;
                }
                None => leaf(f, want, r, &mut conversions)?,
            },
        };
        if let Node::Op(op) = node {
            open -= 2;
            let (x, y): (u32, u32) = (bits[open], bits[open + 1]);
            bits[open] = if op == IrOp::Mul { x + y } else { x.max(y) + 1 };
            if want == Want::Bits && bits[open] > MAX_BITS {
                return None;
            }
            // What a product multiplies has to be there as an int, or a factor that is none would leave the trace in vain.
            if op == IrOp::Mul && conversions + guards > 0 {
                return None;
            }
        } else {
            match node {
                Node::Ready(_) => balance -= 1,
                Node::Bits(r) => {
                    guards += 1;
                    // What is carried through a loop is an int there from the second iteration on.
                    balance += i32::from(f.look(r).op() != IrOp::SLoad);
                }
                _ => {}
            }
            bits[open] = match node {
                Node::Int(k) => u32::BITS - k.unsigned_abs().leading_zeros(),
                Node::Integer(..) | Node::Bits(_) => INTEGER_BITS,
                _ => INT_BITS,
            };
        }
        open += 1;
        *nodes.get_mut(count)? = node;
        count += 1;
    }
    (guards == 0 || balance <= 0).then_some(count)
}

/// An operation to narrow: one on numbers, or for bits also a checked one on ints whose check is superfluous.
fn operands(f: &Fold<'_, '_>, want: Want, r: IrRef) -> Option<(IrOp, IrRef, IrRef)> {
    if f.b.trace.narrowed(r).is_some() {
        return None;
    }
    let mut ins = f.look(r);
    if want == Want::Bits && ins.op() == IrOp::Conv && ins.conv() == Conv::NUM_INT {
        ins = f.look(ins.ref_a()?);
    }
    let op = match ins.op() {
        op @ (IrOp::Add | IrOp::Sub | IrOp::Mul) if ins.ty() == IrType::Num => op,
        op @ (IrOp::AddOv | IrOp::SubOv) if want == Want::Bits => op.unchecked(),
        _ => return None,
    };
    Some((op, ins.ref_a()?, ins.ref_b()?))
}

fn leaf(f: &Fold<'_, '_>, want: Want, r: IrRef, conversions: &mut usize) -> Option<Node> {
    if let Some(n) = f.num(r) {
        // TOBIT of a sum rounds the sum, not its parts, so these have to be integers too.
        return crate::eval::arith::exact_int(n).map(Node::Int);
    }
    if let Some(i) = f.int(r) {
        return Some(Node::Int(i));
    }
    if f.b.trace.ty(r) == IrType::Int {
        return Some(Node::Ready(r));
    }
    if let Some(i) = f.b.trace.narrowed(r) {
        return Some(Node::Ready(i));
    }
    let ins = f.look(r);
    if ins.op() == IrOp::Conv && ins.conv() == Conv::NUM_INT {
        return ins.ref_a().map(Node::Ready);
    }
    for c in [Conv::INT_NUM_CHECK, Conv::INT_NUM_INDEX] {
        let same = Ins::new(IrOp::Conv, IrType::Int, r, c).guarded();
        if let Some(found) = f.b.find_after(&same, Some(r)) {
            return Some(Node::Ready(found));
        }
    }
    if want == Want::Bits {
        let bits = Ins::new(IrOp::ToBit, IrType::Int, r, Operand::NONE);
        let is_integer = f.b.guards_bits || is_guarded(f, r);
        return is_integer.then(|| match f.b.find_after(&bits, Some(r)) {
            Some(bits) => Node::Integer(r, bits),
            None => Node::Bits(r),
        });
    }
    *conversions += 1;
    (*conversions <= MAX_CONVERSIONS).then_some(Node::Convert(r))
}

/// Is the number guarded to be a small integer?
fn is_guarded(f: &Fold<'_, '_>, r: IrRef) -> bool {
    let guard = Ins::new(IrOp::Conv, IrType::Int, r, Conv::INT_NUM_BITS).guarded();
    f.b.find_after(&guard, Some(r)).is_some()
}

/// A Lua number as an array index: an int, checked to be one. Checks that the bounds check makes superfluous are dropped.
pub fn narrow_index(b: &mut Builder<'_>, r: IrRef) -> Result<IrRef, TraceError> {
    if b.trace.ty(r) == IrType::Num {
        return b.guard(IrOp::Conv, IrType::Int, r, Conv::INT_NUM_INDEX);
    }
    let ins = b.trace.get(r);
    match (ins.op(), ins.ref_a(), ins.ref_b()) {
        (IrOp::AddOv | IrOp::SubOv, Some(x), Some(k)) if b.options.narrow && is_small(b, k) => {
            b.ins(ins.op().unchecked(), IrType::Int, x, k)
        }
        _ => Ok(r),
    }
}

/// A Lua number as an int that has to be exact, as library functions take it.
pub fn narrow_toint(b: &mut Builder<'_>, r: IrRef) -> Result<IrRef, TraceError> {
    match b.trace.ty(r) {
        IrType::Num => b.guard(IrOp::Conv, IrType::Int, r, Conv::INT_NUM_CHECK),
        _ => Ok(r),
    }
}

/// A Lua number as the bit library takes it, of which the recorder saw `value`.
pub fn narrow_tobit(b: &mut Builder<'_>, r: IrRef, value: f64) -> Result<IrRef, TraceError> {
    if b.trace.ty(r) == IrType::Num {
        // The sum of integers is one; that of others is hardly ever.
        b.guards_bits = crate::eval::arith::exact_bits(value).is_some();
        let bits = b.ins(IrOp::ToBit, IrType::Int, r, Operand::NONE);
        b.guards_bits = false;
        return bits;
    }
    let op = b.trace.get(r).op();
    if b.options.narrow && matches!(op, IrOp::AddOv | IrOp::SubOv) {
        let ins = Ins::new(IrOp::ToBit, IrType::Int, r, Operand::NONE);
        if let Some(r) = narrowed(&mut Fold { b, ins }, Want::Bits, r)? {
            return Ok(r);
        }
    }
    Ok(r)
}
/// ADD, SUB or MUL of two Lua numbers, of which the recorder holds ints or numbers. Ints stay ints, checked for overflow, if
/// `prefer_int` (the recorder saw an int result of its own run) and narrowing is on.
pub fn narrow_arith(
    b: &mut Builder<'_>,
    op: IrOp,
    x: IrRef,
    y: IrRef,
    prefer_int: bool,
) -> Result<IrRef, TraceError> {
    let ints = b.trace.ty(x) == IrType::Int && b.trace.ty(y) == IrType::Int;
    // A product of ints may be minus zero, which no int is.
    if ints && prefer_int && b.options.narrow {
        match op {
            IrOp::Add => return b.guard(IrOp::AddOv, IrType::Int, x, y),
            IrOp::Sub => return b.guard(IrOp::SubOv, IrType::Int, x, y),
            _ => {}
        }
    }
    let x = number(b, x)?;
    let y = number(b, y)?;
    b.ins(op, IrType::Num, x, y)
}

/// An int or number as a number.
pub fn number(b: &mut Builder<'_>, r: IrRef) -> Result<IrRef, TraceError> {
    match b.trace.ty(r) {
        IrType::Int => b.ins(IrOp::Conv, IrType::Num, r, Conv::NUM_INT),
        _ => Ok(r),
    }
}

/// `-x` of a Lua number, of which the recorder saw `value`. An int stays one if it isn't 0, whose negation is minus zero.
pub fn narrow_unm(b: &mut Builder<'_>, x: IrRef, value: f64) -> Result<IrRef, TraceError> {
    let is_int = b.trace.ty(x) == IrType::Int && b.options.narrow;
    if is_int && value != 0.0 && value != f64::from(i32::MIN) {
        let zero = b.trace.kint(0)?;
        b.ins(IrOp::Ne, IrType::Int, x, zero)?;
        return b.guard(IrOp::SubOv, IrType::Int, zero, x);
    }
    let x = number(b, x)?;
    b.ins(IrOp::Neg, IrType::Num, x, Operand::NONE)
}

/// `x % y` of two Lua numbers, of which the recorder saw `divisor` as y. Of ints it is an int unless the divisor is 0.
pub fn narrow_mod(
    b: &mut Builder<'_>,
    x: IrRef,
    y: IrRef,
    divisor: f64,
) -> Result<IrRef, TraceError> {
    let ints = b.trace.ty(x) == IrType::Int && b.trace.ty(y) == IrType::Int;
    if ints && divisor != 0.0 && b.options.narrow {
        let zero = b.trace.kint(0)?;
        b.ins(IrOp::Ne, IrType::Int, y, zero)?;
        return b.ins(IrOp::Mod, IrType::Int, x, y);
    }
    let x = number(b, x)?;
    let y = number(b, y)?;
    b.ins(IrOp::Mod, IrType::Num, x, y)
}

/// `x ^ y` of two Lua numbers.
pub fn narrow_pow(b: &mut Builder<'_>, x: IrRef, y: IrRef) -> Result<IrRef, TraceError> {
    let x = number(b, x)?;
    let y = number(b, y)?;
    b.ins(IrOp::Pow, IrType::Num, x, y)
}

/// `x / y` of two Lua numbers.
pub fn narrow_div(b: &mut Builder<'_>, x: IrRef, y: IrRef) -> Result<IrRef, TraceError> {
    let x = number(b, x)?;
    let y = number(b, y)?;
    b.ins(IrOp::Div, IrType::Num, x, y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::NoObjects;
    use crate::eval::Machine;
    use crate::eval::{Reason, Run, Val, run};
    use crate::literal::{SloadMode, Slot};
    use crate::model::{Model, Rng};
    use crate::opt::Options;
    use crate::snap::{SnapEntry, SnapKind};
    use crate::trace::{Limits, Trace};

    /// `bit.tobit(x + y)` for two slots, of which the recorder saw integers and whose bits were used before, perhaps.
    fn sum_of_bits(options: Options, used: bool) -> Trace {
        let mut b = Builder::try_new(Limits::default(), options, &NoObjects).unwrap();
        b.snapshot(0, 0, &[]).unwrap();
        let [x, y] = [3, 4].map(|slot| {
            let ins = Ins::new(IrOp::SLoad, IrType::Num, Slot(slot), SloadMode::TYPECHECK);
            b.emit(ins.guarded()).unwrap()
        });
        let before = if used {
            let [i, j] = [x, y].map(|r| narrow_tobit(&mut b, r, 1.0).unwrap());
            b.ins(IrOp::BXor, IrType::Int, i, j).unwrap()
        } else {
            b.trace.kint(7).unwrap()
        };
        let sum = b.ins(IrOp::Add, IrType::Num, x, y).unwrap();
        let sum = narrow_tobit(&mut b, sum, 2.0).unwrap();
        let entries = [(5, before), (6, sum)].map(|(slot, value)| SnapEntry {
            slot: Slot(slot),
            value,
            kind: SnapKind::Value,
        });
        b.snapshot(1, 0, &entries).unwrap();
        b.finish()
    }

    #[test]
    fn bits_of_integers_are_added_as_ints() {
        for used in [false, true] {
            check_sum(used);
        }
    }
    fn check_sum(used: bool) {
        let (plain, narrowed) = (
            sum_of_bits(Options::NONE, used),
            sum_of_bits(Options::ALL, used),
        );
        let has = |t: &Trace, op, ty| t.refs().any(|r| t.get(r).op() == op && t.get(r).ty() == ty);
        assert!(has(&narrowed, IrOp::Add, IrType::Int) && !has(&plain, IrOp::Add, IrType::Int));
        let values = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            0.5,
            -0.5,
            1.5,
            2147483647.0,
            -2147483648.0,
            2147483648.0,
            4294967295.0,
            4294967296.0,
            8589934591.0,
            8589934592.0,
            -8589934592.0,
            -8589934593.0,
            1e15,
            1e300,
            f64::NAN,
        ];
        let mut narrow = 0;
        for x in values {
            for y in values {
                let ended = |t: &Trace| {
                    let mut m = Model::new(&mut Rng::new(1));
                    m.set_slot(Slot(3), Val::Num(x));
                    m.set_slot(Slot(4), Val::Num(y));
                    let exit = run(t, &mut m, Run::default()).unwrap();
                    (exit.reason == Reason::End).then(|| m.dump())
                };
                if let Some(state) = ended(&narrowed) {
                    assert_eq!(Some(state), ended(&plain), "{x} {y}");
                    narrow += 1;
                }
            }
        }
        assert!(narrow > 100, "{narrow}");
    }
}
