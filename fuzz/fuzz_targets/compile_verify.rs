//! What the compiler emits passes the verifier and survives a dump; any bytes as a dump give a function that is safe to run or an error.
//!
//! The input begins with a number of changes to the dump (each an offset and a byte); source text follows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune::bytecode::{dump, verify};
use perilune::gc::OutOfMemory;
use perilune::number::format::Sink;

/// Units that a changed chunk may run for.
const FUEL: u64 = 2_000;

struct Bytes(Vec<u8>);

impl Sink for Bytes {
    type Error = OutOfMemory;
    fn put(&mut self, bytes: &[u8]) -> Result<(), OutOfMemory> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

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
    let mut bytes = Bytes(Vec::new());
    if dump::dump(proto, count & 4 != 0, &mut bytes).is_err() {
        return;
    }
    assert!(
        vm.load(&bytes.0, b"=dump", None, globals).is_ok(),
        "a dump loads"
    );
    for change in changes.chunks_exact(3) {
        let at = usize::from(u16::from_le_bytes([change[0], change[1]])) % bytes.0.len();
        bytes.0[at] = change[2];
    }
    if let Ok(function) = vm.load(&bytes.0, b"=changed", None, globals) {
        vm.run(function.into(), &[]);
        vm.collect_fully();
    }
});
