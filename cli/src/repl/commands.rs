//! The prompt's own commands, which begin with a colon.

use std::fmt::Write;
use std::time::Instant;

use perilune::bytecode::Proto;
use perilune::bytecode::list;
use perilune::gc::OutOfMemory;
use perilune::number::format::Sink;
use perilune::value::{Gc, Value};

use super::CHUNK;
use crate::engine::{Engine, Failure};

#[cfg(feature = "jit")]
use perilune::bytecode::Bc;
#[cfg(feature = "jit")]
use perilune::jit::{SiteState, TraceAbort, TraceSummary};

/// What `:help` says.
const HELP: &str = "Type an expression to see its value, or statements to run them. Besides:
  :bytecode f     The bytecode of a function.
  :trace [n]      The traces that there are, or one of them: source, bytecode, IR, snapshots, machine code.
  :why f          What is compiled of a function, and why the rest isn't.
  :time code      Run something, and see how long it takes.
  :mem            What memory is used for.
  :gc             Collect all garbage.
  :jit [on|off|flush]   The compiler's state; switch it, or drop its traces.
  :help           This text.
Ctrl-R searches the history, page up finds what begins like the line; tab completes.";

/// The commands' names, for completion.
pub const NAMES: &[&str] = &[
    ":bytecode",
    ":gc",
    ":help",
    ":jit",
    ":mem",
    ":time",
    ":trace",
    ":why",
];

/// Is a line a command? A label of the language begins with two colons.
pub fn is_command(line: &[u8]) -> bool {
    line.first() == Some(&b':') && line.get(1) != Some(&b':')
}

/// Carries a command out: what it prints, or what went wrong.
pub fn run(engine: &Engine, line: &str) -> Result<String, Failure> {
    let line = line.trim();
    let (name, rest) = match line.split_once(char::is_whitespace) {
        Some((name, rest)) => (name, rest.trim()),
        None => (line, ""),
    };
    match name {
        ":help" => Ok(HELP.to_owned()),
        ":bytecode" => Ok(bytecode(function(engine, rest)?)),
        ":time" => time(engine, rest),
        ":mem" => Ok(memory(engine)),
        ":gc" => Ok(collect(engine)),
        #[cfg(feature = "jit")]
        ":trace" => traces(engine, rest),
        #[cfg(feature = "jit")]
        ":why" => Ok(why(engine, function(engine, rest)?)),
        #[cfg(feature = "jit")]
        ":jit" => compiler(engine, rest),
        #[cfg(not(feature = "jit"))]
        ":trace" | ":why" | ":jit" => Ok(String::from("There is no compiler in this build.")),
        _ => Err(problem(format!("no command '{name}'; try :help"))),
    }
}

fn problem(text: impl Into<String>) -> Failure {
    Failure::Error(Some(text.into().into_bytes()))
}

/// What an expression gives.
fn evaluate(engine: &Engine, code: &str) -> Result<Vec<Value>, Failure> {
    let expression = [b"return ", code.as_bytes()].concat();
    let chunk = match engine.load(&expression, CHUNK) {
        Ok(chunk) => chunk,
        Err(_) => engine.load(code.as_bytes(), CHUNK)?,
    };
    engine.call(chunk, &[])
}

/// The Lua function that an expression gives.
fn function(engine: &Engine, code: &str) -> Result<Gc<Proto>, Failure> {
    if code.is_empty() {
        return Err(problem("which function?"));
    }
    let value = evaluate(engine, code)?
        .first()
        .copied()
        .unwrap_or(Value::NIL);
    let Some(function) = value.as_function() else {
        let kind = value.type_of().name();
        return Err(problem(format!("'{code}' is a {kind} value, no function")));
    };
    match function.proto() {
        Some(proto) => Ok(proto),
        None => Err(problem(format!("'{code}' is a function of the library"))),
    }
}

/// Text that is written to.
struct Text(String);

