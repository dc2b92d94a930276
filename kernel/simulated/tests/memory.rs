//! Views: buffers, the shared region, windows on the process's memory, and addresses that aren't there.

mod support;

use perilune_kernel::{Limits, request};
use perilune_kernel_simulated::{Loaded, Process, SimulatedKernel, Value};
use support::{eval, failure, load, number, process, returned, text};

fn in_process(process: &Process, source: &str, region: usize) -> Loaded {
    let kernel = SimulatedKernel::new(process);
    let source = source.as_bytes();
    Loaded::load_into(kernel, process, source, "=script", Limits::DEFAULT, region)
        .unwrap_or_else(|e| panic!("{e:?}"))
}

#[test]
fn buffers_hold_bytes_and_numbers() {
    let results = eval(
        "local b = sys.buffer(32)
        b:set(0, 'hello world') b:set(11, 'xyz', 1, 1)
        b:u32(16, 0xdeadbeef) b:i16(20, -2) b:f64(24, 1.5) b:u16be(22, 0x102)
        return #b, b:get(0, 12), b:u32(16), b:i16(20), b:u16(20), b:f64(24), b:u8(22), b:find(0x6f), b:find(0x6f, 5),
            b:find(0xaa), tostring(b)",
    );
    assert_eq!(
        results,
        [
            number(32),
            text("hello worldy"),
            number(0xdead_beef_u32),
            number(-2),
            number(0xfffe),
            number(1.5),
            number(1),
            number(4),
            number(7),
            Value::Nil,
            text("buffer: 32 bytes"),
        ]
    );
}

#[test]
fn views_share_bytes_and_keep_to_their_part() {
    let results = eval(
        "local b = sys.buffer(16)
        local v = b:sub(4, 8)
        v:set(0, 'abcdefgh')
        b:set(5, b, 4, 4)
        local w = v:sub(6)
        return b:get(4, 8), #w, w:get(), pcall(v.get, v, 0, 9)",
    );
    assert_eq!(results[..3], [text("aabcdfgh"), number(2), text("gh")]);
    assert_eq!(results[3], Value::Boolean(false));
}

#[test]
fn nothing_is_out_of_bounds() {
    for access in [
        "b:u8(16)",
        "b:u32(13)",
        "b:f64(9, 1)",
        "b:get(17)",
        "b:get(0, 17)",
        "b:get(9007199254740991, 1)",
        "b:get(1, 9007199254740991)",
        "b:set(15, 'ab')",
        "b:set(-1, 'ab')",
        "b:set(0, 'ab', 3)",
        "b:set(0, 'ab', 1, 2)",
        "b:fill(0, 0, 17)",
        "b:find(0, 17)",
        "b:sub(8, 9)",
        "b:u8(0/0)",
        "b:u8(1e300)",
        "b:u8(0.5)",
        "b.u8({}, 0)",
        "b.u8(sys.batch(1, 1), 0)",
        "sys.batch(1, 1).get(b, 1)",
        "sys.batch(2, 4):get(3)",
        "sys.batch(2, 4):get(0)",
        "sys.batch(2, 4):set(1, 'abcde')",
        "sys.batch(0, 4)",
        "sys.buffer(-1)",
        "sys.buffer(1e15)",
    ] {
        let script = load(&format!("local b = sys.buffer(16) return {access}"));
        let message = failure(&script.run(&[]).unwrap());
        assert!(
            message.contains("bad argument") || message.contains("not enough memory"),
            "{access}: {message}"
        );
    }
}

#[test]
fn windows_copy_from_and_to_the_process() {
    let process = process();
    let address = process.place(b"from the process");
    let script = in_process(
        &process,
        "local address, len = ...
        local w = sys.window(address, len)
        local s = w:get()
        w:set(0, 'TO')
        w:u8(15, 33)
        return s, w:u8(0), tostring(w)",
        0,
    );
    let results = returned(&script, &[number(address as f64), number(16)]);
    assert_eq!(
        results,
        [
            text("from the process"),
            number(84),
            text("window: 16 bytes")
        ]
    );
    let mut now = [0; 16];
    process.read(address, &mut now).unwrap();
    assert_eq!(&now, b"TOom the proces!");
}

#[test]
fn bad_addresses_are_errors() {
    let process = process();
    let end = process.allocate(0) + (8 << 20);
    let script = in_process(
        &process,
        "local w = sys.window(...)
        local r, e = w:get()
        local s, f = w:set(0, 'x')
        local t, g = w:u8(0)
        local u, h = w:fill(1)
        local v, i = w:find(1)
        return e, f, g, h, i",
        0,
    );
    let addresses = [0.0, 8.0, 1e10, 281474976710655.0, 9007199254740990.0];
    for address in addresses {
        let results = returned(&script, &[number(address), number(64)]);
        assert_eq!(results, vec![text("EFAULT"); 5], "{address}");
    }
    // Half of it is there; not a byte is said to be copied.
    let across = returned(&script, &[number((end - 32) as f64), number(64)]);
    assert_eq!(across[0], text("EFAULT"));
}

