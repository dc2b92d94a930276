//! Whatever a process loads, runs, maps and closes, and wherever its pointers lead: the simulated kernel bears it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune_hostile::choices::Choices;
use perilune_hostile::descriptors;

#[path = "../../kernel/hostile/tests/support/mod.rs"]
mod support;

fuzz_target!(init: support::interrupt_often(), |data: &[u8]| {
    descriptors::renew();
    support::attack(&mut Choices::of_bytes(data), 40);
});
