//! Bytecode as bytes: what `string.dump` writes and `load` reads back. The format is our own.
//!
//! ```text
//! dump      := "\x1bPlu" version flags [name] function* 0
//! function  := 1 flags params frame uv_count { capture } code_count { instruction }
//!              number_count { number } object_count { object } first_line line_count
//!              [ { line_step } { upvalue_name } local_count { name start end } ]
//! object    := 0 string | 1 table | 2 | 3 ctype bits bits       (2: the next function)
//! table     := array_size hash_size entry_count { value value }
//! value     := 0 nil | 1 false | 2 true | 3 number | 4 string
//! ```
//! Counts, lines and the rest of the integers are LEB128; instructions have 4 bytes and numbers 8, least first. A function
//! follows those that are its constants; the main function is the last. The parts in brackets are left out when stripped.
//!
//! Reading trusts nothing: sizes are checked against what is left of the bytes before memory is taken for them, and
//! the [verifier](super::verify) sees each function before it is made.

extern crate alloc;
use alloc::vec::Vec;

use super::verify::{Rejection, verify};
use super::{Bc, CaptureInfo, Ins, LocalVar, Proto, ProtoFlags, ProtoParts};
use crate::gc::{Heap, OutOfMemory};
use crate::number::format::Sink;
use crate::value::cdata::CType;
use crate::value::{Cdata, Gc, Str, Table, Value};

const MARK: &[u8; 4] = b"\x1bPlu";
const VERSION: u8 = 1;
/// The flag of a dump without debug information.
const STRIPPED: u8 = 1;

const OBJECT_STRING: u8 = 0;
const OBJECT_TABLE: u8 = 1;
const OBJECT_FUNCTION: u8 = 2;
const OBJECT_CDATA: u8 = 3;

const VALUE_NIL: u8 = 0;
const VALUE_FALSE: u8 = 1;
const VALUE_TRUE: u8 = 2;
const VALUE_NUMBER: u8 = 3;
const VALUE_STRING: u8 = 4;

/// Why bytes could not be loaded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LoadError {
    /// They are no dump of this version.
    Incompatible,
    /// They are damaged, or the verifier refuses them.
    Malformed,
    /// No memory.
    Memory,
}

impl From<OutOfMemory> for LoadError {
    fn from(_: OutOfMemory) -> LoadError {
        LoadError::Memory
    }
}

impl From<Rejection> for LoadError {
    fn from(rejection: Rejection) -> LoadError {
        match rejection {
            Rejection::Memory => LoadError::Memory,
            _ => LoadError::Malformed,
        }
    }
}

/// The opcode that a function has before it specialises itself to hot loops.
fn generic(ins: Ins) -> Ins {
    let op = match ins.op() {
        Some(Bc::IForL) => Bc::ForL,
        Some(Bc::IIterL) => Bc::IterL,
        Some(Bc::ILoop) => Bc::Loop,
        Some(Bc::IFuncF) => Bc::FuncF,
        Some(Bc::IFuncV) => Bc::FuncV,
        _ => return ins,
    };
    ins.with_op(op)
}

// Writing.

struct Writer<'s, S> {
    sink: &'s mut S,
    strip: bool,
}

/// Writes a function and those inside it.
///
/// # Errors
/// Those of the sink, and lack of memory.
pub fn dump<S: Sink>(main: Gc<Proto>, strip: bool, sink: &mut S) -> Result<(), S::Error>
where
    S::Error: From<OutOfMemory>,
{
    let mut writer = Writer { sink, strip };
    writer.sink.put(MARK)?;
    writer
        .sink
        .put(&[VERSION, if strip { STRIPPED } else { 0 }])?;
    if !strip {
        writer.bytes(main.chunk_name().as_bytes())?;
    }
    let mut waiting: Vec<(Gc<Proto>, usize)> = Vec::new();
    let mut current = (main, 0);
    loop {
        let (proto, next) = current;
        match proto.object(next) {
            Some(constant) => {
                current.1 += 1;
                if let Some(child) = constant.as_proto() {
                    waiting.try_reserve(1).map_err(|_| OutOfMemory)?;
                    waiting.push(current);
                    current = (child, 0);
                }
            }
            None => {
                writer.function(&proto)?;
                match waiting.pop() {
                    Some(outer) => current = outer,
                    None => return writer.sink.put(&[0]),
                }
            }
        }
    }
}

