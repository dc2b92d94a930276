//! A program does the same whether the collector runs at every allocation, at its own pace or never.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune_fuzz::quality::Quality;
use perilune_fuzz::{compare, programs, run, way_to_run};

static RAN: Quality = Quality::new("programs that ran without error", 95);
const TANK: u64 = 3_000_000;

fuzz_target!(|data: &[u8]| {
    let [mode, rest @ ..] = data else {
        return;
    };
    let Some(script) = programs::any(rest) else {
        return;
    };
    let mode = way_to_run(*mode);
    let expected = run(&script, mode, TANK);
    RAN.count(expected.0.contains("-- ok"));
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
