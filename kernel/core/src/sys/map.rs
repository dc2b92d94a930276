//! Maps: values by key, which the process or the script stores.
//!
//! A map is userdata that knows which view it lies in, and has its environment.

use perilune::value::Value;
use perilune::vm::Vm;
use perilune::vm::native::{Flow, NativeResult, Raised};

use super::Functions;
use super::argument::{Data, size_or};
use super::batch::Batch;
use super::result::failed;
use super::view::{self, View, new_userdata};
use crate::entries::{Entries, Found, Key, MAX_KEY};
use crate::errno::Errno;
use crate::host::fixtures;
use crate::memory::Target;

pub(super) const FUNCTIONS: Functions = &[("map", map)];

pub(super) const METHODS: Functions = &[
    ("get", get),
    ("copy", copy),
    ("reply", reply),
    ("set", set),
    ("remove", remove),
];

pub(super) const EVENTS: Functions = &[("__len", count)];

/// A map.
#[derive(Clone, Copy)]
struct Map {
    view: View,
    count: usize,
    key_size: usize,
    value_size: usize,
}

impl Map {
    fn check(vm: &mut Vm, i: usize) -> Result<Map, Raised> {
        match vm.arg(i).as_userdata().and_then(|u| u.copied()) {
            Some(map) => Ok(map),
            None => Err(vm.type_error(i, "map")),
        }
    }

    /// Its entries; none if it begins at no multiple of 8.
    fn entries(&self) -> Option<Entries<'_>> {
        self.view
            .entries(self.count, self.key_size, self.value_size)
    }

    /// Copies a key's value to the beginning of the buffer for transfers, at most `room` bytes.
    fn find(
        &self,
        vm: &mut Vm,
        key: &[u8],
        room: usize,
    ) -> Result<(Found, perilune::value::Gc<perilune::value::Buffer>), Raised> {
        let buffer = view::transfer(vm, room.min(self.value_size))?;
        let room = room.min(self.value_size);
        let found = match self.entries() {
            Some(entries) => view::with_bytes(buffer, room, |into| entries.copy(key, into)),
            None => Found::Nothing,
        };
        if let Found::Value(len, _) = found {
            view::pay_for(vm, len)?;
        }
        Ok((found, buffer))
    }
}

/// `map(entries, key size, value size, view)`
fn map(vm: &mut Vm) -> NativeResult {
    for i in 0..3 {
        vm.check_number(i)?;
    }
    let count = size_or(vm, 0, 0)?;
    let key_size = size_or(vm, 1, 0)?;
    let value_size = size_or(vm, 2, 0)?;
    if count == 0 || count > 1 << 24 {
        return Err(vm.arg_error(0, format_args!("from 1 to 16777216 entries")));
    }
    if key_size == 0 || key_size > MAX_KEY {
        return Err(vm.arg_error(1, format_args!("from 1 to {MAX_KEY} bytes")));
    }
    super::argument::check_transfer(vm, value_size)?;
    let bytes = count * Entries::stride(key_size, value_size);
    let (view, environment) = view::check_room(vm, 3, bytes)?;
    let map = Map {
        view,
        count,
        key_size,
        value_size,
    };
    if map.entries().is_none() {
        return Err(vm.arg_error(3, format_args!("begins at no multiple of 8")));
    }
    let metatable = fixtures(vm)?.map;
    let map = new_userdata(vm, map, environment, metatable)?;
    vm.ret(map)
}

/// `#map`: how many entries it has.
fn count(vm: &mut Vm) -> NativeResult {
    let map = Map::check(vm, 0)?;
    vm.ret(Value::number(map.count as f64))
}

/// Fetches a key, the part of argument `i` that the two arguments behind it name. Longer ones than there can be become empty.
fn fetch_key(vm: &mut Vm, i: usize, key: &mut Key) -> Result<Result<(), Errno>, Raised> {
    let data = Data::check(vm, i)?;
    let range = super::argument::part(vm, i + 1, data.source().len())?;
    vm.charge(1)?;
    let room = key.room(range.len());
    match data.source().part(range.start, room.len()) {
        Some(source) => view::copy(vm, room, source),
        None => Ok(Err(Errno::EINVAL)),
    }
}

