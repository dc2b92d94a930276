//! Debuggers: breakpoints, steps, stops at errors, variables of stopped runs, in interpreted and in compiled code.

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use perilune::value::Value;
use perilune::vm::debugger::{DebugStop, ErrorStops, Step};
use perilune::vm::run::{Outcome, StopReason};
use support::World;

/// A world with breakpoints that can be changed.
struct Debugged {
    world: World,
    lines: Rc<RefCell<Vec<u32>>>,
}

impl Debugged {
    fn new() -> Debugged {
        #[cfg(not(feature = "jit"))]
        let mut world = World::new();
        #[cfg(feature = "jit")]
        let mut world = World::compiling("mode=compile", usize::MAX);
        let lines = Rc::new(RefCell::new(Vec::new()));
        let wanted = lines.clone();
        world.vm.set_breakpoints(Some(Box::new(move |name, line| {
            name == b"=test" && wanted.borrow().contains(&line)
        })));
        Debugged { world, lines }
    }
    fn break_at(&mut self, lines: &[u32]) {
        *self.lines.borrow_mut() = lines.to_vec();
        self.world.vm.refresh_breakpoints();
    }
    fn start(&mut self, source: &str) -> Outcome {
        let vm = &mut self.world.vm;
        let globals = vm.globals();
        let f = vm.load(source.as_bytes(), b"=test", None, globals);
        let f = f.unwrap_or_else(|_| panic!("{source}"));
        vm.run(f.into(), &[])
    }
    fn go_on(&mut self) -> Outcome {
        self.world.vm.resume_run()
    }
    fn step(&mut self, step: Step) -> u32 {
        self.world.vm.set_step(Some(step));
        assert_eq!(self.go_on(), STOPPED);
        assert_eq!(self.world.vm.debug_stop(), Some(DebugStop::Step));
        self.line()
    }
    fn line(&self) -> u32 {
        let vm = &self.world.vm;
        let mut activations = vm.activations(vm.current_thread());
        activations
            .find_map(|a| a.line())
            .expect("a Lua function that runs")
    }
    fn number(&mut self, name: &str) -> Option<f64> {
        let vm = &self.world.vm;
        let activation = vm.activations(vm.current_thread()).next()?;
        let variable = vm.find_variable(&activation, name.as_bytes())?;
        variable.get().as_number()
    }
    fn output(&self) -> String {
        String::from_utf8_lossy(&self.world.output.borrow()).into_owned()
    }
}

const STOPPED: Outcome = Outcome::Stopped(StopReason::Debugger);

#[test]
fn a_breakpoint_stops_and_shows_variables() {
    let mut d = Debugged::new();
    d.break_at(&[3]);
    let source = "local up = 7\nlocal function f(a, b)\n  local c = a + b\n  return c + up\nend\nprint(f(1, 2), f(3, 4))";
    assert_eq!(d.start(source), STOPPED);
    assert_eq!(d.world.vm.debug_stop(), Some(DebugStop::Breakpoint(3)));
    assert_eq!(d.line(), 3);
    assert_eq!(d.number("a"), Some(1.0));
    assert_eq!(d.number("up"), Some(7.0));
    assert_eq!(d.number("c"), None);
    assert_eq!(d.go_on(), STOPPED);
    assert_eq!(d.number("b"), Some(4.0));
    // Assignments are seen by the code.
    let vm = &mut d.world.vm;
    let thread = vm.current_thread();
    let activation = vm.activations(thread).next().expect("a function");
    let b = vm.find_variable(&activation, b"b").expect("a variable");
    vm.assign_variable(thread, b, Value::int(100));
    assert_eq!(d.go_on(), Outcome::Returned);
    assert_eq!(d.output(), "10\t110\n");
}

#[test]
fn names_and_dumps_do_not_show_breakpoints() {
    let mut d = Debugged::new();
    d.break_at(&[1, 2, 3]);
    let source = "local t = nil\nlocal dump = string.dump(function()\n return 1 end)\nprint(#dump, pcall(function() t.x = 1 end))";
    let mut outcome = d.start(source);
    while outcome == STOPPED {
        outcome = d.go_on();
    }
    assert_eq!(outcome, Outcome::Returned);
    let with = d.output();
    d.world.output.borrow_mut().clear();
    d.break_at(&[]);
    assert_eq!(d.start(source), Outcome::Returned);
    assert_eq!(d.output(), with);
}

#[test]
fn steps() {
    let mut d = Debugged::new();
    d.break_at(&[5]);
    let source = "local function f(x)\n  local y = x\n  return y\nend\nlocal a = f(1)\nlocal b = f(a)\nfor i = 1, 2 do\n  a = a + b\nend\nprint(a)";
    assert_eq!(d.start(source), STOPPED);
    assert_eq!(d.step(Step::In), 2);
    assert_eq!(d.step(Step::In), 3);
    // Nothing is left to do in line 5.
    assert_eq!(d.step(Step::Out), 6);
    assert_eq!(d.step(Step::Over), 7);
    assert_eq!(d.step(Step::Over), 8);
    assert_eq!(d.step(Step::Over), 7);
    assert_eq!(d.step(Step::Over), 8);
    assert_eq!(d.step(Step::In), 7);
    assert_eq!(d.step(Step::In), 10);
    assert_eq!(d.go_on(), Outcome::Returned);
    assert_eq!(d.output(), "3\n");
}

