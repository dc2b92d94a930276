//! Hostile programs: whatever they do, they end in a result or an error, and the state stays usable.

mod support;

use perilune::vm::run::Outcome;
use support::World;

/// Runs a program within limits; it may end in any way but a crash.
fn survive(source: &str) -> World {
    let mut world = World::limited(256 << 20);
    world.vm.set_fuel(Some(100_000_000));
    let outcome = world.run(source);
    if let Outcome::Stopped(reason) = outcome {
        panic!("{reason:?}: {source}");
    }
    world.vm.set_hook(perilune::value::Value::NIL, 0, 0);
    world
}

/// Each line of a program says `name: ok` unless something is wrong.
fn survive_well(source: &str) {
    let mut world = survive(source);
    assert!(
        world.output.borrow().ends_with(b"end\n"),
        "{}{}",
        world.take_output(),
        world.error_text()
    );
    world.vm.close();
    world.output.borrow_mut().clear();
    world.check_usable();
}

#[test]
fn debug_functions_do_no_harm() {
    survive_well(
        r##"
        local steps = 0 local function step() steps = steps + 1 if steps > 200 then error("enough") end return steps end local function try(f, ...) steps = 0 return pcall(f, ...) end
        for _, v in ipairs { "text", {}, print, true, 0 / 0, -1e300, math.huge, coroutine.create(print), newproxy() } do
          for at = 1, 12 do
            try(function() for i = 1, 5 do if step() == 2 then debug.setlocal(1, at, v) end end end)
            try(function() for k, w in pairs { 1, 2, 3, x = 1, y = 2 } do if step() == 2 then debug.setlocal(1, at, v) end end end)
            try(function() for k, w in ipairs { 1, 2, 3 } do if step() == 2 then debug.setlocal(1, at, v) end end end)
            try(function() for i = 5, 1, -1 do if step() == 2 then debug.setlocal(1, at, v) end end collectgarbage() end)
            try(function() for i = 1, 5 do step() debug.setlocal(1, at, v) collectgarbage() end end)
            try(function() for k, w in pairs { 1, 2, 3, x = 1, y = 2 } do step() debug.setlocal(1, at, v) collectgarbage() end end)
          end
        end
        for _, level in ipairs { -1, 0, 1, 2, 3, 4, 5, 100, 1e9, -1e9, 2 ^ 31, 2 ^ 53, 0 / 0, 1 / 0 } do
          try(debug.getinfo, level) try(debug.getinfo, level, ">") try(debug.getinfo, level, "nSluLf") try(debug.getlocal, level, 1) try(debug.setlocal, level, 1000, 2)
          try(debug.traceback, "x", level) try(debug.setlocal, 1, level, 5) try(debug.getlocal, 1, level) try(debug.getupvalue, try, level) try(debug.setupvalue, try, level, 1)
          try(debug.upvalueid, try, level) try(debug.upvaluejoin, try, level, try, level) try(debug.sethook, print, "l", level) debug.sethook() try(error, "x", level) try(getfenv, level)
        end
        local function up() local a, b = 1, 2 return function() return a, b end, function() return b end end
        local f, g = up() debug.upvaluejoin(f, 1, g, 1) collectgarbage() print(f())
        try(debug.upvaluejoin, f, 1, print, 1) try(debug.upvaluejoin, print, 1, f, 1) try(debug.upvaluejoin, f, 9, g, 9)
        for _, name in ipairs { "pairs", "ipairs", "type", "load", "loadstring", "newproxy", "pcall", "tostring", "next", "require", "module" } do
          local fn = _G[name]
          for i = 1, 20 do
            local n, v = debug.getupvalue(fn, i)
            if n then for _, bad in ipairs { 0, "x", {}, print, newproxy() } do debug.setupvalue(fn, i, bad) try(fn, {}, 1) try(fn, "return 1") end debug.setupvalue(fn, i, v) end
          end
        end
        for _, make in ipairs { function() return ("x"):gmatch(".") end, function() return coroutine.wrap(function() coroutine.yield() end) end, function() return io.lines end, function() return select(1, ipairs {}) end } do
          for i = 1, 10 do
            for _, bad in ipairs { 1e9, -5, "zz", {}, 2 ^ 53, 0 / 0, print, coroutine.create(print), newproxy() } do local g = make() if debug.setupvalue(g, i, bad) then try(g) try(g, {}, 1) end end
          end
        end
        local w = coroutine.wrap(function() coroutine.yield() end) w() debug.setupvalue(w, 1, coroutine.running() or 1) try(w) debug.setupvalue(w, 1, w) try(w)
        debug.setmetatable(1, { __index = function(n, k) return k end, __call = function() return "called" end, __add = function() return 1 end }) try(function() return (5).foo, (5)() end) debug.setmetatable(1, nil)
        debug.setmetatable(nil, { __index = function() return nil end, __call = function() end, __concat = function() return "c" end }) try(function() local x return x.a.b.c, x(), x .. x end) debug.setmetatable(nil, nil)
        debug.setmetatable(print, { __index = { x = 1 }, __lt = function() return true end, __gc = print }) try(function() return print.x, print < type end) debug.setmetatable(print, nil)
        debug.setmetatable(true, { __tostring = 1, __metatable = 2, __mode = 3, __gc = 4, __call = 5 }) try(tostring, true) try(true) debug.setmetatable(true, nil)
        debug.setmetatable("", nil) try(function() return ("x"):rep(2) end) debug.setmetatable("", { __index = string })
        try(debug.setfenv, print, {}) try(debug.setfenv, 1, {}) try(debug.setfenv, coroutine.create(print), {})
        for _, call in ipairs { function(f) return ("abc"):gsub(".", f) end, function(f) table.sort({ 3, 1, 2 }, f) end, function(f) return xpcall(f, f) end, function(f) return load(f) end, function(f) table.foreach({ 1, 2 }, f) end, function(f) return coroutine.wrap(f)() end, function(f) return coroutine.resume(coroutine.create(f)) end, function(f) return tostring(setmetatable({}, { __tostring = f })) end, function(f) return (setmetatable({}, { __concat = f }) .. "x") .. "y" end, function(f) for a in f do break end end, function(f) print(setmetatable({}, { __tostring = f })) end, function(f) return ("%s"):format(setmetatable({}, { __tostring = f })) end } do
          for at = 1, 20 do
            for _, v in ipairs { 1e9, "x", {}, print } do
              try(call, function() step() for level = 2, 4 do
                local name, old = debug.getlocal(level, at) if name then pcall(tostring, old) pcall(type, old) pcall(function() return old.x, old + 1 end) pcall(rawequal, old, old) local t = { [old or 1] = old } collectgarbage() end end
                debug.setlocal(2, at, v) collectgarbage() return "x" end)
            end
          end
        end
        local registry = debug.getregistry() local saved = {} for k, v in pairs(registry) do saved[k] = v end
        for k in pairs(saved) do registry[k] = nil end try(require, "missing") try(io.write, "") try(io.lines, "/x") try(print, io.stdout) try(newproxy, true) try(module, "m")
        for k in pairs(saved) do registry[k] = 5 end try(require, "missing") try(io.write, "") try(io.lines, "/x") try(io.open, "/x") try(print, io.stdout) for k, v in pairs(saved) do registry[k] = v end
        local co = coroutine.create(function(a) local b = a coroutine.yield() return b end) coroutine.resume(co, 1)
        for i = 1, 10 do try(debug.setlocal, co, 1, i, {}) try(debug.getlocal, co, 1, i) try(debug.setlocal, co, 0, i, {}) try(debug.traceback, co) try(debug.getinfo, co, i) end coroutine.resume(co) try(debug.getlocal, co, 1, 1) try(debug.traceback, co)
        print "end""##,
    );
}

