//! The compiler in embedded states.

use std::cell::RefCell;
use std::rc::Rc;

use perilune::api::{Error, JitMode, Lua, TraceEvent};

#[test]
fn hot_loops_are_compiled_unless_told_otherwise() {
    let source = "local n = 0 for i = 1, 1000 do n = n + i end return n";
    for (mode, traces) in [
        (JitMode::Compile, 1),
        (JitMode::Evaluate, 1),
        (JitMode::Off, 0),
    ] {
        let lua = Lua::builder().jit(mode).build().unwrap();
        assert_eq!(lua.load(source).eval::<i64>().unwrap(), 500_500);
        let status = lua.jit_status().unwrap();
        assert_eq!((status.traces, status.mode), (traces, mode));
        assert_eq!(status.code_size > 0, mode == JitMode::Compile);
    }
}

#[test]
fn switches_and_options() {
    let lua = Lua::new();
    lua.set_jit(false).unwrap();
    lua.load("for i = 1, 1000 do end").exec().unwrap();
    assert_eq!(lua.jit_status().unwrap().traces_made, 0);
    lua.set_jit(true).unwrap();
    lua.set_jit_option("hotloop=5000").unwrap();
    lua.load("for i = 1, 1000 do end").exec().unwrap();
    assert_eq!(lua.jit_status().unwrap().traces_made, 0);
    lua.set_jit_option("hotloop=50").unwrap();
    lua.load("for i = 1, 1000 do end").exec().unwrap();
    assert_eq!(lua.jit_status().unwrap().traces_made, 1);
    let error = lua.set_jit_option("hotlop=50").unwrap_err();
    assert!(matches!(&error, Error::InvalidOption { option } if option == "hotlop=50"));
}

#[test]
fn code_memory_is_bounded() {
    let lua = Lua::builder().code_memory_limit(8 << 10).build().unwrap();
    for i in 0..100 {
        let source = format!("local n = 0 for i = 1, 100 do n = n + i % {} end", i + 2);
        lua.load(&source).exec().unwrap();
    }
    let status = lua.jit_status().unwrap();
    assert!(status.code_size <= status.code_limit && status.code_limit == 8 << 10);
    assert!(status.traces_made > 50, "{status:?}");
}

#[test]
fn events_of_traces() {
    let lua = Lua::new();
    let told = Rc::new(RefCell::new(Vec::new()));
    let list = told.clone();
    lua.on_trace(Some(Box::new(move |event| {
        list.borrow_mut().push(match event {
            TraceEvent::Started { at, parent, .. } => format!("start {parent:?} {at}"),
            TraceEvent::Compiled { link, .. } => format!("stop {link}"),
            TraceEvent::Aborted { reason, at, .. } => format!("abort {reason} {at}"),
            TraceEvent::Flushed => "flush".into(),
            other => panic!("{other:?}"),
        });
    })))
    .unwrap();
    lua.load("\nfor i = 1, 100 do end")
        .set_name("=loop")
        .exec()
        .unwrap();
    lua.load("for i = 1, 60 do load('return 1') end")
        .set_name("=loads")
        .exec()
        .unwrap();
    lua.flush_traces().unwrap();
    lua.on_trace(None).unwrap();
    lua.load("for i = 1, 100 do end").exec().unwrap();
    let told = told.borrow();
    assert_eq!(told[..2], ["start None loop:2", "stop loop"]);
    assert_eq!(told.last().unwrap(), "flush");
    assert_eq!(
        told.iter().filter(|t| t.starts_with("start None")).count(),
        2
    );
}

#[test]
fn a_panic_of_a_listener_ends_the_run() {
    let lua = Lua::new();
    lua.on_trace(Some(Box::new(|_| panic!("on purpose"))))
        .unwrap();
    let run = std::panic::AssertUnwindSafe(|| lua.load("for i = 1, 1e9 do end").exec());
    let payload = std::panic::catch_unwind(run).unwrap_err();
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"on purpose"));
    lua.on_trace(None).unwrap();
    assert_eq!(
        lua.load("local n = 0 for i = 1, 1000 do n = n + 1 end return n")
            .eval::<i64>()
            .unwrap(),
        1000
    );
}
