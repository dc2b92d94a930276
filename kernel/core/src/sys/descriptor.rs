//! Descriptors of all kinds: `poll`, `close`, `fcntl`, `lseek`.

use perilune::value::Value;
use perilune::vm::Vm;
use perilune::vm::native::{NativeResult, Raised};

use super::Functions;
use super::argument::{descriptor, int, integer_or};
use super::result::{call, done, failed, number, pay};
use crate::host::{PollNames, fixtures};
use crate::kernel::{Control, PollEntry, Whence};

pub(super) const FUNCTIONS: Functions = &[
    ("poll", poll),
    ("close", close),
    ("fcntl", fcntl),
    ("lseek", lseek),
];

/// The most descriptors to wait for at once.
const MAX_POLLED: usize = 64;

/// `poll({{fd = …, events = …}, …} [, milliseconds])`: to how many something happened; what, is in their fields `revents`.
fn poll(vm: &mut Vm) -> NativeResult {
    let table = vm.check_table(0)?;
    let milliseconds = if vm.arg(1).is_nil() { -1 } else { int(vm, 1)? };
    let names = fixtures(vm)?.poll;
    let mut entries = [PollEntry::default(); MAX_POLLED];
    let mut len = 0;
    loop {
        let value = table.get_int(len as i32 + 1);
        if value.is_nil() {
            break;
        }
        let Some(entry) = entries.get_mut(len) else {
            return Err(vm.arg_error(0, format_args!("more than {MAX_POLLED} descriptors")));
        };
        *entry = poll_entry(vm, &names, value)?;
        len += 1;
    }
    let entries = &mut entries[..len];
    pay(vm, size_of_val(entries))?;
    match call(vm, |kernel| kernel.poll(entries, milliseconds))? {
        Ok(count) => {
            for (i, entry) in entries.iter().enumerate() {
                if let Some(t) = table.get_int(i as i32 + 1).as_table() {
                    let happened = Value::int(i32::from(entry.happened));
                    // Most of the time it is what it was.
                    if t.get_str(names.revents) != happened {
                        vm.raw_set_name(t, "revents", happened)?;
                    }
                }
            }
            vm.ret(Value::int(count as i32))
        }
        Err(errno) => failed(vm, errno),
    }
}

fn poll_entry(vm: &mut Vm, names: &PollNames, value: Value) -> Result<PollEntry, Raised> {
    let number = |name| value.as_table().and_then(|t| t.get_str(name).as_int());
    let (fd, events) = (number(names.fd), number(names.events));
    match (fd, events.map(i16::try_from)) {
        (Some(descriptor), Some(Ok(events))) => Ok(PollEntry {
            descriptor,
            events,
            happened: 0,
        }),
        _ => Err(vm.arg_error(
            0,
            format_args!("table of tables with fd and events expected"),
        )),
    }
}

/// `close(fd)`
fn close(vm: &mut Vm) -> NativeResult {
    let fd = descriptor(vm, 0)?;
    pay(vm, 0)?;
    let result = call(vm, |kernel| kernel.close(fd))?;
    done(vm, result)
}

/// `fcntl(fd, "getfl" | "setfl" | "getfd" | "setfd" | "dupfd" [, argument])`
fn fcntl(vm: &mut Vm) -> NativeResult {
    let fd = descriptor(vm, 0)?;
    let option = vm.check_option(1, None, &["getfl", "setfl", "getfd", "setfd", "dupfd"])?;
    let argument = int(vm, 2)?;
    let command = match option {
        0 => Control::GetStatus,
        1 => Control::SetStatus(argument),
        2 => Control::GetFlags,
        3 => Control::SetFlags(argument),
        _ => Control::Duplicate(argument),
    };
    pay(vm, 0)?;
    let result = call(vm, |kernel| kernel.control(fd, command))?;
    number(vm, result.map(f64::from))
}

/// `lseek(fd [, "cur" | "set" | "end" [, offset]])`: the new position.
fn lseek(vm: &mut Vm) -> NativeResult {
    let fd = descriptor(vm, 0)?;
    let whence = match vm.check_option(1, Some("cur"), &["set", "cur", "end"])? {
        0 => Whence::Start,
        1 => Whence::Current,
        _ => Whence::End,
    };
    let offset = integer_or(vm, 2, 0)?;
    pay(vm, 0)?;
    let result = call(vm, |kernel| kernel.seek(fd, offset, whence))?;
    number(vm, result.map(|n| n as f64))
}