#[test]
fn calls_take_windows_and_check_them() {
    let process = process();
    let address = process.place(b"straight from the process");
    let (mut reader, writer) = std::io::pipe().unwrap();
    let script = in_process(
        &process,
        "local fd, address = ...
        local n = sys.write(fd, sys.window(address, 8))
        return n, sys.write(fd, sys.window(16, 8))",
        0,
    );
    let fd = std::os::fd::AsRawFd::as_raw_fd(&writer);
    let results = returned(&script, &[number(fd), number(address as f64)]);
    assert_eq!(results, [number(8), Value::Nil, text("EFAULT")]);
    drop(writer);
    let mut read = Vec::new();
    std::io::Read::read_to_end(&mut reader, &mut read).unwrap();
    assert_eq!(read, b"straight");
}

#[test]
fn the_region_is_shared() {
    let process = process();
    let script = in_process(
        &process,
        "local r = sys.region()
        local n = r:u32(0)
        r:u32(4, n * 2)
        r:set(8, 'from the script')
        return #r, n, tostring(r)",
        4096,
    );
    script.write_region(0, &21_u32.to_ne_bytes()).unwrap();
    assert_eq!(
        returned(&script, &[]),
        [number(4096), number(21), text("region: 4096 bytes")]
    );
    let mut bytes = [0; 23];
    script.read_region(0, &mut bytes).unwrap();
    assert_eq!(bytes[4..8], 42_u32.to_ne_bytes());
    assert_eq!(&bytes[8..], b"from the script");
    assert_eq!(returned(&load("return sys.region()"), &[]), [Value::Nil]);
}

#[test]
fn views_count_as_the_script_s_memory() {
    let script = load("local t = {} for i = 1, 1e6 do t[i] = sys.buffer(65536) end");
    assert!(failure(&script.run(&[]).unwrap()).contains("not enough memory"));
    assert!(script.peak_memory().unwrap() <= Limits::DEFAULT.memory);
    // What is garbage makes room.
    let script = load("for i = 1, 2000 do sys.buffer(65536) end return 'ok'");
    assert_eq!(returned(&script, &[]), [text("ok")]);
}

#[test]
fn a_request_outside_of_memory_is_an_error() {
    let script = load("return 1");
    for address in [0, 64, u64::MAX - 4, 1 << 63] {
        assert_eq!(
            script.run_request(address),
            Err(perilune_kernel::Errno::EFAULT)
        );
    }
    assert!(
        Loaded::request(&process(), 4, &Limits::GREATEST)
            .is_err_and(|errno| errno == perilune_kernel::Errno::EFAULT)
    );
}

#[test]
fn requests_are_checked() {
    use perilune_kernel::Errno;
    use request::{RunRequest, WireValue};
    let process = process();
    let script = in_process(&process, "return ...", 0);
    let run = |request: RunRequest| script.run_request(process.place(&request.to_bytes()));
    let value = |kind, length, payload| {
        let value = WireValue {
            kind,
            length,
            payload,
        };
        RunRequest {
            arguments: process.place(&value.to_bytes()),
            argument_count: 1,
            results: process.allocate(64),
            result_capacity: 1,
            ..RunRequest::default()
        }
    };
    let plain = RunRequest::default();
    assert_eq!(run(plain), Ok(()));
    assert_eq!(run(RunRequest { flags: 4, ..plain }), Err(Errno::EINVAL));
    assert_eq!(
        run(RunRequest {
            reserved: 1,
            ..plain
        }),
        Err(Errno::EINVAL)
    );
    assert_eq!(
        run(RunRequest {
            flags: request::RESUME,
            ..plain
        }),
        Err(Errno::EINVAL)
    );
    assert_eq!(
        run(RunRequest {
            argument_count: 17,
            ..plain
        }),
        Err(Errno::E2BIG)
    );
    assert_eq!(
        run(RunRequest {
            argument_count: 1,
            ..plain
        }),
        Err(Errno::EFAULT)
    );
    assert_eq!(run(value(99, 0, 0)), Err(Errno::EINVAL));
    assert_eq!(run(value(request::STRING, 8, 64)), Err(Errno::EFAULT));
    assert_eq!(run(value(request::STRING, u32::MAX, 64)), Err(Errno::E2BIG));
    assert_eq!(run(value(request::INTEGER, 0, u64::MAX)), Ok(()));
    // A double that would be a pointer in the engine's encoding is a NaN like any other.
    for bits in [0xFFFC_0000_0000_1000, 0xFFFE_8000_0000_0008, u64::MAX] {
        assert_eq!(run(value(request::NUMBER, 0, bits)), Ok(()));
    }
    let results = RunRequest {
        results: 8,
        ..value(request::NIL, 0, 0)
    };
    assert_eq!(run(results), Err(Errno::EFAULT));
}
