//! `table`. All functions are raw: they look at no metamethods but the order of `sort`.

#[cfg(feature = "jit")]
pub(crate) mod at_once;
mod concat;
mod each;
mod shift;
mod sort;
mod sorted;

use crate::stdlib::{LibFn, new_library, preload, register, unnumbered};
use crate::value::{Gc, Table, Value};
use crate::vm::Vm;
use crate::vm::meta::Event;
use crate::vm::native::{Flow, NativeFn, NativeResult, Raised};

const LIB: &[LibFn] = &[
    LibFn::new("foreachi", each::foreachi, 0),
    LibFn::new("foreach", each::foreach, 0),
    LibFn::new("getn", getn, unnumbered::GETN),
    LibFn::new("maxn", maxn, 90),
    LibFn::new("insert", shift::insert, 91),
    LibFn::new("remove", shift::remove, unnumbered::REMOVE),
    LibFn::new("move", shift::move_range, unnumbered::MOVE),
    LibFn::new("concat", concat::concat, 92),
    LibFn::new("sort", sort::sort, 93),
];

const LIB_52: &[LibFn] = &[LibFn::new("pack", pack, unnumbered::PACK)];

/// The functions that call others and that LuaJIT has written in Lua.
pub(super) const CALLING: &[(&str, NativeFn)] =
    &[("foreach", each::foreach), ("foreachi", each::foreachi)];

/// The two functions that have to be required by name. Their numbers follow `sort`'s.
const NEW: LibFn = LibFn::new("new", new, 94);
const CLEAR: LibFn = LibFn::new("clear", clear, 95);

/// The greatest array part and the greatest hash part that may be asked for.
const MAX_ARRAY: i32 = (1 << 27) + 1;
const MAX_HASH: i32 = 1 << 26;

/// Registers the library.
pub fn open(vm: &mut Vm) -> Result<(), Raised> {
    let library = new_library(vm, "table", LIB)?;
    if vm.compat52 {
        register(vm, library, LIB_52)?;
        let globals = vm.globals;
        let unpack = vm.raw_get_name(globals, "unpack")?;
        vm.raw_set_name(library, "unpack", unpack)?;
    }
    preload(vm, "table.new", load_new, &[library.into()])?;
    preload(vm, "table.clear", load_clear, &[library.into()])
}

/// The loader of `table.new`.
fn load_new(vm: &mut Vm) -> NativeResult {
    load_extra(vm, &NEW)
}

/// The loader of `table.clear`.
fn load_clear(vm: &mut Vm) -> NativeResult {
    load_extra(vm, &CLEAR)
}

/// Adds a function to the table library, which is upvalue 0, and returns it.
fn load_extra(vm: &mut Vm, f: &LibFn) -> NativeResult {
    let function = vm.new_native(f.function, f.builtin, &[])?.into();
    if let Some(library) = vm.upvalue(0).as_table() {
        vm.raw_set_name(library, f.name, function)?;
    }
    vm.ret(function)
}

/// A table argument of a function that LuaJIT has written in Lua, where an absent argument is nil.
#[inline]
fn check_table(vm: &mut Vm, i: usize) -> Result<Gc<Table>, Raised> {
    match vm.arg(i).as_table() {
        Some(t) => Ok(t),
        None => {
            pad(vm, i)?;
            vm.check_table(i)
        }
    }
}

/// An integer argument of such a function.
#[inline]
fn check_int(vm: &mut Vm, i: usize) -> Result<i32, Raised> {
    pad(vm, i)?;
    vm.check_int(i)
}

/// Makes sure that argument `i` exists.
#[inline]
fn pad(vm: &mut Vm, i: usize) -> Result<(), Raised> {
    if vm.nargs() <= i {
        vm.set_nargs(i + 1)?;
    }
    Ok(())
}

/// The step at which the result of `__len` is there; see [`length`].
const GOT_LENGTH: u32 = 100;

