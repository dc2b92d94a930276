//! Copying and comparing short texts without a call: most strings are shorter than what a call costs.

use core::ptr;

/// Texts longer than this are left to the library.
const SHORT: usize = 64;

#[inline(always)]
unsafe fn load<T: Copy>(from: *const u8, at: usize) -> T {
    // SAFETY: the caller's promise.
    unsafe { from.add(at).cast::<T>().read_unaligned() }
}

#[inline(always)]
unsafe fn store<T: Copy>(to: *mut u8, at: usize, value: T) {
    // SAFETY: the caller's promise.
    unsafe { to.add(at).cast::<T>().write_unaligned(value) }
}

/// Copies `len` bytes.
///
/// # Safety
/// So many bytes are valid to be read at `from` and written at `to`, and the two don't overlap.
#[inline(always)]
pub(crate) unsafe fn copy(from: *const u8, to: *mut u8, len: usize) {
    // SAFETY: the caller's promise; every access lies in the first `len` bytes.
    unsafe {
        if len > SHORT {
            ptr::copy_nonoverlapping(from, to, len);
        } else if len >= 16 {
            let mut at = 0;
            while at + 16 < len {
                store(to, at, load::<[u64; 2]>(from, at));
                at += 16;
            }
            store(to, len - 16, load::<[u64; 2]>(from, len - 16));
        } else if len >= 8 {
            store(to, 0, load::<u64>(from, 0));
            store(to, len - 8, load::<u64>(from, len - 8));
        } else if len >= 4 {
            store(to, 0, load::<u32>(from, 0));
            store(to, len - 4, load::<u32>(from, len - 4));
        } else if len > 0 {
            store(to, 0, load::<u8>(from, 0));
            store(to, len / 2, load::<u8>(from, len / 2));
            store(to, len - 1, load::<u8>(from, len - 1));
        }
    }
}

/// Are two texts of the same length equal?
#[inline(always)]
pub(crate) fn equal(a: &[u8], b: &[u8]) -> bool {
    let len = a.len();
    if len != b.len() || len > SHORT {
        return a == b;
    }
    let (x, y) = (a.as_ptr(), b.as_ptr());
    // SAFETY: both texts have `len` bytes.
    unsafe {
        let differ = |at: usize| load::<u64>(x, at) ^ load::<u64>(y, at);
        if len >= 16 {
            let mut at = 0;
            while at + 16 < len {
                if differ(at) | differ(at + 8) != 0 {
                    return false;
                }
                at += 16;
            }
            differ(len - 16) | differ(len - 8) == 0
        } else if len >= 8 {
            differ(0) | differ(len - 8) == 0
        } else if len >= 4 {
            let differ = |at: usize| load::<u32>(x, at) ^ load::<u32>(y, at);
            differ(0) | differ(len - 4) == 0
        } else if len > 0 {
            let differ = |at: usize| load::<u8>(x, at) ^ load::<u8>(y, at);
            differ(0) | differ(len / 2) | differ(len - 1) == 0
        } else {
            true
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use std::vec::Vec;

    #[test]
    fn every_length_is_copied_and_compared() {
        for len in 0..200usize {
            let text: Vec<u8> = (0..len).map(|i| (i * 7 + len) as u8).collect();
            let mut room = std::vec![0xEE; len + 1];
            // SAFETY: the room is long enough.
            unsafe { copy(text.as_ptr(), room.as_mut_ptr(), len) };
            assert_eq!((&room[..len], room[len]), (&text[..], 0xEE));
            assert!(equal(&room[..len], &text));
            for i in 0..len {
                room[i] ^= 1;
                assert!(!equal(&room[..len], &text));
                room[i] ^= 1;
            }
            assert!(!equal(&room, &text));
        }
    }
}
