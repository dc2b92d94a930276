//! What a stopped run is shown as: threads, functions under way, and variables, which clients ask for by numbers that hold until the run
//! goes on.

use std::collections::HashMap;

use perilune::value::thread::Status;
use perilune::value::{Gc, Table, Thread, Value};
use perilune::vm::Vm;
use perilune::vm::debuginfo::Activation;
use serde_json::{Value as Json, json};

use super::breakpoints::path_of_chunk;
use super::evaluate::{FrameId, evaluate};
use crate::text::{entries, is_name, key, lossy, plain, preview};

/// Where the values that clients may ask for are kept alive: in the registry under this name.
const KEPT: &str = "perilune.debugger";
/// Tables with more entries are said to have so many, so that clients ask for a part at a time.
const PAGED: usize = 100;

/// What a client may ask for the variables of.
#[derive(Clone, Copy)]
enum Container {
    Locals(FrameId),
    Arguments(FrameId),
    Upvalues(FrameId),
    /// The table at this index of those that are kept alive.
    Table(i32),
}

/// The numbers that a client knows things by.
#[derive(Default)]
pub struct Inspector {
    threads: HashMap<usize, i64>,
    frames: Vec<FrameId>,
    /// Each with the expression that gives it.
    containers: Vec<(Container, Option<String>)>,
    kept: i32,
}

impl Inspector {
    /// The run goes on: frames and variables are no longer what they were.
    pub fn forget(&mut self, vm: &mut Vm) {
        self.frames.clear();
        self.containers.clear();
        self.kept = 0;
        let registry = vm.registry();
        let _ = vm.raw_set_name(registry, KEPT, Value::NIL);
    }

    /// A thread's number.
    pub fn thread_id(&mut self, thread: Gc<Thread>) -> i64 {
        let next = self.threads.len() as i64 + 1;
        *self.threads.entry(thread.as_ptr() as usize).or_insert(next)
    }

    /// All threads.
    pub fn threads(&mut self, vm: &mut Vm) -> Json {
        let current = vm.current_thread();
        let mut list = Vec::new();
        for (i, thread) in vm.coroutines().into_iter().enumerate() {
            let state = match thread.status() {
                _ if thread == current => "running",
                Status::Suspended => "suspended",
                _ => "waiting",
            };
            let name = if i == 0 {
                format!("main ({state})")
            } else {
                format!("coroutine {:p} ({state})", thread.as_ptr())
            };
            list.push(json!({ "id": self.thread_id(thread), "name": name }));
        }
        json!({ "threads": list })
    }

    fn thread(&mut self, vm: &mut Vm, id: i64) -> Option<Gc<Thread>> {
        vm.coroutines()
            .into_iter()
            .find(|thread| self.thread_id(*thread) == id)
    }

    /// The functions of a thread that are under way.
    pub fn stack(&mut self, vm: &mut Vm, arguments: &Json) -> Result<Json, String> {
        let id = arguments["threadId"].as_i64().unwrap_or(1);
        let thread = self.thread(vm, id).ok_or("no such thread")?;
        let start = arguments["startFrame"].as_u64().unwrap_or(0) as usize;
        let levels = match arguments["levels"].as_u64() {
            None | Some(0) => usize::MAX,
            Some(n) => n as usize,
        };
        let activations: Vec<Activation> = vm.stopped_activations(thread).collect();
        // The command's own function calls the script.
        let is_main = thread == vm.coroutines()[0];
        let total = activations.len() - usize::from(is_main && !activations.is_empty());
        let mut frames = Vec::new();
        for level in (0..total).skip(start).take(levels) {
            self.frames.push(FrameId { thread, level });
            let mut frame = describe(vm, &activations[level]);
            frame["id"] = json!(self.frames.len());
            frames.push(frame);
        }
        Ok(json!({ "stackFrames": frames, "totalFrames": total }))
    }

    /// The function that a client means, or the innermost one.
    pub fn frame(&self, id: Option<i64>) -> Option<FrameId> {
        let id = usize::try_from(id?).ok()?.checked_sub(1)?;
        self.frames.get(id).copied()
    }

    /// The kinds of variables of a function.
    pub fn scopes(&mut self, vm: &mut Vm, arguments: &Json) -> Result<Json, String> {
        let frame = self
            .frame(arguments["frameId"].as_i64())
            .ok_or("no such frame")?;
        let activation = activation(vm, frame)?;
        let mut scopes = vec![scope(
            "Locals",
            Some("locals"),
            self.contain(Container::Locals(frame), None),
        )];
        if vm.local(&activation, -1).is_some() {
            let number = self.contain(Container::Arguments(frame), None);
            scopes.push(scope("Varargs", Some("arguments"), number));
        }
        let proto = activation.function.proto();
        if proto.is_some_and(|proto| !proto.upvalue_names().is_empty()) {
            let number = self.contain(Container::Upvalues(frame), None);
            scopes.push(scope("Upvalues", None, number));
        }
        let globals = vm.environment_of(activation.function.into());
        let globals = globals.unwrap_or_else(|| vm.globals());
        let number = self.keep(vm, globals, Some(String::from("_G")));
        let mut globals = scope("Globals", None, number);
        globals["expensive"] = json!(true);
        scopes.push(globals);
        Ok(json!({ "scopes": scopes }))
    }

