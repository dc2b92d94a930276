//! Rust functions called by scripts.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use perilune::api::{Error, Function, Lua, Table, Value, Variadic};

#[test]
fn arguments_are_checked_by_name() {
    let lua = Lua::new();
    let f = lua
        .create_function(|_, (a, b): (i32, String)| Ok(format!("{a}{b}")))
        .unwrap();
    lua.globals().set("f", f).unwrap();
    assert_eq!(lua.load("return f(1, 'x')").eval::<String>().unwrap(), "1x");
    let message = |source: &str| {
        lua.load(source)
            .set_name("=s")
            .exec()
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        message("f({})"),
        "s:1: bad argument #1 to 'f' (number expected, got table)"
    );
    assert_eq!(
        message("f(1)"),
        "s:1: bad argument #2 to 'f' (string expected, got nil)"
    );
    assert_eq!(
        message("f(1.5, 'x')"),
        "s:1: bad argument #1 to 'f' (i32 expected, got number (out of range or with a fraction))"
    );
}

#[test]
fn errors_are_strings_or_objects() {
    let lua = Lua::new();
    let globals = lua.globals();
    let plain = lua
        .create_function(|_, ()| Err::<(), _>(Error::runtime("plain")))
        .unwrap();
    let own = lua
        .create_function(|_, ()| {
            Err::<(), _>(Error::external(std::io::Error::other("own")).context("reading"))
        })
        .unwrap();
    globals.set("plain", plain).unwrap();
    globals.set("own", own).unwrap();
    let (ok, message): (bool, String) = lua
        .load("return pcall(function() plain() end)")
        .set_name("=s")
        .eval()
        .unwrap();
    assert_eq!((ok, message.as_str()), (false, "s:1: plain"));
    let (kind, text): (String, String) = lua
        .load("local ok, e = pcall(own) return type(e), tostring(e)")
        .eval()
        .unwrap();
    assert_eq!((kind.as_str(), text.as_str()), ("userdata", "reading: own"));
    let error = lua.load("own()").set_name("=s").exec().unwrap_err();
    assert!(error.downcast_ref::<std::io::Error>().is_some());
    assert_eq!(error.to_string(), "reading: own");
    assert!(format!("{error:#}").contains("s:1"), "{error:#}");
    assert!(matches!(error.root(), Error::External(_)));
    // Through two levels of callbacks.
    let outer = lua
        .create_function(|_, f: Function| f.call::<()>(()))
        .unwrap();
    let error = outer
        .call::<()>(globals.get::<Function>("own").unwrap())
        .unwrap_err();
    assert!(error.downcast_ref::<std::io::Error>().is_some());
}

