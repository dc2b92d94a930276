//! What the compiler emits passes the verifier and survives a dump; a changed dump gives a function that is safe to run or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune::bytecode::verify;
use perilune_fuzz_inputs::inputs::{Changed, Text};
use perilune_fuzz_inputs::state::{dumped, state};

/// Units that a changed chunk may run for.
const FUEL: u64 = 2_000;

fuzz_target!(|input: Changed<Text>| {
    let mut vm = state(FUEL);
    let globals = vm.globals();
    let Ok(function) = vm.load(&input.program.bytes, b"=fuzz", None, globals) else {
        return;
    };
    let proto = function.proto().expect("a loaded chunk is a Lua function");
    verify::verify_all(proto).expect("the verifier accepts what was loaded");
    let Some(mut bytes) = dumped(proto, input.strip) else {
        return;
    };
    assert!(
        vm.load(&bytes, b"=dump", None, globals).is_ok(),
        "a dump loads"
    );
    input.apply(&mut bytes);
    if let Ok(function) = vm.load(&bytes, b"=changed", None, globals) {
        vm.run(function.into(), &[]);
        vm.collect_fully();
    }
});