    fn contain(&mut self, container: Container, expression: Option<String>) -> usize {
        self.containers.push((container, expression));
        self.containers.len()
    }

    /// Keeps a table alive, and gives its number; 0 where there is no memory.
    fn keep(&mut self, vm: &mut Vm, table: Gc<Table>, expression: Option<String>) -> usize {
        let Some(kept) = kept(vm) else { return 0 };
        self.kept += 1;
        match vm.raw_set_int(kept, self.kept, table.into()) {
            Ok(()) => self.contain(Container::Table(self.kept), expression),
            Err(_) => 0,
        }
    }

    /// A value as clients want it.
    pub fn value(&mut self, vm: &mut Vm, value: Value, expression: Option<String>) -> Json {
        let mut shown = json!({
            "value": preview(value),
            "type": value.type_of().name(),
            "variablesReference": 0,
        });
        if let Some(expression) = &expression {
            shown["evaluateName"] = json!(expression);
        }
        if let Some(table) = value.as_table()
            && (entries(table).next().is_some() || table.metatable().is_some())
        {
            let indexed = (1..).take_while(|i| !table.get_int(*i).is_nil()).count();
            let all = entries(table).count() + usize::from(table.metatable().is_some());
            if all > PAGED {
                shown["indexedVariables"] = json!(indexed);
                shown["namedVariables"] = json!(all - indexed);
            }
            shown["variablesReference"] = json!(self.keep(vm, table, expression));
        }
        shown
    }

    /// The variables of what a client got a number for.
    pub fn variables(&mut self, vm: &mut Vm, arguments: &Json) -> Result<Json, String> {
        let (container, owner) = self.container(arguments)?;
        let all = members(vm, container)?;
        let is_indexed = |name: &str| {
            name.starts_with('[') && name[1..].starts_with(|c: char| c.is_ascii_digit())
        };
        let filter = arguments["filter"].as_str();
        let start = arguments["start"].as_u64().unwrap_or(0) as usize;
        let count = match arguments["count"].as_u64() {
            None | Some(0) => usize::MAX,
            Some(n) => n as usize,
        };
        let wanted: Vec<(String, Value)> = all
            .into_iter()
            .filter(|(name, _)| match filter {
                Some("indexed") => is_indexed(name),
                Some("named") => !is_indexed(name),
                _ => true,
            })
            .skip(start)
            .take(count)
            .collect();
        let mut variables = Vec::new();
        for (name, value) in wanted {
            let expression = expression_of(container, owner.as_deref(), &name);
            let mut shown = self.value(vm, value, expression);
            shown["name"] = json!(name);
            variables.push(shown);
        }
        Ok(json!({ "variables": variables }))
    }

    /// Assigns a variable.
    pub fn set_variable(
        &mut self,
        vm: &mut Vm,
        frame: Option<FrameId>,
        arguments: &Json,
    ) -> Result<Json, String> {
        let (container, owner) = self.container(arguments)?;
        let name = arguments["name"].as_str().unwrap_or_default();
        let code = arguments["value"].as_str().unwrap_or_default();
        let frame = match container {
            Container::Locals(f) | Container::Arguments(f) | Container::Upvalues(f) => Some(f),
            Container::Table(_) => frame,
        };
        let value = evaluate(vm, frame, code)?
            .first()
            .copied()
            .unwrap_or(Value::NIL);
        match container {
            Container::Table(index) => {
                let table = table_at(vm, index).ok_or("the table is gone")?;
                let found = entries(table).find(|(k, _)| key(*k) == name);
                let key = found.ok_or("no such field")?.0;
                vm.raw_set(table, key, value)
                    .map_err(|_| "not enough memory")?;
            }
            Container::Locals(frame) | Container::Upvalues(frame) => {
                let activation = activation(vm, frame)?;
                let variable = vm
                    .find_variable(&activation, name.as_bytes())
                    .ok_or("no such variable")?;
                vm.assign_variable(frame.thread, variable, value);
            }
            Container::Arguments(frame) => {
                let activation = activation(vm, frame)?;
                let n: i32 = name
                    .trim_matches(['[', ']'])
                    .parse()
                    .map_err(|_| "no such argument")?;
                let local = vm.local(&activation, -n).ok_or("no such argument")?;
                vm.assign_local(frame.thread, &local, value);
            }
        }
        let expression = expression_of(container, owner.as_deref(), name);
        Ok(self.value(vm, value, expression))
    }

    fn container(&self, arguments: &Json) -> Result<(Container, Option<String>), String> {
        let number = arguments["variablesReference"].as_u64().unwrap_or(0) as usize;
        let index = number.checked_sub(1).ok_or("nothing has this number")?;
        let found = self.containers.get(index);
        Ok(found.cloned().ok_or("nothing has this number")?)
    }
}

