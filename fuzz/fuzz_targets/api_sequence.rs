//! Any sequence of calls of the embedding API does what a model in Rust says, and leaks or breaks nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune_fuzz_inputs::api::Sequence;

fuzz_target!(|sequence: Sequence| {
    sequence.run();
});
