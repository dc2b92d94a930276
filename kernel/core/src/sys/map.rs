//! Maps: values by key, which the process or the script stores.
//!
//! A map is userdata whose environment is that of the view it lies in, with the number of entries and the sizes of keys and values besides.

use perilune::value::Value;
use perilune::vm::Vm;
use perilune::vm::native::{Flow, NativeResult, Raised};

use super::Functions;
use super::argument::{Data, size_or};
use super::result::failed;
use super::view::{self, View, new_userdata};
use crate::entries::{Entries, Found, MAX_KEY};
use crate::errno::Errno;
use crate::host::{fixtures, with_host};
use crate::memory::Target;

pub(super) const FUNCTIONS: Functions = &[("map", map)];

pub(super) const METHODS: Functions = &[
    ("get", get),
    ("copy", copy),
    ("set", set),
    ("remove", remove),
];

pub(super) const EVENTS: Functions = &[("__len", count)];

// After the parts of a view.
const COUNT: i32 = view::PARTS + 1;
const KEY_SIZE: i32 = view::PARTS + 2;
const VALUE_SIZE: i32 = view::PARTS + 3;

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
        let value = vm.arg(i);
        let is_map =
            value.as_userdata().is_some() && vm.metatable_of(value) == Some(fixtures(vm)?.map);
        if let Some(parts) = vm.environment_of(value).filter(|_| is_map) {
            let size = |i| parts.get_int(i).as_number().map(|n| n as usize);
            let view = View::of_parts(vm, parts)?;
            if let (Some(view), Some(count), Some(key_size), Some(value_size)) =
                (view, size(COUNT), size(KEY_SIZE), size(VALUE_SIZE))
            {
                return Ok(Map {
                    view,
                    count,
                    key_size,
                    value_size,
                });
            }
        }
        Err(vm.type_error(i, "map"))
    }

    /// Copies a key's value to the beginning of the buffer for transfers, at most `room` bytes.
    fn find(
        &self,
        vm: &mut Vm,
        key: &[u8],
        room: usize,
    ) -> Result<(Found, perilune::value::Gc<perilune::value::Buffer>), Raised> {
        let buffer = view::transfer(vm, room.min(self.value_size))?;
        let entries = self
            .view
            .entries(self.count, self.key_size, self.value_size);
        let room = room.min(self.value_size);
        let found = match entries {
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
    let (place, offset) = view::check_room(vm, 3, bytes)?;
    let parts = view::new_parts(vm, place, offset, bytes)?;
    for (i, n) in [
        (COUNT, count),
        (KEY_SIZE, key_size),
        (VALUE_SIZE, value_size),
    ] {
        vm.raw_set_int(parts, i, Value::number(n as f64))?;
    }
    let metatable = fixtures(vm)?.map;
    let map = new_userdata(vm, parts, metatable)?;
    let made = View::of_parts(vm, parts)?;
    if made.is_none_or(|view| view.entries(count, key_size, value_size).is_none()) {
        return Err(vm.arg_error(3, format_args!("begins at no multiple of 8")));
    }
    vm.ret(map)
}

/// `#map`: how many entries it has.
fn count(vm: &mut Vm) -> NativeResult {
    let map = Map::check(vm, 0)?;
    vm.ret(Value::number(map.count as f64))
}

/// Fetches a key, the part of argument `i` that the two arguments behind it name. Longer ones than there can be are cut to one byte more.
fn fetch_key(
    vm: &mut Vm,
    i: usize,
    key: &mut [u8; MAX_KEY + 1],
) -> Result<Result<usize, Errno>, Raised> {
    let data = Data::check(vm, i)?;
    let range = super::argument::part(vm, i + 1, data.source().len())?;
    let len = range.len().min(key.len());
    vm.charge(1)?;
    let fetched = match data.source().part(range.start, len) {
        Some(source) => with_host(vm, |host| source.fetch(&mut *host.kernel, key))?,
        None => Err(Errno::EINVAL),
    };
    Ok(fetched.map(|()| len))
}

/// `map:get(key)`: the value as a string and the process's number, or nil.
fn get(vm: &mut Vm) -> NativeResult {
    let map = Map::check(vm, 0)?;
    let mut key = [0; MAX_KEY + 1];
    let len = match fetch_key(vm, 1, &mut key)? {
        Ok(len) => len,
        Err(errno) => return failed(vm, errno),
    };
    match map.find(vm, &key[..len], usize::MAX)? {
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
    let entries = map.view.entries(map.count, map.key_size, map.value_size);
    let stored =
        entries.is_some_and(|entries| entries.store(key.as_bytes(), value.as_bytes(), number));
    vm.ret(stored.into())
}

/// `map:remove(key)`: was it there?
fn remove(vm: &mut Vm) -> NativeResult {
    let map = Map::check(vm, 0)?;
    let key = vm.check_str(1)?;
    vm.charge(1)?;
    let entries = map.view.entries(map.count, map.key_size, map.value_size);
    let removed = entries.is_some_and(|entries| entries.remove(key.as_bytes()));
    vm.ret(removed.into())
}

/// `map:copy(key, offset, length, view, offset)`: the value's length and the process's number; nil if there is none, false and the
/// length if it doesn't fit.
fn copy(vm: &mut Vm) -> NativeResult {
    let map = Map::check(vm, 0)?;
    let mut key = [0; MAX_KEY + 1];
    let len = match fetch_key(vm, 1, &mut key)? {
        Ok(len) => len,
        Err(errno) => return failed(vm, errno),
    };
    let view = View::check(vm, 4)?;
    let offset = size_or(vm, 5, 0)?;
    let Some(room) = view.len().checked_sub(offset) else {
        return Err(vm.arg_error(5, format_args!("out of range")));
    };
    match map.find(vm, &key[..len], room)? {
        (Found::Value(len, number), buffer) => {
            let from = Target::cells(&buffer.cells()[..len]).as_source();
            let to = view.target().part(offset, len);
            let copied = with_host(vm, |host| match to {
                Some(to) => to.copy_from(&mut *host.kernel, from),
                None => Err(Errno::EINVAL),
            })?;
            if let Err(errno) = copied {
                return failed(vm, errno);
            }
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
