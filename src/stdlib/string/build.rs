//! How results are put together.

use crate::gc::{Heap, OutOfMemory};
use crate::number::format::Sink;
use crate::number::{TextBuffer, to_text};
use crate::stdlib::string::pattern::Meter;
use crate::value::{Buffer, Gc, Value};
use crate::vm::Vm;
use crate::vm::native::Raised;

/// Bytes that cost a unit of fuel.
const BYTES_PER_UNIT: usize = 16;
/// A scratch buffer that grew larger than this gives its room back.
const KEPT_ROOM: usize = 1 << 20;

impl Meter for Vm {
    type Stop = Raised;
    fn charge(&mut self, units: u32) -> Result<(), Raised> {
        Vm::charge(self, units)
    }
}

/// Pays for handling that many bytes.
#[inline]
pub(super) fn charge_bytes(vm: &mut Vm, bytes: usize) -> Result<(), Raised> {
    let units = bytes / BYTES_PER_UNIT;
    if units == 0 {
        return Ok(());
    }
    vm.charge(u32::try_from(units).unwrap_or(u32::MAX))
}

/// A text under construction in a buffer.
pub(super) struct Builder<'a> {
    pub(super) vm: &'a mut Vm,
    pub(super) buffer: Gc<Buffer>,
}

impl<'a> Builder<'a> {
    /// An empty text in the scratch buffer, which nothing else may use meanwhile.
    #[inline]
    pub(super) fn scratch(vm: &'a mut Vm) -> Self {
        let buffer = vm.scratch;
        buffer.clear();
        Builder { vm, buffer }
    }

    /// Appends a number as `tostring` shows it.
    pub(super) fn number(&mut self, n: f64) -> Result<(), Raised> {
        self.put(to_text(n, &mut TextBuffer::default()))
    }

    /// The text as a string.
    #[inline]
    pub(super) fn finish(self) -> Result<Value, Raised> {
        let text = self.vm.new_str(self.buffer.as_bytes());
        if self.buffer.len() > KEPT_ROOM {
            self.buffer.release(&mut self.vm.heap);
        }
        text
    }
}

impl Sink for Builder<'_> {
    type Error = Raised;
    #[inline]
    fn put(&mut self, bytes: &[u8]) -> Result<(), Raised> {
        match self.buffer.push_bytes(&mut self.vm.heap, bytes) {
            Ok(()) => Ok(()),
            Err(OutOfMemory) => Err(self.vm.memory_error()),
        }
    }
}

/// The bare buffer, for writers that know nothing of a state.
pub(super) struct BufferSink<'a> {
    pub(super) heap: &'a mut Heap,
    pub(super) buffer: Gc<Buffer>,
}

impl Sink for BufferSink<'_> {
    type Error = OutOfMemory;
    fn put(&mut self, bytes: &[u8]) -> Result<(), OutOfMemory> {
        self.buffer.push_bytes(self.heap, bytes)
    }
}
