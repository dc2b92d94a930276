//! mlua over LuaJIT, built from source, its compiler on.

use mlua::{Function, Lua, StdLib, UserData, UserDataMethods};

struct Counter(i64);

impl UserData for Counter {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method_mut("add", |_, this, n: i64| {
            this.0 = this.0.wrapping_add(n);
            Ok(())
        });
    }
}

/// A state with the script.
pub struct Subject {
    _lua: Lua,
    add: Function,
    call_out: Function,
    method: Function,
    empty_loop: Function,
}

impl Default for Subject {
    fn default() -> Subject {
        let lua = Lua::new();
        let globals = lua.globals();
        let add = lua.create_function(|_, (a, b): (i64, i64)| Ok(a.wrapping_add(b)));
        globals.set("host_add", add.unwrap()).unwrap();
        globals.set("counter", Counter(0)).unwrap();
        lua.load(crate::SCRIPT).exec().unwrap();
        Subject {
            add: globals.get("add").unwrap(),
            call_out: globals.get("call_out").unwrap(),
            method: globals.get("method").unwrap(),
            empty_loop: globals.get("empty_loop").unwrap(),
            _lua: lua,
        }
    }
}

impl Subject {
    pub fn call_in(&mut self, a: i64, b: i64) -> i64 {
        self.add.call((a, b)).unwrap()
    }
    pub fn call_out(&mut self, n: i64) -> i64 {
        self.call_out.call(n).unwrap()
    }
    pub fn method(&mut self, n: i64) {
        self.method.call::<()>(n).unwrap()
    }
    pub fn empty_loop(&mut self, n: i64) -> i64 {
        self.empty_loop.call(n).unwrap()
    }
}

/// With the libraries that `Lua::new` of Perilune opens.
pub fn create() -> Lua {
    let libraries = StdLib::TABLE | StdLib::STRING | StdLib::MATH | StdLib::BIT | StdLib::JIT;
    Lua::new_with(libraries, mlua::LuaOptions::default()).unwrap()
}
