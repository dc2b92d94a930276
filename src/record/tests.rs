//! What the recorder makes of small loops, group by group of instructions: the golden file has each loop and its trace as recorded,
//! operations and types only. `UPDATE=1 cargo test -p perilune --features jit record` rewrites it. Every trace passes the verifier, and
//! the loop's result is the interpreter's, with the trace as recorded and optimised.

extern crate std;

use std::format;
use std::string::String;
use std::vec::Vec;
use std::{env, fs};

use perilune_ir::op::IrOp;
use perilune_ir::verify::verify;

use crate::jit::testing::{eval, state, text};
use crate::value::Value;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/record/golden.txt");

/// A value that doesn't depend on addresses, as text.
fn shown(v: &Value) -> String {
    text(*v).unwrap_or_else(|| format!("{v:?}"))
}

/// The results of a chunk in a mode, and the traces it left.
fn run(mode: &str, source: &str) -> (Vec<String>, String) {
    let mut vm = state();
    for option in [mode, "hotloop=5", "hotexit=3"] {
        assert!(vm.set_jit_option(option.as_bytes()), "{option}");
    }
    let results = eval(&mut vm, source).iter().map(shown).collect();
    let mut traces = String::new();
    for (number, trace) in vm.jit.traces.iter() {
        assert_eq!(verify(&trace.ir), Ok(()), "{source}");
        traces += &format!("trace {} {:?}\n", number.0, trace.link);
        for r in trace.ir.refs() {
            let ins = trace.ir.get(r);
            if ins.op() != IrOp::Nop && ins.op() != IrOp::CArg {
                let guard = if ins.is_guard() { '>' } else { ' ' };
                traces += &format!("  {guard} {} {}\n", ins.ty().name(), ins.op().name());
            }
        }
    }
    (results, traces)
}

#[test]
fn golden() {
    let old = fs::read_to_string(GOLDEN).expect("the golden file");
    let mut new = String::new();
    for case in old.split("## ").skip(1) {
        let (name, rest) = case.split_once('\n').expect("a name");
        let (source, expected) = rest.split_once("--\n").expect("a source");
        let (plain, none) = run("mode=off", source);
        assert!(none.is_empty());
        let (raw, traces) = run("mode=raw", source);
        assert_eq!(plain, raw, "{name}");
        let (optimised, _) = run("mode=evaluate", source);
        assert_eq!(plain, optimised, "{name}");
        if env::var_os("UPDATE").is_none() {
            assert_eq!(expected.trim_end(), traces.trim_end(), "{name}");
        }
        new += &format!("## {name}\n{source}--\n{traces}\n");
    }
    if env::var_os("UPDATE").is_some() {
        fs::write(GOLDEN, new).expect("the golden file can be written");
    }
}
