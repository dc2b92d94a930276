//! Traces written by hand, run on a live state.

extern crate std;

use std::boxed::Box;
use std::format;
use std::string::String;
use std::vec::Vec;

use perilune_ir::eval::Reason;
use perilune_ir::text::parse;
use perilune_ir::verify::verify;

use super::*;
use crate::bytecode::Bc;
use crate::jit::testing::{eval1, state, string, table, text};
use crate::vm::frame::Link;

/// A state with a frame.
struct World {
    vm: Box<Vm>,
    resume: Vec<ResumePoint>,
    values: Vec<Val>,
}

impl World {
    fn new() -> World {
        let mut vm = state();
        let f = eval1(&mut vm, "return function() end");
        vm.budget = 1000;
        // SAFETY: the base of a new state lies at the bottom of its stack, with room above.
        unsafe {
            vm.base = vm.thread.stack.get().add(2);
            *vm.base.sub(2) = f;
            Frame(vm.base).set_link(Link::entry());
        }
        let resume = (0..4)
            .map(|i| ResumePoint {
                pc: ptr::without_provenance(0x1000 + 4 * i),
                base_slot: 0,
                top_slot: 16,
                native_args: None,
                open_results: None,
            })
            .collect();
        World {
            vm,
            resume,
            values: Vec::new(),
        }
    }
    fn set(&mut self, slot: usize, v: impl Into<Value>) {
        // SAFETY: as in `new`.
        unsafe { *self.vm.base.add(slot) = v.into() }
    }
    fn get(&self, slot: usize) -> Value {
        // SAFETY: as in `new`.
        unsafe { *self.vm.base.add(slot) }
    }
    fn run(&mut self, source: &str, iterations: u32) -> Exit {
        let trace = parse(source).unwrap_or_else(|e| panic!("{e}\n{source}"));
        verify(&trace).unwrap_or_else(|e| panic!("{e}\n{source}"));
        let how = Run {
            iterations,
            ..Run::default()
        };
        // SAFETY: the state is live and nobody else's.
        let exit = unsafe {
            evaluate(
                &mut *self.vm,
                &trace,
                &self.resume,
                &[],
                how,
                &mut self.values,
            )
        };
        exit.unwrap_or_else(|e| panic!("{e}\n{source}"))
    }
    fn str(&mut self, s: &str) -> String {
        format!("str:{}", id_of(string(&mut self.vm, s)).0)
    }
}

