//! A clock for profilers: counts the samples that are due by the processor's time, in a thread of its own.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use super::clock::cpu_time;

/// Samples that are due.
static DUE: AtomicU32 = AtomicU32::new(0);
/// Which clock counts; older ones end.
static CURRENT: AtomicU64 = AtomicU64::new(0);

/// Begins to count, one sample in so many milliseconds.
pub fn start(interval: u32) -> bool {
    let this = CURRENT.fetch_add(1, Ordering::SeqCst) + 1;
    DUE.store(0, Ordering::Relaxed);
    let Ok(mut last) = cpu_time() else {
        return false;
    };
    let wait = Duration::from_millis(u64::from(interval));
    let interval = u64::from(interval) * 1_000_000;
    let clock = move || {
        while CURRENT.load(Ordering::Relaxed) == this {
            thread::sleep(wait);
            let Ok(now) = cpu_time() else { return };
            // What sleeps isn't sampled.
            let due = now.saturating_sub(last) / interval;
            last += due * interval;
            DUE.fetch_add(u32::try_from(due).unwrap_or(0), Ordering::Relaxed);
        }
    };
    thread::Builder::new().spawn(clock).is_ok()
}

/// Ends that.
pub fn stop() {
    CURRENT.fetch_add(1, Ordering::SeqCst);
}

/// Takes the samples that are due.
pub fn take() -> u32 {
    match DUE.load(Ordering::Relaxed) {
        0 => 0,
        _ => DUE.swap(0, Ordering::Relaxed),
    }
}
