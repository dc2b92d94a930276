//! Environments for scripts that aren't trusted with one another's globals.
//!
//! An environment has the functions that reach nothing but their arguments, in tables of its own. Nothing in it leads to the state's globals, to the
//! libraries' own tables or to another environment, so whatever a script does to what it finds, nobody else sees it. That is why there
//! are no `getfenv`, `setfenv`, `newproxy`, `require`, `debug`, `jit`, `io` and `os` in it, `load` makes functions of the same environment, and
//! `collectgarbage` only counts.
//!
//! The environment of [`Lua::sandbox`] is empty instead, over globals and libraries that are read-only.
//!
//! What environments share is the state's memory, fuel and random numbers.

use super::error::{Error, Result};
use super::function::Function;
use super::state::{Lua, NO_SLOT, Ref};
use super::table::Table;
use super::value::Value;
use crate::value::Value as Raw;
use crate::vm::Vm;
use crate::vm::native::{Flow, NativeFn, NativeResult};

/// Functions that an environment has.
const GLOBALS: &[&str] = &[
    "_VERSION",
    "assert",
    "error",
    "getmetatable",
    "ipairs",
    "next",
    "pairs",
    "pcall",
    "print",
    "rawequal",
    "rawget",
    "rawlen",
    "rawset",
    "select",
    "setmetatable",
    "tonumber",
    "tostring",
    "type",
    "unpack",
    "xpcall",
];
/// Libraries that it has copies of.
const LIBRARIES: &[&str] = &["bit", "coroutine", "math", "string", "table"];
/// What the copies lack.
const WITHOUT: &[(&str, &str)] = &[("string", "dump")];

/// The place of the environment among an argument list of `load`.
const LOAD_ENV: usize = 3;

impl Lua {
    /// A new environment for [`Chunk::set_environment`](super::Chunk::set_environment), isolated from everything else in the state. Add
    /// what the script is to have of yours.
    ///
    /// # Errors
    /// [`Error::Memory`]
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// use perilune::api::Lua;
    ///
    /// let lua = Lua::builder().build()?;
    /// let (a, b) = (lua.create_environment()?, lua.create_environment()?);
    /// lua.load("x = 1 string.rep = nil").set_environment(a).exec()?;
    /// let text: String = lua.load("assert(x == nil) return ('ab'):rep(2)").set_environment(b).eval()?;
    /// assert_eq!(text, "abab");
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_environment(&self) -> Result<Table> {
        let env = self.create_globals()?;
        self.complete(&env)?;
        self.protect_strings()?;
        Ok(env)
    }

    /// The functions and libraries that environments have.
    fn create_globals(&self) -> Result<Table> {
        let globals = self.globals();
        let env = self.create_table()?;
        for &name in GLOBALS {
            env.raw_set(name, globals.raw_get::<Value>(name)?)?;
        }
        for &name in LIBRARIES {
            let Value::Table(library) = globals.raw_get(name)? else {
                continue;
            };
            let copy = self.create_table()?;
            for entry in library.pairs::<Value, Value>() {
                let (key, value) = entry?;
                copy.raw_set(key, value)?;
            }
            for &(_, function) in WITHOUT.iter().filter(|(library, _)| *library == name) {
                copy.raw_set(function, Value::Nil)?;
            }
            env.raw_set(name, copy)?;
        }
        env.raw_set("collectgarbage", self.closure(count_memory, &[])?)?;
        Ok(env)
    }

    /// Adds the functions that belong to one environment.
    fn complete(&self, env: &Table) -> Result<()> {
        let globals = self.globals();
        env.raw_set("_G", env)?;
        for name in ["load", "loadstring"] {
            if let Value::Function(load) = globals.raw_get(name)? {
                let upvalues = [load.0.raw()?, env.0.raw()?];
                env.raw_set(name, self.closure(load_within, &upvalues)?)?;
            }
        }
        Ok(())
    }

