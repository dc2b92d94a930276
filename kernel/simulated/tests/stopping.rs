//! Limits, interruptions, resumption, busy scripts.

mod support;

use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use perilune_kernel::{Errno, Limits, request};
use perilune_kernel_simulated::{Loaded, Outcome, Process};
use support::{failure, load, load_with, number, process, returned, text};

const LOOPS: &[(&str, &str)] = &[
    ("loop", "while true do end"),
    (
        "pcall",
        "while true do pcall(function() while true do end end) end",
    ),
    ("calls", "local function f() return f() end f()"),
    ("clock", "while true do sys.clock() end"),
    ("errors", "while true do sys.read(-1, 1) end"),
    ("view", "local b = sys.buffer(9) while true do b:u8(0) end"),
    (
        "find",
        "local b = sys.buffer(1e6) while true do b:find(1) end",
    ),
    (
        "pattern",
        "(('a'):rep(30)):find(('a?'):rep(30) .. ('a'):rep(30) .. 'b')",
    ),
    (
        "sort",
        "local t = {} for i = 1, 5e4 do t[i] = i % 7 end while true do table.sort(t) end",
    ),
    (
        "coroutine",
        "local c = coroutine.wrap(function() while true do coroutine.yield() end end) while true do c() end",
    ),
    ("rep", "while true do local s = ('x'):rep(1e6) end"),
    (
        "handler",
        "sys.handler(function() end) while true do sys.usage() end",
    ),
];

#[test]
fn endless_loops_run_out_of_fuel() {
    for (name, source) in LOOPS {
        let limits = Limits {
            fuel: Some(200_000),
            ..Limits::DEFAULT
        };
        let script = load_with(source, limits);
        let run = script.run(&[]).unwrap();
        assert_eq!(run.outcome, Outcome::OutOfFuel, "{name}: {:?}", run.results);
        assert_eq!(
            script.resume().unwrap().outcome,
            Outcome::OutOfFuel,
            "{name}"
        );
    }
}

#[test]
fn killing_the_process_stops_any_run() {
    for (name, source) in LOOPS {
        let process = process();
        let limits = Limits {
            fuel: None,
            ..Limits::GREATEST
        };
        let script = Loaded::load(&process, source.as_bytes(), limits).unwrap();
        let killer = process.clone();
        let thread = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            killer.set_killed(true);
            Instant::now()
        });
        let run = script.run(&[]).unwrap();
        let ended = Instant::now();
        assert_eq!(run.outcome, Outcome::Interrupted, "{name}");
        let took = ended.duration_since(thread.join().unwrap());
        assert!(took < Duration::from_secs(2), "{name}: {took:?}");
    }
}

#[test]
fn a_stopped_run_goes_on_with_its_state() {
    let process = process();
    let source = b"local n = 0 for i = 1, 3.5e6 do n = n + 1 end return n";
    let limits = Limits {
        fuel: Some(1_000_000),
        ..Limits::DEFAULT
    };
    let script = Loaded::load(&process, source, limits).unwrap();
    assert_eq!(script.run(&[]).unwrap().outcome, Outcome::OutOfFuel);
    let mut resumed = 0;
    let run = loop {
        let run = script.resume().unwrap();
        if run.outcome != Outcome::OutOfFuel {
            break run;
        }
        resumed += 1;
    };
    assert_eq!(
        (run.outcome, run.results),
        (Outcome::Returned, vec![number(3.5e6)])
    );
    assert_eq!(resumed, 2);
    assert_eq!(script.resume().unwrap_err(), Errno::EINVAL);
    let usage = script.usage().unwrap();
    assert_eq!((usage.runs, usage.entries), (1, 4));
    assert!(
        (3_499_000..3_600_000).contains(&usage.fuel),
        "{}",
        usage.fuel
    );
}

#[test]
fn only_who_asks_is_stopped_by_signals_that_are_handled() {
    let process = process();
    let source = b"local n = 0 for i = 1, 100000 do n = n + 1 end return n";
    let script = Loaded::load(&process, source, Limits::DEFAULT).unwrap();
    process.set_signalled(true);
    assert_eq!(returned(&script, &[]), [number(100_000)]);
    let run = script.run_with(&[], request::ANY_SIGNAL).unwrap();
    assert_eq!(run.outcome, Outcome::Interrupted);
    process.set_signalled(false);
    assert_eq!(script.resume().unwrap().results, [number(100_000)]);
}

#[test]
fn a_new_run_gives_up_the_stopped_one() {
    let limits = Limits {
        fuel: Some(100_000),
        ..Limits::DEFAULT
    };
    let script = load_with("if ... then while true do end end return 'fresh'", limits);
    for _ in 0..3 {
        let stopped = script.run(&[number(1)]).unwrap();
        assert_eq!(stopped.outcome, Outcome::OutOfFuel);
        assert_eq!(returned(&script, &[]), [text("fresh")]);
    }
}

