//! Narrowing: arithmetic on numbers whose result is wanted as an int becomes arithmetic on ints.
//!
//! It is driven by demand: `CONV int.num` or TOBIT of a sum asks whether the sum's leaves can be had as ints with at most one new
//! conversion. If so the sum is done again in ints, and the numbers' sum is left to dead-code elimination. Leaves are checked to be
//! integers and sums not to overflow, so the trace may be left earlier than the conversion would have left it.
//!
//! The walk over the sum keeps its own stack; sums deeper than [`MAX_NODES`] are left alone.

use super::fold::{Fold, Folded};
use crate::build::Builder;
use crate::ins::{Const, Ins};
use crate::literal::{Conv, ConvMode};
use crate::op::IrOp;
use crate::trace::TraceError;
use crate::types::{IrRef, IrType};

/// Leaves and sums of one expression.
const MAX_NODES: usize = 32;
/// New conversions that pay.
const MAX_CONVERSIONS: usize = 1;

/// A step of the narrowed expression, in postfix order.
#[derive(Clone, Copy)]
enum Node {
    /// An int that is there.
    Ready(IrRef),
    /// An int constant.
    Int(i32),
    /// A number to convert.
    Convert(IrRef),
    /// A sum of the two nodes before.
    Op(IrOp),
}

/// The rules for CONV and TOBIT of ADD and SUB.
pub(super) fn fold_conv(f: &mut Fold<'_, '_>) -> Result<Folded, TraceError> {
    let tobit = f.ins.op() == IrOp::ToBit;
    let mode = match tobit {
        true => None,
        false if f.ins.conv().to == IrType::Int && f.ins.conv().from == IrType::Num => {
            Some(f.ins.conv().mode)
        }
        false => return Ok(Folded::Next),
    };
    if !f.b.options.narrow || mode == Some(ConvMode::Any) {
        return Ok(Folded::Next);
    }
    let mut nodes = [Node::Int(0); MAX_NODES];
    let Some(count) = plan(f, mode, &mut nodes) else {
        return Ok(Folded::Next);
    };
    let mut stack = [IrRef::NIL; MAX_NODES];
    let mut top = 0;
    for node in &nodes[..count] {
        let r = match *node {
            Node::Ready(r) => r,
            Node::Int(i) => f.b.trace.kint(i)?,
            Node::Convert(x) if tobit => {
                f.b.ins(IrOp::ToBit, IrType::Int, x, crate::ins::Operand::NONE)?
            }
            Node::Convert(x) => {
                let c = if mode == Some(ConvMode::Index) {
                    Conv::INT_NUM_INDEX
                } else {
                    Conv::INT_NUM_CHECK
                };
                f.b.guard(IrOp::Conv, IrType::Int, x, c)?
            }
            Node::Op(op) => {
                top -= 2;
                let (x, y) = (stack[top], stack[top + 1]);
                let op = checked(f.b, op, mode, y);
                f.b.ins(op, IrType::Int, x, y)?
            }
        };
        stack[top] = r;
        top += 1;
    }
    Ok(Folded::To(stack[0]))
}

/// The operation to use: what the bit library wants wraps, and so does an index plus something small, since its bounds
/// are checked.
fn checked(b: &Builder<'_>, op: IrOp, mode: Option<ConvMode>, y: IrRef) -> IrOp {
    let small = matches!(
        b.trace.constant(y),
        Some(Const::Int(-0x4000_0000..0x4000_0000))
    );
    match (op, mode) {
        (op, None) => op,
        (op, Some(ConvMode::Index)) if small => op,
        (IrOp::Sub, _) => IrOp::SubOv,
        _ => IrOp::AddOv,
    }
}

/// Finds out how to compute the operand of the conversion in ints.
fn plan(f: &Fold<'_, '_>, mode: Option<ConvMode>, nodes: &mut [Node; MAX_NODES]) -> Option<usize> {
    #[derive(Clone, Copy)]
    enum Work {
        Visit(IrRef),
        Emit(IrOp),
    }
    let mut work = [Work::Visit(f.a()); MAX_NODES];
    let (mut pending, mut count, mut conversions) = (1, 0, 0);
    while pending > 0 {
        pending -= 1;
        let node = match work[pending] {
            Work::Emit(op) => Node::Op(op),
            Work::Visit(r) => {
                let ins = f.look(r);
                let int_arith =
                    matches!(ins.op(), IrOp::Add | IrOp::Sub) && ins.ty() == IrType::Num;
                if let (true, Some(x), Some(y)) = (int_arith, ins.ref_a(), ins.ref_b()) {
                    if pending + 3 > MAX_NODES {
                        return None;
                    }
                    work[pending] = Work::Emit(ins.op());
                    work[pending + 1] = Work::Visit(y);
                    work[pending + 2] = Work::Visit(x);
                    pending += 3;
                    continue;
                }
                leaf(f, r, mode, &mut conversions)?
            }
        };
        *nodes.get_mut(count)? = node;
        count += 1;
    }
    Some(count)
}

fn leaf(
    f: &Fold<'_, '_>,
    r: IrRef,
    mode: Option<ConvMode>,
    conversions: &mut usize,
) -> Option<Node> {
    if let Some(n) = f.num(r) {
        // TOBIT of a sum rounds the sum, not its parts, so these have to be integers too.
        return crate::eval::arith::exact_int(n).map(Node::Int);
    }
    let ins = f.look(r);
    if ins.op() == IrOp::Conv && ins.conv() == Conv::NUM_INT {
        return ins.ref_a().map(Node::Ready);
    }
    mode?;
    for c in [Conv::INT_NUM_CHECK, Conv::INT_NUM_INDEX] {
        let same = Ins::new(IrOp::Conv, IrType::Int, r, c).guarded();
        if let Some(found) = f.b.find_after(&same, Some(r)) {
            return Some(Node::Ready(found));
        }
    }
    *conversions += 1;
    (*conversions <= MAX_CONVERSIONS).then_some(Node::Convert(r))
}

/// An operand as an array index: an int, checked to be one.
pub fn narrow_index(b: &mut Builder<'_>, r: IrRef) -> Result<IrRef, TraceError> {
    match b.trace.ty(r) {
        IrType::Num => b.guard(IrOp::Conv, IrType::Int, r, Conv::INT_NUM_INDEX),
        _ => Ok(r),
    }
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

fn number(b: &mut Builder<'_>, r: IrRef) -> Result<IrRef, TraceError> {
    match b.trace.ty(r) {
        IrType::Int => b.ins(IrOp::Conv, IrType::Num, r, Conv::NUM_INT),
        _ => Ok(r),
    }
}
