//! The functions of the `io` table, and its setting up.

use super::handle::with_handle;
use super::methods::{self, METHODS, flush_stream, write_values};
use super::stream::{Kind, Stream};
use crate::host::{HostError, OpenMode, StandardStream};
use crate::stdlib::LibFn;
use crate::value::{Gc, Str, Table, Userdata, Value};
use crate::vm::Vm;
use crate::vm::native::{Lossy, NativeResult, Raised};

const LIB: &[LibFn] = &[
    LibFn {
        name: "open",
        function: io_open,
        builtin: 105,
    },
    LibFn {
        name: "popen",
        function: popen,
        builtin: 106,
    },
    LibFn {
        name: "tmpfile",
        function: tmpfile,
        builtin: 107,
    },
    LibFn {
        name: "close",
        function: methods::close,
        builtin: 108,
    },
    LibFn {
        name: "read",
        function: read,
        builtin: 109,
    },
    LibFn {
        name: "write",
        function: write,
        builtin: 110,
    },
    LibFn {
        name: "flush",
        function: flush,
        builtin: 111,
    },
    LibFn {
        name: "input",
        function: input,
        builtin: 112,
    },
    LibFn {
        name: "output",
        function: output,
        builtin: 113,
    },
    LibFn {
        name: "lines",
        function: lines,
        builtin: 114,
    },
    LibFn {
        name: "type",
        function: io_type,
        builtin: 115,
    },
];

/// Sets up the library's table.
pub fn open(vm: &mut Vm) -> Result<Gc<Table>, Raised> {
    let files = vm.new_table(0, METHODS.len() as u32 + 1)?;
    add_functions(vm, files, METHODS, None)?;
    vm.raw_set_name(files, "__index", files.into())?;
    let registry = vm.registry;
    vm.raw_set_name(registry, "FILE*", files.into())?;

    let library = vm.new_table(0, LIB.len() as u32 + 3)?;
    add_functions(vm, library, LIB, Some(files))?;
    for (name, which) in [
        ("stdin", StandardStream::Input),
        ("stdout", StandardStream::Output),
        ("stderr", StandardStream::Error),
    ] {
        let Ok(id) = vm.standard_stream(which) else {
            return Err(vm.memory_error());
        };
        let file = vm.new_file_value(files, id, false)?;
        vm.raw_set_name(library, name, file.into())?;
        vm.set_default(which, file);
    }
    Ok(library)
}

fn add_functions(
    vm: &mut Vm,
    table: Gc<Table>,
    functions: &[LibFn],
    env: Option<Gc<Table>>,
) -> Result<(), Raised> {
    for f in functions {
        let function = vm.new_native(f.function, f.builtin, &[])?;
        if let Some(env) = env {
            vm.heap.write(function).env.set(env);
        }
        vm.raw_set_name(table, f.name, function.into())?;
    }
    Ok(())
}

impl Vm {
    fn set_default(&mut self, which: StandardStream, file: Gc<Userdata>) {
        match which {
            StandardStream::Input => self.io.input = Some(file),
            StandardStream::Output => self.io.output = Some(file),
            StandardStream::Error => {}
        }
    }

    /// A new file value around what the host opened; its metatable is the running function's environment.
    fn wrap(&mut self, stream: Stream, close_at_end: bool) -> Result<Gc<Userdata>, Raised> {
        let metatable = self.callee().env.get();
        self.new_file(metatable, stream, close_at_end)
    }

    /// Opens the file that argument 0 names; an argument error where that fails.
    fn open_argument(
        &mut self,
        mode: OpenMode,
        close_at_end: bool,
    ) -> Result<Gc<Userdata>, Raised> {
        let name = self.check_str(0)?;
        match self.open_stream(name, Ok(mode)) {
            Ok(stream) => self.wrap(stream, close_at_end),
            Err(error) => {
                let (text, _) = self.describe(error, Some(c_string(name.as_bytes())))?;
                Err(self.arg_error(0, format_args!("{}", Lossy(&text.0))))
            }
        }
    }

    fn open_stream(
        &mut self,
        name: Gc<Str>,
        mode: Result<OpenMode, HostError>,
    ) -> Result<Stream, HostError> {
        let mode = mode?;
        let file = self.host.open(c_string(name.as_bytes()), mode)?;
        Ok(Stream::new(file, Kind::File, mode.read, mode.write))
    }
}

/// The bytes up to the first NUL, which is all of a name that hosts in C's tradition see.
pub(in crate::stdlib) fn c_string(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len());
    bytes.get(..end).unwrap_or_default()
}

