extern crate std;

use std::format;
use std::string::String;
use std::vec;
use std::vec::Vec;

use perilune_ir::eval::Val;
use perilune_ir::ins::ObjId;
use perilune_ir::literal::Helper;
use perilune_ir::types::IrType;

use super::*;
use crate::jit::testing::{eval1, state, string, table, text};
use crate::value::Table;

/// A helper's result as text, or `trap`.
fn run(vm: &mut Vm, helper: Helper, args: &[Val]) -> String {
    // SAFETY: the state is live, and so are the objects, for nothing is collected.
    match unsafe { call(vm, helper, args) } {
        None => panic!("{helper:?}: wrong arguments"),
        Some(Err(_)) => "trap".into(),
        Some(Ok(Val::Gc(IrType::Str, ObjId(at)))) => {
            let s: Gc<crate::value::Str> = object(Val::Ptr(at)).expect("a string");
            String::from_utf8_lossy(s.as_bytes()).into_owned()
        }
        Some(Ok(Val::Num(n))) => format!("{n}"),
        Some(Ok(Val::Int(n))) => format!("{n}"),
        Some(Ok(v)) => format!("{v:?}"),
    }
}

fn str(vm: &mut Vm, text: &str) -> Val {
    Val::Gc(IrType::Str, id_of(string(vm, text)))
}
fn tab(t: Gc<Table>) -> Val {
    Val::Gc(IrType::Tab, id_of(t))
}

#[test]
fn signatures_are_those_of_the_ir() {
    for &h in Helper::ALL {
        assert_eq!(signature(h), (h.args(), h.ret()), "{h:?}");
        let entry = entry(h);
        // The verifier wants a snapshot before what may trap.
        assert!(entry.trap == Trap::Never || h.may_trap(), "{h:?}");
    }
    for &op in OpHelper::ALL {
        assert_ne!(op_address(op), 0);
    }
}

#[test]
fn values_survive() {
    let mut vm = state();
    let values = eval1(
        &mut vm,
        "return { nil, true, false, 1.5, -0.0, 'x', {}, print, coroutine.create(print), io and io.stdout, 1LL }",
    );
    let t = values.as_table().expect("a table");
    for i in 1..12 {
        let v = t.get_int(i);
        let there = val_of(v);
        assert_eq!(value_of(there), Some(v), "{there:?}");
    }
    assert_eq!(value_of(val_of(Value::light(77))), Some(Value::light(77)));
    assert_eq!(value_of(Val::Int(3)), Some(Value::int(3)));
    assert_eq!(value_of(Val::I64(3)), None);
}

#[test]
fn texts() {
    let mut vm = state();
    let vm = &mut *vm;
    let (a, b) = (str(vm, "Hello"), str(vm, "ell"));
    let i = Val::Int;
    assert_eq!(run(vm, Helper::StrCmp, &[a, b]), "-1");
    assert_eq!(run(vm, Helper::StrCmp, &[b, a]), "1");
    assert_eq!(run(vm, Helper::StrCmp, &[a, a]), "0");
    assert_eq!(run(vm, Helper::StrFind, &[a, b, i(1)]), "1");
    assert_eq!(run(vm, Helper::StrFind, &[a, b, i(3)]), "-1");
    assert_eq!(run(vm, Helper::StrFind, &[a, b, i(-4)]), "1");
    assert_eq!(run(vm, Helper::StrFind, &[a, b, i(99)]), "-1");
    assert_eq!(run(vm, Helper::StrRep, &[b, i(3)]), "ellellell");
    assert_eq!(run(vm, Helper::StrRep, &[b, i(-3)]), "");
    assert_eq!(run(vm, Helper::StrRepSep, &[b, i(2), a]), "ellHelloell");
    let long = "ell,".repeat(999) + "ell";
    let comma = str(vm, ",");
    assert_eq!(run(vm, Helper::StrRepSep, &[b, i(1000), comma]), long);
    assert_eq!(run(vm, Helper::StrRep, &[a, i(i32::MAX)]), "trap");
    assert_eq!(run(vm, Helper::StrReverse, &[a]), "olleH");
    assert_eq!(run(vm, Helper::StrLower, &[a]), "hello");
    assert_eq!(run(vm, Helper::StrUpper, &[a]), "HELLO");
    let n = str(vm, " 0x10 ");
    assert_eq!(run(vm, Helper::ToNumber, &[n, i(10)]), "16");
    let n = str(vm, "zz");
    assert_eq!(run(vm, Helper::ToNumber, &[n, i(36)]), "1295");
    assert_eq!(run(vm, Helper::ToNumber, &[n, i(10)]), "Pri(Nil)");
    assert_eq!(run(vm, Helper::ToString, &[Val::Num(0.1)]), "0.1");
    assert_eq!(run(vm, Helper::ToString, &[Val::Pri(IrType::True)]), "true");
    assert_eq!(run(vm, Helper::ToHex, &[i(-2), i(8)]), "fffffffe");
    assert_eq!(run(vm, Helper::ToHex, &[i(0xAB), i(-4)]), "00AB");
    assert!(vm.scratch.is_empty());
}

