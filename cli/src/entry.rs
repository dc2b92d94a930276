//! Where the program begins: C's `main` in place of `std`'s, which opens the list of the process's mappings at each start to
//! prepare for a stack overflow. That takes a tenth of the time in which a small script runs, and brings a quarter of a
//! megabyte of the C library into memory; and nothing here recurses.
//!
//! What `std`'s also does has to do without: signals are as they were inherited, so that a broken pipe ends the program, and
//! standard streams that are closed stay closed.

use std::ffi::{CStr, c_char, c_int};

/// C's `main`.
#[unsafe(no_mangle)]
extern "C" fn main(count: c_int, arguments: *const *const c_char) -> c_int {
    let count = usize::try_from(count).unwrap_or(0);
    let arguments = (0..count).map(|i| {
        // SAFETY: the C library hands over `count` strings, which live as long as the process.
        let argument = unsafe { CStr::from_ptr(*arguments.add(i)) };
        argument.to_bytes().to_vec()
    });
    // Unlike returning, this flushes what `std` has buffered.
    std::process::exit(crate::command(arguments.collect()))
}
