//! Batches: messages with their addresses in one block, for `recvmmsg` and `sendmmsg`.
//!
//! A batch is userdata like a view; its environment has the buffer, the number of slots and the size of a message.

use core::cell::Cell;

use perilune::value::{Buffer, Gc, Value};
use perilune::vm::Vm;
use perilune::vm::native::{Flow, NativeResult, Raised};

use super::Functions;
use super::argument::{Data, check_transfer, descriptor, int, integer, size_or};
use super::result::{count_bytes, done, failed, pay};
use super::socket::{check_address, push_address};
use super::view::{self, new_buffer, new_userdata};
use crate::errno::Errno;
use crate::host::{ScriptHost, fixtures, with_host};
use crate::kernel::{Address, MAX_ADDRESS};
use crate::memory::Target;

pub(super) const FUNCTIONS: Functions = &[
    ("batch", batch),
    ("recvmmsg", recvmmsg),
    ("sendmmsg", sendmmsg),
];

pub(super) const METHODS: Functions = &[
    ("get", get),
    ("set", set),
    ("length", length),
    ("setlength", set_length),
    ("address", address),
    ("view", slot_view),
];

pub(super) const EVENTS: Functions = &[("__len", count)];

/// The most messages of a batch.
const MAX_SLOTS: usize = 1024;

const BUFFER: i32 = 1;
const SLOTS: i32 = 2;
const SIZE: i32 = 3;

// A slot: the message's length, the address's length, the address, the message.
const LENGTH: usize = 0;
const ADDRESS_LENGTH: usize = 4;
const ADDRESS: usize = 8;
const MESSAGE: usize = ADDRESS + MAX_ADDRESS;

/// A batch.
#[derive(Clone, Copy)]
struct Batch {
    buffer: Gc<Buffer>,
    slots: usize,
    size: usize,
}

fn stride(size: usize) -> usize {
    (MESSAGE + size).next_multiple_of(8)
}

impl Batch {
    fn check(vm: &mut Vm, i: usize) -> Result<Batch, Raised> {
        let value = vm.arg(i);
        let is_batch =
            value.as_userdata().is_some() && vm.metatable_of(value) == Some(fixtures(vm)?.batch);
        let parts = vm.environment_of(value).filter(|_| is_batch);
        let found = parts.and_then(|parts| {
            let size = |i| parts.get_int(i).as_number().map(|n| n as usize);
            Some(Batch {
                buffer: parts.get_int(BUFFER).as_buffer()?,
                slots: size(SLOTS)?,
                size: size(SIZE)?,
            })
        });
        found.ok_or_else(|| vm.type_error(i, "batch"))
    }

    /// A slot, counted from 0.
    fn slot(&self, i: usize) -> Slot<'_> {
        let stride = stride(self.size);
        let cells = self.buffer.cells().get(i * stride..(i + 1) * stride);
        Slot {
            cells: cells.unwrap_or(&[]),
            size: self.size,
        }
    }

    /// The slot that argument 1 names, counted from 1.
    fn check_slot(&self, vm: &mut Vm) -> Result<usize, Raised> {
        let i = integer(vm, 1)?;
        match usize::try_from(i) {
            Ok(i @ 1..) if i <= self.slots => Ok(i - 1),
            _ => Err(vm.arg_error(1, format_args!("no such message"))),
        }
    }
}

/// A message of a batch.
struct Slot<'a> {
    cells: &'a [Cell<u8>],
    size: usize,
}

impl<'a> Slot<'a> {
    fn len(&self) -> usize {
        let mut bytes = [0; 4];
        for (byte, cell) in bytes.iter_mut().zip(&self.cells[LENGTH..]) {
            *byte = cell.get();
        }
        (u32::from_ne_bytes(bytes) as usize).min(self.size)
    }
    fn set_len(&self, len: usize) {
        let bytes = (len.min(self.size) as u32).to_ne_bytes();
        for (cell, byte) in self.cells[LENGTH..].iter().zip(bytes) {
            cell.set(byte);
        }
    }
    fn address(&self) -> Address {
        let mut address = Address::NONE;
        for (byte, cell) in address.room().iter_mut().zip(&self.cells[ADDRESS..]) {
            *byte = cell.get();
        }
        address.set_len(usize::from(self.cells[ADDRESS_LENGTH].get()));
        address
    }
    fn set_address(&self, address: &Address) {
        let bytes = address.as_bytes();
        self.cells[ADDRESS_LENGTH].set(bytes.len() as u8);
        for (cell, byte) in self.cells[ADDRESS..].iter().zip(bytes) {
            cell.set(*byte);
        }
    }
    /// The first bytes of the room for a message.
    fn message(&self, len: usize) -> Target<'a> {
        Target::cells(&self.cells[MESSAGE..MESSAGE + len.min(self.size)])
    }
}

/// `batch(slots, size)`
fn batch(vm: &mut Vm) -> NativeResult {
    vm.check_number(0)?;
    vm.check_number(1)?;
    let slots = size_or(vm, 0, 0)?;
    let size = size_or(vm, 1, 0)?;
    if slots == 0 || slots > MAX_SLOTS {
        return Err(vm.arg_error(0, format_args!("from 1 to {MAX_SLOTS} messages")));
    }
    check_transfer(vm, size)?;
    let bytes = slots * stride(size);
    let buffer = new_buffer(vm, bytes)?;
    let parts = vm.new_table(4, 0)?;
    vm.raw_set_int(parts, BUFFER, buffer.into())?;
    vm.raw_set_int(parts, SLOTS, Value::number(slots as f64))?;
    vm.raw_set_int(parts, SIZE, Value::number(size as f64))?;
    let metatable = fixtures(vm)?.batch;
    let batch = new_userdata(vm, parts, metatable)?;
    vm.ret(batch)
}

