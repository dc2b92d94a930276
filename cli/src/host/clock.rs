//! Clocks and the local time zone.

use std::ffi::CStr;
use std::io;
use std::mem::MaybeUninit;
use std::time::{SystemTime, UNIX_EPOCH};

use perilune::host::{WallTime, ZoneOffset};

/// The time of day; also before 1970.
pub fn wall_time() -> WallTime {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => WallTime {
            seconds: since.as_secs() as i64,
            nanoseconds: since.subsec_nanos(),
        },
        Err(before) => {
            let until = before.duration();
            WallTime {
                seconds: -(until.as_secs() as i64) - i64::from(until.subsec_nanos() > 0),
                nanoseconds: (1_000_000_000 - until.subsec_nanos()) % 1_000_000_000,
            }
        }
    }
}

/// Processor time of this process in nanoseconds.
pub fn cpu_time() -> io::Result<u64> {
    let mut time = MaybeUninit::<libc::timespec>::uninit();
    // SAFETY: the pointer is to writable memory of the right type.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, time.as_mut_ptr()) };
    if status != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: a successful call has written it.
    let time = unsafe { time.assume_init() };
    Ok(time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64)
}

/// What the zone named by TZ, or the system's, says about a moment.
pub fn zone_offset(seconds: i64) -> Option<ZoneOffset> {
    let moment: libc::time_t = seconds;
    let mut date = MaybeUninit::<libc::tm>::uninit();
    // SAFETY: both pointers are valid for the call; `localtime_r` is safe with threads as long as nobody changes the
    // environment, which this program never does.
    let result = unsafe { libc::localtime_r(&moment, date.as_mut_ptr()) };
    if result.is_null() {
        return None;
    }
    // SAFETY: a successful call has written it.
    let date = unsafe { date.assume_init() };
    let mut abbreviation = [0u8; 16];
    if !date.tm_zone.is_null() {
        // SAFETY: `tm_zone` is a NUL-terminated string that lives as long as the zone's data, which is for good.
        let name = unsafe { CStr::from_ptr(date.tm_zone) }.to_bytes();
        let length = name.len().min(abbreviation.len());
        abbreviation[..length].copy_from_slice(&name[..length]);
    }
    Some(ZoneOffset {
        seconds: i32::try_from(date.tm_gmtoff).ok()?,
        daylight: date.tm_isdst > 0,
        abbreviation,
    })
}
