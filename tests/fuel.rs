//! Fuel: the same count on every run, a stop at every point, and a run that goes on as though nothing had been.

mod support;

use perilune::vm::run::Outcome;
use support::{OUT_OF_FUEL, World};

/// Programs of a few hundred units that print what they do.
const PROGRAMS: &[(&str, &str)] = &[
    (
        "loops",
        "local s = 0 for i = 1, 40 do s = s + i end while s > 800 do s = s - 1 end repeat s = s - 1 until s < 790
         for i = 10, 1, -1 do s = s + i end local i = 0 goto a ::a:: i = i + 1 if i < 5 then goto a end
         for k, v in pairs({ 1, 2, 3, x = 1 }) do s = s + v end for _, v in ipairs({ 1, 2 }) do s = s + v end print(s, i)",
    ),
    (
        "calls",
        "local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end print(fib(8))
         local function tail(n) if n == 0 then return 'end' end return tail(n - 1) end print(tail(20))
         local function va(...) return select('#', ...), ... end print(va(va(1, 2, nil)))
         local t = setmetatable({}, { __call = function(self, x) return x end }) print(t(1), t(2))",
    ),
    (
        "coroutines",
        "local function gen(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i) end end) end
         for i in gen(10) do io.write(i, ' ') end print()
         local co = coroutine.create(function(a) local b = coroutine.yield(a + 1) error('no ' .. b) end)
         print(coroutine.resume(co, 1)) print(coroutine.resume(co, 5)) print(coroutine.resume(co)) print(coroutine.status(co))
         local function nest(n) if n == 0 then coroutine.yield('deep') return 0 end return coroutine.wrap(nest)(n - 1) end
         print(coroutine.wrap(nest)(0))",
    ),
    (
        "protected calls",
        "for i = 1, 10 do print(pcall(function() if i % 2 == 0 then error({}) end return i end) == (i % 2 == 1)) end
         print(xpcall(function() local x = nil; x() end, function(m) return 'handled ' .. m end))
         print(pcall(pcall, error, 'x'))",
    ),
    (
        "metamethods",
        "local mt = {} mt.__index = function(t, k) return k .. '?' end mt.__newindex = function(t, k, v) rawset(t, k, v .. '!') end
         mt.__add = function(a, b) return 'add' end mt.__concat = function(a, b) return 'cat' end mt.__eq = function() return true end
         mt.__lt = function() return true end mt.__le = function() return false end mt.__unm = function() return 'unm' end
         mt.__tostring = function() return 'obj' end mt.__len = function() return 1 end mt.__call = function(_, x) return x end
         local a, b = setmetatable({}, mt), setmetatable({}, mt) a.x = 'v' print(a.x, a.y, a + 1, 'x' .. a .. 'y' .. b, a == b, a < b, a <= b)
         print(-a, tostring(a), a(3), not (a ~= b), a > b)",
    ),
    (
        "sort",
        "local t = {} for i = 1, 25 do t[i] = (i * 7) % 26 end table.sort(t, function(a, b) return a > b end) print(table.concat(t, ' '))
         table.sort(t) print(table.concat(t, ' ')) print(pcall(table.sort, { 3, 1, 2, 5, 4, 7, 9 }, function(a, b) return true end))
         local u = { 'b', 'a', 'c' } table.sort(u) print(unpack(u))",
    ),
    (
        "gsub",
        "print((('hello world'):gsub('o', function(c) return c:upper() end)))
         print((('hello world'):gsub('%w+', { hello = 'bye' }))) print((('abc'):gsub('', '-')))
         print((('abc'):gsub('.', setmetatable({}, { __index = function(_, k) return k .. k end }))))
         print(pcall(string.gsub, 'abc', '.', function(c) if c == 'b' then error('stop') end end))
         for w in ('one two three'):gmatch('%a+') do io.write(w, ',') end print()",
    ),
    (
        "long functions",
        "local s = ('abc'):rep(500) print(#s, s:find('b', 1, true), s:find('c.-c', 20), #s:upper(), #s:reverse())
         print(#s:rep(20, ','), select(2, s:gsub('b', 'xx')), (('a'):rep(60) .. 'b'):find('.-.-b$'))
         local t = {} for i = 1, 30 do table.insert(t, 1, i) end print(#t, table.remove(t, 1), #table.concat(t, s)) print(s:match('^(.-)c'), table.maxn(t))",
    ),
    (
        "finalizers",
        "local ran = {} local function make(i) local p = newproxy(true) getmetatable(p).__gc = function() ran[#ran + 1] = i end end
         for i = 1, 5 do make(i) end collectgarbage() for i = 1, 5 do make(i + 5) end collectgarbage() print(unpack(ran))
         local p = newproxy(true) getmetatable(p).__gc = function() error('ignored') end p = nil collectgarbage() print('done')",
    ),
    (
        "loading",
        "print(loadstring('local s = 0 for i = 1, 10 do s = s + i end return s')())
         local parts, i = { 'return ', '1', ' + ', '2' }, 0 print(load(function() i = i + 1 return parts[i] end)())
         print(load(function() error('reader') end)) print(loadstring('x ='))",
    ),
    (
        "hooks",
        "local n = 0 debug.sethook(function(e, l) n = n + 1 end, 'crl') local function f(x) return x + 1 end
         for i = 1, 5 do f(i) end debug.sethook() print(n > 10)
         print(pcall(function() debug.sethook(function() debug.sethook() error('from hook') end, '', 30) for i = 1, 100 do end end))",
    ),
];

fn uninterrupted(source: &str) -> (String, u64, Outcome) {
    let mut world = World::new();
    let f = world.load(source.as_bytes()).expect("the program compiles");
    let tank = 1 << 40;
    world.vm.set_fuel(Some(tank));
    let outcome = world.vm.run(f, &[]);
    let used = tank - world.vm.fuel().expect("there is a limit");
    (world.take_output(), used, outcome)
}

#[test]
fn the_count_is_the_same_on_every_run() {
    for (name, source) in PROGRAMS {
        let first = uninterrupted(source);
        assert_eq!(first.2, Outcome::Returned, "{name}: {}", first.0);
        assert!(first.1 >= 20, "{name}: {}", first.1);
        assert_eq!(first, uninterrupted(source), "{name}");
        println!("{name}: {} units", first.1);
    }
}

#[test]
fn exactly_enough_is_enough() {
    for (name, source) in PROGRAMS {
        let (output, used, _) = uninterrupted(source);
        let mut world = World::new();
        let f = world.load(source.as_bytes()).expect("the program compiles");
        world.vm.set_fuel(Some(used));
        assert_eq!(world.vm.run(f, &[]), Outcome::Returned, "{name}");
        assert_eq!(world.vm.fuel(), Some(0), "{name}");
        assert_eq!(world.take_output(), output, "{name}");
        world.vm.set_fuel(Some(used - 1));
        assert_eq!(world.vm.run(f, &[]), OUT_OF_FUEL, "{name}");
    }
}

#[test]
fn a_run_can_stop_at_every_point() {
    for (name, source) in PROGRAMS {
        let (output, used, _) = uninterrupted(source);
        for n in 0..used {
            let mut world = World::new();
            let f = world.load(source.as_bytes()).expect("the program compiles");
            world.vm.set_fuel(Some(n));
            assert_eq!(world.vm.run(f, &[]), OUT_OF_FUEL, "{name} after {n}");
            if n % 2 == 0 {
                let tank = 1 << 40;
                world.vm.set_fuel(Some(tank));
                assert_eq!(
                    world.vm.resume_run(),
                    Outcome::Returned,
                    "{name} after {n}: {}",
                    world.error_text()
                );
                let rest = tank - world.vm.fuel().unwrap_or(0);
                assert_eq!(world.take_output(), output, "{name} after {n}");
                assert_eq!(n + rest, used, "{name} after {n}");
            } else {
                // Given up.
                world.take_output();
                world.check_usable();
            }
        }
    }
}

#[test]
fn a_run_can_go_on_by_single_units() {
    for (name, source) in PROGRAMS {
        let (output, used, _) = uninterrupted(source);
        for slice in [1, 7, 100] {
            let mut world = World::new();
            let f = world.load(source.as_bytes()).expect("the program compiles");
            world.vm.set_fuel(Some(slice));
            let mut given = slice;
            let mut outcome = world.vm.run(f, &[]);
            while outcome == OUT_OF_FUEL {
                assert!(given <= used + slice, "{name}: more than {used} by {slice}");
                world.vm.set_fuel(Some(slice));
                given += slice;
                outcome = world.vm.resume_run();
            }
            assert_eq!(outcome, Outcome::Returned, "{name} by {slice}");
            assert_eq!(world.take_output(), output, "{name} by {slice}");
            assert_eq!(
                given - world.vm.fuel().unwrap_or(0),
                used,
                "{name} by {slice}"
            );
        }
    }
}

#[test]
fn running_out_can_not_be_caught() {
    for source in [
        "while true do pcall(function() while true do end end) end",
        "while true do xpcall(function() while true do end end, function() return 1 end) end",
        "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
        "local t = setmetatable({}, { __index = function(t, k) return t[k] end }) while true do pcall(function() return t.x end) end",
        "while true do pcall(table.sort, { 1, 2, 3 }, function() while true do end end) end",
        "while true do pcall(string.gsub, 'abc', '.', function() while true do end end) end",
        "while true do pcall(string.rep, 'x', 1e6) end",
        "while true do pcall(string.find, ('a'):rep(100), ('a-'):rep(20) .. 'b') end",
        "local p = newproxy(true) getmetatable(p).__gc = function() while true do end end p = nil collectgarbage() while true do end",
        "debug.sethook(function() while true do end end, 'l') local x = 1",
        "repeat until pcall(load, function() while true do end end)",
    ] {
        let mut world = World::new();
        let f = world.load(source.as_bytes()).expect("the program compiles");
        world.vm.set_fuel(Some(10_000));
        assert_eq!(world.vm.run(f, &[]), OUT_OF_FUEL, "{source}");
        assert_eq!(world.vm.fuel(), Some(0), "{source}");
        world.vm.set_fuel(Some(10_000));
        assert_eq!(world.vm.resume_run(), OUT_OF_FUEL, "{source}");
        world.check_usable();
    }
}

#[test]
fn without_a_stopped_run_there_is_nothing_to_resume() {
    let mut world = World::new();
    assert_eq!(world.vm.resume_run(), Outcome::Failed);
    world.check_usable();
    assert_eq!(world.vm.resume_run(), Outcome::Failed);
}
