//! What holds for every source.

use super::std;
use std::string::String;
use std::vec::Vec;

use bumpalo::Bump;
use proptest::prelude::*;

use super::super::{ParseOptions, Parser, parse};
use super::{dump, unescape};

/// Parts that make sense together often enough.
const PARTS: &[&str] = &[
    "x = ",
    "local x = ",
    "local function f() ",
    "return ",
    "if x then ",
    "elseif x then ",
    "else ",
    "while x do ",
    "for i = 1, 2 do ",
    "for k, v in p do ",
    "repeat ",
    "until x ",
    "end ",
    "function f(a, ...) ",
    "function() ",
    "f(",
    ") ",
    "{",
    "} ",
    "a[",
    "] ",
    "x ? ",
    ": ",
    "a -> ",
    "|a, b| -> ",
    "|| -> do ",
    "a",
    "b.c",
    "d:e() ",
    "?.",
    "?.(",
    "1",
    "0x1p3",
    "2LL",
    "'s' ",
    "[[l]] ",
    "... ",
    "nil ",
    ", ",
    "; ",
    "+ ",
    "- ",
    ".. ",
    "?? ",
    "~ ",
    "not ",
    "a += ",
    "const x = ",
    "continue ",
    "break ",
    "goto l ",
    "::l:: ",
    "\n",
    "--[[c]]",
    "-- c\n",
    "@",
    "(",
    "=",
    "==",
];

fn parts() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PARTS), 0..40).prop_map(|parts| parts.concat())
}

/// Parses and checks what every result has to be.
fn check(source: &[u8], compat52: bool) -> Result<(), TestCaseError> {
    let arena = Bump::new();
    match parse(&arena, source, ParseOptions { compat52 }) {
        Ok(main) => {
            prop_assert!(main.is_vararg && main.params.is_empty());
            prop_assert!(main.span.end.offset as usize <= source.len());
            dump::chunk(main);
        }
        Err(error) => {
            let (start, end) = (error.span.start, error.span.end);
            prop_assert!(start.offset <= end.offset && end.offset as usize <= source.len());
            prop_assert!(
                start.line <= end.line && !error.out_of_memory && !error.message.is_empty()
            );
            let text = String::from_utf8_lossy(error.message);
            prop_assert_eq!(error.incomplete_input, text.ends_with("near '<eof>'"));
        }
    }
    Ok(())
}

/// The tree or the message of a source, parsed at once.
fn whole(source: &[u8], options: ParseOptions) -> Result<String, (Vec<u8>, u32)> {
    let arena = Bump::new();
    match parse(&arena, source, options) {
        Ok(main) => Ok(dump::chunk(main)),
        Err(error) => Err((error.message.to_vec(), error.line)),
    }
}

/// The same in parts, together with the trees before an error.
fn in_parts(
    source: &[u8],
    options: ParseOptions,
    len: usize,
) -> (String, Result<(), (Vec<u8>, u32)>) {
    let (state, mut arena) = (Bump::new(), Bump::new());
    let mut tree = String::new();
    let mut parser = match Parser::new(&state, source, options) {
        Ok(parser) => parser,
        Err(error) => return (tree, Err((error.message.to_vec(), error.line))),
    };
    loop {
        match parser.part(&arena, len) {
            Ok(part) => {
                let text = dump::chunk(part.main);
                if !tree.is_empty() && !text.is_empty() {
                    tree.push('\n');
                }
                tree.push_str(&text);
                if part.is_last {
                    return (tree, Ok(()));
                }
            }
            Err(error) => return (tree, Err((error.message.to_vec(), error.line))),
        }
        arena.reset();
    }
}

#[test]
fn parts_make_the_whole() {
    for line in include_str!("errors.txt")
        .lines()
        .chain(include_str!("trees.txt").lines())
    {
        let source = unescape(line.split('\t').next().unwrap_or(""));
        for compat52 in [false, true] {
            let options = ParseOptions { compat52 };
            let whole = whole(&source, options);
            for len in [1, 20] {
                let (tree, end) = in_parts(&source, options, len);
                assert_eq!(
                    whole.as_ref().map(drop).map_err(Clone::clone),
                    end,
                    "{line}"
                );
                assert!(
                    whole.as_ref().is_ok_and(|whole| *whole == tree) || end.is_err(),
                    "{line}"
                );
            }
        }
    }
}

#[test]
fn statements_before_an_error_make_a_part() {
    let check = |source: &[u8]| in_parts(source, ParseOptions::default(), usize::MAX).0;
    assert_eq!(
        check(b"local a = 1 local b = 2 local c = = 3"),
        "(local [a] 1.0)\n(local [b] 2.0)"
    );
    assert_eq!(
        check(b"local a = 1 do local b = 2 local c = = 3"),
        "(local [a] 1.0)"
    );
    assert_eq!(
        check(b"local a = 1 f(function() x = 1 y = = 3"),
        "(local [a] 1.0)"
    );
    assert_eq!(check(b"local a = = 1"), "");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn bytes(source in prop::collection::vec(any::<u8>(), 0..100), compat52: bool) {
        check(&source, compat52)?;
    }

    #[test]
    fn programs(source in parts(), compat52: bool) {
        check(source.as_bytes(), compat52)?;
    }

    #[test]
    fn parts_are_the_whole(source in parts(), compat52: bool, len in 1usize..50) {
        let options = ParseOptions { compat52 };
        let whole = whole(source.as_bytes(), options);
        let (tree, end) = in_parts(source.as_bytes(), options, len);
        prop_assert_eq!(whole.as_ref().map(drop).map_err(Clone::clone), end.clone());
        prop_assert!(end.is_err() || whole == Ok(tree));
    }

    /// Blanks and comments between tokens change nothing but lines.
    #[test]
    fn blanks(words in prop::collection::vec(prop::sample::select(PARTS), 0..20)) {
        let tree = |separator: &str| {
            let source: Vec<&str> = words.iter().map(|word| word.trim()).collect();
            let arena = Bump::new();
            let source = source.join(separator).into_bytes();
            parse(&arena, &source, ParseOptions::default()).map(dump::chunk).map_err(drop)
        };
        let plain = tree(" ");
        prop_assert_eq!(&plain, &tree("\t \x0b\x0c"));
        prop_assert_eq!(&plain, &tree(" --[==[ ]] ]==] "));
    }
}
