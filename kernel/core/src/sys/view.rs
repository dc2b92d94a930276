//! Views: bounds-checked memory of one of three kinds. A *buffer* is the script's own, the *region* is shared with the process, a *window* is a
//! piece of the process's memory. Offsets count from 0.
//!
//! A view is userdata without a payload. Its environment, which scripts can't get at, is an array of where it is (the buffer, true for the
//! region, or an address), its offset and its length, so that it counts as the script's memory like anything else.

use core::ptr::NonNull;

use perilune::gc::OutOfMemory;
use perilune::value::{Buffer, Gc, Table, Value};
use perilune::vm::Vm;
use perilune::vm::native::{Flow, NativeFn, NativeResult, Raised};

use super::Functions;
use super::argument::{Data, check_transfer, integer, part, size_or, unsigned};
use super::result::{done, failed, pay};
use crate::entries::Entries;
use crate::host::{fixtures, with_host};
use crate::kernel;
use crate::memory::{Place, Target};
use crate::slots::Slots;

pub(super) const FUNCTIONS: Functions =
    &[("buffer", buffer), ("region", region), ("window", window)];

pub(super) const METHODS: Functions = &[
    ("get", get),
    ("set", set),
    ("fill", fill),
    ("find", find),
    ("sub", sub),
    ("u8", scalar::<1, U8> as NativeFn),
    ("i8", scalar::<1, I8>),
    ("u16", scalar::<2, U16>),
    ("i16", scalar::<2, I16>),
    ("u32", scalar::<4, U32>),
    ("i32", scalar::<4, I32>),
    ("u64", scalar::<8, U64>),
    ("f64", scalar::<8, F64>),
    ("u16be", scalar::<2, U16Be>),
    ("u32be", scalar::<4, U32Be>),
];

pub(super) const EVENTS: Functions = &[("__len", len), ("__tostring", text)];

/// Bytes of short accesses, which cost as little as any call.
const CHEAP: usize = 64;

/// Where a view's bytes are.
#[derive(Clone, Copy)]
enum Base {
    Buffer(Gc<Buffer>),
    Region(NonNull<u8>),
    Process(u64),
}

/// A view.
#[derive(Clone, Copy)]
pub(super) struct View {
    base: Base,
    offset: usize,
    len: usize,
}

const PLACE: i32 = 1;
const OFFSET: i32 = 2;
const LENGTH: i32 = 3;
/// How many parts a view's environment has. Batches and maps have more behind them.
pub(super) const PARTS: i32 = 3;

impl View {
    /// A value as a view, if it is one.
    pub fn of(vm: &mut Vm, value: Value) -> Result<Option<View>, Raised> {
        if value.as_userdata().is_none() || vm.metatable_of(value) != Some(fixtures(vm)?.view) {
            return Ok(None);
        }
        match vm.environment_of(value) {
            Some(parts) => View::of_parts(vm, parts),
            None => Ok(None),
        }
    }

    /// The view that an environment describes.
    pub fn of_parts(vm: &mut Vm, parts: Gc<Table>) -> Result<Option<View>, Raised> {
        let size = |i| parts.get_int(i).as_number().map(|n| n as usize);
        let (Some(offset), Some(len)) = (size(OFFSET), size(LENGTH)) else {
            return Ok(None);
        };
        let place = parts.get_int(PLACE);
        let base = if let Some(address) = place.as_number() {
            Base::Process(address as u64)
        } else if let Some(buffer) = place.as_buffer() {
            Base::Buffer(buffer)
        } else {
            match with_host(vm, |host| host.kernel.region())? {
                Some((start, _)) => Base::Region(start),
                None => return Ok(None),
            }
        };
        Ok(Some(View { base, offset, len }))
    }

    /// An argument as a view.
    pub fn check(vm: &mut Vm, i: usize) -> Result<View, Raised> {
        let value = vm.arg(i);
        match View::of(vm, value)? {
            Some(view) => Ok(view),
            None => Err(vm.type_error(i, "view")),
        }
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Its bytes. The view's value is alive while it is an argument.
    pub fn target(&self) -> Target<'_> {
        match &self.base {
            Base::Buffer(buffer) => {
                let cells = buffer.cells().get(self.offset..self.offset + self.len);
                Target::cells(cells.unwrap_or(&[]))
            }
            Base::Region(start) => {
                let start = start.as_ptr().wrapping_add(self.offset);
                // SAFETY: `create` checked offset and length against the region, which stays as it is for as long as the kernel's value, and so
                // the state, lives.
                unsafe { Target::shared(start, self.len) }
            }
            Base::Process(address) => {
                Target::user(address.wrapping_add(self.offset as u64), self.len)
            }
        }
    }

