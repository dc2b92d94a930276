//! Batches: messages with their addresses, for `recvmmsg` and `sendmmsg`.
//!
//! A batch is userdata that knows which view it lies in, and has its environment.

use perilune::value::Value;
use perilune::vm::Vm;
use perilune::vm::native::{Flow, NativeResult, Raised};

use super::Functions;
use super::argument::{Data, check_transfer, descriptor, int, integer, part, size_or};
use super::result::{count_bytes, done, failed, pay};
use super::socket::{check_address, push_address};
use super::view::{self, View, new_userdata};
use crate::host::{fixtures, with_host};
use crate::kernel::{self, Kernel};
use crate::slots::{Slot, Slots};

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

/// A batch.
#[derive(Clone, Copy)]
pub(super) struct Batch {
    view: View,
    count: usize,
    size: usize,
}

impl Batch {
    /// An argument as a batch.
    pub fn check(vm: &mut Vm, i: usize) -> Result<Batch, Raised> {
        match vm.arg(i).as_userdata().and_then(|u| u.copied()) {
            Some(batch) => Ok(batch),
            None => Err(vm.type_error(i, "batch")),
        }
    }

    fn slots(&self) -> Slots<'_> {
        self.view.slots(self.count, self.size)
    }

    /// The slot that argument `at` names, counted from 1, and its number counted from 0.
    pub fn check_slot(&self, vm: &mut Vm, at: usize) -> Result<(Slot<'_>, usize), Raised> {
        let i = integer(vm, at)?;
        let i = usize::try_from(i).ok().and_then(|i| i.checked_sub(1));
        match i.and_then(|i| Some((self.slots().get(i)?, i))) {
            Some(found) => Ok(found),
            None => Err(vm.arg_error(at, format_args!("no such message"))),
        }
    }
}

/// `batch(slots, size [, view])`
fn batch(vm: &mut Vm) -> NativeResult {
    vm.check_number(0)?;
    vm.check_number(1)?;
    let slots = size_or(vm, 0, 0)?;
    let size = size_or(vm, 1, 0)?;
    if slots == 0 || slots > MAX_SLOTS {
        return Err(vm.arg_error(0, format_args!("from 1 to {MAX_SLOTS} messages")));
    }
    check_transfer(vm, size)?;
    let bytes = slots * Slots::stride(size);
    let (view, environment) = if vm.arg(2).is_nil() {
        let (view, environment) = view::new_room(vm, bytes)?;
        (view, Some(environment))
    } else {
        view::check_room(vm, 2, bytes)?
    };
    let batch = Batch {
        view,
        count: slots,
        size,
    };
    let metatable = fixtures(vm)?.batch;
    let batch = new_userdata(vm, batch, environment, metatable)?;
    vm.ret(batch)
}

/// `#batch`: how many slots there are.
fn count(vm: &mut Vm) -> NativeResult {
    let batch = Batch::check(vm, 0)?;
    vm.ret(Value::number(batch.count as f64))
}

/// `batch:get(i)`: message and address.
fn get(vm: &mut Vm) -> NativeResult {
    let batch = Batch::check(vm, 0)?;
    let (slot, _) = batch.check_slot(vm, 1)?;
    let len = slot.len();
    pay(vm, len)?;
    let message = view::string_of(vm, slot.message(len))?;
    match message {
        Ok(message) => vm.push(message)?,
        Err(errno) => return failed(vm, errno),
    }
    push_address(vm, &slot.address())?;
    Ok(Flow::Return(2))
}

/// `batch:set(i, data [, address [, offset in data [, length]]])`
fn set(vm: &mut Vm) -> NativeResult {
    let batch = Batch::check(vm, 0)?;
    let (slot, _) = batch.check_slot(vm, 1)?;
    let data = Data::check(vm, 2)?;
    let address = check_address(vm, 3)?;
    let range = part(vm, 4, data.source().len())?;
    let len = range.len();
    if len > batch.size {
        return Err(vm.arg_error(2, format_args!("longer than a message of the batch")));
    }
    pay(vm, len)?;
    let Some(from) = data.source().part(range.start, len) else {
        return Err(vm.arg_error(4, format_args!("out of range")));
    };
    let copied = view::copy(vm, slot.message(len), from)?;
    if copied.is_ok() {
        slot.set_len(len);
        slot.set_address(&address);
    }
    done(vm, copied)
}

/// `batch:length(i)`
fn length(vm: &mut Vm) -> NativeResult {
    let batch = Batch::check(vm, 0)?;
    let (slot, _) = batch.check_slot(vm, 1)?;
    vm.ret(Value::number(slot.len() as f64))
}

/// `batch:setlength(i, length)`
fn set_length(vm: &mut Vm) -> NativeResult {
    let batch = Batch::check(vm, 0)?;
    let (slot, _) = batch.check_slot(vm, 1)?;
    let len = size_or(vm, 2, 0)?;
    if len > batch.size {
        return Err(vm.arg_error(2, format_args!("longer than a message of the batch")));
    }
    slot.set_len(len);
    Ok(Flow::Return(0))
}

/// `batch:address(i)`
fn address(vm: &mut Vm) -> NativeResult {
    let batch = Batch::check(vm, 0)?;
    let (slot, _) = batch.check_slot(vm, 1)?;
    push_address(vm, &slot.address())?;
    Ok(Flow::Return(1))
}

/// `batch:view(i)`: the room for a message as a view.
fn slot_view(vm: &mut Vm) -> NativeResult {
    let batch = Batch::check(vm, 0)?;
    let (_, i) = batch.check_slot(vm, 1)?;
    let start = i * Slots::stride(batch.size) + Slot::MESSAGE;
    let view = view::create_part(vm, 0, batch.view, start, batch.size)?;
    vm.ret(view)
}

/// Does something with messages, and returns how many it was. It counts as one call: a process could do as much with one.
fn each(
    vm: &mut Vm,
    call: impl FnOnce(&mut dyn Kernel) -> kernel::Result<(usize, usize)>,
) -> NativeResult {
    match with_host(vm, |host| host.call(call))? {
        Ok((count, bytes)) => {
            count_bytes(vm, bytes)?;
            vm.ret(Value::number(count as f64))
        }
        Err(errno) => failed(vm, errno),
    }
}

/// `recvmmsg(fd, batch [, flags [, most]])`: how many messages there were. It waits for the first one, unless the flags say otherwise, and
/// takes what else is there.
fn recvmmsg(vm: &mut Vm) -> NativeResult {
    let fd = descriptor(vm, 0)?;
    let batch = Batch::check(vm, 1)?;
    let flags = int(vm, 2)?;
    let most = size_or(vm, 3, batch.count)?.min(batch.count);
    pay(vm, most * batch.size.min(1024))?;
    let slots = batch.slots().part(0..most);
    each(vm, |kernel| kernel.receive_batch(fd, slots, flags))
}

/// `sendmmsg(fd, batch [, flags [, first [, count]]])`: how many messages were sent, each to its address.
fn sendmmsg(vm: &mut Vm) -> NativeResult {
    let fd = descriptor(vm, 0)?;
    let batch = Batch::check(vm, 1)?;
    let flags = int(vm, 2)?;
    let first = size_or(vm, 3, 1)?.clamp(1, batch.count + 1) - 1;
    let count = size_or(vm, 4, batch.count - first)?.min(batch.count - first);
    pay(vm, count * batch.size.min(1024))?;
    let slots = batch.slots().part(first..first + count);
    each(vm, |kernel| kernel.send_batch(fd, slots, flags))
}