#[test]
fn one_run_at_a_time() {
    let process = process();
    let script = b"return sys.read(..., 1)";
    let script = Arc::new(Loaded::load(&process, script, Limits::DEFAULT).unwrap());
    let (reader, mut writer) = std::io::pipe().unwrap();
    let fd = reader.as_raw_fd();
    let first = Arc::clone(&script);
    let thread = std::thread::spawn(move || first.run(&[number(fd)]).unwrap());
    let deadline = Instant::now() + Duration::from_secs(10);
    while script.usage().is_ok() {
        assert!(Instant::now() < deadline, "the other run has not begun");
        std::thread::yield_now();
    }
    assert_eq!(script.run(&[]).unwrap_err(), Errno::EBUSY);
    assert_eq!(script.resume().unwrap_err(), Errno::EBUSY);
    std::io::Write::write_all(&mut writer, b"!").unwrap();
    assert_eq!(thread.join().unwrap().results, [text("!")]);
    assert_eq!(returned(&load("return 1"), &[]), [number(1)]);
}

#[test]
fn many_threads_share_one_script() {
    let process = process();
    let source = b"count = (count or 0) + 1 return count";
    let script = Arc::new(Loaded::load(&process, source, Limits::DEFAULT).unwrap());
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (script, process) = (Arc::clone(&script), process.clone());
            let request = request::RunRequest::default();
            let address = process.place(&request.to_bytes());
            std::thread::spawn(move || {
                (0..1000)
                    .filter(|_| script.run_request(address).is_ok())
                    .count()
            })
        })
        .collect();
    let runs: usize = threads.into_iter().map(|t| t.join().unwrap()).sum();
    assert!(runs >= 1000);
    assert_eq!(script.usage().unwrap().runs as usize, runs);
    assert_eq!(returned(&script, &[]), [number(runs as f64 + 1.0)]);
}

#[test]
fn memory_hogs_get_an_error_and_leave_the_script_usable() {
    for hog in [
        "local t = {} while true do t[#t + 1] = {} end",
        "local s = 'x' while true do s = s .. s end",
        "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1e5) .. i end",
        "local t = {} while true do t[#t + 1] = coroutine.create(print) end",
        "local t = {} while true do t[#t + 1] = sys.window(1, 1) end",
        "return ('x'):rep(1e9)",
        "return sys.buffer(1e9)",
        "return sys.batch(1024, 1e6)",
        "assert(load(('x=1 '):rep(1e6)))",
    ] {
        let script = load(&format!("if ... then return 'usable' end {hog}"));
        let message = failure(&script.run(&[]).unwrap());
        assert!(
            message.contains("not enough memory")
                || message.contains("too many")
                || message.contains("chunk has"),
            "{hog}: {message}"
        );
        assert!(
            script.peak_memory().unwrap() <= Limits::DEFAULT.memory,
            "{hog}"
        );
        assert_eq!(returned(&script, &[number(1)]), [text("usable")]);
    }
}

#[test]
fn deep_recursion_is_an_error() {
    for deep in [
        "local function f() return 1 + f() end f()",
        "local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k + 1] end return t[1]",
        "local function f(n) local ok, e = pcall(f, n + 1) error(e, 0) end f(1)",
        "local function f() return coroutine.wrap(f)() end f()",
        "return load('return ' .. ('('):rep(5000) .. '1' .. (')'):rep(5000))()",
        "local s = 'x' for i = 1, 300 do s = '(' .. s .. ')' end return ('y'):find(s)",
        "return table.sort({3, 2, 1}, function(a, b) local function f() return 1 + f() end return f() end)",
    ] {
        let script = load(&format!("if ... then return 'usable' end {deep}"));
        let run = script.run(&[]).unwrap();
        assert_ne!(run.outcome, Outcome::Interrupted, "{deep}");
        assert_eq!(returned(&script, &[number(1)]), [text("usable")]);
    }
}

#[test]
fn a_state_that_fits_nowhere_is_refused() {
    let process = Process::new(1 << 20).unwrap();
    for memory in [1, 1000, 20_000] {
        let limits = Limits {
            memory,
            ..Limits::DEFAULT
        };
        let refused = Loaded::load(&process, b"return 1", limits);
        assert!(refused.is_err_and(|failure| failure.errno == Errno::ENOMEM));
    }
}

#[test]
fn limits_stay_below_the_administrator_s() {
    let asked = Limits {
        memory: usize::MAX,
        fuel: None,
        stack: usize::MAX,
        ..Limits::DEFAULT
    };
    let most = Limits {
        fuel: Some(5),
        ..Limits::GREATEST
    };
    let given = asked.within(&most);
    assert_eq!(
        (given.memory, given.fuel, given.stack),
        (most.memory, Some(5), most.stack)
    );
}

#[test]
fn a_thousand_loads_leave_nothing_behind() {
    let process = process();
    for i in 0..1000 {
        let source = format!("x = {i} return x, sys.buffer(100)");
        let script = Loaded::load(&process, source.as_bytes(), Limits::DEFAULT).unwrap();
        assert_eq!(returned(&script, &[])[0], number(i));
    }
    assert!(process.mark() < 1 << 20);
}
