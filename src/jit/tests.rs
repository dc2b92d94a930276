//! Programs that run interpreted and by traces: same results, same fuel, wherever they are stopped.

extern crate std;

use std::boxed::Box;
use std::format;
use std::string::String;
use std::vec::Vec;

use crate::jit::testing::{state, text};
use crate::value::{Function, Gc};
use crate::vm::Vm;
use crate::vm::run::{Outcome, StopReason};

const PROGRAMS: &[&str] = &[
    "local s = 0 for i = 1, 300 do s = s + i % 7 end return tostring(s)",
    "local s = 0 for i = 300, 1, -2 do s = s + i if i % 3 == 0 then s = s - 1 end end return tostring(s)",
    "local function f(n) if n < 2 then return n end return f(n - 1) + f(n - 2) end return tostring(f(12))",
    "local t = {} for i = 1, 100 do t[i] = i * 2 end local s = 0 for _, v in ipairs(t) do s = s + v end
     for k, v in pairs(t) do s = s + k * v end return tostring(s)",
    "local i, s = 0, '' while i < 120 do i = i + 1 if i % 10 == 0 then s = s .. string.char(48 + i % 75) end end return s",
    "local function g(...) local n = select('#', ...) return n, ... end
     local s = 0 for i = 1, 80 do local n, a, b = g(i, i + 1, i + 2) s = s + n + a * b end return tostring(s)",
    "local p = setmetatable({}, { __index = function(_, k) return k * 2 end, __add = function(a, b) return 7 end })
     local s = 0 for i = 1, 90 do s = s + p[i] + (p + i) end return tostring(s)",
    "local s = 0 for i = 1, 60 do local ok, e = pcall(function(x) if x % 9 == 0 then error('e' .. x, 0) end return x end, i)
     s = s + (ok and e or #e) end return tostring(s)",
    "local c = coroutine.wrap(function() for i = 1, 70 do coroutine.yield(i) end return 0 end)
     local s = 0 repeat local x = c() s = s + x until x == 0 return tostring(s)",
    "local parts = {} for i = 1, 100 do local o = { x = i, y = { i } } if i % 25 == 0 then parts[#parts + 1] = o.x + o.y[1] end end
     return table.concat(parts, ' ')",
    "local s = 0 for i = 1, 12 do for j = 1, 12 do for k = j, 12 do s = s + i * j - k end end end return tostring(s)",
    "local fs = {} for i = 1, 60 do fs[i] = function() i = i + 1 return i end end
     local s = 0 for i = 1, 60 do s = s + fs[i]() + fs[i]() end return tostring(s)",
];

fn with_options(options: &str) -> Box<Vm> {
    let mut vm = state();
    for option in options.split(',') {
        assert!(vm.set_jit_option(option.as_bytes()), "{option}");
    }
    vm
}

fn load(vm: &mut Vm, source: &str) -> Gc<Function> {
    let globals = vm.globals;
    vm.load(source.as_bytes(), b"=test", None, globals)
        .unwrap_or_else(|_| panic!("{source}"))
}

/// The result of a program that is run in slices of so much fuel, and how much it took.
fn run(vm: &mut Vm, source: &str, slice: u64) -> (String, u64) {
    let chunk = load(vm, source);
    vm.set_fuel(Some(slice));
    let mut outcome = vm.run(chunk.into(), &[]);
    let mut used = 0;
    while outcome == Outcome::Stopped(StopReason::OutOfFuel) {
        used += slice;
        vm.set_fuel(Some(slice));
        outcome = vm.resume_run();
    }
    used += slice - vm.fuel().unwrap_or(0);
    assert_eq!(
        outcome,
        Outcome::Returned,
        "{source}: {:?}",
        text(vm.run_error())
    );
    let result = vm.run_results().first().copied().and_then(text);
    (result.unwrap_or_default(), used)
}

const MODES: &[&str] = &[
    "mode=raw,hotloop=1,hotexit=1",
    "mode=raw,hotloop=3,hotexit=2",
    "mode=evaluate,hotloop=1,hotexit=1",
    "mode=evaluate,hotloop=7,hotexit=3",
];

#[test]
fn traces_take_the_same_fuel() {
    for source in PROGRAMS {
        let expected = run(&mut with_options("mode=off"), source, 1 << 40);
        for mode in MODES {
            let mut vm = with_options(mode);
            // Recorded in the first run, entered at once in the second.
            for round in 1..=2 {
                let found = run(&mut vm, source, 1 << 40);
                assert_eq!(found, expected, "{mode}, run {round}: {source}");
            }
        }
    }
}

#[test]
fn runs_stop_anywhere_and_go_on() {
    for source in PROGRAMS {
        let expected = run(&mut with_options("mode=off"), source, 1 << 40);
        for mode in MODES {
            for slice in [1, 2, 3, 7, 31] {
                let mut vm = with_options(mode);
                for round in 1..=2 {
                    let found = run(&mut vm, source, slice);
                    assert_eq!(
                        found, expected,
                        "{mode}, slices of {slice}, run {round}: {source}"
                    );
                }
            }
        }
    }
}

#[test]
fn guards_may_fail_anywhere() {
    for source in PROGRAMS {
        let expected = run(&mut with_options("mode=off"), source, 1 << 40);
        for guard in 1..40 {
            let mode = format!("mode=evaluate,hotloop=1,hotexit=2,failguard={guard}");
            let found = run(&mut with_options(&mode), source, 1 << 40);
            assert_eq!(found, expected, "{mode}: {source}");
        }
    }
}

#[test]
fn every_allocation_may_fail() {
    for source in PROGRAMS {
        for n in (1..400).step_by(3) {
            let mut vm = with_options("mode=evaluate,hotloop=1,hotexit=1");
            let (expected, _) = run(&mut vm, source, 1 << 40);
            let chunk = load(&mut vm, source);
            vm.set_fuel(None);
            vm.heap().fail_allocation(n);
            let outcome = vm.run(chunk.into(), &[]);
            let came = !vm.heap().awaits_failure();
            vm.heap().fail_allocation(0);
            if outcome == Outcome::Failed {
                assert_eq!(
                    text(vm.run_error()).as_deref(),
                    Some("not enough memory"),
                    "{n}: {source}"
                );
            }
            // The state is whole.
            assert_eq!(run(&mut vm, source, 1 << 40).0, expected, "{n}: {source}");
            if !came {
                break;
            }
        }
    }
}

#[test]
fn dead_functions_take_their_traces_along() {
    let mut vm = with_options("mode=evaluate,hotloop=1,hotexit=1,maxtrace=60");
    for round in 0..200 {
        let source = format!("local s = {round} for i = 1, 9 do s = s + i end return tostring(s)");
        run(&mut vm, &source, 1 << 40);
        if round % 10 == 0 {
            vm.collect_fully();
        }
    }
    assert!(vm.jit.traces.len() <= 60);
    // Nothing is collected any more: the last one's traces stay.
    vm.heap().stop();
    run(&mut vm, PROGRAMS[0], 1 << 40);
    assert!(vm.jit.traces.len() > 0);
    let used = vm.heap().used();
    vm.flush_traces();
    assert_eq!(vm.jit.traces.len(), 0);
    assert!(vm.heap().used() < used);
    vm.collect_fully();
}

/// A script that gathers what the callbacks of `jit.attach` are told while `body` runs.
fn told(body: &str) -> String {
    format!(
        "local told = {{}}
         local function tell(what, ...) local t = {{ what, ... }} for i = 1, select('#', ...) + 1 do t[i] = type(t[i]) == 'function' and 'f' or tostring(t[i]) end
           told[#told + 1] = table.concat(t, ' ') end
         local function trace(...) tell(...) end
         local function record(...) tell('record', ...) end
         local function texit(tr, exit, ...) tell('texit', tr, exit, select('#', ...)) end
         jit.attach(trace, 'trace') jit.attach(record, 'record') jit.attach(texit, 'texit')
         {body}
         jit.attach(trace) jit.attach(record) jit.attach(texit)
         return table.concat(told, '\\n')"
    )
}

#[test]
fn callbacks_are_told_in_order() {
    for mode in ["mode=raw", "mode=evaluate"] {
        let mut vm = with_options(&format!("{mode},hotloop=5,hotexit=2"));
        let source = told("local s = 0 for i = 1, 20 do s = s + i end");
        let (events, _) = run(&mut vm, &source, 1 << 40);
        let lines: Vec<&str> = events.lines().collect();
        let expected = [
            "start 1 f ",
            "record 1 f ",
            "record 1 f ",
            "stop 1 f",
            "texit 1 ",
        ];
        assert_eq!(lines.len(), expected.len(), "{mode}: {events}");
        for (line, front) in lines.iter().zip(expected) {
            assert!(line.starts_with(front), "{mode}: {events}");
        }
    }
}

#[test]
fn aborts_and_side_traces_are_told() {
    let mut vm = with_options("mode=evaluate,hotloop=5,hotexit=2");
    let source = told(
        "local s = 0 for i = 1, 60 do s = s + i if i > 20 then s = s + 1 end end
         for i = 1, 40 do local f = load('return 1') end jit.flush()",
    );
    let (events, _) = run(&mut vm, &source, 1 << 40);
    let has = |front: &str| events.lines().any(|l| l.starts_with(front));
    for front in ["start 1 f", "stop 1 f", "texit 1 ", "start 2 f", "flush"] {
        assert!(has(front), "{front}: {events}");
    }
    // The parent and the exit.
    let side = events
        .lines()
        .find(|l| l.starts_with("start 2 "))
        .unwrap_or("");
    assert_eq!(side.split(' ').count(), 6, "{events}");
    let ends = |word| events.lines().filter(|l| l.starts_with(word)).count();
    // The flush may have ended one without a word.
    let open = ends("start") - ends("stop") - ends("abort");
    assert!(open <= 1, "{events}");
}

#[test]
fn callbacks_take_no_part_in_traces() {
    // What a callback does is neither recorded nor counted, and its errors end nothing.
    let mut vm = with_options("mode=evaluate,hotloop=5,hotexit=2");
    let source = "local n = 0
        local function f(what) for i = 1, 100 do n = n + 1 end if what == 'stop' then error('x') end end
        jit.attach(f, 'trace')
        local s = 0 for i = 1, 60 do s = s + i end
        jit.attach(f)
        return s .. ' ' .. n";
    let (result, _) = run(&mut vm, source, 1 << 40);
    assert_eq!(result, "1830 200");
}