    /// An empty environment over globals and libraries that are read-only.
    fn create_sandbox(&self) -> Result<Table> {
        let globals = self.create_globals()?;
        for &name in LIBRARIES {
            if let Value::Table(library) = globals.raw_get(name)? {
                library.set_readonly(true)?;
            }
        }
        globals.set_readonly(true)?;
        let env = self.create_table()?;
        self.complete(&env)?;
        let metatable = self.create_table()?;
        metatable.raw_set("__index", globals)?;
        metatable.raw_set("__metatable", false)?;
        metatable.set_readonly(true)?;
        env.set_metatable(Some(&metatable))?;
        self.protect_strings()?;
        Ok(env)
    }

    fn closure(&self, code: NativeFn, upvalues: &[Raw]) -> Result<Function> {
        let reference = self.enter(|vm| match vm.new_native(code, 0, upvalues) {
            Ok(function) => self.new_ref_in(vm, function.into()),
            Err(_) => Err(Error::Memory),
        })??;
        Ok(Function(reference))
    }

    /// Keeps scripts from the table in which methods of strings are looked up.
    fn protect_strings(&self) -> Result<()> {
        let empty = self.create_string("")?.0.raw()?;
        if let Some(metatable) = self.enter(|vm| vm.metatable_of(empty))? {
            let metatable = Table(self.new_ref(metatable.into())?);
            if !metatable.is_readonly() {
                metatable.raw_set("__metatable", false)?;
                metatable.set_readonly(true)?;
            }
        }
        Ok(())
    }

    /// From now on, chunks without an environment of their own share a new one, in which what they assign goes, over globals and libraries as
    /// [`Lua::create_environment`] makes them, which are read-only. With `false`, they have the state's globals again, and what the sandbox
    /// held is forgotten.
    ///
    /// # Errors
    /// [`Error::Memory`]
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// use perilune::api::{Lua, Value};
    ///
    /// let lua = Lua::builder().build()?;
    /// lua.globals().set("secret", 42)?;
    /// lua.sandbox(true)?;
    /// lua.load("assert(secret == nil) var = 1 tostring = nil").exec()?;
    /// assert!(lua.load("string.rep = nil").exec().is_err());
    /// lua.sandbox(false)?;
    /// assert!(lua.load("return var == nil and secret == 42").eval::<bool>()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn sandbox(&self, on: bool) -> Result<()> {
        let slot = if on {
            self.create_sandbox()?.0.into_slot()
        } else {
            NO_SLOT
        };
        let before = self.inner().environment.replace(slot);
        if before != NO_SLOT {
            drop(Ref::from_slot(self, before));
        }
        Ok(())
    }

    /// The table of the global variables of chunks without an environment of their own.
    ///
    /// # Errors
    /// [`Error::StateDropped`]
    pub fn environment(&self) -> Result<Table> {
        match self.inner().environment.get() {
            NO_SLOT => Ok(self.globals()),
            slot => Ok(Table(self.ref_to(slot))),
        }
    }
}

/// `load` and `loadstring` of an environment: upvalue 0 is the real one, upvalue 1 the environment.
fn load_within(vm: &mut Vm) -> NativeResult {
    if vm.step() == 0 {
        let nargs = vm.nargs();
        vm.begin_call(vm.upvalue(0), 1)?;
        for i in 0..nargs {
            let arg = vm.arg(i);
            vm.push(arg)?;
        }
        return Ok(Flow::Call {
            nargs: nargs as u32,
        });
    }
    let results = vm.results();
    // Slots below the results are the arguments.
    let given = vm.nargs() - results as usize;
    let has_env = given > LOAD_ENV && vm.arg(LOAD_ENV).is_table();
    if let Some(function) = vm.result(0).as_function()
        && !has_env
        && let Some(env) = vm.upvalue(1).as_table()
    {
        vm.set_environment_of(function.into(), env);
    }
    Ok(Flow::Return(results))
}

/// `collectgarbage("count")`, which is all that `collectgarbage` is good for here; other options do nothing.
fn count_memory(vm: &mut Vm) -> NativeResult {
    let option = vm.opt_str(0)?;
    let is_count = option.is_some_and(|option| option.as_bytes() == b"count");
    let used = vm.heap().used() as f64 / 1024.0;
    vm.ret(Raw::number(if is_count { used } else { 0.0 }))
}