impl Sink for Text {
    type Error = OutOfMemory;
    fn put(&mut self, bytes: &[u8]) -> Result<(), OutOfMemory> {
        self.0.push_str(&String::from_utf8_lossy(bytes));
        Ok(())
    }
}

fn bytecode(proto: Gc<Proto>) -> String {
    let mut text = Text(String::new());
    let _ = list::list(proto, &mut text);
    text.0.trim_end().to_owned()
}

fn time(engine: &Engine, code: &str) -> Result<String, Failure> {
    let cpu = |engine: &Engine| engine.vm().host().cpu_time().unwrap_or(0);
    let used = engine.vm().heap().used();
    let (begun, begun_cpu) = (Instant::now(), cpu(engine));
    let results = evaluate(engine, code)?;
    let (wall, processor) = (begun.elapsed(), cpu(engine).saturating_sub(begun_cpu));
    let mut text = String::new();
    if !results.is_empty() {
        text = super::show::results(engine, &results, false);
        text.push('\n');
    }
    let now = engine.vm().heap().used();
    let change = (now as f64 - used as f64) / 1024.0;
    let _ = write!(
        text,
        "{:.3} ms, {:.3} ms of the processor; memory {change:+.1} KiB",
        wall.as_secs_f64() * 1e3,
        processor as f64 / 1e6,
    );
    Ok(text)
}

fn kib(bytes: usize) -> String {
    format!("{:.1} KiB", bytes as f64 / 1024.0)
}

fn memory(engine: &Engine) -> String {
    let vm = &mut *engine.vm();
    let mut text = String::new();
    {
        let heap = vm.heap();
        let (used, peak, reserved) = (heap.used(), heap.peak(), heap.reserved());
        let statistics = heap.statistics();
        let _ = write!(
            text,
            "used {}, at most {}; {} from the system\ncollections finished: {}; coroutines: {}",
            kib(used),
            kib(peak),
            kib(reserved),
            statistics.cycles,
            heap.thread_count().saturating_sub(1),
        );
    }
    #[cfg(feature = "jit")]
    {
        let (code, limit) = vm.code_memory();
        let _ = write!(
            text,
            "\nmachine code {} of {} in {} traces",
            kib(code),
            kib(limit),
            vm.traces().count()
        );
    }
    text
}

fn collect(engine: &Engine) -> String {
    let vm = &mut *engine.vm();
    let before = vm.heap().used();
    let begun = Instant::now();
    vm.collect_fully();
    let length = begun.elapsed();
    let after = vm.heap().used();
    format!(
        "{} before, {} after; {:.3} ms",
        kib(before),
        kib(after),
        length.as_secs_f64() * 1e3
    )
}

/// "chunk:line".
#[cfg(feature = "jit")]
fn place(proto: Gc<Proto>, line: Option<u32>) -> String {
    let chunk = perilune::vm::debuginfo::short_name(proto.chunk_name().as_bytes());
    format!(
        "{}:{}",
        String::from_utf8_lossy(chunk.as_bytes()),
        line.unwrap_or(0)
    )
}

#[cfg(feature = "jit")]
fn summary(trace: &TraceSummary) -> String {
    let mut text = format!("{:4}  ", trace.number);
    let _ = match trace.parent {
        Some((parent, Some(exit))) => write!(text, "side of {parent}/{exit} at "),
        Some((parent, None)) => write!(text, "behind {parent} at "),
        None => Ok(()),
    };
    text.push_str(&place(trace.function, trace.line()));
    let _ = match trace.next.filter(|next| *next != trace.number) {
        Some(next) => write!(text, " -> {next}"),
        None => write!(text, " {}", trace.link),
    };
    let _ = write!(text, ", {} bytes, {} exits", trace.code_size, trace.exits);
    text
}

