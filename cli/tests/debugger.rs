//! The debugger: by a client of its own for all it can, and by Visual Studio Code's for the proof that others understand it.

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use support::{Folder, folder};

/// How many seconds a session may take; generous, since tests share the machine.
const TIMEOUT: &str = "60";

/// A session with the adapter.
struct Client {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    sequence: u64,
    /// Events that nobody has waited for yet.
    events: Vec<Value>,
    program: PathBuf,
}

impl Client {
    /// Begins a session with a script, up to where breakpoints are set.
    fn new(dir: &Folder, source: &str, launch: Value) -> Client {
        dir.write("script.lua", source);
        let program = dir.path("script.lua");
        // A session that hangs fails.
        let mut child = Command::new("timeout")
            .args([TIMEOUT, env!("CARGO_BIN_EXE_perilune"), "--dap"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command");
        let input = child.stdin.take().expect("its input");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let mut client = Client {
            child,
            input,
            output,
            sequence: 0,
            events: Vec::new(),
            program,
        };
        client.ask("initialize", json!({ "adapterID": "perilune" }));
        let mut arguments = json!({ "program": client.program });
        for (name, value) in launch.as_object().into_iter().flatten() {
            arguments[name] = value.clone();
        }
        client.ask("launch", arguments);
        client.event("initialized");
        client
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line).expect("a header");
            assert!(!line.is_empty(), "the adapter is gone");
            if line.trim().is_empty() {
                break;
            }
            if let Some(n) = line.strip_prefix("Content-Length: ") {
                length = n.trim().parse().expect("a number");
            }
        }
        let mut text = vec![0; length];
        self.output.read_exact(&mut text).expect("a message");
        serde_json::from_slice(&text).expect("JSON")
    }

    /// Sends a request and gives the response.
    fn request(&mut self, command: &str, arguments: Value) -> Value {
        self.sequence += 1;
        let message = json!({ "seq": self.sequence, "type": "request", "command": command, "arguments": arguments });
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("sending");
        self.input.flush().expect("sending");
        loop {
            let message = self.receive();
            if message["type"] == "response" && message["request_seq"] == self.sequence {
                return message;
            }
            self.events.push(message);
        }
    }

    /// The same for one that has to succeed: the body.
    fn ask(&mut self, command: &str, arguments: Value) -> Value {
        let response = self.request(command, arguments);
        assert_eq!(response["success"], true, "{response}");
        response["body"].clone()
    }

    /// Waits for an event.
    fn event(&mut self, name: &str) -> Value {
        loop {
            if let Some(i) = self.events.iter().position(|e| e["event"] == name) {
                return self.events.remove(i)["body"].clone();
            }
            let message = self.receive();
            self.events.push(message);
        }
    }

    fn break_at(&mut self, breakpoints: Value) -> Value {
        let arguments = json!({ "source": { "path": self.program }, "breakpoints": breakpoints });
        self.ask("setBreakpoints", arguments)["breakpoints"].clone()
    }
    fn run(&mut self) {
        self.ask("configurationDone", json!({}));
    }
    fn go_on(&mut self) {
        self.ask("continue", json!({ "threadId": 1 }));
    }
    /// Waits for a stop: reason and line.
    fn stopped(&mut self) -> (String, u64) {
        let stop = self.event("stopped");
        let frames = self.stack(&stop["threadId"]);
        let line = frames
            .iter()
            .find_map(|f| f["line"].as_u64().filter(|n| *n > 0));
        let reason = stop["reason"].as_str().expect("a reason").to_owned();
        (reason, line.expect("a line"))
    }
    fn stack(&mut self, thread: &Value) -> Vec<Value> {
        let stack = self.ask("stackTrace", json!({ "threadId": thread }));
        stack["stackFrames"].as_array().expect("frames").clone()
    }
    fn variables(&mut self, reference: &Value) -> Vec<Value> {
        let body = self.ask("variables", json!({ "variablesReference": reference }));
        body["variables"].as_array().expect("variables").clone()
    }
    /// The number of a scope of the innermost function.
    fn scope(&mut self, name: &str) -> Value {
        let frame = self.stack(&json!(1))[0]["id"].clone();
        let scopes = self.ask("scopes", json!({ "frameId": frame }));
        let scopes = scopes["scopes"].as_array().expect("scopes");
        let scope = scopes.iter().find(|s| s["name"] == name);
        scope.expect("the scope")["variablesReference"].clone()
    }
    fn evaluate(&mut self, code: &str) -> String {
        let frame = self.stack(&json!(1))[0]["id"].clone();
        let arguments = json!({ "expression": code, "frameId": frame });
        let response = self.request("evaluate", arguments);
        let text = match response["success"].as_bool() {
            Some(true) => &response["body"]["result"],
            _ => &response["message"],
        };
        text.as_str().expect("a text").to_owned()
    }
    /// What was written to a category so far.
    fn output(&mut self, category: &str) -> String {
        let of = |e: &&Value| e["event"] == "output" && e["body"]["category"] == category;
        let texts = self.events.iter().filter(of);
        let texts = texts.map(|e| e["body"]["output"].as_str().unwrap_or_default());
        texts.collect()
    }
    /// Waits for the script's end: its status.
    fn end(&mut self) -> i64 {
        let status = self.event("exited")["exitCode"].as_i64();
        self.event("terminated");
        self.ask("disconnect", json!({}));
        self.child.wait().expect("its end");
        status.expect("a status")
    }
}

