//! `tonumber` and `tostring`.

use core::fmt::Write;

use crate::number::{self, TextBuffer, to_text};
use crate::stdlib::message::c_string;
use crate::value::cdata::CType;
use crate::value::{Cdata, Gc, Value};
use crate::vm::Vm;
use crate::vm::meta::Event;
use crate::vm::native::{Flow, NativeResult, Raised};

/// `tonumber(v [, base])`
pub(super) fn tonumber(vm: &mut Vm) -> NativeResult {
    if vm.nargs() == 1 && vm.arg(0).is_number() {
        return Ok(Flow::Return(1));
    }
    let base = vm.opt_int(1, 10)?;
    let result = if base == 10 {
        let v = vm.check_any(0)?;
        match v.as_cdata() {
            Some(c) => Some(cdata_number(c)),
            None => Vm::to_number(v),
        }
    } else {
        let text = vm.check_str(0)?;
        if !(2..=36).contains(&base) {
            return Err(vm.arg_error(1, format_args!("base out of range")));
        }
        number::parse_base(c_string(text.as_bytes()), base as u32)
    };
    vm.ret(result.map_or(Value::NIL, Value::number))
}

/// A boxed number as double; a complex one loses its imaginary part.
fn cdata_number(c: Gc<Cdata>) -> f64 {
    match c.ctype {
        CType::Int64 => c.bits as i64 as f64,
        CType::Uint64 => c.bits as f64,
        CType::Complex => f64::from_bits(c.bits),
    }
}

/// `tostring(v)`
pub(super) fn tostring(vm: &mut Vm) -> NativeResult {
    let v = vm.check_any(0)?;
    if v.is_str() {
        // A `__tostring` in the metatable of strings is not looked at.
        return vm.ret(v);
    }
    let handler = vm.metamethod(v, Event::ToString);
    if handler.is_nil() {
        let text = plain_text(vm, v)?;
        return vm.ret(text);
    }
    vm.begin_call(handler, 0)?;
    vm.push(v)?;
    Ok(Flow::TailCall { nargs: 1 })
}

/// The text of a value without `__tostring`, as a string.
pub(super) fn plain_text(vm: &mut Vm, v: Value) -> Result<Value, Raised> {
    if v.is_str() {
        return Ok(v);
    }
    if let Some(n) = v.as_number() {
        let mut buffer = TextBuffer::default();
        return vm.new_str(to_text(n, &mut buffer));
    }
    let text = object_text(vm, v);
    vm.new_str(text.as_bytes())
}

/// The text of a value that is neither string nor number.
pub(crate) struct ObjectText {
    bytes: [u8; 72],
    len: usize,
}

impl ObjectText {
    /// The text.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
    fn push(&mut self, bytes: &[u8]) {
        let n = bytes.len().min(self.bytes.len() - self.len);
        self.bytes[self.len..self.len + n].copy_from_slice(&bytes[..n]);
        self.len += n;
    }
}

impl Write for ObjectText {
    fn write_str(&mut self, s: &str) -> core::fmt::Result {
        self.push(s.as_bytes());
        Ok(())
    }
}

/// "nil", "true", "table: 0x7f2313da2fa8", "function: builtin#29", "12LL" and so on.
pub(crate) fn object_text(vm: &Vm, v: Value) -> ObjectText {
    let mut text = ObjectText {
        bytes: [0; 72],
        len: 0,
    };
    match v.as_bool() {
        Some(true) => text.push(b"true"),
        Some(false) => text.push(b"false"),
        None if v.is_nil() => text.push(b"nil"),
        None => match v.as_cdata() {
            Some(c) => cdata_text(&mut text, c),
            None => address_text(vm, &mut text, v),
        },
    }
    text
}

fn address_text(vm: &Vm, text: &mut ObjectText, v: Value) {
    text.push(v.type_of().name().as_bytes());
    text.push(b": ");
    let builtin = v.as_function().map_or(0, |f| f.builtin());
    // The text buffer is large enough, so that writing doesn't fail.
    let _ = if builtin != 0 {
        write!(text, "builtin#{builtin}")
    } else {
        match address(vm, v) {
            0 => text.write_str("NULL"),
            address => {
                // Whole bytes, at least four.
                let digits = (address.ilog2() as usize / 8 * 2 + 2).max(8);
                write!(text, "0x{address:0digits$x}")
            }
        }
    };
}

/// Where an object lies, as the host has it told, or what a light userdata is.
pub(crate) fn address(vm: &Vm, v: Value) -> usize {
    match v.as_object() {
        Some(object) => vm.host.told_address(object.as_ptr() as usize) as usize,
        None => vm.light_userdata_bits(v).unwrap_or(0) as usize,
    }
}

fn cdata_text(text: &mut ObjectText, c: Gc<Cdata>) {
    let _ = match c.ctype {
        CType::Int64 => write!(text, "{}LL", c.bits as i64),
        CType::Uint64 => write!(text, "{}ULL", c.bits),
        CType::Complex => {
            complex_text(text, f64::from_bits(c.bits), f64::from_bits(c.imaginary));
            Ok(())
        }
    };
}

/// "1+2i"; behind `inf` and `nan` the unit is written `I`.
fn complex_text(text: &mut ObjectText, real: f64, imaginary: f64) {
    let mut buffer = TextBuffer::default();
    text.push(to_text(real, &mut buffer));
    if !imaginary.is_sign_negative() || imaginary.is_nan() {
        text.push(b"+");
    }
    text.push(to_text(imaginary, &mut buffer));
    text.push(if imaginary.is_finite() { b"i" } else { b"I" });
}
