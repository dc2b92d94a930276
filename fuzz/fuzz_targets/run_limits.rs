//! A program in slices of fuel does what it does in one piece and takes as much; under a memory limit, and with an allocation that fails, it ends within
//! the limit and leaves a state that works.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune::vm::Vm;
use perilune::vm::run::{Outcome, StopReason};
use perilune_fuzz::quality::Quality;
use perilune_fuzz::{compare, compiling, programs, text, way_to_run};

static RAN: Quality = Quality::new("programs that ran without error", 95);
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

fuzz_target!(|data: &[u8]| {
    let [slice, limit, nth, mode, rest @ ..] = data else {
        return;
    };
    let Some(script) = programs::any(rest) else {
        return;
    };
    let mode = way_to_run(*mode);
    let expected = perilune_fuzz::run(&script, mode, TANK);
    RAN.count(expected.0.contains("-- ok"));

    let slice = 1 + u64::from(*slice) * u64::from(*slice) * 8;
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
    let most = vm.heap().reserved() + (usize::from(*limit) << 12);
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
        .fail_allocation(1 + u64::from(*nth) * u64::from(*nth) / 4);
    let globals = vm.globals();
    if let Ok(function) = vm.load(script.as_bytes(), b"=fuzz", Some(b"t"), globals) {
        vm.run(function.into(), &[]);
    }
    vm.heap().fail_allocation(0);
    works(&mut vm);
});
