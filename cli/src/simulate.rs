//! `--simulate-kernel`: runs a script for a kernel in user space, with the kernel's limits and its library `sys`, and tells what it used.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsRawFd, OwnedFd};
use std::str::FromStr;

use perilune_kernel::Limits;
use perilune_kernel::script::MAX_ARGUMENTS;
use perilune_kernel_simulated::{Loaded, Outcome, Process, Run, SimulatedKernel, Value};

use crate::host::{Interruptible, interrupt_requested};
use crate::report;
#[cfg(feature = "jit")]
use perilune::host::CodePages;

/// Memory of the process that is simulated.
const PROCESS_MEMORY: usize = 32 << 20;

const USAGE: &str = "usage: perilune --simulate-kernel [options] script.lua [argument]...
Runs a kernel script in user space. Available options are:
  --memory=BYTES --fuel=UNITS --stack=SLOTS --code=KIB   Limits; --code=0 is an interpreter only.
  --region=BYTES   Memory that is shared with the process.
  --runs=N         Run it so many times.
  --quiet          Don't say what it used.
Arguments are strings, but for those that open a descriptor and pass its number, and one that passes a file's text:
  @text:FILE  @udp:IP:PORT  @listen:IP:PORT  @connect:IP:PORT  @read:FILE  @write:FILE  @fd:NUMBER
";

/// What the command line asks for.
struct Options {
    limits: Limits,
    region: usize,
    runs: u32,
    quiet: bool,
}

/// Does what the arguments behind `--simulate-kernel` say, and gives the exit status.
pub fn command(arguments: &[Vec<u8>]) -> i32 {
    match simulate(arguments) {
        Ok(()) => 0,
        Err(message) => {
            report::message(message.trim_end().as_bytes());
            1
        }
    }
}

fn simulate(arguments: &[Vec<u8>]) -> Result<(), String> {
    let (options, rest) = read_options(arguments)?;
    let [name, arguments @ ..] = rest else {
        return Err(USAGE.to_owned());
    };
    if arguments.len() > MAX_ARGUMENTS {
        return Err(format!("a run takes at most {MAX_ARGUMENTS} arguments"));
    }
    let name = String::from_utf8_lossy(name).into_owned();
    let source = std::fs::read(&name).map_err(|error| format!("cannot open {name}: {error}"))?;
    let process = Process::new(PROCESS_MEMORY).ok_or("not enough memory")?;
    let kernel = SimulatedKernel::new(&process)
        .printing()
        .interrupted_by(interrupt_requested);
    #[cfg(feature = "jit")]
    let kernel = kernel.compiling(|| Some(Box::new(CodePages)));
    // The kernel takes no longer names.
    let mut chunk = format!("@{name}");
    chunk.truncate(chunk.floor_char_boundary(64));
    let limits = options.limits;
    let script = Loaded::load_into(kernel, &process, &source, &chunk, limits, options.region);
    let script = script.map_err(|failure| match failure.message.as_str() {
        "" => failure.errno.to_string(),
        message => message.to_owned(),
    })?;
    // Descriptors stay open while the script runs.
    let mut open = Vec::new();
    let mut values = Vec::new();
    for argument in arguments {
        values.push(value_of(argument, &mut open)?);
    }
    let _interruptible = Interruptible::begin();
    let mut result = Ok(());
    for _ in 0..options.runs {
        let run = script.run(&values).map_err(|errno| errno.to_string())?;
        result = finish(&run);
        if result.is_err() {
            break;
        }
    }
    if !options.quiet {
        tell_usage(&script);
    }
    result
}

fn read_options(arguments: &[Vec<u8>]) -> Result<(Options, &[Vec<u8>]), String> {
    let mut options = Options {
        limits: Limits::DEFAULT,
        region: 0,
        runs: 1,
        quiet: false,
    };
    let mut rest = arguments;
    while let [option, tail @ ..] = rest {
        let Some(option) = std::str::from_utf8(option)
            .ok()
            .and_then(|o| o.strip_prefix("--"))
        else {
            break;
        };
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        match name {
            "memory" => options.limits.memory = number(value)?,
            "fuel" => options.limits.fuel = Some(number(value)?),
            "stack" => options.limits.stack = number(value)?,
            "code" => options.limits.code = number(value)?,
            "region" => options.region = number(value)?,
            "runs" => options.runs = number(value)?,
            "quiet" => options.quiet = true,
            _ => return Err(USAGE.to_owned()),
        }
        rest = tail;
    }
    Ok((options, rest))
}

fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("no number: '{text}'"))
}

/// An argument's value; what it opens goes into the list.
fn value_of(argument: &[u8], open: &mut Vec<OwnedFd>) -> Result<Value, String> {
    let Some(what) = argument.strip_prefix(b"@") else {
        return Ok(Value::String(argument.to_vec()));
    };
    let what = String::from_utf8_lossy(what).into_owned();
    let (kind, name) = what.split_once(':').ok_or_else(|| USAGE.to_owned())?;
    let failed = |error: &dyn Display| format!("cannot open {what}: {error}");
    let descriptor: io::Result<OwnedFd> = match kind {
        "udp" => UdpSocket::bind(name).map(Into::into),
        "listen" => TcpListener::bind(name).map(Into::into),
        "connect" => TcpStream::connect(name).map(Into::into),
        "read" => File::open(name).map(Into::into),
        "write" => File::create(name).map(Into::into),
        "text" => {
            let text = std::fs::read(name).map_err(|error| failed(&error))?;
            return Ok(Value::String(text));
        }
        "fd" => return Ok(Value::Number(number::<i32>(name)?.into())),
        _ => return Err(USAGE.to_owned()),
    };
    let descriptor = descriptor.map_err(|error| failed(&error))?;
    let value = Value::Number(descriptor.as_raw_fd().into());
    open.push(descriptor);
    Ok(value)
}

/// Prints the results of a run, or says why there are none.
fn finish(run: &Run) -> Result<(), String> {
    let texts: Vec<Vec<u8>> = run.results.iter().map(text_of).collect();
    match run.outcome {
        Outcome::Returned => {
            if !texts.is_empty() {
                // A closed standard output is no failure.
                let _ = io::stdout().write_all(&[&texts.join(&b'\t')[..], b"\n"].concat());
            }
            Ok(())
        }
        Outcome::Failed => Err(String::from_utf8_lossy(&texts.join(&b'\t')).into_owned()),
        Outcome::OutOfFuel => Err("out of fuel".to_owned()),
        Outcome::Interrupted => Err("interrupted!".to_owned()),
    }
}

fn text_of(value: &Value) -> Vec<u8> {
    match value {
        Value::Nil => b"nil".to_vec(),
        Value::Boolean(b) => b.to_string().into_bytes(),
        Value::Number(n) => {
            let mut buffer = perilune::number::TextBuffer::default();
            perilune::number::to_text(*n, &mut buffer).to_vec()
        }
        Value::String(bytes) => bytes.clone(),
        Value::Other(name) => [b"(", &name[..], b")"].concat(),
    }
}

/// Says on the standard error what the script used.
fn tell_usage(script: &Loaded) {
    let (Ok(usage), Ok(memory)) = (script.usage(), script.peak_memory()) else {
        return;
    };
    let line = format!(
        "crossings: {} instead of {}; {} bytes transferred, fuel {}, memory {} KiB at most",
        usage.entries,
        usage.calls,
        usage.bytes,
        usage.fuel,
        memory >> 10
    );
    report::message(line.as_bytes());
}
