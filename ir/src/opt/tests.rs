//! The ladder ([`crate::model::check`]) on random traces: for each optimisation by itself, each left out, and all of them.

use std::string::{String, ToString};
use std::{format, println};

use proptest::prelude::*;

use crate::model::{self, Model, Rng, random_trace};
use crate::opt::Options;

/// Checks one seed; tells whether the optimiser had an answer.
fn check(seed: u64, size: usize, options: Options) -> Result<bool, String> {
    let mut rng = Rng::new(seed);
    let mut model = Model::new(&mut rng);
    model.closures = true;
    model.rare = seed % 2 == 1;
    if rng.chance(4) {
        model.set_fuel(5);
    }
    let plain = random_trace(&mut rng, &model, size).map_err(|e| e.to_string())?;
    model::check(&plain, &model, options).map_err(|e| format!("seed {seed} {e}"))
}

fn only(names: &[&str]) -> Options {
    let mut o = Options::NONE;
    for n in names {
        assert!(o.set(n, true));
    }
    o
}

fn without(name: &str) -> Options {
    let mut o = Options::ALL;
    assert!(o.set(name, false));
    o
}

fn must(seed: u64, size: usize, o: Options) -> Result<bool, TestCaseError> {
    check(seed, size, o).map_err(TestCaseError::fail)
}

/// `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES");
    asked.ok().and_then(|n| n.parse().ok()).unwrap_or(300)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing(seed: u64, size in 1..40usize) { must(seed, size, Options::NONE)?; }
    #[test]
    fn fold_alone(seed: u64, size in 1..40usize) { must(seed, size, only(&["fold"]))?; }
    #[test]
    fn cse_alone(seed: u64, size in 1..40usize) { must(seed, size, only(&["cse"]))?; }
    #[test]
    fn dce_alone(seed: u64, size in 1..40usize) { must(seed, size, only(&["dce"]))?; }
    #[test]
    fn fwd_alone(seed: u64, size in 1..40usize) { must(seed, size, only(&["fwd"]))?; }
    #[test]
    fn dse_alone(seed: u64, size in 1..40usize) { must(seed, size, only(&["dse"]))?; }
    #[test]
    fn loop_alone(seed: u64, size in 1..40usize) { must(seed, size, only(&["loop"]))?; }
    #[test]
    fn narrowing(seed: u64, size in 1..40usize) { must(seed, size, only(&["fold", "narrow"]))?; }
    #[test]
    fn bounds_checks(seed: u64, size in 1..40usize) { must(seed, size, only(&["fold", "cse", "abc"]))?; }
    #[test]
    fn straight(seed: u64, size in 1..40usize) { must(seed, size, without("loop"))?; }
    #[test]
    fn all(seed: u64, size in 1..40usize) { must(seed, size, Options::ALL)?; }
    #[test]
    fn one_left_out(seed: u64, size in 1..40usize, n in 0..Options::NAMES.len()) { must(seed, size, without(Options::NAMES[n]))?; }
}

/// Most random traces have to get through the optimiser, or the tests above say little.
#[test]
fn most_traces_count() {
    let done = (0..300)
        .filter(|&s| check(s, 4 + s as usize % 30, Options::ALL) == Ok(true))
        .count();
    println!("{done} of 300");
    assert!(done > 200, "{done} of 300");
}
