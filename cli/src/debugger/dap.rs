//! `--dap`: the Debug Adapter Protocol, over the standard streams or to one client by TCP.
//!
//! A thread reads requests. They are answered where the script has stopped: at a breakpoint, or for a moment because a request came.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::Path;
use std::rc::Rc;
use std::sync::mpsc::{Receiver, TryRecvError};

use perilune::value::Value;
use perilune::vm::Vm;
use perilune::vm::debugger::{DebugStop, ErrorStops, Step};
use perilune::vm::run::StopReason;
use serde_json::{Value as Json, json};

use super::breakpoints::{Breakpoint, Breakpoints, Piece, canonical, meets, pieces};
use super::evaluate::{FrameId, error_text, evaluate};
use super::inspect::Inspector;
use super::transport::{Output, Pump, read_messages};
use crate::engine::{Engine, Failure, Supervisor};
use crate::host::{make_exits_requests, redirect, take_attention};
use crate::text::preview;

/// How a session is begun on the command line.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// The port to listen at; the standard streams without one.
    pub port: Option<u16>,
    /// The script and its arguments, unless the client says.
    pub script: Vec<Vec<u8>>,
    /// `--52compat`
    pub compat52: bool,
}

/// A debugger's session. The exit status is the script's.
pub fn serve(options: &Options) -> i32 {
    match begin(options) {
        Ok(status) => status,
        Err(error) => {
            crate::report::message(error.to_string().as_bytes());
            1
        }
    }
}

fn begin(options: &Options) -> io::Result<i32> {
    let (input, out): (Box<dyn io::Read + Send>, Box<dyn Write + Send>);
    let streams;
    match options.port {
        Some(port) => {
            let listener = TcpListener::bind(("127.0.0.1", port))?;
            crate::report::message(format!("debugger at {}", listener.local_addr()?).as_bytes());
            let (client, _) = listener.accept()?;
            client.set_nodelay(true)?;
            streams = redirect::redirect(false)?;
            input = Box::new(client.try_clone()?);
            out = Box::new(client);
        }
        None => {
            streams = redirect::redirect(true)?;
            input = Box::new(streams.input);
            out = Box::new(streams.output);
        }
    }
    let output = Output::new(out);
    let pumps = [
        Pump::new(streams.written, "stdout", output.clone())?,
        Pump::new(streams.errors, "stderr", output.clone())?,
    ];
    make_exits_requests();
    let session = Rc::new(RefCell::new(Session {
        messages: read_messages(input),
        output,
        pumps,
        inspector: Inspector::default(),
        breakpoints: Breakpoints::default(),
        next_breakpoint: 1,
        errors: ErrorStops::Never,
        phase: Phase::Beginning,
        wants_pause: false,
        resume: None,
        stops_on_entry: false,
    }));
    Ok(conduct(options, &session))
}

/// What a session is about to do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing was launched.
    Beginning,
    /// There is a script, and breakpoints are being set.
    Configuring,
    Running,
    /// The script ended.
    Ended,
    /// The client is gone or wants it to end.
    Over,
}

struct Session {
    messages: Receiver<Json>,
    output: Output,
    pumps: [Pump; 2],
    inspector: Inspector,
    breakpoints: Breakpoints,
    next_breakpoint: i64,
    errors: ErrorStops,
    phase: Phase,
    /// There was a request to pause.
    wants_pause: bool,
    /// The request that lets a stopped script go on: how far.
    resume: Option<Option<Step>>,
    stops_on_entry: bool,
}

/// What is to be run.
struct Launch {
    engine: Engine,
    chunk: Value,
    arguments: Vec<Value>,
}

