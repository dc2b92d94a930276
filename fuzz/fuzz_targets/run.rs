//! Any program ends, fails or runs out of fuel within its memory.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut vm = perilune_fuzz::state(20_000);
    let globals = vm.globals();
    if let Ok(function) = vm.load(data, b"=fuzz", Some(b"t"), globals) {
        vm.run(function.into(), &[]);
    }
});
