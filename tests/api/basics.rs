//! Values, tables, functions, chunks, coroutines.

use std::collections::{BTreeMap, HashMap};

use perilune::api::{
    Error, Function, Lua, LuaString, MultiValue, Nil, Table, Thread, ThreadStatus, Value, Variadic,
};

#[test]
fn values_go_there_and_back() {
    let lua = Lua::new();
    let identity: Function = lua
        .load("return function(...) return ... end")
        .eval()
        .unwrap();
    macro_rules! same {
        ($($ty:ty: $($value:expr),*;)*) => {$($({
            let value: $ty = $value;
            assert_eq!(identity.call::<$ty>(value.clone()).unwrap(), value);
        })*)*};
    }
    same! {
        bool: true, false;
        i8: -128, 127;
        u8: 0, 255;
        i32: i32::MIN, -1, 0, i32::MAX;
        i64: 0, -1, 1 << 52, -(1 << 53);
        u64: 0, 1 << 53;
        f64: 0.5, -1e300, f64::INFINITY;
        f32: 0.25;
        String: String::new(), "text\0more".to_string();
        Option<i32>: None, Some(3);
        Vec<i32>: vec![], vec![1, 2, 3];
        Vec<Vec<String>>: vec![vec!["a".to_string()], vec![]];
        [bool; 2]: [true, false];
        BTreeMap<String, i32>: BTreeMap::from([("a".to_string(), 1), ("b".to_string(), 2)]);
        HashMap<i64, String>: HashMap::from([(7, "x".to_string())]);
    }
    let nan: f64 = identity.call(f64::NAN).unwrap();
    assert!(nan.is_nan());
    let zero: f64 = identity.call(-0.0).unwrap();
    assert!(zero.is_sign_negative());
    let (a, b, rest): (i32, String, Variadic<i32>) = identity.call((1, "two", 3, 4)).unwrap();
    assert_eq!((a, b.as_str(), rest.into_vec()), (1, "two", vec![3, 4]));
    let many: MultiValue = identity.call((1, Nil, true)).unwrap();
    assert_eq!(many.len(), 3);
    assert_eq!(identity.call::<MultiValue>(()).unwrap().len(), 0);
    assert_eq!(identity.call::<Value>(()).unwrap(), Value::Nil);
}

#[test]
fn conversions_say_what_is_wrong() {
    let lua = Lua::new();
    let bad = |source: &str| lua.load(source).eval::<i8>().unwrap_err().to_string();
    assert_eq!(
        bad("return 128"),
        "i8 expected, got number (out of range or with a fraction)"
    );
    assert_eq!(
        bad("return 0.5"),
        "i8 expected, got number (out of range or with a fraction)"
    );
    assert_eq!(bad("return {}"), "number expected, got table");
    assert_eq!(lua.load("return '12'").eval::<i8>().unwrap(), 12);
    assert!(lua.load("return 2^63").eval::<i64>().is_err());
    assert!(lua.load("return 2^64").eval::<u64>().is_err());
    assert!(lua.load("return -1").eval::<u64>().is_err());
    assert_eq!(lua.load("return -2^63").eval::<i64>().unwrap(), i64::MIN);
    assert!(lua.load(r"return '\255'").eval::<String>().is_err());
    assert_eq!(
        lua.load(r"return '\255'")
            .eval::<LuaString>()
            .unwrap()
            .to_vec()
            .unwrap(),
        [255]
    );
    let cdata: Value = lua.load("return 5LL").eval().unwrap();
    assert!(matches!(&cdata, Value::Other(v) if v.as_i64() == Some(5)));
}

