//! Socket addresses: `address` makes them, `addressparts` takes them apart. Calls hand them over as they are.

use core::fmt::Write;
use core::net::{Ipv4Addr, Ipv6Addr};

use perilune::value::Value;
use perilune::vm::Vm;
use perilune::vm::native::{Flow, NativeResult};

use super::Functions;
use super::argument::integer;
use crate::host::with_host;
use crate::script::Message;

pub(super) const FUNCTIONS: Functions = &[("address", address), ("addressparts", parts)];

const V4: usize = 16;
const V6: usize = 28;

/// `address(ip, port)`: the address as calls take it.
fn address(vm: &mut Vm) -> NativeResult {
    let text = vm.check_str(0)?;
    let port = integer(vm, 1)?;
    let Ok(port) = u16::try_from(port) else {
        return Err(vm.arg_error(1, format_args!("no port")));
    };
    let layout = with_host(vm, |host| host.kernel.address_layout())?;
    let text = core::str::from_utf8(text.as_bytes()).unwrap_or_default();
    let mut bytes = [0; V6];
    let (len, family) = if let Ok(ip) = text.parse::<Ipv4Addr>() {
        bytes[4..8].copy_from_slice(&ip.octets());
        (V4, layout.inet)
    } else if let Ok(ip) = text.parse::<Ipv6Addr>() {
        bytes[8..24].copy_from_slice(&ip.octets());
        (V6, layout.inet6)
    } else {
        return Err(vm.arg_error(0, format_args!("no IP address")));
    };
    let head = if layout.has_length {
        [len as u8, family]
    } else {
        u16::from(family).to_ne_bytes()
    };
    bytes[..2].copy_from_slice(&head);
    bytes[2..4].copy_from_slice(&port.to_be_bytes());
    let string = vm.new_str(&bytes[..len])?;
    vm.ret(string)
}

/// `addressparts(address)`: the IP address as text and the port; nothing for addresses of other kinds.
fn parts(vm: &mut Vm) -> NativeResult {
    let address = vm.check_str(0)?;
    let layout = with_host(vm, |host| host.kernel.address_layout())?;
    let bytes = address.as_bytes();
    let [first, second, p0, p1, rest @ ..] = bytes else {
        return Ok(Flow::Return(0));
    };
    let family = if layout.has_length {
        u16::from(*second)
    } else {
        u16::from_ne_bytes([*first, *second])
    };
    let mut text = Message::new(b"");
    let written = if family == u16::from(layout.inet) {
        rest.first_chunk::<4>()
            .map(|ip| write!(text, "{}", Ipv4Addr::from(*ip)))
    } else if family == u16::from(layout.inet6) {
        rest.get(4..)
            .and_then(|rest| rest.first_chunk::<16>())
            .map(|ip| write!(text, "{}", Ipv6Addr::from(*ip)))
    } else {
        None
    };
    if written.is_none() {
        return Ok(Flow::Return(0));
    }
    let ip = vm.new_str(text.as_bytes())?;
    vm.push(ip)?;
    vm.push(Value::int(i32::from(u16::from_be_bytes([*p0, *p1]))))?;
    Ok(Flow::Return(2))
}
