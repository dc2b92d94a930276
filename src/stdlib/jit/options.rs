//! `jit.opt.start`: the names and forms of the compiler's options.

use crate::stdlib::message::{Message, c_string};
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult};

/// `start(...)`: checks the options.
pub(super) fn start(vm: &mut Vm) -> NativeResult {
    for i in 0..vm.nargs() {
        let option = vm.check_str(i)?;
        let option = c_string(option.as_bytes());
        if !accept(vm, option) {
            return Err(Message::at_level(vm, 1)
                .text("unknown or malformed optimization flag '")
                .bytes(option)
                .text("'")
                .raise());
        }
    }
    Ok(Flow::Return(0))
}

#[cfg(feature = "jit")]
fn accept(vm: &mut Vm, option: &[u8]) -> bool {
    vm.set_jit_option(option)
}

#[cfg(not(feature = "jit"))]
fn accept(_vm: &mut Vm, option: &[u8]) -> bool {
    forms::is_option(option)
}

/// The forms of options, for builds that don't compile.
#[cfg(not(feature = "jit"))]
mod forms {
    const FLAGS: &[&str] = &[
        "fold", "cse", "dce", "fwd", "dse", "narrow", "loop", "abc", "sink", "fuse", "fma",
        "blind", "mask", "place", "endbr",
    ];

    const PARAMETERS: &[&str] = &[
        "maxtrace",
        "maxrecord",
        "maxirconst",
        "maxside",
        "maxsnap",
        "minstitch",
        "hotloop",
        "hotexit",
        "tryside",
        "instunroll",
        "loopunroll",
        "callunroll",
        "recunroll",
        "sizemcode",
        "maxmcode",
    ];

    /// Is it a level, a flag or a parameter?
    pub(super) fn is_option(option: &[u8]) -> bool {
        is_level(option) || is_flag(option) || is_parameter(option)
    }

    /// "0" to "9"
    fn is_level(option: &[u8]) -> bool {
        matches!(option, [b'0'..=b'9'])
    }

    /// "cse", "+cse", "-cse", "nocse", "no-cse"
    fn is_flag(option: &[u8]) -> bool {
        let name = match option {
            [b'+' | b'-', name @ ..] | [b'n', b'o', b'-', name @ ..] | [b'n', b'o', name @ ..] => {
                name
            }
            name => name,
        };
        FLAGS.iter().any(|flag| flag.as_bytes() == name)
    }

    /// "hotloop=56"
    fn is_parameter(option: &[u8]) -> bool {
        let Some(equals) = option.iter().position(|&c| c == b'=') else {
            return false;
        };
        let (name, digits) = (&option[..equals], &option[equals + 1..]);
        let mut value = 0u32;
        for &c in digits {
            if !c.is_ascii_digit() {
                return false;
            }
            value = value.wrapping_mul(10).wrapping_add(u32::from(c - b'0'));
        }
        value <= i32::MAX as u32 && PARAMETERS.iter().any(|p| p.as_bytes() == name)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn forms() {
            for good in ["cse", "+cse", "-loop", "nofold", "no-fma", "narrow"] {
                assert!(is_flag(good.as_bytes()), "{good}");
            }
            for bad in ["", "+", "no", "foo", "+nocse"] {
                assert!(!is_flag(bad.as_bytes()), "{bad}");
            }
            assert!(is_parameter(b"hotloop=") && is_parameter(b"maxmcode=99999999999"));
            assert!(!is_parameter(b"hotloop=x") && !is_parameter(b"hotloop=2147483648"));
            assert!(is_level(b"9") && !is_level(b"10"));
        }
    }
}
