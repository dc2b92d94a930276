//! What holds for every source.

use super::std;
use std::string::String;
use std::vec::Vec;

use bumpalo::Bump;
use proptest::prelude::*;

use super::super::{ParseOptions, parse};
use super::dump;

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