#[test]
fn steps_over_a_yield_and_into_a_coroutine() {
    let mut d = Debugged::new();
    d.break_at(&[2]);
    let source = "local co = coroutine.wrap(function(a)\n  local b = coroutine.yield(a)\n  return b\nend)\nlocal x = co(1)\nlocal y = co(2)\nprint(x, y)";
    assert_eq!(d.start(source), STOPPED);
    assert_eq!(d.world.vm.coroutines().len(), 2);
    assert_eq!(d.step(Step::Over), 6);
    assert_eq!(d.step(Step::In), 3);
    assert_eq!(d.step(Step::In), 7);
    assert_eq!(d.go_on(), Outcome::Returned);
    assert_eq!(d.output(), "1\t2\n");
}

#[test]
fn errors_stop_where_they_happen() {
    let mut d = Debugged::new();
    d.world.vm.set_error_stops(ErrorStops::Uncaught);
    let source = "local function f(n)\n  local t = n\n  return t.x\nend\nprint(pcall(f, 1))\nprint(coroutine.resume(coroutine.create(f), 2))\nreturn f(3)";
    assert_eq!(d.start(source), STOPPED);
    assert_eq!(d.world.vm.debug_stop(), Some(DebugStop::Error));
    assert_eq!(d.number("n"), Some(3.0));
    assert_eq!(d.line(), 3);
    let error = d.world.vm.stopped_error();
    let text = error.as_str().expect("a message").as_bytes().to_vec();
    assert_eq!(text, b"test:3: attempt to index local 't' (a number value)");
    assert_eq!(d.go_on(), Outcome::Failed);
    assert_eq!(
        d.world
            .vm
            .run_error()
            .as_str()
            .map(|s| s.as_bytes().to_vec()),
        Some(text)
    );
    d.world.vm.set_error_stops(ErrorStops::All);
    assert_eq!(d.start(source), STOPPED);
    assert_eq!(d.number("n"), Some(1.0));
    assert_eq!(d.go_on(), STOPPED);
    assert_eq!(d.number("n"), Some(2.0));
    assert_eq!(d.go_on(), STOPPED);
    assert_eq!(d.number("n"), Some(3.0));
    assert_eq!(d.go_on(), Outcome::Failed);
}

#[test]
fn functions_run_above_a_stopped_run() {
    let mut d = Debugged::new();
    d.break_at(&[2]);
    let source = "function g(n)\n  local m = n * 2\n  return m\nend\nprint(g(1), pcall(g, 5))";
    assert_eq!(d.start(source), STOPPED);
    let vm = &mut d.world.vm;
    let globals = vm.globals();
    let g = vm.raw_get_name(globals, "g").unwrap_or(Value::NIL);
    // Its own breakpoint doesn't stop it.
    let results = vm.call_stopped(g, &[Value::int(21)]);
    assert_eq!(results, Ok(vec![Value::int(42)]));
    assert!(vm.call_stopped(g, &[]).is_err());
    vm.collect_fully();
    assert_eq!(d.number("n"), Some(1.0));
    assert_eq!(d.go_on(), STOPPED);
    assert_eq!(d.number("n"), Some(5.0));
    assert_eq!(d.go_on(), Outcome::Returned);
    assert_eq!(d.output(), "2\ttrue\t10\n");
}

#[test]
fn breakpoints_come_into_running_loops() {
    let mut d = Debugged::new();
    let source = "local function f(i)\n  local s = i\n  return s\nend\nlocal function g(i)\n  return i + 1\nend\nlocal n = 0\nfor i = 1, 3e5 do\n  n = f(i) - g(i)\nend\nprint(n)";
    d.world.polls.set(20);
    assert_eq!(d.start(source), Outcome::Stopped(StopReason::Interrupted));
    d.break_at(&[2]);
    assert_eq!(d.go_on(), STOPPED);
    assert_eq!(d.line(), 2);
    let first = d.number("i").expect("a number");
    assert!(first > 1000.0, "{first}");
    assert_eq!(d.go_on(), STOPPED);
    assert_eq!(d.number("i"), Some(first + 1.0));
    d.break_at(&[10]);
    assert_eq!(d.go_on(), STOPPED);
    assert_eq!(d.line(), 10);
    assert_eq!(d.number("i"), Some(first + 2.0));
    d.break_at(&[]);
    assert_eq!(d.go_on(), Outcome::Returned);
    assert_eq!(d.output(), "-1\n");
}

#[test]
fn lines_that_can_break() {
    let mut world = World::new();
    let vm = &mut world.vm;
    let globals = vm.globals();
    let source = "-- a comment\nlocal x = 1\n\nlocal function f()\n  -- nothing\n  return x\nend\nfor k, v in pairs {} do\n  print(k,\n    v)\nend";
    let f = vm.load(source.as_bytes(), b"=test", None, globals);
    let lines = vm.lines_with_code(f.expect("a chunk"));
    assert_eq!(lines, [2, 6, 7, 8, 9, 10, 11]);
}
