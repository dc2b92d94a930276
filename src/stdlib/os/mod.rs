//! The `os` library. Clocks, files, the environment and processes are the host's; the calendar and `strftime` are ours.
//!
//! There is one locale, `C`: `os.setlocale` accepts its names and nothing else.

#![forbid(unsafe_code)]

mod calendar;
mod date;
mod strftime;

use crate::host::{ExitStatus, HostError};
use crate::stdlib::LibFn;
use crate::stdlib::io::c_string;
use crate::value::{Gc, Table, Value};
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult, Raised};

const LIB: &[LibFn] = &[
    LibFn {
        name: "execute",
        function: execute,
        builtin: 116,
    },
    LibFn {
        name: "remove",
        function: remove,
        builtin: 117,
    },
    LibFn {
        name: "rename",
        function: rename,
        builtin: 118,
    },
    LibFn {
        name: "tmpname",
        function: tmpname,
        builtin: 119,
    },
    LibFn {
        name: "getenv",
        function: getenv,
        builtin: 120,
    },
    LibFn {
        name: "exit",
        function: exit,
        builtin: 121,
    },
    LibFn {
        name: "clock",
        function: clock,
        builtin: 122,
    },
    LibFn {
        name: "date",
        function: date::date,
        builtin: 123,
    },
    LibFn {
        name: "time",
        function: date::time,
        builtin: 124,
    },
    LibFn {
        name: "difftime",
        function: date::difftime,
        builtin: 125,
    },
    LibFn {
        name: "setlocale",
        function: setlocale,
        builtin: 126,
    },
];

/// Sets up the library's table.
pub fn open(vm: &mut Vm) -> Result<Gc<Table>, Raised> {
    let library = vm.new_table(0, LIB.len() as u32)?;
    for f in LIB {
        let function = vm.new_native(f.function, f.builtin, &[])?;
        vm.raw_set_name(library, f.name, function.into())?;
    }
    Ok(library)
}

fn execute(vm: &mut Vm) -> NativeResult {
    let Some(command) = vm.opt_str(0)? else {
        let shell = vm.host.has_shell();
        return if vm.compat52 {
            vm.ret(Value::TRUE)
        } else {
            vm.ret(Value::int(i32::from(shell)))
        };
    };
    match vm.host.execute(c_string(command.as_bytes())) {
        Ok(status) if vm.compat52 => vm.exit_results(status),
        Ok(status) => vm.ret(Value::int(status.raw)),
        Err(error) if vm.compat52 => vm.host_result(Err(error), None),
        Err(_) => vm.ret(Value::int(-1)),
    }
}

impl Vm {
    /// Returns how a command ended, as 5.2 reports it: success, "exit" or "signal", and the number.
    pub(super) fn exit_results(&mut self, status: ExitStatus) -> NativeResult {
        let success = !status.signaled && status.code == 0;
        self.push(if success { Value::TRUE } else { Value::NIL })?;
        let how = self.new_str(if status.signaled { b"signal" } else { b"exit" })?;
        self.push(how)?;
        self.push(Value::int(status.code))?;
        Ok(Flow::Return(3))
    }
}

fn remove(vm: &mut Vm) -> NativeResult {
    let name = vm.check_str(0)?;
    let name = c_string(name.as_bytes());
    let result = vm.host.remove(name);
    vm.host_result(result, Some(name))
}

fn rename(vm: &mut Vm) -> NativeResult {
    let from = vm.check_str(0)?;
    let to = vm.check_str(1)?;
    let from = c_string(from.as_bytes());
    let result = vm.host.rename(from, c_string(to.as_bytes()));
    vm.host_result(result, Some(from))
}

fn tmpname(vm: &mut Vm) -> NativeResult {
    match vm.host.temporary_name() {
        Ok(name) => {
            let name = vm.new_str(&name)?;
            vm.ret(name)
        }
        Err(_) => Err(vm.error(format_args!("unable to generate a unique filename"))),
    }
}

fn getenv(vm: &mut Vm) -> NativeResult {
    let name = vm.check_str(0)?;
    match vm.host.environment(c_string(name.as_bytes())) {
        Some(value) => {
            let value = vm.new_str(&value)?;
            vm.ret(value)
        }
        None => vm.ret(Value::NIL),
    }
}

fn exit(vm: &mut Vm) -> NativeResult {
    let status = match vm.arg(0).as_bool() {
        Some(success) => i32::from(!success),
        None => vm.opt_int(0, 0)?,
    };
    let close = !matches!(vm.arg(1), Value::NIL | Value::FALSE);
    let _ = vm.flush_streams();
    match vm.host.exit(status, close) {
        Ok(()) => Err(Raised::Interrupted),
        Err(_) => Err(vm.error(format_args!("'exit' not supported"))),
    }
}

fn clock(vm: &mut Vm) -> NativeResult {
    match vm.host.cpu_time() {
        // C's clock counts in microseconds.
        Ok(nanoseconds) => vm.ret(Value::number((nanoseconds / 1000) as f64 * 1e-6)),
        Err(error) => unavailable(vm, "clock", error),
    }
}

/// The error of a function whose service the host doesn't offer.
fn unavailable(vm: &mut Vm, name: &str, error: HostError) -> NativeResult {
    if error == HostError::Unsupported {
        return Err(vm.error(format_args!("'{name}' not supported")));
    }
    vm.host_result(Err(error), None)
}

fn setlocale(vm: &mut Vm) -> NativeResult {
    const CATEGORIES: &[&str] = &["ctype", "numeric", "time", "collate", "monetary", "all"];
    let wanted = vm.opt_str(0)?;
    vm.check_option(1, Some("all"), CATEGORIES)?;
    match wanted.as_ref().map(|name| c_string(name.as_bytes())) {
        None | Some(b"" | b"C" | b"POSIX") => {
            let name = vm.new_str(b"C")?;
            vm.ret(name)
        }
        Some(_) => vm.ret(Value::NIL),
    }
}