fn names(variables: &[Value]) -> Vec<(String, String)> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    variables
        .iter()
        .map(|v| (text(&v["name"]), text(&v["value"])))
        .collect()
}

#[test]
fn conditions_counts_and_messages() {
    let source = "local s = 0\nfor i = 1, 10 do\n  s = s + i\n  local t = s * 2\n  s = t - s\nend\n-- no code\nprint(s)";
    let mut c = Client::new(&folder("dap-conditions"), source, json!({}));
    let set = c.break_at(json!([
        { "line": 3, "condition": "i == 4 or i == 9" },
        { "line": 4, "logMessage": "{i} makes {s}, {t.x}" },
        { "line": 5, "hitCondition": ">= 10" },
        { "line": 7 },
        { "line": 99 },
    ]));
    assert_eq!(set[3]["line"], 8);
    assert_eq!(set[4]["verified"], false);
    c.run();
    assert_eq!(c.stopped(), ("breakpoint".to_owned(), 3));
    assert_eq!(c.evaluate("i, s"), "4, 6");
    assert!(
        c.output("console").contains("3 makes 6, "),
        "{}",
        c.output("console")
    );
    c.go_on();
    assert_eq!(c.stopped(), ("breakpoint".to_owned(), 3));
    c.go_on();
    assert_eq!(c.stopped(), ("breakpoint".to_owned(), 5));
    assert_eq!(c.evaluate("i"), "10");
    c.go_on();
    assert_eq!(c.stopped(), ("breakpoint".to_owned(), 8));
    c.go_on();
    assert_eq!(c.end(), 0);
    assert_eq!(c.output("stdout"), "55\n");
}

#[test]
fn variables_are_read_and_assigned() {
    let source = "local up = { 'a', 'b', name = { deep = true } }\nlocal function f(a, ...)\n  local list = {}\n  for i = 1, 300 do list[i] = i end\n  local a = a .. up[1]\n  return a, list[7], ...\nend\nprint(f('x', 1, 2))";
    let mut c = Client::new(&folder("dap-variables"), source, json!({}));
    c.break_at(json!([{ "line": 6 }]));
    c.run();
    c.stopped();
    let locals = c.scope("Locals");
    let all = c.variables(&locals);
    // The hidden variable of the same name can't be seen; nor can a loop's own.
    assert_eq!(names(&all)[1], ("a".to_owned(), "\"xa\"".to_owned()));
    assert_eq!(all.len(), 2);
    assert_eq!(all[0]["indexedVariables"], 300);
    let part = json!({ "variablesReference": all[0]["variablesReference"], "filter": "indexed", "start": 6, "count": 2 });
    let part = c.ask("variables", part)["variables"].clone();
    assert_eq!(
        names(part.as_array().unwrap()),
        [
            ("[7]".to_owned(), "7".to_owned()),
            ("[8]".to_owned(), "8".to_owned())
        ]
    );
    let set = c.ask("setVariable", json!({ "variablesReference": all[0]["variablesReference"], "name": "[7]", "value": "#up" }));
    assert_eq!(set["value"], "2");
    c.ask(
        "setVariable",
        json!({ "variablesReference": locals, "name": "a", "value": "'new' .. a" }),
    );
    let upvalues = c.scope("Upvalues");
    let upvalues = c.variables(&upvalues);
    assert_eq!(upvalues[0]["value"], "{\"a\", \"b\", name = {…}}");
    let fields = c.variables(&upvalues[0]["variablesReference"]);
    assert_eq!(fields[2]["evaluateName"], "up.name");
    let varargs = c.scope("Varargs");
    c.ask(
        "setVariable",
        json!({ "variablesReference": varargs, "name": "[2]", "value": "'two'" }),
    );
    // Statements too, which assign locals, upvalues and globals.
    assert_eq!(c.evaluate("up.name.deep = 5; g = up.name.deep"), "");
    assert_eq!(c.evaluate("g, up.name.deep, select('#', ...)"), "5, 5, 2");
    assert_eq!(c.evaluate("up = nil"), "");
    assert_eq!(
        c.evaluate("up, getmetatable('').__index == string"),
        "nil, true"
    );
    assert!(c.evaluate("a.b.c").contains("attempt to index"));
    assert!(c.evaluate("x y").contains("'=' expected"));
    c.go_on();
    assert_eq!(c.end(), 0);
    assert_eq!(c.output("stdout"), "newxa\t2\t1\ttwo\n");
}