#[cfg(feature = "jit")]
fn traces(engine: &Engine, number: &str) -> Result<String, Failure> {
    let vm = &mut *engine.vm();
    if number.is_empty() {
        let all: Vec<String> = vm.traces().map(|trace| summary(&trace)).collect();
        return Ok(if all.is_empty() {
            String::from("There are no traces.")
        } else {
            all.join("\n")
        });
    }
    let trace = number.parse().ok().and_then(|n| vm.trace_summary(n));
    let trace = trace.ok_or_else(|| problem(format!("there is no trace {number}")))?;
    let mut text = summary(&trace);
    text.push_str("\n\n");
    let mut sources = Sources::default();
    let mut last = 0;
    let written = vm.write_trace_ir(trace.number, &mut text, &mut |out, proto, position| {
        let line = proto.lines().get(position).copied().unwrap_or(0);
        if line != last {
            last = line;
            let source = sources.line(proto, line);
            writeln!(out, "-- {}: {source}", place(proto, Some(line)))?;
        }
        let mut code = Text(String::new());
        let _ = list::instruction(proto, position, b"  ", &mut code);
        write!(out, "   {}", code.0)
    });
    let _ = written.and_then(|()| writeln!(text));
    let _: std::fmt::Result = vm.write_trace_code(trace.number, &mut text);
    Ok(text.trim_end().to_owned())
}

/// The lines of files that were read.
#[cfg(feature = "jit")]
#[derive(Default)]
struct Sources(std::collections::HashMap<Vec<u8>, Vec<String>>);

#[cfg(feature = "jit")]
impl Sources {
    /// A line of a function's source; nothing where that isn't known.
    fn line(&mut self, proto: Gc<Proto>, line: u32) -> String {
        use std::os::unix::ffi::OsStrExt;
        let name = proto.chunk_name().as_bytes().to_vec();
        let lines = self.0.entry(name).or_insert_with_key(|name| {
            let text = match name.strip_prefix(b"@") {
                Some(file) => std::fs::read(std::ffi::OsStr::from_bytes(file)).unwrap_or_default(),
                None if name.starts_with(b"=") => Vec::new(),
                None => name.clone(),
            };
            let text = String::from_utf8_lossy(&text).into_owned();
            text.lines().map(|line| line.trim().to_owned()).collect()
        });
        let index = (line as usize).wrapping_sub(1);
        lines.get(index).cloned().unwrap_or_default()
    }
}

#[cfg(feature = "jit")]
fn compiler(engine: &Engine, what: &str) -> Result<String, Failure> {
    match what {
        "on" => engine.vm().switch_jit(true),
        "off" => engine.vm().switch_jit(false),
        "flush" => engine.vm().flush_traces(),
        "" => {}
        _ => {
            return Err(problem(
                "it is ':jit', ':jit on', ':jit off' or ':jit flush'",
            ));
        }
    }
    let status = crate::run::jit_status(engine);
    let vm = &mut *engine.vm();
    let (code, limit) = vm.code_memory();
    Ok(format!(
        "{status}\n{} traces, machine code {} of {}",
        vm.traces().count(),
        kib(code),
        kib(limit)
    ))
}

#[cfg(feature = "jit")]
fn why(engine: &Engine, proto: Gc<Proto>) -> String {
    let vm = &mut *engine.vm();
    let mut text = String::new();
    let mut say = |line: String| {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&line);
    };
    if !vm.is_jit_on() {
        say(String::from("The compiler is off: :jit on."));
    }
    if proto.flags().has(perilune::bytecode::ProtoFlags::NO_JIT) {
        say(String::from(
            "jit.off was called for this function: jit.on(f) takes that back.",
        ));
    }
    let failures: Vec<_> = vm.recording_failures(proto).copied().collect();
    let mut cold = false;
    for (index, op, state) in vm.hot_sites(proto) {
        let line = proto.lines().get(index).copied();
        let what = match op {
            Bc::FuncF | Bc::FuncV => "the function",
            _ => "its loop",
        };
        let at = place(proto, line);
        let tried = failures.iter().any(|f| Some(f.line) == line);
        match state {
            SiteState::Compiled(number) => say(format!("{what} at {at}: compiled, trace {number}")),
            SiteState::LeftAlone => say(format!(
                "{what} at {at}: interpreted; recording failed too often, it is tried again later"
            )),
            SiteState::Counted if tried => {
                say(format!("{what} at {at}: interpreted; recording it failed"));
            }
            SiteState::Counted => {
                cold = true;
                say(format!("{what} at {at}: not hot so far"));
            }
        }
    }
    for failure in &failures {
        say(format!(
            "  begun in line {}, given up in line {}{}: {}",
            failure.line,
            failure.at,
            match failure.count {
                1 => String::new(),
                n => format!(", {n} times"),
            },
            failure.reason,
        ));
        say(format!("    {}", advice(failure.reason)));
    }
    let through: Vec<String> = vm.traces_through(proto).map(|n| n.to_string()).collect();
    if !through.is_empty() {
        say(format!(
            "As a part of its callers it is compiled in trace {}.",
            through.join(", ")
        ));
    } else if cold && failures.is_empty() {
        say(String::from(
            "Loops get hot after 56 rounds, functions after 112 calls (-Ohotloop=n): run it more often.",
        ));
    }
    text
}

