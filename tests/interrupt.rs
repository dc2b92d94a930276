//! Interrupts: whatever runs, it stops soon after the host asked for it, and can go on.

mod support;

use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::Duration;

use support::{INTERRUPTED, World};

/// How soon a run has to stop, in time of the processor: what else a machine does is no matter. The goal is 100 ms; a build
/// without optimisation needs some more.
const PATIENCE: Duration = Duration::from_millis(1000);
/// When the interrupt comes.
const DELAY: Duration = Duration::from_millis(60);

/// Things that take long, with what they need beforehand.
const ENDLESS: &[(&str, &str, &str)] = &[
    ("loop", "", "while true do end"),
    ("goto", "", "::a:: goto a"),
    ("numeric for", "", "for i = 1, math.huge do end"),
    (
        "pairs",
        "local t = {} for i = 1, 1000 do t[i] = i end",
        "while true do for k in pairs(t) do end end",
    ),
    (
        "next over holes",
        "local t = {} for i = 1, 4e6 do t[i] = true end for i = 1, 4e6 do t[i] = nil end",
        "while true do next(t) end",
    ),
    ("recursion", "local function f() return f() end", "f()"),
    ("pcall", "", "while true do pcall(error, 'x') end"),
    (
        "coroutines",
        "",
        "while true do coroutine.wrap(function() coroutine.yield() end)() end",
    ),
    ("rep", "", "while true do local s = ('x'):rep(5e7) end"),
    (
        "rep of nothing",
        "",
        "while true do local s = (''):rep(1e15) end",
    ),
    (
        "rep of much",
        "local s = ('x'):rep(1e6)",
        "while true do local s = s:rep(100) end",
    ),
    (
        "upper",
        "local s = ('x'):rep(5e7)",
        "while true do s:upper() end",
    ),
    (
        "reverse",
        "local s = ('x'):rep(5e7)",
        "while true do s:reverse() end",
    ),
    (
        "plain find",
        "local s = ('x'):rep(5e7)",
        "while true do s:find('y', 1, true) end",
    ),
    (
        "quadratic find",
        "local s = ('ab'):rep(1e6)",
        "s:find(('ab'):rep(5e5) .. 'c', 1, true) while true do s:find('.-b.-c') end",
    ),
    (
        "exponential find",
        "local s = ('a'):rep(40)",
        "s:find(('a-'):rep(30) .. 'b')",
    ),
    (
        "cubic match",
        "local s = ('a'):rep(3000)",
        "s:match('.-.-.-.-b')",
    ),
    (
        "gmatch",
        "local s = ('a'):rep(1e7)",
        "while true do for _ in s:gmatch('a*b') do end end",
    ),
    (
        "gsub",
        "local s = ('a'):rep(3e7)",
        "while true do s:gsub('a', 'bb') end",
    ),
    (
        "gsub with a table",
        "local s = ('a'):rep(1e6)",
        "while true do s:gsub('a', { a = 'bb' }) end",
    ),
    (
        "gsub with a function",
        "local s = ('a'):rep(1e6)",
        "while true do s:gsub('a', function() return 'x' end) end",
    ),
    (
        "balanced",
        "local s = ('('):rep(1e5)",
        "while true do s:find('%b()') end",
    ),
    (
        "frontier",
        "local s = ('x'):rep(1e6)",
        "while true do s:find('%f[y]') end",
    ),
    (
        "back reference",
        "local s = ('x'):rep(2e4)",
        "while true do s:find('(.+)%1y') end",
    ),
    (
        "sort of numbers",
        "local t = {} for i = 1, 1e6 do t[i] = (i * 7919) % 1000003 end",
        "while true do local u = {unpack(t, 1, 2)} for i = 1, #t do u[i] = t[i] end table.sort(u) end",
    ),
    (
        "sort of strings",
        "local t = {} for i = 1, 1e5 do t[i] = tostring((i * 7919) % 1000003) end",
        "while true do local u = {} for i = 1, #t do u[i] = t[i] end table.sort(u) end",
    ),
    (
        "sort with a comparison",
        "local t = {} for i = 1, 1e5 do t[i] = (i * 7919) % 1000003 end",
        "while true do table.sort(t, function(a, b) return a > b end) end",
    ),
    (
        "concat",
        "local t = {} for i = 1, 1e6 do t[i] = 'abc' end",
        "while true do table.concat(t, ',') end",
    ),
    (
        "concat of long strings",
        "local t, s = {}, ('x'):rep(1e5) for i = 1, 1000 do t[i] = s end",
        "while true do table.concat(t, s) end",
    ),
    (
        "insert at the front",
        "local t = {} for i = 1, 1e6 do t[i] = i end",
        "while true do table.insert(t, 1, 0) table.remove(t, 1) end",
    ),
    (
        "move",
        "local t = {} for i = 1, 1e6 do t[i] = i end",
        "while true do table.move(t, 1, 1e6, 2) end",
    ),
    (
        "unpack",
        "local t = {} for i = 1, 7000 do t[i] = i end",
        "while true do select('#', unpack(t)) end",
    ),
    (
        "format",
        "local s = ('x'):rep(1e6)",
        "while true do ('%s%q'):format(s, s) end",
    ),
    (
        "maxn",
        "local t = {} for i = 1, 1e6 do t[i] = i end",
        "while true do table.maxn(t) end",
    ),
    (
        "concatenation",
        "local s = ('x'):rep(1e6)",
        "while true do local u = s .. s .. s .. s end",
    ),
    (
        "metamethods",
        "local t = setmetatable({}, { __index = function(t, k) return k end })",
        "while true do local x = t.x end",
    ),
    (
        "load",
        "local s = ('x = 1 '):rep(1e5)",
        "while true do loadstring(s) end",
    ),
    (
        "collection",
        "local t = {} for i = 1, 3e5 do t[i] = {} end",
        "while true do collectgarbage() end",
    ),
    (
        "allocation",
        "",
        "local t = {} while true do t = { t } if math.random() < 0.001 then t = {} end end",
    ),
    (
        "finalizer",
        "local p = newproxy(true) getmetatable(p).__gc = function() while true do end end p = nil",
        "collectgarbage() while true do end",
    ),
    (
        "hook",
        "",
        "debug.sethook(function() while true do end end, 'l') local x = 1",
    ),
    (
        "comparison of long strings",
        "local a, b = ('x'):rep(1e7) .. 'a', ('x'):rep(1e7) .. 'b'",
        "while true do local x = a < b end",
    ),
    (
        "tostring of numbers",
        "",
        "while true do tostring(1 / 3) end",
    ),
    (
        "table of many nils",
        "",
        "while true do local t = { nil, nil, nil } t[1e7] = 1 end",
    ),
    (
        "load",
        "local s = ('x = x + 1 '):rep(3e5)",
        "while true do load(s) end",
    ),
    (
        "load of pieces",
        "local s, n = ('x = x + 1 '):rep(1e5), 0 local function reader() n = n < 5 and n + 1 or 0 return n > 0 and s or nil end",
        "while true do load(reader) end",
    ),
    ("print", "", "while true do print('x') end"),
    (
        "error handler",
        "",
        "while true do xpcall(error, function() while true do end end) end",
    ),
];

