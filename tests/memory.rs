//! The memory limit and the limit of stacks: both errors can be caught, and the state goes on.

mod support;

use perilune::vm::run::{Config, Outcome};
use support::World;

const LIMIT: usize = 8 << 20;

/// Things that need more than there is.
const HUNGRY: &[(&str, &str)] = &[
    ("strings", "local s = 'x' while true do s = s .. s end"),
    (
        "many strings",
        "local t = {} for i = 1, 1e9 do t[i] = 'string ' .. i end",
    ),
    ("tables", "local t = {} while true do t = { t } end"),
    ("array", "local t = {} for i = 1, 1e9 do t[i] = i end"),
    ("hash", "local t = {} for i = 1, 1e9 do t[i + 0.5] = i end"),
    ("array asked for", "require 'table.new' (1e7, 0)"),
    ("hash asked for", "require 'table.new' (0, 1e7)"),
    ("rep", "('x'):rep(1e8)"),
    ("rep with separator", "('x'):rep(1e6, ('y'):rep(1000))"),
    (
        "concat",
        "local t = {} for i = 1, 100 do t[i] = ('x'):rep(1000) end table.concat(t, ('y'):rep(1e5))",
    ),
    ("gsub", "(('x'):rep(1e5)):gsub('x', ('y'):rep(1000))"),
    (
        "gsub with a function",
        "(('x'):rep(1e5)):gsub('x', function() return ('y'):rep(1000) end)",
    ),
    (
        "format",
        "local s = ('x'):rep(1e6) string.format(('%s'):rep(20), s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s)",
    ),
    (
        "upper",
        "local t = {} for i = 1, 100 do t[i] = ('x'):rep(1e5 + i):upper() end",
    ),
    (
        "closures",
        "local t = {} for i = 1, 1e9 do t[i] = function() return i end end",
    ),
    (
        "coroutines",
        "local t = {} for i = 1, 1e9 do t[i] = coroutine.create(function() end) end",
    ),
    (
        "stacks of coroutines",
        "local t = {} for i = 1, 1e9 do t[i] = coroutine.wrap(function(...) local function f(n) if n == 0 then coroutine.yield() end return 1 + f(n - 1) end f(5000) end) t[i]() end",
    ),
    (
        "nested coroutines",
        "local function f() return coroutine.wrap(f)() end f()",
    ),
    (
        "userdata",
        "local t = {} for i = 1, 1e9 do t[i] = newproxy() end",
    ),
    ("long source", "assert(loadstring(('x = 1 '):rep(1e6)))"),
    (
        "source with many functions",
        "assert(loadstring(('do local function f() return 1 end f() end '):rep(1e5)))",
    ),
    (
        "source with many constants",
        "local t = {} for i = 1, 60000 do t[i] = '\"constant number ' .. i .. '\",' end assert(loadstring('return { ' .. table.concat(t) .. ' }')) while true do t[#t + 1] = ('y'):rep(1000 + #t) end",
    ),
    (
        "source by pieces",
        "assert(load(function() return ('x = 1 '):rep(1000) end))",
    ),
    (
        "dump",
        "local f = loadstring('return { ' .. ('1.5, '):rep(1e4) .. '}') local t = {} for i = 1, 1e9 do t[i] = string.dump(f) .. i end",
    ),
    (
        "weak tables",
        "local t = setmetatable({}, { __mode = 'k' }) local keep = {} for i = 1, 1e9 do local k = {} keep[i] = k t[k] = i end",
    ),
    (
        "traceback",
        "local function f(n) if n == 0 then local t = {} for i = 1, 1e9 do t[i] = debug.traceback(('x'):rep(1000) .. i) end end return 1 + f(n - 1) end f(100)",
    ),
    (
        "error message",
        "local t = {} for i = 1, 1e9 do t[i] = select(2, pcall(error, ('x'):rep(1e4) .. i)) end",
    ),
    (
        "metamethod",
        "local m = {} m.__concat = function(a, b) local t = {} for i = 1, 1e9 do t[i] = {} end end return setmetatable({}, m) .. 'x'",
    ),
    (
        "sort",
        "local t = {} for i = 1, 1000 do t[i] = i end local keep = {} table.sort(t, function(a, b) keep[#keep + 1] = { ('x'):rep(1000) .. #keep } return a < b end)",
    ),
    (
        "finalizer",
        "local keep = {} local p = newproxy(true) getmetatable(p).__gc = function() for i = 1, 1e9 do keep[i] = {} end end p = nil collectgarbage() for i = 1, 1e9 do keep[i] = {} end",
    ),
    (
        "hook",
        "local keep = {} debug.sethook(function() debug.sethook() for i = 1, 1e9 do keep[i] = {} end end, 'l') local x = 1\nx = 2",
    ),
    (
        "stopped collector",
        "collectgarbage('stop') while true do local t = {} end",
    ),
];

