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
    lua.load("tostring = nil a = 1").exec().unwrap();
    assert!(
        lua.load("return a == 1 and rawget(_G, 'tostring') == nil")
            .eval::<bool>()
            .unwrap()
    );
    assert!(!lua.globals().contains_key("a").unwrap());
    lua.sandbox(true).unwrap();
    assert!(
        lua.load("return a == nil and tostring ~= nil")
            .eval::<bool>()
            .unwrap()
    );
    lua.sandbox(false).unwrap();
    assert!(lua.environment().unwrap() == lua.globals());
}

/// Ways to modify a table `t`; `k` is a key that it has, `n` one that it lacks.
const MODIFICATIONS: &[&str] = &[
    "t.x = 2",
    "t.x = nil",
    "t.x = {}",
    "t.new = 1",
    "t[1] = 5",
    "t[1] = {}",
    "t[#t + 1] = 5",
    "t[1.5] = 5",
    "t[1000] = 5",
    "t[print] = 5",
    "local k = 'x' t[k] = 5",
    "local k = 'new' t[k] = 5",
    "rawset(t, 'x', 5)",
    "rawset(t, 'new', 5)",
    "rawset(t, 1, 5)",
    "table.insert(t, 5)",
    "table.insert(t, 1, 5)",
    "table.remove(t)",
    "table.remove(t, 1)",
    "table.sort(t)",
    "table.sort(t, function(a, b) return a > b end)",
    "table.move({ 1, 2 }, 1, 2, 1, t)",
    "table.move(t, 1, 2, 2)",
    "setmetatable(t, {})",
    "setmetatable(t, nil)",
    "t.x += 1",
    "for i = 1, 3 do t[i] = i end",
    "setfenv(1, t) x = 1",
    "setfenv(1, t) new = 1",
];
/// Ways to run scripts: interpreted, and where there is a compiler, each of its stages.
#[cfg(feature = "jit")]
const MODES: [&str; 4] = ["off", "raw", "evaluate", "compile"];
#[cfg(not(feature = "jit"))]
const MODES: [&str; 1] = ["off"];

#[cfg(not(feature = "jit"))]
fn with_mode(_: &str) -> Lua {
    Lua::new()
}

#[cfg(feature = "jit")]
fn with_mode(mode: &str) -> Lua {
    let lua = Lua::builder().jit_option(&format!("mode={mode}"));
    let lua = lua.jit_option("hotloop=1").jit_option("hotexit=1").build();
    lua.unwrap()
}

fn contents(table: &Table) -> Vec<String> {
    let entries = table.pairs::<Value, Value>();
    entries
        .map(|entry| format!("{:?}", entry.unwrap()))
        .collect()
}

#[test]
fn a_read_only_table_stays_as_it_is() {
    for mode in MODES {
        let lua = with_mode(mode);
        for modification in MODIFICATIONS {
            let source = format!(
                "local tables, fail = ..., 0
                for i = 1, #tables do
                  local t = tables[i]
                  local ok, message = pcall(function() {modification} end)
                  if not ok then
                    assert(message:find('attempt to modify a readonly table', 1, true), message)
                    fail = fail + 1
                  end
                end
                return fail"
            );
            let run = lua.load(&source).into_function().unwrap();
            // Hot with tables that may be modified, then the others.
            let tables = lua.create_table().unwrap();
            let mut readonly = Vec::new();
            for i in 1..=20 {
                let table: Table = lua.load("return { 3, 2, 1, x = 1 }").eval().unwrap();
                if i % 7 == 0 || i > 15 {
                    table.set_readonly(true).unwrap();
                    readonly.push(table.clone());
                }
                tables.push(table).unwrap();
            }
            let before = contents(&readonly[0]);
            let failures: usize = run.call(&tables).unwrap();
            assert_eq!(failures, readonly.len(), "{mode}: {modification}");
            for table in &readonly {
                assert_eq!(contents(table), before, "{mode}: {modification}");
                assert!(table.metatable().unwrap().is_none());
            }
        }
    }
}

