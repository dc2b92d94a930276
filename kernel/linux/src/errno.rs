//! Linux's error numbers.

use perilune_kernel::Errno;

macro_rules! numbers {
    ($($number:literal $name:ident,)*) => {
        /// What a negative result of the kernel says.
        pub fn from_linux(number: i32) -> Errno {
            match number {
                $($number => Errno::$name,)*
                number => Errno::Other(number),
            }
        }

        /// The number of an error.
        pub fn to_linux(errno: Errno) -> i32 {
            match errno {
                $(Errno::$name => $number,)*
                Errno::Other(number) => number,
            }
        }
    };
}

numbers! {
    1 EPERM, 2 ENOENT, 4 EINTR, 5 EIO, 6 ENXIO, 7 E2BIG, 8 ENOEXEC, 9 EBADF, 10 ECHILD, 11 EAGAIN, 12 ENOMEM, 13 EACCES,
    14 EFAULT, 16 EBUSY, 17 EEXIST, 19 ENODEV, 20 ENOTDIR, 21 EISDIR, 22 EINVAL, 23 ENFILE, 24 EMFILE, 25 ENOTTY, 26 ETXTBSY,
    27 EFBIG, 28 ENOSPC, 29 ESPIPE, 30 EROFS, 31 EMLINK, 32 EPIPE, 33 EDOM, 34 ERANGE, 35 EDEADLK, 36 ENAMETOOLONG, 37 ENOLCK,
    38 ENOSYS, 40 ELOOP, 42 ENOMSG, 71 EPROTO, 74 EBADMSG, 75 EOVERFLOW, 88 ENOTSOCK, 89 EDESTADDRREQ, 90 EMSGSIZE, 91 EPROTOTYPE,
    92 ENOPROTOOPT, 93 EPROTONOSUPPORT, 95 EOPNOTSUPP, 97 EAFNOSUPPORT, 98 EADDRINUSE, 99 EADDRNOTAVAIL, 100 ENETDOWN,
    101 ENETUNREACH, 102 ENETRESET, 103 ECONNABORTED, 104 ECONNRESET, 105 ENOBUFS, 106 EISCONN, 107 ENOTCONN, 110 ETIMEDOUT,
    111 ECONNREFUSED, 112 EHOSTDOWN, 113 EHOSTUNREACH, 114 EALREADY, 115 EINPROGRESS, 116 ESTALE, 122 EDQUOT, 125 ECANCELED,
}

/// A result of the kernel, negative for an error. Calls that would begin again after a signal end with `EINTR`, as they do for a process
/// whose handlers don't restart them.
pub fn checked(result: i64) -> Result<i64, Errno> {
    const ERESTARTSYS: i64 = -512;
    const ERESTART_RESTARTBLOCK: i64 = -516;
    match result {
        ERESTART_RESTARTBLOCK..=ERESTARTSYS => Err(Errno::EINTR),
        ..0 => Err(from_linux(result.wrapping_neg() as i32)),
        n => Ok(n),
    }
}
