//! Views: bounds-checked memory of one of three kinds. A *buffer* is the script's own, the *region* is shared with the process, a *window* is a
//! piece of the process's memory. Offsets count from 0.
//!
//! A view is userdata that knows where it is. The environment of one of a buffer, which scripts can't get at, has the buffer and keeps it alive.

use core::cell::Cell;
use core::ptr::NonNull;

use perilune::gc::OutOfMemory;
use perilune::value::{Buffer, Gc, Table, Value};
use perilune::vm::Vm;
use perilune::vm::native::{Flow, NativeFn, NativeResult, Raised};

use super::Functions;
use super::argument::{Data, check_transfer, integer, part, size_or, unsigned};
use super::result::{done, failed, pay};
use crate::allocate::try_box;
use crate::entries::Entries;
use crate::host::{fixtures, with_host};
use crate::kernel;
use crate::memory::{Place, Source, Target};
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

impl View {
    /// A value as a view, if it is one.
    pub fn of(value: Value) -> Option<View> {
        value.as_userdata()?.copied()
    }

    /// An argument as a view.
    pub fn check(vm: &mut Vm, i: usize) -> Result<View, Raised> {
        match View::of(vm.arg(i)) {
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

/// Makes the value of a view. Whoever calls it has checked that the bytes are there; `environment` keeps them alive.
fn create(vm: &mut Vm, view: View, environment: Option<Gc<Table>>) -> Result<Value, Raised> {
    let metatable = fixtures(vm)?.view;
    new_userdata(vm, view, environment, metatable)
}

/// Userdata with this payload, environment and metatable.
pub(super) fn new_userdata<T: Copy + 'static>(
    vm: &mut Vm,
    payload: T,
    environment: Option<Gc<Table>>,
    metatable: Gc<Table>,
) -> Result<Value, Raised> {
    let Some(payload) = try_box(payload) else {
        return Err(vm.memory_error());
    };
    let userdata: Value = match vm.heap().new_userdata(Some(payload)) {
        Ok(userdata) => userdata.into(),
        Err(OutOfMemory) => return Err(vm.memory_error()),
    };
    if let Some(environment) = environment {
        vm.set_environment_of(userdata, environment);
    }
    vm.set_metatable_of(userdata, Some(metatable));
    Ok(userdata)
}

/// A view of a whole new buffer, and the environment that keeps it alive.
pub(super) fn new_room(vm: &mut Vm, len: usize) -> Result<(View, Gc<Table>), Raised> {
    let buffer = new_buffer(vm, len)?;
    let environment = vm.new_table(2, 0)?;
    vm.raw_set_int(environment, 1, buffer.into())?;
    let view = View {
        base: Base::Buffer(buffer),
        offset: 0,
        len,
    };
    Ok((view, environment))
}

/// A view of a part of `whole`, which argument `i` is or lies in.
pub(super) fn create_part(
    vm: &mut Vm,
    i: usize,
    whole: View,
    offset: usize,
    len: usize,
) -> Result<Value, Raised> {
    let environment = vm.environment_of(vm.arg(i));
    let part = View {
        offset: whole.offset + offset,
        len,
        ..whole
    };
    create(vm, part, environment)
}

/// The beginning of the view of argument `i`, which has to have room for so many bytes and to be in the kernel's memory, and the environment
/// that keeps it alive.
pub(super) fn check_room(
    vm: &mut Vm,
    i: usize,
    len: usize,
) -> Result<(View, Option<Gc<Table>>), Raised> {
    let view = View::check(vm, i)?;
    if view.start().is_none() {
        return Err(vm.arg_error(i, format_args!("buffer or region expected")));
    }
    if view.len < len {
        return Err(vm.arg_error(i, format_args!("{len} bytes expected")));
    }
    Ok((View { len, ..view }, vm.environment_of(vm.arg(i))))
}

/// Copies bytes; without asking the kernel if both are in its memory.
pub(super) fn copy(
    vm: &mut Vm,
    to: Target<'_>,
    from: Source<'_>,
) -> Result<kernel::Result<()>, Raised> {
    if to.copy_in_kernel(from) {
        return Ok(Ok(()));
    }
    with_host(vm, |host| to.copy_from(&mut *host.kernel, from))
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
    match copy(vm, to, from.as_source())? {
        Ok(()) => Ok(Ok(vm.new_str(&buffer.as_bytes()[..len])?)),
        Err(errno) => Ok(Err(errno)),
    }
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
    let (view, environment) = new_room(vm, size)?;
    let view = create(vm, view, Some(environment))?;
    vm.ret(view)
}

/// `region()`, nil if there is none.
fn region(vm: &mut Vm) -> NativeResult {
    match with_host(vm, |host| host.kernel.region())? {
        Some((start, len)) => {
            let view = View {
                base: Base::Region(start),
                offset: 0,
                len,
            };
            let view = create(vm, view, None)?;
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
    let view = View {
        base: Base::Process(address),
        offset: 0,
        len,
    };
    let view = create(vm, view, None)?;
    vm.ret(view)
}

/// `view:sub(offset [, length])`
fn sub(vm: &mut Vm) -> NativeResult {
    let view = View::check(vm, 0)?;
    let range = part(vm, 1, view.len)?;
    let part = create_part(vm, 0, view, range.start, range.len())?;
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
    let result = copy(vm, to, from)?;
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

fn cells_of(bytes: &mut [u8]) -> &[Cell<u8>] {
    Cell::from_mut(bytes).as_slice_of_cells()
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
        return match copy(vm, Target::cells(cells_of(&mut bytes)), at.as_source())? {
            Ok(()) => vm.ret(Value::number(S::get(bytes))),
            Err(errno) => failed(vm, errno),
        };
    }
    let bytes = S::put(vm.check_number(2)?);
    let stored = copy(vm, at, Source::bytes(&bytes))?;
    done(vm, stored)
}
