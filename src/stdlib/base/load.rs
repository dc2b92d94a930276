//! `load`, `loadstring`, `loadfile`, `dofile`.

use crate::host::ReadFileError;
use crate::stdlib::message::{Message, c_string};
use crate::value::{Function, Gc, Str, Table, Value};
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult, Raised};

/// Slots of `load` while it calls its reader: reader, chunk name, mode, environment, then the pieces and their number.
const NAME: usize = 1;
const MODE: usize = 2;
const ENV: usize = 3;
const PIECES: usize = 4;
const COUNT: usize = 5;

/// Steps of `load`: the reader returned; its pieces are one string.
const TAKE_PIECE: u32 = 1;
const LOAD_JOINED: u32 = 2;

/// `load(source [, name [, mode [, env]]])`. Upvalue 0 is a protected call, for the reader.
pub(super) fn load(vm: &mut Vm) -> NativeResult {
    match vm.step() {
        0 => {}
        TAKE_PIECE => return take_piece(vm),
        _ => return load_joined(vm),
    }
    let name = vm.opt_str(NAME)?;
    vm.opt_str(MODE)?;
    if vm.arg(0).is_str() || vm.arg(0).is_number() {
        let source = vm.check_str(0)?;
        vm.set_nargs(PIECES)?;
        return finish_load(vm, source, name.unwrap_or(source).as_bytes());
    }
    vm.check_function(0)?;
    vm.set_nargs(PIECES)?;
    let pieces = vm.new_table(0, 0)?;
    vm.push(pieces.into())?;
    vm.push(Value::int(0))?;
    call_reader(vm)
}

fn call_reader(vm: &mut Vm) -> NativeResult {
    let protected = vm.upvalue(0);
    vm.begin_call(protected, TAKE_PIECE)?;
    vm.push(vm.arg(0))?;
    Ok(Flow::Call { nargs: 1 })
}

/// The reader returned: keeps its piece, or loads what it gave if that was the last.
fn take_piece(vm: &mut Vm) -> NativeResult {
    let (ok, piece) = (vm.result(0), vm.result(1));
    vm.truncate(COUNT + 1);
    if ok.is_falsy() {
        return fail(vm, piece);
    }
    let text = match vm.to_str(piece)? {
        Some(text) => text,
        None if piece.is_nil() => return load_pieces(vm),
        None => {
            // The error that `error` makes becomes a result.
            vm.error(format_args!("reader function must return a string"));
            let message = vm.error_value;
            return fail(vm, message);
        }
    };
    if text.is_empty() {
        return load_pieces(vm);
    }
    let count = vm.arg(COUNT).as_int().unwrap_or(0) + 1;
    if let Some(pieces) = vm.arg(PIECES).as_table() {
        vm.raw_set_int(pieces, count, text.into())?;
    }
    vm.set_arg(COUNT, Value::int(count));
    call_reader(vm)
}

fn load_pieces(vm: &mut Vm) -> NativeResult {
    let source = join_pieces(vm)?;
    vm.set_arg(PIECES, source.into());
    Ok(Flow::Again { step: LOAD_JOINED })
}

fn load_joined(vm: &mut Vm) -> NativeResult {
    let Some(source) = vm.arg(PIECES).as_str() else {
        return Ok(Flow::Return(0));
    };
    match vm.arg(NAME).as_str() {
        Some(name) => finish_load(vm, source, name.as_bytes()),
        None => finish_load(vm, source, b"=(load)"),
    }
}

fn join_pieces(vm: &mut Vm) -> Result<Gc<Str>, Raised> {
    let count = vm.arg(COUNT).as_int().unwrap_or(0);
    let pieces = vm.arg(PIECES).as_table();
    let mut source = Message::new(vm);
    for i in 1..=count {
        source = source.value(pieces.map_or(Value::NIL, |t| t.get_int(i)));
    }
    source.finish_string()
}

/// Loads a chunk with the mode and the environment that lie in the slots.
fn finish_load(vm: &mut Vm, source: Gc<Str>, name: &[u8]) -> NativeResult {
    let mode = vm.arg(MODE).as_str();
    let env = environment(vm, ENV);
    match caught(vm.load_stoppable(
        source.as_bytes(),
        name,
        mode.as_ref().map(|m| m.as_bytes()),
        env,
    ))? {
        Some(f) => vm.ret(f.into()),
        None => {
            let message = vm.error_value;
            fail(vm, message)
        }
    }
}

