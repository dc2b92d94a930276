//! Golden tests: `filetests/*.txt` hold traces and the machine code that they become. `UPDATE=1 cargo test -p perilune-jit-x86 --test
//! filetests` rewrites the code.
//!
//! A case begins with `;; name`, or `;; name: option…` (`sse`, `nofuse`, `side`, `high`, `blind`, `mask`, `endbr`); then comes the trace, and after `==>` its code. Registers are
//! renamed in the order in which they appear (`r1`, `r1d` for 32 bits, `x1`), but for the pinned ones: `base`, `vm`, `budget`.

mod support;

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use perilune_ir::text::parse;
use perilune_ir::verify::verify;
use perilune_jit_x86::code::Assembler;
use perilune_jit_x86::disassemble::{Show, disassemble};
use perilune_jit_x86::input::{
    Features, Hardening, Head, Inherited, Input, Location, ParentValue, Policy,
};
use perilune_jit_x86::region::Region;

use perilune_ir::literal::Slot;
use perilune_ir::types::IrType;
use support::{Pages, World};

/// A word of assembly with its register renamed.
fn rename(word: &str, seen: &mut Vec<String>) -> String {
    let gpr = [
        ("rax", "eax", "ax", "al"),
        ("rcx", "ecx", "cx", "cl"),
        ("rdx", "edx", "dx", "dl"),
        ("rbx", "ebx", "bx", "bl"),
        ("rsp", "esp", "sp", "spl"),
        ("rbp", "ebp", "bp", "bpl"),
        ("rsi", "esi", "si", "sil"),
        ("rdi", "edi", "di", "dil"),
    ];
    let mut found = None;
    for (n, names) in gpr.iter().enumerate() {
        for (name, suffix) in [
            (names.0, ""),
            (names.1, "d"),
            (names.2, "w"),
            (names.3, "b"),
        ] {
            if word == name {
                found = Some((format!("g{n}"), suffix));
            }
        }
    }
    if let Some(rest) = word.strip_prefix('r') {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let suffix = &rest[digits.len()..];
        if !digits.is_empty() && matches!(suffix, "" | "d" | "w" | "b") {
            let suffix = ["", "d", "w", "b"]
                .into_iter()
                .find(|s| *s == suffix)
                .unwrap();
            found = Some((format!("g{digits}"), suffix));
        }
    }
    if let Some(n) = word.strip_prefix("xmm") {
        found = Some((format!("x{n}"), ""));
    }
    let Some((register, suffix)) = found else {
        return word.to_string();
    };
    let fixed = match register.as_str() {
        "g3" => Some("base"),
        "g4" => Some("rsp"),
        "g5" => Some("vm"),
        "g14" => Some("budget"),
        _ => None,
    };
    if let Some(name) = fixed {
        return format!("{name}{suffix}");
    }
    let class = &register[..1];
    let same: Vec<_> = seen
        .iter()
        .filter(|s| s.starts_with(class))
        .cloned()
        .collect();
    let n = match same.iter().position(|s| *s == register) {
        Some(n) => n,
        None => {
            seen.push(register.clone());
            same.len()
        }
    };
    format!("{}{}{suffix}", if class == "g" { 'r' } else { 'x' }, n + 1)
}

/// Assembly with registers renamed.
fn renamed(text: &str) -> String {
    let mut seen = Vec::new();
    let mut out = String::new();
    let mut word = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_alphanumeric() {
            word.push(c);
        } else {
            out += &rename(&word, &mut seen);
            word.clear();
            out.push(c);
        }
    }
    out.trim_end().to_string() + "\n"
}

fn case(options: &str, input: &str) -> String {
    let trace = match parse(input) {
        Ok(t) => t,
        Err(e) => return format!("{e}\n"),
    };
    if let Err(e) = verify(&trace) {
        return format!("verifier: {e}\n");
    }
    let has = |o| options.split_whitespace().any(|x| x == o);
    let world = World::empty();
    let mut layout = world.layout(!has("high"));
    layout.high_addresses = has("high");
    let mut region = Region::try_new(Pages::default(), 1 << 16).expect("a region");
    let hardening = Hardening {
        blind: has("blind"),
        mask: has("mask"),
        place: false,
        endbr: has("endbr"),
    };
    let asm = Assembler::hardened(&mut region, &layout, hardening, [1, 2]);
    let mut asm = asm.expect("an assembler");
    let value = |slot, location, ty| ParentValue {
        of: Inherited::Slot(Slot(slot)),
        location,
        ty,
    };
    let values = [
        value(3, Location::Gpr(1), IrType::Int),
        value(4, Location::Xmm(3), IrType::Num),
        value(5, Location::Spill(2), IrType::Num),
        value(6, Location::Spill(3), IrType::Tab),
    ];
    let features = !has("sse");
    let input = Input {
        trace: &trace,
        number: 1,
        head: if has("side") {
            Head::Side {
                values: &values,
                top_slot: 20,
            }
        } else {
            Head::Root
        },
        top_slot: 20,
        resume: &[],
        link: None,
        layout: &layout,
        facts: &world,
        features: Features {
            sse41: features,
            avx: features,
            bmi2: features,
        },
        policy: Policy::Best,
        fuse: !has("nofuse"),
        fail_guard: None,
        note_homes: false,
    };
    let code = match asm.assemble(&mut region, &input) {
        Ok(c) => c,
        Err(e) => return format!("{e}\n"),
    };
    let mut text = String::new();
    disassemble(&mut text, &region, &code, &layout, Show::Code).expect("text");
    if env::var_os("RAW").is_some() {
        println!("{text}");
    }
    renamed(&text)
}

#[test]
fn filetests() {
    let update = env::var_os("UPDATE").is_some();
    let only = env::var("ONLY").unwrap_or_default();
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/filetests");
    let mut failures = String::new();
    let mut count = 0;
    for file in fs::read_dir(&dir).expect("filetests") {
        let path = file.expect("file").path();
        let text = fs::read_to_string(&path).expect("text");
        let mut new = String::new();
        for (i, part) in text.split(";; ").enumerate() {
            if i == 0 {
                new += part;
                continue;
            }
            count += 1;
            let (head, rest) = part.split_once('\n').expect("a case");
            let options = head.split_once(':').map_or("", |x| x.1);
            let (input, expected) = rest.split_once("==>").unwrap_or((rest, ""));
            if !head.contains(&only) {
                let _ = write!(new, ";; {part}");
                continue;
            }
            let got = case(options, input);
            if got.trim() != expected.trim() {
                let _ = write!(
                    failures,
                    "{}: {head}\n--- got\n{got}--- expected\n{}\n",
                    path.display(),
                    expected.trim()
                );
            }
            let _ = write!(new, ";; {head}\n{}\n==>\n{got}\n", input.trim_end());
        }
        if update {
            fs::write(&path, format!("{}\n", new.trim_end())).expect("write");
        }
    }
    assert!(count > 0);
    assert!(failures.is_empty() || update, "{failures}");
}
