//! Each rule refuses what breaks it.

use super::{Rejection, verify};
use crate::bytecode::{Bc, CaptureInfo, Ins, ProtoFlags, ProtoParts};
use crate::gc::testing;
use crate::value::Value;

const FRAME: u8 = 8;

/// Checks a vararg function without parameters, of this code behind a header.
fn check(code: &[Ins]) -> Result<(), Rejection> {
    let mut heap = testing::heap();
    let name = heap.intern(b"=t").expect("there is memory");
    let mut all = std::vec![Ins::ad(Bc::FuncV, FRAME.into(), 0)];
    all.extend_from_slice(code);
    verify(&ProtoParts {
        code: &all,
        numbers: &[Value::int(1)],
        objects: &[name.into()],
        captures: &[CaptureInfo(CaptureInfo::LOCAL)],
        param_count: 0,
        frame_size: FRAME,
        flags: ProtoFlags(ProtoFlags::VARARG),
        chunk_name: name,
        first_line: 0,
        line_count: 0,
        lines: &[],
        upvalue_names: &[],
        locals: &[],
    })
}

extern crate std;

const RETURN: Ins = Ins::ad(Bc::Ret0, 0, 1);

#[track_caller]
fn accepts(code: &[Ins]) {
    assert_eq!(check(code), Ok(()));
}

#[track_caller]
fn refuses(at: usize, code: &[Ins]) {
    match check(code) {
        Err(Rejection::Instruction { pc, .. }) => assert_eq!(pc, at),
        other => panic!("{other:?}"),
    }
}

#[test]
fn operands() {
    accepts(&[Ins::ad(Bc::Mov, 7, 0), RETURN]);
    refuses(1, &[Ins::ad(Bc::Mov, 8, 0), RETURN]);
    refuses(1, &[Ins::ad(Bc::Mov, 0, 8), RETURN]);
    refuses(1, &[Ins::abc(Bc::AddVV, 0, 8, 0), RETURN]);
    refuses(1, &[Ins::abc(Bc::AddVN, 0, 0, 1), RETURN]);
    refuses(1, &[Ins::ad(Bc::KNum, 0, 1), RETURN]);
    refuses(1, &[Ins::ad(Bc::KStr, 0, 1), RETURN]);
    refuses(1, &[Ins::ad(Bc::TDup, 0, 0), RETURN]);
    refuses(1, &[Ins::ad(Bc::FNew, 0, 0), RETURN]);
    refuses(1, &[Ins::ad(Bc::KCdata, 0, 0), RETURN]);
    refuses(1, &[Ins::ad(Bc::KPri, 0, 3), RETURN]);
    refuses(1, &[Ins::ad(Bc::UGet, 0, 1), RETURN]);
    refuses(1, &[Ins::ad(Bc::USetV, 1, 0), RETURN]);
    refuses(1, &[Ins::ad(Bc::KNil, 3, 2), RETURN]);
    refuses(1, &[Ins::abc(Bc::Cat, 0, 3, 2), RETURN]);
    refuses(1, &[Ins::ad(Bc::TNew, 0, 31 << 11), RETURN]);
}

#[test]
fn opcodes() {
    for op in [
        Bc::FuncF,
        Bc::FuncV,
        Bc::FuncC,
        Bc::ILoop,
        Bc::JLoop,
        Bc::IForL,
        Bc::JForI,
    ] {
        refuses(1, &[Ins::ad(op, 0, 0), RETURN]);
    }
    refuses(1, &[Ins(0xFF), RETURN]);
}

#[test]
fn control() {
    refuses(1, &[Ins::ad(Bc::Mov, 0, 0)]);
    refuses(1, &[Ins::aj(Bc::Jmp, 0, 1), RETURN]);
    refuses(1, &[Ins::aj(Bc::Jmp, 0, -2), RETURN]);
    accepts(&[Ins::aj(Bc::Jmp, 8, -1)]);
    accepts(&[Ins::ad(Bc::IsT, 0, 0), Ins::aj(Bc::Jmp, 0, 0), RETURN]);
    refuses(1, &[Ins::ad(Bc::IsT, 0, 0), RETURN]);
    refuses(2, &[Ins::ad(Bc::IsT, 0, 0), Ins::aj(Bc::Jmp, 0, 0)]);
}