#[test]
fn a_buffer_that_is_being_filled_stays() {
    let mut vm = state();
    let vm = &mut *vm;
    let s = string(vm, "abc");
    // SAFETY: the state is live.
    unsafe {
        let at: *mut Vm = vm;
        assert!(ops::put(at, (*at).scratch, s).is_some());
        assert_eq!(
            run(vm, Helper::StrUpper, &[Val::Gc(IrType::Str, id_of(s))]),
            "ABC"
        );
        assert!(ops::put(at, (*at).scratch, s).is_some());
        let made = ops::str_of_buffer(at, (*at).scratch).expect("memory");
        assert_eq!(made.as_bytes(), b"abcabc");
    }
}

#[test]
fn conversions_of_format() {
    let mut vm = state();
    let vm = &mut *vm;
    let nil = Val::NIL;
    for (template, args) in [
        ("%d %5d|%-5d|", "42.7, -3, 3"),
        ("%05.1f", "2.25"),
        ("%+.3e %g %.14g", "12345.678, 1e100, 0.1"),
        ("%#x %X %o%%", "255, 255, 8"),
        ("%c% d %a", "65, 7, 1.5"),
        ("%.99f", "0.1"),
        ("<%s> %6.2s %-6s|", "'abc', 'abc', 'abc'"),
        ("%q %s %q", "'a\\nb', 1.5, 12"),
        ("nothing", ""),
    ] {
        let source = format!("return string.format('{template}', {args})").replace(", )", ")");
        let want = text(eval1(vm, &source));
        let values = table(vm, &format!("return {{ {args} }}"));
        let t = str(vm, template);
        let stretch = Stretch {
            from: 0,
            to: template.len() as u16,
        };
        let mut all = vec![t, Val::Int(stretch.packed())];
        all.extend((1..4).map(|i| val_of(values.get_int(i))));
        assert_eq!(Some(run(vm, Helper::Format, &all)), want, "{template}");
    }
    vm.scratch.clear();
    let t = str(vm, "a%d%s%dz");
    let stretch = Stretch { from: 1, to: 5 }.packed();
    let args = [t, Val::Int(stretch), Val::Num(1.0), Val::Num(2.5), nil];
    assert_eq!(run(vm, Helper::Format, &args), "12.5");
    let args = [t, Val::Int(stretch), Val::Num(1.0), nil, nil];
    assert_eq!(run(vm, Helper::Format, &args), "trap");
    let long = str(vm, &"x".repeat(1025));
    let args = [t, Val::Int(stretch), Val::Num(1.0), long, nil];
    assert_eq!(run(vm, Helper::Format, &args), "trap");
    assert!(vm.scratch.is_empty());
}