#[test]
fn a_table_becomes_read_only_behind_a_trace() {
    for mode in MODES {
        let lua = with_mode(mode);
        let run = lua.load("local t, n = ... for i = 1, n do t[1] = i t.x = i end return t[1]");
        let run = run.into_function().unwrap();
        let (table, other) = (lua.create_table().unwrap(), lua.create_table().unwrap());
        for t in [&table, &other] {
            t.set(1, 0).unwrap();
            t.set("x", 0).unwrap();
        }
        for round in 1..4 {
            assert_eq!(run.call::<i32>((&table, 100)).unwrap(), 100);
            table.set_readonly(true).unwrap();
            assert!(table.is_readonly() && !other.is_readonly());
            table.clone().set("x", 5).unwrap_err();
            assert!(run.call::<i32>((&table, 200)).is_err(), "{mode}, {round}");
            assert_eq!(run.call::<i32>((&other, 300)).unwrap(), 300);
            assert_eq!(table.get::<i32>("x").unwrap(), 100, "{mode}");
            table.set_readonly(false).unwrap();
        }
    }
}

#[test]
fn the_collector_leaves_read_only_tables_alone() {
    let lua = Lua::new();
    let weak: Table = lua
        .load("return setmetatable({ {}, 'text', k = {} }, { __mode = 'v' })")
        .eval()
        .unwrap();
    let strong: Table = lua.load("return { {}, k = { 'x' } }").eval().unwrap();
    for table in [&weak, &strong] {
        table.set_readonly(true).unwrap();
    }
    for _ in 0..3 {
        lua.load("local t = {} for i = 1, 1e4 do t[i] = { i } end")
            .exec()
            .unwrap();
        lua.gc_collect().unwrap();
        assert!(weak.is_readonly() && strong.is_readonly());
        assert!(strong.set("k", 1).is_err());
    }
    assert_eq!(contents(&weak).len(), 1);
    assert_eq!(strong.get::<Table>("k").unwrap().raw_len().unwrap(), 1);
}

#[test]
fn the_host_may_not_modify_them_either() {
    let lua = Lua::new();
    let table = lua.create_sequence_from([1, 2]).unwrap();
    table.set_readonly(true).unwrap();
    assert!(table.set(1, 5).is_err() && table.raw_set("new", 5).is_err());
    assert!(table.push(5).is_err() && table.clear().is_err());
    assert!(table.set_metatable(Some(&lua.globals())).is_err());
    // What is in it, and a function that `__newindex` names, is another matter.
    let proxy: Table = lua
        .load("log = {} return setmetatable({}, { __newindex = log })")
        .eval()
        .unwrap();
    proxy.set_readonly(true).unwrap();
    proxy.set("x", 1).unwrap();
    assert_eq!(lua.load("return log.x").eval::<i32>().unwrap(), 1);
    let entries: i32 = lua
        .load("local n = 0 for _ in pairs(...) do n = n + 1 end for i, v in ipairs(...) do n = n + v end return n + #...")
        .call(&table)
        .unwrap();
    assert_eq!(entries, 7);
}

#[test]
fn a_sandbox_has_read_only_libraries() {
    for mode in MODES {
        let lua = with_mode(mode);
        lua.sandbox(true).unwrap();
        for source in [
            "string.rep = nil",
            "for i = 1, 50 do math.pi = i end",
            "rawset(table, 'insert', print)",
            "table.sort(string)",
            "setmetatable(math, {})",
            "setmetatable(_G, {})",
            "getmetatable('').__index = {}",
            "coroutine.wrap(function() bit.tobit = 1 end)()",
        ] {
            assert!(lua.load(source).exec().is_err(), "{mode}: {source}");
        }
        // Globals are the script's own.
        lua.load("tostring = 5 x = 1 _G.y = 2").exec().unwrap();
        let found: (i32, i32) = lua.load("return x + y, tostring").eval().unwrap();
        assert_eq!(found, (3, 5));
        assert_eq!(
            lua.load("return loadstring('return y')()")
                .eval::<i32>()
                .unwrap(),
            2
        );
        lua.sandbox(true).unwrap();
        assert!(
            lua.load("return x == nil and tostring(1) == '1'")
                .eval::<bool>()
                .unwrap()
        );
        lua.sandbox(false).unwrap();
        lua.load("string.rep = string.rep math.tau = 6.28")
            .exec()
            .unwrap();
    }
}
