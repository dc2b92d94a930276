//! What the handlers rely on, checked before each instruction: the feature `paranoid` with loop dispatch.
//!
//! The verifier and the calls promise all of this, so that a failure here is a mistake in the engine.

use crate::bytecode::{Bc, Ins, Mode, Proto};
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::frame::Frame;
use crate::vm::stack::RESERVE;

/// Checks the registers of the interpreter, and the operands of the instruction at `pc`.
///
/// # Safety
/// There is a frame of the running thread at `base` and an instruction at `pc`, as far as it's known.
pub(in crate::vm) unsafe fn check(vm: &Vm, base: *mut Value, pc: *const Ins, k: *const Value) {
    let bottom = vm.thread.stack.get();
    let end = vm.stack_limit.wrapping_add(RESERVE);
    assert!(base > bottom && base <= end, "base on the running stack");
    // SAFETY: a frame has its function below it.
    let function = unsafe { Frame(base).function_value() }
        .as_function()
        .expect("a function below the base");
    // SAFETY: the caller's promise.
    let ins = unsafe { crate::vm::breakpoint::plain(base, pc.wrapping_add(1), *pc) };
    let Some(op) = ins.op().filter(|_| function.is_lua()) else {
        assert!(function.native.is_some(), "an opcode");
        let top = base.wrapping_add(k.addr());
        assert!(top <= end, "arguments on the stack");
        return;
    };
    let proto = function.proto().expect("a prototype");
    let at = (pc as usize - proto.code_ptr() as usize) / size_of::<Ins>();
    assert!(at < proto.code().len(), "pc in the function's code");
    if matches!(
        op,
        Bc::FuncF | Bc::IFuncF | Bc::JFuncF | Bc::FuncV | Bc::IFuncV | Bc::JFuncV
    ) {
        assert!(base.wrapping_add(k.addr()) <= end, "arguments on the stack");
        return;
    }
    assert!(
        core::ptr::eq(k, proto.constants),
        "the function's own constants"
    );
    assert!(
        base.wrapping_add(proto.frame_size()) <= end,
        "the frame on the stack"
    );
    let operands = op.operands();
    check_operand(&proto, operands.a, ins.a(), at, ins);
    if op.has_b() {
        check_operand(&proto, operands.b, ins.b(), at, ins);
        check_operand(&proto, operands.cd, ins.c(), at, ins);
    } else {
        check_operand(&proto, operands.cd, ins.d(), at, ins);
    }
    if operands.a == Mode::Uv || operands.cd == Mode::Uv {
        let index = if operands.a == Mode::Uv {
            ins.a()
        } else {
            ins.d()
        };
        let upvalue = function.lua_upvalue(index).expect("an upvalue");
        // Looking at it checks that it is one.
        let _ = upvalue.get();
    }
}

fn check_operand(proto: &Proto, mode: Mode, value: usize, at: usize, ins: Ins) {
    match mode {
        Mode::Dst | Mode::Var => assert!(value < proto.frame_size(), "a slot of the frame"),
        Mode::Base => assert!(value <= proto.frame_size(), "slots of the frame"),
        Mode::Uv => assert!(value < proto.captures().len(), "an upvalue"),
        Mode::Num => assert!(value < proto.numbers().len(), "a number constant"),
        Mode::Str | Mode::Tab | Mode::Func | Mode::Cdata => {
            let constant = proto.object(value).expect("an object constant");
            let fits = match mode {
                Mode::Str => constant.is_str(),
                Mode::Tab => constant.is_table(),
                Mode::Func => constant.as_proto().is_some(),
                _ => constant.as_cdata().is_some(),
            };
            assert!(fits, "a constant of the right kind");
        }
        Mode::Jump => {
            let target = (at + 1).checked_add_signed(ins.jump());
            assert!(
                target.is_some_and(|t| t > 0 && t < proto.code().len()),
                "a jump target"
            );
        }
        Mode::None | Mode::RBase | Mode::Lit | Mode::Lits | Mode::Pri => {}
    }
}