#[test]
fn numbers() {
    let mut vm = state();
    let vm = &mut *vm;
    let n = Val::Num;
    for (h, name) in [
        (Helper::Sin, "sin"),
        (Helper::Cos, "cos"),
        (Helper::Tan, "tan"),
        (Helper::Asin, "asin"),
        (Helper::Acos, "acos"),
        (Helper::Atan, "atan"),
        (Helper::Sinh, "sinh"),
        (Helper::Cosh, "cosh"),
        (Helper::Tanh, "tanh"),
        (Helper::Exp, "exp"),
        (Helper::Log, "log"),
        (Helper::Log10, "log10"),
    ] {
        let want = eval1(vm, &format!("return math.{name}(0.7)")).as_number();
        assert_eq!(Some(run(vm, h, &[n(0.7)])), want.map(|x| format!("{x}")));
    }
    assert_eq!(run(vm, Helper::Fmod, &[n(-7.5), n(2.0)]), "-1.5");
    assert_eq!(run(vm, Helper::Scale, &[n(1.5), n(3.9)]), "12");
    assert_eq!(run(vm, Helper::Mantissa, &[n(12.0)]), "0.75");
    assert_eq!(run(vm, Helper::Exponent, &[n(12.0)]), "4");
    assert_eq!(run(vm, Helper::Exponent, &[n(f64::INFINITY)]), "0");
    assert_eq!(run(vm, Helper::Whole, &[n(-2.5)]), "-2");
    assert_eq!(run(vm, Helper::Fraction, &[n(-2.5)]), "-0.5");
    run(vm, Helper::RandomSeed, &[n(42.0)]);
    let ours: Vec<_> = (0..3).map(|_| run(vm, Helper::Random, &[])).collect();
    let theirs = table(
        vm,
        "math.randomseed(42) return { math.random(), math.random(), math.random() }",
    );
    for (i, x) in ours.iter().enumerate() {
        let y = theirs.get_int(i as i32 + 1).as_number();
        assert_eq!(y.map(|y| format!("{y}")).as_ref(), Some(x));
    }
}

fn contents(t: Gc<Table>) -> Vec<f64> {
    (1..=t.len() as i32)
        .map(|i| t.get_int(i).as_number().unwrap_or(f64::NAN))
        .collect()
}

#[test]
fn elements_move() {
    let mut vm = state();
    let vm = &mut *vm;
    let (i, n) = (Val::Int, Val::Num);
    let t = table(vm, "return { 1, 2, 3, 4 }");
    assert_eq!(
        run(vm, Helper::TabInsert, &[tab(t), i(2), n(9.0)]),
        "Pri(Nil)"
    );
    assert_eq!(contents(t), [1.0, 9.0, 2.0, 3.0, 4.0]);
    assert_eq!(
        run(vm, Helper::TabInsert, &[tab(t), i(6), n(5.0)]),
        "Pri(Nil)"
    );
    assert_eq!(run(vm, Helper::TabInsert, &[tab(t), i(0), n(5.0)]), "trap");
    assert_eq!(run(vm, Helper::TabRemove, &[tab(t), i(1)]), "Pri(Nil)");
    assert_eq!(run(vm, Helper::TabRemove, &[tab(t), i(5)]), "Pri(Nil)");
    assert_eq!(contents(t), [9.0, 2.0, 3.0, 4.0]);
    assert_eq!(run(vm, Helper::TabRemove, &[tab(t), i(5)]), "trap");
    let move_ = Helper::TabMove;
    assert_eq!(
        run(vm, move_, &[tab(t), i(1), i(3), i(2), tab(t)]),
        "Pri(Nil)"
    );
    assert_eq!(contents(t), [9.0, 9.0, 2.0, 3.0]);
    let other = table(vm, "return {}");
    assert_eq!(
        run(vm, move_, &[tab(t), i(1), i(4), i(1), tab(other)]),
        "Pri(Nil)"
    );
    assert_eq!(contents(other), contents(t));
    assert_eq!(run(vm, move_, &[tab(t), i(1), i(4), i(9), tab(t)]), "trap");
    let comma = str(vm, ",");
    let concat = Helper::TabConcat;
    assert_eq!(run(vm, concat, &[tab(t), comma, i(1), i(4)]), "9,9,2,3");
    assert_eq!(run(vm, concat, &[tab(t), comma, i(3), i(1)]), "");
    let none = Val::Gc(IrType::Str, ObjId(0));
    assert_eq!(run(vm, concat, &[tab(t), none, i(1), i(4)]), "9923");
    assert_eq!(run(vm, concat, &[tab(t), comma, i(1), i(5)]), "trap");
    assert_eq!(run(vm, Helper::TabMaxN, &[tab(t)]), "4");
    assert_eq!(run(vm, Helper::TabClear, &[tab(t)]), "Pri(Nil)");
    assert_eq!(t.len(), 0);
}

