//! Ctrl-C: while a script runs, the first one asks the engine to stop; a second one before that has happened ends
//! the program, as it does where no script runs.

use std::sync::atomic::{AtomicBool, Ordering};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Takes the request to stop, if there is one.
pub fn take() -> bool {
    REQUESTED.load(Ordering::Relaxed) && REQUESTED.swap(false, Ordering::Relaxed)
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
