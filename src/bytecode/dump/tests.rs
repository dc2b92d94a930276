//! Dumps read back, and damaged dumps are refused or harmless.

extern crate std;

use std::vec::Vec;

use super::{LoadError, dump, load};
use crate::bytecode::Proto;
use crate::bytecode::list::list_all;
use crate::bytecode::verify::verify_all;
use crate::compile::tests::{Text, compile_source};
use crate::gc::{Heap, testing};
use crate::value::Gc;

const SOURCES: [&str; 6] = [
    "local a, b = 1, 'x' return a .. b, 1.5, -3, 7LL, 2i",
    "local t = {1, 2, x = 3, y = {nil, true, false}, z = f()} return t, {...}, {f(), g()}",
    "local n = 0 local function f(a, ...) n = n + 1 return function(...) return a, n, ... end end return f(f)",
    "for i = 1, 10 do if i == 5 then break end print(i, pairs) end for k, v in pairs(t) do f(k, v) end",
    "while x do local a = f() g(function() return a end) if a then goto out end end ::out:: return h(...)",
    "local a = t?.x ?? 1 repeat local b = a and f(a, g()) until b < 2 or b ~= 'z' return a ? b : c",
];

fn dumped(proto: Gc<Proto>, strip: bool) -> Vec<u8> {
    let mut text = Text(Vec::new());
    assert!(dump(proto, strip, &mut text).is_ok());
    text.0
}

fn listed(proto: Gc<Proto>) -> Vec<u8> {
    let mut text = Text(Vec::new());
    assert!(list_all(proto, &mut text).is_ok());
    text.0
}

fn reload(heap: &mut Heap, bytes: &[u8]) -> Result<Gc<Proto>, LoadError> {
    let name = heap.intern(b"=?")?;
    load(heap, bytes, name)
}

#[test]
fn round_trip() {
    for source in SOURCES {
        let mut heap = testing::heap();
        let proto = compile_source(&mut heap, source.as_bytes()).expect("it compiles");
        let bytes = dumped(proto, false);
        let copy = reload(&mut heap, &bytes).expect("it loads");
        assert_eq!(listed(copy), listed(proto));
        assert_eq!(copy.lines(), proto.lines());
        assert_eq!(dumped(copy, false), bytes);
        let stripped = dumped(proto, true);
        let copy = reload(&mut heap, &stripped).expect("it loads");
        assert!(copy.lines().is_empty() && copy.locals().is_empty());
        assert_eq!(copy.chunk_name().as_bytes(), b"=?");
        assert_eq!(dumped(copy, true), stripped);
    }
}

#[test]
fn every_cut_is_refused() {
    let mut heap = testing::heap();
    for source in SOURCES {
        let proto = compile_source(&mut heap, source.as_bytes()).expect("it compiles");
        let bytes = dumped(proto, false);
        for len in 0..bytes.len() {
            assert!(reload(&mut heap, &bytes[..len]).is_err());
        }
        assert!(reload(&mut heap, &[&bytes[..], b"x"].concat()).is_err());
    }
}

#[test]
fn every_flipped_byte_is_refused_or_verified() {
    let mut accepted = 0;
    for source in SOURCES {
        for strip in [false, true] {
            let mut heap = testing::heap();
            let proto = compile_source(&mut heap, source.as_bytes()).expect("it compiles");
            let bytes = dumped(proto, strip);
            for at in 0..bytes.len() {
                for mask in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
                    let mut damaged = bytes.clone();
                    damaged[at] ^= mask;
                    if let Ok(proto) = reload(&mut heap, &damaged) {
                        assert_eq!(verify_all(proto), Ok(()));
                        listed(proto);
                        dumped(proto, false);
                        accepted += 1;
                    }
                }
            }
        }
    }
    assert!(accepted > 0);
}

#[test]
fn random_damage() {
    let mut random = testing::Random(7);
    for source in SOURCES {
        let mut heap = testing::heap();
        let proto = compile_source(&mut heap, source.as_bytes()).expect("it compiles");
        let bytes = dumped(proto, false);
        for _ in 0..3000 {
            let mut damaged = bytes.clone();
            for _ in 0..=random.below(6) {
                let at = random.below(damaged.len() as u64) as usize;
                match random.below(3) {
                    0 => damaged[at] = random.next() as u8,
                    1 => {
                        damaged.remove(at);
                    }
                    _ => damaged.insert(at, random.next() as u8),
                }
            }
            if let Ok(proto) = reload(&mut heap, &damaged) {
                assert_eq!(verify_all(proto), Ok(()));
            }
        }
    }
}
