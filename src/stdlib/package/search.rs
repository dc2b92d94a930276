//! The search for a file along a path of templates.

extern crate alloc;
use alloc::vec::Vec;

use crate::stdlib::message::c_string;
use crate::value::Value;
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult, Raised};

/// Bytes that are put together; appending says whether there was memory.
#[derive(Default)]
pub(super) struct Text(Vec<u8>);

impl Text {
    /// Appends bytes.
    #[must_use]
    pub(super) fn push(&mut self, bytes: &[u8]) -> bool {
        let room = self.0.try_reserve(bytes.len()).is_ok();
        if room {
            self.0.extend_from_slice(bytes);
        }
        room
    }
    /// Appends `bytes` with every `from` replaced.
    #[must_use]
    fn push_replaced(&mut self, bytes: &[u8], from: &[u8], to: &[u8]) -> bool {
        let mut rest = bytes;
        let mut complete = true;
        while !rest.is_empty() {
            if !from.is_empty() && rest.starts_with(from) {
                complete &= self.push(to);
                rest = &rest[from.len()..];
            } else {
                complete &= self.push(&rest[..1]);
                rest = &rest[1..];
            }
        }
        complete
    }
    /// The bytes.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// How a search ended.
pub(super) enum Search {
    /// This file can be read.
    Found(Text),
    /// None of these can: "\n\tno file 'x'", one after the other.
    Missing(Text),
}

/// Searches for the file of `name`, in which `separator` is replaced first: the first template of `path` whose `?`s,
/// replaced by the name, give a readable file.
pub(super) fn search(
    vm: &mut Vm,
    name: &[u8],
    path: &[u8],
    separator: &[u8],
    replacement: &[u8],
) -> Result<Search, Raised> {
    let mut wanted = Text::default();
    let mut missing = Text::default();
    let mut complete =
        wanted.push_replaced(c_string(name), c_string(separator), c_string(replacement));
    for template in c_string(path).split(|&c| c == b';') {
        if template.is_empty() {
            continue;
        }
        let mut file = Text::default();
        complete &= file.push_replaced(template, b"?", wanted.as_bytes());
        if complete && vm.host.is_readable(file.as_bytes()) {
            return Ok(Search::Found(file));
        }
        complete &=
            missing.push(b"\n\tno file '") && missing.push(file.as_bytes()) && missing.push(b"'");
    }
    if complete {
        Ok(Search::Missing(missing))
    } else {
        Err(vm.memory_error())
    }
}

/// `searchpath(name, path [, separator [, replacement]])`
pub(super) fn searchpath(vm: &mut Vm) -> NativeResult {
    // From the last to the first, as LuaJIT happens to check them.
    let replacement = vm.opt_str(3)?;
    let separator = vm.opt_str(2)?;
    let path = vm.check_str(1)?;
    let name = vm.check_str(0)?;
    let separator = separator.as_ref().map_or(&b"."[..], |s| s.as_bytes());
    let replacement = replacement.as_ref().map_or(&b"/"[..], |s| s.as_bytes());
    match search(vm, name.as_bytes(), path.as_bytes(), separator, replacement)? {
        Search::Found(file) => {
            let file = vm.new_str(file.as_bytes())?;
            vm.ret(file)
        }
        Search::Missing(message) => {
            let message = vm.new_str(message.as_bytes())?;
            vm.push(Value::NIL)?;
            vm.push(message)?;
            Ok(Flow::Return(2))
        }
    }
}
