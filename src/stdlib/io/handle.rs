//! File values: userdata whose payload names an open stream, and the errors that go with them.

extern crate alloc;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::any::Any;
use core::cell::Cell;
use core::fmt;

use super::StreamId;
use super::stream::{Kind, Stream};
use crate::gc::OutOfMemory;
use crate::host::{HostError, StandardStream};
use crate::value::{Gc, Table, Userdata, Value};
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeResult, Raised};

/// The payload of a file value.
pub(super) struct FileHandle {
    /// The stream; nothing once it is closed.
    pub stream: Cell<Option<StreamId>>,
    /// Close it when a `lines` iterator reaches its end.
    pub close_at_end: bool,
}

/// What a stored payload really is: an array of one, since a vector's allocation is the one that may fail and becomes
/// a boxed array for free.
type Payload = [FileHandle; 1];

fn boxed(handle: FileHandle) -> Result<Box<dyn Any>, OutOfMemory> {
    let mut one = Vec::new();
    one.try_reserve_exact(1).map_err(|_| OutOfMemory)?;
    one.push(handle);
    let array: Box<Payload> = one.into_boxed_slice().try_into().map_err(|_| OutOfMemory)?;
    Ok(array)
}

/// Applies `f` to the handle in a value, if it is a file.
pub(super) fn with_handle<R>(value: Value, f: impl FnOnce(&FileHandle) -> R) -> Option<R> {
    let userdata = value.as_userdata()?;
    let payload = userdata.payload.try_borrow().ok()?;
    let handle = payload.as_ref()?.downcast_ref::<Payload>()?;
    handle.first().map(f)
}

/// A text being assembled whose growth may fail.
#[derive(Default)]
pub(super) struct Text(pub Vec<u8>);

impl fmt::Write for Text {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.push(s.as_bytes())
    }
}

impl Text {
    fn push(&mut self, bytes: &[u8]) -> fmt::Result {
        self.0.try_reserve(bytes.len()).map_err(|_| fmt::Error)?;
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

impl Vm {
    /// A new file value for a stream, which is closed again if there is no memory.
    pub(super) fn new_file(
        &mut self,
        metatable: Gc<Table>,
        stream: Stream,
        close_at_end: bool,
    ) -> Result<Gc<Userdata>, Raised> {
        let id = match self.io.insert(stream) {
            Ok(id) => id,
            Err(_) => return Err(self.memory_error()),
        };
        self.new_file_value(metatable, id, close_at_end)
            .inspect_err(|_| {
                self.io.remove(id);
            })
    }

    /// A new file value for a stream that is in the list already.
    pub(super) fn new_file_value(
        &mut self,
        metatable: Gc<Table>,
        id: StreamId,
        close_at_end: bool,
    ) -> Result<Gc<Userdata>, Raised> {
        let handle = FileHandle {
            stream: Cell::new(Some(id)),
            close_at_end,
        };
        let userdata = boxed(handle).and_then(|payload| self.heap.new_userdata(Some(payload)));
        let Ok(userdata) = userdata else {
            return Err(self.memory_error());
        };
        self.heap.write(userdata).metatable.set(Some(metatable));
        Ok(userdata)
    }

    /// The stream of argument `i`, which must be an open file.
    pub(super) fn check_file(&mut self, i: usize) -> Result<StreamId, Raised> {
        match with_handle(self.arg(i), |handle| handle.stream.get()) {
            Some(Some(id)) => Ok(id),
            Some(None) => Err(self.error(format_args!("attempt to use a closed file"))),
            None => Err(self.type_error(i, "FILE*")),
        }
    }

    /// The default input or output file's stream.
    pub(super) fn default_stream(&mut self, which: StandardStream) -> Result<StreamId, Raised> {
        let file = self.io.default_file(which);
        match with_handle(file, |handle| handle.stream.get()) {
            Some(Some(id)) => Ok(id),
            _ => Err(self.error(format_args!("standard file is closed"))),
        }
    }

    /// Returns what C functions report: `true`, or nil with a text and a number.
    pub(crate) fn host_result(
        &mut self,
        result: Result<(), HostError>,
        name: Option<&[u8]>,
    ) -> NativeResult {
        match result {
            Ok(()) => self.ret(Value::TRUE),
            Err(error) => {
                let (text, number) = self.describe(error, name)?;
                self.push(Value::NIL)?;
                let text = self.new_str(&text.0)?;
                self.push(text)?;
                self.push(Value::int(number))?;
                Ok(Flow::Return(3))
            }
        }
    }

    /// An error's text, behind a name if there is one, and its number.
    pub(super) fn describe(
        &mut self,
        error: HostError,
        name: Option<&[u8]>,
    ) -> Result<(Text, i32), Raised> {
        let mut text = Text::default();
        if let Some(name) = name
            && text.push(name).and_then(|()| text.push(b": ")).is_err()
        {
            return Err(self.memory_error());
        }
        let number = self.host.describe(error, &mut text);
        Ok((text, number))
    }

    /// Closes the stream of a file value and returns the results of `file:close()`.
    pub(super) fn close_file(&mut self, file: Value, id: StreamId) -> NativeResult {
        if self
            .io
            .stream(id)
            .is_some_and(|stream| stream.kind() == Kind::Standard)
        {
            self.push(Value::NIL)?;
            let text = self.new_str(b"cannot close standard file")?;
            self.push(text)?;
            return Ok(Flow::Return(2));
        }
        with_handle(file, |handle| handle.stream.set(None));
        let Some(stream) = self.io.remove(id) else {
            return self.ret(Value::TRUE);
        };
        match stream.close(&mut *self.host) {
            Ok(Some(status)) if self.compat52 => self.exit_results(status),
            result => self.host_result(result.map(|_| ()), None),
        }
    }
}
