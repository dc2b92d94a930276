//! A program in slices of fuel does what it does in one piece and takes as much; under a memory limit, and with an allocation that fails, it ends within
//! the limit and leaves a state that works.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune::vm::Vm;
use perilune::vm::run::{Outcome, StopReason};
use perilune_fuzz_inputs::inputs::Limited;
use perilune_fuzz_inputs::state::{compare, compiling, run, text, way_to_run};

const TANK: u64 = 3_000_000;

/// Does the state still run something?
fn works(vm: &mut Vm) {
    vm.set_fuel(Some(TANK));
    let globals = vm.globals();
    vm.collect_fully();
    let source = b"local t = {} for i = 1, 50 do t[i] = 'x' .. i end return #table.concat(t)";
    let function = vm.load(source, b"=after", Some(b"t"), globals);
    let function = function.unwrap_or_else(|_| panic!("a small chunk loads"));
    assert_eq!(vm.run(function.into(), &[]), Outcome::Returned);
    let result = vm.run_results().first().and_then(|v| v.as_number());
    assert_eq!(result, Some(141.0));
}

fuzz_target!(|input: Limited| {
    let script = input.program.script();
    let mode = way_to_run(input.mode);
    let expected = run(&script, mode, TANK);

    let slice = 1 + u64::from(input.slice) * u64::from(input.slice) * 8;
    let (mut vm, printed) = compiling(mode, slice);
    let globals = vm.globals();
    let Ok(function) = vm.load(script.as_bytes(), b"=fuzz", Some(b"t"), globals) else {
        panic!("loads once and not twice");
    };
    let mut given = slice;
    let mut outcome = vm.run(function.into(), &[]);
    while outcome == Outcome::Stopped(StopReason::OutOfFuel) && given < TANK {
        let more = slice.min(TANK - given);
        given += more;
        vm.set_fuel(Some(more));
        outcome = vm.resume_run();
    }
    let left = vm.fuel().map(|left| TANK - given + left);
    // Loading may stop for want of fuel, too; then there is nothing to resume.
    if outcome != Outcome::Stopped(StopReason::OutOfFuel) || expected.1 == outcome {
        let found = (text(&printed), outcome, left);
        compare(
            &script,
            &format!("{mode}, slices of {slice}"),
            &found,
            &expected,
        );
    }
    works(&mut vm);

    let (mut vm, _) = compiling(mode, TANK);
    let most = vm.heap().reserved() + (usize::from(input.pages) << 12);
    vm.heap().set_limit(most);
    let globals = vm.globals();
    if let Ok(function) = vm.load(script.as_bytes(), b"=fuzz", Some(b"t"), globals) {
        vm.run(function.into(), &[]);
    }
    assert!(vm.heap().reserved() <= most, "{script}");
    vm.heap().set_limit(64 << 20);
    works(&mut vm);

    let (mut vm, _) = compiling(mode, TANK);
    vm.heap()
        .fail_allocation(1 + u64::from(input.nth) * u64::from(input.nth) / 4);
    let globals = vm.globals();
    if let Ok(function) = vm.load(script.as_bytes(), b"=fuzz", Some(b"t"), globals) {
        vm.run(function.into(), &[]);
    }
    vm.heap().fail_allocation(0);
    works(&mut vm);
});
