//! The functions of the module's C side. They may sleep, and leave the FPU while they work: its registers are lost across them, as across any call.

use core::ffi::c_void;

/// A piece of memory for a vectored call; laid out as `struct pl_piece`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Piece {
    /// An address of the kernel or of the process.
    pub address: u64,
    pub len: u64,
}

/// Slots of a batch; laid out as `struct pl_slots`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct BatchSlots {
    pub start: u64,
    pub count: u32,
    pub size: u32,
    pub stride: u64,
}

/// A descriptor to wait for; laid out as `struct pollfd`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct PollFd {
    pub fd: i32,
    pub events: i16,
    pub revents: i16,
}

unsafe extern "C" {
    /// Which kernel it is: 0 Linux, 1 FreeBSD.
    pub fn pl_system() -> i32;
    pub fn pl_bug(text: *const u8, len: usize) -> !;
    pub fn pl_allocate(size: usize, align: usize) -> *mut c_void;
    pub fn pl_release(block: *mut c_void, size: usize, align: usize);
    pub fn pl_reserve(owner: *mut c_void, size: usize) -> bool;
    pub fn pl_unreserve(owner: *mut c_void, size: usize);
    pub fn pl_region_allocate(owner: *mut c_void, size: usize, pages: *mut *mut c_void) -> *mut u8;
    pub fn pl_region_release(region: *mut u8, size: usize, pages: *mut c_void);
    pub fn pl_code_reserve(len: usize) -> *mut u8;
    pub fn pl_code_release(start: *mut u8, len: usize);
    pub fn pl_code_alias(start: *mut u8) -> *mut u8;
    pub fn pl_copy_in(to: *mut u8, from: u64, len: usize) -> i32;
    pub fn pl_copy_out(to: u64, from: *const u8, len: usize) -> i32;
    pub fn pl_read(fd: i32, pieces: *const Piece, count: u32, user: bool, position: i64) -> i64;
    pub fn pl_write(fd: i32, pieces: *const Piece, count: u32, user: bool, position: i64) -> i64;
    pub fn pl_receive(
        fd: i32,
        pieces: *const Piece,
        count: u32,
        user: bool,
        flags: i32,
        address: *mut u8,
        address_len: *mut u32,
        message_flags: *mut i32,
    ) -> i64;
    pub fn pl_send(
        fd: i32,
        pieces: *const Piece,
        count: u32,
        user: bool,
        flags: i32,
        address: *const u8,
        address_len: u32,
    ) -> i64;
    pub fn pl_receive_batch(fd: i32, slots: *const BatchSlots, flags: i32, bytes: *mut u64) -> i64;
    pub fn pl_send_batch(fd: i32, slots: *const BatchSlots, flags: i32, bytes: *mut u64) -> i64;
    pub fn pl_poll(entries: *mut PollFd, count: u32, milliseconds: i32) -> i32;
    pub fn pl_accept(fd: i32, flags: i32, address: *mut u8, address_len: *mut u32) -> i32;
    pub fn pl_close(fd: i32) -> i32;
    pub fn pl_control(fd: i32, command: i32, argument: i32) -> i32;
    pub fn pl_seek(fd: i32, offset: i64, whence: i32) -> i64;
    pub fn pl_shut_down(fd: i32, how: i32) -> i32;
    pub fn pl_clock(clock: i32, seconds: *mut i64, nanoseconds: *mut u32);
    pub fn pl_sleep(nanoseconds: u64) -> i32;
    pub fn pl_identity(which: i32) -> i64;
    pub fn pl_has_to_stop(any_signal: bool) -> bool;
    pub fn pl_wants_endbr() -> bool;
    pub fn pl_entropy(bytes: *mut u64, len: usize);
}
