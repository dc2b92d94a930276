//! A random program prints the same and takes the same fuel interpreted and compiled, whatever the compiler's options.
#![no_main]

#[path = "../../conformance/tests/random/program.rs"]
#[allow(dead_code, reason = "programs without hot loops are made elsewhere")]
mod program;
#[path = "../../conformance/tests/random/render.rs"]
#[allow(
    dead_code,
    reason = "programs without hot loops are rendered elsewhere"
)]
mod render;

use libfuzzer_sys::fuzz_target;
use perilune::vm::run::Outcome;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

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

/// What a script prints, how it ends, and the fuel it leaves.
type Run = (String, Outcome, Option<u64>);

/// Says where two runs differ.
fn compare(script: &str, how: &str, found: &Run, expected: &Run) {
    if found == expected {
        return;
    }
    let lines = found.0.lines().zip(expected.0.lines()).enumerate();
    let line = lines.into_iter().find(|(_, (a, b))| a != b);
    panic!(
        "{script}\n{how}\nends {:?} {:?}, interpreted {:?} {:?}\nline, found, expected: {line:?}",
        found.1, found.2, expected.1, expected.2
    );
}

fn run(script: &str, options: &str, fuel: u64) -> Run {
    let (mut vm, printed) = perilune_fuzz::compiling(options, fuel);
    let globals = vm.globals();
    let Ok(function) = vm.load(script.as_bytes(), b"=fuzz", Some(b"t"), globals) else {
        return (String::new(), Outcome::Failed, None);
    };
    let outcome = vm.run(function.into(), &[]);
    let left = vm.fuel();
    (
        String::from_utf8_lossy(&printed.borrow()).into_owned(),
        outcome,
        left,
    )
}

fuzz_target!(|data: &[u8]| {
    let [mode, guard, slack, rest @ ..] = data else {
        return;
    };
    // The bytes make the seed; used one by one most of them would build nothing.
    let mut seed = [0u8; 32];
    for (i, byte) in rest.iter().enumerate() {
        seed[i % 32] = seed[i % 32].wrapping_mul(31) ^ byte;
    }
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let Ok(tree) = program::loops().new_tree(&mut runner) else {
        return;
    };
    let source = render::hot_source(&tree.current());
    let script = format!("{}H('p', [==[\n{source}]==])", render::PRELUDE);
    // No guard fails, or one of the first of all traces.
    let mode = format!(
        "{},failguard={},hotloop=1,hotexit=1",
        MODES[usize::from(*mode) % MODES.len()],
        (guard / 2) * (guard % 2) % 64,
    );
    let tank = 3_000_000;
    let expected = run(&script, "mode=off", tank);
    let found = run(&script, &mode, tank);
    compare(&script, &mode, &found, &expected);
    // The same with too little fuel for all of it.
    let used = tank - expected.2.unwrap_or(tank);
    let fuel = used * u64::from(*slack) / 256;
    if fuel > 0 {
        let expected = run(&script, "mode=off", fuel);
        let found = run(&script, &mode, fuel);
        compare(&script, &format!("{mode}, {fuel} units"), &found, &expected);
    }
});
