//! `-b`: lists a chunk's bytecode, or saves it, raw or as an array for C.

use std::fs;
use std::io::{self, Write};

use perilune::bytecode::{Proto, dump, list};
use perilune::gc::OutOfMemory;
use perilune::number::format::Sink;
use perilune::value::{Gc, Value};

use crate::engine::{Engine, Failure};
use crate::report;

const USAGE: &str = "Save or list bytecode: perilune -b[options] input [output]
  -l        List the bytecode.
  -s        Leave out debug information (default).
  -g        Keep debug information.
  -n name   The module's name in C (default: from the input's name).
  -t type   The output's type (default: from the output's name).
  -F name   The chunk's name (default: the input's name).
  -e        The input is a chunk, not a file's name.
  --        Stop handling options.
  -         Standard input or output.

Types: c cc h raw (default)
";

/// What comes before the module's name in C.
const PREFIX: &str = "perilune_BC_";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    Raw,
    /// A definition.
    Source,
    /// A static array in a header.
    Header,
}

impl Format {
    fn from_name(name: &[u8]) -> Option<Format> {
        match name.to_ascii_lowercase().as_slice() {
            b"raw" => Some(Format::Raw),
            b"c" | b"cc" => Some(Format::Source),
            b"h" => Some(Format::Header),
            _ => None,
        }
    }
}

#[derive(Debug)]
struct Request {
    list: bool,
    keep_debug: bool,
    is_chunk: bool,
    module: Option<Vec<u8>>,
    format: Option<Format>,
    chunk_name: Option<Vec<u8>>,
    files: Vec<Vec<u8>>,
}

/// Why it can't be done.
enum Trouble {
    Usage,
    Message(Vec<u8>),
    Script(Failure),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Trouble {
        Trouble::Script(failure)
    }
}

fn message(text: impl Into<Vec<u8>>) -> Trouble {
    Trouble::Message(text.into())
}

/// Does what the arguments behind `-b` ask for.
pub fn run(engine: &Engine, args: &[Vec<u8>]) -> Result<(), Failure> {
    match parse(args).and_then(|request| perform(engine, &request)) {
        Ok(()) => Ok(()),
        Err(Trouble::Script(failure)) => Err(failure),
        Err(Trouble::Message(text)) => Err(Failure::Error(Some(text))),
        Err(Trouble::Usage) => {
            report::plain(USAGE.trim_end().as_bytes());
            Err(Failure::Exit(1))
        }
    }
}

fn parse(args: &[Vec<u8>]) -> Result<Request, Trouble> {
    let mut request = Request {
        list: false,
        keep_debug: false,
        is_chunk: false,
        module: None,
        format: None,
        chunk_name: None,
        files: Vec::new(),
    };
    let mut args = args.iter().peekable();
    while let Some(arg) = args.next() {
        if arg == b"--" {
            request.files.extend(args.by_ref().cloned());
            break;
        }
        let Some(letters) = arg.strip_prefix(b"-").filter(|letters| !letters.is_empty()) else {
            request.files.push(arg.clone());
            continue;
        };
        for (i, letter) in letters.iter().enumerate() {
            match letter {
                b'l' => request.list = true,
                b's' => request.keep_debug = false,
                b'g' => request.keep_debug = true,
                // There is one kind of bytecode, and it is always the same for the same source.
                b'W' | b'X' | b'd' => {}
                // The others take an argument, so they end their group.
                _ if args.peek().is_none() || i + 1 != letters.len() => return Err(Trouble::Usage),
                b'e' if request.files.is_empty() => request.is_chunk = true,
                b'n' => request.module = Some(module_name(args.next())?),
                b't' => {
                    let format = args.next().and_then(|name| Format::from_name(name));
                    request.format = Some(format.ok_or_else(|| message("unknown file type"))?);
                }
                b'F' => {
                    request.chunk_name = args.next().map(|name| [b"@", name.as_slice()].concat())
                }
                _ => return Err(Trouble::Usage),
            }
        }
    }
    let fits = match request.files.len() {
        1 => request.list,
        2 => true,
        _ => false,
    };
    if fits {
        Ok(request)
    } else {
        Err(Trouble::Usage)
    }
}

fn module_name(name: Option<&Vec<u8>>) -> Result<Vec<u8>, Trouble> {
    let fits = |b: &u8| b.is_ascii_alphanumeric() || b"_.-".contains(b);
    match name {
        Some(name) if !name.is_empty() && name.iter().all(fits) => Ok(c_name(name)),
        _ => Err(message("bad module name")),
    }
}