/// The table of what is kept alive.
fn kept(vm: &mut Vm) -> Option<Gc<Table>> {
    let registry = vm.registry();
    let present = vm.raw_get_name(registry, KEPT).ok()?;
    if let Some(table) = present.as_table() {
        return Some(table);
    }
    let table = vm.new_table(0, 0).ok()?;
    vm.raw_set_name(registry, KEPT, table.into()).ok()?;
    Some(table)
}

fn table_at(vm: &mut Vm, index: i32) -> Option<Gc<Table>> {
    kept(vm)?.get_int(index).as_table()
}

fn activation(vm: &Vm, frame: FrameId) -> Result<Activation, String> {
    let found = vm.stopped_activations(frame.thread).nth(frame.level);
    found.ok_or_else(|| String::from("no such function"))
}

fn scope(name: &str, hint: Option<&str>, number: usize) -> Json {
    let mut scope = json!({ "name": name, "variablesReference": number, "expensive": false });
    if let Some(hint) = hint {
        scope["presentationHint"] = json!(hint);
    }
    scope
}

/// Names and values of what is in a container.
fn members(vm: &mut Vm, container: Container) -> Result<Vec<(String, Value)>, String> {
    let mut found: Vec<(String, Value)> = Vec::new();
    match container {
        Container::Locals(frame) => {
            let activation = activation(vm, frame)?;
            for local in (1..).map_while(|n| vm.local(&activation, n)) {
                let Some(name) = local.name.map(lossy).filter(|name| !name.starts_with('(')) else {
                    continue;
                };
                // What is hidden by a later one of the same name can't be named.
                found.retain(|(earlier, _)| *earlier != name);
                found.push((name, local.get()));
            }
        }
        Container::Arguments(frame) => {
            let activation = activation(vm, frame)?;
            let arguments = (1..).map_while(|n| vm.local(&activation, -n).map(|l| (n, l)));
            found.extend(arguments.map(|(n, local)| (format!("[{n}]"), local.get())));
        }
        Container::Upvalues(frame) => {
            let activation = activation(vm, frame)?;
            let proto = activation.function.proto();
            for (i, name) in proto.iter().flat_map(|p| p.upvalue_names()).enumerate() {
                if let Some(upvalue) = activation.function.lua_upvalue(i) {
                    found.push((lossy(*name), upvalue.get()));
                }
            }
        }
        Container::Table(index) => {
            let table = table_at(vm, index).ok_or("the table is gone")?;
            found.extend(entries(table).map(|(k, v)| (key(k), v)));
            // A huge array keeps its order, names are easier to find in theirs.
            let named = found.iter().position(|(name, _)| !name.starts_with('['));
            if let Some(named) = named {
                found[named..].sort_by(|a, b| a.0.cmp(&b.0));
            }
            if let Some(metatable) = table.metatable() {
                found.push((String::from("(metatable)"), metatable.into()));
            }
        }
    }
    Ok(found)
}

/// The expression that gives a member again.
fn expression_of(container: Container, owner: Option<&str>, name: &str) -> Option<String> {
    match container {
        Container::Locals(_) | Container::Upvalues(_) => Some(name.to_owned()),
        Container::Arguments(_) => {
            let number = name.trim_matches(['[', ']']);
            Some(format!("(select({number}, ...))"))
        }
        Container::Table(_) if name == "(metatable)" => {
            owner.map(|owner| format!("getmetatable({owner})"))
        }
        Container::Table(_) if is_name(name) => owner.map(|owner| format!("{owner}.{name}")),
        // Objects as keys have no expression.
        Container::Table(_) if name.contains(": 0x") => None,
        Container::Table(_) => owner.map(|owner| format!("{owner}{name}")),
    }
}

/// A function under way as clients want it, without its number.
fn describe(vm: &Vm, activation: &Activation) -> Json {
    let name = vm.function_name(activation).map(|(_, name)| lossy(name));
    let Some(proto) = activation.function.proto() else {
        return json!({
            "name": name.unwrap_or_else(|| plain(activation.function.into(), 0)),
            "line": 0,
            "column": 0,
            "presentationHint": "subtle",
        });
    };
    let name = name.unwrap_or_else(|| match proto.first_line() {
        0 => String::from("main chunk"),
        line => format!("function <line {line}>"),
    });
    json!({
        "name": name,
        "line": activation.line().unwrap_or(0),
        "column": 1,
        "source": source_of(proto.chunk_name().as_bytes()),
    })
}

/// A chunk's source as clients want it.
fn source_of(chunk: &[u8]) -> Json {
    if let Some(path) = path_of_chunk(chunk) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        return json!({ "name": name, "path": path.to_string_lossy() });
    }
    let name = perilune::vm::debuginfo::short_name(chunk);
    json!({
        "name": String::from_utf8_lossy(name.as_bytes()),
        "presentationHint": "deemphasize",
    })
}
