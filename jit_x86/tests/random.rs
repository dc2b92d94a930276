//! The ladder's last rung: machine code = evaluator, on random traces, as recorded and optimised, for each policy of allocation and set of
//! features, with every guard forced to fail.

mod support;

use std::sync::atomic::Ordering::Relaxed;

use perilune_ir::model::Rng;
use perilune_ir::opt::Options;
use perilune_jit_x86::region::Region;

use support::Pages;
use support::ladder::{Plan, SIDES, check};

fn many(options: Options, guards: bool) {
    let asked = std::env::var("CASES").ok().and_then(|n| n.parse().ok());
    let first: u64 = std::env::var("SEED")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(0);
    let cases: u64 = asked.unwrap_or(if guards { 60 } else { 250 });
    let mut done = 0;
    for seed in first..first + cases {
        // A region of its own: the common code lies at its beginning.
        let mut region = Region::try_new(Pages::default(), 1 << 18).expect("a region");
        let plan = Plan {
            seed,
            size: 1 + seed as usize % 40,
            rare: seed % 2 == 1,
            options,
            guards,
        };
        match check(Rng::new(seed), plan, &mut region) {
            Ok(true) => done += 1,
            Ok(false) => {}
            Err(e) => panic!("{e}"),
        }
    }
    println!("{done} of {cases}, {} side traces", SIDES.load(Relaxed));
    assert!(done * 2 > cases && SIDES.load(Relaxed) > 0);
}

#[test]
fn as_recorded() {
    many(Options::NONE, false);
}
#[test]
fn optimised() {
    many(Options::ALL, false);
}
#[test]
fn as_recorded_with_failing_guards() {
    many(Options::NONE, true);
}
#[test]
fn optimised_with_failing_guards() {
    many(Options::ALL, true);
}

/// Additions overflow, by themselves or by force, whose results only snapshots want that nothing leaves with.
#[test]
fn overflow_that_nobody_sees() {
    let by_itself: &[u8] = b"\x13AAO,\x13A\0\0\0\0/\0\0\x0eO,AABNOT\0\x0eO";
    let by_force: &[u8] =
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xffAj\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0#\0\0\0\0\0\0\0\0\xf6\0\0\x17\x9eCNEW\x18j\0\x03\0\0\0\x03\0\0\0\0\0\x17\x17";
    let in_a_chain: &[u8] =
        b"C\0E\x01\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9JFFFFFFF\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9\xb9NL";
    for (bytes, seed, size, options, guards) in [
        (in_a_chain, 65, 16, Options::NONE, true),
        (by_itself, 14, 23, Options::ALL, false),
        (by_force, 255, 16, Options::NONE, true),
    ] {
        let mut region = Region::try_new(Pages::default(), 1 << 18).expect("a region");
        let rng = Rng::from_bytes(bytes);
        let plan = Plan {
            seed,
            size,
            rare: false,
            options,
            guards,
        };
        let result = check(rng, plan, &mut region);
        assert_eq!(result, Ok(true), "{seed}");
    }
}