fn c_name(name: &[u8]) -> Vec<u8> {
    name.iter()
        .map(|&b| if b == b'.' || b == b'-' { b'_' } else { b })
        .collect()
}

/// The module's name from the input's: without folder and extension.
fn detect_module(input: &[u8]) -> Result<Vec<u8>, Trouble> {
    let tail = input.rsplit(|&b| b == b'/').next().unwrap_or_default();
    let head = match tail.iter().rposition(|&b| b == b'.') {
        Some(dot) => &tail[..dot],
        None => tail,
    };
    module_name(Some(&head.to_vec())).map_err(|_| message("cannot derive module name, use -n name"))
}

fn perform(engine: &Engine, request: &Request) -> Result<(), Trouble> {
    let [input, rest @ ..] = request.files.as_slice() else {
        return Err(Trouble::Usage);
    };
    let function = load(engine, request, input)?;
    let output = rest.first().map_or(&b"-"[..], Vec::as_slice);
    let bytes = if request.list {
        written(function, list::list_all)?
    } else {
        let code = written(function, |proto, text| {
            dump::dump(proto, !request.keep_debug, text)
        })?;
        match request.format.or_else(|| detect_format(output)) {
            None | Some(Format::Raw) => code,
            Some(format) => {
                let module = match &request.module {
                    Some(module) => module.clone(),
                    None => detect_module(input)?,
                };
                c_array(&code, format, &String::from_utf8_lossy(&module))
            }
        }
    };
    write(output, &bytes)
}

fn detect_format(output: &[u8]) -> Option<Format> {
    let dot = output.iter().rposition(|&b| b == b'.')?;
    Format::from_name(&output[dot + 1..])
}

fn load(engine: &Engine, request: &Request, input: &[u8]) -> Result<Value, Trouble> {
    if request.is_chunk {
        let name = request.chunk_name.as_deref().unwrap_or(input);
        return Ok(engine.load(input, name)?);
    }
    let (source, name) = engine.read_source((input != b"-").then_some(input))?;
    let name = request.chunk_name.as_ref().unwrap_or(&name);
    Ok(engine.load(&source, name)?)
}

/// What is written to.
struct Text(Vec<u8>);

impl Sink for Text {
    type Error = OutOfMemory;
    fn put(&mut self, bytes: &[u8]) -> Result<(), OutOfMemory> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

/// Writes about a chunk's code.
fn written(
    function: Value,
    write: impl FnOnce(Gc<Proto>, &mut Text) -> Result<(), OutOfMemory>,
) -> Result<Vec<u8>, Trouble> {
    let mut text = Text(Vec::new());
    if let Some(proto) = function.as_function().and_then(|f| f.proto()) {
        write(proto, &mut text).map_err(|OutOfMemory| message("not enough memory"))?;
    }
    Ok(text.0)
}

/// A definition of an array with the code, in lines of at most 78 characters.
fn c_array(code: &[u8], format: Format, module: &str) -> Vec<u8> {
    let mut text = if format == Format::Header {
        format!(
            "#define {PREFIX}{module}_SIZE {}\nstatic const unsigned char {PREFIX}{module}[] = {{\n",
            code.len()
        )
    } else {
        format!(
            "#ifdef __cplusplus\nextern \"C\"\n#endif\nconst unsigned char {PREFIX}{module}[] = {{\n"
        )
    };
    let mut column = 0;
    for (i, byte) in code.iter().enumerate() {
        let number = byte.to_string();
        if column + number.len() + 1 > 78 {
            text.push('\n');
            column = 0;
        }
        text.push_str(&number);
        column += number.len() + 1;
        if i + 1 < code.len() {
            text.push(',');
        }
    }
    text.push_str("\n};\n");
    text.into_bytes()
}

fn write(output: &[u8], bytes: &[u8]) -> Result<(), Trouble> {
    let result = if output == b"-" {
        io::stdout().write_all(bytes)
    } else {
        let name: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(output);
        fs::write(name, bytes)
    };
    result.map_err(|error| {
        let text = error.to_string();
        let text = text.split(" (os error").next().unwrap_or_default();
        message([b"cannot write ", output, b": ", text.as_bytes()].concat())
    })
}
