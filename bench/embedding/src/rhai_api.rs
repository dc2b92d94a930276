//! rhai, a language of its own.

use rhai::{AST, Engine, Scope};

#[derive(Clone)]
struct Counter(i64);

impl Counter {
    fn add(&mut self, n: i64) {
        self.0 = self.0.wrapping_add(n);
    }
}

const SCRIPT: &str = "
fn add(a, b) { a + b }
fn call_out(n) { let s = 0; for i in 1..=n { s = host_add(s, i); } s }
fn method(n) { let c = new_counter(); for i in 1..=n { c.add(i); } }
fn empty_loop(n) { let s = 0; for i in 1..=n { s = s + i; } s }
";

/// An engine with the script.
pub struct Subject {
    engine: Engine,
    ast: AST,
    scope: Scope<'static>,
}

impl Default for Subject {
    fn default() -> Subject {
        let mut engine = Engine::new();
        engine.register_fn("host_add", |a: i64, b: i64| a.wrapping_add(b));
        engine.register_type::<Counter>();
        engine.register_fn("new_counter", || Counter(0));
        engine.register_fn("add", Counter::add);
        let ast = engine.compile(SCRIPT).unwrap();
        Subject {
            engine,
            ast,
            scope: Scope::new(),
        }
    }
}

impl Subject {
    fn call<R: Clone + Send + Sync + 'static>(
        &mut self,
        name: &str,
        args: impl rhai::FuncArgs,
    ) -> R {
        self.engine
            .call_fn(&mut self.scope, &self.ast, name, args)
            .unwrap()
    }
    pub fn call_in(&mut self, a: i64, b: i64) -> i64 {
        self.call("add", (a, b))
    }
    pub fn call_out(&mut self, n: i64) -> i64 {
        self.call("call_out", (n,))
    }
    pub fn method(&mut self, n: i64) {
        self.call("method", (n,))
    }
    pub fn empty_loop(&mut self, n: i64) -> i64 {
        self.call("empty_loop", (n,))
    }
}

pub fn create() -> Engine {
    Engine::new()
}