#[test]
fn a_loop_takes_fuel_and_resumes() {
    let mut w = World::new();
    w.set(0, 0.0);
    w.set(1, 1.0);
    w.set(2, 10.0);
    let trace = "
        .... SNAP pc=0 depth=0 [ ]
        0001 > num SLOAD #2 T
        0002 > num SLOAD #3 T
        0003 num ADD 0001 0002
        .... SNAP pc=1 depth=0 [ #2:0003 ]
        0004 > nil FUEL 3
        0005 num ADD 0002 +1.0
        0006 > num SLOAD #4 T
        .... SNAP pc=2 depth=0 [ #2:0003 #3:0005 ]
        0007 > num LE 0005 0006
        .... SNAP pc=0 depth=0 [ #2:0003 #3:0005 ]
        ---- LINK loop";
    let exit = w.run(trace, 100);
    assert_eq!((exit.pc, exit.iteration), (2, 9));
    assert_eq!(w.get(0), Value::int(55));
    assert_eq!(w.vm.budget, 970);

    w.vm.budget = 5;
    w.set(1, 1.0);
    let exit = w.run(trace, 100);
    assert_eq!(exit.pc, 1);
    assert_eq!(w.vm.budget, -1);
    assert_eq!(w.get(0), Value::int(58));
}

#[test]
fn tables_are_read_and_written() {
    let mut w = World::new();
    let t = table(&mut w.vm, "return { 10, 20, x = 30, [1.5] = 40 }");
    w.set(0, t);
    let (x, y) = (w.str("x"), w.str("y"));
    let node = t
        .nodes()
        .iter()
        .position(|n| text(n.key.get()).as_deref() == Some("x"))
        .expect("a node");
    let trace = format!(
        "
        .... SNAP pc=0 depth=0 [ ]
        0001 > tab SLOAD #2 T
        0002 int FLOAD 0001 tab.asize
        0003 > int ABC 0002 +2
        0004 p64 FLOAD 0001 tab.array
        0005 p64 AREF 0004 +2
        0006 > num ALOAD 0005
        0007 p64 FLOAD 0001 tab.node
        0008 > p64 HREFK 0007 {x}@{node}
        0009 > num HLOAD 0008
        0010 p64 HREF 0001 +1.5
        0011 > num HLOAD 0010
        0012 p64 HREF 0001 {y}
        0013 > p64 EQ 0012 nilslot
        0014 tab FLOAD 0001 tab.meta
        0015 > tab EQ 0014 null.tab
        0016 int LEN 0001
        0017 num CONV 0016 num.int
        0018 num ADD 0006 0009
        0019 num ADD 0018 0011
        0020 num ADD 0019 0017
        0021 nil ASTORE 0005 +5.0
        .... SNAP pc=1 depth=0 [ ]
        0022 p64 NEWREF 0001 {y}
        0023 nil HSTORE 0022 0001
        0024 nil TBAR 0001
        .... SNAP pc=2 depth=0 [ #3:0020 #4:0017 #5:0001 ]"
    );
    let exit = w.run(&trace, 1);
    assert_eq!(exit.reason, Reason::End);
    assert_eq!(w.get(1), Value::int(92));
    assert_eq!(w.get(2), Value::int(2));
    assert_eq!(w.get(3), t.into());
    assert_eq!(t.get_int(2), Value::int(5));
    assert_eq!(t.get_str(string(&mut w.vm, "y")), t.into());
    // Now the key is there, and the guard says so.
    let exit = w.run(&trace, 1);
    assert!(matches!(exit.reason, Reason::Guard(_)), "{exit:?}");
    assert_eq!(exit.pc, 0);
}

#[test]
fn strings_are_taken_apart_and_put_together() {
    let mut w = World::new();
    let hello = string(&mut w.vm, "hello");
    w.set(0, hello);
    let world = w.str(" world 12");
    let twelve = w.str("12");
    let scratch = id_of(w.vm.scratch).0;
    let trace = format!(
        "
        .... SNAP pc=0 depth=0 [ ]
        0001 > str SLOAD #2 T
        0002 int FLOAD 0001 str.len
        0003 p64 STRREF 0001 +1
        0004 u8 XLOAD 0003 R
        0005 int XLOAD 0003 U
        0006 str SNEW 0003 +3
        0007 p64 BUFHDR ptr:{scratch} reset
        0008 p64 BUFPUT 0007 0001
        0009 p64 BUFPUT 0008 {world}
        0010 str TOSTR 0002 int
        0011 str CALLN 0006 str_upper
        0012 p64 BUFPUT 0009 0010
        0013 p64 BUFPUT 0012 0011
        0014 str BUFSTR 0013 0007
        0015 str TOSTR +65 char
        0016 > num STRTO {twelve}
        0017 nil CARG 0001 0006
        0018 int CALLN 0017 str_cmp
        .... SNAP pc=1 depth=0 [ #3:0006 #4:0014 #5:0015 #6:0016 #7:0018 #8:0004 ]"
    );
    w.run(&trace, 1);
    assert_eq!(text(w.get(1)).as_deref(), Some("ell"));
    assert_eq!(text(w.get(2)).as_deref(), Some("hello world 125ELL"));
    assert_eq!(text(w.get(3)).as_deref(), Some("A"));
    assert_eq!(w.get(4), Value::int(12));
    assert_eq!(w.get(5), Value::int(1));
    assert_eq!(w.get(6), Value::int(i32::from(b'e')));
}

#[test]
fn upvalues_and_closures() {
    let mut w = World::new();
    let f = eval1(
        &mut w.vm,
        "local a, b = 1, 'b' return function(x) a = a + 1 return function() x = x return a, b, x end end",
    );
    let f = f.as_function().expect("a function");
    let proto = f.proto().and_then(|p| p.object(0)?.as_proto());
    let proto = id_of(proto.expect("a prototype")).0;
    w.set(0, f);
    w.set(5, 7.0);
    w.resume[1].base_slot = 5;
    let trace = format!(
        "
        .... SNAP pc=1 depth=0 [ ]
        0001 > fun SLOAD #2 T
        0002 > p64 UREFC 0001 0
        0003 > num ULOAD 0002
        0004 fun FNEW pro:{proto} 0001
        0005 pro FLOAD 0004 func.proto
        0006 > pro EQ 0005 pro:{proto}
        0007 num ADD 0003 +1.0
        0008 nil USTORE 0002 0007
        0009 nil OBAR 0002 0007
        0010 nil UCLO #7
        .... SNAP pc=2 depth=0 [ #3:0004 ]"
    );
    w.run(&trace, 1);
    let made = w.get(1).as_function().expect("a function");
    assert_eq!(made.lua_upvalue(1), f.lua_upvalue(0));
    let x = made.lua_upvalue(0).expect("an upvalue");
    assert!(x.is_closed());
    assert_eq!(x.get(), Value::int(7));
    assert_eq!(f.lua_upvalue(0).map(|u| u.get()), Some(Value::int(2)));
}

#[test]
fn returning_to_the_frame_below() {
    let mut w = World::new();
    let f = eval1(&mut w.vm, "return function(f) local a a = f() return a end");
    let proto = f
        .as_function()
        .and_then(|f| f.proto())
        .expect("a prototype");
    let call = proto
        .code()
        .iter()
        .position(|ins| ins.get().op() == Some(Bc::Call))
        .expect("a call");
    let return_pc = proto.code_ptr().wrapping_add(call + 1);
    let delta = proto.code()[call].get().a() + 2;
    let below = w.vm.base;
    // SAFETY: there is room for another frame.
    unsafe {
        *below.sub(2) = f;
        let base = below.add(delta);
        *base.sub(2) = f;
        Frame(base).set_link(Link::lua(return_pc));
        w.vm.base = base;
    }
    w.set(0, 3.0);
    let (proto, pc) = (id_of(proto).0, return_pc.expose_provenance());
    let trace = format!(
        "
        .... SNAP pc=0 depth=0 [ ]
        0001 > num SLOAD #2 T
        0002 > nil RETF pro:{proto} kptr:{pc}
        .... SNAP pc=1 depth=0 [ #2:0001 ]"
    );
    w.run(&trace, 1);
    assert_eq!(w.vm.base, below);
    assert_eq!(w.get(0), Value::int(3));
    // The frame below is the first one.
    let exit = w.run(&trace, 1);
    assert!(matches!(exit.reason, Reason::Guard(_)), "{exit:?}");
}

#[test]
fn frame_words_and_other_values_are_restored() {
    let mut w = World::new();
    let f = eval1(&mut w.vm, "return print");
    w.set(0, true);
    w.set(1, Value::light(5));
    w.resume[1].base_slot = 8;
    let print = id_of(f.as_function().expect("a function")).0;
    let base = w.vm.base;
    w.run(
        &format!(
            "
            .... SNAP pc=0 depth=0 [ ]
            0001 > tru SLOAD #2 T
            0002 > lud SLOAD #3 T
            .... SNAP pc=1 depth=1 [ #4:0002 #5:0001 #6:nil #7:false #8:fun:{print} #9|kptr:4660 #10@+6 ]"
        ),
        1,
    );
    // SAFETY: slots of the frame.
    unsafe {
        assert_eq!(w.vm.base, base);
        assert_eq!(*base.add(2), Value::light(5));
        assert_eq!(*base.add(3), Value::TRUE);
        assert_eq!(*base.add(4), Value::NIL);
        assert_eq!(*base.add(5), Value::FALSE);
        assert_eq!(*base.add(6), f);
        assert_eq!((*base.add(7)).to_bits(), 4660);
        assert_eq!((*base.add(8)).to_bits(), 6);
    }
}

#[test]
fn without_memory_a_trace_traps() {
    let mut w = World::new();
    w.set(0, 1.0);
    let trace = "
        .... SNAP pc=0 depth=0 [ ]
        0001 > num SLOAD #2 T
        0002 num ADD 0001 +1.0
        .... SNAP pc=1 depth=0 [ #2:0002 ]
        0003 tab TNEW 3 1
        .... SNAP pc=2 depth=0 [ #2:0002 #3:0003 ]";
    w.vm.heap.fail_allocation(1);
    let exit = w.run(trace, 1);
    w.vm.heap.fail_allocation(0);
    assert!(matches!(exit.reason, Reason::Trap(..)), "{exit:?}");
    assert_eq!((exit.pc, w.get(0)), (1, Value::int(2)));
    w.run(trace, 1);
    let t = w.get(1).as_table().expect("a table");
    assert_eq!((t.asize.get(), t.hmask.get()), (3, 1));
}

#[test]
fn a_side_trace_goes_on_with_what_its_parent_had() {
    let mut w = World::new();
    w.set(0, 20.0);
    w.run(
        "
        .... SNAP pc=0 depth=0 [ ]
        0001 > num SLOAD #2 T
        0002 num ADD 0001 +1.0
        0003 > num LT 0001 +10.0
        .... SNAP pc=1 depth=0 [ ]",
        1,
    );
    let parent = w.values.clone();
    let side = parse(
        "
        .... SNAP pc=0 depth=0 [ ]
        0001 num PVAL 2
        0002 num MUL 0001 +2.0
        .... SNAP pc=1 depth=0 [ #3:0002 ]",
    )
    .expect("a trace");
    let (vm, how) = (&mut *w.vm, Run::default());
    // SAFETY: the state is live and nobody else's.
    let exit = unsafe { evaluate(vm, &side, &w.resume, &parent, how, &mut w.values) };
    assert!(exit.is_ok());
    assert_eq!(w.get(1), Value::int(42));
}
