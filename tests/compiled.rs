//! Limits in machine code: fuel ends at the count and place where it ends interpreted, interrupts come through, memory errors can be caught.
#![cfg(all(feature = "jit", feature = "std"))]

mod support;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use perilune::vm::run::Outcome;
use support::{INTERRUPTED, OUT_OF_FUEL, World};

const PROGRAMS: &[&str] = &[
    "local s = 0 for i = 1, 90 do s = s + i % 7 if i % 30 == 0 then print(i, s) end end print(s)",
    "local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end print(fib(10))",
    "local t = {} for i = 1, 60 do t[i] = { i } end local s = 0 for k, v in pairs(t) do s = s + k * v[1] end print(s, #t)",
    "local i, s = 0, '' while i < 90 do i = i + 1 if i % 9 == 0 then s = s .. i io.write(s, ';') end end print(s)",
    "local p = setmetatable({}, { __index = function(_, k) return k * 2 end }) local s = 0 for i = 1, 60 do s = s + p[i] end print(s)",
    "local c = coroutine.wrap(function() for i = 1, 40 do coroutine.yield(i) end end) for i in c do io.write(i, ' ') end print()",
    "for i = 1, 40 do print(pcall(function(x) if x % 9 == 0 then error('e' .. x) end return x end, i)) end",
    "local function va(...) return select('#', ...), ... end local s = 0 for i = 1, 50 do local n, a = va(i, nil, i) s = s + n + a end print(s)",
    "local t = {} for i = 1, 40 do t[i] = (i * 17) % 41 end table.sort(t, function(a, b) return a > b end) print(table.concat(t, ' '))",
    "local function loop(n) if n == 0 then return 'end' end return loop(n - 1) end print(loop(100))",
    "local n = 0 for i = 1, 9 do for j = 1, 9 do for k = i, 9 do n = n + k if (i + j + k) % 25 == 0 then print(n) end end end end",
    "local s = ('abc '):rep(20) local n = 0 for w in s:gmatch('%a+') do n = n + #w + s:byte(n % 7 + 1) end print(n, (s:gsub('b', 'x')))",
];

const MODES: &[&str] = &[
    "mode=compile,hotloop=1,hotexit=1",
    "mode=compile,hotloop=3,hotexit=2,regseed=5",
];

fn world(options: &str) -> World {
    World::compiling(options, usize::MAX)
}

/// What was printed with so much fuel, how it ended, what was left, and where it was.
fn stopped(world: &mut World, source: &str, fuel: u64) -> (String, Outcome, Option<u64>, Vec<u8>) {
    let f = world.load(source.as_bytes()).expect("the program compiles");
    world.vm.set_fuel(Some(fuel));
    let outcome = world.vm.run(f, &[]);
    let left = world.vm.fuel();
    let place = match outcome {
        Outcome::Stopped(_) => {
            // Charges that nothing separates are taken at once, for pcall and what it calls: which of the two frames is the innermost
            // says nothing, its line does.
            let thread = world.vm.current_thread();
            let trace = world.vm.traceback(thread, None, 0);
            let text = trace.map_or(Vec::new(), |t| t.as_bytes().to_vec());
            let mut lines = text
                .split(|&c| c == b'\n')
                .filter(|l| l.starts_with(b"\ttest:"));
            let place = lines.next().unwrap_or_default().split(|&c| c == b' ');
            place.take(1).flatten().copied().collect()
        }
        _ => Vec::new(),
    };
    world.vm.abandon_run();
    (world.take_output(), outcome, left, place)
}

#[test]
fn fuel_ends_where_it_ends_interpreted() {
    for source in PROGRAMS {
        let whole = stopped(&mut world("mode=off"), source, 1 << 40);
        let used = (1 << 40) - whole.2.expect("there is a limit");
        for mode in MODES {
            let mut compiled = world(mode);
            // Traces are made in the first run, and entered at once in those after it.
            for _ in 0..2 {
                assert_eq!(
                    stopped(&mut compiled, source, 1 << 40),
                    whole,
                    "{mode}: {source}"
                );
            }
            let step = (used / 60).max(1) as usize;
            for fuel in (1..=used + 1).step_by(step) {
                let expected = stopped(&mut world("mode=off"), source, fuel);
                let found = stopped(&mut compiled, source, fuel);
                assert_eq!(found, expected, "{mode}, fuel {fuel} of {used}: {source}");
            }
        }
    }
}

#[test]
fn runs_go_on_after_each_slice() {
    for source in PROGRAMS {
        let whole = stopped(&mut world("mode=off"), source, 1 << 40);
        for slice in [1, 5, 13] {
            let mut compiled = world(MODES[0]);
            stopped(&mut compiled, source, 1 << 40);
            let f = compiled.load(source.as_bytes()).expect("it compiles");
            compiled.vm.set_fuel(Some(slice));
            let mut outcome = compiled.vm.run(f, &[]);
            while outcome == OUT_OF_FUEL {
                compiled.vm.set_fuel(Some(slice));
                outcome = compiled.vm.resume_run();
            }
            assert_eq!(
                (compiled.take_output(), outcome),
                (whole.0.clone(), whole.1),
                "{source}"
            );
        }
    }
}

#[test]
fn interrupts_stop_machine_code() {
    for source in [
        "while true do end",
        "local x = 0 while true do x = x + 1 end",
        "for i = 1, math.huge do end",
        "local function f() return f() end f()",
        "local t = {} while true do t[1] = {} end",
    ] {
        let mut world = world("mode=compile");
        let f = world.load(source.as_bytes()).expect("it compiles");
        let interrupt = world.interrupt.clone();
        let asker = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            interrupt.store(true, Ordering::Relaxed);
            Instant::now()
        });
        let outcome = world.vm.run(f, &[]);
        let ended = Instant::now();
        let asked = asker.join().expect("it doesn't panic");
        assert_eq!(outcome, INTERRUPTED, "{source}");
        let late = ended.saturating_duration_since(asked);
        assert!(late < Duration::from_secs(1), "{source}: {late:?}");
    }
}

#[test]
fn memory_errors_in_machine_code_are_caught() {
    for source in [
        "local t = {} for i = 1, 1e9 do t[i] = { i } end",
        "local t = {} for i = 1, 1e9 do t[i] = i end",
        "local s = 'x' while true do s = s .. s end",
        "local t = {} for i = 1, 1e9 do t[i] = 'n' .. i end",
        "local t = {} for i = 1, 1e9 do t[i] = function() return i end end",
        "local t = {} for i = 1, 1e9 do t['k' .. i] = i end",
    ] {
        let mut world = World::compiling(MODES[0], 4 << 20);
        let script = format!(
            "for round = 1, 3 do print(pcall(function() {source} end)) end collectgarbage()
             local n = 0 for i = 1, 100 do n = n + #{{ i }} end print(n, collectgarbage('count') < 2048)"
        );
        let printed = world.output_of(&script);
        let caught = "false\tnot enough memory\n".repeat(3);
        assert_eq!(printed, caught + "100\ttrue\n", "{source}");
    }
}
