//! The platform's error numbers.

use perilune_kernel::Errno;

macro_rules! numbers {
    ($($name:ident)*) => {
        fn number(errno: Errno) -> Option<libc::c_int> {
            match errno {
                $(Errno::$name => Some(libc::$name),)*
                _ => None,
            }
        }
    };
}

numbers! {
    EPERM ENOENT EINTR EIO ENXIO E2BIG EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT EBUSY EEXIST ENODEV ENOTDIR EISDIR EINVAL ENFILE
    EMFILE ENOTTY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ELOOP ENOMSG EPROTO
    EBADMSG EOVERFLOW ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT EOPNOTSUPP EAFNOSUPPORT EADDRINUSE
    EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ETIMEDOUT ECONNREFUSED
    EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EDQUOT ECANCELED ENOEXEC ETXTBSY
}

/// What the last failed call left in `errno`.
pub fn last() -> Errno {
    let number_now = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
    let named = Errno::ALL
        .iter()
        .find(|errno| number(**errno) == Some(number_now));
    named.copied().unwrap_or(Errno::Other(number_now))
}
