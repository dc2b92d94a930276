//! The methods of files.

use super::handle::with_handle;
use super::stream::{Buffering, Kind};
use super::{StreamId, handle::Text};
use crate::host::{HostError, SeekOrigin, StandardStream};
use crate::number;
use crate::stdlib::LibFn;
use crate::value::{Type, Value};
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult, Raised};

/// The methods, in the table that is also the metatable and its own `__index`.
pub(super) const METHODS: &[LibFn] = &[
    LibFn {
        name: "close",
        function: close,
        builtin: 96,
    },
    LibFn {
        name: "read",
        function: read,
        builtin: 97,
    },
    LibFn {
        name: "write",
        function: write,
        builtin: 98,
    },
    LibFn {
        name: "flush",
        function: flush,
        builtin: 99,
    },
    LibFn {
        name: "seek",
        function: seek,
        builtin: 100,
    },
    LibFn {
        name: "setvbuf",
        function: setvbuf,
        builtin: 101,
    },
    LibFn {
        name: "lines",
        function: lines,
        builtin: 102,
    },
    LibFn {
        name: "__gc",
        function: gc,
        builtin: 103,
    },
    LibFn {
        name: "__tostring",
        function: to_string,
        builtin: 104,
    },
];

/// `file:close()`; also `io.close`, which without a file closes the default output.
pub(super) fn close(vm: &mut Vm) -> NativeResult {
    if vm.nargs() > 0 {
        let id = vm.check_file(0)?;
        return vm.close_file(vm.arg(0), id);
    }
    let file = vm.io.default_file(StandardStream::Output);
    match with_handle(file, |handle| handle.stream.get()) {
        Some(Some(id)) => vm.close_file(file, id),
        _ => Err(vm.error(format_args!("attempt to use a closed file"))),
    }
}

fn read(vm: &mut Vm) -> NativeResult {
    let id = vm.check_file(0)?;
    vm.read_results(id, 1)
}

fn write(vm: &mut Vm) -> NativeResult {
    let id = vm.check_file(0)?;
    write_values(vm, id, 1)
}

/// Writes the strings and numbers in the slots from `first` on. After a failure the rest is checked, but not written.
pub(super) fn write_values(vm: &mut Vm, id: StreamId, first: usize) -> NativeResult {
    let mut result = Ok(());
    for i in first..vm.nargs() {
        let value = vm.arg(i);
        let mut buffer = number::TextBuffer::default();
        let string;
        let bytes = if let Some(s) = value.as_str() {
            string = s;
            string.as_bytes()
        } else if let Some(n) = value.as_number() {
            number::to_text(n, &mut buffer)
        } else {
            return Err(vm.type_error(i, "string"));
        };
        if result.is_ok() {
            result = vm.with_stream(id, |stream, host| stream.write(host, bytes));
        }
    }
    match result {
        Err(HostError::OutOfMemory) => Err(vm.memory_error()),
        Ok(()) if vm.compat52 => {
            let file = if first == 0 {
                vm.io.default_file(StandardStream::Output)
            } else {
                vm.arg(0)
            };
            vm.ret(file)
        }
        result => vm.host_result(result, None),
    }
}

fn flush(vm: &mut Vm) -> NativeResult {
    let id = vm.check_file(0)?;
    flush_stream(vm, id)
}

pub(super) fn flush_stream(vm: &mut Vm, id: StreamId) -> NativeResult {
    let result = vm.with_stream(id, |stream, host| stream.flush(host));
    vm.host_result(result, None)
}

fn seek(vm: &mut Vm) -> NativeResult {
    let id = vm.check_file(0)?;
    let origin = match vm.check_option(1, Some("cur"), &["set", "cur", "end"])? {
        0 => SeekOrigin::Start,
        1 => SeekOrigin::Current,
        _ => SeekOrigin::End,
    };
    let offset = seek_offset(vm)?;
    match vm.with_stream(id, |stream, host| stream.seek(host, origin, offset)) {
        Ok(position) => vm.ret(Value::number(position as f64)),
        Err(error) => vm.host_result(Err(error), None),
    }
}

fn seek_offset(vm: &mut Vm) -> Result<i64, Raised> {
    let value = vm.arg(2);
    if value.is_nil() {
        return Ok(0);
    }
    let number = value
        .as_number()
        .or_else(|| value.as_str().and_then(|s| number::parse(s.as_bytes())));
    match number {
        Some(n) => Ok(n as i64),
        None => Err(vm.type_error(2, Type::Number.name())),
    }
}

fn setvbuf(vm: &mut Vm) -> NativeResult {
    let id = vm.check_file(0)?;
    let buffering = match vm.check_option(1, None, &["full", "line", "no"])? {
        0 => Buffering::Full,
        1 => Buffering::Line,
        _ => Buffering::None,
    };
    // The size is a hint that C libraries ignore, too; it still has to be a number.
    vm.opt_int(2, 0)?;
    let result = vm.with_stream(id, |stream, host| stream.set_buffering(host, buffering));
    vm.host_result(result, None)
}

fn lines(vm: &mut Vm) -> NativeResult {
    vm.check_file(0)?;
    let iterator = vm.new_lines()?;
    vm.ret(iterator.into())
}

fn gc(vm: &mut Vm) -> NativeResult {
    let file = vm.arg(0);
    match with_handle(file, |handle| handle.stream.get()) {
        None => return Err(vm.type_error(0, "FILE*")),
        Some(Some(id))
            if vm
                .io
                .stream(id)
                .is_some_and(|stream| stream.kind() != Kind::Standard) =>
        {
            vm.close_file(file, id)?;
        }
        Some(_) => {}
    }
    Ok(Flow::Return(0))
}

fn to_string(vm: &mut Vm) -> NativeResult {
    let file = vm.arg(0);
    let open = match with_handle(file, |handle| handle.stream.get().is_some()) {
        Some(open) => open,
        None => return Err(vm.type_error(0, "FILE*")),
    };
    let mut text = Text::default();
    let written = match file.as_userdata() {
        Some(userdata) if open => {
            core::fmt::Write::write_fmt(&mut text, format_args!("file ({:p})", userdata.as_ptr()))
        }
        _ => core::fmt::Write::write_str(&mut text, "file (closed)"),
    };
    if written.is_err() {
        return Err(vm.memory_error());
    }
    let text = vm.new_str(&text.0)?;
    vm.ret(text)
}