    /// Where its bytes begin in the kernel's memory; nothing for windows.
    fn start(&self) -> Option<NonNull<u8>> {
        match self.target().place() {
            Place::Kernel(start) => NonNull::new(start),
            Place::User(_) => None,
        }
    }

    /// Its bytes as slots of a batch, which it was made for.
    pub fn slots(&self, count: usize, size: usize) -> Slots<'_> {
        match self.start() {
            Some(start) if count * Slots::stride(size) <= self.len => {
                // SAFETY: the view's bytes can be read and written while it is borrowed; `target` says why, and nobody makes references to them.
                unsafe { Slots::new(start.as_ptr(), count, size) }
            }
            // SAFETY: there are none.
            _ => unsafe { Slots::new(NonNull::dangling().as_ptr(), 0, size) },
        }
    }

    /// Its bytes as entries of a map, which it was made for; nothing if they aren't aligned.
    pub fn entries(&self, count: usize, key_size: usize, value_size: usize) -> Option<Entries<'_>> {
        let start = self.start()?;
        if count * Entries::stride(key_size, value_size) > self.len {
            return None;
        }
        // SAFETY: as in `slots`.
        unsafe { Entries::new(start.as_ptr(), count, key_size, value_size) }
    }

    /// The part of `len` bytes from `offset` on.
    fn part(&self, offset: usize, len: usize) -> Option<Target<'_>> {
        self.target().part(offset, len)
    }
}

/// Makes the value of a view. Whoever calls it has checked that the bytes are there.
pub(super) fn create(
    vm: &mut Vm,
    place: Value,
    offset: usize,
    len: usize,
) -> Result<Value, Raised> {
    let parts = new_parts(vm, place, offset, len)?;
    let metatable = fixtures(vm)?.view;
    new_userdata(vm, parts, metatable)
}

/// The environment of a view, or of something that lies in one.
pub(super) fn new_parts(
    vm: &mut Vm,
    place: Value,
    offset: usize,
    len: usize,
) -> Result<Gc<Table>, Raised> {
    let parts = vm.new_table(8, 0)?;
    vm.raw_set_int(parts, PLACE, place)?;
    vm.raw_set_int(parts, OFFSET, Value::number(offset as f64))?;
    vm.raw_set_int(parts, LENGTH, Value::number(len as f64))?;
    Ok(parts)
}

/// A view of a part of what argument `i` lies in, which has so many bytes.
pub(super) fn create_part(
    vm: &mut Vm,
    i: usize,
    offset: usize,
    len: usize,
) -> Result<Value, Raised> {
    let (place, start) = match vm.environment_of(vm.arg(i)) {
        Some(parts) => (parts.get_int(PLACE), parts.get_int(OFFSET).as_number()),
        None => (Value::NIL, None),
    };
    create(vm, place, start.unwrap_or(0.0) as usize + offset, len)
}

/// Where the view of argument `i` lies, which has to have room for so many bytes and to be in the kernel's memory.
pub(super) fn check_room(vm: &mut Vm, i: usize, len: usize) -> Result<(Value, usize), Raised> {
    let view = View::check(vm, i)?;
    if view.start().is_none() {
        return Err(vm.arg_error(i, format_args!("buffer or region expected")));
    }
    if view.len < len {
        return Err(vm.arg_error(i, format_args!("{len} bytes expected")));
    }
    let place = match vm.environment_of(vm.arg(i)) {
        Some(parts) => parts.get_int(PLACE),
        None => Value::NIL,
    };
    Ok((place, view.offset))
}

/// The buffer for transfers, with room for so many bytes.
pub(super) fn transfer(vm: &mut Vm, len: usize) -> Result<Gc<Buffer>, Raised> {
    let buffer = fixtures(vm)?.transfer;
    if buffer.len() < len && buffer.resize(vm.heap(), len).is_err() {
        return Err(vm.memory_error());
    }
    Ok(buffer)
}

/// Lends the first bytes of a buffer that no script has.
pub(super) fn with_bytes<R>(buffer: Gc<Buffer>, len: usize, f: impl FnOnce(&mut [u8]) -> R) -> R {
    let cells = &buffer.cells()[..len.min(buffer.len())];
    // SAFETY: a cell is laid out as what it holds, nobody else refers to the bytes, and `f` can't get at the buffer.
    f(unsafe { core::slice::from_raw_parts_mut(cells.as_ptr().cast_mut().cast(), cells.len()) })
}

