//! Expressions and statements that are evaluated as if they stood in a function that is under way: its variables can be read and assigned.
//!
//! The code gets an environment of its own whose metatable looks for a variable of the function first.

use perilune::value::{Gc, Str, Table, Thread, Value};
use perilune::vm::Vm;
use perilune::vm::debugger::Variable;
use perilune::vm::native::{Flow, NativeResult, Raised};

use crate::engine::text_of;
use crate::host::Held;

/// A function under way: a thread, and how many functions lie above it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FrameId {
    pub thread: Gc<Thread>,
    pub level: usize,
}

/// How far an environment's `__index` is followed.
const MAX_CHAIN: usize = 16;

/// What the error value says.
pub fn error_text(error: Value) -> String {
    match text_of(error) {
        Some(text) => String::from_utf8_lossy(&text).into_owned(),
        None => format!("(error object is a {} value)", error.type_of().name()),
    }
}

/// Evaluates an expression list, or executes statements, in a function under way or with the globals only. Arguments that the
/// function doesn't name are `...`.
pub fn evaluate(vm: &mut Vm, frame: Option<FrameId>, code: &str) -> Result<Vec<Value>, String> {
    let _held = Held::begin();
    let kept = vm.run_error();
    let result = evaluate_in(vm, frame, code);
    vm.set_run_error(kept);
    result
}

fn evaluate_in(vm: &mut Vm, frame: Option<FrameId>, code: &str) -> Result<Vec<Value>, String> {
    let mut arguments = Vec::new();
    let environment = match frame {
        Some(frame) => {
            let activation = vm
                .stopped_activations(frame.thread)
                .nth(frame.level)
                .ok_or("no such function")?;
            arguments.extend(
                (1..)
                    .map_while(|n| vm.local(&activation, -n))
                    .map(|l| l.get()),
            );
            let globals = vm
                .environment_of(activation.function.into())
                .unwrap_or_else(|| vm.globals());
            scope(vm, frame, globals).map_err(|_| "not enough memory")?
        }
        None => vm.globals(),
    };
    let expression = format!("return {code}");
    let function = match vm.load(
        expression.as_bytes(),
        b"=(debugger)",
        Some(b"t"),
        environment,
    ) {
        Ok(function) => function,
        Err(_) => match vm.load(code.as_bytes(), b"=(debugger)", Some(b"t"), environment) {
            Ok(function) => function,
            Err(_) => return Err(error_text(vm.run_error())),
        },
    };
    vm.call_stopped(function.into(), &arguments)
        .map_err(error_text)
}

/// The environment for code in a function under way.
fn scope(vm: &mut Vm, frame: FrameId, globals: Gc<Table>) -> Result<Gc<Table>, Raised> {
    let upvalues = [
        frame.thread.into(),
        Value::int(frame.level as i32),
        globals.into(),
    ];
    let environment = vm.new_table(0, 0)?;
    let metatable = vm.new_table(0, 2)?;
    let get = vm.new_native(scope_get, 0, &upvalues)?;
    vm.raw_set_name(metatable, "__index", get.into())?;
    let set = vm.new_native(scope_set, 0, &upvalues)?;
    vm.raw_set_name(metatable, "__newindex", set.into())?;
    vm.set_metatable_of(environment.into(), Some(metatable));
    Ok(environment)
}

/// The variable with this name of the function that the running native function's upvalues say.
fn variable(vm: &Vm, name: Gc<Str>) -> Option<(Gc<Thread>, Variable)> {
    let thread = vm.upvalue(0).as_thread()?;
    let level = usize::try_from(vm.upvalue(1).as_int()?).ok()?;
    let activation = vm.stopped_activations(thread).nth(level)?;
    Some((thread, vm.find_variable(&activation, name.as_bytes())?))
}

fn scope_get(vm: &mut Vm) -> NativeResult {
    if vm.step() == 1 {
        let result = vm.result(0);
        return vm.ret(result);
    }
    let key = vm.arg(1);
    if let Some((_, variable)) = key.as_str().and_then(|name| variable(vm, name)) {
        return vm.ret(variable.get());
    }
    let mut owner = vm.upvalue(2);
    for _ in 0..MAX_CHAIN {
        let Some(table) = owner.as_table() else {
            break;
        };
        let found = table.get(key);
        if !found.is_nil() {
            return vm.ret(found);
        }
        let index = vm.metafield(owner, "__index")?;
        if index.is_function() {
            vm.begin_call(index, 1)?;
            vm.push(owner)?;
            vm.push(key)?;
            return Ok(Flow::Call { nargs: 2 });
        }
        owner = index;
    }
    vm.ret(Value::NIL)
}

fn scope_set(vm: &mut Vm) -> NativeResult {
    let (key, value) = (vm.arg(1), vm.arg(2));
    if let Some((thread, variable)) = key.as_str().and_then(|name| variable(vm, name)) {
        vm.assign_variable(thread, variable, value);
    } else if let Some(globals) = vm.upvalue(2).as_table() {
        vm.raw_set(globals, key, value)?;
    }
    Ok(Flow::Return(0))
}