#[test]
fn exhaustion_is_an_error_that_can_be_caught() {
    for (name, source) in HUNGRY {
        let mut world = World::limited(LIMIT);
        let caught = format!(
            "local ok, e = pcall(function() {source} end) debug.sethook() collectgarbage('restart') print(ok, e)"
        );
        let outcome = world.run(&caught);
        let output = world.take_output();
        assert_eq!(
            outcome,
            Outcome::Returned,
            "{name}: {output}{}",
            world.error_text()
        );
        assert!(
            output.starts_with("false\t") && output.ends_with("not enough memory\n"),
            "{name}: {output}"
        );
        assert!(world.vm.heap().reserved() <= LIMIT, "{name}");
        // Again without somebody who catches, and in a coroutine.
        assert_eq!(world.run(source), Outcome::Failed, "{name}");
        assert!(
            world.error_text().ends_with("not enough memory"),
            "{name}: {}",
            world.error_text()
        );
        let inside = format!(
            "local co = coroutine.create(function() {source} end) print(coroutine.resume(co)) debug.sethook() collectgarbage('restart')"
        );
        world.vm.set_hook(perilune::value::Value::NIL, 0, 0);
        world.take_output();
        assert_eq!(
            world.run(&inside),
            Outcome::Returned,
            "{name}: {}",
            world.error_text()
        );
        let output = world.take_output();
        assert!(
            output.starts_with("false\t") && output.ends_with("not enough memory\n"),
            "{name}: {output}"
        );
        world.check_usable();
        let memory = world.memory.clone();
        drop(world);
        assert_eq!(memory.get(), 0, "{name}");
    }
}

#[test]
fn garbage_is_no_reason_to_fail() {
    for source in [
        "for i = 1, 3e5 do local t = { i, {} } end",
        "for i = 1, 2e4 do local s = ('x'):rep(1000) .. i end",
        "for i = 1, 200 do local s = ('x'):rep(1e6) end",
        "for i = 1, 2000 do local t = {} for j = 1, 1000 do t[j] = j end end",
        "for i = 1, 2e4 do coroutine.wrap(function() coroutine.yield({}) end)() end",
        "for i = 1, 1e4 do loadstring('return { 1, 2, 3 }')() end",
        "for i = 1, 50 do pcall(function() local s = 'x' while true do s = s .. s end end) end",
        "local t = {} for i = 1, 2e4 do t[i] = { i } end for round = 1, 100 do for i = 1, 2e4, 7 do t[i] = { i } end end",
    ] {
        let mut world = World::limited(LIMIT);
        assert_eq!(
            world.run(source),
            Outcome::Returned,
            "{source}: {}",
            world.error_text()
        );
        world.check_usable();
    }
}

#[test]
fn the_limit_can_be_lowered_and_raised() {
    let mut world = World::new();
    let used = world.vm.heap().reserved();
    world.vm.heap().set_limit(used);
    assert_eq!(
        world.run("local t = {} for i = 1, 1e6 do t[i] = {} end"),
        Outcome::Failed
    );
    assert_eq!(world.error_text(), "not enough memory");
    world.vm.heap().set_limit(usize::MAX);
    world.check_usable();
}

