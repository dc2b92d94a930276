//! Reading and writing: `read`, `write`, `pread`, `pwrite`, `readv`, `writev`.

use perilune::value::Value;
use perilune::vm::Vm;
use perilune::vm::native::{NativeResult, Raised};

use super::Functions;
use super::argument::{Data, Pieces, check_transfer, descriptor, part, size_or, unsigned};
use super::result::{call, count_bytes, failed, number, pay};
use super::view::View;
use crate::host::fixtures;
use crate::kernel;
use crate::memory::Target;

pub(super) const FUNCTIONS: Functions = &[
    ("read", read),
    ("write", write),
    ("pread", pread),
    ("pwrite", pwrite),
    ("readv", readv),
    ("writev", writev),
];

/// `read(fd, size)` is a string, `read(fd, view [, offset [, length]])` a number of bytes.
fn read(vm: &mut Vm) -> NativeResult {
    let fd = descriptor(vm, 0)?;
    fill(vm, 1, 2, |vm, target| {
        call(vm, |kernel| kernel.read(fd, &[target], None)).map(|n| n.map(|n| (n, n)))
    })
}

/// `pread(fd, size, position)`, `pread(fd, view, position [, offset [, length]])`
fn pread(vm: &mut Vm) -> NativeResult {
    let fd = descriptor(vm, 0)?;
    let position = unsigned(vm, 2)?;
    fill(vm, 1, 3, |vm, target| {
        call(vm, |kernel| kernel.read(fd, &[target], Some(position))).map(|n| n.map(|n| (n, n)))
    })
}

/// Lets a call fill what argument `i` says, a string of that size at most or (a part of) a view, and returns the string or the count that
/// the call gave first; the second is how many bytes were written.
pub(super) fn fill(
    vm: &mut Vm,
    i: usize,
    part_at: usize,
    fill: impl FnOnce(&mut Vm, Target<'_>) -> Result<kernel::Result<(usize, usize)>, Raised>,
) -> NativeResult {
    let value = vm.arg(i);
    if let Some(view) = View::of(value) {
        let range = part(vm, part_at, view.len())?;
        check_transfer(vm, range.len())?;
        pay(vm, range.len())?;
        let Some(target) = view.target().part(range.start, range.len()) else {
            return Err(vm.arg_error(i, format_args!("out of range")));
        };
        return match fill(vm, target)? {
            Ok((count, bytes)) => {
                count_bytes(vm, bytes)?;
                vm.ret(Value::number(count as f64))
            }
            Err(errno) => failed(vm, errno),
        };
    }
    let size = size_or(vm, i, 0)?;
    if value.is_nil() {
        return Err(vm.type_error(i, "number or view"));
    }
    check_transfer(vm, size)?;
    pay(vm, size)?;
    let buffer = fixtures(vm)?.transfer;
    if buffer.len() < size && buffer.resize(vm.heap(), size).is_err() {
        return Err(vm.memory_error());
    }
    match fill(vm, Target::cells(&buffer.cells()[..size]))? {
        Ok((_, bytes)) => {
            count_bytes(vm, bytes)?;
            let string = vm.new_str(&buffer.as_bytes()[..bytes.min(size)])?;
            vm.ret(string)
        }
        Err(errno) => failed(vm, errno),
    }
}

/// `write(fd, data [, offset [, length]])`
fn write(vm: &mut Vm) -> NativeResult {
    write_at(vm, 2, None)
}

/// `pwrite(fd, data, position [, offset [, length]])`
fn pwrite(vm: &mut Vm) -> NativeResult {
    let position = unsigned(vm, 2)?;
    write_at(vm, 3, Some(position))
}

fn write_at(vm: &mut Vm, part_at: usize, position: Option<u64>) -> NativeResult {
    let fd = descriptor(vm, 0)?;
    let data = Data::check(vm, 1)?;
    let range = part(vm, part_at, data.source().len())?;
    check_transfer(vm, range.len())?;
    pay(vm, range.len())?;
    let Some(source) = data.source().part(range.start, range.len()) else {
        return Err(vm.arg_error(1, format_args!("out of range")));
    };
    let written = call(vm, |kernel| kernel.write(fd, &[source], position))?;
    count(vm, written)
}

/// Returns how many bytes were transferred.
pub(super) fn count(vm: &mut Vm, bytes: kernel::Result<usize>) -> NativeResult {
    count_bytes(vm, bytes.unwrap_or(0))?;
    number(vm, bytes.map(|n| n as f64))
}

/// `readv(fd, {view, …})`
fn readv(vm: &mut Vm) -> NativeResult {
    let fd = descriptor(vm, 0)?;
    let views = Pieces::of_views(vm, 1)?;
    pay(vm, views.bytes)?;
    let read = views.with(|targets| call(vm, |kernel| kernel.read(fd, targets, None)))?;
    count(vm, read)
}

/// `writev(fd, {data, …})`
fn writev(vm: &mut Vm) -> NativeResult {
    let fd = descriptor(vm, 0)?;
    let data = Pieces::of_data(vm, 1)?;
    pay(vm, data.bytes)?;
    let written = data.with(|sources| call(vm, |kernel| kernel.write(fd, sources, None)))?;
    count(vm, written)
}
