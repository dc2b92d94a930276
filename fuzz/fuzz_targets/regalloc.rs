//! Traces out of the input's bytes: with registers allocated at random, machine code leaves the world as the evaluator does, whichever
//! guard fails.
#![no_main]

#[path = "../../jit_x86/tests/support/mod.rs"]
mod support;

use libfuzzer_sys::fuzz_target;
use perilune_ir::model::Rng;
use perilune_ir::opt::Options;
use perilune_jit_x86::region::Region;

use support::Pages;
use support::ladder::{Plan, check};

fuzz_target!(|data: &[u8]| {
    let [size, switches, seed, rest @ ..] = data else {
        return;
    };
    let options = if switches & 1 == 0 {
        Options::ALL
    } else {
        Options::NONE
    };
    let size = 1 + usize::from(*size) % 24;
    let mut region = Region::try_new(Pages::default(), 1 << 18).expect("a region");
    let rng = Rng::from_bytes(rest);
    let plan = Plan {
        seed: (*seed).into(),
        size,
        rare: switches & 4 != 0,
        options,
        guards: switches & 2 != 0,
    };
    // What random_trace can't build is no finding.
    if let Err(difference) = check(rng, plan, &mut region) {
        panic!("{difference}");
    }
});