/// `#t` as the functions see it that LuaJIT has written in Lua: with 52COMPAT, `__len` counts. Nothing where it has to
/// be called; its result is there at the step [`GOT_LENGTH`], and the caller returns `Flow::Call` with two arguments.
#[inline]
fn length(vm: &mut Vm, t: Gc<Table>) -> Result<Option<i32>, Raised> {
    if vm.compat52 && t.metatable().is_some() {
        if vm.step() == GOT_LENGTH {
            let n = vm.result(0).as_number().unwrap_or(0.0);
            vm.truncate(vm.nargs() - vm.results() as usize);
            return Ok(Some(n as i32));
        }
        let handler = vm.metamethod(t.into(), Event::Len);
        if !handler.is_nil() {
            vm.begin_call(handler, GOT_LENGTH)?;
            vm.push(t.into())?;
            vm.push(t.into())?;
            return Ok(None);
        }
    }
    Ok(Some(t.len() as i32))
}

fn getn(vm: &mut Vm) -> NativeResult {
    if vm.step() != 0 {
        let n = vm.result(0);
        return vm.ret(n);
    }
    let t = check_table(vm, 0)?;
    match length(vm, t)? {
        Some(n) => vm.ret(Value::int(n)),
        None => Ok(Flow::Call { nargs: 2 }),
    }
}

/// Slots of `maxn` between portions: the table, where the traversal is, the greatest key so far.
const MAXN_POSITION: usize = 1;
const MAXN_GREATEST: usize = 2;
/// Entries that are looked at before the state may check limits.
const MAXN_PORTION: u32 = 4096;

/// The greatest positive number among the keys.
fn maxn(vm: &mut Vm) -> NativeResult {
    let t = vm.check_table(0)?;
    let (mut position, mut greatest) = (0, 0.0);
    if vm.step() != 0 {
        position = vm.arg(MAXN_POSITION).as_number().unwrap_or(0.0) as u32;
        greatest = vm.arg(MAXN_GREATEST).as_number().unwrap_or(0.0);
    }
    if greatest_key(t, &mut position, &mut greatest) {
        return vm.ret(Value::number(greatest));
    }
    vm.charge(MAXN_PORTION / 16)?;
    vm.truncate(1);
    vm.push(Value::number(f64::from(position)))?;
    vm.push(Value::number(greatest))?;
    Ok(Flow::Again { step: 1 })
}

/// Looks for keys above the greatest one so far in a portion of the entries; true at the table's end.
pub(crate) fn greatest_key(t: Gc<Table>, position: &mut u32, greatest: &mut f64) -> bool {
    for _ in 0..MAXN_PORTION {
        let Some((at, key, _)) = t.entry_from(*position) else {
            return true;
        };
        if let Some(n) = key.as_number()
            && n > *greatest
        {
            *greatest = n;
        }
        *position = at + 1;
    }
    false
}

/// `pack(...)`
fn pack(vm: &mut Vm) -> NativeResult {
    let n = vm.nargs();
    let narray = if n > 0 { n as u32 + 1 } else { 0 };
    let t = vm.new_table(narray, 1)?;
    for i in 0..n {
        let v = vm.arg(i);
        vm.raw_set_int(t, i as i32 + 1, v)?;
    }
    vm.raw_set_name(t, "n", Value::int(n as i32))?;
    vm.ret(t.into())
}

/// `new(narray, nhash)`
fn new(vm: &mut Vm) -> NativeResult {
    let narray = vm.check_int(0)?;
    let nhash = vm.check_int(1)?;
    let Some((slots, nhash)) = sizes(narray, nhash) else {
        return Err(vm.error_bytes(b"table overflow"));
    };
    let t = vm.new_table(slots, nhash)?;
    vm.ret(t.into())
}

/// The array slots and other keys that `new(narray, nhash)` makes room for, if that many are allowed.
pub(crate) fn sizes(narray: i32, nhash: i32) -> Option<(u32, u32)> {
    if narray >= MAX_ARRAY || !(0..=MAX_HASH).contains(&nhash) {
        return None;
    }
    let slots = if narray > 0 { narray as u32 + 1 } else { 0 };
    Some((slots, nhash as u32))
}

/// `clear(t)`
fn clear(vm: &mut Vm) -> NativeResult {
    let t = vm.check_table(0)?;
    vm.check_writable(t)?;
    vm.charge_for_bytes(t.positions() as usize * size_of::<Value>());
    vm.heap.write(t).clear();
    Ok(Flow::Return(0))
}