impl<S: Sink> Writer<'_, S> {
    fn byte(&mut self, byte: u8) -> Result<(), S::Error> {
        self.sink.put(&[byte])
    }
    fn int(&mut self, mut n: u64) -> Result<(), S::Error> {
        let mut buffer = [0; 10];
        let mut len = 0;
        loop {
            buffer[len] = (n & 0x7F) as u8 | if n > 0x7F { 0x80 } else { 0 };
            len += 1;
            n >>= 7;
            if n == 0 {
                return self.sink.put(&buffer[..len]);
            }
        }
    }
    fn bytes(&mut self, bytes: &[u8]) -> Result<(), S::Error> {
        self.int(bytes.len() as u64)?;
        self.sink.put(bytes)
    }
    fn word(&mut self, word: u64) -> Result<(), S::Error> {
        self.sink.put(&word.to_le_bytes())
    }

    fn function(&mut self, proto: &Proto) -> Result<(), S::Error> {
        let captures = proto.captures();
        let head = [
            1,
            proto.flags().0 & ProtoFlags::OF_SOURCE,
            proto.param_count() as u8,
            proto.frame_size() as u8,
            captures.len() as u8,
        ];
        self.sink.put(&head)?;
        for capture in captures {
            self.int(capture.0.into())?;
        }
        self.int(proto.code().len() as u64)?;
        for i in 0..proto.code().len() {
            let ins = proto.instruction(i).unwrap_or(Ins(0));
            self.sink.put(&generic(ins).to_bits().to_le_bytes())?;
        }
        self.int(proto.numbers().len() as u64)?;
        for n in proto.numbers() {
            self.word(n.to_bits())?;
        }
        self.int(proto.object_count.into())?;
        for i in 0..proto.object_count as usize {
            self.object(proto.object(i).unwrap_or(Value::NIL))?;
        }
        self.int(proto.first_line().into())?;
        self.int(u64::from(proto.last_line() - proto.first_line()))?;
        if self.strip {
            Ok(())
        } else {
            self.debug(proto)
        }
    }

    fn debug(&mut self, proto: &Proto) -> Result<(), S::Error> {
        // A stripped function has nothing here; zeros and empty names stand for it.
        let mut before = 0;
        for i in 0..proto.code().len() {
            let line = i64::from(proto.lines().get(i).copied().unwrap_or(0));
            let step: i64 = line - before;
            self.int((step << 1 ^ step >> 63) as u64)?;
            before = line;
        }
        for i in 0..proto.captures().len() {
            let name = proto.upvalue_names().get(i);
            self.bytes(name.map_or(b"", |name| name.as_bytes()))?;
        }
        self.int(proto.locals().len() as u64)?;
        for local in proto.locals() {
            self.bytes(local.name.as_bytes())?;
            self.int(local.start.into())?;
            self.int(local.end.into())?;
        }
        Ok(())
    }

    fn object(&mut self, value: Value) -> Result<(), S::Error> {
        if let Some(s) = value.as_str() {
            self.byte(OBJECT_STRING)?;
            self.bytes(s.as_bytes())
        } else if let Some(t) = value.as_table() {
            self.byte(OBJECT_TABLE)?;
            self.table(&t)
        } else if let Some(cdata) = value.as_cdata() {
            self.byte(OBJECT_CDATA)?;
            self.cdata(&cdata)
        } else {
            self.byte(OBJECT_FUNCTION)
        }
    }

    fn cdata(&mut self, cdata: &Cdata) -> Result<(), S::Error> {
        self.byte(cdata.ctype as u8)?;
        self.word(cdata.bits)?;
        self.word(cdata.imaginary)
    }

    fn table(&mut self, table: &Table) -> Result<(), S::Error> {
        self.int(table.asize.get().into())?;
        self.int(match table.hmask.get() {
            0 => 0,
            mask => u64::from(mask) + 1,
        })?;
        let (mut from, mut count) = (0, 0);
        while let Some((position, ..)) = table.entry_from(from) {
            count += 1;
            from = position + 1;
        }
        self.int(count)?;
        from = 0;
        while let Some((position, key, value)) = table.entry_from(from) {
            self.value(key)?;
            self.value(value)?;
            from = position + 1;
        }
        Ok(())
    }

    fn value(&mut self, value: Value) -> Result<(), S::Error> {
        if let Some(s) = value.as_str() {
            self.byte(VALUE_STRING)?;
            return self.bytes(s.as_bytes());
        }
        match value {
            Value::FALSE => self.byte(VALUE_FALSE),
            Value::TRUE => self.byte(VALUE_TRUE),
            v if v.is_number() => {
                self.byte(VALUE_NUMBER)?;
                self.word(v.to_bits())
            }
            _ => self.byte(VALUE_NIL),
        }
    }
}

// Reading.

