//! Hostile sources: depth, size, any bytes, little memory.

use super::std;
use std::string::String;
use std::vec::Vec;

use bumpalo::Bump;

use super::super::{ParseOptions, parse};
use super::message;

/// Runs on a stack of 64 KiB, which parsing must not need even in debug builds.
fn on_small_stack(run: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new()
        .stack_size(64 << 10)
        .spawn(run)
        .unwrap()
        .join()
        .unwrap();
}

fn repeated(start: &str, part: &str, times: usize, end: &str) -> Vec<u8> {
    [start, &part.repeat(times), end].concat().into_bytes()
}

#[test]
fn depth_is_an_error() {
    on_small_stack(|| {
        for part in [
            "(",
            "{",
            "f(",
            "f{",
            "a[",
            "- ",
            "not ",
            "1 ..",
            "2^",
            "x -> ",
            "|| -> do x = ",
            "function() x = ",
        ] {
            let source = repeated("x = ", part, 100_000, "");
            assert_eq!(
                message(&source, false),
                "x:1: chunk has too many syntax levels",
                "{part}"
            );
        }
        for part in [
            "do ",
            "while x do ",
            "if x then ",
            "repeat ",
            "for i = 1, 2 do ",
            "function f() ",
            "f{",
            "f(1, ",
        ] {
            let source = repeated("", part, 100_000, "");
            assert_eq!(
                message(&source, false),
                "x:1: chunk has too many syntax levels",
                "{part}"
            );
        }
        for part in ["x ? 1 : ", "1 ? ", "1 ? (2) : "] {
            let source = repeated("x = ", part, 100_000, "1");
            assert_eq!(
                message(&source, false),
                "x:1: chunk has too many syntax levels",
                "{part}"
            );
        }
    });
}

#[test]
fn length_is_no_error() {
    on_small_stack(|| {
        for (start, part, end) in [
            ("x = 1", " + 1", ""),
            ("x = a", ".b", ""),
            ("x = a", "[b]", ""),
            ("f", "()", ""),
            ("f", ":g()", ""),
            ("f", " 's'", ""),
            ("x = {", "1,", "}"),
            ("x = {", "a = 1;", "}"),
            ("f(1", ", 2", ")"),
            ("if x then ", "elseif x then ", "end"),
            ("", "x = 1 ", ""),
            ("", "-- c\n", ""),
            ("", "--[[c]]", ""),
            ("", "do end ", ""),
            ("local a", ", a", ""),
            ("for a", ", a", " in b do end"),
            ("x = |a", ", a", "| -> 1"),
            ("x = 'a", "\\n", "'"),
            ("x = [[", "]\n", "]]"),
            ("", " ", ""),
            ("", "\n", ""),
        ] {
            assert_eq!(
                message(&repeated(start, part, 100_000, end), false),
                "ok",
                "{start}{part}{end}"
            );
        }
    });
}

#[test]
fn conditionals_nest_some_thousand_times() {
    assert_eq!(
        message(&repeated("x = ", "x ? 1 : ", 4_000, "1"), false),
        "ok"
    );
    // Each list element, argument and statement counts for itself.
    let source = repeated(
        "",
        &repeated("x = {", "1 ? 2 : 3,", 3_000, "} ")
            .iter()
            .map(|&c| char::from(c))
            .collect::<String>(),
        5,
        "",
    );
    assert_eq!(message(&source, false), "ok");
}

#[test]
fn one_long_line() {
    let mut source = b"local s = '".to_vec();
    source.resize(5 << 20, b'a');
    source.extend(b"' return s");
    assert_eq!(message(&source, false), "ok");
    source.pop();
    source.extend(b"\0");
    assert_eq!(message(&source, false), "x:1: unexpected symbol");
}

#[test]
fn every_byte_everywhere() {
    let sources = [
        "x = 'a' .. [[b]] -- c",
        "f(a?.b, {1, x = 2}) :: l :: goto l",
        "x -= |a| -> 1 ? 2 : 3LL",
    ];
    for source in sources {
        for at in 0..source.len() {
            for byte in 0..=255 {
                let mut changed = source.as_bytes().to_vec();
                changed[at] = byte;
                message(&changed, false);
            }
        }
    }
}

#[test]
fn every_prefix() {
    let source = include_bytes!("trees.txt");
    for end in 0..source.len().min(2_000) {
        message(&source[..end], false);
        message(&source[..end], true);
    }
}

#[test]
fn memory_may_end_anywhere() {
    let source = b"local a, b = 'x\\n', {1, 2, x = 3, [4] = 5} \
        function f.g:h(a, ...) if a then return -a * 2 + 3 elseif b then goto x else f(a, b:c(1)) end ::x:: end \
        for i = 1, 2, 3 do a, b.c = f(), x -> x ? 1 : 2 end for k in p do break end repeat a += 1 until b?.c";
    let mut succeeded = false;
    let mut failed = 0;
    for limit in (0..40_000).step_by(16) {
        let arena = Bump::new();
        arena.set_allocation_limit(Some(limit));
        match parse(&arena, source, ParseOptions::default()) {
            Ok(_) => succeeded = true,
            Err(error) => {
                assert!(
                    error.out_of_memory && !succeeded,
                    "{:?}",
                    core::str::from_utf8(error.message)
                );
                failed += 1;
            }
        }
    }
    assert!(succeeded && failed > 10);
}

#[test]
fn errors_fit_in_little_memory_or_say_so() {
    let source = repeated("", "x", 10_000, " y");
    for limit in (0..40_000).step_by(100) {
        let arena = Bump::new();
        arena.set_allocation_limit(Some(limit));
        let error = parse(&arena, &source, ParseOptions::default()).unwrap_err();
        assert!(error.out_of_memory || error.message == b"'=' expected near 'y'");
    }
}