/// `#batch`: how many slots there are.
fn count(vm: &mut Vm) -> NativeResult {
    let batch = Batch::check(vm, 0)?;
    vm.ret(Value::number(batch.slots as f64))
}

/// `batch:get(i)`: message and address.
fn get(vm: &mut Vm) -> NativeResult {
    let batch = Batch::check(vm, 0)?;
    let i = batch.check_slot(vm)?;
    let len = batch.slot(i).len();
    pay(vm, len)?;
    let start = i * stride(batch.size) + MESSAGE;
    let bytes = batch.buffer.as_bytes().get(start..start + len);
    let message = vm.new_str(bytes.unwrap_or_default())?;
    vm.push(message)?;
    push_address(vm, &batch.slot(i).address())?;
    Ok(Flow::Return(2))
}

/// `batch:set(i, data [, address])`
fn set(vm: &mut Vm) -> NativeResult {
    let batch = Batch::check(vm, 0)?;
    let i = batch.check_slot(vm)?;
    let data = Data::check(vm, 2)?;
    let address = check_address(vm, 3)?;
    let len = data.source().len();
    if len > batch.size {
        return Err(vm.arg_error(2, format_args!("longer than a message of the batch")));
    }
    pay(vm, len)?;
    let slot = batch.slot(i);
    let copied = with_host(vm, |host| {
        slot.message(len)
            .copy_from(&mut *host.kernel, data.source())
    })?;
    if copied.is_ok() {
        slot.set_len(len);
        slot.set_address(&address);
    }
    done(vm, copied)
}

/// `batch:length(i)`
fn length(vm: &mut Vm) -> NativeResult {
    let batch = Batch::check(vm, 0)?;
    let i = batch.check_slot(vm)?;
    let len = batch.slot(i).len();
    vm.ret(Value::number(len as f64))
}

/// `batch:setlength(i, length)`
fn set_length(vm: &mut Vm) -> NativeResult {
    let batch = Batch::check(vm, 0)?;
    let i = batch.check_slot(vm)?;
    let len = size_or(vm, 2, 0)?;
    if len > batch.size {
        return Err(vm.arg_error(2, format_args!("longer than a message of the batch")));
    }
    batch.slot(i).set_len(len);
    Ok(Flow::Return(0))
}

/// `batch:address(i)`
fn address(vm: &mut Vm) -> NativeResult {
    let batch = Batch::check(vm, 0)?;
    let i = batch.check_slot(vm)?;
    push_address(vm, &batch.slot(i).address())?;
    Ok(Flow::Return(1))
}

/// `batch:view(i)`: the room for a message as a view.
fn slot_view(vm: &mut Vm) -> NativeResult {
    let batch = Batch::check(vm, 0)?;
    let i = batch.check_slot(vm)?;
    let start = i * stride(batch.size) + MESSAGE;
    let view = view::create(vm, batch.buffer.into(), start, batch.size)?;
    vm.ret(view)
}

/// Does something with messages from `first` on until one fails, and returns how many it was; the error only if the first one fails.
/// It counts as one call: a process could do as much with one.
fn each(
    vm: &mut Vm,
    range: core::ops::Range<usize>,
    mut message: impl FnMut(&mut ScriptHost, usize) -> Result<usize, Errno>,
) -> NativeResult {
    let first = range.start;
    with_host(vm, |host| host.usage.calls += 1)?;
    for i in range.clone() {
        match with_host(vm, |host| message(host, i))? {
            Ok(bytes) => count_bytes(vm, bytes)?,
            Err(errno) if i == first => return failed(vm, errno),
            Err(_) => return vm.ret(Value::number((i - first) as f64)),
        }
    }
    vm.ret(Value::number(range.len() as f64))
}

/// `recvmmsg(fd, batch [, flags [, most]])`: how many messages there were. It waits for the first one, unless the flags say otherwise, and
/// takes what else is there.
fn recvmmsg(vm: &mut Vm) -> NativeResult {
    let fd = descriptor(vm, 0)?;
    let batch = Batch::check(vm, 1)?;
    let flags = int(vm, 2)?;
    let most = size_or(vm, 3, batch.slots)?.min(batch.slots);
    pay(vm, most * batch.size.min(1024))?;
    let dont_wait = with_host(vm, |host| host.kernel.dont_wait())?;
    each(vm, 0..most, |host, i| {
        let slot = batch.slot(i);
        let flags = if i == 0 { flags } else { flags | dont_wait };
        let mut sender = Address::NONE;
        let room = [slot.message(batch.size)];
        let received = host.kernel.receive(fd, &room, flags, &mut sender)?;
        slot.set_len(received.len);
        slot.set_address(&sender);
        Ok(received.len.min(batch.size))
    })
}

/// `sendmmsg(fd, batch [, flags [, first [, count]]])`: how many messages were sent, each to its address.
fn sendmmsg(vm: &mut Vm) -> NativeResult {
    let fd = descriptor(vm, 0)?;
    let batch = Batch::check(vm, 1)?;
    let flags = int(vm, 2)?;
    let first = size_or(vm, 3, 1)?.clamp(1, batch.slots + 1) - 1;
    let count = size_or(vm, 4, batch.slots - first)?.min(batch.slots - first);
    pay(vm, count * batch.size.min(1024))?;
    each(vm, first..first + count, |host, i| {
        let slot = batch.slot(i);
        let message = [slot.message(slot.len()).as_source()];
        host.kernel.send(fd, &message, flags, &slot.address())
    })
}
