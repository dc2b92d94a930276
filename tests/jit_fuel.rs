//! Fuel is the same count whether a program is interpreted or its traces are evaluated.
#![cfg(all(feature = "jit", feature = "std"))]

mod support;

use perilune::vm::run::Outcome;
use support::World;

/// Programs with hot loops: the conformance scripts for compiled library functions.
const PROGRAMS: &[(&str, &str)] = &[
    (
        "math",
        include_str!("../conformance/lua/jit/library_math.lua"),
    ),
    (
        "string",
        include_str!("../conformance/lua/jit/library_string.lua"),
    ),
    (
        "pattern",
        include_str!("../conformance/lua/jit/library_pattern.lua"),
    ),
    (
        "table",
        include_str!("../conformance/lua/jit/library_table.lua"),
    ),
    (
        "foreach",
        include_str!("../conformance/lua/jit/library_foreach.lua"),
    ),
    (
        "tail calls",
        include_str!("../conformance/lua/jit/lower_tail_calls.lua"),
    ),
    (
        "down-recursion",
        include_str!("../conformance/lua/jit/down_recursion.lua"),
    ),
    (
        "sort",
        include_str!("../conformance/lua/jit/library_sort.lua"),
    ),
    (
        "coroutines",
        include_str!("../conformance/lua/jit/coroutines.lua"),
    ),
    (
        "pcall",
        include_str!("../conformance/lua/jit/library_pcall.lua"),
    ),
];

fn run(name: &str, source: &str, options: &[&str]) -> (String, u64) {
    let mut world = World::new();
    for option in options {
        assert!(world.vm.set_jit_option(option.as_bytes()), "{option}");
    }
    // A string that dies and comes again hashes differently, which a traversal's count of holes may show.
    let source = format!("collectgarbage('stop') {source}");
    let f = world.load(source.as_bytes()).expect("the program compiles");
    let tank = 1 << 40;
    world.vm.set_fuel(Some(tank));
    let outcome = world.vm.run(f, &[]);
    let used = tank - world.vm.fuel().expect("there is a limit");
    let output = world.take_output();
    assert_eq!(outcome, Outcome::Returned, "{name}: {output}");
    (output, used)
}

/// `source` line by line up to the first difference, and the fuel that the programs used.
fn compare(name: &str, source: &str) {
    let expected = run(name, source, &["mode=off"]);
    for options in [
        &["mode=raw"][..],
        &["mode=evaluate"],
        &["mode=evaluate", "hotloop=1", "hotexit=1"],
        &["mode=evaluate", "hotloop=3", "hotexit=2", "-loop"],
    ] {
        let got = run(name, source, options);
        for (a, b) in expected.0.lines().zip(got.0.lines()) {
            assert_eq!(a, b, "{name} {options:?}");
        }
        assert_eq!(expected.1, got.1, "{name} {options:?}");
    }
}

#[test]
fn the_count_is_that_of_the_interpreter() {
    for (name, source) in PROGRAMS {
        compare(name, source);
    }
}
