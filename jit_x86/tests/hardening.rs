//! Measures against hostile scripts: what they choose is not in executable memory, and what they can't know is not the same twice.

mod support;

use perilune_ir::text::parse;
use perilune_ir::verify::verify;
use perilune_jit_x86::code::Assembler;
use perilune_jit_x86::input::{Features, Hardening, Head, Input, Policy};
use perilune_jit_x86::region::Region;

use support::{Pages, World};

const ALL: Hardening = Hardening {
    blind: true,
    mask: true,
    place: true,
    endbr: true,
};

/// The bytes of a trace's code, and where it lies in the region.
fn assemble(text: &str, hardening: Hardening, bits: [u64; 2], number: u16) -> (Vec<u8>, usize) {
    let trace = parse(text).expect("a trace");
    verify(&trace).expect("a sound trace");
    let world = World::empty();
    let layout = world.layout(true);
    let mut region = Region::try_new(Pages::default(), 1 << 18).expect("a region");
    let mut asm = Assembler::hardened(&mut region, &layout, hardening, bits).expect("an assembler");
    let input = Input {
        trace: &trace,
        number,
        head: Head::Root,
        top_slot: 20,
        resume: &[],
        link: None,
        layout: &layout,
        facts: &world,
        features: Features::detect(),
        policy: Policy::Best,
        fuse: true,
        fail_guard: None,
        note_homes: false,
    };
    let code = asm.assemble(&mut region, &input).expect("code");
    (region.bytes(code.block()).to_vec(), code.block().offset)
}

/// Constants as operands of everything that takes one: `AAAA` to `HHHH`, and `12345678` as a double.
const CONSTANTS: &str = "\
.... SNAP pc=0 depth=0 [ ]
0001 >   num SLOAD  #3 T
0002 >   int CONV   0001 int.num check
0003     int ADD    0002 +1094795585
0004     int MUL    0003 +1111638594
0005     int BXOR   0004 +1128481603
0006 >   int LT     0005 +1145324612
0007 >   int ADDOV  0005 +1162167621
0008     num ADD    0001 +6.8225320847635e-38
0009 >   num LT     0008 +6.8225320847635e-38
0010     num POW    0008 +6.8225320847635e-38
.... SNAP pc=1 depth=0 [ #3:0010 #4:0007 #5=+1.5 ]
";

fn has(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|w| w == what)
}

#[test]
fn constants_are_not_in_executable_memory() {
    let double = 6.8225320847635e-38f64.to_le_bytes();
    let four: Vec<Vec<u8>> = (b'A'..=b'E').map(|c| vec![c; 4]).collect();
    let (plain, _) = assemble(CONSTANTS, Hardening::default(), [1, 2], 0x4142);
    assert!(four.iter().all(|c| has(&plain, c)) && has(&plain, &double));
    for seed in 0..200 {
        let (code, _) = assemble(CONSTANTS, ALL, [seed, seed << 20], 0x4142);
        for c in &four {
            assert!(!has(&code, &c[..3]), "{c:?} with {seed}");
        }
        for half in double.chunks(4) {
            assert!(!has(&code, half), "{half:?} with {seed}");
        }
        // The numbers of exits.
        assert!(!has(&code, &[0x68, 0, 0, 0x42, 0x41]));
    }
}

#[test]
fn code_differs_each_time() {
    let first = assemble(CONSTANTS, ALL, [1, 2], 1);
    assert_eq!(first, assemble(CONSTANTS, ALL, [1, 2], 1));
    let mut places: Vec<_> = (0..64)
        .map(|i| assemble(CONSTANTS, ALL, [i, 7], 1))
        .collect();
    let contents = places.len();
    places.sort();
    places.dedup_by(|a, b| a.0 == b.0);
    assert_eq!(places.len(), contents);
    places.sort_by_key(|p| p.1);
    places.dedup_by_key(|p| p.1);
    assert!(places.len() > contents / 2, "{} places", places.len());
}

#[test]
fn without_measures_nothing_is_random() {
    let plain = |bits| assemble(CONSTANTS, Hardening::default(), bits, 1);
    assert_eq!(plain([1, 2]), plain([3, 4]));
}
