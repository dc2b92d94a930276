//! Ctrl-C: while a script runs, the first one asks the engine to stop; a second one before that has happened ends
//! the program, as it does where no script runs.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Has a debugger something to say? Other than Ctrl-C that ends no run.
static ATTENTION: AtomicBool = AtomicBool::new(false);

/// How many more times a run polls until it is stopped, while requests for attention are held; negative while they aren't.
static POLLS: AtomicI64 = AtomicI64::new(-1);

/// What is evaluated while a script is stopped ends after so many polls, which come every 20,000 loops and calls.
const MOST_POLLS: i64 = 20_000;

/// While this lives, runs aren't stopped by requests for attention, but don't run for ever either.
pub struct Held(());

impl Held {
    /// Begins.
    pub fn begin() -> Held {
        POLLS.store(MOST_POLLS, Ordering::Relaxed);
        Held(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        POLLS.store(-1, Ordering::Relaxed);
    }
}

/// Takes the request to stop, if there is one.
pub fn take() -> bool {
    let is_asked = match POLLS.load(Ordering::Relaxed) {
        ..0 => ATTENTION.load(Ordering::Relaxed),
        left => {
            POLLS.store((left - 1).max(0), Ordering::Relaxed);
            left == 0
        }
    };
    is_asked || REQUESTED.load(Ordering::Relaxed) && REQUESTED.swap(false, Ordering::Relaxed)
}

/// Stops the run soon, for a debugger to look at what it was asked.
pub fn request_attention() {
    ATTENTION.store(true, Ordering::Release);
}

/// Takes the debugger's request, if there is one.
pub fn take_attention() -> bool {
    ATTENTION.swap(false, Ordering::Acquire)
}

/// Is there a request that nobody has taken?
pub fn is_requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

/// While this lives, Ctrl-C is a request to stop.
pub struct Interruptible(());

impl Interruptible {
    /// Begins.
    pub fn begin() -> Interruptible {
        REQUESTED.store(false, Ordering::Relaxed);
        set_action(
            libc::SIGINT,
            on_interrupt as extern "C" fn(libc::c_int) as libc::sighandler_t,
        );
        Interruptible(())
    }
}

impl Drop for Interruptible {
    fn drop(&mut self) {
        set_action(libc::SIGINT, libc::SIG_DFL);
        REQUESTED.store(false, Ordering::Relaxed);
    }
}

extern "C" fn on_interrupt(_signal: libc::c_int) {
    // Only what is safe in a signal handler: an atomic store and sigaction.
    REQUESTED.store(true, Ordering::Relaxed);
    set_action(libc::SIGINT, libc::SIG_DFL);
}

/// Sets what a signal does. System calls aren't restarted, so that waiting for input ends.
fn set_action(signal: libc::c_int, handler: libc::sighandler_t) {
    // SAFETY: a zeroed `sigaction` is a valid one with no flags; `sigemptyset` and `sigaction` get pointers to it that
    // live through the calls; the handler is one of the constants or `on_interrupt`, which does only what handlers may.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler;
        libc::sigemptyset(&mut action.sa_mask);
        libc::sigaction(signal, &action, std::ptr::null_mut());
    }
}
