//! Descriptors that scripts of the attack have to play with: all at known numbers, none that waits.

use std::io;

/// The first one's number.
pub const FIRST: i32 = 700;
/// How many there are.
pub const COUNT: usize = 8;
/// Beyond the last that the attack could come to have.
const END: u32 = 1000;

fn checked(result: libc::c_int) -> libc::c_int {
    assert!(result >= 0, "{}", io::Error::last_os_error());
    result
}

/// Makes them, in the place of what was there.
///
/// # Panics
/// If the system doesn't let us.
#[allow(unsafe_code)]
pub fn renew() {
    // SAFETY: these calls take numbers and arrays of two numbers; nothing else in this program uses descriptors in this range.
    unsafe {
        libc::syscall(libc::SYS_close_range, FIRST as u32, END, 0);
        let mut pair = [0; 2];
        let mut own = Vec::new();
        checked(libc::pipe2(pair.as_mut_ptr(), libc::O_NONBLOCK));
        own.extend(pair);
        let kind = libc::SOCK_DGRAM | libc::SOCK_NONBLOCK;
        checked(libc::socketpair(libc::AF_UNIX, kind, 0, pair.as_mut_ptr()));
        own.extend(pair);
        let kind = libc::SOCK_STREAM | libc::SOCK_NONBLOCK;
        checked(libc::socketpair(libc::AF_UNIX, kind, 0, pair.as_mut_ptr()));
        own.extend(pair);
        let kind = libc::SOCK_DGRAM | libc::SOCK_NONBLOCK;
        own.push(checked(libc::socket(libc::AF_INET, kind, 0)));
        own.push(checked(
            libc::syscall(libc::SYS_memfd_create, c"file".as_ptr(), 0) as libc::c_int,
        ));
        for (i, fd) in own.into_iter().enumerate() {
            checked(libc::dup2(fd, FIRST + i as i32));
            libc::close(fd);
        }
    }
}
