//! The string library with any arguments does the same interpreted and in compiled loops.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune_fuzz_inputs::state::{compare, run};
use perilune_fuzz_inputs::strings::Calls;

fuzz_target!(|calls: Calls| {
    let script = calls.script();
    let expected = run(&script, "mode=off", 3_000_000);
    let mode = match calls.mode % 4 {
        0 => "mode=evaluate",
        1 => "mode=raw",
        2 => "mode=compile,regseed=3",
        _ => "mode=compile",
    };
    let mode = format!("{mode},hotloop=1,hotexit=1");
    compare(&script, &mode, &run(&script, &mode, 3_000_000), &expected);
});
