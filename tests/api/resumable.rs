//! Callbacks in steps.

use perilune::api::{Error, Function, Lua, MultiValue, Step, Table, ThreadStatus, Value};

/// `map(t, f)` in steps.
fn map(lua: &Lua) -> Function {
    lua.create_resumable(|lua, (t, f): (Table, Function)| {
        let out = lua.create_table()?;
        let mut i = 0;
        Ok(move |lua: &Lua, values: MultiValue| {
            if i > 0 {
                out.raw_set(i, values.first().cloned().unwrap_or(Value::Nil))?;
            }
            i += 1;
            match t.raw_get::<Value>(i)? {
                Value::Nil => Step::ret(lua, &out),
                value => Step::call(lua, &f, value),
            }
        })
    })
    .unwrap()
}

#[test]
fn coroutines_yield_across() {
    let lua = Lua::new();
    lua.gc_set_zeal(true).unwrap();
    lua.globals().set("map", map(&lua)).unwrap();
    let result: Vec<i32> = lua
        .load(
            "local w = coroutine.wrap(function() return map({1, 2, 3}, function(x) return x * coroutine.yield(x) end) end)
             assert(w() == 1 and w(10) == 2 and w(100) == 3)
             return w(1000)",
        )
        .eval()
        .unwrap();
    assert_eq!(result, [10, 200, 3000]);
}

#[test]
fn depth_costs_no_host_stack() {
    let lua = Lua::new();
    lua.globals().set("map", map(&lua)).unwrap();
    let depth: i32 = lua
        .load("local function f(n) if n == 0 then return 0 end return 1 + map({n}, function(n) return f(n - 1) end)[1] end return f(2000)")
        .eval()
        .unwrap();
    assert_eq!(depth, 2000);
}

#[test]
fn stops_within_are_resumable() {
    let lua = Lua::new();
    lua.globals().set("map", map(&lua)).unwrap();
    lua.set_fuel(Some(0)).unwrap();
    let function = lua
        .load("local t = {} for i = 1, 20 do t[i] = i end local s = 0 for _, x in ipairs(map(t, function(x) for j = 1, 20 do x = x + 1 end return x end)) do s = s + x end return s")
        .into_function()
        .unwrap();
    let mut result = function.call::<i32>(());
    let mut stops = 0;
    while let Err(Error::OutOfFuel) = result {
        stops += 1;
        lua.set_fuel(Some(150)).unwrap();
        result = lua.resume();
    }
    assert_eq!(result.unwrap(), 210 + 400);
    assert!(stops > 3);
}

#[test]
fn steps_yield_and_fail() {
    let lua = Lua::new();
    let numbers = lua
        .create_resumable(|_, from: i32| {
            let mut n = from;
            Ok(move |lua: &Lua, values: MultiValue| {
                if let Some(Value::String(s)) = values.first() {
                    return Err(Error::runtime(s.to_str()?));
                }
                n += 1;
                Step::yield_(lua, n - 1)
            })
        })
        .unwrap();
    let thread = lua.create_thread(&numbers).unwrap();
    for i in 5..10 {
        assert_eq!(thread.resume::<i32>(i).unwrap(), i.max(5));
    }
    assert_eq!(
        thread.resume::<i32>("enough").unwrap_err().to_string(),
        "enough"
    );
    assert_eq!(thread.status().unwrap(), ThreadStatus::Error);
    // Errors of what is called go on up, unless pcall is what is called.
    lua.globals().set("map", map(&lua)).unwrap();
    let (ok, message): (bool, String) = lua
        .load("return pcall(map, {1}, function() error('no', 0) end)")
        .eval()
        .unwrap();
    assert_eq!((ok, message.as_str()), (false, "no"));
}
