//! Environments that lead nowhere.

use perilune::api::{Lua, Table, Value};

#[test]
fn nothing_leads_out() {
    let lua = Lua::new();
    lua.globals().set("secret", "secret").unwrap();
    let env = lua.create_environment().unwrap();
    let attempts = [
        "return secret",
        "return _G.secret",
        "return loadstring('return secret')()",
        "return load('return secret')()",
        "return load('return secret', 'n', 't', nil)()",
        "return load(function() local s = x x = nil return s end)",
        "return loadstring('return _G')().secret",
        "return coroutine.wrap(function() return secret end)()",
        "return coroutine.wrap(loadstring)('return secret')()",
        "return select(2, pcall(loadstring('return secret')))",
        "return getfenv and getfenv(0).secret",
        "return getfenv and getfenv(print).secret",
        "return getmetatable('') and getmetatable('').__index",
        "return getmetatable(_G)",
        "return newproxy or debug or require or package or io or os or jit or module or setfenv or dofile or loadfile",
        "return string.dump",
        "return rawget(_G, 'secret')",
        "for k, v in next, _G do if k == 'secret' then return v end end",
        "local ok, e = pcall(error) return e",
    ];
    for source in attempts {
        let result: Value = lua
            .load(source)
            .set_environment(env.clone())
            .eval()
            .unwrap();
        assert!(
            matches!(
                result,
                Value::Nil | Value::Boolean(false) | Value::Function(_)
            ),
            "{source}: {result:?}"
        );
    }
    // Whatever is done to what it finds stays there.
    lua.load(
        "for k in pairs(string) do string[k] = nil end
         for _, t in ipairs { table, math, bit, coroutine } do for k in pairs(t) do t[k] = function() error 'gone' end end end
         local all = _G for k in pairs(all) do all[k] = nil end",
    )
    .set_environment(env)
    .exec()
    .unwrap();
    let other = lua.create_environment().unwrap();
    for chunk in [
        lua.load(
            "return ('x'):rep(3) .. math.max(1, 2) .. table.concat({'a', 'b'}) .. type(pairs)",
        )
        .set_environment(other),
        lua.load(
            "return ('x'):rep(3) .. math.max(1, 2) .. table.concat({'a', 'b'}) .. type(pairs)",
        ),
    ] {
        assert_eq!(chunk.eval::<String>().unwrap(), "xxx2abfunction");
    }
}

#[test]
fn functions_of_an_environment_stay_in_it() {
    let lua = Lua::new();
    let env = lua.create_environment().unwrap();
    lua.load("function f() x = (x or 0) + 1 return loadstring('x = x + 1 return x')() end")
        .set_environment(env.clone())
        .exec()
        .unwrap();
    assert_eq!(env.call_function::<i32>("f", ()).unwrap(), 2);
    assert!(!lua.globals().contains_key("x").unwrap());
    // An environment that the script gives itself is its own business.
    let t: Table = lua
        .load("local t = {} load('y = 1', 'n', 't', t)() return t")
        .set_environment(env.clone())
        .eval()
        .unwrap();
    assert_eq!(t.get::<i32>("y").unwrap(), 1);
    assert!(
        lua.load("return collectgarbage('count') > 0 and collectgarbage('stop') == 0")
            .set_environment(env)
            .eval::<bool>()
            .unwrap()
    );
}

#[test]
fn the_sandbox_is_forgotten() {
    let lua = Lua::new();
    lua.sandbox(true).unwrap();
    lua.load("string.upper = nil a = 1").exec().unwrap();
    assert!(
        lua.load("return a == 1 and string.upper == nil")
            .eval::<bool>()
            .unwrap()
    );
    assert!(!lua.globals().contains_key("a").unwrap());
    lua.sandbox(true).unwrap();
    assert!(
        lua.load("return a == nil and string.upper ~= nil")
            .eval::<bool>()
            .unwrap()
    );
    lua.sandbox(false).unwrap();
    assert!(lua.environment().unwrap() == lua.globals());
}
