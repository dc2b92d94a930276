//! Any text gives a tree or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune::syntax::{ParseOptions, parse};
use perilune_fuzz_inputs::inputs::Text;

fuzz_target!(|text: Text| {
    for compat52 in [false, true] {
        let arena = bumpalo::Bump::new();
        arena.set_allocation_limit(Some(64 << 20));
        let tree = parse(&arena, &text.bytes, ParseOptions { compat52 });
        assert!(tree.is_ok() || !text.is_valid, "a program");
    }
});
