//! What the kernels don't have in common: numbers. The same code is linked into all of them; the C side says which one it is.

use perilune_kernel::Errno;
use perilune_kernel::kernel::AddressLayout;

use crate::shim;

/// A kernel's numbers.
pub struct System {
    /// Names and numbers as scripts find them in `sys`.
    pub constants: &'static [(&'static str, i32)],
    /// The flag with which receiving doesn't wait.
    pub dont_wait: i32,
    /// The flag with which a broken pipe is no signal.
    pub no_signal: i32,
    /// How addresses look.
    pub address_layout: AddressLayout,
    errnos: &'static [(i32, Errno)],
}

macro_rules! errnos {
    ($($number:literal $name:ident)*) => { &[$(($number, Errno::$name)),*] };
}

/// Poll's events, of which all kernels have the same.
macro_rules! constants {
    ($($name:literal = $number:expr;)*) => {
        &[
            ("POLLIN", 0x1), ("POLLPRI", 0x2), ("POLLOUT", 0x4), ("POLLERR", 0x8), ("POLLHUP", 0x10), ("POLLNVAL", 0x20),
            ("MSG_PEEK", 0x2), ("O_RDONLY", 0), ("O_WRONLY", 1), ("O_RDWR", 2), ("FD_CLOEXEC", 1),
            $(($name, $number),)*
        ]
    };
}

static LINUX: System = System {
    constants: constants! {
        "MSG_CTRUNC" = 0x8;
        "MSG_TRUNC" = 0x20;
        "MSG_DONTWAIT" = 0x40;
        "MSG_EOR" = 0x80;
        "MSG_WAITALL" = 0x100;
        "MSG_NOSIGNAL" = 0x4000;
        "SOCK_NONBLOCK" = 0o4000;
        "SOCK_CLOEXEC" = 0o2000000;
        "O_NONBLOCK" = 0o4000;
        "O_APPEND" = 0o2000;
    },
    dont_wait: 0x40,
    no_signal: 0x4000,
    address_layout: AddressLayout {
        has_length: false,
        inet: 2,
        inet6: 10,
    },
    errnos: errnos! {
        1 EPERM 2 ENOENT 4 EINTR 5 EIO 6 ENXIO 7 E2BIG 8 ENOEXEC 9 EBADF 10 ECHILD 11 EAGAIN 12 ENOMEM 13 EACCES
        14 EFAULT 16 EBUSY 17 EEXIST 19 ENODEV 20 ENOTDIR 21 EISDIR 22 EINVAL 23 ENFILE 24 EMFILE 25 ENOTTY 26 ETXTBSY
        27 EFBIG 28 ENOSPC 29 ESPIPE 30 EROFS 31 EMLINK 32 EPIPE 33 EDOM 34 ERANGE 35 EDEADLK 36 ENAMETOOLONG 37 ENOLCK
        38 ENOSYS 40 ELOOP 42 ENOMSG 71 EPROTO 74 EBADMSG 75 EOVERFLOW 88 ENOTSOCK 89 EDESTADDRREQ 90 EMSGSIZE 91 EPROTOTYPE
        92 ENOPROTOOPT 93 EPROTONOSUPPORT 95 EOPNOTSUPP 97 EAFNOSUPPORT 98 EADDRINUSE 99 EADDRNOTAVAIL 100 ENETDOWN
        101 ENETUNREACH 102 ENETRESET 103 ECONNABORTED 104 ECONNRESET 105 ENOBUFS 106 EISCONN 107 ENOTCONN 110 ETIMEDOUT
        111 ECONNREFUSED 112 EHOSTDOWN 113 EHOSTUNREACH 114 EALREADY 115 EINPROGRESS 116 ESTALE 122 EDQUOT 125 ECANCELED
        // A call that would begin again after a signal ends with EINTR, as for a process whose handlers don't restart it.
        512 EINTR 513 EINTR 514 EINTR 516 EINTR
    },
};

static FREEBSD: System = System {
    constants: constants! {
        "MSG_CTRUNC" = 0x20;
        "MSG_TRUNC" = 0x10;
        "MSG_DONTWAIT" = 0x80;
        "MSG_EOR" = 0x8;
        "MSG_WAITALL" = 0x40;
        "MSG_NOSIGNAL" = 0x20000;
        "SOCK_NONBLOCK" = 0x2000_0000;
        "SOCK_CLOEXEC" = 0x1000_0000;
        "O_NONBLOCK" = 0x4;
        "O_APPEND" = 0x8;
    },
    dont_wait: 0x80,
    no_signal: 0x20000,
    address_layout: AddressLayout {
        has_length: true,
        inet: 2,
        inet6: 28,
    },
    errnos: errnos! {
        1 EPERM 2 ENOENT 4 EINTR 5 EIO 6 ENXIO 7 E2BIG 8 ENOEXEC 9 EBADF 10 ECHILD 11 EDEADLK 12 ENOMEM 13 EACCES
        14 EFAULT 16 EBUSY 17 EEXIST 19 ENODEV 20 ENOTDIR 21 EISDIR 22 EINVAL 23 ENFILE 24 EMFILE 25 ENOTTY 26 ETXTBSY
        27 EFBIG 28 ENOSPC 29 ESPIPE 30 EROFS 31 EMLINK 32 EPIPE 33 EDOM 34 ERANGE 35 EAGAIN 36 EINPROGRESS 37 EALREADY
        38 ENOTSOCK 39 EDESTADDRREQ 40 EMSGSIZE 41 EPROTOTYPE 42 ENOPROTOOPT 43 EPROTONOSUPPORT 45 EOPNOTSUPP
        47 EAFNOSUPPORT 48 EADDRINUSE 49 EADDRNOTAVAIL 50 ENETDOWN 51 ENETUNREACH 52 ENETRESET 53 ECONNABORTED
        54 ECONNRESET 55 ENOBUFS 56 EISCONN 57 ENOTCONN 60 ETIMEDOUT 61 ECONNREFUSED 62 ELOOP 63 ENAMETOOLONG 64 EHOSTDOWN
        65 EHOSTUNREACH 69 EDQUOT 70 ESTALE 77 ENOLCK 78 ENOSYS 83 ENOMSG 84 EOVERFLOW 85 ECANCELED 89 EBADMSG 92 EPROTO 93 ENOTCAPABLE
    },
};

/// The numbers of the kernel that this runs in.
pub fn system() -> &'static System {
    // SAFETY: it takes nothing.
    match unsafe { shim::pl_system() } {
        1 => &FREEBSD,
        _ => &LINUX,
    }
}

impl System {
    /// The number of an error. Where the kernel has none of this name it is an invalid argument, which has the same number everywhere.
    pub fn number(&self, errno: Errno) -> i32 {
        const INVALID: i32 = 22;
        match errno {
            Errno::Other(number) => number,
            errno => {
                let found = self.errnos.iter().find(|(_, e)| *e == errno);
                found.map_or(INVALID, |(number, _)| *number)
            }
        }
    }
}

/// A result of the kernel, negative for an error.
pub fn checked(result: i64) -> Result<i64, Errno> {
    if result >= 0 {
        return Ok(result);
    }
    let number = result.wrapping_neg() as i32;
    let found = system().errnos.iter().find(|(n, _)| *n == number);
    Err(found.map_or(Errno::Other(number), |(_, errno)| *errno))
}