/// `map:get(key)`: the value as a string and the process's number, or nil.
fn get(vm: &mut Vm) -> NativeResult {
    let map = Map::check(vm, 0)?;
    let mut key = Key::new();
    if let Err(errno) = fetch_key(vm, 1, &mut key)? {
        return failed(vm, errno);
    }
    match map.find(vm, key.as_bytes(), usize::MAX)? {
        (Found::Value(len, number), buffer) => {
            let value = vm.new_str(&buffer.as_bytes()[..len])?;
            vm.push(value)?;
            vm.push(Value::number(number))?;
            Ok(Flow::Return(2))
        }
        _ => vm.ret(Value::NIL),
    }
}

/// `map:set(key, value [, number])`: was it stored?
fn set(vm: &mut Vm) -> NativeResult {
    let map = Map::check(vm, 0)?;
    let key = vm.check_str(1)?;
    let value = vm.check_str(2)?;
    let number = match vm.arg(3) {
        Value::NIL => 0.0,
        _ => vm.check_number(3)?,
    };
    view::pay_for(vm, value.as_bytes().len())?;
    let stored = map
        .entries()
        .is_some_and(|entries| entries.store(key.as_bytes(), value.as_bytes(), number));
    vm.ret(stored.into())
}

/// `map:remove(key)`: was it there?
fn remove(vm: &mut Vm) -> NativeResult {
    let map = Map::check(vm, 0)?;
    let key = vm.check_str(1)?;
    vm.charge(1)?;
    let removed = map
        .entries()
        .is_some_and(|entries| entries.remove(key.as_bytes()));
    vm.ret(removed.into())
}

/// `map:copy(key, offset, length, view, offset)`: the value's length and the process's number; nil if there is none, false and the
/// length if it doesn't fit.
fn copy(vm: &mut Vm) -> NativeResult {
    let map = Map::check(vm, 0)?;
    let mut key = Key::new();
    if let Err(errno) = fetch_key(vm, 1, &mut key)? {
        return failed(vm, errno);
    }
    let view = View::check(vm, 4)?;
    let offset = size_or(vm, 5, 0)?;
    let room = view.len().checked_sub(offset);
    let Some(room) = room.and_then(|room| view.target().part(offset, room)) else {
        return Err(vm.arg_error(5, format_args!("out of range")));
    };
    put(vm, map, &key, room, |_| ())
}

/// `map:reply(batch, i, from, at)`: looks for message i from offset `from` on, and puts the value there from offset `at` on; returns what
/// `copy` does.
fn reply(vm: &mut Vm) -> NativeResult {
    let map = Map::check(vm, 0)?;
    let batch = Batch::check(vm, 1)?;
    let (slot, _) = batch.check_slot(vm, 2)?;
    let from = size_or(vm, 3, 0)?;
    let at = size_or(vm, 4, 0)?;
    vm.charge(1)?;
    let message = slot.message(usize::MAX);
    let Some(room) = message
        .len()
        .checked_sub(at)
        .and_then(|room| message.part(at, room))
    else {
        return Err(vm.arg_error(4, format_args!("out of range")));
    };
    let len = slot.len();
    let key_len = len.saturating_sub(from);
    let mut key = Key::new();
    let to = key.room(key_len);
    if let Some(source) = message.part(from.min(len), to.len()) {
        to.copy_in_kernel(source.as_source());
    }
    put(vm, map, &key, room, |len| slot.set_len(at + len))
}

/// Puts the value of a key where there is room for it, and returns its length and number.
fn put(
    vm: &mut Vm,
    map: Map,
    key: &Key,
    room: Target<'_>,
    done: impl FnOnce(usize),
) -> NativeResult {
    match map.find(vm, key.as_bytes(), room.len())? {
        (Found::Value(len, number), buffer) => {
            let from = Target::cells(&buffer.cells()[..len]).as_source();
            let copied = match room.part(0, len) {
                Some(to) => view::copy(vm, to, from)?,
                None => Err(Errno::EINVAL),
            };
            if let Err(errno) = copied {
                return failed(vm, errno);
            }
            done(len);
            vm.push(Value::number(len as f64))?;
            vm.push(Value::number(number))?;
            Ok(Flow::Return(2))
        }
        (Found::Longer(len), _) => {
            vm.push(Value::FALSE)?;
            vm.push(Value::number(len as f64))?;
            Ok(Flow::Return(2))
        }
        (Found::Nothing, _) => vm.ret(Value::NIL),
    }
}