#[test]
fn callbacks_call_back() {
    let lua = Lua::new();
    let apply = lua
        .create_function(|lua, (f, args): (Function, Variadic<Value>)| {
            lua.gc_collect()?;
            f.call::<Variadic<Value>>(args)
        })
        .unwrap();
    lua.globals().set("apply", apply).unwrap();
    let result: (i32, String) = lua
        .load("return apply(function(a, b) return apply(function(x) return x + a, b end, 10) end, 5, 'y')")
        .eval()
        .unwrap();
    assert_eq!(result, (15, "y".to_string()));
    // In a coroutine, after yields, with errors on the way.
    let result: Vec<String> = lua
        .load(
            "local out = {}
             local co = coroutine.wrap(function()
                 for i = 1, 3 do
                     coroutine.yield(apply(function(n) return 'r' .. n end, i))
                     out[#out + 1] = tostring(select(2, pcall(apply, function() error('e' .. i, 0) end)))
                 end
                 return 'end'
             end)
             for i = 1, 4 do local v = co() out[#out + 1] = v end
             return out",
        )
        .eval()
        .unwrap();
    assert_eq!(result, ["r1", "e1", "r2", "e2", "r3", "e3", "end"]);
}

#[test]
fn yields_dont_cross_callbacks() {
    let lua = Lua::new();
    let call = lua
        .create_function(|_, f: Function| f.call::<Value>(()))
        .unwrap();
    lua.globals().set("call", call).unwrap();
    let (ok, message): (bool, String) = lua
        .load("return coroutine.resume(coroutine.create(function() call(coroutine.yield) end))")
        .eval()
        .unwrap();
    assert!(!ok);
    assert!(
        message.contains("attempt to yield across C-call boundary"),
        "{message}"
    );
    assert!(
        !lua.load("return coroutine.wrap(function() return call(coroutine.isyieldable) end)()")
            .eval::<bool>()
            .unwrap()
    );
    // The coroutine goes on as if nothing had been.
    let n: i32 = lua
        .load("local w = coroutine.wrap(function() pcall(call, coroutine.yield) coroutine.yield(1) return 2 end) return w() * 10 + w()")
        .eval()
        .unwrap();
    assert_eq!(n, 12);
}

#[test]
fn nesting_is_bounded() {
    let lua = Lua::new();
    let call = lua
        .create_function(|_, (f, n): (Function, i32)| f.call::<i32>(n))
        .unwrap();
    lua.globals().set("call", call).unwrap();
    let source = "local function f(n) if n == 0 then return 0 end return 1 + call(f, n - 1) end return f(...)";
    assert_eq!(lua.load(source).call::<i32>(90).unwrap(), 90);
    let error = lua.load(source).call::<i32>(1000).unwrap_err();
    assert!(matches!(error.root(), Error::NestingTooDeep), "{error:?}");
    assert_eq!(lua.load(source).call::<i32>(90).unwrap(), 90);
}

#[test]
fn changing_callbacks_dont_reenter() {
    let lua = Lua::new();
    let mut count = 0;
    let f = lua
        .create_function_mut(move |_, f: Option<Function>| {
            count += 1;
            if let Some(f) = f {
                f.call::<()>(())?;
            }
            Ok(count)
        })
        .unwrap();
    lua.globals().set("f", &f).unwrap();
    assert_eq!(f.call::<i32>(()).unwrap(), 1);
    let error = lua.load("f(function() f() end)").exec().unwrap_err();
    assert!(
        matches!(error.root(), Error::RecursiveMutCallback),
        "{error:?}"
    );
    assert_eq!(f.call::<i32>(()).unwrap(), 3);
}

#[test]
fn panics_come_out_where_the_run_began() {
    let lua = Lua::new();
    let panics = lua
        .create_function(|_, ()| -> Result<(), Error> { panic!("on purpose") })
        .unwrap();
    lua.globals().set("panics", panics).unwrap();
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        lua.load("pcall(panics) reached = true").exec()
    }));
    let payload = result.unwrap_err();
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"on purpose"));
    assert!(!lua.globals().contains_key("reached").unwrap());
    assert_eq!(lua.load("return 1 + 1").eval::<i32>().unwrap(), 2);
    // Through a callback in between, which sees it as a panic too.
    let seen = Rc::new(Cell::new(false));
    let seen2 = seen.clone();
    let call = lua
        .create_function(move |_, f: Function| {
            struct OnDrop(Rc<Cell<bool>>);
            impl Drop for OnDrop {
                fn drop(&mut self) {
                    self.0.set(std::thread::panicking());
                }
            }
            let _guard = OnDrop(seen2.clone());
            f.call::<()>(())
        })
        .unwrap();
    lua.globals().set("call", call).unwrap();
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        lua.load("coroutine.wrap(function() call(panics) end)()")
            .exec()
    }));
    assert!(result.is_err() && seen.get());
    assert_eq!(lua.load("return 1 + 1").eval::<i32>().unwrap(), 2);
}

#[test]
fn handles_in_closures_dont_leak_the_state() {
    struct Noisy(Rc<RefCell<Vec<&'static str>>>);
    impl Drop for Noisy {
        fn drop(&mut self) {
            self.0.borrow_mut().push("dropped");
        }
    }
    let log = Rc::new(RefCell::new(Vec::new()));
    let lua = Lua::new();
    let t: Table = lua.create_table().unwrap();
    let noisy = Noisy(log.clone());
    let f = lua
        .create_function({
            let t = t.clone();
            move |_, ()| {
                let _ = &noisy;
                t.get::<Value>("x")
            }
        })
        .unwrap();
    lua.globals().set("f", &f).unwrap();
    drop(lua);
    assert_eq!(*log.borrow(), ["dropped"]);
    assert!(matches!(f.call::<()>(()), Err(Error::StateDropped)));
    assert!(matches!(t.get::<Value>("x"), Err(Error::StateDropped)));
    drop(f.clone());
}
