//! The string library under limits: interrupted at any point and resumed, and out of memory at any allocation.

use std::alloc::Layout;
use std::ptr::NonNull;

use perilune::host::{Host, Memory};
use perilune::stdlib::{Libs, open_libs};
use perilune::vm::Vm;
use perilune::vm::run::{Config, Outcome, StopReason};

struct System;

// SAFETY: Rust's allocator hands out valid, distinct blocks.
unsafe impl Memory for System {
    fn allocate(&self, layout: Layout) -> Option<NonNull<u8>> {
        // SAFETY: the engine asks for no empty blocks.
        NonNull::new(unsafe { std::alloc::alloc(layout) })
    }
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { std::alloc::dealloc(block.as_ptr(), layout) }
    }
}

struct Nothing;

impl Host for Nothing {
    fn write_output(&mut self, _bytes: &[u8]) -> bool {
        true
    }
}

fn state() -> Box<Vm> {
    let config = Config {
        memory_limit: 64 << 20,
        ..Config::default()
    };
    let mut vm =
        Vm::new(&config, Box::new(System), Box::new(Nothing)).expect("64 MiB hold a state");
    assert!(open_libs(&mut vm, Libs::SAFE).is_ok());
    vm
}

/// Runs a script with so much fuel at a time: its result, and how often it stopped.
fn run(script: &str, fuel: Option<u64>, most_stops: u32) -> (String, u32) {
    let mut vm = state();
    let globals = vm.globals();
    let main = vm
        .load(script.as_bytes(), b"=script", None, globals)
        .expect("it compiles");
    vm.set_fuel(fuel);
    let mut outcome = vm.run(main.into(), &[]);
    let mut stops = 0;
    while let Outcome::Stopped(reason) = outcome {
        assert!(matches!(reason, StopReason::OutOfFuel));
        stops += 1;
        if stops > most_stops {
            return ("stopped".into(), stops);
        }
        vm.set_fuel(fuel);
        outcome = vm.resume_run();
    }
    let value = match outcome {
        Outcome::Returned => vm.run_results().first().copied(),
        _ => Some(vm.run_error()),
    };
    let text = value.and_then(|v| v.as_str()).expect("a string");
    (String::from_utf8_lossy(text.as_bytes()).into_owned(), stops)
}

/// Every kind of call that comes back into a function of the library, with subjects that cost fuel.
const SCRIPT: &str = r##"
    local out = {}
    local function put(...)
        local values = {...}
        for i = 1, select("#", ...) do values[i] = tostring(values[i]) end
        out[#out + 1] = table.concat(values, ",")
    end
    local long = ("abc "):rep(100)
    put(long:gsub("%w+", function(w) return w:upper() .. #out end))
    put(long:gsub("%a", setmetatable({b = "B"}, {__index = function(t, k) return k == "c" and (k:rep(2)) end})))
    put(long:gsub("(%w)(%w)", "%2%1", 50))
    local shown = setmetatable({}, {__tostring = function() return (long:gsub("b", function() return nil end)) end})
    put(string.format("%s|%10s|%q", shown, shown, shown))
    for a, b in long:gmatch("(%w)%w(%w)") do out[#out + 1] = a .. b end
    put(long:find("c a.-bc abc $"), (long:match(".*b(.-)$")))
    put(#long:rep(3, "-"), long:reverse():upper():sub(1, 9))
    return table.concat(out, "\n")
"##;

#[test]
fn runs_that_stop_anywhere_end_alike() {
    let (expected, _) = run(SCRIPT, None, 0);
    assert!(expected.starts_with("ABC0 ABC0 "), "{expected}");
    // A step of the library begins anew when it is resumed, so the fuel has to do for one.
    for fuel in 150..250 {
        let (result, stops) = run(SCRIPT, Some(fuel), 1000);
        assert_eq!(result, expected, "with {fuel}");
        assert!(stops > 1, "{stops} stops with {fuel}");
    }
}

#[test]
fn exponential_patterns_stop() {
    let script = r#"return ("a"):rep(40):find(".-.-.-.-.-.-.-.-.-b") or "none""#;
    assert_eq!(run(script, Some(100_000), 0).0, "stopped");
    let script = r#"return (("a"):rep(40):gsub(".-.-.-.-.-.-.-.-.-b", function() end))"#;
    assert_eq!(run(script, Some(100_000), 0).0, "stopped");
}

#[test]
fn huge_results_are_errors() {
    for script in [
        "return select(2, pcall(string.rep, 'x', 1e9))",
        "return select(2, pcall(string.rep, 'x', 2^31))",
        "return select(2, pcall(string.rep, 'x', 1e300))",
        "return select(2, pcall(string.rep, ('x'):rep(1e6), 1e6, 'yy'))",
        "return select(2, pcall(string.gsub, ('x'):rep(1e6), 'x', ('y'):rep(100)))",
        "return select(2, pcall(string.format, ('%s'):rep(100), string.rep('x', 1e6)))",
    ] {
        let (result, _) = run(script, None, 0);
        assert!(
            result == "not enough memory" || result.contains("value expected"),
            "{script}: {result}"
        );
    }
}