#[test]
fn work_on_long_tables_costs_what_the_library_charges() {
    let mut vm = state();
    let vm = &mut *vm;
    let t = table(vm, "local t = {} for i = 1, 2000 do t[i] = i end return t");
    let charged = |vm: &mut Vm, budget: i64| {
        vm.budget = budget;
        let result = run(vm, Helper::TabInsert, &[tab(t), Val::Int(1), Val::Num(0.0)]);
        (result, budget - vm.budget)
    };
    assert_eq!(charged(vm, 1000), ("Pri(Nil)".into(), 125));
    assert_eq!(charged(vm, 100), ("trap".into(), 0));
    assert_eq!((t.len(), t.get_int(1)), (2001, Value::int(0)));
    let pay = |vm: &mut Vm, n: i32, kind: PayKind| {
        let before = vm.budget;
        let result = run(vm, Helper::Pay, &[Val::Int(n), Val::Int(kind as i32)]);
        (result == "Pri(Nil)", before - vm.budget)
    };
    assert_eq!(pay(vm, 1024, PayKind::Text), (true, 0));
    assert_eq!(pay(vm, 2048, PayKind::Text), (true, 32));
    assert_eq!(pay(vm, 1024, PayKind::Search), (true, 0));
    assert_eq!(pay(vm, 2048, PayKind::Search), (false, 0));
    assert_eq!(pay(vm, 60, PayKind::Units), (true, 60));
}

#[test]
fn traversal_agrees_with_next() {
    let mut vm = state();
    let vm = &mut *vm;
    let t = table(
        vm,
        "local t = { 1, nil, 3, x = 4, y = 5 } t[3] = nil t.z = 6 t[1.5] = 7 return t",
    );
    let mut key = Value::NIL;
    let mut from = 0;
    loop {
        let at = run(vm, Helper::TabNext, &[tab(t), Val::Int(from)]);
        let Ok(Some((k, v))) = t.next(key) else {
            assert_eq!(at, "-1");
            break;
        };
        let at: i32 = at.parse().expect("a position");
        // SAFETY: the state is live.
        unsafe {
            assert_eq!(super::table::key_at(vm, t, at), k);
            assert_eq!(*super::table::place_at(vm, t, at), v);
            assert_eq!(super::table::position_after(vm, t, k), at + 1);
            assert_eq!(*super::table::get(vm, t, k), v);
        }
        (key, from) = (k, at + 1);
    }
    let holes = table(
        vm,
        "local t = {} for i = 1, 200 do t[i] = i end for i = 2, 199 do t[i] = nil end return t",
    );
    assert_eq!(run(vm, Helper::TabNext, &[tab(holes), Val::Int(0)]), "1");
    assert_eq!(run(vm, Helper::TabNext, &[tab(holes), Val::Int(2)]), "-2");
    assert_eq!(
        run(vm, Helper::TabNext, &[tab(holes), Val::Int(193)]),
        "200"
    );
    // SAFETY: the state is live.
    unsafe {
        assert_eq!(super::table::position_after(vm, t, Value::int(77)), -1);
        assert_eq!(super::table::get_int(vm, t, 77), nil_slot());
        assert_eq!(ops::hash_get_number(vm, t, f64::NAN), nil_slot());
        assert_eq!(*ops::hash_get_number(vm, t, 1.5), Value::int(7));
    }
}