#[test]
fn stacks_are_limited() {
    const PROGRAMS: &[&str] = &[
        "local function f() return 1 + f() end f()",
        "local function f(...) return f(1, ...) end f()",
        "local function f(a, b, c, d) local e, g, h = 1, 2, 3 return 1 + f(e, g, h, a) end f()",
        "local t = setmetatable({}, { __index = function(t, k) return t[k + 1] end }) return t[1]",
        "local t = setmetatable({}, {}) getmetatable(t).__call = function(self) return 1 + self() end t()",
        "local t = setmetatable({}, { __add = function(a, b) return a + b end }) return t + 1",
        "local t = setmetatable({}, { __concat = function(a, b) return a .. b end }) return t .. 'x'",
        "local t = setmetatable({}, { __eq = function(a, b) return a == b end }) return t == setmetatable({}, getmetatable(t))",
        "local t = setmetatable({}, { __tostring = function(t) return tostring(t) .. '' end }) return tostring(t)",
        "local function f() return (pcall(f)) and error('x') end f()",
        "local function f() ('x'):gsub('x', f) end f()",
        "local function f() table.sort({ 1, 2, 3 }, f) end f()",
        "local function f() for _ in f do end end f()",
        "local function f() return 1 + loadstring('return ...')(f()) end f()",
        "debug.sethook(function() local function f() return 1 + f() end f() end, 'l') local x = 1",
        "coroutine.wrap(function() local function f() return 1 + f() end f() end)()",
        "local t = {} for i = 1, 100 do t = setmetatable({}, { __call = t }) end t()",
    ];
    for source in PROGRAMS {
        for max_stack in [1_000, 65_500] {
            let mut world = World::with(&Config {
                max_stack,
                ..Config::default()
            });
            for _ in 0..2 {
                let outcome = world.run(source);
                world.vm.set_hook(perilune::value::Value::NIL, 0, 0);
                if outcome == Outcome::Failed {
                    let text = world.error_text();
                    let known = [
                        "stack overflow",
                        "error in error handling",
                        "attempt to call",
                        "x",
                        "string length",
                    ];
                    assert!(known.iter().any(|k| text.contains(k)), "{source}: {text}");
                }
                let handled = format!(
                    "print(xpcall(function() {source} end, function(e) local function g(n) if n == 0 then return e end return (g(n - 1)) end return g(200) end))"
                );
                let _ = world.run(&handled);
                world.vm.set_hook(perilune::value::Value::NIL, 0, 0);
                world.take_output();
                world.check_usable();
            }
        }
    }
}

#[test]
fn a_message_handler_has_room_and_no_more() {
    let mut world = World::new();
    let output = world.output_of(
        "local function f() return 1 + f() end
         print(xpcall(f, function(e) return (e:gsub('^.-: ', 'handled ')) end))
         print(xpcall(f, f)) print(xpcall(error, f)) print(xpcall(error, error)) print(xpcall(error, function() error('x') end))
         print(select('#', xpcall(f, debug.traceback)))
         print(xpcall(f, function(e) return xpcall(f, function(e) return 'inner' end) end))",
    );
    assert_eq!(
        output,
        "false\thandled stack overflow\nfalse\tstack overflow\nfalse\terror in error handling\nfalse\terror in error handling\n\
         false\terror in error handling\n2\nfalse\tfalse\n"
    );
}

#[test]
fn a_full_collection_may_come_in_the_middle_of_another() {
    let mut world = World::new();
    // The main thread is the last to be traversed when a coroutine runs that refers to much.
    world.output_of(
        "coroutine.wrap(function()
           local keep = {} for i = 1, 5000 do keep[i] = { i } end
           for i = 0, 300 do collectgarbage('step', i) collectgarbage() end
           for i = 1, 5000 do assert(keep[i][1] == i) end
         end)()",
    );
    world.check_usable();
}
