//! `format`
//!
//! Where an argument of `%s` has a `__tostring`, it is called, the result takes the argument's place, and formatting
//! begins anew. The step tells how many arguments are beyond that.

use super::build::{Builder, charge_bytes};
use crate::number::format::{self as conversion, FloatStyle, IntegerStyle, Sink, Spec};
use crate::number::{TextBuffer, int_to_text, to_text};
use crate::stdlib::base::{address, object_text};
use crate::stdlib::message::Message;
use crate::value::Value;
use crate::value::cdata::CType;
use crate::vm::Vm;
use crate::vm::convert::truncate_i32;
use crate::vm::meta::Event;
use crate::vm::native::{Flow, NativeResult, Raised};

/// What a conversion's letter means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Conversion {
    Integer(IntegerStyle),
    Float(FloatStyle),
    Text,
    Quoted,
    Char,
    Pointer,
}

impl Conversion {
    #[inline]
    pub(crate) fn of_letter(letter: u8) -> Option<Conversion> {
        Some(match letter {
            b'd' | b'i' => Conversion::Integer(IntegerStyle::Signed),
            b'u' => Conversion::Integer(IntegerStyle::Unsigned),
            b'o' => Conversion::Integer(IntegerStyle::Octal),
            b'x' | b'X' => Conversion::Integer(IntegerStyle::Hexadecimal),
            b'e' | b'E' => Conversion::Float(FloatStyle::Exponent),
            b'f' | b'F' => Conversion::Float(FloatStyle::Fixed),
            b'g' | b'G' => Conversion::Float(FloatStyle::General),
            b'a' | b'A' => Conversion::Float(FloatStyle::Hexadecimal),
            b's' => Conversion::Text,
            b'q' => Conversion::Quoted,
            b'c' => Conversion::Char,
            b'p' => Conversion::Pointer,
            _ => return None,
        })
    }
}

/// Flags, width and precision at the start of what follows `%`, and how many bytes they are.
#[inline]
pub(crate) fn parse_spec(text: &[u8]) -> (Spec, usize) {
    let mut spec = Spec::default();
    let mut at = 0;
    loop {
        match text.get(at) {
            Some(b'-') => spec.left = true,
            Some(b'+') => spec.plus = true,
            Some(b'0') => spec.zero = true,
            Some(b' ') => spec.space = true,
            Some(b'#') => spec.alternate = true,
            _ => break,
        }
        at += 1;
    }
    // At most two digits; a third one is no conversion.
    let number = |at: &mut usize| {
        let mut n = 0;
        for _ in 0..2 {
            match text.get(*at) {
                Some(c @ b'0'..=b'9') => n = n * 10 + (c & 15),
                _ => break,
            }
            *at += 1;
        }
        n
    };
    spec.width = number(&mut at);
    if text.get(at) == Some(&b'.') {
        at += 1;
        spec.precision = Some(number(&mut at));
    }
    if let Some(letter) = text.get(at) {
        spec.upper = letter.is_ascii_uppercase();
    }
    (spec, at)
}

/// `string.format(format, …)`
pub(super) fn format(vm: &mut Vm) -> NativeResult {
    // Arguments below this one have had their `__tostring` called.
    let shown = vm.step() as usize;
    let mut nargs = vm.nargs();
    if shown > 0 {
        let text = vm.result(0);
        vm.set_arg(shown - 1, text);
        // The results stay where they are until the next call, for this step may be interrupted and begin anew.
        nargs -= vm.results() as usize;
    }
    let template = vm.check_str(0)?;
    let mut rest = template.as_bytes();
    let mut arg = 0;
    let mut out = Builder::scratch(vm);
    while let Some(at) = memchr::memchr(b'%', rest) {
        out.put(&rest[..at])?;
        rest = &rest[at + 1..];
        if let [b'%', tail @ ..] = rest {
            out.put(b"%")?;
            rest = tail;
            continue;
        }
        let (spec, len) = match rest {
            // Without flags and numbers, as most are.
            [b'a'..=b'z', ..] => (Spec::default(), 0),
            _ => parse_spec(rest),
        };
        let letter = rest.get(len).copied().unwrap_or(0);
        let Some(conversion) = Conversion::of_letter(letter) else {
            return Err(bad_conversion(out.vm, rest, len));
        };
        rest = &rest[len + 1..];
        arg += 1;
        if arg >= nargs {
            return Err(out.vm.arg_error(arg, format_args!("value expected")));
        }
        match conversion {
            Conversion::Integer(style) => put_integer(&mut out, style, &spec, arg)?,
            Conversion::Float(_) | Conversion::Char => {
                let n = out.vm.check_number(arg)?;
                put_number(&mut out, conversion, &spec, n)?;
            }
            Conversion::Text | Conversion::Quoted => {
                let value = out.vm.arg(arg);
                if !value.is_str() && arg >= shown {
                    let handler = out.vm.metamethod(value, Event::ToString);
                    if !handler.is_nil() {
                        vm.truncate(nargs);
                        vm.begin_call(handler, arg as u32 + 1)?;
                        vm.push(value)?;
                        return Ok(Flow::Call { nargs: 1 });
                    }
                }
                let quoted = matches!(conversion, Conversion::Quoted);
                put_text(&mut out, quoted, &spec, value)?;
            }
            Conversion::Pointer => {
                let address = address(out.vm, out.vm.arg(arg));
                put_pointer(&mut out, address)?;
            }
        }
    }
    out.put(rest)?;
    let text = out.finish()?;
    vm.ret(text)
}

