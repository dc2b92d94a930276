//! The listing of `-bl`: LuaJIT's format, character for character.
//!
//! ```text
//! -- BYTECODE -- x.lua:0-1
//! 0001    GGET     0   0      ; "print"
//! 0002    KSTR     2   1      ; "hello"
//! 0003    CALL     0   1   2
//! 0004    RET0     0   1
//! ```
//! The columns are position, `=>` at jump targets, mnemonic, operand A, operands B and C or operand D. The header
//! instruction at position 0 isn't shown.

extern crate alloc;
use alloc::vec::Vec;

use super::{Ins, Mode, Operands, Proto};
use crate::gc::OutOfMemory;
use crate::number::digits::IntegerBuffer;
use crate::number::format::Sink;
use crate::number::{TextBuffer, digits, to_text};
use crate::value::{Gc, Str, Value};

/// What `TSETM` adds to its index, to keep the index in the low bits of a number.
const TSETM_BIAS: f64 = 4_503_599_627_370_496.0;
/// The greatest length of a string that is shown whole.
const MAX_TEXT: usize = 40;

/// Lists a function and those inside it, innermost first.
///
/// # Errors
/// Those of the sink, and lack of memory.
pub fn list_all<S: Sink>(main: Gc<Proto>, sink: &mut S) -> Result<(), S::Error>
where
    S::Error: From<OutOfMemory>,
{
    for_each(main, |proto| list(proto, sink))
}

/// Does something with a function and those inside it, innermost first.
pub(crate) fn for_each<E: From<OutOfMemory>>(
    main: Gc<Proto>,
    mut f: impl FnMut(Gc<Proto>) -> Result<(), E>,
) -> Result<(), E> {
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
                f(proto)?;
                match waiting.pop() {
                    Some(outer) => current = outer,
                    None => return Ok(()),
                }
            }
        }
    }
}

/// Lists one function.
///
/// # Errors
/// Those of the sink, and lack of memory.
pub fn list<S: Sink>(proto: Gc<Proto>, sink: &mut S) -> Result<(), S::Error>
where
    S::Error: From<OutOfMemory>,
{
    sink.put(b"-- BYTECODE -- ")?;
    location(proto, sink)?;
    sink.put(b"-")?;
    decimal(proto.last_line().into(), 0, sink)?;
    sink.put(b"\n")?;
    let targets = Targets::of(&proto)?;
    for pc in 1..proto.code().len() {
        let mark: &[u8] = if targets.contains(pc) { b"=>" } else { b"  " };
        instruction(proto, pc, mark, sink)?;
    }
    sink.put(b"\n")
}

/// Where a function is defined: the source's name and the line.
fn location<S: Sink>(proto: Gc<Proto>, sink: &mut S) -> Result<(), S::Error> {
    source(proto, sink)?;
    sink.put(b":")?;
    decimal(proto.first_line().into(), 0, sink)
}

/// Where a function comes from: the file's name without its folder, or the source itself if it is short.
pub(crate) fn source<S: Sink>(proto: Gc<Proto>, sink: &mut S) -> Result<(), S::Error> {
    let chunk = proto.chunk_name();
    match chunk.as_bytes() {
        [b'@', path @ ..] => {
            let folder = path.iter().rposition(|&b| b == b'/' || b == b'\\');
            sink.put(&path[folder.map_or(0, |i| i + 1)..])?;
        }
        long if long.len() > MAX_TEXT => pointer(proto, sink)?,
        [b'=', name @ ..] => sink.put(name)?,
        source => {
            sink.put(b"\"")?;
            sink.put(source)?;
            sink.put(b"\"")?;
        }
    }
    Ok(())
}

fn pointer<S: Sink>(proto: Gc<Proto>, sink: &mut S) -> Result<(), S::Error> {
    let mut text = *b"0x000000000000";
    let mut address = proto.as_ptr().addr();
    for digit in text[2..].iter_mut().rev() {
        *digit = b"0123456789abcdef"[address & 15];
        address >>= 4;
    }
    sink.put(&text)
}

fn decimal<S: Sink>(n: i64, width: usize, sink: &mut S) -> Result<(), S::Error> {
    let mut buffer = IntegerBuffer::default();
    let text = digits::integer(n.unsigned_abs(), &mut buffer);
    let sign: &[u8] = if n < 0 { b"-" } else { b"" };
    sink.fill(b' ', width.saturating_sub(text.len() + sign.len()))?;
    sink.put(sign)?;
    sink.put(text)
}

/// A position, with four digits.
fn position<S: Sink>(pc: i64, sink: &mut S) -> Result<(), S::Error> {
    let mut buffer = IntegerBuffer::default();
    let text = digits::integer(pc.unsigned_abs(), &mut buffer);
    sink.fill(b'0', 4usize.saturating_sub(text.len()))?;
    sink.put(text)
}

/// The set of positions that jumps lead to.
struct Targets(Vec<u64>);