/// The whole session.
fn conduct(options: &Options, session: &Rc<RefCell<Session>>) -> i32 {
    let Some(launch) = wait_for_launch(options, session) else {
        return 0;
    };
    let Launch {
        engine,
        chunk,
        arguments,
    } = launch;
    // Until the client has set its breakpoints.
    while session.borrow().phase == Phase::Configuring {
        session.borrow_mut().handle_next(&mut engine.vm());
    }
    let mut status = 0;
    if session.borrow().phase == Phase::Running {
        let mut s = session.borrow_mut();
        if s.stops_on_entry {
            engine.vm().set_step(Some(Step::In));
        }
        drop(s);
        engine.supervise(Box::new(Supervised(session.clone())));
        let result = engine.call(chunk, &arguments);
        engine.vm().set_step(None);
        engine.flush();
        s = session.borrow_mut();
        s.drain();
        match result {
            Ok(_) => {}
            Err(Failure::Exit(code)) => status = code,
            Err(failure) => {
                status = 1;
                let text = failure.text().unwrap_or(b"(error object is a nil value)");
                let text = format!("{}\n", String::from_utf8_lossy(text));
                s.output.text("stderr", &text);
            }
        }
        s.output.event("exited", json!({ "exitCode": status }));
        s.output.event("terminated", json!({}));
        if s.phase == Phase::Running {
            s.phase = Phase::Ended;
        }
    }
    while session.borrow().phase == Phase::Ended {
        session.borrow_mut().handle_next(&mut engine.vm());
    }
    engine.close();
    status
}

/// Answers requests until one says what to run.
fn wait_for_launch(options: &Options, session: &Rc<RefCell<Session>>) -> Option<Launch> {
    let mut s = session.borrow_mut();
    loop {
        let request = s.messages.recv().ok()?;
        match request["command"].as_str().unwrap_or_default() {
            "launch" | "attach" => match launch(options, &mut s, &request["arguments"]) {
                Ok(launch) => {
                    s.phase = Phase::Configuring;
                    s.output.answer(&request, Ok(Json::Null));
                    s.output.event("initialized", json!({}));
                    return Some(launch);
                }
                Err(text) => s.output.answer(&request, Err(text)),
            },
            "initialize" => s.output.answer(&request, Ok(capabilities())),
            "disconnect" | "terminate" => {
                s.output.answer(&request, Ok(Json::Null));
                return None;
            }
            _ => s
                .output
                .answer(&request, Err(String::from("nothing was launched"))),
        }
    }
}

fn capabilities() -> Json {
    json!({
        "supportsConfigurationDoneRequest": true,
        "supportsConditionalBreakpoints": true,
        "supportsHitConditionalBreakpoints": true,
        "supportsLogPoints": true,
        "supportsEvaluateForHovers": true,
        "supportsSetVariable": true,
        "supportsTerminateRequest": true,
        "supportsExceptionInfoRequest": true,
        "supportsDelayedStackTraceLoading": true,
        "supportsBreakpointLocationsRequest": true,
        "exceptionBreakpointFilters": [
            { "filter": "uncaught", "label": "Uncaught errors", "default": true },
            { "filter": "all", "label": "All errors", "default": false },
        ],
    })
}

/// Makes a state with the script in it.
fn launch(options: &Options, session: &mut Session, arguments: &Json) -> Result<Launch, String> {
    if let Some(folder) = arguments["cwd"].as_str() {
        std::env::set_current_dir(folder).map_err(|e| format!("cannot enter {folder}: {e}"))?;
    }
    let mut words = options.script.clone();
    if let Some(program) = arguments["program"].as_str() {
        words = vec![program.as_bytes().to_vec()];
        let given = arguments["args"].as_array();
        words.extend(given.into_iter().flatten().map(|a| match a.as_str() {
            Some(text) => text.as_bytes().to_vec(),
            None => a.to_string().into_bytes(),
        }));
    }
    let script = words.first().ok_or("no program to debug")?.clone();
    session.stops_on_entry = arguments["stopOnEntry"].as_bool().unwrap_or(false);
    let engine = Engine::new(false, options.compat52).ok_or("not enough memory")?;
    let failed = |failure: Failure| {
        let text = failure.text().unwrap_or_default().to_vec();
        String::from_utf8_lossy(&text).into_owned()
    };
    words.insert(0, crate::report::program().to_vec());
    engine.set_arguments(&words, 1).map_err(failed)?;
    let chunk = engine.load_file(Some(&script)).map_err(failed)?;
    // It has to survive what is evaluated before it runs.
    let registry = engine.vm().registry();
    let _ = engine.vm().raw_set_name(registry, "perilune.script", chunk);
    if !arguments["noDebug"].as_bool().unwrap_or(false) {
        let breakpoints = session.breakpoints.clone();
        engine
            .vm()
            .set_breakpoints(Some(Box::new(move |chunk, line| {
                breakpoints.has(chunk, line)
            })));
    }
    let arguments = engine.script_arguments();
    Ok(Launch {
        engine,
        chunk,
        arguments,
    })
}