struct Reader<'a, 'h> {
    rest: &'a [u8],
    heap: &'h mut Heap,
    is_stripped: bool,
    chunk_name: Gc<Str>,
    /// Functions that wait for the one whose constants they are.
    children: Vec<Gc<Proto>>,
    code: Vec<Ins>,
    /// Room in templates that the code explains.
    spare: usize,
    numbers: Vec<Value>,
    objects: Vec<Value>,
    captures: Vec<CaptureInfo>,
    lines: Vec<u32>,
    names: Vec<Gc<Str>>,
    locals: Vec<LocalVar>,
}

/// Reads a dump. `chunk_name` is the name for a dump that has none.
///
/// # Errors
/// See [`LoadError`].
pub fn load(heap: &mut Heap, bytes: &[u8], chunk_name: Gc<Str>) -> Result<Gc<Proto>, LoadError> {
    let Some([VERSION, flags @ (0 | STRIPPED), rest @ ..]) = bytes.strip_prefix(MARK) else {
        return Err(LoadError::Incompatible);
    };
    let mut reader = Reader {
        rest,
        heap,
        is_stripped: *flags == STRIPPED,
        chunk_name,
        children: Vec::new(),
        code: Vec::new(),
        spare: 0,
        numbers: Vec::new(),
        objects: Vec::new(),
        captures: Vec::new(),
        lines: Vec::new(),
        names: Vec::new(),
        locals: Vec::new(),
    };
    if !reader.is_stripped {
        reader.chunk_name = reader.string()?;
    }
    loop {
        match reader.byte()? {
            0 => break,
            1 => {
                let proto = reader.function()?;
                room(&mut reader.children, 1)?;
                reader.children.push(proto);
            }
            _ => return Err(LoadError::Malformed),
        }
    }
    match reader.children[..] {
        [main] if reader.rest.is_empty() => Ok(main),
        _ => Err(LoadError::Malformed),
    }
}

/// Makes room for `n` more elements.
fn room<T>(vec: &mut Vec<T>, n: usize) -> Result<(), LoadError> {
    vec.try_reserve(n).map_err(|_| LoadError::Memory)
}

