//! Failing allocations: whichever one fails, the run ends in a result or an error, and the state stays usable.

mod support;

use perilune::vm::run::Outcome;
use support::programs::PROGRAMS;
use support::{LIBS, World, failing};

/// How a run with the `k`-th allocation failing may end.
fn check_end(world: &World, outcome: Outcome, name: &str, k: u64) {
    match outcome {
        Outcome::Returned | Outcome::Failed => {}
        Outcome::Stopped(reason) => panic!("{name}: {reason:?} at {k}, {}", world.error_text()),
    }
}

#[test]
fn any_allocation_of_an_object_may_fail() {
    for (name, source) in PROGRAMS {
        let mut k = 0;
        let mut failed = 0;
        loop {
            k += 1;
            let mut world = World::new();
            let before = world.memory.clone();
            world.vm.heap().fail_allocation(k);
            let outcome = world.run(source);
            let over = world.vm.heap().awaits_failure();
            world.vm.heap().fail_allocation(0);
            check_end(&world, outcome, name, k);
            failed += u64::from(outcome == Outcome::Failed);
            if over {
                assert_eq!(outcome, Outcome::Returned, "{name}: {}", world.error_text());
            }
            world.output.borrow_mut().clear();
            world.check_usable();
            drop(world);
            assert_eq!(before.get(), 0, "{name}: all memory comes back after {k}");
            if over {
                break;
            }
        }
        println!("{name}: {k} allocations, {failed} failed");
        assert!(failed > 0, "{name}");
    }
}

/// Steps by which the memory of a program is made scarcer, in bytes. Odd, so that all sizes are refused sometimes.
const STEP: usize = 1_511;

#[test]
fn the_program_may_run_out_of_memory_anywhere() {
    for (name, source) in PROGRAMS {
        let mut bytes = 0;
        let mut failed = 0;
        loop {
            let mut world = World::new();
            let before = world.memory.clone();
            failing::arm(bytes);
            let outcome = world.run(source);
            let refused = failing::disarm();
            check_end(&world, outcome, name, bytes as u64);
            failed += u64::from(outcome == Outcome::Failed);
            world.output.borrow_mut().clear();
            world.check_usable();
            drop(world);
            assert_eq!(
                before.get(),
                0,
                "{name}: all memory comes back after {bytes}"
            );
            if !refused {
                assert_eq!(outcome, Outcome::Returned, "{name}");
                break;
            }
            bytes += STEP;
        }
        println!("{name}: {bytes} bytes, {failed} failed");
    }
}

#[test]
fn making_a_state_may_fail_anywhere() {
    for bytes in (0..).step_by(STEP) {
        failing::arm(bytes);
        let world = World::try_new();
        let refused = failing::disarm();
        match world {
            Some(mut world) => world.check_usable(),
            None => assert!(refused),
        }
        if !refused {
            break;
        }
    }
    // And the libraries, object by object.
    for k in 1.. {
        let mut world = World::bare();
        world.vm.heap().fail_allocation(k);
        let opened = perilune::stdlib::open_libs(&mut world.vm, LIBS);
        let over = world.vm.heap().awaits_failure();
        assert_eq!(opened.is_ok(), over, "{k}");
        let memory = world.memory.clone();
        drop(world);
        assert_eq!(memory.get(), 0);
        if over {
            break;
        }
    }
}

/// What is parsed and compiled counts against the limit: a state never takes more, whatever it loads.
#[test]
fn loading_keeps_to_the_memory_limit() {
    const LIMIT: usize = 8 << 20;
    const LONG: usize = 20 << 20;
    // The host's own reserves, and what the parser's stacks have beforehand.
    const SLACK: usize = 512 << 10;
    let repeated = |start: &str, part: &str, end: &str| {
        let count = (LONG - start.len() - end.len()) / part.len();
        [start, &part.repeat(count), end].concat()
    };
    for (name, source) in [
        ("statements", repeated("", "x = y + f(z) ", "")),
        (
            "functions",
            repeated("", "function f(a, b) return a + b end ", ""),
        ),
        (
            "one function",
            repeated("function f() ", "x = y + f(z) ", "end"),
        ),
        ("one table", repeated("return {", "x, y + 1, {1, z}, ", "}")),
        ("one sum", repeated("return x", " + f(y)", "")),
        ("strings", {
            let parts = (0..LONG / 20).map(|i| format!("x = 'a string {i:7}' "));
            parts.collect::<String>()
        }),
        ("constants", {
            let parts = (0..LONG / 20).map(|i| format!("{{{i}.5}}, "));
            format!("return {{{}}}", parts.collect::<String>())
        }),
    ] {
        let mut world = World::limited(LIMIT);
        failing::arm(LIMIT + SLACK);
        let env = world.vm.globals();
        let loaded = world.vm.load(source.as_bytes(), b"=long", None, env);
        assert!(!failing::disarm(), "{name} takes more than the limit");
        assert!(loaded.is_err(), "{name}");
        assert_eq!(world.error_text(), "not enough memory", "{name}");
        world.check_usable();
    }
}
