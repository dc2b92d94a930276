//! What the module's C side calls: load, run, the log, the region, release.

extern crate alloc;
use alloc::boxed::Box;
use core::ffi::c_void;
use core::ptr;

use perilune_kernel::request::{self, LoadRequest};
use perilune_kernel::{Errno, Exclusive, Kernel, Limits};

use crate::allocate::{KernelMemory, permanently, try_box};
use crate::kernel::{Native, Reservation};
use crate::shim;
use crate::system::system;

/// The largest region.
const MAX_REGION: u64 = 16 << 20;
/// Bytes of the log that are copied at a time.
const CHUNK: usize = 256;

/// A loaded script, which its descriptor owns.
pub struct Loaded {
    script: Exclusive,
    region: (*mut u8, usize, *mut c_void),
    // Given back last.
    _reservation: Reservation,
}

fn load(
    address: u64,
    max_memory: usize,
    max_code: u32,
    hardened: bool,
    owner: *mut c_void,
) -> Result<Box<Loaded>, Errno> {
    let mut process = Native::PLAIN;
    let request = LoadRequest::fetch(&mut process, address)?;
    if request.region > MAX_REGION {
        return Err(Errno::E2BIG);
    }
    let most = Limits {
        memory: max_memory.min(Limits::GREATEST.memory),
        code: max_code,
        ..Limits::GREATEST
    };
    let limits = request.limits(&most);
    let reservation = Reservation::new(owner, limits.memory)?;
    let code = (limits.code as usize) << 10;
    let kernel = Native::new(owner, request.region as usize, code, hardened)?;
    let region = kernel.region_parts();
    let kernel = try_box(kernel)?;
    let memory = try_box_memory();
    let script = request::load(&mut process, kernel, memory, &request, address, &most)?;
    try_box(Loaded {
        script: Exclusive::new(script),
        region,
        _reservation: reservation,
    })
}

/// The heap's memory; it has no size, so nothing is allocated.
fn try_box_memory() -> Box<dyn perilune::host::Memory> {
    Box::new(KernelMemory)
}

fn number(result: Result<(), Errno>) -> i32 {
    match result {
        Ok(()) => 0,
        Err(errno) => -system().number(errno),
    }
}

/// Prepares what all scripts share. Called once, while the module is inserted; false if there is no memory.
#[unsafe(no_mangle)]
extern "C" fn perilune_rust_prepare() -> bool {
    permanently(perilune::jit::prepare)
}

/// Loads what the request at `address` of the process says. Null and an error number if that fails.
///
/// # Safety
/// `errno` may be written; `owner` is what the C side charges, as long as the script lives.
#[unsafe(no_mangle)]
unsafe extern "C" fn perilune_rust_load(
    address: u64,
    max_memory: usize,
    max_code: u32,
    hardened: bool,
    owner: *mut c_void,
    errno: *mut i32,
) -> *mut Loaded {
    match load(address, max_memory, max_code, hardened, owner) {
        Ok(loaded) => Box::into_raw(loaded),
        Err(failure) => {
            // SAFETY: the caller's promise.
            unsafe { *errno = number(Err(failure)) };
            ptr::null_mut()
        }
    }
}

/// Carries out the request to run at `address` of the process.
///
/// # Safety
/// The script came from `perilune_rust_load` and is not released meanwhile.
#[unsafe(no_mangle)]
unsafe extern "C" fn perilune_rust_run(loaded: *const Loaded, address: u64) -> i32 {
    // SAFETY: the caller's promise.
    let loaded = unsafe { &*loaded };
    let run = |script: &Exclusive| request::run(&mut *script.enter()?, address);
    number(run(&loaded.script))
}

/// Copies what the script printed to the process, and says how many bytes that are.
///
/// # Safety
/// As for `perilune_rust_run`.
#[unsafe(no_mangle)]
unsafe extern "C" fn perilune_rust_log(loaded: *const Loaded, address: u64, len: usize) -> i64 {
    // SAFETY: the caller's promise.
    let loaded = unsafe { &*loaded };
    let copy = || -> Result<usize, Errno> {
        let mut script = loaded.script.enter()?;
        let mut process = Native::PLAIN;
        let mut copied = 0;
        let mut chunk = [0; CHUNK];
        while copied < len {
            let room = CHUNK.min(len - copied);
            let taken = script.take_log(&mut chunk[..room]);
            if taken == 0 {
                break;
            }
            let to = address.wrapping_add(copied as u64);
            process.copy_out(to, &chunk[..taken])?;
            copied += taken;
        }
        Ok(copied)
    };
    match copy() {
        Ok(copied) => copied as i64,
        Err(errno) => i64::from(number(Err(errno))),
    }
}

/// The shared region, its size and what it was made of, null if there is none.
///
/// # Safety
/// As for `perilune_rust_run`; `len` and `pages` may be written.
#[unsafe(no_mangle)]
unsafe extern "C" fn perilune_rust_region(
    loaded: *const Loaded,
    len: *mut usize,
    pages: *mut *mut c_void,
) -> *mut u8 {
    // SAFETY: the caller's promises.
    unsafe {
        let (start, size, of) = (*loaded).region;
        *len = size;
        *pages = of;
        start
    }
}

/// Releases a script.
///
/// # Safety
/// It came from `perilune_rust_load` and is used no more.
#[unsafe(no_mangle)]
unsafe extern "C" fn perilune_rust_release(loaded: *mut Loaded) {
    // SAFETY: the caller's promise.
    drop(unsafe { Box::from_raw(loaded) });
}

/// What the C side has to agree with.
#[unsafe(no_mangle)]
static perilune_rust_sizes: [usize; 2] = [size_of::<shim::Piece>(), size_of::<shim::PollFd>()];
