//! Linux's numbers by name, as scripts find them in `sys`.

/// Names and numbers.
pub const CONSTANTS: &[(&str, i32)] = &[
    ("POLLIN", 0x1),
    ("POLLPRI", 0x2),
    ("POLLOUT", 0x4),
    ("POLLERR", 0x8),
    ("POLLHUP", 0x10),
    ("POLLNVAL", 0x20),
    ("MSG_PEEK", 0x2),
    ("MSG_CTRUNC", 0x8),
    ("MSG_TRUNC", 0x20),
    ("MSG_DONTWAIT", DONT_WAIT),
    ("MSG_EOR", 0x80),
    ("MSG_WAITALL", 0x100),
    ("MSG_NOSIGNAL", NO_SIGNAL),
    ("SOCK_NONBLOCK", 0o4000),
    ("SOCK_CLOEXEC", 0o2000000),
    ("O_RDONLY", 0),
    ("O_WRONLY", 1),
    ("O_RDWR", 2),
    ("O_NONBLOCK", 0o4000),
    ("O_APPEND", 0o2000),
    ("FD_CLOEXEC", 1),
];

/// The flag with which receiving doesn't wait.
pub const DONT_WAIT: i32 = 0x40;
/// The flag with which a broken pipe is no signal.
pub const NO_SIGNAL: i32 = 0x4000;