#[test]
fn tables_have_raw_and_full_access() {
    let lua = Lua::new();
    let t: Table = lua
        .load("return setmetatable({1, 2, x = 'y'}, {__index = function(_, k) return k .. '!' end, __len = function() return 42 end})")
        .eval()
        .unwrap();
    assert_eq!(t.get::<String>("x").unwrap(), "y");
    assert_eq!(t.get::<String>("z").unwrap(), "z!");
    assert_eq!(t.raw_get::<Value>("z").unwrap(), Value::Nil);
    assert_eq!((t.len().unwrap(), t.raw_len().unwrap()), (42, 2));
    assert!(t.contains_key("x").unwrap());
    t.push(3).unwrap();
    assert_eq!(
        t.sequence_values::<i32>()
            .collect::<Result<Vec<_>, _>>()
            .unwrap(),
        [1, 2, 3]
    );
    let mut pairs: Vec<(String, String)> = t
        .pairs::<Value, Value>()
        .map(|entry| entry.map(|(k, v)| (k.to_text().unwrap(), v.to_text().unwrap())))
        .collect::<Result<_, _>>()
        .unwrap();
    pairs.sort();
    assert_eq!(pairs.len(), 4);
    let log = lua.create_table().unwrap();
    lua.globals().set("log", &log).unwrap();
    let watched: Table = lua
        .load("return setmetatable({}, {__newindex = function(t, k, v) log[k] = v rawset(t, k, v) end})")
        .eval()
        .unwrap();
    watched.set("a", 1).unwrap();
    watched.set("a", 2).unwrap();
    assert_eq!(log.get::<i32>("a").unwrap(), 1);
    assert_eq!(watched.get::<i32>("a").unwrap(), 2);
    let failing: Table = lua
        .load("return setmetatable({}, {__newindex = function() error('no', 0) end, __index = function() error({}) end})")
        .eval()
        .unwrap();
    assert_eq!(failing.set("a", 1).unwrap_err().to_string(), "no");
    assert!(failing.get::<Value>("a").is_err());
    assert!(lua.take_error_value().unwrap().as_table().is_some());
    assert_eq!(
        t.raw_set(Nil, 1).unwrap_err().to_string(),
        "table index is nil"
    );
    assert_eq!(
        t.raw_set(f64::NAN, 1).unwrap_err().to_string(),
        "table index is NaN"
    );
    t.clear().unwrap();
    assert!(t.is_empty().unwrap());
    t.set_metatable(None).unwrap();
    assert!(t.metatable().unwrap().is_none());
    assert!(t == t.clone() && t != log);
}

#[test]
fn methods_get_their_object() {
    let lua = Lua::new();
    let t: Table = lua
        .load("return { n = 5, add = function(self, a, b) return self.n + a + b end, plain = function(a) return a end }")
        .eval()
        .unwrap();
    assert_eq!(t.call_method::<i32>("add", (1, 2)).unwrap(), 8);
    assert_eq!(t.call_function::<i32>("plain", 9).unwrap(), 9);
    let error = t.call_method::<()>("absent", ()).unwrap_err();
    assert_eq!(error.to_string(), "attempt to call a nil value");
}