#[test]
fn calls() {
    accepts(&[Ins::abc(Bc::Call, 0, 1, 7), RETURN]);
    refuses(1, &[Ins::abc(Bc::Call, 0, 1, 8), RETURN]);
    refuses(1, &[Ins::abc(Bc::Call, 7, 1, 1), RETURN]);
    refuses(1, &[Ins::abc(Bc::Call, 0, 1, 0), RETURN]);
    refuses(1, &[Ins::abc(Bc::Call, 0, 10, 1), RETURN]);
    refuses(1, &[Ins::ad(Bc::CallT, 0, 8), RETURN]);
    refuses(1, &[Ins::ad(Bc::Ret, 0, 10), RETURN]);
    refuses(1, &[Ins::ad(Bc::Ret1, 8, 2), RETURN]);
    refuses(1, &[Ins::abc(Bc::VArg, 0, 2, 1), RETURN]);
}

#[test]
fn open_results() {
    let varg = Ins::abc(Bc::VArg, 3, 0, 0);
    accepts(&[varg, Ins::abc(Bc::CallM, 1, 1, 0), RETURN]);
    accepts(&[varg, Ins::ad(Bc::RetM, 0, 3)]);
    accepts(&[varg, Ins::ad(Bc::CallMT, 0, 1)]);
    accepts(&[varg, Ins::ad(Bc::TSetM, 3, 0), RETURN]);
    accepts(&[varg, Ins::aj(Bc::UClo, 0, 0), Ins::ad(Bc::RetM, 0, 3)]);
    refuses(1, &[Ins::ad(Bc::RetM, 0, 3)]);
    refuses(2, &[varg, Ins::ad(Bc::RetM, 0, 2)]);
    refuses(2, &[Ins::abc(Bc::VArg, 3, 2, 0), Ins::ad(Bc::RetM, 0, 3)]);
    refuses(3, &[varg, Ins::ad(Bc::Mov, 0, 0), Ins::ad(Bc::RetM, 0, 3)]);
    // Over a jump.
    refuses(1, &[Ins::aj(Bc::Jmp, 0, 1), varg, Ins::ad(Bc::RetM, 0, 3)]);
    refuses(1, &[Ins::aj(Bc::UClo, 0, 1), varg, Ins::ad(Bc::RetM, 0, 3)]);
    // To the UCLO.
    let uclo = Ins::aj(Bc::UClo, 0, 0);
    refuses(
        3,
        &[Ins::aj(Bc::Jmp, 0, 1), varg, uclo, Ins::ad(Bc::RetM, 0, 3)],
    );
}

#[test]
fn loops() {
    let for_loop = |head: i32, back: i32, slot| {
        [
            Ins::aj(Bc::ForI, 0, head),
            Ins::ad(Bc::Mov, 0, 0),
            Ins::aj(Bc::ForL, slot, back),
            RETURN,
        ]
    };
    accepts(&for_loop(2, -2, 0));
    refuses(1, &for_loop(1, -2, 0));
    refuses(1, &for_loop(2, -1, 0));
    refuses(1, &for_loop(2, -2, 1));
    refuses(
        1,
        &[Ins::aj(Bc::ForI, 5, 1), Ins::aj(Bc::ForL, 5, -1), RETURN],
    );
    refuses(1, &[Ins::aj(Bc::ForL, 0, 0), RETURN]);
    let iterate = |head, call, slot: u32| {
        [
            Ins::aj(head, slot, 0),
            Ins::abc(call, slot, 2, 3),
            Ins::aj(Bc::IterL, slot, -2),
            RETURN,
        ]
    };
    accepts(&iterate(Bc::Jmp, Bc::IterC, 3));
    accepts(&iterate(Bc::IsNext, Bc::IterN, 3));
    accepts(&iterate(Bc::IsNext, Bc::IterC, 4));
    refuses(2, &iterate(Bc::IsNext, Bc::IterN, 2));
    refuses(2, &iterate(Bc::IsNext, Bc::IterN, 5));
    refuses(1, &iterate(Bc::IsNext, Bc::Mov, 3));
    refuses(1, &[Ins::aj(Bc::IterL, 3, 0), RETURN]);
    refuses(1, &[Ins::abc(Bc::IterC, 3, 2, 3), RETURN]);
}
