//! Texts that library functions put together, of bytes that need not be UTF-8: error messages and results.

use core::fmt;

use crate::gc::{Heap, OutOfMemory};
use crate::host::HostError;
use crate::number::format;
use crate::value::{Buffer, Gc, Str, Value};
use crate::vm::Vm;
use crate::vm::native::Raised;

/// A text that is under construction in the state's scratch buffer, which nothing else may use meanwhile.
pub(crate) struct Message<'a> {
    vm: &'a mut Vm,
    failed: bool,
}

/// A text under construction, for printers.
pub(crate) struct Sunk<'a> {
    heap: &'a mut Heap,
    buffer: Gc<Buffer>,
}

impl format::Sink for Sunk<'_> {
    type Error = OutOfMemory;
    fn put(&mut self, bytes: &[u8]) -> Result<(), OutOfMemory> {
        self.buffer.push_bytes(self.heap, bytes)
    }
}

impl<'a> Message<'a> {
    /// An empty text.
    pub(crate) fn new(vm: &'a mut Vm) -> Self {
        vm.scratch.clear();
        Message { vm, failed: false }
    }

    /// A text that begins with the position of the function at `level` ("x.lua:3: "), 0 being the running one. Native
    /// functions and levels that don't exist give none.
    pub(crate) fn at_level(vm: &'a mut Vm, level: usize) -> Self {
        match vm.position_prefix(level) {
            Ok(prefix) => Message::new(vm).value(prefix),
            Err(_) => Message { vm, failed: true },
        }
    }

    /// Appends bytes.
    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        let scratch = self.vm.scratch;
        self.failed |= scratch.push_bytes(&mut self.vm.heap, bytes).is_err();
        self
    }

    /// Appends what a printer writes.
    pub(crate) fn written(
        mut self,
        write: impl FnOnce(&mut Sunk<'_>) -> Result<(), OutOfMemory>,
    ) -> Self {
        let buffer = self.vm.scratch;
        let mut sink = Sunk {
            heap: &mut self.vm.heap,
            buffer,
        };
        self.failed |= write(&mut sink).is_err();
        self
    }

    /// Appends text.
    pub(crate) fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    /// Appends a string.
    pub(crate) fn string(self, s: Gc<Str>) -> Self {
        self.bytes(s.as_bytes())
    }

    /// Appends a string or a number; other values are nothing here.
    pub(crate) fn value(self, v: Value) -> Self {
        if let Some(s) = v.as_str() {
            self.string(s)
        } else if let Some(n) = v.as_number() {
            let mut buffer = crate::number::TextBuffer::default();
            self.bytes(crate::number::to_text(n, &mut buffer))
        } else {
            self
        }
    }

    /// Appends the text of a host's error.
    pub(crate) fn host_error(mut self, error: HostError) -> Self {
        let buffer = self.vm.scratch;
        let mut sink = Sink {
            heap: &mut self.vm.heap,
            buffer,
            failed: false,
        };
        self.vm.host.describe(error, &mut sink);
        self.failed |= sink.failed;
        self
    }

    /// The text as a Lua string.
    pub(crate) fn finish_string(self) -> Result<Gc<Str>, Raised> {
        let scratch = self.vm.scratch;
        match self.vm.heap.intern(scratch.as_bytes()) {
            Ok(text) if !self.failed => Ok(text),
            _ => Err(self.vm.memory_error()),
        }
    }

    /// The text as a value.
    pub(crate) fn finish(self) -> Result<Value, Raised> {
        self.finish_string().map(Value::from)
    }

    /// Raises the text as an error.
    #[cold]
    pub(crate) fn raise(self) -> Raised {
        let scratch = self.vm.scratch;
        match self.vm.heap.intern(scratch.as_bytes()) {
            Ok(text) if !self.failed => self.vm.error_with(text.into()),
            _ => self.vm.memory_error(),
        }
    }
}

/// Formatted text into a buffer.
struct Sink<'a> {
    heap: &'a mut Heap,
    buffer: Gc<Buffer>,
    failed: bool,
}

impl fmt::Write for Sink<'_> {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.failed |= self.buffer.push_bytes(self.heap, s.as_bytes()).is_err();
        Ok(())
    }
}

/// A name as the C library sees it: up to the first NUL.
pub(crate) fn c_string(bytes: &[u8]) -> &[u8] {
    match bytes.iter().position(|&b| b == 0) {
        Some(end) => &bytes[..end],
        None => bytes,
    }
}
