//! Any text ends, fails or runs out of fuel within its memory.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune_fuzz_inputs::inputs::Text;
use perilune_fuzz_inputs::state::state;

fuzz_target!(|text: Text| {
    let mut vm = state(20_000);
    let globals = vm.globals();
    if let Ok(function) = vm.load(&text.bytes, b"=fuzz", Some(b"t"), globals) {
        vm.run(function.into(), &[]);
    }
});