/// The session as the one whom the engine asks.
struct Supervised(Rc<RefCell<Session>>);

impl Supervisor for Supervised {
    fn stopped(&mut self, vm: &mut Vm, reason: StopReason) -> bool {
        self.0.borrow_mut().stopped(vm, reason)
    }
}

impl Session {
    fn drain(&self) {
        for pump in &self.pumps {
            pump.drain();
        }
    }

    /// Waits for a request, and answers it.
    fn handle_next(&mut self, vm: &mut Vm) {
        match self.messages.recv() {
            Ok(request) => self.handle(vm, &request),
            Err(_) => self.phase = Phase::Over,
        }
    }

    /// The run stopped. Shall it go on?
    fn stopped(&mut self, vm: &mut Vm, reason: StopReason) -> bool {
        if reason != StopReason::Debugger {
            let was_asked = take_attention();
            self.handle_waiting(vm);
            if self.phase == Phase::Over || !was_asked {
                // Ctrl-C.
                return false;
            }
            if self.wants_pause {
                // At the next line: here may be no Lua function at all.
                vm.set_step(Some(Step::In));
            }
            return true;
        }
        match vm.debug_stop() {
            Some(DebugStop::Breakpoint(line)) => match self.reached(vm, line) {
                Some(ids) => self.stay(vm, "breakpoint", json!({ "hitBreakpointIds": ids })),
                None => true,
            },
            Some(DebugStop::Error) => {
                let text = error_text(vm.stopped_error());
                let body = json!({ "text": text, "description": "Paused on an error" });
                self.stay(vm, "exception", body)
            }
            _ if std::mem::take(&mut self.stops_on_entry) => self.stay(vm, "entry", json!({})),
            _ if self.wants_pause => self.stay(vm, "pause", json!({})),
            _ => self.stay(vm, "step", json!({})),
        }
    }

    /// Which breakpoints of a line have their conditions met, if the run is to stop. Messages are written.
    fn reached(&mut self, vm: &mut Vm, line: u32) -> Option<Vec<i64>> {
        let thread = vm.current_thread();
        let function = vm.stopped_activations(thread).next()?.function;
        let chunk = function.proto()?.chunk_name();
        let frame = FrameId { thread, level: 0 };
        let mut ids = Vec::new();
        for breakpoint in self.breakpoints.at(chunk.as_bytes(), line) {
            if let Some(condition) = &breakpoint.condition {
                match evaluate(vm, Some(frame), condition) {
                    Ok(results) if results.first().is_none_or(|v| v.is_falsy()) => continue,
                    Ok(_) => {}
                    Err(text) => {
                        let text = format!("condition of a breakpoint in line {line}: {text}\n");
                        self.output.text("stderr", &text);
                    }
                }
            }
            let hits = self.breakpoints.count(chunk.as_bytes(), breakpoint.id);
            if breakpoint
                .hit_condition
                .as_ref()
                .is_some_and(|condition| !meets(condition, hits))
            {
                continue;
            }
            match &breakpoint.message {
                Some(message) => self.log(vm, frame, message),
                None => ids.push(breakpoint.id),
            }
        }
        (!ids.is_empty()).then_some(ids)
    }

