//! Any bytes give a tree or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune::syntax::{ParseOptions, parse};

fuzz_target!(|data: &[u8]| {
    for compat52 in [false, true] {
        let arena = bumpalo::Bump::new();
        arena.set_allocation_limit(Some(64 << 20));
        let _ = parse(&arena, data, ParseOptions { compat52 });
    }
});
