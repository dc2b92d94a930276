//! A random program prints the same and takes the same fuel interpreted and compiled, whatever the compiler's options.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune_fuzz_inputs::inputs::Hot;
use perilune_fuzz_inputs::state::{compare, run};

const MODES: [&str; 16] = [
    "mode=compile",
    "mode=compile,regseed=1",
    "mode=compile,maxmcode=8",
    "mode=compile,-fold",
    "mode=compile,-cse",
    "mode=compile,-fwd",
    "mode=compile,-sink",
    "mode=compile,-loop",
    "mode=compile,-narrow",
    "mode=compile,-abc",
    "mode=compile,-dse",
    "mode=compile,-dce",
    "mode=compile,-fuse",
    "mode=compile,gczeal=1",
    "mode=evaluate",
    "mode=raw",
];

fuzz_target!(|input: Hot| {
    let script = input.program.script();
    // No guard fails, or one of the first of all traces.
    let mode = format!(
        "{},failguard={},hotloop=1,hotexit=1",
        MODES[usize::from(input.mode) % MODES.len()],
        (input.guard / 2) * (input.guard % 2) % 64,
    );
    let tank = 3_000_000;
    let expected = run(&script, "mode=off", tank);
    let found = run(&script, &mode, tank);
    compare(&script, &mode, &found, &expected);
    // The same with too little fuel for all of it.
    let used = tank - expected.2.unwrap_or(tank);
    let fuel = used * u64::from(input.fuel) / 256;
    if fuel > 0 {
        let expected = run(&script, "mode=off", fuel);
        let found = run(&script, &mode, fuel);
        compare(&script, &format!("{mode}, {fuel} units"), &found, &expected);
    }
});