/// What to change, for each reason why a recording is given up.
#[cfg(feature = "jit")]
fn advice(reason: TraceAbort) -> String {
    String::from(match reason {
        TraceAbort::NyiBytecode(op) => {
            return format!(
                "{} is not compiled ({}): move it out of the hot part.",
                op.name(),
                match op {
                    Bc::FNew => "a closure is made; make it once, before the loop",
                    Bc::UClo => "variables that closures captured go out of scope",
                    Bc::VArg => "'...' of an unknown length",
                    Bc::Cat => "of these operands",
                    Bc::TSetM => "a table from an open number of values",
                    _ => "with these operands",
                }
            );
        }
        TraceAbort::NyiFunction(_) => {
            "With these arguments the library's function is not compiled: the trace ends before it. Use others, or call it less."
        }
        TraceAbort::Raised => {
            "An error was raised, a hook called or a finalizer run. Errors as ordinary control flow are interpreted."
        }
        TraceAbort::StackOverflow => "Too many calls within one another.",
        TraceAbort::RetryRecording => "Nothing: it is tried again at once.",
        TraceAbort::NyiReturn => {
            "It returned before it was worth a trace. Its caller's loop is compiled with it, if there is one."
        }
        TraceAbort::LeavesLoop => {
            "The loop ended while it was recorded: it is short. An outer loop is compiled with it."
        }
        TraceAbort::InnerLoop => {
            "Another loop began within it, and gets a trace of its own; this one links to that."
        }
        TraceAbort::LoopUnroll => {
            "An inner loop with few and changing rounds was unrolled too often. Write its rounds out, or make it long."
        }
        TraceAbort::BadType => {
            "A value had a type with which the operation fails or calls a metamethod of the library's."
        }
        TraceAbort::JitOff => "jit.off was called for a function that it calls.",
        TraceAbort::CallUnroll => {
            "It calls itself, or others too deep, to be unrolled. Recursion in tail position becomes a loop."
        }
        TraceAbort::StoreNilKey => "A table is stored to at nil or NaN, which is an error.",
        TraceAbort::ReadonlyTable => "A read-only table is stored to, which is an error.",
        TraceAbort::NyiMetamethod => "The operands have no such metamethod, which is an error.",
        TraceAbort::HookActive => "A debug hook is set: debug.sethook() takes it off.",
        TraceAbort::NyiCoroutine => {
            "A coroutine is resumed, or yields: only the code between is compiled. Do more between two yields."
        }
        TraceAbort::OutOfMemory => "Memory is short: raise the limit.",
        TraceAbort::Breakpoint => "There is a breakpoint in a function that it executes.",
        TraceAbort::Ir(_) => {
            "The trace got too long: make the loop's body shorter, or raise -Omaxrecord=n and -Omaxirconst=n."
        }
        TraceAbort::Backend(_) => "Machine code of it could not be made: raise -Omaxmcode=n (KiB).",
    })
}
