//! The embedding API without `std`: this is what a kernel or a microcontroller's firmware would contain.
//!
//! `cargo run --manifest-path examples/no_std_baremetal/Cargo.toml` runs it as a Linux program, since that is where people are; the two
//! functions in `machine` are all that knows of it. `boot/` has the engine on a machine without an operating system.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::format;
use alloc::string::String;
use core::fmt::Write;

use linked_list_allocator::LockedHeap;
use perilune::api::{Error, Host, Libs, Lua, UserData, UserDataMethods};

/// The machine: how text gets out, and how it ends.
mod machine {
    use core::arch::asm;

    /// Writes to where a serial port would be.
    pub fn write(bytes: &[u8]) {
        // SAFETY: the system call `write` reads the bytes and nothing else.
        unsafe {
            asm!("syscall", inlateout("rax") 1usize => _, in("rdi") 1, in("rsi") bytes.as_ptr(), in("rdx") bytes.len(),
                 lateout("rcx") _, lateout("r11") _, options(nostack));
        }
    }

    /// Ends the program.
    pub fn stop(status: i32) -> ! {
        // SAFETY: the system call `exit_group` doesn't return.
        unsafe { asm!("syscall", in("rax") 231, in("rdi") status, options(noreturn, nostack)) }
    }
}

// The C library's start-up code calls `main`, and its `memcpy` is used; a machine without one brings its own.
#[link(name = "c")]
unsafe extern "C" {}

#[global_allocator]
static HEAP: LockedHeap = LockedHeap::empty();

const HEAP_SIZE: usize = 4 << 20;
static mut MEMORY: [u8; HEAP_SIZE] = [0; HEAP_SIZE];

/// Nothing unwinds here, but the library `alloc` as it comes for Linux was built for programs that do.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
/// As above.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    machine::stop(102)
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    let _ = writeln!(Port, "panic: {info}");
    machine::stop(101)
}

/// The serial port, for Rust and for scripts.
struct Port;

impl Write for Port {
    fn write_str(&mut self, s: &str) -> core::fmt::Result {
        machine::write(s.as_bytes());
        Ok(())
    }
}

impl Host for Port {
    fn write_output(&mut self, bytes: &[u8]) -> bool {
        machine::write(bytes);
        true
    }
}

/// A register of some device.
struct Led {
    changes: u32,
}

impl UserData for Led {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method_mut("set", |_, this, on: bool| {
            this.changes += 1;
            let _ = writeln!(Port, "led {}", if on { "on" } else { "off" });
            Ok(this.changes)
        });
    }
}

fn run() -> Result<(), Error> {
    let lua = Lua::builder()
        .libraries(Libs::SAFE)
        .host(Port)
        .memory_limit(1 << 20)
        .fuel(100_000)
        .build()?;
    let globals = lua.globals();
    globals.set("led", Led { changes: 0 })?;
    let hex =
        lua.create_function(|_, n: u32| -> Result<String, Error> { Ok(format!("{n:#010x}")) })?;
    globals.set("hex", hex)?;
    lua.load("for i = 1, 4 do led:set(i % 2 == 1) end print('register', hex(48879))")
        .exec()?;

    // What a script may not do.
    let greedy = lua
        .load("local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end")
        .exec();
    let _ = writeln!(Port, "greedy: {}", describe(greedy));
    lua.set_fuel(Some(10_000))?;
    let endless = lua.load("while true do end").exec();
    let _ = writeln!(Port, "endless: {}", describe(endless));
    lua.abandon()?;
    let _ = writeln!(
        Port,
        "{} bytes in use",
        if lua.used_memory()? < 1 << 20 {
            "few"
        } else {
            "many"
        }
    );
    Ok(())
}

fn describe(result: Result<(), Error>) -> String {
    match result {
        Ok(()) => String::from("returned"),
        Err(error) => format!("{error}"),
    }
}

#[unsafe(no_mangle)]
extern "C" fn main() -> i32 {
    // SAFETY: nothing else uses the array, and this runs once.
    unsafe { HEAP.lock().init((&raw mut MEMORY).cast(), HEAP_SIZE) };
    if let Err(error) = run() {
        let _ = writeln!(Port, "error: {error}");
        machine::stop(1)
    }
    machine::stop(0)
}