#[test]
fn chunks_have_names_modes_and_environments() {
    let lua = Lua::builder().allow_bytecode(true).build().unwrap();
    let error = lua
        .load("error 'x'")
        .set_name("@script.lua")
        .exec()
        .unwrap_err();
    let Error::Runtime { message, frames } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(message, "script.lua:1: x");
    assert_eq!(frames[0].name.as_deref(), Some("error"));
    assert_eq!(
        (frames[1].source.as_str(), frames[1].line),
        ("script.lua", Some(1))
    );
    let error = lua.load("x = = 1").set_name("=c").exec().unwrap_err();
    let Error::Syntax {
        message,
        incomplete_input,
        span,
    } = error
    else {
        panic!()
    };
    assert_eq!(message, "c:1: unexpected symbol near '='");
    assert!(!incomplete_input);
    assert_eq!(span.unwrap().start.offset, 4);
    assert!(matches!(
        lua.load("for").exec(),
        Err(Error::Syntax {
            incomplete_input: true,
            ..
        })
    ));
    let bytes: LuaString = lua
        .load("return string.dump(function() return 7 end)")
        .eval()
        .unwrap();
    let bytes = bytes.to_vec().unwrap();
    assert!(matches!(
        lua.load(bytes.clone()).exec(),
        Err(Error::Syntax { .. })
    ));
    let chunk = lua.load(bytes).set_mode(perilune::api::ChunkMode::Binary);
    assert_eq!(chunk.eval::<i32>().unwrap(), 7);
    let env = lua.create_table().unwrap();
    lua.load("y = 1")
        .set_environment(env.clone())
        .exec()
        .unwrap();
    assert_eq!(env.get::<i32>("y").unwrap(), 1);
    assert!(!lua.globals().contains_key("y").unwrap());
    let f = lua
        .load("return y")
        .set_environment(env.clone())
        .into_function()
        .unwrap();
    assert_eq!(f.environment().unwrap(), env);
    f.set_environment(&lua.globals()).unwrap();
    assert_eq!(f.call::<Value>(()).unwrap(), Value::Nil);
    assert_eq!(
        lua.load("return ...").call::<(i32, i32)>((1, 2)).unwrap(),
        (1, 2)
    );
    assert_eq!(lua.load("local a = 1 return a").eval::<i32>().unwrap(), 1);
    assert_eq!(lua.load("1, 2").eval::<(i32, i32)>().unwrap(), (1, 2));
}

#[test]
fn callables_are_called() {
    let lua = Lua::new();
    let t: Table = lua
        .load("return setmetatable({}, {__call = function(self, x) return x * 2 end})")
        .eval()
        .unwrap();
    lua.globals().set("t", &t).unwrap();
    let f = lua.globals();
    assert_eq!(f.call_function::<i32>("t", 4).unwrap(), 8);
}

#[test]
fn equality_and_text_honour_metamethods() {
    let lua = Lua::new();
    let (a, b): (Value, Value) = lua
        .load("local m = {__eq = function(a, b) return a.n == b.n end, __tostring = function(t) return 'n' .. t.n end} return setmetatable({n=1}, m), setmetatable({n=1}, m)")
        .eval()
        .unwrap();
    assert!(a != b);
    assert!(a.equals(&b).unwrap());
    assert_eq!(a.to_text().unwrap(), "n1");
    assert_eq!(Value::Number(0.5).to_text().unwrap(), "0.5");
    assert_eq!(
        lua.load("return print")
            .eval::<Value>()
            .unwrap()
            .to_text()
            .unwrap(),
        "function: builtin#29"
    );
}

#[test]
fn coroutines_run_from_rust() {
    let lua = Lua::new();
    let f: Function = lua
        .load(
            "return function(a) for i = 1, 3 do a = coroutine.yield(a + i) end error('end', 0) end",
        )
        .eval()
        .unwrap();
    let thread = lua.create_thread(&f).unwrap();
    assert_eq!(thread.resume::<i32>(10).unwrap(), 11);
    assert_eq!(thread.resume::<i32>(20).unwrap(), 22);
    assert_eq!(thread.resume::<i32>(30).unwrap(), 33);
    let error = thread.resume::<()>(()).unwrap_err();
    assert_eq!(error.to_string(), "end");
    assert_eq!(thread.status().unwrap(), ThreadStatus::Error);
    assert!(matches!(
        thread.resume::<()>(()),
        Err(Error::CoroutineUnresumable)
    ));
    // From within a coroutine, too.
    let inner = lua
        .create_function(move |_, thread: Thread| thread.resume::<MultiValue>((1, 2)))
        .unwrap();
    lua.globals().set("resume", inner).unwrap();
    let sum: i32 = lua
        .load("local w = coroutine.wrap(function() local t = coroutine.create(function(a, b) return coroutine.yield(a + b) end) local s = resume(t) coroutine.yield(s) return -1 end) return w() + w()")
        .eval()
        .unwrap();
    assert_eq!(sum, 2);
}
