//! Whatever the verifier accepts is safe to run, interpreted and compiled: dumps of programs with instructions, constants and lengths changed.
//!
//! The input begins with the changes, 3 bytes each behind their number; the rest makes the program.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune::bytecode::verify;
use perilune_fuzz::{change, compiling_bytecode, dumped, programs};

const FUEL: u64 = 20_000;

fuzz_target!(|data: &[u8]| {
    let [count, mode, rest @ ..] = data else {
        return;
    };
    let (changes, rest) = rest.split_at(rest.len().min(usize::from(count % 8) * 3));
    let Some(source) = programs::plain(rest) else {
        return;
    };
    let mode = match mode % 4 {
        0 => "mode=off",
        1 => "mode=raw,hotloop=1,hotexit=1",
        2 => "mode=evaluate,hotloop=1,hotexit=1",
        _ => "mode=compile,hotloop=1,hotexit=1",
    };
    let mut vm = compiling_bytecode(mode, FUEL);
    let globals = vm.globals();
    let prelude = vm.load(programs::PRELUDE.as_bytes(), b"=prelude", None, globals);
    let prelude = prelude.unwrap_or_else(|_| panic!("the prelude loads"));
    vm.run(prelude.into(), &[]);
    let Ok(function) = vm.load(source.as_bytes(), b"=fuzz", None, globals) else {
        return;
    };
    let proto = function.proto().expect("a loaded chunk is a Lua function");
    verify::verify_all(proto).expect("the verifier accepts what was loaded");
    let Some(mut bytes) = dumped(proto, false) else {
        return;
    };
    change(&mut bytes, changes);
    if let Ok(function) = vm.load(&bytes, b"=changed", None, globals) {
        vm.set_fuel(Some(FUEL));
        vm.run(function.into(), &[]);
        vm.collect_fully();
    }
});