/// The clock of the processor's time that the current thread has used.
fn thread_clock() -> libc::clockid_t {
    let mut clock = 0;
    // SAFETY: the thread lives, and the pointer is to a local.
    let status = unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &mut clock) };
    assert_eq!(status, 0);
    clock
}

fn time_by(clock: libc::clockid_t) -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the pointer is to a local.
    let status = unsafe { libc::clock_gettime(clock, &mut time) };
    assert_eq!(status, 0);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

#[test]
fn everything_stops_soon() {
    let clock = thread_clock();
    let (start, started) = mpsc::channel::<std::sync::Arc<std::sync::atomic::AtomicBool>>();
    let (told, when) = mpsc::channel();
    std::thread::spawn(move || {
        for flag in started {
            std::thread::sleep(DELAY);
            let now = time_by(clock);
            flag.store(true, Ordering::Relaxed);
            if told.send(now).is_err() {
                return;
            }
        }
    });
    let mut late = Vec::new();
    for (name, prepare, work) in ENDLESS {
        let mut world = World::limited(1 << 30);
        let source = format!("{prepare}\ncoroutine.yield() {work}");
        let main = format!(
            "local co = coroutine.create(function() {source} end) coroutine.resume(co) return function() return coroutine.resume(co) end"
        );
        let f = world.load(main.as_bytes()).expect(name);
        assert_eq!(
            world.vm.run(f, &[]),
            perilune::vm::run::Outcome::Returned,
            "{name}: {}",
            world.error_text()
        );
        let run = world.vm.run_results()[0];
        // Twice, so that it has to go on after a stop.
        for round in 0..2 {
            assert!(start.send(world.interrupt.clone()).is_ok(), "{name}");
            let outcome = if round == 0 {
                world.vm.run(run, &[])
            } else {
                world.vm.resume_run()
            };
            let end = time_by(clock);
            assert_eq!(outcome, INTERRUPTED, "{name}: {}", world.error_text());
            let latency = when
                .recv()
                .map_or(Duration::MAX, |asked| end.saturating_sub(asked));
            println!("{name}: {} ms", latency.as_millis());
            if latency > PATIENCE {
                late.push((name, latency));
            }
        }
        world.output.borrow_mut().clear();
        if !matches!(*name, "finalizer") {
            world.check_usable();
        }
    }
    assert!(late.is_empty(), "{late:?}");
}

#[test]
fn an_interrupted_run_gives_the_same_result() {
    const SOURCE: &str = "local t = {} for i = 1, 3000 do t[i] = (i * 7919) % 3001 end table.sort(t, function(a, b) return a < b end)
        local s = table.concat(t, ' ') print(#s, s:sub(-20)) print(#(s:rep(300)), s:find('.-.-2999'), (s:gsub('%d+', function(d) if #d == 1 then return '<' .. d .. '>' end end)):sub(1, 60))
        for i = 1, 3000 do table.insert(t, 1, i) end print(#t, t[1], #table.concat(t), select('#', s:byte(1, 200)))";
    let mut world = World::new();
    let expected = world.output_of(SOURCE);
    // Requests come at longer and longer intervals, so that functions which begin anew get through.
    let f = world.load(SOURCE.as_bytes()).expect("the program compiles");
    world.polls.set(1);
    let mut outcome = world.vm.run(f, &[]);
    let mut stops = 0;
    while outcome == INTERRUPTED {
        stops += 1;
        world.polls.set(1 + stops);
        outcome = world.vm.resume_run();
        assert!(stops < 1_000);
    }
    assert_eq!(
        outcome,
        perilune::vm::run::Outcome::Returned,
        "{}",
        world.error_text()
    );
    assert!(stops > 5, "{stops}");
    assert_eq!(world.take_output(), expected);
}