#[test]
fn objects_are_made() {
    let mut vm = state();
    let vm = &mut *vm;
    let f = eval1(
        vm,
        "local a, b = 1, 2 return function() a = a + 1 return function() return a, b end end",
    );
    let parent = f.as_function().expect("a function");
    let template = table(vm, "return { 1, 2, x = 3 }");
    // SAFETY: the state is live; the addresses are those of what was just made.
    unsafe {
        let vm: *mut Vm = vm;
        let t = ops::new_table(vm, 4, 2).expect("memory");
        assert_eq!((t.asize.get(), t.hmask.get()), (4, 3));
        let one = ops::new_table(vm, 0, 0).expect("memory");
        assert_eq!((one.asize.get(), one.hmask.get()), (0, 0));
        let key = Value::number(-0.0);
        let slot = ops::new_key(vm, one, key);
        *slot.cast_mut() = Value::TRUE;
        assert_eq!(one.get_int(0), Value::TRUE);
        assert!(ops::new_key(vm, one, Value::NIL).is_null());
        assert!(ops::new_key(vm, one, Value::number(f64::NAN)).is_null());
        let copy = ops::duplicate(vm, template).expect("memory");
        assert_eq!(contents(copy), [1.0, 2.0]);
        let proto = parent.proto().and_then(|p| p.object(0)?.as_proto());
        let closure = ops::new_function(vm, proto.expect("a prototype"), parent, (*vm).base);
        assert_eq!(closure.map(|f| f.upvalue_count()), Some(2));
        assert_eq!(
            closure.and_then(|f| f.lua_upvalue(0)),
            parent.lua_upvalue(0)
        );
        let bytes = b"some bytes";
        let s = ops::new_str(vm, bytes.as_ptr(), 4).expect("memory");
        assert_eq!(s.as_bytes(), b"some");
        let char = ops::str_of_char(vm, 65).expect("memory");
        assert_eq!(char.as_bytes(), b"A");
        let int = ops::str_of_int(vm, -5).expect("memory");
        assert_eq!(int.as_bytes(), b"-5");
        let number = ops::str_of_number(vm, 0.5).expect("memory");
        assert_eq!(ops::number_of_str(vm, number), Value::number(0.5));
        assert_eq!(ops::number_of_str(vm, char), Value::NIL);
        assert_eq!(ops::pow(vm, 2.0, 10.0), 1024.0);
        assert_eq!(ops::trunc(vm, -2.5), -2.0);
    }
}

#[test]
fn without_memory_nothing_happens() {
    let mut vm = state();
    let vm = &mut *vm;
    let t = Table::new(&mut vm.heap, 4, 0).expect("memory");
    for i in 1..4 {
        assert!(vm.heap.set_int(t, i, Value::int(i)).is_ok());
    }
    let args = vec![
        (
            Helper::StrUpper,
            vec![str(vm, "a text that nobody has made yet")],
        ),
        (Helper::TabNew, vec![Val::Int(2000), Val::Int(0)]),
        (Helper::TabInsert, vec![tab(t), Val::Int(1), Val::Num(1.0)]),
        (Helper::TabSet, vec![tab(t), Val::Num(0.5), Val::Num(1.0)]),
    ];
    for (h, args) in args {
        let before = contents(t);
        vm.heap.fail_allocation(1);
        assert_eq!(run(vm, h, &args), "trap", "{h:?}");
        vm.heap.fail_allocation(0);
        assert_eq!(contents(t), before);
        assert!(!vm.is_exhausted);
    }
}

/// What a matching helper gives, and its results.
fn matched(vm: &mut Vm, helper: Helper, args: &[Val]) -> String {
    // SAFETY: the state is live.
    let count = match unsafe { call(vm, helper, args) } {
        Some(Ok(Val::Int(n))) => n,
        _ => return "trap".into(),
    };
    let mut out = format!("{count}:");
    for i in 0..4 {
        // SAFETY: as above.
        let v = unsafe { call(vm, Helper::MatchResult, &[Val::Int(count), Val::Int(i)]) };
        let v = v.and_then(Result::ok).and_then(value_of);
        match v {
            Some(v) if v.is_nil() => break,
            Some(v) if v.is_number() => out += &format!(" {v:?}"),
            Some(v) => out += &format!(" {}", text(v).unwrap_or_default()),
            None => panic!("no value"),
        }
    }
    out
}

