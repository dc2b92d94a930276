//! How good the generated inputs are: a target whose inputs mostly fail tests little.

use std::sync::atomic::{AtomicU64, Ordering};

/// Inputs between two reports.
const PERIOD: u64 = 1000;

/// Counts inputs that are good for something.
pub struct Quality {
    what: &'static str,
    /// The least part of them, in percent.
    least: u64,
    all: AtomicU64,
    good: AtomicU64,
}

impl Quality {
    /// None counted yet.
    pub const fn new(what: &'static str, least: u64) -> Quality {
        Quality {
            what,
            least,
            all: AtomicU64::new(0),
            good: AtomicU64::new(0),
        }
    }

    /// Counts an input, reports now and then, and panics if too few were good.
    pub fn count(&self, is_good: bool) {
        let good = self.good.fetch_add(u64::from(is_good), Ordering::Relaxed) + u64::from(is_good);
        let all = self.all.fetch_add(1, Ordering::Relaxed) + 1;
        if all.is_multiple_of(PERIOD) {
            let part = good as f64 / all as f64 * 100.0;
            eprintln!("{}: {part:.1} % of {all}", self.what);
            assert!(good * 100 >= self.least * all, "the generator got worse");
        }
    }
}
