//! What the compiler emits passes the verifier, survives a dump, and any bytes as a dump give a function or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune::bytecode::verify;

fuzz_target!(|data: &[u8]| {
    let mut vm = perilune_fuzz::state(0);
    let globals = vm.globals();
    if let Ok(function) = vm.load(data, b"=fuzz", None, globals) {
        let proto = function.proto().expect("a loaded chunk is a Lua function");
        verify::verify(proto).expect("the verifier accepts what was loaded");
        if let Ok(dump) = vm.dump(function, false) {
            let again = vm.load(&dump, b"=dump", None, globals);
            assert!(again.is_ok(), "a dump loads");
        }
    }
});