/// Formats strings and numbers, if each is of a type that its conversion takes as it is: what compiled code needs. False where something
/// else is the matter, with part of the text written.
#[cfg(feature = "jit")]
pub(crate) fn put_plainly<S: Sink>(
    out: &mut S,
    template: &[u8],
    args: &[Value],
) -> Result<bool, S::Error> {
    let mut rest = template;
    let mut args = args.iter();
    while let Some(at) = memchr::memchr(b'%', rest) {
        out.put(&rest[..at])?;
        rest = &rest[at + 1..];
        if let [b'%', tail @ ..] = rest {
            out.put(b"%")?;
            rest = tail;
            continue;
        }
        let (spec, len) = parse_spec(rest);
        let letter = rest.get(len).copied().unwrap_or(0);
        let (Some(conversion), Some(&arg)) = (Conversion::of_letter(letter), args.next()) else {
            return Ok(false);
        };
        rest = &rest[len + 1..];
        match (conversion, arg.as_str(), arg.as_number()) {
            (Conversion::Pointer, ..) => return Ok(false),
            (Conversion::Text, Some(s), _) => conversion::string(out, &spec, s.as_bytes())?,
            (Conversion::Text, _, Some(n)) => {
                conversion::string(out, &spec, to_text(n, &mut TextBuffer::default()))?;
            }
            (Conversion::Quoted, Some(s), _) => put_quoted(out, s.as_bytes())?,
            (Conversion::Quoted, _, Some(n)) => {
                put_quoted(out, to_text(n, &mut TextBuffer::default()))?;
            }
            (_, _, Some(n)) => put_number(out, conversion, &spec, n)?,
            _ => return Ok(false),
        }
    }
    out.put(rest)?;
    Ok(true)
}

/// "invalid option '%y' to 'format'"
#[cold]
fn bad_conversion(vm: &mut Vm, rest: &[u8], len: usize) -> Raised {
    let len = match rest.get(len) {
        Some(c) if *c >= b' ' => len + 1,
        _ => len,
    };
    Message::at_level(vm, 1)
        .text("invalid option '%")
        .bytes(&rest[..len])
        .text("' to 'format'")
        .raise()
}

#[inline]
fn put_integer(
    out: &mut Builder<'_>,
    style: IntegerStyle,
    spec: &Spec,
    arg: usize,
) -> Result<(), Raised> {
    let value = out.vm.arg(arg);
    if style == IntegerStyle::Signed
        && *spec == Spec::default()
        && let Some(i) = value.as_int()
    {
        return out.put(int_to_text(i, &mut TextBuffer::default()));
    }
    let bits = match value.as_cdata() {
        Some(c) if c.ctype != CType::Complex => c.bits,
        _ => {
            let n = out.vm.check_number(arg)?;
            return put_number(out, Conversion::Integer(style), spec, n);
        }
    };
    conversion::integer(out, style, spec, bits)
}

/// Appends a number as one of the conversions that take numbers; nothing for the others.
pub(crate) fn put_number<S: Sink>(
    out: &mut S,
    how: Conversion,
    spec: &Spec,
    n: f64,
) -> Result<(), S::Error> {
    match how {
        Conversion::Integer(style) => {
            let bits = match style {
                IntegerStyle::Signed => conversion::to_i64(n) as u64,
                _ => conversion::to_u64(n),
            };
            conversion::integer(out, style, spec, bits)
        }
        Conversion::Float(style) => conversion::float(out, style, spec, n),
        Conversion::Char => {
            let spec = Spec {
                precision: None,
                ..*spec
            };
            conversion::string(out, &spec, &[truncate_i32(n) as u8])
        }
        Conversion::Text | Conversion::Quoted | Conversion::Pointer => Ok(()),
    }
}

#[inline]
fn put_text(out: &mut Builder<'_>, quoted: bool, spec: &Spec, value: Value) -> Result<(), Raised> {
    let put = |out: &mut Builder<'_>, text: &[u8]| {
        charge_bytes(out.vm, text.len())?;
        if quoted {
            return put_quoted(out, text);
        }
        conversion::string(out, spec, text)
    };
    if let Some(s) = value.as_str() {
        put(out, s.as_bytes())
    } else if let Some(n) = value.as_number() {
        put(out, to_text(n, &mut TextBuffer::default()))
    } else {
        let text = object_text(out.vm, value);
        put(out, text.as_bytes())
    }
}

/// `%q`: a literal that reads back as the same string.
pub(crate) fn put_quoted<S: Sink>(out: &mut S, text: &[u8]) -> Result<(), S::Error> {
    out.put(b"\"")?;
    let mut rest = text;
    while let Some(at) = rest
        .iter()
        .position(|c| c.is_ascii_control() || matches!(c, b'"' | b'\\'))
    {
        out.put(&rest[..at])?;
        let c = rest[at];
        rest = &rest[at + 1..];
        match c {
            b'"' | b'\\' | b'\n' => out.put(&[b'\\', c])?,
            _ => {
                let digits = [b'0' + c / 100, b'0' + c / 10 % 10, b'0' + c % 10];
                // A digit that follows would be read as part of the escape.
                let full = rest.first().is_some_and(u8::is_ascii_digit);
                let skipped = match c {
                    _ if full => 0,
                    0..=9 => 2,
                    10..=99 => 1,
                    _ => 0,
                };
                out.put(b"\\")?;
                out.put(&digits[skipped..])?;
            }
        }
    }
    out.put(rest)?;
    out.put(b"\"")
}

/// `%p`
fn put_pointer(out: &mut Builder<'_>, address: usize) -> Result<(), Raised> {
    if address == 0 {
        return out.put(b"NULL");
    }
    // Whole bytes, at least four.
    let digits = (usize::BITS - address.leading_zeros()).div_ceil(8).max(4) as u8 * 2;
    let spec = Spec {
        precision: Some(digits),
        alternate: true,
        ..Spec::default()
    };
    conversion::integer(out, IntegerStyle::Hexadecimal, &spec, address as u64)
}
