//! Every operation by itself, with operands at which something happens: machine code = evaluator.

mod support;

use std::fmt::Write as _;

use perilune_ir::eval::{Reason, Run, run};
use perilune_ir::model::Rng;
use perilune_ir::text::parse;
use perilune_ir::verify::verify;
use perilune_jit_x86::code::Assembler;
use perilune_jit_x86::input::{Features, Head, Input, Policy, Resume};
use perilune_jit_x86::region::Region;
use perilune_jit_x86::runtime::{Layout, encoding};

use support::memory::{rd64, wr8, wr32, wr64};
use support::restore::restore;
use support::{Pages, World};

struct Bench {
    world: World,
    region: Region<Pages>,
    asm: Assembler,
    layouts: [Layout; 2],
    seed: u64,
}

const FEATURES: [Features; 3] = [
    Features {
        sse41: true,
        avx: true,
        bmi2: true,
    },
    Features {
        sse41: true,
        avx: false,
        bmi2: false,
    },
    Features::BASELINE,
];

impl Bench {
    fn new() -> Bench {
        let world = World::empty();
        let mut region = Region::try_new(Pages::default(), 1 << 16).unwrap();
        let layouts = [world.layout(true), world.layout(false)];
        let asm = Assembler::try_new(&mut region, &layouts[0]).unwrap();
        Bench {
            world,
            region,
            asm,
            layouts,
            seed: 1,
        }
    }
    fn state(&self) -> String {
        let mut s = self.world.dump();
        for i in 0..64 {
            let _ = writeln!(s, "[{i}] {:x}", rd64(self.world.scratch() + i * 8));
        }
        for i in 0..40u64 {
            let _ = writeln!(
                s,
                "slot {i} {:x}",
                rd64(self.world.base_address() - 16 + i * 8)
            );
        }
        s
    }
    /// Runs the text both ways, in all ways. Tells why it was left.
    fn both(&mut self, text: &str) -> Reason {
        let t = parse(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        verify(&t).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let saved = self.world.save_used();
        let exit =
            run(&t, &mut { self.world }, Run::default()).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let expected = self.state();
        for variant in 0..6 {
            self.world.reset(&saved);
            self.seed += 1;
            let input = Input {
                trace: &t,
                number: 3,
                head: Head::Root,
                top_slot: 30,
                resume: &[Resume { base_slot: 0 }],
                link: None,
                layout: &self.layouts[variant & 1],
                facts: &self.world,
                features: FEATURES[variant % 3],
                policy: if variant < 3 {
                    Policy::Best
                } else {
                    Policy::Random(self.seed)
                },
                fuse: variant != 4,
                fail_guard: None,
                note_homes: false,
            };
            let code = self.asm.assemble(&mut self.region, &input);
            let code = code.unwrap_or_else(|e| panic!("{e}\n{text}"));
            // SAFETY: the code was assembled for this world's layout.
            let left = unsafe {
                let base = self.world.base_address() as *mut u64;
                self.region
                    .enter(self.world.0 as *mut u8, base, code.entry())
            };
            assert_eq!(
                usize::from(left.snap),
                exit.snap,
                "{exit:?} {variant}\n{text}"
            );
            restore(&t, &code, self.world, left.snap).unwrap();
            let got = self.state();
            if got != expected {
                for (g, e) in got.lines().zip(expected.lines()) {
                    if g != e {
                        println!("got {g}, expected {e}");
                    }
                }
                panic!("variant {variant}\n{text}");
            }
            self.region.modify(|w| code.free(w)).unwrap();
        }
        self.world.reset(&saved);
        exit.reason
    }
    fn put(&self, i: u64, bits: u64) {
        wr64(self.world.scratch() + i * 8, bits);
    }
    fn ptr(&self, i: u64) -> String {
        format!("ptr:{}", self.world.scratch() + i * 8)
    }
    fn slot(&self, n: u64, bits: u64) {
        wr64(self.world.base_address() - 16 + n * 8, bits);
    }
}

fn bits(rng: &mut Rng, ty: &str) -> u64 {
    match ty {
        "num" => rng.number().to_bits(),
        "int" | "u32" => u64::from(rng.int() as u32),
        _ => match rng.below(3) {
            0 => rng.bits(),
            1 => rng.int() as i64 as u64,
            _ => rng.pick(&[0, 1, u64::MAX, 1 << 63, (1 << 63) - 1, 63, 64]),
        },
    }
}
fn literal(ty: &str, bits: u64) -> String {
    match ty {
        "num" => format!("{:+?}", f64::from_bits(bits)),
        "int" | "u32" => format!("{:+}", bits as i32),
        "i64" => format!("{}LL", bits as i64),
        _ => format!("{bits}ULL"),
    }
}

/// A binary operation with operands in all places.
fn binary(op: &str, ty: &str, right: &str) {
    let mut b = Bench::new();
    let mut rng = Rng::new(7);
    for n in 0..60 {
        let (x, y) = (bits(&mut rng, ty), bits(&mut rng, right));
        if (f64::from_bits(x).is_nan() && ty == "num")
            || (f64::from_bits(y).is_nan() && right == "num")
        {
            continue;
        }
        b.put(0, x);
        b.put(1, y);
        let load = |at: String, ty: &str| format!("{ty} XLOAD {at} ");
        let (k1, k2) = (literal(ty, x), literal(right, y));
        let mut form = n % 4;
        if op.ends_with("OV") && form == 3 {
            form = 0;
        }
        let (l, r) = match form {
            0 => ("0001".into(), "0002".into()),
            1 => ("0001".into(), k2),
            2 if right == ty => (k1, "0002".into()),
            _ if right == ty => ("0001".into(), "0001".into()),
            _ => ("0001".into(), "0002".into()),
        };
        let guard = if op.ends_with("OV") { ">" } else { "" };
        let text = format!(
            ".... SNAP pc=0 [ ]\n0001 {}\n0002 {}\n0003 {guard} {ty} {op} {l} {r}\n\
             0004 {ty} XSTORE {} 0003\n0005 {ty} XSTORE {} 0001\n.... SNAP pc=1 [ ]\n",
            load(b.ptr(0), ty),
            load(b.ptr(1), right),
            b.ptr(2),
            b.ptr(3)
        );
        b.both(&text);
    }
}

#[test]
fn integers() {
    for ty in ["int", "u32", "i64", "u64"] {
        for op in ["ADD", "SUB", "MUL", "BAND", "BOR", "BXOR", "MIN", "MAX"] {
            if ty == "u32" && matches!(op, "MIN" | "MAX") {
                continue;
            }
            binary(op, ty, ty);
        }
        for op in ["BSHL", "BSHR", "BSAR", "BROL", "BROR"] {
            if ty != "u32" {
                binary(op, ty, "int");
            }
        }
    }
    for op in ["ADDOV", "SUBOV", "MULOV", "MOD"] {
        binary(op, "int", "int");
    }
}
#[test]
fn numbers() {
    for op in ["ADD", "SUB", "MUL", "DIV", "MOD", "MIN", "MAX", "POW"] {
        binary(op, "num", "num");
    }
    binary("LDEXP", "num", "int");
}

#[test]
fn unary() {
    let mut b = Bench::new();
    let mut rng = Rng::new(9);
    let mut ops = Vec::new();
    for ty in ["int", "i64", "u64"] {
        for op in ["BNOT", "BSWAP", "NEG"] {
            ops.push((ty, ty, format!("{op} 0001")));
        }
    }
    for op in [
        "NEG 0001",
        "ABS 0001",
        "FPMATH 0001 floor",
        "FPMATH 0001 ceil",
        "FPMATH 0001 trunc",
        "FPMATH 0001 sqrt",
    ] {
        ops.push(("num", "num", op.to_string()));
    }
    ops.push(("num", "int", "TOBIT 0001".into()));
    for (from, tos) in [
        (
            "num",
            &["int", "i64", "u64", "flt", "i8", "u8", "i16", "u16", "u32"][..],
        ),
        (
            "int",
            &[
                "num", "flt", "i64", "u64", "i8", "u8", "i16", "u16", "i64 sext", "u64 sext",
            ],
        ),
        ("u32", &["num", "flt", "i64", "u64"]),
        ("i64", &["num", "flt", "int", "u64", "u8"]),
        ("u64", &["num", "flt", "int", "i64", "i16"]),
        ("flt", &["num"]),
    ] {
        for to in tos {
            let (to, sext) = to.split_once(' ').map_or((*to, ""), |(t, s)| (t, s));
            ops.push((from, to, format!("CONV 0001 {to}.{from} {sext}")));
        }
    }
    for (from, to, op) in ops {
        for _ in 0..40 {
            let mut x = bits(&mut rng, if from == "flt" { "num" } else { from });
            if from == "num" {
                if to == "u64" && f64::from_bits(x) < 0.0 {
                    x &= !(1 << 63);
                }
                if rng.chance(2) {
                    x = rng
                        .pick(&[
                            0.5f64,
                            -0.5,
                            1.5,
                            4294967296.5,
                            -2147483649.0,
                            9223372036854775808.0,
                            1.8e19,
                            -0.0,
                        ])
                        .to_bits();
                }
                if to == "int" && op.starts_with("TOBIT") && f64::from_bits(x).abs() > 1e14 {
                    continue;
                }
                if f64::from_bits(x).is_nan() {
                    continue;
                }
            }
            if from == "flt" {
                x = u64::from((f64::from_bits(x) as f32).to_bits());
            }
            b.put(0, x);
            let wide = match to {
                "i8" | "u8" | "i16" | "u16" => "int",
                t => t,
            };
            let text = format!(
                ".... SNAP pc=0 [ ]\n0001 {from} XLOAD {}\n0002 {wide} {op}\n0003 {wide} XSTORE {} 0002\n0004 {from} XSTORE {} 0001\n",
                b.ptr(0),
                b.ptr(2),
                b.ptr(3)
            );
            b.both(&text);
        }
    }
}

#[test]
fn comparisons() {
    let mut b = Bench::new();
    let mut rng = Rng::new(11);
    let mut left = [0; 2];
    for ty in ["int", "u32", "i64", "u64", "num"] {
        for op in [
            "LT", "GE", "LE", "GT", "ULT", "UGE", "ULE", "UGT", "EQ", "NE",
        ] {
            for n in 0..40 {
                let x = bits(&mut rng, ty);
                let y = if rng.chance(3) { x } else { bits(&mut rng, ty) };
                b.put(0, x);
                b.put(1, y);
                let nan = |x| ty == "num" && f64::from_bits(x).is_nan();
                let (mut l, mut r) = ("0001".to_string(), "0002".to_string());
                if n % 3 == 1 && !nan(y) {
                    r = literal(ty, y);
                } else if n % 3 == 2 && !nan(x) {
                    l = literal(ty, x);
                }
                let text = format!(
                    ".... SNAP pc=0 [ #5:+1 ]\n0001 {ty} XLOAD {}\n0002 {ty} XLOAD {}\n0003 > {ty} {op} {l} {r}\n.... SNAP pc=1 [ #5:+2 ]\n",
                    b.ptr(0),
                    b.ptr(1)
                );
                left[matches!(b.both(&text), Reason::Guard(_)) as usize] += 1;
            }
        }
    }
    assert!(left.iter().all(|&n| n > 200), "{left:?}");
    for (size, index) in [(3, 2), (3, 3), (0, 0), (3, -1), (i32::MAX, i32::MAX - 1)] {
        b.put(0, size as u64 & 0xffff_ffff);
        b.put(1, index as u64 & 0xffff_ffff);
        for (s, i) in [
            ("0001".into(), "0002".into()),
            ("0001".into(), format!("{index:+}")),
            (format!("{size:+}"), "0002".to_string()),
        ] {
            let text = format!(
                ".... SNAP pc=0 [ #5:+1 ]\n0001 int XLOAD {}\n0002 int XLOAD {}\n0003 > int ABC {s} {i}\n.... SNAP pc=1 [ #5:+2 ]\n",
                b.ptr(0),
                b.ptr(1)
            );
            b.both(&text);
        }
    }
}

/// Values of every type, loaded as every type.
#[test]
fn type_checks() {
    let mut b = Bench::new();
    let s = b.world.intern(b"text").unwrap().0;
    let object = |kind: u8| {
        let o = b.world.scratch() + 400 + u64::from(kind) * 16;
        wr8(o, kind);
        o
    };
    let tagged = |tag: u16, at: u64| u64::from(tag) << 48 | at;
    let values = [
        encoding::NIL,
        encoding::FALSE,
        encoding::TRUE,
        1.5f64.to_bits(),
        (-0.0f64).to_bits(),
        0xFFF8 << 48,
        f64::NEG_INFINITY.to_bits(),
        tagged(encoding::STRING, s),
        tagged(encoding::TABLE, object(7)),
        tagged(encoding::FUNCTION, object(6)),
        tagged(encoding::USERDATA, object(4)),
        tagged(encoding::LIGHT, 0x1234_5678_9abc),
        tagged(encoding::OTHER, object(1)),
        tagged(encoding::OTHER, object(2)),
        tagged(encoding::OTHER, object(3)),
    ];
    let mut held = 0;
    for v in values {
        for ty in [
            "nil", "fal", "tru", "num", "str", "tab", "fun", "udt", "lud", "thr", "cdt", "pro",
        ] {
            b.slot(5, v);
            b.put(0, v);
            let loads = [
                format!("0001 > {ty} SLOAD #5 T\n"),
                format!("0001 > {ty} ALOAD {}\n", b.ptr(0)),
            ];
            for load in loads {
                let text = format!(
                    ".... SNAP pc=0 [ #6:+1 ]\n{load}.... SNAP pc=1 [ #6:0001 #7:0001 ]\n0002 nil USE 0001\n\
                     .... SNAP pc=2 [ #6:0001 #7:0001 ]\n"
                );
                held += usize::from(b.both(&text) == Reason::End);
            }
            let text = format!(
                ".... SNAP pc=0 [ #6:+1 ]\n0001 nil CARG tab:{} +0\n0002 > {ty} CALLL 0001 tab_keyat\n.... SNAP pc=1 [ #6:0002 ]\n",
                b.world.scratch()
            );
            held += usize::from(b.both(&text) == Reason::End);
        }
    }
    assert!(held >= 3 * values.len(), "{held}");
    // Numbers that have to be integers.
    for v in [
        0.0,
        -0.0,
        1.0,
        -5.0,
        2147483647.0,
        2147483648.0,
        -2147483648.0,
        0.5,
        4294967295.0,
        8589934591.0,
        8589934592.0,
        -8589934592.0,
        -8589934593.0,
        1e300,
        f64::NAN,
        f64::INFINITY,
    ] {
        b.slot(
            5,
            if v.is_nan() {
                0xFFF8 << 48
            } else {
                v.to_bits()
            },
        );
        b.both(".... SNAP pc=0 [ #6:+1 ]\n0001 > int SLOAD #5 TC\n.... SNAP pc=1 [ #6:0001 ]\n");
        b.both(".... SNAP pc=0 [ #6:+1 ]\n0001 > num SLOAD #5 T\n0002 > int CONV 0001 int.num check\n.... SNAP pc=1 [ #6:0002 ]\n");
        b.both(".... SNAP pc=0 [ #6:+1 ]\n0001 > num SLOAD #5 T\n0002 > int CONV 0001 int.num bits\n.... SNAP pc=1 [ #6:0002 ]\n");
    }
    b.slot(5, encoding::TRUE);
    b.both(".... SNAP pc=0 [ #6:+1 ]\n0001 > int SLOAD #5 TC\n.... SNAP pc=1 [ #6:0001 ]\n");
    b.slot(5, 77);
    b.both(".... SNAP pc=0 [ #6:+1 ]\n0001 int SLOAD #5 K\n0002 int ADD 0001 +1\n.... SNAP pc=1 [ #6:0001 ]\n");
    b.slot(5, 0x7fff_1234_5678_9abc);
    b.both(".... SNAP pc=0 [ #6:+1 ]\n0001 p64 SLOAD #5 F\n.... SNAP pc=1 [ #6|0001 ]\n");
}

/// Objects, fields, strings, upvalues, barriers, and allocations that fail.
#[test]
fn objects() {
    use perilune_ir::eval::{Machine, Val};
    for failing in [false, true] {
        let mut b = Bench::new();
        let w = &mut { b.world };
        let t = w.new_table(4, 0).unwrap();
        let s = w.intern(b"12.5").unwrap();
        let key = w.intern(b"key").unwrap();
        let no_key = w.intern(b"none").unwrap();
        let at = w
            .new_key(t, Val::Gc(perilune_ir::types::IrType::Str, key))
            .unwrap();
        w.store(at, Val::Num(4.0));
        let at = w.new_key(t, Val::Num(0.5)).unwrap();
        w.store(at, Val::Num(5.0));
        let at = w
            .new_key(t, Val::Gc(perilune_ir::types::IrType::Tab, t))
            .unwrap();
        w.store(at, Val::Num(6.0));
        // A function with an open and a closed upvalue.
        let f = w.scratch() + 256;
        let (open, closed) = (f + 64, f + 96);
        wr8(f, 6);
        wr64(f + 16, open);
        wr64(f + 24, closed);
        wr8(open + 2, 0);
        wr64(open + 8, w.base_address() + 80);
        wr8(closed + 2, 1);
        wr8(closed + 1, 1);
        wr64(closed + 16, 2.5f64.to_bits());
        b.slot(12, 9.5f64.to_bits());
        b.slot(3, u64::from(encoding::TABLE) << 48 | t.0);
        b.slot(4, u64::from(encoding::STRING) << 48 | s.0);
        b.slot(5, 0.5f64.to_bits());
        b.slot(6, u64::from(encoding::FUNCTION) << 48 | f);
        b.slot(7, u64::from(encoding::STRING) << 48 | key.0);
        b.slot(8, 3.0f64.to_bits());
        wr32(t.0 + 4, 4);
        let buffer = w.scratch() + 128;
        wr64(buffer + 8, 0);
        if failing {
            b.world.fail();
        }
        let loads = "0001 > tab SLOAD #3 T\n0002 > str SLOAD #4 T\n0003 > num SLOAD #5 T\n0004 > fun SLOAD #6 T\n0005 > str SLOAD #7 T\n0006 > int SLOAD #8 TC\n";
        let bodies = [
            "0010 tab TNEW 3 1\n.... SNAP pc=1 [ #9:0010 ]\n",
            "0010 tab TDUP 0001\n.... SNAP pc=1 [ #9:0010 ]\n",
            "0010 str TOSTR 0003 num\n.... SNAP pc=1 [ #9:0010 ]\n",
            "0010 str TOSTR 0006 int\n.... SNAP pc=1 [ #9:0010 ]\n",
            "0010 str TOSTR +65 char\n.... SNAP pc=1 [ #9:0010 ]\n",
            "0010 > num STRTO 0002\n.... SNAP pc=1 [ #9:0010 ]\n",
            "0010 > num STRTO 0005\n.... SNAP pc=1 [ #9:0010 ]\n",
            "0010 p64 STRREF 0002 +1\n0011 str SNEW 0010 +2\n.... SNAP pc=1 [ #9:0011 ]\n",
            "0010 p64 STRREF 0002 0006\n0011 str XSNEW 0010 +1\n.... SNAP pc=1 [ #9:0011 ]\n",
            "0010 p64 STRREF 0002 0006\n0011 u8 XLOAD 0010\n.... SNAP pc=1 [ #9:0011 ]\n",
            "0010 int FLOAD 0002 str.len\n.... SNAP pc=1 [ #9:0010 ]\n",
            "0010 int LEN 0001\n.... SNAP pc=1 [ #9:0010 ]\n",
            "0010 int FLOAD 0001 tab.nomm\n0011 p64 FREF 0001 tab.nomm\n0012 nil FSTORE 0011 +77\n.... SNAP pc=1 [ #9:0010 ]\n",
            "0010 p64 FREF 0001 tab.meta\n0011 nil FSTORE 0010 0001\n0012 nil TBAR 0001\n.... SNAP pc=1 [ ]\n",
            "0010 p64 FREF 0001 tab.meta\n0011 nil FSTORE 0010 null.tab\n.... SNAP pc=1 [ ]\n",
            "0010 p64 HREF 0001 0005\n0011 > num HLOAD 0010\n.... SNAP pc=1 [ #9:0011 ]\n",
            "0010 p64 HREF 0001 0002\n0011 > nil HLOAD 0010\n.... SNAP pc=1 [ #9:0011 ]\n",
            "0010 p64 HREF 0001 0003\n0011 > num HLOAD 0010\n.... SNAP pc=1 [ #9:0011 ]\n",
            "0010 p64 HREF 0001 0003\n0011 > p64 EQ 0010 nilslot\n0012 p64 NEWREF 0001 0003\n0013 nil HSTORE 0012 +7.0\n.... SNAP pc=1 [ ]\n0014 p64 HREF 0001 0003\n0015 > p64 NE 0014 nilslot\n0016 > num HLOAD 0014\n.... SNAP pc=1 [ #9:0016 ]\n",
            "0010 p64 HREF 0001 0003\n0011 > p64 NE 0010 nilslot\n.... SNAP pc=1 [ #9:+1 ]\n",
            "0010 num CONV 0006 num.int\n0011 p64 HREF 0001 0010\n0012 > p64 EQ 0011 nilslot\n0013 > num HLOAD 0011\n.... SNAP pc=1 [ #9:0013 ]\n",
            "0010 p64 HREF 0001 -0.0\n0011 > p64 EQ 0010 nilslot\n0012 p64 HREF 0001 0004\n0013 > p64 EQ 0012 nilslot\n.... SNAP pc=1 [ #9:+1 ]\n",
            "0010 p64 HREF 0001 +0.5\n0011 > num HLOAD 0010\n.... SNAP pc=1 [ #9:0011 ]\n",
            "0010 p64 HREF 0001 0001\n0011 > num HLOAD 0010\n.... SNAP pc=1 [ #9:0011 ]\n",
            "0010 p64 HREF 0001 true\n0011 > num HLOAD 0010\n.... SNAP pc=1 [ #9:0011 ]\n",
            "0010 p64 HREF 0001 str:KEY\n0011 > num HLOAD 0010\n0012 num ADD 0011 +1.0\n0013 nil HSTORE 0010 0012\n.... SNAP pc=1 [ #9:0011 ]\n",
            "0010 p64 HREF 0001 str:NONE\n0011 > p64 EQ 0010 nilslot\n0012 p64 NEWREF 0001 str:NONE\n0013 nil HSTORE 0012 0001\n0014 nil TBAR 0001\n.... SNAP pc=1 [ ]\n",
            "0010 p64 HREF 0001 str:KEY\n0011 > p64 EQ 0010 nilslot\n.... SNAP pc=1 [ #9:+1 ]\n",
            "0010 p64 HREF 0001 str:KEY\n0011 > p64 NE 0010 nilslot\n0012 nil HSTORE 0010 0003\n.... SNAP pc=1 [ #9:+1 ]\n",
            "0010 p64 HREF 0001 str:NONE\n0011 > p64 NE 0010 nilslot\n.... SNAP pc=1 [ #9:+1 ]\n",
            "0010 p64 FLOAD 0001 tab.node\n0011 > p64 HREFK 0010 str:KEY@0\n0012 > num HLOAD 0011\n0013 nil HSTORE 0011 true\n.... SNAP pc=1 [ #9:0012 ]\n",
            "0010 p64 FLOAD 0001 tab.node\n0011 > p64 HREFK 0010 str:NONE@0\n.... SNAP pc=1 [ #9:+1 ]\n",
            "0010 p64 FLOAD 0001 tab.node\n0011 > p64 HREFK 0010 +0.5@1\n0012 > num HLOAD 0011\n.... SNAP pc=1 [ #9:0012 ]\n",
            "0010 p64 FLOAD 0001 tab.array\n0011 p64 AREF 0010 0006\n0012 nil ASTORE 0011 0002\n0013 int ADD 0006 -1\n0014 p64 AREF 0010 0013\n0015 nil ASTORE 0014 0003\n.... SNAP pc=1 [ ]\n",
            "0010 p64 FLOAD 0001 tab.array\n0011 p64 AREF 0010 +1\n0012 nil ASTORE 0011 nil\n0013 p64 AREF 0010 +2\n0014 nil ASTORE 0013 +1.25\n0015 p64 AREF 0010 +3\n0016 nil ASTORE 0015 str:KEY\n.... SNAP pc=1 [ ]\n",
            "0010 > p64 UREFO 0004 0\n0011 > num ULOAD 0010\n0012 nil USTORE 0010 0003\n0013 nil OBAR 0010 0003\n.... SNAP pc=1 [ #9:0011 ]\n",
            "0010 > p64 UREFC 0004 256\n0011 > num ULOAD 0010\n0012 nil USTORE 0010 0002\n0013 nil OBAR 0010 0002\n.... SNAP pc=1 [ #9:0011 ]\n",
            "0010 > p64 UREFC 0004 0\n0011 nil USE 0010\n.... SNAP pc=1 [ #9:+1 ]\n",
            "0010 > p64 UREFO 0004 256\n0011 nil USE 0010\n.... SNAP pc=1 [ #9:+1 ]\n",
            "0010 fun FNEW pro:1 0004\n.... SNAP pc=1 [ #9:0010 ]\n",
            "0010 cdt CNEW +5 +16\n.... SNAP pc=1 [ #9:0010 ]\n",
            "0010 i64 CONV 0006 i64.int sext\n0011 cdt CNEWI +5 0010\n.... SNAP pc=1 [ #9:0011 ]\n",
            "0010 nil UCLO #5\n.... SNAP pc=1 [ ]\n",
            "0010 p64 BUFHDR ptr:BUF reset\n0011 p64 BUFPUT 0010 0002\n0012 p64 BUFPUT 0011 0005\n0013 str BUFSTR 0012 0010\n.... SNAP pc=1 [ #9:0013 ]\n",
            "0010 nil CARG 0001 0006\n0011 nil CARG 0010 +4\n0012 nil CARG 0011 0006\n0013 nil CARG 0012 0001\n0014 nil CALLS 0013 tab_move\n.... SNAP pc=1 [ #9:0003 #10:0006 #11:0002 ]\n",
            "0010 nil CARG 0003 +0.25\n0011 num CALLN 0010 fmod\n0012 num ADD 0011 0003\n.... SNAP pc=1 [ #9:0012 #10:0006 ]\n",
            "0010 nil CALLS 0003 randomseed\n.... SNAP pc=1 [ #9:0003 #10:0006 #11:0001 ]\n",
            "0010 > num VLOAD ptr:SLOT5 0\n0011 > num VLOAD ptr:SLOT5 3\n.... SNAP pc=1 [ #9:0010 #10:0011 ]\n",
            "0010 > tab EQ 0001 0001\n0011 > str NE 0002 0005\n0012 > str EQ 0005 str:KEY\n0013 > str EQ 0002 str:KEY\n.... SNAP pc=1 [ #9:+1 ]\n",
        ];
        for body in bodies {
            let body = body
                .replace("KEY", &key.0.to_string())
                .replace("NONE", &no_key.0.to_string())
                .replace("BUF ", &format!("{buffer} "))
                .replace("SLOT5", &(b.world.base_address() + 24).to_string())
                .replace("pro:1", &format!("pro:{}", t.0));
            b.both(&format!(".... SNAP pc=0 [ #11:+0 #12:+3.5 ]\n{loads}.... SNAP pc=0 [ #11:+7 #13:0006 #14:0003 #15:0001 ]\n{body}"));
        }
    }
}

/// Returning to the frame below, with slots on both sides.
#[test]
fn return_to_lower_frame() {
    let mut b = Bench::new();
    b.slot(1, 0x1234_5678_9ab0);
    b.slot(3, 4.5f64.to_bits());
    for (pc, holds) in [
        (0x1234_5678_9ab0u64, true),
        (0x1234_5678_9ab8, false),
        (0x1234, false),
    ] {
        // The world's frames are three slots apart.
        let text = format!(
            ".... SNAP pc=0 [ #5:+1 ]\n0001 > num SLOAD #3 T\n0002 > nil RETF pro:4096 ptr:{pc}\n.... SNAP pc=1 [ #5:0001 ]\n0003 num ADD 0001 +1.0\n.... SNAP pc=2 [ #6:0003 ]\n0004 > num LT 0003 +1.0\n"
        );
        let reason = b.both(&text);
        assert_eq!(
            reason
                == Reason::Guard(
                    parse(&text)
                        .unwrap()
                        .newest(perilune_ir::op::IrOp::Lt)
                        .unwrap()
                ),
            holds
        );
    }
}