/// The table in a slot, or else the thread's environment.
fn environment(vm: &Vm, slot: usize) -> Gc<Table> {
    vm.arg(slot)
        .as_table()
        .unwrap_or_else(|| vm.thread.env.get())
}

/// Tells an error, which is in the state then, from a reason to stop.
fn caught<T>(result: Result<T, Raised>) -> Result<Option<T>, Raised> {
    match result {
        Ok(v) => Ok(Some(v)),
        Err(Raised::Error) => Ok(None),
        Err(stop) => Err(stop),
    }
}

/// Returns nil and a message.
fn fail(vm: &mut Vm, message: Value) -> NativeResult {
    vm.push(Value::NIL)?;
    vm.push(message)?;
    Ok(Flow::Return(2))
}

/// `loadfile([name [, mode [, env]]])`
pub(super) fn loadfile(vm: &mut Vm) -> NativeResult {
    let name = vm.opt_str(0)?;
    let mode = vm.opt_str(1)?;
    vm.set_nargs(3)?;
    let env = environment(vm, 2);
    let mode = mode.as_ref().map(|m| m.as_bytes());
    match load_file(vm, name, mode, env)? {
        Ok(f) => vm.ret(f.into()),
        Err(message) => fail(vm, message),
    }
}

/// `dofile([name])`
pub(super) fn dofile(vm: &mut Vm) -> NativeResult {
    if vm.step() != 0 {
        return Ok(Flow::Return(vm.results()));
    }
    let name = vm.opt_str(0)?;
    let env = vm.thread.env.get();
    match load_file(vm, name, None, env)? {
        Ok(f) => {
            vm.begin_call(f.into(), 1)?;
            Ok(Flow::Call { nargs: 0 })
        }
        Err(message) => Err(vm.error_with(message)),
    }
}

/// Loads a file, or the standard input; gives the error's value where that fails.
pub(crate) fn load_file(
    vm: &mut Vm,
    name: Option<Gc<Str>>,
    mode: Option<&[u8]>,
    env: Gc<Table>,
) -> Result<Result<Gc<Function>, Value>, Raised> {
    let (read, shown) = match &name {
        Some(name) => {
            let name = c_string(name.as_bytes());
            (vm.host.read_file(name), name)
        }
        None => (
            vm.read_standard_input().map_err(ReadFileError::Read),
            &b"stdin"[..],
        ),
    };
    let source = match read {
        Ok(source) => source,
        Err(error) => {
            let (verb, error) = match error {
                ReadFileError::Open(error) => ("open", error),
                ReadFileError::Read(error) => ("read", error),
            };
            let message = Message::new(vm)
                .text("cannot ")
                .text(verb)
                .text(" ")
                .bytes(shown)
                .text(": ")
                .host_error(error)
                .finish()?;
            return Ok(Err(message));
        }
    };
    // The bytes lie outside of the heap, but count as if they were in it.
    if vm.heap.count_outside(0, source.len()).is_err() {
        return Err(vm.memory_error());
    }
    let loaded = load_source(vm, name.is_some(), shown, &source, mode, env);
    // Counting less can't fail.
    let _ = vm.heap.count_outside(source.len(), 0);
    loaded
}

/// Loads what was read from a file, or the standard input.
fn load_source(
    vm: &mut Vm,
    is_file: bool,
    shown: &[u8],
    source: &[u8],
    mode: Option<&[u8]>,
    env: Gc<Table>,
) -> Result<Result<Gc<Function>, Value>, Raised> {
    let sign = if is_file { "@" } else { "=" };
    let chunk_name = Message::new(vm).text(sign).bytes(shown).finish_string()?;
    // What was read from the standard input can't be read again.
    let loaded = if is_file {
        vm.load_stoppable(source, chunk_name.as_bytes(), mode, env)
    } else {
        vm.load(source, chunk_name.as_bytes(), mode, env)
    };
    match caught(loaded)? {
        Some(f) => Ok(Ok(f)),
        None => Ok(Err(vm.error_value)),
    }
}
