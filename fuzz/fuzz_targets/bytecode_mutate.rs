//! Whatever the verifier accepts is safe to run, interpreted and compiled: dumps of programs with instructions, constants and lengths changed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune::bytecode::verify;
use perilune_fuzz_inputs::inputs::Changed;
use perilune_fuzz_inputs::program::Program;
use perilune_fuzz_inputs::render::PRELUDE;
use perilune_fuzz_inputs::state::{compiling_bytecode, dumped};

const FUEL: u64 = 20_000;

fuzz_target!(|input: Changed<Program>| {
    let source = input.program.source();
    let mode = match input.mode % 4 {
        0 => "mode=off",
        1 => "mode=raw,hotloop=1,hotexit=1",
        2 => "mode=evaluate,hotloop=1,hotexit=1",
        _ => "mode=compile,hotloop=1,hotexit=1",
    };
    let mut vm = compiling_bytecode(mode, FUEL);
    let globals = vm.globals();
    let prelude = vm.load(PRELUDE.as_bytes(), b"=prelude", None, globals);
    let prelude = prelude.unwrap_or_else(|_| panic!("the prelude loads"));
    vm.run(prelude.into(), &[]);
    let Ok(function) = vm.load(source.as_bytes(), b"=fuzz", None, globals) else {
        panic!("{source} doesn't load");
    };
    let proto = function.proto().expect("a loaded chunk is a Lua function");
    verify::verify_all(proto).expect("the verifier accepts what was loaded");
    let Some(mut bytes) = dumped(proto, input.strip) else {
        return;
    };
    input.apply(&mut bytes);
    if let Ok(function) = vm.load(&bytes, b"=changed", None, globals) {
        vm.set_fuel(Some(FUEL));
        vm.run(function.into(), &[]);
        vm.collect_fully();
    }
});
