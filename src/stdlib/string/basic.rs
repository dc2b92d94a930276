//! `byte char dump len lower rep reverse sub upper`

use super::build::{BufferSink, Builder, charge_bytes, units_for_bytes};
use crate::bytecode::dump;
use crate::number::format::Sink;
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult, Raised};

/// Most characters that `byte` returns; the slots of a C function in LuaJIT.
const MAX_BYTES: usize = 8000;
/// The greatest length of a string.
const MAX_LENGTH: u64 = 0x7fff_ff00;
/// Strings up to this length are put together on the host's stack.
const SMALL: usize = 128;

/// `string.len(s)`
pub(super) fn len(vm: &mut Vm) -> NativeResult {
    // In LuaJIT it is a Lua function, to which an absent argument is nil.
    vm.set_nargs(1)?;
    let s = vm.check_str(0)?;
    vm.ret(Value::number(s.len() as f64))
}

/// The part of a string of `len` bytes that `i` and `j` name, as a range of offsets. Negative ones count from the end.
#[inline]
fn range(len: usize, i: i32, j: i32) -> core::ops::Range<usize> {
    let len = len as i64;
    let from_end = |i: i32| {
        let i = i64::from(i);
        if i < 0 { i + len + 1 } else { i }
    };
    let start = from_end(i).max(1);
    let end = from_end(j).min(len);
    if start > end {
        return 0..0;
    }
    (start - 1) as usize..end as usize
}

/// `string.sub(s, i [, j])`
pub(super) fn sub(vm: &mut Vm) -> NativeResult {
    let s = vm.check_str(0)?;
    let i = vm.check_int(1)?;
    let j = vm.opt_int(2, -1)?;
    let part = &s.as_bytes()[range(s.len(), i, j)];
    if part.len() == s.len() {
        return vm.ret(s.into());
    }
    let part = vm.new_str(part)?;
    vm.ret(part)
}

/// `string.byte(s [, i [, j]])`
pub(super) fn byte(vm: &mut Vm) -> NativeResult {
    let s = vm.check_str(0)?;
    let i = vm.opt_int(1, 1)?;
    let j = vm.opt_int(2, i)?;
    let part = &s.as_bytes()[range(s.len(), i, j)];
    if let [c] = part {
        return vm.ret(Value::int((*c).into()));
    }
    if part.len() > MAX_BYTES {
        return Err(vm.error(format_args!("string slice too long")));
    }
    vm.charge_for_bytes(part.len() * size_of::<Value>());
    vm.reserve_stack(part.len())?;
    for &c in part {
        vm.push(Value::int(c.into()))?;
    }
    Ok(Flow::Return(part.len() as u32))
}

/// `string.char(…)`
pub(super) fn char(vm: &mut Vm) -> NativeResult {
    const FEW: usize = 16;
    let nargs = vm.nargs();
    if nargs <= FEW {
        let mut few = [0; FEW];
        for (i, c) in few[..nargs].iter_mut().enumerate() {
            *c = char_arg(vm, i)?;
        }
        let text = vm.new_str(&few[..nargs])?;
        return vm.ret(text);
    }
    let mut text = Builder::scratch(vm);
    for i in 0..nargs {
        let c = char_arg(text.vm, i)?;
        text.put(&[c])?;
    }
    let text = text.finish()?;
    vm.ret(text)
}

#[inline]
fn char_arg(vm: &mut Vm, i: usize) -> Result<u8, Raised> {
    let code = vm.check_int(i)?;
    match u8::try_from(code) {
        Ok(c) => Ok(c),
        Err(_) => Err(vm.arg_error(i, format_args!("invalid value"))),
    }
}

/// `string.dump(f [, mode])`; `true` and a mode with an `s` strip debug information.
pub(super) fn dump(vm: &mut Vm) -> NativeResult {
    let f = vm.check_function(0)?;
    let Some(proto) = f.proto() else {
        return Err(vm.error(format_args!("unable to dump given function")));
    };
    let mode = vm.arg(1);
    let strip = match mode.as_str() {
        Some(letters) => letters.as_bytes().contains(&b's'),
        None => !mode.is_falsy(),
    };
    let out = Builder::scratch(vm);
    let mut sink = BufferSink {
        heap: &mut out.vm.heap,
        buffer: out.buffer,
    };
    if dump::dump(proto, strip, &mut sink).is_err() {
        return Err(out.vm.memory_error());
    }
    let text = out.finish()?;
    vm.ret(text)
}

/// `string.rep(s, n [, sep])`
pub(super) fn rep(vm: &mut Vm) -> NativeResult {
    let s = vm.check_str(0)?;
    let n = vm.check_number(1)?;
    let separator = vm.opt_str(2)?;
    // LuaJIT's counts have 32 bits, so that 2^31 is none at all there. Here it is too many.
    let count = n as i64;
    if count == 1 {
        return vm.ret(s.into());
    }
    let count = u64::try_from(count).unwrap_or(0);
    let (text, separator) = (
        s.as_bytes(),
        separator.as_ref().map_or(&b""[..], |s| s.as_bytes()),
    );
    let Some(length) = repeated_length(text.len(), separator.len(), count) else {
        return Err(vm.memory_error());
    };
    if length <= SMALL {
        let mut small = [0; SMALL];
        fill_periodically(&mut small[..length], text, separator);
        let text = vm.new_str(&small[..length])?;
        return vm.ret(text);
    }
    // Pays as it goes, so that an interrupt needn't wait for the last gigabyte.
    let mut units = units_for_bytes(length);
    let period = text.len() + separator.len();
    let stretch = (PAID_AT_ONCE / period).max(1) * period;
    let mut out = Builder::scratch(vm);
    let mut left = length;
    while left > 0 {
        let n = left.min(stretch);
        let due = if n == left {
            units
        } else {
            units.min(units_for_bytes(n))
        };
        units -= due;
        if let Err(stop) = out.vm.charge(due) {
            out.buffer.release(&mut out.vm.heap);
            return Err(stop);
        }
        put_periodically(&mut out, text, separator, n)?;
        left -= n;
    }
    let text = out.finish()?;
    vm.ret(text)
}