impl Targets {
    fn of(proto: &Proto) -> Result<Targets, OutOfMemory> {
        let code = proto.code();
        let mut bits = Vec::new();
        bits.try_reserve_exact(code.len() / 64 + 1)
            .map_err(|_| OutOfMemory)?;
        bits.resize(code.len() / 64 + 1, 0u64);
        for pc in 0..code.len() {
            let ins = proto.instruction(pc).unwrap_or(Ins(0));
            if ins.op().is_some_and(|op| op.operands().cd == Mode::Jump) {
                let target = (pc as isize + 1 + ins.jump()) as usize;
                if let Some(word) = bits.get_mut(target / 64) {
                    *word |= 1 << (target % 64);
                }
            }
        }
        Ok(Targets(bits))
    }

    fn contains(&self, pc: usize) -> bool {
        self.0
            .get(pc / 64)
            .is_some_and(|word| word >> (pc % 64) & 1 != 0)
    }
}

/// Lists one instruction, with `mark` between its position and its name.
pub fn instruction<S: Sink>(
    proto: Gc<Proto>,
    pc: usize,
    mark: &[u8],
    sink: &mut S,
) -> Result<(), S::Error> {
    let Some((ins, op)) = proto.instruction(pc).and_then(|ins| Some((ins, ins.op()?))) else {
        return sink.put(b"?\n");
    };
    let Operands { a, b, cd } = op.operands();
    position(pc as i64, sink)?;
    for part in [b" ", mark, b" "] {
        sink.put(part)?;
    }
    sink.put(op.name().as_bytes())?;
    sink.fill(b' ', 6usize.saturating_sub(op.name().len()))?;
    sink.put(b" ")?;
    match a {
        Mode::None => sink.put(b"   ")?,
        _ => decimal(ins.a() as i64, 3, sink)?,
    }
    sink.put(b" ")?;
    match (b, cd) {
        (_, Mode::Jump) => {
            sink.put(b"=> ")?;
            position(pc as i64 + 1 + ins.jump() as i64, sink)?;
        }
        (Mode::None, Mode::None) => {}
        (Mode::None, _) => {
            let d = if cd == Mode::Lits {
                i64::from(ins.d_signed())
            } else {
                ins.d() as i64
            };
            decimal(d, 3, sink)?;
            if a == Mode::Uv || has_comment(cd) {
                sink.put(b"      ; ")?;
                comment(proto, ins, a, cd, ins.d(), sink)?;
            }
        }
        _ => {
            decimal(ins.b() as i64, 3, sink)?;
            sink.put(b" ")?;
            decimal(ins.c() as i64, 3, sink)?;
            if has_comment(cd) {
                sink.put(b"  ; ")?;
                comment(proto, ins, a, cd, ins.c(), sink)?;
            }
        }
    }
    sink.put(b"\n")
}

fn has_comment(mode: Mode) -> bool {
    matches!(mode, Mode::Str | Mode::Num | Mode::Func | Mode::Uv)
}

/// What an instruction's last operand, and an upvalue in A, refer to.
fn comment<S: Sink>(
    proto: Gc<Proto>,
    ins: Ins,
    a: Mode,
    mode: Mode,
    index: usize,
    sink: &mut S,
) -> Result<(), S::Error> {
    if a == Mode::Uv {
        upvalue_name(&proto, ins.a(), sink)?;
        if !has_comment(mode) {
            return Ok(());
        }
        sink.put(b" ; ")?;
    }
    match mode {
        Mode::Uv => upvalue_name(&proto, index, sink),
        Mode::Num => {
            let n = proto
                .numbers()
                .get(index)
                .and_then(|n| n.as_number())
                .unwrap_or(0.0);
            let bias = if ins.op_index() == super::Bc::TSetM as usize {
                TSETM_BIAS
            } else {
                0.0
            };
            sink.put(to_text(n - bias, &mut TextBuffer::default()))
        }
        Mode::Str => match proto.object(index).and_then(Value::as_str) {
            Some(s) => quoted(s, sink),
            None => sink.put(b"?"),
        },
        _ => match proto.object(index).and_then(Value::as_proto) {
            Some(child) => location(child, sink),
            None => sink.put(b"?"),
        },
    }
}

fn upvalue_name<S: Sink>(proto: &Proto, index: usize, sink: &mut S) -> Result<(), S::Error> {
    match proto.upvalue_names().get(index) {
        Some(name) => sink.put(name.as_bytes()),
        None => Ok(()),
    }
}

/// A string with control characters escaped; a long one is cut after [`MAX_TEXT`] characters of its escaped form.
fn quoted<S: Sink>(s: Gc<Str>, sink: &mut S) -> Result<(), S::Error> {
    let is_long = s.len() > MAX_TEXT;
    let mut room = if is_long { MAX_TEXT } else { usize::MAX };
    sink.put(b"\"")?;
    for &byte in s.as_bytes() {
        let mut decimal = [
            b'\\',
            b'0' + byte / 100,
            b'0' + byte / 10 % 10,
            b'0' + byte % 10,
        ];
        let text: &[u8] = match byte {
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            0..=31 | 127 => &decimal,
            _ => {
                decimal[0] = byte;
                &decimal[..1]
            }
        };
        let shown = &text[..text.len().min(room)];
        sink.put(shown)?;
        room -= shown.len();
        if room == 0 {
            break;
        }
    }
    sink.put(if is_long { b"\"~" } else { b"\"" })
}
