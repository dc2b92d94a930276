//! Maps: storing, finding, displacing, and memory in which somebody writes what makes no sense.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use perilune_kernel::Limits;
use perilune_kernel_simulated::{Loaded, SimulatedKernel, Value};
use support::{eval, failure, load, number, process, returned, text};

fn with_region(source: &str, region: usize) -> Loaded {
    let process = process();
    let kernel = SimulatedKernel::new(&process);
    let source = source.as_bytes();
    Loaded::load_into(kernel, &process, source, "=script", Limits::DEFAULT, region)
        .unwrap_or_else(|e| panic!("{e:?}"))
}

#[test]
fn values_are_found_until_they_are_displaced() {
    let results = eval(
        "local map = sys.map(64, 16, 40, sys.buffer(64 * 88))
        local stored = 0
        for i = 1, 1000 do
            local key = 'key' .. i
            if map:set(key, ('v'):rep(i % 41) .. '', i) then stored = stored + 1 end
            local value, n = map:get(key)
            assert(value == ('v'):rep(i % 41) and n == i)
            if i % 3 == 0 then assert(map:remove(key) and not map:get(key)) end
        end
        local present = 0
        for i = 1, 1000 do
            local value, n = map:get('key' .. i)
            if value then present = present + 1 assert(n == i and #value == i % 41) end
        end
        return stored, present <= 64 and present > 32",
    );
    assert_eq!(results, [number(1000), Value::Boolean(true)]);
}

#[test]
fn what_does_not_fit_is_not_stored() {
    let results = eval(
        "local map = sys.map(4, 8, 8, sys.buffer(400))
        return map:set('', 'x'), map:set('123456789', 'x'), map:set('k', '123456789'), map:set('12345678', '12345678'),
            map:get('12345678'), map:get(('k'):rep(1000)), map:get('')",
    );
    let [no, yes] = [false, true].map(Value::Boolean);
    assert_eq!(results[..4], [no.clone(), no.clone(), no, yes]);
    assert_eq!(results[4..], [text("12345678"), Value::Nil, Value::Nil]);
}

#[test]
fn arguments_are_checked() {
    for access in [
        "sys.map(0, 8, 8, b)",
        "sys.map(1e9, 8, 8, b)",
        "sys.map(1, 0, 8, b)",
        "sys.map(1, 257, 8, b)",
        "sys.map(1, 8, 8)",
        "sys.map(3, 8, 8, b)",
        "sys.map(1, 8, 8, b:sub(4))",
        "sys.map(1, 8, 8, sys.window(4096, 4096))",
        "map:copy(b, 0, 8, b, 101)",
        "map:copy(b, 0, 101, b, 0)",
        "map:copy(b, 0, 8, map, 0)",
        "map.get(b, 'x')",
        "map:reply(b, 1, 0, 0)",
        "map:reply(sys.batch(1, 8), 2, 0, 0)",
        "map:reply(sys.batch(1, 8), 1, 0, 9)",
        "map:set('x')",
        "sys.batch(1, 8, b:sub(0, 100))",
        "sys.batch(1, 8, sys.window(4096, 4096))",
    ] {
        let script = load(&format!(
            "local b = sys.buffer(100) local map = sys.map(1, 8, 8, b) return {access}"
        ));
        let message = failure(&script.run(&[]).unwrap());
        assert!(message.contains("bad argument"), "{access}: {message}");
    }
    let unmapped = load(
        "return sys.map(1, 8, 8, sys.buffer(48)):copy(sys.window(8, 8), 0, 8, sys.buffer(8), 0)",
    );
    assert_eq!(returned(&unmapped, &[]), [Value::Nil, text("EFAULT")]);
}

#[test]
fn nonsense_in_shared_memory_is_not_found() {
    let script = with_region(
        "map = map or sys.map(16, 8, 16, sys.region())
        local command = ...
        if command == 'set' then return map:set('key', 'value', 5) end
        local room = sys.buffer(16)
        map:copy('key', 0, 3, room, 0)
        return map:get('key')",
        4096,
    );
    assert_eq!(returned(&script, &[text("set")]), [Value::Boolean(true)]);
    let found = [text("value"), number(5)];
    assert_eq!(returned(&script, &[text("get")]), found);
    let mut region = vec![0; 16 * 56];
    script.read_region(0, &mut region).unwrap();
    let at = region.windows(3).position(|w| w == b"key").unwrap() - 32;
    for (offset, word) in [
        (0, 1_u32),
        (0, u32::MAX),
        (4, 0),
        (8, 0),
        (8, 2),
        (8, u32::MAX),
    ] {
        script
            .write_region(at + offset, &word.to_ne_bytes())
            .unwrap();
        assert_eq!(returned(&script, &[text("get")])[0], Value::Nil);
        script.write_region(0, &region).unwrap();
    }
    for len in [17_u32, 4096, 1 << 31, u32::MAX] {
        script.write_region(at + 12, &len.to_ne_bytes()).unwrap();
        assert_eq!(returned(&script, &[text("get")])[0], Value::Nil);
        script.write_region(0, &region).unwrap();
    }
    // What would be a pointer in the engine's encoding is a number like any other.
    let bits = 0xFFFC_0000_0000_1000_u64;
    script.write_region(at + 16, &bits.to_ne_bytes()).unwrap();
    let results = returned(&script, &[text("get")]);
    assert!(
        matches!(results[1], Value::Number(n) if n.is_nan()),
        "{results:?}"
    );
}

#[test]
fn no_value_is_half_old_and_half_new() {
    let script = with_region(
        "map = map or sys.map(1, 8, 256, sys.region())
        if (...) == 'set' then map:set('key', ('a'):rep(256)) end
        local found = 0
        for i = 1, 20000 do
            local value = map:get('key')
            if value then
                found = found + 1
                assert(value == value:sub(1, 1):rep(256), value)
            end
        end
        return found",
        4096,
    );
    returned(&script, &[text("set")]);
    let script = Arc::new(script);
    let done = Arc::new(AtomicBool::new(false));
    let writer = std::thread::spawn({
        let (script, done) = (script.clone(), done.clone());
        move || {
            let mut version = 2_u32;
            for letter in (b'a'..=b'z').cycle() {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                let words = [version + 1, version + 2];
                script.write_region(0, &words[0].to_ne_bytes()).unwrap();
                std::sync::atomic::fence(Ordering::SeqCst);
                script.write_region(40, &[letter; 256]).unwrap();
                std::sync::atomic::fence(Ordering::SeqCst);
                script.write_region(0, &words[1].to_ne_bytes()).unwrap();
                version += 2;
                std::thread::yield_now();
            }
        }
    });
    let found = returned(&script, &[]);
    done.store(true, Ordering::Relaxed);
    writer.join().unwrap();
    assert!(matches!(found[0], Value::Number(n) if n > 0.0), "{found:?}");
}