/// How many bytes of a long text `string.rep` makes before it pays for more.
const PAID_AT_ONCE: usize = 1 << 22;

/// The length of `count` times the text with the separator between, unless it is too long for a string.
pub(crate) fn repeated_length(text: usize, separator: usize, count: u64) -> Option<usize> {
    let separators = separator as u64 * u64::from(count > 0);
    // Lengths are below 2^31, and more repetitions than that are too many for any text but the empty one.
    let period = (text + separator) as u64;
    let length = period.saturating_mul(count).saturating_sub(separators);
    (length <= MAX_LENGTH).then_some(length as usize)
}

/// Appends `length` bytes of text and separator in turn.
pub(crate) fn put_periodically<S: Sink>(
    out: &mut S,
    text: &[u8],
    separator: &[u8],
    length: usize,
) -> Result<(), S::Error> {
    let period = text.len() + separator.len();
    let mut left = length;
    if period <= BLOCK / 2 {
        // Many periods at once.
        let mut block = [0; BLOCK];
        let block = &mut block[..(BLOCK / period.max(1) * period).min(length)];
        fill_periodically(block, text, separator);
        while left > 0 {
            let n = left.min(block.len());
            out.put(&block[..n])?;
            left -= n;
        }
        return Ok(());
    }
    for piece in [text, separator].into_iter().cycle() {
        if left == 0 {
            break;
        }
        let n = left.min(piece.len());
        out.put(&piece[..n])?;
        left -= n;
    }
    Ok(())
}

const BLOCK: usize = 512;

/// Fills with text and separator in turn.
fn fill_periodically(out: &mut [u8], text: &[u8], separator: &[u8]) {
    if let ([c], []) = (text, separator) {
        return out.fill(*c);
    }
    // One period, and then twice as much each time.
    let mut filled = 0;
    for piece in [text, separator] {
        let n = piece.len().min(out.len() - filled);
        out[filled..filled + n].copy_from_slice(&piece[..n]);
        filled += n;
    }
    while filled > 0 && filled < out.len() {
        let n = filled.min(out.len() - filled);
        out.copy_within(..n, filled);
        filled += n;
    }
}

/// The bytes of `part` mapped, in `room`.
#[inline(always)]
fn map_part<'a>(
    part: &[u8],
    room: &'a mut [u8; SMALL],
    reversed: bool,
    map: impl Fn(u8) -> u8,
) -> &'a [u8] {
    let out = &mut room[..part.len()];
    if reversed {
        for (to, from) in out.iter_mut().zip(part.iter().rev()) {
            *to = map(*from);
        }
    } else {
        for (to, from) in out.iter_mut().zip(part) {
            *to = map(*from);
        }
    }
    out
}

/// The string with its bytes mapped, and backwards if wanted.
#[inline(always)]
fn mapped(vm: &mut Vm, reversed: bool, map: impl Fn(u8) -> u8 + Copy) -> NativeResult {
    let s = vm.check_str(0)?;
    let bytes = s.as_bytes();
    let mut room = [0; SMALL];
    if bytes.len() <= SMALL {
        let text = vm.new_str(map_part(bytes, &mut room, reversed, map))?;
        return vm.ret(text);
    }
    charge_bytes(vm, bytes.len())?;
    let mut out = Builder::scratch(vm);
    put_mapped(&mut out, bytes, reversed, map)?;
    let text = out.finish()?;
    vm.ret(text)
}

/// Appends the bytes mapped, and backwards if wanted.
#[inline(always)]
pub(crate) fn put_mapped<S: Sink>(
    out: &mut S,
    bytes: &[u8],
    reversed: bool,
    map: impl Fn(u8) -> u8 + Copy,
) -> Result<(), S::Error> {
    let mut room = [0; SMALL];
    if reversed {
        for part in bytes.rchunks(SMALL) {
            out.put(map_part(part, &mut room, reversed, map))?;
        }
    } else {
        for part in bytes.chunks(SMALL) {
            out.put(map_part(part, &mut room, reversed, map))?;
        }
    }
    Ok(())
}

/// `string.reverse(s)`
pub(super) fn reverse(vm: &mut Vm) -> NativeResult {
    mapped(vm, true, |c| c)
}

/// `string.lower(s)`
pub(super) fn lower(vm: &mut Vm) -> NativeResult {
    mapped(vm, false, |c| c.to_ascii_lowercase())
}

/// `string.upper(s)`
pub(super) fn upper(vm: &mut Vm) -> NativeResult {
    mapped(vm, false, |c| c.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn ranges_are_luas() {
        assert_eq!(range(3, 1, -1), 0..3);
        assert_eq!(range(3, 0, 2), 0..2);
        assert_eq!(range(3, -100, 100), 0..3);
        assert_eq!(range(3, i32::MIN, i32::MAX), 0..3);
        assert_eq!(range(3, -1, -1), 2..3);
        assert_eq!(range(3, 2, 1), 0..0);
        assert_eq!(range(3, 4, 9), 0..0);
        assert_eq!(range(0, 1, -1), 0..0);
    }
}
