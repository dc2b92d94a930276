//! What tests of the JIT need: a live state.

extern crate std;

use std::boxed::Box;
use std::string::String;
use std::vec::Vec;

use crate::gc::testing::CountingMemory;
use crate::host::Host;
use crate::stdlib::{Libs, open_libs};
use crate::value::{Function, Gc, Str, Table, Value};
use crate::vm::Vm;
use crate::vm::run::{Config, Outcome};

struct Nothing;
impl Host for Nothing {}

/// A state with libraries.
pub(crate) fn state() -> Box<Vm> {
    let memory = Box::new(CountingMemory::default());
    let mut vm = Vm::new(&Config::default(), memory, Box::new(Nothing)).expect("memory");
    assert!(open_libs(&mut vm, Libs::SAFE).is_ok());
    vm
}

/// The results of a chunk.
pub(crate) fn eval(vm: &mut Vm, source: &str) -> Vec<Value> {
    let globals = vm.globals;
    let chunk = vm.load(source.as_bytes(), b"=test", None, globals);
    let chunk: Gc<Function> = chunk.unwrap_or_else(|_| panic!("{source}"));
    let outcome = vm.run(chunk.into(), &[]);
    assert_eq!(
        outcome,
        Outcome::Returned,
        "{source}: {:?}",
        text(vm.run_error())
    );
    vm.run_results().to_vec()
}

/// The first result of a chunk.
pub(crate) fn eval1(vm: &mut Vm, source: &str) -> Value {
    eval(vm, source).first().copied().unwrap_or(Value::NIL)
}

/// A table that a chunk returns.
pub(crate) fn table(vm: &mut Vm, source: &str) -> Gc<Table> {
    eval1(vm, source).as_table().expect("a table")
}

/// A string object.
pub(crate) fn string(vm: &mut Vm, text: &str) -> Gc<Str> {
    vm.heap.intern(text.as_bytes()).expect("memory")
}

/// A string's text.
pub(crate) fn text(v: Value) -> Option<String> {
    v.as_str()
        .map(|s| String::from_utf8_lossy(s.as_bytes()).into_owned())
}
