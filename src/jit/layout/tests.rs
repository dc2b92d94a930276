//! Each offset: written through the engine, read through the offset.

use super::*;
use crate::gc::Object;
use crate::jit::testing::{eval1, state, string, table};
use crate::value::{Gc, Value};

/// Reads an object as machine code does.
fn word<O, T: Copy>(object: Gc<O>, offset: i32) -> T {
    read(object.as_ptr(), offset)
}
fn read<O, T: Copy>(object: *const O, offset: i32) -> T {
    // SAFETY: the tests read fields of live objects with their own types.
    unsafe { *object.byte_offset(offset as isize).cast::<T>() }
}

fn of<O: Object>(object: Gc<O>, f: Field) -> u64 {
    let at = field(f).expect("a place");
    let read = match at.width {
        Width::Byte => u64::from(word::<_, u8>(object, at.offset)),
        Width::Word => u64::from(word::<_, u32>(object, at.offset)),
        Width::Quad => word(object, at.offset),
    };
    read.wrapping_add_signed(at.addend.into())
}

fn address<T>(p: *const T) -> u64 {
    p.addr() as u64
}

#[test]
fn fields_of_the_state() {
    let mut vm = state();
    let t = table(&mut vm, "return {}");
    let at: *const Vm = &*vm;
    vm.budget = 12345;
    vm.heap.debt = -678;
    vm.heap.barrier_mask = 2;
    vm.trace_context.gpr[3] = 99;
    assert_eq!(read::<_, i64>(at, VM.budget), 12345);
    assert_eq!(read::<_, isize>(at, VM.heap_debt), -678);
    assert_eq!(read::<_, u8>(at, VM.barrier_mask), 2);
    assert_eq!(read::<_, *mut Value>(at, VM.base), vm.base);
    assert_eq!(read::<_, *mut Value>(at, VM.stack_limit), vm.stack_limit);
    let gpr = offset_of!(perilune_jit_x86::runtime::TraceContext, gpr) as i32;
    assert_eq!(read::<_, u64>(at, VM.context + gpr + 24), 99);
    t.header.flags.set(2);
    assert_eq!(word::<_, u8>(t, HEADER.flags), 2);
    assert!(vm.heap.needs_barrier(t));
    t.header.flags.set(0);
    vm.heap.barrier_mask = 0;
}

#[test]
fn fields_of_tables() {
    let mut vm = state();
    let t = table(&mut vm, "return setmetatable({ 1, 2, 3, x = 4 }, {})");
    assert_eq!(of(t, Field::TabASize), u64::from(t.asize.get()));
    assert_eq!(of(t, Field::TabHMask), 1);
    assert_eq!(of(t, Field::TabArray), address(t.array.get()));
    assert_eq!(of(t, Field::TabNode), address(t.node.get()));
    let metatable = t.metatable().expect("one");
    assert_eq!(of(t, Field::TabMeta), address(metatable.as_ptr()));
    assert_eq!(of(metatable, Field::TabMeta), 0);
    t.header.a.set(0x5A);
    assert_eq!(of(t, Field::TabNoMm), 0x5A);
    let x = string(&mut vm, "x");
    let node = &t.nodes()[x.hash as usize & 1];
    assert_eq!(read::<_, Value>(node, NODE.key), x.into());
    assert_eq!(read::<_, Value>(node, NODE.value), Value::int(4));
    assert_eq!(read::<_, *mut Node>(node, NODE.next), node.next.get());
    assert_eq!(word::<_, u8>(t, OBJECT.tab_own_hash), 0);
    t.header.b.set(1);
    assert_eq!(word::<_, u8>(t, OBJECT.tab_own_hash), 1);
    t.header.b.set(0);
    let (first, second) = (&raw const t.nodes()[0], &raw const t.nodes()[1]);
    assert_eq!(address(second) - address(first), NODE.size as u64);
}

#[test]
fn fields_of_other_objects() {
    let mut vm = state();
    let s = string(&mut vm, "some text");
    assert_eq!(of(s, Field::StrLen), 9);
    assert_eq!(word::<_, u32>(s, OBJECT.str_hash), s.hash);
    assert_eq!(word::<_, [u8; 4]>(s, OBJECT.str_bytes), *b"some");

    let f = eval1(
        &mut vm,
        "local a = 7 local function f() a = a + 1 end f() return f",
    );
    let f = f.as_function().expect("a function");
    let proto = f.proto().expect("a prototype");
    assert_eq!(of(f, Field::FuncEnv), address(vm.globals.as_ptr()));
    assert_eq!(of(f, Field::FuncProto), address(proto.as_ptr()));
    let upvalue = f.lua_upvalue(0).expect("an upvalue");
    assert_eq!(word::<_, Gc<Upvalue>>(f, OBJECT.func_upvalues), upvalue);
    assert_eq!(word::<_, u8>(upvalue, OBJECT.upvalue_closed), 1);
    assert_eq!(
        word::<_, *mut Value>(upvalue, OBJECT.upvalue_place),
        upvalue.v.get()
    );
    assert_eq!(
        word::<_, Value>(upvalue, OBJECT.upvalue_value),
        Value::int(8)
    );
    let native = eval1(&mut vm, "return math.sin").as_function();
    assert_eq!(of(native.expect("a function"), Field::FuncBuiltin), 44);

    let co = eval1(&mut vm, "return coroutine.create(print)").as_thread();
    let co = co.expect("a coroutine");
    assert_eq!(of(co, Field::ThreadEnv), address(vm.globals.as_ptr()));
    assert_eq!(of(co, Field::ThreadStatus), co.status() as u64);
    assert_eq!(word::<_, u8>(co, HEADER.kind), HEADER.thread);
    assert_eq!(word::<_, u8>(proto, HEADER.kind), HEADER.proto);

    let c = eval1(&mut vm, "return 12ULL").as_cdata().expect("cdata");
    assert_eq!(of(c, Field::CdataType), 1);
    assert_eq!(of(c, Field::CdataInt64), 12);
    assert_eq!(word::<_, u8>(c, HEADER.kind), HEADER.cdata);
    let u = eval1(&mut vm, "return newproxy(true)").as_userdata();
    let u = u.expect("userdata");
    let metatable = u.metatable.get().expect("one");
    assert_eq!(of(u, Field::UdataMeta), address(metatable.as_ptr()));

    let scratch = vm.scratch;
    assert!(scratch.push_bytes(&mut vm.heap, b"12345").is_ok());
    assert_eq!(word::<_, usize>(scratch, OBJECT.buffer_len), 5);
}

#[test]
fn constants_are_known() {
    let mut vm = state();
    let s = string(&mut vm, "key");
    assert_eq!(LiveConstants.str_hash(helpers::id_of(s)), s.hash);
    let all = layout();
    assert!(all.helpers.iter().all(Option::is_some));
    assert!(all.ops.iter().all(|at| *at != 0));
    // A call in slot 1, and the instruction it returns to.
    let f = eval1(&mut vm, "return function(f) local a a = f() return a end").as_function();
    let proto = f.and_then(|f| f.proto()).expect("a prototype");
    let call = proto
        .code()
        .iter()
        .position(|ins| ins.get().op() == Some(crate::bytecode::Bc::Call))
        .expect("a call");
    let return_pc = proto.code_ptr().wrapping_add(call + 1);
    let a = proto.code()[call].get().a() as u16;
    let delta = LiveConstants.frame_delta(return_pc.expose_provenance() as u64);
    assert_eq!(delta, Some(a + 2));
}