fn io_open(vm: &mut Vm) -> NativeResult {
    let name = vm.check_str(0)?;
    let mode = match vm.opt_str(1)? {
        Some(mode) => OpenMode::parse(c_string(mode.as_bytes())),
        None => Ok(OpenMode::READ),
    };
    match vm.open_stream(name, mode) {
        Ok(stream) => {
            let file = vm.wrap(stream, false)?;
            vm.ret(file.into())
        }
        Err(error) => vm.host_result(Err(error), Some(c_string(name.as_bytes()))),
    }
}

/// A pipe's mode: is it for writing? One of `r` and `w`, and perhaps `e` (close on exec, which hosts do anyway).
fn pipe_mode(mode: &[u8]) -> Result<bool, HostError> {
    let (read, write) = (mode.contains(&b'r'), mode.contains(&b'w'));
    if read == write || mode.iter().any(|b| !b"rwe".contains(b)) {
        return Err(HostError::InvalidArgument);
    }
    Ok(write)
}

fn popen(vm: &mut Vm) -> NativeResult {
    let command = vm.check_str(0)?;
    let command = c_string(command.as_bytes());
    let mode = match vm.opt_str(1)? {
        Some(mode) => pipe_mode(c_string(mode.as_bytes())),
        None => Ok(false),
    };
    // The command's output comes after ours.
    let _ = vm.flush_streams();
    let opened = mode.and_then(|write| Ok((vm.host.open_pipe(command, write)?, write)));
    match opened {
        Ok((file, write)) => {
            let file = vm.wrap(Stream::new(file, Kind::Pipe, !write, write), false)?;
            vm.ret(file.into())
        }
        Err(HostError::Unsupported) => Err(vm.error(format_args!("'popen' not supported"))),
        Err(error) => vm.host_result(Err(error), Some(command)),
    }
}

fn tmpfile(vm: &mut Vm) -> NativeResult {
    match vm.host.temporary_file() {
        Ok(file) => {
            let file = vm.wrap(Stream::new(file, Kind::File, true, true), false)?;
            vm.ret(file.into())
        }
        Err(error) => vm.host_result(Err(error), None),
    }
}

fn read(vm: &mut Vm) -> NativeResult {
    let id = vm.default_stream(StandardStream::Input)?;
    vm.read_results(id, 0)
}

fn write(vm: &mut Vm) -> NativeResult {
    let id = vm.default_stream(StandardStream::Output)?;
    write_values(vm, id, 0)
}

fn flush(vm: &mut Vm) -> NativeResult {
    let id = vm.default_stream(StandardStream::Output)?;
    flush_stream(vm, id)
}

fn input(vm: &mut Vm) -> NativeResult {
    exchange_default(vm, StandardStream::Input, OpenMode::READ)
}

fn output(vm: &mut Vm) -> NativeResult {
    let mode = OpenMode {
        write: true,
        create: true,
        truncate: true,
        ..OpenMode::default()
    };
    exchange_default(vm, StandardStream::Output, mode)
}

/// Returns the default file, after making the argument (a file, or the name of one) the default if there is one.
fn exchange_default(vm: &mut Vm, which: StandardStream, mode: OpenMode) -> NativeResult {
    let argument = vm.arg(0);
    if argument.is_nil() {
        let file = vm.io.default_file(which);
        return vm.ret(file);
    }
    let file = match argument.as_userdata() {
        Some(file) => {
            vm.check_file(0)?;
            file
        }
        None => vm.open_argument(mode, false)?,
    };
    vm.set_default(which, file);
    vm.ret(file.into())
}

fn lines(vm: &mut Vm) -> NativeResult {
    if vm.nargs() == 0 {
        vm.push(Value::NIL)?;
    }
    let file = if vm.arg(0).is_nil() {
        vm.io.default_file(StandardStream::Input)
    } else {
        vm.open_argument(OpenMode::READ, true)?.into()
    };
    vm.set_arg(0, file);
    let iterator = vm.new_lines()?;
    vm.ret(iterator.into())
}

fn io_type(vm: &mut Vm) -> NativeResult {
    let value = vm.check_any(0)?;
    let name: &[u8] = match with_handle(value, |handle| handle.stream.get().is_some()) {
        None => return vm.ret(Value::NIL),
        Some(true) => b"file",
        Some(false) => b"closed file",
    };
    let name = vm.new_str(name)?;
    vm.ret(name)
}
