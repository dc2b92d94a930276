//! Arguments of calls: integers, descriptors, and data to be sent or filled.

use core::ops::Range;

use perilune::value::{Gc, Str, Value};
use perilune::vm::Vm;
use perilune::vm::native::Raised;

use super::view::View;
use crate::host::with_host;
use crate::kernel::MAX_PIECES;
use crate::memory::{Source, Target};

/// The greatest integer up to which doubles have all of them.
const EXACT: f64 = 9007199254740992.0;

/// An integer argument.
pub(super) fn integer(vm: &mut Vm, i: usize) -> Result<i64, Raised> {
    let n = vm.check_number(i)?;
    if (-EXACT..=EXACT).contains(&n) && n as i64 as f64 == n {
        Ok(n as i64)
    } else {
        Err(vm.arg_error(i, format_args!("integer expected")))
    }
}

/// The same, or `default` where it is nil or absent.
pub(super) fn integer_or(vm: &mut Vm, i: usize, default: i64) -> Result<i64, Raised> {
    if vm.arg(i).is_nil() {
        Ok(default)
    } else {
        integer(vm, i)
    }
}

/// A size, offset or position.
pub(super) fn unsigned(vm: &mut Vm, i: usize) -> Result<u64, Raised> {
    let n = integer(vm, i)?;
    u64::try_from(n).map_err(|_| vm.arg_error(i, format_args!("must not be negative")))
}

/// The same as a size, or `default` where it is nil or absent.
pub(super) fn size_or(vm: &mut Vm, i: usize, default: usize) -> Result<usize, Raised> {
    if vm.arg(i).is_nil() {
        Ok(default)
    } else {
        unsigned(vm, i).map(|n| usize::try_from(n).unwrap_or(usize::MAX))
    }
}

/// Flags, descriptors and the like: integers of 32 bits. Absent ones are 0.
pub(super) fn int(vm: &mut Vm, i: usize) -> Result<i32, Raised> {
    let n = integer_or(vm, i, 0)?;
    i32::try_from(n).map_err(|_| vm.arg_error(i, format_args!("out of range")))
}

/// A descriptor.
pub(super) fn descriptor(vm: &mut Vm, i: usize) -> Result<i32, Raised> {
    let n = integer(vm, i)?;
    i32::try_from(n).map_err(|_| vm.arg_error(i, format_args!("no descriptor")))
}

/// The part that two optional arguments, offset and length, name of something that is `len` bytes long.
pub(super) fn part(vm: &mut Vm, i: usize, len: usize) -> Result<Range<usize>, Raised> {
    let offset = size_or(vm, i, 0)?;
    if offset > len {
        return Err(vm.arg_error(i, format_args!("out of range")));
    }
    let taken = size_or(vm, i + 1, len - offset)?;
    if taken > len - offset {
        return Err(vm.arg_error(i + 1, format_args!("out of range")));
    }
    Ok(offset..offset + taken)
}

/// Refuses to transfer more than the limit.
pub(super) fn check_transfer(vm: &mut Vm, bytes: usize) -> Result<(), Raised> {
    if bytes > with_host(vm, |host| host.limits.transfer)? {
        return Err(vm.error(format_args!("more bytes than one call may transfer")));
    }
    Ok(())
}

/// What is to be written: a string or a view.
#[derive(Clone, Copy)]
pub(super) enum Data {
    Str(Gc<Str>),
    View(View),
}

impl Data {
    /// A value as data.
    pub fn of(value: Value) -> Option<Data> {
        match value.as_str() {
            Some(s) => Some(Data::Str(s)),
            None => View::of(value).map(Data::View),
        }
    }
    /// An argument as data; numbers are converted.
    pub fn check(vm: &mut Vm, i: usize) -> Result<Data, Raised> {
        let value = vm.arg(i);
        if let Some(view) = View::of(value) {
            return Ok(Data::View(view));
        }
        vm.check_str(i).map(Data::Str)
    }
    /// Its bytes.
    pub fn source(&self) -> Source<'_> {
        match self {
            Data::Str(s) => Source::bytes(s.as_bytes()),
            Data::View(view) => view.target().as_source(),
        }
    }
}

/// The pieces of a vectored call.
pub(super) struct Pieces<T> {
    items: [Option<T>; MAX_PIECES],
    len: usize,
    /// How many bytes they have together.
    pub bytes: usize,
}

impl<T: Copy> Pieces<T> {
    /// The elements of the table in argument `i`.
    fn collect(
        vm: &mut Vm,
        i: usize,
        expected: &str,
        convert: impl Fn(Value) -> Option<(T, usize)>,
    ) -> Result<Pieces<T>, Raised> {
        let table = vm.check_table(i)?;
        let mut pieces = Pieces {
            items: [None; MAX_PIECES],
            len: 0,
            bytes: 0,
        };
        loop {
            let value = table.get_int(pieces.len as i32 + 1);
            if value.is_nil() {
                break;
            }
            if pieces.len == MAX_PIECES {
                return Err(vm.arg_error(i, format_args!("more than {MAX_PIECES} pieces")));
            }
            let Some((piece, bytes)) = convert(value) else {
                return Err(vm.arg_error(i, format_args!("table of {expected} expected")));
            };
            pieces.items[pieces.len] = Some(piece);
            pieces.len += 1;
            pieces.bytes = pieces.bytes.saturating_add(bytes);
        }
        check_transfer(vm, pieces.bytes)?;
        Ok(pieces)
    }
}

impl Pieces<Data> {
    /// Strings and views to be written.
    pub fn of_data(vm: &mut Vm, i: usize) -> Result<Pieces<Data>, Raised> {
        Pieces::collect(vm, i, "strings or views", |value| {
            Data::of(value).map(|data| (data, data.source().len()))
        })
    }
    /// Gives the sources to a call.
    pub fn with<R>(&self, f: impl FnOnce(&[Source<'_>]) -> R) -> R {
        let mut sources = [Source::bytes(&[]); MAX_PIECES];
        for (source, data) in sources.iter_mut().zip(self.items.iter().flatten()) {
            *source = data.source();
        }
        f(&sources[..self.len])
    }
}

impl Pieces<View> {
    /// Views to be filled.
    pub fn of_views(vm: &mut Vm, i: usize) -> Result<Pieces<View>, Raised> {
        Pieces::collect(vm, i, "views", |value| {
            View::of(value).map(|view| (view, view.len()))
        })
    }
    /// Gives the targets to a call.
    pub fn with<R>(&self, f: impl FnOnce(&[Target<'_>]) -> R) -> R {
        let mut targets = [Target::cells(&[]); MAX_PIECES];
        for (target, view) in targets.iter_mut().zip(self.items.iter().flatten()) {
            *target = view.target();
        }
        f(&targets[..self.len])
    }
}
