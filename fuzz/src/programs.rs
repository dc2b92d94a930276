//! Random programs out of an input's bytes.

use proptest::strategy::{BoxedStrategy, Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::program::{self, Block};
use crate::render;

fn generate(bytes: &[u8], strategy: BoxedStrategy<Block>) -> Option<Block> {
    // The bytes make the seed; used one by one most of them would build nothing.
    let mut seed = [0u8; 32];
    for (i, byte) in bytes.iter().enumerate() {
        seed[i % 32] = seed[i % 32].wrapping_mul(31) ^ byte;
    }
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    Some(strategy.new_tree(&mut runner).ok()?.current())
}

/// The prelude, and a program that its function `handler` runs.
fn script(handler: char, source: &str) -> String {
    format!("{}{handler}('p', [==[\n{source}]==])", render::PRELUDE)
}

/// A valid program of any kind. It prints "-- ok" or "-- error" and a message at the end.
pub fn any(bytes: &[u8]) -> Option<String> {
    Some(script('P', &plain(bytes)?))
}

/// The same without the prelude, which it needs.
pub fn plain(bytes: &[u8]) -> Option<String> {
    Some(render::source(&generate(bytes, program::program())?))
}

/// A program with hot loops, which is run three times.
pub fn hot(bytes: &[u8]) -> Option<String> {
    let source = render::hot_source(&generate(bytes, program::loops())?);
    Some(script('H', &source))
}

/// The helpers that programs need.
pub const PRELUDE: &str = render::PRELUDE;
