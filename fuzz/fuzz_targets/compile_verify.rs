//! What the compiler emits passes the verifier and survives a dump; any bytes as a dump give a function that is safe to run or an error.
//!
//! The input begins with a number of changes to the dump (each an offset and a byte); source text follows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune::bytecode::verify;
use perilune_fuzz::{change, dumped};

/// Units that a changed chunk may run for.
const FUEL: u64 = 2_000;

fuzz_target!(|data: &[u8]| {
    let Some((&count, rest)) = data.split_first() else {
        return;
    };
    let (changes, source) = rest.split_at(rest.len().min(usize::from(count % 4) * 3));
    let mut vm = perilune_fuzz::state(FUEL);
    let globals = vm.globals();
    let Ok(function) = vm.load(source, b"=fuzz", None, globals) else {
        return;
    };
    let proto = function.proto().expect("a loaded chunk is a Lua function");
    verify::verify_all(proto).expect("the verifier accepts what was loaded");
    let Some(mut bytes) = dumped(proto, count & 4 != 0) else {
        return;
    };
    assert!(
        vm.load(&bytes, b"=dump", None, globals).is_ok(),
        "a dump loads"
    );
    change(&mut bytes, changes);
    if let Ok(function) = vm.load(&bytes, b"=changed", None, globals) {
        vm.run(function.into(), &[]);
        vm.collect_fully();
    }
});