#[test]
fn hooks_do_no_harm() {
    survive_well(
        r##"
        local n = 0
        debug.sethook(function() n = n + 1 debug.sethook(function() n = n + 1 end, "l") end, "l")
        local x = 1
        x = 2
        debug.sethook()
        debug.sethook(function() debug.sethook() end, "crl") x = 3
        print(pcall(function() debug.sethook(function() debug.sethook() error("from hook") end, "", 5) for i = 1, 100 do end end))
        print(pcall(function() debug.sethook(function() coroutine.yield() end, "", 5) for i = 1, 100 do end end)) debug.sethook()
        print(coroutine.wrap(function() debug.sethook(function() debug.sethook() coroutine.yield("from hook") end, "", 5) for i = 1, 100 do end return "through" end)()) debug.sethook()
        debug.sethook(function() collectgarbage() local t = {} for i = 1, 3 do t[i] = {} end end, "crl", 1)
        local co = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end) co() co() table.sort({ 3, 2, 1 }, function(a, b) return a < b end) local r = ("abc"):gsub(".", function(c) return c end)
        local s = ("x"):rep(10) .. tostring(setmetatable({}, { __tostring = function() return "obj" end })) debug.sethook()
        debug.sethook(function(e) local i = debug.getinfo(2, "nSlf") debug.getlocal(2, 1) debug.setlocal(2, 1, nil) debug.traceback() end, "crl", 1) pcall(function(a, b) local c = a for i = 1, 3 do c = i end return c end, 1, 2) debug.sethook()
        debug.sethook(print, "l", -5) debug.sethook(print, "", 0) debug.sethook(print, "xyz", 2 ^ 31) debug.sethook()
        for k, v in pairs { 1, 2 } do debug.sethook(function() end, "l") debug.sethook() end
        print "end""##,
    );
}