/// A string of bytes that may change meanwhile.
pub(super) fn string_of(vm: &mut Vm, from: Target<'_>) -> Result<kernel::Result<Value>, Raised> {
    let len = from.len();
    let buffer = transfer(vm, len)?;
    let to = Target::cells(&buffer.cells()[..len]);
    match with_host(vm, |host| to.copy_from(&mut *host.kernel, from.as_source()))? {
        Ok(()) => Ok(Ok(vm.new_str(&buffer.as_bytes()[..len])?)),
        Err(errno) => Ok(Err(errno)),
    }
}

/// Userdata with this environment and metatable.
pub(super) fn new_userdata(
    vm: &mut Vm,
    environment: Gc<Table>,
    metatable: Gc<Table>,
) -> Result<Value, Raised> {
    let userdata: Value = match vm.heap().new_userdata(None) {
        Ok(userdata) => userdata.into(),
        Err(OutOfMemory) => return Err(vm.memory_error()),
    };
    vm.set_environment_of(userdata, environment);
    vm.set_metatable_of(userdata, Some(metatable));
    Ok(userdata)
}

/// Pays for a buffer of so many zeros and makes it.
pub(super) fn new_buffer(vm: &mut Vm, len: usize) -> Result<Gc<Buffer>, Raised> {
    if len > with_host(vm, |host| host.limits.memory)? {
        return Err(vm.memory_error());
    }
    pay(vm, len)?;
    let buffer = match vm.heap().new_buffer() {
        Ok(buffer) => buffer,
        Err(OutOfMemory) => return Err(vm.memory_error()),
    };
    if buffer.resize(vm.heap(), len).is_err() {
        return Err(vm.memory_error());
    }
    Ok(buffer)
}

/// `buffer(size)`
fn buffer(vm: &mut Vm) -> NativeResult {
    vm.check_number(0)?;
    let size = size_or(vm, 0, 0)?;
    let buffer = new_buffer(vm, size)?;
    let view = create(vm, buffer.into(), 0, size)?;
    vm.ret(view)
}

/// `region()`, nil if there is none.
fn region(vm: &mut Vm) -> NativeResult {
    match with_host(vm, |host| host.kernel.region())? {
        Some((_, len)) => {
            let view = create(vm, Value::TRUE, 0, len)?;
            vm.ret(view)
        }
        None => vm.ret(Value::NIL),
    }
}

/// `window(address, length)`
fn window(vm: &mut Vm) -> NativeResult {
    let address = unsigned(vm, 0)?;
    vm.check_number(1)?;
    let len = size_or(vm, 1, 0)?;
    let view = create(vm, Value::number(address as f64), 0, len)?;
    vm.ret(view)
}

/// `view:sub(offset [, length])`
fn sub(vm: &mut Vm) -> NativeResult {
    let view = View::check(vm, 0)?;
    let range = part(vm, 1, view.len)?;
    let part = create_part(vm, 0, range.start, range.len())?;
    vm.ret(part)
}

/// `#view`
fn len(vm: &mut Vm) -> NativeResult {
    let view = View::check(vm, 0)?;
    vm.ret(Value::number(view.len as f64))
}

/// `tostring(view)`
fn text(vm: &mut Vm) -> NativeResult {
    let view = View::check(vm, 0)?;
    let kind = match view.base {
        Base::Buffer(_) => "buffer",
        Base::Region(_) => "region",
        Base::Process(_) => "window",
    };
    let mut text = crate::script::Message::new(b"");
    let _ = core::fmt::Write::write_fmt(&mut text, format_args!("{kind}: {} bytes", view.len));
    let string = vm.new_str(text.as_bytes())?;
    vm.ret(string)
}

/// `view:get([offset [, length]])`: a string.
fn get(vm: &mut Vm) -> NativeResult {
    let view = View::check(vm, 0)?;
    let range = part(vm, 1, view.len)?;
    check_transfer(vm, range.len())?;
    pay_for(vm, range.len())?;
    let Some(from) = view.part(range.start, range.len()) else {
        return Err(out_of_range(vm, 1));
    };
    match string_of(vm, from)? {
        Ok(string) => vm.ret(string),
        Err(errno) => failed(vm, errno),
    }
}

/// `view:set(offset, data [, offset in data [, length]])`
fn set(vm: &mut Vm) -> NativeResult {
    let view = View::check(vm, 0)?;
    let offset = size_or(vm, 1, 0)?;
    let data = Data::check(vm, 2)?;
    let range = part(vm, 3, data.source().len())?;
    check_transfer(vm, range.len())?;
    pay_for(vm, range.len())?;
    let (Some(to), Some(from)) = (
        view.part(offset, range.len()),
        data.source().part(range.start, range.len()),
    ) else {
        return Err(out_of_range(vm, 1));
    };
    let result = with_host(vm, |host| to.copy_from(&mut *host.kernel, from))?;
    done(vm, result)
}