#[test]
fn errors_coroutines_and_steps() {
    let source = "local co = coroutine.wrap(function(x)\n  local y = coroutine.yield(x)\n  error({ code = y })\nend)\npcall(error, 'caught')\nco(1)\nlocal z = 2\nco(z)";
    let mut c = Client::new(
        &folder("dap-errors"),
        source,
        json!({ "stopOnEntry": true }),
    );
    c.ask(
        "setExceptionBreakpoints",
        json!({ "filters": ["uncaught"] }),
    );
    c.run();
    assert_eq!(c.stopped(), ("entry".to_owned(), 1));
    c.ask("next", json!({ "threadId": 1 }));
    assert_eq!(c.stopped(), ("step".to_owned(), 4));
    c.break_at(json!([{ "line": 2 }]));
    c.go_on();
    assert_eq!(c.stopped(), ("breakpoint".to_owned(), 2));
    let threads = c.ask("threads", json!({}));
    let threads = threads["threads"].as_array().unwrap().clone();
    assert_eq!(threads.len(), 2);
    assert_eq!(threads[0]["name"], "main (waiting)");
    assert_eq!(c.stack(&threads[0]["id"]).last().unwrap()["line"], 6);
    c.ask("stepOut", json!({ "threadId": 2 }));
    assert_eq!(c.stopped(), ("step".to_owned(), 7));
    c.go_on();
    assert_eq!(c.stopped(), ("exception".to_owned(), 3));
    let info = c.ask("exceptionInfo", json!({ "threadId": 2 }));
    assert_eq!(info["description"], "(error object is a table value)");
    c.go_on();
    assert_eq!(c.end(), 1);
}

#[test]
fn running_loops_are_paused_and_get_breakpoints() {
    let source = "local function f(i)\n  return i + 1\nend\nlocal other = 0\nfor i = 1, 1000 do other = other + i end\nlocal n = 0\nwhile true do\n  n = f(n)\n  if stop then break end\nend\nos.exit(7)";
    let mut c = Client::new(&folder("dap-loops"), source, json!({}));
    c.run();
    // Once the second loop runs, and is compiled.
    let first = loop {
        c.ask("pause", json!({ "threadId": 1 }));
        assert_eq!(c.stopped().0, "pause");
        if let Ok(n @ 1000.0..) = c.evaluate("n").parse::<f64>() {
            break n;
        }
        c.go_on();
    };
    assert_eq!(
        c.evaluate("require('jit.util').traceinfo(1) ~= nil"),
        "true"
    );
    c.go_on();
    // While it runs.
    c.break_at(json!([{ "line": 2 }]));
    assert_eq!(c.stopped(), ("breakpoint".to_owned(), 2));
    let second: f64 = c.evaluate("i").parse().unwrap();
    assert!(second > first);
    // The loop in line 7 is no longer compiled, that in line 5 is.
    let count = "(function() local n = 0 for i = 1, 20 do if require('jit.util').traceinfo(i) then n = n + 1 end end return n end)()";
    assert_eq!(c.evaluate(count), "1");
    c.go_on();
    assert_eq!(c.stopped(), ("breakpoint".to_owned(), 2));
    assert_eq!(c.evaluate("i").parse::<f64>().unwrap(), second + 1.0);
    c.break_at(json!([]));
    c.go_on();
    assert_eq!(
        c.request("stackTrace", json!({ "threadId": 99 }))["success"],
        false
    );
    c.ask("evaluate", json!({ "expression": "stop = true" }));
    assert_eq!(c.end(), 7);
}

#[test]
fn bad_launches_are_refused() {
    let dir = folder("dap-bad");
    dir.write("broken.lua", "x = = 1");
    let mut c = Client::new(&dir, "print(1)", json!({}));
    c.ask("disconnect", json!({}));
    c.child.wait().unwrap();
    let broken = std::process::Command::new(env!("CARGO_BIN_EXE_perilune"))
        .args(["--dap=x"])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&broken.stderr).starts_with("usage:"));
}

/// Where `.ci/install` puts the client.
fn installed_client() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/dap-client/node_modules")
}

#[test]
fn a_client_that_others_wrote() {
    let modules = installed_client();
    if !modules.is_dir() && std::env::var_os("CI").is_none() {
        eprintln!("the client isn't installed: .ci/install does that");
        return;
    }
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/dap");
    let run = Command::new("node")
        .arg(here.join("client.js"))
        .arg(env!("CARGO_BIN_EXE_perilune"))
        .arg(here.join("program.lua"))
        .env("NODE_PATH", modules)
        .output()
        .expect("node");
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{errors}");
}
