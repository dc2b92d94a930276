//! `jit.on`, `jit.off`, `jit.flush`: for the engine, for functions, for traces.

extern crate alloc;
use alloc::vec::Vec;

use crate::bytecode::Proto;
use crate::value::{Gc, Type, Value};
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult, Raised};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    On,
    Off,
    Flush,
}

/// What an order is for.
enum Target {
    Engine,
    Function {
        proto: Gc<Proto>,
        itself: bool,
        inner: bool,
    },
}

/// `on()`, `on(function [, recursive])`, `on(true [, recursive])`
pub(super) fn on(vm: &mut Vm) -> NativeResult {
    obey(vm, Order::On)
}

/// `off`: as `on`.
pub(super) fn off(vm: &mut Vm) -> NativeResult {
    obey(vm, Order::Off)
}

/// `flush()`, `flush(trace)`, `flush(function [, recursive])`
pub(super) fn flush(vm: &mut Vm) -> NativeResult {
    if !vm.arg(0).is_number() {
        return obey(vm, Order::Flush);
    }
    let number = vm.check_int(0)?;
    #[cfg(feature = "jit")]
    if let Ok(number) = u16::try_from(number) {
        vm.flush_trace(crate::jit::trace::TraceNo(number));
    }
    let _ = number;
    Ok(Flow::Return(0))
}

/// What the arguments name. With `true` as the second one it's a function and all in it, with `false` only those in it.
fn target(vm: &mut Vm) -> Result<Target, Raised> {
    let what = vm.arg(0);
    if what.is_nil() {
        return Ok(Target::Engine);
    }
    let proto = match what.as_function() {
        // `true`: the function that calls.
        None if what == Value::TRUE => {
            let thread = vm.thread;
            let caller = vm.activations(thread).nth(1);
            caller.and_then(|a| a.function.proto())
        }
        Some(function) => function.proto(),
        None if what.type_of() == Type::Proto => what.as_proto(),
        None => None,
    };
    let Some(proto) = proto else {
        return Err(vm.type_error(0, "function"));
    };
    let recursive = vm.arg(1).as_bool();
    Ok(Target::Function {
        proto,
        itself: recursive != Some(false),
        inner: recursive.is_some(),
    })
}

fn obey(vm: &mut Vm, order: Order) -> NativeResult {
    match target(vm)? {
        Target::Engine => obey_all(vm, order),
        Target::Function {
            proto,
            itself,
            inner,
        } => {
            let mut pending = Vec::new();
            if itself {
                obey_for(vm, order, proto);
            }
            if inner {
                add_children(vm, &mut pending, proto)?;
            }
            while let Some(proto) = pending.pop() {
                obey_for(vm, order, proto);
                add_children(vm, &mut pending, proto)?;
            }
        }
    }
    Ok(Flow::Return(0))
}

fn add_children(vm: &mut Vm, pending: &mut Vec<Gc<Proto>>, proto: Gc<Proto>) -> Result<(), Raised> {
    let objects = (0..proto.object_count as usize).filter_map(|i| proto.object(i));
    for child in objects.filter_map(Value::as_proto) {
        if pending.try_reserve(1).is_err() {
            return Err(vm.memory_error());
        }
        pending.push(child);
    }
    Ok(())
}

#[cfg(not(feature = "jit"))]
fn obey_all(_vm: &mut Vm, _order: Order) {}
#[cfg(not(feature = "jit"))]
fn obey_for(_vm: &mut Vm, _order: Order, _proto: Gc<Proto>) {}

#[cfg(feature = "jit")]
fn obey_all(vm: &mut Vm, order: Order) {
    match order {
        Order::On => vm.switch_jit(true),
        Order::Off => vm.switch_jit(false),
        Order::Flush => vm.flush_traces(),
    }
}
#[cfg(feature = "jit")]
fn obey_for(vm: &mut Vm, order: Order, proto: Gc<Proto>) {
    use crate::bytecode::ProtoFlags;
    match order {
        Order::On => {
            proto.remove_flag(ProtoFlags::NO_JIT);
            vm.reenable(proto);
        }
        Order::Off => {
            proto.add_flag(ProtoFlags::NO_JIT);
            vm.flush_function(proto);
        }
        Order::Flush => vm.flush_function(proto),
    }
}