    /// Writes a log point's message.
    fn log(&mut self, vm: &mut Vm, frame: FrameId, message: &str) {
        let mut text = String::new();
        for piece in pieces(message) {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Expression(code) => match evaluate(vm, Some(frame), code) {
                    Ok(values) => {
                        let values: Vec<String> = values.iter().map(|v| shown(*v)).collect();
                        text.push_str(&values.join(", "));
                    }
                    Err(error) => text.push_str(&error),
                },
            }
        }
        text.push('\n');
        self.output.text("console", &text);
    }

    /// Tells of a stop and answers requests until the run shall go on, or end.
    fn stay(&mut self, vm: &mut Vm, reason: &str, mut body: Json) -> bool {
        let _ = vm.flush_streams();
        self.drain();
        let thread = vm.current_thread();
        body["reason"] = json!(reason);
        body["threadId"] = json!(self.inspector.thread_id(thread));
        body["allThreadsStopped"] = json!(true);
        self.output.event("stopped", body);
        self.resume = None;
        self.wants_pause = false;
        loop {
            self.handle_next(vm);
            if self.phase == Phase::Over {
                return false;
            }
            if let Some(step) = self.resume.take() {
                self.inspector.forget(vm);
                vm.set_step(step);
                return true;
            }
        }
    }

    /// Answers what was asked while the script ran.
    fn handle_waiting(&mut self, vm: &mut Vm) {
        loop {
            match self.messages.try_recv() {
                Ok(request) => self.handle(vm, &request),
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => {
                    self.phase = Phase::Over;
                    return;
                }
            }
        }
    }

    /// Answers a request.
    fn handle(&mut self, vm: &mut Vm, request: &Json) {
        let result = self.perform(vm, request);
        self.output.answer(request, result);
    }

    fn perform(&mut self, vm: &mut Vm, request: &Json) -> Result<Json, String> {
        let arguments = &request["arguments"];
        match request["command"].as_str().unwrap_or_default() {
            "initialize" => Ok(capabilities()),
            "configurationDone" => {
                self.phase = Phase::Running;
                Ok(Json::Null)
            }
            "setBreakpoints" => self.set_breakpoints(vm, arguments),
            "breakpointLocations" => locations(vm, arguments),
            "setExceptionBreakpoints" => {
                let filters = arguments["filters"].as_array();
                let has = |name: &str| filters.is_some_and(|all| all.iter().any(|f| f == name));
                self.errors = match (has("all"), has("uncaught")) {
                    (true, _) => ErrorStops::All,
                    (_, true) => ErrorStops::Uncaught,
                    _ => ErrorStops::Never,
                };
                vm.set_error_stops(self.errors);
                Ok(Json::Null)
            }
            "exceptionInfo" => Ok(json!({
                "exceptionId": "error",
                "description": error_text(vm.stopped_error()),
                "breakMode": if self.errors == ErrorStops::All { "always" } else { "unhandled" },
            })),
            "threads" => Ok(self.inspector.threads(vm)),
            "stackTrace" => self.inspector.stack(vm, arguments),
            "scopes" => self.inspector.scopes(vm, arguments),
            "variables" => self.inspector.variables(vm, arguments),
            "setVariable" => {
                let frame = FrameId {
                    thread: vm.current_thread(),
                    level: 0,
                };
                self.inspector.set_variable(vm, Some(frame), arguments)
            }
            "evaluate" => {
                let frame = self.inspector.frame(arguments["frameId"].as_i64());
                let code = arguments["expression"].as_str().unwrap_or_default();
                let results = evaluate(vm, frame, code)?;
                self.results(vm, code, &results)
            }
            "continue" => {
                self.resume = Some(None);
                Ok(json!({ "allThreadsContinued": true }))
            }
            "next" => self.go(Step::Over),
            "stepIn" => self.go(Step::In),
            "stepOut" => self.go(Step::Out),
            "pause" => {
                self.wants_pause = true;
                Ok(Json::Null)
            }
            "disconnect" | "terminate" => {
                self.phase = Phase::Over;
                Ok(Json::Null)
            }
            other => Err(format!("'{other}' is not supported")),
        }
    }

    fn go(&mut self, step: Step) -> Result<Json, String> {
        self.resume = Some(Some(step));
        Ok(Json::Null)
    }

    /// Results of an evaluation: the first one can be looked into.
    fn results(&mut self, vm: &mut Vm, code: &str, results: &[Value]) -> Result<Json, String> {
        let first = results.first().copied();
        let mut shown =
            self.inspector
                .value(vm, first.unwrap_or(Value::NIL), Some(code.to_owned()));
        let texts: Vec<String> = results.iter().map(|value| preview(*value)).collect();
        shown["result"] = json!(texts.join(", "));
        Ok(shown)
    }

    /// Sets the breakpoints of a file, and says in which lines they are.
    fn set_breakpoints(&mut self, vm: &mut Vm, arguments: &Json) -> Result<Json, String> {
        let path = arguments["source"]["path"].as_str().ok_or("no file")?;
        let lines = lines_of_file(vm, Path::new(path));
        let mut breakpoints = Vec::new();
        let mut answer = Vec::new();
        for wanted in arguments["breakpoints"].as_array().into_iter().flatten() {
            let line = wanted["line"].as_u64().unwrap_or(0) as u32;
            let id = self.next_breakpoint;
            self.next_breakpoint += 1;
            let found = match &lines {
                Ok(lines) => lines
                    .iter()
                    .copied()
                    .find(|l| *l >= line)
                    .ok_or("no code here"),
                Err(text) => Err(text.as_str()),
            };
            match found {
                Ok(line) => {
                    let text = |name: &str| {
                        let text = wanted[name].as_str().filter(|t| !t.trim().is_empty());
                        text.map(str::to_owned)
                    };
                    breakpoints.push(Breakpoint {
                        id,
                        line,
                        condition: text("condition"),
                        hit_condition: text("hitCondition"),
                        message: text("logMessage"),
                        hits: 0,
                    });
                    answer.push(json!({ "id": id, "verified": true, "line": line }));
                }
                Err(text) => answer
                    .push(json!({ "id": id, "verified": false, "line": line, "message": text })),
            }
        }
        self.breakpoints.set(Path::new(path), breakpoints);
        vm.refresh_breakpoints();
        Ok(json!({ "breakpoints": answer }))
    }
}

