//! Attacks the simulated kernel, with machine code, by seeds.
//!
//! ```text
//! SEED=7 SECONDS=600 cargo test --release -p perilune-hostile --test simulated -- --nocapture
//! ```

mod support;

use std::env;
use std::time::{Duration, Instant};

use perilune_hostile::choices::Choices;
use perilune_hostile::{Counts, descriptors};

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().and_then(|text| text.parse().ok())
}

#[test]
fn random_calls() {
    let first = number("SEED").unwrap_or(1);
    let seconds = number("SECONDS");
    let begun = Instant::now();
    let mut counts = Counts::default();
    let mut seed = first;
    support::interrupt_often();
    loop {
        descriptors::renew();
        let mut choices = Choices::of_seed(seed);
        if env::var_os("VERBOSE").is_some() {
            println!("seed {seed}");
        }
        counts.add(support::attack(&mut choices, 40));
        seed += 1;
        let enough = match seconds {
            Some(seconds) => begun.elapsed() > Duration::from_secs(seconds),
            None => seed - first == 300,
        };
        if enough {
            break;
        }
    }
    println!("seeds {first} to {}: {counts:?}", seed - 1);
    if seed - first >= 100 {
        // The attack gets somewhere.
        assert!(counts.loaded > counts.loads / 3, "{counts:?}");
        assert!(counts.outcomes.iter().take(3).all(|&n| n > 0), "{counts:?}");
    }
}
