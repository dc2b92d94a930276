//! The platform's numbers by name, as scripts find them in `sys`.

macro_rules! constants {
    ($($name:ident)*) => {
        /// Names and numbers.
        pub const CONSTANTS: &[(&str, i32)] = &[$((stringify!($name), libc::$name as i32),)*];
    };
}

constants! {
    POLLIN POLLOUT POLLPRI POLLERR POLLHUP POLLNVAL
    MSG_DONTWAIT MSG_PEEK MSG_TRUNC MSG_WAITALL MSG_NOSIGNAL MSG_CTRUNC MSG_EOR
    SOCK_NONBLOCK SOCK_CLOEXEC
    O_RDONLY O_WRONLY O_RDWR O_NONBLOCK O_APPEND FD_CLOEXEC
}
