//! A program does the same whether the collector runs at every allocation, at its own pace or never.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune_fuzz_inputs::inputs::Plain;
use perilune_fuzz_inputs::state::{compare, run, way_to_run};

const TANK: u64 = 3_000_000;

fuzz_target!(|input: Plain| {
    let script = input.program.script();
    let mode = way_to_run(input.mode);
    let expected = run(&script, mode, TANK);
    let stopped = format!("collectgarbage('stop') {script}");
    let found = run(&stopped, mode, TANK);
    // That call takes fuel as well.
    assert_eq!(
        found.0, expected.0,
        "{mode}, without the collector\n{script}"
    );
    let zealous = format!("{mode},gczeal=1");
    compare(&script, &zealous, &run(&script, &zealous, TANK), &expected);
});