/// A value in a message: strings as they are.
fn shown(value: Value) -> String {
    match value.as_str() {
        Some(s) => crate::text::lossy(s),
        None => preview(value),
    }
}

/// The lines of a file that have code. It is compiled for that, and not run.
fn lines_of_file(vm: &mut Vm, path: &Path) -> Result<Vec<u32>, String> {
    let path = canonical(path);
    let mut source = Vec::new();
    File::open(&path)
        .and_then(|mut file| io::Read::read_to_end(&mut file, &mut source))
        .map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    let kept = vm.run_error();
    let globals = vm.globals();
    let lines = match vm.load(&source, b"=(breakpoints)", None, globals) {
        Ok(main) => Ok(vm.lines_with_code(main)),
        Err(_) => Err(error_text(vm.run_error())),
    };
    vm.set_run_error(kept);
    lines
}

/// The lines in which breakpoints are possible.
fn locations(vm: &mut Vm, arguments: &Json) -> Result<Json, String> {
    let path = arguments["source"]["path"].as_str().ok_or("no file")?;
    let first = arguments["line"].as_u64().unwrap_or(0);
    let last = arguments["endLine"].as_u64().unwrap_or(first);
    let lines = lines_of_file(vm, Path::new(path))?;
    let lines = lines.into_iter().map(u64::from);
    let found: Vec<Json> = lines
        .filter(|line| (first..=last).contains(line))
        .map(|line| json!({ "line": line }))
        .collect();
    Ok(json!({ "breakpoints": found }))
}
