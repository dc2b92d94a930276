//! Messages: `recvfrom`, `sendto`, `recvmsg`, `sendmsg`, and connections: `accept`, `shutdown`.

use perilune::value::Value;
use perilune::vm::Vm;
use perilune::vm::native::{Flow, NativeResult, Raised};

use super::Functions;
use super::argument::{Data, Pieces, check_transfer, descriptor, int, part};
use super::file::{count, fill};
use super::result::{call, count_bytes, done, failed, pay};
use crate::kernel::{Address, Direction};

pub(super) const FUNCTIONS: Functions = &[
    ("recvfrom", recvfrom),
    ("sendto", sendto),
    ("recvmsg", recvmsg),
    ("sendmsg", sendmsg),
    ("accept", accept),
    ("shutdown", shutdown),
];

/// Pushes an address as a string, or nil for none.
pub(super) fn push_address(vm: &mut Vm, address: &Address) -> Result<(), Raised> {
    let value = match address.as_bytes() {
        [] => Value::NIL,
        bytes => vm.new_str(bytes)?,
    };
    vm.push(value)
}

/// An address argument; nil is none.
pub(super) fn check_address(vm: &mut Vm, i: usize) -> Result<Address, Raised> {
    let Some(bytes) = vm.opt_str(i)? else {
        return Ok(Address::NONE);
    };
    match Address::new(bytes.as_bytes()) {
        Some(address) => Ok(address),
        None => Err(vm.arg_error(i, format_args!("no address"))),
    }
}

/// `recvfrom(fd, size [, flags])` is a string and the sender, `recvfrom(fd, view [, flags [, offset [, length]]])` a number of
/// bytes and the sender.
fn recvfrom(vm: &mut Vm) -> NativeResult {
    let fd = descriptor(vm, 0)?;
    let flags = int(vm, 2)?;
    let mut sender = Address::NONE;
    let room = &mut sender;
    let flow = fill(vm, 1, 3, |vm, target| {
        let received = call(vm, |kernel| kernel.receive(fd, &[target], flags, room))?;
        Ok(received.map(|received| (received.len, received.len.min(target.len()))))
    })?;
    match flow {
        Flow::Return(1) => {
            push_address(vm, &sender)?;
            Ok(Flow::Return(2))
        }
        flow => Ok(flow),
    }
}

/// `sendto(fd, data [, address [, flags [, offset [, length]]]])`
fn sendto(vm: &mut Vm) -> NativeResult {
    let fd = descriptor(vm, 0)?;
    let data = Data::check(vm, 1)?;
    let receiver = check_address(vm, 2)?;
    let flags = int(vm, 3)?;
    let range = part(vm, 4, data.source().len())?;
    check_transfer(vm, range.len())?;
    pay(vm, range.len())?;
    let Some(source) = data.source().part(range.start, range.len()) else {
        return Err(vm.arg_error(1, format_args!("out of range")));
    };
    let sent = call(vm, |kernel| kernel.send(fd, &[source], flags, &receiver))?;
    count(vm, sent)
}

/// `recvmsg(fd, {view, …} [, flags])`: the number of bytes, the sender, the message's flags.
fn recvmsg(vm: &mut Vm) -> NativeResult {
    let fd = descriptor(vm, 0)?;
    let views = Pieces::of_views(vm, 1)?;
    let flags = int(vm, 2)?;
    pay(vm, views.bytes)?;
    let mut sender = Address::NONE;
    let room = &mut sender;
    let received =
        views.with(|targets| call(vm, |kernel| kernel.receive(fd, targets, flags, room)))?;
    match received {
        Ok(received) => {
            count_bytes(vm, received.len.min(views.bytes))?;
            vm.push(Value::number(received.len as f64))?;
            push_address(vm, &sender)?;
            vm.push(Value::int(received.flags))?;
            Ok(Flow::Return(3))
        }
        Err(errno) => failed(vm, errno),
    }
}

/// `sendmsg(fd, {data, …} [, address [, flags]])`
fn sendmsg(vm: &mut Vm) -> NativeResult {
    let fd = descriptor(vm, 0)?;
    let data = Pieces::of_data(vm, 1)?;
    let receiver = check_address(vm, 2)?;
    let flags = int(vm, 3)?;
    pay(vm, data.bytes)?;
    let sent =
        data.with(|sources| call(vm, |kernel| kernel.send(fd, sources, flags, &receiver)))?;
    count(vm, sent)
}

/// `accept(fd [, flags])`: the new descriptor and the peer's address.
fn accept(vm: &mut Vm) -> NativeResult {
    let fd = descriptor(vm, 0)?;
    let flags = int(vm, 1)?;
    pay(vm, 0)?;
    let mut peer = Address::NONE;
    let room = &mut peer;
    match call(vm, |kernel| kernel.accept(fd, flags, room))? {
        Ok(fd) => {
            vm.push(Value::int(fd))?;
            push_address(vm, &peer)?;
            Ok(Flow::Return(2))
        }
        Err(errno) => failed(vm, errno),
    }
}

/// `shutdown(fd [, "read" | "write" | "both"])`
fn shutdown(vm: &mut Vm) -> NativeResult {
    let fd = descriptor(vm, 0)?;
    let direction = match vm.check_option(1, Some("both"), &["read", "write", "both"])? {
        0 => Direction::Receive,
        1 => Direction::Send,
        _ => Direction::Both,
    };
    pay(vm, 0)?;
    let result = call(vm, |kernel| kernel.shut_down(fd, direction))?;
    done(vm, result)
}