impl<'a> Reader<'a, '_> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], LoadError> {
        let (taken, rest) = self.rest.split_at_checked(n).ok_or(LoadError::Malformed)?;
        self.rest = rest;
        Ok(taken)
    }
    fn array<const N: usize>(&mut self) -> Result<[u8; N], LoadError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(LoadError::Malformed)?;
        self.rest = rest;
        Ok(*taken)
    }
    fn byte(&mut self) -> Result<u8, LoadError> {
        let [byte] = self.array()?;
        Ok(byte)
    }
    fn word(&mut self) -> Result<u64, LoadError> {
        Ok(u64::from_le_bytes(self.array()?))
    }
    fn int(&mut self) -> Result<u64, LoadError> {
        let mut n = 0;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(n);
            }
        }
        Err(LoadError::Malformed)
    }
    fn int32(&mut self) -> Result<u32, LoadError> {
        u32::try_from(self.int()?).map_err(|_| LoadError::Malformed)
    }
    /// A count of things that take at least `size` bytes each.
    fn count(&mut self, size: usize) -> Result<usize, LoadError> {
        let count = usize::try_from(self.int()?).map_err(|_| LoadError::Malformed)?;
        if count > self.rest.len() / size {
            return Err(LoadError::Malformed);
        }
        Ok(count)
    }
    fn number(&mut self) -> Result<Value, LoadError> {
        Ok(Value::number(f64::from_bits(self.word()?)))
    }
    fn string(&mut self) -> Result<Gc<Str>, LoadError> {
        let len = self.count(1)?;
        let bytes = self.take(len)?;
        Ok(self.heap.intern(bytes)?)
    }

    fn function(&mut self) -> Result<Gc<Proto>, LoadError> {
        let [flags, param_count, frame_size, capture_count] = self.array()?;
        if flags & !ProtoFlags::OF_SOURCE != 0 {
            return Err(LoadError::Malformed);
        }
        self.captures.clear();
        for _ in 0..capture_count {
            let bits = u16::try_from(self.int()?).map_err(|_| LoadError::Malformed)?;
            if bits & !(CaptureInfo::LOCAL | CaptureInfo::IMMUTABLE | 0xFF) != 0 {
                return Err(LoadError::Malformed);
            }
            room(&mut self.captures, 1)?;
            self.captures.push(CaptureInfo(bits));
        }
        let count = self.count(4)?;
        self.code.clear();
        room(&mut self.code, count)?;
        for _ in 0..count {
            let word = u32::from_le_bytes(self.array()?);
            self.code.push(Ins(word));
        }
        let count = self.count(8)?;
        self.numbers.clear();
        room(&mut self.numbers, count)?;
        for _ in 0..count {
            let n = self.number()?;
            self.numbers.push(n);
        }
        self.read_objects()?;
        let first_line = self.int32()?;
        let line_count = self.int32()?;
        self.debug()?;
        if first_line.checked_add(line_count).is_none() {
            return Err(LoadError::Malformed);
        }
        let parts = ProtoParts {
            code: &self.code,
            numbers: &self.numbers,
            objects: &self.objects,
            captures: &self.captures,
            param_count,
            frame_size,
            flags: ProtoFlags(flags),
            chunk_name: self.chunk_name,
            first_line,
            line_count,
            lines: &self.lines,
            upvalue_names: &self.names,
            locals: &self.locals,
        };
        verify(&parts)?;
        Ok(self.heap.new_proto(&parts)?)
    }

    fn debug(&mut self) -> Result<(), LoadError> {
        self.lines.clear();
        self.names.clear();
        self.locals.clear();
        if self.is_stripped {
            return Ok(());
        }
        room(&mut self.lines, self.code.len())?;
        let mut line = 0i64;
        for _ in 0..self.code.len() {
            let step = self.int()?;
            let step = (step >> 1) as i64 ^ -((step & 1) as i64);
            line = line.checked_add(step).ok_or(LoadError::Malformed)?;
            let line = u32::try_from(line).map_err(|_| LoadError::Malformed)?;
            self.lines.push(line);
        }
        for _ in 0..self.captures.len() {
            let name = self.string()?;
            room(&mut self.names, 1)?;
            self.names.push(name);
        }
        let count = self.count(3)?;
        room(&mut self.locals, count)?;
        for _ in 0..count {
            let name = self.string()?;
            let (start, end) = (self.int32()?, self.int32()?);
            self.locals.push(LocalVar { name, start, end });
        }
        Ok(())
    }

    fn read_objects(&mut self) -> Result<(), LoadError> {
        let count = self.count(1)?;
        self.spare = 2 * self.code.len();
        self.objects.clear();
        room(&mut self.objects, count)?;
        for _ in 0..count {
            let object = match self.byte()? {
                OBJECT_STRING => self.string()?.into(),
                OBJECT_TABLE => self.table()?.into(),
                OBJECT_CDATA => self.cdata()?.into(),
                // Its place; which function it is shows when all are counted.
                OBJECT_FUNCTION => Value::NIL,
                _ => return Err(LoadError::Malformed),
            };
            self.objects.push(object);
        }
        for object in self
            .objects
            .iter_mut()
            .rev()
            .filter(|object| object.is_nil())
        {
            *object = self.children.pop().ok_or(LoadError::Malformed)?.into();
        }
        Ok(())
    }

    fn cdata(&mut self) -> Result<Gc<Cdata>, LoadError> {
        let ctype = match self.byte()? {
            0 => CType::Int64,
            1 => CType::Uint64,
            2 => CType::Complex,
            _ => return Err(LoadError::Malformed),
        };
        let (bits, imaginary) = (self.word()?, self.word()?);
        Ok(self.heap.new_cdata(ctype, bits, imaginary)?)
    }

    fn table(&mut self) -> Result<Gc<Table>, LoadError> {
        let (array, hash) = (self.int32()?, self.int32()?);
        let count = self.count(2)?;
        // A template has no more room than its entries and the instructions that add to it explain, growth included.
        let own = 2 * count + 16;
        let most = own
            + (array as usize + hash as usize)
                .saturating_sub(own)
                .min(self.spare);
        self.spare -= most - own;
        let array = (array as usize).min(most);
        let hash = (hash as usize).min(most - array);
        let table = Table::new(self.heap, array as u32, hash as u32)?;
        for _ in 0..count {
            let (key, value) = (self.value()?, self.value()?);
            let stored = self.heap.write(table).set(self.heap, key, value);
            stored.map_err(|error| match error {
                crate::value::table::TableError::Memory(_) => LoadError::Memory,
                _ => LoadError::Malformed,
            })?;
        }
        Ok(table)
    }

    fn value(&mut self) -> Result<Value, LoadError> {
        Ok(match self.byte()? {
            VALUE_NIL => Value::NIL,
            VALUE_FALSE => Value::FALSE,
            VALUE_TRUE => Value::TRUE,
            VALUE_NUMBER => self.number()?,
            VALUE_STRING => self.string()?.into(),
            _ => return Err(LoadError::Malformed),
        })
    }
}

#[cfg(test)]
mod tests;