#[test]
fn finalizers_do_no_harm() {
    survive_well(
        r##"
        local function object(gc) local p = newproxy(true) getmetatable(p).__gc = gc return p end
        for i = 1, 20 do object(function() collectgarbage() end) object(function() collectgarbage("step", 100) end) end collectgarbage()
        for i = 1, 20 do object(function(o) error("in finalizer") end) object(function() error() end) object(function() error({}) end) end collectgarbage()
        local saved = {} for i = 1, 20 do object(function(o) saved[#saved + 1] = o end) end collectgarbage() print(#saved)
        for i = 1, #saved do getmetatable(saved[i]).__gc = function(o) saved = o end end saved = nil collectgarbage() collectgarbage()
        for i = 1, 5 do object(function() coroutine.yield() end) end collectgarbage()
        coroutine.wrap(function() for i = 1, 5 do object(function() coroutine.yield(1) end) end collectgarbage() end)()
        for i = 1, 5 do object(function() object(function() object(collectgarbage) end) collectgarbage() end) end collectgarbage() collectgarbage() collectgarbage()
        object(function(o) setmetatable({}, { __index = o }) getmetatable(o).__gc = nil end) object(1) object("x") object({}) collectgarbage()
        object(function() local function f() return 1 + f() end f() end) object(function() local t = {} for i = 1, 1e5 do t[i] = { i } end end) collectgarbage()
        local co = coroutine.create(function() local o = object(function() print("of a coroutine") end) coroutine.yield() end) coroutine.resume(co) co = nil collectgarbage() collectgarbage()
        local weak = setmetatable({}, { __mode = "v" }) weak[1] = object(function(o) weak[2] = o end) collectgarbage() print(weak[1]) collectgarbage() print(weak[2])
        object(function() debug.sethook(function() debug.sethook() end, "l") local x = 1 end) collectgarbage() debug.sethook()
        for i = 1, 3 do object(function() table.sort({ 3, 2, 1 }, function(a, b) collectgarbage() return a < b end) local r = ("abc"):gsub(".", function() collectgarbage() end) end) end collectgarbage()
        print "end""##,
    );
}

#[test]
fn yields_and_errors_cross_everything() {
    survive_well(
        r##"
        local function through(f) local co = coroutine.create(f) local n = 0 repeat n = n + 1 local ok, e = coroutine.resume(co) until coroutine.status(co) == "dead" or n > 200 return ok, e, n end
        print(through(function() table.sort({ 3, 1, 2 }, function(a, b) coroutine.yield() return a < b end) return "sorted" end))
        print(through(function() return (("abc"):gsub(".", function(c) coroutine.yield() return c .. c end)) end))
        print(through(function() return pcall(pcall, pcall, function() coroutine.yield() error("x", 0) end) end))
        print(through(function() return xpcall(function() coroutine.yield() error("x", 0) end, function(m) coroutine.yield() return m .. "!" end) end))
        print(through(function() local t = setmetatable({}, { __index = function(t, k) coroutine.yield() return k end, __add = function() coroutine.yield() return 1 end, __concat = function() coroutine.yield() return "c" end, __lt = function() coroutine.yield() return true end, __eq = function() coroutine.yield() return true end, __call = function() coroutine.yield() return "called" end, __newindex = function() coroutine.yield() end, __tostring = function() coroutine.yield() return "text" end })
          t.z = 1 return t.x .. tostring(t + 1) .. (t .. "y") .. tostring(t < t) .. t() .. tostring(t) end))
        print(through(function() for a in function() coroutine.yield() return nil end do end return load(function() coroutine.yield() return nil end) ~= nil end))
        print(through(function() table.foreach({ 1, 2 }, function() coroutine.yield() end) return "each" end))
        print(pcall(coroutine.yield)) print(pcall(coroutine.wrap(function() coroutine.wrap(function() error("inner", 0) end)() end)))
        local co co = coroutine.create(function() return coroutine.resume(co) end) print(coroutine.resume(co))
        local w w = coroutine.wrap(function() return w() end) print(pcall(w))
        print(select("#", pcall(coroutine.wrap(function(...) return coroutine.yield(...) end), unpack({}, 1, 200))))
        print(pcall(string.gsub, "abc", "b", "%9")) print(pcall(string.gsub, "abc", "(b)", "%2")) print(pcall(string.find, "a", "[")) print(pcall(string.find, "a", "%")) print(pcall(string.rep, "x", -1)) print(#("x"):rep(1e8))
        print(pcall(string.format, "%99999d", 1)) print(pcall(table.concat, {}, ",", 1, 1e8)) print(pcall(unpack, {}, 1, 1e8)) print(pcall(table.concat, {}, "", 2 ^ 31 - 1, 2 ^ 31 - 1)) print(pcall(string.char, 256)) print(pcall(string.byte, "x", -2 ^ 31, 2 ^ 31))
        print(pcall(load, function() error("reader", 0) end)) print(pcall(load, function() return {} end)) print(pcall(load, function() return 1 end)) print(pcall(load, 1)) print(pcall(loadstring))
        local bad = setmetatable({}, { __tostring = function() error("no text", 0) end }) print(pcall(tostring, bad)) print(pcall(print, bad)) print(pcall(error, bad) == false) print(pcall(tostring, setmetatable({}, { __tostring = function() return 1 end })))
        local loop = {} setmetatable(loop, loop) loop.__index = loop print(pcall(function() return loop.x end)) rawset(loop, "__newindex", loop) print(pcall(function() loop.y = 1 end)) rawset(loop, "__call", loop) print(pcall(loop))
        local chain = {} for i = 1, 1e5 do chain = setmetatable({}, { __index = chain }) end print(pcall(function() return chain.x end))
        local deep = {} for i = 1, 1e5 do deep = { deep } end deep = nil collectgarbage()
        local depth = 0 local function nest() depth = depth + 1 if depth < 1e5 then return coroutine.wrap(nest)() end return depth end print(nest())
        depth = 0 local function nestx() depth = depth + 1 return xpcall(nestx, nestx) end print((pcall(nestx)))
        print "end""##,
    );
}

#[test]
fn sources_of_any_shape_are_read() {
    let n = 100_000;
    let nested = |open: &str, inner: &str, close: &str| {
        format!("{}{inner}{}", open.repeat(n), close.repeat(n))
    };
    let mut sources: Vec<Vec<u8>> = [
        format!("return {}", nested("(", "1", ")")),
        format!("return {}", nested("{", "1", "}")),
        format!("return {}", nested("function() return ", "1", " end")),
        format!("return {}", nested("not ", "1", "")),
        format!("return {}", nested("- ", "1", "")),
        format!("return {}", nested("a[", "1", "]")),
        format!("return {}", nested("a(", "1", ")")),
        format!("return a{}", ".b".repeat(n)),
        format!("return a{}", "()".repeat(n)),
        format!("return {}1", "1 .. ".repeat(n)),
        format!("return {}1", "1 + ".repeat(n)),
        format!("return {}1", "2 ^ ".repeat(n)),
        format!("return {}1", "a and ".repeat(n)),
        format!("return {}1", "a ?? ".repeat(n)),
        format!("return {}1{}", "a ? ".repeat(n), " : 1".repeat(n)),
        nested("do ", "", "end "),
        nested("if a then ", "", "end "),
        nested("while nil do ", "", "end "),
        nested("repeat ", "", "until 1 "),
        format!("if a then {}end", "elseif a then ".repeat(n)),
        format!("local a = {}1", "1, ".repeat(n)),
        format!("{}a = 1", "a, ".repeat(n)),
        "local a ".repeat(n),
        "goto x ".repeat(n),
        "::x:: ".repeat(n),
        "x = 1 ".repeat(10 * n),
        format!("return '{}'", "\\120\\x41\\u{48}\\z  \\\n".repeat(n)),
        format!("return '{}'", "\\n".repeat(10_000_000)),
        format!("{} = 1", "x".repeat(1 << 20)),
        format!("return [{}[", "=".repeat(n)),
        format!("--{}", "x".repeat(50 << 20)),
        format!("return {}", "9".repeat(1 << 20)),
        format!(
            "return 0x{}.{}p{}",
            "f".repeat(n),
            "f".repeat(n),
            "9".repeat(n)
        ),
        format!(
            "return {{ {} }}",
            (0..70_000).map(|i| format!("'s{i}',")).collect::<String>()
        ),
        format!(
            "return {{ {} }}",
            (0..70_000).map(|i| format!("{i}.5,")).collect::<String>()
        ),
        format!("return {{ {} }}", "function() end,".repeat(70_000)),
        "(".repeat(n),
        "{".repeat(n),
        "[[".repeat(n),
        "'".to_owned(),
        "\\".repeat(n),
        "return \u{feff}x".to_owned(),
    ]
    .into_iter()
    .map(String::into_bytes)
    .collect();
    sources.push(vec![0; n]);
    sources.push((0..n).map(|i| (i % 256) as u8).collect());
    sources.push(vec![0xFF; n]);
    sources.push(b"return '\0\xff\xfe', \xc3\xa4\0".to_vec());
    sources.push([b"x = '".as_slice(), &vec![0; n], b"'"].concat());
    for source in sources {
        let mut world = World::limited(1 << 30);
        if let Ok(f) = world.load(&source) {
            world.vm.set_fuel(Some(1_000_000));
            world.vm.run(f, &[]);
        }
        world.check_usable();
        // Little memory gives an error, at worst.
        let mut world = World::limited(2 << 20);
        let _ = world.load(&source);
        world.check_usable();
    }
}

/// Dumps with one byte changed are refused or safe to run.
#[test]
fn damaged_bytecode_is_refused_or_safe() {
    let mut world = World::new();
    let dumps: Vec<Vec<u8>> = support::programs::PROGRAMS
        .iter()
        .map(|(name, source)| {
            let f = world.load(source.as_bytes()).expect(name);
            let globals = world.vm.globals();
            world.vm.raw_set_name(globals, "f", f).expect("memory");
            let outcome = world.run("return string.dump(f)");
            assert_eq!(outcome, Outcome::Returned);
            world.vm.run_results()[0]
                .as_str()
                .expect("a string")
                .as_bytes()
                .to_vec()
        })
        .collect();
    let mut accepted = 0;
    let mut seed = 88_172_645_463_325_252_u64;
    for dump in &dumps {
        for _ in 0..400 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            let mut damaged = dump.clone();
            let at = seed as usize % damaged.len();
            damaged[at] = match seed >> 56 & 3 {
                0 => (seed >> 48) as u8,
                1 => damaged[at].wrapping_add(1),
                2 => damaged[at].wrapping_sub(1),
                _ => damaged[at] ^ 1 << (seed >> 60 & 7),
            };
            let mut world = World::limited(64 << 20);
            let Ok(f) = world.load(&damaged) else {
                continue;
            };
            accepted += 1;
            world.vm.set_fuel(Some(20_000));
            world.vm.run(f, &[]);
            world.vm.set_fuel(Some(20_000));
            world.vm.close();
        }
    }
    assert!(accepted > 100, "{accepted}");
}