#[test]
fn patterns() {
    let mut vm = state();
    let vm = &mut *vm;
    let i = Val::Int;
    let s = str(vm, "key = value, k2 = v2");
    let p = str(vm, "(%w+) = (%w+)");
    let m = Helper::StrMatch;
    assert_eq!(matched(vm, m, &[s, p, i(1), i(0)]), "2: key value");
    assert_eq!(matched(vm, m, &[s, p, i(1), i(1)]), "4: 1 11 key value");
    assert_eq!(matched(vm, m, &[s, p, i(14), i(0)]), "2: k2 v2");
    assert_eq!(matched(vm, m, &[s, p, i(18), i(1)]), "0:");
    let comma = str(vm, "()%,");
    assert_eq!(matched(vm, m, &[s, comma, i(1), i(0)]), "1: 12");
    let word = str(vm, "%a+");
    assert_eq!(matched(vm, m, &[s, word, i(4), i(0)]), "1: value");
    assert_eq!(matched(vm, m, &[s, word, i(4), i(3)]), "0:");
    let bad = str(vm, "%");
    assert_eq!(matched(vm, m, &[s, bad, i(1), i(0)]), "trap");

    let g = Helper::Gsub;
    let to = str(vm, "<%2:%1>");
    let all = i(1000);
    assert_eq!(
        matched(vm, g, &[s, p, to, all, i(0)]),
        "2: <value:key>, <v2:k2>"
    );
    assert_eq!(
        matched(vm, g, &[s, p, to, i(1), i(0)]),
        "1: <value:key>, k2 = v2"
    );
    assert_eq!(matched(vm, g, &[s, bad, to, i(1), i(0)]), "trap");
    assert_eq!(
        matched(vm, g, &[s, to, to, all, i(0)]),
        "0: key = value, k2 = v2"
    );
    let t = table(vm, "return { key = 'KEY', k2 = 2, v2 = false }");
    assert_eq!(
        matched(vm, g, &[s, word, tab(t), all, i(0)]),
        "4: KEY = value, k2 = v2"
    );
    let t = table(vm, "return { key = {} }");
    assert_eq!(matched(vm, g, &[s, word, tab(t), all, i(0)]), "trap");
    assert!(vm.scratch.is_empty());

    let made = run(vm, Helper::GmatchNew, &[s, word]);
    assert!(made.starts_with("Gc(Func"), "{made}");
    // SAFETY: the state is live.
    let iterator = match unsafe { call(vm, Helper::GmatchNew, &[s, word]) } {
        Some(Ok(v)) => v,
        _ => panic!("no iterator"),
    };
    let mut found = Vec::new();
    loop {
        let next = matched(vm, Helper::GmatchNext, &[iterator, i(0)]);
        assert_eq!(next, matched(vm, Helper::GmatchNext, &[iterator, i(0)]));
        if next == "0:" {
            break;
        }
        found.push(next);
        run(vm, Helper::GmatchStep, &[iterator, i(1)]);
    }
    assert_eq!(found, ["1: key", "1: value", "1: k", "1: v"]);
}

#[test]
fn matching_is_paid_by_the_trace() {
    let mut vm = state();
    let vm = &mut *vm;
    let i = Val::Int;
    let s = str(vm, &("a".repeat(4000) + "b"));
    let (p, plain) = (str(vm, ".-b"), str(vm, "b"));
    vm.budget = 10_000;
    assert_eq!(matched(vm, Helper::StrMatch, &[s, p, i(1), i(1)]), "trap");
    let flags = match_flags::FIND | match_flags::PAID;
    assert_eq!(
        matched(vm, Helper::StrMatch, &[s, p, i(1), i(flags)]),
        "2: 1 4001"
    );
    let cost: i32 = run(vm, Helper::MatchCost, &[i(2)]).parse().expect("an int");
    assert!(cost > 200, "{cost}");
    // The library charges as much, besides the call.
    let f = eval1(
        vm,
        "local s = ('a'):rep(4000) .. 'b' return function() string.find(s, '.-b') end",
    );
    vm.set_fuel(Some(1 << 40));
    assert_eq!(vm.run(f, &[]), crate::vm::run::Outcome::Returned);
    let used = (1u64 << 40) - vm.fuel().unwrap_or(0);
    assert_eq!(used, cost as u64 + 2);
    vm.set_fuel(None);
    vm.budget = 10_000;
    let flags = match_flags::FIND | match_flags::PAID | match_flags::PLAIN;
    assert_eq!(
        matched(vm, Helper::StrMatch, &[s, plain, i(1), i(flags)]),
        "2: 4001 4001"
    );
    assert_eq!(run(vm, Helper::MatchCost, &[i(2)]), "250");
    vm.budget = 100;
    assert_eq!(
        matched(vm, Helper::StrMatch, &[s, plain, i(1), i(flags)]),
        "trap"
    );
}
