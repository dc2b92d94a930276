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
/// So few bytes cost nothing: the call has paid for them.
pub(crate) const FREE_BYTES: usize = 1024;
/// A scratch buffer that grew larger than this gives its room back.
const KEPT_ROOM: usize = 1 << 20;

impl Meter for Vm {
    type Stop = Raised;
    fn charge(&mut self, units: u32) -> Result<(), Raised> {
        Vm::charge(self, units)
    }
}

/// What handling that many bytes costs.
#[inline]
pub(crate) fn units_for_bytes(bytes: usize) -> u32 {
    if bytes <= FREE_BYTES {
        return 0;
    }
    u32::try_from(bytes / BYTES_PER_UNIT).unwrap_or(u32::MAX)
}

/// Pays for handling that many bytes.
#[inline]
pub(super) fn charge_bytes(vm: &mut Vm, bytes: usize) -> Result<(), Raised> {
    match units_for_bytes(bytes) {
        0 => Ok(()),
        units => vm.charge(units),
    }
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
        let text = self.vm.new_str_from(self.buffer);
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
pub(crate) struct BufferSink<'a> {
    pub(crate) heap: &'a mut Heap,
    pub(crate) buffer: Gc<Buffer>,
}

impl Sink for BufferSink<'_> {
    type Error = OutOfMemory;
    fn put(&mut self, bytes: &[u8]) -> Result<(), OutOfMemory> {
        self.buffer.push_bytes(self.heap, bytes)
    }
}