/// `view:fill(byte [, offset [, length]])`
fn fill(vm: &mut Vm) -> NativeResult {
    let view = View::check(vm, 0)?;
    let byte = integer(vm, 1)? as u8;
    let range = part(vm, 2, view.len)?;
    check_transfer(vm, range.len())?;
    pay_for(vm, range.len())?;
    let chunk = [byte; 256];
    let mut at = range.start;
    while at < range.end {
        let len = chunk.len().min(range.end - at);
        let Some(to) = view.part(at, len) else {
            return Err(out_of_range(vm, 2));
        };
        if let Err(errno) = with_host(vm, |host| to.store(&mut *host.kernel, &chunk[..len]))? {
            return failed(vm, errno);
        }
        at += len;
    }
    vm.ret(Value::TRUE)
}

/// `view:find(byte [, offset [, length]])`: the offset of the first one, or nil.
fn find(vm: &mut Vm) -> NativeResult {
    let view = View::check(vm, 0)?;
    let byte = integer(vm, 1)? as u8;
    let range = part(vm, 2, view.len)?;
    check_transfer(vm, range.len())?;
    pay_for(vm, range.len())?;
    let Some(within) = view.part(range.start, range.len()) else {
        return Err(out_of_range(vm, 2));
    };
    match with_host(vm, |host| within.find(&mut *host.kernel, byte))? {
        Ok(Some(at)) => vm.ret(Value::number((range.start + at) as f64)),
        Ok(None) => {
            vm.push(Value::NIL)?;
            Ok(Flow::Return(1))
        }
        Err(errno) => failed(vm, errno),
    }
}

#[cold]
fn out_of_range(vm: &mut Vm, i: usize) -> Raised {
    vm.arg_error(i, format_args!("out of range"))
}

/// Pays for access to memory, which is no system call.
pub(super) fn pay_for(vm: &mut Vm, bytes: usize) -> Result<(), Raised> {
    if bytes > CHEAP {
        pay(vm, bytes)
    } else {
        vm.charge(1)
    }
}

/// A number in memory.
trait Scalar<const N: usize> {
    fn get(bytes: [u8; N]) -> f64;
    fn put(n: f64) -> [u8; N];
}

/// Integers are taken modulo their range, as C does it.
macro_rules! integers {
    ($($name:ident: $ty:ty, $size:literal, $from:ident, $to:ident;)*) => {$(
        struct $name;
        impl Scalar<$size> for $name {
            fn get(bytes: [u8; $size]) -> f64 {
                <$ty>::$from(bytes) as f64
            }
            fn put(n: f64) -> [u8; $size] {
                let n = if n < 0.0 { n as i64 as u64 } else { n as u64 };
                (n as $ty).$to()
            }
        }
    )*};
}

integers! {
    U8: u8, 1, from_ne_bytes, to_ne_bytes;
    I8: i8, 1, from_ne_bytes, to_ne_bytes;
    U16: u16, 2, from_ne_bytes, to_ne_bytes;
    I16: i16, 2, from_ne_bytes, to_ne_bytes;
    U32: u32, 4, from_ne_bytes, to_ne_bytes;
    I32: i32, 4, from_ne_bytes, to_ne_bytes;
    U64: u64, 8, from_ne_bytes, to_ne_bytes;
    U16Be: u16, 2, from_be_bytes, to_be_bytes;
    U32Be: u32, 4, from_be_bytes, to_be_bytes;
}

struct F64;
impl Scalar<8> for F64 {
    fn get(bytes: [u8; 8]) -> f64 {
        f64::from_ne_bytes(bytes)
    }
    fn put(n: f64) -> [u8; 8] {
        n.to_ne_bytes()
    }
}

/// `view:u32(offset)` is the number there, `view:u32(offset, n)` stores one.
fn scalar<const N: usize, S: Scalar<N>>(vm: &mut Vm) -> NativeResult {
    let view = View::check(vm, 0)?;
    vm.check_number(1)?;
    let offset = size_or(vm, 1, 0)?;
    let Some(at) = view.part(offset, N) else {
        return Err(out_of_range(vm, 1));
    };
    vm.charge(1)?;
    if vm.arg(2).is_nil() {
        let mut bytes = [0; N];
        let fetched: kernel::Result<()> = with_host(vm, |host| {
            at.as_source().fetch(&mut *host.kernel, &mut bytes)
        })?;
        return match fetched {
            Ok(()) => vm.ret(Value::number(S::get(bytes))),
            Err(errno) => failed(vm, errno),
        };
    }
    let bytes = S::put(vm.check_number(2)?);
    let stored = with_host(vm, |host| at.store(&mut *host.kernel, &bytes))?;
    done(vm, stored)
}
